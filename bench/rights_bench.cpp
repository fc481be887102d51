// SPDX-License-Identifier: GPL-3.0-or-later
// What a check of rights costs a person with many SIDs, and what making his SIDs anew costs when
// the directory changed.
#include <benchmark/benchmark.h>

#include "directory/model/identity.hpp"
#include "server/sharing/rights.hpp"

namespace kontor::sharing {
namespace {

using directory::DirectoryCopy;
using directory::Principal;
using directory::PrincipalId;

PrincipalId id_of(std::uint32_t number) {
  std::array<std::uint8_t, 16> bytes{};
  for (std::size_t i = 0; i < 4; ++i) bytes[i] = static_cast<std::uint8_t>(number >> (8 * i));
  return {"ad", Uuid(bytes)};
}

// One person, a member of `groups` groups, each tenth inside the one before; as many he is not in.
class OnePersonsDirectory final : public directory::Directory {
 public:
  explicit OnePersonsDirectory(std::uint32_t groups) {
    std::vector<Principal> all;
    Principal person;
    person.id = id_of(1);
    person.sid = "S-1-5-21-3786158699-1628915179-3288043877-1";
    person.mail = "anna@example.test";
    all.push_back(person);
    for (std::uint32_t i = 0; i < 2 * groups; ++i) {
      Principal group;
      group.kind = directory::Kind::group;
      group.id = id_of(1'000 + i);
      group.sid = "S-1-5-21-3786158699-1628915179-3288043877-" + std::to_string(1'000 + i);
      if (i < groups) group.members = {i % 10 == 9 ? id_of(999 + i) : id_of(1)};
      all.push_back(std::move(group));
    }
    copy_ = std::make_shared<const DirectoryCopy>(std::move(all), 1);
  }
  std::shared_ptr<const DirectoryCopy> current() const override { return copy_; }
  directory::Subscription subscribe(std::function<void()>) override { return {}; }

 private:
  std::shared_ptr<const DirectoryCopy> copy_;
};

// A list of 20 groups; he is in the last of them only.
void check_rights(benchmark::State& run) {
  const auto groups = static_cast<std::uint32_t>(run.range(0));
  const OnePersonsDirectory directory(groups);
  const auto copy = directory.current();
  const auto identity = directory::make_identity(*copy, *copy->find(id_of(1)), "anna", {});
  const store::Binding owner{"ad", id_of(2).guid};
  store::FolderInfo folder;
  folder.id = 7;
  store::AccessList list;
  for (std::uint32_t i = 0; i < 20; ++i) {
    const auto group = id_of(i == 19 ? 1'000 : 1'000 + groups + i);
    list.push_back({{group.source, group.guid}, false, *store::rights_of("lr")});
  }
  const Access access{owner, folder, list};
  if (!may(identity, directory, access, Right::read)) return run.SkipWithError("no right");
  for (auto _ : run) benchmark::DoNotOptimize(may(identity, directory, access, Right::read));
  run.counters["sids"] = static_cast<double>(identity.sids.size());
}

void make_sids(benchmark::State& run) {
  const OnePersonsDirectory directory(static_cast<std::uint32_t>(run.range(0)));
  const auto copy = directory.current();
  const auto person = copy->find(id_of(1));
  for (auto _ : run) benchmark::DoNotOptimize(directory::make_identity(*copy, *person, "anna", {}));
}

BENCHMARK(check_rights)->Arg(10)->Arg(1'000)->Unit(benchmark::kMicrosecond);
BENCHMARK(make_sids)->Arg(10)->Arg(1'000)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace kontor::sharing
