// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Splits PEM (RFC 7468) into blocks, with line numbers for error messages.
#ifndef AIRLOCK_SSL_INTERNAL_PEM_H_
#define AIRLOCK_SSL_INTERNAL_PEM_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "ssl/secret.h"

namespace airlock::ssl::internal {

constexpr absl::string_view kPemBegin = "-----BEGIN ";

// One block. Its views point into the original text.
struct PemBlock {
  absl::string_view label;  // "CERTIFICATE"; empty for a damaged BEGIN line.
  int number = 0;           // Counted from 1.
  int line = 0;             // Of the BEGIN line, counted from 1.
  // The text between the BEGIN and the END line, including headers; empty if
  // `status` is not ok.
  absl::string_view body;
  // What is wrong with its BEGIN or END line: a kInvalidArgument Error with
  // `what` and `advice`.
  absl::Status status;
};

// The label of a certificate with OpenSSL's trust settings.
constexpr absl::string_view kTrustedCertificate = "TRUSTED CERTIFICATE";

// Whether `text` has a line that begins a block, even a damaged one.
bool HasPemMarker(absl::string_view text);

// The blocks of `text` in order, including damaged ones; may be empty. Lines
// end with LF, CRLF or CR and may be indented; the last line needs no line
// ending. Skips a UTF-8 byte order mark, any text around the blocks, and a line
// that resembles a BEGIN line but is not followed by base64.
std::vector<PemBlock> SplitPem(absl::string_view text);

// Whether `label` is that of a certificate.
bool IsCertificateLabel(absl::string_view label);

// Whether the block has headers (RFC 1421), as keys with OpenSSL's traditional
// encryption do.
bool HasPemHeaders(const PemBlock& block);

// The bytes of a block without headers. Errors: kInvalidArgument with `what`
// and `advice`, which names the damaged line; kInternal if out of memory.
absl::StatusOr<Secret> DecodePem(const PemBlock& block);

// The bytes of a block that is not secret, such as a certificate, at a tenth of
// the cost: its time depends on the content. False for a block that is not in
// the usual form: lines of whole groups of four characters, without spaces.
// DecodePem decides about such a block. Overwrites `out`.
bool DecodePublicPem(const PemBlock& block, std::string* out);

// The block as OpenSSL writes it, for parsers that need that form: lines are
// not indented and end with LF.
Secret NormalizePem(const PemBlock& block);

// See ssl/bundle.h.
std::string DescribeUnknown(absl::string_view bytes);

}  // namespace airlock::ssl::internal

#endif  // AIRLOCK_SSL_INTERNAL_PEM_H_
