// SPDX-License-Identifier: GPL-3.0-or-later
#include "admin-mmc/console/about.hpp"

#include <cwchar>

#include "admin-mmc/base/version.hpp"
#include "admin-mmc/base/words.hpp"
#include "admin-mmc/console/icons.hpp"

namespace kontor::admin {
namespace {

HRESULT give(const wchar_t* text, LPOLESTR* out) {
  if (!out) return E_POINTER;
  const std::size_t bytes = (std::wcslen(text) + 1) * sizeof(wchar_t);
  *out = static_cast<LPOLESTR>(CoTaskMemAlloc(bytes));
  if (!*out) return E_OUTOFMEMORY;
  std::wmemcpy(*out, text, bytes / sizeof(wchar_t));
  return S_OK;
}

}  // namespace

About::~About() {
  for (const HBITMAP bitmap : {small_, open_, large_}) {
    if (bitmap) DeleteObject(bitmap);
  }
  if (icon_) DestroyIcon(icon_);
}

STDMETHODIMP About::GetSnapinDescription(LPOLESTR* text) { return give(say(Word::about), text); }
STDMETHODIMP About::GetProvider(LPOLESTR* text) { return give(say(Word::provider), text); }
STDMETHODIMP About::GetSnapinVersion(LPOLESTR* text) { return give(version, text); }

STDMETHODIMP About::GetSnapinImage(HICON* icon) {
  if (!icon) return E_POINTER;
  if (!icon_) icon_ = make_icon(0, 32);
  *icon = icon_;
  return icon_ ? S_OK : E_FAIL;
}

STDMETHODIMP About::GetStaticFolderImage(HBITMAP* small_image,
                                         HBITMAP* small_open,
                                         HBITMAP* large_image,
                                         COLORREF* mask) {
  if (!small_image || !small_open || !large_image || !mask) return E_POINTER;
  if (!small_) small_ = make_bitmap(0, 16);
  if (!open_) open_ = make_bitmap(0, 16);
  if (!large_) large_ = make_bitmap(0, 32);
  *small_image = small_;
  *small_open = open_;
  *large_image = large_;
  *mask = RGB(0xFF, 0, 0xFF);
  return S_OK;
}

}  // namespace kontor::admin
