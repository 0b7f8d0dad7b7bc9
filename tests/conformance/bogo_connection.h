// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// One connection between the shim and BoringSSL's test runner.
#ifndef AIRLOCK_TESTS_CONFORMANCE_BOGO_CONNECTION_H_
#define AIRLOCK_TESTS_CONFORMANCE_BOGO_CONNECTION_H_

#include <cstddef>
#include <cstdint>
#include <memory>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "ssl/io_result.h"
#include "ssl/session.h"
#include "ssl/socket.h"
#include "tests/conformance/bogo_config.h"
#include "tests/conformance/bogo_endpoint.h"
#include "tests/conformance/bogo_transport.h"

namespace airlock::bogo {

// Thread-compatible.
class Connection {
 public:
  // Both must outlive it. `resumes`: it is not the first connection.
  Connection(const Config& config, bool resumes, Endpoint* endpoint)
      : config_(config), resumes_(resumes), endpoint_(endpoint) {}

  // Connects, and does all that `config` asks for. A client offers `session`,
  // which may be null. Errors: the Socket's; kInternal for an expectation that
  // was not met; kUnimplemented.
  absl::Status Run(std::shared_ptr<const ssl::Session> session);

 private:
  absl::Status Exchange();
  absl::Status Handshake();
  absl::Status WriteFirst();
  absl::Status Echo();
  absl::Status Close();

  // Repeats an operation until the transport and the callbacks have kept up.
  ssl::IoResult Finish(absl::FunctionRef<ssl::IoResult()> operation);
  absl::Status WriteAll(absl::Span<const uint8_t> bytes);
  absl::Status WriteAll(absl::string_view text);
  // Fails if the Socket would now give another answer than `failure`.
  absl::Status CheckFinal(const absl::Status& failure,
                          absl::FunctionRef<ssl::IoResult()> operation);

  const Config& config_;
  const bool resumes_;
  Endpoint* const endpoint_;
  Quota quota_;
  bool write_pending_ = false;  // The first write let one byte through.
  std::unique_ptr<ssl::Socket> socket_;
};

}  // namespace airlock::bogo

#endif  // AIRLOCK_TESTS_CONFORMANCE_BOGO_CONNECTION_H_
