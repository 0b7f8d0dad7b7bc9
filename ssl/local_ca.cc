// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/local_ca.h"

#include <arpa/inet.h>
#include <openssl/asn1.h>
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/bytestring.h>
#include <openssl/digest.h>
#include <openssl/ec_key.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/nid.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>

#include <array>
#include <cstdint>
#include <functional>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace airlock::ssl {
namespace {

// Context-specific tags of GeneralName (RFC 5280, section 4.2.1.6).
constexpr CBS_ASN1_TAG kDnsName = CBS_ASN1_CONTEXT_SPECIFIC | 2;
constexpr CBS_ASN1_TAG kIpAddress = CBS_ASN1_CONTEXT_SPECIFIC | 7;

// Bits of KeyUsage (RFC 5280, section 4.2.1.3), first octet.
constexpr uint8_t kDigitalSignature = 0x80;
constexpr uint8_t kKeyCertSignAndCrlSign = 0x06;

// id-kp-serverAuth and id-kp-clientAuth.
constexpr uint8_t kServerAuth[] = {0x2b, 6, 1, 5, 5, 7, 3, 1};
constexpr uint8_t kClientAuth[] = {0x2b, 6, 1, 5, 5, 7, 3, 2};

using Fill = std::function<bool(CBB*)>;

absl::Status Failed(absl::string_view what) {
  ERR_clear_error();
  return absl::InternalError(
      absl::StrCat("BoringSSL could not make ", what, " of a certificate"));
}

const uint8_t* Bytes(absl::string_view text) {
  return reinterpret_cast<const uint8_t*>(text.data());
}

bssl::UniquePtr<EVP_PKEY> GenerateKey() {
  bssl::UniquePtr<EC_KEY> ec(EC_KEY_new_by_curve_name(NID_X9_62_prime256v1));
  bssl::UniquePtr<EVP_PKEY> key(EVP_PKEY_new());
  if (ec == nullptr || key == nullptr || !EC_KEY_generate_key(ec.get()) ||
      !EVP_PKEY_set1_EC_KEY(key.get(), ec.get())) {
    return nullptr;
  }
  return key;
}

bool SetSerialNumber(X509* x509) {
  std::array<uint8_t, 16> bytes;
  RAND_bytes(bytes.data(), bytes.size());
  bytes[0] = (bytes[0] & 0x7f) | 0x40;  // Positive, with a fixed length.
  const bssl::UniquePtr<BIGNUM> number(
      BN_bin2bn(bytes.data(), bytes.size(), nullptr));
  const bssl::UniquePtr<ASN1_INTEGER> serial(
      number == nullptr ? nullptr : BN_to_ASN1_INTEGER(number.get(), nullptr));
  return serial != nullptr && X509_set_serialNumber(x509, serial.get());
}

bool SetValidity(X509* x509, absl::Time from, absl::Time to) {
  const bssl::UniquePtr<ASN1_TIME> not_before(
      ASN1_TIME_set_posix(nullptr, absl::ToUnixSeconds(from)));
  const bssl::UniquePtr<ASN1_TIME> not_after(
      ASN1_TIME_set_posix(nullptr, absl::ToUnixSeconds(to)));
  return not_before != nullptr && not_after != nullptr &&
         X509_set1_notBefore(x509, not_before.get()) &&
         X509_set1_notAfter(x509, not_after.get());
}

bssl::UniquePtr<X509_NAME> MakeName(absl::string_view common_name) {
  bssl::UniquePtr<X509_NAME> name(X509_NAME_new());
  if (name == nullptr ||
      !X509_NAME_add_entry_by_NID(name.get(), NID_commonName, MBSTRING_UTF8,
                                  Bytes(common_name),
                                  static_cast<ossl_ssize_t>(common_name.size()),
                                  /*loc=*/-1, /*set=*/0)) {
    return nullptr;
  }
  return name;
}

// Adds an extension whose value `fill` writes.
bool AddExtension(X509* x509, int nid, bool critical, const Fill& fill) {
  bssl::ScopedCBB cbb;
  uint8_t* data = nullptr;
  size_t size = 0;
  if (!CBB_init(cbb.get(), 64) || !fill(cbb.get()) ||
      !CBB_finish(cbb.get(), &data, &size)) {
    return false;
  }
  const bssl::UniquePtr<uint8_t> free_data(data);
  const bssl::UniquePtr<ASN1_OCTET_STRING> value(ASN1_OCTET_STRING_new());
  if (value == nullptr ||
      !ASN1_STRING_set(value.get(), data, static_cast<ossl_ssize_t>(size))) {
    return false;
  }
  const bssl::UniquePtr<X509_EXTENSION> extension(X509_EXTENSION_create_by_NID(
      nullptr, nid, critical ? 1 : 0, value.get()));
  return extension != nullptr && X509_add_ext(x509, extension.get(), -1);
}

bool AddKeyUsage(X509* x509, uint8_t bits, uint8_t unused_bits) {
  return AddExtension(x509, NID_key_usage, /*critical=*/true, [=](CBB* cbb) {
    CBB value;
    return CBB_add_asn1(cbb, &value, CBS_ASN1_BITSTRING) &&
           CBB_add_u8(&value, unused_bits) && CBB_add_u8(&value, bits) &&
           CBB_flush(cbb);
  });
}

bool AddExtendedKeyUsage(X509* x509, bool client) {
  return AddExtension(
      x509, NID_ext_key_usage, /*critical=*/false, [client](CBB* cbb) {
        CBB list, oid;
        return CBB_add_asn1(cbb, &list, CBS_ASN1_SEQUENCE) &&
               CBB_add_asn1(&list, &oid, CBS_ASN1_OBJECT) &&
               CBB_add_bytes(&oid, client ? kClientAuth : kServerAuth,
                             sizeof(kServerAuth)) &&
               CBB_flush(cbb);
      });
}

bool AddBasicConstraints(X509* x509, bool is_ca) {
  return AddExtension(
      x509, NID_basic_constraints, /*critical=*/true, [is_ca](CBB* cbb) {
        CBB list;
        return CBB_add_asn1(cbb, &list, CBS_ASN1_SEQUENCE) &&
               (!is_ca || CBB_add_asn1_bool(&list, 1)) && CBB_flush(cbb);
      });
}

// RFC 5280, section 4.2.1.2, method 1; empty on failure.
std::vector<uint8_t> KeyIdentifier(const X509* x509) {
  std::vector<uint8_t> digest(EVP_MD_size(EVP_sha1()));
  unsigned size = 0;
  if (!X509_pubkey_digest(x509, EVP_sha1(), digest.data(), &size)) return {};
  return digest;
}

// Strict verifiers require both, even in a self-signed certificate.
bool AddKeyIdentifiers(X509* x509, const X509* issuer) {
  const std::vector<uint8_t> own = KeyIdentifier(x509);
  const std::vector<uint8_t> issuers = KeyIdentifier(issuer);
  return !own.empty() && !issuers.empty() &&
         AddExtension(x509, NID_subject_key_identifier, /*critical=*/false,
                      [&own](CBB* cbb) {
                        CBB value;
                        return CBB_add_asn1(cbb, &value,
                                            CBS_ASN1_OCTETSTRING) &&
                               CBB_add_bytes(&value, own.data(), own.size()) &&
                               CBB_flush(cbb);
                      }) &&
         AddExtension(
             x509, NID_authority_key_identifier, /*critical=*/false,
             [&issuers](CBB* cbb) {
               CBB list, value;
               return CBB_add_asn1(cbb, &list, CBS_ASN1_SEQUENCE) &&
                      CBB_add_asn1(&list, &value, CBS_ASN1_CONTEXT_SPECIFIC) &&
                      CBB_add_bytes(&value, issuers.data(), issuers.size()) &&
                      CBB_flush(cbb);
             });
}

bool AddNameConstraints(X509* x509, const std::vector<std::string>& names) {
  return AddExtension(
      x509, NID_name_constraints, /*critical=*/true, [&names](CBB* cbb) {
        CBB constraints, permitted;
        if (!CBB_add_asn1(cbb, &constraints, CBS_ASN1_SEQUENCE) ||
            !CBB_add_asn1(&constraints, &permitted,
                          CBS_ASN1_CONTEXT_SPECIFIC | CBS_ASN1_CONSTRUCTED)) {
          return false;
        }
        for (const std::string& name : names) {
          CBB subtree, base;
          if (!CBB_add_asn1(&permitted, &subtree, CBS_ASN1_SEQUENCE) ||
              !CBB_add_asn1(&subtree, &base, kDnsName) ||
              !CBB_add_bytes(&base, Bytes(name), name.size()) ||
              !CBB_flush(&permitted)) {
            return false;
          }
        }
        return CBB_flush(cbb) != 0;
      });
}

// The address in network order; empty if invalid.
std::string ParseAddress(const std::string& text) {
  std::array<char, sizeof(in6_addr)> bytes;
  if (inet_pton(AF_INET, text.c_str(), bytes.data()) == 1) {
    return std::string(bytes.data(), sizeof(in_addr));
  }
  if (inet_pton(AF_INET6, text.c_str(), bytes.data()) == 1) {
    return std::string(bytes.data(), sizeof(in6_addr));
  }
  return "";
}

absl::Status AddSubjectAltNames(X509* x509, const LeafOptions& options) {
  std::vector<std::pair<CBS_ASN1_TAG, std::string>> names;
  for (const std::string& name : options.dns_names) {
    names.emplace_back(kDnsName, name);
  }
  for (const std::string& text : options.ip_addresses) {
    std::string address = ParseAddress(text);
    if (address.empty()) {
      return absl::InvalidArgumentError(
          absl::StrCat(text, " is not an IP address"));
    }
    names.emplace_back(kIpAddress, std::move(address));
  }
  if (names.empty()) return absl::OkStatus();
  const bool added = AddExtension(
      x509, NID_subject_alt_name, /*critical=*/false, [&names](CBB* cbb) {
        CBB list, value;
        if (!CBB_add_asn1(cbb, &list, CBS_ASN1_SEQUENCE)) return false;
        for (const auto& [tag, name] : names) {
          if (!CBB_add_asn1(&list, &value, tag) ||
              !CBB_add_bytes(&value, Bytes(name), name.size())) {
            return false;
          }
        }
        return CBB_flush(cbb) != 0;
      });
  return added ? absl::OkStatus() : Failed("the names");
}

// A certificate without its extensions and its signature.
bssl::UniquePtr<X509> MakeUnsigned(const X509_NAME* subject,
                                   const X509_NAME* issuer, EVP_PKEY* key,
                                   absl::Time from, absl::Time to) {
  bssl::UniquePtr<X509> x509(X509_new());
  if (x509 == nullptr || !X509_set_version(x509.get(), X509_VERSION_3) ||
      !SetSerialNumber(x509.get()) || !SetValidity(x509.get(), from, to) ||
      !X509_set_subject_name(x509.get(), const_cast<X509_NAME*>(subject)) ||
      !X509_set_issuer_name(x509.get(), const_cast<X509_NAME*>(issuer)) ||
      !X509_set_pubkey(x509.get(), key)) {
    return nullptr;
  }
  return x509;
}

absl::string_view Contents(const BIO* bio) {
  const uint8_t* data = nullptr;
  size_t size = 0;
  if (!BIO_mem_contents(bio, &data, &size)) return "";
  return {reinterpret_cast<const char*>(data), size};
}

std::string ToPem(X509* x509) {
  const bssl::UniquePtr<BIO> bio(BIO_new(BIO_s_mem()));
  if (bio == nullptr || !PEM_write_bio_X509(bio.get(), x509)) return "";
  return std::string(Contents(bio.get()));
}

// A leaf that `issuer` signed with `issuer_key`; self-signed if they are null.
absl::StatusOr<Leaf> MakeLeaf(const LeafOptions& options, const X509* issuer,
                              EVP_PKEY* issuer_key) {
  const auto key = GenerateKey();
  const auto name = MakeName(options.common_name);
  if (key == nullptr || name == nullptr) return Failed("key or name");
  const auto x509 = MakeUnsigned(
      name.get(),
      issuer == nullptr ? name.get() : X509_get_subject_name(issuer), key.get(),
      options.not_before, options.not_after);
  if (x509 == nullptr || !AddBasicConstraints(x509.get(), /*is_ca=*/false) ||
      !AddKeyIdentifiers(x509.get(), issuer == nullptr ? x509.get() : issuer) ||
      !AddKeyUsage(x509.get(), kDigitalSignature, /*unused_bits=*/7) ||
      !AddExtendedKeyUsage(x509.get(), options.client)) {
    return Failed("the fields");
  }
  const absl::Status named = AddSubjectAltNames(x509.get(), options);
  if (!named.ok()) return named;
  if (!X509_sign(x509.get(), issuer_key == nullptr ? key.get() : issuer_key,
                 EVP_sha256())) {
    return Failed("the signature");
  }
  const bssl::UniquePtr<BIO> bio(BIO_new(BIO_s_mem()));
  if (bio == nullptr ||
      !PEM_write_bio_PrivateKey(bio.get(), key.get(), /*cipher=*/nullptr,
                                /*key=*/nullptr, /*key_len=*/0,
                                /*cb=*/nullptr, /*u=*/nullptr)) {
    return Failed("the key's PEM text");
  }
  Leaf leaf;
  leaf.certificate = ToPem(x509.get());
  leaf.key = Secret(Contents(bio.get()));
  if (leaf.certificate.empty()) return Failed("the PEM text");
  return leaf;
}

}  // namespace

struct LocalCa::Impl {
  bssl::UniquePtr<EVP_PKEY> key;
  bssl::UniquePtr<X509> x509;
};

LocalCa::LocalCa(std::unique_ptr<const Impl> impl, std::string certificate)
    : impl_(std::move(impl)), certificate_(std::move(certificate)) {}

LocalCa::~LocalCa() = default;

absl::StatusOr<std::unique_ptr<LocalCa>> LocalCa::Create(
    const LocalCaOptions& options) {
  auto impl = std::make_unique<Impl>();
  impl->key = GenerateKey();
  const auto name = MakeName(options.common_name);
  if (impl->key == nullptr || name == nullptr) return Failed("key or name");
  impl->x509 = MakeUnsigned(name.get(), name.get(), impl->key.get(),
                            options.not_before, options.not_after);
  if (impl->x509 == nullptr ||
      !AddBasicConstraints(impl->x509.get(), /*is_ca=*/true) ||
      !AddKeyIdentifiers(impl->x509.get(), impl->x509.get()) ||
      !AddKeyUsage(impl->x509.get(), kKeyCertSignAndCrlSign,
                   /*unused_bits=*/1) ||
      (!options.permitted_dns_names.empty() &&
       !AddNameConstraints(impl->x509.get(), options.permitted_dns_names))) {
    return Failed("the fields");
  }
  if (!X509_sign(impl->x509.get(), impl->key.get(), EVP_sha256())) {
    return Failed("the signature");
  }
  std::string pem = ToPem(impl->x509.get());
  if (pem.empty()) return Failed("the PEM text");
  return std::unique_ptr<LocalCa>(new LocalCa(std::move(impl), std::move(pem)));
}

absl::StatusOr<Leaf> LocalCa::Issue(const LeafOptions& options) const {
  return MakeLeaf(options, impl_->x509.get(), impl_->key.get());
}

absl::StatusOr<Leaf> MakeSelfSigned(const LeafOptions& options) {
  return MakeLeaf(options, /*issuer=*/nullptr, /*issuer_key=*/nullptr);
}

}  // namespace airlock::ssl
