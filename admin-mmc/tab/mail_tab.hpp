// SPDX-License-Identifier: GPL-3.0-or-later
// The pages that Active Directory Users and Computers shows in the sheets of users, groups and
// contacts: as an extension of the console (by node type), or of the shell (display specifiers).
#pragma once
#include <optional>

#include "admin-mmc/base/com.hpp"
#include "admin-mmc/tab/object_name.hpp"

namespace kontor::admin {

class MailTab : public Object<IExtendPropertySheet2, IShellExtInit, IShellPropSheetExt> {
 public:
  // IExtendPropertySheet2
  STDMETHODIMP CreatePropertyPages(LPPROPERTYSHEETCALLBACK callback,
                                   LONG_PTR handle,
                                   LPDATAOBJECT object) override;
  STDMETHODIMP QueryPagesFor(LPDATAOBJECT object) override;
  STDMETHODIMP GetWatermarks(LPDATAOBJECT, HBITMAP*, HBITMAP*, HPALETTE*, WINBOOL*) override {
    return E_NOTIMPL;
  }

  // IShellExtInit
  STDMETHODIMP Initialize(LPCITEMIDLIST folder, LPDATAOBJECT object, HKEY key) override;

  // IShellPropSheetExt
  STDMETHODIMP AddPages(LPFNADDPROPSHEETPAGE add, LPARAM parameter) override;
  STDMETHODIMP ReplacePage(UINT, LPFNADDPROPSHEETPAGE, LPARAM) override { return E_NOTIMPL; }

 protected:
  void also(REFIID iid, void** out) override { find<IExtendPropertySheet>(iid, out); }

 private:
  std::optional<ObjectName> object_;  // that the shell gave
};

}  // namespace kontor::admin
