// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The shim's Contexts, and what their callbacks see.
#ifndef AIRLOCK_TESTS_CONFORMANCE_BOGO_ENDPOINT_H_
#define AIRLOCK_TESTS_CONFORMANCE_BOGO_ENDPOINT_H_

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "ssl/certificate.h"
#include "ssl/context.h"
#include "ssl/credentials.h"
#include "ssl/options.h"
#include "ssl/session.h"
#include "ssl/socket.h"
#include "tests/conformance/bogo_config.h"

namespace airlock::bogo {

// What the callbacks saw during one connection.
struct Seen {
  bool handshake_ended = false;
  std::shared_ptr<const ssl::Session> new_session;
  // As -expect-msg-callback describes messages, a line each.
  std::string messages;
  int client_hellos = 0;
  int finished_received = 0;
  // The callbacks that have answered Later() once.
  std::set<std::string> asked_again;
};

// The shim's end of all its connections, one at a time. Thread-compatible.
class Endpoint {
 public:
  Endpoint() = default;
  Endpoint(const Endpoint&) = delete;
  Endpoint& operator=(const Endpoint&) = delete;

  // The Context for `config`; the last one again if nothing that matters to it
  // has changed. `resumes`: it is not for the first connection. `config` must
  // outlive the connections. Error kUnimplemented: Airlock cannot do this.
  absl::StatusOr<std::shared_ptr<const ssl::Context>> ContextFor(
      const Config& config, bool resumes);

  // Forgets what was seen, for the next connection.
  void Begin() { seen_ = Seen(); }
  const Seen& seen() const { return seen_; }
  void ForgetSession() { seen_.new_session = nullptr; }

  // Lets time pass.
  void Advance(absl::Duration duration) { now_ += duration; }

 private:
  absl::StatusOr<ssl::ContextOptions> Options(const Config& config,
                                              bool resumes);
  absl::Status SetVerification(const Config& config,
                               ssl::ContextOptions* options);
  absl::Status SetCallbacks(const Config& config,
                            std::shared_ptr<const ssl::Credentials> credentials,
                            ssl::ContextOptions* options);
  absl::Status SetSni(const Config& config, ssl::ContextOptions* options);
  void See(const ssl::TlsMessage& message);
  // Ok once `callback` has answered Later(), which it does with -async.
  absl::Status AskAgain(const Config& config, absl::string_view callback);

  Seen seen_;
  absl::Time now_ = absl::Now();
  std::vector<std::string> context_flags_;
  std::shared_ptr<const ssl::Context> context_;
  std::vector<std::shared_ptr<const ssl::Secret>> ticket_keys_;
};

// Reads all certificates of the file at `path`.
absl::StatusOr<std::vector<ssl::Certificate>> ReadCertificates(
    const std::string& path);

}  // namespace airlock::bogo

#endif  // AIRLOCK_TESTS_CONFORMANCE_BOGO_ENDPOINT_H_
