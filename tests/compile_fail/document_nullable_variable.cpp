// The document uses a variable that may be null where null is not allowed.
// expect: GraphQL document: wrong type
// expect(g++): FixedString<5>{"email"}
// expect(clang-19): "email"|\{\{101, 109, 97, 105, 108
#include <wandb/graphql/document.hpp>

#ifdef MISTAKE
constexpr auto& document =
    wandb::graphql::document<"mutation M($email: String) { createUser(input: {email: $email}) { clientMutationId } }">;
#else
constexpr auto& document =
    wandb::graphql::document<"mutation M($email: String!) { createUser(input: {email: $email}) { clientMutationId } }">;
#endif
static_assert(!document.text.empty());
