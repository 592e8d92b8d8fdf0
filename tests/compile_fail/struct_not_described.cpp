// A struct as the selection that is not described.
// expect: include <wandb/describe.hpp> and describe the struct with BOOST_DESCRIBE_STRUCT
#include <wandb/describe.hpp>

#include "support.hpp"

struct Person {
  std::optional<std::string> email;
};
#if !defined(MISTAKE)
BOOST_DESCRIBE_STRUCT(Person, (), (email))
#endif

void use(const wandb::Api<Blocking>& api) { static_cast<void>(api.users<Person>("ann")); }
