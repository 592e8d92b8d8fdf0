// Tests that a text that owns its storage reads like any other text.
#include <doctest/doctest.h>

#include <functional>
#include <memory>
#include <sstream>
#include <string>
#include <string_view>
#include <unordered_set>

#include <wandb/detail/text/secure_memory.hpp>
#include <wandb/text.hpp>

using wandb::Text;

TEST_CASE("a text lives as long as one of its copies") {
  auto page = std::make_shared<std::string>("ann and bob");
  const std::weak_ptr<std::string> watched = page;
  Text ann(page, std::string_view(*page).substr(0, 3));
  page.reset();
  const Text copy = ann;
  ann = Text();
  CHECK(ann.empty());
  CHECK(copy == "ann");
  CHECK_FALSE(watched.expired());
  const std::string_view view = copy;
  CHECK(view.data() == watched.lock()->data());
}

TEST_CASE("a text compares with whatever a string view compares with") {
  const Text ann("ann");
  const char array[] = "ann";
  CHECK(ann == ann);
  CHECK(ann == "ann");
  CHECK("ann" == ann);
  CHECK(ann == array);
  CHECK(ann == std::string("ann"));
  CHECK(std::string("ann") == ann);
  CHECK(ann == std::string_view("ann"));
  CHECK(std::string_view("ann") == ann);
  CHECK(ann == wandb::SecureString("ann"));
  CHECK(ann != "bob");
  CHECK(ann != Text("bob"));
  CHECK(ann < Text("bob"));
  CHECK(ann < "bob");
  CHECK("aaa" < ann);
  CHECK(ann > std::string("aaa"));
  CHECK(std::string_view("bob") >= ann);
  CHECK(ann <= std::string_view("ann"));
}

TEST_CASE("a text converts, prints and hashes as its characters do") {
  const Text ann("ann");
  const std::string copied = ann;
  CHECK(copied == "ann");
  std::ostringstream out;
  out << ann << Text();
  CHECK(out.str() == "ann");
  CHECK(std::hash<Text>{}(ann) == std::hash<std::string_view>{}("ann"));
  CHECK(std::unordered_set<Text>{ann, Text("ann"), Text("bob")}.size() == 2);
}
