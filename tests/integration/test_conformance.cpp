// Tests the conformance suite: the library's own transports keep every rule, and each wrong transport is caught.
#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <wandb/any_transport.hpp>
#include <wandb/testing/conformance.hpp>
#include <wandb/transport/async_beast.hpp>
#include <wandb/transport/beast.hpp>

#include "awaiting.hpp"
#include "test_conformance.hpp"

namespace {

using namespace std::chrono_literals;
using wandb::BeastTransport;
using wandb::Delivery;
using wandb::errc;
using wandb::Error;
using wandb::Request;
using wandb::Response;
using wandb::testing::conformance;
using wandb::testing::Surroundings;
using namespace conformance_test;

// Returns the answer, or the error with another `Delivery`.
Answer delivered(Answer answer, Delivery delivery) {
  if (answer) return answer;
  return Error(answer.error().code(), answer.error().reason(), delivery);
}

Answer dropping(const BeastTransport& inner, Request request, std::string_view name) {
  std::vector<wandb::Header> headers;
  for (const auto& header : request.headers) {
    if (header.name != name) headers.push_back(header);
  }
  request.headers = headers;
  return inner.send(request);
}

// Makes a response with that status of each failure.
template <int Status>
Answer failures_as(const BeastTransport& inner, const Request& request) {
  auto answer = inner.send(request);
  if (answer) return answer;
  Response response;
  response.status = Status;
  return Answer(std::move(response));
}

Answer without_deadline(const BeastTransport& inner, Request request) {
  request.deadline = std::chrono::steady_clock::time_point::max();
  return inner.send(request);
}

}  // namespace

TEST_CASE("BeastTransport keeps every rule of transports") {
  for (const auto rule : wandb::testing::conformance_rules()) {
    SUBCASE(std::string(rule).c_str()) { CHECK(text(conformance(beast, {.only = rule})) == ""); }
  }
}

TEST_CASE("AsyncBeastTransport keeps every rule of transports") {
  const auto complaints = conformance(
      [](const Surroundings& around) {
        return wandb::AsyncBeastTransport(rigs::background().context, {.ca_file = around.ca_pem});
      },
      [](auto task) { return rigs::get(std::move(task)); });
  CHECK(text(complaints) == "");
}

TEST_CASE("a factory of type-erased transports is checked as others are") {
  const auto make = [](const Surroundings& around) {
    return wandb::AnyTransport(BeastTransport({.ca_file = around.ca_file}));
  };
  CHECK(text(conformance(make, {.only = "answers over TLS"})) == "");
}

TEST_CASE("a suite that cannot check TLS says so, unless it is told not to") {
  const auto make = [] { return BeastTransport(); };
  const auto complaints = conformance(make, {.only = "answers over TLS"});
  REQUIRE(complaints.size() == 1);
  CHECK(complaints.front().what.find("This was not checked") == 0);
  CHECK(text(conformance(make, {.tls = false})) == "");
}

TEST_CASE("a rule that does not exist is a complaint") {
  CHECK(text(conformance(beast, {.only = "flies"})) == "Rule: the transport flies.\nThere is no rule of this name.\n");
}

TEST_CASE("a transport that returns a default response is caught") {
  check_caught("sends a request byte for byte", "has not got a whole request",
               [](const auto&, const Request&) { return Response(); });
  check_caught("returns an answer with any status", "send returned 0",
               [](const auto& inner, const Request& request) -> Answer {
                 static_cast<void>(inner.send(request));
                 return Response();
               });
}

TEST_CASE("a transport that always says that nothing was sent is caught") {
  for (const auto* rule :
       {"sends once if the connection is closed", "sends once if the connection is reset",
        "keeps the deadline if the server is silent", "keeps the deadline if the server does not read"}) {
    check_caught(rule, "The error says `nothing_sent`", [](const auto& inner, const Request& request) {
      return delivered(inner.send(request), Delivery::nothing_sent);
    });
  }
  check_caught(
      "reports an answer that is cut or is not HTTP", "The error says `nothing_sent`",
      [](const auto& inner, const Request& request) { return delivered(inner.send(request), Delivery::nothing_sent); });
}

TEST_CASE("a transport that never says that nothing was sent is caught") {
  for (const auto* rule :
       {"says that nothing was sent to a port that refuses", "refuses the certificate of an unknown authority"}) {
    check_caught(rule, "The error says `perhaps_sent`", [](const auto& inner, const Request& request) {
      return delivered(inner.send(request), Delivery::perhaps_sent);
    });
  }
}

TEST_CASE("a transport that says of every failure that an answer began is caught") {
  check_caught(
      "sends once if the connection is closed", "The error says `answered`",
      [](const auto& inner, const Request& request) { return delivered(inner.send(request), Delivery::answered); });
}

TEST_CASE("a transport that sends again after a failure is caught") {
  for (const auto* rule : {"sends once if the connection is closed", "sends once if the connection is reset"}) {
    check_caught(rule, "send returned a response", [](const auto& inner, const Request& request) {
      auto answer = inner.send(request);
      return answer ? answer : inner.send(request);
    });
  }
}

TEST_CASE("a transport that sends each request twice is caught") {
  check_caught("sends a request byte for byte", "2 requests of one send",
               [](const auto& inner, const Request& request) {
                 static_cast<void>(inner.send(request));
                 return inner.send(request);
               });
}

TEST_CASE("a transport that follows redirects is caught") {
  check_caught("follows no redirect", "followed a redirect to another server",
               [](const auto& inner, const Request& request) {
                 auto answer = inner.send(request);
                 if (!answer || answer->status != 307) return answer;
                 auto again = request;
                 const auto location = answer->headers.find("Location").value();
                 again.host = location.substr(7, location.rfind('/') - 7);
                 again.origin.port = static_cast<std::uint16_t>(std::stoi(std::string(again.host.substr(10))));
                 return inner.send(again);
               });
}

TEST_CASE("a transport that drops or changes a header of the request is caught") {
  check_caught("sends a request byte for byte", "Authorization",
               [](const auto& inner, const Request& request) { return dropping(inner, request, "Authorization"); });
  check_caught("sends a request byte for byte", "Host", [](const auto& inner, Request request) {
    request.host = "localhost";
    return inner.send(request);
  });
}

TEST_CASE("a transport that drops a header without a value is caught") {
  check_caught("sends a request byte for byte", "X-Empty",
               [](const auto& inner, const Request& request) { return dropping(inner, request, "X-Empty"); });
}

TEST_CASE("a transport that sends the headers or the target of an earlier request is caught") {
  const auto first = std::make_shared<std::vector<wandb::Header>>();
  check_caught("sends a request byte for byte", "The header Authorization of the second request",
               [first](const auto& inner, Request request) {
                 if (first->empty()) first->assign(request.headers.begin(), request.headers.end());
                 request.headers = *first;
                 return inner.send(request);
               });
  const auto target = std::make_shared<std::string>();
  check_caught("sends a request byte for byte", "of the second request", [target](const auto& inner, Request request) {
    if (target->empty()) *target = request.target;
    request.target = *target;
    return inner.send(request);
  });
}

TEST_CASE("a transport that adds a header of its own beside the request's is caught") {
  check_caught("sends a request byte for byte", "User-Agent", [](const auto& inner, Request request) {
    std::vector<wandb::Header> headers(request.headers.begin(), request.headers.end());
    headers.push_back({"User-Agent", "my library"});
    request.headers = headers;
    return inner.send(request);
  });
}

TEST_CASE("a transport that drops headers of the answer is caught") {
  check_caught("returns the headers of an answer byte for byte", "Retry-After",
               [](const auto& inner, const Request& request) {
                 auto answer = inner.send(request);
                 if (answer) answer->headers.clear();
                 return answer;
               });
}

TEST_CASE("a transport that returns headers of an earlier answer is caught") {
  const auto earlier = std::make_shared<std::vector<std::string>>();
  check_caught("returns the headers of an answer byte for byte", "Retry-After of the first one",
               [earlier](const auto& inner, const Request& request) {
                 auto answer = inner.send(request);
                 if (!answer) return answer;
                 for (const auto& value : *earlier) answer->headers.add("Retry-After", value);
                 if (const auto value = answer->headers.find("Retry-After")) earlier->emplace_back(*value);
                 return answer;
               });
}

TEST_CASE("a transport that makes an error of a status is caught") {
  check_caught("returns an answer with any status", "status 400", [](const auto& inner, const Request& request) {
    auto answer = inner.send(request);
    return answer && answer->status >= 400 ? Answer(Error(errc::bad_request, Delivery::answered)) : answer;
  });
}

TEST_CASE("a transport that makes a response of a failure is caught") {
  check_caught("says that nothing was sent to a port that refuses", "the status 502", failures_as<502>);
}

TEST_CASE("a transport that cuts a body is caught") {
  check_caught("carries bodies of 0, 1 and 16 Mi bytes", "another body than a body of 16777216 bytes",
               [](const auto& inner, const Request& request) {
                 auto answer = inner.send(request);
                 if (answer) answer->body.resize(std::min(answer->body.size(), std::size_t{65536}));
                 return answer;
               });
}

TEST_CASE("a transport that cuts a body in chunks is caught") {
  check_caught("carries bodies of 0, 1 and 16 Mi bytes", "16777216 bytes in chunks",
               [](const auto& inner, const Request& request) {
                 auto answer = inner.send(request);
                 if (answer && answer->headers.find("Transfer-Encoding")) answer->body.resize(65536);
                 return answer;
               });
}

TEST_CASE("a transport that sends in clear to an https origin is caught") {
  check_caught("sends nothing in clear to an https origin", "was sent in clear",
               [](const auto& inner, Request request) -> Answer {
                 if (!request.origin.tls) return inner.send(request);
                 request.origin.tls = false;
                 auto answer = inner.send(request);
                 return answer ? Answer(std::move(answer)) : Error(errc::tls_failed, Delivery::nothing_sent);
               });
}

TEST_CASE("a transport that makes a mistake only over TLS is caught") {
  const auto over_tls = [](const Mistake& mistake) -> Mistake {
    return [mistake](const BeastTransport& inner, const Request& request) {
      return request.origin.tls ? mistake(inner, request) : inner.send(request);
    };
  };
  check_caught("keeps the deadline if the server does not read", "Over TLS: The error says `nothing_sent`",
               over_tls([](const auto& inner, const Request& request) {
                 return delivered(inner.send(request), Delivery::nothing_sent);
               }));
  check_caught("carries bodies of 0, 1 and 16 Mi bytes", "Over TLS: send returned another body",
               over_tls([](const auto& inner, const Request& request) {
                 auto answer = inner.send(request);
                 if (answer) answer->body.resize(std::min(answer->body.size(), std::size_t{16384}));
                 return answer;
               }));
  check_caught("sends once whatever the status", "Over TLS: The server got 2 requests",
               over_tls([](const auto& inner, const Request& request) {
                 auto answer = inner.send(request);
                 return answer && answer->status == 503 ? inner.send(request) : std::move(answer);
               }));
#if defined(__cpp_lib_jthread)
  check_caught("obeys a stop", "Over TLS: ", over_tls([](const auto& inner, Request request) {
                 request.stop = {};
                 return inner.send(request);
               }));
#endif
}

TEST_CASE("a transport that takes an answer for whole that was cut is caught") {
  check_caught("reports an answer that is cut or is not HTTP", "ended within its header", failures_as<200>);
}

TEST_CASE("a transport that ignores the deadline is caught, though its answer comes") {
  check_caught("keeps the deadline if the answer comes too late", "send returned a response", without_deadline);
}

TEST_CASE("a transport that hangs is caught, and its connections are ended") {
  for (const auto* rule : {"keeps the deadline if the server is silent", "keeps the deadline during the TLS handshake",
                           "keeps the deadline if the answer comes a byte at a time"}) {
    check_caught(rule, "did not return although its deadline had long passed", without_deadline);
  }
}

TEST_CASE("a transport that never returns is caught, and its thread is left behind") {
  struct Gate {
    std::mutex mutex;
    std::condition_variable changed;
    bool open = false;
    bool left = false;
  };
  const auto gate = std::make_shared<Gate>();
  const auto complaints = conformance(
      [&](const Surroundings& around) {
        return Wrong{beast(around), [gate](const BeastTransport&, const Request&) -> Answer {
                       std::unique_lock lock(gate->mutex);
                       gate->changed.wait(lock, [&] { return gate->open; });
                       gate->left = true;
                       gate->changed.notify_all();
                       return Error(errc::timed_out);
                     }};
      },
      {.only = "keeps the deadline if the server is silent"});
  CHECK(text(complaints).find("Its thread was left behind.") != std::string::npos);
  std::unique_lock lock(gate->mutex);
  gate->open = true;
  gate->changed.notify_all();
  gate->changed.wait(lock, [&] { return gate->left; });
}

TEST_CASE("the second send that never returns ends the suite") {
  struct Gate {
    std::mutex mutex;
    std::condition_variable changed;
    bool open = false;
    int left = 0;
  };
  const auto gate = std::make_shared<Gate>();
  // It hangs only where its deadline is near, which is sooner.
  const auto complaints = conformance(
      [&](const Surroundings& around) {
        return Wrong{beast(around), [gate](const BeastTransport& inner, const Request& request) -> Answer {
                       if (request.deadline - std::chrono::steady_clock::now() > 10s) return inner.send(request);
                       std::unique_lock lock(gate->mutex);
                       gate->changed.wait(lock, [&] { return gate->open; });
                       ++gate->left;
                       gate->changed.notify_all();
                       return Error(errc::timed_out);
                     }};
      },
      {.tls = false});
  CHECK(complaints.back().what.find("This is the second send that never returned.") == 0);
  std::unique_lock lock(gate->mutex);
  gate->open = true;
  gate->changed.notify_all();
  gate->changed.wait(lock, [&] { return gate->left >= 2; });
}

TEST_CASE("an error of an exchange that the suite had to end is no further complaint") {
  const auto complaints = conformance(
      [](const Surroundings& around) {
        return Wrong{beast(around), without_deadline};
      },
      {.only = "keeps the deadline if the server is silent"});
  CHECK(text(complaints).find("not `condition::timed_out`") == std::string::npos);
}

TEST_CASE("a complaint about a missing answer does not claim that one came") {
  check_caught("returns an answer with any status", "send returned an error instead of an answer with the status 200",
               [](const auto&, const Request&) { return Error(errc::connect_failed, Delivery::nothing_sent); });
}

TEST_CASE("a transport whose wait ends too soon is caught") {
  struct Hasty : rigs::Free {
    BeastTransport inner;
    explicit Hasty(const Surroundings& around) : inner(beast(around)) {}
    task<Answer> send(const Request& request) const { co_return inner.send(request); }
    task<void> wait(std::chrono::nanoseconds) const { co_return; }
  };
  const auto complaints = conformance([](const Surroundings& around) { return Hasty(around); },
                                      [](auto task) { return task.run(); }, {.only = "waits as long as it is told"});
  CHECK(text(complaints).find("wait returned before its time was over") != std::string::npos);
}

namespace {

// A transport whose wait does what it is given.
struct Waiting {
  BeastTransport inner;
  std::function<void(std::chrono::nanoseconds, const wandb::StopToken&)> how;
  [[nodiscard]] Answer send(const Request& request) const { return inner.send(request); }
  void wait(std::chrono::nanoseconds duration, const wandb::StopToken& stop) const { how(duration, stop); }
};

std::string complaints_about_wait(std::string_view rule, const decltype(Waiting::how)& how) {
  const auto make = [&](const Surroundings& around) { return Waiting{beast(around), how}; };
  return text(conformance(make, {.only = rule}));
}

}  // namespace

TEST_CASE("a transport whose wait takes too long, throws or ignores a stop is caught") {
  CHECK(complaints_about_wait("waits as long as it is told", [](auto duration, const auto&) {
          std::this_thread::sleep_for(duration + 1700ms);
        }).find("wait returned long after its time was over") != std::string::npos);
  CHECK(complaints_about_wait("waits as long as it is told", [](auto, const auto&) {
          throw 1;
        }).find("wait threw an exception.") != std::string::npos);
#if defined(__cpp_lib_jthread)
  CHECK(complaints_about_wait("ends a wait when a stop is requested", [](auto duration, const auto&) {
          std::this_thread::sleep_for(duration);
        }).find("wait did not return soon after a stop") != std::string::npos);
#endif
}

TEST_CASE("a transport whose wait the library would not use is told so") {
  struct Other {
    BeastTransport inner;
    [[nodiscard]] Answer send(const Request& request) const { return inner.send(request); }
    void wait(std::chrono::nanoseconds duration) const { std::this_thread::sleep_for(duration); }
  };
  const auto complaints = conformance([](const Surroundings& around) { return Other{beast(around)}; },
                                      {.only = "waits as long as it is told"});
  CHECK(text(complaints).find("The library does not use the transport's wait.") != std::string::npos);
}

TEST_CASE("a transport that cannot be destroyed is told so") {
  struct Slow {
    BeastTransport inner;
    explicit Slow(const Surroundings& around) : inner(beast(around)) {}
    ~Slow() { std::this_thread::sleep_for(5500ms); }
    [[nodiscard]] Answer send(const Request& request) const { return inner.send(request); }
  };
  const auto complaints = conformance([](const Surroundings& around) { return Slow(around); },
                                      {.only = "sends nothing after the deadline"});
  CHECK(text(complaints).find("The transport's destructor did not return.") != std::string::npos);
}

TEST_CASE("a transport that names a deadline otherwise is caught") {
  check_caught("keeps the deadline if the server is silent", "not `condition::timed_out`",
               [](const auto& inner, const Request& request) {
                 auto answer = inner.send(request);
                 return answer ? answer : Answer(Error(errc::connection_lost));
               });
}

#if defined(__cpp_lib_jthread)
TEST_CASE("a transport that ignores a stop is caught") {
  check_caught("obeys a stop", "not `condition::cancelled`", [](const auto& inner, Request request) {
    request.stop = {};
    return inner.send(request);
  });
  check_caught("sends nothing after a stop", "A request was sent after its stop",
               [](const auto& inner, Request request) {
                 request.stop = {};
                 return inner.send(request);
               });
}
#endif

TEST_CASE("a transport that throws is caught") {
  check_caught("says that nothing was sent to a port that refuses", "send threw an exception",
               [](const auto& inner, const Request& request) {
                 auto answer = inner.send(request);
                 if (!answer) throw std::runtime_error("no connection");
                 return answer;
               });
}

TEST_CASE("a transport whose error shows a secret is caught") {
  check_caught(
      "says that nothing was sent to a port that refuses", "contains a secret",
      [](const auto& inner, const Request& request) {
        auto answer = inner.send(request);
        if (answer) return answer;
        return Answer(Error(answer.error().code(), "could not send " + std::string(request.headers.front().value),
                            Delivery::nothing_sent));
      });
}

TEST_CASE("a transport that stays with its first server is caught") {
  const auto complaints = conformance(
      [](const Surroundings& around) {
        return Wrong{beast(around), [first = std::make_shared<std::optional<std::uint16_t>>()](
                                        const BeastTransport& inner, Request request) {
                       if (!*first) *first = request.origin.port;
                       request.origin.port = **first;
                       return inner.send(request);
                     }};
      },
      {.only = "sends a request to its own origin alone"});
  CHECK(text(complaints).find("another origin") != std::string::npos);
}

TEST_CASE("a transport that mixes the answers of its threads is caught") {
  struct Last {
    std::mutex mutex;
    Response response;
  };
  const auto last = std::make_shared<Last>();
  check_caught("serves two threads", "the answer of another", [last](const auto& inner, const Request& request) {
    auto answer = inner.send(request);
    if (!answer) return answer;
    {
      const std::lock_guard lock(last->mutex);
      last->response = std::move(*answer);
    }
    std::this_thread::sleep_for(2ms);
    const std::lock_guard lock(last->mutex);
    return Answer(last->response);
  });
}
