// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/imap/flags.hpp"

#include <array>

#include "base/core/text.hpp"

namespace kontor::imap {
namespace {

static_assert(wire::k_flag_seen == store::k_seen && wire::k_flag_answered == store::k_answered &&
                  wire::k_flag_flagged == store::k_flagged &&
                  wire::k_flag_deleted == store::k_deleted && wire::k_flag_draft == store::k_draft,
              "wire and store use the same bits");

struct Flag {
  store::FlagBits bit;
  std::string_view name;
};
constexpr std::array k_flags{
    Flag{store::k_answered, "\\Answered"}, Flag{store::k_flagged, "\\Flagged"},
    Flag{store::k_deleted, "\\Deleted"},   Flag{store::k_seen, "\\Seen"},
    Flag{store::k_draft, "\\Draft"},
};

struct Use {
  store::SpecialUse use;
  std::string_view name;
};
constexpr std::array k_uses{
    Use{store::SpecialUse::all, "\\All"},
    Use{store::SpecialUse::archive, "\\Archive"},
    Use{store::SpecialUse::drafts, "\\Drafts"},
    Use{store::SpecialUse::flagged, "\\Flagged"},
    Use{store::SpecialUse::important, "\\Important"},  // RFC 8457
    Use{store::SpecialUse::junk, "\\Junk"},
    Use{store::SpecialUse::sent, "\\Sent"},
    Use{store::SpecialUse::trash, "\\Trash"},
};

}  // namespace

void append_flags(std::string& out,
                  store::FlagBits flags,
                  const std::vector<std::string>& keywords) {
  out.push_back('(');
  const auto word = [&](std::string_view name) {
    if (out.back() != '(') out.push_back(' ');
    out.append(name);
  };
  for (const auto& flag : k_flags)
    if ((flags & flag.bit) != 0) word(flag.name);
  for (const auto& keyword : keywords) word(keyword);
  out.push_back(')');
}

void append_flags(std::string& out, const store::AccountView& view, const store::Entry& entry) {
  append_flags(out, entry.flags, view.keywords(entry.keywords));
}

std::string flags_in_use(const std::vector<std::string>& keywords, store::FlagBits system) {
  std::string out;
  const auto word = [&](std::string_view name) {
    if (!out.empty()) out.push_back(' ');
    out.append(name);
  };
  for (const auto& flag : k_flags)
    if ((system & flag.bit) != 0) word(flag.name);
  for (const auto& keyword : keywords) word(keyword);
  return out;
}

std::string_view special_use_name(store::SpecialUse use) {
  for (const auto& row : k_uses)
    if (row.use == use) return row.name;
  return {};
}

store::SpecialUse special_use_of(std::string_view name) {
  for (const auto& row : k_uses)
    if (iequals(row.name, name)) return row.use;
  return store::SpecialUse::none;
}

}  // namespace kontor::imap
