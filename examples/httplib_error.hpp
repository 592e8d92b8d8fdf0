// An error of cpp-httplib as the library's, for httplib_transport.hpp: what failed, and how far the request came.
#pragma once
#include <httplib.h>
#include <wandb/transport.hpp>

inline wandb::Error error_of(httplib::Error error, const wandb::Request& request) {
  auto code = wandb::errc::connection_lost;
  auto delivery = wandb::Delivery::nothing_sent;
  switch (error) {
    case httplib::Error::Connection:
    case httplib::Error::ConnectionTimeout: code = wandb::errc::connect_failed; break;
    case httplib::Error::SSLConnection:
    case httplib::Error::SSLLoadingCerts:
    case httplib::Error::SSLServerVerification: code = wandb::errc::tls_failed; break;
    default: delivery = wandb::Delivery::perhaps_sent;  // the connection was there
  }
  if (std::chrono::steady_clock::now() >= request.deadline) code = wandb::errc::timed_out;
  if (request.stop.stop_requested()) code = wandb::errc::cancelled;
  return {make_error_code(code), "cpp-httplib: " + httplib::to_string(error), delivery};
}
