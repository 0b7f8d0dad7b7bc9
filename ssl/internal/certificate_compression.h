// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Certificate messages compressed with zlib (RFC 8879).
#ifndef AIRLOCK_SSL_INTERNAL_CERTIFICATE_COMPRESSION_H_
#define AIRLOCK_SSL_INTERNAL_CERTIFICATE_COMPRESSION_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/types/span.h"

namespace airlock::ssl::internal {

// The CertificateCompressionAlgorithm of zlib (RFC 8879, section 7.3), and its
// name there.
inline constexpr uint16_t kZlibAlgorithm = 1;
inline constexpr char kZlibName[] = "zlib";

// `message` as one zlib stream (RFC 1950), or null if memory runs out.
std::shared_ptr<const std::string> CompressMessage(
    absl::Span<const uint8_t> message);

// Fills `message`, whose size the peer declared, from `compressed`, which must
// be one zlib stream of that many bytes and nothing else. Besides `message`, it
// needs at most 50 KB, whatever the stream claims.
//
// Errors: kProtocol, with alert bad_certificate (RFC 8879, section 4), for a
// stream that is damaged, ends early, needs a dictionary, has another size, or
// is followed by other bytes; kInternal if memory runs out.
absl::Status DecompressMessage(absl::Span<const uint8_t> compressed,
                               absl::Span<uint8_t> message);

// Compresses each Certificate message of the same credentials once. There are
// few: with and without a stapled OCSP response, and SCTs. Thread-safe.
class CompressedMessages {
 public:
  CompressedMessages() = default;
  CompressedMessages(const CompressedMessages&) = delete;
  CompressedMessages& operator=(const CompressedMessages&) = delete;

  // CompressMessage(message), remembered for the latest four.
  std::shared_ptr<const std::string> Of(absl::Span<const uint8_t> message);

  // How many messages it remembers.
  size_t size() const;

 private:
  struct Entry {
    std::string message;
    std::shared_ptr<const std::string> compressed;
  };

  std::shared_ptr<const std::string> Find(absl::Span<const uint8_t> message);

  mutable absl::Mutex mutex_;
  std::vector<Entry> entries_ ABSL_GUARDED_BY(mutex_);  // The oldest first.
};

}  // namespace airlock::ssl::internal

#endif  // AIRLOCK_SSL_INTERNAL_CERTIFICATE_COMPRESSION_H_
