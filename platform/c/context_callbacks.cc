// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/c/internal/context_callbacks.h"

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/optional.h"
#include "absl/types/span.h"
#include "platform/c/internal/guard.h"
#include "platform/c/internal/handles.h"

namespace airlock::c::internal {
namespace {

// RFC 6066, section 3.
constexpr uint8_t kUnrecognizedName = 112;

using SniFn = airlock_status (*)(void*, airlock_socket*, airlock_bytes,
                                 airlock_context**, uint8_t*);
using AlpnFn = airlock_status (*)(void*, airlock_socket*, const airlock_bytes*,
                                  size_t, size_t*);

absl::StatusOr<ssl::SniDecision> AskSni(
    SniFn sni, void* user, const absl::optional<std::string>& server_name) {
  airlock_context* context = nullptr;
  uint8_t alert = kUnrecognizedName;
  const airlock_bytes name =
      server_name.has_value() ? Bytes(*server_name) : airlock_bytes{nullptr, 0};
  const airlock_status status = Shielded(
      [&] { return sni(user, CurrentSocket(), name, &context, &alert); });
  ssl::SniDecision decision;
  if (status != AIRLOCK_OK) {
    decision.alert = alert;
    return decision;
  }
  if (context == nullptr) return decision;
  if (context->side != ssl::Side::kServer) {
    return Invalid("it gave a client's context; give one with server_side.");
  }
  decision.context = context->context;
  return decision;
}

absl::StatusOr<absl::optional<size_t>> AskAlpn(
    AlpnFn alpn, void* user, absl::Span<const absl::string_view> offered) {
  std::vector<airlock_bytes> names;
  names.reserve(offered.size());
  for (const absl::string_view name : offered) names.push_back(Bytes(name));
  // Out of range, for those who say that they chose but did not.
  size_t chosen = names.size();
  const airlock_status status = Shielded([&] {
    return alpn(user, CurrentSocket(), names.data(), names.size(), &chosen);
  });
  if (status == AIRLOCK_NONE) return {absl::nullopt};
  if (status != AIRLOCK_OK) return Invalid("it refused.");
  return {chosen};
}

}  // namespace

void PutCallbacks(const airlock_context_options& given, const UserDataPtr& user,
                  ssl::ContextOptions* options) {
  if (given.sni != nullptr) {
    options->sni = [sni = given.sni, user](
                       ssl::Socket& /*socket*/,
                       const absl::optional<std::string>& server_name) {
      return AskSni(sni, user->get(), server_name);
    };
  }
  if (given.alpn != nullptr) {
    options->alpn = [alpn = given.alpn, user](
                        ssl::Socket& /*socket*/,
                        absl::Span<const absl::string_view> offered) {
      return AskAlpn(alpn, user->get(), offered);
    };
  }
  if (given.keylog != nullptr) {
    options->keylog = [keylog = given.keylog, user](
                          const ssl::Socket& /*socket*/,
                          absl::string_view line) {
      ShieldedVoid([&] { keylog(user->get(), CurrentSocket(), Bytes(line)); });
    };
  }
  if (given.message != nullptr) {
    options->message = [message = given.message, user](
                           const ssl::Socket& /*socket*/,
                           const ssl::TlsMessage& seen) {
      airlock_message shown = {};
      shown.struct_size = sizeof(shown);
      shown.sent = seen.sent ? 1 : 0;
      shown.content_type = seen.content_type;
      shown.version = seen.version;
      shown.bytes = {reinterpret_cast<const char*>(seen.bytes.data()),
                     seen.bytes.size()};
      ShieldedVoid([&] { message(user->get(), CurrentSocket(), &shown); });
    };
  }
}

}  // namespace airlock::c::internal
