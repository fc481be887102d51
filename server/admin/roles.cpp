// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/admin/roles.hpp"

#include <algorithm>
#include <array>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <set>

#include "base/core/contains.hpp"
#include "base/core/mail_domain.hpp"
#include "base/core/text.hpp"
#include "directory/model/attributes.hpp"
#include "server/admin/person_row.hpp"

namespace kontor::admin {
namespace {

namespace json = boost::json;

constexpr std::string_view k_title = "kontor-roles 1\n";
constexpr std::string_view k_end = "end\n";
constexpr std::string_view k_any_title = "kontor-roles ";
constexpr std::uint64_t k_longest = 16U << 20U;
constexpr std::size_t k_most = 10'000, k_longest_line = 65'536;
constexpr std::array<std::string_view, k_roles> k_names{"full", "help-desk", "auditor",
                                                        "organisation"};

bool is_below(std::string_view dn, std::string_view unit) {
  return dn.size() > unit.size() && dn.ends_with(unit) && dn[dn.size() - unit.size() - 1] == ',';
}

Result<std::vector<std::string>> texts_in(const json::object& line, std::string_view name) {
  std::vector<std::string> out;
  const auto* found = line.if_contains(name);
  if (found == nullptr || !found->is_array()) return fail(Errc::bad_input, "a list is missing");
  for (const auto& one : found->as_array()) {
    if (!one.is_string() || one.as_string().empty())
      return fail(Errc::bad_input, "a list of something else than names");
    out.emplace_back(one.as_string());
  }
  return out;
}

Result<Uuid> uuid_in(const json::object& line) {
  const auto* text = line.if_contains("guid");
  if (text == nullptr || !text->is_string()) return fail(Errc::bad_input, "a line without a GUID");
  return Uuid::parse(std::string_view(text->as_string()));
}

Result<RoleGrant> parse_line(std::string_view text) {
  boost::system::error_code error;
  const auto value = json::parse(text, error);
  const auto* line = value.if_object();
  if (error || line == nullptr) return fail(Errc::bad_input, "a line is not as it was written");
  RoleGrant out;
  KONTOR_TRY(out.id.guid, uuid_in(*line));
  const auto* source = line->if_contains("source");
  if (source == nullptr || !source->is_string())
    return fail(Errc::bad_input, "a line without a source");
  out.id.source = source->as_string();
  const auto* who = line->if_contains("who");
  const auto* role = line->if_contains("role");
  if (who == nullptr || !who->is_string() || who->as_string().empty())
    return fail(Errc::bad_input, "a line names nobody");
  out.who = who->as_string();
  const auto known = role != nullptr && role->is_string()
                         ? find_role(std::string_view(role->as_string()))
                         : std::nullopt;
  if (!known) return fail(Errc::bad_input, "a role that is not known");
  out.role = *known;
  KONTOR_TRY(out.domains, texts_in(*line, "domains"));
  KONTOR_TRY(out.units, texts_in(*line, "units"));
  return out;
}

bool has_name(const directory::Principal& one, std::string_view folded) {
  if (one.account_name.empty()) return false;
  const auto name = directory::fold_name(one.account_name);
  if (folded == name) return true;
  return std::ranges::any_of(std::array{one.netbios_domain, one.domain}, [&](const auto& domain) {
    return !domain.empty() && folded == directory::fold_name(domain) + "\\" + name;
  });
}

}  // namespace

std::string_view name_of(Role role) noexcept { return k_names[static_cast<std::size_t>(role)]; }

std::optional<Role> find_role(std::string_view name) noexcept {
  const auto found = std::ranges::find(k_names, name);
  if (found == k_names.end()) return std::nullopt;
  return static_cast<Role>(found - k_names.begin());
}

bool allows(Role role, Right right) noexcept {
  switch (role) {
    case Role::full:
      return true;
    case Role::help_desk:
      return right == Right::look || right == Right::help;
    case Role::auditor:
      return right == Right::look || right == Right::audit;
    case Role::organisation:
      return right == Right::look || right == Right::help || right == Right::people;
  }
  return false;
}

bool RoleGrant::covers(const directory::Principal& mailbox) const {
  if (is_everywhere()) return true;
  if (contains(domains, mail_domain(mailbox.mail))) return true;
  const auto dn = directory::fold_dn(mailbox.dn);
  return std::ranges::any_of(units, [&](const auto& unit) { return is_below(dn, unit); });
}

bool Powers::may(Right right) const {
  return std::ranges::any_of(grants_, [&](const RoleGrant& one) {
    return one.is_everywhere() && allows(one.role, right);
  });
}

bool Powers::may_somewhere(Right right) const {
  return std::ranges::any_of(grants_,
                             [&](const RoleGrant& one) { return allows(one.role, right); });
}

bool Powers::may(Right right, const directory::Principal& mailbox) const {
  return std::ranges::any_of(grants_, [&](const RoleGrant& one) {
    return allows(one.role, right) && one.covers(mailbox);
  });
}

Result<std::shared_ptr<const directory::Principal>> find_grantee(
    const directory::DirectoryCopy& copy, std::string_view who) {
  const std::string name(who);
  if (auto found = copy.find_address(name)) return found;
  if (auto found = copy.find_login(name, "")) return found;
  const auto dn = directory::fold_dn(name);
  const auto folded = directory::fold_name(name);
  std::shared_ptr<const directory::Principal> found;
  for (const auto& one : copy.all()) {
    if (directory::fold_dn(one->dn) == dn) return one;
    if (one->kind != directory::Kind::group || !has_name(*one, folded)) continue;
    if (found)
      return fail(Errc::conflict, "several groups are called " + name + ": write DOMAIN\\NAME");
    found = one;
  }
  if (!found) return fail(Errc::not_found, "the directory knows nobody called " + name);
  return found;
}

std::string format_roles(const std::vector<RoleGrant>& grants) {
  std::string out(k_title);
  for (const auto& one : grants) {
    json::object line;
    line["source"] = one.id.source;
    line["guid"] = one.id.guid.text();
    line["who"] = one.who;
    line["role"] = name_of(one.role);
    line["domains"] = texts(one.domains);
    line["units"] = texts(one.units);
    out += json::serialize(line) + '\n';
  }
  return out.append(k_end);
}

Result<std::vector<RoleGrant>> parse_roles(std::string_view text) {
  if (!text.starts_with(k_title)) {
    if (text.starts_with(k_any_title))
      return fail(Errc::unsupported, "the roles were written by a later version");
    return fail(Errc::bad_input, "this is no file of roles");
  }
  text.remove_prefix(k_title.size());
  std::vector<RoleGrant> out;
  while (text != k_end) {
    const auto end = text.find('\n');
    if (end == std::string_view::npos || end > k_longest_line || out.size() == k_most)
      return fail(Errc::bad_input, "a line is not as it was written");
    KONTOR_TRY(auto grant, parse_line(text.substr(0, end)));
    out.push_back(std::move(grant));
    text.remove_prefix(end + 1);
  }
  return out;
}

Result<std::unique_ptr<Roles>> Roles::open(io::FileSystem& files,
                                           std::string path,
                                           io::WorkPool& pool) {
  auto roles = std::unique_ptr<Roles>(new Roles(files, std::move(path), pool));
  const auto text = io::read_file(files, roles->path_, k_longest);
  if (!text && text.error().code() == Errc::not_found) return roles;
  if (!text) return fail(text.error());
  auto grants = parse_roles(*text);
  if (!grants) return fail(std::move(grants).error().while_doing("reading " + roles->path_));
  roles->grants_.with([&](Grants& kept) { kept = *std::move(grants); });
  return roles;
}

std::vector<RoleGrant> Roles::list() const {
  return grants_.with([](const Grants& kept) { return kept; });
}

Powers Roles::powers_of(const directory::Identity& identity,
                        const directory::DirectoryCopy& copy) const {
  std::vector<RoleGrant> out;
  if (identity.is_admin) out.push_back({identity.id, identity.mail, Role::full, {}, {}});
  const auto grants = list();
  if (grants.empty()) return Powers(std::move(out));
  std::set<directory::PrincipalId> meant{identity.id};
  for (const auto& sid : identity.sids)
    if (const auto group = copy.find_sid(sid)) meant.insert(group->id);
  for (const auto& one : grants)
    if (meant.contains(one.id)) out.push_back(one);
  return Powers(std::move(out));
}

Task<Result<void>> Roles::change(std::function<Result<void>(Grants&)> change) {
  auto work = [this, change = std::move(change)] {
    return grants_.with([&](Grants& kept) -> Result<void> {
      auto grants = kept;
      KONTOR_TRY(change(grants));
      KONTOR_TRY(io::write_file_durably(files_, path_, format_roles(grants)));
      kept = std::move(grants);
      return {};
    });
  };
  co_return co_await io::on_pool(pool_, std::move(work));
}

Task<Result<void>> Roles::grant(RoleGrant grant) {
  co_return co_await change([grant = std::move(grant)](Grants& kept) -> Result<void> {
    const auto found = std::ranges::find_if(
        kept, [&](const RoleGrant& one) { return one.role == grant.role && one.id == grant.id; });
    if (found != kept.end()) {
      *found = grant;
      return {};
    }
    if (kept.size() == k_most) return fail(Errc::limit, "there are too many roles");
    kept.push_back(grant);
    return {};
  });
}

Task<Result<void>> Roles::revoke(std::optional<directory::PrincipalId> id,
                                 std::string who,
                                 std::optional<Role> role) {
  co_return co_await change([id = std::move(id), who, role](Grants& kept) -> Result<void> {
    const auto gone = std::erase_if(kept, [&](const RoleGrant& one) {
      return (id ? one.id == *id : iequals(one.who, who)) && (!role || one.role == *role);
    });
    if (gone == 0) return fail(Errc::not_found, "no such role was given to " + who);
    return {};
  });
}

}  // namespace kontor::admin
