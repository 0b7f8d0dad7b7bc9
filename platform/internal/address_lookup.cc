// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/internal/address_lookup.h"

#include <sys/eventfd.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "platform/fork_guard.h"
#include "platform/internal/unique_fd.h"

namespace airlock::platform::internal {
namespace {

// EMFILE or ENFILE if no descriptor can be opened, otherwise 0.
int LackOfDescriptors() {
  const UniqueFd probe(eventfd(0, EFD_CLOEXEC));
  return !probe.valid() && (errno == EMFILE || errno == ENFILE) ? errno : 0;
}

absl::Status Failed(int error, int system_error) {
  if (error != EAI_SYSTEM) system_error = LackOfDescriptors();
  if (system_error != 0) {
    return absl::Status(absl::ErrnoToStatusCode(system_error),
                        std::strerror(system_error));
  }
  if (error == EAI_NONAME || error == EAI_NODATA) {
    return absl::NotFoundError(
        absl::StrCat(gai_strerror(error), "; is the host name spelled right?"));
  }
  return absl::UnavailableError(gai_strerror(error));
}

}  // namespace

absl::StatusOr<AddressList> LookUpAddresses(const std::string& host,
                                            uint16_t port, int flags) {
  addrinfo hints = {};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = flags | AI_NUMERICSERV;
  if (host.find('\0') != std::string::npos) return Failed(EAI_NONAME, 0);
  addrinfo* list = nullptr;
  const std::string service = absl::StrCat(port);
  int error = 0;
  {
    const ForkPause fork_pause;
    error = getaddrinfo(host.empty() ? nullptr : host.c_str(), service.c_str(),
                        &hints, &list);
  }
  if (error != 0) return Failed(error, errno);
  return AddressList(list);
}

}  // namespace airlock::platform::internal
