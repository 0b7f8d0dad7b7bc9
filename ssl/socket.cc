// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/socket.h"

#include <openssl/digest.h>
#include <openssl/nid.h>
#include <openssl/obj.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "ssl/error.h"
#include "ssl/guarded.h"
#include "ssl/hostname.h"
#include "ssl/internal/callbacks.h"
#include "ssl/internal/certificate_compression.h"
#include "ssl/internal/certificate_impl.h"
#include "ssl/internal/check_ech.h"
#include "ssl/internal/cipher_info.h"
#include "ssl/internal/context_impl.h"
#include "ssl/internal/error_queue.h"
#include "ssl/internal/session_impl.h"
#include "ssl/internal/socket_impl.h"
#include "ssl/internal/ssl_ctx.h"
#include "ssl/verify_code.h"

namespace airlock::ssl {
namespace {

// RFC 5929, section 4: the digest of the certificate's signature, but SHA-256
// in place of MD5 and SHA-1. Null if the signature has no digest.
const EVP_MD* EndPointDigest(X509* certificate) {
  int digest_nid = NID_undef;
  if (!OBJ_find_sigid_algs(X509_get_signature_nid(certificate), &digest_nid,
                           nullptr)) {
    return nullptr;
  }
  if (digest_nid == NID_md5 || digest_nid == NID_sha1) return EVP_sha256();
  return EVP_get_digestbynid(digest_nid);
}

// The limit of RFC 5869, section 2.3, for TLS 1.3; our own limit otherwise.
size_t ExportLimit(const SSL* ssl) {
  constexpr size_t kMost = 65535;
  constexpr size_t kMostBlocks = 255;
  if (SSL_version(ssl) < TLS1_3_VERSION) return kMost;
  const EVP_MD* digest =
      EVP_get_digestbynid(SSL_CIPHER_get_prf_nid(SSL_get_current_cipher(ssl)));
  if (digest == nullptr) return 0;
  return std::min(kMost, kMostBlocks * EVP_MD_size(digest));
}

absl::Status NoBinding(absl::string_view why) {
  return MakeStatus(
      ErrorKind::kInvalidArgument,
      absl::StrCat("The channel binding is not available: ", why));
}

// Whether a socket with `options` may use `context`; the error names what is
// missing or forbidden.
absl::Status CheckFit(const ContextOptions& context,
                      const SocketOptions& options) {
  absl::Status ech = internal::CheckEch(context, options);
  if (!ech.ok()) return ech;
  if (options.side == Side::kServer) {
    if (options.session != nullptr) {
      return MakeStatus(
          ErrorKind::kInvalidArgument,
          Named("{Cannot set session for server-side SSLSocket}"
                ": only a client resumes a session; leave it out."));
    }
    // A source has one of each key type.
    const auto& all = context.credentials;
    for (size_t i = 0; i < all.size(); ++i) {
      const KeyType type = all[i]->key_type();
      if (std::none_of(all.begin(), all.begin() + i, [type](const auto& other) {
            return other->key_type() == type;
          })) {
        continue;
      }
      return MakeStatus(
          ErrorKind::kInvalidArgument,
          "credentials: two of a server's have the same key type, so the "
          "second would never be used. Leave one out.");
    }
    // An `sni` callback may choose a context that has some.
    if (internal::PresentsCredentials(context) ||
        context.psk_server != nullptr || context.sni != nullptr) {
      return absl::OkStatus();
    }
    return MakeStatus(ErrorKind::kCredentials,
                      Named("A server needs {certfile} and {keyfile}."));
  }
  if (context.hostname_allowed != nullptr) {
    absl::Status allowed = Guarded("hostname_allowed callback", [&] {
      return context.hostname_allowed(options.server_hostname);
    });
    if (!allowed.ok()) return allowed;
  }
  if (context.verification.mode == VerifyMode::kNone) {
    if (context.unverified_clients.has_value()) return absl::OkStatus();
    return MakeStatus(ErrorKind::kPolicy,
                      "A client that does not verify its server is open to "
                      "attack by anyone on the network; set the verify mode to "
                      "required. (For exceptions, see ssl/insecure.h.)");
  }
  if (context.verification.check_hostname &&
      context.verification.spiffe == nullptr &&
      !context.verification.hostname_optional &&
      options.server_hostname.empty()) {
    absl::Status status =
        context.hostname_missing == nullptr
            ? absl::OkStatus()
            : Guarded("hostname_missing callback", context.hostname_missing);
    if (!status.ok()) return status;
    return MakeStatus(ErrorKind::kInvalidArgument,
                      ErrorParts{ErrorText::Name("server_hostname"),
                                 "is required where host names are checked",
                                 "set it to the server's name."});
  }
  return absl::OkStatus();
}

}  // namespace

Socket::Socket(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {
  impl_->owner = this;
}

Socket::~Socket() = default;

IoResult Socket::Handshake() { return impl_->Handshake(); }

size_t Socket::pending() const {
  return static_cast<size_t>(SSL_pending(impl_->ssl.get()));
}

IoResult Socket::Shutdown() { return impl_->Shutdown(); }
IoResult Socket::Unwrap() { return impl_->Unwrap(); }

absl::Status Socket::RequestKeyUpdate() { return impl_->RequestKeyUpdate(); }

std::unique_ptr<Transport> Socket::ReleaseTransport() {
  return std::move(impl_->bio.transport);
}

bool Socket::handshake_done() const { return impl_->handshake_done; }
Side Socket::side() const { return impl_->options.side; }

const std::string& Socket::server_hostname() const {
  return impl_->options.server_hostname;
}

const std::shared_ptr<const Context>& Socket::context() const {
  return impl_->context;
}

absl::Status Socket::SwitchContext(std::shared_ptr<const Context> context) {
  const internal::ErrorQueueScope errors;
  if (context == nullptr) {
    return MakeStatus(ErrorKind::kInvalidArgument, "The context is null.");
  }
  if (impl_->begun && !impl_->in_sni_callback) {
    return MakeStatus(ErrorKind::kInvalidArgument,
                      "The context can be replaced only before the handshake "
                      "or in a server's sni callback.");
  }
  const absl::Status fit = CheckFit(context->options(), impl_->options);
  if (!fit.ok()) return fit;
  if (!impl_->begun) return impl_->Init(std::move(context));
  if (SSL_set_SSL_CTX(impl_->ssl.get(), context->impl().ctx.get()) == nullptr ||
      !internal::SetVerifyAlgorithms(context->options(), impl_->ssl.get()) ||
      !internal::SetOwnGroups(context->options(), impl_->ssl.get()) ||
      !internal::InstallPsk(context->options(), impl_->ssl.get())) {
    return internal::DrainToStatus(ErrorKind::kInternal,
                                   "The context cannot be replaced.");
  }
  internal::InstallVerify(context->options(), impl_->ssl.get());
  impl_->context = std::move(context);
  if (!impl_->TakeTrust()) return internal::OutOfMemoryError();
  impl_->chosen = nullptr;
  impl_->presented_live.reset();
  return absl::OkStatus();
}

absl::Status Socket::SetSession(std::shared_ptr<const Session> session) {
  const internal::ErrorQueueScope errors;
  if (side() == Side::kServer) {
    return MakeStatus(ErrorKind::kInvalidArgument,
                      Named("{Cannot set session for server-side SSLSocket}"
                            ": only a client resumes a session."));
  }
  if (impl_->begun || session == nullptr) {
    return MakeStatus(ErrorKind::kInvalidArgument,
                      "A session can be set only before the handshake, and "
                      "must not be null.");
  }
  SSL_SESSION* offered = impl_->MayResume(*impl_->context, *session)
                             ? session->impl().session.get()
                             : nullptr;
  if (!SSL_set_session(impl_->ssl.get(), offered)) {
    return internal::DrainToStatus(ErrorKind::kInvalidArgument,
                                   "The session cannot be used.");
  }
  impl_->resumes = std::move(session);
  return absl::OkStatus();
}

std::optional<absl::Duration> Socket::handshake_duration() const {
  return impl_->handshake_duration;
}

std::optional<TlsVersion> Socket::version() const {
  if (!impl_->handshake_done) return std::nullopt;
  return static_cast<TlsVersion>(SSL_version(impl_->ssl.get()));
}

absl::string_view Socket::group() const {
  if (!impl_->handshake_done) return "";
  const uint16_t group = SSL_get_curve_id(impl_->ssl.get());
  const char* name = group == 0 ? nullptr : SSL_get_curve_name(group);
  return name == nullptr ? "" : name;
}

EchStatus Socket::ech() const {
  return impl_->handshake_done ? impl_->Ech() : EchStatus::kNotOffered;
}

bool Socket::session_reused() const {
  return impl_->handshake_done && SSL_session_reused(impl_->ssl.get()) != 0;
}

std::optional<ConnectionInfo> Socket::info() const {
  if (!impl_->handshake_done) return std::nullopt;
  const SSL* ssl = impl_->ssl.get();
  ConnectionInfo info;
  info.version = *version();
  if (const SSL_CIPHER* cipher = SSL_get_current_cipher(ssl)) {
    info.cipher = internal::DescribeCipher(cipher);
  }
  info.group = std::string(group());
  info.peer_signing_algorithm = SSL_get_peer_signature_algorithm(ssl);
  const uint8_t* data = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(ssl, &data, &size);
  info.alpn.assign(reinterpret_cast<const char*>(data), size);
  SSL_get0_next_proto_negotiated(ssl, &data, &size);
  info.npn.assign(reinterpret_cast<const char*>(data), size);
  if (const char* name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name)) {
    info.server_name = name;
  }
  info.session_reused = session_reused();
  info.handshake_duration = impl_->handshake_duration;
  size_t long_size = 0;
  SSL_get0_ocsp_response(ssl, &data, &long_size);
  info.ocsp_response.assign(reinterpret_cast<const char*>(data), long_size);
  SSL_get0_signed_cert_timestamp_list(ssl, &data, &long_size);
  info.sct_list.assign(reinterpret_cast<const char*>(data), long_size);
  info.ech = ech();
  if (impl_->certificate_compressed) {
    info.certificate_compression = internal::kZlibName;
  }
  return info;
}

Traffic Socket::traffic() const {
  Traffic traffic = impl_->traffic;
  traffic.transport_received = impl_->bio.received;
  traffic.transport_sent = impl_->bio.sent;
  return traffic;
}

std::vector<CipherInfo> Socket::SharedCiphers() const {
  std::vector<CipherInfo> result;
  const std::vector<CipherInfo> ours = impl_->context->Ciphers();
  for (const uint16_t value : impl_->offered_ciphers) {
    for (const CipherInfo& info : ours) {
      if ((info.id & 0xffff) == value) result.push_back(info);
    }
  }
  return result;
}

std::optional<Certificate> Socket::peer_certificate() const {
  if (impl_->presented->empty()) return std::nullopt;
  return (*impl_->presented)[0];
}

const std::vector<Certificate>& Socket::presented_chain() const {
  return *impl_->presented;
}

const std::vector<Certificate>& Socket::verified_chain() const {
  return *impl_->verified;
}

bool Socket::peer_verified() const { return impl_->peer_verified; }

absl::Status Socket::MatchHostname(absl::string_view host) const {
  const std::optional<Certificate> certificate = peer_certificate();
  if (certificate.has_value()) {
    return ssl::MatchHostname(*certificate, host,
                              impl_->context->options().verification.hostname);
  }
  Error error;
  error.kind = ErrorKind::kHostname;
  error.verify_code = verify_code::kHostnameMismatch;
  SetMessage(impl_->handshake_done
                 ? "The peer presented no certificate, so it has no name."
                 : Named("The peer has no certificate before the handshake; "
                         "call {Handshake} first."),
             &error);
  return MakeStatus(error);
}

std::shared_ptr<const Session> Socket::session() const {
  if (impl_->new_session != nullptr) {
    impl_->session = impl_->Wrap(std::move(impl_->new_session));
  }
  if (impl_->session == nullptr && impl_->handshake_done) {
    bssl::UniquePtr<SSL_SESSION> session(SSL_get1_session(impl_->ssl.get()));
    // TLS 1.3 has no session until the server's ticket arrives.
    if (session != nullptr && SSL_SESSION_is_resumable(session.get())) {
      impl_->session = impl_->Wrap(std::move(session));
    }
  }
  return impl_->session;
}

absl::StatusOr<std::string> Socket::GetChannelBinding(
    ChannelBinding kind) const {
  const internal::ErrorQueueScope errors;
  const SSL* ssl = impl_->ssl.get();
  if (!impl_->handshake_done) {
    return NoBinding("the handshake is not done.");
  }
  if (kind == ChannelBinding::kTlsExporter) {
    constexpr size_t kSize = 32;
    if (SSL_version(ssl) < TLS1_3_VERSION && !SSL_get_extms_support(ssl)) {
      return NoBinding("it needs TLS 1.3 or extended_master_secret.");
    }
    absl::StatusOr<Secret> value =
        ExportKeyingMaterial("EXPORTER-Channel-Binding", "", kSize);
    if (!value.ok()) return value.status();
    return std::string(value->view());
  }
  if (kind == ChannelBinding::kTlsUnique) {
    uint8_t value[EVP_MAX_MD_SIZE];
    size_t size = 0;
    if (!SSL_get_tls_unique(ssl, value, &size, sizeof(value))) {
      return NoBinding(
          "tls-unique is for TLS 1.2 and earlier, and for resumed sessions "
          "only with extended_master_secret; use tls-exporter.");
    }
    return std::string(reinterpret_cast<const char*>(value), size);
  }
  X509* certificate = side() == Side::kClient
                          ? impl_->presented->empty()
                                ? nullptr
                                : (*impl_->presented)[0].impl().x509.get()
                      : impl_->presented_live.has_value()
                          ? impl_->presented_live->impl().x509.get()
                          : SSL_get_certificate(ssl);
  if (certificate == nullptr) {
    return NoBinding("the server has no certificate.");
  }
  const EVP_MD* digest = EndPointDigest(certificate);
  uint8_t value[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  if (digest == nullptr || !X509_digest(certificate, digest, value, &size)) {
    return NoBinding(
        "the server's certificate is signed without a digest (RFC 5929, "
        "section 4.1); use tls-exporter.");
  }
  return std::string(reinterpret_cast<const char*>(value), size);
}

absl::StatusOr<Secret> Socket::ExportKeyingMaterial(
    absl::string_view label, std::optional<absl::string_view> context,
    size_t size) const {
  const internal::ErrorQueueScope errors;
  if (!impl_->handshake_done) {
    return MakeStatus(
        ErrorKind::kInvalidArgument,
        "Keying material can be exported only after the handshake.");
  }
  const size_t limit = ExportLimit(impl_->ssl.get());
  if (size > limit) {
    return MakeStatus(ErrorKind::kInvalidArgument,
                      absl::StrCat("size: ", size,
                                   " bytes of keying material; this "
                                   "connection can export at most ",
                                   limit, "."));
  }
  std::string buffer(size, '\0');
  const ScopedWipe wipe(&buffer);
  const absl::string_view bytes = context.value_or("");
  if (!SSL_export_keying_material(
          impl_->ssl.get(), reinterpret_cast<uint8_t*>(&buffer[0]), size,
          label.data(), label.size(),
          reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size(),
          context.has_value() ? 1 : 0)) {
    return internal::DrainToStatus(ErrorKind::kInternal,
                                   "The keying material cannot be exported.");
  }
  return Secret(buffer);
}

absl::StatusOr<std::unique_ptr<Socket>> WrapSocket(
    std::shared_ptr<const Context> context,
    std::unique_ptr<Transport> transport, SocketOptions options) {
  if (context == nullptr || transport == nullptr) {
    return MakeStatus(ErrorKind::kInvalidArgument,
                      "A context and a transport are required.");
  }
  absl::Status status = CheckFit(context->options(), options);
  if (!status.ok()) return status;
  std::string sni_name;
  if (options.side == Side::kClient && !options.server_hostname.empty()) {
    const absl::StatusOr<ReferenceHost> host =
        ParseHost(options.server_hostname);
    if (!host.ok()) return host.status();
    // SNI does not allow IP addresses (RFC 6066, section 3).
    if (host->kind == HostKind::kDnsName && options.send_sni) {
      sni_name = host->value;
    }
  }
  auto impl = std::make_unique<Socket::Impl>(context, std::move(transport),
                                             std::move(options));
  impl->sni_name = std::move(sni_name);
  status = impl->Init(std::move(context));
  if (!status.ok()) return status;
  return std::make_unique<Socket>(std::move(impl));
}

}  // namespace airlock::ssl
