// The rules of the conformance suite about answers: framing, and what is cut.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include <wandb/error.hpp>
#include <wandb/testing/detail/conformance_bench.hpp>
#include <wandb/testing/detail/conformance_server.hpp>
#include <wandb/testing/loopback_server.hpp>
#include <wandb/transport.hpp>

namespace wandb::inline WANDB_ABI::testing::detail {

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

/// The ends of messages that are seldom seen. After each, the connection must be ready for the next answer.
inline void reads_odd_endings(Bench& bench) {
  struct Odd {
    std::string_view what;
    std::string_view chunks;
    std::string_view body;
    bool may_fail = false;
  };
  constexpr std::string_view chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
  constexpr Odd odds[] = {
      {"an answer with chunk extensions", "5;name=\"va;lue\"\r\nhello\r\n0;last\r\n\r\n", "hello"},
      {"an answer whose chunk sizes have zeros and capitals", "00A\r\n0123456789\r\n0\r\n\r\n", "0123456789"},
      // Not every client reads trailers. An error is no harm, but a part of a trailer in the next answer is.
      {"an answer with a trailer", "5\r\nhello\r\n0\r\nX-Trailer: 1\r\n\r\n", "hello", true},
  };
  auto& server = bench.serve();
  const auto check = [&](std::string_view what, const std::string& text, std::string_view body, bool may_fail) {
    server.loopback().inject({.raw = text});
    const auto result = bench.send(server, "{}", 5s);
    if (result || !may_fail) {
      if (bench.is_response(result, what))
        bench.require(std::string_view(result->body) == body, "The body of " + std::string(what) + " is another.");
    }
    const auto next = bench.send(server, "the next");
    if (bench.is_response(next, "the next answer after " + std::string(what)))
      bench.require(next->body == "the next", "The next answer after " + std::string(what) + " is another.");
  };
  for (const auto& odd : odds) check(odd.what, std::string(chunked).append(odd.chunks), odd.body, odd.may_fail);
  check("an answer with the status 204, which has no body", "HTTP/1.1 204 No Content\r\n\r\n", "", false);
}

inline void carries_every_byte(Bench& bench) {
  auto& server = bench.serve();
  std::string all;
  for (int i = 0; i != 256; ++i) all += static_cast<char>(i);
  const std::pair<std::string_view, std::string> bodies[] = {{"a NUL", std::string("before\0after", 12)},
                                                             {"CR and LF", "one\r\ntwo\nthree\rfour\r\n\r\n"},
                                                             {"UTF-8", "J\xc3\xbcrgen \xe2\x82\xac \xf0\x9f\x98\x80"},
                                                             {"blanks around it", " \t x \n "},
                                                             {"every byte", all}};
  for (const auto framing : {Framing::content_length, Framing::chunked, Framing::until_close}) {
    for (const auto& [what, body] : bodies) {
      server.loopback().inject({.framing = framing});
      const auto with = std::string("a body with ").append(what).append(words_of(framing));
      const auto result = bench.send(server, body);
      if (!bench.is_response(result, "an answer that has " + with)) continue;
      bench.require(server.seen().body == body,
                    "The server got another body than a body with " + std::string(what) + ".");
      bench.require(std::string_view(result->body) == body, "send returned another body than " + with + ": " +
                                                                std::to_string(result->body.size()) + " bytes, not " +
                                                                std::to_string(body.size()) + ".");
    }
  }
}

/// Sends a request whose answer does not come to its end, although a text comes that no error may repeat.
inline void check_cut(Bench& bench, CountingServer& server, const Fault& fault, std::string_view why) {
  Response response;
  response.status = 200;
  response.body = "{\"name\": \"a-new-key-in-an-answer\", \"rest\": \"" + std::string(1000, 'x') + "\"}";
  server.answer(response);
  server.loopback().inject(fault);
  const auto result = bench.send(server);
  if (bench.is_error(result, why))
    bench.check_delivery(result.error(), {Delivery::perhaps_sent, Delivery::answered}, "an answer began");
}

inline void reports_cut_answers(Bench& bench) {
  auto& server = bench.serve();
  // The text is within the first 150 bytes.
  check_cut(bench, server, {.close_after = 10}, "the answer ended within its header");
  check_cut(bench, server, {.close_after = 60}, "the answer ended before the length that its header says");
  check_cut(bench, server, {.close_after = 200}, "the answer ended before the length that its header says");
  check_cut(bench, server, {.close_after = 200, .reset = true}, "the connection was reset within the answer");
  check_cut(bench, server, {.framing = Framing::chunked, .close_after = 200}, "the answer ended within a chunk");
  check_cut(bench, server, {.framing = Framing::until_close, .close_after = 200, .reset = true},
            "the connection was reset within an answer that has no length");
  check_cut(bench, server,
            {.raw = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n16\r\na-new-key-in-an-answer\r\n",
             .close_silently = true},
            "the answer ended before its last chunk");
  check_cut(bench, server, {.raw = "SSH-2.0-a-new-key-in-an-answer\r\n\r\n", .close_silently = true},
            "the answer is not HTTP");
}

}  // namespace wandb::testing::detail
