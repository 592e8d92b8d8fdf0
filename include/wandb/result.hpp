// A value or an error.
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

namespace wandb::inline WANDB_ABI {

template <class T>
class Result;

namespace detail {

/// What a `Result<void>` holds.
struct Nothing {};

template <class T>
inline constexpr bool is_result = false;
template <class T>
inline constexpr bool is_result<Result<T>> = true;

/// An argument from which a result's value is made. It is neither a result nor an error, even if `T` can be made from
/// that.
template <class U, class T>
concept ValueOf = !is_result<std::remove_cvref_t<U>> && std::convertible_to<U, T> && !std::convertible_to<U, Error>;
template <class U, class T>
concept OtherValue = !std::same_as<U, T> && std::convertible_to<U, T>;
template <class E>
concept ErrorLike = !is_result<std::remove_cvref_t<E>> && std::convertible_to<E, Error>;

}  // namespace detail

/// A value or an `Error`; a `Result<void>` is success or an `Error`. The members have the names of `std::expected`, to
/// which it converts if the standard library has that. Only `value()` throws `Exception`; if exceptions are disabled,
/// it prints the error and ends the program. The compiler warns if a result is ignored.
template <class T>
class [[nodiscard]] Result {
  using Held = std::conditional_t<std::is_void_v<T>, detail::Nothing, T>;

 public:
  using value_type = T;
  using error_type = Error;

  /// Makes a result that is not set yet: `errc::no_result`. Containers and executors need it. It is explicit, so that
  /// `return {};` does not compile.
  explicit Result() noexcept {}  // NOLINT(modernize-use-equals-default): the union may delete a defaulted one
  // The check does not see that the concepts exclude copies and moves.
  // NOLINTBEGIN(bugprone-forwarding-reference-overload)
  template <detail::ValueOf<Held> U = T>
  Result(U&& value) : Result(std::in_place, std::forward<U>(value)) {}
  /// Makes a result from an `Error` or an error code.
  template <detail::ErrorLike E>
  Result(E&& error) : error_(std::forward<E>(error)) {}
  // NOLINTEND(bugprone-forwarding-reference-overload)
  /// Constructs the value in place.
  template <class... Args>
  explicit Result(std::in_place_t, Args&&... args) : value_(std::forward<Args>(args)...), has_value_(true) {}
  /// Converts the value of another result.
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

  /// Returns the value, or throws `Exception`. A temporary result returns it by value, so that a loop over it is safe.
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

  /// Accesses the value; there must be one.
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

  /// Returns the error; `errc::no_result` if there is a value.
  [[nodiscard]] const Error& error() const& noexcept { return error_; }
  [[nodiscard]] Error error() && noexcept { return std::move(error_); }

  /// Returns the value, or `otherwise` if there is none.
  template <class U>
  [[nodiscard]] T value_or(U&& otherwise) const& {
    return has_value_ ? value_ : static_cast<T>(std::forward<U>(otherwise));
  }
  template <class U>
  [[nodiscard]] T value_or(U&& otherwise) && {
    return has_value_ ? std::move(value_) : static_cast<T>(std::forward<U>(otherwise));
  }

  /// Replaces the value or error by a new value.
  template <class... Args>
  std::add_lvalue_reference_t<T> emplace(Args&&... args) {
    clear();
    error_ = Error();
    construct(std::forward<Args>(args)...);
    if constexpr (!std::is_void_v<T>) return value_;
  }

  /// Returns `function(value)`, which is a result, or the error.
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
  /// Returns a result of `function(value)`, or the error.
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
  /// Returns the value, or `function(error)`, which is a result of the same type.
  template <class F>
  Result or_else(F&& function) const& {
    return has_value_ ? *this : std::forward<F>(function)(error_);
  }
  template <class F>
  Result or_else(F&& function) && {
    return has_value_ ? std::move(*this) : std::forward<F>(function)(std::move(error_));
  }
  /// Returns the value, or the error `function(error)`.
  template <class F>
  Result transform_error(F&& function) const& {
    return has_value_ ? *this : Result(Error(std::forward<F>(function)(error_)));
  }
  template <class F>
  Result transform_error(F&& function) && {
    return has_value_ ? std::move(*this) : Result(Error(std::forward<F>(function)(std::move(error_))));
  }

  /// Whether there is a value, and it is equal to `value`.
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

  // Calls a function with the value, or a member function of it. `std::invoke` would need all of `<functional>`.
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

  // Beside a value the error is `errc::no_result`. It always exists, so that an exception leaves a valid state.
  Error error_;
  union {
    Held value_;
  };
  bool has_value_ = false;
};

/// Returns a successful `Result<void>`.
[[nodiscard]] inline Result<void> success() { return Result<void>(std::in_place); }

}  // namespace wandb
