// Creates a user, and tells the three cases apart: created, there already, and not known because the answer was lost.
#include <iostream>
#include <wandb/transport/beast.hpp>
#include <wandb/wandb.hpp>

int main(int argc, char** argv) {
  const wandb::Api api{wandb::BeastTransport{}};
  const std::string_view email = argc > 1 ? argv[1] : "bob@example.com";
  const auto user = api.create_user(email);
  if (user) {
    std::cout << "created " << *user << '\n';
  } else if (user.error() == wandb::condition::conflict) {
    std::cout << email << " is there already\n";
  } else if (user.error() == wandb::condition::outcome_unknown) {
    const auto found = api.user(email);  // a user who is found was created by now, by this call or another
    std::cout << email << (found && *found ? " is there\n" : " may still be created\n");
  } else {
    return std::cerr << user.error() << '\n', 1;
  }
}
