/* Copyright 2026 The Airlock Authors.
 * SPDX-License-Identifier: Apache-2.0 */

/* Airlock for every language that can call C: TLS sockets whose verification
 * the platform decides. C99; also C++. docs/linking.md shows it in use.
 *
 * Rules for the whole interface:
 *
 * - A function returns an airlock_status. If that is AIRLOCK_ERROR and `error`
 *   is not NULL, *error is a new object that the caller frees; otherwise *error
 *   is set to NULL. Other output pointers are set only if the status says so;
 *   output handles are NULL otherwise.
 * - A handle is opaque. The function that creates it says so, and its _free
 *   frees it once; _free accepts NULL. A handle keeps alive the other handles
 *   that it needs: handles may be freed in any order.
 * - airlock_bytes are borrowed: an argument for the duration of the call,
 *   unless stated otherwise; a result for the lifetime of the handle that it
 *   came from. They may hold any byte, including NUL, and are not
 *   NUL-terminated. The caller owns an airlock_buffer and frees it with
 *   airlock_buffer_free.
 * - A struct begins with struct_size, which the caller sets to sizeof(the
 *   struct). The caller sets the rest to zero: zero is each field's default,
 *   and NULL instead of a struct of options means all defaults. The size is a
 *   multiple of sizeof(size_t), at least that and at most 4096; other sizes are
 *   INVALID_ARGUMENT. A struct that is smaller than this library's, from an
 *   older header, is read as if zeros followed. A struct that is larger, from a
 *   newer header, is refused (INVALID_ARGUMENT) unless all bytes that this
 *   library does not know are zero. An output struct is filled in up to its
 *   struct_size; bytes that this library does not know are set to zero. New
 *   fields are only added at the end of a struct.
 * - Flags and choices that are out of range are errors. A client that sets
 *   nothing about verification verifies chain and name.
 * - Threads: all functions may be called from any thread. On a socket over a
 *   descriptor, one thread may read while another writes or shakes hands; on a
 *   socket over callbacks, too, but one waits for the other's callback. All
 *   other functions of a socket are for one thread at a time. Any number of
 *   threads may use one handle of another kind. Free a handle only when no
 *   thread uses it any more.
 * - Callbacks run on the calling thread, inside the call. They must return: do
 *   not longjmp past this library. A C++ exception out of a callback is a
 *   failure.
 * - A call does not change errno. The library sets no signal handler. A
 *   transport raises no signal (writing to a pipe or socket whose other end is
 *   closed is an error). The library does not end the process, except that the
 *   JSON writer, also for the audit, does so if memory runs out.
 * - fork() waits, for at most five seconds, until no thread is in the library
 *   except to wait or in a callback, so that the child can continue to use
 *   runtimes, contexts and sessions. A socket belongs to the process that uses
 *   it first after the fork, parent or child. In the others, reads, writes, the
 *   handshake and shutdown are INVALID_ARGUMENT, since two processes must not
 *   encrypt with the same keys; airlock_socket_free closes their copy of an
 *   owned descriptor, and sends nothing. If another thread was in a call of a
 *   socket during the fork, the socket belongs to the parent.
 * - Nothing here turns the platform's policy off. A request that it forbids is
 *   an error of kind POLICY. */
#ifndef AIRLOCK_PLATFORM_C_AIRLOCK_H_
#define AIRLOCK_PLATFORM_C_AIRLOCK_H_

#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__)
#define AIRLOCK_API __attribute__((visibility("default")))
#else
#define AIRLOCK_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Versions ---------------------------------------------------------- */

#define AIRLOCK_VERSION_MAJOR 1
#define AIRLOCK_VERSION_MINOR 0
#define AIRLOCK_VERSION_PATCH 0

/* ---- Statuses, bytes --------------------------------------------------- */

typedef int32_t airlock_status;
enum {
  AIRLOCK_OK = 0,
  AIRLOCK_WANT_READ = 1,     /* Call again when the transport can be read. */
  AIRLOCK_WANT_WRITE = 2,    /* Call again when it can be written. */
  AIRLOCK_CLOSED = 3,        /* The peer ended its side in an orderly way. */
  AIRLOCK_NONE = 4,          /* It does not exist; this is not an error. */
  AIRLOCK_WANT_CALLBACK = 5, /* Call again when a callback has its answer. */
  AIRLOCK_ERROR = -1,
  AIRLOCK_TIMEOUT = -2 /* From a transport's callback only. */
};

/* The values of every yes-or-no field. AIRLOCK_YES is 1, so that C's `true`
 * means yes. 0, which is also `false`, is the field's default, which its
 * comment states. Only AIRLOCK_NO switches a protective default off: no
 * boolean, comparison or count has this value, and no other library uses it for
 * its options (curl's 2, for example, verifies the name). All other values are
 * INVALID_ARGUMENT. An output field has AIRLOCK_YES or AIRLOCK_NO if it can be
 * copied back into options: compare it with AIRLOCK_YES. */
enum { AIRLOCK_UNSET = 0, AIRLOCK_YES = 1, AIRLOCK_NO = 64 };

/* For fields whose default is not 0: none, or the number 0 itself. */
enum { AIRLOCK_ZERO = -1 };

/* Borrowed bytes. `data` NULL: not given; size must be 0 then. Text is
 * UTF-8. */
typedef struct airlock_bytes {
  const char* data;
  size_t size;
} airlock_bytes;

/* Bytes that the caller owns. */
typedef struct airlock_buffer {
  char* data;
  size_t size;
} airlock_buffer;

/* Wipes the bytes, frees their memory, and sets both fields to zero. NULL and
 * an all-zero buffer are allowed. */
AIRLOCK_API void airlock_buffer_free(airlock_buffer* buffer);

typedef struct airlock_error airlock_error;
typedef struct airlock_runtime airlock_runtime;
typedef struct airlock_context airlock_context;
typedef struct airlock_socket airlock_socket;
typedef struct airlock_session airlock_session;
typedef struct airlock_certificate airlock_certificate;
typedef struct airlock_ticket_keyring airlock_ticket_keyring;
typedef struct airlock_credential_source airlock_credential_source;

/* ---- The library ------------------------------------------------------- */

typedef struct airlock_library_info {
  size_t struct_size;
  int32_t major; /* The version of the loaded library, which may be */
  int32_t minor; /* newer than this header: see AIRLOCK_VERSION_*. */
  int32_t patch;
  int32_t boringssl_api; /* BORINGSSL_API_VERSION. */
  airlock_bytes version; /* "1.0.0". Never freed. */
} airlock_library_info;

/* Describes the loaded library. Fails only for NULL or an invalid
 * struct_size. */
AIRLOCK_API airlock_status airlock_library_info_get(airlock_library_info* out,
                                                    airlock_error** error);

/* AIRLOCK_OK if the library has the feature of that name, else AIRLOCK_NONE.
 * Names: "alpn", "alpn_callback", "audit", "ca_certificates",
 * "certificate_json", "channel_binding", "ciphers", "counters",
 * "credential_source", "deadline", "explain", "exporter", "fd_transport",
 * "fork", "handshake_ended", "key_log", "late_callbacks", "message",
 * "new_session", "npn", "ocsp", "password_callback", "pins", "policy_reload",
 * "psk", "redis_tickets", "release_transport", "sct", "session",
 * "session_statistics", "sign_callback", "sni_callback", "socket_statistics",
 * "socket_user", "ticket_keyring", "ticket_keys", "tls1.3", "two_threads",
 * "verify_callback", "writev". */
AIRLOCK_API airlock_status airlock_has_feature(airlock_bytes name,
                                               airlock_error** error);

/* ---- Errors ------------------------------------------------------------ */

enum {
  AIRLOCK_KIND_INTERNAL = 0,         /* Out of memory, or a bug in Airlock. */
  AIRLOCK_KIND_INVALID_ARGUMENT = 1, /* Wrong or contradictory arguments. */
  AIRLOCK_KIND_CREDENTIALS = 2,      /* The key or chain given is unusable. */
  AIRLOCK_KIND_TRUST_STORE = 3,      /* A missing, empty or damaged bundle. */
  AIRLOCK_KIND_POLICY = 4,           /* The policy forbids the request. */
  AIRLOCK_KIND_VERIFICATION = 5,     /* The peer's chain is not trusted. */
  AIRLOCK_KIND_HOSTNAME = 6,         /* Trusted, but for other names. */
  AIRLOCK_KIND_PEER_ALERT = 7,       /* The peer sent a fatal alert. */
  AIRLOCK_KIND_PROTOCOL = 8,         /* Nothing in common, or broken TLS. */
  AIRLOCK_KIND_UNEXPECTED_EOF = 9,   /* Ended without close_notify. */
  AIRLOCK_KIND_TRANSPORT = 10,       /* The transport failed. */
  AIRLOCK_KIND_TIMEOUT = 11,         /* Time ran out; may be repeated. */
  AIRLOCK_KIND_CALLBACK = 12,        /* A callback failed or refused. */
  AIRLOCK_KIND_CLOSED = 13           /* Used after shutdown. */
};

typedef struct airlock_error_info {
  size_t struct_size;
  int32_t kind; /* AIRLOCK_KIND_*; later versions may add some. */
  int32_t code; /* google.rpc.Code, such as 3 (INVALID_ARGUMENT). */
  /* The TLS alert (RFC 8446, section 6): received if `kind` is PEER_ALERT, else
   * sent; -1: none. */
  int32_t alert;
  /* For VERIFICATION and HOSTNAME: the X509_V_ERR_* number (0: none) and the
   * depth in the chain, where 0 is the peer itself (-1: none). */
  int32_t verify_code;
  int32_t depth;
  int32_t reserved;
  airlock_bytes kind_name; /* "Verification". */
  /* For people: what was wrong, where, what to do. Contains no secret. Not
   * stable. */
  airlock_bytes message;
  /* BoringSSL's names, such as "SSL" and "WRONG_VERSION_NUMBER"; or empty. */
  airlock_bytes library;
  airlock_bytes reason;
  airlock_bytes verify_message; /* The text for verify_code. */
  airlock_bytes subject;        /* Of the certificate at fault (RFC 4514). */
  /* 1 (reason ECH_REJECTED) if the server rejected Encrypted Client Hello, and
   * proved that it has the public name. ech_retry_configs is then its
   * ECHConfigList for the next attempt; empty: it does not have ECH any more. */
  int32_t ech_rejected;
  int32_t reserved2;
  airlock_bytes ech_retry_configs;
} airlock_error_info;

/* Fills in *out; its bytes live as long as `error`. Returns AIRLOCK_ERROR, with
 * no further detail, if an argument is NULL or struct_size is invalid. */
AIRLOCK_API airlock_status airlock_error_get(const airlock_error* error,
                                             airlock_error_info* out);
AIRLOCK_API void airlock_error_free(airlock_error* error);

/* ---- Runtimes: the policy, and what sockets share ---------------------- */

/* ALLOWED: the request was granted, but the policy audits it. */
enum {
  AIRLOCK_AUDIT_REFUSED = 1,
  AIRLOCK_AUDIT_UPGRADED = 2,
  AIRLOCK_AUDIT_ALLOWED = 3
};

/* A request of the application that the policy refused, changed, or granted but
 * audits. */
typedef struct airlock_audit_event {
  size_t struct_size;
  int32_t action; /* AIRLOCK_AUDIT_*. */
  int32_t reserved;
  int64_t time_ms;         /* Milliseconds since the Unix epoch. */
  uint64_t suppressed;     /* Equal events not reported since the last. */
  airlock_bytes host;      /* The client's target; or empty. */
  airlock_bytes setting;   /* "cert_reqs". */
  airlock_bytes requested; /* "CERT_NONE". */
  airlock_bytes effective; /* "CERT_REQUIRED"; empty if refused. */
  airlock_bytes rule;      /* "AIRLOCK_VERIFY=enforce". */
  airlock_bytes call_site; /* As in the options; or empty. */
  airlock_bytes json;      /* The whole event, as one line of JSON. */
} airlock_audit_event;

enum { AIRLOCK_LOG_INFO = 0, AIRLOCK_LOG_WARNING = 1, AIRLOCK_LOG_ERROR = 2 };

typedef struct airlock_runtime_options {
  size_t struct_size;
  /* The path of the application's app.yaml. */
  airlock_bytes app_yaml;
  /* How many of each are cached; 0: 256, 64 and 32. */
  size_t max_contexts;
  size_t max_credentials;
  size_t max_trust_stores;
  /* Limits for `audit`, per call site: a burst of events (0: 5), then one per
   * interval (0: a minute). At most audit_max_call_sites call sites are
   * distinguished (0: 1024). */
  size_t audit_max_call_sites;
  int64_t audit_interval_ms;
  int32_t audit_burst;
  int32_t reserved;
  /* The argument of `audit`, `log` and `release`. */
  void* user;
  /* Gets events, on any thread, possibly on several at once. */
  void (*audit)(void* user, const airlock_audit_event* event);
  /* Gets messages, in the same way. NULL: they go to standard error. Must not
   * use the runtime, or wait for a thread that forks. */
  void (*log)(void* user, int32_t severity, airlock_bytes message);
  /* Called once, when nothing uses `user` any more: after the runtime and
   * everything that came from it is freed, or when airlock_runtime_new fails;
   * but not if it refuses struct_size or the bytes beyond the struct that it
   * knows. */
  void (*release)(void* user);
  /* Replaces the process's environment, as "NAME=VALUE" entries. NULL: the
   * process's own; not NULL with a count of 0: no variable is set. It is an
   * error if one of the policy's variables is set twice to different values. */
  const airlock_bytes* environment;
  size_t environment_count;
  /* A policy in the form of airlock.yaml(5). It replaces the file that
   * AIRLOCK_CONFIG names; that variable must not be set then. The operator's
   * /etc/airlock.yaml still applies, and if it exists, this policy can only be
   * stricter. */
  airlock_bytes policy;
  /* The time, in milliseconds since the Unix epoch, at which the validity of
   * certificates is checked. NULL: the system's clock. Gets `user`; the
   * rules of `log` apply. */
  int64_t (*now_ms)(void* user);
} airlock_runtime_options;

/* Makes a runtime under the policy of this process: the operator's file
 * /etc/airlock.yaml, the file that AIRLOCK_CONFIG names or `policy`, the
 * environment (AIRLOCK_VERIFY, PYTHONHTTPSVERIFY), and app.yaml; the strictest
 * of them takes effect. They are read here; later changes have no effect. Error
 * kind: INVALID_ARGUMENT, if they do not form a valid policy. Call it while no
 * other thread changes the environment. */
AIRLOCK_API airlock_status
airlock_runtime_new(const airlock_runtime_options* options,
                    airlock_runtime** runtime, airlock_error** error);
AIRLOCK_API void airlock_runtime_free(airlock_runtime* runtime);

/* Reads the operator's file again, like SIGHUP. If it is invalid, the old
 * policy stays in force and this is an error (INVALID_ARGUMENT). */
AIRLOCK_API airlock_status
airlock_runtime_reload_policy(airlock_runtime* runtime, airlock_error** error);

/* The same, but AIRLOCK_NONE, at the cost of a stat(2), if the file has not
 * changed: for hosts that poll. */
AIRLOCK_API airlock_status airlock_runtime_reload_policy_if_changed(
    airlock_runtime* runtime, airlock_error** error);

/* Clears the caches of contexts, keys and bundles. */
AIRLOCK_API airlock_status
airlock_runtime_clear_caches(airlock_runtime* runtime, airlock_error** error);

/* The policy in force: a JSON array of settings, each with `setting`, `value`,
 * `origin` and `overrode`. */
AIRLOCK_API airlock_status
airlock_runtime_policy_json(const airlock_runtime* runtime,
                            airlock_buffer* json, airlock_error** error);

/* Counts since the runtime was made. */
typedef struct airlock_counters {
  size_t struct_size;
  /* Successful handshakes: TLS 1.0, 1.1, 1.2, 1.3; the rest is reserved. */
  uint64_t handshakes[8];
  uint64_t resumptions; /* Of these handshakes. */
  /* Failed handshakes, by AIRLOCK_KIND_*; the rest is reserved. */
  uint64_t failures[32];
  uint64_t refusals; /* By the policy. */
  uint64_t upgrades;
  uint64_t policy_reloads;
  uint64_t policy_reload_failures;
  uint64_t allowed; /* AIRLOCK_AUDIT_ALLOWED, reported or not. */
  /* Successful handshakes by AIRLOCK_ECH_*; the rest is reserved. Those of
   * clients include the failures with ech_rejected in airlock_error_info. */
  uint64_t client_ech[8];
  uint64_t server_ech[8];
  /* Successful handshakes with the group X25519MLKEM768. */
  uint64_t client_post_quantum;
  uint64_t server_post_quantum;
} airlock_counters;

AIRLOCK_API airlock_status
airlock_runtime_counters(const airlock_runtime* runtime, airlock_counters* out,
                         airlock_error** error);
/* The same in Prometheus' text format 0.0.4, and more: docs/metrics.md lists
 * what it has. Its airlock_audit_lost_total is 0: the library cannot know which
 * events `audit` does not keep. */
AIRLOCK_API airlock_status
airlock_runtime_counters_text(const airlock_runtime* runtime,
                              airlock_buffer* text, airlock_error** error);

/* ---- Transports -------------------------------------------------------- */

enum { AIRLOCK_TRANSPORT_FD = 1, AIRLOCK_TRANSPORT_CALLBACKS = 2 };

/* For timeout_ms, which otherwise limits one read or write in milliseconds. */
enum {
  AIRLOCK_WAIT_AS_FD = 0,    /* Per O_NONBLOCK when this is set. */
  AIRLOCK_WAIT_FOREVER = -1, /* Without limit. */
  AIRLOCK_WAIT_NEVER = -2    /* Return AIRLOCK_WANT_*. */
};

/* Where the bytes go and come from. The function that gets it takes it over,
 * even if that function fails: an owned fd is then closed, and `release`
 * called. Only if the struct itself is invalid (INVALID_ARGUMENT naming
 * `transport`), nothing is taken over. */
typedef struct airlock_transport {
  size_t struct_size;
  int32_t type; /* AIRLOCK_TRANSPORT_*. */

  /* A stream socket, or another descriptor that carries bytes. */
  int32_t fd;
  /* YES: closed with the socket. UNSET: no; the caller owns it, and keeps it
   * open while the socket lives. */
  int32_t fd_owned;
  int32_t reserved;
  int64_t timeout_ms; /* AIRLOCK_WAIT_*, or milliseconds. */

  /* Both move 1 to `size` bytes (never 0), set *done to the number, and return
   * AIRLOCK_OK. Otherwise they move nothing and return AIRLOCK_WANT_READ or
   * AIRLOCK_WANT_WRITE; AIRLOCK_CLOSED at the stream's end (`read` only);
   * AIRLOCK_TIMEOUT, and may be called again; or AIRLOCK_ERROR, and are not
   * called again. They must not use the socket. */
  airlock_status (*read)(void* user, void* into, size_t size, size_t* done);
  airlock_status (*write)(void* user, const void* from, size_t size,
                          size_t* done);
  /* Called once, when the socket no longer needs `user` or the descriptor. May
   * be NULL. */
  void (*release)(void* user);
  void* user;

  /* The peer's name in errors, such as "example.com:443". Not given: the number
   * of the descriptor. */
  airlock_bytes peer;
  /* When all reading and writing ends, in milliseconds of CLOCK_MONOTONIC:
   * after that they are errors of kind TIMEOUT. 0: never. Applies in addition
   * to timeout_ms. For descriptors only. */
  int64_t deadline_ms;
} airlock_transport;

/* ---- Sockets, as Python's ssl.wrap_socket makes them ------------------- */

/* cert_reqs. AIRLOCK_UNSET: a client requires a certificate and verifies it; a
 * server asks for none. The numbers are chosen so that `true`, OpenSSL's
 * SSL_VERIFY_* and Python's CERT_* are either AIRLOCK_CERT_REQUIRED or invalid:
 * only these names ask for less. */
enum {
  AIRLOCK_CERT_REQUIRED = 1,
  AIRLOCK_CERT_OPTIONAL = 16,
  AIRLOCK_CERT_NONE = 32
};

/* ssl_version. SSLV23, the default, negotiates the highest version. */
enum {
  AIRLOCK_PROTOCOL_SSLV23 = 0,
  AIRLOCK_PROTOCOL_TLSV1 = 1,
  AIRLOCK_PROTOCOL_TLSV1_1 = 2,
  AIRLOCK_PROTOCOL_TLSV1_2 = 3
};

/* minimum_version, maximum_version: the numbers on the wire; 0: not set. */
enum {
  AIRLOCK_TLS_1_0 = 0x0301,
  AIRLOCK_TLS_1_1 = 0x0302,
  AIRLOCK_TLS_1_2 = 0x0303,
  AIRLOCK_TLS_1_3 = 0x0304
};

/* verify_flags, combined with |. The numbers are those of OpenSSL's
 * X509_V_FLAG_* and Python's VERIFY_*; the last is Airlock's own. */
enum {
  AIRLOCK_VERIFY_CRL_CHECK_LEAF = 0x4,
  AIRLOCK_VERIFY_CRL_CHECK_CHAIN = 0x8,
  AIRLOCK_VERIFY_X509_STRICT = 0x20,
  AIRLOCK_VERIFY_X509_PARTIAL_CHAIN = 0x80000,
  AIRLOCK_VERIFY_NO_TRUSTED_FIRST = 0x10000000
};

/* Python's parameters. The defaults are secure: a client verifies the chain and
 * the name. Copied; keys are wiped when no longer needed. */
/* The CAs of a SPIFFE trust domain, which may issue IDs of it: "example.org",
 * and PEM, DER, or SPIFFE's own format (a JWK set). Never changes. */
typedef struct airlock_spiffe_bundle {
  airlock_bytes trust_domain;
  airlock_bytes bundle;
} airlock_spiffe_bundle;

typedef struct airlock_wrap_options {
  size_t struct_size;
  /* The private key and the certificate chain themselves, never paths. A key is
   * RSA, ECDSA on P-256, P-384 or P-521, Ed25519, or ML-DSA if the engine has
   * it; PEM or DER, in PKCS#8 (also encrypted), PKCS#1 or SEC 1. A chain is PEM,
   * leaf first, or one certificate in DER. Or `certfile` is a PKCS#12 file (.p12,
   * .pfx), which holds both. Without keyfile, the key is in certfile. Servers need both. */
  airlock_bytes keyfile;
  airlock_bytes certfile;
  airlock_bytes password; /* For an encrypted key. */
  int32_t server_side;    /* UNSET: no. */
  int32_t cert_reqs;      /* AIRLOCK_CERT_*. */
  int32_t ssl_version;    /* AIRLOCK_PROTOCOL_*. */
  /* AIRLOCK_UNSET: yes. Requires a transport that waits. */
  int32_t do_handshake_on_connect;
  /* Whether the end of a stream without close_notify reads as AIRLOCK_CLOSED.
   * UNSET: no, it is an error (UNEXPECTED_EOF). */
  int32_t suppress_ragged_eofs;
  /* UNSET: yes, unless cert_reqs is AIRLOCK_CERT_NONE; a client then has to set
   * server_hostname. Has no effect on a server. */
  int32_t check_hostname;
  uint16_t minimum_version; /* AIRLOCK_TLS_*. */
  uint16_t maximum_version;
  uint32_t verify_flags; /* AIRLOCK_VERIFY_*. */
  /* The CA bundle: the path of a file or directory, or (only one of the two)
   * the certificates themselves, PEM or DER. Neither: the policy's, or the
   * system's. If verify_flags check CRLs, the bundle holds the CRLs, too, as
   * PEM blocks "X509 CRL" beside the certificates: a CRL that is missing, not
   * yet valid or expired is an error of kind VERIFICATION. */
  airlock_bytes ca_certs;
  airlock_bytes cadata;
  airlock_bytes ciphers;         /* OpenSSL's syntax. */
  airlock_bytes server_hostname; /* The name of the client's target. */
  /* In order of preference (RFC 7301). */
  const airlock_bytes* alpn_protocols;
  size_t alpn_protocols_count;
  const airlock_session* session; /* To resume; clients only. */
  airlock_bytes call_site;        /* For the audit: "app/main.py:12". */
  void* user;                     /* For airlock_socket_user. */
  airlock_bytes groups;           /* For key exchange: "X25519:P-256". */
  int32_t alpn_required; /* YES: a server refuses clients that share none. */
  int32_t reserved;
  /* See airlock_context_options. */
  const airlock_spiffe_bundle* spiffe_bundles;
  size_t spiffe_bundles_count;
  const airlock_bytes* spiffe_ids;
  size_t spiffe_ids_count;
  /* Live credentials, instead of keyfile and certfile; see
   * airlock_context_options. */
  airlock_credential_source* credential_source;
  /* As in airlock_socket_options, and for a server as in
   * airlock_context_options. */
  airlock_bytes ech_configs;
  airlock_bytes ech_keys;
  int32_t ech_grease;
  int32_t reserved2;
} airlock_wrap_options;

/* Makes a TLS socket over *transport, and shakes hands unless the options say
 * otherwise. Error kinds: POLICY, CREDENTIALS, TRUST_STORE and INVALID_ARGUMENT
 * before a byte is sent, and those of airlock_socket_handshake. */
AIRLOCK_API airlock_status airlock_wrap_socket(
    airlock_runtime* runtime, const airlock_transport* transport,
    const airlock_wrap_options* options, airlock_socket** socket,
    airlock_error** error);

/* What airlock_wrap_socket would verify, and what the policy changes: a JSON
 * object with `cert_reqs`, `check_hostname`, `minimum_version`,
 * `maximum_version` and `ca_certs` (null if not set), `pins` (their
 * number), `spiffe_ids` (only if the policy requires one of these SPIFFE IDs of
 * the peer, in place of the name), and `changes`, an array of objects with
 * `setting`, `requested`, `effective` and `origin`. Error kinds: POLICY and
 * INVALID_ARGUMENT, as airlock_wrap_socket would return them for these options;
 * nothing is audited. */
AIRLOCK_API airlock_status airlock_runtime_explain(
    const airlock_runtime* runtime, const airlock_wrap_options* options,
    airlock_buffer* json, airlock_error** error);

/* The key service of a runtime, for event loops: *fd is readable when sockets
 * whose handshake returned AIRLOCK_WANT_CALLBACK can go on. Then call
 * airlock_runtime_keys_dispatch, and airlock_socket_handshake of each of them.
 * The descriptor belongs to the runtime, and is only for waiting; a child of a
 * fork asks for its own. INVALID_ARGUMENT if the runtime's environment has no
 * AIRLOCK_KEYS. */
AIRLOCK_API airlock_status airlock_runtime_keys_descriptor(
    const airlock_runtime* runtime, int32_t* fd, airlock_error** error);

/* Receives what the key service has sent; does not wait. */
AIRLOCK_API airlock_status airlock_runtime_keys_dispatch(
    const airlock_runtime* runtime, airlock_error** error);

/* ---- Contexts: one set of choices for many sockets, with callbacks ----- */

/* A key and its chain, as in airlock_wrap_options. Or `keyfile` is the text
 * "airlock-key:NAME": the key NAME of the key service (airlock keyd) that the
 * runtime's variable AIRLOCK_KEYS names, which signs in its own process.
 * `certfile` is then the chain, or not set: the service's own. Without the
 * service, airlock_context_new fails (CREDENTIALS); a handshake that the
 * service does not sign fails (CALLBACK). */
typedef struct airlock_credentials {
  size_t struct_size;
  airlock_bytes keyfile;
  airlock_bytes certfile;
  airlock_bytes password;
  /* Replaces `password`. The function that gets this struct calls it if the key
   * is encrypted. AIRLOCK_OK: it wrote *size bytes, at most `room`, to `into`.
   * Any other status: the password is missing (CREDENTIALS). */
  airlock_status (*ask_password)(void* user, char* into, size_t room,
                                 size_t* size);
  void* user; /* The argument of all three callbacks. */
  /* Replaces a private key that is elsewhere, such as in a security module.
   * Signs `input`, which is not hashed yet, with `algorithm`, a SignatureScheme
   * (RFC 8446, section 4.2.3) that fits the certificate's key, and writes the
   * signature, *size bytes, at most `room`, to `into`. Returns AIRLOCK_OK or
   * AIRLOCK_WANT_CALLBACK; any other status fails the handshake (CALLBACK).
   * Called during handshakes, on several threads at once if they shake hands at
   * once; see airlock_socket_current. The RSA key exchange of TLS 1.2, which
   * decrypts with the key, fails. */
  airlock_status (*sign)(void* user, uint16_t algorithm, airlock_bytes input,
                         void* into, size_t room, size_t* size);
  /* Called once, when no context, no source and no socket needs `user` any
   * more, or when the function that gets this struct fails; but not if the size
   * of this struct, of the list of them, or of the struct with that list is
   * refused. */
  void (*release)(void* user);
  /* For a key of the key service. UNSET: a handshake waits for the signature,
   * within the socket's timeout and deadline, or for 10 seconds if it has none
   * or its transport is callbacks. YES: it returns AIRLOCK_WANT_CALLBACK; see
   * airlock_runtime_keys_descriptor. */
  int32_t sign_later;
  int32_t reserved; /* 0 */
} airlock_credentials;

typedef struct airlock_message {
  size_t struct_size;
  int32_t sent;         /* 1: sent, 0: received. */
  int32_t content_type; /* RFC 8446's ContentType; 256: record header. */
  uint16_t version;     /* The number in the record or message. */
  uint16_t reserved[3];
  airlock_bytes bytes;
} airlock_message;

/* security_level: OpenSSL's 0. 0 itself is the default, and no number that is a
 * default elsewhere, such as -1, lowers security. */
enum { AIRLOCK_SECURITY_LEVEL_0 = 128 };

/* disabled_versions, combined with |. */
enum {
  AIRLOCK_NO_TLS_1_0 = 1,
  AIRLOCK_NO_TLS_1_1 = 2,
  AIRLOCK_NO_TLS_1_2 = 4,
  AIRLOCK_NO_TLS_1_3 = 8
};

/* An external pre-shared key (TLS 1.2 and below, RFC 4279). Wiped after use. */
typedef struct airlock_psk {
  size_t struct_size;
  size_t identity_size;
  size_t key_size;    /* 1 to 256. */
  char identity[128]; /* The client's; contains no NUL. */
  uint8_t key[256];
} airlock_psk;

/* As in airlock_wrap_options, unless stated otherwise.
 *
 * Late answers: `sni`, `verify`, `psk_client`, `psk_server` and a key's `sign`
 * may return AIRLOCK_WANT_CALLBACK; their other results are then ignored. The
 * socket call that they run in then returns AIRLOCK_WANT_CALLBACK immediately,
 * even if the socket waits for its transport. When the host has the answer, it
 * repeats that call, on any thread. The callback is called again with the same
 * content, and returns the answer, or AIRLOCK_WANT_CALLBACK again: an early
 * call does no harm. Until then the host keeps the answer, for example where
 * airlock_socket_user points, and under a lock if another thread provides it.
 * An answer of a callback is final; it is not called again. The time is part of
 * deadline_ms, not of timeout_ms. The socket may be freed while an answer is
 * outstanding; the callback is then not called any more. */
typedef struct airlock_context_options {
  size_t struct_size;
  int32_t server_side;
  int32_t cert_reqs;
  int32_t ssl_version;
  int32_t check_hostname;
  uint16_t minimum_version;
  uint16_t maximum_version;
  uint32_t disabled_versions; /* AIRLOCK_NO_TLS_*; Python's OP_NO_*. */
  uint32_t verify_flags;
  /* The maximum number of certificates between leaf and anchor; 0: 100; or
   * AIRLOCK_ZERO. */
  int32_t verify_depth;
  /* OpenSSL's, 1 to 5 or AIRLOCK_SECURITY_LEVEL_0; 0: 2, or from `ciphers`. */
  int32_t security_level;
  /* YES: like Python 2.7; never under `enforce`. UNSET: no. */
  int32_t common_name_fallback;
  int32_t alpn_required; /* YES: a server refuses clients that share none. */
  /* UNSET: yes; a server's order takes precedence over the client's. */
  int32_t cipher_server_preference;
  airlock_bytes ca_certs;
  airlock_bytes cadata;
  airlock_bytes ciphers;
  airlock_bytes groups; /* "X25519:P-256". */
  /* If the context is for one host only: the policy's exceptions for that host
   * apply, and sockets of this context must have this server_hostname. */
  airlock_bytes server_hostname;
  airlock_bytes call_site;
  /* May be several. A server's have keys of different types: it uses the first
   * that the client can use. A client uses the first that the server can use
   * and whose chain has an issuer among the CAs that the server names (RFC
   * 8446, section 4.2.4); failing that, the first that the server can
   * use. */
  const airlock_credentials* const* credentials;
  size_t credentials_count;
  const airlock_bytes* alpn_protocols;
  size_t alpn_protocols_count;
  /* The same for NPN, the predecessor of ALPN, with TLS 1.2 and below. */
  const airlock_bytes* npn_protocols;
  size_t npn_protocols_count;
  /* SHA-256 hashes of SubjectPublicKeyInfos (RFC 7469). One of a verified
   * chain's keys must be among them, in addition to all other verification. */
  const airlock_bytes* pins;
  size_t pins_count;
  /* What a server staples: an OCSP response (RFC 6066) in DER and a
   * SignedCertificateTimestampList (RFC 6962). */
  airlock_bytes ocsp_response;
  airlock_bytes sct_list;
  /* YES: a client requests them; see airlock_connection_info. UNSET: no. */
  int32_t request_ocsp;
  int32_t request_sct;
  int32_t session_tickets; /* UNSET: yes. */
  /* How many TLS 1.3 tickets a server sends: up to 16; 0: 2; or
   * AIRLOCK_ZERO. */
  int32_t num_tickets;
  int64_t session_cache_size; /* Sessions; 0: 20480; or AIRLOCK_ZERO. */
  int64_t session_timeout_s;  /* Up to 604800, seven days; 0: two hours. */
  /* A server's ticket keys (RFC 5077), 48 bytes each: name, HMAC key and AES
   * key. If they are equal on all machines, a session resumes on any of them.
   * The first encrypts, all decrypt; to rotate, make a context with a new key
   * in front. None: the context's own, rotated every two days. */
  const airlock_bytes* ticket_keys;
  size_t ticket_keys_count;
  /* Sessions are resumed only between contexts with the same value (a server's;
   * at most 32 bytes). */
  airlock_bytes session_id_context;
  airlock_bytes psk_identity_hint; /* A server's; at most 128 bytes. */

  /* The argument of all callbacks below. */
  void* user;
  /* Lets a server choose by the name in a ClientHello (data NULL: none was
   * sent). AIRLOCK_OK: continue; with *context, if set, which is borrowed, and
   * must be a server's. AIRLOCK_WANT_CALLBACK: later. Any other status: refuse,
   * with *alert, which is 112 (unrecognized_name) unless set. */
  airlock_status (*sni)(void* user, airlock_socket* socket,
                        airlock_bytes server_name, airlock_context** context,
                        uint8_t* alert);
  /* Lets a server choose instead of alpn_protocols, if the client offers any.
   * AIRLOCK_OK, with *chosen the index of one offered; AIRLOCK_NONE: continue
   * without, unless alpn_required; any other status: refuse. It cannot answer
   * later. */
  airlock_status (*alpn)(void* user, airlock_socket* socket,
                         const airlock_bytes* offered, size_t offered_count,
                         size_t* chosen);
  /* Called after all other verification, including the name, with the chain as
   * the peer sent it and as it leads to its anchor, both leaf first; borrowed
   * for the duration of the call. AIRLOCK_OK: continue; AIRLOCK_WANT_CALLBACK:
   * later; any other status: refuse (VERIFICATION, verify_code 50). It and
   * `pins` are INVALID_ARGUMENT if the context does not verify the peer, or has
   * a PSK callback. */
  airlock_status (*verify)(void* user, airlock_socket* socket,
                           const airlock_certificate* const* presented,
                           size_t presented_count,
                           const airlock_certificate* const* verified,
                           size_t verified_count);
  /* A client's answer to the server's hint (or empty), and a server's to the
   * client's identity: AIRLOCK_OK, with *psk filled in; AIRLOCK_WANT_CALLBACK:
   * later; any other status: no key, and the handshake fails. psk_client is
   * POLICY under `enforce`: a pre-shared key replaces the certificate, which is
   * then not verified. */
  airlock_status (*psk_client)(void* user, airlock_socket* socket,
                               airlock_bytes hint, airlock_psk* psk);
  airlock_status (*psk_server)(void* user, airlock_socket* socket,
                               airlock_bytes identity, airlock_psk* psk);
  /* Gets each line of an SSLKEYLOGFILE, without newline. Anyone who has these
   * lines can decrypt the traffic; the policy may forbid it (POLICY). */
  void (*keylog)(void* user, airlock_socket* socket, airlock_bytes line);
  /* Gets each TLS message and record header. */
  void (*message)(void* user, airlock_socket* socket,
                  const airlock_message* message);
  /* Called once for each socket of this context whose handshake ended; `error`
   * (borrowed) says why it failed, and is NULL if it succeeded. */
  void (*handshake_ended)(void* user, airlock_socket* socket,
                          const airlock_error* error);
  /* Gets each session that a server gives a client, for a cache of the host:
   * several with TLS 1.3, as data is read. A new handle, which the callback
   * frees. */
  void (*new_session)(void* user, airlock_socket* socket,
                      airlock_session* session);
  /* Called once, when nothing uses `user` any more: when context and sockets
   * are freed, or airlock_context_new fails; but not if it refuses struct_size
   * or the bytes beyond the struct that it knows. */
  void (*release)(void* user);
  /* How often a server of TLS 1.2 or below may ask a client to renegotiate (RFC
   * 5246, section 7.4.1.1); one more is an error of kind PROTOCOL.
   * Renegotiation takes place inside airlock_socket_read, and the server must
   * present the same certificate as before. A server always refuses to
   * renegotiate at a client's request. */
  int32_t max_renegotiations;
  int32_t reserved;
  /* A server's live ticket keys, instead of ticket_keys; borrowed during the
   * call, and may be freed afterwards. Its lifetime must not be below
   * session_timeout_s. */
  airlock_ticket_keyring* ticket_keyring;
  /* YES: a client offers to receive the server's certificate compressed with
   * zlib (RFC 8879, TLS 1.3), and decompresses it before it has verified
   * anything. UNSET: no. Servers always compress for clients that offer it. */
  int32_t accept_compressed_certificates;
  int32_t reserved2;
  /* Live credentials, instead of `credentials`; borrowed during the call, and
   * may be freed afterwards. CREDENTIALS if what it has is too weak for the
   * context; later updates are checked in the same way. */
  airlock_credential_source* credential_source;
  /* If set, the peer is verified by its SPIFFE ID, in place of a host name: its
   * certificate is an X509-SVID, its chain leads to the bundle of the trust
   * domain in its ID, and the ID is one of spiffe_ids, or below one that ends
   * with "/" and two asterisks. Both are set or none.
   * INVALID_ARGUMENT together with check_hostname YES or CERT_NONE, or if one
   * is malformed; TRUST_STORE if a bundle is. POLICY if the policy has a list
   * of its own, or does not leave the choice to a client. */
  const airlock_spiffe_bundle* spiffe_bundles;
  size_t spiffe_bundles_count;
  const airlock_bytes* spiffe_ids;
  size_t spiffe_ids_count;
  /* YES: the CA bundle is live: connections look at its files again, at most
   * once a second, and are verified with what is there then, CRLs included. It
   * is that of ca_certs, or the policy's, or the system's; with cadata, this is
   * INVALID_ARGUMENT. If the files cannot be read, or bring CAs that the policy
   * forbids, the old bundle stays in force, and the runtime's `log` says why.
   * UNSET: no. */
  int32_t live_ca_certs;
  int32_t reserved3;
  /* A server's keys for Encrypted Client Hello (RFC 9849): the content of one
   * or more PEM files of RFC 9934, of which the first is published. Needs TLS
   * 1.3 and an engine that has it, else INVALID_ARGUMENT. */
  airlock_bytes ech_keys;
} airlock_context_options;

/* Makes a context. Error kinds: POLICY, CREDENTIALS, TRUST_STORE,
 * INVALID_ARGUMENT. */
AIRLOCK_API airlock_status airlock_context_new(
    airlock_runtime* runtime, const airlock_context_options* options,
    airlock_context** context, airlock_error** error);
AIRLOCK_API void airlock_context_free(airlock_context* context);

/* The resulting settings, after the policy's changes. All fields can be copied
 * into airlock_context_options and mean the same there. */
typedef struct airlock_context_info {
  size_t struct_size;
  int32_t cert_reqs;        /* AIRLOCK_CERT_*. */
  int32_t check_hostname;   /* AIRLOCK_YES or AIRLOCK_NO. */
  uint16_t minimum_version; /* AIRLOCK_TLS_*. */
  uint16_t maximum_version;
  int32_t security_level; /* 1 to 5, or AIRLOCK_SECURITY_LEVEL_0. */
} airlock_context_info;

AIRLOCK_API airlock_status
airlock_context_info_get(const airlock_context* context,
                         airlock_context_info* out, airlock_error** error);

/* The enabled cipher suites, in order of preference, as a JSON array of objects
 * with `id`, `name`, `standard_name`, `protocol`, `strength_bits`, `alg_bits`,
 * `aead`, `symmetric`, `digest`, `kea` and `auth`. */
AIRLOCK_API airlock_status
airlock_context_ciphers_json(const airlock_context* context,
                             airlock_buffer* json, airlock_error** error);

/* One of the CA certificates that the context trusts, a new handle; those in
 * force now if the bundle is live. AIRLOCK_NONE past the end. */
AIRLOCK_API airlock_status airlock_context_ca_certificate(
    const airlock_context* context, size_t index,
    airlock_certificate** certificate, airlock_error** error);

/* The live CA bundle of a context. */
typedef struct airlock_bundle_state {
  size_t struct_size;
  uint64_t generation; /* 1 for the first bundle, then 2, and so on. */
  uint64_t failures;   /* Updates that failed. */
  /* When the last update replaced the bundle, in seconds since the epoch; 0:
   * none has. */
  int64_t updated_s;
} airlock_bundle_state;

/* What a context with live_ca_certs has. Contexts of one runtime with the same
 * bundle share its state. If `failure` is not NULL, *failure says why the last
 * update failed, a new object that the caller frees; or is NULL if it succeeded
 * or there was none. INVALID_ARGUMENT if the bundle is not live. */
AIRLOCK_API airlock_status airlock_context_bundle_state(
    const airlock_context* context, airlock_bundle_state* out,
    airlock_error** failure, airlock_error** error);

/* As in SSLContext.session_stats(), since the context was made. */
typedef struct airlock_session_statistics {
  size_t struct_size;
  uint64_t number;       /* Sessions in the cache. */
  uint64_t connect;      /* A client's handshakes: started, */
  uint64_t connect_good; /* and completed. */
  uint64_t accept;       /* The same for a server. */
  uint64_t accept_good;
  uint64_t hits;   /* Handshakes that resumed a session. */
  uint64_t misses; /* A server's: the offered session was not usable. */
} airlock_session_statistics;

AIRLOCK_API airlock_status airlock_context_session_statistics(
    const airlock_context* context, airlock_session_statistics* out,
    airlock_error** error);

typedef struct airlock_socket_options {
  size_t struct_size;
  airlock_bytes server_hostname;
  const airlock_session* session;
  int32_t suppress_ragged_eofs; /* As in airlock_wrap_options. UNSET: no. */
  int32_t send_sni; /* UNSET: yes. NO: the name is checked, but not sent. */
  void* user;       /* For airlock_socket_user. */
  /* A client offers Encrypted Client Hello (RFC 9849) with this ECHConfigList:
   * bytes, base64 or a PEM file of RFC 9934. A server that rejects it gets no
   * connection: see ech_rejected in airlock_error_info. Needs TLS 1.3 and an
   * engine that has it, else INVALID_ARGUMENT. */
  airlock_bytes ech_configs;
  /* YES: a client without ech_configs sends random bytes in its place. */
  int32_t ech_grease;
  int32_t reserved;
} airlock_socket_options;

/* Makes a TLS socket; nothing is sent yet. Error kinds:
 * INVALID_ARGUMENT, CREDENTIALS, POLICY. */
AIRLOCK_API airlock_status airlock_context_wrap_socket(
    airlock_context* context, const airlock_transport* transport,
    const airlock_socket_options* options, airlock_socket** socket,
    airlock_error** error);

/* Frees a socket without notifying its peer: that is airlock_socket_shutdown.
 * From within one of its callbacks, frees it after the call that runs the
 * callback. */
AIRLOCK_API void airlock_socket_free(airlock_socket* socket);

/* A pointer for the host, which the library does not use: the one from the
 * options, or set since. Callbacks get the socket, and may call both. */
AIRLOCK_API airlock_status airlock_socket_user(const airlock_socket* socket,
                                               void** user,
                                               airlock_error** error);
AIRLOCK_API airlock_status airlock_socket_set_user(airlock_socket* socket,
                                                   void* user,
                                                   airlock_error** error);

/* The socket whose call this thread is in, from within a callback; else NULL.
 * For callbacks that do not get it as an argument, such as a key's sign. */
AIRLOCK_API airlock_socket* airlock_socket_current(void);

/* Replace the socket's context with another of the same side, and the session
 * to resume (a client's): before the handshake begins, else
 * INVALID_ARGUMENT. */
AIRLOCK_API airlock_status airlock_socket_set_context(airlock_socket* socket,
                                                      airlock_context* context,
                                                      airlock_error** error);
AIRLOCK_API airlock_status airlock_socket_set_session(
    airlock_socket* socket, const airlock_session* session,
    airlock_error** error);

/* The next six return AIRLOCK_OK, AIRLOCK_WANT_READ, AIRLOCK_WANT_WRITE,
 * AIRLOCK_WANT_CALLBACK (see airlock_context_options; until the handshake is
 * done), or an error. After an error each of them returns it again (except one
 * of kind TIMEOUT: repeat the call). From within one of the socket's own
 * callbacks they are errors (INVALID_ARGUMENT). */

/* Shakes hands, and verifies the peer's chain and name. AIRLOCK_OK again if it
 * is already done. Error kinds: VERIFICATION, HOSTNAME, PEER_ALERT, PROTOCOL,
 * UNEXPECTED_EOF, TRANSPORT, TIMEOUT, CALLBACK. */
AIRLOCK_API airlock_status airlock_socket_handshake(airlock_socket* socket,
                                                    airlock_error** error);

/* Shakes hands if needed, then reads 1 to `size` bytes (0 if `size` is 0).
 * *done is the number, and 0 unless AIRLOCK_OK. AIRLOCK_CLOSED: the peer sent
 * its close_notify. AIRLOCK_WANT_WRITE is possible, too. */
AIRLOCK_API airlock_status airlock_socket_read(airlock_socket* socket,
                                               void* into, size_t size,
                                               size_t* done,
                                               airlock_error** error);

/* Shakes hands if needed, then writes 1 to `size` bytes. After AIRLOCK_WANT_*
 * the next call must begin with the same bytes; their address may differ. */
AIRLOCK_API airlock_status airlock_socket_write(airlock_socket* socket,
                                                const void* from, size_t size,
                                                size_t* done,
                                                airlock_error** error);

/* The same for several consecutive pieces, like writev(2): up to 16384 bytes of
 * them, as one record. *done may end within a piece. */
AIRLOCK_API airlock_status airlock_socket_writev(airlock_socket* socket,
                                                 const airlock_bytes* pieces,
                                                 size_t count, size_t* done,
                                                 airlock_error** error);

/* Sends close_notify: ends writing, but not reading. */
AIRLOCK_API airlock_status airlock_socket_shutdown(airlock_socket* socket,
                                                   airlock_error** error);

/* The same, then waits for the peer's. After AIRLOCK_OK the transport no longer
 * carries TLS; free the socket. */
AIRLOCK_API airlock_status airlock_socket_unwrap(airlock_socket* socket,
                                                 airlock_error** error);

/* Gives the transport back, as after airlock_socket_unwrap: *fd is the
 * descriptor, which the caller closes even if it was owned; or -1 if the
 * transport is callbacks, which are released. After that the socket can only be
 * queried. CLOSED if that was done before; INVALID_ARGUMENT from within a
 * callback. */
AIRLOCK_API airlock_status airlock_socket_release_transport(
    airlock_socket* socket, int32_t* fd, airlock_error** error);

/* How many decrypted bytes can be read without using the transport. */
AIRLOCK_API airlock_status airlock_socket_pending(const airlock_socket* socket,
                                                  size_t* pending,
                                                  airlock_error** error);

/* As airlock_transport.timeout_ms, from now on. INVALID_ARGUMENT if the
 * transport is callbacks. */
AIRLOCK_API airlock_status airlock_socket_set_timeout(airlock_socket* socket,
                                                      int64_t timeout_ms,
                                                      airlock_error** error);

/* When all reading and writing ends, as airlock_transport.deadline_ms.
 * INVALID_ARGUMENT if the transport is callbacks. */
AIRLOCK_API airlock_status airlock_socket_set_deadline(airlock_socket* socket,
                                                       int64_t deadline_ms,
                                                       airlock_error** error);

/* Counts for a socket so far. */
typedef struct airlock_socket_statistics {
  size_t struct_size;
  uint64_t bytes_read; /* The application's, decrypted. */
  uint64_t bytes_written;
  uint64_t transport_bytes_read; /* The transport's, with the handshake. */
  uint64_t transport_bytes_written;
  /* From the start of the first call that shook hands, including
   * airlock_wrap_socket, to the end of the handshake, in microseconds; 0 until
   * it ends. */
  uint64_t handshake_us;
} airlock_socket_statistics;

AIRLOCK_API airlock_status airlock_socket_statistics_get(
    const airlock_socket* socket, airlock_socket_statistics* out,
    airlock_error** error);

/* The result of a completed handshake. The bytes live until the next call of
 * airlock_socket_info or airlock_socket_free. */
typedef struct airlock_connection_info {
  size_t struct_size;
  uint16_t version; /* AIRLOCK_TLS_*. */
  uint16_t reserved;
  int32_t session_reused;     /* 0 or 1. */
  int32_t peer_verified;      /* 0 or 1: the chain leads to a trusted CA. */
  int32_t cipher_bits;        /* Of the key in use. */
  airlock_bytes version_name; /* "TLSv1.3". */
  airlock_bytes cipher;       /* OpenSSL's: "ECDHE-RSA-AES128-GCM-SHA256". */
  airlock_bytes cipher_standard_name; /* IANA's. */
  airlock_bytes group;                /* "X25519"; or empty. */
  airlock_bytes alpn;                 /* Or empty. */
  airlock_bytes server_name;          /* What the client sent; or empty. */
  airlock_bytes cipher_protocol; /* The lowest version with it: "TLSv1.2". */
  airlock_bytes npn;             /* Or empty. */
  /* What the server stapled, as airlock_context_options; not verified. */
  airlock_bytes ocsp_response;
  airlock_bytes sct_list;
  /* "zlib" if the server compressed its certificate (RFC 8879); or empty. */
  airlock_bytes certificate_compression;
  int32_t ech; /* Encrypted Client Hello: AIRLOCK_ECH_*. */
  int32_t reserved2;
} airlock_connection_info;

/* airlock_connection_info.ech. */
enum {
  AIRLOCK_ECH_NOT_OFFERED = 0,
  AIRLOCK_ECH_GREASE = 1, /* A client: it sent random bytes in its place. */
  AIRLOCK_ECH_ACCEPTED = 2,
  /* A server: it has no key for what the client sent, which may be GREASE. */
  AIRLOCK_ECH_REJECTED = 3
};

/* AIRLOCK_NONE until the handshake is done. */
AIRLOCK_API airlock_status airlock_socket_info(airlock_socket* socket,
                                               airlock_connection_info* out,
                                               airlock_error** error);

/* The suites that client and server have in common, in the client's order, in
 * the form of airlock_context_ciphers_json; only on a server, else an empty
 * array. */
AIRLOCK_API airlock_status airlock_socket_shared_ciphers_json(
    const airlock_socket* socket, airlock_buffer* json, airlock_error** error);

/* The peer's certificate, a new handle; it may be unverified (peer_verified).
 * AIRLOCK_NONE if the peer sent none. */
AIRLOCK_API airlock_status airlock_socket_peer_certificate(
    const airlock_socket* socket, airlock_certificate** certificate,
    airlock_error** error);

enum {
  AIRLOCK_CHAIN_PRESENTED = 1, /* As sent, leaf first. */
  AIRLOCK_CHAIN_VERIFIED = 2   /* From leaf to trust anchor. */
};

/* One certificate of a chain, a new handle. AIRLOCK_NONE past the end. */
AIRLOCK_API airlock_status airlock_socket_chain_certificate(
    const airlock_socket* socket, int32_t chain, size_t index,
    airlock_certificate** certificate, airlock_error** error);

/* airlock_certificate_match_hostname for the peer's certificate; HOSTNAME also
 * if the peer presented none. */
AIRLOCK_API airlock_status airlock_socket_match_hostname(
    const airlock_socket* socket, airlock_bytes host, airlock_error** error);

/* The session for a later socket to resume, a new handle; AIRLOCK_NONE if it
 * does not exist yet: with TLS 1.3 it arrives as data is read. */
AIRLOCK_API airlock_status airlock_socket_session(const airlock_socket* socket,
                                                  airlock_session** session,
                                                  airlock_error** error);

enum {
  AIRLOCK_BINDING_TLS_UNIQUE = 1,           /* RFC 5929 */
  AIRLOCK_BINDING_TLS_SERVER_END_POINT = 2, /* RFC 5929 */
  AIRLOCK_BINDING_TLS_EXPORTER = 3          /* RFC 9266 */
};

/* INVALID_ARGUMENT if the connection does not support that type of binding. */
AIRLOCK_API airlock_status
airlock_socket_channel_binding(const airlock_socket* socket, int32_t binding,
                               airlock_buffer* bytes, airlock_error** error);

/* Keying material (RFC 8446, section 7.5), `size` bytes: at most 65535, and
 * with TLS 1.3 255 times the size of the cipher's hash (8160 for SHA-256, 12240
 * for SHA-384; RFC 5869). More is INVALID_ARGUMENT. A context that is not given
 * differs from an empty one. */
AIRLOCK_API airlock_status airlock_socket_export_keying_material(
    const airlock_socket* socket, airlock_bytes label, airlock_bytes context,
    size_t size, airlock_buffer* bytes, airlock_error** error);

/* ---- Certificates ------------------------------------------------------ */

/* One certificate, from DER or PEM (the first in it). Error kind:
 * INVALID_ARGUMENT. */
AIRLOCK_API airlock_status airlock_certificate_new(
    airlock_bytes der_or_pem, airlock_certificate** certificate,
    airlock_error** error);
AIRLOCK_API void airlock_certificate_free(airlock_certificate* certificate);

/* The DER, which lives as long as `certificate`. */
AIRLOCK_API airlock_status
airlock_certificate_der(const airlock_certificate* certificate,
                        airlock_bytes* der, airlock_error** error);

/* The PEM, with a final newline. */
AIRLOCK_API airlock_status
airlock_certificate_pem(const airlock_certificate* certificate,
                        airlock_buffer* pem, airlock_error** error);

/* Its contents, in ASCII: an object like that of Python's
 * SSLSocket.getpeercert(), with arrays for tuples. For display, not for
 * matching names: a byte that is not UTF-8 becomes U+FFFD. INVALID_ARGUMENT if
 * it is malformed. */
AIRLOCK_API airlock_status
airlock_certificate_json(const airlock_certificate* certificate,
                         airlock_buffer* json, airlock_error** error);

/* The text of `openssl x509 -text`, for people. */
AIRLOCK_API airlock_status
airlock_certificate_text(const airlock_certificate* certificate,
                         airlock_buffer* text, airlock_error** error);

/* The SHA-256 hash of the DER, or of the SubjectPublicKeyInfo (the value of a
 * pin, RFC 7469): 32 bytes. */
AIRLOCK_API airlock_status
airlock_certificate_sha256(const airlock_certificate* certificate,
                           uint8_t out[32], airlock_error** error);
AIRLOCK_API airlock_status
airlock_certificate_spki_sha256(const airlock_certificate* certificate,
                                uint8_t out[32], airlock_error** error);

/* AIRLOCK_OK if the certificate has the name or IP address (RFC 9525); else an
 * error of kind HOSTNAME that lists the names that it has; INVALID_ARGUMENT if
 * `host` is not a valid name. */
AIRLOCK_API airlock_status
airlock_certificate_match_hostname(const airlock_certificate* certificate,
                                   airlock_bytes host, airlock_error** error);

/* ---- Ticket keys ------------------------------------------------------- */

/* Makes a keyring, without keys: live keys of session tickets that any number
 * of server contexts share, and that may change while they are used, from any
 * thread. Contexts make no tickets while it has no key whose time has come, and
 * from a minute after the end of the last. `lifetime_s`: how long a ticket can
 * be opened; up to 604800, seven days; 0: two hours. Error kind:
 * INVALID_ARGUMENT. */
AIRLOCK_API airlock_status
airlock_ticket_keyring_new(int64_t lifetime_s, airlock_ticket_keyring** keyring,
                           airlock_error** error);
/* Makes a keyring whose keys stay in the key service that `runtime`'s variable
 * AIRLOCK_KEYS names; `key` is "airlock-key:NAME". Does not ask the service
 * yet. `lifetime_s` is as above, and no longer than the service's. `later`:
 * UNSET: a handshake waits for its tickets, for up to two seconds. YES: it
 * returns AIRLOCK_WANT_CALLBACK; see airlock_runtime_keys_descriptor. Either
 * way, it goes on without tickets if the service does not answer, or refuses.
 * airlock_ticket_keyring_update fails. Error kind: INVALID_ARGUMENT if `key` is
 * not such a text, or the runtime has no key service. */
AIRLOCK_API airlock_status airlock_ticket_keyring_remote(
    const airlock_runtime* runtime, airlock_bytes key, int64_t lifetime_s,
    int32_t later, airlock_ticket_keyring** keyring, airlock_error** error);
/* Contexts keep the keys that it has. */
AIRLOCK_API void airlock_ticket_keyring_free(airlock_ticket_keyring* keyring);

/* A key opens tickets from when it is known until the last that it sealed has
 * ended. Give it to all servers before seals_from_s, so that no client gets a
 * ticket that another server cannot open. */
typedef struct airlock_ticket_key {
  size_t struct_size;
  airlock_bytes name;    /* 16 random bytes, which each ticket shows. */
  airlock_bytes secret;  /* 32 random bytes. */
  int64_t seals_from_s;  /* When it seals new tickets, in seconds since the */
  int64_t seals_until_s; /* epoch: for at most seven days. */
} airlock_ticket_key;

/* Replaces all keys, by up to 64. Error kind: INVALID_ARGUMENT if there are
 * none, or one is short, consists of one byte repeated, or was used under
 * another name; the old keys then stay. */
AIRLOCK_API airlock_status airlock_ticket_keyring_update(
    airlock_ticket_keyring* keyring, const airlock_ticket_key* const* keys,
    size_t keys_count, airlock_error** error);

/* Keys that a fleet shares through Redis or Valkey; see docs/fleet.md. */
typedef struct airlock_redis_tickets {
  size_t struct_size;
  /* "redis://[:PASSWORD@]HOST[:PORT]", or "rediss://..." for TLS, which the
   * runtime's policy applies to. No error and no log has the password. */
  airlock_bytes url;
  /* 32 random bytes, or their 64 hexadecimal digits, the same on all servers:
   * Redis has no key in clear. */
  airlock_bytes fleet_key;
  /* How long each key seals: 1 to 604800; 0: 43200, twelve hours. */
  int64_t rotation_s;
  /* How long a ticket can be opened: up to 604800; 0: two hours. */
  int64_t lifetime_s;
  /* The CAs of rediss://, as in airlock_context_options; at most one of them.
   * None: those of the runtime. */
  airlock_bytes ca_certs;
  airlock_bytes cadata;
} airlock_redis_tickets;

/* Makes a keyring with these keys, and calls airlock_ticket_keyring_refresh
 * once. If that fails, the keyring has no keys yet: a server must start without
 * Redis. airlock_ticket_keyring_update fails. Error kind: INVALID_ARGUMENT. */
AIRLOCK_API airlock_status airlock_ticket_keyring_redis(
    airlock_runtime* runtime, const airlock_redis_tickets* options,
    airlock_ticket_keyring** keyring, airlock_error** error);
/* Looks for new keys in Redis, and makes the next one if it is time and no other
 * server has. Call it each tenth of rotation_s, at least each minute, from a
 * thread that may wait: for Redis, up to five seconds for each of its answers.
 * On failure the keys that are known stay in force; the runtime's log says when
 * failures begin, change and end. Thread-safe. Error kinds: TRANSPORT;
 * INVALID_ARGUMENT if the keys do not come from a Redis. */
AIRLOCK_API airlock_status airlock_ticket_keyring_refresh(
    airlock_ticket_keyring* keyring, airlock_error** error);

/* ---- Live credentials -------------------------------------------------- */

/* Keys and chains that are replaced while any number of contexts use them. A
 * handshake uses those that are in force when it takes them; connections that
 * exist go on. A key is wiped after the last handshake that uses it. A server's
 * sessions are resumed across changes; a client's only with the chain that they
 * were made with.
 *
 * Makes a source, which begins with `credentials`: one or more, as in
 * airlock_context_options, each with another key type. The host replaces them
 * with airlock_credential_source_update. Error kinds: CREDENTIALS,
 * INVALID_ARGUMENT. */
AIRLOCK_API airlock_status airlock_credential_source_new(
    airlock_runtime* runtime, const airlock_credentials* const* credentials,
    size_t credentials_count, airlock_credential_source** source,
    airlock_error** error);

/* Makes a source from files: `certfile` and `keyfile` are their paths.
 * `certfile` may be a directory with tls.crt and tls.key, fullchain.pem and
 * privkey.pem, or cert.pem and key.pem, if nothing else is set. `keyfile` may
 * be "airlock-key:NAME", or `sign` be set in place of it.
 *
 * The source reads the files again after they have changed: a handshake looks
 * at them, at most once in `check_interval_ms` (0: 1000), or with
 * AIRLOCK_WAIT_FOREVER only airlock_credential_source_refresh does. It takes
 * them only if each key matches its certificate, and what is new can be used;
 * otherwise the old credentials stay in force. Each change and each new reason
 * of a failure is a message for the runtime's `log`. The files may be renamed
 * into place, be links that change, or be written.
 *
 * `password` or `ask_password` is used each time that an encrypted key is read;
 * ask_password may then run during a handshake, and must not use the source.
 * Error kinds: CREDENTIALS, also if a file cannot be read; INVALID_ARGUMENT. */
AIRLOCK_API airlock_status airlock_credential_source_watch(
    airlock_runtime* runtime, const airlock_credentials* const* credentials,
    size_t credentials_count, int64_t check_interval_ms,
    airlock_credential_source** source, airlock_error** error);

/* Replaces all credentials of airlock_credential_source_new. After an error the
 * old ones stay in force, and the failure is counted. CREDENTIALS if they are
 * invalid, too weak for a context that has the source, expired or not valid
 * yet; INVALID_ARGUMENT for a source that watches files. */
AIRLOCK_API airlock_status airlock_credential_source_update(
    airlock_credential_source* source,
    const airlock_credentials* const* credentials, size_t credentials_count,
    airlock_error** error);

/* Looks at the files of airlock_credential_source_watch now, and takes them if
 * they have changed: for a signal or a timer. Errors are those of _watch, and
 * leave the old credentials in force; INVALID_ARGUMENT if the source has no
 * files. */
AIRLOCK_API airlock_status airlock_credential_source_refresh(
    airlock_credential_source* source, airlock_error** error);

typedef struct airlock_credential_state {
  size_t struct_size;
  uint64_t generation; /* 1 for the first credentials, then 2, and so on. */
  uint64_t failures;   /* Updates that failed. */
  /* When the first certificate of the chains in force expires, in seconds since
   * the epoch. */
  int64_t expires_s;
  /* When the last update replaced the credentials, in seconds since the epoch;
   * 0: none has. */
  int64_t updated_s;
} airlock_credential_state;

/* What a source has. If `failure` is not NULL, *failure says why the last
 * update failed, a new object that the caller frees; or is NULL if it succeeded
 * or there was none. */
AIRLOCK_API airlock_status airlock_credential_source_state(
    const airlock_credential_source* source, airlock_credential_state* out,
    airlock_error** failure, airlock_error** error);

/* Contexts keep the credentials that it has, and go on to look at its files. */
AIRLOCK_API void airlock_credential_source_free(
    airlock_credential_source* source);

/* ---- Sessions ---------------------------------------------------------- */

/* Restores a session from airlock_session_serialize. Error kind:
 * INVALID_ARGUMENT. */
AIRLOCK_API airlock_status airlock_session_new(airlock_bytes serialized,
                                               airlock_session** session,
                                               airlock_error** error);
AIRLOCK_API void airlock_session_free(airlock_session* session);

/* As secret as a key: anyone who has it can act as the client. */
AIRLOCK_API airlock_status
airlock_session_serialize(const airlock_session* session,
                          airlock_buffer* serialized, airlock_error** error);

typedef struct airlock_session_info {
  size_t struct_size;
  int32_t has_ticket; /* 0 or 1. */
  int32_t reserved;
  int64_t time_s;    /* When it was made, in seconds since the epoch. */
  int64_t timeout_s; /* How long it is valid. */
  airlock_bytes id;
  int64_t ticket_lifetime_hint_s;
} airlock_session_info;

AIRLOCK_API airlock_status
airlock_session_info_get(const airlock_session* session,
                         airlock_session_info* out, airlock_error** error);

#ifdef __cplusplus
}
#endif

#endif /* AIRLOCK_PLATFORM_C_AIRLOCK_H_ */
