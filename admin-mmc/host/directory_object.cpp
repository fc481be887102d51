// SPDX-License-Identifier: GPL-3.0-or-later
#include "admin-mmc/host/directory_object.hpp"

#include <algorithm>

#include "admin-mmc/base/medium.hpp"
#include "admin-mmc/base/text.hpp"

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
  explicit DirectoryObject(const nlohmann::json& what)
      : dn_(wide(what.value("dn", ""))),
        type_(wide(what.value("class", "user"))),
        server_(wide(what.value("server", ""))),
        in_path_(what.value("in_path", false)),
        count_(what.value("count", 1U)),
        offset_(what.value("offset", 0U)),
        cut_(what.value("cut", std::size_t{0})) {}

  STDMETHODIMP GetData(FORMATETC* format, STGMEDIUM* medium) override {
    std::string bytes;
    if (format->cfFormat == RegisterClipboardFormatW(L"DsObjectNames")) {
      bytes = names();
    } else if (format->cfFormat == RegisterClipboardFormatW(L"DsDisplaySpecOptions")) {
      bytes = options();
    } else {
      return DV_E_FORMATETC;
    }
    return give_block(*medium, bytes);
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
  std::string names() const {
    ObjectNames head;
    std::wstring path = L"LDAP://" + (in_path_ ? server_ + L"/" : std::wstring());
    for (const wchar_t letter : dn_) {  // as ADSI writes it
      if (letter == L'/') path += L'\\';
      path += letter;
    }
    head.count = count_;
    head.name = sizeof head;
    head.type = static_cast<DWORD>(sizeof head + (path.size() + 1) * sizeof(wchar_t));
    if (offset_ != 0) head.type = offset_;
    std::string bytes(reinterpret_cast<const char*>(&head), sizeof head);
    append(bytes, path);
    append(bytes, type_);
    bytes.resize(bytes.size() - std::min(cut_, bytes.size() - 1));
    return bytes;
  }
  std::string options() const {
    SpecifierOptions head;
    const bool said = !server_.empty() && !in_path_;
    const std::wstring prefix = L"admin";
    head.size = sizeof head;
    head.flags = said ? 1 : 0;  // DSDSOF_HASUSERANDSERVERINFO
    head.prefix = sizeof head;
    if (said) head.server = static_cast<DWORD>(sizeof head + (prefix.size() + 1) * sizeof(wchar_t));
    std::string bytes(reinterpret_cast<const char*>(&head), sizeof head);
    append(bytes, prefix);
    append(bytes, server_);
    return bytes;
  }
  static void append(std::string& bytes, const std::wstring& text) {
    bytes.append(reinterpret_cast<const char*>(text.c_str()), (text.size() + 1) * sizeof(wchar_t));
  }

  std::wstring dn_, type_, server_;
  bool in_path_;
  UINT count_;
  DWORD offset_;
  std::size_t cut_;
};

}  // namespace

ComPointer<IDataObject> make_directory_object(const nlohmann::json& what) {
  const auto made = make_object<DirectoryObject>(what);
  return ComPointer<IDataObject>(made.get());
}

}  // namespace kontor::admin::host
