// One request and its response, without I/O: what is to be sent next, where to read to, and what came of it.
#pragma once

#include <cstddef>
#include <cstdint>

#include <boost/asio/buffer.hpp>
#include <boost/system/error_code.hpp>

#include <wandb/detail/text/secure_memory.hpp>
#include <wandb/error.hpp>
#include <wandb/result.hpp>
#include <wandb/transport.hpp>
#include <wandb/transport/detail/http/http_wire.hpp>
#include <wandb/transport/detail/http/peer.hpp>
#include <wandb/transport/detail/http/response_reader.hpp>

namespace wandb::detail {

/// The memory that the exchanges of one connection use, one after the other.
struct ExchangeMemory {
  SecureString out;
  ReadBuffer in;
};

/// Composes a request, and reads the response to it. The driver, blocking or not, moves the bytes:
///
/// - While `sending()`, it gives what is `unsent()` to its stream and reports each part to `sent`. What comes meanwhile
///   it reads into `room()` and reports to `received`, since a server may answer before it has read everything, and
///   then read no further. When the stream has handed all of it to the system, it calls `sent_all`.
/// - `end_sending` follows in any case.
/// - While `receiving()`, it reads into `room()` and reports to `received`.
/// - `result` is then the response, or why there is none.
class HttpExchange {
 public:
  using error_code = boost::system::error_code;

  /// `first`: whether it is the first on its connection.
  HttpExchange(const Request& request, ExchangeMemory& memory, std::uint64_t max_body, bool first)
      : memory_(memory), reader_(memory.in, max_body, request.method == "CONNECT") {
    ending_.first = first;
    compose(request, memory_.out);
  }
  HttpExchange(const HttpExchange&) = delete;
  HttpExchange& operator=(const HttpExchange&) = delete;
  ~HttpExchange() {
    forget_request();
    memory_.in.reset();
  }

  /// Whether more of the request should be sent.
  [[nodiscard]] bool sending() const noexcept {
    return !ending_.sent_whole && !ending_.write && !ending_.read && !reader_.complete();
  }
  /// What the stream was not given yet.
  [[nodiscard]] boost::asio::const_buffer unsent() const noexcept {
    return {memory_.out.data() + given_, memory_.out.size() - given_};
  }
  /// The stream took that much, or failed so.
  void sent(std::size_t count, const error_code& ec) noexcept {
    given_ += count;
    stop_sending(ec);
  }
  /// The system has all of it.
  void sent_all() noexcept { ending_.sent_whole = true; }
  /// An error, if it is one, ends the sending; the first counts.
  void stop_sending(const error_code& ec) noexcept {
    if (!ending_.write) ending_.write = ec;
  }
  /// No more is sent from here on. `began`: whether the system has any of it. The request holds a key, so it is wiped.
  void end_sending(bool began) noexcept {
    ending_.began = began;
    forget_request();
  }
  [[nodiscard]] bool sent_whole() const noexcept { return ending_.sent_whole; }

  /// Whether the response is still to be read.
  [[nodiscard]] bool receiving() const noexcept { return may_be_answered(reader_, ending_); }
  /// Where to read to, at least one byte.
  [[nodiscard]] boost::asio::mutable_buffer room() {
    const auto [data, size] = memory_.in.room();
    return {data, size};
  }
  /// That much came, or the reading ended so. `abort`: what ended it from outside, if anything did; it explains the
  /// error.
  void received(std::size_t count, error_code ec, const error_code& abort = {}) {
    reader_.arrived(count, ec);
    if (ec && abort) ec = abort;
    if (!ec) static_cast<void>(reader_.advance(ec));
    stop_receiving(ec);
  }
  /// An error, if it is one, ends the reading; the first counts.
  void stop_receiving(const error_code& ec) noexcept {
    if (!ending_.read) ending_.read = ec;
  }

  /// Whether another request may follow on this connection. To be asked before `result`.
  [[nodiscard]] bool reusable() const { return reader_.complete() && ending_.sent_whole && reader_.keep_alive(); }
  /// Whether more came than the response.
  [[nodiscard]] bool has_surplus() const noexcept { return reader_.has_surplus(); }
  /// The response, or why there is none.
  [[nodiscard]] Result<Response> result(const Peer& peer) {
    return reader_.complete() ? Result<Response>(reader_.take())
                              : Result<Response>(exchange_failure(peer, reader_, ending_));
  }

 private:
  void forget_request() noexcept {
    wipe(memory_.out.data(), memory_.out.size());
    memory_.out.clear();
    given_ = 0;
  }

  ExchangeMemory& memory_;
  ResponseReader reader_;
  Ending ending_;
  std::size_t given_ = 0;  // bytes that the stream has taken
};

}  // namespace wandb::detail
