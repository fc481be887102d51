// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/dav/xml/element.hpp"

namespace kontor::dav::xml {

const Element* Element::child(const Name& of) const noexcept {
  for (const auto& one : children)
    if (one.is(of)) return &one;
  return nullptr;
}

std::vector<const Element*> Element::elements() const {
  std::vector<const Element*> out;
  for (const auto& one : children)
    if (!one.is_text()) out.push_back(&one);
  return out;
}

std::string Element::content() const {
  std::string out;
  for (const auto& one : children)
    if (one.is_text()) out += one.text;
  return out;
}

std::string_view Element::attribute(std::string_view local) const noexcept {
  for (const auto& one : attributes)
    if (one.name.space.empty() && one.name.local == local) return one.value;
  return {};
}

Element& Element::add(Element element) { return children.emplace_back(std::move(element)); }

void Element::add_text(std::string_view more) {
  if (more.empty()) return;
  if (children.empty() || !children.back().is_text()) children.emplace_back();
  children.back().text += more;
}

}  // namespace kontor::dav::xml
