// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/cli/input.h"

#include <unistd.h>

#include <array>
#include <cerrno>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "platform/process_environment.h"

namespace airlock::cli {
namespace {

absl::StatusOr<ssl::Secret> ReadStandardInput() {
  std::string bytes;
  const ssl::ScopedWipe wipe(&bytes);
  std::array<char, 64 << 10> chunk;
  const absl::Cleanup wipe_chunk = [&chunk] {
    ssl::Wipe(chunk.data(), chunk.size());
  };
  for (;;) {
    const ssize_t size = read(STDIN_FILENO, chunk.data(), chunk.size());
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) {
      return absl::ErrnoToStatus(errno, "standard input cannot be read");
    }
    if (size == 0) break;
    if (bytes.size() + size > platform::Host::kMaxFileSize) {
      return absl::ResourceExhaustedError(
          "standard input is larger than 64 MiB");
    }
    if (bytes.size() + size > bytes.capacity()) {
      // Grown by hand, so that the old memory can be wiped.
      std::string larger;
      const ssl::ScopedWipe wipe_old(&larger);
      larger.reserve(2 * (bytes.size() + size));
      larger = bytes;
      bytes.swap(larger);
    }
    bytes.append(chunk.data(), size);
  }
  return ssl::Secret(bytes);
}

absl::StatusOr<ssl::Secret> ReadVariable(const std::string& name) {
  config::EnvironmentMap environment = platform::CurrentVariables();
  const absl::Cleanup wipe = [&environment] {
    for (auto& [key, value] : environment) {
      ssl::Wipe(&value);
    }
  };
  const auto found = environment.find(name);
  if (found == environment.end()) {
    return absl::NotFoundError(
        absl::StrCat("the environment has no variable ", name));
  }
  return ssl::Secret(found->second);
}

}  // namespace

bool IsFile(absl::string_view source) {
  return !source.empty() && source != "-" && !absl::StartsWith(source, "env:");
}

absl::StatusOr<ssl::Secret> ReadSource(const std::string& source,
                                       platform::Host* host) {
  absl::string_view name = source;
  absl::StatusOr<ssl::Secret> secret;
  if (source == "-") {
    secret = ReadStandardInput();
  } else if (absl::ConsumePrefix(&name, "env:")) {
    secret = ReadVariable(std::string(name));
  } else {
    absl::StatusOr<platform::FileContent> file = host->ReadFile(source);
    if (!file.ok()) return file.status();
    const ssl::ScopedWipe wipe(&file->bytes);
    secret = ssl::Secret(file->bytes);
  }
  if (secret.ok() && secret->empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat(source == "-" ? "standard input" : source, " is empty"));
  }
  return secret;
}

}  // namespace airlock::cli
