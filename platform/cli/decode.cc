// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/cli/decode.h"

#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "config/json.h"
#include "nlohmann/json.hpp"
#include "platform/capture/capture_file.h"
#include "platform/capture/confine.h"
#include "platform/capture/decoder.h"
#include "platform/cli/input.h"
#include "platform/cli/shared_flags.h"
#include "platform/cli/text.h"
#include "platform/cli/trace.h"
#include "platform/cli/trace_output.h"
#include "platform/posix_host.h"
#include "ssl/secret.h"
#include "ssl/wire/key_log.h"

namespace airlock::cli {
namespace {

using capture::ConnectionFacts;

class Printer : public capture::DecoderOutput {
 public:
  explicit Printer(bool json) : json_(json) {}

  void Found(const ConnectionFacts& connection) override {
    const std::string client = EndpointText(connection.client);
    const std::string server = EndpointText(connection.server);
    if (!json_) {
      std::cout << "connection " << connection.number << ": client " << client
                << ", server " << server << ", began "
                << TraceTime(connection.began) << "\n";
      return;
    }
    config::Json json;
    json["connection"] = connection.number;
    json["time"] = TraceTime(connection.began);
    json["kind"] = "connection";
    json["client"] = client;
    json["server"] = server;
    std::cout << config::JsonLine(json) << "\n";
  }

  void Happened(const ConnectionFacts& connection, absl::Time time,
                const ssl::wire::Event& event) override {
    TraceMark mark;
    mark.connection = connection.number;
    mark.time = time;
    mark.elapsed = time - connection.began;
    std::cout << (json_ ? TraceJson(mark, event) : TraceText(mark, event));
  }

 private:
  const bool json_;
};

void Warn(absl::string_view text) {
  std::cerr << "airlock decode: " << ForTerminal(text) << "\n";
}

// The secrets of --keylog. Lines that are malformed are named, and left out.
absl::StatusOr<ssl::wire::KeyLog> ReadKeys(const std::string& source) {
  platform::PosixHost host;
  const absl::StatusOr<ssl::Secret> text = ReadSource(source, &host);
  if (!text.ok()) {
    return absl::Status(text.status().code(),
                        absl::StrCat("--keylog: ", text.status().message()));
  }
  std::vector<ssl::wire::KeyLog::BadLine> bad_lines;
  ssl::wire::KeyLog keys = ssl::wire::KeyLog::Parse(text->view(), &bad_lines);
  for (const auto& line : bad_lines) {
    Warn(absl::StrCat("--keylog: line ", line.number,
                      " is left out: ", line.problem));
  }
  if (keys.empty()) {
    return absl::InvalidArgumentError(
        "--keylog has no keys; it should be a file that a program wrote for "
        "SSLKEYLOGFILE or --keylog");
  }
  return keys;
}

void WarnOfLosses(const capture::DecoderCounts& counts) {
  if (counts.connections == 0) {
    Warn(absl::StrCat("no TLS found in ", counts.packets, " packets"));
  }
  if (counts.fragments > 0) {
    Warn(absl::StrCat(counts.fragments,
                      " fragments of IP packets are left out: fragments are "
                      "not put together"));
  }
  if (counts.malformed > 0) {
    Warn(absl::StrCat(counts.malformed,
                      " packets are left out: they are malformed, or cut off "
                      "in their headers"));
  }
  if (counts.evicted > 0) {
    Warn(absl::StrCat(counts.evicted, " connections were given up: only ",
                      capture::Decoder::kMaxConnections,
                      " are followed at once"));
  }
}

int RunDecode(const std::vector<std::string>& arguments) {
  std::optional<ssl::wire::KeyLog> keys;
  const std::string key_source = absl::GetFlag(FLAGS_keylog);
  if (key_source == "-" && arguments[0] == "-") {
    return Fail("decode",
                absl::InvalidArgumentError(
                    "standard input cannot be both the capture and the keys"));
  }
  if (!key_source.empty()) {
    absl::StatusOr<ssl::wire::KeyLog> read = ReadKeys(key_source);
    if (!read.ok()) return Fail("decode", read.status());
    keys = *std::move(read);
  }
  const auto file = capture::CaptureFile::Open(arguments[0]);
  if (!file.ok()) return Fail("decode", file.status());
  // From here on, hostile bytes.
  const absl::Status confined = capture::ConfineToOpenFiles();
  if (!confined.ok()) return Fail("decode", confined);

  Printer printer(absl::GetFlag(FLAGS_json));
  capture::Decoder decoder(keys.has_value() ? &*keys : nullptr, &printer);
  absl::Status status;
  // A reader that closes (`airlock decode | head`) ends it.
  while (std::cout.good()) {
    const auto packet = (*file)->Read();
    if (!packet.ok()) status = packet.status();
    if (!packet.ok() || !packet->has_value()) break;
    decoder.Add((*packet)->time, (*file)->link_type(), (*packet)->bytes);
  }
  decoder.Finish();
  std::cout << std::flush;
  WarnOfLosses(decoder.counts());
  if (!status.ok()) return Fail("decode", status);
  if (!std::cout.good()) {
    return Fail("decode",
                absl::DataLossError("standard output cannot be written"));
  }
  return kExitOk;
}

}  // namespace

Command DecodeCommand() {
  Command command;
  command.name = "decode";
  command.arguments = "FILE";
  command.summary = "Show the TLS in a capture of packets.";
  command.description =
      "Reads a capture (pcap or pcapng, from tcpdump or Wireshark; \"-\" for "
      "standard input), puts the TCP streams together, finds TLS 1.0 to 1.3 on "
      "any port, and prints each record and handshake message with its fields: "
      "number of the connection, seconds since it began, who sent it. With "
      "--keylog, it decrypts what these keys belong to. Tickets and other "
      "proofs are shown by size and digest, and application data by size and, "
      "for HTTP, its first line. Nothing is verified.\nWhat is malformed is "
      "marked, and what is missing is noted. The capture is read in a process "
      "that can open nothing else.";
  command.examples = {
      {"tcpdump -i lo -w capture.pcap tcp port 9443",
       "Capture, as root; stop it with ^C."},
      {"airlock decode capture.pcap", "Show the handshakes."},
      {"airlock decode capture.pcap --keylog keys.txt --json",
       "Decrypted, for programs."},
  };
  command.flags = {{"keylog", "FILE"}, {"json", ""}};
  command.min_arguments = 1;
  command.max_arguments = 1;
  command.run = RunDecode;
  return command;
}

}  // namespace airlock::cli
