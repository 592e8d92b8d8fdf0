// Prints every document that the library can send, one JSON object a line, so that a GraphQL engine can validate it.
#include <iostream>
#include <string>

#include <wandb/detail/text/json_text.hpp>
#include <wandb/graphql/operations.hpp>

int main() {
  for (const auto* operation : wandb::graphql::all_operations) {
    std::string line = "{\"name\":";
    wandb::detail::append_json_string(line, operation->name);
    line += ",\"query\":";
    wandb::detail::append_json_string(line, operation->document);
    std::cout << line << "}\n";
  }
  return std::cout.flush() ? 0 : 1;
}
