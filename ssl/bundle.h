// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Splits PEM (RFC 7468) and DER into certificates, CRLs and keys. Trust stores,
// credentials, the command and the bindings all read through it.
#ifndef AIRLOCK_SSL_BUNDLE_H_
#define AIRLOCK_SSL_BUNDLE_H_

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "ssl/certificate.h"
#include "ssl/crl.h"
#include "ssl/secret.h"

namespace airlock::ssl {

// How certificates and keys are encoded.
enum class Encoding {
  kPem,      // At least one line begins like the BEGIN line of a block.
  kDer,      // Begins like an ASN.1 SEQUENCE and is not text.
  kUnknown,  // Anything else; see DescribeUnknown.
};

// Looks at `bytes` without parsing them. Linear. Thread-safe.
Encoding SniffEncoding(absl::string_view bytes);

// Whether `bytes` are meant as content (PEM or DER, or PEM that was quoted or
// escaped) and not as the name of a file. Thread-safe.
bool LooksLikeContent(absl::string_view bytes);

// What `bytes` of kUnknown encoding look like and what to give instead, as the
// end of a sentence: "looks like a path; give the content of the file, not its
// name". Quotes nothing of `bytes`, which may be a secret. Thread-safe.
std::string DescribeUnknown(absl::string_view bytes);

// How a private key is encoded.
enum class KeyForm {
  kPkcs8,           // RFC 5958's OneAsymmetricKey.
  kEncryptedPkcs8,  // RFC 5958's EncryptedPrivateKeyInfo.
  kPkcs1,           // RFC 8017's RSAPrivateKey.
  kSec1,            // RFC 5915's ECPrivateKey.
  kPemWithHeaders,  // OpenSSL's traditional encryption: PEM text, not DER.
  kUnsupported,     // Another form, such as OpenSSH's.
};

// A private key before it is decrypted and parsed.
struct EncodedKey {
  KeyForm form = KeyForm::kUnsupported;
  // DER; PEM text for kPemWithHeaders; empty for kUnsupported.
  Secret content;
};

// What one part of a bundle is.
enum class PartKind {
  kCertificate,
  kCrl,
  kPrivateKey,
  kPkcs12,   // RFC 7292; takes the rest of the input.
  kOther,    // Any other PEM block, or a DER public key.
  kDamaged,  // Its intended kind is unknown: see `status`.
};

// One block of PEM, or one element of DER.
struct BundlePart {
  PartKind kind = PartKind::kOther;
  int number = 0;     // Counted from 1.
  int line = 0;       // PEM: of the BEGIN line, counted from 1. DER: 0.
  size_t offset = 0;  // DER: of its first byte, counted from 0. PEM: 0.
  // The label of the PEM block, such as "CERTIFICATE". For DER, the label that
  // its PEM block would have. Empty if the part is too damaged to have one.
  std::string label;

  // Why the part is unusable. Ok for an intact part. Errors: kInvalidArgument,
  // whose Error has `what`, a predicate about the part ("has no END line"), and
  // `advice`, but not `where`; kInternal if out of memory. They never quote the
  // content.
  absl::Status status;

  // The content of an intact part; the one that fits `kind` is set.
  std::optional<Certificate> certificate;
  std::optional<Crl> crl;
  std::optional<EncodedKey> key;
  Secret pkcs12;

  // Its position, for messages: "block 2 (CERTIFICATE, line 21)", "line 21" if
  // a BEGIN line is damaged, "DER object 3 (at byte 1024)".
  std::string Where() const;
};

struct Bundle {
  Encoding encoding = Encoding::kUnknown;
  // In input order. Empty for kUnknown, and for PEM whose BEGIN lines are
  // comments.
  std::vector<BundlePart> parts;
};

// Splits `bytes` into parts, and continues after a damaged part. Lines of PEM
// end with LF, CRLF or CR and may be indented; the last line needs no line
// ending. Skips a UTF-8 byte order mark, any text around the blocks, and a line
// that resembles a BEGIN line but is not followed by base64. Time and memory
// are linear in the input. Thread-safe.
Bundle ReadBundle(absl::string_view bytes);

// The first of `labels`, for messages: "PUBLIC KEY, PKCS7 and 12 more".
std::string DescribeLabels(const std::vector<std::string>& labels);

}  // namespace airlock::ssl

#endif  // AIRLOCK_SSL_BUNDLE_H_
