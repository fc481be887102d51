// SPDX-License-Identifier: GPL-3.0-or-later
// ManageSieve lines of any bytes: what is read has bounded words, and its strings come back as they
// were when they are written and read again.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/core/text.hpp"
#include "server/managesieve/wire/command.hpp"

namespace wire = kontor::managesieve::wire;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto line = wire::parse_line(bytes);
  if (!line) return 0;
  for (const auto& word : line->words) {
    if (word.text.size() > bytes.size()) std::abort();
    if (word.kind != wire::Word::Kind::string) continue;
    if (!kontor::is_utf8(word.text)) std::abort();
    std::string out;
    wire::append_string(out, word.text);
    const auto again = wire::parse_line(out);
    if (out.starts_with('"') &&
        (!again || again->words.size() != 1 || again->words[0].text != word.text))
      std::abort();
  }
  return 0;
}
