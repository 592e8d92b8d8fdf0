// Provisions one person for `wandb-users provision`.
#pragma once

#include <boost/asio/awaitable.hpp>

#include <wandb/options.hpp>
#include <wandb/transport/async_beast.hpp>
#include <wandb/wandb.hpp>

#include "async_traced.hpp"
#include "people.hpp"
#include "provision.hpp"
#include "report.hpp"

using AsyncApi = wandb::Api<AsyncTraced>;
template <class T>
using Task = boost::asio::awaitable<T>;

/// Looks for the person and makes the user if there is none, unless it is a dry run, and then the key. A key is made
/// only if its secret can be stored in `keys_dir`. `flags` must outlive the task. A stop of `give_up` ends
/// requests in progress; the report then says how far they may have come.
[[nodiscard]] Task<Report> provide(AsyncApi api, Person person, const ProvisionFlags& flags, wandb::StopToken give_up);
