// Does the job of README's first program with Beast, Boost.JSON and Asio's TLS, to measure what compiling that job
// costs without the library. It does only what such a program needs: no retries, no timeouts (Beast's blocking streams
// have none), no check of whose key it is, and an error is a sentence.
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/json.hpp>

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
namespace json = boost::json;

namespace {

constexpr std::string_view viewer_query =
    "query GetViewer { viewer { id name username email admin "
    "apiKeys { edges { node { id name description } } } teams { edges { node { name } } } } }";
constexpr std::string_view generate_key_mutation =
    "mutation GenerateApiKey($description: String) { "
    "generateApiKey(input: {description: $description}) { apiKey { id name description } } }";
constexpr std::string_view delete_key_mutation =
    "mutation DeleteApiKey($id: String!) { deleteApiKey(input: {id: $id}) { success } }";
constexpr std::string_view create_user_mutation =
    "mutation CreateUserFromAdmin($email: String!, $admin: Boolean) { "
    "createUser(input: {email: $email, admin: $admin}) { user { id name username email admin } } }";
constexpr std::string_view search_query =
    "query SearchUsers($query: String, $first: Int, $after: String) { users(query: $query, first: $first, after: "
    "$after) "
    "{ edges { node { id name username email admin } } pageInfo { endCursor hasNextPage } } }";

/// The server, or something in front of it, refused a request.
struct Refused : std::runtime_error {
  Refused(int read, const std::string& words) : std::runtime_error(words), status(read) {}
  int status;
};

struct Settings {
  std::string host;
  std::string port;
  std::string authorization;
};

std::string base64(const std::string& text) {
  std::string out(4 * ((text.size() + 2) / 3) + 1, '\0');
  const auto length =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()), reinterpret_cast<const unsigned char*>(text.data()),
                      static_cast<int>(text.size()));
  out.resize(static_cast<std::size_t>(length));
  return out;
}

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : std::string(value);
}

/// Returns the password of the host's entry in ~/.netrc.
std::string netrc_key(const std::string& host) {
  std::ifstream file(environment("HOME") + "/.netrc");
  bool right_one = false;
  for (std::string word; file >> word;) {
    if (word == "machine") right_one = (file >> word) && word == host;
    else if (word == "password" && file >> word && right_one) return word;
  }
  return {};
}

Settings read_settings() {
  auto url = environment("WANDB_BASE_URL");
  if (url.empty()) url = "https://api.wandb.ai";
  constexpr std::string_view scheme = "https://";
  if (!url.starts_with(scheme)) throw std::runtime_error("the base URL is not https");
  auto authority = url.substr(scheme.size(), url.find('/', scheme.size()) - scheme.size());
  const auto colon = authority.find(':');
  Settings settings{authority.substr(0, colon), colon == std::string::npos ? "443" : authority.substr(colon + 1), {}};
  auto key = environment("WANDB_API_KEY");
  if (key.empty()) key = netrc_key(settings.host);
  if (key.empty()) throw std::runtime_error("no API key for " + settings.host);
  settings.authorization = "Basic " + base64("api:" + key);
  return settings;
}

/// A verified connection to the server, which is made when it is needed, and then kept.
class Server {
 public:
  explicit Server(Settings settings) : settings_(std::move(settings)) {
    tls_.set_default_verify_paths();
    tls_.set_verify_mode(asio::ssl::verify_peer);
  }

  /// Returns the `data` of the answer. Throws `Refused` for a refusal of the server, `boost::system::system_error` for
  /// other failures.
  json::object ask(std::string_view document, json::object variables) {
    const auto request = make_request(document, std::move(variables));
    if (!stream_) connect();
    http::response<http::string_body> response;
    try {
      http::write(*stream_, request);
      http::read(*stream_, buffer_, response);
    } catch (...) {
      stream_.reset();
      throw;
    }
    if (!response.keep_alive()) stream_.reset();
    return data_of(response);
  }

 private:
  using Stream = asio::ssl::stream<asio::ip::tcp::socket>;

  void connect() {
    Stream stream(io_, tls_);
    if (SSL_set_tlsext_host_name(stream.native_handle(), settings_.host.c_str()) != 1)
      throw std::runtime_error("the host's name cannot be told to it");
    stream.set_verify_callback(asio::ssl::host_name_verification(settings_.host));
    asio::connect(stream.next_layer(), asio::ip::tcp::resolver(io_).resolve(settings_.host, settings_.port));
    stream.next_layer().set_option(asio::ip::tcp::no_delay(true));
    stream.handshake(asio::ssl::stream_base::client);
    buffer_.clear();
    stream_.emplace(std::move(stream));
  }

  [[nodiscard]] http::request<http::string_body> make_request(std::string_view document, json::object variables) const {
    http::request<http::string_body> request(http::verb::post, "/graphql", 11);
    request.set(http::field::host, settings_.port == "443" ? settings_.host : settings_.host + ":" + settings_.port);
    request.set(http::field::authorization, settings_.authorization);
    request.set(http::field::user_agent, "W&B Public Client 0.1.0");
    request.set(http::field::content_type, "application/json");
    request.set("Use-Admin-Privileges", "true");
    const json::object body{{"query", json::string_view(document.data(), document.size())},
                            {"variables", std::move(variables)}};
    request.body() = json::serialize(body);
    request.prepare_payload();
    return request;
  }

  static json::object data_of(const http::response<http::string_body>& response) {
    const auto status = static_cast<int>(response.result_int());
    boost::system::error_code fault;
    const auto answer = json::parse(response.body(), fault);
    const auto* root = fault ? nullptr : answer.if_object();
    if (root == nullptr) throw Refused(status, "HTTP " + std::to_string(status) + ", and no JSON");
    if (const auto* errors = root->if_contains("errors"); errors != nullptr && !errors->as_array().empty()) {
      const auto& message = errors->as_array().front().at("message").as_string();
      throw Refused(status, std::string(message.data(), message.size()));
    }
    if (status != 200) throw Refused(status, "HTTP " + std::to_string(status));
    return root->at("data").as_object();
  }

  Settings settings_;
  asio::io_context io_;
  asio::ssl::context tls_{asio::ssl::context::tls_client};
  beast::flat_buffer buffer_;
  std::optional<Stream> stream_;
};

void print_teams(const json::object& user) {
  for (const auto& edge : user.at("teams").at("edges").as_array())
    std::cout << edge.at("node").at("name").as_string().c_str() << '\n';
}

void make_and_delete_key(Server& server) {
  json::value key;
  try {
    key = server.ask(generate_key_mutation, {{"description", "ci"}}).at("generateApiKey").at("apiKey");
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return;
  }
  std::cout << "****\n";  // the name of the key is its secret
  const auto deleted = server.ask(delete_key_mutation, {{"id", key.at("id")}});
  if (!deleted.at("deleteApiKey").at("success").as_bool()) throw std::runtime_error("the key was not deleted");
}

void create_user(Server& server, std::string_view email) {
  try {
    server.ask(create_user_mutation, {{"email", json::string_view(email.data(), email.size())}, {"admin", false}});
  } catch (const Refused& error) {
    if (error.status == 409 || std::string_view(error.what()).find("exists") != std::string_view::npos)
      std::cout << "she is there already\n";
    else if (error.status >= 500) std::cout << "ask again: the answer was lost\n";
  } catch (const boost::system::system_error&) {
    std::cout << "ask again: the answer was lost\n";
  }
}

void print_users(Server& server, std::string_view query) {
  json::value after = nullptr;
  for (bool more = true; more;) {
    const auto data = server.ask(
        search_query, {{"query", json::string_view(query.data(), query.size())}, {"first", 50}, {"after", after}});
    const auto& users = data.at("users");
    for (const auto& edge : users.at("edges").as_array()) {
      const auto* email = edge.at("node").at("email").if_string();
      std::cout << "<User " << (email != nullptr ? email->c_str() : "???") << ">\n";
    }
    more = users.at("pageInfo").at("hasNextPage").as_bool();
    after = users.at("pageInfo").at("endCursor");
  }
}

}  // namespace

int main() {
  Server server(read_settings());
  const auto data = server.ask(viewer_query, {});
  print_teams(data.at("viewer").as_object());
  make_and_delete_key(server);
  create_user(server, "ann@example.com");
  print_users(server, "ann");
}
