// Defines what detail/user/struct_reader.hpp declares.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <wandb/detail/answer/answer_reader.hpp>
#include <wandb/detail/text/redact.hpp>
#include <wandb/detail/user/struct_reader.hpp>
#include <wandb/detail/user/user_record.hpp>
#include <wandb/detail/user/user_store.hpp>

namespace wandb::inline WANDB_ABI::detail {

WANDB_DECL std::string Place::text() const {
  auto path = above == nullptr ? std::string{} : above->text();
  if (key.empty()) return path + '[' + std::to_string(index) + ']';
  if (!path.empty()) path += '.';
  return path.append(key);
}

/// Returns the newest answer that has the user's field `key`, by itself or among others.
[[nodiscard]] inline Reading reading_of(const UserRecord& user, std::string_view key) {
  auto updated = user.store->read(user.index, [&](const UserState* state) -> std::optional<Reading> {
    if (state == nullptr) return std::nullopt;
    for (const auto& [reading, field] : state->updated_fields) {
      if (field->key == key) return reading;
    }
    return std::nullopt;
  });
  return updated ? *std::move(updated) : user.full_reading();
}

WANDB_DECL bool StructReader::find(const Place& attribute, FoundValue& found) {
  const auto reading = reading_of(user_, attribute.key);
  if (const auto error = reading.answer->errors.first(reading.user, attribute.key)) return fail_by(attribute, *error);
  auto at = user_.find_key(attribute.key);
  if (at.field == nullptr) return fail_unloaded(attribute);
  found = FoundValue(at.object, at.field);
  page_ = std::move(at.page);
  return true;
}

WANDB_DECL bool StructReader::allows_null(const Place& place) {
  const auto* attribute = &place;
  while (attribute->above != nullptr) attribute = attribute->above;
  const auto reading = reading_of(user_, attribute->key);
  const auto& errors = reading.answer->errors;
  auto error = errors.first(reading.user, {});  // an error of the whole user
  if (!error) error = errors.first_of_page();
  return !error || fail_by(place, *error);
}

inline bool StructReader::fail_by(const Place& place, const Error& server) {
  auto details = server.details();
  details.reason = "the attribute \"" + place.text() + "\" was not loaded";
  error_ = Error(server.code(), std::move(details));
  return false;
}

WANDB_DECL bool StructReader::fail_unloaded(const Place& place) {
  if (requested_) {
    error_ = malformed(place.text(), "it is missing, and was asked for", user_.full_reading().answer->errors.status());
  } else {
    error_ = Error(make_error_code(errc::attribute_not_loaded), "the attribute \"" + place.text() + "\" was not loaded",
                   Delivery::nothing_sent);
  }
  return false;
}

WANDB_DECL bool StructReader::fail_null(const Place& place) {
  if (!allows_null(place)) return false;
  if (!requested_) return fail_type(place, "is null, and its member is no std::optional");
  error_ = malformed(place.text(), "it is null, and no error says why", user_.full_reading().answer->errors.status());
  return false;
}

WANDB_DECL bool StructReader::fail_enumerator(const Place& place, std::string_view value) {
  return fail_type(place, "is \"" + shown_name(value) + "\", which its enumeration does not have");
}

WANDB_DECL bool StructReader::fail_type(const Place& place, std::string_view why) {
  error_ = Error(make_error_code(errc::wrong_attribute_type),
                 "the attribute \"" + place.text() + "\" " + std::string(why), Delivery::nothing_sent);
  return false;
}

}  // namespace wandb::detail
