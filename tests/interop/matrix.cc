// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tests/interop/matrix.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/interop/peers.h"

namespace airlock::interop {
namespace {

using ssl::TlsVersion;

constexpr TlsVersion kVersions[] = {TlsVersion::kTls1_0, TlsVersion::kTls1_1,
                                    TlsVersion::kTls1_2, TlsVersion::kTls1_3};
constexpr const char* kGroups[] = {"X25519", "P-256", "P-384", "P-521"};
constexpr const char* kKeys[] = {"server_rsa", "server_p256", "server_p384",
                                 "server_ed25519"};
constexpr const char* kClients[] = {"", "client_rsa", "client_p256",
                                    "client_ed25519"};
constexpr Alpn kAlpns[] = {Alpn::kNone, Alpn::kCommon, Alpn::kOther};

bool HasSuite(TlsVersion version, const std::string& suite) {
  if (version == TlsVersion::kTls1_3) return IsTls13(suite);
  if (IsTls13(suite)) return false;
  const bool aead =
      absl::StrContains(suite, "GCM") || absl::StrContains(suite, "CHACHA20");
  return !aead || version == TlsVersion::kTls1_2;
}

bool IsEd25519(const std::string& name) {
  return absl::EndsWith(name, "ed25519");
}

// TLS 1.1 and below have no name for its signatures.
bool CanUse(const std::string& name, TlsVersion version) {
  return !IsEd25519(name) || version >= TlsVersion::kTls1_2;
}

// The curve of an ECDSA key; empty for others.
std::string CurveOf(const std::string& key) {
  if (absl::EndsWith(key, "p256")) return "P-256";
  if (absl::EndsWith(key, "p384")) return "P-384";
  return "";
}

std::vector<Combination> All() {
  std::vector<Combination> all;
  Combination c;
  for (const TlsVersion version : kVersions) {
    c.version = version;
    for (const std::string& suite : CommonCiphers()) {
      if (!HasSuite(version, suite)) continue;
      c.suite = suite;
      for (const char* group : kGroups) {
        c.group = group;
        for (const char* key : kKeys) {
          c.key = key;
          for (const Alpn alpn : kAlpns) {
            c.alpn = alpn;
            c.asks = false;
            c.client = "";
            all.push_back(c);
            c.asks = true;
            for (const char* client : kClients) {
              c.client = client;
              all.push_back(c);
            }
          }
        }
      }
    }
  }
  return all;
}

// The values of a combination, one for each dimension. The last are the reasons
// against it, so that each occurs alone, too.
using Values = std::array<size_t, 8>;

// Numbers the values of each dimension.
class Numbers {
 public:
  Values Of(const Combination& c) {
    return {Number(0, absl::StrCat(static_cast<int>(c.version))),
            Number(1, c.suite),
            Number(2, c.group),
            Number(3, c.key),
            Number(4, absl::StrCat(c.asks, c.client)),
            Number(5, absl::StrCat(static_cast<int>(c.alpn))),
            Number(6, absl::StrCat(c.resumes)),
            Number(7, Names(c))};
  }

 private:
  static std::string Names(const Combination& c) {
    std::string names;
    for (const Reason reason : ReasonsAgainst(c)) {
      absl::StrAppend(&names, static_cast<int>(reason), " ");
    }
    return names;
  }

  size_t Number(size_t dimension, const std::string& value) {
    auto& known = known_[dimension];
    return known.emplace(value, known.size()).first->second;
  }

  std::array<std::map<std::string, size_t>, std::tuple_size<Values>::value>
      known_;
};

// A number for each choice of `at_once` of the values.
std::vector<size_t> Choices(const Values& values, size_t at_once) {
  constexpr size_t kMostValues = 16;
  std::vector<size_t> choices;
  for (size_t mask = 0; mask < size_t{1} << values.size(); ++mask) {
    size_t chosen = 0;
    size_t number = 0;
    for (size_t i = 0; i < values.size(); ++i) {
      if ((mask >> i & 1) == 0) continue;
      ++chosen;
      number = number * kMostValues + values[i];
    }
    if (chosen == at_once) {
      choices.push_back(number << values.size() | mask);
    }
  }
  return choices;
}

}  // namespace

std::ostream& operator<<(std::ostream& out, const Combination& c) {
  constexpr const char* kAlpnNames[] = {"no ALPN", "common ALPN", "other ALPN"};
  out << ssl::TlsVersionName(c.version) << " " << c.suite << " " << c.group
      << " " << c.key << " ";
  if (c.asks) {
    out << (c.client.empty() ? "without the required client certificate"
                             : c.client);
  } else {
    out << "no client certificate required";
  }
  return out << ", " << kAlpnNames[static_cast<int>(c.alpn)]
             << (c.resumes ? ", resumed" : "");
}

bool IsTls13(const std::string& suite) {
  return absl::StartsWith(suite, "TLS_");
}

std::vector<Reason> ReasonsAgainst(const Combination& c) {
  std::vector<Reason> reasons;
  // Before TLS 1.3, the suite decides about the type of the server's key, and
  // the groups about the curve of an ECDSA key, too (RFC 8422, section 5.1).
  if (c.version < TlsVersion::kTls1_3) {
    const bool wants_rsa = !absl::StrContains(c.suite, "ECDSA");
    const std::string curve = CurveOf(c.key);
    if (wants_rsa != (c.key == "server_rsa") || !CanUse(c.key, c.version)) {
      reasons.push_back(Reason::kSuite);
    } else if (!curve.empty() && curve != c.group) {
      reasons.push_back(Reason::kCurve);
    }
  }
  if (c.asks && c.client.empty()) {
    reasons.push_back(Reason::kNoClient);
  } else if (c.asks && !CanUse(c.client, c.version)) {
    reasons.push_back(Reason::kClientType);
  }
  if (c.alpn == Alpn::kOther) reasons.push_back(Reason::kNoProtocol);
  return reasons;
}

std::vector<Combination> Accepted() {
  std::vector<Combination> accepted;
  for (Combination& c : All()) {
    if (!ReasonsAgainst(c).empty()) continue;
    accepted.push_back(c);
    c.resumes = true;
    accepted.push_back(std::move(c));
  }
  return accepted;
}

std::vector<Combination> Refused() {
  std::vector<Combination> refused;
  for (Combination& c : All()) {
    if (!ReasonsAgainst(c).empty()) refused.push_back(std::move(c));
  }
  return refused;
}

std::vector<Combination> Covering(const std::vector<Combination>& all,
                                  size_t at_once) {
  Numbers numbers;
  std::set<size_t> missing;
  // Of each combination: what of it is still missing.
  std::vector<std::vector<size_t>> choices;
  for (const Combination& c : all) {
    choices.push_back(Choices(numbers.Of(c), at_once));
    missing.insert(choices.back().begin(), choices.back().end());
  }
  std::vector<Combination> covering;
  while (!missing.empty()) {
    size_t best = 0;
    for (size_t i = 0; i < all.size(); ++i) {
      auto& left = choices[i];
      // What was missing in an earlier round can only have become less.
      if (left.size() <= choices[best].size() && i != best) continue;
      left.erase(std::remove_if(left.begin(), left.end(),
                                [&missing](size_t choice) {
                                  return missing.count(choice) == 0;
                                }),
                 left.end());
      if (left.size() > choices[best].size()) best = i;
    }
    covering.push_back(all[best]);
    for (const size_t choice : choices[best]) missing.erase(choice);
    choices[best].clear();
  }
  return covering;
}

}  // namespace airlock::interop
