// Tests netrc files, and the password that is sent to a host.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <string>
#include <string_view>
#include <thread>
#include <vector>
#include <wandb/detail/config/home.hpp>

#include <wandb/detail/config/home.hpp>

#include "machine.hpp"

using namespace wandb;
using namespace std::chrono_literals;

namespace {

const std::string mine(40, 'm');
const std::string second(40, 's');
const std::string theirs = "ghp_" + std::string(36, 'g');  // a token of another service, which has a key's shape

/// A row of the table. `M`, `S` and `G` in the text are replaced by those keys.
struct Row {
  std::string_view text;
  std::string_view sent;  // `M`, `S`, `G`; "no entry", "no password"; or the text of the error
  const char* remark = "";
  std::string_view url = "https://h";
};

std::string filled(std::string_view text) {
  std::string full;
  for (const char c : text) {
    if (c == 'M') full += mine;
    else if (c == 'S') full += second;
    else if (c == 'G') full += theirs;
    else full += c;
  }
  return full;
}

const std::vector<Row> rows{
    // One entry ends where the next begins.
    {"machine h login\nmachine other login o password G", "line 1: nothing follows \"login\"",
     "Python takes `machine` for the login, then refuses `other`; curl takes it, and sends G to h"},
    {"machine h account\nmachine other login o password G", "line 1: nothing follows \"account\"",
     "Python refuses `other`; curl knows no `account`"},
    {"machine h login a password\nmachine other login o password G", "line 1: nothing follows \"password\"",
     "Python refuses `other`; curl sends `machine`"},
    {"machine h login\ndefault login o password G", "line 1: nothing follows \"login\"", "both send G to h"},
    {"machine h\nlogin\npassword M", "line 2: nothing follows \"login\"",
     "both take `password` for the login, and Python then refuses the rest"},
    {"machine h\npassword\n\n# later\nmacdef x\n", "line 2: nothing follows \"password\"",
     "Python takes `#`, curl nothing"},
    {"machine\nmachine h password M", "line 1: nothing follows \"machine\"", ""},
    {"machine h password", "line 1: nothing follows \"password\"", "Python takes it as empty, curl as none"},
    {"machine h login a\npassword\n", "line 2: nothing follows \"password\"", ""},
    {"machine h user machine other login o password G", "line 1: a word that netrc does not know",
     "`user` takes `machine` with it, and Python refuses `other`"},
    {"machine h user machine password M", "M",
     "as Python, which knows `user` as `login`; curl begins a machine `password`"},
    {"machine h port default password M", "M", "Python refuses `port`; curl begins the default"},
    {"machine h tls\nmachine other login o password G", "line 1: a word that netrc does not know",
     "Python refuses `tls`"},
    {"machine h port\nmachine other login o password G", "no password", "its value would be on its own line"},
    {"machine h path /x realm \"a b\" port 443 login a password M", "M", "Python refuses `path`"},
    {"machine h user\nann password M", "M", "as both"},
    {"machine h user\nmachine other password G", "no password", "Python refuses `other`"},
    {"machine h user # ann\n password M", "line 1: a word", "Python takes `#` for the user, and refuses `ann`"},
    {"machine h protocol https\n login a\n password M\n", "M", "as curl; Python refuses `protocol`"},
    {"machine other password G\nmachine h password M\nmachine third password G", "M"},
    {"machine other password G\n", "no entry"},
    {"password G\nmachine h login a\n", "no password", "a password before every entry is nobody's; Python refuses it"},
    // Values may look like keywords if they are unambiguous.
    {"machine h login default password M", "M", "as both"},
    {"machine h login machine account login password M", "M", "as Python; curl knows no `account`"},
    {"machine h login\n\"default\" password M", "M", "as both: a quote says that it is a value"},
    {"machine h login\n  ann\n  password\n  M\n", "M", "a value may stand on a later line, as with both"},
    {"machine\n  h\n  password M", "M", "likewise"},
    {"machine h password # the next line\n\n", "the API key from",
     "`#` is the value, as with Python, which refuses `the`"},
    {"machine h password\n# the key:\nM\n", "M", "as curl; Python takes `#` for the password, and refuses `the`"},
    {"machine h \"machine\" other password G", "no password", "as both: a quoted word is still a keyword"},
    // A quotation ends on its line.
    {"machine h login \"abc\nmachine other login \"o\" password G", "line 1: a quote is not closed",
     "as curl; Python and older curls read on to the next quote"},
    {"machine h\npassword \"abc\n", "line 2: a quote is not closed"},
    {"machine h\r\npassword \"abc\r\n\" machine x", "line 2: a quote is not closed"},
    {"machine h login \"abc\\\n\" password M", "line 1: a quote is not closed", "an escape does not join lines"},
    {"machine h login \"abc\\", "line 1: a quote is not closed"},
    {"machine h port \"bar\nmachine other password \"G\"", "line 1: a quote is not closed", ""},
    {"machine h login \"a \\\" password\" password \"M\"", "M", "as Python; curl reads \\n, \\r and \\t besides"},
    {"machine h login \"\" password M", "M"},
    {"machine h password \"M\" # done\n", "M"},
    // An entry only counts if it is complete.
    {"machine h login a\nmachine h login b password M", "M", "as both: the first has no password"},
    {"machine h password M machine h password S", "M", "both keep the last"},
    {"machine h password \"\"\nmachine h password M", "M"},
    {"machine h password \"\"\n", "no password", "both send an empty one"},
    {"machine h password M password S", "M", "both keep the last"},
    {"machine h password \"\" password M", "line 1: a second password", "both keep the last"},
    {"machine h login a user b password M", "line 1: a second user", "both keep the last"},
    {"machine h login a\nlogin o password G", "line 2: a second login", "both send G"},
    {"machine h account a\naccount b password G", "line 2: a second account", "Python sends G"},
    {"machine h user a user\npassword G", "line 1: a second user", "Python takes `password` for the user"},
    {"machine h login a machne o password G machine h password M", "M", "a complete entry goes first"},
    {"machine h:443 login a machne o password G machine h password M", "M", "likewise"},
    {"machine h password M\nmachne other login o password G", "M", "Python refuses `machne`; curl sends G"},
    {"machine h login a machne other password G\ndefault password S", "line 1: a word",
     "a default does not stand in for an entry that cannot be understood"},
    {"default login a\nmachne other login o password G", "line 2: a word", "Python refuses; curl sends G"},
    {"default login a x password G machine h password M", "M", ""},
    {"machine other login a machne h login o password G", "no entry", ""},
    {"machine h login \"a\"b password M", "line 1: text stands right behind a closing quote", ""},
    {"machine other password \"G\"machine h\npassword M", "line 1: text stands right behind", ""},
    {"\n\"machine\"# h password G", "line 2: text stands right behind", ""},
    {"machine h login a passWord G", "line 1: a word", "curl takes every keyword in either case"},
    {"mACHINE h login a password M", "M", "as curl; Python refuses `mACHINE`"},
    {"machine h login\nmachinE other password G", "line 1: nothing follows \"login\"", ""},
    {"DEFAULT login a password M", "M", "as curl"},
    {"machine h:443 password \"\" machine h password M", "M", "neither knows ports"},
    {"machine h password \"\"\ndefault password M", "M", "as curl; Python sends the empty one"},
    {"default login anonymous password ann@example.com", "no API key for h (",
     "a default is not meant for us alone; both send it"},
    {"machine h password \"not a key\"\ndefault password M", "the API key from",
     "the host's own entry is told; curl goes on to the default"},
    {"default password x default password M", "M", "as both, which keep the last"},
    {"default password S machine h password M", "M", "as both, wherever default stands"},
    // These rows test macros.
    {"macdef init\nmachine h password G\n\nmachine h password M", "M", "as both"},
    {"machine h login a macdef init\npassword G\n \t\npassword M", "no password",
     "a macro ends the entry; for both the line is not empty: Python refuses, curl sends G"},
    {"macdef init\r\nmachine h password G\r\n\r\nmachine h password M", "M"},
    {"macdef init\nmachine h password G", "no entry", "Python refuses a macro without an empty line"},
    {"\nmacdef init\nmachine h password G\n", "no empty line ends the macro that begins in line 2", ""},
    {"machine h login a\nmacdef x\nput\n", "no empty line ends the macro that begins in line 2", ""},
    {"machine h password M\nmacdef x\nput\n", "M", "Python refuses"},
    {"macdef\nmachine h password G\n\n", "no entry"},
    // These rows test line ends, byte order marks and encodings.
    {"\xEF\xBB\xBFmachine h password M", "M", "Python refuses the mark, curl overlooks the entry"},
    {"machine h\rpassword M\r", "M", "as both"},
    {"machine h login\rmachine other password G\r", "line 1: nothing follows \"login\"", "curl sends G to h"},
    {"# G\r\n\r\nmachine h\r\n\tlogin a\r\n\tpassword M", "M"},
    {"\n\nmachine h\n\n\npassword", "line 6: nothing follows \"password\""},
};

}  // namespace

TEST_CASE("netrc: what is sent to a host is its own entry's password and nobody else's") {
  for (const auto& row : rows) {
    const Machine machine;
    machine.write(".netrc", filled(row.text));
    CAPTURE(row.text);
    CAPTURE(row.remark);
    const auto sent = sent_on(machine, {.base_url = row.url});
    if (row.sent == "M") CHECK(sent.key == basic(mine));
    else if (row.sent == "no entry") CHECK(sent.key.find("it has no entry for the host") != std::string::npos);
    else if (row.sent == "no password") CHECK(sent.key.find("its entry for the host has no password") != sent.key.npos);
    else CHECK(sent.key.find(row.sent) != std::string::npos);
    for (const auto* secret : {&mine, &second, &theirs}) CHECK(sent.key.find(*secret) == std::string::npos);
    CHECK(sent.key != basic(theirs));
  }
}

TEST_CASE("netrc: where a border between entries is lost, nobody is sent the password behind it") {
  std::vector<std::string> files{"machine h login machine other\n login o\n password G",
                                 "machine h account machine other\n login o\n password G",
                                 "machine h login \"machine\" other\n login o\n password G",
                                 "machine h login machine other secure login o password G",
                                 "machine h login \"abc password x machine other login \"o x\" password G"};
  for (const std::string begin :
       {"machine h", "machine h login a", "machine h account a", "machine h user a", "default login a"}) {
    for (const std::string border : {"mACHINE other",
                                     "machne other",
                                     "machine: other\n",
                                     "machine=other",
                                     "xmachine other",
                                     "machin e other",
                                     "host other",
                                     "[other]",
                                     "\xEF\xBB\xBFmachine other",
                                     "\xC2\xA0machine other",
                                     "\xE2\x80\x8Bmachine other",
                                     "machine\xC2\xA0other\n",
                                     "; machine other",
                                     "// machine other",
                                     "- machine other",
                                     "> machine other",
                                     "export machine other",
                                     "macdef x\nput\n\nother\n",
                                     "macdef\nmachine other\nlogin o\n\n",
                                     "machine\xE2\x80\xA8other",
                                     "\x01machine other",
                                     "\"\" machine other",
                                     "port machine other"}) {
      files.push_back(begin + "\n" + border + " login o\npassword G");
      files.push_back(begin + " " + border + " password G");
    }
    for (const std::string end : {"\xC2\x85", "\xE2\x80\xA8", "\xC2\xA0"})
      files.push_back(begin + end + "machine other login o password G");
  }
  for (const auto& file : files) {
    const Machine machine;
    machine.write(".netrc", filled(file));
    CAPTURE(file);
    const auto sent = sent_on(machine, {.base_url = "https://h"});
    const bool told = sent.fault == errc::unreadable_credentials || sent.fault == errc::no_credentials;
    CHECK(told);
    CHECK(sent.key != basic(theirs));
    for (const auto* shown : {"ghp_", "other", "machne"}) CHECK(sent.key.find(shown) == std::string::npos);
  }
}

TEST_CASE("netrc: a host has one normal form, however the file and the URL write it") {
  const std::vector<Row> spelt{
      {"machine HoTel.Example password M", "M", "", "https://hotel.EXAMPLE"},
      {"machine host.example. password M", "M", "", "https://HOST.example"},
      {"machine host.example:0443 password M machine host.example password S", "M", "", "https://host.example."},
      {"machine host.example.:8443 password M", "M", "", "https://host.example:08443"},
      {"machine host.example:8443 password G", "no entry", "", "https://host.example:8444"},
      {"machine host.example:x password G machine host.example: password S", "no entry", "", "https://host.example"},
      {"machine ::1 password M", "M", "", "http://[::1]:8080"},
      {"machine [::1] password M", "M", "", "http://[0::1]:8080"},
      {"machine 0:0:0:0:0:0:0:1 password M", "M", "", "http://[::1]"},
      {"machine [0::1]:8080 password M machine ::1 password S", "M", "", "http://[::1]:8080"},
      {"machine [::1]:8081 password G", "no entry", "", "http://[::1]:8080"},
      {"machine ::1:8080 password G", "no entry", "that is an address of its own", "http://[::1]:8080"},
      {"machine [2001:DB8::0:1] password M", "M", "", "https://[2001:db8:0:0::1]"},
      {"machine 2001:db8::1. password G", "no entry", "an address has no final dot", "https://[2001:db8::1]"},
      {"machine ::ffff:7f00:1 password M", "M", "", "http://[::FFFF:127.0.0.1]"},
      {"machine 127.0.0.1 password G", "no entry", "a mapped address is another name", "http://[::ffff:127.0.0.1]"},
      {"machine localhost password M", "M", "", "http://LocalHost.:8080"},
      {"machine [h] password G machine [::1 password G machine [::1]x password G", "no entry", "", "http://[::1]"},
  };
  for (const auto& row : spelt) {
    const Machine machine;
    machine.write(".netrc", filled(row.text));
    CAPTURE(row.text);
    CAPTURE(row.url);
    const auto sent = sent_on(machine, {.base_url = row.url});
    if (row.sent == "M") CHECK(sent.key == basic(mine));
    else CHECK(sent.key.find("it has no entry for the host") != std::string::npos);
  }
}

TEST_CASE("netrc: tokens may be of any length, and the last line needs no end") {
  const std::string longest(100'000, 'x');
  const Machine machine;
  machine.write(".netrc", "machine " + longest + " login " + longest + " password " + longest + "\r\nmachine h login " +
                              longest + " account \"" + longest + "\" password " + mine);
  CHECK(sent_on(machine, {.base_url = "https://h"}).key == basic(mine));
}

TEST_CASE("netrc: UTF-16 and NUL characters are named") {
  using namespace std::string_literals;
  const auto wide = [](std::string_view text, bool little) {
    std::string bytes;
    for (const char c : text) bytes.append(little ? std::string{c, '\0'} : std::string{'\0', c});
    return bytes;
  };
  const auto text = "machine h password " + mine;
  for (const auto& bytes : {"\xFF\xFE" + wide(text, true), "\xFE\xFF" + wide(text, false), wide(text, true),
                            wide(text, false), "\xFF\xFE"s}) {
    const Machine machine;
    machine.write(".netrc", bytes);
    const auto sent = sent_on(machine, {.base_url = "https://h"});
    CHECK(sent.fault == errc::unreadable_credentials);
    CHECK(sent.key.find("is UTF-16; save it as UTF-8") != std::string::npos);
    CHECK(sent.key.find((machine.home / ".netrc").string()) != std::string::npos);
  }
  for (const auto& bytes : {"\n# \0\n"s + text, "\n" + text + "\0"s, "\n" + text.substr(0, 12) + "\0"s}) {
    const Machine machine;
    machine.write(".netrc", bytes);
    const auto sent = sent_on(machine, {.base_url = "https://h"});
    CHECK(sent.fault == errc::unreadable_credentials);
    CHECK(sent.key.find("line 2: a NUL character") != std::string::npos);
  }
}

TEST_CASE("netrc: the file that NETRC names has to be there, and a tilde is expanded") {
  Machine machine;
  machine.write(".netrc", filled("machine h password G"));
  machine.variables["NETRC"] = "/no/such/netrc";
  auto sent = sent_on(machine, {.base_url = "https://h"});
  CHECK(sent.fault == errc::unreadable_credentials);
  CHECK(sent.key.find("/no/such/netrc") != std::string::npos);
  CHECK(sent.key.find("NETRC") != std::string::npos);

  machine.variables["NETRC"] = " ~/mine ";
  sent = sent_on(machine, {.base_url = "https://h"});
  CHECK(sent.fault == errc::unreadable_credentials);
  CHECK(sent.key.find((machine.home / "mine").string()) != std::string::npos);
  machine.write("mine", filled("machine h password M"));
  CHECK(sent_on(machine, {.base_url = "https://h"}).key == basic(mine));

  machine.variables["NETRC"] = "~";
  CHECK(sent_on(machine, {.base_url = "https://h"}).key.find(machine.home.string() + ": ") != std::string::npos);
  machine.variables["NETRC"] = "~nobody-of-that-name/x";
  CHECK(sent_on(machine, {.base_url = "https://h"}).key.find("~nobody-of-that-name/x") != std::string::npos);
  machine.variables["NETRC"] = "~root/no/such";
  CHECK(sent_on(machine, {.base_url = "https://h"}).key.find(detail::account_home("root") + "/no/such") !=
        std::string::npos);
  machine.variables["NETRC"] = " \t";
  machine.write(".netrc", filled("machine h password M"));
  CHECK(sent_on(machine, {.base_url = "https://h"}).key == basic(mine));
}

TEST_CASE("netrc: without HOME the account's own home counts, unless there is no environment at all") {
  Machine machine;
  const std::string home = ::getpwuid(::getuid())->pw_dir;
  for (const auto* unset : {"", "  "}) {
    machine.variables["HOME"] = unset;
    machine.variables["NETRC"] = "~/no/such";
    CHECK(sent_on(machine, {.base_url = "https://h"}).key.find(home + "/no/such") != std::string::npos);
  }
  machine.variables.clear();
  CHECK(detail::home_directory(machine.environment()) == home);
  CHECK(detail::home_directory(Environment::none()).empty());
  std::string ignored;
  const Api api(Sniffer{&ignored, &ignored}, {.base_url = "https://h"}, Environment::none());
  CHECK(api.status().error() == errc::no_credentials);
}

TEST_CASE("netrc: where no key is found, the error says which file was read, or where none is") {
  Machine machine;
  auto said = sent_on(machine, {.base_url = "https://h:8443"}).key;
  CHECK(said.find("there is neither " + (machine.home / ".netrc").string() + " nor " +
                  (machine.home / "_netrc").string()) != std::string::npos);
  machine.write("_netrc", "");
  said = sent_on(machine, {.base_url = "https://h:8443"}).key;
  CHECK(said.find((machine.home / "_netrc").string() + " was read: it has no entry for the host") != std::string::npos);
  CHECK(said.find("h:8443") != std::string::npos);
  machine.write("_netrc", "default login anonymous password me@example.com");
  said = sent_on(machine, {.base_url = "https://h:8443"}).key;
  CHECK(said.find("its default is no API key") != std::string::npos);
  CHECK(said.find("me@") == std::string::npos);
}

TEST_CASE("netrc: a pipe is read to its end, and one that nobody writes to ends at a limit") {
  Machine machine;
  const auto path = (machine.home / "pipe").string();
  REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
  machine.variables["NETRC"] = path;
  const auto begin = std::chrono::steady_clock::now();
  const auto sent = sent_on(machine, {.base_url = "https://h"});
  CHECK(sent.fault == errc::unreadable_credentials);
  CHECK(sent.key.find(path + ": nothing came out of it within 5 s") != std::string::npos);
  CHECK(std::chrono::steady_clock::now() - begin < 8s);

  const auto late = [&](std::vector<std::string> parts) {
    return std::thread([&path, parts = std::move(parts)] {
      std::this_thread::sleep_for(50ms);
      const int pipe = ::open(path.c_str(), O_WRONLY);
      for (const auto& part : parts) {
        CHECK(::write(pipe, part.data(), part.size()) == static_cast<ssize_t>(part.size()));
        std::this_thread::sleep_for(20ms);
      }
      ::close(pipe);
    });
  };
  auto writer = late({"machine h ", "password " + mine + "\n"});
  CHECK(sent_on(machine, {.base_url = "https://h"}).key == basic(mine));
  writer.join();
  writer = late({});
  CHECK(sent_on(machine, {.base_url = "https://h"}).key.find("it has no entry for the host") != std::string::npos);
  writer.join();
}

TEST_CASE("netrc: what a shell has written into a pipe that it closed is read as well") {
  Machine machine;
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  const auto text = filled("machine h password M");
  REQUIRE(::write(ends[1], text.data(), text.size()) == static_cast<ssize_t>(text.size()));
  ::close(ends[1]);
  machine.variables["NETRC"] = "/dev/fd/" + std::to_string(ends[0]);
  CHECK(sent_on(machine, {.base_url = "https://h"}).key == basic(mine));
  ::close(ends[0]);
}

TEST_CASE("netrc: directories, devices and sockets are no files to read for ever") {
  Machine machine;
  machine.variables["NETRC"] = "/dev/null";
  CHECK(sent_on(machine, {.base_url = "https://h"}).fault == errc::no_credentials);
  machine.variables["NETRC"] = "/dev/zero";
  CHECK(sent_on(machine, {.base_url = "https://h"}).key.find("larger than 1 MiB") != std::string::npos);
  machine.variables["NETRC"] = machine.home.string();
  CHECK(sent_on(machine, {.base_url = "https://h"}).fault == errc::unreadable_credentials);
}
