// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/io_result.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "ssl/error.h"

namespace airlock::ssl {

absl::string_view LateCallbackName(LateCallback callback) {
  switch (callback) {
    case LateCallback::kSni:
      return "sni";
    case LateCallback::kVerify:
      return "verify";
    case LateCallback::kClientCredentials:
      return "client_credentials";
    case LateCallback::kSign:
      return "sign";
    case LateCallback::kPsk:
      return "psk";
    case LateCallback::kTicket:
      return "ticket";
    case LateCallback::kNone:
      break;
  }
  return "none";
}

IoResult IoResult::WantCallback(LateCallback callback) {
  IoResult result(IoState::kWantCallback, 0);
  result.callback_ = callback;
  return result;
}

IoResult::IoResult(absl::Status failure)
    : state_(IoState::kFailed), failure_(std::move(failure)) {
  if (failure_.ok()) {
    failure_ = MakeStatus(ErrorKind::kInternal,
                          "An operation returned an ok status instead of "
                          "IoResult::Done. This is a defect.");
  }
}

absl::Status IoResult::status() const {
  switch (state_) {
    case IoState::kDone:
      break;
    case IoState::kFailed:
      return failure_;
    case IoState::kClosed:
      return MakeStatus(ErrorKind::kUnexpectedEof,
                        "The peer has closed the connection.");
    case IoState::kWantCallback:
      return MakeStatus(
          ErrorKind::kCallback,
          absl::StrCat("The ", LateCallbackName(callback_),
                       " callback answers later, but this caller cannot wait; "
                       "repeat the operation once it has answered."));
    case IoState::kWantRead:
    case IoState::kWantWrite:
      return MakeStatus(
          ErrorKind::kTransport,
          absl::StrCat("The operation would block until the transport is ",
                       state_ == IoState::kWantRead ? "readable" : "writable",
                       ", but this caller cannot wait; give the transport a "
                       "timeout, or repeat the operation then."));
  }
  return absl::OkStatus();
}

}  // namespace airlock::ssl
