// SPDX-License-Identifier: GPL-3.0-or-later
#include "admin-mmc/tab/mail_tab.hpp"

#include <functional>

#include "admin-mmc/tab/mail_pages.hpp"

namespace kontor::admin {
namespace {

// Gives the pages of an object to `add`, which says whether it took one.
HRESULT give_pages(const ObjectName& name, const std::function<bool(HPROPSHEETPAGE)>& add) {
  const auto subject = std::make_shared<Subject>(name);
  for (auto& page : pages_of(subject)) {
    const HPROPSHEETPAGE made = make_page(std::move(page));
    if (!made) return E_OUTOFMEMORY;
    if (!add(made)) {
      DestroyPropertySheetPage(made);
      return E_FAIL;
    }
  }
  return S_OK;
}

}  // namespace

// `handle` is of the console's own snap-in, which lets it go.
STDMETHODIMP MailTab::CreatePropertyPages(LPPROPERTYSHEETCALLBACK callback,
                                          LONG_PTR,
                                          LPDATAOBJECT object) {
  if (!callback) return E_POINTER;
  return guarded([&]() -> HRESULT {
    const auto name = object_of(object);
    if (!name) return S_FALSE;
    return give_pages(*name,
                      [&](HPROPSHEETPAGE page) { return SUCCEEDED(callback->AddPage(page)); });
  });
}

STDMETHODIMP MailTab::QueryPagesFor(LPDATAOBJECT object) {
  return guarded([&] { return object_of(object) ? S_OK : S_FALSE; });
}

STDMETHODIMP MailTab::Initialize(LPCITEMIDLIST, LPDATAOBJECT object, HKEY) {
  return guarded([&] {
    object_ = object_of(object);
    return object_ ? S_OK : E_FAIL;
  });
}

STDMETHODIMP MailTab::AddPages(LPFNADDPROPSHEETPAGE add, LPARAM parameter) {
  if (!add) return E_POINTER;
  return guarded([&]() -> HRESULT {
    if (!object_) return E_UNEXPECTED;
    return give_pages(*object_, [&](HPROPSHEETPAGE page) { return add(page, parameter) != FALSE; });
  });
}

}  // namespace kontor::admin
