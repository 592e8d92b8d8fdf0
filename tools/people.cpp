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
#include "tool.hpp"

namespace {

using wandb::detail::in_lower_case;

constexpr std::array<std::string_view, 3> column_names{"email", "admin", "key"};
using Columns = std::array<std::optional<std::size_t>, column_names.size()>;

/// The user may have named a file that is not a table, for example one that contains a key.
std::string shown(std::string_view name) {
  constexpr std::size_t most = 40;
  return wandb::detail::shortened(named(name), most);
}

Columns read_header(const CsvRow& header, std::vector<std::string>& complaints) {
  const auto at = "line " + std::to_string(header.line) + ": ";
  Columns columns;
  for (std::size_t i = 0; i != header.fields.size(); ++i) {
    const auto written = wandb::detail::trimmed(header.fields[i]);
    const auto name = in_lower_case(written);
    const auto* const known = std::find(column_names.begin(), column_names.end(), name);
    if (known == column_names.end()) {
      complaints.push_back(at + "there is no column \"" + shown(written) + "\"; they are email, admin and key");
      continue;
    }
    auto& column = columns[static_cast<std::size_t>(known - column_names.begin())];
    if (column) complaints.push_back(at + "the column " + name + " is there twice");
    column = i;
  }
  for (const std::size_t needed : {0U, 1U}) {
    if (!columns[needed]) {
      complaints.push_back(at + "the column " + std::string(column_names[needed]) + " is missing");
    }
  }
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

Person read_person(CsvRow& row, const Columns& columns, std::vector<std::string>& complaints) {
  const auto complain = [&](std::string_view what) {
    complaints.push_back("line " + std::to_string(row.line) + ": " + std::string(what));
  };
  Person person{row.line, std::string(wandb::detail::trimmed(row.fields[*columns[0]])), false, {}};
  if (!is_email(person.email)) complain("the email is not an e-mail address");
  if (const auto admin = read_flag(row.fields[*columns[1]])) person.admin = *admin;
  else complain("admin is neither true nor false");
  if (columns[2]) person.key = std::move(row.fields[*columns[2]]);
  if (!is_text(person.key)) complain("the key's description is no text of one line");
  if (named(person.key) != on_one_line(person.key))
    complain("the column key is for a description, and this looks like a key");
  if (named(person.email) != on_one_line(person.email))
    complain("the column email is for an address, and this looks like a key");
  return person;
}

}  // namespace

std::vector<Person> read_people(std::string_view csv, std::vector<std::string>& complaints) {
  std::vector<Person> people;
  CsvReader reader(csv);
  auto row = reader.next();
  if (!row) {
    complaints.push_back(reader.fault().empty() ? "the file is empty" : reader.fault());
    return people;
  }
  const auto columns = read_header(*row, complaints);
  if (!complaints.empty()) return people;
  const auto width = row->fields.size();
  std::map<std::string, std::size_t> lines;
  while ((row = reader.next())) {
    const auto at = "line " + std::to_string(row->line) + ": ";
    if (row->fields.size() != width) {
      complaints.push_back(at + std::to_string(row->fields.size()) + " fields where the header has " +
                           std::to_string(width));
      continue;
    }
    auto person = read_person(*row, columns, complaints);
    const auto [first, fresh] = lines.emplace(in_lower_case(person.email), person.line);
    if (!fresh) complaints.push_back(at + "the email stands in line " + std::to_string(first->second) + " already");
    people.push_back(std::move(person));
  }
  if (!reader.fault().empty()) complaints.push_back(reader.fault());
  return people;
}
