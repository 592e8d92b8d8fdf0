// The whole library, except the Beast transports and the threaded form of `for_each`.
#pragma once

#include <wandb/answer.hpp>
#include <wandb/any_transport.hpp>
#include <wandb/api.hpp>
#include <wandb/attrs.hpp>
#include <wandb/check_transport.hpp>
#include <wandb/client.hpp>
#include <wandb/document.hpp>
#include <wandb/errc.hpp>
#include <wandb/error.hpp>
#include <wandb/for_each.hpp>
#include <wandb/identity_token.hpp>
#include <wandb/keys.hpp>
#include <wandb/options.hpp>
#include <wandb/result.hpp>
#include <wandb/retry.hpp>
#include <wandb/secret.hpp>
#include <wandb/selected_user.hpp>
#include <wandb/selection.hpp>
#include <wandb/setting.hpp>
#include <wandb/transport.hpp>
#include <wandb/user.hpp>
#include <wandb/users.hpp>
#include <wandb/value.hpp>
#include <wandb/variables.hpp>
#include <wandb/version.hpp>

#if defined(WANDB_SEPARATE_COMPILATION)
namespace wandb::inline WANDB_ABI {

// These are instantiated with the definitions. They are declared here, where both `Api` and `AnyTransport` are known.
extern template class Client<AnyTransport>;
extern template class Api<AnyTransport>;
extern template class User<AnyTransport>;
extern template class Users<AnyTransport>;

}  // namespace wandb
#endif
