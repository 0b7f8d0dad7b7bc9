// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/session.h"

#include <utility>

#include "absl/time/time.h"
#include "platform/c/airlock.h"
#include "platform/c/internal/guard.h"
#include "platform/c/internal/handles.h"
#include "platform/c/internal/structs.h"
#include "platform/c/internal/values.h"

using airlock::c::internal::Bytes;
using airlock::c::internal::Give;
using airlock::c::internal::Given;
using airlock::c::internal::Guarded;
using airlock::c::internal::IsNull;
using airlock::c::internal::Outcome;

airlock_status airlock_session_new(airlock_bytes serialized,
                                   airlock_session** session,
                                   airlock_error** error) {
  if (session != nullptr) *session = nullptr;
  return Guarded(error, [&]() -> Outcome {
    if (session == nullptr) return IsNull("session");
    const auto bytes = Given(serialized, "serialized");
    if (!bytes.ok()) return bytes.status();
    auto restored = airlock::ssl::Session::Deserialize(bytes->value_or(""));
    if (!restored.ok()) return restored.status();
    *session = new airlock_session{*std::move(restored)};
    return AIRLOCK_OK;
  });
}

void airlock_session_free(airlock_session* session) {
  airlock::c::internal::Drop(session);
}

airlock_status airlock_session_serialize(const airlock_session* session,
                                         airlock_buffer* serialized,
                                         airlock_error** error) {
  return Guarded(error, [&]() -> Outcome {
    if (session == nullptr) return IsNull("session");
    if (serialized == nullptr) return IsNull("serialized");
    const auto bytes = session->session->Serialize();
    if (!bytes.ok()) return bytes.status();
    const absl::Status given = Give(bytes->view(), serialized);
    if (!given.ok()) return given;
    return AIRLOCK_OK;
  });
}

airlock_status airlock_session_info_get(const airlock_session* session,
                                        airlock_session_info* out,
                                        airlock_error** error) {
  return Guarded(error, [&]() -> Outcome {
    if (session == nullptr) return IsNull("session");
    airlock_session_info info = {};
    info.has_ticket = session->session->has_ticket() ? 1 : 0;
    info.time_s = absl::ToUnixSeconds(session->session->time());
    info.timeout_s = absl::ToInt64Seconds(session->session->timeout());
    info.id = Bytes(session->session->id());
    info.ticket_lifetime_hint_s =
        absl::ToInt64Seconds(session->session->ticket_lifetime_hint());
    const absl::Status written =
        airlock::c::internal::WriteStruct(info, out, "out");
    if (!written.ok()) return written;
    return AIRLOCK_OK;
  });
}
