// Makes pages of attributes that are only known at run time: the attributes of a JSON object, or attributes that a
// program sets.
#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <wandb/detail/answer/dynamic_shape.hpp>
#include <wandb/detail/answer/json_reader.hpp>
#include <wandb/detail/answer/page.hpp>
#include <wandb/detail/answer/page_builder.hpp>
#include <wandb/detail/answer/shape.hpp>
#include <wandb/detail/text/secure_memory.hpp>

namespace wandb::inline WANDB_ABI::detail {

inline constexpr auto key_attributes = shapes::object(
    "apiKeys",
    shapes::nullable_elements(shapes::list(
        "edges", shapes::object("node", shapes::string("id"), shapes::string("name"), shapes::string("description")))),
    shapes::object("pageInfo", shapes::string("endCursor"), shapes::boolean("hasNextPage")));
inline constexpr auto team_attributes = shapes::object(
    "teams", shapes::nullable_elements(shapes::list("edges", shapes::object("node", shapes::string("name")))));

/// Returns the kind of field that a value needs.
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

/// A shape cannot have more fields.
inline constexpr std::size_t max_fields = 0xFFFF;

/// Holds the first and the last index of a name.
struct NamePlaces {
  std::size_t first = 0;
  std::size_t last = 0;
};

/// Returns the indices of each name, ordered by the first index, with O(n log n) comparisons.
template <class Less = std::less<std::string_view>>
[[nodiscard]] std::vector<NamePlaces> distinct(std::span<const std::string_view> names, Less less = {}) {
  std::vector<std::size_t> by_name(names.size());
  for (std::size_t i = 0; i != names.size(); ++i) by_name[i] = i;
  // This does not use std::stable_sort, because clang warns that its buffer in libstdc++ 12 is deprecated.
  std::sort(by_name.begin(), by_name.end(), [&](std::size_t a, std::size_t b) {
    if (less(names[a], names[b])) return true;
    return a < b && !less(names[b], names[a]);
  });
  std::vector<NamePlaces> places;
  for (const auto at : by_name) {
    if (places.empty() || names[places.back().first] != names[at]) places.push_back({at, at});
    else places.back().last = at;
  }
  std::sort(places.begin(), places.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  return places;
}

/// Describes an attribute of a JSON object.
struct FoundAttribute {
  std::string name;
  FieldKind kind = FieldKind::raw;
};

/// Returns the attributes of a JSON object. If a name occurs twice, the last value counts. If there are more than
/// `max_count` names, the function returns one more than that, so that the caller notices.
template <class Less = std::less<std::string_view>>
[[nodiscard]] inline std::vector<FoundAttribute> attributes_of(const JsonValue& object, std::size_t max_count,
                                                               Less less = {}) {
  std::vector<FoundAttribute> found;
  std::vector<std::size_t> by_name;
  object.each_member([&](const std::string& name, const JsonValue& value) {
    const bool connection = value.is_object() && (name == "apiKeys" || name == "teams");
    const auto kind = connection ? FieldKind::object : kind_of(value);
    const auto at = std::lower_bound(by_name.begin(), by_name.end(), std::string_view(name),
                                     [&](std::size_t one, auto wanted) { return less(found[one].name, wanted); });
    if (at != by_name.end() && found[*at].name == name) {
      found[*at].kind = kind;
    } else if (found.size() <= max_count) {
      by_name.insert(at, found.size());
      found.push_back({name, kind});
    }
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

/// Makes a page of one row, which owns its text.
[[nodiscard]] inline std::shared_ptr<const Page> page_of(std::span<const shapes::Node> nodes,
                                                         std::span<const Slot> slots) {
  const auto text = [](Slot slot) { return slot.state() == SlotState::string ? slot.text() : std::string_view{}; };
  std::size_t length = 0;
  for (const auto slot : slots) length += text(slot).size();
  SecureString body;
  body.reserve(length);
  for (const auto slot : slots) body += text(slot);
  auto shape = std::make_shared<const DynamicShape>(nodes);
  const auto view = shape->shape();
  PageBuilder builder(view, std::move(body), std::move(shape));
  Slot* row = builder.root();
  for (std::size_t at = 0; const auto slot : slots) {
    const auto size = text(slot).size();
    *row++ = slot.state() == SlotState::string ? Slot::string(builder.body().substr(at, size)) : slot;
    at += size;
  }
  return builder.finish();
}

}  // namespace wandb::detail
