// A member of another type than its field, in a struct inside another.
// expect: the type of a member cannot hold its field
// expect(g++): Team, .*member .{0,2}member_count.{0,2} reads .{0,2}memberCount: Int!.{0,2} of Entity
#include <wandb/describe.hpp>

#include "support.hpp"

struct Team {
#if defined(MISTAKE)
  std::string member_count;
#else
  int member_count = 0;
#endif
};
BOOST_DESCRIBE_STRUCT(Team, (), (member_count))
struct Person {
  std::vector<Team> teams;
};
BOOST_DESCRIBE_STRUCT(Person, (), (teams))

void use(const wandb::Api<Blocking>& api) { static_cast<void>(api.user<Person>("ann")); }
