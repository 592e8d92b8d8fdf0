#include "report.hpp"

#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstring>
#include <iostream>
#include <string>
#include <string_view>

#include "json.hpp"
#include "people.hpp"
#include "spreadsheet.hpp"
#include "tool.hpp"

ReportWriter::ReportWriter(const std::string& path, bool json) : out_(&std::cout), json_(json) {
  if (!path.empty()) {
    file_.open(path);
    out_ = &file_;
  }
  if (!json_) *out_ << csv_header << std::endl;
  note_fault();
}

void ReportWriter::write(const Person& person, const Report& report) {
  *out_ << row(person, report) << std::endl;
  note_fault();
}

std::string ReportWriter::row(const Person& person, const Report& report) const {
  const auto line = std::to_string(person.line);
  const auto status = status_names[static_cast<std::size_t>(report.status)];
  const auto or_null = [](std::string_view text) { return text.empty() ? "null" : json_text(text); };
  if (json_) {
    JsonObject json;
    json.add("line", line)
        .add_text("email", person.email)
        .add_text("status", status)
        .add("key", or_null(report.key))
        .add("reason", or_null(report.reason))
        .add("id", or_null(report.id))
        .add("key_id", or_null(report.key_id));
    if (!report.key_file.empty()) json.add_text("key_file", report.key_file);
    return json.text();
  }
  return line + "," + csv_cell(person.email) + "," + std::string(status) + "," + std::string(report.key) + "," +
         csv_cell(report.reason);
}

void ReportWriter::note_fault() {
  if (!good() && fault_.empty()) fault_ = std::strerror(errno);
}

Progress::Progress(std::size_t total) : total_(total), terminal_(!speaks_json() && ::isatty(STDERR_FILENO) == 1) {}

void Progress::count(const Report& report) {
  ++counts_[static_cast<std::size_t>(report.status)];
  ++done_;
  const auto now = std::chrono::steady_clock::now();
  const bool tenth = done_ * 10 / total_ != (done_ - 1) * 10 / total_;
  if (terminal_ ? now - shown_ < std::chrono::milliseconds(100) : !tenth || done_ == total_) return;
  shown_ = now;
  terminal_ ? show_bar() : show_line();
}

void Progress::clear() const {
  if (terminal_) std::cerr << "\r\x1B[K" << std::flush;
}

void Progress::finish() {
  clear();
  show_line();
}

std::string Progress::summary() const {
  auto text = std::to_string(done_) + " of " + std::to_string(total_);
  const char* before = ": ";
  for (std::size_t i = 0; i != counts_.size(); ++i) {
    if (counts_[i] == 0) continue;
    text.append(before).append(std::to_string(counts_[i])).append(" ").append(status_names[i]);
    before = ", ";
  }
  return text;
}

void Progress::show_bar() const {
  constexpr std::size_t width = 30;
  const auto full = done_ * width / total_;
  std::cerr << "\r\x1B[K[" << std::string(full, '#') << std::string(width - full, '.') << "] " << summary()
            << std::flush;
}

void Progress::show_line() const {
  if (!speaks_json()) return note(summary());
  JsonObject json;
  json.add("done", std::to_string(done_)).add("total", std::to_string(total_));
  for (std::size_t i = 0; i != counts_.size(); ++i) {
    if (counts_[i] != 0) json.add(status_names[i], std::to_string(counts_[i]));
  }
  std::cerr << JsonObject().add("progress", json.text()).text() << std::endl;
}
