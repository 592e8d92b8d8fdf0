// Fuzzes the answers to each of the library's operations: any text is decoded or refused, within a budget of memory and
// time.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include <wandb/detail/answer/decoder.hpp>
#include <wandb/detail/answer/page.hpp>
#include <wandb/graphql/operations.hpp>

#include "budget.hpp"

namespace {
// Touches every value, so that a sanitizer detects a dangling view.
std::size_t read(const wandb::ObjectView& object) {
  std::size_t size = 0;
  for (const auto& field : object.fields()) {
    const auto slot = object.slot(field);
    const bool is_text = slot.state() == wandb::SlotState::string || slot.state() == wandb::SlotState::raw;
    if (is_text) size += static_cast<std::size_t>(std::count(slot.text().begin(), slot.text().end(), 'x'));
    if (const auto inner = object.object(field)) size += read(*inner);
    for (const auto& element : object.list(field)) size += 1 + read(element);
  }
  return size;
}

}  // namespace
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Bytes bytes(data, size);
  const auto& all = wandb::graphql::all_operations;
  const auto& operation = *all[bytes.below(all.size())];
  const auto text = bytes.long_text();
  wandb::SecureString body(text);
  const Budget budget;
  const auto decoded = wandb::detail::decode(operation.shape, std::move(body));
  if (decoded.page) read(decoded.page->root());
  else require(decoded.decode_error || !decoded.errors.empty(), "an answer that says nothing is malformed");
  budget.check(text.size());
  return 0;
}
