// SPDX-License-Identifier: GPL-3.0-or-later
// Most pairs are told apart by the first eight bytes of the first criterion, which are compared as
// one number beside the message's index; the rest is looked at only for those that agree in it.
#include "server/imap/sort_order.hpp"

#include <algorithm>

namespace kontor::imap {
namespace {

using wire::SortKey;

std::int64_t sent_date(const Sortable& message) {
  return message.keys.sent == k_no_date ? message.internal_date : message.keys.sent;
}

TextRef text_of(const Sortable& message, SortKey key) {
  switch (key) {
    case SortKey::subject:
      return message.keys.subject;
    case SortKey::from:
      return message.keys.from;
    case SortKey::to:
      return message.keys.to;
    case SortKey::cc:
      return message.keys.cc;
    case SortKey::display_from:
      return message.keys.display_from;
    default:
      return message.keys.display_to;
  }
}

// Of the criteria that are numbers.
std::uint64_t number_of(const Sortable& message, SortKey key) {
  constexpr std::uint64_t k_sign = std::uint64_t{1} << 63U;  // makes signed order unsigned order
  if (key == SortKey::size) return message.size;
  if (key == SortKey::relevancy) return ~std::uint64_t{message.relevancy};  // the best first
  const auto date = key == SortKey::arrival ? message.internal_date : sent_date(message);
  return static_cast<std::uint64_t>(date) ^ k_sign;
}

bool is_number(SortKey key) {
  return key == SortKey::arrival || key == SortKey::date || key == SortKey::size ||
         key == SortKey::relevancy;
}

}  // namespace

bool SortOrder::needs_header(const std::vector<wire::SortCriterion>& criteria) {
  return std::ranges::any_of(criteria, [](const wire::SortCriterion& criterion) {
    return criterion.key != SortKey::arrival && criterion.key != SortKey::size &&
           criterion.key != SortKey::relevancy;
  });
}

bool SortOrder::before(const Sortable& a, const Sortable& b) const {
  for (const auto& criterion : criteria_) {
    const auto& first = criterion.reverse ? b : a;
    const auto& second = criterion.reverse ? a : b;
    if (is_number(criterion.key)) {
      const auto one = number_of(first, criterion.key);
      const auto other = number_of(second, criterion.key);
      if (one != other) return one < other;
    } else {
      const auto one = text_of(first, criterion.key);
      const auto other = text_of(second, criterion.key);
      if (one != other) return texts_->text(one) < texts_->text(other);
    }
  }
  return a.uid < b.uid;
}

std::uint64_t SortOrder::prefix(const Sortable& message) const {
  const auto& criterion = criteria_.front();
  std::uint64_t value = 0;
  if (is_number(criterion.key)) {
    value = number_of(message, criterion.key);
  } else {
    const auto text = texts_->text(text_of(message, criterion.key));
    for (std::size_t i = 0; i < sizeof(value); ++i)
      value = value << 8U | (i < text.size() ? static_cast<unsigned char>(text[i]) : 0U);
  }
  return criterion.reverse ? ~value : value;
}

std::vector<std::uint32_t> SortOrder::sorted(const std::vector<Sortable>& messages) const {
  struct Place {
    std::uint64_t prefix;
    std::uint32_t index;
  };
  std::vector<Place> places;
  places.reserve(messages.size());
  for (std::uint32_t i = 0; i < messages.size(); ++i) places.push_back({prefix(messages[i]), i});
  std::ranges::sort(places, [&](const Place& a, const Place& b) {
    return a.prefix != b.prefix ? a.prefix < b.prefix
                                : before(messages[a.index], messages[b.index]);
  });
  std::vector<std::uint32_t> order;
  order.reserve(places.size());
  for (const auto& place : places) order.push_back(place.index);
  return order;
}

}  // namespace kontor::imap
