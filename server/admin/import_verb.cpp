// SPDX-License-Identifier: GPL-3.0-or-later
// kontorctl's side of `import`: reads mail files and sends their messages (docs/formats/control.md,
// "Import").
#include <boost/json/object.hpp>

#include "server/admin/imap_import.hpp"
#include "server/admin/mail_sender.hpp"
#include "server/admin/sources/reader.hpp"
#include "store/mailbox/names.hpp"

namespace kontor::admin {
namespace {

class Import final : public sources::Taker {
 public:
  Import(MailSender& sender, sources::Target target)
      : sender_(sender), target_(std::move(target)) {}

  Result<void> run(const sources::Scan& scan) {
    for (const auto& fault : scan.faults) skip(fault, true);
    for (const auto& path : scan.passed_over) skip({path, "no mail"}, false);
    for (const auto& box : scan.boxes) {
      folder_ = sources::folder_for(box.levels, target_);
      sender_.describe(folder_, store::SpecialUse::none, true);
      KONTOR_TRY(read_box(box, sender_.max_message(), *this));
      KONTOR_TRY(sender_.flush(folder_));
    }
    return sender_.finish();
  }

  Result<void> take(sources::SourceMessage message) override {
    BatchMessage one;
    one.raw = std::move(message.raw);
    one.flags = message.marks.flags;
    one.keywords = std::move(message.marks.keywords);
    one.date = message.date;
    return sender_.add(folder_, std::move(one), std::move(message.where));
  }
  void skip(sources::Remark remark, bool is_fault) override {
    sender_.skip(folder_, std::move(remark), is_fault);
  }
  void advance(std::uint64_t bytes) override { sender_.advance(bytes); }

 private:
  MailSender& sender_;
  sources::Target target_;
  std::string folder_;
};

}  // namespace

bool import_fits(const Request& request) {
  const auto& options = request.options;
  if (!options.contains("--imap")) return request.arguments.size() == 2;
  if (options.contains("--list")) return request.arguments.empty();
  return request.arguments.size() == 1 && options.contains("--user");
}

Result<Finding> import_mail(const Client& client, Request request) {
  const bool dry_run = request.options.contains("--dry-run");
  if (request.options.contains("--imap")) return import_by_options(client, request);
  KONTOR_TRY(const auto scan, sources::scan(request.arguments[1]));
  KONTOR_TRY(auto connection, Connection::open(client.data_folder));
  MailSender sender(std::move(connection),
                    Progress(client.progress, client.is_terminal, scan.bytes, system_clock()));
  sources::Target target;
  if (const auto into = request.options.find("--into"); into != request.options.end()) {
    KONTOR_TRY(target.into, store::folder_name(into->second));
  }
  const NamedRequest opening{"import",
                             {{request.arguments[0], dry_run ? "dry-run" : "store"}, {}, {}}};
  KONTOR_TRY(sender.open(opening));
  target.special = sender.special();
  const auto ended = Import(sender, std::move(target)).run(scan);
  const bool complete = ended.has_value() && sender.left_behind() == 0;
  auto report = sender.report();
  report["dry_run"] = dry_run;
  report["complete"] = complete;
  if (!ended) report["error"] = advice_to_go_on(ended.error());
  return Finding{std::move(report), {}, complete};
}

}  // namespace kontor::admin
