// The document omits a field that the input object requires, so the server would refuse it.
// expect: GraphQL document: missing argument
// expect(g++): FixedString<5>{"email"}
// expect(clang-19): "email"|\{\{101, 109, 97, 105, 108
// expect(g++): CreateUserInput
#include <wandb/graphql/document.hpp>

#ifdef MISTAKE
constexpr auto& document =
    wandb::graphql::document<"mutation { createUser(input: {admin: true}) { clientMutationId } }">;
#else
constexpr auto& document =
    wandb::graphql::document<"mutation { createUser(input: {email: \"a@b\"}) { clientMutationId } }">;
#endif
static_assert(!document.text.empty());
