// SPDX-License-Identifier: GPL-3.0-or-later
// Entries of the address book as rows of what kontorctl shows.
#pragma once
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <string>

#include "base/core/task.hpp"
#include "directory/gal/book.hpp"
#include "server/admin/control.hpp"

namespace kontor::admin {

std::string_view word_of(directory::Kind kind);
boost::json::object book_row(const directory::Book& book, const directory::BookEntry& entry);
// Whoever fits the words, the best first. unsupported: there is no address book.
Task<Result<boost::json::array>> find_in_book(const Environment& environment,
                                              std::string words,
                                              std::size_t most);

}  // namespace kontor::admin
