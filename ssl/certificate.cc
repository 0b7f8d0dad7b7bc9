// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/certificate.h"

#include <openssl/asn1.h>
#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/ec_key.h>
#include <openssl/evp.h>
#include <openssl/mem.h>
#include <openssl/nid.h>
#include <openssl/obj.h>
#include <openssl/pem.h>
#include <openssl/sha.h>

#include <array>
#include <cstdint>

#include "absl/strings/str_cat.h"
#include "ssl/error.h"
#include "ssl/internal/certificate_impl.h"
#include "ssl/internal/error_queue.h"
#include "ssl/internal/ml_dsa.h"
#include "ssl/internal/pem.h"

namespace airlock::ssl {
namespace {

constexpr absl::string_view kNoCertificate =
    "the bytes are not a single DER certificate";

std::string BioToString(BIO* bio) {
  const uint8_t* data = nullptr;
  size_t size = 0;
  if (!BIO_mem_contents(bio, &data, &size)) return "";
  return std::string(reinterpret_cast<const char*>(data), size);
}

// An invalid time is treated as long past: nothing is valid after it.
absl::Time ToTime(const ASN1_TIME* time) {
  const internal::ErrorQueueScope scope;
  int64_t seconds = 0;
  if (!ASN1_TIME_to_posix(time, &seconds)) return absl::InfinitePast();
  return absl::FromUnixSeconds(seconds);
}

template <size_t kSize, typename Digest>
std::string DigestOf(Digest digest, const uint8_t* data, size_t size) {
  std::array<uint8_t, kSize> out;
  digest(data, size, out.data());
  return std::string(out.begin(), out.end());
}

}  // namespace

absl::StatusOr<Certificate> Certificate::FromDer(absl::string_view der) {
  const bssl::UniquePtr<CRYPTO_BUFFER> buffer(
      CRYPTO_BUFFER_new(reinterpret_cast<const uint8_t*>(der.data()),
                        der.size(), /*pool=*/nullptr));
  if (buffer == nullptr) {
    const internal::ErrorQueueScope scope;
    return internal::OutOfMemoryError();
  }
  return internal::CertificateFromBuffer(buffer.get());
}

absl::StatusOr<Certificate> Certificate::FromPem(absl::string_view pem) {
  for (const internal::PemBlock& block : internal::SplitPem(pem)) {
    const bool damaged = !block.status.ok();
    if (!damaged && !internal::IsCertificateLabel(block.label)) continue;
    const absl::StatusOr<Secret> der =
        damaged ? block.status : internal::DecodePem(block);
    if (der.ok())
      return internal::CertificateFromPemDer(block.label, der->view());
    if (GetErrorKind(der.status()) == ErrorKind::kInternal) return der.status();
    airlock::ssl::Error error =
        GetError(der.status()).value_or(airlock::ssl::Error());
    error.message.clear();
    error.where = absl::StrCat("the PEM block at line ", block.line);
    return MakeStatus(error);
  }
  return MakeStatus(ErrorKind::kInvalidArgument,
                    "the text contains no PEM certificate (a block that begins "
                    "with -----BEGIN CERTIFICATE-----)");
}

absl::string_view Certificate::der() const {
  return {reinterpret_cast<const char*>(CRYPTO_BUFFER_data(impl_->der.get())),
          CRYPTO_BUFFER_len(impl_->der.get())};
}

std::string Certificate::ToPem() const {
  const internal::ErrorQueueScope scope;
  const bssl::UniquePtr<BIO> bio(BIO_new(BIO_s_mem()));
  if (bio == nullptr || !PEM_write_bio_X509(bio.get(), impl_->x509.get())) {
    return "";
  }
  return BioToString(bio.get());
}

std::string Certificate::subject() const {
  return internal::NameToString(X509_get_subject_name(impl_->x509.get()));
}

std::string Certificate::issuer() const {
  return internal::NameToString(X509_get_issuer_name(impl_->x509.get()));
}

absl::Time Certificate::not_before() const {
  return ToTime(X509_get0_notBefore(impl_->x509.get()));
}

absl::Time Certificate::not_after() const {
  return ToTime(X509_get0_notAfter(impl_->x509.get()));
}

bool Certificate::is_ca() const {
  const internal::ErrorQueueScope errors;
  X509* x509 = impl_->x509.get();
  if (X509_check_ca(x509) != 0) return true;
  const uint32_t flags = X509_get_extension_flags(x509);
  return (flags & EXFLAG_BCONS) == 0 && (flags & EXFLAG_KUSAGE) != 0 &&
         (X509_get_key_usage(x509) & X509v3_KU_KEY_CERT_SIGN) != 0;
}

bool Certificate::is_self_issued() const {
  const internal::ErrorQueueScope scope;
  const X509* const x509 = impl_->x509.get();
  return X509_NAME_cmp(X509_get_subject_name(x509),
                       X509_get_issuer_name(x509)) == 0;
}

PublicKeyInfo Certificate::public_key() const {
  const internal::ErrorQueueScope scope;
  const bssl::UniquePtr<EVP_PKEY> key(X509_get_pubkey(impl_->x509.get()));
  if (key == nullptr) {
    const int set = internal::MlDsaOfKey(impl_->x509.get());
    return {set == 0 ? "" : internal::MlDsaName(set), 0, ""};
  }
  const int type = EVP_PKEY_id(key.get());
  // BoringSSL crashes on a DSA key that inherits its parameters (RFC 3279).
  const int bits = type == EVP_PKEY_DSA ? 0 : EVP_PKEY_bits(key.get());
  switch (type) {
    case EVP_PKEY_RSA:
      return {"RSA", bits, ""};
    case EVP_PKEY_EC: {
      const char* const curve = EC_curve_nid2nist(EC_GROUP_get_curve_name(
          EC_KEY_get0_group(EVP_PKEY_get0_EC_KEY(key.get()))));
      return {"ECDSA", bits, curve == nullptr ? "" : curve};
    }
    case EVP_PKEY_ED25519:
      return {"Ed25519", bits, ""};
    default:
      if (const int set = internal::MlDsaOfKeyType(type)) {
        return {internal::MlDsaName(set), bits, ""};
      }
      return {"", bits, ""};
  }
}

SignatureInfo Certificate::signature() const {
  const internal::ErrorQueueScope scope;
  const int nid = X509_get_signature_nid(impl_->x509.get());
  if (const int set = internal::MlDsaOfSignature(impl_->x509.get())) {
    return {internal::MlDsaName(set), "", false};
  }
  const char* const name = nid == NID_undef ? nullptr : OBJ_nid2ln(nid);
  if (name == nullptr) return {};
  int digest = NID_undef;
  if (!OBJ_find_sigid_algs(nid, &digest, /*pkey_nid=*/nullptr) ||
      digest == NID_undef) {
    return {name, "", false};
  }
  return {name, OBJ_nid2sn(digest),
          digest == NID_sha1 || digest == NID_md5 || digest == NID_md5_sha1};
}

std::string Certificate::ToText() const {
  const internal::ErrorQueueScope scope;
  const bssl::UniquePtr<BIO> bio(BIO_new(BIO_s_mem()));
  // Keep the text before a part that cannot be printed. BoringSSL crashes on a
  // DSA key that inherits its parameters.
  if (bio != nullptr) {
    const bssl::UniquePtr<EVP_PKEY> key(X509_get_pubkey(impl_->x509.get()));
    const bool is_partial =
        key != nullptr && EVP_PKEY_missing_parameters(key.get()) != 0;
    X509_print_ex(bio.get(), impl_->x509.get(),
                  XN_FLAG_ONELINE & ~ASN1_STRFLGS_ESC_MSB,
                  /*cflag=*/is_partial ? X509_FLAG_NO_PUBKEY : 0);
  }
  return bio == nullptr ? "" : BioToString(bio.get());
}

std::string Certificate::Sha1Fingerprint() const {
  return DigestOf<SHA_DIGEST_LENGTH>(SHA1, CRYPTO_BUFFER_data(impl_->der.get()),
                                     der().size());
}

std::string Certificate::Sha256Fingerprint() const {
  return DigestOf<SHA256_DIGEST_LENGTH>(
      SHA256, CRYPTO_BUFFER_data(impl_->der.get()), der().size());
}

std::string Certificate::SpkiSha256() const {
  const internal::ErrorQueueScope scope;
  uint8_t* spki = nullptr;
  const int size =
      i2d_X509_PUBKEY(X509_get_X509_PUBKEY(impl_->x509.get()), &spki);
  const bssl::UniquePtr<uint8_t> owned(spki);
  if (size < 0) return "";
  return DigestOf<SHA256_DIGEST_LENGTH>(SHA256, spki, size);
}

namespace internal {

namespace {

// Has BoringSSL decode the extensions, malformed or not. It does so once, and
// remembers a lack of memory as malformed extensions: such a certificate must
// not be used again.
absl::Status DecodeExtensions(X509* x509) {
  if ((X509_get_extension_flags(x509) & EXFLAG_INVALID) != 0 &&
      IsOutOfMemory(DrainErrorQueue())) {
    return OutOfMemoryError();
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Certificate> CertificateFromBuffer(CRYPTO_BUFFER* der) {
  const ErrorQueueScope scope;
  auto impl = std::make_shared<Certificate::Impl>();
  impl->der = bssl::UpRef(der);
  impl->x509.reset(X509_parse_from_buffer(der));
  if (impl->x509 == nullptr) {
    return DrainToStatus(ErrorKind::kInvalidArgument, kNoCertificate);
  }
  const absl::Status decoded = DecodeExtensions(impl->x509.get());
  if (!decoded.ok()) return decoded;
  return Certificate(std::move(impl));
}

absl::StatusOr<Certificate> CertificateFromParsed(CRYPTO_BUFFER* der,
                                                  X509* x509) {
  const ErrorQueueScope scope;
  const absl::Status decoded = DecodeExtensions(x509);
  if (!decoded.ok()) return decoded;
  auto impl = std::make_shared<Certificate::Impl>();
  impl->der = bssl::UpRef(der);
  impl->x509 = bssl::UpRef(x509);
  return Certificate(std::move(impl));
}

absl::StatusOr<Certificate> CertificateFromX509(X509* x509) {
  const ErrorQueueScope scope;
  uint8_t* der = nullptr;
  const int size = i2d_X509(x509, &der);
  const bssl::UniquePtr<uint8_t> owned(der);
  if (size < 0) {
    return DrainToStatus(ErrorKind::kInvalidArgument,
                         "the certificate cannot be encoded");
  }
  const absl::Status decoded = DecodeExtensions(x509);
  if (!decoded.ok()) return decoded;
  auto impl = std::make_shared<Certificate::Impl>();
  impl->der.reset(CRYPTO_BUFFER_new(der, size, /*pool=*/nullptr));
  impl->x509 = bssl::UpRef(x509);
  if (impl->der == nullptr) {
    return OutOfMemoryError();
  }
  return Certificate(std::move(impl));
}

absl::StatusOr<Certificate> CertificateFromPemDer(absl::string_view label,
                                                  absl::string_view der) {
  if (label != kTrustedCertificate) return Certificate::FromDer(der);
  const ErrorQueueScope scope;
  const auto* in = reinterpret_cast<const uint8_t*>(der.data());
  const uint8_t* const end = in + der.size();
  const bssl::UniquePtr<X509> x509(
      d2i_X509_AUX(/*x509=*/nullptr, &in, der.size()));
  if (x509 == nullptr || in != end) {
    return DrainToStatus(ErrorKind::kInvalidArgument, kNoCertificate);
  }
  return CertificateFromX509(x509.get());
}

std::string NameToString(const X509_NAME* name) {
  const ErrorQueueScope scope;
  const bssl::UniquePtr<BIO> bio(BIO_new(BIO_s_mem()));
  // RFC 4514 text is UTF-8; OpenSSL's RFC 2253 form escapes non-ASCII.
  if (bio == nullptr ||
      X509_NAME_print_ex(bio.get(), name, /*indent=*/0,
                         XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB) < 0) {
    return "(a name that cannot be shown)";
  }
  return BioToString(bio.get());
}

}  // namespace internal
}  // namespace airlock::ssl
