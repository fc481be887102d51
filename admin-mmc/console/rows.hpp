// SPDX-License-Identifier: GPL-3.0-or-later
// The rows of one list, as much of it as is looked at: the interface sorts, filters and gives it
// in parts, so that ten thousand mailboxes cost what the screen shows.
#pragma once
#include <map>
#include <memory>

#include "admin-mmc/console/lists.hpp"

namespace kontor::admin {

class Rows {
 public:
  Rows(std::shared_ptr<Api> api, const List& list) : api_(std::move(api)), list_(list) {}

  // Asks for the first part again and forgets the others. Throws HttpError and ApiError.
  void load();
  unsigned total() const { return total_; }
  // null when the interface does not give that row any more.
  const Json& at(unsigned index);

  // From the next load() on.
  void sort(int column, bool descending);
  void filter(std::wstring text) { query_.filter = std::move(text); }
  const std::wstring& filter() const { return query_.filter; }
  // Further query members (of the message trace).
  void more(std::string members) { query_.more = std::move(members); }
  const std::string& more() const { return query_.more; }

 private:
  void load_part(unsigned part);

  std::shared_ptr<Api> api_;
  const List& list_;
  ListQuery query_;
  unsigned total_ = 0;
  std::map<unsigned, std::vector<Json>> parts_;
};

}  // namespace kontor::admin
