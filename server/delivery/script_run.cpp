// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/delivery/script_run.hpp"

#include <algorithm>
#include <cmath>
#include <ctime>

#include "base/core/text.hpp"
#include "base/crypto/digest.hpp"
#include "base/mime/header.hpp"
#include "server/delivery/special_use.hpp"

namespace kontor::delivery {
namespace {

bool holds_mail(const store::FolderInfo& folder) {
  return folder.folder_class == store::FolderClass::mail;
}

class Mailbox final : public sieve::World {
 public:
  Mailbox(Programs& programs, const ScriptSubject& subject)
      : programs_(programs), subject_(subject) {}

  bool has_folder(std::string_view name) const override {
    const auto folder = subject_.view.find_folder(name);
    return folder && holds_mail(*folder);
  }
  std::optional<std::string> folder_for(std::string_view use) const override {
    const auto wanted = find_special_use(use);
    if (wanted == store::SpecialUse::none) return std::nullopt;
    const auto folder = subject_.view.find_special(wanted);
    return folder && holds_mail(*folder) ? std::optional(folder->name) : std::nullopt;
  }
  std::optional<std::string> folder_of_id(std::string_view id) const override {
    for (const auto& folder : subject_.view.folders())
      if (holds_mail(folder) && folder.guid.hex() == id) return folder.name;
    return std::nullopt;
  }
  bool is_known(std::string_view key) const override {
    return is_noted(subject_.notes, duplicate_key(key), subject_.now);
  }
  std::shared_ptr<const sieve::Program> script(std::string_view name) const override {
    const auto script = find_script(subject_.notes, name);
    if (!script) return nullptr;
    const auto program = programs_.get(script->text);
    if (!*program) return nullptr;
    return {program, &**program};
  }
  std::optional<std::string> item(std::string_view name) const override {  // RFC 5183, 4.1
    if (name == "domain") return subject_.server.substr(subject_.server.find('.') + 1);
    if (name == "host") return subject_.server;
    if (name == "location") return "MDA";
    if (name == "name") return "Kontor";
    if (name == "phase") return "during";
    if (name == "version") return KONTOR_VERSION;
    return std::nullopt;
  }

 private:
  Programs& programs_;
  const ScriptSubject& subject_;
};

// "7.2 / 15" begins with a number.
std::optional<double> number_of(std::string_view text) {
  text = trim(text);
  double out = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc{} && std::isfinite(out) ? std::optional(out) : std::nullopt;
}

sieve::Marks marks_of(const config::Sieve& settings, const std::string& message) {
  sieve::Marks out;
  if (settings.spam_header.empty() && settings.virus_header.empty()) return out;
  const auto header = std::string_view(message).substr(0, message.find("\r\n\r\n") + 2);
  if (const auto field = mime::field_value(header, settings.spam_header);
      field && !settings.spam_header.empty())
    if (const auto score = number_of(*field))
      out.spam_percent =
          static_cast<unsigned>(std::clamp(*score * 100.0 / settings.spam_score, 0.0, 100.0));
  if (settings.virus_header.empty()) return out;
  const auto field = mime::field_value(header, settings.virus_header);
  if (!field) return out;
  const auto word = to_lower(trim(*field));
  if (word.starts_with("clean") || word.starts_with("no")) out.virus = 1;
  if (word.starts_with("infected") || word.starts_with("yes")) out.virus = 5;
  return out;
}

// RFC 5260, 4.1: without :zone the server's own is meant.
int local_zone(UtcSeconds now) {
  const std::time_t time = now.time_since_epoch().count();
  std::tm parts{};
  return ::localtime_r(&time, &parts) == nullptr ? 0 : static_cast<int>(parts.tm_gmtoff / 60);
}

}  // namespace

sieve::Limits limits_of(const config::Sieve& settings) {
  sieve::Limits out;
  out.max_script = settings.max_script;
  out.max_actions = settings.max_actions;
  out.max_redirects = settings.max_redirects;
  out.max_steps = settings.max_steps;
  return out;
}

std::shared_ptr<const sieve::Outcome<sieve::Program>> Programs::get(const std::string& script) {
  const auto digest = crypto::sha256(script);
  auto known = table_.with([&](Table& table) {
    const auto found = table.known.find(digest);
    return found == table.known.end() ? nullptr : found->second;
  });
  if (known != nullptr) return known;
  known = std::make_shared<const sieve::Outcome<sieve::Program>>(sieve::compile(script, limits_));
  table_.with([&](Table& table) {
    if (!table.known.emplace(digest, known).second) return;
    table.order.emplace_back(digest, script.size());
    table.bytes += script.size();
    while (table.order.size() > k_most || (table.bytes > k_most_bytes && table.order.size() > 1)) {
      table.bytes -= table.order.front().second;
      table.known.erase(table.order.front().first);
      table.order.pop_front();
    }
  });
  return known;
}

std::string duplicate_key(std::string_view key) { return "duplicate\n" + std::string(key); }

sieve::Verdict run_script(Programs& programs, const std::string& script, ScriptSubject subject) {
  sieve::Subject asked;
  asked.message = subject.message;
  asked.from = subject.from;
  asked.to = subject.to;
  asked.now = subject.now;
  asked.zone = local_zone(subject.now);
  asked.marks = marks_of(subject.settings, *subject.message);
  const auto program = programs.get(script);
  if (!*program) {
    sieve::Verdict out;
    out.problem = program->error();
    out.filings.push_back({"INBOX", true, false, {}, {}, subject.message});
    return out;
  }
  const Mailbox world(programs, subject);
  return sieve::run(**program, asked, world, programs.limits());
}

}  // namespace kontor::delivery
