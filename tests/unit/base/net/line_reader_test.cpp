// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/net/line_reader.hpp"

#include <gtest/gtest.h>

#include "base/net/memory_stream.hpp"
#include "base/net/signal.hpp"
#include "tests/support/run_task.hpp"

namespace kontor::net {
namespace {

using std::chrono::milliseconds;
constexpr Limit k_patience = std::chrono::seconds(10);

// One step of a dialogue: what is asked of the reader and what it answers.
struct Step {
  enum class Ask { line, skip, exactly } ask;
  std::size_t size;
  std::string expect;  // the bytes, or "!kind" for an error
};

std::string shown(const Result<std::string>& result) {
  return result ? *result : "!" + std::string(name_of(result.error().code()));
}

Task<std::vector<std::string>> ask_all(std::shared_ptr<Stream> stream, std::vector<Step> steps) {
  LineReader reader(*stream);
  std::vector<std::string> answers;
  for (const Step& step : steps) {
    if (step.ask == Step::Ask::line) {
      const auto line = co_await reader.read_line(step.size, k_patience);
      answers.push_back(shown(line));
    } else if (step.ask == Step::Ask::exactly) {
      const auto bytes = co_await reader.read_exactly(step.size, k_patience);
      answers.push_back(shown(bytes));
    } else {
      const auto skipped = co_await reader.skip_line(k_patience);
      answers.push_back(skipped ? "" : "!" + std::string(name_of(skipped.error().code())));
    }
  }
  co_return answers;
}

Task<void> send_and_close(std::shared_ptr<Stream> stream, std::string bytes) {
  (void)co_await stream->write(bytes, k_patience);
  co_await stream->close();
}

std::vector<std::string> dialogue(std::string input,
                                  std::vector<Step> steps,
                                  MemoryOptions options) {
  boost::asio::io_context context;
  MemoryOptions sender;
  sender.capacity = 7;  // the writer is held back again and again
  auto pair = make_memory_streams(std::move(options), sender);
  const std::shared_ptr<Stream> reader = std::move(pair.first);
  const std::shared_ptr<Stream> writer = std::move(pair.second);
  kontor::testing::spawn(context, send_and_close(writer, std::move(input)));
  return kontor::testing::run(context, ask_all(reader, std::move(steps)));
}

using enum Step::Ask;
struct Row {
  std::string name;
  std::string input;
  std::vector<Step> steps;
};

const std::vector<Row>& rows() {
  static const std::vector<Row> all{
      {"lines",
       "a\r\nbc\n\r\n",
       {{line, 10, "a\r\n"}, {line, 10, "bc\n"}, {line, 10, "\r\n"}, {line, 10, "!closed"}}},
      {"a line of exactly the limit",
       "12345678\r\nx\n",
       {{line, 10, "12345678\r\n"}, {line, 10, "x\n"}}},
      {"one byte over",
       "123456789\r\nx\n",
       {{line, 10, "!limit"}, {skip, 0, ""}, {line, 10, "x\n"}}},
      {"far too long",
       std::string(5'000, 'y') + "\nnext\n",
       {{line, 64, "!limit"}, {skip, 0, ""}, {line, 64, "next\n"}}},
      {"a literal between lines",
       "A {5}\r\nhe\nlo B\r\n",
       {{line, 20, "A {5}\r\n"}, {exactly, 5, "he\nlo"}, {line, 20, " B\r\n"}}},
      {"an empty literal", "x", {{exactly, 0, ""}, {exactly, 1, "x"}, {exactly, 1, "!closed"}}},
      {"the peer ends inside a literal", "abc", {{exactly, 4, "!closed"}}},
      {"the peer ends inside a line", "NOOP", {{line, 20, "!closed"}}},
      {"the peer ends inside a skipped line",
       std::string(40, 'z'),
       {{line, 20, "!limit"}, {skip, 0, "!closed"}}},
      {"NUL and bytes above 127 pass",
       std::string("\0\xff\n", 3),
       {{line, 3, std::string("\0\xff\n", 3)}}},
      {"a large literal",
       std::string(100'000, 'L') + "\r\n",
       {{exactly, 100'000, std::string(100'000, 'L')}, {line, 2, "\r\n"}}},
  };
  return all;
}

TEST(LineReader, AnswersWhateverTheSplit) {
  for (const Row& row : rows()) {
    std::vector<std::string> expected;
    for (const Step& step : row.steps) expected.push_back(step.expect);
    EXPECT_EQ(dialogue(row.input, row.steps, {}), expected) << row.name;
    if (row.input.size() > 10'000) continue;  // byte by byte takes long
    MemoryOptions single;
    single.single_bytes = true;
    EXPECT_EQ(dialogue(row.input, row.steps, single), expected) << row.name << ", byte by byte";
  }
}

// The stream breaks at its first operation, its second, … until the dialogue gets through whole.
TEST(LineReader, EveryOperationMayFail) {
  for (const Row& row : rows()) {
    if (row.input.size() > 1'000) continue;
    std::vector<std::string> expected;
    for (const Step& step : row.steps) expected.push_back(step.expect);
    bool whole = false;
    for (std::size_t operation = 1; !whole; ++operation) {
      ASSERT_LT(operation, 1'000U) << row.name;
      MemoryOptions options;
      options.fail_at = std::make_shared<FailAt>();
      options.fail_at->operation = operation;
      const auto failing = options.fail_at;
      const auto answers = dialogue(row.input, row.steps, std::move(options));
      whole = !failing->reached();
      if (whole) EXPECT_EQ(answers, expected) << row.name;
      bool broken = false;
      for (std::size_t i = 0; i < answers.size(); ++i) {
        broken = broken || (answers[i] == "!closed" && expected[i] != "!closed");
        if (!broken)
          EXPECT_EQ(answers[i], expected[i]) << row.name << " at operation " << operation;
      }
    }
  }
}

TEST(LineReader, ASilentPeerRunsIntoTheLimit) {
  boost::asio::io_context context;
  auto pair = make_memory_streams();
  LineReader reader(*pair.first);
  const auto line = kontor::testing::run(context, reader.read_line(100, milliseconds(20)));
  ASSERT_FALSE(line);
  EXPECT_EQ(line.error().code(), Errc::timed_out);
  // The stream is still good for a goodbye.
  const auto goodbye = kontor::testing::run(context, pair.first->write("* BYE\r\n", k_patience));
  EXPECT_TRUE(goodbye);
}

Task<void> trickle(std::shared_ptr<Stream> stream, std::size_t count, std::size_t& written) {
  Signal pause;
  for (; written < count; ++written) {
    if (!co_await stream->write("x", k_patience)) co_return;
    (void)co_await pause.wait(milliseconds(5));
  }
}

TEST(LineReader, ALineHasOneDeadlineHoweverOftenAByteComes) {
  boost::asio::io_context context;
  auto pair = make_memory_streams();
  const std::shared_ptr<Stream> writer = std::move(pair.second);
  constexpr std::size_t count = 40;
  std::size_t written = 0;
  kontor::testing::spawn(context, trickle(writer, count, written));
  LineReader reader(*pair.first);
  Result<std::string> line = fail(Errc::internal);
  boost::asio::co_spawn(context, reader.read_line(1'000, milliseconds(50)),
                        [&](std::exception_ptr, Result<std::string> got) {
                          line = std::move(got);
                          EXPECT_LT(written, count / 2) << "each byte has put the end off";
                        });
  kontor::testing::run_all(context);
  ASSERT_FALSE(line);
  EXPECT_EQ(line.error().code(), Errc::timed_out);
}

TEST(LineReader, DiscardForgetsPipelinedInput) {
  boost::asio::io_context context;
  auto pair = make_memory_streams();
  ASSERT_TRUE(
      kontor::testing::run(context, pair.second->write("STARTTLS\r\nRSET\r\n", k_patience)));
  LineReader reader(*pair.first);
  const auto first = kontor::testing::run(context, reader.read_line(100, k_patience));
  EXPECT_EQ(shown(first), "STARTTLS\r\n");
  EXPECT_EQ(reader.buffered(), "RSET\r\n");
  reader.discard();
  EXPECT_EQ(reader.buffered(), "");
  ASSERT_TRUE(kontor::testing::run(context, pair.second->write("QUIT\r\n", k_patience)));
  const auto next = kontor::testing::run(context, reader.read_line(100, k_patience));
  EXPECT_EQ(shown(next), "QUIT\r\n");
}

TEST(LineReader, FillAndConsumeServeAParserOfItsOwn) {
  boost::asio::io_context context;
  auto pair = make_memory_streams();
  LineReader reader(*pair.first);
  ASSERT_TRUE(kontor::testing::run(context, pair.second->write("abc", k_patience)));
  ASSERT_TRUE(kontor::testing::run(context, reader.fill(k_patience)));
  EXPECT_EQ(reader.buffered(), "abc");
  reader.consume(1);
  ASSERT_TRUE(kontor::testing::run(context, pair.second->write("def", k_patience)));
  ASSERT_TRUE(kontor::testing::run(context, reader.fill(k_patience)));
  EXPECT_EQ(reader.buffered(), "bcdef");
  reader.consume(100);
  EXPECT_EQ(reader.buffered(), "");
}

}  // namespace
}  // namespace kontor::net
