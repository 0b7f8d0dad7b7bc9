// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/python/tickets.h"

#include <cmath>
#include <memory>
#include <string>
#include <utility>

#include "absl/base/log_severity.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "platform/fork_guard.h"
#include "platform/keys/key_client.h"
#include "platform/python/context.h"
#include "platform/python/errors.h"
#include "platform/python/functions.h"
#include "platform/python/module_state.h"
#include "platform/python/process_runtime.h"
#include "platform/tickets/file_ticket_source.h"

namespace airlock::python {
namespace {

constexpr char kCapsule[] = "airlock.tickets";
constexpr absl::Duration kInterval = absl::Seconds(1);

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

absl::StatusOr<TicketsPtr> FromKeyService(const std::string& key,
                                          ssl::TicketKeyringOptions options) {
  const auto client = ProcessKeys();
  if (!client.ok()) return client.status();
  auto keyring = ssl::TicketKeyring::CreateRemote(
      (*client)->TicketsFor(key, keys::Waiting::kBlocks), std::move(options));
  if (!keyring.ok()) return keyring.status();
  return std::make_shared<SharedTickets>(*std::move(keyring), nullptr);
}

absl::StatusOr<TicketsPtr> FromFile(std::string path,
                                    ssl::TicketKeyringOptions options,
                                    platform::Runtime* runtime) {
  auto keyring = ssl::TicketKeyring::Create(std::move(options));
  if (!keyring.ok()) return keyring.status();
  const auto host = HostOf(runtime);
  auto refresher = std::make_unique<platform::TicketRefresher>(
      std::make_unique<platform::FileTicketSource>(host, std::move(path)),
      *keyring,
      platform::TicketRefresherOptions{[host] { return host->Now(); },
                                       [host](absl::string_view line) {
                                         host->Log(absl::LogSeverity::kWarning,
                                                   std::string(line));
                                       }});
  const absl::Status first = refresher->Refresh();
  if (!first.ok()) return first;
  return std::make_shared<SharedTickets>(*std::move(keyring),
                                         std::move(refresher));
}

absl::StatusOr<TicketsPtr> Make(const std::string& source, double rotation,
                                double lifetime, platform::Runtime* runtime) {
  // A time that is not a number would become an infinite one.
  if (std::isnan(rotation) || std::isnan(lifetime)) {
    return absl::InvalidArgumentError("rotation or lifetime is not a number");
  }
  ssl::TicketKeyringOptions options;
  options.lifetime = absl::Seconds(lifetime);
  if (source.empty()) {
    auto own = ssl::TicketKeyring::CreateOwn(
        absl::Seconds(rotation), std::move(options), runtime->host().Now());
    if (!own.ok()) return own.status();
    return std::make_shared<SharedTickets>(*std::move(own), nullptr);
  }
  const absl::optional<std::string> key = keys::KeyReference(source);
  if (key.has_value()) return FromKeyService(*key, std::move(options));
  return FromFile(source, std::move(options), runtime);
}

}  // namespace

void SharedTickets::Look(absl::Time now) {
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

PyObject* NewTickets(PyObject* module, PyObject* args) {
  const char* source = nullptr;
  double rotation = 0;
  double lifetime = 0;
  if (!PyArg_ParseTuple(args, "sdd:TicketKeyring", &source, &rotation,
                        &lifetime)) {
    return nullptr;
  }
  const StatePtr state = StateOfModule(module);
  if (state == nullptr) return nullptr;
  const std::string text = source;
  absl::StatusOr<TicketsPtr> made;
  {
    const GilRelease released;
    const platform::ForkGuard guard;
    made = Make(text, rotation, lifetime, state->runtime);
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
  return Py_BuildValue("nNKKKKKz", static_cast<Py_ssize_t>(has.keys),
                       PyBool_FromLong(has.seals),
                       static_cast<unsigned long long>(counts.sealed),
                       static_cast<unsigned long long>(counts.not_sealed),
                       static_cast<unsigned long long>(counts.opened),
                       static_cast<unsigned long long>(counts.unknown),
                       static_cast<unsigned long long>(counts.invalid),
                       has.failure.empty() ? nullptr : has.failure.c_str());
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
