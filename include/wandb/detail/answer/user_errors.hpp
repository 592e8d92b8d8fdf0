// Assigns the errors of an answer to the users in it, and to their fields.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <wandb/detail/answer/classify_error.hpp>
#include <wandb/detail/answer/graphql_errors.hpp>
#include <wandb/error.hpp>

namespace wandb::inline WANDB_ABI::detail {

/// Converts an error of an answer with `status` to an `Error` of the operation. `outcome` is `ran` if the error stands
/// beside the data of a mutation, which must then not be repeated, whatever the error is.
[[nodiscard]] inline Error to_error(std::string_view operation, const GraphqlError& error, int status,
                                    Outcome outcome = Outcome::not_run) {
  const auto verdict = classify_error(error, status);
  return Error(make_error_code(verdict.code), Error::Details{.reason = {},
                                                             .operation = operation,
                                                             .messages = to_messages({error}),
                                                             .status = status,
                                                             .attempts = 1,
                                                             .outcome = outcome,
                                                             .delivery = Delivery::answered,
                                                             .from_words = verdict.from_words});
}

/// Finds the errors of an answer by user and field. They are sorted once, so that the search is fast for many errors
/// and many users.
class UserErrors {
 public:
  UserErrors() = default;
  /// `user_of(error)` returns the user to whom an error belongs, or none for an error of the whole page. The path of a
  /// user has `depth` steps. `outcome` is that of the operation whose answer this is.
  template <class UserOf>
  UserErrors(std::string_view operation, int status, std::vector<GraphqlError> errors, std::size_t depth,
             UserOf user_of, Outcome outcome = Outcome::not_run)
      : operation_(operation), status_(status), outcome_(outcome), depth_(depth), errors_(std::move(errors)) {
    places_.reserve(errors_.size());
    for (std::size_t i = 0; i != errors_.size(); ++i) {
      const std::optional<std::uint32_t> user = user_of(errors_[i]);
      places_.push_back({user.value_or(whole_page), static_cast<std::uint32_t>(i)});
    }
    // This does not use std::stable_sort, because clang warns that its buffer in libstdc++ 12 is deprecated.
    std::sort(places_.begin(), places_.end(), [&](const Place& a, const Place& b) {
      if (a.user != b.user) return a.user < b.user;
      const auto order_of_fields = field_of(a).compare(field_of(b));
      return order_of_fields != 0 ? order_of_fields < 0 : a.error < b.error;
    });
  }

  /// Returns the HTTP status of the answer.
  [[nodiscard]] int status() const noexcept { return status_; }

  /// Returns whether there is an error at that field of the user, or below it.
  [[nodiscard]] bool has(std::uint32_t user, std::string_view field) const noexcept {
    return find(user, field) != nullptr;
  }
  /// Returns the first error at that field of the user, or below it.
  [[nodiscard]] std::optional<Error> first(std::uint32_t user, std::string_view field) const {
    const auto* const place = find(user, field);
    return place == nullptr ? std::nullopt : std::optional(error_at(*place));
  }
  /// Returns the first error of the user, at any field.
  [[nodiscard]] std::optional<Error> first(std::uint32_t user) const {
    const auto place = begin_of(user);
    return place == places_.end() || place->user != user ? std::nullopt : std::optional(error_at(*place));
  }
  /// Returns the first error of the page as a whole.
  [[nodiscard]] std::optional<Error> first_of_page() const { return first(whole_page); }

  /// Calls `f(field, error)` for each error of the user; the field is empty if the error concerns the whole user.
  template <class F>
  void each(std::uint32_t user, F f) const {
    for (auto place = begin_of(user); place != places_.end() && place->user == user; ++place) {
      f(field_of(*place), error_at(*place));
    }
  }
  /// Calls `f(error)` for the errors of the page as a whole, which each of its users reports: for the first
  /// `max_messages`, and then for one error that gives the number of the others.
  template <class F>
  void each_of_page(F f) const {
    constexpr auto max_count = static_cast<std::ptrdiff_t>(max_messages);
    const auto first = begin_of(whole_page);
    const auto count = places_.end() - first;
    for (auto place = first; place != first + std::min(count, max_count); ++place) f(error_at(*place));
    if (count <= max_count) return;
    GraphqlError rest;
    rest.message = "and " + std::to_string(count - max_count) + " more of the page";
    f(to_error(operation_, rest, status_, outcome_));
  }

 private:
  struct Place {
    std::uint32_t user;
    std::uint32_t error;
  };
  using Places = std::vector<Place>;
  static constexpr std::uint32_t whole_page = 0xFFFF'FFFF;

  [[nodiscard]] std::string_view field_of(const Place& place) const noexcept {
    return errors_[place.error].path[depth_].key;
  }
  [[nodiscard]] Error error_at(const Place& place) const {
    return to_error(operation_, errors_[place.error], status_, outcome_);
  }
  [[nodiscard]] Places::const_iterator begin_of(std::uint32_t user) const noexcept {
    return std::lower_bound(places_.begin(), places_.end(), user,
                            [](const Place& place, std::uint32_t wanted) { return place.user < wanted; });
  }
  // Returns the first error at that field of the user; null if there is none.
  [[nodiscard]] const Place* find(std::uint32_t user, std::string_view field) const noexcept {
    const auto before = [&](const Place& place, std::string_view wanted) {
      return place.user != user ? place.user < user : field_of(place) < wanted;
    };
    const auto first = std::lower_bound(places_.begin(), places_.end(), field, before);
    const bool found = first != places_.end() && first->user == user && field_of(*first) == field;
    return found ? &*first : nullptr;
  }

  std::string_view operation_;
  int status_ = 0;
  Outcome outcome_ = Outcome::not_run;
  std::size_t depth_ = 0;
  std::vector<GraphqlError> errors_;
  Places places_;
};

}  // namespace wandb::detail
