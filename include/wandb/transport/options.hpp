// The settings of the transports over Boost.Beast, blocking and asynchronous.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <string_view>

#include <wandb/options.hpp>

namespace wandb::inline WANDB_ABI {

/// Settings of a `BeastTransport` or an `AsyncBeastTransport`. It holds views only, and the transport's constructor
/// copies the texts.
struct BeastOptions {
  /// The certificate authorities to trust instead of the system's: the path of a PEM file, or PEM text (any value that
  /// contains `-----BEGIN`). If it is empty, `SSL_CERT_FILE` and `SSL_CERT_DIR` name a file and directories; one that
  /// is not set stands for the system's file or directory. If neither is set, `REQUESTS_CA_BUNDLE` may name a file or a
  /// hashed directory instead of the system's. The transport reads them at its first TLS request.
  std::string_view ca_file{};
  /// The same as PEM text alone, for a program that has it in memory. Only one of the two may be given.
  std::string_view ca_pem{};
  /// Further certificate authorities to trust: likewise a path or PEM text.
  std::string_view extra_ca{};
  /// The certificate by which the transport identifies itself to servers that require one: the path of a PEM file, or
  /// PEM text. Certificates of the authorities that issued it may follow. The transport reads it, and its key, at its
  /// first TLS request.
  std::string_view client_certificate{};
  /// The private key of that certificate: likewise a path or PEM text. If it is empty, the key stands beside the
  /// certificate. An encrypted key is not supported.
  std::string_view client_key{};
  /// The proxy for every request that does not stay on this machine, `http://[user:password@]host[:port]`, or `direct`
  /// for none. When empty, that of `WANDB_HTTPS_PROXY` or `WANDB_HTTP_PROXY`; else, unless `no_proxy` or `NO_PROXY`
  /// names the host, that of `https_proxy`, `HTTPS_PROXY`, `http_proxy`, `HTTP_PROXY`, `all_proxy` or `ALL_PROXY`.
  /// If its URL has no user name, a CONNECT has the `Proxy-Authorization` of `WANDB_X_EXTRA_HTTP_HEADERS`, if any.
  std::string_view proxy{};
  /// The largest body that is accepted, in bytes.
  std::size_t max_response_size = std::size_t{64} * 1024 * 1024;
  /// How many idle connections a `BeastTransport` keeps for each origin; 0 closes each after its answer. An
  /// `AsyncBeastTransport` keeps all that it has, and does not read this.
  std::size_t max_idle_per_origin = 8;
  /// How many connections an `AsyncBeastTransport` has for each origin at most, at least 1; further calls wait in line.
  /// A `BeastTransport` has one for each thread that calls it, and does not read this.
  std::size_t max_connections_per_origin = 64;
  /// How long a connection may be idle and still be used.
  std::chrono::seconds idle_timeout{60};
  /// How long one address of a host may take to accept a connection; the request's deadline limits it as well.
  std::chrono::milliseconds connect_timeout{10'000};
};
static_assert(OptionsStruct<BeastOptions>);

namespace detail {

/// The limits of the options, adjusted so that no value overflows the clock's arithmetic or allows no connection at
/// all.
struct TransportLimits {
  explicit TransportLimits(const BeastOptions& options)
      : max_response_size(options.max_response_size),
        max_idle(options.max_idle_per_origin),
        max_connections(options.max_connections_per_origin == 0 ? 1 : options.max_connections_per_origin),
        idle_timeout(at_most_a_day(options.idle_timeout)),
        connect_timeout(at_most_a_day(options.connect_timeout)) {}

  std::size_t max_response_size;
  std::size_t max_idle;
  std::size_t max_connections;
  std::chrono::nanoseconds idle_timeout;
  std::chrono::milliseconds connect_timeout;

 private:
  // The value is limited before its conversion to another unit, which may overflow.
  template <class Duration>
  [[nodiscard]] static constexpr Duration at_most_a_day(Duration duration) noexcept {
    return std::clamp<Duration>(duration, Duration::zero(), std::chrono::hours(24));
  }
};

}  // namespace detail

}  // namespace wandb
