// The document declares a variable that it does not use, which GraphQL does not allow.
// expect: GraphQL document: unused variable
// expect(g++): FixedString<2>{"id"}
// expect(clang-19): "id"|\{\{105, 100
#include <wandb/graphql/document.hpp>

#ifdef MISTAKE
constexpr auto& document = wandb::graphql::document<"query Q($id: ID) { viewer { name } }">;
#else
constexpr auto& document = wandb::graphql::document<"query Q($id: ID) { user(id: $id) { name } }">;
#endif
static_assert(!document.text.empty());
