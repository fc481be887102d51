// SPDX-License-Identifier: GPL-3.0-or-later
// An IMAP server with two people, spoken to over a stream in memory.
//
// say() sends each part when the server has answered the one before and waits for more; it gives
// all that was answered until the server closed.
#pragma once
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/log/recording_sink.hpp"
#include "base/net/memory_stream.hpp"
#include "server/imap/server.hpp"
#include "tests/support/run_task.hpp"
#include "tests/unit/directory/model/people.hpp"
#include "tests/unit/server/fakes.hpp"

namespace kontor::imap {

struct Dialogue {
  config::Settings settings;
  testing::FakeClock clock;
  testing::FakeDirectory directory{
      {directory::test_person(1, "anna"), directory::test_person(2, "boris")}};
  testing::FakeSignIn sign_in{directory};
  testing::FakeStore no_store;  // opens no account
  store::AccountStore* store = &no_store;
  testing::FakeSessions sessions;
  trace::Sessions* table = &sessions;
  indexer::Searcher* searcher = nullptr;
  log::RecordingSink events;
  net::MemoryOptions server_end;
  bool implicit_tls = false;
  bool has_certificate = true;
  std::size_t split_at = 0;  // each part goes in two writes, the second when the first was read
  std::function<void(const std::string& answers)> on_answer;  // called at each piece of answer

  Dialogue();
  std::string say(std::vector<std::string> parts);
  // One part, without the greeting in the answer.
  std::string ask(std::string_view input);
};

}  // namespace kontor::imap
