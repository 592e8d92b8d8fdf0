// A handle to one user's data, as it was read and as it has changed since.
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

namespace wandb::inline WANDB_ABI::graphql {
struct UserQueries;
}

namespace wandb::inline WANDB_ABI::detail {

class UserStore;
struct KeyJournalPosition;
struct KnownCredentials;
struct Person;
struct Reading;

/// The newest value of a user's field, and the page that owns it. `field` is null if the field was never loaded.
struct FoundField {
  std::shared_ptr<const Page> page;
  ObjectView object;
  const Field* field = nullptr;
};

/// Finds a field by name among those that one answer has of a user; null if there is none.
using FieldFinder = const Field* (*)(const ObjectView& user, std::string_view name);

/// One user: a store and a row of it. Copies refer to the same user and see each other's changes. Thread-safe.
struct UserRecord {
  std::shared_ptr<UserStore> store;
  ObjectView object;
  std::uint32_t index = 0;
  bool is_caller = false;                         ///< whether the caller's credentials belong to this user
  const graphql::UserQueries* queries = nullptr;  ///< the queries that a reload sends

  /// Makes a user from attributes that the program gave.
  [[nodiscard]] static UserRecord of(std::shared_ptr<const Page> page, const ObjectView& object);

  /// Finds a field by `finder` and `name`, first among the newest data.
  [[nodiscard]] FoundField find(FieldFinder finder, std::string_view name) const;
  /// Finds the field whose response key is `key`.
  [[nodiscard]] FoundField find_key(std::string_view key) const;
  [[nodiscard]] bool has(std::string_view key) const { return find_key(key).field != nullptr; }
  /// A text attribute; empty if it is null or not loaded.
  [[nodiscard]] Text text(std::string_view key) const;
  /// A boolean attribute; empty if it is null or not loaded.
  [[nodiscard]] std::optional<bool> flag(std::string_view key) const;
  /// Names the user for messages, as in `<User ann@example.com>`. What looks like a key is masked.
  [[nodiscard]] std::string shown() const;
  [[nodiscard]] Person person() const;
  [[nodiscard]] Nodes nodes(std::string_view connection) const;

  [[nodiscard]] KeySource key_source() const;
  /// The known credentials of this user. Of very many keys, it returns the newest.
  [[nodiscard]] KnownCredentials credentials() const;
  /// Whether the keys were loaded. If so, to delete a key that is not among them is misuse.
  [[nodiscard]] bool keys_loaded() const;
  /// The server's error in place of the keys, if there is one.
  [[nodiscard]] std::optional<Error> keys_error() const;
  /// The errors of the fields as they are now, and the errors of their answers that belong to no single user.
  [[nodiscard]] std::vector<Error> errors() const;
  /// The last complete reading of the user: the last reload, else the answer that the user came with.
  [[nodiscard]] Reading full_reading() const;

  /// The credentials that the program gave for this user; null if there are none.
  [[nodiscard]] IdentityPtr given_identity() const;
  /// Sets the user's own secret. `source` names its origin in errors.
  void give_secret(const Secret& secret, std::string_view source) const;
  /// Sets the source of the user's identity tokens instead.
  void give_identity_token(const IdentityToken& token, std::string_view source) const;
  /// Makes credentials of the secret of one of the user's keys. The same secret gives the same object, which remembers
  /// whether the secret was proven.
  [[nodiscard]] IdentityPtr identity_of(const Secret& secret) const;

  /// Adds a key that was just created.
  void add_key(ApiKey key) const;
  /// Replaces the list of keys.
  void set_keys(KeyList keys) const;
  /// Removes the key with that id, and the credentials made of it.
  void remove_key(std::string_view id) const;
  /// Marks the keys as not loaded because of `error`, and drops those that were read: a partial list would look
  /// complete.
  void refuse_keys(Error error) const;

  /// Replaces the fields that a mutation returned, and keeps its other errors.
  void apply(const Reading& fresh) const;
  /// Keeps the errors of a mutation that returned no fields of the user.
  void set_mutation_errors(std::vector<Error> errors) const;
  /// Starts to record changes of the keys. The recording stops when the last position is destroyed.
  [[nodiscard]] KeyJournalPosition start_key_journal() const;
  /// Replaces all data by what a reload has read. Key changes since `reload_start` are applied to it again, since the
  /// answer may be older than they are. Secrets that are known stay known.
  void replace_with(const UserRecord& fresh, const KeyJournalPosition& reload_start) const;
};

}  // namespace wandb::detail

#if !defined(WANDB_SEPARATE_COMPILATION)
#include <wandb/impl/user.ipp>
#endif
