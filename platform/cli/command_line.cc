// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/cli/command_line.h"

#include <algorithm>
#include <set>

#include "absl/flags/commandlineflag.h"
#include "absl/flags/reflection.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "config/nearest_word.h"
#include "platform/c/airlock.h"
#include "platform/cli/text.h"
#include "ssl/engine.h"

namespace airlock::cli {
namespace {

absl::Status Error(absl::string_view message) {
  return absl::InvalidArgumentError(message);
}

// " (did you mean connect?)", or empty.
std::string DidYouMean(absl::string_view word,
                       const std::vector<absl::string_view>& known,
                       absl::string_view prefix = "") {
  const absl::string_view nearest = config::NearestWord(word, known);
  if (nearest.empty()) return "";
  return absl::StrCat(" (did you mean ", prefix, nearest, "?)");
}

std::string Shown(absl::string_view flag) {
  return absl::StrReplaceAll(flag, {{"_", "-"}});
}

const Command* FindCommand(absl::string_view name,
                           absl::Span<const Command> commands) {
  const auto* found = std::find_if(
      commands.begin(), commands.end(),
      [name](const Command& command) { return command.name == name; });
  return found == commands.end() ? nullptr : found;
}

absl::Status UnknownCommand(absl::string_view name,
                            absl::Span<const Command> commands) {
  std::vector<absl::string_view> names = {"help"};
  for (const Command& command : commands) names.push_back(command.name);
  return Error(absl::StrCat("unknown command ", ForTerminal(name),
                            DidYouMean(name, names),
                            "; `airlock help` lists the commands"));
}

const FlagUse* FindFlag(absl::string_view name, const Command& command) {
  for (const FlagUse& flag : command.flags) {
    if (flag.name == name) return &flag;
  }
  return nullptr;
}

absl::Status UnknownFlag(absl::string_view name, const Command& command,
                         absl::Span<const Command> commands) {
  for (const Command& other : commands) {
    if (FindFlag(name, other) != nullptr) {
      return Error(absl::StrCat("--", Shown(name), " is a flag of `airlock ",
                                other.name, "`, not of `airlock ", command.name,
                                "`"));
    }
  }
  std::vector<std::string> names = {"help"};
  for (const FlagUse& flag : command.flags) names.push_back(Shown(flag.name));
  return Error(absl::StrCat(
      "unknown flag --", ForTerminal(Shown(name)),
      DidYouMean(Shown(name),
                 std::vector<absl::string_view>(names.begin(), names.end()),
                 "--"),
      "; `airlock ", command.name, " --help` lists its flags"));
}

// Removes the flag in words[0], and its value, from `words`. `taken`: the flags
// before it.
absl::Status TakeFlag(absl::Span<const std::string>* words,
                      const Command& command,
                      absl::Span<const Command> commands,
                      std::set<std::string>* taken) {
  absl::string_view word = words->front();
  words->remove_prefix(1);
  if (!absl::ConsumePrefix(&word, "--")) {
    const std::string what_then =
        absl::StrContains(command.arguments, "-- ")
            ? absl::StrCat("put arguments for the program that `airlock ",
                           command.name, "` starts after --")
            : absl::StrCat("did you mean -", ForTerminal(word), "?");
    return Error(absl::StrCat("flags begin with two dashes, but ",
                              ForTerminal(word), " begins with one; ",
                              what_then));
  }
  const size_t equals = word.find('=');
  const std::string name =
      absl::StrReplaceAll(word.substr(0, equals), {{"-", "_"}});
  const FlagUse* const use = FindFlag(name, command);
  if (use == nullptr) return UnknownFlag(name, command, commands);
  // Neither value may be ignored.
  if (!taken->insert(name).second && !use->repeatable) {
    return Error(absl::StrCat("--", Shown(name), " is given twice"));
  }
  absl::CommandLineFlag* const flag = absl::FindCommandLineFlag(name);
  if (flag == nullptr) {
    return absl::InternalError(
        absl::StrCat("flag --", name, " is listed but not defined"));
  }

  std::string value;
  if (equals != absl::string_view::npos) {
    value = std::string(word.substr(equals + 1));
  } else if (use->value.empty()) {
    value = "true";
  } else if (words->empty()) {
    return Error(absl::StrCat("--", Shown(name), " needs a value: --",
                              Shown(name), "=", use->value));
  } else {
    value = words->front();
    words->remove_prefix(1);
  }
  // An empty value is probably a mistake, such as an unset variable in a
  // script.
  if (value.empty()) {
    return Error(absl::StrCat("--", Shown(name), " has no value; it takes ",
                              use->value.empty() ? "true or false" : use->value,
                              ", or leave it out"));
  }
  if (use->repeatable) {
    if (absl::StrContains(value, '\n')) {
      return Error(absl::StrCat("--", Shown(name), " has a line break in it"));
    }
    const std::string before = flag->CurrentValue();
    if (!before.empty()) value = absl::StrCat(before, "\n", value);
  }
  std::string error;
  if (!flag->ParseFrom(value, &error)) {
    // The types of flags here never give a reason in `error`.
    return Error(absl::StrCat(
        "--", Shown(name), " cannot be ", ForTerminal(value), "; it takes ",
        use->value.empty() ? "true or false" : use->value,
        use->value == "DURATION" ? ", such as 30s or 5m" : ""));
  }
  return absl::OkStatus();
}

absl::Status CheckArguments(const Command& command,
                            const std::vector<std::string>& arguments) {
  const int count = static_cast<int>(arguments.size());
  if (count < command.min_arguments) {
    return Error(absl::StrCat("`airlock ", command.name, "` needs ",
                              command.arguments, "; see `airlock ",
                              command.name, " --help`"));
  }
  if (count > command.max_arguments) {
    return Error(absl::StrCat("`airlock ", command.name, "` does not take ",
                              ForTerminal(arguments[command.max_arguments]),
                              "; see `airlock ", command.name, " --help`"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Request> ParseCommandLine(absl::Span<const std::string> words,
                                         absl::Span<const Command> commands) {
  Request request;
  if (words.empty()) {
    return Error("a command is missing; `airlock help` lists the commands");
  }
  const absl::string_view first = words.front();
  words.remove_prefix(1);
  if (first == "help" || first == "--help" || first == "-h") {
    request.help = true;
    if (words.empty()) return request;
    request.command = FindCommand(words.front(), commands);
    if (request.command == nullptr) {
      return UnknownCommand(words.front(), commands);
    }
    return request;
  }
  if (first == "--version") {
    request.version = true;
    return request;
  }
  if (absl::StartsWith(first, "-")) {
    return Error(absl::StrCat("the command comes first, then flags such as ",
                              ForTerminal(first),
                              "; `airlock help` lists the commands"));
  }
  request.command = FindCommand(first, commands);
  if (request.command == nullptr) return UnknownCommand(first, commands);

  std::set<std::string> taken;
  while (!words.empty()) {
    const std::string& word = words.front();
    if (word == "--") {
      if (!request.command->keeps_separator) words.remove_prefix(1);
      request.arguments.insert(request.arguments.end(), words.begin(),
                               words.end());
      break;
    }
    if (word == "--help" || word == "-h") {
      request.help = true;
      return request;
    }
    if (word.size() < 2 || word[0] != '-') {  // "-" is standard input.
      request.arguments.push_back(word);
      words.remove_prefix(1);
      continue;
    }
    const absl::Status status =
        TakeFlag(&words, *request.command, commands, &taken);
    if (!status.ok()) return status;
  }
  const absl::Status status =
      CheckArguments(*request.command, request.arguments);
  if (!status.ok()) return status;
  return request;
}

std::string ProgramVersion() {
  return absl::StrCat("airlock ", AIRLOCK_VERSION_MAJOR, ".",
                      AIRLOCK_VERSION_MINOR, ".", AIRLOCK_VERSION_PATCH, " (",
                      ssl::EngineName(), ")\n");
}

std::string ProgramHelp(absl::Span<const Command> commands) {
  std::string text =
      "airlock: TLS for the applications of a sandboxed platform.\n\nUsage: "
      "airlock COMMAND [FLAGS] [ARGUMENTS]\n\nCommands:\n";
  for (const Command& command : commands) {
    absl::StrAppend(&text, PadRight(absl::StrCat("  ", command.name), 12),
                    command.summary, "\n");
  }
  absl::StrAppend(
      &text, PadRight("  help", 12),
      "Show this text; `airlock help COMMAND` describes one command.\n",
      PadRight("  --version", 12),
      "Show Airlock's version and BoringSSL's.\n\n",
      "Environment, read once at start:\n",
      Wrap("AIRLOCK_VERIFY=off|default|enforce: how much of verification the "
           "caller may decide. PYTHONHTTPSVERIFY=0 means off, any other value "
           "default; the stricter of the two takes effect.",
           2),
      Wrap("AIRLOCK_CONFIG: the absolute path of the operator's policy; if "
           "/etc/airlock.yaml exists, it can only make that stricter; see "
           "`airlock policy`.",
           2),
      Wrap("AIRLOCK_AUDIT: the absolute path of a file, or fd:N, an open "
           "descriptor, for what the policy refuses or makes stricter, if "
           "--audit is not set.",
           2),
      Wrap("SSL_CERT_FILE, SSL_CERT_DIR: the CA bundle, if --ca is not set.",
           2),
      "\nExit status:\n  0  Success.\n  1  Failure: no connection, no trust, a "
      "broken file.\n  2  Wrong usage: flags, arguments or "
      "environment.\n`airlock fetch` has more; see `airlock help fetch`.\n");
  return text;
}

std::string CommandHelp(const Command& command) {
  std::string text = absl::StrCat(
      "Usage: airlock ", command.name, command.flags.empty() ? "" : " [FLAGS]",
      command.arguments.empty() ? "" : " ", command.arguments, "\n\n",
      Wrap(command.description, 0));
  if (!command.flags.empty()) absl::StrAppend(&text, "\nFlags:\n");
  for (const FlagUse& use : command.flags) {
    const absl::CommandLineFlag* const flag =
        absl::FindCommandLineFlag(use.name);
    if (flag == nullptr) continue;
    absl::StrAppend(&text, "  --", Shown(use.name),
                    use.value.empty() ? "" : "=", use.value, "\n");
    std::string help = flag->Help();
    const std::string fallback = flag->DefaultValue();
    if (!use.value.empty() && !fallback.empty()) {
      absl::StrAppend(&help, " Default: ", fallback, ".");
    }
    absl::StrAppend(&text, Wrap(help, 6));
  }
  if (!command.examples.empty()) absl::StrAppend(&text, "\nExamples:\n");
  for (const Command::Example& example : command.examples) {
    absl::StrAppend(&text, "  ", example.command, "\n", Wrap(example.what, 6));
  }
  absl::StrAppend(&text, "\n",
                  Wrap(absl::StrCat("Exit status: ",
                                    command.exit_statuses.empty()
                                        ? "0 success, 1 failure, 2 wrong usage."
                                        : command.exit_statuses),
                       0));
  return text;
}

}  // namespace airlock::cli
