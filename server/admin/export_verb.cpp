// SPDX-License-Identifier: GPL-3.0-or-later
// kontorctl export: the mail of an account, now or as it was, into files of other programs' forms
// (docs/formats/export.md). It has its name when it is whole.
#include <sys/stat.h>
#include <unistd.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <cerrno>
#include <cstdio>
#include <map>

#include "base/core/text.hpp"
#include "server/admin/exports/writer.hpp"
#include "server/admin/past_mailbox.hpp"
#include "server/admin/progress.hpp"

namespace kontor::admin {
namespace {

namespace json = boost::json;

constexpr std::size_t k_max_listed = 1'000;

struct Counts {
  std::uint64_t messages = 0;
  std::uint64_t bytes = 0;
};

// Makes the folder that the files are written to, beside the one they come to lie in.
Result<std::string> make_place(const std::string& to) {
  if (to.empty()) return fail(Errc::bad_input, "say where to: --to FOLDER");
  // An empty folder may be there already.
  if (::rmdir(to.c_str()) != 0 && errno != ENOENT)
    return fail(Errc::exists, to + " is there already: name a new or an empty folder");
  auto place = to + ".part";
  if (::mkdir(place.c_str(), 0700) == 0) return place;
  if (errno == EEXIST)
    return fail(Errc::exists, place + " is left of an export that was broken off: remove it");
  return errno_error(place, errno);
}

json::array folder_rows(const std::map<std::string, Counts>& folders) {
  json::array out;
  for (const auto& [name, counts] : folders)
    out.emplace_back(
        json::object{{"folder", name}, {"messages", counts.messages}, {"bytes", counts.bytes}});
  return out;
}

}  // namespace

Result<Finding> export_mail(const Client& client, Request request) {
  const auto option = [&](const std::string& name) {
    const auto found = request.options.find(name);
    return found == request.options.end() ? std::string() : found->second;
  };
  auto to = option("--to");
  while (to.size() > 1 && to.ends_with('/')) to.pop_back();
  KONTOR_TRY(const auto choice, Choice::of(request));
  KONTOR_TRY(exports::make_writer(option("--format"), to));  // its name is right
  KONTOR_TRY(auto from, find_past(client, request.arguments[0], request));
  KONTOR_TRY(auto mailbox, PastMailbox::open(std::move(from), request));
  KONTOR_TRY(mailbox.choose(choice));
  KONTOR_TRY(const auto place, make_place(to));
  KONTOR_TRY(const auto writer, exports::make_writer(option("--format"), place));
  Progress progress(client.progress, client.is_terminal, mailbox.bytes(), system_clock());
  std::map<std::string, Counts> folders;
  Done done;
  for (const auto* folder : mailbox.folders()) {
    KONTOR_TRY(writer->begin_folder(folder->name));
    folders[folder->name];
  }
  const auto add = [&](const PastEntry& entry, const store::DeliverFrame& message) -> Result<void> {
    exports::OutMessage out;
    out.raw = message.raw;
    out.marks = {entry.row.flags(), mailbox.keywords(entry.row)};
    out.date = UtcSeconds(std::chrono::seconds(entry.row.internal_date));
    out.uid = entry.row.uid;
    KONTOR_TRY(writer->add(entry.folder->name, out));
    auto& counts = folders[entry.folder->name];
    ++counts.messages;
    counts.bytes += message.raw.size();
    ++done.messages;
    done.bytes += message.raw.size();
    progress.update(done);
    return {};
  };
  KONTOR_TRY(mailbox.read(add));
  KONTOR_TRY(writer->finish());
  if (std::rename(place.c_str(), to.c_str()) != 0) return errno_error(to, errno);
  KONTOR_TRY(io::real_file_system().sync_directory(io::parent_of(to)));
  progress.finish(done);
  const auto missing = mailbox.missing();
  json::object out;
  out["account"] = mailbox.from().account.text();
  out["to"] = to;
  out["format"] = option("--format");
  out["messages"] = done.messages;
  out["bytes"] = done.bytes;
  out["left_behind"] = missing.size();
  out["milliseconds"] = progress.elapsed().count();
  out["complete"] = missing.empty();
  out["folders"] = folder_rows(folders);
  json::array problems;
  for (const auto& where : missing) {
    if (problems.size() == k_max_listed) break;
    problems.emplace_back(json::object{
        {"where", where}, {"why", "damaged, or purged meanwhile (kontorctl store verify tells)"}});
  }
  if (!problems.empty()) out["problems"] = std::move(problems);
  return Finding{std::move(out), {}, missing.empty()};
}

}  // namespace kontor::admin
