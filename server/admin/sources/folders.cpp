// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/admin/sources/folders.hpp"

#include <algorithm>
#include <array>

#include "base/core/text.hpp"
#include "base/mime/lower.hpp"
#include "base/mime/modified_utf7.hpp"
#include "store/mailbox/names.hpp"

namespace kontor::admin::sources {
namespace {

using store::SpecialUse;

struct Known {
  std::string_view name;  // lower case
  SpecialUse use;
};
// What Outlook, Thunderbird, Apple Mail, mutt, Gmail, Yandex and Mail.ru call them.
constexpr auto k_known = std::to_array<Known>({
    {"sent", SpecialUse::sent},
    {"sent items", SpecialUse::sent},
    {"sent messages", SpecialUse::sent},
    {"sent mail", SpecialUse::sent},
    {"sent-mail", SpecialUse::sent},
    {"отправленные", SpecialUse::sent},
    {"drafts", SpecialUse::drafts},
    {"черновики", SpecialUse::drafts},
    {"trash", SpecialUse::trash},
    {"deleted items", SpecialUse::trash},
    {"deleted messages", SpecialUse::trash},
    {"корзина", SpecialUse::trash},
    {"удаленные", SpecialUse::trash},
    {"удалённые", SpecialUse::trash},
    {"junk", SpecialUse::junk},
    {"junk e-mail", SpecialUse::junk},
    {"junk email", SpecialUse::junk},
    {"spam", SpecialUse::junk},
    {"спам", SpecialUse::junk},
    {"нежелательная почта", SpecialUse::junk},
    {"archive", SpecialUse::archive},
    {"archives", SpecialUse::archive},
    {"архив", SpecialUse::archive},
});

constexpr std::array<std::string_view, 9> k_uses{
    "", "all", "archive", "drafts", "flagged", "important", "junk", "sent", "trash"};

// At most `most` bytes, not in the middle of a code point.
std::string cut(std::string text, std::size_t most) {
  if (text.size() <= most) return text;
  while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xC0U) == 0x80U) --most;
  text.resize(most);
  return text;
}

std::string level_of(std::string_view name) {
  auto level = to_valid_utf8(name);
  for (char& c : level)
    if (c == '/' || static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = '_';
  level = cut(std::string(trim(level)), store::k_max_level);
  return level.empty() ? "_" : level;
}

}  // namespace

Levels levels_of_maildir(std::string_view folder_name) {
  const auto decoded = mime::decode_modified_utf7(folder_name);
  const std::string name = decoded ? *decoded : std::string(folder_name);
  Levels levels;
  for (const auto level : split(name, '.'))
    if (!level.empty()) levels.emplace_back(level);
  return levels;
}

SpecialUse use_of_name(std::string_view name) {
  const auto lower = mime::lower_utf8(name);
  const auto* known = std::ranges::find(k_known, lower, &Known::name);
  return known == k_known.end() ? SpecialUse::none : known->use;
}

std::string_view name_of(SpecialUse use) { return k_uses.at(static_cast<std::size_t>(use)); }

SpecialUse use_of_word(std::string_view word) {
  const auto* known = std::ranges::find(k_uses, word);
  return known == k_uses.end() ? SpecialUse::none : static_cast<SpecialUse>(known - k_uses.begin());
}

std::string folder_for(const Levels& levels, const Target& target) {
  std::string out = target.into;
  for (std::size_t i = 0; i < levels.size(); ++i) {
    auto level = level_of(levels[i]);
    if (out.empty() && i == 0) {
      const auto own = target.special.find(std::string(name_of(use_of_name(level))));
      if (own != target.special.end() && !own->first.empty()) level = own->second;
    }
    if (!out.empty()) out += '/';
    out += level;
  }
  return out.empty() ? "INBOX" : store::inbox_in_capitals(out);
}

}  // namespace kontor::admin::sources
