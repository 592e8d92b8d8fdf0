// A text view that owns the memory it refers to.
#pragma once

#include <compare>
#include <concepts>
#include <cstddef>
#include <iosfwd>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <wandb/detail/declare.hpp>

namespace wandb::inline WANDB_ABI {

class Text;

namespace detail {
template <class T>
concept OtherText = !std::same_as<T, Text> && std::convertible_to<const T&, std::string_view>;
}  // namespace detail

/// A text of a server's answer. It shares ownership of the answer, so that it stays valid when the user is changed or
/// destroyed. It is cheap to copy, and converts to a `std::string_view`, which is valid as long as a copy of the text.
class Text {
 public:
  Text() = default;
  /// Makes a text from a view into memory that `owner` keeps.
  Text(std::shared_ptr<const void> owner, std::string_view text) noexcept : owner_(std::move(owner)), text_(text) {}
  /// Makes a text with a copy of a C string.
  Text(const char* text) {
    auto own = std::make_shared<const std::string>(text);
    text_ = *own;
    owner_ = std::move(own);
  }

  [[nodiscard]] std::string_view view() const noexcept { return text_; }
  operator std::string_view() const noexcept { return text_; }
  operator std::string() const { return std::string(text_); }

  [[nodiscard]] bool empty() const noexcept { return text_.empty(); }
  [[nodiscard]] std::size_t size() const noexcept { return text_.size(); }
  [[nodiscard]] const char* data() const noexcept { return text_.data(); }
  [[nodiscard]] char front() const noexcept { return text_.front(); }
  [[nodiscard]] char back() const noexcept { return text_.back(); }
  [[nodiscard]] char operator[](std::size_t at) const noexcept { return text_[at]; }
  [[nodiscard]] bool starts_with(std::string_view part) const noexcept { return text_.starts_with(part); }
  [[nodiscard]] bool ends_with(std::string_view part) const noexcept { return text_.ends_with(part); }
  [[nodiscard]] std::size_t find(std::string_view part) const noexcept { return text_.find(part); }
  [[nodiscard]] const char* begin() const noexcept { return text_.data(); }
  [[nodiscard]] const char* end() const noexcept { return text_.data() + text_.size(); }

  friend bool operator==(const Text& a, const Text& b) noexcept { return a.text_ == b.text_; }
  friend auto operator<=>(const Text& a, const Text& b) noexcept { return a.text_.compare(b.text_) <=> 0; }
  /// Compares with a type that converts to `std::string_view`.
  template <detail::OtherText T>
  friend bool operator==(const Text& a, const T& b) noexcept {
    return a.text_ == std::string_view(b);
  }
  template <detail::OtherText T>
  friend auto operator<=>(const Text& a, const T& b) noexcept {
    return a.text_.compare(std::string_view(b)) <=> 0;
  }
  template <class Traits>
  friend std::basic_ostream<char, Traits>& operator<<(std::basic_ostream<char, Traits>& out, const Text& text) {
    return out << text.text_;
  }

 private:
  std::shared_ptr<const void> owner_;
  std::string_view text_;
};

}  // namespace wandb

/// Hashes as `std::string_view` does.
template <>
struct std::hash<wandb::Text> {
  [[nodiscard]] std::size_t operator()(const wandb::Text& text) const noexcept {
    return std::hash<std::string_view>{}(text);
  }
};
