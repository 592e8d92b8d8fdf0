// What stands already in the file that `wandb-users provision` is to write.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "people.hpp"

/// Why writing anew would lose something: the file holds what is no result of an earlier run, or that of somebody who
/// gets none now. Nothing where it may be written: there is none, it is empty, no regular file, or an earlier run's for
/// the same people, however far that came.
[[nodiscard]] std::optional<std::string> loss_of_writing(const std::string& path, const std::vector<Person>& people);
