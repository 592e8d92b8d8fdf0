// A server that counts its requests and remembers what it saw, for the conformance suite.
#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <wandb/testing/loopback_server.hpp>
#include <wandb/transport.hpp>

namespace wandb::inline WANDB_ABI::testing::detail {

/// How the end of a body is marked, as the end of a phrase about it.
[[nodiscard]] constexpr std::string_view words_of(Framing framing) noexcept {
  return framing == Framing::chunked       ? " in chunks"
         : framing == Framing::until_close ? " without a length"
                                           : " with its length";
}

/// A request as the server saw it.
struct SeenRequest {
  std::string method;
  std::string target;
  std::string host;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
};

/// A server that counts its requests and remembers the last. Its answer is the request's body, unless it is told
/// another.
class CountingServer {
 public:
  explicit CountingServer(const LoopbackOptions& options = {})
      : server_([this](const Request& request) { return handle(request); }, options) {}

  [[nodiscard]] LoopbackServer& loopback() noexcept { return server_; }
  void answer(Response response) {
    const std::lock_guard lock(mutex_);
    answer_ = std::move(response);
  }
  [[nodiscard]] SeenRequest seen() const {
    const std::lock_guard lock(mutex_);
    return seen_;
  }

 private:
  [[nodiscard]] Response handle(const Request& request) {
    const std::lock_guard lock(mutex_);
    seen_ = {std::string(request.method),
             std::string(request.target),
             std::string(request.host),
             {},
             std::string(request.body)};
    for (const auto& header : request.headers) seen_.headers.emplace_back(header.name, header.value);
    if (answer_) return *answer_;
    Response echo;
    echo.status = 200;
    echo.body = request.body;
    return echo;
  }

  mutable std::mutex mutex_;
  std::optional<Response> answer_;
  SeenRequest seen_;
  LoopbackServer server_;  // The last member, so that its threads end first.
};

}  // namespace wandb::testing::detail
