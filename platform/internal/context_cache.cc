// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/internal/context_cache.h"

#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "ssl/error.h"
#include "ssl/guarded.h"
#include "ssl/sha256.h"

namespace airlock::platform::internal {
namespace {

using ContextPtr = std::shared_ptr<const ssl::Context>;
using CredentialsPtr = std::shared_ptr<const ssl::Credentials>;

absl::StatusOr<ssl::Secret> Read(ssl::Material material,
                                 absl::string_view name) {
  if (auto* const secret = absl::get_if<ssl::Secret>(&material)) {
    return std::move(*secret);
  }
  const auto& reader = absl::get<ssl::Reader>(material);
  if (reader == nullptr) return ssl::Secret();
  return ssl::Guarded(absl::StrCat("reader of ", name), reader);
}

// Concatenates values so that different sequences give different keys.
class KeyWriter {
 public:
  KeyWriter() { key_.reserve(kUsualSize); }
  void Number(uint64_t value) { absl::StrAppend(&key_, value, ","); }
  void Text(absl::string_view value) {
    absl::StrAppend(&key_, value.size(), ":", value);
  }
  void Texts(const std::vector<std::string>& values) {
    Number(values.size());
    for (const std::string& value : values) Text(value);
  }
  const std::string& key() const { return key_; }

 private:
  static constexpr size_t kUsualSize = 256;

  std::string key_;
};

// Everything about a Context that depends on WrapSocket's options.
std::string ContextKey(ssl::Side side, const ssl::ContextOptions& options,
                       absl::string_view credentials_digest) {
  KeyWriter writer;
  writer.Number(static_cast<uint64_t>(side));
  writer.Text(ssl::CanonicalBytes(options.verification));
  writer.Text(options.ciphers);
  writer.Texts(options.alpn_protocols);
  writer.Number(options.alpn_required);
  // A policy that is reloaded may forbid it.
  writer.Number(options.keylog != nullptr);
  writer.Text(options.trust_store == nullptr
                  ? ""
                  : options.trust_store->content_hash());
  writer.Text(credentials_digest);
  return writer.key();
}

}  // namespace

absl::StatusOr<absl::optional<CredentialsInput>> TakeCredentials(
    WrapOptions* options) {
  if (!options->certfile.has_value()) {
    if (!options->keyfile.has_value()) return absl::nullopt;
    return ssl::MakeStatus(
        ssl::ErrorKind::kCredentials,
        ssl::ErrorParts{ssl::ErrorText::Name("keyfile"),
                        ssl::Named("is set without {certfile}"),
                        "pass the certificate chain that goes with the "
                        "key.",
                        /*after_where=*/" "});
  }
  CredentialsInput input;
  KeyWriter digests;
  absl::StatusOr<ssl::Secret> certfile =
      Read(*std::move(options->certfile), "certfile");
  if (!certfile.ok()) return certfile.status();
  digests.Text(ssl::Sha256(certfile->view()));
  input.options.certfile = *std::move(certfile);
  if (options->keyfile.has_value()) {
    absl::StatusOr<ssl::Secret> keyfile =
        Read(*std::move(options->keyfile), "keyfile");
    if (!keyfile.ok()) return keyfile.status();
    digests.Text(ssl::Sha256(keyfile->view()));
    input.options.keyfile = *std::move(keyfile);
  } else {
    digests.Text("");
  }
  if (auto* const callback =
          absl::get_if<ssl::PasswordCallback>(&options->password)) {
    input.options.password = std::move(*callback);
    return input;
  }
  if (auto* const password = absl::get_if<ssl::Secret>(&options->password)) {
    digests.Text(ssl::Sha256(password->view()));
    // std::function requires a copyable target.
    input.options.password =
        [shared = std::make_shared<const ssl::Secret>(std::move(*password))]()
        -> absl::StatusOr<ssl::Secret> { return shared->Clone(); };
  }
  // A hash of the digests, since a password could be guessed from its own
  // digest.
  input.digest = ssl::Sha256(digests.key());
  return input;
}

absl::StatusOr<ContextPtr> ContextCache::Find(
    ssl::Side side, ssl::ContextOptions options,
    absl::optional<CredentialsInput> credentials,
    absl::FunctionRef<void(ssl::ContextOptions*)> complete) {
  const auto make_credentials = [&] {
    return ssl::Credentials::Create(std::move(credentials->options));
  };
  if (credentials.has_value() && credentials->digest.empty()) {
    absl::StatusOr<CredentialsPtr> made = make_credentials();
    if (!made.ok()) return made.status();
    options.credentials = {*std::move(made)};
    complete(&options);
    return ssl::Context::Create(std::move(options));
  }
  const std::string digest = credentials.has_value() ? credentials->digest : "";
  return contexts_.GetOrMake(
      ContextKey(side, options, digest), [&]() -> absl::StatusOr<ContextPtr> {
        if (credentials.has_value()) {
          absl::StatusOr<CredentialsPtr> made =
              credentials_.GetOrMake(digest, make_credentials);
          if (!made.ok()) return made.status();
          options.credentials = {*std::move(made)};
        }
        complete(&options);
        return ssl::Context::Create(std::move(options));
      });
}

void ContextCache::Clear() {
  contexts_.Clear();
  credentials_.Clear();
}

}  // namespace airlock::platform::internal
