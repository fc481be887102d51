// SPDX-License-Identifier: GPL-3.0-or-later
// Messages, signatures and key records of any bytes. A body gives one digest, however it is cut.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "server/filter/dkim/canonical.hpp"
#include "server/filter/dkim/verify.hpp"

namespace {

using namespace kontor;
using namespace kontor::filter::dkim;

void check_body(Form form, std::string_view body) {
  BodyHasher whole(form), pieces(form);
  whole.add(body);
  for (std::size_t at = 0; at < body.size(); at += 3) pieces.add(body.substr(at, 3));
  if (whole.finish() != pieces.finish() || whole.size() > body.size() + 2) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (read_signatures(bytes).size() > k_most_signatures) std::abort();
  if (const auto signature = parse_signature(bytes))
    if (signature->domain.empty() || signature->fields.empty()) std::abort();
  if (without_signature(bytes).size() > size) std::abort();
  if (const auto key = parse_key(bytes)) {
    if (const auto read = crypto::PublicKey::read(key->kind, key->bytes))
      static_cast<void>(read->verify(std::string(32, 'd'), bytes.substr(0, 256)));
  }
  check_body(Form::simple, bytes);
  check_body(Form::relaxed, bytes);
  return 0;
}
