// A user with attributes that the program selected at compile time.
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

namespace wandb::inline WANDB_ABI {

/// A user with selected attributes in addition to those that the library always reads: `api.user("ann", fields<…>)`.
/// Their types come from the schema. It is a `User<T>` as well, and can be copied to one.
template <Transport T, class S>
class User : public User<T> {
 public:
  /// Returns a selected attribute, by its response key or by that in snake_case. A name that was not selected does not
  /// compile. A nullable attribute is a `std::optional`, which is also empty if the server returned an error for it
  /// (`errors()`). Enumerations and dates are a `Text`, as are `JSON` and `JSONString`, which hold JSON. Objects have
  /// `get`, and lists have `[]`.
  template <graphql::FixedString Name>
  requires Selects<S, Name>
  [[nodiscard]] auto get() const {
    constexpr auto at = detail::find_field(S::shape, detail::user_field, Name.view());
    // In the answer to the selection the index is known; the answer to an update has other fields.
    const auto found = this->record_.find(&detail::find_selected<S, detail::user_field, at>, {});
    return detail::SelectedField<S, at>::read(found.page, found.object, found.field);
  }

 private:
  template <Transport, class>
  friend struct detail::Made;

  explicit User(User<T> user) : User<T>(std::move(user)) {}
  // A field that the schema declares non-null must be there, since `get` returns its value and no optional.
  static Result<User> made(const Client<T>& client, detail::UserRecord record) {
    if (auto missing = detail::missing_field(record)) return std::move(*missing);
    return User(User<T>(client, std::move(record)));
  }
};

namespace detail {

/// What a call makes of a user that it has read with the selection `S`: a `User` with these attributes.
template <Transport T, class S>
struct Made {
  using type = User<T, S>;
  [[nodiscard]] static Result<type> of(const Client<T>& client, UserRecord record) {
    return type::made(client, std::move(record));
  }
};
/// If a struct was the selection, that struct.
template <Transport T, class P>
struct Made<T, StructSelection<P>> {
  using type = P;
  [[nodiscard]] static Result<P> of(const Client<T>&, const UserRecord& record) {
    return StructSelection<P>::read(record);
  }
};

}  // namespace detail

}  // namespace wandb
