// SPDX-License-Identifier: GPL-3.0-or-later
// People and groups as the server knows them: one model for every source (embedded LDIF, Active
// Directory).
//
// A DirectoryCopy is the last complete knowledge of all sources: immutable, shared, read without
// locks by every thread. People are named by {source, GUID}; DN, address and login name may change
// at any time.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/result.hpp"
#include "base/core/uuid.hpp"

namespace kontor::directory {

struct PrincipalId {
  std::string source;  // "local", "ad"
  Uuid guid;           // entryUUID or objectGUID
  auto operator<=>(const PrincipalId&) const = default;
  std::string text() const;  // "ad:xxxxxxxx-…"
};

enum class Kind : std::uint8_t { person, group, contact, room };
enum class State : std::uint8_t { enabled, disabled, expired };

// A security identifier in its string form, "S-1-5-21-…" ([MS-DTYP] 2.4.2.1). The embedded
// directory has SIDs too, made from entryUUID.
using Sid = std::string;

// What the directory says against a person's signing in, besides State ([MS-ADTS] 2.2.16,
// [MS-ADA1], [MS-ADA3]).
struct AccountLimits {
  std::uint32_t control = 0;                 // userAccountControl
  std::optional<std::int64_t> locked_until;  // UTC seconds; the largest number: till unlocked
  bool must_change_password = false;         // pwdLastSet is 0
  std::string logon_hours;                   // 21 bytes, an hour a bit, UTC; empty: always

  bool operator==(const AccountLimits&) const = default;
};

// What the directory says about mail to and from somebody: Exchange's attributes, where the schema
// has them ([MS-OXOABK]), and managedBy.
struct MailRules {
  bool is_hidden = false;                    // msExchHideFromAddressLists
  bool signed_in_only = false;               // msExchRequireAuthToSendTo
  bool deliver_and_redirect = false;         // a copy stays when there is an alternate recipient
  std::string target_address;                // targetAddress, without "SMTP:"; mail goes there
  std::optional<PrincipalId> alternate;      // altRecipient
  std::optional<PrincipalId> owner;          // managedBy of a group, manager of a person
  std::vector<PrincipalId> allowed_senders;  // authOrig, dLMemSubmitPerms; empty: everybody
  std::vector<PrincipalId> refused_senders;  // unauthOrig, dLMemRejectPerms
  std::vector<PrincipalId> delegates;        // publicDelegates
  std::vector<PrincipalId> shared_with;      // msExchDelegateListLink
  std::vector<std::string> x500;             // legacyExchangeDN and X500: addresses, lower case
  std::optional<std::uint64_t> quota_warning, quota_send, quota_receive;  // mDB*Quota, bytes
  std::int64_t recipient_type = 0;           // msExchRecipientTypeDetails
  bool is_moderated = false;                 // msExchEnableModeration; msExchModeratedByLink counts
  std::vector<PrincipalId> moderators;       // msExchModeratedByLink; empty: the owner
  std::vector<PrincipalId> past_moderation;  // msExchBypassModeration…Link: pass without asking
  std::uint32_t moderation_flags = 6;        // msExchModerationFlags

  bool operator==(const MailRules&) const = default;
};

// What the address book shows besides. One line each, but for `photo`.
struct Card {
  std::string initials, mobile, fax;
  std::string street, city, region, postal_code, country;
  std::string photo;  // its name on the photo shelf (directory/gal/photo_shelf.hpp); empty: none

  bool operator==(const Card&) const = default;
};

struct Principal {
  PrincipalId id;
  Kind kind = Kind::person;
  State state = State::enabled;
  Sid sid;           // empty for contacts
  std::string dn;    // for the administrator; never a key
  std::string name;  // displayName or cn
  std::string given_name, surname;
  std::string account_name;            // sAMAccountName or uid
  std::string netbios_domain;          // DOMAIN of DOMAIN\user; empty in the embedded directory
  std::string principal_name;          // userPrincipalName
  std::string domain;                  // DNS domain
  std::string mail;                    // primary address, as written; empty: no mailbox, no list
  std::vector<std::string> addresses;  // all of them with the primary one, lower case
  std::string title, department, company, telephone, office;
  Card card;
  std::vector<PrincipalId> members;     // of a group: direct ones
  std::vector<PrincipalId> member_of;   // direct ones, primary group included
  std::optional<std::int64_t> expires;  // UTC seconds; accountExpires
  bool is_admin = false;                // belongs, nested, to the administrators' group
  std::uint8_t rank = 0;         // of its source in the settings: the lower has a contested name
  std::uint32_t group_type = 0;  // groupType ([MS-ADTS] 2.2.12); 0: unknown
  std::vector<Sid> sid_history;  // sIDHistory, sorted
  std::vector<std::string> policies;  // values of the attribute for policies, as written
  AccountLimits limits;
  MailRules mail_rules;
  // Differs whenever the password was changed (pwdLastSet; a digest of the stored hashes), so that
  // remembered passwords are dropped. Means nothing else.
  std::string credential_stamp;

  bool operator==(const Principal&) const = default;
  bool has_mailbox() const { return (kind == Kind::person || kind == Kind::room) && !mail.empty(); }
};

struct Changes;  // directory/model/source.hpp

// Who differs between two copies, sorted.
struct CopyDifference {
  std::vector<PrincipalId> added, changed, removed;
};

class DirectoryCopy {
 public:
  // Takes the people and groups of all sources. Two with one address: the first in {rank, source,
  // GUID} order has it, problems() says so. Group loops are harmless.
  DirectoryCopy(std::vector<Principal> principals, std::uint64_t generation);
  ~DirectoryCopy();
  // This copy with changes; everything that did not change is shared between both.
  std::shared_ptr<const DirectoryCopy> with(Changes changes, std::uint64_t generation) const;
  // From `before` to this copy; cheap when one came from the other by with().
  CopyDifference difference_from(const DirectoryCopy& before) const;

  std::uint64_t generation() const noexcept;
  std::size_t size() const noexcept;
  // Everybody, sorted by id. Made at the first call.
  const std::vector<std::shared_ptr<const Principal>>& all() const noexcept;
  std::shared_ptr<const Principal> find(const PrincipalId& id) const;
  std::shared_ptr<const Principal> find_sid(std::string_view sid) const;
  // Has somebody in the copy this SID, now or in his sid_history?
  bool knows_sid(std::string_view sid) const;
  // By mail address, any case; plus addresses are not looked through here.
  std::shared_ptr<const Principal> find_address(std::string_view address) const;
  // Everybody who claims a mail address, find_address()'s first.
  std::vector<std::shared_ptr<const Principal>> find_claimants(std::string_view address) const;
  // By an address of type X500 ("/o=Org/…/cn=x", any case); nullptr when unknown or ambiguous.
  std::shared_ptr<const Principal> find_x500(std::string_view address) const;
  // A person by UPN, name@domain, mail address, DOMAIN\name (DNS or NetBIOS name), or a short name
  // of `default_domain` (of any domain when that is empty); nullptr when unknown or ambiguous. Of
  // several with that name the one of the lowest rank has it, unless two of that rank have.
  std::shared_ptr<const Principal> find_login(std::string_view login,
                                              std::string_view default_domain) const;
  // The people, rooms and contacts a group stands for, nested to any depth, each once, sorted;
  // loops are safe. Disabled ones are left out unless asked for, and so is who has no address.
  std::vector<std::shared_ptr<const Principal>> expand(const PrincipalId& group,
                                                       bool with_disabled = false) const;
  // The principal's SID and those of all groups it belongs to, nested, each with its history.
  // Sorted, each once.
  std::vector<Sid> effective_sids(const PrincipalId& id) const;
  // Some person, room or group has an address of this domain (a contact's does not count).
  bool is_local_domain(std::string_view domain) const;
  const std::vector<std::string>& problems() const noexcept;  // for the administrator
  // A state at a moment: an account past its `expires` is expired.
  static State state_at(const Principal& principal, std::int64_t now);

 private:
  struct Index;
  explicit DirectoryCopy(std::unique_ptr<const Index> index);
  std::unique_ptr<const Index> index_;
};

// Addresses lower case with `mail` among them, each once; members and member_of sorted, each once.
// A copy holds only such principals. Returns what was left out, for the administrator, or nothing.
std::string normalise(Principal& principal);
// An address, domain or login as copies compare it: lower case, all of Unicode's simple mappings.
std::string fold_name(std::string_view name);

// How somebody proved who he is. With an app password it is `password`, too: see Identity.
enum class Proof : std::uint8_t { password, ticket, ntlm };

// Who a session belongs to: the value it carries from sign-in on.
struct Identity {
  PrincipalId id;
  std::string name;       // displayName
  std::string mail;       // primary address
  std::string login;      // as signed in
  std::vector<Sid> sids;  // effective, sorted
  bool is_admin = false;
  Proof proof = Proof::password;
  std::vector<Sid> ticket_sids;  // of domains that are not copied, as the ticket said; in sids too
  std::int64_t ticket_ends = 0;  // UTC seconds, when ticket_sids end; 0: not known
  std::string app_password;      // id of the one he signed in with (server/trace); empty: none
};

// Keeps a subscription alive.
class Subscription {
 public:
  Subscription() = default;
  explicit Subscription(std::shared_ptr<void> handle) : handle_(std::move(handle)) {}

 private:
  std::shared_ptr<void> handle_;
};

// The newest copy and word of every newer one. Any thread.
class Directory {
 public:
  virtual ~Directory() = default;
  virtual std::shared_ptr<const DirectoryCopy> current() const = 0;  // never null
  // `changed` is called on any thread after a newer copy is current; shortly.
  virtual Subscription subscribe(std::function<void()> changed) = 0;
};

}  // namespace kontor::directory
