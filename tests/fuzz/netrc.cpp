// The netrc file: any text is read or refused without showing it, and what is written by the rules is found.
#include <cstddef>
#include <cstdint>
#include <string>

#include <wandb/detail/netrc.hpp>

#include "budget.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Bytes bytes(data, size);
  const auto word = bytes.line();
  const auto text = bytes.long_text();
  {
    const Budget budget;
    const auto found = wandb::detail::find_password(text, "host", "host:8080");
    budget.check(text.size());
    const auto shown = found ? std::string{} : found.error().message();
    require(shown.size() < 160 && shown.find_first_of("\n\r") == shown.npos, "an error shows nothing of the file",
            shown);
  }
  const auto file = "# machine host password wrong\nmachine other login a password b machine HOST login " +
                    quoted(text, "\"\\", '\\') + " account # password " + quoted(word, "\"\\", '\\') +
                    " macdef init\nmachine host:8080 password c\n\n";
  const auto mine = wandb::detail::find_password(file, "host", "host:8080");
  require(mine && *mine && (*mine)->reveal() == word, "the password of the host is found", file);
  return 0;
}
