// SPDX-License-Identifier: GPL-3.0-or-later
// Names of folders: any bytes as a name, and as modified UTF-7; what is accepted keeps to the
// limits, is stored as it is, and comes back from either way of writing it.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/core/text.hpp"
#include "base/mime/modified_utf7.hpp"
#include "store/mailbox/names.hpp"

namespace {

using namespace kontor;

void require(bool holds) {
  if (!holds) std::abort();
}

void check_name(std::string_view bytes) {
  const auto name = store::folder_name(bytes);
  if (!name) return;
  require(is_utf8(*name) && !name->empty() && name->size() <= store::k_max_name);
  require(!name->starts_with('/') && !name->ends_with('/'));
  const auto again = store::folder_name(*name);
  require(again && *again == *name);
  require(store::inbox_in_capitals(*name) == *name);
  for (const auto& parent : store::parents_of(*name)) {
    require(store::is_below(*name, parent));
    require(store::folder_name(parent).has_value());
  }
  const auto back = mime::decode_modified_utf7(mime::encode_modified_utf7(*name));
  require(back && *back == *name);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  check_name(bytes);
  if (const auto decoded = mime::decode_modified_utf7(bytes)) {
    require(is_utf8(*decoded));
    require(mime::encode_modified_utf7(*decoded) == bytes);  // there is one way to write it
    check_name(*decoded);
  }
  return 0;
}
