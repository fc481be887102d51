// SPDX-License-Identifier: GPL-3.0-or-later
// The digest of the body is made once for all signatures that ask for it in the same form.
#include "server/filter/dkim/verify.hpp"

#include <algorithm>
#include <limits>
#include <map>

#include "base/core/text.hpp"
#include "server/filter/dkim/canonical.hpp"
#include "server/filter/dkim/message.hpp"

namespace kontor::filter::dkim {
namespace {

struct BodyDigest {
  std::string digest;
  std::uint64_t size = 0;
};
using BodyDigests = std::map<std::pair<Form, std::uint64_t>, BodyDigest>;

const BodyDigest& known_digest(BodyDigests& known, std::string_view body, const Signature& asked) {
  const auto most = asked.body_size.value_or(std::numeric_limits<std::uint64_t>::max());
  const auto [entry, is_new] = known.try_emplace({asked.body_form, most});
  if (is_new) {
    BodyHasher hasher(asked.body_form, most);
    hasher.add(body);
    entry->second.digest = hasher.finish();
    entry->second.size = hasher.size();
  }
  return entry->second;
}

std::string_view name_of(crypto::KeyKind kind) noexcept {
  return kind == crypto::KeyKind::rsa ? "rsa-sha256" : "ed25519-sha256";
}

Result<void> check_times(const Signature& signature, UtcSeconds now) {
  if (signature.expires && *signature.expires < now)
    return fail(Errc::no_permission, "the signature has expired");
  return {};
}

// The key of a signature: the first record of its name that is one (3.6.2.2).
Result<Key> choose_key(const std::vector<std::string>& texts) {
  Result<Key> first = fail(Errc::not_found, "there is no key record");
  for (const auto& text : texts) {
    auto key = parse_key(text);
    if (key) return key;
    if (first.error().code() == Errc::not_found) first = std::move(key);
  }
  return first;
}

Finding check_key(const Prepared& prepared, const Key& record) {
  const auto& signature = *prepared.signature;
  if (record.bytes.empty()) return {Verdict::permerror, "the key is revoked"};
  if (record.kind != signature.algorithm)
    return {Verdict::permerror, "the key is of another kind than the signature"};
  const auto at = signature.agent.rfind('@');
  if (record.is_own_only && at != std::string::npos &&
      !iequals(std::string_view(signature.agent).substr(at + 1), signature.domain))
    return {Verdict::permerror, "the key is not for domains below its own"};
  const auto key = crypto::PublicKey::read(record.kind, record.bytes);
  if (!key) return {Verdict::permerror, key.error().detail()};
  if (!key->verify(prepared.header_digest, signature.value))
    return {Verdict::fail, "the header was changed, or the key is another one"};
  if (record.kind == crypto::KeyKind::rsa && key->bits() < k_least_bits)
    return {Verdict::policy, "the key has " + std::to_string(key->bits()) + " bits only"};
  return {Verdict::pass, record.is_testing ? "the domain tests its keys" : ""};
}

Prepared prepare(const Message& message, const mime::HeaderField& field, BodyDigests& bodies) {
  Prepared prepared;
  auto signature = parse_signature(field.value);
  if (!signature) {
    prepared.problem = signature.error().detail();
    prepared.verdict = Verdict::neutral;
    return prepared;
  }
  const auto& body = known_digest(bodies, message.body, *signature);
  prepared.is_body_same = body.digest == signature->body_digest;
  prepared.is_body_short = signature->body_size && body.size < *signature->body_size;
  auto names = signature->fields;
  names.emplace_back("From");  // 8.15: a second author above the signed one is no part of it
  prepared.header_digest = header_digest(message, signature->header_form, names,
                                         {field.name, raw_of(message, field), field.value});
  prepared.signature = *std::move(signature);
  return prepared;
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
    case Verdict::policy:
      return "policy";
    case Verdict::neutral:
      return "neutral";
    case Verdict::temperror:
      return "temperror";
    case Verdict::permerror:
      return "permerror";
  }
  return "none";
}

Task<Finding> check_signature(const Prepared& prepared,
                              net::Resolver& resolver,
                              UtcSeconds now,
                              SteadyTime deadline) {
  const auto& signature = *prepared.signature;
  if (const auto timely = check_times(signature, now); !timely)
    co_return Finding{Verdict::fail, timely.error().detail()};
  if (prepared.is_body_short)
    co_return Finding{Verdict::fail, "more bytes are signed than the body has"};
  if (!prepared.is_body_same) co_return Finding{Verdict::fail, "the body was changed"};
  if (std::chrono::steady_clock::now() >= deadline)
    co_return Finding{Verdict::temperror, "the name servers take too long"};
  const auto texts =
      co_await resolver.texts(signature.selector + "._domainkey." + signature.domain);
  if (!texts) {
    const bool is_gone =
        texts.error().code() == Errc::not_found || texts.error().code() == Errc::bad_input;
    co_return Finding{is_gone ? Verdict::permerror : Verdict::temperror,
                      is_gone ? "there is no key record" : texts.error().detail()};
  }
  const auto key = choose_key(*texts);
  if (!key) co_return Finding{Verdict::permerror, key.error().detail()};
  co_return check_key(prepared, *key);
}

std::vector<Prepared> read_signatures(std::string_view bytes) {
  const auto message = read_message(bytes);
  std::vector<Prepared> all;
  BodyDigests bodies;
  for (const auto& field : message.fields) {
    if (!iequals(field.name, "DKIM-Signature")) continue;
    if (all.size() == k_most_signatures) break;
    all.push_back(prepare(message, field, bodies));
  }
  return all;
}

Task<std::vector<Outcome>> verify(std::vector<Prepared> prepared,
                                  net::Resolver& resolver,
                                  UtcSeconds now,
                                  SteadyTime deadline) {
  std::vector<Outcome> outcomes;
  for (const auto& one : prepared) {
    Outcome outcome;
    outcome.verdict = one.verdict;
    outcome.reason = one.problem;
    if (one.signature) {
      const auto& signature = *one.signature;
      outcome.domain = signature.domain;
      outcome.selector = signature.selector;
      outcome.agent = signature.agent;
      outcome.algorithm = name_of(signature.algorithm);
      outcome.value_start = base64_encode(signature.value).substr(0, 8);
      outcome.is_partial = signature.body_size.has_value();
      auto finding = co_await check_signature(one, resolver, now, deadline);
      outcome.verdict = finding.verdict;
      outcome.reason = std::move(finding.reason);
    }
    outcomes.push_back(std::move(outcome));
  }
  co_return outcomes;
}

}  // namespace kontor::filter::dkim
