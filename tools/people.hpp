// Reads the people for `wandb-users provision` from a CSV file, which is checked completely before anything is sent.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

/// One row of the file.
struct Person {
  std::size_t line = 0;  ///< the line on which the row begins
  std::string email;
  bool admin = false;
  std::string key;  ///< the description of a first key; empty for none
};

/// Reads RFC 4180 text, with or without a byte order mark. Its first row names the columns, in any order: `email`,
/// `admin`, and optionally `key`. Faults are added to `complaints`, with line numbers; the result must then not be
/// used.
[[nodiscard]] std::vector<Person> read_people(std::string_view csv, std::vector<std::string>& complaints);
