// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/dav/homes.hpp"

#include <array>

#include "server/dav/dead.hpp"
#include "server/dav/names.hpp"
#include "server/dav/path.hpp"
#include "server/dav/schedule.hpp"

namespace kontor::dav {
namespace {

struct Standard {
  Space space;
  std::string_view segment;
  store::FolderClass folder_class;
  std::string_view name;
};
constexpr std::array<Standard, 3> k_standard{{
    {Space::calendars, k_default_collection, store::FolderClass::calendar, "Calendar"},
    {Space::calendars, "tasks", store::FolderClass::tasks, "Tasks"},
    {Space::addressbooks, k_default_collection, store::FolderClass::contacts, "Contacts"},
}};
constexpr std::string_view k_made = "/dav/made";
constexpr std::size_t k_most_annotations = 1'000;

Task<Result<void>> give_list(store::Account& account, store::FolderId folder) {
  const auto view = account.view();
  for (const auto& entry : view.access(store::k_inbox)) {
    store::AccessChange change;
    change.principal = entry.principal;
    change.negative = entry.negative;
    change.rights = entry.rights;
    KONTOR_CO_TRY(co_await account.set_access(folder, std::move(change)));
  }
  co_return Result<void>();
}

Task<Result<void>> make_all(store::Account& account, bool as_inbox) {
  KONTOR_CO_TRY(co_await make_schedule_boxes(account));
  if (account.view().annotations(0).contains(k_made)) co_return Result<void>();
  for (const auto& one : k_standard) {
    const auto name = folder_name_of(one.space, {std::string(one.segment)});
    store::FolderOptions options;
    options.folder_class = one.folder_class;
    const auto made = co_await account.create_folder(name, options);
    if (!made && made.error().code() == Errc::exists) continue;
    if (!made) co_return fail(made.error());
    std::vector<store::AnnotationChange> changes(1);
    changes[0].entry = entry_of(dav_name("displayname"));
    changes[0].value = xml::write_fragment(xml::Element(dav_name("displayname"), one.name));
    KONTOR_CO_TRY(co_await account.set_annotations(*made, std::move(changes), k_most_annotations));
    if (as_inbox) {
      KONTOR_CO_TRY(co_await give_list(account, *made));
    }
  }
  std::vector<store::AnnotationChange> changes(1);
  changes[0].entry = k_made;
  changes[0].value = "1";
  co_return co_await account.set_annotations(0, std::move(changes), k_most_annotations);
}

}  // namespace

Task<Result<void>> make_standard_collections(store::Account& account) {
  co_return co_await make_all(account, false);
}

Task<Result<void>> make_shared_collections(store::Account& account) {
  co_return co_await make_all(account, true);
}

}  // namespace kontor::dav
