// SPDX-License-Identifier: GPL-3.0-or-later
#include "admin-mmc/base/medium.hpp"

#include <cstring>

namespace kontor::admin {

HRESULT give_block(STGMEDIUM& medium, const std::string& bytes) {
  medium.tymed = TYMED_HGLOBAL;
  medium.pUnkForRelease = nullptr;
  medium.hGlobal = GlobalAlloc(GMEM_MOVEABLE, bytes.size());
  if (!medium.hGlobal) return E_OUTOFMEMORY;
  std::memcpy(GlobalLock(medium.hGlobal), bytes.data(), bytes.size());
  GlobalUnlock(medium.hGlobal);
  return S_OK;
}

}  // namespace kontor::admin
