// SPDX-License-Identifier: GPL-3.0-or-later
// The next batch is gathered while the server works on the ones before: at most k_window answers
// are outstanding.
#include "server/admin/mail_sender.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <utility>

#include "base/core/text.hpp"

namespace kontor::admin {
namespace {

namespace json = boost::json;

constexpr std::size_t k_window = 2;
constexpr std::size_t k_pending_bytes = 16U << 20U;  // of all folders together
constexpr std::size_t k_max_listed = 1'000;          // of each kind of remark; all are counted

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

}  // namespace

Result<void> MailSender::open(const NamedRequest& request) {
  KONTOR_TRY(const auto frame, make_frame(print_request(request)));
  KONTOR_TRY(connection_.send(frame));
  KONTOR_TRY(const auto answer, connection_.receive());
  const auto* object = answer.if_object();
  if (object == nullptr || !object->contains("max_message") || !object->contains("special"))
    return fail(Errc::bad_input, "this server is of another version");
  account_ = object->at("account").as_string();
  max_message_ = object->at("max_message").to_number<std::uint64_t>();
  for (const auto& field : object->at("special").as_object())
    special_[std::string(field.key())] = field.value().as_string();
  return {};
}

MailSender::Pending& MailSender::pending(const std::string& folder) {
  folders_.try_emplace(folder);
  auto& out = pending_[folder];
  out.batch.folder = folder;
  return out;
}

void MailSender::describe(const std::string& folder, store::SpecialUse use, bool subscribed) {
  auto& batch = pending(folder).batch;
  batch.use = use;
  batch.subscribed = subscribed;
}

void MailSender::describe(const std::string& folder,
                          store::FolderClass folder_class,
                          std::map<std::string, std::string> annotations) {
  auto& batch = pending(folder).batch;
  batch.folder_class = folder_class;
  batch.annotations = std::move(annotations);
}

Result<void> MailSender::make(const std::string& folder) { return send(pending(folder)); }

Result<void> MailSender::add(const std::string& folder,
                             BatchMessage message,
                             std::string where,
                             std::uint64_t tag) {
  auto& to = pending(folder);
  const auto size = message.raw.size();
  if (!to.batch.messages.empty() && to.bytes + size > k_batch_bytes) {
    KONTOR_TRY(send(to));
  }
  to.bytes += size;
  pending_bytes_ += size;
  to.where.push_back(std::move(where));
  to.tags.push_back(tag);
  to.batch.messages.push_back(std::move(message));
  if (to.batch.messages.size() == k_max_batch_messages) return send(to);
  if (pending_bytes_ <= k_pending_bytes) return {};
  for (auto& [name, other] : pending_) {
    if (other.batch.messages.empty()) continue;
    KONTOR_TRY(send(other));
  }
  return {};
}

Result<void> MailSender::flush(const std::string& folder) {
  auto& to = pending(folder);
  return to.batch.messages.empty() ? Result<void>() : send(to);
}

Result<void> MailSender::send(Pending& from) {
  KONTOR_TRY(const auto frame, make_frame(print_batch(from.batch)));
  sent_.push_back({from.batch.folder, std::exchange(from.where, {}), std::exchange(from.tags, {})});
  from.batch.messages.clear();
  pending_bytes_ -= std::exchange(from.bytes, 0);
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

Result<void> MailSender::finish() {
  for (auto& [name, from] : pending_) {
    if (from.batch.messages.empty()) continue;
    KONTOR_TRY(send(from));
  }
  while (!sent_.empty()) {
    KONTOR_TRY(take_answer());
  }
  return {};
}

Result<void> MailSender::take_answer() {
  auto answer = connection_.receive();
  auto batch = std::move(sent_.front());
  sent_.pop_front();
  auto& counts = folders_[batch.folder];
  std::map<std::size_t, std::string> refused;
  if (!answer) {
    // A batch that can never be taken stays behind; anything else ends the work.
    const auto& why = answer.error();
    if (why.code() != Errc::bad_input && why.code() != Errc::limit) return fail(why);
    for (std::size_t i = 0; i < batch.where.size(); ++i) refused[i] = why.text();
  } else {
    KONTOR_TRY(const auto result, parse_batch_result(*answer));
    counts.stored += result.stored;
    counts.present += result.present;
    done_.messages += result.stored + result.present;
    for (const auto& one : result.refused) refused[one.index] = one.why;
  }
  counts.messages += batch.where.size();
  for (const auto& [index, why] : refused)
    if (index < batch.where.size()) refuse(batch, index, why);
  progress_.update(done_);
  return settle(batch, std::move(refused));
}

Result<void> MailSender::settle(const Sent& sent, std::map<std::size_t, std::string> refused) {
  if (!on_settled) return {};
  return on_settled({sent.folder, sent.tags, std::move(refused)});
}

void MailSender::refuse(const Sent& batch, std::size_t index, const std::string& why) {
  ++left_;
  ++folders_[batch.folder].left;
  list_problem({batch.where[index], why});
}

void MailSender::list_problem(sources::Remark remark) {
  if (problems_.size() < k_max_listed) problems_.push_back(std::move(remark));
}

void MailSender::skip(const std::string& folder, sources::Remark remark, bool is_fault) {
  if (is_fault) {
    if (!folder.empty()) ++folders_[folder].left;
    ++left_;
    list_problem(std::move(remark));
  } else {
    ++passed_;
    if (passed_over_.size() < k_max_listed) passed_over_.push_back(std::move(remark));
  }
}

void MailSender::advance(std::uint64_t bytes) {
  done_.bytes += bytes;
  progress_.update(done_);
}

json::object MailSender::report() {
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

std::string advice_to_go_on(const Error& error) {
  return error.text() + "; the same command goes on where this one ended";
}

}  // namespace kontor::admin
