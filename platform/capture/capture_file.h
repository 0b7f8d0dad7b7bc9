// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Reads captures: pcap and pcapng, with libpcap.
#ifndef AIRLOCK_PLATFORM_CAPTURE_CAPTURE_FILE_H_
#define AIRLOCK_PLATFORM_CAPTURE_CAPTURE_FILE_H_

#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace airlock::capture {

// A capture that is being read. Thread-compatible.
class CaptureFile {
 public:
  // Opens the file at `path`, or standard input for "-", and reads its header.
  // Errors: kNotFound, kPermissionDenied and so on if it cannot be opened;
  // kInvalidArgument if it is not a capture, or has a link type that
  // ParsePacket does not know.
  static absl::StatusOr<std::unique_ptr<CaptureFile>> Open(
      const std::string& path);

  ~CaptureFile();
  CaptureFile(const CaptureFile&) = delete;
  CaptureFile& operator=(const CaptureFile&) = delete;

  struct Packet {
    absl::Time time;
    // What was captured; valid until the next one is read.
    absl::string_view bytes;
  };
  // The next packet; unset at the end. An error (kDataLoss) if the file is cut
  // off or damaged: the packets before are good.
  absl::StatusOr<std::optional<Packet>> Read();

  int link_type() const;

 private:
  struct Impl;
  explicit CaptureFile(std::unique_ptr<Impl> impl);
  const std::unique_ptr<Impl> impl_;
};

}  // namespace airlock::capture

#endif  // AIRLOCK_PLATFORM_CAPTURE_CAPTURE_FILE_H_
