// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/mailbox/folder_mail.hpp"

#include "base/core/contains.hpp"
#include "base/core/text.hpp"

namespace kontor::store {
namespace {

constexpr std::string_view k_open = "open", k_inside = "inside", k_hidden = "hidden";

}  // namespace

std::vector<FolderAddress> folder_addresses(const AnnotationMap& annotations) {
  std::vector<FolderAddress> out;
  for (auto at = annotations.lower_bound(k_folder_mail);
       at != annotations.end() && at->first.starts_with(k_folder_mail); ++at) {
    const auto words = split(at->second, ' ');
    out.push_back({at->first.substr(k_folder_mail.size()), contains(words, k_inside),
                   contains(words, k_hidden)});
  }
  return out;
}

AnnotationChange folder_address_change(const FolderAddress& address) {
  std::string words(address.inside ? k_inside : k_open);
  if (address.is_hidden) words.append(" ").append(k_hidden);
  return {std::string(k_folder_mail) + address.address, std::move(words)};
}

AnnotationChange no_folder_address(std::string_view address) {
  return {std::string(k_folder_mail) + std::string(address), std::nullopt};
}

}  // namespace kontor::store
