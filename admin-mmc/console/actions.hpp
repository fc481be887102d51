// SPDX-License-Identifier: GPL-3.0-or-later
// What can be done with nodes and rows: context menus and property sheets.
#pragma once
#include "admin-mmc/console/snapin.hpp"

namespace kontor::admin {

// Commands of context menus. The numbers are the console's.
enum class Command : LONG {
  connect = 1,
  sign_in,
  disconnect,
  set_filter,
  clear_filter,
  find_messages,
  end_session,
  retry,
  retry_all,
  bounce,
  remove,
  show_trace,
  pause_domain,
  resume_domain,
  release,
  release_and_allow,
  start_service,
  pause_service,
  stop_service,
  new_shared_mailbox
};

HRESULT add_menu_items(const Selection& selection, IContextMenuCallback* callback, LONG allowed);
void run_command(Snapin& snapin, const Selection& selection, Command command);
// Does the Delete key (and the menu's own Delete) mean something here?
bool can_delete(const Selection& selection);
bool has_sheet(const Selection& selection);
HRESULT add_pages(Snapin& snapin,
                  const Selection& selection,
                  IPropertySheetCallback* callback,
                  LONG_PTR handle);

}  // namespace kontor::admin
