// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tests/fuzz/constraint_oracle.h"

#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "ssl/internal/certificate_impl.h"

namespace airlock::fuzz {
namespace {

std::string TextOf(const ASN1_STRING* string) {
  return absl::AsciiStrToLower(absl::string_view(
      reinterpret_cast<const char*>(ASN1_STRING_get0_data(string)),
      static_cast<size_t>(ASN1_STRING_length(string))));
}

// Whether `name` is `base` or below it; only below if `base` begins with a dot.
bool IsUnder(absl::string_view name, const std::string& base) {
  if (base.empty()) return true;
  if (base[0] == '.') return absl::EndsWith(name, base);
  return name == base || absl::EndsWith(name, "." + base);
}

bool IsDnsWithin(const std::string& name, const std::string& base) {
  return IsUnder(name, base);
}

// Whether any host that `name` covers is within `base`.
bool MayDnsBeWithin(const std::string& name, const std::string& base) {
  if (IsUnder(name, base)) return true;
  return absl::StartsWith(name, "*.") && IsUnder(base, name.substr(1));
}

bool IsAddressWithin(const ASN1_STRING* address, const ASN1_STRING* range) {
  const int size = ASN1_STRING_length(address);
  if (ASN1_STRING_length(range) != 2 * size) return false;
  const uint8_t* const bytes = ASN1_STRING_get0_data(address);
  const uint8_t* const base = ASN1_STRING_get0_data(range);
  for (int i = 0; i < size; ++i) {
    if (((bytes[i] ^ base[i]) & base[size + i]) != 0) return false;
  }
  return true;
}

// "a.test" is all mailboxes on that host, "x@a.test" one.
bool IsMailWithin(const std::string& mail, const std::string& base) {
  const std::string host = mail.substr(mail.find('@') + 1);
  if (absl::StrContains(base, '@')) return mail == base;
  return base[0] == '.' ? absl::EndsWith(host, base) : host == base;
}

// "a.test" is that host, ".a.test" all below it.
bool IsUriWithin(const std::string& uri, const std::string& base) {
  const size_t start = uri.find("://") + 3;
  const std::string host = uri.substr(start, uri.find('/', start) - start);
  return base[0] == '.' ? absl::EndsWith(host, base) : host == base;
}

bool IsWithin(const GENERAL_NAME* name, const GENERAL_NAME* base,
              bool is_excluded) {
  switch (name->type) {
    case GEN_DNS: {
      const std::string text = TextOf(name->d.dNSName);
      const std::string limit = TextOf(base->d.dNSName);
      return is_excluded ? MayDnsBeWithin(text, limit)
                         : IsDnsWithin(text, limit);
    }
    case GEN_IPADD:
      return IsAddressWithin(name->d.iPAddress, base->d.iPAddress);
    case GEN_EMAIL:
      return IsMailWithin(TextOf(name->d.rfc822Name),
                          TextOf(base->d.rfc822Name));
    case GEN_URI:
      return IsUriWithin(TextOf(name->d.uniformResourceIdentifier),
                         TextOf(base->d.uniformResourceIdentifier));
    default:
      return false;
  }
}

// How many of `trees` are of the type of `name`, and whether it is in one.
bool IsInOne(const STACK_OF(GENERAL_SUBTREE) * trees, const GENERAL_NAME* name,
             bool is_excluded, bool* of_its_type) {
  *of_its_type = false;
  if (trees == nullptr) return false;
  for (const GENERAL_SUBTREE* tree : trees) {
    if (tree->base->type != name->type) continue;
    *of_its_type = true;
    if (IsWithin(name, tree->base, is_excluded)) return true;
  }
  return false;
}

bool Allows(const NAME_CONSTRAINTS* constraints, const GENERAL_NAME* name) {
  bool of_its_type = false;
  if (IsInOne(constraints->excludedSubtrees, name, true, &of_its_type)) {
    return false;
  }
  const bool is_permitted =
      IsInOne(constraints->permittedSubtrees, name, false, &of_its_type);
  return is_permitted || !of_its_type;
}

}  // namespace

bool ConstraintsAllow(const std::vector<ssl::Certificate>& path) {
  for (size_t issuer = 1; issuer < path.size(); ++issuer) {
    const bssl::UniquePtr<NAME_CONSTRAINTS> constraints(
        static_cast<NAME_CONSTRAINTS*>(
            X509_get_ext_d2i(path[issuer].impl().x509.get(),
                             NID_name_constraints, nullptr, nullptr)));
    if (constraints == nullptr) continue;
    for (size_t below = 0; below < issuer; ++below) {
      // Self-issued intermediates are exempt (RFC 5280, section 6.1.3 (b)).
      if (below > 0 && path[below].is_self_issued()) continue;
      const bssl::UniquePtr<GENERAL_NAMES> names(static_cast<GENERAL_NAMES*>(
          X509_get_ext_d2i(path[below].impl().x509.get(), NID_subject_alt_name,
                           nullptr, nullptr)));
      if (names == nullptr) continue;
      for (const GENERAL_NAME* name : names.get()) {
        if (!Allows(constraints.get(), name)) return false;
      }
    }
  }
  return true;
}

}  // namespace airlock::fuzz
