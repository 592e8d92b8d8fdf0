// Tests the text of an error: what happened, what to do about it, and whether to try again.
#include <doctest/doctest.h>

#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <system_error>

#include <wandb/error.hpp>

using wandb::errc;
using wandb::Error;
using wandb::Outcome;

TEST_CASE("reason and advice are told apart, and together in the message") {
  const Error bare(errc::keys_not_loaded);
  CHECK(bare.reason() == "the user's API keys were never loaded");
  CHECK(bare.advice() == "call reload() first");
  CHECK(bare.message() == "the user's API keys were never loaded; call reload() first");
  const Error own(make_error_code(errc::unauthorized), "the key was revoked");
  CHECK(own.reason() == "the key was revoked");
  CHECK(own.advice() == "check the API key");
  CHECK(own.message() == "the key was revoked; check the API key");
}

TEST_CASE("an error without anything to advise says what happened") {
  CHECK(Error(errc::not_found).advice().empty());
  CHECK(Error(errc::not_found).message() == "not found");
  const Error foreign(std::make_error_code(std::errc::connection_refused));
  CHECK(foreign.advice().empty());
  CHECK(foreign.message() == foreign.reason());
}

TEST_CASE("an error's own advice takes the place of the general one") {
  const auto with = [](std::string_view advice) {
    return Error(make_error_code(errc::tls_failed), Error::Details{.reason = "the certificate has expired",
                                                                   .advice = std::string(advice),
                                                                   .operation = "viewer",
                                                                   .messages = {{"no", "", ""}}});
  };
  CHECK(with("check the clock").advice() == "check the clock");
  CHECK(with("check the clock").message() ==
        "viewer: the certificate has expired; check the clock (the server says: no)");
  CHECK(with("").advice().empty());
  CHECK(with("").message() == "viewer: the certificate has expired (the server says: no)");
  CHECK(with("two\nlines\x1b").advice() == "two lines ");
}

TEST_CASE("nobody is advised to repeat a mutation that has run or may have") {
  const auto after = [](errc code, Outcome outcome) {
    Error::Details details;
    details.outcome = outcome;
    return Error(make_error_code(code), details).advice();
  };
  const std::string look = "look whether it took effect before you try again";
  CHECK(after(errc::server_error, Outcome::not_run) == "try again later");
  CHECK(after(errc::server_error, Outcome::unknown) == look);
  CHECK(after(errc::server_error, Outcome::ran).empty());
  CHECK(after(errc::timed_out, Outcome::unknown) == look);
  CHECK(after(errc::timed_out, Outcome::ran).empty());
  CHECK(after(errc::connection_lost, Outcome::unknown) == look);
  CHECK(after(errc::unexpected_status, Outcome::unknown) == "check the base URL, and " + look);
  CHECK(after(errc::unexpected_status, Outcome::ran) == "check the base URL");
  for (auto number = static_cast<int>(errc::invalid_argument); number <= static_cast<int>(errc::proxy_refused);
       ++number) {
    CAPTURE(number);
    CHECK(after(static_cast<errc>(number), Outcome::unknown).ends_with(look));
    CHECK_FALSE(after(static_cast<errc>(number), Outcome::ran).ends_with("later"));
  }
}

TEST_CASE("advice that a reason ends with already is not given twice") {
  const Error error(make_error_code(errc::unauthorized), "no such key; check the API key");
  CHECK(error.message() == "no such key; check the API key");
}

TEST_CASE("the words of a transport's own category are one line, without what looks like a key") {
  struct Category final : std::error_category {
    [[nodiscard]] const char* name() const noexcept override { return "theirs"; }
    [[nodiscard]] std::string message(int) const override {
      return "no\nentry for 0123456789abcdef0123456789abcdef01234567";
    }
  };
  static const Category theirs;
  const Error error(std::error_code(1, theirs));
  CHECK(error.reason() == "no entry for ****");
  CHECK(error.message() == "no entry for ****");
}

TEST_CASE("what a code says happened is no advice") {
  std::set<std::string> advised;
  for (auto number = static_cast<int>(errc::invalid_argument); number <= static_cast<int>(errc::response_too_large);
       ++number) {
    const Error error(static_cast<errc>(number));
    CAPTURE(error.reason());
    CHECK(error.reason() != "unknown error");
    for (const char* word : {"; check", "; try", "; call", "; give", "; set", "; use", ": pass"}) {
      CHECK(error.reason().find(word) == std::string::npos);
    }
    if (!error.advice().empty()) advised.insert(error.advice());
  }
  CHECK(advised.size() >= 10);
  CHECK(Error(static_cast<errc>(999)).message() == "unknown error");
}

TEST_CASE("an error may be tried again where it did not run and what kept it from running may pass") {
  for (const auto code : {errc::connection_lost, errc::connect_failed, errc::resolve_failed, errc::timed_out,
                          errc::rate_limited, errc::server_error}) {
    CAPTURE(make_error_code(code).message());
    CHECK(Error(code).retryable());
    for (const auto outcome : {Outcome::unknown, Outcome::ran}) {
      Error::Details details;
      details.outcome = outcome;
      CHECK_FALSE(Error(make_error_code(code), details).retryable());
    }
  }
  for (const auto code : {errc::tls_failed, errc::unauthorized, errc::permission_denied, errc::conflict, errc::rejected,
                          errc::cancelled, errc::invalid_argument, errc::malformed_response}) {
    CAPTURE(make_error_code(code).message());
    CHECK_FALSE(Error(code).retryable());
  }
  CHECK(Error(std::make_error_code(std::errc::timed_out)).retryable());
}

TEST_CASE("an error keeps what it was made of") {
  const Error error(make_error_code(errc::conflict), Error::Details{.reason = "there",
                                                                    .advice = "take another",
                                                                    .operation = "createUser",
                                                                    .messages = {},
                                                                    .status = 409,
                                                                    .attempts = 2,
                                                                    .outcome = Outcome::unknown});
  const Error again(error.code(), error.details());
  CHECK(again.message() ==
        "createUser: there; take another, and look whether it took effect before you try again "
        "[HTTP 409] [2 attempts] [it may have taken effect]");
  std::ostringstream out;
  out << again;
  CHECK(out.str() == error.message());
}
