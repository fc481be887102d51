// SPDX-License-Identifier: GPL-3.0-or-later
// One signed-in connection to a domain controller (RFC 4511), every call bounded in time.
//
// It is sealed by Kerberos (SASL GSSAPI) or inside StartTLS, never bare, but for a server on this
// machine. Kerberos inside TLS carries the channel binding (RFC 5929, 4), so that nobody between
// can pass the ticket on. Referrals are not followed. Blocks; one thread at a time. Failures:
// unavailable or timed_out (the connection is then of no more use), not_found (no such object),
// no_permission, bad_input (the controller refused the request).
#pragma once
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/core/result.hpp"
#include "directory/krb/client.hpp"
#include "directory/krb/controllers.hpp"
#include "directory/ldap/dirsync.hpp"
#include "directory/ldap/entry.hpp"
#include "directory/ldap/watchdog.hpp"

namespace kontor::directory {

struct BindOptions {
  bool use_kerberos = true;             // else a simple bind
  bool use_tls = true;                  // StartTLS; Kerberos is then bound to it, else it seals
  ServiceIdentity identity;             // for Kerberos
  std::string name;                     // for the simple bind; empty: anonymous
  std::string password_file;            // must not be readable by others
  std::optional<std::string> password;  // instead of a file
  std::string section = "ad";           // of the settings, for sentences
  std::string ca_file;                  // empty: the machine's authorities
  std::chrono::milliseconds timeout{4'000};
};

enum class Scope : unsigned char { base, subtree };

using Patience = std::function<bool(std::chrono::milliseconds silence)>;

struct Search {
  std::string base;
  Scope scope = Scope::subtree;
  std::string filter = "(objectClass=*)";
  std::vector<std::string> attributes;
  bool extended_dn = false;                        // values that are DNs come with their GUIDs
  bool show_deleted = false;                       // tombstones too
  std::optional<std::chrono::milliseconds> limit;  // for each message, if not the connection's
  // Asked when `limit` is over without a message, with the time since the last one: true: wait for
  // as long again. Else one that came meanwhile is still taken.
  Patience is_worth_waiting = {};
};

using EntryTaker = std::function<Result<void>(Entry)>;  // an error ends the search

class Connection {
 public:
  // Connects to one address of `controller` after another, seals and signs in. `transport` and
  // `dog` outlive the connection.
  static Result<std::unique_ptr<Connection>> open(const Controller& controller,
                                                  const BindOptions& options,
                                                  const KdcTransport& transport,
                                                  Watchdog& dog);
  virtual ~Connection() = default;
  // A search in pages (RFC 2696), so that no limit of the controller cuts it.
  virtual Result<void> search(const Search& what, const EntryTaker& take) = 0;
  // One round of DirSync ([MS-ADTS] 3.1.1.3.4.1.3) from `cookie`; empty: from the beginning.
  // no_permission, bad_input: the controller refuses it, or this cookie.
  virtual Result<DirSyncAnswer> sync(const Search& what,
                                     std::int32_t flags,
                                     const std::string& cookie,
                                     const EntryTaker& take) = 0;
  // Starts the notification search ([MS-ADTS] 3.1.1.3.4.1.9): from now on readable() may become
  // true.
  virtual Result<void> watch(const std::string& base) = 0;
  // Waits until something changed below the watched base, `other_fd` is readable, or `limit` is
  // over; true: something changed.
  virtual Result<bool> wait_change(int other_fd, std::chrono::milliseconds limit) = 0;
};

// The one entry of a base search.
Result<Entry> read_entry(Connection& connection,
                         const std::string& dn,
                         std::vector<std::string> attributes,
                         std::optional<std::chrono::milliseconds> limit = {},
                         Patience is_worth_waiting = {});

// The first line of a file that only its owner may read. no_permission: others may. `setting` is
// for the sentence.
Result<std::string> read_password(const std::string& file, const std::string& setting);

}  // namespace kontor::directory
