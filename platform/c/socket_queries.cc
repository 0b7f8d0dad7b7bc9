// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The queries of a socket.

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/strings/str_cat.h"
#include "platform/c/airlock.h"
#include "platform/c/internal/guard.h"
#include "platform/c/internal/handles.h"
#include "platform/c/internal/structs.h"
#include "platform/c/internal/values.h"
#include "ssl/socket.h"

using airlock::c::internal::Bytes;
using airlock::c::internal::Give;
using airlock::c::internal::Given;
using airlock::c::internal::Guarded;
using airlock::c::internal::Invalid;
using airlock::c::internal::IsNull;
using airlock::c::internal::Outcome;
using airlock::ssl::ChannelBinding;

namespace {

// More than any protocol supports; TLS 1.3 allows at most 12240.
constexpr size_t kMaxKeyingMaterial = 65535;

}  // namespace

airlock_status airlock_socket_user(const airlock_socket* socket, void** user,
                                   airlock_error** error) {
  if (user != nullptr) *user = nullptr;
  return Guarded(error, [&]() -> Outcome {
    if (socket == nullptr) return IsNull("socket");
    if (user == nullptr) return IsNull("user");
    *user = socket->user;
    return AIRLOCK_OK;
  });
}

airlock_status airlock_socket_set_user(airlock_socket* socket, void* user,
                                       airlock_error** error) {
  return Guarded(error, [&]() -> Outcome {
    if (socket == nullptr) return IsNull("socket");
    socket->user = user;
    return AIRLOCK_OK;
  });
}

airlock_status airlock_socket_statistics_get(const airlock_socket* socket,
                                             airlock_socket_statistics* out,
                                             airlock_error** error) {
  return Guarded(error, [&]() -> Outcome {
    if (socket == nullptr) return IsNull("socket");
    airlock_socket_statistics shown = {};
    const airlock::ssl::Traffic traffic = socket->socket->traffic();
    shown.bytes_read = traffic.data_received;
    shown.bytes_written = traffic.data_sent;
    shown.transport_bytes_read = traffic.transport_received;
    shown.transport_bytes_written = traffic.transport_sent;
    if (socket->handshake_time.has_value()) {
      // A handshake of less than a microsecond is also over.
      shown.handshake_us = std::max<uint64_t>(
          1, std::chrono::duration_cast<std::chrono::microseconds>(
                 *socket->handshake_time)
                 .count());
    }
    const absl::Status written =
        airlock::c::internal::WriteStruct(shown, out, "out");
    if (!written.ok()) return written;
    return AIRLOCK_OK;
  });
}

airlock_status airlock_socket_info(airlock_socket* socket,
                                   airlock_connection_info* out,
                                   airlock_error** error) {
  return Guarded(error, [&]() -> Outcome {
    if (socket == nullptr) return IsNull("socket");
    airlock_connection_info shown = {};
    std::optional<airlock::ssl::ConnectionInfo> known = socket->socket->info();
    socket->info = known.has_value()
                       ? std::make_unique<const airlock::ssl::ConnectionInfo>(
                             *std::move(known))
                       : nullptr;
    if (socket->info != nullptr) {
      const airlock::ssl::ConnectionInfo& info = *socket->info;
      shown.version = static_cast<uint16_t>(info.version);
      shown.session_reused = info.session_reused ? 1 : 0;
      shown.peer_verified = socket->socket->peer_verified() ? 1 : 0;
      shown.cipher_bits = info.cipher.strength_bits;
      shown.version_name = Bytes(airlock::ssl::TlsVersionName(info.version));
      shown.cipher = Bytes(info.cipher.name);
      shown.cipher_standard_name = Bytes(info.cipher.standard_name);
      shown.group = Bytes(info.group);
      shown.alpn = Bytes(info.alpn);
      shown.server_name = Bytes(info.server_name);
      shown.cipher_protocol = Bytes(info.cipher.protocol);
      shown.npn = Bytes(info.npn);
      shown.ocsp_response = Bytes(info.ocsp_response);
      shown.sct_list = Bytes(info.sct_list);
      shown.certificate_compression = Bytes(info.certificate_compression);
      shown.ech = static_cast<int32_t>(info.ech);
    }
    const absl::Status written =
        airlock::c::internal::WriteStruct(shown, out, "out");
    if (!written.ok()) return written;
    return socket->info != nullptr ? AIRLOCK_OK : AIRLOCK_NONE;
  });
}

airlock_status airlock_socket_peer_certificate(
    const airlock_socket* socket, airlock_certificate** certificate,
    airlock_error** error) {
  if (certificate != nullptr) *certificate = nullptr;
  return Guarded(error, [&]() -> Outcome {
    if (socket == nullptr) return IsNull("socket");
    if (certificate == nullptr) return IsNull("certificate");
    const auto peer = socket->socket->peer_certificate();
    if (!peer.has_value()) return AIRLOCK_NONE;
    *certificate = new airlock_certificate{*peer};
    return AIRLOCK_OK;
  });
}

airlock_status airlock_socket_chain_certificate(
    const airlock_socket* socket, int32_t chain, size_t index,
    airlock_certificate** certificate, airlock_error** error) {
  if (certificate != nullptr) *certificate = nullptr;
  return Guarded(error, [&]() -> Outcome {
    if (socket == nullptr) return IsNull("socket");
    if (certificate == nullptr) return IsNull("certificate");
    if (chain != AIRLOCK_CHAIN_PRESENTED && chain != AIRLOCK_CHAIN_VERIFIED) {
      return Invalid(absl::StrCat("chain is ", chain,
                                  ", which is not an AIRLOCK_CHAIN_* number."));
    }
    const std::vector<airlock::ssl::Certificate>& certificates =
        chain == AIRLOCK_CHAIN_PRESENTED ? socket->socket->presented_chain()
                                         : socket->socket->verified_chain();
    if (index >= certificates.size()) return AIRLOCK_NONE;
    *certificate = new airlock_certificate{certificates[index]};
    return AIRLOCK_OK;
  });
}

airlock_status airlock_socket_match_hostname(const airlock_socket* socket,
                                             airlock_bytes host,
                                             airlock_error** error) {
  return Guarded(error, [&]() -> Outcome {
    if (socket == nullptr) return IsNull("socket");
    const auto name = Given(host, "host");
    if (!name.ok()) return name.status();
    const absl::Status status =
        socket->socket->MatchHostname(name->value_or(""));
    if (!status.ok()) return status;
    return AIRLOCK_OK;
  });
}

airlock_status airlock_socket_session(const airlock_socket* socket,
                                      airlock_session** session,
                                      airlock_error** error) {
  if (session != nullptr) *session = nullptr;
  return Guarded(error, [&]() -> Outcome {
    if (socket == nullptr) return IsNull("socket");
    if (session == nullptr) return IsNull("session");
    auto established = socket->socket->session();
    if (established == nullptr) return AIRLOCK_NONE;
    *session = new airlock_session{std::move(established)};
    return AIRLOCK_OK;
  });
}

airlock_status airlock_socket_channel_binding(const airlock_socket* socket,
                                              int32_t binding,
                                              airlock_buffer* bytes,
                                              airlock_error** error) {
  return Guarded(error, [&]() -> Outcome {
    if (socket == nullptr) return IsNull("socket");
    if (bytes == nullptr) return IsNull("bytes");
    ChannelBinding kind = ChannelBinding::kTlsUnique;
    switch (binding) {
      case AIRLOCK_BINDING_TLS_UNIQUE:
        break;
      case AIRLOCK_BINDING_TLS_SERVER_END_POINT:
        kind = ChannelBinding::kTlsServerEndPoint;
        break;
      case AIRLOCK_BINDING_TLS_EXPORTER:
        kind = ChannelBinding::kTlsExporter;
        break;
      default:
        return Invalid(
            absl::StrCat("binding is ", binding,
                         ", which is not an AIRLOCK_BINDING_* number."));
    }
    const auto value = socket->socket->GetChannelBinding(kind);
    if (!value.ok()) return value.status();
    const absl::Status given = Give(*value, bytes);
    if (!given.ok()) return given;
    return AIRLOCK_OK;
  });
}

airlock_status airlock_socket_export_keying_material(
    const airlock_socket* socket, airlock_bytes label, airlock_bytes context,
    size_t size, airlock_buffer* bytes, airlock_error** error) {
  return Guarded(error, [&]() -> Outcome {
    if (socket == nullptr) return IsNull("socket");
    if (bytes == nullptr) return IsNull("bytes");
    if (size > kMaxKeyingMaterial) {
      return Invalid(absl::StrCat("size is ", size, "; at most ",
                                  kMaxKeyingMaterial,
                                  " bytes can be exported."));
    }
    const auto label_text = Given(label, "label");
    if (!label_text.ok()) return label_text.status();
    const auto context_text = Given(context, "context");
    if (!context_text.ok()) return context_text.status();
    const auto material = socket->socket->ExportKeyingMaterial(
        label_text->value_or(""), *context_text, size);
    if (!material.ok()) return material.status();
    const absl::Status given = Give(material->view(), bytes);
    if (!given.ok()) return given;
    return AIRLOCK_OK;
  });
}
