// The one mask over every text that came from outside: nothing in it shows a secret, ends a line or steers a terminal.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <wandb/detail/text/ascii.hpp>
#include <wandb/detail/text/key_format.hpp>
#include <wandb/detail/text/one_line.hpp>
#include <wandb/detail/text/unescaped.hpp>

namespace wandb::detail {

/// Which shapes of a key a mask looks for. Host names, paths and e-mail addresses may be as long as a key: in those it
/// looks only for what begins as a key does, and for as many hexadecimal digits, which nobody is called. Where
/// somebody's new key may be told in part, for what may be a piece of it.
enum class Shapes : std::uint8_t { none, marked, all, pieces };

/// Masks texts. Looks for what has the shape of a key, of a JWT or of the service's `Authorization`, whole or cut, and
/// for any 12 characters in a row of the secrets that it knows, in either case, and escaped as URLs, JSON and HTML
/// escape. Takes time by the length of a text alone.
class Mask {
 public:
  /// As many characters in a row as tell too much.
  static constexpr std::size_t enough = 12;
  /// The shortest secret that the service hands out.
  static constexpr std::size_t shortest_secret = 40;
  /// Nobody reads on behind so many bytes of a text, and nothing is shown of them.
  static constexpr std::size_t max_read = std::size_t{64} * 1024;

  Mask() = default;
  /// Knows `secrets`, which it views; empty ones are none.
  explicit Mask(std::span<const std::string_view> secrets) {
    std::size_t count = 0;
    for (const auto secret : secrets) count += std::min(secret.size(), max_read);
    std::size_t size = 1;
    while (size < 2 * count) size *= 2;
    known_.resize(size);
    for (const auto secret : secrets) know(secret.substr(0, max_read));
  }

  /// `text` on one line, with `****` in place of what must not be shown.
  [[nodiscard]] std::string operator()(std::string_view text, Shapes shapes = Shapes::all) const {
    if (text.empty()) return {};
    const auto read = text.substr(0, max_read);
    const bool cut = read.size() != text.size();
    auto shown = one_line(render(read, marked(read, shapes, cut), 0));
    return cut ? shown.append("\u2026") : shown;
  }

  /// At most `most` characters of what follows `at`, for a reason: in quotes, and of ASCII alone.
  [[nodiscard]] std::string excerpt(std::string_view text, std::size_t at, std::size_t most) const {
    // Looks around, so that no key is taken for something else where the excerpt begins or ends within it.
    constexpr std::size_t around = 1024;
    at = std::min(at, text.size());
    const auto begin = at - std::min(at, around);
    const auto read = text.substr(begin, at - begin + most + around);
    const bool cut = begin + read.size() != text.size();
    auto shown = render(read, marked(read, Shapes::all, cut), at - begin);
    const bool longer = cut || shown.size() > most;
    shown.resize(std::min(shown.size(), most));
    for (char& c : shown) {
      if (static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) >= 0x7F) c = ' ';
    }
    return "`" + shown + (longer ? "\u2026`" : "`");
  }

 private:
  // For each character of a text whether it must not be shown; empty where that is true of none.
  using Marks = std::vector<bool>;

  static void mark(Marks& marks, std::string_view text, std::size_t begin, std::size_t end) {
    marks.resize(text.size());
    for (; begin < end; ++begin) marks[begin] = true;
  }

  [[nodiscard]] Marks marked(std::string_view text, Shapes shapes, bool cut) const {
    auto marks = marks_of(text, shapes);
    if (Unescaped::is_needed(text)) {
      const Unescaped plain(text);
      const auto inner = marks_of(plain.text, shapes);
      for (std::size_t i = 0; i != inner.size(); ++i) {
        if (inner[i]) mark(marks, text, plain.begins[i], plain.begins[i + 1]);
      }
    }
    // A key may go on where the text was cut.
    if (cut) {
      auto begin = text.size();
      while (begin != 0 && (is_key_character(text[begin - 1]) || text[begin - 1] == '.')) --begin;
      mark(marks, text, std::min(begin, text.size() - std::min(text.size(), enough)), text.size());
    }
    return marks;
  }
  [[nodiscard]] Marks marks_of(std::string_view text, Shapes shapes) const {
    Marks marks;
    if (shapes != Shapes::none) mark_shapes(text, shapes, marks);
    mark_known(text, marks);
    return marks;
  }

  // Whether a run of a key's characters may be a part of a key: words have no digits, and seldom change their case.
  [[nodiscard]] static bool may_be_piece(std::string_view run) noexcept {
    if (run.size() < enough) return false;
    const auto is_capital = [](char c) { return c != to_lower(c); };
    std::size_t changes = 0;
    for (std::size_t i = 1; i != run.size(); ++i) {
      if (is_letter(run[i - 1]) && is_letter(run[i])) changes += is_capital(run[i - 1]) != is_capital(run[i]) ? 1U : 0U;
    }
    return run.find_first_of("0123456789") != run.npos || 3 * changes > run.size();
  }
  static void mark_shapes(std::string_view text, Shapes shapes, Marks& marks) {
    for (std::size_t at = 0; at < text.size(); ++at) {
      auto end = end_of_run(text, at);
      const auto run = text.substr(at, end - at);
      const bool is_piece = shapes == Shapes::pieces && may_be_piece(run);
      const bool is_key = shapes >= Shapes::all && run.size() >= shortest_secret;
      const auto begin = is_piece || is_key ? at : begin_of_key(text, at, end);
      if (begin < end) {
        // The parts of a JWT stand behind dots, and base64 is filled up to its length.
        if (text.substr(begin, end - begin).find("eyJ") != text.npos) end = end_of_jwt(text, end);
        while (end != text.size() && text[end] == '=') ++end;
        mark(marks, text, begin, end);
      }
      at = end;
    }
  }
  // Where in a run of a key's characters something begins as a key, a JWT or the token of `Authorization` does, and
  // holds more than that, or an older key's digits do; `end` where nothing does.
  [[nodiscard]] static std::size_t begin_of_key(std::string_view text, std::size_t at, std::size_t end) noexcept {
    const auto run = text.substr(at, end - at);
    auto begin = run.size();
    const auto look_for = [&](std::string_view sign, std::size_t least) {
      const auto found = run.find(sign);
      if (found < begin && run.size() - found >= least) begin = found;
    };
    look_for("wandb_v1_", 10);
    look_for("YXBpO", enough);  // "api:" in base64
    begin = std::min(begin, begin_of_digits(run));
    const bool goes_on = end + 1 < text.size() && text[end] == '.' && is_key_character(text[end + 1]);
    if (goes_on) look_for("eyJ", 4);
    return at + begin;
  }
  // Where the hexadecimal digits of an older key begin; the end where there are none.
  [[nodiscard]] static std::size_t begin_of_digits(std::string_view run) noexcept {
    std::size_t begin = 0;
    for (std::size_t at = 0; at != run.size(); ++at) {
      if (!is_hex_digit(run[at])) begin = at + 1;
      else if (at + 1 - begin == shortest_secret) return begin;
    }
    return run.size();
  }

  // A hash of the last `enough` characters, whatever their case, that moves on with each character.
  class Rolling {
   public:
    void take(std::string_view text, std::size_t at) noexcept {
      hash_ = hash_ * base + low(text[at]);
      if (at >= enough) hash_ -= low(text[at - enough]) * power;
    }
    [[nodiscard]] std::uint32_t value() const noexcept { return hash_ ^ hash_ >> 15; }

   private:
    static constexpr std::uint32_t base = 0x01000193;
    static constexpr std::uint32_t power = [] {
      std::uint32_t result = 1;
      for (std::size_t i = 0; i != enough; ++i) result *= base;
      return result;
    }();
    [[nodiscard]] static std::uint32_t low(char c) noexcept { return static_cast<unsigned char>(to_lower(c)); }
    std::uint32_t hash_ = 0;
  };

  void know(std::string_view secret) {
    if (secret.size() < enough && !secret.empty()) short_.push_back(secret);
    Rolling hash;
    for (std::size_t i = 0; i < secret.size(); ++i) {
      hash.take(secret, i);
      if (i + 1 < enough) continue;
      const auto* const piece = secret.data() + (i + 1 - enough);
      known_[place_of(piece, hash.value())] = piece;
    }
  }
  // Where such a piece stands among those that are known, or would.
  [[nodiscard]] std::size_t place_of(const char* piece, std::uint32_t hash) const noexcept {
    const auto differs = [&](const char* known) {
      return !equal_ignoring_case(std::string_view(known, enough), std::string_view(piece, enough));
    };
    auto at = hash & (known_.size() - 1);
    while (known_[at] != nullptr && differs(known_[at])) at = (at + 1) & (known_.size() - 1);
    return at;
  }
  void mark_known(std::string_view text, Marks& marks) const {
    for (const auto secret : short_) {
      for (auto at = text.find(secret); at != text.npos; at = text.find(secret, at + 1))
        mark(marks, text, at, at + secret.size());
    }
    if (known_.empty()) return;
    Rolling hash;
    for (std::size_t i = 0; i < text.size(); ++i) {
      hash.take(text, i);
      if (i + 1 < enough) continue;
      const auto begin = i + 1 - enough;
      if (known_[place_of(text.data() + begin, hash.value())] != nullptr) mark(marks, text, begin, i + 1);
    }
  }

  [[nodiscard]] static std::string render(std::string_view text, const Marks& marks, std::size_t from) {
    if (marks.empty()) return std::string(text.substr(from));
    std::string shown;
    shown.reserve(text.size() - from);
    for (auto i = from; i != text.size(); ++i) {
      if (!marks[i]) shown += text[i];
      else if (i == from || !marks[i - 1]) shown += "****";
    }
    return shown;
  }

  // Every piece of `enough` characters of the secrets, by their hashes: a power of two of places, half of them empty.
  std::vector<const char*> known_;
  std::vector<std::string_view> short_;
};

/// The secrets that are known to whoever asks. They are gathered only where there is something to mask.
class KnownSecrets {
 public:
  /// Views of them.
  [[nodiscard]] virtual std::span<const std::string_view> secrets() const = 0;
  /// Adds one that an answer brings. A view.
  virtual void add(std::string_view secret) noexcept = 0;

 protected:
  ~KnownSecrets() = default;
};

/// `text` on one line, with `****` in place of what has the shape of a key.
[[nodiscard]] inline std::string redact(std::string_view text, Shapes shapes = Shapes::all) {
  return Mask()(text, shapes);
}

/// Whether a word is an e-mail address, be it in brackets or before a comma. Of what else holds an `@`, credentials in
/// a URL for instance, too little is known.
[[nodiscard]] inline bool is_address(std::string_view word) noexcept {
  const auto is_bracket = [](char c) { return std::string_view("<>()[]\"'`,;:!?").find(c) != std::string_view::npos; };
  while (!word.empty() && is_bracket(word.front())) word.remove_prefix(1);
  while (!word.empty() && is_bracket(word.back())) word.remove_suffix(1);
  const auto belongs = [](char c) { return is_key_character(c) || c == '.' || c == '+' || c == '@'; };
  return std::all_of(word.begin(), word.end(), belongs) && std::count(word.begin(), word.end(), '@') == 1;
}

/// What somebody or something is called, for a line of text. An address may be longer than a key before its `@`.
[[nodiscard]] inline std::string shown_name(std::string_view name) {
  if (name.size() > Mask::max_read) return redact(name);
  const auto line = one_line(name);
  std::string shown;
  for (std::string_view rest = line; !rest.empty();) {
    const auto word = rest.substr(0, rest.find(' '));
    shown += redact(word, is_address(word) ? Shapes::marked : Shapes::all);
    rest.remove_prefix(word.size());
    const auto blanks = std::min(rest.find_first_not_of(' '), rest.size());
    shown += rest.substr(0, blanks);
    rest.remove_prefix(blanks);
  }
  return shown;
}

/// The name of a key, masked as `mask_key` masks. One that hides a key behind escapes or invisible characters is shown
/// without those.
[[nodiscard]] inline std::string shown_key_name(std::string_view name) {
  if (Unescaped::is_needed(name)) {
    const Unescaped plain(name);
    if (auto shown = mask_key(plain.text); shown != plain.text) return shown;
  }
  return mask_key(name);
}

}  // namespace wandb::detail
