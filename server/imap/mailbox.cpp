// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/imap/mailbox.hpp"

#include <algorithm>
#include <limits>
#include <set>

#include "directory/model/shared_mailbox.hpp"
#include "server/imap/namespaces.hpp"
#include "server/sharing/rights.hpp"
#include "store/mailbox/reader_account.hpp"

namespace kontor::imap {
namespace {

bool is_public(const store::Binding& owner) {
  return owner == directory::public_folders_owner<store::Binding>();
}

// What the person said of folders that are subscribed to by themselves, in his own account.
constexpr std::string_view k_unsubscribed = "/unsubscribed/";

bool is_by_itself(std::string_view root) {
  return root == k_public || root.starts_with(std::string(k_shared) + '/');
}

// His subscriptions to folders of others, as they are kept.
class Subscribed {
 public:
  explicit Subscribed(const Session& session) : session_(session), view_(session.account->view()) {
    for (auto& name : view_.subscriptions())
      if (is_foreign(name)) kept_.insert(std::move(name));
  }
  bool to(std::string_view root, const std::string& name) const {
    const auto kept = kept_subscription(session_, name);
    if (!is_by_itself(root)) return kept_.contains(kept);
    return !view_.annotations(0).contains(std::string(k_unsubscribed) + kept);
  }

 private:
  const Session& session_;
  store::AccountView view_;
  std::set<std::string> kept_;
};

// Shared mailboxes and public folders have no owner who reads them.
bool is_of_person(const Session& session, const store::Binding& owner) {
  if (is_public(owner)) return false;
  const auto found = session.env.directory.current()->find({owner.source, owner.guid});
  return !found || !directory::is_shared_mailbox(*found);
}

}  // namespace

Task<Result<Mailbox>> find_mailbox(Session& session, std::string name) {
  auto own = session.find_folder(name);
  if (own) co_return Mailbox{session.account, *own, own->name};
  auto foreign = foreign_name(session, name);
  if (!foreign || foreign->folder.empty()) co_return fail(std::move(own).error());
  KONTOR_CO_TRY(auto account, co_await open_foreign(session, foreign->owner));
  const auto view = account->view();
  auto folder = view.find_folder(foreign->folder);
  if (!folder || !session.may(*account, *folder, Right::lookup) ||
      (is_public(foreign->owner) && folder->id == store::k_inbox))
    co_return fail(Errc::not_found, "no such mailbox");
  Mailbox found{std::move(account), *folder, folder->name};
  found.folder.name = shown_name(session, foreign->owner, found.local);
  found.folder.subscribed = false;  // that is the owner's
  co_return found;
}

namespace {

std::vector<GivenFolder> given_by(const Session& session,
                                  const store::SharedAccount& account,
                                  const Subscribed* subscribed) {
  std::vector<GivenFolder> out;
  const auto root = root_of(session, account.owner);
  for (const auto& shared : account.folders) {
    if (is_public(account.owner) && shared.id == store::k_inbox) continue;
    GivenFolder given;
    given.account = account.id;
    given.folder.id = shared.id;
    given.folder.folder_class = shared.folder_class;  // what is not mail gives nothing here
    const Access access{account.owner, given.folder, shared.access};
    given.rights = rights_of(*session.identity, session.env.directory, access);
    if (!store::has_right(given.rights, Right::lookup)) continue;
    // The special use of a person's folder is his own.
    if (is_by_itself(root)) given.folder.special_use = shared.special_use;
    given.folder.name = root + '/' + shared.name;
    given.folder.subscribed = subscribed != nullptr && subscribed->to(root, given.folder.name);
    out.push_back(std::move(given));
  }
  return out;
}

}  // namespace

Task<Result<std::shared_ptr<store::Account>>> open_foreign(Session& session, store::Binding owner) {
  const auto id = session.env.store.find(owner);
  // Who gives the person nothing is not even opened: names that are tried cost nothing. Of the
  // public folders there may be none yet but the right to make them.
  const auto shared = id ? session.env.store.shares().of(*id) : nullptr;
  if (!shared || (!is_public(owner) && given_by(session, *shared, nullptr).empty()))
    co_return fail(Errc::not_found, "no such mailbox");
  KONTOR_CO_TRY(auto account, co_await session.env.store.open(*id));
  // Where it cannot be noted, what was noted before holds.
  static_cast<void>(co_await store::set_owner_reads(account, is_of_person(session, owner)));
  const auto& who = session.identity->id;
  auto seen = store::as_reader(account, {who.source, who.guid});
  if (!seen) co_return fail(Errc::unsupported, "an account without readers");
  co_return seen;
}

std::vector<GivenFolder> given_folders(const Session& session) {
  struct Place {
    std::string root;
    store::SharedAccountPtr account;
  };
  std::vector<Place> places;
  for (auto& account : session.env.store.shares().naming(
           sharing::principals_of(*session.identity, *session.env.directory.current())))
    if (!sharing::is_same(session.identity->id, account->owner))
      places.push_back({root_of(session, account->owner), std::move(account)});
  std::ranges::sort(places, {}, &Place::root);
  std::vector<GivenFolder> out;
  if (places.empty()) return out;
  const Subscribed subscribed(session);
  for (const auto& place : places)
    for (auto& given : given_by(session, *place.account, &subscribed))
      out.push_back(std::move(given));
  return out;
}

Task<Result<void>> subscribe_to_foreign(Session& session, std::string name, bool subscribed) {
  const auto foreign = foreign_name(session, name);
  auto kept = kept_subscription(session, name);
  if (foreign && is_by_itself(root_of(session, foreign->owner))) {
    std::vector<store::AnnotationChange> changes(1);
    changes.front().entry = std::string(k_unsubscribed) + kept;
    if (!subscribed) changes.front().value = "1";
    KONTOR_CO_TRY(co_await session.account->set_annotations(
        0, std::move(changes), std::numeric_limits<std::size_t>::max()));
    if (subscribed) co_return Result<void>();
  }
  co_return co_await session.account->subscribe(std::move(kept), subscribed);
}

}  // namespace kontor::imap
