// Home directories, and paths that begin with `~`.
#pragma once

#if !defined(_WIN32)
#include <pwd.h>
#include <unistd.h>
#endif

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <string>
#include <vector>

#include <wandb/environment.hpp>

namespace wandb::inline WANDB_ABI::detail {

/// Returns the home directory of an account in the system's database, or of the process's account if `name` is empty;
/// empty if the account is unknown.
[[nodiscard]] inline std::string account_home([[maybe_unused]] const std::string& name) {
#if defined(_WIN32)
  return {};
#else
  constexpr std::size_t enough = std::size_t{1} << 20;
  for (std::vector<char> room(1024); room.size() <= enough; room.resize(room.size() * 4)) {
    passwd entry{};
    passwd* found = nullptr;
    const int rc = name.empty() ? ::getpwuid_r(::getuid(), &entry, room.data(), room.size(), &found)
                                : ::getpwnam_r(name.c_str(), &entry, room.data(), room.size(), &found);
    if (rc == ERANGE) continue;
    return found != nullptr && found->pw_dir != nullptr ? std::string(found->pw_dir) : std::string();
  }
  return {};
#endif
}

/// Returns the caller's home directory: `HOME`, else that of the account; empty if there is neither.
/// `Environment::none()` has no home directory.
[[nodiscard]] inline std::string home_directory(const Environment& environment) {
  if (const auto home = environment.get("HOME"); !home.empty()) return std::string(home);
#if defined(_WIN32)
  if (const auto home = environment.get("USERPROFILE"); !home.empty()) return std::string(home);
#endif
  return environment.look_up == nullptr ? std::string() : account_home({});
}

/// Expands a `~` or `~name` at the beginning of `path`, if that home directory is known.
[[nodiscard]] inline std::string expand_home(const std::string& path, const Environment& environment) {
  if (!path.starts_with('~')) return path;
  const auto end = std::min(path.find('/'), path.size());
  const auto name = path.substr(1, end - 1);
  auto home = name.empty() ? home_directory(environment) : account_home(name);
  if (home.empty()) return path;
  return home.append(path, end, path.npos);
}

}  // namespace wandb::detail
