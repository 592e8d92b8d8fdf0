// A response out of whatever comes, in pieces of any size: the same as in one piece.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>

#include <wandb/transport/detail/http_wire.hpp>
#include <wandb/transport/detail/response_reader.hpp>

#include "budget.hpp"

namespace {

constexpr std::size_t largest_body = 32 * 1024;

std::tuple<int, std::string, std::string> read(std::string_view wire, Bytes pieces) {
  wandb::detail::ReadBuffer buffer;
  wandb::detail::ResponseReader reader(buffer, largest_body);
  boost::system::error_code ec;
  while (!reader.advance(ec) && !ec) {
    const auto [memory, room] = buffer.room();
    const auto piece = pieces.below(64);
    const auto count = std::min({wire.size(), room, piece == 0 ? room : piece});
    std::copy_n(wire.data(), count, memory);
    wire.remove_prefix(count);
    if (count == 0) ec = boost::asio::error::eof;
    reader.arrived(count, ec);
  }
  if (ec) return {0, {}, {}};
  const auto response = reader.take();
  require(response.body.size() <= largest_body, "a body keeps to its limit");
  std::string names;
  for (const auto& header : response.headers) names.append(header.name).append(":").append(header.value).append("\n");
  return {response.status, names, std::string(response.body)};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Bytes bytes(data, size);
  const auto pieces = bytes.line();
  const auto wire = bytes.long_text();
  const Budget budget;
  const auto whole = read(wire, Bytes(nullptr, 0));
  const auto cut = read(wire, Bytes(reinterpret_cast<const std::uint8_t*>(pieces.data()), pieces.size()));
  require(whole == cut, "pieces make no difference");
  budget.check(wire.size());
  return 0;
}
