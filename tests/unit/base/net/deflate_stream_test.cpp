// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/net/deflate_stream.hpp"

#include <gtest/gtest.h>

#include "base/net/deflate_codec.hpp"
#include "base/net/line_reader.hpp"
#include "base/net/memory_stream.hpp"
#include "base/net/signal.hpp"
#include "tests/support/run_task.hpp"

namespace kontor::net {
namespace {

constexpr Limit k_patience = std::chrono::seconds(10);
constexpr Limit k_at_once{0};

std::string compressed(std::string_view text) {
  Deflater deflater;
  std::string out;
  EXPECT_TRUE(deflater.add(text, true, out));
  return out;
}

// Text that a window helps with and that does not repeat itself.
std::string numbers(std::size_t size) {
  std::string text;
  for (std::size_t i = 0; text.size() < size; ++i)
    text += "line " + std::to_string(i * i * 7'919) + "\r\n";
  return text;
}

struct Ends {
  std::unique_ptr<DeflateStream> ours;
  std::unique_ptr<Stream> theirs;
};
Ends connect(MemoryOptions options = {}, Limit rest_after = k_rest_after) {
  auto pair = make_memory_streams(std::move(options));
  return {make_deflate_stream(std::move(pair.first), {}, rest_after), std::move(pair.second)};
}

Task<std::string> read_all(Stream& stream) {
  std::string all;
  std::string buffer(1'000, '\0');
  for (;;) {
    const auto got = co_await stream.read_some(buffer, k_patience);
    if (!got) co_return all + "!" + std::string(name_of(got.error().code()));
    if (*got == 0) co_return all;
    all.append(buffer, 0, *got);
  }
}

Task<void> send(Stream& stream, std::string bytes, bool close) {
  EXPECT_TRUE(co_await stream.write(bytes, k_patience));
  if (close) co_await stream.close();
}

TEST(DeflateStream, ReadsWhatAnotherWrote) {
  for (const bool single_bytes : {false, true}) {
    boost::asio::io_context context;
    MemoryOptions options;
    options.single_bytes = single_bytes;
    auto pair = make_memory_streams(options, options);
    const auto one = make_deflate_stream(std::move(pair.first));
    const auto two = make_deflate_stream(std::move(pair.second));
    const std::string text = numbers(single_bytes ? 10'000 : 300'000);
    testing::spawn(context, send(*one, text, true));
    EXPECT_EQ(testing::run(context, read_all(*two)), text);
  }
}

TEST(DeflateStream, GivesEachWriteWhollyToThePeer) {
  boost::asio::io_context context;
  auto pair = make_memory_streams();
  const auto one = make_deflate_stream(std::move(pair.first));
  const auto two = make_deflate_stream(std::move(pair.second));
  LineReader reader(*two);
  for (const std::string line : {"* 1 EXISTS\r\n", "* 2 EXISTS\r\n", "a OK\r\n"}) {
    testing::run(context, send(*one, line, false));
    EXPECT_EQ(testing::run(context, reader.read_line(100, k_patience)).value_or("!"), line);
  }
}

TEST(DeflateStream, BeginsWithWhatWasReceivedAlready) {
  boost::asio::io_context context;
  auto pair = make_memory_streams();
  const std::string bytes = compressed("a NOOP\r\nb NOOP\r\n");
  const auto ours = make_deflate_stream(std::move(pair.first), bytes.substr(0, 5));
  testing::spawn(context, send(*pair.second, bytes.substr(5), true));
  EXPECT_EQ(testing::run(context, read_all(*ours)), "a NOOP\r\nb NOOP\r\n");
}

TEST(DeflateStream, EndsWithDamagedInput) {
  boost::asio::io_context context;
  auto ends = connect();
  testing::spawn(context, send(*ends.theirs, "a LOGOUT\r\nplain text, no block of DEFLATE", true));
  EXPECT_TRUE(testing::run(context, read_all(*ends.ours)).ends_with("!closed"));
}

Task<Result<Wake>> wait_for(Stream& stream, Signal* signal, Limit limit) {
  co_return co_await stream.wait(signal, limit);
}

TEST(DeflateStream, WaitsOnWhileBytesStandForNothing) {
  boost::asio::io_context context;
  auto ends = connect();
  Signal signal;
  const std::string bytes = compressed("DONE\r\n");
  // All but the end of the flush has come and is read; then its end alone.
  testing::run(context, send(*ends.theirs, bytes.substr(0, bytes.size() - 4), false));
  EXPECT_EQ(testing::run(context, wait_for(*ends.ours, &signal, k_patience)).value(),
            Wake::readable);
  std::string buffer(6, '\0');
  EXPECT_EQ(testing::run(context, ends.ours->read_some(buffer, k_patience)).value_or(0), 6U);
  testing::run(context, send(*ends.theirs, bytes.substr(bytes.size() - 4), false));
  signal.raise();
  EXPECT_EQ(testing::run(context, wait_for(*ends.ours, &signal, k_patience)).value(),
            Wake::signalled);
  EXPECT_EQ(testing::run(context, wait_for(*ends.ours, nullptr, k_at_once)).value(),
            Wake::timed_out);
}

// Both sides rest between any two lines: the windows they keep or forget still fit together.
TEST(DeflateStream, GivesItsMemoryBackWhileItWaits) {
  boost::asio::io_context context;
  auto pair = make_memory_streams();
  const auto one = make_deflate_stream(std::move(pair.first), {}, k_at_once);
  const auto two = make_deflate_stream(std::move(pair.second), {}, k_at_once);
  LineReader reader(*two);
  std::size_t sent = 0;
  for (const std::size_t size : {20U, 5'000U, 100'000U, 30U, 40U}) {
    const std::string line = numbers(size).substr(0, size - 1) + "\n";
    testing::spawn(context, send(*one, line, false));
    const auto got = testing::run(context, reader.read_exactly(line.size(), k_patience));
    EXPECT_EQ(got.value_or("!"), line);
    sent += size;
    EXPECT_GT(one->held(), 200'000U);
    Signal signal;
    for (Stream* stream : {static_cast<Stream*>(one.get()), static_cast<Stream*>(two.get())})
      EXPECT_EQ(testing::run(context, wait_for(*stream, &signal, Limit(1))).value(),
                Wake::timed_out);
    EXPECT_LT(one->held(), 100U) << "only the decompressor's window is needed, and it is empty";
    EXPECT_LE(two->held(), std::min<std::size_t>(sent, 32'768) + 100);
  }
}

TEST(DeflateStream, IsBoundedByTheBufferOfItsReader) {
  boost::asio::io_context context;
  auto ends = connect();
  const std::string bomb = compressed(std::string(50'000'000, 'a'));
  ASSERT_LT(bomb.size(), 100'000U);
  testing::spawn(context, send(*ends.theirs, bomb, false));
  std::string buffer(1'000, '\0');
  for (int i = 0; i < 1'000; ++i) {
    EXPECT_EQ(testing::run(context, ends.ours->read_some(buffer, k_patience)).value_or(0), 1'000U);
    ASSERT_LT(ends.ours->held(), 150'000U);
  }
}

TEST(DeflateStream, TellsNothingMoreAfterAFailedWrite) {
  boost::asio::io_context context;
  MemoryOptions options;
  options.fail_at = std::make_shared<FailAt>(FailAt{.operation = 1});
  auto ends = connect(options);
  const auto write = [](Stream& stream) -> Task<Result<void>> {
    co_return co_await stream.write("x", k_patience);
  };
  EXPECT_FALSE(testing::run(context, write(*ends.ours)));
  EXPECT_EQ(testing::run(context, write(*ends.ours)).error().code(), Errc::closed);
}

TEST(DeflateStream, GoesOnInTheClearOnceItIsUnwrapped) {
  boost::asio::io_context context;
  auto ends = connect();
  auto plain = ends.ours->unwrap();
  ends.ours.reset();
  testing::spawn(context, send(*plain, "* BYE\r\n", true));
  EXPECT_EQ(testing::run(context, read_all(*ends.theirs)), "* BYE\r\n");
}

}  // namespace
}  // namespace kontor::net
