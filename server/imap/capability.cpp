// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/imap/capability.hpp"

#include <algorithm>
#include <array>

#include "server/imap/command.hpp"
#include "server/imap/message_limit.hpp"

namespace kontor::imap {
namespace {

// Extensions that are no command of their own. FETCH and SEARCH items are announced here too.
constexpr std::array<std::string_view, 29> k_after_sign_in{
    "CHILDREN",           // RFC 3348
    "LIST-STATUS",        // RFC 5819
    "SPECIAL-USE",        // RFC 6154
    "SEARCHRES",          // RFC 5182
    "WITHIN",             // RFC 5032
    "PREVIEW",            // RFC 8970
    "SAVEDATE",           // RFC 8514
    "QRESYNC",            // RFC 7162
    "OBJECTID",           // RFC 8474
    "BINARY",             // RFC 3516
    "CATENATE",           // RFC 4469
    "URL-PARTIAL",        // RFC 5550
    "URLAUTH=BINARY",     // RFC 5524
    "UTF8=ACCEPT",        // RFC 6855
    "UIDONLY",            // RFC 9586
    "INPROGRESS",         // RFC 9585
    "RIGHTS=kxten",       // RFC 4314
    "LIST-MYRIGHTS",      // RFC 8440
    "LIST-METADATA",      // RFC 9590
    "QUOTA=RES-STORAGE",  // RFC 9208
    "QUOTA=RES-MESSAGE",
    "SORT=DISPLAY",  // RFC 5957
    "THREAD=REFS",   // draft-ietf-morg-inthread
    "CONTEXT=SORT",  // RFC 5267
    "PARTIAL",       // RFC 9394
    "SEARCH=FUZZY",  // RFC 6203
    "I18NLEVEL=1",   // RFC 5255
    "QUOTA=RES-MAILBOX",
    "QUOTA=RES-ANNOTATION-STORAGE",
};

class Words {
 public:
  void add(std::string_view word) {
    if (word.empty() || std::ranges::find(words_, word) != words_.end()) return;
    words_.emplace_back(word);
  }
  std::string text() const {
    std::string out;
    for (const auto& word : words_) {
      if (!out.empty()) out.push_back(' ');
      out.append(word);
    }
    return out;
  }

 private:
  std::vector<std::string> words_;
};

}  // namespace

std::string capability_text(const Session& session) {
  Words words;
  words.add("IMAP4rev2");
  words.add("IMAP4rev1");
  words.add("LITERAL+");  // RFC 7888
  const bool signed_in = session.identity.has_value();
  const unsigned states = signed_in ? k_signed_in : k_not_authenticated;
  for (const auto& row : commands())
    if ((row.states & states) != 0) words.add(row.capability);
  if (signed_in) {
    for (const auto word : k_after_sign_in) words.add(word);
    if (const auto limit = message_limit(session); limit != 0)
      words.add("MESSAGELIMIT=" + std::to_string(limit));  // RFC 9738
    if (session.env.settings.imap.compress && session.deflated == nullptr)
      words.add("COMPRESS=DEFLATE");                                                    // RFC 4978
    words.add("APPENDLIMIT=" + std::to_string(session.env.settings.smtp.max_message));  // RFC 7889
    return words.text();
  }
  const bool tls = session.stream->is_tls();
  if (!tls) {
    if (session.env.tls()) words.add("STARTTLS");
    words.add("LOGINDISABLED");  // RFC 9051, 6.2.3: no password without TLS
  }
  for (const auto& mechanism : session.env.sign_in.mechanisms(tls)) words.add("AUTH=" + mechanism);
  return words.text();
}

}  // namespace kontor::imap
