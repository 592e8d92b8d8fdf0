// Provisions one person for `wandb-users provision`.
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

/// Looks for the person and makes the user if there is none, unless it is a `dry_run`. A stop of `give_up` ends
/// requests in progress; the report then says how far they may have come.
[[nodiscard]] Task<Report> provide(AsyncApi api, Person person, bool dry_run, wandb::StopToken give_up);
