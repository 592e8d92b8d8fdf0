// One attribute, whose type is only known at run time.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <wandb/detail/answer/page.hpp>
#include <wandb/detail/declare.hpp>
#include <wandb/result.hpp>

namespace wandb::inline WANDB_ABI {

/// A boolean, or an integer of any size. Not a character: no attribute is one.
template <class T>
concept BooleanOrInteger = std::integral<T> && !std::same_as<T, char> && !std::same_as<T, wchar_t> &&
                           !std::same_as<T, char8_t> && !std::same_as<T, char16_t> && !std::same_as<T, char32_t>;

/// What an attribute can be read as.
template <class T>
concept AttributeType = std::same_as<T, std::remove_cv_t<T>> &&
    (BooleanOrInteger<T> || std::floating_point<T> || std::same_as<T, std::string> ||
     std::same_as<T, std::string_view>);

/// The value of an attribute, or of a part of an answer: unloaded, null, or something. Keeps what it shows alive, so it
/// may outlive its user.
class Value {
 public:
  class Iterator;

  /// An attribute that was not loaded.
  Value() = default;
  /// The value of a slot. `owner` keeps its text alive. Of a list or an object only the kind is known.
  Value(std::shared_ptr<const void> owner, Slot slot) noexcept : owner_(std::move(owner)), slot_(slot) {}
  /// A field of an object of a page.
  Value(std::shared_ptr<const Page> page, const ObjectView& object, const Field& field) noexcept
      : owner_(std::move(page)), slot_(object.slot(field)), object_(object), field_(&field) {}
  /// An object of a page.
  Value(std::shared_ptr<const Page> page, const ObjectView& object) noexcept
      : owner_(std::move(page)), slot_(Slot::object()), object_(object) {}
  /// JSON that a parser has checked. A string, a boolean or an integer is read; an object, a list or another number
  /// stays text. `owner` keeps the text alive.
  [[nodiscard]] static Value of_json(std::shared_ptr<const void> owner, std::string_view json);

  [[nodiscard]] bool is_loaded() const noexcept { return slot_.state() != SlotState::unloaded; }
  [[nodiscard]] bool is_null() const noexcept { return slot_.state() == SlotState::null; }
  [[nodiscard]] bool has_value() const noexcept { return is_loaded() && !is_null(); }
  [[nodiscard]] explicit operator bool() const noexcept { return has_value(); }
  /// What it holds. A number in JSON is `SlotState::integer` if 64 bits hold it, `SlotState::real` if only a double
  /// does, and else `SlotState::raw`.
  [[nodiscard]] SlotState kind() const noexcept {
    return slot_.state() == SlotState::raw ? kind_of_json() : slot_.state();
  }

  /// The value as a type; empty where it is null. A whole number also is a floating-point one.
  /// `errc::attribute_not_loaded`, `errc::wrong_attribute_type` (also for a number that does not fit).
  template <AttributeType T>
  [[nodiscard]] Result<std::optional<T>> as() const& {
    if (!is_loaded()) return Result<std::optional<T>>(refuse(errc::attribute_not_loaded, "was not loaded"));
    if (is_null()) return Result<std::optional<T>>(std::optional<T>());
    if (auto converted = convert<T>()) return Result<std::optional<T>>(std::move(converted));
    return Result<std::optional<T>>(refuse(errc::wrong_attribute_type, "holds something of another type"));
  }
  template <AttributeType T>
  [[nodiscard]] Result<std::optional<T>> as() && {
    static_assert(!std::same_as<T, std::string_view>, "a view must not outlive the value: ask for a std::string");
    return std::as_const(*this).as<T>();
  }
  /// The text: a view into this value, or a string of its own from a temporary.
  [[nodiscard]] Result<std::optional<std::string_view>> as_string() const&;
  [[nodiscard]] Result<std::optional<std::string>> as_string() &&;
  [[nodiscard]] Result<std::optional<bool>> as_bool() const;
  [[nodiscard]] Result<std::optional<std::int64_t>> as_integer() const;
  [[nodiscard]] Result<std::optional<double>> as_real() const;

  /// Whether it is an object; whether it is a list. JSON whose shape the schema does not describe counts too.
  [[nodiscard]] bool is_object() const noexcept;
  [[nodiscard]] bool is_list() const noexcept;
  /// The number of elements of a list, or of members of an object; 0 for anything else.
  [[nodiscard]] std::size_t size() const;
  /// The member of an object. A name in snake_case finds camelCase, then the name as it stands. Unloaded if there is
  /// none, or if this is no object.
  [[nodiscard]] Value operator[](std::string_view name) const;
  /// The element of a list; unloaded beyond its end, or if this is no list.
  [[nodiscard]] Value operator[](std::size_t index) const;
  /// Iterates over the elements of a list, which must outlive the iterators; over nothing for any other value.
  [[nodiscard]] Iterator begin() const;
  [[nodiscard]] Iterator end() const;

  /// The value as JSON: verbatim where the schema says JSON, else written anew. Empty when it was not loaded. May hold
  /// secrets, such as the names of keys; `operator<<` masks them.
  [[nodiscard]] std::string raw() const;
  /// The value for a person, on one line: text without quotes, `null`, `(not loaded)`; what looks like a key is masked.
  template <class Traits>
  friend std::basic_ostream<char, Traits>& operator<<(std::basic_ostream<char, Traits>& out, const Value& value) {
    return out << value.shown();
  }

 private:
  template <class T>
  [[nodiscard]] std::optional<T> convert() const {
    if constexpr (std::same_as<T, bool>) {
      if (kind() == SlotState::boolean) return slot_.boolean();
    } else if constexpr (std::integral<T>) {
      if (kind() == SlotState::integer && std::in_range<T>(slot_.integer())) return static_cast<T>(slot_.integer());
      if (const auto whole = kept_integer(); whole && std::in_range<T>(*whole)) return static_cast<T>(*whole);
    } else if constexpr (std::floating_point<T>) {
      if (kind() == SlotState::integer) return static_cast<T>(slot_.integer());
      if (const auto number = real()) return static_cast<T>(*number);
    } else {
      if (kind() == SlotState::string) return T(slot_.text());
    }
    return std::nullopt;
  }
  // The kind of what is kept as JSON.
  [[nodiscard]] SlotState kind_of_json() const noexcept;
  // An integer that is kept as JSON, since only an unsigned one of 64 bits holds it, or since it is -0.
  [[nodiscard]] std::optional<std::uint64_t> kept_integer() const noexcept;
  // A number that is no `SlotState::integer`.
  [[nodiscard]] std::optional<double> real() const noexcept;
  // The object that this value is.
  [[nodiscard]] ObjectView object() const noexcept;
  [[nodiscard]] ListView list() const noexcept;
  // An element of a list: at `index`, or in JSON at `json`.
  [[nodiscard]] Value element(std::size_t index, const char* json) const;
  // Where the first element of a list in JSON begins; null for any other value.
  [[nodiscard]] const char* first_element() const noexcept;
  // Where the element behind the one at `json` begins.
  [[nodiscard]] const char* next_element(const char* json) const noexcept;
  // What `operator<<` writes.
  [[nodiscard]] std::string shown() const;
  [[nodiscard]] Error refuse(errc code, std::string_view why) const;

  std::shared_ptr<const void> owner_;
  Slot slot_{};
  ObjectView object_;
  const Field* field_ = nullptr;  // null: a slot alone, or the object `object_`; else a field of it
};

/// Iterates over the elements of a list. An element is read when it is needed.
class Value::Iterator {
 public:
  using value_type = Value;
  using difference_type = std::ptrdiff_t;
  using iterator_category = std::input_iterator_tag;
  using iterator_concept = std::forward_iterator_tag;
  Iterator() = default;
  [[nodiscard]] Value operator*() const { return list_->element(index_, json_); }
  Iterator& operator++() {
    ++index_;
    if (json_ != nullptr) json_ = list_->next_element(json_);
    return *this;
  }
  Iterator operator++(int) {
    auto before = *this;
    ++*this;
    return before;
  }
  friend bool operator==(const Iterator& a, const Iterator& b) noexcept { return a.index_ == b.index_; }

 private:
  friend class Value;
  Iterator(const Value& list, std::size_t index, const char* json) noexcept
      : list_(&list), index_(index), json_(json) {}

  const Value* list_ = nullptr;
  std::size_t index_ = 0;
  const char* json_ = nullptr;  // where the element begins, in a list of JSON
};

inline Value::Iterator Value::begin() const { return {*this, 0, first_element()}; }
inline Value::Iterator Value::end() const { return {*this, is_list() ? size() : 0, nullptr}; }

}  // namespace wandb

#if !defined(WANDB_SEPARATE_COMPILATION)
#include <wandb/impl/values.ipp>
#endif
