#include "provision.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstring>
#include <exception>
#include <filesystem>
#include <numeric>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include "earlier_results.hpp"
#include "files.hpp"
#include "interrupt.hpp"
#include "people.hpp"
#include "provision_person.hpp"
#include "report.hpp"
#include "row_order.hpp"
#include "tool.hpp"

namespace {

/// Holds the state that the run and its end share.
struct Run {
  Run(boost::asio::io_context& context, std::span<const Person> given, const ProvisionFlags& flags, ReportWriter& rows)
      : people(given), writer(rows), progress(given.size()), turns(context, flags.concurrency) {}

  std::span<const Person> people;
  ReportWriter& writer;
  Progress progress;
  RowOrder turns;
  EarlierResults earlier{};
  std::stop_source stop{};      // no further person is begun
  std::stop_source give_up{};   // requests in progress end immediately
  bool interrupted = false;     // set by the first Ctrl-C
  int first_code = ok;          // the code of the first failure
  bool stale = false;           // this run could not see something that an earlier run reported
  std::size_t keys_failed = 0;  // how many keys were requested that are not there, or their secrets
  bool in_doubt = false;        // a user or a key may have been made
};

/// Provisions one person, after waiting until the rows are not too far behind.
Task<Report> provide_in_turn(AsyncApi api, std::size_t index, const ProvisionFlags& flags, Run& run) {
  while (run.turns.is_ahead(index)) {
    if (run.stop.stop_requested()) co_return Report{};
    co_await run.turns.moved();
  }
  co_return co_await provide(api, run.people[index], flags, run.give_up.get_token());
}

/// Returns whether the change must be reported in any case.
bool may_have_changed(const Report& report) {
  return report.status == Status::created || report.status == Status::unknown || report.key == "made" ||
         report.key == "unknown" || report.reason.starts_with(created_now);
}

void stop(Run& run) {
  run.stop.request_stop();
  run.turns.wake();
}

void write(Run& run, std::size_t index, const Report& report) {
  const auto& person = run.people[index];
  run.writer.write(person, report);
  if (run.writer.good()) return;
  if (may_have_changed(report)) tell("not written: " + run.writer.row(person, report), failed, wandb::Outcome::ran);
  stop(run);
}

void record(Run& run, std::size_t index, Report report) {
  report = with_earlier(std::move(report), run.people[index], run.earlier);
  run.progress.clear();
  run.progress.count(report);
  run.stale = run.stale || report.stale;
  run.keys_failed += report.key_failed ? 1U : 0U;
  run.in_doubt = run.in_doubt || report.status == Status::unknown || report.key == "unknown";
  if (run.first_code == ok) run.first_code = report.code;
  if (report.hopeless && !run.stop.stop_requested()) {
    note("stopping: the rest would fail alike: " + report.reason);
    stop(run);
  }
  run.turns.put(index, std::move(report));
  while (const auto next = run.turns.take()) write(run, next->index, next->report);
}

Task<void> provide_all(AsyncApi api, const ProvisionFlags& flags, Run& run) {
  const auto token = run.stop.get_token();
  std::vector<std::size_t> indices(run.people.size());
  std::iota(indices.begin(), indices.end(), std::size_t{0});
  auto done = wandb::for_each(api, std::move(indices),
                              [&flags, &run](const AsyncApi& paced, const std::size_t& index) -> Task<Report> {
                                return provide_in_turn(paced, index, flags, run);
                              },
                              {.concurrency = flags.concurrency, .stop = &token});
  while (auto one = co_await done.next()) record(run, one->input, std::move(one->result));
  for (auto rest = done.taken(); rest != run.people.size(); ++rest) record(run, rest, Report{});
}

/// The first Ctrl-C stops the start of new work; the second also ends the work in progress; the third ends the program,
/// as it does by default.
void stop_on_signal(boost::asio::signal_set& signals, Run& run) {
  signals.async_wait([&](const boost::system::error_code& ec, int) {
    if (ec) return;
    run.progress.clear();
    if (!std::exchange(run.interrupted, true)) {
      note("stopping: what is under way is finished and written; once more to give up");
      stop(run);
      return stop_on_signal(signals, run);
    }
    note("giving up: what is under way is written as it stands");
    run.give_up.request_stop();
    signals.clear();
  });
}

int result_of(const Run& run, const ReportWriter& writer) {
  if (!writer.good()) {
    return tell("the results could not be written: " + writer.fault() + "; run again to go on, nobody is made twice",
                failed);
  }
  if (run.keys_failed != 0) {
    note(std::to_string(run.keys_failed) + (run.keys_failed == 1 ? " key is" : " keys are") +
         " missing, or their secrets: the column reason says why");
  }
  const auto& progress = run.progress;
  const auto differing = progress.of(Status::differs);
  const auto bad =
      differing + progress.of(Status::failed) + progress.of(Status::unknown) + progress.of(Status::not_started);
  const auto good =
      differing + progress.of(Status::created) + progress.of(Status::would_create) + progress.of(Status::exists);
  if (run.in_doubt) return outcome_unknown;
  if (bad == 0 && !run.stale && run.keys_failed == 0) return ok;
  return good == 0 && run.first_code != ok ? run.first_code : static_cast<int>(partly);
}

/// Reads the people, and prints what is wrong with the file and which columns are ignored.
std::optional<std::vector<Person>> read_file(const ProvisionFlags& flags) {
  const auto name = flags.people == "-" ? "standard input" : flags.people;
  const auto bytes = read_whole(flags.people);
  auto file = bytes.fault.empty() ? read_people(bytes.text, flags.admin) : PeopleFile();
  if (!bytes.fault.empty()) file.complaints.push_back("cannot be read: " + bytes.fault);
  constexpr std::size_t most = 20;
  const auto shown = [&](const auto& list) { return std::min(list.size(), most); };
  for (std::size_t i = 0; i != shown(file.complaints); ++i) tell(name + ": " + file.complaints[i], usage);
  if (file.complaints.size() > most) tell("and " + std::to_string(file.complaints.size() - most) + " more", usage);
  if (!file.complaints.empty()) return std::nullopt;
  std::string ignored;
  for (std::size_t i = 0; i != shown(file.ignored); ++i) ignored += (i == 0 ? "" : ", ") + file.ignored[i];
  if (file.ignored.size() > most) ignored += ", and " + std::to_string(file.ignored.size() - most) + " more";
  if (!ignored.empty()) note(name + ": ignored columns: " + ignored);
  return std::move(file.people);
}

/// Returns whether the results would be written into the file of the people, which standard input or output may be.
bool writes_over_people(const ProvisionFlags& flags) {
  struct stat from {};
  struct stat to {};
  const bool read = flags.people == "-" ? ::fstat(STDIN_FILENO, &from) == 0 : ::stat(flags.people.c_str(), &from) == 0;
  const bool written = flags.output.empty() ? ::fstat(STDOUT_FILENO, &to) == 0 : ::stat(flags.output.c_str(), &to) == 0;
  return read && written && S_ISREG(from.st_mode) && from.st_dev == to.st_dev && from.st_ino == to.st_ino;
}

/// Returns what is wrong with the files and directories of the flags; empty for nothing.
std::string place_fault(const ProvisionFlags& flags) {
  std::error_code ec;
  if (writes_over_people(flags)) {
    return (flags.output.empty() ? "standard output" : flags.output) +
           " is the file of the people; name another one with --output";
  }
  if (flags.keys_dir.empty() || flags.dry_run) return {};
  const auto& directory = flags.keys_dir;
  if (::mkdir(directory.c_str(), 0700) != 0 && errno != EEXIST) {
    return "cannot make " + directory + ": " + std::strerror(errno);
  }
  if (!std::filesystem::is_directory(directory, ec)) return directory + " is no directory, which --keys-dir names";
  if (::access(directory.c_str(), W_OK | X_OK) == 0) return {};
  return "cannot write into " + directory + ": " + std::strerror(errno);
}

/// Returns why the file for the results must not be written; empty if it may be.
std::string output_fault(const ProvisionFlags& flags, const FileLock& lock, const EarlierResults& earlier) {
  if (lock.is_taken())
    return "another run writes " + flags.output + " now; wait for it, or name another file with --output";
  if (!earlier.loss || flags.force) return {};
  return flags.output + " " + *earlier.loss + "; name another file with --output, or give --force to write over it";
}

/// Adds the signals that stop a run. Somebody who starts it with nohup wants it to go on without the terminal.
void add_signals(boost::asio::signal_set& signals) {
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) {
    if (is_heeded(number)) signals.add(number);
  }
}

/// Runs until each person has a row, or the run is stopped.
void run_all(boost::asio::io_context& context, AsyncApi api, const ProvisionFlags& flags, Run& run) {
  boost::asio::signal_set signals(context);
  add_signals(signals);
  stop_on_signal(signals, run);
  boost::asio::co_spawn(context, provide_all(std::move(api), flags, run), [&](const std::exception_ptr& thrown) {
    signals.clear();
    signals.cancel();
    if (thrown) std::rethrow_exception(thrown);
  });
  context.run();
  run.progress.finish();
}

}  // namespace

int provision(const ProvisionFlags& words, const std::string& ca_file, const wandb::Options& options) {
  // A reader of the results may leave: then writing fails, and the work in progress is finished.
  std::signal(SIGPIPE, SIG_IGN);
  auto flags = words;
  if (flags.output == "-") flags.output.clear();
  const auto people = read_file(flags);
  if (!people) return usage;
  if (const auto fault = place_fault(flags); !fault.empty()) return tell(fault, usage);
  boost::asio::io_context context(1);
  wandb::AsyncBeastTransport transport(context, {.ca_file = ca_file, .max_connections_per_origin = flags.concurrency});
  auto api = AsyncApi::make(AsyncTraced(std::move(transport), flags.verbose), options);
  if (!api) return tell(api.error());
  const FileLock lock(flags.output);
  auto earlier = read_earlier(flags.output, *people);
  if (const auto fault = output_fault(flags, lock, earlier); !fault.empty()) return tell(fault, usage);
  const Keepsake keepsake(flags.output, earlier);
  ReportWriter writer(flags.output, flags.format == "jsonl");
  if (!writer.good()) {
    return tell("cannot write " + (flags.output.empty() ? "the results" : flags.output) + ": " + writer.fault(), usage);
  }
  if (people->empty()) return ok;
  Run run(context, *people, flags, writer);
  run.earlier = std::move(earlier);
  run_all(context, std::move(*api), flags, run);
  if (writer.good()) keepsake.drop();
  return result_of(run, writer);
}
