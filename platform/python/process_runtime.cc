// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/python/process_runtime.h"

#include <memory>
#include <new>
#include <string>
#include <utility>

#include "absl/base/attributes.h"
#include "absl/base/const_init.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "config/environment.h"
#include "platform/application_environment.h"
#include "platform/audit_writer.h"
#include "platform/load_app_yaml.h"
#include "platform/posix_host.h"

namespace airlock::python {
namespace {

// Only in this runtime does an application list its libraries.
constexpr char kListing[] = "python27";

struct Process {
  std::unique_ptr<platform::Runtime> runtime;
  ProcessProfile profile;
  std::shared_ptr<keys::KeyClient> keys;  // Null: there is no key service.
};

absl::StatusOr<ProcessProfile> LoadProfile(platform::Host* host,
                                           const std::string& path) {
  ProcessProfile result;
  const absl::StatusOr<config::AppYaml> app = platform::LoadAppYaml(host, path);
  if (!app.ok()) return app.status();
  if (app->ssl.has_value()) {
    result.profile = app->ssl->value;
    result.place = app->ssl->origin.ToString();
  } else if (app->runtime.has_value() && app->runtime->value == kListing) {
    return absl::NotFoundError(config::NoSslLibraryMessage(path));
  }
  return result;
}

absl::StatusOr<std::unique_ptr<Process>> MakeProcess() {
  const auto host = std::make_shared<platform::PosixHost>();
  const absl::StatusOr<config::Environment> environment =
      platform::ApplicationEnvironment();
  if (!environment.ok()) return environment.status();
  auto audit = platform::AuditWriterFromEnvironment(*environment, host);
  if (!audit.ok()) return audit.status();
  auto process = std::make_unique<Process>();
  if (const std::string* place = environment->Find(config::kKeysVariable)) {
    keys::KeyClientOptions options;
    options.place = *place;
    absl::StatusOr<std::shared_ptr<keys::KeyClient>> client =
        keys::KeyClient::Create(std::move(options));
    if (!client.ok()) {
      return absl::InvalidArgumentError(
          absl::StrCat(config::kKeysVariable, ": ", client.status().message()));
    }
    process->keys = *std::move(client);
  }
  platform::RuntimeOptions options;
  options.audit = platform::AuditSinkTo(*std::move(audit));
  const std::string* app = environment->Find(config::kAppYamlVariable);
  if (app != nullptr) options.app_yaml = *app;
  auto runtime =
      platform::Runtime::Create(host, *environment, std::move(options));
  if (!runtime.ok()) return runtime.status();
  process->runtime = *std::move(runtime);
  if (app != nullptr) {
    absl::StatusOr<ProcessProfile> profile = LoadProfile(host.get(), *app);
    if (!profile.ok()) return profile.status();
    process->profile = *std::move(profile);
  }
  return process;
}

// Made by the first successful call. A failure is retried: no attempt skips
// anything, so no attempt applies less than the policy.
absl::StatusOr<const Process*> TheProcess() {
  ABSL_CONST_INIT static absl::Mutex mutex(absl::kConstInit);
  // Never destroyed: contexts are made until the end of the process.
  static const Process* process = nullptr;
  const absl::MutexLock lock(&mutex);
  if (process != nullptr) return process;
  try {
    absl::StatusOr<std::unique_ptr<Process>> made = MakeProcess();
    if (!made.ok()) return made.status();
    process = made->release();
  } catch (const std::bad_alloc&) {
    return absl::ResourceExhaustedError(
        "not enough memory is left to read the policy, without which ssl "
        "cannot be used");
  }
  return process;
}

}  // namespace

absl::StatusOr<ProcessProfile> ReadProcessProfile() {
  const absl::StatusOr<const Process*> process = TheProcess();
  if (!process.ok()) return process.status();
  return (*process)->profile;
}

absl::StatusOr<std::shared_ptr<keys::KeyClient>> ProcessKeys() {
  const absl::StatusOr<const Process*> process = TheProcess();
  if (!process.ok()) return process.status();
  if ((*process)->keys != nullptr) return (*process)->keys;
  return absl::FailedPreconditionError(absl::StrCat(
      "this process has no key service: ", config::kKeysVariable,
      " is not set. Start the application with airlock run --keys"));
}

absl::StatusOr<platform::Runtime*> ProcessRuntime() {
  const absl::StatusOr<const Process*> process = TheProcess();
  if (!process.ok()) return process.status();
  return (*process)->runtime.get();
}

}  // namespace airlock::python
