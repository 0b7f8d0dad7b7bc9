// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/internal/subtrees.h"

#include <openssl/x509.h>

#include <cstddef>
#include <cstdint>
#include <optional>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "ssl/internal/certificate_impl.h"
#include "ssl/internal/name_syntax.h"
#include "ssl/shown.h"
#include "ssl/verify_code.h"

namespace airlock::ssl::internal {
namespace {

SubtreeMatch InsideIf(bool inside) {
  return inside ? SubtreeMatch::kInside : SubtreeMatch::kOutside;
}

bool IsBelow(absl::string_view name, absl::string_view base) {
  return name.size() > base.size() + 1 &&
         absl::EndsWithIgnoreCase(name, base) &&
         name[name.size() - base.size() - 1] == '.';
}

bool IsAtOrBelow(absl::string_view name, absl::string_view base) {
  return absl::EqualsIgnoreCase(name, base) || IsBelow(name, base);
}

// The rule for the hosts of URIs and e-mail addresses: ".example.com" stands
// for all names below, "example.com" for itself alone.
SubtreeMatch MatchHost(absl::string_view host, absl::string_view base) {
  absl::ConsumeSuffix(&host, ".");
  absl::ConsumeSuffix(&base, ".");
  return InsideIf(absl::ConsumePrefix(&base, ".")
                      ? IsBelow(host, base)
                      : absl::EqualsIgnoreCase(host, base));
}

SubtreeMatch MatchEmail(absl::string_view name, absl::string_view base) {
  const std::optional<Mailbox> mailbox = ParseMailbox(name);
  if (!mailbox.has_value()) return SubtreeMatch::kBadName;
  const std::optional<Mailbox> one = ParseMailbox(base);
  if (!one.has_value()) return MatchHost(mailbox->domain, base);
  return InsideIf(mailbox->local == one->local &&
                  absl::EqualsIgnoreCase(mailbox->domain, one->domain));
}

SubtreeMatch MatchUri(absl::string_view name, absl::string_view base) {
  const std::optional<absl::string_view> host = UriDnsHost(name);
  if (!host.has_value()) return SubtreeMatch::kBadName;
  return MatchHost(*host, base);
}

// Whether `name` is in `base`: an address and a mask, each as long as `name`.
bool IsInSubnet(absl::string_view name, absl::string_view base) {
  for (size_t i = 0; i < name.size(); ++i) {
    const auto mask = static_cast<uint8_t>(base[name.size() + i]);
    const int difference =
        static_cast<uint8_t>(name[i]) ^ static_cast<uint8_t>(base[i]);
    if ((difference & mask) != 0) return false;
  }
  return true;
}

// What IPv6 addresses that stand for IPv4 addresses begin with (RFC 4291,
// section 2.5.5.2).
constexpr char kMapped[] = "\0\0\0\0\0\0\0\0\0\0\xFF\xFF";
constexpr size_t kMappedSize = 12;

// Whether `name` and `base`, of different versions of IP, have a host in
// common. IPv6 subnets that are larger than all of IPv4 are of IPv6 only.
bool IsSameHost(absl::string_view name, absl::string_view base) {
  const absl::string_view mapped(kMapped, kMappedSize);
  if (name.size() == 16) {
    return absl::StartsWith(name, mapped) &&
           IsInSubnet(name.substr(kMappedSize), base);
  }
  const absl::string_view mask = base.substr(16);
  return mask.substr(0, kMappedSize) == std::string(kMappedSize, '\xFF') &&
         IsInSubnet(absl::StrCat(mapped, name), base);
}

SubtreeMatch MatchIp(absl::string_view name, absl::string_view base) {
  if (name.size() != 4 && name.size() != 16) return SubtreeMatch::kBadName;
  if (base.size() == 2 * name.size()) return InsideIf(IsInSubnet(name, base));
  return IsSameHost(name, base) ? SubtreeMatch::kOverlaps
                                : SubtreeMatch::kOutside;
}

// How many relative names a distinguished name has.
int RelativeNames(const X509_NAME* name) {
  const int entries = X509_NAME_entry_count(name);
  if (entries <= 0) return 0;
  return X509_NAME_ENTRY_set(X509_NAME_get_entry(name, entries - 1)) + 1;
}

// Whether `name` begins with the relative names of `base`, in BoringSSL's
// canonical form: without case and extra spaces.
SubtreeMatch MatchDirectoryName(const X509_NAME* name, const X509_NAME* base) {
  const int wanted = RelativeNames(base);
  if (RelativeNames(name) < wanted) return SubtreeMatch::kOutside;
  if (wanted == 0) return SubtreeMatch::kInside;
  const bssl::UniquePtr<X509_NAME> prefix(
      X509_NAME_dup(const_cast<X509_NAME*>(name)));
  if (prefix == nullptr) return SubtreeMatch::kBadName;
  for (int i = X509_NAME_entry_count(prefix.get()) - 1;
       i >= 0 &&
       X509_NAME_ENTRY_set(X509_NAME_get_entry(prefix.get(), i)) >= wanted;
       --i) {
    X509_NAME_ENTRY_free(X509_NAME_delete_entry(prefix.get(), i));
  }
  const int order = X509_NAME_cmp(prefix.get(), base);
  if (order == -2) return SubtreeMatch::kBadName;
  return InsideIf(order == 0);
}

// Whether the bits that are set come before those that are not.
bool IsMask(absl::string_view mask) {
  bool ended = false;
  for (const char c : mask) {
    for (int bit = 7; bit >= 0; --bit) {
      const bool is_set = ((static_cast<uint8_t>(c) >> bit) & 1) != 0;
      if (is_set && ended) return false;
      ended = ended || !is_set;
    }
  }
  return true;
}

bool IsHostConstraint(absl::string_view base) {
  absl::ConsumePrefix(&base, ".");
  return IsDnsConstraint(base);
}

bool IsWellFormed(const GENERAL_NAME* base) {
  switch (base->type) {
    case GEN_DNS: {
      const absl::string_view dns = Asn1StringView(base->d.dNSName);
      return dns.empty() || IsDnsConstraint(dns);
    }
    case GEN_EMAIL: {
      const absl::string_view email = Asn1StringView(base->d.rfc822Name);
      return ParseMailbox(email).has_value() || IsHostConstraint(email);
    }
    case GEN_URI:
      return IsHostConstraint(
          Asn1StringView(base->d.uniformResourceIdentifier));
    case GEN_IPADD: {
      const absl::string_view ip = Asn1StringView(base->d.iPAddress);
      return (ip.size() == 8 || ip.size() == 32) &&
             IsMask(ip.substr(ip.size() / 2));
    }
    default:
      return true;
  }
}

// For messages; empty for types without a text.
std::string ConstraintText(const GENERAL_NAME* base) {
  switch (base->type) {
    case GEN_DNS:
      return absl::StrCat("\"", Shown(Asn1StringView(base->d.dNSName)), "\"");
    case GEN_EMAIL:
      return absl::StrCat("\"", Shown(Asn1StringView(base->d.rfc822Name)),
                          "\"");
    case GEN_URI:
      return absl::StrCat(
          "\"", Shown(Asn1StringView(base->d.uniformResourceIdentifier)), "\"");
    case GEN_IPADD:
      return absl::StrCat(
          "of ", Asn1StringView(base->d.iPAddress).size(),
          " bytes, which need to be an address and a contiguous mask");
    default:
      return "";
  }
}

}  // namespace

bool IsSupportedConstraint(int type) {
  return type == GEN_DNS || type == GEN_EMAIL || type == GEN_URI ||
         type == GEN_DIRNAME || type == GEN_IPADD;
}

std::string UnusableSubtreeReason(const GENERAL_SUBTREE* subtree,
                                  int* verify_code) {
  if (subtree->minimum != nullptr || subtree->maximum != nullptr) {
    *verify_code = verify_code::kSubtreeMinMax;
    return "a subtree has a minimum or maximum";
  }
  if (IsWellFormed(subtree->base)) return "";
  *verify_code = verify_code::kUnsupportedConstraintSyntax;
  return absl::StrCat("the constraint ", ConstraintText(subtree->base),
                      " is malformed");
}

SubtreeMatch MatchDnsSubtree(absl::string_view name, absl::string_view base) {
  absl::ConsumeSuffix(&name, ".");
  absl::ConsumeSuffix(&base, ".");
  if (base.empty() || IsAtOrBelow(name, base)) return SubtreeMatch::kInside;
  // "*" stands for one label, so "*.example.com" covers bar.example.com.
  absl::string_view suffix = name;
  if (!absl::ConsumePrefix(&suffix, "*.")) return SubtreeMatch::kOutside;
  const size_t dot = base.find('.');
  return dot != absl::string_view::npos &&
                 absl::EqualsIgnoreCase(base.substr(dot + 1), suffix)
             ? SubtreeMatch::kOverlaps
             : SubtreeMatch::kOutside;
}

SubtreeMatch MatchSubtree(const GENERAL_NAME* name, const GENERAL_NAME* base) {
  switch (base->type) {
    case GEN_DNS: {
      const absl::string_view dns = Asn1StringView(name->d.dNSName);
      if (!IsDnsName(dns)) return SubtreeMatch::kBadName;
      return MatchDnsSubtree(dns, Asn1StringView(base->d.dNSName));
    }
    case GEN_EMAIL:
      return MatchEmail(Asn1StringView(name->d.rfc822Name),
                        Asn1StringView(base->d.rfc822Name));
    case GEN_URI:
      return MatchUri(Asn1StringView(name->d.uniformResourceIdentifier),
                      Asn1StringView(base->d.uniformResourceIdentifier));
    case GEN_IPADD:
      return MatchIp(Asn1StringView(name->d.iPAddress),
                     Asn1StringView(base->d.iPAddress));
    case GEN_DIRNAME:
      return MatchDirectoryName(name->d.directoryName, base->d.directoryName);
    default:
      return SubtreeMatch::kBadName;
  }
}

}  // namespace airlock::ssl::internal
