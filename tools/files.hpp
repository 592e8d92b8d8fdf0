// Reads whole files, and locks a file that is written.
#pragma once

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string>

/// The content of a file, or why it cannot be read.
struct FileText {
  std::string text;
  std::string fault;  ///< empty if the file was read
};

/// Reads a file or a pipe; `-` is standard input. A directory, or a file that is larger than any list of people, is a
/// fault.
[[nodiscard]] inline FileText read_whole(const std::string& path) {
  constexpr std::size_t most = std::size_t{64} << 20;
  // Standard input stays open, because the next file that is opened would get its number.
  const auto close = [](std::FILE* file) { return file == stdin ? 0 : std::fclose(file); };
  // A stream of the standard library throws for a directory, whatever its exception mask is.
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(path == "-" ? stdin : std::fopen(path.c_str(), "rb"),
                                                             close);
  if (!file) return {{}, std::strerror(errno)};
  FileText read;
  char part[std::size_t{64} << 10];
  while (const auto count = std::fread(part, 1, sizeof part, file.get())) {
    read.text.append(part, count);
    if (read.text.size() > most) return {{}, "it is larger than 64 MiB"};
  }
  if (std::ferror(file.get()) != 0) return {{}, std::strerror(errno)};
  return read;
}

/// Keeps other runs of the tool from writing a file at the same time. The file is made if it does not exist. A file
/// system without locks, and what is not a regular file, is not locked.
class FileLock {
 public:
  /// `path` is empty for no file.
  explicit FileLock(const std::string& path) {
    struct stat there {};
    if (path.empty() || (::stat(path.c_str(), &there) == 0 && !S_ISREG(there.st_mode))) return;
    file_ = ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
    is_taken_ = file_ >= 0 && ::flock(file_, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK;
  }
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;
  ~FileLock() {
    if (file_ >= 0) ::close(file_);
  }
  /// Returns whether another run has the lock.
  [[nodiscard]] bool is_taken() const noexcept { return is_taken_; }

 private:
  int file_ = -1;
  bool is_taken_ = false;
};
