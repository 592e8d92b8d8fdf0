// Fuzzes GraphQL documents: the library and the server of the tests accept or refuse any text in time.
#include <cstddef>
#include <cstdint>

#include <wandb/graphql/dynamic_document.hpp>

#include "budget.hpp"
#include "serving.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = Bytes(data, size).long_text();
  const Budget reading;
  const auto document = wandb::graphql::DynamicDocument::parse(text);
  constexpr std::size_t tree = 32;  // times the text: a node for each of its marks, and the room to grow
  reading.check(text.size(), tree);
  if (document)
    require(!(*document)->shape.fields.empty() && !(*document)->field.empty(), "an answer has fields", text);
  else require(document.error() == wandb::errc::invalid_argument, "it says why", document.error().message());

  if (!wandb::detail::is_utf8(text)) return 0;
  const Budget serving;
  const auto answer = serve(text);
  constexpr std::size_t answered = 256;
  serving.check(text.size(), answered);
  require(answer.status == 400 || document, "only what is valid is executed", answer.body);
  return 0;
}
