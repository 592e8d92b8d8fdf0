// print_verdicts COUNT SEED FILE...: prints documents with the library's verdict on each, one JSON object a line, for a
// comparison with another GraphQL engine. The documents are the files, and COUNT more that are made of their parts.
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <wandb/detail/text/json_text.hpp>
#include <wandb/graphql/lexer.hpp>
#include <wandb/graphql/parser.hpp>
#include <wandb/graphql/validate.hpp>

namespace {

using namespace wandb::graphql;

void print(std::string_view document) {
  if (!wandb::detail::is_utf8(document)) return;
  const auto ast = std::make_unique<Ast>();
  auto fault = parse(document, *ast);
  if (!fault) fault = validate(*ast);
  if (fault && fault->kind == FaultKind::too_large) return;  // a limit of this library alone
  std::string line = "{\"verdict\":";
  wandb::detail::append_json_string(line, fault ? describe(*fault) : "");
  line += ",\"query\":";
  wandb::detail::append_json_string(line, document);
  std::cout << line << "}\n";
}

std::vector<std::string> words(std::string_view document) {
  std::vector<std::string> all;
  using detail::TokenKind;
  detail::Lexer lexer(document);
  for (auto token = lexer.next(); token.kind != TokenKind::end; token = lexer.next()) {
    const std::string quotes(token.kind == TokenKind::string ? 1 : token.kind == TokenKind::block_string ? 3 : 0, '"');
    all.push_back(quotes + std::string(token.text) + quotes);
    if (token.kind == TokenKind::invalid) break;
  }
  return all;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) return 2;
  std::vector<std::vector<std::string>> documents;
  std::vector<std::string> every;
  for (int i = 3; i < argc; ++i) {
    std::ifstream file(argv[i], std::ios::binary);
    const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    print(text);
    documents.push_back(words(text));
    every.insert(every.end(), documents.back().begin(), documents.back().end());
  }
  std::mt19937_64 random(std::stoull(argv[2]));
  const auto below = [&](std::size_t limit) { return static_cast<std::size_t>(random() % limit); };
  for (auto count = std::stoull(argv[1]); count != 0; --count) {
    auto document = documents[below(documents.size())];
    for (auto changes = 1 + below(4); changes != 0 && !document.empty(); --changes) {
      const auto at = document.begin() + static_cast<std::ptrdiff_t>(below(document.size()));
      switch (below(4)) {
        case 0: document.erase(at); break;
        case 1: document.insert(at, every[below(every.size())]); break;
        case 2: *at = every[below(every.size())]; break;
        default: std::swap(*at, document[below(document.size())]);
      }
    }
    std::string text;
    for (const auto& word : document) text.append(word).append(" ");
    print(text);
  }
  return std::cout.flush() ? 0 : 1;
}
