// SPDX-License-Identifier: GPL-3.0-or-later
// What an import takes from the replies of an IMAP server (server/imap_client): folders, messages
// with their marks. Pure; unknown data is passed over.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/result.hpp"
#include "base/core/time.hpp"
#include "server/admin/sources/message.hpp"
#include "server/imap_client/reply.hpp"

namespace kontor::admin::imap_source {

using imap_client::literal_behind;
using imap_client::number_in;
using imap_client::parse_reply;
using imap_client::quoted;
using imap_client::Reply;
using imap_client::Value;

struct ListedFolder {
  std::string name;  // as the server spells it
  char delimiter = 0;
  std::vector<std::string> attributes;  // in lower case: "\sent"
  bool has(std::string_view attribute) const;
};
std::optional<ListedFolder> listed_folder(const Reply& reply);  // LIST and LSUB

struct FetchedMessage {
  std::uint32_t uid = 0;
  std::optional<std::uint64_t> size;
  std::optional<UtcSeconds> date;
  std::optional<sources::Marks> marks;
  std::optional<std::string> body;  // BODY[]
};
std::optional<FetchedMessage> fetched_message(Reply reply);

// The prefixes of the folders that are the user's own, and of all others (RFC 2342).
struct Namespaces {
  struct Space {
    std::string prefix;
    char delimiter = 0;
  };
  std::vector<Space> own, others;
};
Namespaces namespaces_of(const Reply& reply);

}  // namespace kontor::admin::imap_source
