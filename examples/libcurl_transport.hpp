// A transport over libcurl. When a kept connection dies before the answer begins, libcurl sends the request again by
// itself, and a server that has run it runs it twice. On a new connection it never does: so none is kept.
#pragma once
#include <wandb/proxy.hpp>
#include "libcurl_results.hpp"

struct CurlTransport {
  std::string ca_file{};  // if it is empty, libcurl trusts its own authorities
  wandb::Proxies proxies{wandb::Environment::process()};

  wandb::Result<wandb::Response> send(const wandb::Request& request) const {
    using namespace std::chrono;
    const auto left = duration_cast<milliseconds>(request.deadline - steady_clock::now()).count();
    if (left <= 0) return wandb::Error(wandb::errc::timed_out, wandb::Delivery::nothing_sent);
    thread_local const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> curl(curl_easy_init(), curl_easy_cleanup);
    curl_easy_reset(curl.get());
    std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)> headers(nullptr, curl_slist_free_all);
    const auto add = [&](std::string line) { headers.reset(curl_slist_append(headers.release(), line.c_str())); };
    add(std::string("Host: ").append(request.host));
    add("Expect:");  // libcurl would ask the server first whether it wants a long body
    for (const auto& [name, value, secret] : request.headers)  // without a value libcurl wants a semicolon
      add(std::string(name).append(value.empty() ? ";" : ": ").append(value));
    wandb::Response response;
    const auto set = [](auto option, auto value) { (curl_easy_setopt)(curl.get(), option, value); };
    set(CURLOPT_FORBID_REUSE, 1L);  // no connection is kept
    set(CURLOPT_URL, request.url().c_str());
    set(CURLOPT_PROXY, std::string(proxies.choose(request.origin).url).c_str());  // "" for none
    set(CURLOPT_NOPROXY, "");                                                     // `choose` has read NO_PROXY
    set(CURLOPT_HTTPHEADER, headers.get());
    set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
    set(CURLOPT_POSTFIELDS, request.body.data());
    set(CURLOPT_WRITEFUNCTION, append), set(CURLOPT_WRITEDATA, &response.body);
    set(CURLOPT_TIMEOUT_MS, static_cast<long>(std::min<milliseconds::rep>(left, 86'400'000)));
    set(CURLOPT_NOSIGNAL, 1L);  // other threads must not be interrupted
    set(CURLOPT_XFERINFOFUNCTION, is_stopped), set(CURLOPT_XFERINFODATA, &request.stop), set(CURLOPT_NOPROGRESS, 0L);
    if (!ca_file.empty()) set(CURLOPT_CAINFO, ca_file.c_str());
    if (const auto code = curl_easy_perform(curl.get()); code != CURLE_OK) return error_of(curl.get(), code);
    return take_headers(curl.get(), std::move(response));
  }
};
