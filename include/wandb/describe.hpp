// Structs as selections: the members of a struct that Boost.Describe knows name the attributes that are read.
#pragma once

#include <concepts>
#include <string_view>
#include <utility>

#include <boost/describe/class.hpp>
#include <boost/describe/enum.hpp>

#include <wandb/detail/describe/member.hpp>
#include <wandb/detail/describe/struct_fields.hpp>
#include <wandb/detail/user/struct_reader.hpp>
#include <wandb/detail/user/user_record.hpp>
#include <wandb/graphql/fixed_string.hpp>
#include <wandb/graphql/user_queries.hpp>
#include <wandb/result.hpp>
#include <wandb/selection.hpp>
#include <wandb/user.hpp>

namespace wandb::inline WANDB_ABI {

namespace detail {

inline constexpr auto user_type = graphql::read_type("User").definition;

/// The selection set of a struct and of the attributes by which the library finds a user.
template <class P>
[[nodiscard]] consteval auto selection_of_struct() {
  constexpr auto fields = graphql::joined([](auto put) { StructFields<P, user_type>::select(put); });
  return graphql::FixedString("id username email deletedAt") + fields;
}

template <class P>
struct SearchStructs {
  static constexpr auto source = graphql::texts::search(selection_of_struct<P>());
  static constexpr auto text = source.view();
};
template <class P>
struct GetStruct {
  static constexpr auto source = graphql::texts::viewer(selection_of_struct<P>());
  static constexpr auto text = source.view();
};
/// A struct is not reloaded, so that there is no query by id.
template <class P>
inline constexpr graphql::UserQueries struct_queries{&graphql::user_query<SearchStructs<P>, SearchStructs<P>>,
                                                     &graphql::user_query<GetStruct<P>, GetStruct<P>>, nullptr};

}  // namespace detail

/// The selection of the attributes that the members of a described struct name.
template <detail::DescribedStruct P>
struct StructSelection<P> {
  static_assert(std::default_initializable<P>, "a struct that is read must have a default constructor");
  static_assert(detail::Description<P>::complete,
                "a struct that is read has only public members, and its base classes are described as well");
  static_assert(detail::StructFields<P, detail::user_type>::fits);

  [[nodiscard]] static constexpr const graphql::UserQueries& queries() noexcept { return detail::struct_queries<P>; }

  /// Makes a struct of a user. `requested` says that the user comes from `queries()`.
  [[nodiscard]] static Result<P> read(const detail::UserRecord& user, bool requested = true) {
    detail::StructReader reader(user, requested);
    P out{};
    if (!detail::StructFields<P, detail::user_type>::read(out, reader)) return std::move(reader.error());
    return Result<P>(std::in_place, std::move(out));
  }
  template <Transport T>
  [[nodiscard]] static Result<P> of(const User<T>& user) {
    return read(user.record_, false);
  }
};

/// Makes a struct of the attributes that a user has now. Sends nothing. Fails with `errc::attribute_not_loaded` if the
/// user was read without one of them, with the server's error if there is one in the place of an attribute, and with
/// `errc::wrong_attribute_type` if a value does not fit its member.
template <class P, Transport T>
[[nodiscard]] Result<P> to_struct(const User<T>& user) {
  return StructSelection<P>::of(user);
}

}  // namespace wandb
