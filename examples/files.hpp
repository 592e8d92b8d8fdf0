// Files as a whole, or why not.
#pragma once

#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string>

/// What stands in a file; where that cannot be read, why.
struct FileText {
  std::string text;
  std::string fault;  ///< empty where it was read
};

/// Reads a file, or what comes out of a pipe. A directory, or more than any people fill, is a fault.
[[nodiscard]] inline FileText read_whole(const std::string& path) {
  constexpr std::size_t most = std::size_t{64} << 20;
  // A stream of the standard library would throw at a directory, whatever its exceptions are set to.
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"), &std::fclose);
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
