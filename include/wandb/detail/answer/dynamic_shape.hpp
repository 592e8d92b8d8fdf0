// A shape of an answer whose fields are found at run time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <wandb/detail/answer/shape.hpp>

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
