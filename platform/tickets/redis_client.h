// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// One connection to a Redis or Valkey server.
#ifndef AIRLOCK_PLATFORM_TICKETS_REDIS_CLIENT_H_
#define AIRLOCK_PLATFORM_TICKETS_REDIS_CLIENT_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "ssl/io_result.h"

namespace airlock::platform {

// A stream of bytes that blocks, with a deadline of its own for each answer.
class RedisStream {
 public:
  virtual ~RedisStream() = default;
  // Sets the deadline for the next command and its whole answer. After it, Read
  // and Write fail with kDeadlineExceeded, even if bytes still arrive.
  virtual void StartAnswer() = 0;
  virtual ssl::IoResult Read(absl::Span<uint8_t> into) = 0;
  virtual ssl::IoResult Write(absl::Span<const uint8_t> from) = 0;
};

// A reply (RESP2), except errors.
struct RedisReply {
  enum class Type { kStatus, kInteger, kString, kNull, kArray };
  Type type = Type::kNull;
  std::string text;  // Of kStatus, kInteger and kString.
  std::vector<RedisReply> items;
};

// Speaks RESP2, one command at a time. Thread-compatible.
class RedisClient {
 public:
  // A reply is an error if it has more bytes, more items in all of its arrays
  // together, or arrays that are nested more deeply.
  static constexpr size_t kMostBytes = 256 << 10;
  static constexpr size_t kMostItems = 1024;
  static constexpr int kMostLevels = 4;

  explicit RedisClient(std::unique_ptr<RedisStream> stream);
  ~RedisClient();

  // Sends a command and waits for its reply. Errors: kFailedPrecondition with
  // the server's text for an error reply, after which the connection goes on;
  // kDataLoss for what is not RESP2 or too much, kUnavailable if the stream
  // ended, and the stream's own errors, after which it is of no more use.
  absl::StatusOr<RedisReply> Call(
      const std::vector<absl::string_view>& command);

 private:
  absl::Status Send(absl::string_view bytes);
  absl::Status Fill();
  absl::StatusOr<std::string> Line();
  absl::StatusOr<std::string> Bytes(size_t size);
  absl::StatusOr<RedisReply> Read(int level);

  const std::unique_ptr<RedisStream> stream_;
  std::string buffer_;
  size_t used_ = 0;      // Of `buffer_`.
  size_t received_ = 0;  // Bytes during this call.
  size_t items_ = 0;     // Of this reply's arrays.
};

}  // namespace airlock::platform

#endif  // AIRLOCK_PLATFORM_TICKETS_REDIS_CLIENT_H_
