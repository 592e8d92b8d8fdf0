// Which of a host's addresses is tried next, and for how long.
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

namespace wandb::detail {

/// The addresses of a host, tried one after the other until one connects. The driver, blocking or not:
/// `while (const auto attempt = attempts.next(now)) attempts.ended(<what connecting to it came to>, now);`
class ConnectAttempts {
 public:
  using Address = boost::asio::ip::address;
  using time_point = std::chrono::steady_clock::time_point;
  struct Attempt {
    Address address;
    time_point until;
  };

  /// Until `deadline`, and no address for longer than `max_each`. The peer must outlive this.
  ConnectAttempts(const Peer& peer, std::vector<Address> addresses, time_point deadline,
                  std::chrono::milliseconds max_each)
      : peer_(peer), addresses_(std::move(addresses)), deadline_(deadline), max_each_(max_each) {}

  /// The address to try now, and how long; nothing when one has connected, none is left, or the call ended.
  [[nodiscard]] std::optional<Attempt> next(time_point now) const {
    if (ended_ || tried_ == addresses_.size()) return std::nullopt;
    // An equal share of what is left: an address that never answers does not eat the others' time.
    const auto left = static_cast<std::chrono::nanoseconds::rep>(addresses_.size() - tried_);
    const auto share = std::min<std::chrono::nanoseconds>((deadline_ - now) / left, max_each_);
    return Attempt{addresses_[tried_], now + share};
  }

  /// That is what the attempt came to: no error where it connected.
  void ended(const boost::system::error_code& ec, time_point now) {
    const auto& address = addresses_[tried_++];
    ended_ = !ec || ec == errc::cancelled || (ec == errc::timed_out && now >= deadline_);
    end_ = ec;
    if (ended_) return;
    if (!why_.empty()) why_ += "; ";
    why_ += address.to_string() + ": " + (ec == errc::timed_out ? std::string("no answer in time") : ec.message());
  }

  /// After `next` gave nothing: success, or the error, which says why each address failed.
  [[nodiscard]] Result<void> result() const {
    if (!ended_) return connect_failure(peer_, errc::connect_failed, why_);
    return end_ ? Result<void>(connect_failure(peer_, end_)) : success();
  }

 private:
  const Peer& peer_;
  std::vector<Address> addresses_;
  time_point deadline_;
  std::chrono::milliseconds max_each_;
  std::size_t tried_ = 0;
  bool ended_ = false;  // whatever addresses are left
  boost::system::error_code end_;
  std::string why_;
};

}  // namespace wandb::detail
