#include <doctest/doctest.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <sstream>
#include <string>

#include <wandb/detail/config/credentials.hpp>
#include <wandb/detail/text/base64.hpp>

#include "machine.hpp"

using namespace wandb;
using detail::find_credentials;
using detail::split_base_url;
using namespace std::chrono_literals;

namespace {

const std::string key_a(40, 'a');
const std::string key_b = "local-" + std::string(40, 'b');
const std::string key_c(43, 'c');

Result<Secret> key_on(const Machine& machine, std::string_view url = "https://api.wandb.ai", SecretView given = {}) {
  auto found = find_credentials(split_base_url(url).url, std::string(url), {.api_key = given}, machine.environment());
  return found ? Result<Secret>((*found)->secret()) : Result<Secret>(found.error());
}

std::string password(std::string_view netrc) {
  const auto found = detail::NetrcSearch("host", 443).run(netrc);
  if (!found.fault.empty()) return "error: " + found.fault;
  return found.password.empty() ? "none" : std::string(found.password.reveal());
}

}  // namespace

TEST_CASE("a key given in code comes before WANDB_API_KEY, and that before the netrc file") {
  Machine machine;
  machine.write(".netrc", "machine api.wandb.ai login user password " + key_c + "\n");
  CHECK(key_on(machine)->reveal() == key_c);
  machine.variables["WANDB_API_KEY"] = key_b;
  CHECK(key_on(machine)->reveal() == key_b);
  const Secret given(key_a);
  CHECK(key_on(machine, "https://api.wandb.ai", given)->reveal() == key_a);
}

TEST_CASE("an empty WANDB_API_KEY counts as unset, and white space around one is no part of it") {
  Machine machine;
  machine.variables["WANDB_API_KEY"] = "  ";
  CHECK(key_on(machine).error() == errc::no_credentials);
  machine.variables["WANDB_API_KEY"] = " " + key_a + "\n";
  CHECK(key_on(machine)->reveal() == key_a);
}

TEST_CASE("a malformed key tells where it came from and never shows") {
  Machine machine;
  machine.variables["WANDB_API_KEY"] = "s3cret!";
  const auto error = key_on(machine).error();
  CHECK(error == errc::malformed_api_key);
  CHECK(error.message().find("WANDB_API_KEY") != std::string::npos);
  CHECK(error.message().find("s3cret") == std::string::npos);
}

TEST_CASE("where no key is found the error names the three ways out") {
  const auto message = key_on(Machine(), "https://host:8443/x").error().message();
  for (const auto* way : {"wandb::Options", "WANDB_API_KEY", "netrc", "host:8443"})
    CHECK(message.find(way) != std::string::npos);
}

TEST_CASE("the netrc file is $NETRC alone where that is set, else ~/.netrc, else ~/_netrc") {
  Machine machine;
  machine.write("_netrc", "machine api.wandb.ai password " + key_a);
  CHECK(key_on(machine)->reveal() == key_a);
  machine.write(".netrc", "machine api.wandb.ai password " + key_b);
  CHECK(key_on(machine)->reveal() == key_b);
  machine.variables["NETRC"] = (machine.home / "elsewhere").string();
  CHECK(key_on(machine).error() == errc::unreadable_credentials);
  machine.write("elsewhere", "machine api.wandb.ai password " + key_c);
  CHECK(key_on(machine)->reveal() == key_c);
}

TEST_CASE("a netrc file that cannot be read is an error that names it") {
  Machine machine;
  std::filesystem::create_directory(machine.home / ".netrc");
  const auto error = key_on(machine).error();
  CHECK(error == errc::unreadable_credentials);
  CHECK(error.message().find(machine.directory.path(".netrc")) != std::string::npos);
}

TEST_CASE("a netrc file that is too large is refused") {
  Machine machine;
  machine.write(".netrc", std::string((1 << 20) + 1, ' '));
  CHECK(key_on(machine).error() == errc::unreadable_credentials);
}

TEST_CASE("netrc: the entry with the port comes before that without, and default last, wherever they stand") {
  CHECK(password("default password d machine host password h machine host:443 password p") == "p");
  CHECK(password("default password d machine host password h") == "h");
  CHECK(password("default password " + key_a + " machine other password o") == key_a);
  CHECK(password("machine host:8443 password p") == "none");
}

TEST_CASE("netrc: the first of equal entries counts, and one without a password does not") {
  CHECK(password("machine host password 1 machine host password 2") == "1");
  CHECK(password("machine host login me machine host password 2") == "2");
}

TEST_CASE("netrc: host names do not mind case, lines do not mind how they end or where they break") {
  CHECK(password("MACHINE host password x machine\tHOST\r\n\tlogin a\r\n\tpassword b\r\n") == "x");
  CHECK(password("MACHINE other password x machine\tHOST\r\n\tlogin a\r\n\tpassword b\r\n") == "b");
}

TEST_CASE("netrc: quotes, escapes and comments") {
  CHECK(password(R"(machine host password "a b\"c\\d")") == R"(a b"c\d)");
  CHECK(password("# machine host password no\nmachine host # the host\n password a#b # done\n") == "a#b");
  CHECK(password("machine host password #hash") == "#hash");
  CHECK(password("machine host login \"password x\" password y") == "y");
}

TEST_CASE("netrc: an IPv6 address stands in brackets, as in the URL") {
  Machine machine;
  machine.write(".netrc", "machine [::1]:8080 password " + key_a + "\nmachine [::1] password " + key_c);
  CHECK(key_on(machine, "http://[::1]:8080").value() == Secret(key_a));
  CHECK(key_on(machine, "http://[::1]:9").value() == Secret(key_c));
}

TEST_CASE("netrc: a macro is passed over to its empty line") {
  CHECK(password("macdef init\nmachine host password no\n\nmachine host password yes\n") == "yes");
  CHECK(password("machine host login x macdef init\npassword no\n\t\nmachine host password yes") == "yes");
  CHECK(password("machine host login x macdef init\npassword no\n\t\npassword no") == "none");
  CHECK(password("macdef init\nmachine host password no\n") == "none");
}

TEST_CASE("netrc: what cannot be understood is told with its line, without what stands there") {
  CHECK(password("machine host\npassword \"never closed") == "error: line 2: a quote is not closed");
  CHECK(password("machine host\n\npassword") == "error: line 3: nothing follows \"password\"");
  CHECK(password("") == "none");
}

TEST_CASE("the base URL is the given one, else WANDB_BASE_URL, else the service's own, without trailing slashes") {
  Machine machine;
  CHECK(detail::find_base_url("", machine.environment()).value().text == "https://api.wandb.ai");
  machine.variables["WANDB_BASE_URL"] = " https://host/wandb// ";
  CHECK(detail::find_base_url("", machine.environment()).value().text == "https://host/wandb");
  CHECK(detail::find_base_url("https://code/", machine.environment()).value().text == "https://code");
}

TEST_CASE("WANDB_HTTP_TIMEOUT is a positive number of seconds, 19 where it is not set") {
  Machine machine;
  CHECK(detail::find_timeout(machine.environment())->duration == 19s);
  machine.variables["WANDB_HTTP_TIMEOUT"] = "2.5";
  CHECK(detail::find_timeout(machine.environment())->duration == 2500ms);
  for (const auto* wrong : {"0", "-1", "soon", "1e3", "5s", "nan", "0.0"}) {
    machine.variables["WANDB_HTTP_TIMEOUT"] = wrong;
    CAPTURE(wrong);
    CHECK(detail::find_timeout(machine.environment()).error() == errc::invalid_environment);
  }
}

TEST_CASE("a key is a JWT, or at least 40 letters, digits, underscores and hyphens") {
  static_assert(detail::is_api_key("0123456789abcdef0123456789abcdef01234567"));
  static_assert(detail::is_api_key("local-0123456789abcdef0123456789abcdef01234567"));
  static_assert(detail::is_api_key("eyJh.eyJz.c2ln-_"));
  static_assert(!detail::is_api_key("0123456789abcdef0123456789abcdef0123456"));
  static_assert(!detail::is_api_key("eyJh.eyJz"));
  static_assert(detail::may_be_api_key("eyJh.eyJz.c2ln-_") && !detail::may_be_api_key("v1.2.3"));
  static_assert(!detail::may_be_api_key("api.wandb.ai") && !detail::may_be_api_key("EYJh.eyJz.c2ln"));
  static_assert(!detail::is_api_key("eyJh..c2ln"));
  static_assert(!detail::is_api_key("0123456789abcdef0123456789abcdef0123456\n7"));
  static_assert(detail::looks_like_secret_name("0123456789abcdef0123456789abcdef01234567"));
  static_assert(detail::looks_like_secret_name("local-0123456789abcdef0123456789abcdef01234567"));
  static_assert(!detail::looks_like_secret_name("x0123456789abcdef0123456789abcdef01234567"));
  static_assert(!detail::looks_like_secret_name("a label of an api key that is quite a long one"));
}

TEST_CASE("base URLs: scheme, host, port and sub-path are told apart") {
  constexpr auto split = split_base_url("HTTPS://Host.example:8443/wandb/");
  static_assert(split.fault == detail::UrlFault::none && split.url.tls && split.url.host == "Host.example");
  static_assert(split.url.port == 8443 && split.url.host_port == "Host.example:8443" && split.url.path == "/wandb");
  static_assert(split_base_url("http://[::1]:80").url.host == "::1" &&
                split_base_url("http://[::1]:80").url.host_port == "[::1]");
  static_assert(split_base_url("https://h").url.port == 443 && split_base_url("http://h").url.port == 80);
}

TEST_CASE("base URLs: what is not one is refused with the reason") {
  using detail::UrlFault;
  const std::pair<std::string_view, UrlFault> wrong[] = {
      {"", UrlFault::empty},
      {"host", UrlFault::scheme},
      {"ftp://host", UrlFault::scheme},
      {"https://", UrlFault::no_host},
      {"https:///path", UrlFault::no_host},
      {"https://:443", UrlFault::no_host},
      {"\"https://host\"", UrlFault::character},
      {"'https://host'", UrlFault::character},
      {"https://0123456789abcdef0123456789abcdef01234567", UrlFault::key},
      {"https://local-0123456789abcdef0123456789abcdef01234567.:8443/x", UrlFault::key},
      {"http://wandb_v1_0123456789abcdef0123456789abcdef0123456", UrlFault::key},
      {"https://eyJhbGci.eyJzdWIi.c2ln", UrlFault::key},
      {"https://me:pass@host", UrlFault::user_info},
      {"https://host:0", UrlFault::port},
      {"https://host:65536", UrlFault::port},
      {"https://host:8o", UrlFault::port},
      {"https://host:", UrlFault::port},
      {"https://[::1", UrlFault::ipv6},
      {"https://[fe80::1%eth0]", UrlFault::ipv6},
      {"https://[1:2:3]", UrlFault::ipv6},
      {"https://ho st", UrlFault::character},
      {"https://host/a\nb", UrlFault::character},
      {"https://host/?q", UrlFault::query},
      {"https://host#f", UrlFault::query},
      {"https://host/a/../b", UrlFault::path},
      {"https://host/%zz", UrlFault::path},
      {"https://a..b", UrlFault::host},
      {"https://1.2.3", UrlFault::host},
      {"https://app.wandb.ai", UrlFault::wrong_wandb_host},
      {"https://wandb.ai", UrlFault::wrong_wandb_host},
      {"http://api.wandb.ai", UrlFault::wrong_wandb_host},
      {"https://api.wandb.ai:444", UrlFault::wrong_wandb_host},
      {"https://app.wandb.ai.", UrlFault::wrong_wandb_host},
      {"https://wandb.ai.", UrlFault::wrong_wandb_host},
      {"https://API.wandb.AI.:444", UrlFault::wrong_wandb_host},
      {"http://api.wandb.ai.", UrlFault::wrong_wandb_host},
      {"https://api.wandb.ai./api", UrlFault::wrong_wandb_host},
  };
  for (const auto& one : wrong) {
    const auto url = one.first;
    CAPTURE(url);
    CHECK(split_base_url(url).fault == one.second);
  }
  CHECK(split_base_url("https://notwandb.ai").fault == UrlFault::none);
  CHECK(split_base_url("https://notwandb.ai.").fault == UrlFault::none);
  CHECK(detail::describe(UrlFault::wrong_wandb_host, "https://app.wandb.ai").find("https://api.wandb.ai") !=
        std::string::npos);
}

TEST_CASE("base URLs: the API with the root's dot is the API, by the name that its certificate and a netrc file have") {
  for (const std::string_view text : {"https://api.wandb.ai.", "https://api.wandb.ai.:443/"}) {
    CAPTURE(text);
    const auto split = split_base_url(text);
    CHECK(split.fault == detail::UrlFault::none);
    CHECK(split.url.host == "api.wandb.ai");
    CHECK(split.url.host_port == "api.wandb.ai");
  }
  CHECK(split_base_url("https://wandb.example.").url.host == "wandb.example.");
}

TEST_CASE("base URLs: a refusal shows no password, query or key that the URL holds") {
  for (const auto& url : {std::string("https://me:hush@host"), std::string("ftp://me:hush@host"),
                          std::string("me:hush@host"), std::string("https://host/?api_key=hush"),
                          std::string("https://host/#hush"), "https://host/../" + key_a, key_a}) {
    CAPTURE(url);
    const auto said = detail::describe(split_base_url(url).fault, url);
    CHECK(said.find("hush") == std::string::npos);
    CHECK(said.find(key_a) == std::string::npos);
  }
}

TEST_CASE("only this machine's own names count as loopback") {
  static_assert(split_base_url("http://localhost").url.is_loopback() &&
                split_base_url("http://a.localhost").url.is_loopback());
  static_assert(split_base_url("http://127.8.9.1").url.is_loopback() &&
                split_base_url("http://[::1]").url.is_loopback());
  static_assert(!split_base_url("http://127.evil.com").url.is_loopback());
  static_assert(!split_base_url("http://10.0.0.1").url.is_loopback() &&
                !split_base_url("http://localhost.evil.com").url.is_loopback());
}

TEST_CASE("a secret prints as stars, compares with secrets only, and is empty when moved from") {
  Secret secret(key_a);
  std::ostringstream out;
  out << secret << SecretView(secret);
  CHECK(out.str() == "********");
  CHECK(secret == Secret(key_a));
  CHECK_FALSE(secret == Secret(key_b));
  const auto moved = std::move(secret);
  CHECK(secret.empty());  // NOLINT(bugprone-use-after-move): the move promises this
  CHECK(moved.reveal() == key_a);
  static_assert(!std::is_convertible_v<Secret, std::string> && !std::is_convertible_v<Secret, std::string_view>);
  static_assert(!std::is_convertible_v<std::string, Secret> && std::is_trivially_destructible_v<SecretView>);
}

TEST_CASE("HTTP Basic: the service's user name and the key, in base64") {
  CHECK(detail::basic_authorization("a") == "Basic YXBpOmE=");
  CHECK(detail::basic_authorization("ab") == "Basic YXBpOmFi");
  CHECK(detail::basic_authorization("abc") == "Basic YXBpOmFiYw==");
}
