// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/tools/replacement.hpp"

#include <fmt/format.h>

#include "base/mime/header.hpp"
#include "store/log/frame.hpp"
#include "store/log/recover.hpp"
#include "store/mailbox/account_index.hpp"
#include "store/mailbox/plan.hpp"
#include "store/mailbox/snapshot.hpp"

namespace kontor::store {
namespace {

constexpr const char* k_damaged = "Damaged";  // the keyword
constexpr std::uint32_t k_max_depth = 100, k_max_parts = 10'000;
constexpr Uid k_likely_uid = 1U << 24U;  // above it, one that stands in damaged bytes is no UID

NewFrame frame_of(FrameType type, std::string payload) {
  NewFrame frame;
  frame.type = type;
  frame.payload = std::move(payload);
  return frame;
}

}  // namespace

Identity identify(io::FileSystem& files, const std::string& folder) {
  Identity identity;
  const auto snapshot = read_snapshot(files, folder);
  if (snapshot && !snapshot->state.id.is_nil()) {
    identity.account = snapshot->state.id;
    identity.owner = snapshot->state.owner;
    return identity;
  }
  const auto named = Uuid::parse(folder.substr(folder.rfind('/') + 1));
  if (!named) return identity;
  identity.account = *named;
  const auto index = read_account_index(files, io::parent_of(io::parent_of(folder)));
  const auto known = index.find(*identity.account);
  if (known != index.end()) identity.owner = known->second;
  return identity;
}

Replacement::Replacement(const Diagnosis& diagnosis,
                         LogDevice& device,
                         Identity identity,
                         UtcSeconds now)
    : diagnosis_(diagnosis), device_(device), now_(now) {
  if (identity.account && identity.owner)
    beginning_ = plan_account(*identity.account, *identity.owner, {}, now);
  for (const auto& remains : diagnosis.remains)
    if (!remains.mended && remains.raw_offset != 0) messages_.emplace(remains.sequence, &remains);
}

NewFrame Replacement::note(std::uint64_t sequence) const {
  NoteFrame frame;
  frame.kind = NoteKind::text;
  frame.date = now_;
  for (const auto& gap : diagnosis_.gaps)
    if (gap.first == sequence)
      frame.text = fmt::format("frames {} to {} at {} were lost", gap.first, gap.last,
                               position_text(gap.begin));
  return frame_of(FrameType::note, encode_payload(frame));
}

Result<std::optional<NewFrame>> Replacement::message(const Remains& remains) const {
  KONTOR_TRY(const auto payload,
             device_.read(remains.position.file, remains.position.offset + k_frame_header_size,
                          remains.size - k_frame_header_size));
  std::string raw = payload.substr(std::min<std::size_t>(remains.raw_offset, payload.size()));
  const Uid uid = remains.uid < k_likely_uid ? remains.uid : 0;
  if (remains.head_is_whole) {
    KONTOR_TRY(auto head, decode_deliver_head(payload));
    head.frame.keywords.emplace_back(k_damaged);
    head.frame.raw = raw;
    head.frame.uid = uid;
    return frame_of(FrameType::deliver, encode_payload(std::move(head.frame)));
  }
  NewMessage made;
  made.keywords = {k_damaged};
  made.internal_date = now_;
  if (const auto date = mime::parse_date(remains.date)) made.internal_date = *date;
  made.message = prepare_message(std::move(raw), k_max_depth, k_max_parts);
  KONTOR_TRY(auto encoded, encode_message(made, k_inbox, now_));
  set_deliver_uid(encoded, 0);  // the UID that stands there may be another folder's
  return frame_of(FrameType::deliver, std::move(encoded));
}

Result<NewFrame> Replacement::operator()(std::uint64_t sequence) const {
  const auto found = messages_.find(sequence);
  if (found != messages_.end()) {
    KONTOR_TRY(auto frame, message(*found->second));
    if (frame) return *std::move(frame);
  }
  if (sequence <= beginning_.size()) return beginning_[sequence - 1];
  return note(sequence);
}

}  // namespace kontor::store
