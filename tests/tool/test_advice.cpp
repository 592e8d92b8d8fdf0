#include <doctest/doctest.h>

#include <string>
#include <string_view>

#include <wandb/detail/config/credentials.hpp>
#include <wandb/detail/config/endpoint.hpp>
#include <wandb/error.hpp>

#include "../../tools/advice.hpp"

using wandb::errc;
using wandb::Error;

TEST_CASE("whatever the library advises, the tool says in words of its own") {
  for (auto code = static_cast<int>(errc::invalid_argument); code <= static_cast<int>(errc::response_too_large);
       ++code) {
    const auto said = advised(Error(static_cast<errc>(code)));
    CAPTURE(said);
    for (const std::string_view word : {"wandb::", "()", "(secret)", "user.", "Options", "transport's"}) {
      CHECK(said.find(word) == std::string::npos);
    }
  }
}

// Phrases that only occur in reasons, and not in the text of a code, are tested with the tool itself: see check.py.
TEST_CASE("what the tool says otherwise, the library still says") {
  CHECK(advised(Error(errc::insecure_base_url)).find("--allow-insecure-http") != std::string::npos);
  CHECK(advised(Error(errc::no_user_credentials)).find("--user-key-env") != std::string::npos);
  CHECK(advised(Error(errc::keys_not_loaded)).find("credentials show them") != std::string::npos);
  CHECK(advised(Error(errc::no_credentials)).find("no API key; set WANDB_API_KEY") != std::string::npos);
}

TEST_CASE("reasons that name a setting of the library's name the tool's flag") {
  const auto said = [](std::string_view reason) {
    return advised(Error(make_error_code(errc::rejected), reason, wandb::Delivery::nothing_sent));
  };
  wandb::detail::Endpoint endpoint;
  endpoint.url_text = "https://h";
  CHECK(said(endpoint.url_note()) ==
        "base URL https://h, the default; set WANDB_BASE_URL, or give --base-url, for another server");
  endpoint.url_source = "wandb::Options";
  CHECK(said(endpoint.url_note()) == "base URL https://h from --base-url");
  const auto key = wandb::detail::checked_key("short", "User::authenticate");
  CHECK(said(key.error().reason())
            .starts_with("the API key from --user-key-env does not have the shape of one: it is too short"));
}

TEST_CASE("advice changes the reason of an error, and nothing else of it") {
  const Error error(make_error_code(errc::insecure_base_url),
                    Error::Details{.reason = {},
                                   .operation = "viewer",
                                   .messages = {{"or allow it in wandb::Options", "a.b", ""}},
                                   .status = 418,
                                   .attempts = 3,
                                   .outcome = wandb::Outcome::unknown});
  CHECK(advised(error) ==
        "viewer: plain http would show the API key to the network; use https, or give --allow-insecure-http, and look "
        "whether it took effect before you try again (the server says: or allow it in wandb::Options at a.b) "
        "[HTTP 418] [3 attempts] [it may have taken effect]");
}

TEST_CASE("advice says each thing in the tool's words, however often it stands in a reason") {
  const Error error(make_error_code(errc::tls_failed),
                    Error::Details{.reason = "trusted: the transport's ca_file /x",
                                   .advice = "others are given with the transport's ca_file",
                                   .operation = {},
                                   .messages = {}});
  CHECK(advised(error) == "trusted: --ca-file /x; others are given with --ca-file");
}
