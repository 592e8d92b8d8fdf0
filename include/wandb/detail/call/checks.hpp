// Arguments that cannot be right, found before anything is sent.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <wandb/detail/call/step.hpp>
#include <wandb/detail/text/json_text.hpp>
#include <wandb/error.hpp>

namespace wandb::detail {

/// A value that cannot be used, as the error of an operation.
[[nodiscard]] inline Error unusable(std::string_view operation, std::string_view what, std::string_view why) {
  return Error(make_error_code(errc::invalid_argument),
               Error::Details{.reason = std::string(what).append(" ").append(why),
                              .operation = operation,
                              .messages = {},
                              .delivery = Delivery::nothing_sent});
}

/// What is wrong with a text that the server is to hold, if anything.
[[nodiscard]] inline std::optional<Error> check_text(std::string_view operation, std::string_view what,
                                                     std::string_view text, bool may_be_empty = false) {
  if (text.empty() && !may_be_empty) return unusable(operation, what, "is empty");
  if (!is_utf8(text)) return unusable(operation, what, "is not UTF-8");
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F)
      return unusable(operation, what, "holds a control character");
  }
  return std::nullopt;
}

/// What is wrong with the identifier of something that is to be changed, if anything.
[[nodiscard]] inline std::optional<Error> check_id(std::string_view operation, std::string_view what,
                                                   std::string_view id) {
  if (!id.empty()) return check_text(operation, what, id);
  auto details = unusable(operation, what, "is not known").details();
  return Error(make_error_code(errc::attribute_not_loaded), std::move(details));
}

/// A method whose arguments settle it: it asks nothing and answers with the error. `Method` when there is none.
template <class Method>
class Checked {
 public:
  using value_type = typename Method::value_type;
  explicit Checked(Method method) : method_(std::move(method)) {}
  explicit Checked(Error error) : error_(std::move(error)) {}
  [[nodiscard]] Step<value_type> start() { return error_ ? finished<value_type>(*error_) : method_->start(); }
  [[nodiscard]] Step<value_type> resume(Answer answer) { return method_->resume(std::move(answer)); }

 private:
  std::optional<Method> method_;
  std::optional<Error> error_;
};

/// The program is at fault: throws `std::invalid_argument`; where there are no exceptions, the error to return instead.
inline Error misused(std::string_view operation, std::string_view what, std::string_view why) {
  auto error = unusable(operation, what, why);
  throw_misuse(error.message());
  return error;
}

}  // namespace wandb::detail
