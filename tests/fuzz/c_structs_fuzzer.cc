// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The structs of the C interface, of any size and with anything in them that
// is memory: each is on the heap and exactly as large as it says. Input: the
// choices for each field.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "platform/c/airlock.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/testdata.h"

namespace airlock::fuzz {
namespace {

// Makes values from an input, and keeps what they point to.
class Maker {
 public:
  explicit Maker(Input* input) : input_(*input) {}

  bool Flag() { return input_.Flag(); }

  // Often one with a meaning.
  int32_t Number() {
    constexpr std::array<int32_t, 16> kNumbers = {
        0, 0, 0, 1, 1, 64, 16, 32, -1, 2, 3, 5, 128, 0x0303, 0x0304, 12345678};
    const uint8_t byte = input_.Byte();
    return byte < 0xf0 ? kNumbers[byte % kNumbers.size()]
                       : static_cast<int32_t>(input_.Word() << 16 | byte);
  }

  airlock_bytes Bytes() {
    static const auto* files = new std::array<std::string, 6>{
        testing::ReadTestdata("certs/server_p256_chain.pem"),
        testing::ReadTestdata("certs/server_p256.key"),
        testing::ReadTestdata("certs/ca.pem"),
        testing::ReadTestdata("certs/server_p256.p12"),
        testing::ReadTestdata("certs/server_p256_encrypted.key"),
        "airlock"};
    constexpr std::array<absl::string_view, 6> kWords = {
        "localhost", "h2", "X25519:P-256", "ALL:@SECLEVEL=0", "DEFAULT", ""};
    const uint8_t byte = input_.Byte();
    if (byte < 0x60) return {nullptr, 0};
    if (byte == 0x60) return {nullptr, 5};  // Invalid.
    if (byte < 0xa0) return Keep((*files)[byte % files->size()]);
    if (byte < 0xd0) return Keep(kWords[byte % kWords.size()]);
    return Keep(input_.Bytes());
  }

  // `word`, or any.
  airlock_bytes BytesOr(absl::string_view word) {
    return input_.Flag() ? Keep(word) : Bytes();
  }

  // A list of `make`'s results, and its length in *count.
  template <typename Make>
  auto List(size_t* count, Make make) -> const decltype(make())* {
    using T = decltype(make());
    const uint8_t byte = input_.Byte();
    if (byte < 0x80) {
      *count = byte == 1 ? 7 : 0;  // 7 and NULL is invalid.
      return nullptr;
    }
    *count = byte % 4;
    std::vector<T> items;
    for (size_t i = 0; i < *count; ++i) items.push_back(make());
    return reinterpret_cast<const T*>(
        Exact(items.data(), items.size() * sizeof(T)));
  }

  // *value with a size from the input, that of the memory that it is in.
  template <typename T>
  const T* Struct(T value) {
    const uint8_t byte = input_.Byte();
    if (byte == 0xff) return nullptr;
    size_t size = sizeof(T);
    if (byte >= 0xc0) size = (byte & 0x3f) * sizeof(size_t) * 4;
    if (byte >= 0x80 && byte < 0xc0) size = input_.Word();
    value.struct_size = size;
    // An invalid size: nothing beyond the size itself is read.
    const bool is_read =
        size >= sizeof(size) && size <= 4096 && size % sizeof(size) == 0;
    std::vector<char> bytes(is_read ? size : sizeof(size));
    std::memcpy(bytes.data(), &value, std::min(bytes.size(), sizeof(T)));
    if (bytes.size() > sizeof(T) && input_.Flag()) bytes.back() = 1;
    return reinterpret_cast<const T*>(Exact(bytes.data(), bytes.size()));
  }

  // `callback`, or none.
  template <typename Callback>
  Callback Maybe(Callback callback) {
    return input_.Flag() ? callback : nullptr;
  }

 private:
  // A copy in memory of exactly that size.
  const char* Exact(const void* data, size_t size) {
    kept_.push_back(std::make_unique<char[]>(size));
    if (size > 0) std::memcpy(kept_.back().get(), data, size);
    return kept_.back().get();
  }
  airlock_bytes Keep(absl::string_view text) {
    return {Exact(text.data(), text.size()), text.size()};
  }

  Input& input_;
  std::vector<std::unique_ptr<char[]>> kept_;
};

template <typename T>
T Zero() {
  T value;
  std::memset(&value, 0, sizeof(value));
  return value;
}

airlock_status Fail(void* /*user*/, void* /*into*/, size_t /*size*/,
                    size_t* /*done*/) {
  return AIRLOCK_CLOSED;
}
airlock_status Discard(void* /*user*/, const void* /*from*/, size_t size,
                       size_t* done) {
  *done = size;
  return AIRLOCK_OK;
}

// What all inputs share.
struct Handles {
  airlock_runtime* runtime = nullptr;
  airlock_ticket_keyring* keyring = nullptr;
  airlock_credential_source* source = nullptr;
};

// Counts what is taken over and given back.
struct Releases {
  int taken = 0;
  int released = 0;
};
void Release(void* user) { ++static_cast<Releases*>(user)->released; }

airlock_spiffe_bundle SpiffeBundle(Maker* make) {
  auto bundle = Zero<airlock_spiffe_bundle>();
  bundle.trust_domain = make->BytesOr("example.org");
  bundle.bundle = make->Bytes();
  return bundle;
}

airlock_bytes SpiffeId(Maker* make) {
  return make->BytesOr("spiffe://example.org/**");
}

airlock_wrap_options WrapOptions(Maker* make) {
  auto options = Zero<airlock_wrap_options>();
  options.keyfile = make->Bytes();
  options.certfile = make->Bytes();
  options.password = make->Bytes();
  options.server_side = make->Number();
  options.cert_reqs = make->Number();
  options.ssl_version = make->Number();
  options.do_handshake_on_connect = make->Number();
  options.suppress_ragged_eofs = make->Number();
  options.check_hostname = make->Number();
  options.minimum_version = static_cast<uint16_t>(make->Number());
  options.maximum_version = static_cast<uint16_t>(make->Number());
  options.verify_flags = static_cast<uint32_t>(make->Number());
  options.cadata = make->Bytes();
  options.ciphers = make->Bytes();
  options.server_hostname = make->Bytes();
  options.alpn_protocols = make->List(&options.alpn_protocols_count,
                                      [make] { return make->Bytes(); });
  options.call_site = make->Bytes();
  options.groups = make->Bytes();
  options.alpn_required = make->Number();
  options.reserved = make->Number();
  options.spiffe_bundles = make->List(&options.spiffe_bundles_count,
                                      [make] { return SpiffeBundle(make); });
  options.spiffe_ids =
      make->List(&options.spiffe_ids_count, [make] { return SpiffeId(make); });
  return options;
}

const airlock_credentials* Credentials(Maker* make) {
  auto credentials = Zero<airlock_credentials>();
  credentials.keyfile = make->Bytes();
  credentials.certfile = make->Bytes();
  credentials.password = make->Bytes();
  return make->Struct(credentials);
}

// A list of up to three.
const airlock_credentials* const* CredentialsList(Maker* make, size_t* count) {
  return make->List(count, [make] { return Credentials(make); });
}

airlock_context_options ContextOptions(Maker* make, const Handles& handles) {
  auto options = Zero<airlock_context_options>();
  options.server_side = make->Number();
  options.cert_reqs = make->Number();
  options.ssl_version = make->Number();
  options.check_hostname = make->Number();
  options.minimum_version = static_cast<uint16_t>(make->Number());
  options.maximum_version = static_cast<uint16_t>(make->Number());
  options.disabled_versions = static_cast<uint32_t>(make->Number());
  options.verify_flags = static_cast<uint32_t>(make->Number());
  options.verify_depth = make->Number();
  options.security_level = make->Number();
  options.common_name_fallback = make->Number();
  options.alpn_required = make->Number();
  options.cipher_server_preference = make->Number();
  options.cadata = make->Bytes();
  options.ciphers = make->Bytes();
  options.groups = make->Bytes();
  options.server_hostname = make->Bytes();
  options.call_site = make->Bytes();
  options.credentials = CredentialsList(make, &options.credentials_count);
  const auto bytes = [make] { return make->Bytes(); };
  options.alpn_protocols = make->List(&options.alpn_protocols_count, bytes);
  options.npn_protocols = make->List(&options.npn_protocols_count, bytes);
  options.pins = make->List(&options.pins_count, bytes);
  options.ocsp_response = make->Bytes();
  options.sct_list = make->Bytes();
  options.request_ocsp = make->Number();
  options.request_sct = make->Number();
  options.session_tickets = make->Number();
  options.num_tickets = make->Number();
  options.session_cache_size = make->Number();
  options.session_timeout_s = make->Number();
  options.ticket_keys = make->List(&options.ticket_keys_count, bytes);
  options.session_id_context = make->Bytes();
  options.psk_identity_hint = make->Bytes();
  options.max_renegotiations = make->Number();
  options.reserved = make->Number();
  // Later fields come last, so that inputs keep their meaning.
  options.ticket_keyring = make->Flag() ? handles.keyring : nullptr;
  options.accept_compressed_certificates = make->Number();
  options.reserved2 = make->Number();
  options.credential_source = make->Flag() ? handles.source : nullptr;
  options.spiffe_bundles = make->List(&options.spiffe_bundles_count,
                                      [make] { return SpiffeBundle(make); });
  options.spiffe_ids =
      make->List(&options.spiffe_ids_count, [make] { return SpiffeId(make); });
  options.live_ca_certs = make->Number();
  options.reserved3 = make->Number();
  options.ech_keys = make->Bytes();
  return options;
}

airlock_transport Transport(Maker* make, Releases* releases) {
  auto transport = Zero<airlock_transport>();
  transport.type = make->Flag() ? AIRLOCK_TRANSPORT_CALLBACKS : make->Number();
  transport.fd = -1;
  transport.fd_owned = make->Number();
  transport.reserved = make->Number();
  transport.timeout_ms = make->Number();
  transport.read = make->Maybe(&Fail);
  transport.write = make->Maybe(&Discard);
  transport.release = &Release;
  transport.user = releases;
  transport.peer = make->Bytes();
  return transport;
}

// A runtime that depends on nothing around it.
airlock_runtime* MakeRuntime() {
  static const airlock_bytes kNone = {nullptr, 0};
  auto options = Zero<airlock_runtime_options>();
  options.struct_size = sizeof(options);
  options.environment = &kNone;
  options.log = [](void*, int32_t, airlock_bytes) {};
  airlock_runtime* runtime = nullptr;
  airlock_error* error = nullptr;
  Require(airlock_runtime_new(&options, &runtime, &error) == AIRLOCK_OK,
          "a runtime can be made");
  return runtime;
}

Handles MakeHandles() {
  Handles handles;
  handles.runtime = MakeRuntime();
  Require(
      airlock_ticket_keyring_new(0, &handles.keyring, nullptr) == AIRLOCK_OK,
      "a keyring can be made");
  const std::string chain =
      testing::ReadTestdata("certs/server_p256_chain.pem");
  const std::string key = testing::ReadTestdata("certs/server_p256.key");
  auto credentials = Zero<airlock_credentials>();
  credentials.struct_size = sizeof(credentials);
  credentials.certfile = {chain.data(), chain.size()};
  credentials.keyfile = {key.data(), key.size()};
  const airlock_credentials* const list[] = {&credentials};
  Require(airlock_credential_source_new(handles.runtime, list, 1,
                                        &handles.source, nullptr) == AIRLOCK_OK,
          "a source can be made");
  return handles;
}

// A failed call has an error that can be read, whatever the size of the output.
void Check(airlock_status status, airlock_error* error, Maker* make) {
  Require((status == AIRLOCK_ERROR) == (error != nullptr),
          "an error comes with its object");
  if (error == nullptr) return;
  auto info = Zero<airlock_error_info>();
  info.struct_size = sizeof(info);
  Require(
      airlock_error_get(error, &info) == AIRLOCK_OK && info.message.size > 0,
      "an error says why");
  auto* out =
      const_cast<airlock_error_info*>(make->Struct(Zero<airlock_error_info>()));
  (void)airlock_error_get(error, out);
  airlock_error_free(error);
}

void FeedContext(const Handles& handles, Maker* make) {
  airlock_context* context = nullptr;
  airlock_error* error = nullptr;
  const airlock_status status = airlock_context_new(
      handles.runtime, make->Struct(ContextOptions(make, handles)), &context,
      &error);
  Require((status == AIRLOCK_OK) == (context != nullptr),
          "a success has a context");
  Check(status, error, make);
  if (context == nullptr) return;
  error = nullptr;
  auto* info = const_cast<airlock_context_info*>(
      make->Struct(Zero<airlock_context_info>()));
  const airlock_status got = airlock_context_info_get(context, info, &error);
  Check(got, error, make);
  airlock_context_free(context);
}

void FeedWrap(airlock_runtime* runtime, Maker* make) {
  Releases releases;
  airlock_socket* socket = nullptr;
  airlock_error* error = nullptr;
  const airlock_wrap_options options = WrapOptions(make);
  const airlock_transport* transport = make->Struct(Transport(make, &releases));
  const airlock_status status = airlock_wrap_socket(
      runtime, transport, make->Struct(options), &socket, &error);
  Check(status, error, make);
  airlock_socket_free(socket);
  Require(releases.released <= 1, "a transport is released once");
  Require(socket == nullptr ||
              transport->struct_size <
                  offsetof(airlock_transport, user) + sizeof(void*) ||
              releases.released == 1,
          "a transport that was taken over is released");
}

void FeedExplain(airlock_runtime* runtime, Maker* make) {
  airlock_buffer json = {nullptr, 0};
  airlock_error* error = nullptr;
  const airlock_status status = airlock_runtime_explain(
      runtime, make->Struct(WrapOptions(make)), &json, &error);
  Check(status, error, make);
  airlock_buffer_free(&json);
}

void FeedRuntime(Maker* make) {
  auto options = Zero<airlock_runtime_options>();
  options.max_contexts = static_cast<size_t>(make->Number());
  options.max_credentials = static_cast<size_t>(make->Number());
  options.max_trust_stores = static_cast<size_t>(make->Number());
  options.audit_max_call_sites = static_cast<size_t>(make->Number());
  options.audit_interval_ms = make->Number();
  options.audit_burst = make->Number();
  options.reserved = make->Number();
  options.environment =
      make->List(&options.environment_count, [make] { return make->Bytes(); });
  options.policy = make->Bytes();
  options.log = [](void*, int32_t, airlock_bytes) {};
  airlock_runtime* runtime = nullptr;
  airlock_error* error = nullptr;
  const airlock_status status =
      airlock_runtime_new(make->Struct(options), &runtime, &error);
  Check(status, error, make);
  airlock_runtime_free(runtime);
}

void FeedSource(const Handles& handles, Maker* make) {
  airlock_credential_source* source = nullptr;
  airlock_error* error = nullptr;
  size_t count = 0;
  const airlock_credentials* const* list = CredentialsList(make, &count);
  airlock_status status = airlock_credential_source_new(handles.runtime, list,
                                                        count, &source, &error);
  Require((status == AIRLOCK_OK) == (source != nullptr),
          "a success has a source");
  Check(status, error, make);
  error = nullptr;
  list = CredentialsList(make, &count);
  airlock_credential_source* const updated =
      source != nullptr ? source : handles.source;
  status = airlock_credential_source_update(updated, list, count, &error);
  Check(status, error, make);
  airlock_error* failure = nullptr;
  error = nullptr;
  status = airlock_credential_source_state(
      updated,
      const_cast<airlock_credential_state*>(
          make->Struct(Zero<airlock_credential_state>())),
      make->Flag() ? &failure : nullptr, &error);
  Check(status, error, make);
  airlock_error_free(failure);
  airlock_credential_source_free(source);
}

}  // namespace
}  // namespace airlock::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace airlock;  // NOLINT(google-build-using-namespace)
  static const fuzz::Handles handles = fuzz::MakeHandles();
  fuzz::ResetRandom();
  fuzz::Input input(data, size);
  fuzz::Maker make(&input);
  switch (input.Choice(5)) {
    case 0:
      fuzz::FeedContext(handles, &make);
      break;
    case 1:
      fuzz::FeedWrap(handles.runtime, &make);
      break;
    case 2:
      fuzz::FeedExplain(handles.runtime, &make);
      break;
    case 3:
      fuzz::FeedRuntime(&make);
      break;
    default:
      fuzz::FeedSource(handles, &make);
      break;
  }
  return 0;
}
