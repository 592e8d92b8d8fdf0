// Fuzzes `Retry-After` and the policy: for any value, a wait is neither negative nor beyond its limits.
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

#include <wandb/detail/call/rate_limit.hpp>
#include <wandb/headers.hpp>
#include <wandb/retry.hpp>
#include <wandb/retry_after.hpp>

#include "budget.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace std::chrono;
  Bytes bytes(data, size);
  wandb::RetryPolicy policy;
  policy.initial_backoff = milliseconds(std::int64_t{1} << bytes.below(63));
  policy.max_backoff = milliseconds(std::int64_t{1} << bytes.below(63));
  policy.max_retry_after = milliseconds(std::int64_t{1} << bytes.below(63));
  policy.jitter = bytes.byte() / 255.0;
  const system_clock::time_point now(seconds(std::int64_t{bytes.byte()} << 24));
  const auto text = bytes.rest();
  const auto max_wait = wandb::RetryPolicy::max_wait;
  for (int attempt = 1; attempt < 1 << 30; attempt *= 4) {
    const auto wait = policy.backoff(attempt, policy.jitter);
    require(wait >= 0ns && wait <= max_wait && floor<milliseconds>(wait) <= policy.max_backoff, "a backoff");
  }
  const Budget budget;
  if (const auto asked = wandb::parse_retry_after(text, now)) {
    require(*asked >= 0ns && *asked <= max_wait + 1s, "a wait of at most a year", text);
    require(policy.capped(*asked) <= *asked, "no longer than it asks for", text);
    require(text.find_first_of("0123456789") != text.npos, "a wait has digits", text);
  }
  wandb::Headers headers;
  headers.add("Retry-After", text);
  for (const int status : {200, 429, 503}) static_cast<void>(wandb::detail::asked_delay(status, headers.view(), now));
  budget.check(text.size());
  return 0;
}
