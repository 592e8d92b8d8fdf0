// The hand-written request for the benchmarks that compare the library with one.
#pragma once

#include <boost/beast/http/field.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/verb.hpp>
#include <boost/json.hpp>
#include <string>

#include <wandb/graphql/operations.hpp>

namespace bench {

/// Makes a request for an API key of the user whom the `Authorization` header identifies.
inline boost::beast::http::request<boost::beast::http::string_body> ask_for_a_key(const std::string& authorization) {
  namespace http = boost::beast::http;
  namespace json = boost::json;
  http::request<http::string_body> request(http::verb::post, "/graphql", 11);
  request.set(http::field::host, "localhost");
  request.set(http::field::authorization, authorization);
  request.set(http::field::user_agent, "W&B Public Client 0.1.0");
  request.set(http::field::content_type, "application/json");
  request.set(http::field::accept, "application/json");
  request.set("Use-Admin-Privileges", "true");
  const auto document = wandb::graphql::generate_api_key.document;
  request.body() = json::serialize(json::value{{"query", json::string_view(document.data(), document.size())},
                                               {"operationName", "GenerateApiKey"},
                                               {"variables", {{"description", "ci"}}}});
  request.prepare_payload();
  return request;
}

}  // namespace bench
