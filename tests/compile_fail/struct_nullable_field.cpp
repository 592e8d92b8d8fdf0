// A member that cannot be empty, for a field that may be null.
// expect: the field of a member may be null: the member must be a std::optional
// expect(g++): Person, .*member .{0,2}email.{0,2} reads .{0,2}email: String.{0,2} of User
#include <wandb/describe.hpp>

#include "support.hpp"

struct Person {
#if defined(MISTAKE)
  std::string email;
#else
  std::optional<std::string> email;
#endif
};
BOOST_DESCRIBE_STRUCT(Person, (), (email))

void use(const wandb::Api<Blocking>& api) { static_cast<void>(api.user<Person>("ann")); }
