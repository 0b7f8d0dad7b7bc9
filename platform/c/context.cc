// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/context.h"

#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "platform/c/airlock.h"
#include "platform/c/internal/context_callbacks.h"
#include "platform/c/internal/guard.h"
#include "platform/c/internal/handles.h"
#include "platform/c/internal/structs.h"
#include "platform/c/internal/transport.h"
#include "platform/c/internal/values.h"
#include "ssl/credentials.h"

namespace airlock::c::internal {
namespace {

absl::StatusOr<std::shared_ptr<const ssl::Credentials>> CredentialsOf(
    const airlock_credentials* given) {
  if (given == nullptr) return IsNull("credentials[]");
  const absl::StatusOr<airlock_credentials> known =
      ReadStruct(given, "credentials[]");
  if (!known.ok()) return known.status();
  ssl::CredentialsOptions options;
  auto certfile = GivenSecret(known->certfile, "certfile");
  if (!certfile.ok()) return certfile.status();
  options.certfile = std::move(*certfile).value_or(ssl::Secret());
  auto keyfile = GivenSecret(known->keyfile, "keyfile");
  if (!keyfile.ok()) return keyfile.status();
  if (keyfile->has_value()) options.keyfile = **std::move(keyfile);
  auto password = GivenSecret(known->password, "password");
  if (!password.ok()) return password.status();
  if (password->has_value()) {
    options.password =
        [shared = std::make_shared<const ssl::Secret>(**std::move(password))] {
          return absl::StatusOr<ssl::Secret>(shared->Clone());
        };
  }
  return ssl::Credentials::Create(std::move(options));
}

absl::Status PutOptions(const airlock_context_options& given,
                        platform::ContextRequest* request,
                        ssl::ContextOptions* options) {
  bool server_side = false;
  for (const absl::Status& status : {
           Put(Flag(given.server_side, "server_side"), &server_side),
           Put(CertReqs(given.cert_reqs), &request->cert_reqs),
           Put(SslVersion(given.ssl_version), &options->protocol),
           Put(Choice(given.check_hostname, "check_hostname"),
               &request->check_hostname),
           Put(Version(given.minimum_version, "minimum_version"),
               &options->minimum_version),
           Put(Version(given.maximum_version, "maximum_version"),
               &options->maximum_version),
           Put(Flags(given.verify_flags), &options->verify_flags),
           Put(Bundle(given.ca_certs, given.cadata), &request->ca_certs),
           Put(Text(given.ciphers, "ciphers"), &options->ciphers),
           Put(Text(given.groups, "groups"), &options->groups),
           Put(Text(given.call_site, "call_site"), &request->call_site),
           Put(Texts(given.alpn_protocols, given.alpn_protocols_count,
                     "alpn_protocols"),
               &options->alpn_protocols),
           Put(Flag(given.alpn_required, "alpn_required"),
               &options->alpn_required),
           Put(Text(given.session_id_context, "session_id_context"),
               &options->session_id_context),
       }) {
    if (!status.ok()) return status;
  }
  request->side = server_side ? ssl::Side::kServer : ssl::Side::kClient;
  const auto host = Given(given.server_hostname, "server_hostname");
  if (!host.ok()) return host.status();
  if (host->has_value()) request->server_hostname = std::string(**host);
  if (server_side && host->has_value()) {
    return Invalid(
        "server_hostname is the name that a client reaches for; "
        "leave it out where server_side is set.");
  }
  return absl::OkStatus();
}

Outcome NewContext(airlock_runtime* runtime,
                   const airlock_context_options* given,
                   airlock_context** context) {
  const absl::StatusOr<airlock_context_options> known =
      ReadStruct(given, "options");
  if (!known.ok()) return known.status();
  if (known->reserved != 0) return Invalid("options.reserved is not 0.");
  const auto user =
      std::make_shared<const UserData>(known->user, known->release);
  if (runtime == nullptr) return IsNull("runtime");
  if (context == nullptr) return IsNull("context");
  platform::ContextRequest request;
  ssl::ContextOptions options;
  const absl::Status status = PutOptions(*known, &request, &options);
  if (!status.ok()) return status;
  if (known->credentials == nullptr && known->credentials_count > 0) {
    return Invalid("credentials is NULL, but its count is not 0.");
  }
  for (size_t i = 0; i < known->credentials_count; ++i) {
    auto credentials = CredentialsOf(known->credentials[i]);
    if (!credentials.ok()) return credentials.status();
    options.credentials.push_back(*std::move(credentials));
  }
  PutCallbacks(*known, user, &options);
  auto made = runtime->runtime->CreateContext(request, std::move(options));
  if (!made.ok()) return made.status();
  *context = new airlock_context{*std::move(made), request.side,
                                 std::move(request.server_hostname)};
  return AIRLOCK_OK;
}

Outcome Wrap(airlock_context* context, const airlock_transport* transport,
             const airlock_socket_options* given, airlock_socket** socket) {
  // First, as it is ours from here on.
  absl::StatusOr<MadeTransport> made = MakeTransport(transport);
  if (!made.ok()) return made.status();
  if (context == nullptr) return IsNull("context");
  if (socket == nullptr) return IsNull("socket");
  const absl::StatusOr<airlock_socket_options> known =
      ReadStruct(given, "options");
  if (!known.ok()) return known.status();
  if (known->reserved != 0) return Invalid("options.reserved is not 0.");
  const auto host = Given(known->server_hostname, "server_hostname");
  if (!host.ok()) return host.status();
  const auto ragged =
      Choice(known->suppress_ragged_eofs, "suppress_ragged_eofs");
  if (!ragged.ok()) return ragged.status();
  ssl::SocketOptions options;
  options.side = context->side;
  options.server_hostname = std::string(
      host->value_or(context->server_hostname.value_or(std::string())));
  if (context->server_hostname.has_value() &&
      options.server_hostname != *context->server_hostname) {
    return Invalid(absl::StrCat(
        "server_hostname is not that of the context, \"",
        *context->server_hostname,
        "\", for which alone the policy was asked; make a context without "
        "server_hostname, or one for this host."));
  }
  options.suppress_ragged_eofs = ragged->value_or(true);
  if (known->session != nullptr) options.session = known->session->session;
  auto handle = std::make_unique<airlock_socket>();
  handle->fd_transport = made->fd_transport;
  auto wrapped = ssl::WrapSocket(context->context, std::move(made->transport),
                                 std::move(options));
  if (!wrapped.ok()) return wrapped.status();
  handle->socket = *std::move(wrapped);
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
