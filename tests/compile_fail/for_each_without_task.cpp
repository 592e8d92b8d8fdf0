// The operation that for_each runs does not return a task of the transport, so for_each could not await it.
// expect: (?s)\A(?:(?!error:).)*error: [^\n]*for_each needs an operation\(const Api&, const Input&\) that gives a task
#include <chrono>
#include <string>
#include <vector>

#include <wandb/wandb.hpp>

template <class T>
struct Task {};

struct Spawning {
  template <class T>
  using task = Task<T>;
  task<wandb::Result<wandb::Response>> send(const wandb::Request& request);
  task<void> wait(std::chrono::nanoseconds duration);
  void spawn(task<void> work);
};

#ifdef MISTAKE
int operation(const wandb::Api<Spawning>& api, const std::string& email);
#else
Task<int> operation(const wandb::Api<Spawning>& api, const std::string& email);
#endif

auto all(const wandb::Api<Spawning>& api, const std::vector<std::string>& emails) {
  return wandb::for_each(api, emails, operation);
}
