// Who of those that a search brings is meant by a name.
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

namespace wandb::detail {

/// Whether a name looks like a user's id: the base64 form of `User:` and a number.
[[nodiscard]] constexpr bool looks_like_user_id(std::string_view name) noexcept { return name.starts_with("VXNlc"); }

/// Whether the server says of a name, by its status or by a code of its own, that it is nobody's id.
[[nodiscard]] inline bool says_no_id(const Error& error) {
  if (error.from_words()) return false;
  const auto has_code = [](const ServerMessage& said) { return same_code(said.code, "BAD_USER_INPUT"); };
  return error == errc::not_found || std::any_of(error.messages().begin(), error.messages().end(), has_code);
}

/// Gathers the users that bear a name exactly, as their id, username or e-mail, and says which of them is meant: of
/// those that bear it as the same thing, the exact spelling before an e-mail in other case; then the living before the
/// deleted. Where several are left, or where one may be hidden, nobody is chosen.
class Namesakes {
 public:
  explicit Namesakes(std::string name) : name_(std::move(name)) {}

  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  /// Whether nobody was found so far.
  [[nodiscard]] bool empty() const noexcept { return all_.empty(); }

  /// Takes one of the users that the server shows, or the error in place of one.
  void look_at(Result<UserRecord> user) {
    if (!user) return miss(user.error());
    if (const auto as = likeness(*user)) return add({std::move(*user), *as});
    const bool is_email = name_.find('@') != name_.npos;
    for (const std::string_view key : {"id", "username", "email"}) {
      if (user->has(key) || (key == "email" && !is_email)) continue;
      const auto why = user->whole().answer->errors.first(user->index, key);
      if (why) return miss(*why);
      if (key == (is_email ? "email" : "username")) return miss(unread(*user, key));
    }
  }
  /// Notes that somebody may be missing from what the server shows.
  void miss(Error why) {
    if (!gap_) gap_ = std::move(why);
  }

  [[nodiscard]] bool has_gap() const noexcept { return gap_.has_value(); }

  /// The one who is meant; nothing where there is nobody, and that is certain.
  [[nodiscard]] Result<std::optional<UserRecord>> choose() {
    using Chosen = std::optional<UserRecord>;
    keep_best_of_each_kind();
    const auto living = [](const Namesake& one) { return one.as.living; };
    if (std::any_of(all_.begin(), all_.end(), living))
      std::erase_if(all_, [&](const Namesake& one) { return !living(one); });
    if (all_.size() > 1) return ambiguous();
    // Whoever is hidden could be spelled better, or live.
    const bool certain = !all_.empty() && all_.front().as.exact && all_.front().as.living;
    if (gap_ && !certain) return std::move(*gap_);
    return all_.empty() ? Chosen() : Chosen(std::move(all_.front().user));
  }

 private:
  enum class Kind : std::uint8_t { id, username, email };
  /// How somebody bears the name.
  struct Likeness {
    Kind kind;
    bool exact;
    bool living;
    friend bool operator==(const Likeness&, const Likeness&) = default;
  };
  struct Namesake {
    UserRecord user;
    Likeness as;
  };
  // Of more that are alike, nothing can be told any more.
  static constexpr std::ptrdiff_t max_alike = 8;

  [[nodiscard]] std::optional<Likeness> likeness(const UserRecord& user) const {
    const bool living = user.text("deletedAt").empty();
    if (user.text("id") == name_) return Likeness{Kind::id, true, living};
    if (user.text("username") == name_) return Likeness{Kind::username, true, living};
    const auto email = user.text("email");
    if (!equal_ignoring_case(email, name_)) return std::nullopt;
    return Likeness{Kind::email, email == name_, living};
  }

  void add(Namesake found) {
    const auto id = found.user.text("id");
    const bool known = std::any_of(all_.begin(), all_.end(),
                                   [&](const Namesake& one) { return !id.empty() && one.user.text("id") == id; });
    const auto alike = std::count_if(all_.begin(), all_.end(), [&](const Namesake& one) { return one.as == found.as; });
    if (!known && alike < max_alike) all_.push_back(std::move(found));
  }

  void keep_best_of_each_kind() {
    for (const auto kind : {Kind::id, Kind::username, Kind::email}) {
      const auto best = [kind](const Namesake& one) { return one.as.kind == kind && one.as.exact; };
      if (std::none_of(all_.begin(), all_.end(), best)) continue;
      std::erase_if(all_, [kind](const Namesake& one) { return one.as.kind == kind && !one.as.exact; });
    }
  }

  // A user of whom the server does not show what the name would be compared with.
  [[nodiscard]] static Error unread(const UserRecord& user, std::string_view key) {
    return Error(make_error_code(errc::malformed_response),
                 Error::Details{.reason = "the server does not show the " + std::string(key) +
                                          " of a user who may be the one that is looked for",
                                .operation = "users",
                                .messages = {},
                                .status = user.store->first().errors.status(),
                                .attempts = 1,
                                .delivery = Delivery::answered});
  }

  [[nodiscard]] Error ambiguous() const {
    std::string reason = make_error_code(errc::ambiguous_user).message() + ": ";
    const char* before = "";
    for (const auto& one : all_) {
      const auto add = [&](const char* what, const char* key) {
        if (const auto text = one.user.text(key); !text.empty()) reason.append(what).append(shown_name(text));
      };
      reason += std::exchange(before, "; ");
      add("id ", "id");
      add(", username ", "username");
      add(", e-mail ", "email");
      if (!one.as.living) reason += ", deleted";
    }
    return Error(
        make_error_code(errc::ambiguous_user),
        Error::Details{
            .reason = std::move(reason), .operation = "users", .messages = {}, .delivery = Delivery::answered});
  }

  std::string name_;
  std::vector<Namesake> all_;
  std::optional<Error> gap_;
};

}  // namespace wandb::detail
