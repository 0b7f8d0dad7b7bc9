// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Compresses the body of a response.
#ifndef AIRLOCK_PLATFORM_HTTP_SITE_GZIP_READER_H_
#define AIRLOCK_PLATFORM_HTTP_SITE_GZIP_READER_H_

#include <cstddef>
#include <memory>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "platform/http/message.h"

namespace airlock::http {

// Another reader's bytes as gzip (RFC 1952), compressed while they are read. An
// error of the other reader is an error here, so that the client does not see a
// complete stream. Uses 128 KiB besides its buffer.
class GzipReader : public BodyReader {
 public:
  // kResourceExhausted if out of memory.
  static absl::StatusOr<std::unique_ptr<GzipReader>> Create(
      std::unique_ptr<BodyReader> source);
  ~GzipReader() override;

  // Compresses at most about 256 KiB at once, so that a file that shrinks to
  // almost nothing does not keep its thread from other connections.
  absl::StatusOr<size_t> Read(absl::Span<char> into) override;
  // The other reader's.
  size_t memory() const override;

 private:
  struct State;
  explicit GzipReader(std::unique_ptr<State> state);

  const std::unique_ptr<State> state_;
};

}  // namespace airlock::http

#endif  // AIRLOCK_PLATFORM_HTTP_SITE_GZIP_READER_H_
