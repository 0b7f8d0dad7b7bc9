// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// PEM (RFC 7468) taken apart, with the lines that error messages need.
#ifndef AIRLOCK_SSL_INTERNAL_PEM_H_
#define AIRLOCK_SSL_INTERNAL_PEM_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "ssl/secret.h"

namespace airlock::ssl::internal {

// One block. Its views point into the text that was split.
struct PemBlock {
  absl::string_view label;  // "CERTIFICATE"
  int number = 0;           // Counted from 1.
  int line = 0;             // That of the BEGIN line, counted from 1.
  // What stands between the BEGIN and the END line, headers included.
  absl::string_view body;
};

// The label of a certificate with OpenSSL's trust settings.
constexpr absl::string_view kTrustedCertificate = "TRUSTED CERTIFICATE";

// Whether `text` has a line that begins a block, were it a damaged one.
bool HasPemMarker(absl::string_view text);

// Whether `bytes` begin as a DER SEQUENCE and are no text.
bool LooksLikeDer(absl::string_view bytes);

// The blocks of `text`, in order; maybe none. Lines end with LF, CRLF or CR,
// may be indented, and need not end at all in the last line; a UTF-8 byte order
// mark and any text around the blocks are passed over, also a line that looks
// like a BEGIN line but is not followed by base64. An error where a block does
// not end, or where its BEGIN or END line is damaged.
absl::StatusOr<std::vector<PemBlock>> SplitPem(absl::string_view text);

// The first of them, for error messages: "PUBLIC KEY, PKCS7 and 12 more".
std::string DescribeLabels(const std::vector<std::string>& labels);

// "block 2 (CERTIFICATE, line 21)", for error messages.
std::string Describe(const PemBlock& block);

// Whether a certificate is what `label` promises.
bool IsCertificateLabel(absl::string_view label);

// Whether the block has headers (RFC 1421), as keys have that are encrypted in
// OpenSSL's traditional way.
bool HasPemHeaders(const PemBlock& block);

// The bytes of a block without headers. An error names the line that is wrong.
absl::StatusOr<Secret> DecodePem(const PemBlock& block);

// The block as OpenSSL writes it, for parsers that want it so: lines that are
// not indented and end with LF.
Secret NormalizePem(const PemBlock& block);

// What the caller may have meant who gave `bytes`, which are neither PEM nor
// DER: "is a path, ..."; for the end of a sentence. Tells nothing of `bytes`.
std::string DescribeUnknown(absl::string_view bytes);

}  // namespace airlock::ssl::internal

#endif  // AIRLOCK_SSL_INTERNAL_PEM_H_
