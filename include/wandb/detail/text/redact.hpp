// The mask for untrusted text: it hides secrets, and makes the text a single line that cannot control a terminal.
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

namespace wandb::inline WANDB_ABI::detail {

/// The shapes of a key that a mask hides.
enum class Shapes : std::uint8_t {
  none,    ///< none, only known secrets
  marked,  ///< prefixes of keys, and 40 hexadecimal digits; for hosts, paths and e-mails, which may be as long as keys
  all,     ///< those, and every run of 40 key characters
  pieces,  ///< those, and runs that may be a part of a key; for text that may contain a part of a new key
};

/// Masks text. It hides text with the shape of a key, a JWT or the service's `Authorization`, also if it was cut, and
/// every 12 consecutive characters of a known secret, in upper or lower case, and with the escapes of URLs, JSON and
/// HTML. The time is linear in the size of the text.
class Mask {
 public:
  /// The minimum size of a piece of a known secret that is hidden.
  static constexpr std::size_t piece_size = 12;
  /// The minimum size of the service's secrets.
  static constexpr std::size_t min_secret_size = 40;
  /// The maximum number of bytes of a text that are read; the rest is left out.
  static constexpr std::size_t max_read = std::size_t{64} * 1024;

  Mask() = default;
  /// Hides `secrets`, to which it keeps views; empty ones are ignored.
  explicit Mask(std::span<const std::string_view> secrets) {
    std::size_t count = 0;
    for (const auto secret : secrets) count += std::min(secret.size(), max_read);
    std::size_t size = 1;
    while (size < 2 * count) size *= 2;
    known_.resize(size);
    for (const auto secret : secrets) know(secret.substr(0, max_read));
  }

  /// Returns `text` as one line, with `****` in place of what it hides.
  [[nodiscard]] std::string operator()(std::string_view text, Shapes shapes = Shapes::all) const {
    if (text.empty()) return {};
    const auto read = text.substr(0, max_read);
    const bool cut = read.size() != text.size();
    auto line = one_line(render(read, marked(read, shapes, cut), 0));
    return cut ? line.append("\u2026") : line;
  }

  /// Returns at most `max_size` characters of `text` from `at` on, for an error's reason: in quotes, and in ASCII.
  [[nodiscard]] std::string excerpt(std::string_view text, std::size_t at, std::size_t max_size) const {
    // A key may begin before the excerpt or end after it, so the mask has to read the text around it.
    constexpr std::size_t around = 1024;
    at = std::min(at, text.size());
    const auto begin = at - std::min(at, around);
    const auto read = text.substr(begin, at - begin + max_size + around);
    const bool cut = begin + read.size() != text.size();
    auto masked = render(read, marked(read, Shapes::all, cut), at - begin);
    const bool longer = cut || masked.size() > max_size;
    masked.resize(std::min(masked.size(), max_size));
    for (char& c : masked) {
      if (static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) >= 0x7F) c = ' ';
    }
    return "`" + masked + (longer ? "\u2026`" : "`");
  }

 private:
  // For each character of a text whether it is hidden; empty if none is.
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
    // The run at the end of a cut text may be the beginning of a key.
    if (cut) {
      auto begin = text.size();
      while (begin != 0 && (is_key_character(text[begin - 1]) || text[begin - 1] == '.')) --begin;
      mark(marks, text, std::min(begin, text.size() - std::min(text.size(), piece_size)), text.size());
    }
    return marks;
  }
  [[nodiscard]] Marks marks_of(std::string_view text, Shapes shapes) const {
    Marks marks;
    if (shapes != Shapes::none) mark_shapes(text, shapes, marks);
    mark_known(text, marks);
    return marks;
  }

  // Whether a run of key characters may be a part of a key: words have no digits, and rarely change between upper and
  // lower case.
  [[nodiscard]] static bool may_be_piece(std::string_view run) noexcept {
    if (run.size() < piece_size) return false;
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
      const bool is_key = shapes >= Shapes::all && run.size() >= min_secret_size;
      const auto begin = is_piece || is_key ? at : begin_of_key(text, at, end);
      if (begin < end) {
        // Dots join the parts of a JWT, and `=` pads base64.
        if (text.substr(begin, end - begin).find("eyJ") != text.npos) end = end_of_jwt(text, end);
        while (end != text.size() && text[end] == '=') ++end;
        mark(marks, text, begin, end);
      }
      at = end;
    }
  }
  // Returns the position in a run of key characters at which a key, a JWT or the token of `Authorization` begins, with
  // more than its prefix, or the digits of an older key; `end` if there is none.
  [[nodiscard]] static std::size_t begin_of_key(std::string_view text, std::size_t at, std::size_t end) noexcept {
    const auto run = text.substr(at, end - at);
    auto begin = run.size();
    const auto look_for = [&](std::string_view prefix, std::size_t min_size) {
      const auto found = run.find(prefix);
      if (found < begin && run.size() - found >= min_size) begin = found;
    };
    look_for("wandb_v1_", 10);
    look_for("YXBpO", piece_size);  // "api:" in base64
    begin = std::min(begin, begin_of_digits(run));
    const bool goes_on = end + 1 < text.size() && text[end] == '.' && is_key_character(text[end + 1]);
    if (goes_on) look_for("eyJ", 4);
    return at + begin;
  }
  // Returns the position of the hexadecimal digits of an older key; the end if there are none.
  [[nodiscard]] static std::size_t begin_of_digits(std::string_view run) noexcept {
    std::size_t begin = 0;
    for (std::size_t at = 0; at != run.size(); ++at) {
      if (!is_hex_digit(run[at])) begin = at + 1;
      else if (at + 1 - begin == min_secret_size) return begin;
    }
    return run.size();
  }

  // A rolling hash of the last `piece_size` characters, which ignores their case.
  class Rolling {
   public:
    void take(std::string_view text, std::size_t at) noexcept {
      hash_ = hash_ * base + low(text[at]);
      if (at >= piece_size) hash_ -= low(text[at - piece_size]) * power;
    }
    [[nodiscard]] std::uint32_t value() const noexcept { return hash_ ^ hash_ >> 15; }

   private:
    static constexpr std::uint32_t base = 0x01000193;
    static constexpr std::uint32_t power = [] {
      std::uint32_t result = 1;
      for (std::size_t i = 0; i != piece_size; ++i) result *= base;
      return result;
    }();
    [[nodiscard]] static std::uint32_t low(char c) noexcept { return static_cast<unsigned char>(to_lower(c)); }
    std::uint32_t hash_ = 0;
  };

  void know(std::string_view secret) {
    if (secret.size() < piece_size && !secret.empty()) short_.push_back(secret);
    Rolling hash;
    for (std::size_t i = 0; i < secret.size(); ++i) {
      hash.take(secret, i);
      if (i + 1 < piece_size) continue;
      const auto* const piece = secret.data() + (i + 1 - piece_size);
      known_[place_of(piece, hash.value())] = piece;
    }
  }
  // Returns the slot of the hash table that holds a piece, or into which it belongs.
  [[nodiscard]] std::size_t place_of(const char* piece, std::uint32_t hash) const noexcept {
    const auto differs = [&](const char* known) {
      return !equal_ignoring_case(std::string_view(known, piece_size), std::string_view(piece, piece_size));
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
      if (i + 1 < piece_size) continue;
      const auto begin = i + 1 - piece_size;
      if (known_[place_of(text.data() + begin, hash.value())] != nullptr) mark(marks, text, begin, i + 1);
    }
  }

  [[nodiscard]] static std::string render(std::string_view text, const Marks& marks, std::size_t from) {
    if (marks.empty()) return std::string(text.substr(from));
    std::string masked;
    masked.reserve(text.size() - from);
    for (auto i = from; i != text.size(); ++i) {
      if (!marks[i]) masked += text[i];
      else if (i == from || !marks[i - 1]) masked += "****";
    }
    return masked;
  }

  // A hash table of all pieces of the secrets. Its size is a power of two, and at least half of it is empty.
  std::vector<const char*> known_;
  std::vector<std::string_view> short_;
};

/// The known secrets of a call. They are collected only if there is text to mask.
class KnownSecrets {
 public:
  /// Returns views of the secrets.
  [[nodiscard]] virtual std::span<const std::string_view> secrets() const = 0;
  /// Adds a view of a secret from an answer.
  virtual void add(std::string_view secret) noexcept = 0;

 protected:
  ~KnownSecrets() = default;
};

/// Returns `text` as one line, with `****` in place of text with the shape of a key.
[[nodiscard]] inline std::string redact(std::string_view text, Shapes shapes = Shapes::all) {
  return Mask()(text, shapes);
}

/// Whether a word is an e-mail address, also in brackets or before punctuation. Other text with an `@` is not one: it
/// may be a URL with credentials.
[[nodiscard]] inline bool is_address(std::string_view word) noexcept {
  const auto is_bracket = [](char c) { return std::string_view("<>()[]\"'`,;:!?").find(c) != std::string_view::npos; };
  while (!word.empty() && is_bracket(word.front())) word.remove_prefix(1);
  while (!word.empty() && is_bracket(word.back())) word.remove_suffix(1);
  const auto belongs = [](char c) { return is_key_character(c) || c == '.' || c == '+' || c == '@'; };
  return std::all_of(word.begin(), word.end(), belongs) && std::count(word.begin(), word.end(), '@') == 1;
}

/// Returns the name of a user or an object for output, masked. The part of an e-mail address before its `@` may be as
/// long as a key, so addresses are masked less.
[[nodiscard]] inline std::string shown_name(std::string_view name) {
  if (name.size() > Mask::max_read) return redact(name);
  const auto line = one_line(name);
  std::string masked;
  for (std::string_view rest = line; !rest.empty();) {
    const auto word = rest.substr(0, rest.find(' '));
    masked += redact(word, is_address(word) ? Shapes::marked : Shapes::all);
    rest.remove_prefix(word.size());
    const auto blanks = std::min(rest.find_first_not_of(' '), rest.size());
    masked += rest.substr(0, blanks);
    rest.remove_prefix(blanks);
  }
  return masked;
}

/// Returns the name of a key for output, masked by `mask_key`. If escapes or invisible characters hide a key in it,
/// they are removed.
[[nodiscard]] inline std::string shown_key_name(std::string_view name) {
  if (Unescaped::is_needed(name)) {
    const Unescaped plain(name);
    if (auto masked = mask_key(plain.text); masked != plain.text) return masked;
  }
  return mask_key(name);
}

}  // namespace wandb::detail
