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
#include <wandb/detail/call/checks.hpp>
#include <wandb/detail/flow/read_methods.hpp>
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
      : state_(std::make_shared<State>(
            State{client, std::make_shared<detail::Walk>(), std::nullopt, check(query, options)})) {
    state_->walk->queries = &S::queries;
    state_->walk->query = query;
    state_->walk->size = options.size;
    state_->walk->keys = detail::KeyWish(options.keys);
    state_->walk->cursor = options.cursor;
  }

  /// The next user, an error in its place, or nothing when there are no more; with an asynchronous transport a task of
  /// that.
  [[nodiscard]] auto next(const CallOptions& options = {}) {
    using Method = detail::Checked<detail::NextUser>;
    auto fault = std::exchange(state_->fault, std::nullopt);
    if (fault) state_->walk->more = false;
    return detail::ClientAccess::run(
        state_->client, fault ? Method(std::move(*fault)) : Method(detail::NextUser(state_->walk)), options,
        [client = state_->client](Result<std::optional<detail::UserRecord>> found) -> std::optional<value_type> {
          if (!found) return value_type(found.error());
          if (!*found) return std::nullopt;
          return User<T, S>::made(client, std::move(**found));
        });
  }

  /// Where to resume in another walk (`PageOptions::cursor`): behind the last page that was read.
  [[nodiscard]] std::string cursor() const { return state_->walk->cursor; }

  /// Takes the first user, or goes on where the walk stands.
  [[nodiscard]] iterator begin() requires SyncTransport<T> {
    if (!state_->current) state_->current = next();
    return iterator(state_);
  }
  [[nodiscard]] std::default_sentinel_t end() const noexcept requires SyncTransport<T> { return {}; }

 private:
  struct State {
    Client<T> client;
    std::shared_ptr<detail::Walk> walk;
    std::optional<value_type> current;
    std::optional<Error> fault;
  };
  explicit Users(std::shared_ptr<State> state) noexcept : state_(std::move(state)) {}

  static std::optional<Error> check(std::string_view query, const PageOptions& options) {
    if (options.size < 1) return detail::unusable("users", "the page size", "is less than 1");
    auto fault = detail::check_text("users", "the query", query, true);
    return fault ? fault : detail::check_text("users", "the cursor", options.cursor, true);
  }

  std::shared_ptr<State> state_;
};

}  // namespace wandb
