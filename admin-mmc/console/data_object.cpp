// SPDX-License-Identifier: GPL-3.0-or-later
#include "admin-mmc/console/data_object.hpp"

#include "admin-mmc/base/medium.hpp"

namespace kontor::admin {
namespace {

// In a format of our own stands the address of the object, good in this process alone.
constexpr const wchar_t* own_format = L"KONTOR_ADMIN_SELECTION";

CLIPFORMAT format_of(const wchar_t* name) {
  return static_cast<CLIPFORMAT>(RegisterClipboardFormatW(name));
}

template <class Value>
std::string raw(const Value& value) {
  return std::string(reinterpret_cast<const char*>(&value), sizeof value);
}

std::string raw_text(const std::wstring& text) {
  return std::string(reinterpret_cast<const char*>(text.c_str()),
                     (text.size() + 1) * sizeof(wchar_t));
}

struct OwnData {
  DWORD process;
  const DataObject* object;
};

}  // namespace

std::wstring guid_text(const GUID& guid) {
  wchar_t text[40];
  StringFromGUID2(guid, text, std::size(text));
  return text;
}

std::string DataObject::bytes_of(CLIPFORMAT format) const {
  const Kind kind = selection_.node ? selection_.node->kind : Kind::root;
  // Rows have a type of their own: one for those of each list.
  const GUID type = node_type(static_cast<int>(kind) + (selection_.rows_chosen ? 0x20 : 0));
  if (format == format_of(CCF_NODETYPE)) return raw(type);
  if (format == format_of(CCF_SZNODETYPE)) return raw_text(guid_text(type));
  if (format == format_of(CCF_DISPLAY_NAME))
    return raw_text(selection_.node ? selection_.node->name : say(Word::product));
  if (format == format_of(CCF_SNAPIN_CLASSID)) return raw(snapin_class);
  if (format == format_of(CCF_OBJECT_TYPES_IN_MULTI_SELECT) && selection_.rows.size() > 1)
    return raw(SMMCObjectTypes{1, {type}});
  if (format == format_of(own_format)) return raw(OwnData{GetCurrentProcessId(), this});
  return {};
}

STDMETHODIMP DataObject::GetData(FORMATETC* format, STGMEDIUM* medium) {
  if (!format || !medium) return E_POINTER;
  const std::string bytes = bytes_of(format->cfFormat);
  if (bytes.empty() || !(format->tymed & TYMED_HGLOBAL)) return DV_E_FORMATETC;
  return give_block(*medium, bytes);
}

STDMETHODIMP DataObject::GetDataHere(FORMATETC* format, STGMEDIUM* medium) {
  if (!format || !medium) return E_POINTER;
  const std::string bytes = bytes_of(format->cfFormat);
  if (bytes.empty()) return DV_E_FORMATETC;
  if (medium->tymed == TYMED_ISTREAM && medium->pstm)
    return medium->pstm->Write(bytes.data(), static_cast<ULONG>(bytes.size()), nullptr);
  if (medium->tymed != TYMED_HGLOBAL || !medium->hGlobal) return DV_E_TYMED;
  // MMC gives a handle of its own, which may have to grow (of a display name above all).
  ComPointer<IStream> stream;
  const HRESULT made = CreateStreamOnHGlobal(medium->hGlobal, FALSE, stream.out());
  return FAILED(made) ? made
                      : stream->Write(bytes.data(), static_cast<ULONG>(bytes.size()), nullptr);
}

STDMETHODIMP DataObject::QueryGetData(FORMATETC* format) {
  if (!format) return E_POINTER;
  return bytes_of(format->cfFormat).empty() ? DV_E_FORMATETC : S_OK;
}

const Selection* DataObject::selection_of(IDataObject* object) {
  if (!object || IS_SPECIAL_DATAOBJECT(object)) return nullptr;
  FORMATETC format{format_of(own_format), nullptr, DVASPECT_CONTENT, -1, TYMED_HGLOBAL};
  STGMEDIUM medium{};
  if (FAILED(object->GetData(&format, &medium))) return nullptr;
  const Selection* found = nullptr;
  if (medium.tymed == TYMED_HGLOBAL && GlobalSize(medium.hGlobal) >= sizeof(OwnData)) {
    const auto* data = static_cast<const OwnData*>(GlobalLock(medium.hGlobal));
    if (data->process == GetCurrentProcessId()) found = &data->object->selection();
    GlobalUnlock(medium.hGlobal);
  }
  ReleaseStgMedium(&medium);
  return found;
}

}  // namespace kontor::admin
