// A GraphQL request: its operation and variables, the credentials with which it is sent, and the user whom it concerns.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <wandb/detail/answer/operation.hpp>
#include <wandb/detail/answer/page.hpp>
#include <wandb/detail/call/checks.hpp>
#include <wandb/detail/config/federation.hpp>
#include <wandb/detail/config/identity.hpp>
#include <wandb/detail/text/json_text.hpp>
#include <wandb/detail/text/redact.hpp>
#include <wandb/error.hpp>
#include <wandb/headers.hpp>
#include <wandb/keys.hpp>

namespace wandb::inline WANDB_ABI::detail {

/// Holds the known credentials of one user.
struct KnownCredentials {
  static constexpr std::size_t max_keys = 4;
  IdentityPtr given{};
  KeyList keys{};  ///< the keys whose secret is known, at most `max_keys`
};

/// Identifies the user whom a request concerns. The answer may repeat that user's credentials, which are only read if
/// there is something to mask.
struct Subject {
  std::shared_ptr<void> store{};
  ObjectView object{};
  std::uint32_t index = 0;
  KnownCredentials (*read)(const Subject&) = nullptr;  ///< null: the request concerns no known user

  [[nodiscard]] KnownCredentials credentials() const { return read != nullptr ? read(*this) : KnownCredentials(); }
};

/// A request that is built variable by variable. Texts are checked as they are added. The first fault is kept, and a
/// request with a fault is never sent.
class GraphqlRequest {
 public:
  /// Makes an empty request.
  GraphqlRequest() = default;
  /// `keys` says whether a query that reads users also reads their keys.
  explicit GraphqlRequest(const Operation& operation, bool keys = true) : operation_(&operation) {
    const auto document = keys ? operation.document : operation.keyless;
    body_.reserve(document.size() + operation.name.size() + 256);
    body_ += R"({"query":)";
    if (operation.plain) body_.append("\"").append(document).append("\"");
    else append_json_string(body_, document);
    body_ += R"(,"operationName":)";
    if (operation.name.empty()) body_ += "null";
    else body_.append("\"").append(operation.name).append("\"");
    body_ += R"(,"variables":{)";
  }

  /// Adds a text from the caller, checked by `check_text`. `what` names it in the error.
  GraphqlRequest& add_text(std::string_view variable, std::string_view what, std::string_view text,
                           bool may_be_empty = false) {
    refuse_if(check_text(operation_->field, what, text, may_be_empty));
    return add(variable, text);
  }
  /// Adds the id of the object to change, checked by `check_id`. `what` names it in the error.
  GraphqlRequest& add_id(std::string_view what, std::string_view id) {
    refuse_if(check_id(operation_->field, what, id));
    return add("id", id);
  }
  /// Adds a text that came from the server, unchecked.
  GraphqlRequest& add(std::string_view variable, std::string_view text) {
    key(variable);
    append_json_string(body_, text);
    return *this;
  }
  GraphqlRequest& add(std::string_view variable, const char* text) { return add(variable, std::string_view(text)); }
  GraphqlRequest& add(std::string_view variable, bool value) {
    key(variable);
    body_ += value ? "true" : "false";
    return *this;
  }
  GraphqlRequest& add(std::string_view variable, int value) {
    key(variable);
    body_ += std::to_string(value);
    return *this;
  }
  /// Adds a list that holds one text.
  GraphqlRequest& add_list(std::string_view variable, std::string_view text) {
    key(variable);
    body_ += '[';
    append_json_string(body_, text);
    body_ += ']';
    return *this;
  }
  /// Adds variables that are written as the members of a JSON object.
  GraphqlRequest& add_members(std::string_view members) {
    body_ += members;
    return *this;
  }
  /// Sets the credentials with which the request is sent. The default is the caller's credentials.
  GraphqlRequest& as(IdentityPtr identity) {
    identity_ = std::move(identity);
    return *this;
  }
  GraphqlRequest& about(Subject subject) {
    about_ = std::move(subject);
    return *this;
  }
  /// Keeps the fault if it is the first.
  GraphqlRequest& refuse_if(std::optional<Error> fault) {
    if (fault && !fault_) fault_ = std::move(fault);
    return *this;
  }

  [[nodiscard]] bool is_empty() const noexcept { return operation_ == nullptr; }
  [[nodiscard]] const std::optional<Error>& fault() const noexcept { return fault_; }
  [[nodiscard]] const Operation& operation() const noexcept { return *operation_; }
  /// Returns null for the caller's credentials.
  [[nodiscard]] const IdentityPtr& identity() const noexcept { return identity_; }
  [[nodiscard]] const Subject& about() const noexcept { return about_; }
  /// Ends the variables. Call it once, before `body()`.
  void finish() { body_ += "}}"; }
  [[nodiscard]] std::string_view body() const noexcept { return body_; }

 private:
  void key(std::string_view variable) {
    if (body_.back() != '{') body_ += ',';
    body_.append("\"").append(variable).append("\":");
  }

  const Operation* operation_ = nullptr;
  std::string body_;
  IdentityPtr identity_;
  Subject about_;
  std::optional<Error> fault_;
};

/// Holds the secrets that the answer to one request may repeat, and the secrets that it brings.
class SecretsOfRequest final : public KnownSecrets {
 public:
  /// `identity` sends the request on behalf of `caller`, which may be null. `sent` is its access token if it is
  /// federated, else null; `others` are the secrets in other headers. The object keeps references to all five.
  SecretsOfRequest(const Identity& identity, const AccessToken* sent, const Identity* caller, const Subject& about,
                   std::span<const std::string_view> others) noexcept
      : identity_(identity), sent_(sent), caller_(caller), about_(about), others_(others) {}

  /// Of more than `max_new` secrets the last count.
  void add(std::string_view secret) noexcept override {
    new_[added_++ % max_new] = secret;
    gathered_ = false;
  }
  [[nodiscard]] std::span<const std::string_view> secrets() const override {
    if (!gathered_) gather();
    return views_;
  }

 private:
  static constexpr std::size_t identities = 3;
  static constexpr std::size_t max_new = 4;

  void gather() const {
    gathered_ = true;
    credentials_ = about_.credentials();
    views_.assign(new_.begin(), new_.end());
    if (sent_ != nullptr) views_.insert(views_.end(), {sent_->token(), sent_->assertion.reveal()});
    gather(0, &identity_);
    gather(1, caller_);
    gather(2, credentials_.given.get());
    for (const auto& key : credentials_.keys) views_.push_back(KeyAccess::secret(key));
    views_.insert(views_.end(), others_.begin(), others_.end());
  }
  void gather(std::size_t which, const Identity* identity) const {
    if (identity == nullptr) return;
    if (identity->federation()) {
      // Another call may have replaced the access token that was sent.
      const auto& token = tokens_[which] = identity->federation()->last();
      if (token) views_.insert(views_.end(), {token->token(), token->assertion.reveal()});
    } else {
      views_.insert(views_.end(), {identity->secret().reveal(), identity->token()});
    }
  }

  const Identity& identity_;
  const AccessToken* sent_;
  const Identity* caller_;
  const Subject& about_;
  std::span<const std::string_view> others_;
  mutable bool gathered_ = false;
  mutable KnownCredentials credentials_;
  std::array<std::string_view, max_new> new_;
  std::size_t added_ = 0;
  mutable std::array<AccessTokenPtr, identities> tokens_;
  mutable std::vector<std::string_view> views_;
};

}  // namespace wandb::detail
