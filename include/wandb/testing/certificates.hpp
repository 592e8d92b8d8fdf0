// Certificates for tests, created in memory: an authority that no system trusts, and the certificates that it issues.
// Needs OpenSSL.
#pragma once

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <wandb/detail/declare.hpp>

namespace wandb::inline WANDB_ABI::testing {

/// A certificate and its private key, in PEM.
struct Certificate {
  std::string certificate_pem;
  std::string key_pem;
  std::string ca_pem;  ///< the certificate of the authority that issued it
};

/// The hosts for which a certificate is valid, and the time.
struct CertificateOptions {
  /// The `subjectAltName` in OpenSSL's syntax. If it is empty, the certificate has none.
  std::string names = "DNS:localhost,IP:127.0.0.1,IP:::1";
  std::chrono::seconds valid_from{-3600};  ///< relative to now
  std::chrono::seconds valid_to{86400};    ///< relative to now
  std::string common_name = "test server";
  bool authority = false;  ///< whether it may issue certificates itself
};

/// An authority with a new key. Throws `std::runtime_error` if OpenSSL fails. Thread-safe after construction.
class CertificateAuthority {
 public:
  /// `name` should differ from that of other authorities, since clients find an authority by its name.
  explicit CertificateAuthority(const std::string& name = "test authority")
      : key_(fresh_key()), certificate_(make({.names = {}, .common_name = name, .authority = true}, *key_, nullptr)) {}

  /// The authority's certificate, for clients to trust.
  [[nodiscard]] std::string pem() const { return certificate_pem(*certificate_); }
  /// Issues a certificate for a server.
  [[nodiscard]] Certificate issue(const CertificateOptions& options = {}) const {
    const auto key = fresh_key();
    const auto leaf = make(options, *key, certificate_.get());
    return {certificate_pem(*leaf), key_pem(*key), pem()};
  }
  /// Makes an authority whose certificate this one issues.
  [[nodiscard]] CertificateAuthority subordinate(const std::string& name) const {
    auto key = fresh_key();
    auto certificate = make({.names = {}, .common_name = name, .authority = true}, *key, certificate_.get());
    return CertificateAuthority(std::move(key), std::move(certificate));
  }
  /// The authority's own certificate and key, for a server with a self-signed certificate.
  [[nodiscard]] Certificate self_signed() const { return {pem(), key_pem(*key_), pem()}; }

 private:
  template <class T, void (*Free)(T*)>
  struct Freer {
    void operator()(T* object) const { Free(object); }
  };
  using Key = std::unique_ptr<EVP_PKEY, Freer<EVP_PKEY, EVP_PKEY_free>>;
  using X509Pointer = std::unique_ptr<X509, Freer<X509, X509_free>>;
  using Bio = std::unique_ptr<BIO, Freer<BIO, BIO_free_all>>;
  using Extension = std::unique_ptr<X509_EXTENSION, Freer<X509_EXTENSION, X509_EXTENSION_free>>;

  CertificateAuthority(Key key, X509Pointer certificate) : key_(std::move(key)), certificate_(std::move(certificate)) {}

  static void require(bool done) {
    if (!done) throw std::runtime_error("OpenSSL could not make a test certificate");
  }
  [[nodiscard]] static Key fresh_key() {
    Key key(EVP_EC_gen("P-256"));
    require(key != nullptr);
    return key;
  }
  // The certificate is signed by `issuer`, or else by its own key.
  [[nodiscard]] X509Pointer make(const CertificateOptions& options, EVP_PKEY& key, X509* issuer) const {
    X509Pointer made(X509_new());
    require(made != nullptr && X509_set_version(made.get(), 2) == 1);
    long serial = 0;
    require(RAND_bytes(reinterpret_cast<unsigned char*>(&serial), 3) == 1);
    ASN1_INTEGER_set(X509_get_serialNumber(made.get()), serial + 1);
    X509_gmtime_adj(X509_getm_notBefore(made.get()), static_cast<long>(options.valid_from.count()));
    X509_gmtime_adj(X509_getm_notAfter(made.get()), static_cast<long>(options.valid_to.count()));
    const auto* common = reinterpret_cast<const unsigned char*>(options.common_name.c_str());
    auto* const subject = X509_get_subject_name(made.get());
    require(X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, common, -1, -1, 0) == 1);
    require(X509_set_issuer_name(made.get(), issuer != nullptr ? X509_get_subject_name(issuer) : subject) == 1);
    require(X509_set_pubkey(made.get(), &key) == 1);
    extend(*made, issuer != nullptr ? *issuer : *made, NID_basic_constraints,
           options.authority ? "critical,CA:TRUE" : "critical,CA:FALSE");
    extend(*made, issuer != nullptr ? *issuer : *made, NID_subject_key_identifier, "hash");
    if (!options.names.empty()) extend(*made, *issuer, NID_subject_alt_name, options.names);
    require(X509_sign(made.get(), issuer != nullptr ? key_.get() : &key, EVP_sha256()) != 0);
    return made;
  }
  static void extend(X509& certificate, X509& issuer, int nid, const std::string& value) {
    X509V3_CTX context;
    X509V3_set_ctx(&context, &issuer, &certificate, nullptr, nullptr, 0);
    const Extension extension(X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str()));
    require(extension != nullptr && X509_add_ext(&certificate, extension.get(), -1) == 1);
  }
  [[nodiscard]] static std::string text_of(BIO& memory) {
    char* data = nullptr;
    const long size = BIO_get_mem_data(&memory, &data);
    return {data, static_cast<std::size_t>(size)};
  }
  [[nodiscard]] static std::string certificate_pem(X509& certificate) {
    const Bio memory(BIO_new(BIO_s_mem()));
    require(memory != nullptr && PEM_write_bio_X509(memory.get(), &certificate) == 1);
    return text_of(*memory);
  }
  [[nodiscard]] static std::string key_pem(EVP_PKEY& key) {
    const Bio memory(BIO_new(BIO_s_mem()));
    require(memory != nullptr &&
            PEM_write_bio_PrivateKey(memory.get(), &key, nullptr, nullptr, 0, nullptr, nullptr) == 1);
    return text_of(*memory);
  }

  Key key_;
  X509Pointer certificate_;
};

}  // namespace wandb::testing
