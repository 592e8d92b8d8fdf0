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

#include "csv.hpp"
#include "spreadsheet.hpp"
#include "suggest.hpp"
#include "typed_text.hpp"

namespace {

using wandb::detail::in_lower_case;

constexpr std::array<std::string_view, 3> column_names{"email", "admin", "key"};
using Columns = std::array<std::optional<std::size_t>, column_names.size()>;

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
    const auto written = trimmed_cell(header.fields[i]);
    const auto name = in_lower_case(without_hidden(written));
    const auto* const known = std::find(column_names.begin(), column_names.end(), name);
    if (known == column_names.end()) {
      const auto hint = meant(name);
      if (!written.empty()) file.ignored.push_back(quoted(written) + (hint.empty() ? "" : " (not " + hint + ")"));
      if (hint == column_names[0] && instead.empty()) instead = quoted(written);
      continue;
    }
    if (const auto hidden = hidden_character(written); !hidden.empty()) {
      file.complaints.push_back(at + "the column " + quoted(written) + " contains " + hidden +
                                ", which is not visible; write " + name);
    }
    auto& column = columns[static_cast<std::size_t>(known - column_names.begin())];
    if (column) file.complaints.push_back(at + "the column " + name + " is there twice");
    column = i;
  }
  if (!columns[0]) {
    const auto first = header.fields.empty() ? std::string() : quoted(header.fields[0]);
    file.complaints.push_back(at + "the column email is missing; " +
                              (instead.empty() ? "the first column is " + first : "rename the column " + instead));
  }
  const auto is_status = [](const auto& field) { return in_lower_case(trimmed_cell(field)) == "status"; };
  if (columns[2] && std::any_of(header.fields.begin(), header.fields.end(), is_status)) {
    file.complaints.push_back(at +
                              "beside the column status, the column key has results of an earlier run, and no "
                              "descriptions; give the table that this run was given, or remove the column status");
  }
  if (columns[1] && all_admins) file.complaints.push_back(at + "there is a column admin; leave out --admin");
  return columns;
}

std::optional<bool> read_flag(std::string_view text) {
  const auto flag = in_lower_case(text);
  if (flag == "true" || flag == "yes" || flag == "1") return true;
  if (flag.empty() || flag == "false" || flag == "no" || flag == "0") return false;
  return std::nullopt;
}

Person read_person(const CsvRow& row, const Columns& columns, std::vector<std::string>& complaints) {
  const auto complain = [&](const std::string& what) {
    complaints.push_back("line " + std::to_string(row.line) + ": " + what);
  };
  Person person{row.line, std::string(trimmed_cell(row.fields[*columns[0]])), false, {}};
  if (const auto fault = address_fault(person.email); !fault.empty()) {
    complain("the email " + quoted(person.email) + " is not an e-mail address: " + fault);
  }
  if (columns[1]) {
    const auto cell = trimmed_cell(row.fields[*columns[1]]);
    const auto admin = read_flag(cell);
    if (!admin) complain("admin is " + quoted(cell) + ", neither true nor false");
    person.admin = admin.value_or(false);
  }
  if (columns[2]) person.key = trimmed_cell(row.fields[*columns[2]]);
  if (const auto hidden = hidden_character(person.key); !hidden.empty()) {
    complain("the key's description " + quoted(person.key) + " contains " + hidden + ", which is not visible");
  }
  if (looks_like_key(person.key)) {
    complain("the column key is for a description, and this looks like a key: " + quoted(person.key));
  }
  return person;
}

/// Returns whether a row has no text: spreadsheets save such rows below a table.
bool is_blank(const CsvRow& row) {
  return std::all_of(row.fields.begin(), row.fields.end(),
                     [](const auto& field) { return trimmed_cell(field).empty(); });
}

std::string count_of(std::size_t fields) { return std::to_string(fields) + (fields == 1 ? " field" : " fields"); }

/// Returns why the text is no CSV, with the text of the field.
std::string fault_of(const CsvReader& reader) {
  const auto& field = reader.faulty_field();
  return reader.fault() + (field.empty() ? "" : ": " + quoted(field));
}

/// Reads the rows below the header, which has `width` fields.
void read_rows(CsvReader& reader, const Columns& columns, std::size_t width, PeopleFile& file) {
  std::map<std::string, std::size_t> lines;
  while (const auto row = reader.next()) {
    const auto at = "line " + std::to_string(row->line) + ": ";
    if (is_blank(*row)) continue;
    if (row->fields.size() != width) {
      file.complaints.push_back(at + count_of(row->fields.size()) + " where the header has " + std::to_string(width) +
                                "; the first is " + quoted(row->fields[0]));
      continue;
    }
    auto person = read_person(*row, columns, file.complaints);
    const auto [first, fresh] = lines.emplace(in_lower_case(person.email), person.line);
    if (!fresh && !person.email.empty()) {
      file.complaints.push_back(at + "the email " + quoted(person.email) + " stands in line " +
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
