// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/cli/run.h"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "config/environment.h"
#include "platform/audit_writer.h"
#include "platform/cli/shared_flags.h"
#include "platform/cli/start_screen.h"
#include "platform/launcher/application.h"
#include "platform/launcher/audit_relay.h"
#include "platform/launcher/interpreter.h"
#include "platform/launcher/key_process.h"
#include "platform/launcher/key_references.h"
#include "platform/launcher/program.h"
#include "platform/launcher/run_plan.h"
#include "platform/launcher/run_policy.h"
#include "platform/launcher/sandbox.h"
#include "platform/launcher/stream_relay.h"
#include "platform/posix_host.h"
#include "platform/process_environment.h"

ABSL_FLAG(bool, no_sandbox, false,
          "Run the application without a sandbox: it can then do everything "
          "that you can, and evade the policy.");
ABSL_FLAG(
    bool, dev, false,
    "Let servers at localhost be verified, too: besides the CAs, a certificate "
    "made for this run alone is trusted for localhost, and the application "
    "finds it and its key (PEM) in AIRLOCK_DEV_CERTIFICATE and "
    "AIRLOCK_DEV_KEY. The policy does not change.");
ABSL_FLAG(bool, no_network, false,
          "Give the sandbox no network except its own loopback.");
ABSL_FLAG(std::string, writable, "",
          "Directories that the application may write to, separated by commas. "
          "Without it: none.");

ABSL_FLAG(std::string, keys, "",
          "The configuration of a key service (airlock keyd) that is started "
          "beside the application and keeps its private keys.");
ABSL_FLAG(std::string, keys_for, "",
          "The application's name in --keys, if it has several.");
ABSL_FLAG(std::string, programs, "",
          "Programs that the application may run besides the interpreter, sh, "
          "env and its own scripts, separated by commas: names in PATH, or "
          "paths. \"any\": all that it can see.");

namespace airlock::cli {
namespace {

using launcher::Application;
using launcher::AskInterpreter;
using launcher::AuditRelay;
using launcher::AwaitSandbox;
using launcher::CheckKeyReferences;
using launcher::FindInterpreter;
using launcher::InterpreterFacts;
using launcher::KeyProcess;
using launcher::LoadApplication;
using launcher::MakePlan;
using launcher::ModulesFolder;
using launcher::OpenGate;
using launcher::Program;
using launcher::PythonPath;
using launcher::RunFacts;
using launcher::RunOptions;
using launcher::RunPolicy;
using launcher::SandboxedProcess;
using launcher::SandboxedProgram;
using launcher::SandboxPlan;
using launcher::StartCommand;
using launcher::StreamRelay;
using launcher::SuperviseProgram;
using launcher::TrySandbox;
using launcher::WrapInSandbox;

using config::EnvironmentMap;

absl::StatusOr<std::string> RealPath(const std::string& path) {
  const std::unique_ptr<char, decltype(&std::free)> real(
      realpath(path.c_str(), nullptr), &std::free);
  if (real != nullptr) return std::string(real.get());
  return absl::InvalidArgumentError(absl::ErrnoToStatus(errno, path).message());
}

// The audit's target from --audit or the environment. An empty variable does
// not mean "none": opening it is an error.
std::optional<std::string> AuditTarget(const config::Environment& given) {
  std::string flag = absl::GetFlag(FLAGS_audit);
  if (!flag.empty()) return flag;
  const std::string* variable = given.Find(config::kAuditVariable);
  if (variable == nullptr) return std::nullopt;
  return *variable;
}

RunOptions OptionsFromFlags(const config::Environment& given) {
  RunOptions options;
  options.sandbox = !absl::GetFlag(FLAGS_no_sandbox);
  options.development = absl::GetFlag(FLAGS_dev);
  options.network = !absl::GetFlag(FLAGS_no_network);
  options.writable = absl::GetFlag(FLAGS_writable);
  options.programs = absl::GetFlag(FLAGS_programs);
  options.keys = absl::GetFlag(FLAGS_keys);
  options.keys_for = absl::GetFlag(FLAGS_keys_for);
  options.audit = AuditTarget(given);
  return options;
}

// One run of the command.
class Run {
 public:
  explicit Run(RunOptions options) : options_(std::move(options)) {}

  absl::StatusOr<int> Start(const config::Environment& given,
                            const std::string& app_yaml,
                            const std::vector<std::string>& arguments) {
    facts_.app_yaml = app_yaml;
    absl::StatusOr<Application> application = LoadApplication(app_yaml, &host_);
    if (!application.ok()) return application.status();
    facts_.application = *std::move(application);
    const absl::StatusOr<RunPolicy> policy =
        RunPolicy::Load(given, facts_.application, &host_);
    if (!policy.ok()) return policy.status();
    const absl::Status found = FindPython(*policy);
    if (!found.ok()) return found;
    const absl::Status has_keys = MakeKeys();
    if (!has_keys.ok()) return has_keys;
    const absl::StatusOr<std::vector<std::string>> command =
        StartCommand(facts_.application, facts_.python.executable, arguments);
    if (!command.ok()) return command.status();
    return options_.sandbox ? StartSandboxed(*policy, *command)
                            : StartBare(*policy, *command);
  }

 private:
  absl::Status MakeKeys() {
    const config::Variables& variables = facts_.application.yaml.env_variables;
    if (options_.keys.empty()) {
      return options_.keys_for.empty()
                 ? CheckKeyReferences(variables, nullptr)
                 : absl::InvalidArgumentError("--keys-for needs --keys");
    }
    absl::StatusOr<std::unique_ptr<KeyProcess>> made = KeyProcess::Create(
        options_.keys, options_.keys_for, options_.audit, &host_);
    if (!made.ok()) return made.status();
    keys_ = *std::move(made);
    return CheckKeyReferences(variables, &keys_->key_names());
  }

  absl::Status FindPython(const RunPolicy& policy) {
    const absl::StatusOr<std::string> modules = ModulesFolder();
    if (!modules.ok()) return modules.status();
    facts_.modules = *modules;
    // The probe does not depend on the policy.
    const absl::StatusOr<std::string> python =
        FindInterpreter(facts_.application.version, OwnPythonPath(),
                        config::WithoutPolicy(policy.environment()), &host_);
    if (!python.ok()) return python.status();
    absl::StatusOr<InterpreterFacts> answer = AskInterpreter(*python);
    if (!answer.ok()) return answer.status();
    facts_.python = *std::move(answer);
    return absl::OkStatus();
  }

  std::string OwnPythonPath() const {
    return PythonPath(facts_.modules, facts_.application.version,
                      EnvironmentMap());
  }

  void ShowScreen(const RunPolicy& policy, const SandboxPlan* plan) {
    StartFacts facts;
    facts.application = &facts_.application;
    facts.python = &facts_.python;
    facts.policy = &policy.policy();
    facts.bundle = policy.bundle();
    facts.no_bundle = policy.no_bundle();
    facts.sandboxed = plan != nullptr;
    facts.development = options_.development;
    if (plan != nullptr) {
      facts.network = plan->network;
      facts.writable = plan->writable;
    }
    std::cerr << StartScreen(facts, &host_) << std::flush;
    // The exit status is the application's: whoever closes standard error
    // wants it without this screen.
    std::clearerr(stderr);
    std::cerr.clear();
  }

  absl::StatusOr<int> StartBare(const RunPolicy& policy,
                                const std::vector<std::string>& command) {
    if (options_.development) {
      return absl::InvalidArgumentError(
          "--dev needs the sandbox, because it adds to the CA bundle there; "
          "leave out --no-sandbox");
    }
    Program program;
    program.argv = command;
    program.environment = policy.OthersFor(OwnPythonPath());
    for (const auto& variable : policy.Variables()) {
      program.environment.insert(variable);
    }
    program.folder = facts_.application.folder;
    if (keys_ != nullptr) {
      program.environment[config::kKeysVariable] = keys_->place();
      keys_->Give(&program);
    }
    const absl::Status audited = GiveAudit(&program);
    if (!audited.ok()) return audited;
    ShowScreen(policy, nullptr);
    return SuperviseProgram(
        program, [](pid_t pid) { return pid; },
        [this] {
          if (keys_ != nullptr) keys_->Start();
        });
  }

  // Makes a program without a sandbox write the audit itself.
  absl::Status GiveAudit(Program* program) const {
    if (!options_.audit.has_value()) return absl::OkStatus();
    const std::string& target = *options_.audit;
    const auto writer = platform::AuditWriter::Open(
        target, std::make_shared<platform::PosixHost>());
    if (!writer.ok()) return writer.status();
    const std::optional<int> descriptor = platform::AuditDescriptor(target);
    if (descriptor.has_value()) program->inherited.push_back(*descriptor);
    const absl::StatusOr<std::string> place =
        descriptor.has_value() ? target : RealPath(target);
    if (!place.ok()) return place.status();
    program->environment[config::kAuditVariable] = *place;
    return absl::OkStatus();
  }

  absl::StatusOr<int> StartSandboxed(const RunPolicy& policy,
                                     const std::vector<std::string>& command) {
    absl::StatusOr<SandboxPlan> plan =
        MakePlan(options_, facts_, policy, &host_);
    if (!plan.ok()) return plan.status();
    if (keys_ != nullptr) {
      plan->keys = keys_->place();
      const absl::Status told = policy.PutInto(&*plan);
      if (!told.ok()) return told;
    }
    const absl::Status good =
        TrySandbox(*plan, !HasSsl(), policy.environment(), &host_);
    if (!good.ok()) return good;
    std::unique_ptr<AuditRelay> audit;
    if (options_.audit.has_value()) {
      absl::StatusOr<std::unique_ptr<AuditRelay>> opened =
          AuditRelay::Open(*options_.audit);
      if (!opened.ok()) return opened.status();
      audit = *std::move(opened);
      // For all of its processes, by the name of the FIFO: the processes that
      // it starts do not inherit a descriptor.
      plan->audit = audit->fifo();
      const absl::Status told = policy.PutInto(&*plan);
      if (!told.ok()) return told;
    }
    absl::StatusOr<SandboxedProgram> sandboxed =
        WrapInSandbox(*plan, command, policy.environment(), &host_);
    if (!sandboxed.ok()) return sandboxed.status();
    if (keys_ != nullptr) {
      const absl::Status hidden = keys_->CheckHidden(sandboxed->visible);
      if (!hidden.ok()) return hidden;
    }
    plan->development_key = nullptr;
    absl::StatusOr<std::unique_ptr<StreamRelay>> streams =
        StreamRelay::Create();
    if (!streams.ok()) return streams.status();
    (*streams)->Give(&sandboxed->program);
    if (keys_ != nullptr) keys_->Give(&sandboxed->program);
    ShowScreen(policy, &*plan);
    const absl::StatusOr<int> status =
        SuperviseProgram(sandboxed->program, SandboxedProcess, [&] {
          sandboxed->files.clear();
          (*streams)->Start();
          if (keys_ != nullptr) keys_->Start();
          if (audit == nullptr) return;
          AwaitSandbox(&*sandboxed);
          audit->Hide();
          audit->Start();
          OpenGate(&*sandboxed);
        });
    if (!status.ok()) return status;
    const absl::Status written = (*streams)->Finish();
    if (!written.ok()) {
      std::cerr << "airlock run: " << written.message() << std::endl;
    }
    const bool is_audited = audit == nullptr || audit->Finish();
    if (written.ok() && is_audited) return status;
    return *status == 0 ? kExitFailed : *status;
  }

  // Whether the application has `ssl`: with App Engine's first Python, it lists
  // its libraries.
  bool HasSsl() const {
    return facts_.application.yaml.ssl.has_value() ||
           !facts_.application.lists_libraries();
  }

  const RunOptions options_;
  platform::PosixHost host_;
  RunFacts facts_;
  std::unique_ptr<KeyProcess> keys_;
};

int RunRun(const std::vector<std::string>& words) {
  const auto separator = std::find(words.begin(), words.end(), "--");
  const std::vector<std::string> named(words.begin(), separator);
  std::vector<std::string> arguments;
  if (separator != words.end()) arguments.assign(separator + 1, words.end());
  if (named.size() > 1) {
    return Fail("run", absl::InvalidArgumentError(absl::StrCat(
                           "only one app.yaml is allowed; the application's "
                           "arguments come after --: airlock run ",
                           named[0], " -- ", named[1])));
  }
  const config::Environment given = platform::ProcessEnvironment();
  const absl::StatusOr<int> status =
      Run(OptionsFromFlags(given))
          .Start(given, named.empty() ? "app.yaml" : named[0], arguments);
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
      "and Airlock's ssl. It runs in a sandbox (bubblewrap): it can read only "
      "its own folder, the system's libraries and the CA bundle, write no "
      "file, make only the system calls that Python and TLS need, and gain no "
      "privilege.\nAt startup it shows on standard error what is in force. It "
      "forwards SIGTERM and other signals to the application, and exits with "
      "the application's status, or with 128 plus the number of the signal "
      "that ended it.\nSANDBOXING.md says what is promised and what is not.";
  command.examples = {
      {"airlock run", "The application in this folder."},
      {"airlock run shop/app.yaml --writable=/srv/shop -- --port 8443",
       "With arguments, and a place for its data."},
      {"airlock run --dev", "With its own servers at localhost."},
      {"airlock run --no-sandbox",
       "On a machine that cannot provide a sandbox."},
  };
  command.flags = {{"dev", ""},
                   {"writable", "DIR,..."},
                   {"audit", "FILE|fd:N"},
                   {"programs", "FILE,...|any"},
                   {"keys", "FILE"},
                   {"keys_for", "NAME"},
                   {"no_network", ""},
                   {"no_sandbox", ""}};
  command.max_arguments = INT_MAX;
  command.keeps_separator = true;
  command.run = RunRun;
  return command;
}

}  // namespace airlock::cli
