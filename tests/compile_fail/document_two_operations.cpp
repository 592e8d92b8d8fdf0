// The document has two operations, so it would not be clear which one a request means.
// expect: GraphQL document: not exactly one operation
// expect(g++): FixedString<1>{"A"}
// expect(clang-19): "A"|\{\{65
#include <wandb/graphql/document.hpp>

#ifdef MISTAKE
constexpr auto& document = wandb::graphql::document<"query A { viewer { id } } query B { viewer { id } }">;
#else
constexpr auto& document = wandb::graphql::document<"query A { viewer { id } }">;
#endif
static_assert(!document.text.empty());
