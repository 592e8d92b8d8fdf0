// A port at which connecting does not come to an end.
#pragma once

#include <array>
#include <cstdint>
#include <list>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address_v4.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/system/error_code.hpp>

#include <wandb/transport/detail/net/sockets.hpp>

namespace wandb::inline WANDB_ABI::testing::detail {

/// A port at which connecting does not come to an end: nobody accepts, and the queue of the listener is full.
class FullListener {
 public:
  using tcp = boost::asio::ip::tcp;

  FullListener() : acceptor_(io_, tcp::v4()) {
    acceptor_.bind({boost::asio::ip::address_v4::loopback(), 0});
    acceptor_.listen(0);
    port_ = acceptor_.local_endpoint().port();
    for (int i = 0; i != 16 && !full_; ++i) connect();
  }
  /// Returns whether the queue is full. Not every system lets it become so.
  [[nodiscard]] bool full() const noexcept { return full_; }
  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
  /// Refuses connections from now on, also those that wait.
  void close() {
    boost::system::error_code ignored;
    acceptor_.close(ignored);
  }

 private:
  void connect() {
    const auto endpoint = acceptor_.local_endpoint();
    auto& socket = waiting_.emplace_back(io_, tcp::v4());
    socket.native_non_blocking(true);
    // Asio's own connect would wait for the outcome.
    static_cast<void>(wandb::detail::begin_connect(socket.native_handle(), endpoint.data(), endpoint.size()));
    std::array<pollfd, 1> entry{{{socket.native_handle(), POLLOUT, 0}}};
    full_ = wandb::detail::poll_sockets(entry, 100) == 0;
  }

  boost::asio::io_context io_;
  tcp::acceptor acceptor_;
  std::list<tcp::socket> waiting_;
  std::uint16_t port_ = 0;
  bool full_ = false;
};

}  // namespace wandb::testing::detail
