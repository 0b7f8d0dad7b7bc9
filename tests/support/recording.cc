// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tests/support/recording.h"

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "platform/memory_transport.h"
#include "ssl/context.h"
#include "ssl/socket.h"
#include "ssl/transport.h"

namespace airlock::testing {
namespace {

class RecordingTransport : public ssl::Transport {
 public:
  RecordingTransport(std::unique_ptr<ssl::Transport> inner, bool is_client,
                     bool both_directions, std::vector<Piece>* pieces)
      : inner_(std::move(inner)),
        is_client_(is_client),
        both_directions_(both_directions),
        pieces_(pieces) {}

  ssl::IoResult Read(absl::Span<uint8_t> into) override {
    const ssl::IoResult result = inner_->Read(into);
    if (result.done() && both_directions_) {
      Note(!is_client_, into.subspan(0, result.bytes()));
    }
    return result;
  }
  ssl::IoResult Write(absl::Span<const uint8_t> from) override {
    const ssl::IoResult result = inner_->Write(from);
    if (result.done()) Note(is_client_, from.subspan(0, result.bytes()));
    return result;
  }

 private:
  void Note(bool from_client, absl::Span<const uint8_t> bytes) {
    pieces_->push_back(
        {from_client, std::string(reinterpret_cast<const char*>(bytes.data()),
                                  bytes.size())});
  }

  const std::unique_ptr<ssl::Transport> inner_;
  const bool is_client_;
  const bool both_directions_;
  std::vector<Piece>* const pieces_;
};

void Observe(std::vector<SeenMessage>* messages, ssl::ContextOptions* options) {
  options->message = [messages](const ssl::Socket&,
                                const ssl::TlsMessage& message) {
    messages->push_back(
        {message.sent, message.content_type,
         std::string(reinterpret_cast<const char*>(message.bytes.data()),
                     message.bytes.size())});
    return absl::OkStatus();
  };
}

std::string Big(uint64_t number, size_t size) {
  std::string bytes(size, '\0');
  for (size_t i = 0; i < std::min(size, sizeof(number)); ++i) {
    bytes[size - 1 - i] = static_cast<char>(number >> (8 * i));
  }
  return bytes;
}

std::string Little(uint64_t number, size_t size) {
  std::string bytes = Big(number, size);
  std::reverse(bytes.begin(), bytes.end());
  return bytes;
}

}  // namespace

std::string FromHex(absl::string_view digits) {
  std::string bytes;
  if (!absl::HexStringToBytes(digits, &bytes)) std::abort();
  return bytes;
}

std::unique_ptr<ssl::Transport> RecordTransport(
    std::unique_ptr<ssl::Transport> inner, bool is_client, bool both_directions,
    std::vector<Piece>* pieces) {
  return std::make_unique<RecordingTransport>(std::move(inner), is_client,
                                              both_directions, pieces);
}

Recording Record(ssl::ContextOptions client, ssl::ContextOptions server,
                 absl::string_view request, absl::string_view response,
                 ssl::SocketOptions client_options) {
  Recording recording;
  client.keylog = [&recording](const ssl::Socket&, absl::string_view line) {
    absl::StrAppend(&recording.key_log, line, "\n");
  };
  Observe(&recording.client_messages, &client);
  Observe(&recording.server_messages, &server);
  auto [client_end, server_end] = platform::MakeMemoryTransports();
  ssl::SocketOptions server_options;
  server_options.side = ssl::Side::kServer;
  Connection connection;
  auto client_socket = ssl::WrapSocket(
      MakeContext(std::move(client)),
      RecordTransport(std::move(client_end), /*is_client=*/true,
                      /*both_directions=*/false, &recording.pieces),
      std::move(client_options));
  auto server_socket = ssl::WrapSocket(
      MakeContext(std::move(server)),
      RecordTransport(std::move(server_end), /*is_client=*/false,
                      /*both_directions=*/false, &recording.pieces),
      std::move(server_options));
  if (!client_socket.ok() || !server_socket.ok()) return recording;
  connection.client = *std::move(client_socket);
  connection.server = *std::move(server_socket);
  ShakeHands(&connection);
  if (!connection.ok()) return recording;
  recording.ok = WriteAll(connection.client.get(), request).ok() &&
                 WriteAll(connection.server.get(), response).ok();
  // Tickets come before the data.
  ReadSome(connection.server.get()).status().IgnoreError();
  ReadSome(connection.client.get()).status().IgnoreError();
  (void)connection.client->Shutdown();
  (void)connection.server->Shutdown();
  return recording;
}

void Only(ssl::TlsVersion version, ssl::ContextOptions* options) {
  options->verification.minimum_version = version;
  options->verification.maximum_version = version;
  if (version < ssl::TlsVersion::kTls1_2) {
    options->verification.security_level = 0;
  }
}

std::string IpPacket(const TcpSegment& segment) {
  const uint16_t source =
      segment.from_client ? segment.client_port : segment.server_port;
  const uint16_t destination =
      segment.from_client ? segment.server_port : segment.client_port;
  uint8_t flags = 0;
  for (const char flag : segment.flags) {
    flags |= flag == 'F'   ? 0x01
             : flag == 'S' ? 0x02
             : flag == 'R' ? 0x04
                           : 0x10;
  }
  const std::string tcp = absl::StrCat(
      Big(source, 2), Big(destination, 2), Big(segment.sequence, 4),
      Big(segment.acknowledged, 4), Big(0x50, 1), Big(flags, 1), Big(0xffff, 2),
      Big(0, 4), segment.payload);
  if (segment.ipv6) {
    const std::string loopback = Big(1, 16);
    return absl::StrCat(Big(0x60000000, 4), Big(tcp.size(), 2), Big(6, 1),
                        Big(64, 1), loopback, loopback, tcp);
  }
  const std::string client("\x7f\0\0\x01", 4);
  const std::string server("\x7f\0\0\x02", 4);
  return absl::StrCat(Big(0x45, 1), Big(0, 1), Big(20 + tcp.size(), 2),
                      Big(0, 4), Big(64, 1), Big(6, 1), Big(0, 2),
                      segment.from_client ? client : server,
                      segment.from_client ? server : client, tcp);
}

std::vector<TcpSegment> SegmentsOf(const std::vector<Piece>& pieces,
                                   uint16_t client_port) {
  // Near the end of their range, so that they wrap.
  uint32_t next[2] = {0xfffffff0, 0xffffff00};
  std::vector<TcpSegment> segments;
  const auto add = [&](bool from_client, absl::string_view flags,
                       absl::string_view payload) {
    TcpSegment segment;
    segment.from_client = from_client;
    segment.sequence = next[from_client ? 0 : 1];
    segment.acknowledged = next[from_client ? 1 : 0];
    segment.flags = std::string(flags);
    segment.payload = std::string(payload);
    segment.client_port = client_port;
    next[from_client ? 0 : 1] += static_cast<uint32_t>(payload.size());
    if (flags[0] != 'A') ++next[from_client ? 0 : 1];
    segments.push_back(std::move(segment));
  };
  add(true, "S", "");
  add(false, "SA", "");
  add(true, "A", "");
  for (const Piece& piece : pieces) {
    // As Ethernet would.
    for (size_t i = 0; i < piece.bytes.size(); i += 1400) {
      add(piece.from_client, "A", piece.bytes.substr(i, 1400));
    }
  }
  add(true, "FA", "");
  add(false, "FA", "");
  add(true, "A", "");
  return segments;
}

std::string PcapFile(const std::vector<std::string>& packets,
                     uint32_t link_type, size_t snaplen) {
  std::string file =
      absl::StrCat(Little(0xa1b2c3d4, 4), Little(2, 2), Little(4, 2),
                   Little(0, 8), Little(snaplen, 4), Little(link_type, 4));
  constexpr uint64_t kBegin = 1800000000;
  for (size_t i = 0; i < packets.size(); ++i) {
    const size_t size = std::min(packets[i].size(), snaplen);
    absl::StrAppend(&file, Little(kBegin + i / 1000, 4),
                    Little(i % 1000 * 1000, 4), Little(size, 4),
                    Little(packets[i].size(), 4), packets[i].substr(0, size));
  }
  return file;
}

}  // namespace airlock::testing
