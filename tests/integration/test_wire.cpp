// Tests the transports against incorrect servers: unrequested answers, endless or ambiguous framing, codings, early
// answers. It uses raw sockets, plain and with TLS, and both kinds of transport.
#include "raw_peer.hpp"
#include "test_async_beast.hpp"

#include <sys/wait.h>

#include <functional>
#include <future>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <wandb/api.hpp>

using namespace async_test;
using raw::Peer;
using raw::Server;

namespace {

std::string ok_text(std::string_view body) {
  return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
}

wandb::Request to(const Server& server, std::string_view body = "{}", std::chrono::milliseconds timeout = 10s) {
  const bool tls = !server.ca_pem().empty();
  auto request =
      request_to(tls ? std::string_view("localhost") : std::string_view("127.0.0.1"), server.port(), tls, timeout);
  request.body = body;
  return request;
}

// Runs `check(send, idle)` for each kind of transport, plain and with TLS. Each has its own server, which follows the
// script.
using Send = std::function<Answer(Request)>;
using Idle = std::function<std::size_t()>;
void each_way(const Server::Script& script, const std::function<void(Server&, const Send&, const Idle&)>& check,
              const std::function<void(SSL_CTX*)>& prepare = {}, std::size_t largest = std::size_t{1} << 20) {
  for (const bool tls : {false, true}) {
    CAPTURE(tls);
    if (prepare && !tls) continue;
    {
      INFO("BeastTransport");
      Server server(tls, script, prepare);
      const TemporaryFile ca(server.ca_pem());
      const auto path = tls ? ca.path() : std::string();
      const wandb::BeastTransport transport({.ca_file = path, .max_response_size = largest});
      check(
          server, [&](const Request& request) { return transport.send(request); },
          [&] { return transport.idle_connections(); });
    }
    {
      INFO("AsyncBeastTransport");
      Server server(tls, script, prepare);
      const TemporaryFile ca(server.ca_pem());
      const auto path = tls ? ca.path() : std::string();
      Lone at({.ca_file = path, .max_response_size = largest});
      check(
          server, [&](Request request) { return at.send(std::move(request)); },
          [&] { return at.transport.idle_connections(); });
    }
  }
}

// Checks the result of a request that is answered by these bytes, in pieces of that size, until the client leaves.
struct Expected {
  errc code;
  int status;
  errc or_else = code;  // the result with a Boost that checks earlier
};
void check_error(std::string_view begin, std::string_view endless, Expected expected) {
  for (const std::size_t piece : {std::size_t{16'000}, std::size_t{0}}) {
    CAPTURE(begin);
    CAPTURE(endless);
    each_way(
        [&](Peer& peer) {
          if (peer.read_request().empty()) return;
          peer.send(begin);
          std::string flood;
          while (!endless.empty() && flood.size() < std::max(piece, endless.size())) flood += endless;
          while (!endless.empty() && peer.open()) peer.send(flood);
          peer.wait_until_left();
        },
        [&](Server& server, const Send& send, const Idle& idle) {
          const Stopwatch watch;
          const auto answer = send(to(server, "{}", 5s));
          CHECK(watch.elapsed() < 4s);
          REQUIRE_FALSE(answer.has_value());
          CAPTURE(answer.error());
          CHECK((answer.error() == expected.code || answer.error() == expected.or_else));
          CHECK(answer.error().status() == expected.status);
          CHECK(answer.error().delivery() == Delivery::answered);
          CHECK(idle() == 0);
        });
  }
}

// Checks that an answer of these bytes is accepted, and whether its connection is used for the next request.
void check_kept(const std::string& bytes, int status, bool kept) {
  CAPTURE(bytes);
  each_way(
      [&](Peer& peer) {
        while (!peer.read_request().empty()) peer.send(bytes);
      },
      [&](Server& server, const Send& send, const Idle& idle) {
        for (int i = 1; i != 3; ++i) {
          const auto answer = send(to(server));
          REQUIRE_MESSAGE(answer.has_value(), answer.error());
          CHECK(answer->status == status);
          CHECK(idle() == (kept ? 1 : 0));
          CHECK(server.connections() == (kept ? 1 : i));
        }
      });
}

// Works as `each_way`, with TLS only.
void over_tls(SSL_CTX*) {}

// Sends six requests concurrently, so that six connections stay idle.
void keep_six(const wandb::BeastTransport& transport, const Server& server) {
  std::vector<std::future<bool>> all;
  for (int i = 0; i != 6; ++i) {
    all.push_back(std::async(std::launch::async, [&] { return transport.send(to(server)).has_value(); }));
  }
  for (auto& one : all) REQUIRE(one.get());
  REQUIRE(transport.idle_connections() == 6);
}

}  // namespace

TEST_CASE("an answer that nobody asked for is nobody's") {
  each_way(
      [](Peer& peer) {
        while (!peer.read_request().empty()) peer.send({ok_text("mine"), ok_text("another's")});
      },
      [](Server& server, const Send& send, const Idle&) {
        for (int i = 0; i != 3; ++i) CHECK(send(to(server)).value().body == "mine");
        CHECK(server.connections() == 3);
      });
}

TEST_CASE("async: whoever waits in line gets no answer that came before the request") {
  for (const bool tls : {false, true}) {
    for (const bool ends : {false, true}) {
      CAPTURE(tls);
      CAPTURE(ends);
      Server server(tls, [&](Peer& peer) {
        for (auto request = peer.read_request(); !request.empty(); request = peer.read_request()) {
          const auto body = request.substr(request.find("\r\n\r\n") + 4);
          if (!ends) peer.send({ok_text(body), ok_text("another's")});
          else return peer.send_last(ok_text(body)), peer.wait_until_left();
        }
      });
      const TemporaryFile ca(server.ca_pem());
      const auto path = tls ? ca.path() : std::string();
      Lone at({.ca_file = path, .max_connections_per_origin = 1});
      const std::vector<std::string> bodies{"a", "b", "c", "d", "e"};
      std::vector<Request> requests;
      for (const auto& body : bodies) requests.push_back(to(server, body));
      const auto answers = at.send_all(requests);
      for (std::size_t i = 0; i != bodies.size(); ++i) {
        REQUIRE_MESSAGE(answers[i].has_value(), answers[i].error());
        CHECK(std::string_view(answers[i]->body) == bodies[i]);
      }
    }
  }
}

TEST_CASE("TLS: half a record that nobody asked for spoils its connection") {
  for (const std::size_t half : {1U, 4U, 5U, 20U}) {
    CAPTURE(half);
    std::string rest;
    each_way(
        [half](Peer& peer) {
          if (peer.read_request().empty()) return;
          const auto mine = peer.wire_of(ok_text("mine"));
          const auto other = peer.wire_of(ok_text("another's"));
          peer.send_raw(mine + other.substr(0, half));
          if (!peer.read_request().empty()) peer.send_raw(other.substr(half));
          peer.wait_until_left();
        },
        [](Server& server, const Send& send, const Idle&) {
          for (int i = 0; i != 3; ++i) CHECK(send(to(server)).value().body == "mine");
          CHECK(server.connections() == 3);
        },
        over_tls);
  }
}

TEST_CASE("when a connection that worked is lost, those that wait are not used again") {
  for (const bool falls_silent : {false, true}) {
    CAPTURE(falls_silent);
    for (const bool tls : {false, true}) {
      const auto script = [&](Peer& peer) {
        while (!peer.read_request().empty()) {
          if (peer.index() < 6) std::this_thread::sleep_for(100ms);  // so that six are asked at once
          peer.send(ok_text("{}"));
          if (peer.index() >= 6) continue;
          const bool asked_again = peer.read_head();
          if (asked_again && falls_silent) peer.wait_until_left();
          return;
        }
      };
      {
        INFO("BeastTransport");
        Server server(tls, script);
        const TemporaryFile ca(server.ca_pem());
        const auto path = tls ? ca.path() : std::string();
        const wandb::BeastTransport transport({.ca_file = path});
        keep_six(transport, server);
        const auto error = transport.send(to(server, "{}", 300ms)).error();
        CHECK(error == (falls_silent ? errc::timed_out : errc::connection_lost));
        CHECK(transport.idle_connections() == 0);
        CHECK(transport.send(to(server)).has_value());
      }
      {
        INFO("AsyncBeastTransport");
        Server server(tls, script);
        const TemporaryFile ca(server.ca_pem());
        const auto path = tls ? ca.path() : std::string();
        Lone at({.ca_file = path});
        for (const auto& answer : at.send_all(std::vector(6, to(server)))) REQUIRE(answer.has_value());
        REQUIRE(at.transport.idle_connections() == 6);
        const auto error = at.send(to(server, "{}", 300ms)).error();
        CHECK(error == (falls_silent ? errc::timed_out : errc::connection_lost));
        CHECK(at.transport.idle_connections() == 0);
        CHECK(at.send(to(server)).has_value());
      }
    }
  }
}

TEST_CASE("what surrounds a body ends at a limit, wherever the reads end") {
  const std::string ok_head = "HTTP/1.1 200 OK\r\n";
  const std::string chunked = ok_head + "Transfer-Encoding: chunked\r\n\r\n";
  const Expected too_large{errc::response_too_large, 200};
  const Expected head_too_large{errc::response_too_large, 200, errc::protocol_error};
  check_error(ok_head, "X: yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy\r\n", too_large);
  check_error(ok_head + "X: ", "y", too_large);
  check_error(chunked + "1;", "extension=yyyyyyyyyyyyyyyyyyyyyyyyyyyyy;", head_too_large);
  check_error(chunked, "0", head_too_large);
  check_error(chunked + "1\r\nx\r\n0\r\n", "X: yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy\r\n",
              too_large);
  check_error(chunked + "1\r\nx\r\n0\r\nX: ", "y", too_large);
  check_error(chunked, "1;extension=" + std::string(1000, 'y') + "\r\nx\r\n", head_too_large);
  check_error("HTTP/1.1 200 ", "y", {errc::response_too_large, 0});
  check_error("", "HTTP/1.1 103 Early Hints\r\nLink: yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy\r\n\r\n",
              {errc::response_too_large, 0});
}

TEST_CASE("a body in the smallest chunks is whole") {
  std::string bytes = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (int i = 0; i != 50'000; ++i) bytes += "00000001\r\nx\r\n";
  check_kept(bytes + "0\r\nTrailer: yes\r\n\r\n", 200, true);
}

namespace {

// Sends records without data until the client leaves. Sets `began` when more than one read can take are on their way.
void flood(Peer& peer, int kind = SSL_KEY_UPDATE_NOT_REQUESTED, std::atomic<bool>* began = nullptr) {
  int rounds = 0;
  while (peer.open()) {
    for (int i = 0; i != 64; ++i) {
      SSL_key_update(peer.ssl(), kind);
      SSL_do_handshake(peer.ssl());
    }
    peer.flush();
    if (began != nullptr && ++rounds == 64) *began = true;
    peer.drain();
  }
}
}  // namespace

TEST_CASE("TLS: records without data do not outlive the deadline") {
  const std::string large(std::size_t{48} * 1024 * 1024, 'x');
  for (const bool while_sending : {false, true}) {
    CAPTURE(while_sending);
    each_way(
        [&](Peer& peer) {
          if (while_sending ? peer.read_head() : !peer.read_request().empty()) flood(peer);
        },
        [&](Server& server, const Send& send, const Idle&) {
          const Stopwatch watch;
          const auto answer = send(to(server, while_sending ? std::string_view(large) : "{}", 300ms));
          REQUIRE_FALSE(answer.has_value());
          CHECK(answer.error() == errc::timed_out);
          CHECK(watch.elapsed() < 2s);
        },
        over_tls);
  }
}

TEST_CASE("TLS: records that ask for an answer of their own do not outlive the deadline") {
  const std::string large(std::size_t{8} * 1024 * 1024, 'x');
  for (const bool while_sending : {false, true}) {
    CAPTURE(while_sending);
    each_way(
        [&](Peer& peer) {
          if (while_sending ? peer.read_head() : !peer.read_request().empty()) flood(peer, SSL_KEY_UPDATE_REQUESTED);
        },
        [&](Server& server, const Send& send, const Idle&) {
          const Stopwatch watch;
          const auto answer = send(to(server, while_sending ? std::string_view(large) : "{}", 300ms));
          REQUIRE_FALSE(answer.has_value());
          CHECK(watch.elapsed() < 2s);
        },
        over_tls);
  }
}

TEST_CASE("TLS: a look at a connection never waits, even where TLS has to answer and nobody reads") {
  each_way(
      [](Peer& peer) {
        if (peer.read_request().empty()) return;
        if (peer.index() != 0) return peer.send(ok_text("{}")), peer.wait_until_left();
        const auto update = [&](int times) {
          for (int i = 0; i != times; ++i) {
            SSL_key_update(peer.ssl(), SSL_KEY_UPDATE_REQUESTED);
            SSL_do_handshake(peer.ssl());
          }
        };
        // The answers to these requests fill the kernel's buffers, and nobody reads them.
        update(100'000);
        peer.send(ok_text("{}"));
        for (int i = 0; i != 100 && peer.open(); ++i) update(1000), peer.flush_some();
        for (int i = 0; i != 300 && peer.client_is_there(); ++i) std::this_thread::sleep_for(10ms);
      },
      [](Server& server, const Send& send, const Idle&) {
        const Stopwatch watch;
        const auto first = send(to(server, "{}", 5s));
        std::this_thread::sleep_for(200ms);
        const Stopwatch second_watch;
        const auto second = send(to(server, "{}", 2s));
        if (first) CHECK_MESSAGE(second.has_value(), second.error());
        CHECK(second_watch.elapsed() < 2500ms);
        CHECK(watch.elapsed() < 10s);
      },
      over_tls);
}

TEST_CASE("TLS: what a server says before it is asked is no answer") {
  each_way(
      [](Peer& peer) {
        while (!peer.read_request().empty()) peer.send(ok_text("mine"));
      },
      [](Server& server, const Send& send, const Idle& idle) {
        server.push(ok_text("pushed"));
        const auto error = send(to(server)).error();
        CHECK(error == errc::connection_lost);
        CHECK(error.delivery() == Delivery::nothing_sent);
        CHECK(idle() == 0);
        CHECK(send(to(server)).value().body == "mine");
      },
      over_tls);
}

TEST_CASE("another protocol is told from HTTP by its first bytes, though it waits") {
  for (const std::string_view bytes :
       {std::string_view("\x15\x03\x01\x00\x02\x02\x0a", 7), std::string_view("{}\r\n\r\n"),
        std::string_view("SSH-2.0"), std::string_view("HTTP/2")}) {
    check_error(bytes, "", {errc::protocol_error, 0});
  }
}

TEST_CASE("TLS: records without data do not hold up the next request") {
  std::atomic<bool> began = false;
  each_way(
      [&](Peer& peer) {
        if (peer.read_request().empty()) return;
        peer.send(ok_text("{}"));
        if (peer.index() == 0) flood(peer, SSL_KEY_UPDATE_NOT_REQUESTED, &began);
        peer.wait_until_left();
      },
      [&](Server& server, const Send& send, const Idle&) {
        const Stopwatch watch;
        began = false;
        REQUIRE(send(to(server)).has_value());
        REQUIRE(eventually([&] { return began.load(); }));
        CHECK(send(to(server)).has_value());
        CHECK(server.connections() == 2);
        CHECK(watch.elapsed() < 2s);
      },
      over_tls);
}

TEST_CASE("a coding that nobody asked for is refused where there is a body to be read") {
  check_error("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc", "",
              {errc::protocol_error, 200});
  check_error("HTTP/1.1 201 Created\r\nContent-Encoding: identity, br\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n",
              "", {errc::protocol_error, 201});
  for (const std::string coding : {"gzip", "br, identity", "x-unknown"}) {
    for (const int status : {302, 401, 413, 429, 503}) {
      check_kept("HTTP/1.1 " + std::to_string(status) + " Odd\r\nContent-Encoding: " + coding +
                     "\r\nContent-Length: 3\r\n\r\nabc",
                 status, true);
    }
    check_kept("HTTP/1.1 200 OK\r\nContent-Encoding: " + coding + "\r\nContent-Length: 0\r\n\r\n", 200, true);
    check_kept("HTTP/1.1 204 No Content\r\nContent-Encoding: " + coding + "\r\n\r\n", 204, true);
    check_kept("HTTP/1.1 103 Early Hints\r\nContent-Encoding: " + coding + "\r\n\r\n" + ok_text("{}"), 200, true);
  }
  for (const std::string coding : {"", "identity", "Identity", " , identity ,"}) {
    check_kept("HTTP/1.1 200 OK\r\nContent-Encoding: " + coding + "\r\nContent-Length: 2\r\n\r\n{}", 200, true);
  }
}

TEST_CASE("the coding that nobody asked for is named") {
  LoopbackServer server(echo());
  const auto reason_for = [&](const std::string& coding) {
    server.inject({.raw = "HTTP/1.1 200 OK\r\nContent-Encoding: " + coding + "\r\nContent-Length: 2\r\n\r\n{}"});
    return wandb::BeastTransport().send(request_to(server)).error().reason();
  };
  CHECK(reason_for("gzip").find("encoded as gzip") != std::string::npos);
  CHECK(reason_for("identity, zstd").find("encoded as zstd") != std::string::npos);
  CHECK(reason_for("0123456789abcdef").find("0123456789ab") == std::string::npos);
}

TEST_CASE("a Transfer-Encoding other than chunked is refused at once") {
  for (const std::string field : {"gzip", "gzip, chunked", "chunked, gzip", "identity", "chunked, chunked", "chunkedd",
                                  "\"chunked\"", "chunked;q=1", ""}) {
    for (const std::string length : {"", "Content-Length: 2\r\n"}) {
      check_error("HTTP/1.1 200 OK\r\nTransfer-Encoding: " + field + "\r\n" + length + "\r\n", "",
                  {errc::protocol_error, 200});
      check_error("HTTP/1.1 200 OK\r\n" + length + "Transfer-Encoding: " + field + "\r\n\r\n", "",
                  {errc::protocol_error, 200});
    }
  }
  for (const std::string both :
       {"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n", "Transfer-Encoding: chunked\r\nContent-Length: 2\r\n",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "Content-Length: 2\r\nContent-Length: 3\r\n"}) {
    check_error("HTTP/1.1 503 Odd\r\n" + both + "\r\n", "", {errc::protocol_error, 503});
  }
}

TEST_CASE("a connection is not used again where two readers may disagree on the end of an answer") {
  const std::string body = "2\r\n{}\r\n0\r\n\r\n";
  check_kept("HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n" + body, 200, true);
  check_kept("HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\n{}", 200, true);
  check_kept("HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n" + body, 200, false);
  check_kept("HTTP/1.1 204 No Content\r\n\r\n", 204, true);
  check_kept("HTTP/1.1 204 No Content\r\nContent-Length: 2\r\n\r\n", 204, false);
  check_kept("HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n", 204, false);
  check_kept("HTTP/1.1 304 Not Modified\r\nContent-Length: 2\r\n\r\n", 304, false);
  check_kept("HTTP/1.1 304 Not Modified\r\nTransfer-Encoding: chunked\r\n\r\n", 304, false);
  check_kept("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\n{}", 200, false);
  check_kept("HTTP/1.1 200 OK\r\nContent-Length: 2, 2\r\n\r\n{}", 200, false);
  check_kept("HTTP/1.1 100 Continue\r\nContent-Length: 2\r\n\r\n" + ok_text("{}"), 200, false);
}

TEST_CASE("an answer that comes before the whole request is sent is told") {
  const std::string large(std::size_t{48} * 1024 * 1024, 'x');
  enum class Then { closes, resets, reads_no_further };
  for (const auto then : {Then::closes, Then::resets, Then::reads_no_further}) {
    CAPTURE(static_cast<int>(then));
    for (const int status : {401, 413}) {
      each_way(
          [&](Peer& peer) {
            if (!peer.read_head()) return;
            peer.send("HTTP/1.1 " + std::to_string(status) + " No\r\nContent-Length: 2\r\n\r\nno");
            if (then == Then::reads_no_further) {
              // Waits until the client leaves, which a poll for errors shows.
              for (int i = 0; i != 500 && peer.client_is_there(); ++i) std::this_thread::sleep_for(10ms);
            } else {
              // Gives the answer time to arrive before the reset that unread bytes cause.
              std::this_thread::sleep_for(50ms);
              peer.close();
            }
          },
          [&](Server& server, const Send& send, const Idle& idle) {
            const Stopwatch watch;
            const auto answer = send(to(server, large, 5s));
            CHECK(watch.elapsed() < 3s);
            REQUIRE_MESSAGE(answer.has_value(), answer.error());
            CHECK(answer->status == status);
            CHECK(answer->body == "no");
            CHECK(idle() == 0);
          });
    }
  }
}

TEST_CASE("a large request is sent whole to a server that reads slowly") {
  const std::string large(std::size_t{8} * 1024 * 1024, 'x');
  each_way(
      [&](Peer& peer) {
        if (!peer.read_head()) return;
        peer.send("HTTP/1.1 100 Continue\r\n\r\n");
        std::this_thread::sleep_for(100ms);
        const auto size = peer.read_rest(large.size());
        peer.send(ok_text(std::to_string(size)));
        peer.wait_until_left();
      },
      [&](Server& server, const Send& send, const Idle& idle) {
        const auto answer = send(to(server, large));
        REQUIRE_MESSAGE(answer.has_value(), answer.error());
        CHECK(std::string_view(answer->body) == std::to_string(large.size()));
        CHECK(idle() == 1);
      });
}

TEST_CASE("TLS: a server that wants a client's certificate says so, and has run nothing") {
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    CAPTURE(version);
    each_way([](Peer& peer) { peer.read_request(); },
             [](Server& server, const Send& send, const Idle&) {
               const auto error = send(to(server)).error();
               CAPTURE(error);
               CHECK(error == errc::tls_failed);
               CHECK(error.delivery() == Delivery::nothing_sent);
               CHECK(error.reason().find("certificate") != std::string::npos);
             },
             [version](SSL_CTX* context) {
               SSL_CTX_set_max_proto_version(context, version);
               SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
             });
  }
}

TEST_CASE("a child process does not use its parent's connections") {
  for (const bool tls : {false, true}) {
    CAPTURE(tls);
    Server server(tls, [](Peer& peer) {
      while (!peer.read_request().empty()) peer.send(ok_text(std::to_string(peer.index())));
    });
    const TemporaryFile ca(server.ca_pem());
    const auto path = tls ? ca.path() : std::string();
    const wandb::BeastTransport transport({.ca_file = path});
    REQUIRE(transport.send(to(server)).value().body == "0");
    const auto child = ::fork();
    if (child == 0) {
      const auto answer = transport.send(to(server));
      ::_exit(answer && answer->body == "1" ? 0 : 1);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK(status == 0);
    CHECK(transport.send(to(server)).value().body == "0");
  }
}

TEST_CASE("a query survives six connections that died while they waited") {
  Server server(false, [](Peer& peer) {
    while (!peer.read_request().empty()) {
      if (peer.index() < 6) std::this_thread::sleep_for(100ms);
      peer.send(
          ok_text(R"({"data":{"viewer":{"id":"1","name":"Ann","username":"ann","email":"a@b.c","admin":false,)"
                  R"("flags":null,"entity":null,"deletedAt":null,"apiKeys":{"edges":[]},"teams":{"edges":[]}}}})"));
      if (peer.index() >= 6) continue;
      static_cast<void>(peer.read_head());
      return;
    }
  });
  wandb::BeastTransport transport;
  keep_six(transport, server);
  const auto url = "http://127.0.0.1:" + std::to_string(server.port());
  const wandb::Secret key(std::string(40, 'a'));
  wandb::Api api(transport, {.base_url = url, .api_key = key, .retry = {.initial_backoff = 1ms}},
                 wandb::Environment::none());
  const auto viewer = api.viewer();
  REQUIRE_MESSAGE(viewer.has_value(), viewer.error());
}

TEST_CASE("an error that is encoded says so, with its status and its outcome") {
  struct Row {
    int status;
    wandb::Outcome outcome;
  };
  for (const auto& row : {Row{302, wandb::Outcome::unknown}, Row{401, wandb::Outcome::not_run},
                          Row{429, wandb::Outcome::not_run}, Row{503, wandb::Outcome::unknown}}) {
    const int status = row.status;
    CAPTURE(status);
    const std::string answer = "HTTP/1.1 " + std::to_string(status) +
                               " Odd\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\n\x1f\x8b\x08";
    Server server(false, [&](Peer& peer) {
      while (!peer.read_request().empty()) peer.send(answer);
    });
    const auto url = "http://127.0.0.1:" + std::to_string(server.port());
    const wandb::Secret key(std::string(40, 'a'));
    wandb::Api api(wandb::BeastTransport(), {.base_url = url, .api_key = key, .retry = {.max_attempts = 1}},
                   wandb::Environment::none());
    const auto error = api.create_user("ann@example.com").error();
    CAPTURE(error);
    CHECK(error == errc::not_the_service);
    CHECK(error.status() == status);
    CHECK(error.outcome() == row.outcome);
    CHECK(error.reason().find("encoded as gzip") != std::string::npos);
  }
}

TEST_CASE("who is turned away by a status has done nothing, whatever is wrong with the rest of the answer") {
  for (const std::string rest : {"Transfer-Encoding: gzip\r\n\r\n", "Content-Length: 100\r\n\r\nno"}) {
    using Row = std::pair<int, wandb::Outcome>;
    for (const auto& row :
         {Row{401, wandb::Outcome::not_run}, Row{403, wandb::Outcome::not_run}, Row{413, wandb::Outcome::not_run},
          Row{400, wandb::Outcome::unknown}, Row{200, wandb::Outcome::unknown}, Row{503, wandb::Outcome::unknown}}) {
      const int status = row.first;
      CAPTURE(rest);
      CAPTURE(status);
      const auto answer = "HTTP/1.1 " + std::to_string(status) + " Odd\r\n" + rest;
      Server server(false, [&](Peer& peer) {
        if (!peer.read_request().empty()) peer.send(answer);
      });
      const auto url = "http://127.0.0.1:" + std::to_string(server.port());
      const wandb::Secret key(std::string(40, 'a'));
      wandb::Api api(wandb::BeastTransport(), {.base_url = url, .api_key = key, .retry = {.max_attempts = 1}},
                     wandb::Environment::none());
      const auto error = api.create_user("ann@example.com").error();
      CHECK(error.status() == status);
      CHECK(error.outcome() == row.second);
    }
  }
}
