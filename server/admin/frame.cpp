// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/admin/frame.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "base/core/text.hpp"

namespace kontor::admin {
namespace {

namespace json = boost::json;

Result<json::object> parse_object(std::string_view content) {
  json::error_code error;
  json::parse_options options;
  options.max_depth = 16;
  auto value = json::parse({content.data(), content.size()}, error, {}, options);
  if (error || !value.is_object()) return fail(Errc::bad_input, "not a JSON object");
  return std::move(value).as_object();
}

Result<std::string> text_of(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains({key.data(), key.size()});
  if (value == nullptr || !value->is_string())
    return fail(Errc::bad_input, "no text " + std::string(key));
  return std::string(value->as_string().data(), value->as_string().size());
}

Errc code_of(std::string_view name) {
  for (auto code = Errc::not_found; code <= Errc::internal;
       code = static_cast<Errc>(static_cast<unsigned char>(code) + 1))
    if (name_of(code) == name) return code;
  return Errc::internal;
}

}  // namespace

Result<std::size_t> frame_length(std::string_view header, std::size_t max) {
  if (header.size() != k_frame_header) return fail(Errc::bad_input, "a frame begins with 4 bytes");
  std::size_t length = 0;
  for (const char c : header) length = length << 8U | static_cast<unsigned char>(c);
  if (length > max) return fail(Errc::limit, "a frame of " + std::to_string(length) + " bytes");
  return length;
}

Result<std::string> make_frame(std::string_view content) {
  if (content.size() > 0xFFFFFFFFU) return fail(Errc::limit, "too much for one frame");
  std::string frame;
  for (const unsigned shift : {24U, 16U, 8U, 0U})
    frame.push_back(static_cast<char>(content.size() >> shift & 0xFFU));
  frame.append(content);
  return frame;
}

std::string print_request(const NamedRequest& request) {
  json::object out;
  out["verb"] = request.verb;
  json::array arguments;
  // JSON is UTF-8; what an administrator's terminal sends may be anything.
  for (const auto& argument : request.request.arguments)
    arguments.emplace_back(to_valid_utf8(argument));
  out["arguments"] = std::move(arguments);
  json::object options;
  for (const auto& [name, value] : request.request.options) options[name] = to_valid_utf8(value);
  if (!options.empty()) out["options"] = std::move(options);
  if (!request.request.payload.empty()) out["payload"] = base64_encode(request.request.payload);
  return json::serialize(out);
}

Result<NamedRequest> parse_request(std::string_view content) {
  KONTOR_TRY(const auto object, parse_object(content));
  NamedRequest out;
  KONTOR_TRY(out.verb, text_of(object, "verb"));
  const auto* arguments = object.if_contains("arguments");
  if (arguments == nullptr || !arguments->is_array())
    return fail(Errc::bad_input, "no list of arguments");
  for (const auto& argument : arguments->as_array()) {
    if (!argument.is_string()) return fail(Errc::bad_input, "an argument that is no text");
    out.request.arguments.emplace_back(argument.as_string().data(), argument.as_string().size());
  }
  if (const auto* options = object.if_contains("options")) {
    if (!options->is_object()) return fail(Errc::bad_input, "options that are no object");
    for (const auto& option : options->as_object()) {
      KONTOR_TRY(auto value, text_of(options->as_object(), option.key()));
      out.request.options.emplace(option.key(), std::move(value));
    }
  }
  if (object.contains("payload")) {
    KONTOR_TRY(const auto encoded, text_of(object, "payload"));
    KONTOR_TRY(out.request.payload, base64_decode(encoded));
  }
  return out;
}

Result<const Verb*> server_verb_of(const NamedRequest& named) {
  const auto* verb = find_verb(named.verb);
  if (verb == nullptr || (verb->at_server == nullptr && verb->stream == nullptr))
    return fail(Errc::unsupported, "no such verb here: " + named.verb);
  const auto given = named.request.arguments.size() + (verb->sends_file() ? 1 : 0);
  if (given < verb->least_arguments() || given > verb->most_arguments())
    return fail(Errc::bad_input, "wrong number of arguments");
  return verb;
}

std::string print_answer(const Answer& answer) {
  json::object out;
  if (answer) {
    out["result"] = *answer;
  } else {
    json::object error;
    error["code"] = name_of(answer.error().code());
    error["text"] = to_valid_utf8(answer.error().detail());
    out["error"] = std::move(error);
  }
  return json::serialize(out);
}

Answer parse_answer(std::string_view content) {
  KONTOR_TRY(const auto object, parse_object(content));
  if (const auto* result = object.if_contains("result")) return *result;
  const auto* error = object.if_contains("error");
  if (error == nullptr || !error->is_object()) return fail(Errc::bad_input, "not an answer");
  KONTOR_TRY(const auto code, text_of(error->as_object(), "code"));
  KONTOR_TRY(const auto text, text_of(error->as_object(), "text"));
  return fail(code_of(code), text);
}

}  // namespace kontor::admin
