// SPDX-License-Identifier: GPL-3.0-or-later
// The dialogs and property sheets that are open, as a test reads and uses them.
#pragma once
#include "admin-mmc/host/console.hpp"

namespace kontor::admin::host {

// The dialog at the top with its controls, or null.
Json top_dialog();
// {"control": id, "text" | "check" | "choice" | "row": value}
bool set_control(const Json& what);
bool press(int control);
// Of a property sheet: shows a page, or presses OK or Apply (a wizard: Next and Finish).
bool show_page(int page);
bool sheet_button(int button);
void close_top();
// A sheet with the console's pages, that does not wait; its title and pages.
bool open_sheet(Console& console, const std::wstring& title);
// Is the message for an open sheet? To be asked in the loop of messages.
bool sheet_message(MSG& message);

}  // namespace kontor::admin::host
