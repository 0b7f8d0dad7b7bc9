// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// GnuTLS of the system, in a program of its own.

#include <gnutls/gnutls.h>

#include <cerrno>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "tests/bench/worker.h"

namespace airlock::bench {
namespace {

// Ends the program if `result` is an error.
int Checked(int result) {
  Require(result >= 0, gnutls_strerror(result));
  return result;
}

struct FreeCredentials {
  void operator()(gnutls_certificate_credentials_t value) const {
    gnutls_certificate_free_credentials(value);
  }
};
using CredentialsPtr =
    std::unique_ptr<std::remove_pointer_t<gnutls_certificate_credentials_t>,
                    FreeCredentials>;
struct FreePriority {
  void operator()(gnutls_priority_t value) const {
    gnutls_priority_deinit(value);
  }
};
using PriorityPtr =
    std::unique_ptr<std::remove_pointer_t<gnutls_priority_t>, FreePriority>;
struct FreeSession {
  void operator()(gnutls_session_t value) const { gnutls_deinit(value); }
};
using SessionPtr =
    std::unique_ptr<std::remove_pointer_t<gnutls_session_t>, FreeSession>;

CredentialsPtr NewCredentials() {
  gnutls_certificate_credentials_t made = nullptr;
  Checked(gnutls_certificate_allocate_credentials(&made));
  return CredentialsPtr(made);
}

// What BoringSSL negotiates.
std::string PriorityOf(const Setting& setting) {
  const bool chacha = setting.cipher.find("CHACHA20") != std::string::npos;
  return std::string("NORMAL:-VERS-ALL:+VERS-TLS1.") +
         (setting.version == 0x0304 ? "3" : "2") + ":-CIPHER-ALL:+" +
         (chacha ? "CHACHA20-POLY1305" : "AES-128-GCM") +
         ":-GROUP-ALL:+GROUP-X25519:+GROUP-SECP256R1";
}

class GnutlsEndpoint : public Endpoint {
 public:
  GnutlsEndpoint(unsigned flags, gnutls_priority_t priority,
                 gnutls_certificate_credentials_t credentials, BytePipe* in,
                 BytePipe* out)
      : in_(in), out_(out) {
    gnutls_session_t made = nullptr;
    Checked(gnutls_init(&made, flags | GNUTLS_NONBLOCK));
    session_.reset(made);
    Checked(gnutls_priority_set(made, priority));
    Checked(gnutls_credentials_set(made, GNUTLS_CRD_CERTIFICATE, credentials));
    gnutls_transport_set_ptr(made, this);
    gnutls_transport_set_pull_function(made, Pull);
    gnutls_transport_set_push_function(made, Push);
  }

  bool Handshake() override {
    const int result = gnutls_handshake(session());
    if (result == GNUTLS_E_AGAIN || result == GNUTLS_E_INTERRUPTED) {
      return false;
    }
    Checked(result);
    return true;
  }

  size_t Read(uint8_t* into, size_t size) override {
    // A ticket in the way is also "again".
    while (true) {
      const ssize_t result = gnutls_record_recv(session(), into, size);
      if (result != GNUTLS_E_AGAIN && result != GNUTLS_E_INTERRUPTED) {
        return static_cast<size_t>(Checked(static_cast<int>(result)));
      }
      if (in_->empty()) return 0;
    }
  }

  size_t Write(const uint8_t* from, size_t size) override {
    return static_cast<size_t>(
        Checked(static_cast<int>(gnutls_record_send(session(), from, size))));
  }

  gnutls_session_t session() const { return session_.get(); }

 private:
  static ssize_t Pull(gnutls_transport_ptr_t self, void* into, size_t size) {
    const size_t moved = static_cast<GnutlsEndpoint*>(self)->in_->Read(
        static_cast<uint8_t*>(into), size);
    if (moved > 0) return static_cast<ssize_t>(moved);
    errno = EAGAIN;
    return -1;
  }

  static ssize_t Push(gnutls_transport_ptr_t self, const void* from,
                      size_t size) {
    static_cast<GnutlsEndpoint*>(self)->out_->Write(
        static_cast<const uint8_t*>(from), size);
    return static_cast<ssize_t>(size);
  }

  BytePipe* const in_;
  BytePipe* const out_;
  SessionPtr session_;
};

class GnutlsContestant : public Contestant {
 public:
  explicit GnutlsContestant(const Setting& setting)
      : setting_(setting),
        client_(NewClientCredentials()),
        server_(NewServerCredentials(setting.chain, setting.key)) {
    gnutls_priority_t made = nullptr;
    Checked(gnutls_priority_init(&made, PriorityOf(setting).c_str(), nullptr));
    priority_.reset(made);
    Checked(gnutls_session_ticket_key_generate(&ticket_key_));
  }

  ~GnutlsContestant() override {
    gnutls_free(ticket_key_.data);
    gnutls_free(kept_session_.data);
  }

  std::unique_ptr<Endpoint> Client(Wire* wire, bool resume) override {
    auto end = std::make_unique<GnutlsEndpoint>(GNUTLS_CLIENT, priority_.get(),
                                                client_.get(), &wire->to_client,
                                                &wire->to_server);
    const std::string& host = setting_.host;
    Checked(gnutls_server_name_set(end->session(), GNUTLS_NAME_DNS, host.data(),
                                   host.size()));
    gnutls_session_set_verify_cert(end->session(), host.c_str(), 0);
    if (resume) {
      Checked(gnutls_session_set_data(end->session(), kept_session_.data,
                                      kept_session_.size));
    }
    return end;
  }

  std::unique_ptr<Endpoint> Server(Wire* wire) override {
    return ServerOf(server_.get(), wire);
  }

  std::unique_ptr<Endpoint> ServerWith(Wire* wire, const std::string& chain,
                                       const std::string& key) override {
    // A session uses them without keeping them alive.
    others_ = NewServerCredentials(chain, key);
    return ServerOf(others_.get(), wire);
  }

  void KeepSession(Endpoint* client) override {
    gnutls_free(kept_session_.data);
    kept_session_ = {};
    Checked(gnutls_session_get_data2(
        static_cast<GnutlsEndpoint*>(client)->session(), &kept_session_));
  }

  bool Resumed(Endpoint* client) override {
    return gnutls_session_is_resumed(
               static_cast<GnutlsEndpoint*>(client)->session()) != 0;
  }

  void MakeContext(bool keep) override {
    CredentialsPtr made = NewClientCredentials();
    if (keep) kept_.push_back(std::move(made));
  }

 private:
  std::unique_ptr<Endpoint> ServerOf(
      gnutls_certificate_credentials_t credentials, Wire* wire) {
    auto end = std::make_unique<GnutlsEndpoint>(GNUTLS_SERVER, priority_.get(),
                                                credentials, &wire->to_server,
                                                &wire->to_client);
    Checked(gnutls_session_ticket_enable_server(end->session(), &ticket_key_));
    return end;
  }

  CredentialsPtr NewClientCredentials() const {
    CredentialsPtr made = NewCredentials();
    Checked(gnutls_certificate_set_x509_trust_file(
        made.get(), setting_.bundle_path.c_str(), GNUTLS_X509_FMT_PEM));
    return made;
  }

  static CredentialsPtr NewServerCredentials(std::string chain,
                                             std::string key) {
    CredentialsPtr made = NewCredentials();
    const auto datum = [](std::string* text) {
      return gnutls_datum_t{reinterpret_cast<unsigned char*>(&(*text)[0]),
                            static_cast<unsigned>(text->size())};
    };
    const gnutls_datum_t chain_datum = datum(&chain);
    const gnutls_datum_t key_datum = datum(&key);
    Checked(gnutls_certificate_set_x509_key_mem(
        made.get(), &chain_datum, &key_datum, GNUTLS_X509_FMT_PEM));
    return made;
  }

  const Setting setting_;
  const CredentialsPtr client_;
  const CredentialsPtr server_;
  CredentialsPtr others_;
  PriorityPtr priority_;
  gnutls_datum_t ticket_key_ = {};
  gnutls_datum_t kept_session_ = {};
  std::vector<CredentialsPtr> kept_;
};

}  // namespace
}  // namespace airlock::bench

int main(int argc, char** argv) {
  using namespace airlock::bench;
  return WorkerMain(argc, argv,
                    {{"gnutls", [](const Setting& setting) {
                        return std::make_unique<GnutlsContestant>(setting);
                      }}});
}
