// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/internal/context_cache.h"

#include <cstdint>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "platform/internal/key_writer.h"
#include "ssl/error.h"
#include "ssl/guarded.h"
#include "ssl/sha256.h"

namespace airlock::platform::internal {
namespace {

using ContextPtr = std::shared_ptr<const ssl::Context>;
using CredentialsPtr = std::shared_ptr<const ssl::Credentials>;

absl::StatusOr<ssl::Secret> Read(ssl::Material material,
                                 absl::string_view name) {
  if (auto* const secret = std::get_if<ssl::Secret>(&material)) {
    return std::move(*secret);
  }
  const auto& reader = std::get<ssl::Reader>(material);
  if (reader == nullptr) return ssl::Secret();
  return ssl::Guarded(absl::StrCat("reader of ", name), reader);
}

// Of what a CredentialsInput's digest consists.
enum class DigestOf : char { kChain, kChainAndKey, kWithPassword, kSource };

void Append(absl::string_view bytes, CredentialsInput::Digest* digest) {
  digest->insert(digest->end(), bytes.begin(), bytes.end());
}

// False if the digest cannot be computed.
bool AppendDigest(const ssl::KeyedDigest& digests, const ssl::Secret& secret,
                  CredentialsInput::Digest* digest) {
  const std::optional<ssl::KeyedDigest::Value> value =
      digests.Of(secret.view());
  if (!value.has_value()) return false;
  digest->insert(digest->end(), value->begin(), value->end());
  return true;
}

absl::string_view ViewOf(const CredentialsInput::Digest& digest) {
  return {digest.data(), digest.size()};
}

absl::StatusOr<CredentialsInput> TakeSource(WrapOptions* options) {
  if (options->certfile.has_value() || options->keyfile.has_value()) {
    return ssl::MakeStatus(
        ssl::ErrorKind::kInvalidArgument,
        ssl::ErrorParts{ssl::ErrorText::Name("credential_source"),
                        ssl::Named("is set, and so is {certfile} or {keyfile}"),
                        "leave one of them out.",
                        /*after_where=*/" "});
  }
  CredentialsInput input;
  input.source = std::move(options->credential_source);
  input.digest.push_back(static_cast<char>(DigestOf::kSource));
  const auto address = reinterpret_cast<uintptr_t>(input.source.get());
  Append({reinterpret_cast<const char*>(&address), sizeof(address)},
         &input.digest);
  return input;
}

}  // namespace

absl::StatusOr<std::optional<CredentialsInput>> ContextCache::TakeCredentials(
    WrapOptions* options) const {
  if (options->credential_source != nullptr) return TakeSource(options);
  if (!options->certfile.has_value()) {
    if (!options->keyfile.has_value()) return std::nullopt;
    return ssl::MakeStatus(
        ssl::ErrorKind::kCredentials,
        ssl::ErrorParts{ssl::ErrorText::Name("keyfile"),
                        ssl::Named("is set without {certfile}"),
                        "pass the certificate chain that goes with the "
                        "key.",
                        /*after_where=*/" "});
  }
  CredentialsInput input;
  const bool has_key = options->keyfile.has_value();
  input.digest.push_back(
      static_cast<char>(has_key ? DigestOf::kChainAndKey : DigestOf::kChain));
  absl::StatusOr<ssl::Secret> certfile =
      Read(*std::move(options->certfile), "certfile");
  if (!certfile.ok()) return certfile.status();
  bool known = AppendDigest(digests_, *certfile, &input.digest);
  input.options.certfile = *std::move(certfile);
  if (has_key) {
    absl::StatusOr<ssl::Secret> keyfile =
        Read(*std::move(options->keyfile), "keyfile");
    if (!keyfile.ok()) return keyfile.status();
    known = known && AppendDigest(digests_, *keyfile, &input.digest);
    input.options.keyfile = *std::move(keyfile);
  }
  if (auto* const callback =
          std::get_if<ssl::PasswordCallback>(&options->password)) {
    input.options.password = std::move(*callback);
    known = false;
  }
  if (auto* const password = std::get_if<ssl::Secret>(&options->password)) {
    // A hash of the digests, since a password could be guessed from its own
    // digest.
    const std::string all = ssl::Sha256(
        absl::StrCat(ViewOf(input.digest), ssl::Sha256(password->view())));
    input.digest.assign(1, static_cast<char>(DigestOf::kWithPassword));
    Append(all, &input.digest);
    // std::function requires a copyable target.
    input.options.password =
        [shared = std::make_shared<const ssl::Secret>(std::move(*password))]()
        -> absl::StatusOr<ssl::Secret> { return shared->Clone(); };
  }
  if (!known) input.digest.clear();
  return input;
}

std::string ContextCache::SettingsKey(const ContextSettings& settings) {
  KeyWriter writer;
  writer.Add(settings.side);
  writer.Add(settings.verification);
  writer.Add(settings.ciphers);
  writer.Add(settings.alpn_protocols);
  writer.Add(settings.alpn_required);
  writer.Add(settings.accept_compressed_certificates);
  writer.Add(settings.key_log);
  return std::string(writer.key());
}

absl::StatusOr<ContextPtr> ContextCache::Find(
    absl::string_view settings_key, const ssl::TrustStore* trust_store,
    const std::shared_ptr<const ssl::EchKeys>& ech_keys,
    std::optional<CredentialsInput> credentials,
    absl::FunctionRef<ssl::ContextOptions()> options) {
  const auto make_credentials = [&] {
    return ssl::Credentials::Create(std::move(credentials->options));
  };
  if (credentials.has_value() && credentials->digest.empty()) {
    absl::StatusOr<CredentialsPtr> made = make_credentials();
    if (!made.ok()) return made.status();
    ssl::ContextOptions context_options = options();
    context_options.ech_keys = ech_keys;
    context_options.credentials = {*std::move(made)};
    return ssl::Context::Create(std::move(context_options));
  }
  const absl::string_view digest = credentials.has_value()
                                       ? ViewOf(credentials->digest)
                                       : absl::string_view();
  KeyWriter key;
  key.Add(settings_key);
  key.Add(trust_store == nullptr
              ? absl::string_view()
              : absl::string_view(trust_store->content_hash()));
  key.Add(digest);
  // The Context keeps them, so no others get their address.
  key.Add(reinterpret_cast<uintptr_t>(ech_keys.get()));
  return contexts_.GetOrMake(key.key(), [&]() -> absl::StatusOr<ContextPtr> {
    ssl::ContextOptions context_options = options();
    context_options.ech_keys = ech_keys;
    if (credentials.has_value() && credentials->source != nullptr) {
      context_options.credential_source = std::move(credentials->source);
    } else if (credentials.has_value()) {
      absl::StatusOr<CredentialsPtr> made =
          credentials_.GetOrMake(digest, make_credentials);
      if (!made.ok()) return made.status();
      context_options.credentials = {*std::move(made)};
    }
    return ssl::Context::Create(std::move(context_options));
  });
}

void ContextCache::Clear() {
  contexts_.Clear();
  credentials_.Clear();
}

}  // namespace airlock::platform::internal
