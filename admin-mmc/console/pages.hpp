// SPDX-License-Identifier: GPL-3.0-or-later
// The pages of property sheets. Each asks the interface when it is shown first, and writes only
// what was changed.
#pragma once
#include <functional>

#include "admin-mmc/client/api.hpp"
#include "admin-mmc/console/lists.hpp"
#include "admin-mmc/forms/page.hpp"

namespace kontor::admin {

// A mailbox: how the interface calls it. What is called after a change tells the console.
struct Mailbox {
  std::shared_ptr<Api> api;
  std::string key;
  std::shared_ptr<SheetNotice> notice;
  // Asked when a page is shown first, where server and key are not known before; may throw.
  std::function<Mailbox()> find;

  void ready();

  std::string path(const char* rest = "") const;
};

std::unique_ptr<Page> general_page(const Mailbox& mailbox);
std::unique_ptr<Page> quota_page(const Mailbox& mailbox);
std::unique_ptr<Page> rights_page(const Mailbox& mailbox, Word title = Word::rights);
std::unique_ptr<Page> policy_page(const Mailbox& mailbox, Word title = Word::policies);

// Values of an object, one below the other: what GET `path` says, or `known` when that is empty.
std::unique_ptr<Page> details_page(std::shared_ptr<Api> api, std::string path, Json known);
// The rows of a list that lies in an object: recipients of a message, members of a group.
std::unique_ptr<Page> table_page(std::shared_ptr<Api> api,
                                 std::string path,
                                 const char* member,
                                 Word title,
                                 std::span<const Column> columns);

// What a quota says that a person entered ("2 GB", "2гб", "none"), as the interface takes it;
// empty: it is none.
std::string quota_value(const std::wstring& text);
std::wstring quota_text(const Json& limit);

}  // namespace kontor::admin
