// Shapes for the tests of pages.
#pragma once

#include <string>
#include <string_view>

#include <wandb/detail/answer/decoder.hpp>
#include <wandb/detail/answer/page.hpp>
#include <wandb/detail/answer/shape.hpp>

namespace page_shapes {

using namespace wandb::shapes;

inline constexpr auto user_node =
    object("node", required(string("id")), string("name"), boolean("admin"), integer("totalRuns"), real("score"),
           raw("limits"), list_of(string("ips")), nullable_elements(list_of(integer("counts"))),
           object("apiKeys", required(list("edges", object("node", required(string("id")), string("name")))),
                  object("pageInfo", string("endCursor"), required(boolean("hasNextPage")))));
inline constexpr auto users_fields = shape(
    object("users", required(nullable_elements(list("edges", user_node))), object("pageInfo", boolean("hasNextPage"))),
    string("version"));
inline constexpr wandb::Shape users_shape = users_fields;

inline wandb::detail::GraphqlAnswer decode(std::string_view body) {
  return wandb::detail::decode(users_shape, wandb::SecureString(body));
}
/// Returns the answer with one user, whose `node` is the given JSON.
inline wandb::detail::GraphqlAnswer decode_node(std::string_view node, std::string_view beside = "") {
  return decode(R"({"data":{"users":{"edges":[{"node":)" + std::string(node) + "}]}}" + std::string(beside) + "}");
}
/// Returns what is wrong, as "path: reason"; empty when nothing is.
inline std::string wrong(const wandb::detail::GraphqlAnswer& decoded) {
  return decoded.decode_error ? decoded.decode_error->path + ": " + decoded.decode_error->reason : std::string{};
}
inline wandb::ListView edges(const wandb::detail::GraphqlAnswer& decoded) {
  return decoded.page->root().object("users")->list("edges");
}
inline wandb::ObjectView node(const wandb::detail::GraphqlAnswer& decoded, std::size_t index = 0) {
  return *edges(decoded)[index].object("node");
}

}  // namespace page_shapes
