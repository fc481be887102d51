// SPDX-License-Identifier: GPL-3.0-or-later
// The table of open connections: for limits, for `kontorctl sessions`, and to end those of a
// person. Any thread.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/core/result.hpp"
#include "base/core/time.hpp"
#include "base/net/stream.hpp"
#include "directory/model/model.hpp"

namespace kontor::trace {

struct SessionInfo {
  std::uint64_t id = 0;
  std::string protocol;  // imap, smtp, submission, lmtp
  net::Endpoint peer;
  std::string user;   // login name; empty before sign-in
  std::string state;  // protocol's own word: "idle INBOX"
  bool tls = false;
  UtcSeconds since{};
};

// One row; leaves the table when destroyed.
class Session {
 public:
  virtual ~Session() = default;
  virtual std::uint64_t id() const noexcept = 0;
  // limit: too many connections of this person.
  virtual Result<void> set_identity(const directory::Identity& identity) = 0;
  // `renewed` is called (any thread, shortly) when take_renewed() has something; as with on_end().
  virtual void on_renewed(std::function<void()> renewed) = 0;
  // Nobody's again: as before set_identity().
  virtual void clear_identity() {}
  // The identity of the same person that renew() put in force since the last call; to be asked
  // before each command. Costs a load when there is none.
  virtual std::optional<directory::Identity> take_renewed() { return std::nullopt; }
  virtual void set_state(std::string state) = 0;
  virtual void set_tls(bool tls) = 0;
  // `end` is called (any thread, shortly) when the session must end, with the reason for the
  // client. It must not call into Sessions; it is not running any more when the Session is gone.
  virtual void on_end(std::function<void(std::string reason)> end) = 0;
};

class Sessions {
 public:
  struct Limits {
    std::uint32_t all = 10'000, per_address = 1'000, per_person = 1'000;
  };
  static std::unique_ptr<Sessions> make(Limits limits, const Clock& clock);
  virtual ~Sessions() = default;
  // limit: too many connections in all or from that address.
  virtual Result<std::unique_ptr<Session>> enter(std::string protocol,
                                                 const net::Endpoint& peer,
                                                 bool tls) = 0;
  virtual std::vector<SessionInfo> list() const = 0;
  // Ends all sessions of a person; how many there were.
  virtual std::size_t end(const directory::PrincipalId& person, std::string reason) = 0;
  // Ends one session, if it is still this person's; false: it is not, or is ending already.
  virtual bool end_session(std::uint64_t session,
                           const directory::PrincipalId& person,
                           std::string reason) = 0;
  // Ends the sessions of a protocol; how many there were.
  virtual std::size_t end_protocol(const std::string& protocol, std::string reason) = 0;
  // Ends every session: the server stops.
  virtual std::size_t end_all(std::string reason) = 0;
  // Those people whose sessions are open, each once.
  virtual std::vector<directory::PrincipalId> people() const = 0;
  // Who each signed-in session belongs to now.
  using SharedIdentity = std::shared_ptr<const directory::Identity>;
  virtual std::vector<std::pair<std::uint64_t, SharedIdentity>> identities() const { return {}; }
  // The directory changed: the session goes on with this one from its next command on. Nothing
  // when the session is gone, or is somebody else's by now.
  virtual void renew(std::uint64_t, SharedIdentity) {}
};

}  // namespace kontor::trace
