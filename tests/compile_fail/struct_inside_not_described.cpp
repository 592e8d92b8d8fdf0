// A member whose struct is not described.
// expect: the type of a member is not described: use BOOST_DESCRIBE_STRUCT or BOOST_DESCRIBE_ENUM
#include <wandb/describe.hpp>

#include "support.hpp"

struct Team {
  std::string name;
};
#if !defined(MISTAKE)
BOOST_DESCRIBE_STRUCT(Team, (), (name))
#endif
struct Person {
  std::optional<Team> default_entity;
};
BOOST_DESCRIBE_STRUCT(Person, (), (default_entity))

void use(const wandb::Api<Blocking>& api) { static_cast<void>(api.user<Person>("ann")); }
