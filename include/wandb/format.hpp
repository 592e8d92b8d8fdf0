// Formatters for `std::format`, if the standard library has it. They write what `<<` prints, with the same mask.
#pragma once

#include <version>

#if defined(__cpp_lib_format)

#include <format>
#include <string_view>

#include <wandb/error.hpp>
#include <wandb/keys.hpp>
#include <wandb/text.hpp>
#include <wandb/user.hpp>

// Format specifications are those of `std::string_view`.

template <>
struct std::formatter<wandb::Error> : std::formatter<std::string_view> {
  auto format(const wandb::Error& error, auto& context) const {
    return std::formatter<std::string_view>::format(error.message(), context);
  }
};

template <>
struct std::formatter<wandb::ApiKey> : std::formatter<std::string_view> {
  auto format(const wandb::ApiKey& key, auto& context) const {
    return std::formatter<std::string_view>::format(key.name(), context);
  }
};

template <>
struct std::formatter<wandb::Text> : std::formatter<std::string_view> {
  auto format(const wandb::Text& text, auto& context) const {
    return std::formatter<std::string_view>::format(text.view(), context);
  }
};

template <class T, class S>
struct std::formatter<wandb::User<T, S>> : std::formatter<std::string_view> {
  auto format(const wandb::User<T, S>& user, auto& context) const {
    return std::formatter<std::string_view>::format(to_string(user), context);
  }
};

#endif
