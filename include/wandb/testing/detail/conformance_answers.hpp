// The rules of the conformance suite about answers: framing, and what is cut.
#pragma once

#include <string>
#include <string_view>

#include <wandb/error.hpp>
#include <wandb/result.hpp>
#include <wandb/testing/detail/conformance_bench.hpp>
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

}  // namespace wandb::inline WANDB_ABI::testing::detail
