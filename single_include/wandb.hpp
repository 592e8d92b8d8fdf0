// MIT License
//
// Copyright (c) 2026 The wandb-users authors
//
// Permission is hereby granted, free of charge, to any person obtaining a copy
// of this software and associated documentation files (the "Software"), to deal
// in the Software without restriction, including without limitation the rights
// to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
// copies of the Software, and to permit persons to whom the Software is
// furnished to do so, subject to the following conditions:
//
// The above copyright notice and this permission notice shall be included in all
// copies or substantial portions of the Software.
//
// THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
// IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
// FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
// AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
// LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
// OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE
// SOFTWARE.

// Made by single_include/make.py. Do not mix it with headers of include/wandb/.
//
// wandb-users in one file: <wandb/wandb.hpp>.
#pragma once
// The whole library, except the Beast transports and the threaded form of `for_each`.

// The answer to a program's own GraphQL document.

#include <memory>
#include <string_view>
#include <utility>
#include <vector>

// The data of an answer, which is decoded once, immutable, and read through views.

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

// Describes the shape of an answer: its fields, and their slots in the rows of a `Page`.

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

// Whether definitions are compiled with each unit or once, and the namespace that has the version and that form.

#if !defined(__cpp_concepts) || !defined(__cpp_impl_coroutine)
#error "wandb-users needs C++20: compile with -std=c++20 or newer"
// This file does not exist, so that the compiler stops here, and not after a thousand errors that do not say so.
#include "wandb-users needs C++20"
#endif

/// `WANDB_DECL` stands before what an `impl/*.ipp` defines: with `WANDB_SEPARATE_COMPILATION` in one unit, which
/// includes `<wandb/src.hpp>`, else in each.
///
/// `WANDB_ABI` is an inline namespace around everything: programs write `wandb::User`, and the linker reads
/// `wandb::v0_1_0::User`. So units that have different versions or forms of the library cannot be mixed up: a type of
/// one is not a type of the other, and a definition that is missing is named with its version and form.
#if defined(WANDB_SEPARATE_COMPILATION)
#define WANDB_DECL
#define WANDB_ABI v0_1_0_compiled
#else
#define WANDB_DECL inline
#define WANDB_ABI v0_1_0
#endif

namespace wandb::inline WANDB_ABI::detail {

/// Whether the headers that this unit has read so far leave their definitions to another.
#if defined(WANDB_SEPARATE_COMPILATION)
inline constexpr bool separately_compiled = true;
#else
inline constexpr bool separately_compiled = false;
#endif

}  // namespace wandb::detail

namespace wandb::inline WANDB_ABI {

/// States what a field, or each element of a list, holds.
enum class FieldKind : std::uint8_t {
  string,
  integer,
  real,
  boolean,
  raw,  ///< any JSON, kept as the received text; a list of such values is one text
  object,
};

/// A field of an answer. An object is stored in the row of its parent, after a slot that says whether the object is
/// null. The slot of a list names a run of rows of the list's own table, and each of these rows begins with the slot of
/// the element itself.
struct Field {
  std::string_view key;  ///< the key in the answer: the alias, if there is one
  FieldKind kind = FieldKind::string;
  bool nullable = true;
  bool list = false;
  std::uint16_t slot = 0;   ///< the index in the row of its table
  std::uint16_t first = 0;  ///< the fields of an object or of a list's elements: from this index in `Shape::fields` …
  std::uint16_t last = 0;   ///< … to this index
  std::uint16_t table = 0;  ///< in a list: the table of its elements
  bool element_nullable = false;
};

/// The fields of a whole answer. This is a view: its tables have static storage or another owner.
struct Shape {
  std::span<const Field> fields;
  std::span<const std::uint16_t> widths;  ///< the number of slots in a row of each table; table 0 has one row, the root
  std::uint16_t first = 0;                ///< the index of the root object's first field
  std::uint16_t last = 0;
};

/// Shapes written by hand:
/// `constexpr auto fields = shapes::shape(object("viewer", required(string("id")), list("teams", string("name"))));`
namespace shapes {

/// Describes a field, and how many of the nodes after it are inside it.
struct Node {
  std::string_view key;
  FieldKind kind = FieldKind::string;
  bool nullable = true;
  bool list = false;
  bool element_nullable = false;
  std::uint16_t inside = 0;
};

/// A field with everything inside it, in the order of the document.
template <std::size_t Fields, std::size_t Lists>
struct Tree {
  std::array<Node, Fields> nodes{};
};

/// Assigns each field its place: the members of an object are adjacent, and slots are counted within each table.
class Layout {
 public:
  constexpr Layout(std::span<const Node> nodes, std::span<Field> fields, std::span<std::uint16_t> widths) noexcept
      : nodes_(nodes), fields_(fields), widths_(widths) {}

  /// Fills `fields` and `widths`. Returns how many fields the root has.
  constexpr std::uint16_t run() noexcept { return place(0, nodes_.size(), 0); }

 private:
  constexpr std::uint16_t place(std::size_t begin, std::size_t end, std::uint16_t table) noexcept {
    const auto first = next_;
    for (auto i = begin; i != end; i += nodes_[i].inside + 1u) {
      const auto& node = nodes_[i];
      fields_[next_++] = Field{.key = node.key,
                               .kind = node.kind,
                               .nullable = node.nullable,
                               .list = node.list,
                               .slot = widths_[table]++,
                               .first = 0,
                               .last = 0,
                               .table = table,
                               .element_nullable = node.element_nullable};
    }
    const auto count = static_cast<std::uint16_t>(next_ - first);
    auto field = fields_.begin() + static_cast<std::ptrdiff_t>(first);
    for (auto i = begin; i != end; i += nodes_[i].inside + 1u, ++field) {
      if (field->list) widths_[field->table = ++tables_] = 1;
      field->first = static_cast<std::uint16_t>(next_);
      field->last = static_cast<std::uint16_t>(next_ + place(i + 1, i + 1 + nodes_[i].inside, field->table));
    }
    return count;
  }

  std::span<const Node> nodes_;
  std::span<Field> fields_;
  std::span<std::uint16_t> widths_;
  std::size_t next_ = 0;
  std::uint16_t tables_ = 0;
};

/// A shape that owns its tables. It is made at compile time and converts to the `Shape` that views them.
template <std::size_t Fields, std::size_t Lists>
class Static {
 public:
  constexpr explicit Static(std::span<const Node> nodes) noexcept : count_(Layout(nodes, fields_, widths_).run()) {}
  constexpr operator Shape() const& noexcept { return {fields_, widths_, 0, count_}; }
  operator Shape() const&& = delete;

 private:
  std::array<Field, Fields> fields_{};
  std::array<std::uint16_t, Lists + 1> widths_{};
  std::uint16_t count_;
};

template <std::size_t... Fields, std::size_t... Lists>
[[nodiscard]] constexpr auto join(const Tree<Fields, Lists>&... trees) noexcept {
  Tree<(Fields + ... + 0), (Lists + ... + 0)> all;
  auto out = all.nodes.begin();
  const auto add = [&out](const auto& nodes) {
    for (const auto& node : nodes) *out++ = node;
  };
  (add(trees.nodes), ...);
  return all;
}

[[nodiscard]] constexpr Tree<1, 0> scalar(std::string_view key, FieldKind kind) noexcept {
  return {{Node{.key = key, .kind = kind}}};
}
[[nodiscard]] constexpr auto string(std::string_view key) noexcept { return scalar(key, FieldKind::string); }
[[nodiscard]] constexpr auto integer(std::string_view key) noexcept { return scalar(key, FieldKind::integer); }
[[nodiscard]] constexpr auto real(std::string_view key) noexcept { return scalar(key, FieldKind::real); }
[[nodiscard]] constexpr auto boolean(std::string_view key) noexcept { return scalar(key, FieldKind::boolean); }
[[nodiscard]] constexpr auto raw(std::string_view key) noexcept { return scalar(key, FieldKind::raw); }

/// Makes an object with these fields; it may be null.
template <std::size_t... Fields, std::size_t... Lists>
[[nodiscard]] constexpr auto object(std::string_view key, const Tree<Fields, Lists>&... children) noexcept {
  constexpr auto inside = (Fields + ... + 0);
  static_assert(inside < 0xFFFF, "a shape has at most 65,535 fields");
  return join(Tree<1, 0>{{Node{.key = key, .kind = FieldKind::object, .inside = inside}}}, children...);
}

/// Makes a list of objects with these fields; the list may be null, its elements may not.
template <std::size_t... Fields, std::size_t... Lists>
[[nodiscard]] constexpr auto list(std::string_view key, const Tree<Fields, Lists>&... children) noexcept {
  Tree<(Fields + ... + 1), (Lists + ... + 1)> tree{object(key, children...).nodes};
  tree.nodes[0].list = true;
  return tree;
}

/// Makes a list of scalars, as `list_of(string("ips"))`; the list may be null, its elements may not.
[[nodiscard]] constexpr Tree<1, 1> list_of(Tree<1, 0> element) noexcept {
  element.nodes[0].list = element.nodes[0].kind != FieldKind::raw;
  return {element.nodes};
}

/// Returns the same field, which may not be null.
template <std::size_t Fields, std::size_t Lists>
[[nodiscard]] constexpr auto required(Tree<Fields, Lists> tree) noexcept {
  tree.nodes[0].nullable = false;
  return tree;
}

/// Returns the same list, whose elements may be null.
template <std::size_t Fields, std::size_t Lists>
[[nodiscard]] constexpr auto nullable_elements(Tree<Fields, Lists> tree) noexcept {
  tree.nodes[0].element_nullable = true;
  return tree;
}

/// Makes the shape of an answer whose `data` has these fields.
template <std::size_t... Fields, std::size_t... Lists>
[[nodiscard]] constexpr auto shape(const Tree<Fields, Lists>&... fields) noexcept {
  return Static<(Fields + ... + 0), (Lists + ... + 0)>(join(fields...).nodes);
}

}  // namespace shapes

}  // namespace wandb

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
// The error that every failed call returns, and the exception that `Result::value()` throws.

#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <iosfwd>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

// The library's error codes, and the conditions that callers compare them with.

#include <string>
#include <system_error>
#include <type_traits>

namespace wandb::inline WANDB_ABI {

/// The library's error codes. An `Error` can be compared with one of these, or with a `condition`.
enum class errc : int {
  invalid_argument = 1,         ///< an argument is invalid; misuse is thrown instead, unless exceptions are disabled
  no_result,                    ///< a `Result` was read before it was set
  no_credentials,               ///< no API key was given, in `WANDB_API_KEY`, or in the netrc file, nor a token
  malformed_api_key,            ///< the API key does not have the shape of one
  unreadable_credentials,       ///< the netrc file or the identity token cannot be read or parsed, or is not there
  invalid_environment,          ///< an environment variable, a settings file or the proxy has an invalid value
  invalid_base_url,             ///< the base URL is not an http or https URL, or is wandb.ai's web page and not its API
  insecure_base_url,            ///< an API key would travel over plain http to another machine
  no_user_credentials,          ///< acting as this user needs the user's own API key, which is not known
  credentials_of_another_user,  ///< the secret belongs to somebody else
  keys_not_loaded,              ///< the user's API keys were never loaded; `reload()` loads them
  attribute_not_loaded,         ///< the attribute was not requested, or the server did not send it
  wrong_attribute_type,         ///< the attribute's value has another type
  malformed_response,           ///< the server's answer does not match the schema
  unexpected_status,            ///< the service answered with an HTTP status that this API does not use
  bad_request,                  ///< the server did not accept the request (400, 410, 413, 422, other 4xx)
  rejected,                     ///< the server refused the operation and gave a reason of its own
  unauthorized,                 ///< the credentials were not accepted (401)
  permission_denied,            ///< the credentials were accepted, but do not permit this (403)
  not_found,                    ///< the object does not exist, or not any more (404)
  conflict,                     ///< the object exists already, or conflicts with another (409)
  rate_limited,                 ///< too many requests (429)
  server_error,                 ///< the server failed (5xx)
  not_implemented,              ///< the server does not support this operation (501)
  ambiguous_user,               ///< several users have this name; the error lists them, and nothing was changed
  ambiguous_key,                ///< several of the user's keys match a secret; the error lists them, nothing was sent
  client_refused,               ///< the server refuses this client, not the user: it wants another `User-Agent`
  not_the_service,              ///< the answer comes not from the service but from a proxy or another server
  no_status,                    ///< the transport returned a response without an HTTP status
  timed_out,                    ///< the deadline passed
  cancelled,                    ///< a stop was requested
  resolve_failed,               ///< the host's name could not be resolved
  connect_failed,               ///< no address of the host accepted a connection
  tls_failed,                   ///< the TLS handshake failed, or the certificate is not the expected host's
  connection_lost,              ///< the connection ended before the answer was complete
  protocol_error,               ///< the answer is not valid HTTP
  response_too_large,           ///< the answer's body or header exceeds the transport's limit
  proxy_refused,                ///< the proxy on the way did not let the request through
};

/// Classes of failures that a caller can act on, independent of the layer or library that reported them.
enum class condition : int {
  misuse = 1,          ///< the program made a mistake
  configuration,       ///< the base URL, the credentials or the environment cannot be used
  unauthorized,        ///< HTTP 401, or the GraphQL error for it
  permission_denied,   ///< HTTP 403, or the GraphQL error for it
  not_found,           ///< HTTP 404, or the GraphQL error for it
  conflict,            ///< HTTP 409, or the GraphQL error for it
  rate_limited,        ///< HTTP 429, or the GraphQL error for it
  rejected,            ///< a refusal that a retry will not change
  server_failure,      ///< HTTP 5xx
  timed_out,           ///< a deadline passed, in any layer
  cancelled,           ///< a stop was requested, and noticed by any layer
  network,             ///< the server was not reached, or the connection was lost
  malformed_response,  ///< the answer could not be parsed
  outcome_unknown,     ///< a mutation may or may not have run; only an `Error` can say so, never an `std::error_code`
};

}  // namespace wandb

template <>
struct std::is_error_code_enum<wandb::errc> : std::true_type {};
template <>
struct std::is_error_condition_enum<wandb::condition> : std::true_type {};

namespace wandb::inline WANDB_ABI {

/// The category of `errc`.
[[nodiscard]] WANDB_DECL const std::error_category& error_category() noexcept;
/// The category of `condition`.
[[nodiscard]] WANDB_DECL const std::error_category& condition_category() noexcept;

[[nodiscard]] inline std::error_code make_error_code(errc code) noexcept {
  return {static_cast<int>(code), error_category()};
}
[[nodiscard]] inline std::error_condition make_error_condition(condition wanted) noexcept {
  return {static_cast<int>(wanted), condition_category()};
}

}  // namespace wandb

namespace wandb::inline WANDB_ABI {

/// Whether a mutation ran on the server. For queries it is always `not_run`, since they change nothing.
enum class Outcome : std::uint8_t { not_run, unknown, ran };

/// How much of a request was sent before the transport failed.
enum class Delivery : std::uint8_t {
  nothing_sent,  ///< not a byte was sent: the server cannot have run the request
  perhaps_sent,  ///< some or all of it was sent and no answer came, or the transport does not know
  answered,      ///< an answer began, but could not be read to its end
};

/// A message of the server. All three texts are untrusted; each is one line of at most 4 KiB, without control
/// characters, and with text that looks like a key masked.
struct ServerMessage {
  std::string text;
  std::string path;  ///< the place in the answer, such as `users.edges[3].node`; empty if the server gave none
  std::string code;  ///< `extensions.code`; empty if there is none
};

#if defined(__GNUC__) && !defined(__clang__)
// With -O1, g++ 12 warns wrongly about an empty optional of it that is moved, in programs of users as well.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
/// A failure: an error code and everything that is known about it. It is cheap to copy, immutable, and safe to share
/// between threads. It never contains a secret.
class [[nodiscard]] Error {
 public:
  /// The parts of an error. All are optional; none may contain a secret.
  struct Details {
    std::string reason;                   ///< what happened; the code's message if empty
    std::optional<std::string> advice{};  ///< what to do about it; the code's advice if not set
    std::string_view operation;           ///< the operation's name, with static storage, such as "createUser"
    std::vector<ServerMessage> messages;  ///< the server's messages
    int status = 0;                       ///< the HTTP status; 0 if none was received
    int attempts = 0;                     ///< the number of requests that were tried
    std::chrono::nanoseconds elapsed{};   ///< the duration of the call, waits included
    Outcome outcome = Outcome::not_run;
    Delivery delivery = Delivery::perhaps_sent;
    bool from_words = false;  ///< the code was deduced from the text of the server's message
  };

  /// Makes the error of a result that was not set: `errc::no_result`.
  Error() : Error(errc::no_result) {}
  /// Makes an error from an `errc`, a `std::error_code`, or a type that converts to that, such as Boost's codes. A
  /// transport passes how much of the request was sent, if it knows.
  template <std::convertible_to<std::error_code> Code>
  Error(const Code& code, Delivery delivery = Delivery::perhaps_sent) : code_(code), delivery_(delivery) {}
  /// Makes an error with its reason as text.
  Error(std::error_code code, std::string_view reason, Delivery delivery = Delivery::perhaps_sent)
      : Error(code, Details{.reason = std::string(reason), .operation = {}, .messages = {}, .delivery = delivery}) {}
  Error(std::error_code code, Details details);

  [[nodiscard]] const std::error_code& code() const noexcept { return code_; }
  /// Whether the mutation ran.
  [[nodiscard]] Outcome outcome() const noexcept { return details_ ? details_->outcome : Outcome::not_run; }
  [[nodiscard]] Delivery delivery() const noexcept { return delivery_; }
  /// The HTTP status; 0 if no answer was received.
  [[nodiscard]] int status() const noexcept { return details_ ? details_->status : 0; }
  /// The server's messages.
  [[nodiscard]] const std::vector<ServerMessage>& messages() const& noexcept;
  [[nodiscard]] std::vector<ServerMessage> messages() && { return std::as_const(*this).messages(); }
  /// The name of the operation that failed, or could not begin for want of credentials, such as "createUser"; empty if
  /// there was none.
  [[nodiscard]] std::string_view operation() const noexcept {
    return details_ ? details_->operation : std::string_view{};
  }
  /// The number of requests that were tried.
  [[nodiscard]] int attempts() const noexcept { return details_ ? details_->attempts : 0; }
  /// The duration of the call, waits included.
  [[nodiscard]] std::chrono::nanoseconds elapsed() const noexcept {
    return details_ ? details_->elapsed : std::chrono::nanoseconds{};
  }
  /// Whether the code was deduced from the text of the server's message, since neither the message's code nor the
  /// status was specific. Such a code is a guess: no critical decision should depend on it.
  [[nodiscard]] bool from_words() const noexcept { return details_ && details_->from_words; }
  /// Whether the same call may succeed later, and can be repeated without harm: it did not run, and the cause may be
  /// temporary.
  [[nodiscard]] bool retryable() const noexcept;
  /// Returns what happened.
  [[nodiscard]] std::string reason() const;
  /// Returns what to do about it; empty if there is no advice. For a mutation that may have run it says to look first.
  [[nodiscard]] std::string advice() const;
  /// Returns one line for people: the operation, reason, advice, the server's messages, status, attempts and outcome.
  [[nodiscard]] std::string message() const;
  /// Returns a copy of the parts, from which a more detailed error can be made.
  [[nodiscard]] Details details() const;

  friend bool operator==(const Error& error, errc code) noexcept { return error.code_ == make_error_code(code); }
  friend bool operator==(const Error& error, condition wanted) noexcept {
    return wanted == condition::outcome_unknown
               ? error.outcome() == Outcome::unknown
               : error.code_ == make_error_condition(wanted) || error.passes_as(wanted);
  }
  template <class Traits>
  friend std::basic_ostream<char, Traits>& operator<<(std::basic_ostream<char, Traits>& out, const Error& error) {
    return out << error.message();
  }

 private:
  // A proxy's answer says nothing about the service, but its status may still mean that a later retry helps.
  [[nodiscard]] bool passes_as(condition wanted) const noexcept;

  // The maximum number of bytes of a server's text: as much as a person may want to read.
  static constexpr std::size_t max_said = 4096;

  std::error_code code_;
  Delivery delivery_ = Delivery::perhaps_sent;
  std::shared_ptr<const Details> details_;
};
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif

/// The exception that `Result::value()` throws; it holds the `Error`. Its visibility is default, so that it can be
/// caught by type across shared libraries that hide their symbols.
class [[gnu::visibility("default")]] Exception : public std::exception {
 public:
  explicit Exception(Error error)
      : error_(std::move(error)), what_(std::make_shared<const std::string>(error_.message())) {}
  [[nodiscard]] const Error& error() const noexcept { return error_; }
  [[nodiscard]] const std::error_code& code() const noexcept { return error_.code(); }
  [[nodiscard]] const char* what() const noexcept override { return what_->c_str(); }

 private:
  Error error_;
  std::shared_ptr<const std::string> what_;  // shared, since copying an exception must not throw
};

/// Returns "not_run", "unknown" or "ran".
[[nodiscard]] constexpr std::string_view to_string(Outcome outcome) noexcept {
  return outcome == Outcome::ran ? "ran" : outcome == Outcome::unknown ? "unknown" : "not_run";
}

namespace detail {

/// Throws `std::invalid_argument`. If exceptions are disabled it returns, and the caller must return an error.
WANDB_DECL void throw_misuse(const std::string& why);

/// Throws an `Exception` of `error`. If exceptions are disabled it prints the error and ends the program.
[[noreturn]] WANDB_DECL void throw_error(const Error& error);

}  // namespace detail

}  // namespace wandb

// One attribute, whose type is only known at run time.

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

// A value or an error.

#include <concepts>
#include <memory>
#include <type_traits>
#include <utility>
#include <version>

#if defined(__cpp_lib_expected)
#include <expected>
#endif

namespace wandb::inline WANDB_ABI {

template <class T>
class Result;

namespace detail {

/// What a `Result<void>` holds.
struct Nothing {};

template <class T>
inline constexpr bool is_result = false;
template <class T>
inline constexpr bool is_result<Result<T>> = true;

/// An argument from which a result's value is made. It is neither a result nor an error, even if `T` can be made from
/// that.
template <class U, class T>
concept ValueOf = !is_result<std::remove_cvref_t<U>> && std::convertible_to<U, T> && !std::convertible_to<U, Error>;
template <class U, class T>
concept OtherValue = !std::same_as<U, T> && std::convertible_to<U, T>;
template <class E>
concept ErrorLike = !is_result<std::remove_cvref_t<E>> && std::convertible_to<E, Error>;

}  // namespace detail

/// A value or an `Error`; a `Result<void>` is success or an `Error`. The members have the names of `std::expected`, to
/// which it converts if the standard library has that. Only `value()` throws `Exception`; if exceptions are disabled,
/// it prints the error and ends the program. The compiler warns if a result is ignored.
template <class T>
class [[nodiscard]] Result {
  using Held = std::conditional_t<std::is_void_v<T>, detail::Nothing, T>;

 public:
  using value_type = T;
  using error_type = Error;

  /// Makes a result that is not set yet: `errc::no_result`. Containers and executors need it. It is explicit, so that
  /// `return {};` does not compile.
  explicit Result() noexcept {}  // NOLINT(modernize-use-equals-default): the union may delete a defaulted one
  // The check does not see that the concepts exclude copies and moves.
  // NOLINTBEGIN(bugprone-forwarding-reference-overload)
  template <detail::ValueOf<Held> U = T>
  Result(U&& value) : Result(std::in_place, std::forward<U>(value)) {}
  /// Makes a result from an `Error` or an error code.
  template <detail::ErrorLike E>
  Result(E&& error) : error_(std::forward<E>(error)) {}
  // NOLINTEND(bugprone-forwarding-reference-overload)
  /// Constructs the value in place.
  template <class... Args>
  explicit Result(std::in_place_t, Args&&... args) : value_(std::forward<Args>(args)...), has_value_(true) {}
  /// Converts the value of another result.
  template <detail::OtherValue<T> U>
  Result(Result<U> other) : error_(std::move(other).error()) {
    if (other) construct(*std::move(other));
  }

  Result(const Result& other) requires std::copy_constructible<Held> : error_(other.error_) {
    if (other.has_value_) construct(other.value_);
  }
  Result(Result&& other) noexcept(std::is_nothrow_move_constructible_v<Held>) : error_(std::move(other.error_)) {
    if (other.has_value_) construct(std::move(other.value_));
  }
  Result& operator=(const Result& other) requires std::copy_constructible<Held> {
    *this = Result(other);
    return *this;
  }
  Result& operator=(Result&& other) noexcept(std::is_nothrow_move_constructible_v<Held>) {
    if (this == &other) return *this;
    clear();
    error_ = std::move(other.error_);
    if (other.has_value_) construct(std::move(other.value_));
    return *this;
  }
  ~Result() { clear(); }

  [[nodiscard]] bool has_value() const noexcept { return has_value_; }
  [[nodiscard]] bool has_error() const noexcept { return !has_value_; }
  [[nodiscard]] explicit operator bool() const noexcept { return has_value_; }

  /// Returns the value, or throws `Exception`. A temporary result returns it by value, so that a loop over it is safe.
  std::add_lvalue_reference_t<T> value() & {
    if (!has_value_) detail::throw_error(error_);
    if constexpr (!std::is_void_v<T>) return value_;
  }
  std::add_lvalue_reference_t<const T> value() const& {
    if (!has_value_) detail::throw_error(error_);
    if constexpr (!std::is_void_v<T>) return value_;
  }
  T value() && {
    if (!has_value_) detail::throw_error(error_);
    if constexpr (!std::is_void_v<T>) return std::move(value_);
  }
  T value() const&& = delete;

  /// Accesses the value; there must be one.
  [[nodiscard]] Held* operator->() noexcept { return has_value_ ? std::addressof(value_) : nullptr; }
  [[nodiscard]] const Held* operator->() const noexcept { return has_value_ ? std::addressof(value_) : nullptr; }
  std::add_lvalue_reference_t<T> operator*() & noexcept {
    if constexpr (!std::is_void_v<T>) return *operator->();
  }
  std::add_lvalue_reference_t<const T> operator*() const& noexcept {
    if constexpr (!std::is_void_v<T>) return *operator->();
  }
  T operator*() && noexcept(std::is_nothrow_move_constructible_v<Held>) {
    if constexpr (!std::is_void_v<T>) return std::move(*operator->());
  }
  T operator*() const&& = delete;

  /// Returns the error; `errc::no_result` if there is a value.
  [[nodiscard]] const Error& error() const& noexcept { return error_; }
  [[nodiscard]] Error error() && noexcept { return std::move(error_); }

  /// Returns the value, or `otherwise` if there is none.
  template <class U>
  [[nodiscard]] T value_or(U&& otherwise) const& {
    return has_value_ ? value_ : static_cast<T>(std::forward<U>(otherwise));
  }
  template <class U>
  [[nodiscard]] T value_or(U&& otherwise) && {
    return has_value_ ? std::move(value_) : static_cast<T>(std::forward<U>(otherwise));
  }

  /// Replaces the value or error by a new value.
  template <class... Args>
  std::add_lvalue_reference_t<T> emplace(Args&&... args) {
    clear();
    error_ = Error();
    construct(std::forward<Args>(args)...);
    if constexpr (!std::is_void_v<T>) return value_;
  }

  /// Returns `function(value)`, which is a result, or the error.
  template <class F>
  auto and_then(F&& function) & {
    return chained(*this, std::forward<F>(function));
  }
  template <class F>
  auto and_then(F&& function) const& {
    return chained(*this, std::forward<F>(function));
  }
  template <class F>
  auto and_then(F&& function) && {
    return chained(std::move(*this), std::forward<F>(function));
  }
  /// Returns a result of `function(value)`, or the error.
  template <class F>
  auto transform(F&& function) & {
    return transformed(*this, std::forward<F>(function));
  }
  template <class F>
  auto transform(F&& function) const& {
    return transformed(*this, std::forward<F>(function));
  }
  template <class F>
  auto transform(F&& function) && {
    return transformed(std::move(*this), std::forward<F>(function));
  }
  /// Returns the value, or `function(error)`, which is a result of the same type.
  template <class F>
  Result or_else(F&& function) const& {
    return has_value_ ? *this : std::forward<F>(function)(error_);
  }
  template <class F>
  Result or_else(F&& function) && {
    return has_value_ ? std::move(*this) : std::forward<F>(function)(std::move(error_));
  }
  /// Returns the value, or the error `function(error)`.
  template <class F>
  Result transform_error(F&& function) const& {
    return has_value_ ? *this : Result(Error(std::forward<F>(function)(error_)));
  }
  template <class F>
  Result transform_error(F&& function) && {
    return has_value_ ? std::move(*this) : Result(Error(std::forward<F>(function)(std::move(error_))));
  }

  /// Whether there is a value, and it is equal to `value`.
  friend bool operator==(const Result& result, const Held& value) requires std::equality_comparable<Held> {
    return result.has_value_ && result.value_ == value;
  }

#if defined(__cpp_lib_expected)
  operator std::expected<T, Error>() const& { return expected(*this); }
  operator std::expected<T, Error>() && { return expected(std::move(*this)); }
#endif

 private:
  template <class... Args>
  void construct(Args&&... args) {
    std::construct_at(std::addressof(value_), std::forward<Args>(args)...);
    has_value_ = true;
  }
  void clear() noexcept {
    if (has_value_) std::destroy_at(std::addressof(value_));
    has_value_ = false;
  }

  // Calls a function with the value, or a member function of it. `std::invoke` would need all of `<functional>`.
  template <class Self, class F>
  static decltype(auto) apply(Self&& self, F&& function) {
    if constexpr (std::is_void_v<T>) return std::forward<F>(function)();
    else if constexpr (std::is_member_function_pointer_v<std::remove_cvref_t<F>>)
      return (std::forward<Self>(self).value_.*function)();
    else return std::forward<F>(function)(std::forward<Self>(self).value_);
  }
  template <class Self, class F>
  static auto chained(Self&& self, F&& function) {
    using Next = std::remove_cvref_t<decltype(apply(std::forward<Self>(self), std::forward<F>(function)))>;
    static_assert(detail::is_result<Next>, "and_then takes a function that gives a Result");
    if (!self) return Next(std::forward<Self>(self).error());
    return Next(apply(std::forward<Self>(self), std::forward<F>(function)));
  }
  template <class Self, class F>
  static auto transformed(Self&& self, F&& function) {
    using Next = std::remove_cvref_t<decltype(apply(std::forward<Self>(self), std::forward<F>(function)))>;
    if (!self) return Result<Next>(std::forward<Self>(self).error());
    if constexpr (std::is_void_v<Next>) {
      apply(std::forward<Self>(self), std::forward<F>(function));
      return Result<void>(std::in_place);
    } else {
      return Result<Next>(std::in_place, apply(std::forward<Self>(self), std::forward<F>(function)));
    }
  }
#if defined(__cpp_lib_expected)
  template <class Self>
  static std::expected<T, Error> expected(Self&& self) {
    if (!self) return std::unexpected<Error>(std::forward<Self>(self).error());
    if constexpr (std::is_void_v<T>) return {};
    else return std::expected<T, Error>(std::in_place, std::forward<Self>(self).value_);
  }
#endif

  // Beside a value the error is `errc::no_result`. It always exists, so that an exception leaves a valid state.
  Error error_;
  union {
    Held value_;
  };
  bool has_value_ = false;
};

/// Returns a successful `Result<void>`.
[[nodiscard]] inline Result<void> success() { return Result<void>(std::in_place); }

}  // namespace wandb

namespace wandb::inline WANDB_ABI {

/// A boolean, or an integer of any size. Not a character: no attribute is one.
template <class T>
concept BooleanOrInteger = std::integral<T> && !std::same_as<T, char> && !std::same_as<T, wchar_t> &&
                           !std::same_as<T, char8_t> && !std::same_as<T, char16_t> && !std::same_as<T, char32_t>;

/// What an attribute can be read as.
template <class T>
concept AttributeType = std::same_as<T, std::remove_cv_t<T>> &&
    (BooleanOrInteger<T> || std::floating_point<T> || std::same_as<T, std::string> ||
     std::same_as<T, std::string_view>);

/// The value of an attribute, or of a part of an answer: unloaded, null, or something. Keeps what it shows alive, so it
/// may outlive its user.
class Value {
 public:
  class Iterator;

  /// An attribute that was not loaded.
  Value() = default;
  /// The value of a slot. `owner` keeps its text alive. Of a list or an object only the kind is known.
  Value(std::shared_ptr<const void> owner, Slot slot) noexcept : owner_(std::move(owner)), slot_(slot) {}
  /// A field of an object of a page.
  Value(std::shared_ptr<const Page> page, const ObjectView& object, const Field& field) noexcept
      : owner_(std::move(page)), slot_(object.slot(field)), object_(object), field_(&field) {}
  /// An object of a page.
  Value(std::shared_ptr<const Page> page, const ObjectView& object) noexcept
      : owner_(std::move(page)), slot_(Slot::object()), object_(object) {}
  /// JSON that a parser has checked. A string, a boolean or an integer is read; an object, a list or another number
  /// stays text. `owner` keeps the text alive.
  [[nodiscard]] static Value of_json(std::shared_ptr<const void> owner, std::string_view json);

  [[nodiscard]] bool is_loaded() const noexcept { return slot_.state() != SlotState::unloaded; }
  [[nodiscard]] bool is_null() const noexcept { return slot_.state() == SlotState::null; }
  [[nodiscard]] bool has_value() const noexcept { return is_loaded() && !is_null(); }
  [[nodiscard]] explicit operator bool() const noexcept { return has_value(); }
  /// What it holds. A number in JSON is `SlotState::integer` if 64 bits hold it, `SlotState::real` if only a double
  /// does, and else `SlotState::raw`.
  [[nodiscard]] SlotState kind() const noexcept {
    return slot_.state() == SlotState::raw ? kind_of_json() : slot_.state();
  }

  /// The value as a type; empty where it is null. A whole number also is a floating-point one.
  /// `errc::attribute_not_loaded`, `errc::wrong_attribute_type` (also for a number that does not fit).
  template <AttributeType T>
  [[nodiscard]] Result<std::optional<T>> as() const& {
    if (!is_loaded()) return Result<std::optional<T>>(refuse(errc::attribute_not_loaded, "was not loaded"));
    if (is_null()) return Result<std::optional<T>>(std::optional<T>());
    if (auto converted = convert<T>()) return Result<std::optional<T>>(std::move(converted));
    return Result<std::optional<T>>(refuse(errc::wrong_attribute_type, "holds something of another type"));
  }
  template <AttributeType T>
  [[nodiscard]] Result<std::optional<T>> as() && {
    static_assert(!std::same_as<T, std::string_view>, "a view must not outlive the value: ask for a std::string");
    return std::as_const(*this).as<T>();
  }
  /// The text: a view into this value, or a string of its own from a temporary.
  [[nodiscard]] Result<std::optional<std::string_view>> as_string() const&;
  [[nodiscard]] Result<std::optional<std::string>> as_string() &&;
  [[nodiscard]] Result<std::optional<bool>> as_bool() const;
  [[nodiscard]] Result<std::optional<std::int64_t>> as_integer() const;
  [[nodiscard]] Result<std::optional<double>> as_real() const;

  /// Whether it is an object; whether it is a list. JSON whose shape the schema does not describe counts too.
  [[nodiscard]] bool is_object() const noexcept;
  [[nodiscard]] bool is_list() const noexcept;
  /// The number of elements of a list, or of members of an object; 0 for anything else.
  [[nodiscard]] std::size_t size() const;
  /// The member of an object. A name in snake_case finds camelCase, then the name as it stands. Unloaded if there is
  /// none, or if this is no object.
  [[nodiscard]] Value operator[](std::string_view name) const;
  /// The element of a list; unloaded beyond its end, or if this is no list.
  [[nodiscard]] Value operator[](std::size_t index) const;
  /// Iterates over the elements of a list, which must outlive the iterators; over nothing for any other value.
  [[nodiscard]] Iterator begin() const;
  [[nodiscard]] Iterator end() const;

  /// The value as JSON: verbatim where the schema says JSON, else written anew. Empty when it was not loaded. May hold
  /// secrets, such as the names of keys; `operator<<` masks them.
  [[nodiscard]] std::string raw() const;
  /// The value for a person, on one line: text without quotes, `null`, `(not loaded)`; what looks like a key is masked.
  template <class Traits>
  friend std::basic_ostream<char, Traits>& operator<<(std::basic_ostream<char, Traits>& out, const Value& value) {
    return out << value.shown();
  }

 private:
  template <class T>
  [[nodiscard]] std::optional<T> convert() const {
    if constexpr (std::same_as<T, bool>) {
      if (kind() == SlotState::boolean) return slot_.boolean();
    } else if constexpr (std::integral<T>) {
      if (kind() == SlotState::integer && std::in_range<T>(slot_.integer())) return static_cast<T>(slot_.integer());
      if (const auto whole = kept_integer(); whole && std::in_range<T>(*whole)) return static_cast<T>(*whole);
    } else if constexpr (std::floating_point<T>) {
      if (kind() == SlotState::integer) return static_cast<T>(slot_.integer());
      if (const auto number = real()) return static_cast<T>(*number);
    } else {
      if (kind() == SlotState::string) return T(slot_.text());
    }
    return std::nullopt;
  }
  // The kind of what is kept as JSON.
  [[nodiscard]] SlotState kind_of_json() const noexcept;
  // An integer that is kept as JSON, since only an unsigned one of 64 bits holds it, or since it is -0.
  [[nodiscard]] std::optional<std::uint64_t> kept_integer() const noexcept;
  // A number that is no `SlotState::integer`.
  [[nodiscard]] std::optional<double> real() const noexcept;
  // The object that this value is.
  [[nodiscard]] ObjectView object() const noexcept;
  [[nodiscard]] ListView list() const noexcept;
  // An element of a list: at `index`, or in JSON at `json`.
  [[nodiscard]] Value element(std::size_t index, const char* json) const;
  // Where the first element of a list in JSON begins; null for any other value.
  [[nodiscard]] const char* first_element() const noexcept;
  // Where the element behind the one at `json` begins.
  [[nodiscard]] const char* next_element(const char* json) const noexcept;
  // What `operator<<` writes.
  [[nodiscard]] std::string shown() const;
  [[nodiscard]] Error refuse(errc code, std::string_view why) const;

  std::shared_ptr<const void> owner_;
  Slot slot_{};
  ObjectView object_;
  const Field* field_ = nullptr;  // null: a slot alone, or the object `object_`; else a field of it
};

/// Iterates over the elements of a list. An element is read when it is needed.
class Value::Iterator {
 public:
  using value_type = Value;
  using difference_type = std::ptrdiff_t;
  using iterator_category = std::input_iterator_tag;
  using iterator_concept = std::forward_iterator_tag;
  Iterator() = default;
  [[nodiscard]] Value operator*() const { return list_->element(index_, json_); }
  Iterator& operator++() {
    ++index_;
    if (json_ != nullptr) json_ = list_->next_element(json_);
    return *this;
  }
  Iterator operator++(int) {
    auto before = *this;
    ++*this;
    return before;
  }
  friend bool operator==(const Iterator& a, const Iterator& b) noexcept { return a.index_ == b.index_; }

 private:
  friend class Value;
  Iterator(const Value& list, std::size_t index, const char* json) noexcept
      : list_(&list), index_(index), json_(json) {}

  const Value* list_ = nullptr;
  std::size_t index_ = 0;
  const char* json_ = nullptr;  // where the element begins, in a list of JSON
};

inline Value::Iterator Value::begin() const { return {*this, 0, first_element()}; }
inline Value::Iterator Value::end() const { return {*this, is_list() ? size() : 0, nullptr}; }

}  // namespace wandb

namespace wandb::inline WANDB_ABI {

/// The answer to a program's own document. Copies share the data, which is immutable.
class Answer {
 public:
  /// For the library itself. `page` holds the data and owns its shape.
  Answer(std::shared_ptr<const Page> page, Value data, std::vector<Error> errors) noexcept
      : page_(std::move(page)), data_(std::move(data)), errors_(std::move(errors)) {}

  /// Returns a root field by its response key, in snake_case or camelCase. The `Value` distinguishes what was not
  /// loaded, null and a value, and leads on: `answer["viewer"]["photoUrl"]`.
  [[nodiscard]] Value operator[](std::string_view name) const { return data_[name]; }
  /// Returns the whole of `data`.
  [[nodiscard]] const Value& data() const& noexcept { return data_; }
  [[nodiscard]] Value data() && noexcept { return std::move(data_); }
  /// Returns the server's errors about parts of the data, which are null or not loaded. After 16 errors one more says
  /// how many there are in addition.
  [[nodiscard]] const std::vector<Error>& errors() const& noexcept { return errors_; }
  [[nodiscard]] std::vector<Error> errors() && noexcept { return std::move(errors_); }

 protected:
  [[nodiscard]] const std::shared_ptr<const Page>& page() const noexcept { return page_; }

 private:
  std::shared_ptr<const Page> page_;
  Value data_;
  std::vector<Error> errors_;
};

}  // namespace wandb
// A type that can hold any synchronous transport, so that code which uses it needs no template.

#include <chrono>
#include <memory>
#include <utility>

// The transport or function that an AnyTransport holds, behind virtual functions.

#include <chrono>
#include <concepts>
#include <cstddef>
#include <memory>
#include <type_traits>
#include <utility>

// Explains at compile time what a type lacks to be a transport.

#include <type_traits>

// What carries a request to the server and brings the answer back: the seam where a project plugs in its own HTTP.

#include <chrono>
#include <concepts>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

// Memory that is wiped before it is freed.

#include <cstddef>
#include <cstring>
#include <memory>
#include <new>
#include <string>
#include <string_view>

namespace wandb::inline WANDB_ABI::detail {

/// Overwrites memory with zeros in a way that the optimiser must keep.
inline void wipe(void* memory, std::size_t size) noexcept {
  if (size == 0) return;
  std::memset(memory, 0, size);
  // The barrier makes the zeros observable; a plain memset before a delete is dropped as a dead store.
  asm volatile("" : : "r"(memory) : "memory");
}

/// Compares as `==` does, in a time that depends on the lengths only.
[[nodiscard]] inline bool same_text(std::string_view a, std::string_view b) noexcept {
  unsigned difference = a.size() == b.size() ? 0U : 1U;
  for (std::size_t i = 0; i < a.size() && i < b.size(); ++i) {
    difference |= static_cast<unsigned>(static_cast<unsigned char>(a[i])) ^ static_cast<unsigned char>(b[i]);
  }
  return difference == 0;
}

/// An allocator that wipes memory before it frees it, also when a container grows.
template <class T>
struct WipingAllocator {
  using value_type = T;
  WipingAllocator() = default;
  template <class U>
  constexpr WipingAllocator(const WipingAllocator<U>&) noexcept {}
  [[nodiscard]] T* allocate(std::size_t count) { return std::allocator<T>{}.allocate(count); }
  void deallocate(T* memory, std::size_t count) noexcept {
    wipe(memory, count * sizeof(T));
    std::allocator<T>{}.deallocate(memory, count);
  }
  friend constexpr bool operator==(WipingAllocator, WipingAllocator) noexcept { return true; }
};

}  // namespace wandb::detail

namespace wandb::inline WANDB_ABI {

/// A string that wipes its heap memory before it frees it. A text of up to 15 characters is stored in the string
/// object, and is not wiped: it is too short to be a secret.
using SecureString = std::basic_string<char, std::char_traits<char>, detail::WipingAllocator<char>>;

}  // namespace wandb
// HTTP header fields: single ones of a request, and those of a response in one block of text.

#include <cstddef>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>

// Functions on ASCII text, which ignore the locale and mostly are constexpr.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace wandb::inline WANDB_ABI::detail {

[[nodiscard]] constexpr char to_lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}
[[nodiscard]] constexpr char to_upper(char c) noexcept {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}
[[nodiscard]] constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
[[nodiscard]] constexpr bool is_letter(char c) noexcept { return to_lower(c) >= 'a' && to_lower(c) <= 'z'; }
[[nodiscard]] constexpr bool is_hex_digit(char c) noexcept {
  return is_digit(c) || (to_lower(c) >= 'a' && to_lower(c) <= 'f');
}
[[nodiscard]] constexpr bool is_space(char c) noexcept { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

/// Whether a text contains a control character of ASCII.
[[nodiscard]] constexpr bool has_control_character(std::string_view text) noexcept {
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) return true;
  }
  return false;
}

/// Compares as `==` does, but needs fewer constexpr evaluation steps.
[[nodiscard]] constexpr bool equal(std::string_view a, std::string_view b) noexcept {
  if (a.size() != b.size()) return false;
  const char* x = a.data();
  const char* y = b.data();
  for (const char* const end = x + a.size(); x != end; ++x, ++y) {
    if (*x != *y) return false;
  }
  return true;
}

[[nodiscard]] constexpr bool equal_ignoring_case(std::string_view a, std::string_view b) noexcept {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i != a.size(); ++i) {
    if (to_lower(a[i]) != to_lower(b[i])) return false;
  }
  return true;
}

/// Parses a decimal number of at most `max`; nothing for any other text.
[[nodiscard]] constexpr std::optional<std::uint32_t> parse_number(std::string_view digits, std::uint32_t max) noexcept {
  std::uint64_t value = 0;
  for (const char c : digits) {
    if (!is_digit(c)) return std::nullopt;
    value = value * 10 + static_cast<std::uint32_t>(c - '0');
    if (value > max) return std::nullopt;
  }
  return digits.empty() ? std::nullopt : std::optional(static_cast<std::uint32_t>(value));
}

[[nodiscard]] inline std::string in_lower_case(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = to_lower(c);
  return lower;
}

[[nodiscard]] constexpr std::string_view trimmed(std::string_view text) noexcept {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

}  // namespace wandb::detail

namespace wandb::inline WANDB_ABI {

/// One header field. It holds views, and the caller keeps their text alive.
struct Header {
  std::string_view name;
  std::string_view value;
  bool secret = false;  ///< the value must not be logged, and must not be sent to another origin
};

/// A view of header fields in their form on the wire: a line `Name: value` for each, which ends with `\n` or `\r\n`.
/// Usable at compile time.
class HeadersView {
 public:
  class iterator {
   public:
    using iterator_category = std::input_iterator_tag;
    using value_type = Header;
    using difference_type = std::ptrdiff_t;
    using pointer = void;
    using reference = Header;

    constexpr iterator() = default;
    constexpr explicit iterator(std::string_view rest) noexcept : rest_(rest) {}
    [[nodiscard]] constexpr Header operator*() const noexcept {
      const auto line = rest_.substr(0, rest_.find('\n'));
      const auto colon = line.find(':');
      if (colon == line.npos) return {detail::trimmed(line), {}};
      return {detail::trimmed(line.substr(0, colon)), detail::trimmed(line.substr(colon + 1))};
    }
    constexpr iterator& operator++() noexcept {
      const auto end = rest_.find('\n');
      rest_.remove_prefix(end == rest_.npos ? rest_.size() : end + 1);
      return *this;
    }
    constexpr iterator operator++(int) noexcept {
      auto old = *this;
      ++*this;
      return old;
    }
    friend constexpr bool operator==(const iterator& a, const iterator& b) noexcept {
      return a.rest_.size() == b.rest_.size();
    }

   private:
    std::string_view rest_;
  };

  constexpr HeadersView() = default;
  constexpr HeadersView(std::string_view text) noexcept : text_(text) {}
  constexpr HeadersView(const char* text) noexcept : text_(text) {}
  [[nodiscard]] constexpr iterator begin() const noexcept { return iterator(text_); }
  [[nodiscard]] constexpr iterator end() const noexcept { return iterator(text_.substr(text_.size())); }
  /// The value of the first field of that name. The comparison ignores ASCII case.
  [[nodiscard]] constexpr std::optional<std::string_view> find(std::string_view name) const noexcept {
    for (const auto field : *this) {
      if (detail::equal_ignoring_case(field.name, name)) return field.value;
    }
    return std::nullopt;
  }

 private:
  std::string_view text_;
};

/// The header fields of a response, in the order in which they arrived.
class Headers {
 public:
  Headers() = default;
  /// Adds a field. HTTP allows no line break in a name or a value, so each is cut at its first one.
  void add(std::string_view name, std::string_view value) {
    append(name);
    text_ += ": ";
    append(value);
    text_ += '\n';
  }
  [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const noexcept { return view().find(name); }
  [[nodiscard]] HeadersView view() const noexcept { return {std::string_view(text_)}; }
  [[nodiscard]] HeadersView::iterator begin() const noexcept { return view().begin(); }
  [[nodiscard]] HeadersView::iterator end() const noexcept { return view().end(); }
  void clear() noexcept { text_.clear(); }
  /// Reserves memory for that many bytes of text.
  void reserve(std::size_t size) { text_.reserve(size); }

 private:
  void append(std::string_view text) {
    // A plain loop is faster than find_first_of, which calls memchr for each character.
    std::size_t size = 0;
    while (size != text.size() && text[size] != '\r' && text[size] != '\n') ++size;
    text_ += text.substr(0, size);
  }
  std::string text_;
};

}  // namespace wandb
// One setting in effect, for people who want to know where it came from.

#include <string>
#include <vector>

namespace wandb::inline WANDB_ABI {

/// A setting in effect. All three texts are safe to print: secrets are masked.
struct Setting {
  std::string name;    ///< such as `base URL`
  std::string value;   ///< of an API key only its beginning, of another secret `****`
  std::string source;  ///< a variable's name, a file's path, `wandb::Options`, `BeastOptions::proxy`, `the default`, …
};

/// Settings, in an order for people.
using Settings = std::vector<Setting>;

}  // namespace wandb
// The standard's stop token, and a stand-in for standard libraries that do not have it yet.

#include <version>

#if defined(__cpp_lib_jthread)
#include <stop_token>
namespace wandb::inline WANDB_ABI {
/// The token by which a caller requests that a call stops: `std::stop_token`.
using StopToken = std::stop_token;
}  // namespace wandb
#else
namespace wandb::inline WANDB_ABI {
/// Replaces `std::stop_token` in standard libraries that lack it. It never requests a stop.
class StopToken {
 public:
  [[nodiscard]] static constexpr bool stop_requested() noexcept { return false; }
  [[nodiscard]] static constexpr bool stop_possible() noexcept { return false; }
};
}  // namespace wandb
#endif

namespace wandb::inline WANDB_ABI {

/// Where a request goes: the part of a URL that credentials belong to.
struct Origin {
  bool tls = true;
  std::string_view host;  ///< a name, an IPv4 literal, or an IPv6 literal without its brackets
  std::uint16_t port = 443;
  friend constexpr bool operator==(const Origin&, const Origin&) = default;
};

/// One HTTP request. All text is viewed and outlives the `send` it is given to.
///
/// A transport adds `Host` and `Content-Length` and whatever its connection needs, follows no redirect, and sends at
/// most once.
struct Request {
  std::string_view method = "POST";
  Origin origin;
  std::string_view target = "/";  ///< path and query, percent-encoded as on the wire
  std::string_view host;          ///< the `Host` header: `name[:port]`, an IPv6 literal in its brackets
  /// `secret` ones are the credentials, and headers that the caller added. An exchange of an identity token at
  /// `/oidc/token` has no credentials.
  std::span<const Header> headers;
  /// JSON; of an exchange a form, which contains the identity token and so is secret.
  std::string_view body;
  /// When to give up, with `errc::timed_out`; `max()` when there is no deadline.
  std::chrono::steady_clock::time_point deadline = std::chrono::steady_clock::time_point::max();
  StopToken stop;  ///< when a stop is requested, give up with `errc::cancelled`

  // For loggers only: these are not sent, and a transport does not depend on them.
  std::string_view operation{};  ///< the operation's name, with static storage, such as "createUser"
  int attempt = 0;               ///< which try this is of the call's current request, from 1; 0 if unknown

  /// The absolute URL, for transports that want one text.
  [[nodiscard]] std::string url() const {
    return std::string(origin.tls ? "https://" : "http://").append(host).append(target);
  }
};

/// One HTTP response, whatever its status.
struct Response {
  int status = 0;
  Headers headers;
  SecureString body;  ///< without transfer or content encoding
};

namespace detail {

/// The transport itself, where `T` is one or a `std::reference_wrapper` to one.
template <class T>
using Unwrapped = std::remove_reference_t<std::unwrap_reference_t<T>>;

// The parts of `Transport`, in the order in which the compiler checks them: its message names the first that is
// missing. `check_transport` explains each in a sentence.

/// The transport has a member `send`.
template <class T>
concept HasSend = requires {
  &Unwrapped<T>::send;
}
|| requires(Unwrapped<T>& transport, const Request& request) { transport.send(request); };

/// `send` takes a `const Request&`.
template <class T>
concept SendTakesRequest = HasSend<T> && requires(Unwrapped<T>& transport, const Request& request) {
  transport.send(request);
};

/// What `send` gives.
template <SendTakesRequest T>
using Sent = decltype(std::declval<Unwrapped<T>&>().send(std::declval<const Request&>()));

/// The transport names its coroutine type.
template <class T>
concept NamesTask = requires {
  typename Unwrapped<T>::template task<int>;
};

/// The transport's task of an `R`.
template <NamesTask T, class R>
using TaskOf = typename Unwrapped<T>::template task<R>;

template <class T>
inline constexpr bool sends_result = false;
template <SendTakesRequest T>
inline constexpr bool sends_result<T> = std::is_same_v<Sent<T>, Result<Response>>;

template <class T>
inline constexpr bool sends_task = false;
template <SendTakesRequest T>
requires NamesTask<T>
inline constexpr bool sends_task<T> = std::is_same_v<Sent<T>, TaskOf<T, Result<Response>>>;

/// `send` gives a `Result<Response>`, or the transport's task of one.
template <class T>
concept SendGivesResult = sends_result<T> || sends_task<T>;

/// `wait(duration)` gives a `task<void>`.
template <class T>
concept Waits = NamesTask<T> && requires(Unwrapped<T>& transport, std::chrono::nanoseconds duration) {
  { transport.wait(duration) } -> std::same_as<TaskOf<T, void>>;
};

/// The library can wait before it repeats a request.
template <class T>
concept BacksOff = sends_result<T> || Waits<T>;

}  // namespace detail

/// What `Client`, `Api` and `User` run on: a `SyncTransport` or an `AsyncTransport`. The transport decides whether
/// calls are awaited.
///
/// A transport may have these members besides, which the library uses where they exist.
///
/// In either case:
/// - `Settings settings(const Origin& server) const` gives the settings that are in effect for a server, with their
///   sources, safe to print. `Client::status` adds them to its own.
/// - `std::chrono::steady_clock::time_point now() const` is the time from which the library computes deadlines, pauses
///   and the duration of a call, so that a transport for tests can simulate time. Without it that is the steady
///   clock's.
///
/// If it is synchronous:
/// - `void wait(std::chrono::nanoseconds, const StopToken&)` waits until the time is over or a stop is requested.
///   Without it the library sleeps on a condition variable.
///
/// If it is asynchronous:
/// - `task<Result<void>> wait(std::chrono::nanoseconds, const StopToken&)` ends early, with an error, when a stop is
///   requested or the task is cancelled. Without it a stop is seen only after the wait.
/// - `task<R> shield(task<R>)`, for any `R`, is put around each whole call. Coroutine types need it in which a
///   cancellation would otherwise throw in the midst of a call.
/// - `spawn(task<void>)` makes it a `ConcurrentTransport`.
/// - `make_event()` gives an object with `set()`, for any thread, and `task<void> wait()`, which ends after a `set()`.
///   `for_each` waits with it for results. Without it the library uses an event of its own, and where the task's
///   promise restricts what is awaited, looks each millisecond.
template <class T>
concept Transport =
    detail::HasSend<T> && detail::SendTakesRequest<T> && detail::SendGivesResult<T> && detail::BacksOff<T>;

/// A transport whose calls block: `Result<Response> send(const Request&)`.
///
/// `send` returns its failures, and says in each how far the request came (`Delivery`). What it throws passes through
/// the call, which then tells no outcome. An `Api` is as safe to use from several threads as its transport.
template <class T>
concept SyncTransport = Transport<T> && detail::sends_result<T>;

/// A transport whose calls are awaited. It has `template <class R> using task = …;`, a `send(const Request&)` that
/// gives `task<Result<Response>>`, and a `wait(std::chrono::nanoseconds)` that gives `task<void>`, with which the
/// library waits before it repeats a request.
template <class T>
concept AsyncTransport = Transport<T> && detail::sends_task<T> && detail::Waits<T>;

/// An asynchronous transport that can have many calls in flight: `spawn(task<void>)` runs a task on its own.
template <class T>
concept ConcurrentTransport = AsyncTransport<T> &&
    requires(detail::Unwrapped<T>& transport, detail::TaskOf<T, void> work) {
  transport.spawn(std::move(work));
};

namespace detail {

// What a transport may have besides, as `Transport` documents it.

template <class T>
concept TellsSettings = Transport<T> && requires(const Unwrapped<T>& transport, const Origin& server) {
  { transport.settings(server) } -> std::same_as<Settings>;
};

template <class T>
concept TellsTime = Transport<T> && requires(const Unwrapped<T>& transport) {
  { transport.now() } -> std::same_as<std::chrono::steady_clock::time_point>;
};

template <class T>
concept WaitsUntilStopped = SyncTransport<T> &&
    requires(Unwrapped<T>& transport, std::chrono::nanoseconds duration, const StopToken& stop) {
  { transport.wait(duration, stop) } -> std::same_as<void>;
};

template <class T>
concept AwaitsUntilStopped = AsyncTransport<T> &&
    requires(Unwrapped<T>& transport, std::chrono::nanoseconds duration, const StopToken& stop) {
  { transport.wait(duration, stop) } -> std::same_as<TaskOf<T, Result<void>>>;
};

template <class T>
concept ShieldsCalls = AsyncTransport<T> && requires(Unwrapped<T>& transport, TaskOf<T, int> call) {
  { transport.shield(std::move(call)) } -> std::same_as<TaskOf<T, int>>;
};

}  // namespace detail

}  // namespace wandb

namespace wandb::inline WANDB_ABI {

namespace detail {

/// Explains what `send` of `T`, which takes a request, returns instead of a result or a task of one.
template <class T>
consteval void check_what_send_gives() {
  constexpr bool bare = std::is_same_v<Sent<T>, Response>;
  static_assert(!bare, "send gives a bare Response, which can tell no error: give a wandb::Result<Response>");
  if constexpr (!bare) {
    constexpr bool names_task = NamesTask<T>;
    static_assert(sends_result<T> || names_task,
                  "send gives neither a wandb::Result<Response> nor a task of it: an asynchronous transport names its "
                  "task with `template <class R> using task = ...;`");
    if constexpr (names_task) {
      static_assert(SendGivesResult<T>, "send gives neither a wandb::Result<Response> nor a task of it");
    }
  }
}

}  // namespace detail

/// Whether `T` is a transport; if it is not, the compiler says what is missing: `static_assert(check_transport<T>());`
template <class T>
[[nodiscard]] consteval bool check_transport() {
  static_assert(detail::HasSend<T>, "the transport has no member function send");
  if constexpr (detail::HasSend<T>) {
    static_assert(detail::SendTakesRequest<T>, "send does not take a const wandb::Request&");
  }
  if constexpr (detail::SendGivesResult<T>) {
    static_assert(detail::BacksOff<T>,
                  "the asynchronous transport has no wait(std::chrono::nanoseconds) that gives a task<void>");
  } else if constexpr (detail::SendTakesRequest<T>) {
    detail::check_what_send_gives<T>();
  }
  return Transport<T>;
}

}  // namespace wandb
// Waits on behalf of transports that have no `wait` of their own.

#include <chrono>

namespace wandb::inline WANDB_ABI::detail {

/// Sleeps for `duration`, or until a stop is requested.
WANDB_DECL void sleep_for(std::chrono::nanoseconds duration, const StopToken& stop);

}  // namespace wandb::detail

namespace wandb::inline WANDB_ABI {
class AnyTransport;
}

namespace wandb::inline WANDB_ABI::detail {

/// A function object with exactly one call operator, which is not a template.
template <class T>
concept HasCallOperator = requires {
  &Unwrapped<T>::operator();
};

/// A function that can be called with a request, as a transport's `send` can.
template <class T>
concept TakesRequest = requires(Unwrapped<T>& function, const Request& request) {
  function(request);
};

template <TakesRequest T>
using Called = std::invoke_result_t<Unwrapped<T>&, const Request&>;

/// A function that takes a request and returns its result, as a transport's `send` does.
template <class T>
concept SendFunction = TakesRequest<T> && std::same_as<Called<T>, Result<Response>>;

/// A function that may be empty: a pointer to one, or a `std::function`.
template <class T>
concept NullableFunction =
    SendFunction<T> && !SyncTransport<T> && std::is_assignable_v<std::remove_const_t<Unwrapped<T>>&, std::nullptr_t>;

/// A function or a function object, with any parameters and any result.
template <class T>
inline constexpr bool is_function =
    std::is_function_v<std::remove_pointer_t<Unwrapped<T>>> || HasCallOperator<T> || TakesRequest<T>;

/// A type that is meant as a transport, even if it lacks something that a transport needs.
template <class T>
concept MeantAsTransport = !std::same_as<T, AnyTransport> && (HasSend<T> || is_function<T>);

/// Neither a transport nor a function.
template <class T>
concept NothingToSendWith = !std::same_as<T, AnyTransport> && !HasSend<T> && !is_function<T>;

/// Whether an `AnyTransport` can hold a `T`. If it cannot, the compiler's message says why.
template <class T>
[[nodiscard]] consteval bool check_held_transport() {
  if constexpr (HasSend<T>) {
    static_assert(!sends_task<T>,
                  "send gives a task: AnyTransport holds synchronous transports, whose send gives a "
                  "wandb::Result<Response>");
    return check_transport<T>() && SyncTransport<T>;
  } else {
    static_assert(SendFunction<T>,
                  "the function does not take a const wandb::Request& and give a wandb::Result<Response>");
    return SendFunction<T>;
  }
}

/// The interface of a held transport, which an `AnyTransport` shares with its copies.
class HeldTransport {
 public:
  HeldTransport() = default;
  HeldTransport(const HeldTransport&) = delete;
  HeldTransport& operator=(const HeldTransport&) = delete;
  virtual ~HeldTransport() = default;
  virtual Result<Response> send(const Request& request) = 0;
  virtual void wait(std::chrono::nanoseconds duration, const StopToken& stop) = 0;
  virtual std::chrono::steady_clock::time_point now() const = 0;
  virtual Settings settings(const Origin& server) const = 0;
  /// Returns the address of the transport if `mark` identifies its type; otherwise null.
  virtual void* find(const char* mark) noexcept = 0;
};

/// The address of this object identifies a type, because programs without run-time type information have no `typeid`.
template <class T>
inline char type_mark = 0;

template <class T>
class HeldAs final : public HeldTransport {
 public:
  explicit HeldAs(T&& transport) : transport_(std::move(transport)) {}

  Result<Response> send(const Request& request) override {
    if constexpr (SyncTransport<T>) {
      return held().send(request);
    } else {
      // Without exceptions the constructor cannot report an empty function, so each request fails.
      if constexpr (NullableFunction<T>) {
        if (held() == nullptr) return Error(errc::invalid_argument, Delivery::nothing_sent);
      }
      return held()(request);
    }
  }

  void wait(std::chrono::nanoseconds duration, const StopToken& stop) override {
    if constexpr (WaitsUntilStopped<T>) held().wait(duration, stop);
    else sleep_for(duration, stop);
  }

  std::chrono::steady_clock::time_point now() const override {
    if constexpr (TellsTime<T>) {
      const Unwrapped<T>& transport = transport_;
      return transport.now();
    } else {
      return std::chrono::steady_clock::now();
    }
  }

  Settings settings([[maybe_unused]] const Origin& server) const override {
    if constexpr (TellsSettings<T>) {
      const Unwrapped<T>& transport = transport_;
      return transport.settings(server);
    } else {
      return {};
    }
  }

  void* find(const char* mark) noexcept override {
    // A const transport must not be returned as non-const, and a function has no object address.
    if constexpr (std::is_object_v<Unwrapped<T>> && !std::is_const_v<Unwrapped<T>>) {
      if (mark == &type_mark<Unwrapped<T>>) return std::addressof(held());
    }
    return nullptr;
  }

 private:
  [[nodiscard]] Unwrapped<T>& held() noexcept { return transport_; }

  T transport_;
};

/// Throws `std::invalid_argument` for an empty function.
template <class T>
[[nodiscard]] std::shared_ptr<HeldTransport> hold(T transport) {
  if constexpr (check_held_transport<T>()) {
    if constexpr (NullableFunction<T>) {
      const Unwrapped<T>& function = transport;
      if (function == nullptr) throw_misuse("AnyTransport: the function is empty");
    }
    return std::make_shared<HeldAs<T>>(std::move(transport));
  } else {
    return nullptr;  // check_held_transport has explained the error, so the compiler should add no further message.
  }
}

}  // namespace wandb::detail

namespace wandb::inline WANDB_ABI {

/// Holds any synchronous transport: `AnyTransport transport = MyCurl{};`. A function that takes an `Api<AnyTransport>&`
/// need not be a template, and a test can give it a fake. It costs one virtual call for each request.
///
/// It can also hold a function that takes a `const Request&` and returns a `Result<Response>`, such as a lambda or a
/// `std::function`. The transport or function is moved in. With `std::ref` it is referred to, and must outlive every
/// copy. Copies share what they hold, and are as thread-safe as that is. A moved-from `AnyTransport` may only be
/// destroyed or assigned to; no other is empty.
class AnyTransport {
 public:
  /// Holds `transport`. If its type is not a transport, the compiler's message says what is missing. An empty
  /// `std::function` or a null pointer is misuse.
  template <detail::MeantAsTransport T>
  AnyTransport(T transport) : held_(detail::hold(std::move(transport))) {}

  /// Deleted for arguments that are neither transports nor functions. The compiler's message shows the parameter's
  /// name.
  template <detail::NothingToSendWith T>
  AnyTransport(T the_transport_has_no_member_function_send) = delete;

  /// Sends the request with the held transport.
  [[nodiscard]] Result<Response> send(const Request& request) const { return held_->send(request); }

  /// Waits as the held transport does. If that has no `wait`, waits until the time is over or a stop is requested.
  void wait(std::chrono::nanoseconds duration, const StopToken& stop) const { held_->wait(duration, stop); }

  /// The time by which the held transport's calls run: the steady clock's if it has no clock of its own.
  [[nodiscard]] std::chrono::steady_clock::time_point now() const { return held_->now(); }

  /// The settings of the held transport; none if it does not tell them.
  [[nodiscard]] Settings settings(const Origin& server) const { return held_->settings(server); }

  /// The held transport, by value or by reference, if its type is exactly `T`; else null. Also null if a library that
  /// hides its symbols has put it in.
  template <class T>
  [[nodiscard]] T* target() const noexcept {
    return static_cast<T*>(held_->find(&detail::type_mark<T>));
  }

 private:
  std::shared_ptr<detail::HeldTransport> held_;
};

static_assert(detail::WaitsUntilStopped<AnyTransport>);

}  // namespace wandb
// What a caller can ask of a server: the current user, other users, new users.

#include <concepts>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

// An endpoint, credentials, a retry policy and a transport: what runs an operation.

#include <memory>
#include <string_view>
#include <utility>

// A call of a public method in progress, and the two loops that do its I/O: one blocks, the other is awaited.

#include <chrono>
#include <coroutine>
#include <cstdint>
#include <memory>
#include <type_traits>
#include <utility>

namespace wandb::inline WANDB_ABI::detail {

/// States what the driver of a call has to do next.
enum class Next : std::uint8_t {
  send,  ///< send `request()`, then call `arrived` with the result
  wait,  ///< wait for `delay()`, then call `resumed`
  done,  ///< take the result
};

/// A call in progress, as its driver sees it. The driver makes no decisions, and the call does no I/O. Only one thread
/// at a time may use it.
class Call {
 public:
  Call() = default;
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;
  virtual ~Call() = default;

  /// Returns the first step. The call's timeout begins here, because an awaited call may start long after it was made.
  [[nodiscard]] virtual Next start() = 0;
  /// Takes the result of `Next::send`: the response, or the transport's error.
  [[nodiscard]] virtual Next arrived(Result<Response> response) = 0;
  /// Continues after `Next::wait`. `cut_short` says that the wait was cancelled.
  [[nodiscard]] virtual Next resumed(bool cut_short) = 0;
  /// Returns the request to send. It views this object.
  [[nodiscard]] virtual Request request() = 0;
  [[nodiscard]] virtual std::chrono::nanoseconds delay() const noexcept = 0;
  [[nodiscard]] virtual const StopToken& stop() const noexcept = 0;
};

/// A call whose result is a `Value` or an error.
template <class Value>
class CallOf : public Call {
 public:
  /// Returns the result after `Next::done`.
  [[nodiscard]] Result<Value> take_result() { return std::move(result_); }

 protected:
  Result<Value> result_;
};

template <class Value>
using CallPtr = std::unique_ptr<CallOf<Value>>;

/// Executes a call on a synchronous transport. Returns its result as `finish` converts it.
template <SyncTransport T, class Value, class Finish>
[[nodiscard]] std::invoke_result_t<Finish&, Result<Value>> drive(const std::shared_ptr<T>& holder, CallPtr<Value> call,
                                                                 Finish finish) {
  Unwrapped<T>& transport = *holder;
  for (auto next = call->start();;) {
    if (next == Next::send) {
      next = call->arrived(transport.send(call->request()));
    } else if (next == Next::wait) {
      if constexpr (WaitsUntilStopped<T>) transport.wait(call->delay(), call->stop());
      else sleep_for(call->delay(), call->stop());
      next = call->resumed(false);
    } else {
      return finish(call->take_result());
    }
  }
}

/// The same loop as a coroutine. Its frame owns everything that it needs.
template <AsyncTransport T, class Value, class Finish>
[[nodiscard]] auto drive_awaited(std::shared_ptr<T> holder, CallPtr<Value> call, Finish finish)
    -> TaskOf<T, std::invoke_result_t<Finish&, Result<Value>>> {
  Unwrapped<T>& transport = *holder;
  for (auto next = call->start();;) {
    if (next == Next::send) {
      const auto request = call->request();
      auto response = co_await transport.send(request);
      next = call->arrived(std::move(response));
    } else if (next == Next::wait) {
      bool cut_short = false;
      if constexpr (AwaitsUntilStopped<T>) {
        const auto waited = co_await transport.wait(call->delay(), call->stop());
        cut_short = !waited;
      } else {
        co_await transport.wait(call->delay());
      }
      next = call->resumed(cut_short);
    } else {
      co_return finish(call->take_result());
    }
  }
}

/// Executes a call on an asynchronous transport. Returns a task of its result as `finish` converts it.
template <AsyncTransport T, class Value, class Finish>
[[nodiscard]] auto drive(const std::shared_ptr<T>& holder, CallPtr<Value> call, Finish finish)
    -> TaskOf<T, std::invoke_result_t<Finish&, Result<Value>>> {
  auto task = drive_awaited<T, Value, Finish>(holder, std::move(call), std::move(finish));
  if constexpr (ShieldsCalls<T>) return static_cast<Unwrapped<T>&>(*holder).shield(std::move(task));
  else return task;
}

}  // namespace wandb::detail
// A caller at a server: all of a client except its transport.

#include <chrono>
#include <memory>
#include <string_view>

// Where the library reads environment variables.

#include <cstdlib>
#include <string_view>

namespace wandb::inline WANDB_ABI {

/// A source of environment variables: `process()`, or a function that a test provides.
struct Environment {
  /// Returns the value of a variable, or null if it is not set. The value must stay valid until the next look-up.
  const char* (*look_up)(const void* context, const char* name) = nullptr;
  const void* context = nullptr;

  /// The environment of the process.
  [[nodiscard]] static Environment process() noexcept {
    return {[](const void*, const char* name) -> const char* { return std::getenv(name); }, nullptr};
  }
  /// An environment without variables. No netrc and no settings file is read, either.
  [[nodiscard]] static Environment none() noexcept { return {}; }

  /// Returns the value of a variable without surrounding white space; empty if it is not set.
  [[nodiscard]] std::string_view get(const char* name) const {
    const char* value = look_up == nullptr ? nullptr : look_up(context, name);
    return value == nullptr ? std::string_view{} : detail::trimmed(value);
  }
};

}  // namespace wandb
// Options of an `Api`, of one call, of a list of users, and of an update.

#include <chrono>
#include <optional>
#include <span>
#include <string_view>
#include <type_traits>

// The retry policy. Usable at compile time.

#include <chrono>
#include <cstdint>

namespace wandb::inline WANDB_ABI {

/// States what happens if an operation is repeated.
enum class Repeat : std::uint8_t {
  safe,        ///< a query changes nothing
  idempotent,  ///< a mutation that leads to the same state however often it runs
  once,        ///< a mutation that must not run twice
};

/// How often and how soon a request is repeated. Whether one *may* be repeated depends on its operation: whatever the
/// policy, a mutation is never sent twice unless the server certainly did not run it.
struct RetryPolicy {
  int max_attempts = 4;                                ///< requests in all, the first included; 1 never repeats
  std::chrono::milliseconds initial_backoff{250};      ///< before the second request; doubles with each further one
  std::chrono::milliseconds max_backoff{20'000};       ///< no wait is longer, jitter included
  double jitter = 0.25;                                ///< a random part of the wait is added, up to this share; 0 to 1
  std::chrono::milliseconds max_retry_after{120'000};  ///< a server that asks for more is asked again after this much

  /// No wait is longer, whatever a policy or a server asks for.
  static constexpr std::chrono::nanoseconds max_wait = std::chrono::hours(365 * 24);

  /// Whether nothing is negative, there is at least one attempt, and `jitter` is a share.
  [[nodiscard]] constexpr bool valid() const noexcept {
    constexpr auto zero = std::chrono::milliseconds::zero();
    return max_attempts >= 1 && initial_backoff >= zero && max_backoff >= zero && max_retry_after >= zero &&
           jitter >= 0.0 && jitter <= 1.0;
  }

  /// The wait before request number `attempt + 1`, after `attempt` (1, 2, …) have failed. `random` lies in [0, 1).
  [[nodiscard]] constexpr std::chrono::nanoseconds backoff(int attempt, double random) const noexcept {
    const auto cap = bounded(max_backoff);
    auto wait = bounded(initial_backoff);
    // Doubling stops at the cap, so it cannot overflow however many attempts there were.
    for (int i = 1; i < attempt && wait < cap; ++i) wait *= 2;
    wait = shorter(wait, cap);
    const auto share = jitter * (random < 0.0 ? 0.0 : random > 1.0 ? 1.0 : random);
    const auto extra = static_cast<std::int64_t>(static_cast<double>(wait.count()) * share);
    return shorter(wait + std::chrono::nanoseconds(extra), cap);
  }

  /// The wait where a server asks for `asked`: that, or `max_retry_after`.
  [[nodiscard]] constexpr std::chrono::nanoseconds capped(std::chrono::nanoseconds asked) const noexcept {
    return shorter(asked, bounded(max_retry_after));
  }

 private:
  // The headers that every program includes do without <algorithm>, which costs compile time.
  [[nodiscard]] static constexpr std::chrono::nanoseconds shorter(std::chrono::nanoseconds a,
                                                                  std::chrono::nanoseconds b) noexcept {
    return b < a ? b : a;
  }
  // Milliseconds reach further than the nanoseconds that waits are counted in.
  [[nodiscard]] static constexpr std::chrono::nanoseconds bounded(std::chrono::milliseconds wait) noexcept {
    return wait < std::chrono::floor<std::chrono::milliseconds>(max_wait) ? std::chrono::nanoseconds(wait) : max_wait;
  }
};

}  // namespace wandb
// A type for secret text, which is not printed, not converted implicitly, and wiped from memory.

#include <cstddef>
#include <iosfwd>
#include <string_view>
#include <utility>

namespace wandb::inline WANDB_ABI {

class SecretView;

/// A secret text, such as an API key. Its memory is wiped, it prints as `****`, compares in constant time, and converts
/// to no other type: only `reveal()` returns the text. A moved-from secret is empty.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string_view text) { store(text); }
  Secret(const Secret& other) { store(other.text_); }
  Secret& operator=(const Secret& other) {
    if (this != &other) *this = Secret(other);
    return *this;
  }
  Secret(Secret&& other) noexcept : text_(std::move(other.text_)) { other.text_.clear(); }
  Secret& operator=(Secret&& other) noexcept {
    text_ = std::move(other.text_);
    other.text_.clear();
    return *this;
  }
  ~Secret() = default;

  /// Returns a view of the text, which is valid as long as the secret.
  [[nodiscard]] std::string_view reveal() const noexcept { return text_; }
  [[nodiscard]] bool empty() const noexcept { return text_.empty(); }

  /// Compares in a time that depends on the lengths only.
  [[nodiscard]] friend bool operator==(const Secret& a, const Secret& b) noexcept {
    return detail::same_text(a.text_, b.text_);
  }
  template <class Traits>
  friend std::basic_ostream<char, Traits>& operator<<(std::basic_ostream<char, Traits>& out, const Secret&) {
    return out << "****";
  }

 private:
  friend class SecretView;
  // A short text would be stored inside the string object, which is not wiped. This capacity forces it to the heap.
  static constexpr std::size_t min_capacity = 32;
  void store(std::string_view text) {
    text_.reserve(min_capacity > text.size() ? min_capacity : text.size());
    text_ = text;
  }

  SecureString text_;
};

/// A view of a `Secret`, for options, which must be trivially destructible. It is valid as long as the secret.
class SecretView {
 public:
  constexpr SecretView() = default;
  SecretView(const Secret& secret) noexcept : text_(secret.text_) {}
  [[nodiscard]] constexpr std::string_view reveal() const noexcept { return text_; }
  [[nodiscard]] constexpr bool empty() const noexcept { return text_.empty(); }
  template <class Traits>
  friend std::basic_ostream<char, Traits>& operator<<(std::basic_ostream<char, Traits>& out, SecretView) {
    return out << "****";
  }

 private:
  std::string_view text_;
};

}  // namespace wandb

namespace wandb::inline WANDB_ABI {

class IdentityToken;

/// The base URL of the public service.
inline constexpr std::string_view default_base_url = "https://api.wandb.ai";

/// Settings of an `Api` that override its environment. The members are views; the constructor copies the texts.
struct Options {
  /// The server. Default `WANDB_BASE_URL`, then the settings files that `wandb login` writes (`./wandb/settings`, then
  /// `$WANDB_CONFIG_DIR/settings` or `~/.config/wandb/settings`), then `https://api.wandb.ai`.
  std::string_view base_url{};
  /// The caller's API key; surrounding white space is removed. Default `WANDB_API_KEY`, or the identity token in the
  /// file `WANDB_IDENTITY_TOKEN_FILE` (both are `errc::invalid_environment`), then the netrc entry of the server's
  /// host, in `$NETRC`, or `~/.netrc`, or `~/_netrc`.
  SecretView api_key{};
  /// An identity token in place of the key, which is exchanged for access tokens. The constructor copies the handle.
  /// To give both is `errc::invalid_argument`.
  const IdentityToken* identity_token = nullptr;
  RetryPolicy retry{};                  ///< what is retried, and after which delays
  std::chrono::nanoseconds timeout{0};  ///< of one request; 0 means `WANDB_HTTP_TIMEOUT` (in seconds), else 19 s
  std::string_view user_agent{};        ///< appended to the library's own `User-Agent`
  bool allow_insecure_http = false;     ///< allows credentials over plain http to hosts other than loopback
  /// Headers to add to each request, for a proxy that checks who is calling, for instance. The values count as secrets.
  /// Each replaces the header of the same name in `WANDB_X_EXTRA_HTTP_HEADERS`, a JSON object of texts. Headers that
  /// the library or its transport sends itself, and `Proxy-Authorization`, are `errc::invalid_argument`. If neither
  /// names them, `WANDB_USERNAME` and `WANDB_USER_EMAIL` are sent as `X-WANDB-USERNAME` and `X-WANDB-USER-EMAIL`.
  std::span<const Header> extra_headers{};
};

/// Settings of one call. Handles do not keep them.
struct CallOptions {
  /// The time for the whole call, with retries, waits and further pages. With 0 or less it fails at once with
  /// `errc::timed_out`.
  std::chrono::nanoseconds timeout = std::chrono::nanoseconds::max();
  /// The point in time at which the call ends; if `timeout` ends earlier, that counts.
  std::chrono::steady_clock::time_point deadline = std::chrono::steady_clock::time_point::max();
  /// A token that stops the call, which then fails with `errc::cancelled`. The call copies the token.
  const StopToken* stop = nullptr;
  /// Whether `Api::viewer` and `Api::user` read the user's API keys too; if not, `User::reload` loads them later. Other
  /// calls ignore this.
  bool keys = true;
};

/// Settings of `Api::users`. They hold for that range only.
struct PageOptions {
  int size = 100;             ///< the number of users to request at a time, at least 1; the server may return fewer
  std::string_view cursor{};  ///< where to begin, from `Users::cursor()`; empty means at the first user
  bool keys = true;           ///< whether to read each user's API keys too; if not, they are not loaded
};

/// The attributes that `User::update` changes: those that are set. The `User` then has the new values, except the
/// default entity, which `User::reload` reads.
struct UserUpdate {
  std::optional<std::string_view> name{};
  std::optional<bool> admin{};
  std::optional<std::string_view> default_entity{};
  std::optional<std::string_view> primary_email{};
  std::optional<std::string_view> photo_url{};
  std::optional<bool> is_private{};
  std::optional<bool> hide_teams_from_public{};
};

/// A struct that may be passed to an awaited call as a temporary. Its destructor must do nothing, since g++ 12 destroys
/// an aggregate temporary twice inside a `co_await` expression.
template <class T>
concept OptionsStruct = std::is_aggregate_v<T> && std::is_trivially_destructible_v<T>;

static_assert(OptionsStruct<Options> && OptionsStruct<CallOptions> && OptionsStruct<PageOptions> &&
              OptionsStruct<UserUpdate>);

}  // namespace wandb

namespace wandb::inline WANDB_ABI {
class IdentityToken;
}

namespace wandb::inline WANDB_ABI::detail {

struct Endpoint;
class Identity;
class Pace;
using IdentityPtr = std::shared_ptr<const Identity>;
using PacePtr = std::shared_ptr<Pace>;

/// The clock of a transport that has one, by which calls run instead of the steady clock. The transport must outlive
/// it.
struct TransportClock {
  const void* transport = nullptr;
  std::chrono::steady_clock::time_point (*now)(const void* transport) = nullptr;  ///< null without such a clock
};

/// Holds the server, the credentials, the pace and the clock of calls. Copies share all of them.
struct Caller {
  std::shared_ptr<const Endpoint> endpoint;
  Result<IdentityPtr> identity;  ///< the credentials, or why there are none
  PacePtr pace;                  ///< set only if many calls run at once
  TransportClock clock{};

  /// Returns a caller at the same server with other credentials, which may still have to be verified.
  [[nodiscard]] Caller as(IdentityPtr other) const {
    auto caller = *this;
    caller.identity = std::move(other);
    return caller;
  }
};

/// Reads the base URL, the credentials and the timeout. Each call reports a fault in them.
[[nodiscard]] WANDB_DECL Caller make_caller(const Options& options, const Environment& environment);
/// Returns the caller's settings, or what makes the caller unusable.
[[nodiscard]] WANDB_DECL Result<Settings> status_of(const Caller& caller);
/// Appends the settings of a transport to those of a caller.
WANDB_DECL void append(Settings& settings, Settings further);
/// Returns the server's origin, as a view.
[[nodiscard]] WANDB_DECL Origin origin_of(const Caller& caller) noexcept;
[[nodiscard]] WANDB_DECL std::string_view base_url_of(const Caller& caller) noexcept;
/// Returns a caller at the same server with that secret; `source` says where the secret came from.
[[nodiscard]] WANDB_DECL Caller with_secret(const Caller& caller, const Secret& secret, std::string_view source);
/// Returns a caller at the same server with a federated identity.
[[nodiscard]] WANDB_DECL Caller with_identity_token(const Caller& caller, const IdentityToken& token,
                                                    std::string_view source);
/// Returns the same caller with a pace, which its copies share.
[[nodiscard]] WANDB_DECL Caller paced(Caller caller);

}  // namespace wandb::detail

// Forward declarations of the templates that have a transport.

namespace wandb::inline WANDB_ABI {

struct AnySelection;
/// The default selection: the attributes that the library always reads.
using any_selection = AnySelection;

template <Transport T>
class Client;
template <Transport T>
class Api;
template <Transport T, class S = any_selection>
class User;
template <Transport T, class S = any_selection>
class Users;

}  // namespace wandb

namespace wandb::inline WANDB_ABI {

namespace detail {

template <class T, class R>
struct ColourOf {
  using type = R;
};
template <AsyncTransport T, class R>
struct ColourOf<T, R> {
  using type = TaskOf<T, R>;
};

}  // namespace detail

/// `R`, or with an asynchronous transport a task of it.
template <class T, class R>
using Coloured = typename detail::ColourOf<T, R>::type;

/// What a call gives: a `Result<R>`, or with an asynchronous transport a task of it.
template <class T, class R>
using Returns = Coloured<T, Result<R>>;

/// A connection to one server as one caller. A handle: copies share the transport, which is moved in, copied, or
/// referred to with `std::ref`. As safe to share between threads as its transport.
template <Transport T>
class Client {
 public:
  /// Reads base URL, credentials and timeout from `options` and the environment. `status()` and every call return what
  /// is wrong with them; this throws `std::bad_alloc` alone. It waits up to 5 s for a netrc file that is a pipe.
  explicit Client(T transport, const Options& options = {}, const Environment& environment = Environment::process())
      : transport_(std::make_shared<T>(std::move(transport))), caller_(detail::make_caller(options, environment)) {
    if constexpr (detail::TellsTime<T>) {
      using Held = const detail::Unwrapped<T>;
      Held& held = *transport_;
      caller_.clock = {&held, [](const void* told) { return static_cast<Held*>(told)->now(); }};
    }
  }

  /// The settings in effect and where each came from, those of the transport included; or what makes this client
  /// unusable: `errc::invalid_base_url`, `errc::insecure_base_url`, `errc::no_credentials`, `errc::malformed_api_key`,
  /// `errc::unreadable_credentials`, `errc::invalid_environment`, `errc::invalid_argument`. An identity token is first
  /// read by the first call.
  [[nodiscard]] Result<Settings> status() const {
    auto status = detail::status_of(caller_);
    if constexpr (detail::TellsSettings<T>) {
      if (status) detail::append(*status, transport().settings(detail::origin_of(caller_)));
    }
    return status;
  }

  /// The server's base URL, without a trailing slash.
  [[nodiscard]] std::string_view base_url() const noexcept { return detail::base_url_of(caller_); }

  /// The same server and transport with other credentials, without the white space around them. `status()` and every
  /// call return what is wrong with a malformed secret.
  [[nodiscard]] Client as(const Secret& secret) const {
    return Client(*this, detail::with_secret(caller_, secret, "Api::as"));
  }

  /// The same server and transport with a federated identity. Every call that needs an access token returns what is
  /// wrong with the identity token.
  [[nodiscard]] Client as(const IdentityToken& token) const {
    return Client(*this, detail::with_identity_token(caller_, token, "Api::as"));
  }

  /// The transport itself, which every copy shares.
  [[nodiscard]] detail::Unwrapped<T>& transport() const noexcept { return *transport_; }

  /// The caller. For the library itself, as is all that follows.
  [[nodiscard]] const detail::Caller& caller() const noexcept { return caller_; }
  /// The same transport for another caller.
  [[nodiscard]] Client for_caller(detail::Caller caller) const { return Client(*this, std::move(caller)); }
  /// Runs a call. Returns its result as `finish` converts it, or with an asynchronous transport a task of that.
  template <class Value, class Finish>
  [[nodiscard]] auto run(detail::CallPtr<Value> call, Finish finish) const {
    return detail::drive<T, Value>(transport_, std::move(call), std::move(finish));
  }
  /// The same without a conversion.
  template <class Value>
  [[nodiscard]] Returns<T, Value> run(detail::CallPtr<Value> call) const {
    return run(std::move(call), [](Result<Value> result) { return result; });
  }

 private:
  Client(const Client& other, detail::Caller caller) : transport_(other.transport_), caller_(std::move(caller)) {}

  std::shared_ptr<T> transport_;
  detail::Caller caller_;
};

}  // namespace wandb
// Declares the functions that make the library's calls. A driver runs them.

#include <memory>
#include <optional>
#include <string>
#include <string_view>

// A handle to one user's data, as it was read and as it has changed since.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// The API keys and teams of a user, as ranges that own their data.

#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wandb::inline WANDB_ABI {

namespace detail {
struct KeyAccess;

/// A forward range over a source with `size()` and `operator[]`. It owns the source, so a loop over a temporary is
/// safe.
template <class Source>
class OwningRange {
 public:
  class iterator {
   public:
    using iterator_concept = std::forward_iterator_tag;
    using iterator_category = std::input_iterator_tag;  // `*` gives a value
    using value_type = decltype(std::declval<const Source&>()[0]);
    using difference_type = std::ptrdiff_t;
    using pointer = void;
    using reference = value_type;

    iterator() = default;
    iterator(const Source& source, std::size_t at) noexcept : source_(&source), at_(at) {}
    [[nodiscard]] value_type operator*() const { return (*source_)[at_]; }
    iterator& operator++() noexcept {
      ++at_;
      return *this;
    }
    iterator operator++(int) noexcept { return {*source_, at_++}; }
    friend bool operator==(const iterator& a, const iterator& b) noexcept { return a.at_ == b.at_; }

   private:
    const Source* source_ = nullptr;
    std::size_t at_ = 0;
  };

  OwningRange() = default;
  explicit OwningRange(Source source) : source_(std::move(source)), size_(source_.size()) {}
  [[nodiscard]] iterator begin() const noexcept { return {source_, 0}; }
  [[nodiscard]] iterator end() const noexcept { return {source_, size_}; }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
  [[nodiscard]] auto operator[](std::size_t at) const { return source_[at]; }

 private:
  Source source_{};
  std::size_t size_ = 0;
};

}  // namespace detail

/// One API key of a user. It owns its data; copies are cheap.
class ApiKey {
 public:
  /// The key's identifier on the server.
  [[nodiscard]] std::string_view id() const& noexcept { return id_; }
  [[nodiscard]] std::string id() const&& { return std::string(id_); }
  /// What the key was made for; empty if the server has no description.
  [[nodiscard]] std::string_view description() const& noexcept { return description_; }
  [[nodiscard]] std::string description() const&& { return std::string(description_); }
  /// The key's name, which is safe to print. On newer servers it is the key ID, which is not secret. A name that is a
  /// key itself is masked after its beginning: `0a1b2****`.
  [[nodiscard]] std::string name() const;
  /// The secret itself, if it is known: that of a key generated here, even after a reload, and on older servers that of
  /// each key.
  [[nodiscard]] std::optional<Secret> secret() const {
    return secret_.empty() ? std::nullopt : std::optional<Secret>(Secret(secret_));
  }
  /// Whether this row is that of the key `secret`. Compares the row's secret, if it is known, and its name, which is
  /// the key (older servers) or the key ID, the first part of the key (newer ones). False if `secret` is not an API
  /// key. Takes the same time wherever the two differ.
  [[nodiscard]] bool belongs_to(const Secret& secret) const noexcept;
  /// The key's name, masked.
  template <class Traits>
  friend std::basic_ostream<char, Traits>& operator<<(std::basic_ostream<char, Traits>& out, const ApiKey& key) {
    return out << key.name();
  }

 private:
  friend struct detail::KeyAccess;
  std::shared_ptr<const void> owner_;
  std::string_view id_;
  std::string_view name_;
  std::string_view description_;
  std::string_view secret_;                   // empty if it is not known
  std::shared_ptr<const void> secret_owner_;  // set if the secret comes from an answer other than that of `owner_`
};

namespace detail {

/// Makes keys and reads their unmasked texts, for the library itself.
struct KeyAccess {
  /// Makes a key from a node of an answer, which `owner` owns. `is_new` says that the key was just generated: its name
  /// is then the secret on every server.
  [[nodiscard]] static ApiKey make(std::shared_ptr<const void> owner, const ObjectView& node, bool is_new);
  /// Copies the secret of the key with the same id in an earlier list, if `key` has none.
  static void copy_secret(ApiKey& key, const std::vector<ApiKey>& earlier);
  [[nodiscard]] static std::string_view name(const ApiKey& key) noexcept { return key.name_; }
  [[nodiscard]] static std::string_view secret(const ApiKey& key) noexcept { return key.secret_; }
};

using KeyList = std::vector<ApiKey>;

/// The nodes of a connection, without those that are null. Copies are cheap.
struct Nodes {
  std::shared_ptr<const void> owner;
  ListView edges;
  std::size_t count = 0;
  std::shared_ptr<const std::vector<std::uint32_t>> non_null_edges;  // the indices of these; null if all edges are

  Nodes() = default;
  Nodes(std::shared_ptr<const void> page, const ObjectView& user, std::string_view connection);
  [[nodiscard]] std::size_t size() const noexcept { return count; }
  [[nodiscard]] ObjectView operator[](std::size_t at) const noexcept {
    return *edges[non_null_edges ? (*non_null_edges)[at] : at].object("node");
  }
};

/// A user's keys: the nodes of the page, or a separate list after the keys have changed.
struct KeySource {
  Nodes nodes;
  std::shared_ptr<const KeyList> list;

  [[nodiscard]] std::size_t size() const noexcept { return list ? list->size() : nodes.size(); }
  [[nodiscard]] ApiKey operator[](std::size_t at) const {
    return list ? (*list)[at] : KeyAccess::make(nodes.owner, nodes[at], false);
  }
};

struct KeyNameSource : KeySource {
  [[nodiscard]] std::string_view operator[](std::size_t at) const {
    if (list) return KeyAccess::name((*list)[at]);
    return nodes[at].string("name").value_or(std::string_view{});
  }
};

struct TeamNameSource {
  Nodes nodes;
  [[nodiscard]] std::size_t size() const noexcept { return nodes.size(); }
  [[nodiscard]] std::string_view operator[](std::size_t at) const {
    return nodes[at].string("name").value_or(std::string_view{});
  }
};

}  // namespace detail

/// A user's keys, each an `ApiKey`. The range has the keys as they were when it was made.
using Keys = detail::OwningRange<detail::KeySource>;
/// The names of a user's keys, each a `std::string_view` that lives as long as the range. **A name can be a secret**:
/// on older servers, and for a key generated here, it is the key itself; on newer servers it is the key ID.
using KeyNames = detail::OwningRange<detail::KeyNameSource>;
/// The names of a user's teams, each a `std::string_view` that lives as long as the range.
using TeamNames = detail::OwningRange<detail::TeamNameSource>;

}  // namespace wandb

// A text view that owns the memory it refers to.

#include <compare>
#include <concepts>
#include <cstddef>
#include <iosfwd>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace wandb::inline WANDB_ABI {

class Text;

namespace detail {
template <class T>
concept OtherText = !std::same_as<T, Text> && std::convertible_to<const T&, std::string_view>;
}  // namespace detail

/// A text of a server's answer. It shares ownership of the answer, so that it stays valid when the user is changed or
/// destroyed. It is cheap to copy, and converts to a `std::string_view`, which is valid as long as a copy of the text.
class Text {
 public:
  Text() = default;
  /// Makes a text from a view into memory that `owner` keeps.
  Text(std::shared_ptr<const void> owner, std::string_view text) noexcept : owner_(std::move(owner)), text_(text) {}
  /// Makes a text with a copy of a C string.
  Text(const char* text) {
    auto own = std::make_shared<const std::string>(text);
    text_ = *own;
    owner_ = std::move(own);
  }

  [[nodiscard]] std::string_view view() const noexcept { return text_; }
  operator std::string_view() const noexcept { return text_; }
  operator std::string() const { return std::string(text_); }

  [[nodiscard]] bool empty() const noexcept { return text_.empty(); }
  [[nodiscard]] std::size_t size() const noexcept { return text_.size(); }
  [[nodiscard]] const char* data() const noexcept { return text_.data(); }
  [[nodiscard]] char front() const noexcept { return text_.front(); }
  [[nodiscard]] char back() const noexcept { return text_.back(); }
  [[nodiscard]] char operator[](std::size_t at) const noexcept { return text_[at]; }
  [[nodiscard]] bool starts_with(std::string_view part) const noexcept { return text_.starts_with(part); }
  [[nodiscard]] bool ends_with(std::string_view part) const noexcept { return text_.ends_with(part); }
  [[nodiscard]] std::size_t find(std::string_view part) const noexcept { return text_.find(part); }
  [[nodiscard]] const char* begin() const noexcept { return text_.data(); }
  [[nodiscard]] const char* end() const noexcept { return text_.data() + text_.size(); }

  friend bool operator==(const Text& a, const Text& b) noexcept { return a.text_ == b.text_; }
  friend auto operator<=>(const Text& a, const Text& b) noexcept { return a.text_.compare(b.text_) <=> 0; }
  /// Compares with a type that converts to `std::string_view`.
  template <detail::OtherText T>
  friend bool operator==(const Text& a, const T& b) noexcept {
    return a.text_ == std::string_view(b);
  }
  template <detail::OtherText T>
  friend auto operator<=>(const Text& a, const T& b) noexcept {
    return a.text_.compare(std::string_view(b)) <=> 0;
  }
  template <class Traits>
  friend std::basic_ostream<char, Traits>& operator<<(std::basic_ostream<char, Traits>& out, const Text& text) {
    return out << text.text_;
  }

 private:
  std::shared_ptr<const void> owner_;
  std::string_view text_;
};

}  // namespace wandb

/// Hashes as `std::string_view` does.
template <>
struct std::hash<wandb::Text> {
  [[nodiscard]] std::size_t operator()(const wandb::Text& text) const noexcept {
    return std::hash<std::string_view>{}(text);
  }
};

namespace wandb::inline WANDB_ABI::graphql {
struct UserQueries;
}

namespace wandb::inline WANDB_ABI::detail {

class UserStore;
struct KeyJournalPosition;
struct KnownCredentials;
struct Person;
struct Reading;

/// The newest value of a user's field, and the page that owns it. `field` is null if the field was never loaded.
struct FoundField {
  std::shared_ptr<const Page> page;
  ObjectView object;
  const Field* field = nullptr;
};

/// Finds a field by name among those that one answer has of a user; null if there is none.
using FieldFinder = const Field* (*)(const ObjectView& user, std::string_view name);

/// One user: a store and a row of it. Copies refer to the same user and see each other's changes. Thread-safe.
struct UserRecord {
  std::shared_ptr<UserStore> store;
  ObjectView object;
  std::uint32_t index = 0;
  bool is_caller = false;                         ///< whether the caller's credentials belong to this user
  const graphql::UserQueries* queries = nullptr;  ///< the queries that a reload sends

  /// Makes a user from attributes that the program gave.
  [[nodiscard]] static UserRecord of(std::shared_ptr<const Page> page, const ObjectView& object);

  /// Finds a field by `finder` and `name`, first among the newest data.
  [[nodiscard]] FoundField find(FieldFinder finder, std::string_view name) const;
  /// Finds the field whose response key is `key`.
  [[nodiscard]] FoundField find_key(std::string_view key) const;
  [[nodiscard]] bool has(std::string_view key) const { return find_key(key).field != nullptr; }
  /// A text attribute; empty if it is null or not loaded.
  [[nodiscard]] Text text(std::string_view key) const;
  /// A boolean attribute; empty if it is null or not loaded.
  [[nodiscard]] std::optional<bool> flag(std::string_view key) const;
  /// Names the user for messages, as in `<User ann@example.com>`. What looks like a key is masked.
  [[nodiscard]] std::string shown() const;
  [[nodiscard]] Person person() const;
  [[nodiscard]] Nodes nodes(std::string_view connection) const;

  [[nodiscard]] KeySource key_source() const;
  /// The known credentials of this user. Of very many keys, it returns the newest.
  [[nodiscard]] KnownCredentials credentials() const;
  /// Whether the keys were loaded. If so, to delete a key that is not among them is misuse.
  [[nodiscard]] bool keys_loaded() const;
  /// The server's error in place of the keys, if there is one.
  [[nodiscard]] std::optional<Error> keys_error() const;
  /// The errors of the fields as they are now, and the errors of their answers that belong to no single user.
  [[nodiscard]] std::vector<Error> errors() const;
  /// The last complete reading of the user: the last reload, else the answer that the user came with.
  [[nodiscard]] Reading full_reading() const;

  /// The credentials that the program gave for this user; null if there are none.
  [[nodiscard]] IdentityPtr given_identity() const;
  /// Sets the user's own secret. `source` names its origin in errors.
  void give_secret(const Secret& secret, std::string_view source) const;
  /// Sets the source of the user's identity tokens instead.
  void give_identity_token(const IdentityToken& token, std::string_view source) const;
  /// Makes credentials of the secret of one of the user's keys. The same secret gives the same object, which remembers
  /// whether the secret was proven.
  [[nodiscard]] IdentityPtr identity_of(const Secret& secret) const;

  /// Adds a key that was just created.
  void add_key(ApiKey key) const;
  /// Replaces the list of keys.
  void set_keys(KeyList keys) const;
  /// Removes the key with that id, and the credentials made of it.
  void remove_key(std::string_view id) const;
  /// Marks the keys as not loaded because of `error`, and drops those that were read: a partial list would look
  /// complete.
  void refuse_keys(Error error) const;

  /// Replaces the fields that a mutation returned, and keeps its other errors.
  void apply(const Reading& fresh) const;
  /// Keeps the errors of a mutation that returned no fields of the user.
  void set_mutation_errors(std::vector<Error> errors) const;
  /// Starts to record changes of the keys. The recording stops when the last position is destroyed.
  [[nodiscard]] KeyJournalPosition start_key_journal() const;
  /// Replaces all data by what a reload has read. Key changes since `reload_start` are applied to it again, since the
  /// answer may be older than they are. Secrets that are known stay known.
  void replace_with(const UserRecord& fresh, const KeyJournalPosition& reload_start) const;
};

}  // namespace wandb::detail

// The variables of a program's own GraphQL document.

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace wandb::inline WANDB_ABI {

class Variables;

namespace detail {

/// A list of values, such as a `std::vector`. Not a text.
template <class List>
concept ListOfValues = !std::convertible_to<const List&, std::string_view> && requires(const List& list) {
  list.begin() != list.end();
};

}  // namespace detail

/// A value of a variable: null, a text, a boolean, a number, an optional one of these, a container of them, or an input
/// object. It views what it was made of, which must live until the `Variables` are made.
class VariableValue {
 public:
  VariableValue(std::nullptr_t) noexcept : slot_(Slot::null()) {}
  template <std::convertible_to<std::string_view> Text>
  VariableValue(const Text& text) : slot_(slot_of(text)) {}
  // Templates, so that a pointer does not become a bool and a double not an integer.
  template <std::same_as<bool> T>
  VariableValue(T value) noexcept : slot_(Slot::boolean(value)) {}
  template <BooleanOrInteger T>
  requires(!std::same_as<T, bool>) VariableValue(T value)
  noexcept : slot_(std::in_range<std::int64_t>(value) ? Slot::integer(static_cast<std::int64_t>(value)) : Slot{}) {}
  template <std::floating_point T>
  VariableValue(T value) noexcept : slot_(Slot::real(static_cast<double>(value))) {}
  /// An empty optional is null.
  template <class T>
  VariableValue(const std::optional<T>& value)
      : VariableValue(value ? VariableValue(*value) : VariableValue(nullptr)) {}
  template <detail::ListOfValues List>
  VariableValue(const List& list) noexcept : slot_(Slot::null()), from_(&list), write_(&write_list<List>) {}
  /// An input object: `{"input", Variables{{"email", "ann@example.com"}}}`.
  VariableValue(const Variables& object) noexcept : slot_(Slot::null()), from_(&object), write_(&write_object) {}
  /// A secret is no variable; only the text that its `reveal()` returns is one.
  VariableValue(const Secret& secret) = delete;
  VariableValue(SecretView secret) = delete;

 private:
  friend class Variables;
  // Writes a list or an object.
  using Write = void (*)(Variables& into, const VariableValue& value);

  [[nodiscard]] static Slot slot_of(std::string_view text) noexcept {
    return text.size() > Slot::max_text ? Slot{} : Slot::string(text);
  }
  static void write_object(Variables& into, const VariableValue& value);
  template <class List>
  static void write_list(Variables& into, const VariableValue& value);

  Slot slot_;  // a scalar, or unloaded if the value is too large
  const void* from_ = nullptr;
  Write write_ = nullptr;  // null for a scalar
};

/// A variable: its name without `$`, and its value. It views both.
class Variable {
 public:
  /// Makes no variable.
  Variable() noexcept : value_(nullptr) {}
  Variable(std::string_view name, const VariableValue& value) noexcept : name_(name), value_(value), is_(true) {}

 private:
  friend class Variables;
  std::string_view name_;
  VariableValue value_;
  bool is_ = false;
};

/// The variables of a program's own document, by the names that it declares: `{{"id", id}, {"first", 10}}`, or from
/// JSON. A call copies them. A value that cannot be sent makes the call fail with `errc::invalid_argument`.
class Variables {
 public:
  /// Makes no variables.
  Variables() = default;
  /// Makes up to 12 variables; `add` makes more. This is no `std::initializer_list`, because g++ 12 does not compile
  /// one inside a `co_await` expression.
  Variables(const Variable& v1, const Variable& v2 = {}, const Variable& v3 = {}, const Variable& v4 = {},
            const Variable& v5 = {}, const Variable& v6 = {}, const Variable& v7 = {}, const Variable& v8 = {},
            const Variable& v9 = {}, const Variable& v10 = {}, const Variable& v11 = {}, const Variable& v12 = {}) {
    for (const auto* one : {&v1, &v2, &v3, &v4, &v5, &v6, &v7, &v8, &v9, &v10, &v11, &v12}) {
      if (one->is_) add(one->name_, one->value_);
    }
  }

  /// Adds a variable. A name that comes twice makes the call fail, also in an input object.
  Variables& add(std::string_view name, const VariableValue& value);

  /// Reads a JSON object. Fails with `errc::invalid_argument` and what is wrong with the text, which it does not quote.
  [[nodiscard]] static Result<Variables> parse(std::string_view json);

  /// Returns success, or `errc::invalid_argument` for the first value that cannot be sent: a text that is not UTF-8, or
  /// a number that JSON or 64 bits cannot hold.
  [[nodiscard]] Result<void> status() const;
  /// Returns the variables as a JSON object. They may hold what a program revealed.
  [[nodiscard]] std::string json() const { return '{' + members_ + '}'; }

 private:
  friend class VariableValue;
  void write(const VariableValue& value);
  void write_scalar(const VariableValue& value);
  void write_text(std::string_view text);
  void begin_list() { members_ += '['; }
  void write_element(const VariableValue& value) {
    if (members_.back() != '[') members_ += ',';
    write(value);
  }
  void end_list() { members_ += ']'; }
  // Keeps the first fault, which is about the variable that is being added.
  void refuse(std::string_view why);

  std::string members_;  // the members of the JSON object
  std::string name_;     // the variable that is being added
  std::string fault_;
};

template <class List>
void VariableValue::write_list(Variables& into, const VariableValue& value) {
  into.begin_list();
  for (const auto& element : *static_cast<const List*>(value.from_)) into.write_element(VariableValue(element));
  into.end_list();
}

}  // namespace wandb

namespace wandb::inline WANDB_ABI {

struct UserUpdate;
namespace graphql {
struct Document;
class DynamicDocument;
}  // namespace graphql

namespace detail {

/// Reads the caller's own user. The result is never empty: without a user it is an error.
[[nodiscard]] WANDB_DECL CallPtr<std::optional<UserRecord>> fetch_viewer(const Caller& caller,
                                                                         const CallOptions& options,
                                                                         const graphql::UserQueries& queries);
/// Finds the user whose username, e-mail or id is exactly `name`; nothing if there is none.
[[nodiscard]] WANDB_DECL CallPtr<std::optional<UserRecord>> find_user(const Caller& caller, const CallOptions& options,
                                                                      std::string_view name,
                                                                      const graphql::UserQueries& queries);
[[nodiscard]] WANDB_DECL CallPtr<UserRecord> create_user(const Caller& caller, const CallOptions& options,
                                                         std::string_view email, bool admin);

/// Generates a key for the user with the user's own credentials.
[[nodiscard]] WANDB_DECL CallPtr<Secret> generate_key(const Caller& caller, const CallOptions& options,
                                                      const UserRecord& user,
                                                      std::optional<std::string_view> description);
/// Deletes a key with the caller's credentials. If the keys are loaded and the key is not among them, that is misuse,
/// which is thrown at once.
[[nodiscard]] WANDB_DECL CallPtr<void> delete_key(const Caller& caller, const CallOptions& options,
                                                  const UserRecord& user, std::string_view name);
[[nodiscard]] WANDB_DECL CallPtr<void> delete_key(const Caller& caller, const CallOptions& options,
                                                  const UserRecord& user, const ApiKey& row);
[[nodiscard]] WANDB_DECL CallPtr<void> delete_key(const Caller& caller, const CallOptions& options,
                                                  const UserRecord& user, const Secret& secret);

[[nodiscard]] WANDB_DECL CallPtr<void> update_user(const Caller& caller, const CallOptions& options,
                                                   const UserRecord& user, const UserUpdate& changes);
[[nodiscard]] WANDB_DECL CallPtr<void> delete_user(const Caller& caller, const CallOptions& options,
                                                   const UserRecord& user);
[[nodiscard]] WANDB_DECL CallPtr<void> restore_user(const Caller& caller, const CallOptions& options,
                                                    const UserRecord& user);
[[nodiscard]] WANDB_DECL CallPtr<void> reload_user(const Caller& caller, const CallOptions& options,
                                                   const UserRecord& user);

/// The state of a walk through the users that a query finds. A range and its iterators share it; not thread-safe.
struct Walk;
using WalkPtr = std::shared_ptr<Walk>;
[[nodiscard]] WANDB_DECL WalkPtr make_walk(std::string_view query, const PageOptions& options,
                                           const graphql::UserQueries& queries);
/// A walk through the members of a team.
[[nodiscard]] WANDB_DECL WalkPtr make_team_walk(std::string_view team, const PageOptions& options,
                                                const graphql::UserQueries& queries);
/// Returns the next user if the page in memory has that user and all their keys, so that no call is needed.
[[nodiscard]] WANDB_DECL std::optional<Result<UserRecord>> next_without_call(Walk& walk);
/// Reads the next user; nothing at the end of the walk.
[[nodiscard]] WANDB_DECL CallPtr<std::optional<UserRecord>> next_user(const Caller& caller, const CallOptions& options,
                                                                      WalkPtr walk);
/// The cursor of the next page.
[[nodiscard]] WANDB_DECL std::string cursor_of(const Walk& walk);

/// Sends a program's own document, whose text has static storage. `repeat` says what repeating a mutation does; it says
/// nothing about a query.
[[nodiscard]] WANDB_DECL CallPtr<Answer> run_document(const Caller& caller, const CallOptions& options,
                                                      const graphql::Document& document, const Variables& variables,
                                                      Repeat repeat);
[[nodiscard]] WANDB_DECL CallPtr<Answer> run_document(const Caller& caller, const CallOptions& options,
                                                      const graphql::DynamicDocument& document,
                                                      const Variables& variables, Repeat repeat);
/// Sends a document of a schema that is not known.
[[nodiscard]] WANDB_DECL CallPtr<Answer> run_text(const Caller& caller, const CallOptions& options,
                                                  std::string_view document, const Variables& variables, Repeat repeat);

/// Makes a caller at the same server with the user's own credentials, or says why there are none.
[[nodiscard]] WANDB_DECL Result<Caller> as_user(const Caller& caller, const UserRecord& user);
/// Checks that a secret has the shape of an API key, else `errc::malformed_api_key`. `source` names its origin.
[[nodiscard]] WANDB_DECL Result<void> check_secret(const Secret& secret, std::string_view source);
/// Returns an error if a selected field is missing that the schema does not allow to be null.
[[nodiscard]] WANDB_DECL std::optional<Error> missing_field(const UserRecord& user);

}  // namespace detail
}  // namespace wandb

// A program's own GraphQL documents that are checked at compile time, and their answers.

#include <utility>

// GraphQL documents that are parsed and validated at compile time, and the shapes of their answers.

#include <optional>
#include <string_view>

// The syntax tree of a GraphQL document, in arrays of a fixed size, for compile time and run time.

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace wandb::inline WANDB_ABI::graphql {

/// The name of the field that every type has.
inline constexpr std::string_view type_name = "__typename";

/// The index of a node in its array, or `none`.
using Index = std::uint16_t;
inline constexpr Index none = 0xFFFF;

enum class ValueKind : std::uint8_t {
  null,
  integer,
  real,
  string,
  block_string,
  boolean,
  enumeration,
  list,
  object,
  variable
};

/// A value. `next` links it to the next argument, element of a list, or field of an object. It has views of the source.
struct ValueNode {
  ValueKind kind = ValueKind::null;
  std::string_view name;  ///< the name of the argument or the object's field
  std::string_view text;  ///< the source text, without the quotes of a string or the `$` of a variable
  Index first = none;     ///< the first element of a list, the first field of an object
  Index next = none;
};

/// The result of a look-up, which may be empty. It is no plain pointer: with g++'s `-fsanitize=undefined`, comparing a
/// pointer into a constant with null is not a constant expression.
template <class T>
class Found {
 public:
  constexpr Found() = default;
  constexpr Found(const T& found) noexcept : at_(&found), is_(true) {}
  [[nodiscard]] constexpr explicit operator bool() const noexcept { return is_; }
  [[nodiscard]] constexpr const T& operator*() const noexcept { return *at_; }
  [[nodiscard]] constexpr const T* operator->() const noexcept { return at_; }

 private:
  const T* at_ = nullptr;
  bool is_ = false;
};

/// A type reference such as `Name`, `Name!`, `[Name]` or `[Name!]!`. This schema has no lists of lists.
struct TypeReference {
  std::string_view name;
  bool list = false;
  bool non_null = false;          ///< whether the whole is non-null
  bool element_non_null = false;  ///< whether a list's elements are non-null
  Index definition = none;        ///< the index of the type in the schema; `none` in a document
};

struct VariableNode {
  std::string_view name;
  TypeReference type;
  Index default_value = none;
  Index next = none;
};

struct DirectiveNode {
  std::string_view name;
  Index arguments = none;
  Index next = none;
};

enum class SelectionKind : std::uint8_t { field, inline_fragment, fragment_spread };

struct SelectionNode {
  SelectionKind kind = SelectionKind::field;
  std::string_view name;   ///< the name of the field or of the spread fragment
  std::string_view alias;  ///< the response key: the alias, or the name if there is none
  std::string_view type;   ///< an inline fragment's type condition; may be empty
  Index arguments = none;
  Index directives = none;
  Index selections = none;
  Index next = none;
};

/// The definition of an operation or a fragment.
struct DefinitionNode {
  enum class Kind : std::uint8_t { query, mutation, subscription, fragment } kind = Kind::query;
  std::string_view name;
  std::string_view type;  ///< a fragment's type condition
  Index variables = none;
  Index selections = none;

  /// The name of the operation's root type.
  [[nodiscard]] constexpr std::string_view root_type() const noexcept {
    if (kind == Kind::subscription) return "Subscription";
    return kind == Kind::mutation ? "Mutation" : "Query";
  }
};

/// Nodes of one type, at most `Capacity`. It grows with the document, since unused elements cost as much compile time
/// as used ones.
template <class T, std::size_t Capacity>
class Pool {
 public:
  Index size = 0;

  constexpr Pool() = default;
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;
  constexpr ~Pool() { delete[] nodes_; }

  [[nodiscard]] constexpr const T& operator[](Index index) const noexcept { return nodes_[index]; }
  [[nodiscard]] constexpr T& operator[](Index index) noexcept { return nodes_[index]; }
  /// Adds a node and returns its index; `none` if the pool is full.
  constexpr Index add(const T& node) {
    if (size == Capacity) return none;
    if (size == room_) grow();
    nodes_[size] = node;
    return size++;
  }

 private:
  constexpr void grow() {
    const std::size_t room = room_ == 0 ? 4 : 2 * room_ < Capacity ? 2 * room_ : Capacity;
    auto* more = new T[room];
    for (std::size_t i = 0; i != size; ++i) more[i] = nodes_[i];
    delete[] nodes_;
    nodes_ = more;
    room_ = room;
  }

  T* nodes_ = nullptr;
  std::size_t room_ = 0;
};

/// A document of at most a few hundred nodes. It has views of its source.
struct Ast {
  static constexpr std::size_t most_definitions = 16;

  Pool<DefinitionNode, most_definitions> definitions;
  Pool<VariableNode, 32> variables;
  Pool<SelectionNode, 256> selections;
  Pool<DirectiveNode, 32> directives;
  Pool<ValueNode, 192> values;

  /// Returns the index of the definition of a fragment.
  [[nodiscard]] constexpr Index fragment_index(std::string_view name) const noexcept {
    for (Index i = 0; i != definitions.size; ++i) {
      if (definitions[i].kind == DefinitionNode::Kind::fragment && wandb::detail::equal(definitions[i].name, name))
        return i;
    }
    return none;
  }
  /// Returns the operation of that name; if the name is empty, the only operation.
  [[nodiscard]] constexpr Found<DefinitionNode> operation(std::string_view name = {}) const noexcept {
    Found<DefinitionNode> found;
    for (Index i = 0; i != definitions.size; ++i) {
      if (definitions[i].kind == DefinitionNode::Kind::fragment) continue;
      if (!name.empty() && wandb::detail::equal(definitions[i].name, name)) return definitions[i];
      if (name.empty() && found) return {};
      if (name.empty()) found = definitions[i];
    }
    return found;
  }
  /// Finds the argument or field of that name in a chain of values.
  [[nodiscard]] constexpr Found<ValueNode> value(Index chain, std::string_view name) const noexcept {
    for (; chain != none; chain = values[chain].next) {
      if (wandb::detail::equal(values[chain].name, name)) return values[chain];
    }
    return {};
  }
};

}  // namespace wandb::graphql
// The faults of GraphQL documents and their messages, at compile time and at run time.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

// Text as a template argument: `fields<"photoUrl createdAt">`.

#include <cstddef>
#include <string_view>

namespace wandb::inline WANDB_ABI::graphql {

/// Text of a fixed size. Its type is structural, so it can be a template argument.
template <std::size_t Size>
struct FixedString {
  char characters[Size + 1]{};

  constexpr FixedString() = default;
  /// Copies a literal. It is implicit, so that a literal can be a template argument.
  constexpr FixedString(const char (&literal)[Size + 1]) noexcept {
    std::string_view(literal, Size).copy(characters, Size);
  }
  /// Copies the first `Size` characters of a text.
  constexpr explicit FixedString(std::string_view text) noexcept { text.copy(characters, Size); }

  [[nodiscard]] constexpr std::string_view view() const noexcept { return {characters, characters + Size}; }
};
template <std::size_t End>
FixedString(const char (&)[End]) -> FixedString<End - 1>;

template <std::size_t A, std::size_t B>
[[nodiscard]] constexpr FixedString<A + B> operator+(const FixedString<A>& a, const FixedString<B>& b) noexcept {
  FixedString<A + B> both;
  a.view().copy(both.characters, A);
  b.view().copy(both.characters + A, B);
  return both;
}
template <std::size_t A, std::size_t End>
[[nodiscard]] constexpr FixedString<A + End - 1> operator+(const FixedString<A>& a, const char (&b)[End]) noexcept {
  return a + FixedString(b);
}

/// Joins pieces of text. `Write` is a lambda without captures: called with a function, it passes on one piece after the
/// other.
template <class Write>
[[nodiscard]] consteval auto joined(Write) {
  constexpr auto size = [] {
    std::size_t sum = 0;
    Write{}([&](std::string_view piece) { sum += piece.size(); });
    return sum;
  }();
  FixedString<size> text;
  auto* at = text.characters;
  Write{}([&](std::string_view piece) { at += piece.copy(at, piece.size()); });
  return text;
}

}  // namespace wandb::graphql

namespace wandb::inline WANDB_ABI::graphql {

/// The kinds of faults of a document.
enum class FaultKind : std::uint8_t {
  syntax,
  too_large,
  unknown_type,
  unknown_field,
  unknown_argument,
  unknown_variable,
  unknown_fragment,
  unknown_directive,
  unknown_operation,
  unused_variable,
  unused_fragment,
  missing_argument,
  missing_selection,
  unexpected_selection,
  wrong_type,
  duplicate,
  conflict,
  cycle,
};

/// The first fault of a document: the word at fault, the type on which it was looked up, and a similar valid word.
struct Fault {
  FaultKind kind = FaultKind::syntax;
  std::string_view word;
  std::string_view on;
  std::string_view suggestion;
};

namespace detail {

/// Passes on the message of a fault in pieces: `unknown field 'emial' on User; did you mean 'email'?`
template <class Say>
constexpr void describe_to(const Fault& fault, Say say) {
  constexpr std::array<std::string_view, 18> what{
      "syntax error at",  "too large at",       "unknown type",        "unknown field",     "unknown argument",
      "unknown variable", "unknown fragment",   "unknown directive",   "no one operation",  "unused variable",
      "unused fragment",  "missing argument",   "no selection on",     "selection on leaf", "wrong type for",
      "given twice:",     "conflicting fields", "circular fragment on"};
  say(what[static_cast<std::size_t>(fault.kind)]);
  say(" '");
  say(fault.word);
  say("'");
  if (!fault.on.empty()) {
    say(" on ");
    say(fault.on);
  }
  if (!fault.suggestion.empty()) {
    say("; did you mean '");
    say(fault.suggestion);
    say("'?");
  }
}

[[nodiscard]] constexpr std::size_t description_size(const Fault& fault) {
  std::size_t size = 0;
  describe_to(fault, [&](std::string_view piece) { size += piece.size(); });
  return size;
}

/// The description as a template argument: `Size` is `description_size(fault)`.
template <std::size_t Size>
[[nodiscard]] consteval FixedString<Size> fixed_description(const Fault& fault) {
  FixedString<Size> text;
  auto* at = text.characters;
  describe_to(fault, [&](std::string_view piece) { at += piece.copy(at, piece.size()); });
  return text;
}

}  // namespace detail

/// Returns the message of a fault: `unknown field 'emial' on User; did you mean 'email'?`
[[nodiscard]] inline std::string describe(const Fault& fault) {
  std::string text;
  detail::describe_to(fault, [&](std::string_view piece) { text += piece; });
  return text;
}

}  // namespace wandb::graphql
// Derives the outline of an answer from a document, in which fields of the same response key are merged.

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

// The fields that a document selects of one object.

#include <array>
#include <cstdint>
#include <string_view>

namespace wandb::inline WANDB_ABI::graphql {

/// The fields of one or more selection sets of an object, in the order of the document, with expanded fragments.
class FieldSet {
 public:
  constexpr explicit FieldSet(const Ast& ast) noexcept : ast_(&ast) {}

  /// Adds a chain of selections. Returns false if there are too many, or if fragments nest too deeply.
  constexpr bool add(Index first, bool conditional = false, int depth = 0) {
    if (depth == deepest) return false;
    for (auto i = first; i != none; i = ast_->selections[i].next) {
      const auto& node = ast_->selections[i];
      const bool perhaps = conditional || node.directives != none;
      const bool fine = node.kind == SelectionKind::field             ? insert({i, entries_.size, perhaps})
                        : node.kind == SelectionKind::inline_fragment ? add(node.selections, perhaps, depth + 1)
                                                                      : spread(node.name, perhaps, depth);
      if (!fine) return false;
    }
    return true;
  }

  [[nodiscard]] constexpr Index size() const noexcept { return entries_.size; }
  [[nodiscard]] constexpr const SelectionNode& field(Index at) const noexcept {
    return ast_->selections[entries_[at].selection];
  }
  [[nodiscard]] constexpr bool conditional(Index at) const noexcept { return entries_[at].conditional; }
  /// Returns the index of the first field with the same response key.
  [[nodiscard]] constexpr Index first_like(Index at) const noexcept { return entries_[at].first; }
  /// Whether another field has the key of this one, which is the first with it.
  [[nodiscard]] constexpr bool repeated(Index at) const noexcept { return entries_[at].repeated; }
  /// Whether every answer has the key of this field, which is the first with it, whatever the conditions are.
  [[nodiscard]] constexpr bool certain(Index at) const noexcept { return entries_[at].certain; }

 private:
  struct Entry {
    Index selection = none;
    Index first = none;        ///< the first entry with the same key
    bool conditional = false;  ///< whether `@include` or `@skip` applies to it
    bool certain = false;
    bool repeated = false;
  };
  enum class Added : std::uint8_t { never, conditionally, certainly };
  static constexpr int deepest = 32;

  constexpr bool insert(Entry entry) {
    const auto key = ast_->selections[entry.selection].alias;
    for (Index at = 0; at != entries_.size; ++at) {
      if (!wandb::detail::equal(field(at).alias, key)) continue;
      entry.first = entries_[at].first;
      break;
    }
    if (entries_.add(entry) == none) return false;
    auto& first = entries_[entry.first];
    if (!entry.conditional) first.certain = true;
    if (entry.first != entries_.size - 1) first.repeated = true;
    return true;
  }
  // A fragment adds its fields once, and a second time if it is first spread with a condition and then without.
  constexpr bool spread(std::string_view name, bool conditional, int depth) {
    const auto index = ast_->fragment_index(name);
    if (index == none) return true;
    auto& added = added_[index];
    const auto now = conditional ? Added::conditionally : Added::certainly;
    if (added >= now) return true;
    added = now;
    return add(ast_->definitions[index].selections, conditional, depth + 1);
  }

  const Ast* ast_;
  Pool<Entry, 96> entries_;
  std::array<Added, Ast::most_definitions> added_{};
};

}  // namespace wandb::graphql
// The part of the W&B schema about users, as data in the order of the published SDL.

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string_view>

// A view of an array of definitions.

#include <cstddef>

namespace wandb::inline WANDB_ABI::graphql {

/// A view of an array of definitions. A `std::span` checks its constraints anew for each length of an array, and the
/// schema has arrays of many.
template <class Definition>
class Table {
 public:
  constexpr Table() = default;
  template <std::size_t Size>
  constexpr Table(const Definition (&definitions)[Size]) noexcept : begin_(definitions), size_(Size) {}
  [[nodiscard]] constexpr bool empty() const noexcept { return size_ == 0; }
  [[nodiscard]] constexpr const Definition* begin() const noexcept { return begin_; }
  [[nodiscard]] constexpr const Definition* end() const noexcept { return begin_ + size_; }
  [[nodiscard]] constexpr const Definition& operator[](std::size_t at) const noexcept { return begin_[at]; }

 private:
  const Definition* begin_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace wandb::graphql

namespace wandb::inline WANDB_ABI::graphql {

namespace users {

/// The indices of the types, in the order of the definitions below. The most frequent types come first, which makes the
/// look-up faster.
inline constexpr std::string_view names[] = {"String",
                                             "ID",
                                             "Boolean",
                                             "Int",
                                             "DateTime",
                                             "Float",
                                             "Int64",
                                             "JSON",
                                             "JSONString",
                                             "UserAccountType",
                                             "Node",
                                             "PageInfo",
                                             "User",
                                             "ApiKey",
                                             "ApiKeyEdge",
                                             "ApiKeyConnection",
                                             "Entity",
                                             "EntityEdge",
                                             "EntityConnection",
                                             "UserEdge",
                                             "UserConnection",
                                             "Query",
                                             "Mutation",
                                             "CreateUserInput",
                                             "CreateUserPayload",
                                             "DeleteApiKeyInput",
                                             "DeleteApiKeyPayload",
                                             "GenerateApiKeyInput",
                                             "GenerateApiKeyPayload",
                                             "UpdateUserInput",
                                             "UpdateUserPayload",
                                             "DeleteUserInput",
                                             "DeleteUserPayload",
                                             "UndeleteUserInput",
                                             "UndeleteUserPayload"};

}  // namespace users

/// Parses a type in SDL, such as "String", "[ID!]" or "Boolean!". An unknown type does not compile.
[[nodiscard]] consteval TypeReference read_type(std::string_view type) {
  TypeReference reference;
  reference.non_null = type.back() == '!';
  if (reference.non_null) type.remove_suffix(1);
  reference.list = type.front() == '[';
  if (reference.list) {
    type = type.substr(1, type.size() - 2);
    reference.element_non_null = type.back() == '!';
    if (reference.element_non_null) type.remove_suffix(1);
  }
  reference.name = type;
  reference.definition = 0;
  while (!wandb::detail::equal(users::names[reference.definition], type)) ++reference.definition;
  return reference;
}

/// An argument of a field, or a field of an input object.
struct InputDefinition {
  std::string_view name;
  TypeReference type;
  consteval InputDefinition(std::string_view called, std::string_view sdl) : name(called), type(read_type(sdl)) {}
};

/// Finds the definition of that name.
template <class Definition>
[[nodiscard]] constexpr Found<Definition> find(Table<Definition> definitions, std::string_view name) noexcept {
  for (const auto& definition : definitions) {
    if (wandb::detail::equal(definition.name, name)) return definition;
  }
  return {};
}

struct FieldDefinition {
  std::string_view name;
  TypeReference type;
  Table<InputDefinition> arguments;
  consteval FieldDefinition(std::string_view called, std::string_view sdl, Table<InputDefinition> taking = {})
      : name(called), type(read_type(sdl)), arguments(taking) {}
};

enum class TypeKind : std::uint8_t { scalar, enumeration, object, interface, input };

struct TypeDefinition {
  TypeKind kind = TypeKind::scalar;
  FieldKind kept = FieldKind::object;  ///< how a page stores a value of the type
  std::string_view name;
  Table<FieldDefinition> fields{};    ///< the fields of an object or interface
  Table<InputDefinition> inputs{};    ///< the fields of an input object
  Table<std::string_view> values{};   ///< the values of an enumeration
  std::string_view interface_name{};  ///< the interface that an object implements

  [[nodiscard]] constexpr bool is_leaf() const noexcept {
    return kind == TypeKind::scalar || kind == TypeKind::enumeration;
  }
  [[nodiscard]] constexpr Found<FieldDefinition> field(std::string_view wanted) const noexcept {
    return find(fields, wanted);
  }
  [[nodiscard]] constexpr bool has_value(std::string_view wanted) const noexcept {
    for (const auto& value : values) {
      if (wandb::detail::equal(value, wanted)) return true;
    }
    return false;
  }
};

struct Schema {
  Table<TypeDefinition> types;
  [[nodiscard]] constexpr Found<TypeDefinition> type(std::string_view wanted) const noexcept {
    return find(types, wanted);
  }
  [[nodiscard]] constexpr Found<TypeDefinition> type(const TypeReference& wanted) const noexcept {
    return wanted.definition == none ? type(wanted.name) : types[wanted.definition];
  }
};

namespace users {

using Inputs = InputDefinition;
using Fields = FieldDefinition;

inline constexpr Inputs page[] = {Inputs{"after", "String"}, Inputs{"before", "String"}, Inputs{"first", "Int"},
                                  Inputs{"last", "Int"}};

inline constexpr Fields node[] = {Fields{"id", "ID!"}};
inline constexpr Fields page_info[] = {Fields{"endCursor", "String"}, Fields{"hasNextPage", "Boolean!"},
                                       Fields{"hasPreviousPage", "Boolean!"}, Fields{"startCursor", "String"}};
inline constexpr std::string_view user_account_type[] = {"ANONYMOUS", "SERVICE", "USER", "VIEWER"};
inline constexpr Fields user[] = {
    Fields{"id", "ID!"},
    Fields{"name", "String!"},
    Fields{"username", "String"},
    Fields{"email", "String"},
    Fields{"admin", "Boolean"},
    Fields{"accountType", "UserAccountType"},
    Fields{"apiKey", "String"},
    Fields{"apiKeys", "ApiKeyConnection", page},
    Fields{"teams", "EntityConnection", page},
    Fields{"createdAt", "DateTime!"},
    Fields{"updatedAt", "DateTime"},
    Fields{"deletedAt", "DateTime"},
    Fields{"loggedInAt", "DateTime"},
    Fields{"defaultEntity", "Entity"},
    Fields{"entity", "String"},
    Fields{"flags", "JSONString"},
    Fields{"hideTeamsFromPublic", "Boolean!"},
    Fields{"limits", "JSON"},
    Fields{"photoUrl", "String"},
    Fields{"private", "Boolean!"},
    Fields{"signupRequired", "Boolean!"},
    Fields{"totalRuns", "Int!"},
    Fields{"userInfo", "JSON"},
};
inline constexpr Fields api_key[] = {
    Fields{"id", "ID!"},         Fields{"name", "String!"},     Fields{"description", "String"},
    Fields{"ips", "[String!]!"}, Fields{"rateLimit", "String"}, Fields{"user", "User"}};
inline constexpr Fields api_key_edge[] = {Fields{"cursor", "String!"}, Fields{"node", "ApiKey"}};
inline constexpr Fields api_key_connection[] = {Fields{"edges", "[ApiKeyEdge!]!"}, Fields{"pageInfo", "PageInfo!"}};
inline constexpr Fields entity[] = {Fields{"id", "ID!"},           Fields{"name", "String!"},
                                    Fields{"isTeam", "Boolean!"},  Fields{"photoUrl", "String"},
                                    Fields{"memberCount", "Int!"}, Fields{"createdAt", "DateTime!"}};
inline constexpr Fields entity_edge[] = {Fields{"cursor", "String!"}, Fields{"node", "Entity"}};
inline constexpr Fields entity_connection[] = {Fields{"edges", "[EntityEdge!]!"}};
inline constexpr Fields user_edge[] = {Fields{"cursor", "String!"}, Fields{"node", "User"}};
inline constexpr Fields user_connection[] = {Fields{"edges", "[UserEdge!]!"}, Fields{"pageInfo", "PageInfo!"}};

inline constexpr Inputs viewer_arguments[] = {Inputs{"entityName", "String"}};
inline constexpr Inputs user_arguments[] = {Inputs{"id", "ID"}, Inputs{"userName", "String"}};
inline constexpr Inputs users_arguments[] = {
    Inputs{"after", "String"}, Inputs{"before", "String"}, Inputs{"first", "Int"},          Inputs{"last", "Int"},
    Inputs{"ids", "[ID!]"},    Inputs{"query", "String"},  Inputs{"usernames", "[String!]"}};
inline constexpr Fields query[] = {Fields{"viewer", "User", viewer_arguments}, Fields{"user", "User", user_arguments},
                                   Fields{"users", "UserConnection", users_arguments}};

inline constexpr Inputs create_user_input[] = {Inputs{"email", "String!"}, Inputs{"admin", "Boolean"},
                                               Inputs{"accountType", "String"}, Inputs{"password", "String"},
                                               Inputs{"clientMutationId", "String"}};
inline constexpr Inputs delete_api_key_input[] = {Inputs{"id", "String"}, Inputs{"clientMutationId", "String"}};
inline constexpr Inputs generate_api_key_input[] = {Inputs{"description", "String"},
                                                    Inputs{"clientMutationId", "String"}};
inline constexpr Inputs update_user_input[] = {
    Inputs{"id", "ID"},
    Inputs{"admin", "Boolean"},
    Inputs{"name", "String"},
    Inputs{"defaultEntity", "String"},
    Inputs{"primaryEmail", "String"},
    Inputs{"private", "Boolean"},
    Inputs{"hideTeamsFromPublic", "Boolean"},
    Inputs{"photoUrl", "String"},
    Inputs{"password", "String"},
    Inputs{"userInfo", "JSONString"},
    Inputs{"clientMutationId", "String"},
};
inline constexpr Inputs one_user_input[] = {Inputs{"id", "ID!"}, Inputs{"clientMutationId", "String"}};

inline constexpr Fields user_payload[] = {Fields{"user", "User"}, Fields{"clientMutationId", "String"}};
inline constexpr Fields delete_api_key_payload[] = {Fields{"success", "Boolean"}, Fields{"clientMutationId", "String"}};
inline constexpr Fields generate_api_key_payload[] = {Fields{"apiKey", "ApiKey"}, Fields{"clientMutationId", "String"}};

inline constexpr Inputs create_user_arguments[] = {Inputs{"input", "CreateUserInput!"}};
inline constexpr Inputs delete_api_key_arguments[] = {Inputs{"input", "DeleteApiKeyInput!"}};
inline constexpr Inputs generate_api_key_arguments[] = {Inputs{"input", "GenerateApiKeyInput!"}};
inline constexpr Inputs update_user_arguments[] = {Inputs{"input", "UpdateUserInput!"}};
inline constexpr Inputs delete_user_arguments[] = {Inputs{"input", "DeleteUserInput!"}};
inline constexpr Inputs undelete_user_arguments[] = {Inputs{"input", "UndeleteUserInput!"}};
inline constexpr Fields mutation[] = {
    Fields{"createUser", "CreateUserPayload", create_user_arguments},
    Fields{"deleteApiKey", "DeleteApiKeyPayload", delete_api_key_arguments},
    Fields{"generateApiKey", "GenerateApiKeyPayload", generate_api_key_arguments},
    Fields{"updateUser", "UpdateUserPayload", update_user_arguments},
    Fields{"deleteUser", "DeleteUserPayload", delete_user_arguments},
    Fields{"undeleteUser", "UndeleteUserPayload", undelete_user_arguments},
};

[[nodiscard]] constexpr TypeDefinition scalar(std::string_view name, FieldKind kept = FieldKind::string) noexcept {
  return {TypeKind::scalar, kept, name};
}
[[nodiscard]] constexpr TypeDefinition enumeration(std::string_view name, Table<std::string_view> values) noexcept {
  return {TypeKind::enumeration, FieldKind::string, name, {}, {}, values};
}
[[nodiscard]] constexpr TypeDefinition object(std::string_view name, Table<FieldDefinition> fields,
                                              std::string_view implements = {}) noexcept {
  return {TypeKind::object, FieldKind::object, name, fields, {}, {}, implements};
}
[[nodiscard]] constexpr TypeDefinition input(std::string_view name, Table<InputDefinition> inputs) noexcept {
  return {TypeKind::input, FieldKind::object, name, {}, inputs};
}

inline constexpr TypeDefinition types[] = {
    scalar("String"),
    scalar("ID"),
    scalar("Boolean", FieldKind::boolean),
    scalar("Int", FieldKind::integer),
    scalar("DateTime"),
    scalar("Float", FieldKind::real),
    scalar("Int64", FieldKind::integer),
    scalar("JSON", FieldKind::raw),
    scalar("JSONString", FieldKind::raw),
    enumeration("UserAccountType", user_account_type),
    TypeDefinition{TypeKind::interface, FieldKind::object, "Node", node},
    object("PageInfo", page_info),
    object("User", user, "Node"),
    object("ApiKey", api_key),
    object("ApiKeyEdge", api_key_edge),
    object("ApiKeyConnection", api_key_connection),
    object("Entity", entity, "Node"),
    object("EntityEdge", entity_edge),
    object("EntityConnection", entity_connection),
    object("UserEdge", user_edge),
    object("UserConnection", user_connection),
    object("Query", query),
    object("Mutation", mutation),
    input("CreateUserInput", create_user_input),
    object("CreateUserPayload", user_payload),
    input("DeleteApiKeyInput", delete_api_key_input),
    object("DeleteApiKeyPayload", delete_api_key_payload),
    input("GenerateApiKeyInput", generate_api_key_input),
    object("GenerateApiKeyPayload", generate_api_key_payload),
    input("UpdateUserInput", update_user_input),
    object("UpdateUserPayload", user_payload),
    input("DeleteUserInput", one_user_input),
    object("DeleteUserPayload", user_payload),
    input("UndeleteUserInput", one_user_input),
    object("UndeleteUserPayload", user_payload),
};
static_assert([] {
  if (std::size(types) != std::size(names)) return false;
  for (std::size_t i = 0; i != std::size(types); ++i) {
    if (!wandb::detail::equal(types[i].name, names[i])) return false;
  }
  return true;
}());

}  // namespace users

/// The schema of users, API keys and teams.
inline constexpr Schema users_schema{users::types};

}  // namespace wandb::graphql

namespace wandb::inline WANDB_ABI::graphql {

/// The fields of an answer, in its order. An object's fields follow it directly.
struct Outline {
  std::array<shapes::Node, 128> nodes{};
  std::uint16_t size = 0;
  std::uint16_t lists = 0;
  [[nodiscard]] constexpr std::span<const shapes::Node> fields() const noexcept { return {nodes.data(), size}; }
};

namespace detail {

/// Traverses a validated operation, and checks that its fields can be merged.
class Outliner {
 public:
  constexpr Outliner(const Ast& ast, const Schema& schema, Outline& out) noexcept
      : ast_(ast), schema_(schema), out_(out) {}

  [[nodiscard]] constexpr std::optional<Fault> run(const DefinitionNode& operation) {
    FieldSet fields(ast_);
    if (!fields.add(operation.selections)) too_large(operation.name);
    else object(fields, *schema_.type(operation.root_type()));
    return fault_;
  }

 private:
  // Each function returns false after a fault.
  constexpr bool fail(const Fault& fault) {
    fault_ = fault;
    return false;
  }
  constexpr bool too_large(std::string_view word) { return fail({FaultKind::too_large, word, {}, {}}); }

  constexpr bool object(const FieldSet& fields, const TypeDefinition& type) {
    for (Index i = 0; i != fields.size(); ++i) {
      const auto earlier = fields.first_like(i);
      if (earlier == i) {
        if (!field(fields, i, type)) return false;
        continue;
      }
      const auto& node = fields.field(i);
      const auto& first = fields.field(earlier);
      if (first.name != node.name || !same(first.arguments, node.arguments))
        return fail({FaultKind::conflict, node.alias, type.name, {}});
    }
    return true;
  }

  // Adds the field at `at`, merged with other selections of the same key.
  constexpr bool field(const FieldSet& fields, Index at, const TypeDefinition& type) {
    const auto& selected = fields.field(at);
    if (out_.size == out_.nodes.size()) return too_large(selected.alias);
    auto& node = out_.nodes[out_.size++];
    node.key = selected.alias;
    node.nullable = false;
    if (wandb::detail::equal(selected.name, type_name)) return true;
    const auto& reference = type.field(selected.name)->type;
    const auto of = schema_.type(reference);
    node.kind = of->kept;
    node.nullable = !reference.non_null || !fields.certain(at);
    node.list = reference.list && node.kind != FieldKind::raw;
    node.element_nullable = node.list && !reference.element_non_null;
    if (node.list) ++out_.lists;
    if (of->is_leaf()) return true;
    const auto before = out_.size;
    FieldSet inner(ast_);
    for (Index i = at; i != fields.size(); ++i) {
      if (fields.first_like(i) != at) continue;
      // A selection with a condition may not add its fields, if another one selects the same object.
      if (!inner.add(fields.field(i).selections, fields.conditional(i) && fields.repeated(at)))
        return too_large(selected.alias);
    }
    const bool fine = object(inner, *of);
    node.inside = static_cast<std::uint16_t>(out_.size - before);
    return fine;
  }

  // The order of arguments and of an object's fields is irrelevant; a list's elements, which have no names, keep
  // theirs.
  [[nodiscard]] constexpr bool same(Index a, Index b) const noexcept {
    std::size_t more = 0;
    for (auto i = b; i != none; i = ast_.values[i].next) ++more;
    for (auto in_order = b; a != none; a = ast_.values[a].next, --more) {
      if (more == 0) return false;
      const auto& x = ast_.values[a];
      const auto y = x.name.empty() ? Found(ast_.values[in_order]) : ast_.value(b, x.name);
      if (!y || x.kind != y->kind || x.text != y->text || !same(x.first, y->first)) return false;
      in_order = ast_.values[in_order].next;
    }
    return more == 0;
  }

  const Ast& ast_;
  const Schema& schema_;
  Outline& out_;
  std::optional<Fault> fault_;
};

}  // namespace detail

/// Writes the outline of an operation's answer to a new `out`. Returns a fault if fields cannot be merged or are too
/// many.
[[nodiscard]] constexpr std::optional<Fault> outline(const Ast& ast, const Schema& schema,
                                                     const DefinitionNode& operation, Outline& out) {
  return detail::Outliner(ast, schema, out).run(operation);
}

}  // namespace wandb::graphql
// Parses GraphQL documents (October 2021, executable definitions), at compile time and at run time.

#include <optional>
#include <string_view>

// Splits GraphQL into tokens, at compile time and at run time.

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace wandb::inline WANDB_ABI::graphql::detail {

enum class TokenKind : std::uint8_t { end, punctuator, name, integer, real, string, block_string, invalid };

struct Token {
  TokenKind kind = TokenKind::end;
  char mark = 0;  ///< the first character of a punctuator
  std::string_view text;
};

/// The tokens that a character can begin or continue.
enum class CharKind : std::uint8_t { other, ignored, mark, letter, digit };

/// The kind of each character. It is a table, since comparisons would dominate the compile time.
struct CharKinds {
  constexpr CharKinds() noexcept {
    for (char c = 'a'; c <= 'z'; ++c) of[index(c)] = CharKind::letter;
    for (char c = 'A'; c <= 'Z'; ++c) of[index(c)] = CharKind::letter;
    of[index('_')] = CharKind::letter;
    for (char c = '0'; c <= '9'; ++c) of[index(c)] = CharKind::digit;
    for (const char c : {' ', ',', '\t', '\r', '\n'}) of[index(c)] = CharKind::ignored;
    for (const char c : {'!', '$', '&', '(', ')', ':', '=', '@', '[', ']', '{', '|', '}'})
      of[index(c)] = CharKind::mark;
  }
  static constexpr std::size_t index(char c) noexcept { return static_cast<unsigned char>(c); }
  CharKind of[256]{};
};
inline constexpr CharKinds char_kinds;

/// Splits the source into tokens.
class Lexer {
 public:
  constexpr explicit Lexer(std::string_view source) noexcept : at_(source.data()), end_(at_ + source.size()) {
    if (source.starts_with("\xEF\xBB\xBF")) at_ += 3;
  }

  [[nodiscard]] constexpr Token next() noexcept {
    skip_ignored();
    const char* const begin = at_;
    if (begin == end_) return {};
    switch (kind_of(*begin)) {
      case CharKind::letter: at_ = name_end(begin); return {TokenKind::name, '\0', {begin, length(begin, at_)}};
      case CharKind::mark: ++at_; return {TokenKind::punctuator, *begin, {begin, 1}};
      default: return other(rest());
    }
  }

 private:
  static constexpr CharKind kind_of(char c) noexcept { return char_kinds.of[static_cast<unsigned char>(c)]; }
  static constexpr std::size_t length(const char* begin, const char* end) noexcept {
    return static_cast<std::size_t>(end - begin);
  }
  [[nodiscard]] constexpr std::string_view rest() const noexcept { return {at_, length(at_, end_)}; }

  // The two loops over characters use the table directly, since function calls would add half to the compile time.
  constexpr void skip_ignored() noexcept {
    const char* at = at_;
    for (bool comment = false; at != end_; ++at) {
      if (comment) comment = *at != '\n' && *at != '\r';
      else if (*at == '#') comment = true;
      else if (char_kinds.of[static_cast<unsigned char>(*at)] != CharKind::ignored) break;
    }
    at_ = at;
  }
  [[nodiscard]] constexpr const char* name_end(const char* at) const noexcept {
    while (at != end_ && char_kinds.of[static_cast<unsigned char>(*at)] >= CharKind::letter) ++at;
    return at;
  }
  constexpr Token take(TokenKind kind, std::size_t length) noexcept {
    const Token token{kind, kind == TokenKind::punctuator ? *at_ : '\0', {at_, length}};
    at_ += length;
    return token;
  }

  // Reads a token that is neither a name nor a punctuator of one character.
  constexpr Token other(std::string_view rest) noexcept {
    if (rest.starts_with("\"\"\"")) return block(rest);
    if (rest.starts_with("...")) return take(TokenKind::punctuator, 3);
    if (rest[0] == '"') return string(rest);
    return rest[0] == '-' || kind_of(rest[0]) == CharKind::digit ? number(rest) : take(TokenKind::invalid, 1);
  }
  [[nodiscard]] static constexpr std::size_t digits_end(std::string_view rest, std::size_t from) noexcept {
    while (from < rest.size() && wandb::detail::is_digit(rest[from])) ++from;
    return from;
  }
  constexpr Token number(std::string_view rest) noexcept {
    const std::size_t sign = rest.front() == '-' ? 1 : 0;
    auto end = digits_end(rest, sign);
    if (end == sign || (rest[sign] == '0' && end > sign + 1)) return take(TokenKind::invalid, end);
    auto kind = TokenKind::integer;
    if (end < rest.size() && rest[end] == '.') {
      const auto digits = digits_end(rest, end + 1);
      if (digits == end + 1) return take(TokenKind::invalid, digits);
      end = digits;
      kind = TokenKind::real;
    }
    if (end < rest.size() && (rest[end] == 'e' || rest[end] == 'E')) {
      const auto exponent = end + 1 + (end + 1 < rest.size() && (rest[end + 1] == '+' || rest[end + 1] == '-') ? 1 : 0);
      const auto digits = digits_end(rest, exponent);
      if (digits == exponent) return take(TokenKind::invalid, digits);
      end = digits;
      kind = TokenKind::real;
    }
    const bool runs_on = end < rest.size() && (kind_of(rest[end]) == CharKind::letter || rest[end] == '.');
    return take(runs_on ? TokenKind::invalid : kind, end);
  }
  constexpr Token string(std::string_view rest) noexcept {
    for (std::size_t i = 1; i < rest.size() && rest[i] != '\n' && rest[i] != '\r';) {
      if (rest[i] == '"') return unquoted(TokenKind::string, i, 1);
      const auto length = rest[i] == '\\' ? escape_length(rest.substr(i)) : 1;
      if (length == 0) return {TokenKind::invalid, '\0', rest.substr(i, rest.substr(i, 2) == "\\u" ? 6 : 2)};
      i += length;
    }
    return take(TokenKind::invalid, 1);
  }

  static constexpr std::uint32_t no_code = 0xFFFF'FFFF;
  // Returns the value of at most eight hexadecimal digits; `no_code` if `text` is anything else.
  [[nodiscard]] static constexpr std::uint32_t hex(std::string_view text) noexcept {
    if (text.empty() || text.size() > 8) return no_code;
    std::uint32_t code = 0;
    for (const char c : text) {
      if (!wandb::detail::is_hex_digit(c)) return no_code;
      const auto digit = wandb::detail::is_digit(c) ? c - '0' : wandb::detail::to_lower(c) - 'a' + 10;
      code = code * 16 + static_cast<std::uint32_t>(digit);
    }
    return code;
  }
  [[nodiscard]] static constexpr std::uint32_t hex4(std::string_view text) noexcept {
    return text.size() < 6 || text.substr(0, 2) != "\\u" ? no_code : hex(text.substr(2, 4));
  }
  // Returns the size of the escape at the beginning of `text`; 0 if it is not valid.
  [[nodiscard]] static constexpr std::size_t escape_length(std::string_view text) noexcept {
    if (text.size() < 2) return 0;
    if (text[1] != 'u') return std::string_view("\"\\/bfnrt").find(text[1]) == text.npos ? 0 : 2;
    if (text.size() > 2 && text[2] == '{') {
      const auto end = text.find('}');
      const auto code = end == text.npos ? no_code : hex(text.substr(3, end - 3));
      return code <= 0x10FFFF && (code < 0xD800 || code > 0xDFFF) ? end + 1 : 0;
    }
    const auto code = hex4(text);
    if (code < 0xD800 || (code > 0xDFFF && code != no_code)) return 6;
    const auto low = code < 0xDC00 ? hex4(text.substr(6)) : no_code;
    return low >= 0xDC00 && low <= 0xDFFF ? 12 : 0;
  }
  constexpr Token block(std::string_view rest) noexcept {
    for (std::size_t i = 3; i < rest.size(); ++i) {
      if (rest.substr(i).starts_with("\\\"\"\"")) i += 3;
      else if (rest.substr(i).starts_with("\"\"\"")) return unquoted(TokenKind::block_string, i, 3);
    }
    return take(TokenKind::invalid, 3);
  }
  constexpr Token unquoted(TokenKind kind, std::size_t end, std::size_t quotes) noexcept {
    const Token token{kind, '\0', rest().substr(quotes, end - quotes)};
    at_ += end + quotes;
    return token;
  }

  const char* at_;
  const char* end_;
};

}  // namespace wandb::graphql::detail

namespace wandb::inline WANDB_ABI::graphql {

/// The documents that a parser accepts.
enum class Dialect : bool {
  users,  ///< those that the schema of users can answer
  any,    ///< also directives on definitions and variables, which are left out, and lists of lists
};

namespace detail {

using namespace std::string_view_literals;

/// A recursive descent parser, which stops at the first fault. A limit on nesting protects the stack.
class Parser {
 public:
  constexpr Parser(std::string_view source, Ast& ast, Dialect dialect) : lexer_(source), ast_(ast), dialect_(dialect) {
    advance();
  }

  [[nodiscard]] constexpr std::optional<Fault> run() {
    if (token_.kind == TokenKind::end) fail();
    while (!fault_ && token_.kind != TokenKind::end) definition();
    return fault_;
  }

 private:
  static constexpr int deepest = 32;

  constexpr void advance() { token_ = lexer_.next(); }
  constexpr void fail(FaultKind kind = FaultKind::syntax) {
    if (!fault_) fault_ = Fault{kind, token_.text, {}, {}};
    token_ = {};
  }
  constexpr bool accept(char mark) {
    if (token_.mark != mark) return false;
    advance();
    return true;
  }
  constexpr void expect(char mark) {
    if (!accept(mark)) fail();
  }
  constexpr std::string_view name() {
    const auto text = token_.text;
    if (token_.kind == TokenKind::name) advance();
    else fail();
    return text;
  }
  template <class Pool, class Node>
  constexpr Index add(Pool& pool, const Node& node) {
    const auto index = pool.add(node);
    if (index == none) fail(FaultKind::too_large);
    return index;
  }
  // Appends `index` to the chain in `pool` from `first` to `last`.
  template <class Pool>
  constexpr void link(Pool& pool, Index& first, Index& last, Index index) {
    if (fault_) return;
    (first == none ? first : pool[last].next) = index;
    last = index;
  }

  constexpr void definition() {
    using Kind = DefinitionNode::Kind;
    DefinitionNode node;
    if (token_.mark != '{') {
      const auto keyword = name();
      if (keyword == "fragment"sv) {
        node.kind = Kind::fragment;
        node.name = name();
        if (node.name == "on"sv || name() != "on"sv) return fail();
        node.type = name();
      } else if (keyword == "query"sv || keyword == "mutation"sv || keyword == "subscription"sv) {
        node.kind = keyword == "query"sv ? Kind::query : keyword == "mutation"sv ? Kind::mutation : Kind::subscription;
        if (token_.kind == TokenKind::name) node.name = name();
        node.variables = variables();
      } else {
        return fail();
      }
      no_directives();
    }
    node.selections = selections(0);
    add(ast_.definitions, node);
  }

  constexpr Index variables() {
    Index first = none;
    Index last = none;
    if (!accept('(')) return first;
    do {
      VariableNode node;
      expect('$');
      node.name = name();
      expect(':');
      node.type = type();
      if (accept('=')) node.default_value = value({}, 0);
      no_directives();
      link(ast_.variables, first, last, add(ast_.variables, node));
    } while (!fault_ && token_.mark != ')');
    expect(')');
    return first;
  }

  constexpr TypeReference type() {
    TypeReference reference;
    if (accept('[')) {
      reference.list = true;
      if (dialect_ == Dialect::any && token_.mark == '[') skip_list_type(0);
      else reference.name = name();
      reference.element_non_null = accept('!');
      expect(']');
    } else {
      reference.name = name();
    }
    reference.non_null = accept('!');
    return reference;
  }

  // Skips the type of a list inside a list, which leaves the type of the elements unnamed.
  constexpr void skip_list_type(int depth) {
    if (depth == deepest) fail(FaultKind::too_large);
    expect('[');
    if (token_.mark == '[') skip_list_type(depth + 1);
    else static_cast<void>(name());
    accept('!');
    expect(']');
  }

  constexpr Index selections(int depth) {
    Index first = none;
    Index last = none;
    if (depth == deepest) fail(FaultKind::too_large);
    expect('{');
    do {
      const auto node = selection(depth);
      link(ast_.selections, first, last, add(ast_.selections, node));
    } while (!fault_ && token_.mark != '}');
    expect('}');
    return first;
  }

  constexpr SelectionNode selection(int depth) {
    SelectionNode node;
    if (accept('.')) {
      node.kind = SelectionKind::inline_fragment;
      if (token_.kind == TokenKind::name && token_.text != "on"sv) {
        node.kind = SelectionKind::fragment_spread;
        node.name = name();
      } else if (token_.kind == TokenKind::name) {
        advance();
        node.type = name();
      }
      node.directives = directives();
      if (node.kind == SelectionKind::inline_fragment) node.selections = selections(depth + 1);
      return node;
    }
    node.alias = node.name = name();
    if (accept(':')) node.name = name();
    node.arguments = arguments();
    node.directives = directives();
    if (token_.mark == '{') node.selections = selections(depth + 1);
    return node;
  }

  constexpr Index directives() {
    Index first = none;
    Index last = none;
    while (accept('@')) {
      DirectiveNode node;
      node.name = name();
      node.arguments = arguments();
      link(ast_.directives, first, last, add(ast_.directives, node));
    }
    return first;
  }

  // The schema has no directive for an operation, a fragment's definition or a variable.
  constexpr void no_directives() {
    if (dialect_ == Dialect::any) return static_cast<void>(directives());
    if (!accept('@')) return;
    if (token_.kind != TokenKind::name) return fail();
    fail(FaultKind::unknown_directive);
  }

  constexpr Index arguments() { return accept('(') ? fields(')', 0) : none; }

  // Parses `name: value` until the closing punctuator; there must be at least one argument.
  constexpr Index fields(char close, int depth) {
    Index first = none;
    Index last = none;
    if (close == ')' && token_.mark == close) fail();
    while (!fault_ && token_.mark != close) {
      const auto field = name();
      expect(':');
      link(ast_.values, first, last, value(field, depth));
    }
    expect(close);
    return first;
  }

  constexpr Index value(std::string_view field, int depth) {
    if (depth == deepest) fail(FaultKind::too_large);
    ValueNode node;
    node.name = field;
    if (accept('$')) {
      node.kind = ValueKind::variable;
      node.text = name();
    } else if (accept('[')) {
      node.kind = ValueKind::list;
      Index last = none;
      while (!fault_ && token_.mark != ']') link(ast_.values, node.first, last, value({}, depth + 1));
      expect(']');
    } else if (accept('{')) {
      node.kind = ValueKind::object;
      node.first = fields('}', depth + 1);
    } else {
      node.text = token_.text;
      node.kind = scalar_kind();
      advance();
    }
    return add(ast_.values, node);
  }

  constexpr ValueKind scalar_kind() {
    switch (token_.kind) {
      case TokenKind::integer: return ValueKind::integer;
      case TokenKind::real: return ValueKind::real;
      case TokenKind::string: return ValueKind::string;
      case TokenKind::block_string: return ValueKind::block_string;
      case TokenKind::name:
        if (token_.text == "true"sv || token_.text == "false"sv) return ValueKind::boolean;
        return token_.text == "null"sv ? ValueKind::null : ValueKind::enumeration;
      default: fail(); return ValueKind::null;
    }
  }

  Lexer lexer_;
  Ast& ast_;
  Dialect dialect_;
  Token token_;
  std::optional<Fault> fault_;
};

}  // namespace detail

/// Parses `source` into a new `ast`, which has views of the source. Returns the first fault, if any.
[[nodiscard]] constexpr std::optional<Fault> parse(std::string_view source, Ast& ast,
                                                   Dialect dialect = Dialect::users) {
  return detail::Parser(source, ast, dialect).run();
}

}  // namespace wandb::graphql
// Validates GraphQL documents against the schema, at compile time and at run time.

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

// Suggests a known name for an unknown one, at compile time and at run time.

#include <array>
#include <cstddef>
#include <string_view>

namespace wandb::inline WANDB_ABI::graphql::detail {

/// Returns the edit distance of two names; for names over 32 characters a large number.
[[nodiscard]] constexpr std::size_t distance(std::string_view a, std::string_view b) noexcept {
  constexpr std::size_t max_size = 32;
  if (a.size() > max_size || b.size() > max_size) return max_size;
  std::array<std::size_t, max_size + 1> row{};
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    auto diagonal = row[0]++;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const auto replaced = diagonal + (a[i - 1] == b[j - 1] ? 0U : 1U);
      diagonal = row[j];
      const auto added_or_removed = (row[j] < row[j - 1] ? row[j] : row[j - 1]) + 1;
      row[j] = added_or_removed < replaced ? added_or_removed : replaced;
    }
  }
  return row[b.size()];
}

/// Returns the name of the definition that is most similar to `word`; empty if none is similar.
template <class Definitions>
[[nodiscard]] constexpr std::string_view nearest(const Definitions& definitions, std::string_view word) noexcept {
  std::string_view best;
  std::size_t min_distance = word.size() / 3 + 2;
  for (const auto& definition : definitions) {
    const auto found = distance(definition.name, word);
    if (found < min_distance) {
      min_distance = found;
      best = definition.name;
    }
  }
  return best;
}

}  // namespace wandb::graphql::detail

namespace wandb::inline WANDB_ABI::graphql {

namespace detail {

using namespace std::string_view_literals;

/// Validates one document, up to the first fault.
class Validator {
 public:
  constexpr Validator(const Ast& ast, const Schema& schema) noexcept : ast_(ast), schema_(schema) {}

  [[nodiscard]] constexpr std::optional<Fault> run() noexcept {
    for (Index i = 0; i != ast_.definitions.size; ++i) definition(i);
    for (Index i = 0; i != ast_.definitions.size; ++i) {
      const auto& node = ast_.definitions[i];
      if (node.kind == DefinitionNode::Kind::fragment && !fragments_[i].used)
        fail(FaultKind::unused_fragment, node.name);
    }
    if (!ast_.operation(first_name())) fail(FaultKind::unknown_operation, {});
    return fault_;
  }

 private:
  static constexpr int deepest = 32;

  /// The progress of the current operation with a fragment, and whether any operation uses the fragment.
  struct Fragment {
    enum class Visit : std::uint8_t { not_yet, begun, done } visit = Visit::not_yet;
    bool used = false;
  };

  constexpr void fail(FaultKind kind, std::string_view word, std::string_view on = {},
                      std::string_view suggestion = {}) noexcept {
    if (!fault_) fault_ = Fault{kind, word, on, suggestion};
  }
  [[nodiscard]] constexpr std::string_view first_name() const noexcept {
    for (Index i = 0; i != ast_.definitions.size; ++i) {
      if (ast_.definitions[i].kind != DefinitionNode::Kind::fragment) return ast_.definitions[i].name;
    }
    return {};
  }

  constexpr void definition(Index index) noexcept {
    const auto& node = ast_.definitions[index];
    const bool fragment = node.kind == DefinitionNode::Kind::fragment;
    for (Index other = 0; other != index; ++other) {
      const bool same_sort = (ast_.definitions[other].kind == DefinitionNode::Kind::fragment) == fragment;
      if (same_sort && wandb::detail::equal(ast_.definitions[other].name, node.name))
        return fail(FaultKind::duplicate, node.name);
      // An operation without a name must be the only one.
      if (same_sort && !fragment && (ast_.definitions[other].name.empty() || node.name.empty()))
        return fail(FaultKind::unknown_operation, node.name.empty() ? ast_.definitions[other].name : node.name);
    }
    if (fragment) {
      const auto type = schema_.type(node.type);
      if (!type || type->fields.empty())
        return fail(FaultKind::unknown_type, node.type, {}, nearest(schema_.types, node.type));
      return;  // the selections are checked at each spread, with the operation's variables
    }
    const auto root = schema_.type(node.root_type());
    if (!root) return fail(FaultKind::unknown_operation, node.name);
    variables(node.variables);
    variables_ = node.variables;
    for (auto& used : variable_used_) used = false;
    for (auto& each : fragments_) each.visit = Fragment::Visit::not_yet;
    selections(node.selections, *root, 0);
    for (auto i = node.variables; i != none; i = ast_.variables[i].next) {
      if (!variable_used_[i]) fail(FaultKind::unused_variable, ast_.variables[i].name, node.name);
    }
  }

  constexpr void variables(Index first) noexcept {
    for (auto i = first; i != none; i = ast_.variables[i].next) {
      const auto& variable = ast_.variables[i];
      const auto type = schema_.type(variable.type.name);
      if (!type || !type->fields.empty()) {
        return fail(FaultKind::unknown_type, variable.type.name, variable.name,
                    nearest(schema_.types, variable.type.name));
      }
      for (auto j = first; j != i; j = ast_.variables[j].next) {
        if (wandb::detail::equal(ast_.variables[j].name, variable.name))
          return fail(FaultKind::duplicate, variable.name);
      }
      if (variable.default_value != none) value(ast_.values[variable.default_value], variable.type, 0);
    }
  }

  constexpr void selections(Index first, const TypeDefinition& type, int depth) noexcept {
    if (depth == deepest) return fail(FaultKind::too_large, type.name);
    for (auto i = first; i != none && !fault_; i = ast_.selections[i].next) {
      const auto& node = ast_.selections[i];
      directives(node.directives);
      if (node.kind == SelectionKind::field) field(node, type, depth);
      else if (node.kind == SelectionKind::fragment_spread) spread(node, type, depth);
      else if (const auto narrowed = narrow(node.type.empty() ? type.name : node.type, type))
        selections(node.selections, *narrowed, depth + 1);
    }
  }

  // Each operation checks a fragment's selections once. For further spreads, only its type condition is checked.
  constexpr void spread(const SelectionNode& node, const TypeDefinition& type, int depth) noexcept {
    const auto index = ast_.fragment_index(node.name);
    if (index == none) return fail(FaultKind::unknown_fragment, node.name);
    auto& fragment = fragments_[index];
    const auto& definition = ast_.definitions[index];
    const auto narrowed = narrow(definition.type, type);
    if (fragment.visit == Fragment::Visit::begun) return fail(FaultKind::cycle, definition.type);
    if (!narrowed || fragment.visit == Fragment::Visit::done) return;
    fragment = {Fragment::Visit::begun, true};
    selections(definition.selections, *narrowed, depth + 1);
    fragment.visit = Fragment::Visit::done;
  }

  // Returns the type of a fragment's condition; empty if an object of `type` cannot have it.
  constexpr Found<TypeDefinition> narrow(std::string_view condition, const TypeDefinition& type) noexcept {
    const auto narrowed = schema_.type(condition);
    if (!narrowed || narrowed->fields.empty()) {
      fail(FaultKind::unknown_type, condition);
      return {};
    }
    const bool possible =
        narrowed->name == type.name || narrowed->interface_name == type.name || type.interface_name == narrowed->name;
    if (possible) return narrowed;
    fail(FaultKind::wrong_type, condition, type.name);
    return {};
  }

  constexpr void field(const SelectionNode& node, const TypeDefinition& type, int depth) noexcept {
    if (wandb::detail::equal(node.name, type_name)) {
      if (node.arguments != none) fail(FaultKind::unknown_argument, ast_.values[node.arguments].name, node.name);
      if (node.selections != none) fail(FaultKind::unexpected_selection, node.name, type.name);
      return;
    }
    const auto definition = type.field(node.name);
    if (!definition) return fail(FaultKind::unknown_field, node.name, type.name, nearest(type.fields, node.name));
    const auto of = schema_.type(definition->type);
    inputs(node.arguments, definition->arguments, node.name, 0);
    if (of->is_leaf() && node.selections != none) return fail(FaultKind::unexpected_selection, node.name, type.name);
    if (!of->is_leaf() && node.selections == none) return fail(FaultKind::missing_selection, node.name, type.name);
    if (!of->is_leaf()) selections(node.selections, *of, depth + 1);
  }

  constexpr void directives(Index first) noexcept {
    for (auto i = first; i != none; i = ast_.directives[i].next) {
      const auto& directive = ast_.directives[i];
      if (directive.name != "include"sv && directive.name != "skip"sv)
        return fail(FaultKind::unknown_directive, directive.name);
      for (auto j = first; j != i; j = ast_.directives[j].next) {
        if (ast_.directives[j].name == directive.name) return fail(FaultKind::duplicate, directive.name);
      }
      constexpr InputDefinition condition[] = {InputDefinition{"if", "Boolean!"}};
      inputs(directive.arguments, condition, directive.name, 0);
    }
  }

  // Checks that the arguments, or the fields of an input object, are known, unique, of the right type, and complete.
  constexpr void inputs(Index first, Table<InputDefinition> definitions, std::string_view of, int depth) noexcept {
    for (auto i = first; i != none; i = ast_.values[i].next) {
      const auto& given = ast_.values[i];
      const auto definition = find(definitions, given.name);
      if (!definition) return fail(FaultKind::unknown_argument, given.name, of, nearest(definitions, given.name));
      for (auto j = first; j != i; j = ast_.values[j].next) {
        if (wandb::detail::equal(ast_.values[j].name, given.name)) return fail(FaultKind::duplicate, given.name, of);
      }
      value(given, definition->type, depth);
    }
    for (const auto& definition : definitions) {
      if (definition.type.non_null && !ast_.value(first, definition.name))
        return fail(FaultKind::missing_argument, definition.name, of);
    }
  }

  constexpr void value(const ValueNode& given, const TypeReference& type, int depth) noexcept {
    if (depth == deepest) return fail(FaultKind::too_large, given.name);
    if (given.kind == ValueKind::variable) return variable(given, type);
    if (given.kind == ValueKind::null) {
      if (type.non_null) misfit(given, type);
      return;
    }
    const TypeReference element{type.name, false, type.element_non_null, false, type.definition};
    if (type.list && given.kind == ValueKind::list) {
      for (auto i = given.first; i != none; i = ast_.values[i].next) value(ast_.values[i], element, depth + 1);
      return;
    }
    const auto definition = schema_.type(type);
    if (definition->kind == TypeKind::input) {
      if (given.kind != ValueKind::object) return misfit(given, type);
      return inputs(given.first, definition->inputs, type.name, depth + 1);
    }
    if (!fits(given, *definition)) misfit(given, type);
  }

  // The fault of a list or an object names the argument, since those have no word of their own.
  constexpr void misfit(const ValueNode& given, const TypeReference& type) noexcept {
    fail(FaultKind::wrong_type, given.text.empty() ? given.name : given.text, type.name);
  }

  // Whether a literal is a GraphQL integer, which has 32 bits.
  [[nodiscard]] static constexpr bool fits_int(std::string_view digits) noexcept {
    const bool negative = digits.starts_with('-');
    if (negative) digits.remove_prefix(1);
    if (digits.size() > 10) return false;
    std::int64_t number = 0;
    for (const char c : digits) number = number * 10 + (c - '0');
    return number <= std::int64_t{0x7FFF'FFFF} + (negative ? 1 : 0);
  }

  [[nodiscard]] static constexpr bool fits(const ValueNode& given, const TypeDefinition& type) noexcept {
    const bool text = given.kind == ValueKind::string || given.kind == ValueKind::block_string;
    if (type.name == "JSON"sv) return true;
    if (type.kind == TypeKind::enumeration) {
      return given.kind == ValueKind::enumeration && type.has_value(given.text);
    }
    if (type.name == "Boolean"sv) return given.kind == ValueKind::boolean;
    if (type.name == "Int"sv) return given.kind == ValueKind::integer && fits_int(given.text);
    if (type.name == "Int64"sv) return given.kind == ValueKind::integer;
    if (type.name == "Float"sv) return given.kind == ValueKind::integer || given.kind == ValueKind::real;
    if (type.name == "ID"sv) return text || given.kind == ValueKind::integer;
    return text;
  }

  constexpr void variable(const ValueNode& given, const TypeReference& wanted) noexcept {
    for (auto i = variables_; i != none; i = ast_.variables[i].next) {
      const auto& declared = ast_.variables[i];
      if (!wandb::detail::equal(declared.name, given.text)) continue;
      variable_used_[i] = true;
      const bool has_default =
          declared.default_value != none && ast_.values[declared.default_value].kind != ValueKind::null;
      const bool fits = wandb::detail::equal(declared.type.name, wanted.name) && declared.type.list == wanted.list &&
                        (!wanted.non_null || declared.type.non_null || has_default) &&
                        (!wanted.element_non_null || declared.type.element_non_null);
      if (!fits) fail(FaultKind::wrong_type, given.text, wanted.name);
      return;
    }
    fail(FaultKind::unknown_variable, given.text);
  }

  const Ast& ast_;
  const Schema& schema_;
  std::optional<Fault> fault_;
  Index variables_ = none;
  std::array<bool, 32> variable_used_{};
  std::array<Fragment, Ast::most_definitions> fragments_{};
};

}  // namespace detail

/// Returns the first fault of a parsed document, if there is one.
[[nodiscard]] constexpr std::optional<Fault> validate(const Ast& ast, const Schema& schema = users_schema) {
  if (auto fault = detail::Validator(ast, schema).run()) return fault;
  for (Index i = 0; i != ast.definitions.size; ++i) {
    if (ast.definitions[i].kind == DefinitionNode::Kind::fragment) continue;
    Outline answer;
    if (auto fault = outline(ast, schema, ast.definitions[i], answer)) return fault;
  }
  return std::nullopt;
}

}  // namespace wandb::graphql

namespace wandb::inline WANDB_ABI::graphql {

/// A validated document with one operation. The members are views of static storage.
struct Document {
  std::string_view text;
  std::string_view name;   ///< the operation's name; empty if it has none
  std::string_view field;  ///< the response key of its first root field
  bool mutation = false;
  Shape shape;  ///< the shape of the answer
};

namespace detail {

/// The result of parsing and validating a document. It has views of the document's text.
struct Reading {
  std::optional<Fault> fault;
  std::string_view name;
  std::string_view field;
  bool mutation = false;
  Outline answer;
};

[[nodiscard]] constexpr Reading read(std::string_view text, const Schema& schema = users_schema) {
  Reading reading;
  Ast ast;
  reading.fault = parse(text, ast);
  if (!reading.fault) reading.fault = Validator(ast, schema).run();
  if (reading.fault) return reading;
  const auto operation = ast.operation();
  if (!operation) {
    reading.fault = Fault{FaultKind::unknown_operation, ast.definitions[0].name, {}, {}};
    return reading;
  }
  reading.name = operation->name;
  reading.mutation = operation->kind == DefinitionNode::Kind::mutation;
  reading.fault = outline(ast, schema, *operation, reading.answer);
  reading.field = reading.answer.nodes[0].key;
  return reading;
}

/// A template argument as text with static storage.
template <FixedString Text>
struct Literal {
  static constexpr std::string_view text = Text.view();
};

template <class Source>
inline constexpr Reading reading_of = read(Source::text);

/// Fails to compile. The assertion states the kind of fault; the template arguments, if the compiler prints them, are
/// the word at fault and the whole message.
template <FaultKind Kind, FixedString Word, FixedString Message>
struct InvalidDocument {
  static_assert(Kind != FaultKind::syntax, "GraphQL document: syntax error");
  static_assert(Kind != FaultKind::too_large, "GraphQL document: too large");
  static_assert(Kind != FaultKind::unknown_type, "GraphQL document: unknown type");
  static_assert(Kind != FaultKind::unknown_field, "GraphQL document: unknown field");
  static_assert(Kind != FaultKind::unknown_argument, "GraphQL document: unknown argument");
  static_assert(Kind != FaultKind::unknown_variable, "GraphQL document: unknown variable");
  static_assert(Kind != FaultKind::unknown_fragment, "GraphQL document: unknown fragment");
  static_assert(Kind != FaultKind::unknown_directive, "GraphQL document: unknown directive");
  static_assert(Kind != FaultKind::unknown_operation, "GraphQL document: not exactly one operation");
  static_assert(Kind != FaultKind::unused_variable, "GraphQL document: unused variable");
  static_assert(Kind != FaultKind::unused_fragment, "GraphQL document: unused fragment");
  static_assert(Kind != FaultKind::missing_argument, "GraphQL document: missing argument");
  static_assert(Kind != FaultKind::missing_selection, "GraphQL document: an object without a selection of fields");
  static_assert(Kind != FaultKind::unexpected_selection, "GraphQL document: a selection of fields on a leaf");
  static_assert(Kind != FaultKind::wrong_type, "GraphQL document: wrong type");
  static_assert(Kind != FaultKind::duplicate, "GraphQL document: given twice");
  static_assert(Kind != FaultKind::conflict, "GraphQL document: conflicting fields");
  static_assert(Kind != FaultKind::cycle, "GraphQL document: circular fragment");
};

template <class Source>
inline constexpr shapes::Static<reading_of<Source>.answer.size, reading_of<Source>.answer.lists> shape_of{
    reading_of<Source>.answer.fields()};

/// The document in `Source::text`, which has static storage. An invalid document does not compile.
template <class Source>
[[nodiscard]] consteval Document compile() {
  constexpr auto& reading = reading_of<Source>;
  constexpr auto& fault = reading.fault;
  if constexpr (fault.has_value()) {
    using Why = InvalidDocument<fault->kind, FixedString<fault->word.size()>(fault->word),
                                fixed_description<description_size(*fault)>(*fault)>;
    static_cast<void>(sizeof(Why));
    return {};
  } else {
    return {Source::text, reading.name, reading.field, reading.mutation, shape_of<Source>};
  }
}

}  // namespace detail

/// A document whose syntax, fields, arguments, variables and fragments are validated at compile time, against the part
/// of the schema about users. An invalid one does not compile; the message names the word at fault and its type.
///
/// `constexpr auto& mine = wandb::graphql::document<"query Mine { viewer { id photoUrl } }">;`
template <FixedString Text>
inline constexpr Document document = detail::compile<detail::Literal<Text>>();

}  // namespace wandb::graphql
// The selection of a user's attributes at compile time, by which their types are known.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

// Finds attributes by their names in snake_case or camelCase.

#include <cstddef>
#include <string_view>

namespace wandb::inline WANDB_ABI::detail {

/// Whether `key` is the camelCase of `name`: `photo_url` of `photoUrl`. An underscore at an end, or beside another,
/// stands for itself.
[[nodiscard]] constexpr bool equals_camel(std::string_view name, std::string_view key) noexcept {
  std::size_t at = 0;
  for (std::size_t i = 0; i != name.size(); ++i, ++at) {
    char c = name[i];
    if (c == '_' && i != 0 && name[i - 1] != '_' && i + 1 != name.size() && name[i + 1] != '_') {
      c = to_upper(name[++i]);
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

}  // namespace wandb::detail
// Checks the aliases in a selection of a user's fields: none may be the name of another field.

#include <string_view>

namespace wandb::inline WANDB_ABI::detail {

/// An alias that is the name of another field, and the type that has both fields. `alias` is empty if there is none.
struct TakenAlias {
  std::string_view alias;
  std::string_view type;
};

/// Whether `alias` names a field of `type` other than `name`. Snake case finds camel case, as in `User::operator[]`.
[[nodiscard]] constexpr bool is_another_field(const graphql::TypeDefinition& type, std::string_view name,
                                              std::string_view alias) noexcept {
  if (equal(alias, graphql::type_name) && !equal(name, graphql::type_name)) return true;
  for (const auto& field : type.fields) {
    if (!equal(field.name, name) && equals_camel(alias, field.name)) return true;
  }
  return false;
}

/// Finds the first such alias in the selections from `first` on, of an object of type `object`. A fragment may select
/// from an interface of the object: `visible_type` is that interface, else `object` itself. Invalid selections are
/// skipped, since the validation of the document reports them.
[[nodiscard]] constexpr TakenAlias taken_alias(const graphql::Ast& ast, graphql::Index first,
                                               const graphql::TypeDefinition& object,
                                               const graphql::TypeDefinition& visible_type) {
  constexpr auto& schema = graphql::users_schema;
  for (auto i = first; i != graphql::none; i = ast.selections[i].next) {
    const auto& node = ast.selections[i];
    TakenAlias inside;
    if (node.kind == graphql::SelectionKind::inline_fragment) {
      const auto condition = node.type.empty() ? graphql::Found(visible_type) : schema.type(node.type);
      if (condition) inside = taken_alias(ast, node.selections, object, *condition);
    } else if (node.kind == graphql::SelectionKind::field) {
      if (!equal(node.alias, node.name) && is_another_field(object, node.name, node.alias)) {
        return {node.alias, object.name};
      }
      const auto field = visible_type.field(node.name);
      const auto type = field ? schema.type(field->type) : graphql::Found<graphql::TypeDefinition>();
      if (type) inside = taken_alias(ast, node.selections, *type, *type);
    }
    if (!inside.alias.empty()) return inside;
  }
  return {};
}

/// Finds the first such alias in `{ … }`, selections of a user. The result views `selections`.
[[nodiscard]] constexpr TakenAlias taken_alias(std::string_view selections) {
  graphql::Ast ast;
  if (graphql::parse(selections, ast)) return {};
  const auto user = graphql::users_schema.type("User");
  return taken_alias(ast, ast.definitions[0].selections, *user, *user);
}

/// Stops the compiler. The answer to an update has the field itself under its name, perhaps with another type.
template <graphql::FixedString Alias, graphql::FixedString Type>
struct AliasOfAnotherField {
  static_assert(Alias.view().empty(),
                "fields<>: an alias is the name of another field of its type; choose an alias that names none");
};

/// Puts the selection into braces and checks its aliases.
template <graphql::FixedString Tidied>
struct Aliases {
  static constexpr auto text = graphql::FixedString("{") + Tidied + " }";
  static constexpr auto taken = taken_alias(text.view());
  using Checked = AliasOfAnotherField<graphql::FixedString<taken.alias.size()>(taken.alias),
                                      graphql::FixedString<taken.type.size()>(taken.type)>;
  static constexpr bool checked = sizeof(Checked) != 0;
};

}  // namespace wandb::detail
// The queries that read users, with the default attributes and selected ones.

#include <cstddef>
#include <string_view>

// Describes a GraphQL operation that the library sends.

#include <string_view>

namespace wandb::inline WANDB_ABI::detail {

/// A GraphQL operation: its document, and the effect of repeating it. Of the library's own operations all text has
/// static storage; the call of a program's document owns what this views, except `field`.
struct Operation {
  std::string_view name;      ///< the name in the document; empty if it has none
  std::string_view document;  ///< the text of the document
  std::string_view field;     ///< the first root field, such as "createUser", which errors name; it has static storage
  Repeat repeat = Repeat::safe;
  Shape shape;                  ///< the shape of its answer
  bool plain = false;           ///< whether the texts contain no character that JSON escapes
  std::string_view keyless;     ///< the document without users' keys if it reads any; otherwise the same document
  bool brings_secret = false;   ///< whether the answer may hold a secret that nobody knows yet, such as a new key
  bool has_conditions = false;  ///< whether the answer may lack root fields, because of `@include` or `@skip`
};

}  // namespace wandb::detail

namespace wandb::inline WANDB_ABI::graphql {

namespace texts {

inline constexpr auto key_page =
    FixedString("{ edges { node { id name description } } pageInfo { endCursor hasNextPage } }");
/// The selection set of the attributes that the library always reads, with or without the keys.
template <bool Keys>
inline constexpr auto user = [] {
  constexpr auto attributes = FixedString("id name username email admin flags entity deletedAt");
  constexpr auto teams = FixedString(" teams { edges { node { name } } }");
  if constexpr (Keys) return attributes + " apiKeys " + key_page + teams;
  else return attributes + teams;
}();
/// The selection set of a user that a mutation returns, and `Extra`.
template <FixedString Extra = "">
constexpr auto changed_user = FixedString("{ user { id name username email admin deletedAt") + Extra + " } }";

// The queries that read the attributes `fields` of each user.
template <std::size_t Size>
[[nodiscard]] consteval auto search(const FixedString<Size>& fields) {
  return FixedString(
             "query SearchUsers($query: String, $ids: [ID!], $first: Int, $after: String) { "
             "users(query: $query, ids: $ids, first: $first, after: $after) { edges { node { ") +
         fields + " } } pageInfo { endCursor hasNextPage } } }";
}
template <std::size_t Size>
[[nodiscard]] consteval auto viewer(const FixedString<Size>& fields) {
  return FixedString("query GetViewer { viewer { ") + fields + " } }";
}
template <std::size_t Size>
[[nodiscard]] consteval auto by_id(const FixedString<Size>& fields) {
  return FixedString("query GetUser($id: ID!) { user(id: $id) { ") + fields + " } }";
}

// Each text is a member of a type, since a text as a template argument would make symbol names long.

/// `Extra` has the selected fields of each user: empty, or a space and the fields.
template <FixedString Extra, bool Keys = true>
struct SearchUsers {
  static constexpr auto source = search(user<Keys> + Extra);
  static constexpr auto text = source.view();
};
template <FixedString Extra, bool Keys = true>
struct GetViewer {
  static constexpr auto source = viewer(user<Keys> + Extra);
  static constexpr auto text = source.view();
};
template <FixedString Extra, bool Keys = true>
struct GetUser {
  static constexpr auto source = by_id(user<Keys> + Extra);
  static constexpr auto text = source.view();
};

}  // namespace texts

/// Whether a JSON string can contain a document without escapes.
[[nodiscard]] constexpr bool is_plain(std::string_view document) noexcept {
  for (const char c : document) {
    if (c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) > 0x7E)
      return false;
  }
  return true;
}

using wandb::detail::Operation;

/// Makes the operation of a validated document. `keyless` is its text without the users' keys, if it reads keys.
[[nodiscard]] consteval Operation make_operation(const Document& checked, Repeat repeat,
                                                 std::string_view keyless = {}) noexcept {
  return {.name = checked.name,
          .document = checked.text,
          .field = checked.field,
          .repeat = repeat,
          .shape = checked.shape,
          .plain = is_plain(checked.text),
          .keyless = keyless.empty() ? checked.text : keyless,
          .brings_secret = checked.field == std::string_view("generateApiKey")};
}

/// A query that reads users. The document with the keys is validated; `Keyless` is the same document without them.
template <class Source, class Keyless>
inline constexpr Operation user_query = make_operation(detail::compile<Source>(), Repeat::safe, Keyless::text);

/// The queries that read users with the same attributes.
struct UserQueries {
  const Operation* search;
  const Operation* viewer;
  const Operation* by_id;
};
/// The queries that read the default attributes and `Extra` of each user.
template <FixedString Extra>
inline constexpr UserQueries user_queries{&user_query<texts::SearchUsers<Extra>, texts::SearchUsers<Extra, false>>,
                                          &user_query<texts::GetViewer<Extra>, texts::GetViewer<Extra, false>>,
                                          &user_query<texts::GetUser<Extra>, texts::GetUser<Extra, false>>};

}  // namespace wandb::graphql

namespace wandb::inline WANDB_ABI {

namespace detail {

/// Calls `put(text)` for a space and each token of a selection, which leaves comments and line ends out. Returns false
/// if the braces do not match: such a selection could change the document around it.
template <class Put>
constexpr bool tidy(std::string_view fields, Put put) {
  using graphql::detail::TokenKind;
  graphql::detail::Lexer lexer(fields);
  int depth = 0;
  for (auto token = lexer.next(); token.kind != TokenKind::end; token = lexer.next()) {
    const std::string_view quotes = token.kind == TokenKind::block_string ? "\"\"\"" : "\"";
    const bool quoted = token.kind == TokenKind::string || token.kind == TokenKind::block_string;
    put(" ");
    if (quoted) put(quotes);
    put(token.text);
    if (quoted) put(quotes);
    depth += token.mark == '{' ? 1 : token.mark == '}' ? -1 : 0;
    if (depth < 0) return false;
  }
  return depth == 0;
}

/// The selection as it is inserted into a document. It is not empty, and its braces match.
template <graphql::FixedString Fields>
[[nodiscard]] consteval auto tidied() {
  constexpr bool closed = tidy(Fields.view(), [](std::string_view) {});
  constexpr auto text = graphql::joined([](auto put) { static_cast<void>(tidy(Fields.view(), put)); });
  static_assert(closed && !text.view().empty(),
                "fields<> names the fields of a user, and closes no brace that it does not open, as in "
                "fields<\"photoUrl createdAt\">");
  return text;
}

inline constexpr std::uint16_t no_field = 0xFFFF;
/// Stands for the root object of a shape, which is the value of no field.
inline constexpr std::uint16_t root_object = no_field;

/// Returns the index of the first field of an object, and the index behind its last.
[[nodiscard]] constexpr std::pair<std::uint16_t, std::uint16_t> fields_of(const Shape& shape, std::uint16_t object) {
  if (object == root_object) return {shape.first, shape.last};
  return {shape.fields[object].first, shape.fields[object].last};
}

/// Returns the index in `shape.fields` of an object's field. A name in snake_case finds the field in camelCase; if
/// there is none, the literal name counts.
[[nodiscard]] constexpr std::uint16_t find_field(const Shape& shape, std::uint16_t object, std::string_view name) {
  const auto [first, last] = fields_of(shape, object);
  for (const bool snake : {true, false}) {
    for (auto i = first; i != last; ++i) {
      const auto key = shape.fields[i].key;
      if (snake ? equals_camel(name, key) : name == key) return i;
    }
  }
  return no_field;
}

/// The index of the field that holds the user in a document's shape.
inline constexpr std::uint16_t user_field = 0;

}  // namespace detail

/// The default selection. The compiler does not know its attributes, which are found by name.
struct AnySelection {
  [[nodiscard]] static const graphql::UserQueries& queries() noexcept;
};

/// Fields of a user, in GraphQL syntax, that are read in addition to those that the library always reads. It does not
/// compile if the schema's `User` lacks a field, if two fields conflict, or if an alias is another field's name.
template <graphql::FixedString Fields>
struct Selection {
  static_assert(detail::Aliases<detail::tidied<Fields>()>::checked);
  [[nodiscard]] static constexpr const graphql::UserQueries& queries() noexcept {
    return graphql::user_queries<detail::tidied<Fields>()>;
  }
  static constexpr Shape shape =
      graphql::user_queries<detail::tidied<Fields>()>.by_id->shape;  ///< its first field is the user
};

/// The attributes that the members of a struct name. `<wandb/describe.hpp>` defines this for structs that
/// Boost.Describe knows.
template <class P>
struct StructSelection {
  static_assert(!std::is_same_v<P, P>,
                "include <wandb/describe.hpp> and describe the struct with BOOST_DESCRIBE_STRUCT");
  [[nodiscard]] static const graphql::UserQueries& queries() noexcept;
};

/// Selects attributes: `api.user("ann", fields<"photoUrl createdAt">)`.
template <graphql::FixedString Fields>
inline constexpr Selection<Fields> fields{};

/// The attributes of a team's member: `Api::team_members`.
using TeamMember = Selection<"accountType">;

/// An attribute of this name was selected in `Object`, which is the user or an object inside it.
template <class S, graphql::FixedString Name, std::uint16_t Object = detail::user_field>
concept Selects = detail::find_field(S::shape, Object, Name.view())
!= detail::no_field;

template <class S, std::uint16_t Object>
class SelectedObject;

namespace detail {

/// The elements of a selected list, each read as `SelectedField` does.
template <class S, std::uint16_t At>
struct SelectedRows {
  std::shared_ptr<const Page> page;
  ListView rows;
  [[nodiscard]] std::size_t size() const noexcept { return rows.size(); }
  [[nodiscard]] auto operator[](std::size_t at) const;
};

/// The state of a slot that has a value of this kind.
[[nodiscard]] constexpr SlotState state_of(FieldKind kind) noexcept {
  switch (kind) {
    case FieldKind::string: return SlotState::string;
    case FieldKind::integer: return SlotState::integer;
    case FieldKind::real: return SlotState::real;
    case FieldKind::boolean: return SlotState::boolean;
    case FieldKind::raw: return SlotState::raw;
    case FieldKind::object: break;
  }
  return SlotState::object;
}

/// Reads the field at index `At` of `S::shape` as its type in the schema.
template <class S, std::uint16_t At>
struct SelectedField {
  static constexpr Field field = S::shape.fields[At];
  static constexpr bool is_text = field.kind == FieldKind::string || field.kind == FieldKind::raw;

  /// Whether a field has the same kind. A field of another answer may have the same key, but another type.
  [[nodiscard]] static constexpr bool is_like(const Field& other) noexcept {
    return other.kind == field.kind && other.list == field.list;
  }
  /// Whether a slot of the field, or of an element of its list, holds a value.
  [[nodiscard]] static bool holds_value(Slot slot, bool list) noexcept {
    return slot.state() == (list ? SlotState::rows : state_of(field.kind));
  }

  /// Returns a scalar's value; there must be one.
  [[nodiscard]] static auto scalar([[maybe_unused]] const std::shared_ptr<const Page>& page, Slot slot) {
    if constexpr (is_text) return Text(page, slot.text());
    else if constexpr (field.kind == FieldKind::boolean) return slot.boolean();
    else if constexpr (field.kind == FieldKind::integer) return slot.integer();
    else return slot.real();
  }
  using Scalar = decltype(scalar({}, Slot{}));

  /// Returns the value of `found`, a field of `object`. If that is null or has another kind, it was not loaded.
  [[nodiscard]] static auto read(const std::shared_ptr<const Page>& page, const ObjectView& object,
                                 const Field* found) {
    const auto slot = found != nullptr && is_like(*found) ? object.slot(*found) : Slot{};
    const bool there = holds_value(slot, field.list);
    if constexpr (field.list) {
      using List = OwningRange<SelectedRows<S, At>>;
      const auto list = [&] { return List({page, object.list(*found)}); };
      if constexpr (field.nullable) return there ? std::optional(list()) : std::nullopt;
      else return there ? list() : List();
    } else if constexpr (field.kind == FieldKind::object) {
      using Object = SelectedObject<S, At>;
      if constexpr (field.nullable) return there ? std::optional(Object(page, *object.object(*found))) : std::nullopt;
      else return there ? Object(page, *object.object(*found)) : Object();
    } else {
      if constexpr (field.nullable) return there ? std::optional(scalar(page, slot)) : std::nullopt;
      else return there ? scalar(page, slot) : Scalar{};
    }
  }
};

/// Finds the field of `object` that was selected at index `At` inside the field at `Object`: by its index, or, in
/// another answer, by its key. Returns null if there is none of the same kind.
template <class S, std::uint16_t Object, std::uint16_t At>
[[nodiscard]] const Field* selected_in(const ObjectView& object) noexcept {
  constexpr auto index = static_cast<std::size_t>(At - fields_of(S::shape, Object).first);
  constexpr auto key = S::shape.fields[At].key;
  const auto fields = object.fields();
  const auto* found = index < fields.size() && fields[index].key == key ? &fields[index] : object.field(key);
  return found != nullptr && SelectedField<S, At>::is_like(*found) ? found : nullptr;
}

/// A `FieldFinder` that ignores the name, since its template arguments name the field.
template <class S, std::uint16_t Object, std::uint16_t At>
[[nodiscard]] const Field* find_selected(const ObjectView& object, std::string_view) noexcept {
  return selected_in<S, Object, At>(object);
}

template <class S, std::uint16_t At>
auto SelectedRows<S, At>::operator[](std::size_t at) const {
  constexpr Field field = S::shape.fields[At];
  const auto there = SelectedField<S, At>::holds_value(rows.slot(at), false);
  if constexpr (field.kind == FieldKind::object) {
    using Object = SelectedObject<S, At>;
    if constexpr (field.element_nullable) return there ? std::optional(Object(page, rows[at])) : std::nullopt;
    else return there ? Object(page, rows[at]) : Object();
  } else {
    using Scalar = typename SelectedField<S, At>::Scalar;
    const auto value = there ? SelectedField<S, At>::scalar(page, rows.slot(at)) : Scalar{};
    if constexpr (field.element_nullable) return there ? std::optional(value) : std::nullopt;
    else return value;
  }
}

}  // namespace detail

/// An object that was selected inside a user, or in an own document. It shares ownership of the page.
template <class S, std::uint16_t Object>
class SelectedObject {
 public:
  SelectedObject() = default;
  SelectedObject(std::shared_ptr<const Page> page, const ObjectView& object) noexcept
      : page_(std::move(page)), object_(object) {}

  /// Returns a field by its name, as `User::get` does.
  template <graphql::FixedString Name>
  requires Selects<S, Name, Object>
  [[nodiscard]] auto get() const {
    constexpr auto at = detail::find_field(S::shape, Object, Name.view());
    return detail::SelectedField<S, at>::read(page_, object_, detail::selected_in<S, Object, at>(object_));
  }

 private:
  std::shared_ptr<const Page> page_;
  ObjectView object_;
};

}  // namespace wandb

namespace wandb::inline WANDB_ABI {

/// A document whose text is part of its type, so that the types of its answer are known. It does not compile if it is
/// not valid against the part of the schema about users; the message names the word at fault.
template <graphql::FixedString Text>
struct CheckedDocument {
  static_assert(!graphql::document<Text>.text.empty(), "a document has one operation");
  static constexpr Shape shape = graphql::document<Text>.shape;  ///< the shape of its answer

  [[nodiscard]] constexpr const graphql::Document& operator*() const noexcept { return graphql::document<Text>; }
  [[nodiscard]] constexpr const graphql::Document* operator->() const noexcept { return &graphql::document<Text>; }
  constexpr operator const graphql::Document&() const noexcept { return graphql::document<Text>; }
};

/// A program's own document: `api.query(document<"query Mine { viewer { id photoUrl } }">)`.
template <graphql::FixedString Text>
inline constexpr CheckedDocument<Text> document{};

/// The answer to a document that was checked at compile time.
template <graphql::FixedString Text>
class CheckedAnswer : public Answer {
 public:
  /// For the library itself.
  explicit CheckedAnswer(Answer answer) noexcept : Answer(std::move(answer)) {}

  /// Returns a root field by its response key, in snake_case or camelCase, as its type in the schema: an object, on
  /// which `get` returns the fields that the document selects; a `std::optional` of it if the schema allows null; a
  /// range if it is a list. A field that the document does not select does not compile.
  template <graphql::FixedString Name>
  requires Selects<CheckedDocument<Text>, Name, detail::root_object>
  [[nodiscard]] auto get() const {
    using Root = SelectedObject<CheckedDocument<Text>, detail::root_object>;
    return Root(page(), page()->root()).template get<Name>();
  }
};

}  // namespace wandb
// A user of the server: attributes, keys, teams, and the operations on them.

#include <iosfwd>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// A user's attributes: found by name, or made by hand.

#include <concepts>
#include <cstddef>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace wandb::inline WANDB_ABI {

/// A value given by hand. It views its text, which must live until the `Attrs` are made.
class AttrValue {
 public:
  AttrValue(std::nullptr_t) noexcept : slot_(Slot::null()) {}
  AttrValue(const char* text) noexcept : AttrValue(std::string_view(text)) {}
  AttrValue(std::string_view text) noexcept : slot_(Slot::string(text)), fits_(text.size() <= Slot::max_text) {}
  AttrValue(const std::string& text) noexcept : AttrValue(std::string_view(text)) {}
  // Templates, so that a pointer does not become a bool and a double not an integer.
  template <std::same_as<bool> T>
  AttrValue(T value) noexcept : slot_(Slot::boolean(value)) {}
  /// Any integer that always fits into 64 bits with a sign.
  template <BooleanOrInteger T>
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

}  // namespace wandb

// Checks arguments before anything is sent.

#include <optional>
#include <string>
#include <string_view>

namespace wandb::inline WANDB_ABI::detail {

/// Makes an `errc::invalid_argument` of an operation: `what` cannot be used because of `why`.
[[nodiscard]] WANDB_DECL Error unusable(std::string_view operation, std::string_view what, std::string_view why);

/// Checks a text that the server will store: it must be UTF-8 without control characters.
[[nodiscard]] WANDB_DECL std::optional<Error> check_text(std::string_view operation, std::string_view what,
                                                         std::string_view text, bool may_be_empty = false);

/// Checks the id of the object to change. An empty id is `errc::attribute_not_loaded`.
[[nodiscard]] WANDB_DECL std::optional<Error> check_id(std::string_view operation, std::string_view what,
                                                       std::string_view id);

/// Throws `std::invalid_argument` for a mistake of the program. If exceptions are disabled, it returns the error.
WANDB_DECL Error misused(std::string_view operation, std::string_view what, std::string_view why);

}  // namespace wandb::detail

namespace wandb::inline WANDB_ABI {

namespace detail {
template <Transport T, class S>
struct Made;
}

/// A user of the server. Copies refer to the same user and see each other's changes; threads may share them. The data
/// changes only by calls on this object or on a copy; `reload()` reads it again. The ranges and texts that it returns
/// are snapshots, which own their data.
template <Transport T>
class User<T, any_selection> {
 public:
  /// Makes a user from known attributes. Sends nothing.
  User(const Client<T>& client, const Attrs& attrs)
      : User(client, detail::UserRecord::of(attrs.page(), attrs.view())) {}
  /// Makes a user who has the secret of one of their keys. The library verifies it before its first use.
  User(const Client<T>& client, const Attrs& attrs, const Secret& secret) : User(client, attrs) {
    record_.give_secret(secret, "User's constructor");
  }
  /// Makes a user who has an identity token. The library verifies each access token before its first use.
  User(const Client<T>& client, const Attrs& attrs, const IdentityToken& token) : User(client, attrs) {
    record_.give_identity_token(token, "User's constructor");
  }

  /// Creates a user, as `Api::create_user` does. Needs `<wandb/api.hpp>`.
  [[nodiscard]] static Returns<T, User> create(const Client<T>& client, std::string_view email, bool admin = false,
                                               const CallOptions& options = {}) {
    return Api<T>(client).create_user(email, admin, options);
  }

  // Each of the following is empty if the attribute is null or was not loaded.
  [[nodiscard]] Text id() const { return record_.text("id"); }
  [[nodiscard]] Text name() const { return record_.text("name"); }
  [[nodiscard]] Text username() const { return record_.text("username"); }
  [[nodiscard]] Text email() const { return record_.text("email"); }
  [[nodiscard]] Text entity() const { return record_.text("entity"); }
  /// The time at which the user was deleted, in the server's format; empty for an active user.
  [[nodiscard]] Text deleted_at() const { return record_.text("deletedAt"); }
  /// Whether the user is an admin of the instance.
  [[nodiscard]] std::optional<bool> admin() const { return record_.flag("admin"); }

  /// Returns an attribute by its name, in snake_case or camelCase. The `Value` distinguishes an attribute that was not
  /// loaded, null and a value. The name "user" is misuse: it throws `std::invalid_argument`.
  [[nodiscard]] Value operator[](std::string_view attribute) const {
    if (attribute == "user") {
      static_cast<void>(user_itself());
      return {};
    }
    auto found = record_.find(&detail::find_attribute, attribute);
    return found.field == nullptr ? Value() : Value(std::move(found.page), found.object, *found.field);
  }
  /// Returns an attribute as a C++ type; empty if it is null. Fails with `errc::attribute_not_loaded` or
  /// `errc::wrong_attribute_type`.
  template <class As>
  [[nodiscard]] Result<std::optional<As>> attr(std::string_view attribute) const {
    if (attribute == "user") return user_itself();
    auto value = (*this)[attribute];
    if (value.is_loaded()) return std::move(value).template as<As>();
    return Error(make_error_code(errc::attribute_not_loaded),
                 "the attribute \"" + std::string(attribute) + "\" was not loaded", Delivery::nothing_sent);
  }

  /// Returns the names of the user's API keys; empty if there are none or they were not loaded. **On older servers, and
  /// for a key that this object generated, the name is the secret itself**; on newer servers it is the key ID, which is
  /// the first part of the secret.
  [[nodiscard]] KeyNames api_keys() const { return KeyNames(detail::KeyNameSource{record_.key_source()}); }
  /// Returns the user's API keys as rows, which are safe to print.
  [[nodiscard]] Keys keys() const { return Keys(record_.key_source()); }
  /// Returns the names of the user's teams; empty if there are none or they were not loaded.
  [[nodiscard]] TeamNames teams() const { return TeamNames(detail::TeamNameSource{record_.nodes("teams")}); }
  /// Returns the server's errors about parts of this user. Those parts are not loaded.
  [[nodiscard]] std::vector<Error> errors() const { return record_.errors(); }

  /// Sets the secret of one of the user's keys, with which calls can act as this user. Surrounding white space is
  /// removed. Sends nothing: the library verifies the secret before its first use. Fails with
  /// `errc::malformed_api_key`.
  Result<void> authenticate(const Secret& secret) {
    constexpr std::string_view source = "User::authenticate";
    auto checked = detail::check_secret(secret, source);
    if (checked) record_.give_secret(secret, source);
    return checked;
  }
  /// Sets the source of the user's identity tokens in place of a key: the user needs no key to act, and may make the
  /// first one. Sends nothing: the token is read and exchanged by the first call that acts as this user, which fails
  /// with `errc::credentials_of_another_user` if it is somebody else's.
  void authenticate(const IdentityToken& token) { record_.give_identity_token(token, "User::authenticate"); }

  /// Returns an `Api` that acts as this user, never as the caller. Fails with `errc::no_user_credentials` if no secret
  /// of the user is known. If the secret belongs to somebody else, the first call fails with
  /// `errc::credentials_of_another_user` before it does anything. Needs `<wandb/api.hpp>`.
  [[nodiscard]] Result<Api<T>> user_api() const {
    auto caller = detail::as_user(client_.caller(), record_);
    if (!caller) return caller.error();
    return Api<T>(client_.for_caller(std::move(*caller)));
  }

  /// Generates an API key for this user, with the user's own credentials, and adds it to `api_keys()` and `keys()`.
  /// Newer servers return the secret only this once. Fails with `errc::no_user_credentials` or
  /// `errc::credentials_of_another_user`. If `outcome()` is `unknown`, a key may exist whose secret nobody has; if it
  /// is `ran`, `keys()` has the new key, with its secret if the answer contained it. W&B operation: `generateApiKey`.
  [[nodiscard]] Returns<T, Secret> generate_api_key(std::optional<std::string_view> description = std::nullopt,
                                                    const CallOptions& options = {}) const {
    return client_.run(detail::generate_key(client_.caller(), options, record_, description));
  }

  /// Deletes the first key of that name, with the caller's credentials, and removes it from `api_keys()` on success.
  /// `name` may also be a secret, since a newer server gives a generated key another name than the secret when it is
  /// read again. If no loaded key fits, that is misuse: the call throws `std::invalid_argument`. Fails with
  /// `errc::keys_not_loaded` if the keys were not loaded, or with the error by which the server refused them. W&B
  /// operation: `deleteApiKey`.
  [[nodiscard]] Returns<T, void> delete_api_key(std::string_view name, const CallOptions& options = {}) const {
    return client_.run(detail::delete_key(client_.caller(), options, record_, name));
  }
  /// Deletes the key with the id of `row`.
  [[nodiscard]] Returns<T, void> delete_api_key(const ApiKey& row, const CallOptions& options = {}) const {
    return client_.run(detail::delete_key(client_.caller(), options, record_, row));
  }
  /// Deletes the key that belongs to `secret` (`ApiKey::belongs_to`), which another process may have generated. If
  /// several do, it sends nothing and fails with `errc::ambiguous_key`, which names them.
  [[nodiscard]] Returns<T, void> delete_api_key(const Secret& secret, const CallOptions& options = {}) const {
    return client_.run(detail::delete_key(client_.caller(), options, record_, secret));
  }

  /// Changes attributes, with the caller's credentials. To change another user the caller must be an admin of the
  /// instance. Fails with `errc::rejected` and the outcome `ran` if the server answers with another value of a flag. A
  /// new e-mail may have to be confirmed first, and `email()` is then still the old one. An update without a change is
  /// `errc::invalid_argument`, and a user whose id is not known `errc::attribute_not_loaded`. W&B operation:
  /// `updateUser`.
  [[nodiscard]] Returns<T, void> update(const UserUpdate& changes, const CallOptions& options = {}) const {
    return client_.run(detail::update_user(client_.caller(), options, record_, changes));
  }
  /// Makes the user an admin of the instance, or takes that away. Fails as `update` does. W&B operation: `updateUser`.
  [[nodiscard]] Returns<T, void> set_admin(bool admin, const CallOptions& options = {}) const {
    return update({.admin = admin}, options);
  }
  /// Deletes the user; `restore()` undoes it. Fails with `errc::attribute_not_loaded` if the user's id is not known, or
  /// with the error by which the server refused it. W&B operation: `deleteUser`.
  [[nodiscard]] Returns<T, void> remove(const CallOptions& options = {}) const {
    return client_.run(detail::delete_user(client_.caller(), options, record_));
  }
  /// Restores a deleted user, with the credentials of an admin. Fails as `remove` does. W&B operation: `undeleteUser`.
  [[nodiscard]] Returns<T, void> restore(const CallOptions& options = {}) const {
    return client_.run(detail::restore_user(client_.caller(), options, record_));
  }
  /// Reads the user again, with keys and teams. Fails with `errc::not_found` if the user does not exist any more. W&B
  /// operation: `user`; `viewer` for the caller; `users`, by e-mail or username, if the id is not known.
  [[nodiscard]] Returns<T, void> reload(const CallOptions& options = {}) const {
    return client_.run(detail::reload_user(client_.caller(), options, record_));
  }

  /// Returns `<User ann@example.com>`, with the first of e-mail, username, id and name that is known. Text with the
  /// shape of a key is masked.
  [[nodiscard]] friend std::string to_string(const User& user) { return user.record_.shown(); }
  template <class Traits>
  friend std::basic_ostream<char, Traits>& operator<<(std::basic_ostream<char, Traits>& out, const User& user) {
    return out << to_string(user);
  }

 private:
  friend class Api<T>;
  template <Transport, class>
  friend class User;
  template <Transport, class>
  friend struct detail::Made;
  template <class>
  friend struct StructSelection;

  User(Client<T> client, detail::UserRecord record) : client_(std::move(client)), record_(std::move(record)) {}
  static Result<User> made(const Client<T>& client, detail::UserRecord record) {
    return User(client, std::move(record));
  }

  static Error user_itself() { return detail::misused("user", "the attribute \"user\"", "is the user itself"); }

  Client<T> client_;
  detail::UserRecord record_;
};

template <class T>
User(const Client<T>&, const Attrs&) -> User<T>;
template <class T>
User(const Client<T>&, const Attrs&, const Secret&) -> User<T>;
template <class T>
User(const Client<T>&, const Attrs&, const IdentityToken&) -> User<T>;

}  // namespace wandb
// The users that a query finds, or the members of a team, read page by page.

#include <cstddef>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

// A user with attributes that the program selected at compile time.

#include <cstddef>
#include <utility>

namespace wandb::inline WANDB_ABI {

/// A user with selected attributes in addition to those that the library always reads: `api.user("ann", fields<…>)`.
/// Their types come from the schema. It is a `User<T>` as well, and can be copied to one.
template <Transport T, class S>
class User : public User<T> {
 public:
  /// Returns a selected attribute, by its response key or by that in snake_case. A name that was not selected does not
  /// compile. A nullable attribute is a `std::optional`, which is also empty if the server returned an error for it
  /// (`errors()`). Enumerations and dates are a `Text`, as are `JSON` and `JSONString`, which hold JSON. Objects have
  /// `get`, and lists have `[]`.
  template <graphql::FixedString Name>
  requires Selects<S, Name>
  [[nodiscard]] auto get() const {
    constexpr auto at = detail::find_field(S::shape, detail::user_field, Name.view());
    // In the answer to the selection the index is known; the answer to an update has other fields.
    const auto found = this->record_.find(&detail::find_selected<S, detail::user_field, at>, {});
    return detail::SelectedField<S, at>::read(found.page, found.object, found.field);
  }

 private:
  template <Transport, class>
  friend struct detail::Made;

  explicit User(User<T> user) : User<T>(std::move(user)) {}
  // A field that the schema declares non-null must be there, since `get` returns its value and no optional.
  static Result<User> made(const Client<T>& client, detail::UserRecord record) {
    if (auto missing = detail::missing_field(record)) return std::move(*missing);
    return User(User<T>(client, std::move(record)));
  }
};

namespace detail {

/// What a call makes of a user that it has read with the selection `S`: a `User` with these attributes.
template <Transport T, class S>
struct Made {
  using type = User<T, S>;
  [[nodiscard]] static Result<type> of(const Client<T>& client, UserRecord record) {
    return type::made(client, std::move(record));
  }
};
/// If a struct was the selection, that struct.
template <Transport T, class P>
struct Made<T, StructSelection<P>> {
  using type = P;
  [[nodiscard]] static Result<P> of(const Client<T>&, const UserRecord& record) {
    return StructSelection<P>::read(record);
  }
};

}  // namespace detail

}  // namespace wandb

namespace wandb::inline WANDB_ABI {

/// The users that a query finds, or the members of a team. A page is requested when its first user is needed. A user
/// that could not be read is an error element. An error that concerns a whole page, or that may hide users of it, is
/// the last element.
///
/// With a synchronous transport this is an input range of `Result<User>`, which `std::views` accept as well; `next()`
/// works with every transport. Advancing the iterator destroys the current element: a `std::string_view` that
/// `std::views::transform` takes of it dangles. Copies share one position. Only one thread may use them at a time. `S`
/// names the selected attributes of each user (`fields<…>`), or the struct that is read in place of a `User`.
template <Transport T, class S>
class Users {
  struct State;

 public:
  using value_type = Result<typename detail::Made<T, S>::type>;

  /// An input iterator. `*` refers to an element in the range, which `++` replaces.
  class iterator {
   public:
    using iterator_concept = std::input_iterator_tag;
    using iterator_category = std::input_iterator_tag;
    using value_type = typename Users::value_type;
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
      : Users(client, detail::make_walk(query, options, S::queries())) {}

  /// Returns the next user or an error element, and nothing after the last; with an asynchronous transport a task of
  /// that. W&B operation: `users`, only if a further page is needed.
  [[nodiscard]] Coloured<T, std::optional<value_type>> next(const CallOptions& options = {}) {
    const auto& client = state_->client;
    if constexpr (SyncTransport<T>) {
      if (auto user = detail::next_without_call(*state_->walk)) return made(client, std::move(*user));
    }
    return client.run(detail::next_user(client.caller(), options, state_->walk),
                      [client](Result<std::optional<detail::UserRecord>> found) -> std::optional<value_type> {
                        if (!found) return value_type(found.error());
                        if (!*found) return std::nullopt;
                        return made(client, std::move(**found));
                      });
  }

  /// Returns the cursor behind the last page that was read, for `PageOptions::cursor` of a later call.
  [[nodiscard]] std::string cursor() const { return detail::cursor_of(*state_->walk); }

  /// Reads the first user if no user was read yet; otherwise continues at the current one.
  [[nodiscard]] iterator begin() requires SyncTransport<T> {
    if (!state_->current) state_->current = next();
    return iterator(state_);
  }
  [[nodiscard]] std::default_sentinel_t end() const noexcept requires SyncTransport<T> { return {}; }

 private:
  struct State {
    Client<T> client;
    detail::WalkPtr walk;
    std::optional<value_type> current;
  };
  friend class Api<T>;
  explicit Users(std::shared_ptr<State> state) noexcept : state_(std::move(state)) {}
  Users(const Client<T>& client, detail::WalkPtr walk)
      : state_(std::make_shared<State>(State{client, std::move(walk), std::nullopt})) {}

  [[nodiscard]] static value_type made(const Client<T>& client, Result<detail::UserRecord> user) {
    if (!user) return user.error();
    return detail::Made<T, S>::of(client, std::move(*user));
  }

  std::shared_ptr<State> state_;
};

}  // namespace wandb

namespace wandb::inline WANDB_ABI {

/// One caller's access to one server. Copies share the transport, and several threads may use them at once if the
/// transport allows it. Every method returns a `Result`, or, with an asynchronous transport, a task of one. Its
/// arguments may be destroyed as soon as the method returns.
template <Transport T>
class Api : public Client<T> {
 public:
  using Client<T>::Client;
  explicit Api(Client<T> client) : Client<T>(std::move(client)) {}

  /// Makes an `Api`, or returns what is wrong with the environment or the options (see `Client::status`).
  [[nodiscard]] static Result<Api> make(T transport, const Options& options = {},
                                        const Environment& environment = Environment::process()) {
    Api api(std::move(transport), options, environment);
    if (auto status = api.status(); !status) return status.error();
    return api;
  }

  /// Returns an `Api` for the same server and transport that sends another API key.
  [[nodiscard]] Api as(const Secret& secret) const { return Api(Client<T>::as(secret)); }
  /// Returns an `Api` for the same server and transport that acts with a federated identity.
  [[nodiscard]] Api as(const IdentityToken& token) const { return Api(Client<T>::as(token)); }

  /// Reads the user to whom the caller's API key belongs, with keys and teams. Fails with `errc::unauthorized` if the
  /// server does not accept the key. W&B operation: `viewer`.
  [[nodiscard]] Returns<T, User<T>> viewer(const CallOptions& options = {}) const {
    return read_viewer<any_selection>(options);
  }
  /// Reads further attributes as well: `viewer(fields<"photoUrl">)`.
  template <graphql::FixedString Fields>
  [[nodiscard]] Returns<T, User<T, Selection<Fields>>> viewer(Selection<Fields>,
                                                              const CallOptions& options = {}) const {
    return read_viewer<Selection<Fields>>(options);
  }

  /// Finds the user with exactly this username, e-mail or id, and reads keys and teams too. Searches all pages of the
  /// server's result, and returns an empty optional only if every page was complete. An e-mail with the same spelling
  /// is preferred to one that differs in ASCII case, and an active account to a deleted one; if several users remain,
  /// `errc::ambiguous_user` names them. An empty name is `errc::invalid_argument`. The caller must be an admin of the
  /// instance. W&B operation: `users`.
  [[nodiscard]] Returns<T, std::optional<User<T>>> user(std::string_view name, const CallOptions& options = {}) const {
    return read_user<any_selection>(name, options);
  }
  /// Reads further attributes as well: `user("ann", fields<"photoUrl">)`.
  template <graphql::FixedString Fields>
  [[nodiscard]] Returns<T, std::optional<User<T, Selection<Fields>>>> user(std::string_view name, Selection<Fields>,
                                                                           const CallOptions& options = {}) const {
    return read_user<Selection<Fields>>(name, options);
  }

  /// Lists the users whose username or e-mail begins or ends with `query`; all users if it is empty. This call sends
  /// nothing: the range requests each page when it is needed. The caller must be an admin of the instance. W&B
  /// operation: `users`.
  [[nodiscard]] Users<T> users(std::string_view query = {}, const PageOptions& options = {}) const {
    return Users<T>(base(), query, options);
  }
  /// Reads further attributes as well: `users("ann", fields<"photoUrl">)`.
  template <graphql::FixedString Fields>
  [[nodiscard]] Users<T, Selection<Fields>> users(std::string_view query, Selection<Fields>,
                                                  const PageOptions& options = {}) const {
    return Users<T, Selection<Fields>>(base(), query, options);
  }

  /// Reads the caller's own user into a struct: `viewer<Person>()`. The members of the struct name the attributes that
  /// are read, and do not compile if they do not fit the schema. Needs `<wandb/describe.hpp>`, and
  /// `BOOST_DESCRIBE_STRUCT` for the struct. API keys are never read. If an attribute was not loaded, or a value does
  /// not fit its member (`errc::wrong_attribute_type`), there is an error and no struct. W&B operation: `viewer`.
  template <class P>
  [[nodiscard]] Returns<T, P> viewer(const CallOptions& options = {}) const {
    return read_viewer<StructSelection<P>>(without_keys(options));
  }
  /// Finds a user as `user(name)` does, and reads them into a struct: `user<Person>("ann")`.
  template <class P>
  [[nodiscard]] Returns<T, std::optional<P>> user(std::string_view name, const CallOptions& options = {}) const {
    return read_user<StructSelection<P>>(name, without_keys(options));
  }
  /// Lists users as `users(query)` does. The elements of the range are `Result<P>`, each a struct or an error.
  template <class P>
  [[nodiscard]] Users<T, StructSelection<P>> users(std::string_view query = {}, const PageOptions& options = {}) const {
    return Users<T, StructSelection<P>>(base(), query, without_keys(options));
  }

  /// Lists the members of a team, each with their account type: `member.get<"accountType">()` is `SERVICE` for
  /// a service account. The service has no list of a team's members, so the range reads all users and leaves out those
  /// who belong to other teams only; nothing says whether a team of that name exists. If the answer does not show all
  /// teams of a user, that user is an error element. Deleted users are members as well, with `deleted_at()`. The caller
  /// must be an admin of the instance. W&B operation: `users`.
  [[nodiscard]] Users<T, TeamMember> team_members(std::string_view team, const PageOptions& options = {}) const {
    return Users<T, TeamMember>(base(), detail::make_team_walk(team, options, TeamMember::queries()));
  }

  /// Creates a user, whose keys and teams are not loaded. The caller must be an admin of the instance. Fails with
  /// `errc::conflict` if a user has this e-mail already, and with `errc::rejected` and the outcome `ran` if the server
  /// answers with another e-mail, or with no admin where one was asked for. An empty e-mail is
  /// `errc::invalid_argument`. If `outcome()` is `unknown`, `user(email)` finds out whether the user was created. W&B
  /// operation: `createUser`, which is resent only if it certainly did not run.
  [[nodiscard]] Returns<T, User<T>> create_user(std::string_view email, bool admin = false,
                                                const CallOptions& options = {}) const {
    return this->run(detail::create_user(this->caller(), options, email, admin),
                     [client = base()](Result<detail::UserRecord> made) -> Result<User<T>> {
                       if (!made) return made.error();
                       return User<T>(client, std::move(*made));
                     });
  }

  /// Sends a program's own query or mutation, which is checked at compile time, and reads its answer by the document's
  /// shape: `api.query(document<"query Mine { viewer { id } }">)`. A mutation is sent again only if it certainly did
  /// not run. Variables that do not fit the document fail with `errc::invalid_argument`, and nothing is sent. An answer
  /// with data is a success; the server's errors about parts of it are in `errors()`. A mutation of several fields ran
  /// if any of them did. The document always acts as the caller, so that `generateApiKey` makes a key for the caller.
  template <graphql::FixedString Text>
  [[nodiscard]] Returns<T, CheckedAnswer<Text>> query(CheckedDocument<Text> document, const Variables& variables = {},
                                                      const CallOptions& options = {}) const {
    return query(document, variables, Repeat::once, options);
  }
  /// States what repeating a mutation does: one that is `Repeat::idempotent` is also sent again if it may have run.
  /// `Repeat::safe` for a mutation is misuse, which throws `std::invalid_argument`. A query is always safe to repeat.
  template <graphql::FixedString Text>
  [[nodiscard]] Returns<T, CheckedAnswer<Text>> query(CheckedDocument<Text> document, const Variables& variables,
                                                      Repeat repeat, const CallOptions& options = {}) const {
    return this->run(detail::run_document(this->caller(), options, *document, variables, repeat),
                     [](Result<Answer> answer) -> Result<CheckedAnswer<Text>> {
                       if (!answer) return answer.error();
                       return CheckedAnswer<Text>(std::move(*answer));
                     });
  }
  /// Sends a document that was checked at run time. Needs `<wandb/graphql/dynamic_document.hpp>`.
  [[nodiscard]] Returns<T, Answer> query(const graphql::DynamicDocument& document, const Variables& variables = {},
                                         const CallOptions& options = {}) const {
    return query(document, variables, Repeat::once, options);
  }
  [[nodiscard]] Returns<T, Answer> query(const graphql::DynamicDocument& document, const Variables& variables,
                                         Repeat repeat, const CallOptions& options = {}) const {
    return this->run(detail::run_document(this->caller(), options, document, variables, repeat));
  }
  /// Sends a document with one query or mutation that is not checked against a schema, and returns its data as JSON
  /// that is read by name. A document that is no GraphQL fails with `errc::invalid_argument`, and nothing is sent.
  [[nodiscard]] Returns<T, Answer> execute(std::string_view document, const Variables& variables = {},
                                           const CallOptions& options = {}) const {
    return execute(document, variables, Repeat::once, options);
  }
  [[nodiscard]] Returns<T, Answer> execute(std::string_view document, const Variables& variables, Repeat repeat,
                                           const CallOptions& options = {}) const {
    return this->run(detail::run_text(this->caller(), options, document, variables, repeat));
  }

 private:
  [[nodiscard]] const Client<T>& base() const noexcept { return *this; }

  // The query of a struct reads no keys. A server that refuses it need not be asked again without them.
  template <class AnyOptions>
  [[nodiscard]] static AnyOptions without_keys(AnyOptions options) noexcept {
    options.keys = false;
    return options;
  }

  template <class S>
  using Made = typename detail::Made<T, S>::type;

  template <class S>
  [[nodiscard]] Returns<T, Made<S>> read_viewer(const CallOptions& options) const {
    return this->run(detail::fetch_viewer(this->caller(), options, S::queries()),
                     [client = base()](Result<std::optional<detail::UserRecord>> found) -> Result<Made<S>> {
                       if (!found) return found.error();
                       return detail::Made<T, S>::of(client, std::move(**found));
                     });
  }

  template <class S>
  [[nodiscard]] Returns<T, std::optional<Made<S>>> read_user(std::string_view name, const CallOptions& options) const {
    using Found = std::optional<Made<S>>;
    return this->run(detail::find_user(this->caller(), options, name, S::queries()),
                     [client = base()](Result<std::optional<detail::UserRecord>> found) -> Result<Found> {
                       if (!found) return found.error();
                       if (!*found) return Found();
                       auto user = detail::Made<T, S>::of(client, std::move(**found));
                       return user ? Result<Found>(std::move(*user)) : Result<Found>(user.error());
                     });
  }
};

namespace detail {

/// `type` is `T`; if that is not a transport, an assertion says what it lacks. A client has no `type`: an `Api` of it
/// is deduced by the constructor that copies it.
template <class T>
struct DeducedTransport {
  static_assert(check_transport<T>());
  using type = T;
};
template <class T>
requires requires(const T& client) {
  { client.caller() } -> std::same_as<const Caller&>;
}
struct DeducedTransport<T> {};

}  // namespace detail

template <class T>
Api(T) -> Api<typename detail::DeducedTransport<T>::type>;
template <class T>
Api(T, Options) -> Api<typename detail::DeducedTransport<T>::type>;
template <class T>
Api(T, Options, Environment) -> Api<typename detail::DeducedTransport<T>::type>;

}  // namespace wandb
// Many calls at once: an operation over a range of inputs, with so many in flight and no more.

#include <concepts>
#include <coroutine>
#include <cstddef>
#include <exception>
#include <memory>
#include <optional>
#include <ranges>
#include <type_traits>
#include <utility>

// The inputs, results and runners of `for_each`, shared by its awaited and its threaded form.

#include <atomic>
#include <concepts>
#include <cstddef>
#include <deque>
#include <exception>
#include <iterator>
#include <mutex>
#include <optional>
#include <ranges>
#include <utility>

namespace wandb::inline WANDB_ABI::detail {

/// Gives the values of a range one by one, to any thread, until the range's end, a stop, or `close()`. It does not read
/// the range further than the values that it gives.
template <std::ranges::input_range Range>
class Inputs {
 public:
  using value_type = std::ranges::range_value_t<Range>;
  struct Taken {
    std::size_t index;
    value_type value;
  };

  Inputs(Range range, StopToken stop) : range_(std::move(range)), stop_(std::move(stop)) {}

  /// The next value, or nothing if there is none. An exception of the range ends the inputs.
  [[nodiscard]] std::optional<Taken> take() {
    const std::lock_guard lock(mutex_);
    if (over()) return std::nullopt;
    CloseUnlessTaken end{over_, false};
    if (at_) ++*at_;
    else at_.emplace(std::ranges::begin(*range_));
    if (*at_ == std::ranges::end(*range_)) return std::nullopt;
    std::optional<Taken> taken(Taken{count_, value()});
    ++count_;
    end.taken = true;
    return taken;
  }

  /// Ends the inputs and destroys the range.
  void close() {
    const std::lock_guard lock(mutex_);
    over_ = true;
    at_.reset();
    range_.reset();
  }

  [[nodiscard]] bool over() const noexcept { return over_ || stop_.stop_requested(); }
  [[nodiscard]] std::size_t taken() const noexcept { return count_; }

 private:
  struct CloseUnlessTaken {
    std::atomic<bool>& over;
    bool taken;
    ~CloseUnlessTaken() {
      if (!taken) over = true;
    }
  };
  // A view does not own its values, so they are copied and not moved.
  [[nodiscard]] value_type value() {
    if constexpr (std::ranges::view<Range>) return value_type(**at_);
    else return value_type(std::ranges::iter_move(*at_));
  }

  std::mutex mutex_;
  std::optional<Range> range_;
  std::optional<std::ranges::iterator_t<Range>> at_;
  StopToken stop_;
  std::atomic<std::size_t> count_{0};
  std::atomic<bool> over_{false};
};

/// A completed input, or the exception that its operation threw.
template <class Completed>
struct Finished {
  std::optional<Completed> completed;
  std::exception_ptr thrown;
};

/// Holds the results that have not been taken, and counts the runners that will add further ones.
template <class Completed>
class Results {
 public:
  using Entry = Finished<Completed>;

  /// `limit` bounds the number of runners, and also the number of results that have not been taken.
  explicit Results(std::size_t limit) : limit_(limit) {}

  /// Whether another runner may begin. If so, it is counted.
  [[nodiscard]] bool try_begin_runner() {
    const std::lock_guard lock(mutex_);
    if (runners_ >= limit_ || entries_.size() >= limit_) return false;
    ++runners_;
    return true;
  }
  void end_runner() {
    const std::lock_guard lock(mutex_);
    --runners_;
  }
  [[nodiscard]] bool full() const {
    const std::lock_guard lock(mutex_);
    return entries_.size() >= limit_;
  }

  void put(Entry entry) {
    const std::lock_guard lock(mutex_);
    entries_.push_back(std::move(entry));
  }
  /// The oldest result. Sets `over` if there is none and no runner is left to add one.
  [[nodiscard]] std::optional<Entry> take(bool& over) {
    const std::lock_guard lock(mutex_);
    over = entries_.empty() && runners_ == 0;
    if (entries_.empty()) return std::nullopt;
    std::optional<Entry> oldest(std::move(entries_.front()));
    entries_.pop_front();
    return oldest;
  }

 private:
  mutable std::mutex mutex_;
  std::deque<Entry> entries_;
  std::size_t limit_;
  std::size_t runners_ = 0;
};

/// Counts one runner of a batch while it lives. The destructor ends the runner if its coroutine was destroyed or its
/// thread could not be started. It wakes nobody then, since a destructor should not run code of other people.
template <class Pointer>
class Runner {
 public:
  explicit Runner(Pointer batch) noexcept : batch_(std::move(batch)) {}
  Runner(Runner&& other) noexcept : batch_(std::exchange(other.batch_, nullptr)) {}
  Runner& operator=(Runner&&) = delete;
  ~Runner() {
    if (batch_ != nullptr) batch_->results.end_runner();
  }
  [[nodiscard]] auto& batch() const noexcept { return *batch_; }
  /// Ends the runner, and wakes the waiting consumer.
  void finish() {
    const auto batch = std::exchange(batch_, nullptr);
    batch->results.end_runner();
    batch->notify();
  }

 private:
  Pointer batch_;
};

/// The completed input. Throws the exception of its operation.
template <class Completed>
[[nodiscard]] Completed unwrap(Finished<Completed> entry) {
  if (entry.thrown) std::rethrow_exception(entry.thrown);
  return *std::move(entry.completed);
}

}  // namespace wandb::detail
// Events by which one coroutine wakes another, for every type of task.

#include <chrono>
#include <concepts>
#include <coroutine>
#include <mutex>
#include <type_traits>
#include <utility>

namespace wandb::inline WANDB_ABI::detail {

// An event has one waiter. `set()`, from any thread, ends its current `wait()` or its next one. The waiter checks its
// condition again after a wait, so spurious wakeups are allowed.

/// A transport that makes events of its own.
template <class T>
concept MakesEvents = NamesTask<T> && requires(Unwrapped<T>& transport) {
  transport.make_event().set();
  { transport.make_event().wait() } -> std::same_as<TaskOf<T, void>>;
};

struct NamesAwaitTransform {
  int await_transform;
};
template <class Promise>
struct NamedTwice : Promise, NamesAwaitTransform {};
/// A promise without an `await_transform`, whose coroutine can await any awaitable. In a class that inherits a second
/// member of that name, the name is ambiguous exactly if the promise has one.
template <class Promise>
concept AwaitsAnything = !std::is_final_v<Promise> && requires {
  &NamedTwice<Promise>::await_transform;
};

/// A task in which `AwaitedEvent` can be awaited.
template <class T>
concept CanAwaitEvent = AwaitsAnything<typename std::coroutine_traits<TaskOf<T, void>>::promise_type>;

/// An event for plain coroutines: `set()` resumes the waiting coroutine.
class AwaitedEvent {
 public:
  AwaitedEvent() = default;
  AwaitedEvent(const AwaitedEvent&) = delete;
  AwaitedEvent& operator=(const AwaitedEvent&) = delete;
  ~AwaitedEvent() = default;

  void set() {
    std::coroutine_handle<> waiting;
    {
      const std::lock_guard lock(mutex_);
      waiting = std::exchange(waiting_, nullptr);
      set_ = !waiting;
    }
    if (waiting) waiting.resume();
  }

  class Wait {
   public:
    explicit Wait(AwaitedEvent& event) noexcept : event_(event) {}
    Wait(const Wait&) = delete;
    Wait& operator=(const Wait&) = delete;
    ~Wait() { event_.forget(); }  // The waiting coroutine may be destroyed before it is resumed.
    [[nodiscard]] bool await_ready() const noexcept { return false; }
    [[nodiscard]] bool await_suspend(std::coroutine_handle<> waiting) { return event_.suspend(waiting); }
    void await_resume() const noexcept {}

   private:
    AwaitedEvent& event_;
  };
  [[nodiscard]] Wait wait() noexcept { return Wait(*this); }

 private:
  [[nodiscard]] bool suspend(std::coroutine_handle<> waiting) {
    const std::lock_guard lock(mutex_);
    if (std::exchange(set_, false)) return false;
    waiting_ = waiting;
    return true;
  }
  void forget() {
    const std::lock_guard lock(mutex_);
    waiting_ = nullptr;
  }

  std::mutex mutex_;
  bool set_ = false;
  std::coroutine_handle<> waiting_;
};

/// An event for all other tasks: its waiter polls.
template <AsyncTransport T>
class PolledEvent {
 public:
  explicit PolledEvent(Unwrapped<T>& transport) : transport_(transport) {}
  static void set() noexcept {}
  [[nodiscard]] auto wait() { return transport_.wait(std::chrono::milliseconds(1)); }

 private:
  Unwrapped<T>& transport_;
};

/// The transport's own event if it makes one, since that resumes coroutines on the right executor. Otherwise the event
/// that suits its tasks.
template <AsyncTransport T>
[[nodiscard]] auto make_completion_event(Unwrapped<T>& transport) {
  if constexpr (MakesEvents<T>) return transport.make_event();
  else if constexpr (CanAwaitEvent<T>) return AwaitedEvent();
  else return PolledEvent<T>(transport);
}

}  // namespace wandb::detail

namespace wandb::inline WANDB_ABI {

/// How `for_each` runs.
struct ForEachOptions {
  std::size_t concurrency = 16;     ///< operations in flight, and results that wait to be taken; at least 1
  const StopToken* stop = nullptr;  ///< when a stop is requested, no further input is taken. The token is copied
};
static_assert(OptionsStruct<ForEachOptions>);

/// An input and its result.
template <class Input, class R>
struct Completed {
  std::size_t index = 0;  ///< of the input in its range
  Input input;
  R result;
};

namespace detail {

/// The type of a task's result, as `type`.
template <class Task>
struct TaskResult {};
template <template <class, class...> class Task, class R, class... Rest>
struct TaskResult<Task<R, Rest...>> {
  using type = R;
};

/// Throws for a concurrency of 0, or returns the error if the program has no exceptions.
[[nodiscard]] inline std::optional<Error> misuse_of(const ForEachOptions& options) {
  if (options.concurrency != 0) return std::nullopt;
  return misused("for_each", "the concurrency", "is 0");
}

/// The state that both forms of `for_each` share: the inputs, the operation, one pace for all calls, and the results.
/// Each form adds its runners and how it waits for them.
template <class T, class Range, class Operation, class Completed>
struct Batch {
  using Entry = typename Results<Completed>::Entry;
  using Taken = typename Inputs<Range>::Taken;

  Batch(const Client<T>& client, Range range, Operation what, const ForEachOptions& options)
      : fault(misuse_of(options)),
        api(client.for_caller(paced(client.caller()))),
        operation(std::move(what)),
        inputs(std::move(range), options.stop == nullptr ? StopToken() : *options.stop),
        results(options.concurrency) {}

  /// Whether another runner should begin. If so, it is counted.
  [[nodiscard]] bool try_begin_runner() { return !inputs.over() && results.try_begin_runner(); }
  /// Calls the operation for an input. Gives its result, or the task of its result.
  [[nodiscard]] decltype(auto) start(const Taken& taken) const { return operation(api, taken.value); }
  /// Moves an input and its result into a `Completed`.
  template <class R>
  [[nodiscard]] static Completed completed(Taken& taken, R& result) {
    return {taken.index, std::move(taken.value), std::move(result)};
  }
  /// After misuse: the next input, with the error as its result. Nothing if the result type cannot hold an error.
  [[nodiscard]] std::optional<Completed> next_with_fault() {
    if constexpr (std::convertible_to<const Error&, decltype(Completed::result)>) {
      if (auto taken = inputs.take()) return Completed{taken->index, std::move(taken->value), *fault};
    } else {
      inputs.close();
    }
    return std::nullopt;
  }
  [[nodiscard]] Result<void> status() const { return fault ? Result<void>(*fault) : success(); }

  std::optional<Error> fault;
  Api<T> api;
  Operation operation;
  Inputs<Range> inputs;
  Results<Completed> results;
};

template <class Operation, class T, class Input>
inline constexpr bool can_operate = std::is_invocable_v<const Operation&, const Api<T>&, const Input&>;

/// The type that `operation(api, input)` returns.
template <class Operation, class T, class Input>
using Returned = std::invoke_result_t<const Operation&, const Api<T>&, const Input&>;

/// Whether `Task` is the transport's task of anything but `void`.
template <class T, class Task>
inline constexpr bool is_task = false;
template <class T, template <class, class...> class Task, class R, class... Rest>
inline constexpr bool is_task<T, Task<R, Rest...>> =
    !std::is_void_v<R> && std::is_same_v<Task<R, Rest...>, TaskOf<T, R>>;

/// Whether `operation(api, input)` returns such a task.
template <class Operation, class T, class Input>
inline constexpr bool gives_task = false;
template <class Operation, class T, class Input>
requires can_operate<Operation, T, Input>
inline constexpr bool gives_task<Operation, T, Input> = is_task<T, Returned<Operation, T, Input>>;

}  // namespace detail

/// The results of an awaited `for_each`, in the order in which they are completed. Only one `next()` may be awaited at
/// a time. After its destruction no further input is taken, and calls in flight end on their own.
template <ConcurrentTransport T, std::ranges::input_range Range, class Operation>
requires detail::gives_task<Operation, T, std::ranges::range_value_t<Range>>
class [[nodiscard]] ForEach {
 public:
  using input_type = std::ranges::range_value_t<Range>;
  using value_type =
      Completed<input_type, typename detail::TaskResult<detail::Returned<Operation, T, input_type>>::type>;
  template <class R>
  using task = detail::TaskOf<T, R>;

  ForEach(const Client<T>& client, Range inputs, Operation operation, const ForEachOptions& options)
      : state_(std::make_shared<State>(client, std::move(inputs), std::move(operation), options)) {}
  ForEach(ForEach&&) noexcept = default;
  ForEach& operator=(ForEach&& other) noexcept {
    close();
    state_ = std::move(other.state_);
    return *this;
  }
  ~ForEach() { close(); }

  /// The next completed result. Nothing when no further input is taken, at the end of the inputs or after a stop, and
  /// every result has been given. Throws what the operation threw for an input; the next call continues with the
  /// others.
  [[nodiscard]] task<std::optional<value_type>> next() { return next(state_); }

  /// The number of inputs that were taken. Each of them has a result or will have one, and no later input has. After a
  /// stop, this is the index from which to continue.
  [[nodiscard]] std::size_t taken() const noexcept { return state_->inputs.taken(); }
  /// Gives `errc::invalid_argument` after misuse in a program without exceptions. No operation runs then, and the error
  /// is also the result of each input if its type can hold one.
  [[nodiscard]] Result<void> status() const { return state_->status(); }

 private:
  struct State : detail::Batch<T, Range, Operation, value_type> {
    State(const Client<T>& client, Range range, Operation what, const ForEachOptions& options)
        : detail::Batch<T, Range, Operation, value_type>(client, std::move(range), std::move(what), options),
          event(detail::make_completion_event<T>(transport())) {}
    [[nodiscard]] detail::Unwrapped<T>& transport() { return this->api.transport(); }
    void notify() { event.set(); }

    decltype(detail::make_completion_event<T>(std::declval<detail::Unwrapped<T>&>())) event;
  };
  using StatePtr = std::shared_ptr<State>;
  using Runner = detail::Runner<StatePtr>;

  void close() {
    if (state_) state_->inputs.close();
  }

  [[nodiscard]] static task<std::optional<value_type>> next(StatePtr state) {
    if (state->fault) co_return state->next_with_fault();
    for (;;) {
      while (state->try_begin_runner()) state->transport().spawn(run(Runner(state)));
      bool over = false;
      if (auto entry = state->results.take(over)) co_return detail::unwrap(std::move(*entry));
      if (over) co_return std::nullopt;
      co_await state->event.wait();
    }
  }

  [[nodiscard]] static task<void> run(Runner mine) {
    Runner runner(std::move(mine));  // A parameter lives as long as the frame, which may outlive the run.
    State& state = runner.batch();
    for (;;) {
      typename State::Entry entry;
#if defined(__cpp_exceptions)
      try {
#endif
        auto taken = state.results.full() ? std::nullopt : state.inputs.take();
        if (!taken) break;
        auto result = co_await state.start(*taken);
        entry.completed.emplace(State::completed(*taken, result));
#if defined(__cpp_exceptions)
      } catch (...) {
        entry.thrown = std::current_exception();
      }
#endif
      state.results.put(std::move(entry));
      state.notify();
    }
    runner.finish();
  }

  StatePtr state_;
};

/// Runs `operation(api, input)` for each of the inputs, with at most `concurrency` in flight, and gives the results as
/// they are completed: `while (auto one = co_await done.next())`. Nothing runs before the first `next()`. While
/// `concurrency` results wait to be taken, no further input is taken.
///
/// The operation returns a `task` of the transport. If the transport runs on several threads, the operation is called
/// on several at once. All calls share the pace of the `Api` that it is given: when the server limits one of them with
/// `Retry-After` or `RateLimit-*`, all of them wait. `inputs` is any range; it is moved or copied, and read one by one.
/// What a view refers to must outlive the returned object. `api` and `options` may be destroyed as soon as the call
/// returns. A spawned task must run to its end: one that is destroyed earlier gives no result, and wakes nobody. A
/// `concurrency` of 0 is misuse; without exceptions it is the result of each input, and of `status()`. Needs a
/// `ConcurrentTransport`.
template <AsyncTransport T, std::ranges::input_range Range, class Operation>
[[nodiscard]] auto for_each(const Api<T>& api, Range&& inputs, Operation operation,
                            const ForEachOptions& options = {}) {
  static_assert(ConcurrentTransport<T>, "for_each needs a ConcurrentTransport: this one has no spawn(task<void>)");
  using Input = std::ranges::range_value_t<Range>;
  static_assert(detail::gives_task<Operation, T, Input>,
                "for_each needs an operation(const Api&, const Input&) that gives a task");
  return ForEach<T, std::remove_cvref_t<Range>, Operation>(api, std::forward<Range>(inputs), std::move(operation),
                                                           options);
}

}  // namespace wandb
// Where an identity token comes from: a function, or a file.

#include <concepts>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace wandb::inline WANDB_ABI {

namespace detail {

struct ReadLimit;

/// Gives identity tokens, one for each exchange.
class TokenSource {
 public:
  TokenSource() = default;
  TokenSource(const TokenSource&) = delete;
  TokenSource& operator=(const TokenSource&) = delete;
  virtual ~TokenSource() = default;
  /// Returns the current token, which nobody has checked. A file is read within `limit`.
  [[nodiscard]] virtual Result<Secret> token(const ReadLimit& limit) = 0;
  /// The file that it is read from, in a form that is safe to print; empty for a function.
  [[nodiscard]] virtual std::string_view file() const noexcept { return {}; }
};

/// A function from which an `IdentityToken` can be made.
template <class F>
concept GivesToken = requires(F& function) {
  { function() } -> std::convertible_to<Result<Secret>>;
};

template <GivesToken F>
class TokenFunction final : public TokenSource {
 public:
  explicit TokenFunction(F function) : function_(std::move(function)) {}
  [[nodiscard]] Result<Secret> token(const ReadLimit& /*limit*/) override { return function_(); }

 private:
  F function_;
};

}  // namespace detail

/// Says where the identity token of a person or a workload comes from: a JWT of an identity provider that the server
/// trusts. The library exchanges it for an access token, and asks for it anew for each exchange. Copies share the
/// source.
class IdentityToken {
 public:
  /// Takes a function that returns the token as a `Secret` or a `Result<Secret>`. It is called once for each exchange,
  /// on the thread that runs the call: also on the thread of an event loop, so that it should not block for long. An
  /// `Api` and its copies call it one at a time; several that were made with the same token may call it at once. An
  /// error that it returns becomes the error of the call. What it throws passes through the call. It must not make a
  /// call with the same credentials itself, since that would wait for its own token.
  template <class F>
  requires(!std::same_as<F, IdentityToken> && detail::GivesToken<F>) explicit IdentityToken(F function)
      : source_(std::make_shared<detail::TokenFunction<F>>(std::move(function))) {}

  /// Reads the token from a file, which is opened for each exchange, since whoever issues the token replaces it there.
  /// White space around the token is removed. A call fails with `errc::unreadable_credentials` if the file cannot be
  /// read or holds no JWT. A regular file is read at once; a pipe is waited for, for 5 s at most, and no longer than
  /// the call's deadline and stop allow. An awaited call blocks its event loop meanwhile.
  [[nodiscard]] static IdentityToken file(std::string path);

  /// The source. For the library itself.
  [[nodiscard]] detail::TokenSource& source() const noexcept { return *source_; }

 private:
  explicit IdentityToken(std::shared_ptr<detail::TokenSource> source) noexcept : source_(std::move(source)) {}

  std::shared_ptr<detail::TokenSource> source_;
};

}  // namespace wandb

// The library's version.

#include <string_view>

#define WANDB_USERS_VERSION_MAJOR 0
#define WANDB_USERS_VERSION_MINOR 1
#define WANDB_USERS_VERSION_PATCH 0

namespace wandb::inline WANDB_ABI {
/// The version of the library, as in `CHANGELOG.md`.
inline constexpr std::string_view version = "0.1.0";
}  // namespace wandb

#if defined(WANDB_SEPARATE_COMPILATION)
namespace wandb::inline WANDB_ABI {

// These are instantiated with the definitions. They are declared here, where both `Api` and `AnyTransport` are known.
extern template class Client<AnyTransport>;
extern template class Api<AnyTransport>;
extern template class User<AnyTransport>;
extern template class Users<AnyTransport>;

}  // namespace wandb
#endif

#if !defined(WANDB_SEPARATE_COMPILATION) || defined(WANDB_DEFINITIONS)
// The definitions of error.hpp.

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

// Untrusted text as a single line.

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

// UTF-8, and JSON strings for requests.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace wandb::inline WANDB_ABI::detail {

/// Returns the length of the UTF-8 sequence at the beginning of `text`; 0 if it is not valid.
[[nodiscard]] constexpr std::size_t utf8_length(std::string_view text) noexcept {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned lead = byte(0);
  if (lead < 0x80) return 1;
  const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < length) return 0;
  for (std::size_t i = 1; i != length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return 0;
  }
  // The second byte tells overlong forms, surrogates and code points above U+10FFFF.
  const unsigned second = byte(1);
  if ((lead == 0xE0 && second < 0xA0) || (lead == 0xED && second > 0x9F) || (lead == 0xF0 && second < 0x90) ||
      (lead == 0xF4 && second > 0x8F)) {
    return 0;
  }
  return length;
}

/// Whether all of `text` is valid UTF-8.
[[nodiscard]] constexpr bool is_utf8(std::string_view text) noexcept {
  while (!text.empty()) {
    const auto length = utf8_length(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

/// Appends a code point as UTF-8.
template <class String>
void append_utf8(String& out, std::uint32_t code) {
  const auto byte = [&](std::uint32_t value) { out += static_cast<char>(value); };
  if (code < 0x80) return byte(code);
  if (code < 0x800) {
    byte(0xC0 | code >> 6);
  } else {
    if (code < 0x10000) {
      byte(0xE0 | code >> 12);
    } else {
      byte(0xF0 | code >> 18);
      byte(0x80 | (code >> 12 & 0x3F));
    }
    byte(0x80 | (code >> 6 & 0x3F));
  }
  byte(0x80 | (code & 0x3F));
}

/// Appends `text`, which must be UTF-8, as a JSON string.
inline void append_json_string(std::string& out, std::string_view text) {
  constexpr std::string_view hex = "0123456789abcdef";
  out += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') (out += '\\') += c;
    else if (static_cast<unsigned char>(c) < 0x20)
      ((out += "\\u00") += hex[static_cast<unsigned char>(c) >> 4]) += hex[c & 15];
    else out += c;
  }
  out += '"';
}

}  // namespace wandb::detail

namespace wandb::inline WANDB_ABI::detail {

/// Whether a UTF-8 sequence is a control character: C0, C1, the line and paragraph separators, and the marks,
/// embeddings, overrides and isolates of bidirectional text.
[[nodiscard]] constexpr bool is_control(std::string_view sequence) noexcept {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(sequence[i]); };
  if (sequence.size() == 1) return byte(0) < 0x20 || byte(0) == 0x7F;
  if (sequence.size() == 2) return (byte(0) == 0xC2 && byte(1) < 0xA0) || (byte(0) == 0xD8 && byte(1) == 0x9C);
  if (sequence.size() != 3 || byte(0) != 0xE2) return false;
  if (byte(1) == 0x80) return byte(2) == 0x8E || byte(2) == 0x8F || (byte(2) >= 0xA8 && byte(2) <= 0xAE);
  return byte(1) == 0x81 && byte(2) >= 0xA6 && byte(2) <= 0xA9;
}

/// Replaces each control character and each byte that is not UTF-8 by a space, so that untrusted text cannot break a
/// line or control a terminal.
[[nodiscard]] inline std::string one_line(std::string_view text) {
  std::string line;
  line.reserve(text.size());
  const auto is_plain = [](char c) { return c >= 0x20 && c < 0x7F; };
  for (;;) {
    const auto plain = static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), is_plain) - text.begin());
    line += text.substr(0, plain);
    text.remove_prefix(plain);
    if (text.empty()) break;
    const auto length = utf8_length(text);
    const auto sequence = text.substr(0, length == 0 ? 1 : length);
    if (length == 0 || is_control(sequence)) line += ' ';
    else line += sequence;
    text.remove_prefix(sequence.size());
  }
  return line;
}

/// Cuts a text that is longer than `max_size` bytes, and ends it with `…`. The text must be masked before, since the
/// mask does not recognise a key that was cut.
[[nodiscard]] inline std::string shortened(std::string text, std::size_t max_size) {
  constexpr std::string_view ellipsis = "\u2026";
  if (text.size() <= max_size) return text;
  auto end = max_size - ellipsis.size();
  while (end != 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80) --end;
  return text.erase(end).append(ellipsis);
}

}  // namespace wandb::detail
// The mask for untrusted text: it hides secrets, and makes the text a single line that cannot control a terminal.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

// The format of API keys.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace wandb::inline WANDB_ABI::detail {

[[nodiscard]] constexpr bool is_key_character(char c) noexcept {
  return is_letter(c) || is_digit(c) || c == '_' || c == '-';
}

[[nodiscard]] constexpr bool all_key_characters(std::string_view text) noexcept {
  for (const char c : text) {
    if (!is_key_character(c)) return false;
  }
  return true;
}

/// Whether `text` is a JWT: three base64url parts joined by dots. The first encodes a JSON object, so it begins with
/// "eyJ", which is `{"`.
[[nodiscard]] constexpr bool is_jwt(std::string_view text) noexcept {
  if (!text.starts_with("eyJ")) return false;
  for (int part = 0; part != 3; ++part) {
    const auto end = part == 2 ? text.size() : text.find('.');
    if (end == text.npos || end == 0 || !all_key_characters(text.substr(0, end))) return false;
    text.remove_prefix(part == 2 ? end : end + 1);
  }
  return true;
}

/// Whether `text` may be an API key of any server. This test is lenient: it accepts keys of servers and masks text.
[[nodiscard]] constexpr bool may_be_api_key(std::string_view text) noexcept {
  return is_jwt(text) || (text.size() >= 40 && all_key_characters(text));
}

/// What is wrong with an API key from a user.
enum class KeyFault : std::uint8_t { none, empty, character, parts, short_secret, length };

/// The prefix and the size of API keys since 2026.
inline constexpr std::string_view key_mark_2026 = "wandb_v1_";
inline constexpr std::size_t key_length_2026 = 86;

/// Returns the part of a key behind its prefix; all of it if there is no dash.
[[nodiscard]] constexpr std::string_view secret_part(std::string_view key) noexcept {
  return key.substr(key.find('-') + 1);
}

/// Returns the position of the first invalid character of a key; `npos` if there is none.
[[nodiscard]] constexpr std::size_t find_stray(std::string_view key) noexcept {
  const bool jwt = key.starts_with("eyJ") && key.find('.') != key.npos;
  for (std::size_t i = 0; i != key.size(); ++i) {
    if (!is_key_character(key[i]) && !(jwt && key[i] == '.')) return i;
  }
  return key.npos;
}

/// Checks the format of a key: a JWT, or `[prefix-]secret`, where the secret follows the first dash and has at least 40
/// letters, digits, `_` and `-`.
[[nodiscard]] constexpr KeyFault key_fault(std::string_view key) noexcept {
  if (key.empty()) return KeyFault::empty;
  if (find_stray(key) != key.npos) return KeyFault::character;
  if (key.find('.') != key.npos) return is_jwt(key) ? KeyFault::none : KeyFault::parts;
  if (key.starts_with(key_mark_2026)) return key.size() == key_length_2026 ? KeyFault::none : KeyFault::length;
  return secret_part(key).size() < 40 ? KeyFault::short_secret : KeyFault::none;
}

/// Whether `text` has the format of an API key.
[[nodiscard]] constexpr bool is_api_key(std::string_view text) noexcept { return key_fault(text) == KeyFault::none; }

/// Returns the kind of an invalid character. The character itself may be part of a secret.
[[nodiscard]] constexpr std::string_view kind_of_stray(char c) noexcept {
  const auto byte = static_cast<unsigned char>(c);
  if (c == ' ' || c == '\t') return "a blank";
  if (c == '\n' || c == '\r') return "a line end";
  if (c == '"' || c == '\'' || c == '`') return "a quote";
  if (byte < 0x20 || byte == 0x7F) return "a control character";
  return byte >= 0x80 ? "a character outside ASCII" : "a character that no key has";
}

/// Describes what is wrong with a key, without a character of it; empty if nothing is wrong.
[[nodiscard]] inline std::string describe_key_fault(std::string_view key) {
  const auto count = [](std::string_view text) {
    std::size_t characters = 0;
    for (const char c : text) characters += (static_cast<unsigned char>(c) & 0xC0U) == 0x80U ? 0U : 1U;
    return std::to_string(characters);
  };
  const auto given = " (" + count(key) + " characters)";
  switch (key_fault(key)) {
    case KeyFault::none: return {};
    case KeyFault::empty: return "is empty";
    case KeyFault::character: {
      const auto at = find_stray(key);
      return "holds " + std::string(kind_of_stray(key[at])) + " at position " + std::to_string(at + 1) + given;
    }
    case KeyFault::parts: return "begins like a JWT and is not three parts joined by dots" + given;
    case KeyFault::length: return "has the wrong number of characters: 86 expected, " + count(key) + " given";
    case KeyFault::short_secret: break;
  }
  const auto secret = secret_part(key);
  const std::string_view where = secret.size() == key.size() ? "" : " behind its prefix";
  return "is too short: at least 40 characters expected" + std::string(where) + ", " + count(secret) + " given";
}

/// Whether a key's name in a list is the key itself, as on older servers: 40 hexadecimal digits, after an optional
/// prefix.
[[nodiscard]] constexpr bool looks_like_secret_name(std::string_view name) noexcept {
  if (name.size() < 40) return false;
  const auto secret = name.substr(name.size() - 40);
  for (const char c : secret) {
    if (!is_hex_digit(c)) return false;
  }
  const auto prefix = name.substr(0, name.size() - 40);
  return prefix.empty() || (prefix.size() > 1 && prefix.back() == '-' && all_key_characters(prefix));
}

/// Returns the end of the run of key characters at `at`.
[[nodiscard]] constexpr std::size_t end_of_run(std::string_view text, std::size_t at) noexcept {
  while (at < text.size() && is_key_character(text[at])) ++at;
  return at;
}

/// Returns the end of a JWT of which a part ends at `end`.
[[nodiscard]] constexpr std::size_t end_of_jwt(std::string_view text, std::size_t end) noexcept {
  while (end < text.size() && text[end] == '.' && end_of_run(text, end + 1) != end + 1) end = end_of_run(text, end + 1);
  return end;
}

/// Masks each part of `text` that may be a key or a mistyped key. It leaves the beginning, by which people find the key
/// in a list: a short prefix and five characters, as in `local-0a1b2****`. A JWT becomes `****`, since all of them
/// begin alike.
[[nodiscard]] inline std::string mask_key(std::string_view text) {
  constexpr std::size_t min_key_size = 40;
  constexpr std::size_t max_prefix_size = 10;
  constexpr std::size_t visible = 5;
  if (is_jwt(text)) return "****";
  std::string masked;
  for (std::size_t at = 0; at < text.size();) {
    auto end = end_of_run(text, at);
    const auto run = text.substr(at, end - at);
    const bool is_key = run.size() >= min_key_size;
    const auto jwt = end_of_jwt(text, end) == end ? run.npos : run.find("eyJ");
    // A key may end with "eyJ" by chance; then the JWT's parts are masked as well.
    if (jwt != run.npos) end = end_of_jwt(text, end);
    auto prefix = run.starts_with(key_mark_2026) ? key_mark_2026.size() : run.find('-') + 1;  // 0 where there is none
    if (prefix > max_prefix_size || run.size() - prefix < min_key_size) prefix = 0;
    masked += run.substr(0, is_key ? std::min(prefix + visible, jwt) : jwt);
    if (is_key || jwt != run.npos) masked += "****";
    if (end != text.size()) masked += text[end++];
    at = end;
  }
  return masked;
}

/// Whether a part of a URL or a path is a key. `among_names` says that names as long as keys are expected: then only
/// text that cannot be a name counts.
[[nodiscard]] constexpr bool is_pasted_key(std::string_view part, bool among_names) noexcept {
  if (!among_names) return may_be_api_key(part);
  if (is_jwt(part)) return part.substr(part.find('.') + 1).starts_with("eyJ");
  return looks_like_secret_name(part) || (part.starts_with(key_mark_2026) && may_be_api_key(part));
}

/// Returns a URL or a path with `****` in place of each key.
[[nodiscard]] inline std::string mask_pasted_keys(std::string_view text, bool among_names = true) {
  std::string masked;
  const auto belongs = [](char c) { return is_key_character(c) || c == '.'; };
  while (!text.empty()) {
    std::size_t length = 0;
    while (length != text.size() && belongs(text[length])) ++length;
    auto part = text.substr(0, length);
    const auto rest = text.substr(length, 1);
    text.remove_prefix(std::min(length + 1, text.size()));
    // A dot at the end denotes the DNS root, or ends a sentence.
    while (part.ends_with('.')) part.remove_suffix(1);
    masked += is_pasted_key(part, among_names) ? "****" : part;
    masked.append(length - part.size(), '.').append(rest);
  }
  return masked;
}

}  // namespace wandb::detail
// Text without escapes and invisible characters, behind which a key could be hidden from the mask.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace wandb::inline WANDB_ABI::detail {

/// Whether a character is invisible: a zero-width space or joiner, a soft hyphen, a mark of bidirectional text, a
/// variation selector, or a tag.
[[nodiscard]] constexpr bool is_invisible(std::uint32_t code) noexcept {
  struct Range {
    std::uint32_t first;
    std::uint32_t last;
  };
  constexpr Range ranges[] = {{0xAD, 0xAD},     {0x34F, 0x34F},    {0x61C, 0x61C},   {0x180B, 0x180F},
                              {0x200B, 0x200F}, {0x202A, 0x202E},  {0x2060, 0x206F}, {0xFE00, 0xFE0F},
                              {0xFEFF, 0xFEFF}, {0xE0000, 0xE0FFF}};
  for (const auto& range : ranges) {
    if (code >= range.first && code <= range.last) return true;
  }
  return false;
}

/// Returns the size in bytes of the invisible character at the beginning of `text`; 0 if there is none.
[[nodiscard]] constexpr std::size_t invisible_length(std::string_view text) noexcept {
  const auto length = utf8_length(text);
  if (length < 2) return 0;
  std::uint32_t code = static_cast<unsigned char>(text[0]) & (0xFFU >> (length + 1));
  for (std::size_t i = 1; i != length; ++i) code = code << 6 | (static_cast<unsigned char>(text[i]) & 0x3FU);
  return is_invisible(code) ? length : 0;
}

/// A text without the escapes of URLs, JSON and HTML and without invisible characters.
struct Unescaped {
  std::string text;
  std::vector<std::uint32_t> begins;  ///< the position of each character in the escaped text, and the end of that

  explicit Unescaped(std::string_view escaped) {
    text.reserve(escaped.size());
    begins.reserve(escaped.size() + 1);
    for (std::size_t at = 0; at < escaped.size();) {
      const auto length = take(escaped.substr(at));
      if (begins.size() != text.size()) begins.push_back(static_cast<std::uint32_t>(at));
      at += length;
    }
    drop_invisible();
    begins.push_back(static_cast<std::uint32_t>(escaped.size()));
  }
  /// Whether `text` may hold an escape or an invisible character.
  [[nodiscard]] static bool is_needed(std::string_view text) noexcept {
    return text.find_first_of("%\\&\xC2\xCD\xD8\xE1\xE2\xEF\xF3") != text.npos;
  }

 private:
  // Appends the first character of `escaped`, as at most one byte, and returns the size of its escaped form.
  std::size_t take(std::string_view escaped) {
    struct Form {
      std::string_view begin;
      std::size_t min_digits;
      std::size_t max_digits;
      unsigned base;
      char end;  // 0 for none; the text may lack it
    };
    constexpr Form forms[] = {{"%", 2, 2, 16, 0},     {"\\u", 4, 4, 16, 0},   {"\\x", 2, 2, 16, 0},
                              {"&#x", 1, 8, 16, ';'}, {"&#X", 1, 8, 16, ';'}, {"&#", 1, 8, 10, ';'}};
    const bool may_escape = escaped.substr(0, 1).find_first_of("%\\&") == 0;
    for (const auto& form : forms) {
      if (!may_escape || !escaped.starts_with(form.begin)) continue;
      auto at = form.begin.size();
      const auto last = std::min(escaped.size(), at + form.max_digits);
      std::uint32_t code = 0;
      for (; at != last && (form.base == 16 ? is_hex_digit(escaped[at]) : is_digit(escaped[at])); ++at) {
        const auto digit = escaped[at];
        code = code * form.base + static_cast<unsigned>(is_digit(digit) ? digit - '0' : to_lower(digit) - 'a' + 10);
      }
      if (at < form.begin.size() + form.min_digits) continue;
      // A form of two digits is a byte of UTF-8. Other characters outside ASCII become a space: no key contains them.
      if (form.max_digits == 2 || code < 0x80) text += static_cast<char>(code);
      else if (!is_invisible(code)) text += ' ';
      return at + (form.end != 0 && at != escaped.size() && escaped[at] == form.end ? 1 : 0);
    }
    const bool slash = escaped.starts_with("\\/");
    text += slash ? '/' : escaped.front();
    return slash ? 2 : 1;
  }
  void drop_invisible() {
    std::size_t kept = 0;
    for (std::size_t at = 0; at != text.size();) {
      if (const auto length = invisible_length(std::string_view(text).substr(at)); length != 0) {
        at += length;
        continue;
      }
      text[kept] = text[at];
      begins[kept++] = begins[at++];
    }
    text.resize(kept);
    begins.resize(kept);
  }
};

}  // namespace wandb::detail

namespace wandb::inline WANDB_ABI::detail {

/// The shapes of a key that a mask hides.
enum class Shapes : std::uint8_t {
  none,    ///< none, only known secrets
  marked,  ///< prefixes of keys, and 40 hexadecimal digits; for hosts, paths and e-mails, which may be as long as keys
  all,     ///< those, and every run of 40 key characters
  pieces,  ///< those, and runs that may be a part of a key; for text that may contain a part of a new key
};

/// Masks text. It hides text with the shape of a key, a JWT or the service's `Authorization`, also if it was cut, and
/// every 12 consecutive characters of a known secret, in upper or lower case, and with the escapes of URLs, JSON and
/// HTML. The time is linear in the size of the text.
class Mask {
 public:
  /// The minimum size of a piece of a known secret that is hidden.
  static constexpr std::size_t piece_size = 12;
  /// The minimum size of the service's secrets.
  static constexpr std::size_t min_secret_size = 40;
  /// The maximum number of bytes of a text that are read; the rest is left out.
  static constexpr std::size_t max_read = std::size_t{64} * 1024;

  Mask() = default;
  /// Hides `secrets`, to which it keeps views; empty ones are ignored.
  explicit Mask(std::span<const std::string_view> secrets) {
    std::size_t count = 0;
    for (const auto secret : secrets) count += std::min(secret.size(), max_read);
    std::size_t size = 1;
    while (size < 2 * count) size *= 2;
    known_.resize(size);
    for (const auto secret : secrets) know(secret.substr(0, max_read));
  }

  /// Returns `text` as one line, with `****` in place of what it hides.
  [[nodiscard]] std::string operator()(std::string_view text, Shapes shapes = Shapes::all) const {
    if (text.empty()) return {};
    const auto read = text.substr(0, max_read);
    const bool cut = read.size() != text.size();
    auto line = one_line(render(read, marked(read, shapes, cut), 0));
    return cut ? line.append("\u2026") : line;
  }

  /// Returns at most `max_size` characters of `text` from `at` on, for an error's reason: in quotes, and in ASCII.
  [[nodiscard]] std::string excerpt(std::string_view text, std::size_t at, std::size_t max_size) const {
    // A key may begin before the excerpt or end after it, so the mask has to read the text around it.
    constexpr std::size_t around = 1024;
    at = std::min(at, text.size());
    const auto begin = at - std::min(at, around);
    const auto read = text.substr(begin, at - begin + max_size + around);
    const bool cut = begin + read.size() != text.size();
    auto masked = render(read, marked(read, Shapes::all, cut), at - begin);
    const bool longer = cut || masked.size() > max_size;
    masked.resize(std::min(masked.size(), max_size));
    for (char& c : masked) {
      if (static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) >= 0x7F) c = ' ';
    }
    return "`" + masked + (longer ? "\u2026`" : "`");
  }

 private:
  // For each character of a text whether it is hidden; empty if none is.
  using Marks = std::vector<bool>;

  static void mark(Marks& marks, std::string_view text, std::size_t begin, std::size_t end) {
    marks.resize(text.size());
    for (; begin < end; ++begin) marks[begin] = true;
  }

  [[nodiscard]] Marks marked(std::string_view text, Shapes shapes, bool cut) const {
    auto marks = marks_of(text, shapes);
    if (Unescaped::is_needed(text)) {
      const Unescaped plain(text);
      const auto inner = marks_of(plain.text, shapes);
      for (std::size_t i = 0; i != inner.size(); ++i) {
        if (inner[i]) mark(marks, text, plain.begins[i], plain.begins[i + 1]);
      }
    }
    // The run at the end of a cut text may be the beginning of a key.
    if (cut) {
      auto begin = text.size();
      while (begin != 0 && (is_key_character(text[begin - 1]) || text[begin - 1] == '.')) --begin;
      mark(marks, text, std::min(begin, text.size() - std::min(text.size(), piece_size)), text.size());
    }
    return marks;
  }
  [[nodiscard]] Marks marks_of(std::string_view text, Shapes shapes) const {
    Marks marks;
    if (shapes != Shapes::none) mark_shapes(text, shapes, marks);
    mark_known(text, marks);
    return marks;
  }

  // Whether a run of key characters may be a part of a key: words have no digits, and rarely change between upper and
  // lower case.
  [[nodiscard]] static bool may_be_piece(std::string_view run) noexcept {
    if (run.size() < piece_size) return false;
    const auto is_capital = [](char c) { return c != to_lower(c); };
    std::size_t changes = 0;
    for (std::size_t i = 1; i != run.size(); ++i) {
      if (is_letter(run[i - 1]) && is_letter(run[i])) changes += is_capital(run[i - 1]) != is_capital(run[i]) ? 1U : 0U;
    }
    return run.find_first_of("0123456789") != run.npos || 3 * changes > run.size();
  }
  static void mark_shapes(std::string_view text, Shapes shapes, Marks& marks) {
    for (std::size_t at = 0; at < text.size(); ++at) {
      auto end = end_of_run(text, at);
      const auto run = text.substr(at, end - at);
      const bool is_piece = shapes == Shapes::pieces && may_be_piece(run);
      const bool is_key = shapes >= Shapes::all && run.size() >= min_secret_size;
      const auto begin = is_piece || is_key ? at : begin_of_key(text, at, end);
      if (begin < end) {
        // Dots join the parts of a JWT, and `=` pads base64.
        if (text.substr(begin, end - begin).find("eyJ") != text.npos) end = end_of_jwt(text, end);
        while (end != text.size() && text[end] == '=') ++end;
        mark(marks, text, begin, end);
      }
      at = end;
    }
  }
  // Returns the position in a run of key characters at which a key, a JWT or the token of `Authorization` begins, with
  // more than its prefix, or the digits of an older key; `end` if there is none.
  [[nodiscard]] static std::size_t begin_of_key(std::string_view text, std::size_t at, std::size_t end) noexcept {
    const auto run = text.substr(at, end - at);
    auto begin = run.size();
    const auto look_for = [&](std::string_view prefix, std::size_t min_size) {
      const auto found = run.find(prefix);
      if (found < begin && run.size() - found >= min_size) begin = found;
    };
    look_for("wandb_v1_", 10);
    look_for("YXBpO", piece_size);  // "api:" in base64
    begin = std::min(begin, begin_of_digits(run));
    const bool goes_on = end + 1 < text.size() && text[end] == '.' && is_key_character(text[end + 1]);
    if (goes_on) look_for("eyJ", 4);
    return at + begin;
  }
  // Returns the position of the hexadecimal digits of an older key; the end if there are none.
  [[nodiscard]] static std::size_t begin_of_digits(std::string_view run) noexcept {
    std::size_t begin = 0;
    for (std::size_t at = 0; at != run.size(); ++at) {
      if (!is_hex_digit(run[at])) begin = at + 1;
      else if (at + 1 - begin == min_secret_size) return begin;
    }
    return run.size();
  }

  // A rolling hash of the last `piece_size` characters, which ignores their case.
  class Rolling {
   public:
    void take(std::string_view text, std::size_t at) noexcept {
      hash_ = hash_ * base + low(text[at]);
      if (at >= piece_size) hash_ -= low(text[at - piece_size]) * power;
    }
    [[nodiscard]] std::uint32_t value() const noexcept { return hash_ ^ hash_ >> 15; }

   private:
    static constexpr std::uint32_t base = 0x01000193;
    static constexpr std::uint32_t power = [] {
      std::uint32_t result = 1;
      for (std::size_t i = 0; i != piece_size; ++i) result *= base;
      return result;
    }();
    [[nodiscard]] static std::uint32_t low(char c) noexcept { return static_cast<unsigned char>(to_lower(c)); }
    std::uint32_t hash_ = 0;
  };

  void know(std::string_view secret) {
    if (secret.size() < piece_size && !secret.empty()) short_.push_back(secret);
    Rolling hash;
    for (std::size_t i = 0; i < secret.size(); ++i) {
      hash.take(secret, i);
      if (i + 1 < piece_size) continue;
      const auto* const piece = secret.data() + (i + 1 - piece_size);
      known_[place_of(piece, hash.value())] = piece;
    }
  }
  // Returns the slot of the hash table that holds a piece, or into which it belongs.
  [[nodiscard]] std::size_t place_of(const char* piece, std::uint32_t hash) const noexcept {
    const auto differs = [&](const char* known) {
      return !equal_ignoring_case(std::string_view(known, piece_size), std::string_view(piece, piece_size));
    };
    auto at = hash & (known_.size() - 1);
    while (known_[at] != nullptr && differs(known_[at])) at = (at + 1) & (known_.size() - 1);
    return at;
  }
  void mark_known(std::string_view text, Marks& marks) const {
    for (const auto secret : short_) {
      for (auto at = text.find(secret); at != text.npos; at = text.find(secret, at + 1))
        mark(marks, text, at, at + secret.size());
    }
    if (known_.empty()) return;
    Rolling hash;
    for (std::size_t i = 0; i < text.size(); ++i) {
      hash.take(text, i);
      if (i + 1 < piece_size) continue;
      const auto begin = i + 1 - piece_size;
      if (known_[place_of(text.data() + begin, hash.value())] != nullptr) mark(marks, text, begin, i + 1);
    }
  }

  [[nodiscard]] static std::string render(std::string_view text, const Marks& marks, std::size_t from) {
    if (marks.empty()) return std::string(text.substr(from));
    std::string masked;
    masked.reserve(text.size() - from);
    for (auto i = from; i != text.size(); ++i) {
      if (!marks[i]) masked += text[i];
      else if (i == from || !marks[i - 1]) masked += "****";
    }
    return masked;
  }

  // A hash table of all pieces of the secrets. Its size is a power of two, and at least half of it is empty.
  std::vector<const char*> known_;
  std::vector<std::string_view> short_;
};

/// The known secrets of a call. They are collected only if there is text to mask.
class KnownSecrets {
 public:
  /// Returns views of the secrets.
  [[nodiscard]] virtual std::span<const std::string_view> secrets() const = 0;
  /// Adds a view of a secret from an answer.
  virtual void add(std::string_view secret) noexcept = 0;

 protected:
  ~KnownSecrets() = default;
};

/// Returns `text` as one line, with `****` in place of text with the shape of a key.
[[nodiscard]] inline std::string redact(std::string_view text, Shapes shapes = Shapes::all) {
  return Mask()(text, shapes);
}

/// Whether a word is an e-mail address, also in brackets or before punctuation. Other text with an `@` is not one: it
/// may be a URL with credentials.
[[nodiscard]] inline bool is_address(std::string_view word) noexcept {
  const auto is_bracket = [](char c) { return std::string_view("<>()[]\"'`,;:!?").find(c) != std::string_view::npos; };
  while (!word.empty() && is_bracket(word.front())) word.remove_prefix(1);
  while (!word.empty() && is_bracket(word.back())) word.remove_suffix(1);
  const auto belongs = [](char c) { return is_key_character(c) || c == '.' || c == '+' || c == '@'; };
  return std::all_of(word.begin(), word.end(), belongs) && std::count(word.begin(), word.end(), '@') == 1;
}

/// Returns the name of a user or an object for output, masked. The part of an e-mail address before its `@` may be as
/// long as a key, so addresses are masked less.
[[nodiscard]] inline std::string shown_name(std::string_view name) {
  if (name.size() > Mask::max_read) return redact(name);
  const auto line = one_line(name);
  std::string masked;
  for (std::string_view rest = line; !rest.empty();) {
    const auto word = rest.substr(0, rest.find(' '));
    masked += redact(word, is_address(word) ? Shapes::marked : Shapes::all);
    rest.remove_prefix(word.size());
    const auto blanks = std::min(rest.find_first_not_of(' '), rest.size());
    masked += rest.substr(0, blanks);
    rest.remove_prefix(blanks);
  }
  return masked;
}

/// Returns the name of a key for output, masked by `mask_key`. If escapes or invisible characters hide a key in it,
/// they are removed.
[[nodiscard]] inline std::string shown_key_name(std::string_view name) {
  if (Unescaped::is_needed(name)) {
    const Unescaped plain(name);
    if (auto masked = mask_key(plain.text); masked != plain.text) return masked;
  }
  return mask_key(name);
}

}  // namespace wandb::detail
// The definitions of errc.hpp.

#include <string>
#include <system_error>

namespace wandb::inline WANDB_ABI {

namespace detail {

/// The texts of an error code.
struct ErrorText {
  errc code;
  const char* happened;
  const char* advice = "";  // what to do about it; empty if there is no general advice
};
inline constexpr ErrorText error_texts[] = {
    {errc::invalid_argument, "the call was misused"},
    {errc::no_result, "no result was set"},
    {errc::no_credentials, "no API key",
     "pass one in wandb::Options, set WANDB_API_KEY, or add the host to the netrc file"},
    {errc::malformed_api_key, "the API key does not have the shape of one",
     "copy it again from the server's settings page"},
    {errc::unreadable_credentials, "the file with the credentials cannot be read"},
    {errc::invalid_environment, "the environment or a setting holds an unusable value"},
    {errc::invalid_base_url, "the base URL is not usable"},
    {errc::insecure_base_url, "plain http would show the API key to the network",
     "use https, or set allow_insecure_http in wandb::Options"},
    {errc::no_user_credentials, "the user's own API key is not known, and a key is never made with the caller's",
     "give it with user.authenticate(secret)"},
    {errc::credentials_of_another_user, "the secret belongs to another user; nothing was changed"},
    {errc::keys_not_loaded, "the user's API keys were never loaded", "call reload() first"},
    {errc::attribute_not_loaded, "the attribute was not loaded"},
    {errc::wrong_attribute_type, "the attribute holds a value of another type"},
    {errc::malformed_response, "the server's answer is not what its schema promises"},
    {errc::unexpected_status, "the server answered with an unexpected status", "check the base URL"},
    {errc::bad_request, "the server did not accept the request"},
    {errc::rejected, "the server refused"},
    {errc::unauthorized, "the server did not accept the credentials", "check the API key"},
    {errc::permission_denied, "the credentials do not permit this", "it may need an admin of the instance"},
    {errc::not_found, "not found"},
    {errc::conflict, "it exists already or conflicts with what exists"},
    {errc::rate_limited, "the server limits the rate of requests", "try again later"},
    {errc::server_error, "the server failed", "try again later"},
    {errc::not_implemented, "the server does not implement this operation"},
    {errc::ambiguous_user, "several users are so named", "name the one that is meant by id"},
    {errc::ambiguous_key, "several of the user's keys may be the one that is meant", "delete it by its row"},
    {errc::client_refused, "the server refuses this client, whoever uses it (\"relogin required\")",
     "see whether something between rewrites the User-Agent, which has to begin with \"W&B Public Client \""},
    {errc::not_the_service, "the answer is not that of a W&B server", "check the base URL and what stands between"},
    {errc::no_status, "the transport gave a response without an HTTP status"},
    {errc::timed_out, "the deadline passed", "allow a longer timeout, or try again later"},
    {errc::cancelled, "cancelled"},
    {errc::resolve_failed, "the host name could not be resolved", "check the base URL and the DNS"},
    {errc::connect_failed, "no connection to the server could be made",
     "check the base URL, the network, and that the server runs"},
    {errc::tls_failed, "no trusted TLS connection could be made",
     "check the host name and the certificate authorities"},
    {errc::connection_lost, "the connection ended before the answer was complete"},
    {errc::protocol_error, "the answer is not valid HTTP"},
    {errc::response_too_large, "the answer exceeds the size limit"},
    {errc::proxy_refused, "the proxy did not let the request through", "check the proxy's settings"},
};

[[nodiscard]] constexpr ErrorText text_of(errc code) noexcept {
  for (const auto& known : error_texts) {
    if (known.code == code) return known;
  }
  return {code, "unknown error"};
}

/// A category that is never destroyed, since destructors of static objects may still print errors.
template <class Category>
union Everlasting {
  constexpr Everlasting() noexcept : category() {}
  // A defaulted destructor would be deleted, since the category has a destructor, which must not run.
  ~Everlasting() {}  // NOLINT(modernize-use-equals-default)
  Category category;
};

class ErrorCategory final : public std::error_category {
 public:
  constexpr ErrorCategory() noexcept = default;
  [[nodiscard]] const char* name() const noexcept override { return "wandb"; }
  [[nodiscard]] std::string message(int value) const override { return text_of(static_cast<errc>(value)).happened; }
};

// Categories compare by address: shared libraries that hide their symbols must still share one object.
[[gnu::visibility("default")]] inline constinit const Everlasting<ErrorCategory> error_category_instance;

/// The condition to which an `errc` belongs.
[[nodiscard]] constexpr condition condition_of(errc code) noexcept {
  switch (code) {
    case errc::no_credentials:
    case errc::malformed_api_key:
    case errc::unreadable_credentials:
    case errc::invalid_environment:
    case errc::invalid_base_url:
    case errc::insecure_base_url:
    case errc::no_user_credentials:
    case errc::credentials_of_another_user: return condition::configuration;
    case errc::malformed_response:
    case errc::protocol_error:
    case errc::response_too_large:
    case errc::not_the_service:
    case errc::no_status:
    case errc::unexpected_status: return condition::malformed_response;
    case errc::ambiguous_user:
    case errc::ambiguous_key:
    case errc::client_refused:
    case errc::bad_request:
    case errc::not_implemented:
    case errc::rejected: return condition::rejected;
    case errc::unauthorized: return condition::unauthorized;
    case errc::permission_denied: return condition::permission_denied;
    case errc::not_found: return condition::not_found;
    case errc::conflict: return condition::conflict;
    case errc::rate_limited: return condition::rate_limited;
    case errc::server_error: return condition::server_failure;
    case errc::timed_out: return condition::timed_out;
    case errc::cancelled: return condition::cancelled;
    case errc::resolve_failed:
    case errc::connect_failed:
    case errc::tls_failed:
    case errc::connection_lost:
    case errc::proxy_refused: return condition::network;
    default: return condition::misuse;  // an invalid argument, or a `Result` that was not set
  }
}

class ConditionCategory final : public std::error_category {
 public:
  constexpr ConditionCategory() noexcept = default;
  [[nodiscard]] const char* name() const noexcept override { return "wandb.condition"; }
  [[nodiscard]] std::string message(int value) const override {
    switch (static_cast<condition>(value)) {
      case condition::misuse: return "misuse";
      case condition::configuration: return "configuration";
      case condition::unauthorized: return "unauthorized";
      case condition::permission_denied: return "permission denied";
      case condition::not_found: return "not found";
      case condition::conflict: return "conflict";
      case condition::rate_limited: return "rate limited";
      case condition::rejected: return "rejected";
      case condition::server_failure: return "server failure";
      case condition::timed_out: return "timed out";
      case condition::cancelled: return "cancelled";
      case condition::network: return "network";
      case condition::malformed_response: return "malformed response";
      case condition::outcome_unknown: return "outcome unknown";
    }
    return "unknown condition";
  }
  // A transport may use another category; two generic codes of it are recognised, which callers often check.
  [[nodiscard]] bool equivalent(const std::error_code& code, int value) const noexcept override {
    const auto wanted = static_cast<condition>(value);
    if (code.category() == wandb::error_category()) return condition_of(static_cast<errc>(code.value())) == wanted;
    if (wanted == condition::timed_out) return code == std::errc::timed_out;
    if (wanted == condition::cancelled) return code == std::errc::operation_canceled;
    return false;
  }
};

[[gnu::visibility("default")]] inline constinit const Everlasting<ConditionCategory> condition_category_instance;

}  // namespace detail

WANDB_DECL const std::error_category& error_category() noexcept { return detail::error_category_instance.category; }
WANDB_DECL const std::error_category& condition_category() noexcept {
  return detail::condition_category_instance.category;
}

}  // namespace wandb

namespace wandb::inline WANDB_ABI {

namespace detail {

WANDB_DECL void throw_misuse([[maybe_unused]] const std::string& why) {
#if defined(__cpp_exceptions)
  throw std::invalid_argument(why);
#endif
}

WANDB_DECL void throw_error(const Error& error) {
#if defined(__cpp_exceptions)
  throw Exception(error);
#else
  std::fputs((error.message() + "\n").c_str(), stderr);
  std::abort();
#endif
}

}  // namespace detail

WANDB_DECL bool Error::retryable() const noexcept {
  return outcome() == Outcome::not_run && *this != errc::tls_failed && *this != errc::proxy_refused &&
         (*this == condition::network || *this == condition::timed_out || *this == condition::rate_limited ||
          *this == condition::server_failure);
}

WANDB_DECL bool Error::passes_as(condition wanted) const noexcept {
  if (code_ != make_error_code(errc::not_the_service)) return false;
  if (wanted == condition::timed_out) return status() == 408;
  if (wanted == condition::rate_limited) return status() == 429;
  return wanted == condition::server_failure && status() >= 500 && status() <= 599 && status() != 501;
}

WANDB_DECL Error::Error(std::error_code code, Details details) : code_(code), delivery_(details.delivery) {
  for (auto& message : details.messages) {
    for (auto* said : {&message.text, &message.path, &message.code})
      *said = detail::shortened(detail::redact(*said), max_said);
  }
  details.reason = detail::one_line(details.reason);
  if (details.advice) *details.advice = detail::one_line(*details.advice);
  details_ = std::make_shared<const Details>(std::move(details));
}

WANDB_DECL const std::vector<ServerMessage>& Error::messages() const& noexcept {
  static const std::vector<ServerMessage> none;
  return details_ ? details_->messages : none;
}

WANDB_DECL Error::Details Error::details() const {
  if (details_) return *details_;
  Details fresh;
  fresh.delivery = delivery_;
  return fresh;
}

WANDB_DECL std::string Error::reason() const {
  if (details_ && !details_->reason.empty()) return details_->reason;
  auto text = code_.message();
  // A transport's own category may quote the server.
  return code_.category() == error_category() ? text : detail::redact(text, detail::Shapes::marked);
}

WANDB_DECL std::string Error::advice() const {
  std::string advice;
  if (details_ && details_->advice) advice = *details_->advice;
  else if (code_.category() == error_category()) advice = detail::text_of(static_cast<errc>(code_.value())).advice;
  if (outcome() == Outcome::not_run) return advice;
  // What has run, or may have, must not be repeated blindly.
  if (advice.ends_with("try again later")) advice.clear();
  if (outcome() == Outcome::unknown)
    advice.append(advice.empty() ? "" : ", and ").append("look whether it took effect before you try again");
  return advice;
}

WANDB_DECL std::string Error::message() const {
  std::string text;
  if (!operation().empty()) text.append(operation()).append(": ");
  text += reason();
  // A reason from a transport or the server may already end with the advice.
  if (const auto what_to_do = advice(); !what_to_do.empty() && !text.ends_with(what_to_do)) {
    text.append("; ").append(what_to_do);
  }
  const char* before = " (the server says: ";
  for (const auto& said : messages()) {
    text.append(std::exchange(before, "; ")).append(said.text);
    if (!said.path.empty()) text.append(" at ").append(said.path);
  }
  if (!messages().empty()) text += ')';
  if (status() != 0) text.append(" [HTTP ").append(std::to_string(status())).append("]");
  if (attempts() > 1) text.append(" [").append(std::to_string(attempts())).append(" attempts]");
  if (outcome() == Outcome::unknown) text += " [it may have taken effect]";
  if (outcome() == Outcome::ran) text += " [it took effect]";
  return detail::one_line(std::move(text));
}

}  // namespace wandb
// Defines what keys.hpp and value.hpp declare.

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

// Reads JSON value by value, for small texts without a `Shape`.

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

// Finds the ends of JSON values without parsing them.

#include <cstddef>
#include <string_view>

namespace wandb::inline WANDB_ABI::detail {

// All of these functions expect JSON that a parser also checks. In other text they find an arbitrary end within the
// text, never one beyond it.

[[nodiscard]] constexpr const char* skip_space(const char* at, const char* end) noexcept {
  while (at != end && is_space(*at)) ++at;
  return at;
}

/// Returns the end of a string whose opening quote is at `at`.
[[nodiscard]] constexpr const char* skip_string(const char* at, const char* end) noexcept {
  if (at != end) ++at;
  while (at != end && *at != '"') {
    if (*at == '\\' && at + 1 != end) ++at;
    ++at;
  }
  return at == end ? end : at + 1;
}

/// Returns the end of a value whose first character is at `at`.
[[nodiscard]] constexpr const char* skip_value(const char* at, const char* end) noexcept {
  for (std::size_t depth = 0; at != end;) {
    const char c = *at;
    if (c == '"') {
      at = skip_string(at, end);
    } else if (c == '{' || c == '[') {
      ++depth;
      ++at;
      continue;
    } else if (c == '}' || c == ']') {
      if (depth == 0) return at;
      --depth;
      ++at;
    } else if (depth != 0) {
      ++at;
      continue;
    } else {
      while (at != end && *at != ',' && *at != '}' && *at != ']' && !is_space(*at)) ++at;
    }
    if (depth == 0) return at;
  }
  return end;
}

/// Returns the value after the next colon. `at` is anywhere between a key's closing quote and that colon.
[[nodiscard]] constexpr std::string_view value_after_colon(const char* at, const char* end) noexcept {
  while (at != end && *at != ':') ++at;
  if (at != end) ++at;
  const char* begin = skip_space(at, end);
  return {begin, static_cast<std::size_t>(skip_value(begin, end) - begin)};
}

/// Finds keys by their colons: outside strings, a colon follows each key.
class ColonFinder {
 public:
  constexpr explicit ColonFinder(std::string_view json) noexcept : at_(json.data()), end_(json.data() + json.size()) {}
  /// Returns the `count`-th colon, counted from 1. `count` must not decrease from call to call.
  [[nodiscard]] constexpr const char* find(std::size_t count) noexcept {
    while (at_ != end_) {
      if (*at_ == ':' && (colon_ != at_)) {
        colon_ = at_;
        ++found_;
      }
      if (found_ == count) return at_;
      at_ = *at_ == '"' ? skip_string(at_, end_) : at_ + 1;
    }
    return end_;
  }

 private:
  const char* at_;
  const char* end_;
  const char* colon_ = nullptr;  // the last colon that was counted, to which `at_` points
  std::size_t found_ = 0;
};

}  // namespace wandb::detail

namespace wandb::inline WANDB_ABI::detail {

/// A view of one value of a JSON text. It expects text that a parser has checked. For other text it returns wrong
/// values, but never reads beyond the end.
class JsonValue {
 public:
  /// Makes a view of no value, which has no type.
  JsonValue() = default;
  explicit JsonValue(std::string_view text) noexcept : text_(trimmed(text)) {}

  [[nodiscard]] std::string_view text() const noexcept { return text_; }
  [[nodiscard]] bool is_string() const noexcept { return starts('"'); }
  [[nodiscard]] bool is_object() const noexcept { return starts('{'); }
  [[nodiscard]] bool is_array() const noexcept { return starts('['); }
  [[nodiscard]] bool is_null() const noexcept { return starts('n'); }
  /// Returns whether this is an empty string, object or array.
  [[nodiscard]] bool is_empty() const noexcept {
    return (is_string() || is_object() || is_array()) && trimmed(text_.substr(1)).size() == 1;
  }
  [[nodiscard]] bool is_boolean() const noexcept { return starts('t') || starts('f'); }
  [[nodiscard]] bool is_number() const noexcept { return !text_.empty() && (is_digit(text_[0]) || text_[0] == '-'); }

  /// Returns the number, if it is an integer of 64 bits.
  [[nodiscard]] std::optional<std::int64_t> integer() const noexcept {
    std::int64_t value = 0;
    const auto* end = text_.data() + text_.size();
    const auto [at, error] = std::from_chars(text_.data(), end, value);
    return is_number() && error == std::errc{} && at == end ? std::optional(value) : std::nullopt;
  }
  /// Returns the text of a string with its escapes resolved; empty for any other value.
  [[nodiscard]] std::string string() const {
    std::string out;
    if (!is_string()) return out;
    const auto* end = text_.data() + text_.size();
    for (const auto* at = text_.data() + 1; at != end && *at != '"';) {
      if (*at != '\\' || at + 1 == end) out += *at++;
      else at = unescape(out, at + 1, end);
    }
    return out;
  }
  /// Calls `f(name, value)` for each member of an object. The escapes in names are resolved.
  template <class F>
  void each_member(F f) const {
    if (!is_object()) return;
    each([&](const char* at, const char* end) {
      const auto* behind = skip_string(at, end);
      const JsonValue value(value_after_colon(behind, end));
      f(JsonValue(std::string_view(at, static_cast<std::size_t>(behind - at))).string(), value);
      return value.text_.data() + value.text_.size();
    });
  }
  /// Returns the last member of that name; no value if there is none.
  [[nodiscard]] JsonValue member(std::string_view wanted) const {
    JsonValue found;
    each_member([&](const std::string& name, const JsonValue& value) {
      if (name == wanted) found = value;
    });
    return found;
  }
  /// Calls `f(value)` for each element of an array.
  template <class F>
  void each_element(F f) const {
    if (!is_array()) return;
    each([&](const char* at, const char* end) {
      const auto* behind = skip_value(at, end);
      f(JsonValue(std::string_view(at, static_cast<std::size_t>(behind - at))));
      return behind;
    });
  }

 private:
  [[nodiscard]] bool starts(char c) const noexcept { return !text_.empty() && text_[0] == c; }

  template <class F>
  void each(F one) const {
    const auto* end = text_.data() + text_.size();
    for (const auto* at = skip_space(text_.data() + 1, end); at != end && *at != '}' && *at != ']';) {
      const auto* behind = one(at, end);
      if (behind == at) return;
      at = skip_space(behind, end);
      if (at != end && *at == ',') at = skip_space(at + 1, end);
    }
  }

  [[nodiscard]] static std::uint32_t hex4(const char* at, const char* end) noexcept {
    std::uint32_t code = 0;
    if (end - at >= 4) std::from_chars(at, at + 4, code, 16);
    return code;
  }
  // Decodes the escape whose backslash is directly before `at`. Returns the end of the escape.
  static const char* unescape(std::string& out, const char* at, const char* end) {
    if (*at != 'u') {
      constexpr std::string_view names = "bfnrt";
      constexpr std::string_view meant = "\b\f\n\r\t";
      const auto which = names.find(*at);
      out += which == std::string_view::npos ? *at : meant[which];
      return at + 1;
    }
    const auto rest = [&] { return static_cast<std::size_t>(end - at); };
    auto code = hex4(++at, end);
    at += rest() < 4 ? rest() : 4;
    if (code >= 0xD800 && code < 0xDC00 && rest() >= 6 && at[0] == '\\' && at[1] == 'u') {
      code = 0x10000 + ((code - 0xD800) << 10) + ((hex4(at + 2, end) - 0xDC00) & 0x3FF);
      at += 6;
    }
    append_utf8(out, code);
    return at;
  }

  std::string_view text_;
};

}  // namespace wandb::detail
// The name of a key in a server's list: the key itself on older servers, and its ID, the first part of it, on newer.

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace wandb::inline WANDB_ABI::detail {

/// The minimum sizes of a key's ID and of the rest of the key: a key has at least 40 characters, and its ID lacks the
/// last 20.
inline constexpr std::size_t min_key_id_size = 20;
inline constexpr std::size_t min_key_rest_size = 20;

/// Returns the ID of a key: the first of two parts if it begins with `wandb_v1_`, else all but its last 20 characters.
[[nodiscard]] constexpr std::string_view key_id_of(std::string_view key) noexcept {
  constexpr std::size_t first_part = 27;
  if (key.starts_with(key_mark_2026)) return key.substr(0, key_mark_2026.size() + first_part);
  return key.substr(0, key.size() - std::min(key.size(), min_key_rest_size));
}

/// Whether `name` is the key itself or its ID. For keys since 2026 it accepts an ID of any size between the minimums: a
/// shorter name is a label or a prefix that many keys share, and a longer one belongs to another key. The time does
/// not depend on where the two differ.
[[nodiscard]] inline bool is_name_of(std::string_view name, std::string_view key) noexcept {
  if (name.size() < min_key_id_size || name.size() > key.size()) return false;
  const auto rest = key.size() - name.size();
  const bool is_id = key.starts_with(key_mark_2026) ? rest >= min_key_rest_size : rest == min_key_rest_size;
  return (rest == 0 || is_id) && same_text(name, key.substr(0, name.size()));
}

}  // namespace wandb::detail

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
// The definitions of detail/call/.

#include <charconv>
#include <chrono>
#include <condition_variable>
#include <iterator>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

// The pace that many calls share: they all observe what the server asks of one of them.

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

// Reads from the headers of an answer how long to wait, and how many requests the server still accepts. It is usable at
// compile time.

#include <chrono>
#include <cstdint>
#include <optional>

// The header `Retry-After`. Usable at compile time.

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace wandb::inline WANDB_ABI {

namespace detail {

/// Seconds, fractions allowed: "120", "0.5". Nothing for anything else. More than a year is cut to a year.
[[nodiscard]] constexpr std::optional<std::chrono::nanoseconds> parse_seconds(std::string_view text) noexcept {
  constexpr std::int64_t year = 365LL * 24 * 3600;
  std::int64_t whole = 0;
  std::size_t i = 0;
  for (; i != text.size() && is_digit(text[i]); ++i) whole = std::min(whole * 10 + (text[i] - '0'), year);
  if (i == 0) return std::nullopt;
  std::int64_t fraction = 0;
  if (i != text.size() && text[i] == '.') {
    const auto point = i++;
    std::int64_t unit = 100'000'000;
    for (; i != text.size() && is_digit(text[i]); ++i, unit /= 10) fraction += (text[i] - '0') * unit;
    if (i == point + 1) return std::nullopt;
  }
  if (i != text.size()) return std::nullopt;
  return std::chrono::seconds(whole) + std::chrono::nanoseconds(fraction);
}

/// Takes a number of so many digits off the front of `text`; nothing where there is none.
[[nodiscard]] constexpr std::optional<int> take_number(std::string_view& text, std::size_t digits) noexcept {
  if (text.size() < digits) return std::nullopt;
  int number = 0;
  for (std::size_t i = 0; i != digits; ++i) {
    const char c = text[i] == ' ' && i == 0 && digits == 2 ? '0' : text[i];  // asctime pads the day with a space
    if (!is_digit(c)) return std::nullopt;
    number = number * 10 + (c - '0');
  }
  text.remove_prefix(digits);
  return number;
}

[[nodiscard]] constexpr bool take(std::string_view& text, std::string_view expected) noexcept {
  if (!text.starts_with(expected)) return false;
  text.remove_prefix(expected.size());
  return true;
}

[[nodiscard]] constexpr std::optional<unsigned> take_month(std::string_view& text) noexcept {
  constexpr std::array<std::string_view, 12> names{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  for (unsigned i = 0; i != names.size(); ++i) {
    if (take(text, names[i])) return i + 1;
  }
  return std::nullopt;
}

[[nodiscard]] constexpr std::optional<std::chrono::seconds> take_time(std::string_view& text) noexcept {
  const auto hour = take_number(text, 2);
  if (!hour || !take(text, ":")) return std::nullopt;
  const auto minute = take_number(text, 2);
  if (!minute || !take(text, ":")) return std::nullopt;
  const auto second = take_number(text, 2);
  if (!second || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
  return std::chrono::hours(*hour) + std::chrono::minutes(*minute) + std::chrono::seconds(*second);
}

[[nodiscard]] constexpr std::optional<std::chrono::sys_seconds> moment(
    int year, std::optional<unsigned> month, std::optional<int> day,
    std::optional<std::chrono::seconds> time) noexcept {
  if (!month || !day || !time) return std::nullopt;
  const auto date =
      std::chrono::year(year) / std::chrono::month(*month) / std::chrono::day(static_cast<unsigned>(*day));
  if (!date.ok()) return std::nullopt;
  return std::chrono::sys_days(date) + *time;
}

/// An HTTP date in any of its three forms (RFC 9110, 5.6.7); nothing for anything else.
[[nodiscard]] constexpr std::optional<std::chrono::sys_seconds> parse_http_date(std::string_view text,
                                                                                int current_year) noexcept {
  const auto comma = text.find(',');
  if (comma == text.npos) {  // asctime: "Sun Nov  6 08:49:37 1994"
    if (text.size() < 4 || text[3] != ' ') return std::nullopt;
    text.remove_prefix(4);
    const auto month = take_month(text);
    if (!take(text, " ")) return std::nullopt;
    const auto day = take_number(text, 2);
    if (!take(text, " ")) return std::nullopt;
    const auto time = take_time(text);
    if (!take(text, " ")) return std::nullopt;
    const auto year = take_number(text, 4);
    return year && text.empty() ? moment(*year, month, day, time) : std::nullopt;
  }
  const bool old = comma > 3;  // RFC 850: "Sunday, 06-Nov-94 08:49:37 GMT"
  const std::string_view gap = old ? "-" : " ";
  text.remove_prefix(comma + 1);
  if (!take(text, " ")) return std::nullopt;
  const auto day = take_number(text, 2);
  if (!take(text, gap)) return std::nullopt;
  const auto month = take_month(text);
  if (!take(text, gap)) return std::nullopt;
  auto year = take_number(text, old ? 2 : 4);
  if (!year || !take(text, " ")) return std::nullopt;
  if (old) {
    // Two digits mean the past when they would lie more than 50 years ahead.
    *year += current_year / 100 * 100;
    if (*year > current_year + 50) *year -= 100;
  }
  const auto time = take_time(text);
  return text == " GMT" ? moment(*year, month, day, time) : std::nullopt;
}

}  // namespace detail

/// The wait that a `Retry-After` header asks for: seconds (fractions allowed), or until an HTTP date. A date before
/// `now` is a wait of zero. Nothing for anything else.
[[nodiscard]] constexpr std::optional<std::chrono::nanoseconds> parse_retry_after(
    std::string_view text, std::chrono::system_clock::time_point now) noexcept {
  text = detail::trimmed(text);
  if (const auto seconds = detail::parse_seconds(text)) return seconds;
  const auto year = std::chrono::year_month_day(std::chrono::floor<std::chrono::days>(now)).year();
  const auto date = detail::parse_http_date(text, static_cast<int>(year));
  if (!date) return std::nullopt;
  const auto today = std::chrono::floor<std::chrono::seconds>(now);
  const auto wait = std::clamp(*date - today, std::chrono::seconds(0), std::chrono::seconds(365LL * 24 * 3600));
  return wait;
}

}  // namespace wandb

namespace wandb::inline WANDB_ABI::detail {

/// Returns how long an answer asks to wait before the next request; nothing if it does not say.
[[nodiscard]] constexpr std::optional<std::chrono::nanoseconds> asked_delay(
    int status, const HeadersView& headers, std::chrono::system_clock::time_point wall) noexcept {
  if (const auto value = headers.find("Retry-After")) {
    if (const auto asked = parse_retry_after(*value, wall)) return asked;
  }
  if (status != 429) return std::nullopt;
  const auto reset = headers.find("RateLimit-Reset");
  return reset ? parse_seconds(*reset) : std::nullopt;
}

/// Holds how many requests a server still accepts, and when it starts a new count.
struct RateLimit {
  std::int64_t remaining = 0;
  std::chrono::nanoseconds reset{};
};

/// Reads the `RateLimit-*` headers of an answer; returns nothing if one of the two is missing or not a number.
[[nodiscard]] constexpr std::optional<RateLimit> rate_limit(const HeadersView& headers) noexcept {
  const auto remaining = headers.find("RateLimit-Remaining");
  const auto reset = headers.find("RateLimit-Reset");
  if (!remaining || !reset) return std::nullopt;
  const auto count = parse_seconds(*remaining);  // parses any number, not only seconds
  const auto until = parse_seconds(*reset);
  if (!count || !until) return std::nullopt;
  return RateLimit{std::chrono::floor<std::chrono::seconds>(*count).count(), *until};
}

}  // namespace wandb::detail

namespace wandb::inline WANDB_ABI::detail {

/// Counts the requests that the server still accepts, and stores when this count ends. Reads no clock.
class Budget {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;
  /// This value means that there is nothing to wait for.
  static constexpr TimePoint none = TimePoint::min();

  /// Returns `none` if a request may be sent now, which then counts as in flight; otherwise returns when to ask again.
  [[nodiscard]] constexpr TimePoint enter(TimePoint now) noexcept {
    if (not_before_ > now) return not_before_;
    if (remaining_ && reset_ <= now) remaining_.reset();
    if (remaining_ && *remaining_ == 0) return reset_;
    if (remaining_) --*remaining_;
    ++in_flight_;
    return none;
  }

  /// Records that one request is no longer in flight.
  constexpr void leave() noexcept { --in_flight_; }

  /// Records what an answer asks for. Call it after `leave()` for its request.
  constexpr void observe(int status, const HeadersView& headers, TimePoint now,
                         std::chrono::system_clock::time_point wall, const RetryPolicy& policy) noexcept {
    const auto asked = asked_delay(status, headers, wall);
    if (status == 429 || (status == 503 && asked)) {
      not_before_ = std::max(not_before_, now + policy.capped(asked.value_or(policy.backoff(1, 0.0))));
    }
    const auto limit = rate_limit(headers);
    if (!limit) return;
    const auto reset = now + policy.capped(limit->reset);
    // The server may not have counted the requests in flight. The answers of one period, which lasts whole seconds, may
    // arrive in any order, so that the smallest number is the true one.
    const auto left = std::max<std::int64_t>(limit->remaining - in_flight_, 0);
    const bool same_period = remaining_ && now < reset_ && reset <= reset_ + std::chrono::seconds(1);
    remaining_ = same_period ? std::min(*remaining_, left) : left;
    reset_ = same_period ? std::max(reset_, reset) : reset;
  }

 private:
  TimePoint not_before_ = none;
  TimePoint reset_ = none;
  std::optional<std::int64_t> remaining_;  // valid until `reset_`; empty if there is no limit
  std::int64_t in_flight_ = 0;
};

/// A budget that calls on any thread share.
class Pace {
 public:
  /// Runs `f(Budget&)` under the lock.
  template <class F>
  auto with(F f) {
    const std::lock_guard lock(mutex_);
    return f(budget_);
  }

 private:
  std::mutex mutex_;
  Budget budget_;
};
using PacePtr = std::shared_ptr<Pace>;

/// A call that may have a pace. Its destructor ends what the call counts as in flight.
class PacedCall {
 public:
  using TimePoint = Budget::TimePoint;

  explicit PacedCall(PacePtr pace) noexcept : pace_(std::move(pace)) {}
  PacedCall(PacedCall&&) noexcept = default;  // the other call then has no pace
  PacedCall& operator=(PacedCall&&) = delete;
  ~PacedCall() { leave(); }

  /// Works as `Budget::enter`. A wait counts as over when it was made, even if the transport waited for a shorter time.
  [[nodiscard]] TimePoint enter(TimePoint now) {
    if (!pace_) return Budget::none;
    const auto not_before = pace_->with([&](Budget& budget) { return budget.enter(std::max(now, waited_until_)); });
    in_flight_ = not_before == Budget::none;
    return not_before;
  }
  /// Records that the call waits until that time, and does not ask earlier.
  void waits(TimePoint until) noexcept { waited_until_ = until; }

  /// Records that the request was answered.
  void answered(int status, const HeadersView& headers, TimePoint now, std::chrono::system_clock::time_point wall,
                const RetryPolicy& policy) {
    leave();
    if (pace_) pace_->with([&](Budget& budget) { budget.observe(status, headers, now, wall, policy); });
  }
  /// Ends what the call counts as in flight.
  void leave() {
    if (pace_ && std::exchange(in_flight_, false)) pace_->with([](Budget& budget) { budget.leave(); });
  }

 private:
  PacePtr pace_;
  TimePoint waited_until_ = Budget::none;
  bool in_flight_ = false;
};

}  // namespace wandb::detail
// Reads the caller's settings from options, environment variables and the netrc file.

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

// Splits and checks base URLs, also at compile time.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

// Host names and addresses in the normal form in which they are compared and sent.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace wandb::inline WANDB_ABI::detail {

/// Whether `text` is an IPv4 literal: four numbers up to 255.
[[nodiscard]] constexpr bool is_ipv4(std::string_view text) noexcept {
  for (int part = 0; part != 4; ++part) {
    std::size_t digits = 0;
    unsigned value = 0;
    while (digits < text.size() && digits < 4 && is_digit(text[digits]))
      value = value * 10 + static_cast<unsigned>(text[digits++] - '0');
    if (digits == 0 || value > 255 || (digits > 1 && text[0] == '0')) return false;
    text.remove_prefix(digits);
    if (part != 3 && (text.empty() || text[0] != '.')) return false;
    if (part != 3) text.remove_prefix(1);
  }
  return text.empty();
}

/// An IPv6 address, as its eight groups.
using Ipv6 = std::array<std::uint16_t, 8>;

/// Stores the numbers of an IPv4 literal in two groups.
constexpr void put_ipv4(std::string_view text, std::uint16_t* groups) noexcept {
  for (int part = 0; part != 4; ++part) {
    unsigned value = 0;
    while (!text.empty() && text[0] != '.') {
      value = value * 10 + static_cast<unsigned>(text[0] - '0');
      text.remove_prefix(1);
    }
    if (!text.empty()) text.remove_prefix(1);
    groups[part / 2] = static_cast<std::uint16_t>(groups[part / 2] * 256 + value);
  }
}

/// The groups before and after the `::` of an address, which has zeros between them.
class Ipv6Groups {
 public:
  [[nodiscard]] constexpr bool full() const noexcept { return count_ == groups_.size(); }
  constexpr void put(std::uint16_t group) noexcept { groups_[count_++] = group; }
  [[nodiscard]] constexpr bool put_tail(std::string_view ipv4) noexcept {
    if (count_ > 6 || !is_ipv4(ipv4)) return false;
    put_ipv4(ipv4, &groups_[count_]);
    count_ += 2;
    return true;
  }
  /// Returns false if there was a `::` already.
  [[nodiscard]] constexpr bool gap() noexcept {
    if (gap_) return false;
    gap_ = count_;
    return true;
  }
  [[nodiscard]] constexpr std::optional<Ipv6> address() const noexcept {
    if (!gap_) return full() ? std::optional(groups_) : std::nullopt;
    if (full()) return std::nullopt;
    Ipv6 address{};
    for (std::size_t i = 0; i != count_; ++i) address[i < *gap_ ? i : i + 8 - count_] = groups_[i];
    return address;
  }

 private:
  Ipv6 groups_{};
  std::size_t count_ = 0;
  std::optional<std::size_t> gap_;
};

/// Parses an IPv6 literal without brackets: eight groups, at most one `::`, and an optional IPv4 tail, but no zone.
[[nodiscard]] constexpr std::optional<Ipv6> parse_ipv6(std::string_view text) noexcept {
  Ipv6Groups groups;
  if (text.starts_with("::")) {
    if (!groups.gap()) return std::nullopt;
    text.remove_prefix(2);
  }
  while (!text.empty()) {
    std::size_t digits = 0;
    unsigned value = 0;
    while (digits < text.size() && digits < 5 && is_hex_digit(text[digits])) {
      const char c = to_lower(text[digits++]);
      value = value * 16 + static_cast<unsigned>(is_digit(c) ? c - '0' : c - 'a' + 10);
    }
    if (digits < text.size() && text[digits] == '.') {
      if (!groups.put_tail(text)) return std::nullopt;
      break;
    }
    if (digits == 0 || digits > 4 || groups.full()) return std::nullopt;
    groups.put(static_cast<std::uint16_t>(value));
    text.remove_prefix(digits);
    if (text.empty()) break;
    const bool gap = text.starts_with("::");
    if (gap ? !groups.gap() : text[0] != ':' || text.size() == 1) return std::nullopt;
    text.remove_prefix(gap ? 2 : 1);
  }
  return groups.address();
}

/// Whether an address is IPv4-mapped, as `::ffff:127.0.0.1`: the system connects to the IPv4 address.
[[nodiscard]] constexpr bool is_mapped(const Ipv6& address) noexcept {
  for (std::size_t i = 0; i != 5; ++i) {
    if (address[i] != 0) return false;
  }
  return address[5] == 0xFFFF;
}

/// A host, in brackets if it was written so, and what follows it.
struct HostAndRest {
  std::string_view host;
  std::string_view rest;  ///< empty, or in a valid text `:` and the port
};

/// Splits `host`, `host:port`, `[address]` or `[address]:port`. An IPv6 address without brackets has no port.
[[nodiscard]] constexpr HostAndRest split_host(std::string_view text) noexcept {
  auto end = text.find(':');
  if (text.starts_with('[')) {
    const auto close = text.find(']');
    end = close == text.npos ? text.npos : close + 1;
  } else if (parse_ipv6(text)) {
    end = text.npos;
  }
  return {text.substr(0, end), text.substr(std::min(end, text.size()))};
}

/// Whether a name is `localhost` or ends in `.localhost`, with or without a trailing dot. By RFC 6761 these names are
/// never sent to a name server.
[[nodiscard]] constexpr bool is_localhost(std::string_view host) noexcept {
  constexpr std::string_view name = "localhost";
  if (host.ends_with('.')) host.remove_suffix(1);
  if (host.size() < name.size() || !equal_ignoring_case(host.substr(host.size() - name.size()), name)) return false;
  return host.size() == name.size() || (host.size() > name.size() + 1 && host[host.size() - name.size() - 1] == '.');
}

/// Whether a host without brackets is this machine, judged by its name or address alone.
[[nodiscard]] constexpr bool is_loopback_host(std::string_view host) noexcept {
  if (is_localhost(host)) return true;
  if (is_ipv4(host)) return host.starts_with("127.");
  const auto address = parse_ipv6(host);
  if (!address) return false;
  return is_mapped(*address) ? (*address)[6] >> 8U == 127 : *address == Ipv6{0, 0, 0, 0, 0, 0, 0, 1};
}

inline void append_hex(std::string& text, unsigned group) {
  unsigned shift = 12;
  while (shift != 0 && group >> shift == 0) shift -= 4;
  for (;; shift -= 4) {
    text += "0123456789abcdef"[group >> shift & 0xFU];
    if (shift == 0) return;
  }
}

/// Formats an IPv6 address by RFC 5952.
[[nodiscard]] inline std::string to_text(const Ipv6& address) {
  std::string text;
  if (is_mapped(address)) {
    text = "::ffff:";
    for (const unsigned pair : {address[6], address[7]})
      text.append(std::to_string(pair >> 8U)).append(".").append(std::to_string(pair & 0xFFU)).append(".");
    text.pop_back();
    return text;
  }
  // `::` replaces the longest run of at least two zeros; the first, if several are equally long.
  std::size_t begin = 0;
  std::size_t length = 1;
  for (std::size_t i = 0; i != address.size(); ++i) {
    std::size_t zeros = 0;
    while (i + zeros != address.size() && address[i + zeros] == 0) ++zeros;
    if (zeros <= length) continue;
    begin = i;
    length = zeros;
  }
  for (std::size_t i = 0; i != address.size(); ++i) {
    if (length > 1 && i == begin) {
      text += "::";
      i += length - 1;
      continue;
    }
    if (!text.empty() && text.back() != ':') text += ':';
    append_hex(text, address[i]);
  }
  return text;
}

/// Returns a host's normal form: lower case, without a trailing dot; an IPv6 address without brackets, by RFC 5952.
[[nodiscard]] inline std::string normal_host(std::string_view host) {
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  if (const auto address = parse_ipv6(host)) return to_text(*address);
  if (host.size() > 1 && host.ends_with('.')) host.remove_suffix(1);
  return in_lower_case(host);
}

/// Formats a host in normal form for a URL, with the port if that is not the scheme's default.
[[nodiscard]] inline std::string host_and_port(std::string_view host, std::uint16_t port, std::uint16_t usual) {
  const bool ipv6 = host.find(':') != host.npos;
  std::string text;
  text.append(ipv6 ? "[" : "").append(host).append(ipv6 ? "]" : "");
  if (port != usual) text.append(":").append(std::to_string(port));
  return text;
}

}  // namespace wandb::detail

namespace wandb::inline WANDB_ABI::detail {

/// The parts of a base URL, as views of its text.
struct BaseUrl {
  bool tls = true;
  std::string_view host;  ///< a name, an IPv4 literal, or an IPv6 literal without its brackets
  std::uint16_t port = 443;
  bool explicit_port = false;
  std::string_view host_port;  ///< as in the `Host` header
  std::string_view path;       ///< without a trailing slash; empty for none

  /// Whether the host is this machine, judged by its name or address alone.
  [[nodiscard]] constexpr bool is_loopback() const noexcept { return is_loopback_host(host); }
};

/// The faults of a base URL.
enum class UrlFault : std::uint8_t {
  none,
  empty,
  character,
  scheme,
  user_info,
  no_host,
  host,
  key,
  ipv6,
  port,
  path,
  query,
  wrong_wandb_host
};

struct UrlSplit {
  BaseUrl url;
  UrlFault fault = UrlFault::none;
};

/// Whether a host is a registered name (labels of letters, digits, `-` and `_`) or an IPv4 literal.
[[nodiscard]] constexpr bool is_host_name(std::string_view text) noexcept {
  if (text.empty() || text.size() > 253 || text.front() == '.') return false;
  bool numeric = true;
  for (std::size_t i = 0; i != text.size(); ++i) {
    const char c = text[i];
    if (!is_letter(c) && !is_digit(c) && c != '-' && c != '_' && c != '.') return false;
    if (c == '.' && i + 1 != text.size() && text[i + 1] == '.') return false;
    numeric = numeric && (is_digit(c) || c == '.');
  }
  return !numeric || is_ipv4(text);
}

[[nodiscard]] constexpr bool ends_with_ignoring_case(std::string_view text, std::string_view end) noexcept {
  return text.size() >= end.size() && equal_ignoring_case(text.substr(text.size() - end.size()), end);
}

/// Whether a path can be sent unchanged: it has no query, no dot segments, and only complete percent escapes.
[[nodiscard]] constexpr UrlFault check_path(std::string_view path) noexcept {
  for (std::size_t i = 0; i != path.size(); ++i) {
    if (path[i] == '?' || path[i] == '#') return UrlFault::query;
    if (path[i] == '[' || path[i] == ']') return UrlFault::character;
    if (path[i] == '%' && (path.size() - i < 3 || !is_hex_digit(path[i + 1]) || !is_hex_digit(path[i + 2])))
      return UrlFault::path;
    if (path[i] != '/') continue;
    const auto segment = path.substr(i + 1, path.substr(i + 1).find('/'));
    if (segment == "." || segment == "..") return UrlFault::path;
  }
  return UrlFault::none;
}

/// Returns the position of the first character that a URL must not contain, or not begin with; `npos` if there is none.
[[nodiscard]] constexpr std::size_t find_url_stray(std::string_view text) noexcept {
  constexpr std::string_view never = "\\\"<>^`{|}";
  for (std::size_t i = 0; i != text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte <= 0x20 || byte >= 0x7F || never.find(text[i]) != never.npos || (i == 0 && text[i] == '\'')) return i;
  }
  return text.npos;
}

/// Splits `host[:port]` into `url`.
[[nodiscard]] constexpr UrlFault split_authority(std::string_view authority, BaseUrl& url) noexcept {
  std::string_view rest;
  if (authority.starts_with('[')) {
    const auto close = authority.find(']');
    if (close == authority.npos) return UrlFault::ipv6;
    url.host = authority.substr(1, close - 1);
    if (!parse_ipv6(url.host)) return UrlFault::ipv6;
    rest = authority.substr(close + 1);
  } else {
    const auto colon = authority.find(':');
    url.host = authority.substr(0, colon);
    if (url.host.empty()) return UrlFault::no_host;
    if (!is_host_name(url.host)) return UrlFault::host;
    // Otherwise the text would be sent to name servers.
    if (is_pasted_key(url.host.substr(0, url.host.size() - (url.host.ends_with('.') ? 1 : 0)), true)) {
      url.host = {};
      return UrlFault::key;
    }
    rest = colon == authority.npos ? std::string_view{} : authority.substr(colon);
  }
  url.port = url.tls ? 443 : 80;
  url.host_port = authority;
  if (rest.empty()) return UrlFault::none;
  const auto port = parse_number(rest.substr(1), 65'535);
  if (rest[0] != ':' || port.value_or(0) == 0) return UrlFault::port;
  const bool usual = *port == url.port;
  url.port = static_cast<std::uint16_t>(*port);
  url.explicit_port = true;
  if (usual) url.host_port = authority.substr(0, authority.size() - rest.size());
  return UrlFault::none;
}

/// Rejects hosts of wandb.ai other than the API. Removes a trailing dot from the API's name, since the name in the
/// certificate has none.
[[nodiscard]] constexpr UrlFault check_wandb_host(BaseUrl& url) noexcept {
  auto name = url.host;
  if (name.ends_with('.')) name.remove_suffix(1);
  if (!equal_ignoring_case(name, "wandb.ai") && !ends_with_ignoring_case(name, ".wandb.ai")) return UrlFault::none;
  if (!url.tls || !equal_ignoring_case(name, "api.wandb.ai") || url.port != 443 || !url.path.empty())
    return UrlFault::wrong_wandb_host;
  url.host = url.host_port = name;
  return UrlFault::none;
}

/// Splits and checks a base URL. `url` gets views of `text`; if there is a fault, the parts before it.
[[nodiscard]] constexpr UrlSplit split_base_url(std::string_view text) noexcept {
  UrlSplit split;
  const auto fail = [&](UrlFault fault) {
    split.fault = fault;
    return split;
  };
  if (text.empty()) return fail(UrlFault::empty);
  if (find_url_stray(text) != text.npos) return fail(UrlFault::character);
  const auto colon = text.find("://");
  if (colon == text.npos) return fail(UrlFault::scheme);
  if (equal_ignoring_case(text.substr(0, colon), "http")) split.url.tls = false;
  else if (!equal_ignoring_case(text.substr(0, colon), "https")) return fail(UrlFault::scheme);
  text.remove_prefix(colon + 3);
  const auto slash = text.find_first_of("/?#");
  const auto authority = text.substr(0, slash);
  if (authority.find('@') != authority.npos) return fail(UrlFault::user_info);
  if (const auto fault = split_authority(authority, split.url); fault != UrlFault::none) return fail(fault);
  auto path = slash == text.npos ? std::string_view{} : text.substr(slash);
  while (path.ends_with('/')) path.remove_suffix(1);
  if (const auto fault = check_path(path); fault != UrlFault::none) return fail(fault);
  split.url.path = path;
  if (const auto fault = check_wandb_host(split.url); fault != UrlFault::none) return fail(fault);
  return split;
}

/// Describes a fault, as the end of a sentence.
[[nodiscard]] constexpr std::string_view reason_for(UrlFault fault) noexcept {
  switch (fault) {
    case UrlFault::none: return " is usable";
    case UrlFault::empty: return " is empty; it looks like https://host or https://host/path";
    case UrlFault::character: return ", which no URL has there";
    case UrlFault::scheme: return " does not begin with https:// or http://";
    case UrlFault::user_info: return " holds a user name or password; give the API key apart from it";
    case UrlFault::no_host: return " has no host; it looks like https://host or https://host/path";
    case UrlFault::key: return " is no server's: an API key stands in the place of the host";
    case UrlFault::host: return " has no valid host name";
    case UrlFault::ipv6: return " has no valid IPv6 address in its brackets (zones are not supported)";
    case UrlFault::port: return " has a port that is not a number from 1 to 65535";
    case UrlFault::path: return " has a path with dot segments or a broken percent escape";
    case UrlFault::query: return " has a query or a fragment, which a base URL must not";
    case UrlFault::wrong_wandb_host: return " is not the API of wandb.ai; use https://api.wandb.ai";
  }
  return {};
}

/// Describes an invalid character of a URL by its kind and position. The character itself may be part of a password.
[[nodiscard]] inline std::string describe_url_stray(std::string_view url) {
  auto at = find_url_stray(url);
  // Brackets are allowed around an address only, so not behind the host.
  if (at == url.npos) at = url.find_first_of("[]", url.find_first_of("/?#", url.find("://") + 3));
  if (at == url.npos) return {};
  const char c = url[at];
  auto kind = kind_of_stray(c);
  if (c == '\\') kind = "a backslash";
  else if (std::string_view("<>[]{}").find(c) != std::string_view::npos) kind = "a bracket";
  else if (c == '^' || c == '|') kind = "a character";
  return " holds " + std::string(kind) + " at position " + std::to_string(at + 1);
}

/// Describes a fault with the URL and `source`, the name of its setting, if it has one. Leaves out a user name, a
/// password, a query, and a key in place of the host.
[[nodiscard]] inline std::string describe(UrlFault fault, std::string_view url, std::string_view source = {}) {
  const bool private_part = fault == UrlFault::character || url.find('@') != url.npos;
  const auto printable = url.substr(0, url.find_first_of("?#"));
  auto text = std::string("the base URL");
  if (!private_part) text.append(" \"").append(mask_pasted_keys(printable, fault != UrlFault::scheme)).append("\"");
  if (!source.empty()) text.append(" from ").append(source);
  if (fault == UrlFault::character) text += describe_url_stray(url);
  return text.append(reason_for(fault));
}

}  // namespace wandb::detail
// Federated identity: access tokens, for which identity tokens are exchanged.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

// The file in which access tokens are kept between runs of programs. The service's own client uses the same file.

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace wandb::inline WANDB_ABI::detail {

/// An access token, whose it is, and when it expires.
struct StoredToken {
  Secret token;
  std::chrono::system_clock::time_point expires;
  std::string subject = {};  ///< the `sub` of the identity token; empty if it is not known
};

// The maximum time to wait for another program that writes the file.
inline constexpr std::chrono::seconds max_file_wait{1};

// The file saves exchanges, and no call depends on it. So neither function reports why a file cannot be used: the
// token is then exchanged anew.

/// Returns the access token for a server; nothing if the file has none that can be read.
[[nodiscard]] WANDB_DECL std::optional<StoredToken> read_stored_token(const std::string& file,
                                                                      std::string_view base_url);

/// Writes the access token for a server with the member `sub`, and keeps all else that the file holds. The file is
/// replaced as a whole, and only its owner may read it. A file that is not of this format stays as it is. Programs that
/// write at the same time wait for each other, for `patience` at most, by a lock on a file of the same name that ends
/// in
/// `.lock`. Returns whether the token was written.
WANDB_DECL bool store_token(const std::string& file, std::string_view base_url, const StoredToken& stored,
                            std::chrono::nanoseconds patience = max_file_wait);

}  // namespace wandb::detail

// Base64, and the `Authorization` header.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace wandb::inline WANDB_ABI::detail {

/// Calls `put(char)` for each character of the base64 form of `first` followed by `second`.
template <class Put>
constexpr void encode_base64(std::string_view first, std::string_view second, Put put) {
  constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const auto size = first.size() + second.size();
  const auto byte = [&](std::size_t i) -> unsigned {
    if (i >= size) return 0;
    return static_cast<unsigned char>(i < first.size() ? first[i] : second[i - first.size()]);
  };
  for (std::size_t i = 0; i < size; i += 3) {
    const unsigned group = byte(i) << 16 | byte(i + 1) << 8 | byte(i + 2);
    put(digits[group >> 18]);
    put(digits[group >> 12 & 63]);
    put(i + 1 < size ? digits[group >> 6 & 63] : '=');
    put(i + 2 < size ? digits[group & 63] : '=');
  }
}

/// Decodes base64url without padding, as in a JWT; nothing for any other text.
[[nodiscard]] inline std::optional<std::string> decode_base64url(std::string_view text) {
  constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  if (text.size() % 4 == 1) return std::nullopt;
  std::string out;
  std::uint32_t group = 0;
  for (std::size_t i = 0; i != text.size(); ++i) {
    const auto digit = digits.find(text[i]);
    if (digit == digits.npos) return std::nullopt;
    group = group << 6 | static_cast<std::uint32_t>(digit);
    if (i % 4 != 0) out += static_cast<char>(group >> (6 - 2 * (i % 4)) & 0xFF);
  }
  return out;
}

/// Returns the part of an `Authorization` header that is secret.
[[nodiscard]] constexpr std::string_view token_of(std::string_view authorization) noexcept {
  return authorization.substr(authorization.find(' ') + 1);
}

/// Returns the value of `Authorization` for HTTP Basic: the service's fixed user name "api", and `secret`.
[[nodiscard]] inline SecureString basic_authorization(std::string_view secret) {
  constexpr std::string_view scheme = "Basic ";
  constexpr std::string_view user = "api:";
  SecureString header;
  header.reserve(scheme.size() + (user.size() + secret.size() + 2) / 3 * 4);
  header = scheme;
  encode_base64(user, secret, [&](char c) { header += c; });
  return header;
}

}  // namespace wandb::detail

namespace wandb::inline WANDB_ABI::detail {

/// An access token of the server.
struct AccessToken {
  SecureString authorization;  ///< the `Authorization` header
  Secret assertion;            ///< the identity token that it was exchanged for, or that was current when it was read
  std::chrono::system_clock::time_point expires;
  std::uint64_t number = 0;  ///< its number among the access tokens of the federation, from 1
  bool from_file = false;    ///< whether it was read from the credentials file, so that it may be old

  /// The part of the header that is the token.
  [[nodiscard]] std::string_view token() const noexcept { return token_of(authorization); }
};
using AccessTokenPtr = std::shared_ptr<const AccessToken>;

/// Whether `Authorization: Bearer` may carry a text (RFC 6750, `b64token`), which is not longer than a header may be.
[[nodiscard]] constexpr bool is_bearer_token(std::string_view text) noexcept {
  constexpr std::string_view others = "-._~+/=";
  for (const char c : text) {
    if (!is_letter(c) && !is_digit(c) && others.find(c) == others.npos) return false;
  }
  return !text.empty() && text.size() <= std::size_t{64} * 1024;
}

/// Returns the claim `sub` of a JWT, which is not verified; empty if there is none.
[[nodiscard]] WANDB_DECL std::string subject_of_jwt(std::string_view jwt);

/// The access tokens of one identity token at one server. One call at a time exchanges the identity token, and the
/// other calls wait for it. Thread-safe.
class Federation {
 public:
  using WallTime = std::chrono::system_clock::time_point;
  /// An access token counts as expired this long before it is, so that it stays valid on its way.
  static constexpr std::chrono::minutes early{5};

  /// `giver` names what gave the identity token. `file` keeps the access tokens; if it is empty, none does.
  /// `file_source` says where its path is from.
  Federation(IdentityToken token, std::string_view giver, std::string file = {}, std::string base_url = {},
             std::string_view file_source = {});

  /// The file and the setting or function that the identity token comes from.
  [[nodiscard]] const std::string& source() const noexcept { return source_; }
  /// The file that keeps the access tokens, and where its path is from.
  [[nodiscard]] const std::string& file() const noexcept { return file_; }
  [[nodiscard]] const std::string& file_source() const noexcept { return file_source_; }
  /// Reads the identity token anew. Fails with the error of its source, or with `errc::unreadable_credentials` if it
  /// does not have the shape of a JWT.
  [[nodiscard]] Result<Secret> read_assertion(const ReadLimit& limit) const;
  /// Returns the access token that the file has, unless it has expired, is not known to be for the `sub` of
  /// `assertion`, or an access token was rejected.
  [[nodiscard]] AccessTokenPtr read_stored(const Secret& assertion, WallTime now);
  /// Makes an access token, and writes it into the file, for which it waits for `patience` at most.
  [[nodiscard]] AccessTokenPtr store(StoredToken fresh, const Secret& assertion,
                                     std::chrono::nanoseconds patience = max_file_wait);

  /// What a call has to do.
  struct Access {
    AccessTokenPtr token;          ///< use this access token
    std::optional<Error> failure;  ///< fail, as the exchange did for which the call waited
    /// Neither: make this exchange if `claimed`, and else wait for it and ask again.
    std::uint64_t exchange = 0;
    bool claimed = false;
  };
  /// Answers a call that has waited for the exchange of number `waited_for`; 0 if it has not waited.
  [[nodiscard]] Access ask(std::uint64_t waited_for, WallTime now);
  /// Ends the exchange that the call has claimed, with a result that all who wait for it take as well.
  void end(Result<AccessTokenPtr> result);
  /// Ends it without a result, so that another call makes it.
  void abandon();
  /// Drops a token that the server has rejected.
  void drop(const AccessToken& token);

  /// The last access token, dropped or not; null if there was none.
  [[nodiscard]] AccessTokenPtr last() const;
  /// Whether the identity token may be that of the person with this e-mail: its `sub` is the e-mail, or is not known
  /// yet.
  [[nodiscard]] bool may_belong_to(std::string_view email) const;

 private:
  [[nodiscard]] AccessTokenPtr make(const StoredToken& stored, const Secret& assertion, bool from_file);

  IdentityToken token_;
  std::string source_;
  std::string file_;
  std::string base_url_;
  std::string file_source_;

  mutable std::mutex mutex_;  // guards what follows
  AccessTokenPtr last_;
  std::optional<Error> failure_;  // of the last exchange that ended with a result
  std::uint64_t tokens_ = 0;      // the number of access tokens so far
  std::uint64_t exchanges_ = 0;   // the number of exchanges so far
  std::uint64_t ended_ = 0;       // the last exchange that ended with a result
  bool exchanging_ = false;
  bool dropped_ = false;  // whether the server has rejected `last_`
};

/// The right to make the exchange, which a call has claimed. It is abandoned if the call ends without a result, also if
/// its coroutine is destroyed.
class ExchangeClaim {
 public:
  ExchangeClaim() = default;
  explicit ExchangeClaim(std::shared_ptr<Federation> federation) noexcept : federation_(std::move(federation)) {}
  ExchangeClaim(ExchangeClaim&&) noexcept = default;
  ExchangeClaim& operator=(ExchangeClaim&& other) noexcept {
    std::swap(federation_, other.federation_);
    return *this;
  }
  ~ExchangeClaim() {
    if (federation_) federation_->abandon();
  }

  [[nodiscard]] bool held() const noexcept { return federation_ != nullptr; }
  void end(Result<AccessTokenPtr> result) {
    if (federation_) federation_->end(std::move(result));
    federation_.reset();
  }

 private:
  std::shared_ptr<Federation> federation_;
};

}  // namespace wandb::detail

// Home directories, and paths that begin with `~`.

#if !defined(_WIN32)
#include <pwd.h>
#include <unistd.h>
#endif

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <string>
#include <vector>

namespace wandb::inline WANDB_ABI::detail {

/// Returns the home directory of an account in the system's database, or of the process's account if `name` is empty;
/// empty if the account is unknown.
[[nodiscard]] inline std::string account_home([[maybe_unused]] const std::string& name) {
#if defined(_WIN32)
  return {};
#else
  constexpr std::size_t enough = std::size_t{1} << 20;
  for (std::vector<char> room(1024); room.size() <= enough; room.resize(room.size() * 4)) {
    passwd entry{};
    passwd* found = nullptr;
    const int rc = name.empty() ? ::getpwuid_r(::getuid(), &entry, room.data(), room.size(), &found)
                                : ::getpwnam_r(name.c_str(), &entry, room.data(), room.size(), &found);
    if (rc == ERANGE) continue;
    return found != nullptr && found->pw_dir != nullptr ? std::string(found->pw_dir) : std::string();
  }
  return {};
#endif
}

/// Returns the caller's home directory: `HOME`, else that of the account; empty if there is neither.
/// `Environment::none()` has no home directory.
[[nodiscard]] inline std::string home_directory(const Environment& environment) {
  if (const auto home = environment.get("HOME"); !home.empty()) return std::string(home);
#if defined(_WIN32)
  if (const auto home = environment.get("USERPROFILE"); !home.empty()) return std::string(home);
#endif
  return environment.look_up == nullptr ? std::string() : account_home({});
}

/// Expands a `~` or `~name` at the beginning of `path`, if that home directory is known.
[[nodiscard]] inline std::string expand_home(const std::string& path, const Environment& environment) {
  if (!path.starts_with('~')) return path;
  const auto end = std::min(path.find('/'), path.size());
  const auto name = path.substr(1, end - 1);
  auto home = name.empty() ? home_directory(environment) : account_home(name);
  if (home.empty()) return path;
  return home.append(path, end, path.npos);
}

}  // namespace wandb::detail
// The credentials of a request, and whether their owner was verified.

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace wandb::inline WANDB_ABI::detail {

/// The known attributes that identify a user. Each text may be empty.
struct Person {
  std::string id;
  std::string username;
  std::string email;

  [[nodiscard]] bool known() const noexcept { return !id.empty() || !username.empty() || !email.empty(); }
  /// Whether `other` is the same user, judged by the most reliable attribute that is known of this one.
  [[nodiscard]] bool is(std::string_view other_id, std::string_view other_username,
                        std::string_view other_email) const noexcept {
    if (!id.empty()) return id == other_id;
    if (!email.empty()) return equal_ignoring_case(email, other_email);
    return !username.empty() && username == other_username;
  }
};

class Federation;

/// Credentials with their expected owner: a secret with its `Authorization` header, or a federated identity, whose
/// access tokens the federation has. Shared by all handles that use them.
class Identity {
 public:
  /// Makes the identity of the caller, who may be anybody. `source` says where the secret came from.
  explicit Identity(Secret secret, std::string source = {})
      : secret_(std::move(secret)),
        authorization_(basic_authorization(secret_.reveal())),
        source_(std::move(source)),
        standing_(Standing::proven) {}
  /// Makes the identity of `owner`. It must be verified before the secret is used.
  Identity(Secret secret, Person owner, std::string source = {}) : Identity(std::move(secret), std::move(source)) {
    owner_ = std::move(owner);
    standing_ = Standing::unproven;
  }

  // `federation.hpp` brings the definitions of the next two.
  /// Makes the federated identity of the caller, who may be anybody.
  explicit Identity(std::shared_ptr<Federation> federation);
  /// Makes the federated identity of `owner`. Each of its access tokens must be verified before it is used.
  Identity(std::shared_ptr<Federation> federation, Person owner);

  /// Null for a secret. A federated identity has neither secret nor header of its own.
  [[nodiscard]] const std::shared_ptr<Federation>& federation() const noexcept { return federation_; }
  [[nodiscard]] const Secret& secret() const noexcept { return secret_; }
  [[nodiscard]] std::string_view authorization() const noexcept { return authorization_; }
  /// The part of the header that contains the secret.
  [[nodiscard]] std::string_view token() const noexcept { return token_of(authorization_); }
  /// The setting, file or function that the secret came from; empty if the server sent it.
  [[nodiscard]] const std::string& source() const noexcept { return source_; }
  [[nodiscard]] const Person& owner() const noexcept { return owner_; }
  [[nodiscard]] bool proven() const noexcept { return standing() == Standing::proven; }
  /// Whether requests need no further proof. A federated identity is proven for one access token at a time, since its
  /// next identity token may be another person's. `token` is the access token's number; 0 for a secret.
  [[nodiscard]] bool proven(std::uint64_t token) const noexcept {
    if (!proven() || !federation_) return proven();
    const auto known = proven_token_.load(std::memory_order_relaxed);
    return known == token || known == every_token;
  }
  void prove(std::uint64_t token) const noexcept {
    proven_token_.store(token, std::memory_order_relaxed);
    standing_.store(Standing::proven, std::memory_order_release);
  }
  /// Whether the server rejected the secret, or showed that it belongs to somebody else.
  [[nodiscard]] bool refused() const noexcept { return unknown() || standing() == Standing::another; }
  /// Whether the server does not know the secret: it was deleted, or never was a key.
  [[nodiscard]] bool unknown() const noexcept { return standing() == Standing::unknown; }
  void refuse(bool known) const noexcept {
    standing_.store(known ? Standing::another : Standing::unknown, std::memory_order_release);
  }

 private:
  enum class Standing : std::uint8_t { unproven, proven, unknown, another };
  [[nodiscard]] Standing standing() const noexcept { return standing_.load(std::memory_order_acquire); }

  static constexpr auto every_token = ~std::uint64_t{0};

  Secret secret_;
  SecureString authorization_;
  std::shared_ptr<Federation> federation_;
  std::string source_;
  Person owner_;
  mutable std::atomic<std::uint64_t> proven_token_{0};
  mutable std::atomic<Standing> standing_{Standing::unproven};
};

using IdentityPtr = std::shared_ptr<const Identity>;

}  // namespace wandb::detail
// Parses the netrc file, which holds passwords of machines.

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

// Reads a file of secrets into memory that is wiped, with limits on its size and on the time.

#if defined(_WIN32)
#include <cstdio>
#else
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>
#endif

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace wandb::inline WANDB_ABI::detail {

// The maximum size of such a file, and the maximum time to read a pipe or another special file.
inline constexpr std::size_t largest_secret_file = std::size_t{1} << 20;
inline constexpr std::chrono::seconds max_secret_read{5};

enum class FileKind : std::uint8_t { none, regular, special };

/// What is at `path`. A directory counts as none, as does what the caller cannot look at: another account's home, for
/// instance. A special file is a pipe, for example.
[[nodiscard]] inline FileKind kind_of_file([[maybe_unused]] const std::string& path) {
#if !defined(_WIN32)
  struct stat about {};
  if (::stat(path.c_str(), &about) != 0 || S_ISDIR(about.st_mode)) return FileKind::none;
  if (!S_ISREG(about.st_mode)) return FileKind::special;
#endif
  return FileKind::regular;
}

/// What ends the reading of a pipe early: the deadline of a call, or a stop that its caller requests.
struct ReadLimit {
  std::chrono::steady_clock::time_point deadline = std::chrono::steady_clock::time_point::max();
  StopToken stop = {};
};

/// A file that is read without a buffer, in which a copy of the secrets would remain.
class SecretFile {
 public:
#if defined(_WIN32)
  SecretFile(const std::string& path, const ReadLimit&) : file_(std::fopen(path.c_str(), "rb"), &std::fclose) {
    if (file_) std::setvbuf(file_.get(), nullptr, _IONBF, 0);
    else error_ = errno;
  }
  [[nodiscard]] std::size_t read(char* data, std::size_t size) {
    const auto count = std::fread(data, 1, size, file_.get());
    if (std::ferror(file_.get()) != 0) error_ = errno;
    return count;
  }
#else
  // Without this flag, opening and reading a pipe would block until somebody writes to it.
  SecretFile(const std::string& path, const ReadLimit& limit)
      : file_(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY)), stop_(limit.stop) {
    until_ = std::min(std::chrono::steady_clock::now() + max_secret_read, limit.deadline);
    if (file_ < 0) error_ = errno;
  }
  SecretFile(const SecretFile&) = delete;
  SecretFile& operator=(const SecretFile&) = delete;
  ~SecretFile() {
    if (file_ >= 0) ::close(file_);
  }
  /// Reads some bytes. Returns 0 at the end or if there is an `error()`.
  [[nodiscard]] std::size_t read(char* data, std::size_t size) {
    for (;;) {
      const auto count = ::read(file_, data, size);
      if (count > 0) {
        writer_seen_ = true;
        return static_cast<std::size_t>(count);
      }
      // A pipe reports its end after its last writer closed it, but also before the first one opened it.
      if (count == 0 && (writer_seen_ || !is_pipe())) return 0;
      if (count < 0 && errno == EINTR) continue;
      if (count < 0 && errno != EAGAIN) error_ = errno;
      else if (!wait()) error_ = stop_.stop_requested() ? ECANCELED : ETIMEDOUT;
      if (error_ != 0) return 0;
    }
  }
#endif
  /// The value of `errno`; 0 if there is no error. `ETIMEDOUT` means that no data came in time, and `ECANCELED`
  /// that a stop was requested.
  [[nodiscard]] int error() const noexcept { return error_; }

 private:
#if defined(_WIN32)
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> file_;
#else
  [[nodiscard]] bool is_pipe() const noexcept {
    struct stat about {};
    return ::fstat(file_, &about) == 0 && S_ISFIFO(about.st_mode);
  }
  /// Waits for data or the end. Returns false if the time is over or a stop was requested.
  [[nodiscard]] bool wait() {
    for (;;) {
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(until_ - std::chrono::steady_clock::now());
      if (left.count() <= 0 || stop_.stop_requested()) return false;
      constexpr int look_again = 20;  // in milliseconds: poll() does not see a stop
      pollfd waiting{file_, POLLIN, 0};
      const int ready = ::poll(&waiting, 1, std::min(static_cast<int>(left.count()), look_again));
      if (ready > 0) writer_seen_ = true;
      if (ready > 0 || (ready < 0 && errno != EINTR)) return ready > 0;
    }
  }

  int file_;
  bool writer_seen_ = false;
  StopToken stop_;
  std::chrono::steady_clock::time_point until_;
#endif
  int error_ = 0;
};

/// Returns the text of a file, or nothing if the file does not exist. Fails with an error that names the file:
/// `errc::unreadable_credentials`, or `errc::timed_out` or `errc::cancelled` if `limit` ended the reading.
[[nodiscard]] inline Result<std::optional<SecureString>> read_secret_file(const std::string& path,
                                                                          const ReadLimit& limit = {}) {
  const auto fail = [&](const std::string& why, errc code = errc::unreadable_credentials) {
    return Error(make_error_code(code), "cannot read " + mask_pasted_keys(path) + ": " + why, Delivery::nothing_sent);
  };
  SecretFile file(path, limit);
  if (file.error() == ENOENT || file.error() == ENOTDIR) return std::optional<SecureString>();
  SecureString text(4096, '\0');
  std::size_t size = 0;
  while (file.error() == 0) {
    const auto count = file.read(text.data() + size, text.size() - size);
    if (count == 0) break;
    size += count;
    if (size == text.size() && size >= largest_secret_file) return fail("it is larger than 1 MiB");
    if (size == text.size()) text.resize(text.size() * 2);
  }
  if (file.error() == ECANCELED) return fail("a stop was requested before anything came out of it", errc::cancelled);
  if (file.error() == ETIMEDOUT && std::chrono::steady_clock::now() >= limit.deadline) {
    return fail("nothing came out of it before the deadline of the call", errc::timed_out);
  }
  if (file.error() == ETIMEDOUT) {
    return fail("nothing came out of it within " + std::to_string(max_secret_read.count()) + " s");
  }
  if (file.error() != 0) return fail(std::strerror(file.error()));
  text.resize(size);
  return std::optional<SecureString>(std::move(text));
}

}  // namespace wandb::detail
// The encoding of text files that people edit.

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

namespace wandb::inline WANDB_ABI::detail {

/// Returns `text` without the byte order mark that some editors write before UTF-8.
[[nodiscard]] constexpr std::string_view without_mark(std::string_view text) noexcept {
  constexpr std::string_view mark = "\xEF\xBB\xBF";
  if (text.starts_with(mark)) text.remove_prefix(mark.size());
  return text;
}

/// Whether a text is UTF-16: it has a byte order mark, or its first characters are ASCII with a zero byte each.
[[nodiscard]] constexpr bool is_utf16(std::string_view text) noexcept {
  if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF")) return true;
  if (text.size() < 2 || (text[0] == '\0') == (text[1] == '\0')) return false;
  for (std::size_t i = 2; i != std::min<std::size_t>(text.size(), 4); ++i) {
    if ((text[i] == '\0') != (text[i - 2] == '\0')) return false;
  }
  return true;
}

/// Returns the line and the encoding fault of a text, and none of its characters; empty if there is no fault.
[[nodiscard]] inline std::string encoding_fault(std::string_view text) {
  if (is_utf16(text)) return "line 1: the text is UTF-16; save it as UTF-8";
  const auto at = text.find('\0');
  if (at == text.npos) return {};
  const auto line = std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(at), '\n') + 1;
  return "line " + std::to_string(line) + ": a NUL character stands there, which no text has; save it as UTF-8";
}

}  // namespace wandb::detail

namespace wandb::inline WANDB_ABI::detail {

/// The meaning of a word of a netrc file at a place where no value is expected.
enum class NetrcWord : std::uint8_t { unknown, extension, macdef, fallback, machine, login, account, password };

/// Returns a word's meaning. `user` means `login`, as in Python. Extensions are keywords of other programs, whose
/// values are ignored.
[[nodiscard]] constexpr NetrcWord netrc_word(std::string_view word) noexcept {
  // As in curl, these two are recognised in any case, so that the previous entry always ends.
  if (equal_ignoring_case(word, "machine")) return NetrcWord::machine;
  if (equal_ignoring_case(word, "default")) return NetrcWord::fallback;
  if (word == "login" || word == "user") return NetrcWord::login;
  if (word == "account") return NetrcWord::account;
  if (word == "password") return NetrcWord::password;
  if (word == "macdef") return NetrcWord::macdef;
  for (const std::string_view extension : {"port", "protocol", "path", "realm"}) {
    if (word == extension) return NetrcWord::extension;
  }
  return NetrcWord::unknown;
}

/// Splits a netrc file into tokens. They are separated by white space, or quoted, with `\` as escape; a quoted token
/// ends on its line. A `#` at the beginning of a token begins a comment. Lines end with LF, CRLF or CR.
class NetrcTokens {
 public:
  explicit NetrcTokens(std::string_view text) noexcept : rest_(text) {}

  /// Reads the next token. Returns false at the end, or if there is a `fault()`.
  [[nodiscard]] bool next(SecureString& token) {
    skip_space_and_comments();
    return token_here(token);
  }
  /// Reads the value of the last keyword. On the keyword's line, any token is the value, even `#` or a keyword. On a
  /// later line, comments are skipped, and a keyword is no value, since it may begin another entry.
  [[nodiscard]] bool value(SecureString& token) {
    if (value_on_line(token, false)) return true;
    if (!fault_.empty()) return false;
    skip_space_and_comments();
    const auto word = netrc_word(rest_.substr(0, rest_.find_first_of(" \t\r\n")));
    if (word > NetrcWord::extension) return false;
    return token_here(token);
  }
  /// Reads the value of an extension: the next token on its line. Returns false if there is none or a comment.
  [[nodiscard]] bool value_on_line(SecureString& token, bool comments = true) {
    token.clear();
    while (!rest_.empty() && is_space(rest_.front()) && !at_line_end()) take();
    if (rest_.empty() || at_line_end() || (comments && rest_.front() == '#')) return false;
    return token_here(token);
  }
  /// Skips a macro, which ends with an empty line. Returns false if there is no such line.
  [[nodiscard]] bool skip_macro() {
    skip_line();
    while (!rest_.empty()) {
      const auto line = rest_.substr(0, rest_.find_first_of("\r\n"));
      skip_line();
      if (trimmed(line).empty()) return true;
    }
    return false;
  }
  /// The fault in the quotes of the last token, at which parsing ends; empty if there is none.
  [[nodiscard]] std::string_view fault() const noexcept { return fault_; }
  /// The line of the last token.
  [[nodiscard]] int line() const noexcept { return token_line_; }

 private:
  [[nodiscard]] bool at_line_end() const noexcept { return rest_.front() == '\n' || rest_.front() == '\r'; }
  char take() noexcept {
    const char c = rest_.front();
    rest_.remove_prefix(1);
    if (c == '\n' || (c == '\r' && !rest_.starts_with('\n'))) ++line_;
    return c;
  }
  void skip_line() noexcept {
    while (!rest_.empty() && !at_line_end()) take();
    if (rest_.starts_with("\r\n")) take();
    if (!rest_.empty()) take();
  }
  void skip_space_and_comments() noexcept {
    while (!rest_.empty()) {
      if (rest_.front() == '#') skip_line();
      else if (is_space(rest_.front())) take();
      else return;
    }
  }
  bool token_here(SecureString& token) {
    token.clear();
    token_line_ = line_;
    if (rest_.empty()) return false;
    if (rest_.front() == '"') return quoted(token);
    while (!rest_.empty() && !is_space(rest_.front())) token += take();
    return true;
  }
  bool quoted(SecureString& token) {
    take();
    while (!rest_.empty() && rest_.front() != '"' && !at_line_end()) {
      if (rest_.front() == '\\' && rest_.size() > 1) take();
      if (!at_line_end()) token += take();
    }
    if (!rest_.starts_with('"')) fault_ = "a quote is not closed";
    else if (take(); !rest_.empty() && !is_space(rest_.front())) fault_ = "text stands right behind a closing quote";
    return fault_.empty();
  }

  std::string_view rest_;
  int line_ = 1;
  int token_line_ = 1;
  std::string_view fault_;
};

/// The result of a search for a host in a netrc file.
struct NetrcAnswer {
  Secret password{};    ///< empty if there is none
  std::string why{};    ///< why there is none
  std::string fault{};  ///< why the text cannot be parsed, with the line, but without its text
};

/// Finds a host's password in the entry with the port, else in the one without, else in `default`; the first that has a
/// password counts. The default's password must be an API key, since it may be for other services. An unexpected token
/// ends an entry, since another machine's entry may begin there.
class NetrcSearch {
 public:
  /// `host` must be in normal form.
  NetrcSearch(std::string_view host, std::uint16_t port) noexcept : host_(host), port_(port) {}

  /// Runs the search. May be called once only.
  [[nodiscard]] NetrcAnswer run(std::string_view text) {
    if (const auto fault = encoding_fault(text); !fault.empty()) return failed(fault);
    NetrcTokens tokens(without_mark(text));
    SecureString token;
    SecureString value;
    while (tokens.fault().empty() && tokens.next(token)) {
      const int line = tokens.line();
      const auto word = netrc_word(token);
      if (word == NetrcWord::unknown) end_entry(line, "a word that netrc does not know");
      else if (word >= NetrcWord::login && !note(word)) end_entry(line, "a second " + std::string(token));
      if (word == NetrcWord::fallback) begin(Rank::fallback);
      if (word == NetrcWord::extension) static_cast<void>(tokens.value_on_line(value));
      if (word == NetrcWord::macdef) {
        entry_ = Rank::none;
        if (!tokens.skip_macro()) open_macro_ = line;
      }
      if (word >= NetrcWord::machine) {
        const bool given = tokens.value(value);
        if (!given && tokens.fault().empty() && token != "user")
          return failed("line " + std::to_string(line) + ": nothing follows \"" + std::string(token) + "\"");
        if (given && word == NetrcWord::machine) begin(rank_of(value));
        if (given && word == NetrcWord::password) take_password(value);
      }
    }
    if (!tokens.fault().empty())
      return failed("line " + std::to_string(tokens.line()) + ": " + std::string(tokens.fault()));
    return concluded();
  }

 private:
  enum class Rank : std::uint8_t { none, fallback, named, exact };

  [[nodiscard]] static NetrcAnswer failed(std::string_view why) { return {.fault = std::string(why)}; }

  void begin(Rank rank) noexcept {
    entry_ = rank;
    seen_ = 0;
    complete_ = false;
    if (rank > Rank::fallback) why_ = "its entry for the host has no password";
  }
  // Ignores tokens until the next entry begins.
  void end_entry(int line, const std::string& what) {
    if (entry_ > broken_ && !complete_) {
      broken_ = entry_;
      fault_ = "line " + std::to_string(line) + ": " + what + " stands in the entry for this host";
    }
    entry_ = Rank::none;
  }
  // Whether this is the first such keyword of its entry.
  [[nodiscard]] bool note(NetrcWord word) noexcept {
    const auto bit = 1U << static_cast<unsigned>(word);
    const bool first = (seen_ & bit) == 0;
    seen_ |= bit;
    return first;
  }
  [[nodiscard]] NetrcAnswer concluded() {
    // If the host's own entry cannot be parsed, the default is not used.
    if (best_ < std::min(broken_, Rank::named)) return failed(fault_);
    if (best_ != Rank::none) return {.password = std::move(password_)};
    std::string why(why_);
    if (open_macro_ != 0)
      why += ", and no empty line ends the macro that begins in line " + std::to_string(open_macro_);
    return {.why = std::move(why)};
  }
  void take_password(std::string_view password) {
    complete_ = complete_ || !password.empty();
    if (entry_ <= best_ || password.empty()) return;
    if (entry_ == Rank::fallback && !is_api_key(trimmed(password))) {
      if (why_ == no_entry) why_ = "it has no entry for the host, and that of its default is no API key";
      return;
    }
    best_ = entry_;
    password_ = Secret(password);
  }

  /// Returns how well a machine's name matches: as `host` or `host:port`; an IPv6 address without a port needs no
  /// brackets.
  [[nodiscard]] Rank rank_of(std::string_view machine) const {
    const auto [host, rest] = split_host(machine);
    if (normal_host(host) != host_) return Rank::none;
    if (rest.empty()) return Rank::named;
    return rest.front() == ':' && parse_number(rest.substr(1), 65'535) == port_ ? Rank::exact : Rank::none;
  }

  static constexpr std::string_view no_entry = "it has no entry for the host";

  std::string_view host_;
  std::uint16_t port_;
  Rank entry_ = Rank::none;
  unsigned seen_ = 0;      // the keywords of the entry so far
  bool complete_ = false;  // it has a password
  Rank best_ = Rank::none;
  Secret password_;
  Rank broken_ = Rank::none;  // the best entry that ended before its password
  std::string fault_;         // where it ended
  int open_macro_ = 0;        // the first line of a macro that does not end
  std::string_view why_ = no_entry;
};

/// The result of reading the netrc file.
struct NetrcFound {
  Secret password{};    ///< empty if there is none
  std::string path{};   ///< the file that was read, masked; empty if none was
  std::string why{};    ///< why there is no password
  std::string fault{};  ///< why a file cannot be read or parsed, or that the file of `$NETRC` does not exist
};

/// Reads the netrc file: `$NETRC` if that is set, else `~/.netrc`, else `~/_netrc`. `host` must be in normal form.
[[nodiscard]] inline NetrcFound find_in_netrc(std::string_view host, std::uint16_t port,
                                              const Environment& environment) {
  const auto named = expand_home(std::string(environment.get("NETRC")), environment);
  const auto home = named.empty() ? home_directory(environment) : std::string();
  if (named.empty() && home.empty()) return {.why = "no home is known to look for a netrc file in"};
  std::array<std::string, 2> paths{named, {}};
  if (named.empty()) paths = {home + "/.netrc", home + "/_netrc"};
  for (const auto& path : paths) {
    if (path.empty()) continue;
    auto text = read_secret_file(path);
    if (!text) return {.fault = text.error().reason()};
    if (!*text) continue;
    const auto shown = mask_pasted_keys(path);
    auto answer = NetrcSearch(host, port).run(**text);
    if (!answer.fault.empty()) return {.fault = "cannot read " + shown + ": " + answer.fault};
    return {.password = std::move(answer.password), .path = shown, .why = shown + " was read: " + answer.why};
  }
  if (!named.empty())
    return {.fault = "cannot read " + mask_pasted_keys(named) + ", which NETRC names: there is no such file"};
  return {.why = "there is neither " + mask_pasted_keys(paths[0]) + " nor " + mask_pasted_keys(paths[1])};
}

}  // namespace wandb::detail
// The settings files that `wandb login` writes: which server is meant.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace wandb::inline WANDB_ABI::detail {

/// Reads one setting from an INI file as Python's `configparser` does: `name = value` or `name: value` in the section
/// `[default]`, else in `[DEFAULT]`. The case of names does not matter, a line that begins with `#` or `;` is a
/// comment, a line that is indented further than its setting continues the value, and of several values the last
/// counts.
class SettingsReader {
 public:
  explicit SettingsReader(std::string_view name) noexcept : name_(name) {}

  /// Reads the text. To be called once.
  void read(std::string_view text) {
    text = without_mark(text);
    while (!text.empty() && fault_.empty()) {
      ++line_;
      const auto end = std::min(text.find('\n'), text.size());
      read_line(text.substr(0, end));
      text.remove_prefix(std::min(end + 1, text.size()));
    }
  }
  /// The value; empty if there is none.
  [[nodiscard]] std::string value() const { return std::string(trimmed(own_.empty() ? inherited_ : own_)); }
  /// Why the text is no INI file, with the line and without its text; else empty.
  [[nodiscard]] const std::string& fault() const noexcept { return fault_; }

 private:
  void read_line(std::string_view text) {
    const auto line = trimmed(text);
    if (line.empty() || line.front() == '#' || line.front() == ';') return;
    const auto indentation = static_cast<std::size_t>(line.data() - text.data());
    if (in_setting_ && indentation > indentation_) {
      if (value_ != nullptr) value_->append("\n").append(line);
      return;
    }
    indentation_ = indentation;
    if (line.front() == '[' && line.rfind(']') > 1 && line.rfind(']') != line.npos) begin_section(line);
    else read_setting(line);
  }
  void begin_section(std::string_view line) {
    const auto section = line.substr(1, line.rfind(']') - 1);
    section_ = section == "default" ? &own_ : section == "DEFAULT" ? &inherited_ : nullptr;
    in_section_ = true;
    in_setting_ = false;
  }
  void read_setting(std::string_view line) {
    const auto sign = line.find_first_of("=:");
    if (!in_section_ || sign == line.npos || sign == 0) {
      fault_ = "line " + std::to_string(line_) + " is neither a section nor a setting in one";
      return;
    }
    in_setting_ = true;
    value_ = section_ != nullptr && equal_ignoring_case(trimmed(line.substr(0, sign)), name_) ? section_ : nullptr;
    if (value_ != nullptr) *value_ = trimmed(line.substr(sign + 1));
  }

  std::string_view name_;
  std::string own_;        // of [default]
  std::string inherited_;  // of [DEFAULT]
  std::string* section_ = nullptr;
  std::string* value_ = nullptr;  // what further lines continue
  std::size_t indentation_ = 0;
  std::size_t line_ = 0;
  bool in_section_ = false;
  bool in_setting_ = false;
  std::string fault_;
};

/// A setting of a file.
struct FileSetting {
  std::string value;  ///< empty for none
  std::string path;   ///< the file's path, which is safe to print
};

/// Reads one setting of one file; no value if there is no such file. `errc::invalid_environment` if the file cannot be
/// read or understood, since the request would go to another server than the one that is meant.
[[nodiscard]] inline Result<FileSetting> read_setting(const std::string& path, std::string_view name) {
  const auto shown = mask_pasted_keys(path);
  const auto failed = [](const std::string& why) {
    return Error(make_error_code(errc::invalid_environment),
                 Error::Details{.reason = why,
                                .advice = "correct the file, or set WANDB_BASE_URL",
                                .operation = {},
                                .messages = {},
                                .delivery = Delivery::nothing_sent});
  };
  const auto file = kind_of_file(path);
  if (file == FileKind::none) return FileSetting{};
  if (file == FileKind::special) return failed("cannot read " + shown + ": it is not a regular file");
  const auto text = read_secret_file(path);
  if (!text) return failed(text.error().reason());
  if (!*text) return FileSetting{};
  if (const auto fault = encoding_fault(**text); !fault.empty()) return failed("cannot read " + shown + ": " + fault);
  SettingsReader reader(name);
  reader.read(**text);
  if (!reader.fault().empty()) return failed("cannot read " + shown + ": " + reader.fault());
  return FileSetting{reader.value(), shown};
}

/// Looks for a setting in `./wandb/settings`, then in `settings` below `$WANDB_CONFIG_DIR`, else `~/.config/wandb`:
/// what is nearer to the program goes before what is its account's. No value where neither has it.
[[nodiscard]] inline Result<FileSetting> find_in_settings(std::string_view name, const Environment& environment) {
  // Without an environment no file is looked into either.
  if (environment.look_up == nullptr) return FileSetting{};
  auto found = read_setting("wandb/settings", name);
  if (!found || !found->value.empty()) return found;
  auto directory = expand_home(std::string(environment.get("WANDB_CONFIG_DIR")), environment);
  if (directory.empty()) {
    directory = home_directory(environment);
    if (directory.empty()) return FileSetting{};
    directory += "/.config/wandb";
  }
  return read_setting(directory + "/settings", name);
}

}  // namespace wandb::detail

namespace wandb::inline WANDB_ABI::detail {

[[nodiscard]] inline Error setting_error(errc code, const std::string& reason) {
  return Error(make_error_code(code), reason, Delivery::nothing_sent);
}

/// Returns a key without surrounding white space. Fails with `errc::malformed_api_key`, which names `source`.
[[nodiscard]] inline Result<Secret> checked_key(std::string_view key, std::string_view source) {
  key = trimmed(key);
  const auto fault = describe_key_fault(key);
  if (fault.empty()) return Secret(key);
  return setting_error(errc::malformed_api_key,
                       "the API key from " + std::string(source) + " does not have the shape of one: it " + fault);
}

/// A base URL that was not checked yet.
struct FoundUrl {
  std::string text;    ///< without a trailing slash
  std::string source;  ///< the setting or the file that it comes from; empty for the default
};

/// Returns the base URL of the options, else `WANDB_BASE_URL`, else `base_url` of the settings files, else the public
/// service's. `errc::invalid_environment` if a settings file is needed and cannot be read.
[[nodiscard]] inline Result<FoundUrl> find_base_url(std::string_view given, const Environment& environment) {
  FoundUrl found{std::string(trimmed(given)), "wandb::Options"};
  if (found.text.empty()) found = {std::string(environment.get("WANDB_BASE_URL")), "WANDB_BASE_URL"};
  if (found.text.empty()) {
    auto setting = find_in_settings("base_url", environment);
    if (!setting) return setting.error();
    found = {std::move(setting->value), std::move(setting->path)};
  }
  if (found.text.empty()) found = {std::string(default_base_url), {}};
  while (found.text.ends_with('/') && !found.text.ends_with("://")) found.text.pop_back();
  return found;
}

/// Makes an identity from a key and its source.
[[nodiscard]] inline Result<IdentityPtr> found_key(std::string_view key, std::string_view source) {
  auto checked = checked_key(key, source);
  if (!checked) return checked.error();
  return std::make_shared<const Identity>(std::move(*checked), std::string(source));
}

/// Makes a federated identity, whose access tokens no file keeps. `source` names what gave the identity token.
[[nodiscard]] inline IdentityPtr given_token(const IdentityToken& token, std::string_view source) {
  return std::make_shared<const Identity>(std::make_shared<Federation>(token, source));
}

/// Makes a federated identity from `WANDB_IDENTITY_TOKEN_FILE`. The access tokens for a base URL are kept in
/// `WANDB_CREDENTIALS_FILE`, else in `~/.config/wandb/credentials.json`.
[[nodiscard]] inline IdentityPtr identity_of_token_file(const std::string& base_url, const Environment& environment) {
  const auto path = expand_home(std::string(environment.get("WANDB_IDENTITY_TOKEN_FILE")), environment);
  auto kept = expand_home(std::string(environment.get("WANDB_CREDENTIALS_FILE")), environment);
  const auto* const kept_by = kept.empty() ? "the default" : "WANDB_CREDENTIALS_FILE";
  if (kept.empty()) {
    kept = home_directory(environment);
    if (!kept.empty()) kept += "/.config/wandb/credentials.json";
  }
  return std::make_shared<const Identity>(std::make_shared<Federation>(
      IdentityToken::file(path), "WANDB_IDENTITY_TOKEN_FILE", std::move(kept), base_url, kept_by));
}

/// Returns the caller's credentials for a server: the key or the identity token of the options, else `WANDB_API_KEY` or
/// `WANDB_IDENTITY_TOKEN_FILE`, else the host's entry of the netrc file. Fails with `invalid_argument`,
/// `malformed_api_key`, `unreadable_credentials`, `no_credentials`, or `invalid_environment` if both variables are set.
[[nodiscard]] inline Result<IdentityPtr> find_credentials(const BaseUrl& url, const std::string& url_text,
                                                          const Options& options, const Environment& environment) {
  const auto& given = options.api_key;
  if (options.identity_token != nullptr) {
    if (given.empty()) return given_token(*options.identity_token, "wandb::Options");
    return setting_error(errc::invalid_argument, "both an api_key and an identity_token are given in wandb::Options");
  }
  if (!given.empty()) return found_key(given.reveal(), "wandb::Options");
  const bool has_key = !environment.get("WANDB_API_KEY").empty();
  const bool has_token = !environment.get("WANDB_IDENTITY_TOKEN_FILE").empty();
  if (has_key && has_token) {
    return setting_error(errc::invalid_environment,
                         "WANDB_IDENTITY_TOKEN_FILE is set, and WANDB_API_KEY as well, which contradict each other; "
                         "unset one of them");
  }
  if (has_token) return identity_of_token_file(url_text, environment);
  if (has_key) return found_key(environment.get("WANDB_API_KEY"), "WANDB_API_KEY");
  const auto found = find_in_netrc(normal_host(url.host), url.port, environment);
  if (!found.fault.empty()) return setting_error(errc::unreadable_credentials, found.fault);
  if (!found.password.empty()) return found_key(found.password.reveal(), found.path);
  return setting_error(errc::no_credentials, "no API key for " + std::string(url.host_port) + " (" + found.why + ")");
}

/// The timeout of one request.
struct FoundTimeout {
  std::chrono::nanoseconds duration;
  std::string_view source;  ///< the variable; empty for the default
};

/// Returns the timeout of one request: `WANDB_HTTP_TIMEOUT` in seconds, else 19 s. Fails with
/// `errc::invalid_environment` if that is not a valid duration.
[[nodiscard]] inline Result<FoundTimeout> find_timeout(const Environment& environment) {
  const auto text = environment.get("WANDB_HTTP_TIMEOUT");
  if (text.empty()) return FoundTimeout{std::chrono::seconds(19), {}};
  const auto seconds = parse_seconds(text);
  if (seconds && *seconds > std::chrono::nanoseconds::zero()) return FoundTimeout{*seconds, "WANDB_HTTP_TIMEOUT"};
  return setting_error(errc::invalid_environment, "WANDB_HTTP_TIMEOUT is \"" + redact(text) +
                                                      "\"; it is a number of seconds above 0, such as 19 or 2.5");
}

}  // namespace wandb::detail
// The server and the settings of an `Api`, which are immutable and shared by its copies.

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

// The headers that the caller adds to each request: from the options and from environment variables.

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// Reads a JSON object of texts from a setting.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace wandb::inline WANDB_ABI::detail {

/// Reads the members of a JSON object whose values are all texts. What it says about invalid text repeats nothing of
/// it, since the values may be secrets.
class TextMembers {
 public:
  explicit TextMembers(std::string_view json) noexcept : json_(json) {}

  /// Reads one member. Returns false after the last one, and at a fault.
  [[nodiscard]] bool next(SecureString& name, SecureString& value) {
    const bool first = at_ == 0;
    if (!take(first ? '{' : ',')) {
      if (!first && take('}')) return end();
      return fail(first ? "an opening brace is expected" : "a comma or a closing brace is expected");
    }
    if (first && take('}')) return end();
    if (!take('"')) return fail("the opening quote of a name is expected");
    if (!read_text(name)) return false;
    if (!take(':')) return fail("a colon is expected");
    if (!take('"')) return fail("the opening quote of a value is expected; numbers and other values need quotes, too");
    return read_text(value);
  }
  /// What is wrong with the text, and where; empty for nothing.
  [[nodiscard]] const std::string& fault() const noexcept { return fault_; }

 private:
  // Takes a character, after white space.
  [[nodiscard]] bool take(char wanted) noexcept {
    while (at_ != json_.size() && is_space(json_[at_])) ++at_;
    if (at_ == json_.size() || json_[at_] != wanted) return false;
    ++at_;
    return true;
  }
  [[nodiscard]] bool end() {
    return trimmed(json_.substr(at_)).empty() ? false : fail("the text goes on after the closing brace");
  }
  bool fail(std::string_view why) {
    fault_.append("at character ").append(std::to_string(at_ + 1)).append(" ").append(why);
    return false;
  }

  // Reads a text behind its opening quote.
  [[nodiscard]] bool read_text(SecureString& out) {
    out.clear();
    while (at_ != json_.size()) {
      const char c = json_[at_];
      if (static_cast<unsigned char>(c) < 0x20) return fail("a control character stands, which JSON has only escaped");
      ++at_;
      if (c == '"') return true;
      if (c != '\\') out += c;
      else if (!read_escape(out)) return fail("an escape is not valid");
    }
    return fail("a closing quote is expected");
  }
  [[nodiscard]] bool read_escape(SecureString& out) {
    constexpr std::string_view letters = "\"\\/bfnrt";
    constexpr std::string_view characters = "\"\\/\b\f\n\r\t";
    if (at_ == json_.size()) return false;
    const char c = json_[at_++];
    if (const auto known = letters.find(c); known != letters.npos) {
      out += characters[known];
      return true;
    }
    auto code = c == 'u' ? read_digits() : std::nullopt;
    if (!code) return false;
    if (*code >= 0xD800 && *code < 0xDC00 && json_.substr(at_, 2) == "\\u") {
      at_ += 2;
      const auto low = read_digits();
      if (!low || *low < 0xDC00 || *low > 0xDFFF) return false;
      code = 0x10000 + ((*code - 0xD800) << 10) + (*low - 0xDC00);
    } else if (*code >= 0xD800 && *code <= 0xDFFF) {
      return false;
    }
    append_utf8(out, *code);
    return true;
  }
  [[nodiscard]] std::optional<std::uint32_t> read_digits() noexcept {
    const auto digits = json_.substr(at_, 4);
    std::uint32_t code = 0;
    for (const char c : digits) {
      if (!is_hex_digit(c)) return std::nullopt;
      code = code * 16 + static_cast<std::uint32_t>(is_digit(c) ? c - '0' : to_lower(c) - 'a' + 10);
    }
    at_ += digits.size();
    return digits.size() == 4 ? std::optional(code) : std::nullopt;
  }
  std::string_view json_;
  std::size_t at_ = 0;
  std::string fault_;
};

}  // namespace wandb::detail
// The characters that the parts of an HTTP message may contain.

#include <array>
#include <cstddef>
#include <string_view>

namespace wandb::inline WANDB_ABI::detail {

/// Bits for the parts of a request in which a character may stand. A table gives them, since every character of every
/// request is checked.
enum CharacterUse : unsigned char { in_token = 1, in_word = 2, in_field_value = 4 };
inline constexpr auto character_uses = [] {
  constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
  std::array<unsigned char, 256> uses{};
  for (std::size_t i = 0; i != uses.size(); ++i) {
    const char c = static_cast<char>(i);
    if (is_letter(c) || is_digit(c) || marks.find(c) != marks.npos) uses[i] |= in_token;
    if (i > 0x20 && i != 0x7f) uses[i] |= in_word;
    if ((i >= 0x20 && i != 0x7f) || c == '\t') uses[i] |= in_field_value;
  }
  return uses;
}();
[[nodiscard]] constexpr bool consists_of(CharacterUse use, std::string_view text) noexcept {
  unsigned all = use;
  for (const char c : text) all &= character_uses[static_cast<unsigned char>(c)];
  return all != 0;
}

[[nodiscard]] constexpr bool is_token(std::string_view text) noexcept {
  return !text.empty() && consists_of(in_token, text);
}
/// Text without spaces and control characters, for the first line of a request.
[[nodiscard]] constexpr bool is_word(std::string_view text) noexcept {
  return !text.empty() && consists_of(in_word, text);
}
[[nodiscard]] constexpr bool is_field_value(std::string_view text) noexcept {
  return consists_of(in_field_value, text);
}

/// Whether the transport writes that header field itself. With a second one, two readers could disagree on where the
/// message ends.
[[nodiscard]] constexpr bool is_framing_field(std::string_view name) noexcept {
  return equal_ignoring_case(name, "Host") || equal_ignoring_case(name, "Content-Length") ||
         equal_ignoring_case(name, "Transfer-Encoding");
}

}  // namespace wandb::detail

namespace wandb::inline WANDB_ABI::detail {

/// A header field that owns its texts.
struct ExtraHeader {
  std::string name;
  SecureString value;
  std::string source;  ///< the option or the variable that it comes from
  bool secret = true;
};
using ExtraHeaders = std::vector<ExtraHeader>;

inline constexpr std::string_view extra_headers_variable = "WANDB_X_EXTRA_HTTP_HEADERS";
inline constexpr std::string_view proxy_authorization_field = "Proxy-Authorization";

/// Whether the library, a transport or its HTTP sends that header field itself, or decides about it. A second field of
/// that name could replace the caller's credentials, or change where the message ends.
[[nodiscard]] constexpr bool is_own_field(std::string_view name) noexcept {
  constexpr std::string_view fields[] = {"Authorization",
                                         "User-Agent",
                                         "Content-Type",
                                         "Content-Encoding",
                                         "Accept",
                                         "Accept-Encoding",
                                         "Use-Admin-Privileges",
                                         "Connection",
                                         "Keep-Alive",
                                         "Proxy-Connection",
                                         "Expect",
                                         "TE",
                                         "Trailer",
                                         "Upgrade"};
  for (const auto field : fields) {
    if (equal_ignoring_case(name, field)) return true;
  }
  return is_framing_field(name);
}

/// Whether a text may be the value of a header: UTF-8 without control characters.
[[nodiscard]] constexpr bool is_header_text(std::string_view text) noexcept {
  return !has_control_character(text) && is_utf8(text);
}

/// Names a header in an error. A name that no header has may be a value in the wrong place, and is not shown.
[[nodiscard]] inline std::string shown_header(std::string_view name, std::size_t index) {
  constexpr std::size_t max_shown = 64;
  const bool shown = is_token(name) && name.size() <= max_shown;
  return "the header " + (shown ? redact(name) : "number " + std::to_string(index + 1));
}

/// Says why a header cannot be added to requests, as the end of a sentence. Empty if it can.
[[nodiscard]] inline std::string_view header_fault(std::string_view name, std::string_view value) noexcept {
  if (!is_token(name)) return "has a name that is empty, or holds a character that no name of a header has";
  if (is_own_field(name)) return "is one that the library or its transport sends itself";
  if (!is_header_text(value)) return "has a value that holds a control character, or is not UTF-8";
  return {};
}

/// Adds a header in place of an earlier one of the same name.
inline void set_header(ExtraHeaders& headers, ExtraHeader header) {
  const auto same = std::find_if(headers.begin(), headers.end(), [&](const ExtraHeader& earlier) {
    return equal_ignoring_case(earlier.name, header.name);
  });
  if (same == headers.end()) headers.push_back(std::move(header));
  else *same = std::move(header);
}

[[nodiscard]] inline Error invalid_headers(const std::string& why) {
  return Error(make_error_code(errc::invalid_environment),
               Error::Details{.reason = std::string(extra_headers_variable).append(why),
                              .advice = R"(set it to a JSON object such as {"X-Name": "value"}, or unset it)",
                              .operation = {},
                              .messages = {},
                              .delivery = Delivery::nothing_sent});
}

/// Reads `WANDB_X_EXTRA_HTTP_HEADERS`, with its `Proxy-Authorization`. Fails with `errc::invalid_environment`, which
/// shows no value.
[[nodiscard]] inline Result<ExtraHeaders> read_header_variable(const Environment& environment) {
  ExtraHeaders headers;
  const auto json = environment.get("WANDB_X_EXTRA_HTTP_HEADERS");
  if (json.empty()) return headers;
  TextMembers members(json);
  SecureString name;
  SecureString value;
  for (std::size_t index = 0; members.next(name, value); ++index) {
    const auto text = trimmed(value);
    if (const auto fault = header_fault(name, text); !fault.empty()) {
      return invalid_headers(": " + shown_header(name, index).append(" ").append(fault));
    }
    set_header(headers, {std::string(name), SecureString(text), std::string(extra_headers_variable)});
  }
  if (!members.fault().empty()) return invalid_headers(" is not a JSON object of texts: " + members.fault());
  return headers;
}

/// Returns the value of `Proxy-Authorization` in `WANDB_X_EXTRA_HTTP_HEADERS`, which only a proxy is sent; empty if
/// there is none. Fails as `read_header_variable` does.
[[nodiscard]] inline Result<SecureString> find_proxy_authorization(const Environment& environment) {
  auto headers = read_header_variable(environment);
  if (!headers) return headers.error();
  for (auto& header : *headers) {
    if (equal_ignoring_case(header.name, proxy_authorization_field)) return std::move(header.value);
  }
  return SecureString();
}

/// Adds the header that a variable is the value of, if it is set.
[[nodiscard]] inline Result<void> add_variable(ExtraHeaders& headers, std::string_view field, std::string_view variable,
                                               std::string_view value) {
  if (value.empty()) return success();
  if (!is_header_text(value)) {
    return Error(make_error_code(errc::invalid_environment),
                 std::string(variable).append(" holds a control character, or is not UTF-8"), Delivery::nothing_sent);
  }
  set_header(headers, {std::string(field), SecureString(value), std::string(variable), false});
  return success();
}

/// Returns the headers to add to each request: `given` by the options, else of `WANDB_X_EXTRA_HTTP_HEADERS`, else those
/// of `WANDB_USERNAME` and `WANDB_USER_EMAIL`. Fails with `errc::invalid_argument` or `errc::invalid_environment`,
/// which names the header and shows no value.
[[nodiscard]] inline Result<ExtraHeaders> find_extra_headers(std::span<const Header> given,
                                                             const Environment& environment) {
  ExtraHeaders headers;
  auto added = add_variable(headers, "X-WANDB-USERNAME", "WANDB_USERNAME", environment.get("WANDB_USERNAME"));
  if (!added) return added.error();
  added = add_variable(headers, "X-WANDB-USER-EMAIL", "WANDB_USER_EMAIL", environment.get("WANDB_USER_EMAIL"));
  if (!added) return added.error();
  auto of_variable = read_header_variable(environment);
  if (!of_variable) return of_variable.error();
  for (auto& header : *of_variable) {
    if (!equal_ignoring_case(header.name, proxy_authorization_field)) set_header(headers, std::move(header));
  }
  for (const auto& header : given) {
    const auto value = trimmed(header.value);
    auto fault = header_fault(header.name, value);
    if (equal_ignoring_case(header.name, proxy_authorization_field)) {
      fault =
          "is for a proxy; give its user name and password in the proxy's URL, or set it in "
          "WANDB_X_EXTRA_HTTP_HEADERS";
    }
    if (!fault.empty()) {
      const auto index = static_cast<std::size_t>(&header - given.data());
      return Error(make_error_code(errc::invalid_argument),
                   "wandb::Options: " + shown_header(header.name, index).append(" ").append(fault),
                   Delivery::nothing_sent);
    }
    set_header(headers, {std::string(header.name), SecureString(value), "wandb::Options"});
  }
  return headers;
}

}  // namespace wandb::detail

namespace wandb::inline WANDB_ABI::detail {

struct Endpoint {
  std::string url_text;    // unchanged from the setting
  std::string url_source;  // the setting or the file; empty for the default
  std::string host;        // in its normal form
  std::string host_port;
  BaseUrl url;  // has views of the two texts above
  std::string target;
  std::string user_agent;
  std::string user_agent_source;  // empty for the default
  RetryPolicy retry;
  std::chrono::nanoseconds timeout{};
  std::string timeout_source;
  ExtraHeaders own_headers;                      // the headers that the caller adds to each request
  std::vector<Header> extra_headers;             // views of them
  std::vector<std::string_view> header_secrets;  // the values of these that are secret
  bool allow_insecure_http = false;
  std::optional<Error> fault;  // what is wrong with the settings; every call returns it

  Endpoint() = default;
  Endpoint(const Endpoint&) = delete;  // `url` has views of its texts
  Endpoint& operator=(const Endpoint&) = delete;

  void fail(Error error) {
    if (!fault) fault = std::move(error);
  }

  /// Whether the base URL ends with the path that the library adds.
  [[nodiscard]] bool has_graphql_twice() const noexcept { return ends_with_ignoring_case(url_text, "/graphql"); }
  /// Whether an answer's HTTP status suggests that the server does not know the path.
  [[nodiscard]] bool may_be_wrong_path(int status) const noexcept {
    return status == 404 || (status / 100 == 4 && has_graphql_twice());
  }
  /// Describes the base URL and its setting, for errors that a wrong base URL may have caused.
  [[nodiscard]] std::string url_note() const {
    auto note = "base URL " + mask_pasted_keys(url_text);
    if (url_source.empty()) {
      note += ", the default; set WANDB_BASE_URL, or base_url in wandb::Options, for another server";
    } else {
      note.append(" from ").append(url_source);
    }
    if (has_graphql_twice()) note += "; the library adds /graphql itself, leave it out";
    return note;
  }
};

/// Whether a wrong base URL may have caused a failure. For codes of another category, it only matters whether the
/// server was reached.
[[nodiscard]] inline bool may_be_wrong_url(const std::error_code& code, Delivery delivery) {
  if (code.category() != error_category()) return delivery == Delivery::nothing_sent && code != condition::cancelled;
  switch (static_cast<errc>(code.value())) {
    case errc::unauthorized:
    case errc::not_the_service:
    case errc::unexpected_status:
    case errc::resolve_failed:
    case errc::connect_failed:
    case errc::tls_failed:
    case errc::protocol_error: return true;
    default: return false;
  }
}

[[nodiscard]] inline Error misuse(std::string_view reason) {
  return Error(make_error_code(errc::invalid_argument), reason, Delivery::nothing_sent);
}

inline void read_base_url(Endpoint& endpoint, const Options& options, const Environment& environment) {
  auto found = find_base_url(options.base_url, environment);
  if (!found) return endpoint.fail(found.error());
  endpoint.url_text = std::move(found->text);
  endpoint.url_source = std::move(found->source);
  const auto split = split_base_url(endpoint.url_text);
  auto& url = endpoint.url;
  url = split.url;
  endpoint.host = normal_host(url.host);
  endpoint.host_port = host_and_port(endpoint.host, url.port, url.tls ? 443 : 80);
  url.host = endpoint.host;
  url.host_port = endpoint.host_port;
  if (split.fault != UrlFault::none) {
    return endpoint.fail(Error(make_error_code(errc::invalid_base_url),
                               describe(split.fault, endpoint.url_text, endpoint.url_source), Delivery::nothing_sent));
  }
  endpoint.target.append(url.path).append("/graphql");
  if (!url.tls && !url.is_loopback() && !options.allow_insecure_http) {
    const bool has_token = options.identity_token != nullptr || !environment.get("WANDB_IDENTITY_TOKEN_FILE").empty();
    const auto* const shown = has_token && options.api_key.empty() ? "the credentials" : "the API key";
    endpoint.fail(Error(make_error_code(errc::insecure_base_url),
                        "plain http to " + endpoint.host_port + " would show " + shown + " to the network (" +
                            endpoint.url_note() + ")",
                        Delivery::nothing_sent));
  }
}

inline void read_timeout(Endpoint& endpoint, const Options& options, const Environment& environment) {
  if (options.timeout < std::chrono::nanoseconds::zero()) endpoint.fail(misuse("the timeout is negative"));
  endpoint.timeout = options.timeout;
  endpoint.timeout_source = "wandb::Options";
  if (options.timeout != std::chrono::nanoseconds::zero()) return;
  auto found = find_timeout(environment);
  if (!found) return endpoint.fail(found.error());
  endpoint.timeout = found->duration;
  endpoint.timeout_source = found->source;
}

/// Makes the endpoint of an `Api`. Faults of the environment are kept in `Endpoint::fault` and not thrown.
inline void read_endpoint(Endpoint& endpoint, const Options& options, const Environment& environment) {
  endpoint.retry = options.retry;
  endpoint.user_agent.append("W&B Public Client ").append(version).append(" wandb-users/").append(version);
  if (!options.user_agent.empty()) {
    endpoint.user_agent.append(" ").append(options.user_agent);
    endpoint.user_agent_source = "wandb::Options";
  }
  read_base_url(endpoint, options, environment);
  if (!options.retry.valid()) {
    endpoint.fail(
        misuse("the retry policy needs at least one attempt, no negative duration, and a jitter from 0 to 1"));
  }
  if (!is_header_text(options.user_agent)) {
    endpoint.fail(misuse("the user agent holds a control character, or is not UTF-8"));
  }
  read_timeout(endpoint, options, environment);
  if (auto headers = find_extra_headers(options.extra_headers, environment)) endpoint.own_headers = std::move(*headers);
  else endpoint.fail(headers.error());
  for (const auto& header : endpoint.own_headers) {
    endpoint.extra_headers.push_back({header.name, header.value, header.secret});
    // A shorter value, such as "true", is no secret. To mask it everywhere would make errors unreadable.
    constexpr std::size_t min_secret = 8;
    if (header.secret && header.value.size() >= min_secret) endpoint.header_secrets.emplace_back(header.value);
  }
}

/// Returns the caller's credentials from the first setting that has them.
[[nodiscard]] inline Result<IdentityPtr> read_identity(const Endpoint& endpoint, const Options& options,
                                                       const Environment& environment) {
  if (endpoint.url.host.empty()) return *endpoint.fault;
  auto identity = find_credentials(endpoint.url, endpoint.url_text, options, environment);
  if (identity || identity.error() != errc::no_credentials) return identity;
  return setting_error(errc::no_credentials, identity.error().reason() + " (" + endpoint.url_note() + ")");
}

}  // namespace wandb::detail

namespace wandb::inline WANDB_ABI::detail {

WANDB_DECL Error unusable(std::string_view operation, std::string_view what, std::string_view why) {
  return Error(make_error_code(errc::invalid_argument),
               Error::Details{.reason = std::string(what).append(" ").append(why),
                              .operation = operation,
                              .messages = {},
                              .delivery = Delivery::nothing_sent});
}

WANDB_DECL std::optional<Error> check_text(std::string_view operation, std::string_view what, std::string_view text,
                                           bool may_be_empty) {
  if (text.empty() && !may_be_empty) return unusable(operation, what, "is empty");
  if (!is_utf8(text)) return unusable(operation, what, "is not UTF-8");
  if (has_control_character(text)) return unusable(operation, what, "holds a control character");
  return std::nullopt;
}

WANDB_DECL std::optional<Error> check_id(std::string_view operation, std::string_view what, std::string_view id) {
  if (!id.empty()) return check_text(operation, what, id);
  auto details = unusable(operation, what, "is not known").details();
  return Error(make_error_code(errc::attribute_not_loaded), std::move(details));
}

WANDB_DECL Error misused(std::string_view operation, std::string_view what, std::string_view why) {
  auto error = unusable(operation, what, why);
  throw_misuse(error.message());
  return error;
}

WANDB_DECL void sleep_for(std::chrono::nanoseconds duration, const StopToken& stop) {
  std::mutex mutex;
  std::unique_lock lock(mutex);
  std::condition_variable_any wakeup;
#if defined(__cpp_lib_jthread)
  wakeup.wait_for(lock, stop, duration, [] { return false; });
#else
  static_cast<void>(stop);
  wakeup.wait_for(lock, duration, [] { return false; });
#endif
}

WANDB_DECL Caller make_caller(const Options& options, const Environment& environment) {
  const auto endpoint = std::make_shared<Endpoint>();
  read_endpoint(*endpoint, options, environment);
  return {endpoint, read_identity(*endpoint, options, environment), nullptr};
}

/// Formats a duration as seconds, such as "2.5 s".
[[nodiscard]] inline std::string seconds_text(std::chrono::nanoseconds duration) {
  char text[32];
  const auto seconds = std::chrono::duration<double>(duration).count();
  return std::string(text, std::to_chars(text, text + sizeof text, seconds).ptr) + " s";
}

WANDB_DECL Result<Settings> status_of(const Caller& caller) {
  const auto& endpoint = *caller.endpoint;
  if (endpoint.fault) return *endpoint.fault;
  if (!caller.identity) return caller.identity.error();
  const auto& identity = **caller.identity;
  const auto source_or = [](const std::string& source, const char* other) { return source.empty() ? other : source; };
  Settings settings{
      {"base URL", mask_pasted_keys(endpoint.url_text), source_or(endpoint.url_source, "the default")},
      identity.federation()
          ? Setting{"identity token", "****", identity.source()}
          : Setting{"API key", mask_key(identity.secret().reveal()), source_or(identity.source(), "the server")},
      {"timeout", seconds_text(endpoint.timeout), source_or(endpoint.timeout_source, "the default")},
      {"user agent", shown_name(endpoint.user_agent), source_or(endpoint.user_agent_source, "the default")},
  };
  if (identity.federation() && !identity.federation()->file().empty()) {
    const auto& federation = *identity.federation();
    settings.insert(settings.begin() + 2,
                    {"credentials file", mask_pasted_keys(federation.file()), federation.file_source()});
  }
  for (const auto& header : endpoint.own_headers) {
    settings.push_back(
        {"header " + redact(header.name), header.secret ? "****" : shown_name(header.value), header.source});
  }
  return settings;
}

WANDB_DECL void append(Settings& settings, Settings further) {
  settings.insert(settings.end(), std::make_move_iterator(further.begin()), std::make_move_iterator(further.end()));
}

WANDB_DECL Origin origin_of(const Caller& caller) noexcept {
  const auto& url = caller.endpoint->url;
  return {url.tls, url.host, url.port};
}

WANDB_DECL std::string_view base_url_of(const Caller& caller) noexcept { return caller.endpoint->url_text; }

WANDB_DECL Caller with_secret(const Caller& caller, const Secret& secret, std::string_view source) {
  auto other = caller;
  other.identity = found_key(secret.reveal(), source);
  return other;
}

WANDB_DECL Caller with_identity_token(const Caller& caller, const IdentityToken& token, std::string_view source) {
  auto other = caller;
  other.identity = given_token(token, source);
  return other;
}

WANDB_DECL Caller paced(Caller caller) {
  if (!caller.pace) caller.pace = std::make_shared<Pace>();
  return caller;
}

}  // namespace wandb::detail
// Defines what detail/flow/ declares.

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

// A GraphQL request: its operation and variables, the credentials with which it is sent, and the user whom it concerns.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wandb::inline WANDB_ABI::detail {

/// Holds the known credentials of one user.
struct KnownCredentials {
  static constexpr std::size_t max_keys = 4;
  IdentityPtr given{};
  KeyList keys{};  ///< the keys whose secret is known, at most `max_keys`
};

/// Identifies the user whom a request concerns. The answer may repeat that user's credentials, which are only read if
/// there is something to mask.
struct Subject {
  std::shared_ptr<void> store{};
  ObjectView object{};
  std::uint32_t index = 0;
  KnownCredentials (*read)(const Subject&) = nullptr;  ///< null: the request concerns no known user

  [[nodiscard]] KnownCredentials credentials() const { return read != nullptr ? read(*this) : KnownCredentials(); }
};

/// A request that is built variable by variable. Texts are checked as they are added. The first fault is kept, and a
/// request with a fault is never sent.
class GraphqlRequest {
 public:
  /// Makes an empty request.
  GraphqlRequest() = default;
  /// `keys` says whether a query that reads users also reads their keys.
  explicit GraphqlRequest(const Operation& operation, bool keys = true) : operation_(&operation) {
    const auto document = keys ? operation.document : operation.keyless;
    body_.reserve(document.size() + operation.name.size() + 256);
    body_ += R"({"query":)";
    if (operation.plain) body_.append("\"").append(document).append("\"");
    else append_json_string(body_, document);
    body_ += R"(,"operationName":)";
    if (operation.name.empty()) body_ += "null";
    else body_.append("\"").append(operation.name).append("\"");
    body_ += R"(,"variables":{)";
  }

  /// Adds a text from the caller, checked by `check_text`. `what` names it in the error.
  GraphqlRequest& add_text(std::string_view variable, std::string_view what, std::string_view text,
                           bool may_be_empty = false) {
    refuse_if(check_text(operation_->field, what, text, may_be_empty));
    return add(variable, text);
  }
  /// Adds the id of the object to change, checked by `check_id`. `what` names it in the error.
  GraphqlRequest& add_id(std::string_view what, std::string_view id) {
    refuse_if(check_id(operation_->field, what, id));
    return add("id", id);
  }
  /// Adds a text that came from the server, unchecked.
  GraphqlRequest& add(std::string_view variable, std::string_view text) {
    key(variable);
    append_json_string(body_, text);
    return *this;
  }
  GraphqlRequest& add(std::string_view variable, const char* text) { return add(variable, std::string_view(text)); }
  GraphqlRequest& add(std::string_view variable, bool value) {
    key(variable);
    body_ += value ? "true" : "false";
    return *this;
  }
  GraphqlRequest& add(std::string_view variable, int value) {
    key(variable);
    body_ += std::to_string(value);
    return *this;
  }
  /// Adds a list that holds one text.
  GraphqlRequest& add_list(std::string_view variable, std::string_view text) {
    key(variable);
    body_ += '[';
    append_json_string(body_, text);
    body_ += ']';
    return *this;
  }
  /// Adds variables that are written as the members of a JSON object.
  GraphqlRequest& add_members(std::string_view members) {
    body_ += members;
    return *this;
  }
  /// Sets the credentials with which the request is sent. The default is the caller's credentials.
  GraphqlRequest& as(IdentityPtr identity) {
    identity_ = std::move(identity);
    return *this;
  }
  GraphqlRequest& about(Subject subject) {
    about_ = std::move(subject);
    return *this;
  }
  /// Keeps the fault if it is the first.
  GraphqlRequest& refuse_if(std::optional<Error> fault) {
    if (fault && !fault_) fault_ = std::move(fault);
    return *this;
  }

  [[nodiscard]] bool is_empty() const noexcept { return operation_ == nullptr; }
  [[nodiscard]] const std::optional<Error>& fault() const noexcept { return fault_; }
  [[nodiscard]] const Operation& operation() const noexcept { return *operation_; }
  /// Returns null for the caller's credentials.
  [[nodiscard]] const IdentityPtr& identity() const noexcept { return identity_; }
  [[nodiscard]] const Subject& about() const noexcept { return about_; }
  /// Ends the variables. Call it once, before `body()`.
  void finish() { body_ += "}}"; }
  [[nodiscard]] std::string_view body() const noexcept { return body_; }

 private:
  void key(std::string_view variable) {
    if (body_.back() != '{') body_ += ',';
    body_.append("\"").append(variable).append("\":");
  }

  const Operation* operation_ = nullptr;
  std::string body_;
  IdentityPtr identity_;
  Subject about_;
  std::optional<Error> fault_;
};

/// Holds the secrets that the answer to one request may repeat, and the secrets that it brings.
class SecretsOfRequest final : public KnownSecrets {
 public:
  /// `identity` sends the request on behalf of `caller`, which may be null. `sent` is its access token if it is
  /// federated, else null; `others` are the secrets in other headers. The object keeps references to all five.
  SecretsOfRequest(const Identity& identity, const AccessToken* sent, const Identity* caller, const Subject& about,
                   std::span<const std::string_view> others) noexcept
      : identity_(identity), sent_(sent), caller_(caller), about_(about), others_(others) {}

  /// Of more than `max_new` secrets the last count.
  void add(std::string_view secret) noexcept override {
    new_[added_++ % max_new] = secret;
    gathered_ = false;
  }
  [[nodiscard]] std::span<const std::string_view> secrets() const override {
    if (!gathered_) gather();
    return views_;
  }

 private:
  static constexpr std::size_t identities = 3;
  static constexpr std::size_t max_new = 4;

  void gather() const {
    gathered_ = true;
    credentials_ = about_.credentials();
    views_.assign(new_.begin(), new_.end());
    if (sent_ != nullptr) views_.insert(views_.end(), {sent_->token(), sent_->assertion.reveal()});
    gather(0, &identity_);
    gather(1, caller_);
    gather(2, credentials_.given.get());
    for (const auto& key : credentials_.keys) views_.push_back(KeyAccess::secret(key));
    views_.insert(views_.end(), others_.begin(), others_.end());
  }
  void gather(std::size_t which, const Identity* identity) const {
    if (identity == nullptr) return;
    if (identity->federation()) {
      // Another call may have replaced the access token that was sent.
      const auto& token = tokens_[which] = identity->federation()->last();
      if (token) views_.insert(views_.end(), {token->token(), token->assertion.reveal()});
    } else {
      views_.insert(views_.end(), {identity->secret().reveal(), identity->token()});
    }
  }

  const Identity& identity_;
  const AccessToken* sent_;
  const Identity* caller_;
  const Subject& about_;
  std::span<const std::string_view> others_;
  mutable bool gathered_ = false;
  mutable KnownCredentials credentials_;
  std::array<std::string_view, max_new> new_;
  std::size_t added_ = 0;
  mutable std::array<AccessTokenPtr, identities> tokens_;
  mutable std::vector<std::string_view> views_;
};

}  // namespace wandb::detail
// Executes a method of the library step by step.

#include <chrono>
#include <memory>
#include <optional>
#include <utility>
#include <variant>

// The requests of one call, without I/O: each has its credentials and its repeats.

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

// Defines the server's answer to one GraphQL request.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

// The errors of a GraphQL answer.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

// The path of a GraphQL error.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace wandb::inline WANDB_ABI::detail {

/// Appends a step to a path in its readable form: `users.edges[3].node`.
inline void append_path(std::string& text, std::string_view key) { (text += text.empty() ? "" : ".") += key; }
inline void append_path(std::string& text, std::size_t index) { ((text += '[') += std::to_string(index)) += ']'; }

/// Holds the response keys and indices that lead to a place in an answer. They are packed into one string, because an
/// answer may hold many thousands of paths, which then need little more memory than their JSON. The string of a path
/// begins with the strings of the paths above it, so that sorting puts the paths below a place directly after it.
class ErrorPath {
 public:
  /// One step: a response key, or an index if `index` is set.
  struct Step {
    std::string_view key{};
    std::optional<std::size_t> index{};
    friend bool operator==(const Step&, const Step&) = default;
  };
  /// No answer is nested more deeply. Readers drop further steps.
  static constexpr std::size_t max_steps = 64;

  void add(std::string_view key) {
    packed_ += key_mark;
    for (const char c : key) packed_ += c == end_mark ? '?' : c;
    packed_ += end_mark;
  }
  void add(std::size_t index) {
    packed_ += index_mark;
    for (int shift = 56; shift >= 0; shift -= 8) packed_ += static_cast<char>(std::uint64_t{index} >> shift & 0xFF);
  }

  [[nodiscard]] bool empty() const noexcept { return packed_.empty(); }
  [[nodiscard]] std::size_t size() const noexcept {
    std::size_t count = 0;
    each([&](const Step&) { ++count; });
    return count;
  }
  /// Returns the step at index `at` as a view. The step is empty if the path is shorter.
  [[nodiscard]] Step operator[](std::size_t at) const noexcept {
    Step found;
    each([&](const Step& step) {
      if (at-- == 0) found = step;
    });
    return found;
  }
  /// Calls `f(step)` for each step.
  template <class F>
  void each(F f) const {
    for (std::string_view rest = packed_; !rest.empty();) {
      if (rest.front() == key_mark) {
        const auto length = rest.find(end_mark);
        f(Step{rest.substr(1, length - 1), {}});
        rest.remove_prefix(length + 1);
      } else {
        std::size_t index = 0;
        for (const char c : rest.substr(1, index_size)) index = index << 8 | static_cast<unsigned char>(c);
        f(Step{{}, index});
        rest.remove_prefix(1 + index_size);
      }
    }
  }

  /// Returns the readable form: `users.edges[3].node`.
  [[nodiscard]] std::string text() const {
    std::string text;
    each([&](const Step& step) {
      if (step.index) append_path(text, *step.index);
      else append_path(text, step.key);
    });
    return text;
  }

  /// Returns the packed string, which is used for sorting and whose size is passed to `cut_to`.
  [[nodiscard]] std::string_view packed() const noexcept { return packed_; }
  /// Drops the steps that were added since `packed()` had this size.
  void cut_to(std::size_t packed_size) { packed_.resize(packed_size); }

 private:
  static constexpr char key_mark = 'k';
  static constexpr char index_mark = 'i';
  static constexpr char end_mark = '\0';
  static constexpr std::size_t index_size = 8;
  std::string packed_;
};

}  // namespace wandb::detail
// Derives from an HTTP status whether a request ran.

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <string_view>

namespace wandb::inline WANDB_ABI::detail {

[[nodiscard]] constexpr bool is_success(int status) noexcept { return status >= 200 && status < 300; }

/// Returns whether a status leaves open if a request ran: a server may have executed it after a gateway gave up.
[[nodiscard]] constexpr bool is_ambiguous(int status) noexcept {
  // Gateways send 499 if the client has closed the connection.
  return status == 408 || status == 499 || (status >= 500 && status != 501);
}

/// Returns whether a status shows for certain that the request did not run, and would not run if it were repeated.
[[nodiscard]] constexpr bool is_definitive(int status) noexcept {
  constexpr int definitive[] = {400, 401, 403, 404, 409, 410, 413, 422, 501};
  return std::find(std::begin(definitive), std::end(definitive), status) != std::end(definitive);
}

/// Returns whether a status alone, without the body, proves that the server refused a request before it ran.
[[nodiscard]] constexpr bool is_refused_before_running(int status) noexcept {
  return status == 401 || status == 403 || status == 404 || status == 410 || status == 413;
}

/// Returns the status of a failure, 400 to 599, at the beginning of a text: "504", "504.0", "503 Service Unavailable",
/// "HTTP_504". Returns 0 if there is none.
[[nodiscard]] constexpr int leading_status(std::string_view text) noexcept {
  text = trimmed(text);
  if (text.size() > 4 && equal_ignoring_case(text.substr(0, 4), "http")) {
    text.remove_prefix(4);
    while (!text.empty() && !is_digit(text.front()) && !is_letter(text.front())) text.remove_prefix(1);
  }
  int status = 0;
  std::size_t digits = 0;
  for (; digits != text.size() && is_digit(text[digits]) && digits != 4; ++digits)
    status = status * 10 + (text[digits] - '0');
  const bool ends = digits == text.size() || (!is_letter(text[digits]) && text[digits] != '_');
  return digits == 3 && ends && status >= 400 && status <= 599 ? status : 0;
}

}  // namespace wandb::detail

namespace wandb::inline WANDB_ABI::detail {

/// One error of an answer, in the server's words.
struct GraphqlError {
  std::string message;        ///< empty when the server gave no reason
  ErrorPath path;             ///< empty when the server gave none
  std::string code;           ///< `extensions.code` as text, numbers too
  int status = 0;             ///< an HTTP status that `extensions` gives apart from the code; 0 when there is none
  bool invalid_path = false;  ///< whether the server gave a path that is invalid
};

/// Returns the HTTP status of a failure, read from a number or a text; otherwise 0.
[[nodiscard]] inline int to_status(const JsonValue& value) {
  if (value.is_string()) return leading_status(value.string());
  return value.is_number() ? leading_status(value.text()) : 0;
}

/// Reads a member of `extensions`, or the member of the same name that a server puts next to the message.
inline void read_code(GraphqlError& error, std::string_view name, const JsonValue& value) {
  if (name == "status" || name == "statusCode") {
    if (const int status = to_status(value); status != 0) error.status = status;
  } else if (name == "code") {
    if (value.is_string()) error.code = value.string();
    else if (value.is_number()) error.code = std::string(value.text());
  } else if (name == "http" || name == "response" || name == "exception") {
    value.each_member([&](const std::string& inner, const JsonValue& inner_value) {
      if (inner == "status" || inner == "statusCode") read_code(error, inner, inner_value);
    });
  }
}

/// Reads a path. A step of a wrong type also counts, because the length of a path shows whether a mutation ran.
inline void read_path(GraphqlError& error, const JsonValue& value) {
  error.path = {};
  error.invalid_path = !value.is_array() && !value.is_null();
  std::size_t steps = 0;
  value.each_element([&](const JsonValue& step) {
    if (++steps > ErrorPath::max_steps) return;
    const auto index = step.integer();
    if (index && *index >= 0) error.path.add(static_cast<std::size_t>(*index));
    else error.path.add(step.is_string() ? step.string() : std::string(step.text()));
  });
  if (steps > ErrorPath::max_steps) error.invalid_path = true;
}

[[nodiscard]] inline GraphqlError read_error(const JsonValue& item) {
  GraphqlError error;
  if (item.is_string()) error.message = item.string();
  item.each_member([&](const std::string& name, const JsonValue& value) {
    if (name == "message") {
      error.message = value.string();
    } else if (name == "path") {
      read_path(error, value);
    } else if (name == "extensions") {
      value.each_member(
          [&](const std::string& inner, const JsonValue& extension) { read_code(error, inner, extension); });
    } else {
      read_code(error, name, value);
    }
  });
  return error;
}

/// Appends the errors of a member `error` or `errors`: a string, an object, or a list of these. Null, false, and an
/// empty value outside a list are not errors. Takes the memory from `budget`; returns false if the budget is not
/// sufficient.
[[nodiscard]] inline bool read_errors(std::vector<GraphqlError>& errors, std::string_view json, std::size_t& budget) {
  const auto is_error = [](const JsonValue& item) {
    return !item.text().empty() && !item.is_null() && item.text() != "false";
  };
  const auto afford = [&](std::size_t size) {
    const bool affordable = size <= budget;
    budget -= affordable ? size : budget;
    return affordable;
  };
  const JsonValue value(json);
  std::size_t count = 0;
  if (value.is_array()) value.each_element([&](const JsonValue& item) { count += is_error(item) ? 1U : 0U; });
  else if (!value.is_empty() && is_error(value)) count = 1;
  // While the vector grows, its existing errors are in memory twice.
  if (!afford((errors.size() + count) * sizeof(GraphqlError))) return false;
  errors.reserve(errors.size() + count);
  bool all = true;
  const auto read = [&](const JsonValue& item) {
    if (!all || !is_error(item)) return;
    errors.push_back(read_error(item));
    const auto& last = errors.back();
    all = afford(last.message.capacity() + last.path.packed().size() + last.code.capacity());
  };
  if (value.is_array()) value.each_element(read);
  else if (count != 0) read(value);
  return all;
}

}  // namespace wandb::detail

namespace wandb::inline WANDB_ABI::detail {

/// States what the body of an answer proves about the operation. Data takes precedence over the HTTP status.
enum class AnswerClass : std::uint8_t {
  data,         ///< it holds the data that was requested
  refused,      ///< it holds errors instead of the operation's field: nothing ran, unless the status leaves that open
  incomplete,   ///< the operation ran, and something else failed
  unproven,     ///< the body proves nothing: only the status counts
  empty,        ///< it holds neither data nor errors; `AnswerReader` makes this `unproven` or `undecodable`
  undecodable,  ///< the service answered, but the answer cannot be understood, or leaves open what ran
  not_the_service,  ///< it is no GraphQL answer, so the service did not send it: only the status counts
};

/// Explains why an answer does not decode to what the schema promises.
struct DecodeError {
  std::string path;    ///< the faulty place, as `users.edges[3].node.name`; empty for the whole text
  std::string reason;  ///< contains no secrets
};

/// An answer with its class. `Decoder` fills it from the body, `AnswerReader` classifies it for the operation, and
/// `Attempts` hands it to the method.
struct GraphqlAnswer {
  AnswerClass kind = AnswerClass::unproven;
  std::shared_ptr<const Page> page;  ///< null if the operation's field is missing
  ObjectView root;                   ///< the root row of `page`
  std::vector<GraphqlError> errors;  ///< these come with the data or instead of it
  int status = 0;                    ///< the HTTP status
  int deciding_status = 0;           ///< retries depend on this: the HTTP status, or the status that the errors give
  std::optional<DecodeError> decode_error;
  /// Explains why `kind` is not `data`. A method that receives an answer with a failure first takes what `page` holds
  /// and then returns the failure: the mutation ran, and something else failed.
  std::optional<Error> failure;
  bool ambiguous = false;  ///< whether an earlier attempt of the same mutation may also have run
};

}  // namespace wandb::detail
// Reads an HTTP response as the answer to an operation: decodes it, masks it and classifies it.

#include <algorithm>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// Finds the `errc` for an error of the server: by its code, otherwise by the status, otherwise by its words.

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wandb::inline WANDB_ABI::detail {

/// Returns the code for an HTTP status that is not a success.
[[nodiscard]] constexpr errc classify_status(int status) noexcept {
  switch (status) {
    case 401: return errc::unauthorized;
    case 403: return errc::permission_denied;
    case 404: return errc::not_found;
    case 408: return errc::timed_out;
    case 499: return errc::connection_lost;  // a gateway says that its client closed the connection
    case 409: return errc::conflict;
    case 429: return errc::rate_limited;
    case 501: return errc::not_implemented;
    default: break;
  }
  if (status >= 500 && status <= 599) return errc::server_error;
  return status >= 400 && status <= 499 ? errc::bad_request : errc::unexpected_status;
}

/// Returns whether two codes are the same except for case and the characters between words: `NOT_FOUND`, `NotFound`.
[[nodiscard]] constexpr bool same_code(std::string_view a, std::string_view b) noexcept {
  const auto skip = [](std::string_view& text) {
    while (!text.empty() && !is_letter(text.front()) && !is_digit(text.front())) text.remove_prefix(1);
  };
  for (;;) {
    skip(a);
    skip(b);
    if (a.empty() || b.empty()) return a.empty() && b.empty();
    if (to_lower(a.front()) != to_lower(b.front())) return false;
    a.remove_prefix(1);
    b.remove_prefix(1);
  }
}

/// Maps a code that GraphQL servers use to the HTTP status with the same meaning.
struct KnownCode {
  std::string_view code;
  int status;
};
inline constexpr KnownCode known_codes[] = {
    {"PERMISSION_ERROR", 403},
    {"PERMISSION_DENIED", 403},
    {"FORBIDDEN", 403},
    {"ACCESS_DENIED", 403},
    {"UNAUTHENTICATED", 401},
    {"UNAUTHORIZED", 401},
    {"AUTHENTICATION_ERROR", 401},
    {"NOT_LOGGED_IN", 401},
    {"NOT_FOUND", 404},
    {"CONFLICT", 409},
    {"ALREADY_EXISTS", 409},
    {"DUPLICATE", 409},
    {"BAD_REQUEST", 400},
    {"BAD_USER_INPUT", 400},
    {"INVALID_ARGUMENT", 400},
    {"VALIDATION_ERROR", 400},
    {"GRAPHQL_PARSE_FAILED", 400},
    {"GRAPHQL_VALIDATION_FAILED", 400},
    {"RATE_LIMITED", 429},
    {"RATE_LIMIT_EXCEEDED", 429},
    {"TOO_MANY_REQUESTS", 429},
    {"RESOURCE_EXHAUSTED", 429},
    {"REQUEST_TIMEOUT", 408},
    {"TIMEOUT", 504},
    {"TIMED_OUT", 504},
    {"UPSTREAM_TIMEOUT", 504},
    {"UPSTREAM_ERROR", 502},
    {"SERVER_ERROR", 500},
    {"GATEWAY_TIMEOUT", 504},
    {"DEADLINE_EXCEEDED", 504},
    {"INTERNAL_SERVER_ERROR", 500},
    {"INTERNAL_ERROR", 500},
    {"INTERNAL", 500},
    {"BAD_GATEWAY", 502},
    {"SERVICE_UNAVAILABLE", 503},
    {"UNAVAILABLE", 503},
    {"NOT_IMPLEMENTED", 501},
    {"UNIMPLEMENTED", 501},
};

/// Returns the HTTP status with the meaning of a code of GraphQL servers; 0 for an unknown code.
[[nodiscard]] constexpr int status_of_code(std::string_view code) noexcept {
  if (const int number = leading_status(code); number != 0) return number;
  for (const auto& known : known_codes) {
    if (same_code(known.code, code)) return known.status;
  }
  return 0;
}

/// Returns the HTTP status that an error gives, in its code or next to it; 0 if it gives none. Of two statuses, an
/// ambiguous one takes precedence.
[[nodiscard]] inline int own_status(const GraphqlError& error) noexcept {
  const int by_code = status_of_code(error.code);
  if (by_code == 0 || is_ambiguous(error.status)) return error.status != 0 ? error.status : by_code;
  return by_code;
}

[[nodiscard]] constexpr bool is_in_word(char c) noexcept { return is_letter(c) || is_digit(c); }

/// Returns whether `text` holds the words of `phrase`, in any case, separated by spaces, `_` or `-`.
[[nodiscard]] constexpr bool has_phrase(std::string_view text, std::string_view phrase) noexcept {
  for (std::size_t begin = 0; begin < text.size(); ++begin) {
    if (begin != 0 && is_in_word(text[begin - 1])) continue;
    std::size_t at = begin;
    std::size_t i = 0;
    while (i != phrase.size() && at != text.size()) {
      if (phrase[i] == ' ') {
        const auto gap = at;
        while (at != text.size() && (is_space(text[at]) || text[at] == '_' || text[at] == '-')) ++at;
        if (at == gap) break;
      } else if (to_lower(text[at++]) != phrase[i]) {
        break;
      }
      ++i;
    }
    if (i == phrase.size() && (at == text.size() || !is_in_word(text[at]))) return true;
  }
  return false;
}

inline void blank(std::string& words, std::size_t begin, std::size_t end) {
  std::fill(words.begin() + static_cast<std::ptrdiff_t>(begin), words.begin() + static_cast<std::ptrdiff_t>(end), ' ');
}

/// Blanks out each `value` that is not part of a longer word.
inline void blank_value(std::string& words, std::string_view value) {
  if (value.empty()) return;
  for (auto at = words.find(value); at != words.npos; at = words.find(value, at + 1)) {
    const auto end = at + value.size();
    const bool apart = (at == 0 || !is_in_word(words[at - 1])) && (end == words.size() || !is_in_word(words[end]));
    if (apart) blank(words, at, end);
  }
}

/// Blanks out quotations that open and close with different marks.
inline void blank_between(std::string& words, std::string_view open, std::string_view close) {
  for (auto begin = words.find(open); begin != words.npos; begin = words.find(open, begin + 1)) {
    const auto end = words.find(close, begin + open.size());
    if (end == words.npos) return;
    blank(words, begin, end + close.size());
  }
}

/// Blanks out quotations between two identical marks. An apostrophe inside a word does not open a quotation.
inline void blank_quoted(std::string& words, char quote) {
  for (auto begin = words.find(quote); begin != words.npos;) {
    const bool opens = begin == 0 || !is_in_word(words[begin - 1]);
    const auto end = opens ? words.find(quote, begin + 1) : begin;
    if (end == words.npos) return;
    if (opens) blank(words, begin, end + 1);
    begin = words.find(quote, end + 1);
  }
}

/// Blanks out e-mail addresses: each `@` with the text around it, up to white space.
inline void blank_addresses(std::string& words) {
  for (auto at = words.find('@'); at != words.npos; at = words.find('@', at + 1)) {
    auto begin = at;
    auto end = at;
    while (begin != 0 && !is_space(words[begin - 1])) --begin;
    while (end != words.size() && !is_space(words[end])) ++end;
    blank(words, begin, end);
  }
}

/// Returns `text` with blanks for the words that may not be the server's own: quotations, addresses, and
/// `request_texts`.
[[nodiscard]] inline std::string own_words(std::string_view text, const std::vector<std::string>& request_texts) {
  std::string words(text);
  for (const auto& value : request_texts) blank_value(words, value);
  blank_between(words, "\u201c", "\u201d");
  blank_between(words, "\u2018", "\u2019");
  blank_between(words, "\u00ab", "\u00bb");
  blank_between(words, "<", ">");
  for (const char quote : {'"', '\'', '`'}) blank_quoted(words, quote);
  blank_addresses(words);
  return words;
}

/// Returns the code for a refusal in words; nothing if the words are not recognised.
[[nodiscard]] constexpr std::optional<errc> classify_words(std::string_view words) noexcept {
  struct Refusal {
    std::string_view phrase;
    errc code;
  };
  constexpr Refusal refusals[] = {
      {"permission", errc::permission_denied},
      {"permissions", errc::permission_denied},
      {"forbidden", errc::permission_denied},
      {"not authorized", errc::permission_denied},
      {"access denied", errc::permission_denied},
      {"unauthenticated", errc::unauthorized},
      {"unauthorized", errc::unauthorized},
      {"not logged in", errc::unauthorized},
      {"already exists", errc::conflict},
      {"conflict", errc::conflict},
      {"duplicate", errc::conflict},
      {"not found", errc::not_found},
      {"rate limit", errc::rate_limited},
      {"rate limited", errc::rate_limited},
      {"too many requests", errc::rate_limited},
  };
  for (const auto& refusal : refusals) {
    if (has_phrase(words, refusal.phrase)) return refusal.code;
  }
  return std::nullopt;
}

/// Holds the class of an error, and the evidence for it.
struct Verdict {
  errc code = errc::rejected;
  int status = 0;           ///< the error's own status, otherwise the status of the answer
  bool from_words = false;  ///< whether the words of the message are the only evidence
};

/// Returns whether the server refuses the program, rather than its user.
[[nodiscard]] inline bool refuses_client(const GraphqlError& error) noexcept {
  return same_code(error.code, "RELOGIN") || same_code(error.code, "RELOGIN_REQUIRED");
}

/// Classifies one error of an answer with `http_status`. `request_texts` are texts of the request that the server's
/// message may repeat.
[[nodiscard]] inline Verdict classify_error(const GraphqlError& error, int http_status,
                                            const std::vector<std::string>& request_texts = {}) {
  const int own = own_status(error);
  const int status = own != 0 ? own : http_status;
  // The service expresses this refusal in words only, with any status. Words may decide here, because the caller's key
  // is not blamed and the only consequence is a smaller request.
  const bool in_words = error.code.empty() && has_phrase(own_words(error.message, request_texts), "relogin required");
  if (!is_ambiguous(status) && (in_words || refuses_client(error))) return {errc::client_refused, status, in_words};
  if (own != 0) return {classify_status(own), own, false};
  if (!is_success(http_status)) return {classify_status(http_status), http_status, false};
  // A server that uses codes has a code for each refusal that words could express, so that an unknown code means
  // something else.
  if (!error.code.empty()) return {errc::rejected, http_status, false};
  const auto by_words = classify_words(own_words(error.message, request_texts));
  return {by_words.value_or(errc::rejected), http_status, by_words.has_value()};
}

/// One `Error` repeats at most this many of the server's errors, which is as many as a person reads.
inline constexpr std::size_t max_messages = 16;

/// Converts the server's errors to the messages of an `Error`.
[[nodiscard]] inline std::vector<ServerMessage> to_messages(const std::vector<GraphqlError>& errors) {
  std::vector<ServerMessage> messages;
  messages.reserve(std::min(errors.size(), max_messages));
  for (const auto& error : errors) {
    if (messages.size() == max_messages) break;
    const bool has_reason = !error.message.empty();
    messages.push_back({has_reason ? error.message : "(the server gave no reason)", error.path.text(), error.code});
  }
  if (errors.size() > max_messages)
    messages.push_back({"and " + std::to_string(errors.size() - max_messages) + " more", {}, {}});
  return messages;
}

}  // namespace wandb::detail
// Decodes the text of an answer.

// Refuses a Boost that is too old, before its headers cause errors that do not say so.

#include <boost/version.hpp>

#if BOOST_VERSION < 108100
#error "wandb-users needs Boost 1.81 or newer"
#include "wandb-users needs Boost 1.81"  // does not exist: see detail/declare.hpp
#endif

#include <boost/json/basic_parser_impl.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// A shape of an answer whose fields are found at run time.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace wandb::inline WANDB_ABI {

/// A shape that is only known at run time. It owns its tables and keys. It is neither copied nor moved, because views
/// point into it.
class DynamicShape {
 public:
  /// Takes at most 65,535 `nodes`, in the order of a document, and copies their keys.
  explicit DynamicShape(std::span<const shapes::Node> nodes) {
    std::size_t length = 0;
    std::size_t lists = 0;
    for (const auto& node : nodes) {
      length += node.key.size();
      lists += node.list ? 1 : 0;
    }
    keys_.reserve(length);
    fields_.resize(nodes.size());
    widths_.resize(lists + 1);
    count_ = shapes::Layout(nodes, fields_, widths_).run();
    for (auto& field : fields_) {
      const auto at = keys_.size();
      keys_ += field.key;
      field.key = std::string_view(keys_).substr(at);
    }
  }
  DynamicShape(const DynamicShape&) = delete;
  DynamicShape& operator=(const DynamicShape&) = delete;

  [[nodiscard]] Shape shape() const noexcept { return {fields_, widths_, 0, count_}; }

 private:
  std::string keys_;
  std::vector<Field> fields_;
  std::vector<std::uint16_t> widths_;
  std::uint16_t count_ = 0;
};

}  // namespace wandb
// Finds nulls that the schema does not allow and that no error explains.

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wandb::inline WANDB_ABI::detail {

/// Looks for the first null that the schema does not allow and that no error explains. An error explains the nulls at
/// its path, above and below it.
class NullCheck {
 public:
  NullCheck(const Page& page, const std::vector<GraphqlError>& errors) {
    explained_.reserve(errors.size());
    for (const auto& error : errors) {
      if (!error.path.empty()) explained_.push_back(error.path.packed());
    }
    std::sort(explained_.begin(), explained_.end());
    if (check(page.root())) found_ = here_.text();
  }
  /// Returns the path of that null.
  [[nodiscard]] const std::optional<std::string>& found() const noexcept { return found_; }

 private:
  // Each of these functions returns true as soon as `here_` is such a null.
  [[nodiscard]] bool check(const ObjectView& object) {
    const auto above = here_.packed().size();
    for (const auto& field : object.fields()) {
      here_.add(field.key);
      if (object.slot(field).state() == SlotState::null && !field.nullable && !explained()) return true;
      if (const auto inner = object.object(field); inner && check(*inner)) return true;
      if (check(object.list(field), field.element_nullable)) return true;
      here_.cut_to(above);
    }
    return false;
  }
  [[nodiscard]] bool check(const ListView& list, bool element_nullable) {
    const auto above = here_.packed().size();
    for (std::size_t i = 0; i != list.size(); ++i) {
      here_.add(i);
      if (list.is_null(i)) {
        if (!element_nullable && !explained()) return true;
      } else if (check(list[i])) {
        return true;
      }
      here_.cut_to(above);
    }
    return false;
  }
  // In sorted order the paths below `here_` follow it. The paths above it are its prefixes.
  [[nodiscard]] bool explained() const {
    const auto here = here_.packed();
    const auto at_or_below = std::lower_bound(explained_.begin(), explained_.end(), here);
    if (at_or_below != explained_.end() && at_or_below->starts_with(here)) return true;
    ErrorPath above;
    bool found = false;
    here_.each([&](const ErrorPath::Step& step) {
      if (step.index) above.add(*step.index);
      else above.add(step.key);
      found = found || std::binary_search(explained_.begin(), explained_.end(), above.packed());
    });
    return found;
  }

  std::vector<std::string_view> explained_;
  ErrorPath here_;
  std::optional<std::string> found_;
};

}  // namespace wandb::detail
// Builds a page, row by row.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>

// An arena for strings, which are written piece by piece, keep their addresses, and are wiped with the arena.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <utility>
#include <vector>

namespace wandb::inline WANDB_ABI::detail {

/// Estimates how many elements a text of `size` bytes holds, if its first `at` bytes hold `count` of them. The estimate
/// is slightly high, so that it is seldom too low.
[[nodiscard]] constexpr std::size_t expected_total(std::size_t count, std::size_t at, std::size_t size) noexcept {
  const auto ratio = static_cast<double>(size) / static_cast<double>(std::max<std::size_t>(at, 1));
  return static_cast<std::size_t>(static_cast<double>(count) * ratio * 1.1) + 8;
}

/// Owns strings at fixed addresses. One string at a time is open for writing.
class Arena {
 public:
  /// Appends to the open string. A new block has at most `max_size` bytes, unless the open string needs more: pass the
  /// number of bytes that are still to be read.
  void append(std::string_view text, std::size_t max_size) {
    if (text.size() > room()) grow(text.size(), max_size);
    std::memcpy(end_, text.data(), text.size());
    end_ += text.size();
  }
  /// Closes the open string. The view is valid as long as the arena, even if the arena is moved.
  [[nodiscard]] std::string_view close() noexcept {
    const std::string_view text(open_, static_cast<std::size_t>(end_ - open_));
    open_ = end_;
    return text;
  }
  /// Discards the open string.
  void drop() noexcept { end_ = open_; }
  [[nodiscard]] bool empty() const noexcept { return blocks_.empty(); }

 private:
  using Block = std::vector<char, WipingAllocator<char>>;

  [[nodiscard]] std::size_t room() const noexcept { return static_cast<std::size_t>(limit_ - end_); }
  void grow(std::size_t more, std::size_t max_size) {
    const auto open = static_cast<std::size_t>(end_ - open_);
    next_ = std::max(open + more, std::min(next_, max_size));
    Block block(next_);
    if (open != 0) std::memcpy(block.data(), open_, open);
    open_ = block.data();
    end_ = open_ + open;
    limit_ = open_ + block.size();
    blocks_.push_back(std::move(block));
    next_ *= 4;
  }

  std::vector<Block> blocks_;
  char* open_ = nullptr;
  char* end_ = nullptr;
  char* limit_ = nullptr;
  std::size_t next_ = 512;
};

}  // namespace wandb::detail
// A page with the memory that it views.

#include <memory>
#include <string_view>
#include <utility>

namespace wandb::inline WANDB_ABI::detail {

/// Owns what a page refers to. Only `PageBuilder` makes one; readers know it as a `Page`, whose header costs less to
/// compile. The last owner wipes the text.
struct StoredPage final : Page {
  StoredPage(const Shape& shape, std::shared_ptr<const void> owner, SecureString text) noexcept
      : Page(shape), shape_owner(std::move(owner)), body(std::move(text)) {}

  std::shared_ptr<const void> shape_owner;  // owns the shape's tables; null if they have static storage
  SecureString body;                        // as it was received
  Arena arena;
  std::unique_ptr<Slot[]> first_rows;  // the first rows of every table
  std::unique_ptr<Table[]> own_tables;
};

/// Returns the body of a page as it was received.
[[nodiscard]] inline std::string_view body_of(const Page& page) noexcept {
  return static_cast<const StoredPage&>(page).body;
}

}  // namespace wandb::detail

namespace wandb::inline WANDB_ABI::detail {

/// Builds one page. An object is used once.
class PageBuilder {
 public:
  /// `shape_owner` owns the shape's tables; it is null if they have static storage.
  PageBuilder(const Shape& shape, SecureString body, std::shared_ptr<const void> shape_owner = nullptr)
      : page_(std::make_shared<StoredPage>(shape, std::move(shape_owner), std::move(body))),
        budget_(7 * page_->body.size() + std::size_t{48} * 1024) {}

  [[nodiscard]] const Shape& shape() const noexcept { return page_->shape_; }
  [[nodiscard]] std::string_view body() const noexcept { return page_->body; }
  [[nodiscard]] Arena& arena() noexcept { return page_->arena; }

  /// Unloads the root row and returns it.
  [[nodiscard]] Slot* root() {
    if (!page_->tables_) allocate();
    std::fill_n(page_->tables_[0].slots, shape().widths[0], Slot{});
    return page_->tables_[0].slots;
  }
  [[nodiscard]] std::uint32_t rows(std::uint16_t table) const noexcept { return page_->tables_[table].rows; }
  /// Appends an unloaded row to a list's table, whose earlier rows may move. `at` is the number of body bytes that have
  /// been read. If the budget is used up, the function returns a spare row that is in no table.
  [[nodiscard]] Slot* append(std::uint16_t table, std::size_t at) {
    auto& into = page_->tables_[table];
    const std::size_t width = shape().widths[table];
    const bool room = !exhausted() && (into.rows != into.capacity || grow(into, width, at));
    Slot* row = room ? into.slots + into.rows++ * width : spare_row();
    std::fill_n(row, width, Slot{});
    return row;
  }
  /// Returns how many bytes the page may still use in addition to its body. The budget starts at a few times the size
  /// of the body.
  [[nodiscard]] std::size_t& budget() noexcept { return budget_; }
  /// Returns whether a row did not fit into the budget.
  [[nodiscard]] bool exhausted() const noexcept { return spare_ != nullptr; }
  /// Returns the finished page. The builder must not be used again.
  [[nodiscard]] std::shared_ptr<const Page> finish() noexcept { return std::move(page_); }

 private:
  static constexpr std::uint32_t first_rows = 8;

  // One block holds the first rows of all tables, which is enough for most answers.
  void allocate() {
    const auto widths = shape().widths;
    std::size_t slots = widths[0];
    for (const auto width : widths.subspan(1)) slots += std::size_t{width} * first_rows;
    page_->first_rows = std::unique_ptr<Slot[]>(new Slot[slots]);
    page_->own_tables = std::make_unique<Page::Table[]>(widths.size());
    page_->tables_ = page_->own_tables.get();
    auto* next = page_->first_rows.get();
    for (std::size_t i = 0; i != widths.size(); ++i) {
      const std::uint32_t rows = i == 0 ? 1 : first_rows;
      page_->tables_[i].slots = next;
      page_->tables_[i].capacity = rows;
      next += std::size_t{widths[i]} * rows;
    }
  }
  // Grows a table: a small one fourfold, a large one immediately to the size that the rest of the body suggests, within
  // limits. Returns false if the budget has no room for another row.
  [[nodiscard]] bool grow(Page::Table& table, std::size_t width, std::size_t at) {
    const std::size_t rows = table.rows;
    const auto expected = expected_total(rows, at, end_of_data(rows, at));
    const auto wanted = rows < 4 * first_rows ? 4 * rows : std::clamp(expected, rows + rows / 4, 64 * rows);
    const auto capacity = std::min(wanted, budget_ / (width * sizeof(Slot)));
    if (capacity <= rows) return false;
    std::unique_ptr<Slot[]> grown(new Slot[capacity * width]);
    std::copy_n(table.slots, rows * width, grown.get());
    budget_ -= capacity * width * sizeof(Slot);
    if (table.own) budget_ += table.capacity * width * sizeof(Slot);
    table.own = std::move(grown);
    table.slots = table.own.get();
    table.capacity = static_cast<std::uint32_t>(capacity);
    return true;
  }
  // Estimates where the data ends, because a large answer may hold many errors before or after the data.
  [[nodiscard]] std::size_t end_of_data(std::size_t rows, std::size_t at) noexcept {
    constexpr std::size_t many = 64 * 4 * first_rows;
    if (rows < many) return page_->body.size();
    if (errors_at_ == 0) errors_at_ = std::min(page_->body.rfind("\"errors\""), page_->body.size());
    return errors_at_ > at ? errors_at_ : page_->body.size();
  }
  // Returns a row whose values are ignored. It is as wide as the widest row, because the rows inside it share it.
  [[nodiscard]] Slot* spare_row() {
    const auto widths = shape().widths;
    if (!spare_) spare_ = std::make_unique<Slot[]>(*std::max_element(widths.begin(), widths.end()));
    return spare_.get();
  }

  std::shared_ptr<StoredPage> page_;
  std::size_t budget_;
  std::size_t errors_at_ = 0;  // 0: not searched for yet
  std::unique_ptr<Slot[]> spare_;
};

}  // namespace wandb::detail
// Turns the events of a JSON parser into the rows of a page.

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

// The position of a parser in the page that it fills.

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <string>

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

namespace wandb::inline WANDB_ABI::detail {

/// Overwrites unescaped text that the parser may have left in its stack frames. Call it from the function that called
/// the parser.
[[gnu::noinline]] inline void wipe_parser_frames() noexcept {
  char frames[32 * 1024];
  wipe(frames, sizeof frames);
}

/// States whether the reason of a `DecodeError` may quote a part of the text.
enum class Excerpts : std::uint8_t { none, short_ones };

/// Decodes one text into one page. An object is used once.
class Decoder {
 public:
  Decoder(PageBuilder builder, bool bare, Excerpts excerpts, const KnownSecrets* secrets)
      : builder_(std::move(builder)), bare_(bare), excerpts_(excerpts), secrets_(secrets) {}

  /// Returns everything about the answer that follows from the body alone.
  [[nodiscard]] GraphqlAnswer decode() {
    GraphqlAnswer answer;
    const auto text = builder_.body();
    if (text.size() > std::numeric_limits<std::uint32_t>::max()) {
      fail(answer, AnswerClass::undecodable, {{}, "it is larger than 4 GiB"});
    } else if (trimmed(text).empty()) {
      fail(answer, AnswerClass::not_the_service, {{}, "it is empty"});
    } else {
      parse(answer, text);
    }
    return answer;
  }

 private:
  static void fail(GraphqlAnswer& answer, AnswerClass kind, DecodeError error) {
    answer.kind = kind;
    answer.decode_error = std::move(error);
  }

  void parse(GraphqlAnswer& answer, std::string_view text) {
    boost::json::parse_options options;
    options.max_depth = PageParser::max_depth;
    boost::json::basic_parser<PageParser> parser(options, builder_, bare_);
    boost::system::error_code ec;
    const auto length = parser.write_some(false, text.data(), text.size(), ec);
    const auto& handler = parser.handler();
    if (handler.saw_escapes()) wipe_parser_frames();
    const bool wrong_shape = *handler.failure() != '\0';
    if (!wrong_shape && (ec || length != text.size())) {
      const bool cut_off = trimmed(text).starts_with('{') && !trimmed(text).ends_with('}');
      const bool ours = cut_off || mentions_graphql(text);
      return fail(answer, ours ? AnswerClass::undecodable : AnswerClass::not_the_service,
                  {handler.path(), syntax_error(ec, length)});
    }
    if (wrong_shape) fail(answer, AnswerClass::undecodable, {handler.path(), handler.failure()});
    else if (builder_.exhausted()) fail(answer, AnswerClass::undecodable, {{}, "it holds more than its size allows"});
    const auto& envelope = handler.envelope();
    take_errors(answer, envelope);
    if (!answer.decode_error) take_data(answer, envelope, handler.saw_unexpected_null());
    const bool foreign = envelope.is_empty() && (!wrong_shape || !mentions_graphql(text));
    if (answer.decode_error && foreign) answer.kind = AnswerClass::not_the_service;
  }

  void take_errors(GraphqlAnswer& answer, const Envelope& envelope) {
    for (const auto errors : {envelope.errors(), envelope.error()}) {
      if (errors.state() != SlotState::raw || read_errors(answer.errors, errors.text(), builder_.budget())) continue;
      fail(answer, AnswerClass::undecodable, {{}, "it holds more errors than its size allows"});
    }
    for (auto& error : answer.errors) {
      if (!error.code.empty() || error.status != 0) continue;
      if (envelope.code().state() == SlotState::raw) read_code(error, "code", JsonValue(envelope.code().text()));
      if (envelope.status().state() == SlotState::raw) read_code(error, "status", JsonValue(envelope.status().text()));
    }
  }

  void take_data(GraphqlAnswer& answer, const Envelope& envelope, bool saw_unexpected_null) {
    if (envelope.data_slot().state() == SlotState::object) {
      auto page = builder_.finish();
      if (saw_unexpected_null) {
        if (const NullCheck check(*page, answer.errors); check.found()) {
          return fail(answer, AnswerClass::undecodable,
                      {*check.found(), "it is null, which the schema does not allow"});
        }
      }
      answer.kind = AnswerClass::data;
      answer.root = page->root();
      answer.page = std::move(page);
    } else if (!answer.errors.empty()) {
      answer.kind = AnswerClass::refused;
    } else {
      fail(answer, AnswerClass::empty, {{}, "it has neither data nor errors"});
      if (envelope.is_empty()) answer.decode_error->reason += excerpt(0, 80);
    }
  }

  // Returns whether broken JSON may have been the answer of a GraphQL server.
  [[nodiscard]] static bool mentions_graphql(std::string_view text) noexcept {
    if (!trimmed(text).starts_with('{')) return false;
    for (const std::string_view key : {"\"data\"", "\"errors\"", "\"error\""}) {
      if (text.find(key) != text.npos) return true;
    }
    return false;
  }

  [[nodiscard]] std::string syntax_error(const boost::system::error_code& ec, std::size_t at) const {
    using boost::json::error;
    const auto text = builder_.body();
    const auto place = "byte " + std::to_string(at);
    const char first = trimmed(text).front();
    if (first != '{' && first != '[') return "it is not JSON" + excerpt(0, 80);
    if (!ec) return "text follows its end at " + place + excerpt(at, 16);
    if (ec == error::incomplete) return "it breaks off after " + std::to_string(text.size()) + " bytes";
    if (ec == error::too_deep)
      return "it is nested more than " + std::to_string(PageParser::max_depth) + " levels deep";
    if (ec == error::exponent_overflow) return "it holds a number beyond all limits at " + place;
    return "it is not JSON at " + place + excerpt(at, 16);
  }
  [[nodiscard]] std::string excerpt(std::size_t at, std::size_t length) const {
    const auto text = at == 0 ? trimmed(builder_.body()) : builder_.body();
    if (excerpts_ == Excerpts::none) return {};
    const Mask mask(secrets_ == nullptr ? std::span<const std::string_view>() : secrets_->secrets());
    return ": " + mask.excerpt(text, at, length);
  }

  PageBuilder builder_;
  bool bare_;
  Excerpts excerpts_;
  const KnownSecrets* secrets_;
};

/// Decodes the answer to a GraphQL request: `data`, `errors` and `error` in any order. If a field occurs twice, the
/// last one counts; fields that the shape does not have are skipped. `shape` must have static storage. `secrets`, which
/// may be null, are masked in excerpts.
[[nodiscard]] inline GraphqlAnswer decode(const Shape& shape, SecureString body,
                                          Excerpts excerpts = Excerpts::short_ones,
                                          const KnownSecrets* secrets = nullptr) {
  return Decoder(PageBuilder(shape, std::move(body)), false, excerpts, secrets).decode();
}

/// Decodes a text that is the root object itself. The page owns the shape.
[[nodiscard]] inline GraphqlAnswer decode_bare(std::shared_ptr<const DynamicShape> shape, SecureString body,
                                               Excerpts excerpts = Excerpts::short_ones) {
  const auto view = shape->shape();
  return Decoder(PageBuilder(view, std::move(body), std::move(shape)), true, excerpts, nullptr).decode();
}

/// Returns why a text is not one JSON object, without quoting it; nothing if it is one. `JsonValue` can then read it.
[[nodiscard]] inline std::optional<DecodeError> json_object_fault(std::string_view text) {
  auto no_fields = std::make_shared<const DynamicShape>(std::span<const shapes::Node>());
  return decode_bare(std::move(no_fields), SecureString(text), Excerpts::none).decode_error;
}
[[nodiscard]] inline bool is_json_object(std::string_view text) { return !json_object_fault(text); }

}  // namespace wandb::detail
// Finds the API keys that an answer brings.

#include <cstddef>
#include <string_view>

namespace wandb::inline WANDB_ABI::detail {

/// Calls `f(text)` for each string of a JSON text that may be an API key. Keys need no escapes.
template <class F>
void each_key_in(std::string_view json, F f) {
  const auto* const end = json.data() + json.size();
  for (const auto* at = json.data(); at != end;) {
    if (*at != '"') {
      ++at;
      continue;
    }
    const auto* const behind = skip_string(at, end);
    const auto quoted = std::string_view(at, static_cast<std::size_t>(behind - at));
    if (quoted.size() > 2 && may_be_api_key(quoted.substr(1, quoted.size() - 2)))
      f(quoted.substr(1, quoted.size() - 2));
    at = behind;
  }
}

}  // namespace wandb::detail
// Decides whether errors instead of data show that no field of a mutation ran.

#include <algorithm>
#include <span>
#include <vector>

namespace wandb::inline WANDB_ABI::detail {

/// Returns whether an error concerns the operation as a whole, so that the server began nothing below the field.
[[nodiscard]] inline bool is_of_operation(const GraphqlError& error) noexcept {
  return !error.invalid_path && error.path.size() <= 1;
}

/// Returns whether the errors of a mutation without data, which all concern the operation as a whole, account for each
/// of its root fields. The fields run one after the other, so that the error of one says nothing about the others: a
/// null without an error of its own may be what a field returned that ran. `__typename`, the only text among them,
/// never runs.
[[nodiscard]] inline bool refuses_each_field(const GraphqlAnswer& answer, std::span<const Field> root_fields) noexcept {
  const auto& errors = answer.errors;
  const auto runs = [](const Field& field) { return field.kind != FieldKind::string; };
  if (std::count_if(root_fields.begin(), root_fields.end(), runs) <= 1) return true;
  const auto is_of_request = [](const GraphqlError& error) { return error.path.empty(); };
  if (!answer.page && std::all_of(errors.begin(), errors.end(), is_of_request)) return true;
  return std::all_of(root_fields.begin(), root_fields.end(), [&](const Field& field) {
    const auto is_of_field = [&](const GraphqlError& error) { return error.path[0].key == field.key; };
    return !runs(field) || std::any_of(errors.begin(), errors.end(), is_of_field);
  });
}

}  // namespace wandb::detail
// Finds the texts that a request sends and that the server's messages may repeat.

#include <string>
#include <string_view>
#include <vector>

namespace wandb::inline WANDB_ABI::detail {

/// Appends the texts in a value of a request, masked. It skips what is nested more deeply than a person nests input.
inline void collect_texts(const JsonValue& value, const Mask& mask, std::vector<std::string>& texts, int depth) {
  constexpr int max_depth = 8;
  if (depth == max_depth) return;
  if (value.is_string()) texts.push_back(mask(value.string()));
  value.each_element([&](const JsonValue& element) { collect_texts(element, mask, texts, depth + 1); });
  value.each_member(
      [&](const std::string&, const JsonValue& member) { collect_texts(member, mask, texts, depth + 1); });
}

/// Returns the texts among a request's variables. They are masked as the answer is masked, because a server may repeat
/// them there.
[[nodiscard]] inline std::vector<std::string> texts_of_request(std::string_view request_body, const Mask& mask) {
  std::vector<std::string> texts;
  collect_texts(JsonValue(request_body).member("variables"), mask, texts, 0);
  return texts;
}

}  // namespace wandb::detail
// The content codings of HTTP. The library requests none and decodes none, but names one in an error.

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

namespace wandb::inline WANDB_ABI::detail {

/// Returns the first coding of a `Content-Encoding` other than `identity`; empty if there is none.
[[nodiscard]] constexpr std::string_view first_coding(std::string_view value) noexcept {
  while (!value.empty()) {
    const auto comma = value.find(',');
    const auto coding = trimmed(value.substr(0, comma));
    if (!coding.empty() && !equal_ignoring_case(coding, "identity")) return coding;
    value = comma == value.npos ? std::string_view{} : value.substr(comma + 1);
  }
  return {};
}

/// Returns a coding's name for an error's text, if it is plausible.
[[nodiscard]] inline std::string coding_name(std::string_view coding) {
  constexpr std::size_t max_size = 11;  // one less than the piece of a secret that the mask would look for
  const auto belongs = [](char c) { return is_letter(c) || is_digit(c) || c == '-'; };
  const bool is_name = coding.size() <= max_size && std::all_of(coding.begin(), coding.end(), belongs);
  return is_name ? std::string(coding) : std::string("something unknown");
}

}  // namespace wandb::detail

namespace wandb::inline WANDB_ABI::detail {

/// Makes an `errc::malformed_response`. `path` is the faulty place in the answer; it is empty for the whole answer.
[[nodiscard]] inline Error malformed(const std::string& path, std::string_view reason, int status) {
  const std::string where = path.empty() ? std::string{} : " at " + path;
  return Error(make_error_code(errc::malformed_response),
               Error::Details{.reason = "the server's answer is malformed" + where + ": " + std::string(reason),
                              .operation = {},
                              .messages = {},
                              .status = status,
                              .delivery = Delivery::answered});
}

/// Reads the answer to one request.
class AnswerReader {
 public:
  /// `request_body` is the body of the request. `secrets` are masked, and the secrets that the answer brings are added
  /// to them. The object keeps references to all three.
  AnswerReader(const Operation& operation, std::string_view request_body, KnownSecrets& secrets) noexcept
      : operation_(operation), request_body_(request_body), secrets_(secrets) {}

  /// Returns the classified answer, without secrets in its errors. Call it once.
  [[nodiscard]] GraphqlAnswer read(int status, const HeadersView& headers, SecureString body) {
    const auto excerpts = may_hold_new_secret() ? Excerpts::none : Excerpts::short_ones;
    auto answer = decode(operation_.shape, std::move(body), excerpts, &secrets_);
    answer.status = status;
    answer.deciding_status = status;
    if (may_hold_new_secret()) find_new_secrets(answer);
    mask_errors(answer);
    classify(answer, headers);
    return answer;
  }

 private:
  struct Refusal {
    int deciding_status;
    Error error;
  };

  [[nodiscard]] Mask mask() const { return Mask(secrets_.secrets()); }
  // Returns whether the answer may hold a secret that the client does not know yet. Then no error quotes the answer.
  [[nodiscard]] bool may_hold_new_secret() const noexcept { return operation_.brings_secret; }
  [[nodiscard]] bool is_mutation() const noexcept { return operation_.repeat != Repeat::safe; }
  // Returns the operation's root fields: one in each of the library's own operations.
  [[nodiscard]] std::span<const Field> root_fields() const noexcept {
    const auto& shape = operation_.shape;
    return shape.fields.subspan(shape.first, static_cast<std::size_t>(shape.last - shape.first));
  }
  // Returns whether an error's path leads to something below a root field of the operation.
  [[nodiscard]] bool is_below_field(const GraphqlError& error) const noexcept {
    if (error.path.size() < 2) return false;
    const auto fields = root_fields();
    const auto key = error.path[0].key;
    return std::any_of(fields.begin(), fields.end(), [&](const Field& field) { return field.key == key; });
  }
  // Returns whether the answer has data of a root field. In a mutation only an object, or JSON of an unknown type,
  // shows that the field ran: `__typename` is a text, which the server answers without running anything.
  [[nodiscard]] bool has_field(const GraphqlAnswer& answer) const noexcept {
    for (const auto& field : answer.root.fields()) {
      const auto state = answer.root.slot(field).state();
      if (state == SlotState::object || state == SlotState::raw) return true;
      if (!is_mutation() && state != SlotState::null && state != SlotState::unloaded) return true;
    }
    return false;
  }
  // Returns whether an answer without data and errors is complete: a query may find nothing.
  [[nodiscard]] bool may_be_empty(const GraphqlAnswer& answer) const noexcept {
    if (is_mutation()) return false;
    if (operation_.has_conditions) return true;
    for (const auto& field : answer.root.fields()) {
      if (answer.root.slot(field).state() == SlotState::null) return true;
    }
    return false;
  }

  void classify(GraphqlAnswer& answer, const HeadersView& headers) const {
    const bool has_data_or_errors = answer.decode_error || has_field(answer) || !answer.errors.empty();
    if (answer.kind == AnswerClass::not_the_service) {
      answer.failure = not_the_service(answer.status, headers, answer.decode_error->reason);
    } else if (!is_success(answer.status) && (answer.kind == AnswerClass::empty || !has_data_or_errors)) {
      fail(answer, AnswerClass::unproven, refusal(answer.status, {}).error);
    } else if (answer.decode_error) {
      fail(answer, AnswerClass::undecodable, undecodable(answer.status, *answer.decode_error));
    } else if (has_field(answer)) {
      classify_data(answer);
    } else if (!answer.errors.empty()) {
      classify_refusal(answer);
    } else if (!may_be_empty(answer)) {
      fail(answer, AnswerClass::undecodable,
           malformed(std::string(root_fields().front().key), "it is missing, and no error says why", answer.status));
    }
  }

  // An answer without the operation's field holds nothing that a method could use.
  static void fail(GraphqlAnswer& answer, AnswerClass kind, Error failure) {
    answer.kind = kind;
    answer.failure = std::move(failure);
    answer.root = {};
    answer.page.reset();
  }

  // Classifies an answer that holds the field's data: whatever the status is, a mutation has run and a query has its
  // answer.
  void classify_data(GraphqlAnswer& answer) const {
    const auto elsewhere = [&](const GraphqlError& error) { return !is_below_field(error); };
    if (!is_mutation() || std::none_of(answer.errors.begin(), answer.errors.end(), elsewhere)) return;
    answer.kind = AnswerClass::incomplete;
    answer.failure = refusal(answer.status, answer.errors).error;
  }

  // Classifies an answer with errors instead of the field. A path below the field shows that a mutation ran, even if
  // the null has propagated up to the field itself. Paths no longer than the field show that the field did not run, and
  // a mutation did not run if that is shown for each of its fields. Other paths show nothing.
  void classify_refusal(GraphqlAnswer& answer) const {
    const auto& errors = answer.errors;
    auto [deciding, failure] = refusal(answer.status, errors);
    // A gateway that gave up proves nothing, whatever it says about the next request.
    const bool overruled = deciding == 429 && is_ambiguous(answer.status);
    if (!overruled) answer.deciding_status = deciding;
    auto kind = AnswerClass::refused;
    if (is_mutation()) {
      const auto below = [&](const GraphqlError& error) { return is_below_field(error); };
      if (std::any_of(errors.begin(), errors.end(), below)) kind = AnswerClass::incomplete;
      else if (!std::all_of(errors.begin(), errors.end(), is_of_operation)) kind = AnswerClass::unproven;
      else if (!refuses_each_field(answer, root_fields())) kind = AnswerClass::undecodable;
    }
    fail(answer, kind, std::move(failure));
  }

  // Returns the error for errors instead of data, or for a status without errors. Among several errors, the first that
  // leaves open whether the mutation ran decides; otherwise the first that has a status of its own decides.
  [[nodiscard]] Refusal refusal(int http_status, const std::vector<GraphqlError>& errors) const {
    Verdict verdict{is_success(http_status) ? errc::rejected : classify_status(http_status), http_status, false};
    if (!errors.empty()) {
      const auto ambiguous = [](const GraphqlError& error) { return is_ambiguous(own_status(error)); };
      const auto with_status = [](const GraphqlError& error) { return own_status(error) != 0; };
      auto deciding = std::find_if(errors.begin(), errors.end(), ambiguous);
      if (deciding == errors.end()) deciding = std::find_if(errors.begin(), errors.end(), with_status);
      verdict = classify_error(deciding == errors.end() ? errors.front() : *deciding, http_status,
                               texts_of_request(request_body_, mask()));
    }
    return {verdict.status, Error(make_error_code(verdict.code), Error::Details{.reason = {},
                                                                                .operation = {},
                                                                                .messages = to_messages(errors),
                                                                                .status = http_status,
                                                                                .delivery = Delivery::answered,
                                                                                .from_words = verdict.from_words})};
  }

  // Returns the error for an undecodable answer. A status that asks to try again later is believed even then; a status
  // that would make a statement about a user is not.
  [[nodiscard]] static Error undecodable(int status, const DecodeError& decode_error) {
    auto error = malformed(decode_error.path, decode_error.reason, status);
    if (!is_ambiguous(status) && status != 429) return error;
    const auto code = make_error_code(classify_status(status));
    auto details = error.details();
    details.reason = code.message() + "; " + details.reason;
    return Error(code, std::move(details));
  }

  // Returns the error for an answer that does not come from the service. `reason` says what is wrong with the answer.
  [[nodiscard]] Error not_the_service(int status, const HeadersView& headers, const std::string& reason) const {
    Error::Details details{
        .reason = {}, .operation = {}, .messages = {}, .status = status, .delivery = Delivery::answered};
    const auto type = content_type(headers);
    details.reason = make_error_code(errc::not_the_service).message() + " (";
    if (const auto elsewhere = headers.find("Location"); elsewhere && status >= 300 && status <= 399)
      details.reason +=
          (may_hold_new_secret() ? "it leads elsewhere" : "it leads to " + shown_location(*elsewhere)) + "; ";
    if (const auto coding = first_coding(headers.find("Content-Encoding").value_or("")); !coding.empty())
      details.reason += "encoded as " + coding_name(coding) + ", which was not asked for; ";
    details.reason.append(type.empty() ? "no content type" : type).append("; ").append(reason).append(")");
    return Error(make_error_code(errc::not_the_service), std::move(details));
  }

  [[nodiscard]] std::string content_type(const HeadersView& headers) const {
    const auto type = headers.find("Content-Type").value_or(std::string_view{});
    if (!may_hold_new_secret()) return shortened(mask()(type), 80);
    for (const std::string_view known : {"text/html", "text/plain", "application/json"}) {
      if (equal_ignoring_case(trimmed(type.substr(0, type.find(';'))), known)) return std::string(known);
    }
    return type.empty() ? std::string{} : "another content type";
  }

  // Describes the target of a redirect. A person has to check the host, above all its end, so that the host is never
  // shortened to make room for the path.
  [[nodiscard]] std::string shown_location(std::string_view location) const {
    constexpr std::size_t max_length = 200;
    constexpr std::size_t max_scheme = 32;
    const Mask mask = this->mask();
    const auto slashes = location.find("//");
    const bool absolute = slashes != location.npos && slashes <= location.find_first_of("/?#");
    const auto authority = absolute ? slashes + 2 : 0;
    const auto path = absolute ? std::min(location.find_first_of("/?#", authority), location.size()) : 0;
    auto host = location.substr(authority, path - authority);
    const auto user = host.rfind('@');
    if (user != host.npos) host.remove_prefix(user + 1);
    auto shown = shortened(mask(location.substr(0, authority), Shapes::marked), max_scheme);
    shown += (user != host.npos ? "****@" : "") + shown_host(mask, host);
    const auto room = max_length - std::min(shown.size(), max_length);
    return shown + shortened(mask(location.substr(path)), std::max(room, std::string_view("/\u2026").size()));
  }
  // Returns the host, or only its end if the host is longer than a DNS name can be.
  [[nodiscard]] static std::string shown_host(const Mask& mask, std::string_view host) {
    constexpr std::size_t max_name = 253;
    host.remove_prefix(host.size() - std::min(host.size(), Mask::max_read));
    auto shown = mask(host, Shapes::marked);
    if (shown.size() <= max_name) return shown;
    auto begin = shown.size() - max_name;
    while ((static_cast<unsigned char>(shown[begin]) & 0xC0U) == 0x80) ++begin;
    return "\u2026" + shown.substr(begin);
  }

  // Adds the new secrets to those that are masked. A program's own document may rename the fields that hold them.
  void find_new_secrets(const GraphqlAnswer& answer) {
    new_secret_ = new_secret(answer);
    if (!new_secret_.empty()) secrets_.add(new_secret_);
    else if (answer.page && !answer.errors.empty())
      each_key_in(body_of(*answer.page), [&](std::string_view key) { secrets_.add(key); });
  }

  // Returns the key that an answer brings. The key is empty if the answer brings none, or a text that is too short to
  // be a key, or if the document has several root fields, which may bring several keys.
  [[nodiscard]] std::string_view new_secret(const GraphqlAnswer& answer) const {
    if (root_fields().size() != 1) return {};
    const auto payload = answer.root.object("generateApiKey");
    const auto key = payload ? payload->object("apiKey") : std::nullopt;
    const auto name = key ? key->string("name").value_or(std::string_view{}) : std::string_view{};
    return name.size() >= 12 ? name : std::string_view{};
  }

  // Returns whether an answer proves that no key was made: the field is replaced by errors about the operation as a
  // whole only, and neither these errors nor the status leave the outcome open.
  [[nodiscard]] bool proves_no_key(const GraphqlAnswer& answer) const {
    if (answer.decode_error || is_ambiguous(answer.status) || has_field(answer)) return false;
    const auto leaves_nothing_open = [](const GraphqlError& error) {
      return is_of_operation(error) && !is_ambiguous(own_status(error));
    };
    return std::all_of(answer.errors.begin(), answer.errors.end(), leaves_nothing_open) &&
           refuses_each_field(answer, root_fields());
  }

  // Masks the credentials that were sent and the new key wherever the errors repeat them. If a key may have been made
  // and the answer does not show the whole key, the errors may hold pieces of it.
  void mask_errors(GraphqlAnswer& answer) const {
    if (answer.errors.empty()) return;
    const bool pieces = may_hold_new_secret() && !is_api_key(new_secret_) && !proves_no_key(answer);
    const auto shapes = pieces ? Shapes::pieces : Shapes::all;
    const Mask mask = this->mask();
    for (auto& error : answer.errors) {
      error.message = mask(error.message, shapes);
      // The status of a code decides whether the request is repeated. It is not secret, so that it is kept when the
      // code is masked.
      const int status = status_of_code(error.code);
      error.code = mask(error.code, shapes);
      if (status != 0 && status_of_code(error.code) != status) error.code = std::to_string(status);
      ErrorPath path;
      error.path.each([&](const ErrorPath::Step& step) {
        if (step.index) path.add(*step.index);
        else path.add(mask(step.key, shapes));
      });
      error.path = std::move(path);
    }
  }

  const Operation& operation_;
  std::string_view request_body_;
  KnownSecrets& secrets_;
  std::string_view new_secret_;
};

}  // namespace wandb::detail
// Verifies to whom a secret belongs before it is used.

#include <cstdint>
#include <string>
#include <string_view>

namespace wandb::inline WANDB_ABI::detail {

/// Returns success if the answer to `verify_credentials` shows that the secret belongs to the expected owner. Records
/// the outcome in `identity`. `token` is the number of the access token of a federated identity.
[[nodiscard]] inline Result<void> prove(const Identity& identity, std::uint64_t token,
                                        const Result<GraphqlAnswer>& answer) {
  if (!answer) return answer.error();
  const auto failed = [&](errc code, std::string_view reason) {
    identity.refuse(code == errc::credentials_of_another_user);
    return Error(make_error_code(code), Error::Details{.reason = std::string(reason),
                                                       .advice = "",
                                                       .operation = "viewer",
                                                       .messages = {},
                                                       .status = answer->status,
                                                       .delivery = Delivery::answered});
  };
  const auto viewer = answer->root.object("viewer");
  if (!viewer) {
    const auto from = identity.source().empty() ? std::string() : " from " + identity.source();
    return failed(errc::unauthorized,
                  "the server does not know the user's secret" + from + "; it may have been deleted");
  }
  const auto text = [&](std::string_view key) { return viewer->string(key).value_or(std::string_view{}); };
  if (!identity.owner().is(text("id"), text("username"), text("email"))) {
    return failed(errc::credentials_of_another_user, {});
  }
  identity.prove(token);
  return success();
}

}  // namespace wandb::detail
// Decides when a request is repeated, and how it ended. It does no I/O: it takes what happened, and returns what to do
// next.

#include <algorithm>
#include <cassert>
#include <chrono>
#include <cstdint>
#include <optional>
#include <variant>

namespace wandb::inline WANDB_ABI::detail {

/// Send the request now.
struct SendRequest {
  int attempt = 1;
  friend constexpr bool operator==(const SendRequest&, const SendRequest&) = default;
};
/// Wait for this duration, then resume.
struct Wait {
  std::chrono::nanoseconds duration{};
  friend constexpr bool operator==(const Wait&, const Wait&) = default;
};
/// There is nothing more to send. `by` says how the request ended.
struct Done {
  enum class By : std::uint8_t {
    success,    ///< the last answer holds what was requested
    failure,    ///< the last failure, or the last answer, is the result
    deadline,   ///< no time was left to send
    cancelled,  ///< a stop was requested before sending
  };
  By by = By::failure;
  Outcome outcome = Outcome::not_run;
  friend constexpr bool operator==(const Done&, const Done&) = default;
};
using Action = std::variant<SendRequest, Wait, Done>;

/// Describes how one attempt ended.
struct AttemptResult {
  Delivery delivery = Delivery::perhaps_sent;
  int status = 0;       ///< the answer's `deciding_status`; 0 if no answer was read to its end
  HeadersView headers;  ///< the headers of the answer
  AnswerClass answer = AnswerClass::unproven;
  int partial_status = 0;    ///< the HTTP status of an answer that was not read to its end
  std::optional<errc> code;  ///< the failure as the library classifies it; none for a transport's own error code
};

/// Holds the time of a step and its other external inputs. They are passed in, so that tests control them to the
/// nanosecond.
struct Moment {
  std::chrono::steady_clock::time_point now;
  std::chrono::system_clock::time_point wall{};
  double random = 0.0;   ///< a number in [0, 1)
  bool stopped = false;  ///< whether a stop was requested
  /// The time at which the server accepts the next request, as other calls learned from it.
  std::chrono::steady_clock::time_point not_before = std::chrono::steady_clock::time_point::min();
};

/// One request, repeated as far as its operation and the policy allow. `start`, `arrived` and `resumed` return the next
/// action, until that is `Done`.
class RetryMachine {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  constexpr RetryMachine() = default;
  constexpr RetryMachine(Repeat repeat, const RetryPolicy& policy, TimePoint deadline) noexcept
      : policy_(policy), deadline_(deadline), repeat_(repeat) {}

  /// Returns the first action.
  [[nodiscard]] constexpr Action start(const Moment& moment) noexcept { return send(moment); }

  /// Takes the result of `SendRequest`.
  [[nodiscard]] constexpr Action arrived(const AttemptResult& result, const Moment& moment) noexcept {
    assert(!done_);
    if (result.status != 0 && result.answer == AnswerClass::data) {
      return finish(Done::By::success, is_mutation() ? Outcome::ran : Outcome::not_run);
    }
    const auto outcome = outcome_of(result);
    if (outcome == Outcome::ran) return finish(Done::By::failure, outcome);
    ambiguous_ = ambiguous_ || outcome == Outcome::unknown;
    if (attempts_ < policy_.max_attempts && may_repeat(result, outcome)) {
      const auto wait = delay(result, moment);
      if (moment.stopped) return finish(Done::By::cancelled, overall(result));
      if (wait < deadline_ - moment.now) return Wait{wait};
    }
    return finish(Done::By::failure, overall(result));
  }

  /// Continues after `Wait`.
  [[nodiscard]] constexpr Action resumed(const Moment& moment) noexcept { return send(moment); }

  /// Returns the number of requests sent so far.
  [[nodiscard]] constexpr int attempts() const noexcept { return attempts_; }
  /// Returns whether one of them may have run although its answer was lost.
  [[nodiscard]] constexpr bool ambiguous() const noexcept { return ambiguous_; }
  [[nodiscard]] constexpr bool done() const noexcept { return done_; }

 private:
  [[nodiscard]] constexpr bool is_mutation() const noexcept { return repeat_ != Repeat::safe; }

  [[nodiscard]] constexpr Action send(const Moment& moment) noexcept {
    assert(!done_);
    const auto so_far = is_mutation() && ambiguous_ ? Outcome::unknown : Outcome::not_run;
    if (moment.stopped) return finish(Done::By::cancelled, so_far);
    if (moment.now >= deadline_) return finish(Done::By::deadline, so_far);
    if (moment.not_before > moment.now) {
      if (moment.not_before >= deadline_) return finish(Done::By::deadline, so_far);
      return Wait{moment.not_before - moment.now};
    }
    return SendRequest{++attempts_};
  }

  [[nodiscard]] constexpr Action finish(Done::By by, Outcome outcome) noexcept {
    done_ = true;
    return Done{by, outcome};
  }

  // Returns what this attempt alone did.
  [[nodiscard]] constexpr Outcome outcome_of(const AttemptResult& result) const noexcept {
    if (!is_mutation()) return Outcome::not_run;
    if (result.status == 0) {
      const bool not_run =
          result.delivery == Delivery::nothing_sent || is_refused_before_running(result.partial_status);
      return not_run ? Outcome::not_run : Outcome::unknown;
    }
    if (result.answer == AnswerClass::incomplete) return Outcome::ran;
    if (result.answer == AnswerClass::undecodable) return Outcome::unknown;
    const bool refused = result.answer == AnswerClass::refused && is_success(result.status);
    const bool definitive = is_definitive(result.status) || result.status == 429;
    return refused || definitive ? Outcome::not_run : Outcome::unknown;
  }

  // Returns what all attempts did, if this is the last one.
  [[nodiscard]] constexpr Outcome overall(const AttemptResult& result) const noexcept {
    if (!is_mutation()) return Outcome::not_run;
    // The conflict may be with the object that an earlier attempt made.
    const bool own_conflict = attempts_ > 1 && (result.status == 409 || result.code == errc::conflict);
    return ambiguous_ || own_conflict ? Outcome::unknown : Outcome::not_run;
  }

  [[nodiscard]] static constexpr bool is_permanent(std::optional<errc> code) noexcept {
    return code == errc::cancelled || code == errc::tls_failed || code == errc::response_too_large ||
           code == errc::invalid_argument || code == errc::protocol_error || code == errc::no_status ||
           code == errc::proxy_refused || code == errc::invalid_environment;
  }

  // `outcome` belongs to this attempt. A mutation that must not run twice is only repeated if nothing was sent, or
  // after a 429: no other status proves that nothing ran, even with `Retry-After`.
  [[nodiscard]] constexpr bool may_repeat(const AttemptResult& result, Outcome outcome) const noexcept {
    if (result.status == 0 && is_permanent(result.code)) return false;
    if (repeat_ == Repeat::once && outcome != Outcome::not_run) return false;
    if (result.status == 0) return repeat_ != Repeat::once || result.delivery == Delivery::nothing_sent;
    if (result.status == 429) return true;
    return repeat_ != Repeat::once && result.status >= 400 && !is_definitive(result.status);
  }

  [[nodiscard]] constexpr std::chrono::nanoseconds delay(const AttemptResult& result,
                                                         const Moment& moment) const noexcept {
    const auto asked = asked_delay(result.status, result.headers, moment.wall);
    if (asked) return policy_.capped(*asked);
    return policy_.backoff(attempts_, moment.random);
  }

  RetryPolicy policy_{};
  TimePoint deadline_ = TimePoint::max();
  Repeat repeat_ = Repeat::safe;
  int attempts_ = 0;
  bool ambiguous_ = false;
  bool done_ = false;
};

}  // namespace wandb::detail
// Gets an access token for one request, without I/O: the one that is known, or a new one for the identity token.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wandb::inline WANDB_ABI::detail {

/// Gets an access token. While another call exchanges the identity token, this one waits in short steps and takes the
/// result of that exchange. `next` and `arrived` return the next action; after `Done` the result can be taken.
class TokenExchange {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  /// Keeps a reference to `endpoint`.
  TokenExchange(std::shared_ptr<Federation> federation, const Endpoint& endpoint, TimePoint deadline, StopToken stop);

  /// Returns the first action, and continues after `Wait`.
  [[nodiscard]] Action next(const Moment& moment);
  /// Takes the result of `SendRequest`.
  [[nodiscard]] Action arrived(Result<Response> response, const Moment& moment);
  /// Turns a request to the server into the exchange. The request then has views of this object as well.
  void apply_to(Request& request);

  /// Returns the access token, or why there is none.
  [[nodiscard]] Result<AccessTokenPtr> take_result() { return std::move(result_); }
  /// Whether the access token was exchanged for this object, or while it waited, so that it is as new as it can be.
  [[nodiscard]] bool is_fresh() const noexcept { return fresh_; }

 private:
  // The secrets that the server or a part of the program may repeat.
  class Secrets final : public KnownSecrets {
   public:
    Secrets(const Secret& assertion, AccessTokenPtr last, std::span<const std::string_view> others)
        : last_(std::move(last)), views_(others.begin(), others.end()) {
      views_.push_back(assertion.reveal());
      if (last_) views_.insert(views_.end(), {last_->token(), last_->assertion.reveal()});
      views_.emplace_back();
    }
    void add(std::string_view secret) noexcept override { views_.back() = secret; }
    [[nodiscard]] std::span<const std::string_view> secrets() const override { return views_; }

   private:
    AccessTokenPtr last_;
    std::vector<std::string_view> views_;
  };

  [[nodiscard]] Secrets secrets() const { return {assertion_, federation_->last(), endpoint_.header_secrets}; }
  [[nodiscard]] Action begin(const Moment& moment);
  [[nodiscard]] Action follow(const Action& action, const Moment& moment);
  [[nodiscard]] Action finish(Result<AccessTokenPtr> result);
  [[nodiscard]] Action fail(const Error& error, const Moment& moment);
  [[nodiscard]] Result<StoredToken> read(const Response& response, std::chrono::system_clock::time_point now) const;
  // `is_object` says whether the body is a JSON object.
  [[nodiscard]] Error refusal(const Response& response, bool is_object) const;
  [[nodiscard]] Error explained(const Error& error) const;

  std::shared_ptr<Federation> federation_;
  const Endpoint& endpoint_;
  TimePoint deadline_;
  StopToken stop_;
  std::string target_;
  std::uint64_t exchange_ = 0;  // the exchange that this object makes or waits for; 0 if there is none
  ExchangeClaim claim_;
  std::chrono::milliseconds pause_{5};
  Secret assertion_;
  SecureString body_;
  std::vector<Header> headers_;
  int max_attempts_ = 1;
  RetryMachine machine_;
  Result<StoredToken> last_;  // what the last attempt brought
  Result<AccessTokenPtr> result_;
  bool fresh_ = false;
};

}  // namespace wandb::detail

// What a transport returned, before the answer is read.

#include <optional>
#include <string>
#include <system_error>
#include <utility>

namespace wandb::inline WANDB_ABI::detail {

/// Returns the response, or an error if HTTP has no such status. A transport that does not know the status has not read
/// an answer.
[[nodiscard]] inline Result<Response> with_status(Result<Response> response) {
  if (!response || (response->status >= 100 && response->status <= 999)) return response;
  const auto code = make_error_code(errc::no_status);
  return Error(code, code.message() + " (it gave " + std::to_string(response->status) + ")", Delivery::answered);
}

/// Returns a failure as the library classifies it; nothing for a transport's own code.
[[nodiscard]] inline std::optional<errc> own_code(const std::error_code& code) {
  if (code.category() == error_category()) return static_cast<errc>(code.value());
  if (code == condition::cancelled) return errc::cancelled;
  return std::nullopt;
}

/// Describes an attempt that ended with a transport's error.
[[nodiscard]] inline AttemptResult failed_attempt(const Error& error) {
  return {
      .delivery = error.delivery(), .headers = {}, .partial_status = error.status(), .code = own_code(error.code())};
}

/// Masks an error of a transport or another part of the program, which may repeat parts of the request.
[[nodiscard]] inline Error masked(const Error& error, const KnownSecrets& secrets) {
  auto details = error.details();
  if (details.reason.empty() && details.messages.empty()) return error;
  const Mask mask(secrets.secrets());
  details.reason = mask(details.reason, Shapes::marked);
  if (details.advice) *details.advice = mask(*details.advice, Shapes::marked);
  for (auto& message : details.messages) {
    for (auto* text : {&message.text, &message.path, &message.code}) *text = mask(*text);
  }
  return Error(error.code(), std::move(details));
}

}  // namespace wandb::detail
// The documents that the library sends.

#include <array>
#include <string_view>

namespace wandb::inline WANDB_ABI::graphql {

namespace texts {

struct VerifyCredentials {
  static constexpr std::string_view text = "query VerifyCredentials { viewer { id username email } }";
};
struct UserApiKeys {
  static constexpr auto source =
      FixedString("query UserApiKeys($id: ID!, $after: String) { user(id: $id) { id apiKeys(after: $after) ") +
      key_page + " } }";
  static constexpr auto text = source.view();
};
struct ViewerApiKeys {
  static constexpr auto source =
      FixedString("query ViewerApiKeys($after: String) { viewer { id apiKeys(after: $after) ") + key_page + " } }";
  static constexpr auto text = source.view();
};
struct UserState {
  static constexpr std::string_view text = "query UserState($id: ID!) { user(id: $id) { id deletedAt } }";
};
struct CreateUser {
  static constexpr std::string_view text =
      "mutation CreateUserFromAdmin($email: String!, $admin: Boolean) { "
      "createUser(input: {email: $email, admin: $admin}) { user { id name username email admin } } }";
};
struct UpdateUser {
  static constexpr auto source =
      FixedString(
          "mutation UpdateUser($id: ID, $admin: Boolean, $name: String, $defaultEntity: String, "
          "$primaryEmail: String, $private: Boolean, $hideTeamsFromPublic: Boolean, $photoUrl: String) { "
          "updateUser(input: {id: $id, admin: $admin, name: $name, defaultEntity: $defaultEntity, "
          "primaryEmail: $primaryEmail, private: $private, hideTeamsFromPublic: $hideTeamsFromPublic, "
          "photoUrl: $photoUrl}) ") +
      changed_user<" photoUrl private hideTeamsFromPublic"> + " }";
  static constexpr auto text = source.view();
};
struct DeleteUser {
  static constexpr auto source =
      FixedString("mutation DeleteUser($id: ID!) { deleteUser(input: {id: $id}) ") + changed_user<> + " }";
  static constexpr auto text = source.view();
};
struct UndeleteUser {
  static constexpr auto source =
      FixedString("mutation UndeleteUser($id: ID!) { undeleteUser(input: {id: $id}) ") + changed_user<> + " }";
  static constexpr auto text = source.view();
};
struct DeleteApiKey {
  static constexpr std::string_view text =
      "mutation DeleteApiKey($id: String!) { deleteApiKey(input: {id: $id}) { success } }";
};
struct GenerateApiKey {
  static constexpr std::string_view text =
      "mutation GenerateApiKey($description: String) { "
      "generateApiKey(input: {description: $description}) { apiKey { id name description } } }";
};

}  // namespace texts

template <class Source>
inline constexpr Operation query = make_operation(detail::compile<Source>(), Repeat::safe);
inline constexpr const UserQueries& plain_user_queries = user_queries<"">;

inline constexpr auto& search_users = *plain_user_queries.search;
inline constexpr auto& get_viewer = *plain_user_queries.viewer;
inline constexpr auto& get_user = *plain_user_queries.by_id;
inline constexpr auto& verify_credentials = query<texts::VerifyCredentials>;
inline constexpr auto& user_api_keys = query<texts::UserApiKeys>;
inline constexpr auto& viewer_api_keys = query<texts::ViewerApiKeys>;
inline constexpr auto& user_state = query<texts::UserState>;

inline constexpr Operation create_user = make_operation(detail::compile<texts::CreateUser>(), Repeat::once);
inline constexpr Operation update_user = make_operation(detail::compile<texts::UpdateUser>(), Repeat::idempotent);
inline constexpr Operation delete_user = make_operation(detail::compile<texts::DeleteUser>(), Repeat::idempotent);
inline constexpr Operation undelete_user = make_operation(detail::compile<texts::UndeleteUser>(), Repeat::once);
inline constexpr Operation delete_api_key = make_operation(detail::compile<texts::DeleteApiKey>(), Repeat::idempotent);
inline constexpr Operation generate_api_key = make_operation(detail::compile<texts::GenerateApiKey>(), Repeat::once);

/// All documents, for tests that validate them with another implementation.
inline constexpr std::array all_operations{
    &search_users, &get_viewer,  &get_user,    &verify_credentials, &user_api_keys,  &viewer_api_keys, &user_state,
    &create_user,  &update_user, &delete_user, &undelete_user,      &delete_api_key, &generate_api_key};

}  // namespace wandb::graphql

namespace wandb::inline WANDB_ABI::detail {

/// Runs the requests of a call one after the other, with their repeats. This is the part of a call that does not depend
/// on its method. `begin`, `arrived` and `resumed` return the next action; after `Done` the answer can be taken.
class Attempts {
 public:
  using Clock = std::chrono::steady_clock;

  Attempts(const Caller& caller, const CallOptions& options)
      : endpoint_(caller.endpoint),
        pace_(caller.pace),
        clock_(caller.clock),
        timeout_(options.timeout),
        deadline_(options.deadline),
        caller_(caller.identity) {
    if (options.stop != nullptr) stop_ = *options.stop;
  }

  /// Starts the call's timeout.
  void start_clock() {
    began_ = time();
    if (timeout_ < Clock::time_point::max() - began_) deadline_ = std::min(deadline_, began_ + timeout_);
  }

  /// Begins a new request. A federated identity first needs an access token. If it is not yet known to whom the
  /// credentials belong, they are verified first: nothing is ever done in the wrong account.
  [[nodiscard]] Action begin(GraphqlRequest request) {
    const auto* const fault = caller_fault(request);
    if (fault != nullptr) {
      answer_ = unsent(request.operation(), *fault);
      return Done{};
    }
    if (!request.identity()) request.as(*caller_);
    request.finish();
    next_ = std::move(request);
    renewed_ = false;
    return authorize();
  }

  /// Returns the request to send after `SendRequest`. It views this object.
  [[nodiscard]] Request request() {
    headers_ = {Header{"Authorization", authorization_, true}, Header{"User-Agent", endpoint_->user_agent},
                Header{"Content-Type", "application/json"},    Header{"Accept", "application/json"},
                Header{"Accept-Encoding", "identity"},         Header{"Use-Admin-Privileges", "true"}};
    Request request;
    request.origin = {endpoint_->url.tls, endpoint_->url.host, endpoint_->url.port};
    request.target = endpoint_->target;
    request.host = endpoint_->url.host_port;
    request.headers = with_extra_headers();
    request.body = request_.body();
    request.deadline = deadline_;
    const auto now = time();
    if (endpoint_->timeout < deadline_ - now) request.deadline = now + endpoint_->timeout;
    request.stop = stop_;
    request.operation = request_.is_empty() ? std::string_view{} : request_.operation().field;
    request.attempt = machine_.attempts();
    if (exchange_) exchange_->apply_to(request);
    return request;
  }

  /// Takes the result of `SendRequest`: the response, or the transport's error.
  [[nodiscard]] Action arrived(Result<Response> response) {
    const auto now = moment();
    response = with_status(std::move(response));
    if (exchange_) return follow_exchange(exchange_->arrived(std::move(response), now));
    SecretsOfRequest secrets(*request_.identity(), access_.get(), caller_identity(), request_.about(),
                             endpoint_->header_secrets);
    if (!response) {
      last_ = {};
      last_.failure = masked(response.error(), secrets);
      last_.status = last_.failure->status();
      return follow(machine_.arrived(failed_attempt(*last_.failure), now), now);
    }
    const auto headers = response->headers.view();
    pace_.answered(response->status, headers, now.now, now.wall, endpoint_->retry);
    last_ = AnswerReader(request_.operation(), request_.body(), secrets)
                .read(response->status, headers, std::move(response->body));
    const AttemptResult result{.delivery = Delivery::answered,
                               .status = last_.deciding_status,
                               .headers = headers,
                               .answer = last_.kind,
                               .code = last_.failure ? own_code(last_.failure->code()) : std::nullopt};
    return follow(machine_.arrived(result, now), now);
  }

  /// Continues after `Wait`. `cut_short` says that the wait was cancelled.
  [[nodiscard]] Action resumed(bool cut_short) {
    auto now = exchange_ ? moment() : moment_to_send();
    now.stopped = now.stopped || cut_short;
    return exchange_ ? follow_exchange(exchange_->next(now)) : follow(machine_.resumed(now), now);
  }

  /// Returns the answer after `Done`.
  [[nodiscard]] Result<GraphqlAnswer> take_answer() { return std::move(answer_); }

  [[nodiscard]] const StopToken& stop() const noexcept { return stop_; }

  /// Completes a method's error with the attempts, the time and the status, which only this object knows.
  [[nodiscard]] Error with_details(const Error& error) const;

 private:
  // Returns what makes the caller unusable for a request; null if nothing does.
  [[nodiscard]] const Error* caller_fault(const GraphqlRequest& request) const noexcept {
    if (endpoint_->fault) return &*endpoint_->fault;
    return request.identity() || caller_ ? nullptr : &caller_.error();
  }
  // Returns the error of an operation for which nothing was sent.
  [[nodiscard]] static Error unsent(const Operation& operation, const Error& fault) {
    auto details = fault.details();
    details.operation = operation.field;
    details.delivery = Delivery::nothing_sent;
    return Error(fault.code(), std::move(details));
  }

  // Gets an access token for the next request if its credentials are a federated identity.
  [[nodiscard]] Action authorize() {
    const auto& federation = next_.identity()->federation();
    if (!federation) {
      access_.reset();
      return send_next();
    }
    exchange_ = std::make_unique<TokenExchange>(federation, *endpoint_, deadline_, stop_);
    return follow_exchange(exchange_->next(moment()));
  }
  [[nodiscard]] Action follow_exchange(Action action);
  [[nodiscard]] std::span<const Header> with_extra_headers() {
    const auto& extra = endpoint_->extra_headers;
    if (extra.empty()) return headers_;
    all_headers_.assign(headers_.begin(), headers_.end());
    all_headers_.insert(all_headers_.end(), extra.begin(), extra.end());
    return all_headers_;
  }
  // Sends the next request. If it is not known to whom its credentials belong, verifies that first.
  [[nodiscard]] Action send_next() {
    const auto& identity = next_.identity();
    if (identity->proven(access_number())) return send(std::exchange(next_, {}));
    GraphqlRequest verification(graphql::verify_credentials);
    verification.as(identity).finish();
    return send(std::move(verification));
  }

  [[nodiscard]] Action send(GraphqlRequest request) {
    request_ = std::move(request);
    authorization_ = access_ ? std::string_view(access_->authorization) : request_.identity()->authorization();
    answer_ = Error(errc::no_result);
    last_ = {};
    machine_ = RetryMachine(request_.operation().repeat, endpoint_->retry, deadline_);
    const auto now = moment_to_send();
    return follow(machine_.start(now), now);
  }

  // The number of the access token; 0 for credentials that are a secret.
  [[nodiscard]] std::uint64_t access_number() const noexcept { return access_ ? access_->number : 0; }
  [[nodiscard]] const Identity* caller_identity() const noexcept { return caller_ ? caller_->get() : nullptr; }

  [[nodiscard]] Clock::time_point time() const {
    return clock_.now != nullptr ? clock_.now(clock_.transport) : Clock::now();
  }
  [[nodiscard]] Moment moment() const {
    const auto now = time();
    // Jitter only has to differ between processes and calls, so that the mixed low bits of the clock are sufficient.
    auto mixed = static_cast<std::uint64_t>(now.time_since_epoch().count()) * 0x9E37'79B9'7F4A'7C15U;
    mixed ^= reinterpret_cast<std::uintptr_t>(this) * 0xD6E8'FEB8'6659'FD93U;
    mixed ^= mixed >> 32;
    return {now, std::chrono::system_clock::now(), static_cast<double>(mixed >> 11) * 0x1.0p-53, stop_.stop_requested(),
            Budget::none};
  }

  // Returns the current moment, with the time from which the shared pace allows another request.
  [[nodiscard]] Moment moment_to_send() {
    auto now = moment();
    now.not_before = pace_.enter(now.now);
    return now;
  }

  // Keeps the pace up to date. When a request is done, it makes the answer and sends the request that waited for the
  // verification of its credentials.
  [[nodiscard]] Action follow(Action action, const Moment& now) {
    if (!std::holds_alternative<SendRequest>(action)) pace_.leave();
    if (const auto* wait = std::get_if<Wait>(&action)) pace_.waits(now.now + wait->duration);
    const auto* done = std::get_if<Done>(&action);
    if (done == nullptr) return action;
    make_answer(*done);
    const auto& identity = *request_.identity();
    const bool verifies = !next_.is_empty();
    const bool unauthorized = !answer_ && answer_.error() == condition::unauthorized && !answer_.error().from_words();
    if (unauthorized && identity.owner().known()) identity.refuse(false);
    if (verifies && answer_) {
      if (auto proof = prove(identity, access_number(), answer_); !proof) answer_ = proof.error();
    }
    if (const auto renewed = renew(*done)) return *renewed;
    if (!verifies) return action;
    auto verified = std::exchange(next_, {});
    return answer_ ? send(std::move(verified)) : action;
  }

  // Drops the access token if a new one may help: the server may have revoked it, or it was made for an earlier
  // identity token, which was somebody else's. Begins the request anew with another one unless that could run a
  // mutation twice.
  [[nodiscard]] std::optional<Action> renew(const Done& done);

  void make_answer(const Done& done);

  [[nodiscard]] Error failure_of(const Done& done) const;

  // Adds which settings may be wrong, and where they came from. The reason may already name the key's source.
  void add_note(const std::error_code& code, Error::Details& details) const;

  std::shared_ptr<const Endpoint> endpoint_;
  PacedCall pace_;
  TransportClock clock_;
  std::chrono::nanoseconds timeout_;
  Clock::time_point began_{};
  Clock::time_point deadline_;
  StopToken stop_;
  Result<IdentityPtr> caller_;  // whose secrets are also masked
  GraphqlRequest request_;
  GraphqlRequest next_;                      // the request that is sent once its credentials are there and verified
  AccessTokenPtr access_;                    // of a federated identity
  std::unique_ptr<TokenExchange> exchange_;  // in progress; null if there is none
  bool renewed_ = false;                     // whether the access token is as new as it can be
  std::string_view authorization_;
  std::array<Header, 6> headers_;
  std::vector<Header> all_headers_;  // with those of the endpoint, if it has any
  RetryMachine machine_;
  GraphqlAnswer last_;  // the last attempt's answer; if there is none, the failure, and the status if that was read
  Result<GraphqlAnswer> answer_;
};

}  // namespace wandb::detail

namespace wandb::inline WANDB_ABI::detail {

/// The next step of a method: a request to send, whose answer the method then receives, or the method's result. A
/// request with a fault is the result of that fault. A method has a `value_type`, and returns its steps from `start()`
/// and then from `resume(answer)`, until one is a result.
template <class Value>
class Step {
 public:
  Step(GraphqlRequest request) : request_(std::move(request)) {
    if (!request_.fault()) return;
    result_ = *request_.fault();
    request_ = {};
  }
  explicit Step(Result<Value> result) : result_(std::move(result)) {}

  [[nodiscard]] bool finished() const noexcept { return request_.is_empty(); }
  /// Returns the request, unless `finished()`.
  [[nodiscard]] GraphqlRequest& request() noexcept { return request_; }
  /// Returns the result if `finished()`.
  [[nodiscard]] Result<Value>& result() noexcept { return result_; }

 private:
  GraphqlRequest request_;
  Result<Value> result_;
};

template <class Value>
[[nodiscard]] Step<Value> finished(Result<Value> result) {
  return Step<Value>(std::move(result));
}

/// Converts the step to that of a method whose result is optional.
template <class Value>
[[nodiscard]] Step<std::optional<Value>> as_optional(Step<Value> step) {
  using Optional = std::optional<Value>;
  if (!step.finished()) return std::move(step.request());
  auto& result = step.result();
  return finished<Optional>(result ? Result<Optional>(std::move(*result)) : Result<Optional>(result.error()));
}

/// The call of one method.
template <class Method>
class RunningCall final : public CallOf<typename Method::value_type> {
 public:
  using value_type = typename Method::value_type;
  RunningCall(const Caller& caller, const CallOptions& options, Method method)
      : attempts_(caller, options), method_(std::move(method)) {}

  [[nodiscard]] Next start() override {
    attempts_.start_clock();
    return follow(method_.start());
  }
  [[nodiscard]] Next arrived(Result<Response> response) override {
    return follow(attempts_.arrived(std::move(response)));
  }
  [[nodiscard]] Next resumed(bool cut_short) override { return follow(attempts_.resumed(cut_short)); }
  [[nodiscard]] Request request() override { return attempts_.request(); }
  [[nodiscard]] std::chrono::nanoseconds delay() const noexcept override { return delay_; }
  [[nodiscard]] const StopToken& stop() const noexcept override { return attempts_.stop(); }

 private:
  [[nodiscard]] Next follow(const Action& action) {
    if (std::holds_alternative<SendRequest>(action)) return Next::send;
    if (const auto* wait = std::get_if<Wait>(&action)) {
      delay_ = wait->duration;
      return Next::wait;
    }
    return follow(method_.resume(attempts_.take_answer()));
  }
  [[nodiscard]] Next follow(Step<value_type> step) {
    if (!step.finished()) return follow(attempts_.begin(std::move(step.request())));
    this->result_ = std::move(step.result());
    if (!this->result_) this->result_ = attempts_.with_details(this->result_.error());
    return Next::done;
  }

  Attempts attempts_;
  Method method_;
  std::chrono::nanoseconds delay_{};
};

template <class Method>
[[nodiscard]] CallPtr<typename Method::value_type> make_call(const Caller& caller, const CallOptions& options,
                                                             Method method) {
  return std::make_unique<RunningCall<Method>>(caller, options, std::move(method));
}

}  // namespace wandb::detail
// Makes the requests that change a user.

#include <optional>
#include <string_view>
#include <utility>

// Compares the user in a mutation's answer with what was asked for.

#include <optional>
#include <string>
#include <string_view>

// Makes the errors of mutations whose answer lacks data or has errors beside it.

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// Assigns the errors of an answer to the users in it, and to their fields.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wandb::inline WANDB_ABI::detail {

/// Converts an error of an answer with `status` to an `Error` of the operation. `outcome` is `ran` if the error stands
/// beside the data of a mutation, which must then not be repeated, whatever the error is.
[[nodiscard]] inline Error to_error(std::string_view operation, const GraphqlError& error, int status,
                                    Outcome outcome = Outcome::not_run) {
  const auto verdict = classify_error(error, status);
  return Error(make_error_code(verdict.code), Error::Details{.reason = {},
                                                             .operation = operation,
                                                             .messages = to_messages({error}),
                                                             .status = status,
                                                             .attempts = 1,
                                                             .outcome = outcome,
                                                             .delivery = Delivery::answered,
                                                             .from_words = verdict.from_words});
}

/// Finds the errors of an answer by user and field. They are sorted once, so that the search is fast for many errors
/// and many users.
class UserErrors {
 public:
  UserErrors() = default;
  /// `user_of(error)` returns the user to whom an error belongs, or none for an error of the whole page. The path of a
  /// user has `depth` steps. `outcome` is that of the operation whose answer this is.
  template <class UserOf>
  UserErrors(std::string_view operation, int status, std::vector<GraphqlError> errors, std::size_t depth,
             UserOf user_of, Outcome outcome = Outcome::not_run)
      : operation_(operation), status_(status), outcome_(outcome), depth_(depth), errors_(std::move(errors)) {
    places_.reserve(errors_.size());
    for (std::size_t i = 0; i != errors_.size(); ++i) {
      const std::optional<std::uint32_t> user = user_of(errors_[i]);
      places_.push_back({user.value_or(whole_page), static_cast<std::uint32_t>(i)});
    }
    // This does not use std::stable_sort, because clang warns that its buffer in libstdc++ 12 is deprecated.
    std::sort(places_.begin(), places_.end(), [&](const Place& a, const Place& b) {
      if (a.user != b.user) return a.user < b.user;
      const auto order_of_fields = field_of(a).compare(field_of(b));
      return order_of_fields != 0 ? order_of_fields < 0 : a.error < b.error;
    });
  }

  /// Returns the HTTP status of the answer.
  [[nodiscard]] int status() const noexcept { return status_; }

  /// Returns whether there is an error at that field of the user, or below it.
  [[nodiscard]] bool has(std::uint32_t user, std::string_view field) const noexcept {
    return find(user, field) != nullptr;
  }
  /// Returns the first error at that field of the user, or below it.
  [[nodiscard]] std::optional<Error> first(std::uint32_t user, std::string_view field) const {
    const auto* const place = find(user, field);
    return place == nullptr ? std::nullopt : std::optional(error_at(*place));
  }
  /// Returns the first error of the user, at any field.
  [[nodiscard]] std::optional<Error> first(std::uint32_t user) const {
    const auto place = begin_of(user);
    return place == places_.end() || place->user != user ? std::nullopt : std::optional(error_at(*place));
  }
  /// Returns the first error of the page as a whole.
  [[nodiscard]] std::optional<Error> first_of_page() const { return first(whole_page); }

  /// Calls `f(field, error)` for each error of the user; the field is empty if the error concerns the whole user.
  template <class F>
  void each(std::uint32_t user, F f) const {
    for (auto place = begin_of(user); place != places_.end() && place->user == user; ++place) {
      f(field_of(*place), error_at(*place));
    }
  }
  /// Calls `f(error)` for the errors of the page as a whole, which each of its users reports: for the first
  /// `max_messages`, and then for one error that gives the number of the others.
  template <class F>
  void each_of_page(F f) const {
    constexpr auto max_count = static_cast<std::ptrdiff_t>(max_messages);
    const auto first = begin_of(whole_page);
    const auto count = places_.end() - first;
    for (auto place = first; place != first + std::min(count, max_count); ++place) f(error_at(*place));
    if (count <= max_count) return;
    GraphqlError rest;
    rest.message = "and " + std::to_string(count - max_count) + " more of the page";
    f(to_error(operation_, rest, status_, outcome_));
  }

 private:
  struct Place {
    std::uint32_t user;
    std::uint32_t error;
  };
  using Places = std::vector<Place>;
  static constexpr std::uint32_t whole_page = 0xFFFF'FFFF;

  [[nodiscard]] std::string_view field_of(const Place& place) const noexcept {
    return errors_[place.error].path[depth_].key;
  }
  [[nodiscard]] Error error_at(const Place& place) const {
    return to_error(operation_, errors_[place.error], status_, outcome_);
  }
  [[nodiscard]] Places::const_iterator begin_of(std::uint32_t user) const noexcept {
    return std::lower_bound(places_.begin(), places_.end(), user,
                            [](const Place& place, std::uint32_t wanted) { return place.user < wanted; });
  }
  // Returns the first error at that field of the user; null if there is none.
  [[nodiscard]] const Place* find(std::uint32_t user, std::string_view field) const noexcept {
    const auto before = [&](const Place& place, std::string_view wanted) {
      return place.user != user ? place.user < user : field_of(place) < wanted;
    };
    const auto first = std::lower_bound(places_.begin(), places_.end(), field, before);
    const bool found = first != places_.end() && first->user == user && field_of(*first) == field;
    return found ? &*first : nullptr;
  }

  std::string_view operation_;
  int status_ = 0;
  Outcome outcome_ = Outcome::not_run;
  std::size_t depth_ = 0;
  std::vector<GraphqlError> errors_;
  Places places_;
};

}  // namespace wandb::detail
// Reads users from an answer, and assigns the answer's errors to them.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// Stores the users of one answer and what has changed of each since. All handles of a user share the store.

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wandb::inline WANDB_ABI::detail {

/// An answer about users: its page and its errors. It never changes once it is shared.
struct UserAnswer {
  std::shared_ptr<const Page> page;
  UserErrors errors;

  /// Whether the field `field` of the user number `user` was loaded. A null that an error explains is not a value.
  [[nodiscard]] bool has(const ObjectView& object, std::uint32_t user, const Field& field) const noexcept {
    const auto state = object.slot(field).state();
    return state == SlotState::null ? !errors.has(user, field.key) : state != SlotState::unloaded;
  }
};

/// A user as one answer shows them. It owns the answer.
struct Reading {
  std::shared_ptr<const UserAnswer> answer;
  ObjectView object;
  std::uint32_t user = 0;  ///< the user's number among the errors of `answer`
};

/// A field that a mutation returned. It replaces what was read before, even if it is an error.
struct UpdatedField {
  Reading reading;
  const Field* field;
};

/// One change of a user's keys. Changes are recorded only during a reload, whose answer may be older than they are.
struct KeyChange {
  std::string id;
  std::optional<ApiKey> created;  // empty: the key was deleted
};
/// The changes in the order in which they were made.
using KeyJournal = std::vector<KeyChange>;

/// A position in a journal: the changes from `since` on were made after the position was taken.
struct KeyJournalPosition {
  std::shared_ptr<KeyJournal> journal;
  std::size_t since = 0;
};

/// What has changed of one user since the store's answer. Its size is bounded: it holds the last reload and one value
/// of each field that a mutation returned later, however many there were.
struct UserState {
  std::optional<Reading> reloaded;           // empty: the store's answer is still the last complete reading
  std::vector<UpdatedField> updated_fields;  // at most one for each field
  std::vector<Error> mutation_errors;        // errors of the last mutation that belong to no field it returned
  std::optional<Error> keys_refused;
  std::shared_ptr<KeyList> keys;  // null: the reading's keys; a list that ranges share does not change
  std::weak_ptr<KeyJournal> journal;
  IdentityPtr given_identity;               // the credentials that the program gave for this user
  std::vector<IdentityPtr> key_identities;  // the credentials made of listed keys; kept to remember what was proven

  /// Replaces the known fields by those that a mutation returned, values and errors alike. A field stays as it was only
  /// if the answer has neither a value nor an error for it.
  void apply(const Reading& fresh) {
    const auto& errors = fresh.answer->errors;
    mutation_errors.clear();
    errors.each(fresh.user, [&](std::string_view field, Error error) {
      if (fresh.object.field(field) != nullptr || mutation_errors.size() >= max_messages) return;
      mutation_errors.push_back(std::move(error));
    });
    errors.each_of_page([&](Error error) { mutation_errors.push_back(std::move(error)); });
    for (const auto& field : fresh.object.fields()) {
      if (fresh.object.state(field.key) == SlotState::unloaded && !errors.has(fresh.user, field.key)) continue;
      const auto known = std::find_if(updated_fields.begin(), updated_fields.end(),
                                      [&](const UpdatedField& updated) { return updated.field->key == field.key; });
      if (known != updated_fields.end()) *known = {fresh, &field};
      else updated_fields.push_back({fresh, &field});
    }
  }
};

/// The users of one page. The page never changes; a mutex guards what has changed of each user since. Thread-safe.
class UserStore {
 public:
  explicit UserStore(UserAnswer answer) : answer_(std::move(answer)) {}

  /// The answer that the store was made of.
  [[nodiscard]] const UserAnswer& answer() const noexcept { return answer_; }

  /// Calls `f(const UserState*)`, with null for a user who has not changed. Takes no lock for most of these.
  template <class F>
  auto read(std::uint32_t user, F f) const {
    if ((changed_.load(std::memory_order_acquire) & bit_of(user)) == 0)
      return f(static_cast<const UserState*>(nullptr));
    const std::lock_guard lock(mutex_);
    const auto found = changes_.find(user);
    return f(found == changes_.end() ? nullptr : &found->second);
  }
  /// Calls `f(UserState&)` under the lock.
  template <class F>
  auto write(std::uint32_t user, F f) {
    const std::lock_guard lock(mutex_);
    changed_.fetch_or(bit_of(user), std::memory_order_release);
    return f(changes_[user]);
  }

 private:
  // Every 64th user of a page shares a bit, so that a change of one does not make the reads of all others lock.
  [[nodiscard]] static constexpr std::uint64_t bit_of(std::uint32_t user) noexcept {
    return std::uint64_t{1} << (user % 64);
  }

  UserAnswer answer_;
  mutable std::mutex mutex_;
  std::atomic<std::uint64_t> changed_ = 0;  // the bits of users that have changed
  std::map<std::uint32_t, UserState> changes_;
};

}  // namespace wandb::detail

namespace wandb::inline WANDB_ABI::detail {

/// Makes the error of a mutation whose answer is unusable. Its outcome is unknown.
[[nodiscard]] inline Error malformed_mutation(const Operation& operation, const std::string& path,
                                              std::string_view reason, int status) {
  auto error = malformed(path, reason, status);
  auto details = error.details();
  details.operation = operation.field;
  details.attempts = 1;
  details.outcome = Outcome::unknown;
  return Error(error.code(), std::move(details));
}

/// Finds the first selected field that may not be null and is missing. The path begins below `object`.
[[nodiscard]] inline std::optional<std::string> first_missing_field(const ObjectView& object) {
  for (const auto& field : object.fields()) {
    const std::string key(field.key);
    if (object.state(field.key) == SlotState::unloaded && !field.nullable) return key;
    if (const auto inner = object.object(field)) {
      if (const auto missing = first_missing_field(*inner)) return key + '.' + *missing;
    }
    const auto list = object.list(field);
    for (std::size_t i = 0; i != list.size(); ++i) {
      if (const auto missing = first_missing_field(list[i])) return key + '[' + std::to_string(i) + "]." + *missing;
    }
  }
  return std::nullopt;
}

/// Makes the error of something that is missing from an answer: the server's error whose path begins with `place`, else
/// `errc::malformed_response`.
[[nodiscard]] inline Error missing_error(const GraphqlAnswer& answer, std::string_view operation,
                                         const std::string& place) {
  for (const auto& error : answer.errors) {
    if (error.path.text().starts_with(place)) return to_error(operation, error, answer.status);
  }
  return malformed(place, "it is null, and no error says why", answer.status);
}

/// Finds a user at the root field `root` of a query, or in the field `below` of what a mutation returns; nothing if
/// that is null.
[[nodiscard]] inline std::optional<ObjectView> user_at(const GraphqlAnswer& answer, std::string_view root,
                                                       std::string_view below) noexcept {
  const auto object = answer.root.object(root);
  return object && !below.empty() ? object->object(below) : object;
}

/// Makes the `UserAnswer` of an answer about the one user that `user_at` finds: all errors with a path are that user's.
[[nodiscard]] inline UserAnswer answer_about(const GraphqlAnswer& answer, std::string_view root,
                                             std::string_view below) {
  const auto user_of = [](const GraphqlError& error) {
    return error.path.empty() ? std::nullopt : std::optional(std::uint32_t{0});
  };
  const auto errors = below.empty() ? UserErrors(root, answer.status, answer.errors, 1, user_of)
                                    : UserErrors(root, answer.status, answer.errors, 2, user_of, Outcome::ran);
  return {answer.page, errors};
}

/// Reads the user that `user_at` finds, for a record that exists.
[[nodiscard]] inline std::optional<Reading> reading_at(const GraphqlAnswer& answer, std::string_view root,
                                                       std::string_view below = {}) {
  const auto object = user_at(answer, root, below);
  if (!object) return std::nullopt;
  return Reading{std::make_shared<const UserAnswer>(answer_about(answer, root, below)), *object, 0};
}

/// Makes a new record of the user that `user_at` finds.
[[nodiscard]] inline std::optional<UserRecord> record_at(
    const GraphqlAnswer& answer, std::string_view root, bool is_caller, std::string_view below = {},
    const graphql::UserQueries& queries = graphql::plain_user_queries) {
  const auto object = user_at(answer, root, below);
  if (!object) return std::nullopt;
  return UserRecord{std::make_shared<UserStore>(answer_about(answer, root, below)), *object, 0, is_caller, &queries};
}

/// Makes the user the subject of a request, so that the user's known secrets are masked in what the answer says.
[[nodiscard]] inline Subject subject_of(const UserRecord& user) {
  return {
      user.store, user.object, user.index, [](const Subject& about) {
        return UserRecord{std::static_pointer_cast<UserStore>(about.store), about.object, about.index}.credentials();
      }};
}

/// Whether `object` may be that user: false if both ids are known and differ.
[[nodiscard]] inline bool is_about(const UserRecord& user, const ObjectView& object) {
  const auto id = object.string("id");
  const auto known = user.text("id");
  return !id || known.empty() || known == *id;
}

}  // namespace wandb::detail

namespace wandb::inline WANDB_ABI::detail {

/// Whether a refusal may be due to an earlier attempt of the same mutation that succeeded and whose answer was lost. A
/// query then shows whether it took effect.
[[nodiscard]] inline bool may_have_succeeded_before(const Error& error) {
  return error.outcome() == Outcome::unknown && error.status() != 0 && error != errc::not_the_service &&
         (error == condition::rejected || error == condition::not_found || error == condition::conflict);
}

/// Copies an error and replaces its outcome.
[[nodiscard]] inline Error with_outcome(const Error& error, Outcome outcome) {
  auto details = error.details();
  details.outcome = outcome;
  return Error(error.code(), std::move(details));
}

/// Makes the error of a mutation whose answer lacks the expected field: the server's error, else
/// `errc::malformed_response` with an unknown outcome. An error beside the mutation's data shows that it ran.
[[nodiscard]] inline Error incomplete_error(const GraphqlAnswer& answer, const Operation& operation,
                                            std::string_view place, std::string_view reason) {
  if (answer.failure) return *answer.failure;
  for (const auto& error : answer.errors) {
    return to_error(operation.field, error, answer.status, Outcome::ran);
  }
  return malformed_mutation(operation, std::string(operation.field).append(".").append(place), reason, answer.status);
}

/// Makes the error of a mutation whose answer says that the server did not do what was asked for. Without `advice` it
/// has that of its code.
[[nodiscard]] inline Error rejected_error(const GraphqlAnswer& answer, std::string_view operation, std::string reason,
                                          Outcome outcome, std::optional<std::string> advice = std::nullopt) {
  return Error(answer.failure ? answer.failure->code() : make_error_code(errc::rejected),
               Error::Details{.reason = std::move(reason),
                              .advice = std::move(advice),
                              .operation = operation,
                              .messages = to_messages(answer.errors),
                              .status = answer.status,
                              .attempts = 1,
                              .outcome = outcome,
                              .delivery = Delivery::answered});
}

/// Makes the error of a mutation that answered `success: false`. It did not run, unless the answer is ambiguous.
[[nodiscard]] inline Error unsuccessful_error(const GraphqlAnswer& answer, std::string_view operation,
                                              std::string_view what) {
  return rejected_error(answer, operation, std::string(what).append(": it answered success: false"),
                        answer.ambiguous ? Outcome::unknown : Outcome::not_run);
}

/// The errors beside the data of an operation with that outcome, `max_messages` at most.
[[nodiscard]] inline std::vector<Error> errors_beside_data(const GraphqlAnswer& answer, const Operation& operation,
                                                           Outcome outcome) {
  std::vector<Error> errors;
  for (const auto& error : answer.errors) {
    if (errors.size() == max_messages) break;
    errors.push_back(to_error(operation.field, error, answer.status, outcome));
  }
  return errors;
}

}  // namespace wandb::detail

namespace wandb::inline WANDB_ABI::detail {

/// What the user must be like after a mutation. Names are not compared, because a server may write them otherwise.
struct Expected {
  std::string email{};  ///< empty for any; servers may change its case, and trim it
  std::optional<bool> admin{};
  std::optional<bool> is_private{};
  std::optional<bool> hide_teams_from_public{};
};

/// Returns the error of a mutation that ran, but whose answer shows that its effect is another one than was asked for.
/// A field that is null or missing shows nothing.
[[nodiscard]] inline std::optional<Error> contradiction(const GraphqlAnswer& answer, const Operation& operation,
                                                        const ObjectView& user, const Expected& expected) {
  std::string shown;
  const auto compare = [&](std::string_view key, std::optional<bool> wanted) {
    const auto now = user.boolean(key);
    if (!shown.empty() || !wanted || !now || *now == *wanted) return;
    shown.append(key).append(*wanted ? ": false, and true was asked for" : ": true, and false was asked for");
  };
  compare("admin", expected.admin);
  compare("private", expected.is_private);
  compare("hideTeamsFromPublic", expected.hide_teams_from_public);
  const auto email = user.string("email");
  if (email && !expected.email.empty() && !equal_ignoring_case(trimmed(*email), trimmed(expected.email))) {
    shown = "another e-mail than was asked for";
  }
  if (shown.empty()) return std::nullopt;
  return rejected_error(answer, operation.field, "the server did something else: its answer shows " + shown,
                        Outcome::ran, "look at the user before trying again");
}

}  // namespace wandb::detail

namespace wandb::inline WANDB_ABI::detail {

/// Makes a mutation whose only variable so far is the user's id.
[[nodiscard]] inline GraphqlRequest request_about(const Operation& operation, const UserRecord& user) {
  GraphqlRequest request(operation);
  return std::move(request.add_id("the user's id", user.text("id")));
}

/// Returns what the user must be like after an update. A server may keep the old e-mail until the new one is confirmed.
[[nodiscard]] inline Expected expected_after(const UserUpdate& changes) {
  return {.admin = changes.admin,
          .is_private = changes.is_private,
          .hide_teams_from_public = changes.hide_teams_from_public};
}

/// Makes an update of the members of `changes` that are set.
[[nodiscard]] inline GraphqlRequest update_request(const UserRecord& user, const UserUpdate& changes) {
  const auto id = user.text("id");
  GraphqlRequest request(graphql::update_user);
  request.add("id", id.view());
  bool any = false;
  const auto add_text = [&](std::string_view variable, const std::optional<std::string_view>& value) {
    any = any || value;
    if (value) request.add_text(variable, variable, *value, true);
  };
  const auto add_flag = [&](std::string_view variable, const std::optional<bool>& value) {
    any = any || value;
    if (value) request.add(variable, *value);
  };
  add_text("name", changes.name);
  add_flag("admin", changes.admin);
  add_text("defaultEntity", changes.default_entity);
  add_text("primaryEmail", changes.primary_email);
  add_text("photoUrl", changes.photo_url);
  add_flag("private", changes.is_private);
  add_flag("hideTeamsFromPublic", changes.hide_teams_from_public);
  if (!any) request.refuse_if(unusable("updateUser", "the update", "changes nothing"));
  return std::move(request.refuse_if(check_id("updateUser", "the user's id", id)));
}

}  // namespace wandb::detail
// Updates, deletes or restores a user.

#include <optional>
#include <utility>

namespace wandb::inline WANDB_ABI::detail {

/// Runs a mutation that returns the changed user: `updateUser`, `deleteUser`, `undeleteUser`.
class ChangeUser {
 public:
  using value_type = void;
  /// `request` is complete but for its subject, which is `user`. An answer that contradicts `expected` is an error.
  ChangeUser(UserRecord user, GraphqlRequest request, Expected expected = {})
      : user_(std::move(user)),
        operation_(&request.operation()),
        request_(std::move(request)),
        expected_(std::move(expected)) {
    request_.about(subject_of(user_));
  }

  [[nodiscard]] Step<void> start() { return std::move(request_); }
  [[nodiscard]] Step<void> resume(Result<GraphqlAnswer> answer) {
    if (uncertain_error_) return read_check(answer);
    if (!answer) {
      const bool deletion = operation_ == &graphql::delete_user;
      return deletion && may_have_succeeded_before(answer.error()) ? check_effect(answer.error())
                                                                   : finished<void>(answer.error());
    }
    const auto fresh = reading_at(*answer, operation_->field, "user");
    if (fresh && !is_about(user_, fresh->object)) {
      return finished<void>(incomplete_error(*answer, *operation_, "user.id", "it is another user's"));
    }
    if (fresh) {
      user_.apply(*fresh);
      if (answer->failure) return finished<void>(*answer->failure);
      const auto otherwise = contradiction(*answer, *operation_, fresh->object, expected_);
      return finished<void>(otherwise ? Result<void>(*otherwise) : success());
    }
    return finished<void>(incomplete_error(*answer, *operation_, "user", "it is missing"));
  }

 private:
  // The refusal may mean that an earlier attempt, whose answer was lost, has deleted the user. This asks whether the
  // user still exists.
  [[nodiscard]] Step<void> check_effect(Error uncertain_error) {
    uncertain_error_ = std::move(uncertain_error);
    GraphqlRequest request(graphql::user_state);
    return std::move(request.add("id", user_.text("id")).about(subject_of(user_)));
  }
  [[nodiscard]] Step<void> read_check(const Result<GraphqlAnswer>& answer) {
    if (!answer || !answer->errors.empty()) return finished<void>(*uncertain_error_);
    const auto user = answer->root.object("user");
    const auto deleted_at = user ? user->state("deletedAt") : SlotState::string;
    if (deleted_at == SlotState::unloaded || (user && !is_about(user_, *user)))
      return finished<void>(*uncertain_error_);
    if (deleted_at == SlotState::null) return finished<void>(with_outcome(*uncertain_error_, Outcome::not_run));
    if (const auto now = reading_at(*answer, "user")) user_.apply(*now);
    return finished<void>(success());
  }

  UserRecord user_;
  const Operation* operation_;
  GraphqlRequest request_;
  Expected expected_;
  std::optional<Error> uncertain_error_;
};

}  // namespace wandb::detail
// Reads the remaining pages of a user's keys.

#include <cstddef>
#include <optional>
#include <string>
#include <utility>

// Functions over lists of keys. A list that a range shares never changes: a change makes a new list.

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <utility>
#include <vector>

namespace wandb::inline WANDB_ABI::detail {

/// Appends the keys of a page.
inline void append_keys(KeyList& list, const Nodes& page) {
  for (std::size_t i = 0; i != page.size(); ++i) list.push_back(KeyAccess::make(page.owner, page[i], false));
}

/// Whether two keys of a page have the same id.
[[nodiscard]] inline bool has_repeats(const Nodes& page) {
  std::vector<std::string_view> ids;
  constexpr std::size_t few = 16;
  if (page.size() > few) ids.reserve(page.size());
  for (std::size_t i = 0; i != page.size(); ++i) {
    const auto id = page[i].string("id").value_or(std::string_view{});
    if (page.size() > few) {
      ids.push_back(id);
      continue;
    }
    // Few ids are compared pairwise, which allocates nothing.
    for (std::size_t j = 0; j != i && !id.empty(); ++j) {
      if (page[j].string("id") == id) return true;
    }
  }
  std::sort(ids.begin(), ids.end());
  const auto first = std::upper_bound(ids.begin(), ids.end(), std::string_view{});
  return std::adjacent_find(first, ids.end()) != ids.end();
}

/// Removes all but the first of the keys that share an id, since a server's pages may overlap. Keys without an id stay.
[[nodiscard]] inline KeyList without_repeats(KeyList keys) {
  std::vector<std::size_t> order(keys.size());
  for (std::size_t i = 0; i != order.size(); ++i) order[i] = i;
  // Not std::stable_sort: clang warns that its buffer in libstdc++ 12 is deprecated.
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    const auto order_of_ids = keys[a].id().compare(keys[b].id());
    return order_of_ids != 0 ? order_of_ids < 0 : a < b;
  });
  std::vector<bool> repeated(keys.size());
  for (std::size_t i = 1; i < order.size(); ++i) {
    const auto id = keys[order[i]].id();
    repeated[order[i]] = !id.empty() && id == keys[order[i - 1]].id();
  }
  KeyList unique;
  for (std::size_t i = 0; i != keys.size(); ++i) {
    if (!repeated[i]) unique.push_back(std::move(keys[i]));
  }
  return unique;
}

/// Finds the key with that id; `end()` if there is none.
[[nodiscard]] inline KeyList::iterator find_by_id(KeyList& keys, std::string_view id) {
  return std::find_if(keys.begin(), keys.end(), [id](const ApiKey& key) { return key.id() == id; });
}

/// Makes the changes again that were recorded after `position`.
inline void replay(KeyList& keys, const KeyJournalPosition& position) {
  for (auto change = position.since; change != position.journal->size(); ++change) {
    const auto& [id, created] = (*position.journal)[change];
    const auto key = find_by_id(keys, id);
    if (created && key == keys.end()) keys.push_back(*created);
    if (!created && key != keys.end()) keys.erase(key);
  }
}

/// Copies the known secrets of an earlier list of the same user.
inline void copy_secrets(KeyList& keys, const KeyList& earlier) {
  KeyList known;
  for (const auto& key : earlier) {
    if (!KeyAccess::secret(key).empty()) known.push_back(key);
  }
  for (auto& key : keys) KeyAccess::copy_secret(key, known);
}

}  // namespace wandb::detail
// Asks for a page of a user's keys and reads it.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

// Finds the next page of a connection.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace wandb::inline WANDB_ABI::detail {

/// Detects cursors that repeat, so that a faulty server cannot keep a walk from ending. Needs constant memory.
class CursorGuard {
 public:
  /// Whether `cursor` leads to a further page: false if it is empty or is known to repeat.
  [[nodiscard]] bool advances(std::string_view cursor) {
    if (cursor.empty() || cursor == remembered_) return false;
    // Brent's algorithm: the remembered cursor is replaced after 1, 2, 4, … pages. In a cycle it is seen again, at the
    // latest when the interval is longer than the cycle.
    if (++pages_ == period_) {
      remembered_ = cursor;
      pages_ = 0;
      period_ *= 2;
    }
    return true;
  }

 private:
  std::string remembered_;
  std::size_t pages_ = 0;
  std::size_t period_ = 1;
};

/// Whether `pageInfo` is null or lacks `hasNextPage`. A server whose answers have no `pageInfo` at all has no pages.
[[nodiscard]] inline bool lacks_page_info(const ObjectView& connection) noexcept {
  const auto info = connection.object("pageInfo");
  return connection.state("pageInfo") == SlotState::null || (info && !info->boolean("hasNextPage"));
}

/// The cursor of the next page, empty if the server gives none; nothing if no page follows.
[[nodiscard]] inline std::optional<std::string_view> next_page(const ObjectView& connection) noexcept {
  const auto info = connection.object("pageInfo");
  if (!info || !info->boolean("hasNextPage").value_or(false)) return std::nullopt;
  return info->string("endCursor").value_or(std::string_view{});
}

}  // namespace wandb::detail

namespace wandb::inline WANDB_ABI::detail {

/// The root field that holds the user in the answer to `keys_request`.
[[nodiscard]] inline std::string_view key_root(const UserRecord& user) noexcept {
  return user.is_caller ? "viewer" : "user";
}

/// The path of a field below a user's keys, for errors.
[[nodiscard]] inline std::string key_path(const UserRecord& user, std::string_view below) {
  return std::string(key_root(user)).append(".apiKeys.").append(below);
}

/// The keys of one page, and whether another page follows.
struct KeyPage {
  enum class End : std::uint8_t {
    last,     ///< no page follows
    more,     ///< a page follows at `cursor`
    unknown,  ///< the server does not say, although it should
  };

  bool has_keys = false;  ///< whether the answer has a list of keys, even an empty one
  Nodes keys;
  End end = End::last;
  std::string_view cursor;  ///< views what `keys` owns; may be empty

  /// Whether the page has no null in place of a key.
  [[nodiscard]] bool is_complete() const noexcept { return keys.size() == keys.edges.size(); }

  /// Reads the page from a user's `apiKeys`; nothing if that is not loaded. `owner` owns the answer.
  [[nodiscard]] static std::optional<KeyPage> of(std::shared_ptr<const void> owner, const ObjectView& user) {
    const auto connection = user.object("apiKeys");
    if (!connection) return std::nullopt;
    KeyPage page;
    page.has_keys = connection->state("edges") == SlotState::rows;
    page.keys = Nodes(std::move(owner), user, "apiKeys");
    const auto next = next_page(*connection);
    page.end = lacks_page_info(*connection) ? End::unknown : next ? End::more : End::last;
    page.cursor = next.value_or(std::string_view{});
    return page;
  }

  /// Reads the answer to `keys_request`. `errc::malformed_response` if it is about another user or has no keys.
  [[nodiscard]] static Result<KeyPage> read(const GraphqlAnswer& answer, const UserRecord& user) {
    const auto object = answer.root.object(key_root(user));
    if (!object || !is_about(user, *object)) {
      return malformed(std::string(key_root(user)), "it is not the user whose keys are being read", answer.status);
    }
    auto page = of(answer.page, *object);
    if (!page || !page->has_keys) return malformed(key_path(user, "edges"), "it is missing", answer.status);
    return std::move(*page);
  }
};

/// Makes the request for the page of a user's keys that follows the cursor `after`, or for the first page.
[[nodiscard]] inline GraphqlRequest keys_request(const UserRecord& user, std::string_view after) {
  GraphqlRequest request(user.is_caller ? graphql::viewer_api_keys : graphql::user_api_keys);
  if (!user.is_caller) request.add("id", user.text("id"));
  if (!after.empty()) request.add("after", after);
  return std::move(request.about(subject_of(user)));
}

}  // namespace wandb::detail

namespace wandb::inline WANDB_ABI::detail {

/// Reads the pages of a user's keys after the first, so that the list is complete. If the server refuses one, the keys
/// count as not loaded.
class CompleteKeys {
 public:
  using value_type = UserRecord;
  explicit CompleteKeys(UserRecord user) : user_(std::move(user)) {}

  [[nodiscard]] Step<UserRecord> start() {
    const auto found = user_.find_key("apiKeys");
    const auto page = found.field == nullptr ? std::nullopt : KeyPage::of(found.page, found.object);
    if (!page) return finished<UserRecord>(user_);
    // A single page without repeated keys is used as it is, which allocates nothing.
    if (page->end == KeyPage::End::more || has_repeats(page->keys)) append_keys(keys_, page->keys);
    return request_next(*page, user_.full_reading().answer->errors.status());
  }

  [[nodiscard]] Step<UserRecord> resume(Result<GraphqlAnswer> answer) {
    if (!answer) {
      return is_refusal(answer.error()) ? finish_without_keys(answer.error()) : finished<UserRecord>(answer.error());
    }
    if (!answer->errors.empty())
      return finish_without_keys(to_error(key_root(user_), answer->errors.front(), answer->status));
    const auto page = KeyPage::read(*answer, user_);
    if (!page) return finished<UserRecord>(page.error());
    append_keys(keys_, page->keys);
    if (keys_.size() > max_keys) {
      return finished<UserRecord>(malformed(key_path(user_, "edges"), "there is no end to the keys", answer->status));
    }
    return request_next(*page, answer->status);
  }

 private:
  // No user has so many keys. The limit keeps a faulty server from exhausting the memory.
  static constexpr std::size_t max_keys = 100'000;

  // Whether the server read the query and refused it.
  [[nodiscard]] static bool is_refusal(const Error& error) noexcept {
    return error.status() >= 200 && error.status() < 300 && !error.messages().empty();
  }
  // An error in place of the keys leaves the user readable.
  [[nodiscard]] Step<UserRecord> finish_without_keys(Error error) {
    user_.refuse_keys(std::move(error));
    return finished<UserRecord>(user_);
  }
  // Asks for the page after `page`, or finishes. `status` is that of the answer with `page`.
  [[nodiscard]] Step<UserRecord> request_next(const KeyPage& page, int status) {
    if (page.end == KeyPage::End::unknown) {
      // The answer with the first page may have an error that explains it.
      if (auto error = user_.keys_error()) return finish_without_keys(std::move(*error));
      return finish_without_keys(malformed(key_path(user_, "pageInfo"), "it is missing or incomplete", status));
    }
    if (page.end == KeyPage::End::last) {
      if (!keys_.empty()) user_.set_keys(without_repeats(std::move(keys_)));
      return finished<UserRecord>(user_);
    }
    if (guard_.advances(page.cursor)) return keys_request(user_, page.cursor);
    return finished<UserRecord>(
        malformed(key_path(user_, "pageInfo.endCursor"), "there are more pages and no way to the next", status));
  }

  UserRecord user_;
  CursorGuard guard_;
  KeyList keys_;
};

}  // namespace wandb::detail
// Creates a user.

#include <string>
#include <string_view>
#include <utility>

namespace wandb::inline WANDB_ABI::detail {

/// Creates a user by `createUser`.
class CreateUser {
 public:
  using value_type = UserRecord;
  CreateUser(std::string_view email, bool admin)
      : request_(graphql::create_user), expected_{.email = std::string(email)} {
    // Who asks for no admin may still get one, as the first user of a server. The user that is returned says so.
    if (admin) expected_.admin = true;
    request_.add_text("email", "the e-mail", email).add("admin", admin);
  }

  [[nodiscard]] Step<value_type> start() { return std::move(request_); }
  [[nodiscard]] Step<value_type> resume(Result<GraphqlAnswer> answer) {
    if (!answer) return finished<value_type>(answer.error());
    if (answer->failure) return finished<value_type>(*answer->failure);
    auto record = record_at(*answer, "createUser", false, "user");
    if (record) {
      const auto otherwise = contradiction(*answer, graphql::create_user, record->object, expected_);
      return otherwise ? finished<value_type>(*otherwise) : finished<value_type>(std::move(*record));
    }
    return finished<value_type>(incomplete_error(*answer, graphql::create_user, "user", "it is missing"));
  }

 private:
  GraphqlRequest request_;
  Expected expected_;
};

}  // namespace wandb::detail
// Deletes a key.

#include <cstddef>
#include <optional>
#include <string>
#include <utility>

namespace wandb::inline WANDB_ABI::detail {

/// Deletes a key by its id with the caller's credentials.
class DeleteKey {
 public:
  using value_type = void;
  /// `id` is the key's id, or the error with which the call finishes at once.
  DeleteKey(UserRecord user, Result<std::string> id) : user_(std::move(user)), request_(graphql::delete_api_key) {
    if (!id) {
      request_.refuse_if(id.error());
      return;
    }
    id_ = std::move(*id);
    request_.add_id("the key's id", id_).about(subject_of(user_));
  }

  [[nodiscard]] Step<void> start() { return std::move(request_); }

  [[nodiscard]] Step<void> resume(Result<GraphqlAnswer> answer) {
    if (uncertain_error_) return read_check(answer);
    if (!answer)
      return may_have_succeeded_before(answer.error()) ? check_effect(answer.error()) : finished<void>(answer.error());
    const auto payload = answer->root.object("deleteApiKey");
    const auto done = payload ? payload->boolean("success") : std::nullopt;
    if (!done) return finished<void>(incomplete_error(*answer, graphql::delete_api_key, "success", "it is missing"));
    auto refusal = unsuccessful_error(*answer, "deleteApiKey", "the server did not delete the key");
    const auto outcome = *done ? Outcome::ran : refusal.outcome();
    user_.set_mutation_errors(errors_beside_data(*answer, graphql::delete_api_key, outcome));
    if (*done) return finish_deleted(answer->failure);
    return answer->ambiguous ? check_effect(std::move(refusal)) : finished<void>(std::move(refusal));
  }

 private:
  // `failure` is an error that the server reports although the key is deleted.
  [[nodiscard]] Step<void> finish_deleted(const std::optional<Error>& failure = {}) {
    user_.remove_key(id_);
    return finished<void>(failure ? Result<void>(*failure) : success());
  }

  // The refusal may mean that an earlier attempt, whose answer was lost, has deleted the key. This asks whether the key
  // still exists.
  [[nodiscard]] Step<void> check_effect(Error uncertain_error) {
    uncertain_error_ = std::move(uncertain_error);
    if (!user_.is_caller && user_.text("id").empty()) return finished<void>(*uncertain_error_);
    return keys_request(user_, {});
  }
  // Only complete pages, read to the last, prove that the key is deleted.
  [[nodiscard]] Step<void> read_check(const Result<GraphqlAnswer>& answer) {
    if (!answer || !answer->errors.empty()) return finished<void>(*uncertain_error_);
    const auto page = KeyPage::read(*answer, user_);
    if (!page || !page->is_complete()) return finished<void>(*uncertain_error_);
    for (std::size_t i = 0; i != page->keys.size(); ++i) {
      if (page->keys[i].string("id") == id_) return finished<void>(with_outcome(*uncertain_error_, Outcome::not_run));
    }
    if (page->end == KeyPage::End::last) return finish_deleted();
    const bool more = page->end == KeyPage::End::more && guard_.advances(page->cursor);
    return more ? keys_request(user_, page->cursor) : finished<void>(*uncertain_error_);
  }

  UserRecord user_;
  std::string id_;
  GraphqlRequest request_;
  std::optional<Error> uncertain_error_;
  CursorGuard guard_;
};

}  // namespace wandb::detail
// Reads the caller's own user, or a user by id.

#include <optional>
#include <string>
#include <utility>

// Drops the keys from a query that a server refuses because of them.

#include <optional>

namespace wandb::inline WANDB_ABI::detail {

/// Whether a query asks for the keys, and the error with which the server refused that.
class OptionalKeys {
 public:
  explicit OptionalKeys(bool wanted) noexcept : wanted_(wanted) {}
  [[nodiscard]] bool requested() const noexcept { return wanted_ && !refusal_; }
  /// If the server refused a query, perhaps because of the keys, drops the keys and returns true: the query is then to
  /// be sent again.
  template <class T>
  [[nodiscard]] bool drop_if_refused(const Result<T>& result) {
    if (!requested() || result || result.error() != errc::client_refused) return false;
    refusal_ = result.error();
    return true;
  }
  /// Marks the keys of a user as not loaded because of the refusal, if there was one.
  void report_refusal(const UserRecord& user) const {
    if (refusal_) user.refuse_keys(*refusal_);
  }

 private:
  bool wanted_;
  std::optional<Error> refusal_;
};

}  // namespace wandb::detail

namespace wandb::inline WANDB_ABI::detail {

/// Reads the caller's own user, or a user by id, and all keys if they are requested. The result is empty if no user has
/// the id.
class FetchUser {
 public:
  using value_type = std::optional<UserRecord>;
  /// An empty id means the caller's own user.
  FetchUser(std::string id, const graphql::UserQueries& queries, bool keys)
      : id_(std::move(id)), queries_(&queries), keys_(keys) {}

  [[nodiscard]] Step<value_type> start() {
    GraphqlRequest request(operation(), keys_.requested());
    if (!id_.empty()) request.add("id", id_);
    return request;
  }

  [[nodiscard]] Step<value_type> resume(Result<GraphqlAnswer> answer) {
    if (completing_) return as_optional(completing_->resume(std::move(answer)));
    if (keys_.drop_if_refused(answer)) return start();
    if (!answer) return finished<value_type>(answer.error());
    auto record = record_at(*answer, operation().field, id_.empty(), {}, *queries_);
    if (!record && id_.empty()) {
      return finished<value_type>(Error(make_error_code(errc::unauthorized),
                                        "the server knows nobody by these credentials", Delivery::answered));
    }
    if (!record) return finished<value_type>(std::optional<UserRecord>{});
    keys_.report_refusal(*record);
    return as_optional(completing_.emplace(std::move(*record)).start());
  }

 private:
  [[nodiscard]] const Operation& operation() const noexcept {
    return id_.empty() ? *queries_->viewer : *queries_->by_id;
  }

  std::string id_;
  const graphql::UserQueries* queries_;
  OptionalKeys keys_;
  std::optional<CompleteKeys> completing_;
};

}  // namespace wandb::detail
// Finds the key to delete among those that are loaded, before anything is sent.

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wandb::inline WANDB_ABI::detail {

/// Makes the error of a key that was not found: the server's error in place of the keys, `errc::keys_not_loaded`, or
/// misuse.
[[nodiscard]] inline Error no_such_key_error(const UserRecord& user) {
  if (auto refused = user.keys_error()) return std::move(*refused);
  if (user.keys_loaded()) return misused("deleteApiKey", "the key", "is none of this user's");
  return Error(
      make_error_code(errc::keys_not_loaded),
      Error::Details{.reason = {}, .operation = "deleteApiKey", .messages = {}, .delivery = Delivery::nothing_sent});
}

/// Makes the error of a secret to which several keys belong. It names their ids and never the secret.
[[nodiscard]] inline Error ambiguous_key_error(const std::vector<std::string>& ids, const Secret& secret) {
  constexpr std::size_t max_ids = 8;
  auto reason = make_error_code(errc::ambiguous_key).message() + ": " + std::to_string(ids.size()) + " keys";
  const std::string_view secrets[] = {secret.reveal()};
  const Mask mask(secrets);
  const char* before = ", id ";
  for (std::size_t i = 0; i != std::min(ids.size(), max_ids); ++i) {
    reason.append(std::exchange(before, "; id ")).append(mask(ids[i], Shapes::marked));
  }
  if (ids.size() > max_ids) reason += " and more";
  return Error(make_error_code(errc::ambiguous_key), Error::Details{.reason = std::move(reason),
                                                                    .operation = "deleteApiKey",
                                                                    .messages = {},
                                                                    .delivery = Delivery::nothing_sent});
}

/// Finds the id of the key that belongs to `secret`. `errc::ambiguous_key`, or the error of `no_such_key_error`.
[[nodiscard]] inline Result<std::string> find_key_by_secret(const UserRecord& user, const Secret& secret) {
  std::vector<std::string> ids;
  for (const auto& key : Keys(user.key_source())) {
    // The server's pages may overlap, so that the same key is listed twice.
    if (key.belongs_to(secret) && std::find(ids.begin(), ids.end(), key.id()) == ids.end()) ids.emplace_back(key.id());
  }
  if (ids.empty()) return no_such_key_error(user);
  if (ids.size() > 1) return ambiguous_key_error(ids, secret);
  return std::move(ids.front());
}

/// Finds the id of the first key with that name, else of the key whose secret the name is.
[[nodiscard]] inline Result<std::string> find_key_by_name(const UserRecord& user, std::string_view name) {
  for (const auto& key : Keys(user.key_source())) {
    if (KeyAccess::name(key) == name) return std::string(key.id());
  }
  // The name of a key generated here is its secret, until a reload from a newer server names it by its key ID.
  return find_key_by_secret(user, Secret(name));
}

/// Finds the id of the key that has the id of `row`.
[[nodiscard]] inline Result<std::string> find_key_by_row(const UserRecord& user, const ApiKey& row) {
  for (const auto& key : Keys(user.key_source())) {
    if (key.id() == row.id()) return std::string(key.id());
  }
  return no_such_key_error(user);
}

}  // namespace wandb::detail
// Finds the user whose username, e-mail or id is exactly a name.

#include <cstddef>
#include <optional>
#include <string>
#include <utility>

// Chooses the user that a name means from the results of a search.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wandb::inline WANDB_ABI::detail {

/// Whether a name looks like a user's id: the base64 form of `User:` and a number.
[[nodiscard]] constexpr bool looks_like_user_id(std::string_view name) noexcept { return name.starts_with("VXNlc"); }

/// Whether the server says, by its status or by an error's code, that a name is not the id of a user.
[[nodiscard]] inline bool rejects_id(const Error& error) {
  if (error.from_words()) return false;
  const auto has_code = [](const ServerMessage& said) { return same_code(said.code, "BAD_USER_INPUT"); };
  return error == errc::not_found || std::any_of(error.messages().begin(), error.messages().end(), has_code);
}

/// Collects the users whose id, username or e-mail is exactly a name, and chooses one of them. An e-mail in the exact
/// spelling is preferred to one that differs in case, and then an active user to a deleted one. Nobody is chosen if
/// several are left, or if the server may have left out a better match.
class NameMatches {
 public:
  explicit NameMatches(std::string name) : name_(std::move(name)) {}

  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  /// Whether no user has matched so far.
  [[nodiscard]] bool empty() const noexcept { return matches_.empty(); }

  /// Adds a user if the name matches. A user, or a field to compare, that the server does not show counts as an
  /// omission.
  void consider(Result<UserRecord> user) {
    if (!user) return note_omission(user.error());
    if (const auto type = match_type(*user)) return add({std::move(*user), *type});
    const bool is_email = name_.find('@') != name_.npos;
    for (const std::string_view key : {"id", "username", "email"}) {
      if (user->has(key) || (key == "email" && !is_email)) continue;
      const auto why = user->full_reading().answer->errors.first(user->index, key);
      if (why) return note_omission(*why);
      if (key == (is_email ? "email" : "username")) return note_omission(hidden_field_error(*user, key));
    }
  }
  /// Notes that the server may have left out a user, and why. The first reason is kept.
  void note_omission(Error why) {
    if (!omission_) omission_ = std::move(why);
  }

  [[nodiscard]] bool has_omission() const noexcept { return omission_.has_value(); }

  /// Chooses the user; nothing if certainly nobody matches. `errc::ambiguous_user`, or the error of an omission.
  [[nodiscard]] Result<std::optional<UserRecord>> choose() {
    using Chosen = std::optional<UserRecord>;
    keep_best_of_each_field();
    const auto active = [](const Match& one) { return one.type.active; };
    if (std::any_of(matches_.begin(), matches_.end(), active))
      std::erase_if(matches_, [&](const Match& one) { return !active(one); });
    if (matches_.size() > 1) return ambiguous();
    // A user that was left out could match in exact spelling, or be active.
    const bool certain = !matches_.empty() && matches_.front().type.exact && matches_.front().type.active;
    if (omission_ && !certain) return std::move(*omission_);
    return matches_.empty() ? Chosen() : Chosen(std::move(matches_.front().user));
  }

 private:
  enum class NameField : std::uint8_t { id, username, email };
  /// How a user matches the name.
  struct MatchType {
    NameField field;
    bool exact;
    bool active;
    friend bool operator==(const MatchType&, const MatchType&) = default;
  };
  struct Match {
    UserRecord user;
    MatchType type;
  };
  // Two are enough to be ambiguous; the error names up to this many.
  static constexpr std::ptrdiff_t max_same_type = 8;

  [[nodiscard]] std::optional<MatchType> match_type(const UserRecord& user) const {
    const bool active = user.text("deletedAt").empty();
    if (user.text("id") == name_) return MatchType{NameField::id, true, active};
    if (user.text("username") == name_) return MatchType{NameField::username, true, active};
    const auto email = user.text("email");
    if (!equal_ignoring_case(email, name_)) return std::nullopt;
    return MatchType{NameField::email, email == name_, active};
  }

  void add(Match found) {
    const auto id = found.user.text("id");
    const bool known = std::any_of(matches_.begin(), matches_.end(),
                                   [&](const Match& one) { return !id.empty() && one.user.text("id") == id; });
    const auto same_type =
        std::count_if(matches_.begin(), matches_.end(), [&](const Match& one) { return one.type == found.type; });
    if (!known && same_type < max_same_type) matches_.push_back(std::move(found));
  }

  void keep_best_of_each_field() {
    for (const auto field : {NameField::id, NameField::username, NameField::email}) {
      const auto best = [field](const Match& one) { return one.type.field == field && one.type.exact; };
      if (std::none_of(matches_.begin(), matches_.end(), best)) continue;
      std::erase_if(matches_, [field](const Match& one) { return one.type.field == field && !one.type.exact; });
    }
  }

  // The server hides the field of a user that the name has to be compared with.
  [[nodiscard]] static Error hidden_field_error(const UserRecord& user, std::string_view key) {
    return Error(make_error_code(errc::malformed_response),
                 Error::Details{.reason = "the server does not show the " + std::string(key) +
                                          " of a user who may be the one that is looked for",
                                .operation = "users",
                                .messages = {},
                                .status = user.store->answer().errors.status(),
                                .attempts = 1,
                                .delivery = Delivery::answered});
  }

  [[nodiscard]] Error ambiguous() const {
    std::string reason = make_error_code(errc::ambiguous_user).message() + ": ";
    const char* before = "";
    for (const auto& one : matches_) {
      const auto add = [&](const char* what, const char* key) {
        if (const auto text = one.user.text(key); !text.empty()) reason.append(what).append(shown_name(text));
      };
      reason += std::exchange(before, "; ");
      add("id ", "id");
      add(", username ", "username");
      add(", e-mail ", "email");
      if (!one.type.active) reason += ", deleted";
    }
    return Error(
        make_error_code(errc::ambiguous_user),
        Error::Details{
            .reason = std::move(reason), .operation = "users", .messages = {}, .delivery = Delivery::answered});
  }

  std::string name_;
  std::vector<Match> matches_;
  std::optional<Error> omission_;
};

}  // namespace wandb::detail
// Asks for a page of users and reads it.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace wandb::inline WANDB_ABI::detail {

/// Whether a user belongs to a team. It is unknown if the answer does not show all of the user's teams.
enum class Membership : std::uint8_t { member, other, unknown };

/// One page of `users`.
class UserPage {
 public:
  UserPage() = default;

  /// Reads the answer to `users_request`. `guard` has seen the cursors of the pages before.
  [[nodiscard]] static Result<UserPage> read(GraphqlAnswer answer, CursorGuard& guard) {
    const auto users = answer.root.object("users");
    if (!users || users->state("edges") != SlotState::rows)
      return missing_error(answer, "users", users ? "users.edges" : "users");
    UserPage page;
    page.status_ = answer.status;
    page.edges_ = users->list("edges");
    page.read_info(answer, *users, guard);
    // An error below `users.edges[i]` belongs to the user `i`.
    const auto user_of = [size = page.edges_.size()](const GraphqlError& error) -> std::optional<std::uint32_t> {
      const auto edge = error.path[2].index;
      const bool of_user = error.path[1].key == "edges" && edge && *edge < size;
      return of_user ? std::optional(static_cast<std::uint32_t>(*edge)) : std::nullopt;
    };
    page.store_ = std::make_shared<UserStore>(
        UserAnswer{answer.page, UserErrors("users", answer.status, std::move(answer.errors), 4, user_of)});
    return page;
  }

  [[nodiscard]] std::size_t size() const noexcept { return edges_.size(); }
  [[nodiscard]] bool has_more() const noexcept { return has_more_; }
  [[nodiscard]] std::string cursor() const { return std::string(cursor_); }
  /// The user at `index`, or the server's error in their place. `queries` are what a reload sends.
  [[nodiscard]] Result<UserRecord> at(std::size_t index, const graphql::UserQueries& queries) const {
    const auto user = static_cast<std::uint32_t>(index);
    if (const auto node = edges_[index].object("node")) return UserRecord{store_, *node, user, false, &queries};
    if (auto why = store_->answer().errors.first(user)) return std::move(*why);
    return malformed("users.edges[" + std::to_string(index) + "].node", "it is null, and no error says why", status_);
  }
  /// Whether the user at `index` belongs to the team of that name.
  [[nodiscard]] Membership membership(std::size_t index, std::string_view team) const noexcept {
    const auto node = edges_[index].object("node");
    if (!node) return Membership::unknown;
    const auto teams = node->object("teams");
    if (!teams || teams->state("edges") != SlotState::rows) return Membership::unknown;
    const auto edges = teams->list("edges");
    bool complete = !store_->answer().errors.has(static_cast<std::uint32_t>(index), "teams");
    for (std::size_t i = 0; i != edges.size(); ++i) {
      const auto entity = edges[i].object("node");
      if (entity && entity->string("name") == team) return Membership::member;
      complete = complete && entity;
    }
    return complete ? Membership::other : Membership::unknown;
  }
  /// The error for the user at `index`, whose membership is unknown.
  [[nodiscard]] Error unknown_membership(std::size_t index, const UserRecord& user) const {
    const auto why = store_->answer().errors.first(static_cast<std::uint32_t>(index), "teams");
    const auto error = why ? *why
                           : malformed("users.edges[" + std::to_string(index) + "].node.teams",
                                       "it is null or has a null, and no error says why", status_);
    auto details = error.details();
    details.reason = "it is unknown whether " + user.shown() + " belongs to the team" +
                     (details.reason.empty() ? "" : "; ") + details.reason;
    return Error(error.code(), std::move(details));
  }
  /// Why the next page cannot be read, or why it is unknown whether there is one.
  [[nodiscard]] const std::optional<Error>& next_page_error() const noexcept { return next_page_error_; }
  /// An error that may have made the server leave users out of this page.
  [[nodiscard]] std::optional<Error> omission() const { return store_->answer().errors.first_of_page(); }

 private:
  void read_info(const GraphqlAnswer& answer, const ObjectView& users, CursorGuard& guard) {
    if (lacks_page_info(users)) next_page_error_ = missing_error(answer, "users", "users.pageInfo");
    const auto next = next_page(users);
    cursor_ = next.value_or(std::string_view{});
    has_more_ = next && guard.advances(cursor_);
    if (!next || has_more_) return;
    next_page_error_ = malformed("users.pageInfo.endCursor", "there are more pages and no way to the next", status_);
  }

  int status_ = 0;
  std::shared_ptr<UserStore> store_;
  ListView edges_;
  std::string_view cursor_;
  bool has_more_ = false;
  std::optional<Error> next_page_error_;
};

/// Makes the request for a page of users: those that match `query`, or the one whose id is `id`. `keys` asks for their
/// keys too, `size` limits the page if it is positive, `after` is the cursor of the page.
[[nodiscard]] inline GraphqlRequest users_request(const graphql::UserQueries& queries, bool keys,
                                                  std::string_view query, std::string_view id, int size,
                                                  std::string_view after) {
  GraphqlRequest request(*queries.search, keys);
  if (!query.empty()) request.add("query", query);
  if (!id.empty()) request.add_list("ids", id);
  if (size > 0) request.add("first", size);
  if (!after.empty()) request.add("after", after);
  return request;
}

}  // namespace wandb::detail

namespace wandb::inline WANDB_ABI::detail {

/// Finds the user whose username, e-mail or id is exactly a name; nothing if there is none. The service matches
/// prefixes and suffixes, so this reads every page, and `NameMatches` chooses. If an e-mail is not found, it is
/// searched for again in lower case, since a server may compare case. The search does not match ids, so a name that may
/// be an id is also asked for by id.
class FindUser {
 public:
  using value_type = std::optional<UserRecord>;
  FindUser(std::string name, const graphql::UserQueries& queries, bool keys)
      : queries_(&queries), query_(name), matches_(std::move(name)), keys_(keys) {}

  [[nodiscard]] Step<value_type> start() {
    if (auto fault = check_text("users", "the name", matches_.name())) return finished<value_type>(std::move(*fault));
    if (by_id_) return users_request(*queries_, keys_.requested(), {}, matches_.name(), 0, {});
    return users_request(*queries_, keys_.requested(), query_, {}, 0, cursor_);
  }

  [[nodiscard]] Step<value_type> resume(Result<GraphqlAnswer> answer) {
    if (completing_) return as_optional(completing_->resume(std::move(answer)));
    if (keys_.drop_if_refused(answer)) return start();
    if (!answer) return by_id_ && rejects_id(answer.error()) ? decide() : finished<value_type>(answer.error());
    const auto page = UserPage::read(std::move(*answer), guard_);
    if (keys_.drop_if_refused(page)) return start();
    if (!page) return finished<value_type>(page.error());
    for (std::size_t i = 0; i != page->size(); ++i) matches_.consider(page->at(i, *queries_));
    if (auto omission = page->omission()) matches_.note_omission(std::move(*omission));
    if (page->next_page_error()) matches_.note_omission(*page->next_page_error());
    if (page->has_more() && !by_id_) {
      cursor_ = page->cursor();
      return start();
    }
    return ask_differently();
  }

 private:
  [[nodiscard]] Step<value_type> ask_differently() {
    const auto& name = matches_.name();
    cursor_.clear();
    guard_ = {};
    if (matches_.has_omission()) return decide();
    if (name.find('@') != name.npos) {
      if (auto lower = in_lower_case(name); matches_.empty() && lower != query_) {
        query_ = std::move(lower);
        return start();
      }
      return decide();
    }
    // A username may look like the id of another user, whom the search does not find. Such a name is asked for by id
    // even if a user was found.
    const bool may_be_id = matches_.empty() || looks_like_user_id(name);
    if (!may_be_id || std::exchange(by_id_, true)) return decide();
    return start();
  }

  [[nodiscard]] Step<value_type> decide() {
    auto one = matches_.choose();
    if (!one) return finished<value_type>(one.error());
    if (!*one) return finished<value_type>(std::optional<UserRecord>{});
    keys_.report_refusal(**one);
    return as_optional(completing_.emplace(std::move(**one)).start());
  }

  const graphql::UserQueries* queries_;
  std::string query_;
  std::string cursor_;
  CursorGuard guard_;
  NameMatches matches_;
  OptionalKeys keys_;
  bool by_id_ = false;
  std::optional<CompleteKeys> completing_;
};

}  // namespace wandb::detail
// Generates an API key for a user with that user's credentials.

#include <optional>
#include <string_view>
#include <utility>

namespace wandb::inline WANDB_ABI::detail {

/// Generates a key. The server gives it to the user whose credentials, `as`, the request carries.
class GenerateKey {
 public:
  using value_type = Secret;
  GenerateKey(UserRecord user, const Result<IdentityPtr>& as, std::optional<std::string_view> description)
      : user_(std::move(user)), request_(graphql::generate_api_key) {
    if (description) request_.add_text("description", "the description", *description, true);
    if (as) request_.as(*as).about(subject_of(user_));
    else request_.refuse_if(as.error());
  }

  [[nodiscard]] Step<value_type> start() { return std::move(request_); }
  [[nodiscard]] Step<value_type> resume(Result<GraphqlAnswer> answer) {
    if (!answer) return finished<value_type>(answer.error());
    const auto payload = answer->root.object("generateApiKey");
    const auto node = payload ? payload->object("apiKey") : std::nullopt;
    const auto name = node ? node->string("name").value_or(std::string_view{}) : std::string_view{};
    if (!may_be_api_key(name)) {
      return finished<value_type>(
          incomplete_error(*answer, graphql::generate_api_key, "apiKey.name", "it is not an API key"));
    }
    // The key is kept even if the answer has errors too, since a newer server shows the secret only once.
    user_.add_key(KeyAccess::make(answer->page, *node, true));
    user_.set_mutation_errors(errors_beside_data(*answer, graphql::generate_api_key, Outcome::ran));
    if (answer->failure) return finished<value_type>(*answer->failure);
    return finished<value_type>(Secret(name));
  }

 private:
  UserRecord user_;
  GraphqlRequest request_;
};

}  // namespace wandb::detail
// A walk through the users that a query finds, and what reads its next user.

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace wandb::inline WANDB_ABI::detail {

/// A walk through the users that a query finds, page by page. A range and its iterators share it; not thread-safe.
struct Walk {
  const graphql::UserQueries* queries = nullptr;
  std::string query;  // empty: all users
  std::string team;   // only its members; empty: all users
  int size = 0;
  std::string cursor;  // of the next page
  CursorGuard guard;
  OptionalKeys keys{true};
  UserPage page;
  std::size_t next = 0;
  bool has_more = true;
  std::optional<Error> fault;     // the options are invalid: the walk has only this error
  std::optional<Error> omission;  // a page may lack users: the walk ends with this error
  std::optional<CompleteKeys> completing;

  /// Whether the page has another user for the walk. Goes to that user: users outside the team are left out.
  [[nodiscard]] bool has_next() {
    while (next != page.size() && !team.empty() && page.membership(next, team) == Membership::other) ++next;
    return next != page.size();
  }
  /// Takes the next user, after `has_next()`. If the keys were refused, the user has that error.
  [[nodiscard]] Result<UserRecord> take_next() {
    const auto index = next++;
    auto user = page.at(index, *queries);
    if (!user) return user;
    if (!team.empty() && page.membership(index, team) == Membership::unknown)
      return page.unknown_membership(index, *user);
    keys.report_refusal(*user);
    return user;
  }
};

/// Reads the next user of a walk, and the next page if the one in memory is used up. The result is empty at the end.
class NextUser {
 public:
  using value_type = std::optional<UserRecord>;
  explicit NextUser(std::shared_ptr<Walk> walk) : walk_(std::move(walk)) {}

  [[nodiscard]] Step<value_type> start() {
    auto& walk = *walk_;
    walk.completing.reset();  // an earlier call may have been abandoned before its end
    if (const auto fault = std::exchange(walk.fault, std::nullopt)) return stop(*fault);
    if (walk.has_next()) return complete(walk.take_next());
    if (const auto error = walk.page.next_page_error()) return stop(*error);
    if (walk.has_more)
      return users_request(*walk.queries, walk.keys.requested(), walk.query, {}, walk.size, walk.cursor);
    if (const auto omission = std::exchange(walk.omission, std::nullopt)) return stop(*omission);
    return finished<value_type>(std::optional<UserRecord>{});
  }

  [[nodiscard]] Step<value_type> resume(Result<GraphqlAnswer> answer) {
    auto& walk = *walk_;
    if (walk.completing) return forward(walk.completing->resume(std::move(answer)));
    if (walk.keys.drop_if_refused(answer)) return start();
    if (!answer) return stop(answer.error());
    auto page = UserPage::read(std::move(*answer), walk.guard);
    if (walk.keys.drop_if_refused(page)) return start();
    if (!page) return stop(page.error());
    walk.page = std::move(*page);
    walk.next = 0;
    walk.has_more = walk.page.has_more();
    if (walk.has_more) walk.cursor = walk.page.cursor();
    if (!walk.omission) walk.omission = walk.page.omission();
    return start();
  }

 private:
  // The error of a page ends the walk. The error of a user is one element of the walk, which goes on.
  [[nodiscard]] Step<value_type> stop(Error error) {
    walk_->page = {};
    walk_->next = 0;
    walk_->has_more = false;
    walk_->omission.reset();
    return finished<value_type>(std::move(error));
  }
  [[nodiscard]] Step<value_type> complete(Result<UserRecord> user) {
    if (!user) return finished<value_type>(user.error());
    return forward(walk_->completing.emplace(std::move(*user)).start());
  }
  [[nodiscard]] Step<value_type> forward(Step<UserRecord> step) {
    if (!step.finished()) return as_optional(std::move(step));
    walk_->completing.reset();
    return as_optional(std::move(step));
  }

  std::shared_ptr<Walk> walk_;
};

}  // namespace wandb::detail
// A program's own document as an operation.

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// Holds the variables of a program's document against the types that the document declares.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wandb::inline WANDB_ABI::detail {

/// Returns a type as a document writes it: `[ID!]!`.
[[nodiscard]] inline std::string to_text(const graphql::TypeReference& type) {
  std::string text(type.name);
  if (type.list) text = '[' + text + (type.element_non_null ? "!]" : "]");
  return text + (type.non_null ? "!" : "");
}

/// Checks variables up to the first that does not fit. The server checks them too; this check names the variable, and
/// costs no request.
class VariableCheck {
 public:
  /// If the schema is not known, only the types that every schema has are checked.
  VariableCheck(const graphql::Ast& ast, bool schema_is_known) noexcept
      : ast_(ast), schema_is_known_(schema_is_known) {}

  /// Returns the first of the `given` variables that does not fit the declarations from `first` on, and why; nothing if
  /// all of them fit.
  [[nodiscard]] std::optional<std::pair<std::string, std::string>> run(graphql::Index first, const JsonValue& given) {
    std::array<bool, 32> found{};
    given.each_member([&](const std::string& name, const JsonValue& value) {
      path_ = shown_name(name);
      const auto at = declaration(first, name);
      if (at == graphql::none) return fail("is not declared by the document");
      if (found.at(at)) return fail("is given twice");
      found.at(at) = true;
      check(value, ast_.variables[at].type);
      check_names(value);
    });
    for (auto i = first; i != graphql::none; i = ast_.variables[i].next) {
      const auto& variable = ast_.variables[i];
      path_ = variable.name;
      if (!found.at(i) && variable.type.non_null && variable.default_value == graphql::none)
        fail("is missing, and its type is " + to_text(variable.type));
    }
    return fault_;
  }

 private:
  using Type = graphql::TypeReference;
  using TypeDefinition = graphql::TypeDefinition;

  void fail(const std::string& why) {
    if (!fault_) fault_.emplace("the variable \"" + path_ + "\"", why);
  }

  [[nodiscard]] graphql::Index declaration(graphql::Index first, std::string_view name) const noexcept {
    auto at = first;
    while (at != graphql::none && ast_.variables[at].name != name) at = ast_.variables[at].next;
    return at;
  }

  void check(const JsonValue& value, const Type& type) {
    if (fault_) return;
    if (value.is_null()) {
      if (type.non_null) fail("is null, and its type is " + to_text(type));
      return;
    }
    const Type element{type.name, false, type.element_non_null, false, type.definition};
    // A single value stands for a list of it.
    if (type.list && !value.is_array()) return check(value, element);
    if (type.list) {
      std::size_t index = 0;
      return value.each_element([&](const JsonValue& one) { inside(index++, [&] { check(one, element); }); });
    }
    const auto definition = schema_is_known_ ? graphql::users_schema.type(type) : graphql::Found<TypeDefinition>();
    if (definition && definition->kind == graphql::TypeKind::input) return check_input(value, *definition);
    if (!fits(value, type.name, definition && definition->name != "JSON"))
      fail("does not fit its type " + to_text(type));
  }

  void check_input(const JsonValue& value, const TypeDefinition& definition) {
    if (!value.is_object()) return fail("does not fit its type " + std::string(definition.name));
    value.each_member([&](const std::string& name, const JsonValue& member) {
      const auto field = graphql::find(definition.inputs, name);
      if (field) return inside(field->name, [&] { check(member, field->type); });
      fail("has a field \"" + shown_name(name) + "\", which " + std::string(definition.name) + " does not have");
    });
    for (const auto& field : definition.inputs) {
      if (field.type.non_null && value.member(field.name).text().empty())
        fail("lacks the field \"" + std::string(field.name) + "\" of " + std::string(definition.name));
    }
  }

  // Checks that no object in a value has a name twice, whatever the types are: the server would take one of the values.
  void check_names(const JsonValue& value) {
    std::vector<std::string> names;
    value.each_member([&](const std::string& name, const JsonValue& member) {
      names.push_back(name);
      inside(shown_name(name), [&] { check_names(member); });
    });
    std::size_t index = 0;
    value.each_element([&](const JsonValue& element) { inside(index++, [&] { check_names(element); }); });
    std::sort(names.begin(), names.end());
    const auto twice = std::adjacent_find(names.begin(), names.end());
    if (twice != names.end()) fail("has the field \"" + shown_name(*twice) + "\" twice");
  }

  // Calls `f` while the path leads one step further.
  template <class Step, class F>
  void inside(const Step& step, F f) {
    const auto above = path_.size();
    append_path(path_, step);
    f();
    path_.resize(above);
  }

  // Whether a value has the JSON type of a scalar. `is_text` says that other types than those below are texts.
  [[nodiscard]] static bool fits(const JsonValue& value, std::string_view type, bool is_text) noexcept {
    const auto integer = value.integer();
    if (type == "Int") return integer && std::in_range<std::int32_t>(*integer);
    if (type == "Float") return value.is_number();
    if (type == "Boolean") return value.is_boolean();
    if (type == "ID" || type == "Int64") return value.is_string() || integer;
    if (type == "String") return value.is_string();
    return !is_text || value.is_string();
  }

  const graphql::Ast& ast_;
  bool schema_is_known_;
  std::string path_;
  std::optional<std::pair<std::string, std::string>> fault_;
};

}  // namespace wandb::detail

namespace wandb::inline WANDB_ABI::detail {

/// An operation, and everything that it views. It is neither copied nor moved.
struct OwnDocument {
  OwnDocument() = default;
  OwnDocument(const OwnDocument&) = delete;
  OwnDocument& operator=(const OwnDocument&) = delete;

  std::string text{};                   ///< the document, if the schema is not known
  std::optional<DynamicShape> shape{};  ///< its root fields, as JSON
  std::shared_ptr<const void> owner{};  ///< owns what else the operation views, unless that has static storage
  bool schema_is_known = false;         ///< whether the document was validated
  Operation operation{};
};

/// Returns the name of the operation's first root field, for errors, with static storage: a field that the schema of
/// users does not have is named after its kind.
[[nodiscard]] inline std::string_view static_name(const graphql::FieldSet& fields,
                                                  const graphql::DefinitionNode& operation) noexcept {
  const auto field = graphql::users_schema.type(operation.root_type())->field(fields.field(0).name);
  if (field) return field->name;
  return operation.kind == graphql::DefinitionNode::Kind::mutation ? "mutation" : "query";
}

/// Returns whether a document selects a field that brings a new key, under any response key.
[[nodiscard]] inline bool generates_key(const graphql::Ast& ast) noexcept {
  for (graphql::Index i = 0; i != ast.selections.size; ++i) {
    if (ast.selections[i].name == std::string_view("generateApiKey")) return true;
  }
  return false;
}

/// Makes the root fields of a document whose schema is not known. Each is kept as JSON.
[[nodiscard]] inline std::vector<shapes::Node> nodes_of(const graphql::FieldSet& fields) {
  std::vector<shapes::Node> nodes;
  for (graphql::Index i = 0; i != fields.size(); ++i) {
    if (fields.first_like(i) != i) continue;
    const auto& field = fields.field(i);
    const bool is_type_name = field.name == graphql::type_name;
    nodes.push_back({.key = field.alias, .kind = is_type_name ? FieldKind::string : FieldKind::raw});
  }
  return nodes;
}

/// Fills in an operation whose document and shape are set. `fields` are its root fields.
inline void complete(OwnDocument& own, const graphql::Ast& ast, const graphql::DefinitionNode& definition,
                     const graphql::FieldSet& fields, Repeat repeat) {
  const bool mutation = definition.kind == graphql::DefinitionNode::Kind::mutation;
  auto& operation = own.operation;
  operation.name = definition.name;
  operation.field = static_name(fields, definition);
  operation.repeat = mutation ? repeat : Repeat::safe;
  operation.plain = graphql::is_plain(operation.document);
  operation.keyless = operation.document;
  // A mutation that is not known may bring any secret.
  operation.brings_secret = mutation && (!own.schema_is_known || generates_key(ast));
  operation.has_conditions = ast.directives.size != 0;
}

/// Fills in an operation whose document is set, and its shape if the document was validated. Returns what makes it or
/// its `variables`, a JSON object, unusable.
[[nodiscard]] inline std::optional<Error> prepare(OwnDocument& own, const JsonValue& variables, Repeat repeat) {
  constexpr std::string_view what = "the document";
  auto& operation = own.operation;
  operation.field = "query";
  if (!is_utf8(operation.document)) return unusable(operation.field, what, "is not UTF-8");
  const auto ast = std::make_unique<graphql::Ast>();
  const auto dialect = own.schema_is_known ? graphql::Dialect::users : graphql::Dialect::any;
  if (const auto fault = graphql::parse(operation.document, *ast, dialect))
    return unusable(operation.field, what, "cannot be read: " + redact(graphql::describe(*fault)));
  const auto definition = ast->operation();
  if (!definition) return unusable(operation.field, what, "does not have exactly one operation");
  if (definition->kind == graphql::DefinitionNode::Kind::subscription)
    return unusable(operation.field, what, "is a subscription, which the library cannot send");
  graphql::FieldSet fields(*ast);
  if (!fields.add(definition->selections)) return unusable(operation.field, what, "has too many root fields");
  if (fields.size() == 0) return unusable(operation.field, what, "has no root field");
  if (!own.schema_is_known) operation.shape = own.shape.emplace(nodes_of(fields)).shape();
  complete(own, *ast, *definition, fields, repeat);
  const bool mutation = definition->kind == graphql::DefinitionNode::Kind::mutation;
  if (mutation && repeat == Repeat::safe)
    return misused(operation.field, "Repeat::safe", "is for queries, and the document is a mutation");
  const auto wrong = VariableCheck(*ast, own.schema_is_known).run(definition->variables, variables);
  return wrong ? std::optional(unusable(operation.field, wrong->first, wrong->second)) : std::nullopt;
}

}  // namespace wandb::detail
// Chooses the credentials with which to act as a user.

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace wandb::inline WANDB_ABI::detail {

/// Finds a listed key whose secret is known, and prefers one that the server has not refused; null if there is none.
[[nodiscard]] inline IdentityPtr identity_of_listed_key(const UserRecord& user) {
  IdentityPtr refused;
  for (const auto& key : Keys(user.key_source())) {
    const auto secret = key.secret();
    if (!secret) continue;
    auto identity = user.identity_of(*secret);
    if (!identity->refused()) return identity;
    if (!refused) refused = std::move(identity);
  }
  return refused;
}

/// Makes the error of a user for whom there are no usable credentials.
[[nodiscard]] inline Error no_identity_error(errc code, std::string_view reason = {},
                                             std::optional<std::string> advice = {}) {
  return Error(make_error_code(code), Error::Details{.reason = std::string(reason),
                                                     .advice = std::move(advice),
                                                     .operation = "generateApiKey",
                                                     .messages = {},
                                                     .delivery = Delivery::nothing_sent});
}

/// Returns the caller's federated identity as this user's, which is verified before it is used: the caller was this
/// user when the user was read, or the identity token names the user's e-mail. Null if neither is so.
[[nodiscard]] inline IdentityPtr federated_caller_as(const UserRecord& user, const Result<IdentityPtr>& caller) {
  if (!caller || !(*caller)->federation()) return nullptr;
  auto person = user.person();
  const auto& federation = (*caller)->federation();
  if (!user.is_caller && (person.email.empty() || !federation->may_belong_to(person.email))) return nullptr;
  return std::make_shared<const Identity>(federation, std::move(person));
}

/// Chooses the user's own credentials: those that the program gave, else the caller's if the caller is this user or has
/// an identity token that names them, else those of a listed key. Given credentials that the server no longer
/// knows are used only if there are no others.
[[nodiscard]] inline Result<IdentityPtr> own_identity(const UserRecord& user, const Result<IdentityPtr>& caller) {
  const auto given = user.given_identity();
  auto identity = given;
  if (!given || given->unknown()) {
    identity = federated_caller_as(user, caller);
    if (!identity && user.is_caller) return caller;
    if (!identity) identity = identity_of_listed_key(user);
    if (given && (!identity || identity->refused())) identity = given;
  }
  if (!identity) return no_identity_error(errc::no_user_credentials);
  if (identity == given && !identity->federation()) {
    const auto key = checked_key(identity->secret().reveal(), identity->source());
    if (!key) return no_identity_error(errc::malformed_api_key, key.error().reason());
  }
  if (!identity->proven() && !identity->owner().known()) {
    return no_identity_error(
        errc::no_user_credentials,
        "neither id, e-mail nor username of this user is known, so that the secret cannot be proven to be theirs", "");
  }
  return identity;
}

}  // namespace wandb::detail
// Reloads a user.

#include <optional>
#include <utility>

namespace wandb::inline WANDB_ABI::detail {

/// Reads a user again, keys and teams included, and replaces the data of the record. A user whose id is not known is
/// searched for by e-mail or username.
class Reload {
 public:
  using value_type = void;
  explicit Reload(UserRecord user) : user_(std::move(user)) {
    if (user_.is_caller) fetch_.emplace(std::string{}, *user_.queries, true);
    else if (const auto id = user_.text("id"); !id.empty()) fetch_.emplace(id, *user_.queries, true);
    else search_.emplace(search_text(user_), *user_.queries, true);
  }
  /// The text to search for: the e-mail, else the username; empty if neither is known.
  [[nodiscard]] static Text search_text(const UserRecord& user) {
    auto email = user.text("email");
    return email.empty() ? user.text("username") : email;
  }

  [[nodiscard]] Step<void> start() {
    if (!user_.is_caller) {
      const auto id = user_.text("id");
      const auto* const what = id.empty() ? "the user's e-mail or username" : "the user's id";
      if (auto fault = check_id("user", what, id.empty() ? search_text(user_) : id)) return finished<void>(*fault);
    }
    reload_start_ = user_.start_key_journal();
    return forward(fetch_ ? fetch_->start() : search_->start());
  }
  [[nodiscard]] Step<void> resume(Result<GraphqlAnswer> answer) {
    return forward(fetch_ ? fetch_->resume(std::move(answer)) : search_->resume(std::move(answer)));
  }

 private:
  [[nodiscard]] Step<void> forward(Step<std::optional<UserRecord>> step) {
    if (!step.finished()) {
      step.request().about(subject_of(user_));
      return std::move(step.request());
    }
    auto& result = step.result();
    if (!result) return finished<void>(result.error());
    if (!*result)
      return finished<void>(
          Error(make_error_code(errc::not_found), "the user is not there any more", Delivery::answered));
    const auto& fresh = **result;
    if (fetch_ && !is_about(user_, fresh.object)) {
      return finished<void>(malformed(user_.is_caller ? "viewer.id" : "user.id", "it is another user's",
                                      fresh.store->answer().errors.status()));
    }
    // The search may have found another user, whose username, id or e-mail is the same text.
    if (search_ && !user_.person().is(fresh.text("id"), fresh.text("username"), fresh.text("email"))) {
      return finished<void>(
          Error(make_error_code(errc::not_found), "no user of that e-mail or username was found", Delivery::answered));
    }
    user_.replace_with(fresh, reload_start_);
    return finished<void>(success());
  }

  UserRecord user_;
  KeyJournalPosition reload_start_;
  std::optional<FetchUser> fetch_;
  std::optional<FindUser> search_;
};

}  // namespace wandb::detail
// Sends a program's own document.

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wandb::inline WANDB_ABI::detail {

/// Sends a program's document as the caller. An answer with data is a success, whatever errors stand beside the data: a
/// mutation has run, and its answer may hold what the server tells only once.
class RunDocument {
 public:
  using value_type = Answer;
  /// `members` are the variables, as the members of a JSON object.
  RunDocument(std::shared_ptr<const OwnDocument> own, std::string_view members, std::optional<Error> fault)
      : own_(std::move(own)), request_(own_->operation) {
    request_.add_members(members).refuse_if(std::move(fault));
  }

  [[nodiscard]] Step<value_type> start() { return std::move(request_); }
  [[nodiscard]] Step<value_type> resume(Result<GraphqlAnswer> answer) {
    if (!answer) return finished<value_type>(answer.error());
    if (const auto missing = missing_field(answer->root)) {
      return finished<value_type>(
          with_outcome(malformed(*missing, "it is missing, and was asked for", answer->status), outcome_of_data()));
    }
    // The page views the shape, and the shape the text of the document.
    const auto kept = std::make_shared<const Kept>(Kept{own_, std::move(answer->page)});
    std::shared_ptr<const Page> page(kept, kept->page.get());
    auto data = own_->schema_is_known ? Value(page, page->root())
                                      : Value::of_json(page, JsonValue(body_of(*page)).member("data").text());
    return finished<value_type>(Answer(std::move(page), std::move(data), errors_of(*answer)));
  }

 private:
  struct Kept {
    std::shared_ptr<const OwnDocument> own;
    std::shared_ptr<const Page> page;
  };

  // Returns what an answer with data shows.
  [[nodiscard]] Outcome outcome_of_data() const noexcept {
    return own_->operation.repeat == Repeat::safe ? Outcome::not_run : Outcome::ran;
  }

  // Finds a field that the server left out. It may only leave out what the document has a condition for.
  [[nodiscard]] std::optional<std::string> missing_field(const ObjectView& root) const {
    for (const auto& field : root.fields()) {
      if (!own_->operation.has_conditions && root.slot(field).state() == SlotState::unloaded)
        return std::string(field.key);
    }
    return first_missing_field(root);
  }

  [[nodiscard]] std::vector<Error> errors_of(const GraphqlAnswer& answer) const {
    auto errors = errors_beside_data(answer, own_->operation, outcome_of_data());
    if (answer.errors.size() > errors.size()) {
      GraphqlError rest;
      rest.message = "and " + std::to_string(answer.errors.size() - errors.size()) + " more";
      errors.push_back(to_error(own_->operation.field, rest, answer.status, outcome_of_data()));
    }
    return errors;
  }

  std::shared_ptr<const OwnDocument> own_;
  GraphqlRequest request_;
};

}  // namespace wandb::detail
// GraphQL documents that are parsed and validated at run time.

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace wandb::inline WANDB_ABI::graphql {

/// A document that is validated at run time, by the rules for compile time. Copies share ownership of text and shape.
class DynamicDocument {
 public:
  /// Parses and validates a document. Fails with `errc::invalid_argument`, and the message that the compiler would
  /// give, with what looks like a key masked.
  [[nodiscard]] static Result<DynamicDocument> parse(std::string_view text) {
    auto state = std::make_shared<State>(text);
    const auto reading = std::make_unique<const detail::Reading>(detail::read(state->text));
    if (reading->fault) {
      return Error(make_error_code(errc::invalid_argument),
                   "GraphQL document: " + wandb::detail::redact(describe(*reading->fault)), Delivery::nothing_sent);
    }
    state->shape.emplace(reading->answer.fields());
    state->view = {state->text, reading->name, reading->field, reading->mutation, state->shape->shape()};
    return DynamicDocument(std::move(state));
  }

  [[nodiscard]] const Document& operator*() const noexcept { return state_->view; }
  [[nodiscard]] const Document* operator->() const noexcept { return &state_->view; }

 private:
  struct State {
    explicit State(std::string_view given) : text(given) {}
    std::string text;
    std::optional<DynamicShape> shape;
    Document view;
  };
  explicit DynamicDocument(std::shared_ptr<const State> state) noexcept : state_(std::move(state)) {}
  std::shared_ptr<const State> state_;
};

}  // namespace wandb::graphql

namespace wandb::inline WANDB_ABI {

WANDB_DECL const graphql::UserQueries& AnySelection::queries() noexcept { return graphql::plain_user_queries; }

namespace detail {

WANDB_DECL CallPtr<std::optional<UserRecord>> fetch_viewer(const Caller& caller, const CallOptions& options,
                                                           const graphql::UserQueries& queries) {
  return make_call(caller, options, FetchUser(std::string{}, queries, options.keys));
}

WANDB_DECL CallPtr<std::optional<UserRecord>> find_user(const Caller& caller, const CallOptions& options,
                                                        std::string_view name, const graphql::UserQueries& queries) {
  return make_call(caller, options, FindUser(std::string(name), queries, options.keys));
}

WANDB_DECL CallPtr<UserRecord> create_user(const Caller& caller, const CallOptions& options, std::string_view email,
                                           bool admin) {
  return make_call(caller, options, CreateUser(email, admin));
}

WANDB_DECL CallPtr<Secret> generate_key(const Caller& caller, const CallOptions& options, const UserRecord& user,
                                        std::optional<std::string_view> description) {
  return make_call(caller, options, GenerateKey(user, own_identity(user, caller.identity), description));
}

WANDB_DECL CallPtr<void> delete_key(const Caller& caller, const CallOptions& options, const UserRecord& user,
                                    std::string_view name) {
  return make_call(caller, options, DeleteKey(user, find_key_by_name(user, name)));
}
WANDB_DECL CallPtr<void> delete_key(const Caller& caller, const CallOptions& options, const UserRecord& user,
                                    const ApiKey& row) {
  return make_call(caller, options, DeleteKey(user, find_key_by_row(user, row)));
}
WANDB_DECL CallPtr<void> delete_key(const Caller& caller, const CallOptions& options, const UserRecord& user,
                                    const Secret& secret) {
  return make_call(caller, options, DeleteKey(user, find_key_by_secret(user, secret)));
}

WANDB_DECL CallPtr<void> update_user(const Caller& caller, const CallOptions& options, const UserRecord& user,
                                     const UserUpdate& changes) {
  return make_call(caller, options, ChangeUser(user, update_request(user, changes), expected_after(changes)));
}
WANDB_DECL CallPtr<void> delete_user(const Caller& caller, const CallOptions& options, const UserRecord& user) {
  return make_call(caller, options, ChangeUser(user, request_about(graphql::delete_user, user)));
}
WANDB_DECL CallPtr<void> restore_user(const Caller& caller, const CallOptions& options, const UserRecord& user) {
  return make_call(caller, options, ChangeUser(user, request_about(graphql::undelete_user, user)));
}
WANDB_DECL CallPtr<void> reload_user(const Caller& caller, const CallOptions& options, const UserRecord& user) {
  return make_call(caller, options, Reload(user));
}

WANDB_DECL WalkPtr make_walk(std::string_view query, const PageOptions& options, const graphql::UserQueries& queries) {
  auto walk = std::make_shared<Walk>();
  walk->queries = &queries;
  walk->query = query;
  walk->size = options.size;
  walk->keys = OptionalKeys(options.keys);
  walk->cursor = options.cursor;
  if (options.size < 1) walk->fault = unusable("users", "the page size", "is less than 1");
  if (!walk->fault) walk->fault = check_text("users", "the query", query, true);
  if (!walk->fault) walk->fault = check_text("users", "the cursor", options.cursor, true);
  return walk;
}

WANDB_DECL WalkPtr make_team_walk(std::string_view team, const PageOptions& options,
                                  const graphql::UserQueries& queries) {
  auto walk = make_walk({}, options, queries);
  walk->team = team;
  if (!walk->fault) walk->fault = check_text("users", "the team", team);
  return walk;
}

WANDB_DECL std::optional<Result<UserRecord>> next_without_call(Walk& walk) {
  if (walk.fault || !walk.has_next()) return std::nullopt;
  auto user = walk.take_next();
  if (user) {
    auto step = CompleteKeys(std::move(*user)).start();
    if (!step.finished()) {
      --walk.next;  // a call has to read the other keys
      return std::nullopt;
    }
    user = std::move(step.result());
  }
  walk.completing.reset();
  return user;
}

WANDB_DECL CallPtr<std::optional<UserRecord>> next_user(const Caller& caller, const CallOptions& options,
                                                        WalkPtr walk) {
  return make_call(caller, options, NextUser(std::move(walk)));
}

WANDB_DECL std::string cursor_of(const Walk& walk) { return walk.cursor; }

/// Makes the call of a document that is set in `own`.
[[nodiscard]] inline CallPtr<Answer> run_own(const Caller& caller, const CallOptions& options,
                                             const std::shared_ptr<OwnDocument>& own, const Variables& variables,
                                             Repeat repeat) {
  const auto json = variables.json();
  auto fault = prepare(*own, JsonValue(json), repeat);
  if (const auto status = variables.status(); !status) fault = status.error();
  const auto members = std::string_view(json).substr(1, json.size() - 2);
  return make_call(caller, options, RunDocument(own, members, std::move(fault)));
}

WANDB_DECL CallPtr<Answer> run_document(const Caller& caller, const CallOptions& options,
                                        const graphql::Document& document, const Variables& variables, Repeat repeat) {
  const auto own = std::make_shared<OwnDocument>();
  own->schema_is_known = true;
  own->operation.document = document.text;
  own->operation.shape = document.shape;
  return run_own(caller, options, own, variables, repeat);
}
WANDB_DECL CallPtr<Answer> run_document(const Caller& caller, const CallOptions& options,
                                        const graphql::DynamicDocument& document, const Variables& variables,
                                        Repeat repeat) {
  const auto own = std::make_shared<OwnDocument>();
  own->schema_is_known = true;
  own->operation.document = document->text;
  own->operation.shape = document->shape;
  own->owner = std::make_shared<const graphql::DynamicDocument>(document);
  return run_own(caller, options, own, variables, repeat);
}
WANDB_DECL CallPtr<Answer> run_text(const Caller& caller, const CallOptions& options, std::string_view document,
                                    const Variables& variables, Repeat repeat) {
  const auto own = std::make_shared<OwnDocument>();
  own->text = document;
  own->operation.document = own->text;
  return run_own(caller, options, own, variables, repeat);
}

WANDB_DECL Result<Caller> as_user(const Caller& caller, const UserRecord& user) {
  auto identity = own_identity(user, caller.identity);
  if (!identity) return identity.error();
  return caller.as(std::move(*identity));
}

WANDB_DECL Result<void> check_secret(const Secret& secret, std::string_view source) {
  const auto key = checked_key(secret.reveal(), source);
  return key ? success() : Result<void>(key.error());
}

WANDB_DECL std::optional<Error> missing_field(const UserRecord& user) {
  const auto missing = first_missing_field(user.object);
  if (!missing) return std::nullopt;
  return malformed(*missing, "it is missing, and was asked for", user.store->answer().errors.status());
}

}  // namespace detail
}  // namespace wandb
// Defines what detail/user/ declares.

#include <algorithm>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wandb::inline WANDB_ABI::detail {

/// The newest value of a user's field, like `FoundField` but without owning the page. Valid inside `UserStore::read`.
struct FieldView {
  const std::shared_ptr<const Page>* page = nullptr;
  ObjectView object;
  const Field* field = nullptr;

  [[nodiscard]] Slot slot() const noexcept { return field == nullptr ? Slot{} : object.slot(*field); }
  [[nodiscard]] FoundField with_page() const {
    return field == nullptr ? FoundField{} : FoundField{*page, object, field};
  }
};

/// Finds a user's fields, keys and readings in a store.
struct UserLookup {
  [[nodiscard]] static Reading full_reading(const UserRecord& user, const UserState* state) {
    if (state != nullptr && state->reloaded) return *state->reloaded;
    return Reading{std::shared_ptr<const UserAnswer>(user.store, &user.store->answer()), user.object, user.index};
  }

  template <class Matches>
  [[nodiscard]] static FieldView find(const UserRecord& user, const UserState* state, const Matches& matches) {
    if (state != nullptr) {
      for (const auto& [reading, field] : state->updated_fields) {
        if (matches(reading.object) != field) continue;
        const bool loaded = reading.answer->has(reading.object, reading.user, *field);
        return loaded ? FieldView{&reading.answer->page, reading.object, field} : FieldView{};
      }
      if (const auto& last = state->reloaded) return find_in(*last->answer, last->object, last->user, state, matches);
    }
    return find_in(user.store->answer(), user.object, user.index, state, matches);
  }
  template <class Matches>
  [[nodiscard]] static FoundField find(const UserRecord& user, const Matches& matches) {
    return user.store->read(user.index, [&](const UserState* state) { return find(user, state, matches).with_page(); });
  }

  [[nodiscard]] static FieldView find_key(const UserRecord& user, const UserState* state, std::string_view key) {
    return find(user, state, [key](const ObjectView& where) { return where.field(key); });
  }
  /// Calls `use` with the slot of the field with that key, and with the page that owns it.
  template <class Use>
  [[nodiscard]] static auto read_slot(const UserRecord& user, std::string_view key, const Use& use) {
    return user.store->read(user.index, [&](const UserState* state) {
      const auto found = find_key(user, state, key);
      return use(found.slot(), found.page);
    });
  }

  [[nodiscard]] static KeyList copy_keys(const UserRecord& user, const UserState& state) {
    if (state.keys) return *state.keys;
    KeyList keys;
    const auto found = find_key(user, &state, "apiKeys");
    if (found.field != nullptr) append_keys(keys, Nodes(*found.page, found.object, "apiKeys"));
    return keys;
  }
  /// The list of keys, to add one to it. Ranges show the keys as they were, so a list that one of them shares is
  /// copied.
  [[nodiscard]] static KeyList& growing_keys(const UserRecord& user, UserState& state) {
    if (state.keys.use_count() != 1) return *(state.keys = std::make_shared<KeyList>(copy_keys(user, state)));
    // The last range may just have been destroyed by another thread. To give up a copy acquires what that thread has
    // released, which to read the count does not.
    { const auto given_up = state.keys; }
    return *state.keys;
  }
  static void forget_unlisted_identities(UserState& state) {
    std::erase_if(state.key_identities, [&](const IdentityPtr& identity) {
      return std::none_of(state.keys->begin(), state.keys->end(),
                          [&](const ApiKey& key) { return key.secret() == identity->secret(); });
    });
  }

 private:
  template <class Matches>
  [[nodiscard]] static FieldView find_in(const UserAnswer& answer, const ObjectView& user, std::uint32_t number,
                                         const UserState* state, const Matches& matches) {
    const Field* field = matches(user);
    const bool refused = state != nullptr && state->keys_refused && field != nullptr && field->key == "apiKeys";
    const bool loaded = field != nullptr && answer.has(user, number, *field) && !refused;
    return loaded ? FieldView{&answer.page, user, field} : FieldView{};
  }
};

WANDB_DECL UserRecord UserRecord::of(std::shared_ptr<const Page> page, const ObjectView& object) {
  auto store = std::make_shared<UserStore>(UserAnswer{std::move(page), {}});
  return {std::move(store), object, 0, false, &graphql::plain_user_queries};
}

WANDB_DECL FoundField UserRecord::find(FieldFinder finder, std::string_view name) const {
  return UserLookup::find(*this, [&](const ObjectView& where) { return finder(where, name); });
}

WANDB_DECL FoundField UserRecord::find_key(std::string_view key) const {
  return UserLookup::find(*this, [key](const ObjectView& where) { return where.field(key); });
}

WANDB_DECL Text UserRecord::text(std::string_view key) const {
  return UserLookup::read_slot(*this, key, [](const Slot& slot, const std::shared_ptr<const Page>* page) {
    return slot.state() == SlotState::string ? Text(*page, slot.text()) : Text();
  });
}

WANDB_DECL std::optional<bool> UserRecord::flag(std::string_view key) const {
  return UserLookup::read_slot(*this, key, [](const Slot& slot, const std::shared_ptr<const Page>*) {
    return slot.state() == SlotState::boolean ? std::optional(slot.boolean()) : std::nullopt;
  });
}

WANDB_DECL std::string UserRecord::shown() const {
  for (const auto* key : {"email", "username", "id", "name"}) {
    if (const auto found = text(key); !found.empty()) return "<User " + shown_name(found) + ">";
  }
  return std::string("<User ???") + '>';  // in one piece it would hold a trigraph
}

WANDB_DECL Person UserRecord::person() const { return {text("id"), text("username"), text("email")}; }

WANDB_DECL Nodes UserRecord::nodes(std::string_view connection) const {
  const auto found = find_key(connection);
  return found.field == nullptr ? Nodes{} : Nodes(found.page, found.object, connection);
}

WANDB_DECL KeySource UserRecord::key_source() const {
  auto list = store->read(index, [](const UserState* state) { return state == nullptr ? nullptr : state->keys; });
  return list ? KeySource{{}, std::move(list)} : KeySource{nodes("apiKeys"), nullptr};
}

WANDB_DECL KnownCredentials UserRecord::credentials() const {
  KnownCredentials known;
  const auto add = [&](const KeySource& keys) {
    for (auto i = keys.size(); i != 0 && known.keys.size() != KnownCredentials::max_keys; --i) {
      auto key = keys[i - 1];
      if (!KeyAccess::secret(key).empty()) known.keys.push_back(std::move(key));
    }
  };
  const bool changed = store->read(index, [&](const UserState* state) {
    if (state == nullptr) return false;
    known.given = state->given_identity;
    if (state->keys) add({{}, state->keys});
    return state->keys != nullptr;
  });
  if (!changed) add({nodes("apiKeys"), nullptr});
  return known;
}

WANDB_DECL bool UserRecord::keys_loaded() const {
  const auto found = find_key("apiKeys");
  if (found.field == nullptr) return false;
  const auto connection = found.object.object("apiKeys");
  return connection && connection->state("edges") == SlotState::rows;
}

WANDB_DECL std::optional<Error> UserRecord::keys_error() const {
  auto refused =
      store->read(index, [](const UserState* state) { return state == nullptr ? std::nullopt : state->keys_refused; });
  if (refused) return refused;
  const auto reading = full_reading();
  return reading.answer->errors.first(reading.user, "apiKeys");
}

WANDB_DECL std::vector<Error> UserRecord::errors() const {
  const auto now = store->read(index, [](const UserState* state) { return state == nullptr ? UserState() : *state; });
  std::vector<Error> errors;
  if (now.keys_refused) errors.push_back(*now.keys_refused);
  const auto reading = UserLookup::full_reading(*this, &now);
  reading.answer->errors.each(reading.user, [&](std::string_view field, Error error) {
    if (now.keys_refused && field == "apiKeys") return;
    const bool updated = std::any_of(now.updated_fields.begin(), now.updated_fields.end(),
                                     [&](const UpdatedField& one) { return one.field->key == field; });
    if (!updated) errors.push_back(std::move(error));
  });
  for (const auto& one : now.updated_fields) {
    one.reading.answer->errors.each(one.reading.user, [&](std::string_view field, Error error) {
      if (field == one.field->key) errors.push_back(std::move(error));
    });
  }
  reading.answer->errors.each_of_page([&](Error error) { errors.push_back(std::move(error)); });
  errors.insert(errors.end(), now.mutation_errors.begin(), now.mutation_errors.end());
  return errors;
}

WANDB_DECL Reading UserRecord::full_reading() const {
  return store->read(index, [&](const UserState* state) { return UserLookup::full_reading(*this, state); });
}

WANDB_DECL IdentityPtr UserRecord::given_identity() const {
  return store->read(index, [](const UserState* state) { return state ? state->given_identity : nullptr; });
}

WANDB_DECL void UserRecord::give_secret(const Secret& secret, std::string_view source) const {
  auto identity = std::make_shared<const Identity>(Secret(trimmed(secret.reveal())), person(), std::string(source));
  store->write(index, [&](UserState& state) { state.given_identity = std::move(identity); });
}

WANDB_DECL void UserRecord::give_identity_token(const IdentityToken& token, std::string_view source) const {
  auto identity = std::make_shared<const Identity>(std::make_shared<Federation>(token, source), person());
  store->write(index, [&](UserState& state) { state.given_identity = std::move(identity); });
}

WANDB_DECL IdentityPtr UserRecord::identity_of(const Secret& secret) const {
  return store->write(index, [&, owner = person()](UserState& state) -> IdentityPtr {
    for (const auto& identity : state.key_identities) {
      if (identity->secret() == secret) return identity;
    }
    return state.key_identities.emplace_back(std::make_shared<const Identity>(secret, owner));
  });
}

WANDB_DECL void UserRecord::add_key(ApiKey key) const {
  store->write(index, [&](UserState& state) {
    if (const auto journal = state.journal.lock()) journal->push_back({std::string(key.id()), key});
    UserLookup::growing_keys(*this, state).push_back(std::move(key));
  });
}

WANDB_DECL void UserRecord::set_keys(KeyList keys) const {
  store->write(index, [&](UserState& state) { state.keys = std::make_shared<KeyList>(std::move(keys)); });
}

WANDB_DECL void UserRecord::remove_key(std::string_view id) const {
  store->write(index, [&](UserState& state) {
    if (const auto journal = state.journal.lock()) journal->push_back({std::string(id), std::nullopt});
    auto keys = UserLookup::copy_keys(*this, state);
    const auto key = find_by_id(keys, id);
    if (key == keys.end()) return;
    // The given secret was this key. It is forgotten, so that the secret of another key can be used instead.
    if (state.given_identity && key->belongs_to(state.given_identity->secret())) state.given_identity = nullptr;
    keys.erase(key);
    state.keys = std::make_shared<KeyList>(std::move(keys));
    UserLookup::forget_unlisted_identities(state);
  });
}

WANDB_DECL void UserRecord::refuse_keys(Error error) const {
  store->write(index, [&](UserState& state) {
    state.keys_refused = std::move(error);
    state.keys = nullptr;
  });
}

WANDB_DECL void UserRecord::apply(const Reading& fresh) const {
  store->write(index, [&](UserState& state) { state.apply(fresh); });
}

WANDB_DECL void UserRecord::set_mutation_errors(std::vector<Error> errors) const {
  store->write(index, [&](UserState& state) { state.mutation_errors = std::move(errors); });
}

WANDB_DECL KeyJournalPosition UserRecord::start_key_journal() const {
  return store->write(index, [](UserState& state) {
    auto journal = state.journal.lock();
    if (!journal) state.journal = journal = std::make_shared<KeyJournal>();
    const auto since = journal->size();
    return KeyJournalPosition{std::move(journal), since};
  });
}

WANDB_DECL void UserRecord::replace_with(const UserRecord& fresh, const KeyJournalPosition& reload_start) const {
  auto reading = fresh.full_reading();
  auto refused = fresh.store->read(
      fresh.index, [](const UserState* state) { return state == nullptr ? std::nullopt : state->keys_refused; });
  const auto source = fresh.key_source();
  KeyList keys;
  for (std::size_t i = 0; i != source.size(); ++i) keys.push_back(source[i]);
  store->write(index, [&](UserState& state) {
    replay(keys, reload_start);
    if (state.keys) copy_secrets(keys, *state.keys);
    state.reloaded = std::move(reading);
    state.updated_fields.clear();
    state.mutation_errors.clear();
    state.keys_refused = std::move(refused);
    state.keys = std::make_shared<KeyList>(std::move(keys));
    UserLookup::forget_unlisted_identities(state);
  });
}

}  // namespace wandb::detail
// Defines what variables.hpp declares.

#include <charconv>
#include <cmath>
#include <string>
#include <string_view>
#include <utility>

namespace wandb::inline WANDB_ABI {

WANDB_DECL void VariableValue::write_object(Variables& into, const VariableValue& value) {
  const auto& object = *static_cast<const Variables*>(value.from_);
  into.members_ += object.json();
  if (!object.fault_.empty()) into.refuse("holds something unusable: " + object.fault_);
}

WANDB_DECL Variables& Variables::add(std::string_view name, const VariableValue& value) {
  name_ = name;
  if (!members_.empty()) members_ += ',';
  write_text(name);
  members_ += ':';
  write(value);
  return *this;
}

WANDB_DECL void Variables::write(const VariableValue& value) {
  if (value.write_ != nullptr) value.write_(*this, value);
  else write_scalar(value);
}

WANDB_DECL void Variables::write_scalar(const VariableValue& value) {
  const auto number = [&](auto given) {
    char text[32];
    members_.append(text, std::to_chars(text, text + sizeof text, given).ptr);
  };
  const auto slot = value.slot_;
  switch (slot.state()) {
    case SlotState::string: write_text(slot.text()); return;
    case SlotState::boolean: members_ += slot.boolean() ? "true" : "false"; return;
    case SlotState::integer: number(slot.integer()); return;
    case SlotState::real:
      if (std::isfinite(slot.real())) return number(slot.real());
      refuse("is not a finite number");
      break;
    case SlotState::unloaded: refuse("is too large"); break;
    default: break;
  }
  members_ += "null";
}

WANDB_DECL void Variables::write_text(std::string_view text) {
  if (!detail::is_utf8(text)) refuse("is not UTF-8");
  detail::append_json_string(members_, text);
}

WANDB_DECL void Variables::refuse(std::string_view why) {
  if (fault_.empty()) fault_ = "the variable \"" + detail::shown_name(name_) + "\" " + std::string(why);
}

WANDB_DECL Result<Variables> Variables::parse(std::string_view json) {
  const auto refused = [](const std::string& why) {
    return Error(make_error_code(errc::invalid_argument), "the variables cannot be read: " + why,
                 Delivery::nothing_sent);
  };
  if (!detail::JsonValue(json).is_object()) return refused("they are not a JSON object");
  if (const auto fault = detail::json_object_fault(json)) return refused(fault->reason);
  Variables variables;
  const auto object = detail::JsonValue(json).text();
  variables.members_ = object.substr(1, object.size() - 2);
  if (detail::trimmed(variables.members_).empty()) variables.members_.clear();
  return variables;
}

WANDB_DECL Result<void> Variables::status() const {
  if (fault_.empty()) return success();
  return Error(make_error_code(errc::invalid_argument), fault_, Delivery::nothing_sent);
}

}  // namespace wandb
// The definitions of attrs.hpp.

#include <algorithm>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// Makes pages of attributes that are only known at run time: the attributes of a JSON object, or attributes that a
// program sets.

#include <algorithm>
#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

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

namespace wandb::inline WANDB_ABI {

namespace detail {

[[nodiscard]] inline Error unusable_attributes(const std::string& why) {
  return Error(make_error_code(errc::invalid_argument), "the attributes are not usable: " + why,
               Delivery::nothing_sent);
}

}  // namespace detail

WANDB_DECL Attrs::Attrs(std::span<const Attr> attrs) {
  std::vector<std::string_view> names;
  names.reserve(attrs.size());
  for (const auto& attr : attrs) names.push_back(attr.first);
  auto places = detail::distinct(names);
  const bool fit = std::all_of(places.begin(), places.end(), [&](auto at) { return attrs[at.last].second.fits(); });
  if (!fit || places.size() > detail::max_fields) {
    const auto why = fit ? "there are more than " + std::to_string(detail::max_fields) : "a text is beyond 4 GiB";
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

WANDB_DECL Result<Attrs> Attrs::parse(std::string_view json) {
  constexpr std::size_t max_count = 1000;
  const auto refuse = detail::unusable_attributes;
  if (json.size() > Slot::max_text) return refuse("they are beyond 4 GiB");
  const auto attributes = detail::attributes_of(detail::JsonValue(json), max_count);
  if (attributes.size() > max_count) return refuse("there are more than " + std::to_string(max_count));
  auto answer = detail::decode_bare(detail::shape_of(attributes), SecureString(json));
  if (answer.decode_error) {
    const auto& [path, reason] = *answer.decode_error;
    return refuse(path.empty() ? reason : "at " + path + ": " + reason);
  }
  return Attrs(std::move(answer.page));
}

}  // namespace wandb
// The definitions of identity_token.hpp.

#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace wandb::inline WANDB_ABI {

namespace detail {

/// Makes the error of an identity token that cannot be used.
[[nodiscard]] inline Error unusable_token(const std::string& reason, std::string advice = {}) {
  return Error(make_error_code(errc::unreadable_credentials), Error::Details{.reason = reason,
                                                                             .advice = std::move(advice),
                                                                             .operation = {},
                                                                             .messages = {},
                                                                             .delivery = Delivery::nothing_sent});
}

class TokenFile final : public TokenSource {
 public:
  explicit TokenFile(std::string path) : path_(std::move(path)), shown_(mask_pasted_keys(path_)) {}

  [[nodiscard]] Result<Secret> token(const ReadLimit& limit) override {
    const auto text = read_secret_file(path_, limit);
    if (!text) return text.error();
    if (!*text) return unusable_token("there is no such file");
    if (const auto fault = encoding_fault(**text); !fault.empty()) return unusable_token(fault);
    return Secret(trimmed(without_mark(**text)));
  }
  [[nodiscard]] std::string_view file() const noexcept override { return shown_; }

 private:
  std::string path_;
  std::string shown_;
};

}  // namespace detail

WANDB_DECL IdentityToken IdentityToken::file(std::string path) {
  return IdentityToken(std::make_shared<detail::TokenFile>(std::move(path)));
}

}  // namespace wandb
// The definitions of detail/config/federation.hpp.

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace wandb::inline WANDB_ABI::detail {

/// Describes why a text is no JWT, without a character of it; empty if it is one.
[[nodiscard]] inline std::string describe_jwt_fault(std::string_view text) {
  constexpr std::size_t max_size = std::size_t{64} * 1024;
  if (text.empty()) return "is empty";
  if (text.size() > max_size) return "is longer than 64 KiB";
  const auto belongs = [](char c) { return is_key_character(c) || c == '.'; };
  const auto stray = std::find_if_not(text.begin(), text.end(), belongs);
  if (stray != text.end()) {
    return "holds " + std::string(kind_of_stray(*stray)) + " at position " + std::to_string(stray - text.begin() + 1);
  }
  const bool has_empty_part = text.starts_with('.') || text.ends_with('.') || text.find("..") != text.npos;
  if (std::count(text.begin(), text.end(), '.') == 2 && !has_empty_part) return {};
  return "is not a JWT, which is three parts joined by dots";
}

WANDB_DECL std::string subject_of_jwt(std::string_view jwt) {
  const auto first = jwt.find('.');
  const auto second = first == jwt.npos ? first : jwt.find('.', first + 1);
  if (second == jwt.npos) return {};
  const auto claims = decode_base64url(jwt.substr(first + 1, second - first - 1));
  if (!claims || !is_json_object(*claims)) return {};
  return JsonValue(*claims).member("sub").string();
}

WANDB_DECL Federation::Federation(IdentityToken token, std::string_view giver, std::string file, std::string base_url,
                                  std::string_view file_source)
    : token_(std::move(token)),
      source_(giver),
      file_(std::move(file)),
      base_url_(std::move(base_url)),
      file_source_(file_source) {
  if (const auto read_from = token_.source().file(); !read_from.empty())
    source_.insert(0, std::string(read_from) + " (").append(")");
}

WANDB_DECL Result<Secret> Federation::read_assertion(const ReadLimit& limit) const {
  auto token = token_.source().token(limit);
  if (!token) return token;
  const auto text = trimmed(token->reveal());
  if (const auto fault = describe_jwt_fault(text); !fault.empty()) return unusable_token("it " + fault);
  return text.size() == token->reveal().size() ? std::move(token) : Result<Secret>(Secret(text));
}

WANDB_DECL Identity::Identity(std::shared_ptr<Federation> federation) : Identity(std::move(federation), Person()) {
  prove(every_token);
}
WANDB_DECL Identity::Identity(std::shared_ptr<Federation> federation, Person owner)
    : federation_(std::move(federation)), source_(federation_->source()), owner_(std::move(owner)) {}

WANDB_DECL AccessTokenPtr Federation::make(const StoredToken& stored, const Secret& assertion, bool from_file) {
  auto token = std::make_shared<AccessToken>();
  token->authorization.append("Bearer ").append(stored.token.reveal());
  token->assertion = assertion;
  token->expires = stored.expires;
  token->from_file = from_file;
  const std::lock_guard lock(mutex_);
  token->number = ++tokens_;
  return token;
}

WANDB_DECL AccessTokenPtr Federation::read_stored(const Secret& assertion, WallTime now) {
  {
    const std::lock_guard lock(mutex_);
    if (file_.empty() || dropped_) return nullptr;
  }
  const auto stored = read_stored_token(file_, base_url_);
  if (!stored || !is_bearer_token(stored->token.reveal()) || stored->expires <= now + early) return nullptr;
  // The file may be shared, or the identity token have become another person's since the access token was stored. The
  // service's own client does not write whose an access token is, so that only a JWT tells it then.
  const auto subject = stored->subject.empty() ? subject_of_jwt(stored->token.reveal()) : stored->subject;
  if (subject.empty() || !equal_ignoring_case(subject, subject_of_jwt(assertion.reveal()))) return nullptr;
  return make(*stored, assertion, true);
}

WANDB_DECL AccessTokenPtr Federation::store(StoredToken fresh, const Secret& assertion,
                                            std::chrono::nanoseconds patience) {
  fresh.subject = subject_of_jwt(assertion.reveal());
  if (!file_.empty()) store_token(file_, base_url_, fresh, patience);
  return make(fresh, assertion, false);
}

WANDB_DECL Federation::Access Federation::ask(std::uint64_t waited_for, WallTime now) {
  const std::lock_guard lock(mutex_);
  // Whoever waited takes what came of it, even an access token that soon expires.
  const bool has_ended = waited_for != 0 && ended_ >= waited_for;
  if (has_ended && failure_) return {.token = nullptr, .failure = failure_};
  if (last_ && !dropped_ && (has_ended || last_->expires > now + early)) return {.token = last_, .failure = {}};
  if (exchanging_) return {.token = nullptr, .failure = {}, .exchange = exchanges_};
  exchanging_ = true;
  return {.token = nullptr, .failure = {}, .exchange = ++exchanges_, .claimed = true};
}

WANDB_DECL void Federation::end(Result<AccessTokenPtr> result) {
  const std::lock_guard lock(mutex_);
  exchanging_ = false;
  ended_ = exchanges_;
  failure_.reset();
  if (!result) {
    failure_ = result.error();
    return;
  }
  last_ = std::move(*result);
  dropped_ = false;
}

WANDB_DECL void Federation::abandon() {
  const std::lock_guard lock(mutex_);
  exchanging_ = false;
}

WANDB_DECL void Federation::drop(const AccessToken& token) {
  const std::lock_guard lock(mutex_);
  if (last_ && last_->number == token.number) dropped_ = true;
}

WANDB_DECL AccessTokenPtr Federation::last() const {
  const std::lock_guard lock(mutex_);
  return last_;
}

WANDB_DECL bool Federation::may_belong_to(std::string_view email) const {
  const auto known = last();
  return !known || equal_ignoring_case(subject_of_jwt(known->assertion.reveal()), email);
}

}  // namespace wandb::detail
// The definitions of detail/config/credentials_file.hpp.

#if !defined(_WIN32)
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>  // NOLINT(modernize-deprecated-headers): mkstemp
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#endif

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace wandb::inline WANDB_ABI::detail {

/// Returns the text of a file that is empty, or holds a JSON object with an object `credentials` if it has a member of
/// that name; empty text if there is no file. Returns nothing for any other file.
[[nodiscard]] inline std::optional<SecureString> read_credentials(const std::string& file) {
  if (kind_of_file(file) == FileKind::special) return std::nullopt;
  auto text = read_secret_file(file);
  if (!text) return std::nullopt;
  if (!*text || trimmed(**text).empty()) return SecureString();
  if (!is_json_object(**text)) return std::nullopt;
  const auto credentials = JsonValue(**text).member("credentials");
  if (!credentials.text().empty() && !credentials.is_object()) return std::nullopt;
  return std::move(**text);
}

/// A moment of the clock. One that is too far away becomes the first or the last that the clock can tell.
[[nodiscard]] inline std::chrono::system_clock::time_point clock_time(std::chrono::sys_seconds at) {
  using Time = std::chrono::system_clock::time_point;
  constexpr auto first = std::chrono::ceil<std::chrono::seconds>(Time::min());
  constexpr auto last = std::chrono::floor<std::chrono::seconds>(Time::max());
  return std::clamp(at, first, last);
}

/// Reads `YYYY-MM-DD HH:MM:SS` in UTC. Years too far away are the first or the last moment that the clock can tell.
[[nodiscard]] inline std::optional<std::chrono::system_clock::time_point> parse_expiry(std::string_view text) {
  const auto year = take_number(text, 4);
  if (!year || !take(text, "-")) return std::nullopt;
  const auto month = take_number(text, 2);
  if (!month || !take(text, "-")) return std::nullopt;
  const auto day = take_number(text, 2);
  if (!day || !take(text, " ")) return std::nullopt;
  const auto time = take_time(text);
  if (!text.empty()) return std::nullopt;
  const auto at = moment(*year, static_cast<unsigned>(*month), day, time);
  return at ? std::optional(clock_time(*at)) : std::nullopt;
}

[[nodiscard]] inline std::string written_expiry(std::chrono::system_clock::time_point expires) {
  const auto days = std::chrono::floor<std::chrono::days>(expires);
  const std::chrono::year_month_day date(days);
  const auto seconds = static_cast<int>(std::chrono::floor<std::chrono::seconds>(expires - days).count());
  char text[64];
  const int size = std::snprintf(text, sizeof text, "%04d-%02u-%02u %02d:%02d:%02d", static_cast<int>(date.year()),
                                 static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), seconds / 3600,
                                 seconds / 60 % 60, seconds % 60);
  return {text, static_cast<std::size_t>(size)};
}

/// Returns the text of `object` with `value`, which is JSON, as the member `name`. All other members stay as they are.
[[nodiscard]] inline SecureString with_member(const JsonValue& object, std::string_view name, std::string_view value) {
  SecureString out("{");
  const auto add = [&](std::string_view key, std::string_view json) {
    std::string quoted;
    append_json_string(quoted, key);
    if (out.size() != 1) out += ", ";
    out.append(quoted).append(": ").append(json);
  };
  object.each_member([&](const std::string& key, const JsonValue& old) {
    if (key != name) add(key, old.text());
  });
  add(name, value);
  return out += '}';
}

#if !defined(_WIN32)
inline void make_directories(const std::string& file) {
  for (auto slash = file.find('/', 1); slash != file.npos; slash = file.find('/', slash + 1)) {
    ::mkdir(file.substr(0, slash).c_str(), 0700);  // if this fails, the file cannot be made either
  }
}

[[nodiscard]] inline bool write_all(int file, std::string_view text) {
  while (!text.empty()) {
    const auto count = ::write(file, text.data(), text.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

/// Follows the links that a path ends with, also to a file that does not exist. Empty if they lead nowhere.
[[nodiscard]] inline std::string without_links(std::string path) {
  constexpr int max_links = 40;
  for (int links = 0; links != max_links; ++links) {
    char target[4096];
    const auto size = ::readlink(path.c_str(), target, sizeof target);
    if (size < 0) return path;  // it is no link
    if (static_cast<std::size_t>(size) == sizeof target) return {};
    path.erase(*target == '/' ? 0 : path.rfind('/') + 1);
    path.append(target, static_cast<std::size_t>(size));
  }
  return {};
}

/// A lock that a program holds while it changes a file. It is on a file of its own, since the file itself is replaced.
class FileLock {
 public:
  FileLock(const std::string& path, std::chrono::nanoseconds patience)
      : file_(
            ::open((path + ".lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NOFOLLOW | O_NONBLOCK, 0600)) {
    const auto began = std::chrono::steady_clock::now();
    while (file_ >= 0 && !held_) {
      // A file system that has no locks refuses with another error. The file is then changed without one.
      held_ = ::flock(file_, LOCK_EX | LOCK_NB) == 0 || (errno != EWOULDBLOCK && errno != EINTR);
      if (held_ || std::chrono::steady_clock::now() - began >= patience) return;
      ::poll(nullptr, 0, 1);
    }
  }
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;
  ~FileLock() {
    if (file_ >= 0) ::close(file_);
  }
  /// Whether the file may be changed.
  [[nodiscard]] bool held() const noexcept { return held_; }

 private:
  int file_;
  bool held_ = false;
};

/// Replaces a file as a whole, so that other programs read either the old or the new text. Only the owner may read it.
[[nodiscard]] inline bool replace_file(const std::string& path, std::string_view text) {
  auto temporary = path + ".XXXXXX";
  const int file = ::mkstemp(temporary.data());  // with mode 0600
  if (file < 0) return false;
  ::fcntl(file, F_SETFD, FD_CLOEXEC);
  bool done = write_all(file, text);
  done = ::close(file) == 0 && done;
  done = done && ::rename(temporary.c_str(), path.c_str()) == 0;
  if (!done) ::unlink(temporary.c_str());
  return done;
}
#endif

/// Returns the text of a credentials file with another access token for a server.
[[nodiscard]] inline SecureString with_token(const SecureString& text, std::string_view base_url,
                                             const StoredToken& stored) {
  const JsonValue root(text);
  const auto credentials = root.member("credentials");
  SecureString quoted("\"");
  quoted.append(stored.token.reveal()).append("\"");
  std::string subject;
  append_json_string(subject, stored.subject);
  auto entry = with_member(credentials.member(base_url), "access_token", quoted);
  entry = with_member(JsonValue(entry), "expires_at", "\"" + written_expiry(stored.expires) + "\"");
  entry = with_member(JsonValue(entry), "sub", subject);
  return with_member(root, "credentials", with_member(credentials, base_url, entry));
}

WANDB_DECL std::optional<StoredToken> read_stored_token(const std::string& file, std::string_view base_url) {
  const auto text = read_credentials(file);
  if (!text) return std::nullopt;
  const auto entry = JsonValue(*text).member("credentials").member(base_url);
  auto token = entry.member("access_token").string();
  const auto expires = parse_expiry(entry.member("expires_at").string());
  StoredToken stored{Secret(token), expires.value_or(std::chrono::system_clock::time_point()),
                     entry.member("sub").string()};
  wipe(token.data(), token.size());
  if (!expires || stored.token.empty()) return std::nullopt;
  return stored;
}

WANDB_DECL bool store_token([[maybe_unused]] const std::string& file, [[maybe_unused]] std::string_view base_url,
                            [[maybe_unused]] const StoredToken& stored,
                            [[maybe_unused]] std::chrono::nanoseconds patience) {
#if defined(_WIN32)
  return false;  // Windows has no permissions that would make the file private
#else
  // A link stays, and the file that it leads to is replaced.
  const auto path = without_links(file);
  if (path.empty()) return false;
  make_directories(path);
  const FileLock lock(path, patience);
  if (!lock.held()) return false;
  const auto old = read_credentials(path);
  return old && replace_file(path, with_token(*old, base_url, stored));
#endif
}

}  // namespace wandb::detail
// The definitions of detail/call/attempts.hpp.

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <variant>

namespace wandb::inline WANDB_ABI::detail {

WANDB_DECL Error Attempts::with_details(const Error& error) const {
  if (request_.is_empty()) return error;
  auto details = error.details();
  if (details.operation.empty()) details.operation = request_.operation().field;
  details.attempts = std::max(details.attempts, machine_.attempts());
  if (details.delivery == Delivery::answered && details.status == 0) details.status = last_.status;
  details.elapsed = time() - began_;
  // An error that was made here already has the note and the attempts.
  if (error.attempts() == 0 && details.delivery == Delivery::answered) add_note(error.code(), details);
  return Error(error.code(), std::move(details));
}

WANDB_DECL Action Attempts::follow_exchange(Action action) {
  if (!std::holds_alternative<Done>(action)) return action;
  const auto exchange = std::move(exchange_);
  renewed_ = renewed_ || exchange->is_fresh();
  auto token = exchange->take_result();
  if (token) {
    access_ = std::move(*token);
    return send_next();
  }
  next_ = {};
  auto details = token.error().details();
  details.elapsed = time() - began_;
  answer_ = Error(token.error().code(), std::move(details));
  return action;
}

WANDB_DECL std::optional<Action> Attempts::renew(const Done& done) {
  if (!access_ || renewed_ || answer_) return std::nullopt;
  const auto& error = answer_.error();
  // A gateway that checks the access token may answer a 401 without any words of the service.
  const bool rejected = last_.status == 401 || (error == condition::unauthorized && !error.from_words());
  if (!rejected && error != errc::credentials_of_another_user) return std::nullopt;
  request_.identity()->federation()->drop(*access_);
  if (done.outcome != Outcome::not_run) return std::nullopt;
  renewed_ = true;
  if (next_.is_empty()) next_ = request_;
  return authorize();
}

WANDB_DECL void Attempts::make_answer(const Done& done) {
  const bool succeeded = done.by == Done::By::success;
  // If a mutation ran, the method takes what it returned, even if something else failed.
  if (succeeded || (done.outcome == Outcome::ran && last_.page)) {
    last_.ambiguous = machine_.ambiguous();
    if (!succeeded) last_.failure = failure_of(done);
    answer_ = std::move(last_);
    return;
  }
  answer_ = failure_of(done);
}

WANDB_DECL Error Attempts::failure_of(const Done& done) const {
  const auto failure = last_.failure.value_or(Error());
  auto code = failure.code();
  auto details = machine_.attempts() > 0 ? failure.details() : Error::Details{};
  if (done.by == Done::By::deadline) code = make_error_code(errc::timed_out);
  if (done.by == Done::By::cancelled) code = make_error_code(errc::cancelled);
  if (done.by != Done::By::failure) {
    details.reason.clear();
    details.advice.reset();
  }
  if (machine_.attempts() == 0) details.delivery = Delivery::nothing_sent;
  add_note(code, details);
  details.operation = request_.operation().field;
  details.attempts = machine_.attempts();
  details.elapsed = time() - began_;
  details.outcome = done.outcome;
  return Error(code, std::move(details));
}

WANDB_DECL void Attempts::add_note(const std::error_code& code, Error::Details& details) const {
  if (!may_be_wrong_url(code, details.delivery) && !endpoint_->may_be_wrong_path(last_.status)) return;
  const auto& source = request_.identity()->source();
  const bool tell_key = code == errc::unauthorized && !source.empty() && details.reason.find(source) == source.npos;
  const auto* const what = access_ ? "the identity token is from " : "the key is from ";
  if (access_ && code == errc::unauthorized && !details.advice)
    details.advice = "the server has itself issued the access token that it refuses; check its settings";
  if (details.reason.empty()) details.reason = code.message();
  details.reason += " (";
  if (tell_key) details.reason.append(what).append(source).append("; ");
  details.reason.append(endpoint_->url_note()).append(")");
}

}  // namespace wandb::detail
// The definitions of detail/call/token_exchange.hpp.

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace wandb::inline WANDB_ABI::detail {

/// The name of the exchange in errors.
inline constexpr std::string_view exchange_operation = "oidc/token";

WANDB_DECL TokenExchange::TokenExchange(std::shared_ptr<Federation> federation, const Endpoint& endpoint,
                                        TimePoint deadline, StopToken stop)
    : federation_(std::move(federation)), endpoint_(endpoint), deadline_(deadline), stop_(std::move(stop)) {
  target_.append(endpoint.url.path).append("/").append(exchange_operation);
}

WANDB_DECL Action TokenExchange::next(const Moment& moment) {
  if (claim_.held()) return follow(machine_.resumed(moment), moment);
  if (moment.stopped && exchange_ != 0) return fail(errc::cancelled, moment);
  auto access = federation_->ask(exchange_, moment.wall);
  if (access.failure) return finish(*std::move(access.failure));
  if (access.token) return finish(std::move(access.token));
  exchange_ = access.exchange;
  if (access.claimed) claim_ = ExchangeClaim(federation_);
  if (moment.stopped) return fail(errc::cancelled, moment);
  if (moment.now >= deadline_) return fail(errc::timed_out, moment);
  if (access.claimed) return begin(moment);
  const Wait wait{std::min<std::chrono::nanoseconds>(pause_, deadline_ - moment.now)};
  pause_ = std::min(2 * pause_, std::chrono::milliseconds(100));
  return wait;
}

WANDB_DECL Action TokenExchange::begin(const Moment& moment) {
  auto assertion = federation_->read_assertion({deadline_, stop_});
  if (!assertion) return fail(masked(assertion.error(), secrets()), moment);
  assertion_ = std::move(*assertion);
  if (auto stored = federation_->read_stored(assertion_, moment.wall)) {
    claim_.end(stored);
    return finish(std::move(stored));
  }
  // No character of a JWT needs an escape here.
  body_ = "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=";
  body_ += assertion_.reveal();
  auto policy = endpoint_.retry;
  policy.max_attempts = max_attempts_ = std::min(policy.max_attempts, 4);
  machine_ = RetryMachine(Repeat::safe, policy, deadline_);
  return follow(machine_.start(moment), moment);
}

WANDB_DECL void TokenExchange::apply_to(Request& request) {
  headers_.clear();
  for (const auto& header : request.headers) {
    if (header.name == "Authorization" || header.name == "Use-Admin-Privileges") continue;
    const bool is_type = header.name == "Content-Type";
    headers_.push_back(is_type ? Header{"Content-Type", "application/x-www-form-urlencoded"} : header);
  }
  request.headers = headers_;
  request.target = target_;
  request.body = body_;
  request.operation = exchange_operation;
  request.attempt = machine_.attempts();
}

WANDB_DECL Action TokenExchange::arrived(Result<Response> response, const Moment& moment) {
  if (!response) {
    last_ = masked(response.error(), secrets());
    return follow(machine_.arrived(failed_attempt(last_.error()), moment), moment);
  }
  last_ = read(*response, moment.wall);
  // Unlike other requests, this one is refused for good by every 4xx but 429.
  const int status = response->status;
  const bool refused = status / 100 == 4 && status != 429;
  const AttemptResult result{.delivery = Delivery::answered,
                             .status = refused ? 400 : status,
                             .headers = response->headers.view(),
                             .answer = last_ ? AnswerClass::data : AnswerClass::unproven,
                             .code = last_ ? std::nullopt : own_code(last_.error().code())};
  return follow(machine_.arrived(result, moment), moment);
}

WANDB_DECL Action TokenExchange::follow(const Action& action, const Moment& moment) {
  const auto* done = std::get_if<Done>(&action);
  if (done == nullptr) return action;
  if (done->by == Done::By::deadline) return fail(errc::timed_out, moment);
  if (done->by == Done::By::cancelled) return fail(errc::cancelled, moment);
  if (!last_) return fail(last_.error(), moment);
  const auto patience = std::min<std::chrono::nanoseconds>(max_file_wait, deadline_ - moment.now);
  auto token = federation_->store(std::move(*last_), assertion_, patience);
  claim_.end(token);
  return finish(std::move(token));
}

WANDB_DECL Action TokenExchange::finish(Result<AccessTokenPtr> result) {
  result_ = std::move(result);
  fresh_ = exchange_ != 0 && result_ && !(*result_)->from_file;
  return Done{result_ ? Done::By::success : Done::By::failure, Outcome::not_run};
}

WANDB_DECL Action TokenExchange::fail(const Error& error, const Moment& moment) {
  auto failure = explained(error);
  // Another call goes on if the time of this one alone is over.
  const bool read_too_long = machine_.attempts() == 0 && error == errc::timed_out;
  const bool of_this_call = moment.stopped || moment.now >= deadline_ || read_too_long || error == condition::cancelled;
  const bool gave_up = machine_.attempts() > 0 && machine_.attempts() < max_attempts_ && error.retryable();
  if (of_this_call || gave_up) claim_ = {};
  else claim_.end(failure);
  return finish(std::move(failure));
}

/// Returns the code for the status of a refused exchange. None of them says anything about a user or a key.
[[nodiscard]] constexpr errc classify_exchange(int status) noexcept {
  switch (status) {
    case 400:
    case 401:
    case 403: return errc::unauthorized;
    case 404:
    case 405:
    case 410: return errc::not_implemented;
    case 409: return errc::bad_request;
    default: return is_success(status) ? errc::rejected : classify_status(status);
  }
}

[[nodiscard]] inline bool has_error(const JsonValue& member) noexcept {
  return !member.text().empty() && !member.is_null() && !member.is_empty() && member.text() != "false";
}

WANDB_DECL Result<StoredToken> TokenExchange::read(const Response& response,
                                                   std::chrono::system_clock::time_point now) const {
  const bool is_object = is_json_object(response.body);
  if (!is_success(response.status) || !is_object) return refusal(response, is_object);
  const JsonValue answer(response.body);
  if (has_error(answer.member("error")) || has_error(answer.member("errors"))) return refusal(response, is_object);
  const auto wrong = [&](const char* member, std::string_view why) { return malformed(member, why, response.status); };
  auto text = answer.member("access_token").string();
  StoredToken token{Secret(text), now};
  wipe(text.data(), text.size());
  if (!is_bearer_token(token.token.reveal())) return wrong("access_token", "it is missing, or is not a token");
  const auto lifetime = answer.member("expires_in");
  const auto seconds = parse_seconds(lifetime.is_string() ? lifetime.string() : std::string(lifetime.text()));
  if (!seconds || *seconds <= std::chrono::nanoseconds::zero())
    return wrong("expires_in", "it is missing, or is not a number of seconds above 0");
  token.expires += std::chrono::duration_cast<std::chrono::system_clock::duration>(*seconds);
  return token;
}

WANDB_DECL Error TokenExchange::refusal(const Response& response, bool is_object) const {
  const auto body = trimmed(std::string_view(response.body));
  const auto type = in_lower_case(response.headers.view().find("Content-Type").value_or(""));
  const bool is_page = !is_object && (body.starts_with('<') || type.find("text/html") != type.npos);
  Error::Details details{
      .reason = {}, .operation = {}, .messages = {}, .status = response.status, .delivery = Delivery::answered};
  if (is_page || (!is_object && is_success(response.status))) {
    const auto code = make_error_code(errc::not_the_service);
    details.reason = code.message() + (is_page ? " (it is an HTML page)" : " (it is not a JSON object)");
    return Error(code, std::move(details));
  }
  std::vector<GraphqlError> errors;
  if (is_object) {
    std::size_t budget = std::size_t{256} * 1024;
    const JsonValue answer(response.body);
    static_cast<void>(read_errors(errors, answer.member("error").text(), budget) &&
                      read_errors(errors, answer.member("errors").text(), budget));
    const auto description = answer.member("error_description").string();
    if (errors.empty() && !description.empty()) errors.emplace_back();
    if (!description.empty()) errors[0].message += (errors[0].message.empty() ? "" : ": ") + description;
  } else if (!body.empty()) {
    errors.emplace_back().message = std::string(body);
  }
  const Mask mask(secrets().secrets());
  for (auto& error : errors) {
    error.message = mask(error.message);
    error.code = mask(error.code);
    error.path = {};
  }
  details.messages = to_messages(errors);
  return Error(make_error_code(classify_exchange(response.status)), std::move(details));
}

WANDB_DECL Error TokenExchange::explained(const Error& error) const {
  auto details = error.details();
  const bool sent = machine_.attempts() > 0;
  if (!sent) details.delivery = Delivery::nothing_sent;
  details.reason =
      "the identity token from " + federation_->source() + " was not exchanged for an access token: " + error.reason();
  if (sent && (may_be_wrong_url(error.code(), details.delivery) || endpoint_.may_be_wrong_path(details.status)))
    details.reason.append(" (").append(endpoint_.url_note()).append(")");
  if (error == errc::unauthorized && !details.advice)
    details.advice = "check that the server trusts the token's issuer, and that the token has not expired";
  details.operation = exchange_operation;
  details.attempts = machine_.attempts();
  details.outcome = Outcome::not_run;
  return Error(error.code(), std::move(details));
}

}  // namespace wandb::detail
#endif
