// SPDX-License-Identifier: GPL-3.0-or-later
// Names of interfaces and classes. MinGW's mmc.h declares the interfaces of MMC 2.0 but no library
// holds their names; they are those of the console's type library (mmc.tlb).
#pragma once
#include <windows.h>
// The order matters: mmc.h needs what stands above.
#include <commctrl.h>
#include <mmc.h>
#include <objidl.h>
#include <prsht.h>
#include <shlobj.h>

namespace kontor::admin {

template <class Interface>
const IID& iid_of();

#define KONTOR_IID(Interface) \
  template <>                 \
  const IID& iid_of<Interface>()

KONTOR_IID(IUnknown);
KONTOR_IID(IClassFactory);
KONTOR_IID(IDataObject);
KONTOR_IID(IPersistStream);
KONTOR_IID(IShellExtInit);
KONTOR_IID(IShellPropSheetExt);
KONTOR_IID(IComponentData);
KONTOR_IID(IComponent);
KONTOR_IID(IResultOwnerData);
KONTOR_IID(IConsole);
KONTOR_IID(IConsole2);
KONTOR_IID(IConsoleNameSpace);
KONTOR_IID(IConsoleNameSpace2);
KONTOR_IID(IHeaderCtrl);
KONTOR_IID(IHeaderCtrl2);
KONTOR_IID(IResultData);
KONTOR_IID(::IImageList);
KONTOR_IID(IConsoleVerb);
KONTOR_IID(IExtendContextMenu);
KONTOR_IID(IContextMenuCallback);
KONTOR_IID(IContextMenuProvider);
KONTOR_IID(IExtendPropertySheet);
KONTOR_IID(IExtendPropertySheet2);
KONTOR_IID(IPropertySheetCallback);
KONTOR_IID(IPropertySheetProvider);
KONTOR_IID(ISnapinAbout);

#undef KONTOR_IID

// The classes of this library, as they stand in the registry.
extern const CLSID snapin_class;    // the console's tree
extern const CLSID about_class;     // what "Add snap-in" says of it
extern const CLSID mail_tab_class;  // the pages of Active Directory Users and Computers
// Type of each kind of node (NodeTypes of the registry), counted in the first part.
GUID node_type(int kind);

}  // namespace kontor::admin
