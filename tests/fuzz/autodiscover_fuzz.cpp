// SPDX-License-Identifier: GPL-3.0-or-later
// Autodiscover: any bytes as the body of a request; the answer is XML all the same.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "server/autodiscover/answers.hpp"
#include "server/autodiscover/mozilla.hpp"
#include "server/autodiscover/pox.hpp"

namespace {

using namespace kontor;

void require(bool holds) {
  if (!holds) std::abort();
}

// Nothing in a text may end the element it stands in.
void check_text(std::string_view bytes) {
  const auto text = autodiscover::xml_text(bytes);
  for (const char c : text)
    require(c != '<' && c != '>' && c != '"' &&
            (static_cast<unsigned char>(c) >= 0x20 || c == '\t' || c == '\n'));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  static const config::Settings settings;
  static const directory::DirectoryCopy copy({}, 1);
  const autodiscover::Offer offer{"mail.example.test", true, true, false, 0};
  const auto request = autodiscover::parse_pox_request(bytes);
  if (request) {
    require(!request->address.empty());
    check_text(request->address);
    const auto redirect = autodiscover::pox_redirect_address(request->address);
    require(redirect.ends_with("</Autodiscover>\n"));
  }
  const auto answer = autodiscover::answer_pox(settings, copy, offer, bytes, UtcSeconds());
  require(answer.ends_with("</Autodiscover>\n"));
  check_text(bytes);
  require(autodiscover::mozilla_config(offer, bytes).ends_with("</clientConfig>\n"));
  return 0;
}
