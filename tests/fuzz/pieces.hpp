// Reads a response from a stream in pieces.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

#include <wandb/transport/detail/http/http_wire.hpp>
#include <wandb/transport/detail/http/response_reader.hpp>

#include "bytes.hpp"

/// Status, headers and body of the response that `wire` begins with, in one text; empty where it is none. Read in
/// pieces of as many bytes as `pieces` says, 0 for all there is.
[[nodiscard]] inline std::string read_in_pieces(std::string_view wire, Bytes pieces, std::size_t largest_body) {
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
  if (ec) return {};
  const auto response = reader.take();
  require(response.body.size() <= largest_body, "a body keeps to its limit");
  auto text = std::to_string(response.status) + "\n";
  for (const auto& header : response.headers) text.append(header.name).append(": ").append(header.value).append("\n");
  return text.append(response.body);
}
