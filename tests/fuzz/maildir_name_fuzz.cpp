// SPDX-License-Identifier: GPL-3.0-or-later
// Names of a Maildir: whatever they are, folders have names that the store takes and keywords too.
#include <cstdint>
#include <cstdlib>

#include "base/core/text.hpp"
#include "server/admin/sources/folders.hpp"
#include "server/admin/sources/marks.hpp"
#include "store/mailbox/keyword_table.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace kontor::admin::sources;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto letters = parse_keyword_letters(text);
  for (const auto& keyword : marks_of_name(text, letters).keywords)
    if (!kontor::store::is_keyword(keyword)) std::abort();
  const auto levels = levels_of_maildir(text.substr(0, 200));
  const auto folder = folder_for(levels, {});
  if (!kontor::is_utf8(folder) || folder.find('\n') != std::string::npos) std::abort();
  return 0;
}
