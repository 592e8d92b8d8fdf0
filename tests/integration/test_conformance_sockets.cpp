// Tests that the conformance suite catches mistakes in how a transport uses its sockets, and only these.
#include <doctest/doctest.h>

#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include <wandb/testing/conformance.hpp>
#include <wandb/testing/detail/has_ipv6.hpp>

#include "socket_transport.hpp"

namespace {

using sockets::Mistakes;
using sockets::SocketTransport;

// What the suite says of a transport with these mistakes.
std::string complaints(Mistakes mistakes, std::string_view only = {}) {
  std::ostringstream out;
  for (const auto& complaint :
       wandb::testing::conformance([&] { return SocketTransport(mistakes); }, {.tls = false, .only = only}))
    out << complaint << '\n';
  return out.str();
}

// Checks that a transport with these mistakes breaks the rule, and that a complaint says so in these words.
void check_caught(std::string_view rule, std::string_view words, Mistakes mistakes) {
  CAPTURE(rule);
  const auto text = complaints(mistakes, rule);
  CAPTURE(text);
  CHECK(text.find(words) != text.npos);
}

}  // namespace

TEST_CASE("a transport over sockets that makes no mistake keeps every rule") { CHECK(complaints({}) == ""); }

TEST_CASE("a transport that keeps a connection after a deadline or a stop is caught") {
  check_caught("returns no answer of an earlier request after a deadline", "the answer to another request",
               {.keeps_after_failure = true});
#if defined(__cpp_lib_jthread)
  check_caught("returns no answer of an earlier request after a stop", "the answer to another request",
               {.keeps_after_failure = true});
#endif
}

TEST_CASE("a transport that keeps a part of a cut answer is caught") {
  check_caught("returns no answer of an earlier request after a cut answer", "after an answer that was cut",
               {.keeps_after_cut = true});
}

TEST_CASE("a transport that ignores the deadline while it sends is caught") {
  check_caught("keeps the deadline if the server does not read", "did not return although its deadline had long passed",
               {.no_deadline_sending = true});
}

TEST_CASE("a transport that ignores the deadline while it connects is caught") {
  const auto text = complaints({.no_deadline_connecting = true}, "keeps the deadline while it connects");
  CAPTURE(text);
  CHECK(text.find("did not return although its deadline had long passed") != text.npos);
  CHECK(text.find("Its thread was left behind") == text.npos);  // since the suite closed the listener
  CHECK(text.find("condition::timed_out") == text.npos);        // since then the error says nothing
}

#if defined(__cpp_lib_jthread)
TEST_CASE("a transport that ignores a stop in a part of the exchange is caught") {
  check_caught("obeys a stop while the server does not read", "did not return soon after a stop",
               {.no_stop_sending = true});
  check_caught("obeys a stop while it connects", "did not return soon after a stop", {.no_stop_connecting = true});
  check_caught("obeys a stop within an answer", "did not return soon after a stop", {.no_stop_in_answer = true});
}
#endif

TEST_CASE("a transport that looks at its limits only when it has to wait is caught") {
  check_caught("sends nothing after the deadline", "A request was sent after its deadline", {.looks_late = true});
#if defined(__cpp_lib_jthread)
  check_caught("sends nothing after a stop", "A request was sent after its stop", {.looks_late = true});
#endif
}

TEST_CASE("a transport that says that nothing was sent when a write failed is caught") {
  check_caught("sends once if the connection is reset while it sends", "The error says `nothing_sent`",
               {.nothing_sent_if_write_fails = true});
}

TEST_CASE("a transport that takes a reset for the end of an answer is caught") {
  check_caught("reports an answer that is cut or is not HTTP", "reset within an answer that has no length",
               {.reset_is_end = true});
}

TEST_CASE("a transport that repeats an answer in an error is caught") {
  check_caught("reports an answer that is cut or is not HTTP", "contains a secret", {.quotes_answers = true});
  check_caught("keeps the deadline if the server falls silent within its answer", "contains a secret",
               {.quotes_answers = true});
}

TEST_CASE("a transport that does not know all endings of an answer is caught") {
  constexpr std::string_view rule = "reads chunk extensions, and answers without a body";
  check_caught(rule, "instead of an answer with chunk extensions", {.no_chunk_extensions = true});
  check_caught(rule, "the next answer after an answer with a trailer", {.no_trailers = true});
  check_caught(rule, "instead of an answer with the status 204", {.awaits_body_of_204 = true});
}

TEST_CASE("a transport that computes the time left in an int is caught") {
  check_caught("sends without a deadline", "instead of an answer", {.counts_in_int = true});
}

TEST_CASE("a transport that knows no IPv6 is caught, where the machine has it") {
  const auto text = complaints({.only_ipv4 = true}, "reaches an IPv6 address, where the machine has one");
  if (wandb::testing::detail::has_ipv6())
    CHECK(text.find("instead of the answer of a server at an IPv6 address") != text.npos);
  else CHECK(text == "");
}

TEST_CASE("a transport that may have sent to a name that does not exist is caught") {
  check_caught("says that nothing was sent to a name that does not exist", "The error says `perhaps_sent`",
               {.unknown_is_perhaps_sent = true});
}

TEST_CASE("a transport that sends to an https origin without TLS is caught") {
  check_caught("sends nothing in clear to an https origin", "The request was sent in clear with its credentials",
               {.sends_in_clear = true});
}

TEST_CASE("a transport that lets one thread wait for another is caught") {
  check_caught("serves a thread while another waits", "while another thread waited", {.locks_all = true});
}
