// The definitions of detail/config/federation.hpp.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <wandb/detail/answer/decoder.hpp>
#include <wandb/detail/answer/json_reader.hpp>
#include <wandb/detail/config/credentials_file.hpp>
#include <wandb/detail/config/federation.hpp>
#include <wandb/detail/config/identity.hpp>
#include <wandb/detail/text/ascii.hpp>
#include <wandb/detail/text/base64.hpp>
#include <wandb/detail/text/key_format.hpp>
#include <wandb/error.hpp>
#include <wandb/impl/identity_token.ipp>

namespace wandb::inline WANDB_ABI::detail {

/// Describes why a text is no JWT, without a character of it; empty if it is one.
[[nodiscard]] inline std::string describe_jwt_fault(std::string_view text) {
  constexpr std::size_t max_size = std::size_t{64} * 1024;
  if (text.empty()) return "is empty";
  if (text.size() > max_size) return "is longer than 64 KiB";
  const auto belongs = [](char c) { return is_key_character(c) || c == '.'; };
  const auto stray = std::find_if_not(text.begin(), text.end(), belongs);
  if (stray != text.end()) {
    return "holds " + std::string(kind_of_stray(*stray)) + " at position " + std::to_string(stray - text.begin() + 1);
  }
  const bool has_empty_part = text.starts_with('.') || text.ends_with('.') || text.find("..") != text.npos;
  if (std::count(text.begin(), text.end(), '.') == 2 && !has_empty_part) return {};
  return "is not a JWT, which is three parts joined by dots";
}

WANDB_DECL std::string subject_of_jwt(std::string_view jwt) {
  const auto first = jwt.find('.');
  const auto second = first == jwt.npos ? first : jwt.find('.', first + 1);
  if (second == jwt.npos) return {};
  const auto claims = decode_base64url(jwt.substr(first + 1, second - first - 1));
  if (!claims || !is_json_object(*claims)) return {};
  return JsonValue(*claims).member("sub").string();
}

WANDB_DECL Federation::Federation(IdentityToken token, std::string_view giver, std::string file, std::string base_url,
                                  std::string_view file_source)
    : token_(std::move(token)),
      source_(giver),
      file_(std::move(file)),
      base_url_(std::move(base_url)),
      file_source_(file_source) {
  if (const auto read_from = token_.source().file(); !read_from.empty())
    source_.insert(0, std::string(read_from) + " (").append(")");
}

WANDB_DECL Result<Secret> Federation::read_assertion(const ReadLimit& limit) const {
  auto token = token_.source().token(limit);
  if (!token) return token;
  const auto text = trimmed(token->reveal());
  if (const auto fault = describe_jwt_fault(text); !fault.empty()) return unusable_token("it " + fault);
  return text.size() == token->reveal().size() ? std::move(token) : Result<Secret>(Secret(text));
}

WANDB_DECL Identity::Identity(std::shared_ptr<Federation> federation) : Identity(std::move(federation), Person()) {
  prove(every_token);
}
WANDB_DECL Identity::Identity(std::shared_ptr<Federation> federation, Person owner)
    : federation_(std::move(federation)), source_(federation_->source()), owner_(std::move(owner)) {}

WANDB_DECL AccessTokenPtr Federation::make(const StoredToken& stored, const Secret& assertion, bool from_file) {
  auto token = std::make_shared<AccessToken>();
  token->authorization.append("Bearer ").append(stored.token.reveal());
  token->assertion = assertion;
  token->expires = stored.expires;
  token->from_file = from_file;
  const std::lock_guard lock(mutex_);
  token->number = ++tokens_;
  return token;
}

WANDB_DECL AccessTokenPtr Federation::read_stored(const Secret& assertion, WallTime now) {
  {
    const std::lock_guard lock(mutex_);
    if (file_.empty() || dropped_) return nullptr;
  }
  const auto stored = read_stored_token(file_, base_url_);
  if (!stored || !is_bearer_token(stored->token.reveal()) || stored->expires <= now + early) return nullptr;
  // The file may be shared, or the identity token have become another person's since the access token was stored. The
  // service's own client does not write whose an access token is, so that only a JWT tells it then.
  const auto subject = stored->subject.empty() ? subject_of_jwt(stored->token.reveal()) : stored->subject;
  if (subject.empty() || !equal_ignoring_case(subject, subject_of_jwt(assertion.reveal()))) return nullptr;
  return make(*stored, assertion, true);
}

WANDB_DECL AccessTokenPtr Federation::store(StoredToken fresh, const Secret& assertion,
                                            std::chrono::nanoseconds patience) {
  fresh.subject = subject_of_jwt(assertion.reveal());
  if (!file_.empty()) store_token(file_, base_url_, fresh, patience);
  return make(fresh, assertion, false);
}

WANDB_DECL Federation::Access Federation::ask(std::uint64_t waited_for, WallTime now) {
  const std::lock_guard lock(mutex_);
  // Whoever waited takes what came of it, even an access token that soon expires.
  const bool has_ended = waited_for != 0 && ended_ >= waited_for;
  if (has_ended && failure_) return {.token = nullptr, .failure = failure_};
  if (last_ && !dropped_ && (has_ended || last_->expires > now + early)) return {.token = last_, .failure = {}};
  if (exchanging_) return {.token = nullptr, .failure = {}, .exchange = exchanges_};
  exchanging_ = true;
  return {.token = nullptr, .failure = {}, .exchange = ++exchanges_, .claimed = true};
}

WANDB_DECL void Federation::end(Result<AccessTokenPtr> result) {
  const std::lock_guard lock(mutex_);
  exchanging_ = false;
  ended_ = exchanges_;
  failure_.reset();
  if (!result) {
    failure_ = result.error();
    return;
  }
  last_ = std::move(*result);
  dropped_ = false;
}

WANDB_DECL void Federation::abandon() {
  const std::lock_guard lock(mutex_);
  exchanging_ = false;
}

WANDB_DECL void Federation::drop(const AccessToken& token) {
  const std::lock_guard lock(mutex_);
  if (last_ && last_->number == token.number) dropped_ = true;
}

WANDB_DECL AccessTokenPtr Federation::last() const {
  const std::lock_guard lock(mutex_);
  return last_;
}

WANDB_DECL bool Federation::may_belong_to(std::string_view email) const {
  const auto known = last();
  return !known || equal_ignoring_case(subject_of_jwt(known->assertion.reveal()), email);
}

}  // namespace wandb::detail
