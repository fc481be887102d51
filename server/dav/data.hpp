// SPDX-License-Identifier: GPL-3.0-or-later
// Responses about many objects, with their data where it is asked for: read from the disk in
// batches, until the answer is as large as it may be.
#pragma once
#include "server/dav/properties.hpp"
#include "server/dav/walk.hpp"

namespace kontor::dav {

// Does the question ask for calendar-data or address-data?
bool wants_data(const Question& question);
// A DAV:response for each. They are fewer than all when the answer grew too large.
struct Responses {
  std::string text;
  std::size_t count = 0;
};
Task<Result<Responses>> describe_objects(ContextPtr context,
                                         std::vector<Resource> resources,
                                         Question question);
// The same question, which also gives calendar-data and address-data.
Question with_data(ContextPtr context, Question question);
// Reads the bytes of `resources` from `begin` on, some megabytes at most; where that ends. What is
// gone meanwhile has none. None of them is a card of the global address book.
Task<Result<std::size_t>> read_batch(const Context& context,
                                     std::vector<Resource>& resources,
                                     std::size_t begin);

// An object's bytes as the person sees them: what is private in somebody else's calendar tells only
// when it is, unless "p" is given (server/dav/given.hpp).
std::string shown_bytes(const Context& context, const Resource& object, std::string bytes);

// The value of CALDAV:calendar-data or CARDDAV:address-data as it was asked for; nothing: it cannot
// be given. Checked by check_data() before.
std::optional<xml::Element> data_element(const Context& context,
                                         const Resource& object,
                                         const xml::Element& asked);
// A refusal with the precondition when the question asks for data in a form that is not served.
std::optional<http::wire::Response> check_data(const Question& question);

}  // namespace kontor::dav
