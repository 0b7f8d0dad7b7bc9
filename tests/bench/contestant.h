// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// What the figures need from a TLS library. No header of one is included here:
// the contestants live in different programs.
#ifndef AIRLOCK_TESTS_BENCH_CONTESTANT_H_
#define AIRLOCK_TESTS_BENCH_CONTESTANT_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "tests/bench/wire.h"

namespace airlock::bench {

// What both ends of a connection use.
struct Setting {
  std::string chain;        // The server's, PEM.
  std::string key;          // PEM.
  std::string bundle_path;  // What the client trusts.
  std::string host = "localhost";
  int version = 0x0304;  // The only TLS version.
  // The only TLS 1.2 suite, as OpenSSL names it; empty: the library's choice.
  std::string cipher;
  // Whether one thread has several handshakes under way, so that none may wait
  // for its callback: see Contestant::WaitForCallbacks.
  bool event_loop = false;
};

// One end of a connection. Ends the program if the connection fails.
class Endpoint {
 public:
  virtual ~Endpoint() = default;
  // Whether the handshake is done; otherwise the other end is next, unless the
  // handshake waits for a callback.
  virtual bool Handshake() = 0;
  virtual bool WantsCallback() const { return false; }
  // How many bytes were moved; 0: none can be at this time.
  virtual size_t Read(uint8_t* into, size_t size) = 0;
  virtual size_t Write(const uint8_t* from, size_t size) = 0;
};

// A way to use a library. The constructor of one makes what it shares among its
// connections. Client and Server may be called on several threads.
class Contestant {
 public:
  virtual ~Contestant() = default;

  // Ends of a connection over *wire, which outlives them. The client verifies
  // chain and name. With `resume`, it resumes the session that was kept.
  virtual std::unique_ptr<Endpoint> Client(Wire* wire, bool resume) = 0;
  virtual std::unique_ptr<Endpoint> Server(Wire* wire) = 0;

  // Waits until an end that wants a callback may go on.
  virtual void WaitForCallbacks() {}

  // Keeps the session of a client that has read its first data.
  virtual void KeepSession(Endpoint* client) = 0;
  // Whether a client resumed.
  virtual bool Resumed(Endpoint* client) = 0;

  // Makes one more context with the same content: what a program does that
  // makes one for each connection. Keeps it alive if `keep`.
  virtual void MakeContext(bool keep) = 0;

  // The same as Server, with other credentials.
  virtual std::unique_ptr<Endpoint> ServerWith(Wire* wire,
                                               const std::string& chain,
                                               const std::string& key) = 0;
};

using MakeContestant =
    std::function<std::unique_ptr<Contestant>(const Setting&)>;

// Ends the program with `what` unless `condition`.
void Require(bool condition, const char* what);

}  // namespace airlock::bench

#endif  // AIRLOCK_TESTS_BENCH_CONTESTANT_H_
