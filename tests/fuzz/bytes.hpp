// Reads a fuzzer's input piece by piece.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

/// Stops the fuzzer at this input, and prints the reason, if a condition does not hold.
inline void require(bool holds, std::string_view what, std::string_view shown = {}) {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %.*s\n%.*s\n", static_cast<int>(what.size()), what.data(),
               static_cast<int>(shown.size()), shown.data());
  std::abort();
}

/// Returns `text` in quotes, with `escape` before each character that is in `marked`.
[[nodiscard]] inline std::string quoted(std::string_view text, std::string_view marked, char escape) {
  std::string out;
  for (const char c : text) {
    if (marked.find(c) != marked.npos) out += escape;
    out += c;
  }
  return '"' + out + '"';
}

/// Reads numbers and texts from the front. When nothing is left, numbers are 0 and texts are empty.
class Bytes {
 public:
  Bytes(const std::uint8_t* data, std::size_t size) : rest_(reinterpret_cast<const char*>(data), size) {}

  /// `text` must outlive it.
  explicit Bytes(std::string_view text) : rest_(text) {}

  [[nodiscard]] unsigned byte() { return static_cast<unsigned char>(text(1).append(1, '\0').front()); }
  [[nodiscard]] unsigned below(std::size_t limit) { return byte() % static_cast<unsigned>(limit); }
  [[nodiscard]] std::string text(std::size_t size) {
    const auto taken = rest_.substr(0, size);
    rest_.remove_prefix(taken.size());
    return std::string(taken);
  }
  /// Reads up to the end of the line, which is also consumed.
  [[nodiscard]] std::string line() {
    const auto end = std::min(rest_.find('\n'), rest_.size());
    auto taken = text(end);
    rest_.remove_prefix(std::min<std::size_t>(1, rest_.size()));
    return taken;
  }
  [[nodiscard]] std::string rest() { return text(rest_.size()); }
  /// Returns the rest as a text that may be long although the input is short: the text between `\1`, a byte and `\2` is
  /// repeated as often as the byte says, as a power of two.
  [[nodiscard]] std::string long_text() {
    constexpr std::size_t most = 64 * 1024;
    std::string out;
    while (!rest_.empty()) {
      out += text(rest_.find('\1'));
      if (text(1).empty()) break;
      const auto times = std::size_t{1} << below(17);
      const auto repeated = text(rest_.find('\2'));
      static_cast<void>(byte());
      for (std::size_t i = 0; i != times && out.size() + repeated.size() < most && !repeated.empty(); ++i)
        out += repeated;
    }
    return out;
  }

 private:
  std::string_view rest_;
};
