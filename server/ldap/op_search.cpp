// SPDX-License-Identifier: GPL-3.0-or-later
// Search (RFC 4511, 4.5). A listing is found on the pool of workers and kept while a client goes
// through it in pages or views, so that what changes meanwhile neither doubles nor hides anybody.
#include <algorithm>
#include <charconv>

#include "base/core/text.hpp"
#include "base/log/events/ldap.hpp"
#include "base/log/keys.hpp"
#include "directory/model/attributes.hpp"
#include "server/ldap/operations.hpp"
#include "server/ldap/selection.hpp"

namespace kontor::ldap {
namespace {

using log::Keys;
using wire::Control;
using wire::Outcome;
using wire::ResultCode;
using SteadyClock = std::chrono::steady_clock;

constexpr std::size_t k_slice = 64;  // entries made ready at once

// The controls of a search, read.
struct Controls {
  std::optional<wire::PagedResults> page;
  std::optional<wire::View> view;
  std::vector<wire::SortKey> sort;
  bool must_sort = false;
};

Outcome bad_control(std::string_view what) {
  return {ResultCode::protocol_error, "a wrong value of the control for " + std::string(what)};
}

// RFC 4511, 4.1.11: each once.
Outcome read_controls(const std::vector<Control>& controls, Controls& out) {
  for (const auto& control : controls) {
    const std::string_view value = control.value ? std::string_view(*control.value) : "";
    if (control.oid == wire::k_paged_results) {
      auto page = wire::parse_paged(value);
      if (!page || out.page) return bad_control("pages");
      out.page = *std::move(page);
    } else if (control.oid == wire::k_view_request) {
      auto view = wire::parse_view(value);
      if (!view || out.view) return bad_control("views");
      out.view = *std::move(view);
    } else if (control.oid == wire::k_sort_request) {
      auto sort = wire::parse_sort(value);
      if (!sort || !out.sort.empty()) return bad_control("sorting");
      out.sort = *std::move(sort);
      out.must_sort = control.is_critical;
    }
  }
  if (out.page && out.view)
    return {ResultCode::unwilling_to_perform, "pages and views do not go together"};
  return {};
}

// An entry that is not of the book: does it fulfil a filter? What is not understood does not.
bool fulfils(const wire::Filter& filter, const std::vector<NamedValues>& values) {
  using Kind = wire::Filter::Kind;
  const auto inner = [&](const wire::Filter& one) { return fulfils(one, values); };
  if (filter.kind == Kind::all) return std::ranges::all_of(filter.inner, inner);
  if (filter.kind == Kind::any) return std::ranges::any_of(filter.inner, inner);
  if (filter.kind == Kind::none) return std::ranges::none_of(filter.inner, inner);
  const auto is_it = [&](const NamedValues& one) { return iequals(one.name, filter.attribute); };
  const auto found = std::ranges::find_if(values, is_it);
  if (found == values.end()) return false;
  if (filter.kind == Kind::present) return true;
  const auto is_value = [&](const auto& one) { return iequals(one, filter.values.front()); };
  return filter.kind == Kind::equal && std::ranges::any_of(found->values, is_value);
}

void show_alone(Session& session,
                std::int32_t id,
                const wire::Search& search,
                std::string_view dn,
                const std::vector<NamedValues>& values) {
  if (fulfils(search.filter, values)) Selection(search).put(session.out(), id, dn, values);
  session.answer(id, wire::k_search_done, {});
}

// What everybody may read. False: the search is about something else.
Task<bool> show_server(Session& session, std::int32_t id, const wire::Search& search) {
  if (search.scope != wire::Scope::base) co_return false;
  if (directory::fold_dn(search.base) == directory::fold_dn(k_subschema_dn)) {
    show_alone(session, id, search, k_subschema_dn, subschema());
    co_return true;
  }
  if (!trim(search.base).empty()) co_return false;
  auto current = [books = &session.environment().books] { return books->current(); };
  const auto book = co_await io::on_pool(session.environment().workers, std::move(current));
  show_alone(session, id, search, "", root_dse(*book, mechanisms_of(session)));
  co_return true;
}

// A page's cookie names the listing of this connection and where to go on in it.
struct Cookie {
  std::uint64_t listing = 0, offset = 0;

  std::string text() const { return std::to_string(listing) + ":" + std::to_string(offset); }
  static std::optional<Cookie> parse(std::string_view text) {
    const auto colon = text.find(':');
    if (colon == std::string_view::npos) return std::nullopt;
    const auto listing = parse_number<std::uint64_t>(text.substr(0, colon));
    const auto offset = parse_number<std::uint64_t>(text.substr(colon + 1));
    if (!listing || !offset) return std::nullopt;
    return Cookie{*listing, *offset};
  }
};

SteadyClock::time_point deadline_of(const Session& session, const wire::Search& search) {
  auto limit = session.environment().settings.address_book.time_limit;
  if (search.time_limit > 0) limit = std::min(limit, std::chrono::seconds(search.time_limit));
  return SteadyClock::now() + limit;
}

// Puts the listing of this search into the session.
Task<Outcome> find(Session& session, SearchWish wish) {
  const auto& environment = session.environment();
  const auto begun = SteadyClock::now();
  const auto deadline = deadline_of(session, wish.search);
  auto work = [books = &environment.books, wish = std::move(wish), kept = session.listing,
               deadline]() mutable {
    auto book = books->current();
    // Moving through a list that is still as it was costs nothing.
    if (kept && kept->book().generation() == book->generation() && !kept->is_cut() &&
        kept->wish().identity() == wish.identity())
      return std::pair{Outcome(), std::move(kept)};
    auto made = Listing::make(std::move(book), std::move(wish), deadline);
    return std::pair{std::move(made.first),
                     std::make_shared<const Listing>(std::move(made.second))};
  };
  session.listing.reset();
  auto [outcome, listing] = co_await io::on_pool(environment.workers, std::move(work));
  const auto spent =
      std::chrono::duration_cast<std::chrono::microseconds>(SteadyClock::now() - begun);
  session.log().emit(log::events::k_ldap_search_done,
                     {{Keys::count, listing->size()}, {Keys::micros, spent.count()}});
  if (outcome.is_success()) session.listing = std::move(listing);
  co_return outcome;
}

// Sends entries [begin, end) of the session's listing. The pool may still be at it when the
// connection is gone: what it uses is shared with it.
Task<Result<void>> send(Session& session,
                        std::int32_t id,
                        std::shared_ptr<const Selection> selection,
                        std::size_t begin,
                        std::size_t end) {
  for (; begin < end; begin += k_slice) {
    auto render = [listing = session.listing, photos = session.environment().photos, selection, id,
                   begin, last = std::min(end, begin + k_slice)] {
      std::string out;
      for (std::size_t i = begin; i < last; ++i)
        selection->put(out, id, listing->book(), listing->at(i), photos);
      return out;
    };
    session.out() += co_await io::on_pool(session.environment().workers, std::move(render));
    KONTOR_CO_TRY(session.check_end());
    KONTOR_CO_TRY(co_await session.flush_if_large());
  }
  co_return Result<void>();
}

// The part of the listing an answer shows, and what closes it.
struct Part {
  std::size_t begin = 0, end = 0;
  Outcome outcome;
  std::vector<Control> controls;
};

void take_page(Session& session,
               const wire::Search& search,
               const wire::PagedResults& page,
               Part& part) {
  const auto& listing = *session.listing;
  auto cookie = Cookie::parse(page.cookie);  // checked before, unless it is empty
  if (!cookie) cookie = Cookie{++session.pages, 0};
  const std::size_t most = session.environment().settings.address_book.max_entries;
  part.begin = std::min<std::size_t>(cookie->offset, listing.size());
  part.end = std::min(listing.size(), part.begin + std::min<std::size_t>(page.size, most));
  if (search.size_limit > 0 && part.end > search.size_limit) {
    part.end = std::max<std::size_t>(part.begin, search.size_limit);
    part.outcome = {ResultCode::size_limit_exceeded, "there are more entries"};
  }
  wire::PagedResults next{static_cast<std::uint32_t>(listing.size()), {}};
  // RFC 2696, 3: a page of no entries gives the listing up.
  const bool is_over = page.size == 0 && !page.cookie.empty();
  if (part.end < listing.size() && part.outcome.is_success() && !is_over)
    next.cookie = Cookie{cookie->listing, part.end}.text();
  part.controls.push_back(wire::paged_response(next));
}

void take_view(Session& session, const wire::View& view, Part& part) {
  const auto& listing = *session.listing;
  const std::size_t most = session.environment().settings.address_book.max_entries;
  const auto window = listing.window_of(view);
  part.begin = window.begin;
  part.end = std::min(window.end, part.begin + most);
  part.controls.push_back(wire::view_response(static_cast<std::uint32_t>(window.target + 1),
                                              static_cast<std::uint32_t>(listing.size()),
                                              ResultCode::success));
}

std::size_t most_sent(const Session& session, const wire::Search& search) {
  const std::size_t most = session.environment().settings.address_book.max_entries;
  return search.size_limit > 0 ? std::min<std::size_t>(most, search.size_limit) : most;
}

void take_all(Session& session, const wire::Search& search, Part& part) {
  part.end = std::min(session.listing->size(), most_sent(session, search));
  if (part.end < session.listing->size())
    part.outcome = {ResultCode::size_limit_exceeded, "there are more entries"};
}

// The listing that a later page goes on with; success: it is there.
Outcome check_cookie(const Session& session, const SearchWish& wish, const std::string& text) {
  const auto cookie = Cookie::parse(text);
  if (cookie && session.listing && cookie->listing == session.pages &&
      session.listing->wish().identity() == wish.identity())
    return {};
  return {ResultCode::unwilling_to_perform, "the list of this cookie is not kept; begin anew"};
}

// RFC 2891, 1.2 and draft-ietf-ldapext-ldapv3-vlv-09, 2: what cannot be sorted or viewed. Success:
// it can; a sort that is only wished for is forgotten when it cannot be done.
Outcome check_order(Controls& controls, std::vector<Control>& answers) {
  if (controls.view && controls.sort.empty()) {
    answers.push_back(wire::view_response(0, 0, ResultCode::sort_control_missing));
    return {ResultCode::sort_control_missing, "a view needs an order"};
  }
  for (const auto& key : controls.sort) {
    const auto checked = check_sort_key(key);
    if (checked.is_success()) continue;
    answers.push_back(wire::sort_response(checked.code, key.attribute));
    if (controls.must_sort || controls.view)
      return {ResultCode::unavailable_critical_extension, checked.text};
    controls.sort.clear();
    return {};
  }
  if (!controls.sort.empty()) answers.push_back(wire::sort_response(ResultCode::success));
  return {};
}

Task<Result<void>> search_book(Session& session,
                               std::int32_t id,
                               wire::Search search,
                               Controls controls) {
  Part part;
  auto outcome = check_order(controls, part.controls);
  const bool is_later_page = controls.page && !controls.page->cookie.empty();
  const auto selection = std::make_shared<const Selection>(search);
  const auto limits = search;  // of the answer; the listing keeps the rest
  if (outcome.is_success()) {
    SearchWish wish{std::move(search), std::move(controls.sort)};
    // One more than are sent tells that there are more. Pages and views tell how many there are.
    if (!controls.page && !controls.view) wish.most = most_sent(session, limits) + 1;
    outcome = is_later_page ? check_cookie(session, wish, controls.page->cookie) : Outcome();
    if (outcome.is_success() && !is_later_page) outcome = co_await find(session, std::move(wish));
  }
  if (!outcome.is_success()) {
    session.answer(id, wire::k_search_done, outcome, part.controls);
    co_return Result<void>();
  }
  if (controls.page)
    take_page(session, limits, *controls.page, part);
  else if (controls.view)
    take_view(session, *controls.view, part);
  else
    take_all(session, limits, part);
  KONTOR_CO_TRY(co_await send(session, id, selection, part.begin, part.end));
  if (session.listing->is_cut())
    part.outcome = {ResultCode::time_limit_exceeded, "the search took too long"};
  const bool is_over = !controls.view && (!controls.page || part.end >= session.listing->size());
  if (is_over) session.listing.reset();
  session.answer(id, wire::k_search_done, part.outcome, part.controls);
  co_return Result<void>();
}

}  // namespace

Task<Result<void>> op_search(Session& session,
                             std::int32_t id,
                             wire::Search search,
                             std::vector<wire::Control> controls) {
  const bool is_shown = co_await show_server(session, id, search);
  if (is_shown) co_return Result<void>();
  Controls read;
  auto outcome = check_signed_in(session);
  if (outcome.is_success()) outcome = read_controls(controls, read);
  if (!outcome.is_success()) {
    session.answer(id, wire::k_search_done, outcome);
    co_return Result<void>();
  }
  co_return co_await search_book(session, id, std::move(search), std::move(read));
}

}  // namespace kontor::ldap
