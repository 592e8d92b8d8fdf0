#include <doctest/doctest.h>

#if !defined(_WIN32)
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#endif

#include <chrono>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <wandb/detail/config/credentials_file.hpp>
#include <wandb/detail/config/federation.hpp>
#include <wandb/detail/config/secret_file.hpp>
#include <wandb/identity_token.hpp>
#include <wandb/testing/account.hpp>

#include "../temporary_directory.hpp"

using namespace std::chrono_literals;
using namespace wandb;
using detail::read_stored_token;
using detail::store_token;
using detail::StoredToken;

namespace {

using Time = std::chrono::system_clock::time_point;

const Time moon = std::chrono::sys_days(std::chrono::year(2031) / 7 / 20) + 20h + 17min + 40s;
constexpr std::string_view url = "https://api.wandb.ai";

StoredToken token(std::string_view text, Time expires = moon, std::string subject = "ann@example.com") {
  return {Secret(text), expires, std::move(subject)};
}

std::string text_of(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

std::shared_ptr<detail::Federation> federation_of(std::string assertion, std::string file = {}) {
  return std::make_shared<detail::Federation>(IdentityToken([assertion] { return Secret(assertion); }), "the test",
                                              std::move(file), std::string(url));
}

}  // namespace

TEST_CASE("a credentials file that is not understood is neither used nor changed") {
  const TemporaryDirectory directory;
  for (const std::string_view text :
       {"{", "[]", "\"text\"", "{} {}", R"({"credentials": [1]})", R"({"credentials": "x"})", "\xEF\xBB\xBF{}",
        R"({"credentials": {"https://api.wandb.ai": {"access_token": "a", "expires_at": "2031-01-01 00:00:00"}})"}) {
    CAPTURE(text);
    const auto file = directory.put("credentials.json", text);
    CHECK_FALSE(read_stored_token(file, url));
    CHECK_FALSE(store_token(file, url, token("new")));
    CHECK(text_of(file) == text);
  }
  std::filesystem::create_directory(directory.path("directory"));
  CHECK_FALSE(store_token(directory.path("directory"), url, token("new")));
}

TEST_CASE("an access token that expires after the clock's last year is used, and one before its first is not") {
  testing::Account account;
  const TemporaryDirectory directory;
  const auto ann = account.identity_token("ann@example.com");
  const auto usable = [&](std::string_view expires) {
    const auto file = directory.put("credentials.json", R"({"credentials": {"https://api.wandb.ai": {
      "access_token": "a", "sub": "ann@example.com", "expires_at": ")" +
                                                            std::string(expires) + R"("}}})");
    return federation_of(ann, file)->read_stored(Secret(ann), moon) != nullptr;
  };
  for (const auto* const later :
       {"2262-04-11 23:47:16", "2262-04-11 23:47:17", "2263-01-01 00:00:00", "9999-12-31 23:59:59"})
    CHECK(usable(later));
  for (const auto* const earlier :
       {"1969-12-31 23:59:59", "1677-09-21 00:12:43", "1600-01-01 00:00:00", "0001-01-01 00:00:00"})
    CHECK_FALSE(usable(earlier));
}

#if defined(_WIN32)
TEST_CASE("Windows reads the credentials file and does not write it") {
  const TemporaryDirectory directory;
  const auto file = directory.put("credentials.json", "{}");
  CHECK_FALSE(store_token(file, url, token("new")));
  CHECK(text_of(file) == "{}");
}
#else
TEST_CASE("the credentials file has the format of the service's own client") {
  const TemporaryDirectory directory;
  const auto file = directory.path("credentials.json");
  CHECK(store_token(file, url, token("abc.def-1")));
  const auto json = boost::json::parse(text_of(file));
  CHECK(json == boost::json::parse(R"({"credentials": {"https://api.wandb.ai":
      {"access_token": "abc.def-1", "expires_at": "2031-07-20 20:17:40", "sub": "ann@example.com"}}})"));
  const auto read = read_stored_token(file, url);
  REQUIRE(read);
  CHECK(read->token.reveal() == "abc.def-1");
  CHECK(read->expires == moon);
  CHECK(read->subject == "ann@example.com");
  CHECK_FALSE(read_stored_token(file, "https://api.wandb.ai/other"));
}

TEST_CASE("the entries of other hosts and unknown members of the credentials file are kept") {
  const TemporaryDirectory directory;
  const auto file = directory.put("credentials.json", R"({
  "version": 1.50,
  "credentials": {
    "https://o\"ther": {"access_token": "theirs", "expires_at": "2030-01-01 00:00:00", "x": [1, {"y": null}]},
    "https://api.wandb.ai": {"scope": "all", "access_token": "old", "expires_at": "2020-01-01 00:00:00"}
  },
  "last": "\u00e4"
})");
  CHECK(store_token(file, url, token("new")));
  const auto json = boost::json::parse(text_of(file));
  CHECK(json == boost::json::parse(R"({"version": 1.50, "last": "\u00e4", "credentials": {
    "https://o\"ther": {"access_token": "theirs", "expires_at": "2030-01-01 00:00:00", "x": [1, {"y": null}]},
    "https://api.wandb.ai": {"scope": "all", "access_token": "new", "expires_at": "2031-07-20 20:17:40",
                             "sub": "ann@example.com"}}})"));
  CHECK(text_of(file).find("1.50") != std::string::npos);
  CHECK(read_stored_token(file, R"(https://o"ther)")->token.reveal() == "theirs");
}

TEST_CASE("an empty credentials file is like none, and an unusable entry is replaced") {
  const TemporaryDirectory directory;
  for (const std::string_view text :
       {"", " \n", "{}", R"({"credentials": {}})", R"({"credentials": {"https://api.wandb.ai": 7}})",
        R"({"credentials": {"https://api.wandb.ai": {"access_token": "a", "expires_at": "tomorrow"}}})",
        R"({"credentials": {"https://api.wandb.ai": {"access_token": "a", "expires_at": "2031-02-30 00:00:00"}}})",
        R"({"credentials": {"https://api.wandb.ai": {"access_token": "a", "expires_at": "2031-01-01T00:00:00"}}})",
        R"({"credentials": {"https://api.wandb.ai": {"expires_at": "2031-01-01 00:00:00"}}})"}) {
    CAPTURE(text);
    const auto file = directory.put("credentials.json", text);
    CHECK_FALSE(read_stored_token(file, url));
    CHECK(store_token(file, url, token("new")));
    CHECK(read_stored_token(file, url)->token.reveal() == "new");
  }
}

TEST_CASE("the credentials file is whole at every moment, whoever writes it") {
  const TemporaryDirectory directory;
  const auto file = directory.path("credentials.json");
  REQUIRE(store_token(file, url, token("0")));
  std::vector<std::jthread> writers;
  for (int writer = 0; writer != 4; ++writer) {
    writers.emplace_back([&, writer] {
      for (int i = 0; i != 50; ++i) store_token(file, url, token(std::string(100, static_cast<char>('a' + writer))));
    });
  }
  int missing = 0;
  for (int i = 0; i != 200; ++i) missing += read_stored_token(file, url) ? 0 : 1;
  CHECK(missing == 0);
}

TEST_CASE("programs that write the credentials file at once lose no entry of each other") {
  const TemporaryDirectory directory;
  const auto file = directory.path("credentials.json");
  const auto host_of = [](int number) { return "https://host-" + std::to_string(number); };
  constexpr int hosts = 8;
  {
    std::vector<std::jthread> writers;
    for (int host = 0; host != hosts; ++host)
      writers.emplace_back([&, host] { store_token(file, host_of(host), token("a"), 20s); });
  }
  for (int host = 0; host != hosts; ++host) CHECK(read_stored_token(file, host_of(host)));
}

namespace {

unsigned mode_of(const std::string& path) {
  struct stat about {};
  REQUIRE(::stat(path.c_str(), &about) == 0);
  return about.st_mode & 07777U;
}

}  // namespace

TEST_CASE("only the owner may read the credentials file and the directories that are made for it") {
  const TemporaryDirectory directory;
  const auto file = directory.path("a/b/credentials.json");
  CHECK(store_token(file, url, token("first")));
  CHECK(mode_of(file) == 0600);
  CHECK(mode_of(file + ".lock") == 0600);
  CHECK(mode_of(directory.path("a")) == 0700);
  CHECK(mode_of(directory.path("a/b")) == 0700);
  ::chmod(file.c_str(), 0644);
  CHECK(store_token(file, url, token("second")));
  CHECK(mode_of(file) == 0600);
}

TEST_CASE("the credentials file is replaced as a whole, and a link to it stays") {
  const TemporaryDirectory directory;
  const auto file = directory.put("real.json", "{}");
  const auto link = directory.path("link.json");
  std::filesystem::create_symlink(file, link);
  std::ifstream open(file);
  CHECK(store_token(link, url, token("new")));
  CHECK(std::filesystem::is_symlink(link));
  CHECK(read_stored_token(file, url)->token.reveal() == "new");
  std::string old;
  std::getline(open, old);
  CHECK(old == "{}");
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(directory.path())) files += entry.exists() ? 1 : 0;
  CHECK(files == 3);  // with the lock
}

TEST_CASE("a link to a credentials file that does not exist yet stays, and the file is made") {
  const TemporaryDirectory directory;
  const auto link = directory.path("link.json");
  std::filesystem::create_symlink("second.json", link);
  std::filesystem::create_symlink("made/real.json", directory.path("second.json"));
  CHECK_FALSE(read_stored_token(link, url));
  CHECK(store_token(link, url, token("new")));
  CHECK(std::filesystem::is_symlink(link));
  CHECK(std::filesystem::is_symlink(directory.path("second.json")));
  CHECK(read_stored_token(directory.path("made/real.json"), url)->token.reveal() == "new");
  const auto circle = directory.path("circle");
  std::filesystem::create_symlink("circle", circle);
  CHECK_FALSE(store_token(circle, url, token("new")));
  CHECK(std::filesystem::is_symlink(circle));
}

TEST_CASE("a pipe in place of the credentials file is neither used nor changed") {
  const TemporaryDirectory directory;
  const auto pipe = directory.path("pipe");
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  CHECK_FALSE(read_stored_token(pipe, url));
  CHECK_FALSE(store_token(pipe, url, token("new")));
  CHECK(std::filesystem::is_fifo(pipe));
}

TEST_CASE("a credentials file that another program keeps locked is not written, and not waited for without end") {
  const TemporaryDirectory directory;
  const auto file = directory.put("credentials.json", "{}");
  const int lock = ::open((file + ".lock").c_str(), O_RDWR | O_CREAT, 0600);
  REQUIRE(::flock(lock, LOCK_EX) == 0);
  const auto began = std::chrono::steady_clock::now();
  CHECK_FALSE(store_token(file, url, token("new"), 50ms));
  CHECK_FALSE(store_token(file, url, token("new"), -1s));
  const auto took = std::chrono::steady_clock::now() - began;
  CHECK(took >= 50ms);
  CHECK(took < 900ms);
  CHECK(text_of(file) == "{}");
  ::close(lock);
  CHECK(store_token(file, url, token("new"), 0s));
}

TEST_CASE("an access token of the file is used unless it is old, somebody else's, or was rejected") {
  testing::Account account;
  const TemporaryDirectory directory;
  const auto file = directory.path("credentials.json");
  const auto ann = account.identity_token("ann@example.com");
  const auto federation = federation_of(ann, file);
  const Secret assertion(ann);
  const auto stored = [&](std::string_view text, std::string subject) {
    REQUIRE(store_token(file, url, token(text, moon, std::move(subject))));
    return federation->read_stored(assertion, moon - 1h);
  };
  REQUIRE(stored("opaque", "ann@example.com"));
  CHECK(stored("opaque", "ANN@example.com")->token() == "opaque");
  CHECK(stored("opaque", "ann@example.com")->from_file);
  CHECK_FALSE(stored("opaque", "bob@example.com"));
  CHECK_FALSE(stored("two words", "ann@example.com"));
  CHECK(stored("opaque", "ann@example.com"));
  CHECK_FALSE(federation->read_stored(assertion, moon - 5min));
  federation->end(federation->read_stored(assertion, moon - 1h));
  federation->drop(*federation->last());
  CHECK_FALSE(stored("opaque", "ann@example.com"));
  CHECK(federation->ask(0, moon - 1h).claimed);
}

TEST_CASE("the access token of one person in a shared file is not another's") {
  testing::Account account;
  const TemporaryDirectory directory;
  const auto file = directory.path("credentials.json");
  const Secret ann(account.identity_token("ann@example.com"));
  const Secret bob(account.identity_token("bob@example.com"));
  const auto federation = federation_of(std::string(ann.reveal()), file);
  REQUIRE(federation->store(token("opaque", moon, {}), ann));
  CHECK(federation->read_stored(ann, moon - 1h));
  CHECK_FALSE(federation->read_stored(bob, moon - 1h));
}
#endif

TEST_CASE("an access token counts as expired five minutes early") {
  testing::Account account;
  const auto federation = federation_of(account.identity_token("ann@example.com"));
  const auto first = federation->ask(0, moon);
  REQUIRE(first.claimed);
  const auto assertion = federation->read_assertion({}).value();
  federation->end(federation->store(token("abc", moon + 1h), assertion));
  CHECK(federation->ask(0, moon).token);
  CHECK(federation->ask(0, moon + 55min - 1us).token->token() == "abc");
  CHECK(federation->ask(0, moon + 55min).claimed);
}

TEST_CASE("calls wait for the exchange of another, and take what comes of it") {
  testing::Account account;
  const auto federation = federation_of(account.identity_token("ann@example.com"));
  const auto assertion = federation->read_assertion({}).value();
  auto exchange = federation->ask(0, moon);
  auto waiting = federation->ask(0, moon);
  REQUIRE(exchange.claimed);
  CHECK_FALSE(waiting.claimed);
  CHECK(waiting.exchange == exchange.exchange);
  SUBCASE("an access token, even if it expires at once") {
    federation->end(federation->store(token("abc", moon), assertion));
    CHECK(federation->ask(waiting.exchange, moon).token->token() == "abc");
    CHECK(federation->ask(0, moon).claimed);
  }
  SUBCASE("a failure, which says nothing about later exchanges") {
    federation->end(Error(errc::unauthorized));
    CHECK(federation->ask(waiting.exchange, moon).failure.value() == errc::unauthorized);
    CHECK(federation->ask(0, moon).claimed);
  }
  SUBCASE("nothing, so that the next call exchanges") {
    { const detail::ExchangeClaim claim(federation); }
    waiting = federation->ask(waiting.exchange, moon);
    CHECK(waiting.claimed);
    CHECK(waiting.exchange == exchange.exchange + 1);
  }
}

TEST_CASE("an entry of the service's own client is used if the access token itself says whose it is") {
  testing::Account account;
  const TemporaryDirectory directory;
  const auto ann = account.identity_token("ann@example.com");
  const auto used = [&](const std::string& text, const std::string& assertion) {
    const auto file = directory.put("credentials.json", R"({"credentials": {"https://api.wandb.ai": {
      "access_token": ")" + text + R"(", "expires_at": "2031-07-20 20:17:40"}}})");
    return federation_of(assertion, file)->read_stored(Secret(assertion), moon - 1h) != nullptr;
  };
  CHECK(used(account.identity_token("ANN@example.com"), ann));
  CHECK_FALSE(used(account.identity_token("bob@example.com"), ann));
  CHECK_FALSE(used("opaque", ann));
  CHECK_FALSE(used("opaque", "a.b.c"));
}

TEST_CASE("an identity token that is no JWT is described without a character of it") {
  struct Case {
    std::string text;
    std::string_view told;
  };
  const std::vector<Case> cases{{"", "is empty"},
                                {" \n", "is empty"},
                                {"abcdefgh", "is not a JWT, which is three parts joined by dots"},
                                {"abcd.efgh", "is not a JWT"},
                                {"abcd..efgh", "is not a JWT"},
                                {"abcd.efgh.", "is not a JWT"},
                                {"ab.cd.ef.gh", "is not a JWT"},
                                {"abcd.efgh.\"", "holds a quote at position 11"},
                                {"abcd. efgh.ij", "holds a blank at position 6"},
                                {std::string(70'000, 'a'), "is longer than 64 KiB"}};
  for (const auto& one : cases) {
    CAPTURE(one.told);
    const auto error = federation_of(one.text)->read_assertion({}).error();
    CHECK(error == errc::unreadable_credentials);
    CHECK(error == condition::configuration);
    CHECK(error.message().find(one.told) != std::string::npos);
    CHECK(error.message().find("abcd") == std::string::npos);
  }
  CHECK(federation_of(" abcd.efgh.ij\n")->read_assertion({}).value().reveal() == "abcd.efgh.ij");
}

TEST_CASE("the subject of a JWT is read, and nothing of any other text") {
  testing::Account account;
  CHECK(detail::subject_of_jwt(account.identity_token("ann@example.com")) == "ann@example.com");
  for (const std::string_view text : {"", "a.b", "eyJ.e30.x", "eyJ.eyJzdWIiOjd9.x", "eyJ.!!.x", "eyJ.AAAAA.x", "..."})
    CHECK(detail::subject_of_jwt(text).empty());
}

TEST_CASE("base64url is decoded, and nothing else") {
  CHECK(detail::decode_base64url("").value().empty());
  CHECK(detail::decode_base64url("Zg").value() == "f");
  CHECK(detail::decode_base64url("Zm8").value() == "fo");
  CHECK(detail::decode_base64url("Zm9v").value() == "foo");
  CHECK(detail::decode_base64url("Zm9vYg").value() == "foob");
  CHECK(detail::decode_base64url("-_-_").value() == "\xFB\xFF\xBF");
  for (const std::string_view text : {"Z", "Zg==", "Zm9vY", "Z+9v", "Zm 9"})
    CHECK_FALSE(detail::decode_base64url(text));
}
