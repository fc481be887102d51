// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/admin/client.hpp"

#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace kontor::admin {
namespace {

constexpr int k_limit_seconds = 120;

struct Remote {
  AskRemote ask = nullptr;
  RemoteAccess access;
};
Remote& remote() {
  static Remote known;
  return known;
}

}  // namespace

Result<Connection> Connection::open(const std::string& data_folder) {
  if (is_remote(data_folder))
    return fail(Errc::unsupported, "this is done at the server's own machine alone");
  Connection connection(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  KONTOR_TRY(connection.connect(control_socket(data_folder)));
  return connection;
}

Connection::Connection(Connection&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

Connection::~Connection() {
  if (fd_ >= 0) ::close(fd_);
}

Result<void> Connection::connect(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path)
    return fail(Errc::bad_input, "the path is too long for a socket: " + path);
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  const timeval limit{k_limit_seconds, 0};
  ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  ::setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  if (::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return {};
  if (errno == ECONNREFUSED || errno == ENOENT)
    return fail(Errc::unavailable, "no server runs on this data folder (" + path + ")");
  return errno_error(path, errno);
}

Result<void> Connection::send(std::string_view frame) {
  while (!frame.empty()) {
    const auto sent = ::send(fd_, frame.data(), frame.size(), MSG_NOSIGNAL);
    if (sent <= 0 && (errno == EPIPE || errno == ECONNRESET))
      return fail(Errc::closed, "the server ended the connection");
    if (sent <= 0) return errno_error("sending the request", errno);
    frame.remove_prefix(static_cast<std::size_t>(sent));
  }
  return {};
}

Result<std::string> Connection::receive_bytes(std::size_t size) {
  std::string bytes(size, '\0');
  for (std::size_t have = 0; have < size;) {
    const auto got = ::recv(fd_, bytes.data() + have, size - have, 0);
    if (got == 0 || (got < 0 && errno == ECONNRESET))
      return fail(Errc::closed, "the server ended the connection");
    if (got < 0) return errno_error("waiting for the answer", errno);
    have += static_cast<std::size_t>(got);
  }
  return bytes;
}

Answer Connection::receive() {
  KONTOR_TRY(const auto header, receive_bytes(k_frame_header));
  KONTOR_TRY(const auto length, frame_length(header, k_max_answer));
  KONTOR_TRY(const auto content, receive_bytes(length));
  return parse_answer(content);
}

void set_remote(AskRemote ask) { remote().ask = ask; }
void set_remote_access(RemoteAccess access) { remote().access = std::move(access); }
bool is_remote(std::string_view place) { return place.starts_with("https://"); }

Answer ask_server(const std::string& place, const NamedRequest& request) {
  if (is_remote(place) && remote().ask != nullptr)
    return remote().ask(place, remote().access, request);
  KONTOR_TRY(auto connection, Connection::open(place));
  KONTOR_TRY(const auto frame, make_frame(print_request(request)));
  // A request that is too large is answered while it is being sent.
  const auto sent = connection.send(frame);
  auto answer = connection.receive();
  if (!sent && !answer && answer.error().code() == Errc::closed) return fail(sent.error());
  return answer;
}

}  // namespace kontor::admin
