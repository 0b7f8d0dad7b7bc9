// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/keys/read_key_source.h"

#include "absl/strings/str_cat.h"
#include "config/position.h"

namespace airlock::keys {

std::string KeySourcePath(const config::KeySource& source,
                          const std::string& credentials) {
  return source.credential ? absl::StrCat(credentials, "/", source.name)
                           : source.name;
}

absl::StatusOr<ssl::Secret> ReadKeySource(const config::KeySource& source,
                                          const std::string& credentials,
                                          platform::Host* host) {
  if (source.credential && credentials.empty()) {
    return config::ErrorAt(
        source.position,
        absl::StrCat("the credential ", source.name,
                     " is not there: CREDENTIALS_DIRECTORY is not set. systemd "
                     "sets it for LoadCredential="));
  }
  absl::StatusOr<platform::FileContent> content =
      host->ReadTrustedFile(KeySourcePath(source, credentials));
  if (!content.ok()) {
    return config::ErrorAt(source.position, content.status().message());
  }
  const ssl::ScopedWipe wipe(&content->bytes);
  return ssl::Secret(content->bytes);
}

}  // namespace airlock::keys
