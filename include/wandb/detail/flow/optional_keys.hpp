// Drops the keys from a query that a server refuses because of them.
#pragma once

#include <optional>

#include <wandb/detail/user/user_record.hpp>
#include <wandb/error.hpp>
#include <wandb/result.hpp>

namespace wandb::inline WANDB_ABI::detail {

/// Whether a query asks for the keys, and the error with which the server refused that.
class OptionalKeys {
 public:
  explicit OptionalKeys(bool wanted) noexcept : wanted_(wanted) {}
  [[nodiscard]] bool requested() const noexcept { return wanted_ && !refusal_; }
  /// If the server refused a query, perhaps because of the keys, drops the keys and returns true: the query is then to
  /// be sent again.
  template <class T>
  [[nodiscard]] bool drop_if_refused(const Result<T>& result) {
    if (!requested() || result || result.error() != errc::client_refused) return false;
    refusal_ = result.error();
    return true;
  }
  /// Marks the keys of a user as not loaded because of the refusal, if there was one.
  void report_refusal(const UserRecord& user) const {
    if (refusal_) user.refuse_keys(*refusal_);
  }

 private:
  bool wanted_;
  std::optional<Error> refusal_;
};

}  // namespace wandb::detail
