// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Finds and decodes TLS in the two streams of a recorded connection.
#ifndef AIRLOCK_SSL_WIRE_CONNECTION_H_
#define AIRLOCK_SSL_WIRE_CONNECTION_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "ssl/wire/conversation.h"
#include "ssl/wire/event.h"
#include "ssl/wire/handshake.h"
#include "ssl/wire/key_log.h"
#include "ssl/wire/protection.h"
#include "ssl/wire/record.h"

namespace airlock::ssl::wire {

// One connection, for any bytes. TLS may begin at once, or after a part in
// plain text (STARTTLS, CONNECT) at the beginning of a piece that is fed. Keeps
// at most one record and one handshake message of each stream.
// Thread-compatible.
class Connection {
 public:
  // `keys` may be null, and must outlive this.
  explicit Connection(const KeyLog* keys) : keys_(keys) {}

  // The next bytes of one stream; both in the order of time. `from_initiator`:
  // of the end that connected, which is the client unless the hellos say
  // otherwise.
  void Feed(bool from_initiator, absl::string_view bytes,
            std::vector<Event>* events);
  // Bytes of that stream are missing here, such as those before the capture
  // began.
  void Lost(bool from_initiator, std::vector<Event>* events);
  // That stream ends, or the capture does.
  void End(bool from_initiator, std::vector<Event>* events);

  // Whether TLS was found in either stream.
  bool found() const { return streams_[0].started || streams_[1].started; }
  bool initiator_is_client() const { return initiator_is_client_; }

 private:
  struct Stream {
    // Before TLS is found: the first bytes, if it may begin there.
    std::string first;
    // TLS was found; no more TLS follows.
    bool started = false;
    bool ended = false;
    RecordReader records;
    // The part of a handshake message that has come, and how many bytes of one
    // that is too long are still to come.
    std::string handshake;
    size_t skip = 0;
    // Records are encrypted, by keys that may be unknown.
    bool encrypted = false;
    std::unique_ptr<Protection> protection;
    // The keys that follow early data, which may be rejected.
    std::unique_ptr<Protection> after_early_data;
    bool lost = false;
  };

  Stream& StreamOf(bool from_client) {
    return streams_[from_client == initiator_is_client_ ? 0 : 1];
  }
  bool Begins(bool from_initiator, absl::string_view bytes, bool after_loss);
  void ReadRecords(Stream* stream, bool from_client,
                   std::vector<Event>* events);
  void SeeRecord(Stream* stream, bool from_client, const Record& record,
                 std::vector<Event>* events);
  bool IsEncrypted(const Stream& stream, const Record& record) const;
  bool Open(Stream* stream, const Record& record, std::string* content,
            uint8_t* type);
  void SeeContent(Stream* stream, bool from_client, bool encrypted,
                  uint8_t type, absl::string_view content,
                  std::vector<Event>* events);
  void SeeHandshake(Stream* stream, bool from_client, bool encrypted,
                    absl::string_view content, std::vector<Event>* events);
  void SeeMessage(Stream* stream, bool from_client, uint8_t type,
                  absl::string_view body);
  void SeeHello(const Hello& hello, bool from_client);
  void ChangeCipher(Stream* stream, bool from_client);
  absl::string_view SecretOf(absl::string_view label) const;

  const KeyLog* const keys_;
  Stream streams_[2];  // The initiator's first.
  bool initiator_is_client_ = true;
  Conversation conversation_;
  std::string client_random_;
  std::string server_random_;
  bool client_hello_ = false;
  bool server_hello_ = false;
  bool encrypt_then_mac_ = false;
};

}  // namespace airlock::ssl::wire

#endif  // AIRLOCK_SSL_WIRE_CONNECTION_H_
