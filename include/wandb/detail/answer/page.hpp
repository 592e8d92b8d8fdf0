// The data of an answer, which is decoded once, immutable, and read through views.
#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include <wandb/detail/answer/shape.hpp>

namespace wandb::inline WANDB_ABI {

namespace detail {
class PageBuilder;
}

/// States what a slot holds.
enum class SlotState : std::uint8_t {
  unloaded,  ///< not requested, or not sent
  null,
  string,
  integer,
  real,
  boolean,
  raw,     ///< JSON text
  object,  ///< an object that is not null; its fields follow in the same row
  rows,    ///< a list: a run of rows in its own table
};

/// One value of a page, in 16 bytes. Text is a view into the page.
class Slot {
 public:
  static constexpr std::uint64_t max_text = 0xFFFF'FFFF;

  Slot() = default;  // this is trivial, so that a table costs nothing before its rows are used; `Slot{}` is unloaded
  [[nodiscard]] static Slot null() noexcept { return Slot(SlotState::null, 0); }
  [[nodiscard]] static Slot object() noexcept { return Slot(SlotState::object, 0); }
  /// Makes a slot of a text of at most `max_text` bytes.
  [[nodiscard]] static Slot string(std::string_view text) noexcept { return Slot(SlotState::string, text); }
  [[nodiscard]] static Slot raw(std::string_view json) noexcept { return Slot(SlotState::raw, json); }
  [[nodiscard]] static Slot integer(std::int64_t value) noexcept {
    Slot slot(SlotState::integer, 0);
    slot.integer_ = value;
    return slot;
  }
  [[nodiscard]] static Slot real(double value) noexcept {
    Slot slot(SlotState::real, 0);
    slot.real_ = value;
    return slot;
  }
  [[nodiscard]] static Slot boolean(bool value) noexcept { return Slot(SlotState::boolean, value ? 1 : 0); }
  [[nodiscard]] static Slot rows(std::uint32_t first, std::uint32_t count) noexcept {
    Slot slot(SlotState::rows, count);
    slot.integer_ = first;
    return slot;
  }

  [[nodiscard]] SlotState state() const noexcept { return static_cast<SlotState>(meta_ >> 32); }
  /// Returns the text of a string or of raw JSON.
  [[nodiscard]] std::string_view text() const noexcept { return {text_, size()}; }
  [[nodiscard]] std::int64_t integer() const noexcept { return integer_; }
  [[nodiscard]] double real() const noexcept { return real_; }
  [[nodiscard]] bool boolean() const noexcept { return size() != 0; }
  [[nodiscard]] std::uint32_t first_row() const noexcept { return static_cast<std::uint32_t>(integer_); }
  [[nodiscard]] std::uint32_t row_count() const noexcept { return size(); }

 private:
  Slot(SlotState state, std::uint32_t size) noexcept
      : integer_(0), meta_(std::uint64_t{static_cast<std::uint8_t>(state)} << 32 | size) {}
  Slot(SlotState state, std::string_view text) noexcept : Slot(state, static_cast<std::uint32_t>(text.size())) {
    text_ = text.data();
  }
  [[nodiscard]] std::uint32_t size() const noexcept { return static_cast<std::uint32_t>(meta_); }

  union {
    std::int64_t integer_;
    const char* text_;
    double real_;
  };
  // The state is in the high half, the size in the low half. A slot that is one word is copied by two moves; two
  // members would cause a store-forwarding stall.
  std::uint64_t meta_;
};

class ListView;
class Page;

/// A view of one object of a page. It is cheap to copy and owns nothing, so that the page must outlive it.
class ObjectView {
 public:
  /// Makes an object without fields.
  ObjectView() = default;

  /// Returns the field with this key; null if the shape has no such field.
  [[nodiscard]] const Field* field(std::string_view key) const noexcept;
  /// Returns the object's fields, in the order of the document.
  [[nodiscard]] std::span<const Field> fields() const noexcept;
  /// Returns the slot of one of `fields()`.
  [[nodiscard]] Slot slot(const Field& field) const noexcept { return row_[field.slot]; }
  [[nodiscard]] Slot slot(std::size_t index) const noexcept { return slot(fields()[index]); }
  /// Returns the slot of the field with this key; unloaded if the shape has no such field.
  [[nodiscard]] Slot slot(std::string_view key) const noexcept {
    const auto* found = field(key);
    return found ? slot(*found) : Slot{};
  }
  [[nodiscard]] SlotState state(std::string_view key) const noexcept { return slot(key).state(); }

  /// Returns the value of a field; nothing if it is null, unloaded, or of another type.
  [[nodiscard]] std::optional<std::string_view> string(std::string_view key) const noexcept {
    const auto found = slot(key);
    return found.state() == SlotState::string ? std::optional(found.text()) : std::nullopt;
  }
  [[nodiscard]] std::optional<std::string_view> raw(std::string_view key) const noexcept {
    const auto found = slot(key);
    return found.state() == SlotState::raw ? std::optional(found.text()) : std::nullopt;
  }
  [[nodiscard]] std::optional<bool> boolean(std::string_view key) const noexcept {
    const auto found = slot(key);
    return found.state() == SlotState::boolean ? std::optional(found.boolean()) : std::nullopt;
  }
  [[nodiscard]] std::optional<std::int64_t> integer(std::string_view key) const noexcept {
    const auto found = slot(key);
    return found.state() == SlotState::integer ? std::optional(found.integer()) : std::nullopt;
  }
  [[nodiscard]] std::optional<double> real(std::string_view key) const noexcept {
    const auto found = slot(key);
    return found.state() == SlotState::real ? std::optional(found.real()) : std::nullopt;
  }
  [[nodiscard]] std::optional<ObjectView> object(std::string_view key) const noexcept;
  /// Returns the object that a field of `fields()` holds.
  [[nodiscard]] std::optional<ObjectView> object(const Field& field) const noexcept;
  /// Returns the elements of a list; empty if the list is null or unloaded.
  [[nodiscard]] ListView list(std::string_view key) const noexcept;
  [[nodiscard]] ListView list(const Field& field) const noexcept;

 private:
  friend class Page;
  friend class ListView;
  ObjectView(const Page& page, const Slot* row, std::uint16_t first, std::uint16_t last) noexcept
      : page_(&page), row_(row), first_(first), last_(last) {}

  const Page* page_ = nullptr;
  const Slot* row_ = nullptr;
  std::uint16_t first_ = 0;
  std::uint16_t last_ = 0;
};

/// A view of the elements of a list of a page. It is cheap to copy and owns nothing, so that the page must outlive it.
class ListView {
 public:
  class Iterator {
   public:
    using value_type = ObjectView;
    using difference_type = std::ptrdiff_t;
    using iterator_category = std::input_iterator_tag;
    using iterator_concept = std::forward_iterator_tag;
    Iterator() = default;
    [[nodiscard]] ObjectView operator*() const noexcept { return {*page_, row_, first_, last_}; }
    Iterator& operator++() noexcept {
      row_ += width_;
      return *this;
    }
    Iterator operator++(int) noexcept {
      auto before = *this;
      ++*this;
      return before;
    }
    friend bool operator==(const Iterator& a, const Iterator& b) noexcept { return a.row_ == b.row_; }

   private:
    friend class ListView;
    friend class ObjectView;
    const Page* page_ = nullptr;
    const Slot* row_ = nullptr;
    std::uint16_t first_ = 0;
    std::uint16_t last_ = 0;
    std::uint16_t width_ = 0;
  };

  /// Makes a list without elements.
  ListView() = default;
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
  /// Returns the element at `index`, which must be less than `size()`. It has no fields if the elements are scalars.
  [[nodiscard]] ObjectView operator[](std::size_t index) const noexcept { return *at(index); }
  /// Returns the slot of the element: a scalar, or whether an object is null.
  [[nodiscard]] Slot slot(std::size_t index) const noexcept { return *at(index).row_; }
  [[nodiscard]] bool is_null(std::size_t index) const noexcept { return slot(index).state() == SlotState::null; }
  /// Returns the element's text; nothing if it is null or not a string.
  [[nodiscard]] std::optional<std::string_view> string(std::size_t index) const noexcept {
    const auto found = slot(index);
    return found.state() == SlotState::string ? std::optional(found.text()) : std::nullopt;
  }
  [[nodiscard]] Iterator begin() const noexcept { return begin_; }
  [[nodiscard]] Iterator end() const noexcept { return at(size_); }

 private:
  friend class ObjectView;
  [[nodiscard]] Iterator at(std::size_t index) const noexcept {
    auto there = begin_;
    if (index != 0) there.row_ += index * there.width_;
    return there;
  }
  Iterator begin_;
  std::size_t size_ = 0;
};

/// The data of one answer, in tables that follow a `Shape`. It is immutable, so that any thread may read it. It is
/// shared as `std::shared_ptr<const Page>`. Each page is the base of a `detail::StoredPage`, which owns what the page
/// refers to.
class Page {
 public:
  Page(const Page&) = delete;
  Page& operator=(const Page&) = delete;

  [[nodiscard]] const Shape& shape() const noexcept { return shape_; }
  /// Returns the object that `data` holds.
  [[nodiscard]] ObjectView root() const noexcept {
    return tables_ ? ObjectView(*this, tables_[0].slots, shape_.first, shape_.last) : ObjectView{};
  }

 protected:
  struct Table {
    Slot* slots = nullptr;
    std::uint32_t rows = 0;
    std::uint32_t capacity = 0;
    std::unique_ptr<Slot[]> own;  // set when the table outgrows the memory that it begins with
  };

  explicit Page(const Shape& shape) noexcept : shape_(shape) {}
  ~Page() = default;

 private:
  friend class detail::PageBuilder;
  friend class ObjectView;

  Shape shape_;
  Table* tables_ = nullptr;
};

inline std::span<const Field> ObjectView::fields() const noexcept {
  return page_ ? page_->shape_.fields.subspan(first_, static_cast<std::size_t>(last_ - first_))
               : std::span<const Field>{};
}

inline const Field* ObjectView::field(std::string_view key) const noexcept {
  for (const auto& candidate : fields()) {
    if (candidate.key == key) return &candidate;
  }
  return nullptr;
}

inline std::optional<ObjectView> ObjectView::object(const Field& field) const noexcept {
  if (field.list || slot(field).state() != SlotState::object) return std::nullopt;
  return ObjectView(*page_, row_, field.first, field.last);
}

inline std::optional<ObjectView> ObjectView::object(std::string_view key) const noexcept {
  const auto* found = field(key);
  return found ? object(*found) : std::nullopt;
}

inline ListView ObjectView::list(const Field& field) const noexcept {
  ListView list;
  const auto run = slot(field);
  if (run.state() != SlotState::rows) return list;
  const auto width = page_->shape_.widths[field.table];
  list.begin_.page_ = page_;
  list.begin_.row_ = page_->tables_[field.table].slots + std::size_t{run.first_row()} * width;
  list.begin_.first_ = field.first;
  list.begin_.last_ = field.last;
  list.begin_.width_ = width;
  list.size_ = run.row_count();
  return list;
}

inline ListView ObjectView::list(std::string_view key) const noexcept {
  const auto* found = field(key);
  return found ? list(*found) : ListView{};
}

}  // namespace wandb
