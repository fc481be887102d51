// SPDX-License-Identifier: GPL-3.0-or-later
// Compare (RFC 4511, 4.10).
#include "directory/model/attributes.hpp"
#include "server/ldap/operations.hpp"

namespace kontor::ldap {
namespace {

using wire::Outcome;
using wire::ResultCode;

Outcome compare_in(const directory::Book& book, const wire::Compare& compare) {
  const auto dn = directory::fold_dn(compare.entry);
  const Node node{book.find_dn(dn), book.find_unit(dn)};
  if (node.entry == nullptr && node.unit == nullptr)
    return {ResultCode::no_such_object, "there is no such entry in the address book"};
  switch (Matcher(book, compare.assertion).evaluate(node)) {
    case Truth::yes:
      return {ResultCode::compare_true};
    case Truth::no:
      return {ResultCode::compare_false};
    case Truth::undefined:
      break;
  }
  return {ResultCode::undefined_attribute_type, "no such attribute, or it cannot be compared"};
}

}  // namespace

Task<Result<void>> op_compare(Session& session, std::int32_t id, wire::Compare compare) {
  auto outcome = check_signed_in(session);
  if (outcome.is_success()) {
    auto work = [books = &session.environment().books, compare = std::move(compare)] {
      return compare_in(*books->current(), compare);
    };
    outcome = co_await io::on_pool(session.environment().workers, std::move(work));
  }
  session.answer(id, wire::k_compare_response, outcome);
  co_return Result<void>();
}

}  // namespace kontor::ldap
