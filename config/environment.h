// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The environment variables that Airlock reads, and what several readings of
// an environment state together.
#ifndef AIRLOCK_CONFIG_ENVIRONMENT_H_
#define AIRLOCK_CONFIG_ENVIRONMENT_H_

#include <initializer_list>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace airlock::config {

// What states the policy.
inline constexpr char kVerifyVariable[] = "AIRLOCK_VERIFY";
inline constexpr char kHttpsVerifyVariable[] = "PYTHONHTTPSVERIFY";
inline constexpr char kApplicationCasVariable[] = "AIRLOCK_APPLICATION_CAS";
// Absolute paths: a policy file, and the application's app.yaml.
inline constexpr char kConfigVariable[] = "AIRLOCK_CONFIG";
inline constexpr char kAppYamlVariable[] = "AIRLOCK_APP_YAML";
// An absolute path, or "fd:N".
inline constexpr char kAuditVariable[] = "AIRLOCK_AUDIT";
// What `airlock run --dev` gives to an application.
inline constexpr char kDevKeyVariable[] = "AIRLOCK_DEV_KEY";
inline constexpr char kDevCertificateVariable[] = "AIRLOCK_DEV_CERTIFICATE";
// OpenSSL's: the places of the CA bundle.
inline constexpr char kCertFileVariable[] = "SSL_CERT_FILE";
inline constexpr char kCertDirVariable[] = "SSL_CERT_DIR";

// Variables by name, as one process gives them to another.
using EnvironmentMap = std::map<std::string, std::string>;

// Whether `name` is a variable of the policy: PYTHONHTTPSVERIFY, or one that
// begins with "AIRLOCK_", known or not. Pure and thread-safe.
bool StatesPolicy(absl::string_view name);

// `variables` without those that state a policy, and those alone.
EnvironmentMap WithoutPolicy(EnvironmentMap variables);
EnvironmentMap PolicyOnly(EnvironmentMap variables);

// `variables` with SSL_CERT_FILE and SSL_CERT_DIR as `platform` has them: where
// the platform's CA bundle is, whatever an application has set since.
EnvironmentMap WithBundleOf(const EnvironmentMap& platform,
                            EnvironmentMap variables);

// What is wrong with a variable named `name`, as in "AIRLOCK_VERFY is not a
// variable that Airlock knows; did you mean AIRLOCK_VERIFY?". Empty where
// nothing is: for the known ones, and for all that are not nearly one of them
// and do not begin with "AIRLOCK_" (in whatever case). Pure and thread-safe.
std::string MisspeltVariable(absl::string_view name);

// A record of variables as the kernel keeps an environment: "NAME=VALUE", each
// ended by a NUL; of a name that is there twice the first takes effect, as for
// getenv. `name` is what errors call it. An error (kDataLoss) where the last
// entry has no end, or an entry is empty, has no "=", or nothing before it:
// something wrote over the record, and what it said is not known any more. An
// error (kInvalidArgument) where a variable of the policy is there with
// different values: which one was meant is not known. The empty record has no
// variables. Pure and thread-safe.
absl::StatusOr<EnvironmentMap> ParseEnvironmentRecord(absl::string_view bytes,
                                                      absl::string_view name);
// The record that holds `variables`.
std::string MakeEnvironmentRecord(const EnvironmentMap& variables);

// What the environment says to a Runtime: one reading that is trusted, and
// others that application code may have changed, which can make the policy
// stricter and never laxer. A value; may be copied.
class Environment {
 public:
  // One in which no variable is set.
  Environment() = default;
  // The trusted reading alone.
  Environment(EnvironmentMap variables)  // NOLINT(google-explicit-constructor)
      : trusted_(std::move(variables)) {}
  Environment(std::initializer_list<EnvironmentMap::value_type> variables)
      : trusted_(variables) {}

  // `environment`, of a process for which another user chose it (AT_SECURE:
  // set-user-ID and the like). What names a place or asks for something to be
  // written must not be obeyed then: SSL_CERT_FILE and SSL_CERT_DIR are
  // dropped, as OpenSSL does, and CheckEnvironment refuses AIRLOCK_CONFIG,
  // AIRLOCK_APP_YAML and AIRLOCK_AUDIT. The others can only make the policy
  // stricter, and stay.
  static Environment OfSecureProcess(Environment environment);

  // `environment`, of a process in the sandbox of `airlock run`, which has
  // looked at who may change the files that the policy names: in there it
  // cannot be told.
  static Environment OfSandbox(Environment environment);

  // Of a process that began with `initial` and has `current` by now, which its
  // application may have changed. What states the policy, and where the
  // platform's CA bundle is, is trusted as of the start; all else is as of now.
  static Environment Merge(const EnvironmentMap& initial,
                           EnvironmentMap current);

  // The value of a variable in the trusted reading; null where it is not set.
  const std::string* Find(absl::string_view name) const;
  const EnvironmentMap& variables() const { return trusted_; }

  // Names of variables that the process has more than once, with different
  // values; CheckEnvironment refuses those of the policy.
  void set_repeated(std::vector<std::string> names) {
    repeated_ = std::move(names);
  }
  const std::vector<std::string>& repeated() const { return repeated_; }

  // Entries of the process's environment that have no "="; CheckEnvironment
  // refuses those that are, or nearly are, variables of the policy.
  void set_valueless(std::vector<std::string> entries) {
    valueless_ = std::move(entries);
  }
  const std::vector<std::string>& valueless() const { return valueless_; }

  // Further readings, of the policy's variables alone. Whoever reads the policy
  // takes the strictest of all.
  const std::vector<EnvironmentMap>& untrusted() const { return untrusted_; }

  // Whether it is OfSecureProcess.
  bool secure() const { return secure_; }
  // Whether it is OfSandbox.
  bool sandboxed() const { return sandboxed_; }

 private:
  EnvironmentMap trusted_;
  std::vector<EnvironmentMap> untrusted_;
  std::vector<std::string> repeated_;
  std::vector<std::string> valueless_;
  bool secure_ = false;
  bool sandboxed_ = false;
};

// An error (kInvalidArgument) where a variable is misspelt in any reading, is
// there with different values or with none and no "=", or may not be obeyed.
// Pure and thread-safe.
absl::Status CheckEnvironment(const Environment& environment);

}  // namespace airlock::config

#endif  // AIRLOCK_CONFIG_ENVIRONMENT_H_
