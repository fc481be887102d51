// SPDX-License-Identifier: GPL-3.0-or-later
// The snap-in's object for one view: what stands at the right of the tree. Lists of the interface
// are virtual: the console asks for the rows it shows.
#pragma once
#include "admin-mmc/base/com.hpp"
#include "admin-mmc/console/rows.hpp"
#include "admin-mmc/console/snapin.hpp"

namespace kontor::admin {

class Component
    : public Object<IComponent, IResultOwnerData, IExtendContextMenu, IExtendPropertySheet2> {
 public:
  explicit Component(std::shared_ptr<Snapin> snapin) : snapin_(std::move(snapin)) {}

  // IComponent
  STDMETHODIMP Initialize(LPCONSOLE console) override;
  STDMETHODIMP Notify(LPDATAOBJECT object,
                      MMC_NOTIFY_TYPE event,
                      LPARAM argument,
                      LPARAM parameter) override;
  STDMETHODIMP Destroy(MMC_COOKIE cookie) override;
  STDMETHODIMP QueryDataObject(MMC_COOKIE cookie,
                               DATA_OBJECT_TYPES type,
                               LPDATAOBJECT* object) override;
  STDMETHODIMP GetResultViewType(MMC_COOKIE cookie, LPOLESTR* type, LONG* options) override;
  STDMETHODIMP GetDisplayInfo(RESULTDATAITEM* item) override;
  STDMETHODIMP CompareObjects(LPDATAOBJECT one, LPDATAOBJECT other) override;

  // IResultOwnerData
  STDMETHODIMP FindItem(LPRESULTFINDINFO what, int* index) override;
  STDMETHODIMP CacheHint(int first, int last) override;
  STDMETHODIMP SortItems(int column, DWORD options, LPARAM) override;

  // IExtendContextMenu
  STDMETHODIMP AddMenuItems(LPDATAOBJECT object,
                            LPCONTEXTMENUCALLBACK callback,
                            LONG* allowed) override;
  STDMETHODIMP Command(LONG command, LPDATAOBJECT object) override;

  // IExtendPropertySheet2
  STDMETHODIMP CreatePropertyPages(LPPROPERTYSHEETCALLBACK callback,
                                   LONG_PTR handle,
                                   LPDATAOBJECT object) override;
  STDMETHODIMP QueryPagesFor(LPDATAOBJECT object) override;
  STDMETHODIMP GetWatermarks(LPDATAOBJECT, HBITMAP*, HBITMAP*, HPALETTE*, WINBOOL*) override {
    return E_NOTIMPL;
  }

 protected:
  void also(REFIID iid, void** out) override { find<IExtendPropertySheet>(iid, out); }

 private:
  HRESULT notify(const Selection* chosen, MMC_NOTIFY_TYPE event, LPARAM argument, LPARAM parameter);
  void show(Node& node);
  void load();
  void enable_verbs(const Selection& chosen, bool selected);
  std::vector<Json> chosen_rows();

  std::shared_ptr<Snapin> snapin_;
  ComPointer<IConsole2> console_;
  ComPointer<IResultData> result_;
  ComPointer<IHeaderCtrl> header_;
  ComPointer<IConsoleVerb> verbs_;
  Node* node_ = nullptr;  // the one whose list is shown
  std::unique_ptr<Rows> rows_;
  std::wstring shown_;  // the text that GetDisplayInfo gave out last
};

}  // namespace kontor::admin
