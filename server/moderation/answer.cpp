// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/moderation/answer.hpp"

#include <algorithm>
#include <array>

#include "base/core/text.hpp"
#include "base/crypto/digest.hpp"
#include "base/mime/decode.hpp"
#include "base/mime/header.hpp"
#include "base/mime/html_text.hpp"
#include "base/mime/letter.hpp"
#include "server/moderation/held.hpp"

namespace kontor::moderation {
namespace {

constexpr std::size_t k_longest_reason = 1'000, k_most_text = 100'000;
constexpr std::size_t k_id = 16, k_proof = 32;

constexpr std::array<std::string_view, 6> k_yes{"approve",  "approved", "accept",
                                                "одобрить", "одобряю",  "одобрено"};
constexpr std::array<std::string_view, 6> k_no{"reject",    "rejected", "decline",
                                               "отклонить", "отклоняю", "отклонено"};

struct Opening {
  std::optional<bool> is_approved;
  std::string_view rest;
};

// The first word of a line, and what stands behind it.
Opening opening_of(std::string_view line) {
  line = trim(line);
  const auto end = std::min(line.find_first_of(" \t.,:;!"), line.size());
  const auto word = mime::fold_case(line.substr(0, end));
  Opening out;
  if (std::ranges::find(k_yes, word) != k_yes.end()) out.is_approved = true;
  if (std::ranges::find(k_no, word) != k_no.end()) out.is_approved = false;
  auto rest = line.substr(end);
  while (!rest.empty() && std::string_view(" \t.,:;!").contains(rest.front()))
    rest.remove_prefix(1);
  out.rest = rest;
  return out;
}

bool is_quoted(std::string_view line) {
  return line.starts_with('>') || line.starts_with("-----") || line == "-- ";
}

// The reason goes on until an empty line or a quotation.
std::string reason_from(std::string_view first,
                        const std::vector<std::string_view>& lines,
                        std::size_t at) {
  std::string out(first);
  for (; at < lines.size() && !trim(lines[at]).empty() && !is_quoted(lines[at]); ++at)
    out.append(out.empty() ? "" : " ").append(trim(lines[at]));
  return std::string(mime::beginning(mime::one_line(out), k_longest_reason));
}

std::optional<Verdict> verdict_in(std::string_view text) {
  const auto lines = split(text, '\n');
  std::size_t at = 0;
  while (at < lines.size() && trim(lines[at]).empty()) ++at;
  if (at == lines.size()) return std::nullopt;
  const auto opening = opening_of(lines[at]);
  if (!opening.is_approved) return std::nullopt;
  Verdict out;
  out.is_approved = *opening.is_approved;
  out.reason = reason_from(opening.rest, lines, at + 1);
  return out;
}

}  // namespace

std::string shown_text(std::string_view message, const mime::Limits& limits, std::size_t most) {
  const auto structure = mime::parse(message, limits);
  const mime::Part* html = nullptr;
  for (std::size_t i = 0; i < structure.parts.size(); ++i) {
    const auto& part = structure.parts[i];
    // What is attached as a message is not the answer.
    if (part.is_message()) break;
    if (part.type != "text") continue;
    if (part.subtype == "plain") {
      auto text = mime::part_text(message, part);
      std::erase(text, '\r');
      return std::string(mime::beginning(text, most));
    }
    if (part.subtype == "html" && html == nullptr) html = &part;
  }
  if (html == nullptr) return {};
  auto text = mime::html_text(mime::part_text(message, *html));
  std::erase(text, '\r');
  return std::string(mime::beginning(text, most));
}

std::optional<Verdict> read_verdict(std::string_view message, const mime::Limits& limits) {
  const auto text = shown_text(message, limits, k_most_text);
  const auto end = message.find("\r\n\r\n");
  const auto header = message.substr(0, end == std::string_view::npos ? message.size() : end + 2);
  const auto subject =
      mime::decode_words(mime::field_value(header, "Subject").value_or(std::string()));
  const auto opening = opening_of(subject);
  auto by_text = verdict_in(text);
  if (!opening.is_approved) return by_text;
  if (by_text && by_text->is_approved != *opening.is_approved) return std::nullopt;
  if (by_text) return by_text;
  Verdict out;
  out.is_approved = *opening.is_approved;
  const auto lines = split(text, '\n');
  std::size_t at = 0;
  while (at < lines.size() && trim(lines[at]).empty()) ++at;
  out.reason = reason_from({}, lines, at);
  return out;
}

std::string token_of(std::string_view id, std::string_view key) {
  const auto proof = crypto::hmac_sha256(key, "answer\n" + std::string(id));
  return std::string(k_local_part) + std::string(id) + hex_encode(proof).substr(0, k_proof);
}

std::optional<std::string> id_in(std::string_view local_part, std::string_view key) {
  if (local_part.size() != k_local_part.size() + k_id + k_proof) return std::nullopt;
  const auto lower = to_lower(local_part);
  if (!lower.starts_with(k_local_part)) return std::nullopt;
  auto id = lower.substr(k_local_part.size(), k_id);
  if (!is_held_id(id) || !crypto::equal_in_constant_time(token_of(id, key), lower))
    return std::nullopt;
  return id;
}

}  // namespace kontor::moderation
