// SPDX-License-Identifier: GPL-3.0-or-later
// A call costs the kernel as much as copying some ten kilobytes, so that the ends of small messages
// are read along with the beginnings of the next ones.
#include "store/log/read_starts.hpp"

#include <algorithm>
#include <numeric>

#include "store/log/device.hpp"
#include "store/log/frame.hpp"
#include "store/log/recover.hpp"

namespace kontor::store {
namespace {

constexpr std::uint64_t k_widest_gap = 8U << 10U;  // read for nothing
constexpr std::uint64_t k_one_read = 64U << 10U;   // more only for one payload

// The order of the frames in their logs.
std::vector<std::size_t> by_place(std::span<const PayloadStart> starts) {
  std::vector<std::size_t> order(starts.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto place = [&](std::size_t i) {
    return std::pair(starts[i].position.file, starts[i].position.offset);
  };
  if (!std::ranges::is_sorted(order, {}, place)) std::ranges::sort(order, {}, place);
  return order;
}

std::uint64_t end_of(const PayloadStart& start) {
  return start.position.offset + k_frame_header_size + std::min(start.size, k_max_payload);
}

// Of one frame, which `frame` begins with.
Result<std::string_view> payload_within(std::string_view frame,
                                        const PayloadStart& start,
                                        const SaltOf& salt_of) {
  const auto header = decode_frame_header(frame.substr(0, k_frame_header_size));
  if (!header) return fail(Errc::corrupt, "no frame at " + position_text(start.position));
  const auto size = std::min<std::uint64_t>(start.size, header->length);
  const auto bytes = frame.substr(k_frame_header_size, size);
  if (bytes.size() != size)
    return fail(Errc::corrupt, "the log ends within the frame at " + position_text(start.position));
  if (size < header->length) return bytes;
  KONTOR_TRY(const auto salt, salt_of(start.position.file));
  if (!checksum_fits(*header, salt, frame.substr(0, header->size())))
    return fail(Errc::corrupt, "checksum of the frame at " + position_text(start.position));
  return bytes;
}

}  // namespace

Result<void> read_payload_starts(LogDevice& device,
                                 const SaltOf& salt_of,
                                 std::span<const PayloadStart> starts,
                                 const TakeStart& take) {
  const auto order = by_place(starts);
  for (std::size_t first = 0; first < order.size();) {
    const auto begin = starts[order[first]].position;
    auto end = end_of(starts[order[first]]);
    auto last = first + 1;  // behind what this read gives
    for (; last < order.size(); ++last) {
      const auto& next = starts[order[last]];
      if (next.position.file != begin.file || next.position.offset > end + k_widest_gap ||
          end_of(next) > begin.offset + k_one_read)
        break;
      end = std::max(end, end_of(next));
    }
    KONTOR_TRY(const auto bytes, device.read(begin.file, begin.offset, end - begin.offset));
    for (; first < last; ++first) {
      const auto& start = starts[order[first]];
      const auto at = std::min<std::uint64_t>(start.position.offset - begin.offset, bytes.size());
      const auto frame = std::string_view(bytes).substr(at);
      KONTOR_TRY(const auto payload, payload_within(frame, start, salt_of));
      KONTOR_TRY(take(order[first], payload));
    }
  }
  return {};
}

}  // namespace kontor::store
