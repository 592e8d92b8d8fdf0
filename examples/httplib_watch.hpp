// Ends an exchange of cpp-httplib at its deadline or a stop, for httplib_transport.hpp. `httplib::Client::stop` would
// wait until the connection is there. So this shuts the socket down, again and again, since each address has a new one.
#pragma once
#include <httplib.h>
#include <condition_variable>
#include <csignal>
#include <mutex>
#include <thread>
#include <wandb/transport.hpp>

class Watch {
 public:
  Watch(httplib::Client& client, const wandb::Request& request)
      : thread_([this, &request](std::stop_token done) { watch(request, done); }) {
    std::signal(SIGPIPE, SIG_IGN);  // by which cpp-httplib's next write would end the program, as after a reset
    client.set_socket_options([this](socket_t socket) {
      const std::lock_guard lock(mutex_);
      if (socket_ >= 0) ::close(socket_);
      socket_ = ::dup(socket);  // cpp-httplib closes its own, whose number another socket may get
    });
  }
  ~Watch() {
    thread_.request_stop(), thread_.join();
    if (socket_ >= 0) ::close(socket_);
  }

 private:
  void watch(const wandb::Request& request, const std::stop_token& done) {
    std::unique_lock lock(mutex_);
    while (!changed_.wait_for(lock, done, std::chrono::milliseconds(10), [&] { return done.stop_requested(); })) {
      const bool over = request.stop.stop_requested() || std::chrono::steady_clock::now() >= request.deadline;
      if (over && socket_ >= 0) ::shutdown(socket_, SHUT_RDWR);
    }
  }
  std::mutex mutex_;
  std::condition_variable_any changed_;
  int socket_ = -1;
  std::jthread thread_;  // The last member, so that the thread starts after the others are initialized.
};
