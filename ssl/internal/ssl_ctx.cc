// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/internal/ssl_ctx.h"

#include <openssl/mem.h>
#include <openssl/nid.h>
#include <openssl/pool.h>
#include <openssl/sha.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "ssl/error.h"
#include "ssl/internal/call_scope.h"
#include "ssl/internal/certificate_impl.h"
#include "ssl/internal/cipher_string.h"
#include "ssl/internal/credentials_impl.h"
#include "ssl/internal/ech_impl.h"
#include "ssl/internal/engine_differences.h"
#include "ssl/internal/error_queue.h"
#include "ssl/internal/signature_algorithms.h"
#include "ssl/shown.h"

namespace airlock::ssl::internal {
namespace {

// Whether a peer may have to sign: not for a server that asks for no
// certificate, and clients do not get a Context without verification and token.
bool MayPeerSign(const ContextOptions& options) {
  return options.verification.mode != VerifyMode::kNone ||
         options.unverified_clients.has_value();
}

bool SetSignatureAlgorithms(const ContextOptions& options, SSL_CTX* ctx) {
  const std::vector<uint16_t> peers = VerifyAlgorithms(options);
  const std::vector<uint16_t>& ours = options.signing_algorithms;
  // Each connection has a copy of the list.
  return (!MayPeerSign(options) || SSL_CTX_set_verify_algorithm_prefs(
                                       ctx, peers.data(), peers.size())) &&
         (ours.empty() ||
          SSL_CTX_set_signing_algorithm_prefs(ctx, ours.data(), ours.size()));
}

// Live credentials may get one at any time.
bool MayHaveSigner(const ContextOptions& options) {
  return options.credential_source != nullptr ||
         std::any_of(options.credentials.begin(), options.credentials.end(),
                     [](const auto& credentials) {
                       return credentials->impl().signer != nullptr;
                     });
}

// What BoringSSL still selects where a list has brackets, and why it should
// not; otherwise empty.
absl::string_view UnsupportedIn(const ContextOptions& options,
                                const SSL_CTX* ctx) {
  for (const SSL_CIPHER* cipher : SSL_CTX_get_ciphers(ctx)) {
    if (SSL_CIPHER_get_cipher_nid(cipher) == NID_des_ede3_cbc) {
      return "3DES, which is too weak and not supported";
    }
    if (SSL_CIPHER_get_digest_nid(cipher) == NID_sha256) {
      return "CBC with SHA-2, which is not supported";
    }
    if (SSL_CIPHER_get_kx_nid(cipher) == NID_kx_rsa && MayHaveSigner(options)) {
      return "RSA key exchange, which decrypts, and a signer or live "
             "credentials only sign";
    }
  }
  return "";
}

// BoringSSL's form of `groups`, or of the default's.
std::string GroupList(absl::string_view groups) {
  std::vector<absl::string_view> names =
      absl::StrSplit(groups.empty() ? kDefaultGroups : groups, ':');
  // The only OpenSSL name that BoringSSL lacks.
  std::replace(names.begin(), names.end(), absl::string_view("secp256r1"),
               absl::string_view("P-256"));
  return absl::StrJoin(names, ":");
}

absl::Status SetCiphersAndGroups(const ContextOptions& options,
                                 std::string ciphers, SSL_CTX* ctx) {
  // RSA key exchange decrypts, but a signer can only sign.
  if (MayHaveSigner(options)) Exclude(":!kRSA", &ciphers);
  if (ciphers.find('\0') != std::string::npos ||
      !SSL_CTX_set_cipher_list(ctx, ciphers.c_str())) {
    return DrainToStatus(
        ErrorKind::kInvalidArgument,
        ErrorParts{
            ErrorText::Name("ciphers"),
            absl::StrCat("\"", Shown(options.ciphers),
                         "\" selects no cipher suite"),
            "AES-GCM, ChaCha20 and AES-CBC with SHA-1 are supported, over "
            "ECDHE, RSA or PSK; finite-field DH, CBC with SHA-2, RC4, 3DES, "
            "and suites without authentication or encryption are not. TLS 1.3 "
            "suites are always enabled, and are not named here.",
            /*after_where=*/": ", /*before_advice=*/". "});
  }
  const absl::string_view unsupported = UnsupportedIn(options, ctx);
  if (!unsupported.empty()) {
    return MakeStatus(ErrorKind::kInvalidArgument,
                      ErrorParts{ErrorText::Name("ciphers"),
                                 absl::StrCat("\"", Shown(options.ciphers),
                                              "\" selects ", unsupported),
                                 "leave it out."});
  }
  const std::string groups = GroupList(options.verification.groups);
  if (groups.find('\0') != std::string::npos ||
      !SSL_CTX_set1_groups_list(ctx, groups.c_str())) {
    return DrainToStatus(
        ErrorKind::kInvalidArgument,
        ErrorParts{"groups",
                   absl::StrCat("\"", Shown(options.verification.groups),
                                "\" names an unknown group"),
                   UnknownGroupAdvice(groups)});
  }
  return absl::OkStatus();
}

bool SetSessions(const ContextOptions& options, SSL_CTX* ctx) {
  const auto id_context = SessionIdContext(options, options.trust_store.get());
  const auto seconds =
      static_cast<uint32_t>(absl::ToInt64Seconds(options.session_timeout));
  SSL_CTX_set_session_cache_mode(ctx, options.session_cache_size == 0
                                          ? SSL_SESS_CACHE_CLIENT
                                          : SSL_SESS_CACHE_BOTH);
  SSL_CTX_sess_set_cache_size(ctx, options.session_cache_size);
  SSL_CTX_set_timeout(ctx, seconds);
  SSL_CTX_set_session_psk_dhe_timeout(ctx, seconds);
  if (!options.session_tickets) SSL_CTX_set_options(ctx, SSL_OP_NO_TICKET);
  // A resumed connection's peer is verified like any other. BoringSSL does this
  // for clients; Socket does it for servers.
  if (options.verification.mode != VerifyMode::kNone) {
    SSL_CTX_set_reverify_on_resume(ctx, 1);
  }
  return SSL_CTX_set_num_tickets(ctx, options.num_tickets) &&
         SSL_CTX_set_session_id_context(ctx, id_context.data(),
                                        id_context.size());
}

std::vector<CRYPTO_BUFFER*> ChainBuffers(const Credentials& credentials) {
  std::vector<CRYPTO_BUFFER*> buffers;
  buffers.reserve(credentials.chain().size());
  for (const Certificate& certificate : credentials.chain()) {
    buffers.push_back(certificate.impl().der.get());
  }
  return buffers;
}

// The private key, or the method that signs in its place.
struct KeyOf {
  KeyOf(const Credentials& credentials, const SSL_PRIVATE_KEY_METHOD* signing) {
    if (credentials.impl().signer != nullptr) {
      method = signing;
    } else {
      key = credentials.impl().key.get();
    }
  }

  EVP_PKEY* key = nullptr;
  const SSL_PRIVATE_KEY_METHOD* method = nullptr;
};

bool SetPresented(const ContextOptions& options,
                  const SSL_PRIVATE_KEY_METHOD* signing, SSL_CTX* ctx) {
  if (options.credentials.size() == 1 && !ChoosesCredentials(options)) {
    const Credentials& credentials = *options.credentials[0];
    const std::vector<CRYPTO_BUFFER*> chain = ChainBuffers(credentials);
    const KeyOf key(credentials, signing);
    if (!SSL_CTX_set_chain_and_key(ctx, chain.data(), chain.size(), key.key,
                                   key.method)) {
      return false;
    }
  }
  const std::string& ocsp = options.ocsp_response;
  return ocsp.empty() ||
         SSL_CTX_set_ocsp_response(
             ctx, reinterpret_cast<const uint8_t*>(ocsp.data()), ocsp.size());
}

bool SetAlpn(const ContextOptions& options, SSL_CTX* ctx) {
  std::string wire;
  for (const std::string& name : options.alpn_protocols) {
    wire.push_back(static_cast<char>(name.size()));
    wire += name;
  }
  // This function returns 0 for success.
  return wire.empty() || SSL_CTX_set_alpn_protos(
                             ctx, reinterpret_cast<const uint8_t*>(wire.data()),
                             wire.size()) == 0;
}

absl::Status OutOfMemory() {
  return DrainToStatus(ErrorKind::kInternal, "The context cannot be created.");
}

}  // namespace

absl::StatusOr<bssl::UniquePtr<SSL_CTX>> NewSslCtx(
    const ContextOptions& options, const VersionRange& versions,
    const std::string& ciphers, const SSL_PRIVATE_KEY_METHOD* signing) {
  const ErrorQueueScope errors;
  bssl::UniquePtr<SSL_CTX> ctx(SSL_CTX_new(TLS_method()));
  if (ctx == nullptr) return OutOfMemory();
  ClockScope::Install(ctx.get());
  SSL_CTX_set_mode(ctx.get(), SSL_MODE_ENABLE_PARTIAL_WRITE |
                                  SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_early_data_enabled(ctx.get(), 0);
  if (options.cipher_server_preference) {
    SSL_CTX_set_options(ctx.get(), SSL_OP_CIPHER_SERVER_PREFERENCE);
  }
  if (options.request_ocsp) SSL_CTX_enable_ocsp_stapling(ctx.get());
  if (options.request_sct) SSL_CTX_enable_signed_cert_timestamps(ctx.get());
  if (options.ech_keys != nullptr) {
    if (versions.maximum < TlsVersion::kTls1_3) {
      return MakeStatus(ErrorKind::kInvalidArgument,
                        ErrorParts{ErrorText::Name("ech_keys"), "needs TLS 1.3",
                                   "allow it, or leave the keys out."});
    }
    if (!SSL_CTX_set1_ech_keys(ctx.get(),
                               options.ech_keys->impl().keys.get())) {
      return OutOfMemory();
    }
  }
  const std::string& hint = options.psk_identity_hint;
  if (!hint.empty() &&
      (hint.find('\0') != std::string::npos ||
       !SSL_CTX_use_psk_identity_hint(ctx.get(), hint.c_str()))) {
    return DrainToStatus(
        ErrorKind::kInvalidArgument,
        ErrorParts{"psk_identity_hint",
                   "contains a NUL, or is longer than 128 bytes."});
  }
  if (!options.sct_list.empty() &&
      !SSL_CTX_set_signed_cert_timestamp_list(
          ctx.get(), reinterpret_cast<const uint8_t*>(options.sct_list.data()),
          options.sct_list.size())) {
    return DrainToStatus(
        ErrorKind::kInvalidArgument,
        ErrorParts{"sct_list",
                   "is not a SignedCertificateTimestampList (RFC "
                   "6962, section 3.3)",
                   "each part starts with its length."});
  }
  const absl::Status status = SetCiphersAndGroups(options, ciphers, ctx.get());
  if (!status.ok()) return status;
  if (!SetSignatureAlgorithms(options, ctx.get()) ||
      !SSL_CTX_set_min_proto_version(ctx.get(),
                                     static_cast<uint16_t>(versions.minimum)) ||
      !SSL_CTX_set_max_proto_version(ctx.get(),
                                     static_cast<uint16_t>(versions.maximum)) ||
      !SetSessions(options, ctx.get()) ||
      !SetPresented(options, signing, ctx.get()) ||
      !SetAlpn(options, ctx.get())) {
    return OutOfMemory();
  }
  return ctx;
}

std::array<uint8_t, SHA256_DIGEST_LENGTH> SessionIdContext(
    const ContextOptions& options, const TrustStore* trust_store) {
  std::string value = absl::StrCat(
      "airlock session id context 3\n", options.session_id_context.size(), ":",
      options.session_id_context, "\n", CanonicalBytes(options.verification),
      "\n", absl::StrJoin(options.peer_signing_algorithms, ","), "\n");
  if (trust_store != nullptr &&
      options.verification.mode != VerifyMode::kNone) {
    absl::StrAppend(&value, trust_store->content_hash());
  }
  std::array<uint8_t, SHA256_DIGEST_LENGTH> digest;
  SHA256(reinterpret_cast<const uint8_t*>(value.data()), value.size(),
         digest.data());
  return digest;
}

bool SetVerifyAlgorithms(const ContextOptions& options, SSL* ssl) {
  const std::vector<uint16_t> peers = VerifyAlgorithms(options);
  return SSL_set_verify_algorithm_prefs(ssl, peers.data(), peers.size()) != 0;
}

bool SetOwnGroups(const ContextOptions& options, SSL* ssl) {
  const std::string& groups = options.verification.groups;
  return groups.empty() ||
         SSL_set1_groups_list(ssl, GroupList(groups).c_str()) != 0;
}

bool UseCredentials(SSL* ssl, const Credentials& credentials,
                    const SSL_PRIVATE_KEY_METHOD* signing) {
  const std::vector<CRYPTO_BUFFER*> chain = ChainBuffers(credentials);
  const KeyOf key(credentials, signing);
  return SSL_set_chain_and_key(ssl, chain.data(), chain.size(), key.key,
                               key.method) != 0;
}

bool PresentsCredentials(const ContextOptions& options) {
  return !options.credentials.empty() || options.credential_source != nullptr;
}

bool ChoosesCredentials(const ContextOptions& options) {
  return options.client_credentials != nullptr ||
         options.credential_source != nullptr || options.credentials.size() > 1;
}

}  // namespace airlock::ssl::internal
