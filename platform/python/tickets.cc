// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/python/tickets.h"

#include <cmath>
#include <memory>
#include <string>
#include <utility>

#include "absl/base/log_severity.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "platform/fork_guard.h"
#include "platform/keys/key_client.h"
#include "platform/python/context.h"
#include "platform/python/errors.h"
#include "platform/python/files.h"
#include "platform/python/functions.h"
#include "platform/python/module_state.h"
#include "platform/python/process_runtime.h"
#include "platform/python/secrets.h"
#include "platform/tickets/file_ticket_source.h"
#include "platform/tickets/redis_connect.h"
#include "platform/tickets/redis_ticket_source.h"
#include "platform/tickets/redis_url.h"
#include "platform/tickets/sealing_message.h"
#include "ssl/fleet_key.h"

namespace airlock::python {
namespace {

constexpr char kCapsule[] = "airlock.tickets";
constexpr absl::Duration kInterval = absl::Seconds(1);
constexpr absl::Duration kRedisTimeout = absl::Seconds(5);

using TicketsPtr = std::shared_ptr<SharedTickets>;

// Null with an exception set.
TicketsPtr TicketsOf(PyObject* capsule) {
  void* const held = PyCapsule_GetPointer(capsule, kCapsule);
  return held == nullptr ? nullptr : *static_cast<TicketsPtr*>(held);
}

void FreeTickets(PyObject* capsule) {
  delete static_cast<TicketsPtr*>(PyCapsule_GetPointer(capsule, kCapsule));
}

PyObject* Raise(const absl::Status& status) {
  PyErr_SetString(PyExc_ValueError, std::string(status.message()).c_str());
  return nullptr;
}

// The process's runtime, and so its host, is never destroyed.
std::shared_ptr<platform::Host> HostOf(platform::Runtime* runtime) {
  return std::shared_ptr<platform::Host>(std::shared_ptr<void>(),
                                         &runtime->host());
}

// What TicketKeyring() was called with.
struct TicketArguments {
  std::string source;
  double rotation = 0;
  double lifetime = 0;
  std::optional<ssl::Secret> fleet_key;
  std::optional<ssl::Secret> ca_certs;
};

platform::TicketRefresherOptions RefresherOptions(platform::Runtime* runtime) {
  const auto host = HostOf(runtime);
  return {[host] { return host->Now(); },
          [host](absl::string_view line) {
            host->Log(absl::LogSeverity::kWarning, std::string(line));
          }};
}

absl::Status InArgument(absl::string_view name, const absl::Status& status) {
  return absl::InvalidArgumentError(absl::StrCat(name, ": ", status.message()));
}

absl::StatusOr<TicketsPtr> FromKeyService(const std::string& key,
                                          ssl::TicketKeyringOptions options) {
  const auto client = ProcessKeys();
  if (!client.ok()) return client.status();
  auto keyring = ssl::TicketKeyring::CreateRemote(
      (*client)->TicketsFor(key, keys::Waiting::kBlocks), std::move(options));
  if (!keyring.ok()) return keyring.status();
  return std::make_shared<SharedTickets>(*std::move(keyring));
}

absl::StatusOr<TicketsPtr> FromRedis(TicketArguments arguments,
                                     ssl::TicketKeyringOptions options,
                                     platform::Runtime* runtime) {
  if (!arguments.fleet_key.has_value()) {
    return absl::InvalidArgumentError(
        "source is a Redis and needs fleet_key: 32 random bytes, the same on "
        "all servers, that keep the keys secret from Redis");
  }
  platform::RedisTicketOptions redis;
  auto url = platform::ParseRedisUrl(arguments.source);
  if (!url.ok()) return InArgument("source", url.status());
  redis.url = *std::move(url);
  platform::CaCerts cas;
  if (arguments.ca_certs.has_value()) {
    if (!redis.url.tls) {
      return absl::InvalidArgumentError(
          "ca_certs is given, but source is without TLS; use rediss://");
    }
    cas = platform::CaBytes{std::string(arguments.ca_certs->view())};
  }
  redis.period = absl::Seconds(arguments.rotation);
  redis.lifetime = options.lifetime;
  redis.connect = [runtime,
                   cas = std::move(cas)](const platform::RedisUrl& to) {
    return platform::ConnectRedis(to, runtime, cas, kRedisTimeout,
                                  platform::InChildren::kClosed);
  };
  auto fleet_key = ssl::FleetKey::Create(*arguments.fleet_key);
  if (!fleet_key.ok()) return InArgument("fleet_key", fleet_key.status());
  const auto log = RefresherOptions(runtime).log;
  options.changed = [log](const ssl::TicketKeyringState& state) {
    log(platform::SealingMessage(state));
  };
  auto keyring = ssl::TicketKeyring::Create(std::move(options));
  if (!keyring.ok()) return InArgument("lifetime", keyring.status());
  const auto source = platform::RedisTicketSource::Create(
      std::move(redis), *std::move(fleet_key));
  if (!source.ok()) return InArgument("rotation", source.status());
  auto refresher = std::make_unique<platform::RedisRefresher>(
      **source, *keyring, RefresherOptions(runtime));
  // A fleet must start even if Redis does not; it has logged that.
  refresher->Refresh().IgnoreError();
  return std::make_shared<SharedTickets>(*std::move(keyring),
                                         std::move(refresher));
}

absl::StatusOr<TicketsPtr> FromFile(std::string path,
                                    ssl::TicketKeyringOptions options,
                                    platform::Runtime* runtime) {
  auto keyring = ssl::TicketKeyring::Create(std::move(options));
  if (!keyring.ok()) return keyring.status();
  auto refresher = std::make_unique<platform::TicketRefresher>(
      std::make_unique<platform::FileTicketSource>(HostOf(runtime),
                                                   std::move(path)),
      *keyring, RefresherOptions(runtime));
  const absl::Status first = refresher->Refresh();
  if (!first.ok()) return first;
  return std::make_shared<SharedTickets>(*std::move(keyring),
                                         std::move(refresher));
}

absl::StatusOr<TicketsPtr> Make(TicketArguments arguments,
                                platform::Runtime* runtime) {
  // A time that is not a number would become an infinite one.
  if (std::isnan(arguments.rotation) || std::isnan(arguments.lifetime)) {
    return absl::InvalidArgumentError("rotation or lifetime is not a number");
  }
  ssl::TicketKeyringOptions options;
  options.lifetime = absl::Seconds(arguments.lifetime);
  const std::string source = arguments.source;
  if (absl::StartsWith(source, "redis://") ||
      absl::StartsWith(source, "rediss://")) {
    return FromRedis(std::move(arguments), std::move(options), runtime);
  }
  if (arguments.fleet_key.has_value() || arguments.ca_certs.has_value()) {
    return absl::InvalidArgumentError(
        "fleet_key and ca_certs need a source redis://... or rediss://...");
  }
  if (source.empty()) {
    auto own = ssl::TicketKeyring::CreateOwn(absl::Seconds(arguments.rotation),
                                             std::move(options),
                                             runtime->host().Now());
    if (!own.ok()) return own.status();
    return std::make_shared<SharedTickets>(*std::move(own));
  }
  const std::optional<std::string> key = keys::KeyReference(source);
  if (key.has_value()) return FromKeyService(*key, std::move(options));
  return FromFile(source, std::move(options), runtime);
}

// Takes 32 bytes or their digits, or an object with read(). Leaves `out` unset
// for None. False with an exception set.
bool TakeFleetKey(PyObject* argument, std::optional<ssl::Secret>* out) {
  if (argument == Py_None) return true;
  ssl::Secret secret;
  if (!PyObject_HasAttrString(argument, "read")) {
    if (!SecretOf(argument, "fleet_key", &secret)) return false;
  } else {
    const PyRef read =
        PyRef::Steal(PyObject_CallMethod(argument, "read", nullptr));
    if (!read) return false;
    const bool took =
        SecretOf(read.get(), "what fleet_key.read() returns", &secret);
    WipeIfOwn(read.get());
    if (!took) return false;
  }
  *out = std::move(secret);
  return true;
}

bool TakeCas(platform::Host* host, PyObject* argument,
             std::optional<ssl::Secret>* out) {
  if (argument == Py_None) return true;
  Content content;
  if (!ReadContent(host, argument, "ca_certs", &content)) return false;
  *out = std::move(content.bytes);
  return true;
}

}  // namespace

void SharedTickets::Look(absl::Time now) {
  if (redis_ != nullptr) redis_->Look();
  if (refresher_ == nullptr) return;
  {
    const absl::MutexLock lock(&mutex_);
    // If the clock was set back, look now.
    if (now >= looked_ && now < looked_ + kInterval) return;
    looked_ = now;
  }
  const GilRelease released;
  const platform::ForkGuard guard;
  refresher_->Refresh().IgnoreError();  // It logs.
}

std::string SharedTickets::failure() const {
  if (redis_ != nullptr) return redis_->failure();
  return refresher_ == nullptr ? "" : refresher_->failure();
}

PyObject* NewTickets(PyObject* module, PyObject* args) {
  const char* source = nullptr;
  TicketArguments arguments;
  PyObject* fleet_key = nullptr;
  PyObject* ca_certs = nullptr;
  if (!PyArg_ParseTuple(args, "sddOO:TicketKeyring", &source,
                        &arguments.rotation, &arguments.lifetime, &fleet_key,
                        &ca_certs)) {
    return nullptr;
  }
  arguments.source = source;
  const StatePtr state = StateOfModule(module);
  if (state == nullptr || !TakeFleetKey(fleet_key, &arguments.fleet_key) ||
      !TakeCas(&state->runtime->host(), ca_certs, &arguments.ca_certs)) {
    return nullptr;
  }
  absl::StatusOr<TicketsPtr> made;
  {
    const GilRelease released;
    const platform::ForkGuard guard;
    made = Make(std::move(arguments), state->runtime);
  }
  if (!made.ok()) return Raise(made.status());
  auto held = std::make_unique<TicketsPtr>(*std::move(made));
  PyObject* const capsule = PyCapsule_New(held.get(), kCapsule, FreeTickets);
  if (capsule != nullptr) static_cast<void>(held.release());
  return capsule;
}

PyObject* TicketsState(PyObject* module, PyObject* tickets) {
  const TicketsPtr shared = TicketsOf(tickets);
  if (shared == nullptr) return nullptr;
  const StatePtr state = StateOfModule(module);
  if (state == nullptr) return nullptr;
  const absl::Time now = state->runtime->host().Now();
  shared->Look(now);
  const ssl::TicketKeyringState has = shared->keyring()->state(now);
  const ssl::TicketKeyringCounts counts = shared->keyring()->counts();
  const std::string failure =
      has.failure.empty() ? shared->failure() : has.failure;
  return Py_BuildValue("nNKKKKKz", static_cast<Py_ssize_t>(has.keys),
                       PyBool_FromLong(has.seals),
                       static_cast<unsigned long long>(counts.sealed),
                       static_cast<unsigned long long>(counts.not_sealed),
                       static_cast<unsigned long long>(counts.opened),
                       static_cast<unsigned long long>(counts.unknown),
                       static_cast<unsigned long long>(counts.invalid),
                       failure.empty() ? nullptr : failure.c_str());
}

PyObject* RotateTickets(PyObject* module, PyObject* tickets) {
  const TicketsPtr shared = TicketsOf(tickets);
  if (shared == nullptr) return nullptr;
  const StatePtr state = StateOfModule(module);
  if (state == nullptr) return nullptr;
  const absl::Status rotated =
      shared->keyring()->Rotate(state->runtime->host().Now());
  return rotated.ok() ? None() : Raise(rotated);
}

PyObject* UseTickets(PyObject* self, PyObject* tickets) {
  TicketsPtr shared = TicketsOf(tickets);
  if (shared == nullptr) return nullptr;
  ContextObject& context = ContextOf(self);
  context.tickets = std::move(shared);
  context.Changed();
  return None();
}

}  // namespace airlock::python
