// SPDX-License-Identifier: GPL-3.0-or-later
// Every stage of the dialogue against every way a server can fail in it.
#include <gmock/gmock.h>

#include "tests/unit/server/smtp/client/fake_world.hpp"

namespace kontor::smtp::client {
namespace {

using ::testing::AnyOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

struct Row {
  std::string stage, behaviour;
  bool pipelining;
};
void PrintTo(const Row& row, std::ostream* out) {
  *out << row.stage << " " << row.behaviour << (row.pipelining ? " pipelined" : "");
}

std::vector<Row> rows() {
  std::vector<Row> all;
  for (const char* stage : {"GREETING", "EHLO", "MAIL", "RCPT", "DATA", "DOT", "RSET", "QUIT"})
    for (const char* behaviour :
         {"451 4.3.0 later", "451", "554 5.7.1 never", "554", "421 4.3.2 bye", "HANG", "CLOSE",
          "GARBAGE", "ENDLESS", "LONGLINE", "354 odd"})
      for (const bool pipelining : {true, false}) {
        if (behaviour == std::string_view("HANG") && !pipelining) continue;  // each takes seconds
        all.push_back({stage, behaviour, pipelining});
      }
  return all;
}

bool is_before_mail(const Row& row) { return row.stage == "GREETING" || row.stage == "EHLO"; }

class Stages : public RelayTest, public ::testing::WithParamInterface<Row> {
 protected:
  // What RFC 5321 makes of it for one recipient of the first message.
  std::string expected() const {
    const auto& [stage, behaviour, pipelining] = GetParam();
    if (stage == "RSET" || stage == "QUIT") return "relayed 2.0.0";
    const bool is_reply = is_digit(behaviour[0]);
    if (is_reply && behaviour[0] != '3') {
      const bool has_status = behaviour.size() > 4;
      if (has_status) {
        const auto status = behaviour.substr(4, 5);
        return (status[0] == '5' ? "failed " : "deferred ") + status;
      }
      if (is_before_mail(GetParam()))
        return behaviour[0] == '5' ? "failed 5.3.2" : "deferred 4.3.2";
      return behaviour[0] == '5' ? "failed 5.0.0" : "deferred 4.0.0";
    }
    if (stage == "DATA" && behaviour[0] == '3') return "relayed 2.0.0";
    if (is_before_mail(GetParam()) && behaviour[0] == '3') return "deferred 4.3.2";
    if (is_before_mail(GetParam())) return "deferred 4.4.2";
    return behaviour == "HANG" || behaviour == "CLOSE" ? "deferred 4.4.2" : "deferred 4.5.0";
  }
};

TEST_P(Stages, EachFailureGivesTheRightOutcome) {
  const auto& [stage, behaviour, pipelining] = GetParam();
  if (!pipelining) std::erase(server().offers, "PIPELINING");
  server().replies[stage] = behaviour;
  if (stage == "EHLO" && behaviour[0] == '5') server().replies["HELO"] = behaviour;
  if (stage == "RSET") server().rcpt["nobody@far.test"] = "550 5.1.1 no";
  const std::string to = stage == "RSET" ? "nobody@far.test" : "boris@far.test";
  const auto first = work_.add({to}, "Subject: a\r\n\r\nb\r\n");
  work_.add({"clara@far.test"}, "Subject: c\r\n\r\nd\r\n");
  deliver();
  ASSERT_TRUE(work_.told.contains(first));
  const auto& outcome = work_.told[first].at(0);
  EXPECT_EQ(word(outcome), stage == "RSET" ? "failed 5.1.1" : expected()) << outcome.reason;
  EXPECT_EQ(outcome.remote, "mx.far.test");
  if (outcome.fate == queue::Fate::deferred) EXPECT_FALSE(outcome.reason.empty());
  if (is_before_mail(GetParam()) && outcome.fate == queue::Fate::deferred) {
    ASSERT_TRUE(work_.all_deferred);
    EXPECT_EQ(word(*work_.all_deferred), expected());
    EXPECT_EQ(log_.count("relay.destination.deferred"), 1U);
  } else {
    EXPECT_TRUE(work_.told.contains(2)) << "the next message is not forgotten";
  }
  EXPECT_EQ(log_.count("relay.run.failed"), 0U);
}

INSTANTIATE_TEST_SUITE_P(Each, Stages, ::testing::ValuesIn(rows()));

TEST_F(RelayTest, AConnectionLostAfterTheDotMayHaveMeantYes) {
  server().replies["DOT"] = "CLOSE";
  work_.add({"boris@far.test", "clara@far.test"}, "Subject: a\r\n\r\nb\r\n");
  deliver();
  EXPECT_THAT(words(), ElementsAre("deferred 4.4.2", "deferred 4.4.2"));
  EXPECT_THAT(work_.told[1][0].reason, HasSubstr("may have taken"));
}

TEST_F(RelayTest, WhoRefusesInTheMiddleOfTheTextIsHeard) {
  std::string large;
  while (large.size() < 3'000'000) large += "a line of the text\r\n";
  server().offers = {"PIPELINING"};
  server().replies["DATA"] = "354 go\r\n552 5.3.4 enough";
  work_.add({"boris@far.test"}, large);
  deliver();
  EXPECT_THAT(words(), ElementsAre("failed 5.3.4"));
}

}  // namespace
}  // namespace kontor::smtp::client
