// SPDX-License-Identifier: GPL-3.0-or-later
// SETACL, DELETEACL, GETACL, LISTRIGHTS and MYRIGHTS (RFC 4314, 3). Negative rights are kept and
// count. The owner's rights are no entry of the list: he has all of them always, and nothing can
// take them from him.
#include <algorithm>
#include <expected>

#include "directory/model/shared_mailbox.hpp"
#include "server/imap/handlers.hpp"
#include "server/imap/mailbox.hpp"
#include "server/imap/wire/acl_args.hpp"
#include "server/imap/wire/arguments.hpp"
#include "server/sharing/identifier.hpp"

namespace kontor::imap {
namespace {

constexpr std::string_view k_owner_sentence = "the owner of a mailbox has all rights in it";

struct Target {
  Mailbox mailbox;
  store::Binding who;
  bool is_owner = false;
};

Tagged nobody() { return {Status::no, "", "no person or group of that name"}; }

// A folder whose list may be changed. RFC 4314, 6: who may not see it is told it is not there.
Task<Result<Mailbox>> administered(Session& session, std::string name) {
  KONTOR_CO_TRY(auto mailbox, co_await find_mailbox(session, std::move(name)));
  if (!session.may(*mailbox.account, mailbox.folder, Right::administer))
    co_return fail(Errc::no_permission, "needs a");
  co_return mailbox;
}

// The mailbox and who is meant, or the answer when that cannot be.
Task<std::expected<Target, Tagged>> find_target(Session& session, wire::AclTarget wanted) {
  using Answer = std::expected<Target, Tagged>;
  auto mailbox = co_await administered(session, wanted.mailbox);
  if (!mailbox) co_return Answer(std::unexpected(refusal(mailbox.error())));
  auto who =
      sharing::find_principal(*session.env.directory.current(),
                              session.env.settings.directory.default_domain, wanted.who.name);
  if (!who) co_return Answer(std::unexpected(nobody()));
  const bool is_owner = *who == mailbox->account->view().binding();
  co_return Answer(Target{*std::move(mailbox), *std::move(who), is_owner});
}

// RFC 4314, 7: identifier = astring; what is not ASCII goes as a literal to clients of any
// revision.
std::string identifier_text(const std::string& identifier) {
  const auto is_ascii = [](char c) { return static_cast<unsigned char>(c) < 0x80; };
  if (std::ranges::all_of(identifier, is_ascii)) return wire_text(identifier);
  return "{" + std::to_string(identifier.size()) + "}\r\n" + identifier;
}

Task<Result<Tagged>> change(Mailbox mailbox, store::AccessChange change) {
  auto changed = co_await mailbox.account->set_access(mailbox.folder.id, std::move(change));
  if (!changed) co_return refusal(changed.error());
  co_return Tagged();
}

std::string listed(const Session& session, const Mailbox& mailbox) {
  const auto view = mailbox.account->view();
  const auto copy = session.env.directory.current();
  std::string text;
  const auto add = [&](const std::string& identifier, store::RightBits rights) {
    text.append(" ").append(identifier_text(identifier)).append(" ").append(rights_text(rights));
  };
  if (view.binding() != directory::public_folders_owner<store::Binding>())
    add(sharing::identifier_of(*copy, view.binding()), store::k_all_rights);
  for (const auto& entry : view.access(mailbox.folder.id))
    add((entry.negative ? "-" : "") + sharing::identifier_of(*copy, entry.principal), entry.rights);
  return text;
}

}  // namespace

Task<Result<Tagged>> cmd_setacl(Session& session, Request request) {
  const auto arguments = wire::parse_set_acl(request.arguments, session.enabled.utf8);
  if (!arguments) co_return bad_syntax(arguments.error());
  auto target = co_await find_target(session, arguments->target);
  if (!target) co_return target.error();
  const auto rights = store::rights_of(arguments->rights).value_or(0);
  if (target->is_owner) {
    const bool takes_none =
        !arguments->target.who.negative &&
        (arguments->action == wire::RightsAction::add || rights == store::k_all_rights);
    if (takes_none) co_return Tagged();
    co_return Tagged(Status::no, "CANNOT", std::string(k_owner_sentence));
  }
  store::AccessChange wanted;
  wanted.principal = std::move(target->who);
  wanted.negative = arguments->target.who.negative;
  wanted.rights = rights;
  using Action = store::AccessChange::Action;
  if (arguments->action == wire::RightsAction::add) wanted.action = Action::add;
  if (arguments->action == wire::RightsAction::remove) wanted.action = Action::remove;
  co_return co_await change(std::move(target->mailbox), std::move(wanted));
}

Task<Result<Tagged>> cmd_deleteacl(Session& session, Request request) {
  const auto arguments = wire::parse_acl_target(request.arguments, session.enabled.utf8);
  if (!arguments) co_return bad_syntax(arguments.error());
  auto target = co_await find_target(session, *arguments);
  if (!target) co_return target.error();
  if (target->is_owner) co_return Tagged(Status::no, "CANNOT", std::string(k_owner_sentence));
  store::AccessChange wanted;
  wanted.principal = std::move(target->who);
  wanted.negative = arguments->who.negative;
  co_return co_await change(std::move(target->mailbox), std::move(wanted));
}

Task<Result<Tagged>> cmd_getacl(Session& session, Request request) {
  const auto name = wire::parse_mailbox(request.arguments, session.enabled.utf8);
  if (!name) co_return bad_syntax(name.error());
  KONTOR_CO_TRY(const auto mailbox, co_await administered(session, *name));
  session.out.line("* ACL ", session.wire_name(mailbox.folder.name), listed(session, mailbox));
  co_return Tagged();
}

Task<Result<Tagged>> cmd_listrights(Session& session, Request request) {
  const auto arguments = wire::parse_acl_target(request.arguments, session.enabled.utf8);
  if (!arguments) co_return bad_syntax(arguments.error());
  const auto target = co_await find_target(session, *arguments);
  if (!target) co_return target.error();
  // RFC 4314, 3.7: required rights, then those that can be given; no two are tied together.
  std::string rights;
  if (target->is_owner && !arguments->who.negative) {
    rights = " " + rights_text(store::k_all_rights);
  } else {
    rights = " \"\"";
    if (!target->is_owner)
      for (const char letter : rights_text(store::k_all_rights))
        rights.append(" ").push_back(letter);
  }
  // RFC 4314, 3.4: the identifier as the client wrote it.
  session.out.line("* LISTRIGHTS ", session.wire_name(target->mailbox.folder.name), " ",
                   identifier_text(arguments->identifier), rights);
  co_return Tagged();
}

Task<Result<Tagged>> cmd_myrights(Session& session, Request request) {
  const auto name = wire::parse_mailbox(request.arguments, session.enabled.utf8);
  if (!name) co_return bad_syntax(name.error());
  // RFC 4314, 4: l or any of r, i, k, x, a; here it takes l to know of a mailbox at all.
  KONTOR_CO_TRY(const auto found, co_await find_mailbox(session, *name));
  session.out.line("* MYRIGHTS ", session.wire_name(found.folder.name), " ",
                   rights_text(session.rights(*found.account, found.folder)));
  co_return Tagged();
}

}  // namespace kontor::imap
