// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/admin/api/openapi.hpp"

#include <algorithm>
#include <array>
#include <boost/json/array.hpp>

#include "base/core/contains.hpp"
#include "base/core/text.hpp"
#include "server/admin/api/answers.hpp"
#include "server/admin/operations.hpp"

namespace kontor::admin::api {
namespace {

namespace json = boost::json;

json::object text_schema() { return {{"type", "string"}}; }

json::object schema_of(const Parameter& parameter) {
  json::object out;
  switch (parameter.kind) {
    case Parameter::Kind::text:
    case Parameter::Kind::file:
      out["type"] = "string";
      break;
    case Parameter::Kind::flag:
      out["type"] = "boolean";
      break;
    case Parameter::Kind::list:
      out["type"] = "array";
      out["items"] = text_schema();
      break;
  }
  if (!parameter.values.empty()) out["description"] = parameter.values;
  return out;
}

json::object placed(std::string_view name,
                    std::string_view place,
                    bool required,
                    json::object schema) {
  json::object out;
  out["name"] = name;
  out["in"] = place;
  out["required"] = required;
  out["schema"] = std::move(schema);
  return out;
}

void add_paging(json::array& parameters, const std::vector<Parameter>& known) {
  struct Row {
    std::string_view name, type, description;
  };
  constexpr std::array rows{
      Row{"offset", "integer", "rows passed over"}, Row{"limit", "integer", "rows at most"},
      Row{"sort", "string", "members of the rows, separated by commas; -member: falling"},
      Row{"filter", "string", "rows that hold this text, in any case"}};
  for (const auto& row : rows) {
    if (contains(known, row.name, &Parameter::name)) continue;
    parameters.push_back(
        placed(row.name, "query", false, {{"type", row.type}, {"description", row.description}}));
  }
}

// {"description":…,"content":{"application/json":{"schema":…}}}
json::object said(std::string_view what, json::object schema) {
  json::object type;
  type["schema"] = std::move(schema);
  json::object content;
  content["application/json"] = std::move(type);
  json::object out;
  out["description"] = what;
  out["content"] = std::move(content);
  return out;
}

json::object responses_of(const Operation& operation) {
  json::object out;
  if (operation.has_hint("job")) {
    out["202"] = said("A job was begun; Location names it.",
                      {{"type", "object"}, {"properties", {{"job", text_schema()}}}});
  } else {
    out["200"] = said("As the verb answers with --json.", {});
  }
  out["default"] = said("Refused; nothing was changed.", {{"$ref", "#/components/schemas/Error"}});
  return out;
}

std::string id_of(const Operation& operation) {
  std::string out = to_lower(operation.method);
  bool is_word = true;
  for (const char c : operation.path) {
    if (is_digit(c) || (c >= 'a' && c <= 'z')) {
      out += is_word ? ascii_upper(c) : c;
      is_word = false;
    } else {
      is_word = true;
    }
  }
  return out;
}

json::object described(const Operation& operation) {
  json::object out;
  out["operationId"] = id_of(operation);
  const auto* verb = find_verb(operation.verb);
  out["summary"] = verb == nullptr ? std::string_view() : verb->help;
  out["x-kontor-verb"] = operation.verb;
  out["x-kontor-right"] = name_of(operation.right);
  const auto known = parameters_of(operation);
  json::array parameters, required;
  json::object body;
  for (const auto& one : known) {
    if (one.place == Parameter::Place::body) {
      body[one.name] = schema_of(one);
      if (one.is_required) required.emplace_back(one.name);
      continue;
    }
    const bool is_path = one.place == Parameter::Place::path;
    parameters.push_back(
        placed(one.name, is_path ? "path" : "query", one.is_required, schema_of(one)));
  }
  if (!operation.changes() && operation.method == "GET") add_paging(parameters, known);
  if (contains(known, "--dry-run", &Parameter::word))
    parameters.push_back(placed("dry_run", "query", false, {{"type", "boolean"}}));
  if (!parameters.empty()) out["parameters"] = std::move(parameters);
  if (!body.empty()) {
    json::object schema{{"type", "object"}, {"additionalProperties", false}};
    schema["properties"] = std::move(body);
    if (!required.empty()) schema["required"] = std::move(required);
    out["requestBody"] = said("", std::move(schema));
  }
  out["responses"] = responses_of(operation);
  return out;
}

json::object make() {
  json::object out;
  out["openapi"] = "3.1.0";
  out["info"] = json::object{{"title", "Kontor administration"}, {"version", "1"}};
  json::object paths;
  for (const auto& one : operations()) {
    auto& path = paths[std::string(one.path)];
    if (!path.is_object()) path = json::object();
    path.as_object()[to_lower(one.method)] = described(one);
  }
  out["paths"] = std::move(paths);
  json::object error{{"type", "object"}};
  error["properties"] =
      json::object{{"error",
                    {{"type", "object"},
                     {"properties", {{"code", text_schema()}, {"message", text_schema()}}}}}};
  json::object schemas;
  schemas["Error"] = std::move(error);
  json::object components;
  components["schemas"] = std::move(schemas);
  components["securitySchemes"] =
      json::object{{"password", {{"type", "http"}, {"scheme", "basic"}}},
                   {"ticket", {{"type", "http"}, {"scheme", "negotiate"}}}};
  out["components"] = std::move(components);
  out["security"] = json::array{json::object{{"password", json::array()}},
                                json::object{{"ticket", json::array()}}};
  return out;
}

}  // namespace

const json::object& description() {
  static const auto made = make();
  return made;
}

}  // namespace kontor::admin::api
