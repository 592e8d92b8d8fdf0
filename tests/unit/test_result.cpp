// Tests that a result holds a value or an error, and says which.
#include <doctest/doctest.h>

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>
#include <utility>
#include <vector>

#include <wandb/result.hpp>

using wandb::errc;
using wandb::Error;
using wandb::Exception;
using wandb::Result;
using wandb::success;

namespace {

const Error conflict(make_error_code(errc::conflict), "it is there", wandb::Delivery::answered);

Result<std::unique_ptr<int>> owned(int number) { return std::make_unique<int>(number); }

// Counts the objects that exist.
struct Counted {
  static inline int alive = 0;
  explicit Counted(int which = 0) : number(which) { ++alive; }
  Counted(const Counted& other) : number(other.number) { ++alive; }
  Counted(Counted&& other) noexcept : number(other.number) { ++alive; }
  Counted& operator=(const Counted&) = delete;
  ~Counted() { --alive; }
  int number;
};

struct ThrowsWhenMade {
  explicit ThrowsWhenMade(bool now = true) {
    if (now) throw std::runtime_error("not made");
  }
};

struct Named {
  [[nodiscard]] std::string name() const { return "ann"; }
};

}  // namespace

TEST_CASE("a result with a value gives it") {
  Result<std::string> result = "ann";
  CHECK(result);
  CHECK(result.has_value());
  CHECK_FALSE(result.has_error());
  CHECK(result.value() == "ann");
  CHECK(std::as_const(result).value() == "ann");
  CHECK(*result == "ann");
  CHECK(*std::as_const(result) == "ann");
  CHECK(result->size() == 3);
  CHECK(std::as_const(result)->size() == 3);
  CHECK(result.value_or("nobody") == "ann");
  CHECK(result.error() == errc::no_result);
  result.value() += 'a';
  *result += 'b';
  CHECK(std::move(result).value() == "annab");
}

TEST_CASE("a result with an error gives it, and throws it where the value is asked for") {
  const Result<std::string> result = conflict;
  CHECK_FALSE(result);
  CHECK_FALSE(result.has_value());
  CHECK(result.has_error());
  CHECK(result.error() == errc::conflict);
  CHECK(result.error().reason() == "it is there");
  CHECK(result.value_or("nobody") == "nobody");
  CHECK(Result<std::string>(conflict).value_or("nobody") == "nobody");
  CHECK(result.operator->() == nullptr);
  try {
    static_cast<void>(result.value());
    FAIL("nothing was thrown");
  } catch (const Exception& exception) {
    CHECK(exception.error() == errc::conflict);
    CHECK(exception.code() == errc::conflict);
    CHECK(exception.what() == std::string_view("it is there"));
  }
  CHECK_THROWS_AS(static_cast<void>(Result<int>(conflict).value()), std::exception);
  CHECK_THROWS_AS(Result<void>(conflict).value(), Exception);
}

TEST_CASE("a result is made of an error, of a code of ours, and of one of the standard library's") {
  CHECK(Result<int>(Error(errc::conflict)).error() == errc::conflict);
  CHECK(Result<int>(errc::conflict).error() == errc::conflict);
  CHECK(Result<void>(errc::conflict).error() == errc::conflict);
  const Result<int> timeout = std::make_error_code(std::errc::timed_out);
  CHECK(timeout.error() == wandb::condition::timed_out);
  CHECK(Result<bool>(errc::conflict).has_error());
}

TEST_CASE("a result that nobody has set is an error, and is not made by accident") {
  CHECK(Result<int>().error() == errc::no_result);
  CHECK(Result<void>().error() == errc::no_result);
  CHECK(std::vector<Result<std::string>>(2)[1].error() == errc::no_result);
  static_assert(std::is_default_constructible_v<Result<int>>);
  static_assert(!std::is_convertible_v<wandb::detail::Nothing, Result<int>>);
}

TEST_CASE("a result of nothing tells success from failure") {
  const auto done = success();
  CHECK(done);
  CHECK(done.has_value());
  done.value();
  *done;
  Result<void> result(conflict);
  CHECK(result.error() == errc::conflict);
  result.emplace();
  CHECK(result);
  CHECK(result.error() == errc::no_result);
  result = errc::cancelled;
  CHECK(result.error() == errc::cancelled);
  static_assert(std::is_void_v<decltype(done.value())> && std::is_void_v<decltype(*success())>);
}

TEST_CASE("a value that only moves is moved out") {
  auto result = owned(7);
  CHECK(**result == 7);
  const std::unique_ptr<int> taken = std::move(result).value();
  CHECK(*taken == 7);
  CHECK(*owned(8).value() == 8);
  CHECK(**owned(9) == 9);
  CHECK(*owned(3).value_or(nullptr) == 3);
  auto other = owned(1);
  other = owned(2);
  CHECK(**other == 2);
  other.emplace(std::make_unique<int>(4));
  CHECK(**other == 4);
  static_assert(!std::is_copy_constructible_v<Result<std::unique_ptr<int>>>);
  static_assert(!std::is_copy_assignable_v<Result<std::unique_ptr<int>>>);
  static_assert(std::is_nothrow_move_constructible_v<Result<std::unique_ptr<int>>>);
  static_assert(std::is_nothrow_move_assignable_v<Result<std::unique_ptr<int>>>);
  static_assert(std::is_copy_constructible_v<Result<std::string>> && std::is_copy_constructible_v<Result<void>>);
}

TEST_CASE("what a temporary gives is the caller's own, so that a loop may run over it") {
  static_assert(std::is_same_v<decltype(owned(1).value()), std::unique_ptr<int>>);
  static_assert(std::is_same_v<decltype(*owned(1)), std::unique_ptr<int>>);
  static_assert(std::is_same_v<decltype(owned(1).error()), Error>);
  const Result<int> named(conflict);
  static_assert(std::is_same_v<decltype(named.error()), const Error&>);
  int sum = 0;
  for (const int number : Result<std::vector<int>>(std::vector<int>{1, 2, 3}).value()) sum += number;
  CHECK(sum == 6);
  const Error& kept = Result<int>(conflict).error();
  CHECK(kept.reason() == "it is there");
}

TEST_CASE("results are copied, moved and assigned, from whichever state to whichever") {
  const auto alive = [](int expected) { CHECK(Counted::alive == expected); };
  {
    Result<Counted> value(std::in_place, 1);
    Result<Counted> failed(conflict);
    Result<Counted> copy = value;
    CHECK(copy->number == 1);
    alive(2);
    copy = failed;
    CHECK(copy.error() == errc::conflict);
    alive(1);
    copy = value;
    CHECK(copy->number == 1);
    CHECK(copy.error() == errc::no_result);
    alive(2);
    copy = Result<Counted>(std::in_place, 2);
    CHECK(copy->number == 2);
    const auto& same = copy;
    copy = same;
    copy = std::move(const_cast<Result<Counted>&>(same));
    CHECK(copy->number == 2);
    failed = std::move(copy);
    CHECK(failed->number == 2);
    CHECK(failed.emplace(3).number == 3);
    const auto moved = std::move(failed);
    CHECK(moved->number == 3);
  }
  alive(0);
}

TEST_CASE("where making a value throws, the result is an error") {
  Result<ThrowsWhenMade> result(std::in_place, false);
  CHECK_THROWS_AS(result.emplace(true), std::runtime_error);
  CHECK(result.error() == errc::no_result);
  result = conflict;
  CHECK_THROWS_AS(result.emplace(true), std::runtime_error);
  CHECK(result.error() == errc::no_result);
}

TEST_CASE("a result converts where its value does") {
  const Result<std::optional<std::string>> some = Result<std::string>("ann");
  CHECK(some.value() == "ann");
  const Result<std::optional<std::string>> none = std::nullopt;
  CHECK(none);
  CHECK_FALSE(none->has_value());
  const Result<std::optional<std::string>> failed = Result<std::string>(conflict);
  CHECK(failed.error() == errc::conflict);
  static_assert(!std::is_convertible_v<Result<std::string>, Result<int>>);
  static_assert(!std::is_convertible_v<Result<int>, Result<void>>);
  static_assert(!std::is_convertible_v<Result<std::string>, std::string>);
}

TEST_CASE("a result compares with a value") {
  const Result<std::string> result = "ann";
  CHECK(result == "ann");
  CHECK(std::string("ann") == result);
  CHECK(result != "bob");
  CHECK(Result<std::string>(conflict) != "ann");
}

TEST_CASE("results are chained; the first error stays") {
  const auto half = [](int number) -> Result<int> {
    if (number % 2 != 0) return conflict;
    return number / 2;
  };
  Result<int> twelve = 12;
  CHECK(twelve.and_then(half).and_then(half) == 3);
  CHECK(std::as_const(twelve).and_then(half) == 6);
  CHECK(Result<int>(12).and_then(half).and_then(half).and_then(half).error() == errc::conflict);
  CHECK(twelve.and_then([](int& number) -> Result<void> {
    ++number;
    return success();
  }));
  CHECK(twelve == 13);
  CHECK(success().and_then([] { return Result<int>(4); }) == 4);
  CHECK(Result<void>(conflict).and_then([] { return Result<int>(4); }).error() == errc::conflict);
  CHECK(*owned(5).and_then([](std::unique_ptr<int> own) -> Result<int> { return *own; }) == 5);
}

TEST_CASE("a value is transformed, an error stays") {
  Result<std::string> ann = "ann";
  const auto size = [](const std::string& text) { return text.size(); };
  CHECK(ann.transform(size) == 3U);
  CHECK(std::as_const(ann).transform(size) == 3U);
  CHECK(Result<std::string>("bo").transform(size) == 2U);
  CHECK(ann.transform(&std::string::size) == 3U);
  CHECK(Result<Named>(Named{}).transform(&Named::name) == "ann");
  CHECK(Result<std::string>(conflict).transform(size).error() == errc::conflict);
  int calls = 0;
  const Result<void> counted = ann.transform([&](const std::string&) { ++calls; });
  CHECK(counted);
  CHECK(calls == 1);
  CHECK(success().transform([] { return 1; }) == 1);
  CHECK(Result<void>(conflict).transform([&] { ++calls; }).error() == errc::conflict);
  CHECK(calls == 1);
}

TEST_CASE("an error gives way to another result or another error, a value stays") {
  const auto nobody = [](const Error& error) -> Result<std::string> {
    if (error == errc::conflict) return "nobody";
    return error;
  };
  CHECK(Result<std::string>(conflict).or_else(nobody) == "nobody");
  CHECK(Result<std::string>(errc::cancelled).or_else(nobody).error() == errc::cancelled);
  const Result<std::string> ann = "ann";
  CHECK(ann.or_else(nobody) == "ann");
  const auto cancelled = [](const Error&) { return errc::cancelled; };
  CHECK(Result<std::string>(conflict).transform_error(cancelled).error() == errc::cancelled);
  CHECK(ann.transform_error(cancelled) == "ann");
  CHECK(Result<void>(conflict).transform_error([](Error error) { return error; }).error() == errc::conflict);
}

#if defined(__cpp_lib_expected)
TEST_CASE("a result converts to a std::expected") {
  const Result<std::string> ann = "ann";
  const std::expected<std::string, Error> expected = ann;
  CHECK(expected.value() == "ann");
  const std::expected<std::unique_ptr<int>, Error> moved = owned(1);
  CHECK(**moved == 1);
  const std::expected<void, Error> failed = Result<void>(conflict);
  CHECK(failed.error() == errc::conflict);
  const std::expected<void, Error> done = success();
  CHECK(done.has_value());
}
#endif
