// Reads the results that are already in the file that `wandb-users provision` will write.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "people.hpp"
#include "report.hpp"

/// What an earlier run reported about one person.
struct EarlierResult {
  bool created = false;          ///< it created the user
  bool perhaps_created = false;  ///< it may have created the user
  bool made_key = false;
};

/// What earlier runs reported, as far as it can be read.
struct EarlierResults {
  std::map<std::string, EarlierResult> people;  ///< the key is the e-mail in lower case
  /// Explains why writing the file again would lose something: it holds text that is not the result of an earlier run,
  /// or the result of a person who is not in this run. It is empty if the file may be written: the file does not exist,
  /// is empty, is not a regular file, or comes from an earlier run for the same people, even an incomplete one.
  std::optional<std::string> loss;
};

/// Reads the file, and the copy that an earlier run left if it was ended while it wrote.
[[nodiscard]] EarlierResults read_earlier(const std::string& path, const std::vector<Person>& people);

/// Merges the report of this run with earlier results: a user whom an earlier run created counts as created.
[[nodiscard]] Report with_earlier(Report report, const Person& person, const EarlierResults& earlier);

/// Keeps the results of earlier runs in a file next to the file that is rewritten, because this run may be ended before
/// it has written all of them.
class Keepsake {
 public:
  Keepsake(const std::string& output, const EarlierResults& earlier);
  /// Call this when everything is written.
  void drop() const;

 private:
  std::string path_;  // empty if nothing has to be kept
};
