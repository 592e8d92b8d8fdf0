// Decodes the text of an answer.
#pragma once

#include <wandb/detail/boost_version.hpp>

#include <boost/json/basic_parser_impl.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <wandb/detail/answer/answer.hpp>
#include <wandb/detail/answer/dynamic_shape.hpp>
#include <wandb/detail/answer/graphql_errors.hpp>
#include <wandb/detail/answer/null_check.hpp>
#include <wandb/detail/answer/page.hpp>
#include <wandb/detail/answer/page_builder.hpp>
#include <wandb/detail/answer/page_parser.hpp>
#include <wandb/detail/answer/shape.hpp>
#include <wandb/detail/text/ascii.hpp>
#include <wandb/detail/text/redact.hpp>
#include <wandb/detail/text/secure_memory.hpp>

namespace wandb::inline WANDB_ABI::detail {

/// Overwrites unescaped text that the parser may have left in its stack frames. Call it from the function that called
/// the parser.
[[gnu::noinline]] inline void wipe_parser_frames() noexcept {
  char frames[32 * 1024];
  wipe(frames, sizeof frames);
}

/// States whether the reason of a `DecodeError` may quote a part of the text.
enum class Excerpts : std::uint8_t { none, short_ones };

/// Decodes one text into one page. An object is used once.
class Decoder {
 public:
  Decoder(PageBuilder builder, bool bare, Excerpts excerpts, const KnownSecrets* secrets)
      : builder_(std::move(builder)), bare_(bare), excerpts_(excerpts), secrets_(secrets) {}

  /// Returns everything about the answer that follows from the body alone.
  [[nodiscard]] GraphqlAnswer decode() {
    GraphqlAnswer answer;
    const auto text = builder_.body();
    if (text.size() > std::numeric_limits<std::uint32_t>::max()) {
      fail(answer, AnswerClass::undecodable, {{}, "it is larger than 4 GiB"});
    } else if (trimmed(text).empty()) {
      fail(answer, AnswerClass::not_the_service, {{}, "it is empty"});
    } else {
      parse(answer, text);
    }
    return answer;
  }

 private:
  static void fail(GraphqlAnswer& answer, AnswerClass kind, DecodeError error) {
    answer.kind = kind;
    answer.decode_error = std::move(error);
  }

  void parse(GraphqlAnswer& answer, std::string_view text) {
    boost::json::parse_options options;
    options.max_depth = PageParser::max_depth;
    boost::json::basic_parser<PageParser> parser(options, builder_, bare_);
    boost::system::error_code ec;
    const auto length = parser.write_some(false, text.data(), text.size(), ec);
    const auto& handler = parser.handler();
    if (handler.saw_escapes()) wipe_parser_frames();
    const bool wrong_shape = *handler.failure() != '\0';
    if (!wrong_shape && (ec || length != text.size())) {
      const bool cut_off = trimmed(text).starts_with('{') && !trimmed(text).ends_with('}');
      const bool ours = cut_off || mentions_graphql(text);
      return fail(answer, ours ? AnswerClass::undecodable : AnswerClass::not_the_service,
                  {handler.path(), syntax_error(ec, length)});
    }
    if (wrong_shape) fail(answer, AnswerClass::undecodable, {handler.path(), handler.failure()});
    else if (builder_.exhausted()) fail(answer, AnswerClass::undecodable, {{}, "it holds more than its size allows"});
    const auto& envelope = handler.envelope();
    take_errors(answer, envelope);
    if (!answer.decode_error) take_data(answer, envelope, handler.saw_unexpected_null());
    const bool foreign = envelope.is_empty() && (!wrong_shape || !mentions_graphql(text));
    if (answer.decode_error && foreign) answer.kind = AnswerClass::not_the_service;
  }

  void take_errors(GraphqlAnswer& answer, const Envelope& envelope) {
    for (const auto errors : {envelope.errors(), envelope.error()}) {
      if (errors.state() != SlotState::raw || read_errors(answer.errors, errors.text(), builder_.budget())) continue;
      fail(answer, AnswerClass::undecodable, {{}, "it holds more errors than its size allows"});
    }
    for (auto& error : answer.errors) {
      if (!error.code.empty() || error.status != 0) continue;
      if (envelope.code().state() == SlotState::raw) read_code(error, "code", JsonValue(envelope.code().text()));
      if (envelope.status().state() == SlotState::raw) read_code(error, "status", JsonValue(envelope.status().text()));
    }
  }

  void take_data(GraphqlAnswer& answer, const Envelope& envelope, bool saw_unexpected_null) {
    if (envelope.data_slot().state() == SlotState::object) {
      auto page = builder_.finish();
      if (saw_unexpected_null) {
        if (const NullCheck check(*page, answer.errors); check.found()) {
          return fail(answer, AnswerClass::undecodable,
                      {*check.found(), "it is null, which the schema does not allow"});
        }
      }
      answer.kind = AnswerClass::data;
      answer.root = page->root();
      answer.page = std::move(page);
    } else if (!answer.errors.empty()) {
      answer.kind = AnswerClass::refused;
    } else {
      fail(answer, AnswerClass::empty, {{}, "it has neither data nor errors"});
      if (envelope.is_empty()) answer.decode_error->reason += excerpt(0, 80);
    }
  }

  // Returns whether broken JSON may have been the answer of a GraphQL server.
  [[nodiscard]] static bool mentions_graphql(std::string_view text) noexcept {
    if (!trimmed(text).starts_with('{')) return false;
    for (const std::string_view key : {"\"data\"", "\"errors\"", "\"error\""}) {
      if (text.find(key) != text.npos) return true;
    }
    return false;
  }

  [[nodiscard]] std::string syntax_error(const boost::system::error_code& ec, std::size_t at) const {
    using boost::json::error;
    const auto text = builder_.body();
    const auto place = "byte " + std::to_string(at);
    const char first = trimmed(text).front();
    if (first != '{' && first != '[') return "it is not JSON" + excerpt(0, 80);
    if (!ec) return "text follows its end at " + place + excerpt(at, 16);
    if (ec == error::incomplete) return "it breaks off after " + std::to_string(text.size()) + " bytes";
    if (ec == error::too_deep)
      return "it is nested more than " + std::to_string(PageParser::max_depth) + " levels deep";
    if (ec == error::exponent_overflow) return "it holds a number beyond all limits at " + place;
    return "it is not JSON at " + place + excerpt(at, 16);
  }
  [[nodiscard]] std::string excerpt(std::size_t at, std::size_t length) const {
    const auto text = at == 0 ? trimmed(builder_.body()) : builder_.body();
    if (excerpts_ == Excerpts::none) return {};
    const Mask mask(secrets_ == nullptr ? std::span<const std::string_view>() : secrets_->secrets());
    return ": " + mask.excerpt(text, at, length);
  }

  PageBuilder builder_;
  bool bare_;
  Excerpts excerpts_;
  const KnownSecrets* secrets_;
};

/// Decodes the answer to a GraphQL request: `data`, `errors` and `error` in any order. If a field occurs twice, the
/// last one counts; fields that the shape does not have are skipped. `shape` must have static storage. `secrets`, which
/// may be null, are masked in excerpts.
[[nodiscard]] inline GraphqlAnswer decode(const Shape& shape, SecureString body,
                                          Excerpts excerpts = Excerpts::short_ones,
                                          const KnownSecrets* secrets = nullptr) {
  return Decoder(PageBuilder(shape, std::move(body)), false, excerpts, secrets).decode();
}

/// Decodes a text that is the root object itself. The page owns the shape.
[[nodiscard]] inline GraphqlAnswer decode_bare(std::shared_ptr<const DynamicShape> shape, SecureString body,
                                               Excerpts excerpts = Excerpts::short_ones) {
  const auto view = shape->shape();
  return Decoder(PageBuilder(view, std::move(body), std::move(shape)), true, excerpts, nullptr).decode();
}

/// Returns why a text is not one JSON object, without quoting it; nothing if it is one. `JsonValue` can then read it.
[[nodiscard]] inline std::optional<DecodeError> json_object_fault(std::string_view text) {
  auto no_fields = std::make_shared<const DynamicShape>(std::span<const shapes::Node>());
  return decode_bare(std::move(no_fields), SecureString(text), Excerpts::none).decode_error;
}
[[nodiscard]] inline bool is_json_object(std::string_view text) { return !json_object_fault(text); }

}  // namespace wandb::detail
