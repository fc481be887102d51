// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include "base/core/text.hpp"
#include "calendar/ical/private_view.hpp"
#include "server/dav/attach.hpp"
#include "server/dav/attachments.hpp"
#include "server/dav/given.hpp"
#include "server/scheduling/addressee.hpp"
#include "server/scheduling/calendars.hpp"

namespace kontor::dav {
namespace {

using scheduling::FoundObject;

constexpr std::size_t k_most_copies = 100;  // of attendees, that are looked at for one reader

// RFC 8187, 3.2.1
std::string extended_value(std::string_view text) {
  std::string out = "UTF-8''";
  for (const char c : text) {
    const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) ||
                          c == '-' || c == '.' || c == '_' || c == '~';
    out += is_plain ? std::string(1, c) : '%' + to_upper(hex_encode({&c, 1}));
  }
  return out;
}

Error nothing_there() { return Error(Errc::not_found, "no such attachment for this person"); }

Task<Result<Context>> open_account(std::shared_ptr<Kept> kept,
                                   const http::Call& call,
                                   store::AccountId id) {
  if (!kept->environment.store.info(id)) co_return nothing_there();
  KONTOR_CO_TRY(auto account, co_await kept->environment.store.open(id));
  auto copy = kept->environment.directory.current();
  auto view = account->view();
  Context context{std::move(kept),
                  call.request,
                  *call.person,
                  std::move(copy),
                  std::move(account),
                  std::move(view),
                  {}};
  co_return context;
}

// By the rights of its calendar.
Task<bool> may_read_here(const Context& context, const FoundObject& event) {
  const auto folder = context.view->open(event.folder);
  if (folder == nullptr ||
      !store::has_right(rights_in(context, folder->info()), store::Right::read))
    co_return false;
  Resource resource;
  resource.kind = Kind::object;
  resource.folder = folder;
  if (sees_private(context, resource)) co_return true;
  const auto bytes = co_await context.account->read_message(event.item.id);
  co_return bytes && !calendar::private_view(*bytes);
}

std::vector<std::string> people_of(const calendar::CalendarObject& object) {
  std::vector<std::string> out;
  if (const auto organizer = object.organizer())
    out.push_back(calendar::calendar_address(organizer->address));
  for (const auto& one : object.attendees()) out.push_back(calendar::calendar_address(one.address));
  return out;
}

// In the copy of somebody whom the event names.
Task<bool> may_read_copy(const Context& context,
                         const http::Call& call,
                         const std::vector<std::string>& people,
                         const std::string& uid) {
  const auto& environment = context.kept->environment;
  const auto now = environment.clock.now();
  std::size_t looked = 0;
  for (const auto& address : people) {
    const auto whom = scheduling::find_addressee(*context.copy, {}, address, now);
    if (whom.where != scheduling::Where::here || looked == k_most_copies) continue;
    const auto owner = scheduling::binding_of(*whom.principal);
    const auto id = environment.store.find(owner);
    if (!id || *id == context.account->id() || !gives_something(context, owner)) continue;
    ++looked;
    const auto other = co_await open_account(context.kept, call, *id);
    const auto event = other ? scheduling::find_by_uid(*other->view, uid) : std::nullopt;
    if (event && co_await may_read_here(*other, *event)) co_return true;
  }
  co_return false;
}

Task<bool> may_read(const Context& context, const http::Call& call, const std::string& uid) {
  if (is_own_account(context)) co_return true;
  const auto event = scheduling::find_by_uid(*context.view, uid);
  if (!event) co_return false;
  if (co_await may_read_here(context, *event)) co_return true;
  const auto bytes = co_await context.account->read_message(event->item.id);
  const auto object = calendar::read_object(bytes ? *bytes : std::string());
  if (!object) co_return false;
  const auto people = people_of(*object);
  if (const auto self = context.copy->find(context.person.id)) {
    const auto own = scheduling::addresses_of(*self);
    if (std::ranges::find_first_of(people, own) != people.end()) co_return true;
  }
  co_return co_await may_read_copy(context, call, people, uid);
}

}  // namespace

Task<Answer> answer_attachment(std::shared_ptr<Kept> kept, http::Call call) {
  const auto name = parse_attachment_path(call.request.path);
  if (!name) co_return nothing_there();
  KONTOR_CO_TRY(const auto context, co_await open_account(std::move(kept), call, name->account));
  const auto stored = find_attachment(*context.view, name->id);
  if (!stored || !co_await may_read(context, call, stored->uid)) co_return nothing_there();
  http::wire::Response out;
  // What has another managed id is another file: it never changes.
  const auto tag = '"' + name->id + '"';
  out.fields = {{"ETag", tag},
                {"Cache-Control", "private, no-cache"},
                {"X-Content-Type-Options", "nosniff"},
                {"Content-Security-Policy", "sandbox; default-src 'none'"}};
  if (trim(call.request.field("If-None-Match")) == tag) {
    out.status = 304;
    co_return out;
  }
  KONTOR_CO_TRY(const auto bytes, co_await context.account->read_message(stored->item));
  auto file = parse_attachment(bytes);
  if (!file) co_return fail(Errc::corrupt, "a stored attachment");
  out.type = file->type;
  out.fields.push_back(
      {"Content-Disposition", "attachment; filename*=" + extended_value(file->file_name)});
  out.body = std::move(file->bytes);
  co_return out;
}

}  // namespace kontor::dav
