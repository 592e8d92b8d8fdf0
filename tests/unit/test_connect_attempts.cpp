#include <doctest/doctest.h>

#include <chrono>
#include <string>
#include <vector>

#include <boost/asio/error.hpp>

#include <wandb/transport/detail/http/connect_attempts.hpp>

using namespace wandb;
using namespace std::chrono_literals;
using wandb::detail::ConnectAttempts;

namespace {

const detail::Peer peer{Origin{.tls = false, .host = "wandb.test", .port = 80}};
const boost::system::error_code refused = boost::asio::error::connection_refused;
const boost::system::error_code silent = errc::timed_out;

constexpr ConnectAttempts::time_point at(std::chrono::nanoseconds since_start) {
  return ConnectAttempts::time_point(since_start);
}
ConnectAttempts attempts(std::size_t count, ConnectAttempts::time_point deadline = at(10s),
                         std::chrono::milliseconds max_each = 1h) {
  std::vector<ConnectAttempts::Address> addresses;
  for (std::size_t i = 1; i <= count; ++i)
    addresses.push_back(boost::asio::ip::make_address("10.0.0." + std::to_string(i)));
  return {peer, addresses, deadline, max_each};
}

}  // namespace

TEST_CASE("each address may take an equal share of what is left") {
  auto three = attempts(3, at(9s));
  CHECK(three.next(at(0s))->until == at(3s));
  three.ended(refused, at(1s));
  CHECK(three.next(at(1s))->until == at(5s));
  three.ended(silent, at(5s));
  CHECK(three.next(at(5s))->until == at(9s));
}

TEST_CASE("no address may take longer than the option allows, whatever the deadline is") {
  CHECK(attempts(2, ConnectAttempts::time_point::max(), 100ms).next(at(1s))->until == at(1s + 100ms));
}

TEST_CASE("the addresses are tried in their order, until one connects") {
  auto three = attempts(3);
  CHECK(three.next(at(0s))->address.to_string() == "10.0.0.1");
  three.ended(refused, at(0s));
  CHECK(three.next(at(0s))->address.to_string() == "10.0.0.2");
  three.ended({}, at(0s));
  CHECK_FALSE(three.next(at(0s)));
  CHECK(three.result().has_value());
}

TEST_CASE("when no address connects the error says why of each") {
  auto two = attempts(2);
  two.ended(refused, at(1s));
  two.ended(silent, at(5s));
  CHECK_FALSE(two.next(at(5s)));
  const auto result = two.result();
  REQUIRE_FALSE(result);
  CHECK(result.error() == errc::connect_failed);
  CHECK(result.error().delivery() == Delivery::nothing_sent);
  CHECK(result.error().reason().find("10.0.0.1: Connection refused; 10.0.0.2: no answer in time") != std::string::npos);
}

TEST_CASE("the call's own deadline or stop leaves the other addresses alone") {
  auto late = attempts(2);
  late.ended(silent, at(10s));
  CHECK_FALSE(late.next(at(10s)));
  CHECK(late.result().error() == errc::timed_out);

  auto stopped = attempts(2);
  stopped.ended(errc::cancelled, at(1s));
  CHECK_FALSE(stopped.next(at(1s)));
  CHECK(stopped.result().error() == errc::cancelled);
}

TEST_CASE("a host without an address cannot be connected to") {
  CHECK_FALSE(attempts(0).next(at(0s)));
  CHECK(attempts(0).result().error() == errc::connect_failed);
}
