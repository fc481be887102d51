// SPDX-License-Identifier: GPL-3.0-or-later
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>

#include "base/config/load.hpp"
#include "base/config/table.hpp"
#include "base/config/values.hpp"
#include "tests/support/source_dir.hpp"

namespace kontor::config {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::ostringstream out;
  out << file.rdbuf();
  return out.str();
}

Settings parsed(std::string_view text) {
  auto settings = parse_settings(text, "test.toml");
  EXPECT_TRUE(settings) << settings.error().detail();
  return settings.value_or(Settings());
}

std::string mistakes(std::string_view text) {
  const auto settings = parse_settings(text, "test.toml");
  return settings ? "none" : settings.error().detail();
}

TEST(Settings, AnEmptyFileGivesTheDefaults) {
  const Settings settings = parsed("");
  EXPECT_EQ(settings.server.name, "localhost");
  EXPECT_EQ(settings.imap.idle_timeout, seconds(1'800));
  EXPECT_EQ(settings.smtp.max_message, 50U << 20U);
  EXPECT_TRUE(check_settings(settings).empty());
}

TEST(Settings, EveryKindOfValue) {
  const Settings settings = parsed(R"(
[server]
name = "mail.example.test"       # a text
port_base = 10000
listen = ["0.0.0.0", "::"]
demo = true
[imap]
idle_timeout = "1h 30m"
max_line = "128 KB"
[smtp]
timeout = 600
max_message = 1048576
[ad]
timeout = "2500ms"
[sign_in]
mechanisms = ["PLAIN"]
)");
  EXPECT_EQ(settings.server.name, "mail.example.test");
  EXPECT_EQ(settings.server.port_base, 10'000);
  EXPECT_THAT(settings.server.listen, ElementsAre("0.0.0.0", "::"));
  EXPECT_TRUE(settings.server.demo);
  EXPECT_EQ(settings.imap.idle_timeout, seconds(5'400));
  EXPECT_EQ(settings.imap.max_line, 131'072U);
  EXPECT_EQ(settings.smtp.timeout, seconds(600));
  EXPECT_EQ(settings.smtp.max_message, 1'048'576U);
  EXPECT_EQ(settings.ad.timeout, milliseconds(2'500));
  EXPECT_THAT(settings.sign_in.mechanisms, ElementsAre("PLAIN"));
}

TEST(Settings, MistakesNameFileLineAndRemedy) {
  const std::vector<std::pair<std::string, std::string>> rows{
      {"[imap]\nidle_timout = 60\n",
       "test.toml:2: unknown setting imap.idle_timout; did you mean imap.idle_timeout?"},
      {"[impa]\nidle_timeout = 60\n",
       "test.toml:2: unknown setting impa.idle_timeout; did you mean imap.idle_timeout?"},
      {"[server]\nmax_message = 5\n",
       "test.toml:2: unknown setting server.max_message; did you mean smtp.max_message?"},
      {"port_base = 1\n", "test.toml:1: unknown setting port_base; did you mean server.port_base?"},
      {"[a]\nquite_another_thing_altogether = 1\n",
       "test.toml:2: unknown setting a.quite_another_thing_altogether"},
      {"[server]\nport_base = 99999\n", "test.toml:2: server.port_base: must be 0 to 64500"},
      {"[server]\nport_base = -1\n", "test.toml:2: server.port_base: must be 0 to 64500"},
      {"[server]\nport_base = \"x\"\n", "test.toml:2: server.port_base: must be a number"},
      {"[server]\nport_base = 1.5\n", "test.toml:2: server.port_base: must be a number"},
      {"[server]\ndemo = 1\n", "test.toml:2: server.demo: must be true or false"},
      {"[server]\nlisten = \"::\"\n", "test.toml:2: server.listen: must be a list of texts"},
      {"[server]\nlisten = [1]\n", "test.toml:2: server.listen: must be a list of texts"},
      {"[imap]\nidle_timeout = \"soon\"\n",
       "test.toml:2: imap.idle_timeout: \"soon\" is not a duration; write 30s, 10m, 1h 30m, 2d or "
       "500ms"},
      {"[imap]\nidle_timeout = \"1s\"\n", "test.toml:2: imap.idle_timeout: must be 1m to 1d"},
      {"[imap]\nidle_timeout = \"90500ms\"\n",
       "test.toml:2: imap.idle_timeout: \"90500ms\" is not a whole number of seconds"},
      {"[smtp]\nmax_message = \"50 apples\"\n",
       "test.toml:2: smtp.max_message: \"50 apples\" is not a size; write 65536, 64 KB, 50 MB or 1 "
       "GB"},
      {"[log]\nformat = \"xml\"\n", "test.toml:2: log.format: \"xml\" is not logfmt or json"},
      {"[sign_in]\nmechanisms = [\"PLAIN\", \"CRAM-MD5\"]\n",
       "test.toml:2: sign_in.mechanisms: \"CRAM-MD5\" is not GSSAPI, GSS-SPNEGO, PLAIN, LOGIN or "
       "NTLM"},
  };
  for (const auto& [text, sentence] : rows) EXPECT_EQ(mistakes(text), sentence) << text;
}

TEST(Settings, AllMistakesAreNamedAtOnceInOrder) {
  EXPECT_EQ(mistakes("[smtp]\nmax_hops = 1\n[imap]\nmax_line = 1\n"),
            "test.toml:2: smtp.max_hops: must be 10 to 1000\n"
            "test.toml:4: imap.max_line: must be 1 KB to 16 MB");
}

TEST(Settings, WhatIsNotTomlIsNamedWithItsLine) {
  EXPECT_THAT(mistakes("[server]\nname = \n"), HasSubstr("test.toml:2: "));
  EXPECT_THAT(mistakes("[server\n"), HasSubstr("test.toml:1: "));
  EXPECT_THAT(mistakes("[server]\nname = 'a'\nname = 'b'\n"), HasSubstr("test.toml:3: "));
  EXPECT_THAT(mistakes(std::string("\xff\xfe\0", 3)), HasSubstr("test.toml:1: "));
}

TEST(Settings, FilesThatCannotBeRead) {
  const auto missing = load_settings("/nonexistent/kontor.toml");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code(), Errc::not_found);
  EXPECT_THAT(missing.error().detail(), HasSubstr("/nonexistent/kontor.toml"));
  EXPECT_FALSE(load_settings("/proc"));
  EXPECT_FALSE(load_settings("/dev/zero")) << "endless";
}

TEST(Settings, WhatDoesNotFitTogether) {
  const std::vector<std::pair<std::string, std::string>> rows{
      {"[outbound]\npolicy_hosts = [\"mx.a.test\", \"*.a.test\", \"*\"]",
       "outbound.policy_hosts: \"*\" is neither a host name nor *.DOMAIN"},
      {"[dns]\nunsigned_zones = [\"corp.test\", \"a b\"]",
       "dns.unsigned_zones: \"a b\" is not a domain"},
      {"[server]\nname = \"mail example\"", "server.name: \"mail example\" is not a host name"},
      {"[server]\nname = \"-x.test\"", "server.name: \"-x.test\" is not a host name"},
      {"[server]\nlisten = []", "server.listen must name an address"},
      {"[server]\nlisten = [\"localhost\"]",
       "server.listen: \"localhost\" is not an IPv4 or IPv6 address"},
      {"[server]\ndata_folder = \"\"", "server.data_folder must not be empty"},
      {"[directory]\nsource = \"ad\"", "ad.domain is needed with directory.source = \"ad\""},
      {"[directory]\nalso = [\"ad\"]", "ad.domain is needed with directory.source = \"ad\""},
      {"[directory]\nalso = [\"local\"]", "directory.also: \"local\" is directory.source already"},
      {"[directory]\nsource = \"ad\"\n[ad]\ndomain = \"corp.test\"\nbind = \"starttls\"",
       "ad.bind_name and ad.bind_password_file are needed with ad.bind = \"starttls\""},
      {"[directory]\nsource = \"ad\"\n[ad]\ndomain = \"corp.test\"\nmore_domains = [\"CORP.test\"]",
       "ad.more_domains: CORP.test is followed already"},
      {"[directory]\nsource = \"ad\"\n[ad]\ndomain = \"corp.test\"\nmore_domains = [\"a b\"]",
       "ad.more_domains: \"a b\" is not a domain's name"},
      {"[directory]\nsource = \"ad\"\n[ad]\ndomain = \"corp.test\"\nsite = \"a.b\"",
       "ad.site: \"a.b\" is not a site's name"},
      {"[queue]\nsmart_host = \"smart.test\"\nsmart_host_user = \"kontor\"",
       "queue.smart_host and queue.smart_host_password_file are needed with "
       "queue.smart_host_user"},
      {"[queue]\nsource_address = \"mail.test\"",
       "queue.source_address: \"mail.test\" is not an IPv4 or IPv6 address"},
      {"[dns]\nservers = [\"::1@5353\", \"10.0.0.1:53\"]",
       "dns.servers: \"10.0.0.1:53\" is not an address or address@port"},
      {"[dns]\nservers = [\"10.0.0.1@0\"]",
       "dns.servers: \"10.0.0.1@0\" is not an address or address@port"},
      {"[reports]\ntls_sender = \"tls-reports\"",
       "reports.tls_sender: \"tls-reports\" is not a mail address"},
      {"[reports]\naddresses = [\"a@b.test\", \"@b.test\"]",
       "reports.addresses: \"@b.test\" is not a mail address"},
      {"[search]\nlanguages = [\"ru\", \"German\", \"klingon\"]",
       "search.languages: \"klingon\" is not a language whose word forms are known; these are: "
       "ar, hy, eu, ca, da, nl, en, fi, fr, de, hu, id, ga, it, lt, ne, no, pt, ro, ru, es, sv, "
       "ta, "
       "tr"},
      {"[tls]\nkey_file = \"/k.pem\"",
       "tls.certificate_file and tls.key_file are set together or not at all"},
      {"[imap]\nmax_line = \"2 MB\"", "imap.max_line must not be greater than imap.max_command"},
      {"[message_trace]\nkeep_statistics = \"30d\"",
       "message_trace.keep_statistics must not be shorter than message_trace.keep"},
      {"[store]\nstandard_folders = [\"Inbox\"]",
       "store.standard_folders: \"Inbox\" cannot be such a folder"},
      {"[sign_in]\nnever_block = [\"10.0.0.1/8\"]",
       "sign_in.never_block: \"10.0.0.1/8\": the address has bits behind its prefix; write "
       "10.0.0.0/8"},
      {"[smtp]\ntrusted_networks = [\"office\"]",
       "smtp.trusted_networks: \"office\" is not an IPv4 or IPv6 address"},
      {"[http]\nmetrics_networks = [\"monitor\"]",
       "http.metrics_networks: \"monitor\" is not an IPv4 or IPv6 address"},
      {"[http]\nunlimited_networks = [\"proxy\"]",
       "http.unlimited_networks: \"proxy\" is not an IPv4 or IPv6 address"},
      {"[access]\nimap = [\"!.example.test\", \"a b\"]",
       "access.imap: \"a b\" is no network, range, address or host name"},
      {"[domains]\nlocal = [\"a b\"]", "domains.local: \"a b\" cannot be read"},
      {"[domains]\nalias = [\"old.test\"]", "domains.alias: \"old.test\" cannot be read"},
      {"[domains]\nalias = [\"a.test=b.test\", \"b.test=c.test\"]",
       "domains.alias: b.test is an alias itself"},
      {"[domains]\nlocal = [\"A.test\"]\nalias = [\"a.test=b.test\"]",
       "domains.alias: a.test is local or remote already"},
      {"[domains]\nremote = [\"b.test=\"]", "domains.remote: \"b.test=\" cannot be read"},
      {"[domains]\nlocal = [\"b.test\"]\nremote = [\"b.test=host:25\"]",
       "domains.remote: b.test is in domains.local too"},
      {"[domains]\ncatch_all = [\"b.test=anna\"]",
       "domains.catch_all: \"b.test=anna\" cannot be read"},
      {"[domains]\ndefault_domain = \"@b.test\"",
       "domains.default_domain: \"@b.test\" cannot be read"},
      {"[access]\npop3 = [\"10.0.0.9-10.0.0.1\"]",
       "access.pop3: \"10.0.0.9-10.0.0.1\" ends before it begins"},
      {"[search]\nmax_attachment = \"256 MB\"",
       "search.attachment_memory must be at least four times search.max_attachment"},
  };
  for (const auto& [text, sentence] : rows)
    EXPECT_THAT(check_settings(parsed(text)), ElementsAre(sentence)) << text;
}

TEST(Settings, RoutesThatCannotBe) {
  const std::vector<std::pair<std::string, std::string>> rows{
      {"[queue]\nroutes = [\"a.test hosts=mx\"]",
       "queue.routes: \"a.test hosts=mx\": the domain it is for and a colon must come first"},
      {"[queue]\nroutes = [\"A.test: hosts=mx\", \"a.test: tls=dane\"]",
       "queue.routes: a.test stands there twice"},
      {"[queue]\nroutes = [\"*.a.test: hosts=mx:0\"]",
       "queue.routes: \"*.a.test: hosts=mx:0\": hosts: \"mx:0\" is not HOST, HOST:PORT or mx"},
      {"[queue]\nroutes = [\"*: user=u password_file=/p\"]",
       "queue.routes: \"*: user=u password_file=/p\": user= needs hosts=: a password is for no "
       "other "
       "server"},
      {"[queue]\nroutes = [\"a.test: drop=yes hold=yes\"]",
       "queue.routes: \"a.test: drop=yes hold=yes\": drop= is for one domain, and excludes hosts=, "
       "tls= and hold=: nothing is sent"},
      {"[queue]\netrn_networks = [\"office\"]",
       "queue.etrn_networks: \"office\" is not an IPv4 or IPv6 address"},
  };
  for (const auto& [text, sentence] : rows)
    EXPECT_THAT(check_settings(parsed(text)), ElementsAre(sentence)) << text;
}

TEST(Settings, TheDumpGivesTheSettingsAgain) {
  Settings settings;
  settings.server.name = "mail.example.test";
  settings.server.listen = {"::1", "10.0.0.1"};
  settings.directory.local_file = "/tmp/\"quoted\\ path\"\t.ldif";
  settings.imap.idle_timeout = seconds(1'801);
  settings.smtp.max_message = 1'000'001;
  settings.sign_in.remember_success = seconds(0);
  settings.sign_in.mechanisms = {};
  settings.ad.timeout = milliseconds(1'500);
  for (const bool changed_only : {false, true}) {
    const auto text = dump_settings(settings, changed_only);
    const Settings again = parsed(text);
    EXPECT_EQ(dump_settings(again, false), dump_settings(settings, false)) << text;
  }
  const auto changed = dump_settings(settings, true);
  EXPECT_EQ(std::ranges::count(changed, '='), 8);
  EXPECT_EQ(dump_settings(Settings(), true), "");
  EXPECT_THAT(dump_settings(Settings(), false), HasSubstr("[imap]\nidle_timeout = \"30m\"\n"));
}

TEST(Values, Durations) {
  const std::vector<std::pair<std::string, std::int64_t>> good{
      {"30s", 30'000},     {"10m", 600'000}, {"1h 30m", 5'400'000},  {"1h30m", 5'400'000},
      {"2d", 172'800'000}, {"500ms", 500},   {" 1 w ", 604'800'000}, {"0s", 0}};
  for (const auto& [text, expected] : good) {
    const auto duration = parse_duration(text);
    ASSERT_TRUE(duration) << text;
    EXPECT_EQ(duration->count(), expected) << text;
    EXPECT_EQ(parse_duration(show_duration(*duration)).value(), *duration);
  }
  for (const std::string bad : {"", "s", "10", "10x", "-1s", "1.5h", "99999999999999999999s",
                                "9999999999999999w", "1s 9223372036854775807ms", "1 0s"})
    EXPECT_FALSE(parse_duration(bad)) << bad;
}

TEST(Values, Sizes) {
  const std::vector<std::pair<std::string, ByteCount>> good{
      {"0", 0},          {"1000", 1'000},           {"64KB", 65'536},
      {"64 kb", 65'536}, {"1 MiB", 1'048'576},      {"3G", 3'221'225'472},
      {"12 B", 12},      {"1TB", 1'099'511'627'776}};
  for (const auto& [text, expected] : good) {
    const auto size = parse_size(text);
    ASSERT_TRUE(size) << text;
    EXPECT_EQ(*size, expected) << text;
    EXPECT_EQ(parse_size(show_size(*size)).value(), *size);
  }
  for (const std::string bad :
       {"", "MB", "1.5 MB", "-1", "1 PB", "99999999999999999999", "9999999999 TB", "1 MB 2"})
    EXPECT_FALSE(parse_size(bad)) << bad;
}

TEST(Table, RowsAreCompleteAndDefaultsAreInRange) {
  std::set<std::string_view> keys;
  Settings defaults;
  const Settings again = parsed(dump_settings(defaults, false));
  EXPECT_EQ(dump_settings(again, true), "");
  for (const Row& row : table()) {
    EXPECT_TRUE(keys.insert(row.key).second) << row.key << " twice";
    EXPECT_TRUE(row.help.ends_with('.')) << row.key;
    EXPECT_LE(row.help.size(), 80U) << row.key;
    EXPECT_TRUE(row.paragraph.ends_with('.')) << row.key;
    EXPECT_FALSE(row.since.empty()) << row.key;
    const auto kind = kind_of(row.field(defaults));
    const bool is_number = kind == "number" || kind == "size" || kind == "duration";
    EXPECT_EQ(is_number, row.range.least != row.range.most) << row.key << " has no range";
    EXPECT_EQ(find_row(row.key), &row);
    EXPECT_EQ(nearest_key(row.key), row.key);
  }
}

// Reads the headers of the settings: each field of each struct must have its row.
TEST(Table, EveryFieldHasARow) {
  const auto folder = source_dir() / "base/config";
  const auto text = read_file(folder / "flow_settings.hpp") +
                    read_file(folder / "guard_settings.hpp") +
                    read_file(folder / "sieve_settings.hpp") + read_file(folder / "settings.hpp");
  std::map<std::string, std::vector<std::string>> fields;
  const std::regex block(R"(struct (\w+) \{([^}]*(?:\{[^}]*\}[^}]*)*?)\n\};)");
  const std::regex member(R"(\n  [\w:<>, ]+? (\w+)(?: = [^;]*|\{[^;]*)?;)");
  for (std::sregex_iterator at(text.begin(), text.end(), block), end; at != end; ++at) {
    const std::string body = (*at)[2];
    for (std::sregex_iterator m(body.begin(), body.end(), member); m != end; ++m)
      fields[(*at)[1]].push_back((*m)[1]);
  }
  const std::map<std::string, std::string> sections{{"Server", "server"},
                                                    {"Log", "log"},
                                                    {"Tls", "tls"},
                                                    {"Directory", "directory"},
                                                    {"ActiveDirectory", "ad"},
                                                    {"Ldap", "ldap"},
                                                    {"SignIn", "sign_in"},
                                                    {"Access", "access"},
                                                    {"Imap", "imap"},
                                                    {"Pop3", "pop3"},
                                                    {"Smtp", "smtp"},
                                                    {"Checks", "checks"},
                                                    {"Screening", "screening"},
                                                    {"Scan", "scan"},
                                                    {"Signs", "signs"},
                                                    {"Quarantine", "quarantine"},
                                                    {"Learning", "learning"},
                                                    {"Sieve", "sieve"},
                                                    {"Http", "http"},
                                                    {"Dav", "dav"},
                                                    {"AddressBook", "address_book"},
                                                    {"Groups", "groups"},
                                                    {"Policy", "policy"},
                                                    {"Domains", "domains"},
                                                    {"Queue", "queue"},
                                                    {"Outbound", "outbound"},
                                                    {"Reports", "reports"},
                                                    {"Dns", "dns"},
                                                    {"Journal", "journal"},
                                                    {"MessageTrace", "message_trace"},
                                                    {"Store", "store"},
                                                    {"Mime", "mime"},
                                                    {"Search", "search"}};
  ASSERT_EQ(fields.at("Settings").size(), sections.size()) << "a new section: name it here";
  std::size_t count = 0;
  for (const auto& [type, section] : sections)
    for (const auto& name : fields.at(type)) {
      ++count;
      EXPECT_NE(find_row(section + "." + name), nullptr) << section << "." << name << " has no row";
    }
  EXPECT_EQ(count, table().size());
}

// KONTOR_WRITE_GENERATED=1 writes the documents anew.
TEST(Table, TheGeneratedDocumentsAreCurrent) {
  const auto folder = source_dir() / "docs/generated";
  const std::map<std::string, std::string> documents{{"settings.md", settings_markdown()},
                                                     {"kontor.toml.5", settings_manual()}};
  for (const auto& [name, text] : documents) {
    if (std::getenv("KONTOR_WRITE_GENERATED") != nullptr) {
      std::filesystem::create_directories(folder);
      std::ofstream(folder / name) << text;
    }
    EXPECT_EQ(read_file(folder / name), text)
        << "run: KONTOR_WRITE_GENERATED=1 build/dev/tests/unit_base --gtest_filter='*Generated*'";
  }
}

}  // namespace
}  // namespace kontor::config
