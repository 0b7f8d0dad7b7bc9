// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/internal/advice.h"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"

namespace airlock::ssl::internal {
namespace {

// The texts for reasons, with names in braces. None says how to disable a
// check.
constexpr absl::string_view kCallAgain =
    "Repeat a write that would block with the same data, or more of it, before "
    "writing anything else.";
constexpr absl::string_view kOrder =
    "The call came too early or too late: complete the handshake first, and "
    "stop writing once the connection is closed.";
constexpr absl::string_view kReadFirst =
    "Read until the peer has closed, then unwrap.";
constexpr absl::string_view kBadArgument =
    "A value that this program passed is invalid.";
constexpr absl::string_view kOtherSession =
    "The session was made for another context: make a new connection "
    "without it.";
constexpr absl::string_view kCallback =
    "A callback or key of this program failed: see its log.";
constexpr absl::string_view kOwnKey =
    "This program's certificate and private key do not suit the connection: "
    "check {certfile} and {keyfile}.";
constexpr absl::string_view kServerNeedsKey =
    "A server needs {certfile} and {keyfile}.";
constexpr absl::string_view kNotTls =
    "The peer did not send TLS: is this the right port, and does its protocol "
    "start in plain text (STARTTLS, a proxy's CONNECT)?";
constexpr absl::string_view kNoVersion =
    "The two sides share no TLS version: compare {ssl_version} and the "
    "minimum versions.";
constexpr absl::string_view kOwnVersions =
    "The settings of this side allow no TLS version: check the minimum "
    "version, the maximum version, and the options that exclude versions.";
constexpr absl::string_view kOwnCiphers =
    "No cipher suite that this side enables works with the TLS versions that "
    "it allows: allow a later version, or add suites for these.";
constexpr absl::string_view kNothingShared =
    "Compare the ciphers, groups and key types that each side allows.";
constexpr absl::string_view kNoAlpn =
    "The two sides share no application protocol: compare {alpn_protocols}.";
constexpr absl::string_view kClientCertificate =
    "The client has to present a certificate, which cert_reqs requires "
    "here.";
constexpr absl::string_view kPsk =
    "The two sides share no pre-shared key: compare the identity and the "
    "callbacks.";
constexpr absl::string_view kPeerCertificate =
    "The peer's certificate cannot be used: its operator has to correct "
    "it.";
constexpr absl::string_view kNoRenegotiation =
    "The peer wants to renegotiate, which is not allowed; it has to open a new "
    "connection.";
constexpr absl::string_view kDowngrade =
    "Something between the two sides may have forced an older TLS version: "
    "compare what each side allows, and do not retry with an older version.";
constexpr absl::string_view kFreshSession =
    "The peer resumed the session with other parameters than it began with: "
    "make a new connection without the session.";
constexpr absl::string_view kTooMuch =
    "The peer sent more than the protocol or this library allows.";
constexpr absl::string_view kDamaged =
    "The data cannot be decrypted or verified: something between the two sides "
    "changed it, or the peer uses other keys.";
constexpr absl::string_view kBreaksProtocol =
    "The peer violated the protocol, or something between the two sides "
    "changed the data.";
constexpr absl::string_view kCryptography =
    "A cryptographic operation failed on what the two sides exchanged: compare "
    "the keys, ciphers and groups that each side uses.";
constexpr absl::string_view kUnknown =
    "Compare the configuration and the logs of both sides.";

// BoringSSL's reasons with the same cause. By name, since its versions do not
// all define the same reasons.
struct Group {
  Fault fault;
  absl::string_view advice;
  absl::string_view reasons;  // Separated by spaces.
};

constexpr Group kGroups[] = {
    {Fault::kCaller, kCallAgain, "BAD_WRITE_RETRY"},
    {Fault::kCaller, kOrder,
     "HANDSHAKE_NOT_COMPLETE PROTOCOL_IS_SHUTDOWN SHUTDOWN_WHILE_IN_INIT "
     "UNINITIALIZED CONNECTION_TYPE_NOT_SET BIO_NOT_SET "
     "EARLY_DATA_NOT_IN_USE"},
    {Fault::kCaller, kReadFirst, "APPLICATION_DATA_ON_SHUTDOWN"},
    {Fault::kCaller, kBadArgument,
     "BAD_LENGTH BUFFER_TOO_SMALL BAD_SSL_FILETYPE CA_DN_TOO_LONG "
     "CANNOT_HAVE_BOTH_PRIVKEY_AND_METHOD DUPLICATE_SIGNATURE_ALGORITHM "
     "INVALID_ALPN_PROTOCOL_LIST INVALID_COMMAND INVALID_ECH_CONFIG_LIST "
     "INVALID_SCT_LIST INVALID_SIGNATURE_ALGORITHM INVALID_SSL_SESSION "
     "INVALID_TICKET_KEYS_LENGTH MIXED_SPECIAL_OPERATOR_WITH_GROUPS "
     "NESTED_GROUP NO_CIPHERS_PASSED NO_GROUPS_SPECIFIED NULL_SSL_CTX "
     "NULL_SSL_METHOD_PASSED OUTPUT_ALIASES_INPUT PATH_TOO_LONG "
     "SSL_SESSION_ID_CONTEXT_TOO_LONG SSL_SESSION_ID_TOO_LONG "
     "UNEXPECTED_OPERATOR_IN_GROUP"},
    {Fault::kCaller, kOtherSession,
     "ATTEMPT_TO_REUSE_SESSION_IN_DIFFERENT_CONTEXT "
     "SESSION_ID_CONTEXT_UNINITIALIZED SESSION_MAY_NOT_BE_CREATED"},
    {Fault::kCaller, kCallback,
     "BAD_DATA_RETURNED_BY_CALLBACK CERT_CB_ERROR OCSP_CB_ERROR "
     "PRIVATE_KEY_OPERATION_FAILED TICKET_ENCRYPTION_FAILED "
     "CUSTOM_EXTENSION_ERROR"},
    {Fault::kCaller, kOwnKey,
     "CERTIFICATE_AND_PRIVATE_KEY_MISMATCH NO_PRIVATE_KEY_ASSIGNED "
     "MISSING_RSA_CERTIFICATE NO_CERTIFICATE_ASSIGNED "
     "UNSUPPORTED_PROTOCOL_FOR_CUSTOM_KEY"},
    {Fault::kCaller, kServerNeedsKey, "NO_CERTIFICATE_SET"},
    {Fault::kPeer, kNotTls,
     "WRONG_VERSION_NUMBER HTTP_REQUEST HTTPS_PROXY_REQUEST"},
    {Fault::kConfiguration, kNoVersion,
     "UNSUPPORTED_PROTOCOL UNKNOWN_SSL_VERSION WRONG_SSL_VERSION "
     "UNKNOWN_PROTOCOL"},
    {Fault::kCaller, kOwnVersions,
     "NO_SUPPORTED_VERSIONS_ENABLED NO_METHOD_SPECIFIED "
     "SSL_CTX_HAS_NO_DEFAULT_SSL_VERSION"},
    {Fault::kCaller, kOwnCiphers, "NO_CIPHERS_AVAILABLE NO_CIPHER_MATCH"},
    {Fault::kConfiguration, kNothingShared,
     "NO_SHARED_CIPHER NO_SHARED_GROUP NO_COMMON_SIGNATURE_ALGORITHMS "
     "NO_CIPHERS_SPECIFIED "
     "NO_REQUIRED_DIGEST REQUIRED_CIPHER_MISSING "
     "HANDSHAKE_FAILURE_ON_CLIENT_HELLO SSL_HANDSHAKE_FAILURE "
     "CIPHER_OR_HASH_UNAVAILABLE MISSING_TMP_DH_KEY MISSING_TMP_ECDH_KEY "
     "NO_P256_SUPPORT UNABLE_TO_FIND_ECDH_PARAMETERS UNSUPPORTED_CIPHER "
     "UNSUPPORTED_ELLIPTIC_CURVE WRONG_CURVE"},
    {Fault::kConfiguration, kNoAlpn,
     "NO_APPLICATION_PROTOCOL INVALID_ALPN_PROTOCOL"},
    {Fault::kConfiguration, kClientCertificate,
     "PEER_DID_NOT_RETURN_A_CERTIFICATE NO_CERTIFICATES_RETURNED "
     "TLS_PEER_DID_NOT_RESPOND_WITH_CERTIFICATE_LIST"},
    {Fault::kConfiguration, kPsk,
     "PSK_IDENTITY_NOT_FOUND PSK_NO_CLIENT_CB PSK_NO_SERVER_CB"},
    {Fault::kPeer, kPeerCertificate,
     "CERTIFICATE_VERIFY_FAILED CANNOT_PARSE_LEAF_CERT "
     "CERT_LENGTH_MISMATCH BAD_ECC_CERT ECC_CERT_NOT_FOR_SIGNING "
     "KEY_USAGE_BIT_INCORRECT PEER_ERROR_UNSUPPORTED_CERTIFICATE_TYPE "
     "UNKNOWN_CERTIFICATE_TYPE WRONG_CERTIFICATE_TYPE "
     "CERT_DECOMPRESSION_FAILED UNCOMPRESSED_CERT_TOO_LARGE "
     "UNKNOWN_CERT_COMPRESSION_ALG INVALID_DELEGATED_CREDENTIAL "
     "SERVER_CERT_CHANGED CA_DN_LENGTH_MISMATCH"},
    {Fault::kPeer, kNoRenegotiation,
     "NO_RENEGOTIATION RENEGOTIATION_MISMATCH RENEGOTIATION_EMS_MISMATCH "
     "RENEGOTIATION_ENCODING_ERR SCSV_RECEIVED_WHEN_RENEGOTIATING "
     "UNSAFE_LEGACY_RENEGOTIATION_DISABLED"},
    {Fault::kPeer, kDowngrade,
     "DOWNGRADE_DETECTED TLS13_DOWNGRADE INAPPROPRIATE_FALLBACK"},
    {Fault::kPeer, kFreshSession,
     "EMS_STATE_INCONSISTENT OLD_SESSION_CIPHER_NOT_RETURNED "
     "OLD_SESSION_PRF_HASH_MISMATCH OLD_SESSION_VERSION_NOT_RETURNED "
     "RESUMED_EMS_SESSION_WITHOUT_EMS_EXTENSION "
     "RESUMED_NON_EMS_SESSION_WITH_EMS_EXTENSION "
     "PSK_IDENTITY_BINDER_COUNT_MISMATCH SERVER_ECHOED_INVALID_SESSION_ID"},
    {Fault::kPeer, kTooMuch,
     "EXCESSIVE_MESSAGE_SIZE EXCESS_HANDSHAKE_DATA "
     "TOO_MANY_EMPTY_FRAGMENTS TOO_MANY_KEY_UPDATES "
     "TOO_MANY_WARNING_ALERTS TOO_MUCH_READ_EARLY_DATA "
     "TOO_MUCH_SKIPPED_EARLY_DATA RECORD_TOO_LARGE "
     "ENCRYPTED_LENGTH_TOO_LONG DATA_LENGTH_TOO_LONG"},
    {Fault::kPeer, kDamaged,
     "BAD_SIGNATURE BLOCK_CIPHER_PAD_IS_WRONG DECRYPTION_FAILED "
     "DECRYPTION_FAILED_OR_BAD_RECORD_MAC DIGEST_CHECK_FAILED "
     "BAD_RSA_ENCRYPT TLS_RSA_ENCRYPTED_VALUE_LENGTH_IS_WRONG"},
    {Fault::kPeer, kBreaksProtocol,
     "ALPN_MISMATCH_ON_EARLY_DATA ALPS_MISMATCH_ON_EARLY_DATA "
     "APPLICATION_DATA_INSTEAD_OF_HANDSHAKE APP_DATA_IN_HANDSHAKE "
     "BAD_ALERT BAD_CHANGE_CIPHER_SPEC BAD_DH_P_LENGTH BAD_DIGEST_LENGTH "
     "BAD_ECPOINT BAD_HANDSHAKE_RECORD BAD_HELLO_REQUEST "
     "BAD_PACKET_LENGTH BAD_SRTP_MKI_VALUE "
     "BAD_SRTP_PROTECTION_PROFILE_LIST CCS_RECEIVED_EARLY "
     "CHANNEL_ID_NOT_P256 CHANNEL_ID_SIGNATURE_INVALID "
     "CIPHER_MISMATCH_ON_EARLY_DATA CLIENTHELLO_PARSE_FAILED "
     "CLIENTHELLO_TLSEXT DECODE_ERROR DH_PUBLIC_VALUE_LENGTH_IS_WRONG "
     "DH_P_TOO_LONG DTLS_MESSAGE_TOO_BIG DUPLICATE_EXTENSION "
     "DUPLICATE_KEY_SHARE EMPTY_HELLO_RETRY_REQUEST "
     "ERROR_IN_RECEIVED_CIPHER_LIST ERROR_PARSING_EXTENSION "
     "EXTRA_DATA_IN_MESSAGE FRAGMENT_MISMATCH "
     "GOT_NEXT_PROTO_WITHOUT_EXTENSION INCONSISTENT_CLIENT_HELLO "
     "INCONSISTENT_ECH_NEGOTIATION INVALID_CLIENT_HELLO_INNER "
     "INVALID_COMPRESSION_LIST INVALID_MESSAGE INVALID_OUTER_EXTENSION "
     "INVALID_OUTER_RECORD_TYPE LENGTH_MISMATCH MISSING_EXTENSION "
     "MISSING_KEY_SHARE NEGOTIATED_ALPS_WITHOUT_ALPN "
     "NEGOTIATED_BOTH_NPN_AND_ALPN NEGOTIATED_TB_WITHOUT_EMS_OR_RI "
     "NO_COMPRESSION_SPECIFIED PARSE_TLSEXT PRE_SHARED_KEY_MUST_BE_LAST "
     "RECORD_LENGTH_MISMATCH SECOND_SERVERHELLO_VERSION_MISMATCH "
     "SERVERHELLO_TLSEXT SIGNATURE_ALGORITHMS_EXTENSION_SENT_BY_SERVER "
     "SSL3_EXT_INVALID_SERVERNAME UNEXPECTED_COMPATIBILITY_MODE "
     "UNEXPECTED_EXTENSION UNEXPECTED_EXTENSION_ON_EARLY_DATA "
     "UNEXPECTED_MESSAGE UNEXPECTED_RECORD UNKNOWN_ALERT_TYPE "
     "UNKNOWN_CIPHER_RETURNED UNKNOWN_CIPHER_TYPE UNKNOWN_DIGEST "
     "UNKNOWN_KEY_EXCHANGE_TYPE UNSUPPORTED_COMPRESSION_ALGORITHM "
     "WRONG_CIPHER_RETURNED WRONG_MESSAGE_TYPE WRONG_SIGNATURE_TYPE "
     "WRONG_VERSION_ON_EARLY_DATA"},
};

const Group* Find(uint32_t code) {
  if (ERR_GET_LIB(code) != ERR_LIB_SSL) return nullptr;
  const char* reason = ERR_reason_error_string(code);
  if (reason == nullptr) return nullptr;
  for (const Group& group : kGroups) {
    for (absl::string_view name : absl::StrSplit(group.reasons, ' ')) {
      if (name == reason) return &group;
    }
  }
  return nullptr;
}

absl::string_view AdviceOnAlert(uint8_t alert) {
  switch (alert) {
    case SSL_AD_HANDSHAKE_FAILURE:
      return "The two sides share no cipher suite, group or signature "
             "algorithm, or the peer wants a client certificate: compare what "
             "each allows.";
    case SSL_AD_PROTOCOL_VERSION:
      return "The two sides share no TLS version: compare {ssl_version} and "
             "the "
             "minimum versions.";
    case SSL_AD_UNKNOWN_CA:
      return "The peer does not trust the issuer of our certificate: send the "
             "intermediates too, or use a certificate that it trusts.";
    case SSL_AD_CERTIFICATE_REQUIRED:
      return "The peer wants a client certificate: set {certfile} and "
             "{keyfile}.";
    case SSL_AD_BAD_CERTIFICATE:
    case SSL_AD_UNSUPPORTED_CERTIFICATE:
    case SSL_AD_CERTIFICATE_REVOKED:
    case SSL_AD_CERTIFICATE_EXPIRED:
    case SSL_AD_CERTIFICATE_UNKNOWN:
      return "The peer refused our certificate: check its dates, names and "
             "uses, and that it was sent with its intermediates.";
    case SSL_AD_UNRECOGNIZED_NAME:
      return "The peer does not serve this {server_hostname}.";
    case SSL_AD_NO_APPLICATION_PROTOCOL:
      return "The two sides share no application protocol: compare "
             "{alpn_protocols}.";
    case SSL_AD_NO_RENEGOTIATION:
      return "Renegotiation is refused; open a new connection.";
    default:
      return "See the peer's log for its reason.";
  }
}

absl::string_view AdviceOnReason(uint32_t code) {
  const Group* group = Find(code);
  if (group != nullptr) return group->advice;
  return ERR_GET_LIB(code) == ERR_LIB_SSL ? kUnknown : kCryptography;
}

}  // namespace

ErrorText AlertAdvice(uint8_t alert) { return Named(AdviceOnAlert(alert)); }

ErrorText ReasonAdvice(uint32_t code) { return Named(AdviceOnReason(code)); }

Fault ReasonFault(uint32_t code) {
  const Group* group = Find(code);
  return group == nullptr ? Fault::kUnknown : group->fault;
}

}  // namespace airlock::ssl::internal
