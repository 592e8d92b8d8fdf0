#include <doctest/doctest.h>

#include <coroutine>
#include <iterator>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "for_each_rigs.hpp"

using namespace wandb;
using namespace std::chrono_literals;
using many::api_of;
using many::emails;
using many::rest_of;

namespace {

template <class T>
constexpr auto create = [](const Api<T>& api, const std::string& email) { return api.create_user(email); };

/// A range whose numbers are made when they are read.
class Numbers {
 public:
  explicit Numbers(int& read) : read_(&read) {}
  class iterator {
   public:
    using iterator_concept = std::input_iterator_tag;
    using difference_type = std::ptrdiff_t;
    using value_type = int;
    explicit iterator(int& read) : read_(&read) {}
    int operator*() const { return *read_; }
    iterator& operator++() {
      ++*read_;
      return *this;
    }
    void operator++(int) { ++*this; }
    bool operator==(std::default_sentinel_t) const { return false; }

   private:
    int* read_;
  };
  [[nodiscard]] iterator begin() const { return iterator(*read_); }
  [[nodiscard]] static std::default_sentinel_t end() { return {}; }

 private:
  int* read_;
};

}  // namespace

TEST_CASE_TEMPLATE("for_each answers every input exactly once", Rig, FOR_EACH_RIGS) {
  rigs::World world;
  Rig rig(world.account);
  const auto before = world.account.users();
  auto done = for_each(api_of(rig, world.root_key), emails(200), create<typename Rig::Transport>, {.concurrency = 8});
  std::set<std::size_t> indices;
  for (auto& one : rest_of(rig, done)) {
    CHECK(one.input == emails(200)[one.index]);
    CHECK(one.result.value().email() == one.input);
    indices.insert(one.index);
  }
  CHECK(indices.size() == 200);
  CHECK(done.status().has_value());
  CHECK(done.taken() == 200);
  CHECK(world.account.users() == before + 200);
  CHECK_FALSE(rig.get(done.next()).has_value());
}

TEST_CASE_TEMPLATE("for_each over nothing is over at once", Rig, FOR_EACH_RIGS) {
  rigs::World world;
  Rig rig(world.account);
  auto done = for_each(api_of(rig, world.root_key), emails(0), create<typename Rig::Transport>);
  CHECK_FALSE(rig.get(done.next()).has_value());
  CHECK(done.taken() == 0);
}

TEST_CASE_TEMPLATE("nothing is sent before the first result is asked for", Rig, FOR_EACH_RIGS) {
  rigs::World world;
  Rig rig(world.account);
  { auto done = for_each(api_of(rig, world.root_key), emails(5), create<typename Rig::Transport>); }
  CHECK(world.account.requests() == 0);
}

TEST_CASE_TEMPLATE("inputs are taken one by one, and no faster than their results are", Rig, FOR_EACH_RIGS) {
  rigs::World world;
  Rig rig(world.account);
  int read = 0;
  using T = typename Rig::Transport;
  {
    auto done = for_each(api_of(rig, world.root_key), Numbers(read),
                         [](const Api<T>& api, int) { return api.viewer(); }, {.concurrency = 4});
    for (std::size_t taken = 1; taken != 20; ++taken) {
      CHECK(rig.get(done.next()).has_value());
      // When an input is taken, at most four results wait and four calls are in flight.
      CHECK(done.taken() <= taken + 8);
    }
  }
  CHECK(read < 28);
}

TEST_CASE_TEMPLATE("after a stop no input is taken, and no result is lost", Rig, FOR_EACH_RIGS) {
  rigs::World world;
  Rig rig(world.account);
  const auto before = world.account.users();
  std::stop_source source;
  const auto token = source.get_token();
  auto done = for_each(api_of(rig, world.root_key), emails(1000), create<typename Rig::Transport>,
                       {.concurrency = 4, .stop = &token});
  std::set<std::size_t> indices;
  for (int i = 0; i != 10; ++i) indices.insert(rig.get(done.next()).value().index);
  source.request_stop();
  for (auto& one : rest_of(rig, done)) {
    CHECK(one.result.has_value());
    indices.insert(one.index);
  }
  CHECK(indices.size() == done.taken());
  CHECK(*indices.rbegin() == done.taken() - 1);
  CHECK(done.taken() < 30);
  CHECK(world.account.users() == before + done.taken());
}

TEST_CASE_TEMPLATE("what is dropped early takes no further input", Rig, FOR_EACH_RIGS) {
  rigs::World world;
  Rig rig(world.account);
  int read = 0;
  using T = typename Rig::Transport;
  {
    auto done = for_each(api_of(rig, world.root_key), Numbers(read),
                         [](const Api<T>& api, int) { return api.viewer(); }, {.concurrency = 4});
    CHECK(rig.get(done.next()).has_value());
  }
  const int then = read;
  CHECK(rig.get(api_of(rig, world.root_key).viewer()).has_value());
  CHECK(read == then);
}

TEST_CASE_TEMPLATE("what an operation throws is thrown for its input, and the others go on", Rig, FOR_EACH_RIGS) {
  rigs::World world;
  Rig rig(world.account);
  using T = typename Rig::Transport;
  auto done = for_each(api_of(rig, world.root_key), emails(20),
                       [](const Api<T>& api, const std::string& email) {
                         if (email == "new7@example.com") throw std::runtime_error("seven");
                         return api.create_user(email);
                       },
                       {.concurrency = 3});
  int results = 0;
  int thrown = 0;
  for (bool more = true; more;) {
    try {
      more = rig.get(done.next()).has_value();
      results += more ? 1 : 0;
    } catch (const std::runtime_error&) {
      ++thrown;
    }
  }
  CHECK(results == 19);
  CHECK(thrown == 1);
}

TEST_CASE_TEMPLATE("inputs may be move-only", Rig, FOR_EACH_RIGS) {
  rigs::World world;
  Rig rig(world.account);
  using T = typename Rig::Transport;
  std::vector<std::unique_ptr<std::string>> inputs;
  for (auto& email : emails(5)) inputs.push_back(std::make_unique<std::string>(email));
  auto done =
      for_each(api_of(rig, world.root_key), std::move(inputs),
               [](const Api<T>& api, const std::unique_ptr<std::string>& email) { return api.create_user(*email); });
  int results = 0;
  for (auto& one : rest_of(rig, done)) {
    CHECK(one.result.value().email() == *one.input);
    ++results;
  }
  CHECK(results == 5);
}

TEST_CASE_TEMPLATE("a range that is not moved in keeps its elements", Rig, FOR_EACH_RIGS) {
  rigs::World world;
  Rig rig(world.account);
  auto mine = emails(3);
  using T = typename Rig::Transport;
  const auto look = [](const Api<T>& api, const std::string& email) { return api.user(email); };
  auto copied = for_each(api_of(rig, world.root_key), mine, look);
  CHECK(rest_of(rig, copied).size() == 3);
  auto viewed = for_each(api_of(rig, world.root_key), std::span(mine), look);
  CHECK(rest_of(rig, viewed).size() == 3);
  CHECK(mine == emails(3));
}

TEST_CASE_TEMPLATE("no concurrency at all is misuse", Rig, FOR_EACH_RIGS) {
  rigs::World world;
  Rig rig(world.account);
  CHECK_THROWS_AS(static_cast<void>(for_each(api_of(rig, world.root_key), emails(1), create<typename Rig::Transport>,
                                             {.concurrency = 0})),
                  std::invalid_argument);
}

TEST_CASE("a synchronous transport gives a range, which goes on where a loop was left") {
  rigs::World world;
  many::ThreadedFakeRig rig(world.account);
  auto done = for_each(api_of(rig, world.root_key), emails(10), create<testing::FakeTransport>, {.concurrency = 3});
  std::set<std::size_t> indices;
  for (auto& one : done) {
    indices.insert(one.index);
    if (indices.size() == 4) break;
  }
  for (const auto& one : done) indices.insert(one.index);
  CHECK(indices.size() == 10);
}

TEST_CASE("a result can be taken over into another object, with what is under way") {
  rigs::World world;
  many::OneThread rig(world.account);
  auto done = for_each(api_of(rig, world.root_key), emails(10), create<AsyncBeastTransport>, {.concurrency = 3});
  CHECK(rig.get(done.next()).has_value());
  auto taken_over = std::move(done);
  CHECK(rest_of(rig, taken_over).size() == 9);
  taken_over = for_each(api_of(rig, world.root_key), emails(2), create<AsyncBeastTransport>);
  CHECK(rest_of(rig, taken_over).size() == 2);
}

TEST_CASE("a range that throws ends there, and what was taken is not lost") {
  rigs::World world;
  many::FreeRig rig(world.account);
  struct Broken : Numbers {
    using Numbers::Numbers;
    struct iterator : Numbers::iterator {
      using Numbers::iterator::iterator;
      iterator& operator++() {
        if (**this == 2) throw std::runtime_error("broken");
        Numbers::iterator::operator++();
        return *this;
      }
      void operator++(int) { ++*this; }
    };
    int* number;
    explicit Broken(int& read) : Numbers(read), number(&read) {}
    [[nodiscard]] iterator begin() const { return iterator(*number); }
  };
  int read = 0;
  using T = many::FreeRig::Transport;
  auto done = for_each(api_of(rig, world.root_key), Broken(read), [](const Api<T>& api, int) { return api.viewer(); },
                       {.concurrency = 9});
  for (int i = 0; i != 3; ++i) CHECK(rig.get(done.next()).has_value());
  CHECK_THROWS_AS(static_cast<void>(rig.get(done.next())), std::runtime_error);
  CHECK_FALSE(rig.get(done.next()).has_value());
}

// The ways in which a coroutine waits for results.
static_assert(detail::CanAwaitEvent<many::FreeRig::Transport> && !detail::CanAwaitEvent<AsyncBeastTransport>);
static_assert(detail::MakesEvents<AsyncBeastTransport> && !detail::MakesEvents<many::BareAsio>);
static_assert(std::is_trivially_destructible_v<ForEachOptions>);

namespace {

/// Operations that end when the test ends them.
struct Gates {
  std::vector<std::coroutine_handle<>> waiting;
  auto wait() {
    struct Awaiter {
      Gates* gates;
      static bool await_ready() { return false; }
      void await_suspend(std::coroutine_handle<> handle) const { gates->waiting.push_back(handle); }
      static void await_resume() {}
    };
    return Awaiter{this};
  }
  void open(std::size_t which) { waiting.at(which).resume(); }
};

rigs::FreeTask<int> gated(Gates& gates, int number) {
  co_await gates.wait();
  co_return number * 10;
}

/// Takes the next result, or waits for it.
template <class ForEach>
rigs::FreeTask<void> take_one(ForEach& done, std::vector<int>& into) {
  if (auto one = co_await done.next()) into.push_back(one->result);
}

}  // namespace

TEST_CASE("without Asio, whoever completes resumes whoever waits") {
  rigs::World world;
  many::FreeRig rig(world.account);
  Gates gates;
  using T = many::FreeRig::Transport;
  auto done = for_each(api_of(rig, world.root_key), std::vector{1, 2, 3},
                       [&gates](const Api<T>&, int number) { return gated(gates, number); }, {.concurrency = 2});
  std::vector<int> results;
  auto first = take_one(done, results);
  first.run();
  CHECK(gates.waiting.size() == 2);
  CHECK(results.empty());
  gates.open(1);
  CHECK(results == std::vector{20});
  CHECK(gates.waiting.size() == 3);
  gates.open(0);
  gates.open(2);
  auto second = take_one(done, results);
  second.run();
  auto third = take_one(done, results);
  third.run();
  CHECK(results == std::vector{20, 10, 30});
}

TEST_CASE("without Asio, one that waits may be destroyed, and nothing is lost") {
  rigs::World world;
  many::FreeRig rig(world.account);
  Gates gates;
  using T = many::FreeRig::Transport;
  auto done = for_each(api_of(rig, world.root_key), std::vector{1},
                       [&gates](const Api<T>&, int number) { return gated(gates, number); });
  std::vector<int> results;
  {
    auto given_up = take_one(done, results);
    given_up.run();
  }
  gates.open(0);
  CHECK(results.empty());
  auto later = take_one(done, results);
  later.run();
  CHECK(results == std::vector{10});
}

namespace {

// Tasks in which anything can be awaited, but which still use an event.
struct EventedRig : many::FreeRig {
  struct Transport : many::FreeRig::Transport {
    using many::FreeRig::Transport::Transport;
    std::shared_ptr<int> made = std::make_shared<int>(0);
    class Event {
     public:
      void set() { inner_->set(); }
      [[nodiscard]] rigs::FreeTask<void> wait() { return wait(inner_); }

     private:
      using Inner = std::shared_ptr<detail::AwaitedEvent>;
      [[nodiscard]] static rigs::FreeTask<void> wait(Inner inner) { co_await inner->wait(); }
      Inner inner_ = std::make_shared<detail::AwaitedEvent>();
    };
    [[nodiscard]] Event make_event() {
      ++*made;
      return {};
    }
  };
  using many::FreeRig::FreeRig;
  Transport evented{fake};
};

}  // namespace

TEST_CASE("a transport's own event is preferred") {
  using T = EventedRig::Transport;
  static_assert(detail::CanAwaitEvent<T> && detail::MakesEvents<T>);
  rigs::World world;
  EventedRig rig(world.account);
  const Api<T> api(rig.evented, {.base_url = rig.base_url, .api_key = world.root_key}, Environment::none());
  auto done = for_each(api, std::vector{1, 2}, [](const Api<T>& each, int) { return each.viewer(); });
  CHECK(many::rest_of(rig, done).size() == 2);
  CHECK(*rig.evented.made == 1);
}

TEST_CASE("without Asio, a runner that is destroyed resumes nobody") {
  rigs::World world;
  many::FreeRig rig(world.account);
  Gates gates;
  using T = many::FreeRig::Transport;
  auto tasks = std::make_shared<std::list<rigs::FreeTask<void>>>();
  const T transport(rig.fake, many::SpawnFree{tasks});
  const Api<T> api(transport, {.base_url = rig.base_url, .api_key = world.root_key}, Environment::none());
  auto done = for_each(api, std::vector{1}, [&gates](const Api<T>&, int number) { return gated(gates, number); });
  bool resumed = false;
  const auto wait = [&]() -> rigs::FreeTask<void> {
    static_cast<void>(co_await done.next());
    resumed = true;
  };
  auto task = wait();
  task.run();
  CHECK(gates.waiting.size() == 1);
  tasks->clear();
  CHECK_FALSE(resumed);
}

TEST_CASE("what is in flight ends on its own when the results are no longer wanted") {
  rigs::World world;
  many::FreeRig rig(world.account);
  Gates gates;
  using T = many::FreeRig::Transport;
  std::vector<int> results;
  {
    auto done = for_each(api_of(rig, world.root_key), std::vector{1, 2, 3},
                         [&gates](const Api<T>&, int number) { return gated(gates, number); }, {.concurrency = 2});
    auto given_up = take_one(done, results);
    given_up.run();
  }
  gates.open(0);
  gates.open(1);
  CHECK(gates.waiting.size() == 2);
}
