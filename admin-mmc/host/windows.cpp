// SPDX-License-Identifier: GPL-3.0-or-later
#include "admin-mmc/host/windows.hpp"

#include <commctrl.h>

#include "admin-mmc/base/text.hpp"

namespace kontor::admin::host {
namespace {

HWND open_sheet_window = nullptr;

HWND top_window() {
  HWND found = nullptr;
  EnumThreadWindows(
      GetCurrentThreadId(),
      [](HWND window, LPARAM out) -> BOOL {
        wchar_t type[32];
        GetClassNameW(window, type, std::size(type));
        if (lstrcmpW(type, L"#32770") != 0 || !IsWindowVisible(window)) return TRUE;
        *reinterpret_cast<HWND*>(out) = window;
        return FALSE;
      },
      reinterpret_cast<LPARAM>(&found));
  return found;
}

// Sheets and wizards have a tab control, and pages below themselves.
HWND page_of(HWND dialog) {
  const auto page = reinterpret_cast<HWND>(SendMessageW(dialog, PSM_GETCURRENTPAGEHWND, 0, 0));
  return IsWindow(page) && GetParent(page) == dialog ? page : dialog;
}

std::wstring text_of_window(HWND window) {
  std::wstring text(static_cast<std::size_t>(SendMessageW(window, WM_GETTEXTLENGTH, 0, 0)), L'\0');
  SendMessageW(window, WM_GETTEXT, text.size() + 1, reinterpret_cast<LPARAM>(text.data()));
  return text;
}

Json table_rows(HWND table) {
  Json rows = Json::array();
  const auto header = reinterpret_cast<HWND>(SendMessageW(table, LVM_GETHEADER, 0, 0));
  const int columns = static_cast<int>(SendMessageW(header, HDM_GETITEMCOUNT, 0, 0));
  const int count = static_cast<int>(SendMessageW(table, LVM_GETITEMCOUNT, 0, 0));
  for (int i = 0; i < count; ++i) {
    Json cells = Json::array();
    for (int j = 0; j < columns; ++j) {
      wchar_t text[1024] = L"";
      LVITEMW item{};
      item.iSubItem = j;
      item.pszText = text;
      item.cchTextMax = std::size(text);
      SendMessageW(table, LVM_GETITEMTEXTW, i, reinterpret_cast<LPARAM>(&item));
      cells.push_back(narrow(text));
    }
    rows.push_back(std::move(cells));
  }
  return rows;
}

Json choices_of(HWND box) {
  Json choices = Json::array();
  const auto count = SendMessageW(box, CB_GETCOUNT, 0, 0);
  for (LRESULT i = 0; i < count; ++i) {
    wchar_t text[256] = L"";
    SendMessageW(box, CB_GETLBTEXT, i, reinterpret_cast<LPARAM>(text));
    choices.push_back(narrow(text));
  }
  return choices;
}

Json describe(HWND control) {
  wchar_t type[32];
  GetClassNameW(control, type, std::size(type));
  const std::wstring name = type;
  Json out{{"id", GetDlgCtrlID(control)},
           {"class", narrow(name)},
           {"enabled", IsWindowEnabled(control) != FALSE}};
  if (same_text(name, WC_LISTVIEWW)) {
    out["rows"] = table_rows(control);
    return out;
  }
  out["text"] = narrow(text_of_window(control));
  const LONG_PTR style = GetWindowLongPtrW(control, GWL_STYLE);
  if (same_text(name, L"BUTTON") && (style & BS_TYPEMASK) == BS_AUTOCHECKBOX)
    out["checked"] = SendMessageW(control, BM_GETCHECK, 0, 0) == BST_CHECKED;
  if (same_text(name, L"EDIT")) out["read_only"] = (style & ES_READONLY) != 0;
  if (same_text(name, L"COMBOBOX")) {
    out["choices"] = choices_of(control);
    out["choice"] = SendMessageW(control, CB_GETCURSEL, 0, 0);
  }
  return out;
}

void notify_parent(HWND control, WORD code) {
  SendMessageW(GetParent(control), WM_COMMAND, MAKEWPARAM(GetDlgCtrlID(control), code),
               reinterpret_cast<LPARAM>(control));
}

}  // namespace

Json top_dialog() {
  const HWND dialog = top_window();
  if (!dialog) return nullptr;
  const HWND page = page_of(dialog);
  Json controls = Json::array();
  for (HWND child = GetWindow(page, GW_CHILD); child; child = GetWindow(child, GW_HWNDNEXT)) {
    if (GetParent(child) == page) controls.push_back(describe(child));
  }
  Json out{{"title", narrow(text_of_window(dialog))}, {"controls", std::move(controls)}};
  if (page == dialog) return out;
  Json tabs = Json::array();
  const auto tab = reinterpret_cast<HWND>(SendMessageW(dialog, PSM_GETTABCONTROL, 0, 0));
  const auto count = SendMessageW(tab, TCM_GETITEMCOUNT, 0, 0);
  for (LRESULT i = 0; i < count; ++i) {
    wchar_t text[128] = L"";
    TCITEMW item{};
    item.mask = TCIF_TEXT;
    item.pszText = text;
    item.cchTextMax = std::size(text);
    SendMessageW(tab, TCM_GETITEMW, i, reinterpret_cast<LPARAM>(&item));
    tabs.push_back(narrow(text));
  }
  out["pages"] = std::move(tabs);
  out["page"] = SendMessageW(tab, TCM_GETCURSEL, 0, 0);
  return out;
}

bool set_control(const Json& what) {
  const HWND dialog = top_window();
  const HWND control = dialog ? GetDlgItem(page_of(dialog), what.value("control", 0)) : nullptr;
  if (!control || !IsWindowEnabled(control)) return false;
  if (what.contains("text")) {
    SendMessageW(control, WM_SETTEXT, 0,
                 reinterpret_cast<LPARAM>(wide(what["text"].get<std::string>()).c_str()));
    // Edit controls of dialogs say so themselves; those of several lines do not.
    if (GetWindowLongPtrW(control, GWL_STYLE) & ES_MULTILINE) notify_parent(control, EN_CHANGE);
  } else if (what.contains("check")) {
    const bool on = SendMessageW(control, BM_GETCHECK, 0, 0) == BST_CHECKED;
    if (on != what["check"].get<bool>()) SendMessageW(control, BM_CLICK, 0, 0);
  } else if (what.contains("choice")) {
    SendMessageW(control, CB_SETCURSEL, what["choice"].get<int>(), 0);
    notify_parent(control, CBN_SELCHANGE);
  } else if (what.contains("row")) {
    LVITEMW item{};
    item.stateMask = item.state = LVIS_SELECTED | LVIS_FOCUSED;
    SendMessageW(control, LVM_SETITEMSTATE, what["row"].get<int>(),
                 reinterpret_cast<LPARAM>(&item));
  }
  return true;
}

bool press(int control) {
  const HWND dialog = top_window();
  if (!dialog) return false;
  HWND button = GetDlgItem(page_of(dialog), control);
  if (!button) button = GetDlgItem(dialog, control);
  if (!button || !IsWindowEnabled(button)) return false;
  SendMessageW(button, BM_CLICK, 0, 0);
  return true;
}

bool show_page(int page) {
  const HWND dialog = top_window();
  return dialog && SendMessageW(dialog, PSM_SETCURSEL, page, 0);
}

bool sheet_button(int button) {
  const HWND dialog = top_window();
  if (!dialog) return false;
  SendMessageW(dialog, PSM_PRESSBUTTON, button, 0);
  return true;
}

void close_top() {
  const HWND dialog = top_window();
  if (!dialog) return;
  if (dialog == open_sheet_window) {
    open_sheet_window = nullptr;
    DestroyWindow(dialog);
  } else {
    SendMessageW(dialog, WM_COMMAND, IDCANCEL, 0);
  }
}

bool open_sheet(Console& console, const std::wstring& title) {
  PROPSHEETHEADERW header{};
  header.dwSize = sizeof header;
  header.dwFlags = PSH_MODELESS | PSH_NOCONTEXTHELP;
  header.hwndParent = console.window;
  header.pszCaption = title.c_str();
  header.nPages = static_cast<UINT>(console.pages.size());
  header.phpage = console.pages.data();
  const auto made = reinterpret_cast<HWND>(PropertySheetW(&header));
  console.pages.clear();
  open_sheet_window = made;
  return made != nullptr;
}

bool sheet_message(MSG& message) {
  if (!open_sheet_window || !IsWindow(open_sheet_window)) return false;
  const bool taken = PropSheet_IsDialogMessage(open_sheet_window, &message) != FALSE;
  // OK or Cancel was pressed: a sheet that does not wait is taken away by who opened it.
  if (!PropSheet_GetCurrentPageHwnd(open_sheet_window)) {
    DestroyWindow(open_sheet_window);
    open_sheet_window = nullptr;
  }
  return taken;
}

}  // namespace kontor::admin::host
