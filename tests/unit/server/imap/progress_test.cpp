// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/imap/progress.hpp"

#include "tests/unit/server/imap/dialogue.hpp"

namespace kontor::imap {
namespace {

constexpr net::Limit k_patience = std::chrono::seconds(10);

// RFC 9585, 4: a long command says how far it is, every ten seconds and not more often.
TEST(ImapProgress, IsToldNowAndThen) {
  Dialogue parts;
  const auto no_tls = [] { return std::shared_ptr<const net::TlsContext>(); };
  const Environment environment{
      parts.settings, parts.directory, parts.sign_in, parts.no_store,
      parts.sessions, parts.clock,     no_tls,        log::Context(parts.events)};
  boost::asio::io_context context;
  auto pair = net::make_memory_streams();
  Session session(environment, std::move(pair.first));
  Progress progress(session, "A001", 1'000);
  const auto written_at = [&](std::uint64_t done) {
    EXPECT_TRUE(testing::run(context, progress.at(done)));
    return session.out.bytes_written();
  };
  EXPECT_EQ(written_at(1), 0U);
  parts.clock.time += std::chrono::seconds(9);
  EXPECT_EQ(written_at(2), 0U);
  parts.clock.time += std::chrono::seconds(1);
  const auto told = written_at(175);
  EXPECT_EQ(written_at(176), told);
  net::LineReader reader(*pair.second);
  EXPECT_EQ(testing::run(context, reader.read_line(1'000, k_patience)).value_or("!"),
            "* OK [INPROGRESS (\"A001\" 175 1000)] 175 of 1000 messages done\r\n");
  parts.clock.time += k_progress_interval;
  EXPECT_GT(written_at(900), told);
}

}  // namespace
}  // namespace kontor::imap
