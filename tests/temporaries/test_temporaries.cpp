// Tests that an awaited call outlives its arguments: everything that it is made from is destroyed before it is awaited.
// Address sanitizers detect reads of destroyed objects.
#include <doctest/doctest.h>

#include <array>
#include <chrono>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>

#include <wandb/describe.hpp>
#include <wandb/graphql/dynamic_document.hpp>

#include "../rigs.hpp"

using namespace std::chrono_literals;
using namespace wandb;
using rigs::get;
using rigs::list;
using rigs::Scene;

namespace {

// A text on the heap, whatever its length, that is overwritten when it is destroyed.
class Argument {
 public:
  explicit Argument(std::string_view text) : text_(std::make_unique<std::string>(text)) { text_->reserve(100); }
  Argument(const Argument&) = delete;
  Argument& operator=(const Argument&) = delete;
  ~Argument() { text_->assign(text_->size(), '#'); }
  operator std::string_view() const { return *text_; }  // NOLINT: it stands for any text

 private:
  std::unique_ptr<std::string> text_;
};

// Makes a call from temporaries, and awaits it when they are gone.
template <class Make>
[[nodiscard]] auto later(Make make) {
  return get(make());
}

struct Contact {
  std::optional<std::string> email;
};
BOOST_DESCRIBE_STRUCT(Contact, (), (email))

/// A token on the heap, so that a sanitizer detects a use after its destruction.
struct Token {
  std::unique_ptr<std::stop_token> token = std::make_unique<std::stop_token>(std::stop_source().get_token());
  [[nodiscard]] CallOptions options() const { return {.timeout = 10s, .stop = token.get()}; }
};

}  // namespace

#define AWAITED rigs::AsioFake, rigs::FreeFake, rigs::AsyncPlain, rigs::AsyncTls

TEST_CASE_TEMPLATE("every method of Api outlives the Api and the arguments that it was called with", Rig, AWAITED) {
  Scene<Rig> at;
  const auto api = [&] { return at.as(Secret(at.world.root_key.reveal())); };
  CHECK(later([&] { return api().viewer(Token().options()); }).value().email() == "root@example.com");
  CHECK(later([&] { return api().as(Secret(at.world.ann_key.reveal())).viewer(Token().options()); }).value().email() ==
        "ann@example.com");
  CHECK(later([&] { return api().user(Argument("Ann@Example.com"), Token().options()); }).value().has_value());
  CHECK(later([&] { return api().template viewer<Contact>(Token().options()); }).value().email == "root@example.com");
  const auto contact = [&] { return api().template user<Contact>(Argument("Ann@Example.com"), Token().options()); };
  CHECK(later(contact).value().value().email == "ann@example.com");
  CHECK(
      later([&] { return api().create_user(Argument("new@example.com"), true, Token().options()); }).value().email() ==
      "new@example.com");
  const auto next = [&] {
    return api().users(Argument("new"), {.size = 1, .cursor = Argument("")}).next(Token().options());
  };
  CHECK(later(next).value().value().email() == "new@example.com");
  const auto next_contact = [&] {
    return api().template users<Contact>(Argument("new"), {.cursor = Argument("")}).next(Token().options());
  };
  CHECK(later(next_contact).value().value().email == "new@example.com");
  const auto refused = later([&] { return api().user(Argument(""), Token().options()); });
  CHECK(refused.error() == errc::invalid_argument);
}

TEST_CASE_TEMPLATE("every call of an own document outlives the Api, the document and the variables", Rig, AWAITED) {
  Scene<Rig> at;
  const auto api = [&] { return at.as(Secret(at.world.root_key.reveal())); };
  const auto text = [](std::string_view operation) {
    return std::string(operation) + "($ids: [ID!]) { users(ids: $ids) { edges { node { id } } } }";
  };
  const auto variables = [&] { return Variables{{"ids", std::array{std::string_view(Argument(at.world.ann_id))}}}; };
  constexpr auto& checked = document<"query Q($ids: [ID!]) { users(ids: $ids) { edges { node { id } } } }">;
  const auto id_of = [](const auto& answer) {
    return std::string(answer.value()["users"]["edges"][0]["node"]["id"].as_string().value().value_or(""));
  };
  CHECK(id_of(later([&] { return api().query(checked, variables(), Token().options()); })) == at.world.ann_id);
  CHECK(id_of(later([&] {
          return api().query(graphql::DynamicDocument::parse(text("query D")).value(), variables(), Token().options());
        })) == at.world.ann_id);
  CHECK(id_of(later([&] { return api().execute(text("query E"), variables(), Token().options()); })) ==
        at.world.ann_id);
}

TEST_CASE_TEMPLATE("every changing method of User outlives the user and the arguments", Rig, AWAITED) {
  using Person = User<typename Rig::Transport>;
  Scene<Rig> at;
  const auto api = [&] { return at.as(Secret(at.world.root_key.reveal())); };
  CHECK(
      later([&] { return Person::create(api(), Argument("bob@example.com"), false, Token().options()); }).has_value());
  const auto ann = [&] {
    return Person(api(), Attrs{{"id", std::string_view(Argument(at.world.ann_id))}}, Secret(at.world.ann_key.reveal()));
  };
  REQUIRE(later([&] { return ann().update({.name = Argument("Ann the First")}, Token().options()); }).has_value());
  REQUIRE(later([&] { return ann().set_admin(true, Token().options()); }).has_value());
  const auto kept = ann();
  REQUIRE(later([&] { return Person(kept).reload(Token().options()); }).has_value());
  CHECK(kept.name() == "Ann the First");
  CHECK(kept.admin() == true);
  REQUIRE(later([&] { return ann().remove(Token().options()); }).has_value());
  REQUIRE(later([&] { return ann().restore(Token().options()); }).has_value());
}

TEST_CASE_TEMPLATE("every method about keys outlives the user and the arguments", Rig, AWAITED) {
  using Person = User<typename Rig::Transport>;
  Scene<Rig> at;
  const auto api = [&] { return at.as(Secret(at.world.root_key.reveal())); };
  const auto ann = [&] {
    Person made(api(), Attrs{{"id", std::string_view(Argument(at.world.ann_id))}});
    CHECK(made.authenticate(Secret(at.world.ann_key.reveal())).has_value());
    return made;
  };
  const auto made = later([&] { return ann().generate_api_key(Argument("made for ann"), Token().options()); });
  REQUIRE(made.has_value());
  CHECK(later([&] { return ann().user_api().value().viewer(Token().options()); }).value().id() == at.world.ann_id);
  const auto as_ann = [&] {
    return ann().user_api().value().create_user(Argument("who@example.com"), false, Token().options());
  };
  CHECK(later(as_ann).error() == condition::permission_denied);

  auto kept = ann();
  REQUIRE(later([&] { return Person(kept).reload(Token().options()); }).has_value());
  REQUIRE(later([&] { return Person(kept).generate_api_key(Argument("to go"), Token().options()); }).has_value());
  const auto count = kept.keys().size();
  REQUIRE(count == 3);
  const auto last = [&] { return *std::next(kept.keys().begin(), 2); };
  REQUIRE(later([&] {
            return Person(kept).delete_api_key(Secret(last().secret()->reveal()), Token().options());
          }).has_value());
  const auto first = [&] { return ApiKey(*kept.keys().begin()); };
  REQUIRE(later([&] { return Person(kept).delete_api_key(first(), Token().options()); }).has_value());
  REQUIRE(kept.keys().size() == 1);
  const std::string name(*kept.api_keys().begin());
  REQUIRE(later([&] { return Person(kept).delete_api_key(Argument(name), Token().options()); }).has_value());
  CHECK(kept.keys().empty());

  const Secret held(at.world.account.add_key("ann", "held"));
  REQUIRE(later([&] { return Person(kept).reload(Token().options()); }).has_value());
  REQUIRE(kept.keys().size() == 1);
  REQUIRE(later([&] { return Person(kept).delete_api_key(Secret(held.reveal()), Token().options()); }).has_value());
  CHECK(kept.keys().empty());
}

namespace {

// Temporaries of a `co_await` expression live as long as it: here as they are used most. No template: in one, g++ 12
// does not compile these expressions.
using BeastApi = Api<AsyncBeastTransport>;
boost::asio::awaitable<std::size_t> in_one_expression(BeastApi api) {
  using Person = User<AsyncBeastTransport>;
  auto bob = (co_await BeastApi(api).create_user(std::string("robert@example.com"), false, {.timeout = 10s})).value();
  CHECK((co_await Person(bob).update({.name = std::string("Robert the Second"), .admin = true}, {.timeout = 10s}))
            .has_value());
  CHECK((co_await BeastApi(api).users(std::string("robert"), {.size = 1}).next({.timeout = 10s})).has_value());
  auto me = (co_await BeastApi(api).viewer({.timeout = 10s})).value();
  const auto made = co_await Person(me).generate_api_key(std::string("a description of some length"), {.timeout = 10s});
  CHECK((co_await Person(me).delete_api_key(Secret(made.value().reveal()), {.timeout = 10s})).has_value());
  CHECK((co_await Person(bob).remove({.timeout = 10s})).has_value());
  co_return me.keys().size();
}

boost::asio::awaitable<std::size_t> documents_in_one_expression(BeastApi api) {
  constexpr auto& find =
      document<"query($q: String, $ids: [ID!]) { users(query: $q, ids: $ids) { edges { cursor } } }">;
  auto found = co_await BeastApi(api).query(find, {{"q", std::string("ann@example.com in full")}, {"ids", nullptr}},
                                            {.timeout = 10s});
  CHECK(found.value().template get<"users">().value().template get<"edges">().empty());
  const auto make = std::string("mutation($in: CreateUserInput!) { createUser(input: $in) { user { id } } }");
  auto made = co_await BeastApi(api).execute(
      std::string(make), {{"in", Variables{{"email", std::string("robert.the.first@example.com")}}}}, Repeat::once,
      {.timeout = 10s});
  auto id = made.value()["createUser"]["user"]["id"].as_string().value().value();
  found =
      co_await BeastApi(api).query(find, {{"ids", std::array<std::string_view, 2>{id, "another"}}}, {.timeout = 10s});
  co_return found.value().template get<"users">().value().template get<"edges">().size();
}

using FreeApi = Api<rigs::FreeFake::Transport>;
rigs::FreeTask<std::size_t> in_one_expression(FreeApi api) {
  auto bob = (co_await FreeApi(api).create_user(std::string("robert@example.com"), false, {.timeout = 10s})).value();
  CHECK((co_await FreeApi(api).users(std::string("robert"), {.size = 1}).next({.timeout = 10s})).has_value());
  auto me = (co_await FreeApi(api).viewer({.timeout = 10s})).value();
  const auto made = co_await me.generate_api_key(std::string("a description of some length"), {.timeout = 10s});
  CHECK((co_await me.delete_api_key(Secret(made.value().reveal()), {.timeout = 10s})).has_value());
  co_return me.keys().size();
}
rigs::FreeTask<std::size_t> documents_in_one_expression(FreeApi api) {
  auto found = co_await FreeApi(api).query(document<"query($q: String) { users(query: $q) { edges { cursor } } }">,
                                           {{"q", std::string("ann@example.com")}}, {.timeout = 10s});
  co_return found.value().template get<"users">().value().template get<"edges">().size();
}

}  // namespace

TEST_CASE_TEMPLATE("calls may be made and awaited in one expression", Rig, rigs::FreeFake, rigs::AsyncPlain,
                   rigs::AsyncTls) {
  Scene<Rig> at;
  CHECK(get(in_one_expression(at.api)) == 1);
}

TEST_CASE_TEMPLATE("documents may be sent and awaited in one expression", Rig, rigs::FreeFake, rigs::AsyncPlain,
                   rigs::AsyncTls) {
  Scene<Rig> at;
  CHECK(get(documents_in_one_expression(at.api)) == 1);
}
