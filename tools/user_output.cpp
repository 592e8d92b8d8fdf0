#include "user_output.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <wandb/error.hpp>
#include <wandb/value.hpp>

#include "advice.hpp"
#include "json.hpp"
#include "tool.hpp"

namespace {

/// Returns whether a path of an answer, `users.edges[0].node.email`, leads to that field or into it.
bool leads_to(std::string_view path, std::string_view field) {
  while (!path.empty()) {
    const auto step = path.substr(0, path.find('.'));
    if (step.substr(0, step.find('[')) == field) return true;
    path.remove_prefix(step.size() == path.size() ? step.size() : step.size() + 1);
  }
  return false;
}

/// Returns whether an error may be the reason why a field is missing: it names the field, or no field at all.
bool concerns(const wandb::Error& error, std::string_view field) {
  bool placed = false;
  for (const auto& said : error.messages()) {
    if (leads_to(said.path, field)) return true;
    placed = placed || !said.path.empty();
  }
  return !placed;
}

std::optional<wandb::Error> refusal(const User& user, std::string_view field) {
  for (const auto& error : user.errors()) {
    if (concerns(error, field)) return error;
  }
  return std::nullopt;
}

/// Returns whether an empty list was really shown: the connection then has its edges.
bool is_shown(const User& user, std::string_view list) {
  const auto value = user[list];
  if (!value.has_value()) return false;
  // The raw value contains no names of keys, because it is only searched if the list has no keys.
  return value.raw().find("\"edges\":[") != std::string::npos;
}

void add_attribute(JsonObject& json, const User& user, std::string_view member, std::string_view field) {
  const auto value = user[field];
  if (!value.is_loaded()) {
    if (refusal(user, field)) json.add(member, "null");
    return;
  }
  const auto text = value.as_string();
  // An id must not be masked, because other commands take it as an argument.
  if (text && *text) json.add(member, field == "id" ? json_text(**text) : json_name(**text));
  else json.add(member, value.raw());
}

template <class Range, class ToJson>
void add_list(JsonObject& json, const User& user, std::string_view field, const Range& range, ToJson to_json) {
  const std::string_view member = field == "apiKeys" ? "keys" : field;
  if (!range.empty() || is_shown(user, field)) json.add(member, json_list(range, to_json));
  else if (user[field].is_loaded() || refusal(user, field)) json.add(member, "null");
}

std::string json_of_error(const wandb::Error& error) {
  std::string path;
  for (const auto& said : error.messages()) {
    if (path.empty()) path = said.path;
  }
  auto json = json_of(error, on_one_line(advised(error)));
  json.pop_back();
  return json + ",\"path\":" + (path.empty() ? "null" : json_text(path)) + "}";
}

std::string json_of_key(const wandb::ApiKey& key, const wandb::Secret& in_use) {
  return JsonObject()
      .add_text("id", key.id())
      .add_text("name", key.name())
      .add("description", key.description().empty() ? "null" : json_name(key.description()))
      .add("in_use", key.belongs_to(in_use) ? "true" : "false")
      .text();
}

std::string flag_cell(std::optional<bool> flag, Format format) {
  if (!flag) return {};
  if (format == Format::csv) return *flag ? "true" : "false";
  return *flag ? "yes" : "";
}

std::vector<std::string_view> titles_of(Format format, const Asked& asked) {
  std::vector<std::string_view> titles{"username", "email", "name", "admin", "deleted_at"};
  if (format != Format::csv) return titles;
  titles.insert(titles.begin(), "id");
  if (asked.teams) titles.push_back("teams");
  if (asked.keys) titles.push_back("keys");
  return titles;
}

}  // namespace

std::string json_of(const User& user, const Asked& asked) {
  JsonObject json;
  for (const std::string_view field : {"id", "username", "email", "name", "admin"}) {
    add_attribute(json, user, field, field);
  }
  add_attribute(json, user, "deleted_at", "deletedAt");
  if (asked.teams) add_list(json, user, "teams", user.teams(), json_name);
  if (asked.keys) {
    add_list(json, user, "apiKeys", user.keys(),
             [&](const wandb::ApiKey& key) { return json_of_key(key, asked.with); });
  }
  if (const auto errors = user.errors(); !errors.empty()) json.add("errors", json_list(errors, json_of_error));
  return json.text();
}

UserRows::UserRows(Format format, Asked asked)
    : format_(format), asked_(std::move(asked)), rows_(format, titles_of(format, asked_)) {}

void UserRows::add(const User& user) {
  tell_errors(user);
  if (is_json(format_)) return rows_.add_json(json_of(user, asked_));
  std::vector<std::string> cells;
  if (format_ == Format::csv) cells.push_back(on_one_line(user.id()));
  cells.insert(cells.end(), {named(user.username()), named(user.email()), named(user.name()),
                             flag_cell(user.admin(), format_), named(user.deleted_at())});
  if (format_ == Format::csv && asked_.teams) {
    std::string teams;
    for (const auto team : user.teams()) teams.append(teams.empty() ? "" : " ").append(named(team));
    cells.push_back(std::move(teams));
  }
  if (format_ == Format::csv && asked_.keys) {
    std::string ids;
    for (const auto& key : user.keys()) ids.append(ids.empty() ? "" : " ").append(on_one_line(key.id()));
    cells.push_back(std::move(ids));
  }
  rows_.add(std::move(cells));
}

void print(const User& user, const Asked& asked, Format format) {
  // The JSON of one user is an object, and no list of one.
  UserRows rows(format == Format::json ? Format::jsonl : format, asked);
  rows.add(user);
  rows.finish();
}

void print(const wandb::Keys& keys, const wandb::Secret& in_use, Format format) {
  RowWriter rows(format, {"id", "name", "description", "in_use"});
  for (const auto& key : keys) {
    if (is_json(format)) {
      rows.add_json(json_of_key(key, in_use));
      continue;
    }
    rows.add({on_one_line(key.id()), on_one_line(key.name()), named(key.description()),
              flag_cell(key.belongs_to(in_use), format)});
  }
  rows.finish();
}

void print(const wandb::TeamNames& teams, Format format) {
  RowWriter rows(format, {"team"});
  for (const auto team : teams) is_json(format) ? rows.add_json(json_name(team)) : rows.add({named(team)});
  rows.finish();
}

void tell_errors(const User& user) {
  for (const auto& error : user.errors()) tell(error);
}

bool is_whole(const User& user, std::string_view list) { return user[list].has_value() && !refusal(user, list); }

std::optional<int> tell_missing(const User& user, std::string_view list) {
  const bool there = user[list].has_value() && (list == "teams" ? !user.teams().empty() : !user.keys().empty());
  if (there || is_shown(user, list)) {
    tell_errors(user);
    return std::nullopt;
  }
  if (const auto error = refusal(user, list)) {
    tell_errors(user);
    return exit_code(*error);
  }
  const wandb::Error missing(list == "teams" ? wandb::errc::attribute_not_loaded : wandb::errc::keys_not_loaded);
  return tell(missing, "the server shows no " + std::string(list == "teams" ? list : "keys") + " of this user", failed);
}
