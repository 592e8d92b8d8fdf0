// Stores or prints a new key's secret.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include <wandb/secret.hpp>

/// Writes to a new file, standard output, or both. It is opened before the key is made, because a key whose secret
/// cannot be kept must not be made.
class SecretSink {
 public:
  /// `path` is empty for no file; `print` says whether something is printed.
  SecretSink(std::string path, bool print) : path_(std::move(path)), print_(print) {}
  SecretSink(const SecretSink&) = delete;
  SecretSink& operator=(const SecretSink&) = delete;
  /// Deletes a file that was made and received no secret.
  ~SecretSink();

  /// Returns why a secret cannot be kept; empty if no reason is known yet.
  [[nodiscard]] std::string open();
  /// Writes the secret to the file, if there is one. Returns what failed; empty if nothing did.
  [[nodiscard]] std::string store(const wandb::Secret& secret);
  /// Prints a text, which may contain the secret, if something is to be printed. Returns what failed.
  [[nodiscard]] std::string print(const wandb::Secret& secret, std::string_view text);
  /// Returns where the secret is now; empty if it is lost.
  [[nodiscard]] const std::string& place() const noexcept { return place_; }

 private:
  [[nodiscard]] bool write(const wandb::Secret& secret);
  void discard();

  std::string path_;
  bool print_;
  int file_ = -1;
  std::string place_;
};
