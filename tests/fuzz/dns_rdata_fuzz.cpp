// SPDX-License-Identifier: GPL-3.0-or-later
// RDATA of any bytes: what is read is a plain host name of lawful size, a numeric address, a text.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/net/resolver.hpp"

namespace {

void check_name(std::string_view name) {
  if (name.size() > 253 || name.find("..") != std::string_view::npos) std::abort();
  for (const char c : name)
    if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.'))
      std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (const auto mx = kontor::net::read_mx_rdata(bytes)) check_name(mx->host);
  if (const auto name = kontor::net::read_name_rdata(bytes)) check_name(*name);
  if (const auto text = kontor::net::read_txt_rdata(bytes))
    if (text->size() >= size && size != 0) std::abort();
  if (const auto tlsa = kontor::net::read_tlsa_rdata(bytes))
    if (tlsa->data.size() + 3 != size || tlsa->data.empty()) std::abort();
  if (const auto address = kontor::net::read_address_rdata(bytes))
    if (address->empty() || (size != 4 && size != 16)) std::abort();
  return 0;
}
