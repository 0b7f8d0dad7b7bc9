// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/launcher/development.h"

#include <memory>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "config/environment.h"
#include "platform/ca_bundle.h"
#include "platform/launcher/local_identity.h"
#include "ssl/bundle.h"
#include "ssl/secret.h"

namespace airlock::launcher {
namespace {

// The path of the bundle, if the policy does not name one.
constexpr char kBundle[] = "/run/airlock/ca.pem";

// The content of all `places`, as one text.
absl::StatusOr<std::string> ReadBundle(const std::vector<std::string>& places,
                                       platform::Host* host) {
  std::string text;
  for (const std::string& place : places) {
    const auto files = platform::ListCaFiles(host, place);
    if (!files.ok()) return files.status();
    for (const platform::CaFile& file : *files) {
      const auto content = host->ReadFile(file.path);
      if (!content.ok()) return content.status();
      if (ssl::SniffEncoding(content->bytes) != ssl::Encoding::kPem) {
        return absl::InvalidArgumentError(absl::StrCat(
            "--dev needs a CA bundle in PEM, and ", file.path, " is not PEM"));
      }
      absl::StrAppend(&text, content->bytes, "\n");
    }
  }
  return text;
}

}  // namespace

absl::Status AddDevelopment(const std::vector<std::string>& bundle,
                            const std::string& policy_bundle,
                            platform::Host* host, SandboxPlan* plan) {
  absl::StatusOr<std::string> all = ReadBundle(bundle, host);
  if (!all.ok()) return all.status();
  absl::StatusOr<LocalIdentity> identity = MakeLocalIdentity(host->Now());
  if (!identity.ok()) return identity.status();
  absl::StrAppend(&*all, identity->trusted);
  const std::string place = policy_bundle.empty() ? kBundle : policy_bundle;
  plan->files[place] = *std::move(all);
  if (policy_bundle.empty()) {
    plan->bundle = place;
    plan->environment[config::kCertFileVariable] = place;
    plan->environment.erase(config::kCertDirVariable);
  }
  plan->environment[config::kDevCertificateVariable] =
      identity->leaf.certificate;
  plan->development_key =
      std::make_shared<const ssl::Secret>(std::move(identity->leaf.key));
  return absl::OkStatus();
}

}  // namespace airlock::launcher
