// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The library itself, and the memory that callers free.

#include <algorithm>
#include <cstdlib>
#include <iterator>

#include "platform/c/airlock.h"
#include "platform/c/internal/guard.h"
#include "platform/c/internal/structs.h"
#include "platform/c/internal/values.h"
#include "ssl/engine.h"
#include "ssl/secret.h"

#define AIRLOCK_TEXT(number) #number
#define AIRLOCK_TEXT_OF(number) AIRLOCK_TEXT(number)

using airlock::c::internal::Bytes;
using airlock::c::internal::Guarded;
using airlock::c::internal::Outcome;

namespace {

constexpr char kVersion[] =
    AIRLOCK_TEXT_OF(AIRLOCK_VERSION_MAJOR) "." AIRLOCK_TEXT_OF(
        AIRLOCK_VERSION_MINOR) "." AIRLOCK_TEXT_OF(AIRLOCK_VERSION_PATCH);

constexpr absl::string_view kFeatures[] = {
    "alpn",
    "alpn_callback",
    "audit",
    "ca_certificates",
    "certificate_json",
    "channel_binding",
    "ciphers",
    "counters",
    "credential_source",
    "deadline",
    "explain",
    "exporter",
    "fd_transport",
    "fork",
    "handshake_ended",
    "key_log",
    "late_callbacks",
    "message",
    "new_session",
    "npn",
    "ocsp",
    "password_callback",
    "pins",
    "policy_reload",
    "psk",
    "redis_tickets",
    "release_transport",
    "sct",
    "session",
    "session_statistics",
    "sign_callback",
    "sni_callback",
    "socket_statistics",
    "socket_user",
    "ticket_keyring",
    "ticket_keys",
    "tls1.3",
    "two_threads",
    "verify_callback",
    "writev",
};

}  // namespace

airlock_status airlock_library_info_get(airlock_library_info* out,
                                        airlock_error** error) {
  return Guarded(error, [&]() -> Outcome {
    airlock_library_info info = {};
    info.major = AIRLOCK_VERSION_MAJOR;
    info.minor = AIRLOCK_VERSION_MINOR;
    info.patch = AIRLOCK_VERSION_PATCH;
    info.boringssl_api = airlock::ssl::BoringSslApiVersion();
    info.version = Bytes(kVersion);
    const absl::Status written =
        airlock::c::internal::WriteStruct(info, out, "out");
    if (!written.ok()) return written;
    return AIRLOCK_OK;
  });
}

airlock_status airlock_has_feature(airlock_bytes name, airlock_error** error) {
  return Guarded(error, [&]() -> Outcome {
    const auto wanted = airlock::c::internal::Given(name, "name");
    if (!wanted.ok()) return wanted.status();
    return std::find(std::begin(kFeatures), std::end(kFeatures),
                     wanted->value_or("")) == std::end(kFeatures)
               ? AIRLOCK_NONE
               : AIRLOCK_OK;
  });
}

void airlock_buffer_free(airlock_buffer* buffer) {
  if (buffer == nullptr) return;
  const airlock::c::internal::ErrnoKeeper keeper;
  if (buffer->data != nullptr) airlock::ssl::Wipe(buffer->data, buffer->size);
  std::free(buffer->data);
  *buffer = {nullptr, 0};
}
