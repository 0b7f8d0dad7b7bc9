// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tests/conformance/bogo_transport.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <utility>

#include "absl/time/time.h"
#include "platform/tcp.h"

namespace airlock::bogo {

absl::StatusOr<std::unique_ptr<RunnerTransport>> RunnerTransport::Connect(
    int port, Quota* quota) {
  absl::StatusOr<std::unique_ptr<platform::PosixTransport>> stream;
  // The runner listens on the first of these that the machine has.
  for (const char* host : {"::1", "127.0.0.1"}) {
    stream = platform::Dial(host, static_cast<uint16_t>(port),
                            absl::InfiniteDuration());
    if (stream.ok()) break;
  }
  if (!stream.ok()) return stream.status();
  const int on = 1;
  setsockopt((*stream)->fd(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return std::unique_ptr<RunnerTransport>(
      new RunnerTransport(*std::move(stream), quota));
}

RunnerTransport::RunnerTransport(
    std::unique_ptr<platform::PosixTransport> stream, Quota* quota)
    : stream_(std::move(stream)), quota_(quota) {}

RunnerTransport::~RunnerTransport() {
  shutdown(stream_->fd(), SHUT_WR);
  uint8_t rest[1024];
  while (stream_->Read(absl::MakeSpan(rest)).done()) {
  }
}

ssl::IoResult RunnerTransport::Read(absl::Span<uint8_t> into) {
  if (quota_ == nullptr) return stream_->Read(into);
  if (quota_->read == 0) return ssl::IoResult::WantRead();
  ssl::IoResult result =
      stream_->Read(into.first(std::min(into.size(), quota_->read)));
  if (result.done()) quota_->read -= result.bytes();
  return result;
}

ssl::IoResult RunnerTransport::Write(absl::Span<const uint8_t> from) {
  if (quota_ == nullptr) return stream_->Write(from);
  if (quota_->write == 0) return ssl::IoResult::WantWrite();
  ssl::IoResult result =
      stream_->Write(from.first(std::min(from.size(), quota_->write)));
  if (result.done()) quota_->write -= result.bytes();
  return result;
}

}  // namespace airlock::bogo
