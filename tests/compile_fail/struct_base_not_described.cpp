// A struct whose base class is not described: the members of the base class would be left out.
// expect: a struct that is read has only public members, and its base classes are described as well
#include <wandb/describe.hpp>

#include "support.hpp"

struct Named {
  std::string name;
};
#if !defined(MISTAKE)
BOOST_DESCRIBE_STRUCT(Named, (), (name))
#endif
struct Person : Named {
  std::optional<std::string> email;
};
BOOST_DESCRIBE_STRUCT(Person, (Named), (email))

void use(const wandb::Api<Blocking>& api) { static_cast<void>(api.user<Person>("ann")); }
