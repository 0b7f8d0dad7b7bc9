// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/python/constants.h"


#include <string>

#include "absl/strings/str_cat.h"
#include "platform/python/errors.h"
#include "ssl/engine.h"

namespace airlock::python {
namespace {

struct Row {
  const char* name;
  uint64_t value;
};

constexpr Row kUnsigned[] = {
    {"CERT_NONE", kCertNone},
    {"CERT_OPTIONAL", kCertOptional},
    {"CERT_REQUIRED", kCertRequired},
    {"VERIFY_DEFAULT", 0},
    {"VERIFY_CRL_CHECK_LEAF", kVerifyCrlCheck},
    {"VERIFY_CRL_CHECK_CHAIN", kVerifyCrlCheck | kVerifyCrlCheckAll},
    {"VERIFY_X509_STRICT", kVerifyX509Strict},
    {"VERIFY_X509_TRUSTED_FIRST", kVerifyTrustedFirst},
#if AIRLOCK_PYTHON_AT_LEAST(3, 10)
    {"VERIFY_ALLOW_PROXY_CERTS", kVerifyAllowProxyCerts},
    {"VERIFY_X509_PARTIAL_CHAIN", kVerifyPartialChain},
#endif
    {"PROTOCOL_SSLv23", kProtocolTls},
    {"PROTOCOL_TLS", kProtocolTls},
#if PY_MAJOR_VERSION >= 3
    {"PROTOCOL_TLS_CLIENT", kProtocolTlsClient},
    {"PROTOCOL_TLS_SERVER", kProtocolTlsServer},
#endif
    {"PROTOCOL_TLSv1", kProtocolTlsv1},
    {"PROTOCOL_TLSv1_1", kProtocolTlsv1_1},
    {"PROTOCOL_TLSv1_2", kProtocolTlsv1_2},
    {"PROTO_SSLv3", kSsl3},
    {"PROTO_TLSv1", kTls1_0},
    {"PROTO_TLSv1_1", kTls1_1},
    {"PROTO_TLSv1_2", kTls1_2},
    {"PROTO_TLSv1_3", kTls1_3},
    {"OP_ALL", kOpAll},
    {"OP_NO_SSLv2", 0},
    {"OP_NO_SSLv3", kOpNoSslv3},
    {"OP_NO_TLSv1", kOpNoTlsv1},
    {"OP_NO_TLSv1_1", kOpNoTlsv1_1},
    {"OP_NO_TLSv1_2", kOpNoTlsv1_2},
    {"OP_NO_TLSv1_3", kOpNoTlsv1_3},
    {"OP_CIPHER_SERVER_PREFERENCE", kOpCipherServerPreference},
    {"OP_SINGLE_DH_USE", 0},
    {"OP_SINGLE_ECDH_USE", 0},
    {"OP_NO_TICKET", kOpNoTicket},
    {"OP_NO_COMPRESSION", kOpNoCompression},
    {"OP_ENABLE_MIDDLEBOX_COMPAT", kOpEnableMiddleboxCompat},
#if AIRLOCK_PYTHON_AT_LEAST(3, 7)
    {"OP_NO_RENEGOTIATION", kOpNoRenegotiation},
#endif
#if AIRLOCK_PYTHON_AT_LEAST(3, 8)
    {"OP_IGNORE_UNEXPECTED_EOF", kOpIgnoreUnexpectedEof},
#endif
#if AIRLOCK_PYTHON_AT_LEAST(3, 12)
    {"OP_ENABLE_KTLS", kOpEnableKtls},
    {"OP_LEGACY_SERVER_CONNECT", kOpLegacyServerConnect},
#endif
    {"HOSTFLAG_ALWAYS_CHECK_SUBJECT", 0x1},
    {"HOSTFLAG_NO_WILDCARDS", 0x2},
    {"HOSTFLAG_NO_PARTIAL_WILDCARDS", kHostflagNoPartialWildcards},
    {"HOSTFLAG_MULTI_LABEL_WILDCARDS", 0x8},
    {"HOSTFLAG_SINGLE_LABEL_SUBDOMAINS", 0x10},
#if AIRLOCK_PYTHON_AT_LEAST(3, 7)
    {"HOSTFLAG_NEVER_CHECK_SUBJECT", kHostflagNeverCheckSubject},
#endif
    {"ENCODING_PEM", kEncodingPem},
    {"ENCODING_DER", kEncodingDer},
    {"SSL_ERROR_SSL", kErrorSsl},
    {"SSL_ERROR_WANT_READ", kErrorWantRead},
    {"SSL_ERROR_WANT_WRITE", kErrorWantWrite},
    {"SSL_ERROR_WANT_X509_LOOKUP", kErrorWantX509Lookup},
    {"SSL_ERROR_SYSCALL", kErrorSyscall},
    {"SSL_ERROR_ZERO_RETURN", kErrorZeroReturn},
    {"SSL_ERROR_WANT_CONNECT", kErrorWantConnect},
    {"SSL_ERROR_EOF", kErrorEof},
    {"SSL_ERROR_INVALID_ERROR_CODE", kErrorInvalidErrorCode},
};

// RFC 8446 and its predecessors.
constexpr Row kAlerts[] = {
    {"CLOSE_NOTIFY", 0},
    {"UNEXPECTED_MESSAGE", 10},
    {"BAD_RECORD_MAC", 20},
    {"RECORD_OVERFLOW", 22},
    {"DECOMPRESSION_FAILURE", 30},
    {"HANDSHAKE_FAILURE", 40},
    {"BAD_CERTIFICATE", 42},
    {"UNSUPPORTED_CERTIFICATE", 43},
    {"CERTIFICATE_REVOKED", 44},
    {"CERTIFICATE_EXPIRED", 45},
    {"CERTIFICATE_UNKNOWN", 46},
    {"ILLEGAL_PARAMETER", 47},
    {"UNKNOWN_CA", 48},
    {"ACCESS_DENIED", 49},
    {"DECODE_ERROR", 50},
    {"DECRYPT_ERROR", 51},
    {"PROTOCOL_VERSION", 70},
    {"INSUFFICIENT_SECURITY", 71},
    {"INTERNAL_ERROR", 80},
    {"USER_CANCELLED", 90},
    {"NO_RENEGOTIATION", 100},
    {"UNSUPPORTED_EXTENSION", 110},
    {"CERTIFICATE_UNOBTAINABLE", 111},
    {"UNRECOGNIZED_NAME", 112},
    {"BAD_CERTIFICATE_STATUS_RESPONSE", 113},
    {"BAD_CERTIFICATE_HASH_VALUE", 114},
    {"UNKNOWN_PSK_IDENTITY", 115},
};

constexpr struct {
  const char* name;
  bool value;
} kFeatures[] = {
    {"HAS_ALPN", true},
    {"HAS_ECDH", true},
    {"HAS_SNI", true},
    {"HAS_PSK", true},
#if AIRLOCK_PYTHON_AT_LEAST(3, 14)
    {"HAS_PHA", false},
#endif
#if AIRLOCK_PYTHON_AT_LEAST(3, 15)
    {"HAS_PSK_TLS13", false},
#endif
    {"HAS_SSLv2", false},
    {"HAS_SSLv3", false},
    {"HAS_TLSv1", true},
    {"HAS_TLSv1_1", true},
    {"HAS_TLSv1_2", true},
    {"HAS_TLSv1_3", true},
    {"HAS_TLS_UNIQUE", true},
    // A draft that TLS 1.3 does not support; ALPN replaces it.
    {"HAS_NPN", false},
};

// OpenSSL 1.1.1w, the last version with the API that ssl.py uses and BoringSSL
// also has. urllib3 2 and others refuse older versions.
constexpr unsigned long kVersionNumber = 0x1010117fUL;

// Takes over `value`.
int PutConstant(PyObject* module, const char* name, PyObject* value) {
  const PyRef owned = PyRef::Steal(value);
  return owned ? PyObject_SetAttrString(module, name, owned.get()) : -1;
}

PyObject* Unsigned(uint64_t value) {
  return value <= LONG_MAX ? Integer(static_cast<long>(value))
                           : PyLong_FromUnsignedLongLong(value);
}

PyObject* VersionInfo() {
  return Py_BuildValue("kkkkk", (kVersionNumber >> 28) & 0xff,
                       (kVersionNumber >> 20) & 0xff,
                       (kVersionNumber >> 12) & 0xff,
                       (kVersionNumber >> 4) & 0xff, kVersionNumber & 0xf);
}

}  // namespace

int AddConstants(PyObject* module) {
  for (const Row& row : kUnsigned) {
    if (PutConstant(module, row.name, Unsigned(row.value)) < 0) return -1;
  }
  for (const Row& row : kAlerts) {
    const std::string name = absl::StrCat("ALERT_DESCRIPTION_", row.name);
    if (PutConstant(module, name.c_str(), Unsigned(row.value)) < 0) return -1;
  }
  for (const auto& row : kFeatures) {
    if (PutConstant(module, row.name, PyBool_FromLong(row.value)) < 0)
      return -1;
  }
  const std::string version = absl::StrCat(
      "OpenSSL 1.1.1w (Airlock, BoringSSL API ", ssl::BoringSslApiVersion(), ")");
  if (PutConstant(module, "PROTO_MINIMUM_SUPPORTED",
                  Integer(kMinimumSupported)) < 0 ||
      PutConstant(module, "PROTO_MAXIMUM_SUPPORTED",
                  Integer(kMaximumSupported)) < 0 ||
      PutConstant(module, "_DEFAULT_CIPHERS", NativeString(kDefaultCiphers)) <
          0 ||
      PutConstant(module, "OPENSSL_VERSION_NUMBER", Unsigned(kVersionNumber)) <
          0 ||
      PutConstant(module, "OPENSSL_VERSION_INFO", VersionInfo()) < 0 ||
      PutConstant(module, "_OPENSSL_API_VERSION", VersionInfo()) < 0 ||
      PutConstant(module, "OPENSSL_VERSION", NativeString(version)) < 0) {
    return -1;
  }
  return 0;
}

}  // namespace airlock::python
