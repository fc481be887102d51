// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/delivery/own_lists.hpp"

#include <algorithm>

#include "base/core/text.hpp"

namespace kontor::delivery {
namespace {

std::string entry_of(OwnList list) { return std::string(k_own_lists).append(name_of(list)); }

std::string_view value_of(const store::AnnotationMap& notes, OwnList list) {
  const auto found = notes.find(entry_of(list));
  return found == notes.end() ? std::string_view() : std::string_view(found->second);
}

std::optional<config::PeerList> read_row(std::string_view row) {
  if (row.empty() || row.size() > k_longest_own || !is_utf8(row)) return std::nullopt;
  auto one = config::PeerList::parse({std::string(row)});
  return one ? std::optional(*std::move(one)) : std::nullopt;
}

// How near a row comes to somebody: 0, not at all; a server; a domain; an address.
int nearness(std::string_view row, const Stranger& stranger) {
  const auto one = read_row(row);
  if (!one) return 0;
  for (const auto& address : stranger.addresses)
    if (one->has_sender(address)) return row.starts_with('@') ? 2 : 3;
  const bool is_server = (!stranger.client.empty() && one->has_address(stranger.client)) ||
                         (!stranger.client_name.empty() && one->has_name(stranger.client_name));
  return is_server ? 1 : 0;
}

int nearness(const std::vector<std::string>& rows, const Stranger& stranger) {
  int nearest = 0;
  for (const auto& row : rows) nearest = std::max(nearest, nearness(row, stranger));
  return nearest;
}

store::AnnotationChange change_to(OwnList list, const std::vector<std::string>& rows) {
  store::AnnotationChange change{entry_of(list), std::nullopt};
  if (!rows.empty()) change.value = join(rows, "\n") + "\n";
  return change;
}

}  // namespace

std::string_view name_of(OwnList list) noexcept {
  return list == OwnList::blocked ? "blocked" : "allowed";
}

std::vector<std::string> own_list(const store::AnnotationMap& notes, OwnList list) {
  std::vector<std::string> out;
  for (const auto line : split(value_of(notes, list).substr(0, k_own_bytes), '\n')) {
    auto row = to_lower(trim(line));
    if (out.size() >= k_most_own) break;
    if (read_row(row) && std::ranges::find(out, row) == out.end()) out.push_back(std::move(row));
  }
  return out;
}

bool has_own_lists(const store::AnnotationMap& notes) {
  const auto at = notes.lower_bound(k_own_lists);
  return at != notes.end() && at->first.starts_with(k_own_lists);
}

Opinion opinion_of(const store::AnnotationMap& notes, const Stranger& stranger) {
  if (!has_own_lists(notes)) return Opinion::none;
  const auto allowed = nearness(own_list(notes, OwnList::allowed), stranger);
  const auto blocked = nearness(own_list(notes, OwnList::blocked), stranger);
  if (allowed == 0 && blocked == 0) return Opinion::none;
  return allowed >= blocked ? Opinion::allowed : Opinion::blocked;
}

Result<std::vector<store::AnnotationChange>> add_own(const store::AnnotationMap& notes,
                                                     OwnList list,
                                                     std::string_view text) {
  const auto row = to_lower(trim(text));
  if (!read_row(row))
    return fail(Errc::bad_input,
                "\"" + row + "\" is neither an address nor @domain nor a network nor a server");
  auto rows = own_list(notes, list);
  if (std::ranges::find(rows, row) != rows.end())
    return fail(Errc::exists, row + " is on that list already");
  rows.push_back(row);
  std::size_t bytes = 0;
  for (const auto& one : rows) bytes += one.size() + 1;
  if (rows.size() > k_most_own || bytes > k_own_bytes)
    return fail(Errc::limit, "the list is full: it may have 1000 rows and 64 KB");
  std::vector<store::AnnotationChange> changes(1, change_to(list, rows));
  const auto other = list == OwnList::blocked ? OwnList::allowed : OwnList::blocked;
  auto rest = own_list(notes, other);
  if (std::erase(rest, row) > 0) changes.push_back(change_to(other, rest));
  return changes;
}

Result<std::vector<store::AnnotationChange>> remove_own(const store::AnnotationMap& notes,
                                                        std::string_view text) {
  const auto row = to_lower(trim(text));
  std::vector<store::AnnotationChange> changes;
  for (const auto list : {OwnList::blocked, OwnList::allowed}) {
    auto rows = own_list(notes, list);
    if (std::erase(rows, row) > 0) changes.push_back(change_to(list, rows));
  }
  if (changes.empty()) return fail(Errc::not_found, row + " is on no list of his");
  return changes;
}

}  // namespace kontor::delivery
