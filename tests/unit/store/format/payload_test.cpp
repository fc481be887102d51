// SPDX-License-Identifier: GPL-3.0-or-later
// decode(encode(x)) == x for every kind of payload, bytes fixed for ever by examples, and hostile
// bytes that must only fail.
#include "store/format/payload.hpp"

#include <gtest/gtest.h>

#include <random>

#include "base/core/text.hpp"
#include "store/format/bytes.hpp"

namespace kontor::store {
namespace {

class Random {
 public:
  explicit Random(unsigned seed) : random_(seed) {}
  std::uint64_t number() { return random_() >> random_() % 64; }
  std::uint32_t small(std::uint32_t below) { return static_cast<std::uint32_t>(random_() % below); }
  std::string text() {
    std::string out(small(20), '\0');
    for (auto& c : out) c = static_cast<char>(random_());
    return out;
  }
  std::vector<std::string> texts() {
    std::vector<std::string> out(small(4));
    for (auto& one : out) one = text();
    return out;
  }
  Uuid uuid() {
    std::array<std::uint8_t, 16> bytes{};
    for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random_());
    return Uuid(bytes);
  }
  UtcSeconds time() {
    const auto value = static_cast<std::int64_t>(number() >> 1U);
    return UtcSeconds(std::chrono::seconds(small(2) == 0 ? value : -value));
  }
  std::vector<Uid> uids() {
    std::vector<Uid> out;
    Uid last = 0;
    for (std::uint32_t i = small(30); i > 0; --i) out.push_back(last += 1 + small(3) * small(1000));
    return out;
  }

 private:
  std::mt19937_64 random_;
};

template <class Frame>
Frame transfer_of(Random& r) {
  Frame f;
  f.from = static_cast<FolderId>(r.number());
  f.to = static_cast<FolderId>(r.number());
  f.first_uid = static_cast<Uid>(r.number());
  f.save_date = r.time();
  for (std::uint32_t i = r.small(3); i > 0; --i) f.keyword_sets.push_back(r.texts());
  for (std::uint32_t i = r.small(5); i > 0; --i) {
    TransferRow row;
    row.from = static_cast<Uid>(r.number());
    row.item = r.number();
    row.flags = static_cast<FlagBits>(r.number());
    row.keywords = r.small(static_cast<std::uint32_t>(f.keyword_sets.size()) + 1);
    row.internal_date = r.time();
    f.rows.push_back(row);
  }
  return f;
}

Payload object_of(Random& r) {
  ObjectFrame f;
  f.folder = static_cast<FolderId>(r.number());
  f.uid = static_cast<Uid>(r.number());
  f.name = r.text();
  f.keys.uid = r.text();
  f.keys.kind = static_cast<ObjectKind>(r.small(6));
  f.keys.begin = r.time();
  f.keys.end = r.time();
  return f;
}

Payload folder_of(Random& r) {
  FolderFrame f;
  f.action = static_cast<FolderAction>(r.small(4));
  f.id = static_cast<FolderId>(r.number());
  f.name = r.text();
  f.folder_class = static_cast<FolderClass>(r.small(5));
  f.special_use = static_cast<SpecialUse>(r.small(9));
  f.uid_validity = static_cast<std::uint32_t>(r.number());
  f.guid = r.uuid();
  f.date = r.time();
  return f;
}

// A random payload of each kind; `texts` keeps the bytes that views of a deliver frame point to.
std::vector<Payload> one_of_each(Random& r, std::vector<std::string>& texts) {
  texts.resize(5);
  for (auto& text : texts) text = r.text();
  DeliverFrame deliver;
  deliver.folder = static_cast<FolderId>(r.number());
  deliver.uid = static_cast<Uid>(r.number());
  deliver.flags = static_cast<FlagBits>(r.number());
  deliver.internal_date = r.time();
  deliver.save_date = r.time();
  deliver.keywords = r.texts();
  deliver.guid = r.uuid();
  deliver.thread = r.number();
  deliver.header_size = static_cast<std::uint32_t>(r.number());
  deliver.envelope = texts[0];
  deliver.body = texts[1];
  deliver.bodystructure = texts[2];
  deliver.preview = texts[3];
  deliver.raw = texts[4];
  const auto folder = static_cast<FolderId>(r.number());
  return {
      AccountFrame{r.uuid(), static_cast<AccountKind>(r.small(4)), r.time()},
      BindingFrame{{r.text(), r.uuid()}},
      deliver,
      transfer_of<CopyFrame>(r),
      transfer_of<MoveFrame>(r),
      FlagsFrame{folder, static_cast<FlagAction>(r.small(3)), static_cast<FlagBits>(r.number()),
                 r.texts(), r.uids()},
      ExpungeFrame{folder, r.time(), r.uids()},
      PurgeFrame{folder, r.small(2) == 1, r.uids()},
      folder_of(r),
      AclFrame{folder, {r.text(), r.uuid()}, r.text()},
      AnnotationFrame{folder, r.number(), r.text(), r.text(), r.small(2) == 1},
      object_of(r),
      KeywordFrame{static_cast<KeywordSetId>(r.number()), r.texts()},
      SubscriptionFrame{r.text(), r.small(2) == 1},
      BatchEndFrame{static_cast<std::uint32_t>(r.number())},
      NoteFrame{static_cast<NoteKind>(r.small(3)), r.time(), r.text()},
      PruneFrame{r.number()},
      StubFrame{folder, static_cast<Uid>(r.number()), static_cast<FlagBits>(r.number()), r.time(),
                r.time(), r.texts(), r.uuid(), r.number(), static_cast<std::uint32_t>(r.number()),
                static_cast<std::uint32_t>(r.number())}};
}

TEST(Payload, WhatIsWrittenIsRead) {
  for (unsigned seed = 0; seed < 300; ++seed) {
    Random random(seed);
    std::vector<std::string> texts;
    const auto payloads = one_of_each(random, texts);
    ASSERT_EQ(payloads.size(), std::variant_size_v<Payload>);
    for (std::size_t i = 0; i < payloads.size(); ++i) {
      ASSERT_EQ(payloads[i].index(), i);
      const auto bytes = encode_payload(payloads[i]);
      const auto read = decode_payload(type_of(payloads[i]), bytes);
      ASSERT_TRUE(read) << name_of(type_of(payloads[i])) << ' ' << read.error().text();
      EXPECT_EQ(*read, payloads[i]) << name_of(type_of(payloads[i]));
    }
  }
}

TEST(Payload, EveryCutAndEveryExtraByteIsRefused) {
  Random random(7);
  std::vector<std::string> texts;
  for (const auto& payload : one_of_each(random, texts)) {
    const auto type = type_of(payload);
    const auto bytes = encode_payload(payload);
    for (std::size_t size = 0; size < bytes.size(); ++size)
      EXPECT_FALSE(decode_payload(type, bytes.substr(0, size))) << name_of(type) << ' ' << size;
    EXPECT_FALSE(decode_payload(type, bytes + 'x')) << name_of(type);
    auto later = bytes;
    later[0] = 2;
    EXPECT_EQ(decode_payload(type, later).error().code(), Errc::unsupported) << name_of(type);
  }
}

TEST(Payload, ChangedBytesNeverDoMoreThanFail) {
  std::mt19937 random(11);
  for (unsigned seed = 0; seed < 200; ++seed) {
    Random r(seed);
    std::vector<std::string> texts;
    for (const auto& payload : one_of_each(r, texts)) {
      auto bytes = encode_payload(payload);
      for (int i = 0; i < 3; ++i) bytes[random() % bytes.size()] = static_cast<char>(random());
      const auto read = decode_payload(type_of(payload), bytes);
      if (read) EXPECT_EQ(read->index(), payload.index());
    }
  }
}

struct Example {
  Payload payload;
  std::string_view hex;
};

// Version 1 is frozen: these bytes stand in docs/formats/frames.md.
TEST(Payload, BytesOfVersionOne) {
  FlagsFrame flags;
  flags.folder = 1;
  flags.flags = k_seen;
  flags.keywords = {"Work"};
  flags.uids = {3, 4, 5, 300};
  ExpungeFrame expunge;
  expunge.folder = 300;
  expunge.date = UtcSeconds(std::chrono::seconds(1'800'000'000));
  expunge.uids = {7};
  CopyFrame copy;
  copy.from = 1;
  copy.to = 2;
  copy.first_uid = 9;
  copy.rows.push_back({5, 40, k_flagged, 0, UtcSeconds(std::chrono::seconds(-1))});
  for (const auto& [payload, hex] :
       {Example{flags,
                "0101010101045"
                "76f726b020302a70200"},
        Example{expunge, "01ac0280c8ceb40d010700"}, Example{copy, "0101020900000105280400 01"},
        Example{SubscriptionFrame{"Junk", true}, "01044a756e6b01"}}) {
    std::string expected;
    for (const char c : hex)
      if (c != ' ') expected += c;
    EXPECT_EQ(hex_encode(encode_payload(payload)), expected);
  }
}

TEST(Payload, ADeliverFrameCanBeReadByRange) {
  DeliverFrame frame;
  frame.envelope = "(envelope)";
  frame.preview = "preview";
  frame.raw = "the message";
  auto bytes = encode_payload(frame);
  const auto whole = decode_deliver_head(bytes);
  ASSERT_TRUE(whole);
  EXPECT_EQ(bytes.substr(whole->raw_offset), "the message");
  EXPECT_EQ(whole->raw_size, 11U);
  const auto part = bytes.substr(0, whole->raw_offset);
  EXPECT_EQ(decode_deliver_head(part)->frame.envelope, "(envelope)");
  set_deliver_uid(bytes, 77);
  EXPECT_EQ(decode_deliver_head(bytes)->frame.uid, 77U);
  for (std::size_t i = k_deliver_prefix; i < part.size(); ++i) {
    auto damaged = part;
    damaged[i] = static_cast<char>(damaged[i] ^ 4);
    EXPECT_EQ(decode_deliver_head(damaged).error().code(), Errc::corrupt) << i;
  }
}

TEST(Payload, AShortSetOfRangesCannotFillMemory) {
  ByteWriter out;
  out.fixed(std::uint8_t{1});
  out.varint(1);  // folder
  out.time({});
  out.varint(1);  // one range
  out.varint(1);
  out.varint(4'000'000'000);
  EXPECT_EQ(decode_payload(FrameType::expunge, out.take()).error().code(), Errc::corrupt);
}

TEST(Bytes, VarintsHaveTheirLimits) {
  for (const std::uint64_t value : {std::uint64_t{0}, std::uint64_t{127}, std::uint64_t{128},
                                    std::uint64_t{UINT32_MAX}, std::uint64_t{UINT64_MAX}}) {
    ByteWriter out;
    out.varint(value);
    const auto bytes = out.take();
    ByteReader in(bytes);
    EXPECT_EQ(in.varint(), value);
    EXPECT_TRUE(in.ok() && in.at_end());
  }
  ByteReader too_long("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02");
  EXPECT_EQ(too_long.varint(), 0U);
  EXPECT_FALSE(too_long.ok());
  ByteReader too_large("\xff\xff\xff\xff\x1f");
  EXPECT_EQ(too_large.number<std::uint32_t>(), 0U);
  EXPECT_FALSE(too_large.ok());
  for (const std::int64_t value : {INT64_MIN, std::int64_t{-1}, std::int64_t{0}, INT64_MAX}) {
    ByteWriter out;
    out.zigzag(value);
    const auto bytes = out.take();
    EXPECT_EQ(ByteReader(bytes).zigzag(), value);
  }
}

}  // namespace
}  // namespace kontor::store
