// Tests what the tool tells of its settings, and that it obeys the environment variables of the library.
#include <doctest/doctest.h>

#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <boost/json/parse.hpp>

#include <wandb/testing/account.hpp>
#include <wandb/testing/loopback_server.hpp>
#include <wandb/version.hpp>

#include "office.hpp"
#include "run_tool.hpp"

using tool::has;
using tool::Office;

namespace {

tool::Ended run(const Office& office, std::vector<std::string> words, const std::vector<std::string>& variables) {
  return tool::Tool(office.server.base_url(), office.key, std::move(words), tool::Screens::files, variables).wait();
}

const std::string header = R"(WANDB_X_EXTRA_HTTP_HEADERS={"X-Token": "iap-token-0123456789"})";

}  // namespace

TEST_CASE("whoami --verbose prints each setting and where it comes from, and no secret") {
  Office office;
  const auto ended = run(office, {"whoami", "--verbose", "--timeout", "7.5"},
                         {header, "WANDB_USERNAME=ann", "https_proxy=http://u:hidden@proxy:3128"});
  CHECK(ended.code == 0);
  CHECK(ended.out.starts_with("base URL: " + office.server.base_url() + "  (WANDB_BASE_URL)\nAPI key: "));
  CHECK(has(ended.out, "****  (WANDB_API_KEY)\n"));
  CHECK(has(ended.out, "\ntimeout: 7.5 s  (wandb::Options)\n"));
  CHECK(has(ended.out, "\nuser agent: W&B Public Client " + std::string(wandb::version)));
  CHECK(has(ended.out, "\nheader X-WANDB-USERNAME: ann  (WANDB_USERNAME)\n"));
  CHECK(has(ended.out, "\nheader X-Token: ****  (WANDB_X_EXTRA_HTTP_HEADERS)\n"));
  CHECK(has(ended.out, "\nproxy: none  (the server is on this machine)\n"));
  CHECK(has(ended.out, "root@example.com"));
  CHECK_FALSE(has(ended.out, "iap-token"));
  CHECK_FALSE(has(ended.out, "hidden"));
  CHECK_FALSE(has(ended.out, office.key));
}

TEST_CASE("whoami --verbose --json prints the settings as one JSON text, and the user as another") {
  Office office;
  const auto ended = run(office, {"whoami", "--verbose", "--json"}, {header});
  CHECK(ended.code == 0);
  const auto end = ended.out.find('\n');
  const auto settings = boost::json::parse(ended.out.substr(0, end)).at("settings").as_array();
  const auto user = boost::json::parse(ended.out.substr(end + 1));
  CHECK(settings.at(0).at("name") == "base URL");
  CHECK(settings.at(0).at("value") == boost::json::string(office.server.base_url().c_str()));
  CHECK(settings.at(0).at("source") == "WANDB_BASE_URL");
  CHECK(settings.at(4).at("name") == "header X-Token");
  CHECK(settings.at(4).at("value") == "****");
  CHECK(user.at("email") == "root@example.com");
}

TEST_CASE("whoami --verbose tells the settings when the server refuses the key, and without it tells none") {
  Office office;
  office.key = tool::any_key;
  const auto refused = run(office, {"whoami", "--verbose"}, {});
  CHECK(refused.code == 4);
  CHECK(has(refused.out, "API key: aaaaa****  (WANDB_API_KEY)"));
  const auto quiet = run(office, {"whoami"}, {});
  CHECK(quiet.code == 4);
  CHECK(quiet.out.empty());
}

TEST_CASE("the tool sends the headers of the environment, and says what is wrong with them") {
  Office office;
  std::mutex mutex;
  std::string seen;
  office.account.before([&](const wandb::Request& request) -> std::optional<wandb::Response> {
    const std::lock_guard guard(mutex);
    for (const auto& field : request.headers) seen.append(field.name).append("=").append(field.value).append("\n");
    return std::nullopt;
  });
  CHECK(run(office, {"whoami"}, {header, "WANDB_USER_EMAIL=ann@example.com"}).code == 0);
  CHECK(has(seen, "X-Token=iap-token-0123456789\n"));
  CHECK(has(seen, "X-WANDB-USER-EMAIL=ann@example.com\n"));
  const auto ended =
      run(office, {"whoami"}, {R"(WANDB_X_EXTRA_HTTP_HEADERS={"Authorization": "iap-token-0123456789"})"});
  CHECK(ended.code == 2);
  CHECK(has(ended.err, "WANDB_X_EXTRA_HTTP_HEADERS: the header Authorization is one that the library"));
  CHECK_FALSE(has(ended.err, "iap-token"));
}
