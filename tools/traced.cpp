#include "traced.hpp"

#include <chrono>
#include <string>

#include "advice.hpp"
#include "tool.hpp"

Trace::Trace(const wandb::Request& request) : request_(request) {
  note("-> " + std::string(request.operation) + ", attempt " + std::to_string(request.attempt) + ": " +
       std::string(request.method) + " " + request.url());
}

void Trace::ended(const wandb::Result<wandb::Response>& result) const {
  using std::chrono::milliseconds;
  const auto took = std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now() - begun_);
  const auto how =
      result ? "HTTP " + std::to_string(result->status) + ", " + std::to_string(result->body.size()) + " bytes"
             : advised(result.error());
  note("<- " + std::string(request_.operation) + ", " + std::to_string(took.count()) + " ms: " + how);
}
