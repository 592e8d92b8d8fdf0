#include "provision.hpp"

#include <csignal>
#include <cstddef>
#include <exception>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <wandb/transport/async_beast.hpp>
#include <wandb/wandb.hpp>

#include "advice.hpp"
#include "earlier_results.hpp"
#include "files.hpp"
#include "people.hpp"
#include "report.hpp"
#include "tool.hpp"

namespace {

using Transport = wandb::AsyncBeastTransport;
using Api = wandb::Api<Transport>;
using User = wandb::User<Transport>;
template <class T>
using Task = boost::asio::awaitable<T>;

Report failure(const wandb::Error& error) {
  const bool hopeless = error == wandb::condition::unauthorized || error == wandb::condition::permission_denied;
  return {error == wandb::condition::outcome_unknown ? Status::unknown : Status::failed,
          {},
          advised(error),
          exit_code(error),
          hopeless};
}

/// The user is there already.
Report existing(const User& user, const Person& person) {
  Report report{Status::exists};
  if (!user.deleted_at().empty()) report.reason = "the user is deleted";
  else if (user.admin() && *user.admin() != person.admin) {
    report.reason =
        *user.admin() ? "the user is an admin; nothing was changed" : "the user is no admin; nothing was changed";
  }
  return report;
}

/// A creation whose answer was lost: a look tells.
Task<Report> look_again(Api api, Person person, wandb::Error lost) {
  const auto found = co_await api.user(person.email);
  if (found && *found) co_return Report{Status::created, {}, "the answer was lost, and the user is there now"};
  auto report = failure(lost);
  if (!found) {
    report.reason += "; nor does a look tell: " + advised(found.error());
    co_return report;
  }
  report.reason += "; a look finds no such user";
  // What the server itself answered is over. Without an answer, or with a gateway's, it may yet run.
  const int status = lost.status();
  if (status != 0 && status != 502 && status != 504) {
    report.status = Status::failed;
    report.code = failed;
  }
  co_return report;
}

Task<Report> create(Api api, Person person, std::optional<User>& user) {
  const auto made = co_await api.create_user(person.email, person.admin);
  if (made) {
    user = *made;
    co_return Report{Status::created};
  }
  if (made.error() == wandb::condition::outcome_unknown) co_return co_await look_again(api, person, made.error());
  if (made.error() == wandb::condition::conflict) {
    co_return Report{Status::exists, {}, "somebody made the user in the meantime, or took the name"};
  }
  co_return failure(made.error());
}

/// A key with that description, made as the user: only where the user's own secret is known.
Task<void> add_key(User user, Person person, bool dry_run, Report& report) {
  for (const auto& key : user.keys()) {
    if (key.description() == person.key) report.key = "exists";
  }
  if (!report.key.empty()) co_return;
  report.key = "not_made";
  wandb::Result<void> made = wandb::success();
  if (const auto as_user = user.user_api(); !as_user) made = as_user.error();
  else if (dry_run) report.key = "would_make";
  else if (const auto key = co_await user.generate_api_key(person.key); !key) made = key.error();
  else report.key = "made";
  if (made) co_return;
  if (made.error() == wandb::condition::outcome_unknown) report.key = "unknown";
  report.reason.append(report.reason.empty() ? "" : "; ").append("no key: ").append(advised(made.error()));
}

/// Everything about one person.
Task<Report> provide(Api api, Person person, bool dry_run) {
  const auto found = co_await api.user(person.email);
  if (!found) co_return failure(found.error());
  std::optional<User> user = *found;
  Report report{Status::would_create};
  if (user) report = existing(*user, person);
  else if (!dry_run) report = co_await create(api, person, user);
  if (person.key.empty() || report.status == Status::failed || report.status == Status::unknown) co_return report;
  if (user) {
    co_await add_key(*user, person, dry_run, report);
    co_return report;
  }
  report.key = "not_made";
  report.reason.append(report.reason.empty() ? "" : "; ")
      .append("no key: ")
      .append(advised(wandb::errc::no_user_credentials));
  co_return report;
}

/// What the run shares with its end.
struct Run {
  ReportWriter& writer;
  Progress& progress;
  std::stop_source stop{};
  int first_code = ok;  // of the first failure
};

/// Whether somebody must be told of it, however.
bool may_have_changed(const Report& report) {
  return report.status == Status::created || report.status == Status::unknown || report.key == "made" ||
         report.key == "unknown";
}

void record(Run& run, const Person& person, const Report& report) {
  run.progress.clear();
  run.writer.write(person, report);
  if (!run.writer.good() && may_have_changed(report)) tell("not written: " + run.writer.row(person, report), failed);
  run.progress.count(report);
  if (run.first_code == ok) run.first_code = report.code;
  if (report.hopeless && !run.stop.stop_requested()) {
    run.progress.clear();
    tell("stopping: the rest would fail alike: " + report.reason, failed);
  }
  if (report.hopeless || !run.writer.good()) run.stop.request_stop();
}

Task<void> provide_all(Api api, std::span<const Person> people, const ProvisionFlags& flags, Run& run) {
  const auto token = run.stop.get_token();
  auto done = wandb::for_each(
      api, people,
      [dry_run = flags.dry_run](const Api& paced, const Person& person) { return provide(paced, person, dry_run); },
      {.concurrency = flags.concurrency, .stop = &token});
  while (auto one = co_await done.next()) record(run, one->input, one->result);
  for (const auto& person : people.subspan(done.taken())) record(run, person, Report{});
}

/// The first Ctrl-C stops; the second ends the program, as ever.
void stop_on_signal(boost::asio::signal_set& signals, Run& run) {
  signals.async_wait([&](const boost::system::error_code& ec, int) {
    if (ec) return;
    run.progress.clear();
    tell("stopping: what is under way is finished and written; once more to give up", ok);
    run.stop.request_stop();
    signals.clear();
  });
}

int result_of(const Run& run, const ReportWriter& writer) {
  if (!writer.good()) {
    return tell("the results could not be written: " + writer.fault() + "; run again to go on, nobody is made twice",
                failed);
  }
  const auto& progress = run.progress;
  const auto bad = progress.of(Status::failed) + progress.of(Status::unknown) + progress.of(Status::not_started);
  const auto good = progress.of(Status::created) + progress.of(Status::would_create) + progress.of(Status::exists);
  if (bad == 0) return ok;
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
  // Whoever reads the results may leave: then writing fails, and what is under way is finished.
  std::signal(SIGPIPE, SIG_IGN);
  const auto people = read_file(flags.people);
  if (!people) return usage;
  if (const auto loss = flags.force ? std::nullopt : loss_of_writing(flags.output, *people)) {
    return tell(flags.output + " " + *loss + "; name another file with --output, or give --force to write over it",
                usage);
  }
  boost::asio::io_context context(1);
  auto api =
      Api::make(Transport(context, {.ca_file = ca_file, .max_connections_per_origin = flags.concurrency}), options);
  if (!api) return tell(api.error());
  ReportWriter writer(flags.output, flags.format == "jsonl");
  if (!writer.good()) {
    return tell("cannot write " + (flags.output.empty() ? "the results" : flags.output) + ": " + writer.fault(), usage);
  }
  if (people->empty()) return ok;
  Progress progress(people->size());
  Run run{writer, progress};
  boost::asio::signal_set signals(context, SIGINT, SIGTERM);
  stop_on_signal(signals, run);
  boost::asio::co_spawn(context, provide_all(std::move(*api), *people, flags, run),
                        [&](const std::exception_ptr& thrown) {
                          signals.clear();
                          signals.cancel();
                          if (thrown) std::rethrow_exception(thrown);
                        });
  context.run();
  progress.finish();
  return result_of(run, writer);
}
