// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/spiffe_peers.h"

#include <cstddef>
#include <optional>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "ssl/error.h"
#include "ssl/internal/certificate_impl.h"
#include "ssl/internal/certificate_text.h"
#include "ssl/internal/spiffe_peers_impl.h"
#include "ssl/internal/svid.h"
#include "ssl/sha256.h"
#include "ssl/shown.h"
#include "ssl/verify_code.h"

namespace airlock::ssl {
namespace {

constexpr absl::string_view kBelow = "/**";

absl::Status Invalid(absl::string_view where, const ErrorText& what,
                     const ErrorText& advice = "") {
  return MakeStatus(ErrorKind::kInvalidArgument,
                    ErrorParts{where, what, advice});
}

// An item of `allowed`.
struct AllowedItem {
  std::string trust_domain;
  std::string text;  // The ID, or what the IDs begin with.
  bool is_prefix = false;
};

absl::StatusOr<AllowedItem> ParseAllowed(absl::string_view text) {
  absl::string_view base = text;
  const bool is_prefix = absl::ConsumeSuffix(&base, kBelow);
  const absl::StatusOr<SpiffeId> id = SpiffeId::Parse(base);
  if (!id.ok()) {
    return absl::StrContains(base, '*')
               ? Invalid("", absl::StrCat("\"", Shown(text),
                                          "\" is not an allowed SPIFFE ID: a "
                                          "wildcard can only be \"/**\" at the "
                                          "end, for all IDs below"))
               : id.status();
  }
  if (!is_prefix && id->path().empty()) {
    return Invalid("", absl::StrCat("\"", Shown(text), "\" has no path"),
                   absl::StrCat("for all IDs of this trust domain, write \"",
                                Shown(text), "/**\"."));
  }
  return AllowedItem{std::string(id->trust_domain()),
                     is_prefix ? absl::StrCat(base, "/") : id->text(),
                     is_prefix};
}

// A certificate that both bundles contain. Errors: those of
// TrustStore::Certificates.
absl::StatusOr<std::optional<Certificate>> FindShared(const TrustStore& bundle,
                                                      const TrustStore& other) {
  const absl::StatusOr<std::vector<Certificate>> all = bundle.Certificates();
  if (!all.ok()) return all.status();
  for (const Certificate& certificate : *all) {
    if (other.Contains(certificate)) {
      return std::optional<Certificate>(certificate);
    }
  }
  return std::nullopt;
}

absl::Status AddBundle(const SpiffeBundle& bundle, SpiffePeers::Impl* impl) {
  const absl::Status name = CheckTrustDomain(bundle.trust_domain);
  if (!name.ok()) return name;
  if (bundle.bundle == nullptr) {
    return Invalid("", absl::StrCat("The trust domain \"", bundle.trust_domain,
                                    "\" has no bundle."));
  }
  for (const auto& [domain, other] : impl->bundles) {
    const absl::StatusOr<std::optional<Certificate>> shared =
        FindShared(*bundle.bundle, *other);
    if (!shared.ok()) return shared.status();
    if (!shared->has_value()) continue;
    return Invalid(
        "",
        absl::StrCat("The bundles of the trust domains \"", domain, "\" and \"",
                     bundle.trust_domain,
                     "\" have a CA in common, which could issue IDs of both: ",
                     internal::DescribeCertificate(**shared)),
        "each trust domain needs CAs of its own.");
  }
  if (!impl->bundles.emplace(bundle.trust_domain, bundle.bundle).second) {
    return Invalid("", absl::StrCat("The trust domain \"", bundle.trust_domain,
                                    "\" is there twice."));
  }
  return absl::OkStatus();
}

// "a, b and 3 more", for any container of texts.
class Listing {
 public:
  void Add(absl::string_view item) {
    constexpr size_t kMostListed = 10;
    if (++count_ > kMostListed) return;
    absl::StrAppend(&text_, count_ > 1 ? ", " : "", Shown(item));
    listed_ = count_;
  }
  std::string Take() {
    if (count_ > listed_) {
      absl::StrAppend(&text_, " and ", count_ - listed_, " more");
    }
    return std::move(text_);
  }

 private:
  std::string text_;
  size_t count_ = 0;
  size_t listed_ = 0;
};

// Whatever decides, so that its parts cannot be mistaken for one another.
std::string FingerprintOf(const SpiffePeers::Impl& impl) {
  std::string all = "airlock spiffe peers 1\n";
  for (const auto& [domain, bundle] : impl.bundles) {
    absl::StrAppend(&all, "bundle ", domain.size(), ":", domain, " ",
                    bundle->content_hash());
  }
  for (const std::string& id : impl.ids) {
    absl::StrAppend(&all, "id ", id.size(), ":", id);
  }
  for (const std::string& prefix : impl.prefixes) {
    absl::StrAppend(&all, "prefix ", prefix.size(), ":", prefix);
  }
  return Sha256(all);
}

}  // namespace

SpiffePeers::SpiffePeers(std::unique_ptr<const Impl> impl)
    : impl_(std::move(impl)) {}
SpiffePeers::~SpiffePeers() = default;

absl::StatusOr<std::shared_ptr<const SpiffePeers>> SpiffePeers::Create(
    const std::vector<SpiffeBundle>& bundles,
    const std::vector<std::string>& allowed) {
  auto impl = std::make_unique<Impl>();
  if (bundles.empty()) {
    return Invalid("",
                   "To verify SPIFFE IDs, a bundle is required for each "
                   "trust domain.");
  }
  for (const SpiffeBundle& bundle : bundles) {
    const absl::Status status = AddBundle(bundle, impl.get());
    if (!status.ok()) return status;
  }
  if (allowed.empty()) {
    return Invalid("",
                   "To verify SPIFFE IDs, the IDs that are allowed are "
                   "required",
                   "for all of a trust domain, write "
                   "\"spiffe://example.org/**\".");
  }
  for (const std::string& text : allowed) {
    absl::StatusOr<AllowedItem> item = ParseAllowed(text);
    if (!item.ok()) return item.status();
    if (impl->bundles.find(item->trust_domain) == impl->bundles.end()) {
      Listing domains;
      for (const auto& bundle : impl->bundles) domains.Add(bundle.first);
      return Invalid("", absl::StrCat("\"", Shown(text),
                                      "\" is allowed, but there is no bundle "
                                      "for its trust domain; there are bundles "
                                      "for ",
                                      domains.Take()));
    }
    auto& items = item->is_prefix ? impl->prefixes : impl->ids;
    if (!items.insert(std::move(item->text)).second) {
      return Invalid("",
                     absl::StrCat("\"", Shown(text), "\" is allowed twice."));
    }
  }
  impl->fingerprint = FingerprintOf(*impl);
  return std::shared_ptr<const SpiffePeers>(new SpiffePeers(std::move(impl)));
}

const TrustStore* SpiffePeers::BundleOf(absl::string_view trust_domain) const {
  const auto found = impl_->bundles.find(trust_domain);
  return found == impl_->bundles.end() ? nullptr : found->second.get();
}

bool SpiffePeers::Allows(const SpiffeId& id) const {
  const absl::string_view text = id.text();
  if (impl_->ids.find(text) != impl_->ids.end()) return true;
  for (size_t i = text.size() - id.path().size(); i < text.size(); ++i) {
    if (text[i] == '/' &&
        impl_->prefixes.find(text.substr(0, i + 1)) != impl_->prefixes.end()) {
      return true;
    }
  }
  return false;
}

std::string SpiffePeers::TrustDomainsText() const {
  Listing listing;
  for (const auto& bundle : impl_->bundles) listing.Add(bundle.first);
  return listing.Take();
}

std::string SpiffePeers::AllowedText() const {
  Listing listing;
  for (const std::string& id : impl_->ids) listing.Add(id);
  for (const std::string& prefix : impl_->prefixes) {
    listing.Add(absl::StrCat(prefix, "**"));
  }
  return listing.Take();
}

const std::string& SpiffePeers::fingerprint() const {
  return impl_->fingerprint;
}

absl::StatusOr<std::string> AllowedTrustDomain(absl::string_view text) {
  absl::StatusOr<AllowedItem> item = ParseAllowed(text);
  if (!item.ok()) return item.status();
  return std::move(item->trust_domain);
}

absl::StatusOr<SpiffeId> LeafSpiffeId(const Certificate& certificate) {
  std::optional<SpiffeId> id;
  const absl::StatusOr<internal::SvidFinding> finding =
      internal::CheckSvid(certificate.impl().x509.get(), &id);
  if (!finding.ok()) return finding.status();
  if (id.has_value()) return *std::move(id);
  Error error;
  error.kind = ErrorKind::kVerification;
  error.verify_code = verify_code::kUnspecified;
  error.verify_message = finding->what;
  error.depth = 0;
  error.subject = certificate.subject();
  error.what = absl::StrCat(finding->what, " (", finding->rule,
                            "): ", internal::DescribeCertificate(certificate));
  error.advice = std::string(VerifyCodeAdvice(error.verify_code));
  return MakeStatus(error);
}

}  // namespace airlock::ssl
