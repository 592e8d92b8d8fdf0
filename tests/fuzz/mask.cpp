// Fuzzes the mask with any text around pieces of known secrets: it shows no twelve consecutive characters of a secret
// and nothing as long as a key, its output is one line, and masking it again changes nothing.
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <wandb/detail/text/ascii.hpp>
#include <wandb/detail/text/key_format.hpp>
#include <wandb/detail/text/redact.hpp>

#include "budget.hpp"
#include "bytes.hpp"

namespace {

using wandb::detail::Mask;

std::string of_key_characters(std::string text) {
  std::erase_if(text, [](char c) { return !wandb::detail::is_key_character(c); });
  return text.substr(0, 100);
}

void check_shown(const std::string& shown, std::string_view secret) {
  const auto lower = wandb::detail::in_lower_case(shown);
  for (std::size_t at = 0; at + Mask::piece_size <= secret.size(); ++at) {
    const auto piece = wandb::detail::in_lower_case(secret.substr(at, Mask::piece_size));
    require(lower.find(piece) == lower.npos, "no secret is shown", shown);
  }
  std::size_t run = 0;
  for (const char c : shown) {
    run = wandb::detail::is_key_character(c) ? run + 1 : 0;
    require(run < Mask::min_secret_size, "nothing as long as a key is shown", shown);
  }
  require(shown == wandb::detail::one_line(shown), "a masked text is one line", shown);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Bytes bytes(data, size);
  const auto secret = of_key_characters(bytes.line());
  const auto other = of_key_characters(bytes.line());
  const std::array<std::string_view, 3> known{secret, other, ""};
  const Mask mask(known);
  const auto at = bytes.byte() * 256 + bytes.byte();
  const auto most = bytes.byte();
  // Places pieces of the secrets between texts.
  std::string text;
  while (const auto how = bytes.byte()) {
    const auto& from = how % 2 == 0 ? secret : other;
    text += from.substr(from.empty() ? 0 : bytes.below(from.size()), bytes.byte());
    text += bytes.line();
  }
  text += bytes.long_text();
  const Budget budget;
  const auto shown = mask(text);
  check_shown(shown, secret);
  check_shown(shown, other);
  require(shown.size() <= 3 * text.size() + 3, "a masked text is not much longer", shown);
  const auto excerpt = mask.excerpt(text, at, most);
  check_shown(excerpt, secret);
  check_shown(excerpt, other);
  require(excerpt.size() <= most + 8, "an excerpt is short", excerpt);
  budget.check(text.size());
  return 0;
}
