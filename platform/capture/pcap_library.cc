// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/capture/pcap_library.h"

#include <dlfcn.h>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "ssl/shown.h"

namespace airlock::capture {
namespace {

// Debian's name, and that of others.
constexpr const char* kNames[] = {"libpcap.so.0.8", "libpcap.so.1"};

absl::Status Failure() {
  const char* const why = dlerror();
  return absl::FailedPreconditionError(absl::StrCat(
      "captures are read with libpcap, which cannot be loaded; install it "
      "(Debian's package is libpcap0.8): ",
      why == nullptr ? "" : ssl::Shown(why, 200)));
}

template <typename Function>
bool Find(void* library, const char* name, Function* function) {
  *function = reinterpret_cast<Function>(dlsym(library, name));  // NOLINT
  return *function != nullptr;
}

absl::StatusOr<const PcapLibrary*> Load() {
  void* library = nullptr;
  for (const char* const name : kNames) {
    if (library == nullptr) library = dlopen(name, RTLD_NOW | RTLD_LOCAL);
  }
  if (library == nullptr) return Failure();
  static PcapLibrary loaded;
  if (!Find(library, "pcap_fopen_offline_with_tstamp_precision",
            &loaded.open) ||
      !Find(library, "pcap_close", &loaded.close) ||
      !Find(library, "pcap_datalink", &loaded.link_type) ||
      !Find(library, "pcap_datalink_val_to_name", &loaded.link_type_name) ||
      !Find(library, "pcap_next_ex", &loaded.next) ||
      !Find(library, "pcap_geterr", &loaded.error)) {
    return Failure();
  }
  return &loaded;
}

}  // namespace

absl::StatusOr<const PcapLibrary*> PcapLibrary::Get() {
  static const auto* const library =
      new absl::StatusOr<const PcapLibrary*>(Load());
  return *library;
}

}  // namespace airlock::capture
