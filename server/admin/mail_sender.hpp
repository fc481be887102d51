// SPDX-License-Identifier: GPL-3.0-or-later
// kontorctl's side of everything that brings messages into a mailbox: gathers them into batches,
// one folder a batch, and sends them while the server works on the ones before
// (docs/formats/control.md, "Import").
//
// Nothing is remembered here: what the mailbox holds already, the server passes over. Blocking;
// memory: a few batches.
#pragma once
#include <boost/json/object.hpp>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "server/admin/client.hpp"
#include "server/admin/import_batch.hpp"
#include "server/admin/progress.hpp"
#include "server/admin/sources/scan.hpp"

namespace kontor::admin {

class MailSender {
 public:
  MailSender(Connection connection, Progress progress)
      : connection_(std::move(connection)), progress_(std::move(progress)) {}

  // The first frame and its answer.
  Result<void> open(const NamedRequest& request);
  const std::string& account() const noexcept { return account_; }
  std::uint64_t max_message() const noexcept { return max_message_; }
  // By name_of(use): the mailbox's own folder for it.
  const std::map<std::string, std::string>& special() const noexcept { return special_; }

  // Of a folder that has to be made; before its first message.
  void describe(const std::string& folder, store::SpecialUse use, bool subscribed);
  // Of a folder of objects, likewise.
  void describe(const std::string& folder,
                store::FolderClass folder_class,
                std::map<std::string, std::string> annotations);
  // Makes the folder although no message follows.
  Result<void> make(const std::string& folder);
  // `where` names the message in the report. `tag` comes back when it is settled.
  Result<void> add(const std::string& folder,
                   BatchMessage message,
                   std::string where,
                   std::uint64_t tag = 0);
  Result<void> flush(const std::string& folder);
  Result<void> finish();  // everything is sent and answered

  // What stays behind (`is_fault`), or is passed over; `folder` may be empty.
  void skip(const std::string& folder, sources::Remark remark, bool is_fault);
  void advance(std::uint64_t bytes);  // of the source

  // A batch was answered, in the order sent: what the messages were tagged with, and why one was
  // refused.
  struct Settled {
    std::string folder;
    std::vector<std::uint64_t> tags;
    std::map<std::size_t, std::string> refused;  // by index
  };
  std::function<Result<void>(const Settled&)> on_settled;

  std::uint64_t left_behind() const noexcept { return left_; }
  std::uint64_t passed_over() const noexcept { return passed_; }
  boost::json::object report();

 private:
  struct Counts {
    std::uint64_t messages = 0;
    std::uint64_t stored = 0;
    std::uint64_t present = 0;
    std::uint64_t left = 0;  // mail that stays behind
  };
  struct Pending {
    ImportBatch batch;
    std::vector<std::string> where;
    std::vector<std::uint64_t> tags;
    std::size_t bytes = 0;
  };
  struct Sent {  // a batch without its answer
    std::string folder;
    std::vector<std::string> where;
    std::vector<std::uint64_t> tags;
  };
  Pending& pending(const std::string& folder);
  Result<void> send(Pending& pending);
  Result<void> take_answer();
  Result<void> settle(const Sent& sent, std::map<std::size_t, std::string> refused);
  void refuse(const Sent& batch, std::size_t index, const std::string& why);
  void list_problem(sources::Remark remark);

  Connection connection_;
  Progress progress_;
  std::string account_;
  std::uint64_t max_message_ = 0;
  std::map<std::string, std::string> special_;
  std::map<std::string, Pending> pending_;
  std::size_t pending_bytes_ = 0;
  std::deque<Sent> sent_;
  std::map<std::string, Counts> folders_;
  Done done_;
  std::vector<sources::Remark> problems_, passed_over_;
  std::uint64_t left_ = 0, passed_ = 0;
};

// What a work that ended early is told.
std::string advice_to_go_on(const Error& error);

}  // namespace kontor::admin
