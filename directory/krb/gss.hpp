// SPDX-License-Identifier: GPL-3.0-or-later
// GSSAPI's handles, each owned by one object. For the sources of this folder only.
#pragma once
#include <gssapi/gssapi.h>

#include <string>
#include <string_view>

#include "base/core/result.hpp"

namespace kontor::directory {

class GssBuffer {  // what the library gave; released with the object
 public:
  GssBuffer() = default;
  GssBuffer(const GssBuffer&) = delete;
  GssBuffer& operator=(const GssBuffer&) = delete;
  ~GssBuffer() {
    OM_uint32 minor = 0;
    gss_release_buffer(&minor, &buffer_);
  }
  gss_buffer_t out() { return &buffer_; }
  std::string text() const {
    return buffer_.length == 0
               ? std::string()
               : std::string(static_cast<const char*>(buffer_.value), buffer_.length);
  }

 private:
  gss_buffer_desc buffer_ = GSS_C_EMPTY_BUFFER;
};

template <class T, auto Release>
class GssOwned {
 public:
  GssOwned() = default;
  GssOwned(const GssOwned&) = delete;
  GssOwned& operator=(const GssOwned&) = delete;
  ~GssOwned() {
    OM_uint32 minor = 0;
    if (value_ != nullptr) Release(&minor, &value_);
  }
  T get() const { return value_; }
  T* out() { return &value_; }

 private:
  T value_ = nullptr;
};

inline OM_uint32 drop_context(OM_uint32* minor, gss_ctx_id_t* context) {
  return gss_delete_sec_context(minor, context, GSS_C_NO_BUFFER);
}
using GssName = GssOwned<gss_name_t, gss_release_name>;
using GssCredential = GssOwned<gss_cred_id_t, gss_release_cred>;
using GssContext = GssOwned<gss_ctx_id_t, drop_context>;

// A view of our bytes as the library takes them; the bytes outlive it.
gss_buffer_desc view_of(std::string_view bytes);
// "what: major text; minor text", for the log.
std::string gss_text(const char* what, OM_uint32 major, OM_uint32 minor);

}  // namespace kontor::directory
