// Checks that pure functions are usable at compile time, and return the right results.
#include <array>
#include <chrono>
#include <string_view>

#include <wandb/detail/config/base_url.hpp>
#include <wandb/detail/config/host.hpp>
#include <wandb/detail/text/base64.hpp>
#include <wandb/detail/text/key_format.hpp>
#include <wandb/retry_after.hpp>
#include <wandb/wandb.hpp>

namespace {

using namespace std::chrono_literals;
using namespace wandb;
using namespace wandb::detail;

// Names: snake_case and camelCase.
static_assert(equals_camel("photo_url", "photoUrl") && equals_camel("id", "id") && equals_camel("a_1", "a1"));
static_assert(!equals_camel("photo_url", "photo_url") && !equals_camel("_id", "Id") && !equals_camel("id_", "id"));

// Base64 of the credentials.
constexpr bool encodes(std::string_view first, std::string_view second, std::string_view expected) {
  std::size_t at = 0;
  bool same = true;
  detail::encode_base64(first, second, [&](char c) { same = same && at < expected.size() && c == expected[at++]; });
  return same && at == expected.size();
}
static_assert(encodes("", "", "") && encodes("", "f", "Zg==") && encodes("f", "o", "Zm8=") &&
              encodes("fo", "o", "Zm9v"));
static_assert(encodes("api:", "foobar", "YXBpOmZvb2Jhcg=="));

// The shape of a key.
constexpr std::string_view hex = "0123456789abcdef0123456789abcdef01234567";
static_assert(hex.size() == 40 && detail::is_api_key(hex) && !detail::is_api_key(hex.substr(1)));
static_assert(detail::is_api_key("local-0123456789abcdef0123456789abcdef01234567") && detail::is_api_key("eyJ.b.c"));
static_assert(!detail::is_api_key("local-0123456789abcdef0123456789abcdef0123456") && !detail::is_api_key("a.b.c"));
static_assert(detail::may_be_api_key("local-0123456789abcdef0123456789abcdef0123456") &&
              detail::may_be_api_key("eyJ.b.c") && !detail::may_be_api_key("api.wandb.ai"));
static_assert(!detail::is_api_key("eyJ.b") && !detail::is_api_key("eyJ..c") && !detail::is_api_key(""));
static_assert(detail::looks_like_secret_name(hex) && !detail::looks_like_secret_name("my laptop"));

// Base URLs.
constexpr auto url = detail::split_base_url("https://[::1]:8443/wandb").url;
static_assert(url.tls && url.host == "::1" && url.port == 8443 && url.path == "/wandb" && url.is_loopback());
static_assert(detail::split_base_url("http://127.0.0.1").url.is_loopback());
static_assert(detail::split_base_url("http://[0::1]").url.is_loopback() && detail::is_loopback_host("localhost."));
static_assert(detail::is_loopback_host("::ffff:127.0.0.1") && !detail::is_loopback_host("::ffff:128.0.0.1"));
static_assert(detail::split_base_url("ftp://host").fault != detail::UrlFault::none);
static_assert(detail::split_base_url("https://user:secret@host").fault != detail::UrlFault::none);
static_assert(detail::split_base_url("https://host?x").fault == detail::UrlFault::query);
static_assert(detail::split_base_url("https://app.wandb.ai").fault != detail::UrlFault::none);
static_assert(detail::split_base_url("https://api.wandb.ai").fault == detail::UrlFault::none);
static_assert(detail::split_base_url("https://app.wandb.ai.").fault == detail::UrlFault::wrong_wandb_host);
static_assert(detail::split_base_url("https://api.wandb.ai.").url.host == "api.wandb.ai");

// The retry schedule.
constexpr RetryPolicy policy{.initial_backoff = 100ms, .max_backoff = 1s, .jitter = 0.5};
static_assert(policy.valid() && !RetryPolicy{.max_attempts = 0}.valid() && !RetryPolicy{.jitter = 2.0}.valid());
static_assert(policy.backoff(1, 0.0) == 100ms && policy.backoff(2, 0.0) == 200ms && policy.backoff(3, 0.5) == 500ms);
static_assert(policy.backoff(5, 0.0) == 1s && policy.backoff(1'000'000, 0.999) == 1s);

// What a server asks for.
constexpr auto now = std::chrono::sys_days(std::chrono::year(1994) / 11 / 6) + 8h + 49min;
static_assert(parse_retry_after("120", now) == 120s && parse_retry_after(" 0.5 ", now) == 500ms);
static_assert(parse_retry_after("Sun, 06 Nov 1994 08:49:37 GMT", now) == 37s);
static_assert(parse_retry_after("Sunday, 06-Nov-94 08:49:37 GMT", now) == 37s);
static_assert(parse_retry_after("Sun Nov  6 08:49:37 1994", now) == 37s);
static_assert(parse_retry_after("Sun, 06 Nov 1994 08:00:00 GMT", now) == 0s);
static_assert(!parse_retry_after("soon", now) && !parse_retry_after("-1", now) && !parse_retry_after("", now));
static_assert(!parse_retry_after("Sun, 31 Feb 1994 08:49:37 GMT", now));

// Headers, whatever their case.
constexpr HeadersView headers("Content-Type: text/html\r\nRETRY-AFTER: 3\r\n");
static_assert(headers.find("retry-after") == "3" && !headers.find("Retry"));

// Documents, read at compile time by their text.
constexpr auto& document =
    graphql::document<"query Q($id: ID!) { user(id: $id) { id teams { edges { node { name } } } } }">;
static_assert(document.name == "Q" && document.field == "user" && !document.mutation);
static_assert(document.shape.fields.size() == 6 && document.shape.widths.size() == 2);
static_assert(document.shape.fields[0].nullable && !document.shape.fields[1].nullable);

}  // namespace
