// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/http/error.h"

#include <optional>
#include <string>
#include <utility>

#include "absl/strings/cord.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "ssl/error.h"

namespace airlock::http {
namespace {

constexpr absl::string_view kUrl = "type.airlock/http-failure";

absl::StatusCode CodeOf(Failure failure) {
  switch (failure) {
    case Failure::kOther:
      return absl::StatusCode::kInternal;
    case Failure::kInvalidRequest:
      return absl::StatusCode::kInvalidArgument;
    case Failure::kResolve:
      return absl::StatusCode::kNotFound;
    case Failure::kConnect:
    case Failure::kProxy:
    case Failure::kTls:
      return absl::StatusCode::kUnavailable;
    case Failure::kTimeout:
      return absl::StatusCode::kDeadlineExceeded;
    case Failure::kProtocol:
    case Failure::kTruncated:
      return absl::StatusCode::kDataLoss;
    case Failure::kTooLarge:
      return absl::StatusCode::kResourceExhausted;
    case Failure::kRedirect:
      return absl::StatusCode::kFailedPrecondition;
    case Failure::kBody:
      return absl::StatusCode::kAborted;
  }
  return absl::StatusCode::kInternal;
}

std::optional<Failure> Marked(const absl::Status& status) {
  const std::optional<absl::Cord> payload = status.GetPayload(kUrl);
  int number = 0;
  if (!payload.has_value() ||
      !absl::SimpleAtoi(std::string(*payload), &number)) {
    return std::nullopt;
  }
  return static_cast<Failure>(number);
}

}  // namespace

absl::string_view FailureName(Failure failure) {
  switch (failure) {
    case Failure::kOther:
      return "Other";
    case Failure::kInvalidRequest:
      return "InvalidRequest";
    case Failure::kResolve:
      return "Resolve";
    case Failure::kConnect:
      return "Connect";
    case Failure::kProxy:
      return "Proxy";
    case Failure::kTls:
      return "Tls";
    case Failure::kTimeout:
      return "Timeout";
    case Failure::kProtocol:
      return "Protocol";
    case Failure::kTruncated:
      return "Truncated";
    case Failure::kTooLarge:
      return "TooLarge";
    case Failure::kRedirect:
      return "Redirect";
    case Failure::kBody:
      return "Body";
  }
  return "Other";
}

absl::Status MakeFailure(Failure failure, absl::string_view message) {
  return WithFailure(absl::Status(CodeOf(failure), message), failure);
}

absl::Status WithFailure(absl::Status status, Failure failure) {
  if (Marked(status).has_value()) return status;
  status.SetPayload(kUrl, absl::Cord(absl::StrCat(static_cast<int>(failure))));
  return status;
}

Failure FailureOf(const absl::Status& status) {
  const std::optional<Failure> marked = Marked(status);
  if (marked.has_value()) return *marked;
  const std::optional<ssl::Error> error = ssl::GetError(status);
  if (!error.has_value()) return Failure::kOther;
  return error->kind == ssl::ErrorKind::kTimeout ? Failure::kTimeout
                                                 : Failure::kTls;
}

}  // namespace airlock::http
