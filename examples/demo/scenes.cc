// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "examples/demo/scenes.h"

#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "platform/cli/certificate_facts.h"
#include "platform/cli/stream.h"
#include "platform/host.h"
#include "ssl/secret.h"

namespace airlock::demo {
namespace {

// Only a defect takes long.
constexpr absl::Duration kTimeout = absl::Seconds(20);

constexpr size_t kMaxLine = 4096;

// The server's part of the conversation.
absl::Status Answer(ssl::Socket* socket, std::string* client_subject) {
  const ssl::IoResult handshake = socket->Handshake();
  if (!handshake.done()) return handshake.status();
  *client_subject = socket->peer_certificate()->subject();
  const absl::StatusOr<std::string> line = cli::ReadLine(socket, kMaxLine);
  if (!line.ok()) return line.status();
  return cli::WriteAll(socket,
                       absl::StrCat("hello, ", *client_subject, "; you sent ",
                                    line->size(), " bytes\n"));
}

}  // namespace

absl::StatusOr<DemoCast> MakeDemoCast(absl::Time now) {
  constexpr absl::Duration kDay = absl::Hours(24);
  ssl::LocalCaOptions ca_options;
  ca_options.common_name = "Airlock Demo CA";
  ca_options.not_before = now - 800 * kDay;
  ca_options.not_after = now + kDay;
  const auto ca = ssl::LocalCa::Create(ca_options);
  if (!ca.ok()) return ca.status();
  ca_options.common_name = "Another CA";
  const auto other_ca = ssl::LocalCa::Create(ca_options);
  if (!other_ca.ok()) return other_ca.status();

  ssl::LeafOptions server;
  server.common_name = "Airlock Demo Server";
  server.dns_names = {"localhost"};
  server.ip_addresses = {"127.0.0.1"};
  server.not_before = now - kDay;
  server.not_after = now + kDay;
  ssl::LeafOptions expired = server;
  expired.common_name = "Airlock Demo Server of last year";
  expired.not_before = now - 400 * kDay;
  expired.not_after = now - 365 * kDay;
  ssl::LeafOptions employee = server;
  employee.common_name = "Employee 42";
  employee.dns_names.clear();
  employee.ip_addresses.clear();
  employee.client = true;
  ssl::LeafOptions colleague = employee;
  colleague.common_name = "Employee 43";

  DemoCast cast;
  cast.ca = (*ca)->certificate();
  cast.other_ca = (*other_ca)->certificate();
  const struct {
    const ssl::LeafOptions& options;
    ssl::Leaf* leaf;
  } leaves[] = {{server, &cast.server},
                {expired, &cast.expired_server},
                {employee, &cast.employee},
                {colleague, &cast.colleague}};
  for (const auto& [options, leaf] : leaves) {
    absl::StatusOr<ssl::Leaf> issued = (*ca)->Issue(options);
    if (!issued.ok()) return issued.status();
    *leaf = *std::move(issued);
  }
  return cast;
}

absl::StatusOr<std::unique_ptr<DemoStage>> DemoStage::Create(
    platform::Runtime* server_runtime, std::string client_ca) {
  absl::StatusOr<platform::TcpListener> listener =
      platform::TcpListener::Listen("127.0.0.1", /*port=*/0);
  if (!listener.ok()) return listener.status();
  return std::unique_ptr<DemoStage>(new DemoStage(
      server_runtime, std::move(client_ca), *std::move(listener)));
}

DemoOutcome DemoStage::Play(const DemoPlan& plan) {
  DemoOutcome outcome;
  std::string client_subject;
  absl::Status server;
  std::thread thread([&] { server = ServeOne(*plan.server, &client_subject); });
  outcome.client = Connect(plan, &outcome);
  thread.join();
  outcome.server = server;
  outcome.client_subject = client_subject;
  return outcome;
}

absl::Status DemoStage::ServeOne(const ssl::Leaf& identity,
                                 std::string* client_subject) {
  auto accepted = listener_.Accept(kTimeout);
  if (!accepted.ok()) return accepted.status();
  platform::PosixTransport* const transport = accepted->get();
  transport->set_timeout(kTimeout);
  platform::WrapOptions options;
  options.server_side = true;
  options.certfile = ssl::Secret(identity.certificate);
  options.keyfile = identity.key.Clone();
  options.cert_reqs = ssl::VerifyMode::kRequired;
  options.ca_certs = platform::CaBytes{client_ca_};
  options.verification.protocol = ssl::Protocol::kSslv23;
  options.do_handshake_on_connect = false;
  const auto socket =
      server_runtime_->WrapSocket(*std::move(accepted), std::move(options));
  if (!socket.ok()) return socket.status();
  const absl::Status status = Answer(socket->get(), client_subject);
  cli::Close(socket->get(), transport);
  return status;
}

absl::Status DemoStage::Connect(const DemoPlan& plan, DemoOutcome* outcome) {
  auto dialed = platform::Dial("127.0.0.1", listener_.port(), kTimeout);
  if (!dialed.ok()) return dialed.status();
  platform::PosixTransport* const transport = dialed->get();
  transport->set_timeout(kTimeout);
  platform::WrapOptions options;
  if (!plan.certificate.empty()) {
    options.certfile = ssl::Secret(plan.certificate);
    options.keyfile = ssl::Secret(plan.key);
  }
  options.cert_reqs = plan.cert_reqs;
  options.ca_certs = platform::CaBytes{plan.ca};
  options.verification.protocol = plan.ssl_version;
  options.server_hostname = plan.host;
  const auto socket =
      plan.runtime->WrapSocket(*std::move(dialed), std::move(options));
  if (!socket.ok()) return socket.status();
  outcome->info = *(*socket)->info();
  const ssl::Certificate server = *(*socket)->peer_certificate();
  outcome->server_subject = server.subject();
  outcome->server_names = absl::StrJoin(
      cli::ExamineCertificate(server, plan.runtime->host().Now()).names, ", ");
  if (!(*socket)->verified_chain().empty()) {
    outcome->server_anchor = (*socket)->verified_chain().back().subject();
  }
  const absl::Status sent = cli::WriteAll(socket->get(), plan.message);
  if (!sent.ok()) return sent;
  absl::StatusOr<std::string> reply = cli::ReadLine(socket->get(), kMaxLine);
  if (!reply.ok()) return reply.status();
  outcome->reply = *std::move(reply);
  cli::Close(socket->get(), transport);
  return absl::OkStatus();
}

}  // namespace airlock::demo
