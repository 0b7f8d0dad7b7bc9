// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Writes the first inputs of the targets that no file of testdata can serve:
//   bazel run --config=fuzz //tests/fuzz:make_seeds -- "$PWD/testdata/corpora"
// With that configuration, a recorded flight fits the connection of its target,
// whose random numbers are the same.

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "platform/memory_transport.h"
#include "ssl/context.h"
#include "ssl/insecure.h"
#include "ssl/internal/certificate_compression.h"
#include "ssl/options.h"
#include "ssl/secret.h"
#include "ssl/session.h"
#include "ssl/socket.h"
#include "tests/fuzz/endpoints.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/handshake.h"
#include "tests/support/recording.h"
#include "tests/support/session.h"
#include "tests/support/testdata.h"

namespace airlock::fuzz {
namespace {

const char* folder_of_corpora = nullptr;

void Write(absl::string_view target, absl::string_view name,
           absl::string_view bytes) {
  const std::string folder = absl::StrCat(folder_of_corpora, "/", target);
  std::filesystem::create_directories(folder);
  std::ofstream file(absl::StrCat(folder, "/seed_", name), std::ios::binary);
  file << bytes;
  Require(file.good(), absl::StrCat("seeds can be written to ", folder));
}

std::string Bytes(std::vector<int> bytes) {
  std::string text;
  for (const int byte : bytes) text.push_back(static_cast<char>(byte));
  return text;
}

// Both ends of a connection, over a recorded wire.
void RecordPair(size_t client, size_t server) {
  const auto& client_context = ClientContexts()[client];
  const auto& server_context = ServerContexts()[server];
  std::vector<testing::Piece> pieces;
  auto [client_end, server_end] = platform::MakeMemoryTransports();
  ssl::SocketOptions server_options;
  server_options.side = ssl::Side::kServer;
  ssl::SocketOptions client_options = testing::LocalhostOptions();
  const auto server_socket = *ssl::WrapSocket(
      server_context,
      testing::RecordTransport(std::move(server_end), /*is_client=*/false,
                               /*both_directions=*/false, &pieces),
      std::move(server_options));
  // Each end begins where its target does.
  ResetRandom();
  const auto client_socket = *ssl::WrapSocket(
      client_context,
      testing::RecordTransport(std::move(client_end), /*is_client=*/true,
                               /*both_directions=*/false, &pieces),
      std::move(client_options));
  (void)client_socket->Handshake();
  ResetRandom();
  for (int i = 0; i < 5; ++i) {
    (void)server_socket->Handshake();
    (void)client_socket->Handshake();
  }
  if (client_socket->handshake_done() && server_socket->handshake_done()) {
    (void)testing::WriteAll(client_socket.get(), "hello");
    (void)testing::WriteAll(server_socket.get(), "hello");
    (void)client_socket->Shutdown();
    (void)server_socket->Shutdown();
  }
  std::string from_client = Bytes({static_cast<int>(server), 0});
  std::string from_server = Bytes({static_cast<int>(client), 0});
  for (const testing::Piece& piece : pieces) {
    (piece.from_client ? from_client : from_server) += piece.bytes;
  }
  const std::string name = absl::StrCat(client, "_", server);
  Write("tls_client", name, from_server);
  Write("tls_server", name, from_client);
}

void WriteSession(ssl::TlsVersion version, absl::string_view name) {
  ssl::ContextOptions options = testing::ClientOptions();
  testing::Only(version, &options);
  ResetRandom();
  const auto session = testing::Established(
      testing::MakeContext(std::move(options)), ServerContexts()[0]);
  Write("session", name, session->Serialize()->view());
}

// A session with a server that the target's client does not trust, whose
// tickets the target's server accepts.
void WriteForeignSession(ssl::TlsVersion version, absl::string_view credentials,
                         absl::string_view name) {
  ssl::ContextOptions client = testing::ClientOptions();
  client.verification.mode = ssl::VerifyMode::kNone;
  client.verification.check_hostname = false;
  client.unverified_clients = ssl::InsecureAllowUnverifiedClients();
  testing::Only(version, &client);
  ssl::ContextOptions server = testing::ServerOptions(credentials);
  server.ticket_keys = {
      std::make_shared<const ssl::Secret>(std::string(48, 'k'))};
  ResetRandom();
  const auto session =
      testing::Established(testing::MakeContext(std::move(client)),
                           testing::MakeContext(std::move(server)));
  Write("session", name, session->Serialize()->view());
}

void WriteHostNames() {
  Write("spiffe", "exact",
        "spiffe://example.org/payroll/db\nspiffe://example.org/payroll/"
        "db\nspiffe://example.org/payroll\n");
  Write("spiffe", "below",
        "spiffe://example.org/payroll/db\nspiffe://example.org/payroll/"
        "**\nspiffe://example.org/pay/**\nspiffe://example.org/**\n");
  Write("spiffe", "domain_only",
        "spiffe://example.org\nspiffe://example.org\nspiffe://example.org/*\n");
  Write("spiffe", "faults",
        "spiffe://User@Example.org:443/a/../b//%61?q#f/\nspiffe://"
        "*.example.org/a\n");
  Write("spiffe", "trust_domain", "example.org\n");
  Write("hostname", "dns", "localhost\nDserver.test\nDlocalhost\n");
  Write("hostname", "wildcard", "a.wild.test\nD*.wild.test\n");
  Write("hostname", "too_deep", "a.b.wild.test\nD*.wild.test\n");
  Write("hostname", "final_dot", "LOCALHOST.\nDlocalHost\nDlocalhost.\n");
  Write("hostname", "ipv4",
        absl::StrCat("127.0.0.1\nI", Bytes({127, 0, 0, 1})));
  Write("hostname", "ipv6",
        absl::StrCat("[::1%lo]\nI", std::string(15, '\0'), Bytes({1})));
}

// Certificates in compressed form, and with another size than declared.
void WriteCompressed() {
  constexpr absl::string_view kFolder = "certificate_compression";
  const auto write = [&](absl::string_view name, const std::string& message,
                         size_t declared) {
    const auto compressed = ssl::internal::CompressMessage(
        {reinterpret_cast<const uint8_t*>(message.data()), message.size()});
    Write(kFolder, name,
          Bytes({static_cast<int>(declared >> 8),
                 static_cast<int>(declared & 0xff)}) +
              *compressed);
  };
  const std::string chain = testing::ReadTestdata("certs/server_rsa_chain.pem");
  write("chain", chain, chain.size());
  write("shorter", chain, chain.size() + 1);
  write("bomb", std::string(1 << 20, 'A'), 1000);
  write("byte", "x", 1);
  write("empty", "", 0);
}

void WriteCiphers() {
  Write("cipher", "default", "\n");
  Write("cipher", "groups", "X25519:P-256\nECDHE+AESGCM:!aRSA");
  Write("cipher", "level", "prime256v1\nALL:-PSK:+SHA:@STRENGTH:@SECLEVEL=1");
  Write("cipher", "two_levels", "\nALL:@SECLEVEL=1:!aPSK:@SECLEVEL=2");
  Write("cipher", "named",
        "\nECDHE-RSA-AES128-GCM-SHA256:[AES128-SHA|AES256-SHA]:!kRSA");
}

void WriteConversations() {
  for (int pair = 0; pair < 6; ++pair) {
    Write("conversation", absl::StrCat(pair, "_unchanged"), Bytes({pair}));
    // Bit 0 is the sender, then the kind; record, offset (two bytes), value.
    Write("conversation", absl::StrCat(pair, "_flip"),
          Bytes({pair, 1, 1, 0, 20, 1, 0, 0, 0, 60, 4}));
    Write("conversation", absl::StrCat(pair, "_cut"),
          Bytes({pair, 6 << 1 | 1, 4, 0, 50, 0}));
    Write("conversation", absl::StrCat(pair, "_split"),
          Bytes({pair, 7 << 1, 0, 0, 9, 0, 7 << 1 | 1, 0, 0, 3, 0}));
  }
}

// For each certificate: names and keys of it and its issuer (low and high
// half), what it is, names, constraints, purposes; see small_pki.cc.
void WritePaths() {
  const std::string leaf = Bytes({0x10, 0x10, 5, 0x03, 0, 0, 1});
  const std::string root = Bytes({0x11, 0x11, 0, 0, 0, 0, 0});
  Write("path", "direct", Bytes({0x40, 1}) + leaf + root);
  Write("path", "self_signed", Bytes({0, 0x80, 0, 0, 5, 1, 0, 0, 0}));
  const std::string below = Bytes({0x20, 0x20, 5, 0x03, 0, 0, 0});
  const std::string middle = Bytes({0x12, 0x12, 0, 0, 0, 1, 0});
  Write("path", "intermediate", Bytes({0x40, 2}) + below + middle + root);
  Write("path", "strict", Bytes({0x42, 2}) + below + middle + root);
  // The same name with another key first.
  const std::string twin = Bytes({0x12, 0x13, 0, 0, 0, 1, 0});
  Write("path", "two_paths", Bytes({0x40, 4}) + below + twin + middle + root);
  const std::string address = Bytes({0x20, 0x20, 5, 0x11, 0, 0, 0});
  const std::string ranges = Bytes({0x12, 0x12, 2, 0, 0, 0x41, 0});
  Write("path", "addresses", Bytes({0xc0, 2}) + address + ranges + root);
  const std::string excluded = Bytes({0x12, 0x12, 2, 0, 1, 0, 0});
  Write("path", "excluded_address",
        Bytes({0xc0, 2}) + address + excluded + root);
}

// Beside the files of testdata.
void WriteFiles() {
  const std::string pem = testing::ReadTestdata("certs/root_p256.pem");
  std::string damaged = pem;
  damaged[pem.size() / 2] = '!';
  Write("bundle", "damaged_second", pem + damaged + pem);
  Write("bundle", "indented", absl::StrCat("\xEF\xBB\xBF  text\r\n  ", pem));
  Write("pkcs12", "empty_pfx", Bytes({0x30, 0x03, 0x02, 0x01, 0x03}));
  Write("certificate", "tbs_only", Bytes({0x30, 0x02, 0x30, 0x00}));
  Write("policy", "flow",
        "{tls: {verification: enforce, groups: [X25519, P-256]}}\n");
  Write("policy", "all_settings",
        "tls:\n  verification: enforce\n  on_override: upgrade\n"
        "  hostname: optional\n  minimum_version: TLSv1.3\n"
        "  key_log: forbid\n  security_level: 3\n  profile: strict\n"
        "  verify_flags: [crl_check_leaf, x509_strict]\n"
        "  partial_chain: forbid\n  verify_depth: 5\n"
        "  groups: [X25519, P-256]\n  psk: forbid\n"
        "  application_cas: audit\n");
  Write("policy", "most_settings",
        "tls:\n  verification: default\n  partial_chain: forbid\n"
        "  key_log: allow\n  application_cas: forbid\n  verify_depth: 0\n");
  Write("policy", "anchor", "tls: &a\n  psk: forbid\n  exceptions: [*a]\n");
  Write("app_yaml", "included",
        "env_variables:\n  AIRLOCK_VERIFY: \"enforce\"\nincludes: [a.yaml]\n");
  Write(
      "app_yaml", "replaced",
      "env_variables:\n  AIRLOCK_VERIFY: \"enforce\"\n  A: \"1\"\n  B: \"2\"\n"
      "\x1e"
      "env_variables:\n  AIRLOCK_VERIFY: \"off\"\n  A: \"3\"\n  C: \"4\"\n");
}

void WriteStructs() {
  for (int kind = 0; kind < 5; ++kind) {
    Write("c_structs", absl::StrCat(kind, "_defaults"), Bytes({kind}));
    std::string full = Bytes({kind});
    for (int i = 0; i < 120; ++i) full += Bytes({(i * 37 + kind) & 0xff});
    Write("c_structs", absl::StrCat(kind, "_full"), full);
  }
}

}  // namespace
}  // namespace airlock::fuzz

int main(int argc, char** argv) {
  using namespace airlock;  // NOLINT(google-build-using-namespace)
  if (argc != 2) {
    std::fprintf(stderr, "usage: make_seeds FOLDER\n");
    return 2;
  }
  fuzz::folder_of_corpora = argv[1];
  for (size_t client = 0; client < fuzz::ClientContexts().size(); ++client) {
    for (size_t server = 0; server < fuzz::ServerContexts().size(); ++server) {
      fuzz::RecordPair(client, server);
    }
  }
  fuzz::WriteSession(ssl::TlsVersion::kTls1_2, "tls12");
  fuzz::WriteSession(ssl::TlsVersion::kTls1_3, "tls13");
  fuzz::WriteForeignSession(ssl::TlsVersion::kTls1_2, "server_other",
                            "untrusted_tls12");
  fuzz::WriteForeignSession(ssl::TlsVersion::kTls1_3, "server_other",
                            "untrusted_tls13");
  fuzz::WriteHostNames();
  fuzz::WriteCiphers();
  fuzz::WriteCompressed();
  fuzz::WriteConversations();
  fuzz::WritePaths();
  fuzz::WriteFiles();
  fuzz::WriteStructs();
  return 0;
}
