// The people that `wandb-users provision` is given: a CSV file, checked as a whole before anything is sent.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

/// One row of the file.
struct Person {
  std::size_t line = 0;  ///< where the row begins
  std::string email;
  bool admin = false;
  std::string key;  ///< the description of a first key; empty for none
};

/// Reads RFC 4180 text, with or without a byte order mark, whose first row names the columns, in any order: `email`,
/// `admin`, and perhaps `key`. What is wrong with it is added to `complaints`, with line numbers; then the result is of
/// no use.
[[nodiscard]] std::vector<Person> read_people(std::string_view csv, std::vector<std::string>& complaints);
