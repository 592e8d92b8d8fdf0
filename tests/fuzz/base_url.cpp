// Fuzzes base URLs: an accepted URL can be reassembled and is also valid for Boost.URL; the error for a refused one
// shows no secret.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <boost/url/parse.hpp>

#include <wandb/detail/config/base_url.hpp>

#include "budget.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = Bytes(data, size).rest();
  const Budget budget;
  const auto [url, fault] = wandb::detail::split_base_url(text);
  if (fault != wandb::detail::UrlFault::none) {
    const auto shown = wandb::detail::describe(fault, text);
    budget.check(text.size());
    if (fault == wandb::detail::UrlFault::character)
      require(shown.size() < 120 && shown.find('@') == shown.npos, "nothing is shown but what stands where", shown);
    else if (text.find('@') != text.npos)
      require(shown == wandb::detail::describe(fault, "@"), "what may hold a password is not shown", shown);
    return 0;
  }
  require(!url.host.empty() && url.port != 0, "a host and a port are there", text);
  const auto again = std::string(url.tls ? "https://" : "http://").append(url.host_port).append(url.path);
  const auto second = wandb::detail::split_base_url(again);
  require(second.fault == wandb::detail::UrlFault::none && second.url.host == url.host && second.url.port == url.port &&
              second.url.tls == url.tls && second.url.path == url.path,
          "what was taken apart can be put together", text);
  const auto theirs = boost::urls::parse_uri({text.data(), text.size()});
  require(theirs.has_value() && !theirs->has_userinfo() && !theirs->has_query() && !theirs->has_fragment(),
          "it is a URL of scheme, host, port and path", text);
  require(url.is_loopback() == (url.host == "::1" || second.url.is_loopback()), "loopback is loopback", text);
  return 0;
}
