// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/net/connect.hpp"

#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/this_coro.hpp>
#include <cerrno>
#include <cstring>

#include "base/net/client_tls.hpp"
#include "base/net/socket_address.hpp"
#include "base/net/socket_stream.hpp"
#include "base/net/tls_handle.hpp"
#include "base/net/waiter.hpp"

namespace kontor::net {
namespace {

std::unexpected<Error> unreachable(const std::string& to, int error_number) {
  return fail(Errc::unavailable,
              fmt::format("no connection to {}: {}", to, std::strerror(error_number)));
}

// An unconnected socket that comes from `source`. SOCK_NONBLOCK: connect() must not wait.
Result<int> open_socket(SocketAddress& to, const std::string& source) {
  const int fd = ::socket(to.family(), SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return fail(errno_error("making a socket", errno));
  const int yes = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  if (source.empty()) return fd;
  auto from = SocketAddress::of(source, 0);
  if (!from) {
    ::close(fd);
    return fail(std::move(from).error());
  }
  // An IPv4 source says nothing about IPv6 targets, and the other way round.
  if (from->family() == to.family() && ::bind(fd, from->get(), *from->size()) != 0) {
    const int saved = errno;
    ::close(fd);
    return fail(Errc::unavailable,
                fmt::format("the source address {}: {}", source, std::strerror(saved)));
  }
  return fd;
}

// `fd` becomes the stream's or is closed. A Unix socket whose queue is full says EAGAIN at once.
Task<Result<std::unique_ptr<Stream>>> finish(
    int fd, SocketAddress address, Endpoint peer, std::string name, Limit limit) {
  const auto strand = co_await boost::asio::this_coro::executor;
  const auto deadline = deadline_after(limit);
  Descriptor descriptor(strand, fd);
  if (::connect(fd, address.get(), *address.size()) != 0) {
    if (errno != EINPROGRESS && errno != EINTR) co_return unreachable(name, errno);
    const Wake wake = co_await descriptor.wait_ready(Direction::write, nullptr, deadline);
    if (wake == Wake::timed_out)
      co_return fail(Errc::timed_out, fmt::format("no connection to {}: timed out", name));
    int error_number = 0;
    socklen_t size = sizeof error_number;
    ::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error_number, &size);
    if (error_number != 0) co_return unreachable(name, error_number);
  }
  const Endpoint local = local_end(fd, Endpoint());
  co_return make_socket_stream(strand, descriptor.release(), std::move(peer), local);
}

}  // namespace

Task<Result<std::unique_ptr<Stream>>> connect(Endpoint to, std::string source, Limit limit) {
  KONTOR_CO_TRY(auto address, SocketAddress::of(to.address, static_cast<std::uint16_t>(to.port)));
  KONTOR_CO_TRY(const int fd, open_socket(address, source));
  auto name = to.text();
  co_return co_await finish(fd, address, std::move(to), std::move(name), limit);
}

Task<Result<std::unique_ptr<Stream>>> connect_unix(std::string path, Limit limit) {
  KONTOR_CO_TRY(auto address, SocketAddress::of_unix(path));
  KONTOR_CO_TRY(const int fd, open_socket(address, {}));
  co_return co_await finish(fd, address, {"unix", 0}, std::move(path), limit);
}

ClientTlsContext::ClientTlsContext(std::unique_ptr<Handle> handle) : handle_(std::move(handle)) {}
ClientTlsContext::~ClientTlsContext() = default;

Result<std::shared_ptr<const ClientTlsContext>> ClientTlsContext::make(const std::string& ca_file) {
  auto handle = std::make_unique<Handle>();
  handle->context.reset(SSL_CTX_new(TLS_client_method()));
  SSL_CTX* context = handle->context.get();
  if (context == nullptr) return fail(Errc::internal, take_openssl_error());
  ERR_clear_error();
  if (ca_file.empty())
    SSL_CTX_set_default_verify_paths(context);  // none there: nothing is trusted
  else if (SSL_CTX_load_verify_file(context, ca_file.c_str()) != 1)
    return fail(Errc::bad_input, fmt::format("{} holds no certificates of authorities (PEM): {}",
                                             ca_file, take_openssl_error()));
  ERR_clear_error();
  if (SSL_CTX_dane_enable(context) != 1) return fail(Errc::internal, take_openssl_error());
  // RFC 8996: nothing older. The library's own choice of ciphers: it is better to encrypt without
  // forward secrecy than not at all (RFC 7435, 3).
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_options(context, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  return std::shared_ptr<const ClientTlsContext>(new ClientTlsContext(std::move(handle)));
}

Task<Result<void>> start_client_tls(Stream& stream,
                                    std::shared_ptr<const ClientTlsContext> context,
                                    std::string host,
                                    Verify verify,
                                    Limit limit) {
  auto* end = dynamic_cast<TlsClientEnd*>(&stream);
  if (end == nullptr) co_return fail(Errc::unsupported, "this stream cannot be a TLS client");
  TlsWish wish{std::move(context), std::move(host), verify, nullptr};
  co_return co_await end->become_tls_client(std::move(wish), limit);
}

Task<Result<void>> start_dane_tls(Stream& stream,
                                  std::shared_ptr<const ClientTlsContext> context,
                                  std::shared_ptr<const DaneTrust> trust,
                                  Limit limit) {
  auto* end = dynamic_cast<TlsClientEnd*>(&stream);
  if (end == nullptr) co_return fail(Errc::unsupported, "this stream cannot be a TLS client");
  auto base = trust->base;
  TlsWish wish{std::move(context), std::move(base), Verify::certificate, std::move(trust)};
  co_return co_await end->become_tls_client(std::move(wish), limit);
}

CertificateVerdict certificate_verdict(const Stream& stream) {
  const auto* end = dynamic_cast<const TlsClientEnd*>(&stream);
  return end != nullptr ? end->certificate_verdict() : CertificateVerdict();
}

std::string peer_certificate(const Stream& stream) {
  const auto* end = dynamic_cast<const TlsClientEnd*>(&stream);
  return end != nullptr ? end->peer_certificate() : std::string();
}

}  // namespace kontor::net
