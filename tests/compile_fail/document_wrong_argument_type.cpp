// The document gives a word to an argument that is a number.
// expect: GraphQL document: wrong type
// expect(g++): FixedString<3>{"ten"}
// expect(clang-19): "ten"|\{\{116, 101, 110
// expect(g++): on Int
#include <wandb/graphql/document.hpp>

#ifdef MISTAKE
constexpr auto& document = wandb::graphql::document<"{ users(first: ten) { edges { cursor } } }">;
#else
constexpr auto& document = wandb::graphql::document<"{ users(first: 10) { edges { cursor } } }">;
#endif
static_assert(!document.text.empty());
