// SPDX-License-Identifier: GPL-3.0-or-later
// GETQUOTA, GETQUOTAROOT and SETQUOTA (RFC 9208). An account is one quota root, named "" as most
// servers do; an account without any limit has none. Limits are the administrator's to set
// (kontorctl quota set): QUOTASET is not announced and SETQUOTA is refused.
#include "server/imap/handlers.hpp"
#include "server/imap/wire/arguments.hpp"
#include "server/imap/wire/quota_args.hpp"

namespace kontor::imap {
namespace {

constexpr std::uint64_t k_unit = 1'024;  // RFC 9208, 5.1: STORAGE is counted in 1,024 octets

bool has_limit(const store::Quota& quota) {
  return quota.limits.bytes != 0 || quota.limits.messages != 0;
}

std::string resource(std::string_view name, std::uint64_t used, std::uint64_t limit) {
  return std::string(name) + " " + std::to_string(used) + " " + std::to_string(limit);
}

void tell_quota(Session& session, const store::Quota& quota) {
  std::string list;
  if (quota.limits.bytes != 0)
    list = resource("STORAGE", (quota.usage.bytes + k_unit - 1) / k_unit,
                    (quota.limits.bytes + k_unit - 1) / k_unit);
  if (quota.limits.messages != 0) {
    if (!list.empty()) list.push_back(' ');
    list += resource("MESSAGE", quota.usage.messages, quota.limits.messages);
  }
  session.out.line("* QUOTA \"\" (", list, ")");
}

Tagged no_root() { return {Status::no, "NONEXISTENT", "no such quota root"}; }

}  // namespace

Task<Result<Tagged>> cmd_getquota(Session& session, Request request) {
  const auto root = wire::parse_get_quota(request.arguments);
  if (!root) co_return bad_syntax(root.error());
  const auto quota = session.account->quota();
  if (!root->empty() || !has_limit(quota)) co_return no_root();
  tell_quota(session, quota);
  co_return Tagged();
}

Task<Result<Tagged>> cmd_getquotaroot(Session& session, Request request) {
  const auto name = wire::parse_mailbox(request.arguments, session.enabled.utf8);
  if (!name) co_return bad_syntax(name.error());
  KONTOR_CO_TRY(const auto folder, session.find_folder(*name));
  if (!session.may(folder, Right::read)) co_return fail(Errc::not_found, "may not read it");
  const auto quota = session.account->quota();
  const bool limited = has_limit(quota);
  session.out.line("* QUOTAROOT ", session.wire_name(folder.name), limited ? " \"\"" : "");
  if (limited) tell_quota(session, quota);
  co_return Tagged();
}

Task<Result<Tagged>> cmd_setquota(Session&, Request request) {
  const auto wanted = wire::parse_set_quota(request.arguments);
  if (!wanted) co_return bad_syntax(wanted.error());
  co_return Tagged(Status::no, "NOPERM", "limits are set by the administrator");
}

}  // namespace kontor::imap
