// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/ech.h"

#include <openssl/bytestring.h>
#include <openssl/curve25519.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hpke.h>
#include <openssl/mem.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "ssl/engine.h"
#include "ssl/error.h"
#include "ssl/internal/ech_config.h"
#include "ssl/internal/ech_impl.h"
#include "ssl/internal/error_queue.h"
#include "ssl/internal/pem.h"
#include "ssl/shown.h"

namespace airlock::ssl {
namespace {

constexpr absl::string_view kConfigLabel = "ECHCONFIG";
constexpr absl::string_view kKeyLabel = "PRIVATE KEY";
constexpr size_t kMaxNameLength = 255;

const uint8_t* Bytes(absl::string_view bytes) {
  return reinterpret_cast<const uint8_t*>(bytes.data());
}

absl::Status Invalid(const ErrorText& where, const ErrorText& what,
                     const ErrorText& advice) {
  return MakeStatus(ErrorKind::kInvalidArgument,
                    ErrorParts{where, what, advice});
}

absl::Status NeedsEngine(absl::string_view name) {
  return Invalid(ErrorText::Name(name), EchNeed(), "or leave it out.");
}

// `status`, whose Error has no place, with the place.
absl::Status At(const ErrorText& where, const absl::Status& status) {
  const std::optional<Error> error = GetError(status);
  if (!error.has_value() || error->kind != ErrorKind::kInvalidArgument) {
    return status;
  }
  return Invalid(where, error->what, error->advice);
}

std::string Where(absl::string_view name, const internal::PemBlock& block) {
  return absl::StrCat(
      name, ": block ", block.number,
      block.label.empty() ? "" : absl::StrCat(" (", Shown(block.label), ")"),
      ", line ", block.line);
}

// The content of the only ECHCONFIG block.
absl::StatusOr<std::string> ConfigListOfPem(absl::string_view pem) {
  const ErrorText where = ErrorText::Name("ech_configs");
  std::optional<std::string> list;
  for (const internal::PemBlock& block : internal::SplitPem(pem)) {
    if (!block.status.ok()) return At(where, block.status);
    if (block.label != kConfigLabel) continue;
    if (list.has_value()) {
      return Invalid(where, "has two ECHCONFIG blocks", "leave one out.");
    }
    const absl::StatusOr<Secret> bytes = internal::DecodePem(block);
    if (!bytes.ok()) return At(where, bytes.status());
    list = std::string(bytes->view());
  }
  if (!list.has_value()) {
    return Invalid(where, "has PEM blocks, but no ECHCONFIG",
                   "use the file of RFC 9934 that the server has.");
  }
  return *std::move(list);
}

// `input` as bytes: it may be PEM or base64.
absl::StatusOr<std::string> ConfigListOf(absl::string_view input) {
  if (internal::HasPemMarker(input)) return ConfigListOfPem(input);
  // The bytes of a usable list are not base64: the version, 0xfe0d, is not.
  std::string decoded;
  if (absl::Base64Unescape(absl::StripAsciiWhitespace(input), &decoded)) {
    return decoded;
  }
  return std::string(input);
}

// An X25519 key of HPKE; wiped when freed.
using HpkeKey = bssl::UniquePtr<EVP_HPKE_KEY>;

absl::StatusOr<HpkeKey> ReadPrivateKey(const Secret& bytes) {
  HpkeKey key(EVP_HPKE_KEY_new());
  if (key == nullptr) return internal::OutOfMemoryError();
  if (!EVP_HPKE_KEY_init(key.get(), EVP_hpke_x25519_hkdf_sha256(),
                         Bytes(bytes.view()), bytes.size())) {
    internal::DrainErrorQueue();
    return Invalid(ErrorText::Name("ech_keys"),
                   absl::StrCat("a private key has ", bytes.size(), " bytes"),
                   "one for X25519 has 32.");
  }
  return key;
}

// The raw X25519 key in `der`, PKCS#8.
absl::StatusOr<Secret> ReadPkcs8(const ErrorText& where,
                                 const internal::PemBlock& block) {
  const absl::StatusOr<Secret> der = internal::DecodePem(block);
  if (!der.ok()) return At(where, der.status());
  CBS input;
  CBS_init(&input, Bytes(der->view()), der->size());
  const bssl::UniquePtr<EVP_PKEY> key(EVP_parse_private_key(&input));
  uint8_t raw[X25519_PRIVATE_KEY_LEN];
  size_t size = sizeof(raw);
  if (key == nullptr || CBS_len(&input) != 0 ||
      EVP_PKEY_id(key.get()) != EVP_PKEY_X25519 ||
      !EVP_PKEY_get_raw_private_key(key.get(), raw, &size)) {
    if (internal::IsOutOfMemory(internal::DrainErrorQueue())) {
      return internal::OutOfMemoryError();
    }
    return Invalid(where, "is not a PKCS#8 key for X25519",
                   "make one with NewEchKey, or another tool of RFC 9934.");
  }
  Secret secret(absl::string_view(reinterpret_cast<char*>(raw), size));
  OPENSSL_cleanse(raw, sizeof(raw));
  return secret;
}

absl::Status AddKey(const EchKey& key, SSL_ECH_KEYS* keys) {
  const ErrorText where = ErrorText::Name("ech_keys");
  const absl::StatusOr<HpkeKey> parsed = ReadPrivateKey(key.private_key);
  if (!parsed.ok()) return parsed.status();
  if (SSL_ECH_KEYS_add(keys, key.published ? 1 : 0, Bytes(key.config),
                       key.config.size(), parsed->get())) {
    return absl::OkStatus();
  }
  const uint32_t code = internal::DrainErrorQueue();
  if (internal::IsOutOfMemory(code)) return internal::OutOfMemoryError();
  if (ERR_GET_LIB(code) == ERR_LIB_SSL &&
      ERR_GET_REASON(code) ==
          SSL_R_ECH_SERVER_CONFIG_AND_PRIVATE_KEY_MISMATCH) {
    return Invalid(where,
                   "a configuration does not have the public key of its "
                   "private key",
                   "keep the two together.");
  }
  return Invalid(where,
                 "a configuration is damaged, or has an extension or cipher "
                 "suite that this server cannot honour",
                 "make a new one.");
}

std::string PemBlockOf(absl::string_view label, absl::string_view bytes) {
  constexpr size_t kLine = 64;
  std::string text = absl::Base64Escape(bytes);
  const ScopedWipe wipe(&text);
  std::string block = absl::StrCat("-----BEGIN ", label, "-----\n");
  block.reserve(2 * block.size() + text.size() + text.size() / kLine + 2);
  for (size_t at = 0; at < text.size(); at += kLine) {
    absl::StrAppend(&block, absl::string_view(text).substr(at, kLine), "\n");
  }
  absl::StrAppend(&block, "-----END ", label, "-----\n");
  return block;
}

}  // namespace

absl::string_view EchStatusName(EchStatus status) {
  switch (status) {
    case EchStatus::kNotOffered:
      return "not offered";
    case EchStatus::kGrease:
      return "grease";
    case EchStatus::kAccepted:
      return "accepted";
    case EchStatus::kRejected:
      break;
  }
  return "rejected";
}

absl::StatusOr<std::shared_ptr<const EchConfigs>> EchConfigs::Parse(
    absl::string_view input) {
  if (!HasEch()) return NeedsEngine("ech_configs");
  absl::StatusOr<std::string> bytes = ConfigListOf(input);
  if (!bytes.ok()) return bytes.status();
  const auto configs = internal::ReadEchConfigList(*bytes);
  if (!configs.ok()) {
    return At(ErrorText::Name("ech_configs"), configs.status());
  }
  const auto usable = std::find_if(
      configs->begin(), configs->end(),
      [](const internal::EchConfig& each) { return each.unusable.empty(); });
  if (usable == configs->end()) {
    return Invalid(ErrorText::Name("ech_configs"),
                   absl::StrCat("has no configuration that this side can use: ",
                                configs->front().unusable),
                   "ask the server's operator for another one.");
  }
  std::string name(usable->public_name);
  return std::shared_ptr<const EchConfigs>(
      new EchConfigs(*std::move(bytes), std::move(name)));
}

absl::StatusOr<EchKey> NewEchKey(const EchKeyRequest& request) {
  const internal::ErrorQueueScope errors;
  if (!HasEch()) return NeedsEngine("ech_keys");
  if (!internal::IsEchPublicName(request.public_name) ||
      request.public_name.size() > kMaxNameLength) {
    return Invalid(
        ErrorText::Name("public_name"),
        absl::StrCat("\"", Shown(request.public_name), "\" is not a DNS name"),
        "use one of letters, digits and hyphens.");
  }
  if (request.max_name_length > kMaxNameLength) {
    return Invalid(ErrorText::Name("max_name_length"),
                   absl::StrCat(request.max_name_length),
                   "at most 255 is possible.");
  }
  const HpkeKey key(EVP_HPKE_KEY_new());
  uint8_t raw[X25519_PRIVATE_KEY_LEN];
  size_t raw_size = 0;
  uint8_t* config = nullptr;
  size_t config_size = 0;
  if (key == nullptr ||
      !EVP_HPKE_KEY_generate(key.get(), EVP_hpke_x25519_hkdf_sha256()) ||
      !EVP_HPKE_KEY_private_key(key.get(), raw, &raw_size, sizeof(raw)) ||
      !SSL_marshal_ech_config(&config, &config_size, request.config_id,
                              key.get(), request.public_name.c_str(),
                              request.max_name_length)) {
    return internal::DrainToStatus(ErrorKind::kInternal,
                                   "The ECH key cannot be made.");
  }
  const bssl::UniquePtr<uint8_t> owned(config);
  EchKey made;
  made.private_key =
      Secret(absl::string_view(reinterpret_cast<char*>(raw), raw_size));
  OPENSSL_cleanse(raw, sizeof(raw));
  made.config.assign(reinterpret_cast<const char*>(config), config_size);
  return made;
}

absl::StatusOr<Secret> EchKeyToPem(const EchKey& key) {
  const internal::ErrorQueueScope errors;
  const bssl::UniquePtr<EVP_PKEY> parsed(EVP_PKEY_new_raw_private_key(
      EVP_PKEY_X25519, nullptr, Bytes(key.private_key.view()),
      key.private_key.size()));
  if (parsed == nullptr) {
    internal::DrainErrorQueue();
    return Invalid("private_key",
                   absl::StrCat("has ", key.private_key.size(), " bytes"),
                   "one for X25519 has 32.");
  }
  bssl::ScopedCBB der;
  if (!CBB_init(der.get(), 64) ||
      !EVP_marshal_private_key(der.get(), parsed.get())) {
    return internal::OutOfMemoryError();
  }
  std::string key_block = PemBlockOf(
      kKeyLabel,
      {reinterpret_cast<const char*>(CBB_data(der.get())), CBB_len(der.get())});
  const ScopedWipe wipe_key(&key_block);
  std::string pem = absl::StrCat(
      key_block,
      PemBlockOf(kConfigLabel, internal::JoinEchConfigs({key.config})));
  const ScopedWipe wipe(&pem);
  return Secret(pem);
}

EchKeys::EchKeys(std::unique_ptr<const Impl> impl) : impl_(std::move(impl)) {}
EchKeys::~EchKeys() = default;

const std::string& EchKeys::config_list() const { return impl_->config_list; }

absl::StatusOr<std::shared_ptr<const EchKeys>> EchKeys::Create(
    const std::vector<EchKey>& keys) {
  const internal::ErrorQueueScope errors;
  const ErrorText where = ErrorText::Name("ech_keys");
  if (!HasEch()) return NeedsEngine("ech_keys");
  if (keys.empty()) {
    return Invalid(where, "is empty", "add a configuration and its key.");
  }
  auto impl = std::make_unique<Impl>();
  impl->keys.reset(SSL_ECH_KEYS_new());
  if (impl->keys == nullptr) return internal::OutOfMemoryError();
  std::vector<absl::string_view> published;
  for (size_t i = 0; i < keys.size(); ++i) {
    const EchKey& key = keys[i];
    if (std::any_of(keys.begin(), keys.begin() + static_cast<ptrdiff_t>(i),
                    [&key](const EchKey& other) {
                      return other.config == key.config;
                    })) {
      return Invalid(where, "has the same configuration twice",
                     "leave one out.");
    }
    absl::Status added = AddKey(key, impl->keys.get());
    if (!added.ok()) return added;
    if (key.published) published.push_back(key.config);
  }
  if (published.empty()) {
    return Invalid(where,
                   "has no published configuration, so a client with an "
                   "unknown one would get none to try again with",
                   "publish one.");
  }
  impl->config_list = internal::JoinEchConfigs(published);
  return std::shared_ptr<const EchKeys>(new EchKeys(std::move(impl)));
}

absl::StatusOr<std::shared_ptr<const EchKeys>> EchKeys::FromPem(
    absl::string_view pem) {
  const internal::ErrorQueueScope errors;
  if (!HasEch()) return NeedsEngine("ech_keys");
  std::vector<EchKey> keys;
  std::optional<Secret> private_key;
  bool is_first = true;
  for (const internal::PemBlock& block : internal::SplitPem(pem)) {
    const std::string where = Where("ech_keys", block);
    if (!block.status.ok()) return At(where, block.status);
    if (block.label == kKeyLabel && !private_key.has_value()) {
      absl::StatusOr<Secret> read = ReadPkcs8(where, block);
      if (!read.ok()) return read.status();
      private_key = *std::move(read);
      continue;
    }
    if (block.label != kConfigLabel || !private_key.has_value()) {
      return Invalid(where, "is not what belongs here",
                     "each PRIVATE KEY must be followed by its ECHCONFIG (RFC "
                     "9934), and by nothing else.");
    }
    const absl::StatusOr<Secret> list = internal::DecodePem(block);
    if (!list.ok()) return At(where, list.status());
    const auto configs = internal::ReadEchConfigList(list->view());
    if (!configs.ok()) return At(where, configs.status());
    for (const internal::EchConfig& config : *configs) {
      EchKey key;
      key.config = std::string(config.raw);
      key.private_key = private_key->Clone();
      key.published = is_first;
      keys.push_back(std::move(key));
    }
    is_first = false;
    private_key.reset();
  }
  if (private_key.has_value()) {
    return Invalid(ErrorText::Name("ech_keys"),
                   "ends with a PRIVATE KEY without ECHCONFIG",
                   "add the ECHCONFIG block (RFC 9934).");
  }
  if (keys.empty()) {
    return Invalid(ErrorText::Name("ech_keys"), "has no PEM block",
                   "pass the content of a file of RFC 9934, not its path.");
  }
  return Create(keys);
}

}  // namespace airlock::ssl
