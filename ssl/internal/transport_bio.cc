// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/internal/transport_bio.h"

#include <openssl/bio.h>

#include <algorithm>
#include <utility>

#include "absl/base/attributes.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "ssl/error.h"
#include "ssl/guarded.h"

namespace airlock::ssl::internal {
namespace {

// How many bytes a transport's call for up to `requested` bytes moved; 0 if
// none, or if the number is wrong.
size_t Moved(const IoResult& result, size_t requested) {
  if (!result.done()) return 0;
  const size_t moved = result.bytes();
  return moved <= requested ? moved : 0;
}

// The result of a call that moved nothing, if it is allowed.
IoResult Checked(IoResult result, size_t requested) {
  if (result.want_callback()) return result.status();
  if (!result.done()) return result;
  return MakeStatus(
      ErrorKind::kInternal,
      ErrorParts{"The transport",
                 absl::StrCat("claims to have moved ", result.bytes(),
                              " bytes of ", requested),
                 "it must move at least one byte and at most that many. Fix "
                 "its Read or Write.",
                 /*after_where=*/" "});
}

ABSL_ATTRIBUTE_ALWAYS_INLINE inline IoResult CallRead(
    TransportBioState* state, absl::Span<uint8_t> into) {
  return Guarded("transport's Read",
                 [&] { return state->transport->Read(into); });
}

// CallRead for a lookahead, with its result checked and counted.
IoResult ReadTransport(TransportBioState* state, absl::Span<uint8_t> into) {
  IoResult result = CallRead(state, into);
  const size_t moved = Moved(result, into.size());
  if (moved == 0) return Checked(std::move(result), into.size());
  state->received += moved;
  return result;
}

// The return value of a call that may be repeated.
int Retry(BIO* bio, TransportBioState* state, bool reading) {
  state->retries = true;
  if (reading) {
    BIO_set_retry_read(bio);
  } else {
    BIO_set_retry_write(bio);
  }
  return -1;
}

// Converts a result to a BIO's return value, and stores errors.
int Settle(BIO* bio, TransportBioState* state, bool reading,
           const IoResult& result) {
  absl::Status* const error =
      reading ? &state->read_error : &state->write_error;
  if (result.failed() && absl::IsDeadlineExceeded(result.status())) {
    state->timeout = result.status();
    return Retry(bio, state, reading);
  }
  switch (result.state()) {
    case IoState::kFailed:
      *error = result.status();
      return -1;
    case IoState::kWantRead:
    case IoState::kWantCallback:  // The lookahead's.
      return Retry(bio, state, /*reading=*/true);
    case IoState::kWantWrite:
      return Retry(bio, state, /*reading=*/false);
    case IoState::kClosed:
      if (reading) {
        state->eof = true;
        return 0;
      }
      *error = MakeStatus(ErrorKind::kTransport,
                          "The transport accepts no more bytes: the peer has "
                          "closed the connection.");
      return -1;
    case IoState::kDone:
      break;
  }
  return static_cast<int>(result.bytes());
}

void Remember(absl::Span<const char> bytes, TransportBioState* state) {
  const size_t kept = std::min(bytes.size(), sizeof(state->tail));
  for (const char byte : bytes.last(kept)) {
    state->tail = state->tail << 8 | static_cast<uint8_t>(byte);
  }
}

// Begins a BIO's call; inline, since each record needs three.
ABSL_ATTRIBUTE_ALWAYS_INLINE inline TransportBioState* Enter(BIO* bio) {
  auto* state = static_cast<TransportBioState*>(BIO_get_data(bio));
  if (state->retries) {
    state->retries = false;
    BIO_clear_retry_flags(bio);
  }
  if (!state->timeout.ok()) state->timeout = absl::OkStatus();
  return state;
}

int ReadAhead(BIO* bio, TransportBioState* state, absl::Span<uint8_t> into) {
  return Settle(bio, state, /*reading=*/true,
                state->lookahead->Read(into, [state](absl::Span<uint8_t> more) {
                  return ReadTransport(state, more);
                }));
}

// Settles a call that moved nothing. Takes a pointer so that the result stays
// where the transport wrote it: copies of its fields into registers read two
// stores with one load, and wait for both.
ABSL_ATTRIBUTE_NOINLINE int SettleUnmoved(BIO* bio, TransportBioState* state,
                                          bool reading, size_t requested,
                                          IoResult* result) {
  return Settle(bio, state, reading, Checked(std::move(*result), requested));
}

int ReadDirectly(BIO* bio, TransportBioState* state, absl::Span<uint8_t> into) {
  IoResult result = CallRead(state, into);
  const size_t moved = Moved(result, into.size());
  if (moved == 0) {
    return SettleUnmoved(bio, state, /*reading=*/true, into.size(), &result);
  }
  state->received += moved;
  return static_cast<int>(moved);
}

ABSL_ATTRIBUTE_HOT int BioRead(BIO* bio, char* out, int size) {
  TransportBioState* state = Enter(bio);
  if (size <= 0 || state->halted || !state->read_error.ok() ||
      state->transport == nullptr) {
    return -1;
  }
  if (state->eof) return 0;
  const auto into = absl::MakeSpan(reinterpret_cast<uint8_t*>(out),
                                   static_cast<size_t>(size));
  const int n = state->lookahead == nullptr ? ReadDirectly(bio, state, into)
                                            : ReadAhead(bio, state, into);
  state->clock.now.reset();
  if (n > 0 && state->keeps_tail) {
    Remember(absl::MakeConstSpan(out, static_cast<size_t>(n)), state);
  }
  return n;
}

ABSL_ATTRIBUTE_HOT int BioWrite(BIO* bio, const char* in, int size) {
  TransportBioState* state = Enter(bio);
  if (size <= 0 || state->halted || !state->write_error.ok() ||
      state->transport == nullptr) {
    return -1;
  }
  const auto from = absl::MakeConstSpan(reinterpret_cast<const uint8_t*>(in),
                                        static_cast<size_t>(size));
  IoResult result = Guarded("transport's Write",
                            [&] { return state->transport->Write(from); });
  state->clock.now.reset();
  const size_t moved = Moved(result, from.size());
  if (moved == 0) {
    return SettleUnmoved(bio, state, /*reading=*/false, from.size(), &result);
  }
  state->sent += moved;
  return static_cast<int>(moved);
}

long BioControl(BIO* /*bio*/, int command, long /*number*/, void* /*data*/) {
  // Nothing is buffered here, so a flush always succeeds.
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

TransportBioState* StateOfTransportBio(BIO* bio) {
  return static_cast<TransportBioState*>(BIO_get_data(bio));
}

bssl::UniquePtr<BIO> NewTransportBio(TransportBioState* state) {
  if (Method() == nullptr) return nullptr;
  bssl::UniquePtr<BIO> bio(BIO_new(Method()));
  if (bio == nullptr) return nullptr;
  BIO_set_data(bio.get(), state);
  BIO_set_init(bio.get(), 1);
  return bio;
}

}  // namespace airlock::ssl::internal
