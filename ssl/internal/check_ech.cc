// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/internal/check_ech.h"

#include "ssl/engine.h"
#include "ssl/error.h"
#include "ssl/guarded.h"

namespace airlock::ssl::internal {
namespace {

absl::Status Refuse(ErrorKind kind, absl::string_view name,
                    const ErrorText& what, const ErrorText& advice) {
  return MakeStatus(kind, ErrorParts{ErrorText::Name(name), what, advice});
}

// The error of the policy, if there is one, or else `otherwise`.
absl::Status NotAllowed(const ContextOptions& context, absl::Status otherwise) {
  if (context.ech_refused == nullptr) return otherwise;
  absl::Status said = Guarded("ech_refused callback", context.ech_refused);
  return said.ok() ? otherwise : said;
}

}  // namespace

absl::Status CheckEch(const ContextOptions& context,
                      const SocketOptions& socket) {
  const bool offers = socket.ech_configs != nullptr;
  const EchUse use = context.verification.ech;
  if (!offers && use == EchUse::kRequired && socket.side == Side::kClient) {
    return NotAllowed(
        context,
        Refuse(ErrorKind::kPolicy, "ech_configs",
               "is not set, and Encrypted Client Hello is required",
               "set it to the server's ECHConfigList, which its DNS record "
               "has."));
  }
  if (!offers && !socket.ech_grease) return absl::OkStatus();
  const absl::string_view name = offers ? "ech_configs" : "ech_grease";
  if (use == EchUse::kForbidden) {
    return NotAllowed(context, Refuse(ErrorKind::kPolicy, name,
                                      "Encrypted Client Hello is forbidden",
                                      "leave it out."));
  }
  if (!HasEch()) {
    return Refuse(ErrorKind::kInvalidArgument, name, EchNeed(),
                  "or leave it out.");
  }
  if (socket.side == Side::kServer) {
    return Refuse(ErrorKind::kInvalidArgument, name, "is for clients",
                  Named("a server has {ech_keys}."));
  }
  if (context.verification.maximum_version < TlsVersion::kTls1_3) {
    return Refuse(ErrorKind::kInvalidArgument, name, "needs TLS 1.3",
                  "allow it, or leave this out.");
  }
  if (!offers) return absl::OkStatus();
  if (context.verification.spiffe != nullptr) {
    return Refuse(ErrorKind::kInvalidArgument, name,
                  "is set, but a server with a public name has no SPIFFE ID "
                  "to prove it with",
                  "leave it out.");
  }
  if (context.psk_client != nullptr) {
    return Refuse(ErrorKind::kInvalidArgument, name,
                  "is set, and so is a pre-shared key, which needs TLS 1.2",
                  "leave one of them out.");
  }
  return absl::OkStatus();
}

}  // namespace airlock::ssl::internal
