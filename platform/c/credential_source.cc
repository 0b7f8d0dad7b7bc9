// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/credential_source.h"

#include <cstdint>
#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "platform/c/airlock.h"
#include "platform/c/internal/given_credentials.h"
#include "platform/c/internal/guard.h"
#include "platform/c/internal/handles.h"
#include "platform/c/internal/structs.h"
#include "platform/credentials/credential_files.h"
#include "ssl/error.h"

using airlock::c::internal::CredentialPathsOf;
using airlock::c::internal::CredentialsOf;
using airlock::c::internal::Guarded;
using airlock::c::internal::Invalid;
using airlock::c::internal::IsNull;
using airlock::c::internal::Outcome;
using airlock::c::internal::SetError;
using airlock::c::internal::TakeCredentials;
using airlock::c::internal::WriteStruct;
using airlock::platform::CredentialFiles;
using airlock::platform::CredentialFilesOptions;
using airlock::ssl::CredentialSource;

namespace {

// `status` with a kind, if it is what a host says about a file.
absl::Status WithKind(const absl::Status& status) {
  if (airlock::ssl::GetError(status).has_value() ||
      absl::IsResourceExhausted(status) || absl::IsInternal(status)) {
    return status;
  }
  return airlock::ssl::MakeStatus(airlock::ssl::ErrorKind::kCredentials,
                                  status.message());
}

Outcome NewSource(airlock_runtime* runtime,
                  const airlock_credentials* const* credentials, size_t count,
                  airlock_credential_source** source) {
  const auto taken = TakeCredentials(credentials, count);
  if (!taken.ok()) return taken.status();
  if (runtime == nullptr) return IsNull("runtime");
  if (source == nullptr) return IsNull("source");
  auto set = CredentialsOf(*taken, runtime->keys.get());
  if (!set.ok()) return set.status();
  auto made = CredentialSource::Create(*std::move(set));
  if (!made.ok()) return made.status();
  auto handle = std::make_unique<airlock_credential_source>();
  handle->source = *std::move(made);
  handle->host = runtime->host;
  handle->keys = runtime->keys;
  *source = handle.release();
  return AIRLOCK_OK;
}

Outcome Watch(airlock_runtime* runtime,
              const airlock_credentials* const* credentials, size_t count,
              int64_t check_interval_ms, airlock_credential_source** source) {
  const auto taken = TakeCredentials(credentials, count);
  if (!taken.ok()) return taken.status();
  if (runtime == nullptr) return IsNull("runtime");
  if (source == nullptr) return IsNull("source");
  CredentialFilesOptions options;
  if (check_interval_ms == AIRLOCK_WAIT_FOREVER) {
    options.check_interval = absl::InfiniteDuration();
  } else if (check_interval_ms != 0) {
    options.check_interval = absl::Milliseconds(check_interval_ms);
  }
  auto paths = CredentialPathsOf(*taken, runtime->keys);
  if (!paths.ok()) return paths.status();
  options.pairs = *std::move(paths);
  auto files = CredentialFiles::Create(runtime->host, std::move(options));
  if (!files.ok()) return WithKind(files.status());
  auto handle = std::make_unique<airlock_credential_source>();
  handle->source = (*files)->source();
  handle->files = *std::move(files);
  *source = handle.release();
  return AIRLOCK_OK;
}

Outcome Update(airlock_credential_source* source,
               const airlock_credentials* const* credentials, size_t count) {
  const auto taken = TakeCredentials(credentials, count);
  if (!taken.ok()) return taken.status();
  if (source == nullptr) return IsNull("source");
  if (source->files != nullptr) {
    return Invalid(
        "source takes its credentials from files; replace these, and call "
        "airlock_credential_source_refresh.");
  }
  auto set = CredentialsOf(*taken, source->keys.get());
  if (!set.ok()) {
    source->source->Fail(set.status());
    return set.status();
  }
  const absl::Status updated =
      source->source->Update(*std::move(set), source->host->Now());
  if (!updated.ok()) return updated;
  return AIRLOCK_OK;
}

}  // namespace

airlock_status airlock_credential_source_new(
    airlock_runtime* runtime, const airlock_credentials* const* credentials,
    size_t credentials_count, airlock_credential_source** source,
    airlock_error** error) {
  if (source != nullptr) *source = nullptr;
  return Guarded(error, [&] {
    return NewSource(runtime, credentials, credentials_count, source);
  });
}

airlock_status airlock_credential_source_watch(
    airlock_runtime* runtime, const airlock_credentials* const* credentials,
    size_t credentials_count, int64_t check_interval_ms,
    airlock_credential_source** source, airlock_error** error) {
  if (source != nullptr) *source = nullptr;
  return Guarded(error, [&] {
    return Watch(runtime, credentials, credentials_count, check_interval_ms,
                 source);
  });
}

airlock_status airlock_credential_source_update(
    airlock_credential_source* source,
    const airlock_credentials* const* credentials, size_t credentials_count,
    airlock_error** error) {
  return Guarded(
      error, [&] { return Update(source, credentials, credentials_count); });
}

airlock_status airlock_credential_source_refresh(
    airlock_credential_source* source, airlock_error** error) {
  return Guarded(error, [&]() -> Outcome {
    if (source == nullptr) return IsNull("source");
    if (source->files == nullptr) {
      return Invalid(
          "source has no files; call airlock_credential_source_update.");
    }
    const absl::Status refreshed = source->files->Refresh();
    if (!refreshed.ok()) return WithKind(refreshed);
    return AIRLOCK_OK;
  });
}

airlock_status airlock_credential_source_state(
    const airlock_credential_source* source, airlock_credential_state* out,
    airlock_error** failure, airlock_error** error) {
  if (failure != nullptr) *failure = nullptr;
  return Guarded(error, [&]() -> Outcome {
    if (source == nullptr) return IsNull("source");
    const airlock::ssl::CredentialSourceState state = source->source->state();
    airlock_credential_state shown = {};
    shown.generation = state.generation;
    shown.failures = state.failures;
    shown.expires_s = absl::ToUnixSeconds(state.expires);
    if (state.updated.has_value()) {
      shown.updated_s = absl::ToUnixSeconds(*state.updated);
    }
    const absl::Status written = WriteStruct(shown, out, "out");
    if (!written.ok()) return written;
    if (!state.error.ok()) SetError(WithKind(state.error), failure);
    return AIRLOCK_OK;
  });
}

void airlock_credential_source_free(airlock_credential_source* source) {
  airlock::c::internal::Drop(source);
}
