// SPDX-License-Identifier: GPL-3.0-or-later
#include "admin-mmc/forms/page.hpp"

#include <commctrl.h>

#include <map>

#include "admin-mmc/base/library.hpp"
#include "admin-mmc/client/api.hpp"

namespace kontor::admin {
namespace {

void add_columns(HWND table, const Field& field) {
  RECT area{};
  GetClientRect(table, &area);
  const int room = area.right - GetSystemMetrics(SM_CXVSCROLL);
  for (std::size_t i = 0; i < field.words.size(); ++i) {
    std::wstring title = field.words[i];
    LVCOLUMNW column{};
    column.mask = LVCF_TEXT | LVCF_WIDTH | LVCF_SUBITEM;
    column.cx = room * (i < field.widths.size() ? field.widths[i] : 25) / 100;
    column.iSubItem = static_cast<int>(i);
    column.pszText = title.data();
    SendMessageW(table, LVM_INSERTCOLUMNW, i, reinterpret_cast<LPARAM>(&column));
  }
  SendMessageW(table, LVM_SETEXTENDEDLISTVIEWSTYLE, LVS_EX_FULLROWSELECT, LVS_EX_FULLROWSELECT);
}

INT_PTR CALLBACK procedure(HWND window, UINT message, WPARAM wparam, LPARAM lparam) {
  if (message == WM_INITDIALOG) {
    // A page gets its PROPSHEETPAGE, a dialog what DialogBoxIndirectParam was given.
    const bool page = GetWindowLongPtrW(window, GWL_STYLE) & WS_CHILD;
    const LPARAM mine = page ? reinterpret_cast<const PROPSHEETPAGEW*>(lparam)->lParam : lparam;
    SetWindowLongPtrW(window, DWLP_USER, mine);
  }
  auto* shown = reinterpret_cast<Page*>(GetWindowLongPtrW(window, DWLP_USER));
  return shown ? shown->message(window, message, wparam, lparam) : FALSE;
}

// Of the page and its template, from CreatePropertySheetPage till PSPCB_RELEASE.
struct Shown {
  std::unique_ptr<Page> page;
  std::vector<BYTE> dialog;
  std::wstring title;
};

CRITICAL_SECTION* shown_lock() {
  static CRITICAL_SECTION section;
  static const bool made = (InitializeCriticalSection(&section), true);
  return made ? &section : nullptr;
}

std::map<Page*, std::unique_ptr<Shown>>& shown_pages() {
  static std::map<Page*, std::unique_ptr<Shown>> pages;
  return pages;
}

UINT CALLBACK page_callback(HWND, UINT message, PROPSHEETPAGEW* page) {
  if (message == PSPCB_RELEASE) {
    std::unique_ptr<Shown> last;
    EnterCriticalSection(shown_lock());
    if (const auto found = shown_pages().find(reinterpret_cast<Page*>(page->lParam));
        found != shown_pages().end()) {
      last = std::move(found->second);
      shown_pages().erase(found);
    }
    LeaveCriticalSection(shown_lock());
    if (last) InterlockedDecrement(&objects_alive);
  }
  return 1;
}

template <class Function>
Function* console_function(const char* name) {
  // mmc.exe has loaded the library of the console; a program that plays the console has its own.
  for (const wchar_t* module : {L"mmcndmgr.dll", static_cast<const wchar_t*>(nullptr)}) {
    if (const HMODULE loaded = GetModuleHandleW(module)) {
      if (const auto found = GetProcAddress(loaded, name))
        return reinterpret_cast<Function*>(found);
    }
  }
  return nullptr;
}

}  // namespace

void Page::set(int id, const std::wstring& text) {
  filling_ = true;
  SetDlgItemTextW(window_, id, text.c_str());
  filling_ = false;
}

std::wstring Page::get(int id) const {
  const HWND control = GetDlgItem(window_, id);
  std::wstring text(GetWindowTextLengthW(control), L'\0');
  if (!text.empty()) GetWindowTextW(control, text.data(), static_cast<int>(text.size()) + 1);
  return text;
}

void Page::set_checked(int id, bool on) {
  CheckDlgButton(window_, id, on ? BST_CHECKED : BST_UNCHECKED);
}

bool Page::checked(int id) const { return IsDlgButtonChecked(window_, id) == BST_CHECKED; }

void Page::set_choice(int id, int index) {
  SendDlgItemMessageW(window_, id, CB_SETCURSEL, index, 0);
}

int Page::choice(int id) const {
  return static_cast<int>(SendDlgItemMessageW(window_, id, CB_GETCURSEL, 0, 0));
}

void Page::set_rows(int id, const std::vector<std::vector<std::wstring>>& rows) {
  const HWND table = GetDlgItem(window_, id);
  filling_ = true;
  SendMessageW(table, LVM_DELETEALLITEMS, 0, 0);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    for (std::size_t j = 0; j < rows[i].size(); ++j) {
      std::wstring text = rows[i][j];
      LVITEMW item{};
      item.mask = LVIF_TEXT;
      item.iItem = static_cast<int>(i);
      item.iSubItem = static_cast<int>(j);
      item.pszText = text.data();
      const UINT how = j == 0 ? LVM_INSERTITEMW : LVM_SETITEMW;
      SendMessageW(table, how, 0, reinterpret_cast<LPARAM>(&item));
    }
  }
  filling_ = false;
}

int Page::selected_row(int id) const {
  return static_cast<int>(
      SendDlgItemMessageW(window_, id, LVM_GETNEXTITEM, static_cast<WPARAM>(-1), LVNI_SELECTED));
}

void Page::enable(int id, bool on) { EnableWindow(GetDlgItem(window_, id), on); }

void Page::changed() {
  changed_ = true;
  // The parent of a dialog is the sheet that opened it, in which nothing was changed.
  if (!(GetWindowLongPtrW(window_, GWL_STYLE) & WS_CHILD)) return;
  SendMessageW(GetParent(window_), PSM_CHANGED, reinterpret_cast<WPARAM>(window_), 0);
}

void Page::complain(const std::wstring& text) {
  SetDlgItemTextW(window_, complaint_id, text.c_str());
}

void Page::start(HWND window) {
  window_ = window;
  for (const Field& field : fields()) {
    const HWND control = GetDlgItem(window, field.id);
    if (field.kind == Field::Kind::table) add_columns(control, field);
    if (field.kind == Field::Kind::choice) {
      for (const auto& word : field.words)
        SendMessageW(control, CB_ADDSTRING, 0, reinterpret_cast<LPARAM>(word.c_str()));
    }
  }
  try {
    fill();
  } catch (const std::exception& error) {
    complain(error_text(error));
  }
}

bool Page::try_apply() {
  complain({});
  try {
    return apply();
  } catch (const std::exception& error) {
    complain(error_text(error));
    return false;
  }
}

void Page::command(int id, int notice) {
  const bool dialog = !(GetWindowLongPtrW(window_, GWL_STYLE) & WS_CHILD);
  if (dialog && (id == IDOK || id == IDCANCEL)) {
    if (id == IDCANCEL || try_apply()) EndDialog(window_, id);
    return;
  }
  if (filling_) return;
  if (notice == EN_CHANGE) {
    wchar_t type[16];
    GetClassNameW(GetDlgItem(window_, id), type, std::size(type));
    if (lstrcmpiW(type, L"EDIT") == 0 &&
        !(GetWindowLongPtrW(GetDlgItem(window_, id), GWL_STYLE) & ES_READONLY))
      changed();
    return;
  }
  if (notice != BN_CLICKED && notice != CBN_SELCHANGE) return;
  complain({});
  try {
    used(id);
  } catch (const std::exception& error) {
    complain(error_text(error));
  }
}

INT_PTR Page::notice(NMHDR& header) {
  LONG_PTR result = 0;
  switch (header.code) {
    case PSN_APPLY:
      if (changed_ && !try_apply()) {
        result = PSNRET_INVALID_NOCHANGEPAGE;
      } else {
        changed_ = false;
      }
      break;
    case PSN_WIZNEXT:
    case PSN_WIZFINISH:
      if (!try_apply()) result = -1;
      break;
    case LVN_ITEMCHANGED:
      if (!filling_ && (reinterpret_cast<const NMLISTVIEW&>(header).uNewState & LVIS_SELECTED))
        used(static_cast<int>(header.idFrom));
      return FALSE;
    default:
      return FALSE;
  }
  SetWindowLongPtrW(window_, DWLP_MSGRESULT, result);
  return TRUE;
}

INT_PTR Page::message(HWND window, UINT message, WPARAM wparam, LPARAM lparam) {
  switch (message) {
    case WM_INITDIALOG:
      start(window);
      return TRUE;
    case WM_COMMAND:
      command(LOWORD(wparam), HIWORD(wparam));
      return TRUE;
    case WM_NOTIFY:
      return notice(*reinterpret_cast<NMHDR*>(lparam));
    default:
      return FALSE;
  }
}

SheetNotice::~SheetNotice() {
  if (handle_ == 0) return;
  if (auto* let_go = console_function<HRESULT WINAPI(LONG_PTR)>("MMCFreeNotifyHandle"))
    let_go(handle_);
}

void SheetNotice::changed(LPARAM what) const {
  if (handle_ == 0) return;
  if (auto* tell = console_function<HRESULT WINAPI(LONG_PTR, LPARAM)>("MMCPropertyChangeNotify"))
    tell(handle_, what);
}

HPROPSHEETPAGE make_page(std::unique_ptr<Page> page) {
  auto shown = std::make_unique<Shown>();
  shown->title = page->title();
  shown->dialog = dialog_template(shown->title, page->fields(), false);
  shown->page = std::move(page);
  PROPSHEETPAGEW description{};
  description.dwSize = sizeof description;
  description.dwFlags = PSP_DLGINDIRECT | PSP_USETITLE | PSP_USECALLBACK;
  description.hInstance = library;
  description.pResource = reinterpret_cast<PROPSHEETPAGE_RESOURCE>(shown->dialog.data());
  description.pszTitle = shown->title.c_str();
  description.pfnDlgProc = procedure;
  description.lParam = reinterpret_cast<LPARAM>(shown->page.get());
  description.pfnCallback = page_callback;
  const HPROPSHEETPAGE made = CreatePropertySheetPageW(&description);
  if (!made) return nullptr;
  InterlockedIncrement(&objects_alive);
  EnterCriticalSection(shown_lock());
  Page* key = shown->page.get();
  shown_pages()[key] = std::move(shown);
  LeaveCriticalSection(shown_lock());
  return made;
}

bool run_dialog(HWND parent, Page& page) {
  const auto dialog = dialog_template(page.title(), page.fields(), true);
  return DialogBoxIndirectParamW(library, reinterpret_cast<const DLGTEMPLATE*>(dialog.data()),
                                 parent, procedure, reinterpret_cast<LPARAM>(&page)) == IDOK;
}

bool run_wizard(HWND parent, const std::wstring& title, std::vector<std::unique_ptr<Page>> pages) {
  std::vector<HPROPSHEETPAGE> handles;
  for (auto& page : pages) handles.push_back(make_page(std::move(page)));
  PROPSHEETHEADERW header{};
  header.dwSize = sizeof header;
  header.dwFlags = PSH_WIZARD;
  header.hwndParent = parent;
  header.hInstance = library;
  header.pszCaption = title.c_str();
  header.nPages = static_cast<UINT>(handles.size());
  header.phpage = handles.data();
  return PropertySheetW(&header) > 0;
}

}  // namespace kontor::admin
