// The definitions of attrs.hpp.
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <wandb/attrs.hpp>
#include <wandb/detail/answer/attributes.hpp>
#include <wandb/detail/answer/decoder.hpp>
#include <wandb/detail/answer/json_reader.hpp>
#include <wandb/detail/text/secure_memory.hpp>
#include <wandb/error.hpp>
#include <wandb/result.hpp>

namespace wandb::inline WANDB_ABI {

namespace detail {

[[nodiscard]] inline Error unusable_attributes(const std::string& why) {
  return Error(make_error_code(errc::invalid_argument), "the attributes are not usable: " + why,
               Delivery::nothing_sent);
}

}  // namespace detail

WANDB_DECL Attrs::Attrs(std::span<const Attr> attrs) {
  std::vector<std::string_view> names;
  names.reserve(attrs.size());
  for (const auto& attr : attrs) names.push_back(attr.first);
  auto places = detail::distinct(names);
  const bool fit = std::all_of(places.begin(), places.end(), [&](auto at) { return attrs[at.last].second.fits(); });
  if (!fit || places.size() > detail::max_fields) {
    const auto why = fit ? "there are more than " + std::to_string(detail::max_fields) : "a text is beyond 4 GiB";
    fault_ = detail::unusable_attributes(why);
    detail::throw_misuse(fault_->reason());
    places.clear();
  }
  std::vector<shapes::Node> nodes;
  std::vector<Slot> slots;
  for (const auto& at : places) {
    slots.push_back(attrs[at.last].second.slot());
    nodes.push_back({.key = names[at.first], .kind = detail::kind_of(slots.back())});
  }
  page_ = detail::page_of(nodes, slots);
}

WANDB_DECL Result<Attrs> Attrs::parse(std::string_view json) {
  constexpr std::size_t max_count = 1000;
  const auto refuse = detail::unusable_attributes;
  if (json.size() > Slot::max_text) return refuse("they are beyond 4 GiB");
  const auto attributes = detail::attributes_of(detail::JsonValue(json), max_count);
  if (attributes.size() > max_count) return refuse("there are more than " + std::to_string(max_count));
  auto answer = detail::decode_bare(detail::shape_of(attributes), SecureString(json));
  if (answer.decode_error) {
    const auto& [path, reason] = *answer.decode_error;
    return refuse(path.empty() ? reason : "at " + path + ": " + reason);
  }
  return Attrs(std::move(answer.page));
}

}  // namespace wandb
