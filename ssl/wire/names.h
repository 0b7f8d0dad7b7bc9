// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The names of TLS's numbers, from IANA's registries and the RFCs.
#ifndef AIRLOCK_SSL_WIRE_NAMES_H_
#define AIRLOCK_SSL_WIRE_NAMES_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace airlock::ssl::wire {

// RFC 8446, appendix B.1.
constexpr uint8_t kChangeCipherSpec = 20;
constexpr uint8_t kAlert = 21;
constexpr uint8_t kHandshake = 22;
constexpr uint8_t kApplicationData = 23;
constexpr uint8_t kHeartbeat = 24;

// RFC 8446, appendix B.3, and its predecessors.
constexpr uint8_t kHelloRequest = 0;
constexpr uint8_t kClientHello = 1;
constexpr uint8_t kServerHello = 2;
constexpr uint8_t kNewSessionTicket = 4;
constexpr uint8_t kEndOfEarlyData = 5;
constexpr uint8_t kEncryptedExtensions = 8;
constexpr uint8_t kCertificate = 11;
constexpr uint8_t kServerKeyExchange = 12;
constexpr uint8_t kCertificateRequest = 13;
constexpr uint8_t kServerHelloDone = 14;
constexpr uint8_t kCertificateVerify = 15;
constexpr uint8_t kClientKeyExchange = 16;
constexpr uint8_t kFinished = 20;
constexpr uint8_t kCertificateStatus = 22;
constexpr uint8_t kKeyUpdate = 24;
constexpr uint8_t kCompressedCertificate = 25;
constexpr uint8_t kNextProtocol = 67;

constexpr uint16_t kTls12 = 0x0303;
constexpr uint16_t kTls13 = 0x0304;

// All are thread-safe. The names are constants; empty: unknown.
absl::string_view VersionName(uint32_t version);         // "TLS 1.3"
absl::string_view ContentTypeName(uint32_t type);        // "handshake"
absl::string_view HandshakeTypeName(uint32_t type);      // "ClientHello"
absl::string_view ExtensionName(uint32_t type);          // "server_name"
absl::string_view GroupName(uint32_t group);             // "x25519"
absl::string_view SignatureSchemeName(uint32_t scheme);  // "ed25519"
absl::string_view AlertName(uint32_t description);       // "close_notify"
absl::string_view CertificateCompressionName(uint32_t algorithm);
absl::string_view PskModeName(uint32_t mode);                // "psk_dhe_ke"
absl::string_view PointFormatName(uint32_t format);          // "uncompressed"
absl::string_view ClientCertificateTypeName(uint32_t type);  // "rsa_sign"
absl::string_view CertificateTypeName(uint32_t type);        // "X509"

// Whether a number of two bytes is one of those that mean nothing, which
// clients send to keep servers tolerant (RFC 8701).
bool IsGrease(uint32_t number);

// "x25519 (0x001d)", "GREASE (0x0a0a)", "unknown (0x1234)": a name, or empty,
// with its number of `size` bytes.
std::string WithNumber(absl::string_view name, uint32_t number, int size);

// "TLS_AES_128_GCM_SHA256 (0x1301)".
std::string SuiteText(uint16_t suite);

}  // namespace airlock::ssl::wire

#endif  // AIRLOCK_SSL_WIRE_NAMES_H_
