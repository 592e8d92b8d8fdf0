// The position of a parser in the page that it fills.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <string>

#include <wandb/detail/answer/error_path.hpp>
#include <wandb/detail/answer/page.hpp>
#include <wandb/detail/answer/shape.hpp>

namespace wandb::inline WANDB_ABI::detail {

/// The members of an answer that surround its data.
struct Envelope {
  static constexpr std::array<Field, 6> fields{
      {{.key = "data", .kind = FieldKind::object, .slot = 0},
       {.key = "errors", .kind = FieldKind::raw, .slot = 1},
       {.key = "error", .kind = FieldKind::raw, .slot = 2},
       {.key = "code", .kind = FieldKind::raw, .slot = 3},
       {.key = "status", .kind = FieldKind::raw, .slot = 4},
       {.key = "", .kind = FieldKind::object, .slot = 5, .first = 0, .last = 5}}};
  static constexpr const Field* data = &fields[0];
  static constexpr const Field* whole = &fields[5];  // the answer itself

  std::array<Slot, 6> slots{};
  [[nodiscard]] Slot data_slot() const noexcept { return slots[0]; }
  [[nodiscard]] Slot errors() const noexcept { return slots[1]; }
  [[nodiscard]] Slot error() const noexcept { return slots[2]; }
  /// Some servers put the code and the status next to `error` instead of into it.
  [[nodiscard]] Slot code() const noexcept { return slots[3]; }
  [[nodiscard]] Slot status() const noexcept { return slots[4]; }
  /// Returns whether the answer has neither data nor errors.
  [[nodiscard]] bool is_empty() const noexcept {
    return std::all_of(slots.begin(), slots.begin() + 3, [](Slot slot) { return slot.state() == SlotState::unloaded; });
  }
};

/// An object or a list that has begun and not ended.
struct PageFrame {
  const Field* fields;   // the indices in a field point into this array
  const Field* next;     // in an object: the field that is expected
  const Field* last;     // in an object: one past its last field
  const Field* first;    // in an object: its first field
  const Field* current;  // in an object: the field whose value comes, null if it is unknown; in a list: the list
  Slot* row;             // in an object: its row
  Slot* run;             // in a list: the slot that names its rows; in an object: null
  std::uint32_t count;   // in a list: the number of elements so far

  [[nodiscard]] bool is_list() const noexcept { return run != nullptr; }
};

/// Returns the path to a parser's position, as `users.edges[3].node.name`. Only frames of `fields` count.
[[nodiscard]] inline std::string path_of(std::span<const PageFrame> frames, const Field* fields) {
  std::string text;
  for (const auto& frame : frames) {
    if (frame.is_list()) {
      if (frame.count != 0) append_path(text, frame.count - 1);
    } else if (frame.current == nullptr) {
      break;
    } else if (frame.fields == fields) {
      append_path(text, frame.current->key);
    }
  }
  return text;
}

/// Unloads an object that begins for a second time, together with the objects inside it.
inline void unload(const Field* fields, const Field& object, Slot* row) noexcept {
  for (auto i = object.first; i != object.last; ++i) {
    const auto& field = fields[i];
    row[field.slot] = Slot{};
    if (field.kind == FieldKind::object && !field.list) unload(fields, field, row);
  }
}

}  // namespace wandb::detail
