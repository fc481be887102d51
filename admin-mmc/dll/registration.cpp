// SPDX-License-Identifier: GPL-3.0-or-later
#include "admin-mmc/dll/registration.hpp"

#include <string>
#include <vector>

#include "admin-mmc/base/guids.hpp"
#include "admin-mmc/base/library.hpp"
#include "admin-mmc/base/version.hpp"
#include "admin-mmc/console/data_object.hpp"
#include "admin-mmc/console/lists.hpp"

namespace kontor::admin {
namespace {

struct Row {
  std::wstring key, name, value;
  bool shared = false;  // others have values in this key: only the value is taken away
};

constexpr const wchar_t* product = L"Kontor mail servers";
constexpr const wchar_t* kind_names[] = {L"root",     L"server", L"services",  L"domains",
                                         L"sessions", L"queue",  L"mailboxes", L"groups",
                                         L"shares",   L"trace",  L"policies",  L"quarantine"};
static_assert(std::size(kind_names) == kind_count);

// schemaIDGUID of the classes whose objects have the pages: that is the type of their nodes.
constexpr const wchar_t* classes[] = {L"{BF967ABA-0DE6-11D0-A285-00AA003049E2}",   // user
                                      L"{4828CC14-1437-45BC-9B07-AD6F015E5F28}",   // inetOrgPerson
                                      L"{BF967A9C-0DE6-11D0-A285-00AA003049E2}",   // group
                                      L"{5CB41ED0-0E4C-11D0-A286-00AA003049E2}"};  // contact

std::wstring file_of_library() {
  std::wstring file(32768, L'\0');
  file.resize(GetModuleFileNameW(library, file.data(), static_cast<DWORD>(file.size())));
  return file;
}

// Parents stand before what is in them.
std::vector<Row> rows() {
  const std::wstring file = file_of_library(), snapins = L"SOFTWARE\\Microsoft\\MMC\\SnapIns\\",
                     types = L"SOFTWARE\\Microsoft\\MMC\\NodeTypes\\";
  std::vector<Row> all;
  const auto add_class = [&](const CLSID& id, const wchar_t* name) {
    const std::wstring key = L"SOFTWARE\\Classes\\CLSID\\" + guid_text(id);
    all.push_back({key, L"", name});
    all.push_back({key + L"\\InprocServer32", L"", file});
    all.push_back({key + L"\\InprocServer32", L"ThreadingModel", L"Apartment"});
  };
  add_class(snapin_class, product);
  add_class(about_class, L"Kontor mail servers: about");
  add_class(mail_tab_class, L"Kontor mail pages");
  const auto add_snapin = [&](const CLSID& id, const wchar_t* name) {
    const std::wstring key = snapins + guid_text(id);
    all.push_back({key, L"NameString", name});
    all.push_back({key, L"About", guid_text(about_class)});
    all.push_back({key, L"Provider", L"The Kontor project"});
    all.push_back({key, L"Version", version});
    return key;
  };
  const std::wstring snapin = add_snapin(snapin_class, product);
  all.push_back({snapin + L"\\StandAlone", L"", L""});
  for (int kind = 0; kind < kind_count; ++kind) {
    const std::wstring name = std::wstring(L"Kontor: ") + kind_names[kind];
    all.push_back({snapin + L"\\NodeTypes\\" + guid_text(node_type(kind)), L"", name});
    all.push_back({types + guid_text(node_type(kind)), L"", name});
  }
  add_snapin(mail_tab_class, L"Kontor mail pages");
  for (const wchar_t* one : classes)
    all.push_back({types + one + L"\\Extensions\\PropertySheet", guid_text(mail_tab_class),
                   L"Kontor mail pages", true});
  return all;
}

}  // namespace

HRESULT write_registration() {
  for (const Row& row : rows()) {
    const LSTATUS done = RegSetKeyValueW(
        HKEY_LOCAL_MACHINE, row.key.c_str(), row.name.c_str(), REG_SZ, row.value.c_str(),
        static_cast<DWORD>((row.value.size() + 1) * sizeof(wchar_t)));
    if (done != ERROR_SUCCESS) return HRESULT_FROM_WIN32(done);
  }
  return S_OK;
}

HRESULT remove_registration() {
  HRESULT result = S_OK;
  const auto all = rows();
  for (auto row = all.rbegin(); row != all.rend(); ++row) {
    const LSTATUS done =
        row->shared ? RegDeleteKeyValueW(HKEY_LOCAL_MACHINE, row->key.c_str(), row->name.c_str())
                    : RegDeleteTreeW(HKEY_LOCAL_MACHINE, row->key.c_str());
    if (done != ERROR_SUCCESS && done != ERROR_FILE_NOT_FOUND && SUCCEEDED(result))
      result = HRESULT_FROM_WIN32(done);
  }
  return result;
}

}  // namespace kontor::admin
