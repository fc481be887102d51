// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/dav/published.hpp"

#include <algorithm>

#include "base/core/text.hpp"
#include "base/crypto/digest.hpp"
#include "calendar/freebusy/freebusy.hpp"
#include "calendar/ical/published.hpp"
#include "directory/model/shared_mailbox.hpp"
#include "server/dav/answers.hpp"
#include "server/dav/dead.hpp"
#include "server/dav/names.hpp"
#include "server/publish/links.hpp"
#include "server/scheduling/busy.hpp"
#include "server/scheduling/calendars.hpp"
#include "server/trace/open_try.hpp"

namespace kontor::dav {
namespace {

using http::wire::Response;
using publish::Detail;
using publish::Link;

constexpr std::string_view k_form = "1";  // of the answers: another one is another entity tag
constexpr std::size_t k_batch = 200;
constexpr std::chrono::days k_before{31}, k_after{366};  // of busy time

// A calendar that a token opens.
struct Opened {
  std::shared_ptr<store::Account> account;
  store::AccountView view;
  std::shared_ptr<const store::FolderView> folder;
  std::shared_ptr<const directory::Principal> owner;  // nullptr: public folders
  Link link;
  std::string name;  // as people call it
};

Error nothing_there() { return Error(Errc::not_found, "no such link"); }

std::string token_in(std::string_view path) {
  path.remove_prefix(std::min(path.size(), publish::k_published.size()));
  if (path.ends_with(publish::k_ending)) path.remove_suffix(publish::k_ending.size());
  return std::string(path);
}

std::string display_name(const store::AccountView& view, store::FolderId folder) {
  const auto& notes = view.annotations(folder);
  const auto found = notes.find(entry_of(dav_name("displayname")));
  if (found == notes.end()) return {};
  const auto element = xml::read(found->second);
  return element ? element->content() : std::string();
}

// May links of this owner be read? Then what they show.
Result<Detail> allowed(const Environment& environment, const Opened& opened) {
  const auto binding = opened.view.binding();
  if (binding == directory::public_folders_owner<store::Binding>()) return opened.link.detail;
  const auto& owner = opened.owner;
  if (!owner) return nothing_there();
  const bool signs_in =
      owner->kind == directory::Kind::person && !directory::is_shared_mailbox(*owner);
  if (signs_in && owner->state != directory::State::enabled) return nothing_there();
  const auto publishing = environment.policy_of(owner->id)->publishing;
  if (publishing == config::Publishing::none) return nothing_there();
  return publishing == config::Publishing::full ? opened.link.detail : Detail::free_busy;
}

Task<Result<Opened>> open_link(std::shared_ptr<Kept> kept, std::string text) {
  const auto& environment = kept->environment;
  const auto token = publish::parse_token(text);
  if (!token || !environment.store.info(token->account)) co_return nothing_there();
  KONTOR_CO_TRY(auto account, co_await environment.store.open(token->account));
  auto view = account->view();
  auto link = publish::find_link(view, token->secret);
  if (!link) co_return nothing_there();
  const auto binding = view.binding();
  auto owner = environment.directory.current()->find({binding.source, binding.guid});
  auto folder = view.open(link->folder);
  if (folder == nullptr || !scheduling::is_calendar(folder->info())) co_return nothing_there();
  auto name = display_name(view, link->folder);
  Opened opened{std::move(account), std::move(view),  std::move(folder),
                std::move(owner),   *std::move(link), std::move(name)};
  KONTOR_CO_TRY(opened.link.detail, allowed(environment, opened));
  co_return opened;
}

// Whoever tries wrong ones is slowed down, and blocked at last.
Task<Result<Opened>> open_guarded(std::shared_ptr<Kept> kept, std::string peer, std::string text) {
  auto* guard = kept->environment.guard;
  if (guard == nullptr) co_return co_await open_link(kept, std::move(text));
  constexpr std::size_t k_shown = 16;
  trace::Try what{std::move(peer), "link " + hex_encode(crypto::sha256(text)).substr(0, k_shown)};
  KONTOR_CO_TRY(co_await trace::wait_in_line(*guard, kept->environment.settings.sign_in, what));
  trace::OpenTry open(*guard, what);
  auto opened = co_await open_link(kept, text);
  std::optional<Errc> error;
  if (!opened)
    error = opened.error().code() == Errc::not_found ? Errc::auth_failed : opened.error().code();
  co_await trace::wait_after(open.close(error, text));
  co_return opened;
}

std::string entity_tag(const Opened& opened, UtcSeconds now) {
  const auto& info = opened.folder->info();
  std::string of = join({std::string(k_form), info.guid.text(), std::to_string(info.highest_modseq),
                         std::string(publish::word_of(opened.link.detail)), opened.name},
                        " ");
  if (opened.link.detail == Detail::free_busy)  // its days go on
    of += std::to_string(std::chrono::floor<std::chrono::days>(now).time_since_epoch().count());
  constexpr std::size_t k_size = 32;
  return '"' + hex_encode(crypto::sha256(of)).substr(0, k_size) + '"';
}

bool has_it(const http::wire::Request& request, std::string_view tag) {
  for (auto one : split(request.field("If-None-Match"), ',')) {
    one = trim(one);
    if (one.starts_with("W/")) one.remove_prefix(2);
    if (one == tag || one == "*") return true;
  }
  return false;
}

// The objects, by their names, so that the same calendar is the same bytes.
Result<std::vector<store::ItemId>> items_of(const Opened& opened, std::uint64_t most) {
  std::vector<std::pair<std::string_view, store::ItemId>> named;
  std::uint64_t bytes = 0;
  opened.folder->for_each(0, opened.folder->size(), [&](std::size_t, const store::Entry& entry) {
    const auto* object = opened.folder->object(entry.uid);
    if (object == nullptr) return;
    named.emplace_back(object->name, entry.item);
    if (const auto item = opened.view.item(entry.item)) bytes += item->size;
  });
  if (bytes > most) return fail(Errc::limit, "the calendar is larger than dav.max_answer");
  std::ranges::sort(named);
  std::vector<store::ItemId> out;
  for (const auto& [name, item] : named) out.push_back(item);
  return out;
}

Task<Result<std::string>> whole_calendar(const Kept& kept, const Opened& opened) {
  const auto& environment = kept.environment;
  KONTOR_CO_TRY(const auto items, items_of(opened, environment.settings.dav.max_answer));
  const auto gathered = std::make_shared<calendar::PublishedCalendar>(opened.name);
  for (std::size_t begin = 0; begin < items.size(); begin += k_batch) {
    const auto end = std::min(begin + k_batch, items.size());
    std::vector<store::ItemId> batch(items.begin() + static_cast<std::ptrdiff_t>(begin),
                                     items.begin() + static_cast<std::ptrdiff_t>(end));
    auto texts = co_await opened.account->read_messages(std::move(batch));
    auto work = [gathered, texts = std::move(texts)] {
      for (const auto& one : texts)
        if (one) gathered->add(*one);
    };
    if (environment.workers == nullptr)
      work();
    else
      co_await io::on_pool(*environment.workers, std::move(work));
  }
  co_return gathered->text();
}

Task<Result<std::string>> busy_time(const Kept& kept, const Opened& opened) {
  calendar::FreeBusyMessage message;
  message.now = kept.environment.clock.now();
  const UtcSeconds today = std::chrono::floor<std::chrono::days>(message.now);
  message.range = {today - k_before, today + k_after};
  message.method = "PUBLISH";
  message.uid = opened.folder->info().guid.text();
  scheduling::BusyQuestion question;
  question.range = message.range;
  question.folder = opened.link.folder;
  if (opened.owner) {
    message.organizer = "mailto:" + opened.owner->mail;
    question.self = opened.owner->addresses;
  }
  KONTOR_CO_TRY(message.periods, co_await scheduling::busy_times(*opened.account, opened.view,
                                                                 std::move(question), kept.zones));
  co_return calendar::write_freebusy(message);
}

}  // namespace

Task<Result<Response>> answer_published(std::shared_ptr<Kept> kept, http::Call call) {
  auto text = token_in(call.request.path);
  KONTOR_CO_TRY(const auto opened, co_await open_guarded(kept, call.peer, std::move(text)));
  const auto now = kept->environment.clock.now();
  co_await publish::note_use(opened.account, opened.link, now);
  Response out;
  const auto tag = entity_tag(opened, now);
  out.fields = {{"ETag", tag},
                {"Cache-Control", "private, no-cache"},
                {"Referrer-Policy", "no-referrer"},
                {"X-Robots-Tag", "noindex"}};
  if (has_it(call.request, tag)) {
    out.status = 304;
    co_return out;
  }
  out.type = "text/calendar; charset=utf-8";
  const bool is_full = opened.link.detail == Detail::full;
  KONTOR_CO_TRY(out.body, is_full ? co_await whole_calendar(*kept, opened)
                                  : co_await busy_time(*kept, opened));
  co_return out;
}

}  // namespace kontor::dav
