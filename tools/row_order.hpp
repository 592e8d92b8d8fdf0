// Puts results, which arrive in any order, into the order of the people.
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

/// Keeps results until it is their turn. Their number is bounded: work that is too far ahead has to wait, so that a run
/// that is killed loses only a few results.
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
  /// Returns the next row, if its report has arrived.
  [[nodiscard]] std::optional<Row> take() {
    if (waiting_.empty() || waiting_.begin()->first != next_) return std::nullopt;
    Row row{next_++, std::move(waiting_.begin()->second)};
    waiting_.erase(waiting_.begin());
    wake();
    return row;
  }

  /// Returns whether this row has to wait until more rows are taken.
  [[nodiscard]] bool is_ahead(std::size_t index) const { return index >= next_ + most_waiting_; }
  /// Waits until a row is taken, or `wake` is called.
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
