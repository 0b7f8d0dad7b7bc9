// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/internal/transport_bio.h"

#include <openssl/bio.h>

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "ssl/error.h"
#include "ssl/internal/guarded.h"

namespace airlock::ssl::internal {
namespace {

// Turns a transport's answer into what a BIO returns, and remembers errors.
int Settle(BIO* bio, TransportBioState* state, bool reading, int requested,
           const IoResult& result) {
  absl::Status* const error =
      reading ? &state->read_error : &state->write_error;
  if (result.failed() && absl::IsDeadlineExceeded(result.status())) {
    state->timeout = result.status();
    if (reading) {
      BIO_set_retry_read(bio);
    } else {
      BIO_set_retry_write(bio);
    }
    return -1;
  }
  switch (result.state()) {
    case IoState::kFailed:
    case IoState::kWantCallback:  // Not for a transport to answer.
      *error = result.status();
      return -1;
    case IoState::kWantRead:
      BIO_set_retry_read(bio);
      return -1;
    case IoState::kWantWrite:
      BIO_set_retry_write(bio);
      return -1;
    case IoState::kClosed:
      if (reading) {
        state->eof = true;
        return 0;
      }
      *error = MakeStatus(ErrorKind::kTransport,
                          "The transport takes no more bytes: the peer has "
                          "closed the connection.");
      return -1;
    case IoState::kDone:
      break;
  }
  if (result.bytes() == 0 || result.bytes() > static_cast<size_t>(requested)) {
    *error = MakeStatus(
        ErrorKind::kInternal,
        absl::StrCat("The transport claims to have moved ", result.bytes(),
                     " bytes of ", requested,
                     "; it must move at least one and at most those. Mend its "
                     "Read or Write."));
    return -1;
  }
  (reading ? state->received : state->sent) += result.bytes();
  return static_cast<int>(result.bytes());
}

TransportBioState* State(BIO* bio) {
  return static_cast<TransportBioState*>(BIO_get_data(bio));
}

void Remember(absl::Span<const char> bytes, TransportBioState* state) {
  auto& tail = state->tail;
  const size_t kept = std::min(bytes.size(), tail.size());
  std::copy(tail.begin() + kept, tail.end(), tail.begin());
  std::copy(bytes.end() - kept, bytes.end(), tail.end() - kept);
}

int BioRead(BIO* bio, char* out, int size) {
  BIO_clear_retry_flags(bio);
  TransportBioState* state = State(bio);
  state->timeout = absl::OkStatus();
  if (size <= 0 || state->halted || !state->read_error.ok() ||
      state->transport == nullptr) {
    return -1;
  }
  if (state->eof) return 0;
  const auto into = absl::MakeSpan(reinterpret_cast<uint8_t*>(out),
                                   static_cast<size_t>(size));
  const int n = Settle(bio, state, /*reading=*/true, size,
                       Guarded("transport's Read",
                               [&] { return state->transport->Read(into); }));
  if (n > 0) Remember(absl::MakeConstSpan(out, static_cast<size_t>(n)), state);
  return n;
}

int BioWrite(BIO* bio, const char* in, int size) {
  BIO_clear_retry_flags(bio);
  TransportBioState* state = State(bio);
  state->timeout = absl::OkStatus();
  if (size <= 0 || state->halted || !state->write_error.ok() ||
      state->transport == nullptr) {
    return -1;
  }
  const auto from = absl::MakeConstSpan(reinterpret_cast<const uint8_t*>(in),
                                        static_cast<size_t>(size));
  return Settle(bio, state, /*reading=*/false, size,
                Guarded("transport's Write",
                        [&] { return state->transport->Write(from); }));
}

long BioControl(BIO* /*bio*/, int command, long /*number*/, void* /*data*/) {
  // Nothing is buffered here, so flushing is always done.
  return command == BIO_CTRL_FLUSH ? 1 : 0;
}

const BIO_METHOD* Method() {
  static const BIO_METHOD* const method = [] {
    BIO_METHOD* made = BIO_meth_new(BIO_TYPE_SOURCE_SINK, "airlock transport");
    if (made == nullptr || !BIO_meth_set_read(made, BioRead) ||
        !BIO_meth_set_write(made, BioWrite) ||
        !BIO_meth_set_ctrl(made, BioControl)) {
      BIO_meth_free(made);
      return static_cast<BIO_METHOD*>(nullptr);
    }
    return made;
  }();
  return method;
}

}  // namespace

bssl::UniquePtr<BIO> NewTransportBio(TransportBioState* state) {
  if (Method() == nullptr) return nullptr;
  bssl::UniquePtr<BIO> bio(BIO_new(Method()));
  if (bio == nullptr) return nullptr;
  BIO_set_data(bio.get(), state);
  BIO_set_init(bio.get(), 1);
  return bio;
}

}  // namespace airlock::ssl::internal
