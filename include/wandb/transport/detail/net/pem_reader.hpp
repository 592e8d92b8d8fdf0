// Reads certificates from a PEM file or text, and describes what is wrong with it.
#pragma once

#include <fcntl.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include <boost/system/error_code.hpp>

#include <wandb/detail/text/ascii.hpp>
#include <wandb/detail/text/key_format.hpp>
#include <wandb/detail/text/one_line.hpp>
#include <wandb/secret.hpp>

namespace wandb::inline WANDB_ABI::detail {

/// An `errno` in the system's words.
[[nodiscard]] inline std::string errno_words(int error) {
  return boost::system::error_code(error, boost::system::generic_category()).message();
}

/// The largest file of certificates that is read.
inline constexpr std::size_t max_pem_size = std::size_t{16} * 1024 * 1024;

/// Reads a regular file of at most `max_pem_size` into `text`. Gives the problem, or nothing. `text` is memory that is
/// wiped, since the file may contain a key.
[[nodiscard]] inline std::string read_pem_file(const std::string& path, SecureString& text) {
  if (path.find('\0') != path.npos) return "its name holds a NUL character";
#if defined(_WIN32)
  const int file = ::open(path.c_str(), O_RDONLY | O_BINARY | O_NOINHERIT);
#else
  // A FIFO without a writer would block without the flag.
  const int file = ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
#endif
  if (file < 0) return errno_words(errno);
  struct stat about {};
  std::string why;
  if (::fstat(file, &about) != 0) why = errno_words(errno);
  else if (S_ISDIR(about.st_mode)) why = "it is a directory, not a file";
  else if (!S_ISREG(about.st_mode)) why = "it is not a regular file";
  text.clear();
  while (why.empty()) {
    const auto before = text.size();
    constexpr unsigned int step = 64 * 1024;
    text.resize(before + step);
    const auto count = ::read(file, text.data() + before, step);
    if (count < 0 && errno != EINTR) why = errno_words(errno);
    text.resize(before + static_cast<std::size_t>(std::max<::ssize_t>(count, 0)));
    if (text.size() > max_pem_size) why = "it is larger than 16 MiB";
    if (count == 0) break;
  }
  ::close(file);
  return why;
}

[[nodiscard]] constexpr bool is_pem_text(std::string_view value) noexcept {
  return value.find("-----BEGIN") != value.npos;
}
/// Whether a value may be the path of a file. Any other value may be a key, as text or in binary, so no error shows it.
[[nodiscard]] constexpr bool is_path(std::string_view value) noexcept {
  constexpr std::size_t min_key_size = 60;  // in base64, which begins with M
  bool is_base64 = value.size() >= min_key_size && value.front() == 'M';
  for (const char c : value) {
    // A NUL character in a path has a message of its own.
    if (c != '\0' && static_cast<unsigned char>(c) < 0x20) return false;
    is_base64 = is_base64 && (is_letter(c) || is_digit(c) || c == '+' || c == '/' || c == '=');
  }
  return !is_base64 && value.find("PRIVATE KEY") == value.npos && !is_pem_text(value);
}

/// Reads an option that is a path or PEM text. Gives the problem, or nothing.
[[nodiscard]] inline std::string read_pem_option(std::string_view value, SecureString& text) {
  if (is_pem_text(value)) {
    text = value;
    return {};
  }
  if (!is_path(value)) return "it is neither a path nor PEM text";
  return read_pem_file(std::string(value), text);
}

/// Shows such an option to people: the path, but not the text.
[[nodiscard]] inline std::string shown_pem_option(std::string_view value) {
  if (is_pem_text(value)) return "(PEM text)";
  return is_path(value) ? mask_pasted_keys(one_line(value)) : "(not a path)";
}

/// Adds the certificates of a PEM text to a store. It continues after a broken certificate.
class PemReader {
 public:
  /// A null `store` makes the reader only count the certificates.
  PemReader(std::string_view text, X509_STORE* store) : store_(store) {
    auto begin = next_begin(text, 0);
    if (text.substr(0, begin).find("-----END") != text.npos) report_broken("its BEGIN line is damaged");
    while (begin != text.npos && seen_ <= max_certificates) {
      const auto end = next_begin(text, begin + 1);
      read_block(text.substr(begin, end == text.npos ? end : end - begin));
      begin = end;
    }
    ::ERR_clear_error();
    if (trusted_ == 0 && why_.empty()) why_ = describe_other(text);
  }

  /// How many certificates could be used.
  [[nodiscard]] std::size_t trusted() const noexcept { return trusted_; }
  /// What is wrong with the text, or nothing.
  [[nodiscard]] const std::string& why() const noexcept { return why_; }

 private:
  // OpenSSL sorts its store again for each certificate. This number of them takes a third of a second.
  static constexpr std::size_t max_certificates = 4000;

  // A BEGIN marker stands at the start of a line, after a byte order mark or blanks at most.
  [[nodiscard]] static std::size_t next_begin(std::string_view text, std::size_t from) {
    for (auto at = text.find("-----BEGIN", from); at != text.npos; at = text.find("-----BEGIN", at + 1)) {
      auto before = text.substr(0, at);
      while (before.ends_with(' ') || before.ends_with('\t')) before.remove_suffix(1);
      if (before.empty() || before.ends_with('\n') || before == "\xEF\xBB\xBF") return at;
    }
    return text.npos;
  }

  // Names the kinds of PEM that people mistake for certificates.
  [[nodiscard]] static std::string_view kind_of(std::string_view label) noexcept {
    if (label.ends_with("PRIVATE KEY")) return "a private key";
    if (label.ends_with("PUBLIC KEY")) return "a public key";
    if (label.ends_with("CERTIFICATE REQUEST")) return "a certificate request";
    if (label == "X509 CRL") return "a revocation list";
    if (label == "PKCS7" || label == "CMS") return "PKCS #7 (which openssl pkcs7 -print_certs converts)";
    return {};
  }

  // `block` ends where the next block begins.
  void read_block(std::string_view block) {
    constexpr std::string_view before = "-----BEGIN ";
    const auto line = block.substr(0, block.find('\n'));
    const auto end = line.find("-----", before.size());
    const auto label = line.starts_with(before) && end != line.npos ? line.substr(before.size(), end - before.size())
                                                                    : std::string_view{};
    const bool certificate =
        label == "CERTIFICATE" || label == "X509 CERTIFICATE" || label == "TRUSTED CERTIFICATE" || label.empty();
    const auto kind = certificate ? std::string_view{} : kind_of(label);
    if (certificate) read_certificate(block);
    else if (!kind.empty()) kind_ = kind;
    // A label that differs from that of the END line is misspelt.
    else if (block.find("-----END " + std::string(label) + "-----") == block.npos)
      report_broken("its BEGIN line is damaged");
    else kind_ = "PEM of another kind";
    const auto finish = block.find("-----END");
    if (finish != block.npos && block.find("-----END", finish + 1) != block.npos)
      report_broken("its BEGIN line is damaged");
  }

  void read_certificate(std::string_view block) {
    ::ERR_clear_error();
    const auto size = static_cast<int>(std::min(block.size(), std::size_t{1} << 30));
    const std::unique_ptr<BIO, decltype(&BIO_free)> source(BIO_new_mem_buf(block.data(), size), &BIO_free);
    const std::unique_ptr<X509, decltype(&X509_free)> certificate(
        source ? PEM_read_bio_X509_AUX(source.get(), nullptr, nullptr, nullptr) : nullptr, &X509_free);
    if (!certificate) {
      const char* reason = ERR_reason_error_string(ERR_peek_last_error());
      return report_broken(reason != nullptr ? reason : "it cannot be decoded");
    }
    ++seen_;
    if (seen_ > max_certificates) why_ = "it holds more than " + std::to_string(max_certificates) + " certificates";
    else if (store_ == nullptr || X509_STORE_add_cert(store_, certificate.get()) == 1) ++trusted_;
  }

  void report_broken(std::string_view reason) {
    ++seen_;
    if (!why_.empty()) return;
    why_.append("certificate ").append(std::to_string(seen_)).append(" in it is broken (").append(reason).append(")");
  }

  // Describes a text that contains no certificate.
  [[nodiscard]] std::string describe_other(std::string_view text) const {
    if (!kind_.empty()) return "it holds " + std::string(kind_) + " and no certificate";
    if (trimmed(text).empty()) return "it is empty";
    if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF")) return "it is UTF-16 text; save it as UTF-8";
    if (!text.starts_with('\x30')) return "it holds no certificate in PEM";
    const auto* data = reinterpret_cast<const unsigned char*>(text.data());
    const std::unique_ptr<X509, decltype(&X509_free)> der(d2i_X509(nullptr, &data, static_cast<long>(text.size())),
                                                          &X509_free);
    ::ERR_clear_error();
    return der ? "it is DER, not PEM; convert it with openssl x509 -inform der"
               : "it holds no certificate in PEM, perhaps PKCS #12; convert it with openssl pkcs12 -nokeys";
  }

  X509_STORE* store_;
  std::size_t trusted_ = 0;
  std::size_t seen_ = 0;
  std::string_view kind_{};
  std::string why_;
};

}  // namespace wandb::detail
