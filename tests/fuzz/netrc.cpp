// Fuzzes the netrc file: any text is read or refused without showing it, and entries that are written correctly are
// found.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>

#include <wandb/detail/config/netrc.hpp>

#include "budget.hpp"

/// Replaces what a quoted token must not hold: line ends and NUL characters.
static std::string on_one_line(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](char c) { return c == '\n' || c == '\r' || c == '\0'; }, ' ');
  return text;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Bytes bytes(data, size);
  const auto word = on_one_line(bytes.line());
  const auto text = bytes.long_text();
  {
    const Budget budget;
    const auto found = wandb::detail::NetrcSearch("host", 8080).run(text);
    budget.check(text.size());
    const auto& shown = found.fault;
    require(shown.size() < 160 && shown.find_first_of("\n\r") == shown.npos, "an error shows nothing of the file",
            shown);
  }
  const auto file = "# machine host password wrong\nmachine other login a password b machine HOST login " +
                    quoted(on_one_line(text), "\"\\", '\\') + " account # password " + quoted(word, "\"\\", '\\') +
                    " macdef init\nmachine host:8080 password c\n\n";
  const auto mine = wandb::detail::NetrcSearch("host", 8080).run(file);
  require(mine.password.reveal() == word, "the password of the host is found", file);
  return 0;
}
