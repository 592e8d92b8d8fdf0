// A transport over cpp-httplib. Its timeouts hold for each read and write alone, so that a slow answer would outlast
// the deadline: a thread ends the exchange at the deadline or the stop. It uses a new connection for each request.
#pragma once
#include "httplib_error.hpp"
#include "httplib_watch.hpp"

struct HttplibTransport {
  std::string ca_file{};  // if it is empty, the system's authorities are trusted

  wandb::Result<wandb::Response> send(const wandb::Request& request) const {
    using Clock = std::chrono::steady_clock;
    const auto left = std::min<Clock::duration>(request.deadline - Clock::now(), std::chrono::hours(24));
    if (left <= Clock::duration::zero()) return wandb::Error(wandb::errc::timed_out, wandb::Delivery::nothing_sent);
    if (request.stop.stop_requested()) return wandb::Error(wandb::errc::cancelled, wandb::Delivery::nothing_sent);
    httplib::Client client((request.origin.tls ? "https://" : "http://") + std::string(request.host));
    const auto longer = left + std::chrono::milliseconds(50);  // so that the thread is first
    client.set_connection_timeout(longer), client.set_read_timeout(longer), client.set_write_timeout(longer);
    client.set_url_encode(false), client.set_decompress(false);
    if (!ca_file.empty()) client.set_ca_cert_path(ca_file);
    httplib::Request sent;
    sent.method = request.method, sent.path = request.target, sent.body = request.body;
    sent.headers.emplace("Host", request.host);
    for (const auto& header : request.headers) sent.headers.emplace(header.name, header.value);
    const Watch watch(client, request);
    const auto result = client.send(sent);
    if (!result) return error_of(result.error(), request);
    if (result->status < 200) return wandb::Error(wandb::errc::protocol_error, wandb::Delivery::answered);  // not final
    wandb::Response response{result->status, {}, wandb::SecureString(result->body)};
    for (const auto& [name, value] : result->headers) response.headers.add(name, value);
    return response;
  }
};
