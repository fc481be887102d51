// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/filter/dmarc/check.hpp"

#include <algorithm>
#include <optional>

#include "base/core/text.hpp"
#include "base/mime/fields.hpp"
#include "base/mime/header.hpp"
#include "base/mime/idna.hpp"

namespace kontor::filter::dmarc {
namespace {

struct Found {
  std::optional<Record> record;
  bool is_of_organisation = false;  // it stands at the domain above
};

Task<Result<std::optional<Record>>> record_at(std::string domain,
                                              net::Resolver& resolver,
                                              SteadyTime deadline) {
  if (std::chrono::steady_clock::now() >= deadline)
    co_return fail(Errc::unavailable, "the name servers take too long");
  auto texts = co_await resolver.texts("_dmarc." + domain);
  if (!texts &&
      (texts.error().code() == Errc::not_found || texts.error().code() == Errc::bad_input))
    co_return std::optional<Record>();
  if (!texts) co_return fail(Errc::unavailable, texts.error().detail());
  std::erase_if(*texts, [](const std::string& text) { return !is_dmarc_record(text); });
  if (texts->size() != 1) co_return std::optional<Record>();  // 6.6.3: several are none
  auto record = parse_record(texts->front());
  if (!record) co_return std::optional<Record>();
  co_return std::optional(*std::move(record));
}

// 6.6.3: at the domain itself, then at the organisational one.
Task<Result<Found>> find_record(std::string domain,
                                std::string organisation,
                                net::Resolver& resolver,
                                SteadyTime deadline) {
  Found found;
  KONTOR_CO_TRY(found.record, co_await record_at(domain, resolver, deadline));
  if (found.record || organisation == domain) co_return found;
  KONTOR_CO_TRY(found.record, co_await record_at(organisation, resolver, deadline));
  found.is_of_organisation = true;
  co_return found;
}

// 3.1: strictly the same domain, or of the same organisation.
bool is_aligned(const Witness& witness,
                const std::string& author,
                const Record& record,
                const Suffixes& suffixes) {
  if (witness.domain == author) return true;
  const bool is_strict = witness.is_spf ? record.is_spf_strict : record.is_dkim_strict;
  return !is_strict && suffixes.organisation_of(witness.domain) == suffixes.organisation_of(author);
}

// 6.6.4: who is not drawn gets the next milder policy.
Policy drawn(Policy policy, unsigned percent, unsigned draw) noexcept {
  if (draw < percent || policy == Policy::none) return policy;
  return policy == Policy::reject ? Policy::quarantine : Policy::none;
}

Task<Answer> check_author(std::string author,
                          const Asked& asked,
                          const Suffixes& suffixes,
                          net::Resolver& resolver) {
  Answer answer;
  answer.domain = author;
  if (author.empty()) {
    answer.verdict = Verdict::permerror;
    answer.reason = "the author has no domain";
    co_return answer;
  }
  const auto found =
      co_await find_record(author, suffixes.organisation_of(author), resolver, asked.deadline);
  if (!found) {
    answer.verdict = Verdict::temperror;
    answer.reason = found.error().detail();
    co_return answer;
  }
  if (!found->record) {
    answer.reason = "the domain publishes no policy";
    co_return answer;
  }
  const auto& record = *found->record;
  answer.published =
      found->is_of_organisation ? record.below.value_or(record.policy) : record.policy;
  answer.record = record;
  answer.policy_domain = found->is_of_organisation ? suffixes.organisation_of(author) : author;
  bool is_unknown = false;
  for (const auto& witness : asked.witnesses) {
    if (!is_aligned(witness, author, record, suffixes)) continue;
    auto& is_passed = witness.is_spf ? answer.is_spf_aligned : answer.is_dkim_aligned;
    is_passed = is_passed || witness.is_pass;
    is_unknown = is_unknown || witness.is_unknown;
  }
  if (answer.is_spf_aligned || answer.is_dkim_aligned) {
    answer.verdict = Verdict::pass;
    answer.reason = answer.is_spf_aligned ? "by SPF" : "by DKIM";
    co_return answer;
  }
  if (is_unknown) {
    answer.verdict = Verdict::temperror;
    answer.reason = "SPF or DKIM could not be asked";
    co_return answer;
  }
  answer.verdict = Verdict::fail;
  answer.reason = "neither SPF nor DKIM speaks for the author's domain";
  answer.policy = drawn(answer.published, record.percent, asked.draw);
  co_return answer;
}

// How bad an answer is, to find the worst of several.
int badness(const Answer& answer) noexcept {
  switch (answer.verdict) {
    case Verdict::pass:
      return 0;
    case Verdict::none:
      return 1;
    case Verdict::permerror:
      return 2;
    case Verdict::temperror:
      return 3;
    case Verdict::fail:
      return 4 + static_cast<int>(answer.policy);
  }
  return 0;
}

}  // namespace

std::string_view word_of(Verdict verdict) noexcept {
  switch (verdict) {
    case Verdict::none:
      return "none";
    case Verdict::pass:
      return "pass";
    case Verdict::fail:
      return "fail";
    case Verdict::temperror:
      return "temperror";
    case Verdict::permerror:
      return "permerror";
  }
  return "none";
}

std::vector<std::string> author_domains(std::string_view header) {
  std::vector<std::string> domains;
  const auto add = [&](const mime::Mailbox& mailbox) {
    auto domain = mime::domain_to_ascii(mailbox.domain).value_or("");
    if (domain.ends_with('.')) domain.pop_back();
    if (domain.find('.') == std::string::npos) domain.clear();
    if (domains.size() <= k_most_authors && std::ranges::find(domains, domain) == domains.end())
      domains.push_back(std::move(domain));
  };
  mime::HeaderField field;
  for (mime::FieldCursor cursor(header); cursor.next(field);) {
    if (!iequals(field.name, "From")) continue;
    for (const auto& address : mime::parse_addresses(field.value)) {
      if (!address.is_group) add(address.mailbox);
      for (const auto& member : address.members) add(member);
    }
  }
  return domains;
}

Task<Answer> check(Asked asked, const Suffixes& suffixes, net::Resolver& resolver) {
  Answer worst;
  worst.verdict = Verdict::permerror;
  worst.reason = asked.authors.empty() ? "the message has no author"
                                       : "the message has authors of too many domains";
  if (asked.authors.empty() || asked.authors.size() > k_most_authors) co_return worst;
  bool is_first = true;
  for (const auto& author : asked.authors) {
    auto answer = co_await check_author(author, asked, suffixes, resolver);
    if (is_first || badness(answer) > badness(worst)) worst = std::move(answer);
    is_first = false;
  }
  co_return worst;
}

}  // namespace kontor::filter::dmarc
