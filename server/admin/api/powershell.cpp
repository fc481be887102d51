// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/admin/api/powershell.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <vector>

#include "base/core/contains.hpp"
#include "base/core/text.hpp"
#include "server/admin/operations.hpp"

namespace kontor::admin::api {
namespace {

struct Name {
  std::string_view method, path, function;
};
// As administrators of Exchange know them.
constexpr std::array k_names{
    Name{"GET", "/mailboxes", "Get-Mailbox"},
    Name{"GET", "/mailboxes/{account}", "Get-MailboxStatistics"},
    Name{"DELETE", "/mailboxes/{account}", "Remove-Mailbox"},
    Name{"GET", "/mailboxes/{account}/folders", "Get-MailboxFolderStatistics"},
    Name{"GET", "/mailboxes/{account}/quota", "Get-MailboxQuota"},
    Name{"PUT", "/mailboxes/{account}/quota", "Set-MailboxQuota"},
    Name{"GET", "/mailboxes/{mailbox}/rights", "Get-MailboxPermission"},
    Name{"POST", "/mailboxes/{mailbox}/rights", "Add-MailboxPermission"},
    Name{"DELETE", "/mailboxes/{mailbox}/rights", "Remove-MailboxPermission"},
    Name{"GET", "/mailboxes/{account}/recoverable", "Get-RecoverableItems"},
    Name{"POST", "/mailboxes/{account}/undelete", "Restore-RecoverableItems"},
    Name{"GET", "/mailboxes/{account}/out-of-office", "Get-MailboxAutoReplyConfiguration"},
    Name{"PUT", "/mailboxes/{account}/out-of-office", "Set-MailboxAutoReplyConfiguration"},
    Name{"GET", "/trace", "Get-MessageTrace"},
    Name{"GET", "/trace/messages/{id}", "Get-MessageTraceDetail"},
    Name{"GET", "/queue", "Get-Queue"},
    Name{"GET", "/queue/messages/{id}", "Get-QueuedMessage"},
    Name{"POST", "/queue/messages/{id}/retry", "Resume-QueuedMessage"},
    Name{"DELETE", "/queue/messages/{id}", "Remove-QueuedMessage"},
    Name{"POST", "/queue/retry", "Restart-Queue"},
    Name{"PUT", "/queue/paused/{domain}", "Suspend-Queue"},
    Name{"DELETE", "/queue/paused/{domain}", "Resume-Queue"},
    Name{"GET", "/groups", "Get-DistributionGroup"},
    Name{"GET", "/groups/{group}", "Get-DistributionGroupMember"},
    Name{"GET", "/quarantine", "Get-QuarantineMessage"},
    Name{"POST", "/quarantine/messages/{id}/release", "Release-QuarantineMessage"},
    Name{"DELETE", "/quarantine/messages/{id}", "Delete-QuarantineMessage"},
    Name{"GET", "/rules", "Get-TransportRule"},
    Name{"POST", "/rules", "New-TransportRule"},
    Name{"PUT", "/rules/{name}", "Set-TransportRule"},
    Name{"DELETE", "/rules/{name}", "Remove-TransportRule"},
    Name{"POST", "/rules/{name}/enable", "Enable-TransportRule"},
    Name{"POST", "/rules/{name}/disable", "Disable-TransportRule"},
    Name{"GET", "/domains", "Get-AcceptedDomain"},
    Name{"GET", "/certificates", "Get-ExchangeCertificate"},
    Name{"GET", "/roles", "Get-ManagementRoleAssignment"},
    Name{"PUT", "/roles/{who}/{role}", "New-ManagementRoleAssignment"},
    Name{"DELETE", "/roles/{who}/{role}", "Remove-ManagementRoleAssignment"},
    Name{"GET", "/audit", "Search-AdminAuditLog"},
    Name{"GET", "/services", "Get-ServerComponentState"},
};

// "message-id" -> "MessageId".
std::string pascal(std::string_view name) {
  std::string out;
  bool begins = true;
  for (const char c : name) {
    const bool is_word = is_digit(c) || (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z');
    if (is_word) out += begins ? ascii_upper(c) : c;
    begins = !is_word;
  }
  return out;
}

// Without a name of Exchange's: the method and the words of the path; Kontor before the noun.
std::string function_of(const Operation& operation) {
  for (const auto& one : k_names)
    if (one.method == operation.method && one.path == operation.path)
      return std::string(one.function);
  std::string noun;
  std::string after;
  for (const auto part : split(operation.path.substr(1), '/')) {
    if (part.starts_with('{'))
      after = "By" + pascal(part);
    else
      noun += pascal(part), after.clear();
  }
  const auto verb = operation.method == "GET"    ? "Get"
                    : operation.method == "PUT"  ? "Set"
                    : operation.method == "POST" ? "Invoke"
                                                 : "Remove";
  return fmt::format("{}-Kontor{}{}", verb, noun, after);
}

// In single quotes, as PowerShell takes them.
std::string quoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("''") : std::string(1, c);
  return out + "'";
}

std::string declared(const Parameter& one) {
  const auto type = one.kind == Parameter::Kind::flag   ? "[switch]"
                    : one.kind == Parameter::Kind::list ? "[string[]]"
                                                        : "[string]";
  const auto wanted =
      one.is_required ? "[Parameter(Mandatory, ValueFromPipelineByPropertyName)] " : "";
  return fmt::format("{}{}${}", wanted, type, pascal(one.name));
}

std::string map_of(const std::vector<Parameter>& all, Parameter::Place place) {
  std::string out;
  for (const auto& one : all)
    if (one.place == place)
      out += fmt::format("{}{} = {}", out.empty() ? "" : "; ", pascal(one.name), quoted(one.name));
  return "@{" + out + "}";
}

std::string function_text(const Operation& operation) {
  const auto known = parameters_of(operation);
  const auto* verb = find_verb(operation.verb);
  std::vector<std::string> parameters;
  for (const auto& one : known) parameters.push_back(declared(one));
  const bool is_filtered =
      operation.method == "GET" && !contains(known, std::string_view("filter"), &Parameter::name);
  if (is_filtered) parameters.emplace_back("[string]$Filter");
  const auto path = operation.path;
  std::string out =
      fmt::format("<#\n.SYNOPSIS\n{}\n#>\nfunction {} {{\n", verb->help, function_of(operation));
  out += fmt::format("  [CmdletBinding({})]\n  param({})\n",
                     operation.changes() ? "SupportsShouldProcess" : "", join(parameters, ", "));
  out += "  process {\n";
  const auto call = fmt::format(
      "Invoke-KontorRequest -Method {} -Path {} -Given $PSBoundParameters -InPath {} -InQuery {} "
      "-InBody {}",
      operation.method, quoted(path), map_of(known, Parameter::Place::path),
      is_filtered ? "(@{Filter = 'filter'} + " + map_of(known, Parameter::Place::query) + ")"
                  : map_of(known, Parameter::Place::query),
      map_of(known, Parameter::Place::body));
  if (operation.changes())
    out += fmt::format("    if ($PSCmdlet.ShouldProcess({})) {{ {} }}\n", quoted(path), call);
  else
    out += "    " + call + "\n";
  return out + "  }\n}\n\n";
}

constexpr std::string_view k_head = R"(# SPDX-License-Identifier: GPL-3.0-or-later
# Kontor for PowerShell: a function for each operation of the administration interface. Made from the server's table of
# operations; do not edit.
#
#   Import-Module ./Kontor.psm1
#   Connect-Kontor -Server mail.your.domain            # with the Kerberos ticket of who is signed in to Windows
#   Get-Mailbox -Filter anna | Set-MailboxQuota -Size 5GB
Set-StrictMode -Version 2.0
$script:Kontor = @{ Root = $null; Credential = $null }

function Connect-Kontor {
  [CmdletBinding()]
  param([Parameter(Mandatory)] [string]$Server, [System.Management.Automation.PSCredential]$Credential)
  $script:Kontor.Root = "https://$Server/api/admin/v1"
  $script:Kontor.Credential = $Credential
  Invoke-KontorRequest -Method GET -Path '/session' -Given @{} -InPath @{} -InQuery @{} -InBody @{}
}

function Invoke-KontorRequest {
  [CmdletBinding()]
  param([string]$Method, [string]$Path, $Given, [hashtable]$InPath, [hashtable]$InQuery, [hashtable]$InBody)
  if (-not $script:Kontor.Root) { throw 'Call Connect-Kontor first.' }
  $query = @(); $body = @{}
  foreach ($name in $Given.Keys) {
    $value = $Given[$name]
    if ($value -is [switch]) { $value = [bool]$value }
    if ($InPath.ContainsKey($name)) { $Path = $Path.Replace('{' + $InPath[$name] + '}', [uri]::EscapeDataString([string]$value)) }
    elseif ($InBody.ContainsKey($name)) { $body[$InBody[$name]] = $value }
    elseif ($InQuery.ContainsKey($name)) {
      if ($value -is [bool]) { $value = ([string]$value).ToLowerInvariant() }
      $query += $InQuery[$name] + '=' + [uri]::EscapeDataString([string]::Join(' ', @($value)))
    }
  }
  $request = @{ Method = $Method; Uri = $script:Kontor.Root + $Path; Headers = @{ 'X-Kontor-Client' = 'powershell' } }
  if ($query.Count) { $request.Uri += '?' + ($query -join '&') }
  if ($Method -eq 'POST' -or $Method -eq 'PUT') {
    $request.Body = [System.Text.Encoding]::UTF8.GetBytes((ConvertTo-Json $body -Depth 10))
    $request.ContentType = 'application/json; charset=utf-8'
  }
  if ($script:Kontor.Credential) {
    $known = $script:Kontor.Credential.GetNetworkCredential()
    $word = [Convert]::ToBase64String([System.Text.Encoding]::UTF8.GetBytes($script:Kontor.Credential.UserName + ':' + $known.Password))
    $request.Headers['Authorization'] = 'Basic ' + $word
  } else { $request.UseDefaultCredentials = $true }
  $answer = Invoke-RestMethod @request
  if ($answer.PSObject.Properties['items'] -and $answer.PSObject.Properties['total']) { $answer.items } else { $answer }
}

)";

}  // namespace

std::string powershell_module() {
  std::string out(k_head);
  std::vector<std::string> names{"Connect-Kontor"};
  for (const auto& one : operations()) {
    out += function_text(one);
    names.push_back(function_of(one));
  }
  return out + "Export-ModuleMember -Function " + join(names, ", ") + "\n";
}

}  // namespace kontor::admin::api
