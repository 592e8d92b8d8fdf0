// Provisions people, and reads the results.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <map>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include <boost/json/parse.hpp>

#include <wandb/testing/account.hpp>
#include <wandb/testing/loopback_server.hpp>

#include "run_tool.hpp"

namespace tool {

inline const std::string any_key(40, 'a');

inline bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

/// An account with an admin, behind a server.
struct Office {
  explicit Office(wandb::testing::Generation generation = wandb::testing::Generation::newer) : account(generation) {
    account.add_user({.email = "root@example.com", .admin = true});
    key = account.add_key("root", "laptop");
  }
  [[nodiscard]] Ended provision(const std::string& csv, std::vector<std::string> more = {}) {
    more.insert(more.begin(), {"provision", scratch.file("people.csv", csv)});
    return tool::run(server.base_url(), key, more);
  }
  wandb::testing::Account account;
  std::string key;
  wandb::testing::LoopbackServer server{account};
  Scratch scratch;
};

inline std::string email_of(std::size_t number) { return "p" + std::to_string(number) + "@example.com"; }
inline std::string people(std::size_t count) {
  std::string csv = "email,admin\n";
  for (std::size_t i = 0; i != count; ++i) csv += email_of(i) + ",false\n";
  return csv;
}

/// Returns the status of each e-mail from the result rows, in which each must occur once.
inline std::map<std::string, std::string> statuses(const std::string& jsonl) {
  std::map<std::string, std::string> out;
  std::istringstream lines(jsonl);
  for (std::string line; std::getline(lines, line);) {
    const auto row = boost::json::parse(line);
    const auto fresh = out.emplace(row.at("email").as_string().c_str(), row.at("status").as_string().c_str()).second;
    CHECK_MESSAGE(fresh, line);
  }
  return out;
}
inline std::size_t count(const std::map<std::string, std::string>& statuses, const std::string& status) {
  return static_cast<std::size_t>(
      std::count_if(statuses.begin(), statuses.end(), [&](const auto& one) { return one.second == status; }));
}

}  // namespace tool
