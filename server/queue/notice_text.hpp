// SPDX-License-Identifier: GPL-3.0-or-later
// The words of notices in each language: what happened and what a person can do about it. UTF-8,
// lines end with LF. Pure.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "server/queue/notice.hpp"

namespace kontor::queue {

struct ToldRecipient {
  std::string_view address;
  std::string status;
  const Outcome* outcome = nullptr;
};

// `language` is one of the setting's; another is read as English.
std::string_view notice_subject(NoticeKind kind, std::string_view language);
std::string notice_text(NoticeKind kind,
                        std::string_view language,
                        std::string_view server,
                        const std::vector<ToldRecipient>& recipients);
// What a status means to a person (RFC 3463; the detail decides, then the subject, then nothing).
std::string_view status_sentence(std::string_view status, std::string_view language);

}  // namespace kontor::queue
