// SPDX-License-Identifier: GPL-3.0-or-later
// The Document of an object: an event, a task, a journal entry or a contact. Pure; any thread.
#pragma once
#include <string_view>

#include "search/fields/document.hpp"
#include "store/format/types.hpp"

namespace kontor::indexer {

// Is it an object of a calendar or an address book? A message never is, whatever it begins with:
// it has a header, and the store knows its size.
bool is_object(const store::Item& item, std::string_view raw);

// Of a calendar object the summary is the subject, who organizes it the sender, who takes part the
// recipients; all else that people read is its body. Of a contact the name is the subject; numbers
// stand in the body also as digits alone. Any bytes give a document: of what cannot be read they
// are the body.
search::Document make_object_document(search::ItemId item, std::string_view raw);

// Is it for its owner's eyes (calendar/ical/private_view.hpp)? What cannot be read is; contacts
// never are.
bool is_private(std::string_view raw);

}  // namespace kontor::indexer
