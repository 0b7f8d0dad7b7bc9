// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// libpcap, loaded when a capture is read.
#ifndef AIRLOCK_PLATFORM_CAPTURE_PCAP_LIBRARY_H_
#define AIRLOCK_PLATFORM_CAPTURE_PCAP_LIBRARY_H_

#include <pcap/pcap.h>

#include "absl/status/statusor.h"

namespace airlock::capture {

// The functions that read captures. A program that is linked with libpcap also
// loads what that needs for capturing (D-Bus, systemd, libgcrypt), which costs
// each process over 1 MB. Immutable.
struct PcapLibrary {
  decltype(&pcap_fopen_offline_with_tstamp_precision) open = nullptr;
  decltype(&pcap_close) close = nullptr;
  decltype(&pcap_datalink) link_type = nullptr;
  decltype(&pcap_datalink_val_to_name) link_type_name = nullptr;
  decltype(&pcap_next_ex) next = nullptr;
  decltype(&pcap_geterr) error = nullptr;

  // The library of this process, which stays loaded. Thread-safe. Errors:
  // kFailedPrecondition if it is not installed, or is too old.
  static absl::StatusOr<const PcapLibrary*> Get();
};

}  // namespace airlock::capture

#endif  // AIRLOCK_PLATFORM_CAPTURE_PCAP_LIBRARY_H_
