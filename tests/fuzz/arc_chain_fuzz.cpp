// SPDX-License-Identifier: GPL-3.0-or-later
// Messages with chains of any bytes: read, and gone on with; results of others; files of keys. A
// set that was put before a message is one more, and its fields stay fields.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/mime/header.hpp"
#include "server/filter/arc/chain.hpp"
#include "server/filter/dkim/key_file.hpp"
#include "server/filter/read_results.hpp"

namespace {

const kontor::filter::dkim::SigningKey& signing_key() {
  using namespace kontor;
  static const filter::dkim::SigningKey key{
      "list.test", "s",
      std::make_shared<const crypto::PrivateKey>(
          crypto::PrivateKey::read_ed25519(std::string(32, 'k')).value())};
  return key;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace kontor::filter;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto results = read_results(bytes);
  if (results.methods.size() > k_most_methods) std::abort();
  (void)proof_of_author(bytes, "mail.example.test", "good.test");
  if (const auto key = dkim::parse_key_file("a.test", "s", bytes))
    if (!dkim::parse_key_file("a.test", "s", dkim::format_key(*key))) std::abort();
  const auto chain = arc::read_chain(bytes);
  if (chain.seals.size() > dkim::k_most_instances || chain.results.size() != chain.seals.size())
    if (chain.problem.empty()) std::abort();
  const kontor::UtcSeconds now{std::chrono::seconds(1'600'000'000)};
  const auto verdict = chain.seals.empty() ? arc::Verdict::none : arc::Verdict::pass;
  const auto fields = arc::seal(bytes, "mail.example.test; spf=none", verdict, signing_key(), now);
  if (!fields) std::abort();
  if (!fields->empty() && kontor::mime::parse_fields(*fields).size() != 3) std::abort();
  return 0;
}
