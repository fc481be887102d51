// SPDX-License-Identifier: GPL-3.0-or-later
// LOCK and UNLOCK (RFC 4918, 9.10 and 9.11), and what locks ask of every other method.
#include <algorithm>
#include <map>
#include <set>

#include "base/core/text.hpp"
#include "server/dav/condition.hpp"
#include "server/dav/methods.hpp"
#include "server/dav/names.hpp"
#include "server/dav/properties.hpp"
#include "server/dav/rights.hpp"

namespace kontor::dav {
namespace {

using xml::Element;

constexpr std::chrono::seconds k_usual{600};
constexpr std::chrono::seconds k_longest{86'400};
constexpr std::size_t k_most_owner = 4'096;

// RFC 4918, 10.7: the first one that is understood.
std::chrono::seconds timeout_of(const http::wire::Request& request) {
  constexpr std::string_view k_second = "Second-";
  for (const auto part : split(request.field("Timeout"), ',')) {
    const auto word = trim(part);
    if (iequals(word, "Infinite")) return k_longest;
    if (!istarts_with(word, k_second)) continue;
    const auto seconds = parse_number<std::uint32_t>(word.substr(k_second.size()));
    if (seconds && *seconds > 0) return std::min(std::chrono::seconds(*seconds), k_longest);
  }
  return k_usual;
}

http::wire::Response answer_of(const Context& context, const Lock& lock, int status) {
  Element prop(dav_name("prop"));
  prop.add(Element(dav_name("lockdiscovery"))).add(active_lock(context, lock));
  return {status, xml_type(), xml::write_document(prop), {}};
}

http::wire::Response refuse_locked(std::string_view root) {
  Element condition(dav_name("lock-token-submitted"));
  condition.add(href_element(root));
  return refusal(423, std::move(condition));
}

Result<Lock> parse_lock(const Context& context) {
  KONTOR_TRY(const auto root, xml::read(context.request.body));
  const auto* scope = root.child(dav_name("lockscope"));
  const auto* type = root.child(dav_name("locktype"));
  if (!root.is(dav_name("lockinfo")) || scope == nullptr || type == nullptr ||
      type->child(dav_name("write")) == nullptr)
    return fail(Errc::bad_input, "the body does not say what to lock");
  Lock lock;
  lock.token = "urn:uuid:" + Uuid::random().text();
  lock.is_shared = scope->child(dav_name("shared")) != nullptr;
  if (!lock.is_shared && scope->child(dav_name("exclusive")) == nullptr)
    return fail(Errc::bad_input, "a lock is exclusive or shared");
  KONTOR_TRY(const auto depth, depth_of(context.request, Depth::infinity));
  if (depth == Depth::one) return fail(Errc::bad_input, "the depth of a lock is 0 or infinity");
  lock.is_deep = depth == Depth::infinity;
  if (const auto* owner = root.child(dav_name("owner"))) lock.owner = xml::write_fragment(*owner);
  if (lock.owner.size() > k_most_owner) return fail(Errc::limit, "the owner is too long");
  lock.path = lock_path(context, context.resource.path);
  lock.holder = context.person.id;
  lock.timeout = timeout_of(context.request);
  return lock;
}

Task<Answer> refresh(Context& context) {
  KONTOR_CO_TRY(const auto lists, parse_if(context.request.field("If")));
  for (const auto& list : lists)
    for (const auto& condition : list.conditions) {
      if (condition.is_etag || condition.negated) continue;
      const auto path = lock_path(context, context.resource.path);
      const auto lock = context.kept->locks.refresh(condition.value, path, context.person.id,
                                                    timeout_of(context.request));
      if (lock) co_return answer_of(context, *lock, 200);
    }
  co_return refusal(412, dav_name("lock-token-matches-request-uri"));
}

// RFC 4918, 7.3: a lock of what is not there makes an empty resource.
Task<Answer> make_empty(Context& context) {
  const auto& resource = context.resource;
  if (resource.folder == nullptr) co_return bare(409);
  if (resource.folder_class() != store::FolderClass::notes)
    co_return http::wire::plain(403, "what is empty cannot be kept here");
  store::NewObject object;
  object.name = resource.name;
  store::ObjectCondition condition;
  condition.wanted = store::ObjectCondition::Wanted::absent;
  KONTOR_CO_TRY(co_await context.account->put_object(resource.folder->info().id, std::move(object),
                                                     std::move(condition)));
  context.refresh();
  co_return bare(201);
}

struct Affected {
  std::string path;
  bool below = false;
};

void add_place(std::vector<Affected>& out, const Context& context, const Resource& resource) {
  out.push_back({lock_path(context, resource.path), resource.is_collection()});
  if (resource.path.segments.size() < 2) return;
  Path above = resource.path;
  above.segments.pop_back();
  out.push_back({lock_path(context, above), false});
}

// What a request changes: its resource, and the collection that gains or loses a member.
std::vector<Affected> affected_by(const Context& context) {
  const auto& method = context.request.method;
  std::vector<Affected> out;
  const auto own = lock_path(context, context.resource.path);
  const bool is_there = context.resource.kind != Kind::nothing;
  if (method == "PROPPATCH" || (method == "PUT" && is_there)) {
    out.push_back({own, false});
  } else if (method == "PUT" || method == "MKCOL" || method == "MKCALENDAR" || method == "DELETE" ||
             method == "MOVE") {
    add_place(out, context, context.resource);
  }
  if (method == "MOVE" || method == "COPY")
    if (const auto path = parse_href(context.request.field("Destination"), context.host()))
      if (const auto to = find_resource(context, *path)) add_place(out, context, *to);
  return out;
}

bool holds(const Context& context, const StateCondition& condition, const Resource& resource) {
  if (condition.is_etag) return resource.kind == Kind::object && condition.value == resource.etag();
  const auto locks = context.kept->locks.holding(lock_path(context, resource.path));
  return std::ranges::any_of(locks, [&](const Lock& one) { return one.token == condition.value; });
}

bool holds(const Context& context, const StateList& list) {
  auto resource = context.resource;
  if (!list.resource.empty()) {
    const auto path = parse_href(list.resource, context.host());
    auto found = path ? find_resource(context, *path) : std::nullopt;
    if (!found) return false;
    resource = *std::move(found);
  }
  return std::ranges::all_of(list.conditions, [&](const StateCondition& one) {
    return holds(context, one, resource) != one.negated;
  });
}

}  // namespace

std::optional<http::wire::Response> check_locks(const Context& context) {
  const auto lists = parse_if(context.request.field("If"));
  if (!lists) return http::wire::plain(400, "the field If is not in order");
  const auto is_true = [&](const StateList& list) { return holds(context, list); };
  const bool is_refresh = context.request.method == "LOCK" && context.request.body.empty();
  if (!is_refresh && !lists->empty() && std::ranges::none_of(*lists, is_true)) return bare(412);
  if (!context.account) return std::nullopt;
  std::set<std::string_view> submitted;
  for (const auto& list : *lists)
    for (const auto& condition : list.conditions)
      if (!condition.is_etag) submitted.insert(condition.value);
  std::map<std::string, bool> roots;  // of locks in the way; true: one of them was submitted
  for (const auto& [path, below] : affected_by(context))
    for (const auto& lock : context.kept->locks.holding(path, below)) {
      const bool is_own = lock.holder == context.person.id && submitted.contains(lock.token);
      roots[lock.path] = roots[lock.path] || is_own;
    }
  for (const auto& [root, is_free] : roots)
    if (!is_free) return refuse_locked(root);
  return std::nullopt;
}

Task<Answer> do_lock(Context& context) {
  if (!context.account || context.resource.path.segments.size() < 2)
    co_return fail(Errc::no_permission, "nothing to lock");
  if (context.request.body.empty()) co_return co_await refresh(context);
  KONTOR_CO_TRY(auto lock, parse_lock(context));
  auto added = context.kept->locks.add(std::move(lock));
  if (!added && added.error().code() == Errc::conflict)
    co_return refusal(423, dav_name("no-conflicting-lock"));
  if (!added) co_return fail(added.error());
  int status = 200;
  if (context.resource.kind == Kind::nothing) {
    const auto made = co_await make_empty(context);
    status = made ? made->status : 500;
    if (!made || status != 201) {
      static_cast<void>(
          context.kept->locks.remove(added->token, added->path, context.person.id).has_value());
      co_return made;
    }
  }
  auto out = answer_of(context, *added, status);
  out.fields.push_back({"Lock-Token", '<' + added->token + '>'});
  co_return out;
}

Task<Answer> do_unlock(Context& context) {
  auto token = trim(context.request.field("Lock-Token"));
  if (!token.starts_with('<') || !token.ends_with('>') || token.size() < 3)
    co_return fail(Errc::bad_input, "which lock?");
  token = token.substr(1, token.size() - 2);
  const auto removed = context.kept->locks.remove(token, lock_path(context, context.resource.path),
                                                  context.person.id);
  if (!removed && removed.error().code() == Errc::not_found)
    co_return refusal(409, dav_name("lock-token-matches-request-uri"));
  if (!removed) co_return fail(removed.error());
  co_return bare(204);
}

}  // namespace kontor::dav
