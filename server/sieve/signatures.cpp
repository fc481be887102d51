// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/sieve/signatures.hpp"

#include <algorithm>
#include <array>

namespace kontor::sieve {
namespace {

using enum Takes;
using X = Extension;

constexpr Groups k_match = bit(Group::comparator) | bit(Group::match);
constexpr Groups k_address = k_match | bit(Group::address_part);
constexpr auto k_plain = std::nullopt;

// clang-format off
constexpr std::array k_commands{
    Signature{"addflag",      Kind::add_flag,      X::imap4flags, "sL",  0, nothing},
    Signature{"addheader",    Kind::add_header,    X::editheader, "SS",  bit(Group::last), nothing},
    Signature{"deleteheader", Kind::delete_header, X::editheader, "Sl",  k_match | bit(Group::index), nothing},
    Signature{"discard",      Kind::discard,       k_plain,       "",    0, nothing},
    Signature{"else",         Kind::else_,         k_plain,       "",    0, block},
    Signature{"elsif",        Kind::elsif,         k_plain,       "",    0, block},
    Signature{"ereject",      Kind::ereject,       X::ereject,    "S",   0, nothing},
    Signature{"error",        Kind::error,         X::ihave,      "S",   0, nothing},
    Signature{"fileinto",     Kind::file_into,     X::fileinto,   "S",   bit(Group::copy) | bit(Group::create) | bit(Group::flags) | bit(Group::place), nothing},
    Signature{"global",       Kind::global,        X::include,    "L",   0, nothing},
    Signature{"if",           Kind::if_,           k_plain,       "",    0, block},
    Signature{"include",      Kind::include,       X::include,    "S",   bit(Group::include), nothing},
    Signature{"keep",         Kind::keep,          k_plain,       "",    bit(Group::flags), nothing},
    Signature{"redirect",     Kind::redirect,      k_plain,       "S",   bit(Group::copy), nothing},
    Signature{"reject",       Kind::reject,        X::reject,     "S",   0, nothing},
    Signature{"removeflag",   Kind::remove_flag,   X::imap4flags, "sL",  0, nothing},
    Signature{"require",      Kind::require,       k_plain,       "L",   0, nothing},
    Signature{"return",       Kind::return_,       X::include,    "",    0, nothing},
    Signature{"set",          Kind::set,           X::variables,  "SS",  bit(Group::modifier), nothing},
    Signature{"setflag",      Kind::set_flag,      X::imap4flags, "sL",  0, nothing},
    Signature{"stop",         Kind::stop,          k_plain,       "",    0, nothing},
    Signature{"vacation",     Kind::vacation,      X::vacation,   "S",   bit(Group::vacation), nothing},
};

constexpr std::array k_tests{
    Signature{"address",            Kind::address,            k_plain,        "LL",  k_address | bit(Group::index), nothing},
    Signature{"allof",              Kind::all_of,             k_plain,        "",    0, tests},
    Signature{"anyof",              Kind::any_of,             k_plain,        "",    0, tests},
    Signature{"body",               Kind::body,               X::body,        "L",   k_match | bit(Group::body), nothing},
    Signature{"currentdate",        Kind::current_date,       X::date,        "SL",  k_match | bit(Group::zone), nothing},
    Signature{"date",               Kind::date,               X::date,        "SSL", k_match | bit(Group::zone) | bit(Group::index), nothing},
    Signature{"duplicate",          Kind::duplicate,          X::duplicate,   "",    bit(Group::duplicate), nothing},
    Signature{"envelope",           Kind::envelope,           X::envelope,    "LL",  k_address, nothing},
    Signature{"environment",        Kind::environment,        X::environment, "SL",  k_match, nothing},
    Signature{"exists",             Kind::exists,             k_plain,        "L",   0, nothing},
    Signature{"false",              Kind::false_,             k_plain,        "",    0, nothing},
    Signature{"hasflag",            Kind::has_flag,           X::imap4flags,  "lL",  k_match, nothing},
    Signature{"header",             Kind::header,             k_plain,        "LL",  k_match | bit(Group::index), nothing},
    Signature{"ihave",              Kind::ihave,              X::ihave,       "L",   0, nothing},
    Signature{"mailboxexists",      Kind::mailbox_exists,     X::mailbox,     "L",   0, nothing},
    Signature{"mailboxidexists",    Kind::mailbox_id_exists,  X::mailboxid,   "L",   0, nothing},
    Signature{"not",                Kind::not_,               k_plain,        "",    0, test},
    Signature{"size",               Kind::size,               k_plain,        "N",   bit(Group::size), nothing},
    Signature{"spamtest",           Kind::spam_test,          X::spamtest,    "S",   k_match | bit(Group::percent), nothing},
    Signature{"specialuse_exists",  Kind::special_use_exists, X::special_use, "sL",  0, nothing},
    Signature{"string",             Kind::string,             X::variables,   "LL",  k_match, nothing},
    Signature{"true",               Kind::true_,              k_plain,        "",    0, nothing},
    Signature{"virustest",          Kind::virus_test,         X::virustest,   "S",   k_match, nothing},
};

constexpr std::array k_tags{
    TagRow{"addresses",     Tag::addresses,      Group::vacation,     k_plain,             'L'},
    TagRow{"all",           Tag::all,            Group::address_part, k_plain,             0},
    TagRow{"comparator",    Tag::comparator,     Group::comparator,   k_plain,             'S'},
    TagRow{"contains",      Tag::contains,       Group::match,        k_plain,             0},
    TagRow{"content",       Tag::content,        Group::body,         k_plain,             'L'},
    TagRow{"copy",          Tag::copy,           Group::copy,         X::copy,             0},
    TagRow{"count",         Tag::count,          Group::match,        X::relational,       'S'},
    TagRow{"create",        Tag::create,         Group::create,       X::mailbox,          0},
    TagRow{"days",          Tag::days,           Group::vacation,     k_plain,             'N'},
    TagRow{"detail",        Tag::detail,         Group::address_part, X::subaddress,       0},
    TagRow{"domain",        Tag::domain,         Group::address_part, k_plain,             0},
    TagRow{"flags",         Tag::flags,          Group::flags,        X::imap4flags,       'L'},
    TagRow{"from",          Tag::from,           Group::vacation,     k_plain,             'S'},
    TagRow{"global",        Tag::global,         Group::include,      k_plain,             0},
    TagRow{"handle",        Tag::handle,         Group::vacation,     k_plain,             'S'},
    TagRow{"handle",        Tag::handle,         Group::duplicate,    k_plain,             'S'},
    TagRow{"header",        Tag::header,         Group::duplicate,    k_plain,             'S'},
    TagRow{"index",         Tag::index,          Group::index,        k_plain,             'N'},
    TagRow{"is",            Tag::is,             Group::match,        k_plain,             0},
    TagRow{"last",          Tag::last,           Group::index,        k_plain,             0},
    TagRow{"last",          Tag::last,           Group::duplicate,    k_plain,             0},
    TagRow{"last",          Tag::last,           Group::last,         k_plain,             0},
    TagRow{"length",        Tag::length,         Group::modifier,     k_plain,             0},
    TagRow{"localpart",     Tag::local_part,     Group::address_part, k_plain,             0},
    TagRow{"lower",         Tag::lower,          Group::modifier,     k_plain,             0},
    TagRow{"lowerfirst",    Tag::first_lower,    Group::modifier,     k_plain,             0},
    TagRow{"mailboxid",     Tag::mailbox_id,     Group::place,        X::mailboxid,        'S'},
    TagRow{"matches",       Tag::matches,        Group::match,        k_plain,             0},
    TagRow{"mime",          Tag::mime,           Group::vacation,     k_plain,             0},
    TagRow{"once",          Tag::once,           Group::include,      k_plain,             0},
    TagRow{"optional",      Tag::optional,       Group::include,      k_plain,             0},
    TagRow{"originalzone",  Tag::original_zone,  Group::zone,         k_plain,             0},
    TagRow{"over",          Tag::over,           Group::size,         k_plain,             0},
    TagRow{"percent",       Tag::percent,        Group::percent,      X::spamtestplus,     0},
    TagRow{"personal",      Tag::personal,       Group::include,      k_plain,             0},
    TagRow{"quotewildcard", Tag::quote_wildcard, Group::modifier,     k_plain,             0},
    TagRow{"raw",           Tag::raw,            Group::body,         k_plain,             0},
    TagRow{"seconds",       Tag::seconds,        Group::vacation,     X::vacation_seconds, 'N'},
    TagRow{"seconds",       Tag::seconds,        Group::duplicate,    k_plain,             'N'},
    TagRow{"specialuse",    Tag::special_use,    Group::place,        X::special_use,      'S'},
    TagRow{"subject",       Tag::subject,        Group::vacation,     k_plain,             'S'},
    TagRow{"text",          Tag::text,           Group::body,         k_plain,             0},
    TagRow{"under",         Tag::under,          Group::size,         k_plain,             0},
    TagRow{"uniqueid",      Tag::unique_id,      Group::duplicate,    k_plain,             'S'},
    TagRow{"upper",         Tag::upper,          Group::modifier,     k_plain,             0},
    TagRow{"upperfirst",    Tag::first_upper,    Group::modifier,     k_plain,             0},
    TagRow{"user",          Tag::user,           Group::address_part, X::subaddress,       0},
    TagRow{"value",         Tag::value,          Group::match,        X::relational,       'S'},
    TagRow{"zone",          Tag::zone,           Group::zone,         k_plain,             'S'},
};
// clang-format on

template <class Rows>
const Signature* find_in(const Rows& rows, std::string_view name) {
  const auto found = std::ranges::lower_bound(rows, name, {}, &Signature::name);
  return found != rows.end() && found->name == name ? &*found : nullptr;
}

static_assert(std::ranges::is_sorted(k_commands, {}, &Signature::name));
static_assert(std::ranges::is_sorted(k_tests, {}, &Signature::name));
static_assert(std::ranges::is_sorted(k_tags, {}, &TagRow::name));

}  // namespace

const Signature* find_command(std::string_view name) noexcept { return find_in(k_commands, name); }
const Signature* find_test(std::string_view name) noexcept { return find_in(k_tests, name); }

const TagRow* find_tag(std::string_view name, Groups groups) noexcept {
  for (const auto& row : k_tags)
    if (row.name == name && (bit(row.group) & groups) != 0) return &row;
  return nullptr;
}

bool is_exclusive(Group group) noexcept {
  switch (group) {
    case Group::address_part:
    case Group::match:
    case Group::size:
    case Group::body:
    case Group::zone:
    case Group::place:
      return true;
    default:
      return false;
  }
}

}  // namespace kontor::sieve
