// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/context.h"

#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "platform/c/airlock.h"
#include "platform/c/internal/context_callbacks.h"
#include "platform/c/internal/context_options.h"
#include "platform/c/internal/ech.h"
#include "platform/c/internal/guard.h"
#include "platform/c/internal/handles.h"
#include "platform/c/internal/structs.h"
#include "platform/c/internal/transport.h"
#include "platform/c/internal/values.h"
#include "ssl/options.h"
#include "ssl/socket.h"

namespace airlock::c::internal {
namespace {

// If the peer is not verified, or a pre-shared key replaces verification,
// options that narrow verification would have no effect.
absl::Status CheckNarrowing(const ssl::ContextOptions& made) {
  if (made.verification.mode == ssl::VerifyMode::kNone) {
    return Invalid(
        "verify or pins is set, but the context does not verify its peer; set "
        "cert_reqs to AIRLOCK_CERT_REQUIRED.");
  }
  if (made.psk_client != nullptr || made.psk_server != nullptr) {
    return Invalid(
        "verify or pins is set together with psk_client or psk_server, which "
        "use no certificate; leave one out.");
  }
  return absl::OkStatus();
}

Outcome NewContext(airlock_runtime* runtime,
                   const airlock_context_options* given,
                   airlock_context** context) {
  const absl::StatusOr<airlock_context_options> known =
      ReadStruct(given, "options");
  if (!known.ok()) return known.status();
  const UserDataPtr user = MakeUserData(known->user, known->release);
  if (runtime == nullptr) return IsNull("runtime");
  if (context == nullptr) return IsNull("context");
  platform::ContextRequest request;
  ssl::ContextOptions options;
  // For airlock_context_session_statistics.
  request.always_new = true;
  const absl::Status status =
      PutOptions(*known, runtime->keys.get(), &request, &options);
  if (!status.ok()) return status;
  PutCallbacks(*known, user, &options);
  const bool narrows =
      known->verify != nullptr || !options.verification.pins.empty();
  auto made = runtime->runtime->CreateContext(request, std::move(options));
  if (!made.ok()) return made.status();
  if (narrows) {
    const absl::Status narrowing = CheckNarrowing((*made)->options());
    if (!narrowing.ok()) return narrowing;
  }
  *context = new airlock_context{*std::move(made), request.side,
                                 std::move(request.server_hostname), user};
  return AIRLOCK_OK;
}

Outcome Wrap(airlock_context* context, const airlock_transport* transport,
             const airlock_socket_options* given, airlock_socket** socket) {
  // First, because the transport is ours from here on.
  absl::StatusOr<MadeTransport> made = MakeTransport(transport);
  if (!made.ok()) return made.status();
  if (context == nullptr) return IsNull("context");
  if (socket == nullptr) return IsNull("socket");
  const absl::StatusOr<airlock_socket_options> known =
      ReadStruct(given, "options");
  if (!known.ok()) return known.status();
  const auto host = Given(known->server_hostname, "server_hostname");
  if (!host.ok()) return host.status();
  const auto ragged = Flag(known->suppress_ragged_eofs, "suppress_ragged_eofs");
  if (!ragged.ok()) return ragged.status();
  const auto send_sni = Flag(known->send_sni, "send_sni", /*otherwise=*/true);
  if (!send_sni.ok()) return send_sni.status();
  if (known->reserved != 0) return Invalid("options.reserved is not 0.");
  ssl::SocketOptions options;
  const absl::Status ech = PutEch(known->ech_configs, known->ech_grease,
                                  &options.ech_configs, &options.ech_grease);
  if (!ech.ok()) return ech;
  options.side = context->side;
  options.server_hostname = std::string(
      host->value_or(context->server_hostname.value_or(std::string())));
  const absl::Status fit = CheckHost(*context, options.server_hostname);
  if (!fit.ok()) return fit;
  options.send_sni = *send_sni;
  options.suppress_ragged_eofs = *ragged;
  if (known->session != nullptr) options.session = known->session->session;
  auto handle = std::make_unique<airlock_socket>();
  handle->fd_transport = made->fd_transport;
  handle->claim = made->claim;
  handle->shared = made->shared;
  handle->user = known->user;
  auto wrapped = ssl::WrapSocket(context->context, std::move(made->transport),
                                 std::move(options));
  if (!wrapped.ok()) return wrapped.status();
  handle->socket = *std::move(wrapped);
  handle->WaitOutside();
  *socket = handle.release();
  return AIRLOCK_OK;
}

}  // namespace
}  // namespace airlock::c::internal

airlock_status airlock_context_new(airlock_runtime* runtime,
                                   const airlock_context_options* options,
                                   airlock_context** context,
                                   airlock_error** error) {
  if (context != nullptr) *context = nullptr;
  return airlock::c::internal::Guarded(error, [&] {
    return airlock::c::internal::NewContext(runtime, options, context);
  });
}

void airlock_context_free(airlock_context* context) {
  airlock::c::internal::Drop(context);
}

airlock_status airlock_context_wrap_socket(
    airlock_context* context, const airlock_transport* transport,
    const airlock_socket_options* options, airlock_socket** socket,
    airlock_error** error) {
  if (socket != nullptr) *socket = nullptr;
  return airlock::c::internal::Guarded(error, [&] {
    return airlock::c::internal::Wrap(context, transport, options, socket);
  });
}
