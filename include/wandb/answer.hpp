// The answer to a program's own GraphQL document.
#pragma once

#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include <wandb/detail/answer/page.hpp>
#include <wandb/error.hpp>
#include <wandb/value.hpp>

namespace wandb::inline WANDB_ABI {

/// The answer to a program's own document. Copies share the data, which is immutable.
class Answer {
 public:
  /// For the library itself. `page` holds the data and owns its shape.
  Answer(std::shared_ptr<const Page> page, Value data, std::vector<Error> errors) noexcept
      : page_(std::move(page)), data_(std::move(data)), errors_(std::move(errors)) {}

  /// Returns a root field by its response key, in snake_case or camelCase. The `Value` distinguishes what was not
  /// loaded, null and a value, and leads on: `answer["viewer"]["photoUrl"]`.
  [[nodiscard]] Value operator[](std::string_view name) const { return data_[name]; }
  /// Returns the whole of `data`.
  [[nodiscard]] const Value& data() const& noexcept { return data_; }
  [[nodiscard]] Value data() && noexcept { return std::move(data_); }
  /// Returns the server's errors about parts of the data, which are null or not loaded. After 16 errors one more says
  /// how many there are in addition.
  [[nodiscard]] const std::vector<Error>& errors() const& noexcept { return errors_; }
  [[nodiscard]] std::vector<Error> errors() && noexcept { return std::move(errors_); }

 protected:
  [[nodiscard]] const std::shared_ptr<const Page>& page() const noexcept { return page_; }

 private:
  std::shared_ptr<const Page> page_;
  Value data_;
  std::vector<Error> errors_;
};

}  // namespace wandb
