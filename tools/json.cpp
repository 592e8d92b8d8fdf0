#include "json.hpp"

#include <cstddef>
#include <string>
#include <string_view>

#include <wandb/detail/text/one_line.hpp>
#include <wandb/errc.hpp>
#include <wandb/error.hpp>

#include "tool.hpp"
#include "utf8.hpp"

namespace {

using wandb::condition;
using wandb::errc;

struct CodeName {
  errc code;
  std::string_view name;
};
constexpr CodeName code_names[] = {
    {errc::invalid_argument, "invalid_argument"},
    {errc::no_result, "no_result"},
    {errc::no_credentials, "no_credentials"},
    {errc::malformed_api_key, "malformed_api_key"},
    {errc::unreadable_credentials, "unreadable_credentials"},
    {errc::invalid_environment, "invalid_environment"},
    {errc::invalid_base_url, "invalid_base_url"},
    {errc::insecure_base_url, "insecure_base_url"},
    {errc::no_user_credentials, "no_user_credentials"},
    {errc::credentials_of_another_user, "credentials_of_another_user"},
    {errc::keys_not_loaded, "keys_not_loaded"},
    {errc::attribute_not_loaded, "attribute_not_loaded"},
    {errc::wrong_attribute_type, "wrong_attribute_type"},
    {errc::malformed_response, "malformed_response"},
    {errc::unexpected_status, "unexpected_status"},
    {errc::bad_request, "bad_request"},
    {errc::rejected, "rejected"},
    {errc::unauthorized, "unauthorized"},
    {errc::permission_denied, "permission_denied"},
    {errc::not_found, "not_found"},
    {errc::conflict, "conflict"},
    {errc::rate_limited, "rate_limited"},
    {errc::server_error, "server_error"},
    {errc::not_implemented, "not_implemented"},
    {errc::ambiguous_user, "ambiguous_user"},
    {errc::ambiguous_key, "ambiguous_key"},
    {errc::client_refused, "client_refused"},
    {errc::not_the_service, "not_the_service"},
    {errc::no_status, "no_status"},
    {errc::timed_out, "timed_out"},
    {errc::cancelled, "cancelled"},
    {errc::resolve_failed, "resolve_failed"},
    {errc::connect_failed, "connect_failed"},
    {errc::tls_failed, "tls_failed"},
    {errc::connection_lost, "connection_lost"},
    {errc::protocol_error, "protocol_error"},
    {errc::response_too_large, "response_too_large"},
    {errc::proxy_refused, "proxy_refused"},
};

struct ConditionName {
  condition what;
  std::string_view name;
};
constexpr ConditionName condition_names[] = {
    {condition::misuse, "misuse"},
    {condition::configuration, "configuration"},
    {condition::unauthorized, "unauthorized"},
    {condition::permission_denied, "permission_denied"},
    {condition::not_found, "not_found"},
    {condition::conflict, "conflict"},
    {condition::rate_limited, "rate_limited"},
    {condition::rejected, "rejected"},
    {condition::server_failure, "server_failure"},
    {condition::timed_out, "timed_out"},
    {condition::cancelled, "cancelled"},
    {condition::network, "network"},
    {condition::malformed_response, "malformed_response"},
};

void append_escape(std::string& json, char32_t unit) {
  constexpr std::string_view hex = "0123456789abcdef";
  json += "\\u";
  for (int shift = 12; shift >= 0; shift -= 4) json += hex[(unit >> shift) & 15U];
}

}  // namespace

std::string json_text(std::string_view text) {
  std::string json = "\"";
  each_character(text, [&](const Character& one) {
    if (one.code == Character::no_code) append_escape(json, 0xFFFD);
    else if (wandb::detail::is_control(one.bytes)) append_escape(json, one.code);
    else if (one.bytes == "\"" || one.bytes == "\\") (json += '\\') += one.bytes;
    else json += one.bytes;
  });
  return json + '"';
}

std::string json_name(std::string_view name) {
  const auto shown = named(name);
  return json_text(shown == on_one_line(name) ? name : shown);
}

JsonObject& JsonObject::add(std::string_view name, std::string_view json) {
  members_.append(members_.empty() ? "{" : ",").append(json_text(name)).append(":").append(json);
  return *this;
}

std::string name_of(const std::error_code& code) {
  for (const auto& known : code_names) {
    if (code == make_error_code(known.code)) return std::string(known.name);
  }
  return std::string(code.category().name()) + ":" + std::to_string(code.value());
}

std::string json_of(const wandb::Error& error, std::string_view message) {
  std::string_view what;
  for (const auto& known : condition_names) {
    if (what.empty() && error.code() == make_error_condition(known.what)) what = known.name;
  }
  return JsonObject()
      .add_text("code", name_of(error.code()))
      .add("condition", what.empty() ? "null" : json_text(what))
      .add_text("outcome", to_string(error.outcome()))
      .add("status", std::to_string(error.status()))
      .add("retryable", error.retryable() ? "true" : "false")
      .add_text("message", message)
      .text();
}
