// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/rules/engine.hpp"

#include <algorithm>

#include "base/core/uuid.hpp"
#include "base/log/events/rules.hpp"
#include "base/mime/decode.hpp"
#include "base/mime/detect.hpp"
#include "base/mime/header.hpp"
#include "base/mime/letter.hpp"
#include "search/extract/worth.hpp"
#include "search/fields/parts.hpp"

namespace kontor::rules {
namespace {

constexpr std::size_t k_large = 256U << 10U;  // above it the pool does the work
constexpr std::size_t k_most_files = 20, k_most_file_bytes = 32U << 20U;

// What a file is, by its first bytes, where its name does not say it.
std::string named(std::string name, std::string_view bytes) {
  if (name.find('.') != std::string::npos) return name;
  if (bytes.starts_with("%PDF")) return name + ".pdf";
  if (bytes.starts_with("{\\rtf")) return name + ".rtf";
  if (bytes.starts_with("\xD0\xCF\x11\xE0")) return name + ".doc";
  if (!bytes.starts_with("PK\x03\x04")) return name;
  if (bytes.contains("word/document.xml")) return name + ".docx";
  if (bytes.contains("xl/workbook.xml")) return name + ".xlsx";
  if (bytes.contains("ppt/presentation.xml")) return name + ".pptx";
  if (bytes.contains("mimetypeapplication/vnd.oasis.opendocument.text")) return name + ".odt";
  return name + ".zip";
}

std::string letter_of(const Notice& notice,
                      const std::string& trace,
                      const std::string& about,
                      const std::string& server,
                      UtcSeconds now) {
  const auto text = notice.text.empty() ? "A rule of the organisation acted on a message.\n"
                                          "Правило организации сработало для письма.\n\n"
                                          "Rule / Правило: " +
                                              notice.rule + "\n" + about
                                        : notice.text + "\n";
  std::string out = "From: Mail Server <postmaster@" + server + ">\r\n";
  out += "To: <" + notice.to + ">\r\n";
  out += "Subject: " + mime::encoded_words("Rule: " + mime::one_line(notice.rule)) + "\r\n";
  out += "Date: " + mime::format_date(now) + "\r\n";
  out += "Message-ID: <" + Uuid::random().text() + "@" + server + ">\r\n";
  out += "Auto-Submitted: auto-generated\r\n";  // RFC 3834, 5
  out += "X-Kontor-Rule: " + mime::encoded_words(mime::one_line(notice.rule)) + "\r\n";
  out += "X-Kontor-Trace: " + trace + "\r\n";
  out += "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n";
  return out + mime::encoded_body(text);
}

}  // namespace

Result<std::unique_ptr<Engine>> Engine::open(Environment environment, const std::string& folder) {
  auto engine = std::unique_ptr<Engine>(new Engine(std::move(environment)));
  auto& parts = engine->environment_;
  KONTOR_TRY(engine->rules_, RuleKeeper::open(parts.files, folder + "/rules", parts.disk));
  KONTOR_TRY(engine->fingerprints_,
             FingerprintKeeper::open(parts.files, folder + "/fingerprints", parts.disk, parts.log));
  return engine;
}

RunOptions Engine::options(bool is_rehearsal) const {
  RunOptions out;
  out.now = environment_.clock.now();
  out.server_name = environment_.server_name;
  out.junk_field = "X-Kontor-Junk";
  out.is_rehearsal = is_rehearsal;
  out.limits = environment_.limits;
  return out;
}

Task<Result<std::string>> Engine::text_of(std::string bytes, std::string name) {
  const auto file_name = named(std::move(name), bytes);
  if (!search::is_worth_reading("application/octet-stream", file_name) ||
      environment_.extractor == nullptr || mime::looks_like_text(bytes)) {
    if (!mime::looks_like_text(bytes))
      co_return fail(Errc::unsupported, "no text can be read out of this file");
    co_return mime::text_of_unknown(bytes);
  }
  const auto read =
      co_await environment_.extractor->extract({bytes, "application/octet-stream", file_name});
  using search::Extraction;
  if (read.outcome == Extraction::read || read.outcome == Extraction::cut) co_return read.text;
  co_return fail(read.outcome == Extraction::unavailable ? Errc::unavailable : Errc::unsupported,
                 read.why.empty() ? "no text can be read out of this file" : read.why);
}

Task<std::vector<FileText>> Engine::read_files(const std::string& message) {
  std::vector<FileText> out;
  if (environment_.extractor == nullptr) co_return out;
  const auto parsed = mime::parse(message, environment_.limits);
  std::size_t bytes = 0;
  for (const auto& part : search::attachment_parts(message, parsed)) {
    if (out.size() >= k_most_files || bytes + part.body.size > k_most_file_bytes) break;
    bytes += part.body.size;
    const auto content = search::attachment_bytes(message, part);
    auto read =
        co_await environment_.extractor->extract({content, part.media_type, part.file_name});
    out.push_back({part.file_name, std::move(read.text)});
  }
  co_return out;
}

Task<Outcome> Engine::run(Mail mail) {
  const auto rules = rules_->current();
  std::vector<FileText> files;
  if (rules->needs_files()) files = co_await read_files(mail.message);
  const bool is_large = mail.message.size() > k_large || rules->needs_files();
  auto work = [this, rules, files = std::move(files), mail = std::move(mail),
               copy = environment_.directory->current(),
               known = fingerprints_->current()]() mutable {
    Sources sources;
    sources.copy = copy.get();
    sources.likeness = [&](std::string_view text) { return known->in(text); };
    return rules::run(*rules, std::move(mail), files, sources, options(false));
  };
  if (!is_large) co_return work();
  co_return co_await io::on_pool(environment_.workers, std::move(work));
}

Task<std::vector<Outcome>> Engine::rehearse(std::vector<std::shared_ptr<const Ruleset>> rules,
                                            Mail mail) {
  std::vector<FileText> files;
  const bool reads = std::ranges::any_of(rules, [](const auto& one) { return one->needs_files(); });
  if (reads) files = co_await read_files(mail.message);
  auto work = [this, rules = std::move(rules), files = std::move(files), mail = std::move(mail),
               copy = environment_.directory->current(), known = fingerprints_->current()] {
    Sources sources;
    sources.copy = copy.get();
    sources.likeness = [&](std::string_view text) { return known->in(text); };
    std::vector<Outcome> out;
    for (const auto& one : rules)
      out.push_back(rules::run(*one, mail, files, sources, options(true)));
    return out;
  };
  co_return co_await io::on_pool(environment_.workers, std::move(work));
}

Task<void> Engine::send_notices(std::string trace, std::vector<Notice> notices, std::string about) {
  for (const auto& notice : notices) {
    Result<void> sent = fail(Errc::unavailable, "this server has no way to send letters");
    if (environment_.send)
      sent = co_await environment_.send(
          notice.to,
          letter_of(notice, trace, about, environment_.server_name, environment_.clock.now()));
    if (!sent)
      environment_.log.emit(log::events::k_rule_failed, sent.error(),
                            {{log::Keys::trace, trace},
                             {log::Keys::address, notice.to},
                             {log::Keys::detail, notice.rule + ": notice"}});
  }
}

}  // namespace kontor::rules
