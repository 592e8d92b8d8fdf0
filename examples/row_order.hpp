// Results that come as they are ready, as rows in the order of the people.
#pragma once

#include <algorithm>
#include <coroutine>
#include <cstddef>
#include <map>
#include <optional>
#include <utility>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/error_code.hpp>

#include "report.hpp"

/// Keeps what came before its turn. How much that can be is bounded: who is too far ahead has to wait, so that a run
/// that is ended rudely has not many results that stand in no file.
class RowOrder {
 public:
  struct Row {
    std::size_t index;
    Report report;
  };

  RowOrder(boost::asio::io_context& context, std::size_t concurrency)
      : most_waiting_(std::max<std::size_t>(64, 4 * concurrency)),
        moved_(context, boost::asio::steady_timer::time_point::max()) {}

  void put(std::size_t index, Report report) { waiting_.emplace(index, std::move(report)); }
  /// The next row, if its report has come.
  [[nodiscard]] std::optional<Row> take() {
    if (waiting_.empty() || waiting_.begin()->first != next_) return std::nullopt;
    Row row{next_++, std::move(waiting_.begin()->second)};
    waiting_.erase(waiting_.begin());
    wake();
    return row;
  }

  /// Whether this one has to wait until more rows were taken.
  [[nodiscard]] bool is_ahead(std::size_t index) const { return index >= next_ + most_waiting_; }
  /// Until a row is taken, or `wake` is called.
  [[nodiscard]] boost::asio::awaitable<void> moved() {
    boost::system::error_code ignored;
    co_await moved_.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, ignored));
  }
  void wake() { moved_.cancel(); }

 private:
  std::size_t most_waiting_;
  std::size_t next_ = 0;
  std::map<std::size_t, Report> waiting_;
  boost::asio::steady_timer moved_;
};
