// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Encrypted Client Hello (ECH, RFC 9849): the name that a client asks for, and
// the rest of its first message, can be read only by the server.
//
// It needs an engine that has it (HasEch of ssl/engine.h) and TLS 1.3. What
// the functions below return for the other engine is an error that names the
// engine needed.
#ifndef AIRLOCK_SSL_ECH_H_
#define AIRLOCK_SSL_ECH_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "ssl/secret.h"

namespace airlock::ssl {

// What became of ECH on a connection. The numbers are stable.
enum class EchStatus : int {
  // The client did not offer it.
  kNotOffered = 0,
  // A client: it sent random bytes in its place (RFC 9849, section 6.2).
  kGrease = 1,
  // The server has decrypted the client's message.
  kAccepted = 2,
  // A server: the client sent it, and this server has no key for it. Such a
  // client goes no further than the handshake, unless what it sent was GREASE:
  // a server cannot tell. On a client, a rejection is an error, and never the
  // status of a connection.
  kRejected = 3,
};

// "not offered", "grease", "accepted", "rejected".
absl::string_view EchStatusName(EchStatus status);

// A server's configurations for its clients: a checked ECHConfigList (RFC 9849,
// section 4). Immutable, so thread-safe.
class EchConfigs {
 public:
  // Reads an ECHConfigList: its bytes, the same in base64, as a DNS record's
  // "ech" shows it (RFC 9848), or as the ECHCONFIG block of a PEM file (RFC
  // 9934), whose private key is ignored. Errors: kInvalidArgument if `input` is
  // empty, is cut off, has bytes that do not belong to it, or has no
  // configuration that this engine can use.
  static absl::StatusOr<std::shared_ptr<const EchConfigs>> Parse(
      absl::string_view input);

  EchConfigs(const EchConfigs&) = delete;
  EchConfigs& operator=(const EchConfigs&) = delete;

  // The ECHConfigList.
  const std::string& bytes() const { return bytes_; }
  // The name that everyone can read, of the configuration in use: the first
  // that the engine can use. A server that rejects ECH has to prove that it has
  // this name.
  const std::string& public_name() const { return public_name_; }

 private:
  EchConfigs(std::string bytes, std::string public_name)
      : bytes_(std::move(bytes)), public_name_(std::move(public_name)) {}

  std::string bytes_;
  std::string public_name_;
};

// A server's configuration with its private key.
struct EchKey {
  std::string config;  // One ECHConfig.
  Secret private_key;  // For X25519: 32 bytes.
  // Whether it is in EchKeys::config_list(). False: it only decrypts, for
  // clients that still have it.
  bool published = true;
};

struct EchKeyRequest {
  // The name for everyone to read: a DNS name (letters, digits and hyphens)
  // for which the server has a certificate.
  std::string public_name;
  // Best a number that no other current configuration of the server has.
  uint8_t config_id = 0;
  // The length of the server's longest name: clients pad to it. Up to 255.
  size_t max_name_length = 64;
};

// Makes a new key and its configuration, for X25519, HKDF-SHA256, and
// AES-128-GCM or ChaCha20-Poly1305. Errors: kInvalidArgument.
absl::StatusOr<EchKey> NewEchKey(const EchKeyRequest& request);

// `key` as a PEM file (RFC 9934): a PRIVATE KEY block (PKCS#8) and an ECHCONFIG
// block. Errors: kInvalidArgument if it is not a key of NewEchKey's kind.
absl::StatusOr<Secret> EchKeyToPem(const EchKey& key);

// A server's keys, for ContextOptions::ech_keys. Immutable and thread-safe; any
// number of Contexts can share them.
class EchKeys {
 public:
  // Errors: kInvalidArgument if `keys` is empty, if a configuration is damaged,
  // not supported, there twice or does not have the public key of its private
  // key, and if none is published.
  static absl::StatusOr<std::shared_ptr<const EchKeys>> Create(
      const std::vector<EchKey>& keys);

  // Reads a PEM file (RFC 9934), or several in a row: each PRIVATE KEY is for
  // the ECHCONFIG that follows it. The first file is published; those after it
  // are older ones, which only decrypt. Errors: those of Create, and
  // kInvalidArgument, with the block, if a block is damaged, missing or of
  // another kind.
  static absl::StatusOr<std::shared_ptr<const EchKeys>> FromPem(
      absl::string_view pem);

  ~EchKeys();
  EchKeys(const EchKeys&) = delete;
  EchKeys& operator=(const EchKeys&) = delete;

  // The ECHConfigList of those that are published: for DNS, and sent to clients
  // with a configuration that is unknown here.
  const std::string& config_list() const;

  // The parsed form; for //ssl only.
  struct Impl;
  const Impl& impl() const { return *impl_; }

 private:
  explicit EchKeys(std::unique_ptr<const Impl> impl);
  std::unique_ptr<const Impl> impl_;
};

}  // namespace airlock::ssl

#endif  // AIRLOCK_SSL_ECH_H_
