// A user with attributes that were chosen while compiling.
#pragma once

#include <cstddef>
#include <utility>

#include <wandb/client.hpp>
#include <wandb/detail/flow/flows.hpp>
#include <wandb/detail/user/user_record.hpp>
#include <wandb/graphql/fixed_string.hpp>
#include <wandb/result.hpp>
#include <wandb/selection.hpp>
#include <wandb/user.hpp>

namespace wandb {

/// A user of whom chosen attributes were read, besides what the library reads unasked: `api.user("ann", fields<…>)`.
/// Their types are those of the schema. Is a `User<T>` as well, and can be copied to one.
template <Transport T, class S>
class User : public User<T> {
 public:
  /// A selected attribute, by its response key or that in snake_case; one that was not selected does not compile. What
  /// may be null is a `std::optional`, empty also where the server gave an error in its place (`errors()`).
  /// Enumerations and dates are texts as well; of `JSON` and `JSONString` the text is JSON. Objects and lists have
  /// `get` and `[]`.
  template <graphql::FixedString Name>
  requires Selects<S, Name>
  [[nodiscard]] auto get() const {
    constexpr auto at = detail::find_field(S::shape, detail::user_field, Name.view());
    // As it was selected, it stands in its place; what an update gave back has other attributes.
    const auto found = this->record_.find(&detail::find_selected<S, detail::user_field, at>, {});
    return detail::SelectedField<S, at>::read(found.page, found.object, found.field);
  }

 private:
  friend class Api<T>;
  template <Transport, class>
  friend class Users;

  explicit User(User<T> user) : User<T>(std::move(user)) {}
  // What the schema promises must have come: there would be nothing to return.
  static Result<User> made(const Client<T>& client, detail::UserRecord record) {
    if (auto missing = detail::missing_field(record)) return std::move(*missing);
    return User(User<T>(client, std::move(record)));
  }
};

}  // namespace wandb
