// The netrc file: whose password for which machine.
#pragma once

#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <wandb/detail/ascii.hpp>
#include <wandb/detail/environment.hpp>
#include <wandb/detail/secure_memory.hpp>
#include <wandb/error.hpp>
#include <wandb/secret.hpp>

namespace wandb::detail {

/// Splits a netrc file into tokens: separated by white space, or quoted with `\` as escape; `#` begins a comment where
/// a token could.
class NetrcTokens {
 public:
  explicit NetrcTokens(std::string_view text) noexcept : rest_(text) {}

  /// The next token; false at the end. A quote that is never closed is `unterminated()`.
  [[nodiscard]] bool next(SecureString& token) {
    skip_space_and_comments();
    token.clear();
    if (rest_.empty()) return false;
    if (rest_.front() == '"') return quoted(token);
    while (!rest_.empty() && !is_space(rest_.front())) token += take();
    return true;
  }
  /// The value that belongs to the keyword just read: no comment may stand in its place, so a `#` begins it like any
  /// other character.
  [[nodiscard]] bool value(SecureString& token) {
    while (!rest_.empty() && is_space(rest_.front())) take();
    token.clear();
    if (rest_.empty()) return false;
    if (rest_.front() == '"') return quoted(token);
    while (!rest_.empty() && !is_space(rest_.front())) token += take();
    return true;
  }
  /// Passes over a macro: up to and including the next empty line.
  void skip_macro() {
    skip_line();
    while (!rest_.empty()) {
      const auto line = rest_.substr(0, rest_.find('\n'));
      skip_line();
      if (trimmed(line).empty()) return;
    }
  }
  [[nodiscard]] bool unterminated() const noexcept { return unterminated_; }
  [[nodiscard]] int line() const noexcept { return line_; }

 private:
  char take() noexcept {
    const char c = rest_.front();
    rest_.remove_prefix(1);
    if (c == '\n') ++line_;
    return c;
  }
  void skip_line() noexcept {
    while (!rest_.empty() && take() != '\n') {
    }
  }
  void skip_space_and_comments() noexcept {
    while (!rest_.empty()) {
      if (rest_.front() == '#') skip_line();
      else if (is_space(rest_.front())) take();
      else return;
    }
  }
  bool quoted(SecureString& token) {
    take();
    while (!rest_.empty() && rest_.front() != '"') {
      if (rest_.front() == '\\' && rest_.size() > 1) take();
      token += take();
    }
    unterminated_ = rest_.empty();
    if (!unterminated_) take();
    return !unterminated_;
  }

  std::string_view rest_;
  int line_ = 1;
  bool unterminated_ = false;
};

/// The password for a host in the text of a netrc file: of the entry with the port, else of that without, else of
/// `default`; among equals the first that has a password. An error where the text cannot be understood.
[[nodiscard]] inline Result<std::optional<Secret>> find_password(std::string_view text, std::string_view host,
                                                                 std::string_view host_port) {
  enum Rank { none, fallback, named, exact };
  NetrcTokens tokens(text);
  SecureString token;
  Rank entry = none;
  Rank best = none;
  Secret password;
  const auto value_missing = [&](std::string_view keyword) {
    return Error(make_error_code(errc::unreadable_credentials),
                 "line " + std::to_string(tokens.line()) + ": " +
                     (tokens.unterminated() ? std::string("a quote is not closed")
                                            : "nothing follows \"" + std::string(keyword) + "\""),
                 Delivery::nothing_sent);
  };
  while (tokens.next(token)) {
    if (token == "machine") {
      if (!tokens.value(token)) return value_missing("machine");
      entry = equal_ignoring_case(token, host_port) ? exact : equal_ignoring_case(token, host) ? named : none;
    } else if (token == "default") {
      entry = fallback;
    } else if (token == "password") {
      if (!tokens.value(token)) return value_missing("password");
      if (entry > best) {
        best = entry;
        password = Secret(token);
      }
    } else if (token == "login" || token == "account") {
      if (!tokens.value(token)) return value_missing("login");
    } else if (token == "macdef") {
      tokens.skip_macro();
    }
  }
  if (tokens.unterminated()) return value_missing({});
  return best == none ? std::optional<Secret>() : std::optional<Secret>(std::move(password));
}

/// Reads a file whole, into memory that is wiped; nothing where there is no such file.
[[nodiscard]] inline Result<std::optional<SecureString>> read_secret_file(const std::string& path) {
  constexpr std::size_t most = std::size_t{1} << 20;
  const auto fail = [&](std::string_view why) {
    return Error(make_error_code(errc::unreadable_credentials), "cannot read " + path + ": " + std::string(why),
                 Delivery::nothing_sent);
  };
  errno = 0;
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"), &std::fclose);
  if (!file && (errno == ENOENT || errno == ENOTDIR)) return std::optional<SecureString>();
  if (!file) return fail(std::strerror(errno));
  // Without a buffer of its own, stdio leaves no copy of the secrets behind.
  std::setvbuf(file.get(), nullptr, _IONBF, 0);
  SecureString text(4096, '\0');
  std::size_t size = 0;
  while (true) {
    const auto count = std::fread(text.data() + size, 1, text.size() - size, file.get());
    size += count;
    if (std::ferror(file.get()) != 0) return fail(std::strerror(errno));
    if (size < text.size()) break;
    if (size >= most) return fail("it is larger than 1 MiB");
    text.resize(text.size() * 2);
  }
  text.resize(size);
  return std::optional<SecureString>(std::move(text));
}

/// The files that may be it, the first that exists counts: `$NETRC` alone where that is set, else `~/.netrc`,
/// `~/_netrc`.
struct NetrcFound {
  Secret password;
  std::string path;
};
[[nodiscard]] inline Result<std::optional<NetrcFound>> find_in_netrc(std::string_view host, std::string_view host_port,
                                                                     const Environment& environment) {
  const std::string named(environment.get("NETRC"));
  const std::string home(environment.get("HOME"));
  for (const auto* name : {"/.netrc", "/_netrc"}) {
    if (named.empty() && home.empty()) break;
    const auto path = named.empty() ? home + name : named;
    auto text = read_secret_file(path);
    if (!text) return text.error();
    if (*text) {
      auto password = find_password(**text, host, host_port);
      if (!password) {
        return Error(make_error_code(errc::unreadable_credentials),
                     "cannot read " + path + ": " + password.error().reason(), Delivery::nothing_sent);
      }
      if (!*password) return std::optional<NetrcFound>();
      return std::optional<NetrcFound>(NetrcFound{std::move(**password), path});
    }
    if (!named.empty()) break;
  }
  return std::optional<NetrcFound>();
}

}  // namespace wandb::detail
