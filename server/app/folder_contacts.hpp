// SPDX-License-Identifier: GPL-3.0-or-later
// Folders with mail addresses, as contacts of the address book: what is sent to the contact lies in
// the folder.
//
// Their source is "folder", their GUIDs are made of the account's and the folder's ids, so they
// stay over renames and restarts. A folder is there when the store knows of it: after an unclean
// stop accounts are looked at one after the other.
#pragma once
#include "directory/gal/book.hpp"
#include "store/mailbox/shares.hpp"

namespace kontor::app {

inline constexpr std::string_view k_folder_source = "folder";

// By id, without folders all of whose addresses are hidden. `copy` knows whose they are: a public
// folder is called by its last name, another one by that and its owner's.
std::vector<directory::Principal> folder_contacts(const store::Shares& shares,
                                                  const directory::DirectoryCopy& copy);

// Both outlive it.
directory::BookAdditions folders_in_book(const store::Shares& shares,
                                         const directory::Directory& directory);

}  // namespace kontor::app
