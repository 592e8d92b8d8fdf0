// The document uses a variable that it does not declare, so the variable would have no value.
// expect: GraphQL document: unknown variable
// expect(g++): FixedString<2>{"id"}
// expect(clang-19): "id"|\{\{105, 100
#include <wandb/graphql/document.hpp>

#ifdef MISTAKE
constexpr auto& document = wandb::graphql::document<"query Q { user(id: $id) { name } }">;
#else
constexpr auto& document = wandb::graphql::document<"query Q($id: ID) { user(id: $id) { name } }">;
#endif
static_assert(!document.text.empty());
