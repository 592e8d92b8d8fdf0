// Reads the people for `wandb-users provision` from a table, which is checked completely before anything is sent.
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

/// The content of the file.
struct PeopleFile {
  std::vector<Person> people;           ///< must not be used if there are complaints
  std::vector<std::string> complaints;  ///< what is wrong, with line numbers
  std::vector<std::string> ignored;     ///< names of further columns, safe to print
};

/// Reads a table as spreadsheets save it: comma, semicolon or tab, `sep=` line, UTF-8 or UTF-16. Its first row names
/// the columns, in any order: `email`, and optionally `admin` and `key`. Rows without any text are skipped. With
/// `all_admins` everybody is to be an admin, and the file must not have the column `admin`.
[[nodiscard]] PeopleFile read_people(std::string_view bytes, bool all_admins = false);
