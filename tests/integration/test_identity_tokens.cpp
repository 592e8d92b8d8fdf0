#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <future>
#include <memory>
#include <optional>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <boost/json/parse.hpp>

#include "federated.hpp"

using namespace std::chrono_literals;
using namespace wandb;
using federated::answer_of;
using federated::Federated;
using federated::four_times;
using federated::holds;
using federated::is_exchange;
using rigs::get;

TEST_CASE_TEMPLATE("an access token is renewed early, with the token that the file then has", Rig, RIGS) {
  Federated<Rig> setting;
  setting.world.account.access_token_lifetime(5min);
  setting.write_token("ann@example.com");
  const auto api = setting.of_file();
  CHECK(get(api.viewer()).value().email() == "ann@example.com");
  setting.write_token("root@example.com");
  CHECK(get(api.viewer()).value().email() == "root@example.com");
  CHECK(setting.exchanged() == 2);
  setting.world.account.access_token_lifetime(6min);
  for (int i = 0; i != 3; ++i) CHECK(get(api.viewer()));
  CHECK(setting.exchanged() == 3);
}

TEST_CASE_TEMPLATE("a 4xx ends an exchange at once, with the server's words", Rig, RIGS) {
  struct Case {
    int status;
    std::string_view body;
    std::string_view told;
    errc code;
  };
  const std::vector<Case> cases{
      {400, R"({"error":"invalid_grant","error_description":"it has expired"})", "invalid_grant: it has expired",
       errc::unauthorized},
      {401, R"({"error":{"message":"no such issuer","code":"E7"}})", "no such issuer", errc::unauthorized},
      {403, R"({"errors":["not allowed",{"message":"really"}]})", "not allowed; really", errc::unauthorized},
      {400, R"({"error_description":"only this"})", "only this", errc::unauthorized},
      {401, "invalid token\n", "invalid token", errc::unauthorized},
      {401, "", "check that the server trusts the token's issuer", errc::unauthorized},
      {404, "404 page not found", "404 page not found", errc::not_implemented},
      {408, R"({"error":"slow"})", "slow", errc::timed_out},
      {409, R"({"error":"twice"})", "twice", errc::bad_request},
      {418, R"({"error":"teapot"})", "teapot", errc::bad_request},
      {403, "<html>blocked</html>", "HTML", errc::not_the_service},
      {200, R"({"error":"invalid_grant"})", "invalid_grant", errc::rejected},
      {200, "<html>sign in</html>", "HTML", errc::not_the_service},
      {200, "welcome", "not a JSON object", errc::not_the_service},
      {302, "", "unexpected status", errc::unexpected_status},
  };
  for (const auto& one : cases) {
    CAPTURE(one.body);
    Federated<Rig> setting;
    setting.exchanges([&] { return answer_of(one.status, one.body, "text/plain"); });
    const auto api = setting.api.as(setting.token_of("root@example.com"));
    const auto error = get(api.create_user("new@example.com")).error();
    CHECK(error == one.code);
    CHECK(holds(error.message(), one.told));
    CHECK(holds(error.message(), "the identity token from Api::as was not exchanged for an access token"));
    CHECK(error.operation() == "oidc/token");
    CHECK(error.status() == one.status);
    CHECK(error.attempts() == 1);
    CHECK(error.outcome() == Outcome::not_run);
    CHECK(error.elapsed() > 0ns);
    CHECK(setting.asked == 1);
    CHECK(setting.world.account.executed("createUser") == 0);
  }
}

TEST_CASE_TEMPLATE("an answer that brings no access token is malformed, and no part of it is told", Rig, RIGS) {
  for (const std::string_view body :
       {R"({})", R"({"access_token":"","expires_in":60})", R"({"access_token":7,"expires_in":60})",
        R"({"access_token":"abcdefgh ijkl","expires_in":60})", R"({"access_token":"abcdefgh\nijkl","expires_in":60})",
        R"({"access_token":"abcdefgh"})", R"({"access_token":"abcdefgh","expires_in":-1})",
        R"({"access_token":"abcdefgh","expires_in":0})", R"({"access_token":"abcdefgh","expires_in":1e300})",
        R"({"access_token":"abcdefgh","expires_in":"soon"})", R"({"access_token":"abcdefgh","expires_in":null})"}) {
    CAPTURE(body);
    Federated<Rig> setting;
    setting.exchanges([&] { return answer_of(200, body); });
    const auto error = get(setting.api.as(setting.token_of("root@example.com")).viewer()).error();
    CHECK(error == errc::malformed_response);
    CHECK_FALSE(holds(error.message(), "abcdefgh"));
    CHECK(setting.asked == 1);
  }
}

TEST_CASE_TEMPLATE("an exchange is repeated three times, and then succeeds or fails", Rig, RIGS) {
  Federated<Rig> setting;
  setting.write_token("ann@example.com");
  const auto api = setting.of_file();
  int failures = 3;
  setting.exchanges([&]() -> std::optional<Response> {
    if (failures-- > 0) return answer_of(failures == 1 ? 429 : 503, "busy", "text/plain");
    return std::nullopt;
  });
  SUBCASE("") { CHECK(get(api.viewer()).value().email() == "ann@example.com"); }
  SUBCASE("") {
    failures = 1000;
    auto often = four_times;
    often.max_attempts = 9;
    const auto error = get(setting.of_file({.retry = often}).viewer()).error();
    CHECK(error == condition::server_failure);
    CHECK(error.attempts() == 4);
    CHECK(error.retryable());
    CHECK(holds(error.message(), "busy"));
    CHECK(holds(error.message(), "token (WANDB_IDENTITY_TOKEN_FILE)"));
  }
  CHECK(setting.asked == 4);
}

TEST_CASE_TEMPLATE("the deadline of the call holds while an exchange stalls, and the next call exchanges", Rig,
                   rigs::Plain, rigs::Tls, rigs::AsyncPlain, rigs::AsyncTls) {
  Federated<Rig> setting;
  const auto api = setting.api.as(setting.token_of("root@example.com"));
  setting.rig.server.inject({.delay = 1s});
  const auto began = std::chrono::steady_clock::now();
  const auto error = get(api.viewer({.timeout = 100ms})).error();
  CHECK(error == condition::timed_out);
  CHECK(error.operation() == "oidc/token");
  CHECK(std::chrono::steady_clock::now() - began < 900ms);
  CHECK(get(api.viewer()).value().email() == "root@example.com");
}

TEST_CASE_TEMPLATE("a call that waits for another's exchange keeps its own deadline and stop", Rig, rigs::Plain,
                   rigs::AsyncPlain) {
  Federated<Rig> setting;
  const auto api = setting.api.as(setting.token_of("root@example.com"));
  setting.rig.server.inject({.delay = 600ms});
  auto exchanging = std::async(std::launch::async, [&] { return get(api.viewer()); });
  while (setting.rig.server.connections() == 0) std::this_thread::sleep_for(1ms);
  const auto began = std::chrono::steady_clock::now();
  CHECK(get(api.viewer({.timeout = 50ms})).error() == errc::timed_out);
  std::stop_source stop;
  std::jthread stopper([&] {
    std::this_thread::sleep_for(50ms);
    stop.request_stop();
  });
  const auto token = stop.get_token();
  const auto error = get(api.viewer({.stop = &token})).error();
  CHECK(error == errc::cancelled);
  CHECK(error.attempts() == 0);
  CHECK(std::chrono::steady_clock::now() - began < 500ms);
  CHECK(exchanging.get().value().email() == "root@example.com");
  CHECK(setting.exchanged() == 1);
}

TEST_CASE_TEMPLATE("a call takes over the exchange of another whose own time is over", Rig, rigs::Plain,
                   rigs::AsyncPlain) {
  Federated<Rig> setting;
  const auto api = setting.api.as(setting.token_of("root@example.com"));
  setting.rig.server.inject({.delay = 1s});
  auto hurried = std::async(std::launch::async, [&] { return get(api.viewer({.timeout = 200ms})); });
  while (setting.rig.server.connections() == 0) std::this_thread::sleep_for(1ms);
  CHECK(get(api.viewer({.timeout = 10s})).value().email() == "root@example.com");
  CHECK(hurried.get().error() == condition::timed_out);
}

TEST_CASE_TEMPLATE("a call that was stopped exchanges nothing, and asks for no identity token", Rig, RIGS) {
  Federated<Rig> setting;
  int given = 0;
  const auto api = setting.api.as(IdentityToken([&] { return ++given, Secret("a.b.c"); }));
  std::stop_source stop;
  stop.request_stop();
  const auto token = stop.get_token();
  CHECK(get(api.viewer({.stop = &token})).error() == errc::cancelled);
  CHECK(get(api.viewer({.timeout = 0s})).error() == errc::timed_out);
  CHECK(given == 0);
}

TEST_CASE_TEMPLATE("threads share one exchange", Rig, rigs::Fake, rigs::Plain) {
  Federated<Rig> setting;
  std::atomic<int> given{0};
  const auto api = setting.api.as(IdentityToken([&] {
    ++given;
    std::this_thread::sleep_for(20ms);
    return Secret(setting.world.account.identity_token("root@example.com"));
  }));
  std::atomic<int> wrong{0};
  {
    std::vector<std::jthread> callers;
    for (int i = 0; i != 16; ++i) {
      callers.emplace_back([&] {
        const auto viewer = get(api.viewer());
        if (!viewer || viewer->email() != "root@example.com") ++wrong;
      });
    }
  }
  CHECK(wrong == 0);
  CHECK(given == 1);
  CHECK(setting.exchanged() == 1);
}

TEST_CASE_TEMPLATE("coroutines on one thread share one exchange, or its failure", Rig, rigs::AsyncPlain,
                   rigs::AsyncTls) {
  Federated<Rig> setting;
  const auto api = setting.api.as(setting.token_of("root@example.com"));
  const auto viewers = [&] {
    std::vector<std::future<Result<User<typename Rig::Transport>>>> all;
    for (int i = 0; i != 16; ++i) {
      all.push_back(boost::asio::co_spawn(rigs::background().context, api.viewer(), boost::asio::use_future));
    }
    return all;
  };
  setting.rig.server.inject({.delay = 50ms});
  SUBCASE("success") {
    for (auto& viewer : viewers()) CHECK(viewer.get().value().email() == "root@example.com");
    CHECK(setting.exchanged() == 1);
  }
  SUBCASE("failure") {
    setting.exchanges([] { return answer_of(400, R"({"error":"invalid_grant"})"); });
    for (auto& viewer : viewers()) CHECK(viewer.get().error() == errc::unauthorized);
    CHECK(setting.asked == 1);
  }
}

TEST_CASE_TEMPLATE("an administrator makes a new person's first key in the right account", Rig, RIGS) {
  Federated<Rig> setting;
  auto user = get(setting.api.create_user("new@example.com")).value();
  CHECK(get(user.generate_api_key("first")).error() == errc::no_user_credentials);
  user.authenticate(setting.token_of("new@example.com"));
  const auto key = get(user.generate_api_key("first")).value();
  CHECK(setting.world.account.keys_of("new@example.com") == std::vector<std::string>{std::string(key.reveal())});
  CHECK(get(user.user_api().value().viewer()).value().email() == "new@example.com");
  CHECK(setting.exchanged() == 1);
  const User by_hand(setting.api, Attrs{{"email", "new@example.com"}}, setting.token_of("new@example.com"));
  CHECK(get(by_hand.generate_api_key("second")));
  CHECK(setting.world.account.keys_of("new@example.com").size() == 2);
}

TEST_CASE_TEMPLATE("somebody else's identity token changes nothing, even if it was the user's before", Rig, RIGS) {
  Federated<Rig> setting;
  auto ann = setting.ann();
  std::string whose = "root@example.com";
  ann.authenticate(IdentityToken([&] { return Secret(setting.world.account.identity_token(whose)); }));
  CHECK(get(ann.generate_api_key("ci")).error() == errc::credentials_of_another_user);
  CHECK(get(ann.user_api().value().create_user("evil@example.com")).error() == errc::credentials_of_another_user);
  CHECK(setting.world.account.executed("generateApiKey") == 0);
  CHECK(setting.world.account.executed("createUser") == 0);
  whose = "ann@example.com";
  setting.world.account.access_token_lifetime(1min);
  CHECK(get(ann.generate_api_key("ci")));
  whose = "root@example.com";
  CHECK(get(ann.generate_api_key("ci")).error() == errc::credentials_of_another_user);
  CHECK(setting.world.account.executed("generateApiKey") == 1);
  CHECK(setting.world.account.keys_of("root@example.com").size() == 1);
}

TEST_CASE_TEMPLATE("a viewer makes no key for whoever has the identity token later", Rig, RIGS) {
  Federated<Rig> setting;
  setting.world.account.access_token_lifetime(1min);
  std::string whose = "root@example.com";
  const auto api = setting.api.as(IdentityToken([&] { return Secret(setting.world.account.identity_token(whose)); }));
  const auto root = get(api.viewer()).value();
  CHECK(get(root.generate_api_key("ci")));
  const auto acting = root.user_api().value();
  CHECK(get(acting.create_user("new@example.com")));
  whose = "ann@example.com";
  CHECK(get(root.generate_api_key("ci")).error() == errc::credentials_of_another_user);
  CHECK(get(acting.create_user("evil@example.com")).error() == errc::credentials_of_another_user);
  CHECK(setting.world.account.keys_of("root@example.com").size() == 2);
  CHECK(setting.world.account.keys_of("ann@example.com").size() == 1);
}

TEST_CASE_TEMPLATE("a caller whose identity token names a user acts as that user, and as no other", Rig, RIGS) {
  Federated<Rig> setting;
  const auto api = setting.api.as(setting.token_of("ROOT@example.com"));
  const User unread(api, Attrs{{"email", "ann@example.com"}});
  CHECK(get(unread.generate_api_key()).error() == errc::credentials_of_another_user);
  const auto root = get(api.user("root@example.com")).value().value();
  CHECK(get(root.generate_api_key("ci")));
  CHECK(setting.world.account.keys_of("root@example.com").size() == 2);
  const auto ann = get(api.user("ann@example.com")).value().value();
  CHECK(get(ann.generate_api_key("ci")).error() == errc::no_user_credentials);
  CHECK(ann.user_api().error() == errc::no_user_credentials);
  CHECK(setting.world.account.keys_of("ann@example.com").size() == 1);
  CHECK(setting.exchanged() == 1);
}

TEST_CASE_TEMPLATE("what the program's function returns or throws comes out of the call", Rig, RIGS) {
  Federated<Rig> setting;
  const auto refused = setting.api.as(IdentityToken([]() -> Result<Secret> {
    return Error(make_error_code(errc::rejected), "the vault is sealed", Delivery::nothing_sent);
  }));
  const auto error = get(refused.create_user("new@example.com")).error();
  CHECK(error == errc::rejected);
  CHECK(holds(error.message(), "the vault is sealed"));
  CHECK(error.attempts() == 0);
  CHECK(error.delivery() == Delivery::nothing_sent);
  bool throws = true;
  const auto thrown = setting.api.as(IdentityToken([&] {
    if (throws) throw std::runtime_error("no vault");
    return Secret(setting.world.account.identity_token("root@example.com"));
  }));
  CHECK_THROWS_WITH_AS(static_cast<void>(get(thrown.viewer())), "no vault", std::runtime_error);
  throws = false;
  CHECK(get(thrown.viewer()));
  CHECK(setting.exchanged() == 1);
}

TEST_CASE_TEMPLATE("no error repeats an identity token or an access token, whatever the server says", Rig, RIGS) {
  Federated<Rig> setting;
  std::string seen;
  const auto secret_parts = [](std::string_view jwt) {
    return std::vector<std::string>{std::string(jwt.substr(jwt.find('.') + 1, 12)),
                                    std::string(jwt.substr(jwt.size() - 12))};
  };
  const auto check = [&](const Error& error) {
    CHECK(holds(error.message(), "****"));
    for (const auto& part : secret_parts(seen)) CHECK_FALSE(holds(error.message(), part));
  };
  const IdentityToken token([&] {
    seen = setting.world.account.identity_token("root@example.com");
    return Secret(seen);
  });
  const auto api = setting.api.as(token);
  bool of_exchange = true;
  setting.world.account.before([&](const Request& request) -> std::optional<Response> {
    if (is_exchange(request) != of_exchange) return std::nullopt;
    std::string heard(request.body);
    for (const auto& header : request.headers) heard.append(" ").append(header.value);
    for (char& c : heard) c = c == '"' || c == '\\' ? '\'' : c;
    heard += " " + seen.substr(seen.find('.') + 1, 12) + " " + seen.substr(seen.size() - 12);
    return answer_of(400, R"({"error":")" + heard + R"(","error_description":")" + heard + R"("})");
  });
  check(get(api.viewer()).error());
  of_exchange = false;
  const auto error = get(api.viewer()).error();
  check(error);
  for (const auto& access : setting.world.account.access_tokens()) {
    for (const auto& part : secret_parts(access)) CHECK_FALSE(holds(error.message(), part));
  }
}
