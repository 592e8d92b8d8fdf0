// Tests the ranges of keys and teams, over connections whose nodes may be null, and the rows of keys.
#include <doctest/doctest.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <wandb/attrs.hpp>
#include <wandb/detail/text/key_format.hpp>
#include <wandb/detail/text/key_id.hpp>
#include <wandb/keys.hpp>
#include <wandb/secret.hpp>

using wandb::Attrs;
using wandb::Secret;
using wandb::TeamNames;
using wandb::detail::Nodes;

namespace {

/// A user with these teams, each the JSON of an edge.
TeamNames teams_of(const std::string& edges) {
  const auto attrs = Attrs::parse(R"({"teams":{"edges":[)" + edges + "]}}").value();
  return TeamNames({Nodes(attrs.page(), attrs.view(), "teams")});
}
std::vector<std::string_view> listed(const TeamNames& teams) { return {teams.begin(), teams.end()}; }

}  // namespace

TEST_CASE("a node that is null is left out of the range, wherever it stands") {
  const std::string red = R"({"node":{"name":"red"}})";
  const std::string blue = R"({"node":{"name":"blue"}})";
  const std::string null = R"({"node":null})";
  using Names = std::vector<std::string_view>;
  for (const auto& edges : {null + "," + red + "," + blue, red + "," + null + "," + null + "," + blue,
                            red + "," + blue + "," + null, red + "," + blue}) {
    CAPTURE(edges);
    const auto teams = teams_of(edges);
    CHECK(listed(teams) == Names{"red", "blue"});
    CHECK(teams.size() == 2);
    CHECK(teams[1] == "blue");
    const auto copy = teams;
    CHECK(listed(copy) == Names{"red", "blue"});
  }
  CHECK(teams_of(null).empty());
  CHECK(teams_of("").empty());
}

TEST_CASE("one null among very many nodes costs no walk from the beginning for each of them") {
  // With a walk from the beginning for each element, this test would take too long.
  constexpr std::size_t many = 500'000;
  std::string edges = R"({"node":null})";
  for (std::size_t i = 0; i != many; ++i) edges += R"(,{"node":{"name":"t"}})";
  const auto teams = teams_of(edges);
  REQUIRE(teams.size() == many);
  std::size_t read = 0;
  for (const auto team : teams) read += team.size();
  CHECK(read == many);
}

namespace {

const std::string hex = "0123456789abcdef0123456789abcdef01234567";
const std::string v1 = "wandb_v1_" + std::string(13, 'a') + std::string(14, 'B') + "_" + std::string(49, '7');

/// Returns the row of a key with that name, as a list shows it.
wandb::ApiKey row_of(const std::string& name) {
  const auto attrs = Attrs::parse(R"({"apiKeys":{"edges":[{"node":{"id":"K","name":")" + name + R"("}}]}})").value();
  return wandb::Keys({Nodes(attrs.page(), attrs.view(), "apiKeys"), nullptr})[0];
}

}  // namespace

TEST_CASE("a key's ID is its first part") {
  using wandb::detail::key_id_of;
  CHECK(key_id_of(hex) == "0123456789abcdef0123");
  CHECK(key_id_of("local-" + hex) == "local-0123456789abcdef0123");
  CHECK(key_id_of(v1) == v1.substr(0, 36));
  CHECK(key_id_of("short").empty());
}

TEST_CASE("a row belongs to the key that its name is, or begins") {
  for (const auto& key : {hex, "local-" + hex, v1, std::string(60, 'x'), std::string(60, 'a'), std::string(41, 'x')}) {
    CAPTURE(key);
    const Secret secret(key);
    CHECK(row_of(key).belongs_to(secret));
    CHECK(row_of(std::string(wandb::detail::key_id_of(key))).belongs_to(secret));
    CHECK(row_of(key).belongs_to(Secret(" " + key + "\n")));
    CHECK_FALSE(row_of(std::string(wandb::detail::key_id_of(key)) + "#").belongs_to(secret));
  }
}

TEST_CASE("a label, a prefix, or another key's name does not make a row belong to a key") {
  for (const auto& key : {hex, "local-" + hex, v1}) {
    CAPTURE(key);
    auto other = key;
    other.back() = other.back() == '0' ? '1' : '0';
    for (const auto& name : {std::string(), key.substr(0, 1), std::string("wandb_v1_"), std::string("local-"),
                             key.substr(0, 19), key.substr(1, 25), key.substr(0, key.size() - 1), key + "0", other}) {
      CAPTURE(name);
      CHECK_FALSE(row_of(name).belongs_to(Secret(key)));
    }
    // The secret was pasted twice, or with one character too many.
    for (const auto& given : {key + key, key + "x"}) {
      CHECK_FALSE(row_of(key).belongs_to(Secret(given)));
      CHECK_FALSE(row_of(std::string(wandb::detail::key_id_of(key))).belongs_to(Secret(given)));
    }
    auto another_id = std::string(wandb::detail::key_id_of(key));
    another_id[12] = another_id[12] == '0' ? '1' : '0';
    CHECK_FALSE(row_of(another_id).belongs_to(Secret(key)));
  }
}

TEST_CASE("what is no API key belongs to no row") {
  for (const auto& text : {std::string(), std::string("ci"), hex.substr(0, 20), hex.substr(0, 39)}) {
    CAPTURE(text);
    CHECK_FALSE(row_of(text).belongs_to(Secret(text)));
    CHECK_FALSE(row_of(hex.substr(0, 20)).belongs_to(Secret(text)));
    CHECK_FALSE(wandb::ApiKey().belongs_to(Secret(text)));
  }
  CHECK_FALSE(wandb::ApiKey().belongs_to(Secret(hex)));
}

TEST_CASE("a masked key shows its beginning, and no more of it than finds it in a list") {
  using wandb::detail::mask_key;
  CHECK(mask_key(hex) == "01234****");
  CHECK(mask_key("local-" + hex) == "local-01234****");
  CHECK(mask_key(v1) == "wandb_v1_aaaaa****");
  CHECK(mask_key("a-prefix-of-some-length-" + hex) == "a-prefi****");
  CHECK(mask_key("some-team-of-ours-" + hex) == "some-team-****");
  // A text that is almost a key is almost a secret.
  CHECK(mask_key("local-" + hex.substr(1)) == "local****");
  CHECK(mask_key(v1.substr(0, 61)) == "wandb_v1_aaaaa****");
  CHECK(mask_key(std::string(40, '-')) == "-----****");
  CHECK(mask_key("eyJh.eyJz.c2ln") == "****");
  for (const auto& [before, after] : {std::pair{"api:", ""},
                                      {"", ","},
                                      {"\"", "\""},
                                      {"key=", ""},
                                      {"a/", ""},
                                      {"", "@x"},
                                      {"", " and more"},
                                      {"https://u:", "@h.example.com/p"}}) {
    CHECK(mask_key(before + hex + after) == std::string(before) + "01234****" + after);
    CHECK(mask_key(before + v1 + after) == std::string(before) + "wandb_v1_aaaaa****" + after);
    CHECK(mask_key(before + std::string("eyJh.eyJz.c2ln") + after) == std::string(before) + "****" + after);
  }
  CHECK(mask_key(hex + "," + hex) == "01234****,01234****");
  for (const auto& shown : {std::string("laptop"), hex.substr(0, 20), v1.substr(0, 36), std::string()}) {
    CHECK(mask_key(shown) == shown);
    CHECK(row_of(shown).name() == shown);
  }
  CHECK(row_of(hex).name() == "01234****");
}
