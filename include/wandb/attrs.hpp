// A user's attributes: found by name, or made by hand.
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <wandb/detail/answer/decoder.hpp>
#include <wandb/detail/answer/json_reader.hpp>
#include <wandb/detail/answer/page.hpp>
#include <wandb/detail/answer/page_builder.hpp>
#include <wandb/detail/answer/shape.hpp>
#include <wandb/detail/text/ascii.hpp>
#include <wandb/result.hpp>
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
  AttrValue(const char* text) noexcept : AttrValue(std::string_view(text)) {}
  AttrValue(std::string_view text) noexcept : slot_(Slot::string(text)), fits_(text.size() <= Slot::longest_text) {}
  AttrValue(const std::string& text) noexcept : AttrValue(std::string_view(text)) {}
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
  /// False for a text that is longer than an attribute can hold.
  [[nodiscard]] bool fits() const noexcept { return fits_; }

 private:
  Slot slot_;
  bool fits_ = true;
};

/// A user's attributes by hand: `Attrs{{"email", "ann@example.com"}, {"admin", true}}`, or from JSON. Names are the
/// server's, as `photoUrl`. Immutable; copies share.
class Attrs {
 public:
  using Attr = std::pair<std::string_view, AttrValue>;

  /// No attributes.
  Attrs() : Attrs(std::span<const Attr>{}) {}
  /// Names with their values; of a name that comes twice, the last counts. More than 65,535 names, or a text beyond
  /// 4 GiB, are misuse: `std::invalid_argument`; without exceptions there are no attributes then, and `status()` says
  /// so.
  Attrs(std::initializer_list<Attr> attrs) : Attrs(std::span(attrs.begin(), attrs.size())) {}
  explicit Attrs(std::span<const Attr> attrs);

  /// A JSON object, such as a server's or one that was stored: strings, numbers and booleans as such, `apiKeys` and
  /// `teams` as the connections that they are, anything else as raw JSON. `errc::invalid_argument` says where it is
  /// wrong.
  [[nodiscard]] static Result<Attrs> parse(std::string_view json);

  /// Whether the attributes are those that were given, else `errc::invalid_argument`, where it could not be thrown.
  [[nodiscard]] Result<void> status() const { return fault_ ? Result<void>(*fault_) : success(); }
  [[nodiscard]] const std::shared_ptr<const Page>& page() const noexcept { return page_; }
  /// The attributes; they live as long as `page()`.
  [[nodiscard]] ObjectView view() const noexcept { return page_->root(); }

 private:
  explicit Attrs(std::shared_ptr<const Page> page) noexcept : page_(std::move(page)) {}
  std::shared_ptr<const Page> page_;
  std::optional<Error> fault_;
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

/// As many fields as a shape can have.
inline constexpr std::size_t most_fields = 0xFFFF;

/// Where a name stands first, and where last.
struct NamePlaces {
  std::size_t first = 0;
  std::size_t last = 0;
};

/// Each name once, in the order in which they first come. In n log n comparisons.
template <class Less = std::less<std::string_view>>
[[nodiscard]] std::vector<NamePlaces> distinct(std::span<const std::string_view> names, Less less = {}) {
  std::vector<std::size_t> by_name(names.size());
  for (std::size_t i = 0; i != names.size(); ++i) by_name[i] = i;
  // Without std::stable_sort, of which clang warns over libstdc++ 12 that its buffer is deprecated.
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

/// An attribute of an object that is only known at run time.
struct FoundAttribute {
  std::string name;
  FieldKind kind = FieldKind::raw;
};

/// The attributes of a JSON object; of a name that comes twice, as it is the last time. One more than `most` where
/// there are more.
template <class Less = std::less<std::string_view>>
[[nodiscard]] inline std::vector<FoundAttribute> attributes_of(const JsonValue& object, std::size_t most,
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
    } else if (found.size() <= most) {
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

/// A page of one row. Its text is its own.
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

[[nodiscard]] inline Error unusable_attributes(const std::string& why) {
  return Error(make_error_code(errc::invalid_argument), "the attributes are not usable: " + why,
               Delivery::nothing_sent);
}

}  // namespace detail

inline Attrs::Attrs(std::span<const Attr> attrs) {
  std::vector<std::string_view> names;
  names.reserve(attrs.size());
  for (const auto& attr : attrs) names.push_back(attr.first);
  auto places = detail::distinct(names);
  const bool fit = std::all_of(places.begin(), places.end(), [&](auto at) { return attrs[at.last].second.fits(); });
  if (!fit || places.size() > detail::most_fields) {
    const auto why = fit ? "there are more than " + std::to_string(detail::most_fields) : "a text is beyond 4 GiB";
    fault_ = detail::unusable_attributes(why);
    detail::throw_misuse(fault_->reason());
    places.clear();
  }
  std::vector<shapes::Node> nodes;
  std::vector<Slot> slots;
  for (const auto& at : places) {
    slots.push_back(attrs[at.last].second.slot());
    nodes.push_back({.key = names[at.first], .kind = detail::kind_of(slots.back())});
  }
  page_ = detail::page_of(nodes, slots);
}

inline Result<Attrs> Attrs::parse(std::string_view json) {
  constexpr std::size_t most = 1000;
  const auto refuse = detail::unusable_attributes;
  if (json.size() > Slot::longest_text) return refuse("they are beyond 4 GiB");
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
