// SPDX-License-Identifier: GPL-3.0-or-later
// Annotations of a folder, and of the server for the owner of an account (RFC 5464). Pure values.
//
// The names here are "/shared/...", "/private/..." of the owner and "/person/SOURCE:GUID/..." of
// somebody else, lower case (docs/formats/frames.md); what clients see of them stands in
// server/imap/metadata.hpp. They go and come back with their folder.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kontor::store {

using AnnotationMap = std::map<std::string, std::string, std::less<>>;

struct AnnotationChange {
  std::string entry;
  std::optional<std::string> value;  // any bytes; nothing: the entry goes
};

// Bytes of names and values.
std::uint64_t annotation_bytes(const AnnotationMap& annotations);
// Names whose values differ, are new or are gone, ascending.
std::vector<std::string> changed_entries(const AnnotationMap& before, const AnnotationMap& after);

}  // namespace kontor::store
