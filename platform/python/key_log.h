// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The file behind SSLContext.keylog_filename.
#ifndef AIRLOCK_PLATFORM_PYTHON_KEY_LOG_H_
#define AIRLOCK_PLATFORM_PYTHON_KEY_LOG_H_

#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"

namespace airlock::python {

// Appends lines, each in one write. Thread-safe.
class KeyLog {
 public:
  // Null with errno set if the file cannot be opened. A new file is readable
  // only by its owner.
  static std::shared_ptr<KeyLog> Open(const std::string& path);

  ~KeyLog();
  KeyLog(const KeyLog&) = delete;
  KeyLog& operator=(const KeyLog&) = delete;

  void Append(absl::string_view line);

 private:
  explicit KeyLog(int fd) : fd_(fd) {}

  absl::Mutex mutex_;
  const int fd_;
};

}  // namespace airlock::python

#endif  // AIRLOCK_PLATFORM_PYTHON_KEY_LOG_H_
