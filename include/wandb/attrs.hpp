// A user's attributes by hand, and attributes by name.
#pragma once

#include <algorithm>
#include <charconv>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <wandb/detail/ascii.hpp>
#include <wandb/detail/decoder.hpp>
#include <wandb/detail/json_reader.hpp>
#include <wandb/detail/json_text.hpp>
#include <wandb/detail/misuse.hpp>
#include <wandb/error.hpp>
#include <wandb/graphql/operations.hpp>
#include <wandb/page.hpp>

namespace wandb {

namespace detail {

/// Whether `snake_case` and `camelCase` are the same name.
[[nodiscard]] constexpr bool is_camel_of(std::string_view snake, std::string_view camel) noexcept {
  std::size_t j = 0;
  for (std::size_t i = 0; i != snake.size(); ++i, ++j) {
    const bool hump = snake[i] == '_' && i != 0 && i + 1 != snake.size() && snake[i + 1] != '_';
    if (j == camel.size() || camel[j] != (hump ? to_upper(snake[i + 1]) : snake[i])) return false;
    i += hump ? 1 : 0;
  }
  return j == camel.size();
}

static_assert(is_camel_of("photo_url", "photoUrl") && is_camel_of("email", "email") && is_camel_of("a_b_c", "aBC"));
static_assert(!is_camel_of("photo_url", "photo_url") && !is_camel_of("photo", "photoUrl") && is_camel_of("_id", "_id"));

}  // namespace detail

/// The field that an attribute's name means: `photo_url` finds `photoUrl`, else a field of that very name; null where
/// there is none.
[[nodiscard]] inline const Field* find_attribute(const ObjectView& object, std::string_view name) noexcept {
  for (const auto& field : object.fields()) {
    if (detail::is_camel_of(name, field.key)) return &field;
  }
  return object.field(name);
}

/// A value for `Attrs`: text (UTF-8), a truth value, a number (finite), or `nullptr`.
class AttrValue {
 public:
  AttrValue(std::nullptr_t) : json_("null") {}
  AttrValue(std::same_as<bool> auto value) : json_(value ? "true" : "false") {}
  template <std::integral T>
  requires(!std::same_as<T, bool>) AttrValue(T value) : json_(std::to_string(value)) {}
  AttrValue(double value) {
    char digits[32];
    json_.assign(
        digits,
        std::to_chars(digits, digits + sizeof digits, value).ptr);  // "inf" and "nan" are no JSON, and refused as such
  }
  AttrValue(std::string_view text) { detail::append_json_string(json_, text); }
  AttrValue(const char* text) : AttrValue(std::string_view(text)) {}
  AttrValue(const std::string& text) : AttrValue(std::string_view(text)) {}

 private:
  friend class Attrs;
  std::string json_;
};

/// Attributes of a user that are at hand, for `User(client, attrs)`: named as the service names them. Immutable; copies
/// share.
class Attrs {
 public:
  /// `Attrs{{"email", "ann@example.com"}, {"admin", true}}`. Text that is no UTF-8 or a number that is not finite is
  /// misuse.
  Attrs(std::initializer_list<std::pair<std::string_view, AttrValue>> attributes) : Attrs(by_hand(attributes)) {}

  /// Attributes from a JSON object, such as the service's own; `apiKeys` and `teams` in the service's form become the
  /// user's. Anything else than an object: `errc::invalid_argument` with the reason.
  [[nodiscard]] static Result<Attrs> parse(std::string_view json) {
    if (detail::trimmed(json).empty() || detail::trimmed(json).front() != '{')
      return wrong("they are not a JSON object");
    // Whether this is JSON at all comes first: the members are then read without checks.
    const auto checked =
        detail::decode_bare(std::make_shared<const DynamicShape>(std::span<const shapes::Node>{}), SecureString(json));
    if (checked.malformed) return wrong(checked.malformed->reason);
    auto decoded = detail::decode_bare(shape_of(json), SecureString(json));
    if (decoded.malformed) return wrong(decoded.malformed->path + ": " + decoded.malformed->reason);
    return Attrs(std::move(decoded.page));
  }

  [[nodiscard]] const std::shared_ptr<const Page>& page() const noexcept { return page_; }
  [[nodiscard]] ObjectView view() const noexcept { return page_->root(); }

 private:
  explicit Attrs(std::shared_ptr<const Page> page) : page_(std::move(page)) {}

  static Error wrong(std::string_view why) {
    return Error(make_error_code(errc::invalid_argument), "the attributes cannot be used: " + std::string(why),
                 Delivery::nothing_sent);
  }

  static Attrs by_hand(std::initializer_list<std::pair<std::string_view, AttrValue>> attributes) {
    std::string json = "{";
    for (const auto& [name, value] : attributes) {
      if (json.size() > 1) json += ',';
      detail::append_json_string(json, name);
      json.append(":").append(value.json_);
    }
    auto attrs = parse(json + "}");
    if (attrs) return std::move(*attrs);
    detail::throw_misuse(attrs.error().reason());
    return Attrs(
        detail::decode_bare(std::make_shared<const DynamicShape>(std::span<const shapes::Node>{}), SecureString("{}"))
            .page);
  }

  static FieldKind kind_of(const detail::JsonValue& value) {
    if (value.is_boolean()) return FieldKind::boolean;
    if (value.is_number()) return value.integer() ? FieldKind::integer : FieldKind::real;
    return value.is_object() || value.is_array() ? FieldKind::raw : FieldKind::string;
  }

  // The shape that fits this object: what the library knows as it knows it, the rest as it comes.
  static std::shared_ptr<const DynamicShape> shape_of(std::string_view json) {
    std::vector<std::string> names;
    std::vector<std::pair<std::size_t, FieldKind>> members;
    detail::JsonValue(detail::trimmed(json)).each_member([&](const std::string& name, const detail::JsonValue& value) {
      const auto known = std::find(names.begin(), names.end(), name);
      if (known == names.end()) {
        members.emplace_back(names.size(), kind_of(value));
        names.push_back(name);
      } else {
        members[static_cast<std::size_t>(known - names.begin())].second = kind_of(value);
      }
    });
    namespace answers = graphql::answers;
    std::vector<shapes::Node> nodes;
    for (const auto& [index, kind] : members) {
      const auto& name = names[index];
      if (name == "apiKeys") nodes.insert(nodes.end(), answers::api_keys.nodes.begin(), answers::api_keys.nodes.end());
      else if (name == "teams") nodes.insert(nodes.end(), answers::teams.nodes.begin(), answers::teams.nodes.end());
      else nodes.push_back({.key = name, .kind = kind});
    }
    return std::make_shared<const DynamicShape>(nodes);
  }

  std::shared_ptr<const Page> page_;
};

}  // namespace wandb
