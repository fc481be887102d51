// SPDX-License-Identifier: GPL-3.0-or-later
// Dead properties (RFC 4918, 4.2): what clients keep with a collection or an object, as annotations
// of its folder: "/dav/prop/{space}name" and "/dav/object/NAME/{space}name"
// (docs/formats/frames.md).
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "server/dav/context.hpp"

namespace kontor::dav {

inline constexpr std::size_t k_most_properties = 2'000;  // of a collection and its objects

std::string entry_of(const xml::Name& property);
std::string object_entry_of(std::string_view object, const xml::Name& property);

std::optional<xml::Element> dead_property(const Context& context,
                                          const Resource& resource,
                                          const xml::Name& name);
std::vector<xml::Name> dead_properties(const Context& context, const Resource& resource);
// What puts a dead property, or without a value takes it out.
store::AnnotationChange dead_change(const Resource& resource,
                                    const xml::Name& name,
                                    const xml::Element* value);
// What takes out all of an object's; with `into` puts them under another name instead.
std::vector<store::AnnotationChange> drop_dead(const Context& context, const Resource& object);
std::vector<store::AnnotationChange> copy_dead(const Context& context,
                                               const Resource& object,
                                               std::string_view into);

}  // namespace kontor::dav
