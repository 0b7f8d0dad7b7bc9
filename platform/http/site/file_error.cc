// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/http/site/file_error.h"

#include <cerrno>

namespace airlock::http {

absl::Status FileError(int error) {
  switch (error) {
    case ENOENT:
    case ENOTDIR:
    case ENAMETOOLONG:
      return absl::NotFoundError("the file does not exist");
    case ELOOP:
      return absl::PermissionDeniedError("symbolic links are not followed");
    case ENXIO:   // A socket.
    case ENODEV:  // A device without a driver.
      return absl::PermissionDeniedError("the target is not a regular file");
    case EACCES:
    case EPERM:
      return absl::PermissionDeniedError("the file is not readable");
    case EMFILE:
    case ENFILE:
    case ENOMEM:
    case ENOBUFS:
      return absl::ResourceExhaustedError(
          "the server is short of resources; try again later");
    default:
      return absl::InternalError("the file cannot be read");
  }
}

}  // namespace airlock::http
