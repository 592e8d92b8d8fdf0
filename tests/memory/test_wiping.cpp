// Searches every block of heap memory that this program frees for secrets. It is a separate program, because it
// replaces the memory functions of everything that is linked to it.
#include <doctest/doctest.h>

#include <malloc.h>
#include <cstdlib>
#include <cstring>
#include <new>
#include <string>
#include <string_view>

#include <wandb/detail/text/base64.hpp>
#include <wandb/wandb.hpp>

#include "heap.hpp"

using namespace wandb;

namespace {

// The search also finds parts, because a truncated secret is still secret.
constexpr std::string_view caller = "c0ffee00c0ffee11c0ffee22c0ffee33c0ffee44";
constexpr std::string_view fresh = "feed1000feed2000feed3000feed4000feed5000";
constexpr std::string_view watched[] = {caller.substr(8, 16), fresh.substr(8, 16),
                                        "YzBmZmVlMTFjMGZmZWUyMmMw"};  // of the first, as it stands in `Authorization`
int found = 0;

void search(void* block) noexcept {
  const std::string_view text(static_cast<const char*>(block), ::malloc_usable_size(block));
  for (const auto secret : watched) found += text.find(secret) != text.npos ? 1 : 0;
}

/// Answers without a copy of its own.
struct Server {
  Result<Response> send(const Request& request) const {
    Response response{200, {}, {}};
    const auto put = [&](std::string_view text) { response.body += text; };
    if (request.body.find("mutation DeleteApiKey") != request.body.npos) {
      put(R"({"data":{"deleteApiKey":{"success":true}}})");
    } else if (request.body.find("mutation Generate") != request.body.npos) {
      put(R"({"data":{"generateApiKey":{"apiKey":{"id":"2","name":")");
      put(fresh);
      put(R"(","description":"with \n an escape"}}}})");
    } else {
      put(R"({"data":{"viewer":{"id":"u","name":"Ann","apiKeys":{"edges":[{"node":{"id":"1","name":")");
      put(caller);
      put(R"("}}],"pageInfo":{"hasNextPage":false}}}}})");
    }
    return response;
  }
};

}  // namespace

void* operator new(std::size_t size) {
  void* block = std::malloc(size == 0 ? 1 : size);
  if (block == nullptr) throw std::bad_alloc();
  heap.took(::malloc_usable_size(block));
  return block;
}
void operator delete(void* block) noexcept {
  if (block != nullptr) {
    search(block);
    heap.gave_back(::malloc_usable_size(block));
  }
  std::free(block);
}
void operator delete(void* block, std::size_t) noexcept { ::operator delete(block); }

TEST_CASE("a search of what is given back finds what was not wiped") {
  found = 0;
  const auto header = detail::basic_authorization(caller);
  for (const auto secret : {caller, fresh, std::string_view(header)}) {
    const std::string careless(secret);
  }
  CHECK(found == 3);
}

TEST_CASE("no memory that is given back holds a secret") {
  found = 0;
  {
    const Secret key(caller);
    Api api(Server(), {.base_url = "http://localhost", .api_key = key}, Environment::none());
    const auto me = api.viewer().value();
    const auto made = me.generate_api_key("ci").value();
    for (const auto name : me.api_keys()) CHECK(name.size() == 40);
    for (const auto& row : me.keys()) CHECK(row.secret().has_value());
    CHECK(me.user_api().value().viewer().has_value());
    CHECK(api.as(made).viewer().has_value());
    me.delete_api_key(made).value();
    me.delete_api_key(caller).value();
    CHECK(me.keys().empty());
    Secret copy = made;
    copy = key;
    const Secret moved = std::move(copy);
    CHECK(moved == key);
  }
  CHECK(found == 0);
}

TEST_CASE("no memory that is given back holds the value of an extra header") {
  found = 0;
  static char json[128] = R"({"X-Token": ")";
  std::strcat(std::strcat(json, std::string_view(caller).data()), "\"}");
  const Environment environment{[](const void*, const char* name) -> const char* {
                                  return std::string_view(name) == "WANDB_X_EXTRA_HTTP_HEADERS" ? json : nullptr;
                                },
                                nullptr};
  {
    const Header given[] = {{"X-Other", fresh}};
    const Api api(Server(), {.base_url = "http://localhost", .api_key = Secret(caller), .extra_headers = given},
                  environment);
    CHECK(api.status().value().size() == 6);
    CHECK(api.viewer().has_value());
  }
  CHECK(found == 0);
}
