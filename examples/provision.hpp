// wandb-users provision: makes the users of a file that do not exist yet.
#pragma once

#include <cstddef>
#include <string>

#include <wandb/options.hpp>

struct ProvisionFlags {
  std::string people;  ///< the CSV file
  std::string output;  ///< where the results go; standard output when empty
  std::string format;  ///< `csv`, `jsonl`, or empty for the first
  std::size_t concurrency = 16;
  bool dry_run = false;
  bool force = false;  ///< write the results over whatever is there
};

/// Gives the exit code.
[[nodiscard]] int provision(const ProvisionFlags& flags, const std::string& ca_file, const wandb::Options& options);
