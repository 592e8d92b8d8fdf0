// Sockets of Windows. `sockets_posix.hpp` has the same names.
#pragma once

#if defined(_WIN32)
#include <winsock2.h>
#include <ws2tcpip.h>

#include <array>
#include <chrono>
#include <climits>
#include <cstddef>
#include <string_view>

#include <boost/asio/error.hpp>
#include <boost/system/error_code.hpp>

#include <wandb/detail/declare.hpp>

namespace wandb::inline WANDB_ABI::detail {

using SocketHandle = SOCKET;
inline constexpr SocketHandle no_socket = INVALID_SOCKET;

/// Whether a single call can be told not to wait. Where it cannot, sockets never block, and no read sleeps.
inline constexpr bool has_calls_without_wait = false;

[[nodiscard]] inline boost::system::error_code last_socket_error() noexcept {
  return {::WSAGetLastError(), boost::system::system_category()};
}

/// Makes a socket non-blocking, and keeps it from child processes.
[[nodiscard]] inline bool prepare_socket(SocketHandle socket) noexcept {
  u_long on = 1;
  ::SetHandleInformation(reinterpret_cast<HANDLE>(socket), HANDLE_FLAG_INHERIT, 0);
  return ::ioctlsocket(socket, static_cast<long>(FIONBIO), &on) == 0;
}
inline void close_socket(SocketHandle socket) noexcept { ::closesocket(socket); }

/// Opens a TCP socket that does not block.
[[nodiscard]] inline SocketHandle open_socket(int family, boost::system::error_code& ec) noexcept {
  const auto socket = ::socket(family, SOCK_STREAM, IPPROTO_TCP);
  ec = {};
  if (socket == no_socket || !prepare_socket(socket)) ec = last_socket_error();
  return socket;
}
/// Opens two connected sockets that do not block: datagrams on loopback, which take data from each other alone.
[[nodiscard]] inline boost::system::error_code open_socket_pair(std::array<SocketHandle, 2>& ends) noexcept {
  std::array<sockaddr_in, 2> names{};
  for (std::size_t end = 0; end < 2; ++end) {
    names[end].sin_family = AF_INET;
    names[end].sin_addr.s_addr = ::htonl(INADDR_LOOPBACK);
    int size = sizeof names[end];
    auto* const name = reinterpret_cast<sockaddr*>(&names[end]);
    ends[end] = ::socket(AF_INET, SOCK_DGRAM, IPPROTO_UDP);
    if (ends[end] == no_socket || !prepare_socket(ends[end]) || ::bind(ends[end], name, size) != 0 ||
        ::getsockname(ends[end], name, &size) != 0) {
      return last_socket_error();
    }
  }
  for (std::size_t end = 0; end < 2; ++end) {
    const auto* const other = reinterpret_cast<const sockaddr*>(&names[1 - end]);
    if (::connect(ends[end], other, sizeof names[end]) != 0) return last_socket_error();
  }
  return {};
}

/// Begins to connect. `in_progress` means that the socket can be written to when the result is known.
[[nodiscard]] inline boost::system::error_code begin_connect(SocketHandle socket, const sockaddr* peer,
                                                             std::size_t size) noexcept {
  if (::connect(socket, peer, static_cast<int>(size)) == 0) return {};
  if (::WSAGetLastError() == WSAEWOULDBLOCK) return boost::asio::error::in_progress;
  return last_socket_error();
}
/// The result of a connection attempt that was in progress.
[[nodiscard]] inline boost::system::error_code connect_result(SocketHandle socket) noexcept {
  int result = 0;
  int size = sizeof result;
  if (::getsockopt(socket, SOL_SOCKET, SO_ERROR, reinterpret_cast<char*>(&result), &size) != 0) {
    return last_socket_error();
  }
  return {result, boost::system::system_category()};
}
/// Makes the system send small segments at once.
inline void send_at_once(SocketHandle socket) noexcept {
  const BOOL on = TRUE;
  ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, reinterpret_cast<const char*>(&on), sizeof on);
}
/// Does nothing: no read sleeps.
[[nodiscard]] inline bool enable_sleep(SocketHandle, std::chrono::microseconds) noexcept { return true; }

/// Sends what the system takes at once. Gives the number of bytes; without an error it may be 0.
[[nodiscard]] inline std::size_t send_now(SocketHandle socket, std::string_view bytes,
                                          boost::system::error_code& ec) noexcept {
  // Windows takes a text of any length at once, so that a deadline would come while it sends, and an error would not
  // say whether a part has been sent.
  constexpr std::size_t most = 64 * 1024;
  const auto size = bytes.size() < most ? bytes.size() : most;
  const auto count = ::send(socket, bytes.data(), static_cast<int>(size), 0);
  if (count >= 0) return static_cast<std::size_t>(count);
  if (::WSAGetLastError() != WSAEWOULDBLOCK) ec = last_socket_error();
  return 0;
}
/// Receives what has arrived. Gives the number of bytes, or 0 with an error: `eof`, `would_block` or another. `flags`
/// are those of Winsock's `recv`.
[[nodiscard]] inline std::size_t receive_now(SocketHandle socket, void* data, std::size_t size,
                                             boost::system::error_code& ec, int flags = 0) noexcept {
  const auto room = size < INT_MAX ? static_cast<int>(size) : INT_MAX;
  const auto count = ::recv(socket, static_cast<char*>(data), room, flags);
  if (count > 0) return static_cast<std::size_t>(count);
  if (count == 0) ec = boost::asio::error::eof;
  else ec = last_socket_error();
  return 0;
}
/// The same: no read sleeps.
[[nodiscard]] inline std::size_t receive_sleeping(SocketHandle socket, void* data, std::size_t size,
                                                  boost::system::error_code& ec) noexcept {
  return receive_now(socket, data, size, ec);
}
/// Ends the connection, and the calls of other threads that wait for it.
inline void shut_down(SocketHandle socket) noexcept {
  ::shutdown(socket, SD_BOTH);
  // The shutdown fails only calls that begin after it.
  ::CancelIoEx(reinterpret_cast<HANDLE>(socket), nullptr);
}

/// Waits until a socket is ready, for a number of milliseconds; without end if it is negative. Gives the number of
/// ready sockets, or a negative one with `last_socket_error()`.
template <std::size_t N>
[[nodiscard]] int poll_sockets(std::array<pollfd, N>& entries, int timeout, std::size_t count = N) noexcept {
  return ::WSAPoll(entries.data(), static_cast<ULONG>(count), timeout);
}

}  // namespace wandb::detail
#endif
