// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Requests for keys that sign outside, and the end of any request.

#include <algorithm>
#include <deque>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "platform/keys/internal/key_service_impl.h"
#include "platform/keys/key_service.h"

namespace airlock::keys {

KeyService::Channel::~Channel() {
  size_t under_way = waiting_.size() + outside_.size() + finished_.size();
  for (const auto& queue : service_->queues_) {
    queue->turns.erase(
        std::remove(queue->turns.begin(), queue->turns.end(), this),
        queue->turns.end());
    if (queue->channel != this) continue;
    queue->channel = nullptr;
    ++under_way;
  }
  service_->users_[application_].under_way -= under_way;
}

bool KeyService::Channel::IsUnderWay(uint32_t id) const {
  const auto has_id = [id](const Waiting& each) {
    return each.request.id == id;
  };
  return absl::c_any_of(waiting_, has_id) || absl::c_any_of(outside_, has_id) ||
         absl::c_any_of(service_->queues_, [this, id](const auto& queue) {
           return queue->channel == this && queue->request.id == id;
         });
}

void KeyService::Channel::Cancel(const Message& request,
                                 std::vector<std::string>* answers) {
  const auto remove = [&request](std::deque<Waiting>* from) {
    const auto found = absl::c_find_if(*from, [&request](const Waiting& each) {
      return each.request.id == request.id;
    });
    if (found == from->end()) return false;
    from->erase(found);
    return true;
  };
  bool removed = remove(&waiting_) || remove(&outside_);
  for (const auto& queue : service_->queues_) {
    if (queue->channel != this || queue->request.id != request.id) continue;
    // It signs on, but no channel gets the signature.
    queue->channel = nullptr;
    removed = true;
  }
  // It was answered before; the two messages passed each other.
  if (!removed) return;
  --service_->users_[application_].under_way;
  answers->push_back(Encode(service_->Refuse(
      *this, request, Refusal::kCancelled, "the request was cancelled")));
}

const OutsideKey& KeyService::outside(size_t index) const {
  return *queues_[index]->key->outside;
}

KeyService::Queue* KeyService::QueueOf(const ServedKey* key) {
  return absl::c_find_if(queues_,
                         [key](const auto& queue) { return queue->key == key; })
      ->get();
}

bool KeyService::TakeOutside(size_t index) {
  Queue* const queue = queues_[index].get();
  OutsideKey* const key = queue->key->outside.get();
  std::optional<absl::StatusOr<std::string>> signature = key->Take();
  if (signature.has_value()) {
    Finish(queue, *std::move(signature));
    BeginNext(queue);
  }
  return !key->ended();
}

void KeyService::BeginNext(Queue* queue) {
  while (!queue->signing && !queue->turns.empty()) {
    Channel* const channel = queue->turns.front();
    queue->turns.pop_front();
    const auto is_for_key = [queue](const Channel::Waiting& each) {
      return each.allowed->key == queue->key;
    };
    const auto next = absl::c_find_if(channel->outside_, is_for_key);
    // All that it waited for may be cancelled.
    if (next == channel->outside_.end()) continue;
    queue->signing = true;
    queue->channel = channel;
    queue->request = std::move(next->request);
    channel->outside_.erase(next);
    if (absl::c_any_of(channel->outside_, is_for_key)) {
      queue->turns.push_back(channel);
    }
    absl::Status begun =
        queue->key->outside->Begin(queue->request.scheme, queue->request.bytes);
    if (!begun.ok()) Finish(queue, std::move(begun));
  }
}

void KeyService::Finish(Queue* queue, absl::StatusOr<std::string> signature) {
  queue->signing = false;
  Channel* const channel = std::exchange(queue->channel, nullptr);
  if (channel == nullptr) return;
  Message answer = Signed(*channel, queue->request, std::move(signature));
  answer.id = queue->request.id;
  channel->finished_.push_back(Encode(answer));
}

}  // namespace airlock::keys
