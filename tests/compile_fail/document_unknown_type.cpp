// The document declares a variable of a type that does not exist.
// expect: GraphQL document: unknown type
// expect(g++): FixedString<5>{"Ident"}
// expect(clang-19): "Ident"|\{\{73, 100, 101, 110, 116
#include <wandb/graphql/document.hpp>

#ifdef MISTAKE
constexpr auto& document = wandb::graphql::document<"query Q($id: Ident) { user(id: $id) { name } }">;
#else
constexpr auto& document = wandb::graphql::document<"query Q($id: ID) { user(id: $id) { name } }">;
#endif
static_assert(!document.text.empty());
