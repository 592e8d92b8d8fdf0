// One attribute of a user, as it was read.
#pragma once

#include <concepts>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <wandb/detail/json_reader.hpp>
#include <wandb/detail/key_format.hpp>
#include <wandb/error.hpp>
#include <wandb/page.hpp>

namespace wandb {

/// An attribute: not loaded, null, or a value. Shares what it shows, so it may outlive the user.
class Value {
 public:
  /// Not loaded.
  Value() = default;
  Value(std::shared_ptr<const void> owner, Slot slot) : owner_(std::move(owner)), slot_(slot) {}

  /// Whether the server was asked for it and sent it, null included.
  [[nodiscard]] bool is_loaded() const noexcept { return kind() != SlotState::unloaded; }
  [[nodiscard]] bool is_null() const noexcept { return kind() == SlotState::null; }
  /// Whether there is a value: loaded and not null.
  [[nodiscard]] bool has_value() const noexcept { return is_loaded() && !is_null(); }
  [[nodiscard]] explicit operator bool() const noexcept { return has_value(); }
  [[nodiscard]] SlotState kind() const noexcept { return slot_.state(); }

  /// The value as a type: `bool`, an integer, a floating-point number, `std::string` (of JSON that is no string, its
  /// text); empty for null. `errc::attribute_not_loaded`, `errc::wrong_attribute_type`, for numbers out of range as
  /// well.
  template <class T>
  [[nodiscard]] Result<std::optional<T>> as() const {
    if (!is_loaded()) return Error(errc::attribute_not_loaded, Delivery::nothing_sent);
    if (is_null()) return std::optional<T>();
    if constexpr (std::same_as<T, bool>) {
      if (kind() == SlotState::boolean) return std::optional<T>(slot_.boolean());
    } else if constexpr (std::integral<T>) {
      if (kind() == SlotState::integer && std::in_range<T>(slot_.integer()))
        return std::optional<T>(static_cast<T>(slot_.integer()));
    } else if constexpr (std::floating_point<T>) {
      if (kind() == SlotState::real) return std::optional<T>(static_cast<T>(slot_.real()));
      if (kind() == SlotState::integer) return std::optional<T>(static_cast<T>(slot_.integer()));
    } else {
      static_assert(std::same_as<T, std::string>,
                    "an attribute is a bool, an integer, a floating-point number or a std::string");
      if (kind() == SlotState::string) return std::optional<T>(std::string(slot_.text()));
      if (kind() == SlotState::raw) return std::optional<T>(unquoted());
    }
    return Error(errc::wrong_attribute_type, Delivery::nothing_sent);
  }

  /// The text of a string, or the JSON text of what has no plain type; empty otherwise. Lives as long as the value.
  [[nodiscard]] std::string_view text() const& noexcept {
    return kind() == SlotState::string || kind() == SlotState::raw ? slot_.text() : std::string_view{};
  }
  [[nodiscard]] std::string text() const&& { return std::string(text()); }

  /// For a person: what is not there as `(not loaded)` or `null`, what has a key's shape masked.
  friend std::ostream& operator<<(std::ostream& out, const Value& value) {
    switch (value.kind()) {
      case SlotState::unloaded: return out << "(not loaded)";
      case SlotState::null: return out << "null";
      case SlotState::boolean: return out << (value.slot_.boolean() ? "true" : "false");
      case SlotState::integer: return out << value.slot_.integer();
      case SlotState::real: return out << value.slot_.real();
      case SlotState::string: return out << detail::mask_key(value.slot_.text());
      case SlotState::raw: return out << detail::redact(value.slot_.text());
      case SlotState::object: return out << "{…}";
      case SlotState::rows: return out << "[…]";
    }
    return out;
  }

 private:
  // JSON that is a string is given as that string.
  [[nodiscard]] std::string unquoted() const {
    const detail::JsonValue json(slot_.text());
    return json.is_string() ? json.string() : std::string(slot_.text());
  }

  std::shared_ptr<const void> owner_;
  Slot slot_{};
};

}  // namespace wandb
