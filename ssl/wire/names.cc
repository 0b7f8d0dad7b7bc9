// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/wire/names.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "ssl/wire/suites.h"

namespace airlock::ssl::wire {
namespace {

struct Name {
  uint32_t number;
  absl::string_view name;
};

// `names` is sorted by number.
template <size_t kSize>
absl::string_view Find(const Name (&names)[kSize], uint32_t number) {
  const Name* const end = names + kSize;
  const Name* const found = std::lower_bound(
      names, end, number,
      [](const Name& name, uint32_t wanted) { return name.number < wanted; });
  return found == end || found->number != number ? "" : found->name;
}

}  // namespace

absl::string_view VersionName(uint32_t version) {
  static constexpr Name kNames[] = {
      {0x0002, "SSL 2.0"}, {0x0300, "SSL 3.0"}, {0x0301, "TLS 1.0"},
      {0x0302, "TLS 1.1"}, {0x0303, "TLS 1.2"}, {0x0304, "TLS 1.3"},
  };
  return Find(kNames, version);
}

absl::string_view ContentTypeName(uint32_t type) {
  static constexpr Name kNames[] = {
      {20, "change_cipher_spec"},
      {21, "alert"},
      {22, "handshake"},
      {23, "application_data"},
      {24, "heartbeat"},
      {25, "tls12_cid"},
      {26, "ACK"},
  };
  return Find(kNames, type);
}

absl::string_view HandshakeTypeName(uint32_t type) {
  static constexpr Name kNames[] = {
      {0, "HelloRequest"},
      {1, "ClientHello"},
      {2, "ServerHello"},
      {3, "HelloVerifyRequest"},
      {4, "NewSessionTicket"},
      {5, "EndOfEarlyData"},
      {6, "HelloRetryRequest"},
      {8, "EncryptedExtensions"},
      {11, "Certificate"},
      {12, "ServerKeyExchange"},
      {13, "CertificateRequest"},
      {14, "ServerHelloDone"},
      {15, "CertificateVerify"},
      {16, "ClientKeyExchange"},
      {20, "Finished"},
      {21, "CertificateUrl"},
      {22, "CertificateStatus"},
      {23, "SupplementalData"},
      {24, "KeyUpdate"},
      {25, "CompressedCertificate"},
      {26, "EktKey"},
      {67, "NextProtocol"},
      {203, "ChannelId"},
      {254, "MessageHash"},
  };
  return Find(kNames, type);
}

absl::string_view ExtensionName(uint32_t type) {
  static constexpr Name kNames[] = {
      {0, "server_name"},
      {1, "max_fragment_length"},
      {2, "client_certificate_url"},
      {3, "trusted_ca_keys"},
      {4, "truncated_hmac"},
      {5, "status_request"},
      {6, "user_mapping"},
      {7, "client_authz"},
      {8, "server_authz"},
      {9, "cert_type"},
      {10, "supported_groups"},
      {11, "ec_point_formats"},
      {12, "srp"},
      {13, "signature_algorithms"},
      {14, "use_srtp"},
      {15, "heartbeat"},
      {16, "application_layer_protocol_negotiation"},
      {17, "status_request_v2"},
      {18, "signed_certificate_timestamp"},
      {19, "client_certificate_type"},
      {20, "server_certificate_type"},
      {21, "padding"},
      {22, "encrypt_then_mac"},
      {23, "extended_master_secret"},
      {24, "token_binding"},
      {25, "cached_info"},
      {26, "tls_lts"},
      {27, "compress_certificate"},
      {28, "record_size_limit"},
      {29, "pwd_protect"},
      {30, "pwd_clear"},
      {31, "password_salt"},
      {32, "ticket_pinning"},
      {33, "tls_cert_with_extern_psk"},
      {34, "delegated_credential"},
      {35, "session_ticket"},
      {36, "TLMSP"},
      {37, "TLMSP_proxying"},
      {38, "TLMSP_delegate"},
      {39, "supported_ekt_ciphers"},
      {41, "pre_shared_key"},
      {42, "early_data"},
      {43, "supported_versions"},
      {44, "cookie"},
      {45, "psk_key_exchange_modes"},
      {47, "certificate_authorities"},
      {48, "oid_filters"},
      {49, "post_handshake_auth"},
      {50, "signature_algorithms_cert"},
      {51, "key_share"},
      {52, "transparency_info"},
      {54, "connection_id"},
      {55, "external_id_hash"},
      {56, "external_session_id"},
      {57, "quic_transport_parameters"},
      {58, "ticket_request"},
      {59, "dnssec_chain"},
      {60, "sequence_number_encryption_algorithms"},
      {61, "rrc"},
      {13172, "next_protocol_negotiation"},
      {17513, "application_settings_old"},
      {17613, "application_settings"},
      {30032, "channel_id"},
      {64768, "ech_outer_extensions"},
      {65037, "encrypted_client_hello"},
      {65281, "renegotiation_info"},
  };
  return Find(kNames, type);
}

absl::string_view GroupName(uint32_t group) {
  static constexpr Name kNames[] = {
      {0x0001, "sect163k1"},
      {0x0002, "sect163r1"},
      {0x0003, "sect163r2"},
      {0x0004, "sect193r1"},
      {0x0005, "sect193r2"},
      {0x0006, "sect233k1"},
      {0x0007, "sect233r1"},
      {0x0008, "sect239k1"},
      {0x0009, "sect283k1"},
      {0x000a, "sect283r1"},
      {0x000b, "sect409k1"},
      {0x000c, "sect409r1"},
      {0x000d, "sect571k1"},
      {0x000e, "sect571r1"},
      {0x000f, "secp160k1"},
      {0x0010, "secp160r1"},
      {0x0011, "secp160r2"},
      {0x0012, "secp192k1"},
      {0x0013, "secp192r1"},
      {0x0014, "secp224k1"},
      {0x0015, "secp224r1"},
      {0x0016, "secp256k1"},
      {0x0017, "secp256r1"},
      {0x0018, "secp384r1"},
      {0x0019, "secp521r1"},
      {0x001a, "brainpoolP256r1"},
      {0x001b, "brainpoolP384r1"},
      {0x001c, "brainpoolP512r1"},
      {0x001d, "x25519"},
      {0x001e, "x448"},
      {0x001f, "brainpoolP256r1tls13"},
      {0x0020, "brainpoolP384r1tls13"},
      {0x0021, "brainpoolP512r1tls13"},
      {0x0022, "GC256A"},
      {0x0023, "GC256B"},
      {0x0024, "GC256C"},
      {0x0025, "GC256D"},
      {0x0026, "GC512A"},
      {0x0027, "GC512B"},
      {0x0028, "GC512C"},
      {0x0029, "curveSM2"},
      {0x0100, "ffdhe2048"},
      {0x0101, "ffdhe3072"},
      {0x0102, "ffdhe4096"},
      {0x0103, "ffdhe6144"},
      {0x0104, "ffdhe8192"},
      {0x0200, "MLKEM512"},
      {0x0201, "MLKEM768"},
      {0x0202, "MLKEM1024"},
      {0x11eb, "SecP256r1MLKEM768"},
      {0x11ec, "X25519MLKEM768"},
      {0x11ed, "SecP384r1MLKEM1024"},
      {0x6399, "X25519Kyber768Draft00"},
      {0x639a, "SecP256r1Kyber768Draft00"},
      {0xff01, "arbitrary_explicit_prime_curves"},
      {0xff02, "arbitrary_explicit_char2_curves"},
  };
  return Find(kNames, group);
}

absl::string_view SignatureSchemeName(uint32_t scheme) {
  static constexpr Name kNames[] = {
      {0x0101, "rsa_pkcs1_md5"},
      {0x0102, "dsa_md5"},
      {0x0103, "ecdsa_md5"},
      {0x0201, "rsa_pkcs1_sha1"},
      {0x0202, "dsa_sha1"},
      {0x0203, "ecdsa_sha1"},
      {0x0301, "rsa_pkcs1_sha224"},
      {0x0302, "dsa_sha224"},
      {0x0303, "ecdsa_sha224"},
      {0x0401, "rsa_pkcs1_sha256"},
      {0x0402, "dsa_sha256"},
      {0x0403, "ecdsa_secp256r1_sha256"},
      {0x0420, "rsa_pkcs1_sha256_legacy"},
      {0x0501, "rsa_pkcs1_sha384"},
      {0x0502, "dsa_sha384"},
      {0x0503, "ecdsa_secp384r1_sha384"},
      {0x0520, "rsa_pkcs1_sha384_legacy"},
      {0x0601, "rsa_pkcs1_sha512"},
      {0x0602, "dsa_sha512"},
      {0x0603, "ecdsa_secp521r1_sha512"},
      {0x0620, "rsa_pkcs1_sha512_legacy"},
      {0x0704, "eccsi_sha256"},
      {0x0705, "iso_ibs1"},
      {0x0706, "iso_ibs2"},
      {0x0707, "iso_chinese_ibs"},
      {0x0708, "sm2sig_sm3"},
      {0x0804, "rsa_pss_rsae_sha256"},
      {0x0805, "rsa_pss_rsae_sha384"},
      {0x0806, "rsa_pss_rsae_sha512"},
      {0x0807, "ed25519"},
      {0x0808, "ed448"},
      {0x0809, "rsa_pss_pss_sha256"},
      {0x080a, "rsa_pss_pss_sha384"},
      {0x080b, "rsa_pss_pss_sha512"},
      {0x081a, "ecdsa_brainpoolP256r1tls13_sha256"},
      {0x081b, "ecdsa_brainpoolP384r1tls13_sha384"},
      {0x081c, "ecdsa_brainpoolP512r1tls13_sha512"},
      {0x0904, "mldsa44"},
      {0x0905, "mldsa65"},
      {0x0906, "mldsa87"},
      {0xff01, "rsa_pkcs1_md5_sha1"},
  };
  return Find(kNames, scheme);
}

absl::string_view AlertName(uint32_t description) {
  static constexpr Name kNames[] = {
      {0, "close_notify"},
      {10, "unexpected_message"},
      {20, "bad_record_mac"},
      {21, "decryption_failed"},
      {22, "record_overflow"},
      {30, "decompression_failure"},
      {40, "handshake_failure"},
      {41, "no_certificate"},
      {42, "bad_certificate"},
      {43, "unsupported_certificate"},
      {44, "certificate_revoked"},
      {45, "certificate_expired"},
      {46, "certificate_unknown"},
      {47, "illegal_parameter"},
      {48, "unknown_ca"},
      {49, "access_denied"},
      {50, "decode_error"},
      {51, "decrypt_error"},
      {52, "too_many_cids_requested"},
      {60, "export_restriction"},
      {70, "protocol_version"},
      {71, "insufficient_security"},
      {80, "internal_error"},
      {86, "inappropriate_fallback"},
      {90, "user_canceled"},
      {100, "no_renegotiation"},
      {109, "missing_extension"},
      {110, "unsupported_extension"},
      {111, "certificate_unobtainable"},
      {112, "unrecognized_name"},
      {113, "bad_certificate_status_response"},
      {114, "bad_certificate_hash_value"},
      {115, "unknown_psk_identity"},
      {116, "certificate_required"},
      {117, "general_error"},
      {120, "no_application_protocol"},
      {121, "ech_required"},
  };
  return Find(kNames, description);
}

absl::string_view CertificateCompressionName(uint32_t algorithm) {
  static constexpr Name kNames[] = {
      {1, "zlib"},
      {2, "brotli"},
      {3, "zstd"},
  };
  return Find(kNames, algorithm);
}

absl::string_view PskModeName(uint32_t mode) {
  static constexpr Name kNames[] = {
      {0, "psk_ke"},
      {1, "psk_dhe_ke"},
  };
  return Find(kNames, mode);
}

absl::string_view PointFormatName(uint32_t format) {
  static constexpr Name kNames[] = {
      {0, "uncompressed"},
      {1, "ansiX962_compressed_prime"},
      {2, "ansiX962_compressed_char2"},
  };
  return Find(kNames, format);
}

absl::string_view ClientCertificateTypeName(uint32_t type) {
  static constexpr Name kNames[] = {
      {1, "rsa_sign"},          {2, "dss_sign"},    {3, "rsa_fixed_dh"},
      {4, "dss_fixed_dh"},      {64, "ecdsa_sign"}, {65, "rsa_fixed_ecdh"},
      {66, "ecdsa_fixed_ecdh"},
  };
  return Find(kNames, type);
}

absl::string_view CertificateTypeName(uint32_t type) {
  static constexpr Name kNames[] = {
      {0, "X509"},
      {1, "OpenPGP"},
      {2, "RawPublicKey"},
      {3, "1609Dot2"},
  };
  return Find(kNames, type);
}

bool IsGrease(uint32_t number) {
  return (number & 0x0f0f) == 0x0a0a && number >> 8 == (number & 0xff);
}

std::string WithNumber(absl::string_view name, uint32_t number, int size) {
  if (name.empty()) name = IsGrease(number) && size == 2 ? "GREASE" : "unknown";
  return absl::StrFormat("%s (0x%0*x)", name, size * 2, number);
}

std::string SuiteText(uint16_t suite) {
  return WithNumber(SuiteName(suite), suite, 2);
}

}  // namespace airlock::ssl::wire
