// SPDX-License-Identifier: GPL-3.0-or-later
// GETQUOTA, GETQUOTAROOT and SETQUOTA (RFC 9208). An account is one quota root, named "" as most
// servers do; an account without any limit has none. Limits are the administrators' to set: by
// kontorctl quota set, or by SETQUOTA in a session of one of them, for his own account.
#include <algorithm>
#include <array>

#include "server/imap/handlers.hpp"
#include "server/imap/mailbox.hpp"
#include "server/imap/namespaces.hpp"
#include "server/imap/wire/arguments.hpp"
#include "server/imap/wire/quota_args.hpp"

namespace kontor::imap {
namespace {

constexpr std::uint64_t k_unit = 1'024;  // RFC 9208, 5.1: STORAGE is counted in 1,024 octets

// A resource of RFC 9208, 5. ANNOTATION-STORAGE counts annotations of mailboxes and of the server
// (RFC 5464): of messages there are none.
struct Resource {
  std::string_view name;
  std::uint64_t unit;
  std::uint64_t store::Limits::* limit;
  std::optional<std::uint64_t> store::OwnLimits::* own;
  std::uint64_t (*used)(const store::Quota& quota, const store::AccountView& view);
};
using Quota = store::Quota;
using View = store::AccountView;
constexpr std::array k_resources{
    Resource{"STORAGE", k_unit, &store::Limits::bytes, &store::OwnLimits::bytes,
             [](const Quota& quota, const View&) { return quota.usage.bytes; }},
    Resource{"MESSAGE", 1, &store::Limits::messages, &store::OwnLimits::messages,
             [](const Quota& quota, const View&) { return quota.usage.messages; }},
    Resource{"MAILBOX", 1, &store::Limits::folders, &store::OwnLimits::folders,
             [](const Quota&, const View& view) { return view.folder_count(); }},
    Resource{"ANNOTATION-STORAGE", k_unit, &store::Limits::annotation_bytes,
             &store::OwnLimits::annotation_bytes,
             [](const Quota&, const View& view) { return view.annotation_bytes(); }},
};

// The name of an account's root: "" of one's own, else the level above its folders.
std::string root_text(const Session& session, const store::Account& account) {
  const auto root = root_of(session, account.view().binding());
  return root.empty() ? "\"\"" : session.wire_name(root);
}

bool has_limit(const Quota& quota) {
  return std::ranges::any_of(
      k_resources, [&](const Resource& resource) { return quota.limits.*resource.limit != 0; });
}

void tell_quota(Session& session, const store::Account& account) {
  const auto view = account.view();
  const auto quota = account.quota();
  std::string list;
  for (const auto& resource : k_resources) {
    const auto limit = quota.limits.*resource.limit;
    if (limit == 0) continue;
    const auto units = [&](std::uint64_t value) {
      return std::to_string(value / resource.unit + (value % resource.unit != 0 ? 1 : 0));
    };
    if (!list.empty()) list.push_back(' ');
    list.append(resource.name).append(" ").append(units(resource.used(quota, view)));
    list.append(" ").append(units(limit));
  }
  session.out.line("* QUOTA ", root_text(session, account), " (", list, ")");
}

// RFC 9208, 4.1.3: limits that are not named are no more. A limit of 0 is refused: here
// it would be none. nothing: a resource that is not counted.
std::optional<store::OwnLimits> own_limits(const wire::SetQuota& wanted) {
  store::OwnLimits own;
  for (const auto& resource : k_resources) own.*resource.own = 0;
  for (const auto& [name, limit] : wanted.limits) {
    const auto resource = std::ranges::find(k_resources, name, &Resource::name);
    if (resource == k_resources.end() || limit == 0 || limit > UINT64_MAX / resource->unit)
      return std::nullopt;
    own.*resource->own = limit * resource->unit;
  }
  return own;
}

Tagged no_root() { return {Status::no, "NONEXISTENT", "no such quota root"}; }

}  // namespace

Task<Result<Tagged>> cmd_getquota(Session& session, Request request) {
  const auto root = wire::parse_get_quota(request.arguments);
  if (!root) co_return bad_syntax(root.error());
  auto account = session.account;
  if (!root->empty()) {
    // RFC 9208, 4.1.1: of a mailbox that one may read.
    const auto foreign = foreign_name(session, *root);
    if (!foreign || !foreign->folder.empty()) co_return no_root();
    auto opened = co_await open_foreign(session, foreign->owner);
    if (!opened) co_return no_root();
    account = *std::move(opened);
    const auto may_read = [&](const auto& folder) {
      return session.may(*account, folder, Right::read);
    };
    if (std::ranges::none_of(account->view().folders(), may_read)) co_return no_root();
  }
  if (!has_limit(account->quota())) co_return no_root();
  tell_quota(session, *account);
  co_return Tagged();
}

Task<Result<Tagged>> cmd_getquotaroot(Session& session, Request request) {
  const auto name = wire::parse_mailbox(request.arguments, session.enabled.utf8);
  if (!name) co_return bad_syntax(name.error());
  KONTOR_CO_TRY(const auto found, co_await find_mailbox(session, *name));
  const auto& account = *found.account;
  if (!session.may(account, found.folder, Right::read))
    co_return fail(Errc::not_found, "may not read it");
  const bool limited = has_limit(account.quota());
  session.out.line("* QUOTAROOT ", session.wire_name(found.folder.name),
                   limited ? " " + root_text(session, account) : "");
  if (limited) tell_quota(session, account);
  co_return Tagged();
}

Task<Result<Tagged>> cmd_setquota(Session& session, Request request) {
  const auto wanted = wire::parse_set_quota(request.arguments);
  if (!wanted) co_return bad_syntax(wanted.error());
  if (!session.identity->is_admin)
    co_return Tagged(Status::no, "NOPERM", "limits are set by the administrator");
  if (!wanted->root.empty()) co_return no_root();
  const auto own = own_limits(*wanted);
  if (!own) co_return Tagged(Status::no, "CANNOT", "a resource or a limit that cannot be set");
  KONTOR_CO_TRY(co_await session.account->set_limits(*own));
  tell_quota(session, *session.account);
  co_return Tagged();
}

}  // namespace kontor::imap
