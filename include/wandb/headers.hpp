// HTTP headers: one of a request, and those of a response in one block of text.
#pragma once

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>

#include <wandb/detail/text/ascii.hpp>

namespace wandb {

/// One header field. Views: whoever fills it keeps the text alive.
struct Header {
  std::string_view name;
  std::string_view value;
  bool secret = false;  ///< the value must never be logged, and never follow to another origin
};

/// A view of header fields, one `Name: value` a line as on the wire, each line ended by `\n` or `\r\n`. Usable at
/// compile time.
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
  /// The value of the first field of that name, whatever its case.
  [[nodiscard]] constexpr std::optional<std::string_view> find(std::string_view name) const noexcept {
    for (const auto field : *this) {
      if (detail::equal_ignoring_case(field.name, name)) return field.value;
    }
    return std::nullopt;
  }

 private:
  std::string_view text_;
};

/// The header fields of a response, in the order they came.
class Headers {
 public:
  Headers() = default;
  /// Adds a field. A name or value never holds a line break in HTTP; one that does is cut there.
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
  /// Room for so many bytes of text, so that adding fields allocates once.
  void reserve(std::size_t size) { text_.reserve(size); }

 private:
  void append(std::string_view text) {
    // A plain loop: find_first_of calls memchr for each character.
    const auto end = std::find_if(text.begin(), text.end(), [](char c) { return c == '\r' || c == '\n'; });
    text_ += text.substr(0, static_cast<std::size_t>(end - text.begin()));
  }
  std::string text_;
};

}  // namespace wandb
