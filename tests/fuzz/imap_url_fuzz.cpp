// SPDX-License-Identifier: GPL-3.0-or-later
// IMAP URLs: any bytes; what is read holds what the header promises.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/core/text.hpp"
#include "server/imap/wire/imap_url.hpp"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using kontor::imap::wire::UrlAccess;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto url = kontor::imap::wire::parse_imap_url(text);
  if (!url) return 0;
  require(url->uid != 0 && url->rump <= text.size());
  require(kontor::is_utf8(url->mailbox) && kontor::is_utf8(url->access_user));
  require(!url->server || !url->mailbox.empty());
  require(url->part.peek && (!url->part.partial || url->part.partial->size != 0));
  require(url->access != UrlAccess::none || (url->mechanism.empty() && !url->expires));
  require(url->mechanism.empty() == url->authentication.empty());
  // What the authentication is of reads the same without it.
  const auto rump = kontor::imap::wire::parse_imap_url(text.substr(0, url->rump));
  require(rump && rump->mechanism.empty() && rump->access == url->access);
  require(rump->mailbox == url->mailbox && rump->uid == url->uid);
  return 0;
}
