// SPDX-License-Identifier: GPL-3.0-or-later
// The sign-in seam: protocol front ends on one side, the process that holds keytab and directory on
// the other.
//
// A front end starts an Exchange for a SASL mechanism (RFC 4422) and carries its steps; the outcome
// is an Identity or an Error. auth_failed says nothing to the client; the true reason is logged on
// the other side. unavailable means that nobody could check (controllers down): the client is told
// to try later.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/core/result.hpp"
#include "base/core/task.hpp"
#include "directory/model/model.hpp"

namespace kontor::directory {

struct SignInContext {
  std::string service;       // GSSAPI service name: "imap", "smtp", "pop", "sieve", "HTTP", "ldap"
  std::string peer_address;  // numeric, for the log and for demo mode
  std::string session;       // id of the connection in logs
  bool is_tls = false;
  std::string channel_binding;  // RFC 5929 tls-server-end-point, empty without TLS
};

struct SaslStep {
  bool done = false;
  std::string
      challenge;      // to be sent, base64 not yet applied; at `done` success data, may be empty
  Identity identity;  // at `done`
  std::string authorization_id;  // asked for by the client; empty: his own
};

// One sign-in. Destroying it gives it up.
class SaslExchange {
 public:
  virtual ~SaslExchange() = default;
  // `response` is the client's decoded response; nothing when it sent no initial response (then a
  // mechanism that starts with the client answers with an empty challenge).
  virtual Task<Result<SaslStep>> step(std::optional<std::string> response) = 0;
};

class SignInService {
 public:
  virtual ~SignInService() = default;
  // Mechanisms to announce, in order of preference: PLAIN and LOGIN only when `is_tls`.
  virtual std::vector<std::string> mechanisms(bool is_tls) const = 0;
  // unsupported: no such mechanism, or not on a connection without TLS.
  virtual Result<std::unique_ptr<SaslExchange>> begin(std::string mechanism,
                                                      SignInContext context) = 0;
  // IMAP LOGIN and tests: name and password, as PLAIN.
  virtual Task<Result<Identity>> check_password(std::string login,
                                                std::string password,
                                                SignInContext context) = 0;
};

}  // namespace kontor::directory
