#include "spreadsheet.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include <wandb/detail/text/encoding.hpp>
#include <wandb/detail/text/json_text.hpp>
#include <wandb/detail/text/one_line.hpp>

#include "csv.hpp"
#include "tool.hpp"

namespace {

std::string line_of(std::string_view text, std::size_t at) {
  return "line " + std::to_string(line_ends_in(text.substr(0, at)) + 1);
}

/// Converts UTF-16 behind its byte order mark.
FileText from_utf16(std::string_view bytes) {
  FileText read;
  const std::size_t high = bytes[0] == '\xFE' ? 0 : 1;
  const auto unit = [&](std::size_t at) {
    return static_cast<unsigned>(static_cast<unsigned char>(bytes[at + high])) << 8 |
           static_cast<unsigned char>(bytes[at + 1 - high]);
  };
  for (std::size_t at = 2; at + 1 < bytes.size(); at += 2) {
    auto code = unit(at);
    const bool leads = (code & 0xFC00U) == 0xD800U;
    if (leads && at + 3 < bytes.size() && (unit(at + 2) & 0xFC00U) == 0xDC00U) {
      code = 0x10000U + ((code & 0x3FFU) << 10 | (unit(at += 2) & 0x3FFU));
    } else if ((code & 0xF800U) == 0xD800U) {
      return {{}, line_of(read.text, read.text.size()) + ": the text is damaged UTF-16"};
    }
    wandb::detail::append_utf8(read.text, code);
  }
  if (bytes.size() % 2 != 0) return {{}, "the text is UTF-16 that ends within a character"};
  return read;
}

/// Returns whether bytes are those of another file than a text: its beginning says so, or it has both NUL characters
/// and bytes that are not UTF-8.
bool is_no_text(std::string_view bytes) {
  // .xlsx and .ods, .xls, .gz, .png, .jpg, .pdf
  constexpr std::array<std::string_view, 6> beginnings{"PK\x03\x04", "\xD0\xCF\x11\xE0", "\x1F\x8B",
                                                       "\x89PNG",    "\xFF\xD8\xFF",     "%PDF-"};
  const bool begins =
      std::any_of(beginnings.begin(), beginnings.end(), [&](const auto& one) { return bytes.starts_with(one); });
  return begins ||
         (bytes.find('\0') != bytes.npos && !wandb::detail::is_utf16(bytes) && !wandb::detail::is_utf8(bytes));
}

/// Returns the cell around a byte, read as Latin-1.
std::string latin1_cell(std::string_view text, std::size_t at) {
  const std::string_view ends = ",;\t\"\r\n";
  const auto before = text.find_last_of(ends, at);
  const auto begin = before == text.npos ? 0 : before + 1;
  std::string cell;
  for (const char c : text.substr(begin, text.find_first_of(ends, at) - begin)) {
    wandb::detail::append_utf8(cell, static_cast<unsigned char>(c));
  }
  return cell;
}

/// Returns whether a spreadsheet may run a text as a formula. A quote in front of it may be read as that of a cell.
bool may_run(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of('"'), text.size()));
  return !text.empty() && std::string_view("=+-@'\t\r").find(text[0]) != std::string_view::npos;
}

/// Returns whether a spreadsheet may begin a cell behind this character, although the cell that has it is quoted: it
/// may split rows at another separator.
bool may_separate(char c) { return c == ';' || c == '\t' || c == '\r' || c == '\n'; }

}  // namespace

FileText in_utf8(std::string_view bytes) {
  if (bytes.starts_with("\xFF\xFE") || bytes.starts_with("\xFE\xFF")) return from_utf16(bytes);
  if (is_no_text(bytes)) return {{}, "this is no text; save the table as \"CSV UTF-8\", an .xlsx file too"};
  for (std::size_t at = 0; at != bytes.size();) {
    const auto length = wandb::detail::utf8_length(bytes.substr(at));
    if (length == 0) {
      return {{},
              line_of(bytes, at) + ": \"" + wandb::detail::shortened(named(latin1_cell(bytes, at)), 40) +
                  "\" is not UTF-8, but Latin-1 or Windows-1252; save the table as \"CSV UTF-8\""};
    }
    at += length;
  }
  return {std::string(bytes), {}};
}

std::string csv_cell(std::string_view text) {
  std::string cell;
  bool begins = true;
  for (std::size_t at = 0; at != text.size(); ++at) {
    if (begins && may_run(text.substr(at))) cell += '\'';
    cell += text[at];
    begins = may_separate(text[at]);
  }
  if (cell.find_first_of(",\"\r\n") == cell.npos) return cell;
  std::string out = "\"";
  for (const char c : cell) out.append(c == '"' ? 2 : 1, c);
  return out + '"';
}

std::string text_of_cell(std::string_view cell) {
  std::string text;
  bool begins = true;
  for (std::size_t at = 0; at != cell.size(); ++at) {
    const bool added = begins && cell[at] == '\'' && may_run(cell.substr(at + 1));
    begins = added ? false : may_separate(cell[at]);
    if (!added) text += cell[at];
  }
  return text;
}
