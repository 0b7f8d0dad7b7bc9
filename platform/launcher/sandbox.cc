// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/launcher/sandbox.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstring>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/cleanup/cleanup.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "platform/launcher/landlock.h"
#include "platform/launcher/sandbox_entry.h"
#include "platform/launcher/syscall_filter.h"
#include "platform/launcher/system_files.h"
#include "ssl/secret.h"

namespace airlock::launcher {
namespace {

using platform::internal::UniqueFd;

constexpr char kAdvice[] =
    "Allow it (sysctl kernel.unprivileged_userns_clone=1, "
    "kernel.apparmor_restrict_unprivileged_userns=0 or "
    "user.max_user_namespaces; in a container, let it make user namespaces and "
    "mount /proc), or do without a sandbox: --no-sandbox.";

constexpr const char* kLinks[] = {"/bin", "/sbin", "/lib", "/lib64"};
constexpr const char* kConfiguration[] = {
    "/etc/alternatives", "/etc/ca-certificates", "/etc/gai.conf",
    "/etc/group",        "/etc/host.conf",       "/etc/hosts",
    "/etc/ld.so.cache",  "/etc/ld.so.conf",      "/etc/ld.so.conf.d",
    "/etc/localtime",    "/etc/mime.types",      "/etc/nsswitch.conf",
    "/etc/passwd",       "/etc/pki/ca-trust",    "/etc/pki/tls/certs",
    "/etc/protocols",    "/etc/resolv.conf",     "/etc/services",
    "/etc/ssl/certs",    "/etc/timezone"};
constexpr const char* kDevices[] = {"/dev/full", "/dev/null", "/dev/random",
                                    "/dev/urandom", "/dev/zero"};

// This program in the sandbox, executable but not readable: a loader that maps
// it would have a TLS client without the policy.
constexpr char kEntryProgram[] = "/run/airlock/enter";

// Run by the interpreter in a trial; the exit status gives the result. Does not
// use the application's folder, where it starts.
constexpr char kTrial[] = R"(
import sys
sys.path = [folder for folder in sys.path if folder]
try:
    import _ssl
except ImportError as error:
    sys.stdout.write(str(error))
    sys.exit(12)
sys.exit("Airlock" not in _ssl.OPENSSL_VERSION and 11)
)";

absl::StatusOr<UniqueFd> MemoryFile(absl::string_view content) {
  UniqueFd file(memfd_create("airlock-data", MFD_CLOEXEC));
  for (size_t done = 0; file.valid() && done < content.size();) {
    const ssize_t size =
        write(file.get(), content.data() + done, content.size() - done);
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) break;
    done += static_cast<size_t>(size);
  }
  if (file.valid() &&
      lseek(file.get(), 0, SEEK_CUR) == static_cast<off_t>(content.size()) &&
      lseek(file.get(), 0, SEEK_SET) == 0) {
    return file;
  }
  return absl::InternalError(
      absl::StrCat("cannot keep a file in memory: ", std::strerror(errno)));
}

// A copy of this program.
absl::StatusOr<UniqueFd> OwnProgram() {
  const UniqueFd self(open("/proc/self/exe", O_RDONLY | O_CLOEXEC));
  struct stat status;
  if (!self.valid() || fstat(self.get(), &status) != 0) {
    return absl::ErrnoToStatus(errno, "cannot read this program");
  }
  UniqueFd file(memfd_create("airlock", MFD_CLOEXEC));
  for (off_t done = 0; file.valid() && done < status.st_size;) {
    const ssize_t size = sendfile(file.get(), self.get(), &done,
                                  static_cast<size_t>(status.st_size - done));
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) file = UniqueFd();
  }
  if (file.valid() && lseek(file.get(), 0, SEEK_SET) == 0) return file;
  return absl::ErrnoToStatus(errno, "cannot keep this program in memory");
}

// Whether `bwrap` gives capabilities in the sandbox. If it is set-user-ID, it
// does so only for root; but other users do not own the devices and cannot
// change them anyway.
bool MayHaveCapabilities(const std::string& bwrap) {
  struct stat status;
  return geteuid() == 0 ||
         (stat(bwrap.c_str(), &status) == 0 && (status.st_mode & S_ISUID) == 0);
}

// Collects bwrap's arguments.
class Builder {
 public:
  Builder(const SandboxPlan& plan, platform::Host* host)
      : plan_(plan), host_(host) {}

  absl::StatusOr<SandboxedProgram> Build(const std::string& bwrap,
                                         const std::vector<std::string>& argv) {
    seals_ = MayHaveCapabilities(bwrap);
    Add({"--die-with-parent", "--new-session", "--unshare-user-try",
         "--unshare-pid", "--unshare-ipc", "--unshare-uts",
         "--unshare-cgroup-try", "--cap-drop", "ALL"});
    if (seals_) Add({"--cap-add", "CAP_SYS_ADMIN", "--cap-add", "CAP_SETPCAP"});
    if (!plan_.network) Add({"--unshare-net"});
    ReadOnly(plan_.folder);
    absl::Status status = AddSystem();
    if (!status.ok()) return status;
    AddPython();
    for (const std::string& path : plan_.readable) ReadOnly(path);
    for (const std::string& path : plan_.writable) Bind("--bind", path, path);
    if (!plan_.audit.empty()) Bind("--ro-bind", plan_.audit, kSandboxAudit);
    status = AddModules();
    for (const auto& [path, content] : plan_.files) {
      if (status.ok()) status = AddFile(content, path);
    }
    if (!status.ok()) return status;
    absl::StatusOr<UniqueFd> self = OwnProgram();
    if (!self.ok()) return self.status();
    Add({"--perms", "0111", "--ro-bind-data", Keep(*std::move(self)),
         kEntryProgram});
    for (const char* mount : {"/proc", "/"}) Add({"--remount-ro", mount});
    absl::StatusOr<UniqueFd> filter = MakeSyscallFilter();
    if (!filter.ok()) return filter.status();
    const std::string filter_fd = Keep(*std::move(filter));
    Add({"--chdir", plan_.folder});
    absl::StatusOr<std::string> entry = MakeEntry();
    if (!entry.ok()) return entry.status();
    std::string gate = kNoGate;
    if (!plan_.audit.empty()) {
      int ends[2];
      if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
        return absl::ErrnoToStatus(errno, "cannot make a pair of sockets");
      }
      result_.gate = UniqueFd(ends[0]);
      gate = Keep(UniqueFd(ends[1]));
    }
    absl::StatusOr<UniqueFd> options = MemoryFile(options_);
    if (!options.ok()) return options.status();
    result_.program.argv = {bwrap,  "--args",      Keep(*std::move(options)),
                            "--",   kEntryProgram, kSandboxEntry,
                            *entry, filter_fd,     gate};
    result_.program.argv.insert(result_.program.argv.end(), argv.begin(),
                                argv.end());
    // If bwrap fails half way, its child waits for it forever.
    result_.program.ends_its_group = true;
    return std::move(result_);
  }

 private:
  void Add(const std::vector<std::string>& words) {
    for (const std::string& word : words) {
      absl::StrAppend(&options_, word, absl::string_view("\0", 1));
    }
  }
  // Shows the file or folder `from` as `to`. Everything outside that is shown
  // goes through this, so that `visible` has it.
  void Bind(const std::string& option, const std::string& from,
            const std::string& to) {
    Add({option, from, to});
    result_.visible.push_back(from);
  }
  void ReadOnly(const std::string& path) { Bind("--ro-bind-try", path, path); }
  // Passes `file` to bwrap; returns its number.
  std::string Keep(UniqueFd file) {
    result_.program.inherited.push_back(file.get());
    result_.files.push_back(std::move(file));
    return absl::StrCat(result_.program.inherited.back());
  }

  // The descriptor with the application's start parameters. bwrap must not get
  // its variables: LD_PRELOAD would take effect before there is a sandbox.
  absl::StatusOr<std::string> MakeEntry() {
    SandboxEntry entry;
    entry.environment = plan_.environment;
    entry.environment["PWD"] = plan_.folder;
    if (seals_) entry.read_only = {std::begin(kDevices), std::end(kDevices)};
    if (!plan_.any_program) {
      const absl::Status usable = CheckLandlock();
      if (!usable.ok()) return usable;
      std::vector<std::string> programs = plan_.programs;
      programs.push_back(plan_.python.executable);
      programs.insert(programs.end(), std::begin(kShells), std::end(kShells));
      absl::StatusOr<std::vector<std::string>> runnable = RunnablePrograms(
          programs, plan_.folder, plan_.writable, plan_.python);
      if (!runnable.ok()) return runnable.status();
      entry.programs = *std::move(runnable);
    }
    std::string* key = nullptr;
    if (plan_.development_key != nullptr) {
      key = &entry.environment[config::kDevKeyVariable];
      *key = std::string(plan_.development_key->view());
    }
    std::string text = EncodeEntry(entry);
    const absl::Cleanup wipe = [&] {
      ssl::Wipe(&text);
      if (key != nullptr) ssl::Wipe(key);
    };
    absl::StatusOr<UniqueFd> file = MemoryFile(text);
    if (!file.ok()) return file.status();
    return Keep(*std::move(file));
  }

  absl::Status AddSystem() {
    for (const char* path : kLinks) {
      char target[PATH_MAX];
      const ssize_t size = readlink(path, target, sizeof(target));
      if (size > 0 && size < PATH_MAX) {
        Add({"--symlink", std::string(target, static_cast<size_t>(size)),
             path});
      } else if (absl::StartsWith(path, "/lib")) {
        ReadOnly(path);
      }
    }
    absl::StatusOr<SystemFiles> files = FindSystemFiles(plan_.python, host_);
    if (!files.ok()) return files.status();
    for (const std::string& path : files->visible) ReadOnly(path);
    for (const char* path : kConfiguration) ReadOnly(path);
    for (const char* path : {"/usr/bin/env", "/usr/bin/sh"}) ReadOnly(path);
    for (const std::string& path : plan_.programs) ReadOnly(path);
    hidden_ = std::move(files->hidden);
    Add({"--proc", "/proc"});
    for (const char* path : kDevices) Bind("--dev-bind", path, path);
    Add({"--symlink", "/proc/self/fd", "/dev/fd"});
    return absl::OkStatus();
  }

  void AddPython() {
    const std::string& executable = plan_.python.executable;
    ReadOnly(executable);
    for (const std::string& prefix : plan_.python.prefixes) {
      if (!IsSystemPrefix(prefix)) ReadOnly(prefix);
    }
    // A device that cannot be opened, on a mount without devices.
    for (const std::string& path : hidden_) {
      if (!absl::c_linear_search(plan_.programs, path)) {
        Bind("--ro-bind", "/dev/null", path);
      }
    }
    for (const std::string& name : InterpreterNames(plan_.python)) {
      Add({"--symlink", executable, absl::StrCat(kSandboxPrograms, "/", name)});
    }
  }

  // Adds Airlock's modules, and replaces every other `_ssl`.
  absl::Status AddModules() {
    for (const char* folder : {"/package", "/py3", "/py2.7"}) {
      Bind("--ro-bind-try", absl::StrCat(plan_.modules, folder),
           absl::StrCat(kSandboxModules, folder));
    }
    std::vector<std::string> roots = LibraryRoots();
    for (const std::string& prefix : plan_.python.prefixes) {
      for (const char* lib : {"/lib", "/lib64"}) {
        if (!IsSystemPrefix(prefix)) roots.push_back(absl::StrCat(prefix, lib));
      }
    }
    for (const std::string& root : roots) {
      const auto names = host_->ListDirectory(root);
      if (absl::IsNotFound(names.status())) continue;
      // A folder that cannot be listed may hold an `_ssl`.
      if (!names.ok()) return names.status();
      for (const std::string& name : *names) {
        if (!absl::StartsWith(name, "python")) continue;
        const auto kind = host_->Stat(absl::StrCat(root, "/", name));
        // A dangling link contains nothing; neither does a file.
        if (absl::IsNotFound(kind.status())) continue;
        if (!kind.ok()) return kind.status();
        if (kind->type != platform::FileType::kDirectory) continue;
        absl::Status status =
            ReplaceModules(absl::StrCat(root, "/", name, "/lib-dynload"),
                           name == "python2.7" ? "/py2.7/" : "/py3/");
        if (!status.ok()) return status;
      }
    }
    return absl::OkStatus();
  }

  absl::Status ReplaceModules(const std::string& folder,
                              absl::string_view ours) {
    const auto names = host_->ListDirectory(folder);
    if (absl::IsNotFound(names.status())) return absl::OkStatus();
    if (!names.ok()) return names.status();
    for (const std::string& name : *names) {
      if (!absl::StartsWith(name, "_ssl.")) continue;
      const std::string place = absl::StrCat(folder, "/", name);
      const std::string module = absl::StrCat(plan_.modules, ours, name);
      if (access(module.c_str(), R_OK) == 0) {
        Bind("--ro-bind", module, place);
        continue;
      }
      absl::Status status = AddFile("", place);
      if (!status.ok()) return status;
    }
    return absl::OkStatus();
  }

  absl::Status AddFile(absl::string_view content, const std::string& path) {
    absl::StatusOr<UniqueFd> file = MemoryFile(content);
    if (!file.ok()) return file.status();
    Add({"--perms", "0444", "--ro-bind-data", Keep(*std::move(file)), path});
    return absl::OkStatus();
  }

  const SandboxPlan& plan_;
  platform::Host* const host_;
  // In a file, since all users of the machine see argv.
  std::string options_;
  std::vector<std::string> hidden_;
  bool seals_ = false;  // Whether the devices' mounts are made read-only.
  SandboxedProgram result_;
};

}  // namespace

absl::StatusOr<SandboxedProgram> WrapInSandbox(
    const SandboxPlan& plan, const std::vector<std::string>& argv,
    const config::EnvironmentMap& environment, platform::Host* host) {
  const std::vector<std::string> found = FindInPath("bwrap", environment);
  if (found.empty()) {
    return absl::NotFoundError(
        "bwrap, which makes the sandbox, is not in PATH; install the package "
        "bubblewrap, or do without a sandbox: --no-sandbox");
  }
  return Builder(plan, host).Build(found[0], argv);
}

absl::Status TrySandbox(const SandboxPlan& plan, bool may_refuse,
                        const config::EnvironmentMap& environment,
                        platform::Host* host) {
  SandboxPlan bare = plan;
  bare.environment.clear();
  bare.development_key = nullptr;
  absl::StatusOr<SandboxedProgram> trial = WrapInSandbox(
      bare, {plan.python.executable, "-E", "-s", "-S", "-c", kTrial},
      environment, host);
  if (!trial.ok()) return trial.status();
  const absl::StatusOr<ProgramAnswer> answer = AskProgram(trial->program);
  if (!answer.ok()) return answer.status();
  const absl::string_view said = absl::StripAsciiWhitespace(answer->output);
  switch (answer->status) {
    case 0:
      return absl::OkStatus();
    case 11:
      return absl::InternalError(absl::StrCat(
          "in the sandbox, ", plan.python.executable,
          " still has its own _ssl, so the policy would not be enforced; "
          "report this, and where that Python comes from"));
    case 12:
      if (may_refuse) return absl::OkStatus();
      return absl::FailedPreconditionError(
          absl::StrCat("in the sandbox, ", plan.python.executable,
                       " does not import Airlock's _ssl: ", said));
    default:
      return absl::UnavailableError(absl::StrCat(
          "this machine cannot provide a sandbox (", said, "). ", kAdvice));
  }
}

void AwaitSandbox(SandboxedProgram* program) {
  char byte = 0;
  while (recv(program->gate.get(), &byte, 1, 0) < 0 && errno == EINTR) {
  }
}

void OpenGate(SandboxedProgram* program) {
  send(program->gate.get(), ".", 1, MSG_NOSIGNAL);
  program->gate = UniqueFd();
}

pid_t SandboxedProcess(pid_t bwrap) {
  const pid_t first = OnlyChild(bwrap);
  return first == 0 ? 0 : OnlyChild(first);
}

}  // namespace airlock::launcher
