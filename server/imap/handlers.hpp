// SPDX-License-Identifier: GPL-3.0-or-later
// The handlers that the rows of commands.cpp name; each stands in its own cmd_*.cpp. Arguments and
// results: command.hpp.
#pragma once
#include "server/imap/command.hpp"

namespace kontor::imap {

Task<Result<Tagged>> cmd_append(Session& session, Request request);
Task<Result<Tagged>> cmd_authenticate(Session& session, Request request);
Task<Result<Tagged>> cmd_cancelupdate(Session& session, Request request);
Task<Result<Tagged>> cmd_capability(Session& session, Request request);
Task<Result<Tagged>> cmd_check(Session& session, Request request);
Task<Result<Tagged>> cmd_close(Session& session, Request request);
Task<Result<Tagged>> cmd_compress(Session& session, Request request);
Task<Result<Tagged>> cmd_copy(Session& session, Request request);
Task<Result<Tagged>> cmd_create(Session& session, Request request);
Task<Result<Tagged>> cmd_delete(Session& session, Request request);
Task<Result<Tagged>> cmd_deleteacl(Session& session, Request request);
Task<Result<Tagged>> cmd_enable(Session& session, Request request);
Task<Result<Tagged>> cmd_esearch(Session& session, Request request);
Task<Result<Tagged>> cmd_examine(Session& session, Request request);
Task<Result<Tagged>> cmd_expunge(Session& session, Request request);
Task<Result<Tagged>> cmd_fetch(Session& session, Request request);
Task<Result<Tagged>> cmd_getacl(Session& session, Request request);
Task<Result<Tagged>> cmd_getmetadata(Session& session, Request request);
Task<Result<Tagged>> cmd_genurlauth(Session& session, Request request);
Task<Result<Tagged>> cmd_getquota(Session& session, Request request);
Task<Result<Tagged>> cmd_getquotaroot(Session& session, Request request);
Task<Result<Tagged>> cmd_id(Session& session, Request request);
Task<Result<Tagged>> cmd_idle(Session& session, Request request);
Task<Result<Tagged>> cmd_language(Session& session, Request request);
Task<Result<Tagged>> cmd_list(Session& session, Request request);
Task<Result<Tagged>> cmd_listrights(Session& session, Request request);
Task<Result<Tagged>> cmd_login(Session& session, Request request);
Task<Result<Tagged>> cmd_logout(Session& session, Request request);
Task<Result<Tagged>> cmd_lsub(Session& session, Request request);
Task<Result<Tagged>> cmd_move(Session& session, Request request);
Task<Result<Tagged>> cmd_myrights(Session& session, Request request);
Task<Result<Tagged>> cmd_namespace(Session& session, Request request);
Task<Result<Tagged>> cmd_noop(Session& session, Request request);
Task<Result<Tagged>> cmd_notify(Session& session, Request request);
Task<Result<Tagged>> cmd_rename(Session& session, Request request);
Task<Result<Tagged>> cmd_replace(Session& session, Request request);
Task<Result<Tagged>> cmd_resetkey(Session& session, Request request);
Task<Result<Tagged>> cmd_search(Session& session, Request request);
Task<Result<Tagged>> cmd_select(Session& session, Request request);
Task<Result<Tagged>> cmd_setacl(Session& session, Request request);
Task<Result<Tagged>> cmd_setmetadata(Session& session, Request request);
Task<Result<Tagged>> cmd_setquota(Session& session, Request request);
Task<Result<Tagged>> cmd_sort(Session& session, Request request);
Task<Result<Tagged>> cmd_starttls(Session& session, Request request);
Task<Result<Tagged>> cmd_status(Session& session, Request request);
Task<Result<Tagged>> cmd_store(Session& session, Request request);
Task<Result<Tagged>> cmd_subscribe(Session& session, Request request);
Task<Result<Tagged>> cmd_thread(Session& session, Request request);
Task<Result<Tagged>> cmd_uid_expunge(Session& session, Request request);
Task<Result<Tagged>> cmd_uidbatches(Session& session, Request request);
Task<Result<Tagged>> cmd_unauthenticate(Session& session, Request request);
Task<Result<Tagged>> cmd_unselect(Session& session, Request request);
Task<Result<Tagged>> cmd_unsubscribe(Session& session, Request request);
Task<Result<Tagged>> cmd_urlfetch(Session& session, Request request);

}  // namespace kontor::imap
