// SPDX-License-Identifier: GPL-3.0-or-later
// Session: the state of one LDAP connection, and its input and output as operations use them.
//
// Requests are carried out one after another. An Error that a function here gives ends the
// connection: bad_input and limit (no LDAP) too.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "server/ldap/listing.hpp"
#include "server/ldap/server.hpp"
#include "server/ldap/wire/response.hpp"
#include "server/line/connection.hpp"

namespace kontor::ldap {

extern const line::Protocol k_protocol;

// A SASL bind under way (RFC 4513, 5.2.1).
struct SaslBind {
  std::string mechanism;
  std::unique_ptr<directory::SaslExchange> exchange;
  std::size_t steps = 0;
};

class Session : public line::Connection {
 public:
  Session(std::unique_ptr<net::Stream> stream,
          const Environment& environment,
          std::unique_ptr<trace::Session> row);

  const Environment& environment() const noexcept { return *environment_; }

  // The next whole message.
  Task<Result<std::string>> read_message();
  // An LDAPResult that is no success goes to the log, too.
  void answer(std::int32_t id,
              std::uint8_t tag,
              const wire::Outcome& outcome,
              const std::vector<wire::Control>& controls = {});
  void note_refusal(const wire::Outcome& outcome) const;

  // limit: too many connections of this person.
  Result<void> enter(directory::Identity identity);
  // Nobody again (RFC 4511, 4.2.1).
  void leave();

  std::optional<SaslBind> sasl;
  std::shared_ptr<const Listing>
      listing;                 // of the last search that was asked for in pages or views
  std::uint64_t pages = 0;     // number of `listing` in cookies
  std::uint32_t failures = 0;  // binds refused
  std::uint64_t requests = 0;

 private:
  Task<Result<void>> talk() override;
  void say_goodbye(const Error& error) override;
  void note_failure(std::string_view what) const override;
  void note_end(std::string_view reason) const override;
  Task<Result<void>> wait_for_request();

  const Environment* environment_;
};

}  // namespace kontor::ldap
