// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The connection to BoringSSL's test runner.
#ifndef AIRLOCK_TESTS_CONFORMANCE_BOGO_TRANSPORT_H_
#define AIRLOCK_TESTS_CONFORMANCE_BOGO_TRANSPORT_H_

#include <cstddef>
#include <cstdint>
#include <memory>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "platform/posix_transport.h"
#include "ssl/io_result.h"
#include "ssl/transport.h"

namespace airlock::bogo {

// What may pass through a transport that would otherwise block.
struct Quota {
  size_t read = 0;
  size_t write = 0;
};

// A TCP connection to the runner. With a quota, it lets so many bytes through,
// and then returns kWantRead or kWantWrite. When destroyed, it reads until the
// runner has closed its side, so that the runner gets all that was written.
class RunnerTransport final : public ssl::Transport {
 public:
  // Connects to `port`. `quota` may be null: the transport blocks. It must
  // outlive the transport.
  static absl::StatusOr<std::unique_ptr<RunnerTransport>> Connect(int port,
                                                                  Quota* quota);
  ~RunnerTransport() override;

  ssl::IoResult Read(absl::Span<uint8_t> into) override;
  ssl::IoResult Write(absl::Span<const uint8_t> from) override;

 private:
  RunnerTransport(std::unique_ptr<platform::PosixTransport> stream,
                  Quota* quota);

  const std::unique_ptr<platform::PosixTransport> stream_;
  Quota* const quota_;
};

}  // namespace airlock::bogo

#endif  // AIRLOCK_TESTS_CONFORMANCE_BOGO_TRANSPORT_H_
