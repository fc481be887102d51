// SPDX-License-Identifier: GPL-3.0-or-later
// A batch of an import: what is understood comes back the same when it is printed again.
#include <cstdint>
#include <cstdlib>

#include "server/admin/import_batch.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace kontor::admin;
  const auto batch = parse_batch({reinterpret_cast<const char*>(data), size});
  if (!batch) return 0;
  const auto again = parse_batch(print_batch(*batch));
  if (!again || again->messages.size() != batch->messages.size()) std::abort();
  for (std::size_t i = 0; i < batch->messages.size(); ++i)
    if (again->messages[i].raw != batch->messages[i].raw) std::abort();
  return 0;
}
