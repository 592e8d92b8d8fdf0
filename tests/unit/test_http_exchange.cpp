#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

#include <boost/asio/error.hpp>

#include <wandb/transport/detail/http/http_exchange.hpp>

using namespace wandb;
using wandb::detail::ExchangeMemory;
using wandb::detail::HttpExchange;
using wandb::detail::Peer;

namespace {

using error_code = boost::system::error_code;

const error_code reset = boost::asio::error::connection_reset;
const error_code end_of_stream = boost::asio::error::eof;
const error_code late = errc::timed_out;
constexpr std::string_view created = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

[[nodiscard]] Request post() {
  Request request;
  request.target = "/graphql";
  request.host = "wandb.test";
  request.body = "{}";
  return request;
}

/// An exchange without a network.
struct Rig {
  Request request = post();
  Peer peer{Origin{.tls = false, .host = "wandb.test", .port = 80}};
  ExchangeMemory memory;
  HttpExchange exchange{request, memory, 100, false};

  [[nodiscard]] std::string_view unsent() const {
    return {static_cast<const char*>(exchange.unsent().data()), exchange.unsent().size()};
  }
  void send_everything() {
    exchange.sent(exchange.unsent().size(), {});
    exchange.sent_all();
    exchange.end_sending(true);
  }
  void arrives(std::string_view text) {
    const auto room = exchange.room();
    REQUIRE(room.size() >= text.size());
    std::copy(text.begin(), text.end(), static_cast<char*>(room.data()));
    exchange.received(text.size(), {});
  }
};

}  // namespace

TEST_CASE("an exchange sends the request in the parts that the stream takes, and wipes it afterwards") {
  Rig rig;
  const std::string whole(rig.unsent());
  CHECK(whole == "POST /graphql HTTP/1.1\r\nHost: wandb.test\r\nContent-Length: 2\r\n\r\n{}");
  rig.exchange.sent(10, {});
  CHECK(rig.unsent() == whole.substr(10));
  CHECK(rig.exchange.sending());
  rig.exchange.sent(whole.size() - 10, {});
  CHECK(rig.unsent().empty());
  CHECK(rig.exchange.sending());  // the system may not have the bytes yet
  const char* const memory = rig.memory.out.data();
  rig.exchange.sent_all();
  CHECK_FALSE(rig.exchange.sending());
  rig.exchange.end_sending(true);
  CHECK(std::string_view(memory, whole.size()) == std::string(whole.size(), '\0'));
}

TEST_CASE("an exchange is over when the response is whole, and the connection may be kept") {
  Rig rig;
  rig.send_everything();
  rig.arrives(created.substr(0, 20));
  CHECK(rig.exchange.receiving());
  rig.arrives(created.substr(20));
  CHECK_FALSE(rig.exchange.receiving());
  CHECK(rig.exchange.reusable());
  CHECK(rig.exchange.result(rig.peer).value().body == "ok");
}

TEST_CASE("an answer to half a request ends the sending, and the connection") {
  Rig rig;
  rig.exchange.sent(10, {});
  rig.arrives(created);
  CHECK_FALSE(rig.exchange.sending());
  rig.exchange.end_sending(true);
  CHECK_FALSE(rig.exchange.receiving());
  CHECK_FALSE(rig.exchange.reusable());
  CHECK(rig.exchange.result(rig.peer).value().status == 200);
}

TEST_CASE("a peer that takes no more of a request may have answered it") {
  Rig rig;
  rig.exchange.sent(0, reset);
  CHECK_FALSE(rig.exchange.sending());
  rig.exchange.end_sending(true);
  CHECK(rig.exchange.receiving());
  rig.arrives(created);
  CHECK(rig.exchange.result(rig.peer).value().status == 200);
}

TEST_CASE("a deadline or stop while a request is sent leaves nothing to receive, and tells how far it came") {
  for (const bool began : {false, true}) {
    Rig rig;
    rig.exchange.stop_sending(late);
    rig.exchange.stop_sending(reset);  // only the first error counts
    rig.exchange.end_sending(began);
    CHECK_FALSE(rig.exchange.receiving());
    const auto error = rig.exchange.result(rig.peer).error();
    CHECK(error == errc::timed_out);
    CHECK(error.delivery() == (began ? Delivery::perhaps_sent : Delivery::nothing_sent));
  }
}

TEST_CASE("an abort explains the error that it caused, but not the end of a whole response") {
  Rig waiting;
  waiting.send_everything();
  waiting.exchange.received(0, boost::asio::error::operation_aborted, late);
  CHECK_FALSE(waiting.exchange.receiving());
  CHECK(waiting.exchange.result(waiting.peer).error() == errc::timed_out);

  Rig ended;
  ended.send_everything();
  ended.arrives("HTTP/1.1 200 OK\r\n\r\nuntil the end");
  CHECK(ended.exchange.receiving());
  ended.exchange.received(0, end_of_stream, late);
  CHECK_FALSE(ended.exchange.reusable());
  CHECK(ended.exchange.result(ended.peer).value().body == "until the end");
}

TEST_CASE("a response that breaks off is an answer, and silence is none") {
  Rig cut;
  cut.send_everything();
  cut.arrives(created.substr(0, created.size() - 1));
  cut.exchange.received(0, end_of_stream);
  const auto error = cut.exchange.result(cut.peer).error();
  CHECK(error == errc::connection_lost);
  CHECK(error.delivery() == Delivery::answered);
  CHECK(error.status() == 200);

  Rig silent;
  silent.send_everything();
  silent.exchange.received(0, end_of_stream);
  CHECK(silent.exchange.result(silent.peer).error().delivery() == Delivery::perhaps_sent);
}

TEST_CASE("an exchange leaves nothing behind in the memory that the next one uses") {
  Rig rig;
  rig.send_everything();
  const std::string_view memory(static_cast<const char*>(rig.exchange.room().data()), created.size());
  rig.arrives(std::string(created) + "unasked");
  CHECK_FALSE(rig.exchange.reusable());
  static_cast<void>(HttpExchange(rig.request, rig.memory, 100, false));
  CHECK(rig.memory.out.empty());
  CHECK(rig.memory.in.unread().empty());
  CHECK(memory == std::string(created.size(), '\0'));
}
