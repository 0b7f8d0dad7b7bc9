// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Records TLS connections: what went over the wire, and captures made of it.
#ifndef AIRLOCK_TESTS_SUPPORT_RECORDING_H_
#define AIRLOCK_TESTS_SUPPORT_RECORDING_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "ssl/options.h"
#include "ssl/transport.h"
#include "tests/support/handshake.h"

namespace airlock::testing {

// The bytes of hexadecimal digits; ends the program if they are none.
std::string FromHex(absl::string_view digits);

// Bytes that one end wrote at once.
struct Piece {
  bool from_client = false;
  std::string bytes;
};

// A transport that notes in `pieces` what is written to `inner` and, if
// `both_directions`, what is read from it. `pieces` must outlive it.
std::unique_ptr<ssl::Transport> RecordTransport(
    std::unique_ptr<ssl::Transport> inner, bool is_client, bool both_directions,
    std::vector<Piece>* pieces);

// What ContextOptions::message got.
struct SeenMessage {
  bool sent = false;
  int content_type = 0;
  std::string bytes;
};

struct Recording {
  std::vector<Piece> pieces;
  std::string key_log;
  std::vector<SeenMessage> client_messages;
  std::vector<SeenMessage> server_messages;
  bool ok = false;
};

// A connection in memory: handshakes, `request` from the client, `response`
// from the server, and both close.
Recording Record(ssl::ContextOptions client, ssl::ContextOptions server,
                 absl::string_view request = "",
                 absl::string_view response = "",
                 ssl::SocketOptions client_options = LocalhostOptions());

// The options of both ends for one version.
void Only(ssl::TlsVersion version, ssl::ContextOptions* options);

// A TCP segment between two addresses of 127.0.0.0/8 or, if `ipv6`, at ::1.
struct TcpSegment {
  bool from_client = true;
  uint32_t sequence = 0;
  uint32_t acknowledged = 0;
  // Of SYN, ACK, FIN, RST: "S", "SA", "A", "FA", "R".
  std::string flags = "A";
  std::string payload;
  uint16_t client_port = 40000;
  uint16_t server_port = 443;
  bool ipv6 = false;
};

// The IP packet of a segment, without link layer.
std::string IpPacket(const TcpSegment& segment);

// The segments of a whole connection: SYNs, one segment for each piece, FINs.
std::vector<TcpSegment> SegmentsOf(const std::vector<Piece>& pieces,
                                   uint16_t client_port = 40000);

// A pcap file of packets, 1 ms apart. `link_type` is 101, raw IP, unless the
// packets have another link layer. At most `snaplen` bytes of each.
std::string PcapFile(const std::vector<std::string>& packets,
                     uint32_t link_type = 101, size_t snaplen = 1 << 18);

}  // namespace airlock::testing

#endif  // AIRLOCK_TESTS_SUPPORT_RECORDING_H_
