// The command wandb-users provision: it makes the users of a table who do not exist yet.
#pragma once

#include <cstddef>
#include <string>

#include <wandb/options.hpp>

struct ProvisionFlags {
  std::string people;    ///< the table; `-` for standard input
  std::string output;    ///< the file for the results; empty or `-` for standard output
  std::string keys_dir;  ///< the directory for the secrets of new keys; empty for none
  std::string format;    ///< `csv`, `jsonl`, or empty for `csv`
  std::size_t concurrency = 16;
  bool dry_run = false;
  bool admin = false;  ///< everybody is to be an admin
  bool verbose = false;
  bool force = false;  ///< overwrite the existing file, whatever it holds
};

/// Returns the exit code.
[[nodiscard]] int provision(const ProvisionFlags& flags, const std::string& ca_file, const wandb::Options& options);
