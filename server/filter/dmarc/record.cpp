// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/filter/dmarc/record.hpp"

#include "base/core/text.hpp"
#include "server/filter/dkim/tags.hpp"

namespace kontor::filter::dmarc {
namespace {

using dkim::find_tag;

std::optional<Policy> read_policy(std::string_view word) noexcept {
  if (iequals(word, "none")) return Policy::none;
  if (iequals(word, "quarantine")) return Policy::quarantine;
  if (iequals(word, "reject")) return Policy::reject;
  return std::nullopt;
}

bool is_strict(const std::vector<dkim::Tag>& tags, std::string_view name) {
  return iequals(find_tag(tags, name).value_or("r"), "s");
}

}  // namespace

std::string_view word_of(Policy policy) noexcept {
  switch (policy) {
    case Policy::none:
      return "none";
    case Policy::quarantine:
      return "quarantine";
    case Policy::reject:
      return "reject";
  }
  return "none";
}

bool is_dmarc_record(std::string_view text) noexcept {
  const auto tag = text.substr(0, text.find(';'));
  const auto equals = tag.find('=');
  return equals != std::string_view::npos && trim(tag.substr(0, equals)) == "v" &&
         trim(tag.substr(equals + 1)) == "DMARC1";
}

Result<Record> parse_record(std::string_view text) {
  if (!is_dmarc_record(text)) return fail(Errc::bad_input, "no DMARC record");
  KONTOR_TRY(const auto tags, dkim::parse_tags(text));
  Record record;
  record.reports = find_tag(tags, "rua").value_or("");
  const auto policy = read_policy(find_tag(tags, "p").value_or(""));
  record.below = read_policy(find_tag(tags, "sp").value_or(""));
  // 6.6.3: with a wrong policy, one that asks for reports counts as none, another is no record.
  if (!policy && record.reports.empty()) return fail(Errc::bad_input, "no policy in the record");
  record.policy = policy.value_or(Policy::none);
  if (!policy) record.below.reset();
  record.is_dkim_strict = is_strict(tags, "adkim");
  record.is_spf_strict = is_strict(tags, "aspf");
  if (const auto percent = parse_number<unsigned>(find_tag(tags, "pct").value_or(""));
      percent && *percent <= 100)
    record.percent = *percent;
  return record;
}

}  // namespace kontor::filter::dmarc
