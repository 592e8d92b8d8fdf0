// Makes a server's answer with the largest page of users that a program requests.
#pragma once

#include <cstddef>
#include <string>

namespace bench {

inline constexpr std::size_t user_count = 1000;

[[nodiscard]] inline std::string make_page() {
  std::string text = R"({"data":{"users":{"edges":[)";
  for (std::size_t i = 0; i != user_count; ++i) {
    const auto n = std::to_string(i);
    if (i != 0) text += ',';
    text += R"({"node":{"id":"VXNlcjo)" + n + R"(","name":"Person Number )" + n + R"(","username":"person)" + n +
            R"(","email":"person)" + n + R"(@example.com","admin":)" + (i % 10 == 0 ? "true" : "false") +
            R"(,"flags":"{\"noAdmin\":true}","entity":"person)" + n + R"(","deletedAt":null,"apiKeys":{"edges":[)";
    for (std::size_t key = 0; key != i % 4; ++key) {
      text += key != 0 ? "," : "";
      text += R"({"node":{"id":"QXBpS2V5Om)" + n + "k" + std::to_string(key) +
              R"(","name":"0123456789abcdef0123456789abcdef01234567",)" + R"("description":"laptop"}})";
    }
    text += R"(],"pageInfo":{"endCursor":"abc","hasNextPage":false}},"teams":{"edges":[)";
    for (std::size_t team = 0; team != i % 3; ++team) {
      text += std::string(team != 0 ? "," : "") + R"({"node":{"name":"team)" + std::to_string(team) + R"("}})";
    }
    text += "]}}}";
  }
  return text + R"(],"pageInfo":{"endCursor":"abc","hasNextPage":false}}}})";
}

}  // namespace bench
