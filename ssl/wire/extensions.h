// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Decodes the extensions of TLS messages.
#ifndef AIRLOCK_SSL_WIRE_EXTENSIONS_H_
#define AIRLOCK_SSL_WIRE_EXTENSIONS_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "ssl/wire/field.h"
#include "ssl/wire/reader.h"

namespace airlock::ssl::wire {

// The message that an extension is in: some have another form in each.
enum class ExtensionPlace {
  kClientHello,
  kServerHello,
  kHelloRetryRequest,
  kEncryptedExtensions,
  kCertificate,
  kCertificateRequest,
  kNewSessionTicket,
};

// Decodes one extension. One that is unknown has its number and its bytes, and
// one that is malformed a problem. Thread-safe.
Field DecodeExtension(uint16_t type, absl::string_view data,
                      ExtensionPlace place);

// Reads a list of extensions, which begins with its length of two bytes, and
// adds it to `message` as "extensions". Thread-safe.
void DecodeExtensions(Reader* reader, ExtensionPlace place, Field* message);

// Reads a list of numbers of `item_size` bytes, whose length is a number of
// `length_size` bytes, and adds them to `into` as items in words. False if it
// is malformed.
bool DecodeNumbers(Reader* reader, size_t length_size, size_t item_size,
                   absl::string_view what, std::string (*words)(uint32_t),
                   Field* into);

// Reads distinguished names (RFC 8446, section 4.2.4), and adds them to `into`.
void DecodeAuthorities(Reader* reader, Field* into);

// "rsa_pss_rsae_sha256 (0x0804)" and so on, of numbers of two bytes.
std::string SignatureSchemeText(uint32_t scheme);
std::string GroupText(uint32_t group);
std::string VersionText(uint32_t version);

}  // namespace airlock::ssl::wire

#endif  // AIRLOCK_SSL_WIRE_EXTENSIONS_H_
