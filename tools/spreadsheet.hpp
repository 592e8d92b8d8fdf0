// The encodings in which spreadsheets save text, and cells that no spreadsheet runs as a formula.
#pragma once

#include <string>
#include <string_view>

#include "files.hpp"

/// Returns the text of a file in UTF-8: UTF-16 with a byte order mark is converted. Text in a one-byte encoding, such
/// as Latin-1, is a fault that names the encoding and the first such word.
[[nodiscard]] FileText in_utf8(std::string_view bytes);

/// Formats a cell for CSV. A spreadsheet would run a cell that begins with one of `= + - @` as a formula, so that an
/// apostrophe is put before it. A spreadsheet that splits rows at semicolons or tabs begins a cell behind each of them.
[[nodiscard]] std::string csv_cell(std::string_view text);

/// Returns the text from which `csv_cell` made this cell.
[[nodiscard]] std::string text_of_cell(std::string_view cell);
