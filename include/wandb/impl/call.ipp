// The definitions of detail/call/.
#pragma once

#include <charconv>
#include <chrono>
#include <condition_variable>
#include <iterator>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <wandb/detail/call/caller.hpp>
#include <wandb/detail/call/checks.hpp>
#include <wandb/detail/call/pace.hpp>
#include <wandb/detail/call/sleep.hpp>
#include <wandb/detail/config/credentials.hpp>
#include <wandb/detail/config/endpoint.hpp>
#include <wandb/detail/config/federation.hpp>
#include <wandb/detail/config/identity.hpp>
#include <wandb/detail/text/ascii.hpp>
#include <wandb/detail/text/json_text.hpp>
#include <wandb/detail/text/key_format.hpp>
#include <wandb/detail/text/redact.hpp>
#include <wandb/result.hpp>
#include <wandb/setting.hpp>
#include <wandb/transport.hpp>

namespace wandb::inline WANDB_ABI::detail {

WANDB_DECL Error unusable(std::string_view operation, std::string_view what, std::string_view why) {
  return Error(make_error_code(errc::invalid_argument),
               Error::Details{.reason = std::string(what).append(" ").append(why),
                              .operation = operation,
                              .messages = {},
                              .delivery = Delivery::nothing_sent});
}

WANDB_DECL std::optional<Error> check_text(std::string_view operation, std::string_view what, std::string_view text,
                                           bool may_be_empty) {
  if (text.empty() && !may_be_empty) return unusable(operation, what, "is empty");
  if (!is_utf8(text)) return unusable(operation, what, "is not UTF-8");
  if (has_control_character(text)) return unusable(operation, what, "holds a control character");
  return std::nullopt;
}

WANDB_DECL std::optional<Error> check_id(std::string_view operation, std::string_view what, std::string_view id) {
  if (!id.empty()) return check_text(operation, what, id);
  auto details = unusable(operation, what, "is not known").details();
  return Error(make_error_code(errc::attribute_not_loaded), std::move(details));
}

WANDB_DECL Error misused(std::string_view operation, std::string_view what, std::string_view why) {
  auto error = unusable(operation, what, why);
  throw_misuse(error.message());
  return error;
}

WANDB_DECL void sleep_for(std::chrono::nanoseconds duration, const StopToken& stop) {
  std::mutex mutex;
  std::unique_lock lock(mutex);
  std::condition_variable_any wakeup;
#if defined(__cpp_lib_jthread)
  wakeup.wait_for(lock, stop, duration, [] { return false; });
#else
  static_cast<void>(stop);
  wakeup.wait_for(lock, duration, [] { return false; });
#endif
}

WANDB_DECL Caller make_caller(const Options& options, const Environment& environment) {
  const auto endpoint = std::make_shared<Endpoint>();
  read_endpoint(*endpoint, options, environment);
  return {endpoint, read_identity(*endpoint, options, environment), nullptr};
}

/// Formats a duration as seconds, such as "2.5 s".
[[nodiscard]] inline std::string seconds_text(std::chrono::nanoseconds duration) {
  char text[32];
  const auto seconds = std::chrono::duration<double>(duration).count();
  return std::string(text, std::to_chars(text, text + sizeof text, seconds).ptr) + " s";
}

WANDB_DECL Result<Settings> status_of(const Caller& caller) {
  const auto& endpoint = *caller.endpoint;
  if (endpoint.fault) return *endpoint.fault;
  if (!caller.identity) return caller.identity.error();
  const auto& identity = **caller.identity;
  const auto source_or = [](const std::string& source, const char* other) { return source.empty() ? other : source; };
  Settings settings{
      {"base URL", mask_pasted_keys(endpoint.url_text), source_or(endpoint.url_source, "the default")},
      identity.federation()
          ? Setting{"identity token", "****", identity.source()}
          : Setting{"API key", mask_key(identity.secret().reveal()), source_or(identity.source(), "the server")},
      {"timeout", seconds_text(endpoint.timeout), source_or(endpoint.timeout_source, "the default")},
      {"user agent", shown_name(endpoint.user_agent), source_or(endpoint.user_agent_source, "the default")},
  };
  if (identity.federation() && !identity.federation()->file().empty()) {
    const auto& federation = *identity.federation();
    settings.insert(settings.begin() + 2,
                    {"credentials file", mask_pasted_keys(federation.file()), federation.file_source()});
  }
  for (const auto& header : endpoint.own_headers) {
    settings.push_back(
        {"header " + redact(header.name), header.secret ? "****" : shown_name(header.value), header.source});
  }
  return settings;
}

WANDB_DECL void append(Settings& settings, Settings further) {
  settings.insert(settings.end(), std::make_move_iterator(further.begin()), std::make_move_iterator(further.end()));
}

WANDB_DECL Origin origin_of(const Caller& caller) noexcept {
  const auto& url = caller.endpoint->url;
  return {url.tls, url.host, url.port};
}

WANDB_DECL std::string_view base_url_of(const Caller& caller) noexcept { return caller.endpoint->url_text; }

WANDB_DECL Caller with_secret(const Caller& caller, const Secret& secret, std::string_view source) {
  auto other = caller;
  other.identity = found_key(secret.reveal(), source);
  return other;
}

WANDB_DECL Caller with_identity_token(const Caller& caller, const IdentityToken& token, std::string_view source) {
  auto other = caller;
  other.identity = given_token(token, source);
  return other;
}

WANDB_DECL Caller paced(Caller caller) {
  if (!caller.pace) caller.pace = std::make_shared<Pace>();
  return caller;
}

}  // namespace wandb::detail
