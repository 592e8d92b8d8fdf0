// The command wandb-users provision: it makes the users of a file who do not exist yet.
#pragma once

#include <cstddef>
#include <string>

#include <wandb/options.hpp>

struct ProvisionFlags {
  std::string people;  ///< the CSV file
  std::string output;  ///< the file for the results; empty for standard output
  std::string format;  ///< `csv`, `jsonl`, or empty for `csv`
  std::size_t concurrency = 16;
  bool dry_run = false;
  bool force = false;  ///< overwrite the existing file, whatever it holds
};

/// Returns the exit code.
[[nodiscard]] int provision(const ProvisionFlags& flags, const std::string& ca_file, const wandb::Options& options);
