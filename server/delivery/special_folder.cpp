// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/delivery/special_folder.hpp"

#include <array>
#include <utility>

#include "base/mime/header.hpp"

namespace kontor::delivery {
namespace {

using store::SpecialUse;

// What a folder that has to be made is called.
std::string_view name_of(SpecialUse use) {
  constexpr std::array<std::pair<SpecialUse, std::string_view>, 5> rows{
      {{SpecialUse::archive, "Archive"},
       {SpecialUse::drafts, "Drafts"},
       {SpecialUse::junk, "Junk"},
       {SpecialUse::sent, "Sent"},
       {SpecialUse::trash, "Trash"}}};
  for (const auto& [row, name] : rows)
    if (row == use) return name;
  return {};
}

}  // namespace

// A folder of that name without the use is taken too: its owner made it for that.
Task<std::optional<store::FolderId>> special_folder(store::Account& account, SpecialUse use) {
  if (const auto found = account.view().find_special(use)) co_return found->id;
  const std::string name(name_of(use));
  if (name.empty()) co_return std::nullopt;
  store::FolderOptions options;
  options.special_use = use;
  options.subscribed = true;
  const auto made = co_await account.create_folder(name, options);
  if (made) co_return *made;
  const auto found = account.view().find_folder(name);
  if (!found || found->folder_class != store::FolderClass::mail) co_return std::nullopt;
  co_return found->id;
}

std::string name_of_folder(SpecialUse use) {
  return use == SpecialUse::none ? "INBOX" : std::string(name_of(use));
}

SpecialUse marked_folder(std::string_view header) {
  return mime::field_value(header, k_junk_field) ? SpecialUse::junk : SpecialUse::none;
}

bool is_marked_forged(std::string_view header) {
  const auto reason = mime::field_value(header, k_junk_field);
  return reason && reason->starts_with("dmarc=fail");
}

Task<Result<store::Appending>> deliver_into(store::AccountStore& store,
                                            store::Binding owner,
                                            SpecialUse use,
                                            store::NewMessage message) {
  if (use == SpecialUse::none)
    co_return co_await store.deliver(std::move(owner), std::move(message));
  if (const auto account = co_await store.open_for(owner)) {
    if (const auto folder = co_await special_folder(**account, use)) {
      std::vector<store::NewMessage> messages(1, message);
      auto appended = co_await (*account)->append(*folder, std::move(messages));
      if (appended || appended.error().code() != Errc::not_found) co_return appended;
    }
  }
  co_return co_await store.deliver(std::move(owner), std::move(message));
}

}  // namespace kontor::delivery
