// A member whose name is no field of a user.
// expect: a member of the struct names no field of the schema
// expect(g++): Person, .*member .{0,2}photo_ulr.{0,2} is not a field of User; did you mean .{0,2}photoUrl
#include <wandb/describe.hpp>

#include "support.hpp"

#if defined(MISTAKE)
struct Person {
  std::optional<std::string> photo_ulr;
};
BOOST_DESCRIBE_STRUCT(Person, (), (photo_ulr))
#else
struct Person {
  std::optional<std::string> photo_url;
};
BOOST_DESCRIBE_STRUCT(Person, (), (photo_url))
#endif

void use(const wandb::Api<Blocking>& api) { static_cast<void>(api.viewer<Person>()); }
