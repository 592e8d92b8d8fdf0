// A transport over bare sockets, plain HTTP only, which keeps its connections. It is correct, unless it is told to make
// a mistake: tests of the conformance suite see that each is caught.
#pragma once

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <wandb/detail/text/ascii.hpp>
#include <wandb/error.hpp>
#include <wandb/result.hpp>
#include <wandb/transport.hpp>

namespace sockets {

using Answer = wandb::Result<wandb::Response>;
using Clock = std::chrono::steady_clock;
using wandb::Delivery;
using wandb::errc;
using wandb::Error;
using wandb::Request;

/// What a `SocketTransport` does wrong.
struct Mistakes {
  bool keeps_after_failure = false;          ///< keeps a connection after a deadline or a stop
  bool keeps_after_cut = false;              ///< keeps what it has read of a cut answer for the next
  bool no_deadline_connecting = false;       ///< ignores the deadline while it connects
  bool no_stop_connecting = false;           ///< ignores a stop while it connects
  bool no_deadline_sending = false;          ///< ignores the deadline while it sends
  bool no_stop_sending = false;              ///< ignores a stop while it sends
  bool no_stop_in_answer = false;            ///< ignores a stop once an answer has begun
  bool nothing_sent_if_write_fails = false;  ///< says `nothing_sent` if a write fails
  bool reset_is_end = false;                 ///< takes a reset for the end of an answer without a length
  bool no_chunk_extensions = false;          ///< does not know chunk extensions
  bool no_trailers = false;                  ///< leaves a trailer for the next answer
  bool awaits_body_of_204 = false;           ///< awaits a body where there is none
  bool quotes_answers = false;               ///< repeats the answer in an error
  bool counts_in_int = false;                ///< computes the time that is left in an int
  bool only_ipv4 = false;                    ///< does not know IPv6 addresses
  bool unknown_is_perhaps_sent = false;      ///< says `perhaps_sent` if a name does not exist
  bool looks_late = false;                   ///< looks at the deadline and the stop only when it has to wait
  bool locks_all = false;                    ///< lets one thread send at a time
  bool sends_in_clear = false;               ///< sends to an https origin without TLS
};

/// A connection, and what has come of the next answer.
struct Line {
  explicit Line(int socket) : fd(socket) {}
  Line(const Line&) = delete;
  Line& operator=(const Line&) = delete;
  ~Line() { ::close(fd); }
  int fd;
  std::string text;
};

class SocketTransport {
 public:
  explicit SocketTransport(Mistakes mistakes = {}) : mistakes_(mistakes) {}

  [[nodiscard]] Answer send(const Request& request) {
    std::unique_lock all(lock_, std::defer_lock);
    if (mistakes_.locks_all) all.lock();
    if (request.origin.tls && !mistakes_.sends_in_clear) return Error(errc::tls_failed, Delivery::nothing_sent);
    if (const auto failed = over(request, {}); failed && !mistakes_.looks_late)
      return Error(*failed, Delivery::nothing_sent);
    const std::pair key(std::string(request.origin.host), request.origin.port);
    auto line = take(key);
    if (!line) {
      auto opened = open(request);
      if (!opened) return opened.error();
      line = std::move(*opened);
    }
    bool keep = false;
    auto answer = exchange(*line, request, keep);
    if (!answer) {
      const bool given_up = answer.error() == errc::timed_out || answer.error() == errc::cancelled;
      keep = given_up ? mistakes_.keeps_after_failure : mistakes_.keeps_after_cut;
    }
    if (keep) {
      const std::lock_guard lock(mutex_);
      idle_.emplace(key, std::move(line));
    }
    return answer;
  }

 private:
  using Key = std::pair<std::string, std::uint16_t>;
  /// Which limits are ignored in a part of the exchange.
  struct Ignored {
    bool deadline = false;
    bool stop = false;
  };

  [[nodiscard]] std::unique_ptr<Line> take(const Key& key) {
    const std::lock_guard lock(mutex_);
    const auto found = idle_.find(key);
    if (found == idle_.end()) return nullptr;
    auto line = std::move(found->second);
    idle_.erase(found);
    return line;
  }

  // Why the exchange is over before its end, if it is.
  [[nodiscard]] std::optional<errc> over(const Request& request, Ignored ignored) const {
    using std::chrono::milliseconds;
    if (!ignored.stop && request.stop.stop_requested()) return errc::cancelled;
    const auto left = request.deadline - Clock::now();
    const auto count = static_cast<int>(std::chrono::duration_cast<milliseconds>(left).count());
    if (mistakes_.counts_in_int && count <= 0) return errc::timed_out;
    if (!ignored.deadline && left <= left.zero()) return errc::timed_out;
    return std::nullopt;
  }
  // Waits until the socket is ready. Returns why the exchange is over, if it is.
  [[nodiscard]] std::optional<errc> await(int fd, short events, const Request& request, Ignored ignored) const {
    for (;;) {
      if (const auto failed = over(request, ignored); failed) return failed;
      pollfd entry{fd, events, 0};
      if (::poll(&entry, 1, 5) > 0) return std::nullopt;
    }
  }

  [[nodiscard]] wandb::Result<std::unique_ptr<Line>> open(const Request& request) const {
    sockaddr_storage address{};
    socklen_t size = sizeof(sockaddr_in);
    if (request.origin.host == "127.0.0.1") {
      auto& four = reinterpret_cast<sockaddr_in&>(address);
      four.sin_family = AF_INET;
      four.sin_port = htons(request.origin.port);
      four.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    } else if (request.origin.host == "::1" && !mistakes_.only_ipv4) {
      auto& six = reinterpret_cast<sockaddr_in6&>(address);
      size = sizeof six;
      six.sin6_family = AF_INET6;
      six.sin6_port = htons(request.origin.port);
      six.sin6_addr = in6addr_loopback;
    } else {
      return Error(errc::resolve_failed,
                   mistakes_.unknown_is_perhaps_sent ? Delivery::perhaps_sent : Delivery::nothing_sent);
    }
    const int fd = ::socket(address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    auto line = std::make_unique<Line>(fd);
    if (::connect(fd, reinterpret_cast<const sockaddr*>(&address), size) == 0) return line;
    const Ignored ignored{mistakes_.no_deadline_connecting, mistakes_.no_stop_connecting};
    if (const auto failed = await(fd, POLLOUT, request, ignored); failed) return Error(*failed, Delivery::nothing_sent);
    int error = 0;
    socklen_t length = sizeof error;
    ::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length);
    if (error != 0) return Error(errc::connect_failed, Delivery::nothing_sent);
    return line;
  }

  [[nodiscard]] Answer exchange(Line& line, const Request& request, bool& keep) const {
    std::string out = std::string(request.method).append(" ").append(request.target).append(" HTTP/1.1\r\nHost: ");
    out.append(request.host).append("\r\nContent-Length: ").append(std::to_string(request.body.size()));
    for (const auto& header : request.headers) out.append("\r\n").append(header.name).append(": ").append(header.value);
    out.append("\r\n\r\n").append(request.body);
    for (std::size_t at = 0; at != out.size();) {
      const auto count = ::send(line.fd, out.data() + at, out.size() - at, MSG_NOSIGNAL);
      if (count >= 0) {
        at += static_cast<std::size_t>(count);
        continue;
      }
      if (errno != EAGAIN) {
        if (mistakes_.nothing_sent_if_write_fails) return Error(errc::connection_lost, Delivery::nothing_sent);
        break;  // the answer may have come nevertheless
      }
      const Ignored ignored{mistakes_.no_deadline_sending, mistakes_.no_stop_sending};
      if (const auto failed = await(line.fd, POLLOUT, request, ignored); failed)
        return Error(*failed, at == 0 ? Delivery::nothing_sent : Delivery::perhaps_sent);
    }
    return Reading{*this, line, request, {}, false, false}.answer(keep);
  }

  /// The reading of one answer.
  struct Reading {
    const SocketTransport& transport;
    Line& line;
    const Request& request;
    std::optional<errc> failed;  ///< why no more came
    bool ended;                  ///< whether the server ended the connection
    bool began;

    [[nodiscard]] const Mistakes& mistakes() const { return transport.mistakes_; }
    [[nodiscard]] Error error(errc code) const {
      const auto delivery = line.text.empty() ? Delivery::perhaps_sent : Delivery::answered;
      return {make_error_code(code), mistakes().quotes_answers ? "after " + line.text : std::string("no answer"),
              delivery};
    }
    // Reads more. False if no more comes.
    bool more() {
      for (;;) {
        char buffer[65536];
        const auto count = ::recv(line.fd, buffer, sizeof buffer, 0);
        if (count > 0) line.text.append(buffer, static_cast<std::size_t>(count));
        // A stream of bytes that never ends must not hide the deadline.
        const Ignored ignored{false, mistakes().no_stop_in_answer && !line.text.empty()};
        if (count > 0 && (failed = transport.over(request, ignored))) return false;
        if (count > 0) return true;
        if (count < 0 && errno == EAGAIN && !(failed = transport.await(line.fd, POLLIN, request, ignored))) continue;
        if (failed) return false;
        ended = count == 0 || mistakes().reset_is_end;
        failed = errc::connection_lost;
        return false;
      }
    }
    [[nodiscard]] std::size_t find(std::string_view what, std::size_t from) {
      for (;;) {
        if (const auto at = line.text.find(what, from); at != std::string::npos || !more()) return at;
      }
    }

    [[nodiscard]] Answer answer(bool& keep) {
      std::size_t at = 0;
      wandb::Response response;
      std::optional<std::size_t> length;
      bool chunked = false;
      keep = true;
      while (response.status < 200) {
        const auto end = find("\r\n\r\n", at);
        if (end == std::string::npos) return error(*failed);
        const auto head = line.text.substr(at, end + 2 - at);
        if (head.compare(0, 5, "HTTP/") != 0) return error(errc::protocol_error);
        std::from_chars(head.data() + 9, head.data() + 12, response.status);
        at = end + 4;
        if (response.status < 200) continue;
        for (auto from = head.find("\r\n") + 2; from < head.size(); from = head.find("\r\n", from) + 2) {
          const auto field = std::string_view(head).substr(from, head.find("\r\n", from) - from);
          const auto name = field.substr(0, field.find(':'));
          const auto value = field.substr(field.find(':') + 2);
          if (name == "Content-Length") std::from_chars(value.data(), value.data() + value.size(), length.emplace());
          if (name == "Transfer-Encoding") chunked = true;
          if (value == "close") keep = false;
          response.headers.add(name, value);
        }
      }
      if (response.status == 204 && !mistakes().awaits_body_of_204) length = 0;
      const bool whole = chunked ? read_chunks(at, response) : read_body(at, length, response);
      if (!whole) return error(failed.value_or(errc::protocol_error));
      if (!chunked && !length) keep = false;
      return response;
    }
    [[nodiscard]] bool read_body(std::size_t at, std::optional<std::size_t> length, wandb::Response& response) {
      while (!length || line.text.size() < at + *length) {
        if (!more()) break;
      }
      if (length ? line.text.size() < at + *length : !ended) return false;
      response.body.assign(line.text, at, length.value_or(std::string::npos));
      line.text.erase(0, at + response.body.size());
      return true;
    }
    [[nodiscard]] bool read_chunks(std::size_t at, wandb::Response& response) {
      for (;;) {
        const auto end = find("\r\n", at);
        if (end == std::string::npos) return false;
        std::size_t size = 0;
        const auto [stop, ignored] = std::from_chars(line.text.data() + at, line.text.data() + end, size, 16);
        if (mistakes().no_chunk_extensions && stop != line.text.data() + end) return false;
        at = end + 2;
        if (size == 0) break;
        while (line.text.size() < at + size + 2) {
          if (!more()) return false;
        }
        response.body.append(line.text, at, size);
        at += size + 2;
      }
      for (auto end = find("\r\n", at);; end = find("\r\n", at)) {
        if (end == std::string::npos) return false;
        const bool last = end == at || mistakes().no_trailers;
        at = mistakes().no_trailers ? at + 2 : end + 2;
        if (last) break;
      }
      line.text.erase(0, at);
      return true;
    }
  };

  Mistakes mistakes_;
  std::mutex lock_;
  std::mutex mutex_;
  std::multimap<Key, std::unique_ptr<Line>> idle_;
};

}  // namespace sockets
