// One request and its response, without I/O.
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

namespace wandb::inline WANDB_ABI::detail {

/// The buffers that the exchanges of one connection reuse.
struct ExchangeMemory {
  SecureString out;
  ReadBuffer in;
};

/// Writes a request and reads the response to it. It does no I/O: a driver, blocking or asynchronous, moves the bytes.
///
/// - While `sending()`, the driver writes `unsent()` to its stream and reports each write to `sent`. Meanwhile it reads
///   what arrives into `room()` and reports it to `received`, since a server may answer before it has read the whole
///   request, and then stop reading. When the system has taken the whole request, the driver calls `sent_all`.
/// - The driver then calls `end_sending`, even after an error.
/// - While `receiving()`, it reads into `room()` and reports each read to `received`.
/// - At the end, `result` gives the response or the error.
class HttpExchange {
 public:
  using error_code = boost::system::error_code;

  /// `first` says whether this is the first exchange on its connection.
  HttpExchange(const Request& request, ExchangeMemory& memory, std::uint64_t max_body, bool first)
      : memory_(memory), reader_(memory.in, max_body, request.method == "CONNECT") {
    state_.first_on_connection = first;
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
    return !state_.all_sent && !state_.write_error && !state_.read_error && !reader_.complete();
  }
  /// The part of the request that the stream has not taken.
  [[nodiscard]] boost::asio::const_buffer unsent() const noexcept {
    return {memory_.out.data() + given_, memory_.out.size() - given_};
  }
  /// Takes the result of a write: the stream took `count` bytes, and `ec` is its error.
  void sent(std::size_t count, const error_code& ec) noexcept {
    given_ += count;
    stop_sending(ec);
  }
  /// Records that the system has taken the whole request.
  void sent_all() noexcept { state_.all_sent = true; }
  /// Ends the sending if `ec` is an error. The first error is kept.
  void stop_sending(const error_code& ec) noexcept {
    if (!state_.write_error) state_.write_error = ec;
  }
  /// Ends the sending. `any_sent` says whether the system has taken any byte. The request contains a key, so it is
  /// wiped.
  void end_sending(bool any_sent) noexcept {
    state_.any_sent = any_sent;
    forget_request();
  }
  [[nodiscard]] bool all_sent() const noexcept { return state_.all_sent; }

  /// Whether more of the response should be read.
  [[nodiscard]] bool receiving() const noexcept { return may_receive(reader_, state_); }
  /// Memory to read into, at least one byte.
  [[nodiscard]] boost::asio::mutable_buffer room() {
    const auto [data, size] = memory_.in.room();
    return {data, size};
  }
  /// Takes the result of a read: `count` bytes were stored in `room()`, and `ec` is its error. `abort` is the reason of
  /// an abort, if there was one, and then replaces `ec`.
  void received(std::size_t count, error_code ec, const error_code& abort = {}) {
    reader_.arrived(count, ec);
    if (ec && abort) ec = abort;
    if (!ec) static_cast<void>(reader_.advance(ec));
    stop_receiving(ec);
  }
  /// Ends the reading if `ec` is an error. The first error is kept.
  void stop_receiving(const error_code& ec) noexcept {
    if (!state_.read_error) state_.read_error = ec;
  }

  /// Whether another request may follow on this connection. Valid until `result` is called.
  [[nodiscard]] bool reusable() const { return reader_.complete() && state_.all_sent && reader_.keep_alive(); }
  /// Whether bytes have arrived after the response.
  [[nodiscard]] bool has_surplus() const noexcept { return reader_.has_surplus(); }
  /// The response, or the error of the exchange.
  [[nodiscard]] Result<Response> result(const Peer& peer) {
    return reader_.complete() ? Result<Response>(reader_.take())
                              : Result<Response>(exchange_failure(peer, reader_, state_));
  }

 private:
  void forget_request() noexcept {
    wipe(memory_.out.data(), memory_.out.size());
    memory_.out.clear();
    given_ = 0;
  }

  ExchangeMemory& memory_;
  ResponseReader reader_;
  ExchangeState state_;
  std::size_t given_ = 0;  // bytes that the stream has taken
};

}  // namespace wandb::detail
