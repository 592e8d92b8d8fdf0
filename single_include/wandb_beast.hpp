// MIT License
//
// Copyright (c) 2026 The wandb-users authors
//
// Permission is hereby granted, free of charge, to any person obtaining a copy
// of this software and associated documentation files (the "Software"), to deal
// in the Software without restriction, including without limitation the rights
// to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
// copies of the Software, and to permit persons to whom the Software is
// furnished to do so, subject to the following conditions:
//
// The above copyright notice and this permission notice shall be included in all
// copies or substantial portions of the Software.
//
// THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
// IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
// FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
// AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
// LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
// OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE
// SOFTWARE.

// Made by single_include/make.py. Do not mix it with headers of include/wandb/.
//
// What wandb.hpp, in the folder of this file, does not have: the transports over Boost.Beast, the threaded form of
// for_each, and std::format.
#pragma once

#include "wandb.hpp"
// HTTP/1.1 over TCP and TLS for synchronous calls. Needs Boost.Asio, Boost.Beast (headers) and OpenSSL.

#include <cstddef>
#include <memory>

// The settings of the transports over Boost.Beast, blocking and asynchronous.

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <string_view>

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

namespace wandb::inline WANDB_ABI {

/// Sends requests over HTTP/1.1, kept alive, with TLS verified against host name and certificate authorities.
///
/// Resolving, connecting, handshake, sending and receiving all end at the request's deadline or stop. No request is
/// sent twice, and a failure says how far the request came. Thread-safe: any number of threads may call `send` at once,
/// and each then has a connection of its own. Copies share connections and settings. A moved-from transport may only be
/// destroyed or assigned to.
class BeastTransport {
 public:
  /// Sends nothing and does not fail: `send` reports what is wrong with the options. It reads the proxy and certificate
  /// variables of `environment` once, here.
  explicit BeastTransport(const BeastOptions& options = {}, const Environment& environment = Environment::process());

  /// Sends the request and waits for the whole response. Fails with `resolve_failed`, `connect_failed`, `tls_failed`
  /// (all before anything was sent), `connection_lost`, `protocol_error`, `response_too_large`, `timed_out`,
  /// `cancelled`, or `invalid_argument` for a request that HTTP cannot carry, and with `invalid_environment` or
  /// `proxy_refused` because of a proxy. An error after the response's status line has the response's status.
  [[nodiscard]] Result<Response> send(const Request& request) const;

  /// The settings that are in effect for a server, and where each came from: the proxy, and with TLS the certificate
  /// authorities and the client's certificate. It reads no file, and tells no secret.
  [[nodiscard]] Settings settings(const Origin& server) const;

  /// The number of connections that were opened, failed attempts included.
  [[nodiscard]] std::size_t connections_opened() const noexcept;
  /// The number of connections that wait for a request.
  [[nodiscard]] std::size_t idle_connections() const;
  /// Closes the connections that wait for a request.
  void close_idle() const;

 private:
  struct State;

  std::shared_ptr<State> state_;
};

static_assert(SyncTransport<BeastTransport>);

}  // namespace wandb

#if defined(WANDB_SEPARATE_COMPILATION)

namespace wandb::inline WANDB_ABI {

// These are instantiated with the definitions.
extern template class Client<BeastTransport>;
extern template class Api<BeastTransport>;
extern template class User<BeastTransport>;
extern template class Users<BeastTransport>;

}  // namespace wandb
#endif
// HTTP/1.1 over TCP and TLS for coroutines. Needs Boost.Asio, Boost.Beast (headers) and OpenSSL.

#include <chrono>
#include <coroutine>
#include <cstddef>
#include <exception>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/this_coro.hpp>

namespace wandb::inline WANDB_ABI {

namespace detail {
class AsyncEvent;
}

/// Sends requests over HTTP/1.1 without blocking, kept alive, with TLS verified against host name and certificate
/// authorities, and sessions resumed. Its task is `boost::asio::awaitable`.
///
/// Every wait of a call, that for a connection included, ends at the request's deadline, its stop, or the coroutine's
/// cancellation. A cancelled call gives `errc::cancelled`, clears the cancellation, and closes its connection. No
/// request is sent twice. Safe to use from any thread, both on a strand and on an `io_context` that several threads
/// run. Copies share connections and settings. A transport must not outlive its execution context. A moved-from
/// transport may only be destroyed or assigned to.
class AsyncBeastTransport {
 public:
  template <class T>
  using task = boost::asio::awaitable<T>;

  /// Sends nothing and does not fail: `send` reports what is wrong with the options. It reads the proxy and certificate
  /// variables of `environment` once, here.
  explicit AsyncBeastTransport(boost::asio::any_io_executor executor, const BeastOptions& options = {},
                               const Environment& environment = Environment::process());
  /// The same on a context's executor.
  template <class Context>
  requires std::is_convertible_v<Context&, boost::asio::execution_context&>
  explicit AsyncBeastTransport(Context& context, const BeastOptions& options = {},
                               const Environment& environment = Environment::process())
      : AsyncBeastTransport(boost::asio::any_io_executor(context.get_executor()), options, environment) {}

  /// Sends the request and awaits the whole response. Fails as `BeastTransport::send` does.
  [[nodiscard]] task<Result<Response>> send(const Request& request) const;

  /// Waits for `duration`. A cancellation of the coroutine ends the wait early.
  [[nodiscard]] task<void> wait(std::chrono::nanoseconds duration) const;
  /// Waits for `duration`. Fails with `errc::cancelled` at a stop or a cancellation.
  [[nodiscard]] task<Result<void>> wait(std::chrono::nanoseconds duration, StopToken stop) const;

  /// Runs a task on this transport's executor, without waiting for it. The context's `run()` throws what the task
  /// throws.
  void spawn(task<void> work) const;

  /// Runs a whole call so that a cancellation of the coroutine becomes the call's result. Asio would otherwise throw at
  /// the next `co_await` inside the call, and the call's outcome would be lost.
  template <class R>
  [[nodiscard]] task<R> shield(task<R> call) const {
    return shielded(std::move(call));
  }

  /// An event that one coroutine at a time awaits. Any thread may call `set()`. A finished `wait()` resets the event.
  class Event {
   public:
    explicit Event(const boost::asio::any_io_executor& executor);
    Event(Event&&) noexcept;
    Event& operator=(Event&&) noexcept;
    ~Event();
    void set();
    [[nodiscard]] task<void> wait();

   private:
    std::unique_ptr<detail::AsyncEvent> event_;
  };
  [[nodiscard]] Event make_event() const;

  /// The settings that are in effect for a server, and where each came from: the proxy, and with TLS the certificate
  /// authorities and the client's certificate. It reads no file, and tells no secret.
  [[nodiscard]] Settings settings(const Origin& server) const;

  /// The number of connections that were opened, failed attempts included.
  [[nodiscard]] std::size_t connections_opened() const noexcept;
  /// The number of connections that wait for a request.
  [[nodiscard]] std::size_t idle_connections() const;
  /// Closes the connections that wait for a request.
  void close_idle() const;

 private:
  struct State;
  using StatePtr = std::shared_ptr<State>;

  [[nodiscard]] static task<Result<Response>> send(StatePtr state, const Request& request);
  [[nodiscard]] static task<Result<Response>> carry_out(State& state, const Request& request);
  [[nodiscard]] static task<Result<void>> wait_or_cancel(StatePtr state, std::chrono::nanoseconds duration,
                                                         StopToken stop);
  [[nodiscard]] static task<void> wait_without_stop(StatePtr state, std::chrono::nanoseconds duration);
  // Restores the caller's setting even if the call throws. A handler cannot await, so it keeps the exception, which is
  // rethrown after it.
  template <class R>
  [[nodiscard]] static task<R> shielded(task<R> call) {
    namespace this_coro = boost::asio::this_coro;
    const bool throws = co_await this_coro::throw_if_cancelled();
    co_await this_coro::throw_if_cancelled(false);
    std::optional<R> result;
    std::exception_ptr thrown;
#if defined(__cpp_exceptions)
    try {
#endif
      result.emplace(co_await std::move(call));
#if defined(__cpp_exceptions)
    } catch (...) {
      thrown = std::current_exception();
    }
#endif
    co_await this_coro::throw_if_cancelled(throws);
    if (thrown) std::rethrow_exception(thrown);
    co_return std::move(*result);
  }

  StatePtr state_;
};

static_assert(ConcurrentTransport<AsyncBeastTransport>);

}  // namespace wandb

#if defined(WANDB_SEPARATE_COMPILATION)

namespace wandb::inline WANDB_ABI {

// These are instantiated with the definitions. `Users` is not, since clang 14 would instantiate members of it that only
// a blocking transport has.
extern template class Client<AsyncBeastTransport>;
extern template class Api<AsyncBeastTransport>;
extern template class User<AsyncBeastTransport>;

}  // namespace wandb
#endif
// Many calls at once with a synchronous transport, on a thread for each call in flight.

#include <concepts>
#include <condition_variable>
#include <cstddef>
#include <exception>
#include <iterator>
#include <memory>
#include <mutex>
#include <optional>
#include <ranges>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

namespace wandb::inline WANDB_ABI {

namespace detail {

/// Whether `operation(api, input)` returns anything but `void`.
template <class Operation, class T, class Input>
inline constexpr bool gives_result = false;
template <class Operation, class T, class Input>
requires can_operate<Operation, T, Input>
inline constexpr bool gives_result<Operation, T, Input> = !std::is_void_v<Returned<Operation, T, Input>>;

}  // namespace detail

/// The results of a `for_each` with a synchronous transport, in the order in which they are completed: an input range,
/// and `next()`. One thread at a time may use it. The destructor takes no further input and waits for calls in flight.
template <SyncTransport T, std::ranges::input_range Range, class Operation>
requires detail::gives_result<Operation, T, std::ranges::range_value_t<Range>>
class [[nodiscard]] ThreadedForEach {
 public:
  using input_type = std::ranges::range_value_t<Range>;
  using value_type = Completed<input_type, std::remove_cvref_t<detail::Returned<Operation, T, input_type>>>;

  /// The iterator of `begin()`. `*` refers to an object in the range, which is valid until `++`.
  class iterator {
   public:
    using iterator_concept = std::input_iterator_tag;
    using iterator_category = std::input_iterator_tag;
    using value_type = ThreadedForEach::value_type;
    using difference_type = std::ptrdiff_t;
    using pointer = value_type*;
    using reference = value_type&;

    iterator() = default;
    [[nodiscard]] reference operator*() const noexcept { return *all_->current_; }
    [[nodiscard]] pointer operator->() const noexcept { return &*all_->current_; }
    iterator& operator++() {
      all_->advance();
      return *this;
    }
    void operator++(int) { ++*this; }
    [[nodiscard]] friend bool operator==(const iterator& it, std::default_sentinel_t) noexcept { return it.over(); }

   private:
    friend class ThreadedForEach;
    explicit iterator(ThreadedForEach* all) noexcept : all_(all) {}
    [[nodiscard]] bool over() const noexcept { return all_ == nullptr || !all_->current_; }
    ThreadedForEach* all_ = nullptr;
  };

  ThreadedForEach(const Client<T>& client, Range inputs, Operation operation, const ForEachOptions& options)
      : state_(std::make_unique<State>(client, std::move(inputs), std::move(operation), options)) {}
  ThreadedForEach(ThreadedForEach&&) noexcept = default;
  ThreadedForEach& operator=(ThreadedForEach&&) noexcept = default;

  /// The next completed result. Nothing when no further input is taken, at the end of the inputs or after a stop, and
  /// every result has been given. Throws what the operation threw for an input, or `std::system_error` if no thread
  /// could be started; the next call continues.
  [[nodiscard]] std::optional<value_type> next() {
    State& state = *state_;
    if (state.fault) return state.next_with_fault();
    while (state.try_begin_runner()) {
      state.threads.emplace_back([runner = Runner(&state)]() mutable { run(runner); });
    }
    std::optional<typename State::Entry> entry;
    bool over = false;
    state.wait([&] {
      entry = state.results.take(over);
      return entry || over;
    });
    state.notify();
    if (over) return std::nullopt;
    return detail::unwrap(std::move(*entry));
  }

  /// These are the same as in `ForEach`.
  [[nodiscard]] std::size_t taken() const noexcept { return state_->inputs.taken(); }
  [[nodiscard]] Result<void> status() const { return state_->status(); }

  /// Takes the next result, so that a second loop continues where the first one stopped.
  [[nodiscard]] iterator begin() {
    if (!current_) advance();
    return iterator(this);
  }
  [[nodiscard]] std::default_sentinel_t end() const noexcept { return {}; }

 private:
  struct State : detail::Batch<T, Range, Operation, value_type> {
    using detail::Batch<T, Range, Operation, value_type>::Batch;
    State(const State&) = delete;
    State& operator=(const State&) = delete;
    ~State() {
      this->inputs.close();
      notify();
      for (auto& thread : threads) thread.join();
    }

    template <class Condition>
    void wait(Condition condition) {
      std::unique_lock lock(mutex);
      wakeup.wait(lock, condition);
    }
    void notify() {
      { const std::lock_guard lock(mutex); }  // Without it, a consumer between its check and its wait would miss this.
      wakeup.notify_all();
    }

    std::mutex mutex;
    std::condition_variable wakeup;
    std::vector<std::thread> threads;
  };
  using Runner = detail::Runner<State*>;

  static void run(Runner& runner) {
    State& state = runner.batch();
    for (;;) {
      typename State::Entry entry;
#if defined(__cpp_exceptions)
      try {
#endif
        state.wait([&] { return !state.results.full() || state.inputs.over(); });
        auto taken = state.inputs.take();
        if (!taken) break;
        auto result = state.start(*taken);
        entry.completed.emplace(State::completed(*taken, result));
#if defined(__cpp_exceptions)
      } catch (...) {
        entry.thrown = std::current_exception();
      }
#endif
      state.results.put(std::move(entry));
      state.notify();
    }
    runner.finish();
  }

  void advance() {
    current_.reset();  // An exception must not leave the last result here.
    if (auto following = next()) current_.emplace(std::move(*following));
  }

  std::unique_ptr<State> state_;
  std::optional<value_type> current_;
};

/// Runs `operation(api, input)` for each of the inputs on `concurrency` threads, and gives the results as they are
/// completed: `for (auto& one : done)`. The operation is called on several threads at once. Everything else is the same
/// as with an asynchronous transport.
template <SyncTransport T, std::ranges::input_range Range, class Operation>
[[nodiscard]] auto for_each(const Api<T>& api, Range&& inputs, Operation operation,
                            const ForEachOptions& options = {}) {
  return ThreadedForEach<T, std::remove_cvref_t<Range>, Operation>(api, std::forward<Range>(inputs),
                                                                   std::move(operation), options);
}

}  // namespace wandb
// Formatters for `std::format`, if the standard library has it. They write what `<<` prints, with the same mask.

#include <version>

#if defined(__cpp_lib_format)

#include <format>
#include <string_view>

// Format specifications are those of `std::string_view`.

template <>
struct std::formatter<wandb::Error> : std::formatter<std::string_view> {
  auto format(const wandb::Error& error, auto& context) const {
    return std::formatter<std::string_view>::format(error.message(), context);
  }
};

template <>
struct std::formatter<wandb::ApiKey> : std::formatter<std::string_view> {
  auto format(const wandb::ApiKey& key, auto& context) const {
    return std::formatter<std::string_view>::format(key.name(), context);
  }
};

template <>
struct std::formatter<wandb::Text> : std::formatter<std::string_view> {
  auto format(const wandb::Text& text, auto& context) const {
    return std::formatter<std::string_view>::format(text.view(), context);
  }
};

template <class T, class S>
struct std::formatter<wandb::User<T, S>> : std::formatter<std::string_view> {
  auto format(const wandb::User<T, S>& user, auto& context) const {
    return std::formatter<std::string_view>::format(to_string(user), context);
  }
};

#endif

#if !defined(WANDB_SEPARATE_COMPILATION) || defined(WANDB_DEFINITIONS)
// The definitions of transport/beast.hpp.

#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <utility>

#include <boost/asio/io_context.hpp>

// Writes a request as bytes, and parses a response with Beast's parser, straight into a `Response`.

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <utility>

#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/field.hpp>
#include <boost/beast/http/status.hpp>
#include <boost/beast/http/verb.hpp>
#include <boost/optional/optional.hpp>
#include <boost/version.hpp>

// Conversions between `errc` and the error codes of Boost, in which the transports store errors.

#include <boost/system/error_code.hpp>

#include <optional>
#include <system_error>
#include <type_traits>

/// Lets an `errc` be assigned to a Boost error code and compared with it.
template <>
struct boost::system::is_error_code_enum<wandb::errc> : std::true_type {};

namespace wandb::inline WANDB_ABI::detail {

/// The `errc` that a Boost error code holds, or nothing for a code of another library. Boost wraps a code of the
/// standard library in a category of its own, so the code has to be converted back before its category is compared.
[[nodiscard]] inline std::optional<errc> own_code(const boost::system::error_code& ec) noexcept {
  const std::error_code code = ec;
  if (code.category() != error_category()) return std::nullopt;
  return static_cast<errc>(code.value());
}

}  // namespace wandb::detail

namespace wandb::inline WANDB_ABI::detail {

/// Says why a request must not be sent. Empty for a valid request.
[[nodiscard]] constexpr std::string_view defect(const Request& request) noexcept {
  if (!is_token(request.method)) return "the request's method is not a token";
  if (!is_word(request.target)) return "the request's target is empty, or holds a space or control character";
  if (!is_word(request.host)) return "the request's host is empty, or holds a space or control character";
  if (request.origin.host.empty()) return "the request's origin has no host";
  if (!is_word(request.origin.host)) return "the host of the request's origin holds a space or control character";
  if (request.origin.port == 0) return "the request's origin has no port";
  for (const auto& field : request.headers) {
    if (!is_token(field.name)) return "the name of a request header is not a token";
    if (!is_field_value(field.value)) return "the value of a request header holds a line break or control character";
    if (is_framing_field(field.name)) return "Host, Content-Length and Transfer-Encoding are the transport's to send";
  }
  return {};
}

/// Appends the whole request in its form on the wire, so that one send can take it.
inline void compose(const Request& request, SecureString& out) {
  const auto field = [&out](std::string_view name, std::string_view value) {
    out.append(name).append(": ").append(value).append("\r\n");
  };
  out.append(request.method).append(" ").append(request.target).append(" HTTP/1.1\r\n");
  field("Host", request.host);
  for (const auto& header : request.headers) field(header.name, header.value);
  const bool bodiless = request.method == "GET" || request.method == "CONNECT";
  if (!request.body.empty() || !bodiless) {
    char digits[20];
    const auto end = std::to_chars(digits, digits + sizeof digits, request.body.size()).ptr;
    field("Content-Length", {digits, static_cast<std::size_t>(end - digits)});
  }
  out.append("\r\n").append(request.body);
}

/// The status of the final response if `text` begins with its complete status line, else 0. This reads text that the
/// parser has not consumed, since Beast's parser looks at a status line that came in pieces only after the whole header
/// has arrived.
[[nodiscard]] constexpr int status_line(std::string_view text) noexcept {
  constexpr std::size_t digits = 9;  // behind "HTTP/1.1 "
  const auto line = text.substr(0, text.find("\r\n"));
  const auto reason = line.substr(std::min(line.size(), digits + 4));
  if (line.size() == text.size() || line.size() < digits + 4 || !consists_of(in_field_value, reason)) return 0;
  if (!line.starts_with("HTTP/1.0 ") && !line.starts_with("HTTP/1.1 ")) return 0;
  int status = 0;
  for (const char c : line.substr(digits, 3)) {
    if (!is_digit(c)) return 0;
    status = status * 10 + (c - '0');
  }
  return line[digits + 3] == ' ' && status >= 200 ? status : 0;
}

/// Whether `text` may be the beginning of a response.
[[nodiscard]] constexpr bool may_begin_response(std::string_view text) noexcept {
  constexpr std::string_view begin = "HTTP/1.";
  return text.substr(0, begin.size()) == begin.substr(0, text.size());
}

/// Parses one response into a `Response`, a part at a time. It reports faults with Beast's error codes, or with an
/// `errc` where Beast has none. It limits the body; `ResponseReader` limits what surrounds the body.
class ResponseParser final : public boost::beast::http::basic_parser<false> {
 public:
  using error_code = boost::system::error_code;
  using text = boost::beast::string_view;

  /// `to_connect` is true for the response to a CONNECT. Such a response has no body, even if its header announces one.
  ResponseParser(std::uint64_t max_body_size, bool to_connect) : max_body_size_(max_body_size) {
    skip(to_connect);
    header_limit(std::numeric_limits<std::uint32_t>::max());
    body_limit(max_body_size);
  }
  /// Whether this is an interim response (1xx), which a final one follows.
  [[nodiscard]] bool interim() const noexcept { return response_.status / 100 == 1; }
  /// The status, or 0 before the status line has been parsed.
  [[nodiscard]] int status() const noexcept { return response_.status; }
  [[nodiscard]] std::size_t body_size() const noexcept { return response_.body.size(); }
  /// The content coding that the header names, or empty for none. No request accepts one.
  [[nodiscard]] const std::string& coding() const noexcept { return coding_; }
  /// Whether two readers may disagree on where this response ends. No later response on the connection can be trusted
  /// then.
  [[nodiscard]] bool ambiguous() const noexcept {
    const bool bodiless = interim() || response_.status == 204 || response_.status == 304;
    return lengths_ > 1 || (chunked_ && version_ == 10) || (bodiless && (lengths_ != 0 || chunked_));
  }
  [[nodiscard]] Response take() noexcept { return std::move(response_); }

 private:
  void on_request_impl(boost::beast::http::verb, text, text, int, error_code&) override {}
  void on_response_impl(int status, text, int version, error_code& ec) override {
    if (status < 100) {
      ec = boost::beast::http::error::bad_status;
      return;
    }
    version_ = version;
    response_.status = status;
    response_.headers.reserve(initial_headers_capacity);
  }
  void on_field_impl(boost::beast::http::field name, text name_text, text value, error_code& ec) override {
    using boost::beast::http::field;
    if (header_done_) return;  // Trailers are ignored.
    if (name == field::transfer_encoding) {
      if (!equal_ignoring_case(view(value), "chunked")) ec = boost::beast::http::error::bad_transfer_encoding;
      chunked_ = true;
    } else if (name == field::content_length) {
      lengths_ += view(value).find(',') == std::string_view::npos ? 1U : 2U;
    } else if (name == field::content_encoding && coding_.empty()) {
      coding_ = first_coding(view(value));
    }
    if (!ec) response_.headers.add(view(name_text), view(value));
  }
#if BOOST_VERSION >= 109000  // From 1.90 on, Beast reports trailers to a function of their own.
  void on_trailer_field_impl(boost::beast::http::field, text, text, error_code&) override {}
#endif
  void on_header_impl(error_code&) override { header_done_ = true; }
  void on_body_init_impl(const boost::optional<std::uint64_t>& size, error_code&) override {
    // The length is only announced, so the memory that is reserved before any byte arrives is limited.
    if (size) response_.body.reserve(static_cast<std::size_t>(std::min({*size, max_body_size_, max_reserved_body})));
  }
  std::size_t on_body_impl(text part, error_code& ec) override {
    // Only a success needs its body. Any other response is reported by its status, even if its body cannot be read.
    if (!coding_.empty() && response_.status / 100 == 2 && !part.empty()) {
      ec = errc::protocol_error;
      return 0;
    }
    if (part.size() > max_body_size_ - response_.body.size()) {
      ec = errc::response_too_large;
      return 0;
    }
    response_.body.append(part.data(), part.size());
    return part.size();
  }
  void on_chunk_header_impl(std::uint64_t, text, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, text part, error_code& ec) override { return on_body_impl(part, ec); }
  void on_finish_impl(error_code&) override {}

  [[nodiscard]] static std::string_view view(text part) noexcept { return {part.data(), part.size()}; }

  static constexpr std::size_t initial_headers_capacity = 512;
  static constexpr std::uint64_t max_reserved_body = 1024 * 1024;

  std::uint64_t max_body_size_;
  Response response_;
  std::string coding_;
  int version_ = 11;
  unsigned lengths_ = 0;
  bool chunked_ = false;
  bool header_done_ = false;
};

/// Holds what has been read from a stream and has not been parsed. `reset` wipes it, since bodies may contain keys.
class ReadBuffer {
 public:
  [[nodiscard]] std::string_view unread() const noexcept { return {memory_.data() + begin_, end_ - begin_}; }
  void consume(std::size_t size) noexcept {
    begin_ += size;
    if (begin_ == end_) begin_ = end_ = 0;
  }
  /// Memory to read into, at least one byte. It grows when the last read has filled it.
  [[nodiscard]] std::pair<char*, std::size_t> room() {
    if (memory_.empty()) memory_.resize(initial_size);
    if (begin_ != 0) {
      std::copy(memory_.data() + begin_, memory_.data() + end_, memory_.data());
      end_ -= std::exchange(begin_, std::size_t{0});
    }
    const bool more = std::exchange(filled_, false) && memory_.size() < max_eager_size;
    if (more || end_ == memory_.size()) memory_.resize(memory_.size() * 2);
    return {memory_.data() + end_, memory_.size() - end_};
  }
  void fill(std::size_t size) noexcept {
    end_ += size;
    used_ = std::max(used_, end_);
    filled_ = end_ == memory_.size();
  }
  /// Drops all content and wipes it.
  void reset() noexcept {
    wipe(memory_.data(), used_);
    begin_ = end_ = used_ = 0;
  }

 private:
  static constexpr std::size_t initial_size = 16 * 1024;
  static constexpr std::size_t max_eager_size = 64 * 1024;
  SecureString memory_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::size_t used_ = 0;
  bool filled_ = false;
};

}  // namespace wandb::detail
// The peer of a connection, and the errors that its transport reports.

#include <openssl/err.h>
#include <openssl/sslerr.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <boost/asio/error.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/system/error_code.hpp>

// Reads one response out of the bytes of a stream, without I/O.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/system/error_code.hpp>

namespace wandb::inline WANDB_ABI::detail {

/// Reads the final response: `while (!reader.advance(ec) && !ec) reader.arrived(<bytes read into the buffer>, ec);`
///
/// Everything around a body is limited, however it is cut into pieces. The headers (those of interim responses
/// included), the head of a chunk, and the trailers may each take `max_header_size` bytes. All bytes around the chunks
/// of a body together may take `max_header_size` and a multiple of the body's size.
class ResponseReader {
 public:
  using error_code = boost::system::error_code;

  static constexpr std::size_t max_header_size = std::size_t{64} * 1024;

  /// `to_connect` is true for the response to a CONNECT, which consists of a header only.
  ResponseReader(ReadBuffer& in, std::uint64_t max_body_size, bool to_connect = false)
      : in_(in), max_body_size_(max_body_size), to_connect_(to_connect) {
    parser_.emplace(max_body_size, to_connect);
  }

  /// Parses what has arrived. True when the response is complete; false without an error when more has to be read.
  [[nodiscard]] bool advance(error_code& ec) {
    for (;;) {
      while (!ended_ && !parser_->is_done()) {
        if (in_.unread().empty() || !parse_part(ec)) return false;
      }
      if (!parser_->is_done()) return false;
      ambiguous_ = ambiguous_ || parser_->ambiguous();
      if (!parser_->interim()) return complete_ = true;
      // No request asks to switch protocols, and a stream that ends after an interim response lacks the final one.
      if (ended_ || parser_->status() == 101) {
        ec = errc::protocol_error;
        return false;
      }
      parser_.emplace(max_body_size_, to_connect_);
    }
  }

  /// Takes the result of a read: `count` bytes were stored in the buffer, and `ec` is its error. Clears `ec` if it is
  /// an end of the stream that completes the response.
  void arrived(std::size_t count, error_code& ec) {
    in_.fill(count);
    began_ = began_ || count != 0;
    if (ec != boost::asio::error::eof || !parser_->got_some()) return;
    ended_ = true;
    ec = {};
    parser_->put_eof(ec);
  }

  /// Whether any byte has arrived.
  [[nodiscard]] bool began() const noexcept { return began_; }
  /// Whether `advance` has given true.
  [[nodiscard]] bool complete() const noexcept { return complete_; }
  /// Whether the part that was parsed last belongs to a header.
  [[nodiscard]] bool in_header() const noexcept { return in_header_; }
  /// The status of the final response, or 0 until its status line has arrived completely.
  [[nodiscard]] int status() const noexcept {
    if (parser_->status() == 0) return status_line(in_.unread());
    return parser_->interim() ? 0 : parser_->status();
  }
  /// The content coding of the response, or empty for none. No request accepts one.
  [[nodiscard]] std::string_view coding() const noexcept { return parser_->coding(); }
  /// Whether another request may follow on the connection. Valid after `advance` has given true.
  [[nodiscard]] bool keep_alive() const {
    return !ended_ && !ambiguous_ && parser_->keep_alive() && in_.unread().empty();
  }
  /// Whether bytes have arrived after the response.
  [[nodiscard]] bool has_surplus() const noexcept { return !in_.unread().empty(); }
  [[nodiscard]] Response take() noexcept { return parser_->take(); }

 private:
  // Parses the next part: the header, the head of a chunk, some of a body, or the trailers. False when that part has
  // not arrived yet, or at an error.
  bool parse_part(error_code& ec) {
    const auto unread = in_.unread();
    in_header_ = !parser_->is_header_done();
    const auto body_before = parser_->body_size();
    std::size_t size = 0;
    ec = boost::beast::http::error::need_more;
    // Some versions of Beast read an incomplete line again from its beginning, however few bytes have arrived since.
    if (looked_at_ == 0 || unread.find('\n', looked_at_) != unread.npos) {
      size = parser_->put(boost::asio::buffer(unread.data(), unread.size()), ec);
      in_.consume(size);
    }
    const bool incomplete = ec == boost::beast::http::error::need_more;
    looked_at_ = incomplete ? in_.unread().size() : 0;
    if (ec && !incomplete) return false;
    ec = {};
    const auto around = size - (parser_->body_size() - body_before);
    const auto pending = incomplete ? in_.unread().size() : 0;
    auto& sum = in_header_ ? header_ : framing_;
    sum += around;
    const auto allowed = in_header_ ? max_header_size : max_header_size + max_framing_per_byte * parser_->body_size();
    if (sum + pending > allowed || around + pending > max_header_size) {
      ec = boost::beast::http::error::header_limit;
      return false;
    }
    // A server of another protocol may send a few bytes and then wait for the client, so they are judged at once.
    if (incomplete && parser_->status() == 0 && !may_begin_response(in_.unread())) {
      ec = boost::beast::http::error::bad_version;
      return false;
    }
    return !incomplete;
  }

  // A chunk of one byte has five bytes around it, and more where a server pads the length with zeros.
  static constexpr std::size_t max_framing_per_byte = 16;

  ReadBuffer& in_;
  std::uint64_t max_body_size_;
  bool to_connect_;
  std::optional<ResponseParser> parser_;
  std::size_t header_ = 0;     // bytes of all headers
  std::size_t framing_ = 0;    // bytes around the chunks of the body
  std::size_t looked_at_ = 0;  // unread bytes of which Beast needs more
  bool in_header_ = true;
  bool began_ = false;
  bool ended_ = false;
  bool complete_ = false;
  bool ambiguous_ = false;
};

}  // namespace wandb::detail

namespace wandb::inline WANDB_ABI::detail {

/// An origin that owns its text.
struct Peer {
  bool tls;
  std::string host;
  std::uint16_t port;

  explicit Peer(const Origin& origin) : tls(origin.tls), host(origin.host), port(origin.port) {}
  [[nodiscard]] bool serves(const Origin& origin) const noexcept {
    return port == origin.port && tls == origin.tls && host == origin.host;
  }
  /// `host:port`, for people.
  [[nodiscard]] std::string text() const {
    return (host.find(':') == host.npos ? host : "[" + host + "]") + ":" + std::to_string(port);
  }
};

/// The `errc` that `ec` holds, or `fallback` for a code of another library.
[[nodiscard]] inline errc code_or(const boost::system::error_code& ec, errc fallback) noexcept {
  return own_code(ec).value_or(fallback);
}

/// Explains a failure to people. Without `advice`, the error gives the advice that belongs to its code.
struct Explanation {
  std::string reason;
  std::optional<std::string> advice{};
};

/// Makes an error about `peer`. `doing` begins its reason and says what was under way. `status` is the status of the
/// final response, or 0 if its status line was not read.
[[nodiscard]] inline Error failure(const Peer& peer, errc code, Delivery delivery, std::string_view doing,
                                   Explanation why, int status = 0) {
  if (code == errc::timed_out) why = {"the deadline passed"};
  if (code == errc::cancelled) why = {"a stop was requested"};
  return Error(make_error_code(code),
               Error::Details{.reason = std::string(doing).append(" ").append(peer.text()).append(": ") + why.reason,
                              .advice = std::move(why.advice),
                              .operation = {},
                              .messages = {},
                              .status = status,
                              .delivery = delivery});
}

[[nodiscard]] inline Error connect_failure(const Peer& peer, const boost::system::error_code& ec,
                                           std::string_view why = {}) {
  const auto code = code_or(ec, errc::connect_failed);
  if (code != errc::connect_failed) return failure(peer, code, Delivery::nothing_sent, "connecting to", {});
  return failure(peer, code, Delivery::nothing_sent, "could not connect to", {std::string(why)});
}

/// The error of a request that could not be sent. `any_sent` says whether the system took any byte of it.
[[nodiscard]] inline Error write_failure(const Peer& peer, const boost::system::error_code& ec, bool any_sent) {
  const auto delivery = any_sent ? Delivery::perhaps_sent : Delivery::nothing_sent;
  return failure(peer, code_or(ec, errc::connection_lost), delivery, "sending to", {ec.message(), "try again"});
}

/// Whether the peer refused the client's certificate, or required one. With TLS 1.3 the client learns this only after
/// the handshake, when it reads the response. Such a server has not run the request.
[[nodiscard]] inline bool refuses_client(const boost::system::error_code& ec) noexcept {
  if (ec.category() != boost::asio::error::get_ssl_category()) return false;
  switch (ERR_GET_REASON(static_cast<unsigned long>(ec.value()))) {
    case SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED:
    case SSL_R_SSLV3_ALERT_NO_CERTIFICATE:
    case SSL_R_SSLV3_ALERT_BAD_CERTIFICATE:
    case SSL_R_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_REVOKED:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN:
    case SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE:
    case SSL_R_TLSV1_ALERT_UNKNOWN_CA:
    case SSL_R_TLSV1_ALERT_ACCESS_DENIED: return true;
    default: return false;
  }
}

[[nodiscard]] inline Error client_refused_failure(const Peer& peer, const boost::system::error_code& ec) {
  return failure(peer, errc::tls_failed, Delivery::nothing_sent, "TLS handshake with",
                 {ec.message() + "; the server refuses this client: it may want a certificate of its clients, or "
                                 "another one than it was given",
                  "give the certificate as the transport's client_certificate"});
}

/// The error of a response that could not be read to its end. `reader` has parsed what arrived.
[[nodiscard]] inline Error read_failure(const Peer& peer, const boost::system::error_code& ec,
                                        const ResponseReader& reader) {
  namespace http = boost::beast::http;
  const auto failed = [&](errc code, Explanation why) {
    const auto delivery = reader.began() ? Delivery::answered : Delivery::perhaps_sent;
    return failure(peer, code, delivery, "reading the answer of", std::move(why), reader.status());
  };
  if (ec == http::error::header_limit) {
    const std::string what = reader.in_header() ? "its header" : "what surrounds its body";
    const auto limit = std::to_string(ResponseReader::max_header_size / 1024) + " KiB";
    return failed(errc::response_too_large,
                  {what + " exceeds " + limit + ", which no option changes", "check the base URL and what is between"});
  }
  if (ec == http::error::body_limit || ec == errc::response_too_large) {
    return failed(errc::response_too_large,
                  {"it exceeds the limit", "ask for fewer at once, or raise the transport's max_response_size"});
  }
  if (ec == http::error::partial_message || ec == boost::asio::error::eof ||
      ec == boost::asio::ssl::error::stream_truncated) {
    return failed(errc::connection_lost,
                  {reader.began() ? "the server closed the connection before the answer was complete"
                                  : "the server closed the connection without an answer"});
  }
  if (ec.category() == make_error_code(http::error::bad_version).category()) {
    return failed(errc::protocol_error, {"not valid HTTP: " + ec.message(), "check the base URL"});
  }
  if (ec == errc::protocol_error && !reader.coding().empty()) {
    return failed(errc::protocol_error,
                  {"its body is encoded as " + coding_name(reader.coding()) + ", though the request accepts none",
                   "check what is between"});
  }
  if (ec == errc::protocol_error) {
    return failed(errc::protocol_error, {"it switches protocols, which was not asked for", "check what is between"});
  }
  return failed(code_or(ec, errc::connection_lost), {ec.message()});
}

/// What the peer has sent without a request. A partial TLS record may belong to a session ticket, which is no message.
enum class Unsolicited : std::uint8_t { nothing, partial, message };

/// The error of a server that sends before the first request. What it sent answers no request of ours. `ec` is the
/// error of the read that found it.
[[nodiscard]] inline Error unsolicited_data_failure(const Peer& peer, const boost::system::error_code& ec) {
  if (refuses_client(ec)) return client_refused_failure(peer, ec);
  return failure(peer, errc::connection_lost, Delivery::nothing_sent, "connecting to",
                 {"the server sent something, or closed the connection, before it was asked"});
}

/// The limit of what TLS may queue while it reads. Only a peer that makes TLS reply again and again exceeds it.
inline constexpr std::size_t max_queued = std::size_t{256} * 1024;

/// How far an exchange has come, and the errors that ended it.
struct ExchangeState {
  boost::system::error_code write_error;
  boost::system::error_code read_error;
  bool first_on_connection = false;
  bool any_sent = false;  ///< the system has taken at least one byte of the request
  bool all_sent = false;  ///< the system has taken the whole request
};

/// Whether a response may still be read. A peer that stops to read a request may have answered it before, so an error
/// of the connection while sending does not end the reading.
[[nodiscard]] inline bool may_receive(const ResponseReader& reader, const ExchangeState& state) noexcept {
  return !reader.complete() && !state.read_error && !own_code(state.write_error);
}

/// The error of an exchange without a complete response.
[[nodiscard]] inline Error exchange_failure(const Peer& peer, const ResponseReader& reader,
                                            const ExchangeState& state) {
  if (state.first_on_connection && !reader.began() && refuses_client(state.read_error))
    return client_refused_failure(peer, state.read_error);
  if (state.write_error && !reader.began()) return write_failure(peer, state.write_error, state.any_sent);
  return read_failure(peer, state.read_error ? state.read_error : state.write_error, reader);
}

/// Whether the connection was lost, or the deadline passed after the request was sent.
[[nodiscard]] inline bool connection_died(const Result<Response>& response) noexcept {
  if (response) return false;
  const auto& error = response.error();
  return error == errc::connection_lost || (error == errc::timed_out && error.delivery() == Delivery::perhaps_sent);
}

}  // namespace wandb::detail
// A proxy between the transport and an origin: its address, the requests to it, and the errors of its responses.

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// Chooses the proxy of a request by the rules of the environment, and splits a proxy's URL.

#include <cstdint>
#include <string_view>

// Whether an entry of `NO_PROXY` names a target.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace wandb::inline WANDB_ABI::detail {

/// An IP address. An IPv4 address is stored in its form as an IPv6 address, so that its two forms compare equal.
[[nodiscard]] constexpr std::optional<Ipv6> parse_address(std::string_view text) noexcept {
  if (!is_ipv4(text)) return parse_ipv6(text);
  Ipv6 address{0, 0, 0, 0, 0, 0xFFFF, 0, 0};
  put_ipv4(text, &address[6]);
  return address;
}

/// Whether the first `bits` of two addresses are the same.
[[nodiscard]] constexpr bool share_prefix(const Ipv6& a, const Ipv6& b, unsigned bits) noexcept {
  for (std::size_t i = 0; i != a.size() && bits != 0; ++i) {
    const unsigned compared = bits < 16 ? bits : 16;
    if ((a[i] ^ b[i]) >> (16 - compared) != 0) return false;
    bits -= compared;
  }
  return true;
}

/// A request's target as `NO_PROXY` sees it.
struct ProxyTarget {
  static constexpr std::size_t max_digits = 5;  // of a port or a length; a longer number is none

  std::string_view host;  // without brackets and the root's dot
  std::optional<Ipv6> address;
  std::uint16_t port = 0;

  constexpr explicit ProxyTarget(const Origin& origin) noexcept : host(origin.host), port(origin.port) {
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    if (host.ends_with('.')) host.remove_suffix(1);
    address = parse_address(host);
  }

  /// Whether the target is an address in a block such as `10.0.0.0/8`. A name is not resolved, and is in no block.
  [[nodiscard]] constexpr bool is_in(std::string_view block, std::string_view length) const noexcept {
    const auto base = parse_address(block);
    // A block of IPv4 addresses contains no IPv6 address, and the other way round.
    if (!address || !base || is_mapped(*base) != is_mapped(*address)) return false;
    const bool ipv4 = is_ipv4(block);
    const auto bits = length.size() > max_digits ? std::nullopt : parse_number(length, ipv4 ? 32 : 128);
    return bits && share_prefix(*base, *address, *bits + (ipv4 ? 96 : 0));
  }

  /// Whether the target is that name or address, or a subdomain of that name.
  [[nodiscard]] constexpr bool is_below(std::string_view name) const noexcept {
    if (address) return parse_address(name) == address;
    if (name.starts_with("*.")) name.remove_prefix(1);
    if (name.starts_with('.')) name.remove_prefix(1);
    if (name.ends_with('.')) name.remove_suffix(1);
    if (name.empty() || !ends_with_ignoring_case(host, name)) return false;
    return host.size() == name.size() || host[host.size() - name.size() - 1] == '.';
  }

  /// Whether one item of `NO_PROXY` names the target. An invalid item names nothing.
  [[nodiscard]] constexpr bool is_named_by(std::string_view item) const noexcept {
    if (item == "*") return true;
    if (const auto slash = item.find('/'); slash != item.npos)
      return is_in(item.substr(0, slash), item.substr(slash + 1));
    auto [name, rest] = split_host(item);
    if (name.starts_with('[')) {
      if (!name.ends_with(']')) return false;
      name = name.substr(1, name.size() - 2);
    }
    const bool any_port = rest.empty();
    if (!any_port && (rest.front() != ':' || rest.size() > max_digits + 1)) return false;
    if (!any_port && parse_number(rest.substr(1), 65'535) != port) return false;
    return is_below(name);
  }

  /// Whether an item of the list names the target.
  [[nodiscard]] constexpr bool is_excluded_by(std::string_view list) const noexcept {
    constexpr std::string_view separators = ", \t\r\n\f\v";
    while (!list.empty()) {
      const auto item = list.substr(0, list.find_first_of(separators));
      if (!item.empty() && is_named_by(item)) return true;
      list.remove_prefix(item.size() == list.size() ? item.size() : item.size() + 1);
    }
    return false;
  }
};

}  // namespace wandb::detail

namespace wandb::inline WANDB_ABI {

/// The environment variables that choose a proxy. A blank one counts as unset.
struct ProxyVariables {
  std::string_view wandb_https_proxy{};  ///< `WANDB_HTTPS_PROXY`
  std::string_view wandb_http_proxy{};   ///< `WANDB_HTTP_PROXY`
  std::string_view https_proxy{};        ///< `https_proxy`, lower case
  std::string_view upper_https_proxy{};  ///< `HTTPS_PROXY`
  std::string_view http_proxy{};         ///< `http_proxy`, lower case
  std::string_view upper_http_proxy{};   ///< `HTTP_PROXY`
  std::string_view all_proxy{};          ///< `all_proxy`, lower case
  std::string_view upper_all_proxy{};    ///< `ALL_PROXY`
  std::string_view no_proxy{};           ///< `no_proxy`, lower case
  std::string_view upper_no_proxy{};     ///< `NO_PROXY`
  std::string_view request_method{};     ///< `REQUEST_METHOD`: set where a web server runs the program as a CGI script
};

/// The variable that decides about a request, and the proxy's URL in it. Both are empty if the request goes directly.
struct ProxyChoice {
  std::string_view variable{};
  std::string_view url{};
  [[nodiscard]] constexpr bool direct() const noexcept { return url.empty(); }
};

/// What is wrong with a proxy's URL.
enum class ProxyFault : std::uint8_t { none, scheme, character, user_info, no_host, host, port, path };

/// The parts of a proxy's URL, as views of its text.
struct ProxyUrl {
  bool tls = false;              ///< whether the connection to the proxy itself uses TLS
  std::string_view user_info{};  ///< `user:password`, percent-encoded; empty for none
  std::string_view host{};       ///< a name, an IPv4 literal, or an IPv6 literal without its brackets
  std::uint16_t port = 80;
  ProxyFault fault = ProxyFault::none;
};

namespace detail {

/// A variable's name and its value.
struct NamedProxy {
  std::string_view variable;
  std::string_view value;
};

/// Moves `user:password@` from the beginning of `url` to `user_info`. A password may contain characters that would
/// otherwise end the host, but an `@` in what can only be a path does not end a password.
[[nodiscard]] constexpr ProxyFault take_user_info(std::string_view& url, std::string_view& user_info) noexcept {
  const auto at = url.rfind('@');
  if (at == url.npos) return ProxyFault::none;
  const auto before_path = url.substr(0, url.find_first_of("/?#"));
  BaseUrl parts;
  const bool is_host_with_port = before_path.size() < at && before_path.find('@') == url.npos &&
                                 split_authority(before_path, parts) == UrlFault::none && parts.explicit_port;
  if (is_host_with_port) return ProxyFault::path;
  user_info = url.substr(0, at);
  url.remove_prefix(at + 1);
  for (const char c : user_info) {
    if (static_cast<unsigned char>(c) <= 0x20 || c == 0x7F) return ProxyFault::user_info;
  }
  return ProxyFault::none;
}

}  // namespace detail

/// Chooses the proxy for requests to `target` as curl, Python's requests and Go do, with two differences. A target on
/// this machine never uses a proxy: plain http is allowed there only because it does not leave the machine.
/// `WANDB_HTTPS_PROXY` and `WANDB_HTTP_PROXY` take precedence, and `NO_PROXY` does not apply to them. The URL is not
/// checked here; `split_proxy_url` does that. The result views `variables`.
[[nodiscard]] constexpr ProxyChoice choose_proxy(const Origin& target, const ProxyVariables& variables) noexcept {
  const detail::ProxyTarget seen(target);
  if (detail::is_loopback_host(seen.host)) return {};
  const auto& of = variables;
  const auto own = detail::trimmed(target.tls ? of.wandb_https_proxy : of.wandb_http_proxy);
  if (!own.empty()) return {target.tls ? "WANDB_HTTPS_PROXY" : "WANDB_HTTP_PROXY", own};
  // In a CGI script, HTTP_PROXY is the value of the client's header `Proxy`, which must not choose a proxy.
  const bool cgi = !detail::trimmed(of.request_method).empty();
  const detail::NamedProxy candidates[] = {
      target.tls ? detail::NamedProxy{"https_proxy", of.https_proxy} : detail::NamedProxy{"http_proxy", of.http_proxy},
      target.tls ? detail::NamedProxy{"HTTPS_PROXY", of.upper_https_proxy}
                 : detail::NamedProxy{"HTTP_PROXY", cgi ? std::string_view{} : of.upper_http_proxy},
      {"all_proxy", of.all_proxy},
      {"ALL_PROXY", of.upper_all_proxy},
  };
  for (const auto& [variable, value] : candidates) {
    const auto url = detail::trimmed(value);
    if (url.empty()) continue;
    const auto excluded = detail::trimmed(of.no_proxy).empty() ? of.upper_no_proxy : of.no_proxy;
    if (seen.is_excluded_by(excluded)) return {};
    return {variable, url};
  }
  return {};
}

/// Splits a proxy's URL: `[http[s]://][user:password@]host[:port][/]`. The default scheme is http, and the default port
/// is that of the scheme. Other schemes, such as socks5, are not supported. The result views `url`.
[[nodiscard]] constexpr ProxyUrl split_proxy_url(std::string_view url) noexcept {
  ProxyUrl split;
  const auto fail = [&](ProxyFault fault) {
    split.fault = fault;
    return split;
  };
  url = detail::trimmed(url);
  if (const auto colon = url.find("://"); colon != url.npos) {
    const auto scheme = url.substr(0, colon);
    split.tls = detail::equal_ignoring_case(scheme, "https");
    if (!split.tls && !detail::equal_ignoring_case(scheme, "http")) return fail(ProxyFault::scheme);
    url.remove_prefix(colon + 3);
  }
  if (const auto fault = detail::take_user_info(url, split.user_info); fault != ProxyFault::none) return fail(fault);
  if (detail::find_url_stray(url) != url.npos) return fail(ProxyFault::character);
  const auto end = url.find_first_of("/?#");
  if (end != url.npos && url.substr(end) != "/") return fail(ProxyFault::path);
  const auto authority = url.substr(0, end);
  if (authority.empty()) return fail(ProxyFault::no_host);
  detail::BaseUrl parts;
  parts.tls = split.tls;
  const auto fault = detail::split_authority(authority, parts);
  split.host = parts.host;
  split.port = parts.port;
  switch (fault) {
    case detail::UrlFault::none: return split;
    case detail::UrlFault::no_host: return fail(ProxyFault::no_host);
    case detail::UrlFault::port: return fail(ProxyFault::port);
    default: return fail(ProxyFault::host);
  }
}

/// Describes a fault, as the end of a sentence whose subject is the URL's source. It shows nothing of the URL.
[[nodiscard]] constexpr std::string_view describe(ProxyFault fault) noexcept {
  switch (fault) {
    case ProxyFault::none: return "is usable";
    case ProxyFault::scheme:
      return "is neither an http:// nor an https:// proxy; others, such as SOCKS, are not supported";
    case ProxyFault::character: return "holds a character that no URL has there";
    case ProxyFault::user_info: return "holds a blank or a control character in the user name or the password";
    case ProxyFault::no_host: return "names no host";
    case ProxyFault::host: return "has no valid host name or address";
    case ProxyFault::port: return "has a port that is not a number from 1 to 65535";
    case ProxyFault::path: return "has a path, a query or a fragment, which the address of a proxy has not";
  }
  return {};
}

/// The proxies of one client, read from its environment once. Copies are independent.
class Proxies {
 public:
  /// Uses no proxy: every request goes directly.
  Proxies() = default;
  /// Uses one proxy for every request that does not stay on this machine. `source` names the setting that the URL comes
  /// from, and has static storage.
  Proxies(std::string_view url, const char* source) : wandb_https_(url), wandb_http_(url), source_(source) {}
  /// Copies the values of the environment's variables.
  explicit Proxies(const Environment& environment)
      : wandb_https_(environment.get("WANDB_HTTPS_PROXY")),
        wandb_http_(environment.get("WANDB_HTTP_PROXY")),
        https_(environment.get("https_proxy")),
        upper_https_(environment.get("HTTPS_PROXY")),
        http_(environment.get("http_proxy")),
        upper_http_(environment.get("HTTP_PROXY")),
        all_(environment.get("all_proxy")),
        upper_all_(environment.get("ALL_PROXY")),
        none_(environment.get("no_proxy")),
        upper_none_(environment.get("NO_PROXY")),
        request_method_(environment.get("REQUEST_METHOD")) {}

  /// The variable that decides about requests to `target`, and the proxy's URL in it, as `choose_proxy` gives them. The
  /// result views this object.
  [[nodiscard]] ProxyChoice choose(const Origin& target) const noexcept {
    auto choice = choose_proxy(target, {.wandb_https_proxy = wandb_https_,
                                        .wandb_http_proxy = wandb_http_,
                                        .https_proxy = https_,
                                        .upper_https_proxy = upper_https_,
                                        .http_proxy = http_,
                                        .upper_http_proxy = upper_http_,
                                        .all_proxy = all_,
                                        .upper_all_proxy = upper_all_,
                                        .no_proxy = none_,
                                        .upper_no_proxy = upper_none_,
                                        .request_method = request_method_});
    if (source_ != nullptr && !choice.direct()) choice.variable = source_;
    return choice;
  }

 private:
  // A proxy's URL may contain a password.
  SecureString wandb_https_;
  SecureString wandb_http_;
  SecureString https_;
  SecureString upper_https_;
  SecureString http_;
  SecureString upper_http_;
  SecureString all_;
  SecureString upper_all_;
  SecureString none_;
  SecureString upper_none_;
  SecureString request_method_;
  const char* source_ = nullptr;
};

}  // namespace wandb

namespace wandb::inline WANDB_ABI::detail {

/// One proxy. It owns its texts.
struct ProxyHop {
  std::string host;  ///< normalized by `normal_host`
  std::uint16_t port = 80;
  SecureString authorization;  ///< the value of `Proxy-Authorization`; empty for none
  std::string source;          ///< the variable or option that names it

  [[nodiscard]] Peer peer() const { return Peer(Origin{false, host, port}); }
  /// The proxy's address and the setting that names it, for errors.
  [[nodiscard]] std::string text() const { return "the proxy " + peer().text() + " from " + source; }
};

[[nodiscard]] constexpr unsigned hex_value(char digit) noexcept {
  const char c = to_lower(digit);
  return static_cast<unsigned>(is_digit(c) ? c - '0' : c - 'a' + 10);
}

/// Decodes percent escapes, and keeps all other text as it is.
[[nodiscard]] inline SecureString percent_decoded(std::string_view text) {
  SecureString decoded;
  decoded.reserve(text.size());
  for (std::size_t i = 0; i != text.size(); ++i) {
    const bool escape = text[i] == '%' && text.size() - i > 2 && is_hex_digit(text[i + 1]) && is_hex_digit(text[i + 2]);
    if (!escape) {
      decoded += text[i];
      continue;
    }
    decoded += static_cast<char>(hex_value(text[i + 1]) * 16 + hex_value(text[i + 2]));
    i += 2;
  }
  return decoded;
}

/// The value of `Proxy-Authorization` for a URL's `user:password`.
[[nodiscard]] inline SecureString proxy_authorization(std::string_view user_info) {
  const auto colon = user_info.find(':');
  auto credentials = percent_decoded(user_info.substr(0, colon));
  credentials += ':';
  if (colon != user_info.npos) credentials += percent_decoded(user_info.substr(colon + 1));
  SecureString header;
  header.reserve(6 + (credentials.size() + 2) / 3 * 4);
  header = "Basic ";
  encode_base64(credentials, {}, [&](char c) { header += c; });
  return header;
}

/// The proxies of a transport: that of its options, or else those of its environment.
struct ProxySources {
  Proxies proxies;
  Result<SecureString> authorization;  ///< `Proxy-Authorization` of `WANDB_X_EXTRA_HTTP_HEADERS`, for CONNECT alone
  bool by_option = false;              ///< whether the options decide, `direct` included

  ProxySources(const BeastOptions& options, const Environment& environment)
      : authorization(find_proxy_authorization(environment)), by_option(!trimmed(options.proxy).empty()) {
    if (!by_option) proxies = Proxies(environment);
    else if (!equal_ignoring_case(trimmed(options.proxy), "direct"))
      proxies = Proxies(options.proxy, "BeastOptions::proxy");
  }
};

/// The proxy for an origin, or nothing if the transport connects directly. Fails with `errc::invalid_environment` if
/// the URL names no usable proxy. The error names the variable and shows nothing of the URL, which may contain a
/// password.
[[nodiscard]] inline Result<std::optional<ProxyHop>> proxy_hop(const ProxySources& sources, const Origin& origin) {
  using Hop = std::optional<ProxyHop>;
  const auto choice = sources.proxies.choose(origin);
  if (choice.direct()) return Hop();
  const auto url = split_proxy_url(choice.url);
  auto fault = describe(url.fault);
  // TLS to the proxy would need TLS inside TLS. To use http instead would send the credentials in clear text.
  if (url.fault == ProxyFault::none && url.tls)
    fault = "is an https:// proxy, which is not supported; use an http:// one";
  if (url.fault != ProxyFault::none || url.tls) {
    auto reason = std::string("the proxy in ").append(choice.variable).append(" ").append(fault);
    return Error(make_error_code(errc::invalid_environment), reason, Delivery::nothing_sent);
  }
  ProxyHop hop{normal_host(url.host), url.port, {}, std::string(choice.variable)};
  if (!url.user_info.empty()) {
    hop.authorization = proxy_authorization(url.user_info);
  } else if (origin.tls) {
    if (!sources.authorization) return sources.authorization.error();
    hop.authorization = *sources.authorization;
  }
  return Hop(std::move(hop));
}

/// Tells which proxy requests to an origin take, for people.
[[nodiscard]] inline Settings proxy_settings(const ProxySources& sources, const Origin& origin) {
  const auto choice = sources.proxies.choose(origin);
  const auto hop = proxy_hop(sources, origin);
  if (!hop) return {{"proxy", "unusable: " + hop.error().reason(), std::string(choice.variable)}};
  if (*hop) {
    const bool has_user = !split_proxy_url(choice.url).user_info.empty();
    const auto* const user = has_user ? "****@" : "";
    Settings settings{{"proxy", std::string("http://").append(user).append((*hop)->peer().text()), (*hop)->source}};
    if (!has_user && !(*hop)->authorization.empty()) {
      settings.push_back(
          {std::string("header ").append(proxy_authorization_field), "****", std::string(extra_headers_variable)});
    }
    return settings;
  }
  if (is_loopback_host(origin.host)) return {{"proxy", "none", "the server is on this machine"}};
  if (sources.by_option) return {{"proxy", "none", "BeastOptions::proxy"}};
  const bool excluded = !sources.proxies.choose({origin.tls, "unlisted.invalid", origin.port}).direct();
  return {{"proxy", "none", excluded ? "no_proxy" : "the default"}};
}

/// A CONNECT request, which asks a proxy to open a tunnel to an origin. It contains only the origin's name and port and
/// the proxy's credentials.
class ConnectRequest {
 public:
  ConnectRequest(const ProxyHop& hop, const Peer& origin) : target_(origin.text()) {
    if (!hop.authorization.empty()) headers_[count_++] = Header{"Proxy-Authorization", hop.authorization, true};
  }
  ConnectRequest(const ConnectRequest&) = delete;
  ConnectRequest& operator=(const ConnectRequest&) = delete;

  /// The request, whose views point into this object and the hop.
  [[nodiscard]] Request request() const noexcept {
    Request request;
    request.method = "CONNECT";
    request.target = request.host = target_;
    request.headers = {headers_.data(), count_};
    return request;
  }

 private:
  std::string target_;
  std::array<Header, 1> headers_{};
  std::size_t count_ = 0;
};

/// A request that a proxy forwards. It contains the whole URL and the proxy's credentials. Only plain http uses it.
class ForwardedRequest {
 public:
  ForwardedRequest(const Request& request, const ProxyHop& hop)
      : request_(request), url_("http://"), headers_(request.headers.begin(), request.headers.end()) {
    // The origin and not the `Host` header decides where the key goes.
    url_.append(host_and_port(request.origin.host, request.origin.port, 80)).append(request.target);
    if (!hop.authorization.empty()) headers_.push_back({"Proxy-Authorization", hop.authorization, true});
    request_.target = url_;
    request_.headers = headers_;
  }
  ForwardedRequest(const ForwardedRequest&) = delete;
  ForwardedRequest& operator=(const ForwardedRequest&) = delete;

  /// The request, whose views point into this object.
  [[nodiscard]] const Request& request() const noexcept { return request_; }

 private:
  Request request_;
  std::string url_;
  std::vector<Header> headers_;
};

/// Makes an error of what is behind a proxy name the proxy on the way.
[[nodiscard]] inline Error through_proxy(const Error& error, const ProxyHop& hop) {
  auto details = error.details();
  details.reason.append(" (through ").append(hop.text()).append(")");
  return Error(error.code(), std::move(details));
}

/// Makes the error of a connection to a proxy say so. Nothing of the request was sent, and the server was not reached.
[[nodiscard]] inline Error proxy_failure(const Error& error, const ProxyHop& hop) {
  auto details = error.details();
  details.reason.append(" (this is the proxy from ").append(hop.source).append(")");
  if (error != errc::timed_out && error != errc::cancelled) details.advice = "check the proxy in " + hop.source;
  details.delivery = Delivery::nothing_sent;
  details.status = 0;
  return Error(error.code(), std::move(details));
}

/// The authentication schemes that a proxy accepts, such as "Basic, NTLM". Values without the form of a scheme are left
/// out.
[[nodiscard]] inline std::string requested_schemes(const HeadersView& headers) {
  constexpr std::size_t max_length = 20;
  std::string schemes;
  for (const auto& field : headers) {
    if (!equal_ignoring_case(field.name, "Proxy-Authenticate")) continue;
    const auto scheme = field.value.substr(0, field.value.find(' '));
    if (!is_token(scheme) || scheme.size() > max_length || schemes.size() > 4 * max_length) continue;
    schemes.append(schemes.empty() ? "" : ", ").append(scheme);
  }
  return schemes;
}

/// The error for a proxy's own answer to a request that did not get further. `asked` says to what it answered.
[[nodiscard]] inline Error proxy_refusal(const Response& answer, const ProxyHop& hop, std::string_view asked) {
  Error::Details details{.reason = hop.text(),
                         .advice = "check the proxy in " + hop.source,
                         .operation = {},
                         .messages = {},
                         .delivery = Delivery::nothing_sent};
  details.reason.append(" answered ").append(std::to_string(answer.status)).append(" to ").append(asked);
  if (answer.status == 407 || answer.status == 401) {
    const auto schemes = requested_schemes(answer.headers.view());
    details.reason += schemes.empty() ? std::string("; it asks for credentials") : "; it asks for " + schemes;
    details.advice = "give the user name and the password of the proxy in " + hop.source + " (Basic is supported)";
  }
  // A proxy that cannot reach the server now may do so later.
  return Error(make_error_code(answer.status >= 500 ? errc::connect_failed : errc::proxy_refused), std::move(details));
}

/// Judges a proxy's response to a CONNECT. `surplus` says whether bytes arrived after the response.
[[nodiscard]] inline Result<void> tunnel_result(const Result<Response>& answer, bool surplus, const ProxyHop& hop,
                                                const Peer& origin) {
  if (!answer) return proxy_failure(answer.error(), hop);
  if (answer->status / 100 != 2) return proxy_refusal(*answer, hop, "CONNECT " + origin.text());
  if (!surplus) return success();
  // In TLS the client sends first, so these bytes do not come from the origin.
  return Error(make_error_code(errc::tls_failed),
               Error::Details{.reason = hop.text() + " sent something before the TLS handshake with " + origin.text(),
                              .advice = "check the proxy in " + hop.source,
                              .operation = {},
                              .messages = {},
                              .delivery = Delivery::nothing_sent});
}

}  // namespace wandb::detail
// Loads the certificate by which a transport identifies itself to servers that require one.

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

// Reads certificates from a PEM file or text, and describes what is wrong with it.

#include <fcntl.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include <boost/system/error_code.hpp>

namespace wandb::inline WANDB_ABI::detail {

/// An `errno` in the system's words.
[[nodiscard]] inline std::string errno_words(int error) {
  return boost::system::error_code(error, boost::system::generic_category()).message();
}

/// The largest file of certificates that is read.
inline constexpr std::size_t max_pem_size = std::size_t{16} * 1024 * 1024;

/// Reads a regular file of at most `max_pem_size` into `text`. Gives the problem, or nothing. `text` is memory that is
/// wiped, since the file may contain a key.
[[nodiscard]] inline std::string read_pem_file(const std::string& path, SecureString& text) {
  if (path.find('\0') != path.npos) return "its name holds a NUL character";
#if defined(_WIN32)
  const int file = ::open(path.c_str(), O_RDONLY | O_BINARY | O_NOINHERIT);
#else
  // A FIFO without a writer would block without the flag.
  const int file = ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
#endif
  if (file < 0) return errno_words(errno);
  struct stat about {};
  std::string why;
  if (::fstat(file, &about) != 0) why = errno_words(errno);
  else if (S_ISDIR(about.st_mode)) why = "it is a directory, not a file";
  else if (!S_ISREG(about.st_mode)) why = "it is not a regular file";
  text.clear();
  while (why.empty()) {
    const auto before = text.size();
    constexpr unsigned int step = 64 * 1024;
    text.resize(before + step);
    const auto count = ::read(file, text.data() + before, step);
    if (count < 0 && errno != EINTR) why = errno_words(errno);
    text.resize(before + static_cast<std::size_t>(std::max<::ssize_t>(count, 0)));
    if (text.size() > max_pem_size) why = "it is larger than 16 MiB";
    if (count == 0) break;
  }
  ::close(file);
  return why;
}

[[nodiscard]] constexpr bool is_pem_text(std::string_view value) noexcept {
  return value.find("-----BEGIN") != value.npos;
}
/// Whether a value may be the path of a file. Any other value may be a key, as text or in binary, so no error shows it.
[[nodiscard]] constexpr bool is_path(std::string_view value) noexcept {
  constexpr std::size_t min_key_size = 60;  // in base64, which begins with M
  bool is_base64 = value.size() >= min_key_size && value.front() == 'M';
  for (const char c : value) {
    // A NUL character in a path has a message of its own.
    if (c != '\0' && static_cast<unsigned char>(c) < 0x20) return false;
    is_base64 = is_base64 && (is_letter(c) || is_digit(c) || c == '+' || c == '/' || c == '=');
  }
  return !is_base64 && value.find("PRIVATE KEY") == value.npos && !is_pem_text(value);
}

/// Reads an option that is a path or PEM text. Gives the problem, or nothing.
[[nodiscard]] inline std::string read_pem_option(std::string_view value, SecureString& text) {
  if (is_pem_text(value)) {
    text = value;
    return {};
  }
  if (!is_path(value)) return "it is neither a path nor PEM text";
  return read_pem_file(std::string(value), text);
}

/// Shows such an option to people: the path, but not the text.
[[nodiscard]] inline std::string shown_pem_option(std::string_view value) {
  if (is_pem_text(value)) return "(PEM text)";
  return is_path(value) ? mask_pasted_keys(one_line(value)) : "(not a path)";
}

/// Adds the certificates of a PEM text to a store. It continues after a broken certificate.
class PemReader {
 public:
  /// A null `store` makes the reader only count the certificates.
  PemReader(std::string_view text, X509_STORE* store) : store_(store) {
    auto begin = next_begin(text, 0);
    if (text.substr(0, begin).find("-----END") != text.npos) report_broken("its BEGIN line is damaged");
    while (begin != text.npos && seen_ <= max_certificates) {
      const auto end = next_begin(text, begin + 1);
      read_block(text.substr(begin, end == text.npos ? end : end - begin));
      begin = end;
    }
    ::ERR_clear_error();
    if (trusted_ == 0 && why_.empty()) why_ = describe_other(text);
  }

  /// How many certificates could be used.
  [[nodiscard]] std::size_t trusted() const noexcept { return trusted_; }
  /// What is wrong with the text, or nothing.
  [[nodiscard]] const std::string& why() const noexcept { return why_; }

 private:
  // OpenSSL sorts its store again for each certificate. This number of them takes a third of a second.
  static constexpr std::size_t max_certificates = 4000;

  // A BEGIN marker stands at the start of a line, after a byte order mark or blanks at most.
  [[nodiscard]] static std::size_t next_begin(std::string_view text, std::size_t from) {
    for (auto at = text.find("-----BEGIN", from); at != text.npos; at = text.find("-----BEGIN", at + 1)) {
      auto before = text.substr(0, at);
      while (before.ends_with(' ') || before.ends_with('\t')) before.remove_suffix(1);
      if (before.empty() || before.ends_with('\n') || before == "\xEF\xBB\xBF") return at;
    }
    return text.npos;
  }

  // Names the kinds of PEM that people mistake for certificates.
  [[nodiscard]] static std::string_view kind_of(std::string_view label) noexcept {
    if (label.ends_with("PRIVATE KEY")) return "a private key";
    if (label.ends_with("PUBLIC KEY")) return "a public key";
    if (label.ends_with("CERTIFICATE REQUEST")) return "a certificate request";
    if (label == "X509 CRL") return "a revocation list";
    if (label == "PKCS7" || label == "CMS") return "PKCS #7 (which openssl pkcs7 -print_certs converts)";
    return {};
  }

  // `block` ends where the next block begins.
  void read_block(std::string_view block) {
    constexpr std::string_view before = "-----BEGIN ";
    const auto line = block.substr(0, block.find('\n'));
    const auto end = line.find("-----", before.size());
    const auto label = line.starts_with(before) && end != line.npos ? line.substr(before.size(), end - before.size())
                                                                    : std::string_view{};
    const bool certificate =
        label == "CERTIFICATE" || label == "X509 CERTIFICATE" || label == "TRUSTED CERTIFICATE" || label.empty();
    const auto kind = certificate ? std::string_view{} : kind_of(label);
    if (certificate) read_certificate(block);
    else if (!kind.empty()) kind_ = kind;
    // A label that differs from that of the END line is misspelt.
    else if (block.find("-----END " + std::string(label) + "-----") == block.npos)
      report_broken("its BEGIN line is damaged");
    else kind_ = "PEM of another kind";
    const auto finish = block.find("-----END");
    if (finish != block.npos && block.find("-----END", finish + 1) != block.npos)
      report_broken("its BEGIN line is damaged");
  }

  void read_certificate(std::string_view block) {
    ::ERR_clear_error();
    const auto size = static_cast<int>(std::min(block.size(), std::size_t{1} << 30));
    const std::unique_ptr<BIO, decltype(&BIO_free)> source(BIO_new_mem_buf(block.data(), size), &BIO_free);
    const std::unique_ptr<X509, decltype(&X509_free)> certificate(
        source ? PEM_read_bio_X509_AUX(source.get(), nullptr, nullptr, nullptr) : nullptr, &X509_free);
    if (!certificate) {
      const char* reason = ERR_reason_error_string(ERR_peek_last_error());
      return report_broken(reason != nullptr ? reason : "it cannot be decoded");
    }
    ++seen_;
    if (seen_ > max_certificates) why_ = "it holds more than " + std::to_string(max_certificates) + " certificates";
    else if (store_ == nullptr || X509_STORE_add_cert(store_, certificate.get()) == 1) ++trusted_;
  }

  void report_broken(std::string_view reason) {
    ++seen_;
    if (!why_.empty()) return;
    why_.append("certificate ").append(std::to_string(seen_)).append(" in it is broken (").append(reason).append(")");
  }

  // Describes a text that contains no certificate.
  [[nodiscard]] std::string describe_other(std::string_view text) const {
    if (!kind_.empty()) return "it holds " + std::string(kind_) + " and no certificate";
    if (trimmed(text).empty()) return "it is empty";
    if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF")) return "it is UTF-16 text; save it as UTF-8";
    if (!text.starts_with('\x30')) return "it holds no certificate in PEM";
    const auto* data = reinterpret_cast<const unsigned char*>(text.data());
    const std::unique_ptr<X509, decltype(&X509_free)> der(d2i_X509(nullptr, &data, static_cast<long>(text.size())),
                                                          &X509_free);
    ::ERR_clear_error();
    return der ? "it is DER, not PEM; convert it with openssl x509 -inform der"
               : "it holds no certificate in PEM, perhaps PKCS #12; convert it with openssl pkcs12 -nokeys";
  }

  X509_STORE* store_;
  std::size_t trusted_ = 0;
  std::size_t seen_ = 0;
  std::string_view kind_{};
  std::string why_;
};

}  // namespace wandb::detail

namespace wandb::inline WANDB_ABI::detail {

/// The options for the client's certificate: each a path, PEM text, or empty. They own their texts, which may contain a
/// private key.
struct ClientCertificate {
  SecureString certificate{};
  SecureString key{};

  ClientCertificate() = default;
  explicit ClientCertificate(const BeastOptions& options)
      : certificate(options.client_certificate), key(options.client_key) {}

  /// Adds what is set to a list for people.
  void append_to(Settings& settings) const {
    const auto add = [&](const char* name, const SecureString& value, const char* source) {
      if (!value.empty()) settings.push_back({name, shown_pem_option(value), source});
    };
    add("client certificate", certificate, "BeastOptions::client_certificate");
    add("client key", key, "BeastOptions::client_key");
  }
};

/// Puts the client's certificate, with those of the authorities between it and the root, and its key into a context.
class ClientCertificateLoader {
 public:
  ClientCertificateLoader(const ClientCertificate& options, SSL_CTX& context) : options_(options), context_(context) {}

  /// Does nothing if there is no certificate. Fails with `errc::tls_failed`, which names the option and the path and
  /// says why.
  [[nodiscard]] Result<void> load() {
    if (options_.certificate.empty() && options_.key.empty()) return success();
    if (options_.certificate.empty()) return failed("client_key", options_.key, "there is no client_certificate to it");
    SecureString text;
    auto why = read_pem_option(options_.certificate, text);
    if (why.empty()) why = use_certificates(text);
    if (why.empty() && options_.key.empty()) why = use_key(text);
    if (!why.empty()) return failed("client_certificate", options_.certificate, why);
    if (options_.key.empty()) return success();
    why = read_pem_option(options_.key, text);
    if (why.empty()) why = use_key(text);
    return why.empty() ? success() : failed("client_key", options_.key, why);
  }

 private:
  using Bio = std::unique_ptr<BIO, decltype(&BIO_free)>;

  [[nodiscard]] static Result<void> failed(std::string_view option, std::string_view value, std::string_view why) {
    ::ERR_clear_error();
    std::string reason = "the client's certificate cannot be used: the transport's ";
    reason.append(option).append(" ").append(shown_pem_option(value)).append(": ").append(mask_pasted_keys(why));
    return Error(
        make_error_code(errc::tls_failed),
        Error::Details{
            .reason = reason, .advice = "", .operation = {}, .messages = {}, .delivery = Delivery::nothing_sent});
  }
  [[nodiscard]] static Bio view_of(std::string_view text) {
    const auto size = static_cast<int>(std::min(text.size(), std::size_t{1} << 30));
    return {BIO_new_mem_buf(text.data(), size), &BIO_free};
  }
  [[nodiscard]] static std::string reason_of_openssl() {
    const char* reason = ERR_reason_error_string(ERR_peek_last_error());
    return reason != nullptr ? reason : "OpenSSL cannot use it";
  }

  [[nodiscard]] std::string use_certificates(std::string_view text) {
    if (const PemReader reader(text, nullptr); !reader.why().empty()) return reader.why();
    const auto source = view_of(text);
    for (bool first = true;; first = false) {
      ::ERR_clear_error();
      const std::unique_ptr<X509, decltype(&X509_free)> certificate(
          source ? PEM_read_bio_X509_AUX(source.get(), nullptr, nullptr, nullptr) : nullptr, &X509_free);
      if (!certificate) return first ? reason_of_openssl() : std::string();
      const auto used = first ? SSL_CTX_use_certificate(&context_, certificate.get())
                              : static_cast<int>(SSL_CTX_add1_chain_cert(&context_, certificate.get()));
      if (used != 1) return reason_of_openssl();
    }
  }

  // Returns the text from the first private key on; empty if there is none.
  [[nodiscard]] static std::string_view find_key(std::string_view text) noexcept {
    constexpr std::string_view begin = "-----BEGIN ";
    for (auto at = text.find(begin); at != text.npos; at = text.find(begin, at + 1)) {
      const auto rest = text.substr(at);
      if (rest.substr(0, rest.find('\n')).find("PRIVATE KEY-----") != rest.npos) return rest;
    }
    return {};
  }
  [[nodiscard]] static std::string describe_missing_key(std::string_view text) {
    if (trimmed(text).empty()) return "it is empty";
    if (text.starts_with('\x30')) return "it is DER, not PEM; convert it with openssl pkey -inform der";
    return "it holds no private key in PEM";
  }
  [[nodiscard]] std::string use_key(std::string_view text) {
    const auto block = find_key(text);
    if (block.empty()) return describe_missing_key(text);
    const auto head = block.substr(0, block.find("-----END "));
    if (head.starts_with("-----BEGIN ENCRYPTED") || head.find("Proc-Type: 4,ENCRYPTED") != head.npos) {
      return "its private key is encrypted, which is not supported; decrypt it with openssl pkey";
    }
    ::ERR_clear_error();
    const auto source = view_of(block);
    // Without a function that gives no password, OpenSSL would ask for one on the terminal.
    const auto no_password = [](char*, int, int, void*) { return -1; };
    const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(
        source ? PEM_read_bio_PrivateKey(source.get(), nullptr, no_password, nullptr) : nullptr, &EVP_PKEY_free);
    if (!key) return "its private key is broken (" + reason_of_openssl() + ")";
    if (X509_check_private_key(SSL_CTX_get0_certificate(&context_), key.get()) != 1) {
      return "its private key does not belong to the certificate, which is the first in client_certificate";
    }
    return SSL_CTX_use_PrivateKey(&context_, key.get()) == 1 ? std::string() : reason_of_openssl();
  }

  const ClientCertificate& options_;
  SSL_CTX& context_;
};

}  // namespace wandb::detail
// A blocking connection to one origin.

#include <chrono>
#include <cstddef>
#include <optional>
#include <utility>

#include <boost/asio/ssl/stream.hpp>
#include <boost/system/error_code.hpp>

// Decides which address of a host is tried next, and for how long.

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/ip/address.hpp>
#include <boost/system/error_code.hpp>

namespace wandb::inline WANDB_ABI::detail {

/// Tries the addresses of a host one after the other until one connects. It does no I/O. Its driver connects:
/// `while (const auto attempt = attempts.next(now)) attempts.ended(<the error of connecting to it>, now);`
class ConnectAttempts {
 public:
  using Address = boost::asio::ip::address;
  using time_point = std::chrono::steady_clock::time_point;
  struct Attempt {
    Address address;
    time_point until;
  };

  /// All attempts end by `deadline`, and each takes at most `max_each`. The peer must outlive this object.
  ConnectAttempts(const Peer& peer, std::vector<Address> addresses, time_point deadline,
                  std::chrono::milliseconds max_each)
      : peer_(peer), addresses_(std::move(addresses)), deadline_(deadline), max_each_(max_each) {}

  /// The address to try now, and until when. Nothing when an address has connected, all have been tried, or the call
  /// has ended.
  [[nodiscard]] std::optional<Attempt> next(time_point now) const {
    if (finished_ || tried_ == addresses_.size()) return std::nullopt;
    // Each address gets an equal share of the time, so that one which never answers leaves time for the others.
    const auto left = static_cast<std::chrono::nanoseconds::rep>(addresses_.size() - tried_);
    const auto share = std::min<std::chrono::nanoseconds>((deadline_ - now) / left, max_each_);
    return Attempt{addresses_[tried_], now + share};
  }

  /// Records the error of the attempt that `next` gave last. No error means that the address has connected.
  void ended(const boost::system::error_code& ec, time_point now) {
    const auto& address = addresses_[tried_++];
    finished_ = !ec || ec == errc::cancelled || (ec == errc::timed_out && now >= deadline_);
    last_error_ = ec;
    if (finished_) return;
    if (!why_.empty()) why_ += "; ";
    why_ += address.to_string() + ": " + (ec == errc::timed_out ? std::string("no answer in time") : ec.message());
  }

  /// Success, or an error that says why each address failed. Valid after `next` has given nothing.
  [[nodiscard]] Result<void> result() const {
    if (!finished_) return connect_failure(peer_, errc::connect_failed, why_);
    return last_error_ ? Result<void>(connect_failure(peer_, last_error_)) : success();
  }

 private:
  const Peer& peer_;
  std::vector<Address> addresses_;
  time_point deadline_;
  std::chrono::milliseconds max_each_;
  std::size_t tried_ = 0;
  bool finished_ = false;  // no further address is tried, though some may be left
  boost::system::error_code last_error_;
  std::string why_;
};

}  // namespace wandb::detail
// One request and its response, without I/O.

#include <cstddef>
#include <cstdint>

#include <boost/asio/buffer.hpp>
#include <boost/system/error_code.hpp>

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
// A TCP socket whose blocking calls end at a deadline or a stop. Beast's synchronous streams support neither.

#include <algorithm>
#include <array>
#include <chrono>
#include <climits>
#include <cstddef>
#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/system/error_code.hpp>

// Sends without waiting, and queues what the kernel does not take at once.

#include <cstddef>
#include <string_view>

#include <boost/system/error_code.hpp>

// What the transports need of the system's sockets, one file for each kind of system.

#if defined(_WIN32)
// Sockets of Windows. `sockets_posix.hpp` has the same names.

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
#else
// Sockets of POSIX systems. `sockets_windows.hpp` has the same names.

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
#endif

namespace wandb::inline WANDB_ABI::detail {

/// Queues the bytes that a socket has taken and the kernel has not. They may contain a key, so they are wiped after
/// use.
class SendQueue {
 public:
  using error_code = boost::system::error_code;

  /// The number of bytes that the kernel has taken.
  [[nodiscard]] std::size_t sent() const noexcept { return sent_; }
  /// The number of bytes in the queue.
  [[nodiscard]] std::size_t waiting() const noexcept { return bytes_.size() - begin_; }

  /// Sends what the kernel takes at once, without queueing the rest. Gives the number of bytes, which may be 0.
  [[nodiscard]] std::size_t send_some(SocketHandle socket, std::string_view bytes, error_code& ec) noexcept {
    const auto count = send_now(socket, bytes, ec);
    sent_ += count;
    return count;
  }
  /// Sends what the kernel takes at once, and queues the rest for `flush`. Gives the whole size, or 0 with an error.
  [[nodiscard]] std::size_t take(SocketHandle socket, std::string_view bytes, error_code& ec) {
    const auto at_once = waiting() == 0 ? send_some(socket, bytes, ec) : 0;
    if (!ec) bytes_.append(bytes.substr(at_once));
    return ec ? 0 : bytes.size();
  }
  /// Sends as much of the queue as the kernel takes. True if the queue is empty.
  [[nodiscard]] bool flush(SocketHandle socket, error_code& ec) noexcept {
    while (!ec && waiting() != 0) {
      const auto count = send_some(socket, std::string_view(bytes_).substr(begin_), ec);
      if (count == 0) break;
      begin_ += count;
      if (waiting() == 0) clear();
    }
    return waiting() == 0;
  }
  void clear() noexcept {
    wipe(bytes_.data(), bytes_.size());
    bytes_.clear();
    begin_ = 0;
  }

 private:
  SecureString bytes_;
  std::size_t begin_ = 0;
  std::size_t sent_ = 0;
};

}  // namespace wandb::detail
// Lets a stop token end a wait for sockets, by a socket that becomes readable when a stop is requested.

#include <array>
#include <atomic>
#include <optional>
#include <string_view>

#include <boost/system/error_code.hpp>

namespace wandb::inline WANDB_ABI::detail {

/// Has a socket to poll, which is readable from `wake()` until `reset()`. Any thread may call `wake`.
class Waker {
 public:
  Waker() = default;
  Waker(const Waker&) = delete;
  Waker& operator=(const Waker&) = delete;
  ~Waker() {
    for (const auto end : ends_) {
      if (end != no_socket) close_socket(end);
    }
  }

  /// Opens the sockets unless they are open.
  [[nodiscard]] boost::system::error_code open() {
    return ends_[0] == no_socket ? open_socket_pair(ends_) : boost::system::error_code();
  }
  [[nodiscard]] SocketHandle socket() const noexcept { return ends_[0]; }
  [[nodiscard]] bool woken() const noexcept { return woken_.load(std::memory_order_acquire); }
  void wake() noexcept {
    woken_.store(true, std::memory_order_release);
    boost::system::error_code ignored;
    constexpr char any = 0;
    // If the other end has no room, it is readable already.
    [[maybe_unused]] const auto sent = send_now(ends_[1], std::string_view(&any, 1), ignored);
  }
  /// Must not run at the same time as `wake`.
  void reset() noexcept {
    if (!woken_.exchange(false)) return;
    std::array<char, 16> bytes{};
    boost::system::error_code none_left;
    while (receive_now(ends_[0], bytes.data(), bytes.size(), none_left) != 0) {
    }
  }

 private:
  std::array<SocketHandle, 2> ends_{no_socket, no_socket};
  std::atomic<bool> woken_{false};
};

#if defined(__cpp_lib_jthread)
/// Wakes the waker when a stop is requested of `token`. The destructor resets the waker.
class WakeOnStop {
 public:
  WakeOnStop(const StopToken& token, Waker& waker) : waker_(waker) { callback_.emplace(token, Wake{&waker}); }
  WakeOnStop(const WakeOnStop&) = delete;
  WakeOnStop& operator=(const WakeOnStop&) = delete;
  ~WakeOnStop() {
    callback_.reset();  // It waits for a callback that is running.
    waker_.reset();
  }

 private:
  struct Wake {
    Waker* waker;
    void operator()() const noexcept { waker->wake(); }
  };
  Waker& waker_;
  std::optional<std::stop_callback<Wake>> callback_;
};
#else
class WakeOnStop {
 public:
  WakeOnStop(const StopToken&, Waker&) {}
};
#endif

}  // namespace wandb::detail

namespace wandb::inline WANDB_ABI::detail {

/// Satisfies Beast's SyncReadStream and SyncWriteStream, by itself and under `asio::ssl::stream`. Calls wait in poll(2)
/// until the deadline or the stop. While no stop is possible and the deadline is far, a read sleeps in recv(2) for a
/// limited time instead, which saves one of two system calls. Not thread-safe, not movable.
class DeadlineSocket {
 public:
  using executor_type = boost::asio::io_context::executor_type;
  using lowest_layer_type = DeadlineSocket;
  using time_point = std::chrono::steady_clock::time_point;
  using error_code = boost::system::error_code;

  explicit DeadlineSocket(executor_type executor) : executor_(std::move(executor)) {}
  DeadlineSocket(const DeadlineSocket&) = delete;
  DeadlineSocket& operator=(const DeadlineSocket&) = delete;
  ~DeadlineSocket() { close(); }

  [[nodiscard]] executor_type get_executor() const noexcept { return executor_; }
  [[nodiscard]] lowest_layer_type& lowest_layer() noexcept { return *this; }
  /// Makes every further call end at `deadline` with `errc::timed_out`, or when `stop` is woken with `errc::cancelled`.
  void arm(time_point deadline, const Waker* stop) noexcept {
    deadline_ = deadline;
    stop_ = stop;
  }
  [[nodiscard]] time_point deadline() const noexcept { return deadline_; }
  [[nodiscard]] bool is_open() const noexcept { return socket_ != no_socket; }
  [[nodiscard]] SocketHandle native_handle() const noexcept { return socket_; }
  /// The number of bytes that the kernel has taken.
  [[nodiscard]] std::size_t bytes_sent() const noexcept { return queue_.sent(); }
  /// While on, a read that would have to wait gives `would_block`, and so does every read after the first few: TLS
  /// would read without end from a peer that sends without a pause. A write queues what the kernel does not take.
  void probe(bool on) noexcept { probes_left_ = on ? max_probes : -1; }
  void close() noexcept {
    if (is_open()) close_socket(std::exchange(socket_, no_socket));
  }

  /// Opens a socket and connects it by `until` or the deadline, whichever comes first.
  [[nodiscard]] error_code connect(const boost::asio::ip::tcp::endpoint& peer, time_point until);
  /// While on, a write takes the whole buffer without waiting, and `flush` sends what the kernel does not take at once.
  void queue_writes(bool on) noexcept {
    queueing_ = on;
    queue_.clear();
  }
  /// The number of bytes that were queued and not sent.
  [[nodiscard]] std::size_t queued() const noexcept { return queue_.waiting(); }
  /// Announces that the next read is for the response to what was just written.
  void expect_answer() noexcept { answer_awaited_ = true; }
  /// Sends as many of the queued bytes as the kernel takes. True if none is left.
  [[nodiscard]] bool flush(error_code& ec) noexcept { return queue_.flush(socket_, ec); }
  /// Waits until the socket can be written to or read from. True if it can be read from.
  [[nodiscard]] bool wait_ready(error_code& ec) const noexcept {
    short ready = 0;
    ec = wait(POLLIN | POLLOUT, deadline_, &ready);
    return !ec && (ready & ~POLLOUT) != 0;
  }
  /// Whether data has arrived, or the peer has closed the connection.
  [[nodiscard]] bool readable() const noexcept {
    std::array<pollfd, 1> entry{{{socket_, POLLIN, 0}}};
    return poll_sockets(entry, 0) != 0;
  }
  /// `timed_out` or `cancelled` if the deadline has passed or a stop was requested. Loops that do not wait call it.
  [[nodiscard]] error_code interrupted() const noexcept {
    if (stop_ != nullptr && stop_->woken()) return errc::cancelled;
    if (std::chrono::steady_clock::now() >= deadline_) return errc::timed_out;
    return {};
  }

  template <class MutableBuffers>
  std::size_t read_some(const MutableBuffers& buffers, error_code& ec) {
    const auto buffer = first_nonempty<boost::asio::mutable_buffer>(buffers);
    return receive(buffer.data(), buffer.size(), ec);
  }
  template <class ConstBuffers>
  std::size_t write_some(const ConstBuffers& buffers, error_code& ec) {
    const auto buffer = first_nonempty<boost::asio::const_buffer>(buffers);
    return transmit(static_cast<const char*>(buffer.data()), buffer.size(), ec);
  }

 private:
  template <class Buffer, class Buffers>
  static Buffer first_nonempty(const Buffers& buffers) {
    const auto last = boost::asio::buffer_sequence_end(buffers);
    for (auto at = boost::asio::buffer_sequence_begin(buffers); at != last; ++at) {
      if (const Buffer buffer = *at; buffer.size() != 0) return buffer;
    }
    return {};
  }
  static constexpr int max_probes = 8;
  [[nodiscard]] bool probing() const noexcept { return probes_left_ >= 0; }
  // How long recv(2) may sleep before the deadline is checked again.
  static constexpr std::chrono::milliseconds max_sleep{500};
  // Whether a read may sleep in recv(2): no stop can end it, and the deadline is further away than the sleep lasts.
  [[nodiscard]] bool may_sleep() const noexcept {
    return has_calls_without_wait && stop_ == nullptr && !probing() &&
           deadline_ - std::chrono::steady_clock::now() > max_sleep;
  }
  [[nodiscard]] error_code await_connection(time_point until) const noexcept;
  // Stores the events that poll(2) reports for the socket in `ready`, unless that is null.
  [[nodiscard]] error_code wait(short events, time_point until, short* ready = nullptr) const noexcept;
  std::size_t receive(void* data, std::size_t size, error_code& ec) noexcept;
  std::size_t transmit(const char* data, std::size_t size, error_code& ec);

  executor_type executor_;
  SocketHandle socket_ = no_socket;
  time_point deadline_ = time_point::max();
  const Waker* stop_ = nullptr;
  SendQueue queue_;
  bool queueing_ = false;
  int probes_left_ = -1;  // Negative means that reads wait.
  bool answer_awaited_ = false;
};

// The timeout is rounded up. A wait that ended just before its deadline would be repeated until then.
[[nodiscard]] inline int poll_timeout(std::chrono::steady_clock::time_point until) noexcept {
  if (until == std::chrono::steady_clock::time_point::max()) return -1;
  const auto left = until - std::chrono::steady_clock::now();
  if (left <= left.zero()) return 0;
  const auto milliseconds = std::chrono::ceil<std::chrono::milliseconds>(left).count();
  return static_cast<int>(std::min<decltype(milliseconds)>(milliseconds, INT_MAX));
}

inline boost::system::error_code DeadlineSocket::wait(short events, time_point until, short* ready) const noexcept {
  std::array<pollfd, 2> entries{{{socket_, events, 0}, {stop_ != nullptr ? stop_->socket() : no_socket, POLLIN, 0}}};
  for (;;) {
    const int count = poll_sockets(entries, poll_timeout(until), stop_ != nullptr ? 2 : 1);
    if (count < 0 && last_socket_error() != boost::asio::error::interrupted) return last_socket_error();
    if (count <= 0) {
      if (until != time_point::max() && std::chrono::steady_clock::now() >= until) return errc::timed_out;
      continue;
    }
    if (entries[1].revents != 0) return errc::cancelled;
    if (ready != nullptr) *ready = entries[0].revents;
    return {};
  }
}

inline boost::system::error_code DeadlineSocket::connect(const boost::asio::ip::tcp::endpoint& peer, time_point until) {
  close();
  error_code ec;
  socket_ = open_socket(peer.protocol().family(), ec);
  if (ec) return ec;
  // A small request must not wait for the acknowledgement of the one before it.
  send_at_once(socket_);
  ec = begin_connect(socket_, peer.data(), peer.size());
  if (ec == boost::asio::error::in_progress) ec = await_connection(until);
  if (!ec && !enable_sleep(socket_, max_sleep)) ec = last_socket_error();
  return ec;
}

inline boost::system::error_code DeadlineSocket::await_connection(time_point until) const noexcept {
  if (const auto ec = wait(POLLOUT, std::min(until, deadline_))) return ec;
  return connect_result(socket_);
}

inline std::size_t DeadlineSocket::receive(void* data, std::size_t size, error_code& ec) noexcept {
  ec = {};
  if (size == 0) return 0;
  if (probes_left_ == 0) ec = boost::asio::error::would_block;
  else if (probing()) --probes_left_;
  while (!ec) {
    const bool awaited = std::exchange(answer_awaited_, false);
    // While data keeps arriving no read waits, and OpenSSL may read any amount of it in one call.
    if (!awaited && !probing() && (ec = interrupted())) break;
    const bool sleeps = may_sleep();
    // The response to what was just written has hardly ever arrived yet, so a recv(2) before the wait would be wasted.
    if (awaited && !sleeps && !probing() && (ec = wait(POLLIN, deadline_))) break;
    const auto count = sleeps ? receive_sleeping(socket_, data, size, ec) : receive_now(socket_, data, size, ec);
    if (count != 0) return count;
    if (ec == boost::asio::error::interrupted) ec = {};
    else if (ec == boost::asio::error::would_block && !probing()) ec = sleeps ? error_code() : wait(POLLIN, deadline_);
  }
  return 0;
}

inline std::size_t DeadlineSocket::transmit(const char* data, std::size_t size, error_code& ec) {
  ec = {};
  if (queueing_ || probing()) return queue_.take(socket_, {data, size}, ec);
  while (!ec && size != 0) {
    if (const auto sent = queue_.send_some(socket_, {data, size}, ec); sent != 0) return sent;
    if (!ec) ec = wait(POLLOUT, deadline_);
  }
  return 0;
}

}  // namespace wandb::detail
// What blocking and asynchronous connections share: a socket, TLS over it, and the buffers of the exchanges.

#include <openssl/ssl.h>
#include <cstddef>
#include <optional>
#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/system/error_code.hpp>

// The process ID, without a system call for each request.

#if !defined(_WIN32)
#include <sys/mman.h>
#include <sys/types.h>
#include <unistd.h>

#include <atomic>
#include <cstddef>
#include <new>
#endif

namespace wandb::inline WANDB_ABI::detail {

#if defined(_WIN32)
// A process of Windows has no copies that share its connections.
using ProcessId = int;
[[nodiscard]] inline ProcessId current_process() noexcept { return 0; }
#else
using ProcessId = ::pid_t;

/// Maps memory for a process ID that reads as 0 in a child after fork(2). Null if the system does not support it.
[[nodiscard]] inline std::atomic<ProcessId>* map_fork_wiped_pid() noexcept {
#if defined(MADV_WIPEONFORK) && defined(MAP_ANONYMOUS)
  const auto size = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  void* const page = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (page == MAP_FAILED) return nullptr;
  if (::madvise(page, size, MADV_WIPEONFORK) == 0) return new (page) std::atomic<ProcessId>(0);
  ::munmap(page, size);
#endif
  return nullptr;
}

/// The ID of this process, as getpid(2) gives it. It makes a system call only at first and after fork(2), where the
/// system supports that. Thread-safe.
[[nodiscard]] inline ProcessId current_process() noexcept {
  static std::atomic<ProcessId>* const cached = map_fork_wiped_pid();
  if (cached == nullptr) return ::getpid();
  auto process = cached->load(std::memory_order_relaxed);
  if (process == 0) cached->store(process = ::getpid(), std::memory_order_relaxed);
  return process;
}
#endif

}  // namespace wandb::detail
// The client's side of TLS: trust, verification, sessions, and the errors of handshakes.

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/error.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/ssl/verify_mode.hpp>
#include <boost/system/error_code.hpp>

// Loads the certificate authorities that a transport trusts: those of its options, the environment, or the system.

#include <dirent.h>
#include <openssl/err.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <sys/stat.h>
#include <sys/types.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace wandb::inline WANDB_ABI::detail {

/// Where the authorities of one transport come from. It owns its texts.
struct TrustSources {
  std::string ca_file{};    ///< the option: a path, or PEM text
  std::string ca_pem{};     ///< the option: PEM text
  std::string extra_ca{};   ///< the option: a path, or PEM text
  std::string cert_file{};  ///< SSL_CERT_FILE
  std::string cert_dir{};   ///< SSL_CERT_DIR: directories, separated by colons
  std::string bundle{};     ///< REQUESTS_CA_BUNDLE: a file or a directory
  std::string system_file = X509_get_default_cert_file();
  std::string system_dir = X509_get_default_cert_dir();

  /// Whether the bundle replaces the system's authorities: the variables of OpenSSL take precedence over it.
  [[nodiscard]] bool uses_bundle() const noexcept { return !bundle.empty() && cert_file.empty() && cert_dir.empty(); }
};

/// The sources that a transport's options and the environment name.
[[nodiscard]] inline TrustSources trust_sources(const BeastOptions& options, const Environment& environment) {
  TrustSources sources;
  sources.ca_file = options.ca_file;
  sources.ca_pem = options.ca_pem;
  sources.extra_ca = options.extra_ca;
  sources.cert_file = environment.get("SSL_CERT_FILE");
  sources.cert_dir = environment.get("SSL_CERT_DIR");
  sources.bundle = environment.get("REQUESTS_CA_BUNDLE");
  return sources;
}

/// Tells which authorities are trusted, for people. It reads no file.
[[nodiscard]] inline Settings trust_settings(const TrustSources& sources) {
  Settings settings;
  const auto add = [&](const std::string& value, const char* source) {
    if (!value.empty()) settings.push_back({"certificate authorities", shown_pem_option(value), source});
  };
  add(sources.ca_file, "BeastOptions::ca_file");
  add(sources.ca_pem, "BeastOptions::ca_pem");
  if (settings.empty() && sources.uses_bundle()) {
    add(sources.bundle, "REQUESTS_CA_BUNDLE");
  } else if (settings.empty()) {
    add(sources.cert_file, "SSL_CERT_FILE");
    add(sources.cert_dir, "SSL_CERT_DIR");
    if (sources.cert_file.empty()) add(sources.system_file, "the default");
    if (sources.cert_dir.empty()) add(sources.system_dir, "the default");
  }
  add(sources.extra_ca, "BeastOptions::extra_ca");
  return settings;
}

/// Whether a directory's entry has the form of OpenSSL's hashed names, such as "5ed36f99.0".
[[nodiscard]] inline bool is_hashed_name(std::string_view name) noexcept {
  constexpr std::string_view digits = "0123456789abcdef";
  return name.size() >= 10 && name[8] == '.' && name.substr(0, 8).find_first_not_of(digits) == name.npos &&
         name.substr(9).find_first_not_of(digits.substr(0, 10)) == name.npos;
}

/// Says why OpenSSL would find no certificate in a directory, where it looks for certificates by the hash of their
/// name. Empty if it may find one.
[[nodiscard]] inline std::string unusable_directory(const std::string& path) {
  const std::unique_ptr<DIR, int (*)(DIR*)> directory(::opendir(path.c_str()),
                                                      [](DIR* made) { return ::closedir(made); });
  if (!directory) return errno == ENOTDIR ? "it is a file, not a directory" : errno_words(errno);
  std::string why = "it holds no certificate under a hashed name; run openssl rehash on it";
  bool found = false;
  SecureString text;
  while (const auto* const entry = ::readdir(directory.get())) {
    const std::string name = entry->d_name;
    if (!is_hashed_name(name)) continue;
    auto file = path;
    file.append("/").append(name);
    struct stat about {};
    // OpenSSL would block on a FIFO, and read an endless file.
    if (::stat(file.c_str(), &about) == 0) {
      if (!S_ISREG(about.st_mode)) return name + " in it is not a regular file";
      if (about.st_size > static_cast<::off_t>(max_pem_size)) return name + " in it is larger than 16 MiB";
    }
    // OpenSSL uses the first file of a hash, and tries the next one only if it could use that.
    if (found || !name.ends_with(".0")) continue;
    auto trouble = read_pem_file(file, text);
    if (trouble.empty()) {
      const PemReader reader(text, nullptr);
      found = reader.trusted() != 0;
      trouble = reader.why();
    }
    if (!found) why = (name + " in it: ").append(trouble);
  }
  return found ? std::string() : why;
}

/// Fills a store from the sources.
class TrustLoader {
 public:
  TrustLoader(const TrustSources& sources, X509_STORE& store) : sources_(sources), store_(store) {}

  /// Fills the store. Fails with `errc::tls_failed` if a source cannot be used or no authority was found. The error
  /// names the source and says why.
  [[nodiscard]] Result<void> load() {
    if (!sources_.ca_file.empty()) {
      add_option("the transport's ca_file", sources_.ca_file);
      if (!sources_.ca_pem.empty()) add("the transport's ca_pem", "ca_file is given as well", "give one of the two");
    } else if (!sources_.ca_pem.empty()) {
      if (is_pem_text(sources_.ca_pem)) add_option("the transport's ca_pem", sources_.ca_pem);
      else add("the transport's ca_pem", "it is not PEM text", "give a path as ca_file");
    } else if (sources_.uses_bundle()) {
      add_bundle();
    } else {
      if (sources_.cert_file.empty()) add_system_file();
      else add_variable_file();
      if (sources_.cert_dir.empty()) add_system_directory();
      else add_directories();
    }
    if (!sources_.extra_ca.empty()) add_option("the transport's extra_ca", sources_.extra_ca);
    if (fault_.empty() && trusted_ == 0 && sources_.cert_dir.empty() && !sources_.uses_bundle())
      check_system_directory();
    ::ERR_clear_error();
    if (fault_.empty()) return success();
    return Error(
        make_error_code(errc::tls_failed),
        Error::Details{
            .reason = fault_, .advice = "", .operation = {}, .messages = {}, .delivery = Delivery::nothing_sent});
  }

  /// Describes what is trusted.
  [[nodiscard]] const std::string& text() const noexcept { return text_; }

 private:
  static constexpr std::string_view variable_advice = "correct the variable, or unset it";
  static constexpr std::string_view option_advice = "give certificates in PEM";

  void mention(std::string_view source) { text_.append(text_.empty() ? "" : ", ").append(source); }
  void add(std::string_view source, std::string_view problem, std::string_view advice) {
    const auto name = mask_pasted_keys(one_line(source));
    mention(name);
    if (problem.empty() || !fault_.empty()) return;
    fault_.append("the certificate authorities cannot be read: ")
        .append(name)
        .append(": ")
        .append(mask_pasted_keys(problem));
    fault_.append("; ").append(advice);
  }
  void add_variable_file() {
    if (!is_path(sources_.cert_file))
      return add("SSL_CERT_FILE", "it is PEM text or the like, not a path", variable_advice);
    add("SSL_CERT_FILE=" + sources_.cert_file, file_problem(sources_.cert_file), variable_advice);
  }
  void add_bundle() {
    if (!is_path(sources_.bundle))
      return add("REQUESTS_CA_BUNDLE", "it is PEM text or the like, not a path", variable_advice);
    struct stat about {};
    const bool directory = ::stat(sources_.bundle.c_str(), &about) == 0 && S_ISDIR(about.st_mode);
    const auto why = directory ? unusable_directory(sources_.bundle) : file_problem(sources_.bundle);
    if (directory && why.empty()) X509_STORE_load_path(&store_, sources_.bundle.c_str());
    add("REQUESTS_CA_BUNDLE=" + sources_.bundle, why, variable_advice);
  }
  void add_option(const std::string& name, const std::string& value) {
    if (is_pem_text(value)) return add(name + " (PEM text)", text_problem(value), option_advice);
    if (!is_path(value)) return add(name, "it is neither a path nor PEM text", option_advice);
    add(name + " " + value, file_problem(value), option_advice);
  }

  [[nodiscard]] std::string text_problem(std::string_view text) {
    const PemReader reader(text, &store_);
    trusted_ += reader.trusted();
    return reader.why();
  }
  [[nodiscard]] std::string file_problem(const std::string& path) {
    SecureString text;
    const auto why = read_pem_file(path, text);
    return why.empty() ? text_problem(text) : why;
  }

  // Some directories of the list may be unusable, as with OpenSSL, but not all.
  void add_directories() {
    if (!is_path(sources_.cert_dir))
      return add("SSL_CERT_DIR", "it is PEM text or the like, not a list of directories", variable_advice);
    std::string problems;
    bool usable = false;
    for (std::string_view rest = sources_.cert_dir; !rest.empty();) {
      const std::string path(rest.substr(0, rest.find(':')));
      rest.remove_prefix(std::min(rest.size(), path.size() + 1));
      if (path.empty()) continue;
      const auto why = unusable_directory(path);
      if (why.empty()) usable = X509_STORE_load_path(&store_, path.c_str()) == 1 || usable;
      else if (path == sources_.cert_dir) problems = why;
      else problems.append(problems.empty() ? "" : "; ").append(path).append(": ").append(why);
    }
    if (problems.empty() && !usable) problems = "it names no directory";
    add("SSL_CERT_DIR=" + sources_.cert_dir, usable ? std::string_view{} : problems, variable_advice);
    if (usable && !problems.empty()) text_.append(" (").append(mask_pasted_keys(one_line(problems))).append(")");
  }

  // Broken certificates in the system's file are ignored, since the user often cannot correct that file.
  void add_system_file() {
    system_problem_ = file_problem(sources_.system_file);
    mention("the system's " + sources_.system_file);
    if (!system_problem_.empty()) text_.append(" (").append(system_problem_).append(")");
  }
  void add_system_directory() {
    X509_STORE_load_path(&store_, sources_.system_dir.c_str());
    mention("the system's " + sources_.system_dir);
  }
  void check_system_directory() {
    const auto why = unusable_directory(sources_.system_dir);
    if (why.empty()) return;
    fault_.append("this machine has no certificate authorities in ").append(sources_.system_file).append(" (");
    fault_.append(system_problem_).append(") or ").append(sources_.system_dir).append(" (").append(why);
    fault_ += "); install ca-certificates, or set SSL_CERT_FILE or the transport's ca_file";
  }

  const TrustSources& sources_;
  X509_STORE& store_;
  std::size_t trusted_ = 0;
  std::string system_problem_;
  std::string text_;
  std::string fault_;
};

}  // namespace wandb::detail

namespace wandb::inline WANDB_ABI::detail {

/// The index under which an OpenSSL context keeps a description of what it trusts.
[[nodiscard]] inline int trusted_index() {
  static const int index = SSL_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
  return index;
}

/// One transport's TLS settings and sessions. Thread-safe.
class TlsClient {
 public:
  explicit TlsClient(TrustSources sources, ClientCertificate certificate = {})
      : sources_(std::move(sources)), certificate_(std::move(certificate)) {}

  /// The settings in effect, for people.
  [[nodiscard]] Settings settings() const {
    auto settings = trust_settings(sources_);
    certificate_.append_to(settings);
    return settings;
  }

  /// The context, which the first call creates. It fails if the certificate authorities or the client's certificate
  /// cannot be read, and the next call then tries again.
  [[nodiscard]] Result<boost::asio::ssl::context*> context() {
    const std::lock_guard guard(mutex_);
    if (context_) return &*context_;
    boost::asio::ssl::context fresh(boost::asio::ssl::context::tls_client);
    TrustLoader trust(sources_, *SSL_CTX_get_cert_store(fresh.native_handle()));
    if (const auto loaded = trust.load(); !loaded) return loaded.error();
    ClientCertificateLoader certificate(certificate_, *fresh.native_handle());
    if (const auto loaded = certificate.load(); !loaded) return loaded.error();
    trusted_ = trust.text();
    SSL_CTX_set_ex_data(fresh.native_handle(), trusted_index(), &trusted_);
    SSL_CTX_set_min_proto_version(fresh.native_handle(), TLS1_2_VERSION);
    // Decrypted bodies contain key names, so OpenSSL wipes its copy when we have read it.
    SSL_CTX_set_options(fresh.native_handle(), SSL_OP_CLEANSE_PLAINTEXT | SSL_OP_NO_RENEGOTIATION);
    SSL_CTX_set_session_cache_mode(fresh.native_handle(), SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    fresh.set_verify_mode(boost::asio::ssl::verify_peer);
    context_.emplace(std::move(fresh));
    return &*context_;
  }

  /// Sets what one connection checks, and the session to resume. False when OpenSSL refuses the host's name.
  [[nodiscard]] bool prepare(SSL* ssl, const std::string& host, const std::string& origin) {
    // Asio makes OpenSSL release its buffers after each record. To wipe and free them costs 1 µs a call.
    SSL_clear_mode(ssl, SSL_MODE_RELEASE_BUFFERS);
    // Only the resolver uses a name's final dot. No certificate contains it.
    const auto name = host.ends_with('.') ? host.substr(0, host.size() - 1) : host;
    // OpenSSL checks no name at all for an empty one, and any subdomain for one that begins with a dot.
    if (name.empty() || name.starts_with('.')) return false;
    boost::system::error_code not_literal;
    boost::asio::ip::make_address(name, not_literal);
    auto* const parameters = SSL_get0_param(ssl);
    if (!not_literal) {
      if (X509_VERIFY_PARAM_set1_ip_asc(parameters, name.c_str()) != 1) return false;
    } else {
      X509_VERIFY_PARAM_set_hostflags(parameters,
                                      X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
      if (X509_VERIFY_PARAM_set1_host(parameters, name.data(), name.size()) != 1) return false;
      if (SSL_set_tlsext_host_name(ssl, name.c_str()) != 1) return false;
    }
    const std::lock_guard guard(mutex_);
    const auto known = find(origin);
    if (known != sessions_.end()) SSL_set_session(ssl, known->session.get());
    return true;
  }

  /// Keeps the session of a connection that worked, for the next one to that origin.
  void remember(SSL* ssl, const std::string& origin) {
    Session session(SSL_get1_session(ssl), &SSL_SESSION_free);
    if (session == nullptr || SSL_SESSION_is_resumable(session.get()) != 1) return;
    const std::lock_guard guard(mutex_);
    const auto known = find(origin);
    if (known != sessions_.end()) {
      known->session = std::move(session);
      return;
    }
    if (sessions_.size() == max_sessions) sessions_.erase(sessions_.begin());
    sessions_.push_back({origin, std::move(session)});
  }

 private:
  using Session = std::unique_ptr<SSL_SESSION, decltype(&SSL_SESSION_free)>;
  struct StoredSession {
    std::string origin;
    Session session;
  };
  static constexpr std::size_t max_sessions = 16;

  [[nodiscard]] std::vector<StoredSession>::iterator find(const std::string& origin) {
    return std::find_if(sessions_.begin(), sessions_.end(),
                        [&](const StoredSession& known) { return known.origin == origin; });
  }

  const TrustSources sources_;
  const ClientCertificate certificate_;
  std::string trusted_;
  std::mutex mutex_;
  std::optional<boost::asio::ssl::context> context_;
  std::vector<StoredSession> sessions_;
};

/// The settings of a transport that are in effect for a server, for people.
[[nodiscard]] inline Settings transport_settings(const Origin& server, const ProxySources& proxies,
                                                 const TlsClient& tls) {
  auto settings = proxy_settings(proxies, server);
  if (!server.tls) return settings;
  for (auto& setting : tls.settings()) settings.push_back(std::move(setting));
  return settings;
}

/// Whether received bytes have not been read yet, even if they are only a part of a record.
[[nodiscard]] inline bool has_unread_data(SSL* ssl) noexcept {
  const bool between_records = std::string_view(SSL_rstate_string(ssl)) == "RH";
  return !between_records || SSL_has_pending(ssl) != 0 || BIO_ctrl_pending(SSL_get_rbio(ssl)) != 0;
}

/// Whether a certificate names a host of that kind (`GEN_DNS` or `GEN_IPADD`) in its `subjectAltName`.
[[nodiscard]] inline bool has_alternative_name(const X509* certificate, int kind) {
  const std::unique_ptr<GENERAL_NAMES, decltype(&GENERAL_NAMES_free)> names(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)),
      &GENERAL_NAMES_free);
  for (int i = 0; names != nullptr && i != sk_GENERAL_NAME_num(names.get()); ++i) {
    if (sk_GENERAL_NAME_value(names.get(), i)->type == kind) return true;
  }
  return false;
}

/// Why the server's certificate was refused, and what to do about it.
[[nodiscard]] inline Explanation refusal(SSL* ssl, long verdict) {
  std::string why = std::string("certificate verify failed: ") + X509_verify_cert_error_string(verdict);
  if (verdict == X509_V_ERR_HOSTNAME_MISMATCH || verdict == X509_V_ERR_IP_ADDRESS_MISMATCH) {
    // A refused certificate is not the connection's certificate, but it stands first in the chain that the server sent.
    auto* const chain = SSL_get_peer_cert_chain(ssl);
    const auto* const certificate = chain == nullptr ? nullptr : sk_X509_value(chain, 0);
    if (certificate != nullptr && verdict == X509_V_ERR_HOSTNAME_MISMATCH &&
        !has_alternative_name(certificate, GEN_DNS)) {
      why += ", the certificate names no host (subjectAltName); a common name alone no longer counts";
    } else if (certificate != nullptr && verdict != X509_V_ERR_HOSTNAME_MISMATCH &&
               !has_alternative_name(certificate, GEN_IPADD)) {
      why += ", the certificate names no address (subjectAltName)";
    }
    return {why, "check the host name, and the server's certificate"};
  }
  if (verdict == X509_V_ERR_CERT_HAS_EXPIRED || verdict == X509_V_ERR_CERT_NOT_YET_VALID) {
    return {why, "check the server's certificate, and this machine's clock"};
  }
  const auto* const trusted =
      static_cast<const std::string*>(SSL_CTX_get_ex_data(SSL_get_SSL_CTX(ssl), trusted_index()));
  if (trusted != nullptr) why.append(" (trusted: ").append(*trusted).append(")");
  return {why, "check the host name and the certificate authorities; others are given with the transport's ca_file"};
}

/// The error of a failed handshake, which says what was wrong with the certificate if that was the cause. An `ec`
/// without an error means that OpenSSL refused the host's name.
[[nodiscard]] inline Error handshake_failure(const Peer& peer, SSL* ssl, const boost::system::error_code& ec) {
  if (SSL_get_verify_result(ssl) == X509_V_OK && refuses_client(ec)) return client_refused_failure(peer, ec);
  Explanation why{ec.message(), "check the base URL, and what is between"};
  if (const auto verdict = SSL_get_verify_result(ssl); verdict != X509_V_OK) {
    why = refusal(ssl, verdict);
  } else if (!ec) {
    ::ERR_clear_error();
    why = {"the host name cannot be verified", "check the base URL"};
  } else if (ec == boost::asio::error::eof || ec == boost::asio::ssl::error::stream_truncated) {
    why.reason = "the server closed the connection during the handshake";
  }
  return failure(peer, code_or(ec, errc::tls_failed), Delivery::nothing_sent, "TLS handshake with", std::move(why));
}

}  // namespace wandb::detail

namespace wandb::inline WANDB_ABI::detail {

/// The part of a connection that never waits. Besides what TLS needs, its socket has `flush`, `queued` and `bytes_sent`
/// as a `SendQueue` has them, `readable()`, and `probe(true)`, after which `read_some` gives what has arrived without
/// waiting.
template <class Socket>
class HttpConnection {
 public:
  using error_code = boost::system::error_code;

  HttpConnection(const HttpConnection&) = delete;
  HttpConnection& operator=(const HttpConnection&) = delete;

  [[nodiscard]] const Peer& peer() const noexcept { return peer_; }
  /// Whether another request may follow on this connection.
  [[nodiscard]] bool reusable() const noexcept { return reusable_; }
  /// False if the peer has closed the connection or sent unsolicited data since the last response. Also false in a
  /// forked process, since the connection belongs to its parent.
  [[nodiscard]] bool healthy() {
    error_code ignored;
    return reusable_ && process_ == current_process() && find_unsolicited(ignored) == Unsolicited::nothing;
  }

 protected:
  template <class Executor>
  HttpConnection(const Executor& executor, const Origin& origin) : peer_(origin), socket_(executor) {}
  ~HttpConnection() {
    if (!tls_ || !reusable_) return;
    // Without a shutdown OpenSSL would not resume the session. A quiet one sends nothing to the peer.
    SSL_set_quiet_shutdown(tls_->native_handle(), 1);
    SSL_shutdown(tls_->native_handle());
  }

  /// Puts TLS over the socket, and prepares it for the handshake.
  [[nodiscard]] Result<void> prepare_tls(TlsClient& tls);
  /// The result of opening the connection. `handshake` is the error of the TLS handshake, or none.
  [[nodiscard]] Result<void> opened(const error_code& handshake);

  /// The peer to connect to: the proxy if there is one, else the origin.
  [[nodiscard]] Peer first_peer() const { return proxy_ ? proxy_->peer() : peer_; }
  /// Makes an error of connecting say that it is the proxy's, if there is a proxy.
  [[nodiscard]] Error failed(const Error& error) const { return proxy_ ? proxy_failure(error, *proxy_) : error; }
  /// Whether the proxy has to open a tunnel for TLS.
  [[nodiscard]] bool needs_tunnel() const noexcept { return proxy_ && peer_.tls; }
  [[nodiscard]] HttpExchange begin_tunnel(const ConnectRequest& connect) {
    sent_before_ = socket_.bytes_sent();
    return HttpExchange(connect.request(), memory_, 0, false);
  }
  [[nodiscard]] Result<void> end_tunnel(HttpExchange& exchange) const {
    const bool surplus = exchange.has_surplus();
    return tunnel_result(exchange.result(proxy_->peer()), surplus, *proxy_, peer_);
  }

  [[nodiscard]] HttpExchange begin(const Request& request, std::size_t max_body) {
    reusable_ = false;
    sent_before_ = socket_.bytes_sent();
    const bool first = !std::exchange(used_, true);
    if (!proxy_ || peer_.tls) return HttpExchange(request, memory_, max_body, first);
    return HttpExchange(ForwardedRequest(request, *proxy_).request(), memory_, max_body, first);
  }
  /// Sends as much of the request as the kernel takes now.
  void send_now(HttpExchange& exchange);
  void end_sending(HttpExchange& exchange) { exchange.end_sending(socket_.bytes_sent() != sent_before_); }
  /// Reads what has arrived, without waiting.
  void read_now(HttpExchange& exchange);
  /// Ends the exchange and gives its result. With `clean` the connection may be used again; without it, it may not.
  [[nodiscard]] Result<Response> end(HttpExchange& exchange, TlsClient& tls, bool clean);

  Peer peer_;
  std::optional<ProxyHop> proxy_;
  Socket socket_;
  std::optional<boost::asio::ssl::stream<Socket&>> tls_;

 private:
  [[nodiscard]] static bool is_nothing(const error_code& ec) noexcept {
    return ec == boost::asio::error::would_block || ec == boost::asio::error::try_again;
  }
  [[nodiscard]] Unsolicited find_unsolicited(error_code& ec);
  [[nodiscard]] std::size_t probe(const boost::asio::mutable_buffer& room, error_code& ec) {
    socket_.probe(true);
    const auto count = tls_ ? tls_->read_some(room, ec) : socket_.read_some(room, ec);
    socket_.probe(false);
    return count;
  }

  ExchangeMemory memory_;
  std::size_t sent_before_ = 0;
  const ProcessId process_ = current_process();
  bool used_ = false;
  bool reusable_ = false;
  bool session_known_ = false;
};

template <class Socket>
Unsolicited HttpConnection<Socket>::find_unsolicited(error_code& ec) {
  const bool arrived = socket_.readable();
  if (!tls_) return arrived ? Unsolicited::message : Unsolicited::nothing;
  auto* const ssl = tls_->native_handle();
  if (!arrived && !has_unread_data(ssl)) return Unsolicited::nothing;
  // What arrived over TLS may be a session ticket. The read then consumes the ticket and gives no data.
  char byte = 0;
  const auto count = probe(boost::asio::buffer(&byte, 1), ec);
  if (count != 0 || !is_nothing(ec) || socket_.queued() != 0) return Unsolicited::message;
  return has_unread_data(ssl) || socket_.readable() ? Unsolicited::partial : Unsolicited::nothing;
}

template <class Socket>
Result<void> HttpConnection<Socket>::prepare_tls(TlsClient& tls) {
  const auto context = tls.context();
  if (!context) return context.error();
  tls_.emplace(socket_, **context);
  auto* const ssl = tls_->native_handle();
  return tls.prepare(ssl, peer_.host, peer_.text()) ? success() : Result<void>(handshake_failure(peer_, ssl, {}));
}

template <class Socket>
Result<void> HttpConnection<Socket>::opened(const error_code& handshake) {
  if (handshake) {
    const auto failure = handshake_failure(peer_, tls_->native_handle(), handshake);
    return proxy_ ? through_proxy(failure, *proxy_) : failure;
  }
  error_code ec;
  return find_unsolicited(ec) == Unsolicited::message ? Result<void>(unsolicited_data_failure(peer_, ec)) : success();
}

template <class Socket>
void HttpConnection<Socket>::send_now(HttpExchange& exchange) {
  error_code ec;
  while (exchange.sending() && socket_.flush(ec)) {
    const auto rest = exchange.unsent();
    if (rest.size() == 0) return exchange.sent_all();
    const auto count = tls_ ? tls_->write_some(rest, ec) : socket_.write_some(rest, ec);
    exchange.sent(count, ec);
  }
  exchange.stop_sending(ec);
}

template <class Socket>
void HttpConnection<Socket>::read_now(HttpExchange& exchange) {
  error_code ec;
  const auto count = probe(exchange.room(), ec);
  if (is_nothing(ec)) ec = {};
  exchange.received(count, ec);
  if (tls_ && socket_.queued() > max_queued) exchange.stop_receiving(boost::asio::error::no_buffer_space);
}

template <class Socket>
Result<Response> HttpConnection<Socket>::end(HttpExchange& exchange, TlsClient& tls, bool clean) {
  reusable_ = exchange.reusable() && clean;
  auto response = exchange.result(peer_);
  if (proxy_ && !peer_.tls) {
    if (!response) return through_proxy(response.error(), *proxy_);
    // No server answers so: the proxy itself wants credentials.
    if (response->status == 407) return proxy_refusal(*response, *proxy_, "a request to " + peer_.text());
  }
  if (response && tls_ && !std::exchange(session_known_, true)) tls.remember(tls_->native_handle(), peer_.text());
  return response;
}

}  // namespace wandb::detail
// Resolves host names so that a deadline or a stop does not have to wait for the system's resolver.

#if !defined(_WIN32)
#include <netdb.h>
#endif

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <cstring>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>

namespace wandb::inline WANDB_ABI::detail {

/// The result of a look-up: the addresses in the order to try them, or the reason why there are none.
struct Addresses {
  std::vector<boost::asio::ip::address> found;
  std::string failure;
};

/// Asks the system (`getaddrinfo`). It may block for a long time, and nothing can interrupt it.
[[nodiscard]] inline Addresses look_up(const std::string& host) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_ADDRCONFIG;
  addrinfo* list = nullptr;
  if (const int rc = ::getaddrinfo(host.c_str(), nullptr, &hints, &list); rc != 0) return {{}, ::gai_strerror(rc)};
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(list, &::freeaddrinfo);
  Addresses answer;
  for (const auto* at = list; at != nullptr; at = at->ai_next) {
    boost::asio::ip::tcp::endpoint endpoint;
    if (at->ai_addrlen > endpoint.capacity()) continue;
    std::memcpy(endpoint.data(), at->ai_addr, at->ai_addrlen);
    answer.found.push_back(endpoint.address());
  }
  if (answer.found.empty()) answer.failure = "the name has no address";
  return answer;
}

/// One look-up that runs in a thread. Thread-safe.
class LookUpJob {
 public:
  void finish(Addresses answer) {
    std::vector<std::function<void()>> listeners;
    {
      const std::lock_guard guard(mutex_);
      answer_ = std::move(answer);
      done_ = true;
      listeners.swap(listeners_);
    }
    changed_.notify_all();
    for (const auto& tell : listeners) tell();
  }
  [[nodiscard]] bool done() const {
    const std::lock_guard guard(mutex_);
    return done_;
  }
  /// The result. Valid once the look-up is done.
  [[nodiscard]] const Addresses& answer() const noexcept { return answer_; }
  /// Waits until the look-up is done. False if the deadline or the stop came first.
  [[nodiscard]] bool wait(std::chrono::steady_clock::time_point deadline, [[maybe_unused]] const StopToken& stop) {
    std::unique_lock lock(mutex_);
    const auto done = [this] { return done_; };
    // The arithmetic of a wait until max(), which stands for no deadline, overflows.
    const auto until = std::min(deadline, std::chrono::steady_clock::now() + std::chrono::hours(24));
#if defined(__cpp_lib_jthread)
    return changed_.wait_until(lock, stop, until, done);
#else
    return changed_.wait_until(lock, until, done);
#endif
  }
  /// Calls `tell` when the look-up is done, in its thread, or at once if it is done already.
  void when_done(std::function<void()> tell) {
    {
      const std::lock_guard guard(mutex_);
      if (!done_) {
        listeners_.push_back(std::move(tell));
        return;
      }
    }
    tell();
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  std::vector<std::function<void()>> listeners_;
  bool done_ = false;
  Addresses answer_;
};

/// Resolves names in detached threads. A call gives up at its deadline or stop. The look-up continues, and other calls
/// for the same name share it. Literal addresses and `localhost` need no look-up. Thread-safe.
class Resolver {
 public:
  using LookUp = std::function<Addresses(const std::string&)>;
  using Found = Result<std::vector<boost::asio::ip::address>>;
  explicit Resolver(LookUp ask = look_up) : ask_(std::move(ask)) {}

  /// The addresses of `host`. Fails with `resolve_failed`, `timed_out` or `cancelled`.
  [[nodiscard]] Found resolve(const std::string& host, std::chrono::steady_clock::time_point deadline,
                              const StopToken& stop) {
    if (auto known = resolve_locally(host)) return std::move(*known);
    const auto job = start(host);
    if (job != nullptr && !job->wait(deadline, stop)) {
      return failed(stop.stop_requested() ? errc::cancelled : errc::timed_out, host);
    }
    return result(host, job.get());
  }

  /// The addresses of a host that needs no look-up, or nothing for any other host.
  [[nodiscard]] static std::optional<Found> resolve_locally(const std::string& host) {
    boost::system::error_code not_literal;
    const auto literal = boost::asio::ip::make_address(host, not_literal);
    if (!not_literal) return Found(std::vector{literal});
    if (!is_localhost(host)) return std::nullopt;
    return Found(std::vector<boost::asio::ip::address>{boost::asio::ip::address_v6::loopback(),
                                                       boost::asio::ip::address_v4::loopback()});
  }
  /// The running look-up of that name, or a new one. Null if no thread could be started.
  [[nodiscard]] std::shared_ptr<LookUpJob> start(const std::string& name) {
    const std::lock_guard guard(mutex_);
    // A forked process inherits the jobs of its parent, but not the threads that would finish them.
    if (const auto process = current_process(); std::exchange(process_, process) != process) jobs_.clear();
    std::erase_if(jobs_, [](const auto& entry) { return entry.second.expired(); });
    if (auto job = jobs_[name].lock(); job != nullptr && !job->done()) return job;
    auto job = std::make_shared<LookUpJob>();
#if defined(__cpp_exceptions)
    try {
#endif
      std::thread([job, name, ask = ask_] { job->finish(ask(name)); }).detach();
#if defined(__cpp_exceptions)
    } catch (const std::system_error&) {
      return nullptr;
    }
#endif
    jobs_[name] = job;
    return job;
  }
  /// The result of a finished look-up. A null `job` means that no thread could be started.
  [[nodiscard]] static Found result(const std::string& name, const LookUpJob* job) {
    if (job == nullptr) return failed(errc::resolve_failed, name, "no thread could be started");
    if (!job->answer().failure.empty()) return failed(errc::resolve_failed, name, job->answer().failure);
    return job->answer().found;
  }
  [[nodiscard]] static Error failed(errc code, const std::string& name, std::string_view why = {}) {
    if (code == errc::cancelled) why = "a stop was requested";
    if (code == errc::timed_out) why = "the name service did not answer before the deadline";
    return Error(make_error_code(code), Error::Details{.reason = "could not resolve " + name + ": " + std::string(why),
                                                       .advice = "check the base URL and the DNS",
                                                       .operation = {},
                                                       .messages = {},
                                                       .delivery = Delivery::nothing_sent});
  }

 private:
  LookUp ask_;
  std::mutex mutex_;
  ProcessId process_ = current_process();
  std::map<std::string, std::weak_ptr<LookUpJob>> jobs_;
};

}  // namespace wandb::detail

namespace wandb::inline WANDB_ABI::detail {

/// A connection that serves one call at a time. Not thread-safe.
class Connection : public HttpConnection<DeadlineSocket> {
 public:
  using time_point = DeadlineSocket::time_point;

  Connection(const DeadlineSocket::executor_type& executor, const Origin& origin) : HttpConnection(executor, origin) {}

  [[nodiscard]] Waker& waker() noexcept { return waker_; }
  /// Makes every further step end at `deadline`, or when the waker is woken if `stoppable`.
  void arm(time_point deadline, bool stoppable) noexcept { socket_.arm(deadline, stoppable ? &waker_ : nullptr); }

  /// Resolves the host, connects (through `proxy` if there is one), and does the TLS handshake.
  [[nodiscard]] Result<void> open(std::optional<ProxyHop> proxy, const StopToken& stop, Resolver& resolver,
                                  TlsClient& tls, std::chrono::milliseconds connect_timeout);
  /// Sends the request once and reads the answer.
  [[nodiscard]] Result<Response> exchange(const Request& request, std::size_t max_body, TlsClient& tls);

 private:
  [[nodiscard]] Result<void> connect(const StopToken& stop, Resolver& resolver, std::chrono::milliseconds max_each);
  [[nodiscard]] Result<void> open_tunnel();
  void send(HttpExchange& exchange);
  void receive(HttpExchange& exchange);

  Waker waker_;
};

inline Result<void> Connection::open(std::optional<ProxyHop> proxy, const StopToken& stop, Resolver& resolver,
                                     TlsClient& tls, std::chrono::milliseconds connect_timeout) {
  proxy_ = std::move(proxy);
  if (auto connected = connect(stop, resolver, connect_timeout); !connected) return failed(connected.error());
  if (needs_tunnel()) {
    if (auto tunnel = open_tunnel(); !tunnel) return tunnel;
  }
  error_code ec;
  if (peer_.tls) {
    if (auto prepared = prepare_tls(tls); !prepared) return prepared;
    tls_->handshake(boost::asio::ssl::stream_base::client, ec);
  }
  return opened(ec);
}

inline Result<void> Connection::connect(const StopToken& stop, Resolver& resolver, std::chrono::milliseconds max_each) {
  using Clock = std::chrono::steady_clock;
  const auto first = first_peer();
  auto addresses = resolver.resolve(first.host, socket_.deadline(), stop);
  if (!addresses) return addresses.error();
  ConnectAttempts attempts(first, std::move(*addresses), socket_.deadline(), max_each);
  while (const auto attempt = attempts.next(Clock::now())) {
    const auto ec = socket_.connect({attempt->address, first.port}, attempt->until);
    attempts.ended(ec, Clock::now());
  }
  return attempts.result();
}

inline Result<void> Connection::open_tunnel() {
  const ConnectRequest connect(*proxy_, peer_);
  auto exchange = begin_tunnel(connect);
  send(exchange);
  receive(exchange);
  return end_tunnel(exchange);
}

inline Result<Response> Connection::exchange(const Request& request, std::size_t max_body, TlsClient& tls) {
  auto exchange = begin(request, max_body);
  send(exchange);
  receive(exchange);
  return end(exchange, tls, true);
}

inline void Connection::send(HttpExchange& exchange) {
  socket_.queue_writes(true);
  for (send_now(exchange); exchange.sending(); send_now(exchange)) {
    error_code ec;
    if (socket_.wait_ready(ec)) read_now(exchange);
    exchange.stop_sending(ec ? ec : socket_.interrupted());
  }
  if (exchange.all_sent()) socket_.expect_answer();
  socket_.queue_writes(false);
  end_sending(exchange);
}

inline void Connection::receive(HttpExchange& exchange) {
  while (exchange.receiving()) {
    const auto room = exchange.room();
    error_code ec;
    const auto count = tls_ ? tls_->read_some(room, ec) : socket_.read_some(room, ec);
    exchange.received(count, ec);
  }
}

}  // namespace wandb::detail
// The idle connections of a blocking transport.

#include <chrono>
#include <cstddef>
#include <mutex>
#include <utility>

// The idle connections of a pool.

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <iterator>
#include <memory>
#include <utility>
#include <vector>

namespace wandb::inline WANDB_ABI::detail {

/// A list of idle connections, which gives the most recently used one first. Not thread-safe: a pool guards it with a
/// mutex. It moves the connections that it drops to a list of the caller. The caller declares that list before its
/// lock, so that the connections are closed after the mutex has been released.
template <class Connection>
class IdleList {
 public:
  using Pointer = std::unique_ptr<Connection>;
  using Closing = std::vector<Pointer>;
  using time_point = std::chrono::steady_clock::time_point;

  explicit IdleList(std::chrono::nanoseconds timeout) : timeout_(timeout) {}

  [[nodiscard]] std::size_t size() const noexcept { return idle_.size(); }
  /// The number of connections to `origin`.
  [[nodiscard]] std::size_t count(const Origin& origin) const {
    return static_cast<std::size_t>(std::count_if(idle_.begin(), idle_.end(), serving(origin)));
  }

  /// Adds a connection, whose idle time begins at `now`.
  void put(Pointer connection, time_point now) { idle_.push_back({now, std::move(connection)}); }
  /// Removes the most recently used connection, or of those to `origin` the most recently used one. Null if there is
  /// none.
  [[nodiscard]] Pointer take() { return idle_.empty() ? nullptr : remove(idle_.end() - 1); }
  [[nodiscard]] Pointer take(const Origin& origin) {
    const auto found = std::find_if(idle_.rbegin(), idle_.rend(), serving(origin));
    return found == idle_.rend() ? nullptr : remove(std::next(found).base());
  }

  /// Drops the connections that have been idle for the timeout or longer, and gives their number. The oldest stand
  /// first.
  std::size_t expire(time_point now, Closing& closing) {
    const auto young =
        std::find_if(idle_.begin(), idle_.end(), [&](const Idle& idle) { return now - idle.since < timeout_; });
    return drop(young, closing);
  }
  /// Drops all connections, and gives their number.
  std::size_t clear(Closing& closing) { return drop(idle_.end(), closing); }
  /// Drops the connections to `origin`.
  void clear(const Origin& origin, Closing& closing) {
    for (auto& idle : idle_) {
      if (serving(origin)(idle)) closing.push_back(std::move(idle.connection));
    }
    std::erase_if(idle_, [](const Idle& idle) { return idle.connection == nullptr; });
  }

 private:
  struct Idle {
    time_point since;
    Pointer connection;
  };
  using Position = typename std::vector<Idle>::iterator;

  [[nodiscard]] static auto serving(const Origin& origin) {
    return [&origin](const Idle& idle) { return idle.connection->peer().serves(origin); };
  }
  [[nodiscard]] Pointer remove(Position at) {
    auto connection = std::move(at->connection);
    idle_.erase(at);
    return connection;
  }
  // Drops the connections before `end`.
  std::size_t drop(Position end, Closing& closing) {
    for (auto at = idle_.begin(); at != end; ++at) closing.push_back(std::move(at->connection));
    const auto dropped = static_cast<std::size_t>(end - idle_.begin());
    idle_.erase(idle_.begin(), end);
    return dropped;
  }

  std::chrono::nanoseconds timeout_;
  std::vector<Idle> idle_;
};

}  // namespace wandb::detail

namespace wandb::inline WANDB_ABI::detail {

/// Keeps idle connections for the next requests. Thread-safe. It checks and closes connections only after it has
/// released its mutex.
class ConnectionPool {
 public:
  using Pointer = IdleList<Connection>::Pointer;

  ConnectionPool(std::size_t max_per_origin, std::chrono::nanoseconds idle_timeout)
      : max_per_origin_(max_per_origin), idle_(idle_timeout) {}

  /// A healthy connection to `origin`, or null.
  [[nodiscard]] Pointer take(const Origin& origin) {
    for (;;) {
      auto candidate = take_any(origin);
      if (candidate == nullptr || candidate->healthy()) return candidate;
    }
  }

  /// Keeps a connection for the next request, or closes it if the origin has the maximum of idle connections.
  void put(Pointer connection) {
    Closing closing;
    const std::lock_guard guard(mutex_);
    const auto now = std::chrono::steady_clock::now();
    idle_.expire(now, closing);
    const auto& peer = connection->peer();
    if (idle_.count({peer.tls, peer.host, peer.port}) < max_per_origin_) idle_.put(std::move(connection), now);
    else closing.push_back(std::move(connection));
  }

  [[nodiscard]] std::size_t size() const {
    const std::lock_guard guard(mutex_);
    return idle_.size();
  }
  void clear() {
    Closing closing;
    const std::lock_guard guard(mutex_);
    idle_.clear(closing);
  }
  /// Closes the idle connections to `origin`.
  void clear(const Origin& origin) {
    Closing closing;
    const std::lock_guard guard(mutex_);
    idle_.clear(origin, closing);
  }

 private:
  using Closing = IdleList<Connection>::Closing;

  [[nodiscard]] Pointer take_any(const Origin& origin) {
    Closing closing;
    const std::lock_guard guard(mutex_);
    if (idle_.size() == 0) return nullptr;
    idle_.expire(std::chrono::steady_clock::now(), closing);
    return idle_.take(origin);
  }

  std::size_t max_per_origin_;
  mutable std::mutex mutex_;
  IdleList<Connection> idle_;
};

}  // namespace wandb::detail

namespace wandb::inline WANDB_ABI {

struct BeastTransport::State {
  State(const BeastOptions& options, const Environment& environment)
      : limits(options),
        proxies(options, environment),
        tls(detail::trust_sources(options, environment), detail::ClientCertificate(options)),
        pool(limits.max_idle, limits.idle_timeout) {}
  detail::TransportLimits limits;
  detail::ProxySources proxies;
  boost::asio::io_context io;  // It never runs. TLS streams require an executor.
  detail::Resolver resolver;
  detail::TlsClient tls;
  detail::ConnectionPool pool;
  std::atomic<std::size_t> opened{0};
};

WANDB_DECL BeastTransport::BeastTransport(const BeastOptions& options, const Environment& environment)
    : state_(std::make_shared<State>(options, environment)) {}

WANDB_DECL Result<Response> BeastTransport::send(const Request& request) const {
  if (const auto why = detail::defect(request); !why.empty()) {
    return Error(make_error_code(errc::invalid_argument), why, Delivery::nothing_sent);
  }
  if (request.stop.stop_requested()) return Error(errc::cancelled, Delivery::nothing_sent);
  if (std::chrono::steady_clock::now() >= request.deadline) return Error(errc::timed_out, Delivery::nothing_sent);
  auto& state = *state_;
  auto connection = state.pool.take(request.origin);
  const bool fresh = connection == nullptr;
  if (fresh) connection = std::make_unique<detail::Connection>(state.io.get_executor(), request.origin);
  const bool stoppable = request.stop.stop_possible();
  std::optional<detail::WakeOnStop> wake_on_stop;
  if (stoppable) {
    if (const auto ec = connection->waker().open()) {
      return Error(make_error_code(errc::connect_failed),
                   Error::Details{.reason = "no pipe for the stop could be opened: " + ec.message(),
                                  .advice = "",
                                  .operation = {},
                                  .messages = {},
                                  .delivery = Delivery::nothing_sent});
    }
    wake_on_stop.emplace(request.stop, connection->waker());
  }
  connection->arm(request.deadline, stoppable);
  if (fresh) {
    auto proxy = detail::proxy_hop(state.proxies, request.origin);
    if (!proxy) return proxy.error();
    state.opened.fetch_add(1, std::memory_order_relaxed);
    const auto open =
        connection->open(std::move(*proxy), request.stop, state.resolver, state.tls, state.limits.connect_timeout);
    if (!open) return open.error();
  }
  auto response = connection->exchange(request, state.limits.max_response_size, state.tls);
  wake_on_stop.reset();
  // If a connection that had worked is dead, the idle ones may be dead too. Closing them spares the next request that.
  if (!fresh && detail::connection_died(response)) state.pool.clear(request.origin);
  if (connection->reusable()) state.pool.put(std::move(connection));
  return response;
}

WANDB_DECL Settings BeastTransport::settings(const Origin& server) const {
  return detail::transport_settings(server, state_->proxies, state_->tls);
}

WANDB_DECL std::size_t BeastTransport::connections_opened() const noexcept {
  return state_->opened.load(std::memory_order_relaxed);
}
WANDB_DECL std::size_t BeastTransport::idle_connections() const { return state_->pool.size(); }
WANDB_DECL void BeastTransport::close_idle() const { state_->pool.clear(); }

#if defined(WANDB_SEPARATE_COMPILATION)
template class Client<BeastTransport>;
template class Api<BeastTransport>;
template class User<BeastTransport>;
template class Users<BeastTransport>;
#endif

}  // namespace wandb
// The definitions of transport/async_beast.hpp.

#include <atomic>
#include <chrono>
#include <coroutine>
#include <cstddef>
#include <exception>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/this_coro.hpp>

// An asynchronous connection to one origin.

#include <chrono>
#include <coroutine>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

// A TCP socket for coroutines, whose operations any thread may abort.

#include <atomic>
#include <cstddef>
#include <mutex>
#include <type_traits>
#include <utility>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/append.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/system/error_code.hpp>

// Ends what a coroutine awaits at a deadline, a stop, or a cancellation, from any thread.

#include <algorithm>
#include <chrono>
#include <coroutine>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/intrusive/list.hpp>
#include <boost/system/error_code.hpp>

namespace wandb::inline WANDB_ABI::detail {

/// An operation that any thread may abort.
class Abortable {
 public:
  Abortable() = default;
  Abortable(const Abortable&) = delete;
  Abortable& operator=(const Abortable&) = delete;
  virtual void abort(errc why) = 0;

 protected:
  ~Abortable() = default;
};

/// A completion token that stores an operation's error in `ec`. The coroutine's cancellation does not reach the
/// operation through it. `AbortOnStop` delivers the cancellation instead, and does not miss one that comes between two
/// operations.
[[nodiscard]] inline auto await_into(boost::system::error_code& ec) {
  return boost::asio::redirect_error(
      boost::asio::bind_cancellation_slot(boost::asio::cancellation_slot(), boost::asio::use_awaitable), ec);
}

/// Makes callbacks that may outlive their target. A callback of `bind(f)` calls `f(target)` while this object lives,
/// and does nothing later. A coroutine needs it because it may be destroyed, with its context, while a callback is
/// pending. Thread-safe.
template <class T>
class CallbackGuard {
 public:
  explicit CallbackGuard(T& target) : link_(std::make_shared<Link>(&target)) {}
  CallbackGuard(const CallbackGuard&) = delete;
  CallbackGuard& operator=(const CallbackGuard&) = delete;
  ~CallbackGuard() {
    const std::lock_guard guard(link_->mutex);
    link_->target = nullptr;
  }
  template <class F>
  [[nodiscard]] auto bind(F f) const {
    return [link = link_, f = std::move(f)](const auto&...) {
      const std::lock_guard guard(link->mutex);
      if (link->target != nullptr) f(*link->target);
    };
  }

 private:
  struct Link {
    explicit Link(T* at) : target(at) {}
    std::mutex mutex;
    T* target;
  };
  std::shared_ptr<Link> link_;
};

/// An event that one coroutine awaits. Any thread may call `set` and `abort`, before the wait or during it. The first
/// call decides.
class AsyncEvent final : public Abortable {
 public:
  explicit AsyncEvent(const boost::asio::any_io_executor& executor) : timer_(executor) {}

  void set() { settle({}); }
  void abort(errc why) override { settle(why); }

  /// Waits. Gives no error if the event was set, the reason if it was aborted, else `timed_out`.
  [[nodiscard]] boost::asio::awaitable<boost::system::error_code> wait(
      std::chrono::steady_clock::time_point deadline = std::chrono::steady_clock::time_point::max()) {
    boost::system::error_code ignored;
    auto token = await_into(ignored);
    co_await boost::asio::async_initiate<decltype(token), void(boost::system::error_code)>(
        [this, deadline](auto handler) {
          const std::lock_guard guard(mutex_);
          timer_.expires_at(settled_ ? std::chrono::steady_clock::time_point::min() : deadline);
          timer_.async_wait(std::move(handler));
        },
        token);
    const std::lock_guard guard(mutex_);
    co_return settled_.value_or(errc::timed_out);
  }

  /// Prepares the event for the next wait.
  void reset() {
    const std::lock_guard guard(mutex_);
    settled_.reset();
  }

 private:
  void settle(const boost::system::error_code& how) {
    const std::lock_guard guard(mutex_);
    if (settled_) return;
    settled_ = how;
    timer_.cancel();
  }

  std::mutex mutex_;
  std::optional<boost::system::error_code> settled_;
  boost::asio::steady_timer timer_;
};

/// Aborts operations at their deadlines. All operations share one timer, since nearly all end in time and would have to
/// cancel a timer of their own. No wait is pending while there is nothing to watch. Thread-safe.
class Watchdog : public std::enable_shared_from_this<Watchdog> {
 public:
  using time_point = std::chrono::steady_clock::time_point;

  explicit Watchdog(const boost::asio::any_io_executor& executor) : timer_(executor) {}

  /// Watches its target while it lives.
  class Watch : public boost::intrusive::list_base_hook<> {
   public:
    Watch(Watchdog& watchdog, time_point deadline, Abortable& target)
        : watchdog_(watchdog), deadline_(deadline), target_(target) {
      if (deadline != time_point::max()) watchdog_.add(*this);
    }
    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;
    ~Watch() {
      if (deadline_ != time_point::max()) watchdog_.remove(*this);
    }

   private:
    friend class Watchdog;
    Watchdog& watchdog_;
    time_point deadline_;
    Abortable& target_;
  };

 private:
  void add(Watch& watch) {
    const std::lock_guard guard(mutex_);
    watches_.push_back(watch);
    if (watch.deadline_ < armed_until_) arm(watch.deadline_);
  }
  void remove(Watch& watch) {
    const std::lock_guard guard(mutex_);
    watches_.erase(watches_.iterator_to(watch));
    if (!watches_.empty()) return;
    timer_.cancel();
    armed_until_ = time_point::max();
  }
  void arm(time_point until) {
    armed_until_ = until;
    timer_.expires_at(until);
    timer_.async_wait([weak = weak_from_this()](const boost::system::error_code& ec) {
      if (const auto self = weak.lock(); self && !ec) self->check_deadlines();
    });
  }
  void check_deadlines() {
    const std::lock_guard guard(mutex_);
    const auto now = std::chrono::steady_clock::now();
    auto next = time_point::max();
    for (auto& watch : watches_) {
      if (watch.deadline_ > now) next = std::min(next, watch.deadline_);
      else watch.target_.abort(errc::timed_out);
    }
    armed_until_ = time_point::max();
    if (next != time_point::max()) arm(next);
  }

  std::mutex mutex_;
  boost::asio::steady_timer timer_;
  time_point armed_until_ = time_point::max();
  boost::intrusive::list<Watch> watches_;
};

/// While it lives, a requested stop and the coroutine's cancellation abort the target. One that came earlier aborts it
/// in the constructor.
class AbortOnStop {
 public:
  AbortOnStop(const StopToken& stop, const boost::asio::cancellation_state& coroutine, Abortable& target)
      : target_(target) {
    reattach(coroutine);
#if defined(__cpp_lib_jthread)
    if (stop.stop_possible()) callback_.emplace(stop, Abort{&target});
#else
    static_cast<void>(stop);
#endif
  }
  /// Connects to the coroutine's cancellation again. Asio clears the cancellation slot when the coroutine resumes, so
  /// this is called before each further wait.
  void reattach(const boost::asio::cancellation_state& coroutine) {
    constexpr auto abort = [](Abortable& what) { what.abort(errc::cancelled); };
    if (coroutine.cancelled() != boost::asio::cancellation_type::none) return abort(target_);
    auto slot = coroutine.slot();
    if (!slot.is_connected()) return;
    if (!callbacks_) callbacks_.emplace(target_);
    slot.assign(callbacks_->bind(abort));
  }

 private:
  Abortable& target_;
  std::optional<CallbackGuard<Abortable>> callbacks_;
#if defined(__cpp_lib_jthread)
  struct Abort {
    Abortable* target;
    void operator()() const { target->abort(errc::cancelled); }
  };
  std::optional<std::stop_callback<Abort>> callback_;
#endif
};

}  // namespace wandb::detail

namespace wandb::inline WANDB_ABI::detail {

/// Satisfies Asio's AsyncReadStream and AsyncWriteStream, by itself and under `asio::ssl::stream`. One coroutine at a
/// time uses it. A mutex serializes the start of an operation and an abort, so that any thread may call `abort`.
class AsyncSocket final : public Abortable {
 public:
  using error_code = boost::system::error_code;
  using executor_type = boost::asio::any_io_executor;
  using lowest_layer_type = AsyncSocket;

  explicit AsyncSocket(const executor_type& executor) : socket_(executor) {}
  /// Waits for the thread that started the last operation. Another thread may have completed the operation while the
  /// first one still holds the mutex.
  ~AsyncSocket() { const std::lock_guard guard(mutex_); }

  [[nodiscard]] executor_type get_executor() { return socket_.get_executor(); }
  [[nodiscard]] lowest_layer_type& lowest_layer() noexcept { return *this; }
  [[nodiscard]] const lowest_layer_type& lowest_layer() const noexcept { return *this; }

  void abort(errc why) override {
    const std::lock_guard guard(mutex_);
    if (!is_aborted()) aborted_.store(why, std::memory_order_release);
    cancel();
  }
  /// The reason of the abort, or no error if there was none.
  [[nodiscard]] error_code interrupted() const {
    const auto why = aborted_.load(std::memory_order_acquire);
    if (why == not_aborted) return {};
    return make_error_code(why);
  }
  /// Replaces an operation's error with the reason of the abort, if there was one.
  [[nodiscard]] error_code explain(const error_code& ec) const {
    const auto why = ec ? interrupted() : error_code();
    return why ? why : ec;
  }

  /// Closes the socket and forgets an abort, so that the object can connect again.
  void reset() {
    const std::lock_guard guard(mutex_);
    error_code ignored;
    socket_.close(ignored);
    aborted_.store(not_aborted, std::memory_order_release);
  }
  /// Prepares a socket that has just been connected.
  void begin_use() noexcept {
    error_code ignored;
    socket_.set_option(boost::asio::ip::tcp::no_delay(true), ignored);
    if (!has_calls_without_wait) socket_.non_blocking(true, ignored);
  }
  template <class Token>
  auto async_connect(const boost::asio::ip::tcp::endpoint& peer, Token&& token) {
    return start<void(error_code)>(
        [](auto& socket, auto&& handler, const boost::asio::ip::tcp::endpoint& to) {
          socket.async_connect(to, std::forward<decltype(handler)>(handler));
        },
        std::forward<Token>(token), peer);
  }
  template <class Buffers, class Token>
  auto async_read_some(const Buffers& buffers, Token&& token) {
    return start<void(error_code, std::size_t)>(
        [](auto& socket, auto&& handler, const Buffers& into) {
          socket.async_read_some(into, std::forward<decltype(handler)>(handler));
        },
        std::forward<Token>(token), buffers);
  }
  template <class Buffers, class Token>
  auto async_write_some(const Buffers& buffers, Token&& token) {
    return start<void(error_code, std::size_t)>(
        [](auto& socket, auto&& handler, const Buffers& from) {
          socket.async_write_some(from, std::forward<decltype(handler)>(handler));
        },
        std::forward<Token>(token), buffers);
  }

  /// The number of bytes that the kernel has taken from `write_some` and `flush`.
  [[nodiscard]] std::size_t bytes_sent() const noexcept { return queue_.sent(); }
  /// Takes the whole buffer without waiting. `flush` sends later what the kernel does not take at once.
  template <class Buffers>
  std::size_t write_some(const Buffers& buffers, error_code& ec) {
    const boost::asio::const_buffer buffer = *boost::asio::buffer_sequence_begin(buffers);
    ec = {};
    return queue_.take(socket_.native_handle(), {static_cast<const char*>(buffer.data()), buffer.size()}, ec);
  }
  /// The number of bytes that were taken and not sent.
  [[nodiscard]] std::size_t queued() const noexcept { return queue_.waiting(); }
  /// Sends as many of the queued bytes as the kernel takes. True if none is left.
  [[nodiscard]] bool flush(error_code& ec) { return queue_.flush(socket_.native_handle(), ec); }
  /// Calls `callback`, perhaps twice, when the socket can be written to or read from, or when an abort ends the wait.
  template <class Callback>
  void notify_when_ready(const Callback& callback) {
    const std::lock_guard guard(mutex_);
    socket_.async_wait(socket_.wait_read, callback);
    socket_.async_wait(socket_.wait_write, callback);
    if (is_aborted()) cancel();
  }
  void cancel_waits() {
    const std::lock_guard guard(mutex_);
    cancel();
  }
  /// Allows `read_some` a few reads of what has arrived, or none. It never waits.
  void probe(bool on) noexcept { reads_left_ = on ? max_reads : 0; }
  /// Reads what has arrived. Gives `would_block` if nothing has, or if `probe` allows no further read: TLS would read
  /// without end from a peer that sends without a pause.
  template <class Buffers>
  std::size_t read_some(const Buffers& buffers, error_code& ec) {
    if (reads_left_ == 0) {
      ec = boost::asio::error::would_block;
      return 0;
    }
    --reads_left_;
    const boost::asio::mutable_buffer buffer = *boost::asio::buffer_sequence_begin(buffers);
    if (buffer.size() == 0) return 0;
    return receive_now(socket_.native_handle(), buffer.data(), buffer.size(), ec);
  }
  /// Whether data has arrived, or the peer has closed the connection.
  [[nodiscard]] bool readable() {
    char byte = 0;
    error_code ec;
    return receive_now(socket_.native_handle(), &byte, 1, ec, MSG_PEEK) != 0 || ec != boost::asio::error::would_block;
  }

 private:
  template <class Signature, class Initiation, class Token, class... Args>
  auto start(Initiation initiation, Token&& token, const Args&... args) {
    return boost::asio::async_initiate<Token, Signature>(
        [self = this, initiation](auto&& handler, const Args&... given) {
          // Another thread may complete the operation as soon as it has started, and destroy this closure.
          AsyncSocket& socket = *self;
          const std::lock_guard guard(socket.mutex_);
          // While data keeps arriving no operation waits, and `cancel` ends only operations that wait.
          if (socket.is_aborted()) socket.post_aborted<Signature>(std::forward<decltype(handler)>(handler));
          else initiation(socket.socket_, std::forward<decltype(handler)>(handler), given...);
        },
        token, args...);
  }
  template <class Signature, class Handler>
  void post_aborted(Handler&& handler) {
    const error_code aborted = boost::asio::error::operation_aborted;
    if constexpr (std::is_same_v<Signature, void(error_code)>) {
      boost::asio::post(socket_.get_executor(), boost::asio::append(std::forward<Handler>(handler), aborted));
    } else {
      boost::asio::post(socket_.get_executor(),
                        boost::asio::append(std::forward<Handler>(handler), aborted, std::size_t{0}));
    }
  }
  static constexpr errc not_aborted{};
  [[nodiscard]] bool is_aborted() const noexcept { return aborted_.load(std::memory_order_acquire) != not_aborted; }
  void cancel() {
    error_code ignored;
    socket_.cancel(ignored);
  }

  mutable std::mutex mutex_;
  // It is written under the mutex, so that no operation starts during an abort, and read without it.
  std::atomic<errc> aborted_ = not_aborted;
  static constexpr int max_reads = 8;
  int reads_left_ = 0;
  SendQueue queue_;
  boost::asio::ip::tcp::socket socket_;
};

}  // namespace wandb::detail

namespace wandb::inline WANDB_ABI::detail {

/// The services that the connections of one transport share.
struct AsyncServices {
  AsyncServices(boost::asio::any_io_executor on, TrustSources trust, Resolver::LookUp look_up = detail::look_up,
                ClientCertificate certificate = {})
      : executor(std::move(on)),
        watchdog(std::make_shared<Watchdog>(executor)),
        resolver(std::move(look_up)),
        tls(std::move(trust), std::move(certificate)) {}
  boost::asio::any_io_executor executor;
  std::shared_ptr<Watchdog> watchdog;
  Resolver resolver;
  TlsClient tls;
};

/// A connection that serves one coroutine at a time. Everything that it awaits ends at the request's deadline, its
/// stop, or the coroutine's cancellation.
class AsyncConnection : public HttpConnection<AsyncSocket> {
 public:
  template <class T>
  using task = boost::asio::awaitable<T>;

  AsyncConnection(AsyncServices& services, const Origin& origin)
      : HttpConnection(services.executor, origin), services_(services) {}

  /// Resolves the host, connects (through `proxy` if there is one), and does the TLS handshake.
  [[nodiscard]] task<Result<void>> open(std::optional<ProxyHop> proxy, const Request& request,
                                        std::chrono::milliseconds connect_timeout);
  /// Sends the request once and reads the answer.
  [[nodiscard]] task<Result<Response>> exchange(const Request& request, std::size_t max_body);

 private:
  using Addresses = std::vector<boost::asio::ip::address>;

  [[nodiscard]] task<Result<Addresses>> resolve(const Request& request, const std::string& host);
  [[nodiscard]] task<Result<void>> connect(const Request& request, std::chrono::milliseconds max_each);
  [[nodiscard]] task<Result<void>> open_tunnel(const Request& request);
  [[nodiscard]] task<Result<void>> perform_handshake(const Request& request);
  [[nodiscard]] bool send(HttpExchange& exchange);
  [[nodiscard]] task<void> send_rest(HttpExchange& exchange, AbortOnStop& abort_on_stop);
  [[nodiscard]] task<void> ready();
  [[nodiscard]] task<void> receive(HttpExchange& exchange, AbortOnStop& abort_on_stop);

  AsyncServices& services_;
};

inline boost::asio::awaitable<Result<void>> AsyncConnection::open(std::optional<ProxyHop> proxy, const Request& request,
                                                                  std::chrono::milliseconds connect_timeout) {
  proxy_ = std::move(proxy);
  auto connected = co_await connect(request, connect_timeout);
  if (!connected) co_return failed(connected.error());
  if (needs_tunnel()) {
    auto tunnel = co_await open_tunnel(request);
    if (!tunnel) co_return tunnel;
  }
  if (peer_.tls) {
    co_return co_await perform_handshake(request);
  }
  co_return opened({});
}

inline boost::asio::awaitable<Result<AsyncConnection::Addresses>> AsyncConnection::resolve(const Request& request,
                                                                                           const std::string& host) {
  if (auto known = Resolver::resolve_locally(host)) co_return std::move(*known);
  const auto job = services_.resolver.start(host);
  if (job != nullptr) {
    AsyncEvent event(services_.executor);
    const CallbackGuard<AsyncEvent> callbacks(event);  // the look-up may outlive this coroutine
    job->when_done(callbacks.bind([](AsyncEvent& done) { done.set(); }));
    const AbortOnStop abort_on_stop(request.stop, co_await boost::asio::this_coro::cancellation_state, event);
    const auto ec = co_await event.wait(request.deadline);
    if (ec) co_return Resolver::failed(code_or(ec, errc::timed_out), host);
  }
  co_return Resolver::result(host, job.get());
}

inline boost::asio::awaitable<Result<void>> AsyncConnection::connect(const Request& request,
                                                                     std::chrono::milliseconds max_each) {
  using Clock = std::chrono::steady_clock;
  const auto first = first_peer();
  auto addresses = co_await resolve(request, first.host);
  if (!addresses) co_return addresses.error();
  ConnectAttempts attempts(first, std::move(*addresses), request.deadline, max_each);
  while (const auto attempt = attempts.next(Clock::now())) {
    socket_.reset();
    error_code ec;
    {
      const Watchdog::Watch watch(*services_.watchdog, attempt->until, socket_);
      const AbortOnStop abort_on_stop(request.stop, co_await boost::asio::this_coro::cancellation_state, socket_);
      co_await socket_.async_connect({attempt->address, first.port}, await_into(ec));
    }
    // An abort may come too late to end the attempt. Every later operation on the aborted socket would fail.
    if (const auto late = socket_.interrupted()) ec = late;
    if (!ec) socket_.begin_use();
    attempts.ended(ec, Clock::now());
  }
  co_return attempts.result();
}

inline boost::asio::awaitable<Result<void>> AsyncConnection::open_tunnel(const Request& request) {
  const ConnectRequest connect(*proxy_, peer_);
  auto exchange = begin_tunnel(connect);
  const Watchdog::Watch watch(*services_.watchdog, request.deadline, socket_);
  AbortOnStop abort_on_stop(request.stop, co_await boost::asio::this_coro::cancellation_state, socket_);
  if (!send(exchange)) {
    co_await send_rest(exchange, abort_on_stop);
  }
  end_sending(exchange);
  if (exchange.receiving()) {
    co_await receive(exchange, abort_on_stop);
  }
  co_return end_tunnel(exchange);
}

inline boost::asio::awaitable<Result<void>> AsyncConnection::perform_handshake(const Request& request) {
  if (auto prepared = prepare_tls(services_.tls); !prepared) co_return prepared;
  const Watchdog::Watch watch(*services_.watchdog, request.deadline, socket_);
  const AbortOnStop abort_on_stop(request.stop, co_await boost::asio::this_coro::cancellation_state, socket_);
  error_code ec;
  co_await tls_->async_handshake(boost::asio::ssl::stream_base::client, await_into(ec));
  co_return opened(socket_.explain(ec));
}

inline boost::asio::awaitable<Result<Response>> AsyncConnection::exchange(const Request& request,
                                                                          std::size_t max_body) {
  auto exchange = begin(request, max_body);
  {
    const Watchdog::Watch watch(*services_.watchdog, request.deadline, socket_);
    AbortOnStop abort_on_stop(request.stop, co_await boost::asio::this_coro::cancellation_state, socket_);
    if (!send(exchange)) {
      co_await send_rest(exchange, abort_on_stop);
    }
    end_sending(exchange);
    if (exchange.receiving()) {
      // The response has hardly ever arrived by now. After other coroutines have run, it usually has.
      co_await boost::asio::post(boost::asio::use_awaitable);
      exchange.stop_receiving(socket_.interrupted());
      if (exchange.receiving()) read_now(exchange);
    }
    if (exchange.receiving()) {
      co_await receive(exchange, abort_on_stop);
    }
  }
  // No abort can come from here on. A connection that was aborted too late to end this request is not used again.
  co_return end(exchange, services_.tls, !socket_.interrupted());
}

// Sends as much as the kernel takes, and reads what has arrived. False if the caller has to wait before the next call.
inline bool AsyncConnection::send(HttpExchange& exchange) {
  exchange.stop_sending(socket_.interrupted());
  send_now(exchange);
  if (exchange.sending() && socket_.readable()) read_now(exchange);
  return !exchange.sending();
}

// Waits until the socket can be written to or read from, or is aborted.
inline boost::asio::awaitable<void> AsyncConnection::ready() {
  AsyncEvent event(services_.executor);
  const CallbackGuard<AsyncEvent> callbacks(event);
  socket_.notify_when_ready(callbacks.bind([](AsyncEvent& either) { either.set(); }));
  static_cast<void>(co_await event.wait());
  socket_.cancel_waits();
}

// Sends what `send` left. The kernel mostly takes a request at once, which then needs no coroutine of its own.
inline boost::asio::awaitable<void> AsyncConnection::send_rest(HttpExchange& exchange, AbortOnStop& abort_on_stop) {
  do {
    abort_on_stop.reattach(co_await boost::asio::this_coro::cancellation_state);
    co_await ready();
  } while (!send(exchange));
}

inline boost::asio::awaitable<void> AsyncConnection::receive(HttpExchange& exchange, AbortOnStop& abort_on_stop) {
  while (exchange.receiving()) {
    abort_on_stop.reattach(co_await boost::asio::this_coro::cancellation_state);
    // While data keeps arriving no read waits, and an abort ends only reads that wait, so it is checked here too.
    exchange.stop_receiving(socket_.interrupted());
    if (!exchange.receiving()) co_return;
    const auto room = exchange.room();
    error_code ec;
    std::size_t count = 0;
    if (tls_) {
      count = co_await tls_->async_read_some(room, await_into(ec));
    } else {
      count = co_await socket_.async_read_some(room, await_into(ec));
    }
    exchange.received(count, ec, socket_.interrupted());
  }
}

}  // namespace wandb::detail
// The connections of an asynchronous transport, with a limit for each origin, and the calls that wait for one.

#include <algorithm>
#include <chrono>
#include <coroutine>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/error_code.hpp>

namespace wandb::inline WANDB_ABI::detail {

/// Lends connections in the order of the requests. Thread-safe. It closes connections only after it has released its
/// mutex.
class AsyncPool {
 public:
  using Pointer = IdleList<AsyncConnection>::Pointer;

  AsyncPool(AsyncServices& services, std::size_t max_per_origin, std::chrono::nanoseconds idle_timeout)
      : services_(services), max_per_origin_(max_per_origin), idle_timeout_(idle_timeout) {}

 private:
  using Closing = IdleList<AsyncConnection>::Closing;
  struct OriginPool;

 public:
  /// A connection that is lent to one call. The destructor gives it back, also when the coroutine is destroyed.
  class Lease {
   public:
    Lease(AsyncPool& pool, OriginPool& origin_pool, Pointer connection)
        : pool_(&pool), origin_pool_(&origin_pool), connection_(std::move(connection)) {}
    Lease(Lease&& other) noexcept
        : pool_(std::exchange(other.pool_, nullptr)),
          origin_pool_(other.origin_pool_),
          connection_(std::move(other.connection_)) {}
    Lease& operator=(Lease&&) = delete;
    ~Lease() {
      if (pool_ != nullptr) pool_->give_back(*origin_pool_, std::move(connection_));
    }
    /// Replaces the connection with another idle one until it is healthy, or until none is left. The peer may close an
    /// idle connection at any time, so this is called just before the connection is used.
    void replace_unhealthy() {
      while (connection_ != nullptr && !connection_->healthy()) connection_ = pool_->replacement(*origin_pool_);
    }
    /// Closes the idle connections to the same origin.
    void close_others() { pool_->clear(*origin_pool_); }
    /// Whether the connection has still to be opened.
    [[nodiscard]] bool fresh() const noexcept { return connection_ == nullptr; }
    /// The connection. It is created, but not opened, if there is none.
    [[nodiscard]] AsyncConnection& connection(const Origin& origin) {
      if (connection_ == nullptr) connection_ = std::make_unique<AsyncConnection>(pool_->services_, origin);
      return *connection_;
    }

   private:
    AsyncPool* pool_;
    OriginPool* origin_pool_;
    Pointer connection_;
  };

  /// A connection, or the right to open one. Nothing if the call has to wait for it.
  [[nodiscard]] std::optional<Lease> try_take(const Origin& origin) {
    Closing closing;
    Pointer connection;
    OriginPool* origin_pool = nullptr;
    {
      const std::lock_guard guard(mutex_);
      origin_pool = &find_or_add(origin);
      if (!try_grant(*origin_pool, connection, closing)) return std::nullopt;
    }
    std::optional<Lease> lease(std::in_place, *this, *origin_pool, std::move(connection));
    lease->replace_unhealthy();
    return lease;
  }
  /// Waits for a connection, or for the right to open one, until the request's deadline or stop.
  [[nodiscard]] boost::asio::awaitable<Result<Lease>> take(const Request& request) {
    Waiter waiter(*this, request.origin);
    if (!waiter.granted()) {
      const AbortOnStop abort_on_stop(request.stop, co_await boost::asio::this_coro::cancellation_state,
                                      waiter.event());
      const auto ec = co_await waiter.event().wait(request.deadline);
      if (!waiter.granted()) {
        co_return failure(waiter.origin_pool().peer, code_or(ec, errc::cancelled), Delivery::nothing_sent,
                          "waiting for one of the connections to", {});
      }
    }
    Lease lease(*this, waiter.origin_pool(), waiter.take());
    lease.replace_unhealthy();
    co_return lease;
  }

  [[nodiscard]] std::size_t idle() const {
    const std::lock_guard guard(mutex_);
    std::size_t count = 0;
    for (const auto& origin_pool : origin_pools_) count += origin_pool->idle.size();
    return count;
  }
  void clear() {
    Closing closing;
    const std::lock_guard guard(mutex_);
    for (const auto& origin_pool : origin_pools_) origin_pool->open -= origin_pool->idle.clear(closing);
  }

 private:
  class Waiter;
  /// The connections to one origin.
  struct OriginPool {
    OriginPool(const Origin& origin, std::chrono::nanoseconds idle_timeout) : peer(origin), idle(idle_timeout) {}
    Peer peer;
    IdleList<AsyncConnection> idle;
    std::size_t open = 0;  // both idle and lent connections
    std::deque<Waiter*> waiters;
  };

  /// A call in the queue of its origin. The destructor leaves the queue, and passes on a connection that was granted
  /// and not taken.
  class Waiter {
   public:
    Waiter(AsyncPool& pool, const Origin& origin) : pool_(pool) {
      Closing closing;
      const std::lock_guard guard(pool.mutex_);
      origin_pool_ = &pool.find_or_add(origin);
      granted_ = pool.try_grant(*origin_pool_, connection_, closing);
      if (granted_) return;
      event_.emplace(pool.services_.executor);
      origin_pool_->waiters.push_back(this);
    }
    Waiter(const Waiter&) = delete;
    Waiter& operator=(const Waiter&) = delete;
    ~Waiter() {
      {
        const std::lock_guard guard(pool_.mutex_);
        std::erase(origin_pool_->waiters, this);
      }
      if (granted_) pool_.give_back(*origin_pool_, std::move(connection_));
    }
    [[nodiscard]] bool granted() const {
      const std::lock_guard guard(pool_.mutex_);
      return granted_;
    }
    [[nodiscard]] AsyncEvent& event() { return *event_; }
    [[nodiscard]] OriginPool& origin_pool() const noexcept { return *origin_pool_; }
    [[nodiscard]] Pointer take() {
      granted_ = false;
      return std::move(connection_);
    }

   private:
    friend class AsyncPool;
    AsyncPool& pool_;
    OriginPool* origin_pool_ = nullptr;
    bool granted_ = false;
    Pointer connection_;  // Null stands for the right to open one.
    std::optional<AsyncEvent> event_;
  };

  void clear(OriginPool& origin_pool) {
    Closing closing;
    const std::lock_guard guard(mutex_);
    origin_pool.open -= origin_pool.idle.clear(closing);
  }
  // An idle connection in place of one that is lent and no longer healthy. Null, the right to open one, if none is
  // idle.
  [[nodiscard]] Pointer replacement(OriginPool& origin_pool) {
    const std::lock_guard guard(mutex_);
    auto next = origin_pool.idle.take();
    if (next != nullptr) --origin_pool.open;
    return next;
  }

  // The caller of `find_or_add` and `try_grant` holds the mutex. It has declared `closing` before its lock, so that the
  // connections in it are closed after the mutex has been released.

  [[nodiscard]] OriginPool& find_or_add(const Origin& origin) {
    const auto known = std::find_if(origin_pools_.begin(), origin_pools_.end(),
                                    [&](const auto& pool) { return pool->peer.serves(origin); });
    return known != origin_pools_.end()
               ? **known
               : *origin_pools_.emplace_back(std::make_unique<OriginPool>(origin, idle_timeout_));
  }

  // False if the call has to wait. True with a null connection gives the right to open one.
  [[nodiscard]] bool try_grant(OriginPool& origin_pool, Pointer& connection, Closing& closing) {
    origin_pool.open -= origin_pool.idle.expire(std::chrono::steady_clock::now(), closing);
    if (!origin_pool.waiters.empty()) return false;
    connection = origin_pool.idle.take();
    if (connection != nullptr) return true;
    if (origin_pool.open == max_per_origin_) return false;
    ++origin_pool.open;
    return true;
  }

  // Null gives back the right to open a connection.
  void give_back(OriginPool& origin_pool, Pointer connection) {
    Pointer closing;
    const std::lock_guard guard(mutex_);
    if (connection != nullptr && !connection->reusable()) closing.swap(connection);
    if (!origin_pool.waiters.empty()) {
      auto& next = *origin_pool.waiters.front();
      origin_pool.waiters.pop_front();
      next.connection_ = std::move(connection);
      next.granted_ = true;
      next.event_->set();
    } else if (connection != nullptr) {
      origin_pool.idle.put(std::move(connection), std::chrono::steady_clock::now());
    } else {
      --origin_pool.open;
    }
  }

  AsyncServices& services_;
  std::size_t max_per_origin_;
  std::chrono::nanoseconds idle_timeout_;
  mutable std::mutex mutex_;
  std::vector<std::unique_ptr<OriginPool>> origin_pools_;
};

}  // namespace wandb::detail

namespace wandb::inline WANDB_ABI {

struct AsyncBeastTransport::State {
  State(boost::asio::any_io_executor executor, const BeastOptions& options, const Environment& environment)
      : limits(options),
        proxies(options, environment),
        services(std::move(executor), detail::trust_sources(options, environment), detail::look_up,
                 detail::ClientCertificate(options)),
        pool(services, limits.max_connections, limits.idle_timeout) {}
  detail::TransportLimits limits;
  detail::ProxySources proxies;
  detail::AsyncServices services;
  detail::AsyncPool pool;
  std::atomic<std::size_t> opened{0};
};

WANDB_DECL AsyncBeastTransport::AsyncBeastTransport(boost::asio::any_io_executor executor, const BeastOptions& options,
                                                    const Environment& environment)
    : state_(std::make_shared<State>(std::move(executor), options, environment)) {}

WANDB_DECL boost::asio::awaitable<Result<Response>> AsyncBeastTransport::send(const Request& request) const {
  return send(state_, request);
}

WANDB_DECL boost::asio::awaitable<void> AsyncBeastTransport::wait(std::chrono::nanoseconds duration) const {
  return wait_without_stop(state_, duration);
}
WANDB_DECL boost::asio::awaitable<Result<void>> AsyncBeastTransport::wait(std::chrono::nanoseconds duration,
                                                                          StopToken stop) const {
  return shielded(wait_or_cancel(state_, duration, std::move(stop)));
}

WANDB_DECL void AsyncBeastTransport::spawn(task<void> work) const {
  boost::asio::co_spawn(state_->services.executor, std::move(work), [](const std::exception_ptr& thrown) {
    if (thrown) std::rethrow_exception(thrown);
  });
}

WANDB_DECL AsyncBeastTransport::Event::Event(const boost::asio::any_io_executor& executor)
    : event_(std::make_unique<detail::AsyncEvent>(executor)) {}
WANDB_DECL AsyncBeastTransport::Event::Event(Event&&) noexcept = default;
WANDB_DECL AsyncBeastTransport::Event& AsyncBeastTransport::Event::operator=(Event&&) noexcept = default;
WANDB_DECL AsyncBeastTransport::Event::~Event() = default;
WANDB_DECL void AsyncBeastTransport::Event::set() { event_->set(); }
WANDB_DECL boost::asio::awaitable<void> AsyncBeastTransport::Event::wait() {
  static_cast<void>(co_await event_->wait());
  event_->reset();
}
WANDB_DECL AsyncBeastTransport::Event AsyncBeastTransport::make_event() const {
  return Event(state_->services.executor);
}

WANDB_DECL Settings AsyncBeastTransport::settings(const Origin& server) const {
  return detail::transport_settings(server, state_->proxies, state_->services.tls);
}

WANDB_DECL std::size_t AsyncBeastTransport::connections_opened() const noexcept {
  return state_->opened.load(std::memory_order_relaxed);
}
WANDB_DECL std::size_t AsyncBeastTransport::idle_connections() const { return state_->pool.idle(); }
WANDB_DECL void AsyncBeastTransport::close_idle() const { state_->pool.clear(); }

WANDB_DECL boost::asio::awaitable<void> AsyncBeastTransport::wait_without_stop(StatePtr state,
                                                                               std::chrono::nanoseconds duration) {
  static_cast<void>(co_await shielded(wait_or_cancel(std::move(state), duration, StopToken())));
}

WANDB_DECL boost::asio::awaitable<Result<Response>> AsyncBeastTransport::send(StatePtr state, const Request& request) {
  namespace this_coro = boost::asio::this_coro;
  if (const auto why = detail::defect(request); !why.empty()) {
    co_return Error(make_error_code(errc::invalid_argument), why, Delivery::nothing_sent);
  }
  const bool throws = co_await this_coro::throw_if_cancelled();
  co_await this_coro::throw_if_cancelled(false);
  Result<Response> response = Error(errc::cancelled, Delivery::nothing_sent);
  // This repeats `shielded`, and saves a coroutine for each request.
  std::exception_ptr thrown;
#if defined(__cpp_exceptions)
  try {
#endif
    if (std::chrono::steady_clock::now() >= request.deadline) response = Error(errc::timed_out, Delivery::nothing_sent);
    else if (!request.stop.stop_requested() && !(co_await this_coro::cancellation_state).cancelled()) {
      response = co_await carry_out(*state, request);
    }
    // The result reports the cancellation, so it is cleared, and the caller's next co_await continues.
    if (!response && response.error() == errc::cancelled) (co_await this_coro::cancellation_state).clear();
#if defined(__cpp_exceptions)
  } catch (...) {
    thrown = std::current_exception();
  }
#endif
  co_await this_coro::throw_if_cancelled(throws);
  if (thrown) std::rethrow_exception(thrown);
  co_return response;
}

WANDB_DECL boost::asio::awaitable<Result<Response>> AsyncBeastTransport::carry_out(State& state,
                                                                                   const Request& request) {
  auto lease = state.pool.try_take(request.origin);
  if (!lease) {
    auto waited = co_await state.pool.take(request);
    if (!waited) co_return waited.error();
    lease.emplace(std::move(*waited));
  }
  const bool fresh = lease->fresh();
  if (fresh) {
    auto proxy = detail::proxy_hop(state.proxies, request.origin);
    if (!proxy) co_return proxy.error();
    state.opened.fetch_add(1, std::memory_order_relaxed);
    const auto opened =
        co_await lease->connection(request.origin).open(std::move(*proxy), request, state.limits.connect_timeout);
    if (!opened) co_return opened.error();
  }
  auto response = co_await lease->connection(request.origin).exchange(request, state.limits.max_response_size);
  // If a connection that had worked is dead, the idle ones may be dead too. Closing them spares the next request that.
  if (!fresh && detail::connection_died(response)) lease->close_others();
  co_return response;
}

// Waits until the duration, a stop, or a cancellation. The caller shields it.
WANDB_DECL boost::asio::awaitable<Result<void>> AsyncBeastTransport::wait_or_cancel(StatePtr state,
                                                                                    std::chrono::nanoseconds duration,
                                                                                    StopToken stop) {
  auto cancellation = co_await boost::asio::this_coro::cancellation_state;
  detail::AsyncEvent event(state->services.executor);
  const detail::AbortOnStop abort_on_stop(stop, cancellation, event);
  using Clock = std::chrono::steady_clock;
  const auto now = Clock::now();
  const bool bounded = duration < Clock::time_point::max() - now;
  const auto ec = co_await event.wait(bounded ? now + duration : Clock::time_point::max());
  if (ec != errc::cancelled) co_return success();
  cancellation.clear();
  co_return Error(errc::cancelled, Delivery::nothing_sent);
}

#if defined(WANDB_SEPARATE_COMPILATION)
template class Client<AsyncBeastTransport>;
template class Api<AsyncBeastTransport>;
template class User<AsyncBeastTransport>;
#endif

}  // namespace wandb
#endif
