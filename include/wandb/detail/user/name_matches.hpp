// Chooses the user that a name means from the results of a search.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <wandb/detail/answer/classify_error.hpp>
#include <wandb/detail/text/ascii.hpp>
#include <wandb/detail/text/redact.hpp>
#include <wandb/detail/user/user_record.hpp>
#include <wandb/error.hpp>
#include <wandb/result.hpp>

namespace wandb::inline WANDB_ABI::detail {

/// Whether a name looks like a user's id: the base64 form of `User:` and a number.
[[nodiscard]] constexpr bool looks_like_user_id(std::string_view name) noexcept { return name.starts_with("VXNlc"); }

/// Whether the server says, by its status or by an error's code, that a name is not the id of a user.
[[nodiscard]] inline bool rejects_id(const Error& error) {
  if (error.from_words()) return false;
  const auto has_code = [](const ServerMessage& said) { return same_code(said.code, "BAD_USER_INPUT"); };
  return error == errc::not_found || std::any_of(error.messages().begin(), error.messages().end(), has_code);
}

/// Collects the users whose id, username or e-mail is exactly a name, and chooses one of them. An e-mail in the exact
/// spelling is preferred to one that differs in case, and then an active user to a deleted one. Nobody is chosen if
/// several are left, or if the server may have left out a better match.
class NameMatches {
 public:
  explicit NameMatches(std::string name) : name_(std::move(name)) {}

  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  /// Whether no user has matched so far.
  [[nodiscard]] bool empty() const noexcept { return matches_.empty(); }

  /// Adds a user if the name matches. A user, or a field to compare, that the server does not show counts as an
  /// omission.
  void consider(Result<UserRecord> user) {
    if (!user) return note_omission(user.error());
    if (const auto type = match_type(*user)) return add({std::move(*user), *type});
    const bool is_email = name_.find('@') != name_.npos;
    for (const std::string_view key : {"id", "username", "email"}) {
      if (user->has(key) || (key == "email" && !is_email)) continue;
      const auto why = user->full_reading().answer->errors.first(user->index, key);
      if (why) return note_omission(*why);
      if (key == (is_email ? "email" : "username")) return note_omission(hidden_field_error(*user, key));
    }
  }
  /// Notes that the server may have left out a user, and why. The first reason is kept.
  void note_omission(Error why) {
    if (!omission_) omission_ = std::move(why);
  }

  [[nodiscard]] bool has_omission() const noexcept { return omission_.has_value(); }

  /// Chooses the user; nothing if certainly nobody matches. `errc::ambiguous_user`, or the error of an omission.
  [[nodiscard]] Result<std::optional<UserRecord>> choose() {
    using Chosen = std::optional<UserRecord>;
    keep_best_of_each_field();
    const auto active = [](const Match& one) { return one.type.active; };
    if (std::any_of(matches_.begin(), matches_.end(), active))
      std::erase_if(matches_, [&](const Match& one) { return !active(one); });
    if (matches_.size() > 1) return ambiguous();
    // A user that was left out could match in exact spelling, or be active.
    const bool certain = !matches_.empty() && matches_.front().type.exact && matches_.front().type.active;
    if (omission_ && !certain) return std::move(*omission_);
    return matches_.empty() ? Chosen() : Chosen(std::move(matches_.front().user));
  }

 private:
  enum class NameField : std::uint8_t { id, username, email };
  /// How a user matches the name.
  struct MatchType {
    NameField field;
    bool exact;
    bool active;
    friend bool operator==(const MatchType&, const MatchType&) = default;
  };
  struct Match {
    UserRecord user;
    MatchType type;
  };
  // Two are enough to be ambiguous; the error names up to this many.
  static constexpr std::ptrdiff_t max_same_type = 8;

  [[nodiscard]] std::optional<MatchType> match_type(const UserRecord& user) const {
    const bool active = user.text("deletedAt").empty();
    if (user.text("id") == name_) return MatchType{NameField::id, true, active};
    if (user.text("username") == name_) return MatchType{NameField::username, true, active};
    const auto email = user.text("email");
    if (!equal_ignoring_case(email, name_)) return std::nullopt;
    return MatchType{NameField::email, email == name_, active};
  }

  void add(Match found) {
    const auto id = found.user.text("id");
    const bool known = std::any_of(matches_.begin(), matches_.end(),
                                   [&](const Match& one) { return !id.empty() && one.user.text("id") == id; });
    const auto same_type =
        std::count_if(matches_.begin(), matches_.end(), [&](const Match& one) { return one.type == found.type; });
    if (!known && same_type < max_same_type) matches_.push_back(std::move(found));
  }

  void keep_best_of_each_field() {
    for (const auto field : {NameField::id, NameField::username, NameField::email}) {
      const auto best = [field](const Match& one) { return one.type.field == field && one.type.exact; };
      if (std::none_of(matches_.begin(), matches_.end(), best)) continue;
      std::erase_if(matches_, [field](const Match& one) { return one.type.field == field && !one.type.exact; });
    }
  }

  // The server hides the field of a user that the name has to be compared with.
  [[nodiscard]] static Error hidden_field_error(const UserRecord& user, std::string_view key) {
    return Error(make_error_code(errc::malformed_response),
                 Error::Details{.reason = "the server does not show the " + std::string(key) +
                                          " of a user who may be the one that is looked for",
                                .operation = "users",
                                .messages = {},
                                .status = user.store->answer().errors.status(),
                                .attempts = 1,
                                .delivery = Delivery::answered});
  }

  [[nodiscard]] Error ambiguous() const {
    std::string reason = make_error_code(errc::ambiguous_user).message() + ": ";
    const char* before = "";
    for (const auto& one : matches_) {
      const auto add = [&](const char* what, const char* key) {
        if (const auto text = one.user.text(key); !text.empty()) reason.append(what).append(shown_name(text));
      };
      reason += std::exchange(before, "; ");
      add("id ", "id");
      add(", username ", "username");
      add(", e-mail ", "email");
      if (!one.type.active) reason += ", deleted";
    }
    return Error(
        make_error_code(errc::ambiguous_user),
        Error::Details{
            .reason = std::move(reason), .operation = "users", .messages = {}, .delivery = Delivery::answered});
  }

  std::string name_;
  std::vector<Match> matches_;
  std::optional<Error> omission_;
};

}  // namespace wandb::detail
