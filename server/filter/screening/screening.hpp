// SPDX-License-Identifier: GPL-3.0-or-later
// Screening: what is known of a client before its message comes, and what the settings say is to be
// done with it (section "screening").
//
// A session has one Visit. at_mail() asks the DNS about the client once a session and about each
// new sender's domain; what it finds is refused at the recipients, so that postmaster can always be
// written to (RFC 5321, 4.5.1) and the log knows whose mail it was. What the DNS does not tell by
// checks.timeout is not known, and refuses nobody. Nothing here fails. Any thread, a Visit one.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/config/screening_rules.hpp"
#include "base/config/settings.hpp"
#include "base/core/task.hpp"
#include "base/core/time.hpp"
#include "base/net/resolver.hpp"
#include "server/filter/refusal.hpp"
#include "server/filter/screening/callout.hpp"
#include "server/filter/screening/dns_lists.hpp"
#include "server/filter/screening/greylist.hpp"
#include "server/filter/screening/names.hpp"
#include "server/filter/screening/spam_base.hpp"

namespace kontor::filter {

// What is known of one session's client, and of the sender of its mail under way.
struct Visit {
  std::optional<IpAddress> client;
  std::string hello, hello_fault;
  bool is_asked = false;  // about the client
  bool is_early = false;  // it spoke before the greeting
  bool is_spam_source = false;
  screening::ReverseName name;
  std::vector<screening::Listing> listings;         // of the client
  std::string sender;                               // empty: <>
  std::vector<screening::Listing> domain_listings;  // of the sender's domain
  screening::Verdict sender_domain = screening::Verdict::unknown;
  bool is_own_sender = false;      // of a domain of this server, where that is asked
  bool is_sender_asked = false;    // whether the address exists
  screening::SenderSaid address;   // what is known of that
  bool is_allowed = false;         // by screening.allow
  std::optional<Refusal> refusal;  // for recipients other than postmaster
};

// What the directory says of a sender's address.
enum class Owner : std::uint8_t {
  others,   // it is of no domain of this server
  known,    // it is, and somebody has it
  nobody,   // it is, and nobody has it
  unasked,  // nobody can say now
};

class Screening {
 public:
  // What is given outlives it. Rows that cannot be read say nothing: check_settings() refuses them.
  Screening(const config::Settings& settings, net::Resolver& resolver, const Clock& clock);

  bool is_enabled() const noexcept { return settings_.screening.enabled; }
  // A client that connected; `address` numeric.
  Visit enter(const std::string& address) const;
  // Why the connection is not taken at all.
  std::optional<Refusal> at_connect(const Visit& visit) const;
  void at_hello(Visit& visit, const std::string& name) const;
  // A reverse-path; empty: <>. The refusal is of this sender at once.
  Task<std::optional<Refusal>> at_mail(Visit& visit, std::string sender);
  // The sender of at_mail(), once a recipient is to be taken; asks his server once a message. The
  // refusal is of that recipient.
  Task<std::optional<Refusal>> at_sender(Visit& visit, Owner owner, std::string recipient);
  // It spoke before the greeting.
  std::optional<Refusal> at_early_talk(Visit& visit) const;
  // `recipient` exists here. The refusal is of this recipient.
  std::optional<Refusal> at_recipient(Visit& visit, const std::string& recipient);

  // "iprev=pass (mx.example.net) dnsbl=bl.example.org (127.0.0.2)", for the log.
  static std::string summary(const Visit& visit);
  // "X-Kontor-Screening: …" CRLF, folded: what was found and did not refuse; empty: nothing.
  static std::string field(const Visit& visit);
  static constexpr std::string_view k_field = "X-Kontor-Screening";

  screening::Callout& callout() noexcept { return callout_; }
  screening::Greylist& greylist() noexcept { return greylist_; }
  screening::SpamBase& spam_base() noexcept { return spam_base_; }

 private:
  Task<void> ask(Visit& visit);
  std::optional<Refusal> judge(const Visit& visit) const;

  const config::Settings& settings_;
  net::Resolver& resolver_;
  const Clock& clock_;
  config::PeerList allow_, deny_;
  std::vector<config::DnsList> dnsbl_, rhsbl_;
  screening::Greylist greylist_;
  screening::SpamBase spam_base_;
  screening::Callout callout_;
};

}  // namespace kontor::filter
