// Reads whole files, or says why they cannot be read.
#pragma once

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
  // A stream of the standard library throws for a directory, whatever its exception mask is.
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(path == "-" ? stdin : std::fopen(path.c_str(), "rb"),
                                                             &std::fclose);
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
