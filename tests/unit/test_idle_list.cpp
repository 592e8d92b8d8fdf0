#include <doctest/doctest.h>

#include <chrono>
#include <memory>

#include <wandb/transport/detail/http/idle_list.hpp>
#include <wandb/transport/detail/http/peer.hpp>

using namespace wandb;
using namespace std::chrono_literals;

namespace {

/// A connection that only knows its destination.
class Line {
 public:
  Line(const Origin& origin, int given) : number(given), peer_(origin) {}
  [[nodiscard]] const detail::Peer& peer() const { return peer_; }
  int number;

 private:
  detail::Peer peer_;
};
using List = detail::IdleList<Line>;

constexpr Origin here{.tls = true, .host = "here.test", .port = 443};
constexpr Origin there{.tls = true, .host = "there.test", .port = 443};
constexpr List::time_point at(std::chrono::nanoseconds since_start) { return List::time_point(since_start); }

/// Adds one connection a second: to "here", to "there", and to "here" again.
List three(std::chrono::nanoseconds timeout = 1h) {
  List list(timeout);
  list.put(std::make_unique<Line>(here, 1), at(1s));
  list.put(std::make_unique<Line>(there, 2), at(2s));
  list.put(std::make_unique<Line>(here, 3), at(3s));
  return list;
}

}  // namespace

TEST_CASE("an idle list gives the connection used last, of one origin or of any") {
  auto list = three();
  CHECK(list.count(here) == 2);
  CHECK(list.take(there)->number == 2);
  CHECK(list.take(there) == nullptr);
  CHECK(list.take(here)->number == 3);
  CHECK(list.take()->number == 1);
  CHECK(list.take() == nullptr);
}

TEST_CASE("an idle list drops what has been idle for as long as the timeout, and hands it out to be closed") {
  auto list = three(5s);
  List::Closing closing;
  CHECK(list.expire(at(5s), closing) == 0);
  CHECK(list.expire(at(7s), closing) == 2);
  REQUIRE(closing.size() == 2);
  CHECK(closing[1]->number == 2);
  CHECK(list.take()->number == 3);
}

TEST_CASE("an idle list is cleared of all, or of one origin") {
  auto list = three();
  List::Closing closing;
  list.clear(here, closing);
  CHECK(closing.size() == 2);
  CHECK(list.size() == 1);
  CHECK(list.clear(closing) == 1);
  CHECK(closing.back()->number == 2);
  CHECK(list.size() == 0);
}
