// Reads an HTTP response as the answer to an operation: decodes it, masks it and classifies it.
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <wandb/detail/answer/answer.hpp>
#include <wandb/detail/answer/classify_error.hpp>
#include <wandb/detail/answer/decoder.hpp>
#include <wandb/detail/answer/new_keys.hpp>
#include <wandb/detail/answer/operation.hpp>
#include <wandb/detail/answer/refused_fields.hpp>
#include <wandb/detail/answer/request_texts.hpp>
#include <wandb/detail/answer/stored_page.hpp>
#include <wandb/detail/text/ascii.hpp>
#include <wandb/detail/text/content_coding.hpp>
#include <wandb/detail/text/one_line.hpp>
#include <wandb/detail/text/redact.hpp>
#include <wandb/transport.hpp>

namespace wandb::inline WANDB_ABI::detail {

/// Makes an `errc::malformed_response`. `path` is the faulty place in the answer; it is empty for the whole answer.
[[nodiscard]] inline Error malformed(const std::string& path, std::string_view reason, int status) {
  const std::string where = path.empty() ? std::string{} : " at " + path;
  return Error(make_error_code(errc::malformed_response),
               Error::Details{.reason = "the server's answer is malformed" + where + ": " + std::string(reason),
                              .operation = {},
                              .messages = {},
                              .status = status,
                              .delivery = Delivery::answered});
}

/// Reads the answer to one request.
class AnswerReader {
 public:
  /// `request_body` is the body of the request. `secrets` are masked, and the secrets that the answer brings are added
  /// to them. The object keeps references to all three.
  AnswerReader(const Operation& operation, std::string_view request_body, KnownSecrets& secrets) noexcept
      : operation_(operation), request_body_(request_body), secrets_(secrets) {}

  /// Returns the classified answer, without secrets in its errors. Call it once.
  [[nodiscard]] GraphqlAnswer read(int status, const HeadersView& headers, SecureString body) {
    const auto excerpts = may_hold_new_secret() ? Excerpts::none : Excerpts::short_ones;
    auto answer = decode(operation_.shape, std::move(body), excerpts, &secrets_);
    answer.status = status;
    answer.deciding_status = status;
    if (may_hold_new_secret()) find_new_secrets(answer);
    mask_errors(answer);
    classify(answer, headers);
    return answer;
  }

 private:
  struct Refusal {
    int deciding_status;
    Error error;
  };

  [[nodiscard]] Mask mask() const { return Mask(secrets_.secrets()); }
  // Returns whether the answer may hold a secret that the client does not know yet. Then no error quotes the answer.
  [[nodiscard]] bool may_hold_new_secret() const noexcept { return operation_.brings_secret; }
  [[nodiscard]] bool is_mutation() const noexcept { return operation_.repeat != Repeat::safe; }
  // Returns the operation's root fields: one in each of the library's own operations.
  [[nodiscard]] std::span<const Field> root_fields() const noexcept {
    const auto& shape = operation_.shape;
    return shape.fields.subspan(shape.first, static_cast<std::size_t>(shape.last - shape.first));
  }
  // Returns whether an error's path leads to something below a root field of the operation.
  [[nodiscard]] bool is_below_field(const GraphqlError& error) const noexcept {
    if (error.path.size() < 2) return false;
    const auto fields = root_fields();
    const auto key = error.path[0].key;
    return std::any_of(fields.begin(), fields.end(), [&](const Field& field) { return field.key == key; });
  }
  // Returns whether the answer has data of a root field. In a mutation only an object, or JSON of an unknown type,
  // shows that the field ran: `__typename` is a text, which the server answers without running anything.
  [[nodiscard]] bool has_field(const GraphqlAnswer& answer) const noexcept {
    for (const auto& field : answer.root.fields()) {
      const auto state = answer.root.slot(field).state();
      if (state == SlotState::object || state == SlotState::raw) return true;
      if (!is_mutation() && state != SlotState::null && state != SlotState::unloaded) return true;
    }
    return false;
  }
  // Returns whether an answer without data and errors is complete: a query may find nothing.
  [[nodiscard]] bool may_be_empty(const GraphqlAnswer& answer) const noexcept {
    if (is_mutation()) return false;
    if (operation_.has_conditions) return true;
    for (const auto& field : answer.root.fields()) {
      if (answer.root.slot(field).state() == SlotState::null) return true;
    }
    return false;
  }

  void classify(GraphqlAnswer& answer, const HeadersView& headers) const {
    const bool has_data_or_errors = answer.decode_error || has_field(answer) || !answer.errors.empty();
    if (answer.kind == AnswerClass::not_the_service) {
      answer.failure = not_the_service(answer.status, headers, answer.decode_error->reason);
    } else if (!is_success(answer.status) && (answer.kind == AnswerClass::empty || !has_data_or_errors)) {
      fail(answer, AnswerClass::unproven, refusal(answer.status, {}).error);
    } else if (answer.decode_error) {
      fail(answer, AnswerClass::undecodable, undecodable(answer.status, *answer.decode_error));
    } else if (has_field(answer)) {
      classify_data(answer);
    } else if (!answer.errors.empty()) {
      classify_refusal(answer);
    } else if (!may_be_empty(answer)) {
      fail(answer, AnswerClass::undecodable,
           malformed(std::string(root_fields().front().key), "it is missing, and no error says why", answer.status));
    }
  }

  // An answer without the operation's field holds nothing that a method could use.
  static void fail(GraphqlAnswer& answer, AnswerClass kind, Error failure) {
    answer.kind = kind;
    answer.failure = std::move(failure);
    answer.root = {};
    answer.page.reset();
  }

  // Classifies an answer that holds the field's data: whatever the status is, a mutation has run and a query has its
  // answer.
  void classify_data(GraphqlAnswer& answer) const {
    const auto elsewhere = [&](const GraphqlError& error) { return !is_below_field(error); };
    if (!is_mutation() || std::none_of(answer.errors.begin(), answer.errors.end(), elsewhere)) return;
    answer.kind = AnswerClass::incomplete;
    answer.failure = refusal(answer.status, answer.errors).error;
  }

  // Classifies an answer with errors instead of the field. A path below the field shows that a mutation ran, even if
  // the null has propagated up to the field itself. Paths no longer than the field show that the field did not run, and
  // a mutation did not run if that is shown for each of its fields. Other paths show nothing.
  void classify_refusal(GraphqlAnswer& answer) const {
    const auto& errors = answer.errors;
    auto [deciding, failure] = refusal(answer.status, errors);
    // A gateway that gave up proves nothing, whatever it says about the next request.
    const bool overruled = deciding == 429 && is_ambiguous(answer.status);
    if (!overruled) answer.deciding_status = deciding;
    auto kind = AnswerClass::refused;
    if (is_mutation()) {
      const auto below = [&](const GraphqlError& error) { return is_below_field(error); };
      if (std::any_of(errors.begin(), errors.end(), below)) kind = AnswerClass::incomplete;
      else if (!std::all_of(errors.begin(), errors.end(), is_of_operation)) kind = AnswerClass::unproven;
      else if (!refuses_each_field(answer, root_fields())) kind = AnswerClass::undecodable;
    }
    fail(answer, kind, std::move(failure));
  }

  // Returns the error for errors instead of data, or for a status without errors. Among several errors, the first that
  // leaves open whether the mutation ran decides; otherwise the first that has a status of its own decides.
  [[nodiscard]] Refusal refusal(int http_status, const std::vector<GraphqlError>& errors) const {
    Verdict verdict{is_success(http_status) ? errc::rejected : classify_status(http_status), http_status, false};
    if (!errors.empty()) {
      const auto ambiguous = [](const GraphqlError& error) { return is_ambiguous(own_status(error)); };
      const auto with_status = [](const GraphqlError& error) { return own_status(error) != 0; };
      auto deciding = std::find_if(errors.begin(), errors.end(), ambiguous);
      if (deciding == errors.end()) deciding = std::find_if(errors.begin(), errors.end(), with_status);
      verdict = classify_error(deciding == errors.end() ? errors.front() : *deciding, http_status,
                               texts_of_request(request_body_, mask()));
    }
    return {verdict.status, Error(make_error_code(verdict.code), Error::Details{.reason = {},
                                                                                .operation = {},
                                                                                .messages = to_messages(errors),
                                                                                .status = http_status,
                                                                                .delivery = Delivery::answered,
                                                                                .from_words = verdict.from_words})};
  }

  // Returns the error for an undecodable answer. A status that asks to try again later is believed even then; a status
  // that would make a statement about a user is not.
  [[nodiscard]] static Error undecodable(int status, const DecodeError& decode_error) {
    auto error = malformed(decode_error.path, decode_error.reason, status);
    if (!is_ambiguous(status) && status != 429) return error;
    const auto code = make_error_code(classify_status(status));
    auto details = error.details();
    details.reason = code.message() + "; " + details.reason;
    return Error(code, std::move(details));
  }

  // Returns the error for an answer that does not come from the service. `reason` says what is wrong with the answer.
  [[nodiscard]] Error not_the_service(int status, const HeadersView& headers, const std::string& reason) const {
    Error::Details details{
        .reason = {}, .operation = {}, .messages = {}, .status = status, .delivery = Delivery::answered};
    const auto type = content_type(headers);
    details.reason = make_error_code(errc::not_the_service).message() + " (";
    if (const auto elsewhere = headers.find("Location"); elsewhere && status >= 300 && status <= 399)
      details.reason +=
          (may_hold_new_secret() ? "it leads elsewhere" : "it leads to " + shown_location(*elsewhere)) + "; ";
    if (const auto coding = first_coding(headers.find("Content-Encoding").value_or("")); !coding.empty())
      details.reason += "encoded as " + coding_name(coding) + ", which was not asked for; ";
    details.reason.append(type.empty() ? "no content type" : type).append("; ").append(reason).append(")");
    return Error(make_error_code(errc::not_the_service), std::move(details));
  }

  [[nodiscard]] std::string content_type(const HeadersView& headers) const {
    const auto type = headers.find("Content-Type").value_or(std::string_view{});
    if (!may_hold_new_secret()) return shortened(mask()(type), 80);
    for (const std::string_view known : {"text/html", "text/plain", "application/json"}) {
      if (equal_ignoring_case(trimmed(type.substr(0, type.find(';'))), known)) return std::string(known);
    }
    return type.empty() ? std::string{} : "another content type";
  }

  // Describes the target of a redirect. A person has to check the host, above all its end, so that the host is never
  // shortened to make room for the path.
  [[nodiscard]] std::string shown_location(std::string_view location) const {
    constexpr std::size_t max_length = 200;
    constexpr std::size_t max_scheme = 32;
    const Mask mask = this->mask();
    const auto slashes = location.find("//");
    const bool absolute = slashes != location.npos && slashes <= location.find_first_of("/?#");
    const auto authority = absolute ? slashes + 2 : 0;
    const auto path = absolute ? std::min(location.find_first_of("/?#", authority), location.size()) : 0;
    auto host = location.substr(authority, path - authority);
    const auto user = host.rfind('@');
    if (user != host.npos) host.remove_prefix(user + 1);
    auto shown = shortened(mask(location.substr(0, authority), Shapes::marked), max_scheme);
    shown += (user != host.npos ? "****@" : "") + shown_host(mask, host);
    const auto room = max_length - std::min(shown.size(), max_length);
    return shown + shortened(mask(location.substr(path)), std::max(room, std::string_view("/\u2026").size()));
  }
  // Returns the host, or only its end if the host is longer than a DNS name can be.
  [[nodiscard]] static std::string shown_host(const Mask& mask, std::string_view host) {
    constexpr std::size_t max_name = 253;
    host.remove_prefix(host.size() - std::min(host.size(), Mask::max_read));
    auto shown = mask(host, Shapes::marked);
    if (shown.size() <= max_name) return shown;
    auto begin = shown.size() - max_name;
    while ((static_cast<unsigned char>(shown[begin]) & 0xC0U) == 0x80) ++begin;
    return "\u2026" + shown.substr(begin);
  }

  // Adds the new secrets to those that are masked. A program's own document may rename the fields that hold them.
  void find_new_secrets(const GraphqlAnswer& answer) {
    new_secret_ = new_secret(answer);
    if (!new_secret_.empty()) secrets_.add(new_secret_);
    else if (answer.page && !answer.errors.empty())
      each_key_in(body_of(*answer.page), [&](std::string_view key) { secrets_.add(key); });
  }

  // Returns the key that an answer brings. The key is empty if the answer brings none, or a text that is too short to
  // be a key, or if the document has several root fields, which may bring several keys.
  [[nodiscard]] std::string_view new_secret(const GraphqlAnswer& answer) const {
    if (root_fields().size() != 1) return {};
    const auto payload = answer.root.object("generateApiKey");
    const auto key = payload ? payload->object("apiKey") : std::nullopt;
    const auto name = key ? key->string("name").value_or(std::string_view{}) : std::string_view{};
    return name.size() >= 12 ? name : std::string_view{};
  }

  // Returns whether an answer proves that no key was made: the field is replaced by errors about the operation as a
  // whole only, and neither these errors nor the status leave the outcome open.
  [[nodiscard]] bool proves_no_key(const GraphqlAnswer& answer) const {
    if (answer.decode_error || is_ambiguous(answer.status) || has_field(answer)) return false;
    const auto leaves_nothing_open = [](const GraphqlError& error) {
      return is_of_operation(error) && !is_ambiguous(own_status(error));
    };
    return std::all_of(answer.errors.begin(), answer.errors.end(), leaves_nothing_open) &&
           refuses_each_field(answer, root_fields());
  }

  // Masks the credentials that were sent and the new key wherever the errors repeat them. If a key may have been made
  // and the answer does not show the whole key, the errors may hold pieces of it.
  void mask_errors(GraphqlAnswer& answer) const {
    if (answer.errors.empty()) return;
    const bool pieces = may_hold_new_secret() && !is_api_key(new_secret_) && !proves_no_key(answer);
    const auto shapes = pieces ? Shapes::pieces : Shapes::all;
    const Mask mask = this->mask();
    for (auto& error : answer.errors) {
      error.message = mask(error.message, shapes);
      // The status of a code decides whether the request is repeated. It is not secret, so that it is kept when the
      // code is masked.
      const int status = status_of_code(error.code);
      error.code = mask(error.code, shapes);
      if (status != 0 && status_of_code(error.code) != status) error.code = std::to_string(status);
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
