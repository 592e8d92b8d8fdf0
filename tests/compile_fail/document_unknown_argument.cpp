// The document gives an argument that the field does not take.
// expect: GraphQL document: unknown argument
// expect(g++): FixedString<4>{"quer"}
// expect(clang-19): "quer"|\{\{113, 117, 101, 114
// expect(g++): unknown argument .{0,2}quer.{0,2} on users; did you mean .{0,2}query
#include <wandb/graphql/document.hpp>

#ifdef MISTAKE
constexpr auto& document = wandb::graphql::document<"{ users(quer: 1) { edges { cursor } } }">;
#else
constexpr auto& document = wandb::graphql::document<"{ users(first: 1) { edges { cursor } } }">;
#endif
static_assert(!document.text.empty());
