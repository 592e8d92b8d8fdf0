// Checks that the library's ranges and handles satisfy the standard library's concepts.
#include <concepts>
#include <functional>
#include <iterator>
#include <memory>
#include <optional>
#include <ranges>
#include <string>
#include <string_view>
#include <type_traits>

#include <wandb/wandb.hpp>

namespace {

struct Transport {
  wandb::Result<wandb::Response> send(const wandb::Request&) { return wandb::Response{}; }
};
struct MoveOnly : Transport {
  std::unique_ptr<int> socket;
};
using User = wandb::User<Transport>;

static_assert(std::ranges::input_range<wandb::Users<Transport>>);
static_assert(std::same_as<std::ranges::range_reference_t<wandb::Users<Transport>>, wandb::Result<User>&>);
static_assert(std::ranges::forward_range<wandb::KeyNames> && std::ranges::sized_range<wandb::KeyNames>);
static_assert(std::ranges::forward_range<const wandb::Keys> && std::ranges::forward_range<const wandb::TeamNames>);
static_assert(std::same_as<std::ranges::range_value_t<wandb::KeyNames>, std::string_view>);
static_assert(std::same_as<std::ranges::range_value_t<wandb::Keys>, wandb::ApiKey>);

// Handles can be copied and shared with any transport, and their moves do not throw.
static_assert(std::copyable<User> && std::copyable<wandb::Api<MoveOnly>> && std::copyable<wandb::User<MoveOnly>>);
static_assert(std::is_nothrow_move_constructible_v<User> && std::is_nothrow_move_constructible_v<wandb::Error>);
static_assert(std::default_initializable<wandb::Result<User>> && std::default_initializable<wandb::Result<void>>);

// A text owns its storage, and converts to the usual string types.
static_assert(std::same_as<decltype(std::declval<const User&>().email()), wandb::Text>);
static_assert(std::convertible_to<wandb::Text, std::string_view> && std::convertible_to<wandb::Text, std::string>);
static_assert(std::totally_ordered<wandb::Text> && std::totally_ordered_with<wandb::Text, std::string_view>);

// A key can be deleted by name, by row or by secret, given as any string type. A text does not convert implicitly to a
// secret.
template <class Which>
concept Deletes = requires(const User& user, const Which& which) {
  user.delete_api_key(which);
};
static_assert(Deletes<std::string_view> && Deletes<std::string> && Deletes<char[9]> && Deletes<wandb::Text>);
static_assert(Deletes<wandb::ApiKey> && Deletes<wandb::Secret>);
static_assert(!Deletes<wandb::SecretView> && !Deletes<std::optional<wandb::Secret>>);
template <class Key>
concept Belongs = requires(const wandb::ApiKey& row, const Key& key) {
  row.belongs_to(key);
};
static_assert(Belongs<wandb::Secret> && !Belongs<std::string_view> && !Belongs<std::string>);

// The transport is deduced, also through a reference.
static_assert(std::same_as<decltype(wandb::Api(Transport())), wandb::Api<Transport>>);
static_assert(std::same_as<decltype(wandb::Api(std::declval<std::reference_wrapper<MoveOnly>>(), wandb::Options())),
                           wandb::Api<std::reference_wrapper<MoveOnly>>>);

}  // namespace
