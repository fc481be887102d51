// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/filter/signs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/core/text.hpp"
#include "base/mime/header.hpp"
#include "base/mime/idna.hpp"

namespace kontor::filter {
namespace {

using config::Sign;

constexpr std::chrono::days k_ahead{2}, k_ago{31};

// One pass over the header.
struct Header {
  std::size_t received = 0, froms = 0;
  bool has_bad_received = false, is_report = false, is_automatic = false;
  bool has_date = false, has_message_id = false;
  std::string date, message_id;
  std::vector<mime::Mailbox> authors;
};

// Addresses in whose name programs write.
bool is_program(std::string_view local) {
  constexpr std::array<std::string_view, 5> k_names{"mailer-daemon", "postmaster", "mail-daemon",
                                                    "mailerdaemon", "mdaemon"};
  const auto is_it = [&](std::string_view name) { return iequals(local, name); };
  return std::ranges::any_of(k_names, is_it);
}

bool has_word(std::string_view text, std::string_view word) {
  for (auto at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) {
    const auto end = at + word.size();
    const auto is_blank = [](char c) { return c == ' ' || c == '\t'; };
    if ((at == 0 || is_blank(text[at - 1])) && end < text.size() && is_blank(text[end]))
      return true;
  }
  return false;
}

// RFC 5321, 4.4: who took it, when; and how, when it came from somebody. What qmail writes of mail
// of its own machine names nobody.
bool is_good_received(std::string_view value) {
  const auto text = to_lower(trim(mime::unfold(value)));
  const auto semicolon = text.rfind(';');
  if (semicolon == std::string::npos || !mime::parse_date(text.substr(semicolon + 1))) return false;
  if (text.starts_with('(')) return true;
  if (!text.starts_with("by ") && !has_word(text, "by")) return false;
  const bool came_over = text.starts_with("from ");
  return !came_over || has_word(text, "with") || has_word(text, "via");
}

void look_at(const mime::HeaderField& field, Header& out) {
  if (iequals(field.name, "Received")) {
    ++out.received;
    if (!is_good_received(field.value)) out.has_bad_received = true;
  } else if (iequals(field.name, "From")) {
    ++out.froms;
    for (const auto& address : mime::parse_addresses(mime::unfold(field.value))) {
      if (!address.is_group) out.authors.push_back(address.mailbox);
      out.authors.insert(out.authors.end(), address.members.begin(), address.members.end());
    }
  } else if (iequals(field.name, "Date") && !out.has_date) {
    out.has_date = true;
    out.date = trim(mime::unfold(field.value));
  } else if (iequals(field.name, "Message-ID") && !out.has_message_id) {
    out.has_message_id = true;
    out.message_id = trim(mime::unfold(field.value));
  } else if (iequals(field.name, "Content-Type")) {
    out.is_report = to_lower(trim(field.value)).starts_with("multipart/report");
  } else if (iequals(field.name, "Auto-Submitted")) {  // RFC 3834, 5
    out.is_automatic = !to_lower(trim(field.value)).starts_with("no");
  }
}

// The host of "<local@host>"; nothing: it is no Message-ID (RFC 5322, 3.6.4).
std::optional<std::string> host_of(std::string_view id) {
  if (!id.starts_with('<') || !id.ends_with('>')) return std::nullopt;
  id = id.substr(1, id.size() - 2);
  const auto at = id.rfind('@');
  if (at == std::string_view::npos || at == 0 || at + 1 == id.size() ||
      id.find_first_of(" \t<>") != std::string_view::npos)
    return std::nullopt;
  return to_lower(id.substr(at + 1));
}

std::string domain_in(std::string_view address) {
  const auto at = address.rfind('@');
  return at == std::string_view::npos ? std::string() : std::string(address.substr(at + 1));
}

// As the DNS has it; as it stands, when it can have no such name.
std::string ascii_of(const std::string& domain) {
  auto ascii = mime::domain_to_ascii(domain);
  return ascii ? *std::move(ascii) : to_lower(domain);
}

}  // namespace

Signs::Signs(const config::Settings& settings) : settings_(settings) {
  if (const auto points = config::parse_sign_points(settings.signs.points)) points_ = *points;
}

// Neither the author's nor the sender's organisation, in the sense of DMARC.
bool Signs::is_of_another(std::string_view message_id,
                          const std::string& author,
                          std::string_view sender) const {
  const auto host = host_of(message_id);
  if (!host) return false;
  const auto own = suffixes_.organisation_of(ascii_of(*host));
  const auto is_same = [&](const std::string& domain) {
    return !domain.empty() && suffixes_.organisation_of(ascii_of(domain)) == own;
  };
  return !is_same(author) && !is_same(domain_in(sender));
}

Found Signs::in_header(std::string_view text, std::string_view sender, UtcSeconds now) const {
  Header header;
  for (const auto& field : mime::parse_fields(text)) look_at(field, header);
  const auto author = header.authors.empty() ? mime::Mailbox() : header.authors.front();
  const auto date = mime::parse_date(header.date);
  const bool has_id = host_of(header.message_id).has_value();
  Found out;
  const auto add = [&](Sign sign, bool is_there) {
    if (is_there) out.push_back(sign);
  };
  add(Sign::null_sender, sender.empty() && !header.authors.empty() && !header.is_report &&
                             !header.is_automatic && !is_program(author.local));
  add(Sign::many_received, header.received > config::k_usual_hops);
  add(Sign::bad_received, header.has_bad_received);
  add(Sign::no_date, !header.has_date);
  add(Sign::bad_date, header.has_date && !date);
  add(Sign::far_date, date && (*date > now + k_ahead || *date < now - k_ago));
  add(Sign::no_message_id, !header.has_message_id);
  add(Sign::bad_message_id, header.has_message_id && !has_id);
  add(Sign::foreign_message_id, is_of_another(header.message_id, author.domain, sender));
  add(Sign::no_from, header.authors.empty());
  add(Sign::several_from, header.froms > 1);
  return out;
}

Found Signs::of_visit(const Visit& visit) {
  using screening::Verdict;
  Found out;
  const auto add = [&](Sign sign, bool is_there) {
    if (is_there) out.push_back(sign);
  };
  if (visit.is_allowed) return out;
  add(Sign::reverse_name, visit.name.verdict == Verdict::fail);
  add(Sign::hello, !visit.hello_fault.empty());
  add(Sign::sender_domain, visit.sender_domain == Verdict::fail);
  add(Sign::sender_address, visit.address.verdict == Verdict::fail);
  add(Sign::own_sender, visit.is_own_sender);
  add(Sign::dns_list, !visit.listings.empty() || !visit.domain_listings.empty());
  add(Sign::spam_base, visit.is_spam_source);
  add(Sign::early_talk, visit.is_early);
  return out;
}

std::uint32_t Signs::points_of(const Found& found) const {
  std::uint32_t sum = 0;
  for (const auto sign : found) sum += points_[static_cast<std::size_t>(sign)];
  return sum;
}

std::string Signs::words_of(const Found& found) const {
  if (found.empty()) return {};
  std::string out = std::to_string(points_of(found)) + " (";
  for (const auto sign : found)
    out += fmt::format("{}{}={}", out.ends_with('(') ? "" : " ", config::name_of(sign),
                       points_[static_cast<std::size_t>(sign)]);
  return out + ")";
}

std::string Signs::field(const Found& found) const {
  if (found.empty()) return {};
  std::string out = fmt::format("{}: {}", k_field, points_of(found));
  for (const auto sign : found)
    out +=
        fmt::format("\r\n\t{}={}", config::name_of(sign), points_[static_cast<std::size_t>(sign)]);
  return out + "\r\n";
}

}  // namespace kontor::filter
