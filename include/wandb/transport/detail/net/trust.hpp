// Loads the certificate authorities that a transport trusts: those of its options, the environment, or the system.
#pragma once

#include <dirent.h>
#include <openssl/err.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <sys/stat.h>
#include <sys/types.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include <wandb/detail/text/key_format.hpp>
#include <wandb/detail/text/one_line.hpp>
#include <wandb/detail/text/redact.hpp>
#include <wandb/environment.hpp>
#include <wandb/error.hpp>
#include <wandb/result.hpp>
#include <wandb/secret.hpp>
#include <wandb/setting.hpp>
#include <wandb/transport/detail/net/pem_reader.hpp>
#include <wandb/transport/options.hpp>

namespace wandb::inline WANDB_ABI::detail {

/// Where the authorities of one transport come from. It owns its texts.
struct TrustSources {
  std::string ca_file{};    ///< the option: a path, or PEM text
  std::string ca_pem{};     ///< the option: PEM text
  std::string extra_ca{};   ///< the option: a path, or PEM text
  std::string cert_file{};  ///< SSL_CERT_FILE
  std::string cert_dir{};   ///< SSL_CERT_DIR: directories, separated by colons
  std::string bundle{};     ///< REQUESTS_CA_BUNDLE: a file or a directory
  std::string system_file = X509_get_default_cert_file();
  std::string system_dir = X509_get_default_cert_dir();

  /// Whether the bundle replaces the system's authorities: the variables of OpenSSL take precedence over it.
  [[nodiscard]] bool uses_bundle() const noexcept { return !bundle.empty() && cert_file.empty() && cert_dir.empty(); }
};

/// The sources that a transport's options and the environment name.
[[nodiscard]] inline TrustSources trust_sources(const BeastOptions& options, const Environment& environment) {
  TrustSources sources;
  sources.ca_file = options.ca_file;
  sources.ca_pem = options.ca_pem;
  sources.extra_ca = options.extra_ca;
  sources.cert_file = environment.get("SSL_CERT_FILE");
  sources.cert_dir = environment.get("SSL_CERT_DIR");
  sources.bundle = environment.get("REQUESTS_CA_BUNDLE");
  return sources;
}

/// Tells which authorities are trusted, for people. It reads no file.
[[nodiscard]] inline Settings trust_settings(const TrustSources& sources) {
  Settings settings;
  const auto add = [&](const std::string& value, const char* source) {
    if (!value.empty()) settings.push_back({"certificate authorities", shown_pem_option(value), source});
  };
  add(sources.ca_file, "BeastOptions::ca_file");
  add(sources.ca_pem, "BeastOptions::ca_pem");
  if (settings.empty() && sources.uses_bundle()) {
    add(sources.bundle, "REQUESTS_CA_BUNDLE");
  } else if (settings.empty()) {
    add(sources.cert_file, "SSL_CERT_FILE");
    add(sources.cert_dir, "SSL_CERT_DIR");
    if (sources.cert_file.empty()) add(sources.system_file, "the default");
    if (sources.cert_dir.empty()) add(sources.system_dir, "the default");
  }
  add(sources.extra_ca, "BeastOptions::extra_ca");
  return settings;
}

/// Whether a directory's entry has the form of OpenSSL's hashed names, such as "5ed36f99.0".
[[nodiscard]] inline bool is_hashed_name(std::string_view name) noexcept {
  constexpr std::string_view digits = "0123456789abcdef";
  return name.size() >= 10 && name[8] == '.' && name.substr(0, 8).find_first_not_of(digits) == name.npos &&
         name.substr(9).find_first_not_of(digits.substr(0, 10)) == name.npos;
}

/// Says why OpenSSL would find no certificate in a directory, where it looks for certificates by the hash of their
/// name. Empty if it may find one.
[[nodiscard]] inline std::string unusable_directory(const std::string& path) {
  const std::unique_ptr<DIR, int (*)(DIR*)> directory(::opendir(path.c_str()),
                                                      [](DIR* made) { return ::closedir(made); });
  if (!directory) return errno == ENOTDIR ? "it is a file, not a directory" : errno_words(errno);
  std::string why = "it holds no certificate under a hashed name; run openssl rehash on it";
  bool found = false;
  SecureString text;
  while (const auto* const entry = ::readdir(directory.get())) {
    const std::string name = entry->d_name;
    if (!is_hashed_name(name)) continue;
    auto file = path;
    file.append("/").append(name);
    struct stat about {};
    // OpenSSL would block on a FIFO, and read an endless file.
    if (::stat(file.c_str(), &about) == 0) {
      if (!S_ISREG(about.st_mode)) return name + " in it is not a regular file";
      if (about.st_size > static_cast<::off_t>(max_pem_size)) return name + " in it is larger than 16 MiB";
    }
    // OpenSSL uses the first file of a hash, and tries the next one only if it could use that.
    if (found || !name.ends_with(".0")) continue;
    auto trouble = read_pem_file(file, text);
    if (trouble.empty()) {
      const PemReader reader(text, nullptr);
      found = reader.trusted() != 0;
      trouble = reader.why();
    }
    if (!found) why = (name + " in it: ").append(trouble);
  }
  return found ? std::string() : why;
}

/// Fills a store from the sources.
class TrustLoader {
 public:
  TrustLoader(const TrustSources& sources, X509_STORE& store) : sources_(sources), store_(store) {}

  /// Fills the store. Fails with `errc::tls_failed` if a source cannot be used or no authority was found. The error
  /// names the source and says why.
  [[nodiscard]] Result<void> load() {
    if (!sources_.ca_file.empty()) {
      add_option("the transport's ca_file", sources_.ca_file);
      if (!sources_.ca_pem.empty()) add("the transport's ca_pem", "ca_file is given as well", "give one of the two");
    } else if (!sources_.ca_pem.empty()) {
      if (is_pem_text(sources_.ca_pem)) add_option("the transport's ca_pem", sources_.ca_pem);
      else add("the transport's ca_pem", "it is not PEM text", "give a path as ca_file");
    } else if (sources_.uses_bundle()) {
      add_bundle();
    } else {
      if (sources_.cert_file.empty()) add_system_file();
      else add_variable_file();
      if (sources_.cert_dir.empty()) add_system_directory();
      else add_directories();
    }
    if (!sources_.extra_ca.empty()) add_option("the transport's extra_ca", sources_.extra_ca);
    if (fault_.empty() && trusted_ == 0 && sources_.cert_dir.empty() && !sources_.uses_bundle())
      check_system_directory();
    ::ERR_clear_error();
    if (fault_.empty()) return success();
    return Error(
        make_error_code(errc::tls_failed),
        Error::Details{
            .reason = fault_, .advice = "", .operation = {}, .messages = {}, .delivery = Delivery::nothing_sent});
  }

  /// Describes what is trusted.
  [[nodiscard]] const std::string& text() const noexcept { return text_; }

 private:
  static constexpr std::string_view variable_advice = "correct the variable, or unset it";
  static constexpr std::string_view option_advice = "give certificates in PEM";

  void mention(std::string_view source) { text_.append(text_.empty() ? "" : ", ").append(source); }
  void add(std::string_view source, std::string_view problem, std::string_view advice) {
    const auto name = mask_pasted_keys(one_line(source));
    mention(name);
    if (problem.empty() || !fault_.empty()) return;
    fault_.append("the certificate authorities cannot be read: ")
        .append(name)
        .append(": ")
        .append(mask_pasted_keys(problem));
    fault_.append("; ").append(advice);
  }
  void add_variable_file() {
    if (!is_path(sources_.cert_file))
      return add("SSL_CERT_FILE", "it is PEM text or the like, not a path", variable_advice);
    add("SSL_CERT_FILE=" + sources_.cert_file, file_problem(sources_.cert_file), variable_advice);
  }
  void add_bundle() {
    if (!is_path(sources_.bundle))
      return add("REQUESTS_CA_BUNDLE", "it is PEM text or the like, not a path", variable_advice);
    struct stat about {};
    const bool directory = ::stat(sources_.bundle.c_str(), &about) == 0 && S_ISDIR(about.st_mode);
    const auto why = directory ? unusable_directory(sources_.bundle) : file_problem(sources_.bundle);
    if (directory && why.empty()) X509_STORE_load_path(&store_, sources_.bundle.c_str());
    add("REQUESTS_CA_BUNDLE=" + sources_.bundle, why, variable_advice);
  }
  void add_option(const std::string& name, const std::string& value) {
    if (is_pem_text(value)) return add(name + " (PEM text)", text_problem(value), option_advice);
    if (!is_path(value)) return add(name, "it is neither a path nor PEM text", option_advice);
    add(name + " " + value, file_problem(value), option_advice);
  }

  [[nodiscard]] std::string text_problem(std::string_view text) {
    const PemReader reader(text, &store_);
    trusted_ += reader.trusted();
    return reader.why();
  }
  [[nodiscard]] std::string file_problem(const std::string& path) {
    SecureString text;
    const auto why = read_pem_file(path, text);
    return why.empty() ? text_problem(text) : why;
  }

  // Some directories of the list may be unusable, as with OpenSSL, but not all.
  void add_directories() {
    if (!is_path(sources_.cert_dir))
      return add("SSL_CERT_DIR", "it is PEM text or the like, not a list of directories", variable_advice);
    std::string problems;
    bool usable = false;
    for (std::string_view rest = sources_.cert_dir; !rest.empty();) {
      const std::string path(rest.substr(0, rest.find(':')));
      rest.remove_prefix(std::min(rest.size(), path.size() + 1));
      if (path.empty()) continue;
      const auto why = unusable_directory(path);
      if (why.empty()) usable = X509_STORE_load_path(&store_, path.c_str()) == 1 || usable;
      else if (path == sources_.cert_dir) problems = why;
      else problems.append(problems.empty() ? "" : "; ").append(path).append(": ").append(why);
    }
    if (problems.empty() && !usable) problems = "it names no directory";
    add("SSL_CERT_DIR=" + sources_.cert_dir, usable ? std::string_view{} : problems, variable_advice);
    if (usable && !problems.empty()) text_.append(" (").append(mask_pasted_keys(one_line(problems))).append(")");
  }

  // Broken certificates in the system's file are ignored, since the user often cannot correct that file.
  void add_system_file() {
    system_problem_ = file_problem(sources_.system_file);
    mention("the system's " + sources_.system_file);
    if (!system_problem_.empty()) text_.append(" (").append(system_problem_).append(")");
  }
  void add_system_directory() {
    X509_STORE_load_path(&store_, sources_.system_dir.c_str());
    mention("the system's " + sources_.system_dir);
  }
  void check_system_directory() {
    const auto why = unusable_directory(sources_.system_dir);
    if (why.empty()) return;
    fault_.append("this machine has no certificate authorities in ").append(sources_.system_file).append(" (");
    fault_.append(system_problem_).append(") or ").append(sources_.system_dir).append(" (").append(why);
    fault_ += "); install ca-certificates, or set SSL_CERT_FILE or the transport's ca_file";
  }

  const TrustSources& sources_;
  X509_STORE& store_;
  std::size_t trusted_ = 0;
  std::string system_problem_;
  std::string text_;
  std::string fault_;
};

}  // namespace wandb::detail
