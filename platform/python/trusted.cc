// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/python/trusted.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/types/variant.h"
#include "platform/wrap_options.h"
#include "ssl/error.h"
#include "ssl/secret.h"

namespace airlock::python {
namespace {

bool Contains(const std::vector<ssl::Certificate>& all,
              const ssl::Certificate& one) {
  return std::find(all.begin(), all.end(), one) != all.end();
}

}  // namespace

absl::Status Trusted::AddBundle(absl::string_view bytes,
                                absl::string_view name) {
  platform::CaCerts shared = platform::CaBytes{std::string(bytes)};
  // A bundle may also contain a key.
  const ssl::ScopedWipe wipe(&absl::get<platform::CaBytes>(shared).bytes);
  absl::StatusOr<StorePtr> store = runtime_->LoadCaCerts(shared);
  if (store.ok()) {
    AddFile(*std::move(store));
    return absl::OkStatus();
  }
  // Memory that runs out says nothing about the bundle.
  if (ssl::GetErrorKind(store.status()) == ssl::ErrorKind::kInternal) {
    return store.status();
  }
  // It is damaged, or it contains only CRLs.
  const absl::Status status = crls_.Add(bytes, name);
  if (status.ok()) named_ = true;
  return status;
}

void Trusted::AddFile(StorePtr store) {
  named_ = true;
  files_.push_back(std::move(store));
}

void Trusted::AddDirectory(StorePtr store) {
  named_ = true;
  directories_.push_back(std::move(store));
}

void Trusted::AddAbsent(std::string why) {
  named_ = true;
  absent_.push_back(std::move(why));
}

absl::StatusOr<Trusted::StorePtr> Trusted::Merge(
    const std::vector<StorePtr>& stores) const {
  if (crls_.crl_count() == 0 && !stores.empty()) {
    return runtime_->MergeCaCerts(stores);
  }
  ssl::TrustStore::Builder all;
  for (const StorePtr& store : stores) all.AddStore(*store);
  all.AddBuilder(crls_);
  return all.Build();
}

absl::StatusOr<Trusted::StorePtr> Trusted::Store() const {
  if (empty()) return StorePtr();
  if (!absent_.empty() && files_.empty() && directories_.empty()) {
    return ssl::MakeStatus(
        ssl::ErrorKind::kTrustStore,
        absl::StrCat(
            "no CA certificate was loaded, so no peer can be trusted: ",
            absl::StrJoin(absent_, "; "),
            ". Use a directory on which `openssl rehash` was run, or "
            "a bundle"));
  }
  std::vector<StorePtr> all = files_;
  all.insert(all.end(), directories_.begin(), directories_.end());
  return Merge(all);
}

std::vector<ssl::Certificate> Trusted::Listed() const {
  std::vector<ssl::Certificate> result;
  if (!files_.empty()) {
    const absl::StatusOr<StorePtr> store = Merge(files_);
    if (store.ok()) result = (*store)->Certificates();
  }
  result.insert(result.end(), used_.begin(), used_.end());
  return result;
}

size_t Trusted::crl_count() const {
  size_t count = crls_.crl_count();
  for (const StorePtr& store : files_) count += store->crl_count();
  return count;
}

void Trusted::NoteVerified(const std::vector<ssl::Certificate>& chain) {
  if (directories_.empty() || chain.empty()) return;
  const ssl::Certificate& anchor = chain.back();
  if (Contains(used_, anchor)) return;
  for (const StorePtr& directory : directories_) {
    if (Contains(directory->Certificates(), anchor)) {
      used_.push_back(anchor);
      return;
    }
  }
}

}  // namespace airlock::python
