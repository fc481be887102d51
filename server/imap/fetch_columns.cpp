// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/imap/fetch_columns.hpp"

#include <array>
#include <charconv>

#include "base/mime/imap_text.hpp"
#include "server/imap/flags.hpp"

namespace kontor::imap {
namespace {

namespace fetch = wire::fetch;

constexpr std::array<std::string_view, 12> k_months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                    "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

void append_name(std::string& out, std::string_view name) {
  if (out.back() != '(') out.push_back(' ');
  out.append(name);
}

void append_two(std::string& out, long value, char fill) {
  if (value < 10) out.push_back(fill);
  append_number(out, static_cast<std::uint64_t>(value));
}

// RFC 8474, 4 and 5: objectid of letters and digits.
void append_item(std::string& out, const store::Item& item, unsigned items, std::uint64_t thread) {
  if ((items & fetch::size) != 0) {
    append_name(out, "RFC822.SIZE ");
    append_number(out, item.size);
  }
  if ((items & fetch::emailid) != 0) {
    append_name(out, "EMAILID (");
    out.append(item.guid.hex()).append(")");
  }
  if ((items & fetch::threadid) == 0) return;
  append_name(out, "THREADID ");
  if (item.thread != 0) thread = item.thread;
  if (thread == 0) {  // its header cannot be read
    out.append("NIL");
    return;
  }
  out.append("(T");
  append_number(out, thread);
  out.push_back(')');
}

}  // namespace

void append_number(std::string& out, std::uint64_t value) {
  std::array<char, 20> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  out.append(digits.data(), end);
}

void append_fetch_head(std::string& out, std::uint32_t number, store::Uid uid, bool uid_only) {
  out.append("* ");
  append_number(out, uid_only ? uid : number);
  out.append(uid_only ? " UIDFETCH (" : " FETCH (");
}

void append_date_time(std::string& out, UtcSeconds time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  out.push_back('"');
  append_two(out, static_cast<unsigned>(date.day()), ' ');  // RFC 9051, 9: date-day-fixed
  out.append("-").append(k_months[static_cast<unsigned>(date.month()) - 1]).append("-");
  const int year = static_cast<int>(date.year());
  append_number(out, static_cast<std::uint64_t>(year < 1000 ? 1000 : year > 9999 ? 9999 : year));
  out.push_back(' ');
  append_two(out, clock.hours().count(), '0');
  out.push_back(':');
  append_two(out, clock.minutes().count(), '0');
  out.push_back(':');
  append_two(out, clock.seconds().count(), '0');
  out.append(" +0000\"");
}

void append_columns(std::string& out,
                    const store::AccountView& view,
                    const NumberedEntry& message,
                    unsigned items,
                    std::uint64_t thread) {
  const store::Entry& entry = message.entry;
  append_fetch_head(out, message.number, entry.uid, (items & k_uid_only) != 0);
  if ((items & fetch::uid) != 0) {
    append_name(out, "UID ");
    append_number(out, entry.uid);
  }
  if ((items & fetch::flags) != 0) {
    append_name(out, "FLAGS ");
    append_flags(out, view, entry);
  }
  if ((items & fetch::internaldate) != 0) {
    append_name(out, "INTERNALDATE ");
    append_date_time(out, entry.internal_date);
  }
  if ((items & (fetch::size | fetch::emailid | fetch::threadid)) != 0)
    if (const auto item = view.item(entry.item)) append_item(out, *item, items, thread);
  if ((items & fetch::savedate) != 0) {
    append_name(out, "SAVEDATE ");
    append_date_time(out, entry.save_date);
  }
  if ((items & fetch::modseq) != 0) {  // RFC 7162, 3.1.5
    append_name(out, "MODSEQ (");
    append_number(out, entry.modseq);
    out.push_back(')');
  }
}

void append_fragments(std::string& out, const store::Fragments& fragments, unsigned items) {
  if ((items & fetch::envelope) != 0) {
    append_name(out, "ENVELOPE ");
    out.append(fragments.envelope());
  }
  if ((items & fetch::body) != 0) {
    append_name(out, "BODY ");
    out.append(fragments.body());
  }
  if ((items & fetch::bodystructure) != 0) {
    append_name(out, "BODYSTRUCTURE ");
    out.append(fragments.bodystructure());
  }
  if ((items & fetch::preview) == 0) return;
  append_name(out, "PREVIEW ");
  mime::append_imap_string(out, fragments.preview());
}

}  // namespace kontor::imap
