// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/cli/spiffe_flags.h"

#include <utility>

#include "absl/flags/flag.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "platform/cli/input.h"
#include "platform/spiffe_bundle.h"
#include "ssl/shown.h"

ABSL_FLAG(std::string, spiffe_id, "",
          "Verify the peer by its SPIFFE ID, in place of a host name: allow "
          "this one (spiffe://example.org/payroll), or with /** at the end all "
          "below. May be given several times.");
ABSL_FLAG(
    std::string, trust_domain, "",
    "A trust domain of --spiffe-id and its CAs: NAME=SOURCE, of which "
    "SOURCE is a path, \"-\" or \"env:NAME\", with PEM or a SPIFFE bundle "
    "(JWK set). May be given several times.");

namespace airlock::cli {
namespace {

std::vector<std::string> Lines(const std::string& flag) {
  return absl::StrSplit(flag, '\n', absl::SkipEmpty());
}

std::pair<std::string, std::string> NameAndSource(absl::string_view text) {
  return absl::StrSplit(text, absl::MaxSplits('=', 1));
}

}  // namespace

absl::StatusOr<std::shared_ptr<const ssl::SpiffePeers>> SpiffeFromFlags(
    platform::Host* host) {
  const std::vector<std::string> ids = Lines(absl::GetFlag(FLAGS_spiffe_id));
  const std::vector<std::string> domains =
      Lines(absl::GetFlag(FLAGS_trust_domain));
  if (ids.empty() && domains.empty()) return nullptr;
  if (ids.empty() || domains.empty()) {
    return absl::InvalidArgumentError(
        ids.empty() ? "--trust-domain needs --spiffe-id, to say which of its "
                      "IDs are allowed"
                    : "--spiffe-id needs --trust-domain, with the CAs that may "
                      "issue the ID");
  }
  std::vector<ssl::SpiffeBundle> bundles;
  for (const std::string& domain : domains) {
    auto [name, source] = NameAndSource(domain);
    if (source.empty()) {
      return absl::InvalidArgumentError(
          absl::StrCat("--trust-domain is \"", ssl::Shown(domain),
                       "\"; write NAME=SOURCE, as in example.org=bundle.pem"));
    }
    const absl::StatusOr<ssl::Secret> content = ReadSource(source, host);
    if (!content.ok()) {
      return absl::InvalidArgumentError(
          absl::StrCat("--trust-domain: ", content.status().message()));
    }
    auto bundle = platform::MakeSpiffeBundle(
        name, content->view(), absl::StrCat("--trust-domain: ", source));
    if (!bundle.ok()) return bundle.status();
    bundles.push_back(*std::move(bundle));
  }
  auto peers = platform::MakeSpiffePeers(bundles, ids);
  if (peers.ok()) return peers;
  return absl::InvalidArgumentError(
      absl::StrCat("--spiffe-id: ", peers.status().message()));
}

std::vector<std::string> SpiffeFiles() {
  std::vector<std::string> files;
  for (const std::string& domain : Lines(absl::GetFlag(FLAGS_trust_domain))) {
    std::string source = NameAndSource(domain).second;
    if (IsFile(source)) files.push_back(std::move(source));
  }
  return files;
}

}  // namespace airlock::cli
