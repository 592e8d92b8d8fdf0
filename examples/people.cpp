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

#include <wandb/detail/ascii.hpp>
#include <wandb/detail/json_text.hpp>
#include <wandb/detail/key_format.hpp>
#include <wandb/detail/redact.hpp>

namespace {

struct Row {
  std::size_t line = 0;
  std::vector<std::string> fields;
};

/// RFC 4180: fields between commas, rows between line ends, quotes around whatever holds one of those, and a quote in
/// quotes is written twice.
class CsvReader {
 public:
  explicit CsvReader(std::string_view text) : rest_(text) { take("\xEF\xBB\xBF"); }

  /// The next row that is not empty; nothing at the end, or at what is no CSV, which `fault()` then tells.
  [[nodiscard]] std::optional<Row> next() {
    while (take("\r\n") || take("\n")) ++line_;
    if (rest_.empty()) return std::nullopt;
    Row row{line_, {}};
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

constexpr std::array<std::string_view, 3> column_names{"email", "admin", "key"};
using Columns = std::array<std::optional<std::size_t>, column_names.size()>;

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = wandb::detail::to_lower(c);
  return out;
}

/// Somebody may have named a file that is no table, with a key in it for instance.
std::string shown(std::string_view name) {
  constexpr std::size_t most = 40;
  const auto masked = wandb::detail::redact(name);
  return masked.size() <= most ? masked : masked.substr(0, most) + "...";
}

Columns read_header(const Row& header, std::vector<std::string>& complaints) {
  const auto at = "line " + std::to_string(header.line) + ": ";
  Columns columns;
  for (std::size_t i = 0; i != header.fields.size(); ++i) {
    const auto name = lower(wandb::detail::trimmed(header.fields[i]));
    const auto* const known = std::find(column_names.begin(), column_names.end(), name);
    if (known == column_names.end()) {
      complaints.push_back(at + "there is no column \"" + shown(name) + "\"; they are email, admin and key");
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

bool is_text(std::string_view text) {
  return wandb::detail::is_utf8(text) && std::none_of(text.begin(), text.end(), [](char c) {
           return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
         });
}

bool is_email(std::string_view text) {
  const auto at = text.find('@');
  return is_text(text) && at != 0 && at != text.npos && at + 1 != text.size() && text.find(' ') == text.npos;
}

std::optional<bool> read_flag(std::string_view text) {
  const auto flag = lower(wandb::detail::trimmed(text));
  if (flag == "true" || flag == "yes" || flag == "1") return true;
  if (flag.empty() || flag == "false" || flag == "no" || flag == "0") return false;
  return std::nullopt;
}

Person read_person(Row& row, const Columns& columns, std::vector<std::string>& complaints) {
  const auto complain = [&](std::string_view what) {
    complaints.push_back("line " + std::to_string(row.line) + ": " + std::string(what));
  };
  Person person{row.line, std::string(wandb::detail::trimmed(row.fields[*columns[0]])), false, {}};
  if (!is_email(person.email)) complain("the email is not an e-mail address");
  if (const auto admin = read_flag(row.fields[*columns[1]])) person.admin = *admin;
  else complain("admin is neither true nor false");
  if (columns[2]) person.key = std::move(row.fields[*columns[2]]);
  if (!is_text(person.key)) complain("the key's description is no text of one line");
  if (wandb::detail::is_api_key(person.key)) complain("the column key is for a description, and this looks like a key");
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
    const auto [first, fresh] = lines.emplace(lower(person.email), person.line);
    if (!fresh) complaints.push_back(at + "the email stands in line " + std::to_string(first->second) + " already");
    people.push_back(std::move(person));
  }
  if (!reader.fault().empty()) complaints.push_back(reader.fault());
  return people;
}
