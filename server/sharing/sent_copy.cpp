// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/sharing/sent_copy.hpp"

#include <array>
#include <utility>

#include "base/core/text.hpp"
#include "base/crypto/digest.hpp"

namespace kontor::sharing {
namespace {

constexpr std::array k_words{std::pair{SentCopies::none, std::string_view("none")},
                             std::pair{SentCopies::send_as, std::string_view("send-as")},
                             std::pair{SentCopies::all, std::string_view("all")}};

// A program stores its copy right after it has sent the message, or right before.
constexpr std::size_t k_newest = 1'000;

}  // namespace

std::optional<SentCopies> parse_sent_copies(std::string_view word) {
  for (const auto& [copies, text] : k_words)
    if (word == text) return copies;
  return std::nullopt;
}

std::string_view sent_copies_text(SentCopies copies) {
  for (const auto& [row, text] : k_words)
    if (row == copies) return text;
  return {};
}

SentCopies sent_copies_of(const store::AccountView& view) {
  const auto& notes = view.annotations(0);
  const auto found = notes.find(k_sent_copies);
  if (found == notes.end()) return k_default_sent_copies;
  return parse_sent_copies(found->second).value_or(k_default_sent_copies);
}

Uuid sent_copy_guid(const store::AccountId& account, std::string_view message_id) {
  const auto id = trim(message_id);
  if (id.empty()) return {};
  const auto digest = crypto::sha256("sent copy\n" + account.bytes() + std::string(id));
  return Uuid::from_bytes(digest.substr(0, 16)).value();
}

std::optional<store::Uid> find_sent_copy(const store::AccountView& view,
                                         store::FolderId folder,
                                         const Uuid& guid) {
  const auto rows = view.open(folder);
  if (!rows || guid == Uuid()) return std::nullopt;
  const auto least = rows->size() - std::min(rows->size(), k_newest);
  for (auto i = rows->size(); i > least; --i) {
    const auto entry = rows->at(i - 1);
    const auto item = view.item(entry.item);
    if (item && item->guid == guid) return entry.uid;
  }
  return std::nullopt;
}

}  // namespace kontor::sharing
