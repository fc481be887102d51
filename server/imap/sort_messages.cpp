// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/imap/sort_messages.hpp"

#include "server/imap/header_reader.hpp"

namespace kontor::imap {

Task<Result<Keyed>> keys_of(Session& session, wire::NumberSet uids, bool with_header) {
  constexpr std::size_t k_batch = 4'096;
  const auto& folder = *session.selected;
  wire::SequenceSet set;
  set.saved_result = true;
  KONTOR_CO_TRY(const auto numbers, folder.resolve(set, true, uids));
  const auto view = session.selected->account()->view();
  Keyed out;
  out.messages.reserve(uids.count());
  out.modseqs.reserve(uids.count());
  std::vector<store::ItemId> items;
  items.reserve(uids.count());
  NumberCursor cursor;
  for (auto some = folder.batch(numbers, cursor, k_batch); !some.empty();
       some = folder.batch(numbers, cursor, k_batch))
    for (const auto& message : some) {
      Sortable one;
      one.uid = message.entry.uid;
      one.number = message.number;
      one.internal_date = message.entry.internal_date.time_since_epoch().count();
      if (const auto item = view.item(message.entry.item)) one.size = item->size;
      out.messages.push_back(one);
      out.modseqs.push_back(message.entry.modseq);
      items.push_back(message.entry.item);
    }
  if (!with_header) co_return out;
  auto loaded = co_await load_keys(*session.env.keys, session.selected->account(), items);
  KONTOR_CO_TRY(out.keys, std::move(loaded));
  const auto rows = out.keys->rows(items);
  for (std::size_t i = 0; i < rows.size(); ++i) out.messages[i].keys = rows[i];
  co_return out;
}

}  // namespace kontor::imap
