// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/admin/api/answers.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <compare>

#include "base/core/answers.hpp"
#include "base/core/text.hpp"
#include "base/crypto/digest.hpp"
#include "directory/model/model.hpp"

namespace kontor::admin::api {
namespace {

namespace json = boost::json;

constexpr std::string_view k_json = "application/json; charset=utf-8";
constexpr std::size_t k_tag_bytes = 16;

const json::value* member(const json::value& row, std::string_view name) {
  const auto* at = &row;
  for (const auto part : split(name, '.')) {
    const auto* object = at->if_object();
    at = object == nullptr ? nullptr : object->if_contains(part);
    if (at == nullptr) return nullptr;
  }
  return at;
}

bool has_text(const json::value& value, std::string_view folded) {
  if (const auto* text = value.if_string())
    return directory::fold_name(std::string_view(*text)).contains(folded);
  if (const auto* list = value.if_array())
    return std::ranges::any_of(*list, [&](const auto& one) { return has_text(one, folded); });
  if (const auto* object = value.if_object())
    return std::ranges::any_of(*object,
                               [&](const auto& one) { return has_text(one.value(), folded); });
  return false;
}

// What a row is sorted by: what is missing first, then false, true, numbers, texts in any case.
struct Key {
  int kind = 0;
  double number = 0;
  std::string text;
  std::partial_ordering operator<=>(const Key&) const = default;
};

Key key_of(const json::value* value) {
  if (value == nullptr || value->is_null()) return {};
  if (value->is_bool()) return {1, value->as_bool() ? 1.0 : 0.0, {}};
  if (value->is_number()) return {2, value->to_number<double>(), {}};
  if (const auto* text = value->if_string())
    return {3, 0, directory::fold_name(std::string_view(*text))};
  if (const auto* list = value->if_array()) return {2, static_cast<double>(list->size()), {}};
  return {};
}

Result<void> sort_rows(json::array& rows, const std::vector<std::string>& by) {
  if (by.empty()) return {};
  struct Sorted {
    std::vector<Key> keys;
    std::size_t place;
  };
  std::vector<Sorted> order(rows.size());
  std::vector<bool> is_falling;
  for (const auto& name : by) {
    const bool falls = name.starts_with('-');
    is_falling.push_back(falls);
    const auto bare = std::string_view(name).substr(falls ? 1 : 0);
    bool is_known = rows.empty();
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const auto* value = member(rows[i], bare);
      is_known = is_known || value != nullptr;
      order[i].place = i;
      order[i].keys.push_back(key_of(value));
    }
    if (!is_known)
      return fail(Errc::bad_input, "no row has a \"" + std::string(bare) + "\" to sort by");
  }
  std::ranges::sort(order, [&](const Sorted& a, const Sorted& b) {
    for (std::size_t i = 0; i < is_falling.size(); ++i) {
      const auto order_of = a.keys[i] <=> b.keys[i];
      if (order_of != 0) return is_falling[i] ? order_of > 0 : order_of < 0;
    }
    return a.place < b.place;
  });
  json::array out;
  out.reserve(rows.size());
  for (const auto& one : order) out.push_back(std::move(rows[one.place]));
  rows = std::move(out);
  return {};
}

json::array* list_in(json::value& value) {
  if (auto* list = value.if_array()) return list;
  auto* object = value.if_object();
  if (object == nullptr) return nullptr;
  json::array* found = nullptr;
  for (auto& one : *object) {
    if (!one.value().is_array()) continue;
    if (found != nullptr) return nullptr;
    found = &one.value().as_array();
  }
  return found;
}

}  // namespace

Result<json::value> paged(json::value value, const Page& page) {
  auto* list = list_in(value);
  if (list == nullptr || (value.is_object() && !page.is_any())) return value;
  json::array rows = std::move(*list);
  if (!page.filter.empty()) {
    const auto folded = directory::fold_name(page.filter);
    json::array kept;
    for (auto& row : rows)
      if (has_text(row, folded)) kept.push_back(std::move(row));
    rows = std::move(kept);
  }
  KONTOR_TRY(sort_rows(rows, page.sort));
  json::object out;
  const auto total = rows.size();
  const auto from = std::min(page.offset.value_or(0), total);
  const auto many = std::min({page.limit.value_or(k_most_rows), k_most_rows, total - from});
  json::array items;
  items.reserve(many);
  for (std::size_t i = 0; i < many; ++i) items.push_back(std::move(rows[from + i]));
  out["items"] = std::move(items);
  out["total"] = total;
  out["offset"] = from;
  if (auto* object = value.if_object())
    for (auto& one : *object)
      if (!one.value().is_array()) out[one.key()] = std::move(one.value());
  return out;
}

std::string entity_tag(std::string_view bytes) {
  return '"' + hex_encode(crypto::sha256(bytes).substr(0, k_tag_bytes)) + '"';
}

bool names_tag(std::string_view field, std::string_view tag) {
  if (trim(field) == "*") return true;
  return std::ranges::any_of(split(field, ','), [&](std::string_view one) {
    auto bare = trim(one);
    if (bare.starts_with("W/")) bare.remove_prefix(2);
    return bare == tag;
  });
}

http::wire::Response json_response(int status, const json::value& value) {
  http::wire::Response out;
  out.status = status;
  out.type = k_json;
  out.body = json::serialize(value);
  out.fields.push_back({"Cache-Control", "no-store"});
  out.fields.push_back({"X-Content-Type-Options", "nosniff"});
  return out;
}

http::wire::Response error_response(int status, std::string_view code, std::string_view message) {
  json::object error;
  error["code"] = code;
  error["message"] = to_valid_utf8(message);
  json::object out;
  out["error"] = std::move(error);
  return json_response(status, out);
}

http::wire::Response error_response(const Error& error) {
  const auto& answer = answer_for(error.code());
  const auto& message = error.detail().empty() ? std::string(answer.text) : error.detail();
  return error_response(answer.http_status, name_of(error.code()), message);
}

}  // namespace kontor::admin::api
