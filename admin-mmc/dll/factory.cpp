// SPDX-License-Identifier: GPL-3.0-or-later
// The library's entries and its factory. The installer (admin-mmc/installer) writes the same keys
// into the registry as regsvr32 does by DllRegisterServer.
#include "admin-mmc/base/com.hpp"
#include "admin-mmc/console/about.hpp"
#include "admin-mmc/console/component_data.hpp"
#include "admin-mmc/dll/registration.hpp"
#include "admin-mmc/tab/mail_tab.hpp"

namespace kontor::admin {
namespace {

class Factory : public Object<IClassFactory> {
 public:
  explicit Factory(const CLSID& id) : id_(id) {}

  STDMETHODIMP CreateInstance(IUnknown* outer, REFIID iid, void** out) override {
    if (outer) return CLASS_E_NOAGGREGATION;
    return guarded([&]() -> HRESULT {
      if (IsEqualCLSID(id_, snapin_class))
        return make_object<ComponentData>()->QueryInterface(iid, out);
      if (IsEqualCLSID(id_, mail_tab_class))
        return make_object<MailTab>()->QueryInterface(iid, out);
      return make_object<About>()->QueryInterface(iid, out);
    });
  }
  STDMETHODIMP LockServer(WINBOOL lock) override {
    lock ? InterlockedIncrement(&objects_alive) : InterlockedDecrement(&objects_alive);
    return S_OK;
  }

 private:
  CLSID id_;
};

}  // namespace
}  // namespace kontor::admin

using namespace kontor::admin;

BOOL WINAPI DllMain(HINSTANCE instance, DWORD reason, void*) {
  if (reason == DLL_PROCESS_ATTACH) {
    library = instance;
    DisableThreadLibraryCalls(instance);
  }
  return TRUE;
}

STDAPI DllGetClassObject(REFCLSID id, REFIID iid, void** out) {
  if (!IsEqualCLSID(id, snapin_class) && !IsEqualCLSID(id, about_class) &&
      !IsEqualCLSID(id, mail_tab_class))
    return CLASS_E_CLASSNOTAVAILABLE;
  return guarded([&] { return make_object<Factory>(id)->QueryInterface(iid, out); });
}

STDAPI DllCanUnloadNow() { return objects_alive == 0 ? S_OK : S_FALSE; }

STDAPI DllRegisterServer() {
  return guarded([] { return write_registration(); });
}

STDAPI DllUnregisterServer() {
  return guarded([] { return remove_registration(); });
}
