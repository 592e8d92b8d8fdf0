// Writes the output of `wandb-users provision`: a row for each person, and the progress of the run.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>

#include "people.hpp"

enum class Status : std::uint8_t { created, would_create, exists, differs, failed, unknown, not_started };
inline constexpr std::array<std::string_view, 7> status_names{"created", "would_create", "exists",     "differs",
                                                              "failed",  "unknown",      "not_started"};

/// The result for one person. No field holds a secret.
struct Report {
  Status status = Status::not_started;
  std::string_view key{};  ///< `made`, `would_make`, `exists`, `not_made`, `unknown`; empty if no key was requested
  std::string reason{};
  std::string id{};         ///< the user's id; empty if it is not known
  std::string key_id{};     ///< the key's id; empty if there is none or it is not known
  std::string key_file{};   ///< the file that this run wrote the key's secret to
  int code = 0;             ///< the exit code for the error alone
  bool hopeless = false;    ///< all other people would fail in the same way
  bool key_failed = false;  ///< a key was requested, and it or its secret is not there
  bool stale = false;       ///< the result is that of an earlier run, because this run could not see the person
};

// A later run reads these reasons from the file, so that it can repeat what they say.
inline constexpr std::string_view created_now = "created";
inline constexpr std::string_view created_earlier = "by an earlier run";
inline constexpr std::string_view created_and_gone = "created by an earlier run, and gone since";
inline constexpr std::string_view perhaps_created_earlier = "perhaps created by an earlier run";

inline constexpr std::string_view csv_header = "line,email,status,key,reason";
inline constexpr std::size_t csv_columns = 5;

/// Writes result rows, each completely before the next begins.
class ReportWriter {
 public:
  /// Writes to a file, or to standard output if `path` is empty.
  ReportWriter(const std::string& path, bool json);
  void write(const Person& person, const Report& report);
  /// Returns the text that `write` writes.
  [[nodiscard]] std::string row(const Person& person, const Report& report) const;
  /// Returns whether everything so far was written.
  [[nodiscard]] bool good() const { return out_->good(); }
  /// Returns the system's error message for a failed write.
  [[nodiscard]] const std::string& fault() const { return fault_; }

 private:
  void note_fault();

  std::ofstream file_;
  std::ostream* out_;
  bool json_;
  std::string fault_;
};

/// Shows the progress on standard error: a bar on a terminal, otherwise an occasional line.
class Progress {
 public:
  explicit Progress(std::size_t total);
  void count(const Report& report);
  /// Clears the bar, so that a line of text can be printed.
  void clear() const;
  /// Prints the last line.
  void finish();

  [[nodiscard]] std::size_t of(Status status) const { return counts_[static_cast<std::size_t>(status)]; }

 private:
  void show_bar() const;
  void show_line() const;
  [[nodiscard]] std::string summary() const;

  std::size_t total_;
  std::size_t done_ = 0;
  std::array<std::size_t, status_names.size()> counts_{};
  bool terminal_;
  std::chrono::steady_clock::time_point shown_{};
};
