// SPDX-License-Identifier: GPL-3.0-or-later
#include <libxml/parser.h>

#include <clocale>

#include "base/core/text.hpp"
#include "base/mime/decode.hpp"
#include "base/mime/detect.hpp"
#include "search/extract/read/readers.hpp"

namespace kontor::search {

Verdict read_plain(std::string_view bytes, Reading& reading) {
  reading.add(mime::text_of_unknown(bytes));
  return {};
}

Verdict read_as(Kind kind, const Attachment& file, Reading& reading) {
  switch (kind) {
    case Kind::none:
      return {Extraction::no_text, {}};
    case Kind::plain:
      return read_plain(file.bytes, reading);
    case Kind::html:
      return read_html(file.bytes, reading);
    case Kind::xml:
      return read_xml_text(file.bytes, reading);
    case Kind::rtf:
      return read_rtf(file.bytes, reading);
    case Kind::pdf:
      return read_pdf(file.bytes, reading);
    case Kind::zip:
      return read_zip(file.bytes, reading);
    case Kind::archive:
      return read_archive(file, reading);
    case Kind::mail:
      return read_mail(file.bytes, reading);
    case Kind::compound:
      return read_compound(file.bytes, reading);
    case Kind::tnef:
      return read_tnef(file.bytes, reading);
  }
  return {Extraction::no_text, {}};
}

void prepare_readers() {
  // Names in archives are converted by the C library.
  std::setlocale(LC_CTYPE, "C.UTF-8");
  xmlInitParser();
  prepare_pdf();
  // ICU loads the tables of a charset when it is first used.
  for (const std::string_view charset : {"windows-1251", "koi8-r", "ibm866", "utf-16le", "gb18030"})
    (void)mime::to_utf8("\xC0\xC1", charset);
  (void)mime::detect_charset("\xC0\xC1");
}

}  // namespace kontor::search
