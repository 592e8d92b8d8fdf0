// A consumer with a transport of its own, linked in each way; without exceptions it says what Boost does instead of
// throwing.
#include <cstdlib>
#include <exception>
#include <string>

#include <wandb/wandb.hpp>
#ifndef WANDB_CONSUMER_LINKS_BOOST_JSON
#include <wandb/src.hpp>
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

int main() {
  const wandb::Secret key(std::string(40, 'a'));
  wandb::Api api{Canned{}, {.base_url = "http://localhost", .api_key = key}};
  const auto me = api.viewer();
  return me && me->email() == "ann@example.com" && me->delete_api_key("none").error() == wandb::errc::keys_not_loaded
             ? 0
             : 1;
}
