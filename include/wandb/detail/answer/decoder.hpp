// From the text of an answer to a page, or to what is wrong with it.
#pragma once

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

namespace wandb::detail {

/// An answer that is not what the schema promises.
struct Malformed {
  std::string path;    ///< where, from the root field on: `users.edges[3].node.name`; empty when the text as a whole is
  std::string reason;  ///< without secrets
};

/// An answer, understood as far as it goes.
struct Decoded {
  std::shared_ptr<const Page> page;  ///< null when there is no data, or null in its place
  std::vector<GraphqlError> errors;
  std::optional<Malformed> malformed;
  bool foreign = false;  ///< it is no GraphQL answer at all, well-formed or not; `malformed` then says what it is
  bool silent = false;   ///< it is one that says nothing; `malformed` then says so
};

/// Overwrites what the parser may have left of unescaped text in its frames: called from where the parser was.
[[gnu::noinline]] inline void wipe_parser_frames() noexcept {
  char frames[32 * 1024];
  wipe(frames, sizeof frames);
}

/// Whether what is wrong with an answer is told with a little of its text.
enum class Excerpts : std::uint8_t { none, short_ones };

/// Reads one text into one page. Used once.
class AnswerReader {
 public:
  AnswerReader(PageBuilder builder, bool bare, Excerpts excerpts, const KnownSecrets* secrets)
      : builder_(std::move(builder)), bare_(bare), excerpts_(excerpts), secrets_(secrets) {}

  [[nodiscard]] Decoded read() {
    Decoded decoded;
    const auto text = builder_.body();
    if (text.size() > std::numeric_limits<std::uint32_t>::max()) {
      decoded.malformed = Malformed{{}, "it is larger than 4 GiB"};
    } else if (trimmed(text).empty()) {
      decoded.malformed = Malformed{{}, "it is empty"};
      decoded.foreign = true;
    } else {
      parse(decoded, text);
    }
    return decoded;
  }

 private:
  void parse(Decoded& decoded, std::string_view text) {
    boost::json::parse_options options;
    options.max_depth = PageParser::max_depth;
    boost::json::basic_parser<PageParser> parser(options, builder_, bare_);
    boost::system::error_code ec;
    const auto length = parser.write_some(false, text.data(), text.size(), ec);
    const auto& handler = parser.handler();
    if (handler.saw_escapes()) wipe_parser_frames();
    const bool ours = *handler.failure() != '\0';
    if (ours) decoded.malformed = Malformed{handler.path(), handler.failure()};
    else if (ec || length != text.size()) decoded.malformed = Malformed{handler.path(), why(ec, length)};
    const auto& envelope = handler.envelope();
    if (decoded.malformed && !ours) {
      const bool cut = trimmed(text).starts_with('{') && !trimmed(text).ends_with('}');
      decoded.foreign = !cut && !names_an_answer(text);
      return;
    }
    if (!decoded.malformed && builder_.exhausted())
      decoded.malformed = Malformed{{}, "it holds more than its size allows"};
    for (const auto said : {envelope.errors(), envelope.error()}) {
      if (said.state() != SlotState::raw || read_errors(decoded.errors, said.text(), builder_.budget())) continue;
      decoded.malformed = Malformed{{}, "it holds more errors than its size allows"};
    }
    for (auto& error : decoded.errors) {
      if (!error.code.empty() || error.status != 0) continue;
      if (envelope.code().state() == SlotState::raw) read_code(error, "code", JsonValue(envelope.code().text()));
      if (envelope.status().state() == SlotState::raw) read_code(error, "status", JsonValue(envelope.status().text()));
    }
    if (!decoded.malformed) conclude(decoded, envelope, handler.saw_odd_null());
    decoded.foreign = decoded.malformed && envelope.is_empty() && (!ours || !names_an_answer(text));
  }

  // Whether broken JSON may have been an answer of a GraphQL server.
  [[nodiscard]] static bool names_an_answer(std::string_view text) noexcept {
    if (!trimmed(text).starts_with('{')) return false;
    for (const std::string_view key : {"\"data\"", "\"errors\"", "\"error\""}) {
      if (text.find(key) != text.npos) return true;
    }
    return false;
  }

  void conclude(Decoded& decoded, const Envelope& envelope, bool saw_odd_null) {
    if (envelope.data_slot().state() == SlotState::object) {
      auto page = builder_.finish();
      if (saw_odd_null) {
        if (const NullCheck check(*page, decoded.errors); check.found()) {
          decoded.malformed = Malformed{*check.found(), "it is null, which the schema does not allow"};
          return;
        }
      }
      decoded.page = std::move(page);
    } else if (decoded.errors.empty()) {
      decoded.malformed = Malformed{{}, "it has neither data nor errors"};
      decoded.silent = true;
      if (envelope.is_empty()) decoded.malformed->reason += told(0, 80);
    }
  }

  [[nodiscard]] std::string why(const boost::system::error_code& ec, std::size_t at) const {
    using boost::json::error;
    const auto text = builder_.body();
    const auto place = "byte " + std::to_string(at);
    const char first = trimmed(text).front();
    if (first != '{' && first != '[') return "it is not JSON" + told(0, 80);
    if (!ec) return "text follows its end at " + place + told(at, 16);
    if (ec == error::incomplete) return "it breaks off after " + std::to_string(text.size()) + " bytes";
    if (ec == error::too_deep)
      return "it is nested more than " + std::to_string(PageParser::max_depth) + " levels deep";
    if (ec == error::exponent_overflow) return "it holds a number beyond all limits at " + place;
    return "it is not JSON at " + place + told(at, 16);
  }
  [[nodiscard]] std::string told(std::size_t at, std::size_t length) const {
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

/// Decodes the answer to a GraphQL request: `data`, `errors` and `error` in any order. Of a field that comes twice, the
/// last counts; what the shape does not know is skipped. `shape` must have static storage. `secrets`, which may be
/// null, are masked in excerpts.
[[nodiscard]] inline Decoded decode(const Shape& shape, SecureString body, Excerpts excerpts = Excerpts::short_ones,
                                    const KnownSecrets* secrets = nullptr) {
  return AnswerReader(PageBuilder(shape, std::move(body)), false, excerpts, secrets).read();
}

/// Decodes a text that is the root object itself. The page keeps the shape.
[[nodiscard]] inline Decoded decode_bare(std::shared_ptr<const DynamicShape> shape, SecureString body) {
  const auto view = shape->shape();
  return AnswerReader(PageBuilder(view, std::move(body), std::move(shape)), true, Excerpts::short_ones, nullptr).read();
}

}  // namespace wandb::detail
