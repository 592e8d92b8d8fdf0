// Parses the netrc file, which holds passwords of machines.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <wandb/detail/config/home.hpp>
#include <wandb/detail/config/host.hpp>
#include <wandb/detail/config/secret_file.hpp>
#include <wandb/detail/text/ascii.hpp>
#include <wandb/detail/text/encoding.hpp>
#include <wandb/detail/text/key_format.hpp>
#include <wandb/detail/text/secure_memory.hpp>
#include <wandb/environment.hpp>
#include <wandb/error.hpp>
#include <wandb/secret.hpp>

namespace wandb::inline WANDB_ABI::detail {

/// The meaning of a word of a netrc file at a place where no value is expected.
enum class NetrcWord : std::uint8_t { unknown, extension, macdef, fallback, machine, login, account, password };

/// Returns a word's meaning. `user` means `login`, as in Python. Extensions are keywords of other programs, whose
/// values are ignored.
[[nodiscard]] constexpr NetrcWord netrc_word(std::string_view word) noexcept {
  // As in curl, these two are recognised in any case, so that the previous entry always ends.
  if (equal_ignoring_case(word, "machine")) return NetrcWord::machine;
  if (equal_ignoring_case(word, "default")) return NetrcWord::fallback;
  if (word == "login" || word == "user") return NetrcWord::login;
  if (word == "account") return NetrcWord::account;
  if (word == "password") return NetrcWord::password;
  if (word == "macdef") return NetrcWord::macdef;
  for (const std::string_view extension : {"port", "protocol", "path", "realm"}) {
    if (word == extension) return NetrcWord::extension;
  }
  return NetrcWord::unknown;
}

/// Splits a netrc file into tokens. They are separated by white space, or quoted, with `\` as escape; a quoted token
/// ends on its line. A `#` at the beginning of a token begins a comment. Lines end with LF, CRLF or CR.
class NetrcTokens {
 public:
  explicit NetrcTokens(std::string_view text) noexcept : rest_(text) {}

  /// Reads the next token. Returns false at the end, or if there is a `fault()`.
  [[nodiscard]] bool next(SecureString& token) {
    skip_space_and_comments();
    return token_here(token);
  }
  /// Reads the value of the last keyword. On the keyword's line, any token is the value, even `#` or a keyword. On a
  /// later line, comments are skipped, and a keyword is no value, since it may begin another entry.
  [[nodiscard]] bool value(SecureString& token) {
    if (value_on_line(token, false)) return true;
    if (!fault_.empty()) return false;
    skip_space_and_comments();
    const auto word = netrc_word(rest_.substr(0, rest_.find_first_of(" \t\r\n")));
    if (word > NetrcWord::extension) return false;
    return token_here(token);
  }
  /// Reads the value of an extension: the next token on its line. Returns false if there is none or a comment.
  [[nodiscard]] bool value_on_line(SecureString& token, bool comments = true) {
    token.clear();
    while (!rest_.empty() && is_space(rest_.front()) && !at_line_end()) take();
    if (rest_.empty() || at_line_end() || (comments && rest_.front() == '#')) return false;
    return token_here(token);
  }
  /// Skips a macro, which ends with an empty line. Returns false if there is no such line.
  [[nodiscard]] bool skip_macro() {
    skip_line();
    while (!rest_.empty()) {
      const auto line = rest_.substr(0, rest_.find_first_of("\r\n"));
      skip_line();
      if (trimmed(line).empty()) return true;
    }
    return false;
  }
  /// The fault in the quotes of the last token, at which parsing ends; empty if there is none.
  [[nodiscard]] std::string_view fault() const noexcept { return fault_; }
  /// The line of the last token.
  [[nodiscard]] int line() const noexcept { return token_line_; }

 private:
  [[nodiscard]] bool at_line_end() const noexcept { return rest_.front() == '\n' || rest_.front() == '\r'; }
  char take() noexcept {
    const char c = rest_.front();
    rest_.remove_prefix(1);
    if (c == '\n' || (c == '\r' && !rest_.starts_with('\n'))) ++line_;
    return c;
  }
  void skip_line() noexcept {
    while (!rest_.empty() && !at_line_end()) take();
    if (rest_.starts_with("\r\n")) take();
    if (!rest_.empty()) take();
  }
  void skip_space_and_comments() noexcept {
    while (!rest_.empty()) {
      if (rest_.front() == '#') skip_line();
      else if (is_space(rest_.front())) take();
      else return;
    }
  }
  bool token_here(SecureString& token) {
    token.clear();
    token_line_ = line_;
    if (rest_.empty()) return false;
    if (rest_.front() == '"') return quoted(token);
    while (!rest_.empty() && !is_space(rest_.front())) token += take();
    return true;
  }
  bool quoted(SecureString& token) {
    take();
    while (!rest_.empty() && rest_.front() != '"' && !at_line_end()) {
      if (rest_.front() == '\\' && rest_.size() > 1) take();
      if (!at_line_end()) token += take();
    }
    if (!rest_.starts_with('"')) fault_ = "a quote is not closed";
    else if (take(); !rest_.empty() && !is_space(rest_.front())) fault_ = "text stands right behind a closing quote";
    return fault_.empty();
  }

  std::string_view rest_;
  int line_ = 1;
  int token_line_ = 1;
  std::string_view fault_;
};

/// The result of a search for a host in a netrc file.
struct NetrcAnswer {
  Secret password{};    ///< empty if there is none
  std::string why{};    ///< why there is none
  std::string fault{};  ///< why the text cannot be parsed, with the line, but without its text
};

/// Finds a host's password in the entry with the port, else in the one without, else in `default`; the first that has a
/// password counts. The default's password must be an API key, since it may be for other services. An unexpected token
/// ends an entry, since another machine's entry may begin there.
class NetrcSearch {
 public:
  /// `host` must be in normal form.
  NetrcSearch(std::string_view host, std::uint16_t port) noexcept : host_(host), port_(port) {}

  /// Runs the search. May be called once only.
  [[nodiscard]] NetrcAnswer run(std::string_view text) {
    if (const auto fault = encoding_fault(text); !fault.empty()) return failed(fault);
    NetrcTokens tokens(without_mark(text));
    SecureString token;
    SecureString value;
    while (tokens.fault().empty() && tokens.next(token)) {
      const int line = tokens.line();
      const auto word = netrc_word(token);
      if (word == NetrcWord::unknown) end_entry(line, "a word that netrc does not know");
      else if (word >= NetrcWord::login && !note(word)) end_entry(line, "a second " + std::string(token));
      if (word == NetrcWord::fallback) begin(Rank::fallback);
      if (word == NetrcWord::extension) static_cast<void>(tokens.value_on_line(value));
      if (word == NetrcWord::macdef) {
        entry_ = Rank::none;
        if (!tokens.skip_macro()) open_macro_ = line;
      }
      if (word >= NetrcWord::machine) {
        const bool given = tokens.value(value);
        if (!given && tokens.fault().empty() && token != "user")
          return failed("line " + std::to_string(line) + ": nothing follows \"" + std::string(token) + "\"");
        if (given && word == NetrcWord::machine) begin(rank_of(value));
        if (given && word == NetrcWord::password) take_password(value);
      }
    }
    if (!tokens.fault().empty())
      return failed("line " + std::to_string(tokens.line()) + ": " + std::string(tokens.fault()));
    return concluded();
  }

 private:
  enum class Rank : std::uint8_t { none, fallback, named, exact };

  [[nodiscard]] static NetrcAnswer failed(std::string_view why) { return {.fault = std::string(why)}; }

  void begin(Rank rank) noexcept {
    entry_ = rank;
    seen_ = 0;
    complete_ = false;
    if (rank > Rank::fallback) why_ = "its entry for the host has no password";
  }
  // Ignores tokens until the next entry begins.
  void end_entry(int line, const std::string& what) {
    if (entry_ > broken_ && !complete_) {
      broken_ = entry_;
      fault_ = "line " + std::to_string(line) + ": " + what + " stands in the entry for this host";
    }
    entry_ = Rank::none;
  }
  // Whether this is the first such keyword of its entry.
  [[nodiscard]] bool note(NetrcWord word) noexcept {
    const auto bit = 1U << static_cast<unsigned>(word);
    const bool first = (seen_ & bit) == 0;
    seen_ |= bit;
    return first;
  }
  [[nodiscard]] NetrcAnswer concluded() {
    // If the host's own entry cannot be parsed, the default is not used.
    if (best_ < std::min(broken_, Rank::named)) return failed(fault_);
    if (best_ != Rank::none) return {.password = std::move(password_)};
    std::string why(why_);
    if (open_macro_ != 0)
      why += ", and no empty line ends the macro that begins in line " + std::to_string(open_macro_);
    return {.why = std::move(why)};
  }
  void take_password(std::string_view password) {
    complete_ = complete_ || !password.empty();
    if (entry_ <= best_ || password.empty()) return;
    if (entry_ == Rank::fallback && !is_api_key(trimmed(password))) {
      if (why_ == no_entry) why_ = "it has no entry for the host, and that of its default is no API key";
      return;
    }
    best_ = entry_;
    password_ = Secret(password);
  }

  /// Returns how well a machine's name matches: as `host` or `host:port`; an IPv6 address without a port needs no
  /// brackets.
  [[nodiscard]] Rank rank_of(std::string_view machine) const {
    const auto [host, rest] = split_host(machine);
    if (normal_host(host) != host_) return Rank::none;
    if (rest.empty()) return Rank::named;
    return rest.front() == ':' && parse_number(rest.substr(1), 65'535) == port_ ? Rank::exact : Rank::none;
  }

  static constexpr std::string_view no_entry = "it has no entry for the host";

  std::string_view host_;
  std::uint16_t port_;
  Rank entry_ = Rank::none;
  unsigned seen_ = 0;      // the keywords of the entry so far
  bool complete_ = false;  // it has a password
  Rank best_ = Rank::none;
  Secret password_;
  Rank broken_ = Rank::none;  // the best entry that ended before its password
  std::string fault_;         // where it ended
  int open_macro_ = 0;        // the first line of a macro that does not end
  std::string_view why_ = no_entry;
};

/// The result of reading the netrc file.
struct NetrcFound {
  Secret password{};    ///< empty if there is none
  std::string path{};   ///< the file that was read, masked; empty if none was
  std::string why{};    ///< why there is no password
  std::string fault{};  ///< why a file cannot be read or parsed, or that the file of `$NETRC` does not exist
};

/// Reads the netrc file: `$NETRC` if that is set, else `~/.netrc`, else `~/_netrc`. `host` must be in normal form.
[[nodiscard]] inline NetrcFound find_in_netrc(std::string_view host, std::uint16_t port,
                                              const Environment& environment) {
  const auto named = expand_home(std::string(environment.get("NETRC")), environment);
  const auto home = named.empty() ? home_directory(environment) : std::string();
  if (named.empty() && home.empty()) return {.why = "no home is known to look for a netrc file in"};
  std::array<std::string, 2> paths{named, {}};
  if (named.empty()) paths = {home + "/.netrc", home + "/_netrc"};
  for (const auto& path : paths) {
    if (path.empty()) continue;
    auto text = read_secret_file(path);
    if (!text) return {.fault = text.error().reason()};
    if (!*text) continue;
    const auto shown = mask_pasted_keys(path);
    auto answer = NetrcSearch(host, port).run(**text);
    if (!answer.fault.empty()) return {.fault = "cannot read " + shown + ": " + answer.fault};
    return {.password = std::move(answer.password), .path = shown, .why = shown + " was read: " + answer.why};
  }
  if (!named.empty())
    return {.fault = "cannot read " + mask_pasted_keys(named) + ", which NETRC names: there is no such file"};
  return {.why = "there is neither " + mask_pasted_keys(paths[0]) + " nor " + mask_pasted_keys(paths[1])};
}

}  // namespace wandb::detail
