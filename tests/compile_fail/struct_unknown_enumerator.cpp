// An enumerator that the enumeration of the schema does not have.
// expect: the enumeration of a member has an enumerator that the schema does not have
#include <wandb/describe.hpp>

#include "support.hpp"

#if defined(MISTAKE)
enum class Kind { user, servise };
BOOST_DESCRIBE_ENUM(Kind, user, servise)
#else
enum class Kind { user, service };
BOOST_DESCRIBE_ENUM(Kind, user, service)
#endif
struct Person {
  std::optional<Kind> account_type;
};
BOOST_DESCRIBE_STRUCT(Person, (), (account_type))

void use(const wandb::Api<Blocking>& api) { static_cast<void>(api.user<Person>("ann")); }
