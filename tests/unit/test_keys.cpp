// The ranges of keys and teams, over connections whose nodes may be null.
#include <doctest/doctest.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <wandb/attrs.hpp>
#include <wandb/keys.hpp>

using wandb::Attrs;
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
  // Walks from the beginning would take longer than any test may.
  constexpr std::size_t many = 500'000;
  std::string edges = R"({"node":null})";
  for (std::size_t i = 0; i != many; ++i) edges += R"(,{"node":{"name":"t"}})";
  const auto teams = teams_of(edges);
  REQUIRE(teams.size() == many);
  std::size_t read = 0;
  for (const auto team : teams) read += team.size();
  CHECK(read == many);
}
