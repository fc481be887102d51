// SPDX-License-Identifier: GPL-3.0-or-later
// Managed attachments (RFC 8607): files that the server keeps for events and tasks.
//
// An attachment is an object of the folder k_attachment_folder of the account in which its event
// lies, so that quota, backup, restore and undelete need nothing of their own. Its name is its
// managed id, its key the id and the UID of its event, its bytes begin with two fields
// (docs/formats/attachments.md). It goes with its event.
#pragma once
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/task.hpp"
#include "calendar/text/component.hpp"
#include "store/mailbox/account.hpp"

namespace kontor::dav {

inline constexpr std::string_view k_attachment_folder = "attachment:managed";
inline constexpr std::size_t k_most_attachments = 50;  // of one event with all its instances

struct Attachment {
  std::string type;       // "application/pdf", without parameters
  std::string file_name;  // UTF-8, one level, at most 255 bytes
  std::string bytes;
};

// What a request's Content-Type and Content-Disposition say, made harmless.
Attachment attachment_of(std::string_view type, std::string_view disposition, std::string bytes);
std::string format_attachment(const Attachment& attachment);
std::optional<Attachment> parse_attachment(std::string_view stored);  // nothing: it is none

// The new managed id. over_quota, and the errors of Account::put_object().
Task<Result<std::string>> keep_attachment(store::Account& account,
                                          std::string uid,
                                          Attachment attachment);
// What is gone already is no matter.
Task<void> drop_attachments(store::Account& account, std::set<std::string> ids);

// Of an event that is in no calendar of the account any more. Does nothing, and costs nothing,
// where nobody has attached anything.
Task<void> drop_orphans(store::Account& account);
// Has the account attachments of that event? Memory only.
bool has_attachments(const store::AccountView& view, std::string_view uid);

struct StoredAttachment {
  store::ItemId item = 0;
  std::string uid;  // of its event
};
std::optional<StoredAttachment> find_attachment(const store::AccountView& view,
                                                const std::string& id);

// The managed ids that ATTACH properties name.
std::set<std::string> managed_ids(const calendar::Component& calendar);
std::set<std::string> managed_ids(std::string_view object);  // of bytes; none when they are broken

// "/dav/attachments/ACCOUNT/ID/NAME"
inline constexpr std::string_view k_attachments = "/dav/attachments/";
std::string path_of_attachment(const store::AccountId& account,
                               std::string_view id,
                               std::string_view file_name);
struct AttachmentName {
  store::AccountId account;
  std::string id;
};
std::optional<AttachmentName> parse_attachment_path(std::string_view path);

}  // namespace kontor::dav
