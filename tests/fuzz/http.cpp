// Fuzzes HTTP responses: a response that arrives in pieces of any size is read as if it arrived in one piece.
#include <cstddef>
#include <cstdint>

#include "budget.hpp"
#include "pieces.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t largest_body = 32 * 1024;
  Bytes bytes(data, size);
  const auto sizes = bytes.line();
  const auto wire = bytes.long_text();
  const Budget budget;
  const auto whole = read_in_pieces(wire, Bytes(nullptr, 0), largest_body);
  const auto cut = read_in_pieces(wire, Bytes(sizes), largest_body);
  require(whole == cut, "pieces make no difference", cut);
  budget.check(wire.size());
  return 0;
}
