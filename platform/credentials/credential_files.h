// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Live credentials from files.
#ifndef AIRLOCK_PLATFORM_CREDENTIALS_CREDENTIAL_FILES_H_
#define AIRLOCK_PLATFORM_CREDENTIALS_CREDENTIAL_FILES_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/log_severity.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "platform/host.h"
#include "ssl/credential_source.h"
#include "ssl/credentials.h"
#include "ssl/secret.h"

namespace airlock::platform {

// Where a certificate chain and its key are.
struct CredentialPaths {
  // A file; or, if nothing below is set, a directory with tls.crt and tls.key
  // (Kubernetes), fullchain.pem and privkey.pem (Certbot), or cert.pem and
  // key.pem, in this order.
  std::string certfile;
  // Empty: the key is in `certfile`.
  std::string keyfile;
  // Called each time that an encrypted key is read.
  ssl::PasswordCallback password;
  // Makes the credentials of a key that is elsewhere, in place of `keyfile`:
  // with keys::RemoteCredentials, for example. Gets the content of `certfile`
  // and its path. May wait, but a handshake then waits as well.
  std::function<absl::StatusOr<std::shared_ptr<const ssl::Credentials>>(
      ssl::Secret certfile, const std::string& name)>
      make;
};

struct CredentialFilesOptions {
  // Each with another key type.
  std::vector<CredentialPaths> pairs;
  // How often handshakes look at the files; infinite: only Refresh does.
  absl::Duration check_interval = absl::Seconds(1);
  // Gets a line, without secrets, when the credentials change, and when that
  // fails for a new reason. Null: Host::Log.
  std::function<void(absl::LogSeverity, absl::string_view)> log;
};

// Keeps a CredentialSource up to date with files, without a thread: at most
// once in `check_interval`, a handshake that is about to take credentials calls
// stat(2) on them, and reads them if they have changed. Other handshakes do not
// wait for that.
//
// The files may be replaced by renaming others over them, by changing a
// symbolic link on their path, or by writing to them. They are taken together:
// if one changes while they are read, all are read again. What is read is taken
// only if each key matches its certificate and the source accepts it; otherwise
// the old credentials stay in force, and the files are read again at the next
// look. A file that has just been written may be incomplete, so a look waits
// for the next one if the last change was a moment ago.
//
// Thread-safe.
class CredentialFiles {
 public:
  // Reads the files. Errors: kInvalidArgument for `options`, those of the host,
  // of Credentials::Create, and of CredentialSource::Create.
  static absl::StatusOr<std::unique_ptr<CredentialFiles>> Create(
      std::shared_ptr<Host> host, CredentialFilesOptions options);
  ~CredentialFiles();
  CredentialFiles(const CredentialFiles&) = delete;
  CredentialFiles& operator=(const CredentialFiles&) = delete;

  // For ContextOptions. It looks at the files even when this is gone.
  const std::shared_ptr<ssl::CredentialSource>& source() const {
    return source_;
  }

  // Looks at the files now, and takes them at once if they have changed: for a
  // signal or a timer. Waits for another thread that does the same. Errors as
  // in Create, with the old credentials still in force.
  absl::Status Refresh();

 private:
  class Watcher;

  CredentialFiles(std::shared_ptr<Watcher> watcher,
                  std::shared_ptr<ssl::CredentialSource> source);

  const std::shared_ptr<Watcher> watcher_;
  const std::shared_ptr<ssl::CredentialSource> source_;
};

}  // namespace airlock::platform

#endif  // AIRLOCK_PLATFORM_CREDENTIALS_CREDENTIAL_FILES_H_
