// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/filter/dkim/sign.hpp"

#include <algorithm>
#include <array>

#include "base/core/text.hpp"

namespace kontor::filter::dkim {
namespace {

struct Row {
  std::string_view name;
  bool is_closed;  // named once more than it is there
};
constexpr std::array<Row, 24> k_rows{{{"From", true},
                                      {"To", true},
                                      {"Cc", true},
                                      {"Subject", true},
                                      {"Date", true},
                                      {"Message-ID", true},
                                      {"Reply-To", true},
                                      {"Sender", false},
                                      {"In-Reply-To", false},
                                      {"References", false},
                                      {"MIME-Version", true},
                                      {"Content-Type", true},
                                      {"Content-Transfer-Encoding", true},
                                      {"Resent-Date", false},
                                      {"Resent-From", false},
                                      {"Resent-To", false},
                                      {"Resent-Cc", false},
                                      {"List-Id", false},
                                      {"List-Help", false},
                                      {"List-Unsubscribe", false},
                                      {"List-Unsubscribe-Post", false},  // RFC 8058, 4
                                      {"List-Subscribe", false},
                                      {"List-Post", false},
                                      {"Auto-Submitted", false}}};

constexpr std::size_t k_line = 72;
constexpr std::size_t k_most_equal = 18;
static_assert(k_rows.size() * (k_most_equal + 1) < k_most_fields);

std::string_view algorithm_of(crypto::KeyKind kind) noexcept {
  return kind == crypto::KeyKind::rsa ? "rsa-sha256" : "ed25519-sha256";
}

}  // namespace

std::vector<std::string> names_to_sign(const Message& message) {
  std::vector<std::string> names;
  for (const auto& row : k_rows) {
    const auto there = std::ranges::count_if(message.fields, [&](const mime::HeaderField& field) {
      return iequals(field.name, row.name);
    });
    // A header of thousands of equal fields is not signed whole; readers stop somewhere too.
    const auto count = std::min<std::size_t>(static_cast<std::size_t>(there), k_most_equal);
    names.insert(names.end(), count + (row.is_closed ? 1 : 0), std::string(row.name));
  }
  return names;
}

std::string folded_value(std::string_view bytes) {
  const auto text = base64_encode(bytes);
  std::string out = "b=";
  for (std::size_t at = 0; at < text.size(); at += k_line)
    out.append(at == 0 ? "" : "\r\n\t").append(text, at, k_line);
  return out;
}

std::string folded_names(const std::vector<std::string>& names) {
  std::string out;
  std::size_t line = 0;
  for (const auto& name : names) {
    if (!out.empty()) out += ':';
    if (line + name.size() > k_line) {
      out += "\r\n\t ";
      line = 0;
    }
    out += name;
    line += name.size() + 1;
  }
  return out;
}

Result<std::string> sign(std::string_view bytes, std::span<const SigningKey> keys, UtcSeconds now) {
  const auto message = read_message(bytes);
  const auto names = names_to_sign(message);
  const auto body = base64_encode(body_digest(message.body, Form::relaxed));
  std::string fields;
  for (const auto& one : keys) {
    std::string field = "DKIM-Signature: v=1; a=";
    field.append(algorithm_of(one.key->kind())).append("; c=relaxed/relaxed; d=" + one.domain);
    field += ";\r\n\ts=" + one.selector + "; t=" + std::to_string(now.time_since_epoch().count());
    field += ";\r\n\th=" + folded_names(names) + ";\r\n\tbh=" + body + ";\r\n\t";
    const auto unsigned_field = field + "b=";
    const auto value = std::string_view(unsigned_field).substr(unsigned_field.find(':') + 1);
    const auto digest =
        header_digest(message, Form::relaxed, names, {"DKIM-Signature", unsigned_field, value});
    KONTOR_TRY(const auto signature, one.key->sign(digest));
    fields += field + folded_value(signature) + "\r\n";
  }
  return fields;
}

}  // namespace kontor::filter::dkim
