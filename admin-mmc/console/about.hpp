// SPDX-License-Identifier: GPL-3.0-or-later
// What the list of snap-ins says of this one.
#pragma once
#include "admin-mmc/base/com.hpp"

namespace kontor::admin {

class About : public Object<ISnapinAbout> {
 public:
  ~About() override;
  STDMETHODIMP GetSnapinDescription(LPOLESTR* text) override;
  STDMETHODIMP GetProvider(LPOLESTR* text) override;
  STDMETHODIMP GetSnapinVersion(LPOLESTR* text) override;
  STDMETHODIMP GetSnapinImage(HICON* icon) override;
  STDMETHODIMP GetStaticFolderImage(HBITMAP* small_image,
                                    HBITMAP* small_open,
                                    HBITMAP* large_image,
                                    COLORREF* mask) override;

 private:
  HBITMAP small_ = nullptr, open_ = nullptr, large_ = nullptr;
  HICON icon_ = nullptr;
};

}  // namespace kontor::admin
