// What libcurl gives back, for libcurl_transport.hpp: the body, the headers, and the error with how far the request
// came.
#pragma once
#include <curl/curl.h>
#include <wandb/transport.hpp>

inline std::size_t append(const char* data, std::size_t, std::size_t size, wandb::SecureString* body) {
  body->append(data, size);
  return size;
}

inline int is_stopped(const wandb::StopToken* stop, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  return stop->stop_requested() ? 1 : 0;
}

inline wandb::Error error_of(CURL* curl, CURLcode code) {
  long sent = 0;  // of header and body; also of a CONNECT request, after which "perhaps sent" is still safe to say
  curl_easy_getinfo(curl, CURLINFO_REQUEST_SIZE, &sent);
  auto error = wandb::errc::connection_lost;
  if (code == CURLE_OPERATION_TIMEDOUT) error = wandb::errc::timed_out;
  if (code == CURLE_ABORTED_BY_CALLBACK) error = wandb::errc::cancelled;
  if (code == CURLE_COULDNT_RESOLVE_HOST) error = wandb::errc::resolve_failed;
  if (code == CURLE_COULDNT_CONNECT) error = wandb::errc::connect_failed;
  if (code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CONNECT_ERROR) error = wandb::errc::tls_failed;
  return {make_error_code(error), std::string("libcurl: ") + curl_easy_strerror(code),
          sent == 0 ? wandb::Delivery::nothing_sent : wandb::Delivery::perhaps_sent};
}

inline wandb::Response take_headers(CURL* curl, wandb::Response response) {
  long status = 0;
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
  response.status = static_cast<int>(status);
  curl_header* header = nullptr;
  while ((header = curl_easy_nextheader(curl, CURLH_HEADER, -1, header)) != nullptr)
    response.headers.add(header->name, header->value);
  return response;
}
