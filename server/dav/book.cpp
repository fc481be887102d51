// SPDX-License-Identifier: GPL-3.0-or-later
// A card is a function of its principal, and of a group's members: those of people who did not
// change are not written again.
#include "server/dav/book.hpp"

#include <algorithm>
#include <unordered_map>

#include "base/core/crc32c.hpp"
#include "calendar/vcard/card_writer.hpp"

namespace kontor::dav {
namespace {

using directory::BookEntry;
using directory::Principal;

calendar::CardKind kind_of(directory::Kind kind) {
  if (kind == directory::Kind::group) return calendar::CardKind::group;
  if (kind == directory::Kind::room) return calendar::CardKind::location;
  return calendar::CardKind::individual;
}

void add_phone(calendar::CardValues& values, const std::string& number, const char* type) {
  if (number.empty()) return;
  calendar::CardPhone phone;
  phone.number = number;
  phone.type = type;
  values.phones.push_back(std::move(phone));
}

std::string write(const BookEntry& entry, const directory::Book& book) {
  const Principal& person = *entry.principal;
  calendar::CardValues values;
  values.uid = person.id.guid.text();
  values.kind = kind_of(person.kind);
  values.display_name = person.name.empty() ? entry.mail : person.name;
  values.family_name = person.surname;
  values.given_name = person.given_name;
  values.mail.push_back(entry.mail);
  add_phone(values, person.telephone, "work");
  add_phone(values, person.card.mobile, "cell");
  add_phone(values, person.card.fax, "fax");
  values.organization = person.company;
  values.department = person.department;
  values.title = person.title;
  values.office = person.office;
  values.street = person.card.street;
  values.city = person.card.city;
  values.region = person.card.region;
  values.postal_code = person.card.postal_code;
  values.country = person.card.country;
  for (const auto& id : person.members)
    if (book.find(id) != nullptr) values.members.push_back("urn:uuid:" + id.guid.text());
  return write_card(values, calendar::CardVersion::v3);
}

// Four checksums of different beginnings: it need not withstand anybody, cards come from us alone.
Uuid tag_of(std::string_view bytes) {
  std::string out;
  for (const std::string_view begin : {"a", "b", "c", "d"}) {
    auto sum = crc32c(bytes, crc32c(begin));
    for (int i = 0; i < 4; ++i, sum >>= 8U) out += static_cast<char>(sum & 0xFFU);
  }
  return Uuid::from_bytes(out).value();
}

}  // namespace

const BookCard* BookCards::find(std::string_view name) const {
  const auto found = std::ranges::lower_bound(list, name, {}, &BookCard::name);
  return found == list.end() || found->name != name ? nullptr : &*found;
}

std::string BookCards::bytes_of(const BookCard& card) const {
  const auto* entry = book->find(card.id);
  return entry == nullptr ? std::string() : write(*entry, *book);
}

bool GlobalBook::is_ready() const {
  if (books_ == nullptr) return true;
  const auto generation = books_->generation();
  return last_.with(
      [&](const auto& held) { return held != nullptr && held->generation == generation; });
}

std::shared_ptr<const BookCards> GlobalBook::current() const {
  if (books_ == nullptr) return nullptr;
  auto book = books_->current();
  const auto last = last_.with([](const auto& held) { return held; });
  if (last != nullptr && last->generation == book->generation()) return last;
  std::unordered_map<std::string_view, const BookCard*> known;
  if (last != nullptr)
    for (const auto& card : last->list) known.emplace(card.name, &card);
  auto made = std::make_shared<BookCards>();
  made->generation = book->generation();
  made->book = book;
  book->visit([&](const BookEntry& entry) {
    BookCard card;
    card.id = entry.principal->id;
    card.name = card.id.guid.text() + ".vcf";
    card.made_of = entry.principal;
    const auto before = known.find(card.name);
    const bool is_same = before != known.end() && before->second->made_of == card.made_of &&
                         entry.principal->kind != directory::Kind::group;
    const auto bytes = is_same ? std::string() : write(entry, *book);
    card.tag = is_same ? before->second->tag : tag_of(bytes);
    card.size = is_same ? before->second->size : bytes.size();
    made->list.push_back(std::move(card));
    return true;
  });
  std::ranges::sort(made->list, {}, &BookCard::name);
  std::string all;
  for (const auto& card : made->list) all += card.name + card.tag.text();
  made->token = "urn:kontor:book:" + tag_of(all).text();
  last_.with([&](auto& held) { held = made; });
  return made;
}

}  // namespace kontor::dav
