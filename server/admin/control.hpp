// SPDX-License-Identifier: GPL-3.0-or-later
// ControlServer: the administrator's side door, a local socket in the data folder that kontorctl
// speaks to.
//
// The socket (DATA/run/control.sock, mode 0660) is the right to use it: whoever may open it may
// administer. A frame is a 4-byte length (most significant byte first) and JSON; one request, one
// answer a connection (docs/formats/control.md). The verbs stand in one table,
// server/admin/verbs.hpp. A few connections are served at once; the next wait.
#pragma once
#include <boost/asio/awaitable.hpp>
#include <functional>
#include <memory>
#include <string>

#include "base/config/settings.hpp"
#include "base/core/result.hpp"
#include "base/core/task.hpp"
#include "base/core/time.hpp"
#include "base/log/log.hpp"
#include "directory/model/model.hpp"
#include "server/delivery/delivery.hpp"
#include "server/trace/sessions.hpp"
#include "store/mailbox/account_store.hpp"

namespace kontor::admin {

// What the directory's side says of itself, for `kontorctl directory status`.
struct DirectoryStatus {
  std::string source;      // "local", "ad"
  std::string controller;  // who is followed; empty: nobody
  bool connected = false;
  std::string problem;  // why not; empty: none
};

// What the verbs work on; everything outlives the server.
struct Environment {
  const config::Settings& settings;
  directory::Directory& directory;
  store::AccountStore& store;
  delivery::Delivery& delivery;
  trace::Sessions& sessions;
  const Clock& clock;
  std::function<DirectoryStatus()> directory_status;  // may be empty
  log::Context log;
};

// The socket's path in a data folder.
std::string control_socket(const std::string& data_folder);

class ControlServer {
 public:
  // Makes DATA/run and the socket (a stale one is replaced) and listens. busy: another server
  // answers on it. Blocking, shortly.
  static Result<std::unique_ptr<ControlServer>> listen(boost::asio::any_io_executor executor,
                                                       const Environment& environment);
  ~ControlServer();
  // Serves until stop(); then ends when the requests under way have their answers. Never throws.
  Task<void> run();
  // Any thread. Removes the socket.
  void stop();

 private:
  struct State;
  explicit ControlServer(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace kontor::admin
