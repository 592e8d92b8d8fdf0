#include "provision.hpp"

#include <csignal>
#include <cstddef>
#include <exception>
#include <numeric>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include "earlier_results.hpp"
#include "files.hpp"
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
  std::stop_source stop{};     // no further person is begun
  std::stop_source give_up{};  // requests in progress end immediately
  bool interrupted = false;    // set by the first Ctrl-C
  int first_code = ok;         // the code of the first failure
  bool stale = false;          // this run could not see something that an earlier run reported
  bool key_failed = false;     // a key was requested, and something failed
  bool in_doubt = false;       // a user or a key may have been made
};

/// Provisions one person, after waiting until the rows are not too far behind.
Task<Report> provide_in_turn(AsyncApi api, std::size_t index, bool dry_run, Run& run) {
  while (run.turns.is_ahead(index)) {
    if (run.stop.stop_requested()) co_return Report{};
    co_await run.turns.moved();
  }
  co_return co_await provide(api, run.people[index], dry_run, run.give_up.get_token());
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
  run.key_failed = run.key_failed || report.key_failed;
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
  auto done =
      wandb::for_each(api, std::move(indices),
                      [dry_run = flags.dry_run, &run](const AsyncApi& paced, const std::size_t& index) -> Task<Report> {
                        return provide_in_turn(paced, index, dry_run, run);
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
  const auto& progress = run.progress;
  const auto differing = progress.of(Status::differs);
  const auto bad =
      differing + progress.of(Status::failed) + progress.of(Status::unknown) + progress.of(Status::not_started);
  const auto good =
      differing + progress.of(Status::created) + progress.of(Status::would_create) + progress.of(Status::exists);
  if (run.in_doubt) return outcome_unknown;
  if (bad == 0 && !run.stale && !run.key_failed) return ok;
  return good == 0 && run.first_code != ok ? run.first_code : static_cast<int>(partly);
}

std::optional<std::vector<Person>> read_file(const std::string& path) {
  const auto file = read_whole(path);
  std::vector<std::string> complaints;
  std::vector<Person> people;
  if (file.fault.empty()) people = read_people(file.text, complaints);
  else complaints.push_back("cannot be read: " + file.fault);
  constexpr std::size_t most = 20;
  for (std::size_t i = 0; i != complaints.size() && i != most; ++i) tell(path + ": " + complaints[i], usage);
  if (complaints.size() > most) tell("and " + std::to_string(complaints.size() - most) + " more", usage);
  return complaints.empty() ? std::optional(std::move(people)) : std::nullopt;
}

}  // namespace

int provision(const ProvisionFlags& flags, const std::string& ca_file, const wandb::Options& options) {
  // A reader of the results may leave: then writing fails, and the work in progress is finished.
  std::signal(SIGPIPE, SIG_IGN);
  const auto people = read_file(flags.people);
  if (!people) return usage;
  auto earlier = read_earlier(flags.output, *people);
  if (earlier.loss && !flags.force) {
    return tell(
        flags.output + " " + *earlier.loss + "; name another file with --output, or give --force to write over it",
        usage);
  }
  boost::asio::io_context context(1);
  auto api = AsyncApi::make(
      wandb::AsyncBeastTransport(context, {.ca_file = ca_file, .max_connections_per_origin = flags.concurrency}),
      options);
  if (!api) return tell(api.error());
  const Keepsake keepsake(flags.output, earlier);
  ReportWriter writer(flags.output, flags.format == "jsonl");
  if (!writer.good()) {
    return tell("cannot write " + (flags.output.empty() ? "the results" : flags.output) + ": " + writer.fault(), usage);
  }
  if (people->empty()) return ok;
  Run run(context, *people, flags, writer);
  run.earlier = std::move(earlier);
  boost::asio::signal_set signals(context, SIGINT, SIGTERM);
  stop_on_signal(signals, run);
  boost::asio::co_spawn(context, provide_all(std::move(*api), flags, run), [&](const std::exception_ptr& thrown) {
    signals.clear();
    signals.cancel();
    if (thrown) std::rethrow_exception(thrown);
  });
  context.run();
  run.progress.finish();
  if (writer.good()) keepsake.drop();
  return result_of(run, writer);
}
