// SPDX-License-Identifier: GPL-3.0-or-later
// The live properties of resources: one table of names and functions (RFC 4918, 15; 3744; 4791;
// 5397; 6352; 6578). Everything else is dead (server/dav/dead.hpp).
#pragma once
#include <functional>
#include <optional>
#include <vector>

#include "server/dav/context.hpp"

namespace kontor::dav {

// What a client wants to know of each resource.
struct Question {
  enum class What : unsigned char { all, names, some };
  What what = What::some;
  std::vector<xml::Element> asked;  // some; all: DAV:include
  bool is_minimal = false;          // Prefer: return=minimal (RFC 8144): without what is not there
  // Of calendar-data and address-data; empty: there are none.
  std::function<std::optional<xml::Element>(const Resource&, const xml::Element& asked)> data;
};

// The value as an element of that name; nothing: the resource does not have it.
std::optional<xml::Element> property_of(const Context& context,
                                        const Resource& resource,
                                        const Question& question,
                                        const xml::Element& asked);
// Of a DAV:propfind body; an empty one is allprop.
Result<Question> parse_question(std::string_view body);
// DAV:prop, of a report.
Question question_of(const xml::Element* prop);
// Is the value the server's, so that clients cannot set it?
bool is_protected(const xml::Name& name);

// Adds the DAV:response of a resource.
void append_response(std::string& out,
                     const Context& context,
                     const Resource& resource,
                     const Question& question);
// Of one that has a status alone (a report's hit that is gone).
void append_status(std::string& out,
                   std::string_view href,
                   int status,
                   const xml::Element* error = nullptr);
std::string status_line(int status);  // "HTTP/1.1 404 Not Found"

std::string sync_token(const store::FolderInfo& folder);
xml::Element href_element(std::string_view href);

}  // namespace kontor::dav
