// SPDX-License-Identifier: GPL-3.0-or-later
// libxml2 reads by SAX: no tree of its own, no files, no network. The first sign of a document type
// ends it, so that there is never an entity to expand.
#include <libxml/parser.h>

#include <mutex>

#include "base/core/text.hpp"
#include "server/dav/xml/element.hpp"

namespace kontor::dav::xml {
namespace {

std::string_view view_of(const xmlChar* text) {
  return text == nullptr ? std::string_view() : reinterpret_cast<const char*>(text);
}

class Reading {
 public:
  explicit Reading(const Limits& limits) : limits_(limits) {}

  Result<Element> run(std::string_view document) {
    if (document.size() > INT32_MAX) return fail(Errc::bad_input, "the document is too long");
    // RFC 3023: UTF-8 it is, whatever it says of itself; so that nothing is converted.
    if (!is_utf8(document) || document.contains('\0'))
      return fail(Errc::bad_input, "the document is not in UTF-8");
    xmlSAXHandler handler{};
    handler.initialized = XML_SAX2_MAGIC;
    handler.startElementNs = start;
    handler.endElementNs = end;
    handler.characters = characters;
    handler.cdataBlock = characters;
    handler.internalSubset = document_type;
    handler.serror = [](void*, auto) {};
    context_ = xmlCreatePushParserCtxt(&handler, this, nullptr, 0, nullptr);
    if (context_ == nullptr) return fail(Errc::internal, "no memory for a parser");
    // userData is `this`: the functions above are given it. NOENT: without it an ampersand in an
    // attribute is given as "&#38;"; there is no document type, so no other entity either.
    xmlCtxtUseOptions(context_, XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING |
                                    XML_PARSE_IGNORE_ENC | XML_PARSE_NOENT);
    const auto outcome =
        xmlParseChunk(context_, document.data(), static_cast<int>(document.size()), 1);
    const bool is_good = outcome == XML_ERR_OK && context_->wellFormed == 1 &&
                         context_->nsWellFormed == 1 && refused_.empty() && done_;
    xmlFreeParserCtxt(context_);
    if (!refused_.empty()) return fail(Errc::bad_input, refused_);
    if (!is_good) return fail(Errc::bad_input, "the XML is not well-formed");
    return std::move(root_);
  }

 private:
  void refuse(std::string why) {
    if (refused_.empty()) refused_ = std::move(why);
    xmlStopParser(context_);
  }
  bool count() {
    if (!refused_.empty()) return false;
    if (++nodes_ <= limits_.nodes) return true;
    refuse("the XML has too many parts");
    return false;
  }

  static void document_type(void* self, const xmlChar*, const xmlChar*, const xmlChar*) {
    static_cast<Reading*>(self)->refuse("a document type is not taken");
  }

  // `attributes` are five pointers each: name, prefix, URI, begin and end of the value.
  static void start(void* self,
                    const xmlChar* local,
                    const xmlChar*,
                    const xmlChar* uri,
                    int,
                    const xmlChar**,
                    int count,
                    int,
                    const xmlChar** attributes) {
    auto& me = *static_cast<Reading*>(self);
    if (!me.count()) return;
    if (me.open_.size() >= me.limits_.depth) return me.refuse("the XML is too deep");
    Element element(Name{std::string(view_of(uri)), std::string(view_of(local))});
    for (int i = 0; i < count; ++i) {
      if (!me.count()) return;
      const auto* const* one = attributes + std::ptrdiff_t{i} * 5;
      const auto* begin = reinterpret_cast<const char*>(one[3]);
      const auto* end = reinterpret_cast<const char*>(one[4]);
      element.attributes.push_back(
          {Name{std::string(view_of(one[2])), std::string(view_of(one[0]))},
           std::string(begin, end)});
    }
    me.open_.push_back(std::move(element));
  }

  static void end(void* self, const xmlChar*, const xmlChar*, const xmlChar*) {
    auto& me = *static_cast<Reading*>(self);
    if (!me.refused_.empty() || me.open_.empty()) return;
    auto element = std::move(me.open_.back());
    me.open_.pop_back();
    if (me.open_.empty()) {
      me.root_ = std::move(element);
      me.done_ = true;
    } else {
      me.open_.back().add(std::move(element));
    }
  }

  static void characters(void* self, const xmlChar* text, int size) {
    auto& me = *static_cast<Reading*>(self);
    if (me.open_.empty() || !me.refused_.empty()) return;
    auto& children = me.open_.back().children;
    if ((children.empty() || !children.back().is_text()) && !me.count()) return;
    me.open_.back().add_text({reinterpret_cast<const char*>(text), static_cast<std::size_t>(size)});
  }

  Limits limits_;
  xmlParserCtxt* context_ = nullptr;
  std::string refused_;
  std::size_t nodes_ = 0;
  std::vector<Element> open_;
  Element root_;
  bool done_ = false;
};

}  // namespace

Result<Element> read(std::string_view document, const Limits& limits) {
  static std::once_flag once;
  std::call_once(once, xmlInitParser);
  return Reading(limits).run(document);
}

}  // namespace kontor::dav::xml
