// SPDX-License-Identifier: GPL-3.0-or-later
// AuditLog: what administrators looked at, in the files of DATA/audit (docs/formats/audit.md).
//
// Records are only ever added. Each bears the hash of itself and of the one before it, so that a
// record that was changed or taken out from between others shows; so that one taken off the end
// shows, too, number and hash of each record stand in the server's log. A record is on the device
// when add() returns; who cannot have it written does nothing that has to be recorded.
#pragma once
#include <boost/json/object.hpp>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/core/result.hpp"
#include "base/core/task.hpp"
#include "base/core/time.hpp"
#include "base/io/file_system.hpp"
#include "base/io/work_pool.hpp"
#include "base/log/log.hpp"
#include "server/admin/audit_chain.hpp"

namespace kontor::admin {

// A file as full as this is put aside under the number of its last record, and the next begun.
inline constexpr std::uint64_t k_audit_file_full = 64U << 20U;

class AuditLog {
 public:
  // Everything outlives it. `folder` is made by the first record.
  AuditLog(io::FileSystem& files,
           std::string folder,
           io::WorkPool& pool,
           const Clock& clock,
           log::Context log,
           std::uint64_t full = k_audit_file_full);
  ~AuditLog();

  // Adds a record: `fields` with its number, the time, `kind` and who it was before them. `peer` is
  // the other end of the control socket. A file that is not sound is kept beside under another
  // name, and the new one begins with a record that says so.
  Task<Result<AuditStamp>> add(std::string kind, std::string peer, boost::json::object fields);

 private:
  struct State;
  static Result<AuditStamp> append(State& state, std::string_view kind, boost::json::object fields);
  std::shared_ptr<State> state_;
  io::WorkPool& pool_;
};

std::string audit_folder(const std::string& data_folder);
// Who connected, of a net::Endpoint's "unix uid=0 pid=123": uid, the user's name, and as whom he
// signed in to the machine, if that was another (sudo). Or "account=anna@example.test
// address=192.0.2.7", of who signed in to the interface. Blocking.
boost::json::object who_is(std::string_view peer);

}  // namespace kontor::admin
