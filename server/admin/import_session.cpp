// SPDX-License-Identifier: GPL-3.0-or-later
// The server's side of `kontorctl import` and `restore`: batches of messages into one mailbox, each
// batch stored with one sync, all of it or nothing.
#include <boost/json/object.hpp>
#include <map>

#include "base/log/events/admin.hpp"
#include "server/admin/frame.hpp"
#include "server/admin/import_batch.hpp"
#include "server/admin/import_folder.hpp"
#include "server/admin/import_objects.hpp"
#include "server/admin/imports.hpp"
#include "server/admin/lookup.hpp"
#include "server/admin/serve.hpp"
#include "server/admin/shown_messages.hpp"
#include "server/admin/sources/folders.hpp"
#include "store/mailbox/keyword_table.hpp"

namespace kontor::admin {
namespace {

namespace json = boost::json;

constexpr net::Limit k_read = std::chrono::minutes(10);  // its source may lie on a slow disk

class ImportSession {
 public:
  ImportSession(const Desk& desk, net::Stream& stream)
      : desk_(desk), stream_(stream), visit_(*desk.imports) {}

  Task<void> run(Request request) {
    auto opened = co_await open(std::move(request));
    const bool is_open = opened.has_value();
    if (!co_await answer(std::move(opened)) || !is_open) co_return;
    while (true) {
      auto content = co_await next();
      if (!content) {
        if (content.error().code() != Errc::closed) {
          Answer refusal = fail(content.error());
          static_cast<void>(co_await answer(std::move(refusal)));
        }
        break;
      }
      auto done = co_await run_batch(*std::move(content));
      if (!co_await answer(std::move(done))) break;
    }
    desk_.environment.log.emit(
        log::events::k_import_ended,
        {{log::Keys::account, account_ ? account_->id().text() : ""}, {log::Keys::count, stored_}});
  }

 private:
  // The second word: "store" or "dry-run"; of a restore "in-place", "into", of objects
  // "objects" or "objects-over"; with "-dry-run".
  Task<Answer> open(Request request) {
    const auto& mode = request.arguments[1];
    in_place_ = mode.starts_with("in-place");
    restores_ = in_place_ || mode.starts_with("into");
    restores_objects_ = mode.starts_with("objects");
    overwrites_ = mode.starts_with("objects-over");
    dry_run_ = mode.ends_with("dry-run");
    KONTOR_CO_TRY(const auto found, find_account(desk_.environment, request.arguments[0]));
    auto& store = desk_.environment.store;
    if (found.account) {
      KONTOR_CO_TRY(account_, co_await store.open(*found.account));
    } else if (!dry_run_) {
      store::Binding owner{found.person->id.source, found.person->id.guid};
      KONTOR_CO_TRY(account_, co_await store.open_for(std::move(owner)));
    }
    if (account_ && !dry_run_) {
      KONTOR_CO_TRY(co_await visit_.enter(account_->id()));
    }
    if (account_ && restores_) shown_ = ShownMessages(account_->view());
    json::object out;
    out["account"] = account_ ? account_->id().text() : std::string();
    out["max_message"] = desk_.environment.settings.smtp.max_message;
    out["special"] = special_folders();
    co_return json::value(std::move(out));
  }

  json::object special_folders() const {
    json::object out;
    if (!account_) return out;
    for (const auto& folder : account_->view().folders())
      if (folder.special_use != store::SpecialUse::none)
        out[sources::name_of(folder.special_use)] = folder.name;
    return out;
  }

  // The next frame's content; cancelled: the server stops.
  Task<Result<std::string>> next() {
    for (;;) {
      if (desk_.imports->is_stopping())
        co_return fail(Errc::cancelled, "the server is shutting down");
      KONTOR_CO_TRY(const auto woken, co_await stream_.wait(&visit_.wake(), k_read));
      if (woken == net::Wake::timed_out) co_return fail(Errc::timed_out, "no batch came");
      if (woken == net::Wake::readable) break;
    }
    const auto most = desk_.environment.settings.smtp.max_message + k_batch_overhead;
    co_return co_await read_frame(stream_, most);
  }

  Task<bool> answer(Answer answer) {
    const auto frame = make_frame(print_answer(answer));
    if (!frame) co_return false;
    const auto sent = co_await stream_.write(*frame, k_read);
    co_return sent.has_value();
  }

  Task<Result<ImportFolder*>> folder(const ImportBatch& batch) {
    auto name = batch.folder;
    auto found = folders_.find(name);
    if (found == folders_.end()) {
      store::FolderOptions options;
      options.special_use = batch.use;
      options.subscribed = batch.subscribed;
      KONTOR_CO_TRY(auto opened, co_await ImportFolder::open(account_, name, options, dry_run_));
      found = folders_.emplace(std::move(name), std::move(opened)).first;
    }
    co_return &found->second;
  }

  // Why the store could not take it; empty: it can.
  std::string fault_of(const BatchMessage& message) const {
    if (message.raw.empty()) return "empty";
    if (message.raw.size() > desk_.environment.settings.smtp.max_message) return "too large";
    for (const auto& keyword : message.keywords)
      if (!store::is_keyword(keyword)) return "not a keyword";
    return {};
  }

  Task<Answer> run_batch(std::string content) {
    KONTOR_CO_TRY(auto batch, parse_batch(content));
    content = std::string();
    const bool is_mail = batch.folder_class == store::FolderClass::mail;
    if (is_mail == restores_objects_)
      co_return fail(Errc::bad_input, "objects and mail are restored apart");
    if (!is_mail) {
      KONTOR_CO_TRY(const auto put,
                    co_await put_objects(account_, std::move(batch), {dry_run_, overwrites_}));
      if (!dry_run_) stored_ += put.stored;
      co_return print_batch_result(put);
    }
    KONTOR_CO_TRY(auto* const into, co_await folder(batch));
    BatchResult result;
    std::vector<store::NewMessage> fresh;
    for (std::size_t i = 0; i < batch.messages.size(); ++i) {
      auto& message = batch.messages[i];
      if (auto fault = fault_of(message); !fault.empty()) {
        result.refused.push_back({i, std::move(fault)});
      } else if (restores_ ? is_shown(batch.folder, message)
                           : co_await into->take_present(message.raw)) {
        ++result.present;
      } else {
        fresh.push_back(prepared(std::move(message)));
      }
    }
    result.stored = fresh.size();
    if (!fresh.empty() && !dry_run_) {
      KONTOR_CO_TRY(co_await account_->append(into->id(), std::move(fresh)));
      stored_ += result.stored;
    }
    co_return print_batch_result(result);
  }

  bool is_shown(const std::string& folder, const BatchMessage& message) {
    if (in_place_) return shown_.take(message.guid, folder, message.homes);
    return shown_.take_in(message.guid, folder);
  }

  store::NewMessage prepared(BatchMessage message) const {
    store::NewMessage out;
    if (dry_run_) return out;
    const auto& limits = desk_.environment.settings.mime;
    out.message =
        store::prepare_message(std::move(message.raw), limits.max_depth, limits.max_parts);
    out.flags = message.flags;
    out.keywords = std::move(message.keywords);
    out.guid = message.guid;
    out.internal_date = message.date.value_or(desk_.environment.clock.now());
    return out;
  }

  const Desk& desk_;
  net::Stream& stream_;
  bool dry_run_ = false;
  bool restores_ = false;  // messages are known by EMAILID, not by their bytes
  bool in_place_ = false;
  bool restores_objects_ = false;
  bool overwrites_ = false;
  ShownMessages shown_;
  std::uint64_t stored_ = 0;
  std::shared_ptr<store::Account> account_;  // shared with everybody who has the mailbox open
  std::map<std::string, ImportFolder> folders_;
  Imports::Visit visit_;  // left first: the mailbox is another import's then
};

}  // namespace

Task<void> import_stream(const Desk& desk, net::Stream& stream, Request request) {
  ImportSession session(desk, stream);
  co_await session.run(std::move(request));
}

}  // namespace kontor::admin
