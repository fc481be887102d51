// SPDX-License-Identifier: GPL-3.0-or-later
// DirSync tells whose attributes changed, and of groups which members; everybody told of is then
// read whole by objectGUID, but for groups of which only members changed.
#include <algorithm>
#include <set>

#include "base/core/text.hpp"
#include "directory/ldap/follower.hpp"

namespace kontor::directory {
namespace {

// People and groups, what lies above them, and the tombstones of all, which have no category.
constexpr const char* k_told =
    "(|(objectCategory=person)(objectCategory=group)(objectCategory=organizationalUnit)"
    "(objectCategory=container)(objectClass=domainDNS)(isDeleted=TRUE))";
constexpr int k_max_rounds = 100'000;  // of one question

// `name` changes with a rename and with a move; without it neither would be told.
std::vector<std::string> told_attributes(const DomainNames& of) {
  std::vector<std::string> names = wanted_attributes(of);
  std::erase(names, "uSNChanged");
  for (const char* more : {"name", "parentGUID", "isDeleted"}) names.emplace_back(more);
  return names;
}

// Which half of a group's changes a value list is.
bool is_range(const std::string& name, std::uint32_t number) {
  const auto range = parse_range_name(name);
  return range && range->attribute == "member" && range->first == number && range->last == number;
}

class DirSyncFollower final : public Follower {
 public:
  DirSyncFollower(const Reader& reader, const Position& position)
      : reader_(&reader), tells_deletions_(position.shows_tombstones) {}
  std::string name() const override {
    return tells_deletions_ ? "DirSync" : "DirSync, deletions by comparing";
  }
  bool tells_deletions() const override { return tells_deletions_; }
  Result<News> changes(Position& position, std::uint64_t upto, const Roster& known) override;

 private:
  struct Told {
    std::set<Uuid> touched, renamed;  // the second: and not new
    std::vector<Uuid> deleted;
    std::map<Uuid, Roster::NewMembers> groups;
  };
  void take(const Entry& entry, const Roster& known, Told& told) const;
  bool take_members(const Entry& entry, Roster::NewMembers& out) const;
  Result<bool> is_explained(const Delta& delta, std::uint64_t since, std::uint64_t upto) const;

  const Reader* reader_;
  bool tells_deletions_;
};

Result<std::string> rounds(const Reader& reader,
                           Search what,
                           std::int32_t flags,
                           std::string cookie,
                           const EntryTaker& take) {
  what.base = reader.facts().domain_dn;  // a whole naming context is all that DirSync takes
  what.extended_dn = true;
  what.limit = k_scan_patience;
  for (int round = 0; round < k_max_rounds; ++round) {
    KONTOR_TRY(auto answer, reader.connection().sync(what, flags, cookie, take));
    if (answer.cookie.empty()) return fail(Errc::bad_input, "an empty DirSync cookie");
    cookie = std::move(answer.cookie);
    if (!answer.has_more) return cookie;
  }
  return fail(Errc::bad_input, "DirSync does not come to an end");
}

// False: something else changed, too.
bool DirSyncFollower::take_members(const Entry& entry, Roster::NewMembers& out) const {
  bool any = false;
  for (const auto& [name, values] : entry.attributes) {
    if (name == "objectguid" || name == "instancetype") continue;
    const bool is_added = is_range(name, 1);
    if (!is_added && !is_range(name, 0)) return false;
    any = true;
    for (const auto& value : values)
      if (const auto member = member_of_value(value, reader_->facts().names))
        (is_added ? out.added : out.removed).push_back(*member);
  }
  return any;
}

void DirSyncFollower::take(const Entry& entry, const Roster& known, Told& told) const {
  const auto guid = Uuid::from_guid_bytes(entry.first("objectguid"));
  if (!guid) return;
  if (iequals(entry.first("isdeleted"), "TRUE")) {
    told.deleted.push_back(*guid);
    return;
  }
  Roster::NewMembers members;
  if (known.contains(*guid) && !told.touched.contains(*guid) && take_members(entry, members)) {
    auto& group = told.groups[*guid];
    group.added.insert(group.added.end(), members.added.begin(), members.added.end());
    group.removed.insert(group.removed.end(), members.removed.begin(), members.removed.end());
    return;
  }
  told.touched.insert(*guid);
  told.groups.erase(*guid);
  if (!entry.first("name").empty() && entry.all("objectclass").empty()) told.renamed.insert(*guid);
}

// Where deletions are not told, every number has to belong to somebody we are shown.
Result<bool> DirSyncFollower::is_explained(const Delta& delta,
                                           std::uint64_t since,
                                           std::uint64_t upto) const {
  if (tells_deletions_ || delta.numbers.size() >= upto - since) return true;
  KONTOR_TRY(const auto numbers, reader_->numbers(since, upto));
  return numbers.size() >= upto - since;
}

Result<News> DirSyncFollower::changes(Position& position, std::uint64_t upto, const Roster& known) {
  if (upto < position.usn) return fail(Errc::conflict, "the controller's numbers went back");
  Told told;
  const auto collect = [&](const Entry& entry) -> Result<void> {
    take(entry, known, told);
    return {};
  };
  Search what;
  what.filter = k_told;
  what.attributes = told_attributes(reader_->facts().names);
  auto cookie = rounds(*reader_, std::move(what), position.flags, position.cookie, collect);
  if (!cookie) {
    const auto code = cookie.error().code();
    const bool is_refused = code == Errc::no_permission || code == Errc::bad_input;
    return fail(is_refused ? Errc::conflict : code, cookie.error().detail());
  }
  News news;
  KONTOR_TRY(news.delta, reader_->again(told.touched));
  for (const auto& container : news.delta.containers)
    news.delta.moves_others |= told.renamed.contains(container);
  if (!told.deleted.empty()) tells_deletions_ = position.shows_tombstones = true;
  news.deleted = std::move(told.deleted);
  news.groups = std::move(told.groups);
  KONTOR_TRY(const bool explained, is_explained(news.delta, position.usn, upto));
  news.is_unexplained = !explained;
  position.cookie = *std::move(cookie);
  position.usn = upto;
  return news;
}

}  // namespace

std::unique_ptr<Follower> follow_dirsync(const Reader& reader, const Position& position) {
  return std::make_unique<DirSyncFollower>(reader, position);
}

// The question is about the domain itself and the tombstones alone; the cookie stands for all.
Result<void> begin_dirsync(const Reader& reader, std::int32_t flags, Position& position) {
  Search what;
  what.filter = "(|(objectClass=domainDNS)(isDeleted=TRUE))";
  what.attributes = {"objectGUID", "isDeleted"};
  bool any = false;
  const auto look = [&any](const Entry& entry) -> Result<void> {
    // Where they lie is marked as they are, and everybody may see it.
    any |=
        iequals(entry.first("isdeleted"), "TRUE") && !istarts_with(entry.dn, "CN=Deleted Objects,");
    return {};
  };
  KONTOR_TRY(position.cookie, rounds(reader, std::move(what), flags, {}, look));
  position.flags = flags;
  position.shows_tombstones = any;
  return {};
}

}  // namespace kontor::directory
