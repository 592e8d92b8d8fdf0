// GraphQL documents of any text: taken or refused in time, by the library and by the server of the tests alike.
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <wandb/detail/base64.hpp>
#include <wandb/detail/json_text.hpp>
#include <wandb/graphql/dynamic_document.hpp>
#include <wandb/testing/account.hpp>

#include "budget.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = Bytes(data, size).long_text();
  constexpr std::size_t document_and_outline = 32;  // a node for each of its marks, and the room to grow
  const Budget budget;
  const auto document = wandb::graphql::DynamicDocument::parse(text);
  budget.check(text.size(), document_and_outline);
  if (document)
    require(!(*document)->shape.fields.empty() && !(*document)->field.empty(), "an answer has a field", text);
  else
    require(document.error() == wandb::errc::invalid_argument && !document.error().reason().empty(), "it says why",
            text);
  if (!wandb::detail::is_utf8(text)) return 0;

  wandb::testing::Account account;
  account.add_user({.email = "root@example.com", .admin = true});
  const auto authorization = wandb::detail::basic_authorization(account.add_key("root"));
  const std::vector<wandb::Header> headers{
      {"Authorization", authorization, true}, {"User-Agent", "W&B Public Client 1"}, {"Use-Admin-Privileges", "true"}};
  std::string body = "{\"query\":";
  wandb::detail::append_json_string(body, text);
  body += '}';
  const Budget serving;
  wandb::Request request;
  request.target = "/graphql";
  request.headers = headers;
  request.body = body;
  const auto answer = account.handle(request);
  serving.check(text.size(), 256);
  require(answer.status == 400 || document, "only what is valid is executed", answer.body);
  return 0;
}
