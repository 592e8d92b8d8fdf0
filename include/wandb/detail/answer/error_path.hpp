// The path of a GraphQL error.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <wandb/detail/declare.hpp>

namespace wandb::inline WANDB_ABI::detail {

/// Appends a step to a path in its readable form: `users.edges[3].node`.
inline void append_path(std::string& text, std::string_view key) { (text += text.empty() ? "" : ".") += key; }
inline void append_path(std::string& text, std::size_t index) { ((text += '[') += std::to_string(index)) += ']'; }

/// Holds the response keys and indices that lead to a place in an answer. They are packed into one string, because an
/// answer may hold many thousands of paths, which then need little more memory than their JSON. The string of a path
/// begins with the strings of the paths above it, so that sorting puts the paths below a place directly after it.
class ErrorPath {
 public:
  /// One step: a response key, or an index if `index` is set.
  struct Step {
    std::string_view key{};
    std::optional<std::size_t> index{};
    friend bool operator==(const Step&, const Step&) = default;
  };
  /// No answer is nested more deeply. Readers drop further steps.
  static constexpr std::size_t max_steps = 64;

  void add(std::string_view key) {
    packed_ += key_mark;
    for (const char c : key) packed_ += c == end_mark ? '?' : c;
    packed_ += end_mark;
  }
  void add(std::size_t index) {
    packed_ += index_mark;
    for (int shift = 56; shift >= 0; shift -= 8) packed_ += static_cast<char>(std::uint64_t{index} >> shift & 0xFF);
  }

  [[nodiscard]] bool empty() const noexcept { return packed_.empty(); }
  [[nodiscard]] std::size_t size() const noexcept {
    std::size_t count = 0;
    each([&](const Step&) { ++count; });
    return count;
  }
  /// Returns the step at index `at` as a view. The step is empty if the path is shorter.
  [[nodiscard]] Step operator[](std::size_t at) const noexcept {
    Step found;
    each([&](const Step& step) {
      if (at-- == 0) found = step;
    });
    return found;
  }
  /// Calls `f(step)` for each step.
  template <class F>
  void each(F f) const {
    for (std::string_view rest = packed_; !rest.empty();) {
      if (rest.front() == key_mark) {
        const auto length = rest.find(end_mark);
        f(Step{rest.substr(1, length - 1), {}});
        rest.remove_prefix(length + 1);
      } else {
        std::size_t index = 0;
        for (const char c : rest.substr(1, index_size)) index = index << 8 | static_cast<unsigned char>(c);
        f(Step{{}, index});
        rest.remove_prefix(1 + index_size);
      }
    }
  }

  /// Returns the readable form: `users.edges[3].node`.
  [[nodiscard]] std::string text() const {
    std::string text;
    each([&](const Step& step) {
      if (step.index) append_path(text, *step.index);
      else append_path(text, step.key);
    });
    return text;
  }

  /// Returns the packed string, which is used for sorting and whose size is passed to `cut_to`.
  [[nodiscard]] std::string_view packed() const noexcept { return packed_; }
  /// Drops the steps that were added since `packed()` had this size.
  void cut_to(std::size_t packed_size) { packed_.resize(packed_size); }

 private:
  static constexpr char key_mark = 'k';
  static constexpr char index_mark = 'i';
  static constexpr char end_mark = '\0';
  static constexpr std::size_t index_size = 8;
  std::string packed_;
};

}  // namespace wandb::detail
