// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// SPIFFE IDs and lists of allowed IDs, against a second implementation that
// shares no code. Input: lines; the first is an ID, each other an allowed item.

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "ssl/spiffe_id.h"
#include "ssl/spiffe_peers.h"
#include "ssl/trust_store.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/svid.h"

namespace airlock::fuzz {
namespace {

bool IsOneOf(char c, absl::string_view all) {
  return all.find(c) != absl::string_view::npos;
}

constexpr absl::string_view kLower = "abcdefghijklmnopqrstuvwxyz0123456789.-_";
constexpr absl::string_view kUpper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

// The grammar, one character after the other. Sets `domain` to the trust
// domain.
bool IsId(absl::string_view text, std::string* domain) {
  constexpr absl::string_view kStart = "spiffe://";
  domain->clear();
  if (text.size() > 2048 || text.substr(0, kStart.size()) != kStart) {
    return false;
  }
  bool in_path = false;
  std::string segment;
  for (const char c : text.substr(kStart.size())) {
    if (c == '/') {
      if (in_path && (segment.empty() || segment == "." || segment == "..")) {
        return false;
      }
      if (!in_path) *domain = segment;
      in_path = true;
      segment.clear();
      continue;
    }
    if (!IsOneOf(c, kLower) && !(in_path && IsOneOf(c, kUpper))) return false;
    segment.push_back(c);
  }
  if (!in_path) *domain = segment;
  if (domain->empty() || domain->size() > 255) return false;
  return !in_path || (!segment.empty() && segment != "." && segment != "..");
}

// Whether `item` may be allowed; sets `domain` likewise, and `allows` to
// whether it allows `id`.
bool IsItem(const std::string& item, const std::string& id, std::string* domain,
            bool* allows) {
  const size_t end = item.size();
  if (end >= 3 && item.compare(end - 3, 3, "/**") == 0) {
    // Below "spiffe://a/b": "spiffe://a/b/" and at least one character more.
    const std::string above = item.substr(0, end - 2);
    *allows = id.size() > above.size() && id.substr(0, above.size()) == above;
    return IsId(item.substr(0, end - 3), domain);
  }
  *allows = id == item;
  return IsId(item, domain) && item != absl::StrCat("spiffe://", *domain);
}

}  // namespace
}  // namespace airlock::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace airlock;  // NOLINT(google-build-using-namespace)
  static const auto* bundle = new std::shared_ptr<const ssl::TrustStore>(
      testing::SpiffeCa("ca").bundle());
  fuzz::Input input(data, size);
  const std::string text(input.Until('\n'));
  std::string domain;
  const bool is_id = fuzz::IsId(text, &domain);
  const absl::StatusOr<ssl::SpiffeId> id = ssl::SpiffeId::Parse(text);
  fuzz::Require(id.ok() == is_id, "both agree on what an ID is");
  if (id.ok()) {
    fuzz::Require(id->text() == text && id->trust_domain() == domain &&
                      text == absl::StrCat("spiffe://", domain, id->path()),
                  "an ID is the sum of its parts");
  }
  const bool is_domain = !text.empty() && text.find('/') == std::string::npos &&
                         fuzz::IsId(absl::StrCat("spiffe://", text), &domain);
  fuzz::Require(ssl::CheckTrustDomain(text).ok() == is_domain,
                "both agree on what a trust domain is");
  constexpr size_t kMostItems = 20;
  for (size_t i = 0; i < kMostItems && !input.empty(); ++i) {
    const std::string item(input.Until('\n'));
    bool allows = false;
    const bool is_item = fuzz::IsItem(item, text, &domain, &allows);
    fuzz::Require(ssl::AllowedTrustDomain(item).ok() == is_item,
                  "both agree on what may be allowed");
    if (!is_item || !id.ok()) continue;
    const auto peers = ssl::SpiffePeers::Create({{domain, *bundle}}, {item});
    fuzz::Require(peers.ok(), "what may be allowed can be");
    fuzz::Require((*peers)->Allows(*id) == allows,
                  "both agree on what is allowed");
  }
  return 0;
}
