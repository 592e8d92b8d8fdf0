// Reads a file of secrets into memory that is wiped, with limits on its size and on the time.
#pragma once

#if defined(_WIN32)
#include <cstdio>
#else
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>
#endif

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <wandb/detail/text/key_format.hpp>
#include <wandb/detail/text/secure_memory.hpp>
#include <wandb/error.hpp>
#include <wandb/result.hpp>
#include <wandb/stop_token.hpp>

namespace wandb::inline WANDB_ABI::detail {

// The maximum size of such a file, and the maximum time to read a pipe or another special file.
inline constexpr std::size_t largest_secret_file = std::size_t{1} << 20;
inline constexpr std::chrono::seconds max_secret_read{5};

enum class FileKind : std::uint8_t { none, regular, special };

/// What is at `path`. A directory counts as none, as does what the caller cannot look at: another account's home, for
/// instance. A special file is a pipe, for example.
[[nodiscard]] inline FileKind kind_of_file([[maybe_unused]] const std::string& path) {
#if !defined(_WIN32)
  struct stat about {};
  if (::stat(path.c_str(), &about) != 0 || S_ISDIR(about.st_mode)) return FileKind::none;
  if (!S_ISREG(about.st_mode)) return FileKind::special;
#endif
  return FileKind::regular;
}

/// What ends the reading of a pipe early: the deadline of a call, or a stop that its caller requests.
struct ReadLimit {
  std::chrono::steady_clock::time_point deadline = std::chrono::steady_clock::time_point::max();
  StopToken stop = {};
};

/// A file that is read without a buffer, in which a copy of the secrets would remain.
class SecretFile {
 public:
#if defined(_WIN32)
  SecretFile(const std::string& path, const ReadLimit&) : file_(std::fopen(path.c_str(), "rb"), &std::fclose) {
    if (file_) std::setvbuf(file_.get(), nullptr, _IONBF, 0);
    else error_ = errno;
  }
  [[nodiscard]] std::size_t read(char* data, std::size_t size) {
    const auto count = std::fread(data, 1, size, file_.get());
    if (std::ferror(file_.get()) != 0) error_ = errno;
    return count;
  }
#else
  // Without this flag, opening and reading a pipe would block until somebody writes to it.
  SecretFile(const std::string& path, const ReadLimit& limit)
      : file_(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY)), stop_(limit.stop) {
    until_ = std::min(std::chrono::steady_clock::now() + max_secret_read, limit.deadline);
    if (file_ < 0) error_ = errno;
  }
  SecretFile(const SecretFile&) = delete;
  SecretFile& operator=(const SecretFile&) = delete;
  ~SecretFile() {
    if (file_ >= 0) ::close(file_);
  }
  /// Reads some bytes. Returns 0 at the end or if there is an `error()`.
  [[nodiscard]] std::size_t read(char* data, std::size_t size) {
    for (;;) {
      const auto count = ::read(file_, data, size);
      if (count > 0) {
        writer_seen_ = true;
        return static_cast<std::size_t>(count);
      }
      // A pipe reports its end after its last writer closed it, but also before the first one opened it.
      if (count == 0 && (writer_seen_ || !is_pipe())) return 0;
      if (count < 0 && errno == EINTR) continue;
      if (count < 0 && errno != EAGAIN) error_ = errno;
      else if (!wait()) error_ = stop_.stop_requested() ? ECANCELED : ETIMEDOUT;
      if (error_ != 0) return 0;
    }
  }
#endif
  /// The value of `errno`; 0 if there is no error. `ETIMEDOUT` means that no data came in time, and `ECANCELED`
  /// that a stop was requested.
  [[nodiscard]] int error() const noexcept { return error_; }

 private:
#if defined(_WIN32)
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> file_;
#else
  [[nodiscard]] bool is_pipe() const noexcept {
    struct stat about {};
    return ::fstat(file_, &about) == 0 && S_ISFIFO(about.st_mode);
  }
  /// Waits for data or the end. Returns false if the time is over or a stop was requested.
  [[nodiscard]] bool wait() {
    for (;;) {
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(until_ - std::chrono::steady_clock::now());
      if (left.count() <= 0 || stop_.stop_requested()) return false;
      constexpr int look_again = 20;  // in milliseconds: poll() does not see a stop
      pollfd waiting{file_, POLLIN, 0};
      const int ready = ::poll(&waiting, 1, std::min(static_cast<int>(left.count()), look_again));
      if (ready > 0) writer_seen_ = true;
      if (ready > 0 || (ready < 0 && errno != EINTR)) return ready > 0;
    }
  }

  int file_;
  bool writer_seen_ = false;
  StopToken stop_;
  std::chrono::steady_clock::time_point until_;
#endif
  int error_ = 0;
};

/// Returns the text of a file, or nothing if the file does not exist. Fails with an error that names the file:
/// `errc::unreadable_credentials`, or `errc::timed_out` or `errc::cancelled` if `limit` ended the reading.
[[nodiscard]] inline Result<std::optional<SecureString>> read_secret_file(const std::string& path,
                                                                          const ReadLimit& limit = {}) {
  const auto fail = [&](const std::string& why, errc code = errc::unreadable_credentials) {
    return Error(make_error_code(code), "cannot read " + mask_pasted_keys(path) + ": " + why, Delivery::nothing_sent);
  };
  SecretFile file(path, limit);
  if (file.error() == ENOENT || file.error() == ENOTDIR) return std::optional<SecureString>();
  SecureString text(4096, '\0');
  std::size_t size = 0;
  while (file.error() == 0) {
    const auto count = file.read(text.data() + size, text.size() - size);
    if (count == 0) break;
    size += count;
    if (size == text.size() && size >= largest_secret_file) return fail("it is larger than 1 MiB");
    if (size == text.size()) text.resize(text.size() * 2);
  }
  if (file.error() == ECANCELED) return fail("a stop was requested before anything came out of it", errc::cancelled);
  if (file.error() == ETIMEDOUT && std::chrono::steady_clock::now() >= limit.deadline) {
    return fail("nothing came out of it before the deadline of the call", errc::timed_out);
  }
  if (file.error() == ETIMEDOUT) {
    return fail("nothing came out of it within " + std::to_string(max_secret_read.count()) + " s");
  }
  if (file.error() != 0) return fail(std::strerror(file.error()));
  text.resize(size);
  return std::optional<SecureString>(std::move(text));
}

}  // namespace wandb::detail
