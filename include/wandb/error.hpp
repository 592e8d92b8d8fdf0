// The error that every failed call returns, and the exception that `Result::value()` throws.
#pragma once

#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <iosfwd>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <wandb/detail/declare.hpp>
#include <wandb/errc.hpp>

namespace wandb::inline WANDB_ABI {

/// Whether a mutation ran on the server. For queries it is always `not_run`, since they change nothing.
enum class Outcome : std::uint8_t { not_run, unknown, ran };

/// How much of a request was sent before the transport failed.
enum class Delivery : std::uint8_t {
  nothing_sent,  ///< not a byte was sent: the server cannot have run the request
  perhaps_sent,  ///< some or all of it was sent and no answer came, or the transport does not know
  answered,      ///< an answer began, but could not be read to its end
};

/// A message of the server. All three texts are untrusted; each is one line of at most 4 KiB, without control
/// characters, and with text that looks like a key masked.
struct ServerMessage {
  std::string text;
  std::string path;  ///< the place in the answer, such as `users.edges[3].node`; empty if the server gave none
  std::string code;  ///< `extensions.code`; empty if there is none
};

#if defined(__GNUC__) && !defined(__clang__)
// With -O1, g++ 12 warns wrongly about an empty optional of it that is moved, in programs of users as well.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
/// A failure: an error code and everything that is known about it. It is cheap to copy, immutable, and safe to share
/// between threads. It never contains a secret.
class [[nodiscard]] Error {
 public:
  /// The parts of an error. All are optional; none may contain a secret.
  struct Details {
    std::string reason;                   ///< what happened; the code's message if empty
    std::optional<std::string> advice{};  ///< what to do about it; the code's advice if not set
    std::string_view operation;           ///< the operation's name, with static storage, such as "createUser"
    std::vector<ServerMessage> messages;  ///< the server's messages
    int status = 0;                       ///< the HTTP status; 0 if none was received
    int attempts = 0;                     ///< the number of requests that were tried
    std::chrono::nanoseconds elapsed{};   ///< the duration of the call, waits included
    Outcome outcome = Outcome::not_run;
    Delivery delivery = Delivery::perhaps_sent;
    bool from_words = false;  ///< the code was deduced from the text of the server's message
  };

  /// Makes the error of a result that was not set: `errc::no_result`.
  Error() : Error(errc::no_result) {}
  /// Makes an error from an `errc`, a `std::error_code`, or a type that converts to that, such as Boost's codes. A
  /// transport passes how much of the request was sent, if it knows.
  template <std::convertible_to<std::error_code> Code>
  Error(const Code& code, Delivery delivery = Delivery::perhaps_sent) : code_(code), delivery_(delivery) {}
  /// Makes an error with its reason as text.
  Error(std::error_code code, std::string_view reason, Delivery delivery = Delivery::perhaps_sent)
      : Error(code, Details{.reason = std::string(reason), .operation = {}, .messages = {}, .delivery = delivery}) {}
  Error(std::error_code code, Details details);

  [[nodiscard]] const std::error_code& code() const noexcept { return code_; }
  /// Whether the mutation ran.
  [[nodiscard]] Outcome outcome() const noexcept { return details_ ? details_->outcome : Outcome::not_run; }
  [[nodiscard]] Delivery delivery() const noexcept { return delivery_; }
  /// The HTTP status; 0 if no answer was received.
  [[nodiscard]] int status() const noexcept { return details_ ? details_->status : 0; }
  /// The server's messages.
  [[nodiscard]] const std::vector<ServerMessage>& messages() const& noexcept;
  [[nodiscard]] std::vector<ServerMessage> messages() && { return std::as_const(*this).messages(); }
  /// The name of the operation that failed, or could not begin for want of credentials, such as "createUser"; empty if
  /// there was none.
  [[nodiscard]] std::string_view operation() const noexcept {
    return details_ ? details_->operation : std::string_view{};
  }
  /// The number of requests that were tried.
  [[nodiscard]] int attempts() const noexcept { return details_ ? details_->attempts : 0; }
  /// The duration of the call, waits included.
  [[nodiscard]] std::chrono::nanoseconds elapsed() const noexcept {
    return details_ ? details_->elapsed : std::chrono::nanoseconds{};
  }
  /// Whether the code was deduced from the text of the server's message, since neither the message's code nor the
  /// status was specific. Such a code is a guess: no critical decision should depend on it.
  [[nodiscard]] bool from_words() const noexcept { return details_ && details_->from_words; }
  /// Whether the same call may succeed later, and can be repeated without harm: it did not run, and the cause may be
  /// temporary.
  [[nodiscard]] bool retryable() const noexcept;
  /// Returns what happened.
  [[nodiscard]] std::string reason() const;
  /// Returns what to do about it; empty if there is no advice. For a mutation that may have run it says to look first.
  [[nodiscard]] std::string advice() const;
  /// Returns one line for people: the operation, reason, advice, the server's messages, status, attempts and outcome.
  [[nodiscard]] std::string message() const;
  /// Returns a copy of the parts, from which a more detailed error can be made.
  [[nodiscard]] Details details() const;

  friend bool operator==(const Error& error, errc code) noexcept { return error.code_ == make_error_code(code); }
  friend bool operator==(const Error& error, condition wanted) noexcept {
    return wanted == condition::outcome_unknown
               ? error.outcome() == Outcome::unknown
               : error.code_ == make_error_condition(wanted) || error.passes_as(wanted);
  }
  template <class Traits>
  friend std::basic_ostream<char, Traits>& operator<<(std::basic_ostream<char, Traits>& out, const Error& error) {
    return out << error.message();
  }

 private:
  // A proxy's answer says nothing about the service, but its status may still mean that a later retry helps.
  [[nodiscard]] bool passes_as(condition wanted) const noexcept;

  // The maximum number of bytes of a server's text: as much as a person may want to read.
  static constexpr std::size_t max_said = 4096;

  std::error_code code_;
  Delivery delivery_ = Delivery::perhaps_sent;
  std::shared_ptr<const Details> details_;
};
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif

/// The exception that `Result::value()` throws; it holds the `Error`. Its visibility is default, so that it can be
/// caught by type across shared libraries that hide their symbols.
class [[gnu::visibility("default")]] Exception : public std::exception {
 public:
  explicit Exception(Error error)
      : error_(std::move(error)), what_(std::make_shared<const std::string>(error_.message())) {}
  [[nodiscard]] const Error& error() const noexcept { return error_; }
  [[nodiscard]] const std::error_code& code() const noexcept { return error_.code(); }
  [[nodiscard]] const char* what() const noexcept override { return what_->c_str(); }

 private:
  Error error_;
  std::shared_ptr<const std::string> what_;  // shared, since copying an exception must not throw
};

/// Returns "not_run", "unknown" or "ran".
[[nodiscard]] constexpr std::string_view to_string(Outcome outcome) noexcept {
  return outcome == Outcome::ran ? "ran" : outcome == Outcome::unknown ? "unknown" : "not_run";
}

namespace detail {

/// Throws `std::invalid_argument`. If exceptions are disabled it returns, and the caller must return an error.
WANDB_DECL void throw_misuse(const std::string& why);

/// Throws an `Exception` of `error`. If exceptions are disabled it prints the error and ends the program.
[[noreturn]] WANDB_DECL void throw_error(const Error& error);

}  // namespace detail

}  // namespace wandb

#if !defined(WANDB_SEPARATE_COMPILATION)
#include <wandb/impl/error.ipp>
#endif
