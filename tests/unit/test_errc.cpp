// Codes and conditions: each has its words, and each code falls under one condition.
#include <doctest/doctest.h>

#include <set>
#include <string>
#include <utility>

#include <boost/system/errc.hpp>

#include <wandb/errc.hpp>
#include <wandb/error.hpp>

using wandb::condition;
using wandb::errc;
using wandb::make_error_code;
using wandb::make_error_condition;

TEST_CASE("each code has words of its own, and falls under exactly one condition") {
  std::set<std::string> words;
  int codes = 0;
  for (int value = 1; value != 200; ++value) {
    const auto code = make_error_code(static_cast<errc>(value));
    if (code.message() == "unknown error") continue;
    CAPTURE(code.message());
    CHECK(words.insert(code.message()).second);
    int conditions = 0;
    for (int other = 0; other != 50; ++other)
      conditions += code == make_error_condition(static_cast<condition>(other)) ? 1 : 0;
    CHECK(conditions == 1);
    ++codes;
  }
  CHECK(codes >= 30);
  CHECK(std::string(wandb::error_category().name()) == "wandb");
}

TEST_CASE("a code falls under the condition that says what to do about it") {
  const std::pair<errc, condition> pairs[] = {
      {errc::keys_not_loaded, condition::misuse},
      {errc::no_credentials, condition::configuration},
      {errc::insecure_base_url, condition::configuration},
      {errc::unauthorized, condition::unauthorized},
      {errc::conflict, condition::conflict},
      {errc::rate_limited, condition::rate_limited},
      {errc::server_error, condition::server_failure},
      {errc::not_implemented, condition::rejected},
      {errc::client_refused, condition::rejected},
      {errc::no_status, condition::malformed_response},
      {errc::timed_out, condition::timed_out},
      {errc::connection_lost, condition::network},
  };
  for (const auto& one : pairs) {
    CAPTURE(make_error_code(one.first).message());
    CHECK(make_error_code(one.first) == make_error_condition(one.second));
    CHECK(wandb::Error(one.first) == one.second);
    CHECK_FALSE(make_error_code(one.first) == make_error_condition(condition::outcome_unknown));
  }
}

TEST_CASE("of other libraries' codes, those for a deadline and a stop are recognised") {
  namespace theirs = boost::system::errc;
  CHECK(make_error_code(theirs::timed_out) == make_error_condition(condition::timed_out));
  CHECK(make_error_code(theirs::operation_canceled) == make_error_condition(condition::cancelled));
  CHECK_FALSE(make_error_code(theirs::timed_out) == make_error_condition(condition::cancelled));
  CHECK_FALSE(make_error_code(theirs::connection_refused) == make_error_condition(condition::network));
}

TEST_CASE("each condition has words of its own") {
  std::set<std::string> words;
  for (int value = 0; value != 50; ++value) {
    const auto wanted = make_error_condition(static_cast<condition>(value));
    if (wanted.message() != "unknown condition") CHECK(words.insert(wanted.message()).second);
  }
  CHECK(words.size() == 14);
  CHECK(std::string(make_error_condition(condition::network).category().name()) == "wandb.condition");
}
