// Ends a change on the server cleanly when a signal asks the program to end.
#pragma once

#include <signal.h>

#include <array>
#include <stop_token>
#include <thread>

/// While it exists, the first Ctrl-C, SIGTERM or SIGHUP requests a stop instead of ending the program, which then can
/// say what became of the change; a second one ends the program. Signals that the program was started to ignore stay
/// ignored. Only one may exist at a time.
class Interrupt {
 public:
  Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;
  ~Interrupt();

  /// Returns the token for the calls that a signal is to end.
  [[nodiscard]] const std::stop_token& token() const noexcept { return token_; }

 private:
  std::array<struct sigaction, 3> before_{};
  int reader_ = -1;  // the handler writes to the other end of this pipe
  std::stop_source source_;
  std::stop_token token_ = source_.get_token();
  std::thread thread_;  // requests the stop, because a handler may not
};

/// Returns whether a signal that the program was started with is to have an effect.
[[nodiscard]] bool is_heeded(int signal);
