// The document defines a fragment that it never spreads, which GraphQL does not allow.
// expect: GraphQL document: unused fragment
// expect(g++): FixedString<5>{"Names"}
// expect(clang-19): "Names"|\{\{78, 97, 109, 101, 115
#include <wandb/graphql/document.hpp>

#ifdef MISTAKE
constexpr auto& document = wandb::graphql::document<"{ viewer { id } } fragment Names on User { name }">;
#else
constexpr auto& document = wandb::graphql::document<"{ viewer { ...Names } } fragment Names on User { name }">;
#endif
static_assert(!document.text.empty());
