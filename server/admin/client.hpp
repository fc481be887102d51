// SPDX-License-Identifier: GPL-3.0-or-later
// Asks the server of a data folder over its control socket. Blocking, at most two minutes a step.
#pragma once
#include <string>
#include <string_view>

#include "server/admin/frame.hpp"

namespace kontor::admin {

// A connection to the server, for verbs that send more than one frame.
class Connection {
 public:
  // `data_folder` may be the address of a server elsewhere (server/admin/remote.hpp), for verbs of
  // one
  // question and one answer.
  // unavailable: no server answers there. no_permission: its socket may not be opened.
  static Result<Connection> open(const std::string& data_folder);
  Connection(Connection&& other) noexcept;
  Connection& operator=(Connection&& other) = delete;
  ~Connection();
  // closed: the server ended the connection.
  Result<void> send(std::string_view frame);
  Answer receive();

 private:
  explicit Connection(int fd) : fd_(fd) {}
  Result<void> connect(const std::string& path);
  Result<std::string> receive_bytes(std::size_t size);
  int fd_;
};

// How to sign in to a server elsewhere.
struct RemoteAccess {
  std::string user = {};      // empty: with the ticket that there is
  std::string password = {};  // of the user
  std::string ca_file = {};   // whom to trust; empty: the system's
};
using AskRemote = Answer (*)(const std::string& address,
                             const RemoteAccess& access,
                             const NamedRequest& request);
// For the whole program, before the first question; without it servers elsewhere are not asked.
void set_remote(AskRemote ask);
void set_remote_access(RemoteAccess access);
// Is it the address of a server elsewhere ("https://mail.your.domain"), and no data folder?
bool is_remote(std::string_view place);

// unavailable: no server answers there. no_permission: its socket may not be opened. Else what the
// server answered. `place` is a data folder, or the address of a server elsewhere, which is asked
// over its administration interface.
Answer ask_server(const std::string& place, const NamedRequest& request);

}  // namespace kontor::admin
