// Sends one document to the in-memory server.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <wandb/detail/text/base64.hpp>
#include <wandb/detail/text/json_text.hpp>
#include <wandb/testing/account.hpp>
#include <wandb/transport.hpp>

/// The answer to a document, which is UTF-8, from a new account with one admin, who asks.
[[nodiscard]] inline wandb::Response serve(std::string_view document) {
  wandb::testing::Account account;
  account.add_user({.email = "root@example.com", .admin = true});
  const auto authorization = wandb::detail::basic_authorization(account.add_key("root"));
  const std::vector<wandb::Header> headers{
      {"Authorization", authorization, true}, {"User-Agent", "W&B Public Client 1"}, {"Use-Admin-Privileges", "true"}};
  std::string body = "{\"query\":";
  wandb::detail::append_json_string(body, document);
  body += '}';
  wandb::Request request;
  request.target = "/graphql";
  request.headers = headers;
  request.body = body;
  return account.handle(request);
}
