// SPDX-License-Identifier: GPL-3.0-or-later
// XML of WebDAV (RFC 4918, 14 and 17) as a tree of elements. Pure values; any thread.
#pragma once
#include <compare>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/result.hpp"

namespace kontor::dav::xml {

struct Name {
  std::string space;  // the namespace's URI; empty: none
  std::string local;
  auto operator<=>(const Name&) const = default;
};

struct Attribute {
  Name name;
  std::string value;
};

// An element; one whose name is empty is a piece of text.
struct Element {
  Name name;
  std::vector<Attribute> attributes;
  std::string text;  // of a piece of text
  std::vector<Element> children;

  Element() = default;
  explicit Element(Name n) : name(std::move(n)) {}
  Element(Name n, std::string_view content) : name(std::move(n)) { add_text(content); }

  bool is_text() const noexcept { return name.local.empty(); }
  bool is(const Name& other) const noexcept { return name == other; }
  const Element* child(const Name& of) const noexcept;  // the first; nullptr
  std::vector<const Element*> elements() const;         // children that are no text
  std::string content() const;                          // the text of its children, together
  std::string_view attribute(std::string_view local) const noexcept;  // empty: there is none
  Element& add(Element element);                                      // the one that was added
  void add_text(std::string_view more);
};

struct Limits {
  std::size_t depth = 32;
  std::size_t nodes = 200'000;  // elements, texts and attributes
};

// The root of a document. Refused with bad_input: what is not well-formed with namespaces, a
// document type or an entity of any kind (nothing is expanded, no file is opened), and more than
// the limits allow.
Result<Element> read(std::string_view document, const Limits& limits = {});

// An element as it stands in a document: each namespace is declared where it begins, but those that
// `write_document` declares at the root.
void write(std::string& out, const Element& element);
// The element with what nobody has declared: a fragment that read() takes.
std::string write_fragment(const Element& element);
// How a document begins and ends whose root is `root`: DAV:, CalDAV, CardDAV and Apple's namespaces
// are declared there.
std::string open_document(const Name& root);
std::string close_document(const Name& root);
std::string write_document(const Element& root);

// Text between tags, and the value of an attribute.
void append_escaped(std::string& out, std::string_view text);
void append_attribute(std::string& out, std::string_view value);

}  // namespace kontor::dav::xml
