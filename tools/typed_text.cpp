#include "typed_text.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdio>
#include <string>
#include <string_view>

#include <wandb/detail/text/json_text.hpp>
#include <wandb/detail/text/one_line.hpp>
#include <wandb/detail/text/redact.hpp>

#include "tool.hpp"
#include "utf8.hpp"

namespace {

struct Range {
  char32_t first;
  char32_t last;
};

// The white space of Unicode, and the blank of Braille.
constexpr std::array<Range, 11> blanks{{{0x09, 0x0D},
                                        {0x20, 0x20},
                                        {0x85, 0x85},
                                        {0xA0, 0xA0},
                                        {0x1680, 0x1680},
                                        {0x2000, 0x200A},
                                        {0x2028, 0x2029},
                                        {0x202F, 0x202F},
                                        {0x205F, 0x205F},
                                        {0x2800, 0x2800},
                                        {0x3000, 0x3000}}};
// Control characters, and what Unicode lets a font ignore.
constexpr std::array<Range, 20> invisible{
    {{0x00, 0x1F},       {0x7F, 0x9F},       {0xAD, 0xAD},       {0x34F, 0x34F},
     {0x61C, 0x61C},     {0x115F, 0x1160},   {0x17B4, 0x17B5},   {0x180B, 0x180F},
     {0x200B, 0x200B},   {0x200E, 0x200F},   {0x202A, 0x202E},   {0x2060, 0x206F},
     {0x3164, 0x3164},   {0xFEFF, 0xFEFF},   {0xFFA0, 0xFFA0},   {0xFFF0, 0xFFFB},
     {0x1BCA0, 0x1BCA3}, {0x1D173, 0x1D17A}, {0xE0000, 0xE0FFF}, {Character::no_code, Character::no_code}}};
// Some scripts and emoji need these, but an address does not.
constexpr std::array<Range, 2> joiners{{{0x200C, 0x200D}, {0xFE00, 0xFE0F}}};

template <class Ranges>
bool is_in(const Ranges& ranges, char32_t code) {
  return std::any_of(ranges.begin(), ranges.end(),
                     [code](const Range& one) { return one.first <= code && code <= one.last; });
}

bool is_around(char32_t code) { return is_in(blanks, code) || is_in(invisible, code); }
bool is_hidden(char32_t code) { return code != ' ' && is_around(code); }
bool is_hidden_in_address(char32_t code) { return is_around(code) || is_in(joiners, code); }

std::string name_of(char32_t code) {
  char name[16];
  std::snprintf(name, sizeof name, "U+%04X", static_cast<unsigned>(code));
  return name;
}

template <class Is>
std::string first_of(std::string_view text, Is is) {
  std::string name;
  each_character(text, [&](const Character& one) {
    if (name.empty() && is(one.code)) name = name_of(one.code);
  });
  return name;
}

/// Returns whether a part of a domain between its dots is empty.
bool has_empty_part(std::string_view domain) {
  return domain.empty() || domain.front() == '.' || domain.back() == '.' || domain.find("..") != domain.npos;
}

}  // namespace

std::string_view trimmed_cell(std::string_view text) {
  std::size_t begin = text.size();
  std::size_t end = 0;
  each_character(text, [&](const Character& one) {
    if (is_around(one.code)) return;
    const auto at = static_cast<std::size_t>(one.bytes.data() - text.data());
    begin = std::min(begin, at);
    end = at + one.bytes.size();
  });
  return begin < end ? text.substr(begin, end - begin) : std::string_view();
}

std::string hidden_character(std::string_view text) { return first_of(text, is_hidden); }

std::string without_hidden(std::string_view text) {
  std::string plain;
  each_character(text, [&](const Character& one) {
    if (!is_hidden(one.code)) plain += one.bytes;
  });
  return plain;
}

bool looks_like_key(std::string_view text) {
  const auto line = without_hidden(text);
  return wandb::detail::shown_name(line) != line;
}

std::string quoted(std::string_view text) {
  constexpr std::size_t most = 40;
  std::string visible;
  if (looks_like_key(text)) {
    visible = without_hidden(text);
  } else {
    each_character(text, [&](const Character& one) {
      if (one.code == Character::no_code) visible += "<a byte that is not UTF-8>";
      else if (is_hidden(one.code)) visible += "<" + name_of(one.code) + ">";
      else visible += one.bytes;
    });
  }
  return "\"" + wandb::detail::shortened(named(visible), most) + "\"";
}

std::string address_fault(std::string_view text) {
  if (!wandb::detail::is_utf8(text)) return "it is not UTF-8";
  if (looks_like_key(text)) return "it looks like a key";
  if (text.find(' ') != text.npos) return "it contains a blank";
  if (const auto hidden = first_of(text, is_hidden_in_address); !hidden.empty()) {
    return "it contains " + hidden + ", which is not visible";
  }
  if (const auto at = text.find_first_of(",;:<>\"()[]\\"); at != text.npos) {
    return std::string("it contains ") + text[at];
  }
  const auto at = text.find('@');
  if (at == text.npos) return "it has no @";
  if (text.find('@', at + 1) != text.npos) return "it has more than one @";
  if (at == 0) return "there is nothing before the @";
  return has_empty_part(text.substr(at + 1)) ? "a part of its domain is empty" : "";
}
