// The document spreads a fragment inside itself, so its selection would never end.
// expect: GraphQL document: circular fragment
// expect(g++): FixedString<4>{"User"}
// expect(clang-19): "User"|\{\{85, 115, 101, 114
#include <wandb/graphql/document.hpp>

#ifdef MISTAKE
constexpr auto& document = wandb::graphql::document<"{ viewer { ...F } } fragment F on User { ...F }">;
#else
constexpr auto& document = wandb::graphql::document<"{ viewer { ...F } } fragment F on User { id }">;
#endif
static_assert(!document.text.empty());
