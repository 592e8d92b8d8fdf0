// The token end point of the in-memory server, and the identity provider that it trusts.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <boost/system/error_code.hpp>

#include <wandb/detail/text/base64.hpp>
#include <wandb/testing/detail/account_state.hpp>

namespace wandb::inline WANDB_ABI::testing {

/// The issuer that every account trusts.
inline constexpr std::string_view trusted_issuer = "https://idp.example";

namespace detail {

[[nodiscard]] inline std::string base64url(std::string_view text) {
  std::string out;
  wandb::detail::encode_base64(text, {}, [&](char c) {
    if (c != '=') out += c == '+' ? '-' : c == '/' ? '_' : c;
  });
  return out;
}

/// Makes a JWT with these claims. Its signature signs nothing.
[[nodiscard]] inline std::string make_jwt(const boost::json::object& claims, std::string_view signature) {
  return base64url(R"({"alg":"RS256","typ":"JWT"})") + "." + base64url(boost::json::serialize(claims)) + "." +
         base64url(signature);
}

[[nodiscard]] inline std::int64_t seconds_of(std::chrono::system_clock::time_point time) {
  return std::chrono::floor<std::chrono::seconds>(time.time_since_epoch()).count();
}

/// Exchanges identity tokens for access tokens.
class TokenEndpoint {
 public:
  explicit TokenEndpoint(AccountState& state) noexcept : state_(state) {}

  struct Answer {
    int status = 400;
    boost::json::object body;
  };
  /// Answers a request with this form-encoded body.
  [[nodiscard]] Answer exchange(std::string_view body) {
    if (field(body, "grant_type") != "urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer")
      return refuse("unsupported_grant_type", "the grant type is not that of a JWT");
    const auto claims = claims_of(field(body, "assertion"));
    if (!claims) return refuse("invalid_request", "the assertion is not a JWT");
    const auto issuer = text(*claims, "iss");
    if (state_.issuers.find(issuer) == state_.issuers.end())
      return refuse("invalid_grant", "the issuer " + issuer + " is not trusted");
    const auto* expires = claims->if_contains("exp");
    if (expires == nullptr || !expires->is_int64() || expires->get_int64() <= now())
      return refuse("invalid_grant", "the token has expired");
    const auto email = text(*claims, "sub");
    auto* user = state_.find(email);
    if (user == nullptr || user->deleted) return refuse("invalid_grant", "there is no user " + email);
    return grant(*user);
  }

 private:
  [[nodiscard]] static std::int64_t now() { return seconds_of(std::chrono::system_clock::now()); }
  [[nodiscard]] static Answer refuse(std::string_view code, const std::string& why) {
    return {400, {{"error", std::string(code)}, {"error_description", why}}};
  }
  [[nodiscard]] static std::string text(const boost::json::object& object, std::string_view name) {
    const auto* value = object.if_contains(boost::json::string_view(name.data(), name.size()));
    return value != nullptr && value->is_string() ? std::string(value->get_string().c_str()) : std::string();
  }
  [[nodiscard]] static std::string_view field(std::string_view body, std::string_view name) {
    while (!body.empty()) {
      const auto one = body.substr(0, body.find('&'));
      body.remove_prefix(std::min(one.size() + 1, body.size()));
      if (one.starts_with(name) && one.substr(name.size()).starts_with('=')) return one.substr(name.size() + 1);
    }
    return {};
  }
  [[nodiscard]] static std::optional<boost::json::object> claims_of(std::string_view jwt) {
    const auto begin = jwt.find('.');
    const auto end = begin == jwt.npos ? begin : jwt.find('.', begin + 1);
    if (end == jwt.npos) return std::nullopt;
    const auto claims = wandb::detail::decode_base64url(jwt.substr(begin + 1, end - begin - 1));
    boost::system::error_code fault;
    auto value = boost::json::parse(claims.value_or(""), fault);
    if (fault || !value.is_object()) return std::nullopt;
    return std::move(value.get_object());
  }

  [[nodiscard]] Answer grant(const StoredUser& user) {
    const auto expires = std::chrono::system_clock::now() + state_.access_token_lifetime;
    auto token = make_jwt({{"sub", user.email}, {"exp", seconds_of(expires)}}, state_.new_secret());
    ++state_.executed["oidc/token"];
    state_.access_tokens.push_back({token, user.id, expires});
    return {200,
            {{"access_token", std::move(token)},
             {"token_type", "Bearer"},
             {"expires_in", state_.access_token_lifetime.count()}}};
  }

  AccountState& state_;
};

}  // namespace detail
}  // namespace wandb::testing
