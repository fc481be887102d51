// SPDX-License-Identifier: GPL-3.0-or-later
// Snapshots: any bytes give an error, or a state that is written and read back as itself. Half of
// the inputs get a header that fits, so that the body is reached.
#include <cstdint>
#include <cstdlib>

#include "base/core/crc32c.hpp"
#include "store/format/bytes.hpp"
#include "store/mailbox/snapshot.hpp"

namespace {
using namespace kontor;
using namespace kontor::store;

void require(bool condition) {
  if (!condition) std::abort();
}

std::string with_header(std::string_view body) {
  static const std::string k_empty = [] {
    Version version;
    AccountState state;
    version.state = freeze(state);
    return encode_snapshot(version);
  }();
  ByteWriter out;
  out.raw(std::string_view(k_empty).substr(0, 12));  // the magic and the version of today
  out.fixed(crc32c(body));
  out.fixed(static_cast<std::uint64_t>(body.size()));
  out.raw(body);
  return out.take();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view input(reinterpret_cast<const char*>(data) + 1, size - 1);
  auto read = decode_snapshot(data[0] % 2 == 0 ? with_header(input) : std::string(input));
  if (!read) return 0;
  Version version;
  version.mark = read->mark;
  version.state = freeze(read->state);
  const auto again = decode_snapshot(encode_snapshot(version));
  require(again.has_value() && difference(again->state, *version.state).empty());
  const AccountView view(version.state);
  for (const auto& folder : view.folders()) {
    const auto open = view.open(folder.id);
    require(open != nullptr);
    open->for_each(0, open->size(), [&](std::size_t, const Entry& entry) {
      static_cast<void>(view.item(entry.item));
      static_cast<void>(view.keywords(entry.keywords));
    });
  }
  return 0;
}
