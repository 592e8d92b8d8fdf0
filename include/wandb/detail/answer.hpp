// What one HTTP response amounts to for the operation that was asked.
#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <wandb/detail/classify.hpp>
#include <wandb/detail/decoder.hpp>
#include <wandb/detail/identity.hpp>
#include <wandb/detail/redact.hpp>
#include <wandb/detail/step.hpp>
#include <wandb/exchange.hpp>
#include <wandb/graphql/operation.hpp>

namespace wandb::detail {

struct Examined {
  Content content = Content::undecodable;
  Error failure;  // where `content` is not data
  Reply reply;    // where it is
};

/// The error for what a server said in place of an answer.
[[nodiscard]] inline Error server_failure(int status, const std::vector<GraphqlError>& errors) {
  const bool accepted = status >= 200 && status < 300;
  auto code = accepted ? errc::rejected : classify_status(status);
  // A status of 400 or 200 says little; the words may say more.
  if (!errors.empty() && (accepted || code == errc::bad_request)) {
    const auto said = classify(errors.front());
    if (accepted || said != errc::rejected) code = said;
  }
  return Error(make_error_code(code), Error::Details{.reason = {},
                                                     .operation = {},
                                                     .messages = to_messages(errors),
                                                     .status = status,
                                                     .delivery = Delivery::answered});
}

[[nodiscard]] inline Error malformed(const std::string& path, std::string_view reason, int status = 200) {
  const std::string where = path.empty() ? std::string{} : " at " + path;
  return Error(make_error_code(errc::malformed_response),
               Error::Details{.reason = "the server's answer is malformed" + where + ": " + std::string(reason),
                              .operation = {},
                              .messages = {},
                              .status = status,
                              .delivery = Delivery::answered});
}

/// Whether an error speaks of the operation as a whole: it has no path, or one no longer than the root field.
[[nodiscard]] inline bool is_of_the_call(const GraphqlError& error) noexcept {
  return !error.odd_path && error.path.size() <= 1;
}
/// Whether its path leads to something below the operation's field.
[[nodiscard]] inline bool is_below(const graphql::Operation& operation, const GraphqlError& error) noexcept {
  return error.path.size() > 1 && error.path.front().key == operation.field;
}

/// What errors in place of a mutation's field show: a path below the field that it ran, even if the null travelled up
/// to the field itself; paths no longer than the field that it did not; others nothing.
[[nodiscard]] inline Content shown_by(const graphql::Operation& operation, const std::vector<GraphqlError>& errors) {
  if (operation.repeat == Repeat::harmless) return Content::refused;
  const auto below = [&](const GraphqlError& error) { return is_below(operation, error); };
  if (std::any_of(errors.begin(), errors.end(), below)) return Content::incomplete;
  return std::all_of(errors.begin(), errors.end(), is_of_the_call) ? Content::refused : Content::undecodable;
}

/// Masks what an answer echoes of the credentials that it was asked with.
inline void redact_echo(std::vector<GraphqlError>& errors, const Identity& identity) {
  for (auto& error : errors) {
    const auto mask = [&](std::string& text) {
      for (const auto secret : {identity.secret().reveal(), identity.token()}) text = redact(text, secret);
    };
    mask(error.message);
    mask(error.code);
    for (auto& step : error.path) mask(step.key);
  }
}

/// A 2xx answer, decoded: data, or why it is none (decisions 4 and 9).
[[nodiscard]] inline Examined examine_accepted(const graphql::Operation& operation, int status, Decoded decoded) {
  Examined examined;
  const bool mutation = operation.repeat != Repeat::harmless;
  const auto root = decoded.page ? decoded.page->root() : ObjectView{};
  const auto state = root.state(operation.field);
  const bool present = state == SlotState::object;
  if (decoded.malformed) {
    examined.failure = malformed(decoded.malformed->path, decoded.malformed->reason, status);
    return examined;
  }
  if (!present && !decoded.errors.empty()) {
    examined.content = shown_by(operation, decoded.errors);
    examined.failure = server_failure(status, decoded.errors);
    return examined;
  }
  if (state == SlotState::unloaded || (mutation && !present)) {
    examined.failure = malformed(std::string(operation.field), "it is missing, and no error says why", status);
    return examined;
  }
  const auto elsewhere = [&](const GraphqlError& error) { return !is_below(operation, error); };
  if (mutation && std::any_of(decoded.errors.begin(), decoded.errors.end(), elsewhere)) {
    examined.content = Content::incomplete;
    examined.failure = server_failure(status, decoded.errors);
    return examined;
  }
  examined.content = Content::data;
  examined.reply = Reply{std::move(decoded.page), std::move(decoded.errors), root};
  return examined;
}

/// What came for `operation`, asked as `identity`.
[[nodiscard]] inline Examined examine(const graphql::Operation& operation, int status, SecureString body,
                                      const Identity& identity) {
  auto decoded = decode(operation.shape, std::move(body));
  redact_echo(decoded.errors, identity);
  if (status >= 200 && status < 300) return examine_accepted(operation, status, std::move(decoded));
  Examined examined;
  // What came is not GraphQL but, say, a proxy's page: its status says enough, its text does not belong into an error.
  examined.failure = server_failure(status, decoded.errors);
  if (shown_by(operation, decoded.errors) == Content::incomplete) examined.content = Content::incomplete;
  return examined;
}

}  // namespace wandb::detail
