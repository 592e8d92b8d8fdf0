// The setting of tests of federated identity.
#pragma once

#include <atomic>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "../rigs.hpp"
#include "../temporary_directory.hpp"
#include "../variables.hpp"

namespace federated {

using namespace wandb;
using rigs::Scene;

[[nodiscard]] inline bool holds(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

[[nodiscard]] inline bool is_exchange(const Request& request) { return request.target.ends_with("/oidc/token"); }

[[nodiscard]] inline Response answer_of(int status, std::string_view body, std::string_view type = "application/json") {
  Response response;
  response.status = status;
  response.headers.add("Content-Type", type);
  response.body = body;
  return response;
}

inline constexpr RetryPolicy four_times{.max_attempts = 4, .initial_backoff = {}, .max_retry_after = {}};

// A world whose users have identity tokens, and the exchanges that were asked for.
template <class Rig>
struct Federated : Scene<Rig> {
  using Transport = typename Rig::Transport;

  // Answers the exchanges, as long as `answer` returns something.
  template <class F>
  void exchanges(F answer) {
    this->world.account.before([this, answer](const Request& request) -> std::optional<Response> {
      if (!is_exchange(request)) return std::nullopt;
      ++asked;
      return answer();
    });
  }
  [[nodiscard]] IdentityToken token_of(std::string email) {
    return IdentityToken([this, email] { return Secret(this->world.account.identity_token(email)); });
  }
  // An `Api` of a program whose environment names a token file.
  [[nodiscard]] Api<Transport> of_file(const Options& options = {}) {
    variables["HOME"] = directory.path();
    variables["WANDB_IDENTITY_TOKEN_FILE"] = directory.path("token");
    auto given = options;
    given.base_url = this->rig.base_url;
    if (given.retry.max_attempts == RetryPolicy{}.max_attempts) given.retry = four_times;
    return Api<Transport>(this->rig.transport, given, environment_of(variables));
  }
  void write_token(std::string_view email) { directory.put("token", this->world.account.identity_token(email) + "\n"); }
  [[nodiscard]] std::size_t exchanged() const { return this->world.account.executed("oidc/token"); }

  TemporaryDirectory directory;
  EnvironmentVariables variables;
  std::atomic<int> asked{0};
};

}  // namespace federated
