// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/app/out_of_office_replies.hpp"

#include <boost/asio/strand.hpp>

#include "base/core/text.hpp"
#include "base/log/events/delivery.hpp"
#include "server/app/own_letter.hpp"
#include "server/delivery/scripts.hpp"

namespace kontor::app {
namespace {

constexpr std::size_t k_most_annotations = delivery::k_most_entries;
}  // namespace

void OutOfOfficeReplies::consider(const delivery::Delivery& delivery, delivery::StoredCopy copy) {
  if (is_stopping_) return;
  const auto now = environment_.clock.now();
  const auto wish = delivery::out_of_office_of(*copy.notes, now);
  if (!wish.is_away(now) || !delivery::may_be_answered(copy.header, copy.sender, *copy.person))
    return;
  const bool is_internal = !delivery.resolve(copy.sender).mailboxes.empty();
  if ((is_internal ? wish.internal : wish.external).empty()) return;
  if (delivery::Answered(wish, *copy.notes, now).has(copy.sender)) return;
  Pair pair(copy.person->id, to_lower(copy.sender));
  if (!under_way_.with([&](auto& pairs) { return pairs.insert(pair).second; })) return;
  environment_.tasks.spawn(boost::asio::make_strand(environment_.executor),
                           answer(std::move(copy), is_internal, std::move(pair)));
}

Task<void> OutOfOfficeReplies::answer(delivery::StoredCopy copy, bool is_internal, Pair pair) {
  using log::Keys;
  const auto answered = co_await answer_once(copy, is_internal);
  under_way_.with([&](auto& pairs) { pairs.erase(pair); });
  if (!answered)
    environment_.log.emit(log::events::k_reply_failed, answered.error(),
                          {{Keys::address, copy.person->mail}});
  else if (*answered)
    environment_.log.emit(log::events::k_reply_sent,
                          {{Keys::address, copy.person->mail}, {Keys::sender, copy.sender}});
}

Task<Result<bool>> OutOfOfficeReplies::answer_once(const delivery::StoredCopy& copy,
                                                   bool is_internal) {
  const auto& person = *copy.person;
  store::Binding owner{person.id.source, person.id.guid};
  auto opened = co_await environment_.store.open_for(std::move(owner));
  KONTOR_CO_TRY(const auto account, std::move(opened));
  const auto view = account->view();
  const auto& notes = view.annotations(0);
  const auto now = environment_.clock.now();
  const auto wish = delivery::out_of_office_of(notes, now);
  const delivery::Answered answered(wish, notes, now);
  const auto& text = is_internal ? wish.internal : wish.external;
  if (!wish.is_away(now) || text.empty() || answered.has(copy.sender)) co_return false;
  KONTOR_CO_TRY(
      co_await account->set_annotations(0, answered.add(copy.sender), k_most_annotations));
  const auto& settings = environment_.settings;
  const auto& languages = settings.queue.notice_languages;
  const std::string language = languages.empty() ? "en" : languages.front();
  OwnLetter letter;
  letter.recipient = copy.sender;
  letter.notify = queue::k_notify_never;
  letter.bytes = reply_text(
      {settings.server.name, language, person, copy.sender, copy.header, wish.subject, text, now});
  letter.date = now;
  KONTOR_CO_TRY(co_await enqueue(environment_.queue, std::move(letter)));
  co_return true;
}

}  // namespace kontor::app
