// SPDX-License-Identifier: GPL-3.0-or-later
// The table of the administration interface: each operation is a verb of server/admin/verbs.hpp
// under a method and a path, with the right it needs. From this table come the dispatcher, the
// check of rights, the audit records and openapi.json. Pure; any thread.
#pragma once
#include <boost/json/object.hpp>
#include <cstdint>
#include <expected>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "server/admin/verbs.hpp"

namespace kontor::admin {

// What an administrator may be allowed. What a role allows stands in server/admin/roles.hpp.
enum class Right : std::uint8_t {
  look,      // how things stand: mailboxes, queue, trace, settings
  audit,     // who did what: the audit log, the server's log
  contents,  // what is in people's mail
  help,      // what a help desk does for people: quota, app passwords, undelete, sessions
  people,    // who has which mailbox, rights and policies
  server,    // everything else
};
inline constexpr std::size_t k_rights = 6;
std::string_view name_of(Right right) noexcept;

struct Operation {
  std::string_view method, path;  // "/mailboxes/{account}/quota", below the interface's root
  std::string_view verb;
  Right right = Right::server;
  // Words: "-name" the verb takes it, the operation does not; "+name" a switch that is always set;
  // "file=name" what the verb takes as FILE, or beside its words, has this name; "job" it takes
  // long; "reads" changes nothing, whatever its method; "rows=member" who a row of the answer is
  // about, for administrators of a part.
  std::string_view hints = {};

  bool changes() const { return method != "GET" && !has_hint("reads"); }
  bool has_hint(std::string_view hint) const;
  std::string_view hint(std::string_view name) const;  // of "name=value"; empty: none
};

// Sorted: literal paths before those with a name in their place.
std::span<const Operation> operations();
// The operation that these words of a verb are; nullptr: the interface has none of that verb.
const Operation* operation_of(std::string_view verb, const Request& request);
// The same, if it changes something; nullptr: they only ask.
const Operation* find_change(std::string_view verb, const Request& request);

using PathValues = std::map<std::string, std::string, std::less<>>;
struct Matched {
  const Operation* operation = nullptr;
  PathValues values;  // decoded
};
// The operation of a path as it was sent (percent-encoded; a value may hold %2F); or the methods
// that the path has (none: there is no such path).
std::expected<Matched, std::vector<std::string_view>> match(std::string_view method,
                                                            std::string_view raw_path);
// The operation that shows what this one changes, with the values for its path; nullptr: none.
const Operation* shown_by(const Operation& change);

// "[--since DATE] [--all]" of a verb: each with what stands for its value; empty: it is a switch.
struct Option {
  std::string_view name, values;
};
std::vector<Option> options_of(std::string_view shown);

struct Parameter {
  enum class Place : std::uint8_t { path, query, body };
  enum class Kind : std::uint8_t { text, flag, list, file };
  std::string name;    // "account", "message-id"
  std::string word;    // of the verb's table: "ACCOUNT", "--message-id"
  std::string values;  // as the table shows them: "ID"
  Place place = Place::query;
  Kind kind = Kind::text;
  bool is_required = false;
};
// In the order of the verb's arguments, then its options.
std::vector<Parameter> parameters_of(const Operation& operation);

// What stands in the words of a verb for the operation's path.
PathValues path_values_of(const Operation& operation, const Request& request);
// The verb's words of values by name: strings, booleans, arrays of strings. bad_input: a sentence.
Result<Request> request_of(const Operation& operation, const boost::json::object& values);

}  // namespace kontor::admin
