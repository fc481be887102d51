// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <array>

#include "server/dav/names.hpp"
#include "server/dav/reports.hpp"
#include "server/dav/rights.hpp"

namespace kontor::dav {
namespace {

struct Row {
  std::string_view space, local;
  Task<Answer> (*run)(ContextPtr, BodyPtr);
};
constexpr std::array<Row, 11> k_reports{{
    {k_dav, "sync-collection", report_sync},
    {k_dav, "expand-property", report_expand},
    {k_dav, "acl-principal-prop-set", report_acl_principals},
    {k_dav, "principal-match", report_match},
    {k_dav, "principal-property-search", report_search},
    {k_dav, "principal-search-property-set", report_search_set},
    {k_carddav, "addressbook-multiget", report_multiget},
    {k_carddav, "addressbook-query", report_cards},
    {k_caldav, "calendar-multiget", report_multiget},
    {k_caldav, "calendar-query", report_calendar},
    {k_caldav, "free-busy-query", report_freebusy},
}};

}  // namespace

Task<Answer> do_report(Context& context) {
  KONTOR_CO_TRY(auto body, xml::read(context.request.body));
  if (context.resource.kind == Kind::nothing) co_return fail(Errc::not_found, "nothing is there");
  const auto row = std::ranges::find_if(k_reports, [&](const Row& one) {
    return one.local == body.name.local && one.space == body.name.space;
  });
  // RFC 3253, 3.6
  if (row == k_reports.end()) co_return refusal(403, dav_name("supported-report"));
  if (row->run != report_freebusy)  // which asks for less
    if (auto refused = check_reading(context)) co_return *std::move(refused);
  auto shared = std::make_shared<const xml::Element>(std::move(body));
  co_return co_await row->run(own(context), std::move(shared));
}

}  // namespace kontor::dav
