// Gets an access token for one request, without I/O: the one that is known, or a new one for the identity token.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <wandb/detail/call/retry_machine.hpp>
#include <wandb/detail/config/endpoint.hpp>
#include <wandb/detail/config/federation.hpp>
#include <wandb/detail/declare.hpp>
#include <wandb/detail/text/redact.hpp>
#include <wandb/detail/text/secure_memory.hpp>
#include <wandb/error.hpp>
#include <wandb/headers.hpp>
#include <wandb/result.hpp>
#include <wandb/stop_token.hpp>
#include <wandb/transport.hpp>

namespace wandb::inline WANDB_ABI::detail {

/// Gets an access token. While another call exchanges the identity token, this one waits in short steps and takes the
/// result of that exchange. `next` and `arrived` return the next action; after `Done` the result can be taken.
class TokenExchange {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  /// Keeps a reference to `endpoint`.
  TokenExchange(std::shared_ptr<Federation> federation, const Endpoint& endpoint, TimePoint deadline, StopToken stop);

  /// Returns the first action, and continues after `Wait`.
  [[nodiscard]] Action next(const Moment& moment);
  /// Takes the result of `SendRequest`.
  [[nodiscard]] Action arrived(Result<Response> response, const Moment& moment);
  /// Turns a request to the server into the exchange. The request then has views of this object as well.
  void apply_to(Request& request);

  /// Returns the access token, or why there is none.
  [[nodiscard]] Result<AccessTokenPtr> take_result() { return std::move(result_); }
  /// Whether the access token was exchanged for this object, or while it waited, so that it is as new as it can be.
  [[nodiscard]] bool is_fresh() const noexcept { return fresh_; }

 private:
  // The secrets that the server or a part of the program may repeat.
  class Secrets final : public KnownSecrets {
   public:
    Secrets(const Secret& assertion, AccessTokenPtr last, std::span<const std::string_view> others)
        : last_(std::move(last)), views_(others.begin(), others.end()) {
      views_.push_back(assertion.reveal());
      if (last_) views_.insert(views_.end(), {last_->token(), last_->assertion.reveal()});
      views_.emplace_back();
    }
    void add(std::string_view secret) noexcept override { views_.back() = secret; }
    [[nodiscard]] std::span<const std::string_view> secrets() const override { return views_; }

   private:
    AccessTokenPtr last_;
    std::vector<std::string_view> views_;
  };

  [[nodiscard]] Secrets secrets() const { return {assertion_, federation_->last(), endpoint_.header_secrets}; }
  [[nodiscard]] Action begin(const Moment& moment);
  [[nodiscard]] Action follow(const Action& action, const Moment& moment);
  [[nodiscard]] Action finish(Result<AccessTokenPtr> result);
  [[nodiscard]] Action fail(const Error& error, const Moment& moment);
  [[nodiscard]] Result<StoredToken> read(const Response& response, std::chrono::system_clock::time_point now) const;
  // `is_object` says whether the body is a JSON object.
  [[nodiscard]] Error refusal(const Response& response, bool is_object) const;
  [[nodiscard]] Error explained(const Error& error) const;

  std::shared_ptr<Federation> federation_;
  const Endpoint& endpoint_;
  TimePoint deadline_;
  StopToken stop_;
  std::string target_;
  std::uint64_t exchange_ = 0;  // the exchange that this object makes or waits for; 0 if there is none
  ExchangeClaim claim_;
  std::chrono::milliseconds pause_{5};
  Secret assertion_;
  SecureString body_;
  std::vector<Header> headers_;
  int max_attempts_ = 1;
  RetryMachine machine_;
  Result<StoredToken> last_;  // what the last attempt brought
  Result<AccessTokenPtr> result_;
  bool fresh_ = false;
};

}  // namespace wandb::detail

#if !defined(WANDB_SEPARATE_COMPILATION)
#include <wandb/impl/token_exchange.ipp>
#endif
