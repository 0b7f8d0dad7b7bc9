// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/python/trusted.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "config/environment.h"
#include "platform/ca_bundle.h"
#include "platform/wrap_options.h"
#include "ssl/error.h"
#include "ssl/secret.h"
#include "ssl/sha256.h"

namespace airlock::python {
namespace {

template <typename T, typename One>
bool Contains(const std::vector<T>& all, const One& one) {
  return std::find(all.begin(), all.end(), one) != all.end();
}

}  // namespace

absl::Status Trusted::AddBundle(absl::string_view bytes,
                                absl::string_view name) {
  platform::CaCerts shared = platform::CaBytes{std::string(bytes)};
  // A bundle may also contain a key.
  const ssl::ScopedWipe wipe(&std::get<platform::CaBytes>(shared).bytes);
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
  std::string digest = ssl::Sha256(bytes);
  if (Contains(crl_digests_, digest)) return absl::OkStatus();
  const absl::Status status = crls_->AddHashed(bytes, name, digest);
  if (!status.ok()) return status;
  named_ = true;
  changed_ = true;
  crl_digests_.push_back(std::move(digest));
  return absl::OkStatus();
}

void Trusted::Add(StorePtr store, std::vector<StorePtr>* stores) {
  NoteNamed();
  const auto is_same = [&store](const StorePtr& other) {
    return other->content_hash() == store->content_hash();
  };
  if (std::any_of(stores->begin(), stores->end(), is_same)) return;
  stores->push_back(std::move(store));
  changed_ = true;
}

void Trusted::AddFile(StorePtr store) { Add(std::move(store), &files_); }

void Trusted::AddDirectory(StorePtr store) {
  Add(std::move(store), &directories_);
}

void Trusted::AddNamedDirectories(absl::string_view list) {
  named_ = true;
  // The directories may hold something else by now.
  changed_ = true;
  if (!Contains(named_directories_, list)) {
    named_directories_.emplace_back(list);
  }
}

void Trusted::AddAbsent(std::string why) {
  NoteNamed();
  if (Contains(absent_, why)) return;
  absent_.push_back(std::move(why));
  changed_ = true;
}

void Trusted::NoteNamed() {
  changed_ = changed_ || !named_;
  named_ = true;
}

absl::StatusOr<Trusted::StorePtr> Trusted::Merge(
    const std::vector<StorePtr>& stores) const {
  if (crls_->crl_count() == 0 && !stores.empty()) {
    return runtime_->MergeCaCerts(stores);
  }
  ssl::TrustStore::Builder all;
  for (const StorePtr& store : stores) all.AddStore(*store);
  all.AddBuilder(*crls_);
  return all.Build();
}

absl::Status Trusted::ReadNamed(std::vector<std::string>* absent) {
  read_.clear();
  for (const std::string& list : named_directories_) {
    const platform::CaDirectories found =
        platform::FindNamedCas(&runtime_->host(), /*file=*/"", list);
    for (const ssl::ErrorText& why : found.empty) {
      absent->push_back(why.text());
    }
    for (const std::string& path : found.paths) {
      platform::CaPath place;
      place.path = path;
      place.argument = config::kCertDirVariable;
      absl::StatusOr<StorePtr> store = runtime_->LoadCaCerts(place);
      if (store.ok()) {
        read_.push_back(*std::move(store));
        continue;
      }
      const std::optional<ssl::Error> error = ssl::GetError(store.status());
      if (!error.has_value() ||
          error->reason != platform::kNoCertificateReason) {
        return store.status();
      }
      absent->emplace_back(store.status().message());
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<Trusted::StorePtr> Trusted::Store() {
  if (empty()) return StorePtr();
  std::vector<std::string> absent = absent_;
  const absl::Status status = ReadNamed(&absent);
  if (!status.ok()) return status;
  std::vector<StorePtr> all = files_;
  all.insert(all.end(), directories_.begin(), directories_.end());
  all.insert(all.end(), read_.begin(), read_.end());
  if (!absent.empty() && all.empty()) {
    return ssl::MakeStatus(
        ssl::ErrorKind::kTrustStore,
        absl::StrCat(
            "no CA certificate was loaded, so no peer can be trusted: ",
            absl::StrJoin(absent, "; "),
            ". Use a directory on which `openssl rehash` was run, or "
            "a bundle"));
  }
  return Merge(all);
}

absl::StatusOr<std::vector<ssl::Certificate>> Trusted::Listed() const {
  if (files_.empty()) return used_;
  const absl::StatusOr<StorePtr> store = Merge(files_);
  if (!store.ok()) return store.status();
  absl::StatusOr<std::vector<ssl::Certificate>> result =
      (*store)->Certificates();
  if (result.ok()) result->insert(result->end(), used_.begin(), used_.end());
  return result;
}

size_t Trusted::crl_count() const {
  size_t count = crls_->crl_count();
  for (const StorePtr& store : files_) count += store->crl_count();
  return count;
}

void Trusted::NoteVerified(const std::vector<ssl::Certificate>& chain) {
  if (chain.empty()) return;
  const ssl::Certificate& anchor = chain.back();
  const auto has_it = [&anchor](const StorePtr& directory) {
    return directory->Contains(anchor);
  };
  if (!Contains(used_, anchor) &&
      (std::any_of(directories_.begin(), directories_.end(), has_it) ||
       std::any_of(read_.begin(), read_.end(), has_it))) {
    used_.push_back(anchor);
  }
}

}  // namespace airlock::python
