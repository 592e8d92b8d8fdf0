#include "people.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <wandb/detail/text/ascii.hpp>
#include <wandb/detail/text/json_text.hpp>
#include <wandb/detail/text/one_line.hpp>

#include "csv.hpp"
#include "spreadsheet.hpp"
#include "suggest.hpp"
#include "tool.hpp"

namespace {

using wandb::detail::in_lower_case;

constexpr std::array<std::string_view, 3> column_names{"email", "admin", "key"};
using Columns = std::array<std::optional<std::size_t>, column_names.size()>;

/// A cell for a message. The user may have named a file that is not a table, for example one that contains a key.
std::string shown(std::string_view cell) {
  constexpr std::size_t most = 40;
  return "\"" + wandb::detail::shortened(named(cell), most) + "\"";
}

/// Returns the known column that a name may be a misspelling of, or another word for; empty for none.
std::string meant(const std::string& name) {
  if (name.size() < 40 && name.find("mail") != name.npos) return "email";
  return nearest(name, column_names);
}

Columns read_header(const CsvRow& header, bool all_admins, PeopleFile& file) {
  const auto at = "line " + std::to_string(header.line) + ": ";
  Columns columns;
  std::string instead;
  for (std::size_t i = 0; i != header.fields.size(); ++i) {
    const auto written = wandb::detail::trimmed(header.fields[i]);
    const auto name = in_lower_case(written);
    const auto* const known = std::find(column_names.begin(), column_names.end(), name);
    if (known == column_names.end()) {
      const auto hint = meant(name);
      if (!written.empty()) file.ignored.push_back(shown(written) + (hint.empty() ? "" : " (not " + hint + ")"));
      if (hint == column_names[0] && instead.empty()) instead = shown(written);
      continue;
    }
    auto& column = columns[static_cast<std::size_t>(known - column_names.begin())];
    if (column) file.complaints.push_back(at + "the column " + name + " is there twice");
    column = i;
  }
  if (!columns[0]) {
    const auto first = header.fields.empty() ? std::string() : shown(header.fields[0]);
    file.complaints.push_back(at + "the column email is missing; " +
                              (instead.empty() ? "the first column is " + first : "rename the column " + instead));
  }
  if (columns[1] && all_admins) file.complaints.push_back(at + "there is a column admin; leave out --admin");
  return columns;
}

bool is_text(std::string_view text) { return wandb::detail::is_utf8(text) && wandb::detail::one_line(text) == text; }

bool is_email(std::string_view text) {
  const auto at = text.find('@');
  return is_text(text) && at != 0 && at != text.npos && at + 1 != text.size() && text.find(' ') == text.npos;
}

std::optional<bool> read_flag(std::string_view text) {
  const auto flag = in_lower_case(wandb::detail::trimmed(text));
  if (flag == "true" || flag == "yes" || flag == "1") return true;
  if (flag.empty() || flag == "false" || flag == "no" || flag == "0") return false;
  return std::nullopt;
}

Person read_person(const CsvRow& row, const Columns& columns, std::vector<std::string>& complaints) {
  const auto complain = [&](const std::string& what) {
    complaints.push_back("line " + std::to_string(row.line) + ": " + what);
  };
  Person person{row.line, std::string(wandb::detail::trimmed(row.fields[*columns[0]])), false, {}};
  const auto email = shown(person.email);
  if (!is_email(person.email)) complain("the email " + email + " is not an e-mail address");
  if (columns[1]) {
    const auto& cell = row.fields[*columns[1]];
    const auto admin = read_flag(cell);
    if (!admin) complain("admin is " + shown(cell) + ", neither true nor false");
    person.admin = admin.value_or(false);
  }
  if (columns[2]) person.key = row.fields[*columns[2]];
  if (!is_text(person.key)) complain("the key's description " + shown(person.key) + " is no text of one line");
  if (named(person.key) != on_one_line(person.key)) {
    complain("the column key is for a description, and this looks like a key: " + shown(person.key));
  }
  if (named(person.email) != on_one_line(person.email)) {
    complain("the column email is for an address, and this looks like a key: " + email);
  }
  return person;
}

/// Returns whether a row has no text: spreadsheets save such rows below a table.
bool is_blank(const CsvRow& row) {
  return std::all_of(row.fields.begin(), row.fields.end(),
                     [](const auto& field) { return wandb::detail::trimmed(field).empty(); });
}

std::string count_of(std::size_t fields) { return std::to_string(fields) + (fields == 1 ? " field" : " fields"); }

/// Returns why the text is no CSV, with the text of the field.
std::string fault_of(const CsvReader& reader) {
  const auto& field = reader.faulty_field();
  return reader.fault() + (field.empty() ? "" : ": " + shown(field));
}

/// Reads the rows below the header, which has `width` fields.
void read_rows(CsvReader& reader, const Columns& columns, std::size_t width, PeopleFile& file) {
  std::map<std::string, std::size_t> lines;
  while (const auto row = reader.next()) {
    const auto at = "line " + std::to_string(row->line) + ": ";
    if (is_blank(*row)) continue;
    if (row->fields.size() != width) {
      file.complaints.push_back(at + count_of(row->fields.size()) + " where the header has " + std::to_string(width) +
                                "; the first is " + shown(row->fields[0]));
      continue;
    }
    auto person = read_person(*row, columns, file.complaints);
    const auto [first, fresh] = lines.emplace(in_lower_case(person.email), person.line);
    if (!fresh) {
      file.complaints.push_back(at + "the email " + shown(person.email) + " stands in line " +
                                std::to_string(first->second) + " already");
    }
    file.people.push_back(std::move(person));
  }
  if (!reader.fault().empty()) file.complaints.push_back(fault_of(reader));
}

}  // namespace

PeopleFile read_people(std::string_view bytes, bool all_admins) {
  PeopleFile file;
  const auto text = in_utf8(bytes);
  auto reader = CsvReader::of_spreadsheet(text.text);
  const auto header = text.fault.empty() ? reader.next() : std::nullopt;
  if (!header) {
    const auto fault = text.fault.empty() ? fault_of(reader) : text.fault;
    file.complaints.push_back(fault.empty() ? "the file is empty" : fault);
    return file;
  }
  const auto columns = read_header(*header, all_admins, file);
  if (!file.complaints.empty()) return file;
  read_rows(reader, columns, header->fields.size(), file);
  for (auto& person : file.people) person.admin = person.admin || all_admins;
  return file;
}
