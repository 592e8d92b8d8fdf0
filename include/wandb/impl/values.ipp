// Defines what keys.hpp and value.hpp declare.
#pragma once

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#if !defined(__cpp_lib_to_chars)
#include <locale>
#include <sstream>
#endif

#include <wandb/detail/answer/attribute_names.hpp>
#include <wandb/detail/answer/json_reader.hpp>
#include <wandb/detail/answer/page.hpp>
#include <wandb/detail/answer/skipper.hpp>
#include <wandb/detail/text/ascii.hpp>
#include <wandb/detail/text/json_text.hpp>
#include <wandb/detail/text/key_format.hpp>
#include <wandb/detail/text/key_id.hpp>
#include <wandb/detail/text/redact.hpp>
#include <wandb/detail/text/secure_memory.hpp>
#include <wandb/keys.hpp>
#include <wandb/result.hpp>
#include <wandb/value.hpp>

namespace wandb::inline WANDB_ABI {

WANDB_DECL std::string ApiKey::name() const { return detail::shown_key_name(name_); }

WANDB_DECL bool ApiKey::belongs_to(const Secret& secret) const noexcept {
  const auto key = detail::trimmed(secret.reveal());
  if (!detail::is_api_key(key)) return false;
  // Both are compared, since the key ID of a longer key may look like an older server's secret.
  return detail::same_text(secret_, key) || detail::is_name_of(name_, key);
}

namespace detail {

WANDB_DECL ApiKey KeyAccess::make(std::shared_ptr<const void> owner, const ObjectView& node, bool is_new) {
  ApiKey key;
  key.owner_ = std::move(owner);
  key.id_ = node.string("id").value_or(std::string_view{});
  key.name_ = node.string("name").value_or(std::string_view{});
  key.description_ = node.string("description").value_or(std::string_view{});
  if (is_new ? may_be_api_key(key.name_) : looks_like_secret_name(key.name_)) key.secret_ = key.name_;
  return key;
}

WANDB_DECL void KeyAccess::copy_secret(ApiKey& key, const std::vector<ApiKey>& earlier) {
  if (!key.secret_.empty()) return;
  for (const auto& known : earlier) {
    if (known.id_ != key.id_ || known.id_.empty() || known.secret_.empty()) continue;
    key.secret_ = known.secret_;
    key.secret_owner_ = known.secret_owner_ ? known.secret_owner_ : known.owner_;
    return;
  }
}

WANDB_DECL Nodes::Nodes(std::shared_ptr<const void> page, const ObjectView& user, std::string_view connection)
    : owner(std::move(page)) {
  const auto object = user.object(connection);
  if (!object) return;
  edges = object->list("edges");
  for (std::size_t i = 0; i != edges.size(); ++i) count += edges[i].object("node") ? 1U : 0U;
  if (count == edges.size()) return;
  std::vector<std::uint32_t> indices;
  indices.reserve(count);
  for (std::uint32_t i = 0; i != edges.size(); ++i) {
    if (edges[i].object("node")) indices.push_back(i);
  }
  non_null_edges = std::make_shared<const std::vector<std::uint32_t>>(std::move(indices));
}

/// Writes a value of a page as JSON.
class ValueWriter {
 public:
  explicit ValueWriter(std::string& json) noexcept : json_(json) {}

  void write(const ObjectView& object) {
    const char* before = "{";
    for (const auto& field : object.fields()) {
      const auto slot = object.slot(field);
      if (slot.state() == SlotState::unloaded) continue;
      append_json_string(json_ += std::exchange(before, ","), field.key);
      json_ += ':';
      write(object, &field, slot);
    }
    json_ += *before == '{' ? "{}" : "}";
  }
  void write(const ObjectView& object, const Field* field, Slot slot) {
    switch (slot.state()) {
      case SlotState::unloaded: break;
      case SlotState::null: json_ += "null"; break;
      case SlotState::string: append_json_string(json_, slot.text()); break;
      case SlotState::integer: append_number(slot.integer()); break;
      case SlotState::real: append_number(slot.real()); break;
      case SlotState::boolean: json_ += slot.boolean() ? "true" : "false"; break;
      case SlotState::raw: json_ += slot.text(); break;
      case SlotState::object:
        if (const auto inner = field ? object.object(*field) : std::nullopt) write(*inner);
        else json_ += "{}";
        break;
      case SlotState::rows: write(field ? object.list(*field) : ListView{}); break;
    }
  }

 private:
  template <class Number>
  void append_number(Number number) {
    char text[32];
    json_.append(text, std::to_chars(text, text + sizeof text, number).ptr);
  }
  void write(const ListView& list) {
    json_ += '[';
    for (std::size_t i = 0; i != list.size(); ++i) {
      if (i != 0) json_ += ',';
      const auto slot = list.slot(i);
      if (slot.state() == SlotState::object) write(list[i]);
      else write(ObjectView{}, nullptr, slot);
    }
    json_ += ']';
  }

  std::string& json_;
};

}  // namespace detail

namespace detail {

/// Reads a JSON string without its quotes. If it has escapes, the text is unescaped into memory that `owner` then
/// keeps.
[[nodiscard]] inline Slot string_slot(std::shared_ptr<const void>& owner, const JsonValue& value) {
  const auto quoted = value.text();
  if (quoted.find('\\') == quoted.npos) return Slot::string(quoted.substr(1, quoted.size() - 2));
  auto text = value.string();
  const auto kept = std::make_shared<const SecureString>(text);
  wipe(text.data(), text.size());
  owner = kept;
  return Slot::string(*kept);
}

/// Reads a text as a number. Returns false if it is none, or one that the type does not hold.
template <class Number>
[[nodiscard]] bool read_number(std::string_view text, Number& number) {
  const auto* const end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, number);
  return error == std::errc{} && at == end;
}
#if !defined(__cpp_lib_to_chars)
// The standard library's std::from_chars does not read floating-point numbers.
[[nodiscard]] inline bool read_number(std::string_view text, double& number) {
  std::istringstream in{std::string(text)};
  in.imbue(std::locale::classic());
  in >> number;
  return !in.fail() && in.peek() == std::istringstream::traits_type::eof();
}
#endif

/// Reads a number that is JSON as a type; nothing if the text is no number, or one that the type does not hold.
template <class Number>
[[nodiscard]] std::optional<Number> number_of(const Slot& slot) {
  Number number{};
  const bool read = slot.state() == SlotState::raw && read_number(slot.text(), number);
  return read ? std::optional(number) : std::nullopt;
}

/// The member of an object in JSON, by the rules of `find_attribute`; the last of several counts.
[[nodiscard]] inline JsonValue find_member(const JsonValue& object, std::string_view name) {
  JsonValue camel;
  JsonValue literal;
  object.each_member([&](const std::string& key, const JsonValue& value) {
    if (equals_camel(name, key)) camel = value;
    if (key == name) literal = value;
  });
  return camel.text().empty() ? literal : camel;
}

}  // namespace detail

WANDB_DECL Value Value::of_json(std::shared_ptr<const void> owner, std::string_view json) {
  const detail::JsonValue value(json);
  // A number stays as the server wrote it, unless it is an integer, which is written in one way only, but for 0 and -0.
  const auto integer = value.text() == "-0" ? std::nullopt : value.integer();
  auto slot = Slot::raw(value.text());
  if (value.text().empty()) return {};
  if (value.is_null()) slot = Slot::null();
  else if (value.is_boolean()) slot = Slot::boolean(value.text() == "true");
  else if (integer) slot = Slot::integer(*integer);
  else if (value.is_string()) slot = detail::string_slot(owner, value);
  return {std::move(owner), slot};
}

WANDB_DECL SlotState Value::kind_of_json() const noexcept { return real() ? SlotState::real : SlotState::raw; }
WANDB_DECL std::optional<std::uint64_t> Value::kept_integer() const noexcept {
  if (slot_.state() == SlotState::raw && slot_.text() == "-0") return 0;
  return detail::number_of<std::uint64_t>(slot_);
}
WANDB_DECL std::optional<double> Value::real() const noexcept {
  return slot_.state() == SlotState::real ? std::optional(slot_.real()) : detail::number_of<double>(slot_);
}

WANDB_DECL bool Value::is_object() const noexcept {
  return kind() == SlotState::object || (kind() == SlotState::raw && detail::JsonValue(slot_.text()).is_object());
}
WANDB_DECL bool Value::is_list() const noexcept {
  return kind() == SlotState::rows || (kind() == SlotState::raw && detail::JsonValue(slot_.text()).is_array());
}

WANDB_DECL ObjectView Value::object() const noexcept {
  return field_ == nullptr ? object_ : object_.object(*field_).value_or(ObjectView{});
}
WANDB_DECL ListView Value::list() const noexcept { return field_ == nullptr ? ListView{} : object_.list(*field_); }

WANDB_DECL std::size_t Value::size() const {
  std::size_t count = 0;
  if (kind() == SlotState::rows) return list().size();
  if (kind() == SlotState::object) {
    const auto view = object();
    for (const auto& field : view.fields()) count += view.slot(field).state() != SlotState::unloaded ? 1U : 0U;
  } else if (kind() == SlotState::raw) {
    const detail::JsonValue json(slot_.text());
    json.each_element([&](const detail::JsonValue&) { ++count; });
    json.each_member([&](const std::string&, const detail::JsonValue&) { ++count; });
  }
  return count;
}

WANDB_DECL Value Value::operator[](std::string_view name) const {
  if (kind() == SlotState::raw)
    return of_json(owner_, detail::find_member(detail::JsonValue(slot_.text()), name).text());
  if (kind() != SlotState::object) return {};
  const auto view = object();
  const auto* field = detail::find_attribute(view, name);
  return field == nullptr ? Value() : Value(std::static_pointer_cast<const Page>(owner_), view, *field);
}

WANDB_DECL Value Value::operator[](std::size_t index) const {
  if (kind() == SlotState::rows) return index < list().size() ? element(index, nullptr) : Value();
  auto one = begin();
  const auto last = end();
  while (one != last && one.index_ != index) ++one;
  return one == last ? Value() : *one;
}

WANDB_DECL Value Value::element(std::size_t index, const char* json) const {
  if (json != nullptr) {
    const auto* const end = slot_.text().data() + slot_.text().size();
    return of_json(owner_, {json, static_cast<std::size_t>(detail::skip_value(json, end) - json)});
  }
  const auto rows = list();
  if (rows.slot(index).state() != SlotState::object) return {owner_, rows.slot(index)};
  return {std::static_pointer_cast<const Page>(owner_), rows[index]};
}

WANDB_DECL const char* Value::first_element() const noexcept {
  if (kind() != SlotState::raw || !is_list()) return nullptr;
  const auto text = slot_.text();
  return detail::skip_space(text.data() + 1, text.data() + text.size());
}

WANDB_DECL const char* Value::next_element(const char* json) const noexcept {
  const auto* const end = slot_.text().data() + slot_.text().size();
  json = detail::skip_space(detail::skip_value(json, end), end);
  return json != end && *json == ',' ? detail::skip_space(json + 1, end) : json;
}
WANDB_DECL Result<std::optional<std::string_view>> Value::as_string() const& { return as<std::string_view>(); }
WANDB_DECL Result<std::optional<std::string>> Value::as_string() && { return as<std::string>(); }
WANDB_DECL Result<std::optional<bool>> Value::as_bool() const { return as<bool>(); }
WANDB_DECL Result<std::optional<std::int64_t>> Value::as_integer() const { return as<std::int64_t>(); }
WANDB_DECL Result<std::optional<double>> Value::as_real() const { return as<double>(); }

WANDB_DECL std::string Value::raw() const {
  std::string json;
  detail::ValueWriter writer(json);
  if (kind() == SlotState::object && field_ == nullptr) writer.write(object_);
  else writer.write(object_, field_, slot_);
  return json;
}

WANDB_DECL std::string Value::shown() const {
  if (!is_loaded()) return "(not loaded)";
  return kind() == SlotState::string ? detail::shown_name(slot_.text()) : detail::redact(raw());
}

WANDB_DECL Error Value::refuse(errc code, std::string_view why) const {
  const std::string name = field_ ? " \"" + std::string(field_->key) + "\"" : std::string{};
  return Error(make_error_code(code), "the attribute" + name + " " + std::string(why), Delivery::nothing_sent);
}

}  // namespace wandb
