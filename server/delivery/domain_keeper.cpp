// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/delivery/domain_keeper.hpp"

namespace kontor::delivery {
namespace {

constexpr std::uint64_t k_longest = 4'194'304;

}  // namespace

DomainKeeper::DomainKeeper(io::FileSystem& files,
                           std::string path,
                           io::WorkPool& pool,
                           InForce in_force)
    : files_(files), path_(std::move(path)), pool_(pool), in_force_(std::move(in_force)) {}

Result<std::unique_ptr<DomainKeeper>> DomainKeeper::open(io::FileSystem& files,
                                                         std::string path,
                                                         io::WorkPool& pool,
                                                         InForce in_force) {
  std::unique_ptr<DomainKeeper> keeper(new DomainKeeper(files, path, pool, std::move(in_force)));
  const auto text = io::read_file(files, keeper->path_, k_longest);
  if (!text && text.error().code() == Errc::not_found) return keeper;
  if (!text) return fail(text.error());
  auto names = parse_domains(*text);
  if (!names) return fail(std::move(names).error().while_doing("reading " + keeper->path_));
  keeper->in_force_(*names);
  keeper->names_.with([&](DomainNames& kept) { kept = *std::move(names); });
  return keeper;
}

DomainNames DomainKeeper::names() const {
  return names_.with([](const DomainNames& kept) { return kept; });
}

Task<Result<void>> DomainKeeper::apply(std::function<Result<void>(DomainNames& names)> change) {
  auto work = [this, change = std::move(change)] {
    return names_.with([&](DomainNames& kept) -> Result<void> {
      auto names = kept;
      KONTOR_TRY(change(names));
      KONTOR_TRY(io::write_file_durably(files_, path_, format_domains(names)));
      kept = std::move(names);
      in_force_(kept);
      return {};
    });
  };
  co_return co_await io::on_pool(pool_, std::move(work));
}

Task<Result<void>> DomainKeeper::add(std::string domain) {
  KONTOR_CO_TRY(auto name, parse_domain_name(domain));
  co_return co_await apply([name = std::move(name)](DomainNames& names) -> Result<void> {
    if (!names.insert(name).second) return fail(Errc::exists, name + " is there already");
    return {};
  });
}

Task<Result<void>> DomainKeeper::remove(std::string domain) {
  KONTOR_CO_TRY(auto name, parse_domain_name(domain));
  co_return co_await apply([name = std::move(name)](DomainNames& names) -> Result<void> {
    if (names.erase(name) == 0) return fail(Errc::not_found, "kontorctl was not told " + name);
    return {};
  });
}

}  // namespace kontor::delivery
