// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// An HTTPS server on event loops, which shows each client its connection. With
// --ca, clients must present a certificate of that CA. SIGHUP forgets all
// sessions; SIGINT and SIGTERM end it.
#include <pthread.h>

#include <csignal>
#include <cstdint>
#include <iostream>
#include <memory>
#include <thread>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "examples/cpp/https/program.h"
#include "platform/http/server/server.h"
#include "platform/tcp.h"
#include "ssl/credentials.h"

namespace {

namespace http = airlock::http;
namespace platform = airlock::platform;
namespace ssl = airlock::ssl;

class Viewer : public http::Handler {
 public:
  std::unique_ptr<http::BodySink> OnRequest(
      const http::ServerRequest& request, http::ServerConnection& connection,
      std::shared_ptr<http::Responder> responder) override {
    const auto info = connection.socket().info();
    const auto client = connection.socket().peer_certificate();
    responder->Respond(http::TextResponse(
        200, absl::StrCat(request.method, " ", request.target, "\n",
                          ssl::TlsVersionName(info->version), ", ",
                          info->cipher.name,
                          info->session_reused ? ", resumed" : ", not resumed",
                          "\nClient certificate: ",
                          client.has_value() ? client->subject() : "none")));
    return nullptr;  // Bodies are dropped.
  }
};

absl::StatusOr<std::shared_ptr<const ssl::Context>> MakeContext(
    const examples::Program& program) {
  ssl::CredentialsOptions identity;
  identity.certfile = program.tls->certificate.Clone();
  identity.keyfile = ssl::Material(program.tls->private_key.Clone());
  auto credentials = ssl::Credentials::Create(std::move(identity));
  if (!credentials.ok()) return credentials.status();
  ssl::ContextOptions options;
  options.credentials = {*std::move(credentials)};
  options.alpn_protocols = {"http/1.1"};
  platform::ContextRequest request;
  request.side = ssl::Side::kServer;
  request.ca_certs = program.tls->ca_certs;
  request.cert_reqs = platform::IsGiven(request.ca_certs)
                          ? ssl::VerifyMode::kRequired
                          : ssl::VerifyMode::kNone;
  return program.runtime->CreateContext(request, std::move(options));
}

absl::Status Serve(examples::Program& program) {
  uint32_t port = 0;
  if (!absl::SimpleAtoi(program.arguments[0], &port) || port > UINT16_MAX) {
    return absl::InvalidArgumentError("PORT is not the number of a port");
  }
  sigset_t signals;
  sigemptyset(&signals);
  for (const int each : {SIGHUP, SIGINT, SIGTERM}) sigaddset(&signals, each);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);  // Later threads, too.
  http::ServerOptions options;
  options.handler = std::make_shared<Viewer>();
  options.context = [&program] { return MakeContext(program); };
  const auto server = http::Server::Create(std::move(options));
  if (!server.ok()) return server.status();
  const auto listener =
      platform::TcpListener::Listen("127.0.0.1", static_cast<uint16_t>(port));
  if (!listener.ok()) return listener.status();
  std::thread waiting([&] {
    int signal = 0;
    while (sigwait(&signals, &signal) == 0 && signal == SIGHUP) {
      (*server)->Reload();  // A new context has new keys for tickets.
    }
    (*server)->Stop();
  });
  std::cout << "at https://localhost:" << listener->port() << "/" << std::endl;
  const absl::Status status = (*server)->Run(*listener);
  pthread_kill(waiting.native_handle(), SIGTERM);  // If it waits still.
  waiting.join();
  return status;
}

}  // namespace

int main(int argc, char** argv) {
  return examples::Run(
      argc, argv, "serve --cert FILE --key FILE [--ca FILE] PORT", 1, 1, Serve);
}
