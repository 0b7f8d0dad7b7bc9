// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/internal/certificate_compression.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <zlib.h>

#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "ssl/error.h"
#include "ssl/internal/error_queue.h"

namespace airlock::ssl::internal {
namespace {

// A server with several OCSP responses in turn needs no more at once.
constexpr size_t kMostEntries = 4;

absl::string_view Text(absl::Span<const uint8_t> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

absl::Status Wrong(absl::string_view why) {
  Error error;
  DescribeCode(ERR_PACK(ERR_LIB_SSL, SSL_R_CERT_DECOMPRESSION_FAILED), &error);
  error.kind = ErrorKind::kProtocol;
  error.alert = SSL_AD_BAD_CERTIFICATE;
  SetParts({"", absl::StrCat("The server's compressed certificate ", why),
            Named("the server does not follow RFC 8879; without "
                  "{accept_compressed_certificates}, it does not compress.")},
           &error);
  return MakeStatus(error);
}

// Why `inflate`, which had all input and room for the declared size, returned
// `result` with this much input and room left; empty: it is as declared.
std::string Fault(int result, const z_stream& stream, size_t declared) {
  switch (result) {
    case Z_STREAM_END:
      if (stream.avail_out > 0) {
        return absl::StrCat(
            "has ", declared - stream.avail_out,
            " bytes when decompressed, and the server declared ", declared);
      }
      return stream.avail_in > 0 ? "is followed by other bytes" : "";
    case Z_NEED_DICT:
      return "needs a dictionary, which RFC 8879 does not have";
    case Z_OK:
    case Z_BUF_ERROR:
      return stream.avail_out == 0 && stream.avail_in > 0
                 ? absl::StrCat("has more than the ", declared,
                                " bytes that the server declared")
                 : "ends early";
    default:
      return absl::StrCat("is damaged (",
                          stream.msg == nullptr ? "no zlib data" : stream.msg,
                          ")");
  }
}

}  // namespace

std::shared_ptr<const std::string> CompressMessage(
    absl::Span<const uint8_t> message) {
  z_stream stream = {};
  if (deflateInit(&stream, Z_BEST_COMPRESSION) != Z_OK) return nullptr;
  const absl::Cleanup end = [&stream] { deflateEnd(&stream); };
  std::string compressed(deflateBound(&stream, message.size()), '\0');
  stream.next_in = const_cast<Bytef*>(message.data());
  stream.avail_in = static_cast<uInt>(message.size());
  stream.next_out = reinterpret_cast<Bytef*>(&compressed[0]);
  stream.avail_out = static_cast<uInt>(compressed.size());
  if (deflate(&stream, Z_FINISH) != Z_STREAM_END) return nullptr;
  compressed.resize(compressed.size() - stream.avail_out);
  compressed.shrink_to_fit();
  return std::make_shared<const std::string>(std::move(compressed));
}

absl::Status DecompressMessage(absl::Span<const uint8_t> compressed,
                               absl::Span<uint8_t> message) {
  if (message.empty()) return Wrong("has no bytes, as the server declared");
  z_stream stream = {};
  if (inflateInit(&stream) != Z_OK) return OutOfMemoryError();
  const absl::Cleanup end = [&stream] { inflateEnd(&stream); };
  stream.next_in = const_cast<Bytef*>(compressed.data());
  stream.avail_in = static_cast<uInt>(compressed.size());
  stream.next_out = message.data();
  stream.avail_out = static_cast<uInt>(message.size());
  // With Z_FINISH and enough room, zlib allocates no window.
  const int result = inflate(&stream, Z_FINISH);
  if (result == Z_MEM_ERROR) return OutOfMemoryError();
  const std::string fault = Fault(result, stream, message.size());
  return fault.empty() ? absl::OkStatus() : Wrong(fault);
}

std::shared_ptr<const std::string> CompressedMessages::Find(
    absl::Span<const uint8_t> message) {
  const absl::MutexLock lock(&mutex_);
  for (const Entry& entry : entries_) {
    if (entry.message == Text(message)) return entry.compressed;
  }
  return nullptr;
}

std::shared_ptr<const std::string> CompressedMessages::Of(
    absl::Span<const uint8_t> message) {
  std::shared_ptr<const std::string> compressed = Find(message);
  if (compressed != nullptr) return compressed;
  // Threads that begin at the same time may each compress it.
  compressed = CompressMessage(message);
  if (compressed == nullptr) return nullptr;
  Entry entry = {std::string(Text(message)), compressed};
  const absl::MutexLock lock(&mutex_);
  for (const Entry& other : entries_) {
    if (other.message == entry.message) return other.compressed;
  }
  if (entries_.size() == kMostEntries) entries_.erase(entries_.begin());
  entries_.push_back(std::move(entry));
  return compressed;
}

size_t CompressedMessages::size() const {
  const absl::MutexLock lock(&mutex_);
  return entries_.size();
}

}  // namespace airlock::ssl::internal
