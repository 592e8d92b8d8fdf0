// The API keys and teams of a user, as ranges that own what they show.
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

namespace wandb {

namespace detail {
struct KeyAccess;

/// A forward range over whatever counts and indexes. It owns its source, so a loop over a temporary is safe.
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

/// One API key of a user. Owns what it shows; copies are cheap.
class ApiKey {
 public:
  /// The key's identifier on the server.
  [[nodiscard]] std::string_view id() const& noexcept { return id_; }
  [[nodiscard]] std::string id() const&& { return std::string(id_); }
  /// What the key was made for; empty where the server holds nothing.
  [[nodiscard]] std::string_view description() const& noexcept { return description_; }
  [[nodiscard]] std::string description() const&& { return std::string(description_); }
  /// The key's name, with each key in it masked: safe to print. On newer servers the key ID, which is no secret;
  /// of a key itself its beginning, `0a1b2****`.
  [[nodiscard]] std::string name() const;
  /// The secret itself, where it is known: for a key generated here, also once it was read anew, and on older servers
  /// for each key.
  [[nodiscard]] std::optional<Secret> secret() const {
    return secret_.empty() ? std::nullopt : std::optional<Secret>(Secret(secret_));
  }
  /// Whether this is the row of that key, so that a key at hand is found in a list: by the row's own secret, or by its
  /// name, which is the key (older servers) or the key ID, the key's first part (newer ones). What is no API key
  /// belongs to no row. Takes the same time wherever the two differ.
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
  std::string_view secret_;                   // empty where it is not known
  std::shared_ptr<const void> secret_owner_;  // of a secret that is known from another answer
};

namespace detail {

struct KeyAccess {
  /// A key as a node of the answer shows it. `fresh` says that its name is the secret, whatever the server's
  /// generation.
  [[nodiscard]] static ApiKey make(std::shared_ptr<const void> owner, const ObjectView& node, bool fresh);
  /// Lets `key` have the secret that is known of the same key in an earlier list.
  static void copy_secret(ApiKey& key, const std::vector<ApiKey>& earlier);
  [[nodiscard]] static std::string_view name(const ApiKey& key) noexcept { return key.name_; }
  [[nodiscard]] static std::string_view secret(const ApiKey& key) noexcept { return key.secret_; }
};

using KeyList = std::vector<ApiKey>;

/// The nodes of a connection's edges, without the null ones. Copies are cheap.
struct Nodes {
  std::shared_ptr<const void> owner;
  ListView edges;
  std::size_t count = 0;
  std::shared_ptr<const std::vector<std::uint32_t>> filled;  // the edges with a node; none where all have one

  Nodes() = default;
  Nodes(std::shared_ptr<const void> keeper, const ObjectView& user, std::string_view connection);
  [[nodiscard]] std::size_t size() const noexcept { return count; }
  [[nodiscard]] ObjectView operator[](std::size_t at) const noexcept {
    return *edges[filled ? (*filled)[at] : at].object("node");
  }
};

/// A user's keys: as the page has them, or as a list of their own once they have changed.
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

/// A user's keys, each an `ApiKey`. Shows the keys as they were when the range was taken.
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
