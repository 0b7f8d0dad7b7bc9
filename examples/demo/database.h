// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The database with the key and certificate of the demo's client.
#ifndef AIRLOCK_EXAMPLES_DEMO_DATABASE_H_
#define AIRLOCK_EXAMPLES_DEMO_DATABASE_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

struct sqlite3;

namespace airlock::demo {

// One row: a name, a private key and a certificate, both PEM.
struct DemoRecord {
  std::string name;
  std::string key;
  std::string certificate;
};

// An SQLite database in memory, with one table. Thread-compatible. Errors have
// SQLite's message.
class DemoDatabase {
 public:
  static absl::StatusOr<std::unique_ptr<DemoDatabase>> Create();
  ~DemoDatabase();
  DemoDatabase(const DemoDatabase&) = delete;
  DemoDatabase& operator=(const DemoDatabase&) = delete;

  absl::Status Insert(const DemoRecord& record);
  absl::StatusOr<DemoRecord> Find(absl::string_view name);

 private:
  explicit DemoDatabase(sqlite3* db) : db_(db) {}
  absl::Status Error() const;

  sqlite3* const db_;
};

}  // namespace airlock::demo

#endif  // AIRLOCK_EXAMPLES_DEMO_DATABASE_H_
