// Tests the mask that is applied to every text from outside: what it hides, and what it leaves.
#include <doctest/doctest.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include <wandb/detail/text/base64.hpp>
#include <wandb/detail/text/redact.hpp>

using wandb::detail::Mask;
using wandb::detail::redact;
using wandb::detail::Shapes;

namespace {

const std::string hex40 = "0123456789abcdef0123456789abcdef01234567";
const std::string newer = "wandb_v1_" + std::string("AbCdEfGhIjKlMnOpQrStUvWxYz0") + "_" +
                          "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8s9T0u1V2w3X4y";
const std::string jwt = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJl";

bool has(std::string_view text, std::string_view part) { return text.find(part) != text.npos; }

/// Returns whether the text contains any 12 consecutive characters of the secret, in any case.
bool tells(std::string_view text, std::string_view secret) {
  const auto lower = wandb::detail::in_lower_case(text);
  for (std::size_t at = 0; at + 12 <= secret.size(); ++at) {
    if (has(lower, wandb::detail::in_lower_case(secret.substr(at, 12)))) return true;
  }
  return false;
}

std::string with_each(std::string_view text, std::string_view c, std::string_view by) {
  std::string out;
  for (std::size_t at = 0; at != text.size(); ++at) {
    if (text.substr(at).starts_with(c)) out += by;
    else out += text[at];
  }
  return out;
}

}  // namespace

TEST_CASE("what has the shape of a key is masked, and nothing else") {
  const std::pair<std::string, std::string> cases[] = {
      {"", ""},
      {"plain words, even-hyphenated_ones.", "plain words, even-hyphenated_ones."},
      {hex40, "****"},
      {"bad key \"" + hex40 + "\"; try", "bad key \"****\"; try"},
      {"local-" + hex40, "****"},
      {hex40 + "," + hex40, "****,****"},
      {hex40.substr(1), hex40.substr(1)},
      {newer, "****"},
      {newer.substr(0, 30), "****"},
      {"token=wandb_v1_x", "token=****"},
      {"a key begins with wandb_v1_ there", "a key begins with wandb_v1_ there"},
      {jwt, "****"},
      {"eyJh.eyJz.c2ln", "****"},
      {"Bearer eyJh.eyJz", "Bearer ****"},
      {"(eyJhbGciOiJIUzI1NiJ9.eyJz.)", "(****.)"},
      {"a cursor eyJpZCI6MTJ9 is none", "a cursor eyJpZCI6MTJ9 is none"},
      {"Basic YXBpOjAxMjM0NTY3ODlhYg==", "Basic ****"},
      {"Basic YXBpOjAxMjM0", "Basic ****"},
      {"https://" + hex40 + "@host/a", "https://****@host/a"},
      {"/" + hex40 + "?k=" + hex40 + "&x=1", "/****?k=****&x=1"},
      {"users.edges[3].node.apiKeys.edges[0].node.description",
       "users.edges[3].node.apiKeys.edges[0].node.description"},
      {"two words of " + hex40.substr(0, 20) + " " + hex40.substr(20),
       "two words of " + hex40.substr(0, 20) + " " + hex40.substr(20)},
  };
  for (const auto& one : cases) {
    CAPTURE(one.first);
    CHECK(redact(one.first) == one.second);
    CHECK(redact(one.second) == one.second);
  }
}

TEST_CASE("a key is masked however its characters are escaped") {
  for (const auto& [c, by] :
       {std::pair{"_", "%5F"}, {"_", "&#95;"}, {"_", "&#x5f;"}, {"_", "\\u005f"}, {"_", "\\x5F"}}) {
    const auto escaped = with_each(newer, c, by);
    CAPTURE(escaped);
    CHECK(redact("k=" + escaped + ".") == "k=****.");
  }
  std::string all;
  for (const char c : hex40) all += "&#" + std::to_string(int{c}) + ";";
  CHECK(redact(all) == "****");
  CHECK(redact(with_each(jwt, ".", "%2e")) == "****");
  // A text that only looks like an escape hides no key.
  CHECK(redact("%" + hex40) == "%****");
  CHECK(redact("\\u" + hex40) == "\\****");
  CHECK(redact("100% of a & b \\ c &#; %zz") == "100% of a & b \\ c &#; %zz");
}

TEST_CASE("any 12 characters in a row of a known secret are masked") {
  const std::string short_jwt = "eyJh.eyJz.c2lnbmF0dXJl";
  const std::string secrets[] = {"Qm9vayBvZiBob3Vycw-and_minutes", short_jwt, newer};
  for (const auto& secret : secrets) {
    const auto token = std::string(wandb::detail::basic_authorization(secret)).substr(6);
    const std::array<std::string_view, 3> known{secret, "", token};
    const Mask mask(known);
    for (const std::string& shown : {secret, token}) {
      for (std::size_t begin = 0; begin != shown.size(); ++begin) {
        for (std::size_t length = 12; begin + length <= shown.size(); ++length) {
          const auto piece = shown.substr(begin, length);
          CHECK(mask("it was " + piece) == "it was ****");
        }
      }
      CHECK_FALSE(tells(mask("x" + shown + "x" + shown.substr(3)), shown));
    }
    std::string upper;
    for (const char c : secret) upper += wandb::detail::to_upper(c);
    CHECK(mask(upper.substr(2, 15)) == "****");
    CHECK_FALSE(tells(mask("%" + secret), secret));
    CHECK(mask("eleven: " + newer.substr(9, 11)) == "eleven: " + newer.substr(9, 11));
    CHECK(mask(with_each(secret.substr(0, 16), secret.substr(4, 1), "&#" + std::to_string(int{secret[4]}) + ";")) ==
          "****");
  }
  const std::array<std::string_view, 1> tiny{"pass"};
  CHECK(Mask(tiny)("my pass is no password") == "my **** is no ****word");
}

TEST_CASE("own words as long as a key stay, unless they begin as one") {
  const std::string host = "wandb-internal-production-cluster-eu-west-1.example.com";
  const std::string path = "/srv/" + host + "/people_of_the_whole_research_organisation_2026.csv";
  CHECK(redact("https://" + host + path, Shapes::marked) == "https://" + host + path);
  CHECK(redact(newer + " " + jwt, Shapes::marked) == "**** ****");
  CHECK(redact(newer + hex40, Shapes::none) == newer + hex40);
  CHECK(wandb::detail::shown_name("svc-ml-training-pipeline-of-the-whole-company@example.com") ==
        "svc-ml-training-pipeline-of-the-whole-company@example.com");
  CHECK(wandb::detail::shown_name(hex40) == "****");
}

TEST_CASE("a key's digits are masked among own words too") {
  for (const std::string& key : {hex40, "local-" + hex40, hex40 + hex40, wandb::detail::in_lower_case(hex40)}) {
    for (const auto& [before, after] : {std::pair{"", "@x"},
                                        {"host/", ""},
                                        {"", ".x"},
                                        {"api.wandb.ai:", ""},
                                        {"https://", ".example.com"},
                                        {"/srv/a-", "/b"},
                                        {"https://u:", "@h"},
                                        {"x_", "_y.example.com"}}) {
      const auto text = before + key + after;
      CAPTURE(text);
      CHECK_FALSE(tells(redact(text, Shapes::marked), hex40));
      CHECK(redact(text, Shapes::marked).starts_with(before));
    }
  }
  CHECK(redact(hex40.substr(1) + ".example.com", Shapes::marked) == hex40.substr(1) + ".example.com");
}

TEST_CASE("only the word that is an address may be longer than a key") {
  using wandb::detail::shown_name;
  const std::string key = "Zq" + newer.substr(9, 27) + newer.substr(40, 20);
  const std::string address = "svc-ml-training-pipeline-of-the-whole-company@example.com";
  CHECK(shown_name("<" + address + ">, laptop") == "<" + address + ">, laptop");
  for (const std::string& text :
       {key + " of " + address, address + " " + key, "a/" + key, "https://h/" + key, "x.y:" + key,
        "https://" + key + "@h", "api:" + key + "@x", "key=" + key + "@x", "a@b/" + key, key + "\na@b", "a@b=" + key,
        key + ",a@b", "(" + key + ")a@b", "a@b;" + key, "a@b@" + key, key + "\u3000a@b", hex40 + "@x"}) {
    CAPTURE(text);
    CHECK_FALSE(tells(shown_name(text), key));
    CHECK_FALSE(tells(shown_name(text), hex40));
    CHECK(has(shown_name(text), "****"));
  }
}

TEST_CASE("a key is masked whatever stands in it that nobody sees") {
  for (const std::string sign :
       {"\u200b", "\u200c", "\u200d", "\u2060", "\ufeff", "\u00ad", "\u2066", "\u034f", "\ufe0f", "\u2063", "&#8203;",
        "&#x200B;", "\\u200b", "%E2%80%8B", "\\xC2\\xAD", "\U000E0020"}) {
    for (const auto& key : {hex40, newer, jwt}) {
      for (const std::size_t step : {1U, 7U, 20U}) {
        std::string hidden;
        for (std::size_t at = 0; at < key.size(); at += step) hidden += key.substr(at, step) + sign;
        CAPTURE(hidden);
        CHECK(has(redact("k " + hidden), "****"));
        CHECK(redact("k " + hidden).size() < 20);
        CHECK(redact("k/" + hidden, Shapes::marked).size() < 24);
        CHECK(wandb::detail::shown_key_name("k:" + hidden).size() < 24);
        const std::array<std::string_view, 1> known{key};
        CHECK(Mask(known)("k " + hidden.substr(0, hidden.size() / 2 + 1)).size() < 26);
      }
    }
  }
  // In their proper places they stay unmasked.
  const std::string family = "\U0001F468\u200d\U0001F469\u200d\U0001F467 \u2764\ufe0f, soft\u00adly";
  CHECK(redact(family) == family);
  CHECK(wandb::detail::shown_key_name(family) == family);
}

TEST_CASE("a key is masked in references of HTML that are not closed, or are long") {
  for (const std::string form : {"&#", "&#0000", "&#00000"}) {
    for (const std::string end : {"", ";"}) {
      std::string all;
      for (const char c : hex40) all += form + std::to_string(int{c}) + end;
      CHECK(redact("k " + all) == "k ****");
    }
  }
  std::string hex;
  for (const char c : hex40) hex += c == '0' ? "&#x00000030" : std::string(1, c);
  CHECK(redact(hex) != hex);
}

TEST_CASE("what may be a piece of a key is masked where that is asked for") {
  CHECK(redact("piece 0123456789ab, 0123456789a", Shapes::pieces) == "piece ****, 0123456789a");
  CHECK(redact("UPSTREAM_TIMEOUT at generateApiKey", Shapes::pieces) == "UPSTREAM_TIMEOUT at generateApiKey");
  CHECK(redact("null for GenerateApiKeyPayload.apiKey", Shapes::pieces) == "null for GenerateApiKeyPayload.apiKey");
  CHECK(redact("piece " + newer.substr(9, 14), Shapes::pieces) == "piece ****");
  CHECK(redact(hex40 + " " + jwt, Shapes::pieces) == "**** ****");
}

TEST_CASE("an excerpt shows no part of a key, wherever it begins and ends") {
  const std::array<std::string_view, 1> known{"Qm9vayBvZiBob3Vycw-and_minutes"};
  const Mask mask(known);
  for (const std::string& key : {hex40, newer, jwt, std::string(known[0])}) {
    for (const std::size_t before : {0U, 50U, 5000U}) {
      const auto text = std::string(before, '!') + key + std::string(before, '?');
      for (std::size_t at = before; at <= before + key.size(); ++at) {
        CHECK_FALSE(tells(mask.excerpt(text, at, 16), key));
        CHECK_FALSE(tells(mask.excerpt(text, at < 60 ? 0 : at - 60, 80), key));
      }
    }
  }
  // Of many keys only some are shown, though many are read; the shown text does not end with a part of a key.
  std::string many;
  for (int i = 0; i != 400; ++i) many += hex40 + " ";
  CHECK_FALSE(tells(mask.excerpt(many, 0, 1000), hex40));
  CHECK(mask.excerpt("short", 0, 80) == "`short`");
  CHECK(mask.excerpt("longer", 1, 3) == "`ong\u2026`");
}

TEST_CASE("control characters of every kind become spaces, and what is cut ends with an ellipsis") {
  CHECK(redact("a\nb\u0085c\u2028d\u202ee\u009bf\u2066g\xffh") == "a b c d e f g h");
  const auto shown = redact(std::string(Mask::max_read - 20, ' ') + hex40);
  CHECK(shown.ends_with("****\u2026"));
  CHECK_FALSE(tells(shown, hex40));
  CHECK(wandb::detail::shortened("abcd\u00e9fgh", 8) == "abcd\u2026");
  CHECK(wandb::detail::shortened("abcdefgh", 8) == "abcdefgh");
}

TEST_CASE("the mask takes time by the length of a text alone") {
  const std::string secret = std::string(60'000, 'a') + hex40;
  const std::array<std::string_view, 2> known{secret, newer};
  const Mask mask(known);
  std::string dotted;
  std::string pieces;
  while (dotted.size() < Mask::max_read) dotted += "eyJ.a.";
  while (pieces.size() < Mask::max_read) pieces += newer.substr(9, 11);
  const auto began = std::chrono::steady_clock::now();
  for (const auto& text : {dotted, pieces, std::string(Mask::max_read, 'a'), std::string(Mask::max_read, '%')}) {
    CHECK(mask(text).size() <= 3 * text.size());
  }
  CHECK(std::chrono::steady_clock::now() - began < std::chrono::seconds(10));
}
