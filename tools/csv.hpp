// Reads and writes CSV text row by row.
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <wandb/detail/text/encoding.hpp>

struct CsvRow {
  std::size_t line = 0;
  std::vector<std::string> fields;
};

/// Reads RFC 4180 text in UTF-8: commas separate fields, line ends separate rows, a field that contains one of these or
/// a quote is quoted, and a quote inside quotes is doubled.
class CsvReader {
 public:
  explicit CsvReader(std::string_view text)
      : rest_(wandb::detail::without_mark(text)), fault_(wandb::detail::encoding_fault(text)) {}

  /// Returns the next row that is not empty. Returns nothing at the end, or if the text is not CSV, which `fault()`
  /// then explains.
  [[nodiscard]] std::optional<CsvRow> next() {
    while (take("\r\n") || take("\n")) ++line_;
    if (rest_.empty() || !fault_.empty()) return std::nullopt;
    CsvRow row{line_, {}};
    do {
      row.fields.push_back(take('"') ? quoted() : plain());
    } while (fault_.empty() && take(','));
    if (fault_.empty() && !rest_.empty() && !take("\r\n") && !take("\n")) fail("text follows a closing quote");
    ++line_;
    return fault_.empty() ? std::optional(std::move(row)) : std::nullopt;
  }
  [[nodiscard]] const std::string& fault() const noexcept { return fault_; }

 private:
  [[nodiscard]] std::string plain() {
    const auto end = std::min(rest_.find_first_of(",\n"), rest_.size());
    auto field = rest_.substr(0, end);
    if (field.ends_with('\r') && end != rest_.size() && rest_[end] == '\n') field.remove_suffix(1);
    rest_.remove_prefix(field.size());
    if (field.find_first_of("\"\r") != field.npos) fail("a quote or a carriage return stands outside of quotes");
    return std::string(field);
  }
  [[nodiscard]] std::string quoted() {
    std::string field;
    const auto begin = line_;
    for (;;) {
      const auto end = rest_.find('"');
      if (end == rest_.npos) {
        line_ = begin;
        fail("a quote is not closed");
        return field;
      }
      const auto part = rest_.substr(0, end);
      line_ += static_cast<std::size_t>(std::count(part.begin(), part.end(), '\n'));
      field += part;
      rest_.remove_prefix(end + 1);
      if (!take('"')) return field;
      field += '"';
    }
  }
  bool take(std::string_view text) {
    if (!rest_.starts_with(text)) return false;
    rest_.remove_prefix(text.size());
    return true;
  }
  bool take(char c) { return take(std::string_view(&c, 1)); }
  void fail(std::string_view what) {
    if (fault_.empty()) fault_ = "line " + std::to_string(line_) + ": " + std::string(what);
  }

  std::string_view rest_;
  std::size_t line_ = 1;
  std::string fault_;
};
