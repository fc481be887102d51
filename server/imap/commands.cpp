// SPDX-License-Identifier: GPL-3.0-or-later
// The table of commands. To add one: its row here, cmd_NAME.cpp, tests/scripts/imap/NAME.imap.
#include <algorithm>
#include <array>

#include "base/core/text.hpp"
#include "server/imap/handlers.hpp"

namespace kontor::imap {
namespace {

namespace e = effect;
constexpr unsigned k_numbers = e::uses_seqs | e::withholds_expunge;

constexpr unsigned k_replace = e::takes_literals | e::leads_with_number;

// clang-format off
constexpr std::array k_rows{
    //         name            states               effects                        capability           RFC              handler
    CommandRow{"APPEND",       k_signed_in,         e::takes_literals,             "MULTIAPPEND",       "9051 6.3.12, 3502", cmd_append},
    CommandRow{"AUTHENTICATE", k_not_authenticated, e::no_sync,                    "SASL-IR",           "9051 6.2.2",    cmd_authenticate},
    CommandRow{"CANCELUPDATE", k_selected,          e::none,                       "CONTEXT=SEARCH",    "5267 4.3.5",    cmd_cancelupdate},
    CommandRow{"CAPABILITY",   k_any,               e::none,                       "",                  "9051 6.1.1",    cmd_capability},
    CommandRow{"CHECK",        k_selected,          e::none,                       "",                  "3501 6.4.1",    cmd_check},
    CommandRow{"CLOSE",        k_selected,          e::no_sync,                    "",                  "9051 6.4.1",    cmd_close},
    CommandRow{"COMPRESS",     k_signed_in,         e::no_sync,                    "",                  "4978 3",        cmd_compress},
    CommandRow{"COPY",         k_selected,          e::uses_seqs,                  "UIDPLUS",           "9051 6.4.7",    cmd_copy},
    CommandRow{"CREATE",       k_signed_in,         e::none,                       "CREATE-SPECIAL-USE", "9051 6.3.4, 6154 3", cmd_create},
    CommandRow{"DELETE",       k_signed_in,         e::none,                       "",                  "9051 6.3.5",    cmd_delete},
    CommandRow{"DELETEACL",    k_signed_in,         e::none,                       "",                  "4314 3.2",      cmd_deleteacl},
    CommandRow{"ENABLE",       k_signed_in,         e::none,                       "ENABLE",            "9051 6.3.1",    cmd_enable},
    CommandRow{"ESEARCH",      k_signed_in,         e::none,                       "MULTISEARCH",       "7377 2",        cmd_esearch},
    CommandRow{"EXAMINE",      k_signed_in,         e::no_sync,                    "",                  "9051 6.3.3",    cmd_examine},
    CommandRow{"EXPUNGE",      k_selected,          e::needs_write,                "",                  "9051 6.4.3",    cmd_expunge},
    CommandRow{"FETCH",        k_selected,          k_numbers,                     "",                  "9051 6.4.5",    cmd_fetch},
    CommandRow{"GENURLAUTH",   k_signed_in,         e::none,                       "URLAUTH",           "4467 7",        cmd_genurlauth},
    CommandRow{"GETACL",       k_signed_in,         e::none,                       "",                  "4314 3.3",      cmd_getacl},
    CommandRow{"GETMETADATA",  k_signed_in,         e::none,                       "METADATA",          "5464 4.2",      cmd_getmetadata},
    CommandRow{"GETQUOTA",     k_signed_in,         e::none,                       "QUOTA",             "9208 4.1.2",    cmd_getquota},
    CommandRow{"GETQUOTAROOT", k_signed_in,         e::none,                       "",                  "9208 4.1.3",    cmd_getquotaroot},
    CommandRow{"ID",           k_any,               e::none,                       "ID",                "2971 3.1",      cmd_id},
    CommandRow{"IDLE",         k_signed_in,         e::none,                       "IDLE",              "9051 6.3.13",   cmd_idle},
    CommandRow{"LANGUAGE",     k_any,               e::none,                       "LANGUAGE",          "5255 3.2",      cmd_language},
    CommandRow{"LIST",         k_signed_in,         e::none,                       "LIST-EXTENDED",     "9051 6.3.9, 5258", cmd_list},
    CommandRow{"LISTRIGHTS",   k_signed_in,         e::none,                       "",                  "4314 3.4",      cmd_listrights},
    CommandRow{"LOGIN",        k_not_authenticated, e::no_sync | e::plain_password, "",                 "9051 6.2.3",    cmd_login},
    CommandRow{"LOGOUT",       k_any,               e::no_sync,                    "",                  "9051 6.1.3",    cmd_logout},
    CommandRow{"LSUB",         k_signed_in,         e::none,                       "",                  "3501 6.3.9",    cmd_lsub},
    CommandRow{"MOVE",         k_selected,          e::uses_seqs | e::needs_write, "MOVE",              "9051 6.4.8",    cmd_move},
    CommandRow{"MYRIGHTS",     k_signed_in,         e::none,                       "",                  "4314 3.5",      cmd_myrights},
    CommandRow{"NAMESPACE",    k_signed_in,         e::none,                       "NAMESPACE",         "9051 6.3.10",   cmd_namespace},
    CommandRow{"NOOP",         k_any,               e::none,                       "",                  "9051 6.1.2",    cmd_noop},
    CommandRow{"NOTIFY",       k_signed_in,         e::none,                       "NOTIFY",            "5465 3.1",      cmd_notify},
    CommandRow{"RENAME",       k_signed_in,         e::none,                       "",                  "9051 6.3.6",    cmd_rename},
    CommandRow{"REPLACE",      k_selected,          k_replace | e::uses_seqs,      "REPLACE",           "8508 3.1",      cmd_replace},
    CommandRow{"RESETKEY",     k_signed_in,         e::none,                       "",                  "4467 7",        cmd_resetkey},
    CommandRow{"SEARCH",       k_selected,          k_numbers,                     "ESEARCH",           "9051 6.4.4",    cmd_search},
    CommandRow{"SELECT",       k_signed_in,         e::no_sync,                    "CONDSTORE",         "9051 6.3.2",    cmd_select},
    CommandRow{"SETACL",       k_signed_in,         e::none,                       "ACL",               "4314 3.1",      cmd_setacl},
    CommandRow{"SETMETADATA",  k_signed_in,         e::none,                       "METADATA-SERVER",   "5464 4.3",      cmd_setmetadata},
    CommandRow{"SETQUOTA",     k_signed_in,         e::none,                       "QUOTASET",          "9208 4.1.3",    cmd_setquota},
    CommandRow{"SORT",         k_selected,          k_numbers,                     "SORT",              "5256 BASE.6.4.SORT, 5267 3", cmd_sort},
    CommandRow{"STARTTLS",     k_not_authenticated, e::no_sync,                    "",                  "9051 6.2.1",    cmd_starttls},
    CommandRow{"STATUS",       k_signed_in,         e::none,                       "STATUS=SIZE",       "9051 6.3.11, 8438", cmd_status},
    CommandRow{"STORE",        k_selected,          k_numbers | e::needs_write,    "",                  "9051 6.4.6, 7162", cmd_store},
    CommandRow{"SUBSCRIBE",    k_signed_in,         e::none,                       "",                  "9051 6.3.7",    cmd_subscribe},
    CommandRow{"THREAD",       k_selected,          k_numbers,                     "THREAD=REFERENCES", "5256 BASE.6.4.THREAD", cmd_thread},
    CommandRow{"UID COPY",     k_selected,          e::none,                       "",                  "9051 6.4.9",    cmd_copy},
    CommandRow{"UID EXPUNGE",  k_selected,          e::needs_write,                "",                  "9051 6.4.9",    cmd_uid_expunge},
    CommandRow{"UID FETCH",    k_selected,          e::none,                       "",                  "9051 6.4.9",    cmd_fetch},
    CommandRow{"UID MOVE",     k_selected,          e::needs_write,                "",                  "9051 6.4.9",    cmd_move},
    CommandRow{"UID REPLACE",  k_selected,          k_replace,                     "",                  "8508 3.2",      cmd_replace},
    CommandRow{"UID SEARCH",   k_selected,          e::none,                       "",                  "9051 6.4.9",    cmd_search},
    CommandRow{"UID SORT",     k_selected,          e::none,                       "ESORT",             "5256 BASE.6.4.SORT, 5267 3", cmd_sort},
    CommandRow{"UID STORE",    k_selected,          e::needs_write,                "",                  "9051 6.4.9",    cmd_store},
    CommandRow{"UID THREAD",   k_selected,          e::none,                       "THREAD=ORDEREDSUBJECT", "5256 BASE.6.4.THREAD", cmd_thread},
    CommandRow{"UIDBATCHES",   k_selected,          e::none,                       "UIDBATCHES",        "10022 3",       cmd_uidbatches},
    CommandRow{"UNAUTHENTICATE", k_signed_in,       e::no_sync,                    "UNAUTHENTICATE",    "8437 3",        cmd_unauthenticate},
    CommandRow{"UNSELECT",     k_selected,          e::no_sync,                    "UNSELECT",          "9051 6.4.2",    cmd_unselect},
    CommandRow{"UNSUBSCRIBE",  k_signed_in,         e::none,                       "",                  "9051 6.3.8",    cmd_unsubscribe},
    CommandRow{"URLFETCH",     k_signed_in,         e::none,                       "",                  "4467 7",        cmd_urlfetch},
};
// clang-format on

constexpr bool rows_are_right() {
  for (std::size_t i = 0; i < k_rows.size(); ++i) {
    const CommandRow& row = k_rows[i];
    if (i > 0 && !(k_rows[i - 1].name < row.name)) return false;
    if (row.name.empty() || row.rfc.empty() || row.states == 0 || row.handler == nullptr)
      return false;
  }
  return true;
}
static_assert(rows_are_right(), "rows are sorted by name, unique and complete");

}  // namespace

std::span<const CommandRow> commands() { return k_rows; }

const CommandRow* find_command(std::string_view name) {
  const std::string upper = to_upper(name);
  const auto row = std::ranges::lower_bound(k_rows, upper, {}, &CommandRow::name);
  return row != k_rows.end() && row->name == upper ? &*row : nullptr;
}

}  // namespace kontor::imap
