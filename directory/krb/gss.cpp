// SPDX-License-Identifier: GPL-3.0-or-later
#include "directory/krb/gss.hpp"

namespace kontor::directory {
namespace {

std::string status_text(OM_uint32 code, int type) {
  std::string text;
  OM_uint32 more = 0;
  do {
    GssBuffer line;
    OM_uint32 minor = 0;
    if (gss_display_status(&minor, code, type, GSS_C_NO_OID, &more, line.out()) != GSS_S_COMPLETE)
      break;
    text += (text.empty() ? "" : ", ") + line.text();
  } while (more != 0 && text.size() < 1'000);
  return text;
}

}  // namespace

gss_buffer_desc view_of(std::string_view bytes) {
  gss_buffer_desc buffer;
  buffer.length = bytes.size();
  buffer.value = const_cast<char*>(bytes.data());  // the C interface has no const; never written
  return buffer;
}

std::string gss_text(const char* what, OM_uint32 major, OM_uint32 minor) {
  std::string text = std::string(what) + ": " + status_text(major, GSS_C_GSS_CODE);
  if (minor != 0) text += "; " + status_text(minor, GSS_C_MECH_CODE);
  return text;
}

}  // namespace kontor::directory
