// Runs the tool as a person or a script does.
#pragma once

#include <doctest/doctest.h>

#include <fcntl.h>
#include <pty.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <mutex>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "../temporary_directory.hpp"

namespace tool {

/// A new directory, which is deleted with the object.
class Scratch {
 public:
  [[nodiscard]] std::string path(const std::string& name) const { return directory_.path(name); }
  /// Writes a file; gives its path.
  [[nodiscard]] std::string file(const std::string& name, const std::string& text) const {
    return directory_.put(name, text);
  }
  [[nodiscard]] std::string read(const std::string& name) const {
    std::ifstream file(path(name), std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }

 private:
  TemporaryDirectory directory_;
};

struct Ended {
  int code = -1;  ///< -1 where a signal ended it
  std::string out;
  std::string err;
};

/// Where standard output and error go: to files, error to a terminal, or output to whoever reads it.
enum class Screens { files, terminal, pipe };

/// The tool, running against a server.
class Tool {
 public:
  Tool(const std::string& base_url, const std::string& key, std::vector<std::string> arguments,
       Screens screens = Screens::files, const std::vector<std::string>& variables = {},
       const char* program = std::getenv("WANDB_USERS_TOOL")) {
    REQUIRE_MESSAGE(program != nullptr, "meson test sets WANDB_USERS_TOOL to the tool's path");
    std::vector<std::string> environment{"WANDB_BASE_URL=" + base_url, "WANDB_API_KEY=" + key, "HOME=/nonexistent"};
    environment.insert(environment.end(), variables.begin(), variables.end());
    arguments.insert(arguments.begin(), program);
    // A child process of a program with threads must not allocate memory.
    const auto argv = pointers(arguments);
    const auto envp = pointers(environment);
    const int out = screens == Screens::pipe ? opened_pipe(reader_) : created("out");
    const int err = screens == Screens::terminal ? opened_terminal(screen_) : created("err");
    pid_ = ::fork();
    if (pid_ < 0) throw std::runtime_error("no process");
    if (pid_ == 0) {
      ::dup2(out, STDOUT_FILENO);
      ::dup2(err, STDERR_FILENO);
      ::execve(program, argv.data(), envp.data());
      ::_exit(127);
    }
    ::close(out);
    ::close(err);
  }
  Tool(const Tool&) = delete;
  Tool& operator=(const Tool&) = delete;
  ~Tool() {
    stop_reading();
    if (pid_ > 0) static_cast<void>(wait());
  }

  /// May be called from any thread while the tool runs.
  void signal(int number) {
    const std::lock_guard lock(mutex_);
    if (pid_ > 0) ::kill(pid_, number);  // -1 would be everybody
  }
  /// Reads a little of the output, where that goes to a pipe.
  void read_some() const {
    char buffer[64];
    static_cast<void>(::read(reader_, buffer, sizeof buffer) > 0);
  }
  void stop_reading() {
    if (reader_ >= 0) ::close(std::exchange(reader_, -1));
  }
  [[nodiscard]] Ended wait() {
    Ended ended;
    char buffer[4096];
    for (ssize_t count = 0; screen_ >= 0 && (count = ::read(screen_, buffer, sizeof buffer)) > 0;) {
      ended.err.append(buffer, static_cast<std::size_t>(count));
    }
    // The ended process stays available for signals until the lock is taken.
    siginfo_t ignored{};
    ::waitid(P_PID, static_cast<id_t>(pid_), &ignored, WEXITED | WNOWAIT);
    int status = 0;
    {
      const std::lock_guard lock(mutex_);
      ::waitpid(std::exchange(pid_, 0), &status, 0);
    }
    if (screen_ >= 0) ::close(std::exchange(screen_, -1));
    else ended.err = scratch_.read("err");
    ended.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    ended.out = scratch_.read("out");
    return ended;
  }

 private:
  [[nodiscard]] int created(const std::string& name) const {
    return ::open(scratch_.path(name).c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  }
  static int opened_pipe(int& reader) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
    reader = ends[0];
    return ends[1];
  }
  static int opened_terminal(int& screen) {
    int inside = -1;
    if (::openpty(&screen, &inside, nullptr, nullptr, nullptr) != 0) throw std::runtime_error("no terminal");
    ::fcntl(screen, F_SETFD, FD_CLOEXEC);
    return inside;
  }
  static std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> out;
    for (auto& text : texts) out.push_back(text.data());
    out.push_back(nullptr);
    return out;
  }

  Scratch scratch_;
  std::mutex mutex_;  // guards pid_
  pid_t pid_ = 0;
  int screen_ = -1;
  int reader_ = -1;
};

/// Returns whether this machine has terminals: a root directory in which nothing is mounted has none.
[[nodiscard]] inline bool has_terminals() {
  int screen = -1;
  int inside = -1;
  if (::openpty(&screen, &inside, nullptr, nullptr, nullptr) != 0) return false;
  ::close(screen);
  ::close(inside);
  return true;
}

[[nodiscard]] inline Ended run(const std::string& base_url, const std::string& key,
                               std::vector<std::string> arguments) {
  return Tool(base_url, key, std::move(arguments)).wait();
}

/// Runs another program, such as a shell that runs the tool.
[[nodiscard]] inline Ended run_program(const char* program, const std::string& base_url, const std::string& key,
                                       std::vector<std::string> arguments) {
  return Tool(base_url, key, std::move(arguments), Screens::files, {}, program).wait();
}

}  // namespace tool
