// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/internal/private_key.h"

#include <openssl/bio.h>
#include <openssl/bytestring.h>
#include <openssl/cipher.h>
#include <openssl/digest.h>
#include <openssl/ec.h>
#include <openssl/ec_key.h>
#include <openssl/err.h>
#include <openssl/mem.h>
#include <openssl/nid.h>
#include <openssl/obj.h>
#include <openssl/pem.h>
#include <openssl/pkcs8.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "ssl/error.h"
#include "ssl/guarded.h"
#include "ssl/internal/certificate_impl.h"
#include "ssl/internal/engine_differences.h"
#include "ssl/internal/error_queue.h"
#include "ssl/internal/ml_dsa.h"
#include "ssl/shown.h"

namespace airlock::ssl::internal {
namespace {

constexpr absl::string_view kSupported =
    kHasMlDsa ? "the supported types are RSA, ECDSA on P-256, P-384 and P-521, "
                "Ed25519, and ML-DSA"
              : "the supported types are RSA, ECDSA on P-256, P-384 and P-521, "
                "and Ed25519";

// RFC 8017 sets no minimum; smaller keys cannot sign in TLS at all.
constexpr int kMinRsaBits = 512;

absl::Status ErrorWithCode(absl::string_view name, absl::string_view what,
                           absl::string_view advice, uint32_t code) {
  Error error;
  error.kind = ErrorKind::kCredentials;
  SetParts({InputName(name), what, advice}, &error);
  DescribeCode(code, &error);
  return MakeStatus(error);
}

absl::Status NoPassword(absl::string_view name, absl::string_view where) {
  return CredentialsError(
      name, absl::StrCat(where, " is encrypted, and no password was given"),
      "pass the password, or a decrypted key");
}

// Always has the same reason: the output of a wrong password can look valid by
// chance, and then fail in many ways.
absl::Status WrongPassword(absl::string_view name, absl::string_view where) {
  return ErrorWithCode(name,
                       absl::StrCat(where,
                                    " cannot be decrypted: the password is "
                                    "wrong, or the encrypted data is damaged"),
                       "", ERR_PACK(ERR_LIB_CIPHER, CIPHER_R_BAD_DECRYPT));
}

bool IsUnsupportedEncryption(uint32_t code) {
  const int reason = ERR_GET_REASON(code);
  switch (ERR_GET_LIB(code)) {
    case ERR_LIB_PEM:
      return reason == PEM_R_UNSUPPORTED_CIPHER ||
             reason == PEM_R_UNSUPPORTED_ENCRYPTION;
    case ERR_LIB_DIGEST:
      return reason == DIGEST_R_UNKNOWN_HASH;
    case ERR_LIB_PKCS8:
      return reason == PKCS8_R_UNKNOWN_ALGORITHM ||
             reason == PKCS8_R_BAD_ITERATION_COUNT ||
             reason == PKCS8_R_UNSUPPORTED_CIPHER ||
             reason == PKCS8_R_UNSUPPORTED_KEYLENGTH ||
             reason == PKCS8_R_UNSUPPORTED_KEY_DERIVATION_FUNCTION ||
             reason == PKCS8_R_UNSUPPORTED_PRF;
    default:
      return false;
  }
}

bool IsUnsupportedKey(uint32_t code) {
  return (ERR_GET_LIB(code) == ERR_LIB_EVP &&
          ERR_GET_REASON(code) == EVP_R_UNSUPPORTED_ALGORITHM) ||
         (ERR_GET_LIB(code) == ERR_LIB_EC &&
          ERR_GET_REASON(code) == EC_R_UNKNOWN_GROUP);
}

constexpr absl::string_view kExplicitParameters =
    "EC with explicit parameters; RFC 5480 wants the curve's name (`openssl ec "
    "-param_enc named_curve`)";

// The name of an AlgorithmIdentifier: "ED448", or its dotted numbers.
std::string DescribeAlgorithm(CBS algorithm) {
  CBS oid;
  if (!CBS_get_asn1(&algorithm, &oid, CBS_ASN1_OBJECT)) return "";
  if (const int set = MlDsaOfOid(oid)) return MlDsaName(set);
  const int nid = OBJ_cbs2nid(&oid);
  if (nid == NID_X9_62_id_ecPublicKey &&
      CBS_peek_asn1_tag(&algorithm, CBS_ASN1_SEQUENCE)) {
    return std::string(kExplicitParameters);
  }
  if (nid == NID_X9_62_id_ecPublicKey &&
      CBS_get_asn1(&algorithm, &oid, CBS_ASN1_OBJECT)) {
    const int curve = OBJ_cbs2nid(&oid);
    if (curve != NID_undef) return absl::StrCat("EC on ", OBJ_nid2sn(curve));
  } else if (nid != NID_undef) {
    return OBJ_nid2ln(nid);
  }
  const bssl::UniquePtr<char> text(CBS_asn1_oid_to_text(&oid));
  return text == nullptr ? "" : ssl::Shown(text.get());
}

// The type of a PKCS#8 key, such as " (ED448)"; empty for other forms.
std::string AlgorithmOf(const BundlePart& part) {
  CBS cbs, info, algorithm;
  uint64_t version = 0;
  CBS_init(&cbs,
           reinterpret_cast<const uint8_t*>(part.key->content.view().data()),
           part.key->content.size());
  if (part.key->form != KeyForm::kPkcs8 ||
      !CBS_get_asn1(&cbs, &info, CBS_ASN1_SEQUENCE) ||
      !CBS_get_asn1_uint64(&info, &version) ||
      !CBS_get_asn1(&info, &algorithm, CBS_ASN1_SEQUENCE)) {
    return "";
  }
  const std::string described = DescribeAlgorithm(algorithm);
  return described.empty() ? "" : absl::StrCat(" (", described, ")");
}

// Why a key could not be parsed, from BoringSSL's first error.
absl::Status ParseError(const BundlePart& part, absl::string_view name,
                        bool encrypted) {
  const uint32_t code = DrainErrorQueue();
  if (IsOutOfMemory(code)) return OutOfMemoryError();
  if (IsUnsupportedEncryption(code)) {
    return ErrorWithCode(
        name,
        absl::StrCat(part.Where(),
                     " is encrypted in a way that is not supported"),
        "encrypt it again with `openssl pkcs8 -topk8 -v2 aes-256-cbc`", code);
  }
  const std::string algorithm = AlgorithmOf(part);
  if (IsNotSeed(code)) {
    return ErrorWithCode(
        name,
        absl::StrCat(part.Where(), " is not the seed of its key", algorithm,
                     ", which is the only form that is supported (RFC 9881)"),
        "write it with `openssl pkey -provparam "
        "ml-dsa.output_formats=seed-only`, or make a new one if it has no seed",
        code);
  }
  if (IsUnsupportedKey(code)) {
    const bool needs_engine =
        !kHasMlDsa && absl::StrContains(algorithm, "ML-DSA");
    return ErrorWithCode(
        name,
        absl::StrCat(part.Where(),
                     " is of a type or curve that is not supported", algorithm),
        needs_engine ? MlDsaNeed() : std::string(kSupported), code);
  }
  if (encrypted) return WrongPassword(name, part.Where());
  return ErrorWithCode(name, absl::StrCat(part.Where(), " is damaged"),
                       "restore it", code);
}

struct PemPassword {
  PasswordSource* source;
  bool asked = false;
  absl::Status status;
};

int GivePemPassword(char* buffer, int size, int /*rwflag*/, void* user) {
  auto* state = static_cast<PemPassword*>(user);
  state->asked = true;
  if (!state->source->available()) return -1;
  const absl::StatusOr<absl::string_view> password = state->source->Get();
  if (!password.ok()) {
    state->status = password.status();
    return -1;
  }
  if (password->size() > static_cast<size_t>(size)) return -1;
  if (!password->empty()) {
    std::memcpy(buffer, password->data(), password->size());
  }
  return static_cast<int>(password->size());
}

absl::StatusOr<bssl::UniquePtr<EVP_PKEY>> ParsePemWithHeaders(
    const BundlePart& part, absl::string_view name, PasswordSource* password) {
  const bssl::UniquePtr<BIO> bio(
      BIO_new_mem_buf(part.key->content.view().data(),
                      static_cast<ossl_ssize_t>(part.key->content.size())));
  PemPassword state{password, false, absl::OkStatus()};
  bssl::UniquePtr<EVP_PKEY> parsed(PEM_read_bio_PrivateKey(
      bio.get(), /*x=*/nullptr, GivePemPassword, &state));
  if (!state.status.ok()) return state.status;
  if (state.asked && !password->available()) {
    return NoPassword(name, part.Where());
  }
  if (parsed == nullptr) return ParseError(part, name, state.asked);
  return parsed;
}

bssl::UniquePtr<EVP_PKEY> ParseDerKey(KeyForm form, CBS* cbs) {
  bssl::UniquePtr<EVP_PKEY> key;
  if (form == KeyForm::kPkcs8) {
    key.reset(EVP_parse_private_key(cbs));
    return key;
  }
  key.reset(EVP_PKEY_new());
  if (key == nullptr) return nullptr;
  if (form == KeyForm::kPkcs1) {
    const bssl::UniquePtr<RSA> rsa(RSA_parse_private_key(cbs));
    if (rsa == nullptr || !EVP_PKEY_set1_RSA(key.get(), rsa.get())) {
      return nullptr;
    }
  } else {
    const bssl::UniquePtr<EC_KEY> ec(
        EC_KEY_parse_private_key(cbs, /*group=*/nullptr));
    if (ec == nullptr || !EVP_PKEY_set1_EC_KEY(key.get(), ec.get())) {
      return nullptr;
    }
  }
  return key;
}

absl::StatusOr<bssl::UniquePtr<EVP_PKEY>> ParseDerKeyOrError(
    const BundlePart& part, absl::string_view name, PasswordSource* password) {
  const bool encrypted = part.key->form == KeyForm::kEncryptedPkcs8;
  CBS cbs;
  CBS_init(&cbs,
           reinterpret_cast<const uint8_t*>(part.key->content.view().data()),
           part.key->content.size());
  bssl::UniquePtr<EVP_PKEY> parsed;
  if (encrypted) {
    if (!password->available()) return NoPassword(name, part.Where());
    const absl::StatusOr<absl::string_view> text = password->Get();
    if (!text.ok()) return text.status();
    // Null would mean no password, which differs from an empty one.
    parsed.reset(PKCS8_parse_encrypted_private_key(
        &cbs, text->empty() ? "" : text->data(), text->size()));
  } else {
    parsed = ParseDerKey(part.key->form, &cbs);
  }
  if (parsed == nullptr) return ParseError(part, name, encrypted);
  if (CBS_len(&cbs) != 0) {
    return CredentialsError(name,
                            absl::StrCat(part.Where(), " has ", CBS_len(&cbs),
                                         " bytes after its end"),
                            "remove them");
  }
  return parsed;
}

// `text` with a terminating NUL; empty if out of memory.
Secret MakeTerminated(absl::string_view text) {
  const bssl::UniquePtr<char> copy(OPENSSL_strndup(text.data(), text.size()));
  return copy == nullptr ? Secret() : Secret({copy.get(), text.size() + 1});
}

// Ok for the types and curves that credentials.h lists.
absl::Status CheckSupported(const EVP_PKEY* key, absl::string_view name,
                            absl::string_view where) {
  std::string found;
  switch (EVP_PKEY_id(key)) {
    case EVP_PKEY_ED25519:
      return absl::OkStatus();
    case EVP_PKEY_RSA:
      if (EVP_PKEY_bits(key) >= kMinRsaBits) return absl::OkStatus();
      return CredentialsError(name,
                              absl::StrCat(where, " is an RSA key of ",
                                           EVP_PKEY_bits(key), " bits"),
                              "use at least 2048");
    case EVP_PKEY_EC: {
      const int curve =
          EC_GROUP_get_curve_name(EC_KEY_get0_group(EVP_PKEY_get0_EC_KEY(key)));
      if (curve == NID_X9_62_prime256v1 || curve == NID_secp384r1 ||
          curve == NID_secp521r1) {
        return absl::OkStatus();
      }
      found = absl::StrCat("its curve (", OBJ_nid2sn(curve), ")");
      break;
    }
    default:
      if (MlDsaOfKeyType(EVP_PKEY_id(key)) != 0) return absl::OkStatus();
      found = absl::StrCat("its type (", OBJ_nid2ln(EVP_PKEY_id(key)), ")");
      break;
  }
  return CredentialsError(
      name, absl::StrCat(where, ": ", found, " is not supported"), kSupported);
}

}  // namespace

ErrorText InputName(absl::string_view name) {
  return ErrorText::Name(ShownPath(name));
}

absl::Status CredentialsError(absl::string_view name, const ErrorText& what,
                              const ErrorText& advice) {
  return MakeStatus(ErrorKind::kCredentials,
                    ErrorParts{InputName(name), what, advice});
}

absl::StatusOr<absl::string_view> PasswordSource::Get() {
  if (!password_.has_value()) {
    password_.emplace(Guarded("password callback", callback_));
  }
  if (!password_->ok()) return password_->status();
  return (*password_)->view();
}

absl::StatusOr<bssl::UniquePtr<EVP_PKEY>> ParsePrivateKey(
    const BundlePart& part, absl::string_view name, PasswordSource* password) {
  const ErrorQueueScope scope;
  if (part.key->form == KeyForm::kUnsupported) {
    return CredentialsError(
        name,
        absl::StrCat(part.Where(),
                     " is a key in a format that is not supported"),
        absl::StrCat("convert it to PKCS#8 (for OpenSSH's: `ssh-keygen -p -m "
                     "PKCS8`); ",
                     kSupported));
  }
  auto parsed = part.key->form == KeyForm::kPemWithHeaders
                    ? ParsePemWithHeaders(part, name, password)
                    : ParseDerKeyOrError(part, name, password);
  if (!parsed.ok()) return parsed;
  absl::Status status = CheckSupported(parsed->get(), name, part.Where());
  if (!status.ok()) return status;
  return parsed;
}

absl::StatusOr<bool> MatchesKey(const Certificate& certificate,
                                const EVP_PKEY* key) {
  const ErrorQueueScope scope;
  if (X509_check_private_key(certificate.impl().x509.get(), key) == 1) {
    return true;
  }
  if (IsOutOfMemory(DrainErrorQueue())) return OutOfMemoryError();
  return false;
}

std::string DescribePublicKey(const Certificate& certificate) {
  const ErrorQueueScope scope;
  uint8_t* der = nullptr;
  const int size = i2d_X509_PUBKEY(
      X509_get_X509_PUBKEY(certificate.impl().x509.get()), &der);
  const bssl::UniquePtr<uint8_t> owned(der);
  CBS in, info, algorithm;
  CBS_init(&in, der, size < 0 ? 0 : static_cast<size_t>(size));
  if (CBS_get_asn1(&in, &info, CBS_ASN1_SEQUENCE) &&
      CBS_get_asn1(&info, &algorithm, CBS_ASN1_SEQUENCE)) {
    std::string described = DescribeAlgorithm(algorithm);
    if (!described.empty()) return described;
  }
  return "its type is unknown";
}

absl::StatusOr<Pkcs12Content> ParsePkcs12(absl::string_view der,
                                          absl::string_view name,
                                          PasswordSource* password) {
  const ErrorQueueScope scope;
  Secret terminated = MakeTerminated("");
  if (password->available()) {
    const absl::StatusOr<absl::string_view> text = password->Get();
    if (!text.ok()) return text.status();
    if (text->find('\0') != absl::string_view::npos) {
      return CredentialsError(
          name, "the password of a PKCS#12 file cannot contain a NUL");
    }
    terminated = MakeTerminated(*text);
  }

  if (terminated.view().empty()) return OutOfMemoryError();
  CBS cbs;
  CBS_init(&cbs, reinterpret_cast<const uint8_t*>(der.data()), der.size());
  EVP_PKEY* key = nullptr;
  const bssl::UniquePtr<STACK_OF(X509)> certificates(sk_X509_new_null());
  const int ok = certificates != nullptr &&
                 PKCS12_get_key_and_certs(&key, certificates.get(), &cbs,
                                          terminated.view().data());
  Pkcs12Content content;
  content.key.reset(key);
  if (!ok) {
    const uint32_t code = DrainErrorQueue();
    if (IsOutOfMemory(code)) return OutOfMemoryError();
    if (IsUnsupportedEncryption(code)) {
      return ErrorWithCode(name,
                           "the PKCS#12 file is encrypted in a way that is not "
                           "supported",
                           "export it again with AES-256", code);
    }
    if (IsUnsupportedKey(code)) {
      return ErrorWithCode(name,
                           "the key in the PKCS#12 file is of a type or curve "
                           "that is not supported",
                           kSupported, code);
    }
    const bool wrong_password =
        code == ERR_PACK(ERR_LIB_PKCS8, PKCS8_R_INCORRECT_PASSWORD) ||
        code == ERR_PACK(ERR_LIB_CIPHER, CIPHER_R_BAD_DECRYPT);
    if (wrong_password && !password->available()) {
      return NoPassword(name, "the PKCS#12 file");
    }
    if (wrong_password) return WrongPassword(name, "the PKCS#12 file");
    if (code == ERR_PACK(ERR_LIB_PKCS8, PKCS8_R_MISSING_MAC)) {
      return ErrorWithCode(
          name,
          "the PKCS#12 file has no MAC, so changes to it cannot be detected",
          "export it with a MAC", code);
    }
    return ErrorWithCode(name, "the PKCS#12 file is damaged", "restore it",
                         code);
  }
  if (content.key != nullptr) {
    absl::Status status =
        CheckSupported(content.key.get(), name, "the key in the PKCS#12 file");
    if (!status.ok()) return status;
  }
  for (X509* x509 : certificates.get()) {
    absl::StatusOr<Certificate> certificate = CertificateFromX509(x509);
    if (!certificate.ok()) return certificate.status();
    content.certificates.push_back(*std::move(certificate));
  }
  if (content.key == nullptr) return content;
  // The format does not define an order.
  absl::Status status;
  std::stable_partition(content.certificates.begin(),
                        content.certificates.end(),
                        [&content, &status](const Certificate& certificate) {
                          const absl::StatusOr<bool> matches =
                              MatchesKey(certificate, content.key.get());
                          status.Update(matches.status());
                          return matches.value_or(false);
                        });
  if (!status.ok()) return status;
  return content;
}

}  // namespace airlock::ssl::internal
