// SPDX-License-Identifier: GPL-3.0-or-later
// libxml2 reads the document: from memory, without files, network, document type or entities.
#include <libxml/parser.h>
#include <libxml/tree.h>

#include <memory>
#include <mutex>

#include "base/core/text.hpp"
#include "server/autodiscover/pox.hpp"

namespace kontor::autodiscover {
namespace {

constexpr std::size_t k_most_bytes = 65'536;
constexpr std::size_t k_most_text = 1'024;  // of one element

struct FreeDocument {
  void operator()(xmlDoc* document) const { xmlFreeDoc(document); }
};
struct FreeText {
  void operator()(xmlChar* text) const { xmlFree(text); }
};

bool is_named(const xmlNode* node, std::string_view name) {
  return node->type == XML_ELEMENT_NODE && node->name != nullptr &&
         name == reinterpret_cast<const char*>(node->name);
}

const xmlNode* child(const xmlNode* parent, std::string_view name) {
  if (parent == nullptr) return nullptr;
  for (const auto* node = parent->children; node != nullptr; node = node->next)
    if (is_named(node, name)) return node;
  return nullptr;
}

std::string text_of(const xmlNode* node) {
  if (node == nullptr) return {};
  const std::unique_ptr<xmlChar, FreeText> content(xmlNodeGetContent(node));
  if (!content) return {};
  const std::string_view text(reinterpret_cast<const char*>(content.get()));
  return text.size() > k_most_text ? std::string() : std::string(trim(text));
}

}  // namespace

Result<PoxRequest> parse_pox_request(std::string_view body) {
  static std::once_flag once;
  std::call_once(once, xmlInitParser);
  if (body.size() > k_most_bytes) return fail(Errc::bad_input, "the request is too long");
  // Before anything is read: no declarations, so that there is nothing to expand.
  if (body.contains("<!DOCTYPE") || body.contains("<!ENTITY"))
    return fail(Errc::bad_input, "a document type in the request");
  constexpr int options = XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING;
  const std::unique_ptr<xmlDoc, FreeDocument> document(
      xmlReadMemory(body.data(), static_cast<int>(body.size()), nullptr, nullptr, options));
  if (!document) return fail(Errc::bad_input, "the request is no XML");
  // In UTF-16 the bytes above look different.
  if (document->intSubset != nullptr)
    return fail(Errc::bad_input, "a document type in the request");
  const auto* root = xmlDocGetRootElement(document.get());
  if (root == nullptr || !is_named(root, "Autodiscover"))
    return fail(Errc::bad_input, "the request is not for Autodiscover");
  const auto* request = child(root, "Request");
  PoxRequest out{text_of(child(request, "EMailAddress")),
                 text_of(child(request, "AcceptableResponseSchema"))};
  if (out.address.empty()) return fail(Errc::bad_input, "the request names no address");
  return out;
}

}  // namespace kontor::autodiscover
