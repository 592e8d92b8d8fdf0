// One user: a handle to what is known of them, old and new.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <wandb/detail/answer/page.hpp>
#include <wandb/detail/call/caller.hpp>
#include <wandb/detail/declare.hpp>
#include <wandb/error.hpp>
#include <wandb/keys.hpp>
#include <wandb/secret.hpp>
#include <wandb/text.hpp>

namespace wandb::graphql {
struct UserQueries;
}

namespace wandb::detail {

class UserStore;
struct KeyWatch;
struct KnownCredentials;
struct Person;
struct Reading;

/// A field of a user where it is known newest, and the page that keeps it. No field where it was never loaded.
struct FoundField {
  std::shared_ptr<const Page> page;
  ObjectView object;
  const Field* field = nullptr;
};

/// Looks for a field among those of a user in one answer; null where that has none.
using FieldFinder = const Field* (*)(const ObjectView& user, std::string_view name);

/// One user: a store and a row of it. Copies are the same user. Thread-safe.
struct UserRecord {
  std::shared_ptr<UserStore> store;
  ObjectView object;
  std::uint32_t index = 0;
  bool is_caller = false;                         ///< the caller's own credentials are this user's
  const graphql::UserQueries* queries = nullptr;  ///< how to read all of this user anew

  /// A user of attributes that were given by hand.
  [[nodiscard]] static UserRecord of(std::shared_ptr<const Page> page, const ObjectView& object);

  /// The field that `find` finds by that name.
  [[nodiscard]] FoundField find(FieldFinder find, std::string_view name) const;
  /// The field of that key.
  [[nodiscard]] FoundField find_key(std::string_view key) const;
  [[nodiscard]] bool has(std::string_view key) const { return find_key(key).field != nullptr; }
  /// A text attribute; empty where null or not loaded.
  [[nodiscard]] Text text(std::string_view key) const;
  [[nodiscard]] std::optional<bool> flag(std::string_view key) const;
  /// The user in a line of text, with what looks like a key masked.
  [[nodiscard]] std::string shown() const;
  [[nodiscard]] Person person() const;
  [[nodiscard]] Nodes nodes(std::string_view connection) const;

  [[nodiscard]] KeySource key_source() const;
  /// The credentials that are known of this user, of many keys the newest.
  [[nodiscard]] KnownCredentials credentials() const;
  /// Whether the keys were loaded, so that a name that is not among them is a mistake.
  [[nodiscard]] bool keys_loaded() const;
  /// Why the keys are not there, if the server said so.
  [[nodiscard]] std::optional<Error> keys_error() const;
  /// What the server said of the user's fields as they are now, and of the answer that they came in.
  [[nodiscard]] std::vector<Error> errors() const;
  /// What was read last of the user as a whole.
  [[nodiscard]] Reading whole() const;

  /// The credentials that were given for this user; null where there are none.
  [[nodiscard]] IdentityPtr given_identity() const;
  /// Gives the user's own secret; `source` says where it came from.
  void give_secret(const Secret& secret, std::string_view source) const;
  /// The secret of one of the user's keys as credentials, the same ones each time.
  [[nodiscard]] IdentityPtr identity_of(const Secret& secret) const;

  /// Adds a key that was made to the list, whatever it is now.
  void add_key(ApiKey key) const;
  /// Lets these be the user's keys.
  void set_keys(KeyList keys) const;
  /// Forgets the key of that id, and the credentials that it was.
  void remove_key(std::string_view id) const;
  /// Takes back the keys that were read so far: the server refused the rest, and a part would look complete.
  void refuse_keys(Error error) const;

  /// Takes over what a mutation gave back of the user.
  void take(const Reading& fresh) const;
  /// Keeps what was said beside a mutation that gave nothing of the user back.
  void hear(std::vector<Error> said) const;
  /// From here on what becomes of the keys is kept, for as long as somebody has the watch.
  [[nodiscard]] KeyWatch watch_keys() const;
  /// Takes over everything that was read anew of the same user. The keys may have changed since it was asked for: what
  /// `watch` saw is done again. Secrets that are known stay known.
  void replace_with(const UserRecord& fresh, const KeyWatch& watch) const;
};

}  // namespace wandb::detail

#if !defined(WANDB_SEPARATE_COMPILATION)
#include <wandb/impl/user.ipp>
#endif
