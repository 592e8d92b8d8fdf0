// Tests codes and conditions: each has its text, and each code belongs to one condition.
#include <doctest/doctest.h>

#include <set>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include <boost/asio/error.hpp>
#include <boost/system/errc.hpp>
#include <boost/system/error_code.hpp>

#include <wandb/errc.hpp>
#include <wandb/error.hpp>
#include <wandb/transport/detail/http/error_codes.hpp>

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
  const auto recognised = [](const std::error_code& code) {
    if (code == make_error_condition(condition::timed_out)) return condition::timed_out;
    if (code == make_error_condition(condition::cancelled)) return condition::cancelled;
    return condition::misuse;
  };
  CHECK(recognised(std::make_error_code(std::errc::timed_out)) == condition::timed_out);
  CHECK(recognised(std::make_error_code(std::errc::operation_canceled)) == condition::cancelled);
  CHECK_FALSE(std::make_error_code(std::errc::timed_out) == make_error_condition(condition::cancelled));
  CHECK_FALSE(std::make_error_code(std::errc::connection_refused) == make_error_condition(condition::network));
  namespace theirs = boost::system::errc;
  CHECK(recognised(make_error_code(theirs::timed_out)) == condition::timed_out);
  CHECK(recognised(make_error_code(theirs::operation_canceled)) == condition::cancelled);
  CHECK(recognised(make_error_code(boost::asio::error::timed_out)) == condition::timed_out);
  CHECK(recognised(make_error_code(boost::asio::error::operation_aborted)) == condition::cancelled);
  CHECK(wandb::Error(make_error_code(boost::asio::error::operation_aborted)) == condition::cancelled);
}

TEST_CASE("a transport may give Boost's codes as they are") {
  const boost::system::error_code refused = boost::asio::error::connection_refused;
  const wandb::Error error(refused, wandb::Delivery::nothing_sent);
  CHECK(error.code() == std::errc::connection_refused);
  CHECK(error.delivery() == wandb::Delivery::nothing_sent);
  CHECK(error.reason() == refused.message());
  CHECK(error.advice().empty());
  CHECK(wandb::Error(refused, "the door is shut").reason() == "the door is shut");
  const boost::system::error_code eof = boost::asio::error::eof;
  CHECK(wandb::Error(eof).code().category().name() == std::string_view(eof.category().name()));
  CHECK(boost::system::error_code(wandb::Error(eof).code()) == eof);
}

TEST_CASE("our codes go into Boost's and come out of them") {
  const boost::system::error_code ec = errc::timed_out;
  CHECK(ec);
  CHECK(ec == errc::timed_out);
  CHECK(ec != errc::cancelled);
  CHECK(ec.message() == make_error_code(errc::timed_out).message());
  CHECK(std::error_code(ec) == errc::timed_out);
  CHECK(wandb::Error(ec) == errc::timed_out);
  CHECK(wandb::detail::own_code(ec) == errc::timed_out);
  CHECK_FALSE(wandb::detail::own_code({}));
  CHECK_FALSE(wandb::detail::own_code(boost::asio::error::timed_out));
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
