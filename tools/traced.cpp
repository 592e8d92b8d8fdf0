#include "traced.hpp"

#include <unistd.h>

#include <chrono>
#include <cstddef>
#include <iostream>
#include <string>

#include "advice.hpp"
#include "tool.hpp"

namespace {

/// Formats the status of an answer, and what it says about the time of the next request.
std::string http(const wandb::Response& response) {
  auto text = "HTTP " + std::to_string(response.status);
  for (const auto* name : {"Retry-After", "RateLimit-Reset"}) {
    constexpr std::size_t most = 40;
    if (const auto value = response.headers.find(name)) {
      text.append(", ").append(name).append(": ").append(named(value->substr(0, most)));
    }
  }
  return text;
}

}  // namespace

Trace::Trace(const wandb::Request& request) : request_(request) {
  note("-> " + std::string(request.operation) + ", attempt " + std::to_string(request.attempt) + ": " +
       std::string(request.method) + " " + request.url());
}

void Trace::ended(const wandb::Result<wandb::Response>& result) const {
  using std::chrono::milliseconds;
  const auto took = std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now() - begun_);
  const auto how =
      result ? http(*result) + ", " + std::to_string(result->body.size()) + " bytes" : advised(result.error());
  note("<- " + std::string(request_.operation) + ", " + std::to_string(took.count()) + " ms: " + how);
}

Waits::Waits(bool verbose) : verbose_(verbose), terminal_(!speaks_json() && ::isatty(STDERR_FILENO) == 1) {}

void Waits::answered(const wandb::Result<wandb::Response>& result) {
  reason_ = result ? http(*result) : advised(result.error());
}

void Waits::begins(std::chrono::nanoseconds duration) {
  using namespace std::chrono;
  const auto now = steady_clock::now();
  const bool is_long = duration >= seconds(3) && now >= told_until_;
  if (!verbose_ && !(terminal_ && is_long)) return;
  told_until_ = now + duration;
  if (terminal_) std::cerr << "\r\x1B[K";  // where provision may show its bar
  const auto time = duration < seconds(3) ? std::to_string(duration_cast<milliseconds>(duration).count()) + " ms"
                                          : std::to_string(duration_cast<seconds>(duration).count()) + " s";
  note("waiting " + time + (reason_.empty() ? "" : ", because the last request ended so: " + reason_));
}
