// SPDX-License-Identifier: GPL-3.0-or-later
// A blocking TLS client over a socket, by OpenSSL alone: the other side of the streams under test.
#pragma once
#include <gtest/gtest.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>

#include "base/net/socket_stream.hpp"
#include "base/net/tls.hpp"

namespace kontor::testing {

struct TempFolder {
  TempFolder() {
    std::string pattern = std::filesystem::temp_directory_path() / "kontor-net-XXXXXX";
    path = mkdtemp(pattern.data());
  }
  ~TempFolder() { std::filesystem::remove_all(path); }
  std::string path;
};

inline std::shared_ptr<const net::TlsContext> demo_tls(const std::string& folder,
                                                       const std::string& minimum = "1.2") {
  const auto files = net::own_certificate(folder, "mail.example.test", system_clock().now());
  EXPECT_TRUE(files) << files.error().text();
  auto context = net::TlsContext::load(*files, minimum);
  EXPECT_TRUE(context) << context.error().text();
  return *context;
}

// A connected pair: `ours` is for a stream, `theirs` blocks for at most ten seconds.
struct SocketPair {
  SocketPair() {
    net::ignore_broken_pipes();
    std::array<int, 2> fds{};
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds.data()), 0);
    ours = fds[0];
    theirs = fds[1];
    const timeval limit{10, 0};
    ::setsockopt(theirs, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    ::setsockopt(theirs, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  }
  ~SocketPair() {
    if (theirs >= 0) ::close(theirs);
  }
  void hang_up() { ::close(std::exchange(theirs, -1)); }

  int ours = -1;  // taken by the stream
  int theirs = -1;
};

inline std::unique_ptr<net::Stream> stream_over(const boost::asio::any_io_executor& strand,
                                                int fd) {
  return net::make_socket_stream(strand, fd, net::Endpoint{"127.0.0.1", 5'000},
                                 net::Endpoint{"127.0.0.1", 143});
}

class TlsClient {
 public:
  // `version` is TLS1_2_VERSION or TLS1_3_VERSION.
  TlsClient(int fd, int version, SSL_SESSION* resume = nullptr)
      : context_(SSL_CTX_new(TLS_client_method()), SSL_CTX_free),
        ssl_(SSL_new(context_.get()), SSL_free) {
    SSL_set_min_proto_version(ssl_.get(), version);
    SSL_set_max_proto_version(ssl_.get(), version);
    SSL_set_fd(ssl_.get(), fd);
    if (resume != nullptr) SSL_set_session(ssl_.get(), resume);
  }
  bool connect() { return SSL_connect(ssl_.get()) == 1; }
  bool write(std::string_view data) {
    while (!data.empty()) {
      std::size_t put = 0;
      if (SSL_write_ex(ssl_.get(), data.data(), data.size(), &put) != 1) return false;
      data.remove_prefix(put);
    }
    return true;
  }
  std::string read(std::size_t size) {
    std::string bytes;
    std::string chunk(65'536, '\0');
    while (bytes.size() < size) {
      std::size_t got = 0;
      const auto want = std::min(chunk.size(), size - bytes.size());
      if (SSL_read_ex(ssl_.get(), chunk.data(), want, &got) != 1) break;
      bytes.append(chunk, 0, got);
    }
    return bytes;
  }
  void say_goodbye() { SSL_shutdown(ssl_.get()); }
  bool peer_said_goodbye() {
    char byte = 0;
    const int got = SSL_read(ssl_.get(), &byte, 1);
    return SSL_get_error(ssl_.get(), got) == SSL_ERROR_ZERO_RETURN;
  }
  SSL* ssl() { return ssl_.get(); }

 private:
  std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context_;
  std::unique_ptr<SSL, decltype(&SSL_free)> ssl_;
};

}  // namespace kontor::testing
