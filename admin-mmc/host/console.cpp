// SPDX-License-Identifier: GPL-3.0-or-later
#include "admin-mmc/host/console.hpp"

#include <algorithm>

namespace kontor::admin::host {

STDMETHODIMP Console::QueryScopeImageList(LPIMAGELIST* list) {
  AddRef();
  *list = this;
  return S_OK;
}

STDMETHODIMP Console::QueryResultImageList(LPIMAGELIST* list) { return QueryScopeImageList(list); }

STDMETHODIMP Console::UpdateAllViews(LPDATAOBJECT, LPARAM data, LONG_PTR hint) {
  if (update) update(data, hint);
  return S_OK;
}

STDMETHODIMP Console::MessageBox(LPCWSTR text, LPCWSTR title, UINT style, int* pressed) {
  said.push_back(text);
  if (pressed) *pressed = style & (MB_YESNO | MB_OKCANCEL) ? answer : IDOK;
  return S_OK;
}

STDMETHODIMP Console::QueryConsoleVerb(LPCONSOLEVERB* verb) {
  AddRef();
  *verb = this;
  return S_OK;
}

STDMETHODIMP Console::SelectScopeItem(HSCOPEITEM item) {
  wanted = item;
  return items.contains(item) ? S_OK : E_INVALIDARG;
}

STDMETHODIMP Console::GetMainWindow(HWND* out) {
  *out = window;
  return S_OK;
}

STDMETHODIMP Console::InsertItem(LPSCOPEDATAITEM item) {
  if (!item) return E_POINTER;
  ScopeItem made;
  made.id = item->ID = ++last_;
  made.parent = item->relativeID;
  made.cookie = item->lParam;
  made.may_have_children = !(item->mask & SDI_CHILDREN) || item->cChildren > 0;
  if ((item->mask & SDI_STR) && item->displayname != reinterpret_cast<LPOLESTR>(-1))
    made.name = item->displayname;
  items[made.id] = made;
  return S_OK;
}

STDMETHODIMP Console::DeleteItem(HSCOPEITEM item, LONG this_too) {
  std::vector<HSCOPEITEM> children;
  for (const auto& [id, one] : items) {
    if (one.parent == item) children.push_back(id);
  }
  for (const HSCOPEITEM child : children) DeleteItem(child, TRUE);
  if (this_too) items.erase(item);
  return S_OK;
}

STDMETHODIMP Console::SetItem(LPSCOPEDATAITEM item) {
  return item && items.contains(item->ID) ? S_OK : E_INVALIDARG;
}

STDMETHODIMP Console::GetItem(LPSCOPEDATAITEM item) {
  if (!item || !items.contains(item->ID)) return E_INVALIDARG;
  item->lParam = items[item->ID].cookie;
  return S_OK;
}

STDMETHODIMP Console::GetChildItem(HSCOPEITEM item, HSCOPEITEM* child, MMC_COOKIE* cookie) {
  for (const auto& [id, one] : items) {
    if (one.parent != item) continue;
    *child = id;
    *cookie = one.cookie;
    return S_OK;
  }
  return S_FALSE;
}

STDMETHODIMP Console::GetNextItem(HSCOPEITEM item, HSCOPEITEM* next, MMC_COOKIE* cookie) {
  for (auto at = items.upper_bound(item); at != items.end(); ++at) {
    if (at->second.parent != items[item].parent) continue;
    *next = at->first;
    *cookie = at->second.cookie;
    return S_OK;
  }
  return S_FALSE;
}

STDMETHODIMP Console::GetParentItem(HSCOPEITEM item, HSCOPEITEM* parent, MMC_COOKIE* cookie) {
  if (!items.contains(item) || items[item].parent == 0) return S_FALSE;
  *parent = items[item].parent;
  *cookie = items[*parent].cookie;
  return S_OK;
}

STDMETHODIMP Console::InsertColumn(int column, LPCWSTR title, int format, int width) {
  if (column < 0 || static_cast<std::size_t>(column) > columns.size()) return E_INVALIDARG;
  columns.insert(columns.begin() + column, {title, width, format});
  return S_OK;
}

STDMETHODIMP Console::DeleteColumn(int column) {
  if (column < 0 || static_cast<std::size_t>(column) >= columns.size()) return E_INVALIDARG;
  columns.erase(columns.begin() + column);
  return S_OK;
}

STDMETHODIMP Console::DeleteAllRsltItems() {
  row_count = 0;
  return S_OK;
}

STDMETHODIMP Console::GetNextItem(LPRESULTDATAITEM item) {
  for (const int row : selected) {
    if (row <= item->nIndex) continue;
    item->nIndex = row;
    return S_OK;
  }
  item->nIndex = -1;
  return S_FALSE;
}

STDMETHODIMP Console::SetDescBarText(LPOLESTR text) {
  description = text ? text : L"";
  return S_OK;
}

STDMETHODIMP Console::SetItemCount(int count, DWORD) {
  row_count = count;
  return S_OK;
}

STDMETHODIMP Console::ImageListSetIcon(LONG_PTR* icon, LONG place) {
  // What is no icon has none of these.
  ICONINFO info{};
  if (!GetIconInfo(reinterpret_cast<HICON>(icon), &info)) return E_INVALIDARG;
  DeleteObject(info.hbmColor);
  DeleteObject(info.hbmMask);
  icons = std::max<int>(icons, place + 1);
  return S_OK;
}

STDMETHODIMP Console::SetVerbState(MMC_CONSOLE_VERB verb, MMC_BUTTON_STATE state, WINBOOL on) {
  if (state == ENABLED) verbs[verb] = on;
  return S_OK;
}

STDMETHODIMP Console::SetDefaultVerb(MMC_CONSOLE_VERB verb) {
  default_verb = verb;
  return S_OK;
}

STDMETHODIMP Console::AddItem(CONTEXTMENUITEM* item) {
  if (!item || !item->strName) return E_INVALIDARG;
  menu.push_back({item->strName, item->strStatusBarText ? item->strStatusBarText : L"",
                  item->lCommandID, item->lInsertionPointID});
  return S_OK;
}

STDMETHODIMP Console::AddPage(HPROPSHEETPAGE page) {
  pages.push_back(page);
  return S_OK;
}

}  // namespace kontor::admin::host
