// API keys in a struct.
// expect: the field of a member has pages.* User::keys\(\)
#include <wandb/describe.hpp>

#include "support.hpp"

struct Key {
  std::string id;
};
BOOST_DESCRIBE_STRUCT(Key, (), (id))
struct Person {
  std::string id;
  std::vector<Key> api_keys;
};
#if defined(MISTAKE)
BOOST_DESCRIBE_STRUCT(Person, (), (id, api_keys))
#else
BOOST_DESCRIBE_STRUCT(Person, (), (id))
#endif

void use(const wandb::Api<Blocking>& api) { static_cast<void>(api.user<Person>("ann")); }
