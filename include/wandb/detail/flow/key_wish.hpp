// Keys that may be left out, where a server would refuse the whole question for their sake.
#pragma once

#include <optional>

#include <wandb/detail/user/user_record.hpp>
#include <wandb/error.hpp>
#include <wandb/result.hpp>

namespace wandb::detail {

/// Whether keys are asked for, and why the server would not have it.
class KeyWish {
 public:
  explicit KeyWish(bool wanted) noexcept : wanted_(wanted) {}
  [[nodiscard]] bool stands() const noexcept { return wanted_ && !refused_; }
  /// Whether what was asked was refused on the keys' account, as far as that can be: then the same is asked without
  /// them.
  template <class T>
  [[nodiscard]] bool gives_way(const Result<T>& asked) {
    if (!stands() || asked || asked.error() != errc::client_refused) return false;
    refused_ = asked.error();
    return true;
  }
  /// Lets a user who was read without their keys say why.
  void tell(const UserRecord& user) const {
    if (refused_) user.refuse_keys(*refused_);
  }

 private:
  bool wanted_;
  std::optional<Error> refused_;
};

}  // namespace wandb::detail
