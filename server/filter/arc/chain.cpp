// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/filter/arc/chain.hpp"

#include <algorithm>
#include <array>
#include <map>

#include "base/core/text.hpp"
#include "base/crypto/digest.hpp"
#include "server/filter/dkim/canonical.hpp"

namespace kontor::filter::arc {
namespace {

using dkim::Form;
using dkim::Message;
using Field = const mime::HeaderField*;

constexpr std::string_view k_results = "ARC-Authentication-Results",
                           k_signature = "ARC-Message-Signature", k_seal = "ARC-Seal";

struct Set {
  Field results = nullptr, signature = nullptr, seal = nullptr;
  bool is_doubled = false;
  bool is_whole() const noexcept {
    return results != nullptr && signature != nullptr && seal != nullptr;
  }
};
struct Sets {
  std::map<unsigned, Set> by_instance;
  std::size_t bytes = 0;
  std::string problem;
};

// i= is the first tag of them all but in signatures, where it may stand anywhere (4.2.1).
unsigned instance_in(std::string_view value) {
  for (const auto part : split(value, ';')) {
    const auto equals = part.find('=');
    if (equals == std::string_view::npos || trim(part.substr(0, equals)) != "i") continue;
    return parse_number<unsigned>(trim(part.substr(equals + 1))).value_or(0);
  }
  return 0;
}

// An i= further behind in results is somebody else's business.
unsigned instance_of_results(std::string_view value) {
  return instance_in(value.substr(0, value.find(';')));
}

Sets find_sets(const Message& message) {
  Sets sets;
  for (const auto& field : message.fields) {
    const bool is_results = iequals(field.name, k_results);
    const bool is_signature = iequals(field.name, k_signature);
    if (!is_results && !is_signature && !iequals(field.name, k_seal)) continue;
    sets.bytes += field.range.size;
    const auto instance = is_results ? instance_of_results(field.value) : instance_in(field.value);
    if (instance == 0 || instance > dkim::k_most_instances) {
      sets.problem = "a field without an instance";
      continue;
    }
    auto& set = sets.by_instance[instance];
    auto& place = is_results ? set.results : is_signature ? set.signature : set.seal;
    set.is_doubled = set.is_doubled || place != nullptr;
    place = &field;
  }
  if (!sets.problem.empty()) return sets;
  unsigned expected = 0;
  for (const auto& [instance, set] : sets.by_instance)  // 5.2: each of 1 to N, whole, and once
    if (instance != ++expected || !set.is_whole() || set.is_doubled)
      sets.problem = "a set that is not whole";
  if (sets.bytes > k_most_bytes) sets.problem = "too much of it";
  return sets;
}

std::string canonical(const Message& message, Field field) {
  return dkim::canonical_field(Form::relaxed, raw_of(message, *field), field->name, field->value);
}

// As it is hashed in the seal itself: without b=, and without the last line end.
std::string canonical_seal(std::string_view value) {
  auto out = dkim::canonical_field(Form::relaxed, {}, k_seal, dkim::without_signature(value));
  out.resize(out.size() - 2);
  return out;
}

dkim::Prepared prepare_seal(dkim::Signature signature, std::string_view before, Field seal) {
  dkim::Prepared prepared;
  prepared.signature = std::move(signature);
  prepared.is_body_same = true;
  prepared.header_digest = crypto::sha256(std::string(before) + canonical_seal(seal->value));
  return prepared;
}

dkim::Prepared prepare_message(const Message& message, dkim::Signature signature, Field field) {
  dkim::Prepared prepared;
  auto names = signature.fields;
  if (std::ranges::any_of(names, [](const auto& name) { return iequals(name, "From"); }))
    names.emplace_back("From");  // RFC 6376, 8.15
  prepared.header_digest = header_digest(message, signature.header_form, names,
                                         {field->name, raw_of(message, *field), field->value});
  dkim::BodyHasher hasher(signature.body_form,
                          signature.body_size.value_or(std::numeric_limits<std::uint64_t>::max()));
  hasher.add(message.body);
  prepared.is_body_same = hasher.finish() == signature.body_digest;
  prepared.is_body_short = signature.body_size && hasher.size() < *signature.body_size;
  prepared.signature = std::move(signature);
  return prepared;
}

// The message signature of a set up to its "b=", and the digest that goes into it.
std::string begin_signature(const Message& message,
                            unsigned instance,
                            const dkim::SigningKey& key,
                            UtcSeconds now,
                            std::string& signature_field) {
  const auto number = std::to_string(instance);
  auto names = dkim::names_to_sign(message);
  const auto signatures = std::ranges::count_if(
      message.fields, [](const auto& field) { return iequals(field.name, "DKIM-Signature"); });
  names.insert(names.end(), std::min<std::size_t>(static_cast<std::size_t>(signatures), 10),
               "DKIM-Signature");
  signature_field =
      std::string(k_signature) + ": i=" + number +
      "; a=rsa-sha256; c=relaxed/relaxed;\r\n\td=" + key.domain + "; s=" + key.selector +
      "; t=" + std::to_string(now.time_since_epoch().count()) +
      ";\r\n\th=" + dkim::folded_names(names) +
      ";\r\n\tbh=" + base64_encode(dkim::body_digest(message.body, Form::relaxed)) + ";\r\n\tb=";
  const auto value = std::string_view(signature_field).substr(k_signature.size() + 1);
  return header_digest(message, Form::relaxed, names, {k_signature, signature_field, value});
}

}  // namespace

std::string_view word_of(Verdict verdict) noexcept {
  constexpr std::array<std::string_view, 4> k_words{"none", "pass", "fail", "temperror"};
  return k_words[static_cast<std::size_t>(verdict)];
}

Prepared read_chain(std::string_view bytes) {
  const auto message = dkim::read_message(bytes);
  const auto sets = find_sets(message);
  Prepared prepared;
  prepared.problem = sets.problem;
  if (!prepared.problem.empty() || sets.by_instance.empty()) return prepared;
  std::string before;  // all sets below this one, and its own fields but the seal
  for (const auto& [instance, set] : sets.by_instance) {
    auto seal = dkim::parse_arc_seal(set.seal->value);
    auto signature = dkim::parse_arc_message_signature(set.signature->value);
    if (!seal || !signature) {
      prepared.problem = (!seal ? seal.error() : signature.error()).detail();
      return prepared;
    }
    if (seal->chain != (instance == 1 ? "none" : "pass")) {
      prepared.problem = "a server before this one found it broken";
      return prepared;
    }
    before += canonical(message, set.results) + canonical(message, set.signature);
    prepared.seals.push_back(prepare_seal(std::move(seal->signature), before, set.seal));
    before += canonical(message, set.seal);
    const auto results = set.results->value;
    prepared.results.emplace_back(results.substr(results.find(';') + 1));
    if (instance == sets.by_instance.size())
      prepared.newest = prepare_message(message, std::move(signature->signature), set.signature);
  }
  return prepared;
}

Task<Answer> verify(Prepared prepared,
                    net::Resolver& resolver,
                    UtcSeconds now,
                    SteadyTime deadline) {
  Answer answer;
  if (!prepared.problem.empty()) {
    answer.verdict = Verdict::fail;
    answer.reason = std::move(prepared.problem);
    co_return answer;
  }
  if (prepared.seals.empty()) co_return answer;
  auto finding = co_await dkim::check_signature(prepared.newest, resolver, now, deadline);
  for (auto seal = prepared.seals.rbegin();
       finding.verdict == dkim::Verdict::pass && seal != prepared.seals.rend(); ++seal)
    finding = co_await dkim::check_signature(*seal, resolver, now, deadline);
  if (finding.verdict != dkim::Verdict::pass) {
    answer.verdict =
        finding.verdict == dkim::Verdict::temperror ? Verdict::temperror : Verdict::fail;
    answer.reason = std::move(finding.reason);
    co_return answer;
  }
  answer.verdict = Verdict::pass;
  for (std::size_t i = 0; i < prepared.seals.size(); ++i)
    answer.sealers.push_back({prepared.seals[i].signature->domain, std::move(prepared.results[i])});
  co_return answer;
}

Result<std::string> seal(std::string_view bytes,
                         std::string_view results,
                         Verdict chain,
                         const dkim::SigningKey& key,
                         UtcSeconds now) {
  const auto message = dkim::read_message(bytes);
  const auto sets = find_sets(message);
  const auto highest = sets.by_instance.empty() ? 0U : std::prev(sets.by_instance.end())->first;
  if (highest >= dkim::k_most_instances || chain == Verdict::temperror) return std::string();
  if (highest > 0) {  // 5.1: what has failed once is not gone on with
    const auto* last = sets.by_instance.at(highest).seal;
    const auto parsed = last != nullptr ? dkim::parse_arc_seal(last->value) : fail(Errc::bad_input);
    if (!parsed || parsed->chain == "fail") return std::string();
  }
  const auto number = std::to_string(highest + 1);
  const std::string results_field =
      std::string(k_results) + ": i=" + number + "; " + std::string(trim(results));
  std::string signature_field;
  const auto digest = begin_signature(message, highest + 1, key, now, signature_field);
  KONTOR_TRY(const auto value, key.key->sign(digest));
  signature_field.resize(signature_field.size() - 2);
  signature_field += dkim::folded_value(value);

  // 5.1.1: of a chain that is broken the new set alone is sealed.
  std::string before;
  if (chain == Verdict::pass)
    for (const auto& [instance, set] : sets.by_instance)
      before += canonical(message, set.results) + canonical(message, set.signature) +
                canonical(message, set.seal);
  const auto add = [&](std::string_view field) {
    const auto colon = field.find(':');
    before += dkim::canonical_field(Form::relaxed, field, field.substr(0, colon),
                                    field.substr(colon + 1));
  };
  add(results_field);
  add(signature_field);
  std::string seal_field = std::string(k_seal) + ": i=" + number + "; a=rsa-sha256; cv=" +
                           std::string(highest == 0 ? "none" : word_of(chain)) +
                           "; d=" + key.domain + ";\r\n\ts=" + key.selector +
                           "; t=" + std::to_string(now.time_since_epoch().count()) + ";\r\n\tb=";
  KONTOR_TRY(const auto sealed,
             key.key->sign(crypto::sha256(
                 before + canonical_seal(std::string_view(seal_field).substr(k_seal.size() + 1)))));
  seal_field.resize(seal_field.size() - 2);
  return seal_field + dkim::folded_value(sealed) + "\r\n" + signature_field + "\r\n" +
         results_field + "\r\n";
}

}  // namespace kontor::filter::arc
