// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// PEM (RFC 7468) taken apart, with the lines that error messages need.
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

// One block. Its views point into the text that was split.
struct PemBlock {
  absl::string_view label;  // "CERTIFICATE"; empty for a damaged BEGIN line.
  int number = 0;           // Counted from 1.
  int line = 0;             // That of the BEGIN line, counted from 1.
  // What stands between the BEGIN and the END line, headers included; empty
  // where `status` is not ok.
  absl::string_view body;
  // What is wrong with its BEGIN or END line: a kInvalidArgument Error with
  // `what` and `advice`.
  absl::Status status;
};

// The label of a certificate with OpenSSL's trust settings.
constexpr absl::string_view kTrustedCertificate = "TRUSTED CERTIFICATE";

// Whether `text` has a line that begins a block, were it a damaged one.
bool HasPemMarker(absl::string_view text);

// The blocks of `text`, in order, the damaged ones among them; maybe empty.
// Lines end with LF, CRLF or CR, may be indented, and need not end at all in the
// last line; a UTF-8 byte order mark and any text around the blocks are passed
// over, as is a line that resembles a BEGIN line but is not followed by base64.
std::vector<PemBlock> SplitPem(absl::string_view text);

// Whether a certificate is what `label` promises.
bool IsCertificateLabel(absl::string_view label);

// Whether the block has headers (RFC 1421), as keys have that are encrypted in
// OpenSSL's traditional way.
bool HasPemHeaders(const PemBlock& block);

// The bytes of a block without headers. Errors: kInvalidArgument with `what` and
// `advice`, which names the damaged line; kResourceExhausted.
absl::StatusOr<Secret> DecodePem(const PemBlock& block);

// The block as OpenSSL writes it, for parsers that want it so: lines that are
// not indented and end with LF.
Secret NormalizePem(const PemBlock& block);

// See ssl/bundle.h.
std::string DescribeUnknown(absl::string_view bytes);

}  // namespace airlock::ssl::internal

#endif  // AIRLOCK_SSL_INTERNAL_PEM_H_
