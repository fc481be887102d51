// SPDX-License-Identifier: GPL-3.0-or-later
// The snap-in's object for a whole console: its tree, and what is kept in the console's file.
#pragma once
#include "admin-mmc/base/com.hpp"
#include "admin-mmc/console/snapin.hpp"

namespace kontor::admin {

class ComponentData
    : public Object<IComponentData, IExtendContextMenu, IExtendPropertySheet2, IPersistStream> {
 public:
  ComponentData() : snapin_(std::make_shared<Snapin>()) {}

  // IComponentData
  STDMETHODIMP Initialize(LPUNKNOWN console) override;
  STDMETHODIMP CreateComponent(LPCOMPONENT* component) override;
  STDMETHODIMP Notify(LPDATAOBJECT object,
                      MMC_NOTIFY_TYPE event,
                      LPARAM argument,
                      LPARAM parameter) override;
  STDMETHODIMP Destroy() override;
  STDMETHODIMP QueryDataObject(MMC_COOKIE cookie,
                               DATA_OBJECT_TYPES type,
                               LPDATAOBJECT* object) override;
  STDMETHODIMP GetDisplayInfo(SCOPEDATAITEM* item) override;
  STDMETHODIMP CompareObjects(LPDATAOBJECT one, LPDATAOBJECT other) override;

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

  // IPersistStream
  STDMETHODIMP GetClassID(CLSID* id) override;
  STDMETHODIMP IsDirty() override { return snapin_->dirty() ? S_OK : S_FALSE; }
  STDMETHODIMP Load(IStream* stream) override;
  STDMETHODIMP Save(IStream* stream, WINBOOL clear) override;
  STDMETHODIMP GetSizeMax(ULARGE_INTEGER* size) override;

 protected:
  void also(REFIID iid, void** out) override { find<IExtendPropertySheet>(iid, out); }

 private:
  std::shared_ptr<Snapin> snapin_;
};

}  // namespace kontor::admin
