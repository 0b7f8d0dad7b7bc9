// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Host names against certificates, and against a second implementation of RFC
// 9525 that shares no code. Input: lines; the first is the host, each other a
// subject alternative name ("Dlocalhost", "I" and the bytes of an address).

#include <arpa/inet.h>
#include <openssl/bytestring.h>
#include <openssl/nid.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/string_view.h"
#include "ssl/certificate.h"
#include "ssl/hostname.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/mint.h"

namespace airlock::fuzz {
namespace {

struct Name {
  bool is_address = false;
  std::string value;
};

ssl::Certificate CertificateFor(const std::vector<Name>& names) {
  static EVP_PKEY* key = testing::MintKey().release();
  bssl::ScopedCBB out;
  CBB list;
  bool ok = CBB_init(out.get(), 64) != 0 &&
            CBB_add_asn1(out.get(), &list, CBS_ASN1_SEQUENCE) != 0;
  for (const Name& name : names) {
    CBB content;
    const unsigned tag = CBS_ASN1_CONTEXT_SPECIFIC | (name.is_address ? 7 : 2);
    ok = ok && CBB_add_asn1(&list, &content, tag) != 0 &&
         CBB_add_bytes(&content,
                       reinterpret_cast<const uint8_t*>(name.value.data()),
                       name.value.size()) != 0 &&
         CBB_flush(&list) != 0;
  }
  Require(ok && CBB_flush(out.get()) != 0, "names can be encoded");
  testing::MintOptions options;
  options.common_names = {"localhost"};
  options.issuer = "issuer";
  options.extensions = {
      {NID_subject_alt_name,
       std::string(Text(CBB_data(out.get()), CBB_len(out.get()))),
       /*is_der=*/true}};
  return testing::Mint(options, key, key);
}

// The bytes of an address in text; empty: it is not an address.
std::string AddressOf(std::string host) {
  if (host.find('\0') != std::string::npos) return "";
  std::array<char, 16> bytes;
  if (inet_pton(AF_INET, host.c_str(), bytes.data()) == 1) {
    return std::string(bytes.data(), 4);
  }
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
  }
  host = host.substr(0, host.find('%'));
  return inet_pton(AF_INET6, host.c_str(), bytes.data()) == 1
             ? std::string(bytes.data(), 16)
             : "";
}

// Whether `name`, of a certificate, is or covers `host`, in lower case.
bool Covers(std::string name, const std::string& host) {
  for (char& c : name)
    c = static_cast<char>(absl::ascii_tolower(static_cast<unsigned char>(c)));
  if (name == host) return true;
  if (name.substr(0, 2) != "*.") return false;
  const std::string suffix = name.substr(1);
  const size_t labels =
      static_cast<size_t>(std::count(suffix.begin(), suffix.end(), '.'));
  if (labels < 2 || host.size() <= suffix.size()) return false;
  const size_t first = host.size() - suffix.size();
  return host.substr(first) == suffix && host.find('.') == first;
}

bool Matches(const std::vector<Name>& names, std::string host) {
  std::string address = AddressOf(host);
  if (address.empty() && !host.empty() && host.back() == '.') host.pop_back();
  for (char& c : host)
    c = static_cast<char>(absl::ascii_tolower(static_cast<unsigned char>(c)));
  for (const Name& name : names) {
    if (name.is_address != !address.empty()) continue;
    if (name.is_address ? name.value == address : Covers(name.value, host)) {
      return true;
    }
  }
  return false;
}

// Names that any implementation has to understand.
bool IsClean(const Name& name) {
  if (name.is_address) return name.value.size() == 4 || name.value.size() == 16;
  const auto is_clean = [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '-' ||
           c == '.' || c == '*';
  };
  return !name.value.empty() &&
         std::all_of(name.value.begin(), name.value.end(), is_clean);
}

}  // namespace
}  // namespace airlock::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace airlock;  // NOLINT(google-build-using-namespace)
  fuzz::Input input(data, size);
  fuzz::ResetRandom();
  const std::string host(input.Until('\n'));
  std::vector<fuzz::Name> names;
  constexpr size_t kMostNames = 20;
  while (!input.empty() && names.size() < kMostNames) {
    const bool is_address = input.Byte() == 'I';
    names.push_back({is_address, std::string(input.Until('\n'))});
  }
  const absl::Status status =
      ssl::MatchHostname(fuzz::CertificateFor(names), host);
  const bool matches = fuzz::Matches(names, host);
  fuzz::Require(!status.ok() || matches, "only a name that matches matches");
  const bool is_host = ssl::ParseHost(host).ok();
  fuzz::Require(!status.ok() || is_host, "only a host name matches");
  fuzz::Require(status.ok() || !matches || !is_host ||
                    !std::all_of(names.begin(), names.end(), fuzz::IsClean),
                "a name that matches is found");
  return 0;
}
