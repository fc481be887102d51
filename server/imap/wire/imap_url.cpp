// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/imap/wire/imap_url.hpp"

#include <limits>

#include "base/core/text.hpp"

namespace kontor::imap::wire {
namespace {

bool is_alnum(char c) { return is_digit(c) || (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z'); }

// What stands in URLs as it is (RFC 5092, 11: achar, bchar).
bool is_url_char(char c) {
  constexpr std::string_view k_others = "-._~!$'()*+,&=:@/";
  return is_alnum(c) || k_others.contains(c);
}

int hex_value(char c) {
  if (is_digit(c)) return c - '0';
  const char lower = ascii_lower(c);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

Result<std::string> decode(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      if (!is_url_char(text[i])) return syntax("a character that no URL holds");
      out.push_back(text[i]);
      continue;
    }
    if (text.size() - i < 3) return syntax("% without two digits");
    const int high = hex_value(text[i + 1]);
    const int low = hex_value(text[i + 2]);
    if (high < 0 || low < 0) return syntax("% without two digits");
    out.push_back(static_cast<char>(high * 16 + low));
    i += 2;
  }
  if (out.contains('\0') || !is_utf8(out)) return syntax("a URL holds UTF-8 without NUL");
  return out;
}

template <class Number>
Result<Number> number(std::string_view text) {
  const auto value = parse_number<Number>(text);
  if (!value) return syntax("expected a number");
  return *value;
}

Result<std::uint32_t> nz_number(std::string_view text) {
  KONTOR_TRY(const auto value, number<std::uint32_t>(text));
  if (value == 0) return syntax("a number must not be zero");
  return value;
}

// A number of exactly two digits, or four for a year.
Result<unsigned> digits(std::string_view text, std::size_t at, std::size_t count) {
  const auto part = text.substr(std::min(at, text.size()), count);
  if (part.size() != count) return syntax("expected a date and time");
  for (const char c : part)
    if (!is_digit(c)) return syntax("expected a date and time");
  return number<unsigned>(part);
}

Result<std::chrono::seconds> zone(std::string_view text) {
  if (iequals(text, "Z")) return std::chrono::seconds(0);
  if (text.size() != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':')
    return syntax("expected a zone");
  KONTOR_TRY(const unsigned hours, digits(text, 1, 2));
  KONTOR_TRY(const unsigned minutes, digits(text, 4, 2));
  const std::chrono::seconds offset = std::chrono::hours(hours) + std::chrono::minutes(minutes);
  return text[0] == '-' ? -offset : offset;
}

// RFC 3339, 5.6: date-time; RFC 4467, 3 takes it for EXPIRE.
Result<UtcSeconds> date_time(std::string_view text) {
  constexpr std::string_view k_form = "0000-00-00T00:00:00";
  for (const std::size_t at : {4U, 7U, 10U, 13U, 16U})
    if (text.size() <= k_form.size() || ascii_lower(text[at]) != ascii_lower(k_form[at]))
      return syntax("expected a date and time");
  KONTOR_TRY(const unsigned year, digits(text, 0, 4));
  KONTOR_TRY(const unsigned month, digits(text, 5, 2));
  KONTOR_TRY(const unsigned day, digits(text, 8, 2));
  KONTOR_TRY(const unsigned hour, digits(text, 11, 2));
  KONTOR_TRY(const unsigned minute, digits(text, 14, 2));
  KONTOR_TRY(const unsigned second, digits(text, 17, 2));
  std::size_t rest = k_form.size();
  if (text[rest] == '.') {
    const std::size_t begin = ++rest;
    while (rest < text.size() && is_digit(text[rest])) ++rest;
    if (rest == begin) return syntax("expected a date and time");
  }
  KONTOR_TRY(const auto offset, zone(text.substr(rest)));
  const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(year)),
                                         std::chrono::month(month), std::chrono::day(day)};
  if (!date.ok() || hour > 23 || minute > 59 || second > 60)
    return syntax("expected a date and time");
  return std::chrono::sys_days(date) + std::chrono::hours(hour) + std::chrono::minutes(minute) +
         std::chrono::seconds(second) - offset;
}

class UrlParser {
 public:
  explicit UrlParser(std::string_view text) : text_(text), rest_(text) {}

  Result<ImapUrl> run() {
    if (text_.size() > k_max_url) return syntax("a URL is too long");
    KONTOR_TRY(server());
    KONTOR_TRY(mailbox());
    KONTOR_TRY(uid());
    KONTOR_TRY(section());
    KONTOR_TRY(partial());
    KONTOR_TRY(access());
    if (!rest_.empty()) return syntax("something follows the URL");
    if (out_.rump == 0) out_.rump = text_.size();
    return std::move(out_);
  }

 private:
  // Everything up to one of `stop`, which stays.
  std::string_view take_until(std::string_view stop) {
    const auto taken = rest_.substr(0, rest_.find_first_of(stop));
    rest_.remove_prefix(taken.size());
    return taken;
  }
  bool accept(std::string_view word) {
    if (!istarts_with(rest_, word)) return false;
    rest_.remove_prefix(word.size());
    return true;
  }

  // iserver = [iuserinfo "@"] host [":" port]
  Result<void> server() {
    if (!accept("imap://")) return {};
    auto authority = take_until("/");
    UrlServer server;
    if (const auto at = authority.rfind('@'); at != std::string_view::npos) {
      const auto user = authority.substr(0, authority.find(';'));  // ";AUTH=" says how to sign in
      KONTOR_TRY(server.user, decode(user.substr(0, at)));
      authority.remove_prefix(at + 1);
    }
    const auto port = authority.find(':', std::min(authority.size(), authority.rfind(']') + 1));
    if (port != std::string_view::npos) {
      server.port = authority.substr(port + 1);
      KONTOR_TRY(number<std::uint16_t>(server.port));
      authority = authority.substr(0, port);
    }
    if (authority.empty()) return syntax("a URL without a host");
    server.host = authority;
    out_.server = std::move(server);
    return {};
  }

  // "/" enc-mailbox [";UIDVALIDITY=" nz-number], or nothing where a mailbox is selected.
  Result<void> mailbox() {
    if (istarts_with(rest_, ";UID=") || istarts_with(rest_, "/;UID=")) {
      if (out_.server) return syntax("a URL without a mailbox");
      rest_.remove_prefix(rest_.find(';'));
      return {};
    }
    if (!accept("/") || rest_.starts_with('/')) return syntax("expected a mailbox");
    // The "/" in front of ";UID=" is not the name's.
    auto name = take_until(";");
    if (!accept(";UIDVALIDITY=")) {
      if (!name.ends_with('/')) return syntax("expected ;UID=");
      name.remove_suffix(1);
    } else {
      KONTOR_TRY(out_.uid_validity, nz_number(take_until("/")));
      if (!accept("/")) return syntax("expected ;UID=");
    }
    KONTOR_TRY(out_.mailbox, decode(name));
    if (out_.mailbox.empty()) return syntax("expected a mailbox");
    if (iequals(out_.mailbox, "INBOX")) out_.mailbox = "INBOX";
    return {};
  }

  Result<void> uid() {
    if (!accept(";UID=")) return syntax("expected ;UID=");
    KONTOR_TRY(out_.uid, nz_number(take_until("/;")));
    return {};
  }

  // The section is one of FETCH, in FETCH's own grammar.
  Result<void> section() {
    std::string text;
    if (accept("/;SECTION=")) {
      auto written = take_until(";");
      if (istarts_with(rest_, ";PARTIAL=")) {
        if (!written.ends_with('/')) return syntax("expected /;PARTIAL=");
        written.remove_suffix(1);
        rest_ = {written.data() + written.size(), rest_.size() + 1};
      }
      KONTOR_TRY(text, decode(written));
      if (text.empty()) return syntax("expected a section");
    }
    KONTOR_TRY(auto fetch, parse_fetch("1 BODY.PEEK[" + text + "]"));
    if (fetch.items != 0 || fetch.bodies.size() != 1 || fetch.bodies.front().partial)
      return syntax("an unknown section");
    out_.part = std::move(fetch.bodies.front());
    return {};
  }

  Result<void> partial() {
    if (!accept("/;PARTIAL=")) return {};
    const auto range = take_until(";");
    const auto dot = range.find('.');
    Partial partial;
    KONTOR_TRY(partial.offset, number<std::uint64_t>(range.substr(0, dot)));
    partial.size = std::numeric_limits<std::int64_t>::max();
    if (dot != std::string_view::npos) {
      KONTOR_TRY(partial.size, nz_number(range.substr(dot + 1)));
    }
    out_.part.partial = partial;
    return {};
  }

  // [";EXPIRE=" date-time] ";URLAUTH=" access [":" mechanism ":" word]
  Result<void> access() {
    if (accept(";EXPIRE=")) {
      KONTOR_TRY(out_.expires, date_time(take_until(";")));
      if (!istarts_with(rest_, ";URLAUTH=")) return syntax("expected ;URLAUTH=");
    }
    if (!accept(";URLAUTH=")) return {};
    const auto written = take_until(":");
    out_.rump = text_.size() - rest_.size();
    KONTOR_TRY(access_identifier(written));
    if (!accept(":")) return {};
    const auto mechanism = take_until(":");
    for (const char c : mechanism)
      if (!is_alnum(c) && c != '-' && c != '.') return syntax("not the name of a mechanism");
    out_.mechanism = to_upper(mechanism);
    if (mechanism.empty() || !accept(":")) return syntax("expected a mechanism and its word");
    out_.authentication = rest_;
    rest_ = {};
    // RFC 4467, 9: enc-urlauth = 32*HEXDIG
    if (out_.authentication.size() < 32) return syntax("an authentication of at least 32 digits");
    for (const char c : out_.authentication)
      if (hex_value(c) < 0) return syntax("an authentication of hexadecimal digits");
    return {};
  }

  Result<void> access_identifier(std::string_view written) {
    if (iequals(written, "authuser")) {
      out_.access = UrlAccess::authuser;
    } else if (iequals(written, "anonymous")) {
      out_.access = UrlAccess::anonymous;
    } else if (istarts_with(written, "submit+") || istarts_with(written, "user+")) {
      const auto plus = written.find('+');
      out_.access = plus == 4 ? UrlAccess::user : UrlAccess::submit;
      KONTOR_TRY(out_.access_user, decode(written.substr(plus + 1)));
      if (out_.access_user.empty()) return syntax("an access identifier without a user");
    } else {
      return syntax("an unknown access identifier");
    }
    return {};
  }

  std::string_view text_;
  std::string_view rest_;
  ImapUrl out_;
};

}  // namespace

Result<ImapUrl> parse_imap_url(std::string_view text) { return UrlParser(text).run(); }

}  // namespace kontor::imap::wire
