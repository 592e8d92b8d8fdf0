// A consumer with its own transport, which is linked in each way. Without exceptions it defines what Boost does instead
// of throwing, and receives errors as results.
#include <cstdlib>
#include <exception>
#include <stdexcept>
#include <string>

#if defined(WANDB_CONSUMER_IMPORTS)
#include <version>
#if defined(__cpp_lib_format)
#include <format>
#endif
import wandb;
#elif defined(WANDB_CONSUMER_HEADER)
#include WANDB_CONSUMER_HEADER
#else
#include <wandb/format.hpp>
#include <wandb/wandb.hpp>
#endif
#ifndef WANDB_CONSUMER_LINKS_BOOST_JSON
#include <wandb/boost_json_src.hpp>
#endif

#if !defined(__cpp_exceptions)
namespace boost {
void throw_exception(const std::exception&) { std::abort(); }
void throw_exception(const std::exception&, const boost::source_location&) { std::abort(); }
}  // namespace boost
#endif

struct Canned {
  wandb::Result<wandb::Response> send(const wandb::Request&) {
    return wandb::Response{
        200, {}, wandb::SecureString{R"({"data":{"viewer":{"id":"1","name":"Ann","email":"ann@example.com"}}})"}};
  }
};

// A key that the user does not have is the program's mistake.
template <class User>
bool told_of_misuse(const User& user) {
#if defined(__cpp_exceptions)
  try {
    static_cast<void>(user.delete_api_key("none"));
    return false;
  } catch (const std::invalid_argument&) {
    return true;
  }
#else
  return user.delete_api_key("none").error() == wandb::errc::invalid_argument &&
         user.template attr<bool>("user").error() == wandb::errc::invalid_argument;
#endif
}

// Some standard libraries have no std::format.
template <class User>
bool is_formatted([[maybe_unused]] const User& user) {
#if defined(__cpp_lib_format)
  return std::format("{:>26}", user) == "    <User ann@example.com>" &&
         std::format("{}", user.email()) == user.email() &&
         std::format("{}", wandb::Error(wandb::errc::not_found)) == "not found";
#else
  return true;
#endif
}

int main() {
  const wandb::Secret key(std::string(40, 'a'));
  wandb::Api api{Canned{}, {.base_url = "http://localhost", .api_key = key}};
  const auto me = api.viewer();
  const auto attrs = wandb::Attrs::parse(R"({"id":"1","apiKeys":{"edges":[]}})");
  return me && me->email() == "ann@example.com" && me->delete_api_key("none").error() == wandb::errc::keys_not_loaded &&
                 told_of_misuse(wandb::User(api, *attrs)) && is_formatted(*me)
             ? 0
             : 1;
}
