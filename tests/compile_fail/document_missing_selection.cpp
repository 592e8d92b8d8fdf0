// The document selects no field of an object, which GraphQL does not allow.
// expect: GraphQL document: an object without a selection of fields
// expect(g++): FixedString<5>{"teams"}
// expect(clang-19): "teams"|\{\{116, 101, 97, 109, 115
#include <wandb/graphql/document.hpp>

#ifdef MISTAKE
constexpr auto& document = wandb::graphql::document<"{ viewer { teams } }">;
#else
constexpr auto& document = wandb::graphql::document<"{ viewer { teams { edges { cursor } } } }">;
#endif
static_assert(!document.text.empty());
