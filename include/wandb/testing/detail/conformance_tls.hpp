// The rules of the conformance suite about TLS.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include <wandb/error.hpp>
#include <wandb/testing/certificates.hpp>
#include <wandb/testing/detail/conformance_answers.hpp>
#include <wandb/testing/detail/conformance_bench.hpp>
#include <wandb/testing/detail/conformance_server.hpp>
#include <wandb/testing/loopback_server.hpp>
#include <wandb/transport.hpp>

namespace wandb::inline WANDB_ABI::testing::detail {

inline void answers_over_tls(Bench& bench) {
  auto& server = bench.serve_tls();
  for (const std::string_view body : {"first", "second"}) {
    const auto result = bench.send(server, body);
    if (!bench.is_response(result, "an answer over TLS, of a server whose authority the factory was told,")) return;
    bench.require(std::string_view(result->body) == body, "The body of an answer over TLS is another.");
  }
}

/// Sends to a server whose certificate must be refused.
inline void check_refused(Bench& bench, CountingServer& server, std::string_view why) {
  const auto result = bench.send(server);
  bench.require(server.loopback().requests() == 0,
                "The server got the request with its credentials, although " + std::string(why) + ".");
  if (bench.is_error(result, why))
    bench.check_delivery(result.error(), {Delivery::nothing_sent}, "nothing is sent before a certificate is accepted");
}

inline void refuses_an_unknown_authority(Bench& bench) {
  const CertificateAuthority stranger("an unknown authority");
  check_refused(bench, bench.serve({.tls = true, .certificate = stranger.issue()}),
                "an unknown authority issued the server's certificate");
  check_refused(bench, bench.serve({.tls = true, .certificate = stranger.self_signed()}),
                "the server's certificate is self-signed");
}

inline void refuses_another_certificate(Bench& bench) {
  check_refused(bench, bench.serve_tls({.names = "DNS:another.example"}),
                "the server's certificate is that of another host");
  check_refused(bench, bench.serve_tls({.valid_from = std::chrono::hours(-48), .valid_to = std::chrono::hours(-24)}),
                "the server's certificate has expired");
}

inline void gives_up_on_a_handshake(Bench& bench) {
  auto& server = bench.serve_tls();
  server.loopback().inject({.stall_on_accept = true});
  bench.check_timed_out(bench.send(server, "{}", short_deadline), "the server never answered the TLS handshake");
}

/// An answer without a length may end without TLS's own end: many servers do so, and not every client minds.
inline void reports_cut_answers_over_tls(Bench& bench) {
  auto& server = bench.serve_tls();
  check_cut(bench, server, {.close_after = 200}, "the answer ended before the length that its header says");
  check_cut(bench, server, {.framing = Framing::chunked, .close_after = 200}, "the answer ended within a chunk");
  check_cut(bench, server, {.framing = Framing::until_close, .close_after = 200, .reset = true},
            "the connection was reset within an answer that has no length");
}

inline void sends_once_if_tls_ends(Bench& bench) {
  auto& server = bench.serve_tls();
  if (!bench.is_response(bench.send(server))) return;
  server.loopback().inject({.close_after = 0});
  const auto result = bench.send(server);
  if (bench.is_error(result, "the server closed the connection before it answered"))
    bench.check_delivery(result.error(), {Delivery::perhaps_sent}, "the server got the request, and no answer began");
}

}  // namespace wandb::testing::detail
