// The document selects fields of a text, which has none.
// expect: GraphQL document: a selection of fields on a leaf
// expect(g++): FixedString<4>{"name"}
// expect(clang-19): "name"|\{\{110, 97, 109, 101
#include <wandb/graphql/document.hpp>

#ifdef MISTAKE
constexpr auto& document = wandb::graphql::document<"{ viewer { name { first } } }">;
#else
constexpr auto& document = wandb::graphql::document<"{ viewer { name } }">;
#endif
static_assert(!document.text.empty());
