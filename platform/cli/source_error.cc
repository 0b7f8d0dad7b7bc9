// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/cli/source_error.h"

#include <limits.h>

#include "absl/strings/str_cat.h"
#include "ssl/input_form.h"

namespace airlock::cli {
namespace {

// Whether `source` does not name an existing file: the file is missing, a part
// of the path is not a directory, or the name is too long.
bool NamesNoFile(const std::string& source, const absl::Status& status) {
  return absl::IsNotFound(status) || absl::IsFailedPrecondition(status) ||
         source.size() > NAME_MAX;
}

}  // namespace

absl::Status SourceError(absl::string_view flag, const std::string& source,
                         const absl::Status& status) {
  const bool is_secret = flag == "--password" || flag == "--fleet-key";
  const bool may_be_secret =
      ssl::MayHoldKey(source) || (is_secret && NamesNoFile(source, status));
  if (!may_be_secret) {
    return absl::Status(status.code(),
                        absl::StrCat(flag, ": ", status.message()));
  }
  return absl::InvalidArgumentError(absl::StrCat(
      flag,
      " does not name a readable file. Its value may be a secret and is not "
      "shown here, but the list of processes shows it. Use a path, \"-\" for "
      "standard input, or \"env:NAME\" for an environment variable."));
}

}  // namespace airlock::cli
