// SPDX-License-Identifier: GPL-3.0-or-later
#include "directory/domain/commands.hpp"

#include <fmt/format.h>

#include "base/core/text.hpp"
#include "directory/domain/join.hpp"
#include "directory/domain/names.hpp"
#include "directory/krb/profile.hpp"

namespace kontor::directory {
namespace {

constexpr std::string_view k_powershell =
    R"(# PowerShell of a domain administrator, on a controller or with RSAT.
$account = {account}
$realm = {realm}
$password = -join ((1..120) | ForEach-Object {{ [char[]]'ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789-_' | Get-Random }})
New-ADUser -Name $account -SamAccountName $account -UserPrincipalName "$account@{domain}" -Description {description}{path} -AccountPassword (ConvertTo-SecureString $password -AsPlainText -Force) -Enabled $true -PasswordNeverExpires $true -KerberosEncryptionType AES128,AES256
# Once more, now that AES alone is allowed: the keys are made for what is allowed.
Set-ADAccountPassword $account -Reset -NewPassword (ConvertTo-SecureString $password -AsPlainText -Force)
$names = {names}
foreach ($name in $names) {{ setspn -S $name $account }}
$kvno = (Get-ADUser $account -Properties msDS-KeyVersionNumber).'msDS-KeyVersionNumber'
$old = @()
foreach ($name in @($account) + $names) {{
  ktpass -princ "$name@$realm" -mapuser "$((Get-ADDomain).NetBIOSName)\$account" -ptype KRB5_NT_PRINCIPAL -crypto AES256-SHA1 -pass $password -rawsalt "$realm$account" -kvno $kvno -setupn -setpass @old -out kontor.keytab
  $old = @('-in', 'kontor.keytab')
}}
Remove-Variable password
)";

std::string powershell_quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("''") : std::string(1, c);
  return out + "'";
}

std::string shell_quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

std::string domain_dn(const std::string& domain) {
  std::string out;
  for (const auto label : split(domain, '.'))
    out.append(out.empty() ? "" : ",").append("DC=").append(label);
  return out;
}

std::string check_line(const JoinWish& wish) {
  if (wish.settings_file.empty()) return "kontorctl domain check\n";
  return "kontorctl domain check --config " + shell_quoted(wish.settings_file) + "\n";
}

std::string placing(const config::Settings& settings, const JoinWish& wish) {
  const auto& file = settings.ad.keytab_file;
  const auto user = settings.server.user.empty() ? std::string("root") : settings.server.user;
  return fmt::format(
             "# On this machine: put kontor.keytab in its place, then look at everything.\n"
             "install -o {0} -g {0} -m 0600 kontor.keytab {1} && rm kontor.keytab\n",
             shell_quoted(user), shell_quoted(file)) +
         check_line(wish);
}

std::string windows_text(const config::Settings& settings,
                         const JoinWish& wish,
                         const JoinPlan& plan) {
  std::string names;
  for (const auto& name : plan.names) names += (names.empty() ? "" : ",") + powershell_quoted(name);
  const auto path =
      wish.parent.empty() ? std::string() : " -Path " + powershell_quoted(wish.parent);
  return fmt::format(fmt::runtime(k_powershell),
                     fmt::arg("account", powershell_quoted(plan.account)),
                     fmt::arg("realm", powershell_quoted(realm_of(settings.ad))),
                     fmt::arg("domain", to_lower(settings.ad.domain)),
                     fmt::arg("description", powershell_quoted("Kontor mail server " + plan.host)),
                     fmt::arg("path", path), fmt::arg("names", names)) +
         placing(settings, wish);
}

// samba-tool takes a container without the domain's own part.
std::string below_domain(const std::string& dn, const std::string& base) {
  if (dn.size() <= base.size() + 1 || !iequals(dn.substr(dn.size() - base.size()), base)) return dn;
  return dn.substr(0, dn.size() - base.size() - 1);
}

std::string samba_text(const config::Settings& settings,
                       const JoinWish& wish,
                       const JoinPlan& plan) {
  const std::string base = domain_dn(to_lower(settings.ad.domain));
  const bool is_user = wish.service_account;
  const std::string account = shell_quoted(plan.account);
  std::string common = plan.account;
  if (!is_user) common.pop_back();
  const std::string parent = below_domain(wish.parent, base);
  const std::string place = parent.empty() ? (is_user ? "CN=Users" : "CN=Computers") : parent;
  std::string out = "# On a Samba controller, as root.\n";
  out += fmt::format(
      "samba-tool {0} create {1} --description={2}{3}{4}\n", is_user ? "user" : "computer",
      shell_quoted(common), shell_quoted("Kontor mail server " + plan.host),
      parent.empty() ? "" : (is_user ? " --userou=" : " --computerou=") + shell_quoted(parent),
      is_user ? " --random-password" : "");
  for (const auto& name : plan.names)
    out += fmt::format("samba-tool spn add {} {}\n", shell_quoted(name), account);
  out += fmt::format(
      "ldbmodify -H \"$(testparm -s --parameter-name='private dir' 2>/dev/null)/sam.ldb\" <<'END'\n"
      "dn: CN={},{},{}\n"
      "changetype: modify\n"
      "replace: msDS-SupportedEncryptionTypes\n"
      "msDS-SupportedEncryptionTypes: 24\n"
      "END\n",
      dn_escape(common), place, base);
  if (is_user) out += fmt::format("samba-tool user setexpiry {} --noexpiry\n", account);
  out += fmt::format("samba-tool user setpassword {} --random-password\n", account);
  for (const auto& name : plan.names)
    out += fmt::format("samba-tool domain exportkeytab kontor.keytab --principal={}\n",
                       shell_quoted(name));
  out += fmt::format("samba-tool domain exportkeytab kontor.keytab --principal={}\n", account);
  return out + placing(settings, wish);
}

std::string adcli_text(const config::Settings& settings,
                       const JoinWish& wish,
                       const JoinPlan& plan) {
  std::string services, last;
  for (const auto& name : plan.names) {
    const auto service = name.substr(0, name.find('/'));
    if (service != last) services += " --service-name=" + shell_quoted(service);
    last = service;
  }
  const std::string computer = plan.account.substr(0, plan.account.size() - 1);
  const auto user = settings.server.user.empty() ? std::string("root") : settings.server.user;
  const auto file = shell_quoted(settings.ad.keytab_file);
  return fmt::format(
             "# On this machine, as root; asks for the administrator's password.\n"
             "adcli join {0} --login-user=administrator --host-fqdn={1} --computer-name={2} "
             "--host-keytab={3}{4}\n"
             "chown {5}: {3} && chmod 0600 {3}\n",
             shell_quoted(to_lower(settings.ad.domain)), shell_quoted(plan.host),
             shell_quoted(computer), file, services, shell_quoted(user)) +
         check_line(wish);
}

}  // namespace

Result<std::string> print_commands(const config::Settings& settings,
                                   const JoinWish& wish,
                                   CommandForm form) {
  JoinWish fitting = wish;
  // ktpass is made for user accounts: a computer's password and names are its own there.
  if (form == CommandForm::windows && !wish.service_account) {
    fitting.service_account = true;
    fitting.account.clear();
  }
  KONTOR_TRY(const auto plan, plan_join(settings, fitting));
  if (form == CommandForm::windows) return windows_text(settings, fitting, plan);
  if (form == CommandForm::samba) return samba_text(settings, fitting, plan);
  if (wish.service_account)
    return fail(Errc::unsupported, "adcli makes machine accounts alone: leave --account out");
  return adcli_text(settings, wish, plan);
}

}  // namespace kontor::directory
