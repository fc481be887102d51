// SPDX-License-Identifier: GPL-3.0-or-later
#include "search/extract/read/xml.hpp"

#include <libxml/xmlreader.h>

#include <algorithm>
#include <cstring>
#include <memory>

#include "search/extract/read/readers.hpp"

namespace kontor::search {
namespace {

// Without XML_PARSE_NOENT entities are not put into the text; without XML_PARSE_DTDLOAD no other
// file is looked for; without XML_PARSE_HUGE depth and sizes have libxml2's limits.
constexpr int k_options =
    XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_COMPACT;

struct FreeReader {
  void operator()(xmlTextReader* reader) const { xmlFreeTextReader(reader); }
};
struct FreeText {
  void operator()(xmlChar* text) const { xmlFree(text); }
};

std::string_view view(const xmlChar* text) {
  return text == nullptr ? std::string_view() : reinterpret_cast<const char*>(text);
}

int read_some(void* context, char* buffer, int size) {
  auto& source = *static_cast<ByteSource*>(context);
  return static_cast<int>(source(buffer, static_cast<std::size_t>(size)));
}

// The value of the attribute of that name in whatever namespace.
std::string attribute_of(xmlTextReader* reader, const char* name) {
  std::string value;
  for (int more = xmlTextReaderMoveToFirstAttribute(reader); more == 1;
       more = xmlTextReaderMoveToNextAttribute(reader))
    if (view(xmlTextReaderConstLocalName(reader)) == name) {
      value = view(xmlTextReaderConstValue(reader));
      break;
    }
  xmlTextReaderMoveToElement(reader);
  return value;
}

bool visit_node(xmlTextReader* reader, XmlVisitor& visitor) {
  const auto name = [&] { return view(xmlTextReaderConstLocalName(reader)); };
  switch (xmlTextReaderNodeType(reader)) {
    case XML_READER_TYPE_ELEMENT: {
      const bool is_empty = xmlTextReaderIsEmptyElement(reader) == 1;
      const std::string local(name());
      const auto attribute = [reader](const char* wanted) { return attribute_of(reader, wanted); };
      return visitor.begin(local, attribute) && (!is_empty || visitor.end(local));
    }
    case XML_READER_TYPE_END_ELEMENT:
      return visitor.end(name());
    case XML_READER_TYPE_TEXT:
    case XML_READER_TYPE_CDATA:
    case XML_READER_TYPE_SIGNIFICANT_WHITESPACE:
      return visitor.text(view(xmlTextReaderConstValue(reader)));
    default:
      return true;
  }
}

// The text of every element, each on its own line.
class AllText final : public XmlVisitor {
 public:
  explicit AllText(Reading& reading) : reading_(reading) {}
  bool begin(std::string_view, const Attribute&) override { return true; }
  bool end(std::string_view) override { return true; }
  bool text(std::string_view text) override {
    if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) return true;
    return reading_.add_line(text);
  }

 private:
  Reading& reading_;
};

}  // namespace

ByteSource source_of(std::string_view bytes) {
  return [bytes](char* buffer, std::size_t size) mutable -> std::ptrdiff_t {
    const auto count = std::min(size, bytes.size());
    std::memcpy(buffer, bytes.data(), count);
    bytes.remove_prefix(count);
    return static_cast<std::ptrdiff_t>(count);
  };
}

bool visit_xml(ByteSource source, XmlVisitor& visitor) {
  const std::unique_ptr<xmlTextReader, FreeReader> reader(
      xmlReaderForIO(&read_some, nullptr, &source, nullptr, nullptr, k_options));
  if (!reader) throw std::bad_alloc();
  for (;;) {
    const int more = xmlTextReaderRead(reader.get());
    if (more != 1) return more == 0;
    if (!visit_node(reader.get(), visitor)) return true;
  }
}

Verdict read_xml_text(std::string_view bytes, Reading& reading) {
  AllText all(reading);
  if (visit_xml(source_of(bytes), all)) return {};
  return {Extraction::not_readable, "the XML is damaged"};
}

}  // namespace kontor::search
