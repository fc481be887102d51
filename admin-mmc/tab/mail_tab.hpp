// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "admin-mmc/base/com.hpp"
namespace kontor::admin {
class MailTab : public Object<IShellExtInit> {
 public:
  STDMETHODIMP Initialize(LPCITEMIDLIST, IDataObject*, HKEY) override { return E_NOTIMPL; }
};
}  // namespace kontor::admin
