// A value, or the error that stands in its place.
#pragma once

#include <concepts>
#include <memory>
#include <type_traits>
#include <utility>
#include <version>

#include <wandb/error.hpp>

#if defined(__cpp_lib_expected)
#include <expected>
#endif

namespace wandb {

template <class T>
class Result;

namespace detail {

/// What a `Result<void>` holds.
struct Nothing {};

template <class T>
inline constexpr bool is_result = false;
template <class T>
inline constexpr bool is_result<Result<T>> = true;

/// What a result is made of, other than another result. An error stays one, even where `T` could be made from it.
template <class U, class T>
concept ValueOf = !is_result<std::remove_cvref_t<U>> && std::convertible_to<U, T> && !std::convertible_to<U, Error>;
template <class U, class T>
concept OtherValue = !std::same_as<U, T> && std::convertible_to<U, T>;
template <class E>
concept ErrorLike = !is_result<std::remove_cvref_t<E>> && std::convertible_to<E, Error>;

}  // namespace detail

/// A value, or the `Error` that stands in its place; of `void`, success or an `Error`. The members are named as those
/// of `std::expected`, into which it converts where the standard library has that. `value()` throws `Exception`
/// (without exceptions the program ends with the error's words); nothing else does. Must not be ignored.
template <class T>
class [[nodiscard]] Result {
  using Held = std::conditional_t<std::is_void_v<T>, detail::Nothing, T>;

 public:
  using value_type = T;
  using error_type = Error;

  /// Nothing yet: `errc::no_result`. For containers and executors that make a result before they fill it; explicit, so
  /// that `return {};` does not pass for success.
  explicit Result() noexcept {}  // NOLINT(modernize-use-equals-default): of a union, a default one may be deleted
  // The concepts leave copies and moves to the constructors that follow, which the check does not see.
  // NOLINTBEGIN(bugprone-forwarding-reference-overload)
  template <detail::ValueOf<Held> U = T>
  Result(U&& value) : Result(std::in_place, std::forward<U>(value)) {}
  /// `error` is an `Error`, or a code.
  template <detail::ErrorLike E>
  Result(E&& error) : error_(std::forward<E>(error)) {}
  // NOLINTEND(bugprone-forwarding-reference-overload)
  /// A value made in its place.
  template <class... Args>
  explicit Result(std::in_place_t, Args&&... args) : value_(std::forward<Args>(args)...), has_value_(true) {}
  /// A result whose value converts.
  template <detail::OtherValue<T> U>
  Result(Result<U> other) : error_(std::move(other).error()) {
    if (other) construct(*std::move(other));
  }

  Result(const Result& other) requires std::copy_constructible<Held> : error_(other.error_) {
    if (other.has_value_) construct(other.value_);
  }
  Result(Result&& other) noexcept(std::is_nothrow_move_constructible_v<Held>) : error_(std::move(other.error_)) {
    if (other.has_value_) construct(std::move(other.value_));
  }
  Result& operator=(const Result& other) requires std::copy_constructible<Held> {
    *this = Result(other);
    return *this;
  }
  Result& operator=(Result&& other) noexcept(std::is_nothrow_move_constructible_v<Held>) {
    if (this == &other) return *this;
    clear();
    error_ = std::move(other.error_);
    if (other.has_value_) construct(std::move(other.value_));
    return *this;
  }
  ~Result() { clear(); }

  [[nodiscard]] bool has_value() const noexcept { return has_value_; }
  [[nodiscard]] bool has_error() const noexcept { return !has_value_; }
  [[nodiscard]] explicit operator bool() const noexcept { return has_value_; }

  /// The value, or `Exception` with the error. Of a temporary a value of its own, which a loop may run over.
  std::add_lvalue_reference_t<T> value() & {
    if (!has_value_) detail::throw_error(error_);
    if constexpr (!std::is_void_v<T>) return value_;
  }
  std::add_lvalue_reference_t<const T> value() const& {
    if (!has_value_) detail::throw_error(error_);
    if constexpr (!std::is_void_v<T>) return value_;
  }
  T value() && {
    if (!has_value_) detail::throw_error(error_);
    if constexpr (!std::is_void_v<T>) return std::move(value_);
  }
  T value() const&& = delete;

  /// The value, which has to be there.
  [[nodiscard]] Held* operator->() noexcept { return has_value_ ? std::addressof(value_) : nullptr; }
  [[nodiscard]] const Held* operator->() const noexcept { return has_value_ ? std::addressof(value_) : nullptr; }
  std::add_lvalue_reference_t<T> operator*() & noexcept {
    if constexpr (!std::is_void_v<T>) return *operator->();
  }
  std::add_lvalue_reference_t<const T> operator*() const& noexcept {
    if constexpr (!std::is_void_v<T>) return *operator->();
  }
  T operator*() && noexcept(std::is_nothrow_move_constructible_v<Held>) {
    if constexpr (!std::is_void_v<T>) return std::move(*operator->());
  }
  T operator*() const&& = delete;

  /// Why there is no value; `errc::no_result` where there is one.
  [[nodiscard]] const Error& error() const& noexcept { return error_; }
  [[nodiscard]] Error error() && noexcept { return std::move(error_); }

  /// The value, or another in its place.
  template <class U>
  [[nodiscard]] T value_or(U&& otherwise) const& {
    return has_value_ ? value_ : static_cast<T>(std::forward<U>(otherwise));
  }
  template <class U>
  [[nodiscard]] T value_or(U&& otherwise) && {
    return has_value_ ? std::move(value_) : static_cast<T>(std::forward<U>(otherwise));
  }

  /// Makes a value in place of what is there.
  template <class... Args>
  std::add_lvalue_reference_t<T> emplace(Args&&... args) {
    clear();
    error_ = Error();
    construct(std::forward<Args>(args)...);
    if constexpr (!std::is_void_v<T>) return value_;
  }

  /// What `function` makes of the value: another result. The error stays.
  template <class F>
  auto and_then(F&& function) & {
    return chained(*this, std::forward<F>(function));
  }
  template <class F>
  auto and_then(F&& function) const& {
    return chained(*this, std::forward<F>(function));
  }
  template <class F>
  auto and_then(F&& function) && {
    return chained(std::move(*this), std::forward<F>(function));
  }
  /// A result of what `function` makes of the value. The error stays.
  template <class F>
  auto transform(F&& function) & {
    return transformed(*this, std::forward<F>(function));
  }
  template <class F>
  auto transform(F&& function) const& {
    return transformed(*this, std::forward<F>(function));
  }
  template <class F>
  auto transform(F&& function) && {
    return transformed(std::move(*this), std::forward<F>(function));
  }
  /// What `function` makes of the error: another result of the same type. The value stays.
  template <class F>
  Result or_else(F&& function) const& {
    return has_value_ ? *this : std::forward<F>(function)(error_);
  }
  template <class F>
  Result or_else(F&& function) && {
    return has_value_ ? std::move(*this) : std::forward<F>(function)(std::move(error_));
  }
  /// The error that `function` makes of the error. The value stays.
  template <class F>
  Result transform_error(F&& function) const& {
    return has_value_ ? *this : Result(Error(std::forward<F>(function)(error_)));
  }
  template <class F>
  Result transform_error(F&& function) && {
    return has_value_ ? std::move(*this) : Result(Error(std::forward<F>(function)(std::move(error_))));
  }

  /// Whether there is a value, and that one.
  friend bool operator==(const Result& result, const Held& value) requires std::equality_comparable<Held> {
    return result.has_value_ && result.value_ == value;
  }

#if defined(__cpp_lib_expected)
  operator std::expected<T, Error>() const& { return expected(*this); }
  operator std::expected<T, Error>() && { return expected(std::move(*this)); }
#endif

 private:
  template <class... Args>
  void construct(Args&&... args) {
    std::construct_at(std::addressof(value_), std::forward<Args>(args)...);
    has_value_ = true;
  }
  void clear() noexcept {
    if (has_value_) std::destroy_at(std::addressof(value_));
    has_value_ = false;
  }

  // Calls a function with the value, or that member function of it. `std::invoke` would bring all of `<functional>`.
  template <class Self, class F>
  static decltype(auto) apply(Self&& self, F&& function) {
    if constexpr (std::is_void_v<T>) return std::forward<F>(function)();
    else if constexpr (std::is_member_function_pointer_v<std::remove_cvref_t<F>>)
      return (std::forward<Self>(self).value_.*function)();
    else return std::forward<F>(function)(std::forward<Self>(self).value_);
  }
  template <class Self, class F>
  static auto chained(Self&& self, F&& function) {
    using Next = std::remove_cvref_t<decltype(apply(std::forward<Self>(self), std::forward<F>(function)))>;
    static_assert(detail::is_result<Next>, "and_then takes a function that gives a Result");
    if (!self) return Next(std::forward<Self>(self).error());
    return Next(apply(std::forward<Self>(self), std::forward<F>(function)));
  }
  template <class Self, class F>
  static auto transformed(Self&& self, F&& function) {
    using Next = std::remove_cvref_t<decltype(apply(std::forward<Self>(self), std::forward<F>(function)))>;
    if (!self) return Result<Next>(std::forward<Self>(self).error());
    if constexpr (std::is_void_v<Next>) {
      apply(std::forward<Self>(self), std::forward<F>(function));
      return Result<void>(std::in_place);
    } else {
      return Result<Next>(std::in_place, apply(std::forward<Self>(self), std::forward<F>(function)));
    }
  }
#if defined(__cpp_lib_expected)
  template <class Self>
  static std::expected<T, Error> expected(Self&& self) {
    if (!self) return std::unexpected<Error>(std::forward<Self>(self).error());
    if constexpr (std::is_void_v<T>) return {};
    else return std::expected<T, Error>(std::in_place, std::forward<Self>(self).value_);
  }
#endif

  // The error is always there, `errc::no_result` beside a value: no state is without either, whatever throws.
  Error error_;
  union {
    Held value_;
  };
  bool has_value_ = false;
};

/// Success, where there is no value to return.
[[nodiscard]] inline Result<void> success() { return Result<void>(std::in_place); }

}  // namespace wandb
