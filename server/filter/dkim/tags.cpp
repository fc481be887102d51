// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/filter/dkim/tags.hpp"

#include <algorithm>

#include "base/core/text.hpp"
#include "base/mime/tokens.hpp"

namespace kontor::filter::dkim {
namespace {

bool is_name(std::string_view name) noexcept {
  const auto is_alpha = [](char c) { return ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z'; };
  return !name.empty() && is_alpha(name.front()) &&
         std::ranges::all_of(name, [&](char c) { return is_alpha(c) || is_digit(c) || c == '_'; });
}

}  // namespace

Result<std::vector<Tag>> parse_tags(std::string_view text) {
  std::vector<Tag> tags;
  auto parts = split(text, ';');
  if (!parts.empty() && trim(parts.back()).empty()) parts.pop_back();  // the last ';' may be there
  for (const auto part : parts) {
    if (tags.size() == k_most_tags) return fail(Errc::bad_input, "too many tags");
    const auto equals = part.find('=');
    if (equals == std::string_view::npos) return fail(Errc::bad_input, "a tag without a value");
    const Tag tag{trim(part.substr(0, equals)), trim(part.substr(equals + 1))};
    if (!is_name(tag.name)) return fail(Errc::bad_input, "a tag without a name");
    if (find_tag(tags, tag.name))
      return fail(Errc::bad_input, std::string(tag.name) + "= is there twice");
    tags.push_back(tag);
  }
  return tags;
}

std::optional<std::string_view> find_tag(const std::vector<Tag>& tags, std::string_view name) {
  const auto found = std::ranges::find(tags, name, &Tag::name);
  return found == tags.end() ? std::nullopt : std::optional(found->value);
}

std::string without_blanks(std::string_view value) {
  std::string out(value);
  std::erase_if(out, mime::is_blank);
  return out;
}

}  // namespace kontor::filter::dkim
