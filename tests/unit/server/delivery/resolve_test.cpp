// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/delivery/resolve.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "directory/model/shared_mailbox.hpp"
#include "server/delivery/domain_file.hpp"
#include "tests/unit/directory/model/people.hpp"

namespace kontor::delivery {
namespace {

using namespace directory;

DirectoryCopy some_people() {
  auto anna = test_person(1, "anna");
  anna.addresses = {"anna@example.test", "anna.b@firm.test"};
  auto boris = test_person(2, "boris");
  boris.is_admin = true;
  auto tagged = test_person(3, "boris+tag");
  auto gone = test_person(4, "gone");
  gone.state = State::disabled;
  auto late = test_person(5, "late");
  late.expires = 1'000;
  auto contact = test_person(6, "contact");
  contact.kind = Kind::contact;
  contact.mail = "contact@else.test";
  auto all = test_group(7, "all", {test_id(1), test_id(2), test_id(4), test_id(5), test_id(8)});
  auto loop = test_group(8, "loop", {test_id(7), test_id(3), test_id(1)});
  auto empty = test_group(9, "empty", {test_id(4)});
  auto room = test_person(10, "room");
  room.kind = Kind::room;
  return DirectoryCopy({anna, boris, tagged, gone, late, contact, all, loop, empty, room}, 1);
}

struct Row {
  std::string_view address;
  Verdict verdict;
  std::vector<std::string> names;
};

TEST(DeliveryResolve, FindsWhoAnAddressStandsFor) {
  const auto copy = some_people();
  const Row rows[] = {
      {"anna@example.test", Verdict::deliver, {"anna"}},
      {"ANNA@Example.TEST", Verdict::deliver, {"anna"}},
      {"anna.b@firm.test", Verdict::deliver, {"anna"}},
      {"anna+news@example.test", Verdict::deliver, {"anna"}},
      {"anna+a+b@example.test", Verdict::deliver, {"anna"}},
      {"boris+tag@example.test", Verdict::deliver, {"boris+tag"}},
      {"boris+x@example.test", Verdict::deliver, {"boris"}},
      {"all+x@example.test", Verdict::deliver, {"anna", "boris", "boris+tag"}},
      {"+anna@example.test", Verdict::unknown, {}},
      {"room@example.test", Verdict::deliver, {"room"}},
      {"all@example.test", Verdict::deliver, {"anna", "boris", "boris+tag"}},
      {"loop@example.test", Verdict::deliver, {"anna", "boris", "boris+tag"}},
      {"empty@example.test", Verdict::empty, {}},
      {"gone@example.test", Verdict::disabled, {}},
      {"late@example.test", Verdict::disabled, {}},
      {"zora@example.test", Verdict::unknown, {}},
      {"zora@firm.test", Verdict::unknown, {}},
      {"anna@nowhere.test", Verdict::foreign, {}},
      {"contact@else.test", Verdict::foreign, {}},
      {"postmaster", Verdict::deliver, {"boris"}},
      {"PostMaster@firm.test", Verdict::deliver, {"boris"}},
      {"postmaster@nowhere.test", Verdict::foreign, {}},
      {"anna", Verdict::unknown, {}},
      {"", Verdict::unknown, {}},
      {"@", Verdict::foreign, {}},
  };
  for (const auto& row : rows) {
    const auto resolved =
        resolve(copy, Domains({}), row.address, UtcSeconds(std::chrono::seconds(2'000)));
    EXPECT_EQ(name_of(resolved.verdict), name_of(row.verdict)) << row.address;
    std::vector<std::string> names;
    for (const auto& person : resolved.mailboxes) names.push_back(person->name);
    std::ranges::sort(names);
    EXPECT_EQ(names, row.names) << row.address;
  }
}

// Accounts 20 (public), 21 (anna's) and 22 (of a person who is disabled) with one folder each.
void give_addresses(store::Shares& shares) {
  const auto folder = [](std::string name, std::vector<std::string> addresses) {
    store::SharedFolder out;
    out.id = 5;
    out.name = std::move(name);
    for (auto& address : addresses) out.addresses.push_back({std::move(address), false});
    return out;
  };
  const auto owner = [](std::uint32_t number) {
    return store::Binding{test_id(number).source, test_id(number).guid};
  };
  shares.set({test_id(20).guid,
              public_folders_owner<store::Binding>(),
              {folder("News", {"news@example.test", "abuse@example.test", "boris@example.test",
                               "card@firm.test"})}});
  shares.set({test_id(21).guid, owner(1), {folder("Projects", {"projects@example.test"})}});
  shares.set({test_id(22).guid, owner(4), {folder("Gone", {"gone.too@example.test"})}});
}

TEST(DeliveryResolve, FoldersHaveAddresses) {
  auto people = some_people().all();
  std::vector<Principal> all;
  for (const auto& one : people) all.push_back(*one);
  auto card = test_person(30, "card");
  card.kind = Kind::contact;
  card.mail = "card@firm.test";
  card.addresses = {card.mail};
  auto forwarder = test_person(31, "forwarder");
  forwarder.mail_rules.target_address = "news@example.test";
  all.push_back(card);
  all.push_back(forwarder);
  all.push_back(test_group(32, "readers", {test_id(1), test_id(30), test_id(31)}));
  const DirectoryCopy copy(std::move(all), 1);
  store::Shares shares;
  give_addresses(shares);
  config::Domains settings;
  settings.catch_all = {"example.test=anna@example.test"};
  settings.alias = {"old.test=example.test"};
  const Domains domains(settings);
  struct FolderRow {
    std::string_view address;
    Verdict verdict;
    std::vector<std::string> folders;
    std::size_t mailboxes = 0;
  };
  const FolderRow rows[] = {
      {"News@Example.test", Verdict::deliver, {"News"}},
      {"news+x@old.test", Verdict::deliver, {"News"}},
      {"abuse@example.test", Verdict::deliver, {"News"}},      // before the administrators
      {"boris@example.test", Verdict::deliver, {}, 1},         // a person comes first
      {"card@firm.test", Verdict::deliver, {"News"}},          // a contact stands for the folder
      {"forwarder@example.test", Verdict::deliver, {"News"}},  // a target address may be one
      {"readers@example.test", Verdict::deliver, {"News"}, 1},
      {"projects@example.test", Verdict::deliver, {"Projects"}},
      {"gone.too@example.test", Verdict::disabled, {}},
      {"news@nowhere.test", Verdict::foreign, {}},
      {"newsx@example.test", Verdict::deliver, {}, 1},  // the catch-all
  };
  for (const auto& row : rows) {
    const auto resolved =
        resolve(copy, domains, row.address, UtcSeconds(std::chrono::seconds(2'000)), {}, &shares);
    EXPECT_EQ(name_of(resolved.verdict), name_of(row.verdict)) << row.address;
    std::vector<std::string> names;
    for (const auto& folder : resolved.folders) names.push_back(folder.name);
    EXPECT_EQ(names, row.folders) << row.address;
    EXPECT_EQ(resolved.mailboxes.size(), row.mailboxes) << row.address;
    EXPECT_EQ(resolved.is_catch_all, row.address.starts_with("newsx"));
  }
}

config::Domains some_domains() {
  config::Domains domains;
  domains.local = {"Third.test"};
  domains.alias = {"old.test = example.test", "filiale.test=branch.test", "not an entry"};
  domains.remote = {"branch.test=host:25", "mx.test", "firm.test"};
  domains.catch_all = {"example.test=anna@example.test", "third.test=all@example.test",
                       "bad.test=zora@bad.test"};
  domains.local.emplace_back("bad.test");
  return domains;
}

struct DomainRow {
  std::string_view address;
  Verdict verdict;
  std::string_view true_name;
  std::size_t mailboxes = 0;
  bool is_catch_all = false;
};

TEST(DeliveryResolve, KnowsTheDomainsOfTheSettings) {
  const auto copy = some_people();
  const Domains domains(some_domains());
  const DomainRow rows[] = {
      {"anna@OLD.test", Verdict::deliver, "anna@example.test", 1},
      {"boris+x@old.test", Verdict::deliver, "boris+x@example.test", 1},
      {"zora@old.test", Verdict::deliver, "zora@example.test", 1, true},
      {"gone@example.test", Verdict::disabled, "gone@example.test"},  // not for the catch-all
      {"empty@example.test", Verdict::empty, "empty@example.test"},
      {"postmaster@old.test", Verdict::deliver, "postmaster@example.test", 1},
      {"Abuse@third.test", Verdict::deliver, "Abuse@third.test", 1},
      {"x@third.test", Verdict::deliver, "x@third.test", 3, true},
      {"x@bad.test", Verdict::unknown, "x@bad.test"},  // a catch-all that is nobody, no circle
      {"x@branch.test", Verdict::remote, "x@branch.test"},
      {"postmaster@branch.test", Verdict::remote, "postmaster@branch.test"},
      {"x@Filiale.test", Verdict::remote, "x@branch.test"},
      {"x@mx.test", Verdict::remote, "x@mx.test"},
      // A domain split between two servers: who is known here stays here.
      {"anna.b@firm.test", Verdict::deliver, "anna.b@firm.test", 1},
      {"zora@firm.test", Verdict::remote, "zora@firm.test"},
      {"x@old.test.foreign.test", Verdict::foreign, "x@old.test.foreign.test"},
  };
  for (const auto& row : rows) {
    const auto resolved =
        resolve(copy, domains, row.address, UtcSeconds(std::chrono::seconds(2'000)));
    EXPECT_EQ(name_of(resolved.verdict), name_of(row.verdict)) << row.address;
    EXPECT_EQ(resolved.address, row.true_name);
    EXPECT_EQ(resolved.mailboxes.size(), row.mailboxes) << row.address;
    EXPECT_EQ(resolved.is_catch_all, row.is_catch_all) << row.address;
  }
}

TEST(DeliveryResolve, ContactsAreAddressesElsewhere) {
  auto anna = test_person(1, "anna");
  auto partner = test_person(2, "partner");
  partner.kind = Kind::contact;
  partner.mail = "partner@else.test";
  partner.addresses = {"partner@else.test", "partner@example.test"};
  auto circle = test_person(3, "circle");  // an address elsewhere that would come back here
  circle.kind = Kind::contact;
  circle.mail = "zora@example.test";
  auto alias = test_person(4, "alias");
  alias.kind = Kind::contact;
  alias.mail = "zora@old.test";
  auto list = test_group(5, "list", {test_id(1), test_id(2), test_id(3), test_id(4)});
  auto only = test_group(6, "only", {test_id(3)});
  const DirectoryCopy copy({anna, partner, circle, alias, list, only}, 1);
  const Domains domains(some_domains());
  const auto at = [&](std::string_view address) {
    return resolve(copy, domains, address, UtcSeconds(std::chrono::seconds(2'000)));
  };
  EXPECT_EQ(at("partner@example.test").outside, std::vector<std::string>{"partner@else.test"});
  EXPECT_EQ(at("partner@else.test").verdict, Verdict::foreign);
  EXPECT_EQ(at("zora@example.test").outside, std::vector<std::string>{});
  EXPECT_EQ(at("list@example.test").mailboxes.size(), 1U);
  EXPECT_EQ(at("list@example.test").outside, std::vector<std::string>{"partner@else.test"});
  EXPECT_EQ(at("only@example.test").verdict, Verdict::empty);
}

TEST(DeliveryResolve, AnAccountExpiresAtItsTime) {
  const auto copy = some_people();
  const auto at = [&](int seconds) {
    return resolve(copy, Domains({}), "late@example.test",
                   UtcSeconds(std::chrono::seconds(seconds)))
        .verdict;
  };
  EXPECT_EQ(at(999), Verdict::deliver);
  EXPECT_EQ(at(1'001), Verdict::disabled);
}

TEST(DomainFile, IsReadAsItWasWrittenOrNotAtAll) {
  const DomainNames names{"example.com", "xn--e1aybc.example"};
  const auto text = format_domains(names);
  EXPECT_EQ(text, "kontor-domains 1\nexample.com\nxn--e1aybc.example\nend\n");
  EXPECT_EQ(parse_domains(text).value(), names);
  EXPECT_EQ(parse_domains("kontor-domains 1\nend\n").value(), DomainNames());
  for (const auto* wrong : {"", "kontor-domains 2\nend\n", "kontor-domains 1\na.test\n",
                            "kontor-domains 1\nA.test\nend\n", "kontor-domains 1\nend\nend",
                            "kontor-domains 1\na.test\n\nend\n"})
    EXPECT_EQ(parse_domains(wrong).error().code(), Errc::bad_input) << wrong;
  EXPECT_NE(parse_domains("kontor-domains 1\na.test\nb\nend\n").error().detail().find("line 3"),
            std::string::npos);
}

TEST(DomainFile, NamesAreFullOnes) {
  EXPECT_EQ(parse_domain_name(" Mail.Example.COM ").value(), "mail.example.com");
  for (const std::string& wrong :
       {std::string("com"), std::string("a..b"), std::string("-a.test"), std::string("a-.test"),
        std::string("a_b.test"), std::string(), std::string(64, 'a') + ".test",
        std::string("a.test."), std::string("\xd0\xb0.test"), std::string("a@b.test")})
    EXPECT_FALSE(parse_domain_name(wrong)) << wrong;
}

TEST(DeliveryDomains, ThoseThatWereAddedAreLocalToo) {
  config::Domains settings;
  settings.local = {"Own.test"};
  Domains domains(settings);
  EXPECT_FALSE(domains.is_local("new.test"));
  domains.set_added({"new.test"});
  EXPECT_TRUE(domains.is_local("New.TEST"));
  EXPECT_FALSE(domains.is_of_settings("new.test"));
  EXPECT_TRUE(domains.is_of_settings("own.test"));
  domains.set_added({});
  EXPECT_FALSE(domains.is_local("new.test"));
  EXPECT_TRUE(domains.is_local("own.test"));
}

}  // namespace
}  // namespace kontor::delivery
