// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/delivery/scripts.hpp"

#include <algorithm>

#include "base/core/text.hpp"
#include "base/crypto/digest.hpp"

namespace kontor::delivery {
namespace {

constexpr std::string_view k_script = "script/", k_active = "active", k_noted = "noted/";
constexpr std::size_t k_longest_name = 512;

std::string entry(std::string_view kind, std::string_view rest = {}) {
  return std::string(k_sieve).append(kind).append(rest);
}

// Names of entries are in lower case, names of scripts are not: the value has the name.
std::string script_entry(std::string_view name) {
  return entry(k_script, hex_encode(crypto::sha256(name).substr(0, 16)));
}

Script read_script(std::string_view value) {
  const auto end = std::min(value.find('\n'), value.size());
  Script out;
  out.name = value.substr(0, end);
  out.text = value.substr(std::min(end + 1, value.size()));
  return out;
}

std::string active_name(const store::AnnotationMap& notes) {
  const auto found = notes.find(entry(k_active));
  return found == notes.end() ? std::string() : found->second;
}

template <class Visit>
void for_each(const store::AnnotationMap& notes, std::string_view kind, Visit visit) {
  const auto prefix = entry(kind);
  for (auto at = notes.lower_bound(prefix); at != notes.end() && at->first.starts_with(prefix);
       ++at)
    visit(at->first, at->second);
}

std::string noted_entry(std::string_view key) {
  return entry(k_noted, hex_encode(crypto::sha256(key).substr(0, 12)));
}

std::int64_t number(std::string_view value) {
  return static_cast<std::int64_t>(parse_number<std::uint64_t>(value).value_or(0));
}

std::int64_t seconds_of(UtcSeconds time) { return time.time_since_epoch().count(); }

}  // namespace

std::vector<Script> scripts_of(const store::AnnotationMap& notes) {
  std::vector<Script> out;
  const auto active = active_name(notes);
  for_each(notes, k_script, [&](const std::string&, const std::string& value) {
    out.push_back(read_script(value));
    out.back().is_active = !active.empty() && out.back().name == active;
  });
  std::ranges::sort(out, {}, &Script::name);
  return out;
}

std::optional<Script> find_script(const store::AnnotationMap& notes, std::string_view name) {
  const auto found = notes.find(script_entry(name));
  if (found == notes.end()) return std::nullopt;
  auto script = read_script(found->second);
  script.is_active = active_name(notes) == name;
  return script;
}

std::optional<Script> active_script(const store::AnnotationMap& notes) {
  const auto name = active_name(notes);
  return name.empty() ? std::nullopt : find_script(notes, name);
}

bool is_script_name(std::string_view name) {
  if (name.empty() || name.size() > k_longest_name || !is_utf8(name)) return false;
  // RFC 5804, 1.6: U+0000-U+001F, U+007F-U+009F, U+2028 and U+2029 are forbidden
  for (std::size_t i = 0; i < name.size(); ++i) {
    const auto byte = static_cast<unsigned char>(name[i]);
    const auto rest = name.substr(i);
    if (byte < 0x20 || byte == 0x7F) return false;
    if (byte == 0xC2 && static_cast<unsigned char>(rest[1]) < 0xA0) return false;
    if (rest.starts_with("\xE2\x80\xA8") || rest.starts_with("\xE2\x80\xA9")) return false;
  }
  return true;
}

Result<void> check_script_room(const store::AnnotationMap& notes,
                               std::string_view name,
                               std::uint64_t bytes,
                               const config::Sieve& settings) {
  if (!is_script_name(name)) return fail(Errc::bad_input, "this is no name of a script");
  if (bytes > settings.max_script)
    return fail(Errc::over_quota,
                "size: a script may have " + std::to_string(settings.max_script) + " bytes");
  if (!notes.contains(script_entry(name)) && scripts_of(notes).size() >= settings.max_scripts)
    return fail(Errc::over_quota,
                "number: there may be " + std::to_string(settings.max_scripts) + " scripts");
  return {};
}

Result<Changes> put_script(const store::AnnotationMap& notes,
                           std::string_view name,
                           std::string_view text,
                           const config::Sieve& settings) {
  KONTOR_TRY(check_script_room(notes, name, text.size(), settings));
  Changes out;
  out.push_back({script_entry(name), std::string(name) + '\n' + std::string(text)});
  return out;
}

Result<Changes> delete_script(const store::AnnotationMap& notes, std::string_view name) {
  const auto script = find_script(notes, name);
  if (!script) return fail(Errc::not_found, "there is no such script");
  if (script->is_active) return fail(Errc::conflict, "this script is active");
  Changes out;
  out.push_back({script_entry(name), std::nullopt});
  return out;
}

Result<Changes> rename_script(const store::AnnotationMap& notes,
                              std::string_view from,
                              std::string_view to) {
  if (!is_script_name(to)) return fail(Errc::bad_input, "this is no name of a script");
  const auto script = find_script(notes, from);
  if (!script) return fail(Errc::not_found, "there is no such script");
  if (notes.contains(script_entry(to))) return fail(Errc::exists, "there is a script of that name");
  Changes out;
  out.push_back({script_entry(from), std::nullopt});
  out.push_back({script_entry(to), std::string(to) + '\n' + script->text});
  if (script->is_active) out.push_back({entry(k_active), std::string(to)});
  return out;
}

Result<Changes> activate_script(const store::AnnotationMap& notes, std::string_view name) {
  Changes out;
  if (name.empty()) {
    if (notes.contains(entry(k_active))) out.push_back({entry(k_active), std::nullopt});
    return out;
  }
  if (!find_script(notes, name)) return fail(Errc::not_found, "there is no such script");
  out.push_back({entry(k_active), std::string(name)});
  return out;
}

bool is_noted(const store::AnnotationMap& notes, std::string_view key, UtcSeconds now) {
  const auto found = notes.find(noted_entry(key));
  return found != notes.end() && number(found->second) > seconds_of(now);
}

void note(const store::AnnotationMap& notes,
          std::string_view key,
          std::chrono::seconds period,
          UtcSeconds now,
          Changes& changes) {
  std::vector<std::pair<std::int64_t, std::string>> known;
  for_each(notes, k_noted, [&](const std::string& name, const std::string& value) {
    known.emplace_back(number(value), name);
  });
  const auto own = noted_entry(key);
  if (known.size() >= k_most_noted) {
    std::ranges::sort(known);
    const auto over = known.size() - k_most_noted + 1;
    for (std::size_t i = 0; i < known.size(); ++i)
      if ((i < over || known[i].first <= seconds_of(now)) && known[i].second != own)
        changes.push_back({known[i].second, std::nullopt});
  }
  changes.push_back({own, std::to_string(seconds_of(now + period))});
}

}  // namespace kontor::delivery
