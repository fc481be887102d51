// SPDX-License-Identifier: GPL-3.0-or-later
#include "admin-mmc/host/directory_object.hpp"

#include <cstring>

namespace kontor::admin::host {
namespace {

// As dsclient.h lays them out; offsets are from the beginning of the block.
struct ObjectNames {
  CLSID space{};
  UINT count = 1;
  DWORD flags = 0, provider = 0, name = 0, type = 0;
};
struct SpecifierOptions {
  DWORD size = 0, flags = 0, prefix = 0, user = 0, password = 0, server = 0, configuration = 0;
};

class DirectoryObject : public Object<IDataObject> {
 public:
  DirectoryObject(std::wstring dn, std::wstring type, std::wstring server)
      : dn_(std::move(dn)), type_(std::move(type)), server_(std::move(server)) {}

  STDMETHODIMP GetData(FORMATETC* format, STGMEDIUM* medium) override {
    std::string bytes;
    if (format->cfFormat == RegisterClipboardFormatW(L"DsObjectNames")) {
      ObjectNames names;
      const std::wstring path = L"LDAP://" + (server_.empty() ? L"" : server_ + L"/") + dn_;
      names.name = sizeof names;
      names.type = static_cast<DWORD>(sizeof names + (path.size() + 1) * sizeof(wchar_t));
      bytes.assign(reinterpret_cast<const char*>(&names), sizeof names);
      append(bytes, path);
      append(bytes, type_);
    } else if (format->cfFormat == RegisterClipboardFormatW(L"DsDisplaySpecOptions")) {
      SpecifierOptions options;
      options.size = sizeof options;
      options.flags = server_.empty() ? 0 : 1;  // DSDSOF_HASUSERANDSERVERINFO
      options.prefix = sizeof options;
      const std::wstring prefix = L"admin";
      if (!server_.empty())
        options.server = static_cast<DWORD>(sizeof options + (prefix.size() + 1) * sizeof(wchar_t));
      bytes.assign(reinterpret_cast<const char*>(&options), sizeof options);
      append(bytes, prefix);
      append(bytes, server_);
    } else {
      return DV_E_FORMATETC;
    }
    medium->tymed = TYMED_HGLOBAL;
    medium->pUnkForRelease = nullptr;
    medium->hGlobal = GlobalAlloc(GMEM_MOVEABLE, bytes.size());
    std::memcpy(GlobalLock(medium->hGlobal), bytes.data(), bytes.size());
    GlobalUnlock(medium->hGlobal);
    return S_OK;
  }
  STDMETHODIMP GetDataHere(FORMATETC*, STGMEDIUM*) override { return E_NOTIMPL; }
  STDMETHODIMP QueryGetData(FORMATETC*) override { return E_NOTIMPL; }
  STDMETHODIMP GetCanonicalFormatEtc(FORMATETC*, FORMATETC*) override { return E_NOTIMPL; }
  STDMETHODIMP SetData(FORMATETC*, STGMEDIUM*, BOOL) override { return E_NOTIMPL; }
  STDMETHODIMP EnumFormatEtc(DWORD, IEnumFORMATETC**) override { return E_NOTIMPL; }
  STDMETHODIMP DAdvise(FORMATETC*, DWORD, IAdviseSink*, DWORD*) override { return E_NOTIMPL; }
  STDMETHODIMP DUnadvise(DWORD) override { return E_NOTIMPL; }
  STDMETHODIMP EnumDAdvise(IEnumSTATDATA**) override { return E_NOTIMPL; }

 private:
  static void append(std::string& bytes, const std::wstring& text) {
    bytes.append(reinterpret_cast<const char*>(text.c_str()), (text.size() + 1) * sizeof(wchar_t));
  }

  std::wstring dn_, type_, server_;
};

}  // namespace

ComPointer<IDataObject> make_directory_object(const std::wstring& dn,
                                              const std::wstring& type,
                                              const std::wstring& server) {
  const auto made = make_object<DirectoryObject>(dn, type, server);
  return ComPointer<IDataObject>(made.get());
}

}  // namespace kontor::admin::host
