// The users that a query finds, or the members of a team, read page by page.
#pragma once

#include <cstddef>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <wandb/client.hpp>
#include <wandb/detail/flow/flows.hpp>
#include <wandb/result.hpp>
#include <wandb/selected_user.hpp>
#include <wandb/user.hpp>

namespace wandb::inline WANDB_ABI {

/// The users that a query finds, or the members of a team. A page is requested when its first user is needed. A user
/// that could not be read is an error element. An error that concerns a whole page, or that may hide users of it, is
/// the last element.
///
/// With a synchronous transport this is an input range of `Result<User>`, which `std::views` accept as well; `next()`
/// works with every transport. Advancing the iterator destroys the current element: a `std::string_view` that
/// `std::views::transform` takes of it dangles. Copies share one position. Only one thread may use them at a time. `S`
/// names the selected attributes of each user (`fields<…>`), or the struct that is read in place of a `User`.
template <Transport T, class S>
class Users {
  struct State;

 public:
  using value_type = Result<typename detail::Made<T, S>::type>;

  /// An input iterator. `*` refers to an element in the range, which `++` replaces.
  class iterator {
   public:
    using iterator_concept = std::input_iterator_tag;
    using iterator_category = std::input_iterator_tag;
    using value_type = typename Users::value_type;
    using difference_type = std::ptrdiff_t;
    using pointer = value_type*;
    using reference = value_type&;

    iterator() = default;
    [[nodiscard]] reference operator*() const noexcept { return *state_->current; }
    [[nodiscard]] pointer operator->() const noexcept { return &*state_->current; }
    iterator& operator++() {
      state_->current = Users(state_).next();
      return *this;
    }
    void operator++(int) { ++*this; }
    [[nodiscard]] friend bool operator==(const iterator& it, std::default_sentinel_t) noexcept {
      return !it.state_ || !it.state_->current;
    }

   private:
    friend class Users;
    explicit iterator(std::shared_ptr<State> state) noexcept : state_(std::move(state)) {}
    std::shared_ptr<State> state_;
  };

  Users(const Client<T>& client, std::string_view query, const PageOptions& options)
      : Users(client, detail::make_walk(query, options, S::queries())) {}

  /// Returns the next user or an error element, and nothing after the last; with an asynchronous transport a task of
  /// that. W&B operation: `users`, only if a further page is needed.
  [[nodiscard]] Coloured<T, std::optional<value_type>> next(const CallOptions& options = {}) {
    const auto& client = state_->client;
    if constexpr (SyncTransport<T>) {
      if (auto user = detail::next_without_call(*state_->walk)) return made(client, std::move(*user));
    }
    return client.run(detail::next_user(client.caller(), options, state_->walk),
                      [client](Result<std::optional<detail::UserRecord>> found) -> std::optional<value_type> {
                        if (!found) return value_type(found.error());
                        if (!*found) return std::nullopt;
                        return made(client, std::move(**found));
                      });
  }

  /// Returns the cursor behind the last page that was read, for `PageOptions::cursor` of a later call.
  [[nodiscard]] std::string cursor() const { return detail::cursor_of(*state_->walk); }

  /// Reads the first user if no user was read yet; otherwise continues at the current one.
  [[nodiscard]] iterator begin() requires SyncTransport<T> {
    if (!state_->current) state_->current = next();
    return iterator(state_);
  }
  [[nodiscard]] std::default_sentinel_t end() const noexcept requires SyncTransport<T> { return {}; }

 private:
  struct State {
    Client<T> client;
    detail::WalkPtr walk;
    std::optional<value_type> current;
  };
  friend class Api<T>;
  explicit Users(std::shared_ptr<State> state) noexcept : state_(std::move(state)) {}
  Users(const Client<T>& client, detail::WalkPtr walk)
      : state_(std::make_shared<State>(State{client, std::move(walk), std::nullopt})) {}

  [[nodiscard]] static value_type made(const Client<T>& client, Result<detail::UserRecord> user) {
    if (!user) return user.error();
    return detail::Made<T, S>::of(client, std::move(*user));
  }

  std::shared_ptr<State> state_;
};

}  // namespace wandb
