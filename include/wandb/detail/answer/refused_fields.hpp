// Decides whether errors instead of data show that no field of a mutation ran.
#pragma once

#include <algorithm>
#include <span>
#include <vector>

#include <wandb/detail/answer/answer.hpp>
#include <wandb/detail/answer/graphql_errors.hpp>
#include <wandb/detail/answer/shape.hpp>

namespace wandb::inline WANDB_ABI::detail {

/// Returns whether an error concerns the operation as a whole, so that the server began nothing below the field.
[[nodiscard]] inline bool is_of_operation(const GraphqlError& error) noexcept {
  return !error.invalid_path && error.path.size() <= 1;
}

/// Returns whether the errors of a mutation without data, which all concern the operation as a whole, account for each
/// of its root fields. The fields run one after the other, so that the error of one says nothing about the others: a
/// null without an error of its own may be what a field returned that ran. `__typename`, the only text among them,
/// never runs.
[[nodiscard]] inline bool refuses_each_field(const GraphqlAnswer& answer, std::span<const Field> root_fields) noexcept {
  const auto& errors = answer.errors;
  const auto runs = [](const Field& field) { return field.kind != FieldKind::string; };
  if (std::count_if(root_fields.begin(), root_fields.end(), runs) <= 1) return true;
  const auto is_of_request = [](const GraphqlError& error) { return error.path.empty(); };
  if (!answer.page && std::all_of(errors.begin(), errors.end(), is_of_request)) return true;
  return std::all_of(root_fields.begin(), root_fields.end(), [&](const Field& field) {
    const auto is_of_field = [&](const GraphqlError& error) { return error.path[0].key == field.key; };
    return !runs(field) || std::any_of(errors.begin(), errors.end(), is_of_field);
  });
}

}  // namespace wandb::detail
