// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Parts of a file as the body of a response.
#ifndef AIRLOCK_PLATFORM_HTTP_SITE_FILE_READER_H_
#define AIRLOCK_PLATFORM_HTTP_SITE_FILE_READER_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "platform/http/message.h"
#include "platform/internal/unique_fd.h"

namespace airlock::http {

// Text, followed by a part of the file.
struct FilePart {
  std::string text;
  uint64_t first = 0;
  uint64_t size = 0;
};

// The parts in order. A file that has become shorter than a part is an error
// (kDataLoss): the client must not take what was sent for the whole.
class FileReader : public BodyReader {
 public:
  FileReader(platform::internal::UniqueFd fd, std::vector<FilePart> parts);

  absl::StatusOr<size_t> Read(absl::Span<char> into) override;
  std::optional<uint64_t> size() const override { return size_; }
  // The texts.
  size_t memory() const override { return memory_; }

 private:
  const platform::internal::UniqueFd fd_;
  std::vector<FilePart> parts_;
  uint64_t size_ = 0;
  size_t memory_ = 0;
  size_t part_ = 0;        // The part that is being read,
  uint64_t position_ = 0;  // and how much of its text and bytes was.
};

}  // namespace airlock::http

#endif  // AIRLOCK_PLATFORM_HTTP_SITE_FILE_READER_H_
