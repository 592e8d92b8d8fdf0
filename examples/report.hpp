// What `wandb-users provision` writes: a row for each person, and how far it has come.
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

/// What became of one person. No field holds a secret.
struct Report {
  Status status = Status::not_started;
  std::string_view key{};  ///< `made`, `would_make`, `exists`, `not_made`, `unknown`; empty where none was asked for
  std::string reason{};
  std::string id{};         ///< the user's; empty where it is not known
  std::string key_id{};     ///< the key's; empty where there is none or it is not known
  int code = 0;             ///< the exit code that an error alone would give
  bool hopeless = false;    ///< the others would fail alike
  bool key_failed = false;  ///< a key was asked of the server, and something went wrong
  bool stale = false;       ///< what an earlier run has told, which this one could not see
};

// Reasons that another run reads, so that what they tell stays told.
inline constexpr std::string_view created_now = "created";
inline constexpr std::string_view created_earlier = "by an earlier run";
inline constexpr std::string_view perhaps_created_earlier = "perhaps created by an earlier run";

inline constexpr std::string_view csv_header = "line,email,status,key,reason";
inline constexpr std::size_t csv_columns = 5;

/// Result rows, each written to its end before the next begins.
class ReportWriter {
 public:
  /// To a file, or to standard output where `path` is empty.
  ReportWriter(const std::string& path, bool json);
  void write(const Person& person, const Report& report);
  /// What `write` writes.
  [[nodiscard]] std::string row(const Person& person, const Report& report) const;
  /// Whether everything so far was written.
  [[nodiscard]] bool good() const { return out_->good(); }
  /// Why not, in the system's words.
  [[nodiscard]] const std::string& fault() const { return fault_; }

 private:
  void note_fault();

  std::ofstream file_;
  std::ostream* out_;
  bool json_;
  std::string fault_;
};

/// How far it has come, on standard error: a bar on a terminal, a line now and then elsewhere.
class Progress {
 public:
  explicit Progress(std::size_t total);
  void count(const Report& report);
  /// Makes room for a line of text.
  void clear() const;
  /// The last line.
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
