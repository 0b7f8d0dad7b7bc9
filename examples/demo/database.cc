// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "examples/demo/database.h"

#include <sqlite3.h>

#include "absl/strings/str_cat.h"

namespace airlock::demo {
namespace {

struct FinalizeStatement {
  void operator()(sqlite3_stmt* statement) const {
    sqlite3_finalize(statement);
  }
};
using Statement = std::unique_ptr<sqlite3_stmt, FinalizeStatement>;

Statement Prepare(sqlite3* db, const char* sql) {
  sqlite3_stmt* statement = nullptr;
  sqlite3_prepare_v2(db, sql, /*nByte=*/-1, &statement, nullptr);
  return Statement(statement);
}

bool Bind(sqlite3_stmt* statement, int index, absl::string_view text) {
  return sqlite3_bind_text(statement, index, text.data(),
                           static_cast<int>(text.size()),
                           SQLITE_TRANSIENT) == SQLITE_OK;
}

std::string Column(sqlite3_stmt* statement, int index) {
  const void* const text = sqlite3_column_blob(statement, index);
  const int size = sqlite3_column_bytes(statement, index);
  return std::string(static_cast<const char*>(text), size);
}

}  // namespace

absl::StatusOr<std::unique_ptr<DemoDatabase>> DemoDatabase::Create() {
  sqlite3* db = nullptr;
  const int opened = sqlite3_open(":memory:", &db);
  std::unique_ptr<DemoDatabase> database(new DemoDatabase(db));
  if (opened != SQLITE_OK ||
      sqlite3_exec(db,
                   "CREATE TABLE employee (name TEXT PRIMARY KEY, key TEXT, "
                   "certificate TEXT)",
                   nullptr, nullptr, nullptr) != SQLITE_OK) {
    return database->Error();
  }
  return database;
}

DemoDatabase::~DemoDatabase() { sqlite3_close(db_); }

absl::Status DemoDatabase::Insert(const DemoRecord& record) {
  const Statement insert =
      Prepare(db_, "INSERT INTO employee VALUES (?1, ?2, ?3)");
  if (insert == nullptr || !Bind(insert.get(), 1, record.name) ||
      !Bind(insert.get(), 2, record.key) ||
      !Bind(insert.get(), 3, record.certificate) ||
      sqlite3_step(insert.get()) != SQLITE_DONE) {
    return Error();
  }
  return absl::OkStatus();
}

absl::StatusOr<DemoRecord> DemoDatabase::Find(absl::string_view name) {
  const Statement select = Prepare(
      db_, "SELECT name, key, certificate FROM employee WHERE name = ?1");
  if (select == nullptr || !Bind(select.get(), 1, name)) return Error();
  const int step = sqlite3_step(select.get());
  if (step == SQLITE_DONE) {
    return absl::NotFoundError(
        absl::StrCat("the database has no employee ", name));
  }
  if (step != SQLITE_ROW) return Error();
  DemoRecord record;
  record.name = Column(select.get(), 0);
  record.key = Column(select.get(), 1);
  record.certificate = Column(select.get(), 2);
  return record;
}

absl::Status DemoDatabase::Error() const {
  return absl::InternalError(absl::StrCat("SQLite: ", sqlite3_errmsg(db_)));
}

}  // namespace airlock::demo
