// SPDX-License-Identifier: GPL-3.0-or-later
#include "search/index/stored_texts.hpp"

namespace kontor::search {
namespace {

constexpr unsigned char k_given = 0x80;

void append(std::string& out, unsigned char kind, std::string_view text) {
  out.push_back(static_cast<char>(kind));
  for (auto left = text.size();; left >>= 7U) {
    const auto low = static_cast<unsigned char>(left & 0x7fU);
    if (left < 0x80) {
      out.push_back(static_cast<char>(low));
      break;
    }
    out.push_back(static_cast<char>(low | 0x80U));
  }
  out.append(text);
}

}  // namespace

void StoredTexts::add_folded(Field field, std::string_view folded) {
  append(bytes_, static_cast<unsigned char>(field), folded);
}

void StoredTexts::add_given(const FieldText& text) {
  append(bytes_, static_cast<unsigned char>(static_cast<unsigned>(text.field) | k_given),
         text.text);
}

bool next_text(std::string_view& bytes, StoredText& out) {
  if (bytes.empty()) return false;
  const auto kind = static_cast<unsigned char>(bytes.front());
  if ((kind & ~k_given) >= k_fields) return false;
  out.field = static_cast<Field>(kind & ~k_given);
  out.given = (kind & k_given) != 0;
  bytes.remove_prefix(1);
  std::uint64_t size = 0;
  for (unsigned shift = 0;; shift += 7) {
    if (bytes.empty() || shift > 56) return false;
    const auto byte = static_cast<unsigned char>(bytes.front());
    bytes.remove_prefix(1);
    size |= std::uint64_t{byte & 0x7fU} << shift;
    if (byte < 0x80) break;
  }
  if (size > bytes.size()) return false;
  out.text = bytes.substr(0, size);
  bytes.remove_prefix(size);
  return true;
}

bool given_texts(std::string_view bytes, std::vector<FieldText>& out) {
  StoredText text;
  while (!bytes.empty()) {
    if (!next_text(bytes, text)) return false;
    if (text.given) out.push_back({text.field, std::string(text.text)});
  }
  return true;
}

}  // namespace kontor::search
