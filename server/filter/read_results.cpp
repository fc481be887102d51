// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/filter/read_results.hpp"

#include <algorithm>

#include "base/core/text.hpp"
#include "base/mime/fields.hpp"
#include "base/mime/tokens.hpp"

namespace kontor::filter {
namespace {

std::string read_word(mime::Tokens& tokens, std::string_view stops) {
  tokens.skip_cfws();
  if (tokens.at('"')) return tokens.read_quoted();
  return std::string(tokens.read_until(stops));
}

// [ptype.property=value] until the next ';'.
void read_properties(mime::Tokens& tokens, MethodResult& method) {
  for (;;) {
    tokens.skip_cfws();
    if (tokens.at_end() || tokens.at(';')) return;
    auto name = to_lower(read_word(tokens, "=;("));
    tokens.skip_cfws();
    if (!tokens.take('=')) {
      if (name.empty()) tokens.advance();  // whatever that is
      continue;
    }
    auto value = read_word(tokens, ";(");
    if (method.properties.size() < k_most_properties)
      method.properties.emplace_back(std::move(name), std::move(value));
  }
}

// Is the author's domain the one that was checked, or below it?
bool speaks_for(std::string_view checked, std::string_view author) {
  const auto name = to_lower(checked.substr(checked.rfind('@') + 1));  // all without one
  const auto domain = to_lower(author);
  return !name.empty() && name.contains('.') && (domain == name || domain.ends_with("." + name));
}

}  // namespace

std::string_view MethodResult::property(std::string_view name) const {
  for (const auto& [key, value] : properties)
    if (key == name) return value;
  return {};
}

Results read_results(std::string_view value) {
  Results results;
  mime::Tokens tokens(value);
  results.server = read_word(tokens, ";(");
  while (!tokens.at_end()) {
    if (!tokens.take(';')) {  // the version, or the rest of what cannot be read
      tokens.advance();
      continue;
    }
    MethodResult method;
    method.method = to_lower(read_word(tokens, "=/;("));
    tokens.skip_cfws();
    if (tokens.take('/')) {
      (void)read_word(tokens, "=;(");
      tokens.skip_cfws();
    }
    if (!tokens.take('=')) continue;  // "none"
    method.result = to_lower(read_word(tokens, ";("));
    read_properties(tokens, method);
    if (results.methods.size() < k_most_methods) results.methods.push_back(std::move(method));
  }
  return results;
}

Proof proof_in(const Results& results, std::string_view domain) {
  bool is_proven = false;
  for (const auto& one : results.methods) {
    if (one.method == "dmarc" && one.result == "fail") return Proof::forged;
    if (one.result != "pass") continue;
    const auto who = one.method == "dmarc"  ? one.property("header.from")
                     : one.method == "dkim" ? one.property("header.d")
                     : one.method == "spf"  ? one.property("smtp.mailfrom")
                                            : std::string_view();
    is_proven =
        is_proven || (one.method == "dmarc" ? iequals(who, domain) : speaks_for(who, domain));
  }
  return is_proven ? Proof::proven : Proof::unknown;
}

Proof proof_of_author(std::string_view header,
                      std::string_view server_name,
                      std::string_view domain) {
  mime::HeaderField field;
  for (mime::FieldCursor cursor(header); cursor.next(field);) {
    if (!iequals(field.name, "Authentication-Results")) continue;
    const auto results = read_results(field.value);
    if (iequals(results.server, server_name)) return proof_in(results, domain);
  }
  return Proof::unknown;
}

}  // namespace kontor::filter
