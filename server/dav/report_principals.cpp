// SPDX-License-Identifier: GPL-3.0-or-later
// Reports about who may do what: DAV:acl-principal-prop-set and DAV:principal-match (RFC 3744, 9.2
// and 9.3).
#include <algorithm>
#include <set>

#include "server/dav/acl.hpp"
#include "server/dav/names.hpp"
#include "server/dav/properties.hpp"
#include "server/dav/reports.hpp"
#include "server/dav/rights.hpp"
#include "server/sharing/rights.hpp"

namespace kontor::dav {
namespace {

using xml::Element;

constexpr std::size_t k_most_matches = 1'000;
constexpr int k_deepest = 8;

// The hrefs in a value, each once, as they stand.
void add_hrefs(const Element& value, std::vector<std::string>& out) {
  for (const auto* one : value.elements()) {
    if (!one->is(dav_name("href"))) {
      add_hrefs(*one, out);
      continue;
    }
    auto href = one->content();
    if (std::ranges::find(out, href) == out.end()) out.push_back(std::move(href));
  }
}

// The principals of DAV:acl; not where an entry comes from.
std::vector<std::string> principals_in(const Element& acl) {
  std::vector<std::string> out;
  for (const auto* ace : acl.elements())
    if (const auto* principal = ace->child(dav_name("principal"))) add_hrefs(*principal, out);
  return out;
}

// Himself and his groups, as paths.
std::set<std::string> own_hrefs(const Context& context) {
  std::set<std::string> out;
  for (const auto& one : sharing::principals_of(context.person, *context.copy))
    if (const auto found = context.copy->find({one.source, one.guid}))
      out.insert(href_of(path_of_principal(*found)));
  return out;
}

class Matching {
 public:
  Matching(const Context& context, const Element* property, Question question)
      : context_(context), property_(property), question_(std::move(question)) {
    own_ = own_hrefs(context);
  }

  std::string run() {
    if (property_ == nullptr)
      match_self();
    else
      match_below(context_.resource, 0);
    if (is_cut_) {
      const Element error(dav_name("number-of-matches-within-limits"));
      append_status(out_, context_.resource.href(), 507, &error);
    }
    return std::move(out_);
  }

 private:
  void take(const Resource& resource) {
    if (++count_ > k_most_matches)
      is_cut_ = true;
    else if (question_.asked.empty())
      append_status(out_, resource.href(), 200);
    else
      append_response(out_, context_, resource, question_);
  }

  // DAV:self: principals lie below /dav/principals/ alone.
  void match_self() {
    const auto base = context_.resource.href();
    for (const auto& href : own_) {
      const auto path = href.starts_with(base) ? parse_href(href, context_.host()) : std::nullopt;
      const auto found = path ? find_resource(context_, *path) : std::nullopt;
      if (found && found->kind == Kind::principal) take(*found);
    }
  }

  void match_below(const Resource& resource, int depth) {
    if (depth > k_deepest) return;
    for (const auto& child : children_of(context_, resource)) {
      if (is_cut_) return;
      const auto value = property_of(context_, child, Question(), *property_);
      std::vector<std::string> hrefs;
      if (value) add_hrefs(*value, hrefs);
      if (std::ranges::any_of(hrefs, [&](const auto& href) { return own_.contains(href); }))
        take(child);
      if (child.is_collection()) match_below(child, depth + 1);
    }
  }

  const Context& context_;
  const Element* property_;  // null: DAV:self
  Question question_;
  std::set<std::string> own_;
  std::string out_;
  std::size_t count_ = 0;
  bool is_cut_ = false;
};

}  // namespace

Task<Answer> report_acl_principals(ContextPtr context, BodyPtr body) {
  KONTOR_CO_TRY(const auto depth, depth_of(context->request, Depth::zero));
  if (depth != Depth::zero) co_return fail(Errc::bad_input, "this report is of one resource");
  const auto acl = acl_of(*context, context->resource);
  if (!acl) co_return refusal(403, need_privileges(context->resource.href(), dav_name("read-acl")));
  auto question = question_of(body->child(dav_name("prop")));
  question.is_minimal = wants_minimal(context->request);
  std::string responses;
  for (const auto& href : principals_in(*acl)) {
    const auto path = parse_href(href, context->host());
    const auto found = path ? find_resource(*context, *path) : std::nullopt;
    const bool is_there = found && found->kind == Kind::principal;
    if (is_there && !question.asked.empty())
      append_response(responses, *context, *found, question);
    else  // somebody who is gone, or whom this person does not see
      append_status(responses, href, is_there ? 200 : 404);
  }
  co_return multistatus(responses);
}

Task<Answer> report_match(ContextPtr context, BodyPtr body) {
  KONTOR_CO_TRY(const auto depth, depth_of(context->request, Depth::zero));
  if (depth != Depth::zero) co_return fail(Errc::bad_input, "this report is asked with Depth: 0");
  const auto* wanted = body->child(dav_name("principal-property"));
  const bool is_self = body->child(dav_name("self")) != nullptr;
  if (is_self == (wanted != nullptr) || (wanted != nullptr && wanted->elements().size() != 1))
    co_return fail(Errc::bad_input, "principal-match names self or one property");
  auto question = question_of(body->child(dav_name("prop")));
  question.is_minimal = wants_minimal(context->request);
  auto work = [context, body, wanted, question = std::move(question)]() mutable {
    const auto* property = wanted == nullptr ? nullptr : wanted->elements().front();
    return Matching(*context, property, std::move(question)).run();
  };
  const auto responses = co_await on_workers(context, wanted != nullptr, std::move(work));
  co_return multistatus(responses);
}

}  // namespace kontor::dav
