// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// How far an operation on a Socket or a Transport got.
#ifndef AIRLOCK_SSL_IO_RESULT_H_
#define AIRLOCK_SSL_IO_RESULT_H_

#include <cstddef>
#include <cstdlib>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace airlock::ssl {

enum class IoState {
  kDone,          // The operation is complete; for data, bytes() were moved.
  kWantRead,      // Call again once the transport is readable.
  kWantWrite,     // Call again once the transport is writable.
  kWantCallback,  // Call again once callback() has its answer.
  kClosed,        // The peer ended its side in order; no bytes follow.
  kFailed,        // status() says why.
};

// What may answer later; see ssl/later.h.
enum class LateCallback {
  kNone,
  kSni,
  kVerify,
  kClientCredentials,
  kSign,    // CredentialsOptions::signer.
  kPsk,     // psk_client or psk_server.
  kTicket,  // TicketKeeper.
};

// The name as ContextOptions spells it: "sni".
absl::string_view LateCallbackName(LateCallback callback);

// The result of an operation. An operation can be unfinished without an error,
// so it has no ok(): a caller checks done(), then the other states that it
// can handle; status() covers the rest.
//
//   const IoResult result = socket.Read(into);
//   if (result.want_read()) return WaitForInput();
//   if (result.closed()) return Finish();
//   if (!result.done()) return result.status();
//   Use(into.first(result.bytes()));
//
// Thread-compatible.
class [[nodiscard]] IoResult {
 public:
  // The named states. Done: `bytes` is 0 if the operation moves no data.
  static IoResult Done(size_t bytes = 0) {
    return IoResult(IoState::kDone, bytes);
  }
  static IoResult WantRead() { return IoResult(IoState::kWantRead, 0); }
  static IoResult WantWrite() { return IoResult(IoState::kWantWrite, 0); }
  static IoResult Closed() { return IoResult(IoState::kClosed, 0); }
  static IoResult WantCallback(LateCallback callback);

  // A failure, so that a function can `return status`. An ok status does not
  // say what was done, so it becomes a failure of kind kInternal.
  IoResult(absl::Status failure);  // NOLINT(google-explicit-constructor)

  IoState state() const { return state_; }
  bool done() const { return state_ == IoState::kDone; }
  bool want_read() const { return state_ == IoState::kWantRead; }
  bool want_write() const { return state_ == IoState::kWantWrite; }
  bool want_callback() const { return state_ == IoState::kWantCallback; }
  bool closed() const { return state_ == IoState::kClosed; }
  bool failed() const { return state_ == IoState::kFailed; }

  // How many bytes were moved. Requires done(): otherwise it ends the program,
  // since "0 bytes" would be a wrong answer.
  size_t bytes() const {
    if (!done()) std::abort();
    return bytes_;
  }

  // The callback that the operation waits for; kNone unless want_callback().
  LateCallback callback() const { return callback_; }

  // Ok if and only if done(). The error if failed(). Otherwise an error for
  // callers that cannot handle this state: kUnexpectedEof if closed(),
  // kTransport if the operation would block, kCallback if want_callback().
  absl::Status status() const;

  // "No error" is not "done": use done() or status().
  bool ok() const = delete;

 private:
  IoResult(IoState state, size_t bytes) : state_(state), bytes_(bytes) {}

  IoState state_;
  LateCallback callback_ = LateCallback::kNone;
  size_t bytes_ = 0;
  absl::Status failure_;
};

}  // namespace airlock::ssl

#endif  // AIRLOCK_SSL_IO_RESULT_H_
