// The document selects two fields under one response key, so the answer could hold only one of them.
// expect: GraphQL document: conflicting fields
// expect(g++): FixedString<3>{"who"}
// expect(clang-19): "who"|\{\{119, 104, 111
#include <wandb/graphql/document.hpp>

#ifdef MISTAKE
constexpr auto& document = wandb::graphql::document<"{ viewer { who: name who: email } }">;
#else
constexpr auto& document = wandb::graphql::document<"{ viewer { who: name mail: email } }">;
#endif
static_assert(!document.text.empty());
