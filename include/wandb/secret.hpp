// A type for secret text, which is not printed, not converted implicitly, and wiped from memory.
#pragma once

#include <cstddef>
#include <iosfwd>
#include <string_view>
#include <utility>

#include <wandb/detail/text/secure_memory.hpp>

namespace wandb::inline WANDB_ABI {

class SecretView;

/// A secret text, such as an API key. Its memory is wiped, it prints as `****`, compares in constant time, and converts
/// to no other type: only `reveal()` returns the text. A moved-from secret is empty.
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

  /// Returns a view of the text, which is valid as long as the secret.
  [[nodiscard]] std::string_view reveal() const noexcept { return text_; }
  [[nodiscard]] bool empty() const noexcept { return text_.empty(); }

  /// Compares in a time that depends on the lengths only.
  [[nodiscard]] friend bool operator==(const Secret& a, const Secret& b) noexcept {
    return detail::same_text(a.text_, b.text_);
  }
  template <class Traits>
  friend std::basic_ostream<char, Traits>& operator<<(std::basic_ostream<char, Traits>& out, const Secret&) {
    return out << "****";
  }

 private:
  friend class SecretView;
  // A short text would be stored inside the string object, which is not wiped. This capacity forces it to the heap.
  static constexpr std::size_t min_capacity = 32;
  void store(std::string_view text) {
    text_.reserve(min_capacity > text.size() ? min_capacity : text.size());
    text_ = text;
  }

  SecureString text_;
};

/// A view of a `Secret`, for options, which must be trivially destructible. It is valid as long as the secret.
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
