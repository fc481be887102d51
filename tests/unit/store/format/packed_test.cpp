// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/format/packed.hpp"

#include <gtest/gtest.h>

#include <random>

#include "store/format/payload.hpp"

namespace kontor::store {
namespace {

// Text that packs to about a third.
std::string text_of(std::uint64_t size, unsigned seed = 1) {
  std::mt19937_64 random(seed);
  std::string text;
  while (text.size() < size) text += "word" + std::to_string(random() % 300) + " ";
  text.resize(size);
  return text;
}

std::string noise_of(std::uint64_t size) {
  std::mt19937_64 random(7);
  std::string noise(size, '\0');
  for (auto& c : noise) c = static_cast<char>(random());
  return noise;
}

DeliverFrame message_of(std::string_view raw) {
  DeliverFrame frame;
  frame.folder = 3;
  frame.uid = 7;
  frame.flags = k_seen;
  frame.internal_date = UtcSeconds(std::chrono::seconds(1'700'000'000));
  frame.save_date = UtcSeconds(std::chrono::seconds(1'700'000'009));
  frame.keywords = {"$Important"};
  frame.thread = 12;
  frame.header_size = 20;
  frame.envelope = "(envelope)";
  frame.preview = "preview";
  frame.raw = raw;
  return frame;
}

TEST(Packed, ComesBackAsItWas) {
  for (const std::uint64_t size : {200U, 4'000U, 131'071U, 131'072U, 131'073U, 400'000U}) {
    const auto text = text_of(size);
    const auto packed = pack(text);
    ASSERT_TRUE(packed) << size;
    EXPECT_LT(packed->size(), size * 15 / 16);
    const auto again = unpack(*packed, size);
    ASSERT_TRUE(again) << again.error().text();
    EXPECT_EQ(*again, text);
  }
}

TEST(Packed, WhatDoesNotPackStaysAsItIs) {
  EXPECT_FALSE(pack(""));
  EXPECT_FALSE(pack("a"));
  EXPECT_FALSE(pack(noise_of(300'000)));
}

TEST(Packed, ABlockThatDoesNotPackStandsAsItIsBesideOthers) {
  const auto mixed = text_of(k_pack_block) + noise_of(k_pack_block) + text_of(100);
  const auto packed = pack(mixed);
  ASSERT_TRUE(packed);
  EXPECT_GT(packed->size(), k_pack_block);
  EXPECT_EQ(*unpack(*packed, mixed.size()), mixed);
}

TEST(Packed, ARangeReadsOnlyTheBlocksItNeeds) {
  const auto text = text_of(5 * k_pack_block + 1'000);
  const auto packed = *pack(text);
  std::uint64_t read = 0;
  const ReadPacked reader = [&](std::uint64_t offset, std::uint64_t size) {
    read += size;
    return Result<std::string>(packed.substr(offset, size));
  };
  std::mt19937_64 random(3);
  for (int i = 0; i < 200; ++i) {
    const auto from = random() % (text.size() + 10);
    const auto count = random() % (i % 2 == 0 ? 500 : text.size());
    const auto part = unpack_range(text.size(), from, count, reader);
    ASSERT_TRUE(part) << part.error().text();
    EXPECT_EQ(*part, from < text.size() ? text.substr(from, count) : "");
  }
  read = 0;
  EXPECT_EQ(*unpack_range(text.size(), 3 * k_pack_block + 5, 100, reader),
            text.substr(3 * k_pack_block + 5, 100));
  EXPECT_LT(read, packed.size() / 4);
}

TEST(Packed, EveryDamageIsFound) {
  const auto text = text_of(k_pack_block + 3'000);
  const auto packed = *pack(text);
  std::mt19937_64 random(11);
  for (int i = 0; i < 2'000; ++i) {
    auto bad = packed;
    bad[random() % bad.size()] ^= static_cast<char>(1U << random() % 8);
    const auto again = unpack(bad, text.size());
    EXPECT_TRUE(!again || *again == text);  // zstd's header has bits that say nothing
    if (!again) {
      EXPECT_EQ(again.error().code(), Errc::corrupt);
    }
  }
  EXPECT_FALSE(unpack(packed.substr(0, packed.size() - 1), text.size()));
  EXPECT_FALSE(unpack(packed, text.size() + 1));
  EXPECT_FALSE(unpack("", text.size()));
}

TEST(PackedDeliver, KeepsTheHeadReadableAndTheMessageWhole) {
  const auto text = text_of(5'000);
  const auto plain = encode_payload(Payload(message_of(text)));
  const auto packed = pack_deliver(plain);
  ASSERT_TRUE(packed);
  EXPECT_LT(packed->size(), plain.size());
  const auto head = decode_deliver_head(*packed);
  ASSERT_TRUE(head) << head.error().text();
  EXPECT_TRUE(head->packed);
  EXPECT_EQ(head->raw_size, text.size());
  EXPECT_EQ(head->frame.envelope, "(envelope)");
  EXPECT_EQ(head->frame.uid, 7U);
  EXPECT_TRUE(check_deliver_length(*head, *packed));
  EXPECT_FALSE(check_deliver_length(*head, *packed + "x"));
  EXPECT_EQ(*unpack_deliver(*packed), plain);
  EXPECT_EQ(*unpack_deliver(plain), plain);
  EXPECT_FALSE(pack_deliver(*packed)) << "packed twice";
  EXPECT_EQ(decode_payload(FrameType::deliver, *packed).error().code(), Errc::bad_input);
}

TEST(PackedDeliver, AnotherFormOfPackingIsOfALaterVersion) {
  auto packed = *pack_deliver(encode_payload(Payload(message_of(text_of(5'000)))));
  packed[1] = 2;
  EXPECT_EQ(decode_deliver_head(packed).error().code(), Errc::unsupported);
  packed[0] = 3;
  EXPECT_EQ(decode_deliver_head(packed).error().code(), Errc::unsupported);
}

TEST(Stub, SaysAllButTheBytes) {
  const auto text = text_of(3'000);
  const auto plain = encode_payload(Payload(message_of(text)));
  for (const auto& payload : {plain, *pack_deliver(plain)}) {
    const auto stub = stub_of(payload);
    ASSERT_TRUE(stub) << stub.error().text();
    EXPECT_EQ(stub->folder, 3U);
    EXPECT_EQ(stub->uid, 7U);
    EXPECT_EQ(stub->flags, k_seen);
    EXPECT_EQ(stub->keywords, std::vector<std::string>{"$Important"});
    EXPECT_EQ(stub->thread, 12U);
    EXPECT_EQ(stub->header_size, 20U);
    EXPECT_EQ(stub->size, 3'000U);
    const auto bytes = encode_payload(Payload(*stub));
    EXPECT_LT(bytes.size(), 80U);
    EXPECT_EQ(*decode_payload(FrameType::stub, bytes), Payload(*stub));
  }
  EXPECT_FALSE(stub_of(plain.substr(0, plain.size() - 1)));
}

}  // namespace
}  // namespace kontor::store
