// What `wandb-users provision` does for one person.
#pragma once

#include <boost/asio/awaitable.hpp>

#include <wandb/options.hpp>
#include <wandb/transport/async_beast.hpp>
#include <wandb/wandb.hpp>

#include "people.hpp"
#include "report.hpp"

using AsyncApi = wandb::Api<wandb::AsyncBeastTransport>;
template <class T>
using Task = boost::asio::awaitable<T>;

/// Looks for the person and makes who is not there, unless it is a `dry_run`. A stop of `give_up` ends what is under
/// way, and the report then says how far that may have come.
[[nodiscard]] Task<Report> provide(AsyncApi api, Person person, bool dry_run, wandb::StopToken give_up);
