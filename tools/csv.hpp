// Reads and writes CSV text row by row.
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <wandb/detail/text/ascii.hpp>
#include <wandb/detail/text/encoding.hpp>

struct CsvRow {
  std::size_t line = 0;
  std::vector<std::string> fields;
};

/// Returns how many lines of a text are ended: by a line feed, a carriage return, or both.
[[nodiscard]] inline std::size_t line_ends_in(std::string_view text) {
  std::size_t count = 0;
  for (std::size_t at = 0; at != text.size(); ++at) {
    count += text[at] == '\n' || (text[at] == '\r' && !text.substr(at + 1).starts_with('\n')) ? 1U : 0U;
  }
  return count;
}

/// Reads RFC 4180 text in UTF-8: commas or another separator separate fields, line ends separate rows, a field that
/// contains one of these or a quote is quoted, and a quote inside quotes is doubled.
class CsvReader {
 public:
  explicit CsvReader(std::string_view text, char separator = ',')
      : rest_(wandb::detail::without_mark(text)),
        separator_(separator),
        ends_{separator, '\n', '\r'},
        fault_(wandb::detail::encoding_fault(text)) {}
  /// Reads a spreadsheet's text: its first line may be `sep=;`, which names the separator; otherwise the header shows
  /// which of comma, semicolon and tab it is.
  [[nodiscard]] static CsvReader of_spreadsheet(std::string_view text) {
    text = wandb::detail::without_mark(text);
    constexpr std::string_view sep = "sep=";
    const auto line = text.substr(0, text.find_first_of("\r\n"));
    if (line.size() != sep.size() + 1 || wandb::detail::in_lower_case(line.substr(0, sep.size())) != sep) {
      return CsvReader(text, separator_of(text));
    }
    CsvReader reader(text, line.back());
    reader.rest_.remove_prefix(line.size());
    return reader;
  }

  /// Returns the next row that is not empty. Returns nothing at the end, or if the text is not CSV, which `fault()`
  /// then explains.
  [[nodiscard]] std::optional<CsvRow> next() {
    while (take_line_end()) ++line_;
    if (rest_.empty() || !fault_.empty()) return std::nullopt;
    CsvRow row{line_, {}};
    do {
      row.fields.push_back(take('"') ? quoted() : plain());
    } while (fault_.empty() && take(separator_));
    if (fault_.empty() && !rest_.empty() && !take_line_end()) fail("text follows a closing quote", row.fields.back());
    ++line_;
    return fault_.empty() ? std::optional(std::move(row)) : std::nullopt;
  }
  [[nodiscard]] const std::string& fault() const noexcept { return fault_; }
  /// Returns the text of the field at the fault, as far as it was read; empty if the fault is in no field.
  [[nodiscard]] const std::string& faulty_field() const noexcept { return faulty_field_; }

 private:
  /// Returns the separator that occurs most often in the first line, outside of quotes.
  [[nodiscard]] static char separator_of(std::string_view text) {
    constexpr std::string_view separators = ",;\t";
    std::size_t counts[separators.size()] = {};
    bool quoted = false;
    for (const char c : text.substr(std::min(text.find_first_not_of("\r\n"), text.size()))) {
      if (c == '"') quoted = !quoted;
      if (!quoted && (c == '\n' || c == '\r')) break;
      const auto known = separators.find(c);
      if (!quoted && known != separators.npos) ++counts[known];
    }
    return separators[static_cast<std::size_t>(std::max_element(counts, counts + separators.size()) - counts)];
  }
  [[nodiscard]] std::string plain() {
    const auto field = rest_.substr(0, rest_.find_first_of(std::string_view(ends_, sizeof ends_)));
    rest_.remove_prefix(field.size());
    if (field.find('"') != field.npos) fail("a quote stands outside of quotes", field);
    return std::string(field);
  }
  [[nodiscard]] std::string quoted() {
    std::string field;
    const auto begin = line_;
    for (;;) {
      const auto end = rest_.find('"');
      if (end == rest_.npos) {
        line_ = begin;
        fail("a quote is not closed", rest_.substr(0, rest_.find_first_of("\r\n")));
        return field;
      }
      const auto part = rest_.substr(0, end);
      line_ += line_ends_in(part);
      field += part;
      rest_.remove_prefix(end + 1);
      if (!take('"')) return field;
      field += '"';
    }
  }
  bool take_line_end() { return take("\r\n") || take("\n") || take("\r"); }
  bool take(std::string_view text) {
    if (!rest_.starts_with(text)) return false;
    rest_.remove_prefix(text.size());
    return true;
  }
  bool take(char c) { return take(std::string_view(&c, 1)); }
  void fail(std::string_view what, std::string_view field) {
    if (!fault_.empty()) return;
    fault_ = "line " + std::to_string(line_) + ": " + std::string(what);
    faulty_field_ = field;
  }

  std::string_view rest_;
  char separator_;
  char ends_[3];
  std::size_t line_ = 1;
  std::string fault_;
  std::string faulty_field_;
};
