// SPDX-License-Identifier: GPL-3.0-or-later
#include "directory/local/ldif_edit.hpp"

#include <algorithm>
#include <vector>

#include "base/core/text.hpp"
#include "directory/local/ldif.hpp"
#include "directory/local/local_directory.hpp"
#include "directory/model/attributes.hpp"

namespace kontor::directory {
namespace {

// A line with its foldings: the bytes as they stand, and what they say.
struct Line {
  std::string raw, text;
  bool is_comment() const { return text.starts_with('#'); }
};

class Lines {
 public:
  explicit Lines(std::string_view ldif) {
    while (!ldif.empty()) {
      const auto end = std::min(ldif.find('\n'), ldif.size() - 1) + 1;
      take(ldif.substr(0, end));
      ldif.remove_prefix(end);
    }
  }

  // The lines of the entry that begins at this physical line (from 1), as [first, last).
  std::pair<std::size_t, std::size_t> entry_at(std::size_t physical) const {
    std::size_t first = 0;
    for (std::size_t at = 1; first < all_.size() && at < physical; ++first)
      at += static_cast<std::size_t>(std::ranges::count(all_[first].raw, '\n'));
    std::size_t last = first;
    while (last < all_.size() && !all_[last].text.empty()) ++last;
    return {first, last};
  }
  std::vector<Line>& all() { return all_; }
  // What a new line ends with here.
  std::string_view end() const {
    return !all_.empty() && all_.front().raw.ends_with("\r\n") ? "\r\n" : "\n";
  }
  std::string text() const {
    std::string out;
    for (const auto& line : all_) out += line.raw;
    return out;
  }

 private:
  void take(std::string_view raw) {
    auto text = raw;
    if (text.ends_with('\n')) text.remove_suffix(1);
    if (text.ends_with('\r')) text.remove_suffix(1);
    if (text.starts_with(' ') && !all_.empty()) {
      all_.back().raw += raw;
      all_.back().text += text.substr(1);
    } else {
      all_.push_back({std::string(raw), std::string(text)});
    }
  }
  std::vector<Line> all_;
};

bool is_attribute(const Line& line, std::string_view name) {
  return !line.is_comment() && iequals(line.text.substr(0, line.text.find(':')), name);
}

// The value of "name: value" or "name:: base64".
std::string value_of(const Line& line) {
  std::string_view rest = line.text;
  rest.remove_prefix(std::min(rest.find(':'), rest.size() - 1) + 1);
  if (!rest.starts_with(':')) return std::string(trim(rest));
  return base64_decode(trim(rest.substr(1))).value_or("");
}

// One attribute with the line ends of the file.
std::string attribute(std::string_view name, std::string_view value, std::string_view end) {
  std::string out;
  for (const char c : ldif_line(name, value))
    if (c == '\n')
      out += end;
    else
      out += c;
  return out;
}

struct Found {
  LocalDirectory directory;
  std::vector<LdifEntry> entries;
};

Result<Found> read(std::string_view ldif) {
  Found found;
  KONTOR_TRY(found.directory, parse_local_directory(ldif));
  KONTOR_TRY(found.entries, parse_ldif(ldif));
  return found;
}

const Principal* find(const LocalDirectory& directory, const Uuid& id) {
  const auto place =
      std::ranges::find(directory.principals, id, [](const Principal& one) { return one.id.guid; });
  return place == directory.principals.end() ? nullptr : &*place;
}

struct Place {
  Principal person;
  std::size_t line = 0;
};

Result<Place> place_of(std::string_view ldif, const Uuid& id) {
  KONTOR_TRY(const auto found, read(ldif));
  const auto* person = find(found.directory, id);
  if (person == nullptr || person->kind != Kind::person)
    return fail(Errc::not_found, "no such person in the LDIF file");
  const auto is_his = [dn = fold_dn(person->dn)](const LdifEntry& entry) {
    return fold_dn(entry.dn) == dn;
  };
  const auto entry = std::ranges::find_if(found.entries, is_his);
  if (entry == found.entries.end()) return fail(Errc::internal, "a person without an entry");
  if (std::find_if(std::next(entry), found.entries.end(), is_his) != found.entries.end())
    return fail(Errc::conflict, person->dn + " stands twice in the LDIF file: take one out first");
  return Place{*person, entry->line};
}

// Nobody else may have been changed but for losing a member.
Result<std::string> checked(std::string_view before, std::string after, const Uuid& id) {
  KONTOR_TRY(const auto old_one, parse_local_directory(before));
  auto read_again = parse_local_directory(after);
  if (!read_again) return fail(std::move(read_again).error().while_doing("changing the file"));
  for (const auto& principal : old_one.principals) {
    if (principal.id.guid == id) continue;
    const auto* now = find(*read_again, principal.id.guid);
    const bool is_same = now != nullptr && now->dn == principal.dn &&
                         now->addresses == principal.addresses && now->state == principal.state &&
                         now->credential_stamp == principal.credential_stamp;
    if (!is_same) return fail(Errc::internal, "the change would touch " + principal.dn);
  }
  return after;
}

bool is_plain_word(std::string_view text) {
  const auto is_fine = [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte >= 0x80 || is_digit(c) || (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z') ||
           c == '.' || c == '_' || c == '-';
  };
  return !text.empty() && text.size() <= 64 && is_utf8(text) && std::ranges::all_of(text, is_fine);
}

// Where the people of this domain stand, else the container that is made of its name.
std::string parent_for(const LocalDirectory& directory, std::string_view domain) {
  for (const auto& one : directory.principals) {
    const auto comma = one.dn.find(',');
    if (one.kind == Kind::person && comma != std::string::npos &&
        one.mail.ends_with("@" + std::string(domain)))
      return one.dn.substr(comma + 1);
  }
  std::string parent = "ou=People";
  for (const auto label : split(domain, '.')) parent.append(",dc=").append(label);
  return parent;
}

}  // namespace

Result<std::string> ldif_with_account(std::string_view ldif, const NewLocalAccount& account) {
  const auto at = account.address.rfind('@');
  const bool has_domain = at != std::string::npos && at + 1 < account.address.size();
  const auto domain = fold_name(has_domain ? account.address.substr(at + 1) : std::string());
  if (!has_domain || !is_plain_word(domain) || !is_plain_word(account.address.substr(0, at)))
    return fail(Errc::bad_input, account.address + " is no address such as anna@example.org");
  if (!is_plain_word(account.login))
    return fail(Errc::bad_input, "a login is of letters, digits, dots, dashes and underlines");
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; };
  if (!is_utf8(account.name) || trim(account.name).empty() ||
      std::ranges::any_of(account.name, is_control))
    return fail(Errc::bad_input, "the name is empty, or not one line of UTF-8");
  KONTOR_TRY(const auto directory, parse_local_directory(ldif));
  const auto parent = parent_for(directory, domain);
  const auto dn = "uid=" + account.login + "," + parent;
  const auto address = fold_name(account.address);
  for (auto one : directory.principals) {
    static_cast<void>(normalise(one));
    if (std::ranges::find(one.addresses, address) != one.addresses.end())
      return fail(Errc::exists, address + " belongs to " + one.dn);
    if (fold_dn(one.dn) == fold_dn(dn) || (one.kind == Kind::person && one.domain == domain &&
                                           fold_name(one.account_name) == fold_name(account.login)))
      return fail(Errc::exists, "the login " + account.login + " belongs to " + one.dn);
  }
  Lines lines(ldif);
  const auto end = lines.end();
  const auto id = Uuid::random();
  std::string out(ldif);
  if (!out.empty() && !out.ends_with('\n')) out += end;
  if (!out.empty()) out += end;
  const auto blank = account.name.rfind(' ');
  const auto add = [&](std::string_view name, std::string_view value) {
    out += attribute(name, value, end);
  };
  add("dn", dn);
  add("objectClass", "inetOrgPerson");
  add("entryUUID", id.text());
  add("uid", account.login);
  add("cn", account.name);
  add("displayName", account.name);
  if (blank != std::string::npos) add("givenName", trim(account.name.substr(0, blank)));
  add("sn", blank == std::string::npos ? account.name : account.name.substr(blank + 1));
  add("mail", account.address);
  if (!account.password_hash.empty()) add("userPassword", account.password_hash);
  return checked(ldif, std::move(out), id);
}

Result<std::string> ldif_without_account(std::string_view ldif, const Uuid& id) {
  KONTOR_TRY(const auto place, place_of(ldif, id));
  Lines lines(ldif);
  auto& all = lines.all();
  auto [first, last] = lines.entry_at(place.line);
  if (last < all.size()) ++last;  // with the empty line behind it
  all.erase(all.begin() + static_cast<std::ptrdiff_t>(first),
            all.begin() + static_cast<std::ptrdiff_t>(last));
  const auto dn = fold_dn(place.person.dn);
  std::erase_if(all, [&](const Line& line) {
    const bool names_people = is_attribute(line, "member") || is_attribute(line, "uniqueMember") ||
                              is_attribute(line, "memberOf");
    return names_people && fold_dn(value_of(line)) == dn;
  });
  std::string out = lines.text();
  KONTOR_TRY(const auto left, parse_local_directory(out));
  if (left.principals.empty())
    out.append(out.empty() || out.ends_with('\n') ? "" : "\n").append(k_nobody_line).append("\n");
  return checked(ldif, std::move(out), id);
}

Result<std::string> ldif_with_password(std::string_view ldif,
                                       const Uuid& id,
                                       std::string_view password_hash) {
  KONTOR_TRY(const auto place, place_of(ldif, id));
  Lines lines(ldif);
  auto& all = lines.all();
  const auto [first, last] = lines.entry_at(place.line);
  std::size_t at = last;
  for (std::size_t i = first; i < last; ++i) {
    if (!is_attribute(all[i], "userPassword")) continue;
    if (at == last) at = i;
    all[i] = {};
  }
  const auto line = attribute("userPassword", password_hash, lines.end());
  if (at < last) {
    all[at].raw = line;
  } else {
    auto& before = all[last - 1].raw;
    if (!before.ends_with('\n')) before += lines.end();
    before += line;
  }
  return checked(ldif, lines.text(), id);
}

}  // namespace kontor::directory
