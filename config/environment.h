// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The environment variables that Airlock reads, and how it combines several
// readings of an environment.
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

// The prefix of Airlock's own variables.
inline constexpr char kVariablePrefix[] = "AIRLOCK_";
// Variables that set the policy.
inline constexpr char kVerifyVariable[] = "AIRLOCK_VERIFY";
inline constexpr char kHttpsVerifyVariable[] = "PYTHONHTTPSVERIFY";
inline constexpr char kApplicationCasVariable[] = "AIRLOCK_APPLICATION_CAS";
// Absolute paths: a policy file, and the application's app.yaml.
inline constexpr char kConfigVariable[] = "AIRLOCK_CONFIG";
inline constexpr char kAppYamlVariable[] = "AIRLOCK_APP_YAML";
// An absolute path, or "fd:N".
inline constexpr char kAuditVariable[] = "AIRLOCK_AUDIT";
// The place of the key service: an absolute path, or "fd:N".
inline constexpr char kKeysVariable[] = "AIRLOCK_KEYS";
// Variables that `airlock run --dev` passes to an application.
inline constexpr char kDevKeyVariable[] = "AIRLOCK_DEV_KEY";
inline constexpr char kDevCertificateVariable[] = "AIRLOCK_DEV_CERTIFICATE";
// OpenSSL's variables for the paths of the CA bundle.
inline constexpr char kCertFileVariable[] = "SSL_CERT_FILE";
inline constexpr char kCertDirVariable[] = "SSL_CERT_DIR";

// Variables by name, as one process passes them to another.
using EnvironmentMap = std::map<std::string, std::string>;

// Whether `name` is a variable of the policy: PYTHONHTTPSVERIFY, or one that
// begins with "AIRLOCK_", known or not. Pure and thread-safe.
bool StatesPolicy(absl::string_view name);

// `variables` without those of the policy, and only those of the policy.
EnvironmentMap WithoutPolicy(EnvironmentMap variables);
EnvironmentMap PolicyOnly(EnvironmentMap variables);

// `variables` with SSL_CERT_FILE and SSL_CERT_DIR from `platform`: the paths of
// the platform's CA bundle, whatever an application has set since.
EnvironmentMap WithBundleOf(const EnvironmentMap& platform,
                            EnvironmentMap variables);

// What is wrong with a variable named `name`, such as "AIRLOCK_VERFY is not a
// variable that Airlock knows; did you mean AIRLOCK_VERIFY?". Empty for known
// variables, and for names that do not resemble one and do not begin with
// "AIRLOCK_" (in any case). Pure and thread-safe.
std::string MisspeltVariable(absl::string_view name);

// Parses a record in the kernel's format of an environment: entries
// "NAME=VALUE", each terminated by a NUL; if a name occurs twice, the first
// takes effect, as with getenv. Errors call the record `name`. An error
// (kDataLoss) if the last entry is not terminated, or an entry is empty, has no
// "=" or no name: something overwrote the record, and the original is unknown.
// An error (kInvalidArgument) if a policy variable occurs with different
// values: the intended one is unknown. An empty record has no variables. Pure
// and thread-safe.
absl::StatusOr<EnvironmentMap> ParseEnvironmentRecord(absl::string_view bytes,
                                                      absl::string_view name);
// The record of `variables`.
std::string MakeEnvironmentRecord(const EnvironmentMap& variables);

// The environment as a Runtime sees it: one trusted reading, and others that
// application code may have changed, which can make the policy stricter but not
// laxer. A copyable value.
class Environment {
 public:
  // An environment without variables.
  Environment() = default;
  // Only a trusted reading.
  Environment(EnvironmentMap variables)  // NOLINT(google-explicit-constructor)
      : trusted_(std::move(variables)) {}
  Environment(std::initializer_list<EnvironmentMap::value_type> variables)
      : trusted_(variables) {}

  // `environment` of a process whose environment another user may have chosen
  // (AT_SECURE: set-user-ID and similar). Variables that name a path or cause a
  // write must not take effect then: SSL_CERT_FILE and SSL_CERT_DIR are
  // dropped, as in OpenSSL, and CheckEnvironment rejects AIRLOCK_CONFIG,
  // AIRLOCK_APP_YAML, AIRLOCK_AUDIT and AIRLOCK_KEYS. The others can only make
  // the policy stricter, and stay.
  static Environment OfSecureProcess(Environment environment);

  // `environment`, of a process in the sandbox of `airlock run`, which has
  // looked at who may change the files that the policy names: in there it
  // cannot be told.
  static Environment OfSandbox(Environment environment);

  // The environment of a process that started with `initial` and now has
  // `current`, which its application may have changed. The policy and the paths
  // of the platform's CA bundle are trusted as of the start; everything else is
  // as of now.
  static Environment Merge(const EnvironmentMap& initial,
                           EnvironmentMap current);

  // The value of a variable in the trusted reading; null if it is not set.
  const std::string* Find(absl::string_view name) const;
  const EnvironmentMap& variables() const { return trusted_; }

  // Names of variables that occur more than once in the process, with different
  // values; CheckEnvironment rejects those of the policy.
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

  // Further readings, of the policy's variables alone. The strictest of all
  // readings takes effect.
  const std::vector<EnvironmentMap>& untrusted() const { return untrusted_; }

  // Whether it comes from OfSecureProcess.
  bool secure() const { return secure_; }
  // Whether it comes from OfSandbox.
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
