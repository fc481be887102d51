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

// unavailable: no server answers there. no_permission: its socket may not be opened. Else what the
// server answered.
Answer ask_server(const std::string& data_folder, const NamedRequest& request);

}  // namespace kontor::admin
