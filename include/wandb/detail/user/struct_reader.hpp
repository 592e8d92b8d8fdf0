// Finds the attributes of a user for the members of a struct, and says why one cannot be read.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <wandb/detail/answer/page.hpp>
#include <wandb/detail/declare.hpp>
#include <wandb/detail/user/user_record.hpp>
#include <wandb/error.hpp>

namespace wandb::inline WANDB_ABI::detail {

/// A place in a user: a field of `above`, or an element of the list there.
struct Place {
  const Place* above = nullptr;
  std::string_view key{};  ///< empty for an element
  std::size_t index = 0;

  /// Returns the path, such as `teams.edges[1].node`.
  [[nodiscard]] WANDB_DECL std::string text() const;
};

/// A value of a page: its slot, and the object or list that begins there.
struct FoundValue {
  Slot slot{};
  ObjectView object{};
  ListView list{};

  FoundValue() = default;
  /// The value of a field; unloaded if `field` is null.
  FoundValue(const ObjectView& parent, const Field* field) {
    if (field == nullptr) return;
    slot = parent.slot(*field);
    object = parent.object(*field).value_or(ObjectView{});
    list = parent.list(*field);
  }
  /// An element of a list.
  FoundValue(const ListView& elements, std::size_t index) : slot(elements.slot(index)), object(elements[index]) {}
};

/// Finds the attributes of one user for the members of a struct. A struct has no `errors()` beside it, so an error that
/// concerns a member, or that may be the reason for a null, fails the whole. Only the first failure is kept.
class StructReader {
 public:
  /// `requested` says that the user comes from a query that asked for all of these attributes.
  StructReader(const UserRecord& user, bool requested) noexcept : user_(user), requested_(requested) {}

  /// Finds an attribute and sets `found`. Returns false if there is an error in its place, or in place of a part of it.
  [[nodiscard]] WANDB_DECL bool find(const Place& attribute, FoundValue& found);
  /// Owns the text of the attribute that was found last.
  [[nodiscard]] const std::shared_ptr<const Page>& page() const noexcept { return page_; }

  /// Whether a null may be read as such. It may not if an error that names no attribute may be the reason for it.
  [[nodiscard]] WANDB_DECL bool allows_null(const Place& place);

  // Each of these keeps an error, and returns false.
  WANDB_DECL bool fail_unloaded(const Place& place);
  WANDB_DECL bool fail_null(const Place& place);
  bool fail_type(const Place& place) { return fail_type(place, "holds something of another type"); }
  bool fail_range(const Place& place) { return fail_type(place, "is a number that its member cannot hold"); }
  WANDB_DECL bool fail_enumerator(const Place& place, std::string_view value);

  [[nodiscard]] Error& error() noexcept { return error_; }

 private:
  WANDB_DECL bool fail_type(const Place& place, std::string_view why);
  bool fail_by(const Place& place, const Error& server);

  const UserRecord& user_;
  bool requested_;
  std::shared_ptr<const Page> page_;
  Error error_;
};

}  // namespace wandb::detail

#if !defined(WANDB_SEPARATE_COMPILATION)
#include <wandb/impl/struct_reader.ipp>
#endif
