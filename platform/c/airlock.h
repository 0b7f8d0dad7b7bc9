/* Copyright 2026 The Airlock Authors.
 * SPDX-License-Identifier: Apache-2.0 */

/* Airlock for every language that can call C: TLS sockets whose verification is
 * the platform's to decide. C99; also C++. docs/linking.md shows it at work.
 *
 * What holds for all of it:
 *
 * - A function gives an airlock_status. Where that is AIRLOCK_ERROR and `error`
 *   is not NULL, *error is a new object, the caller's to free; else *error is
 *   NULL afterwards. What is given back through other pointers is set only
 *   where the status says that it is there; handles are NULL otherwise.
 * - A handle is opaque, made by a function that says so, and freed once by its
 *   _free, which takes NULL too. What a handle needs of another it keeps alive:
 *   handles may be freed in any order.
 * - airlock_bytes are borrowed: as an argument for the time of the call, unless
 *   said otherwise; as a result for as long as the handle lives that they came
 *   from. They may hold any byte, NULs too, and do not end with one. An
 *   airlock_buffer is the caller's, to be freed with airlock_buffer_free.
 * - A struct begins with struct_size, which the caller sets to sizeof(the
 *   struct), and the rest to zero: zero is each field's default, and NULL in
 *   place of a struct of options is all defaults. The size is a multiple of
 *   sizeof(size_t), at least that and at most 4096; other sizes are
 *   INVALID_ARGUMENT. One that is smaller than this library's, from an older
 *   header, is taken as if it went on with zeros. One that is larger, from a
 *   newer header, is refused (INVALID_ARGUMENT) where what this library does
 *   not know is not all zero. A struct that is filled in is filled in as far as
 *   it reaches, and what this library does not know of it is set to zero.
 *   New fields come at the end of a struct only.
 * - Flags and choices that are out of range are errors, never guessed at. A
 *   client that says nothing about verification verifies chain and name.
 * - Threads: all functions may be called from any thread. Of a socket over a
 *   descriptor, one thread may read and another write or shake hands at the
 *   same time; of one over callbacks, too, but one waits for the other's
 *   callback. All else of a socket is for one thread at a time. Of the other
 *   handles any number of threads may use one. A handle is freed when no thread
 *   uses it any more.
 * - Callbacks run on the calling thread, inside the call. They must return; no
 *   longjmp past this library. A C++ exception out of one counts as a failure.
 * - errno is the same after a call as before it. No signal handler is set, no
 *   signal raised by a transport (writing to a pipe or socket whose other end
 *   is gone is an error), and the process not ended (only where memory runs out
 *   as JSON is made, the audit's too, its writer does that).
 * - fork(): waits until no thread is in the library but to wait or in a
 *   callback, for five seconds at the most, so that the child can go on with
 *   runtimes, contexts and sessions. A socket is for the process that uses it
 *   first after the fork, parent or child. In the others, reads, writes, the
 *   handshake and shutdown are INVALID_ARGUMENT, since two processes must not
 *   encrypt with the same keys; airlock_socket_free closes their copy of an
 *   owned descriptor, and sends nothing. A socket that another thread was in a
 *   call of as the process forked stays the parent's.
 * - Nothing here turns the platform's policy off. What it forbids is an error
 *   of kind POLICY. */
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
  AIRLOCK_WANT_READ = 1,  /* Call again once the transport can be read from. */
  AIRLOCK_WANT_WRITE = 2, /* Call again once it can be written to. */
  AIRLOCK_CLOSED = 3,     /* The peer ended its side in an orderly way. */
  AIRLOCK_NONE = 4,       /* There is no such thing, which is no error. */
  AIRLOCK_WANT_CALLBACK = 5, /* Call again once a callback has its answer. */
  AIRLOCK_ERROR = -1,
  AIRLOCK_TIMEOUT = -2 /* From a transport's callback only. */
};

/* The values of every field that is yes or no. AIRLOCK_YES is 1, so that C's
 * `true` means yes. 0, which is also `false`, is the field's default, which its
 * comment states; a default that protects is switched off by AIRLOCK_NO alone,
 * a number that no boolean, comparison or count gives, and no other library has
 * for its options (curl's 2, for one, verifies the name). All other values are
 * INVALID_ARGUMENT. A field that is filled in has AIRLOCK_YES or AIRLOCK_NO
 * where it can be copied back into options: compare it with AIRLOCK_YES. */
enum { AIRLOCK_UNSET = 0, AIRLOCK_YES = 1, AIRLOCK_NO = 64 };

/* Where 0 stands for another default: none, or the number 0 itself. */
enum { AIRLOCK_ZERO = -1 };

/* Bytes of somebody else's. `data` NULL: not given, and then size is 0. Text is
 * UTF-8. */
typedef struct airlock_bytes {
  const char* data;
  size_t size;
} airlock_bytes;

/* Bytes of the caller's own. */
typedef struct airlock_buffer {
  char* data;
  size_t size;
} airlock_buffer;

/* Wipes the bytes, gives their memory back, and sets both fields to zero. NULL
 * and an all-zero buffer are fine. */
AIRLOCK_API void airlock_buffer_free(airlock_buffer* buffer);

typedef struct airlock_error airlock_error;
typedef struct airlock_runtime airlock_runtime;
typedef struct airlock_context airlock_context;
typedef struct airlock_socket airlock_socket;
typedef struct airlock_session airlock_session;
typedef struct airlock_certificate airlock_certificate;

/* ---- The library ------------------------------------------------------- */

typedef struct airlock_library_info {
  size_t struct_size;
  int32_t major; /* Of the library that is loaded, which may be newer than */
  int32_t minor; /* this header: compare with AIRLOCK_VERSION_*. */
  int32_t patch;
  int32_t boringssl_api; /* BORINGSSL_API_VERSION. */
  airlock_bytes version; /* "1.0.0". For ever. */
} airlock_library_info;

/* What library this is. Cannot fail but for NULL or a struct_size of none. */
AIRLOCK_API airlock_status airlock_library_info_get(airlock_library_info* out,
                                                    airlock_error** error);

/* AIRLOCK_OK where the library has the feature of that name, else AIRLOCK_NONE.
 * Names: "alpn", "alpn_callback", "audit", "ca_certificates",
 * "certificate_json", "channel_binding", "ciphers", "counters", "deadline",
 * "explain", "exporter", "fd_transport", "fork", "handshake_ended", "key_log",
 * "late_callbacks", "message", "new_session", "npn", "ocsp",
 * "password_callback", "pins", "policy_reload", "psk", "release_transport",
 * "sct", "session", "session_statistics", "sign_callback", "sni_callback",
 * "socket_statistics", "socket_user", "ticket_keys", "tls1.3", "two_threads",
 * "verify_callback", "writev". */
AIRLOCK_API airlock_status airlock_has_feature(airlock_bytes name,
                                               airlock_error** error);

/* ---- Errors ------------------------------------------------------------ */

enum {
  AIRLOCK_KIND_INTERNAL = 0,         /* Out of memory, or Airlock's defect. */
  AIRLOCK_KIND_INVALID_ARGUMENT = 1, /* Wrong or contradictory arguments. */
  AIRLOCK_KIND_CREDENTIALS = 2,    /* An unusable key or chain of one's own. */
  AIRLOCK_KIND_TRUST_STORE = 3,    /* A missing, empty or damaged bundle. */
  AIRLOCK_KIND_POLICY = 4,         /* The policy forbids what was asked. */
  AIRLOCK_KIND_VERIFICATION = 5,   /* The peer's chain is not trusted. */
  AIRLOCK_KIND_HOSTNAME = 6,       /* It is good, but for other names. */
  AIRLOCK_KIND_PEER_ALERT = 7,     /* The peer gave up with an alert. */
  AIRLOCK_KIND_PROTOCOL = 8,       /* No common ground, or broken TLS. */
  AIRLOCK_KIND_UNEXPECTED_EOF = 9, /* Cut off without close_notify. */
  AIRLOCK_KIND_TRANSPORT = 10,     /* The transport failed. */
  AIRLOCK_KIND_TIMEOUT = 11,       /* Its time was over; may be repeated. */
  AIRLOCK_KIND_CALLBACK = 12,      /* A callback failed or refused. */
  AIRLOCK_KIND_CLOSED = 13         /* Used after shutdown. */
};

typedef struct airlock_error_info {
  size_t struct_size;
  int32_t kind; /* AIRLOCK_KIND_*; more may come. */
  int32_t code; /* google.rpc.Code, such as 3, INVALID_ARGUMENT. */
  /* The TLS alert (RFC 8446, section 6) that was received where `kind` is
   * PEER_ALERT, else sent; -1: none. */
  int32_t alert;
  /* For VERIFICATION and HOSTNAME: the X509_V_ERR_* number (0: none) and the
   * depth in the chain, 0 being the peer itself (-1: none). */
  int32_t verify_code;
  int32_t depth;
  int32_t reserved;
  airlock_bytes kind_name; /* "Verification". */
  /* For people: what was wrong, where, what to do. No secret is in it. Not
   * stable. */
  airlock_bytes message;
  /* BoringSSL's names, such as "SSL" and "WRONG_VERSION_NUMBER"; or empty. */
  airlock_bytes library;
  airlock_bytes reason;
  airlock_bytes verify_message; /* In words what verify_code is in numbers. */
  airlock_bytes subject;        /* Of the certificate at fault (RFC 4514). */
} airlock_error_info;

/* Fills in *out; its bytes live as long as `error` does. AIRLOCK_ERROR, without
 * more, where an argument is NULL or struct_size is smaller than itself. */
AIRLOCK_API airlock_status airlock_error_get(const airlock_error* error,
                                             airlock_error_info* out);
AIRLOCK_API void airlock_error_free(airlock_error* error);

/* ---- Runtimes: the policy, and what sockets share ---------------------- */

/* ALLOWED: it got what it asked for, but the policy has that audited. */
enum {
  AIRLOCK_AUDIT_REFUSED = 1,
  AIRLOCK_AUDIT_UPGRADED = 2,
  AIRLOCK_AUDIT_ALLOWED = 3
};

/* Something that an application asked for and the policy did not give it, or
 * gave it but wants to be known. */
typedef struct airlock_audit_event {
  size_t struct_size;
  int32_t action; /* AIRLOCK_AUDIT_*. */
  int32_t reserved;
  int64_t time_ms;       /* Milliseconds since the Unix epoch. */
  uint64_t suppressed;   /* How many of the same were not reported before it. */
  airlock_bytes host;    /* That the client reaches for; or empty. */
  airlock_bytes setting; /* "cert_reqs". */
  airlock_bytes requested; /* "CERT_NONE". */
  airlock_bytes effective; /* "CERT_REQUIRED"; empty where refused. */
  airlock_bytes rule;      /* "AIRLOCK_VERIFY=enforce". */
  airlock_bytes call_site; /* As in the options; or empty. */
  airlock_bytes json;      /* All of it, as one line of JSON. */
} airlock_audit_event;

enum { AIRLOCK_LOG_INFO = 0, AIRLOCK_LOG_WARNING = 1, AIRLOCK_LOG_ERROR = 2 };

typedef struct airlock_runtime_options {
  size_t struct_size;
  /* The path of the application's app.yaml. */
  airlock_bytes app_yaml;
  /* How many of each are kept to be used again; 0: 256, 64 and 32. */
  size_t max_contexts;
  size_t max_credentials;
  size_t max_trust_stores;
  /* What `audit` gets of one call site: so many at once (0: 5) and then one per
   * interval (0: a minute). So many call sites are told apart (0: 1024). */
  size_t audit_max_call_sites;
  int64_t audit_interval_ms;
  int32_t audit_burst;
  int32_t reserved;
  /* Given to `audit`, `log` and `release`. */
  void* user;
  /* Gets events, on any thread, and on several at once. */
  void (*audit)(void* user, const airlock_audit_event* event);
  /* Gets messages, likewise. NULL: standard error gets them. Must not use the
   * runtime, nor wait for a thread that forks. */
  void (*log)(void* user, int32_t severity, airlock_bytes message);
  /* Called once, when nothing uses `user` any more: after the runtime and all
   * that came from it are freed, or as airlock_runtime_new fails; but not where
   * struct_size, or what is beyond the struct that is known, is refused. */
  void (*release)(void* user);
  /* In place of the process's environment, "NAME=VALUE" each. NULL: that one;
   * not NULL with a count of 0: no variable is set. A variable of the policy
   * that is there with different values is an error. */
  const airlock_bytes* environment;
  size_t environment_count;
  /* A policy in the form of airlock.yaml(5), in place of the file that
   * AIRLOCK_CONFIG names, which must not be set then. The operator's
   * /etc/airlock.yaml is in force as well, and where it exists, this one can
   * only be stricter. */
  airlock_bytes policy;
  /* The time of day, in milliseconds since the Unix epoch, by which
   * certificates are valid. NULL: the system's clock. Gets `user`; as `log`. */
  int64_t (*now_ms)(void* user);
} airlock_runtime_options;

/* Makes a runtime under the policy of this process: the operator's file
 * /etc/airlock.yaml, the one that AIRLOCK_CONFIG names or `policy`, the
 * environment (AIRLOCK_VERIFY, PYTHONHTTPSVERIFY), and app.yaml; the strictest
 * of them takes effect. It is read
 * here, and what becomes of it later changes nothing.
 * Error kind: INVALID_ARGUMENT, where these state no valid policy. Call it
 * while no other thread changes the environment. */
AIRLOCK_API airlock_status
airlock_runtime_new(const airlock_runtime_options* options,
                    airlock_runtime** runtime, airlock_error** error);
AIRLOCK_API void airlock_runtime_free(airlock_runtime* runtime);

/* Reads the operator's file anew, as upon SIGHUP. Where it is not good, the old
 * policy stays, and this is an error (INVALID_ARGUMENT). */
AIRLOCK_API airlock_status
airlock_runtime_reload_policy(airlock_runtime* runtime, airlock_error** error);

/* The same, but AIRLOCK_NONE, for the price of a stat(2), where the file is
 * what it was: for hosts that ask now and then. */
AIRLOCK_API airlock_status airlock_runtime_reload_policy_if_changed(
    airlock_runtime* runtime, airlock_error** error);

/* Forgets contexts, keys and bundles that are kept for reuse. */
AIRLOCK_API airlock_status
airlock_runtime_clear_caches(airlock_runtime* runtime, airlock_error** error);

/* The policy in force: a JSON array of settings, each with `setting`, `value`,
 * `origin` and `overrode`. */
AIRLOCK_API airlock_status
airlock_runtime_policy_json(const airlock_runtime* runtime,
                            airlock_buffer* json, airlock_error** error);

/* Numbers since the runtime was made. */
typedef struct airlock_counters {
  size_t struct_size;
  /* Handshakes that succeeded: TLS 1.0, 1.1, 1.2, 1.3; room for others. */
  uint64_t handshakes[8];
  uint64_t resumptions; /* Among them. */
  /* Handshakes that failed, by AIRLOCK_KIND_*; room for kinds to come. */
  uint64_t failures[32];
  uint64_t refusals; /* By the policy. */
  uint64_t upgrades;
  uint64_t policy_reloads;
  uint64_t policy_reload_failures;
  uint64_t allowed; /* AIRLOCK_AUDIT_ALLOWED, reported or not. */
} airlock_counters;

AIRLOCK_API airlock_status
airlock_runtime_counters(const airlock_runtime* runtime, airlock_counters* out,
                         airlock_error** error);
/* The same in Prometheus' text format 0.0.4. Its airlock_audit_lost_total is 0:
 * what `audit` does not keep is not known here. */
AIRLOCK_API airlock_status
airlock_runtime_counters_text(const airlock_runtime* runtime,
                              airlock_buffer* text, airlock_error** error);

/* ---- Transports -------------------------------------------------------- */

enum { AIRLOCK_TRANSPORT_FD = 1, AIRLOCK_TRANSPORT_CALLBACKS = 2 };

/* For timeout_ms, beside the milliseconds that one read or write may take. */
enum {
  AIRLOCK_WAIT_AS_FD = 0,    /* As O_NONBLOCK says when this is set. */
  AIRLOCK_WAIT_FOREVER = -1, /* As long as it takes. */
  AIRLOCK_WAIT_NEVER = -2    /* Answer AIRLOCK_WANT_*. */
};

/* Where the bytes go and come from. Taken over by the function that it is given
 * to, also if that fails: an owned fd is then closed, and `release` called.
 * Only where the struct itself is not good (INVALID_ARGUMENT naming
 * `transport`) nothing of it is touched. */
typedef struct airlock_transport {
  size_t struct_size;
  int32_t type; /* AIRLOCK_TRANSPORT_*. */

  /* A stream socket, or another descriptor that bytes flow through. */
  int32_t fd;
  /* YES: closed with the socket. UNSET: no; it is the caller's, and open for as
   * long as the socket lives. */
  int32_t fd_owned;
  int32_t reserved;
  int64_t timeout_ms; /* AIRLOCK_WAIT_*, or milliseconds. */

  /* Both move 1 to `size` bytes (never 0), set *done to how many, and answer
   * AIRLOCK_OK; or, nothing moved, AIRLOCK_WANT_READ or AIRLOCK_WANT_WRITE;
   * AIRLOCK_CLOSED at the stream's end (`read` only); AIRLOCK_TIMEOUT, and may
   * be called again; AIRLOCK_ERROR, and are not called again. They must not use
   * the socket. */
  airlock_status (*read)(void* user, void* into, size_t size, size_t* done);
  airlock_status (*write)(void* user, const void* from, size_t size,
                          size_t* done);
  /* Called once, when the socket needs `user`, or the descriptor, no more. May
   * be NULL. */
  void (*release)(void* user);
  void* user;

  /* What errors call the other end, such as "example.com:443". Not given: the
   * number of the descriptor. */
  airlock_bytes peer;
  /* When all reading and writing ends, in milliseconds of CLOCK_MONOTONIC: from
   * then on they are errors of kind TIMEOUT. 0: never. Holds beside timeout_ms.
   * Of descriptors only. */
  int64_t deadline_ms;
} airlock_transport;

/* ---- Sockets, as Python's ssl.wrap_socket makes them ------------------- */

/* cert_reqs. AIRLOCK_UNSET: a client requires a certificate that it verifies;
 * a server asks for none. The numbers are such that `true`, OpenSSL's
 * SSL_VERIFY_* and Python's CERT_* are either AIRLOCK_CERT_REQUIRED or invalid:
 * only these names ask for less. */
enum {
  AIRLOCK_CERT_REQUIRED = 1,
  AIRLOCK_CERT_OPTIONAL = 16,
  AIRLOCK_CERT_NONE = 32
};

/* ssl_version. SSLV23, the default, negotiates the best there is. */
enum {
  AIRLOCK_PROTOCOL_SSLV23 = 0,
  AIRLOCK_PROTOCOL_TLSV1 = 1,
  AIRLOCK_PROTOCOL_TLSV1_1 = 2,
  AIRLOCK_PROTOCOL_TLSV1_2 = 3
};

/* minimum_version, maximum_version: the numbers of the wire; 0: not stated. */
enum {
  AIRLOCK_TLS_1_0 = 0x0301,
  AIRLOCK_TLS_1_1 = 0x0302,
  AIRLOCK_TLS_1_2 = 0x0303,
  AIRLOCK_TLS_1_3 = 0x0304
};

/* verify_flags, to be joined with |. The numbers are those of OpenSSL's
 * X509_V_FLAG_* and Python's VERIFY_*; the last is Airlock's own. */
enum {
  AIRLOCK_VERIFY_CRL_CHECK_LEAF = 0x4,
  AIRLOCK_VERIFY_CRL_CHECK_CHAIN = 0x8,
  AIRLOCK_VERIFY_X509_STRICT = 0x20,
  AIRLOCK_VERIFY_X509_PARTIAL_CHAIN = 0x80000,
  AIRLOCK_VERIFY_NO_TRUSTED_FIRST = 0x10000000
};

/* Python's parameters. What is not set is the secure choice: a client verifies
 * the chain and the name. Copied; keys are wiped when no longer needed. */
typedef struct airlock_wrap_options {
  size_t struct_size;
  /* The private key and the certificate chain themselves, never paths. A key is
   * RSA, ECDSA on P-256, P-384 or P-521, or Ed25519; PEM or DER, in PKCS#8
   * (also encrypted), PKCS#1 or SEC 1. A chain is PEM, leaf first, or one
   * certificate in DER. Or `certfile` is a PKCS#12 file (.p12, .pfx), which
   * holds both. Without keyfile, the key is in certfile. A server needs them.
   */
  airlock_bytes keyfile;
  airlock_bytes certfile;
  airlock_bytes password; /* Of an encrypted key. */
  int32_t server_side;    /* UNSET: no. */
  int32_t cert_reqs;      /* AIRLOCK_CERT_*. */
  int32_t ssl_version;    /* AIRLOCK_PROTOCOL_*. */
  /* AIRLOCK_UNSET: yes. It needs a transport that waits. */
  int32_t do_handshake_on_connect;
  /* Whether a stream that is cut off without close_notify reads as
   * AIRLOCK_CLOSED. UNSET: no, that is an error (UNEXPECTED_EOF). */
  int32_t suppress_ragged_eofs;
  /* UNSET: yes, unless cert_reqs is AIRLOCK_CERT_NONE; a client then has to
   * set server_hostname. Without meaning to a server. */
  int32_t check_hostname;
  uint16_t minimum_version; /* AIRLOCK_TLS_*. */
  uint16_t maximum_version;
  uint32_t verify_flags; /* AIRLOCK_VERIFY_*. */
  /* The CA bundle: a file's or directory's path, or (one of the two) the
   * certificates themselves, PEM or DER. Neither: the policy's, or the
   * system's. Where verify_flags check CRLs, the bundle holds them, too, as PEM
   * blocks "X509 CRL" beside the certificates: one that is missing, not yet
   * valid or expired is an error of kind VERIFICATION. */
  airlock_bytes ca_certs;
  airlock_bytes cadata;
  airlock_bytes ciphers;         /* OpenSSL's syntax. */
  airlock_bytes server_hostname; /* That a client reaches for. */
  /* Protocols by preference (RFC 7301). */
  const airlock_bytes* alpn_protocols;
  size_t alpn_protocols_count;
  const airlock_session* session; /* To resume; clients only. */
  airlock_bytes call_site;        /* For the audit: "app/main.py:12". */
  void* user;                     /* For airlock_socket_user. */
  airlock_bytes groups;           /* Of key exchanges: "X25519:P-256". */
  int32_t alpn_required; /* YES: a server refuses those who share none. */
  int32_t reserved;
} airlock_wrap_options;

/* Makes a TLS socket over *transport, and shakes hands unless told otherwise.
 * Error kinds: POLICY, CREDENTIALS, TRUST_STORE and INVALID_ARGUMENT before a
 * byte is sent, and those of airlock_socket_handshake. */
AIRLOCK_API airlock_status airlock_wrap_socket(
    airlock_runtime* runtime, const airlock_transport* transport,
    const airlock_wrap_options* options, airlock_socket** socket,
    airlock_error** error);

/* What airlock_wrap_socket would verify, and what of that is the policy's
 * doing: a JSON object with `cert_reqs`, `check_hostname`, `minimum_version`,
 * `maximum_version` and `ca_certs` (null where there is none), `pins` (their
 * number), and `changes`, an array of objects with `setting`, `requested`,
 * `effective` and `origin`. Error kinds: POLICY and INVALID_ARGUMENT, as that
 * would give them for these; nothing is audited. */
AIRLOCK_API airlock_status airlock_runtime_explain(
    const airlock_runtime* runtime, const airlock_wrap_options* options,
    airlock_buffer* json, airlock_error** error);

/* ---- Contexts: one set of choices for many sockets, with callbacks ----- */

/* A key and the chain that goes with it, as in airlock_wrap_options. */
typedef struct airlock_credentials {
  size_t struct_size;
  airlock_bytes keyfile;
  airlock_bytes certfile;
  airlock_bytes password;
  /* In place of `password`, asked within airlock_context_new where the key is
   * encrypted: AIRLOCK_OK, with *size bytes of the `room` put into `into`; else
   * there is none (CREDENTIALS). */
  airlock_status (*ask_password)(void* user, char* into, size_t room,
                                 size_t* size);
  void* user; /* Given to both callbacks. */
  /* In place of a private key, which is elsewhere, such as in a security
   * module: puts *size bytes, of the `room` there is, into `into`, the
   * signature of `input`, which is not hashed yet, by `algorithm`, a
   * SignatureScheme (RFC 8446, section 4.2.3) that fits the certificate's key.
   * AIRLOCK_OK, or AIRLOCK_WANT_CALLBACK; else the handshake fails (CALLBACK).
   * Called within handshakes, by several threads at once where they shake hands
   * at once; see airlock_socket_current. RSA's key exchange of TLS 1.2, which
   * decrypts with the key, fails. */
  airlock_status (*sign)(void* user, uint16_t algorithm, airlock_bytes input,
                         void* into, size_t room, size_t* size);
  /* Called once, when no context and no socket needs `user` any more, or
   * airlock_context_new fails; but not where this struct, the list of them, or
   * the struct with that list is refused for its size. */
  void (*release)(void* user);
} airlock_credentials;

typedef struct airlock_message {
  size_t struct_size;
  int32_t sent;         /* 1: sent, 0: received. */
  int32_t content_type; /* RFC 8446's ContentType; 256: a record's header. */
  uint16_t version;     /* The number in the record or message. */
  uint16_t reserved[3];
  airlock_bytes bytes;
} airlock_message;

/* security_level: OpenSSL's 0. 0 itself is the default, and no number that
 * stands for a default elsewhere, such as -1, is taken for less security. */
enum { AIRLOCK_SECURITY_LEVEL_0 = 128 };

/* disabled_versions, to be joined with |. */
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
  char identity[128]; /* A client's; no NUL inside. */
  uint8_t key[256];
} airlock_psk;

/* As in airlock_wrap_options, where nothing else is said.
 *
 * Answers that come later: `sni`, `verify`, `psk_client`, `psk_server` and a
 * key's `sign` may give AIRLOCK_WANT_CALLBACK; what else they gave is ignored.
 * The call of the socket that they run in then gives AIRLOCK_WANT_CALLBACK, at
 * once, also where the socket waits for its transport. When the host has the
 * answer, it makes that call again, on any thread. The callback is called again
 * with the same content, and gives the answer, or AIRLOCK_WANT_CALLBACK again:
 * a call that comes early does no harm. Until then the host keeps the answer,
 * where airlock_socket_user leads, for example, and under a lock if another
 * thread brings it. What a callback has answered is final; it is not called
 * again. The time counts for deadline_ms, not for timeout_ms. The socket may be
 * freed while an answer is outstanding; the callback is then not called any
 * more. */
typedef struct airlock_context_options {
  size_t struct_size;
  int32_t server_side;
  int32_t cert_reqs;
  int32_t ssl_version;
  int32_t check_hostname;
  uint16_t minimum_version;
  uint16_t maximum_version;
  uint32_t disabled_versions; /* AIRLOCK_NO_TLS_*: OP_NO_*, in Python. */
  uint32_t verify_flags;
  /* How many certificates may lie between leaf and anchor; 0: 100; or
   * AIRLOCK_ZERO. */
  int32_t verify_depth;
  /* OpenSSL's, 1 to 5 or AIRLOCK_SECURITY_LEVEL_0; 0: 2, or as `ciphers` says.
   */
  int32_t security_level;
  /* YES: as Python 2.7; never under `enforce`. UNSET: no. */
  int32_t common_name_fallback;
  int32_t alpn_required; /* YES: a server refuses those who share none. */
  /* UNSET: yes; a server's own order takes precedence over the client's. */
  int32_t cipher_server_preference;
  airlock_bytes ca_certs;
  airlock_bytes cadata;
  airlock_bytes ciphers;
  airlock_bytes groups; /* "X25519:P-256". */
  /* Where it is for one host only: the policy's exceptions for that host hold,
   * and sockets of this context must have this server_hostname. */
  airlock_bytes server_hostname;
  airlock_bytes call_site;
  /* Several. A server's are each of another type of key: the first that the
   * client can use. A client's: the first that the server can use and whose
   * chain has an issuer among the CAs that the server names (RFC 8446, section
   * 4.2.4); if there is none, the first that the server can use. */
  const airlock_credentials* const* credentials;
  size_t credentials_count;
  const airlock_bytes* alpn_protocols;
  size_t alpn_protocols_count;
  /* The same by NPN, the draft before ALPN, TLS 1.2 and below. */
  const airlock_bytes* npn_protocols;
  size_t npn_protocols_count;
  /* SHA-256 hashes of SubjectPublicKeyInfos (RFC 7469). One of a verified
   * chain's keys must be among them, beside all else that is verified. */
  const airlock_bytes* pins;
  size_t pins_count;
  /* What a server staples: an OCSP response (RFC 6066) in DER and a
   * SignedCertificateTimestampList (RFC 6962). */
  airlock_bytes ocsp_response;
  airlock_bytes sct_list;
  /* YES: a client asks for them; see airlock_connection_info. UNSET: no. */
  int32_t request_ocsp;
  int32_t request_sct;
  int32_t session_tickets; /* UNSET: yes. */
  /* How many TLS 1.3 tickets a server sends, to 16; 0: 2; or AIRLOCK_ZERO. */
  int32_t num_tickets;
  int64_t session_cache_size; /* Sessions; 0: 20480; or AIRLOCK_ZERO. */
  int64_t session_timeout_s;  /* To 604800, seven days; 0: two hours. */
  /* A server's keys of tickets (RFC 5077), 48 bytes each: name, HMAC key and
   * AES key. Equal on all machines, a session resumes on any. The first
   * encrypts, all decrypt; to rotate, make a context with a new one in front.
   * None: the context's own, rotated every two days. */
  const airlock_bytes* ticket_keys;
  size_t ticket_keys_count;
  /* Sessions are resumed between contexts of equal value only (a server's; 32
   * bytes at the most). */
  airlock_bytes session_id_context;
  airlock_bytes psk_identity_hint; /* Of a server; 128 bytes at the most. */

  /* Given to all that follows. */
  void* user;
  /* A server's choice by the name in a ClientHello (data NULL: it sent none).
   * AIRLOCK_OK: go on; with *context, where set, which is borrowed, and must be
   * a server's. AIRLOCK_WANT_CALLBACK: later. Else: refuse, with *alert, which
   * is 112 (unrecognized_name) unless set. */
  airlock_status (*sni)(void* user, airlock_socket* socket,
                        airlock_bytes server_name, airlock_context** context,
                        uint8_t* alert);
  /* A server's choice in place of alpn_protocols, for clients that offer any:
   * AIRLOCK_OK, with *chosen the index of one offered; AIRLOCK_NONE: without
   * any, unless alpn_required; else: refuse. It has no way to answer later. */
  airlock_status (*alpn)(void* user, airlock_socket* socket,
                         const airlock_bytes* offered, size_t offered_count,
                         size_t* chosen);
  /* Called after all else has been verified, the name too, with the chain as
   * the peer sent it and as it leads to its anchor, both leaf first; borrowed
   * for the time of the call. AIRLOCK_OK: go on; AIRLOCK_WANT_CALLBACK: later;
   * else: refuse (VERIFICATION, verify_code 50). It and `pins` are
   * INVALID_ARGUMENT where the context verifies nobody, and where a PSK
   * callback is in use. */
  airlock_status (*verify)(void* user, airlock_socket* socket,
                           const airlock_certificate* const* presented,
                           size_t presented_count,
                           const airlock_certificate* const* verified,
                           size_t verified_count);
  /* A client's answer to the server's hint (or empty), and a server's to the
   * client's identity: AIRLOCK_OK, with *psk filled in; AIRLOCK_WANT_CALLBACK:
   * later; else: there is none, and the handshake fails. psk_client is POLICY
   * under `enforce`: a key in common stands for the certificate, which is then
   * not verified. */
  airlock_status (*psk_client)(void* user, airlock_socket* socket,
                               airlock_bytes hint, airlock_psk* psk);
  airlock_status (*psk_server)(void* user, airlock_socket* socket,
                               airlock_bytes identity, airlock_psk* psk);
  /* Gets each line of an SSLKEYLOGFILE, without newline. Whoever has them reads
   * the traffic; the policy may forbid it (POLICY). */
  void (*keylog)(void* user, airlock_socket* socket, airlock_bytes line);
  /* Gets each TLS message and record header. */
  void (*message)(void* user, airlock_socket* socket,
                  const airlock_message* message);
  /* Called once for each socket made with this context whose handshake ended;
   * `error` (borrowed) says why it failed, NULL that it did not. */
  void (*handshake_ended)(void* user, airlock_socket* socket,
                          const airlock_error* error);
  /* Gets each session that a server gives a client, for a cache of the host's:
   * with TLS 1.3 several, as data is read. A new handle, the callback's to
   * free. */
  void (*new_session)(void* user, airlock_socket* socket,
                      airlock_session* session);
  /* Called once, when nothing uses `user` any more: context and sockets are
   * freed, or airlock_context_new fails; but not where struct_size, or what is
   * beyond the struct that is known, is refused. */
  void (*release)(void* user);
  /* How often a server of TLS 1.2 or below may ask a client for another
   * handshake (RFC 5246, section 7.4.1.1); one more is an error of kind
   * PROTOCOL. It takes place inside airlock_socket_read, and the server must
   * present the same certificate as before. A server refuses a client's wish
   * always. */
  int32_t max_renegotiations;
  int32_t reserved;
} airlock_context_options;

/* Makes a context. Error kinds: POLICY, CREDENTIALS, TRUST_STORE,
 * INVALID_ARGUMENT. */
AIRLOCK_API airlock_status airlock_context_new(
    airlock_runtime* runtime, const airlock_context_options* options,
    airlock_context** context, airlock_error** error);
AIRLOCK_API void airlock_context_free(airlock_context* context);

/* What it came to, with the policy's part in it. All of it can be copied into
 * airlock_context_options and means the same there. */
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

/* The cipher suites that are on, by preference, as a JSON array of objects with
 * `id`, `name`, `standard_name`, `protocol`, `strength_bits`, `alg_bits`,
 * `aead`, `symmetric`, `digest`, `kea` and `auth`. */
AIRLOCK_API airlock_status
airlock_context_ciphers_json(const airlock_context* context,
                             airlock_buffer* json, airlock_error** error);

/* One of the CA certificates that the context trusts, a new handle.
 * AIRLOCK_NONE past the end. */
AIRLOCK_API airlock_status airlock_context_ca_certificate(
    const airlock_context* context, size_t index,
    airlock_certificate** certificate, airlock_error** error);

/* As SSLContext.session_stats() counts, since the context was made. */
typedef struct airlock_session_statistics {
  size_t struct_size;
  uint64_t number;       /* Sessions in the cache. */
  uint64_t connect;      /* A client's handshakes begun, */
  uint64_t connect_good; /* and finished. */
  uint64_t accept;       /* A server's. */
  uint64_t accept_good;
  uint64_t hits;   /* That resumed a session. */
  uint64_t misses; /* A server's, where the client offered one in vain. */
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
} airlock_socket_options;

/* Makes a TLS socket; nothing is sent yet. Error kinds:
 * INVALID_ARGUMENT, CREDENTIALS, POLICY. */
AIRLOCK_API airlock_status airlock_context_wrap_socket(
    airlock_context* context, const airlock_transport* transport,
    const airlock_socket_options* options, airlock_socket** socket,
    airlock_error** error);

/* Frees a socket, without a word to its peer: that is airlock_socket_shutdown.
 * From within a callback of its own, once the call that this is in is over. */
AIRLOCK_API void airlock_socket_free(airlock_socket* socket);

/* A pointer of the host's own, which the library does not look at: what the
 * options had, or was set since. For callbacks, which get the socket; so both
 * may be called from within them. */
AIRLOCK_API airlock_status airlock_socket_user(const airlock_socket* socket,
                                               void** user,
                                               airlock_error** error);
AIRLOCK_API airlock_status airlock_socket_set_user(airlock_socket* socket,
                                                   void* user,
                                                   airlock_error** error);

/* The socket whose call this thread is in, from within a callback; else NULL.
 * For callbacks that do not get it as an argument, such as a key's sign. */
AIRLOCK_API airlock_socket* airlock_socket_current(void);

/* Replace the socket's context by another of the same side, and the session to
 * resume (a client's): before the handshake begins, else INVALID_ARGUMENT. */
AIRLOCK_API airlock_status airlock_socket_set_context(airlock_socket* socket,
                                                      airlock_context* context,
                                                      airlock_error** error);
AIRLOCK_API airlock_status airlock_socket_set_session(
    airlock_socket* socket, const airlock_session* session,
    airlock_error** error);

/* The next six answer AIRLOCK_OK, AIRLOCK_WANT_READ, AIRLOCK_WANT_WRITE,
 * AIRLOCK_WANT_CALLBACK (see airlock_context_options; until the handshake is
 * done), or an error, after which each of them gives the same again (but of
 * kind TIMEOUT: repeat the call). From within a callback of the socket's own
 * they are errors (INVALID_ARGUMENT). */

/* Shakes hands, verifying the peer's chain and name. Again AIRLOCK_OK once it
 * is done. Error kinds: VERIFICATION, HOSTNAME, PEER_ALERT, PROTOCOL,
 * UNEXPECTED_EOF, TRANSPORT, TIMEOUT, CALLBACK. */
AIRLOCK_API airlock_status airlock_socket_handshake(airlock_socket* socket,
                                                    airlock_error** error);

/* Reads 1 to `size` bytes (0 where `size` is), shaking hands first. *done is
 * how many, and 0 unless AIRLOCK_OK. AIRLOCK_CLOSED: the peer sent its
 * close_notify. AIRLOCK_WANT_WRITE may come, too. */
AIRLOCK_API airlock_status airlock_socket_read(airlock_socket* socket,
                                               void* into, size_t size,
                                               size_t* done,
                                               airlock_error** error);

/* Writes 1 to `size` bytes, shaking hands first. After AIRLOCK_WANT_* the next
 * call must begin with the same bytes, wherever they lie. */
AIRLOCK_API airlock_status airlock_socket_write(airlock_socket* socket,
                                                const void* from, size_t size,
                                                size_t* done,
                                                airlock_error** error);

/* The same of several pieces, one after the other, as writev(2): up to 16384
 * bytes of them, as one record. *done may end within a piece. */
AIRLOCK_API airlock_status airlock_socket_writev(airlock_socket* socket,
                                                 const airlock_bytes* pieces,
                                                 size_t count, size_t* done,
                                                 airlock_error** error);

/* Sends close_notify: no writing from here on, but reading. */
AIRLOCK_API airlock_status airlock_socket_shutdown(airlock_socket* socket,
                                                   airlock_error** error);

/* The same, then waits for the peer's. After AIRLOCK_OK what flows over the
 * transport is no longer TLS; free the socket. */
AIRLOCK_API airlock_status airlock_socket_unwrap(airlock_socket* socket,
                                                 airlock_error** error);

/* Gives the transport back, as after airlock_socket_unwrap: *fd is the
 * descriptor, the caller's to close even where it was owned; or -1 where the
 * transport is callbacks, which are released. The socket is of no further use
 * but for queries. CLOSED where that was done before; INVALID_ARGUMENT from
 * within a callback. */
AIRLOCK_API airlock_status airlock_socket_release_transport(
    airlock_socket* socket, int32_t* fd, airlock_error** error);

/* How many decrypted bytes a read gives without touching the transport. */
AIRLOCK_API airlock_status airlock_socket_pending(const airlock_socket* socket,
                                                  size_t* pending,
                                                  airlock_error** error);

/* As airlock_transport.timeout_ms, from now on. INVALID_ARGUMENT where the
 * transport is callbacks. */
AIRLOCK_API airlock_status airlock_socket_set_timeout(airlock_socket* socket,
                                                      int64_t timeout_ms,
                                                      airlock_error** error);

/* When all reading and writing ends, as airlock_transport.deadline_ms.
 * INVALID_ARGUMENT where the transport is callbacks. */
AIRLOCK_API airlock_status airlock_socket_set_deadline(airlock_socket* socket,
                                                       int64_t deadline_ms,
                                                       airlock_error** error);

/* What a socket has done so far. */
typedef struct airlock_socket_statistics {
  size_t struct_size;
  uint64_t bytes_read; /* The application's, decrypted. */
  uint64_t bytes_written;
  uint64_t transport_bytes_read; /* The transport's, handshake included. */
  uint64_t transport_bytes_written;
  /* From the begin of the first call that shook hands, airlock_wrap_socket
   * among them, to the end of the handshake, in microseconds; 0 before that
   * end. */
  uint64_t handshake_us;
} airlock_socket_statistics;

AIRLOCK_API airlock_status airlock_socket_statistics_get(
    const airlock_socket* socket, airlock_socket_statistics* out,
    airlock_error** error);

/* What a finished handshake agreed on. The bytes live until the next call of
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
  airlock_bytes cipher_protocol; /* The first version that has it: "TLSv1.2". */
  airlock_bytes npn;             /* Or empty. */
  /* What the server stapled, as airlock_context_options; not verified. */
  airlock_bytes ocsp_response;
  airlock_bytes sct_list;
} airlock_connection_info;

/* AIRLOCK_NONE before the handshake is done. */
AIRLOCK_API airlock_status airlock_socket_info(airlock_socket* socket,
                                               airlock_connection_info* out,
                                               airlock_error** error);

/* The suites that client and server have in common, by the client's order, as
 * airlock_context_ciphers_json; a server's answer only, else an empty array. */
AIRLOCK_API airlock_status airlock_socket_shared_ciphers_json(
    const airlock_socket* socket, airlock_buffer* json, airlock_error** error);

/* The peer's certificate, a new handle; it may be unverified (peer_verified).
 * AIRLOCK_NONE where the peer gave none. */
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

/* airlock_certificate_match_hostname, on the peer's; HOSTNAME also where there
 * is none. */
AIRLOCK_API airlock_status airlock_socket_match_hostname(
    const airlock_socket* socket, airlock_bytes host, airlock_error** error);

/* The session for a later socket to resume, a new handle; AIRLOCK_NONE before
 * there is one: with TLS 1.3 it comes as data is read. */
AIRLOCK_API airlock_status airlock_socket_session(const airlock_socket* socket,
                                                  airlock_session** session,
                                                  airlock_error** error);

enum {
  AIRLOCK_BINDING_TLS_UNIQUE = 1,           /* RFC 5929 */
  AIRLOCK_BINDING_TLS_SERVER_END_POINT = 2, /* RFC 5929 */
  AIRLOCK_BINDING_TLS_EXPORTER = 3          /* RFC 9266 */
};

/* INVALID_ARGUMENT where the connection has none of that kind. */
AIRLOCK_API airlock_status
airlock_socket_channel_binding(const airlock_socket* socket, int32_t binding,
                               airlock_buffer* bytes, airlock_error** error);

/* Keying material (RFC 8446, section 7.5), `size` bytes: 65535 at the most, and
 * with TLS 1.3 255 times the size of the cipher's hash (8160 for SHA-256, 12240
 * for SHA-384; RFC 5869). More is INVALID_ARGUMENT. A context that is not given
 * differs from an empty one. */
AIRLOCK_API airlock_status airlock_socket_export_keying_material(
    const airlock_socket* socket, airlock_bytes label, airlock_bytes context,
    size_t size, airlock_buffer* bytes, airlock_error** error);

/* ---- Certificates ------------------------------------------------------ */

/* One certificate, from DER or (the first in it) PEM. Error kind:
 * INVALID_ARGUMENT. */
AIRLOCK_API airlock_status airlock_certificate_new(
    airlock_bytes der_or_pem, airlock_certificate** certificate,
    airlock_error** error);
AIRLOCK_API void airlock_certificate_free(airlock_certificate* certificate);

/* Lives as long as `certificate` does. */
AIRLOCK_API airlock_status
airlock_certificate_der(const airlock_certificate* certificate,
                        airlock_bytes* der, airlock_error** error);

/* With a final newline. */
AIRLOCK_API airlock_status
airlock_certificate_pem(const airlock_certificate* certificate,
                        airlock_buffer* pem, airlock_error** error);

/* What it says, in ASCII: an object as Python's SSLSocket.getpeercert() gives
 * it, with arrays for tuples. To show, not to match names with: a byte that is
 * no UTF-8 comes as U+FFFD. INVALID_ARGUMENT where it is malformed. */
AIRLOCK_API airlock_status
airlock_certificate_json(const airlock_certificate* certificate,
                         airlock_buffer* json, airlock_error** error);

/* The text of `openssl x509 -text`, for people. */
AIRLOCK_API airlock_status
airlock_certificate_text(const airlock_certificate* certificate,
                         airlock_buffer* text, airlock_error** error);

/* The SHA-256 hash of the DER, or of the SubjectPublicKeyInfo (what a pin
 * names, RFC 7469): 32 bytes. */
AIRLOCK_API airlock_status
airlock_certificate_sha256(const airlock_certificate* certificate,
                           uint8_t out[32], airlock_error** error);
AIRLOCK_API airlock_status
airlock_certificate_spki_sha256(const airlock_certificate* certificate,
                                uint8_t out[32], airlock_error** error);

/* AIRLOCK_OK where the certificate carries the name or IP address (RFC 9525);
 * else an error of kind HOSTNAME that says which it does carry;
 * INVALID_ARGUMENT where `host` is no name. */
AIRLOCK_API airlock_status
airlock_certificate_match_hostname(const airlock_certificate* certificate,
                                   airlock_bytes host, airlock_error** error);

/* ---- Sessions ---------------------------------------------------------- */

/* Restores what airlock_session_serialize gave. Error kind:
 * INVALID_ARGUMENT. */
AIRLOCK_API airlock_status airlock_session_new(airlock_bytes serialized,
                                               airlock_session** session,
                                               airlock_error** error);
AIRLOCK_API void airlock_session_free(airlock_session* session);

/* As secret as a key: whoever has it can be the client. */
AIRLOCK_API airlock_status
airlock_session_serialize(const airlock_session* session,
                          airlock_buffer* serialized, airlock_error** error);

typedef struct airlock_session_info {
  size_t struct_size;
  int32_t has_ticket; /* 0 or 1. */
  int32_t reserved;
  int64_t time_s;    /* When it was made, in seconds since the Unix epoch. */
  int64_t timeout_s; /* For how long it holds. */
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
