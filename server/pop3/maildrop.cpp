// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/pop3/maildrop.hpp"

#include <algorithm>

namespace kontor::pop3 {

Maildrop::Maildrop(store::AccountView view, std::shared_ptr<const store::FolderView> inbox)
    : view_(std::move(view)), inbox_(std::move(inbox)) {}

Result<Maildrop> Maildrop::open(store::AccountView view) {
  auto inbox = view.open(store::k_inbox);
  if (inbox == nullptr) return fail(Errc::not_found, "the account has no INBOX");
  return Maildrop(std::move(view), std::move(inbox));
}

DropListing Maildrop::listing() const noexcept {
  const auto& info = inbox_->info();
  return {info.exists - marked_sum_.messages, info.bytes - marked_sum_.octets};
}

Message Maildrop::message_of(std::size_t index, const store::Entry& entry) const {
  Message message;
  message.number = static_cast<std::uint32_t>(index + 1);
  message.uid = entry.uid;
  message.item = entry.item;
  if (const auto item = view_.item(entry.item)) {
    message.size = item->size;
    message.header_size = item->header_size;
  }
  return message;
}

Result<Message> Maildrop::find(std::uint32_t number) const {
  if (number == 0 || number > count()) return fail(Errc::not_found, "no such message");
  if (is_marked(number)) return fail(Errc::not_found, "the message is marked as deleted");
  return message_of(number - 1, inbox_->at(number - 1));
}

void Maildrop::for_each(std::uint32_t first,
                        std::uint32_t last,
                        const std::function<void(const Message&)>& visit) const {
  inbox_->for_each(first - 1, std::min(last, count()),
                   [&](std::size_t index, const store::Entry& entry) {
                     if (!is_marked(static_cast<std::uint32_t>(index + 1)))
                       visit(message_of(index, entry));
                   });
}

std::string Maildrop::unique_id(store::Uid uid) const {
  return std::to_string(inbox_->info().uid_validity) + '.' + std::to_string(uid);
}

void Maildrop::mark(const Message& message) {
  if (marks_.empty()) marks_.resize(count());
  marks_[message.number - 1] = true;
  ++marked_sum_.messages;
  marked_sum_.octets += message.size;
}

void Maildrop::unmark_all() {
  marks_ = {};
  marked_sum_ = {};
}

std::vector<store::Uid> Maildrop::marked() const {
  std::vector<store::Uid> uids;
  if (marks_.empty()) return uids;
  uids.reserve(marked_sum_.messages);
  inbox_->for_each(0, count(), [&](std::size_t index, const store::Entry& entry) {
    if (marks_[index]) uids.push_back(entry.uid);
  });
  return uids;
}

}  // namespace kontor::pop3
