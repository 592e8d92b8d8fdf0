// Tests the certificate by which a transport identifies itself to a server that requires one.
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#if !defined(_WIN32)
#include <sys/stat.h>
#endif

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include <doctest/doctest.h>
#include <boost/asio/io_context.hpp>

#include <wandb/environment.hpp>
#include <wandb/testing/certificates.hpp>
#include <wandb/testing/loopback_server.hpp>
#include <wandb/transport/async_beast.hpp>
#include <wandb/transport/beast.hpp>

#include "../temporary_directory.hpp"
#include "test_async_beast.hpp"

namespace {

using wandb::BeastOptions;
using wandb::Delivery;
using wandb::Environment;
using wandb::errc;
using wandb::testing::CertificateAuthority;
using wandb::testing::LoopbackServer;
using Answer = wandb::Result<wandb::Response>;

/// Sends requests to a server, each over a connection of its own.
struct Sync {
  [[nodiscard]] static Answer send(const BeastOptions& options, const LoopbackServer& server, int count = 1) {
    const wandb::BeastTransport transport(options, Environment::none());
    Answer answer;
    for (int i = 0; i != count; ++i) {
      answer = transport.send(beast_test::request_to(server));
      transport.close_idle();
    }
    return answer;
  }
};
struct Async {
  [[nodiscard]] static Answer send(const BeastOptions& options, const LoopbackServer& server, int count = 1) {
    boost::asio::io_context io;
    const wandb::AsyncBeastTransport transport(io, options, Environment::none());
    Answer answer;
    for (int i = 0; i != count; ++i) {
      answer = async_test::run(io, async_test::send(transport, beast_test::request_to(server)));
      transport.close_idle();
    }
    return answer;
  }
};
#define COLOURS Sync, Async

/// A server that requires a certificate of one authority.
struct Door {
  explicit Door(int version = 0)
      : server(beast_test::echo(), {.tls = true, .max_tls_version = version, .client_ca = authority.pem()}) {}
  CertificateAuthority authority{"authority of the clients"};
  wandb::testing::Certificate own = authority.issue({.names = {}, .common_name = "ci"});
  LoopbackServer server;
  TemporaryDirectory directory;

  [[nodiscard]] BeastOptions with(std::string_view certificate, std::string_view key) const {
    return {.ca_pem = server.ca_pem(), .client_certificate = certificate, .client_key = key};
  }
};
const int versions[] = {TLS1_2_VERSION, TLS1_3_VERSION};

[[nodiscard]] std::string written(int (*write)(BIO*, EVP_PKEY*), const std::string& key_pem) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> source(
      BIO_new_mem_buf(key_pem.data(), static_cast<int>(key_pem.size())), &BIO_free);
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(
      PEM_read_bio_PrivateKey(source.get(), nullptr, nullptr, nullptr), &EVP_PKEY_free);
  const std::unique_ptr<BIO, decltype(&BIO_free)> memory(BIO_new(BIO_s_mem()), &BIO_free);
  REQUIRE(write(memory.get(), key.get()) == 1);
  char* data = nullptr;
  const long size = BIO_get_mem_data(memory.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}
[[nodiscard]] std::string encrypted(const std::string& key_pem) {
  return written(
      [](BIO* out, EVP_PKEY* key) {
        return PEM_write_bio_PKCS8PrivateKey(out, key, EVP_aes_256_cbc(), "word", 4, nullptr, nullptr);
      },
      key_pem);
}
[[nodiscard]] std::string encrypted_in_the_old_way(const std::string& key_pem) {
  return written(
      [](BIO* out, EVP_PKEY* key) {
        unsigned char word[] = "word";
        return PEM_write_bio_PrivateKey_traditional(out, key, EVP_aes_256_cbc(), word, 4, nullptr, nullptr);
      },
      key_pem);
}
[[nodiscard]] std::string of_an_old_form(const std::string& key_pem) {
  return written(
      [](BIO* out, EVP_PKEY* key) {
        return PEM_write_bio_PrivateKey_traditional(out, key, nullptr, nullptr, 0, nullptr, nullptr);
      },
      key_pem);
}
[[nodiscard]] std::string in_der(const std::string& key_pem) {
  return written([](BIO* out, EVP_PKEY* key) { return i2d_PrivateKey_bio(out, key); }, key_pem);
}

/// The base64 text of a key, without its markers and line ends.
[[nodiscard]] std::string on_one_line(const std::string& key_pem) {
  const auto begin = key_pem.find('\n');
  auto text = key_pem.substr(begin, key_pem.find("-----END") - begin);
  std::erase(text, '\n');
  return text;
}

void check_refused(const Answer& answer, std::string_view told) {
  REQUIRE_FALSE(answer);
  const auto& error = answer.error();
  CAPTURE(error.message());
  CHECK(error == errc::tls_failed);
  CHECK(error.delivery() == Delivery::nothing_sent);
  CHECK(error.message().find(told) != std::string::npos);
  CHECK(error.message().find("-----") == std::string::npos);
}

}  // namespace

TEST_CASE_TEMPLATE("client certificate: a server that requires one accepts it, as files and as text", Colour, COLOURS) {
  for (const int version : versions) {
    CAPTURE(version);
    const Door door(version);
    const auto& [certificate, key, ca] = door.own;
    const auto file = door.directory.put("certificate.pem", certificate);
    const auto key_file = door.directory.put("key.pem", key);
    const auto text = certificate + key;
    const auto both = door.directory.put("both.pem", key + certificate);
    for (const auto& options :
         {door.with(file, key_file), door.with(certificate, key), door.with(file, key),
          door.with(certificate, key_file), door.with(both, ""), door.with(text, ""), door.with(both, key_file)}) {
      const auto answer = Colour::send(options, door.server);
      CHECK_MESSAGE(answer, (answer ? "" : answer.error().message()));
    }
    const auto old = of_an_old_form(key);
    CHECK(old.find("BEGIN EC PRIVATE KEY") != std::string::npos);
    CHECK(Colour::send(door.with(certificate, old), door.server));
  }
}

TEST_CASE_TEMPLATE("client certificate: those of the authorities between it and the root are sent too", Colour,
                   COLOURS) {
  for (const int version : versions) {
    CAPTURE(version);
    const Door door(version);
    const auto department = door.authority.subordinate("department");
    const auto own = department.issue({.names = {}, .common_name = "ci"});
    const auto chain = own.certificate_pem + department.pem();
    CHECK(Colour::send(door.with(chain, own.key_pem), door.server));
    CHECK(Colour::send(door.with(own.certificate_pem + own.key_pem + department.pem(), ""), door.server));
    check_refused(Colour::send(door.with(own.certificate_pem, own.key_pem), door.server),
                  "the server refuses this client");
  }
}

TEST_CASE_TEMPLATE("client certificate: a server that gets none, or another, says so", Colour, COLOURS) {
  for (const int version : versions) {
    CAPTURE(version);
    const Door door(version);
    const auto other = CertificateAuthority("another authority").issue({.names = {}, .common_name = "ci"});
    const std::string_view told =
        "the server refuses this client: it may want a certificate of its clients, or another one than it was given; "
        "give the certificate as the transport's client_certificate";
    check_refused(Colour::send(door.with("", ""), door.server), told);
    check_refused(Colour::send(door.with(other.certificate_pem, other.key_pem), door.server), told);
    CHECK(door.server.requests() == 0);
  }
}

TEST_CASE_TEMPLATE("client certificate: a server that asks for none does not mind", Colour, COLOURS) {
  const LoopbackServer server(beast_test::echo(), {.tls = true});
  const auto own = CertificateAuthority().issue();
  CHECK(Colour::send({.ca_pem = server.ca_pem(), .client_certificate = own.certificate_pem, .client_key = own.key_pem},
                     server));
}

TEST_CASE_TEMPLATE("client certificate: a second connection resumes the session of the first", Colour, COLOURS) {
  const Door door;
  CHECK(Colour::send(door.with(door.own.certificate_pem, door.own.key_pem), door.server, 2));
  CHECK(door.server.connections() == 2);
  CHECK(door.server.resumed() == 1);
}

TEST_CASE_TEMPLATE("client certificate: one that cannot be used is told with its option, its path and why", Colour,
                   COLOURS) {
  const Door door;
  const auto& [certificate, key, ca] = door.own;
  const auto other = door.authority.issue();
  struct Case {
    std::string certificate;
    std::string why;
  };
  const Case certificates[] = {
      {"", "it is empty"},
      {"nothing here", "it holds no certificate in PEM"},
      {key, "it holds a private key and no certificate"},
      {certificate, "it holds no private key in PEM"},
      {certificate.substr(0, certificate.size() / 2), "certificate 1 in it is broken"},
      {certificate + certificate.substr(0, 300) + "\n" + key, "certificate 2 in it is broken"},
      {certificate + other.key_pem, "its private key does not belong to the certificate"},
      {ca + certificate + key, "its private key does not belong to the certificate, which is the first"},
      {certificate + encrypted(key),
       "its private key is encrypted, which is not supported; decrypt it with openssl pkey"},
  };
  for (const auto& one : certificates) {
    const auto path = door.directory.put("certificate.pem", one.certificate);
    const auto answer = Colour::send(door.with(path, ""), door.server);
    check_refused(
        answer, "the client's certificate cannot be used: the transport's client_certificate " + path + ": " + one.why);
  }
  const Case keys[] = {
      {"", "it is empty"},
      {"nothing here", "it holds no private key in PEM"},
      {certificate, "it holds no private key in PEM"},
      {other.key_pem, "its private key does not belong to the certificate"},
      {key.substr(0, key.size() / 2), "its private key is broken"},
      {in_der(key), "it is DER, not PEM; convert it with openssl pkey -inform der"},
      {encrypted(key), "its private key is encrypted"},
      {encrypted_in_the_old_way(key), "its private key is encrypted"},
  };
  for (const auto& one : keys) {
    const auto path = door.directory.put("key.pem", one.certificate);
    check_refused(Colour::send(door.with(certificate, path), door.server),
                  "the client's certificate cannot be used: the transport's client_key " + path + ": " + one.why);
  }
  CHECK(door.server.requests() == 0);
}

TEST_CASE_TEMPLATE("client certificate: a path that cannot be read is told with why, and text is not shown", Colour,
                   COLOURS) {
  const Door door;
  const auto& [certificate, key, ca] = door.own;
  const auto huge = door.directory.put("huge", std::string(17U * 1024 * 1024, 'x'));
  const auto told = [&](std::string_view first, std::string_view second, const std::string& why) {
    check_refused(Colour::send(door.with(first, second), door.server), why);
  };
  told("/nowhere/c.pem", "", "client_certificate /nowhere/c.pem: No such file");
  told(certificate, "/nowhere/k.pem", "client_key /nowhere/k.pem: No such file");
#if !defined(_WIN32)  // Windows does not open a directory, and has no pipes with the name of a file.
  told(door.directory.path(), key, "client_certificate " + door.directory.path() + ": it is a directory");
  const auto pipe = door.directory.path("pipe");
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  told(certificate, pipe, "client_key " + pipe + ": it is not a regular file");
#endif
  told(huge, key, "client_certificate " + huge + ": it is larger than 16 MiB");
  told("", key, "client_key (PEM text): there is no client_certificate to it");
  told(certificate, key.substr(key.find('\n')), "client_key (not a path): it is neither a path nor PEM text");
  told(certificate, in_der(key), "client_key (not a path): it is neither a path nor PEM text");
  told(certificate, on_one_line(key), "client_key (not a path): it is neither a path nor PEM text");
  told(certificate, encrypted(key), "client_key (PEM text): its private key is encrypted");
  told(certificate, "", "client_certificate (PEM text): it holds no private key in PEM");
}

TEST_CASE("client certificate: what cannot be read is an error of each call, until it can be") {
  const Door door;
  const auto path = door.directory.path("later.pem");
  const wandb::BeastTransport transport(door.with(path, ""), Environment::none());
  check_refused(transport.send(beast_test::request_to(door.server)), path);
  door.directory.put("later.pem", door.own.certificate_pem + door.own.key_pem);
  CHECK(transport.send(beast_test::request_to(door.server)));
}

TEST_CASE_TEMPLATE("ca_pem is PEM text alone, and stands for ca_file", Colour, COLOURS) {
  const LoopbackServer server(beast_test::echo(), {.tls = true});
  const TemporaryDirectory directory;
  const auto path = directory.put("ca.pem", server.ca_pem());
  CHECK(Colour::send({.ca_pem = server.ca_pem()}, server));
  check_refused(Colour::send({.ca_pem = path}, server),
                "the transport's ca_pem: it is not PEM text; give a path as ca_file");
  check_refused(Colour::send({.ca_file = path, .ca_pem = server.ca_pem()}, server),
                "the transport's ca_pem: ca_file is given as well; give one of the two");
  check_refused(Colour::send({.ca_pem = CertificateAuthority("another").pem()}, server),
                "(trusted: the transport's ca_pem (PEM text))");
}
