#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <wandb/graphql/document.hpp>
#include <wandb/graphql/dynamic_document.hpp>
#include <wandb/graphql/operations.hpp>
#include <wandb/graphql/parser.hpp>
#include <wandb/graphql/validate.hpp>

using namespace wandb::graphql;

namespace {

std::string verdict(std::string_view source) {
  const auto ast = std::make_unique<Ast>();
  if (const auto fault = parse(source, *ast)) return describe(*fault);
  const auto fault = validate(*ast);
  return fault ? describe(*fault) : "";
}

constexpr bool accepts(std::string_view source) {
  Ast ast;
  return !parse(source, ast) && !validate(ast);
}

bool same_shape(const wandb::Shape& a, const wandb::Shape& b) {
  const auto same = [](const wandb::Field& x, const wandb::Field& y) {
    return x.key == y.key && x.kind == y.kind && x.nullable == y.nullable && x.list == y.list && x.slot == y.slot &&
           x.first == y.first && x.last == y.last && x.table == y.table && x.element_nullable == y.element_nullable;
  };
  return std::equal(a.fields.begin(), a.fields.end(), b.fields.begin(), b.fields.end(), same) &&
         std::equal(a.widths.begin(), a.widths.end(), b.widths.begin(), b.widths.end()) && a.first == b.first &&
         a.last == b.last;
}

// Makes a document in which each fragment spreads the next one `times` over. It is short, but takes exponential time if
// every spread is followed.
struct SpreadingDocument {
  std::array<char, 4096> text{};
  std::size_t size = 0;

  constexpr explicit SpreadingDocument(int fragments, int times, std::string_view condition = {}) {
    say("query Q($x:Boolean=true){viewer{id @skip(if:$x) ...A}}");
    for (char name = 'A'; name != static_cast<char>('A' + fragments); ++name) {
      say("fragment ");
      say({&name, 1});
      say(" on User{id teams{edges{cursor}}");
      const char next = static_cast<char>(name + 1);
      for (int i = 0; i != times && next != static_cast<char>('A' + fragments); ++i) {
        say(" ...");
        say({&next, 1});
        if (i % 2 == 0) say(condition);
      }
      say("}");
    }
  }
  constexpr void say(std::string_view piece) {
    for (const char c : piece) text[size++] = c;
  }
  [[nodiscard]] constexpr std::string_view view() const { return {text.data(), size}; }
};

// Lists the fields of a document's answer: key, kind, whether it may be null, slot, and for a list its table.
std::string shape_of(std::string_view source) {
  constexpr std::string_view kinds[] = {"string", "integer", "real", "boolean", "raw", "object"};
  const auto document = DynamicDocument::parse(source).value();
  std::string text;
  for (const auto& field : document->shape.fields) {
    const std::string kind(kinds[static_cast<std::size_t>(field.kind)]);
    text.append(field.key).append(":").append(field.list ? "[" + kind + "]" : kind).append(field.nullable ? "?" : "!");
    text += std::to_string(field.slot) + (field.list ? "@" + std::to_string(field.table) : "") + " ";
  }
  return text;
}

}  // namespace

TEST_CASE("every document of the library is valid, at compile time and at run time") {
  static_assert(accepts(search_users.document) && accepts(get_viewer.document) && accepts(update_user.document));
  for (const auto* operation : all_operations) {
    CAPTURE(operation->name);
    CHECK(verdict(operation->document) == "");
    const auto ast = std::make_unique<Ast>();
    REQUIRE_FALSE(parse(operation->document, *ast).has_value());
    const auto root = ast->operation(operation->name);
    REQUIRE(static_cast<bool>(root));
    CHECK(ast->selections[root->selections].name == operation->field);
    CHECK((root->kind == DefinitionNode::Kind::mutation) == (operation->repeat != wandb::Repeat::safe));
  }
}

TEST_CASE("a document has the same shape whether it is read by the compiler or at run time") {
  for (const auto* operation : all_operations) {
    CAPTURE(operation->name);
    const auto dynamic = DynamicDocument::parse(operation->document).value();
    CHECK(dynamic->name == operation->name);
    CHECK(dynamic->field == operation->field);
    CHECK(dynamic->mutation == (operation->repeat != wandb::Repeat::safe));
    CHECK(same_shape(dynamic->shape, operation->shape));
  }
}

TEST_CASE(
    "a shape is flat: objects in their parent's row, lists in tables of their own, in the order of the document") {
  const auto shape = shape_of("{ viewer { id apiKeys { edges { node { name ips } } } limits } }");
  CHECK(shape ==
        "viewer:object?0 id:string!1 apiKeys:object?2 limits:raw?3 edges:[object]!4@1 node:object?1 name:string!2 "
        "ips:[string]!3@2 ");
}

TEST_CASE("fields that a document names twice are one field, with all that is selected of it") {
  const auto once = shape_of("{ viewer { id teams { edges { cursor node { id name } } } } }");
  CHECK(shape_of("{ viewer { id teams { edges { cursor } } } viewer { id teams { edges { node { id name } } } } }") ==
        once);
  CHECK(shape_of("{ viewer { ... on Node { id } ...T ...T } } fragment T on User { teams { edges { cursor ...N } } } "
                 "fragment N on EntityEdge { node { id name id } }") == once);
}

TEST_CASE("what stands under a condition may be missing") {
  CHECK(shape_of("query Q($x: Boolean!) { viewer { id @include(if: $x) name } }").find("id:string?") !=
        std::string::npos);
  CHECK(shape_of("query Q($x: Boolean!) { viewer { id @skip(if: $x) id } }").find("id:string!") != std::string::npos);
  CHECK(shape_of("query Q($x: Boolean!) { viewer { id } viewer @skip(if: $x) { name } }").find("name:string?") !=
        std::string::npos);
}

TEST_CASE("a document that is read at run time is refused with the compiler's words") {
  const auto wrong = DynamicDocument::parse("{ viewer { emial } }");
  REQUIRE_FALSE(wrong.has_value());
  CHECK(wrong.error() == wandb::errc::invalid_argument);
  CHECK(wrong.error().message().find("unknown field 'emial' on User; did you mean 'email'?") != std::string::npos);
  CHECK(DynamicDocument::parse("query A { viewer { id } } query B { viewer { id } }")
            .error()
            .message()
            .find("no one operation 'A'") != std::string::npos);
}

TEST_CASE("what the grammar allows is read") {
  static_assert(accepts("{ viewer { id } }"));
  static_assert(
      accepts("\xEF\xBB\xBF# a comment\nquery , A { me: viewer(entityName: \"\"\"block \\\"\"\" string\"\"\") { id, "
              "__typename } }"));
  static_assert(
      accepts("query A($f: Int = 3, $y: Boolean!) { users(first: $f, ids: [\"a\", \"b\"]) { edges { node { ...U "
              "@include(if: $y) } } } } fragment U on User { id }"));
  static_assert(accepts("{ viewer { ... on Node { id } ... { name } id } }"));
}

TEST_CASE("what the grammar does not allow is a syntax error") {
  for (const auto* source :
       {"", "{", "{}", "}", "{viewer{id}", "{viewer(){id}}", "{viewer{id}} extra", "query A(x: Int) {viewer{id}}",
        "{viewer(entityName: 01){id}}", "{viewer(entityName: 1.){id}}", "{viewer(entityName: \"a){id}}",
        "{viewer{...}}", "fragment on on User{id}", "subscript{a}", "{a:}", "{viewer{id}}%",
        "{viewer(entityName: \"a\nb\"){id}}", "query A($x: [Int){viewer{id}}"}) {
    CAPTURE(source);
    CHECK(verdict(source).starts_with("syntax error"));
  }
}

TEST_CASE("a string holds the escapes that there are, and no others") {
  for (const std::string escape :
       {R"(\" \\ \/ \b \f \n \r \t)", R"(\u0041)", R"(\uD83D\uDE00)", R"(\u{1F600})", R"(\u{0})"}) {
    CAPTURE(escape);
    CHECK(verdict("{viewer(entityName: \"" + escape + "\"){id}}") == "");
  }
  const std::pair<std::string, std::string> wrong[] = {{R"(\q)", R"(\q)"},
                                                       {R"(\u00G0)", R"(\u00G0)"},
                                                       {R"(\u004)", R"(\u004")"},
                                                       {R"(\uD83D)", R"(\uD83D)"},
                                                       {R"(\uDE00)", R"(\uDE00)"},
                                                       {R"(\uD83D\u0041)", R"(\uD83D)"},
                                                       {R"(\u{110000})", R"(\u{110000})"},
                                                       {R"(\u{})", R"(\u{})"},
                                                       {R"(\u{D83D})", R"(\u{D83D})"},
                                                       {R"(\u{00000000000000041)", R"(\u{0000000000000)"}};
  for (const auto& one : wrong) {
    const auto& escape = one.first;
    const auto& word = one.second;
    CAPTURE(escape);
    CHECK(verdict("{viewer(entityName: \"" + escape + "\"){id}}").starts_with("syntax error at '" + word.substr(0, 6)));
  }
}

TEST_CASE("each rule refuses with the word at fault") {
  const std::pair<const char*, const char*> cases[] = {
      {"{viewer{emial}}", "unknown field 'emial' on User; did you mean 'email'?"},
      {"{nothing}", "unknown field 'nothing' on Query"},
      {"{viewer}", "no selection on 'viewer' on Query"},
      {"{viewer{id{x}}}", "selection on leaf 'id' on User"},
      {"{users(quer: \"a\"){edges{node{id}}}}", "unknown argument 'quer' on users; did you mean 'query'?"},
      {"mutation{createUser(input:{admin:true}){user{id}}}", "missing argument 'email' on CreateUserInput"},
      {"mutation{createUser{user{id}}}", "missing argument 'input' on createUser"},
      {"{user(id: true){id}}", "wrong type for 'true' on ID"},
      {"query A($x: Int){viewer{id}}", "unused variable 'x' on A"},
      {"{user(id: $x){id}}", "unknown variable 'x'"},
      {"query A($x: Int){user(id: $x){id}}", "wrong type for 'x' on ID"},
      {"query A($x: String){user(id: \"a\") @skip(if: $x){id}}", "wrong type for 'x' on Boolean"},
      {"mutation A($e: String){createUser(input:{email: $e}){user{id}}}", "wrong type for 'e' on String"},
      {"query A($x: Usr){user(id: $x){id}}", "unknown type 'Usr' on x; did you mean 'User'?"},
      {"query A($x: ID, $x: ID){user(id: $x){id}}", "given twice: 'x'"},
      {"query A{viewer{id}} query A{viewer{id}}", "given twice: 'A'"},
      {"query A{viewer{id}} query B{viewer{id}}", ""},
      {"query A{viewer{id}} {viewer{id}}", "no one operation 'A'"},
      {"{viewer{id}} query B{viewer{id}}", "no one operation 'B'"},
      {"{users(first:1, first:2){edges{cursor}}}", "given twice: 'first' on users"},
      {"{viewer{...F}}", "unknown fragment 'F'"},
      {"{viewer{id}} fragment F on User{id}", "unused fragment 'F'"},
      {"{viewer{...F}} fragment F on User{...F}", "circular fragment on 'User'"},
      {"{viewer{... on ApiKey{id}}}", "wrong type for 'ApiKey' on User"},
      {"{viewer{a: id a: name}}", "conflicting fields 'a' on User"},
      {"{viewer{a: id ... on Node {a: id} ... {a: name}}}", "conflicting fields 'a' on User"},
      {"{viewer{teams{edges{node{a: id}}} teams{edges{node{a: name}}}}}", "conflicting fields 'a' on Entity"},
      {"{users(first:1){edges{cursor}} users(first:2){edges{cursor}}}", "conflicting fields 'users' on Query"},
      {"{viewer{id @foo}}", "unknown directive 'foo'"},
      {"{viewer{id @skip}}", "missing argument 'if' on skip"},
      {"{viewer{id @skip(if: true) @skip(if: true)}}", "given twice: 'skip'"},
      {"query Q @foo {viewer{id}}", "unknown directive 'foo'"},
      {"query @skip(if: true) {viewer{id}}", "unknown directive 'skip'"},
      {"query Q($b: Boolean! @include(if: true)) {viewer{id @include(if: $b)}}", "unknown directive 'include'"},
      {"{viewer{...F}} fragment F on User @include(if: true) {id}", "unknown directive 'include'"},
      {"{user(id: {a: 1}){id}}", "wrong type for 'id' on ID"},
      {"{users(query: [1]){edges{cursor}}}", "wrong type for 'query' on String"},
      {"{__typename(a: 1)}", "unknown argument 'a' on __typename"},
      {"{users(first: 2147483648){edges{cursor}}}", "wrong type for '2147483648' on Int"},
      {"{users(first: -2147483649){edges{cursor}}}", "wrong type for '-2147483649' on Int"},
      {"query Q($x: Int = 99999999999999999999){users(first: $x){edges{cursor}}}",
       "wrong type for '99999999999999999999' on Int"},
      {"{users(first: 2147483647, last: -2147483648){edges{cursor}}}", ""},
      {"subscription{viewer{id}}", "no one operation ''"},
  };
  for (const auto& one : cases) {
    const auto* source = one.first;
    CAPTURE(source);
    CHECK(verdict(source) == one.second);
  }
}

TEST_CASE("fragments that spread each other many times over are gone through once") {
  static_assert(accepts(SpreadingDocument(15, 4).view()));
  static_assert(accepts(SpreadingDocument(15, 4, "@skip(if:$x)").view()));
  for (const auto* condition : {"", "@include(if:$x)"}) {
    const SpreadingDocument spreading(15, 4, condition);
    CHECK(verdict(spreading.view()) == "");
    CHECK(shape_of(spreading.view()) == shape_of(SpreadingDocument(15, 1).view()));
  }
}

TEST_CASE("each fragment is checked wherever it stands, though it was gone through before") {
  CHECK(verdict("{viewer{...F} users(first:1){edges{...F}}} fragment F on User{id}") ==
        "wrong type for 'User' on UserEdge");
  CHECK(verdict("query A{viewer{...F}} query B{viewer{...F}} fragment F on User{apiKeys(first:$x){edges{cursor}}}") ==
        "unknown variable 'x'");
  CHECK(verdict("query A($x: Int){viewer{...F}} query B{viewer{...F}} fragment F on "
                "User{apiKeys(first:$x){edges{cursor}}}") == "unknown variable 'x'");
  CHECK(verdict("{viewer{...F}} fragment F on User{...G} fragment G on User{apiKeys{edges{node{user{...F}}}}}") ==
        "circular fragment on 'User'");
}

TEST_CASE("a fragment that comes with and without a condition is there without one") {
  const auto certain = shape_of("{ viewer { id teams { edges { cursor } } } }");
  for (const auto* spreads : {"...F @include(if: $x) ...F", "...F ...F @include(if: $x)"}) {
    CHECK(shape_of("query Q($x: Boolean!) { viewer { " + std::string(spreads) +
                   " } } fragment F on User { id teams { edges { cursor } } }") == certain);
  }
  CHECK(shape_of("query Q($x: Boolean!) { viewer { ...F @skip(if: $x) ...F @include(if: $x) } } "
                 "fragment F on User { id }") == "viewer:object?0 id:string?1 ");
}

TEST_CASE("a document that is cut off anywhere is refused, and nothing is read beyond its end") {
  const std::string whole(update_user.document);
  for (std::size_t length = 0; length != whole.size(); ++length) {
    // Copies the text, so that a sanitizer detects a read beyond its end.
    const std::string cut(whole.data(), length);
    CHECK_FALSE(verdict(cut).empty());
  }
}

TEST_CASE("hostile nesting and size are refused without exhausting the stack") {
  CHECK(verdict(std::string(100'000, '{')) != "");
  std::string nested;
  for (int i = 0; i != 1'000; ++i) nested += "{a(b:[";
  CHECK(verdict(nested) != "");
  CHECK(verdict("{viewer(entityName:" + std::string(100'000, '[') + "){id}}").starts_with("too large"));
  std::string wide = "{viewer{";
  for (int i = 0; i != 1'000; ++i) wide += "id ";
  CHECK(verdict(wide + "}}").starts_with("too large"));
  CHECK(verdict(std::string("{viewer\0{id}}", 13)) != "");
}
