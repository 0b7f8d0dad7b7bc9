// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/hostname.h"

#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "ssl/error.h"
#include "ssl/internal/certificate_impl.h"
#include "ssl/internal/certificate_text.h"
#include "ssl/internal/error_queue.h"
#include "ssl/shown.h"
#include "ssl/verify_code.h"

namespace airlock::ssl {
namespace {

// RFC 1035, section 2.3.4; the text form is two bytes shorter than the wire
// form.
constexpr size_t kMaxLabelSize = 63;
constexpr size_t kMaxNameSize = 253;

absl::Status BadHost(absl::string_view host, absl::string_view why) {
  return MakeStatus(
      ErrorKind::kInvalidArgument,
      absl::StrCat("\"", Shown(host), "\" is not a valid host name: ", why));
}

// Why `name` is not a DNS name; empty if it is one.
absl::string_view DnsNameFault(absl::string_view name) {
  if (name.size() > kMaxNameSize) return "it has more than 253 characters";
  for (absl::string_view label : absl::StrSplit(name, '.')) {
    if (label.empty()) return "a label (the part between dots) is empty";
    if (label.size() > kMaxLabelSize) {
      return "a label has more than 63 characters";
    }
    for (char c : label) {
      if (!absl::ascii_isascii(c)) {
        return "it is not ASCII; use its A-labels (\"xn--...\")";
      }
      if (!absl::ascii_isalnum(c) && c != '-' && c != '_') {
        return "it may contain only letters, digits, hyphens, underscores and "
               "dots";
      }
    }
  }
  return "";
}

// Whether resolvers may parse `name` as an IPv4 address in one of its many
// forms: its last label is a number.
bool EndsInNumber(absl::string_view name) {
  absl::string_view last = name.substr(name.rfind('.') + 1);
  if (last.empty()) return false;
  if (std::all_of(last.begin(), last.end(), absl::ascii_isdigit)) return true;
  return (absl::ConsumePrefix(&last, "0x") ||
          absl::ConsumePrefix(&last, "0X")) &&
         std::all_of(last.begin(), last.end(), absl::ascii_isxdigit);
}

// The four bytes of an IPv4 address in canonical form; empty if invalid.
std::string ParseIpv4(absl::string_view text) {
  const std::vector<absl::string_view> parts = absl::StrSplit(text, '.');
  if (parts.size() != 4) return "";
  std::string bytes;
  for (absl::string_view part : parts) {
    int value = 0;
    if (!absl::SimpleAtoi(part, &value) || value < 0 || value > 255 ||
        part != absl::StrCat(value)) {
      return "";
    }
    bytes.push_back(static_cast<char>(value));
  }
  return bytes;
}

// The sixteen bytes of an IPv6 address; empty if invalid.
std::string ParseIpv6(absl::string_view text) {
  // BoringSSL reads ":" as "::", and parses an IPv4 part with the C library.
  if (text == ":" || !std::all_of(text.begin(), text.end(), [](char c) {
        return absl::ascii_isxdigit(c) || c == ':' || c == '.';
      })) {
    return "";
  }
  const size_t dot = text.find('.');
  if (dot != absl::string_view::npos &&
      ParseIpv4(text.substr(text.rfind(':') + 1)).empty()) {
    return "";
  }
  const internal::ErrorQueueScope scope;
  const bssl::UniquePtr<ASN1_OCTET_STRING> bytes(
      a2i_IPADDRESS(std::string(text).c_str()));
  if (bytes == nullptr) return "";
  const absl::string_view view = internal::Asn1StringView(bytes.get());
  return view.size() == 16 ? std::string(view) : "";
}

absl::Status Mismatch(const Certificate& certificate, absl::string_view host,
                      HostKind kind, absl::string_view why) {
  Error error;
  error.kind = ErrorKind::kHostname;
  error.verify_code = kind == HostKind::kDnsName
                          ? verify_code::kHostnameMismatch
                          : verify_code::kIpAddressMismatch;
  error.verify_message = std::string(VerifyCodeText(error.verify_code));
  error.depth = 0;
  error.subject = certificate.subject();
  error.where = Shown(host);
  error.what =
      absl::StrCat(why, " (", internal::DescribeCertificate(certificate), ")");
  error.advice = std::string(VerifyCodeAdvice(error.verify_code));
  return MakeStatus(error);
}

// RFC 4007, section 11: the system's name of an interface. It is not part of
// the address.
bool IsZone(absl::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), absl::ascii_isgraph);
}

}  // namespace

absl::StatusOr<ReferenceHost> ParseHost(absl::string_view host) {
  absl::string_view name = host;
  if (name.empty()) return BadHost(host, "it is empty");
  const bool bracketed = absl::ConsumePrefix(&name, "[");
  if (bracketed && !absl::ConsumeSuffix(&name, "]")) {
    return BadHost(host, "a bracket is missing");
  }
  if (bracketed || absl::StrContains(name, ':')) {
    const std::pair<absl::string_view, absl::string_view> parts =
        absl::StrSplit(name, absl::MaxSplits('%', 1));
    const bool has_zone = parts.first.size() < name.size();
    if (has_zone && !IsZone(parts.second)) {
      return BadHost(host, "the zone after its % is empty or not printable");
    }
    std::string bytes = ParseIpv6(parts.first);
    if (bytes.empty()) {
      return BadHost(host,
                     "it is not an IPv6 address either (pass the host without "
                     "scheme and port)");
    }
    return ReferenceHost{HostKind::kIpAddress, std::move(bytes)};
  }
  absl::ConsumeSuffix(&name, ".");
  if (EndsInNumber(name)) {
    std::string bytes = ParseIpv4(name);
    if (bytes.empty() || name.size() != host.size()) {
      return BadHost(host,
                     "it is an IPv4 address, but not in the form 192.0.2.1");
    }
    return ReferenceHost{HostKind::kIpAddress, std::move(bytes)};
  }
  const absl::string_view fault = DnsNameFault(name);
  if (!fault.empty()) return BadHost(host, fault);
  return ReferenceHost{HostKind::kDnsName, absl::AsciiStrToLower(name)};
}

bool MatchDnsName(absl::string_view pattern, absl::string_view host) {
  const absl::StatusOr<ReferenceHost> reference = ParseHost(host);
  if (!reference.ok() || reference->kind != HostKind::kDnsName) return false;
  absl::string_view name = reference->value;
  if (absl::ConsumePrefix(&pattern, "*.")) {
    const size_t dot = name.find('.');
    if (dot == absl::string_view::npos || !absl::StrContains(pattern, '.')) {
      return false;
    }
    name.remove_prefix(dot + 1);
  }
  return DnsNameFault(pattern).empty() && absl::EqualsIgnoreCase(pattern, name);
}

absl::Status MatchHostname(const Certificate& certificate,
                           absl::string_view host,
                           const HostnameOptions& options) {
  const absl::StatusOr<ReferenceHost> reference = ParseHost(host);
  if (!reference.ok()) return reference.status();
  const X509* x509 = certificate.impl().x509.get();
  const auto presented = internal::GetPresentedNames(x509);
  if (!presented.ok()) {
    // The names are not at fault if memory ran out.
    if (GetErrorKind(presented.status()) == ErrorKind::kInternal) {
      return presented.status();
    }
    return Mismatch(certificate, host, reference->kind,
                    presented.status().message());
  }
  const bool matches =
      reference->kind == HostKind::kDnsName
          ? std::any_of(presented->dns.begin(), presented->dns.end(),
                        [&](const std::string& name) {
                          return MatchDnsName(name, reference->value);
                        })
          : std::find(presented->ip.begin(), presented->ip.end(),
                      reference->value) != presented->ip.end();
  if (matches) return absl::OkStatus();
  if (options.common_name_fallback && !presented->has_extension &&
      reference->kind == HostKind::kDnsName) {
    for (const std::string& name : internal::CommonNames(x509)) {
      if (MatchDnsName(name, reference->value)) return absl::OkStatus();
    }
  }
  const std::string names = internal::DescribeNames(*presented);
  return Mismatch(
      certificate, host, reference->kind,
      names.empty()
          ? "it has no DNS name or IP address, and its common name is not used"
          : absl::StrCat("it is for ", names));
}

}  // namespace airlock::ssl
