// The servers for the tool's tests: an account, and a server that refuses to show keys and teams. The program prints
// their URLs and keys as JSON, and serves until its input ends.
//
//   tool_server newer|older [ADDRESS HOST CA_FILE]
//
// With three further arguments, the account is served over TLS at that address, with a certificate for that host, and
// the certificate of its authority is written to the file.
#include <iostream>
#include <string>

#include <wandb/testing/account.hpp>
#include <wandb/testing/certificates.hpp>
#include <wandb/testing/loopback_server.hpp>

using namespace wandb::testing;

int main(int argc, char** argv) {
  Account account(argc > 1 && std::string(argv[1]) == "older" ? Generation::older : Generation::newer);
  account.add_user({.email = "root@example.com", .name = "Root", .admin = true});
  const auto root = account.add_key("root", "laptop");
  account.add_user({.email = "ann@example.com", .name = "Ann"});
  const auto ann = account.add_key("ann", "first");
  for (int i = 0; i != 2; ++i) account.add_key("ann", "twin");
  account.add_key("ann");
  account.add_team("ann", "red");
  account.add_users(3, "dev");
  LoopbackOptions options;
  if (argc == 5) {
    options = {.tls = true,
               .address = argv[2],
               .certificate = CertificateAuthority().issue({.names = "DNS:" + std::string(argv[3])})};
  }
  const LoopbackServer server(account, options);
  if (argc == 5) server.write_ca(argv[4]);

  const LoopbackServer refusing([](const wandb::Request&) {
    return wandb::Response{200, {}, wandb::SecureString{R"({"data":{"viewer":{"id":"u","name":"Ann\n\u001b[31m",
      "username":"ann","email":"ann@example.com","apiKeys":null,"teams":null}},"errors":[
      {"message":"relogin required","path":["viewer","apiKeys"]},{"message":"no teams","path":["viewer","teams"]}]})"}};
  });

  std::cout << R"({"url":")" << server.base_url() << R"(","refusing":")" << refusing.base_url() << R"(","root":")"
            << root << R"(","ann":")" << ann << "\"}" << std::endl;
  for (std::string line; std::getline(std::cin, line);) {
  }
}
