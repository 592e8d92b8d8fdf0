// Where a new key's secret goes.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include <wandb/secret.hpp>

/// A new file, standard output, or both. Opened before the key is made: one whose secret cannot be kept must not be.
class SecretSink {
 public:
  /// `path` is empty for no file; `print` says whether something is printed.
  SecretSink(std::string path, bool print) : path_(std::move(path)), print_(print) {}
  SecretSink(const SecretSink&) = delete;
  SecretSink& operator=(const SecretSink&) = delete;
  /// A file that was made and got no secret goes.
  ~SecretSink();

  /// Why a secret cannot be kept; empty where it seems that it can.
  [[nodiscard]] std::string open();
  /// Takes the secret, and what is to be printed of it. What of it failed; empty for nothing.
  [[nodiscard]] std::string keep(const wandb::Secret& secret, std::string_view printed);
  /// Where the secret is now; empty where it is lost.
  [[nodiscard]] const std::string& place() const noexcept { return place_; }

 private:
  [[nodiscard]] bool write(const wandb::Secret& secret);
  void discard();

  std::string path_;
  bool print_;
  int file_ = -1;
  std::string place_;
};
