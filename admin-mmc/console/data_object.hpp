// SPDX-License-Identifier: GPL-3.0-or-later
// What the console is given to know a node or row by, and what it gives back.
#pragma once
#include "admin-mmc/base/com.hpp"
#include "admin-mmc/console/snapin.hpp"

namespace kontor::admin {

class DataObject : public Object<IDataObject> {
 public:
  explicit DataObject(Selection selection) : selection_(std::move(selection)) {}

  const Selection& selection() const { return selection_; }
  // The selection of an object that this library made; nullptr: of somebody else.
  static const Selection* selection_of(IDataObject* object);

  STDMETHODIMP GetData(FORMATETC* format, STGMEDIUM* medium) override;
  STDMETHODIMP GetDataHere(FORMATETC* format, STGMEDIUM* medium) override;
  STDMETHODIMP QueryGetData(FORMATETC* format) override;
  STDMETHODIMP GetCanonicalFormatEtc(FORMATETC*, FORMATETC*) override { return E_NOTIMPL; }
  STDMETHODIMP SetData(FORMATETC*, STGMEDIUM*, BOOL) override { return E_NOTIMPL; }
  STDMETHODIMP EnumFormatEtc(DWORD, IEnumFORMATETC**) override { return E_NOTIMPL; }
  STDMETHODIMP DAdvise(FORMATETC*, DWORD, IAdviseSink*, DWORD*) override {
    return OLE_E_ADVISENOTSUPPORTED;
  }
  STDMETHODIMP DUnadvise(DWORD) override { return OLE_E_ADVISENOTSUPPORTED; }
  STDMETHODIMP EnumDAdvise(IEnumSTATDATA**) override { return OLE_E_ADVISENOTSUPPORTED; }

 private:
  // The bytes of a format; empty: it is not known.
  std::string bytes_of(CLIPFORMAT format) const;

  Selection selection_;
};

// A GUID as it stands in the registry.
std::wstring guid_text(const GUID& guid);

}  // namespace kontor::admin
