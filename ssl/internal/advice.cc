// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/internal/advice.h"

#include <openssl/err.h>
#include <openssl/ssl.h>

namespace airlock::ssl::internal {

absl::string_view AlertAdvice(uint8_t alert) {
  switch (alert) {
    case SSL_AD_HANDSHAKE_FAILURE:
      return "The two sides share no cipher suite, group or signature "
             "algorithm, or the peer wants a client certificate: compare what "
             "each allows.";
    case SSL_AD_PROTOCOL_VERSION:
      return "The two sides share no TLS version: compare ssl_version and the "
             "minimum versions.";
    case SSL_AD_UNKNOWN_CA:
      return "The peer does not trust the issuer of our certificate: send the "
             "intermediates too, or use a certificate that it trusts.";
    case SSL_AD_CERTIFICATE_REQUIRED:
      return "The peer wants a client certificate: give certfile and keyfile.";
    case SSL_AD_BAD_CERTIFICATE:
    case SSL_AD_UNSUPPORTED_CERTIFICATE:
    case SSL_AD_CERTIFICATE_REVOKED:
    case SSL_AD_CERTIFICATE_EXPIRED:
    case SSL_AD_CERTIFICATE_UNKNOWN:
      return "The peer refused our certificate: check its dates, names and "
             "uses, and that it was sent with its intermediates.";
    case SSL_AD_UNRECOGNIZED_NAME:
      return "The peer does not serve this server_hostname.";
    case SSL_AD_NO_APPLICATION_PROTOCOL:
      return "The two sides share no application protocol: compare "
             "alpn_protocols.";
    case SSL_AD_NO_RENEGOTIATION:
      return "Renegotiation is refused; open a new connection.";
    default:
      return "See the peer's log for its reason.";
  }
}

absl::string_view ReasonAdvice(uint32_t code) {
  if (ERR_GET_LIB(code) != ERR_LIB_SSL) {
    return "The peer sent something that cannot be processed.";
  }
  switch (ERR_GET_REASON(code)) {
    case SSL_R_WRONG_VERSION_NUMBER:
    case SSL_R_HTTP_REQUEST:
    case SSL_R_HTTPS_PROXY_REQUEST:
      return "What the peer sent is not TLS: is this the right port, and does "
             "its protocol begin with plain text (STARTTLS, a proxy's "
             "CONNECT)?";
    case SSL_R_UNSUPPORTED_PROTOCOL:
    case SSL_R_NO_SUPPORTED_VERSIONS_ENABLED:
      return "The two sides share no TLS version: compare ssl_version and the "
             "minimum versions.";
    case SSL_R_NO_SHARED_CIPHER:
    case SSL_R_NO_SHARED_GROUP:
    case SSL_R_NO_COMMON_SIGNATURE_ALGORITHMS:
    case SSL_R_NO_CIPHER_MATCH:
      return "Compare the ciphers, groups and kinds of keys that each side "
             "allows.";
    case SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE:
      return "The client has to present a certificate; ours is required by "
             "cert_reqs.";
    case SSL_R_NO_CERTIFICATE_SET:
      return "A server needs certfile and keyfile.";
    case SSL_R_NO_RENEGOTIATION:
      return "The peer wants to renegotiate, which is refused; it has to open "
             "a new connection.";
    case SSL_R_APPLICATION_DATA_ON_SHUTDOWN:
      return "Read until the peer has closed, then unwrap.";
    default:
      return "The peer does not keep to the protocol, or something between "
             "changes the bytes.";
  }
}

}  // namespace airlock::ssl::internal
