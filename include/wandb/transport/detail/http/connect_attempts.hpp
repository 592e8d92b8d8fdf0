// Decides which address of a host is tried next, and for how long.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/ip/address.hpp>
#include <boost/system/error_code.hpp>

#include <wandb/error.hpp>
#include <wandb/result.hpp>
#include <wandb/transport/detail/http/peer.hpp>

namespace wandb::inline WANDB_ABI::detail {

/// Tries the addresses of a host one after the other until one connects. It does no I/O. Its driver connects:
/// `while (const auto attempt = attempts.next(now)) attempts.ended(<the error of connecting to it>, now);`
class ConnectAttempts {
 public:
  using Address = boost::asio::ip::address;
  using time_point = std::chrono::steady_clock::time_point;
  struct Attempt {
    Address address;
    time_point until;
  };

  /// All attempts end by `deadline`, and each takes at most `max_each`. The peer must outlive this object.
  ConnectAttempts(const Peer& peer, std::vector<Address> addresses, time_point deadline,
                  std::chrono::milliseconds max_each)
      : peer_(peer), addresses_(std::move(addresses)), deadline_(deadline), max_each_(max_each) {}

  /// The address to try now, and until when. Nothing when an address has connected, all have been tried, or the call
  /// has ended.
  [[nodiscard]] std::optional<Attempt> next(time_point now) const {
    if (finished_ || tried_ == addresses_.size()) return std::nullopt;
    // Each address gets an equal share of the time, so that one which never answers leaves time for the others.
    const auto left = static_cast<std::chrono::nanoseconds::rep>(addresses_.size() - tried_);
    const auto share = std::min<std::chrono::nanoseconds>((deadline_ - now) / left, max_each_);
    return Attempt{addresses_[tried_], now + share};
  }

  /// Records the error of the attempt that `next` gave last. No error means that the address has connected.
  void ended(const boost::system::error_code& ec, time_point now) {
    const auto& address = addresses_[tried_++];
    finished_ = !ec || ec == errc::cancelled || (ec == errc::timed_out && now >= deadline_);
    last_error_ = ec;
    if (finished_) return;
    if (!why_.empty()) why_ += "; ";
    why_ += address.to_string() + ": " + (ec == errc::timed_out ? std::string("no answer in time") : ec.message());
  }

  /// Success, or an error that says why each address failed. Valid after `next` has given nothing.
  [[nodiscard]] Result<void> result() const {
    if (!finished_) return connect_failure(peer_, errc::connect_failed, why_);
    return last_error_ ? Result<void>(connect_failure(peer_, last_error_)) : success();
  }

 private:
  const Peer& peer_;
  std::vector<Address> addresses_;
  time_point deadline_;
  std::chrono::milliseconds max_each_;
  std::size_t tried_ = 0;
  bool finished_ = false;  // no further address is tried, though some may be left
  boost::system::error_code last_error_;
  std::string why_;
};

}  // namespace wandb::detail
