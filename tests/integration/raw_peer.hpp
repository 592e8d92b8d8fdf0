// A server that sends what a test specifies, byte by byte, including what no correct server would send.
#pragma once

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <list>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <wandb/testing/certificates.hpp>

namespace raw {

/// One accepted connection, plain or with TLS. An operation that fails ends the connection silently, because the peer
/// may have left.
class Peer {
 public:
  /// `context` is null for plain text. `index` counts connections from 0. `pushed` is sent with the handshake.
  Peer(int fd, SSL_CTX* context, int index, std::string_view pushed = {}) : index_(index), fd_(fd) {
    if (context == nullptr) return;
    ssl_.reset(SSL_new(context));
    in_ = BIO_new(BIO_s_mem());
    out_ = BIO_new(BIO_s_mem());
    SSL_set_bio(ssl_.get(), in_, out_);
    SSL_set_accept_state(ssl_.get());
    if (!pushed.empty()) push(pushed);
    while (open_ && SSL_do_handshake(ssl_.get()) != 1) {
      const bool more = SSL_get_error(ssl_.get(), -1) == SSL_ERROR_WANT_READ;
      flush();
      if (!more || !receive()) open_ = false;
    }
    flush();
  }
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;
  ~Peer() { close(); }

  [[nodiscard]] int index() const noexcept { return index_; }
  [[nodiscard]] SSL* ssl() const noexcept { return ssl_.get(); }
  /// Returns whether the client is still connected, as far as is known.
  [[nodiscard]] bool open() const noexcept { return open_; }

  /// Waits for a whole request; returns an empty text if the client leaves.
  std::string read_request() {
    auto request = take_head();
    const auto field = request.find("Content-Length: ");
    const auto size = field != std::string::npos ? std::stoul(request.substr(field + 16)) : 0UL;
    while (open_ && text_.size() < size) more();
    if (text_.size() < size) return {};
    request.append(text_, 0, size);
    text_.erase(0, size);
    return request;
  }
  /// Reads a request up to its body; returns an empty text if the client leaves.
  std::string take_head() {
    const auto size = read_until("\r\n\r\n");
    if (size == std::string::npos) return {};
    auto head = text_.substr(0, size);
    text_.erase(0, size);
    return head;
  }
  /// Waits for the end of a request's header; returns whether it arrived.
  bool read_head() { return read_until("\r\n\r\n") != std::string::npos; }

  /// Sends each text in a TLS record of its own, all of them with one call of send(2).
  void send(std::initializer_list<std::string_view> texts) {
    if (ssl_ == nullptr) {
      std::string all;
      for (const auto text : texts) all += text;
      return send_raw(all);
    }
    for (const auto text : texts) SSL_write(ssl_.get(), text.data(), static_cast<int>(text.size()));
    flush();
  }
  void send(std::string_view text) { send({text}); }
  /// Returns the bytes that `send` would put on the wire, for tests that cut them.
  [[nodiscard]] std::string wire_of(std::string_view text) {
    if (ssl_ == nullptr) return std::string(text);
    SSL_write(ssl_.get(), text.data(), static_cast<int>(text.size()));
    return pending();
  }
  /// Sends raw bytes, below TLS.
  void send_raw(std::string_view bytes) {
    while (open_ && !bytes.empty()) {
      const auto count = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (count <= 0) open_ = false;
      else bytes.remove_prefix(static_cast<std::size_t>(count));
    }
  }
  /// Discards what has arrived so far.
  void drain() {
    std::array<char, 16 * 1024> buffer{};
    while (::recv(fd_, buffer.data(), buffer.size(), MSG_DONTWAIT) > 0) {
    }
  }
  /// Sends as much of OpenSSL's output as the kernel accepts now.
  void flush_some() {
    const auto bytes = pending();
    static_cast<void>(::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT));
  }
  /// Sends OpenSSL's output.
  void flush() { send_raw(pending()); }
  /// Sends OpenSSL's output, and ends the sending side in the same segment.
  void send_last(std::string_view text) {
    const int on = 1;
    ::setsockopt(fd_, IPPROTO_TCP, TCP_CORK, &on, sizeof on);
    send(text);
    end();
  }
  /// Sends no more, but still receives what the client sends.
  void end() { ::shutdown(fd_, SHUT_WR); }
  void close() {
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
    open_ = false;
  }
  /// Reads the given number of bytes after the head that `read_head` found; returns how many arrived.
  std::size_t read_rest(std::size_t size) {
    text_.erase(0, read_until("\r\n\r\n"));
    while (open_ && text_.size() < size) more();
    return text_.size();
  }
  /// Returns whether the client has not closed its end. It reads nothing.
  [[nodiscard]] bool client_is_there() const {
    pollfd entry{fd_, POLLRDHUP, 0};
    return ::poll(&entry, 1, 0) == 0;
  }
  /// Connects to a port of this machine and forwards bytes both ways until one side ends; returns false if nothing
  /// listens.
  bool tunnel_to(std::uint16_t port) {
    const int other = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const bool connected = ::connect(other, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    while (connected && (carry(fd_, other) && carry(other, fd_))) {
      std::array<pollfd, 2> both{{{fd_, POLLIN, 0}, {other, POLLIN, 0}}};
      ::poll(both.data(), both.size(), -1);
    }
    ::close(other);
    return connected;
  }
  /// Waits until the client has left.
  void wait_until_left() {
    while (open_ && receive()) {
    }
  }

 private:
  friend class Server;
  // With TLS 1.3, a server may send data once it has sent its part of the handshake.
  void push(std::string_view text) {
    std::array<char, 1> none{};
    std::size_t count = 0;
    while (open_ && SSL_read_early_data(ssl_.get(), none.data(), 1, &count) == SSL_READ_EARLY_DATA_ERROR) {
      if (!receive()) open_ = false;
    }
    SSL_write_early_data(ssl_.get(), text.data(), text.size(), &count);
  }
  struct Free {
    void operator()(SSL* ssl) const { SSL_free(ssl); }
  };

  // Forwards what has arrived at one end to the other; returns false if that end is closed.
  static bool carry(int from, int to) {
    std::array<char, 16 * 1024> buffer{};
    const auto count = ::recv(from, buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (count < 0) return errno == EAGAIN;
    return count > 0 && ::send(to, buffer.data(), static_cast<std::size_t>(count), MSG_NOSIGNAL) == count;
  }
  [[nodiscard]] std::string pending() {
    std::string bytes(out_ == nullptr ? 0 : BIO_ctrl_pending(out_), '\0');
    if (!bytes.empty()) BIO_read(out_, bytes.data(), static_cast<int>(bytes.size()));
    return bytes;
  }
  std::size_t read_until(std::string_view end) {
    while (open_ && text_.find(end) == std::string::npos) more();
    const auto at = text_.find(end);
    return at == std::string::npos ? at : at + end.size();
  }
  void more() {
    std::array<char, 16 * 1024> buffer{};
    if (ssl_ != nullptr) {
      const auto count = SSL_read(ssl_.get(), buffer.data(), static_cast<int>(buffer.size()));
      if (count > 0) {
        text_.append(buffer.data(), static_cast<std::size_t>(count));
        return;
      }
      flush();
    }
    if (!receive()) open_ = false;
  }
  // Moves bytes from the wire to OpenSSL, or to the text.
  bool receive() {
    std::array<char, 16 * 1024> buffer{};
    const auto count = ::recv(fd_, buffer.data(), buffer.size(), 0);
    if (count <= 0) return false;
    if (ssl_ != nullptr) BIO_write(in_, buffer.data(), static_cast<int>(count));
    else text_.append(buffer.data(), static_cast<std::size_t>(count));
    return true;
  }

  int index_;
  int fd_;
  bool open_ = true;
  std::unique_ptr<SSL, Free> ssl_;
  BIO* in_ = nullptr;  // SSL frees both
  BIO* out_ = nullptr;
  std::string text_;
};

/// Listens on loopback and runs the script for each connection, in a thread of its own.
class Server {
 public:
  using Script = std::function<void(Peer&)>;

  explicit Server(bool tls, Script script, const std::function<void(SSL_CTX*)>& prepare = {})
      : script_(std::move(script)), acceptor_(io_, {boost::asio::ip::make_address("127.0.0.1"), 0}) {
    if (tls) {
      const auto certificate = wandb::testing::CertificateAuthority().issue();
      ca_pem_ = certificate.ca_pem;
      context_.reset(SSL_CTX_new(TLS_server_method()));
      use(certificate);
      if (prepare) prepare(context_.get());
    }
    thread_ = std::thread([this] { accept(); });
  }
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  ~Server() {
    stopping_ = true;
    ::shutdown(acceptor_.native_handle(), SHUT_RDWR);
    thread_.join();
    {
      const std::lock_guard guard(mutex_);
      for (const int fd : open_) ::shutdown(fd, SHUT_RDWR);
    }
    for (auto& session : sessions_) session.join();
  }

  /// Sets what the first connection sends together with its part of the TLS handshake.
  void push(std::string text) { pushed_ = std::move(text); }
  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] const std::string& ca_pem() const noexcept { return ca_pem_; }
  [[nodiscard]] int connections() const noexcept { return connections_; }

 private:
  struct Free {
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  };
  void use(const wandb::testing::Certificate& certificate) {
    const auto bio = [](const std::string& pem) { return BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())); };
    BIO* const first = bio(certificate.certificate_pem);
    BIO* const second = bio(certificate.key_pem);
    X509* const x509 = PEM_read_bio_X509(first, nullptr, nullptr, nullptr);
    EVP_PKEY* const key = PEM_read_bio_PrivateKey(second, nullptr, nullptr, nullptr);
    const bool used =
        SSL_CTX_use_certificate(context_.get(), x509) == 1 && SSL_CTX_use_PrivateKey(context_.get(), key) == 1;
    X509_free(x509);
    EVP_PKEY_free(key);
    BIO_free(first);
    BIO_free(second);
    if (!used) throw std::runtime_error("the test's certificate could not be used");
  }
  void accept() {
    while (!stopping_) {
      const int fd = ::accept(acceptor_.native_handle(), nullptr, nullptr);
      if (fd < 0) return;
      {
        const std::lock_guard guard(mutex_);
        open_.push_back(fd);
      }
      sessions_.emplace_back([this, fd, index = connections_++] {
        {
          Peer peer(fd, context_.get(), index, index == 0 ? std::string_view(pushed_) : std::string_view());
          script_(peer);
          const std::lock_guard guard(mutex_);
          open_.remove(fd);
          peer.close();
        }
        ERR_clear_error();
      });
    }
  }

  Script script_;
  boost::asio::io_context io_;
  boost::asio::ip::tcp::acceptor acceptor_;
  std::uint16_t port_ = acceptor_.local_endpoint().port();
  std::unique_ptr<SSL_CTX, Free> context_;
  std::string ca_pem_;
  std::string pushed_;
  std::atomic<int> connections_{0};
  std::atomic<bool> stopping_{false};
  std::mutex mutex_;
  std::list<int> open_;
  std::list<std::thread> sessions_;
  std::thread thread_;
};

}  // namespace raw
