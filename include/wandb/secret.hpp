// Secrets as a type: text that does not print, does not convert, and does not stay behind in memory.
#pragma once

#include <cstddef>
#include <iosfwd>
#include <string_view>
#include <utility>

#include <wandb/detail/text/secure_memory.hpp>

namespace wandb {

class SecretView;

/// A secret text, an API key above all. Its memory is wiped, it prints as `****`, compares in constant time, and
/// converts to nothing: `reveal()` is the one way to the text. A secret that was moved from is empty.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string_view text) { store(text); }
  Secret(const Secret& other) { store(other.text_); }
  Secret& operator=(const Secret& other) {
    if (this != &other) *this = Secret(other);
    return *this;
  }
  Secret(Secret&& other) noexcept : text_(std::move(other.text_)) { other.text_.clear(); }
  Secret& operator=(Secret&& other) noexcept {
    text_ = std::move(other.text_);
    other.text_.clear();
    return *this;
  }
  ~Secret() = default;

  /// The text itself. Views the secret: lives as long as it.
  [[nodiscard]] std::string_view reveal() const noexcept { return text_; }
  [[nodiscard]] bool empty() const noexcept { return text_.empty(); }

  /// Takes the same time wherever the two differ; their lengths may show.
  [[nodiscard]] friend bool operator==(const Secret& a, const Secret& b) noexcept {
    return detail::same_text(a.text_, b.text_);
  }
  template <class Traits>
  friend std::basic_ostream<char, Traits>& operator<<(std::basic_ostream<char, Traits>& out, const Secret&) {
    return out << "****";
  }

 private:
  friend class SecretView;
  // A short text would live inside the string object, which is not wiped: there it is made long enough for the heap.
  static constexpr std::size_t beyond_small = 32;
  void store(std::string_view text) {
    text_.reserve(beyond_small > text.size() ? beyond_small : text.size());
    text_ = text;
  }

  SecureString text_;
};

/// A view of a `Secret`, for options that must be trivially destructible. Lives no longer than the secret.
class SecretView {
 public:
  constexpr SecretView() = default;
  SecretView(const Secret& secret) noexcept : text_(secret.text_) {}
  [[nodiscard]] constexpr std::string_view reveal() const noexcept { return text_; }
  [[nodiscard]] constexpr bool empty() const noexcept { return text_.empty(); }
  template <class Traits>
  friend std::basic_ostream<char, Traits>& operator<<(std::basic_ostream<char, Traits>& out, SecretView) {
    return out << "****";
  }

 private:
  std::string_view text_;
};

}  // namespace wandb
