// An `Api` whose answers are scripted.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <wandb/testing/fake_transport.hpp>
#include <wandb/wandb.hpp>

/// An `Api` whose transport answers each request with the next text of the script. Repeats do not wait.
struct Scripted {
  wandb::testing::FakeTransport transport{};
  wandb::Api<wandb::testing::FakeTransport> api{transport,
                                                {.base_url = "http://localhost",
                                                 .api_key = wandb::Secret(std::string(40, 'a')),
                                                 .retry = {.initial_backoff = {}}},
                                                wandb::Environment::none()};

  Scripted& answers(std::string_view body, int status = 200) {
    transport.expect().answers(status, body);
    return *this;
  }
  [[nodiscard]] wandb::User<wandb::testing::FakeTransport> user(std::string_view json) const {
    return {api, wandb::Attrs::parse(json).value()};
  }
  [[nodiscard]] std::size_t requests() const { return transport.operations().size(); }
};
