// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/net/socket_stream.hpp"

#include <gtest/gtest.h>

#include <thread>

#include "base/net/line_reader.hpp"
#include "base/net/signal.hpp"
#include "tests/support/run_task.hpp"
#include "tests/unit/base/net/tls_client.hpp"

namespace kontor::net {
namespace {

using kontor::testing::demo_tls;
using kontor::testing::run;
using kontor::testing::SocketPair;
using kontor::testing::stream_over;
using kontor::testing::TempFolder;
using kontor::testing::TlsClient;
using std::chrono::milliseconds;
constexpr Limit k_patience = std::chrono::seconds(10);

void send_all(int fd, std::string_view data) {
  while (!data.empty()) {
    const auto sent = ::send(fd, data.data(), data.size(), MSG_NOSIGNAL);
    if (sent <= 0) return;
    data.remove_prefix(static_cast<std::size_t>(sent));
  }
}

std::string receive_all(int fd) {
  std::string all;
  std::array<char, 65'536> chunk;
  while (true) {
    const auto got = ::recv(fd, chunk.data(), chunk.size(), 0);
    if (got <= 0) return all;
    all.append(chunk.data(), static_cast<std::size_t>(got));
  }
}

template <class T>
std::string outcome(const Result<T>& result) {
  return result ? "ok" : std::string(name_of(result.error().code()));
}

// Sends everything back until the peer ends, then closes.
Task<std::string> echo(Stream& stream) {
  std::string buffer(20'000, '\0');
  while (true) {
    const std::span<char> space(buffer);
    const auto got = co_await stream.read_some(space, k_patience);
    if (!got) co_return outcome(got);
    if (*got == 0) break;
    const std::string_view answer(buffer.data(), *got);
    const auto sent = co_await stream.write(answer, k_patience);
    if (!sent) co_return outcome(sent);
  }
  co_await stream.close();
  co_return "ended";
}

Task<std::string> tls_echo(Stream& stream, std::shared_ptr<const TlsContext> context) {
  const auto started = co_await stream.start_tls(std::move(context), k_patience);
  if (!started) co_return "handshake: " + outcome(started);
  co_return co_await echo(stream);
}

TEST(SocketStream, PlainEchoAndOrderlyEnd) {
  boost::asio::io_context context;
  const SocketPair pair;
  const auto stream = stream_over(context.get_executor(), pair.ours);
  std::string back;
  std::jthread client([&] {
    send_all(pair.theirs, "hello");
    ::shutdown(pair.theirs, SHUT_WR);
    back = receive_all(pair.theirs);
  });
  EXPECT_EQ(run(context, echo(*stream)), "ended");
  client.join();
  EXPECT_EQ(back, "hello");
  EXPECT_FALSE(stream->is_tls());
  EXPECT_EQ(stream->tls_info().version, "");
}

TEST(SocketStream, LimitsSignalsAndInput) {
  boost::asio::io_context context;
  const SocketPair pair;
  const auto stream = stream_over(context.get_executor(), pair.ours);
  Signal signal;
  char byte = 0;
  EXPECT_EQ(outcome(run(context, stream->read_some(std::span(&byte, 1), milliseconds(5)))),
            "timed_out");
  EXPECT_EQ(run(context, stream->wait(&signal, milliseconds(5))).value(), Wake::timed_out);
  signal.raise();
  EXPECT_EQ(run(context, stream->wait(&signal, k_patience)).value(), Wake::signalled);
  {
    std::jthread raiser([&] { signal.raise(); });
    EXPECT_EQ(run(context, stream->wait(&signal, k_patience)).value(), Wake::signalled);
  }
  {
    std::jthread sender([&] { send_all(pair.theirs, "x"); });
    EXPECT_EQ(run(context, stream->wait(&signal, k_patience)).value(), Wake::readable);
  }
  EXPECT_EQ(run(context, stream->wait(nullptr, k_patience)).value(), Wake::readable);
  EXPECT_EQ(run(context, stream->read_some(std::span(&byte, 1), k_patience)).value(), 1U);
  EXPECT_EQ(byte, 'x');
}

TEST(SocketStream, APeerThatDoesNotReadHoldsTheWriterUntilTheLimit) {
  boost::asio::io_context context;
  const SocketPair pair;
  const auto stream = stream_over(context.get_executor(), pair.ours);
  const std::string much(16U << 20U, 'x');
  EXPECT_EQ(outcome(run(context, stream->write(much, milliseconds(20)))), "timed_out");
}

TEST(SocketStream, APeerThatGoesAwayIsClosed) {
  boost::asio::io_context context;
  SocketPair pair;
  const auto stream = stream_over(context.get_executor(), pair.ours);
  pair.hang_up();
  EXPECT_EQ(outcome(run(context, stream->write("x", k_patience))), "closed");
  EXPECT_EQ(outcome(run(context, stream->write("x", k_patience))), "closed");
}

TEST(SocketStream, ClosingLosesNoLastWords) {
  boost::asio::io_context context;
  const SocketPair pair;
  const auto stream = stream_over(context.get_executor(), pair.ours);
  send_all(pair.theirs, std::string(100'000, 'j'));  // never read
  std::string last;
  std::jthread client([&] {
    last = receive_all(pair.theirs);
    ::shutdown(pair.theirs, SHUT_WR);
  });
  ASSERT_TRUE(run(context, stream->write("* BYE\r\n", k_patience)));
  run(context, stream->close());
  client.join();
  EXPECT_EQ(last, "* BYE\r\n");
  char byte = 0;
  EXPECT_EQ(outcome(run(context, stream->read_some(std::span(&byte, 1), k_patience))), "closed");
  run(context, stream->close());  // again: nothing happens
}

TEST(SocketStream, CutFromOutside) {
  boost::asio::io_context context;
  const SocketPair pair;
  auto sockets = std::make_shared<OpenSockets>();
  auto stream = make_socket_stream(context.get_executor(), pair.ours, {}, {}, sockets);
  std::jthread cutter([&] { sockets->cut_all(); });
  EXPECT_EQ(run(context, stream->wait(nullptr, k_patience)).value(), Wake::readable);
  char byte = 0;
  EXPECT_EQ(run(context, stream->read_some(std::span(&byte, 1), k_patience)).value(), 0U);
  stream.reset();
  sockets->cut_all();  // knows that it is gone
}

class TlsVersions : public ::testing::TestWithParam<int> {};

TEST_P(TlsVersions, EchoBothWaysInAnySize) {
  const TempFolder folder;
  const auto tls = demo_tls(folder.path);
  boost::asio::io_context context;
  const SocketPair pair;
  const auto stream = stream_over(context.get_executor(), pair.ours);
  std::string sent;
  for (int i = 0; i < 300'000; ++i) sent.append(std::to_string(i));
  std::string back;
  bool goodbye = false;
  std::jthread client([&] {
    TlsClient peer(pair.theirs, GetParam());
    if (!peer.connect()) return;
    for (std::size_t at = 0; at < sent.size(); at += 30'000) {
      const auto part = std::string_view(sent).substr(at, 30'000);
      if (!peer.write(part)) return;
      back += peer.read(part.size());
    }
    peer.say_goodbye();
    goodbye = peer.peer_said_goodbye();
  });
  EXPECT_EQ(run(context, tls_echo(*stream, tls)), "ended");
  client.join();
  EXPECT_EQ(back, sent);
  EXPECT_TRUE(goodbye) << "we answer close_notify with ours";
}

TEST_P(TlsVersions, ChannelBindingsAreTheSameAtBothEnds) {
  const TempFolder folder;
  const auto tls = demo_tls(folder.path);
  boost::asio::io_context context;
  const SocketPair pair;
  const auto stream = stream_over(context.get_executor(), pair.ours);
  std::string unique;
  std::string exporter(32, '\0');
  std::jthread client([&] {
    TlsClient peer(pair.theirs, GetParam());
    ASSERT_TRUE(peer.connect());
    std::array<char, 64> finished{};
    unique.assign(finished.data(), SSL_get_finished(peer.ssl(), finished.data(), finished.size()));
    const std::string label = "EXPORTER-Channel-Binding";
    SSL_export_keying_material(peer.ssl(), reinterpret_cast<unsigned char*>(exporter.data()), 32,
                               label.data(), label.size(), nullptr, 0, 0);
    peer.write("x");
    peer.read(1);
  });
  ASSERT_TRUE(run(context, stream->start_tls(tls, k_patience)));
  char byte = 0;
  ASSERT_TRUE(run(context, stream->read_some(std::span(&byte, 1), k_patience)));
  const auto info = stream->tls_info();
  const bool is_v12 = GetParam() == TLS1_2_VERSION;
  EXPECT_TRUE(stream->is_tls());
  EXPECT_EQ(info.version, is_v12 ? "TLSv1.2" : "TLSv1.3");
  EXPECT_EQ(info.channel_binding_endpoint, tls->endpoint_binding());
  run(context, stream->close());
  client.join();
  EXPECT_EQ(info.channel_binding_exporter, exporter);
  EXPECT_EQ(info.channel_binding_unique, is_v12 ? unique : "");
}

// A ticket given before the certificate was renewed is good after it.
TEST_P(TlsVersions, SessionsResumeAcrossANewCertificate) {
  const TempFolder folder;
  auto tls = demo_tls(folder.path);
  std::unique_ptr<SSL_SESSION, decltype(&SSL_SESSION_free)> session(nullptr, SSL_SESSION_free);
  std::vector<bool> resumed;
  for (int round = 0; round < 2; ++round) {
    boost::asio::io_context context;
    const SocketPair pair;
    const auto stream = stream_over(context.get_executor(), pair.ours);
    std::jthread client([&] {
      TlsClient peer(pair.theirs, GetParam(), session.get());
      ASSERT_TRUE(peer.connect());
      peer.write("x");
      peer.read(1);  // the ticket of TLS 1.3 comes before it
      resumed.push_back(SSL_session_reused(peer.ssl()) == 1);
      session.reset(SSL_get1_session(peer.ssl()));
      peer.say_goodbye();
    });
    EXPECT_EQ(run(context, tls_echo(*stream, tls)), "ended");
    client.join();
    const auto renewed = TlsContext::load(
        {folder.path + "/server.pem", folder.path + "/server.key"}, "1.2", tls.get());
    ASSERT_TRUE(renewed);
    tls = *renewed;
  }
  EXPECT_EQ(resumed, (std::vector<bool>{false, true}));
}

// Records are gathered and sent together; a socket that takes a part of them gets the rest later.
TEST_P(TlsVersions, WhatASmallSocketTakesInPiecesArrivesWhole) {
  const TempFolder folder;
  const auto tls = demo_tls(folder.path);
  boost::asio::io_context context;
  const SocketPair pair;
  const int small = 4'096;
  ::setsockopt(pair.ours, SOL_SOCKET, SO_SNDBUF, &small, sizeof small);
  const auto stream = stream_over(context.get_executor(), pair.ours);
  std::string much((1U << 20U) + 77, '\0');
  for (std::size_t i = 0; i < much.size(); ++i) much[i] = static_cast<char>(i * 31 + (i >> 11U));
  const std::string two_records = much.substr(0, 20'000);
  std::string got;
  std::jthread client([&] {
    TlsClient peer(pair.theirs, GetParam());
    ASSERT_TRUE(peer.connect());
    got = peer.read(much.size() + 3 + two_records.size());
    peer.write("x");
    got += peer.read(much.size());
    peer.say_goodbye();
  });
  ASSERT_TRUE(run(context, stream->start_tls(tls, k_patience)));
  for (const auto& piece : {much, std::string("one"), two_records})
    ASSERT_TRUE(run(context, stream->write(piece, k_patience)));
  char byte = 0;
  EXPECT_TRUE(run(context, stream->read_some(std::span(&byte, 1), k_patience)));
  ASSERT_TRUE(run(context, stream->write(much, k_patience)));
  client.join();
  EXPECT_TRUE(got == much + "one" + two_records + much);
}

TEST_P(TlsVersions, ASlowReaderMakesTheWriteRunOutAndNothingMoreIsSaid) {
  const TempFolder folder;
  const auto tls = demo_tls(folder.path);
  boost::asio::io_context context;
  const SocketPair pair;
  const auto stream = stream_over(context.get_executor(), pair.ours);
  std::atomic<bool> over = false;
  std::jthread client([&] {
    TlsClient peer(pair.theirs, GetParam());
    ASSERT_TRUE(peer.connect());
    over.wait(false);
  });
  ASSERT_TRUE(run(context, stream->start_tls(tls, k_patience)));
  const std::string much(16U << 20U, 'x');
  EXPECT_EQ(outcome(run(context, stream->write(much, milliseconds(20)))), "timed_out");
  EXPECT_EQ(outcome(run(context, stream->write("BYE", k_patience))), "closed")
      << "half a record is on the wire";
  over = true;
  over.notify_all();
}

INSTANTIATE_TEST_SUITE_P(Both, TlsVersions, ::testing::Values(TLS1_2_VERSION, TLS1_3_VERSION));

TEST(Tls, AnOldClientIsRefusedByTheMinimum) {
  const TempFolder folder;
  const auto tls = demo_tls(folder.path, "1.3");
  boost::asio::io_context context;
  const SocketPair pair;
  const auto stream = stream_over(context.get_executor(), pair.ours);
  bool connected = true;
  std::jthread client([&] { connected = TlsClient(pair.theirs, TLS1_2_VERSION).connect(); });
  EXPECT_EQ(run(context, tls_echo(*stream, tls)), "handshake: bad_input");
  client.join();
  EXPECT_FALSE(connected);
}

TEST(Tls, GarbageAndSilenceEndTheHandshake) {
  const TempFolder folder;
  const auto tls = demo_tls(folder.path);
  boost::asio::io_context context;
  for (const std::string& garbage : {std::string("GET / HTTP/1.1\r\n\r\n"),
                                     std::string(1'000, '\0'), std::string("\x16\x03\x01")}) {
    SocketPair pair;
    const auto stream = stream_over(context.get_executor(), pair.ours);
    send_all(pair.theirs, garbage);
    ::shutdown(pair.theirs, SHUT_WR);
    EXPECT_EQ(run(context, tls_echo(*stream, tls)), "handshake: bad_input");
    run(context, stream->close());
  }
  const SocketPair pair;
  const auto stream = stream_over(context.get_executor(), pair.ours);
  EXPECT_EQ(outcome(run(context, stream->start_tls(tls, milliseconds(20)))), "timed_out");
  char byte = 0;
  EXPECT_EQ(outcome(run(context, stream->read_some(std::span(&byte, 1), k_patience))), "closed");
}

// RFC 3207, section 6 and RFC 9051, 11.1: what was pipelined behind STARTTLS is never obeyed.
Task<std::string> line_after_starttls(Stream& stream, std::shared_ptr<const TlsContext> tls) {
  LineReader reader(stream);
  const auto first = co_await reader.read_line(100, k_patience);
  if (first.value_or("") != "STARTTLS\r\n") co_return "no STARTTLS";
  (void)co_await stream.write("220 go\r\n", k_patience);
  reader.discard();
  const auto started = co_await stream.start_tls(std::move(tls), k_patience);
  if (!started) co_return outcome(started);
  const auto line = co_await reader.read_line(100, k_patience);
  co_return line.value_or("nothing");
}

TEST(Tls, PlaintextBehindStarttlsIsThrownAway) {
  const TempFolder folder;
  const auto tls = demo_tls(folder.path);
  boost::asio::io_context context;
  const SocketPair pair;
  const auto stream = stream_over(context.get_executor(), pair.ours);
  send_all(pair.theirs, "STARTTLS\r\nMAIL FROM:<injected@evil.test>\r\n");
  std::jthread client([&] {
    std::array<char, 8> go{};
    ::recv(pair.theirs, go.data(), go.size(), MSG_WAITALL);
    TlsClient peer(pair.theirs, TLS1_3_VERSION);
    if (peer.connect()) peer.write("NOOP\r\n");
    peer.read(1);
  });
  EXPECT_EQ(run(context, line_after_starttls(*stream, tls)), "NOOP\r\n");
  run(context, stream->close());
}

// The peer's bytes pass through us: all of them in pieces of `piece`, and none after `most`.
void relay(int from, int to, std::size_t piece, std::size_t most) {
  std::string chunk(piece, '\0');
  std::size_t passed = 0;
  while (passed < most) {
    const auto got = ::recv(from, chunk.data(), std::min(piece, most - passed), 0);
    if (got <= 0) break;
    send_all(to, std::string_view(chunk).substr(0, static_cast<std::size_t>(got)));
    passed += static_cast<std::size_t>(got);
  }
  ::shutdown(to, SHUT_WR);
  if (passed >= most) ::shutdown(from, SHUT_RDWR);
}

struct Relayed {
  std::string server;
  std::string client;
};

Relayed through_relay(const std::shared_ptr<const TlsContext>& tls,
                      std::size_t piece,
                      std::size_t most) {
  boost::asio::io_context context;
  const SocketPair front;  // stream <-> relay
  const SocketPair back;   // relay <-> client
  const auto stream = stream_over(context.get_executor(), front.ours);
  Relayed result;
  std::jthread client([&] {
    TlsClient peer(back.theirs, TLS1_3_VERSION);
    if (peer.connect() && peer.write("hello")) result.client = peer.read(5);
    peer.say_goodbye();
    ::shutdown(back.theirs, SHUT_RDWR);
  });
  std::jthread up([&] { relay(back.ours, front.theirs, piece, most); });
  std::jthread down([&] { relay(front.theirs, back.ours, 65'536, SIZE_MAX); });
  result.server = run(context, tls_echo(*stream, tls));
  run(context, stream->close());
  ::shutdown(front.theirs, SHUT_RDWR);
  client.join();
  up.join();
  down.join();
  ::close(back.ours);
  return result;
}

TEST(Tls, RecordsMayComeByteByByte) {
  const TempFolder folder;
  const auto relayed = through_relay(demo_tls(folder.path), 1, SIZE_MAX);
  EXPECT_EQ(relayed.server, "ended");
  EXPECT_EQ(relayed.client, "hello");
}

// The connection breaks after ever more bytes until the whole session gets through.
TEST(Tls, MayBreakAtAnyByte) {
  const TempFolder folder;
  const auto tls = demo_tls(folder.path);
  bool whole = false;
  std::size_t most = 0;
  for (; !whole && most < 4'000; most += 37) {
    const auto relayed = through_relay(tls, 65'536, most);
    whole = relayed.server == "ended";
    EXPECT_TRUE(whole || relayed.server == "closed" || relayed.server == "handshake: bad_input")
        << relayed.server << " after " << most << " bytes";
  }
  EXPECT_TRUE(whole);
  EXPECT_GT(most, 300U);
}

}  // namespace
}  // namespace kontor::net
