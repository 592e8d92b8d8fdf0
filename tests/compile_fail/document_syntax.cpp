// The document opens a brace and never closes it, so it cannot be parsed.
// expect: GraphQL document: syntax error
#include <wandb/graphql/document.hpp>

#ifdef MISTAKE
constexpr auto& document = wandb::graphql::document<"{ viewer { id }">;
#else
constexpr auto& document = wandb::graphql::document<"{ viewer { id } }">;
#endif
static_assert(!document.text.empty());
