// The text of an API key in a struct.
// expect: a struct does not hold API keys: use User::keys\(\)
#include <wandb/describe.hpp>

#include "support.hpp"

struct Person {
  std::string id;
  std::optional<std::string> api_key;
};
#if defined(MISTAKE)
BOOST_DESCRIBE_STRUCT(Person, (), (id, api_key))
#else
BOOST_DESCRIBE_STRUCT(Person, (), (id))
#endif

void use(const wandb::Api<Blocking>& api) { static_cast<void>(api.user<Person>("ann")); }
