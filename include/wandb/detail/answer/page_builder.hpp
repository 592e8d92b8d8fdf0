// Builds a page, row by row.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>

#include <wandb/detail/answer/arena.hpp>
#include <wandb/detail/answer/page.hpp>
#include <wandb/detail/answer/shape.hpp>
#include <wandb/detail/answer/stored_page.hpp>
#include <wandb/detail/text/secure_memory.hpp>

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
