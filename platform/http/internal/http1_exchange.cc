// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/http/internal/http1_exchange.h"

#include <utility>

#include "absl/status/statusor.h"

namespace airlock::http::internal {

Http1Exchange::Http1Exchange(EventLoop* loop,
                             std::unique_ptr<Connection> connection,
                             ConnectionHome home)
    : loop_(loop),
      home_(std::move(home)),
      connection_(std::move(connection)),
      reused_(connection_->NoteRequest()) {}

Http1Exchange::~Http1Exchange() {
  if (connection_ != nullptr) loop_->Unwatch(connection_->fd());
}

void Http1Exchange::Begin(ExchangeOptions options, Done done) {
  done_ = std::move(done);
  transfer_.emplace(&connection_->stream(), std::move(options));
  Advance();
}

ConnectionFacts Http1Exchange::facts() const {
  ConnectionFacts facts;
  if (connection_ != nullptr) facts = connection_->facts();
  facts.reused = reused_;
  return facts;
}

void Http1Exchange::Advance() {
  const absl::StatusOr<Http1Transfer::Progress> progress = transfer_->Advance();
  if (!progress.ok()) return Finish(progress.status());
  switch (*progress) {
    case Http1Transfer::Progress::kDone:
      return Finish(absl::OkStatus());
    case Http1Transfer::Progress::kBusy:
      loop_->Defer([weak = weak_from_this()] {
        const auto self = weak.lock();
        if (self != nullptr && self->connection_ != nullptr) self->Advance();
      });
      return;
    case Http1Transfer::Progress::kWaiting: {
      absl::Status status = loop_->Watch(connection_->fd(), transfer_->events(),
                                         [weak = weak_from_this()] {
                                           if (const auto self = weak.lock())
                                             self->OnReady();
                                         });
      if (!status.ok()) Finish(std::move(status));
    }
  }
}

void Http1Exchange::OnReady() {
  if (connection_ == nullptr) return;
  connection_->Ready();
  Advance();
}

void Http1Exchange::Finish(absl::Status status) {
  // The owner may destroy this in done_.
  const auto self = shared_from_this();
  loop_->Unwatch(connection_->fd());
  if (status.ok()) {
    home_.KeepSession(connection_->socket());
    if (transfer_->reusable()) home_.Keep(std::move(connection_));
  }
  connection_.reset();
  const Done done = std::exchange(done_, nullptr);
  done(std::move(status));
}

}  // namespace airlock::http::internal
