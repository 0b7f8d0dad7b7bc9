// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/credentials.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "ssl/bundle.h"
#include "ssl/error.h"
#include "ssl/guarded.h"
#include "ssl/internal/certificate_impl.h"
#include "ssl/internal/certificate_text.h"
#include "ssl/internal/credentials_impl.h"
#include "ssl/internal/engine_differences.h"
#include "ssl/internal/error_queue.h"
#include "ssl/internal/ml_dsa.h"
#include "ssl/internal/private_key.h"
#include "ssl/internal/trust_store_impl.h"
#include "ssl/shown.h"

namespace airlock::ssl {
namespace {

using internal::CredentialsError;
using internal::PasswordSource;

// One input, split into its parts.
struct Input {
  std::string name;
  std::vector<Certificate> certificates;
  std::vector<BundlePart> keys;
  bssl::UniquePtr<EVP_PKEY> key;    // Set if it came from a PKCS#12 file.
  std::vector<std::string> others;  // Labels of its other parts.

  bool has_key() const { return key != nullptr || !keys.empty(); }
};

absl::Status Damaged(absl::string_view name, const BundlePart& part) {
  // The part is not at fault if memory ran out.
  if (GetErrorKind(part.status) == ErrorKind::kInternal) return part.status;
  Error error = GetError(part.status).value_or(Error());
  error.kind = ErrorKind::kCredentials;
  error.message.clear();
  const ErrorText where =
      JoinText(internal::InputName(name), ": ", part.Where());
  error.where = where.text();
  error.names.where = where.names();
  return MakeStatus(error);
}

absl::Status TakePart(BundlePart part, PasswordSource* password, Input* input) {
  // Credentials do not use CRLs, so a damaged one does not matter.
  if (!part.status.ok() && part.kind != PartKind::kCrl) {
    return Damaged(input->name, part);
  }
  switch (part.kind) {
    case PartKind::kCertificate:
      input->certificates.push_back(*std::move(part.certificate));
      break;
    case PartKind::kPrivateKey:
      input->keys.push_back(std::move(part));
      break;
    case PartKind::kPkcs12: {
      auto content =
          internal::ParsePkcs12(part.pkcs12.view(), input->name, password);
      if (!content.ok()) return content.status();
      input->key = std::move(content->key);
      for (Certificate& certificate : content->certificates) {
        input->certificates.push_back(std::move(certificate));
      }
      break;
    }
    default:
      input->others.push_back(std::move(part.label));
  }
  return absl::OkStatus();
}

absl::StatusOr<Input> ReadInput(Material material, std::string name,
                                PasswordSource* password) {
  if (auto* reader = std::get_if<Reader>(&material)) {
    if (*reader == nullptr) {
      return CredentialsError(name, "is a reader without a function");
    }
    absl::StatusOr<Secret> content =
        Guarded(absl::StrCat("reader of ", ShownPath(name)), *reader);
    if (!content.ok()) return content.status();
    material = *std::move(content);
  }
  const absl::string_view bytes = std::get<Secret>(material).view();
  Input input;
  input.name = std::move(name);
  Bundle bundle = ReadBundle(bytes);
  if (bundle.parts.empty()) {
    return CredentialsError(input.name, DescribeUnknown(bytes));
  }
  for (BundlePart& part : bundle.parts) {
    const absl::Status status = TakePart(std::move(part), password, &input);
    if (!status.ok()) return status;
  }
  return input;
}

// What an input contains instead of the part that is missing.
std::string Found(const Input& input) {
  std::vector<std::string> found = input.others;
  if (!input.certificates.empty()) found.emplace_back("certificates");
  if (input.has_key()) found.emplace_back("a private key");
  return found.empty() ? "nothing" : DescribeLabels(found);
}

absl::Status NoCertificate(const Input& certfile) {
  const std::vector<std::string>& others = certfile.others;
  std::string hint = "provide CERTIFICATE blocks, leaf first";
  for (const std::string& label : others) {
    if (absl::EndsWith(label, "CERTIFICATE REQUEST")) {
      hint = "provide the certificate that the CA issued for the request";
    } else if (label == "PKCS7" || label == "CMS") {
      hint = "convert it with `openssl pkcs7 -print_certs`";
    }
  }
  return CredentialsError(
      certfile.name,
      absl::StrCat("contains no certificate, only ", Found(certfile)), hint);
}

// `keyfile` is the input that should contain the key.
absl::Status NoKey(const Input& keyfile, const Input* certfile) {
  if (certfile == nullptr) {
    return CredentialsError(
        keyfile.name,
        JoinText("contains no private key, only ", Found(keyfile),
                 Named(", and {keyfile} is not set")),
        "set it, or include the key in the same text");
  }
  ErrorText hint = "provide a PRIVATE KEY block";
  if (certfile->has_key()) {
    hint = certfile->certificates.empty()
               ? JoinText("the key is in ", internal::InputName(certfile->name),
                          ": the two are swapped")
               : JoinText("the key is in ", internal::InputName(certfile->name),
                          Named(": leave {keyfile} out"));
  }
  return CredentialsError(
      keyfile.name,
      absl::StrCat("contains no private key, only ", Found(keyfile)), hint);
}

absl::StatusOr<bssl::UniquePtr<EVP_PKEY>> TakeKey(Input* input,
                                                  PasswordSource* password) {
  if (input->key != nullptr) return std::move(input->key);
  const auto& keys = input->keys;
  if (keys.size() > 1) {
    return CredentialsError(
        input->name,
        absl::StrCat("holds ", keys.size(), " private keys, such as ",
                     keys[0].Where(), " and ", keys[1].Where()),
        "keep only the one that belongs to the certificate");
  }
  return internal::ParsePrivateKey(keys.front(), input->name, password);
}

// Ok if the certificate's key can be read. Otherwise no private key can match
// it, and the private key is not at fault.
absl::Status CheckPublicKey(const Certificate& certificate,
                            absl::string_view certfile_name) {
  const internal::ErrorQueueScope scope;
  const bssl::UniquePtr<EVP_PKEY> key(
      X509_get_pubkey(certificate.impl().x509.get()));
  if (key != nullptr) return absl::OkStatus();
  const uint32_t code = internal::DrainErrorQueue();
  if (internal::IsOutOfMemory(code)) return internal::OutOfMemoryError();
  Error error;
  error.kind = ErrorKind::kCredentials;
  error.subject = certificate.subject();
  internal::DescribeCode(code, &error);
  SetParts({JoinText("the public key of the first certificate in ",
                     internal::InputName(certfile_name)),
            absl::StrCat("(", internal::ShownName(error.subject),
                         ") is not supported: ",
                         internal::DescribePublicKey(certificate)),
            internal::MlDsaOfKey(certificate.impl().x509.get()) != 0 &&
                    !internal::kHasMlDsa
                ? internal::MlDsaNeed()
                : "have one issued for an RSA key, an ECDSA key on P-256, "
                  "P-384 or P-521 by the curve's name, or an Ed25519 key",
            /*after_where=*/" "},
           &error);
  return MakeStatus(error);
}

absl::Status CheckMatch(const Input& certfile, absl::string_view keyfile_name,
                        const EVP_PKEY* key) {
  const std::vector<Certificate>& chain = certfile.certificates;
  const absl::StatusOr<bool> matches = internal::MatchesKey(chain.front(), key);
  if (!matches.ok()) return matches.status();
  if (*matches) return absl::OkStatus();
  absl::Status unreadable = CheckPublicKey(chain.front(), certfile.name);
  if (!unreadable.ok()) return unreadable;
  Error error;
  error.kind = ErrorKind::kCredentials;
  error.subject = chain.front().subject();
  internal::DescribeCode(ERR_PACK(ERR_LIB_X509, X509_R_KEY_VALUES_MISMATCH),
                         &error);
  std::string hint = "provide the key that the certificate was issued for";
  for (size_t i = 1; i < chain.size(); ++i) {
    if (internal::MatchesKey(chain[i], key).value_or(false)) {
      hint = absl::StrCat("certificate ", i + 1, " of ", chain.size(),
                          " matches (", internal::ShownName(chain[i].subject()),
                          "): put it first");
      break;
    }
  }
  SetParts({JoinText("the private key in ", internal::InputName(keyfile_name)),
            JoinText("does not match the first certificate in ",
                     internal::InputName(certfile.name), " (",
                     internal::ShownName(error.subject), ")"),
            hint, /*after_where=*/" "},
           &error);
  return MakeStatus(error);
}

const X509_NAME* SubjectOf(const Certificate& certificate) {
  return X509_get_subject_name(certificate.impl().x509.get());
}

const X509_NAME* IssuerOf(const Certificate& certificate) {
  return X509_get_issuer_name(certificate.impl().x509.get());
}

// Puts each certificate's issuer after it, as RFC 8446, section 4.4.2,
// requires. The remaining certificates keep their order at the end.
void SortChain(std::vector<Certificate>* chain) {
  for (auto last = chain->begin(); last + 1 != chain->end(); ++last) {
    if (X509_NAME_cmp(SubjectOf(*last), IssuerOf(*last)) == 0) return;
    const auto issuer = std::find_if(
        last + 1, chain->end(), [last](const Certificate& certificate) {
          return X509_NAME_cmp(SubjectOf(certificate), IssuerOf(*last)) == 0;
        });
    if (issuer == chain->end()) return;
    std::rotate(last + 1, issuer, issuer + 1);
  }
}

KeyType KeyTypeOf(const EVP_PKEY* key) {
  switch (EVP_PKEY_id(key)) {
    case EVP_PKEY_RSA:
      return KeyType::kRsa;
    case EVP_PKEY_EC:
      return KeyType::kEcdsa;
    case EVP_PKEY_ED25519:
      return KeyType::kEd25519;
    default:  // The parser accepts nothing else.
      break;
  }
  const int set = internal::MlDsaOfKeyType(EVP_PKEY_id(key));
  return set == 44   ? KeyType::kMlDsa44
         : set == 65 ? KeyType::kMlDsa65
                     : KeyType::kMlDsa87;
}

// Credentials with a Signer in place of a key.
absl::StatusOr<std::unique_ptr<Credentials::Impl>> Signing(Input* certfile,
                                                           bool has_keyfile,
                                                           Signer signer) {
  if (has_keyfile || certfile->has_key()) {
    return CredentialsError(
        certfile->name,
        "both a private key and a signing callback are set; leave one out");
  }
  if (certfile->certificates.empty()) return NoCertificate(*certfile);
  const internal::ErrorQueueScope scope;
  auto impl = std::make_unique<Credentials::Impl>();
  impl->key.reset(
      X509_get_pubkey(certfile->certificates.front().impl().x509.get()));
  if (impl->key == nullptr &&
      internal::IsOutOfMemory(internal::DrainErrorQueue())) {
    return internal::OutOfMemoryError();
  }
  const int type =
      impl->key == nullptr ? EVP_PKEY_NONE : EVP_PKEY_id(impl->key.get());
  if (type != EVP_PKEY_RSA && type != EVP_PKEY_EC && type != EVP_PKEY_ED25519 &&
      internal::MlDsaOfKeyType(type) == 0) {
    const int set =
        internal::MlDsaOfKey(certfile->certificates.front().impl().x509.get());
    return CredentialsError(
        certfile->name,
        absl::StrCat(
            "the type of the certificate's key",
            set != 0 ? absl::StrCat(" (", internal::MlDsaName(set), ")") : "",
            " is not supported; ",
            set != 0 ? internal::MlDsaNeed()
                     : absl::StrCat("use RSA, ECDSA",
                                    internal::kHasMlDsa ? ", Ed25519 or ML-DSA"
                                                        : " or Ed25519")));
  }
  impl->key_type = KeyTypeOf(impl->key.get());
  impl->signer = std::move(signer);
  impl->chain = std::move(certfile->certificates);
  SortChain(&impl->chain);
  return impl;
}

}  // namespace

Credentials::Credentials(std::unique_ptr<const Impl> impl)
    : impl_(std::move(impl)) {}

Credentials::~Credentials() = default;

absl::StatusOr<std::shared_ptr<const Credentials>> Credentials::Create(
    CredentialsOptions options) {
  PasswordSource password(std::move(options.password));
  absl::StatusOr<Input> certfile =
      ReadInput(std::move(options.certfile), options.certfile_name, &password);
  if (!certfile.ok()) return certfile.status();
  std::optional<Input> keyfile;
  if (options.keyfile.has_value()) {
    absl::StatusOr<Input> input =
        ReadInput(*std::move(options.keyfile), options.keyfile_name, &password);
    if (!input.ok()) return input.status();
    keyfile = *std::move(input);
  }
  if (options.signer != nullptr) {
    auto signing =
        Signing(&*certfile, keyfile.has_value(), std::move(options.signer));
    if (!signing.ok()) return signing.status();
    return std::shared_ptr<const Credentials>(
        new Credentials(*std::move(signing)));
  }
  Input* key_input = keyfile.has_value() ? &*keyfile : &*certfile;

  if (!key_input->has_key()) {
    return NoKey(*key_input, keyfile.has_value() ? &*certfile : nullptr);
  }
  if (certfile->certificates.empty()) return NoCertificate(*certfile);
  auto key = TakeKey(key_input, &password);
  if (!key.ok()) return key.status();
  absl::Status match = CheckMatch(*certfile, key_input->name, key->get());
  if (!match.ok()) return match;

  auto impl = std::make_unique<Impl>();
  impl->key = *std::move(key);
  impl->chain = std::move(certfile->certificates);
  SortChain(&impl->chain);
  impl->key_type = KeyTypeOf(impl->key.get());
  return std::shared_ptr<const Credentials>(new Credentials(std::move(impl)));
}

const std::vector<Certificate>& Credentials::chain() const {
  return impl_->chain;
}

std::shared_ptr<const Credentials> Credentials::WithIssuersFrom(
    const TrustStore& store) const {
  constexpr size_t kMostCertificates = 10;  // Cross-signed CAs may form a loop.
  const internal::ErrorQueueScope errors;
  const absl::StatusOr<std::vector<Certificate>> known =
      store.impl().Reachable(impl_->chain);
  auto impl = std::make_unique<Impl>();
  impl->key = bssl::UpRef(impl_->key);
  impl->signer = impl_->signer;
  impl->key_type = impl_->key_type;
  impl->chain = impl_->chain;
  while (known.ok() && impl->chain.size() < kMostCertificates) {
    X509* last = impl->chain.back().impl().x509.get();
    if (X509_check_issued(last, last) == X509_V_OK) break;
    const auto issuer = std::find_if(
        known->begin(), known->end(), [last](const Certificate& certificate) {
          return X509_check_issued(certificate.impl().x509.get(), last) ==
                 X509_V_OK;
        });
    if (issuer == known->end()) break;
    impl->chain.push_back(*issuer);
  }
  return std::shared_ptr<const Credentials>(new Credentials(std::move(impl)));
}

KeyType Credentials::key_type() const { return impl_->key_type; }

int Credentials::key_bits() const { return EVP_PKEY_bits(impl_->key.get()); }

}  // namespace airlock::ssl
