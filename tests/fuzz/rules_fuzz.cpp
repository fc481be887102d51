// SPDX-License-Identifier: GPL-3.0-or-later
// Rules as JSON, their templates, their numbers and the file of a fingerprint: what is accepted is
// written as it was read, numbers lie where they say, and nothing is ever out of bounds.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/core/text.hpp"
#include "server/rules/fingerprint.hpp"
#include "server/rules/numbers.hpp"
#include "server/rules/rule_text.hpp"
#include "server/rules/ruleset.hpp"
#include "server/rules/score.hpp"
#include "server/rules/template.hpp"

namespace {

using namespace kontor;

void check_rules(std::string_view text) {
  const auto parsed = rules::parse_rules(text);
  if (!parsed) {
    if (parsed.error().detail().empty()) std::abort();  // every refusal says why
    return;
  }
  if (!rules::Ruleset::make(*parsed)) std::abort();
  const auto again = rules::parse_file(rules::format_file(*parsed));
  if (!again || *again != *parsed) std::abort();
  for (const auto& rule : *parsed) {
    const auto shown = rules::parse_rules(rules::format_rule(rule));
    if (!shown || shown->size() != 1 || shown->front() != rule) std::abort();
  }
}

void check_numbers(std::string_view text) {
  for (const auto& name : rules::names_of_numbers()) {
    std::uint64_t behind = 0;
    for (const auto& one : rules::numbers_in(text, *rules::find_numbers(name), 1'000)) {
      if (one.place.size == 0 || one.place.offset + one.place.size > text.size()) std::abort();
      if (name != "passport-ru" && one.place.offset < behind) std::abort();
      behind = one.place.offset + one.place.size;
    }
  }
}

void check_template(std::string_view text) {
  const rules::Values values{{"cn", "<Anna>"}, {"title", ""}};
  const auto filled = rules::fill_template(text, values, true);
  if (rules::check_template(text) && !text.contains("{{") && filled != text) std::abort();
}

void check_fingerprint(std::string_view bytes) {
  if (const auto read = rules::parse_fingerprint(bytes))
    if (rules::format_fingerprint(*read) != bytes) std::abort();
  std::uint64_t letters = 0;
  const auto hashes = rules::winnow(to_valid_utf8(bytes), letters);
  if (hashes.size() > letters) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check_rules(text);
  check_numbers(text);
  check_template(text);
  check_fingerprint(text);
  (void)rules::spam_score(text, "");
  return 0;
}
