// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/runtime.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "absl/base/log_severity.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "config/environment.h"
#include "config/policy_report.h"
#include "platform/c/airlock.h"
#include "platform/c/internal/guard.h"
#include "platform/c/internal/handles.h"
#include "platform/c/internal/host.h"
#include "platform/c/internal/structs.h"
#include "platform/c/internal/values.h"

namespace airlock::c::internal {
namespace {

using AuditFn = void (*)(void*, const airlock_audit_event*);
using LogFn = void (*)(void*, int32_t, airlock_bytes);

int32_t ActionNumber(platform::AuditEvent::Action action) {
  switch (action) {
    case platform::AuditEvent::Action::kRefused:
      return AIRLOCK_AUDIT_REFUSED;
    case platform::AuditEvent::Action::kUpgraded:
      return AIRLOCK_AUDIT_UPGRADED;
    case platform::AuditEvent::Action::kAllowed:
      break;
  }
  return AIRLOCK_AUDIT_ALLOWED;
}

platform::AuditSink SinkFor(AuditFn audit, UserDataPtr user) {
  if (audit == nullptr) return nullptr;
  return [audit, user = std::move(user)](const platform::AuditEvent& event) {
    const std::string rule = event.rule.ToString();
    const std::string json = event.ToJson();
    airlock_audit_event shown = {};
    shown.struct_size = sizeof(shown);
    shown.action = ActionNumber(event.action);
    shown.time_ms = absl::ToUnixMillis(event.time);
    shown.suppressed = event.suppressed;
    shown.host = Bytes(event.host);
    shown.setting = Bytes(event.setting);
    shown.requested = Bytes(event.requested);
    shown.effective = Bytes(event.effective);
    shown.rule = Bytes(rule);
    shown.call_site = Bytes(event.call_site);
    shown.json = Bytes(json);
    ShieldedVoid([&] { audit(user->get(), &shown); });
  };
}

int32_t SeverityNumber(absl::LogSeverity severity) {
  switch (severity) {
    case absl::LogSeverity::kInfo:
      return AIRLOCK_LOG_INFO;
    case absl::LogSeverity::kWarning:
      return AIRLOCK_LOG_WARNING;
    default:
      return AIRLOCK_LOG_ERROR;
  }
}

platform::LogSink LogFor(LogFn log, UserDataPtr user) {
  if (log == nullptr) return nullptr;
  return [log, user = std::move(user)](absl::LogSeverity severity,
                                       absl::string_view message) {
    ShieldedUnderLock(
        [&] { log(user->get(), SeverityNumber(severity), Bytes(message)); });
  };
}

absl::StatusOr<platform::RuntimeOptions> OptionsOf(
    const airlock_runtime_options& given) {
  if (given.reserved != 0) return Invalid("options.reserved is not 0.");
  const auto app_yaml = GivenPath(given.app_yaml, "app_yaml");
  if (!app_yaml.ok()) return app_yaml.status();
  if (app_yaml->has_value() && (*app_yaml)->empty()) {
    return Invalid("app_yaml is empty; pass its path, or leave it out.");
  }
  if (given.audit_burst < 0 || given.audit_interval_ms < 0) {
    return Invalid("audit_burst and audit_interval_ms must not be negative.");
  }
  platform::RuntimeOptions options;
  options.app_yaml = app_yaml->value_or("");
  const auto set = [](size_t from, size_t* to) {
    if (from != 0) *to = from;
  };
  set(given.max_contexts, &options.max_contexts);
  set(given.max_credentials, &options.max_credentials);
  set(given.max_trust_stores, &options.max_trust_stores);
  set(given.audit_max_call_sites, &options.audit_limits.max_call_sites);
  if (given.audit_burst != 0) options.audit_limits.burst = given.audit_burst;
  if (given.audit_interval_ms != 0) {
    options.audit_limits.interval = absl::Milliseconds(given.audit_interval_ms);
  }
  return options;
}

Outcome NewRuntime(const airlock_runtime_options* options,
                   airlock_runtime** runtime) {
  const absl::StatusOr<airlock_runtime_options> given =
      ReadStruct(options, "options");
  if (!given.ok()) return given.status();
  const UserDataPtr user = MakeUserData(given->user, given->release);
  if (runtime == nullptr) return IsNull("runtime");
  auto runtime_options = OptionsOf(*given);
  if (!runtime_options.ok()) return runtime_options.status();
  runtime_options->audit = SinkFor(given->audit, user);
  auto environment = EnvironmentOf(*given);
  if (!environment.ok()) return environment.status();
  auto host = HostOf(*given, LogFor(given->log, user), user);
  if (!host.ok()) return host.status();
  auto made = MakeRuntime(*std::move(host), *std::move(environment),
                          *std::move(runtime_options));
  if (!made.ok()) return made.status();
  (*made)->user = user;
  *runtime = made->release();
  return AIRLOCK_OK;
}

absl::Status CheckKeys(const airlock_runtime* runtime) {
  if (runtime == nullptr) return IsNull("runtime");
  if (runtime->keys != nullptr) return absl::OkStatus();
  return Invalid(
      absl::StrCat("The runtime has no key service: ", config::kKeysVariable,
                   " is not set in its environment."));
}

Outcome KeysDescriptor(const airlock_runtime* runtime, int32_t* fd) {
  const absl::Status has_keys = CheckKeys(runtime);
  if (!has_keys.ok()) return has_keys;
  if (fd == nullptr) return IsNull("fd");
  const absl::StatusOr<int> wakeup = runtime->keys->wakeup_fd();
  if (!wakeup.ok()) return wakeup.status();
  *fd = *wakeup;
  return AIRLOCK_OK;
}

Outcome KeysDispatch(const airlock_runtime* runtime) {
  const absl::Status has_keys = CheckKeys(runtime);
  if (!has_keys.ok()) return has_keys;
  runtime->keys->Dispatch();
  return AIRLOCK_OK;
}

}  // namespace

absl::StatusOr<std::unique_ptr<airlock_runtime>> MakeRuntime(
    std::shared_ptr<platform::Host> host, config::Environment environment,
    platform::RuntimeOptions options) {
  std::shared_ptr<keys::KeyClient> keys;
  if (const std::string* place = environment.Find(config::kKeysVariable)) {
    keys::KeyClientOptions of_keys;
    of_keys.place = *place;
    auto client = keys::KeyClient::Create(std::move(of_keys));
    if (!client.ok()) {
      return Invalid(
          absl::StrCat(config::kKeysVariable, ": ", client.status().message()));
    }
    keys = *std::move(client);
  }
  auto made = platform::Runtime::Create(host, std::move(environment),
                                        std::move(options));
  if (!made.ok()) return made.status();
  auto handle = std::make_unique<airlock_runtime>();
  handle->runtime = *std::move(made);
  handle->host = std::move(host);
  handle->keys = std::move(keys);
  return handle;
}

}  // namespace airlock::c::internal

using airlock::c::internal::Drop;
using airlock::c::internal::Give;
using airlock::c::internal::Guarded;
using airlock::c::internal::IsNull;
using airlock::c::internal::Outcome;

airlock_status airlock_runtime_new(const airlock_runtime_options* options,
                                   airlock_runtime** runtime,
                                   airlock_error** error) {
  if (runtime != nullptr) *runtime = nullptr;
  return Guarded(error, [&] {
    return airlock::c::internal::NewRuntime(options, runtime);
  });
}

airlock_status airlock_runtime_keys_descriptor(const airlock_runtime* runtime,
                                               int32_t* fd,
                                               airlock_error** error) {
  return airlock::c::internal::Guarded(
      error, [&] { return airlock::c::internal::KeysDescriptor(runtime, fd); });
}

airlock_status airlock_runtime_keys_dispatch(const airlock_runtime* runtime,
                                             airlock_error** error) {
  return airlock::c::internal::Guarded(
      error, [&] { return airlock::c::internal::KeysDispatch(runtime); });
}

void airlock_runtime_free(airlock_runtime* runtime) { Drop(runtime); }

airlock_status airlock_runtime_reload_policy(airlock_runtime* runtime,
                                             airlock_error** error) {
  return Guarded(error, [&]() -> Outcome {
    if (runtime == nullptr) return IsNull("runtime");
    const absl::Status status = runtime->runtime->ReloadPolicy();
    if (!status.ok()) return status;
    return AIRLOCK_OK;
  });
}

airlock_status airlock_runtime_reload_policy_if_changed(
    airlock_runtime* runtime, airlock_error** error) {
  return Guarded(error, [&]() -> Outcome {
    if (runtime == nullptr) return IsNull("runtime");
    const absl::StatusOr<bool> read = runtime->runtime->ReloadPolicyIfChanged();
    if (!read.ok()) return read.status();
    return *read ? AIRLOCK_OK : AIRLOCK_NONE;
  });
}

airlock_status airlock_runtime_clear_caches(airlock_runtime* runtime,
                                            airlock_error** error) {
  return Guarded(error, [&]() -> Outcome {
    if (runtime == nullptr) return IsNull("runtime");
    runtime->runtime->ClearCaches();
    return AIRLOCK_OK;
  });
}

airlock_status airlock_runtime_policy_json(const airlock_runtime* runtime,
                                           airlock_buffer* json,
                                           airlock_error** error) {
  return Guarded(error, [&]() -> Outcome {
    if (runtime == nullptr) return IsNull("runtime");
    if (json == nullptr) return IsNull("json");
    const absl::Status given =
        Give(airlock::config::PolicyJson(
                 airlock::config::PolicyRows(runtime->runtime->policy())),
             json);
    if (!given.ok()) return given;
    return AIRLOCK_OK;
  });
}

airlock_status airlock_runtime_counters(const airlock_runtime* runtime,
                                        airlock_counters* out,
                                        airlock_error** error) {
  return Guarded(error, [&]() -> Outcome {
    if (runtime == nullptr) return IsNull("runtime");
    const airlock::platform::Counters counted = runtime->runtime->counters();
    airlock_counters counters = {};
    static_assert(sizeof(counters.handshakes) >= sizeof(counted.handshakes),
                  "all versions");
    static_assert(sizeof(counters.failures) >= sizeof(counted.failures),
                  "all kinds");
    std::copy(counted.handshakes.begin(), counted.handshakes.end(),
              counters.handshakes);
    std::copy(counted.failures.begin(), counted.failures.end(),
              counters.failures);
    static_assert(sizeof(counters.client_ech) >= sizeof(counted.client.ech),
                  "too few counters for ECH");
    std::copy(counted.client.ech.begin(), counted.client.ech.end(),
              counters.client_ech);
    std::copy(counted.server.ech.begin(), counted.server.ech.end(),
              counters.server_ech);
    counters.client_post_quantum = counted.client.group_of("X25519MLKEM768");
    counters.server_post_quantum = counted.server.group_of("X25519MLKEM768");
    counters.resumptions = counted.resumptions;
    counters.refusals = counted.refusals;
    counters.upgrades = counted.upgrades;
    counters.allowed = counted.allowed;
    counters.policy_reloads = counted.policy_reloads;
    counters.policy_reload_failures = counted.policy_reload_failures;
    const absl::Status written =
        airlock::c::internal::WriteStruct(counters, out, "out");
    if (!written.ok()) return written;
    return AIRLOCK_OK;
  });
}

airlock_status airlock_runtime_counters_text(const airlock_runtime* runtime,
                                             airlock_buffer* text,
                                             airlock_error** error) {
  return Guarded(error, [&]() -> Outcome {
    if (runtime == nullptr) return IsNull("runtime");
    if (text == nullptr) return IsNull("text");
    std::string all = runtime->runtime->counters().ToPrometheus();
    if (runtime->keys != nullptr) {
      all += runtime->keys->signing().ToPrometheus();
    }
    const absl::Status given = Give(all, text);
    if (!given.ok()) return given;
    return AIRLOCK_OK;
  });
}
