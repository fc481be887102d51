// SPDX-License-Identifier: GPL-3.0-or-later
#include "search/extract/read/outlook.hpp"

#include "base/core/text.hpp"
#include "base/mime/decode.hpp"
#include "base/mime/detect.hpp"
#include "search/extract/read/code_page.hpp"
#include "search/extract/read/compressed_rtf.hpp"
#include "search/extract/read/readers.hpp"

namespace kontor::search::outlook {

void add_body(const Body& body, Reading& reading) {
  if (!trim(body.plain).empty()) {
    reading.add_line(body.plain);
  } else if (!body.html.empty()) {
    (void)read_html(body.html, reading);
  } else if (!body.rtf.empty()) {
    const auto rtf = unpack_rtf(body.rtf, reading.most_of_member());
    if (reading.may_unpack(rtf.size())) (void)read_rtf(rtf, reading);
  }
  reading.add("\n");
}

std::string unicode_text(std::string_view bytes) {
  auto text = mime::to_utf8(bytes.substr(0, bytes.size() & ~std::size_t{1}), "utf-16le");
  while (text.ends_with('\0')) text.pop_back();
  return text;
}

std::string ansi_text(std::string_view bytes, std::uint32_t code_page) {
  while (bytes.ends_with('\0')) bytes.remove_suffix(1);
  return code_page == 0 ? mime::text_of_unknown(bytes)
                        : mime::to_utf8(bytes, charset_of_code_page(code_page));
}

}  // namespace kontor::search::outlook
