// Defines what variables.hpp declares.
#pragma once

#include <charconv>
#include <cmath>
#include <string>
#include <string_view>
#include <utility>

#include <wandb/detail/answer/decoder.hpp>
#include <wandb/detail/answer/json_reader.hpp>
#include <wandb/detail/text/ascii.hpp>
#include <wandb/detail/text/json_text.hpp>
#include <wandb/detail/text/redact.hpp>
#include <wandb/error.hpp>
#include <wandb/result.hpp>
#include <wandb/variables.hpp>

namespace wandb::inline WANDB_ABI {

WANDB_DECL void VariableValue::write_object(Variables& into, const VariableValue& value) {
  const auto& object = *static_cast<const Variables*>(value.from_);
  into.members_ += object.json();
  if (!object.fault_.empty()) into.refuse("holds something unusable: " + object.fault_);
}

WANDB_DECL Variables& Variables::add(std::string_view name, const VariableValue& value) {
  name_ = name;
  if (!members_.empty()) members_ += ',';
  write_text(name);
  members_ += ':';
  write(value);
  return *this;
}

WANDB_DECL void Variables::write(const VariableValue& value) {
  if (value.write_ != nullptr) value.write_(*this, value);
  else write_scalar(value);
}

WANDB_DECL void Variables::write_scalar(const VariableValue& value) {
  const auto number = [&](auto given) {
    char text[32];
    members_.append(text, std::to_chars(text, text + sizeof text, given).ptr);
  };
  const auto slot = value.slot_;
  switch (slot.state()) {
    case SlotState::string: write_text(slot.text()); return;
    case SlotState::boolean: members_ += slot.boolean() ? "true" : "false"; return;
    case SlotState::integer: number(slot.integer()); return;
    case SlotState::real:
      if (std::isfinite(slot.real())) return number(slot.real());
      refuse("is not a finite number");
      break;
    case SlotState::unloaded: refuse("is too large"); break;
    default: break;
  }
  members_ += "null";
}

WANDB_DECL void Variables::write_text(std::string_view text) {
  if (!detail::is_utf8(text)) refuse("is not UTF-8");
  detail::append_json_string(members_, text);
}

WANDB_DECL void Variables::refuse(std::string_view why) {
  if (fault_.empty()) fault_ = "the variable \"" + detail::shown_name(name_) + "\" " + std::string(why);
}

WANDB_DECL Result<Variables> Variables::parse(std::string_view json) {
  const auto refused = [](const std::string& why) {
    return Error(make_error_code(errc::invalid_argument), "the variables cannot be read: " + why,
                 Delivery::nothing_sent);
  };
  if (!detail::JsonValue(json).is_object()) return refused("they are not a JSON object");
  if (const auto fault = detail::json_object_fault(json)) return refused(fault->reason);
  Variables variables;
  const auto object = detail::JsonValue(json).text();
  variables.members_ = object.substr(1, object.size() - 2);
  if (detail::trimmed(variables.members_).empty()) variables.members_.clear();
  return variables;
}

WANDB_DECL Result<void> Variables::status() const {
  if (fault_.empty()) return success();
  return Error(make_error_code(errc::invalid_argument), fault_, Delivery::nothing_sent);
}

}  // namespace wandb
