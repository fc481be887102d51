// SPDX-License-Identifier: GPL-3.0-or-later
// kontorctl import: reads mail from files and sends it to the server in batches.
//
// While the server stores one batch the next one is read: at most k_window answers are outstanding.
// Nothing is remembered here: what the mailbox holds already, the server passes over.
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <deque>
#include <map>
#include <utility>

#include "base/core/text.hpp"
#include "server/admin/client.hpp"
#include "server/admin/import_batch.hpp"
#include "server/admin/progress.hpp"
#include "server/admin/sources/reader.hpp"
#include "store/mailbox/names.hpp"

namespace kontor::admin {
namespace {

namespace json = boost::json;

constexpr std::size_t k_window = 2;
constexpr std::size_t k_max_listed = 1'000;  // of each kind of remark; all are counted

struct Counts {
  std::uint64_t messages = 0;
  std::uint64_t stored = 0;
  std::uint64_t present = 0;
  std::uint64_t left = 0;  // mail that stays behind
};

struct Sent {  // a batch without its answer
  std::string folder;
  std::vector<std::string> where;
};

class Import final : public sources::Taker {
 public:
  Import(Connection connection, Progress progress)
      : connection_(std::move(connection)), progress_(std::move(progress)) {}

  Result<void> open(const NamedRequest& request) {
    KONTOR_TRY(const auto frame, make_frame(print_request(request)));
    KONTOR_TRY(connection_.send(frame));
    KONTOR_TRY(const auto answer, connection_.receive());
    const auto* object = answer.if_object();
    if (object == nullptr || !object->contains("max_message") || !object->contains("special"))
      return fail(Errc::bad_input, "this server is of another version");
    account_ = object->at("account").as_string();
    max_message_ = object->at("max_message").to_number<std::uint64_t>();
    for (const auto& field : object->at("special").as_object())
      target.special[std::string(field.key())] = field.value().as_string();
    return {};
  }

  Result<void> run(const sources::Scan& scan) {
    for (const auto& fault : scan.faults) skip(fault, true);
    for (const auto& path : scan.passed_over) skip({path, "no mail"}, false);
    for (const auto& box : scan.boxes) {
      batch_.folder = sources::folder_for(box.levels, target);
      folders_.try_emplace(batch_.folder);
      KONTOR_TRY(read_box(box, max_message_, *this));
      KONTOR_TRY(flush());
    }
    while (!sent_.empty()) {
      KONTOR_TRY(take_answer());
    }
    return {};
  }

  Result<void> take(sources::SourceMessage message) override {
    if (!batch_.messages.empty() && bytes_ + message.raw.size() > k_batch_bytes) {
      KONTOR_TRY(flush());
    }
    bytes_ += message.raw.size();
    where_.push_back(std::move(message.where));
    batch_.messages.push_back({std::move(message.raw), message.marks.flags,
                               std::move(message.marks.keywords), message.date});
    if (batch_.messages.size() == k_max_batch_messages) return flush();
    return {};
  }

  void skip(sources::Remark remark, bool is_fault) override {
    if (is_fault) {
      if (!batch_.folder.empty()) ++folders_[batch_.folder].left;
      ++left_;
      if (problems_.size() < k_max_listed) problems_.push_back(std::move(remark));
    } else {
      ++passed_;
      if (passed_over_.size() < k_max_listed) passed_over_.push_back(std::move(remark));
    }
  }

  void advance(std::uint64_t bytes) override {
    done_.bytes += bytes;
    progress_.update(done_);
  }

  json::object report();
  bool is_complete() const { return left_ == 0; }

  sources::Target target;

 private:
  Result<void> flush() {
    if (batch_.messages.empty()) return {};
    KONTOR_TRY(const auto frame, make_frame(print_batch(batch_)));
    sent_.push_back({batch_.folder, std::exchange(where_, {})});
    batch_.messages.clear();
    bytes_ = 0;
    // An answer that explains why the server went away is worth more than that it did.
    if (const auto sent = connection_.send(frame); !sent) {
      while (!sent_.empty()) {
        KONTOR_TRY(take_answer());
      }
      return fail(sent.error());
    }
    while (sent_.size() >= k_window) {
      KONTOR_TRY(take_answer());
    }
    return {};
  }

  Result<void> take_answer() {
    auto answer = connection_.receive();
    auto batch = std::move(sent_.front());
    sent_.pop_front();
    auto& counts = folders_[batch.folder];
    if (!answer) return refused(batch, std::move(answer).error());
    KONTOR_TRY(const auto result, parse_batch_result(*answer));
    counts.messages += batch.where.size();
    counts.stored += result.stored;
    counts.present += result.present;
    done_.messages += result.stored + result.present;
    for (const auto& one : result.refused)
      if (one.index < batch.where.size()) skip_in(batch, one.index, one.why);
    progress_.update(done_);
    return {};
  }

  void skip_in(const Sent& batch, std::size_t index, const std::string& why) {
    ++left_;
    ++folders_[batch.folder].left;
    if (problems_.size() < k_max_listed) problems_.push_back({batch.where[index], why});
  }

  // A batch that can never be taken stays behind; anything else ends the import.
  Result<void> refused(const Sent& batch, Error why) {
    if (why.code() != Errc::bad_input && why.code() != Errc::limit) return fail(std::move(why));
    folders_[batch.folder].messages += batch.where.size();
    for (std::size_t i = 0; i < batch.where.size(); ++i) skip_in(batch, i, why.text());
    return {};
  }

  Connection connection_;
  Progress progress_;
  std::string account_;
  std::uint64_t max_message_ = 0;
  ImportBatch batch_;
  std::vector<std::string> where_;  // of the batch's messages
  std::size_t bytes_ = 0;           // of the batch
  std::deque<Sent> sent_;
  std::map<std::string, Counts> folders_;
  Done done_;
  std::vector<sources::Remark> problems_, passed_over_;
  std::uint64_t left_ = 0, passed_ = 0;
};

json::array remarks(const std::vector<sources::Remark>& remarks) {
  json::array out;
  for (const auto& remark : remarks) {
    json::object row;
    row["where"] = to_valid_utf8(remark.where);
    row["why"] = to_valid_utf8(remark.why);
    out.emplace_back(std::move(row));
  }
  return out;
}

json::object Import::report() {
  progress_.finish(done_);
  json::object out;
  Counts all;
  json::array folders;
  for (const auto& [name, counts] : folders_) {
    json::object row;
    row["folder"] = name;
    row["stored"] = counts.stored;
    row["already_there"] = counts.present;
    row["left_behind"] = counts.left;
    folders.emplace_back(std::move(row));
    all.stored += counts.stored;
    all.present += counts.present;
  }
  const auto millis = static_cast<std::uint64_t>(progress_.elapsed().count());
  out["account"] = account_;
  out["stored"] = all.stored;
  out["already_there"] = all.present;
  out["left_behind"] = left_;
  out["passed_over"] = passed_;
  out["bytes"] = done_.bytes;
  out["milliseconds"] = millis;
  out["messages_per_second"] =
      (all.stored + all.present) * 1'000 / std::max<std::uint64_t>(millis, 1);
  out["folders"] = std::move(folders);
  if (left_ > 0) out["problems"] = remarks(problems_);
  if (passed_ > 0) out["no_mail"] = remarks(passed_over_);
  return out;
}

// What an import that ended early is told.
std::string advice(const Error& error) {
  auto text = error.text();
  text += "; the same command goes on where this one ended";
  return text;
}

}  // namespace

Result<Finding> import_mail(const Client& client, Request request) {
  const bool dry_run = request.options.contains("--dry-run");
  KONTOR_TRY(const auto scan, sources::scan(request.arguments[1]));
  KONTOR_TRY(auto connection, Connection::open(client.data_folder));
  Import import(std::move(connection),
                Progress(client.progress, client.is_terminal, scan.bytes, system_clock()));
  if (const auto into = request.options.find("--into"); into != request.options.end()) {
    KONTOR_TRY(import.target.into, store::folder_name(into->second));
  }
  const NamedRequest opening{"import",
                             {{request.arguments[0], dry_run ? "dry-run" : "store"}, {}, {}}};
  KONTOR_TRY(import.open(opening));
  const auto ended = import.run(scan);
  auto report = import.report();
  report["dry_run"] = dry_run;
  report["complete"] = ended.has_value() && import.is_complete();
  if (!ended) report["error"] = advice(ended.error());
  return Finding{std::move(report), {}, ended.has_value() && import.is_complete()};
}

}  // namespace kontor::admin
