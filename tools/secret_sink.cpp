#include "secret_sink.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <iostream>
#include <string>
#include <string_view>
#include <utility>

SecretSink::~SecretSink() {
  if (file_ >= 0) discard();
}

void SecretSink::discard() {
  if (file_ >= 0) ::close(std::exchange(file_, -1));
  ::unlink(path_.c_str());
}

std::string SecretSink::open() {
  // If standard output was closed at the start, it is now a stream that cannot be written to: see
  // `hold_standard_streams`.
  if (print_ && (::fcntl(STDOUT_FILENO, F_GETFL) & O_ACCMODE) == O_RDONLY) return "standard output is closed";
  if (path_.empty()) return {};
  file_ = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  return file_ >= 0 ? std::string() : "cannot make " + path_ + ": " + std::strerror(errno);
}

std::string SecretSink::store(const wandb::Secret& secret) {
  if (path_.empty()) return {};
  if (write(secret)) {
    place_ = "in " + path_;
    return {};
  }
  const auto fault = "its secret could not be written to " + path_ + ": " + std::strerror(errno);
  discard();
  return fault;
}

std::string SecretSink::print(const wandb::Secret& secret, std::string_view text) {
  if (!print_) return {};
  const bool shows = text.find(secret.reveal()) != text.npos;
  if (!(std::cout << text << std::endl)) {
    return std::string(shows ? "its secret" : "it") + " could not be printed: " + std::strerror(errno);
  }
  if (shows && place_.empty()) place_ = "on standard output";
  return {};
}

bool SecretSink::write(const wandb::Secret& secret) {
  const auto all = [this](std::string_view text) {
    return ::write(file_, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  };
  if (!all(secret.reveal()) || !all("\n")) return false;
  // The file system may report a failed write only when the file is closed.
  return ::close(std::exchange(file_, -1)) == 0;
}
