// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// `airlock decode` on connections between Airlock, OpenSSL and GnuTLS, held
// against what tshark and ssldump make of the same captures.

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>  // NOLINT(build/c++11)
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "platform/posix_transport.h"
#include "platform/tcp.h"
#include "ssl/engine.h"
#include "ssl/options.h"
#include "ssl/socket.h"
#include "tests/interop/driver.h"
#include "tests/interop/peers.h"
#include "tests/platform/cli/decode_run.h"
#include "tests/support/handshake.h"
#include "tests/support/process.h"
#include "tests/support/recording.h"

namespace airlock::interop {
namespace {

using nlohmann::json;
using ssl::TlsVersion;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using testing::Process;
using testing::Recording;

std::vector<json> Decode(const std::string& capture, const std::string& keys) {
  const Outcome outcome =
      Airlock({"decode", capture, "--keylog", keys, "--json"});
  EXPECT_EQ(outcome.status, 0) << outcome.errors;
  std::vector<json> events;
  for (const absl::string_view line :
       absl::StrSplit(outcome.output, '\n', absl::SkipEmpty())) {
    events.push_back(json::parse(line, nullptr, /*allow_exceptions=*/false));
    EXPECT_TRUE(events.back().is_object()) << line;
  }
  return events;
}

// What both we and tshark tell about a capture.
struct Facts {
  std::vector<std::string> messages;    // Types of handshake messages.
  std::vector<std::string> suites;      // "0x1301", of the hellos.
  std::vector<std::string> extensions;  // Types, of all messages.
  std::vector<std::string> records;     // Their lengths.
  std::vector<std::string> alerts;      // Descriptions.
};

// The number in "name (NUMBER)".
std::string NumberIn(const std::string& text) {
  const size_t begin = text.rfind('(');
  return text.substr(begin + 1, text.size() - begin - 2);
}

void AddFields(const json& part, Facts* facts) {
  if (!part.contains("fields")) return;
  for (const json& field : part["fields"]) {
    const std::string name = field.value("name", "");
    if (name == "extensions") {
      for (const json& extension : field.value("fields", json::array())) {
        facts->extensions.push_back(NumberIn(extension["name"]));
      }
    } else if (name == "cipher_suites") {
      for (const json& suite : field["fields"]) {
        facts->suites.push_back(NumberIn(suite["value"]));
      }
    } else if (name == "cipher_suite") {
      facts->suites.push_back(NumberIn(field["value"]));
    } else {
      AddFields(field, facts);
    }
  }
}

Facts OurFacts(const std::vector<json>& events) {
  const std::vector<std::pair<std::string, std::string>> types = {
      {"HelloRequest", "0"},        {"ClientHello", "1"},
      {"ServerHello", "2"},         {"HelloRetryRequest", "2"},
      {"NewSessionTicket", "4"},    {"EncryptedExtensions", "8"},
      {"Certificate", "11"},        {"ServerKeyExchange", "12"},
      {"CertificateRequest", "13"}, {"ServerHelloDone", "14"},
      {"CertificateVerify", "15"},  {"ClientKeyExchange", "16"},
      {"Finished", "20"},           {"CertificateStatus", "22"},
      {"KeyUpdate", "24"},
  };
  Facts facts;
  for (const json& event : events) {
    EXPECT_FALSE(event.value("is_malformed", false)) << event;
    const std::string kind = event["kind"];
    if (kind == "handshake") {
      for (const auto& [name, type] : types) {
        if (event["name"] == name) facts.messages.push_back(type);
      }
      AddFields(event, &facts);
    } else if (kind == "record") {
      const std::vector<std::string> parts =
          absl::StrSplit(event["value"].get<std::string>(), ", ");
      facts.records.push_back(parts[2].substr(0, parts[2].find(' ')));
    } else if (kind == "alert") {
      facts.alerts.push_back(NumberIn(event["value"]));
    }
  }
  return facts;
}

Facts TsharkFacts(const std::string& capture, const std::string& keys) {
  const Outcome outcome =
      Tool("tshark",
           {"-r", capture, "-o", absl::StrCat("tls.keylog_file:", keys), "-Y",
            "tls", "-T", "fields", "-e", "tls.handshake.type", "-e",
            "tls.handshake.ciphersuite", "-e", "tls.handshake.extension.type",
            "-e", "tls.record.length", "-e", "tls.alert_message.desc"});
  EXPECT_EQ(outcome.status, 0) << outcome.errors;
  Facts facts;
  std::vector<std::string>* const lists[] = {&facts.messages, &facts.suites,
                                             &facts.extensions, &facts.records,
                                             &facts.alerts};
  for (const absl::string_view line :
       absl::StrSplit(outcome.output, '\n', absl::SkipEmpty())) {
    const std::vector<std::string> columns = absl::StrSplit(line, '\t');
    for (size_t i = 0; i < columns.size() && i < 5; ++i) {
      for (const absl::string_view value :
           absl::StrSplit(columns[i], ',', absl::SkipEmpty())) {
        lists[i]->push_back(std::string(value));
      }
    }
  }
  return facts;
}

void ExpectSameAsTshark(const std::string& capture, const std::string& keys) {
  const Facts ours = OurFacts(Decode(capture, keys));
  const Facts theirs = TsharkFacts(capture, keys);
  EXPECT_GT(ours.messages.size(), 8u);
  EXPECT_EQ(ours.messages, theirs.messages);
  EXPECT_EQ(ours.suites, theirs.suites);
  EXPECT_EQ(ours.extensions, theirs.extensions);
  EXPECT_EQ(ours.records, theirs.records);
  EXPECT_EQ(ours.alerts, theirs.alerts);
}

// "C>S Handshake": directions and types of records.
void ExpectSameAsSsldump(const std::string& capture) {
  const Outcome outcome = Tool("ssldump", {"-n", "-r", capture});
  std::vector<std::string> theirs;
  for (const absl::string_view line : absl::StrSplit(outcome.output, '\n')) {
    const std::vector<std::string> words =
        absl::StrSplit(line, absl::ByAnyChar(" \t"), absl::SkipEmpty());
    if (words.size() >= 6 && (words[4] == "C>S" || words[4] == "S>C") &&
        words[0] == "1" && words[5] != "TCP") {
      theirs.push_back(absl::StrCat(words[4], " ", words[5]));
    }
  }
  const Outcome decoded = Airlock({"decode", capture, "--json"});
  std::vector<std::string> ours;
  for (const absl::string_view line :
       absl::StrSplit(decoded.output, '\n', absl::SkipEmpty())) {
    const json event = json::parse(line);
    if (event["kind"] != "record") continue;
    const std::string type = event["value"].get<std::string>().substr(
        0, event["value"].get<std::string>().find(','));
    ours.push_back(absl::StrCat(event["from"] == "client" ? "C>S " : "S>C ",
                                type == "handshake" ? "Handshake"
                                : type == "change_cipher_spec"
                                    ? "ChangeCipherSpec"
                                : type == "alert" ? "Alert"
                                                  : type));
  }
  EXPECT_GT(ours.size(), 5u);
  EXPECT_EQ(ours, theirs) << outcome.output;
}

enum class Peer { kAirlock, kOpenssl, kGnutls };

struct Case {
  Peer peer;
  TlsVersion version;
  Arguments options = {};  // Of the peer.
};

std::string CaseName(const ::testing::TestParamInfo<Case>& info) {
  const char* const peers[] = {"Airlock", "Openssl", "Gnutls"};
  return absl::StrCat(peers[static_cast<int>(info.param.peer)],
                      static_cast<int>(info.param.version) - 0x0301, "_",
                      info.index);
}

absl::StatusOr<Server> StartPeer(const Case& wanted) {
  if (wanted.peer == Peer::kGnutls) {
    return StartGnutlsServer(GnutlsIdentity("server_rsa") + wanted.options);
  }
  return StartOpensslServer(OpensslVersion(wanted.version) +
                            OpensslIdentity("server_rsa") + Arguments{"-rev"} +
                            wanted.options);
}

// Airlock's client, recorded, with a peer of the case.
Recording RecordCase(const Case& wanted) {
  ssl::ContextOptions client = wanted.peer == Peer::kAirlock
                                   ? testing::ClientOptions()
                                   : ClientOptions();
  testing::Only(wanted.version, &client);
  if (wanted.peer == Peer::kAirlock) {
    ssl::ContextOptions server = testing::ServerOptions("server_rsa");
    testing::Only(wanted.version, &server);
    return testing::Record(std::move(client), std::move(server), "ping",
                           "pong");
  }
  Recording recording;
  const auto server = StartPeer(wanted);
  EXPECT_TRUE(server.ok()) << server.status();
  if (!server.ok()) return recording;
  client.keylog = [&recording](const ssl::Socket&, absl::string_view line) {
    absl::StrAppend(&recording.key_log, line, "\n");
  };
  auto transport = platform::Dial(
      "127.0.0.1", static_cast<uint16_t>(server->port), absl::Seconds(30));
  EXPECT_TRUE(transport.ok()) << transport.status();
  if (!transport.ok()) return recording;
  const auto socket = ssl::WrapSocket(
      testing::MakeContext(std::move(client)),
      testing::RecordTransport(*std::move(transport), /*is_client=*/true,
                               /*both_directions=*/true, &recording.pieces),
      testing::LocalhostOptions());
  EXPECT_TRUE(socket.ok()) << socket.status();
  if (!socket.ok()) return recording;
  const absl::Status status = (*socket)->Handshake().status();
  EXPECT_TRUE(status.ok()) << status;
  recording.ok = status.ok() &&
                 testing::WriteAll(socket->get(), "abcdef\n").ok() &&
                 ReadUntil(socket->get(), "\n").ok();
  (void)(*socket)->Shutdown();
  (void)ReadToEnd(socket->get());
  return recording;
}

class DecodeTest : public ::testing::TestWithParam<Case> {};

TEST_P(DecodeTest, AgreesWithTsharkAndSsldump) {
  const Recording recording = RecordCase(GetParam());
  ASSERT_TRUE(recording.ok);
  const std::string capture =
      WriteCapture(testing::SegmentsOf(recording.pieces));
  const std::string keys = WriteKeys(recording);
  ExpectSameAsTshark(capture, keys);
  // ssldump does not put together a ClientHello of two packets, which one with
  // X25519MLKEM768 is.
  if (!ssl::HasPostQuantumGroup() ||
      GetParam().version != TlsVersion::kTls1_3) {
    ExpectSameAsSsldump(capture);
  }
  // The data was decrypted.
  const Outcome text = Airlock({"decode", capture, "--keylog", keys});
  EXPECT_EQ(text.status, 0) << text.errors;
  EXPECT_THAT(text.errors, IsEmpty());
  // TLS 1.0 sends the first byte by itself, against BEAST.
  EXPECT_THAT(text.output,
              HasSubstr(GetParam().version == TlsVersion::kTls1_0 ? "Data: "
                        : GetParam().peer == Peer::kAirlock ? "Data: 4 bytes"
                                                            : "Data: 7 bytes"));
  EXPECT_THAT(text.output, Not(HasSubstr(", encrypted")));
  EXPECT_THAT(text.output, Not(HasSubstr("malformed")));
}

INSTANTIATE_TEST_SUITE_P(
    All, DecodeTest,
    ::testing::Values(
        Case{Peer::kAirlock, TlsVersion::kTls1_3},
        Case{Peer::kAirlock, TlsVersion::kTls1_2},
        Case{Peer::kAirlock, TlsVersion::kTls1_0},
        Case{Peer::kOpenssl, TlsVersion::kTls1_3},
        // A HelloRetryRequest.
        Case{Peer::kOpenssl, TlsVersion::kTls1_3, {"-groups", "P-384"}},
        Case{Peer::kOpenssl, TlsVersion::kTls1_2},
        Case{Peer::kOpenssl, TlsVersion::kTls1_0},
        Case{Peer::kGnutls, TlsVersion::kTls1_3},
        Case{Peer::kGnutls, TlsVersion::kTls1_2}),
    CaseName);

// Passes on what `from` sends, and notes it, until it closes. Another thread
// may do the same the other way: each writes with a transport of its own.
void Pump(platform::PosixTransport* from, int to, bool from_client,
          absl::Mutex* mutex, std::vector<testing::Piece>* pieces) {
  platform::PosixTransportOptions options;
  options.ownership = platform::FdOwnership::kBorrowed;
  const auto writer = platform::PosixTransport::Create(to, std::move(options));
  ASSERT_TRUE(writer.ok()) << writer.status();
  std::array<uint8_t, 16 << 10> chunk;
  for (;;) {
    const ssl::IoResult read = from->Read(absl::MakeSpan(chunk));
    if (!read.done()) return;
    {
      const absl::MutexLock lock(mutex);
      pieces->push_back(
          {from_client,
           std::string(reinterpret_cast<char*>(chunk.data()), read.bytes())});
    }
    for (size_t sent = 0; sent < read.bytes();) {
      const ssl::IoResult written = (*writer)->Write(
          absl::MakeConstSpan(chunk).subspan(sent, read.bytes() - sent));
      if (!written.done()) return;
      sent += written.bytes();
    }
  }
}

absl::StatusOr<std::unique_ptr<Process>> StartLoggingGnutlsClient(
    int port, const std::string& keys, const Arguments& arguments) {
  const auto path = testing::FindProgram("gnutls-cli", "gnutls-bin");
  if (!path.ok()) return path.status();
  return Process::Start(
      {Arguments{*path, "--port", absl::StrCat(port), "--sni-hostname",
                 "localhost", "--verify-hostname", "localhost", "127.0.0.1",
                 "--x509cafile", CertPath("ca.pem")} +
           arguments,
       "",
       {absl::StrCat("SSLKEYLOGFILE=", keys)}});
}

// Two programs of GnuTLS, with what BoringSSL does not have.
class GnutlsPairTest : public ::testing::TestWithParam<const char*> {};

TEST_P(GnutlsPairTest, IsDecrypted) {
  const Arguments priority = {
      "--priority",
      absl::StrCat(
          "NORMAL:-VERS-ALL:+VERS-TLS1.2:-CIPHER-ALL:-MAC-ALL:-KX-ALL:",
          GetParam())};
  ASSERT_OK_AND_ASSIGN(
      auto server, StartGnutlsServer(GnutlsIdentity("server_rsa") + priority));
  ASSERT_OK_AND_ASSIGN(auto listener, Listen());
  const std::string keys = ScratchPath("keys.txt");
  ASSERT_OK_AND_ASSIGN(
      auto client, StartLoggingGnutlsClient(listener.port(), keys, priority));
  ASSERT_OK_AND_ASSIGN(auto near, listener.Accept(absl::Seconds(30)));
  ASSERT_OK_AND_ASSIGN(
      auto far, platform::Dial("127.0.0.1", static_cast<uint16_t>(server.port),
                               absl::Seconds(30)));
  absl::Mutex mutex;
  std::vector<testing::Piece> pieces;
  std::thread forth(Pump, near.get(), far->fd(), true, &mutex, &pieces);
  std::thread back(Pump, far.get(), near->fd(), false, &mutex, &pieces);
  const absl::Status ready = client->WaitForText("Simple Client Mode");
  if (ready.ok()) {
    EXPECT_TRUE(client->WriteInput("abcdef\n").ok());
    EXPECT_TRUE(client->WaitForText("\nabcdef").ok()) << client->Transcript();
  }
  client->CloseInput();
  EXPECT_TRUE(client->Wait().ok());
  client->Kill();
  server.process->Kill();
  forth.join();
  back.join();
  ASSERT_TRUE(ready.ok()) << ready;
  const std::string capture = WriteCapture(testing::SegmentsOf(pieces));
  ExpectSameAsTshark(capture, keys);
  const Outcome outcome = Airlock({"decode", capture, "--keylog", keys});
  EXPECT_THAT(outcome.output, HasSubstr("client    Data: 7 bytes"));
  EXPECT_THAT(outcome.output, HasSubstr("server    Data: 7 bytes"));
  EXPECT_THAT(outcome.output, Not(HasSubstr(", encrypted")));
}

INSTANTIATE_TEST_SUITE_P(
    All, GnutlsPairTest,
    ::testing::Values("+3DES-CBC:+SHA1:+ECDHE-RSA",
                      // Encrypt-then-MAC.
                      "+AES-256-CBC:+SHA1:+DHE-RSA",
                      "+AES-128-GCM:+AEAD:+DHE-RSA",
                      "+AES-128-CBC:+SHA256:+RSA:%NO_ETM"));

TEST(DecodeKeyUpdateTest, IsFollowed) {
  // s_client sends an update and asks for one, where it reads "K".
  ASSERT_OK_AND_ASSIGN(auto listener, Listen());
  ASSERT_OK_AND_ASSIGN(
      auto client,
      StartOpensslClient(listener.port(),
                         Arguments{"-tls1_3", "-CAfile", CertPath("ca.pem"),
                                   "-keylogfile", ScratchPath("keys.txt")}));
  ASSERT_OK_AND_ASSIGN(auto transport, listener.Accept(absl::Seconds(30)));
  Recording recording;
  ssl::ContextOptions options = ServerOptions("server_rsa");
  ssl::SocketOptions socket_options;
  socket_options.side = ssl::Side::kServer;
  ASSERT_OK_AND_ASSIGN(
      auto socket,
      ssl::WrapSocket(
          testing::MakeContext(std::move(options)),
          testing::RecordTransport(std::move(transport), /*is_client=*/false,
                                   /*both_directions=*/true, &recording.pieces),
          socket_options));
  ASSERT_OK(socket->Handshake().status());
  ASSERT_OK(testing::WriteAll(socket.get(), "ready\n"));
  ASSERT_OK(client->WaitForText("ready"));
  ASSERT_OK(client->WriteInput("K\n"));
  ASSERT_OK(client->WaitForText("KEYUPDATE"));
  ASSERT_OK(client->WriteInput("after\n"));
  ASSERT_TRUE(ReadUntil(socket.get(), "after").ok());
  ASSERT_OK(testing::WriteAll(socket.get(), "answered\n"));
  ASSERT_OK(client->WaitForText("answered"));
  client->CloseInput();
  const std::string capture =
      WriteCapture(testing::SegmentsOf(recording.pieces));
  const Outcome outcome =
      Airlock({"decode", capture, "--keylog", ScratchPath("keys.txt")});
  EXPECT_EQ(outcome.status, 0) << outcome.errors;
  EXPECT_THAT(outcome.output,
              HasSubstr("client    KeyUpdate: update requested"));
  EXPECT_THAT(outcome.output,
              HasSubstr("server    KeyUpdate: update not requested"));
  EXPECT_THAT(outcome.output, HasSubstr("client    Data: 6 bytes"));
  EXPECT_THAT(outcome.output, HasSubstr("server    Data: 9 bytes"));
  EXPECT_THAT(outcome.output, Not(HasSubstr(", encrypted")));
}

}  // namespace
}  // namespace airlock::interop
