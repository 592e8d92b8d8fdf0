// The variables of a program's own GraphQL document.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <wandb/detail/answer/page.hpp>
#include <wandb/result.hpp>
#include <wandb/secret.hpp>
#include <wandb/value.hpp>

namespace wandb::inline WANDB_ABI {

class Variables;

namespace detail {

/// A list of values, such as a `std::vector`. Not a text.
template <class List>
concept ListOfValues = !std::convertible_to<const List&, std::string_view> && requires(const List& list) {
  list.begin() != list.end();
};

}  // namespace detail

/// A value of a variable: null, a text, a boolean, a number, an optional one of these, a container of them, or an input
/// object. It views what it was made of, which must live until the `Variables` are made.
class VariableValue {
 public:
  VariableValue(std::nullptr_t) noexcept : slot_(Slot::null()) {}
  template <std::convertible_to<std::string_view> Text>
  VariableValue(const Text& text) : slot_(slot_of(text)) {}
  // Templates, so that a pointer does not become a bool and a double not an integer.
  template <std::same_as<bool> T>
  VariableValue(T value) noexcept : slot_(Slot::boolean(value)) {}
  template <BooleanOrInteger T>
  requires(!std::same_as<T, bool>) VariableValue(T value)
  noexcept : slot_(std::in_range<std::int64_t>(value) ? Slot::integer(static_cast<std::int64_t>(value)) : Slot{}) {}
  template <std::floating_point T>
  VariableValue(T value) noexcept : slot_(Slot::real(static_cast<double>(value))) {}
  /// An empty optional is null.
  template <class T>
  VariableValue(const std::optional<T>& value)
      : VariableValue(value ? VariableValue(*value) : VariableValue(nullptr)) {}
  template <detail::ListOfValues List>
  VariableValue(const List& list) noexcept : slot_(Slot::null()), from_(&list), write_(&write_list<List>) {}
  /// An input object: `{"input", Variables{{"email", "ann@example.com"}}}`.
  VariableValue(const Variables& object) noexcept : slot_(Slot::null()), from_(&object), write_(&write_object) {}
  /// A secret is no variable; only the text that its `reveal()` returns is one.
  VariableValue(const Secret& secret) = delete;
  VariableValue(SecretView secret) = delete;

 private:
  friend class Variables;
  // Writes a list or an object.
  using Write = void (*)(Variables& into, const VariableValue& value);

  [[nodiscard]] static Slot slot_of(std::string_view text) noexcept {
    return text.size() > Slot::max_text ? Slot{} : Slot::string(text);
  }
  static void write_object(Variables& into, const VariableValue& value);
  template <class List>
  static void write_list(Variables& into, const VariableValue& value);

  Slot slot_;  // a scalar, or unloaded if the value is too large
  const void* from_ = nullptr;
  Write write_ = nullptr;  // null for a scalar
};

/// A variable: its name without `$`, and its value. It views both.
class Variable {
 public:
  /// Makes no variable.
  Variable() noexcept : value_(nullptr) {}
  Variable(std::string_view name, const VariableValue& value) noexcept : name_(name), value_(value), is_(true) {}

 private:
  friend class Variables;
  std::string_view name_;
  VariableValue value_;
  bool is_ = false;
};

/// The variables of a program's own document, by the names that it declares: `{{"id", id}, {"first", 10}}`, or from
/// JSON. A call copies them. A value that cannot be sent makes the call fail with `errc::invalid_argument`.
class Variables {
 public:
  /// Makes no variables.
  Variables() = default;
  /// Makes up to 12 variables; `add` makes more. This is no `std::initializer_list`, because g++ 12 does not compile
  /// one inside a `co_await` expression.
  Variables(const Variable& v1, const Variable& v2 = {}, const Variable& v3 = {}, const Variable& v4 = {},
            const Variable& v5 = {}, const Variable& v6 = {}, const Variable& v7 = {}, const Variable& v8 = {},
            const Variable& v9 = {}, const Variable& v10 = {}, const Variable& v11 = {}, const Variable& v12 = {}) {
    for (const auto* one : {&v1, &v2, &v3, &v4, &v5, &v6, &v7, &v8, &v9, &v10, &v11, &v12}) {
      if (one->is_) add(one->name_, one->value_);
    }
  }

  /// Adds a variable. A name that comes twice makes the call fail, also in an input object.
  Variables& add(std::string_view name, const VariableValue& value);

  /// Reads a JSON object. Fails with `errc::invalid_argument` and what is wrong with the text, which it does not quote.
  [[nodiscard]] static Result<Variables> parse(std::string_view json);

  /// Returns success, or `errc::invalid_argument` for the first value that cannot be sent: a text that is not UTF-8, or
  /// a number that JSON or 64 bits cannot hold.
  [[nodiscard]] Result<void> status() const;
  /// Returns the variables as a JSON object. They may hold what a program revealed.
  [[nodiscard]] std::string json() const { return '{' + members_ + '}'; }

 private:
  friend class VariableValue;
  void write(const VariableValue& value);
  void write_scalar(const VariableValue& value);
  void write_text(std::string_view text);
  void begin_list() { members_ += '['; }
  void write_element(const VariableValue& value) {
    if (members_.back() != '[') members_ += ',';
    write(value);
  }
  void end_list() { members_ += ']'; }
  // Keeps the first fault, which is about the variable that is being added.
  void refuse(std::string_view why);

  std::string members_;  // the members of the JSON object
  std::string name_;     // the variable that is being added
  std::string fault_;
};

template <class List>
void VariableValue::write_list(Variables& into, const VariableValue& value) {
  into.begin_list();
  for (const auto& element : *static_cast<const List*>(value.from_)) into.write_element(VariableValue(element));
  into.end_list();
}

}  // namespace wandb

#if !defined(WANDB_SEPARATE_COMPILATION)
#include <wandb/impl/variables.ipp>
#endif
