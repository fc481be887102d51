// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/net/connect.hpp"

#include <arpa/inet.h>
#include <gmock/gmock.h>

#include <fstream>

#include "tests/support/run_task.hpp"
#include "tests/unit/base/net/tls_client.hpp"

namespace kontor::net {
namespace {

using kontor::testing::demo_tls;
using kontor::testing::run;
using kontor::testing::SocketPair;
using kontor::testing::stream_over;
using kontor::testing::TempFolder;
using std::chrono::milliseconds;
using ::testing::HasSubstr;
constexpr Limit k_patience = std::chrono::seconds(10);

// A socket of 127.0.0.1; nobody accepts.
struct Listener {
  explicit Listener(int backlog = 5) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    EXPECT_EQ(::bind(fd, reinterpret_cast<sockaddr*>(&address), size), 0);
    ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
    if (backlog > 0) EXPECT_EQ(::listen(fd, backlog), 0);
    port = ntohs(address.sin_port);
  }
  ~Listener() { ::close(fd); }
  Endpoint endpoint() const { return {"127.0.0.1", port}; }
  int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  unsigned port = 0;
};

TEST(Connect, MakesAStream) {
  const Listener listener;
  boost::asio::io_context context;
  auto stream = run(context, connect(listener.endpoint(), "127.0.0.9", k_patience));
  ASSERT_TRUE(stream) << stream.error().text();
  EXPECT_EQ((*stream)->peer().text(), listener.endpoint().text());
  EXPECT_EQ((*stream)->local().address, "127.0.0.9");
  EXPECT_EQ(peer_certificate(**stream), "");
  const int accepted = ::accept(listener.fd, nullptr, nullptr);
  EXPECT_EQ(::send(accepted, "hello", 5, 0), 5);
  ::close(accepted);
  std::string buffer(10, '\0');
  const auto got = run(context, (*stream)->read_some(std::span(buffer), k_patience));
  EXPECT_EQ(got.value_or(0), 5U);
  run(context, (*stream)->close());
}

TEST(Connect, SaysWhyThereIsNone) {
  const Listener closed(0);
  boost::asio::io_context context;
  const auto refused = run(context, connect(closed.endpoint(), "", k_patience));
  EXPECT_EQ(refused.error().code(), Errc::unavailable);
  EXPECT_THAT(refused.error().detail(), HasSubstr("refused"));
  const auto name = run(context, connect(Endpoint{"localhost", 25}, "", k_patience));
  EXPECT_EQ(name.error().code(), Errc::bad_input);
  const auto source = run(context, connect(closed.endpoint(), "192.0.2.77", k_patience));
  EXPECT_EQ(source.error().code(), Errc::unavailable);
  EXPECT_THAT(source.error().detail(), HasSubstr("192.0.2.77"));
}

TEST(Connect, GivesUpWhenNobodyTakesTheConnection) {
  const Listener full(1);
  boost::asio::io_context context;
  std::vector<std::unique_ptr<Stream>> open;
  Errc code = Errc::internal;
  for (int i = 0; i < 20 && code == Errc::internal; ++i) {
    auto stream = run(context, connect(full.endpoint(), "", milliseconds(100)));
    if (stream)
      open.push_back(*std::move(stream));
    else
      code = stream.error().code();
  }
  EXPECT_EQ(code, Errc::timed_out);
}

struct Outcome {
  std::string server = "none";
  std::string client = "none";
  std::string certificate;
  std::string version;
};

class ClientTls : public ::testing::Test {
 protected:
  static Task<void> serve(Stream& stream, std::shared_ptr<const TlsContext> tls, Outcome& outcome) {
    const auto started = co_await stream.start_tls(std::move(tls), k_patience);
    outcome.server = started ? "ok" : started.error().text();
    if (started) (void)co_await stream.write("hello", k_patience);
    co_await stream.close();
  }
  static Task<void> use(Stream& stream,
                        std::shared_ptr<const ClientTlsContext> tls,
                        std::string host,
                        Verify verify,
                        Outcome& outcome) {
    const auto started = co_await start_client_tls(stream, tls, host, verify, k_patience);
    outcome.client = started ? "ok" : started.error().text();
    outcome.certificate = peer_certificate(stream);
    outcome.version = stream.tls_info().version;
    if (started) {
      std::string buffer(10, '\0');
      const std::span<char> space(buffer);
      const auto got = co_await stream.read_some(space, k_patience);
      if (got.value_or(0) != 5) outcome.client = "nothing came";
    }
    co_await stream.close();
  }
  Outcome meet(const std::string& ca_file, const std::string& host, Verify verify) {
    auto client_tls = ClientTlsContext::make(ca_file);
    EXPECT_TRUE(client_tls) << client_tls.error().text();
    SocketPair pair;
    const auto client = stream_over(context_.get_executor(), pair.ours);
    const auto server = stream_over(context_.get_executor(), std::exchange(pair.theirs, -1));
    Outcome outcome;
    kontor::testing::spawn(context_, serve(*server, server_tls_, outcome));
    kontor::testing::spawn(context_, use(*client, *client_tls, host, verify, outcome));
    kontor::testing::run_all(context_);
    return outcome;
  }

  TempFolder folder_;
  std::string ca_ = folder_.path + "/ca.pem";
  std::shared_ptr<const TlsContext> server_tls_ = demo_tls(folder_.path);
  boost::asio::io_context context_;
};

TEST_F(ClientTls, AGoodCertificatePasses) {
  for (const char* host : {"mail.example.test", "127.0.0.1"}) {
    const auto outcome = meet(ca_, host, Verify::certificate);
    EXPECT_EQ(outcome.client, "ok") << host;
    EXPECT_EQ(outcome.server, "ok");
    EXPECT_EQ(outcome.version, "TLSv1.3");
    EXPECT_THAT(outcome.certificate, HasSubstr("CN=mail.example.test"));
    EXPECT_THAT(outcome.certificate, HasSubstr(", trusted"));
  }
}

TEST_F(ClientTls, AnotherNameOrAuthorityIsRefused) {
  const auto other_name = meet(ca_, "mx.elsewhere.test", Verify::certificate);
  EXPECT_THAT(other_name.client, HasSubstr("bad_input"));
  EXPECT_THAT(other_name.client, HasSubstr("ostname mismatch"));
  const auto other_address = meet(ca_, "127.0.0.77", Verify::certificate);
  EXPECT_THAT(other_address.client, HasSubstr("bad_input"));
  const TempFolder stranger;
  (void)demo_tls(stranger.path);
  const auto outcome = meet(stranger.path + "/ca.pem", "mail.example.test", Verify::certificate);
  EXPECT_THAT(outcome.client, HasSubstr("bad_input"));
  EXPECT_THAT(outcome.server, HasSubstr("bad_input"));
}

TEST_F(ClientTls, WithoutVerifyingTheLogStillSaysWhatWasSeen) {
  const auto outcome = meet("", "mx.elsewhere.test", Verify::none);
  EXPECT_EQ(outcome.client, "ok");
  EXPECT_THAT(outcome.certificate, HasSubstr("not trusted"));
}

TEST_F(ClientTls, GarbageSilenceAndTheEndAreNoHandshake) {
  auto tls = *ClientTlsContext::make("");
  for (const std::string& garbage : {std::string("220 hello\r\n"), std::string(500, '\0')}) {
    SocketPair pair;
    const auto stream = stream_over(context_.get_executor(), pair.ours);
    ASSERT_GT(::send(pair.theirs, garbage.data(), garbage.size(), 0), 0);
    ::shutdown(pair.theirs, SHUT_WR);
    const auto got =
        run(context_, start_client_tls(*stream, tls, "mx.test", Verify::none, k_patience));
    EXPECT_EQ(got.error().code(), Errc::bad_input);
    const auto after = run(context_, stream->write("QUIT\r\n", k_patience));
    EXPECT_EQ(after.error().code(), Errc::closed)
        << "no word in the clear after a broken handshake";
  }
  const SocketPair pair;
  const auto stream = stream_over(context_.get_executor(), pair.ours);
  const auto got =
      run(context_, start_client_tls(*stream, tls, "mx.test", Verify::none, milliseconds(20)));
  EXPECT_EQ(got.error().code(), Errc::timed_out);
}

TEST(ClientTlsContext, AFileWithoutAuthoritiesIsRefused) {
  const TempFolder folder;
  const std::string file = folder.path + "/empty.pem";
  std::ofstream(file) << "nothing\n";
  for (const auto& path : {file, folder.path + "/missing.pem"}) {
    const auto made = ClientTlsContext::make(path);
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().code(), Errc::bad_input);
    EXPECT_THAT(made.error().detail(), HasSubstr(path));
  }
}

}  // namespace
}  // namespace kontor::net
