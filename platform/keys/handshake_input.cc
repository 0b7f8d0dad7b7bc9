// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/keys/handshake_input.h"

#include <cstddef>
#include <iterator>
#include <string>

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace airlock::keys {
namespace {

constexpr size_t kRandom = 32;

absl::Status Wrong(absl::string_view why) {
  return absl::InvalidArgumentError(why);
}

// Takes numbers and vectors from the front of a text.
class Cursor {
 public:
  explicit Cursor(absl::string_view bytes) : rest_(bytes) {}

  // False, and the cursor does not move, if there are fewer bytes.
  bool Take(size_t size, absl::string_view* taken) {
    if (size > rest_.size()) return false;
    *taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return true;
  }
  bool Number(size_t size, size_t* value) {
    absl::string_view taken;
    if (!Take(size, &taken)) return false;
    *value = 0;
    for (const char byte : taken) {
      *value = *value << 8 | static_cast<unsigned char>(byte);
    }
    return true;
  }
  bool Vector(size_t length_size, absl::string_view* taken) {
    size_t size = 0;
    return Number(length_size, &size) && Take(size, taken);
  }
  bool empty() const { return rest_.empty(); }

 private:
  absl::string_view rest_;
};

// ---- TLS 1.3

bool IsPkcs1(uint16_t scheme) { return (scheme & 0xff) == 0x01; }

absl::Status CheckTls13(absl::string_view role, uint16_t scheme,
                        absl::string_view input) {
  constexpr size_t kSpaces = 64;
  constexpr size_t kSha256 = 32;
  constexpr size_t kSha384 = 48;
  if (IsPkcs1(scheme)) {
    return Wrong("TLS 1.3 signs no handshake with a PKCS#1 scheme");
  }
  Cursor in(input);
  absl::string_view spaces;
  if (!in.Take(kSpaces, &spaces) ||
      absl::c_any_of(spaces, [](char byte) { return byte != ' '; })) {
    return Wrong("it does not begin with 64 spaces");
  }
  const std::string wanted = absl::StrCat(
      "TLS 1.3, ", role, " CertificateVerify", absl::string_view("\0", 1));
  absl::string_view context;
  if (!in.Take(wanted.size(), &context) || context != wanted) {
    return Wrong(absl::StrCat(
        "the context string of a TLS 1.3 ", role,
        "'s CertificateVerify, with a zero byte, does not follow the spaces"));
  }
  const size_t hash = input.size() - kSpaces - wanted.size();
  if (hash == kSha256 || hash == kSha384) return absl::OkStatus();
  return Wrong(
      absl::StrCat("the transcript hash has ", hash, " bytes, not 32 or 48"));
}

// ---- TLS 1.2, ServerKeyExchange

struct Curve {
  size_t number;
  size_t point;  // The size of an uncompressed point.
};

constexpr Curve kCurves[] = {{23, 65}, {24, 97}, {25, 133}, {29, 32}};
constexpr size_t kX25519 = 29;

absl::Status CheckServerKeyExchange(absl::string_view input) {
  constexpr size_t kNamedCurve = 3;
  constexpr char kUncompressed = 4;
  Cursor in(input);
  absl::string_view randoms;
  if (!in.Take(2 * kRandom, &randoms)) {
    return Wrong("it is shorter than the two randoms");
  }
  size_t type = 0;
  size_t number = 0;
  absl::string_view point;
  if (!in.Number(1, &type) || type != kNamedCurve) {
    return Wrong("the key exchange does not use a named curve");
  }
  if (!in.Number(2, &number)) return Wrong("it ends within the curve");
  const auto* curve = absl::c_find_if(
      kCurves, [number](const Curve& each) { return each.number == number; });
  if (curve == std::end(kCurves)) {
    return Wrong(absl::StrCat("the curve ", number, " is not known"));
  }
  if (!in.Vector(1, &point)) return Wrong("it ends within the point");
  if (point.size() != curve->point) {
    return Wrong(absl::StrCat("the point has ", point.size(), " bytes, not ",
                              curve->point));
  }
  if (number != kX25519 && point[0] != kUncompressed) {
    return Wrong("the point is not in the uncompressed form");
  }
  if (!in.empty()) return Wrong("bytes follow the point");
  return absl::OkStatus();
}

// ---- TLS 1.2, a client's CertificateVerify

constexpr size_t kTls12 = 0x0303;

// The start that ClientHello and ServerHello have in common.
bool TakeHelloStart(Cursor* in) {
  size_t version = 0;
  absl::string_view random;
  absl::string_view session;
  return in->Number(2, &version) && version == kTls12 &&
         in->Take(kRandom, &random) && in->Vector(1, &session) &&
         session.size() <= 32;
}

// Extensions, or nothing, up to the end.
bool TakeExtensions(Cursor* in) {
  if (in->empty()) return true;
  absl::string_view all;
  if (!in->Vector(2, &all) || !in->empty()) return false;
  Cursor each(all);
  while (!each.empty()) {
    size_t type = 0;
    absl::string_view body;
    if (!each.Number(2, &type) || !each.Vector(2, &body)) return false;
  }
  return true;
}

bool IsClientHello(absl::string_view body) {
  Cursor in(body);
  absl::string_view suites;
  absl::string_view compressions;
  return TakeHelloStart(&in) && in.Vector(2, &suites) && !suites.empty() &&
         suites.size() % 2 == 0 && in.Vector(1, &compressions) &&
         !compressions.empty() && TakeExtensions(&in);
}

bool IsServerHello(absl::string_view body) {
  Cursor in(body);
  size_t suite = 0;
  size_t compression = 0;
  return TakeHelloStart(&in) && in.Number(2, &suite) &&
         in.Number(1, &compression) && compression == 0 && TakeExtensions(&in);
}

bool IsCertificates(absl::string_view body) {
  Cursor in(body);
  absl::string_view list;
  if (!in.Vector(3, &list) || !in.empty() || list.empty()) return false;
  Cursor each(list);
  while (!each.empty()) {
    absl::string_view certificate;
    if (!each.Vector(3, &certificate) || certificate.empty()) return false;
  }
  return true;
}

bool IsCertificateRequest(absl::string_view body) {
  Cursor in(body);
  absl::string_view types;
  absl::string_view schemes;
  absl::string_view names;
  return in.Vector(1, &types) && !types.empty() && in.Vector(2, &schemes) &&
         !schemes.empty() && schemes.size() % 2 == 0 && in.Vector(2, &names) &&
         in.empty();
}

bool IsEmpty(absl::string_view body) { return body.empty(); }

bool IsNotEmpty(absl::string_view body) { return !body.empty(); }

// A message of the handshake, in the order in which the client signs them.
struct Step {
  size_t type;
  absl::string_view name;
  bool optional;
  bool (*is)(absl::string_view body);
};

constexpr Step kSteps[] = {
    {1, "ClientHello", false, IsClientHello},
    {2, "ServerHello", false, IsServerHello},
    {11, "the server's Certificate", false, IsCertificates},
    {22, "CertificateStatus", true, IsNotEmpty},
    {12, "ServerKeyExchange", false, IsNotEmpty},
    {13, "CertificateRequest", false, IsCertificateRequest},
    {14, "ServerHelloDone", false, IsEmpty},
    {11, "the client's Certificate", false, IsCertificates},
    {16, "ClientKeyExchange", false, IsNotEmpty},
};

absl::Status CheckClientHandshake(absl::string_view input) {
  Cursor in(input);
  size_t type = 0;
  bool has_type = in.Number(1, &type);
  for (const Step& step : kSteps) {
    if (!has_type || type != step.type) {
      if (step.optional) continue;
      return Wrong(absl::StrCat("it does not have ", step.name,
                                " where a TLS 1.2 handshake has it"));
    }
    absl::string_view body;
    if (!in.Vector(3, &body)) {
      return Wrong(absl::StrCat("it ends within ", step.name));
    }
    if (!step.is(body)) return Wrong(absl::StrCat(step.name, " is malformed"));
    has_type = in.Number(1, &type);
  }
  if (has_type) return Wrong("bytes follow ClientKeyExchange");
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckHandshakeInput(Purpose purpose, uint16_t scheme,
                                 absl::string_view input) {
  switch (purpose) {
    case Purpose::kTls13Server:
      return CheckTls13("server", scheme, input);
    case Purpose::kTls13Client:
      return CheckTls13("client", scheme, input);
    case Purpose::kTls12Server:
      return CheckServerKeyExchange(input);
    case Purpose::kTicketSeal:
    case Purpose::kTicketUnseal:
      return absl::InvalidArgumentError("no handshake signs for this purpose");
    case Purpose::kTls12Client:
      break;
  }
  return CheckClientHandshake(input);
}

std::optional<Purpose> PurposeOfInput(uint16_t scheme,
                                      absl::string_view input) {
  for (const Purpose purpose : kPurposes) {
    if (CheckHandshakeInput(purpose, scheme, input).ok()) return purpose;
  }
  return std::nullopt;
}

}  // namespace airlock::keys
