#include "interrupt.hpp"

#include <signal.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <stop_token>
#include <system_error>
#include <thread>
#include <utility>

namespace {

constexpr std::array<int, 3> numbers{SIGINT, SIGTERM, SIGHUP};
int writer = -1;

/// The handler of the first signal. The next one has its default effect.
void pass_on(int) {
  const int saved = errno;
  for (const int number : numbers) {
    if (is_heeded(number)) static_cast<void>(std::signal(number, SIG_DFL));
  }
  static_cast<void>(::write(writer, "s", 1) == 1);
  errno = saved;
}

}  // namespace

bool is_heeded(int signal) {
  struct sigaction now {};
  return ::sigaction(signal, nullptr, &now) == 0 && now.sa_handler != SIG_IGN;
}

Interrupt::Interrupt() {
  int ends[2];
  if (::pipe(ends) != 0) throw std::system_error(errno, std::generic_category(), "no pipe");
  reader_ = ends[0];
  writer = ends[1];
  thread_ = std::thread([reader = reader_, source = source_]() mutable {
    char what = 0;
    ssize_t count = 0;
    do {
      count = ::read(reader, &what, 1);
    } while (count < 0 && errno == EINTR);
    if (count == 1 && what == 's') source.request_stop();
  });
  struct sigaction handler {};
  handler.sa_handler = &pass_on;
  handler.sa_flags = SA_RESTART;
  for (std::size_t i = 0; i != numbers.size(); ++i) {
    ::sigaction(numbers[i], nullptr, &before_[i]);
    if (is_heeded(numbers[i])) ::sigaction(numbers[i], &handler, nullptr);
  }
}

Interrupt::~Interrupt() {
  for (std::size_t i = 0; i != numbers.size(); ++i) ::sigaction(numbers[i], &before_[i], nullptr);
  const int end = std::exchange(writer, -1);
  static_cast<void>(::write(end, "e", 1) == 1);
  thread_.join();
  ::close(end);
  ::close(reader_);
}
