// Many users, read page by page as they are taken.
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

namespace wandb {

/// The users that a query finds. Lazy: a page is asked for when its first user is. A user that could not be read is an
/// error element in its place; a page that could not be read is an error, and the last element, as is what may have
/// kept users off a page. What came before is not lost.
///
/// With a synchronous transport an input range of `Result<User>`, for `std::views` as well; with any, `next()`. An
/// element is gone with the next one: `std::views::transform` to a `string_view` of it dangles, to a `std::string` does
/// not. Copies are the same walk. One thread at a time. `S` is what was selected of each user (`fields<…>`).
template <Transport T, class S>
class Users {
  struct State;

 public:
  using value_type = Result<User<T, S>>;

  /// What `begin()` gives. `*` refers to what the range holds, until `++`.
  class iterator {
   public:
    using iterator_concept = std::input_iterator_tag;
    using iterator_category = std::input_iterator_tag;
    using value_type = Result<User<T, S>>;
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
      : state_(std::make_shared<State>(State{client, detail::make_walk(query, options, S::queries()), std::nullopt})) {}

  /// The next user, an error in its place, or nothing when there are no more; with an asynchronous transport a task of
  /// that.
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

  /// Where to resume in another walk (`PageOptions::cursor`): behind the last page that was read.
  [[nodiscard]] std::string cursor() const { return detail::cursor_of(*state_->walk); }

  /// Takes the first user, or goes on where the walk stands.
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
  explicit Users(std::shared_ptr<State> state) noexcept : state_(std::move(state)) {}

  [[nodiscard]] static value_type made(const Client<T>& client, Result<detail::UserRecord> user) {
    if (!user) return user.error();
    return User<T, S>::made(client, std::move(*user));
  }

  std::shared_ptr<State> state_;
};

}  // namespace wandb
