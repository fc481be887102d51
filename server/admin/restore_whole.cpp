// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/admin/restore_whole.hpp"

#include <boost/json/object.hpp>

#include "server/admin/client.hpp"
#include "server/admin/lookup.hpp"
#include "server/admin/past_mailbox.hpp"
#include "store/mailbox/account_replacer.hpp"
#include "store/tools/rewind.hpp"

namespace kontor::admin {
namespace {

namespace json = boost::json;

constexpr std::string_view k_restoring = "/restoring/";
constexpr auto k_patience = std::chrono::seconds(30);
constexpr net::Limit k_pause = std::chrono::milliseconds(100);

std::string text_of(const json::object& row, std::string_view field) {
  const auto* value = row.if_contains(field);
  const auto* text = value == nullptr ? nullptr : value->if_string();
  return text == nullptr ? std::string() : std::string(text->data(), text->size());
}

// Whom the server knows by that name.
struct Person {
  std::optional<store::Binding> binding;
  std::optional<store::AccountId> account;
};

Result<Person> ask_person(const Client& client, const std::string& name) {
  const NamedRequest question{"accounts show", {{name}, {}, {}}};
  KONTOR_TRY(const auto answer, ask_server(client.data_folder, question));
  const auto* row = answer.if_object();
  if (row == nullptr) return fail(Errc::bad_input, "this server is of another version");
  Person out;
  if (const auto id = Uuid::parse(text_of(*row, "account"))) out.account = *id;
  const auto principal = text_of(*row, "principal");
  const auto colon = principal.rfind(':');
  if (colon == std::string::npos) return out;
  if (const auto guid = Uuid::parse(principal.substr(colon + 1)))
    out.binding = store::Binding{principal.substr(0, colon), *guid};
  return out;
}

Result<void> check_options(const Request& request) {
  for (const auto* name : {"--folder", "--uid", "--message-id", "--into", "--copies", "--dry-run"})
    if (request.options.contains(name))
      return fail(Errc::bad_input, std::string(name) + " is for parts: --replace takes all of it");
  return {};
}

// UIDVALIDITYs that clients may know from the mailbox that is there now.
std::uint32_t known_validity(const Client& client, const store::AccountId& id) {
  const auto folder = client.data_folder + "/accounts/" + id.hex().substr(0, 2) + '/' + id.text();
  const auto now = store::read_past(io::real_file_system(), folder, {});
  return now ? now->state.last_uid_validity : 0;
}

}  // namespace

Result<Finding> restore_whole(const Client& client, const Request& request) {
  KONTOR_TRY(check_options(request));
  const auto& name = request.arguments[0];
  KONTOR_TRY(const auto person, ask_person(client, name));
  KONTOR_TRY(auto from, find_past(client, name, request));
  const auto id = from.account;
  if (person.account && *person.account != id)
    return fail(Errc::conflict, name +
                                    " has another mailbox now: restore without --replace puts "
                                    "the messages into it");
  KONTOR_TRY(const auto mailbox, PastMailbox::open(std::move(from), request));
  store::Rewind rewind;
  rewind.from = mailbox.from().path;
  rewind.to = client.data_folder + std::string(k_restoring) + id.text();
  rewind.owner = person.binding;
  rewind.above = known_validity(client, id);
  rewind.now = system_clock().now();
  KONTOR_TRY(const auto rewound,
             store::rewind_account(io::real_file_system(), mailbox.past(), rewind));
  const NamedRequest swap{"accounts replace", {{name, id.text()}, {}, {}}};
  KONTOR_TRY(auto answer, ask_server(client.data_folder, swap));
  answer.as_object()["lost"] = rewound.lost;  // purged and compacted away since
  return Finding{std::move(answer), {}, true};
}

Task<Answer> accounts_replace(const Desk& desk, Request request) {
  const auto& environment = desk.environment;
  const auto id = Uuid::parse(request.arguments[1]);
  if (!id) co_return fail(Errc::bad_input, request.arguments[1] + " is no id of an account");
  KONTOR_CO_TRY(const auto found, find_account(environment, request.arguments[0]));
  auto* const replacer = dynamic_cast<store::AccountReplacer*>(&environment.store);
  if (replacer == nullptr) co_return fail(Errc::unsupported, "this store cannot do that");
  store::Binding owner;
  if (found.person) owner = {found.person->id.source, found.person->id.guid};
  for (const auto& info : environment.store.list()) {
    if (info.id != *id) continue;
    const auto copy = environment.directory.current();
    if (found.person && info.binding != owner &&
        copy->find({info.binding.source, info.binding.guid}))
      co_return fail(Errc::conflict,
                     "that mailbox is somebody else's: restore without --replace "
                     "puts its messages into this one");
    if (!found.person) owner = info.binding;
  }
  const auto prepared =
      environment.settings.server.data_folder + std::string(k_restoring) + id->text();
  const auto deadline = environment.clock.steady() + k_patience;
  net::Signal never;
  for (;;) {
    if (found.person) environment.sessions.end(found.person->id, "the mailbox is being restored");
    const auto placed = co_await replacer->replace(*id, owner, prepared);
    if (placed) break;
    if (placed.error().code() != Errc::busy || environment.clock.steady() >= deadline)
      co_return fail(placed.error());
    static_cast<void>(co_await never.wait(k_pause));
  }
  KONTOR_CO_TRY(const auto account, co_await environment.store.open(*id));
  const auto view = account->view();
  std::uint64_t messages = 0;
  for (const auto& folder : view.folders()) messages += folder.exists;
  json::object out;
  out["account"] = id->text();
  out["mail_folders"] = view.folders().size();
  out["messages"] = messages;
  out["bytes"] = view.usage().bytes;
  co_return json::value(std::move(out));
}

}  // namespace kontor::admin
