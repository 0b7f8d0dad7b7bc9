// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/http/site/file_reader.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "absl/status/status.h"
#include "platform/http/site/file_error.h"

namespace airlock::http {

FileReader::FileReader(platform::internal::UniqueFd fd,
                       std::vector<FilePart> parts)
    : fd_(std::move(fd)), parts_(std::move(parts)) {
  for (const FilePart& part : parts_) {
    size_ += part.text.size() + part.size;
    memory_ += part.text.size();
  }
}

absl::StatusOr<size_t> FileReader::Read(absl::Span<char> into) {
  while (part_ < parts_.size()) {
    const FilePart& part = parts_[part_];
    const uint64_t end = part.text.size() + part.size;
    if (position_ == end) {
      ++part_;
      position_ = 0;
      continue;
    }
    if (position_ < part.text.size()) {
      const size_t size = part.text.copy(into.data(), into.size(),
                                         static_cast<size_t>(position_));
      position_ += size;
      return size;
    }
    const uint64_t offset = position_ - part.text.size();
    const size_t most = static_cast<size_t>(
        std::min<uint64_t>(into.size(), part.size - offset));
    const ssize_t size = pread(fd_.get(), into.data(), most,
                               static_cast<off_t>(part.first + offset));
    if (size < 0) {
      if (errno == EINTR) continue;
      return FileError(errno);
    }
    if (size == 0) {
      return absl::DataLossError("the file became shorter while it was sent");
    }
    position_ += static_cast<uint64_t>(size);
    return static_cast<size_t>(size);
  }
  return 0;
}

}  // namespace airlock::http
