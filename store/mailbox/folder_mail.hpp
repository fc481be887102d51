// SPDX-License-Identifier: GPL-3.0-or-later
// Mail addresses of folders: annotations of the folder, so that they go and come back with it, and
// with copies of the account's files (docs/formats/frames.md). Pure.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/mailbox/annotations.hpp"

namespace kontor::store {

// The annotation of an address is this and the address, under its domain's true name and folded.
inline constexpr std::string_view k_folder_mail = "/kontor/mail/";
inline constexpr std::size_t k_most_folder_addresses = 50;  // of one folder

struct FolderAddress {
  std::string address;
  // Mail from outside the organisation is not taken, whatever the folder's list says.
  bool inside = false;
  bool is_hidden = false;  // not in the global address book
  bool operator==(const FolderAddress&) const = default;
};

// Of a folder's annotations, by address. Words of values that are not known are passed over.
std::vector<FolderAddress> folder_addresses(const AnnotationMap& annotations);
// What makes this address one of a folder.
AnnotationChange folder_address_change(const FolderAddress& address);
// What takes it away.
AnnotationChange no_folder_address(std::string_view address);

}  // namespace kontor::store
