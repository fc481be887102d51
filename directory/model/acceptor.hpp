// SPDX-License-Identifier: GPL-3.0-or-later
// How a sign-in is checked inside kontor-directory: SASL mechanisms (RFC 4422) and password checks.
//
// Everything here may block and runs on kontor-directory's pools, never two calls on one object at
// a time unless said otherwise; Kerberos and password checks have pools of their own, so a hanging
// controller does not stall tickets. An Error's detail is the true reason: it is logged and never
// reaches a client. auth_failed: the peer is wrong; unavailable: nobody could check, try later.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/result.hpp"
#include "directory/model/model.hpp"
#include "directory/model/sign_in.hpp"

namespace kontor::directory {

// Who the mechanism says it is. Whether he may sign in (known, a person, enabled, not expired, may
// act as authorization_id) is decided by the caller against the directory copy.
struct Authenticated {
  std::string name;              // as DirectoryCopy::find_login takes it: "alice@AD.EXAMPLE.TEST"
  std::string authorization_id;  // asked for; empty: his own
  Sid sid;                      // of the person, from the PAC; empty: not known. Counts before name
  std::vector<Sid> group_sids;  // from the PAC, all of them; empty without one
  std::int64_t ticket_ends = 0;  // UTC seconds, of a ticket
  Proof proof = Proof::ticket;
};

struct AcceptStep {
  bool done = false;
  std::string challenge;        // base64 not applied; at `done` success data
  Authenticated authenticated;  // at `done`
};

// One exchange on the server's side. Destroying it gives it up.
class Acceptor {
 public:
  virtual ~Acceptor() = default;
  // `response`: decoded; nothing when the client sent no initial response. bad_input: the bytes do
  // not follow the mechanism.
  virtual Result<AcceptStep> step(std::optional<std::string> response) = 0;
  // Whom the client claims to be, as far as it has said, for the log of a refusal; may be empty.
  virtual std::string claimed_name() const { return {}; }
};

// A mechanism kontor-directory offers: makes acceptors.
class Mechanism {
 public:
  virtual ~Mechanism() = default;
  virtual std::string name() const = 0;             // "GSSAPI", "GSS-SPNEGO"
  virtual bool needs_tls() const { return false; }  // PLAIN and LOGIN do
  // Whose threads its steps run on, by what they may have to wait for.
  enum class Pool : std::uint8_t { tickets, passwords, ntlm };
  virtual Pool pool() const { return Pool::tickets; }
  // Any thread; must not block. unavailable: no keytab that could be read, with the reason.
  virtual Result<std::unique_ptr<Acceptor>> begin(const SignInContext& context) = 0;
};

// Checks passwords for the people of one source.
class PasswordChecker {
 public:
  virtual ~PasswordChecker() = default;
  virtual std::string source() const = 0;  // of the PrincipalIds it can check
  // Any thread, several at a time. `login` is what the client sent, `principal` whom it names in
  // the copy; disabled and expired ones are refused before. The password is never empty and has no
  // NUL. ok, auth_failed (wrong, locked, must change: the reason in the detail), or unavailable.
  virtual Result<void> check(const Principal& principal,
                             std::string_view login,
                             std::string_view password) = 0;
  // Does whom it asks know about locks of accounts, and better than the copy (fine-grained
  // policies)? Then a locked account is asked about, too.
  virtual bool judges_locks() const { return false; }
  // Spends the time of a check for a name that is not known, so that time does not tell names.
  virtual void check_unknown(std::string_view password) = 0;
};

}  // namespace kontor::directory
