// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/http/internal/http2_link.h"

#include <utility>

#include "absl/status/statusor.h"
#include "platform/http/internal/http2_session.h"

namespace airlock::http::internal {

// One stream.
class Http2Link::StreamExchange final : public Exchange {
 public:
  StreamExchange(std::shared_ptr<Http2Link> link, bool reused)
      : link_(std::move(link)), reused_(reused) {}

  ~StreamExchange() override {
    if (stream_ == nullptr || finished_) return;
    link_->connection_->http2()->Cancel(stream_.get());
    link_->Wake();
  }

  void Begin(ExchangeOptions options, Done done) override {
    stream_ = std::make_unique<Http2Stream>(
        std::move(options), [this, done](absl::Status status) {
          finished_ = true;
          if (status.ok()) {
            link_->home_.KeepSession(link_->connection_->socket());
          }
          done(std::move(status));
        });
    const absl::Status status =
        link_->connection_->http2()->Submit(stream_.get());
    if (!status.ok()) {
      stream_->End(status);
      return stream_->Finish();
    }
    link_->Wake();
  }

  ConnectionFacts facts() const override {
    ConnectionFacts facts = link_->connection_->facts();
    facts.reused = reused_;
    return facts;
  }

  bool answered() const override { return stream_->answered(); }
  bool unprocessed() const override { return stream_->unprocessed(); }
  bool requires_http1() const override { return stream_->requires_http1(); }

 private:
  const std::shared_ptr<Http2Link> link_;
  const bool reused_;
  std::unique_ptr<Http2Stream> stream_;
  bool finished_ = false;
};

Http2Link::Http2Link(EventLoop* loop, std::unique_ptr<Connection> connection,
                     ConnectionHome home)
    : loop_(loop), home_(std::move(home)), connection_(std::move(connection)) {}

Http2Link::~Http2Link() {
  loop_->Unwatch(connection_->fd());
  // Sends what the last exchange left, such as RST_STREAM.
  if (connection_->IsIdle()) home_.Keep(std::move(connection_));
}

std::shared_ptr<Exchange> Http2Link::NewExchange() {
  return std::make_shared<StreamExchange>(shared_from_this(),
                                          connection_->NoteRequest());
}

void Http2Link::Wake() {
  if (std::exchange(woken_, true)) return;
  loop_->Defer([weak = weak_from_this()] {
    const auto self = weak.lock();
    if (self == nullptr) return;
    self->woken_ = false;
    self->Advance();
  });
}

void Http2Link::Advance() {
  // The exchanges that end here may be the last owners.
  const auto self = shared_from_this();
  Http2Session& session = *connection_->http2();
  const absl::StatusOr<Http2Session::Progress> progress = session.Advance();
  while (Http2Stream* const stream = session.NextEnded()) stream->Finish();
  if (!progress.ok()) return loop_->Unwatch(connection_->fd());
  if (session.streams() == 0) return;
  if (*progress == Http2Session::Progress::kBusy) return Wake();
  const absl::Status status = loop_->Watch(connection_->fd(), session.events(),
                                           [weak = weak_from_this()] {
                                             const auto link = weak.lock();
                                             if (link == nullptr) return;
                                             link->connection_->Ready();
                                             link->Advance();
                                           });
  if (status.ok()) return;
  session.Break(status);
  Wake();
}

}  // namespace airlock::http::internal
