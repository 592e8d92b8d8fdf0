#include "earlier_results.hpp"

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <boost/json/parse.hpp>
#include <boost/system/error_code.hpp>

#include <wandb/detail/text/ascii.hpp>
#include <wandb/detail/text/encoding.hpp>

#include "csv.hpp"
#include "files.hpp"
#include "json.hpp"
#include "spreadsheet.hpp"
#include "tool.hpp"

namespace {

using wandb::detail::in_lower_case;

/// One row of the results of an earlier run.
struct Row {
  std::string email;
  std::string status;
  std::string key;
  std::string reason;
};
using Rows = std::vector<Row>;

/// Returns the rows, which a spreadsheet may have saved again; nothing if one of them is not a result.
std::optional<Rows> rows_of_csv(std::string_view text) {
  Rows rows;
  auto reader = CsvReader::of_spreadsheet(text);
  std::string header;
  if (const auto names = reader.next()) {
    for (const auto& name : names->fields) header.append(header.empty() ? "" : ",").append(name);
  }
  if (header != csv_header) return std::nullopt;
  while (auto row = reader.next()) {
    if (row->fields.size() != csv_columns) return std::nullopt;
    auto& fields = row->fields;
    rows.push_back({text_of_cell(fields[1]), std::move(fields[2]), std::move(fields[3]), text_of_cell(fields[4])});
  }
  return reader.fault().empty() ? std::optional(std::move(rows)) : std::nullopt;
}

std::string member(const boost::json::object& object, std::string_view name) {
  const auto* value = object.if_contains(boost::json::string_view(name.data(), name.size()));
  return value != nullptr && value->is_string() ? std::string(value->get_string().c_str()) : std::string();
}

std::optional<Rows> rows_of_jsonl(std::string_view text) {
  Rows rows;
  while (!text.empty()) {
    const auto line = text.substr(0, text.find('\n'));
    text.remove_prefix(line.size() + 1);
    boost::system::error_code ec;
    const auto row = boost::json::parse({line.data(), line.size()}, ec);
    const auto* object = ec ? nullptr : row.if_object();
    if (object == nullptr || member(*object, "email").empty() || !object->contains("status")) return std::nullopt;
    rows.push_back(
        {member(*object, "email"), member(*object, "status"), member(*object, "key"), member(*object, "reason")});
  }
  return rows;
}

std::optional<Rows> rows_of(std::string_view bytes) {
  const auto file = in_utf8(bytes);
  // A run may have been ended in the middle of a row, so that only complete rows count.
  auto text = wandb::detail::without_mark(file.text);
  const auto end = text.find_last_of("\r\n");
  if (end == text.npos) return std::nullopt;
  text = text.substr(0, end + 1);
  return text.starts_with('{') ? rows_of_jsonl(text) : rows_of_csv(text);
}

EarlierResult result_of(const Row& row) {
  const auto says = [&](std::string_view reason) { return row.reason.starts_with(reason); };
  const bool may_say = row.status == "differs" || row.status == "would_create";
  return {.created = row.status == "created" || (may_say && says(created_now)),
          .perhaps_created = row.status == "unknown" || says(perhaps_created_earlier),
          .made_key = row.key == "made"};
}

void put_before(Report& report, std::string_view reason) {
  report.reason = std::string(reason) + (report.reason.empty() ? "" : "; ") + report.reason;
}

/// If this run could not see the person, the result of an earlier run stays valid.
void keep(Report& report, Status status, std::string_view reason) {
  const bool looked = report.status != Status::not_started;
  report.reason = std::string(reason) + (looked ? ", and now: " + report.reason : ", and not looked at now");
  report.status = status;
  if (status == Status::unknown) report.code = outcome_unknown;
  report.stale = true;
}

/// Returns the path at which the earlier results are kept while the file is rewritten.
std::string kept_beside(const std::string& path) { return path + ".earlier"; }

bool is_somebody_elses(const std::string& path) {
  std::error_code ec;
  return std::filesystem::exists(path, ec) && !rows_of(read_whole(path).text);
}

/// Adds the results from one file. `of` names the file in error messages; it is empty for the file that the user named.
void read_file(EarlierResults& earlier, const std::string& path, const std::string& of,
               const std::set<std::string>& now) {
  std::error_code ec;
  if (!std::filesystem::is_regular_file(path, ec) || std::filesystem::file_size(path, ec) == 0) return;
  const auto lose = [&](const std::string& what) {
    if (!earlier.loss) earlier.loss = of + what;
  };
  const auto file = read_whole(path);
  if (!file.fault.empty()) return lose((of.empty() ? "is there, and " : "") + ("cannot be read: " + file.fault));
  const auto rows = rows_of(file.text);
  if (!rows) return lose((of.empty() ? "is there, and " : "") + std::string("holds something other than results"));
  for (const auto& row : *rows) {
    const auto email = in_lower_case(row.email);
    if (now.count(email) == 0) lose("holds the result of " + row.email + ", who is not among these people");
    const auto told = result_of(row);
    auto& person = earlier.people[email];
    person.created = person.created || told.created;
    person.perhaps_created = person.perhaps_created || told.perhaps_created;
    person.made_key = person.made_key || told.made_key;
  }
}

}  // namespace

EarlierResults read_earlier(const std::string& path, const std::vector<Person>& people) {
  EarlierResults earlier;
  if (path.empty()) return earlier;
  std::set<std::string> now;
  for (const auto& person : people) now.insert(in_lower_case(person.email));
  read_file(earlier, path, "", now);
  read_file(earlier, kept_beside(path), "has a neighbour " + kept_beside(path) + " that ", now);
  return earlier;
}

Keepsake::Keepsake(const std::string& output, const EarlierResults& earlier) {
  std::string rows;
  for (const auto& [email, told] : earlier.people) {
    if (!told.created && !told.perhaps_created && !told.made_key) continue;
    rows += JsonObject()
                .add_text("email", email)
                .add_text("status", told.created           ? "created"
                                    : told.perhaps_created ? "unknown"
                                                           : "exists")
                .add_text("key", told.made_key ? "made" : "")
                .text() +
            "\n";
  }
  if (output.empty() || rows.empty() || is_somebody_elses(kept_beside(output))) return;
  const auto fresh = kept_beside(output) + ".new";
  std::error_code ec;
  if (std::ofstream file(fresh, std::ios::binary); !(file << rows << std::flush)) {
    std::filesystem::remove(fresh, ec);
    note("what an earlier run has told cannot be kept in " + kept_beside(output) + " while this one writes");
    return;
  }
  // The file is renamed into place, so that it is never incomplete.
  std::filesystem::rename(fresh, kept_beside(output), ec);
  if (!ec) path_ = kept_beside(output);
}

void Keepsake::drop() const {
  std::error_code ec;
  if (!path_.empty()) std::filesystem::remove(path_, ec);
}

Report with_earlier(Report report, const Person& person, const EarlierResults& earlier) {
  const auto found = earlier.people.find(in_lower_case(person.email));
  if (found == earlier.people.end()) return report;
  const auto& [created, perhaps_created, made_key] = found->second;
  const bool unseen = report.status == Status::not_started || report.status == Status::failed;
  if (created) {
    if (unseen || report.status == Status::unknown) keep(report, Status::created, created_earlier);
    else if (report.status == Status::exists) put_before(report, created_earlier);
    else if (report.status == Status::would_create) put_before(report, created_and_gone);
    else if (report.status == Status::differs && !report.reason.starts_with(created_now)) {
      put_before(report, std::string(created_now) + " " + std::string(created_earlier));
    }
    if (report.status == Status::exists) report.status = Status::created;
  } else if (perhaps_created) {
    if (unseen) keep(report, Status::unknown, perhaps_created_earlier);
    else if (report.status == Status::exists || report.status == Status::differs ||
             report.status == Status::would_create) {
      put_before(report, perhaps_created_earlier);
    }
  }
  if (made_key && (report.key == "exists" || report.key.empty()) && !person.key.empty()) report.key = "made";
  return report;
}
