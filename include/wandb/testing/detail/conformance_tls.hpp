// The rules of the conformance suite about TLS.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include <wandb/error.hpp>
#include <wandb/testing/certificates.hpp>
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

inline void sends_nothing_in_clear(Bench& bench) {
  auto& server = bench.serve(LoopbackOptions());
  auto request = bench.request(server, "{}");
  request.origin.tls = true;
  const auto result = bench.send(server, request);
  bench.require(server.loopback().requests() == 0,
                "The request was sent in clear with its credentials, although its origin is https.");
  if (bench.is_error(result, "the server of an https origin does not speak TLS"))
    bench.check_delivery(result.error(), {Delivery::nothing_sent}, "there was no TLS connection to send on");
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

}  // namespace wandb::testing::detail
