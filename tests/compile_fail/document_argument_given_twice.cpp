// The document gives an argument twice, which GraphQL does not allow.
// expect: GraphQL document: given twice
// expect(g++): FixedString<5>{"first"}
// expect(clang-19): "first"|\{\{102, 105, 114, 115, 116
#include <wandb/graphql/document.hpp>

#ifdef MISTAKE
constexpr auto& document = wandb::graphql::document<"{ users(first: 1, first: 2) { edges { cursor } } }">;
#else
constexpr auto& document = wandb::graphql::document<"{ users(first: 1, last: 2) { edges { cursor } } }">;
#endif
static_assert(!document.text.empty());
