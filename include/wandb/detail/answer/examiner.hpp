// From an HTTP answer to what it means for the operation that asked (decisions 4, 9 and 11).
#pragma once

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <wandb/detail/answer/classify.hpp>
#include <wandb/detail/answer/content.hpp>
#include <wandb/detail/answer/decoder.hpp>
#include <wandb/detail/answer/json_reader.hpp>
#include <wandb/detail/answer/operation.hpp>
#include <wandb/detail/answer/reply.hpp>
#include <wandb/detail/text/ascii.hpp>
#include <wandb/detail/text/content_coding.hpp>
#include <wandb/detail/text/one_line.hpp>
#include <wandb/detail/text/redact.hpp>
#include <wandb/transport.hpp>

namespace wandb::detail {

/// What an answer amounts to.
struct Examined {
  Content content = Content::unproven;
  int status = 0;  ///< what the retry goes by: that of the answer, or the one that its errors give themselves
  Error failure;   ///< where `content` is not data
  Reply reply;     ///< where the operation's field is there
};

/// The texts among a request's variables, masked as the answer is: an answer may repeat them, and they are not its own
/// words.
[[nodiscard]] inline std::vector<std::string> texts_sent(std::string_view request_body, const Mask& mask) {
  std::vector<std::string> texts;
  const auto take = [&](const JsonValue& value) {
    if (value.is_string()) texts.push_back(mask(value.string()));
  };
  JsonValue(request_body).each_member([&](const std::string& name, const JsonValue& value) {
    if (name != "variables") return;
    value.each_member([&](const std::string&, const JsonValue& variable) {
      take(variable);
      variable.each_element(take);
    });
  });
  return texts;
}

[[nodiscard]] inline Error malformed(const std::string& path, std::string_view reason, int status) {
  const std::string where = path.empty() ? std::string{} : " at " + path;
  return Error(make_error_code(errc::malformed_response),
               Error::Details{.reason = "the server's answer is malformed" + where + ": " + std::string(reason),
                              .operation = {},
                              .messages = {},
                              .status = status,
                              .delivery = Delivery::answered});
}

/// Reads one answer to one request.
class Examiner {
 public:
  /// `request_body` is what was asked. Everything is only viewed.
  Examiner(const Operation& operation, std::string_view request_body, KnownSecrets& secrets) noexcept
      : operation_(operation), request_body_(request_body), secrets_(secrets) {}

  /// Once.
  [[nodiscard]] Examined examine(int status, const HeadersView& headers, SecureString body) {
    auto decoded = decode(operation_.shape, std::move(body), may_bring_secret() ? Excerpts::none : Excerpts::short_ones,
                          &secrets_);
    new_secret_ = new_secret(decoded);
    secrets_.add(new_secret_);
    mask_errors(decoded, status);
    if (decoded.foreign) return {Content::unproven, status, foreign(status, headers, decoded.malformed->reason), {}};
    if (decoded.silent && !is_accepted(status)) return {Content::unproven, status, refusal(status, {}).error, {}};
    if (decoded.malformed) return {Content::undecodable, status, undecodable(status, *decoded.malformed), {}};
    const auto root = decoded.page ? decoded.page->root() : ObjectView{};
    const auto state = root.state(operation_.field);
    if (state == SlotState::object) return with_data(status, std::move(decoded), root);
    if (!decoded.errors.empty()) return refused(status, decoded.errors);
    if (!is_accepted(status)) return {Content::unproven, status, refusal(status, {}).error, {}};
    if (state == SlotState::null && !is_mutation()) {
      return {Content::data, status, {}, Reply{std::move(decoded.page), {}, root, status, false, {}}};
    }
    return {Content::undecodable,
            status,
            malformed(std::string(operation_.field), "it is missing, and no error says why", status),
            {}};
  }

 private:
  struct Refusal {
    int status;  ///< that stands for it
    Error error;
  };

  [[nodiscard]] Mask mask() const { return Mask(secrets_.secrets()); }
  /// Whether the answer may hold a secret that nobody knows yet: then no part of it is told.
  [[nodiscard]] bool may_bring_secret() const noexcept { return operation_.field == "generateApiKey"; }
  [[nodiscard]] bool is_mutation() const noexcept { return operation_.repeat != Repeat::harmless; }
  /// Whether an error's path leads to something below the operation's field.
  [[nodiscard]] bool is_below(const GraphqlError& error) const noexcept {
    return error.path.size() > 1 && error.path[0].key == operation_.field;
  }

  /// Whether an error is of the call as a whole: nothing below the field was begun.
  [[nodiscard]] static bool is_of_the_call(const GraphqlError& error) noexcept {
    return !error.odd_path && error.path.size() <= 1;
  }

  // The field's data is there: whatever the status says, a mutation has run, and a query has its answer.
  [[nodiscard]] Examined with_data(int status, Decoded decoded, const ObjectView& root) const {
    const auto elsewhere = [&](const GraphqlError& error) { return !is_below(error); };
    Examined examined{Content::data, status, {}, {}};
    if (is_mutation() && std::any_of(decoded.errors.begin(), decoded.errors.end(), elsewhere)) {
      examined.content = Content::incomplete;
      examined.failure = refusal(status, decoded.errors).error;
    }
    examined.reply = Reply{std::move(decoded.page), std::move(decoded.errors), root, status, false, {}};
    return examined;
  }

  // Errors stand in place of the field. A path below it shows that a mutation ran, even where the null has travelled up
  // to the field itself; paths no longer than the field show that it did not; others show nothing.
  [[nodiscard]] Examined refused(int status, const std::vector<GraphqlError>& errors) const {
    auto [stands, failure] = refusal(status, errors);
    // A gateway that gave up proves nothing, whatever it says to do next.
    if (stands == 429 && is_undecided(status)) stands = status;
    Examined examined{Content::refused, stands, std::move(failure), {}};
    if (!is_mutation()) return examined;
    const auto below = [&](const GraphqlError& error) { return is_below(error); };
    if (std::any_of(errors.begin(), errors.end(), below)) examined.content = Content::incomplete;
    else if (!std::all_of(errors.begin(), errors.end(), is_of_the_call)) examined.content = Content::unproven;
    return examined;
  }

  // The error for what a server said in place of an answer. Of several errors that one counts which leaves most open.
  [[nodiscard]] Refusal refusal(int http_status, const std::vector<GraphqlError>& errors) const {
    Verdict verdict{is_accepted(http_status) ? errc::rejected : classify_status(http_status), http_status, false};
    if (!errors.empty()) {
      const auto undecided = [](const GraphqlError& error) { return is_undecided(own_status(error)); };
      const auto coded = [](const GraphqlError& error) { return own_status(error) != 0; };
      auto deciding = std::find_if(errors.begin(), errors.end(), undecided);
      if (deciding == errors.end()) deciding = std::find_if(errors.begin(), errors.end(), coded);
      verdict = classify(deciding == errors.end() ? errors.front() : *deciding, http_status,
                         texts_sent(request_body_, mask()));
    }
    return {verdict.status, Error(make_error_code(verdict.code), Error::Details{.reason = {},
                                                                                .operation = {},
                                                                                .messages = to_messages(errors),
                                                                                .status = http_status,
                                                                                .delivery = Delivery::answered,
                                                                                .from_words = verdict.from_words})};
  }

  // An answer of the service that cannot be understood. A status that says to try again later is believed all the same;
  // one that would say something of a person is not.
  [[nodiscard]] static Error undecodable(int status, const Malformed& fault) {
    auto error = malformed(fault.path, fault.reason, status);
    if (!is_undecided(status) && status != 429) return error;
    const auto code = make_error_code(classify_status(status));
    auto details = error.details();
    details.reason = code.message() + "; " + details.reason;
    return Error(code, std::move(details));
  }

  // What answered is not the service; `reason` says what is wrong with the answer.
  [[nodiscard]] Error foreign(int status, const HeadersView& headers, const std::string& reason) const {
    Error::Details details{
        .reason = {}, .operation = {}, .messages = {}, .status = status, .delivery = Delivery::answered};
    const auto type = content_type(headers);
    details.reason = make_error_code(errc::not_the_service).message() + " (";
    if (const auto elsewhere = headers.find("Location"); elsewhere && status >= 300 && status <= 399)
      details.reason += (may_bring_secret() ? "it leads elsewhere" : "it leads to " + address(*elsewhere)) + "; ";
    if (const auto coding = first_coding(headers.find("Content-Encoding").value_or("")); !coding.empty())
      details.reason += "encoded as " + coding_name(coding) + ", which was not asked for; ";
    details.reason.append(type.empty() ? "no content type" : type).append("; ").append(reason).append(")");
    return Error(make_error_code(errc::not_the_service), std::move(details));
  }

  [[nodiscard]] std::string content_type(const HeadersView& headers) const {
    const auto type = headers.find("Content-Type").value_or(std::string_view{});
    if (!may_bring_secret()) return shortened(mask()(type), 80);
    for (const std::string_view known : {"text/html", "text/plain", "application/json"}) {
      if (equal_ignoring_case(trimmed(type.substr(0, type.find(';'))), known)) return std::string(known);
    }
    return type.empty() ? std::string{} : "another content type";
  }

  // Where a redirect leads to. The host is what a person has to check, above all what it ends with, and is shown before
  // anything else.
  [[nodiscard]] std::string address(std::string_view location) const {
    constexpr std::size_t most = 200;
    constexpr std::size_t longest_scheme = 32;
    const Mask mask = this->mask();
    const auto slashes = location.find("//");
    const bool absolute = slashes != location.npos && slashes <= location.find_first_of("/?#");
    const auto authority = absolute ? slashes + 2 : 0;
    const auto path = absolute ? std::min(location.find_first_of("/?#", authority), location.size()) : 0;
    auto host = location.substr(authority, path - authority);
    const auto user = host.rfind('@');
    if (user != host.npos) host.remove_prefix(user + 1);
    auto shown = shortened(mask(location.substr(0, authority), Shapes::marked), longest_scheme);
    shown += (user != host.npos ? "****@" : "") + end_of_host(mask, host);
    const auto room = most - std::min(shown.size(), most);
    return shown + shortened(mask(location.substr(path)), std::max(room, std::string_view("/\u2026").size()));
  }
  // A host of whatever length to its end; of one that is longer than any name is, what it ends with.
  [[nodiscard]] static std::string end_of_host(const Mask& mask, std::string_view host) {
    constexpr std::size_t longest = 253;
    host.remove_prefix(host.size() - std::min(host.size(), Mask::max_read));
    auto shown = mask(host, Shapes::marked);
    if (shown.size() <= longest) return shown;
    auto begin = shown.size() - longest;
    while ((static_cast<unsigned char>(shown[begin]) & 0xC0U) == 0x80) ++begin;
    return "\u2026" + shown.substr(begin);
  }

  // The key that an answer brings; empty where it brings none, or what is too short to be one.
  [[nodiscard]] static std::string_view new_secret(const Decoded& decoded) {
    const auto payload = decoded.page ? decoded.page->root().object("generateApiKey") : std::nullopt;
    const auto key = payload ? payload->object("apiKey") : std::nullopt;
    const auto name = key ? key->string("name").value_or(std::string_view{}) : std::string_view{};
    return name.size() >= 12 ? name : std::string_view{};
  }

  // Whether an answer proves that nothing was made: errors of the call itself stand in place of the field, and leave
  // nothing open.
  [[nodiscard]] bool made_nothing(const Decoded& decoded, int status) const {
    if (decoded.malformed || is_undecided(status)) return false;
    if (decoded.page && decoded.page->root().state(operation_.field) == SlotState::object) return false;
    return std::all_of(decoded.errors.begin(), decoded.errors.end(), [](const GraphqlError& error) {
      return is_of_the_call(error) && !is_undecided(own_status(error));
    });
  }

  // Masks what an answer echoes of the credentials that it was asked with, and of those that it brings. A key that may
  // have been made, and that the answer does not show whole, may stand in its words in pieces.
  void mask_errors(Decoded& decoded, int status) const {
    if (decoded.errors.empty()) return;
    const bool in_doubt = may_bring_secret() && !is_api_key(new_secret_) && !made_nothing(decoded, status);
    const auto shapes = in_doubt ? Shapes::pieces : Shapes::all;
    const Mask mask = this->mask();
    for (auto& error : decoded.errors) {
      error.message = mask(error.message, shapes);
      // What a code stands for decides what became of the request, and is no secret.
      const int stands_for = status_of_code(error.code);
      error.code = mask(error.code, shapes);
      if (stands_for != 0 && status_of_code(error.code) != stands_for) error.code = std::to_string(stands_for);
      ErrorPath path;
      error.path.each([&](const ErrorPath::Step& step) {
        if (step.index) path.add(*step.index);
        else path.add(mask(step.key, shapes));
      });
      error.path = std::move(path);
    }
  }

  const Operation& operation_;
  std::string_view request_body_;
  KnownSecrets& secrets_;
  std::string_view new_secret_;
};

}  // namespace wandb::detail
