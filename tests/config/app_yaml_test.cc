// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "config/app_yaml.h"

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/support/testdata.h"

namespace airlock::config {
namespace {

std::string At(const Origin& origin) {
  EXPECT_EQ(origin.source, Origin::Source::kAppYaml);
  EXPECT_EQ(origin.name, "app.yaml");
  return absl::StrCat(" ", origin.line, ":", origin.column, "\n");
}

// The contents of `app`, one line for each: "ssl 2.7.11 18:12".
std::string Stated(const AppYaml& app) {
  std::string stated;
  if (app.runtime.has_value()) {
    absl::StrAppend(&stated, "runtime ", app.runtime->value,
                    At(app.runtime->origin));
  }
  if (app.entrypoint.has_value()) {
    absl::StrAppend(&stated, "entrypoint ", app.entrypoint->value,
                    At(app.entrypoint->origin));
  }
  if (app.ssl.has_value()) {
    absl::StrAppend(&stated, "ssl ", SslProfileName(app.ssl->value),
                    At(app.ssl->origin));
  }
  for (const auto& [name, variable] : app.env_variables) {
    absl::StrAppend(&stated, name, "=", variable.value, At(variable.origin));
  }
  for (const std::string& warning : app.warnings) {
    absl::StrAppend(&stated, warning, "\n");
  }
  return stated;
}

struct Row {
  std::string name;
  // A file's content, or its name, which ends in ".yaml".
  std::string input;
  // The values, or the whole error.
  std::string expected;

  std::string Content() const {
    return absl::EndsWith(input, ".yaml")
               ? testing::ReadTestdata(absl::StrCat("config/", input))
               : input;
  }
};

constexpr char kDeprecated[] =
    ": version 2.7 of the library ssl is deprecated: it uses TLS 1.0 by "
    "default, and has neither SNI nor SSLContext; write \"version: latest\"\n";

// A file that lists ssl with this version, at 3:12.
Row Ssl(std::string name, absl::string_view version, std::string expected) {
  return {std::move(name),
          absl::StrCat("libraries:\n- name: ssl\n  version: ", version, "\n"),
          std::move(expected)};
}

class GoodAppTest : public ::testing::TestWithParam<Row> {};

TEST_P(GoodAppTest, StatesThis) {
  const absl::StatusOr<AppYaml> app =
      ParseAppYaml(GetParam().Content(), "app.yaml");
  ASSERT_TRUE(app.ok()) << app.status();
  EXPECT_EQ(Stated(*app), GetParam().expected);
}

INSTANTIATE_TEST_SUITE_P(
    Table, GoodAppTest,
    ::testing::ValuesIn(std::vector<Row>{
        {"Sample", "app.yaml",
         "runtime python27 2:10\nssl 2.7.11 18:12\nEMPTY= 14:10\n"
         "GAE_USE_SOCKETS_HTTPLIB=anyvalue 12:28\n"
         "PYTHONHTTPSVERIFY=1 13:22\n"},
        {"Python3", "app_python3.yaml",
         "runtime python311 1:10\n"
         "entrypoint gunicorn -b :$PORT main:app 2:13\n"
         "AIRLOCK_VERIFY=enforce 3:33\n"},
        {"Deprecated", "app_deprecated.yaml",
         absl::StrCat("runtime python27 1:10\nssl 2.7 4:12\napp.yaml:4:12",
                      kDeprecated)},
        {"Empty", "", ""},
        {"Comment", "# runtime: python27\n", ""},
        {"EmptyMapping", "{}", ""},
        {"Others",
         "service: default\ninstance_class: F2\nhandlers:\n- url: /\n"
         "  script: auto\nautomatic_scaling: {min_instances: 1}\nvpc: ~\n"
         "build_env_variables: {A: b}\n",
         ""},
        Ssl("Latest", "latest", "ssl 2.7.11 3:12\n"),
        Ssl("LatestQuoted", "'latest'", "ssl 2.7.11 3:12\n"),
        Ssl("Exact", "2.7.11", "ssl 2.7.11 3:12\n"),
        Ssl("ExactQuoted", "\"2.7.11\"", "ssl 2.7.11 3:12\n"),
        Ssl("Float", "2.7",
            absl::StrCat("ssl 2.7 3:12\napp.yaml:3:12", kDeprecated)),
        Ssl("FloatQuoted", "\"2.7\"",
            absl::StrCat("ssl 2.7 3:12\napp.yaml:3:12", kDeprecated)),
        {"NoLibraries", "libraries: []", ""},
        {"OtherLibraries",
         "libraries:\n- {name: lxml, version: 3.7.3}\n"
         "- {version: any, name: PIL}\n- name: ssl\n  version: latest\n",
         "ssl 2.7.11 5:12\n"},
        {"Values",
         "env_variables:\n  A: 1\n  B: \"1\"\n  C: true\n  D: 0x1F\n"
         "  E: 1.10\n  F: 'null'\n  G: yes\n  H: \"a\\nb\"\n  I: ''\n"
         "  J: 2016-01-01\n  K: a b # c\n  L: |\n    m\n    n\n"
         "  _n9: \xC3\xA9\n  lower: 1_000\n",
         "A=1 2:6\nB=1 3:6\nC=true 4:6\nD=0x1F 5:6\nE=1.10 6:6\nF=null 7:6\n"
         "G=yes 8:6\nH=a\nb 9:6\nI= 10:6\nJ=2016-01-01 11:6\nK=a b 12:6\n"
         "L=m\nn\n 13:6\n_n9=\xC3\xA9 16:8\nlower=1_000 17:10\n"},
        {"NoVariables", "env_variables: {}", ""},
        {"OfThePolicy",
         "env_variables: {AIRLOCK_VERIFY: off, PYTHONHTTPSVERIFY: 0}",
         "AIRLOCK_VERIFY=off 1:33\nPYTHONHTTPSVERIFY=0 1:57\n"},
    }),
    [](const auto& row) { return row.param.name; });

class BadAppTest : public ::testing::TestWithParam<Row> {};

TEST_P(BadAppTest, IsThisError) {
  const absl::Status status =
      ParseAppYaml(GetParam().Content(), "app.yaml").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(status.message(), absl::StrCat("app.yaml:", GetParam().expected));
}

Row SslVersion(std::string name, absl::string_view version,
               absl::string_view end) {
  return Ssl(
      std::move(name), version,
      absl::StrCat(
          "3:12: the version of ssl is \"", version,
          "\", which is not one of \"2.7\", \"2.7.11\" and \"latest\"; ", end));
}

INSTANTIATE_TEST_SUITE_P(
    Libraries, BadAppTest,
    ::testing::ValuesIn(std::vector<Row>{
        SslVersion("NoSuchVersion", "3.0", "write one of them"),
        SslVersion("Near", "2.7.10", "did you mean \"2.7.11\"?"),
        SslVersion("Longer", "2.70", "did you mean \"2.7\"?"),
        SslVersion("Case", "Latest", "did you mean \"latest\"?"),
        Ssl("Null", "~",
            "3:12: the version of ssl must be a single value, not null"),
        Ssl("Absent", "",
            "3:3: the version of ssl must be a single value, not null"),
        Ssl("EmptyText", "''", "3:12: the version of ssl is an empty string"),
        Ssl("ListOfVersions", "[2.7]",
            "3:12: the version of ssl must be a single value, not a list"),
        {"NoVersion", "libraries:\n- name: ssl\n",
         "2:3: the library ssl has no \"version\"; the accepted values are "
         "\"2.7\", "
         "\"2.7.11\" and \"latest\""},
        {"NoVersionOfOther", "libraries:\n- name: lxml\n",
         "2:3: the library lxml has no \"version\"; write \"version: "
         "latest\""},
        {"NoName", "libraries:\n- version: latest\n",
         "2:3: a library must have a \"name\" and a \"version\""},
        {"NullName", "libraries:\n- name:\n  version: latest\n",
         "2:3: name must be a single value, not null"},
        {"NullVersionOfOther", "libraries:\n- name: lxml\n  version: ~\n",
         "3:12: version must be a single value, not null"},
        {"ExtraKey", "libraries:\n- name: ssl\n  version: latest\n  url: x\n",
         "4:3: unknown key \"url\"; a library accepts \"name\" and "
         "\"version\""},
        {"MisspeltKey", "libraries:\n- name: ssl\n  versoin: latest\n",
         "3:3: unknown key \"versoin\"; did you mean \"version\"?"},
        {"Unknown", "libraries:\n- name: openssl\n  version: latest\n",
         "2:9: the library is \"openssl\", which is not one of \"MySQLdb\", "
         "\"PIL\", \"PyAMF\", \"clearsilver\", \"click\", \"crcmod\", "
         "\"django\", \"endpoints\", \"enum\", \"flask\", \"futures\", "
         "\"grpcio\", \"itsdangerous\", \"jinja2\", \"lxml\", \"markupsafe\", "
         "\"matplotlib\", \"numpy\", \"protobuf\", \"protorpc\", \"pycrypto\", "
         "\"pytz\", \"setuptools\", \"six\", \"ssl\", \"ujson\", \"webapp2\", "
         "\"webob\", \"werkzeug\" and \"yaml\"; bundle other libraries with "
         "the application"},
        {"Twice",
         "libraries:\n- {name: ssl, version: latest}\n- {name: ssl, version: "
         "latest}\n",
         "3:10: the library ssl is listed twice; the first is on line 2"},
        {"OtherTwice",
         "libraries:\n- {name: six, version: 1}\n- {name: six, version: 2}\n",
         "3:10: the library six is listed twice; the first is on line 2"},
        {"Nothing", "libraries:\n",
         "1:1: \"libraries\" must be a list, not null"},
        {"Mapping", "libraries: {ssl: latest}\n",
         "1:12: \"libraries\" must be a list, not a mapping"},
        {"Text", "libraries: [ssl]\n",
         "1:13: a library must be a mapping, not a single value"},
    }),
    [](const auto& row) { return row.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Rest, BadAppTest,
    ::testing::ValuesIn(std::vector<Row>{
        {"Text", "runtime\n",
         "1:1: the file must be a mapping, not a single value"},
        {"List", "- runtime: a\n",
         "1:1: the file must be a mapping, not a list"},
        {"Runtime", "runtime:\n",
         "1:1: runtime must be a single value, not null"},
        {"RuntimeList", "runtime: [a]\n",
         "1:10: runtime must be a single value, not a list"},
        {"EmptyRuntime", "runtime: ''\n", "1:10: runtime is an empty string"},
        {"Entrypoint", "entrypoint: {shell: x}\n",
         "1:13: entrypoint must be a single value, not a mapping"},
        {"EmptyEntrypoint", "entrypoint: ''\n",
         "1:13: entrypoint is an empty string"},
        {"Duplicate", "runtime: a\nruntime: a\n",
         "2:1: duplicate key \"runtime\"; the first is on line 1"},
        {"Anchor", "handlers: &a []\n",
         "1:11: anchors (\"&\") are not allowed; remove it"},
        {"Variables", "env_variables:\n",
         "1:1: \"env_variables\" must be a mapping, not null"},
        {"VariableList", "env_variables: [A=b]\n",
         "1:16: \"env_variables\" must be a mapping, not a list"},
        {"NullValue", "env_variables:\n  A:\n  B: c\n",
         "2:3: A has no value; for an empty string, write \"\""},
        {"Tilde", "env_variables: {A: ~}\n",
         "1:20: A has no value; for an empty string, write \"\""},
        {"NullWord", "env_variables: {A: null}\n",
         "1:20: A has no value; for an empty string, write \"\""},
        {"ListValue", "env_variables: {A: []}\n",
         "1:20: A must be a single value, not a list"},
        {"MappingValue", "env_variables:\n  A:\n    B: c\n",
         "3:5: A must be a single value, not a mapping"},
        {"DuplicateName", "env_variables: {A: b, A: b}\n",
         "1:23: duplicate key \"A\"; the first is on line 1"},
        {"DigitFirst", "env_variables: {1A: b}\n",
         "1:17: \"1A\" is not a valid name for an environment variable; use "
         "letters, digits and \"_\", and do not start with a digit"},
        {"Hyphen", "env_variables: {A-B: c}\n",
         "1:17: \"A-B\" is not a valid name for an environment variable; use "
         "letters, digits and \"_\", and do not start with a digit"},
        {"EmptyName", "env_variables: {'': c}\n",
         "1:17: \"\" is not a valid name for an environment variable; use "
         "letters, digits and \"_\", and do not start with a digit"},
        {"NewlineInName", "env_variables: {\"A\\n\": c}\n",
         "1:17: \"A\\n\" is not a valid name for an environment variable; use "
         "letters, digits and \"_\", and do not start with a digit"},
        {"OtherLetters", "env_variables: {\xC3\x84: c}\n",
         "1:17: \"\\xc3\\x84\" is not a valid name for an environment "
         "variable; use letters, digits and \"_\", and do not start with a "
         "digit"},
        {"Nul", "env_variables: {A: \"b\\0c\"}\n",
         "1:20: A contains U+0000, which an environment variable cannot hold"},
    }),
    [](const auto& row) { return row.param.name; });

TEST(AppYamlTest, ItsVariablesAreAPolicy) {
  const absl::StatusOr<AppYaml> app = ParseAppYaml(
      "env_variables:\n  PYTHONHTTPSVERIFY: 0\n  AIRLOCK_VERIFY: default\n",
      "app.yaml");
  ASSERT_TRUE(app.ok()) << app.status();
  const absl::StatusOr<VerificationPolicy> policy =
      ParseVariables(app->env_variables);
  ASSERT_TRUE(policy.ok()) << policy.status();
  EXPECT_EQ(policy->verification.value, Verification::kDefault);
  EXPECT_EQ(policy->verification.origin.ToString(),
            "app.yaml:3:19 (AIRLOCK_VERIFY=default)");
  ASSERT_EQ(policy->verification.overrode.size(), 1);
  EXPECT_EQ(policy->verification.overrode[0].origin.ToString(),
            "app.yaml:2:22 (PYTHONHTTPSVERIFY=0)");
}

TEST(AppYamlTest, AWrongWordInItsVariablesHasAPlace) {
  const absl::StatusOr<AppYaml> app =
      ParseAppYaml("env_variables:\n  AIRLOCK_VERIFY: enforced\n", "app.yaml");
  ASSERT_TRUE(app.ok()) << app.status();
  EXPECT_EQ(
      ParseVariables(app->env_variables).status().message(),
      "app.yaml:2:19: AIRLOCK_VERIFY is \"enforced\", which is not one of "
      "\"off\", \"default\" and \"enforce\"; did you mean \"enforce\"?");
}

TEST(AppYamlTest, SaysWhatToAddIfSslIsMissing) {
  const std::string message = NoSslLibraryMessage("app.yaml");
  EXPECT_EQ(message,
            "No module named _ssl: app.yaml does not list the library ssl. "
            "Add to it:\n\nlibraries:\n- name: ssl\n  version: latest\n");
  const absl::StatusOr<AppYaml> app =
      ParseAppYaml(message.substr(message.find("\n\n")), "app.yaml");
  ASSERT_TRUE(app.ok()) << app.status();
  EXPECT_EQ(app->ssl->value, SslProfile::k2_7_11);
}

// Nothing is ignored silently.
TEST(AppYamlTest, UnknownKeysAreErrors) {
  const struct {
    const char* content;
    const char* error;  // A part of the message.
  } rows[] = {
      {"librarys: [{name: ssl}]",
       ":1:1: unknown key \"librarys\"; did you mean "
       "\"libraries\"?"},
      {"runtime: python3\nenv_variable: {A: b}", ":2:1: unknown key"},
      {"include: [a.yaml]", "did you mean \"includes\"?"},
      {"tls: {verification: enforce}", ":1:1: unknown key \"tls\""},
      {"AIRLOCK_VERIFY: enforce", ":1:1: unknown key"},
      {"env_variables: {AIRLOCK_VERFY: enforce}",
       ":1:17: AIRLOCK_VERFY is not a variable that Airlock knows; did you "
       "mean AIRLOCK_VERIFY?"},
      {"env_variables: {airlock_verify: enforce}", "did you mean AIRLOCK_VER"},
      {"env_variables: {AIRLOCK_CONFIG: /a.yaml}", ":1:17: AIRLOCK_CONFIG"},
      {"env_variables: {AIRLOCK_AUDIT: 'fd:2'}", ":1:17: AIRLOCK_AUDIT"},
      {"env_variables: {AIRLOCK_APP_YAML: /a}", ":1:17: AIRLOCK_APP_YAML"},
      {"build_env_variables: {AIRLOCK_VERIFY: enforce}",
       ":1:23: AIRLOCK_VERIFY has no effect in build_env_variables; put it "
       "into env_variables"},
      {"build_env_variables: {A: b, PYTHONHTTPSVERIFY: 1}", ":1:29: PYTHON"},
      {"build_env_variables: {AIRLOCK_VERFY: enforce}", ":1:23: AIRLOCK_VERF"},
      {"includes: a.yaml", ":1:11: \"includes\" must be a list"},
      {"includes: [[a.yaml]]", ":1:12: an include must be"},
      {"includes: ['']", ":1:12: an include is an empty string"},
      {"includes: [\"a\\0\"]", ":1:12: "},
  };
  for (const auto& row : rows) {
    const absl::Status status = ParseAppYaml(row.content, "app.yaml").status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << row.content;
    EXPECT_TRUE(absl::StrContains(status.message(), row.error)) << status;
  }
}

TEST(AppYamlTest, AnApplicationCanForbidItsOwnCas) {
  const absl::StatusOr<AppYaml> app = ParseAppYaml(
      "env_variables: {AIRLOCK_APPLICATION_CAS: forbid}", "app.yaml");
  ASSERT_TRUE(app.ok()) << app.status();
  const absl::StatusOr<VerificationPolicy> policy =
      ParseVariables(app->env_variables);
  ASSERT_TRUE(policy.ok()) << policy.status();
  EXPECT_EQ(policy->application_cas.value, ApplicationCas::kForbid);
}

TEST(AppYamlTest, IgnoresOtherAppEngineKeys) {
  const absl::StatusOr<AppYaml> app = ParseAppYaml(
      "runtime: python27\nservice: web\nhandlers: [{url: /, script: a}]\n"
      "threadsafe: true\nautomatic_scaling: {min_instances: 1}\n"
      "build_env_variables: {A: b}\nvpc_access_connector: {name: a}\n"
      "builtins: [{deferred: on}]\nskip_files: [a]\nnetwork: {name: b}\n",
      "app.yaml");
  EXPECT_TRUE(app.ok()) << app.status();
}

TEST(AppYamlTest, IncludedFilesHaveLess) {
  const absl::StatusOr<AppYaml> app = ParseIncludedYaml(
      "includes: [b.yaml]\nenv_variables: {A: b}\nhandlers: []\n", "app.yaml");
  ASSERT_TRUE(app.ok()) << app.status();
  EXPECT_EQ(Stated(*app), "A=b 2:20\n");
  ASSERT_EQ(app->includes.size(), 1);
  EXPECT_EQ(app->includes[0].value, "b.yaml");
  EXPECT_TRUE(ParseIncludedYaml("", "a.yaml").ok());
  for (const char* content :
       {"runtime: python3", "libraries: []", "entrypoint: a", "librarys: []",
        "env_variables: {AIRLOCK_VERFY: off}", "- a", "a"}) {
    EXPECT_FALSE(ParseIncludedYaml(content, "a.yaml").ok()) << content;
  }
}

}  // namespace
}  // namespace airlock::config
