// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/c/internal/context_callbacks.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "platform/c/internal/guard.h"
#include "platform/c/internal/handles.h"
#include "platform/c/internal/socket_call.h"
#include "ssl/certificate.h"
#include "ssl/later.h"
#include "ssl/secret.h"

namespace airlock::c::internal {
namespace {

// RFC 6066, section 3.
constexpr uint8_t kUnrecognizedName = 112;

using SniFn = airlock_status (*)(void*, airlock_socket*, airlock_bytes,
                                 airlock_context**, uint8_t*);
using AlpnFn = airlock_status (*)(void*, airlock_socket*, const airlock_bytes*,
                                  size_t, size_t*);

using VerifyFn = airlock_status (*)(void*, airlock_socket*,
                                    const airlock_certificate* const*, size_t,
                                    const airlock_certificate* const*, size_t);
using EndFn = void (*)(void*, airlock_socket*, const airlock_error*);

absl::StatusOr<ssl::SniDecision> AskSni(
    SniFn sni, void* user, const std::optional<std::string>& server_name) {
  airlock_context* context = nullptr;
  uint8_t alert = kUnrecognizedName;
  const airlock_bytes name =
      server_name.has_value() ? Bytes(*server_name) : airlock_bytes{nullptr, 0};
  const airlock_status status = Shielded(
      [&] { return sni(user, CurrentSocket(), name, &context, &alert); });
  if (status == AIRLOCK_WANT_CALLBACK) return ssl::Later();
  ssl::SniDecision decision;
  if (status != AIRLOCK_OK) {
    decision.alert = alert;
    return decision;
  }
  if (context == nullptr) return decision;
  if (context->side != ssl::Side::kServer) {
    return Invalid(
        "it returned a client's context; return one with server_side.");
  }
  decision.context = context->context;
  return decision;
}

absl::StatusOr<std::optional<size_t>> AskAlpn(
    AlpnFn alpn, void* user, absl::Span<const absl::string_view> offered) {
  std::vector<airlock_bytes> names;
  names.reserve(offered.size());
  for (const absl::string_view name : offered) names.push_back(Bytes(name));
  // Out of range, in case the callback returns OK without choosing.
  size_t chosen = names.size();
  const airlock_status status = Shielded([&] {
    return alpn(user, CurrentSocket(), names.data(), names.size(), &chosen);
  });
  if (status == AIRLOCK_NONE) return {std::nullopt};
  if (status == AIRLOCK_WANT_CALLBACK) {
    return Invalid("it cannot answer later (AIRLOCK_WANT_CALLBACK).");
  }
  if (status != AIRLOCK_OK) return Invalid("it refused.");
  return {chosen};
}

// The chain as handles, borrowed by the callback.
class BorrowedChain {
 public:
  explicit BorrowedChain(absl::Span<const ssl::Certificate> chain) {
    handles_.reserve(chain.size());
    for (const ssl::Certificate& certificate : chain) {
      handles_.push_back({certificate});
      pointers_.push_back(&handles_.back());
    }
  }
  const airlock_certificate* const* data() const { return pointers_.data(); }
  size_t size() const { return pointers_.size(); }

 private:
  std::vector<airlock_certificate> handles_;
  std::vector<const airlock_certificate*> pointers_;
};

absl::Status AskVerify(VerifyFn verify, void* user,
                       const ssl::VerifiedPeer& peer) {
  const BorrowedChain presented(peer.presented);
  const BorrowedChain verified(peer.verified);
  const airlock_status status = Shielded([&] {
    return verify(user, CurrentSocket(), presented.data(), presented.size(),
                  verified.data(), verified.size());
  });
  if (status == AIRLOCK_OK) return absl::OkStatus();
  if (status == AIRLOCK_WANT_CALLBACK) return ssl::Later();
  return absl::PermissionDeniedError(absl::StrCat("it returned ", status, "."));
}

// The psk from the callback; unset if it has none, or an invalid one.
template <typename Callback>
absl::StatusOr<std::optional<ssl::PskIdentity>> AskPsk(
    const Callback& callback) {
  airlock_psk psk = {};
  psk.struct_size = sizeof(psk);
  const Wiper wiper(&psk, sizeof(psk));
  const airlock_status status = Shielded([&] { return callback(&psk); });
  if (status == AIRLOCK_WANT_CALLBACK) return ssl::Later();
  if (status != AIRLOCK_OK || psk.identity_size > sizeof(psk.identity) ||
      psk.key_size > sizeof(psk.key)) {
    return {std::nullopt};
  }
  return {ssl::PskIdentity{
      std::string(psk.identity, psk.identity_size),
      ssl::Secret({reinterpret_cast<const char*>(psk.key), psk.key_size})}};
}

void PutVerify(const airlock_context_options& given, const UserDataPtr& user,
               ssl::ContextOptions* options) {
  if (given.verify == nullptr) return;
  options->verify = [verify = given.verify, user](
                        const ssl::Socket& /*socket*/,
                        const ssl::VerifiedPeer& peer) {
    return AskVerify(verify, user->get(), peer);
  };
}

void PutPsk(const airlock_context_options& given, const UserDataPtr& user,
            ssl::ContextOptions* options) {
  if (given.psk_client != nullptr) {
    options->psk_client = [ask = given.psk_client,
                           user](absl::string_view hint) {
      return AskPsk([&](airlock_psk* psk) {
        return ask(user->get(), CurrentSocket(), Bytes(hint), psk);
      });
    };
  }
  if (given.psk_server != nullptr) {
    options->psk_server = [ask = given.psk_server,
                           user](absl::string_view identity)
        -> absl::StatusOr<std::optional<ssl::Secret>> {
      auto psk = AskPsk([&](airlock_psk* into) {
        return ask(user->get(), CurrentSocket(), Bytes(identity), into);
      });
      if (!psk.ok()) return psk.status();
      if (!psk->has_value()) return {std::nullopt};
      return {std::move((*psk)->key)};
    };
  }
}

void TellEnd(EndFn ended, void* user, const absl::Status& status) {
  airlock_error* error = nullptr;
  if (!status.ok()) SetError(status, &error);
  ShieldedVoid([&] { ended(user, CurrentSocket(), error); });
  airlock_error_free(error);
}

}  // namespace

void PutCallbacks(const airlock_context_options& given, const UserDataPtr& user,
                  ssl::ContextOptions* options) {
  PutVerify(given, user, options);
  PutPsk(given, user, options);
  if (given.handshake_ended != nullptr) {
    options->handshake_ended = [ended = given.handshake_ended, user](
                                   const ssl::Socket& /*socket*/,
                                   const absl::Status& status) {
      TellEnd(ended, user->get(), status);
    };
  }
  if (given.new_session != nullptr) {
    options->new_session = [kept = given.new_session, user](
                               const ssl::Socket& /*socket*/,
                               std::shared_ptr<const ssl::Session> session) {
      auto handle = std::make_unique<airlock_session>();
      handle->session = std::move(session);
      ShieldedVoid(
          [&] { kept(user->get(), CurrentSocket(), handle.release()); });
    };
  }
  if (given.sni != nullptr) {
    options->sni = [sni = given.sni, user](
                       ssl::Socket& /*socket*/,
                       const std::optional<std::string>& server_name) {
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
      return absl::OkStatus();
    };
  }
}

}  // namespace airlock::c::internal
