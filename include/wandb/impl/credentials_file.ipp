// The definitions of detail/config/credentials_file.hpp.
#pragma once

#if !defined(_WIN32)
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>  // NOLINT(modernize-deprecated-headers): mkstemp
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#endif

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <wandb/detail/answer/decoder.hpp>
#include <wandb/detail/answer/json_reader.hpp>
#include <wandb/detail/config/credentials_file.hpp>
#include <wandb/detail/config/secret_file.hpp>
#include <wandb/detail/text/ascii.hpp>
#include <wandb/detail/text/json_text.hpp>
#include <wandb/detail/text/secure_memory.hpp>
#include <wandb/retry_after.hpp>

namespace wandb::inline WANDB_ABI::detail {

/// Returns the text of a file that is empty, or holds a JSON object with an object `credentials` if it has a member of
/// that name; empty text if there is no file. Returns nothing for any other file.
[[nodiscard]] inline std::optional<SecureString> read_credentials(const std::string& file) {
  if (kind_of_file(file) == FileKind::special) return std::nullopt;
  auto text = read_secret_file(file);
  if (!text) return std::nullopt;
  if (!*text || trimmed(**text).empty()) return SecureString();
  if (!is_json_object(**text)) return std::nullopt;
  const auto credentials = JsonValue(**text).member("credentials");
  if (!credentials.text().empty() && !credentials.is_object()) return std::nullopt;
  return std::move(**text);
}

/// A moment of the clock. One that is too far away becomes the first or the last that the clock can tell.
[[nodiscard]] inline std::chrono::system_clock::time_point clock_time(std::chrono::sys_seconds at) {
  using Time = std::chrono::system_clock::time_point;
  constexpr auto first = std::chrono::ceil<std::chrono::seconds>(Time::min());
  constexpr auto last = std::chrono::floor<std::chrono::seconds>(Time::max());
  return std::clamp(at, first, last);
}

/// Reads `YYYY-MM-DD HH:MM:SS` in UTC. Years too far away are the first or the last moment that the clock can tell.
[[nodiscard]] inline std::optional<std::chrono::system_clock::time_point> parse_expiry(std::string_view text) {
  const auto year = take_number(text, 4);
  if (!year || !take(text, "-")) return std::nullopt;
  const auto month = take_number(text, 2);
  if (!month || !take(text, "-")) return std::nullopt;
  const auto day = take_number(text, 2);
  if (!day || !take(text, " ")) return std::nullopt;
  const auto time = take_time(text);
  if (!text.empty()) return std::nullopt;
  const auto at = moment(*year, static_cast<unsigned>(*month), day, time);
  return at ? std::optional(clock_time(*at)) : std::nullopt;
}

[[nodiscard]] inline std::string written_expiry(std::chrono::system_clock::time_point expires) {
  const auto days = std::chrono::floor<std::chrono::days>(expires);
  const std::chrono::year_month_day date(days);
  const auto seconds = static_cast<int>(std::chrono::floor<std::chrono::seconds>(expires - days).count());
  char text[64];
  const int size = std::snprintf(text, sizeof text, "%04d-%02u-%02u %02d:%02d:%02d", static_cast<int>(date.year()),
                                 static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), seconds / 3600,
                                 seconds / 60 % 60, seconds % 60);
  return {text, static_cast<std::size_t>(size)};
}

/// Returns the text of `object` with `value`, which is JSON, as the member `name`. All other members stay as they are.
[[nodiscard]] inline SecureString with_member(const JsonValue& object, std::string_view name, std::string_view value) {
  SecureString out("{");
  const auto add = [&](std::string_view key, std::string_view json) {
    std::string quoted;
    append_json_string(quoted, key);
    if (out.size() != 1) out += ", ";
    out.append(quoted).append(": ").append(json);
  };
  object.each_member([&](const std::string& key, const JsonValue& old) {
    if (key != name) add(key, old.text());
  });
  add(name, value);
  return out += '}';
}

#if !defined(_WIN32)
inline void make_directories(const std::string& file) {
  for (auto slash = file.find('/', 1); slash != file.npos; slash = file.find('/', slash + 1)) {
    ::mkdir(file.substr(0, slash).c_str(), 0700);  // if this fails, the file cannot be made either
  }
}

[[nodiscard]] inline bool write_all(int file, std::string_view text) {
  while (!text.empty()) {
    const auto count = ::write(file, text.data(), text.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

/// Follows the links that a path ends with, also to a file that does not exist. Empty if they lead nowhere.
[[nodiscard]] inline std::string without_links(std::string path) {
  constexpr int max_links = 40;
  for (int links = 0; links != max_links; ++links) {
    char target[4096];
    const auto size = ::readlink(path.c_str(), target, sizeof target);
    if (size < 0) return path;  // it is no link
    if (static_cast<std::size_t>(size) == sizeof target) return {};
    path.erase(*target == '/' ? 0 : path.rfind('/') + 1);
    path.append(target, static_cast<std::size_t>(size));
  }
  return {};
}

/// A lock that a program holds while it changes a file. It is on a file of its own, since the file itself is replaced.
class FileLock {
 public:
  FileLock(const std::string& path, std::chrono::nanoseconds patience)
      : file_(
            ::open((path + ".lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NOFOLLOW | O_NONBLOCK, 0600)) {
    const auto began = std::chrono::steady_clock::now();
    while (file_ >= 0 && !held_) {
      // A file system that has no locks refuses with another error. The file is then changed without one.
      held_ = ::flock(file_, LOCK_EX | LOCK_NB) == 0 || (errno != EWOULDBLOCK && errno != EINTR);
      if (held_ || std::chrono::steady_clock::now() - began >= patience) return;
      ::poll(nullptr, 0, 1);
    }
  }
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;
  ~FileLock() {
    if (file_ >= 0) ::close(file_);
  }
  /// Whether the file may be changed.
  [[nodiscard]] bool held() const noexcept { return held_; }

 private:
  int file_;
  bool held_ = false;
};

/// Replaces a file as a whole, so that other programs read either the old or the new text. Only the owner may read it.
[[nodiscard]] inline bool replace_file(const std::string& path, std::string_view text) {
  auto temporary = path + ".XXXXXX";
  const int file = ::mkstemp(temporary.data());  // with mode 0600
  if (file < 0) return false;
  ::fcntl(file, F_SETFD, FD_CLOEXEC);
  bool done = write_all(file, text);
  done = ::close(file) == 0 && done;
  done = done && ::rename(temporary.c_str(), path.c_str()) == 0;
  if (!done) ::unlink(temporary.c_str());
  return done;
}
#endif

/// Returns the text of a credentials file with another access token for a server.
[[nodiscard]] inline SecureString with_token(const SecureString& text, std::string_view base_url,
                                             const StoredToken& stored) {
  const JsonValue root(text);
  const auto credentials = root.member("credentials");
  SecureString quoted("\"");
  quoted.append(stored.token.reveal()).append("\"");
  std::string subject;
  append_json_string(subject, stored.subject);
  auto entry = with_member(credentials.member(base_url), "access_token", quoted);
  entry = with_member(JsonValue(entry), "expires_at", "\"" + written_expiry(stored.expires) + "\"");
  entry = with_member(JsonValue(entry), "sub", subject);
  return with_member(root, "credentials", with_member(credentials, base_url, entry));
}

WANDB_DECL std::optional<StoredToken> read_stored_token(const std::string& file, std::string_view base_url) {
  const auto text = read_credentials(file);
  if (!text) return std::nullopt;
  const auto entry = JsonValue(*text).member("credentials").member(base_url);
  auto token = entry.member("access_token").string();
  const auto expires = parse_expiry(entry.member("expires_at").string());
  StoredToken stored{Secret(token), expires.value_or(std::chrono::system_clock::time_point()),
                     entry.member("sub").string()};
  wipe(token.data(), token.size());
  if (!expires || stored.token.empty()) return std::nullopt;
  return stored;
}

WANDB_DECL bool store_token([[maybe_unused]] const std::string& file, [[maybe_unused]] std::string_view base_url,
                            [[maybe_unused]] const StoredToken& stored,
                            [[maybe_unused]] std::chrono::nanoseconds patience) {
#if defined(_WIN32)
  return false;  // Windows has no permissions that would make the file private
#else
  // A link stays, and the file that it leads to is replaced.
  const auto path = without_links(file);
  if (path.empty()) return false;
  make_directories(path);
  const FileLock lock(path, patience);
  if (!lock.held()) return false;
  const auto old = read_credentials(path);
  return old && replace_file(path, with_token(*old, base_url, stored));
#endif
}

}  // namespace wandb::detail
