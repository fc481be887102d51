// SPDX-License-Identifier: GPL-3.0-or-later
#include <array>
#include <utility>
#include <vector>

#include "server/dav/xml/element.hpp"

namespace kontor::dav::xml {
namespace {

constexpr std::array<std::pair<std::string_view, std::string_view>, 5> k_known{{
    {"DAV:", "D"},
    {"urn:ietf:params:xml:ns:caldav", "C"},
    {"urn:ietf:params:xml:ns:carddav", "CR"},
    {"http://calendarserver.org/ns/", "CS"},
    {"http://apple.com/ns/ical/", "AI"},
}};
constexpr std::string_view k_xml_space = "http://www.w3.org/XML/1998/namespace";

std::string_view prefix_of(std::string_view space) {
  for (const auto& [uri, prefix] : k_known)
    if (uri == space) return prefix;
  return {};
}

// The spaces that are declared at a place, the last ones nearest.
class Writer {
 public:
  Writer(std::string& out, bool has_root) : out_(out), has_root_(has_root) {}

  void write(const Element& element) {
    if (element.is_text()) return append_escaped(out_, element.text);
    std::string declarations;
    const auto name = named(element.name, declarations, true);
    std::string attributes;
    for (const auto& one : element.attributes) {
      attributes += ' ' + named(one.name, declarations, false) + "=\"";
      append_attribute(attributes, one.value);
      attributes += '"';
    }
    out_ += '<' + name + declarations + attributes;
    const auto was = declared_.size();
    declared_.insert(declared_.end(), fresh_.begin(), fresh_.end());
    fresh_.clear();
    if (element.children.empty()) {
      out_ += "/>";
    } else {
      out_ += '>';
      for (const auto& child : element.children) write(child);
      out_ += "</" + name + '>';
    }
    declared_.resize(was);
  }

 private:
  bool is_declared(std::string_view space) const {
    for (const auto& one : declared_)
      if (one == space) return true;
    for (const auto& one : fresh_)
      if (one == space) return true;
    return false;
  }

  // Foreign spaces are the default one of their element; of attributes, x1, x2 ...
  std::string named(const Name& name, std::string& declarations, bool is_element) {
    if (name.space.empty()) return name.local;  // a root has no default space
    if (name.space == k_xml_space) return "xml:" + name.local;
    const auto prefix = prefix_of(name.space);
    if (!prefix.empty()) {
      if (!has_root_ && !is_declared(name.space)) declare(declarations, prefix, name.space);
      return std::string(prefix) + ':' + name.local;
    }
    const auto made = (is_element ? "x" : "a") + std::to_string(++made_);
    declarations += " xmlns:" + made + "=\"";
    append_attribute(declarations, name.space);
    declarations += '"';
    return made + ':' + name.local;
  }

  void declare(std::string& declarations, std::string_view prefix, std::string_view space) {
    declarations.append(" xmlns:").append(prefix).append("=\"").append(space).append("\"");
    fresh_.emplace_back(space);
  }

  std::string& out_;
  bool has_root_;
  std::size_t made_ = 0;
  std::vector<std::string> declared_, fresh_;
};

std::string prefixed(const Name& root) {
  const auto prefix = prefix_of(root.space);
  return prefix.empty() ? root.local : std::string(prefix) + ':' + root.local;
}

}  // namespace

void append_escaped(std::string& out, std::string_view text) {
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\r':  // XML 1.0, 2.11: one that is written as it is would be read as a line feed
        out += "&#13;";
        break;
      default:
        // XML 1.0, 2.2: the other control characters cannot be written at all
        if (static_cast<unsigned char>(c) >= 0x20 || c == '\n' || c == '\t') out += c;
    }
  }
}

void append_attribute(std::string& out, std::string_view value) {
  // XML 1.0, 3.3.3: as they are they would be read as spaces
  for (;;) {
    const auto at = value.find_first_of("\t\n");
    append_escaped(out, value.substr(0, at));
    if (at == std::string_view::npos) return;
    out += value[at] == '\t' ? "&#9;" : "&#10;";
    value.remove_prefix(at + 1);
  }
}

void write(std::string& out, const Element& element) { Writer(out, true).write(element); }

std::string write_fragment(const Element& element) {
  std::string out;
  Writer(out, false).write(element);
  return out;
}

std::string open_document(const Name& root) {
  std::string out = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<" + prefixed(root);
  for (const auto& [space, prefix] : k_known)
    out.append(" xmlns:").append(prefix).append("=\"").append(space).append("\"");
  return out + '>';
}

std::string close_document(const Name& root) { return "</" + prefixed(root) + ">\n"; }

std::string write_document(const Element& root) {
  auto out = open_document(root.name);
  for (const auto& child : root.children) write(out, child);
  return out + close_document(root.name);
}

}  // namespace kontor::dav::xml
