// The rules of the conformance suite about what is sent and what comes back.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <iterator>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <wandb/detail/text/ascii.hpp>
#include <wandb/headers.hpp>
#include <wandb/result.hpp>
#include <wandb/testing/detail/conformance_bench.hpp>
#include <wandb/testing/detail/conformance_server.hpp>
#include <wandb/testing/loopback_server.hpp>
#include <wandb/transport.hpp>

namespace wandb::inline WANDB_ABI::testing::detail {

using HeaderList = std::vector<std::pair<std::string, std::string>>;

/// Complains about each header that did not arrive exactly as often as it was sent.
inline void compare_headers(Bench& bench, const HeaderList& sent, const HeaderList& came, const std::string& whose) {
  const auto count = [](const HeaderList& all, const auto& wanted) {
    std::size_t found = 0;
    for (const auto& [name, value] : all)
      found += wandb::detail::equal_ignoring_case(name, wanted.first) && value == wanted.second ? 1U : 0U;
    return found;
  };
  const auto named = [](const HeaderList& all, const std::string& wanted) {
    std::size_t found = 0;
    for (const auto& header : all) found += wandb::detail::equal_ignoring_case(header.first, wanted) ? 1U : 0U;
    return found;
  };
  for (const auto& header : sent) {
    if (count(came, header) == count(sent, header) && named(came, header.first) == named(sent, header.first)) continue;
    const auto times = named(came, header.first);
    bench.complain("The header " + header.first + " of the " + whose + " did not arrive as it was sent" +
                   (times == named(sent, header.first) ? "." : ": it came " + std::to_string(times) + " times."));
  }
}

/// Complains about each header that the request does not have and no connection needs.
inline void check_added_headers(Bench& bench, const HeaderList& sent, const HeaderList& came) {
  constexpr std::string_view needed[] = {"Connection", "Keep-Alive", "TE", "Upgrade", "HTTP2-Settings"};
  const auto same = [](std::string_view one) {
    return [one](std::string_view other) { return wandb::detail::equal_ignoring_case(one, other); };
  };
  for (const auto& header : came) {
    if (std::any_of(std::begin(needed), std::end(needed), same(header.first))) continue;
    if (std::any_of(sent.begin(), sent.end(), [&](const auto& one) { return same(one.first)(header.first); })) continue;
    bench.complain("The transport added the header " + header.first + " to the request.");
  }
}

/// The headers of a request as a list.
inline HeaderList list_of(std::span<const Header> headers) {
  HeaderList list;
  for (const auto& header : headers) list.emplace_back(header.name, header.value);
  return list;
}

/// Sends a request, and complains if the server got another. `whose` names it.
inline void check_sent(Bench& bench, CountingServer& server, const Request& request, const std::string& whose) {
  if (!bench.is_response(bench.send(server, request), "an answer to the " + whose)) return;
  const auto seen = server.seen();
  const auto sent = list_of(request.headers);
  bench.require(seen.method == "POST", "The server got the method " + seen.method + ", not POST.");
  bench.require(seen.target == request.target, "The server got the target " + seen.target + " of the " + whose + ".");
  bench.require(seen.host == request.host, "The server got the Host header " + seen.host + " of the " + whose + ".");
  bench.require(seen.body == request.body, "The server got another body than that of the " + whose + ".");
  compare_headers(bench, sent, seen.headers, whose);
  check_added_headers(bench, sent, seen.headers);
}

inline void sends_byte_for_byte(Bench& bench) {
  auto& server = bench.serve();
  constexpr std::array headers{Header{"Authorization", authorization, true},
                               Header{"User-Agent", "W&B Public Client conformance"},
                               Header{"Content-Type", "application/json"},
                               Header{"Accept", "application/json"},
                               Header{"Accept-Encoding", "identity"},
                               Header{"X-Odd", "a,b; c=\"d  e\" ~!#$%&'()*+-./:<=>?@[]^_`{|}"},
                               Header{"X-Empty", ""},
                               Header{"x-lower-case", "1"}};
  const std::string_view body("{\"text\": \"\0\r\n\x01\x7f\xc3\xa9\"}", 19);
  auto request = bench.request(server, body);
  request.headers = headers;
  request.target = "/a/path%20of%2Fits/graphql?and=a%26query&x";
  check_sent(bench, server, request, "request");
  // Another person's request may follow on the same connection, with other headers.
  constexpr std::array others{Header{"Authorization", other_authorization, true},
                              Header{"User-Agent", "W&B Public Client conformance"},
                              Header{"Content-Type", "application/json"}, Header{"Accept", "application/json"},
                              Header{"Accept-Encoding", "identity"}};
  auto next = bench.request(server, "{\"text\": \"of another person\"}");
  next.headers = others;
  check_sent(bench, server, next, "second request");
  check_sent(bench, server, request, "third request");
}

inline void returns_headers(Bench& bench) {
  auto& server = bench.serve();
  const HeaderList sent{{"Content-Type", "application/json; charset=utf-8"},
                        {"Retry-After", "0.25"},
                        {"RateLimit-Remaining", "7"},
                        {"X-Odd", "a,b; c=\"d  e\" ~!#$%&'()*+-./:<=>?@[]^_`{|}"},
                        {"X-Twice", "first"},
                        {"X-Twice", "second"},
                        {"Set-Cookie", "first=1; Path=/"},
                        {"Set-Cookie", "second=2; Path=/; HttpOnly"}};
  Response response;
  response.status = 200;
  for (const auto& [name, value] : sent) response.headers.add(name, value);
  server.answer(response);
  const auto result = bench.send(server);
  if (!bench.is_response(result)) return;
  HeaderList came;
  for (const auto header : result->headers) came.emplace_back(header.name, header.value);
  compare_headers(bench, sent, came, "answer");
  Response next;
  next.status = 200;
  server.answer(next);
  const auto request = bench.request(server, "{}");
  const auto second = bench.send(server, request);
  if (!bench.is_response(second)) return;
  check_added_headers(bench, list_of(request.headers), server.seen().headers);  // no cookie
  for (const auto& [name, value] : sent)
    bench.require(!second->headers.find(name), "The second answer has the header " + name + " of the first one.");
}

inline void returns_every_status(Bench& bench) {
  auto& server = bench.serve();
  for (const int status : {200, 201, 400, 401, 403, 404, 409, 429, 500, 503}) {
    Response response;
    response.status = status;
    response.body = "the body of " + std::to_string(status);
    server.answer(response);
    const auto result = bench.send(server);
    if (!bench.is_response(result, "an answer with the status " + std::to_string(status))) continue;
    bench.require(result->status == status, "The server sent the status " + std::to_string(status) +
                                                ", and send returned " + std::to_string(result->status) + ".");
    bench.require(result->body == response.body,
                  "The body of an answer with the status " + std::to_string(status) + " is another.");
  }
}

inline void carries_bodies_of_any_size(Bench& bench) {
  auto& server = bench.serve();
  const auto check = [&](std::size_t size, Framing framing) {
    std::string body(size, 'x');
    for (std::size_t i = 0; i < size; i += 97) body[i] = static_cast<char>('a' + i / 97 % 26);
    const auto what = "a body of " + std::to_string(size) + " bytes";
    const auto request = bench.request(server, body);
    server.loopback().inject({.framing = framing});
    const auto result = bench.send(server, request);
    if (!bench.is_response(result, what)) return;
    check_added_headers(bench, list_of(request.headers), server.seen().headers);
    bench.require(server.seen().body == body, "The server got another body than " + what + ".");
    bench.require(std::string_view(result->body) == body,
                  std::string("send returned another body than ").append(what).append(words_of(framing)).append("."));
  };
  constexpr auto most = std::size_t{16} << 20;
  for (const auto size : {std::size_t{0}, std::size_t{1}, most}) check(size, Framing::content_length);
  for (const auto framing : {Framing::chunked, Framing::until_close}) check(most, framing);
}

inline void sends_to_the_origin_alone(Bench& bench) {
  auto& one = bench.serve();
  auto& two = bench.serve();
  for (int i = 0; i != 4; ++i) {
    auto& server = i % 2 == 0 ? one : two;
    static_cast<void>(bench.is_response(bench.send(server, std::to_string(i))));
    bench.require(server.seen().body == std::to_string(i), "A request went to another origin than its own.");
  }
}

inline void serves_two_threads(Bench& bench) {
  auto& server = bench.serve();
  const auto work = [&](int worker) {
    for (int i = 0; i != 25; ++i) {
      const auto body = std::to_string(worker) + " asked " + std::string(static_cast<std::size_t>(i * 100), 'x');
      const auto result = bench.send(bench.request(server, body));
      if (!bench.is_response(result)) return;
      if (std::string_view(result->body) != body) return bench.complain("A thread got the answer of another.");
    }
  };
  std::thread other(work, 1);
  work(2);
  other.join();
  bench.require(server.loopback().requests() == 50,
                "The server got " + std::to_string(server.loopback().requests()) + " requests of 50 sends.");
}

/// While one thread waits for a server that is silent, another gets its answer from a server that is not.
inline void keeps_threads_apart(Bench& bench) {
  auto& silent = bench.serve();
  auto& server = bench.serve();
  silent.loopback().inject({.stall_after = 0});
  std::atomic<bool> over{false};
  std::thread other([&] {
    static_cast<void>(bench.send(bench.request(silent, "{}", 4s)));
    over = true;
  });
  while (silent.loopback().requests() == 0 && !over) std::this_thread::sleep_for(1ms);
  static_cast<void>(bench.is_response(bench.send(bench.request(server, "{}", 3s)),
                                      "an answer, while another thread waited for a server that is silent"));
  silent.loopback().drop_connections();
  other.join();
}

inline void waits_as_long_as_told(Bench& bench) {
  bench.require(!bench.has_another_wait(),
                "The library does not use the transport's wait. transport.hpp says what it takes and returns.");
  const auto took = bench.wait(100ms);
  if (!took) return;
  bench.require(*took >= 100ms, "wait returned before its time was over. The library would repeat a request too soon.");
  bench.require(*took < 100ms + grace, "wait returned long after its time was over.");
}

inline void sends_without_a_deadline(Bench& bench) {
  auto& server = bench.serve();
  server.loopback().inject({.delay = 20ms}, 2);  // so that the transport has to wait
  auto request = bench.request(server, "{}");
  request.deadline = Bench::Clock::time_point::max();
  static_cast<void>(bench.is_response(bench.send(server, request), "an answer to a request without a deadline"));
  // More milliseconds than an int has.
  request.deadline = Bench::Clock::now() + std::chrono::hours(25 * 24);
  static_cast<void>(bench.is_response(bench.send(server, request), "an answer long before the deadline"));
}

}  // namespace wandb::testing::detail
