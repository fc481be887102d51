// SPDX-License-Identifier: GPL-3.0-or-later
#include "admin-mmc/console/rows.hpp"

#include <algorithm>

namespace kontor::admin {
namespace {

constexpr unsigned part_rows = 200, most_parts = 50, newest_rows = 500;

// Which of these domains wait in the queue is said by the queue.
void mark_paused(Api& api, std::vector<Json>& domains) {
  const Json paused = api.list("/queue/paused", {});
  const Json& items = paused.is_object() && paused.contains("items") ? paused["items"] : paused;
  for (Json& domain : domains) {
    domain["paused"] = std::any_of(items.begin(), items.end(), [&](const Json& one) {
      return text_of(one, "paused") == text_of(domain, "name");
    });
  }
}

}  // namespace

void Rows::load() {
  parts_.clear();
  total_ = 0;
  load_part(0);
}

void Rows::load_part(unsigned part) {
  if (parts_.size() >= most_parts) parts_.clear();
  auto& rows = parts_[part];  // stays empty when the interface fails: it is not asked for each row
  query_.limit = list_.in_parts ? part_rows : newest_rows;
  query_.offset = part * part_rows;
  Json said = api_->list(list_.path, query_);
  Json* items = &said;
  for (const char* name : {"items", "messages"}) {
    if (said.is_object() && said.contains(name)) items = &said[name];
  }
  if (!items->is_array()) items = nullptr;
  if (items) rows = items->get<std::vector<Json>>();
  if (list_.kind == Kind::domains) mark_paused(*api_, rows);
  total_ = said.is_object() && said.contains("total")
               ? static_cast<unsigned>(number_of(said, "total"))
               : static_cast<unsigned>(rows.size());
}

const Json& Rows::at(unsigned index) {
  static const Json none;
  if (index >= total_) return none;
  const unsigned part = list_.in_parts ? index / part_rows : 0;
  if (!parts_.contains(part)) {
    try {
      load_part(part);
    } catch (const std::exception&) {
      return none;
    }
  }
  const auto& rows = parts_[part];
  const unsigned place = index - part * part_rows;
  return place < rows.size() ? rows[place] : none;
}

void Rows::sort(int column, bool descending) {
  if (column < 0 || static_cast<std::size_t>(column) >= list_.columns.size()) return;
  query_.sort = std::string(descending ? "-" : "") + list_.columns[column].member;
}

}  // namespace kontor::admin
