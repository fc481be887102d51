// SPDX-License-Identifier: GPL-3.0-or-later
#include "admin-mmc/base/text.hpp"
#include "admin-mmc/console/actions.hpp"
#include "admin-mmc/console/dialogs.hpp"

namespace kontor::admin {
namespace {

struct Item {
  Kind kind;
  bool rows;  // of rows of the list; else of the node
  bool many;  // of several rows at once
  bool view;  // stands in the menu "View"
  Command command;
  Word name, hint;
};

constexpr Item items[] = {
    {Kind::services, true, true, false, Command::start_service, Word::menu_start, Word::hint_start},
    {Kind::services, true, true, false, Command::pause_service, Word::menu_pause_service,
     Word::hint_pause_service},
    {Kind::services, true, true, false, Command::stop_service, Word::menu_stop, Word::hint_stop},
    {Kind::root, false, false, false, Command::connect, Word::menu_connect, Word::hint_connect},
    {Kind::server, false, false, false, Command::sign_in, Word::menu_sign_in, Word::hint_sign_in},
    {Kind::server, false, false, false, Command::disconnect, Word::menu_disconnect,
     Word::hint_disconnect},
    {Kind::sessions, true, true, false, Command::end_session, Word::menu_end_session,
     Word::hint_end_session},
    {Kind::queue, false, false, false, Command::retry_all, Word::menu_retry_all,
     Word::hint_retry_all},
    {Kind::queue, true, true, false, Command::retry, Word::menu_retry, Word::hint_retry},
    {Kind::queue, true, true, false, Command::bounce, Word::menu_bounce, Word::hint_bounce},
    {Kind::queue, true, true, false, Command::remove, Word::menu_delete_mail,
     Word::hint_delete_mail},
    {Kind::mailboxes, false, false, false, Command::new_shared_mailbox, Word::menu_shared,
     Word::hint_shared},
    {Kind::mailboxes, true, false, false, Command::show_trace, Word::menu_trace, Word::hint_trace},
    {Kind::domains, true, true, false, Command::pause_domain, Word::menu_pause, Word::hint_pause},
    {Kind::domains, true, true, false, Command::resume_domain, Word::menu_resume,
     Word::hint_resume},
    {Kind::trace, false, false, false, Command::find_messages, Word::menu_find, Word::hint_find},
    {Kind::policies, true, true, false, Command::remove, Word::menu_remove_rule,
     Word::hint_remove_rule},
    {Kind::quarantine, true, true, false, Command::release, Word::menu_release, Word::hint_release},
    {Kind::quarantine, true, true, false, Command::release_and_allow, Word::menu_release_allow,
     Word::hint_release_allow},
    {Kind::quarantine, true, true, false, Command::remove, Word::menu_delete_held,
     Word::hint_delete_held}};

constexpr Item filter_items[] = {
    {Kind::root, false, false, true, Command::set_filter, Word::menu_filter, Word::hint_filter},
    {Kind::root, false, false, true, Command::clear_filter, Word::menu_no_filter,
     Word::hint_no_filter}};

HRESULT add(const Item& item, IContextMenuCallback* callback, LONG allowed) {
  const LONG flag = item.view ? CCM_INSERTIONALLOWED_VIEW : CCM_INSERTIONALLOWED_TOP;
  if (!(allowed & flag)) return S_OK;
  CONTEXTMENUITEM entry{};
  std::wstring name = say(item.name), hint = say(item.hint);
  entry.strName = name.data();
  entry.strStatusBarText = hint.data();
  entry.lCommandID = static_cast<LONG>(item.command);
  entry.lInsertionPointID =
      item.view ? CCM_INSERTIONPOINTID_PRIMARY_VIEW : CCM_INSERTIONPOINTID_PRIMARY_TOP;
  return callback->AddItem(&entry);
}

std::string key_of(const Selection& chosen, const Json& row) {
  return percent(narrow(text_of(row, list_of(chosen.node->kind)->key)));
}

// One request a row; the first that fails ends it, and what was done till then is shown.
void for_rows(Snapin& snapin,
              const Selection& chosen,
              const char* method,
              const char* path,
              const char* rest = "",
              const Json& body = nullptr) {
  try {
    for (const Json& row : chosen.rows)
      chosen.node->api->send(method, path + key_of(chosen, row) + rest, body);
  } catch (const std::exception& error) {
    snapin.show_error(error);
  }
  snapin.reload(chosen.node);
}

bool sure(Snapin& snapin, Word question, const Selection& chosen) {
  return snapin.confirm(filled(question, {std::to_wstring(chosen.rows.size())}));
}

void remove(Snapin& snapin, const Selection& chosen) {
  switch (chosen.node->kind) {
    case Kind::queue:
      if (sure(snapin, Word::sure_delete_mail, chosen))
        for_rows(snapin, chosen, "DELETE", "/queue/messages/");
      break;
    case Kind::policies:
      if (sure(snapin, Word::sure_remove_rule, chosen))
        for_rows(snapin, chosen, "DELETE", "/policies/");
      break;
    case Kind::quarantine:
      if (sure(snapin, Word::sure_delete_held, chosen))
        for_rows(snapin, chosen, "DELETE", "/quarantine/messages/");
      break;
    default:
      break;
  }
}

void of_node(Snapin& snapin, const Selection& chosen, Command command) {
  Node& node = *chosen.node;
  switch (command) {
    case Command::connect:
      if (const auto server = ask_server(snapin.window())) snapin.add_server(*server);
      break;
    case Command::sign_in:
      if (ask_sign_in(snapin.window(), *node.api, {})) snapin.recount(node);
      break;
    case Command::disconnect:
      snapin.remove_server(node);
      break;
    case Command::retry_all:
      node.api->send("POST", "/queue/retry");
      snapin.reload(&node);
      break;
    case Command::new_shared_mailbox:
      if (share_mailbox(snapin.window(), node.api)) snapin.reload(&node);
      break;
    case Command::find_messages:
      if (ask_trace(snapin.window(), node.question)) snapin.reload(&node);
      break;
    case Command::set_filter:
      if (ask_filter(snapin.window(), node.filter)) snapin.reload(&node);
      break;
    case Command::clear_filter:
      node.filter.clear();
      snapin.reload(&node);
      break;
    default:
      break;
  }
}

void show_trace(Snapin& snapin, const Selection& chosen) {
  Node* trace = snapin.child(*chosen.node->parent, Kind::trace);
  if (!trace || chosen.rows.empty()) return;
  trace->question = trace_of(text_of(chosen.rows.front(), "address"));
  snapin.console()->SelectScopeItem(trace->item);
  snapin.reload(trace);
}

void of_rows(Snapin& snapin, const Selection& chosen, Command command) {
  switch (command) {
    case Command::end_session:
      if (sure(snapin, Word::sure_end_session, chosen))
        for_rows(snapin, chosen, "DELETE", "/sessions/");
      break;
    case Command::retry:
      for_rows(snapin, chosen, "POST", "/queue/messages/", "/retry");
      break;
    case Command::bounce:
      if (sure(snapin, Word::sure_bounce, chosen))
        for_rows(snapin, chosen, "POST", "/queue/messages/", "/bounce");
      break;
    case Command::remove:
      remove(snapin, chosen);
      break;
    case Command::show_trace:
      show_trace(snapin, chosen);
      break;
    case Command::pause_domain:
      for_rows(snapin, chosen, "PUT", "/queue/paused/");
      break;
    case Command::resume_domain:
      for_rows(snapin, chosen, "DELETE", "/queue/paused/");
      break;
    case Command::release:
      for_rows(snapin, chosen, "POST", "/quarantine/messages/", "/release");
      break;
    case Command::release_and_allow:
      for_rows(snapin, chosen, "POST", "/quarantine/messages/", "/release",
               Json{{"allow-sender", true}});
      break;
    case Command::start_service:
      for_rows(snapin, chosen, "POST", "/services/", "/start");
      break;
    case Command::pause_service:
      for_rows(snapin, chosen, "POST", "/services/", "/pause");
      break;
    case Command::stop_service:
      if (sure(snapin, Word::sure_stop, chosen))
        for_rows(snapin, chosen, "POST", "/services/", "/stop");
      break;
    default:
      break;
  }
}

}  // namespace

HRESULT add_menu_items(const Selection& selection, IContextMenuCallback* callback, LONG allowed) {
  if (!selection.node) return S_OK;
  const Kind kind = selection.node->kind;
  for (const Item& item : items) {
    if (item.kind != kind || item.rows != selection.rows_chosen) continue;
    if (selection.rows.size() > 1 && !item.many) continue;
    if (const HRESULT done = add(item, callback, allowed); FAILED(done)) return done;
  }
  const List* list = list_of(kind);
  if (!list || !list->ordered || selection.rows_chosen) return S_OK;
  for (const Item& item : filter_items) {
    if (const HRESULT done = add(item, callback, allowed); FAILED(done)) return done;
  }
  return S_OK;
}

void run_command(Snapin& snapin, const Selection& selection, Command command) {
  if (!selection.node) return;
  try {
    if (selection.rows_chosen) {
      of_rows(snapin, selection, command);
    } else {
      of_node(snapin, selection, command);
    }
  } catch (const std::exception& error) {
    snapin.show_error(error);
  }
}

bool can_delete(const Selection& selection) {
  if (!selection.node || selection.rows.empty()) return false;
  const Kind kind = selection.node->kind;
  return kind == Kind::queue || kind == Kind::policies || kind == Kind::quarantine;
}

}  // namespace kontor::admin
