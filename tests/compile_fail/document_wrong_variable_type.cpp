// The document uses a variable where a value of another type is required.
// expect: GraphQL document: wrong type
// expect(g++): FixedString<5>{"count"}
// expect(clang-19): "count"|\{\{99, 111, 117, 110, 116
#include <wandb/graphql/document.hpp>

#ifdef MISTAKE
constexpr auto& document =
    wandb::graphql::document<"query Q($count: String) { users(first: $count) { edges { cursor } } }">;
#else
constexpr auto& document =
    wandb::graphql::document<"query Q($count: Int) { users(first: $count) { edges { cursor } } }">;
#endif
static_assert(!document.text.empty());
