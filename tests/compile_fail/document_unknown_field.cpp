// The document selects a field that the type does not have.
// expect: GraphQL document: unknown field
// expect(g++): FixedString<5>{"emial"}
// expect(clang-19): "emial"|\{\{101, 109, 105, 97, 108
// expect(g++): unknown field .{0,2}emial.{0,2} on User; did you mean .{0,2}email
#include <wandb/graphql/document.hpp>

#ifdef MISTAKE
constexpr auto& document = wandb::graphql::document<"{ viewer { emial } }">;
#else
constexpr auto& document = wandb::graphql::document<"{ viewer { email } }">;
#endif
static_assert(!document.text.empty());
