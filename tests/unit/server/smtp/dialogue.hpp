// SPDX-License-Identifier: GPL-3.0-or-later
// A server with four people and a list, spoken to over a stream in memory.
//
// say() sends everything at once, as a pipelining client does, and gives all that was answered
// until the server closed.
#pragma once
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/io/work_pool.hpp"
#include "base/log/recording_sink.hpp"
#include "base/net/memory_stream.hpp"
#include "server/policy/day_counts.hpp"
#include "server/smtp/server.hpp"
#include "tests/support/run_task.hpp"
#include "tests/unit/directory/model/people.hpp"
#include "tests/unit/server/fakes.hpp"

namespace kontor::smtp {

inline std::vector<directory::Principal> demo_people() {
  using namespace directory;
  auto anna = test_person(1, "anna");
  anna.addresses = {"anna@example.test", "post@example.test"};
  anna.is_admin = true;
  auto boris = test_person(2, "boris");
  auto clara = test_person(3, "clara");
  auto dora = test_person(4, "dora");
  dora.state = State::disabled;
  auto staff = test_group(10, "staff", {test_id(1), test_id(2), test_id(11)});
  auto sales = test_group(11, "sales", {test_id(2), test_id(3), test_id(4), test_id(10)});
  auto nobody = test_group(12, "nobody", {test_id(4)});
  auto partner = test_person(6, "partner");
  partner.kind = Kind::contact;
  partner.mail = "partner@elsewhere.test";
  partner.addresses = {"partner@elsewhere.test"};
  auto guest = partner;  // a contact with an address of ours
  guest.id = test_id(7);
  guest.name = "guest";
  guest.mail = "guest@elsewhere.test";
  guest.addresses = {"guest@elsewhere.test", "guest@example.test"};
  auto both = test_group(13, "both", {test_id(1), test_id(6), test_id(7)});
  auto room = test_person(5, "room");
  room.kind = Kind::room;
  return {anna, boris, clara, dora, staff, sales, nobody, room, partner, guest, both};
}

inline directory::PrincipalId anna() { return directory::test_id(1); }
inline directory::PrincipalId boris() { return directory::test_id(2); }
inline directory::PrincipalId clara() { return directory::test_id(3); }

struct Dialogue {
  config::Settings settings;
  testing::FakeClock clock;
  testing::FakeDirectory directory{demo_people()};
  testing::FakeSignIn sign_in{directory};
  bool knows_everybody = true;
  testing::FakeStore store;
  testing::FakeQueue queue;
  io::WorkPool workers{"test-work", 1};
  testing::FakeSessions sessions;
  log::RecordingSink events;
  net::MemoryOptions server_end;
  Role role = Role::mx;
  bool implicit_tls = false;
  bool has_certificate = true;
  const filter::Checks* checks = nullptr;
  const filter::Scanning* scanning = nullptr;
  filter::Screening* screening = nullptr;
  message_trace::Sink* trace = nullptr;
  policy::DayCounts day_counts;
  std::function<void(const std::string& answers)> on_answer;  // called at each piece of answer

  Dialogue();
  ~Dialogue();
  // The answers to `input`, which should end with QUIT or something else that closes.
  std::string say(std::string_view input);
  // As say(), each part sent when an answer to the one before has come.
  std::string say_in_turn(std::vector<std::string> parts);

 private:
  // Made at the first say(), from the settings as they are then.
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace kontor::smtp
