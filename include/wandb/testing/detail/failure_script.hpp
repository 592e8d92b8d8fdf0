// The step of a fake's script that makes a request fail in one of the ways of `each_failure`.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <memory>
#include <utility>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <wandb/errc.hpp>
#include <wandb/error.hpp>
#include <wandb/testing/expectation.hpp>
#include <wandb/testing/request_failure.hpp>
#include <wandb/transport.hpp>

namespace wandb::inline WANDB_ABI::testing::detail {

// The first member that is not null, or the end.
[[nodiscard]] inline boost::json::object::iterator first_value(boost::json::object& object) {
  return std::find_if(object.begin(), object.end(), [](const auto& member) { return !member.value().is_null(); });
}

// Replaces the first value in the data of the operation by null, and adds the error that says so. Returns false, and
// leaves the answer as it is, if there is no such value or the answer is a refusal.
[[nodiscard]] inline bool remove_first_value(Response& response) {
  boost::system::error_code fault;
  auto body = boost::json::parse(boost::json::string_view(response.body.data(), response.body.size()), fault);
  auto* const object = fault ? nullptr : body.if_object();
  auto* const member = object && response.status == 200 ? object->if_contains("data") : nullptr;
  auto* const data = member ? member->if_object() : nullptr;
  if (data == nullptr) return false;
  const auto field = first_value(*data);
  if (field == data->end()) return false;
  boost::json::array path{field->key()};
  auto* value = &field->value();
  if (auto* const inner = value->if_object()) {
    if (const auto first = first_value(*inner); first != inner->end()) {
      path.emplace_back(first->key());
      value = &first->value();
    }
  }
  *value = nullptr;
  auto& errors = (*object)["errors"];
  if (!errors.is_array()) errors.emplace_array();
  errors.get_array().push_back(boost::json::object{{"message", "internal error"}, {"path", std::move(path)}});
  response.body = boost::json::serialize(body);
  return true;
}

// Removes the second half of the body. Returns false if the body is empty.
[[nodiscard]] inline bool cut_off(Response& response) {
  const auto size = response.body.size();
  response.body.resize(size / 2);
  return size != 0;
}

// Counts the requests in a row whose answer could not be changed, and those after them, which do not fail then. Copies
// share the count, because the fake may outlive the run in what the program returns.
class Spared {
 public:
  [[nodiscard]] std::size_t count() const { return *count_; }

  // The change of an answer that makes its request fail. `change` returns false for an answer that it leaves as it is.
  [[nodiscard]] auto unless_spared(bool (*change)(Response&)) const {
    return [count = count_, change](Response& response) {
      if (*count != 0 || !change(response)) ++*count;
    };
  }

 private:
  std::shared_ptr<std::atomic<std::size_t>> count_ = std::make_shared<std::atomic<std::size_t>>(0);
};

inline void script(Expectation& step, RequestFailure failure, const Spared& spared) {
  switch (failure) {
    case RequestFailure::none: break;
    case RequestFailure::nothing_sent: step.fails(Error(errc::connect_failed, Delivery::nothing_sent)); break;
    case RequestFailure::lost_before_running: step.fails(Error(errc::connection_lost, Delivery::perhaps_sent)); break;
    case RequestFailure::lost_after_running: step.loses_its_answer(); break;
    case RequestFailure::refused_by_status: step.refuses(403, "permission denied"); break;
    case RequestFailure::refused_by_errors: step.refuses_with_errors("permission denied", "PERMISSION_DENIED"); break;
    case RequestFailure::unauthorized: step.refuses(401, "user is not logged in"); break;
    case RequestFailure::rate_limited: step.refuses(429, "too many requests"); break;
    case RequestFailure::server_error: step.refuses(500, "internal error"); break;
    case RequestFailure::gateway_timeout:
      step.changes_its_answer([](Response& response) {
        response.status = 504;
        response.body = "<html>504 Gateway Time-out</html>";
      });
      break;
    case RequestFailure::not_the_service: step.answers(200, "<html>Sign in to the network</html>"); break;
    case RequestFailure::cut_off: step.changes_its_answer(spared.unless_spared(cut_off)); break;
    case RequestFailure::incomplete: step.changes_its_answer(spared.unless_spared(remove_first_value)); break;
  }
}

}  // namespace wandb::testing::detail
