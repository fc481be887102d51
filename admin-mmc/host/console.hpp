// SPDX-License-Identifier: GPL-3.0-or-later
// What mmc.exe is to a snap-in, without its windows: keeps the tree, the columns and the rows that
// the snap-in gives, so that a test can read them.
#pragma once
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "admin-mmc/base/com.hpp"

namespace kontor::admin::host {

using Json = nlohmann::json;

struct ScopeItem {
  HSCOPEITEM id = 0, parent = 0;
  LPARAM cookie = 0;
  std::wstring name;  // empty: the snap-in is asked
  bool expanded = false, may_have_children = true;
};

struct HeaderColumn {
  std::wstring title;
  int width = 0, format = 0;
};

struct MenuItem {
  std::wstring name, hint;
  LONG command = 0, place = 0;
};

class Console : public Object<IConsole2,
                              IConsoleNameSpace2,
                              IHeaderCtrl2,
                              IResultData,
                              ::IImageList,
                              IConsoleVerb,
                              IContextMenuCallback,
                              IPropertySheetCallback> {
 public:
  // --- what the snap-in has given ---
  std::map<HSCOPEITEM, ScopeItem> items;
  std::vector<HeaderColumn> columns;
  std::vector<MenuItem> menu;
  std::vector<HPROPSHEETPAGE> pages;
  std::map<int, int> verbs;  // of MMC_CONSOLE_VERB: is it enabled?
  std::wstring description;
  int row_count = 0, icons = 0, default_verb = 0;
  std::vector<int> selected;       // rows
  std::vector<std::wstring> said;  // message boxes
  int answer = IDYES;              // what each is answered with
  HSCOPEITEM wanted = 0;           // SelectScopeItem
  HWND window = nullptr;
  std::function<void(LPARAM, LONG_PTR)> update;  // UpdateAllViews

  // IConsole2
  STDMETHODIMP SetHeader(LPHEADERCTRL) override { return S_OK; }
  STDMETHODIMP SetToolbar(LPTOOLBAR) override { return E_NOTIMPL; }
  STDMETHODIMP QueryResultView(LPUNKNOWN*) override { return E_NOTIMPL; }
  STDMETHODIMP QueryScopeImageList(LPIMAGELIST* list) override;
  STDMETHODIMP QueryResultImageList(LPIMAGELIST* list) override;
  STDMETHODIMP UpdateAllViews(LPDATAOBJECT, LPARAM data, LONG_PTR hint) override;
  STDMETHODIMP MessageBox(LPCWSTR text, LPCWSTR title, UINT style, int* pressed) override;
  STDMETHODIMP QueryConsoleVerb(LPCONSOLEVERB* verb) override;
  STDMETHODIMP SelectScopeItem(HSCOPEITEM item) override;
  STDMETHODIMP GetMainWindow(HWND* out) override;
  STDMETHODIMP NewWindow(HSCOPEITEM, unsigned long) override { return E_NOTIMPL; }
  STDMETHODIMP Expand(HSCOPEITEM, WINBOOL) override { return S_OK; }
  STDMETHODIMP IsTaskpadViewPreferred() override { return S_FALSE; }
  STDMETHODIMP SetStatusText(LPOLESTR) override { return S_OK; }

  // IConsoleNameSpace2
  STDMETHODIMP InsertItem(LPSCOPEDATAITEM item) override;
  STDMETHODIMP DeleteItem(HSCOPEITEM item, LONG this_too) override;
  STDMETHODIMP SetItem(LPSCOPEDATAITEM item) override;
  STDMETHODIMP GetItem(LPSCOPEDATAITEM item) override;
  STDMETHODIMP GetChildItem(HSCOPEITEM item, HSCOPEITEM* child, MMC_COOKIE* cookie) override;
  STDMETHODIMP GetNextItem(HSCOPEITEM item, HSCOPEITEM* next, MMC_COOKIE* cookie) override;
  STDMETHODIMP GetParentItem(HSCOPEITEM item, HSCOPEITEM* parent, MMC_COOKIE* cookie) override;
  STDMETHODIMP Expand(HSCOPEITEM) override { return S_OK; }
  STDMETHODIMP AddExtension(HSCOPEITEM, LPCLSID) override { return E_NOTIMPL; }

  // IHeaderCtrl2
  STDMETHODIMP InsertColumn(int column, LPCWSTR title, int format, int width) override;
  STDMETHODIMP DeleteColumn(int column) override;
  STDMETHODIMP SetColumnText(int, LPCWSTR) override { return E_NOTIMPL; }
  STDMETHODIMP GetColumnText(int, LPOLESTR*) override { return E_NOTIMPL; }
  STDMETHODIMP SetColumnWidth(int, int) override { return E_NOTIMPL; }
  STDMETHODIMP GetColumnWidth(int, int*) override { return E_NOTIMPL; }
  STDMETHODIMP SetChangeTimeOut(unsigned long) override { return S_OK; }
  STDMETHODIMP SetColumnFilter(UINT, DWORD, MMC_FILTERDATA*) override { return E_NOTIMPL; }
  STDMETHODIMP GetColumnFilter(UINT, LPDWORD, MMC_FILTERDATA*) override { return E_NOTIMPL; }

  // IResultData: of a virtual list, as MMC has it, many methods do nothing
  STDMETHODIMP InsertItem(LPRESULTDATAITEM) override { return E_NOTIMPL; }
  STDMETHODIMP DeleteItem(HRESULTITEM, int) override { return E_NOTIMPL; }
  STDMETHODIMP FindItemByLParam(LPARAM, HRESULTITEM*) override { return E_NOTIMPL; }
  STDMETHODIMP DeleteAllRsltItems() override;
  STDMETHODIMP SetItem(LPRESULTDATAITEM) override { return E_NOTIMPL; }
  STDMETHODIMP GetItem(LPRESULTDATAITEM) override { return E_NOTIMPL; }
  STDMETHODIMP GetNextItem(LPRESULTDATAITEM item) override;
  STDMETHODIMP ModifyItemState(int, HRESULTITEM, UINT, UINT) override { return E_NOTIMPL; }
  STDMETHODIMP ModifyViewStyle(MMC_RESULT_VIEW_STYLE, MMC_RESULT_VIEW_STYLE) override {
    return S_OK;
  }
  STDMETHODIMP SetViewMode(LONG) override { return S_OK; }
  STDMETHODIMP GetViewMode(LONG*) override { return E_NOTIMPL; }
  STDMETHODIMP UpdateItem(HRESULTITEM) override { return S_OK; }
  STDMETHODIMP Sort(int, DWORD, LPARAM) override { return E_NOTIMPL; }
  STDMETHODIMP SetDescBarText(LPOLESTR text) override;
  STDMETHODIMP SetItemCount(int count, DWORD) override;

  // IImageList
  STDMETHODIMP ImageListSetIcon(LONG_PTR* icon, LONG place) override;
  STDMETHODIMP ImageListSetStrip(LONG_PTR*, LONG_PTR*, LONG, COLORREF) override { return S_OK; }

  // IConsoleVerb
  STDMETHODIMP GetVerbState(MMC_CONSOLE_VERB, MMC_BUTTON_STATE, WINBOOL*) override {
    return E_NOTIMPL;
  }
  STDMETHODIMP SetVerbState(MMC_CONSOLE_VERB verb, MMC_BUTTON_STATE state, WINBOOL on) override;
  STDMETHODIMP SetDefaultVerb(MMC_CONSOLE_VERB verb) override;
  STDMETHODIMP GetDefaultVerb(MMC_CONSOLE_VERB*) override { return E_NOTIMPL; }

  // IContextMenuCallback, IPropertySheetCallback
  STDMETHODIMP AddItem(CONTEXTMENUITEM* item) override;
  STDMETHODIMP AddPage(HPROPSHEETPAGE page) override;
  STDMETHODIMP RemovePage(HPROPSHEETPAGE) override { return E_NOTIMPL; }

 protected:
  void also(REFIID iid, void** out) override {
    find<IConsole>(iid, out);
    find<IConsoleNameSpace>(iid, out);
    find<IHeaderCtrl>(iid, out);
  }

 private:
  HSCOPEITEM last_ = 0;
};

}  // namespace kontor::admin::host
