// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/delivery/journal.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/core/mail_domain.hpp"
#include "base/core/text.hpp"
#include "base/core/uuid.hpp"
#include "base/mime/header.hpp"
#include "base/mime/letter.hpp"

namespace kontor::delivery {
namespace {

using config::JournalDirection;
using config::JournalForm;
using directory::DirectoryCopy;
using directory::Kind;
using directory::Principal;
using directory::PrincipalId;

constexpr std::string_view k_field = "X-Kontor-Journal";
constexpr std::size_t k_most_subject = 400;

std::string_view header_of(std::string_view message) {
  const auto end = message.find("\r\n\r\n");
  return end == std::string_view::npos ? message : message.substr(0, end + 2);
}

std::set<std::string> addresses_in(std::string_view header, std::string_view name) {
  std::set<std::string> out;
  for (const auto& field : mime::parse_fields(header)) {
    if (!iequals(field.name, name)) continue;
    for (const auto& one : mime::parse_addresses(field.value)) {
      if (!one.is_group) out.insert(to_lower(one.mailbox.address()));
      for (const auto& member : one.members) out.insert(to_lower(member.address()));
    }
  }
  return out;
}

}  // namespace

Journal::Journal(const config::Settings& settings, const Domains& domains)
    : settings_(settings), domains_(domains) {
  for (const auto& row : settings.journal.rules)
    if (auto rule = config::parse_journal_rule(row)) rules_.push_back(*std::move(rule));
}

// The people whose mail a rule is about.
struct Journal::Matching {
  bool is_everybody = false;
  std::string domain;  // of @DOMAIN
  std::string address;
  std::set<PrincipalId> people;

  bool is(const PrincipalId& id) const { return people.contains(id); }
};

bool Journal::fits(const config::JournalRule& rule,
                   const DirectoryCopy& directory,
                   const JournalMessage& message) const {
  Matching whose;
  whose.is_everybody = rule.who == "everybody";
  if (rule.who.starts_with('@'))
    whose.domain = rule.who.substr(1);
  else if (!whose.is_everybody)
    whose.address = directory::fold_name(domains_.canonical(rule.who));
  if (const auto named = whose.address.empty() ? nullptr : directory.find_address(whose.address)) {
    whose.people.insert(named->id);
    if (named->kind == Kind::group)
      for (const auto& member : directory.expand(named->id, true)) whose.people.insert(member->id);
  }
  const auto sender = directory::fold_name(domains_.canonical(message.sender));
  const auto writer =
      message.person ? directory.find(*message.person) : directory.find_address(sender);
  const bool is_ours = writer && writer->kind != Kind::contact;
  const auto has_domain = [&](std::string_view address) {
    return !whose.domain.empty() && mail_domain(domains_.canonical(address)) == whose.domain;
  };
  const bool is_out = (whose.is_everybody && is_ours) || has_domain(sender) ||
                      (writer && whose.is(writer->id)) ||
                      (!whose.address.empty() && whose.address == sender);
  if (is_out && rule.direction != JournalDirection::in) return true;
  if (rule.direction == JournalDirection::out) return false;
  return std::ranges::any_of(message.recipients, [&](const JournalRecipient& one) {
    const auto address = directory::fold_name(domains_.canonical(one.address));
    if (has_domain(address) || (!whose.address.empty() && address == whose.address)) return true;
    const bool is_here = !one.mailboxes.empty() || !one.folders.empty();
    return (whose.is_everybody && is_here) ||
           std::ranges::any_of(one.mailboxes, [&](const auto& person) {
             return whose.is(person->id) || has_domain(person->mail);
           });
  });
}

std::string Journal::mark(std::string_view trace) const {
  return std::string(trace) + ' ' + hex_encode(key_.of("journal\n" + std::string(trace)));
}

bool Journal::is_copy(std::string_view message) const {
  for (const auto& field : mime::parse_fields(header_of(message))) {
    if (!iequals(field.name, k_field)) continue;
    const auto value = trim(field.value);
    const auto blank = std::min(value.find(' '), value.size());
    if (crypto::equal_in_constant_time(mark(value.substr(0, blank)), value)) return true;
  }
  return false;
}

std::string Journal::reverse_path_for(const DirectoryCopy& directory,
                                      const JournalMessage& message) const {
  if (!settings_.journal.undelivered.empty()) return settings_.journal.undelivered;
  const auto is_local = [&](const std::string& domain) {
    return !domain.empty() && (directory.is_local_domain(domain) || domains_.is_local(domain));
  };
  auto domain = mail_domain(domains_.canonical(message.sender));
  for (const auto& one : message.recipients) {
    if (is_local(domain)) break;
    domain = mail_domain(domains_.canonical(one.address));
    for (const auto& person : one.mailboxes)
      if (!is_local(domain)) domain = mail_domain(person->mail);
  }
  return "postmaster@" + (is_local(domain) ? domain : settings_.server.name);
}

std::string Journal::report_of(const JournalMessage& message,
                               const std::string& target,
                               const std::string& from) const {
  const auto header = header_of(message.bytes);
  const auto subject = mime::one_line(
      mime::decode_words(mime::field_value(header, "Subject").value_or(std::string())));
  const auto to = addresses_in(header, "To"), cc = addresses_in(header, "Cc");
  std::string list = "Sender: " + (message.sender.empty() ? "<>" : message.sender) + "\n";
  list += "Subject: " + subject + "\n";
  list += "Message-Id: " +
          mime::one_line(mime::field_value(header, "Message-ID").value_or(std::string())) + "\n";
  const auto add = [&](std::string_view label, const std::string& address, const std::string& by) {
    list += fmt::format("{}: {}", label, address);
    if (!iequals(address, by)) list += ", Expanded: " + by;
    list += '\n';
  };
  for (const auto& one : message.recipients) {
    const auto name = to_lower(one.address);
    const auto label = to.contains(name)      ? "To"
                       : cc.contains(name)    ? "Cc"
                       : message.is_submitted ? "Bcc"
                                              : "Recipient";
    for (const auto& person : one.mailboxes) add(label, person->mail, one.address);
    for (const auto& address : one.outside) add(label, address, one.address);
    for (const auto& address : one.folders) add(label, address, one.address);
    if (one.mailboxes.empty() && one.outside.empty() && one.folders.empty())
      add(label, one.address, one.address);
  }
  const auto boundary = "kontor-" + Uuid::random().hex();
  std::string out = fmt::format("{}: {}\r\n", k_field, mark(message.trace));
  out += fmt::format("From: Mail Server <{}>\r\nTo: <{}>\r\n", from, target);
  out += "Subject: " + mime::encoded_words(mime::beginning(subject, k_most_subject)) + "\r\n";
  out += "Date: " + mime::format_date(message.now) + "\r\n";
  out += fmt::format("Message-ID: <{}@{}>\r\n", Uuid::random().text(), settings_.server.name);
  out += "Auto-Submitted: auto-generated\r\nX-MS-Journal-Report:\r\n";
  out += "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"" + boundary +
         "\"\r\n\r\n--" + boundary + "\r\nContent-Type: text/plain; charset=utf-8\r\n";
  out += mime::encoded_body(list);
  if (!out.ends_with("\r\n")) out += "\r\n";
  const auto* encoding = message.bytes.contains('\0')    ? "binary"
                         : mime::is_ascii(message.bytes) ? "7bit"
                                                         : "8bit";
  out += fmt::format(
      "--{}\r\nContent-Type: message/rfc822\r\nContent-Disposition: attachment\r\n"
      "Content-Transfer-Encoding: {}\r\n\r\n",
      boundary, encoding);
  out += message.bytes;
  if (!out.ends_with("\r\n")) out += "\r\n";
  return out + "--" + boundary + "--\r\n";
}

std::vector<JournalCopy> Journal::copies_of(const DirectoryCopy& directory,
                                            const JournalMessage& message) const {
  std::vector<JournalCopy> out;
  if (rules_.empty() || message.recipients.empty()) return out;
  std::map<std::string, config::JournalRule> targets;  // by the address, as it is compared
  for (const auto& rule : rules_) {
    if (!fits(rule, directory, message)) continue;
    const auto [row, is_new] = targets.emplace(to_lower(domains_.canonical(rule.target)), rule);
    if (!is_new && rule.form == JournalForm::report) row->second.form = JournalForm::report;
  }
  if (targets.empty() || is_copy(message.bytes)) return out;
  const auto reverse_path = reverse_path_for(directory, message);
  for (const auto& [key, rule] : targets) {
    JournalCopy copy{rule.target, reverse_path, {}};
    if (rule.form == JournalForm::report)
      copy.bytes = report_of(message, rule.target, reverse_path);
    else
      copy.bytes =
          fmt::format("{}: {}\r\n", k_field, mark(message.trace)) + std::string(message.bytes);
    out.push_back(std::move(copy));
  }
  return out;
}

}  // namespace kontor::delivery
