#include "earlier_results.hpp"

#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <boost/json/parse.hpp>
#include <boost/system/error_code.hpp>

#include "csv.hpp"
#include "files.hpp"
#include "report.hpp"

namespace {

using Emails = std::vector<std::string>;

/// Whose results the rows are; nothing where one is no result.
std::optional<Emails> emails_of_csv(std::string_view text) {
  Emails emails;
  CsvReader reader(text);
  while (auto row = reader.next()) {
    if (row->fields.size() != csv_columns) return std::nullopt;
    emails.push_back(std::move(row->fields[1]));
  }
  return reader.fault().empty() ? std::optional(std::move(emails)) : std::nullopt;
}

std::optional<Emails> emails_of_jsonl(std::string_view text) {
  Emails emails;
  while (!text.empty()) {
    const auto line = text.substr(0, text.find('\n'));
    text.remove_prefix(line.size() + 1);
    boost::system::error_code ec;
    const auto row = boost::json::parse({line.data(), line.size()}, ec);
    const auto* object = ec ? nullptr : row.if_object();
    const auto* email = object == nullptr ? nullptr : object->if_contains("email");
    if (email == nullptr || !email->is_string() || !object->contains("status")) return std::nullopt;
    emails.emplace_back(email->get_string().c_str());
  }
  return emails;
}

std::optional<Emails> emails_of(std::string_view text) {
  // A run may have been ended within a row: what follows the last whole one counts for nothing.
  const auto end = text.rfind('\n');
  if (end == text.npos) return std::nullopt;
  text = text.substr(0, end + 1);
  if (!text.starts_with(csv_header)) return emails_of_jsonl(text);
  text.remove_prefix(csv_header.size());
  return text.starts_with('\n') ? emails_of_csv(text.substr(1)) : std::nullopt;
}

}  // namespace

std::optional<std::string> loss_of_writing(const std::string& path, const std::vector<Person>& people) {
  std::error_code ec;
  if (path.empty() || !std::filesystem::is_regular_file(path, ec)) return std::nullopt;
  if (std::filesystem::file_size(path, ec) == 0) return std::nullopt;
  const auto file = read_whole(path);
  if (!file.fault.empty()) return "is there, and cannot be read: " + file.fault;
  const auto earlier = emails_of(file.text);
  if (!earlier) return "is there, and holds something other than results";
  std::set<std::string_view> now;
  for (const auto& person : people) now.insert(person.email);
  for (const auto& email : *earlier) {
    if (now.count(email) == 0) return "holds the result of " + email + ", who is not among these people";
  }
  return std::nullopt;
}
