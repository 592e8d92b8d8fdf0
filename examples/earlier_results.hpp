// What stands already in the file that `wandb-users provision` is to write.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "people.hpp"
#include "report.hpp"

/// What an earlier run has told of one person.
struct EarlierResult {
  bool created = false;          ///< it created the user
  bool perhaps_created = false;  ///< it may have
  bool made_key = false;
};

/// What earlier runs have told, as far as it can be read.
struct EarlierResults {
  std::map<std::string, EarlierResult> people;  ///< by e-mail in lower case
  /// Why writing anew would lose something: the file holds what is no result of an earlier run, or that of somebody who
  /// gets none now. Nothing where it may be written: there is none, it is empty, no regular file, or an earlier run's
  /// for the same people, however far that came.
  std::optional<std::string> loss;
};

/// Reads the file, and what a run has kept beside it that was ended while it wrote.
[[nodiscard]] EarlierResults read_earlier(const std::string& path, const std::vector<Person>& people);

/// What this run has found, without loss of what an earlier one has done: whom that created was not there before.
[[nodiscard]] Report with_earlier(Report report, const Person& person, const EarlierResults& earlier);

/// What earlier runs have told, in a file of its own beside the one that is written anew: this run may be ended before
/// it has written as much.
class Keepsake {
 public:
  Keepsake(const std::string& output, const EarlierResults& earlier);
  /// Everything is written.
  void drop() const;

 private:
  std::string path_;  // empty where nothing needs to be kept
};
