// SPDX-License-Identifier: GPL-3.0-or-later
// The file of what is shared: any bytes give an error, or accounts that are written and read back
// as themselves. Half of the inputs get a header that fits, so that the body is reached.
#include <cstdint>
#include <cstdlib>

#include "base/core/crc32c.hpp"
#include "store/format/bytes.hpp"
#include "store/mailbox/shares.hpp"

namespace {
using namespace kontor;
using namespace kontor::store;

void require(bool condition) {
  if (!condition) std::abort();
}

std::string with_header(std::string_view body, std::uint32_t version) {
  ByteWriter out;
  out.raw("kontorSH");
  out.fixed(version);
  out.fixed(crc32c(body));
  out.raw(body);
  return out.take();
}

// Any annotation of the name of an address is one, and says what it is written as.
void try_addresses(std::string_view input) {
  const auto half = input.size() / 2;
  AnnotationMap notes{{std::string(k_folder_mail) + std::string(input.substr(0, half)),
                       std::string(input.substr(half))}};
  const auto found = folder_addresses(notes);
  require(found.size() == 1);
  const auto change = folder_address_change(found[0]);
  require(change.entry == notes.begin()->first);
  require(folder_addresses({{change.entry, *change.value}}) == found);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view input(reinterpret_cast<const char*>(data) + 1, size - 1);
  try_addresses(input);
  const auto read = decode_shares(data[0] % 2 == 0 ? with_header(input, data[0] % 4 == 0 ? 2 : 3)
                                                   : std::string(input));
  if (!read) return 0;
  const auto again = decode_shares(encode_shares(*read));
  require(again.has_value() && again->complete == read->complete &&
          again->accounts.size() == read->accounts.size());
  Shares shares;
  for (std::size_t i = 0; i < read->accounts.size(); ++i) {
    require(*again->accounts[i] == *read->accounts[i]);
    shares.set(*read->accounts[i]);
  }
  for (const auto& account : shares.all()) {
    for (const auto& folder : account->folders)
      for (const auto& entry : folder.access)
        require(!shares.naming({&entry.principal, 1}).empty());
    for (const auto& folder : account->folders)
      for (const auto& one : folder.addresses) require(!shares.addressed(one.address).empty());
    shares.forget(account->id);
  }
  require(shares.all().empty());
  return 0;
}
