// SPDX-License-Identifier: GPL-3.0-or-later
// What ends an evaluation early is an Error inside: bad_input is a permerror, unavailable a
// temperror. A name that cannot be asked for is a name without records.
#include "server/filter/spf/check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/core/text.hpp"
#include "server/filter/spf/macro.hpp"

namespace kontor::filter::spf {
namespace {

using net::AddressFamily;
using Texts = std::vector<std::string>;

constexpr std::size_t k_most_names = 10;  // of one mx or ptr term (4.6.4)
constexpr std::size_t k_longest_name = 253, k_longest_label = 63;

// 4.3: a domain of several labels.
bool is_domain(std::string_view name) {
  if (name.size() > k_longest_name || name.find('.') == std::string_view::npos) return false;
  return std::ranges::all_of(split(name, '.'), [](std::string_view label) {
    return !label.empty() && label.size() <= k_longest_label;
  });
}

bool is_below(std::string_view name, std::string_view domain) {
  if (iequals(name, domain)) return true;
  return name.size() > domain.size() && name[name.size() - domain.size() - 1] == '.' &&
         iequals(name.substr(name.size() - domain.size()), domain);
}

// The first `bits` of 128 are the same.
bool is_same_network(const IpAddress& a, const IpAddress& b, unsigned bits) noexcept {
  for (unsigned i = 0; i < a.bytes.size() && bits > 0; ++i) {
    const unsigned here = std::min(bits, 8U);
    const auto mask = static_cast<std::uint8_t>(0xFFU << (8U - here));
    if (((a.bytes[i] ^ b.bytes[i]) & mask) != 0) return false;
    bits -= here;
  }
  return true;
}

std::string printable(std::string text) {
  std::erase_if(text, [](char c) { return c < ' ' || c > '~'; });
  return text;
}

class Evaluation {
 public:
  Evaluation(Asked asked, net::Resolver& resolver) : asked_(std::move(asked)), resolver_(resolver) {
    values_.address = asked_.client;
    values_.hello = asked_.hello;
    values_.receiver = asked_.receiver;
    values_.now = asked_.now;
  }

  Task<Answer> run() {
    Answer answer;
    const auto at = asked_.sender.rfind('@');
    answer.domain = at == std::string::npos ? asked_.hello : asked_.sender.substr(at + 1);
    if (answer.domain.ends_with('.')) answer.domain.pop_back();
    if (!is_domain(answer.domain)) {
      answer.reason = "there is no domain to ask";
      co_return answer;
    }
    // 2.4, 4.3: without a local part it is postmaster.
    const bool has_local = at != std::string::npos && at > 0;
    values_.sender = (has_local ? asked_.sender.substr(0, at) : "postmaster") + "@" + answer.domain;
    const auto domain = answer.domain;
    auto verdict = co_await check_host(domain);
    if (verdict) {
      answer.verdict = *verdict;
    } else {
      answer.verdict =
          verdict.error().code() == Errc::bad_input ? Verdict::permerror : Verdict::temperror;
      reason_ = verdict.error().detail();
    }
    if (answer.verdict == Verdict::fail && explanation_) {
      answer.explanation = co_await explain();
    }
    answer.reason = printable(std::move(reason_));
    co_return answer;
  }

 private:
  template <class T>
  using Asking = Task<Result<T>>;

  Result<void> check_time() const {
    if (std::chrono::steady_clock::now() < asked_.deadline) return {};
    return fail(Errc::unavailable, "the name servers take too long");
  }

  // An answer, or nothing where there are no records; unavailable when that is not known.
  template <class T>
  static Result<std::optional<T>> known(Result<T> got) {
    if (got) return std::optional<T>(*std::move(got));
    if (got.error().code() == Errc::not_found || got.error().code() == Errc::bad_input)
      return std::optional<T>();
    return fail(Errc::unavailable, got.error().detail());
  }

  Result<void> count_lookup() {
    KONTOR_TRY(check_time());
    if (++lookups_ > k_most_lookups)
      return fail(Errc::bad_input, "more than 10 terms that ask the DNS");
    return {};
  }
  Result<void> count_void(bool is_void) {
    if (is_void && ++voids_ > k_most_voids)
      return fail(Errc::bad_input, "more than 2 terms that lead to nothing");
    return {};
  }

  Asking<std::string> expand_domain(std::string text, std::string domain) {
    if (text.empty()) co_return domain;
    values_.domain = domain;
    if (needs_validated(text)) values_.validated = co_await best_name(domain);
    values_.domain = domain;
    co_return expand(text, MacroPlace::domain, values_);
  }

  // 4.4, 4.5: none is an empty optional.
  Asking<std::optional<Record>> record_of(std::string domain) {
    KONTOR_CO_TRY(check_time());
    KONTOR_CO_TRY(auto texts, known(co_await resolver_.texts(domain)));
    if (!texts) co_return std::nullopt;
    std::erase_if(*texts, [](const std::string& text) { return !is_spf_record(text); });
    if (texts->empty()) co_return std::nullopt;
    if (texts->size() > 1) co_return fail(Errc::bad_input, domain + " has several SPF records");
    auto record = parse_record(texts->front());
    if (!record) co_return fail(Errc::bad_input, domain + ": " + record.error().detail());
    co_return std::optional<Record>(*std::move(record));
  }

  // The verdict of a domain's record; none: it has no record.
  Asking<Verdict> check_host(std::string domain) {
    if (!is_domain(domain)) co_return Verdict::none;
    KONTOR_CO_TRY(const auto record, co_await record_of(domain));
    if (!record) {
      reason_ = domain + " has no SPF record";
      co_return Verdict::none;
    }
    for (const auto& mechanism : record->mechanisms) {
      KONTOR_CO_TRY(const bool is_match, co_await matches(mechanism, domain));
      if (!is_match) continue;
      reason_ = domain + ": " + mechanism.text;
      explanation_ = record->explanation;
      explaining_ = domain;
      co_return mechanism.when_matched;
    }
    if (record->redirect) co_return co_await redirect(*record->redirect, domain);
    reason_ = domain + ": nothing of its record fits";
    co_return Verdict::neutral;  // 4.7
  }

  Asking<Verdict> redirect(std::string to, std::string domain) {  // 6.1
    KONTOR_CO_TRY(count_lookup());
    KONTOR_CO_TRY(const std::string target, co_await expand_domain(std::move(to), domain));
    KONTOR_CO_TRY(const Verdict verdict, co_await check_host(target));
    if (verdict == Verdict::none)
      co_return fail(Errc::bad_input, "redirect=" + target + " leads to no record");
    co_return verdict;
  }

  Asking<bool> matches(const Mechanism& mechanism, std::string domain) {
    switch (mechanism.kind) {
      case Kind::all:
        co_return true;
      case Kind::ip4:
      case Kind::ip6:
        co_return is_in(mechanism);
      default:
        break;
    }
    KONTOR_CO_TRY(count_lookup());
    KONTOR_CO_TRY(const std::string target, co_await expand_domain(mechanism.domain, domain));
    switch (mechanism.kind) {
      case Kind::include:
        co_return co_await matches_include(target);
      case Kind::a:
        co_return co_await matches_a(mechanism, target);
      case Kind::mx:
        co_return co_await matches_mx(mechanism, target);
      case Kind::ptr:
        co_return co_await matches_ptr(target);
      default:
        co_return co_await matches_exists(target);
    }
  }

  bool is_in(const Mechanism& mechanism) const {
    const bool is_v4 = mechanism.kind == Kind::ip4;
    if (asked_.client.is_v4() != is_v4) return false;
    const unsigned bits = is_v4 ? 96 + mechanism.prefix4 : mechanism.prefix6;
    return is_same_network(asked_.client, mechanism.address, bits);
  }

  Asking<bool> matches_include(std::string target) {  // 5.2
    const auto reason = reason_;
    KONTOR_CO_TRY(const Verdict verdict, co_await check_host(target));
    if (verdict == Verdict::none)
      co_return fail(Errc::bad_input, "include:" + target + " leads to no record");
    reason_ = reason;
    co_return verdict == Verdict::pass;
  }

  AddressFamily family() const {
    return asked_.client.is_v4() ? AddressFamily::v4 : AddressFamily::v6;
  }

  bool is_near(const Texts& addresses, const Mechanism& mechanism) const {
    const bool is_v4 = asked_.client.is_v4();
    const unsigned bits = is_v4 ? 96 + mechanism.prefix4 : mechanism.prefix6;
    return std::ranges::any_of(addresses, [&](const std::string& text) {
      const auto address = parse_ip_address(text);
      return address && address->is_v4() == is_v4 && is_same_network(asked_.client, *address, bits);
    });
  }

  Asking<bool> matches_a(const Mechanism& mechanism, std::string target) {  // 5.3
    KONTOR_CO_TRY(const auto got, known(co_await resolver_.addresses_of(target, family())));
    KONTOR_CO_TRY(count_void(!got || got->empty()));
    co_return got&& is_near(*got, mechanism);
  }

  Asking<bool> matches_mx(const Mechanism& mechanism, std::string target) {  // 5.4
    KONTOR_CO_TRY(const auto got, known(co_await resolver_.mx(target)));
    KONTOR_CO_TRY(count_void(!got || got->hosts.empty()));
    if (!got) co_return false;
    if (got->hosts.size() > k_most_names)
      co_return fail(Errc::bad_input, target + " has more than 10 mail hosts");
    for (const auto& mx : got->hosts) {
      KONTOR_CO_TRY(check_time());
      if (mx.host.empty()) continue;
      KONTOR_CO_TRY(const auto addresses,
                    known(co_await resolver_.addresses_of(mx.host, family())));
      if (addresses && is_near(*addresses, mechanism)) co_return true;
    }
    co_return false;
  }

  Asking<bool> matches_exists(std::string target) {  // 5.7: always an A record
    KONTOR_CO_TRY(const auto got,
                  known(co_await resolver_.addresses_of(target, AddressFamily::v4)));
    KONTOR_CO_TRY(count_void(!got || got->empty()));
    co_return got && !got->empty();
  }

  Asking<bool> matches_ptr(std::string target) {  // 5.5
    const auto names = co_await validated_names();
    KONTOR_CO_TRY(count_void(no_pointers_));
    co_return std::ranges::any_of(names,
                                  [&](const std::string& name) { return is_below(name, target); });
  }

  // The names of the client's address that lead back to it (5.5); asked for once. Failures are
  // names that are not there.
  Task<Texts> validated_names() {
    if (names_) co_return *names_;
    Texts validated;
    auto got = co_await resolver_.names(asked_.client.text());
    no_pointers_ = got ? got->empty() : got.error().code() == Errc::not_found;
    if (got) {
      if (got->size() > k_most_names) got->resize(k_most_names);
      for (const auto& name : *got) {
        if (!check_time()) break;
        const auto addresses = co_await resolver_.addresses_of(name, family());
        const auto is_client = [&](const std::string& text) {
          const auto address = parse_ip_address(text);
          return address && *address == asked_.client;
        };
        if (addresses && std::ranges::any_of(*addresses, is_client)) validated.push_back(name);
      }
    }
    names_ = validated;
    co_return validated;
  }

  // 7.3: the letter p prefers the domain itself, then a name below it.
  Task<std::string> best_name(std::string domain) {
    const auto names = co_await validated_names();
    for (const auto& name : names)
      if (iequals(name, domain)) co_return name;
    for (const auto& name : names)
      if (is_below(name, domain)) co_return name;
    co_return names.empty() ? std::string() : names.front();
  }

  // 6.2: any failure is no explanation.
  Task<std::string> explain() {
    const auto from = co_await expand_domain(*explanation_, explaining_);
    if (!from || !check_time()) co_return std::string();
    const auto texts = co_await resolver_.texts(*from);
    if (!texts || texts->size() != 1) co_return std::string();
    const auto& text = texts->front();
    if (!check_macros(text, MacroPlace::explanation)) co_return std::string();
    if (needs_validated(text)) values_.validated = co_await best_name(explaining_);
    co_return printable(expand(text, MacroPlace::explanation, values_));
  }

  Asked asked_;
  net::Resolver& resolver_;
  MacroValues values_;
  unsigned lookups_ = 0, voids_ = 0;
  std::optional<Texts> names_;
  bool no_pointers_ = false;
  std::string reason_;
  std::optional<std::string> explanation_;  // of the record that decided
  std::string explaining_;                  // its domain
};

}  // namespace

Task<Answer> check(Asked asked, net::Resolver& resolver) {
  Evaluation evaluation(std::move(asked), resolver);
  co_return co_await evaluation.run();
}

}  // namespace kontor::filter::spf
