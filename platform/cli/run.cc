// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/cli/run.h"

#include <unistd.h>

#include <algorithm>
#include <climits>
#include <cstdlib>
#include <iostream>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/types/optional.h"
#include "config/environment.h"
#include "config/policy.h"
#include "platform/application_environment.h"
#include "platform/audit_writer.h"
#include "platform/ca_bundle.h"
#include "platform/cli/application.h"
#include "platform/cli/audit_relay.h"
#include "platform/cli/development.h"
#include "platform/cli/entrypoint.h"
#include "platform/cli/interpreter.h"
#include "platform/cli/program.h"
#include "platform/cli/protected_paths.h"
#include "platform/cli/sandbox.h"
#include "platform/cli/shared_flags.h"
#include "platform/cli/start_screen.h"
#include "platform/cli/stream_relay.h"
#include "platform/cli/system_files.h"
#include "platform/cli/writable.h"
#include "platform/load_policy.h"
#include "platform/posix_host.h"
#include "platform/process_environment.h"

ABSL_FLAG(bool, no_sandbox, false,
          "Run the application without a sandbox: it can then do all that you "
          "can, and leave the policy if it wants to.");
ABSL_FLAG(bool, dev, false,
          "Let servers at localhost be verified, too: a certificate made for "
          "this run alone is trusted beside the CAs, for localhost, and the "
          "application finds it and its key (PEM) in "
          "AIRLOCK_DEV_KEY and AIRLOCK_DEV_CERTIFICATE. The policy stays as it "
          "is.");
ABSL_FLAG(bool, no_network, false,
          "Give the sandbox no network but a loopback of its own.");
ABSL_FLAG(std::string, writable, "",
          "Directories that the application may write to, divided by commas. "
          "Without it: none.");

ABSL_FLAG(std::string, programs, "",
          "Programs that the application may run, beside the interpreter, sh, "
          "env and scripts of its own, divided by commas: names in PATH, or "
          "paths. \"any\": all that it can see.");

namespace airlock::cli {
namespace {

using config::kAuditVariable;
using config::kConfigVariable;
using Environment = config::EnvironmentMap;
using platform::kPolicyFile;

// Where the file that AIRLOCK_CONFIG names is in the sandbox, where there is a
// platform::kPolicyFile beside it.
constexpr char kNamedPolicyFile[] = "/run/airlock/policy.yaml";

absl::StatusOr<std::string> RealPath(const std::string& path) {
  const std::unique_ptr<char, decltype(&std::free)> real(
      realpath(path.c_str(), nullptr), &std::free);
  if (real != nullptr) return std::string(real.get());
  return absl::InvalidArgumentError(absl::StrCat(path, ": no such directory"));
}

// One run of the command.
class Run {
 public:
  absl::StatusOr<int> Start(const std::string& app_yaml,
                            const std::vector<std::string>& arguments) {
    absl::Status status = Load(app_yaml);
    if (status.ok()) status = FindPython();
    if (!status.ok()) return status;
    app_yaml_ = app_yaml;
    const absl::StatusOr<std::vector<std::string>> command =
        StartCommand(application_, facts_.executable, arguments);
    if (!command.ok()) return command.status();
    FindBundle();
    return absl::GetFlag(FLAGS_no_sandbox) ? StartBare(*command)
                                           : StartSandboxed(*command);
  }

 private:
  absl::Status Load(const std::string& app_yaml) {
    absl::StatusOr<Application> application = LoadApplication(app_yaml, &host_);
    if (!application.ok()) return application.status();
    application_ = *std::move(application);
    absl::StatusOr<config::VerificationPolicy> policy =
        platform::LoadPolicy(&host_, given_, &application_.yaml);
    // Under `enforce` an application brings no CAs of its own here, unless the
    // operator's file says so.
    // What follows from `enforce` has its origin, and is not stated.
    if (policy.ok() &&
        policy->verification.value == config::Verification::kEnforce &&
        (policy->application_cas.origin.source !=
             config::Origin::Source::kPolicyFile ||
         policy->application_cas.origin.ToString() ==
             policy->verification.origin.ToString())) {
      environment_[config::kApplicationCasVariable] =
          config::ApplicationCasName(config::ApplicationCas::kForbid);
      const bool secure = given_.secure();
      given_ = config::Environment(environment_);
      if (secure) given_ = config::Environment::OfSecureProcess(given_);
      policy = platform::LoadPolicy(&host_, given_, &application_.yaml);
    }
    if (!policy.ok()) return policy.status();
    policy_ = *std::move(policy);
    return absl::OkStatus();
  }

  absl::Status FindPython() {
    const absl::StatusOr<std::string> modules = ModulesFolder();
    if (!modules.ok()) return modules.status();
    modules_ = *modules;
    // What the policy says is not the probe's business.
    const Environment clean = config::WithoutPolicy(environment_);
    const absl::StatusOr<std::string> python = FindInterpreter(
        application_.version,
        PythonPath(modules_, application_.version, Environment()), clean,
        &host_);
    if (!python.ok()) return python.status();
    absl::StatusOr<InterpreterFacts> facts = AskInterpreter(*python);
    if (!facts.ok()) return facts.status();
    facts_ = *std::move(facts);
    return absl::OkStatus();
  }

  void FindBundle() {
    if (policy_.ca_certs.value.has_value()) {
      bundle_ = {*policy_.ca_certs.value};
      return;
    }
    const auto found = platform::FindSystemCaBundle(&host_, given_);
    if (found.ok()) {
      bundle_ = found->paths;
    } else {
      no_bundle_ = std::string(found.status().message());
    }
  }

  void ShowScreen(const SandboxPlan* plan) {
    StartFacts facts;
    facts.application = &application_;
    facts.python = &facts_;
    facts.policy = &policy_;
    facts.bundle = bundle_;
    facts.no_bundle = no_bundle_;
    facts.sandboxed = plan != nullptr;
    facts.development = absl::GetFlag(FLAGS_dev);
    if (plan != nullptr) {
      facts.network = plan->network;
      facts.writable = plan->writable;
    }
    std::cerr << StartScreen(facts, &host_) << std::flush;
  }

  // What the application's own environment is, but for the policy's variables.
  Environment ApplicationEnvironment(const std::string& python_path) const {
    Environment result;
    for (const auto& variable : environment_) {
      if (!absl::StartsWith(variable.first, "AIRLOCK_")) {
        result.insert(variable);
      }
    }
    for (const auto& [name, setting] : application_.yaml.env_variables) {
      if (!absl::StartsWith(name, "AIRLOCK_")) result[name] = setting.value;
    }
    // For Python 2.7's own ssl.py, which would else ask for verification.
    if (IsFirstPython() &&
        policy_.verification.value == config::Verification::kOff) {
      result.emplace(config::kHttpsVerifyVariable, "0");
    }
    std::string& path = result["PYTHONPATH"];
    path = absl::StrCat(python_path, path.empty() ? "" : ":", path);
    // Beside read-only sources it could not be written anyway.
    result["PYTHONDONTWRITEBYTECODE"] = "1";
    return result;
  }

  // What the policy's variables are for all processes of the application.
  Environment PolicyEnvironment() const {
    Environment result = config::PolicyOnly(environment_);
    result[config::kAppYamlVariable] = application_.app_yaml;
    result.erase(kAuditVariable);
    return result;
  }

  // Where --audit or the environment want it; unset: nowhere. The empty
  // variable is not "nowhere", but an error of whoever opens it.
  absl::optional<std::string> AuditTarget() const {
    std::string flag = absl::GetFlag(FLAGS_audit);
    if (!flag.empty()) return flag;
    const auto variable = environment_.find(kAuditVariable);
    if (variable == environment_.end()) return absl::nullopt;
    return variable->second;
  }

  absl::StatusOr<int> StartBare(const std::vector<std::string>& command) {
    if (absl::GetFlag(FLAGS_dev)) {
      return absl::InvalidArgumentError(
          "--dev needs the sandbox, whose CA bundle it adds to; leave out "
          "--no-sandbox");
    }
    Program program;
    program.argv = command;
    program.environment = ApplicationEnvironment(
        PythonPath(modules_, application_.version, Environment()));
    for (const auto& variable : PolicyEnvironment()) {
      program.environment.insert(variable);
    }
    program.folder = application_.folder;
    const absl::optional<std::string> audit = AuditTarget();
    if (audit.has_value()) {
      const auto writer = platform::AuditWriter::Open(
          *audit, std::make_shared<platform::PosixHost>());
      if (!writer.ok()) return writer.status();
      const absl::optional<int> descriptor = platform::AuditDescriptor(*audit);
      if (descriptor.has_value()) program.inherited.push_back(*descriptor);
      const absl::StatusOr<std::string> file =
          descriptor.has_value() ? *audit : RealPath(*audit);
      if (!file.ok()) return file.status();
      program.environment[kAuditVariable] = *file;
    }
    ShowScreen(nullptr);
    return SuperviseProgram(program, [](pid_t pid) { return pid; });
  }

  absl::StatusOr<SandboxPlan> MakePlan() {
    SandboxPlan plan;
    plan.python = facts_;
    plan.modules = modules_;
    plan.folder = application_.folder;
    plan.network = !absl::GetFlag(FLAGS_no_network);
    absl::StatusOr<std::vector<std::string>> writable =
        WritableFolders(absl::GetFlag(FLAGS_writable));
    if (!writable.ok()) return writable.status();
    plan.writable = *std::move(writable);
    absl::StatusOr<std::vector<std::string>> named =
        NamedPrograms(absl::GetFlag(FLAGS_programs), environment_);
    if (!named.ok()) return named.status();
    plan.programs = *std::move(named);
    plan.any_program = absl::GetFlag(FLAGS_programs) == kAnyProgram;
    plan.environment =
        ApplicationEnvironment(absl::StrCat(kSandboxModules, "/package"));
    std::string& path = plan.environment["PATH"];
    path = absl::StrCat(kSandboxPrograms, ":",
                        path.empty() ? "/usr/local/bin:/usr/bin:/bin" : path);
    const absl::StatusOr<std::string> program = EntrypointProgram(
        application_, facts_, plan.programs, plan.any_program, environment_);
    if (!program.ok()) return program.status();
    if (!program->empty()) plan.programs.push_back(*program);
    // Python would keep back what a terminal used to get line by line.
    if (isatty(STDOUT_FILENO) != 0) {
      plan.environment.emplace("PYTHONUNBUFFERED", "1");
    }

    plan.readable = Bundles();
    const std::vector<std::string>& included = application_.included.read;
    plan.readable.insert(plan.readable.end(), included.begin(), included.end());
    const absl::Status apart = CheckPaths(plan);
    if (!apart.ok()) return apart;
    const absl::Status copied = CopyPolicy(&plan);
    if (!copied.ok()) return copied;
    plan.files[platform::kLaunchRecord] =
        LaunchRecord(PolicyEnvironment(), plan);
    if (absl::GetFlag(FLAGS_dev)) {
      const absl::Status added = AddDevelopment(
          bundle_, policy_.ca_certs.value.value_or(""), &host_, &plan);
      if (!added.ok()) return added;
    }
    return plan;
  }

  // Puts the policy's files where `_ssl` looks for them in the sandbox, and the
  // application can put nothing else.
  absl::Status CopyPolicy(SandboxPlan* plan) {
    for (const std::string& path : platform::PolicyPaths(given_)) {
      const auto content = host_.ReadTrustedFile(path);
      const bool named = environment_.count(kConfigVariable) > 0 &&
                         environment_.at(kConfigVariable) == path;
      if (!content.ok()) {
        if (!named && absl::IsNotFound(content.status())) continue;
        return content.status();
      }
      // The one that there is, is the operator's.
      const bool first = plan->files.count(kPolicyFile) == 0;
      plan->files[first ? kPolicyFile : kNamedPolicyFile] = content->bytes;
    }
    return absl::OkStatus();
  }

  // What `_ssl` reads in the sandbox: `variables`, and where the platform's CAs
  // are, whatever SSL_CERT_* the application has.
  std::string LaunchRecord(Environment variables,
                           const SandboxPlan& plan) const {
    variables = config::WithBundleOf(environment_, std::move(variables));
    variables.erase(kConfigVariable);
    if (plan.files.count(kNamedPolicyFile) > 0) {
      variables[kConfigVariable] = kNamedPolicyFile;
    }
    return config::MakeEnvironmentRecord(variables);
  }

  // All bundles that this run uses.
  std::vector<std::string> Bundles() const {
    std::vector<std::string> bundles = bundle_;
    for (const config::PolicyException& exception : policy_.exceptions) {
      if (exception.ca_certs.value.has_value()) {
        bundles.push_back(*exception.ca_certs.value);
      }
    }
    return bundles;
  }

  // What SSL_CERT_FILE and SSL_CERT_DIR name, also where it is empty or
  // missing: it is looked at again, and what is put there would be trusted.
  void AddNamedBundles(std::vector<std::string>* bundles) const {
    for (const char* name :
         {config::kCertFileVariable, config::kCertDirVariable}) {
      const std::string* value = given_.Find(name);
      if (value == nullptr) continue;
      if (name == config::kCertFileVariable) {
        if (!value->empty()) bundles->push_back(*value);
        continue;
      }
      for (const absl::string_view member :
           absl::StrSplit(*value, ':', absl::SkipEmpty())) {
        bundles->emplace_back(member);
      }
    }
  }

  // Whether what may be written is apart from all that this run relies on.
  absl::Status CheckPaths(const SandboxPlan& plan) const {
    RunPaths paths;
    paths.app_yaml = app_yaml_;
    paths.application = &application_;
    paths.python = &facts_;
    paths.modules = modules_;
    paths.policies = platform::PolicyPaths(given_);
    paths.audit = AuditTarget().value_or("");
    paths.bundles = Bundles();
    if (!policy_.ca_certs.value.has_value()) AddNamedBundles(&paths.bundles);
    paths.programs = plan.programs;
    return CheckWritable(plan.writable, ProtectedPaths(paths, environment_));
  }

  // Lets the application's processes write to `relay`, all of them by the name
  // of its FIFO: those that it starts inherit no descriptor.
  void GiveAudit(const AuditRelay& relay, SandboxPlan* plan) const {
    Environment variables = PolicyEnvironment();
    variables[kAuditVariable] = kSandboxAudit;
    plan->files[platform::kLaunchRecord] = LaunchRecord(variables, *plan);
    plan->audit = relay.fifo();
  }

  absl::StatusOr<int> StartSandboxed(const std::vector<std::string>& command) {
    absl::StatusOr<SandboxPlan> plan = MakePlan();
    if (!plan.ok()) return plan.status();
    const absl::Status good =
        TrySandbox(*plan, !HasSsl(), environment_, &host_);
    if (!good.ok()) return good;
    std::unique_ptr<AuditRelay> audit;
    if (const auto target = AuditTarget(); target.has_value()) {
      absl::StatusOr<std::unique_ptr<AuditRelay>> opened =
          AuditRelay::Open(*target);
      if (!opened.ok()) return opened.status();
      audit = *std::move(opened);
      GiveAudit(*audit, &*plan);
    }
    absl::StatusOr<SandboxedProgram> sandboxed =
        WrapInSandbox(*plan, command, environment_, &host_);
    if (!sandboxed.ok()) return sandboxed.status();
    absl::StatusOr<std::unique_ptr<StreamRelay>> streams =
        StreamRelay::Create();
    if (!streams.ok()) return streams.status();
    (*streams)->Give(&sandboxed->program);
    ShowScreen(&*plan);
    const absl::StatusOr<int> status =
        SuperviseProgram(sandboxed->program, SandboxedProcess, [&] {
          (*streams)->Start();
          if (audit == nullptr) return;
          AwaitSandbox(&*sandboxed);
          audit->Hide();
          audit->Start();
          OpenGate(&*sandboxed);
        });
    if (!status.ok()) return status;
    const absl::Status written = (*streams)->Finish();
    if (written.ok()) return status;
    std::cerr << "airlock run: " << written.message() << std::endl;
    return *status == 0 ? kExitFailed : *status;
  }

  // Whether it is App Engine's first Python, where an application lists its
  // libraries, and verification was for it to ask for.
  bool IsFirstPython() const {
    return application_.yaml.runtime->value == "python27";
  }
  // Whether the application has an `ssl` at all.
  bool HasSsl() const {
    return application_.yaml.ssl.has_value() || !IsFirstPython();
  }

  platform::PosixHost host_;
  std::string app_yaml_;  // As it was named.
  config::Environment given_ = platform::ProcessEnvironment();
  Environment environment_ = given_.variables();
  Application application_;
  config::VerificationPolicy policy_;
  std::string modules_;
  InterpreterFacts facts_;
  std::vector<std::string> bundle_;
  std::string no_bundle_;
};

int RunRun(const std::vector<std::string>& words) {
  const auto separator = std::find(words.begin(), words.end(), "--");
  const std::vector<std::string> named(words.begin(), separator);
  std::vector<std::string> arguments;
  if (separator != words.end()) arguments.assign(separator + 1, words.end());
  if (named.size() > 1) {
    return Fail("run", absl::InvalidArgumentError(absl::StrCat(
                           "one app.yaml at a time; what the application gets "
                           "comes after --: airlock run ",
                           named[0], " -- ", named[1])));
  }
  const absl::StatusOr<int> status =
      Run().Start(named.empty() ? "app.yaml" : named[0], arguments);
  return status.ok() ? *status : Fail("run", status.status());
}

}  // namespace

Command RunCommand() {
  Command command;
  command.name = "run";
  command.arguments = "[APP.YAML] [-- ARGUMENTS]";
  command.summary = "Run an application in a sandbox, under the policy.";
  command.description =
      "Starts the application that APP.YAML (./app.yaml) describes: its "
      "entrypoint, or main.py beside it, with the Python that `runtime` names "
      "and Airlock's ssl. It runs in a sandbox, by bubblewrap: no file but its "
      "own folder, the system's libraries and the CA bundle to be read, none "
      "to be written, no system call but what Python and TLS need, no "
      "privilege to be gained.\n"
      "On start it shows on standard error what is in force. SIGTERM and other "
      "signals go on to the application, whose exit status is this command's, "
      "or 128 and the signal that ended it.\n"
      "SANDBOXING.md tells what is promised and what is not.";
  command.examples = {
      {"airlock run", "The application of this folder."},
      {"airlock run shop/app.yaml --writable=/srv/shop -- --port 8443",
       "With arguments, and a place for its data."},
      {"airlock run --dev", "With servers of its own at localhost."},
      {"airlock run --no-sandbox", "Where a sandbox cannot be had."},
  };
  command.flags = {{"dev", ""},
                   {"writable", "DIR,..."},
                   {"audit", "FILE|fd:N"},
                   {"programs", "FILE,...|any"},
                   {"no_network", ""},
                   {"no_sandbox", ""}};
  command.max_arguments = INT_MAX;
  command.keeps_separator = true;
  command.run = RunRun;
  return command;
}

}  // namespace airlock::cli
