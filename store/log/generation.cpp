// SPDX-License-Identifier: GPL-3.0-or-later
// The footer is found from the end of the file: its last eight bytes say where its frame begins.
#include "store/log/generation.hpp"

#include "store/format/bytes.hpp"
#include "store/log/frame.hpp"

namespace kontor::store {
namespace {

constexpr std::uint8_t k_version = 1;
constexpr std::uint64_t k_trailer = 8;

Result<std::uint64_t> read_salt(LogDevice& device, std::uint32_t log) {
  KONTOR_TRY(const auto start, device.read(log, 0, k_log_start));
  for (const std::uint64_t at : {std::uint64_t{0}, k_block_size}) {
    if (start.size() < at + k_block_size) break;
    const auto header = decode_log_block(std::string_view(start).substr(at, k_block_size));
    if (header && log_of(header->number, header->generation) == log) return header->salt;
  }
  return fail(Errc::corrupt, "both copies of the log header");
}

}  // namespace

std::string encode_footer(const Footer& footer, std::uint64_t offset) {
  ByteWriter out;
  out.fixed(k_version);
  out.varint(footer.generation);
  out.time(footer.made);
  out.varint(footer.replaced_size);
  out.varint(footer.other_bytes);
  out.varint(footer.messages.size());
  std::uint64_t item = 0, end = k_log_start;
  for (const auto& message : footer.messages) {
    out.varint(message.item - item);
    out.varint(message.offset - end);
    out.varint(message.size);
    item = message.item;
    end = message.offset + message.size;
  }
  out.fixed(offset);
  return out.take();
}

Result<Footer> decode_footer(std::string_view payload) {
  ByteReader in(payload);
  Footer footer;
  const auto version = in.fixed<std::uint8_t>();
  if (in.ok() && version > k_version)
    return fail(Errc::unsupported, "a log that a later version has written anew");
  footer.generation = in.number<std::uint32_t>();
  footer.made = in.time();
  footer.replaced_size = in.varint();
  footer.other_bytes = in.varint();
  const auto count = in.count(3);
  footer.messages.reserve(count);
  std::uint64_t item = 0, end = k_log_start;
  for (std::size_t i = 0; i < count && in.ok(); ++i) {
    FooterMessage message;
    const auto step = in.varint(), gap = in.varint(), size = in.varint();
    constexpr auto k_most = std::uint64_t{1} << 48U;
    if (step == 0 || step > k_most || gap > k_most || size < k_frame_header_size || size > k_most ||
        end > k_most)
      in.fail();
    message.item = item += step;
    message.offset = end + gap;
    message.size = size;
    end = message.offset + size;
    footer.messages.push_back(message);
  }
  in.fixed<std::uint64_t>();
  if (!in.ok() || !in.at_end() || version != k_version || footer.generation < 2 ||
      footer.generation > k_last_generation)
    return fail(Errc::corrupt, "the footer of a log is wrong");
  return footer;
}

Result<Footer> read_footer(LogDevice& device, std::uint32_t log) {
  KONTOR_TRY(const auto size, device.size(log));
  if (size < k_log_start + k_frame_header_size + k_trailer)
    return fail(Errc::corrupt, "it is not complete");
  KONTOR_TRY(const auto trailer, device.read(log, size - k_trailer, k_trailer));
  ByteReader in(trailer);
  const auto at = in.fixed<std::uint64_t>();
  if (!in.ok() || at < k_log_start || at > size - k_frame_header_size)
    return fail(Errc::corrupt, "it is not complete");
  KONTOR_TRY(const auto bytes, device.read(log, at, size - at));
  const auto frame = decode_frame_header(bytes);
  if (!frame || frame->header.type != FrameType::seal || frame->size() != size - at)
    return fail(Errc::corrupt, "it is not complete");
  KONTOR_TRY(const auto salt, read_salt(device, log));
  if (!checksum_fits(*frame, salt, bytes)) return fail(Errc::corrupt, "its footer is damaged");
  KONTOR_TRY(auto footer, decode_footer(std::string_view(bytes).substr(k_frame_header_size)));
  if (footer.generation != log_generation(log))
    return fail(Errc::corrupt, "it is another generation than its name says");
  return footer;
}

}  // namespace kontor::store
