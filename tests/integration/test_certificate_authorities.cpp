// Tests which authorities the Beast transports trust: the options and the environment, the errors for unusable sources,
// and the names that a certificate must contain. Each test uses real TLS and both kinds of transport.
#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <wandb/environment.hpp>
#include <wandb/transport/detail/net/connection.hpp>
#include <wandb/transport/detail/net/tls_client.hpp>
#include <wandb/transport/detail/net/trust.hpp>

#include "../temporary_directory.hpp"
#include "../variables.hpp"
#include "test_async_beast.hpp"

using namespace async_test;
using wandb::BeastTransport;
using wandb::Environment;
using wandb::detail::TrustSources;
using wandb::testing::Certificate;
using wandb::testing::CertificateAuthority;

namespace {

/// The public options that select the trusted authorities.
struct Trust {
  std::string ca_file{};
  std::string extra_ca{};
  EnvironmentVariables variables{};
};

/// Sends one request with a new transport of that kind.
struct Sync {
  [[nodiscard]] static Answer send(const Trust& trust, const Request& request) {
    const BeastTransport transport({.ca_file = trust.ca_file, .extra_ca = trust.extra_ca},
                                   environment_of(trust.variables));
    return transport.send(request);
  }
};
struct Async {
  [[nodiscard]] static Answer send(const Trust& trust, const Request& request) {
    asio::io_context io;
    const AsyncBeastTransport transport(io, {.ca_file = trust.ca_file, .extra_ca = trust.extra_ca},
                                        environment_of(trust.variables));
    return run(io, async_test::send(transport, request));
  }
};

using X509Pointer = std::unique_ptr<X509, decltype(&X509_free)>;
[[nodiscard]] X509Pointer parsed(const std::string& pem) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> source(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())),
                                                         &BIO_free);
  return {PEM_read_bio_X509(source.get(), nullptr, nullptr, nullptr), &X509_free};
}
/// Returns the name under which OpenSSL looks for a certificate in a directory.
[[nodiscard]] std::string hashed_name(const std::string& pem) {
  char name[16];
  std::snprintf(name, sizeof name, "%08lx.0", X509_subject_name_hash(parsed(pem).get()));
  return name;
}
[[nodiscard]] std::string der_of(const std::string& pem) {
  unsigned char* data = nullptr;
  const int size = i2d_X509(parsed(pem).get(), &data);
  REQUIRE(size > 0);
  std::string der(reinterpret_cast<const char*>(data), static_cast<std::size_t>(size));
  OPENSSL_free(data);
  return der;
}
[[nodiscard]] std::string trusted_form(const std::string& pem) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> out(BIO_new(BIO_s_mem()), &BIO_free);
  REQUIRE(PEM_write_bio_X509_AUX(out.get(), parsed(pem).get()) == 1);
  char* data = nullptr;
  const auto size = BIO_get_mem_data(out.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}
[[nodiscard]] std::string with(std::string text, std::string_view what, std::string_view instead) {
  const auto at = text.find(what);
  REQUIRE(at != std::string::npos);
  return text.replace(at, what.size(), instead);
}

/// A TLS server, and an authority that did not sign its certificate.
struct Scene {
  LoopbackServer server{echo(), {.tls = true}};
  std::string ca = server.ca_pem();
  std::string other = CertificateAuthority("another authority").pem();
  TemporaryDirectory directory;
};

template <class Colour>
void check_trusted(const Scene& scene, const Trust& trust) {
  const auto answer = Colour::send(trust, request_to(scene.server));
  CHECK_MESSAGE(answer.has_value(), answer.error());
}
template <class Colour>
std::string refused(const Trust& trust, const Request& request, std::vector<std::string_view> words) {
  const auto answer = Colour::send(trust, request);
  REQUIRE_FALSE(answer.has_value());
  const auto reason = answer.error().reason();
  CAPTURE(reason);
  CHECK(answer.error() == errc::tls_failed);
  CHECK(answer.error().delivery() == Delivery::nothing_sent);
  for (const auto word : words) {
    CAPTURE(word);
    CHECK(reason.find(word) != std::string::npos);
  }
  return reason;
}

struct Odd {
  std::string text;
  std::string why;
};
/// Files with nothing that can be trusted, or less than they claim to hold.
[[nodiscard]] std::vector<Odd> odd_files(const Scene& scene) {
  const auto issued = CertificateAuthority().issue();
  const auto& ca = scene.ca;
  const auto first_line = ca.find('\n') + 1;
  auto cut = ca.substr(0, ca.size() / 2);
  return {
      {"", "it is empty"},
      {" \r\n\t\n", "it is empty"},
      {"nothing here\n", "it holds no certificate in PEM"},
      {der_of(ca), "it is DER, not PEM; convert it with openssl x509 -inform der"},
      {"\x30\x82\x01\x01 no certificate", "PKCS #12"},
      {issued.key_pem, "it holds a private key and no certificate"},
      {"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n", "it holds a public key and no certificate"},
      {"-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n",
       "it holds a certificate request and no certificate"},
      {"-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----\n", "it holds a revocation list and no certificate"},
      {"-----BEGIN PKCS7-----\nAAAA\n-----END PKCS7-----\n", "it holds PKCS #7"},
      {"-----BEGIN SOMETHING-----\nAAAA\n-----END SOMETHING-----\n", "it holds PEM of another kind and no certificate"},
      {"\xFF\xFE-\0-\0", "it is UTF-16 text"},
      {cut, "certificate 1 in it is broken"},
      {cut + "\n" + ca, "certificate 1 in it is broken"},
      {ca + cut, "certificate 2 in it is broken"},
      {ca + scene.other + with(ca, ca.substr(first_line, 8), "AAAAAAAA") + scene.other,
       "certificate 3 in it is broken"},
      {ca + with(scene.other, "\nMII", "\n*II"), "certificate 2 in it is broken"},
      {ca + with(scene.other, "-----END CERTIFICATE-----", "-----END CERTIFICATE----"),
       "certificate 2 in it is broken"},
      {ca + with(scene.other, "-----BEGIN CERTIFICATE-----", "-----BEGIN CERTIFICATE"),
       "certificate 2 in it is broken"},
      {ca + with(scene.other, "-----BEGIN", "----BEGIN"), "certificate 2 in it is broken (its BEGIN line is damaged)"},
      {ca + with(scene.other, "BEGIN CERT", "BEGIN CET"), "certificate 2 in it is broken (its BEGIN line is damaged)"},
      {with(ca, "-----BEGIN", "----BEGIN") + scene.other, "certificate 1 in it is broken (its BEGIN line is damaged)"},
      {ca + "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "certificate 2 in it is broken"},
  };
}

}  // namespace

#define COLOURS Sync, Async

TEST_CASE_TEMPLATE("trust: ca_file is a path or PEM text, and replaces what the environment says", Colour, COLOURS) {
  const Scene scene;
  const auto path = scene.directory.put("ca.pem", scene.ca);
  check_trusted<Colour>(scene, {.ca_file = path});
  check_trusted<Colour>(scene, {.ca_file = scene.ca});
  check_trusted<Colour>(scene, {.ca_file = path, .variables = {{"SSL_CERT_FILE", "/nowhere/ca.pem"}}});
  refused<Colour>({.ca_file = scene.other, .variables = {{"SSL_CERT_FILE", path}}}, request_to(scene.server),
                  {"certificate verify failed: ", "(trusted: the transport's ca_file (PEM text))"});
}

TEST_CASE_TEMPLATE("trust: extra_ca adds to ca_file, to the variables' and to the system's", Colour, COLOURS) {
  const Scene scene;
  const auto path = scene.directory.put("extra.pem", scene.ca);
  check_trusted<Colour>(scene, {.extra_ca = path});
  check_trusted<Colour>(scene, {.extra_ca = scene.ca});
  check_trusted<Colour>(scene, {.ca_file = scene.other, .extra_ca = path});
  check_trusted<Colour>(scene, {.ca_file = scene.ca, .extra_ca = scene.other});
  const auto other = scene.directory.put("other.pem", scene.other);
  check_trusted<Colour>(scene, {.extra_ca = scene.other, .variables = {{"SSL_CERT_FILE", path}}});
  refused<Colour>({.extra_ca = other}, request_to(scene.server),
                  {"certificate verify failed: ", "(trusted: the system's ", "the transport's extra_ca " + other});
}

TEST_CASE_TEMPLATE("trust: SSL_CERT_FILE and SSL_CERT_DIR name whom to trust", Colour, COLOURS) {
  const Scene scene;
  const auto path = scene.directory.put("ca.pem", scene.ca);
  const TemporaryDirectory hashed;
  hashed.put(hashed_name(scene.ca), scene.ca);
  const TemporaryDirectory without;
  check_trusted<Colour>(scene, {.variables = {{"SSL_CERT_FILE", path}}});
  check_trusted<Colour>(scene, {.variables = {{"SSL_CERT_FILE", "  " + path + "\n"}}});
  check_trusted<Colour>(scene, {.variables = {{"SSL_CERT_DIR", hashed.path()}}});
  check_trusted<Colour>(scene, {.variables = {{"SSL_CERT_DIR", without.path() + "::" + hashed.path() + ":/nowhere"}}});
  const auto other = scene.directory.put("other.pem", scene.other);
  check_trusted<Colour>(scene, {.variables = {{"SSL_CERT_FILE", other}, {"SSL_CERT_DIR", hashed.path()}}});
  refused<Colour>({.variables = {{"SSL_CERT_FILE", other}, {"SSL_CERT_DIR", ""}}}, request_to(scene.server),
                  {"certificate verify failed: ", "(trusted: SSL_CERT_FILE=" + other});
}

TEST_CASE_TEMPLATE("trust: REQUESTS_CA_BUNDLE names a file or a directory, where no variable of OpenSSL is set", Colour,
                   COLOURS) {
  const Scene scene;
  const auto file = scene.directory.put("ca.pem", scene.ca);
  const auto other = scene.directory.put("other.pem", scene.other);
  check_trusted<Colour>(scene, {.variables = {{"REQUESTS_CA_BUNDLE", file}}});
  check_trusted<Colour>(scene, {.variables = {{"REQUESTS_CA_BUNDLE", other}, {"SSL_CERT_FILE", file}}});
  refused<Colour>({.variables = {{"REQUESTS_CA_BUNDLE", other}}}, request_to(scene.server),
                  {"certificate verify failed", "REQUESTS_CA_BUNDLE=" + other});
  const TemporaryDirectory hashed;
  hashed.put(hashed_name(scene.ca), scene.ca);
  check_trusted<Colour>(scene, {.variables = {{"REQUESTS_CA_BUNDLE", hashed.path()}}});
  check_trusted<Colour>(scene, {.ca_file = file, .variables = {{"REQUESTS_CA_BUNDLE", other}}});
}

TEST_CASE_TEMPLATE("trust: a REQUESTS_CA_BUNDLE that is of no use is told with why", Colour, COLOURS) {
  const Scene scene;
  const TemporaryDirectory empty;
  const auto request = request_to(scene.server);
  const auto missing = scene.directory.path("missing.pem");
  refused<Colour>({.variables = {{"REQUESTS_CA_BUNDLE", missing}}}, request, {missing, "No such file"});
  refused<Colour>({.variables = {{"REQUESTS_CA_BUNDLE", empty.path()}}}, request, {empty.path(), "openssl rehash"});
  refused<Colour>({.variables = {{"REQUESTS_CA_BUNDLE", scene.ca}}}, request, {"REQUESTS_CA_BUNDLE", "not a path"});
}

TEST_CASE_TEMPLATE("trust: a file that is of no use is told with its source, its path and why", Colour, COLOURS) {
  const Scene scene;
  for (const auto& odd : odd_files(scene)) {
    CAPTURE(odd.why);
    const auto path = scene.directory.put("odd.pem", odd.text);
    const auto request = request_to(scene.server);
    refused<Colour>({.ca_file = path}, request, {"the transport's ca_file " + path + ": ", odd.why});
    refused<Colour>({.extra_ca = path}, request, {"the transport's extra_ca " + path + ": ", odd.why});
    refused<Colour>({.variables = {{"SSL_CERT_FILE", path}}}, request, {"SSL_CERT_FILE=" + path + ": ", odd.why});
    if (odd.text.find("-----BEGIN") == std::string::npos) continue;
    refused<Colour>({.ca_file = odd.text}, request, {"the transport's ca_file (PEM text): ", odd.why});
    refused<Colour>({.extra_ca = odd.text}, request, {"the transport's extra_ca (PEM text): ", odd.why});
  }
}

TEST_CASE_TEMPLATE("trust: a path that cannot be read is told with why", Colour, COLOURS) {
  const Scene scene;
  const auto& at = scene.directory.path();
  const auto fifo = at + "/fifo";
  REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
  const auto huge = scene.directory.put("huge", "");
  std::filesystem::resize_file(huge, std::uintmax_t{1} << 40);
  const auto file = scene.directory.put("file", scene.ca);
  std::vector<Odd> table{{at + "/nowhere", "No such file or directory"},
                         {file + "/x", "Not a directory"},
                         {at, "it is a directory, not a file"},
                         {fifo, "it is not a regular file"},
                         {"/dev/zero", "it is not a regular file"},
                         {"/proc/self/mem", "Input/output error"},
                         {huge, "it is larger than 16 MiB"},
                         {std::string(3 * 4096, 'x'), "File name too long"}};
  const auto closed = scene.directory.put("closed", scene.ca);
  std::filesystem::permissions(closed, std::filesystem::perms::none);
  if (::geteuid() != 0) table.push_back({closed, "Permission denied"});  // root may read it
  for (const auto& [path, why] : table) {
    const auto request = request_to(scene.server);
    refused<Colour>({.ca_file = path}, request, {path, why});
    refused<Colour>({.extra_ca = path}, request, {path, why});
    refused<Colour>({.variables = {{"SSL_CERT_FILE", path}}}, request, {"SSL_CERT_FILE=" + path, why});
  }
  refused<Colour>({.ca_file = file + std::string("\0.old", 5)}, request_to(scene.server), {"NUL"});
}

TEST_CASE_TEMPLATE("trust: text in place of a path is told without showing it", Colour, COLOURS) {
  const Scene scene;
  const auto whole = CertificateAuthority().issue().key_pem;
  for (const auto& key : {whole, whole.substr(whole.find('\n') + 1), whole.substr(0, whole.find("-----END"))}) {
    for (const Trust& trust :
         {Trust{.ca_file = key}, Trust{.extra_ca = key}, Trust{.variables = {{"SSL_CERT_FILE", key}}},
          Trust{.variables = {{"SSL_CERT_DIR", key}}}}) {
      const auto reason = refused<Colour>(trust, request_to(scene.server), {"PEM text"});
      CHECK(reason.find(whole.substr(40, 12)) == std::string::npos);
    }
  }
  const std::string pasted(40, 'a');
  for (const Trust& trust :
       {Trust{.ca_file = pasted}, Trust{.extra_ca = "/" + pasted}, Trust{.variables = {{"SSL_CERT_FILE", pasted}}},
        Trust{.variables = {{"SSL_CERT_DIR", "/no:/" + pasted}}}}) {
    const auto reason = refused<Colour>(trust, request_to(scene.server), {"****"});
    CHECK(reason.find(pasted) == std::string::npos);
  }
}

TEST_CASE_TEMPLATE("trust: a directory in which OpenSSL would find nobody is told with why", Colour, COLOURS) {
  const Scene scene;
  const TemporaryDirectory unhashed;
  unhashed.put("ca.pem", scene.ca);
  const TemporaryDirectory broken;
  broken.put(hashed_name(scene.ca), "nothing");
  const TemporaryDirectory dangling;
  std::filesystem::create_symlink("/nowhere/ca.pem", dangling.path() + "/" + hashed_name(scene.ca));
  const TemporaryDirectory waiting;
  REQUIRE(::mkfifo((waiting.path() + "/" + hashed_name(scene.ca)).c_str(), 0600) == 0);
  const TemporaryDirectory endless;
  std::filesystem::resize_file(endless.put(hashed_name(scene.ca), scene.ca), std::uintmax_t{1} << 40);
  // OpenSSL takes the first certificate of a hash, and the next one only after a usable one.
  const TemporaryDirectory second;
  auto next = hashed_name(scene.ca);
  next.back() = '1';
  second.put(next, scene.ca);
  const TemporaryDirectory behind_key;
  behind_key.put(hashed_name(scene.ca), CertificateAuthority().issue().key_pem);
  behind_key.put(next, scene.ca);
  const std::vector<Odd> table{
      {second.path(), "it holds no certificate under a hashed name; run openssl rehash"},
      {behind_key.path(), "in it: "},
      {"/nowhere/certs", "No such file or directory"},
      {scene.directory.put("file", scene.ca), "it is a file, not a directory"},
      {scene.directory.path(), "it holds no certificate under a hashed name; run openssl rehash"},
      {unhashed.path(), "it holds no certificate under a hashed name; run openssl rehash"},
      {broken.path(), "it holds no certificate in PEM"},
      {dangling.path(), "No such file or directory"},
      {waiting.path(), "is not a regular file"},
      {endless.path(), "is larger than 16 MiB"},
      {"/nowhere/a:" + unhashed.path(), "/nowhere/a: No such file or directory; " + unhashed.path() + ": it holds no"},
      {":", "it names no directory"},
  };
  for (const auto& [path, why] : table) {
    refused<Colour>({.variables = {{"SSL_CERT_DIR", path}}}, request_to(scene.server),
                    {"SSL_CERT_DIR=" + path + ": ", why});
  }
}

TEST_CASE_TEMPLATE("trust: other text, keys, lists and forms between certificates are no fault", Colour, COLOURS) {
  const Scene scene;
  const auto key = CertificateAuthority().issue().key_pem;
  const std::string list = "-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----\n";
  const std::string text = "# a comment of -----BEGIN and -----\nSubject: nobody\n\n";
  std::string crlf;
  for (const char c : scene.ca) crlf += c == '\n' ? std::string("\r\n") : std::string(1, c);
  for (const auto& pem : {text + scene.other + text + scene.ca + text, key + scene.other + list + scene.ca + key,
                          trusted_form(scene.other) + trusted_form(scene.ca), "\xEF\xBB\xBF" + scene.ca, crlf,
                          scene.ca + scene.ca, scene.ca.substr(0, scene.ca.size() - 1),
                          with(with(scene.ca, "BEGIN C", "BEGIN X509 C"), "END C", "END X509 C")}) {
    check_trusted<Colour>(scene, {.ca_file = pem});
    check_trusted<Colour>(scene, {.extra_ca = scene.directory.put("ca.pem", pem)});
  }
}

TEST_CASE_TEMPLATE("trust: what cannot be read is an error of each call, until it can be", Colour, COLOURS) {
  const Scene scene;
  const auto path = scene.directory.path() + "/later.pem";
  const EnvironmentVariables variables{{"SSL_CERT_FILE", path}};
  asio::io_context io;
  const auto check = [&](const auto& send) {
    CHECK(send().error() == errc::tls_failed);
    CHECK(send().error() == errc::tls_failed);
    scene.server.write_ca(path);
    CHECK(send().has_value());
    std::filesystem::remove(path);
    CHECK(send().has_value());
  };
  if constexpr (std::is_same_v<Colour, Sync>) {
    const BeastTransport transport({}, environment_of(variables));
    check([&] { return transport.send(request_to(scene.server)); });
  } else {
    const AsyncBeastTransport transport(io, {}, environment_of(variables));
    check([&] { return run(io, async_test::send(transport, request_to(scene.server))); });
  }
}

TEST_CASE_TEMPLATE("trust: the environment is read when the transport is made", Colour, COLOURS) {
  const Scene scene;
  const auto path = scene.directory.put("ca.pem", scene.ca);
  EnvironmentVariables variables{{"SSL_CERT_FILE", path}};
  asio::io_context io;
  if constexpr (std::is_same_v<Colour, Sync>) {
    const BeastTransport transport({}, environment_of(variables));
    variables.clear();
    CHECK(transport.send(request_to(scene.server)).has_value());
  } else {
    const AsyncBeastTransport transport(io, {}, environment_of(variables));
    variables.clear();
    CHECK(run(io, async_test::send(transport, request_to(scene.server))).has_value());
  }
}

namespace {

/// Performs the handshake of a connection that trusts those sources.
[[nodiscard]] wandb::Result<void> handshake(const Scene& scene, TrustSources sources) {
  asio::io_context io;
  const auto request = request_to(scene.server);
  wandb::detail::Resolver resolver;
  wandb::detail::TlsClient tls(std::move(sources));
  wandb::detail::Connection connection(io.get_executor(), request.origin);
  connection.arm(request.deadline, false);
  return connection.open({}, {}, resolver, tls, 5s);
}

}  // namespace

TEST_CASE("trust: an empty variable leaves the system's authorities on, also for OpenSSL itself") {
  const Scene scene;
  const auto path = scene.directory.put("system.pem", scene.ca);
  for (const char* value : {"", "  "}) {
    REQUIRE(::setenv("SSL_CERT_FILE", value, 1) == 0);
    REQUIRE(::setenv("SSL_CERT_DIR", value, 1) == 0);
    REQUIRE(::setenv("REQUESTS_CA_BUNDLE", value, 1) == 0);
    auto sources = wandb::detail::trust_sources(wandb::BeastOptions{}, Environment::process());
    ::unsetenv("SSL_CERT_FILE");
    ::unsetenv("SSL_CERT_DIR");
    ::unsetenv("REQUESTS_CA_BUNDLE");
    CHECK(sources.system_file == X509_get_default_cert_file());
    sources.system_file = path;
    sources.system_dir = "/nowhere/certs";
    const auto made = handshake(scene, sources);
    CHECK_MESSAGE(made.has_value(), made.error());
  }
}

TEST_CASE("trust: each variable replaces its own half of the system's") {
  const Scene scene;
  const auto system = scene.directory.put("system.pem", scene.ca);
  const auto other = scene.directory.put("other.pem", scene.other);
  const TemporaryDirectory hashed;
  hashed.put(hashed_name(scene.ca), scene.ca);
  CHECK(handshake(scene, {.cert_dir = hashed.path(), .system_file = other}).has_value());
  CHECK(handshake(scene, {.cert_file = other, .system_file = "/nowhere", .system_dir = hashed.path()}).has_value());
  CHECK(handshake(scene, {.cert_dir = hashed.path(), .system_file = "/nowhere"}).has_value());
  CHECK_FALSE(handshake(scene, {.cert_file = other, .system_file = system}).has_value());
}

TEST_CASE("trust: a machine without any authorities is told so") {
  const Scene scene;
  const auto empty = scene.directory.put("empty.pem", "");
  for (const auto& file : {std::string("/nowhere/cert.pem"), empty}) {
    for (const auto& place : {std::string("/nowhere/certs"), scene.directory.path()}) {
      const auto error = handshake(scene, {.system_file = file, .system_dir = place}).error();
      CAPTURE(error);
      CHECK(error == errc::tls_failed);
      CHECK(error.delivery() == Delivery::nothing_sent);
      const auto reason = error.reason();
      CHECK(reason.find("this machine has no certificate authorities in " + file) != std::string::npos);
      CHECK(reason.find(place) != std::string::npos);
      CHECK(reason.find("install ca-certificates, or set SSL_CERT_FILE or the transport's ca_file") !=
            std::string::npos);
      CHECK(handshake(scene, {.ca_file = scene.ca, .system_file = file, .system_dir = place}).has_value());
      CHECK(handshake(scene, {.extra_ca = scene.ca, .system_file = file, .system_dir = place}).has_value());
    }
  }
}

TEST_CASE("trust: a broken certificate among the system's own does not take the others away") {
  const Scene scene;
  const auto system = scene.directory.put("system.pem", scene.ca.substr(0, 100) + "\n" + scene.ca);
  CHECK(handshake(scene, {.system_file = system, .system_dir = "/nowhere"}).has_value());
  const auto other = scene.directory.put("system.pem", scene.other + scene.ca.substr(0, 100));
  const auto reason = handshake(scene, {.system_file = other, .system_dir = "/nowhere"}).error().reason();
  CAPTURE(reason);
  CHECK(reason.find("the system's " + other + " (certificate 2 in it is broken") != std::string::npos);
}

TEST_CASE("trust: very many authorities end at a limit") {
  std::string many;
  const auto pem = CertificateAuthority().pem();
  for (int i = 0; i != 4001; ++i) many += pem;
  wandb::detail::TlsClient tls({.ca_file = many});
  const auto error = tls.context().error();
  CHECK(error.reason().find("it holds more than 4000 certificates") != std::string::npos);
}

TEST_CASE_TEMPLATE("trust: a certificate must name its host, a common name is none", Colour, COLOURS) {
  const CertificateAuthority authority;
  const Trust trust{.ca_file = authority.pem()};
  const std::vector<std::pair<std::string, int>> table{
      {"", TLS1_3_VERSION}, {"", TLS1_2_VERSION}, {"email:root@localhost", TLS1_3_VERSION}, {"IP:127.0.0.1", 0}};
  for (const auto& each : table) {
    const auto& names = each.first;
    CAPTURE(names);
    const LoopbackServer server(echo(), {.tls = true,
                                         .certificate = authority.issue({.names = names, .common_name = "localhost"}),
                                         .max_tls_version = each.second});
    refused<Colour>(trust, request_to(server),
                    {"certificate verify failed: hostname mismatch", "the certificate names no host (subjectAltName)",
                     "a common name alone no longer counts"});
    CHECK(server.requests() == 0);
  }
  const LoopbackServer elsewhere(
      echo(), {.tls = true, .certificate = authority.issue({.names = "DNS:other", .common_name = "localhost"})});
  const auto reason = refused<Colour>(trust, request_to(elsewhere), {"hostname mismatch"});
  CHECK(reason.find("common name") == std::string::npos);
}

TEST_CASE_TEMPLATE("trust: an address must be named as an address", Colour, COLOURS) {
  const CertificateAuthority authority;
  const Trust trust{.ca_file = authority.pem()};
  for (const std::string names : {"", "DNS:127.0.0.1", "DNS:localhost"}) {
    CAPTURE(names);
    const LoopbackServer server(
        echo(), {.tls = true, .certificate = authority.issue({.names = names, .common_name = "127.0.0.1"})});
    refused<Colour>(trust, request_to("127.0.0.1", server.port(), true),
                    {"IP address mismatch", "the certificate names no address (subjectAltName)"});
  }
}

TEST_CASE("trust: a host's name that OpenSSL would take for any name is refused") {
  asio::ssl::context context(asio::ssl::context::tls_client);
  wandb::detail::TlsClient tls(TrustSources{});
  for (const std::string host : {"", ".", ".example.com", ".."}) {
    CAPTURE(host);
    const std::unique_ptr<SSL, decltype(&SSL_free)> ssl(SSL_new(context.native_handle()), &SSL_free);
    CHECK_FALSE(tls.prepare(ssl.get(), host, "origin"));
  }
}
