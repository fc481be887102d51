// SPDX-License-Identifier: GPL-3.0-or-later
// The pages themselves.
#pragma once
#include <memory>
#include <vector>

#include "admin-mmc/forms/page.hpp"
#include "admin-mmc/tab/subject.hpp"

namespace kontor::admin {

// Of a user: mail, rights, policies; of a group: mail, and what it was given; of a contact: mail.
std::vector<std::unique_ptr<Page>> pages_of(const std::shared_ptr<Subject>& subject);
// The newest messages to and from an address, in a window of its own, with what became of each.
void show_messages(HWND parent, const std::shared_ptr<Api>& api, const std::wstring& address);

}  // namespace kontor::admin
