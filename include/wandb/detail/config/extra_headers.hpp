// The headers that the caller adds to each request: from the options and from environment variables.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <wandb/detail/config/text_members.hpp>
#include <wandb/detail/text/ascii.hpp>
#include <wandb/detail/text/http_text.hpp>
#include <wandb/detail/text/json_text.hpp>
#include <wandb/detail/text/redact.hpp>
#include <wandb/detail/text/secure_memory.hpp>
#include <wandb/environment.hpp>
#include <wandb/error.hpp>
#include <wandb/headers.hpp>
#include <wandb/result.hpp>

namespace wandb::inline WANDB_ABI::detail {

/// A header field that owns its texts.
struct ExtraHeader {
  std::string name;
  SecureString value;
  std::string source;  ///< the option or the variable that it comes from
  bool secret = true;
};
using ExtraHeaders = std::vector<ExtraHeader>;

inline constexpr std::string_view extra_headers_variable = "WANDB_X_EXTRA_HTTP_HEADERS";
inline constexpr std::string_view proxy_authorization_field = "Proxy-Authorization";

/// Whether the library, a transport or its HTTP sends that header field itself, or decides about it. A second field of
/// that name could replace the caller's credentials, or change where the message ends.
[[nodiscard]] constexpr bool is_own_field(std::string_view name) noexcept {
  constexpr std::string_view fields[] = {"Authorization",
                                         "User-Agent",
                                         "Content-Type",
                                         "Content-Encoding",
                                         "Accept",
                                         "Accept-Encoding",
                                         "Use-Admin-Privileges",
                                         "Connection",
                                         "Keep-Alive",
                                         "Proxy-Connection",
                                         "Expect",
                                         "TE",
                                         "Trailer",
                                         "Upgrade"};
  for (const auto field : fields) {
    if (equal_ignoring_case(name, field)) return true;
  }
  return is_framing_field(name);
}

/// Whether a text may be the value of a header: UTF-8 without control characters.
[[nodiscard]] constexpr bool is_header_text(std::string_view text) noexcept {
  return !has_control_character(text) && is_utf8(text);
}

/// Names a header in an error. A name that no header has may be a value in the wrong place, and is not shown.
[[nodiscard]] inline std::string shown_header(std::string_view name, std::size_t index) {
  constexpr std::size_t max_shown = 64;
  const bool shown = is_token(name) && name.size() <= max_shown;
  return "the header " + (shown ? redact(name) : "number " + std::to_string(index + 1));
}

/// Says why a header cannot be added to requests, as the end of a sentence. Empty if it can.
[[nodiscard]] inline std::string_view header_fault(std::string_view name, std::string_view value) noexcept {
  if (!is_token(name)) return "has a name that is empty, or holds a character that no name of a header has";
  if (is_own_field(name)) return "is one that the library or its transport sends itself";
  if (!is_header_text(value)) return "has a value that holds a control character, or is not UTF-8";
  return {};
}

/// Adds a header in place of an earlier one of the same name.
inline void set_header(ExtraHeaders& headers, ExtraHeader header) {
  const auto same = std::find_if(headers.begin(), headers.end(), [&](const ExtraHeader& earlier) {
    return equal_ignoring_case(earlier.name, header.name);
  });
  if (same == headers.end()) headers.push_back(std::move(header));
  else *same = std::move(header);
}

[[nodiscard]] inline Error invalid_headers(const std::string& why) {
  return Error(make_error_code(errc::invalid_environment),
               Error::Details{.reason = std::string(extra_headers_variable).append(why),
                              .advice = R"(set it to a JSON object such as {"X-Name": "value"}, or unset it)",
                              .operation = {},
                              .messages = {},
                              .delivery = Delivery::nothing_sent});
}

/// Reads `WANDB_X_EXTRA_HTTP_HEADERS`, with its `Proxy-Authorization`. Fails with `errc::invalid_environment`, which
/// shows no value.
[[nodiscard]] inline Result<ExtraHeaders> read_header_variable(const Environment& environment) {
  ExtraHeaders headers;
  const auto json = environment.get("WANDB_X_EXTRA_HTTP_HEADERS");
  if (json.empty()) return headers;
  TextMembers members(json);
  SecureString name;
  SecureString value;
  for (std::size_t index = 0; members.next(name, value); ++index) {
    const auto text = trimmed(value);
    if (const auto fault = header_fault(name, text); !fault.empty()) {
      return invalid_headers(": " + shown_header(name, index).append(" ").append(fault));
    }
    set_header(headers, {std::string(name), SecureString(text), std::string(extra_headers_variable)});
  }
  if (!members.fault().empty()) return invalid_headers(" is not a JSON object of texts: " + members.fault());
  return headers;
}

/// Returns the value of `Proxy-Authorization` in `WANDB_X_EXTRA_HTTP_HEADERS`, which only a proxy is sent; empty if
/// there is none. Fails as `read_header_variable` does.
[[nodiscard]] inline Result<SecureString> find_proxy_authorization(const Environment& environment) {
  auto headers = read_header_variable(environment);
  if (!headers) return headers.error();
  for (auto& header : *headers) {
    if (equal_ignoring_case(header.name, proxy_authorization_field)) return std::move(header.value);
  }
  return SecureString();
}

/// Adds the header that a variable is the value of, if it is set.
[[nodiscard]] inline Result<void> add_variable(ExtraHeaders& headers, std::string_view field, std::string_view variable,
                                               std::string_view value) {
  if (value.empty()) return success();
  if (!is_header_text(value)) {
    return Error(make_error_code(errc::invalid_environment),
                 std::string(variable).append(" holds a control character, or is not UTF-8"), Delivery::nothing_sent);
  }
  set_header(headers, {std::string(field), SecureString(value), std::string(variable), false});
  return success();
}

/// Returns the headers to add to each request: `given` by the options, else of `WANDB_X_EXTRA_HTTP_HEADERS`, else those
/// of `WANDB_USERNAME` and `WANDB_USER_EMAIL`. Fails with `errc::invalid_argument` or `errc::invalid_environment`,
/// which names the header and shows no value.
[[nodiscard]] inline Result<ExtraHeaders> find_extra_headers(std::span<const Header> given,
                                                             const Environment& environment) {
  ExtraHeaders headers;
  auto added = add_variable(headers, "X-WANDB-USERNAME", "WANDB_USERNAME", environment.get("WANDB_USERNAME"));
  if (!added) return added.error();
  added = add_variable(headers, "X-WANDB-USER-EMAIL", "WANDB_USER_EMAIL", environment.get("WANDB_USER_EMAIL"));
  if (!added) return added.error();
  auto of_variable = read_header_variable(environment);
  if (!of_variable) return of_variable.error();
  for (auto& header : *of_variable) {
    if (!equal_ignoring_case(header.name, proxy_authorization_field)) set_header(headers, std::move(header));
  }
  for (const auto& header : given) {
    const auto value = trimmed(header.value);
    auto fault = header_fault(header.name, value);
    if (equal_ignoring_case(header.name, proxy_authorization_field)) {
      fault =
          "is for a proxy; give its user name and password in the proxy's URL, or set it in "
          "WANDB_X_EXTRA_HTTP_HEADERS";
    }
    if (!fault.empty()) {
      const auto index = static_cast<std::size_t>(&header - given.data());
      return Error(make_error_code(errc::invalid_argument),
                   "wandb::Options: " + shown_header(header.name, index).append(" ").append(fault),
                   Delivery::nothing_sent);
    }
    set_header(headers, {std::string(header.name), SecureString(value), "wandb::Options"});
  }
  return headers;
}

}  // namespace wandb::detail
