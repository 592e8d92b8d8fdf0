// The module `wandb`: what <wandb/wandb.hpp>, <wandb/for_each_threaded.hpp>, <wandb/proxy.hpp> and <wandb/format.hpp>
// offer. It is also the API's table of contents. Units that import it may include the headers too.
module;

#include <wandb/for_each_threaded.hpp>
#include <wandb/format.hpp>
#include <wandb/graphql/dynamic_document.hpp>
#include <wandb/proxy.hpp>
#include <wandb/wandb.hpp>

export module wandb;

export namespace wandb {

// One caller at one server, and people.
using wandb::Api;
using wandb::Client;
using wandb::User;
using wandb::Users;

// API keys and teams.
using wandb::ApiKey;
using wandb::KeyNames;
using wandb::Keys;
using wandb::TeamNames;

// Attributes by name, and texts.
using wandb::AttributeType;
using wandb::Attrs;
using wandb::AttrValue;
using wandb::Text;
using wandb::Value;

// Attributes that are chosen and checked when a program is compiled.
using wandb::any_selection;
using wandb::AnySelection;
using wandb::fields;
using wandb::SelectedObject;
using wandb::Selection;
using wandb::Selects;
using wandb::TeamMember;

// A program's own documents.
using wandb::Answer;
using wandb::CheckedAnswer;
using wandb::CheckedDocument;
using wandb::document;
using wandb::Repeat;
using wandb::Variable;
using wandb::Variables;
using wandb::VariableValue;

// Many inputs at once.
using wandb::Completed;
using wandb::for_each;
using wandb::ForEach;
using wandb::ForEachOptions;
using wandb::ThreadedForEach;

// Results and errors.
using wandb::condition;
using wandb::condition_category;
using wandb::Delivery;
using wandb::errc;
using wandb::Error;
using wandb::error_category;
using wandb::Exception;
using wandb::make_error_code;
using wandb::make_error_condition;
using wandb::Outcome;
using wandb::Result;
using wandb::Returns;
using wandb::ServerMessage;
using wandb::success;
using wandb::to_string;

// Options, secrets and the environment.
using wandb::CallOptions;
using wandb::default_base_url;
using wandb::Environment;
using wandb::IdentityToken;
using wandb::Options;
using wandb::OptionsStruct;
using wandb::PageOptions;
using wandb::RetryPolicy;
using wandb::Secret;
using wandb::SecretView;
using wandb::Setting;
using wandb::Settings;
using wandb::StopToken;
using wandb::UserUpdate;

// Transports, and what they send.
using wandb::AnyTransport;
using wandb::AsyncTransport;
using wandb::check_transport;
using wandb::ConcurrentTransport;
using wandb::Header;
using wandb::Headers;
using wandb::HeadersView;
using wandb::Origin;
using wandb::parse_retry_after;
using wandb::Request;
using wandb::Response;
using wandb::SecureString;
using wandb::SyncTransport;
using wandb::Transport;

// Which proxy a request takes.
using wandb::choose_proxy;
using wandb::describe;
using wandb::Proxies;
using wandb::ProxyChoice;
using wandb::ProxyFault;
using wandb::ProxyUrl;
using wandb::ProxyVariables;
using wandb::split_proxy_url;

using wandb::version;

}  // namespace wandb

export namespace wandb::graphql {

// Documents, checked when a program is compiled or when it runs.
using wandb::graphql::describe;
using wandb::graphql::Document;
using wandb::graphql::document;
using wandb::graphql::DynamicDocument;
using wandb::graphql::Fault;
using wandb::graphql::FaultKind;
using wandb::graphql::FixedString;

}  // namespace wandb::graphql
