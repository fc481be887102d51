// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/dav/answers.hpp"

#include "base/core/text.hpp"
#include "server/dav/names.hpp"

namespace kontor::dav {

std::string xml_type() { return "application/xml; charset=utf-8"; }

http::wire::Response multistatus(std::string_view responses, std::string_view tail) {
  http::wire::Response out{207, xml_type(), xml::open_document(dav_name("multistatus")), {}};
  out.body += '\n';
  out.body.append(responses).append(tail);
  out.body += xml::close_document(dav_name("multistatus"));
  return out;
}

http::wire::Response refusal(int status, xml::Element condition) {
  xml::Element error(dav_name("error"));
  error.add(std::move(condition));
  return {status, xml_type(), xml::write_document(error), {}};
}

http::wire::Response refusal(int status, const xml::Name& condition, std::string_view sentence) {
  xml::Element error(dav_name("error"));
  error.add(xml::Element(condition));
  if (!sentence.empty())  // for people who look at what a program got
    error.add(xml::Element(dav_name("responsedescription"), sentence));
  return {status, xml_type(), xml::write_document(error), {}};
}

http::wire::Response bare(int status) { return {status, {}, {}, {}}; }

Result<Depth> depth_of(const http::wire::Request& request, Depth otherwise) {
  const auto value = trim(request.field("Depth"));
  if (value.empty()) return otherwise;
  if (value == "0") return Depth::zero;
  if (value == "1") return Depth::one;
  if (iequals(value, "infinity")) return Depth::infinity;
  return fail(Errc::bad_input, "Depth is 0, 1 or infinity");
}

bool wants_minimal(const http::wire::Request& request) {
  for (const auto part : split(request.field("Prefer"), ',')) {
    const auto word = trim(part.substr(0, part.find(';')));
    if (iequals(word, "return=minimal") || iequals(word, "return-minimal")) return true;
  }
  return iequals(trim(request.field("Brief")), "t");
}

}  // namespace kontor::dav
