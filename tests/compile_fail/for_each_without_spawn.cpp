// The transport has no spawn, so for_each could not run several calls at once. The first line of the message says so.
// expect: (?s)\A(?:(?!error:).)*error: [^\n]*for_each needs a ConcurrentTransport: this one has no spawn\(task<void>\)
#include <chrono>
#include <string>
#include <vector>

#include <wandb/wandb.hpp>

template <class T>
struct Task {};

struct Mine {
  template <class T>
  using task = Task<T>;
  task<wandb::Result<wandb::Response>> send(const wandb::Request& request);
  task<void> wait(std::chrono::nanoseconds duration);
#ifndef MISTAKE
  void spawn(task<void> work);
#endif
};

auto all(const wandb::Api<Mine>& api, const std::vector<std::string>& emails) {
  return wandb::for_each(api, emails, [](const wandb::Api<Mine>&, const std::string&) { return Task<int>(); });
}
