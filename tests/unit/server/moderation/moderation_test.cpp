// SPDX-License-Identifier: GPL-3.0-or-later
// The files of held messages, the answers of moderators, and copies for archives.
#include <gtest/gtest.h>

#include "base/core/crc32c.hpp"
#include "base/core/little_endian.hpp"
#include "base/core/text.hpp"
#include "server/delivery/journal.hpp"
#include "server/delivery/senders.hpp"
#include "server/moderation/answer.hpp"
#include "server/moderation/held.hpp"
#include "server/moderation/letter.hpp"
#include "tests/unit/directory/model/people.hpp"

namespace kontor::moderation {
namespace {

using namespace directory;

constexpr std::uint32_t k_anna = 1, k_boris = 2, k_clara = 3, k_all = 10, k_inner = 11, k_sub = 12;

Held sample() {
  Held out;
  out.group = test_id(k_all);
  out.trace = "0123456789abcdef0123";
  out.id = held_id(out.trace, out.group);
  out.sender = "anna@example.test";
  out.envelope_id = "QQ314159";
  out.body = 1;
  out.is_utf8 = out.requires_tls = true;
  out.address = "all@example.test";
  out.author = "Анна <anna@example.test>";
  out.subject = "Всем";
  out.message_id = "<1@example.test>";
  out.arrived = UtcSeconds(std::chrono::seconds(1'800'000'000));
  out.expires = out.arrived + std::chrono::hours(48);
  out.size = 1'234;
  out.checksum = 0xDEADBEEF;
  out.stage = Stage::rejected;
  out.is_asked = true;
  out.decided = out.arrived + std::chrono::hours(1);
  out.decided_by = "boris@example.test";
  out.reason = "нет";
  return out;
}

TEST(Held, IsReadAsItWasWritten) {
  auto held = sample();
  for (const auto stage : {Stage::waiting, Stage::approved, Stage::rejected, Stage::expired})
    for (const bool flag : {false, true}) {
      held.stage = stage;
      held.is_done = held.is_kept = flag;
      const auto read = parse_held(format_held(held));
      ASSERT_TRUE(read.has_value()) << read.error().detail();
      EXPECT_EQ(*read, held);
    }
}

TEST(Held, DamageAndLaterVersionsAreTold) {
  const auto whole = format_held(sample());
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_FALSE(parse_held(std::string_view(whole).substr(0, size)).has_value()) << size;
  for (std::size_t at = 0; at < whole.size(); ++at) {
    auto changed = whole;
    changed[at] = static_cast<char>(changed[at] ^ 0x21);
    EXPECT_FALSE(parse_held(changed).has_value()) << at;
  }
  auto later = whole;
  later[4] = 2;
  EXPECT_EQ(parse_held(later).error().code(), Errc::unsupported);
  // A right checksum around values that mean nothing.
  auto wrong = whole.substr(0, whole.size() - 4);
  wrong.back() = static_cast<char>(0x7F);
  append_le(wrong, crc32c(wrong));
  EXPECT_EQ(parse_held(wrong).error().code(), Errc::corrupt);
}

TEST(Held, IdsAreOfTraceAndGroup) {
  const auto id = held_id("a", test_id(1));
  EXPECT_TRUE(is_held_id(id));
  EXPECT_NE(id, held_id("b", test_id(1)));
  EXPECT_NE(id, held_id("a", test_id(2)));
  for (const auto* text :
       {"", "0123456789abcde", "0123456789abcdef0", "0123456789ABCDEF", "../../../etc/pass"})
    EXPECT_FALSE(is_held_id(text)) << text;
}

std::string mail(const std::string& subject, const std::string& body) {
  return "Subject: " + subject + "\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n" + body;
}

TEST(Answers, SayWhatTheFirstWordSays) {
  struct Row {
    const char *subject, *body;
    int verdict;  // 1 yes, 0 no, -1 neither
    const char* reason;
  };
  for (const auto& row :
       {Row{"Re: x", "approve\r\n", 1, ""}, Row{"Re: x", "\r\n  Approved.\r\n> reject\r\n", 1, ""},
        Row{"Re: x", "APPROVE thanks", 1, "thanks"}, Row{"Re: x", "Одобрить", 1, ""},
        Row{"Re: x", "ОТКЛОНИТЬ: не сейчас\r\nпозже\r\n\r\nпривет", 0, "не сейчас позже"},
        Row{"Re: x", "reject too long\r\n> approve", 0, "too long"}, Row{"approve", "", 1, ""},
        Row{"reject", "because\r\n-- \r\nBoris", 0, "because"}, Row{"Re: approve", "", -1, ""},
        Row{"Re: x", "I approve", -1, ""}, Row{"Re: x", "disapprove", -1, ""},
        Row{"Re: x", "> approve", -1, ""}, Row{"approve", "reject", -1, ""},
        Row{"Re: x", "", -1, ""}}) {
    const auto verdict = read_verdict(mail(row.subject, row.body), {});
    ASSERT_EQ(verdict.has_value(), row.verdict >= 0) << row.subject << " / " << row.body;
    if (!verdict) continue;
    EXPECT_EQ(verdict->is_approved, row.verdict == 1) << row.body;
    EXPECT_EQ(verdict->reason, row.reason) << row.body;
  }
}

TEST(Answers, AreFoundInHtmlAndNotInWhatIsAttached) {
  EXPECT_TRUE(read_verdict("Subject: Re\r\nContent-Type: text/html\r\n\r\n<p>Approve</p>", {})
                  .value()
                  .is_approved);
  const std::string attached =
      "Subject: Re\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n"
      "Content-Type: message/rfc822\r\n\r\nSubject: approve\r\n\r\napprove\r\n--b--\r\n";
  EXPECT_FALSE(read_verdict(attached, {}).has_value());
}

TEST(Answers, OnlyOurOwnAddressesCount) {
  const std::string key(32, 'k'), other(32, 'o');
  const auto id = held_id("a", test_id(1));
  const auto token = token_of(id, key);
  EXPECT_LE(token.size(), 64U);  // RFC 5321, 4.5.3.1.1
  EXPECT_EQ(id_in(token, key), id);
  EXPECT_EQ(id_in(to_upper(token), key), id) << "some programs change the case";
  EXPECT_EQ(id_in(token, other), std::nullopt);
  for (std::size_t at = 0; at < token.size(); ++at) {
    auto forged = token;
    forged[at] = forged[at] == '0' ? '1' : '0';
    EXPECT_EQ(id_in(forged, key), std::nullopt) << at;
  }
  for (const auto* text : {"", "moderation-", "anna"}) EXPECT_EQ(id_in(text, key), std::nullopt);
}

TEST(Letters, HaveEachLanguageAndTheMessage) {
  const auto held = sample();
  const std::vector<std::string> languages{"ru", "en"}, to{"boris@example.test"};
  const auto bytes =
      letter_of({held, "Subject: x\r\n\r\nпривет\r\n", languages, to, "mail.test",
                 "moderation-1@example.test", "https://mail.test/moderation/1", held.arrived});
  EXPECT_TRUE(bytes.contains("Reply-To: <moderation-1@example.test>\r\n"));
  EXPECT_TRUE(bytes.contains("Content-Transfer-Encoding: 8bit\r\n\r\nSubject: x\r\n\r\nпривет"));
  const auto shown = shown_text(bytes, {}, 10'000);
  EXPECT_TRUE(shown.contains("одобрить") && shown.contains("approve")) << shown;
  EXPECT_LT(shown.find("одобрить"), shown.find("    approve   "));
  EXPECT_TRUE(shown.contains("Subject: Всем"));
}

struct World {
  std::vector<std::string> rows;
  Principal all = test_group(k_all, "all", {test_id(k_anna), test_id(k_inner)});

  DirectoryCopy copy() const {
    return DirectoryCopy(
        {test_person(k_anna, "anna"), test_person(k_boris, "boris"), test_person(k_clara, "clara"),
         all, test_group(k_inner, "inner", {test_id(k_boris)}),
         test_group(k_sub, "sub", {test_id(k_clara)})},
        1);
  }
};

std::string moderators(const World& world) {
  const auto copy = world.copy();
  const delivery::Domains domains({});
  std::vector<std::string> out;
  for (const auto& one :
       delivery::Senders(world.rows, domains).moderators_of(copy, *copy.find(world.all.id)))
    out.push_back(one->mail);
  return join(out, " ");
}

TEST(Moderators, ComeFromTheSettingsElseTheDirectoryElseTheOwner) {
  World world;
  world.all.mail_rules.is_moderated = true;
  EXPECT_EQ(moderators(world), "");
  world.all.mail_rules.owner = test_id(k_boris);
  EXPECT_EQ(moderators(world), "boris@example.test");
  world.all.mail_rules.moderators = {test_id(k_sub), test_id(k_clara)};
  EXPECT_EQ(moderators(world), "clara@example.test");
  world.rows = {"all@example.test: moderators=anna@example.test,nobody@example.test"};
  EXPECT_EQ(moderators(world), "anna@example.test");
  world.rows = {"all@example.test: moderators=nobody@example.test owner=anna@example.test"};
  EXPECT_EQ(moderators(world), "anna@example.test") << "nobody of those named is there";
}

delivery::Resolved resolve(const World& world, delivery::Passing all, delivery::Passing inner) {
  const auto copy = world.copy();
  const delivery::Domains domains({});
  delivery::ModeratedGroups groups;
  groups.all = {copy.find(test_id(k_all)), copy.find(test_id(k_inner))};
  groups.passing = [&](const Principal& group) { return group.id == test_id(k_all) ? all : inner; };
  return delivery::resolve(copy, domains, "all@example.test", UtcSeconds(), {}, nullptr, &groups);
}

TEST(ModeratedGroups, AreHeldEachByItself) {
  using enum delivery::Passing;
  const World world;
  const auto held_all = resolve(world, held, passes);
  EXPECT_TRUE(held_all.mailboxes.empty());
  ASSERT_EQ(held_all.held.size(), 1U);
  EXPECT_EQ(held_all.verdict, delivery::Verdict::deliver);
  const auto held_inner = resolve(world, passes, held);
  ASSERT_EQ(held_inner.mailboxes.size(), 1U);
  EXPECT_EQ(held_inner.mailboxes[0]->mail, "anna@example.test");
  ASSERT_EQ(held_inner.held.size(), 1U);
  EXPECT_EQ(held_inner.held[0]->id, test_id(k_inner));
  EXPECT_EQ(resolve(world, passes, passes).mailboxes.size(), 2U);
  const auto within = resolve(world, passes_within, held);
  EXPECT_EQ(within.mailboxes.size(), 2U);
  EXPECT_TRUE(within.held.empty());
}

struct Archive {
  config::Settings settings;
  World world;

  std::vector<delivery::JournalCopy> copies(delivery::JournalMessage message) const {
    const delivery::Domains domains(settings.domains);
    const auto copy = world.copy();
    for (auto& one : message.recipients)
      if (const auto found = copy.find_address(one.address)) {
        if (found->kind == Kind::group)
          one.mailboxes = copy.expand(found->id);
        else
          one.mailboxes = {found};
      }
    return delivery::Journal(settings, domains).copies_of(copy, message);
  }
  std::size_t count(const std::string& row, const std::string& sender, const std::string& to) {
    settings.journal.rules = {row};
    delivery::JournalMessage message;
    message.sender = sender;
    message.recipients.push_back({to});
    message.bytes = "Subject: x\r\n\r\n";
    return copies(message).size();
  }
};

TEST(Journal, RulesSayWhoseMailAndWhichWay) {
  Archive archive;
  const std::string in = "x@else.test", anna = "anna@example.test", boris = "boris@example.test",
                    all = "all@example.test";
  struct Row {
    const char *who, *way;
    std::string from, to;
    std::size_t count;
  };
  for (const auto& row :
       {Row{"everybody", "both", in, anna, 1}, Row{"everybody", "out", in, anna, 0},
        Row{"everybody", "out", anna, in, 1}, Row{"everybody", "in", anna, in, 0},
        Row{"anna@example.test", "both", in, boris, 0}, Row{"anna@example.test", "in", in, all, 1},
        Row{"anna@example.test", "out", anna, boris, 1},
        Row{"anna@example.test", "in", anna, boris, 0},
        Row{"inner@example.test", "in", in, boris, 1}, Row{"inner@example.test", "in", in, anna, 0},
        Row{"@example.test", "both", in, in, 0}, Row{"@example.test", "in", in, anna, 1},
        Row{"@else.test", "in", anna, in, 1}, Row{"@else.test", "out", in, anna, 1}})
    EXPECT_EQ(archive.count(std::string(row.who) + ": to=a@archive.test direction=" + row.way,
                            row.from, row.to),
              row.count)
        << row.who << ' ' << row.way << ' ' << row.from << ' ' << row.to;
}

TEST(Journal, EachTargetGetsOneAndAReportWhereAnyRuleWantsOne) {
  Archive archive;
  archive.settings.journal.rules = {"everybody: to=A@archive.test form=copy",
                                    "anna@example.test: to=a@archive.test",
                                    "everybody: to=b@archive.test form=copy"};
  delivery::JournalMessage message;
  message.sender = "x@else.test";
  message.recipients.push_back({"all@example.test"});
  message.bytes = "To: all@example.test\r\nSubject: x\r\n\r\nhello\r\n";
  const auto copies = archive.copies(message);
  ASSERT_EQ(copies.size(), 2U);
  EXPECT_TRUE(copies[0].bytes.contains("X-MS-Journal-Report:"));
  const auto list = shown_text(copies[0].bytes, {}, 10'000);
  EXPECT_TRUE(list.contains("To: anna@example.test, Expanded: all@example.test\n")) << list;
  EXPECT_TRUE(list.contains("To: boris@example.test, Expanded: all@example.test\n")) << list;
  EXPECT_TRUE(copies[1].bytes.ends_with(message.bytes));
  EXPECT_FALSE(copies[1].bytes.contains("Journal-Report"));
  EXPECT_EQ(copies[0].reverse_path, "postmaster@example.test");
}

TEST(Journal, NeverTakesItsOwnCopiesAndIsNotTalkedOutOfIt) {
  Archive archive;
  archive.settings.journal.rules = {"everybody: to=a@archive.test form=copy"};
  const delivery::Domains domains(archive.settings.domains);
  const delivery::Journal journal(archive.settings, domains);
  const auto copy = archive.world.copy();
  delivery::JournalMessage message;
  message.trace = "trace";
  message.recipients.push_back({"anna@example.test", {copy.find(test_id(k_anna))}});
  message.bytes = "Subject: x\r\n\r\n";
  const auto first = journal.copies_of(copy, message);
  ASSERT_EQ(first.size(), 1U);
  message.bytes = first[0].bytes;
  EXPECT_TRUE(journal.copies_of(copy, message).empty());
  EXPECT_TRUE(journal.is_copy(first[0].bytes));
  const std::string forged = "X-Kontor-Journal: trace 00\r\nSubject: x\r\n\r\n";
  message.bytes = forged;
  EXPECT_EQ(journal.copies_of(copy, message).size(), 1U);
}

}  // namespace
}  // namespace kontor::moderation
