// A user's attributes: found by name, or made by hand.
#pragma once

#include <concepts>
#include <cstddef>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <wandb/detail/answer/page.hpp>
#include <wandb/detail/answer/shape.hpp>
#include <wandb/result.hpp>
#include <wandb/value.hpp>

namespace wandb::inline WANDB_ABI {

/// A value given by hand. It views its text, which must live until the `Attrs` are made.
class AttrValue {
 public:
  AttrValue(std::nullptr_t) noexcept : slot_(Slot::null()) {}
  AttrValue(const char* text) noexcept : AttrValue(std::string_view(text)) {}
  AttrValue(std::string_view text) noexcept : slot_(Slot::string(text)), fits_(text.size() <= Slot::max_text) {}
  AttrValue(const std::string& text) noexcept : AttrValue(std::string_view(text)) {}
  // Templates, so that a pointer does not become a bool and a double not an integer.
  template <std::same_as<bool> T>
  AttrValue(T value) noexcept : slot_(Slot::boolean(value)) {}
  /// Any integer that always fits into 64 bits with a sign.
  template <BooleanOrInteger T>
  requires(!std::same_as<T, bool> && (sizeof(T) < 8 || (sizeof(T) == 8 && std::signed_integral<T>))) AttrValue(T value)
  noexcept : slot_(Slot::integer(value)) {}
  template <std::floating_point T>
  AttrValue(T value) noexcept : slot_(Slot::real(static_cast<double>(value))) {}

  [[nodiscard]] Slot slot() const noexcept { return slot_; }
  /// False for a text that is longer than an attribute can hold.
  [[nodiscard]] bool fits() const noexcept { return fits_; }

 private:
  Slot slot_;
  bool fits_ = true;
};

/// A user's attributes by hand: `Attrs{{"email", "ann@example.com"}, {"admin", true}}`, or from JSON. Names are the
/// server's, as `photoUrl`. Immutable; copies share.
class Attrs {
 public:
  using Attr = std::pair<std::string_view, AttrValue>;

  /// No attributes.
  Attrs() : Attrs(std::span<const Attr>{}) {}
  /// Names with their values; of a name that comes twice, the last counts. More than 65,535 names, or a text beyond
  /// 4 GiB, are misuse: `std::invalid_argument`; without exceptions there are no attributes then, and `status()` says
  /// so.
  Attrs(std::initializer_list<Attr> attrs) : Attrs(std::span(attrs.begin(), attrs.size())) {}
  explicit Attrs(std::span<const Attr> attrs);

  /// A JSON object, such as a server's or one that was stored: strings, numbers and booleans as such, `apiKeys` and
  /// `teams` as the connections that they are, anything else as raw JSON. `errc::invalid_argument` says where it is
  /// wrong.
  [[nodiscard]] static Result<Attrs> parse(std::string_view json);

  /// Whether the attributes are those that were given, else `errc::invalid_argument`, where it could not be thrown.
  [[nodiscard]] Result<void> status() const { return fault_ ? Result<void>(*fault_) : success(); }
  [[nodiscard]] const std::shared_ptr<const Page>& page() const noexcept { return page_; }
  /// The attributes; they live as long as `page()`.
  [[nodiscard]] ObjectView view() const noexcept { return page_->root(); }

 private:
  explicit Attrs(std::shared_ptr<const Page> page) noexcept : page_(std::move(page)) {}
  std::shared_ptr<const Page> page_;
  std::optional<Error> fault_;
};

}  // namespace wandb

#if !defined(WANDB_SEPARATE_COMPILATION)
#include <wandb/impl/attrs.ipp>
#endif
