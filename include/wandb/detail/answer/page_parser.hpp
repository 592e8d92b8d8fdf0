// Turns the events of a JSON parser into the rows of a page.
#pragma once

#include <boost/json/basic_parser_impl.hpp>
#include <boost/system/error_code.hpp>

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <span>
#include <string>
#include <string_view>

#include <wandb/detail/answer/page_builder.hpp>
#include <wandb/detail/answer/page_frame.hpp>
#include <wandb/detail/answer/shape.hpp>
#include <wandb/detail/answer/skipper.hpp>
#include <wandb/errc.hpp>

namespace wandb::inline WANDB_ABI::detail {

/// A handler for `boost::json::basic_parser`. It keeps a frame for each object or list of the shape. In values that the
/// shape does not have, it only counts brackets.
class PageParser {
 public:
  static constexpr std::size_t max_object_size = std::numeric_limits<std::size_t>::max();
  static constexpr std::size_t max_array_size = max_object_size;
  static constexpr std::size_t max_key_size = max_object_size;
  static constexpr std::size_t max_string_size = max_object_size;
  static constexpr std::size_t max_depth = 64;

  /// If `bare` is set, the text is the root object itself, without an envelope.
  PageParser(PageBuilder& builder, bool bare)
      : builder_(builder),
        begin_(builder.body().data()),
        end_(begin_ + builder.body().size()),
        colons_(builder.body()) {
    const auto* fields = Envelope::fields.data();
    *top_ = {fields,  fields, fields, fields, bare ? Envelope::data : Envelope::whole, envelope_.slots.data(),
             nullptr, 0};
  }

  [[nodiscard]] const Envelope& envelope() const noexcept { return envelope_; }
  /// Returns whether a value is null although the schema does not allow it.
  [[nodiscard]] bool saw_unexpected_null() const noexcept { return saw_unexpected_null_; }
  /// Returns whether the parser unescaped text into a buffer of its own.
  [[nodiscard]] bool saw_escapes() const noexcept { return saw_escapes_; }
  /// Returns why this handler stopped the parser; empty if it did not.
  [[nodiscard]] const char* failure() const noexcept { return failure_; }
  /// Returns the place in the data that was read last, as `users.edges[3].node.name`.
  [[nodiscard]] std::string path() const {
    return path_of(std::span(frames_.data(), top_ + 1), builder_.shape().fields.data());
  }

  using error_code = boost::system::error_code;
  using string_view = boost::json::string_view;
  bool on_document_begin(error_code&) noexcept { return true; }
  bool on_document_end(error_code&) noexcept { return true; }
  bool on_object_begin(error_code& ec);
  bool on_object_end(std::size_t, error_code&) noexcept;
  bool on_array_begin(error_code& ec);
  bool on_array_end(std::size_t, error_code&) noexcept;
  bool on_key_part(string_view text, std::size_t, error_code&);
  bool on_key(string_view text, std::size_t total, error_code&);
  bool on_string_part(string_view text, std::size_t, error_code&);
  bool on_string(string_view text, std::size_t total, error_code& ec);
  bool on_number_part(string_view, error_code&) noexcept { return true; }
  bool on_int64(std::int64_t value, string_view, error_code& ec);
  bool on_uint64(std::uint64_t value, string_view, error_code& ec);
  bool on_double(double value, string_view, error_code& ec);
  bool on_bool(bool value, error_code& ec);
  bool on_null(error_code&);
  bool on_comment_part(string_view, error_code&) noexcept { return true; }
  bool on_comment(string_view, error_code&) noexcept { return true; }

 private:
  [[nodiscard]] bool in_body(const char* text) const noexcept {
    return !std::less<>{}(text, begin_) && std::less<>{}(text, end_);
  }
  [[nodiscard]] std::size_t position() const noexcept {
    return in_body(key_end_) ? static_cast<std::size_t>(key_end_ - begin_) : 1;
  }
  [[nodiscard]] std::size_t rest() const noexcept { return builder_.body().size() - position(); }

  // Returns the slot for the value that begins; null if the value was not requested.
  [[nodiscard]] Slot* target() {
    if (skipping_ != 0) return nullptr;
    if (top_->is_list()) {
      ++top_->count;
      return builder_.append(top_->current->table, position());
    }
    return top_->current != nullptr ? top_->row + top_->current->slot : nullptr;
  }
  // Returns the slot for the object or list that begins; null also if it is kept as raw JSON, which is then skipped to
  // its end.
  [[nodiscard]] Slot* open() {
    if (skipping_ == 0) {
      Slot* slot = target();
      if (slot != nullptr && top_->current->kind != FieldKind::raw) return slot;
      if (slot != nullptr) *slot = raw();
    }
    ++skipping_;
    return nullptr;
  }
  // Returns whether the value that begins is the list of a field, and not one of its elements or a field of one value.
  [[nodiscard]] bool expects_list() const noexcept { return top_->current->list && !top_->is_list(); }
  [[nodiscard]] bool expects(FieldKind kind) const noexcept { return top_->current->kind == kind && !expects_list(); }

  bool fail(const char* reason, error_code& ec) noexcept {
    failure_ = reason;
    ec = make_error_code(errc::malformed_response);
    return false;
  }
  bool wrong_type(error_code& ec) noexcept;
  bool store(Slot* slot, FieldKind kind, Slot value, error_code& ec);
  [[nodiscard]] Slot raw();
  void push(const PageFrame& frame) noexcept { *++top_ = frame; }

  PageBuilder& builder_;
  const char* begin_;
  const char* end_;
  std::size_t skipping_ = 0;       // the depth within a value that is skipped
  const char* key_end_ = nullptr;  // the end of the last key outside skipped values
  std::size_t keys_ = 0;
  const char* failure_ = "";
  bool saw_unexpected_null_ = false;
  bool saw_escapes_ = false;
  Envelope envelope_;
  ColonFinder colons_;
  std::string key_;  // collects an escaped key piece by piece
  std::array<PageFrame, max_depth + 1> frames_;
  PageFrame* top_ = frames_.data();
};

inline bool PageParser::on_object_begin(error_code& ec) {
  Slot* slot = open();
  if (slot == nullptr) return true;
  const Field& field = *top_->current;
  if (!expects(FieldKind::object)) return wrong_type(ec);
  const bool again = slot->state() == SlotState::object;
  *slot = Slot::object();
  if (&field == Envelope::data) {
    const auto& shape = builder_.shape();
    const auto* fields = shape.fields.data();
    push({fields, fields + shape.first, fields + shape.last, fields + shape.first, nullptr, builder_.root(), nullptr,
          0});
    return true;
  }
  const auto* fields = &field == Envelope::whole ? Envelope::fields.data() : top_->fields;
  Slot* row = top_->is_list() ? slot : top_->row;
  if (again) unload(fields, field, row);
  push({fields, fields + field.first, fields + field.last, fields + field.first, nullptr, row, nullptr, 0});
  return true;
}

inline bool PageParser::on_object_end(std::size_t, error_code&) noexcept {
  if (skipping_ != 0) --skipping_;
  else --top_;
  return true;
}

inline bool PageParser::on_array_begin(error_code& ec) {
  Slot* slot = open();
  if (slot == nullptr) return true;
  if (!expects_list()) return wrong_type(ec);
  const Field& field = *top_->current;
  *slot = Slot::rows(builder_.rows(field.table), 0);
  push({top_->fields, nullptr, nullptr, nullptr, &field, nullptr, slot, 0});
  return true;
}

inline bool PageParser::on_array_end(std::size_t, error_code&) noexcept {
  if (skipping_ != 0) {
    --skipping_;
    return true;
  }
  *top_->run = Slot::rows(top_->run->first_row(), top_->count);
  --top_;
  return true;
}

inline bool PageParser::on_key_part(string_view text, std::size_t, error_code&) {
  if (skipping_ == 0) key_.append(text.data(), text.size());
  return true;
}

inline bool PageParser::on_key(string_view text, std::size_t total, error_code&) {
  ++keys_;
  if (skipping_ != 0) return true;
  key_end_ = text.data() + text.size();
  std::string_view key(text.data(), text.size());
  const bool escaped = total != text.size();
  if (escaped) key = key_.append(key);
  auto& top = *top_;
  const Field* field = top.next;
  if (field == top.last || field->key != key) {
    field = top.first;
    while (field != top.last && field->key != key) ++field;
  }
  top.current = field == top.last ? nullptr : field;
  if (top.current != nullptr) top.next = field + 1;
  if (escaped) key_.clear();
  return true;
}

inline bool PageParser::on_string_part(string_view text, std::size_t, error_code&) {
  saw_escapes_ = true;
  const bool wanted = skipping_ == 0 && top_->current != nullptr && top_->current->kind == FieldKind::string;
  if (wanted) builder_.arena().append({text.data(), text.size()}, rest());
  return true;
}

inline bool PageParser::on_string(string_view text, std::size_t total, error_code& ec) {
  const bool escaped = total != text.size() || !in_body(text.data());
  if (escaped) saw_escapes_ = true;
  Slot* slot = target();
  if (slot == nullptr) return true;
  std::string_view whole(text.data(), text.size());
  if (escaped && top_->current->kind == FieldKind::string) {
    builder_.arena().append(whole, rest());
    whole = builder_.arena().close();
  }
  return store(slot, FieldKind::string, Slot::string(whole), ec);
}

inline bool PageParser::on_int64(std::int64_t value, string_view, error_code& ec) {
  Slot* slot = target();
  if (slot == nullptr) return true;
  if (expects(FieldKind::real)) return store(slot, FieldKind::real, Slot::real(static_cast<double>(value)), ec);
  return store(slot, FieldKind::integer, Slot::integer(value), ec);
}

inline bool PageParser::on_uint64(std::uint64_t value, string_view, error_code& ec) {
  Slot* slot = target();
  if (slot == nullptr) return true;
  if (expects(FieldKind::integer)) return fail("the number is too large", ec);
  return store(slot, FieldKind::real, Slot::real(static_cast<double>(value)), ec);
}

inline bool PageParser::on_double(double value, string_view, error_code& ec) {
  constexpr double exact = 9007199254740992.0;  // integers up to this one, 2^53, are doubles without loss
  Slot* slot = target();
  if (slot == nullptr) return true;
  if (expects(FieldKind::integer)) {
    if (!(std::abs(value) <= exact)) return fail("the number is too large", ec);
    if (value != std::trunc(value)) return fail("it is not a whole number", ec);
    return store(slot, FieldKind::integer, Slot::integer(static_cast<std::int64_t>(value)), ec);
  }
  if (expects(FieldKind::real) && !std::isfinite(value)) return fail("the number is too large", ec);
  return store(slot, FieldKind::real, Slot::real(value), ec);
}

inline bool PageParser::on_bool(bool value, error_code& ec) {
  Slot* slot = target();
  return slot == nullptr || store(slot, FieldKind::boolean, Slot::boolean(value), ec);
}

inline bool PageParser::on_null(error_code&) {
  Slot* slot = target();
  if (slot == nullptr) return true;
  *slot = Slot::null();
  const auto& field = *top_->current;
  if (!(top_->is_list() ? field.element_nullable : field.nullable)) saw_unexpected_null_ = true;
  return true;
}

inline bool PageParser::store(Slot* slot, FieldKind kind, Slot value, error_code& ec) {
  if (top_->current->kind == FieldKind::raw) value = raw();
  else if (!expects(kind)) return wrong_type(ec);
  *slot = value;
  return true;
}

// A raw value is read from the text after its key, because the parser's events carry no positions.
inline Slot PageParser::raw() {
  const char* colon = in_body(key_end_) ? key_end_ : colons_.find(keys_);
  return Slot::raw(value_after_colon(colon, end_));
}

inline bool PageParser::wrong_type(error_code& ec) noexcept {
  if (expects_list()) return fail("it is not a list", ec);
  switch (top_->current->kind) {
    case FieldKind::string: return fail("it is not a string", ec);
    case FieldKind::integer: return fail("it is not a whole number", ec);
    case FieldKind::real: return fail("it is not a number", ec);
    case FieldKind::boolean: return fail("it is not true or false", ec);
    default: return fail("it is not an object", ec);
  }
}

}  // namespace wandb::detail
