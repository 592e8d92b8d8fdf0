// Failures: the error that carries what is known, and the exception that carries an error.
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

namespace wandb {

/// Whether a mutation took effect on the server. For queries always `not_run`: nothing can have changed.
enum class Outcome : std::uint8_t { not_run, unknown, ran };

/// How far a request came before its transport failed.
enum class Delivery : std::uint8_t {
  nothing_sent,  ///< not a byte of it left: the server cannot have run it
  perhaps_sent,  ///< some or all of it left, no answer came; also what a transport says that does not know
  answered,      ///< an answer began and could not be read to its end
};

/// One message of the server: its words, not ours, and so not to be trusted further than text.
struct ServerMessage {
  /// Like the others on one line of at most 4 KiB: without control characters, and with whatever looks like a key
  /// masked.
  std::string text;
  std::string path;  ///< where in the answer it belongs (`users.edges[3].node`), empty when the server did not say
  std::string code;  ///< `extensions.code`, empty when there is none
};

#if defined(__GNUC__) && !defined(__clang__)
// Where one that is not there is moved, g++ 12 with -O1 thinks that it is read, in the programs of users as well.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
/// A failure: a code to branch on, and everything that is known about it. Cheap to copy; immutable once made; safe to
/// share between threads. Never holds a secret.
class [[nodiscard]] Error {
 public:
  /// What an error knows. All of it optional, all of it without secrets.
  struct Details {
    std::string reason;                   ///< what happened; the code's own message when empty
    std::optional<std::string> advice{};  ///< what to do about it; what the code advises when not set
    std::string_view operation;           ///< a name with static storage, such as "createUser"
    std::vector<ServerMessage> messages;  ///< the server's words
    int status = 0;                       ///< HTTP status, 0 when none was received
    int attempts = 0;                     ///< requests that were tried
    std::chrono::nanoseconds elapsed{};   ///< from the call to its end, waits included
    Outcome outcome = Outcome::not_run;
    Delivery delivery = Delivery::perhaps_sent;
    bool from_words = false;  ///< the code was read out of the server's words, for want of anything surer
  };

  /// Nothing known yet: `errc::no_result`.
  Error() : Error(errc::no_result) {}
  /// A bare failure. For transports: with how far the request came; one that does not know says nothing.
  /// The code is an `errc`, a `std::error_code`, or what becomes one, as Boost's codes do.
  template <std::convertible_to<std::error_code> Code>
  Error(const Code& code, Delivery delivery = Delivery::perhaps_sent) : code_(code), delivery_(delivery) {}
  /// A failure with its reason in words.
  Error(std::error_code code, std::string_view reason, Delivery delivery = Delivery::perhaps_sent)
      : Error(code, Details{.reason = std::string(reason), .operation = {}, .messages = {}, .delivery = delivery}) {}
  Error(std::error_code code, Details details);

  [[nodiscard]] const std::error_code& code() const noexcept { return code_; }
  /// Whether the mutation ran. `unknown` can be asked later.
  [[nodiscard]] Outcome outcome() const noexcept { return details_ ? details_->outcome : Outcome::not_run; }
  [[nodiscard]] Delivery delivery() const noexcept { return delivery_; }
  /// The HTTP status, 0 when no answer came.
  [[nodiscard]] int status() const noexcept { return details_ ? details_->status : 0; }
  /// What the server said, apart from our own words.
  [[nodiscard]] const std::vector<ServerMessage>& messages() const& noexcept;
  [[nodiscard]] std::vector<ServerMessage> messages() && { return std::as_const(*this).messages(); }
  /// The operation that failed, such as "createUser"; empty outside of one.
  [[nodiscard]] std::string_view operation() const noexcept {
    return details_ ? details_->operation : std::string_view{};
  }
  /// How many requests were tried.
  [[nodiscard]] int attempts() const noexcept { return details_ ? details_->attempts : 0; }
  /// How long the call took, waits included.
  [[nodiscard]] std::chrono::nanoseconds elapsed() const noexcept {
    return details_ ? details_->elapsed : std::chrono::nanoseconds{};
  }
  /// Whether the code was read out of the server's words, since neither a code of its own nor the status said more.
  /// Words describe; what must not go wrong is not decided by them.
  [[nodiscard]] bool from_words() const noexcept { return details_ && details_->from_words; }
  /// Whether the same call may fare better later and does no harm: it did not run, and what kept it from running may
  /// pass.
  [[nodiscard]] bool retryable() const noexcept;
  /// What happened, in our own words.
  [[nodiscard]] std::string reason() const;
  /// What to do about it, in our own words; empty where there is nothing to advise.
  [[nodiscard]] std::string advice() const;
  /// One line with all of it, for a person: the operation, reason, advice, the server's words, and the rest.
  [[nodiscard]] std::string message() const;
  /// A copy of what is known, to build a richer error from.
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
  // Something in between says nothing of the service, but its status may say that trying again later helps.
  [[nodiscard]] bool passes_as(condition wanted) const noexcept;

  // As much of a server's text as a person may want to read.
  static constexpr std::size_t max_said = 4096;

  std::error_code code_;
  Delivery delivery_ = Delivery::perhaps_sent;
  std::shared_ptr<const Details> details_;
};
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif

/// What `Result::value()` throws: the `Error`, as an exception. Caught by its type in programs whose libraries hide
/// their symbols, too.
class [[gnu::visibility("default")]] Exception : public std::exception {
 public:
  explicit Exception(Error error)
      : error_(std::move(error)), what_(std::make_shared<const std::string>(error_.message())) {}
  [[nodiscard]] const Error& error() const noexcept { return error_; }
  [[nodiscard]] const std::error_code& code() const noexcept { return error_.code(); }
  [[nodiscard]] const char* what() const noexcept override { return what_->c_str(); }

 private:
  Error error_;
  std::shared_ptr<const std::string> what_;  // shared: an exception's copy must not throw
};

/// "not_run", "unknown" or "ran".
[[nodiscard]] constexpr std::string_view to_string(Outcome outcome) noexcept {
  return outcome == Outcome::ran ? "ran" : outcome == Outcome::unknown ? "unknown" : "not_run";
}

namespace detail {

/// The program is at fault: throws `std::invalid_argument`. Without exceptions it returns, and the caller gives an
/// error instead.
WANDB_DECL void throw_misuse(const std::string& why);

/// A value was asked for, and this error stands in its place.
[[noreturn]] WANDB_DECL void throw_error(const Error& error);

}  // namespace detail

}  // namespace wandb

#if !defined(WANDB_SEPARATE_COMPILATION)
#include <wandb/impl/error.ipp>
#endif
