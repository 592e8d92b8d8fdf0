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

TEST_CASE("whoami --verbose tells each setting and where it comes from, and no secret") {
  Office office;
  const auto ended = run(office, {"whoami", "--verbose", "--timeout", "7.5"},
                         {header, "WANDB_USERNAME=ann", "https_proxy=http://u:hidden@proxy:3128"});
  CHECK(ended.code == 0);
  const std::string tool = "wandb-users: ";
  CHECK(ended.err.starts_with(tool + "base URL: " + office.server.base_url() + "  (WANDB_BASE_URL)\n" + tool +
                              "API key: "));
  CHECK(has(ended.err, "****  (WANDB_API_KEY)\n"));
  CHECK(has(ended.err, tool + "timeout: 7.5 s  (--timeout)\n"));
  CHECK(has(ended.err, tool + "user agent: W&B Public Client " + std::string(wandb::version)));
  CHECK(has(ended.err, tool + "header X-WANDB-USERNAME: ann  (WANDB_USERNAME)\n"));
  CHECK(has(ended.err, tool + "header X-Token: ****  (WANDB_X_EXTRA_HTTP_HEADERS)\n"));
  CHECK(has(ended.err, tool + "proxy: none  (the server is on this machine)\n"));
  CHECK(has(ended.out, "root@example.com"));
  for (const std::string secret : {"iap-token", "hidden", office.key.c_str()}) {
    CHECK_FALSE(has(ended.out + ended.err, secret));
  }
  CHECK(has(run(office, {"whoami", "--verbose", "--base-url", office.server.base_url()}, {}).err, "  (--base-url)\n"));
}

TEST_CASE("whoami --verbose leaves standard output in its format, and with --json tells the settings as JSON") {
  Office office;
  const auto ended = run(office, {"whoami", "--verbose", "--json"}, {header});
  CHECK(ended.code == 0);
  CHECK(boost::json::parse(ended.out).at("email") == "root@example.com");
  const auto settings = boost::json::parse(ended.err.substr(0, ended.err.find('\n'))).at("settings").as_array();
  CHECK(settings.at(0).at("name") == "base URL");
  CHECK(settings.at(0).at("value") == boost::json::string(office.server.base_url().c_str()));
  CHECK(settings.at(0).at("source") == "WANDB_BASE_URL");
  CHECK(settings.at(4).at("name") == "header X-Token");
  CHECK(settings.at(4).at("value") == "****");
  for (const auto* format : {"csv", "json", "jsonl", "table"}) {
    CHECK(run(office, {"whoami", "--verbose", "--format", format}, {}).out ==
          run(office, {"whoami", "--format", format}, {}).out);
  }
}

TEST_CASE("whoami --verbose tells the settings when the server refuses the key, and without it tells none") {
  Office office;
  office.key = tool::any_key;
  const auto refused = run(office, {"whoami", "--verbose"}, {});
  CHECK(refused.code == 4);
  CHECK(has(refused.err, "API key: aaaaa****  (WANDB_API_KEY)"));
  const auto quiet = run(office, {"whoami"}, {});
  CHECK(quiet.code == 4);
  CHECK_FALSE(has(quiet.err, "base URL: "));
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
