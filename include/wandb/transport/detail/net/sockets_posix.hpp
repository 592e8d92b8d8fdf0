// Sockets of POSIX systems. `sockets_windows.hpp` has the same names.
#pragma once

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <string_view>

#include <boost/asio/error.hpp>
#include <boost/system/error_code.hpp>

#include <wandb/detail/declare.hpp>

namespace wandb::inline WANDB_ABI::detail {

using SocketHandle = int;
inline constexpr SocketHandle no_socket = -1;

/// Whether a single call can be told not to wait. Where it cannot, sockets never block, and no read sleeps.
inline constexpr bool has_calls_without_wait = true;

[[nodiscard]] inline boost::system::error_code last_socket_error() noexcept {
  return {errno, boost::system::system_category()};
}

/// Makes a socket non-blocking, keeps it from child processes, and has a closed connection reported as an error and not
/// as a SIGPIPE.
[[nodiscard]] inline bool prepare_socket(SocketHandle socket) noexcept {
#if defined(SO_NOSIGPIPE)
  const int on = 1;
  ::setsockopt(socket, SOL_SOCKET, SO_NOSIGPIPE, &on, sizeof on);
#endif
  const int flags = ::fcntl(socket, F_GETFL);
  return flags >= 0 && ::fcntl(socket, F_SETFL, flags | O_NONBLOCK) == 0 && ::fcntl(socket, F_SETFD, FD_CLOEXEC) == 0;
}
inline void close_socket(SocketHandle socket) noexcept { ::close(socket); }

/// Opens a TCP socket that does not block.
[[nodiscard]] inline SocketHandle open_socket(int family, boost::system::error_code& ec) noexcept {
  const auto socket = ::socket(family, SOCK_STREAM, IPPROTO_TCP);
  ec = {};
  if (socket == no_socket || !prepare_socket(socket)) ec = last_socket_error();
  return socket;
}
/// Opens two connected sockets that do not block.
[[nodiscard]] inline boost::system::error_code open_socket_pair(std::array<SocketHandle, 2>& ends) noexcept {
  if (::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()) != 0) {
    ends = {no_socket, no_socket};
    return last_socket_error();
  }
  if (!prepare_socket(ends[0]) || !prepare_socket(ends[1])) return last_socket_error();
  return {};
}

/// Begins to connect. `in_progress` means that the socket can be written to when the result is known.
[[nodiscard]] inline boost::system::error_code begin_connect(SocketHandle socket, const sockaddr* peer,
                                                             std::size_t size) noexcept {
  if (::connect(socket, peer, static_cast<socklen_t>(size)) == 0) return {};
  if (errno == EINTR) return boost::asio::error::in_progress;
  return last_socket_error();
}
/// The result of a connection attempt that was in progress.
[[nodiscard]] inline boost::system::error_code connect_result(SocketHandle socket) noexcept {
  int result = 0;
  socklen_t size = sizeof result;
  if (::getsockopt(socket, SOL_SOCKET, SO_ERROR, &result, &size) != 0) return last_socket_error();
  return {result, boost::system::system_category()};
}
/// Makes the kernel send small segments at once.
inline void send_at_once(SocketHandle socket) noexcept {
  const int on = 1;
  ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}
/// Lets a `receive_sleeping` wait for that long.
[[nodiscard]] inline bool enable_sleep(SocketHandle socket, std::chrono::microseconds limit) noexcept {
  const timeval timeout{0, static_cast<decltype(timeval::tv_usec)>(limit.count())};
  const int flags = ::fcntl(socket, F_GETFL);
  return flags >= 0 && ::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout) == 0 &&
         ::fcntl(socket, F_SETFL, flags & ~O_NONBLOCK) == 0;
}

/// Whether a call failed only because it would have had to wait. The two numbers are one on most systems.
[[nodiscard]] constexpr bool is_would_block(int error) noexcept {
#if EAGAIN != EWOULDBLOCK
  if (error == EWOULDBLOCK) return true;
#endif
  return error == EAGAIN;
}

/// Sends what the kernel takes at once. Gives the number of bytes; without an error it may be 0.
[[nodiscard]] inline std::size_t send_now(SocketHandle socket, std::string_view bytes,
                                          boost::system::error_code& ec) noexcept {
#if defined(MSG_NOSIGNAL)
  constexpr int flags = MSG_DONTWAIT | MSG_NOSIGNAL;
#else
  constexpr int flags = MSG_DONTWAIT;
#endif
  for (;;) {
    const auto count = ::send(socket, bytes.data(), bytes.size(), flags);
    if (count >= 0) return static_cast<std::size_t>(count);
    if (errno == EINTR) continue;
    if (!is_would_block(errno)) ec = last_socket_error();
    return 0;
  }
}
/// Receives what has arrived. Gives the number of bytes, or 0 with an error: `eof`, `would_block`, `interrupted` or
/// another. `flags` are those of recv(2).
[[nodiscard]] inline std::size_t receive_sleeping(SocketHandle socket, void* data, std::size_t size,
                                                  boost::system::error_code& ec, int flags = 0) noexcept {
  const auto count = ::recv(socket, data, size, flags);
  if (count > 0) return static_cast<std::size_t>(count);
  if (count == 0) ec = boost::asio::error::eof;
  else if (is_would_block(errno)) ec = boost::asio::error::would_block;
  else ec = last_socket_error();
  return 0;
}
/// The same without a wait.
[[nodiscard]] inline std::size_t receive_now(SocketHandle socket, void* data, std::size_t size,
                                             boost::system::error_code& ec, int flags = 0) noexcept {
  return receive_sleeping(socket, data, size, ec, flags | MSG_DONTWAIT);
}
/// Ends the connection, and the calls of other threads that wait for it.
inline void shut_down(SocketHandle socket) noexcept { ::shutdown(socket, SHUT_RDWR); }

/// Waits until a socket is ready, for a number of milliseconds; without end if it is negative. Gives the number of
/// ready sockets, or a negative one with `last_socket_error()`.
template <std::size_t N>
[[nodiscard]] int poll_sockets(std::array<pollfd, N>& entries, int timeout, std::size_t count = N) noexcept {
  return ::poll(entries.data(), static_cast<nfds_t>(count), timeout);
}

}  // namespace wandb::detail
