// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/imap/transfer.hpp"

#include "server/imap/message_intake.hpp"

namespace kontor::imap {
namespace {

constexpr std::uint64_t k_piece = 4U << 20U;  // bytes read and appended at once
constexpr std::size_t k_most = 256;           // messages of a piece

struct Source {
  store::Entry entry;
  store::Item item;
};

std::vector<Source> sources_of(const SelectedFolder& from, const std::vector<store::Uid>& uids) {
  std::vector<Source> out;
  const auto view = from.account()->view();
  const auto folder = view.open(from.id());
  if (!folder) return out;
  for (const auto uid : uids) {
    const auto index = folder->index_of(uid);
    if (!index) continue;
    const auto entry = folder->at(*index);
    if (const auto item = view.item(entry.item)) out.push_back({entry, *item});
  }
  return out;
}

class Copying {
 public:
  Copying(Session& session, Mailbox to)
      : session_(session), to_(std::move(to)), rights_(session.rights(*to_.account, to_.folder)) {}

  Task<Result<void>> run(const std::vector<Source>& all) {
    for (std::size_t begin = 0; begin < all.size();) {
      std::vector<Source> piece;
      for (std::uint64_t bytes = 0; begin < all.size() && piece.size() < k_most; ++begin) {
        if (!piece.empty() && bytes + all[begin].item.size > k_piece) break;
        bytes += all[begin].item.size;
        piece.push_back(all[begin]);
      }
      KONTOR_CO_TRY(co_await copy(std::move(piece)));
    }
    co_return Result<void>();
  }

  // What was appended goes again.
  Task<void> undo() {
    if (done_.to.empty()) co_return;
    auto uids = std::exchange(done_.to, {});
    static_cast<void>((co_await to_.account->remove(to_.folder.id, std::move(uids))).has_value());
  }

  store::Copied take() { return std::move(done_); }

 private:
  Task<Result<void>> copy(std::vector<Source> piece) {
    std::vector<store::ItemId> ids;
    for (const auto& source : piece) ids.push_back(source.item.id);
    auto read = co_await session_.selected->account()->read_messages(std::move(ids));
    std::vector<store::NewMessage> messages;
    std::vector<store::Uid> from;
    for (std::size_t i = 0; i < piece.size(); ++i) {
      if (!read[i] && read[i].error().code() == Errc::not_found) continue;  // purged meanwhile
      KONTOR_CO_TRY(auto raw, std::move(read[i]));
      messages.push_back(message_of(piece[i], std::move(raw)));
      from.push_back(piece[i].entry.uid);
    }
    if (messages.empty()) co_return Result<void>();
    KONTOR_CO_TRY(const auto appended,
                  co_await to_.account->append(to_.folder.id, std::move(messages)));
    done_.uid_validity = appended.uid_validity;
    done_.modseq = appended.modseq;
    done_.from.insert(done_.from.end(), from.begin(), from.end());
    done_.to.insert(done_.to.end(), appended.uids.begin(), appended.uids.end());
    co_return Result<void>();
  }

  store::NewMessage message_of(const Source& source, std::string raw) const {
    const auto& limits = session_.env.settings.mime;
    store::NewMessage out;
    out.message = store::prepare_message(std::move(raw), limits.max_depth, limits.max_parts);
    out.flags = source.entry.flags;
    out.keywords = session_.selected->account()->view().keywords(source.entry.keywords);
    out.internal_date = source.entry.internal_date;
    out.guid = source.item.guid;  // RFC 8474, 5.1: the same content may keep its EMAILID
    keep_to_rights(rights_, out);
    return out;
  }

  Session& session_;
  Mailbox to_;
  store::RightBits rights_;
  store::Copied done_;
};

}  // namespace

Task<Result<store::Copied>> copy_across(Session& session,
                                        std::vector<store::Uid> uids,
                                        Mailbox to) {
  const auto all = sources_of(*session.selected, uids);
  Copying copying(session, std::move(to));
  if (auto done = co_await copying.run(all); !done) {
    co_await copying.undo();
    co_return fail(std::move(done).error());
  }
  co_return copying.take();
}

}  // namespace kontor::imap
