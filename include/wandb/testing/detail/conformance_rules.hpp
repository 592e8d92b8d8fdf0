// The rules of the conformance suite about requests, answers and how far a request came.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <wandb/detail/text/ascii.hpp>
#include <wandb/error.hpp>
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
    bench.complain("The header " + header.first + " of the " + whose + " did not arrive as it was sent.");
  }
}

inline void sends_byte_for_byte(Bench& bench) {
  auto& server = bench.serve();
  constexpr std::array headers{Header{"Authorization", authorization, true},
                               Header{"User-Agent", "W&B Public Client conformance"},
                               Header{"Content-Type", "application/json"},
                               Header{"Accept-Encoding", "identity"},
                               Header{"X-Odd", "a,b; c=\"d  e\" ~!#$%&'()*+-./:<=>?@[]^_`{|}"},
                               Header{"x-lower-case", "1"}};
  const std::string_view body("{\"text\": \"\0\r\n\x01\x7f\xc3\xa9\"}", 19);
  auto request = bench.request(server, body);
  request.headers = headers;
  request.target = "/a/path%20of%2Fits/graphql?and=a%26query&x";
  if (!bench.is_response(bench.send(server, request))) return;
  const auto seen = server.seen();
  bench.require(seen.method == "POST", "The server got the method " + seen.method + ", not POST.");
  bench.require(seen.target == request.target, "The server got the target " + seen.target + ".");
  bench.require(seen.host == request.host, "The server got the Host header " + seen.host + ".");
  bench.require(seen.body == body, "The server got another body than was sent.");
  HeaderList sent;
  for (const auto& header : headers) sent.emplace_back(header.name, header.value);
  compare_headers(bench, sent, seen.headers, "request");
}

inline void returns_headers(Bench& bench) {
  auto& server = bench.serve();
  const HeaderList sent{
      {"Content-Type", "application/json; charset=utf-8"},       {"Retry-After", "0.25"}, {"RateLimit-Remaining", "7"},
      {"X-Odd", "a,b; c=\"d  e\" ~!#$%&'()*+-./:<=>?@[]^_`{|}"}, {"X-Twice", "first"},    {"X-Twice", "second"}};
  Response response;
  response.status = 200;
  for (const auto& [name, value] : sent) response.headers.add(name, value);
  server.answer(response);
  const auto result = bench.send(server);
  if (!bench.is_response(result)) return;
  HeaderList came;
  for (const auto header : result->headers) came.emplace_back(header.name, header.value);
  compare_headers(bench, sent, came, "answer");
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
  for (const auto size : {std::size_t{0}, std::size_t{1}, std::size_t{16} << 20}) {
    std::string body(size, 'x');
    for (std::size_t i = 0; i < size; i += 97) body[i] = static_cast<char>('a' + i / 97 % 26);
    const auto what = "a body of " + std::to_string(size) + " bytes";
    const auto result = bench.send(server, body);
    if (!bench.is_response(result, what)) continue;
    bench.require(server.seen().body == body, "The server got another body than " + what + ".");
    bench.require(std::string_view(result->body) == body, "send returned another body than " + what + ".");
  }
}

inline void reads_every_framing(Bench& bench) {
  auto& server = bench.serve();
  for (const auto framing : {Framing::chunked, Framing::until_close, Framing::content_length}) {
    server.loopback().inject({.framing = framing, .piece = 7});
    const auto result = bench.send(server, "a body, which is sent in small pieces");
    const auto* const what = framing == Framing::chunked       ? "an answer in chunks"
                             : framing == Framing::until_close ? "an answer that ends with the connection"
                                                               : "an answer with its length";
    if (!bench.is_response(result, what)) continue;
    bench.require(result->body == "a body, which is sent in small pieces",
                  std::string("The body of ") + what + " is another.");
  }
}

/// Every HTTP/1.1 client gets a 100. A 103 is for clients that know it, so an error is allowed, but it is no answer.
inline void skips_interim_answers(Bench& bench) {
  auto& server = bench.serve();
  for (const int interim : {100, 103}) {
    const auto* const text =
        interim == 100 ? "HTTP/1.1 100 Continue\r\n\r\n" : "HTTP/1.1 103 Early Hints\r\nX-Interim: 1\r\n\r\n";
    server.loopback().inject({.interim = text});
    const auto what = "a final answer after an interim one with the status " + std::to_string(interim);
    const auto result = bench.send(server);
    if (!result && interim != 100) {
      bench.check_delivery(result.error(), {Delivery::perhaps_sent, Delivery::answered}, "an answer began");
      continue;
    }
    if (!bench.is_response(result, what)) continue;
    bench.require(result->status == 200 && result->body == "{}",
                  "send returned the status " + std::to_string(result->status) + " instead of " + what + ".");
    bench.require(!result->headers.find("X-Interim"), "The headers of " + what + " contain those of the interim one.");
  }
}

inline void follows_no_redirect(Bench& bench) {
  auto& server = bench.serve();
  auto& second = bench.serve();
  for (const int status : {301, 302, 303, 307, 308}) {
    Response response;
    response.status = status;
    response.headers.add("Location", second.loopback().base_url() + "/graphql");
    server.answer(response);
    const auto result = bench.send(server);
    if (!bench.is_response(result, "a redirect")) continue;
    bench.require(result->status == status,
                  "A redirect with the status " + std::to_string(status) + " was not returned as it came.");
  }
  bench.require(second.loopback().connections() == 0,
                "The transport followed a redirect to another server. It would get the user's credentials.");
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

/// Sends on a connection that has carried a request already, if the transport keeps connections, and on a new one.
/// `handled` is whether the server's program runs before the fault.
inline void dies(Bench& bench, const Fault& fault, bool handled, std::string_view how) {
  for (const bool kept : {true, false}) {
    auto& server = bench.serve();
    if (kept && !bench.is_response(bench.send(server))) return;
    server.loopback().inject(fault);
    const auto before = server.loopback().requests();
    const auto result = bench.send(server, "the request that is lost");
    const auto came = server.loopback().requests() - before;
    const auto why = std::string(kept ? "a kept" : "a new") + " connection was " + std::string(how);
    if (!bench.is_error(result, why + ", so that only a second request can have been answered")) continue;
    bench.require(came <= (handled ? 1U : 0U), "After " + why + " the transport sent the request again.");
    bench.check_delivery(result.error(), {Delivery::perhaps_sent},
                         "the server had begun to read the request and has not answered, since " + why);
  }
}

inline void sends_once_if_closed(Bench& bench) {
  dies(bench, {.close_before_reading = true}, false, "closed before the server read the whole request");
  dies(bench, {.close_after_reading = true}, false, "closed after the server read the request");
  dies(bench, {.close_after = 0}, true, "closed before the server answered");
}

inline void sends_once_if_reset(Bench& bench) {
  dies(bench, {.close_after_reading = true, .reset = true}, false, "reset after the server read the request");
  dies(bench, {.close_after = 0, .reset = true}, true, "reset before the server answered");
}

inline void sends_once_if_dropped_while_idle(Bench& bench) {
  auto& server = bench.serve();
  for (int i = 0; i != 4; ++i) {
    static_cast<void>(bench.is_response(bench.send(server)));
    server.loopback().drop_connections();
    if (i % 2 == 0) std::this_thread::sleep_for(20ms);
    const auto result = bench.send(server);
    if (!result)
      bench.check_delivery(result.error(), {Delivery::nothing_sent, Delivery::perhaps_sent},
                           "no answer to this request has begun");
  }
}

inline void reports_cut_answers(Bench& bench) {
  auto& server = bench.serve();
  Response response;
  response.status = 200;
  response.body = "{\"name\": \"a-new-key-in-an-answer\"}";
  server.answer(response);
  const auto try_one = [&](const Fault& fault, std::string_view why) {
    server.loopback().inject(fault);
    const auto result = bench.send(server);
    if (bench.is_error(result, why))
      bench.check_delivery(result.error(), {Delivery::perhaps_sent, Delivery::answered}, "an answer began");
  };
  try_one({.close_after = 10}, "the answer ended within its header");
  try_one({.close_after = 60}, "the answer ended before the length that its header says");
  try_one({.close_after = 60, .reset = true}, "the connection was reset within the answer");
  try_one({.framing = Framing::chunked, .close_after = 90}, "the answer ended within a chunk");
  try_one({.raw = "SSH-2.0-another protocol\r\n\r\n", .close_silently = true}, "the answer is not HTTP");
}

inline void says_that_a_port_refused(Bench& bench) {
  auto server = std::make_unique<CountingServer>();
  const auto request = bench.request(*server, "{}");
  server.reset();
  const auto result = bench.send(request);
  if (!bench.is_error(result, "no server listens")) return;
  bench.check_delivery(
      result.error(), {Delivery::nothing_sent},
      "without a connection nothing can have been sent. Only with `nothing_sent` can the library send a "
      "mutation again");
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

}  // namespace wandb::inline WANDB_ABI::testing::detail
