// The API keys and teams of a user, as ranges that own their data.
#pragma once

#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <wandb/detail/answer/page.hpp>
#include <wandb/detail/declare.hpp>
#include <wandb/secret.hpp>

namespace wandb::inline WANDB_ABI {

namespace detail {
struct KeyAccess;

/// A forward range over a source with `size()` and `operator[]`. It owns the source, so a loop over a temporary is
/// safe.
template <class Source>
class OwningRange {
 public:
  class iterator {
   public:
    using iterator_concept = std::forward_iterator_tag;
    using iterator_category = std::input_iterator_tag;  // `*` gives a value
    using value_type = decltype(std::declval<const Source&>()[0]);
    using difference_type = std::ptrdiff_t;
    using pointer = void;
    using reference = value_type;

    iterator() = default;
    iterator(const Source& source, std::size_t at) noexcept : source_(&source), at_(at) {}
    [[nodiscard]] value_type operator*() const { return (*source_)[at_]; }
    iterator& operator++() noexcept {
      ++at_;
      return *this;
    }
    iterator operator++(int) noexcept { return {*source_, at_++}; }
    friend bool operator==(const iterator& a, const iterator& b) noexcept { return a.at_ == b.at_; }

   private:
    const Source* source_ = nullptr;
    std::size_t at_ = 0;
  };

  OwningRange() = default;
  explicit OwningRange(Source source) : source_(std::move(source)), size_(source_.size()) {}
  [[nodiscard]] iterator begin() const noexcept { return {source_, 0}; }
  [[nodiscard]] iterator end() const noexcept { return {source_, size_}; }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
  [[nodiscard]] auto operator[](std::size_t at) const { return source_[at]; }

 private:
  Source source_{};
  std::size_t size_ = 0;
};

}  // namespace detail

/// One API key of a user. It owns its data; copies are cheap.
class ApiKey {
 public:
  /// The key's identifier on the server.
  [[nodiscard]] std::string_view id() const& noexcept { return id_; }
  [[nodiscard]] std::string id() const&& { return std::string(id_); }
  /// What the key was made for; empty if the server has no description.
  [[nodiscard]] std::string_view description() const& noexcept { return description_; }
  [[nodiscard]] std::string description() const&& { return std::string(description_); }
  /// The key's name, which is safe to print. On newer servers it is the key ID, which is not secret. A name that is a
  /// key itself is masked after its beginning: `0a1b2****`.
  [[nodiscard]] std::string name() const;
  /// The secret itself, if it is known: that of a key generated here, even after a reload, and on older servers that of
  /// each key.
  [[nodiscard]] std::optional<Secret> secret() const {
    return secret_.empty() ? std::nullopt : std::optional<Secret>(Secret(secret_));
  }
  /// Whether this row is that of the key `secret`. Compares the row's secret, if it is known, and its name, which is
  /// the key (older servers) or the key ID, the first part of the key (newer ones). False if `secret` is not an API
  /// key. Takes the same time wherever the two differ.
  [[nodiscard]] bool belongs_to(const Secret& secret) const noexcept;
  /// The key's name, masked.
  template <class Traits>
  friend std::basic_ostream<char, Traits>& operator<<(std::basic_ostream<char, Traits>& out, const ApiKey& key) {
    return out << key.name();
  }

 private:
  friend struct detail::KeyAccess;
  std::shared_ptr<const void> owner_;
  std::string_view id_;
  std::string_view name_;
  std::string_view description_;
  std::string_view secret_;                   // empty if it is not known
  std::shared_ptr<const void> secret_owner_;  // set if the secret comes from an answer other than that of `owner_`
};

namespace detail {

/// Makes keys and reads their unmasked texts, for the library itself.
struct KeyAccess {
  /// Makes a key from a node of an answer, which `owner` owns. `is_new` says that the key was just generated: its name
  /// is then the secret on every server.
  [[nodiscard]] static ApiKey make(std::shared_ptr<const void> owner, const ObjectView& node, bool is_new);
  /// Copies the secret of the key with the same id in an earlier list, if `key` has none.
  static void copy_secret(ApiKey& key, const std::vector<ApiKey>& earlier);
  [[nodiscard]] static std::string_view name(const ApiKey& key) noexcept { return key.name_; }
  [[nodiscard]] static std::string_view secret(const ApiKey& key) noexcept { return key.secret_; }
};

using KeyList = std::vector<ApiKey>;

/// The nodes of a connection, without those that are null. Copies are cheap.
struct Nodes {
  std::shared_ptr<const void> owner;
  ListView edges;
  std::size_t count = 0;
  std::shared_ptr<const std::vector<std::uint32_t>> non_null_edges;  // the indices of these; null if all edges are

  Nodes() = default;
  Nodes(std::shared_ptr<const void> page, const ObjectView& user, std::string_view connection);
  [[nodiscard]] std::size_t size() const noexcept { return count; }
  [[nodiscard]] ObjectView operator[](std::size_t at) const noexcept {
    return *edges[non_null_edges ? (*non_null_edges)[at] : at].object("node");
  }
};

/// A user's keys: the nodes of the page, or a separate list after the keys have changed.
struct KeySource {
  Nodes nodes;
  std::shared_ptr<const KeyList> list;

  [[nodiscard]] std::size_t size() const noexcept { return list ? list->size() : nodes.size(); }
  [[nodiscard]] ApiKey operator[](std::size_t at) const {
    return list ? (*list)[at] : KeyAccess::make(nodes.owner, nodes[at], false);
  }
};

struct KeyNameSource : KeySource {
  [[nodiscard]] std::string_view operator[](std::size_t at) const {
    if (list) return KeyAccess::name((*list)[at]);
    return nodes[at].string("name").value_or(std::string_view{});
  }
};

struct TeamNameSource {
  Nodes nodes;
  [[nodiscard]] std::size_t size() const noexcept { return nodes.size(); }
  [[nodiscard]] std::string_view operator[](std::size_t at) const {
    return nodes[at].string("name").value_or(std::string_view{});
  }
};

}  // namespace detail

/// A user's keys, each an `ApiKey`. The range has the keys as they were when it was made.
using Keys = detail::OwningRange<detail::KeySource>;
/// The names of a user's keys, each a `std::string_view` that lives as long as the range. **A name can be a secret**:
/// on older servers, and for a key generated here, it is the key itself; on newer servers it is the key ID.
using KeyNames = detail::OwningRange<detail::KeyNameSource>;
/// The names of a user's teams, each a `std::string_view` that lives as long as the range.
using TeamNames = detail::OwningRange<detail::TeamNameSource>;

}  // namespace wandb

#if !defined(WANDB_SEPARATE_COMPILATION)
#include <wandb/impl/values.ipp>
#endif
