// SPDX-License-Identifier: GPL-3.0-or-later
// A client's connection to an IMAP server elsewhere. Blocking; one thread; memory: one response,
// whose literals are bounded. The peer is not trusted: what it sends beyond its limits ends the
// connection. Failure: unavailable, timed_out, closed, bad_input (the peer's), auth_failed.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "server/admin/imap_source/reply.hpp"

namespace kontor::admin::imap_source {

struct Peer {
  std::string host;
  std::string port = "143";
  enum class Tls : std::uint8_t { implicit, starttls, none } tls = Tls::starttls;
  std::string ca_file;  // empty: the system's authorities
  bool verify = true;   // the certificate, and that it is for `host`
};
// "imap.example.org", "imap.example.org:993", "[::1]:143"; 993 is implicit TLS. bad_input.
Result<Peer> parse_peer(std::string_view text);

struct Login {
  std::string user;
  std::string password;
  std::string authzid;  // whose mailbox, when `user` is a master user (SASL PLAIN); empty: user's
};

class ImapConnection {
 public:
  // Connected, TLS on, greeted.
  static Result<ImapConnection> open(const Peer& peer);
  ImapConnection(ImapConnection&&) noexcept;
  ~ImapConnection();

  Result<void> sign_in(const Login& login);
  bool can(std::string_view capability) const;
  // `text` without tag and CRLF; `each` sees every untagged response. The tagged one when it is OK;
  // else bad_input with what the server said. A literal longer than `most` ends the connection.
  using Each = std::function<Result<void>(Reply)>;
  Result<Reply> command(std::string_view text, const Each& each, std::uint64_t most = 65'536);
  // A mailbox name as an argument, quoted.
  static std::string argument(std::string_view name);

 private:
  struct State;
  explicit ImapConnection(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace kontor::admin::imap_source
