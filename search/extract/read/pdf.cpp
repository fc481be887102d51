// SPDX-License-Identifier: GPL-3.0-or-later
// PDF by poppler, page after page.
#include <poppler/cpp/poppler-document.h>
#include <poppler/cpp/poppler-embedded-file.h>
#include <poppler/cpp/poppler-global.h>
#include <poppler/cpp/poppler-page.h>

#include <limits>
#include <memory>

#include "base/mime/decode.hpp"
#include "base/mime/detect.hpp"
#include "search/extract/read/readers.hpp"

namespace kontor::search {
namespace {

// Poppler's own way to UTF-8 opens a converter of the C library each time.
std::string utf8_of(const poppler::ustring& text) {
  const std::string_view units(reinterpret_cast<const char*>(text.data()), text.size() * 2);
  return mime::to_utf8(units, "utf-16le");
}

using Document = std::unique_ptr<poppler::document>;

Document open_document(std::string_view bytes) {
  return Document(
      poppler::document::load_from_raw_data(bytes.data(), static_cast<int>(bytes.size())));
}

constexpr std::string_view k_smallest =
    "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[3 0 R]/Count "
    "1>>endobj 3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]/Contents 4 0 R/Resources<<"
    "/Font<</F 5 0 R>>>>>>endobj 4 0 obj<</Length 24>>stream\nBT /F 9 Tf (x) Tj ET    "
    "\nendstream endobj 5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj\n"
    "trailer<</Root 1 0 R>>\n";

// Files put into the document: invoices as XML, portfolios.
void read_embedded(const poppler::document& document, Reading& reading, Members& members) {
  if (!document.has_embedded_files()) return;
  for (auto* file : document.embedded_files()) {
    if (file == nullptr || !file->is_valid() || reading.is_full()) continue;
    if (!reading.may_open_file()) return members.left_out("it holds more files than are read");
    const auto data = file->data();
    if (!reading.may_unpack(data.size())) return members.left_out("it holds more than is read");
    const auto name = mime::text_of_unknown(file->name());  // UTF-16 with a mark, or bytes
    reading.add_line(name);
    members.saw(name, reading.read_inner({{data.data(), data.size()}, {}, name}));
  }
}

}  // namespace

Verdict read_pdf(std::string_view bytes, Reading& reading) {
  constexpr std::size_t k_most = std::numeric_limits<int>::max();
  if (bytes.size() > k_most) return {Extraction::cut, "it is too large"};
  const auto document = open_document(bytes);
  if (!document) return {Extraction::not_readable, "the PDF is damaged"};
  if (document->is_locked()) return {Extraction::encrypted, "it needs a password"};
  for (const auto* key : {"Title", "Author", "Subject", "Keywords"})
    if (const auto value = document->info_key(key); !value.empty())
      reading.add_line(utf8_of(value));
  bool is_damaged = false;
  const int pages = document->pages();
  for (int i = 0; i < pages && !reading.is_full(); ++i) {
    const std::unique_ptr<poppler::page> page(document->create_page(i));
    if (page)
      reading.add_line(
          utf8_of(page->text(poppler::rectf(), poppler::page::non_raw_non_physical_layout)));
    else
      is_damaged = true;
  }
  Members members;
  members.saw({}, is_damaged ? Verdict{Extraction::not_readable, "pages of the PDF are damaged"}
                             : Verdict());
  read_embedded(*document, reading, members);
  return members.verdict();
}

void prepare_pdf() {
  poppler::set_debug_error_function([](const std::string&, void*) {}, nullptr);
  const ReadLimits limits;
  Reading reading(limits, k_smallest.size());
  (void)read_pdf(k_smallest, reading);
}

}  // namespace kontor::search
