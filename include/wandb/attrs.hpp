// A user's attributes: found by name, or made by hand.
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <wandb/detail/ascii.hpp>
#include <wandb/detail/decoder.hpp>
#include <wandb/detail/json_reader.hpp>
#include <wandb/detail/page_builder.hpp>
#include <wandb/error.hpp>
#include <wandb/page.hpp>
#include <wandb/shape.hpp>
#include <wandb/value.hpp>

namespace wandb {

/// Whether `key` is the camelCase of `name`: `photo_url` of `photoUrl`. An underscore with no letter or digit before or
/// behind it stands for itself.
[[nodiscard]] constexpr bool equals_camel(std::string_view name, std::string_view key) noexcept {
  std::size_t at = 0;
  for (std::size_t i = 0; i != name.size(); ++i, ++at) {
    char c = name[i];
    if (c == '_' && i != 0 && name[i - 1] != '_' && i + 1 != name.size() && name[i + 1] != '_') {
      c = detail::to_upper(name[++i]);
    }
    if (at == key.size() || key[at] != c) return false;
  }
  return at == key.size();
}

/// The field that `name` names: snake_case finds camelCase, then the name as it stands. Null when there is none.
[[nodiscard]] inline const Field* find_attribute(const ObjectView& object, std::string_view name) noexcept {
  for (const auto& field : object.fields()) {
    if (equals_camel(name, field.key)) return &field;
  }
  return object.field(name);
}

/// A value given by hand. Views text, which must live until the `Attrs` are made.
class AttrValue {
 public:
  AttrValue(std::nullptr_t) noexcept : slot_(Slot::null()) {}
  AttrValue(const char* text) noexcept : slot_(Slot::string(text)) {}
  AttrValue(std::string_view text) noexcept : slot_(Slot::string(text)) {}
  AttrValue(const std::string& text) noexcept : slot_(Slot::string(text)) {}
  // Templates, so that a pointer does not become a bool and a double not an integer.
  template <std::same_as<bool> T>
  AttrValue(T value) noexcept : slot_(Slot::boolean(value)) {}
  /// Any integer that always fits into 64 bits with a sign.
  template <NumberOrTruth T>
  requires(!std::same_as<T, bool> && (sizeof(T) < 8 || (sizeof(T) == 8 && std::signed_integral<T>))) AttrValue(T value)
  noexcept : slot_(Slot::integer(value)) {}
  template <std::floating_point T>
  AttrValue(T value) noexcept : slot_(Slot::real(static_cast<double>(value))) {}

  [[nodiscard]] Slot slot() const noexcept { return slot_; }

 private:
  Slot slot_;
};

/// A user's attributes by hand: `Attrs{{"email", "ann@example.com"}, {"admin", true}}`, or from JSON. Names are the
/// server's, as `photoUrl`. Immutable; copies share.
class Attrs {
 public:
  using Attr = std::pair<std::string_view, AttrValue>;

  /// No attributes.
  Attrs() : Attrs(std::span<const Attr>{}) {}
  /// Names with their values, at most 65,535 (what follows is left out); of a name that comes twice, the last counts.
  Attrs(std::initializer_list<Attr> attrs) : Attrs(std::span(attrs.begin(), attrs.size())) {}
  explicit Attrs(std::span<const Attr> attrs);

  /// A JSON object, such as a server's or one that was stored: strings, numbers and booleans as such, `apiKeys` and
  /// `teams` as the connections that they are, anything else as raw JSON. `errc::invalid_argument` says where it is
  /// wrong.
  [[nodiscard]] static Result<Attrs> parse(std::string_view json);

  [[nodiscard]] const std::shared_ptr<const Page>& page() const noexcept { return page_; }
  /// The attributes; they live as long as `page()`.
  [[nodiscard]] ObjectView view() const noexcept { return page_->root(); }

 private:
  explicit Attrs(std::shared_ptr<const Page> page) noexcept : page_(std::move(page)) {}
  std::shared_ptr<const Page> page_;
};

namespace detail {

inline constexpr auto key_attributes = shapes::object(
    "apiKeys",
    shapes::nullable_elements(shapes::list(
        "edges", shapes::object("node", shapes::string("id"), shapes::string("name"), shapes::string("description")))),
    shapes::object("pageInfo", shapes::string("endCursor"), shapes::boolean("hasNextPage")));
inline constexpr auto team_attributes = shapes::object(
    "teams", shapes::nullable_elements(shapes::list("edges", shapes::object("node", shapes::string("name")))));

/// How an attribute is kept, by what stands there.
[[nodiscard]] inline FieldKind kind_of(const JsonValue& value) noexcept {
  if (value.is_string()) return FieldKind::string;
  if (value.is_boolean()) return FieldKind::boolean;
  if (value.is_number()) return value.integer() ? FieldKind::integer : FieldKind::real;
  return FieldKind::raw;
}
[[nodiscard]] inline FieldKind kind_of(Slot slot) noexcept {
  switch (slot.state()) {
    case SlotState::string: return FieldKind::string;
    case SlotState::integer: return FieldKind::integer;
    case SlotState::real: return FieldKind::real;
    case SlotState::boolean: return FieldKind::boolean;
    default: return FieldKind::raw;
  }
}

/// An attribute of an object that is only known at run time.
struct FoundAttribute {
  std::string name;
  FieldKind kind = FieldKind::raw;
};

/// The attributes of a JSON object; of a name that comes twice, as it is the last time.
[[nodiscard]] inline std::vector<FoundAttribute> attributes_of(const JsonValue& object, std::size_t most) {
  std::vector<FoundAttribute> found;
  object.each_member([&](const std::string& name, const JsonValue& value) {
    const bool connection = value.is_object() && (name == "apiKeys" || name == "teams");
    const auto kind = connection ? FieldKind::object : kind_of(value);
    const auto same = std::find_if(found.begin(), found.end(), [&](const auto& one) { return one.name == name; });
    if (same != found.end()) same->kind = kind;
    else if (found.size() <= most) found.push_back({name, kind});
  });
  return found;
}

[[nodiscard]] inline std::shared_ptr<const DynamicShape> shape_of(const std::vector<FoundAttribute>& attributes) {
  std::vector<shapes::Node> nodes;
  for (const auto& [name, kind] : attributes) {
    const auto add = [&](const auto& tree) { nodes.insert(nodes.end(), tree.nodes.begin(), tree.nodes.end()); };
    if (kind != FieldKind::object) nodes.push_back({.key = name, .kind = kind});
    else if (name == "apiKeys") add(key_attributes);
    else add(team_attributes);
  }
  return std::make_shared<const DynamicShape>(nodes);
}

}  // namespace detail

inline Attrs::Attrs(std::span<const Attr> attrs) {
  std::vector<shapes::Node> nodes;
  std::vector<Slot> slots;
  std::size_t length = 0;
  for (const auto& attr : attrs.first(std::min<std::size_t>(attrs.size(), 0xFFFF))) {
    auto node = std::find_if(nodes.begin(), nodes.end(), [&](const auto& one) { return one.key == attr.first; });
    if (node == nodes.end()) {
      node = nodes.insert(nodes.end(), shapes::Node{.key = attr.first});
      slots.emplace_back();
    }
    node->kind = detail::kind_of(attr.second.slot());
    slots[static_cast<std::size_t>(node - nodes.begin())] = attr.second.slot();
  }
  for (const auto slot : slots) length += slot.state() == SlotState::string ? slot.text().size() : 0;
  SecureString body;
  body.reserve(length);
  for (const auto slot : slots) body += slot.state() == SlotState::string ? slot.text() : std::string_view{};
  auto shape = std::make_shared<const DynamicShape>(nodes);
  const auto view = shape->shape();
  detail::PageBuilder builder(view, std::move(body), std::move(shape));
  // The text is the page's own now, in the same order.
  Slot* row = builder.root();
  for (std::size_t at = 0; const auto slot : slots) {
    const bool text = slot.state() == SlotState::string;
    *row++ = text ? Slot::string(builder.body().substr(at, slot.text().size())) : slot;
    at += text ? slot.text().size() : 0;
  }
  page_ = builder.finish();
}

inline Result<Attrs> Attrs::parse(std::string_view json) {
  constexpr std::size_t most = 1000;
  const auto refuse = [](const std::string& reason) {
    return Error(make_error_code(errc::invalid_argument), "the attributes are not usable: " + reason,
                 Delivery::nothing_sent);
  };
  const auto attributes = detail::attributes_of(detail::JsonValue(json), most);
  if (attributes.size() > most) return refuse("there are more than " + std::to_string(most));
  auto decoded = detail::decode_bare(detail::shape_of(attributes), SecureString(json));
  if (decoded.malformed) {
    const auto& [path, reason] = *decoded.malformed;
    return refuse(path.empty() ? reason : "at " + path + ": " + reason);
  }
  return Attrs(std::move(decoded.page));
}

}  // namespace wandb
