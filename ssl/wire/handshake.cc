// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/wire/handshake.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "ssl/shown.h"
#include "ssl/wire/certificates.h"
#include "ssl/wire/extensions.h"
#include "ssl/wire/names.h"
#include "ssl/wire/reader.h"
#include "ssl/wire/suites.h"

namespace airlock::ssl::wire {
namespace {

using Place = ExtensionPlace;

// ServerHello.random of a HelloRetryRequest (RFC 8446, section 4.1.3).
constexpr absl::string_view kRetryRandom(
    "\xcf\x21\xad\x74\xe5\x9a\x61\x11\xbe\x1d\x8c\x02\x1e\x65\xb8\x91"
    "\xc2\xa2\x11\x16\x7a\xbb\x8c\x5e\x07\x9e\x09\xe2\xc8\xa8\x33\x9c",
    32);

std::string SuiteWords(uint32_t suite) {
  return SuiteText(static_cast<uint16_t>(suite));
}
std::string CompressionWords(uint32_t method) {
  return WithNumber(method == 0   ? "null"
                    : method == 1 ? "DEFLATE"
                                  : "",
                    method, 1);
}
std::string ClientTypeWords(uint32_t type) {
  return WithNumber(ClientCertificateTypeName(type), type, 1);
}

// The values of the items of `field`, joined.
std::string ItemsText(const Field* field, size_t most = 3) {
  if (field == nullptr) return "";
  std::vector<std::string> values;
  for (const Field& item : field->fields) {
    if (values.size() == most) {
      values.push_back("...");
      break;
    }
    values.push_back(item.value);
  }
  return absl::StrJoin(values, ", ");
}

const Field* FindExtension(const Field& message, uint16_t type) {
  return FindField(message, absl::StrCat(ExtensionName(type), " (", type, ")"));
}

// "TLS 1.3 (0x0304)" -> "TLS 1.3".
std::string WithoutNumber(absl::string_view text) {
  return std::string(text.substr(0, text.find(" (0x")));
}

void Append(absl::string_view part, std::string* summary) {
  if (part.empty()) return;
  absl::StrAppend(summary, summary->empty() ? "" : ", ", part);
}

void AppendName(absl::string_view label, const std::string& part,
                std::string* summary) {
  if (!part.empty()) Append(absl::StrCat(label, part), summary);
}

void DecodeClientHello(Reader* reader, Field* message) {
  uint32_t version = 0;
  absl::string_view bytes;
  if (!reader->Number(2, "legacy_version", &version)) return;
  message->fields.push_back(Words("legacy_version", VersionText(version)));
  if (!reader->Take(32, "random", &bytes)) return;
  message->fields.push_back(Bytes("random", bytes));
  if (!reader->Vector(1, "legacy_session_id", &bytes)) return;
  message->fields.push_back(Bytes("legacy_session_id", bytes));
  Field suites = Words("cipher_suites", "");
  bool good = DecodeNumbers(reader, 2, 2, "cipher_suites", SuiteWords, &suites);
  message->fields.push_back(std::move(suites));
  if (!good) return;
  Field methods = Words("legacy_compression_methods", "");
  good = DecodeNumbers(reader, 1, 1, "legacy_compression_methods",
                       CompressionWords, &methods);
  message->fields.push_back(std::move(methods));
  if (good && !reader->empty()) {
    DecodeExtensions(reader, Place::kClientHello, message);
  }
  const Field* const versions = FindExtension(*message, 43);
  std::string offered;
  for (const Field& item :
       versions == nullptr ? std::vector<Field>() : versions->fields) {
    if (!absl::StartsWith(item.value, "GREASE")) {
      Append(WithoutNumber(item.value), &offered);
    }
  }
  message->value =
      offered.empty() ? WithoutNumber(VersionText(version)) : offered;
  AppendName("for ", ItemsText(FindExtension(*message, 0)), &message->value);
  AppendName("ALPN ", ItemsText(FindExtension(*message, 16)), &message->value);
  if (FindExtension(*message, 41) != nullptr) {
    Append("resumes", &message->value);
  }
  if (FindExtension(*message, 42) != nullptr) {
    Append("early data", &message->value);
  }
}

void DecodeServerHello(Reader* reader, Field* message) {
  uint32_t version = 0;
  absl::string_view random;
  absl::string_view session;
  uint32_t suite = 0;
  uint32_t compression = 0;
  if (!reader->Number(2, "legacy_version", &version)) return;
  message->fields.push_back(Words("legacy_version", VersionText(version)));
  if (!reader->Take(32, "random", &random)) return;
  const bool retry = random == kRetryRandom;
  if (retry) message->name = "HelloRetryRequest";
  message->fields.push_back(Bytes("random", random));
  const absl::string_view sentinel = random.substr(24);
  if (sentinel == absl::string_view("DOWNGRD\x01", 8) ||
      sentinel == absl::string_view("DOWNGRD\0", 8)) {
    message->fields.push_back(
        Words("downgrade", "the server says that it supports a later version"));
  }
  if (!reader->Vector(1, "legacy_session_id_echo", &session)) return;
  message->fields.push_back(Bytes("legacy_session_id_echo", session));
  if (!reader->Number(2, "cipher_suite", &suite)) return;
  message->fields.push_back(Words("cipher_suite", SuiteWords(suite)));
  if (!reader->Number(1, "legacy_compression_method", &compression)) return;
  message->fields.push_back(
      Words("legacy_compression_method", CompressionWords(compression)));
  if (!reader->empty()) {
    DecodeExtensions(reader,
                     retry ? Place::kHelloRetryRequest : Place::kServerHello,
                     message);
  }
  const Field* const selected = FindExtension(*message, 43);
  message->value = WithoutNumber(selected == nullptr ? VersionText(version)
                                                     : selected->value);
  Append(WithoutNumber(SuiteWords(suite)), &message->value);
  const Field* const share = FindExtension(*message, 51);
  if (share != nullptr) Append(WithoutNumber(share->value), &message->value);
  AppendName("ALPN ", ItemsText(FindExtension(*message, 16)), &message->value);
  if (FindExtension(*message, 41) != nullptr)
    Append("resumed", &message->value);
}

void DecodeCertificates(Reader* reader, bool tls13, Field* message) {
  absl::string_view list;
  absl::string_view context;
  if (tls13) {
    if (!reader->Vector(1, "certificate_request_context", &context)) return;
    if (!context.empty()) {
      message->fields.push_back(Bytes("certificate_request_context", context));
    }
  }
  if (!reader->Vector(3, "certificate_list", &list)) return;
  Reader entries(list, message);
  size_t count = 0;
  while (!entries.empty() && !entries.failed()) {
    absl::string_view der;
    if (!entries.Vector(3, "a certificate", &der)) return;
    ++count;
    Field certificate = count <= kMaxCertificates ? DescribeCertificate(der)
                                                  : Words("certificate", "");
    if (tls13) {
      DecodeExtensions(&entries, Place::kCertificate, &certificate);
      if (!certificate.fields.empty() &&
          certificate.fields.back().name == "extensions" &&
          certificate.fields.back().fields.empty()) {
        certificate.fields.pop_back();
      }
    }
    if (count == 1) message->value = certificate.value;
    if (count <= kMaxCertificates) {
      message->fields.push_back(std::move(certificate));
    }
  }
  if (count > kMaxCertificates) {
    message->fields.push_back(
        Words("", absl::StrCat("and ", count - kMaxCertificates, " more")));
  }
  if (count == 0) message->value = "none";
  if (count > 1) {
    absl::StrAppend(&message->value, ", and ", count - 1, " more");
  }
}

// A signature, with its scheme since TLS 1.2.
void DecodeSignature(Reader* reader, const HandshakeContext& context,
                     Field* message) {
  absl::string_view signature;
  if (context.version == 0 || context.version >= kTls12) {
    uint32_t scheme = 0;
    if (!reader->Number(2, "the signature's algorithm", &scheme)) return;
    message->fields.push_back(Words("algorithm", SignatureSchemeText(scheme)));
    Append(WithoutNumber(SignatureSchemeText(scheme)), &message->value);
  }
  if (!reader->Vector(2, "the signature", &signature)) return;
  message->fields.push_back(
      Words("signature", Count(signature.size(), "byte")));
}

void DecodeAll(Reader* reader, absl::string_view name, Field* message) {
  absl::string_view rest;
  message->fields.push_back(Bytes(name, reader->rest()));
  reader->Take(reader->rest().size(), name, &rest);
}

void DecodeServerKeyExchange(Reader* reader, const HandshakeContext& context,
                             Field* message) {
  const std::string kx = PartsOf(context.suite).key_exchange;
  absl::string_view bytes;
  const bool psk = absl::StrContains(kx, "PSK");
  if (kx.empty()) return DecodeAll(reader, "bytes", message);
  if (psk) {
    if (!reader->Vector(2, "psk_identity_hint", &bytes)) return;
    message->fields.push_back(Words("psk_identity_hint", Shown(bytes)));
  }
  if (absl::StartsWith(kx, "ECDH")) {
    uint32_t type = 0;
    uint32_t group = 0;
    if (!reader->Number(1, "curve_type", &type)) return;
    if (type != 3) return DecodeAll(reader, "explicit_curve", message);
    if (!reader->Number(2, "named_curve", &group)) return;
    message->fields.push_back(Words("named_curve", GroupText(group)));
    message->value = WithoutNumber(GroupText(group));
    if (!reader->Vector(1, "the public key", &bytes)) return;
    message->fields.push_back(Bytes("public", bytes));
  } else if (absl::StartsWith(kx, "DH")) {
    for (const absl::string_view name : {"dh_p", "dh_g", "dh_Ys"}) {
      if (!reader->Vector(2, name, &bytes)) return;
      if (name == "dh_p") {
        message->value = absl::StrCat("DH, ", bytes.size() * 8, " bits");
      }
      message->fields.push_back(Bytes(name, bytes));
    }
  } else if (!psk) {
    return DecodeAll(reader, "bytes", message);
  }
  if (psk || absl::StrContains(kx, "anon")) return;
  DecodeSignature(reader, context, message);
}

void DecodeClientKeyExchange(Reader* reader, const HandshakeContext& context,
                             Field* message) {
  const std::string kx = PartsOf(context.suite).key_exchange;
  absl::string_view bytes;
  if (absl::StrContains(kx, "PSK")) {
    if (!reader->Vector(2, "psk_identity", &bytes)) return;
    message->fields.push_back(Hidden("psk_identity", bytes));
    if (kx == "PSK") return;
  }
  if (absl::StartsWith(kx, "ECDH")) {
    if (!reader->Vector(1, "the public key", &bytes)) return;
    message->fields.push_back(Bytes("public", bytes));
  } else if (absl::StartsWith(kx, "DH")) {
    if (!reader->Vector(2, "dh_Yc", &bytes)) return;
    message->fields.push_back(Bytes("dh_Yc", bytes));
  } else if (absl::StartsWith(kx, "RSA")) {
    if (!reader->Vector(2, "the encrypted secret", &bytes)) return;
    message->fields.push_back(
        Words("encrypted_pre_master_secret", Count(bytes.size(), "byte")));
  } else {
    message->fields.push_back(
        Words("exchange_keys", Count(reader->rest().size(), "byte")));
    reader->Take(reader->rest().size(), "exchange_keys", &bytes);
  }
  message->value = kx;
}

void DecodeCertificateRequest(Reader* reader, const HandshakeContext& context,
                              Field* message) {
  absl::string_view bytes;
  if (context.version >= kTls13) {
    if (!reader->Vector(1, "certificate_request_context", &bytes)) return;
    if (!bytes.empty()) {
      message->fields.push_back(Bytes("certificate_request_context", bytes));
    }
    return DecodeExtensions(reader, Place::kCertificateRequest, message);
  }
  Field types = Words("certificate_types", "");
  bool good =
      DecodeNumbers(reader, 1, 1, "certificate_types", ClientTypeWords, &types);
  message->fields.push_back(std::move(types));
  if (!good) return;
  if (context.version == 0 || context.version >= kTls12) {
    Field schemes = Words("supported_signature_algorithms", "");
    good = DecodeNumbers(reader, 2, 2, "supported_signature_algorithms",
                         SignatureSchemeText, &schemes);
    message->fields.push_back(std::move(schemes));
    if (!good) return;
  }
  Field authorities = Words("certificate_authorities", "");
  DecodeAuthorities(reader, &authorities);
  message->fields.push_back(std::move(authorities));
}

void DecodeNewSessionTicket(Reader* reader, const HandshakeContext& context,
                            Field* message) {
  uint32_t lifetime = 0;
  uint32_t age_add = 0;
  absl::string_view bytes;
  if (!reader->Number(4, "ticket_lifetime", &lifetime)) return;
  message->fields.push_back(
      Words("ticket_lifetime", Count(lifetime, "second")));
  const bool tls13 = context.version >= kTls13;
  if (tls13) {
    if (!reader->Number(4, "ticket_age_add", &age_add) ||
        !reader->Vector(1, "ticket_nonce", &bytes)) {
      return;
    }
    message->fields.push_back(
        Words("ticket_nonce", Count(bytes.size(), "byte")));
  }
  if (!reader->Vector(2, "ticket", &bytes)) return;
  message->fields.push_back(Hidden("ticket", bytes));
  if (tls13) DecodeExtensions(reader, Place::kNewSessionTicket, message);
  message->value = absl::StrCat(Count(bytes.size(), "byte"), ", for ",
                                Count(lifetime, "second"));
}

void DecodeCertificateStatus(Reader* reader, Field* message) {
  uint32_t type = 0;
  absl::string_view response;
  if (!reader->Number(1, "status_type", &type) ||
      !reader->Vector(3, "the response", &response)) {
    return;
  }
  message->value =
      absl::StrCat(type == 1 ? "OCSP response" : absl::StrCat("type ", type),
                   ", ", Count(response.size(), "byte"));
}

void DecodeCompressedCertificate(Reader* reader, Field* message) {
  uint32_t algorithm = 0;
  uint32_t size = 0;
  absl::string_view bytes;
  if (!reader->Number(2, "algorithm", &algorithm) ||
      !reader->Number(3, "uncompressed_length", &size) ||
      !reader->Vector(3, "compressed_certificate_message", &bytes)) {
    return;
  }
  message->value = absl::StrCat(
      WithNumber(CertificateCompressionName(algorithm), algorithm, 2), ", ",
      bytes.size(), " of ", Count(size, "byte"));
}

void DecodeNextProtocol(Reader* reader, Field* message) {
  absl::string_view protocol;
  absl::string_view padding;
  if (!reader->Vector(1, "selected_protocol", &protocol) ||
      !reader->Vector(1, "padding", &padding)) {
    return;
  }
  message->value = Shown(protocol);
}

void DecodeKeyUpdate(Reader* reader, Field* message) {
  uint32_t requested = 0;
  if (!reader->Number(1, "request_update", &requested)) return;
  message->value = requested == 0   ? "update not requested"
                   : requested == 1 ? "update requested"
                                    : "";
  if (requested > 1) {
    reader->Fail(absl::StrCat("request_update is ", requested));
  }
}

void DecodeBody(uint8_t type, const HandshakeContext& context, Reader* reader,
                Field* message) {
  switch (type) {
    case kClientHello:
      return DecodeClientHello(reader, message);
    case kServerHello:
      return DecodeServerHello(reader, message);
    case kNewSessionTicket:
      return DecodeNewSessionTicket(reader, context, message);
    case kEncryptedExtensions:
      DecodeExtensions(reader, Place::kEncryptedExtensions, message);
      return AppendName("ALPN ", ItemsText(FindExtension(*message, 16)),
                        &message->value);
    case kCertificate:
      return DecodeCertificates(reader, context.version >= kTls13, message);
    case kServerKeyExchange:
      return DecodeServerKeyExchange(reader, context, message);
    case kCertificateRequest:
      return DecodeCertificateRequest(reader, context, message);
    case kCertificateVerify:
      return DecodeSignature(reader, context, message);
    case kClientKeyExchange:
      return DecodeClientKeyExchange(reader, context, message);
    case kFinished: {
      absl::string_view proof;
      message->value = Count(reader->rest().size(), "byte");
      reader->Take(reader->rest().size(), "verify_data", &proof);
      if (proof.size() < 12) reader->Fail("verify_data is too short");
      return;
    }
    case kCertificateStatus:
      return DecodeCertificateStatus(reader, message);
    case kKeyUpdate:
      return DecodeKeyUpdate(reader, message);
    case kCompressedCertificate:
      return DecodeCompressedCertificate(reader, message);
    case kNextProtocol:
      return DecodeNextProtocol(reader, message);
    case kHelloRequest:
    case kServerHelloDone:
    case kEndOfEarlyData:
      return;  // Empty.
    default:
      return DecodeAll(reader, "bytes", message);
  }
}

// The extensions that Hello has.
void ReadExtensions(Reader* reader, bool client, Hello* hello) {
  absl::string_view list;
  Field ignored;
  if (!reader->Vector(2, "extensions", &list)) return;
  Reader items(list, &ignored);
  while (!items.empty() && !items.failed()) {
    uint32_t type = 0;
    absl::string_view data;
    if (!items.Number(2, "type", &type) || !items.Vector(2, "data", &data)) {
      return;
    }
    if (type == 22) hello->encrypt_then_mac = true;
    if (type == 42) hello->early_data = true;
    if (type != 43) continue;
    if (client && !data.empty()) data.remove_prefix(1);
    Reader versions(data, &ignored);
    uint32_t version = 0;
    while (!versions.empty() && versions.Number(2, "version", &version)) {
      if (IsGrease(version)) continue;
      if (!client || version > hello->version) {
        hello->version = static_cast<uint16_t>(version);
      }
    }
  }
}

}  // namespace

Field DecodeHandshake(uint8_t type, absl::string_view body,
                      const HandshakeContext& context) {
  Field message;
  const absl::string_view name = HandshakeTypeName(type);
  message.name = name.empty() ? absl::StrCat("handshake message of type ", type)
                              : std::string(name);
  if (body.size() > kMaxHandshakeMessage) {
    message.value =
        absl::StrCat(Count(body.size(), "byte"), ", too long to be decoded");
    return message;
  }
  Reader reader(body, &message);
  DecodeBody(type, context, &reader, &message);
  reader.Done();
  return message;
}

Field DecodeAlert(absl::string_view body) {
  Field alert = Words("Alert", "");
  Reader reader(body, &alert);
  uint32_t level = 0;
  uint32_t description = 0;
  if (!reader.Number(1, "its level", &level) ||
      !reader.Number(1, "its description", &description)) {
    return alert;
  }
  const absl::string_view name = AlertName(description);
  alert.value =
      absl::StrCat(level == 1   ? "warning "
                   : level == 2 ? "fatal "
                                : absl::StrCat("level ", level, " "),
                   name.empty() ? "unknown" : name, " (", description, ")");
  reader.Done();
  return alert;
}

std::optional<Hello> ReadHello(uint8_t type, absl::string_view body) {
  if (type != kClientHello && type != kServerHello) return std::nullopt;
  Hello hello;
  Field ignored;
  Reader reader(body, &ignored);
  uint32_t number = 0;
  absl::string_view bytes;
  if (!reader.Number(2, "version", &number)) return std::nullopt;
  hello.version = static_cast<uint16_t>(number);
  if (!reader.Take(32, "random", &bytes)) return std::nullopt;
  hello.random = std::string(bytes);
  if (!reader.Vector(1, "session", &bytes)) return std::nullopt;
  const bool client = type == kClientHello;
  absl::string_view suites;
  if (client ? !reader.Vector(2, "suites", &suites)
             : !reader.Take(2, "suite", &suites)) {
    return std::nullopt;
  }
  Reader numbers(suites, &ignored);
  while (!numbers.empty() && numbers.Number(2, "suite", &number)) {
    if (hello.suites.size() == kMaxItems) break;
    hello.suites.push_back(static_cast<uint16_t>(number));
  }
  hello.retry = !client && hello.random == kRetryRandom;
  if (client ? reader.Vector(1, "compression", &bytes)
             : reader.Take(1, "compression", &bytes)) {
    if (!reader.empty()) ReadExtensions(&reader, client, &hello);
  }
  return hello;
}

}  // namespace airlock::ssl::wire
