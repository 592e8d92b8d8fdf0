// Writes rows to standard output as a table, JSON, or CSV.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// How a command prints what it found.
enum class Format : std::uint8_t {
  table,  ///< aligned columns with a header, for people
  json,   ///< one JSON text for the whole output
  jsonl,  ///< one JSON text a line for each row
  csv     ///< with a header; no spreadsheet runs a cell as a formula
};

/// Returns the format of that name, which must be one of `table`, `json`, `jsonl` and `csv`.
[[nodiscard]] Format format_named(std::string_view name);
[[nodiscard]] constexpr bool is_json(Format format) { return format == Format::json || format == Format::jsonl; }

/// Writes the rows of one list.
class RowWriter {
 public:
  /// `titles` are the names of the columns in CSV, such as `deleted_at`.
  RowWriter(Format format, std::vector<std::string_view> titles);

  /// Writes a row of CSV or of a table. The cells must be on one line.
  void add(std::vector<std::string> cells);
  /// Writes a row of JSON.
  void add_json(std::string_view json);
  /// Writes what is still missing. Call it after the last row.
  void finish();

 private:
  void write_table();
  void write_line(const std::vector<std::string>& cells, bool bold);

  Format format_;
  std::vector<std::string> titles_;
  std::size_t count_ = 0;
  bool begun_ = false;                           // the header of a table is written
  std::vector<std::vector<std::string>> first_;  // the rows that decide how wide the columns are
  std::vector<std::size_t> widths_;
  bool cut_ = false;  // on a terminal, cells that are too long are cut; elsewhere nothing is lost
};
