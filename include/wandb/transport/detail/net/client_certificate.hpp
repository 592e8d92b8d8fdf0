// Loads the certificate by which a transport identifies itself to servers that require one.
#pragma once

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include <wandb/detail/text/ascii.hpp>
#include <wandb/detail/text/key_format.hpp>
#include <wandb/detail/text/one_line.hpp>
#include <wandb/error.hpp>
#include <wandb/result.hpp>
#include <wandb/secret.hpp>
#include <wandb/setting.hpp>
#include <wandb/transport/detail/net/pem_reader.hpp>
#include <wandb/transport/options.hpp>

namespace wandb::inline WANDB_ABI::detail {

/// The options for the client's certificate: each a path, PEM text, or empty. They own their texts, which may contain a
/// private key.
struct ClientCertificate {
  SecureString certificate{};
  SecureString key{};

  ClientCertificate() = default;
  explicit ClientCertificate(const BeastOptions& options)
      : certificate(options.client_certificate), key(options.client_key) {}

  /// Adds what is set to a list for people.
  void append_to(Settings& settings) const {
    const auto add = [&](const char* name, const SecureString& value, const char* source) {
      if (!value.empty()) settings.push_back({name, shown_pem_option(value), source});
    };
    add("client certificate", certificate, "BeastOptions::client_certificate");
    add("client key", key, "BeastOptions::client_key");
  }
};

/// Puts the client's certificate, with those of the authorities between it and the root, and its key into a context.
class ClientCertificateLoader {
 public:
  ClientCertificateLoader(const ClientCertificate& options, SSL_CTX& context) : options_(options), context_(context) {}

  /// Does nothing if there is no certificate. Fails with `errc::tls_failed`, which names the option and the path and
  /// says why.
  [[nodiscard]] Result<void> load() {
    if (options_.certificate.empty() && options_.key.empty()) return success();
    if (options_.certificate.empty()) return failed("client_key", options_.key, "there is no client_certificate to it");
    SecureString text;
    auto why = read_pem_option(options_.certificate, text);
    if (why.empty()) why = use_certificates(text);
    if (why.empty() && options_.key.empty()) why = use_key(text);
    if (!why.empty()) return failed("client_certificate", options_.certificate, why);
    if (options_.key.empty()) return success();
    why = read_pem_option(options_.key, text);
    if (why.empty()) why = use_key(text);
    return why.empty() ? success() : failed("client_key", options_.key, why);
  }

 private:
  using Bio = std::unique_ptr<BIO, decltype(&BIO_free)>;

  [[nodiscard]] static Result<void> failed(std::string_view option, std::string_view value, std::string_view why) {
    ::ERR_clear_error();
    std::string reason = "the client's certificate cannot be used: the transport's ";
    reason.append(option).append(" ").append(shown_pem_option(value)).append(": ").append(mask_pasted_keys(why));
    return Error(
        make_error_code(errc::tls_failed),
        Error::Details{
            .reason = reason, .advice = "", .operation = {}, .messages = {}, .delivery = Delivery::nothing_sent});
  }
  [[nodiscard]] static Bio view_of(std::string_view text) {
    const auto size = static_cast<int>(std::min(text.size(), std::size_t{1} << 30));
    return {BIO_new_mem_buf(text.data(), size), &BIO_free};
  }
  [[nodiscard]] static std::string reason_of_openssl() {
    const char* reason = ERR_reason_error_string(ERR_peek_last_error());
    return reason != nullptr ? reason : "OpenSSL cannot use it";
  }

  [[nodiscard]] std::string use_certificates(std::string_view text) {
    if (const PemReader reader(text, nullptr); !reader.why().empty()) return reader.why();
    const auto source = view_of(text);
    for (bool first = true;; first = false) {
      ::ERR_clear_error();
      const std::unique_ptr<X509, decltype(&X509_free)> certificate(
          source ? PEM_read_bio_X509_AUX(source.get(), nullptr, nullptr, nullptr) : nullptr, &X509_free);
      if (!certificate) return first ? reason_of_openssl() : std::string();
      const auto used = first ? SSL_CTX_use_certificate(&context_, certificate.get())
                              : static_cast<int>(SSL_CTX_add1_chain_cert(&context_, certificate.get()));
      if (used != 1) return reason_of_openssl();
    }
  }

  // Returns the text from the first private key on; empty if there is none.
  [[nodiscard]] static std::string_view find_key(std::string_view text) noexcept {
    constexpr std::string_view begin = "-----BEGIN ";
    for (auto at = text.find(begin); at != text.npos; at = text.find(begin, at + 1)) {
      const auto rest = text.substr(at);
      if (rest.substr(0, rest.find('\n')).find("PRIVATE KEY-----") != rest.npos) return rest;
    }
    return {};
  }
  [[nodiscard]] static std::string describe_missing_key(std::string_view text) {
    if (trimmed(text).empty()) return "it is empty";
    if (text.starts_with('\x30')) return "it is DER, not PEM; convert it with openssl pkey -inform der";
    return "it holds no private key in PEM";
  }
  [[nodiscard]] std::string use_key(std::string_view text) {
    const auto block = find_key(text);
    if (block.empty()) return describe_missing_key(text);
    const auto head = block.substr(0, block.find("-----END "));
    if (head.starts_with("-----BEGIN ENCRYPTED") || head.find("Proc-Type: 4,ENCRYPTED") != head.npos) {
      return "its private key is encrypted, which is not supported; decrypt it with openssl pkey";
    }
    ::ERR_clear_error();
    const auto source = view_of(block);
    // Without a function that gives no password, OpenSSL would ask for one on the terminal.
    const auto no_password = [](char*, int, int, void*) { return -1; };
    const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(
        source ? PEM_read_bio_PrivateKey(source.get(), nullptr, no_password, nullptr) : nullptr, &EVP_PKEY_free);
    if (!key) return "its private key is broken (" + reason_of_openssl() + ")";
    if (X509_check_private_key(SSL_CTX_get0_certificate(&context_), key.get()) != 1) {
      return "its private key does not belong to the certificate, which is the first in client_certificate";
    }
    return SSL_CTX_use_PrivateKey(&context_, key.get()) == 1 ? std::string() : reason_of_openssl();
  }

  const ClientCertificate& options_;
  SSL_CTX& context_;
};

}  // namespace wandb::detail
