// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The numbers that Python's ssl shares with OpenSSL 1.1.1. If BoringSSL has
// different ones or none, they are translated.
#ifndef AIRLOCK_PLATFORM_PYTHON_CONSTANTS_H_
#define AIRLOCK_PLATFORM_PYTHON_CONSTANTS_H_

#include <cstdint>

#include "platform/python/python_compat.h"

namespace airlock::python {

enum PythonProtocol {
  kProtocolTls = 2,
  kProtocolTlsv1 = 3,
  kProtocolTlsv1_1 = 4,
  kProtocolTlsv1_2 = 5,
  kProtocolTlsClient = 16,
  kProtocolTlsServer = 17,
};

enum PythonVerifyMode { kCertNone = 0, kCertOptional = 1, kCertRequired = 2 };

enum PythonVersion {
  kMinimumSupported = -2,
  kMaximumSupported = -1,
  kSsl3 = 0x300,
  kTls1_0 = 0x301,
  kTls1_1 = 0x302,
  kTls1_2 = 0x303,
  kTls1_3 = 0x304,
};

constexpr uint64_t kOpLegacyServerConnect = 0x00000004;
// Has no effect: the kernel's TLS is never used.
constexpr uint64_t kOpEnableKtls = 0x00000008;
// Treats the end of the stream without close_notify, after the handshake, as a
// close.
constexpr uint64_t kOpIgnoreUnexpectedEof = 0x00000080;
constexpr uint64_t kOpNoTicket = 0x00004000;
constexpr uint64_t kOpNoCompression = 0x00020000;
constexpr uint64_t kOpEnableMiddleboxCompat = 0x00100000;
constexpr uint64_t kOpCipherServerPreference = 0x00400000;
constexpr uint64_t kOpNoSslv3 = 0x02000000;
constexpr uint64_t kOpNoTlsv1 = 0x04000000;
constexpr uint64_t kOpNoTlsv1_2 = 0x08000000;
constexpr uint64_t kOpNoTlsv1_1 = 0x10000000;
constexpr uint64_t kOpNoTlsv1_3 = 0x20000000;
constexpr uint64_t kOpNoRenegotiation = 0x40000000;
// The options of a new context, in addition to the workarounds of SSL_OP_ALL.
constexpr uint64_t kOpAll = 0x80000054;
constexpr uint64_t kOpDefault = kOpAll | kOpNoSslv3 | kOpNoCompression |
                                kOpCipherServerPreference |
                                kOpEnableMiddleboxCompat;
constexpr uint64_t kOpNoTlsMask =
    kOpNoSslv3 | kOpNoTlsv1 | kOpNoTlsv1_1 | kOpNoTlsv1_2 | kOpNoTlsv1_3;

constexpr unsigned long kVerifyCrlCheck = 0x4;
constexpr unsigned long kVerifyCrlCheckAll = 0x8;
constexpr unsigned long kVerifyX509Strict = 0x20;
constexpr unsigned long kVerifyAllowProxyCerts = 0x40;
constexpr unsigned long kVerifyTrustedFirst = 0x8000;
constexpr unsigned long kVerifyPartialChain = 0x80000;

constexpr unsigned kHostflagNoPartialWildcards = 0x4;
constexpr unsigned kHostflagNeverCheckSubject = 0x20;

constexpr int kEncodingPem = 1;
constexpr int kEncodingDer = 2;

// The lowest version that a new context allows.
constexpr int kDefaultMinimum =
    AIRLOCK_PYTHON_AT_LEAST(3, 10) ? kTls1_2 : kMinimumSupported;

// The ciphers of a new context; ssl.py has them as _DEFAULT_CIPHERS.
#if AIRLOCK_PYTHON_AT_LEAST(3, 10)
constexpr char kDefaultCiphers[] =
    "@SECLEVEL=2:ECDH+AESGCM:ECDH+CHACHA20:ECDH+AES:!aNULL:!eNULL:!aDSS:!SHA1:"
    "!AESCCM:!PSK";
#else
constexpr char kDefaultCiphers[] =
    "DEFAULT:!aNULL:!eNULL:!MD5:!3DES:!DES:!RC4:!IDEA:!SEED:!aDSS:!SRP:!PSK";
#endif

int AddConstants(PyObject* module);

}  // namespace airlock::python

#endif  // AIRLOCK_PLATFORM_PYTHON_CONSTANTS_H_
