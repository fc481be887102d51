// SPDX-License-Identifier: GPL-3.0-or-later
// The table of operations, what requests become of it, roles, pages of lists, jobs' words, lines of
// the log.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <cstdlib>
#include <fstream>
#include <set>

#include "base/core/contains.hpp"
#include "base/core/text.hpp"
#include "server/admin/api/answers.hpp"
#include "server/admin/api/jobs.hpp"
#include "server/admin/api/openapi.hpp"
#include "server/admin/api/powershell.hpp"
#include "server/admin/audit_log.hpp"
#include "server/admin/log_lines.hpp"
#include "server/admin/operations.hpp"
#include "server/admin/roles.hpp"
#include "tests/support/source_dir.hpp"
#include "tests/unit/directory/model/people.hpp"

namespace kontor::admin {
namespace {

namespace json = boost::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(Operations, EachIsAVerbOfTheServerUnderAPathOfItsOwn) {
  std::set<std::string> seen;
  for (const auto& one : operations()) {
    const auto* verb = find_verb(one.verb);
    ASSERT_NE(verb, nullptr) << one.verb;
    EXPECT_NE(verb->at_server, nullptr) << one.verb;
    EXPECT_TRUE(seen.insert(std::string(one.method) + ' ' + std::string(one.path)).second)
        << one.path;
    EXPECT_TRUE(one.path.starts_with('/'));
    std::size_t in_path = 0;
    for (const auto& parameter : parameters_of(one))
      in_path += parameter.place == Parameter::Place::path ? 1 : 0;
    EXPECT_EQ(in_path, static_cast<std::size_t>(std::ranges::count(one.path, '{'))) << one.path;
    if (one.method == "GET") {
      EXPECT_FALSE(find_change(one.verb, {}) != nullptr && one.path.find('{') == std::string::npos)
          << one.verb << " without words changes something";
    }
  }
}

// What can be asked over the interface is what kontorctl asks of the server, but for these.
TEST(Operations, EveryVerbOfTheServerIsThere) {
  const std::set<std::string_view> at_the_machine{"clients"};  // writes files where kontorctl runs
  for (const auto& verb : verbs()) {
    if (verb.at_server == nullptr || at_the_machine.contains(verb.name)) continue;
    EXPECT_TRUE(contains(operations(), verb.name, &Operation::verb)) << verb.name;
  }
}

// A file lies where kontorctl runs; over the interface its bytes come as a member.
TEST(Operations, WhatTakesAFileHasAMemberForIt) {
  std::size_t count = 0;
  for (const auto& one : operations()) {
    const auto* verb = find_verb(one.verb);
    if (!verb->sends_file()) continue;
    ++count;
    EXPECT_FALSE(one.hint("file").empty()) << one.method << ' ' << one.path;
  }
  EXPECT_GE(count, 6U);
}

TEST(Operations, LiteralPathsComeFirst) {
  const auto one = match("GET", "/queue/paused");
  ASSERT_TRUE(one.has_value());
  EXPECT_EQ(one->operation->verb, "queue pause");
  const auto other = match("GET", "/queue/messages/17");
  ASSERT_TRUE(other.has_value());
  EXPECT_EQ(other->values.at("id"), "17");
  const auto encoded = match("GET", "/mailboxes/a%2Fb%40x.test/quota");
  ASSERT_TRUE(encoded.has_value());
  EXPECT_EQ(encoded->values.at("account"), "a/b@x.test");
  EXPECT_TRUE(match("GET", "/nothing").error().empty());
  EXPECT_TRUE(match("GET", "/mailboxes//quota").error().empty());
  EXPECT_TRUE(match("GET", "/mailboxes/%ff").error().empty());
  EXPECT_THAT(match("POST", "/queue").error(), ElementsAre("GET"));
}

Result<Request> request(std::string_view method, std::string_view path, std::string_view members) {
  const auto found = match(method, path);
  if (!found) return fail(Errc::not_found);
  auto values = json::parse(members).as_object();
  for (const auto& [name, value] : found->values) values[name] = value;
  return request_of(*found->operation, values);
}

TEST(Operations, MembersBecomeTheWordsOfTheVerb) {
  const auto quota = request("PUT", "/mailboxes/a@x.test/quota", R"({"size":"1GB","messages":7})");
  ASSERT_TRUE(quota.has_value()) << quota.error().detail();
  EXPECT_THAT(quota->arguments, ElementsAre("a@x.test", "1GB", "7"));
  const auto policy = request("PUT", "/policies/everybody", R"({"values":["quota=1GB","a=b"]})");
  ASSERT_TRUE(policy.has_value());
  EXPECT_THAT(policy->arguments, ElementsAre("everybody", "quota=1GB", "a=b"));
  const auto gone = request("DELETE", "/queue/messages/7", R"({"notify":"true"})");
  ASSERT_TRUE(gone.has_value());
  EXPECT_THAT(gone->arguments, ElementsAre("7", "notify"));
  const auto except = request("DELETE", "/quarantine/exceptions/x", "{}");
  ASSERT_TRUE(except.has_value());
  EXPECT_TRUE(except->options.contains("--remove"));
  const auto script = request("PUT", "/mailboxes/a@x.test/scripts/s", R"({"text":"keep;"})");
  ASSERT_TRUE(script.has_value());
  EXPECT_EQ(script->payload, "keep;");
  for (const auto& [method, path, members] :
       {std::array{"PUT", "/mailboxes/a/quota", "{}"},
        std::array{"PUT", "/mailboxes/a/quota", R"({"size":["1GB"]})"},
        std::array{"PUT", "/mailboxes/a/quota", R"({"size":"1GB","what":"x"})"},
        std::array{"PUT", "/policies/everybody", R"({"values":[1]})"},
        std::array{"DELETE", "/queue/messages/7", R"({"notify":"perhaps"})"},
        std::array{"GET", "/quarantine/exceptions", R"({"whom":"x"})"},
        std::array{"PUT", "/mailboxes/a/scripts/s", "{}"}}) {
    const auto refused = request(method, path, members);
    ASSERT_FALSE(refused.has_value()) << path << members;
    EXPECT_EQ(refused.error().code(), Errc::bad_input) << path << members;
  }
}

TEST(Operations, WhatOnlyAsksIsNoChange) {
  const Request none;
  EXPECT_EQ(find_change("status", none), nullptr);
  EXPECT_EQ(find_change("queue pause", none), nullptr);
  EXPECT_NE(find_change("queue pause", Request{{"x.test"}, {}}), nullptr);
  EXPECT_EQ(find_change("shares flags", Request{{"a@x.test"}, {}}), nullptr);
  EXPECT_NE(find_change("shares flags", Request{{"a@x.test", "seen"}, {}}), nullptr);
  EXPECT_EQ(find_change("quarantine except", none), nullptr);
  EXPECT_NE(find_change("quarantine except", Request{{"a@x.test"}, {}}), nullptr);
  EXPECT_EQ(find_change("sieve check", none), nullptr);
  EXPECT_NE(find_change("accounts remove", Request{{"a@x.test"}, {}}), nullptr);
  const auto* quota = find_change("quota set", Request{{"a", "1GB"}, {}});
  ASSERT_NE(quota, nullptr);
  ASSERT_NE(shown_by(*quota), nullptr);
  EXPECT_EQ(shown_by(*quota)->verb, "quota show");
  const auto* retry = find_change("queue retry", Request{{"7"}, {}});
  ASSERT_NE(retry, nullptr);
  EXPECT_EQ(shown_by(*retry)->verb, "queue show");
}

TEST(Description, HasEachOperation) {
  const auto& description = api::description();
  const auto& paths = description.at("paths").as_object();
  std::size_t count = 0;
  for (const auto& path : paths) count += path.value().as_object().size();
  EXPECT_EQ(count, operations().size());
  const auto& quota = paths.at("/mailboxes/{account}/quota").as_object().at("put").as_object();
  const auto text = json::serialize(quota);
  EXPECT_THAT(text, HasSubstr(R"("required":["size"])"));
  EXPECT_THAT(text, HasSubstr(R"("x-kontor-right":"help")"));
}

// There is no PowerShell where this is built: the module is held against the table, and its quotes
// and braces are counted.
TEST(PowerShell, HasAFunctionForEachOperation) {
  const auto text = api::powershell_module();
  std::set<std::string> functions;
  std::size_t calls = 0;
  int depth = 0;
  bool is_quoted = false;
  for (const auto line : split(text, '\n')) {
    if (line.starts_with("function ")) {
      const auto name = line.substr(9, line.find(' ', 9) - 9);
      EXPECT_TRUE(functions.insert(std::string(name)).second) << name << " is there twice";
    }
    if (line.starts_with("#") || line.starts_with(".") || line.starts_with("<#")) continue;
    const bool is_code = line.starts_with("  ") || line.starts_with("function ") || line == "}";
    for (const char c : is_code ? line : std::string_view()) {
      if (c == '\'') is_quoted = !is_quoted;
      if (!is_quoted && c == '{') ++depth;
      if (!is_quoted && c == '}') --depth;
      EXPECT_GE(depth, 0) << line;
    }
    EXPECT_FALSE(is_quoted) << line;
    const auto at = line.find("-Method ");
    if (at == std::string_view::npos || line.starts_with("  Invoke")) continue;
    const auto method = line.substr(at + 8, line.find(' ', at + 8) - at - 8);
    const auto begin = line.find("-Path '") + 7;
    const auto path = line.substr(begin, line.find('\'', begin) - begin);
    const auto found = std::ranges::find_if(operations(), [&](const Operation& one) {
      return one.method == method && one.path == path;
    });
    ASSERT_NE(found, operations().end()) << line;
    for (const auto& one : parameters_of(*found))
      EXPECT_THAT(std::string(line), HasSubstr("= '" + one.name + "'")) << one.name;
    ++calls;
  }
  EXPECT_EQ(depth, 0);
  EXPECT_EQ(calls, operations().size());
  EXPECT_EQ(functions.size(), operations().size() + 2);
}

TEST(PowerShell, GeneratedModuleIsOfToday) {
  const auto path = source_dir() / "docs/generated/Kontor.psm1";
  if (std::getenv("KONTOR_WRITE_GENERATED") != nullptr)
    std::ofstream(path) << api::powershell_module();
  std::ifstream file(path);
  const std::string kept((std::istreambuf_iterator<char>(file)), {});
  EXPECT_EQ(kept, api::powershell_module())
      << "run: KONTOR_WRITE_GENERATED=1 build/dev/tests/unit_server --gtest_filter='*Generated*'";
}

// --- roles

constexpr std::uint32_t k_anna = 1, k_helpers = 10;

RoleGrant some_grant() {
  return {directory::test_id(k_helpers),
          "helpers@example.test",
          Role::organisation,
          {"branch.test"},
          {"ou=x,dc=example,dc=test"}};
}

TEST(Roles, AreReadAsTheyWereWritten) {
  std::vector<RoleGrant> all{some_grant()};
  for (const auto role : {Role::full, Role::help_desk, Role::auditor})
    all.push_back({directory::test_id(k_anna), "Анна \"x\"\n", role, {}, {}});
  const auto text = format_roles(all);
  const auto read = parse_roles(text);
  ASSERT_TRUE(read.has_value()) << read.error().detail();
  EXPECT_EQ(*read, all);
  EXPECT_EQ(parse_roles("kontor-roles 2\n").error().code(), Errc::unsupported);
  for (std::size_t size = 0; size < text.size(); ++size)
    EXPECT_FALSE(parse_roles(std::string_view(text).substr(0, size)).has_value()) << size;
  for (const auto* bad :
       {"", "x", "kontor-roles 1\n{}\nend\n", "kontor-roles 1\n[]\nend\n",
        "kontor-roles 1\n{\"source\":\"local\",\"guid\":\"x\",\"who\":\"a\",\"role\":\"full\","
        "\"domains\":[],\"units\":[]}\n"})
    EXPECT_EQ(parse_roles(bad).error().code(), Errc::bad_input) << bad;
}

TEST(Roles, AllowByTheirTable) {
  const auto allowed = [](Role role) {
    std::string out;
    for (std::size_t i = 0; i < k_rights; ++i)
      if (allows(role, static_cast<Right>(i)))
        out += std::string(name_of(static_cast<Right>(i))) + ' ';
    return out;
  };
  EXPECT_EQ(allowed(Role::full), "look audit contents help people server ");
  EXPECT_EQ(allowed(Role::help_desk), "look help ");
  EXPECT_EQ(allowed(Role::auditor), "look audit ");
  EXPECT_EQ(allowed(Role::organisation), "look help people ");
}

TEST(Roles, ForSomeMailboxesAlone) {
  directory::Principal inside, below, outside;
  inside.mail = "A@Branch.test";
  below.mail = "b@example.test";
  below.dn = "CN=B,OU=Y,OU=X,DC=example,DC=test";
  outside.mail = "c@example.test";
  outside.dn = "CN=C,OU=XX,DC=example,DC=test";
  const Powers powers({some_grant()});
  EXPECT_FALSE(powers.may(Right::look));
  EXPECT_TRUE(powers.may_somewhere(Right::look));
  EXPECT_FALSE(powers.may_somewhere(Right::server));
  EXPECT_TRUE(powers.may(Right::people, inside));
  EXPECT_TRUE(powers.may(Right::people, below));
  EXPECT_FALSE(powers.may(Right::people, outside));
  EXPECT_FALSE(powers.may(Right::contents, inside));
  EXPECT_FALSE(Powers().is_any());
}

// --- answers

json::value rows() {
  return json::parse(
      R"([{"n":"b","s":2,"in":{"x":"Ёж"}},{"n":"A","s":10},{"n":"c","s":1,"in":{"x":"y"}}])");
}

std::string names(const json::value& paged) {
  std::string out;
  for (const auto& row : paged.at("items").as_array()) out += row.at("n").as_string();
  return out;
}

TEST(Pages, AreSortedFilteredAndCut) {
  EXPECT_EQ(names(api::paged(rows(), {.sort = {"n"}}).value()), "Abc");
  EXPECT_EQ(names(api::paged(rows(), {.sort = {"-s"}}).value()), "Abc");
  EXPECT_EQ(names(api::paged(rows(), {.sort = {"in.x", "n"}}).value()), "Acb");
  EXPECT_EQ(names(api::paged(rows(), {.filter = "ёЖ"}).value()), "b");
  const auto page = api::paged(rows(), {.offset = 1, .limit = 1, .sort = {"s"}}).value();
  EXPECT_EQ(names(page), "b");
  EXPECT_EQ(page.at("total").to_number<int>(), 3);
  EXPECT_EQ(page.at("offset").to_number<int>(), 1);
  EXPECT_EQ(names(api::paged(rows(), {.offset = 9}).value()), "");
  EXPECT_EQ(api::paged(rows(), {.sort = {"nothing"}}).error().code(), Errc::bad_input);
  EXPECT_EQ(api::paged(json::object{{"a", 1}}, {}).value(), (json::value{{"a", 1}}));
  const auto inside = api::paged(json::object{{"rows", rows()}, {"next", "x"}}, {.limit = 1});
  EXPECT_EQ(names(inside.value()), "b");
  EXPECT_EQ(inside->at("next").as_string(), "x");
}

TEST(Tags, AreOfTheBytes) {
  const auto tag = api::entity_tag("x");
  EXPECT_NE(tag, api::entity_tag("y"));
  EXPECT_TRUE(api::names_tag("\"a\", W/" + tag, tag));
  EXPECT_TRUE(api::names_tag("*", tag));
  EXPECT_FALSE(api::names_tag("", tag));
  EXPECT_FALSE(api::names_tag("\"a\"", tag));
}

// --- jobs

TEST(Jobs, AreGivenPathsInTheirFolderAlone) {
  const auto words = [](std::string verb, std::vector<std::string> arguments,
                        std::map<std::string, std::string> options) {
    const auto made = api::words_of(
        {std::move(verb), Request{std::move(arguments), {}, std::move(options)}, "a"}, "/d");
    return made ? join(*made, " ") : std::string(name_of(made.error().code()));
  };
  EXPECT_EQ(words("backup", {}, {{"--all", ""}, {"--to", "f/g"}}),
            "--data /d --json backup --all --to /d/transfer/f/g");
  EXPECT_EQ(words("backup verify", {"f"}, {}), "--data /d --json backup verify /d/transfer/f");
  EXPECT_EQ(words("search rebuild", {"a@x.test"}, {}), "--data /d --json search rebuild a@x.test");
  EXPECT_EQ(words("export", {"a@x.test"}, {{"--folder", "INBOX"}, {"--to", "x"}}),
            "--data /d --json export a@x.test --folder INBOX --to /d/transfer/x");
  EXPECT_EQ(words("search", {"from:anna"}, {{"--all", ""}, {"--export", "x"}}),
            "--data /d --json search from:anna --all --export /d/transfer/x");
  EXPECT_EQ(words("restore", {"a@x.test"}, {{"--from", "f"}, {"--into", "Old"}}),
            "--data /d --json restore a@x.test --from /d/transfer/f --into Old");
  for (const auto* path : {"/etc", "../x", "a/../b", "", ".", "a/./b"})
    EXPECT_EQ(words("backup", {}, {{"--all", ""}, {"--to", path}}), "bad_input") << path;
  for (const auto& one : operations()) {
    if (!one.has_hint("job") || !find_verb(one.verb)->arguments.empty()) continue;
    EXPECT_EQ(words(std::string(one.verb), {}, {}), "--data /d --json " + std::string(one.verb));
  }
  EXPECT_EQ(words("store repair", {"x"}, {}), "bad_input");
  EXPECT_EQ(words("backup verify", {"--help"}, {}), "bad_input");
  EXPECT_EQ(words("backup verify", {}, {}), "bad_input");
  EXPECT_EQ(words("backup", {}, {{"--nothing", ""}}), "bad_input");
  EXPECT_EQ(api::percent_in("5 messages, 1.2 of 3.4 GB (35 %), 2 messages/s"), 35U);
  EXPECT_EQ(api::percent_in("5 messages"), std::nullopt);
  EXPECT_EQ(api::percent_in(" %)"), std::nullopt);
}

TEST(LogLines, AreReadInBothFormats) {
  const auto plain =
      read_log_line("time=2026-11-23T08:00:00.000Z level=warning event=a.b.c x=\"y z\"\n");
  ASSERT_TRUE(plain.has_value());
  EXPECT_EQ(plain->level, "warning");
  EXPECT_EQ(plain->rest, "x=\"y z\"");
  const auto object = read_log_line(
      R"({"time":"2026-11-23T08:00:00.000Z","level":"error","event":"a.b.c","x":"y"})");
  ASSERT_TRUE(object.has_value());
  EXPECT_EQ(object->event, "a.b.c");
  EXPECT_EQ(object->rest, R"({"x":"y"})");
  for (const auto* bad : {"", "x", "time=1 level=2 event=3", "{", "[]", "{\"time\":1}"})
    EXPECT_FALSE(read_log_line(bad).has_value()) << bad;
}

TEST(WhoIs, KnowsWhoSignedIn) {
  const auto who = who_is("account=anna@example.test address=192.0.2.7");
  EXPECT_EQ(json::serialize(who), R"({"account":"anna@example.test","address":"192.0.2.7"})");
}

}  // namespace
}  // namespace kontor::admin
