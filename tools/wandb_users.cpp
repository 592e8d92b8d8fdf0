// A command-line tool, wandb-users, for the users of a Weights & Biases server.
#include <fcntl.h>
#include <unistd.h>
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <exception>
#include <iostream>
#include <string>
#include <string_view>
#include <utility>

#include <wandb/transport/beast.hpp>
#include <wandb/wandb.hpp>

#include "command_line.hpp"
#include "commands.hpp"
#include "provision.hpp"
#include "tool.hpp"
#include "traced.hpp"

namespace {

/// Opens the standard streams that the parent process closed. Otherwise the next socket would get the number of a
/// closed stream, and printed text, perhaps a secret, would be sent to it. The streams opened here cannot be written
/// to, which is reported like a full disk.
bool hold_standard_streams() {
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(stream, F_GETFD) < 0 && ::open("/dev/null", O_RDONLY) != stream) return false;
  }
  return true;
}

/// Returns whether the command line has this word. If it is wrong, its flags have not been parsed.
bool has_word(int argc, char** argv, std::string_view word) {
  return std::any_of(argv, argv + argc, [&](const char* one) { return word == one; });
}

/// Returns the exit code of a command after its output is written. A command that failed has said why.
int after_output(int code) {
  if (std::cout.flush() || code != ok) return code;
  return tell("the output could not be written: " + std::string(std::strerror(errno)), failed);
}

/// Returns what is wrong with the two options of the format; empty for nothing.
std::string format_fault(const Settings& settings, bool provisioning) {
  const auto& format = settings.format;
  if (settings.json && (format == "csv" || format == "table")) {
    return "--json and --format " + format + " contradict each other";
  }
  if (!provisioning || format.empty() || format == "csv" || format == "jsonl") return {};
  return "provision writes each result when it is known: give --format csv or jsonl";
}

/// Runs provision, which writes JSON as rows.
int run_provision(Settings& settings, const wandb::Options& options) {
  settings.provision.verbose = settings.flags.verbose;
  settings.provision.format = settings.json ? "jsonl" : settings.format;
  return provision(settings.provision, settings.ca_file, options);
}

int run(int argc, char** argv) {
  constexpr auto* about =
      "Users of a Weights & Biases server. Credentials: WANDB_API_KEY, WANDB_IDENTITY_TOKEN_FILE or the netrc file.";
  CLI::App app(about, "wandb-users");
  Settings settings;
  Command command = nullptr;
  add_command_line(app, settings, command);
  hide_typed_keys(argc, argv);
  if (has_word(argc, argv, "--json")) speak_json();
  if (has_word(argc, argv, "--describe")) {
    std::cout << description_of(app) << '\n';
    return after_output(ok);
  }
  if (const auto fault = dash_fault(app, argc, argv); !fault.empty()) return tell(fault, usage);
  if (const auto fault = empty_fault(argc, argv); !fault.empty()) return tell(fault, usage);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() != 0) return tell(usage_message(app, error, argc, argv), usage);
    return after_output(app.exit(error));
  }
  wandb::Options options{.base_url = settings.base_url, .allow_insecure_http = settings.insecure};
  options.timeout = std::chrono::nanoseconds(static_cast<std::int64_t>(settings.timeout * 1e9));
  const bool provisioning = command == nullptr;
  if (const auto fault = format_fault(settings, provisioning); !fault.empty()) return tell(fault, usage);
  if (provisioning) return run_provision(settings, options);
  wandb::AnyTransport transport = Traced(wandb::BeastTransport({.ca_file = settings.ca_file}), settings.flags.verbose);
  const auto api = Api::make(std::move(transport), options);
  if (!api) return tell(api.error());
  if (!settings.format.empty()) settings.flags.format = format_named(settings.format);
  else if (settings.json) settings.flags.format = command == list ? Format::jsonl : Format::json;
  return after_output(command(*api, settings.flags));
}

}  // namespace

int main(int argc, char** argv) {
  if (!hold_standard_streams()) return failed;
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {
    return tell(error.what(), failed);
  }
}
