// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The type _ssl._SSLContext: mutable settings, from which immutable
// ssl::Contexts are made when a socket is wrapped.
#ifndef AIRLOCK_PLATFORM_PYTHON_CONTEXT_H_
#define AIRLOCK_PLATFORM_PYTHON_CONTEXT_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "platform/credentials/credential_files.h"
#include "platform/python/constants.h"
#include "platform/python/key_log.h"
#include "platform/python/module_state.h"
#include "platform/python/python_compat.h"
#include "platform/python/tickets.h"
#include "platform/python/trusted.h"
#include "ssl/context.h"
#include "ssl/credentials.h"
#include "ssl/ech.h"
#include "ssl/options.h"
#include "ssl/spiffe_peers.h"
#include "ssl/ticket_keyring.h"
#include "ssl/trust_source.h"
#include "ssl/trust_store.h"

namespace airlock::python {

// Guarded by the GIL, and by an ObjectLock on it.
struct ContextObject {
  ContextObject(StatePtr state_in, int protocol_in);

  StatePtr state;
  const int protocol;
  uint64_t options =
      kOpDefault | (IgnoresEofByDefault() ? kOpIgnoreUnexpectedEof : 0);
  // Whether OP_IGNORE_UNEXPECTED_EOF is among them although the application did
  // not ask for it. Then it has no effect.
  bool eof_option_unasked = IgnoresEofByDefault();
  int verify_mode = kCertNone;
  bool verify_mode_chosen = false;  // By the application,
  // or, if it is CERT_NONE, by a library without the application's request.
  bool cert_none_unstated = false;
  bool check_hostname = false;
  bool check_hostname_chosen = false;
  // Made by ssl._create_unverified_context, whose name asks for CERT_NONE:
  // since Python 3.7 it also sets it explicitly.
  bool unverified_by_name = false;
  unsigned host_flags = kHostflagNoPartialWildcards;
  unsigned long verify_flags = kVerifyTrustedFirst;
  bool partial_chain_chosen = false;  // By the application.
  int minimum_version = kDefaultMinimum;
  int maximum_version = kMaximumSupported;
  int num_tickets = 2;
  bool post_handshake_auth = false;  // Stored only: BoringSSL has none.
  std::string ciphers;
  std::string groups;
  // SignatureSchemes of the client's handshake signature and of the server's;
  // empty: the default, or for a client's what is set for a server's.
  std::vector<uint16_t> client_sigalgs;
  std::vector<uint16_t> server_sigalgs;
  std::vector<std::shared_ptr<const ssl::Credentials>> credentials;
  // In place of `credentials`; or null.
  std::shared_ptr<platform::CredentialFiles> live;
  // Which SPIFFE IDs the peer may have, in place of a name; or null.
  std::shared_ptr<const ssl::SpiffePeers> spiffe;
  // Encrypted Client Hello: a client's, and a server's; or null.
  std::shared_ptr<const ssl::EchConfigs> ech_configs;
  std::shared_ptr<const ssl::EchKeys> ech_keys;
  bool ech_grease = false;
  // Ticket keys that other contexts use, too; or null.
  std::shared_ptr<SharedTickets> tickets;
  Trusted trusted;
  // The path of a bundle that is live, which `trusted` had first; or empty.
  std::string live_cas;
  // What the last Context with it had; or null.
  std::shared_ptr<ssl::TrustSource> live_bundle;
  std::vector<std::string> alpn;
  std::vector<std::string> npn;
  std::string psk_hint;

  // Of its sockets: a client's ssl::Context may serve other contexts, too.
  const std::shared_ptr<ssl::SessionCounters> counters =
      std::make_shared<ssl::SessionCounters>();

  PyRef sni_callback;
  PyRef message_callback;
  PyRef psk_client_callback;
  PyRef psk_server_callback;
  PyRef keylog_filename;
  std::shared_ptr<KeyLog> keylog;

  // The Context for connections of `side`, made again if anything has changed.
  // `hostname` is the client's target, if any: the policy may grant exceptions
  // for it. `first`: the options of the Context that a server's connection
  // began with, if its sni callback chooses this one. What these demand of the
  // client is demanded here, too.
  absl::StatusOr<std::shared_ptr<const ssl::Context>> Freeze(
      ssl::Side side, const std::string& hostname,
      const ssl::ContextOptions* first = nullptr);

  // The choices so far, before policy, trust store and callbacks: for questions
  // about ciphers and groups. Allows every version, since between two setters
  // the range of versions may be empty.
  ssl::ContextOptions Basics() const;

  // Must be called after every change.
  void Changed();

  ssl::SessionStatistics Statistics() const;

  int Traverse(visitproc visit, void* arg);
  void Clear();

 private:
  // A Context with what the policy's decision depended on.
  struct Frozen {
    ssl::Side side;
    std::string rules;
    std::shared_ptr<const ssl::Context> context;
  };

  platform::ContextRequest Request(const config::VerificationPolicy& policy,
                                   ssl::Side side,
                                   const std::string& hostname) const;
  void AddVersions(ssl::Verification* verification) const;
  void AddSigalgs(ssl::Side side, ssl::ContextOptions* result) const;
  std::vector<std::shared_ptr<const ssl::Credentials>> CompleteChains(
      const ssl::TrustStore* store) const;
  // A server's; changes to the context keep it.
  std::shared_ptr<ssl::TicketKeyring> TicketKeyring(absl::Time now);

  // Counts the calls of Changed().
  uint64_t changes_ = 0;
  // One for each side and for each exception that was used.
  std::vector<Frozen> frozen_;
  std::shared_ptr<ssl::TicketKeyring> ticket_keyring_;  // Null until needed.
};

inline ContextObject& ContextOf(PyObject* self) {
  return Unbox<ContextObject>(self);
}

// OpenSSL's name of the first version that has the cipher suite, as in cipher()
// and get_ciphers().
const char* OpensslVersion(const ssl::CipherInfo& info);

int AddContextType(PyObject* module, const StatePtr& state);

// The parts of the type, one file each.
PyGetSetDef* ContextProperties();                        // context_options.cc
PyObject* LoadCertChain(PyObject* self, PyObject* args,  // context_load.cc
                        PyObject* kwargs);
// The key that a reference "airlock-key:NAME" names; unset for anything else.
std::optional<std::string> KeyReferenceOf(PyObject* value);
PyObject* WatchCertChain(PyObject* self, PyObject* args,  // context_watch.cc
                         PyObject* kwargs);
PyObject* RefreshCertChain(PyObject* self, PyObject* unused);
PyObject* WatchedCertChain(PyObject* self, PyObject* unused);
PyObject* WatchCas(PyObject* self, PyObject* cafile);
PyObject* WatchedCas(PyObject* self, PyObject* unused);
PyObject* SetSpiffe(PyObject* self, PyObject* args);  // context_spiffe.cc
PyObject* LoadVerifyLocations(PyObject* self, PyObject* args, PyObject* kwargs);
PyObject* LoadDhParams(PyObject* self, PyObject* path);
PyObject* SetDefaultVerifyPaths(PyObject* self, PyObject* unused);

// Installs the callbacks into Python; see context_callbacks.cc.
void InstallCallbacks(const ContextObject& context,
                      ssl::ContextOptions* options);

}  // namespace airlock::python

#endif  // AIRLOCK_PLATFORM_PYTHON_CONTEXT_H_
