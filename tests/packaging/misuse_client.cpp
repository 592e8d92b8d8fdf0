// Checks that misuse, which is an exception if exceptions are enabled, is an error if they are disabled, and is never
// ignored.
#include <coroutine>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <wandb/boost_json_src.hpp>
#include <wandb/for_each_threaded.hpp>
#include <wandb/wandb.hpp>

#if !defined(__cpp_exceptions)
namespace boost {
void throw_exception(const std::exception&) { std::abort(); }
void throw_exception(const std::exception&, const boost::source_location&) { std::abort(); }
}  // namespace boost
#endif

using wandb::errc;

// A task that has already run when it is returned.
template <class T>
struct Promise {
  std::optional<T> value;
  void return_value(T given) { value.emplace(std::move(given)); }
};
template <>
struct Promise<void> {
  void return_void() {}
};
template <class T>
class Task {
 public:
  struct promise_type : Promise<T> {
    Task get_return_object() { return Task(std::coroutine_handle<promise_type>::from_promise(*this)); }
    std::suspend_never initial_suspend() noexcept { return {}; }
    std::suspend_always final_suspend() noexcept { return {}; }
    void unhandled_exception() noexcept { std::abort(); }
  };
  explicit Task(std::coroutine_handle<promise_type> handle) : handle_(handle) {}
  Task(Task&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  Task& operator=(Task&&) = delete;
  ~Task() {
    if (handle_) handle_.destroy();
  }
  bool await_ready() const { return true; }
  void await_suspend(std::coroutine_handle<>) {}
  T await_resume() {
    if constexpr (!std::is_void_v<T>) return std::move(*handle_.promise().value);
  }

 private:
  std::coroutine_handle<promise_type> handle_;
};

// Counts what is sent.
struct Sync {
  std::shared_ptr<int> sent = std::make_shared<int>(0);
  wandb::Result<wandb::Response> send(const wandb::Request&) const {
    ++*sent;
    return wandb::Error(errc::connect_failed, wandb::Delivery::nothing_sent);
  }
};
struct Async {
  template <class T>
  using task = Task<T>;
  Sync sync;
  task<wandb::Result<wandb::Response>> send(const wandb::Request& request) const { co_return sync.send(request); }
  task<void> wait(std::chrono::nanoseconds) const { co_return; }
  void spawn(task<void>) const {}
};

template <class T>
T now(T result) {
  return result;
}
template <class T>
T now(Task<T> task) {
  return task.await_resume();
}

#define EXPECT(condition) \
  if (!(condition)) return std::fprintf(stderr, "line %d: not %s\n", __LINE__, #condition), false

// Each input is answered with the misuse, and nothing is sent; an operation whose result can hold no error tells
// nothing of its inputs, and `status()` does.
template <class T, class Operation, class Bare>
bool for_each_tells(const T& transport, const Operation& operation, const Bare& bare) {
  const wandb::Secret key(std::string(40, 'a'));
  const wandb::Api api{transport, {.base_url = "http://localhost", .api_key = key}};
  const std::vector<std::string> inputs{"a", "b", "c"};
  auto done = for_each(api, inputs, operation, {.concurrency = 0});
  EXPECT(done.status().error() == errc::invalid_argument);
  for (std::size_t i = 0; i != inputs.size(); ++i) {
    const auto one = now(done.next());
    EXPECT(one && one->index == i && one->input == inputs[i]);
    EXPECT(one->result.error() == errc::invalid_argument && one->result.error() == wandb::condition::misuse);
    EXPECT(one->result.error().message() == "for_each: the concurrency is 0");
  }
  EXPECT(!now(done.next()) && done.taken() == inputs.size());
  auto without = for_each(api, inputs, bare, {.concurrency = 0});
  EXPECT(without.status().error() == errc::invalid_argument);
  EXPECT(!now(without.next()) && without.taken() == 0);
  EXPECT(for_each(api, inputs, operation).status().has_value());
  return true;
}

bool attributes_tell() {
  std::vector<std::string> names;
  for (int i = 0; i != 70'000; ++i) names.push_back(std::to_string(i));
  std::vector<wandb::Attrs::Attr> list;
  for (const auto& name : names) list.emplace_back(name, 1);
  const wandb::Attrs too_many{std::span<const wandb::Attrs::Attr>(list)};
  EXPECT(too_many.status().error() == errc::invalid_argument);
  EXPECT(too_many.view().fields().empty());
  const wandb::Attrs most{std::span<const wandb::Attrs::Attr>(list).first(65'535)};
  EXPECT(most.status() && most.view().fields().size() == 65'535);
  return true;
}

bool empty_functions_tell() {
  const std::function<wandb::Result<wandb::Response>(const wandb::Request&)> empty;
  const auto sent = wandb::AnyTransport(empty).send({});
  EXPECT(!sent && sent.error() == errc::invalid_argument && sent.error().delivery() == wandb::Delivery::nothing_sent);
  return true;
}

int main() {
#if defined(__cpp_exceptions)
#error "this is about programs without exceptions"
#endif
  const Sync sync;
  const bool threads = for_each_tells(
      sync, [](const wandb::Api<Sync>& api, const std::string& email) { return api.create_user(email); },
      [](const wandb::Api<Sync>&, const std::string&) { return 1; });
  const bool tasks = for_each_tells(
      Async{sync}, [](const wandb::Api<Async>& api, const std::string& email) { return api.create_user(email); },
      [](const wandb::Api<Async>&, const std::string&) -> Task<int> { co_return 1; });
  return threads && tasks && *sync.sent == 0 && attributes_tell() && empty_functions_tell() ? 0 : 1;
}
