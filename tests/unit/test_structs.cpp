// Tests which document a struct makes, and how an answer is read into a struct.
#include <doctest/doctest.h>

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <wandb/describe.hpp>
#include <wandb/wandb.hpp>

#include "../scripted.hpp"

using namespace wandb;

namespace {

enum class Kind { user, service, VIEWER };
BOOST_DESCRIBE_ENUM(Kind, user, service, VIEWER)

struct Team {
  std::string name;
  std::optional<std::string> photo_url;
  std::uint8_t member_count = 0;
};
BOOST_DESCRIBE_STRUCT(Team, (), (name, photo_url, member_count))

struct Named {
  std::string name;
};
BOOST_DESCRIBE_STRUCT(Named, (), (name))

struct Person : Named {
  std::optional<std::string> email;
  std::optional<std::string> photoUrl;
  bool private_ = false;
  std::optional<Kind> account_type;
  std::optional<Text> user_info;
  std::optional<Team> default_entity;
  std::int16_t total_runs = 0;
};
BOOST_DESCRIBE_STRUCT(Person, (Named), (email, photoUrl, private_, account_type, user_info, default_entity, total_runs))

struct Member {
  std::optional<std::string> email;
  std::vector<Team> teams;
};
BOOST_DESCRIBE_STRUCT(Member, (), (email, teams))

struct PatientMember {
  std::optional<std::vector<std::optional<Team>>> teams;
};
BOOST_DESCRIBE_STRUCT(PatientMember, (), (teams))

struct Edge {
  std::optional<Named> node;
};
BOOST_DESCRIBE_STRUCT(Edge, (), (node))
struct Connection {
  std::vector<Edge> edges;
};
BOOST_DESCRIBE_STRUCT(Connection, (), (edges))
struct Graph {
  std::optional<Connection> teams;
};
BOOST_DESCRIBE_STRUCT(Graph, (), (teams))

struct Counts {
  double total_runs = 0;
};
BOOST_DESCRIBE_STRUCT(Counts, (), (total_runs))

// Reads the caller's own user from an answer with these attributes, and what stands beside `data`.
template <class P>
Result<P> viewer(const std::string& attributes, const std::string& beside = {}) {
  return Scripted().answers(R"({"data":{"viewer":{)" + attributes + "}}" + beside + "}").api.viewer<P>();
}
std::string error_at(const std::string& path) {
  return R"(,"errors":[{"message":"why","path":)" + path + R"(,"extensions":{"code":"FORBIDDEN"}}])";
}
template <class P>
Result<P> from_attributes(const char* json) {
  return to_struct<P>(Scripted().user(json));
}

const std::string whole =
    R"("id":"1","username":"ann","email":"ann@example.com","deletedAt":null,"name":"Ann","photoUrl":null,)"
    R"("private":true,"accountType":"SERVICE","userInfo":{"a":[1]},"totalRuns":7,)"
    R"("defaultEntity":{"name":"red","photoUrl":null,"memberCount":3})";
std::string with(std::string_view from, std::string_view to) {
  auto text = whole;
  return text.replace(text.find(from), from.size(), to);
}
std::string teams(const std::string& edges) { return R"("id":"1","email":null,"teams":{"edges":[)" + edges + "]}"; }
std::string team(const std::string& name) {
  return R"({"node":{"name":")" + name + R"(","photoUrl":null,"memberCount":1}})";
}

}  // namespace

TEST_CASE("the members of a struct are the selection, in snake case or camel case") {
  const std::string document(StructSelection<Person>::queries().viewer->document);
  CHECK(document ==
        "query GetViewer { viewer { id username email deletedAt name email photoUrl private accountType userInfo "
        "defaultEntity { name photoUrl memberCount } totalRuns } }");
  const std::string with_teams(StructSelection<Member>::queries().search->document);
  CHECK(
      with_teams.find("{ id username email deletedAt email teams { edges { node { name photoUrl memberCount } } } }") !=
      with_teams.npos);
}

TEST_CASE("a struct is read with values, nulls, enumerators, JSON, objects and the members of its base class") {
  const auto ann = viewer<Person>(whole).value();
  CHECK(ann.name == "Ann");
  CHECK(ann.email == "ann@example.com");
  CHECK_FALSE(ann.photoUrl.has_value());
  CHECK(ann.private_);
  CHECK(ann.account_type == Kind::service);
  CHECK(ann.user_info == R"({"a":[1]})");
  CHECK(ann.default_entity.value().name == "red");
  CHECK_FALSE(ann.default_entity->photo_url.has_value());
  CHECK(ann.default_entity->member_count == 3);
  CHECK(ann.total_runs == 7);
  CHECK_FALSE(viewer<Person>(with(R"({"name":"red","photoUrl":null,"memberCount":3})", "null")).value().default_entity);
  CHECK(viewer<Person>(with("SERVICE", "VIEWER")).value().account_type == Kind::VIEWER);
}

TEST_CASE("a number that its member cannot hold is an error that names it, and is not cut") {
  CHECK(viewer<Person>(with("7", "-32768")).value().total_runs == -32768);
  for (const auto* number : {"32768", "-32769", "9223372036854775807"}) {
    const auto wrong = viewer<Person>(with("7", number)).error();
    CHECK(wrong == errc::wrong_attribute_type);
    CHECK(wrong.reason() == "the attribute \"totalRuns\" is a number that its member cannot hold");
  }
  const auto inside = viewer<Person>(with(":3", ":256")).error();
  CHECK(inside.reason() == "the attribute \"defaultEntity.memberCount\" is a number that its member cannot hold");
}

TEST_CASE("an integer is read as a floating-point number only if that is exact") {
  CHECK(viewer<Counts>(R"("totalRuns":9007199254740992)").value().total_runs == 9007199254740992.0);
  CHECK(viewer<Counts>(R"("totalRuns":-5)").value().total_runs == -5.0);
  for (const auto* number : {"9007199254740993", "-9223372036854775808", "9223372036854775807"}) {
    CHECK(viewer<Counts>(std::string(R"("totalRuns":)") + number).error() == errc::wrong_attribute_type);
  }
  CHECK(from_attributes<Counts>(R"({"totalRuns":1.5})").value().total_runs == 1.5);
}

TEST_CASE("a value that the enumeration does not have is an error that names it, with what looks like a key masked") {
  const auto wrong = viewer<Person>(with("SERVICE", "ROBOT")).error();
  CHECK(wrong == errc::wrong_attribute_type);
  CHECK(wrong.reason() == "the attribute \"accountType\" is \"ROBOT\", which its enumeration does not have");
  const std::string key(40, 'a');
  CHECK(viewer<Person>(with("SERVICE", key)).error().message().find(key) == std::string::npos);
}

TEST_CASE("an error in place of an attribute, or of a part of it, is the struct's error, and names the attribute") {
  for (const auto* path : {R"(["viewer","photoUrl"])", R"(["viewer","defaultEntity","photoUrl"])"}) {
    CAPTURE(path);
    const auto wrong = viewer<Person>(whole, error_at(path)).error();
    CHECK(wrong == condition::permission_denied);
    CHECK(wrong.message().find(std::string("the attribute \"") +
                               (std::string(path).find("default") != std::string::npos ? "defaultEntity" : "photoUrl") +
                               "\" was not loaded") != std::string::npos);
    REQUIRE(wrong.messages().size() == 1);
    CHECK(wrong.messages()[0].text == "why");
  }
}

TEST_CASE("an error at an attribute that the struct does not have is no concern of it") {
  CHECK(viewer<Counts>(R"("id":"1","email":null,"totalRuns":1)", error_at(R"(["viewer","email"])")).has_value());
}

TEST_CASE("a null is not read as such if an error that names no attribute may be the reason for it") {
  for (const auto* path : {R"(["viewer"])", "null"}) {
    CAPTURE(path);
    const auto wrong = viewer<Person>(whole, error_at(path)).error();
    CHECK(wrong == condition::permission_denied);
    CHECK(wrong.reason() == "the attribute \"photoUrl\" was not loaded");
    auto full = whole;
    for (auto at = full.find("photoUrl\":null"); at != full.npos; at = full.find("photoUrl\":null"))
      full.replace(at, 14, "photoUrl\":\"u\"");
    CHECK(viewer<Person>(full, error_at(path)).has_value());
  }
}

TEST_CASE("an attribute that was asked for and does not come is a malformed answer, with its path") {
  for (const auto* missing : {R"(,"photoUrl":null)", R"("private":true,)", R"(,"memberCount":3)"}) {
    CAPTURE(missing);
    CHECK(viewer<Person>(with(missing, "")).error() == errc::malformed_response);
  }
  CHECK(viewer<Person>(with(R"(,"memberCount":3)", "")).error().message().find("defaultEntity.memberCount") !=
        std::string::npos);
}

TEST_CASE("a vector has the nodes of a connection") {
  const auto ann = viewer<Member>(teams(team("red") + "," + team("blue"))).value();
  REQUIRE(ann.teams.size() == 2);
  CHECK(ann.teams[1].name == "blue");
  CHECK(ann.teams[1].member_count == 1);
  CHECK(viewer<Member>(teams("")).value().teams.empty());
}

TEST_CASE("a node that is null without an error is an error, unless the elements are optional") {
  const auto edges = team("red") + R"(,{"node":null})";
  const auto wrong = viewer<Member>(teams(edges)).error();
  CHECK(wrong == errc::malformed_response);
  CHECK(wrong.message().find("teams.edges[1].node: it is null, and no error says why") != std::string::npos);
  const auto nodes = viewer<PatientMember>(teams(edges)).value().teams.value();
  REQUIRE(nodes.size() == 2);
  CHECK(nodes[0].value().name == "red");
  CHECK_FALSE(nodes[1].has_value());
  CHECK(viewer<PatientMember>(teams(edges), error_at(R"(["viewer","teams","edges",1,"node"])")).error() ==
        condition::permission_denied);
}

TEST_CASE("a connection that is null is an error, unless the vector is optional") {
  CHECK(viewer<Member>(R"("id":"1","email":null,"teams":null)").error() == errc::malformed_response);
  CHECK_FALSE(viewer<PatientMember>(R"("id":"1","email":null,"teams":null)").value().teams.has_value());
}

TEST_CASE("a connection may be described as the schema has it") {
  const auto graph = viewer<Graph>(teams(team("red") + R"(,{"node":null})")).value();
  REQUIRE(graph.teams.value().edges.size() == 2);
  CHECK(graph.teams->edges[0].node.value().name == "red");
  CHECK_FALSE(graph.teams->edges[1].node.has_value());
}

TEST_CASE("a user is made into a struct, and the error says which attribute was not loaded") {
  const auto ann = from_attributes<Member>(R"({"email":null,"teams":{"edges":[]}})").value();
  CHECK(ann.teams.empty());
  const auto lacks = from_attributes<Member>(R"({"email":"ann@example.com"})").error();
  CHECK(lacks == errc::attribute_not_loaded);
  CHECK(lacks.reason() == "the attribute \"teams\" was not loaded");
  const auto deep = from_attributes<Member>(R"({"email":null,"teams":{"edges":[{"node":{"name":"red"}}]}})").error();
  CHECK(deep.reason() == "the attribute \"teams.edges[0].node.photoUrl\" was not loaded");
}

TEST_CASE("attributes of another type than their members are errors") {
  struct Case {
    const char* json;
    const char* place;
  };
  for (const auto& one :
       {Case{R"({"email":5,"teams":{"edges":[]}})", "email"}, Case{R"({"email":null,"teams":"red"})", "teams"},
        Case{R"({"email":null,"teams":null})", "teams"}}) {
    CAPTURE(one.json);
    const auto wrong = from_attributes<Member>(one.json).error();
    CHECK(wrong == errc::wrong_attribute_type);
    CHECK(wrong.reason().find(std::string("\"") + one.place + '"') != std::string::npos);
  }
  CHECK(from_attributes<Counts>(R"({"totalRuns":"7"})").error() == errc::wrong_attribute_type);
  CHECK(from_attributes<Counts>(R"({"totalRuns":null})").error() == errc::wrong_attribute_type);
}

TEST_CASE("a text of a struct keeps the answer that it is in") {
  auto info = viewer<Person>(whole).value().user_info;
  CHECK(info.value() == R"({"a":[1]})");
}
