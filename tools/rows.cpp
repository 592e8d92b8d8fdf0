#include "rows.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <iostream>
#include <numeric>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <wandb/detail/text/ascii.hpp>
#include <wandb/environment.hpp>

#include "display.hpp"
#include "spreadsheet.hpp"

namespace {

constexpr std::string_view gap = "  ";
// A table is not kept in memory: so many rows decide how wide its columns are.
constexpr std::size_t deciding_rows = 200;

/// Returns how wide a line may be: as wide as the terminal; 0 if there is none.
std::size_t line_width() {
  if (::isatty(STDOUT_FILENO) != 1) return 0;
  const auto columns = wandb::Environment::process().get("COLUMNS");
  if (const auto number = wandb::detail::parse_number(columns, 10'000); number && *number != 0) return *number;
  winsize size{};
  return ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

/// Narrows the widest columns until a line fits, or no column can be narrower.
void narrow(std::vector<std::size_t>& widths, std::size_t line) {
  const auto total = [&] {
    return std::accumulate(widths.begin(), widths.end(), std::size_t{0}) + gap.size() * (widths.size() - 1);
  };
  for (auto rest = total(); line != 0 && rest > line; --rest) {
    auto& widest = *std::max_element(widths.begin(), widths.end());
    if (widest <= 1) return;
    --widest;
  }
}

bool is_bold() { return ::isatty(STDOUT_FILENO) == 1 && wandb::Environment::process().get("NO_COLOR").empty(); }

}  // namespace

Format format_named(std::string_view name) {
  constexpr std::array<std::string_view, 4> names{"table", "json", "jsonl", "csv"};
  return static_cast<Format>(std::find(names.begin(), names.end(), name) - names.begin());
}

RowWriter::RowWriter(Format format, std::vector<std::string_view> titles)
    : format_(format), titles_(titles.begin(), titles.end()) {
  if (format_ == Format::csv) write_line(titles_, false);
}

void RowWriter::add(std::vector<std::string> cells) {
  ++count_;
  if (format_ == Format::csv || begun_) return write_line(cells, false);
  first_.push_back(std::move(cells));
  if (first_.size() == deciding_rows) write_table();
}

void RowWriter::add_json(std::string_view json) {
  if (format_ == Format::json) std::cout << (count_ == 0 ? "[" : ",\n ");
  std::cout << json;
  if (format_ == Format::jsonl) std::cout << '\n';
  ++count_;
}

void RowWriter::finish() {
  if (format_ == Format::json) std::cout << (count_ == 0 ? "[]" : "]") << '\n';
  if (format_ == Format::table && !begun_ && count_ != 0) write_table();
}

void RowWriter::write_table() {
  begun_ = true;
  for (auto& title : titles_) {
    std::replace(title.begin(), title.end(), '_', ' ');
    std::transform(title.begin(), title.end(), title.begin(), wandb::detail::to_upper);
    widths_.push_back(title.size());
  }
  for (const auto& row : first_) {
    for (std::size_t i = 0; i != row.size(); ++i) widths_[i] = std::max(widths_[i], display_width(row[i]));
  }
  const auto width = line_width();
  cut_ = width != 0;
  narrow(widths_, width);
  write_line(titles_, is_bold());
  for (const auto& row : std::exchange(first_, {})) write_line(row, false);
}

void RowWriter::write_line(const std::vector<std::string>& cells, bool bold) {
  std::string line;
  for (std::size_t i = 0; i != cells.size(); ++i) {
    if (format_ == Format::csv) line.append(i == 0 ? "" : ",").append(csv_cell(cells[i]));
    else
      line.append(i == 0 ? "" : gap)
          .append(fitted(cells[i], cut_ ? widths_[i] : std::max(widths_[i], display_width(cells[i]))));
  }
  if (format_ == Format::table) line.erase(line.find_last_not_of(' ') + 1);
  std::cout << (bold ? "\x1B[1m" : "") << line << (bold ? "\x1B[0m" : "") << '\n';
}
