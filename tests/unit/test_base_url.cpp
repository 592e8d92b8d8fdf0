// Compares the library's parser of base URLs with Boost.URL.
#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>

#include <string>
#include <string_view>

#include <boost/url/parse.hpp>
#include <boost/url/scheme.hpp>

#include <wandb/detail/config/base_url.hpp>
#include <wandb/detail/config/host.hpp>

using wandb::detail::split_base_url;
using wandb::detail::UrlFault;

namespace {

std::string_view plain(const auto& text) { return {text.data(), text.size()}; }

}  // namespace

TEST_CASE("base URLs: what is accepted, Boost.URL splits the same") {
  for (const std::string_view text :
       {"https://api.wandb.ai", "http://localhost:8080", "HTTPS://Host.Example/wandb/", "http://127.0.0.1:1/a/b",
        "http://[::1]:8080/x", "https://[2001:db8::1.2.3.4]", "https://h:443", "http://h:80//a//", "https://h/%20a",
        "https://a_b-c.example.:65535/~user;v=1,2/@:!$&'()*+="}) {
    CAPTURE(text);
    const auto ours = split_base_url(text);
    REQUIRE(ours.fault == UrlFault::none);
    const auto theirs = boost::urls::parse_uri({text.data(), text.size()}).value();
    CHECK(ours.url.tls == (theirs.scheme_id() == boost::urls::scheme::https));
    CHECK(ours.url.host == plain(theirs.encoded_host_address()));
    if (theirs.has_port()) CHECK(ours.url.port == theirs.port_number());
    auto path = plain(theirs.encoded_path());
    while (path.ends_with('/')) path.remove_suffix(1);
    CHECK(ours.url.path == path);
  }
}

TEST_CASE("hosts: IPv6 addresses are read and written as the system does") {
  for (const std::string text : {"::",
                                 "::1",
                                 "1::",
                                 "0::1",
                                 "0:0:0:0:0:0:0:1",
                                 "1:0:0:2:0:0:0:3",
                                 "1:0:0:2:0:0:3:4",
                                 "1:0:2:0:3:0:4:0",
                                 "FFFF:0abc:00d:0::",
                                 "::ffff:1.2.3.4",
                                 "1:2:3:4:5:6:1.2.3.4",
                                 "2001:DB8::0:1",
                                 "0:0:1::",
                                 "::2:3:4:5:6:7:8",
                                 "1::2::3",
                                 "1:2:3:4:5:6:7:8:9",
                                 "1:2:3:4:5:6:7::8",
                                 "::1:2:3:4:5:6:7:8",
                                 "12345::",
                                 "::1.2.3",
                                 "::1.2.3.256",
                                 "1.2.3.4::",
                                 "::1.2.3.4:5",
                                 ":::",
                                 ":1",
                                 "1:",
                                 "",
                                 ":",
                                 "g::",
                                 "::1%lo",
                                 "1:2:3:4:5:6:7:1.2.3.4"}) {
    CAPTURE(text);
    in6_addr theirs{};
    const bool valid = ::inet_pton(AF_INET6, text.c_str(), &theirs) == 1;
    const auto ours = wandb::detail::parse_ipv6(text);
    REQUIRE(ours.has_value() == valid);
    if (!valid) continue;
    char written[INET6_ADDRSTRLEN];
    CHECK(wandb::detail::to_text(*ours) == ::inet_ntop(AF_INET6, &theirs, written, sizeof written));
    CHECK(wandb::detail::normal_host("[" + text + "]") == written);
  }
}

TEST_CASE("base URLs: what is no URL to Boost.URL is refused") {
  for (const std::string_view text : {"",
                                      "host",
                                      "//host",
                                      "https:/host",
                                      "https://[::1",
                                      "https://[1:2:3]",
                                      "https://[::1]x",

                                      "https://h:99999999999",
                                      "https://ho st",
                                      "https://h/a b",
                                      "https://h/%zz",
                                      "https://h/%4",
                                      "https://h/<",
                                      "https://h/\x7f",
                                      "1https://h",
                                      "https://h/\xc3\xa4",
                                      "https://h/a[b]",
                                      "https://h/^",
                                      "https://h/{a}",
                                      "https://h/a|b",
                                      "https://h/`"}) {
    CAPTURE(text);
    const auto theirs = boost::urls::parse_uri({text.data(), text.size()});
    REQUIRE((theirs.has_error() || theirs->port_number() == 0));
    CHECK(split_base_url(text).fault != UrlFault::none);
  }
}
