// SPDX-License-Identifier: GPL-3.0-or-later
// A POP3 server with two people and a real store on a disk in memory, spoken to over a stream in
// memory.
//
// say() sends each part when the server has answered the one before and waits for more; it gives
// all that was answered until the server closed.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/log/recording_sink.hpp"
#include "base/net/memory_stream.hpp"
#include "server/pop3/server.hpp"
#include "tests/support/run_task.hpp"
#include "tests/unit/directory/model/people.hpp"
#include "tests/unit/server/fakes.hpp"
#include "tests/unit/store/mailbox/store_fixture.hpp"

namespace kontor::pop3 {

struct Dialogue {
  config::Settings settings;
  testing::FakeClock clock;
  testing::FakeDirectory directory{
      {directory::test_person(1, "anna"), directory::test_person(2, "boris")}};
  testing::FakeSignIn sign_in{directory};
  testing::FakeSessions sessions;
  log::RecordingSink events;
  io::MemoryDisk disk;
  io::FaultyFiles files{disk};
  net::MemoryOptions server_end;
  bool implicit_tls = true;
  bool has_certificate = true;
  std::size_t split_at = 0;  // each part goes in two writes, the second when the first was read
  std::function<void(const std::string& answers)> on_answer;  // called at each piece of answer

  Dialogue();
  ~Dialogue();
  std::string say(std::vector<std::string> parts);
  // One part, without the greeting in the answer.
  std::string ask(std::string_view input);
  // The same, signed in as anna, without the answers to that.
  std::string ask_signed_in(std::string_view input);

  // Anna's INBOX beside the dialogue.
  store::Account& account();
  void fill(std::vector<std::string> messages);
  std::vector<store::Uid> uids();
  store::FlagBits flags_of(store::Uid uid);
  // Of any task of the store.
  template <class T>
  T wait(Task<T> task) {
    return threads_.work(std::move(task));
  }

 private:
  store::TaskThreads threads_{2};
  std::unique_ptr<store::AccountStore> store_;
  std::shared_ptr<store::Account> account_;
};

}  // namespace kontor::pop3
