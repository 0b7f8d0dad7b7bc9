// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/error.h"

#include <cstdlib>
#include <new>
#include <utility>

#include "absl/strings/str_cat.h"
#include "platform/c/airlock.h"
#include "platform/c/internal/guard.h"
#include "platform/c/internal/structs.h"
#include "platform/c/internal/values.h"
#include "platform/c/internal/words.h"

using airlock::c::internal::Bytes;
using airlock::ssl::Error;
using airlock::ssl::ErrorKind;

struct airlock_error {
  Error error;
  int code = 0;
};

namespace airlock::c::internal {
namespace {

// Short enough not to allocate memory.
constexpr char kOutOfMemory[] = "Out of memory.";

airlock_error* OutOfMemory() {
  static airlock_error* const error = [] {
    static airlock_error made;
    made.error.message = kOutOfMemory;
    made.code = static_cast<int>(absl::StatusCode::kResourceExhausted);
    return &made;
  }();
  return error;
}

// `status` comes from //ssl, or from a transport or a host.
Error Detail(const absl::Status& status) {
  std::optional<Error> detail = ssl::GetError(status);
  if (detail.has_value()) return *std::move(detail);
  Error error;
  if (absl::IsInvalidArgument(status)) error.kind = ErrorKind::kInvalidArgument;
  error.message = std::string(status.message());
  return error;
}

}  // namespace

absl::Status Invalid(absl::string_view message) {
  return ssl::MakeStatus(ErrorKind::kInvalidArgument, message);
}

absl::Status IsNull(absl::string_view argument) {
  return Invalid(absl::StrCat(argument, " is NULL."));
}

void SetError(const absl::Status& status, airlock_error** error) noexcept {
  if (error == nullptr) return;
  try {
    Error detail = Detail(status);
    detail.message = ssl::MessageOf(detail).Renamed(NameInC);
    *error =
        new airlock_error{std::move(detail), static_cast<int>(status.code())};
  } catch (...) {
    *error = OutOfMemory();
  }
}

void SetOutOfMemory(airlock_error** error) noexcept {
  if (error != nullptr) *error = OutOfMemory();
}

}  // namespace airlock::c::internal

airlock_status airlock_error_get(const airlock_error* error,
                                 airlock_error_info* out) {
  return airlock::c::internal::Guarded(
      nullptr, [&]() -> airlock::c::internal::Outcome {
        if (error == nullptr) return airlock::c::internal::IsNull("error");
        const Error& from = error->error;
        airlock_error_info info = {};
        info.kind = static_cast<int32_t>(from.kind);
        info.code = error->code;
        info.alert = from.alert.has_value() ? *from.alert : -1;
        info.verify_code = from.verify_code;
        info.depth = from.depth;
        info.kind_name = Bytes(airlock::ssl::ErrorKindName(from.kind));
        info.message = Bytes(from.message);
        info.library = Bytes(from.library);
        info.reason = Bytes(from.reason);
        info.verify_message = Bytes(from.verify_message);
        info.subject = Bytes(from.subject);
        if (from.ech_retry_configs.has_value()) {
          info.ech_rejected = 1;
          info.ech_retry_configs = Bytes(*from.ech_retry_configs);
        }
        const absl::Status written =
            airlock::c::internal::WriteStruct(info, out, "out");
        if (!written.ok()) return written;
        return AIRLOCK_OK;
      });
}

void airlock_error_free(airlock_error* error) {
  if (error != airlock::c::internal::OutOfMemory()) {
    airlock::c::internal::Drop(error);
  }
}
