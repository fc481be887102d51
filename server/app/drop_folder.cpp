// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/app/drop_folder.hpp"

#include <fmt/format.h>

#include "base/core/crc32c.hpp"
#include "server/smtp/client/route.hpp"

namespace kontor::app {
namespace {

queue::Outcome deferred(const Error& error) {
  queue::Outcome out;
  out.status = "4.3.1";  // RFC 3463: mail system full
  out.reason = "writing the file: " + error.text();
  return out;
}

std::string file_of(const queue::Piece& piece, const std::string& bytes) {
  std::string out = "X-Sender: <" + piece.envelope->sender + ">\r\n";
  for (const auto& one : piece.recipients) out += "X-Receiver: <" + one.address + ">\r\n";
  return out + bytes;
}

}  // namespace

Task<queue::Outcome> DropFolder::write(std::string domain,
                                       const queue::Piece& piece,
                                       queue::Work& work) {
  const auto bytes = co_await work.read(piece);
  if (!bytes) co_return deferred(bytes.error());
  const auto folder = folder_ + "/" + domain;
  const auto file = file_of(piece, *bytes);
  // The same recipients of a message give the same name, others another.
  const auto lines = std::string_view(file).substr(0, file.size() - bytes->size());
  const auto name = fmt::format("{}-{}-{:08x}", piece.envelope->trace, piece.id, crc32c(lines));
  auto job = [this, folder, name, file]() -> Result<void> {
    KONTOR_TRY(io::make_directories(files_, folder));
    return io::write_file_durably(files_, folder + "/" + name + ".eml", file);
  };
  const auto written = co_await io::on_pool(disk_, std::move(job));
  if (!written) co_return deferred(written.error());
  queue::Outcome out;
  out.fate = queue::Fate::delivered;
  out.status = "2.0.0";
  out.reason = "written as drop/" + domain + "/" + name + ".eml";
  co_return out;
}

Task<void> DropFolder::deliver(std::string destination, queue::Work& work) {
  const std::string domain(smtp::client::dropped_domain(destination));
  while (auto piece = work.next()) {
    const auto outcome = co_await write(domain, *piece, work);
    std::vector<queue::Outcome> outcomes(piece->recipients.size(), outcome);
    if (!co_await work.report(*piece, std::move(outcomes))) co_return;
  }
}

}  // namespace kontor::app
