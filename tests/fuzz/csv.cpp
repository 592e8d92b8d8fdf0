// Fuzzes CSV: any text is read as rows or as a fault with its line, and rows that are written correctly are read back
// unchanged.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "../../tools/csv.hpp"
#include "../../tools/json.cpp"
#include "../../tools/people.cpp"
#include "../../tools/spreadsheet.cpp"
#include "../../tools/tool.cpp"
#include "../../tools/typed_text.cpp"
#include "budget.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Bytes bytes(data, size);
  auto key = bytes.line();
  auto text = bytes.long_text();
  const Budget budget;
  CsvReader reader(text);
  std::size_t line = 0;
  while (const auto row = reader.next()) {
    require(row->line > line && !row->fields.empty(), "rows come in the order of their lines", text);
    line = row->line;
  }
  require(reader.fault().empty() || reader.fault().starts_with("line "), "a fault has its line", reader.fault());
  const auto file = read_people(text);
  for (const auto& person : file.people) {
    if (!file.complaints.empty()) break;
    require(address_fault(person.email).empty() && hidden_character(person.key).empty(), "only people are read", text);
  }
  budget.check(text.size(), 256);

  // A NUL character is refused at any position.
  std::replace(key.begin(), key.end(), '\0', ' ');
  std::replace(text.begin(), text.end(), '\0', ' ');
  const auto written = "\xEF\xBB\xBFkey,\"email\"\r\n\r\n" + quoted(key + text, "\"", '"') + ",a@b\n";
  CsvReader again(written);
  const auto header = again.next();
  const auto row = again.next();
  require(header && header->fields == std::vector<std::string>{"key", "email"}, "the header comes back", written);
  require(row && row->fields == std::vector<std::string>{key + text, "a@b"} && row->line == 3 && !again.next() &&
              again.fault().empty(),
          "a row comes back", written);
  const auto cell = "cell," + csv_cell(text) + "\n";
  CsvReader reread(cell);
  const auto one = reread.next();
  require(one && one->fields.size() == 2 && text_of_cell(one->fields[1]) == text, "a cell comes back", text);
  return 0;
}
