// The document omits an argument that the field requires, so the server would refuse it.
// expect: GraphQL document: missing argument
// expect(g++): FixedString<5>{"input"}
// expect(clang-19): "input"|\{\{105, 110, 112, 117, 116
#include <wandb/graphql/document.hpp>

#ifdef MISTAKE
constexpr auto& document = wandb::graphql::document<"mutation { createUser { clientMutationId } }">;
#else
constexpr auto& document =
    wandb::graphql::document<"mutation { createUser(input: {email: \"a@b\"}) { clientMutationId } }">;
#endif
static_assert(!document.text.empty());
