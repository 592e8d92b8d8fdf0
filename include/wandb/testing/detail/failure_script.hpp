// The step of a fake's script that makes a request fail in one of the ways of `each_failure`.
#pragma once

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

// Replaces the first value in the data of the operation by null, and adds the error that says so.
inline void remove_first_value(Response& response) {
  boost::system::error_code fault;
  auto body = boost::json::parse(boost::json::string_view(response.body.data(), response.body.size()), fault);
  auto* const data = fault || !body.is_object() ? nullptr : body.get_object().if_contains("data");
  if (data == nullptr || !data->is_object() || data->get_object().empty()) return;
  auto field = data->get_object().begin();
  boost::json::array path{field->key()};
  auto* value = &field->value();
  if (value->is_object() && !value->get_object().empty()) {
    path.emplace_back(value->get_object().begin()->key());
    value = &value->get_object().begin()->value();
  }
  *value = nullptr;
  body.get_object()["errors"] =
      boost::json::array{boost::json::object{{"message", "internal error"}, {"path", std::move(path)}}};
  response.body = boost::json::serialize(body);
}

inline void script(Expectation& step, RequestFailure failure) {
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
    case RequestFailure::cut_off:
      step.changes_its_answer([](Response& response) { response.body.resize(response.body.size() / 2); });
      break;
    case RequestFailure::incomplete: step.changes_its_answer(remove_first_value); break;
  }
}

}  // namespace wandb::testing::detail
