// The document uses a directive that does not exist.
// expect: GraphQL document: unknown directive
// expect(g++): FixedString<4>{"only"}
// expect(clang-19): "only"|\{\{111, 110, 108, 121
#include <wandb/graphql/document.hpp>

#ifdef MISTAKE
constexpr auto& document = wandb::graphql::document<"{ viewer { id @only } }">;
#else
constexpr auto& document = wandb::graphql::document<"{ viewer { id @include(if: true) } }">;
#endif
static_assert(!document.text.empty());
