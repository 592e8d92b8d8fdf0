// A server that only knows people by e-mail, so that it is fast enough for many thousands. It fails as a test
// specifies.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <wandb/transport.hpp>

namespace tool {

class Directory {
 public:
  /// The result of a creation.
  struct Fate {
    bool runs = true;
    int status = 200;
    std::string retry_after{};
    bool somebody_else = false;  ///< another client creates the user first
    std::string body{};          ///< the answer, with `USER` for the user; empty for one that fits the status
  };
  /// `attempt` counts the creations of that e-mail, from 1.
  std::function<Fate(const std::string& email, int attempt)> fate = [](const std::string&, int) { return Fate(); };
  /// Called with the number of users whenever it grows.
  std::function<void(std::size_t)> made = [](std::size_t) {};

  void add(const std::string& email, bool admin = false, bool deleted = false) {
    people_[email] = {.there = true, .admin = admin, .deleted = deleted};
  }
  [[nodiscard]] bool has(const std::string& email) const {
    const std::lock_guard lock(mutex_);
    const auto found = people_.find(email);
    return found != people_.end() && found->second.there;
  }
  /// Returns how often this server created that user.
  [[nodiscard]] int times_made(const std::string& email) const {
    const std::lock_guard lock(mutex_);
    const auto found = people_.find(email);
    return found == people_.end() ? 0 : found->second.made;
  }
  [[nodiscard]] std::size_t creations() const {
    const std::lock_guard lock(mutex_);
    return creations_;
  }

  [[nodiscard]] wandb::Response handle(const wandb::Request& request) {
    const auto body = boost::json::parse(boost::json::string_view(request.body.data(), request.body.size()));
    const auto& variables = body.at("variables").as_object();
    const std::lock_guard lock(mutex_);
    if (body.at("operationName").as_string() == "SearchUsers") return search(text(variables.at("query")));
    return create(text(variables.at("email")), variables.at("admin").as_bool());
  }

 private:
  struct Entry {
    bool there = false;
    bool admin = false;
    bool deleted = false;
    int made = 0;
    int attempts = 0;
  };

  static std::string text(const boost::json::value& value) { return std::string(value.as_string().c_str()); }
  static wandb::Response answer(int status, std::string_view body) {
    wandb::Response response;
    response.status = status;
    response.body = body;
    return response;
  }
  static std::string user(const std::string& email, const Entry& entry) {
    return R"({"id":"id of )" + email + R"(","name":"","username":")" + email.substr(0, email.find('@')) +
           R"(","email":")" + email + R"(","admin":)" + (entry.admin ? "true" : "false") + R"(,"deletedAt":)" +
           (entry.deleted ? R"("2024-06-01T00:00:00Z")" : "null");
  }

  [[nodiscard]] wandb::Response search(const std::string& email) const {
    constexpr std::string_view none = R"({"edges":[],"pageInfo":{"endCursor":null,"hasNextPage":false}})";
    const auto found = people_.find(email);
    std::string edges;
    if (found != people_.end() && found->second.there) {
      edges = R"({"node":)" + user(email, found->second) + R"(,"apiKeys":)" + std::string(none) +
              R"(,"teams":{"edges":[]}}})";
    }
    return answer(
        200, R"({"data":{"users":{"edges":[)" + edges + R"(],"pageInfo":{"endCursor":null,"hasNextPage":false}}}})");
  }

  [[nodiscard]] wandb::Response create(const std::string& email, bool admin) {
    auto& entry = people_[email];
    const auto what = fate(email, ++entry.attempts);
    ++creations_;
    if (what.somebody_else) entry.there = true;
    if (what.runs && entry.there) {
      return answer(409, R"({"data":{"createUser":null},"errors":[{"message":"taken","path":["createUser"]}]})");
    }
    if (what.runs) {
      entry.there = true;
      entry.admin = admin;
      ++entry.made;
      made(++made_);
    }
    auto body = what.body;
    if (body.empty()) body = what.status == 200 ? R"({"data":{"createUser":{"user":USER}}})" : R"({"error":"as told"})";
    if (const auto at = body.find("USER"); at != body.npos) body.replace(at, 4, user(email, entry) + "}");
    auto response = answer(what.status, body);
    if (!what.retry_after.empty()) response.headers.add("Retry-After", what.retry_after);
    return response;
  }

  mutable std::mutex mutex_;
  std::unordered_map<std::string, Entry> people_;
  std::size_t creations_ = 0;
  std::size_t made_ = 0;
};

}  // namespace tool
