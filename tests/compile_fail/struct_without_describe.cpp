// A struct as the selection, without the header that reads structs.
// expect: include <wandb/describe.hpp> and describe the struct with BOOST_DESCRIBE_STRUCT
#include "support.hpp"

#if !defined(MISTAKE)
#include <wandb/describe.hpp>
#endif

struct Person {
  std::optional<std::string> email;
};
#if !defined(MISTAKE)
BOOST_DESCRIBE_STRUCT(Person, (), (email))
#endif

void use(const wandb::Api<Blocking>& api) { static_cast<void>(api.user<Person>("ann")); }
