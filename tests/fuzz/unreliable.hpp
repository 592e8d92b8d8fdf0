// A server and a network that the fuzzer controls: each request is executed or not, and the answer may be damaged on
// its way. Nothing lies: data is present only if the server gave it, and a refusal only if it refused.
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <wandb/testing/account.hpp>
#include <wandb/transport.hpp>

#include "bytes.hpp"

/// Records what happened at the server during one call.
struct Record {
  int requests = 0;
  bool doubtful = false;  ///< an answer was lost, or left the outcome open
  bool proven = false;    ///< a mutation ran, and its data was returned
};

/// A synchronous transport, which is a handle. It prints the traffic if FUZZ_TRACE is set in the environment.
class UnreliableTransport {
 public:
  /// All must outlive it.
  UnreliableTransport(wandb::testing::Account& account, Bytes& script, std::string_view secret, Record& record)
      : account_(account), script_(script), secret_(secret), record_(record) {}

  [[nodiscard]] wandb::Result<wandb::Response> send(const wandb::Request& request) const {
    ++record_.requests;
    auto response = answer_to(request);
    if (std::getenv("FUZZ_TRACE") == nullptr) return response;
    const auto told = response ? std::to_string(response->status) + " " + std::string(response->body)
                               : "failed: " + response.error().message();
    std::fprintf(stderr, "%s\n  %s\n", std::string(request.body).c_str(), told.c_str());
    return response;
  }

  void wait(std::chrono::nanoseconds duration, const wandb::StopToken&) const {
    require(duration >= std::chrono::nanoseconds(0) && duration <= std::chrono::minutes(2), "a wait has its limits");
  }

  /// Returns how often any mutation took effect.
  [[nodiscard]] std::size_t executed() const {
    std::size_t all_together = 0;
    for (const auto* field : mutations) all_together += account_.executed(field);
    return all_together;
  }
  static constexpr std::array mutations{"createUser", "generateApiKey", "deleteApiKey",
                                        "updateUser", "deleteUser",     "undeleteUser"};

 private:
  [[nodiscard]] wandb::Result<wandb::Response> answer_to(const wandb::Request& request) const {
    const auto before = executed();
    const auto way = script_.below(14);
    if (way < 3) return with_headers(account_.handle(request));
    if (way == 3) return wandb::Error(code(), wandb::Delivery::nothing_sent);
    if (way > 10) record_.doubtful = true;
    if (way == 11) return wandb::Error(code(), wandb::Delivery::perhaps_sent);
    if (way == 12) return page(status(all));
    if (way == 13) return refusal(status(all));

    auto answer = account_.handle(request);
    const bool ran = executed() != before;
    if (way < 8) {
      if (way == 5 || way == 7) add_error(answer);
      if (way == 6) take_away(answer);
      if (way == 4 || way == 7) answer.status = status(all);
      record_.proven = record_.proven || ran;
      record_.doubtful = record_.doubtful || !ran;
      return with_headers(std::move(answer));
    }
    record_.doubtful = true;
    if (way == 8) {
      const auto how = script_.below(4);
      if (how < 2) return wandb::Error(code(), how == 0 ? wandb::Delivery::perhaps_sent : wandb::Delivery::answered);
      answer.status = how == 2 ? 0 : 1000;  // no status at all
      return answer;
    }
    if (way == 9) return page(status(unsure));
    answer.status = status(unsure);
    if (script_.below(2) == 0) answer.body.resize(answer.body.size() * script_.byte() / 256);
    else answer.body = said(error(std::array{"504", "\"504\"", "\"503\"", "408"}[script_.below(4)]));
    return with_headers(std::move(answer));
  }

  using Statuses = std::span<const int>;
  /// With these failures, a request may have been executed.
  static constexpr std::array unsure{200, 201, 202, 302, 408, 499, 500, 502, 503, 504, 520, 522, 524, 599};
  static constexpr std::array all{200, 400, 401, 403, 404, 409, 410, 413, 422, 429, 501, 201,
                                  202, 302, 408, 499, 500, 502, 503, 504, 520, 522, 524, 599};
  [[nodiscard]] int status(Statuses from) const { return from[script_.below(from.size())]; }

  [[nodiscard]] wandb::errc code() const {
    using wandb::errc;
    return std::array{
        errc::connection_lost, errc::timed_out,      errc::resolve_failed,     errc::connect_failed,
        errc::tls_failed,      errc::protocol_error, errc::response_too_large, errc::cancelled}[script_.below(8)];
  }

  [[nodiscard]] wandb::Response with_headers(wandb::Response response) const {
    constexpr std::array values{"", "0", "1", "0.5", "86400", "soon", "Sun, 06 Nov 1994 08:49:37 GMT"};
    const auto picked = script_.below(2 * values.size());
    if (picked > 0 && picked < values.size()) response.headers.add("Retry-After", values[picked]);
    if (picked > values.size()) {
      response.headers.add("RateLimit-Remaining", "0");
      response.headers.add("RateLimit-Reset", values[picked - values.size()]);
    }
    return response;
  }

  // What stands between answers, or nobody does.
  [[nodiscard]] wandb::Response page(int status) const {
    const std::array texts{std::string(),      std::string("<html>no ") + std::string(secret_),
                           std::string("{}"),  std::string("null"),
                           std::string("[1]"), std::string("{\"errors\":[]}"),
                           made_up()};
    wandb::Response response;
    response.status = status;
    response.headers.add("Content-Type", script_.below(2) == 0 ? "text/html" : "application/json");
    response.body = texts[script_.below(texts.size())];
    // Invented answers must not look as if a mutation had run.
    if (response.body.find("data") != response.body.npos || response.body.find('\\') != response.body.npos)
      response.body.clear();
    return with_headers(std::move(response));
  }

  // Any text is possible, but the fuzzer sees the values of comparisons, and would learn to write the secrets into it.
  [[nodiscard]] std::string made_up() const {
    auto text = script_.line();
    std::replace_if(
        text.begin(), text.end(), [](char c) { return c >= '4' && c <= '6'; }, '#');
    return text;
  }

  [[nodiscard]] wandb::Response refusal(int status) const {
    constexpr std::array codes{
        "",   "\"PERMISSION_ERROR\"", "\"CONFLICT\"", "\"NOT_FOUND\"", "\"WHATEVER\"", "409", "503", "\"408\"", "500",
        "403"};
    wandb::Response response;
    response.status = status;
    response.body = said(error(codes[script_.below(codes.size())]));
    if (script_.below(4) == 3) response.body = "{\"error\":\"no\"}";
    return with_headers(std::move(response));
  }
  static std::string said(const std::string& error) { return "{\"errors\":[" + error + "],\"data\":null}"; }

  // An error in words; `code` is JSON, or empty.
  [[nodiscard]] std::string error(std::string_view code) const {
    const std::array words{std::string("no"),
                           "user already exists, " + std::string(secret_),
                           std::string("permission denied"),
                           std::string("relogin required"),
                           std::string("not found"),
                           std::string("user is not logged in"),
                           std::string("'duplicate@shop@example.com' is not an e-mail address"),
                           "key=" + std::string(secret_) + "&upstream request timeout",
                           std::string("rate limit exceeded")};
    auto text = "{\"message\":\"" + words[script_.below(words.size())] + '"';
    if (code.empty()) return text + '}';
    return text + ",\"extensions\":{\"" + (script_.below(2) == 0 ? "code" : "status") + "\":" + std::string(code) +
           "}}";
  }

  // Adds an error to the answer.
  void add_error(wandb::Response& answer) const {
    if (!answer.body.starts_with('{')) return;
    const auto object =
        boost::json::parse(boost::json::string_view(answer.body.data(), answer.body.size())).as_object();
    if (!object.contains("data") || object.contains("errors")) return;
    answer.body.insert(1, "\"errors\":[" + error(script_.below(2) == 0 ? "" : "503") + "],");
  }

  // Returns the field's payload without its content, and an error instead.
  void take_away(wandb::Response& answer) const {
    auto root = boost::json::parse(boost::json::string_view(answer.body.data(), answer.body.size()));
    const auto* data = root.as_object().if_contains("data");
    if (data == nullptr || !data->is_object() || root.as_object().contains("errors")) return;
    for (auto& field : root.at("data").as_object()) {
      if (!field.value().is_object()) continue;
      for (auto& part : field.value().as_object()) {
        if (part.value().is_object()) part.value() = nullptr;
        root.as_object()["errors"] =
            boost::json::array{boost::json::object{{"message", "lost"}, {"path", {field.key(), part.key()}}}};
      }
    }
    answer.body = boost::json::serialize(root);
  }

  wandb::testing::Account& account_;
  Bytes& script_;
  std::string_view secret_;
  Record& record_;
};
