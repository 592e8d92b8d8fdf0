// HTTP header fields: single ones of a request, and those of a response in one block of text.
#pragma once

#include <cstddef>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>

#include <wandb/detail/text/ascii.hpp>

namespace wandb::inline WANDB_ABI {

/// One header field. It holds views, and the caller keeps their text alive.
struct Header {
  std::string_view name;
  std::string_view value;
  bool secret = false;  ///< the value must not be logged, and must not be sent to another origin
};

/// A view of header fields in their form on the wire: a line `Name: value` for each, which ends with `\n` or `\r\n`.
/// Usable at compile time.
class HeadersView {
 public:
  class iterator {
   public:
    using iterator_category = std::input_iterator_tag;
    using value_type = Header;
    using difference_type = std::ptrdiff_t;
    using pointer = void;
    using reference = Header;

    constexpr iterator() = default;
    constexpr explicit iterator(std::string_view rest) noexcept : rest_(rest) {}
    [[nodiscard]] constexpr Header operator*() const noexcept {
      const auto line = rest_.substr(0, rest_.find('\n'));
      const auto colon = line.find(':');
      if (colon == line.npos) return {detail::trimmed(line), {}};
      return {detail::trimmed(line.substr(0, colon)), detail::trimmed(line.substr(colon + 1))};
    }
    constexpr iterator& operator++() noexcept {
      const auto end = rest_.find('\n');
      rest_.remove_prefix(end == rest_.npos ? rest_.size() : end + 1);
      return *this;
    }
    constexpr iterator operator++(int) noexcept {
      auto old = *this;
      ++*this;
      return old;
    }
    friend constexpr bool operator==(const iterator& a, const iterator& b) noexcept {
      return a.rest_.size() == b.rest_.size();
    }

   private:
    std::string_view rest_;
  };

  constexpr HeadersView() = default;
  constexpr HeadersView(std::string_view text) noexcept : text_(text) {}
  constexpr HeadersView(const char* text) noexcept : text_(text) {}
  [[nodiscard]] constexpr iterator begin() const noexcept { return iterator(text_); }
  [[nodiscard]] constexpr iterator end() const noexcept { return iterator(text_.substr(text_.size())); }
  /// The value of the first field of that name. The comparison ignores ASCII case.
  [[nodiscard]] constexpr std::optional<std::string_view> find(std::string_view name) const noexcept {
    for (const auto field : *this) {
      if (detail::equal_ignoring_case(field.name, name)) return field.value;
    }
    return std::nullopt;
  }

 private:
  std::string_view text_;
};

/// The header fields of a response, in the order in which they arrived.
class Headers {
 public:
  Headers() = default;
  /// Adds a field. HTTP allows no line break in a name or a value, so each is cut at its first one.
  void add(std::string_view name, std::string_view value) {
    append(name);
    text_ += ": ";
    append(value);
    text_ += '\n';
  }
  [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const noexcept { return view().find(name); }
  [[nodiscard]] HeadersView view() const noexcept { return {std::string_view(text_)}; }
  [[nodiscard]] HeadersView::iterator begin() const noexcept { return view().begin(); }
  [[nodiscard]] HeadersView::iterator end() const noexcept { return view().end(); }
  void clear() noexcept { text_.clear(); }
  /// Reserves memory for that many bytes of text.
  void reserve(std::size_t size) { text_.reserve(size); }

 private:
  void append(std::string_view text) {
    // A plain loop is faster than find_first_of, which calls memchr for each character.
    std::size_t size = 0;
    while (size != text.size() && text[size] != '\r' && text[size] != '\n') ++size;
    text_ += text.substr(0, size);
  }
  std::string text_;
};

}  // namespace wandb
