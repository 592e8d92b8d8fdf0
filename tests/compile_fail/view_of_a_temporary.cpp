// The program views the text of a value that is already destroyed.
// expect: a view must not outlive the value
#include "support.hpp"

void use(const wandb::User<Blocking>& user) {
#ifdef MISTAKE
  static_cast<void>(user["photo_url"].as<std::string_view>());
#else
  static_cast<void>(user["photo_url"].as<std::string>());
#endif
}
