// SPDX-License-Identifier: GPL-3.0-or-later
// What the snap-in asks: a server, a name and password, a filter, what to look for.
#pragma once
#include <windows.h>

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "admin-mmc/client/api.hpp"

namespace kontor::admin {

// A server that could be signed in to; its certificate was trusted by Windows, or by the person.
std::optional<Server> ask_server(HWND parent);
// A name and password that the server takes; `why` is what it said before. False: given up.
bool ask_sign_in(HWND parent, Api& api, const std::wstring& why);
// A name and password that `try_it` is content with; what it throws is shown. False: given up.
bool ask_credentials(HWND parent,
                     const std::wstring& where,
                     const std::wstring& why,
                     const std::function<void(const Credentials&)>& try_it);
// The text to filter a list by; false: cancelled.
bool ask_filter(HWND parent, std::wstring& text);
// The members that the message trace is asked with; false: cancelled.
bool ask_trace(HWND parent, std::string& question);
// The members that ask for what went to or came from an address.
std::string trace_of(const std::wstring& address);
// Two steps: which mailbox, and who works in it. Gives the rights; false: cancelled.
bool share_mailbox(HWND parent, const std::shared_ptr<Api>& api);

// The roles that rights are given as, and their words.
const std::vector<std::string>& roles();
std::vector<std::wstring> role_words();

}  // namespace kontor::admin
