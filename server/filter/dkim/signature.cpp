// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/filter/dkim/signature.hpp"

#include <algorithm>

#include "base/core/text.hpp"
#include "server/filter/dkim/tags.hpp"

namespace kontor::filter::dkim {
namespace {

using Tags = std::vector<Tag>;

constexpr std::size_t k_longest_name = 253, k_longest_label = 63;

Result<std::string> required(const Tags& tags, std::string_view name) {
  const auto value = find_tag(tags, name);
  if (!value || value->empty()) return fail(Errc::bad_input, std::string(name) + "= is missing");
  return without_blanks(*value);
}

// Names that can be asked for: of letters, digits, '-' and '_', in labels.
Result<std::string> read_name(const Tags& tags, std::string_view tag) {
  KONTOR_TRY(auto name, required(tags, tag));
  name = to_lower(name);
  bool is_good = name.size() <= k_longest_name;
  for (const auto label : split(name, '.')) {
    is_good = is_good && !label.empty() && label.size() <= k_longest_label &&
              std::ranges::all_of(label, [](char c) {
                return is_digit(c) || (c >= 'a' && c <= 'z') || c == '-' || c == '_';
              });
  }
  if (!is_good) return fail(Errc::bad_input, std::string(tag) + "= is no name");
  return name;
}

Result<std::string> read_base64(const Tags& tags, std::string_view tag) {
  KONTOR_TRY(const auto text, required(tags, tag));
  auto bytes = base64_decode(text);
  if (!bytes) return fail(Errc::bad_input, std::string(tag) + "= is no base64");
  return bytes;
}

template <class T>
Result<std::optional<T>> read_number(const Tags& tags, std::string_view tag) {
  const auto value = find_tag(tags, tag);
  if (!value) return std::optional<T>();
  const auto number = parse_number<T>(*value);
  if (!number) return fail(Errc::bad_input, std::string(tag) + "= is no number");
  return number;
}

Result<std::optional<UtcSeconds>> read_time(const Tags& tags, std::string_view tag) {
  KONTOR_TRY(const auto number, read_number<std::uint64_t>(tags, tag));
  if (!number) return std::optional<UtcSeconds>();
  constexpr std::uint64_t k_last = 253'402'300'799;  // of the year 9999
  return std::optional(UtcSeconds(std::chrono::seconds(std::min(*number, k_last))));
}

Result<Form> read_form(std::string_view word) {
  if (word == "simple") return Form::simple;
  if (word == "relaxed") return Form::relaxed;
  return fail(Errc::unsupported, "c= names no known form");
}

Result<void> read_forms(const Tags& tags, Signature& signature) {
  const auto value = find_tag(tags, "c");
  if (!value) return {};
  const auto slash = value->find('/');
  KONTOR_TRY(signature.header_form, read_form(value->substr(0, slash)));
  if (slash == std::string_view::npos) return {};
  KONTOR_TRY(signature.body_form, read_form(value->substr(slash + 1)));
  return {};
}

Result<void> read_names_of_fields(const Tags& tags, Signature& signature) {
  KONTOR_TRY(const auto list, required(tags, "h"));
  for (const auto name : split(list, ':')) {
    if (name.empty()) return fail(Errc::bad_input, "h= has an empty name");
    if (signature.fields.size() == k_most_fields)
      return fail(Errc::bad_input, "h= names too many fields");
    signature.fields.emplace_back(name);
  }
  return {};
}

Result<void> read_fields(const Tags& tags, Signature& signature) {
  KONTOR_TRY(read_names_of_fields(tags, signature));
  // 3.5: the author is always signed.
  if (std::ranges::none_of(signature.fields,
                           [](const std::string& name) { return iequals(name, "From"); }))
    return fail(Errc::bad_input, "h= does not name From");
  return {};
}

// 3.5: i= is of d= or below it.
Result<void> read_agent(const Tags& tags, Signature& signature) {
  const auto value = find_tag(tags, "i");
  if (!value) return {};
  signature.agent = without_blanks(*value);
  const auto at = signature.agent.rfind('@');
  if (at == std::string::npos) return fail(Errc::bad_input, "i= is no address");
  const auto domain = to_lower(std::string_view(signature.agent).substr(at + 1));
  if (domain != signature.domain && !domain.ends_with("." + signature.domain))
    return fail(Errc::bad_input, "i= is not of the domain d=");
  return {};
}

Result<crypto::KeyKind> read_algorithm(const Tags& tags) {
  KONTOR_TRY(const auto word, required(tags, "a"));
  if (iequals(word, "rsa-sha256")) return crypto::KeyKind::rsa;
  if (iequals(word, "ed25519-sha256")) return crypto::KeyKind::ed25519;
  return fail(Errc::unsupported, "a= is not an algorithm that is taken");
}

bool has_word(std::string_view list, std::string_view word) {
  return std::ranges::any_of(split(list, ':'),
                             [&](std::string_view one) { return iequals(trim(one), word); });
}

Result<void> check_query(const Tags& tags) {
  const auto query = find_tag(tags, "q");
  if (query && !has_word(*query, "dns/txt"))
    return fail(Errc::unsupported, "q= does not name dns/txt");
  return {};
}

}  // namespace

Result<Signature> parse_signature(std::string_view value) {
  KONTOR_TRY(const auto tags, parse_tags(value));
  KONTOR_TRY(const auto version, required(tags, "v"));
  if (version != "1") return fail(Errc::unsupported, "v= is not 1");
  Signature signature;
  KONTOR_TRY(signature.algorithm, read_algorithm(tags));
  KONTOR_TRY(read_forms(tags, signature));
  KONTOR_TRY(signature.domain, read_name(tags, "d"));
  KONTOR_TRY(signature.selector, read_name(tags, "s"));
  KONTOR_TRY(read_agent(tags, signature));
  KONTOR_TRY(read_fields(tags, signature));
  KONTOR_TRY(check_query(tags));
  KONTOR_TRY(signature.body_digest, read_base64(tags, "bh"));
  KONTOR_TRY(signature.value, read_base64(tags, "b"));
  KONTOR_TRY(signature.body_size, read_number<std::uint64_t>(tags, "l"));
  KONTOR_TRY(signature.signed_at, read_time(tags, "t"));
  KONTOR_TRY(signature.expires, read_time(tags, "x"));
  if (signature.signed_at && signature.expires && *signature.expires <= *signature.signed_at)
    return fail(Errc::bad_input, "x= is not after t=");
  return signature;
}

namespace {

Result<ArcSignature> read_arc(const Tags& tags) {
  ArcSignature out;
  KONTOR_TRY(const auto instance, read_number<unsigned>(tags, "i"));
  if (!instance || *instance == 0 || *instance > k_most_instances)
    return fail(Errc::bad_input, "i= is no instance");
  out.instance = *instance;
  KONTOR_TRY(out.signature.algorithm, read_algorithm(tags));
  KONTOR_TRY(out.signature.domain, read_name(tags, "d"));
  KONTOR_TRY(out.signature.selector, read_name(tags, "s"));
  KONTOR_TRY(out.signature.value, read_base64(tags, "b"));
  KONTOR_TRY(out.signature.signed_at, read_time(tags, "t"));
  return out;
}

}  // namespace

Result<ArcSignature> parse_arc_message_signature(std::string_view value) {
  KONTOR_TRY(const auto tags, parse_tags(value));
  KONTOR_TRY(auto out, read_arc(tags));
  KONTOR_TRY(read_forms(tags, out.signature));
  KONTOR_TRY(read_names_of_fields(tags, out.signature));
  for (const auto& name : out.signature.fields)
    if (iequals(name, "ARC-Seal")) return fail(Errc::bad_input, "h= names ARC-Seal");
  KONTOR_TRY(out.signature.body_digest, read_base64(tags, "bh"));
  KONTOR_TRY(out.signature.body_size, read_number<std::uint64_t>(tags, "l"));
  return out;
}

Result<ArcSignature> parse_arc_seal(std::string_view value) {
  KONTOR_TRY(const auto tags, parse_tags(value));
  if (find_tag(tags, "h")) return fail(Errc::bad_input, "a seal has no h=");
  KONTOR_TRY(auto out, read_arc(tags));
  KONTOR_TRY(out.chain, required(tags, "cv"));
  if (out.chain != "none" && out.chain != "pass" && out.chain != "fail")
    return fail(Errc::bad_input, "cv= is none of its words");
  return out;
}

Result<Key> parse_key(std::string_view text) {
  KONTOR_TRY(const auto tags, parse_tags(text));
  const auto version = find_tag(tags, "v");
  if (version && (*version != "DKIM1" || tags.front().name != "v"))
    return fail(Errc::bad_input, "the key record is of another version");
  Key key;
  const auto kind = find_tag(tags, "k").value_or("rsa");
  if (kind == "ed25519")
    key.kind = crypto::KeyKind::ed25519;
  else if (kind != "rsa")
    return fail(Errc::unsupported, "the key is of another kind");
  if (const auto hashes = find_tag(tags, "h"); hashes && !has_word(*hashes, "sha256"))
    return fail(Errc::unsupported, "the key is not for SHA-256");
  if (const auto uses = find_tag(tags, "s");
      uses && !has_word(*uses, "*") && !has_word(*uses, "email"))
    return fail(Errc::unsupported, "the key is not for mail");
  const auto flags = find_tag(tags, "t").value_or("");
  key.is_testing = has_word(flags, "y");
  key.is_own_only = has_word(flags, "s");
  const auto bytes = find_tag(tags, "p");
  if (!bytes) return fail(Errc::bad_input, "the key record has no key");
  auto decoded = base64_decode(without_blanks(*bytes));
  if (!decoded) return fail(Errc::bad_input, "the key is no base64");
  key.bytes = *std::move(decoded);
  return key;
}

std::string without_signature(std::string_view value) {
  for (const auto part : split(value, ';')) {
    const auto equals = part.find('=');
    if (equals == std::string_view::npos || trim(part.substr(0, equals)) != "b") continue;
    const auto begin = static_cast<std::size_t>(part.data() - value.data()) + equals + 1;
    const auto end = static_cast<std::size_t>(part.data() - value.data()) + part.size();
    return std::string(value.substr(0, begin)) + std::string(value.substr(end));
  }
  return std::string(value);
}

}  // namespace kontor::filter::dkim
