// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// What is spoken on a server's connection, without its I/O.
#ifndef AIRLOCK_PLATFORM_HTTP_SERVER_INTERNAL_CONNECTION_PROTOCOL_H_
#define AIRLOCK_PLATFORM_HTTP_SERVER_INTERNAL_CONNECTION_PROTOCOL_H_

#include <cstddef>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "platform/http/server/handler.h"
#include "platform/http/server/limits.h"
#include "platform/http/server/stats.h"

namespace airlock::http::internal {

// The connection that a protocol runs on. For the thread of its loop. Outlives
// the protocol.
class ProtocolHost {
 public:
  using Time = ServerConnection::Time;

  virtual ~ProtocolHost() = default;

  virtual ServerConnection& connection() = 0;
  virtual Handler& handler() = 0;
  virtual const ServerLimits& limits() const = 0;
  // The host counts connections, the protocol everything else.
  virtual ServerStatSet& stats() = 0;
  // The time of the current event.
  virtual Time now() const = 0;
  // The value of the Date field (RFC 9110, section 6.6.1).
  virtual const std::string& date() = 0;

  // Counts a request for ServerConnection::requests. Call it before
  // Handler::OnRequest.
  virtual void CountRequest() = 0;
  // Logs a request whose response begins.
  virtual void LogRequest(absl::string_view method, absl::string_view target,
                          int status) = 0;
  // Logs why the connection ends, if that is the client's fault.
  virtual void LogFailure(const absl::Status& why) = 0;

  // Makes the host look at the protocol soon. Call it if something has changed
  // outside the host's calls, as in Responder::Respond.
  virtual void Wake() = 0;
};

// One connection's protocol, such as HTTP/1.1. Does no I/O: the host reads,
// writes, and closes. Made at the client's first byte after the handshake. For
// the loop's thread.
//
// After each call, the host asks wants_input, idle, done and deadline again.
class ConnectionProtocol {
 public:
  using Time = ServerConnection::Time;

  virtual ~ConnectionProtocol() = default;

  // Takes all of `data`, which is decrypted, never empty, and at most 16 KiB.
  // Called only while wants_input(). If the client broke a rule, the protocol
  // prepares its answer (a response, GOAWAY) and is done once that is written.
  virtual void OnInput(absl::string_view data) = 0;
  // The client has ended its stream: no input follows. Responses can still be
  // written.
  virtual void OnInputEnd() = 0;

  // Appends the next bytes to write, about `size`; nothing if it has none
  // now. Called when the connection can take them, so that a client that does
  // not read does not fill memory.
  virtual void AppendOutput(size_t size, std::string* out) = 0;

  // False: the host does not read, so that the client has to wait.
  virtual bool wants_input() const = 0;
  // No request has begun and no output is left. The host limits how long this
  // lasts, and then calls Stop.
  virtual bool idle() const = 0;
  // While idle(): whether nothing would be lost if the host destroyed the
  // protocol and made another one at the client's next byte.
  virtual bool disposable() const { return false; }
  // When AppendOutput has nothing left, the host sends close_notify, lets the
  // client read everything, and closes.
  virtual bool done() const = 0;
  // While done(): whether a response is incomplete and the client can tell only
  // from a stream that ends without close_notify.
  virtual bool aborted() const { return false; }

  // When the host calls OnDeadline, for waits for the client other than idle()
  // and a blocked write; Time::max(): never.
  virtual Time deadline() const = 0;
  // The client was too slow: prepares an answer if there is one, and is done.
  // Logs it.
  virtual void OnDeadline() = 0;

  // Ends the connection after the requests that have begun: no others are
  // accepted. May be called several times.
  virtual void Stop() = 0;
};

}  // namespace airlock::http::internal

#endif  // AIRLOCK_PLATFORM_HTTP_SERVER_INTERNAL_CONNECTION_PROTOCOL_H_
