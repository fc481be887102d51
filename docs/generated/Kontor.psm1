# SPDX-License-Identifier: GPL-3.0-or-later
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

<#
.SYNOPSIS
The mail addresses of folders, and what is wrong with one.
#>
function Get-KontorAddresses {
  [CmdletBinding()]
  param([string]$Mailbox, [string]$Filter)
  process {
    Invoke-KontorRequest -Method GET -Path '/addresses' -Given $PSBoundParameters -InPath @{} -InQuery (@{Filter = 'filter'} + @{Mailbox = 'mailbox'}) -InBody @{}
  }
}

<#
.SYNOPSIS
Gives a folder a mail address of its own: mail to it comes into that folder. Who has the right p there may post; --inside: nobody from outside the organisation; --hidden: not in the address book. MAILBOX may be public.
#>
function Invoke-KontorAddresses {
  [CmdletBinding(SupportsShouldProcess)]
  param([Parameter(Mandatory, ValueFromPipelineByPropertyName)] [string]$Mailbox, [Parameter(Mandatory, ValueFromPipelineByPropertyName)] [string]$Folder, [Parameter(Mandatory, ValueFromPipelineByPropertyName)] [string]$Address, [switch]$Inside, [switch]$Hidden)
  process {
    if ($PSCmdlet.ShouldProcess('/addresses')) { Invoke-KontorRequest -Method POST -Path '/addresses' -Given $PSBoundParameters -InPath @{} -InQuery @{} -InBody @{Mailbox = 'mailbox'; Folder = 'folder'; Address = 'address'; Inside = 'inside'; Hidden = 'hidden'} }
  }
}

<#
.SYNOPSIS
Takes a mail address away from its folder.
#>
function Remove-KontorAddressesByAddress {
  [CmdletBinding(SupportsShouldProcess)]
  param([Parameter(Mandatory, ValueFromPipelineByPropertyName)] [string]$Address)
  process {
    if ($PSCmdlet.ShouldProcess('/addresses/{address}')) { Invoke-KontorRequest -Method DELETE -Path '/addresses/{address}' -Given $PSBoundParameters -InPath @{Address = 'address'} -InQuery @{} -InBody @{} }
  }
}

<#
.SYNOPSIS
What administrators did and looked for, the newest first; --who is a part of a name, --before the number of a record.
#>
function Search-AdminAuditLog {
  [CmdletBinding()]
  param([string]$Since, [string]$Until, [string]$Who, [string]$Kind, [string]$Limit, [string]$Before, [string]$Filter)
  process {
    Invoke-KontorRequest -Method GET -Path '/audit' -Given $PSBoundParameters -InPath @{} -InQuery (@{Filter = 'filter'} + @{Since = 'since'; Until = 'until'; Who = 'who'; Kind = 'kind'; Limit = 'limit'; Before = 'before'}) -InBody @{}
  }
}

<#
.SYNOPSIS
Addresses that are refused after wrong passwords.
#>
function Get-KontorBlocks {
  [CmdletBinding()]
  param([string]$Filter)
  process {
    Invoke-KontorRequest -Method GET -Path '/blocks' -Given $PSBoundParameters -InPath @{} -InQuery (@{Filter = 'filter'} + @{}) -InBody @{}
  }
}

<#
.SYNOPSIS
Refuses connections of an address or network for a time such as 2h.
#>
function Set-KontorBlocksByAddress {
  [CmdletBinding(SupportsShouldProcess)]
  param([Parameter(Mandatory, ValueFromPipelineByPropertyName)] [string]$Address, [string]$Time)
  process {
    if ($PSCmdlet.ShouldProcess('/blocks/{address}')) { Invoke-KontorRequest -Method PUT -Path '/blocks/{address}' -Given $PSBoundParameters -InPath @{Address = 'address'} -InQuery @{} -InBody @{Time = 'time'} }
  }
}

<#
.SYNOPSIS
Lets a refused address in again; all instead of an address: every one.
#>
function Remove-KontorBlocksByAddress {
  [CmdletBinding(SupportsShouldProcess)]
  param([Parameter(Mandatory, ValueFromPipelineByPropertyName)] [string]$Address)
  process {
    if ($PSCmdlet.ShouldProcess('/blocks/{address}')) { Invoke-KontorRequest -Method DELETE -Path '/blocks/{address}' -Given $PSBoundParameters -InPath @{Address = 'address'} -InQuery @{} -InBody @{} }
  }
}

<#
.SYNOPSIS
Calendars that everybody sees, made from files: titles, events, when the file was taken.
#>
function Get-KontorCalendars {
  [CmdletBinding()]
  param([string]$Filter)
  process {
    Invoke-KontorRequest -Method GET -Path '/calendars' -Given $PSBoundParameters -InPath @{} -InQuery (@{Filter = 'filter'} + @{}) -InBody @{}
  }
}

<#
.SYNOPSIS
Makes a calendar that everybody sees and nobody changes (holidays) what an .ics file says; again, with a newer file, it follows.
#>
function Invoke-KontorCalendarsHolidays {
  [CmdletBinding(SupportsShouldProcess)]
  param([string]$Name, [string]$Title, [Parameter(Mandatory, ValueFromPipelineByPropertyName)] [string]$Calendar)
  process {
    if ($PSCmdlet.ShouldProcess('/calendars/holidays')) { Invoke-KontorRequest -Method POST -Path '/calendars/holidays' -Given $PSBoundParameters -InPath @{} -InQuery @{} -InBody @{Name = 'name'; Title = 'title'; Calendar = 'calendar'} }
  }
}

<#
.SYNOPSIS
Published links of calendars: whose, what they show, and when each was used last.
#>
function Get-KontorCalendarsLinks {
  [CmdletBinding()]
  param([string]$Account, [string]$Filter)
  process {
    Invoke-KontorRequest -Method GET -Path '/calendars/links' -Given $PSBoundParameters -InPath @{} -InQuery (@{Filter = 'filter'} + @{Account = 'account'}) -InBody @{}
  }
}

<#
.SYNOPSIS
Makes a link by which a calendar is read without signing in, and shows it, once. ACCOUNT may be public.
#>
function Invoke-KontorCalendarsLinks {
  [CmdletBinding(SupportsShouldProcess)]
  param([Parameter(Mandatory, ValueFromPipelineByPropertyName)] [string]$Account, [Parameter(Mandatory, ValueFromPipelineByPropertyName)] [string]$Calendar, [string]$Detail)
  process {
    if ($PSCmdlet.ShouldProcess('/calendars/links')) { Invoke-KontorRequest -Method POST -Path '/calendars/links' -Given $PSBoundParameters -InPath @{} -InQuery @{} -InBody @{Account = 'account'; Calendar = 'calendar'; Detail = 'detail'} }
  }
}

<#
.SYNOPSIS
Ends a published link, by its id or its address.
#>
function Remove-KontorCalendarsLinksByLink {
  [CmdletBinding(SupportsShouldProcess)]
  param([Parameter(Mandatory, ValueFromPipelineByPropertyName)] [string]$Link)
  process {
    if ($PSCmdlet.ShouldProcess('/calendars/links/{link}')) { Invoke-KontorRequest -Method DELETE -Path '/calendars/links/{link}' -Given $PSBoundParameters -InPath @{Link = 'link'} -InQuery @{} -InBody @{} }
  }
}

<#
.SYNOPSIS
Deletes a calendar that was made from a file; undelete brings it back.
#>
function Remove-KontorCalendarsByName {
  [CmdletBinding(SupportsShouldProcess)]
  param([Parameter(Mandatory, ValueFromPipelineByPropertyName)] [string]$Name)
  process {
    if ($PSCmdlet.ShouldProcess('/calendars/{name}')) { Invoke-KontorRequest -Method DELETE -Path '/calendars/{name}' -Given $PSBoundParameters -InPath @{Name = 'name'} -InQuery @{} -InBody @{} }
  }
}

<#
.SYNOPSIS
The certificate that the server shows, until when it is good, and what is wrong with it.
#>
function Get-ExchangeCertificate {
  [CmdletBinding()]
  param([string]$Filter)
  process {
    Invoke-KontorRequest -Method GET -Path '/certificates' -Given $PSBoundParameters -InPath @{} -InQuery (@{Filter = 'filter'} + @{}) -InBody @{}
  }
}

<#
.SYNOPSIS
The accounts elsewhere that mail is fetched from: the last session, what is wrong, the next time.
#>
function Get-KontorCollectors {
  [CmdletBinding()]
  param([string]$Filter)
  process {
    Invoke-KontorRequest -Method GET -Path '/collectors' -Given $PSBoundParameters -InPath @{} -InQuery (@{Filter = 'filter'} + @{}) -InBody @{}
  }
}

<#
.SYNOPSIS
All values of a source but its password, and how its last session went.
#>
function Get-KontorCollectorsByName {
  [CmdletBinding()]
  param([Parameter(Mandatory, ValueFromPipelineByPropertyName)] [string]$Name, [string]$Filter)
  process {
    Invoke-KontorRequest -Method GET -Path '/collectors/{name}' -Given $PSBoundParameters -InPath @{Name = 'name'} -InQuery (@{Filter = 'filter'} + @{}) -InBody @{}
  }
}

<#
.SYNOPSIS
Fetches mail of an account elsewhere from now on, by --protocol imap or pop3, into the mailbox --to: --mode copy or move, --take all or new. With --multidrop yes the recipients stand in the messages, and --to is for what is nobody's. Asks for the password.
#>
function Invoke-KontorCollectorsByName {
  [CmdletBinding(SupportsShouldProcess)]
  param([Parameter(Mandatory, ValueFromPipelineByPropertyName)] [string]$Name, [string]$Protocol, [string]$Host, [string]$Tls, [string]$User, [string]$Folder, [string]$To, [string]$Multidrop, [string]$Fields, [string]$Hops, [string]$Mode, [string]$Take, [string]$Interval, [string]$Limit, [string]$MaxSize, [string]$Password)
  process {
    if ($PSCmdlet.ShouldProcess('/collectors/{name}')) { Invoke-KontorRequest -Method POST -Path '/collectors/{name}' -Given $PSBoundParameters -InPath @{Name = 'name'} -InQuery @{} -InBody @{Protocol = 'protocol'; Host = 'host'; Tls = 'tls'; User = 'user'; Folder = 'folder'; To = 'to'; Multidrop = 'multidrop'; Fields = 'fields'; Hops = 'hops'; Mode = 'mode'; Take = 'take'; Interval = 'interval'; Limit = 'limit'; MaxSize = 'max-size'; Password = 'password'} }
  }
}

<#
.SYNOPSIS
Changes values of a source, from the next session on; --password asks for a new one.
#>
function Set-KontorCollectorsByName {
  [CmdletBinding(SupportsShouldProcess)]
  param([Parameter(Mandatory, ValueFromPipelineByPropertyName)] [string]$Name, [string]$Protocol, [string]$Host, [string]$Tls, [string]$User, [string]$Folder, [string]$To, [string]$Multidrop, [string]$Fields, [string]$Hops, [string]$Mode, [string]$Take, [string]$Interval, [string]$Limit, [string]$MaxSize, [switch]$Password, [string]$Password)
  process {
    if ($PSCmdlet.ShouldProcess('/collectors/{name}')) { Invoke-KontorRequest -Method PUT -Path '/collectors/{name}' -Given $PSBoundParameters -InPath @{Name = 'name'} -InQuery @{} -InBody @{Protocol = 'protocol'; Host = 'host'; Tls = 'tls'; User = 'user'; Folder = 'folder'; To = 'to'; Multidrop = 'multidrop'; Fields = 'fields'; Hops = 'hops'; Mode = 'mode'; Take = 'take'; Interval = 'interval'; Limit = 'limit'; MaxSize = 'max-size'; Password = 'password'; Password = 'password'} }
  }
}

<#
.SYNOPSIS
Fetches nothing more from a source and forgets it; what was fetched stays.
#>
function Remove-KontorCollectorsByName {
  [CmdletBinding(SupportsShouldProcess)]
  param([Parameter(Mandatory, ValueFromPipelineByPropertyName)] [string]$Name)
  process {
    if ($PSCmdlet.ShouldProcess('/collectors/{name}')) { Invoke-KontorRequest -Method DELETE -Path '/collectors/{name}' -Given $PSBoundParameters -InPath @{Name = 'name'} -InQuery @{} -InBody @{} }
  }
}

<#
.SYNOPSIS
Signs in at a source and says what it would fetch; takes nothing.
#>
function Invoke-KontorCollectorsCheck {
  [CmdletBinding(SupportsShouldProcess)]
  param([Parameter(Mandatory, ValueFromPipelineByPropertyName)] [string]$Name)
  process {
    if ($PSCmdlet.ShouldProcess('/collectors/{name}/check')) { Invoke-KontorRequest -Method POST -Path '/collectors/{name}/check' -Given $PSBoundParameters -InPath @{Name = 'name'} -InQuery @{} -InBody @{} }
  }
}

<#
.SYNOPSIS
Nothing is fetched from a source until it is resumed.
#>
function Invoke-KontorCollectorsPause {
  [CmdletBinding(SupportsShouldProcess)]
  param([Parameter(Mandatory, ValueFromPipelineByPropertyName)] [string]$Name)
  process {
    if ($PSCmdlet.ShouldProcess('/collectors/{name}/pause')) { Invoke-KontorRequest -Method POST -Path '/collectors/{name}/pause' -Given $PSBoundParameters -InPath @{Name = 'name'} -InQuery @{} -InBody @{} }
  }
}

<#
.SYNOPSIS
Mail is fetched from a paused source again.
#>
function Invoke-KontorCollectorsResume {
  [CmdletBinding(SupportsShouldProcess)]
  param([Parameter(Mandatory, ValueFromPipelineByPropertyName)] [string]$Name)
  process {
    if ($PSCmdlet.ShouldProcess('/collectors/{name}/resume')) { Invoke-KontorRequest -Method POST -Path '/collectors/{name}/resume' -Given $PSBoundParameters -InPath @{Name = 'name'} -InQuery @{} -InBody @{} }
  }
}

<#
.SYNOPSIS
Fetches what a source has, now, and waits for the end.
#>
function Invoke-KontorCollectorsRun {
  [CmdletBinding(SupportsShouldProcess)]
  param([Parameter(Mandatory, ValueFromPipelineByPropertyName)] [string]$Name)
  process {
    if ($PSCmdlet.ShouldProcess('/collectors/{name}/run')) { Invoke-KontorRequest -Method POST -Path '/collectors/{name}/run' -Given $PSBoundParameters -InPath @{Name = 'name'} -InQuery @{} -InBody @{} }
  }
}

<#
.SYNOPSIS
Where people and groups come from, and what is wrong there.
#>
function Get-KontorDirectory {
  [CmdletBinding()]
  param([string]$Filter)
  process {
    Invoke-KontorRequest -Method GET -Path '/directory' -Given $PSBoundParameters -InPath @{} -InQuery (@{Filter = 'filter'} + @{}) -InBody @{}
  }
}

<#
.SYNOPSIS
Puts a set of people in force that was held back because it would lose many.
#>
function Invoke-KontorDirectoryAccept {
  [CmdletBinding(SupportsShouldProcess)]
  param()
  process {
    if ($PSCmdlet.ShouldProcess('/directory/accept')) { Invoke-KontorRequest -Method POST -Path '/directory/accept' -Given $PSBoundParameters -InPath @{} -InQuery @{} -InBody @{} }
  }
}

<#
.SYNOPSIS
Reads all people and groups anew.
#>
function Invoke-KontorDirectoryReconcile {
  [CmdletBinding(SupportsShouldProcess)]
  param()
  process {
    if ($PSCmdlet.ShouldProcess('/directory/reconcile')) { Invoke-KontorRequest -Method POST -Path '/directory/reconcile' -Given $PSBoundParameters -InPath @{} -InQuery @{} -InBody @{} }
  }
}

<#
.SYNOPSIS
The keys that mail is signed with, new ones that wait, and old ones whose records are still needed.
#>
function Get-KontorDkim {
  [CmdletBinding()]
  param([string]$Domain, [string]$Filter)
  process {
    Invoke-KontorRequest -Method GET -Path '/dkim' -Given $PSBoundParameters -InPath @{} -InQuery (@{Filter = 'filter'} + @{Domain = 'domain'}) -InBody @{}
  }
}

<#
.SYNOPSIS
The lines of a domain's keys for the DNS.
#>
function Get-KontorDkimByDomain {
  [CmdletBinding()]
  param([Parameter(Mandatory, ValueFromPipelineByPropertyName)] [string]$Domain, [string]$Filter)
  process {
    Invoke-KontorRequest -Method GET -Path '/dkim/{domain}' -Given $PSBoundParameters -InPath @{Domain = 'domain'} -InQuery (@{Filter = 'filter'} + @{}) -InBody @{}
  }
}

<#
.SYNOPSIS
Makes the first keys that mail of a domain is signed with, and shows their lines for the DNS; --now: they sign before they are seen there.
#>
function Invoke-KontorDkimByDomain {
  [CmdletBinding(SupportsShouldProcess)]
  param([Parameter(Mandatory, ValueFromPipelineByPropertyName)] [string]$Domain, [switch]$Now)
  process {
    if ($PSCmdlet.ShouldProcess('/dkim/{domain}')) { Invoke-KontorRequest -Method POST -Path '/dkim/{domain}' -Given $PSBoundParameters -InPath @{Domain = 'domain'} -InQuery @{} -InBody @{Now = 'now'} }
  }
}

<#
.SYNOPSIS
Are the records of a domain's keys in the DNS as they should be? Keys that wait for it sign from then on.
#>
function Get-KontorDkimCheck {
  [CmdletBinding()]
  param([Parameter(Mandatory, ValueFromPipelineByPropertyName)] [string]$Domain, [string]$Filter)
  process {
    Invoke-KontorRequest -Method GET -Path '/dkim/{domain}/check' -Given $PSBoundParameters -InPath @{Domain = 'domain'} -InQuery (@{Filter = 'filter'} + @{}) -InBody @{}
  }
}

<#
.SYNOPSIS
Deletes a key that signs no more, or does not yet.
#>
function Remove-KontorDkimKeysBySelector {
  [CmdletBinding(SupportsShouldProcess)]
  param([Parameter(Mandatory, ValueFromPipelineByPropertyName)] [string]$Domain, [Parameter(Mandatory, ValueFromPipelineByPropertyName)] [string]$Selector)
  process {
    if ($PSCmdlet.ShouldProcess('/dkim/{domain}/keys/{selector}')) { Invoke-KontorRequest -Method DELETE -Path '/dkim/{domain}/keys/{selector}' -Given $PSBoundParameters -InPath @{Domain = 'domain'; Selector = 'selector'} -InQuery @{} -InBody @{} }
  }
}

<#
.SYNOPSIS
A key signs no more, also if no other one of the domain does.
#>
function Invoke-KontorDkimKeysRetire {
  [CmdletBinding(SupportsShouldProcess)]
  param([Parameter(Mandatory, ValueFromPipelineByPropertyName)] [string]$Domain, [Parameter(Mandatory, ValueFromPipelineByPropertyName)] [string]$Selector)
  process {
    if ($PSCmdlet.ShouldProcess('/dkim/{domain}/keys/{selector}/retire')) { Invoke-KontorRequest -Method POST -Path '/dkim/{domain}/keys/{selector}/retire' -Given $PSBoundParameters -InPath @{Domain = 'domain'; Selector = 'selector'} -InQuery @{} -InBody @{} }
  }
}

<#
.SYNOPSIS
Makes new keys; the old ones sign until the new ones are seen in the DNS, or with --now no more.
#>
function Invoke-KontorDkimRotate {
  [CmdletBinding(SupportsShouldProcess)]
  param([Parameter(Mandatory, ValueFromPipelineByPropertyName)] [string]$Domain, [switch]$Now)
  process {
    if ($PSCmdlet.ShouldProcess('/dkim/{domain}/rotate')) { Invoke-KontorRequest -Method POST -Path '/dkim/{domain}/rotate' -Given $PSBoundParameters -InPath @{Domain = 'domain'} -InQuery @{} -InBody @{Now = 'now'} }
  }
}

<#
.SYNOPSIS
What others report of mail in the name of our domains, by the address that sent it, in the last 30 days: how much passed, and what to do.
#>
function Get-KontorDmarc {
  [CmdletBinding()]
  param([string]$Domain, [string]$Days, [string]$Filter)
  process {
    Invoke-KontorRequest -Method GET -Path '/dmarc' -Given $PSBoundParameters -InPath @{} -InQuery (@{Filter = 'filter'} + @{Domain = 'domain'; Days = 'days'}) -InBody @{}
  }
}

<#
.SYNOPSIS
The DMARC reports of others that came in: whose, of which time, whether they were signed.
#>
function Get-KontorDmarcReceived {
  [CmdletBinding()]
  param([string]$Domain, [string]$Days, [string]$Filter)
  process {
    Invoke-KontorRequest -Method GET -Path '/dmarc/received' -Given $PSBoundParameters -InPath @{} -InQuery (@{Filter = 'filter'} + @{Domain = 'domain'; Days = 'days'}) -InBody @{}
  }
}

<#
.SYNOPSIS
What has been counted for domains that ask for DMARC reports, and was not sent yet.
#>
function Get-KontorDmarcReports {
  [CmdletBinding()]
  param([string]$Filter)
  process {
    Invoke-KontorRequest -Method GET -Path '/dmarc/reports' -Given $PSBoundParameters -InPath @{} -InQuery (@{Filter = 'filter'} + @{}) -InBody @{}
  }
}

<#
.SYNOPSIS
Sends the DMARC reports now, today's too; by itself each day is reported when it is over.
#>
function Invoke-KontorDmarcSend {
  [CmdletBinding(SupportsShouldProcess)]
  param()
  process {
    if ($PSCmdlet.ShouldProcess('/dmarc/send')) { Invoke-KontorRequest -Method POST -Path '/dmarc/send' -Given $PSBoundParameters -InPath @{} -InQuery @{} -InBody @{} }
  }
}

<#
.SYNOPSIS
Looks at everything: disk, clock, limits, certificate, secrets, ports, DNS records and blocklists, directory, queue, mailboxes, indexes; says what is wrong and what to do. --language en or ru (else the terminal's); --no-dns asks no name server.
#>
function Invoke-KontorDoctor {
  [CmdletBinding()]
  param([string]$Language, [switch]$NoDns)
  process {
    Invoke-KontorRequest -Method POST -Path '/doctor' -Given $PSBoundParameters -InPath @{} -InQuery @{} -InBody @{Language = 'language'; NoDns = 'no-dns'}
  }
}

<#
.SYNOPSIS
The mail domains: of the directory's addresses and of the settings, how many mailboxes they have, whether their mail is signed.
#>
function Get-AcceptedDomain {
  [CmdletBinding()]
  param([string]$Filter)
  process {
    Invoke-KontorRequest -Method GET -Path '/domains' -Given $PSBoundParameters -InPath @{} -InQuery (@{Filter = 'filter'} + @{}) -InBody @{}
  }
}

<#
.SYNOPSIS
The records that the DNS of a mail domain should have.
#>
function Get-KontorDomainsByDomain {
  [CmdletBinding()]
  param([Parameter(Mandatory, ValueFromPipelineByPropertyName)] [string]$Domain, [string]$Filter)
  process {
    Invoke-KontorRequest -Method GET -Path '/domains/{domain}' -Given $PSBoundParameters -InPath @{Domain = 'domain'} -InQuery (@{Filter = 'filter'} + @{}) -InBody @{}
  }
}

<#
.SYNOPSIS
Takes mail for a domain from now on, also after a restart.
#>
function Set-KontorDomainsByDomain {
  [CmdletBinding(SupportsShouldProcess)]
  param([Parameter(Mandatory, ValueFromPipelineByPropertyName)] [string]$Domain)
  process {
    if ($PSCmdlet.ShouldProcess('/domains/{domain}')) { Invoke-KontorRequest -Method PUT -Path '/domains/{domain}' -Given $PSBoundParameters -InPath @{Domain = 'domain'} -InQuery @{} -InBody @{} }
  }
}

<#
.SYNOPSIS
Takes no more mail for a domain that domains add has added; --mailboxes: its people are taken out of the embedded directory with it.
#>
function Remove-KontorDomainsByDomain {
  [CmdletBinding(SupportsShouldProcess)]
  param([Parameter(Mandatory, ValueFromPipelineByPropertyName)] [string]$Domain, [switch]$Mailboxes)
  process {
    if ($PSCmdlet.ShouldProcess('/domains/{domain}')) { Invoke-KontorRequest -Method DELETE -Path '/domains/{domain}' -Given $PSBoundParameters -InPath @{Domain = 'domain'} -InQuery @{Mailboxes = 'mailboxes'} -InBody @{} }
  }
}

<#
.SYNOPSIS
The mailboxes of one mail domain: messages, size, locks.
#>
function Get-KontorDomainsMailboxes {
  [CmdletBinding()]
  param([Parameter(Mandatory, ValueFromPipelineByPropertyName)] [string]$Domain, [string]$Filter)
  process {
    Invoke-KontorRequest -Method GET -Path '/domains/{domain}/mailboxes' -Given $PSBoundParameters -InPath @{Domain = 'domain'} -InQuery (@{Filter = 'filter'} + @{}) -InBody @{}
  }
}

<#
.SYNOPSIS
The documents that rules know.
#>
function Get-KontorFingerprints {
  [CmdletBinding()]
  param([string]$Filter)
  process {
    Invoke-KontorRequest -Method GET -Path '/fingerprints' -Given $PSBoundParameters -InPath @{} -InQuery (@{Filter = 'filter'} + @{}) -InBody @{}
  }
}

<#
.SYNOPSIS
Lets rules know a confidential document: its fingerprint is kept, not its text. In place of the one of that name.
#>
function Set-KontorFingerprintsByName {
  [CmdletBinding(SupportsShouldProcess)]
  param([Parameter(Mandatory, ValueFromPipelineByPropertyName)] [string]$Name, [Parameter(Mandatory, ValueFromPipelineByPropertyName)] [string]$Document)
  process {
    if ($PSCmdlet.ShouldProcess('/fingerprints/{name}')) { Invoke-KontorRequest -Method PUT -Path '/fingerprints/{name}' -Given $PSBoundParameters -InPath @{Name = 'name'} -InQuery @{} -InBody @{Document = 'document'} }
  }
}

<#
.SYNOPSIS
Rules forget a document.
#>
function Remove-KontorFingerprintsByName {
  [CmdletBinding(SupportsShouldProcess)]
  param([Parameter(Mandatory, ValueFromPipelineByPropertyName)] [string]$Name)
  process {
    if ($PSCmdlet.ShouldProcess('/fingerprints/{name}')) { Invoke-KontorRequest -Method DELETE -Path '/fingerprints/{name}' -Given $PSBoundParameters -InPath @{Name = 'name'} -InQuery @{} -InBody @{} }
  }
}

<#
.SYNOPSIS
The address book: how many are in it, and its search bases for LDAP.
#>
function Get-KontorGal {
  [CmdletBinding()]
  param([string]$Filter)
  process {
    Invoke-KontorRequest -Method GET -Path '/gal' -Given $PSBoundParameters -InPath @{} -InQuery (@{Filter = 'filter'} + @{}) -InBody @{}
  }
}

<#
.SYNOPSIS
One entry of the address book as people see it, or why somebody is not in it. ENTRY is an address, a login name or a DN.
#>
function Get-KontorGalEntriesByEntry {
  [CmdletBinding()]
  param([Parameter(Mandatory, ValueFromPipelineByPropertyName)] [string]$Entry, [string]$Filter)
  process {
    Invoke-KontorRequest -Method GET -Path '/gal/entries/{entry}' -Given $PSBoundParameters -InPath @{Entry = 'entry'} -InQuery (@{Filter = 'filter'} + @{}) -InBody @{}
  }
}

<#
.SYNOPSIS
Who is found in the address book when somebody types this: names in either script, addresses, telephone numbers, departments.
#>
function Get-KontorGalSearch {
  [CmdletBinding()]
  param([Parameter(Mandatory, ValueFromPipelineByPropertyName)] [string[]]$Text, [string]$Limit, [string]$Filter)
  process {
    Invoke-KontorRequest -Method GET -Path '/gal/search' -Given $PSBoundParameters -InPath @{} -InQuery (@{Filter = 'filter'} + @{Text = 'text'; Limit = 'limit'}) -InBody @{}
  }
}

<#
.SYNOPSIS
Groups that have an address, and who may send to them.
#>
function Get-DistributionGroup {
  [CmdletBinding()]
  param([string]$Filter)
  process {
    Invoke-KontorRequest -Method GET -Path '/groups' -Given $PSBoundParameters -InPath @{} -InQuery (@{Filter = 'filter'} + @{}) -InBody @{}
  }
}

<#
.SYNOPSIS
The people a group stands for, nested groups included; who may send to it, and whether SENDER may.
#>
function Get-DistributionGroupMember {
  [CmdletBinding()]
  param([Parameter(Mandatory, ValueFromPipelineByPropertyName)] [string]$Group, [string]$Sender, [string]$Filter)
  process {
    Invoke-KontorRequest -Method GET -Path '/groups/{group}' -Given $PSBoundParameters -InPath @{Group = 'group'} -InQuery (@{Filter = 'filter'} + @{Sender = 'sender'}) -InBody @{}
  }
}

<#
.SYNOPSIS
What people say of mail and rspamd is told: what waits, what was learnt since the start.
#>
function Get-KontorLearning {
  [CmdletBinding()]
  param([string]$Filter)
  process {
    Invoke-KontorRequest -Method GET -Path '/learning' -Given $PSBoundParameters -InPath @{} -InQuery (@{Filter = 'filter'} + @{}) -InBody @{}
  }
}

<#
.SYNOPSIS
The people of the embedded directory.
#>
function Get-KontorLocalAccounts {
  [CmdletBinding()]
  param([string]$Filter)
  process {
    Invoke-KontorRequest -Method GET -Path '/local-accounts' -Given $PSBoundParameters -InPath @{} -InQuery (@{Filter = 'filter'} + @{}) -InBody @{}
  }
}

<#
.SYNOPSIS
Adds a person to the embedded directory and asks for a password.
#>
function Invoke-KontorLocalAccounts {
  [CmdletBinding(SupportsShouldProcess)]
  param([Parameter(Mandatory, ValueFromPipelineByPropertyName)] [string]$Address, [string]$Name, [string]$Login, [string]$Password)
  process {
    if ($PSCmdlet.ShouldProcess('/local-accounts')) { Invoke-KontorRequest -Method POST -Path '/local-accounts' -Given $PSBoundParameters -InPath @{} -InQuery @{} -InBody @{Address = 'address'; Name = 'name'; Login = 'login'; Password = 'password'} }
  }
}

<#
.SYNOPSIS
Takes a person out of the embedded directory; the mailbox is kept for store.deleted_account_days.
#>
function Remove-KontorLocalAccountsByPerson {
  [CmdletBinding(SupportsShouldProcess)]
  param([Parameter(Mandatory, ValueFromPipelineByPropertyName)] [string]$Person)
  process {
    if ($PSCmdlet.ShouldProcess('/local-accounts/{person}')) { Invoke-KontorRequest -Method DELETE -Path '/local-accounts/{person}' -Given $PSBoundParameters -InPath @{Person = 'person'} -InQuery @{} -InBody @{} }
  }
}

<#
.SYNOPSIS
Sets the password of a person of the embedded directory; asks for it.
#>
function Set-KontorLocalAccountsPassword {
  [CmdletBinding(SupportsShouldProcess)]
  param([Parameter(Mandatory, ValueFromPipelineByPropertyName)] [string]$Person, [string]$Password)
  process {
    if ($PSCmdlet.ShouldProcess('/local-accounts/{person}/password')) { Invoke-KontorRequest -Method PUT -Path '/local-accounts/{person}/password' -Given $PSBoundParameters -InPath @{Person = 'person'} -InQuery @{} -InBody @{Password = 'password'} }
  }
}

<#
.SYNOPSIS
The newest lines of the server's log, the newest first; --level: and what is graver, --before a time.
#>
function Get-KontorLog {
  [CmdletBinding()]
  param([string]$Level, [string]$Text, [string]$Since, [string]$Until, [string]$Limit, [string]$Before, [string]$Filter)
  process {
    Invoke-KontorRequest -Method GET -Path '/log' -Given $PSBoundParameters -InPath @{} -InQuery (@{Filter = 'filter'} + @{Level = 'level'; Text = 'text'; Since = 'since'; Until = 'until'; Limit = 'limit'; Before = 'before'}) -InBody @{}
  }
}

<#
.SYNOPSIS
People and rooms with a mailbox, and mailboxes that belong to nobody; --deleted: those whose owner is gone, and until when they are kept.
#>
function Get-Mailbox {
  [CmdletBinding()]
  param([switch]$Deleted, [string]$Filter)
  process {
    Invoke-KontorRequest -Method GET -Path '/mailboxes' -Given $PSBoundParameters -InPath @{} -InQuery (@{Filter = 'filter'} + @{Deleted = 'deleted'}) -InBody @{}
  }
}

<#
.SYNOPSIS
One account: addresses, groups, size. ACCOUNT is an address, a login name or an id.
#>
function Get-MailboxStatistics {
  [CmdletBinding()]
  param([Parameter(Mandatory, ValueFromPipelineByPropertyName)] [string]$Account, [string]$Filter)
  process {
    Invoke-KontorRequest -Method GET -Path '/mailboxes/{account}' -Given $PSBoundParameters -InPath @{Account = 'account'} -InQuery (@{Filter = 'filter'} + @{}) -InBody @{}
  }
}

<#
.SYNOPSIS
Removes a mailbox and all it holds from the disk. It cannot be brought back.
#>
function Remove-Mailbox {
  [CmdletBinding(SupportsShouldProcess)]
  param([Parameter(Mandatory, ValueFromPipelineByPropertyName)] [string]$Account)
  process {
    if ($PSCmdlet.ShouldProcess('/mailboxes/{account}')) { Invoke-KontorRequest -Method DELETE -Path '/mailboxes/{account}' -Given $PSBoundParameters -InPath @{Account = 'account'} -InQuery @{} -InBody @{} }
  }
}

<#
.SYNOPSIS
Gives a mailbox whose owner is gone to a person, who may have been made again.
#>
function Invoke-KontorMailboxesAttach {
  [CmdletBinding(SupportsShouldProcess)]
  param([Parameter(Mandatory, ValueFromPipelineByPropertyName)] [string]$Account, [Parameter(Mandatory, ValueFromPipelineByPropertyName)] [string]$Person)
  process {
    if ($PSCmdlet.ShouldProcess('/mailboxes/{account}/attach')) { Invoke-KontorRequest -Method POST -Path '/mailboxes/{account}/attach' -Given $PSBoundParameters -InPath @{Account = 'account'} -InQuery @{} -InBody @{Person = 'person'} }
  }
}

<#
.SYNOPSIS
The folders of an account with their counts.
#>
function Get-MailboxFolderStatistics {
  [CmdletBinding()]
  param([Parameter(Mandatory, ValueFromPipelineByPropertyName)] [string]$Account, [string]$Filter)
  process {
    Invoke-KontorRequest -Method GET -Path '/mailboxes/{account}/folders' -Given $PSBoundParameters -InPath @{Account = 'account'} -InQuery (@{Filter = 'filter'} + @{}) -InBody @{}
  }
}

<#
.SYNOPSIS
The full-text indexes of mailboxes: how many messages they hold, their size, what is wrong.
#>
function Get-KontorMailboxesIndex {
  [CmdletBinding()]
  param([Parameter(Mandatory, ValueFromPipelineByPropertyName)] [string]$Account, [string]$Filter)
  process {
    Invoke-KontorRequest -Method GET -Path '/mailboxes/{account}/index' -Given $PSBoundParameters -InPath @{Account = 'account'} -InQuery (@{Filter = 'filter'} + @{}) -InBody @{}
  }
}

<#
.SYNOPSIS
Makes the full-text index of a mailbox anew, beside the one there is, and waits for it.
#>
function Invoke-KontorMailboxesIndexRebuild {
  [CmdletBinding(SupportsShouldProcess)]
  param([Parameter(Mandatory, ValueFromPipelineByPropertyName)] [string]$Account)
  process {
    if ($PSCmdlet.ShouldProcess('/mailboxes/{account}/index/rebuild')) { Invoke-KontorRequest -Method POST -Path '/mailboxes/{account}/index/rebuild' -Given $PSBoundParameters -InPath @{Account = 'account'} -InQuery @{} -InBody @{} }
  }
}

<#
.SYNOPSIS
Nobody signs in to a mailbox any more, and who is connected is put out; mail still comes. @DOMAIN: of all mailboxes of a mail domain.
#>
function Set-KontorMailboxesLock {
  [CmdletBinding(SupportsShouldProcess)]
  param([Parameter(Mandatory, ValueFromPipelineByPropertyName)] [string]$Account)
  process {
    if ($PSCmdlet.ShouldProcess('/mailboxes/{account}/lock')) { Invoke-KontorRequest -Method PUT -Path '/mailboxes/{account}/lock' -Given $PSBoundParameters -InPath @{Account = 'account'} -InQuery @{} -InBody @{} }
  }
}

<#
.SYNOPSIS
Takes the lock of a mailbox, or of @DOMAIN, away.
#>
function Remove-KontorMailboxesLock {
  [CmdletBinding(SupportsShouldProcess)]
  param([Parameter(Mandatory, ValueFromPipelineByPropertyName)] [string]$Account)
  process {
    if ($PSCmdlet.ShouldProcess('/mailboxes/{account}/lock')) { Invoke-KontorRequest -Method DELETE -Path '/mailboxes/{account}/lock' -Given $PSBoundParameters -InPath @{Account = 'account'} -InQuery @{} -InBody @{} }
  }
}

<#
.SYNOPSIS
What the mailbox answers, and whether it does now.
#>
function Get-MailboxAutoReplyConfiguration {
  [CmdletBinding()]
  param([Parameter(Mandatory, ValueFromPipelineByPropertyName)] [string]$Account, [string]$Filter)
  process {
    Invoke-KontorRequest -Method GET -Path '/mailboxes/{account}/out-of-office' -Given $PSBoundParameters -InPath @{Account = 'account'} -InQuery (@{Filter = 'filter'} + @{}) -InBody @{}
  }
}

<#
.SYNOPSIS
What the mailbox answers, once a sender, while its owner is away: --internal to people of the organisation, --external to others.
#>
function Set-MailboxAutoReplyConfiguration {
  [CmdletBinding(SupportsShouldProcess)]
  param([Parameter(Mandatory, ValueFromPipelineByPropertyName)] [string]$Account, [string]$Internal, [string]$External, [string]$Subject, [string]$From, [string]$Until)
  process {
    if ($PSCmdlet.ShouldProcess('/mailboxes/{account}/out-of-office')) { Invoke-KontorRequest -Method PUT -Path '/mailboxes/{account}/out-of-office' -Given $PSBoundParameters -InPath @{Account = 'account'} -InQuery @{} -InBody @{Internal = 'internal'; External = 'external'; Subject = 'subject'; From = 'from'; Until = 'until'} }
  }
}

<#
.SYNOPSIS
The mailbox answers nobody any more.
#>
function Remove-KontorMailboxesOutOfOffice {
  [CmdletBinding(SupportsShouldProcess)]
  param([Parameter(Mandatory, ValueFromPipelineByPropertyName)] [string]$Account)
  process {
    if ($PSCmdlet.ShouldProcess('/mailboxes/{account}/out-of-office')) { Invoke-KontorRequest -Method DELETE -Path '/mailboxes/{account}/out-of-office' -Given $PSBoundParameters -InPath @{Account = 'account'} -InQuery @{} -InBody @{} }
  }
}

<#
.SYNOPSIS
What a mailbox holds and may hold.
#>
function Get-MailboxQuota {
  [CmdletBinding()]
  param([Parameter(Mandatory, ValueFromPipelineByPropertyName)] [string]$Account, [string]$Filter)
  process {
    Invoke-KontorRequest -Method GET -Path '/mailboxes/{account}/quota' -Given $PSBoundParameters -InPath @{Account = 'account'} -InQuery (@{Filter = 'filter'} + @{}) -InBody @{}
  }
}

<#
.SYNOPSIS
What a mailbox may hold: a size as 500MB, default (the settings') or none.
#>
function Set-MailboxQuota {
  [CmdletBinding(SupportsShouldProcess)]
  param([Parameter(Mandatory, ValueFromPipelineByPropertyName)] [string]$Account, [Parameter(Mandatory, ValueFromPipelineByPropertyName)] [string]$Size, [string]$Messages)
  process {
    if ($PSCmdlet.ShouldProcess('/mailboxes/{account}/quota')) { Invoke-KontorRequest -Method PUT -Path '/mailboxes/{account}/quota' -Given $PSBoundParameters -InPath @{Account = 'account'} -InQuery @{} -InBody @{Size = 'size'; Messages = 'messages'} }
  }
}

<#
.SYNOPSIS
What was expunged or deleted and can be brought back; with --folder, each message.
#>
function Get-RecoverableItems {
  [CmdletBinding()]
  param([Parameter(Mandatory, ValueFromPipelineByPropertyName)] [string]$Account, [string]$Folder, [string]$Filter)
  process {
    Invoke-KontorRequest -Method GET -Path '/mailboxes/{account}/recoverable' -Given $PSBoundParameters -InPath @{Account = 'account'} -InQuery (@{Filter = 'filter'} + @{Folder = 'folder'}) -InBody @{}
  }
}

<#
.SYNOPSIS
Puts DATA/restoring/ID, which restore --replace has made, in the place of a mailbox.
#>
function Invoke-KontorMailboxesReplace {
  [CmdletBinding(SupportsShouldProcess)]
  param([Parameter(Mandatory, ValueFromPipelineByPropertyName)] [string]$Account, [Parameter(Mandatory, ValueFromPipelineByPropertyName)] [string]$Id)
  process {
    if ($PSCmdlet.ShouldProcess('/mailboxes/{account}/replace')) { Invoke-KontorRequest -Method POST -Path '/mailboxes/{account}/replace' -Given $PSBoundParameters -InPath @{Account = 'account'} -InQuery @{} -InBody @{Id = 'id'} }
  }
}

<#
.SYNOPSIS
The scripts of a mailbox's owner: which one is active, and what is wrong with them.
#>
function Get-KontorMailboxesScripts {
  [CmdletBinding()]
  param([Parameter(Mandatory, ValueFromPipelineByPropertyName)] [string]$Account, [string]$Filter)
  process {
    Invoke-KontorRequest -Method GET -Path '/mailboxes/{account}/scripts' -Given $PSBoundParameters -InPath @{Account = 'account'} -InQuery (@{Filter = 'filter'} + @{}) -InBody @{}
  }
}

<#
.SYNOPSIS
That script runs on the mail that comes; without SCRIPT none does.
#>
function Invoke-KontorMailboxesScriptsActivate {
  [CmdletBinding(SupportsShouldProcess)]
  param([Parameter(Mandatory, ValueFromPipelineByPropertyName)] [string]$Account, [string]$Script)
  process {
    if ($PSCmdlet.ShouldProcess('/mailboxes/{account}/scripts/activate')) { Invoke-KontorRequest -Method POST -Path '/mailboxes/{account}/scripts/activate' -Given $PSBoundParameters -InPath @{Account = 'account'} -InQuery @{} -InBody @{Script = 'script'} }
  }
}

<#
.SYNOPSIS
What the script would have done with the mail of the last day, or since a DATE; does nothing.
#>
function Invoke-KontorMailboxesScriptsRehearse {
  [CmdletBinding()]
  param([Parameter(Mandatory, ValueFromPipelineByPropertyName)] [string]$Account, [string]$Script, [string]$Since)
  process {
    Invoke-KontorRequest -Method POST -Path '/mailboxes/{account}/scripts/rehearse' -Given $PSBoundParameters -InPath @{Account = 'account'} -InQuery @{} -InBody @{Script = 'script'; Since = 'since'}
  }
}

<#
.SYNOPSIS
What the script would do with this message; does nothing.
#>
function Invoke-KontorMailboxesScriptsTest {
  [CmdletBinding()]
  param([Parameter(Mandatory, ValueFromPipelineByPropertyName)] [string]$Account, [string]$Script, [string]$From, [string]$To, [Parameter(Mandatory, ValueFromPipelineByPropertyName)] [string]$Message)
  process {
    Invoke-KontorRequest -Method POST -Path '/mailboxes/{account}/scripts/test' -Given $PSBoundParameters -InPath @{Account = 'account'} -InQuery @{} -InBody @{Script = 'script'; From = 'from'; To = 'to'; Message = 'message'}
  }
}

<#
.SYNOPSIS
The text of a script; without SCRIPT of the active one.
#>
function Get-KontorMailboxesScriptsByScript {
  [CmdletBinding()]
  param([Parameter(Mandatory, ValueFromPipelineByPropertyName)] [string]$Account, [Parameter(Mandatory, ValueFromPipelineByPropertyName)] [string]$Script, [string]$Filter)
  process {
    Invoke-KontorRequest -Method GET -Path '/mailboxes/{account}/scripts/{script}' -Given $PSBoundParameters -InPath @{Account = 'account'; Script = 'script'} -InQuery (@{Filter = 'filter'} + @{}) -InBody @{}
  }
}

<#
.SYNOPSIS
Stores a script under that name, or instead of the one that has it.
#>
function Set-KontorMailboxesScriptsByScript {
  [CmdletBinding(SupportsShouldProcess)]
  param([Parameter(Mandatory, ValueFromPipelineByPropertyName)] [string]$Account, [Parameter(Mandatory, ValueFromPipelineByPropertyName)] [string]$Script, [Parameter(Mandatory, ValueFromPipelineByPropertyName)] [string]$Text)
  process {
    if ($PSCmdlet.ShouldProcess('/mailboxes/{account}/scripts/{script}')) { Invoke-KontorRequest -Method PUT -Path '/mailboxes/{account}/scripts/{script}' -Given $PSBoundParameters -InPath @{Account = 'account'; Script = 'script'} -InQuery @{} -InBody @{Text = 'text'} }
  }
}

<#
.SYNOPSIS
Deletes a script that is not active.
#>
function Remove-KontorMailboxesScriptsByScript {
  [CmdletBinding(SupportsShouldProcess)]
  param([Parameter(Mandatory, ValueFromPipelineByPropertyName)] [string]$Account, [Parameter(Mandatory, ValueFromPipelineByPropertyName)] [string]$Script)
  process {
    if ($PSCmdlet.ShouldProcess('/mailboxes/{account}/scripts/{script}')) { Invoke-KontorRequest -Method DELETE -Path '/mailboxes/{account}/scripts/{script}' -Given $PSBoundParameters -InPath @{Account = 'account'; Script = 'script'} -InQuery @{} -InBody @{} }
  }
}

<#
.SYNOPSIS
Whose mail a person wants always (allowed) or never (blocked).
#>
function Get-KontorMailboxesSenderLists {
  [CmdletBinding()]
  param([Parameter(Mandatory, ValueFromPipelineByPropertyName)] [string]$Account, [string]$Filter)
  process {
    Invoke-KontorRequest -Method GET -Path '/mailboxes/{account}/sender-lists' -Given $PSBoundParameters -InPath @{Account = 'account'} -InQuery (@{Filter = 'filter'} + @{}) -InBody @{}
  }
}

<#
.SYNOPSIS
Takes WHOM off the lists of a person.
#>
function Remove-KontorMailboxesSenderLists {
  [CmdletBinding(SupportsShouldProcess)]
  param([Parameter(Mandatory, ValueFromPipelineByPropertyName)] [string]$Account, [Parameter(Mandatory, ValueFromPipelineByPropertyName)] [string]$Whom)
  process {
    if ($PSCmdlet.ShouldProcess('/mailboxes/{account}/sender-lists')) { Invoke-KontorRequest -Method DELETE -Path '/mailboxes/{account}/sender-lists' -Given $PSBoundParameters -InPath @{Account = 'account'} -InQuery @{Whom = 'whom'} -InBody @{} }
  }
}

<#
.SYNOPSIS
Mail of WHOM is always wanted: an address, @domain, a network or a server with all below it.
#>
function Invoke-KontorMailboxesSenderListsAllow {
  [CmdletBinding(SupportsShouldProcess)]
  param([Parameter(Mandatory, ValueFromPipelineByPropertyName)] [string]$Account, [Parameter(Mandatory, ValueFromPipelineByPropertyName)] [string]$Whom)
  process {
    if ($PSCmdlet.ShouldProcess('/mailboxes/{account}/sender-lists/allow')) { Invoke-KontorRequest -Method POST -Path '/mailboxes/{account}/sender-lists/allow' -Given $PSBoundParameters -InPath @{Account = 'account'} -InQuery @{} -InBody @{Whom = 'whom'} }
  }
}

<#
.SYNOPSIS
Mail of WHOM is refused for that person.
#>
function Invoke-KontorMailboxesSenderListsBlock {
  [CmdletBinding(SupportsShouldProcess)]
  param([Parameter(Mandatory, ValueFromPipelineByPropertyName)] [string]$Account, [Parameter(Mandatory, ValueFromPipelineByPropertyName)] [string]$Whom)
  process {
    if ($PSCmdlet.ShouldProcess('/mailboxes/{account}/sender-lists/block')) { Invoke-KontorRequest -Method POST -Path '/mailboxes/{account}/sender-lists/block' -Given $PSBoundParameters -InPath @{Account = 'account'} -InQuery @{} -InBody @{Whom = 'whom'} }
  }
}

<#
.SYNOPSIS
Brings expunged messages back into their folder, or a deleted folder; --into names another place.
#>
function Restore-RecoverableItems {
  [CmdletBinding(SupportsShouldProcess)]
  param([Parameter(Mandatory, ValueFromPipelineByPropertyName)] [string]$Account, [string]$Folder, [string]$Uid, [string]$Since, [string]$MessageId, [switch]$All, [string]$Into)
  process {
    if ($PSCmdlet.ShouldProcess('/mailboxes/{account}/undelete')) { Invoke-KontorRequest -Method POST -Path '/mailboxes/{account}/undelete' -Given $PSBoundParameters -InPath @{Account = 'account'} -InQuery @{} -InBody @{Folder = 'folder'; Uid = 'uid'; Since = 'since'; MessageId = 'message-id'; All = 'all'; Into = 'into'} }
  }
}

<#
.SYNOPSIS
Does at once what is done for each mailbox in store.upkeep_interval: retention, purging, compaction.
#>
function Invoke-KontorMailboxesUpkeep {
  [CmdletBinding(SupportsShouldProcess)]
  param([Parameter(Mandatory, ValueFromPipelineByPropertyName)] [string]$Account)
  process {
    if ($PSCmdlet.ShouldProcess('/mailboxes/{account}/upkeep')) { Invoke-KontorRequest -Method POST -Path '/mailboxes/{account}/upkeep' -Given $PSBoundParameters -InPath @{Account = 'account'} -InQuery @{} -InBody @{} }
  }
}

<#
.SYNOPSIS
Puts a message file into the mailbox, room or list of that address.
#>
function Invoke-KontorMailboxesMessages {
  [CmdletBinding(SupportsShouldProcess)]
  param([Parameter(Mandatory, ValueFromPipelineByPropertyName)] [string]$Address, [Parameter(Mandatory, ValueFromPipelineByPropertyName)] [string]$Message)
  process {
    if ($PSCmdlet.ShouldProcess('/mailboxes/{address}/messages')) { Invoke-KontorRequest -Method POST -Path '/mailboxes/{address}/messages' -Given $PSBoundParameters -InPath @{Address = 'address'} -InQuery @{} -InBody @{Message = 'message'} }
  }
}

<#
.SYNOPSIS
Which flags each reader has for himself: seen (\Seen; the default), all (but \Deleted), or shared: none; default takes the setting back. Without WHICH, what holds.
#>
function Get-KontorMailboxesReaderFlags {
  [CmdletBinding()]
  param([Parameter(Mandatory, ValueFromPipelineByPropertyName)] [string]$Mailbox, [string]$Folder, [string]$Filter)
  process {
    Invoke-KontorRequest -Method GET -Path '/mailboxes/{mailbox}/reader-flags' -Given $PSBoundParameters -InPath @{Mailbox = 'mailbox'} -InQuery (@{Filter = 'filter'} + @{Folder = 'folder'}) -InBody @{}
  }
}

<#
.SYNOPSIS
Which flags each reader has for himself: seen (\Seen; the default), all (but \Deleted), or shared: none; default takes the setting back. Without WHICH, what holds.
#>
function Set-KontorMailboxesReaderFlags {
  [CmdletBinding(SupportsShouldProcess)]
  param([Parameter(Mandatory, ValueFromPipelineByPropertyName)] [string]$Mailbox, [string]$Which, [string]$Folder)
  process {
    if ($PSCmdlet.ShouldProcess('/mailboxes/{mailbox}/reader-flags')) { Invoke-KontorRequest -Method PUT -Path '/mailboxes/{mailbox}/reader-flags' -Given $PSBoundParameters -InPath @{Mailbox = 'mailbox'} -InQuery @{} -InBody @{Which = 'which'; Folder = 'folder'} }
  }
}

<#
.SYNOPSIS
Who may do what in a mailbox, folder by folder.
#>
function Get-MailboxPermission {
  [CmdletBinding()]
  param([Parameter(Mandatory, ValueFromPipelineByPropertyName)] [string]$Mailbox, [string]$Filter)
  process {
    Invoke-KontorRequest -Method GET -Path '/mailboxes/{mailbox}/rights' -Given $PSBoundParameters -InPath @{Mailbox = 'mailbox'} -InQuery (@{Filter = 'filter'} + @{}) -InBody @{}
  }
}

<#
.SYNOPSIS
Gives a person, a group or anyone a mailbox: RIGHTS is reader, author, editor, owner or letters of RFC 4314, of a calendar (--folder calendar:default) freebusy and delegate, too; --send-as: may write as it. MAILBOX may be public: the public folders.
#>
function Add-MailboxPermission {
  [CmdletBinding(SupportsShouldProcess)]
  param([Parameter(Mandatory, ValueFromPipelineByPropertyName)] [string]$Mailbox, [Parameter(Mandatory, ValueFromPipelineByPropertyName)] [string]$Who, [Parameter(Mandatory, ValueFromPipelineByPropertyName)] [string]$Rights, [string]$Folder, [switch]$SendAs)
  process {
    if ($PSCmdlet.ShouldProcess('/mailboxes/{mailbox}/rights')) { Invoke-KontorRequest -Method POST -Path '/mailboxes/{mailbox}/rights' -Given $PSBoundParameters -InPath @{Mailbox = 'mailbox'} -InQuery @{} -InBody @{Who = 'who'; Rights = 'rights'; Folder = 'folder'; SendAs = 'send-as'} }
  }
}

<#
.SYNOPSIS
Takes away what was given to a person, a group or anyone.
#>
function Remove-MailboxPermission {
  [CmdletBinding(SupportsShouldProcess)]
  param([Parameter(Mandatory, ValueFromPipelineByPropertyName)] [string]$Mailbox, [Parameter(Mandatory, ValueFromPipelineByPropertyName)] [string]$Who, [string]$Folder)
  process {
    if ($PSCmdlet.ShouldProcess('/mailboxes/{mailbox}/rights')) { Invoke-KontorRequest -Method DELETE -Path '/mailboxes/{mailbox}/rights' -Given $PSBoundParameters -InPath @{Mailbox = 'mailbox'} -InQuery @{Who = 'who'; Folder = 'folder'} -InBody @{} }
  }
}

<#
.SYNOPSIS
Which mail sent in the name of a shared mailbox has a copy in its Sent folder: send-as (the default), all (on its behalf too), none. Without WHICH, what holds.
#>
function Get-KontorMailboxesSentCopies {
  [CmdletBinding()]
  param([Parameter(Mandatory, ValueFromPipelineByPropertyName)] [string]$Mailbox, [string]$Filter)
  process {
    Invoke-KontorRequest -Method GET -Path '/mailboxes/{mailbox}/sent-copies' -Given $PSBoundParameters -InPath @{Mailbox = 'mailbox'} -InQuery (@{Filter = 'filter'} + @{}) -InBody @{}
  }
}

<#
.SYNOPSIS
Which mail sent in the name of a shared mailbox has a copy in its Sent folder: send-as (the default), all (on its behalf too), none. Without WHICH, what holds.
#>
function Set-KontorMailboxesSentCopies {
  [CmdletBinding(SupportsShouldProcess)]
  param([Parameter(Mandatory, ValueFromPipelineByPropertyName)] [string]$Mailbox, [string]$Which)
  process {
    if ($PSCmdlet.ShouldProcess('/mailboxes/{mailbox}/sent-copies')) { Invoke-KontorRequest -Method PUT -Path '/mailboxes/{mailbox}/sent-copies' -Given $PSBoundParameters -InPath @{Mailbox = 'mailbox'} -InQuery @{} -InBody @{Which = 'which'} }
  }
}

<#
.SYNOPSIS
Makes a person of one source a person of another, as from the file into Active Directory: mailbox, rights and app passwords. Many: --all (by address) or --list FILE (FROM,TO).
#>
function Invoke-KontorMigrations {
  [CmdletBinding(SupportsShouldProcess)]
  param([string]$From, [string]$To, [switch]$All, [string]$ToSource, [switch]$Keep, [switch]$DryRun, [string]$List)
  process {
    if ($PSCmdlet.ShouldProcess('/migrations')) { Invoke-KontorRequest -Method POST -Path '/migrations' -Given $PSBoundParameters -InPath @{} -InQuery @{} -InBody @{From = 'from'; To = 'to'; All = 'all'; ToSource = 'to-source'; Keep = 'keep'; DryRun = 'dry-run'; List = 'list'} }
  }
}

<#
.SYNOPSIS
Messages to moderated groups that wait for a decision; --all: also what was decided.
#>
function Get-KontorModeration {
  [CmdletBinding()]
  param([switch]$All, [string]$Filter)
  process {
    Invoke-KontorRequest -Method GET -Path '/moderation' -Given $PSBoundParameters -InPath @{} -InQuery (@{Filter = 'filter'} + @{All = 'all'}) -InBody @{}
  }
}

<#
.SYNOPSIS
One held message: who decides about it, and its header.
#>
function Get-KontorModerationById {
  [CmdletBinding()]
  param([Parameter(Mandatory, ValueFromPipelineByPropertyName)] [string]$Id, [string]$Filter)
  process {
    Invoke-KontorRequest -Method GET -Path '/moderation/{id}' -Given $PSBoundParameters -InPath @{Id = 'id'} -InQuery (@{Filter = 'filter'} + @{}) -InBody @{}
  }
}

<#
.SYNOPSIS
A held message goes to its group, as if a moderator had approved it.
#>
function Invoke-KontorModerationApprove {
  [CmdletBinding(SupportsShouldProcess)]
  param([Parameter(Mandatory, ValueFromPipelineByPropertyName)] [string]$Id)
  process {
    if ($PSCmdlet.ShouldProcess('/moderation/{id}/approve')) { Invoke-KontorRequest -Method POST -Path '/moderation/{id}/approve' -Given $PSBoundParameters -InPath @{Id = 'id'} -InQuery @{} -InBody @{} }
  }
}

<#
.SYNOPSIS
A held message goes back to its sender, with the reason.
#>
function Invoke-KontorModerationReject {
  [CmdletBinding(SupportsShouldProcess)]
  param([Parameter(Mandatory, ValueFromPipelineByPropertyName)] [string]$Id, [string]$Reason)
  process {
    if ($PSCmdlet.ShouldProcess('/moderation/{id}/reject')) { Invoke-KontorRequest -Method POST -Path '/moderation/{id}/reject' -Given $PSBoundParameters -InPath @{Id = 'id'} -InQuery @{} -InBody @{Reason = 'reason'} }
  }
}

<#
.SYNOPSIS
The server on one page: state, counts, domains, directory, certificate, disk, traffic of the last hours, what went wrong last.
#>
function Get-KontorOverview {
  [CmdletBinding()]
  param([string]$Filter)
  process {
    Invoke-KontorRequest -Method GET -Path '/overview' -Given $PSBoundParameters -InPath @{} -InQuery (@{Filter = 'filter'} + @{}) -InBody @{}
  }
}

<#
.SYNOPSIS
App passwords: whose, for what, and when, how and from where each was used last.
#>
function Get-KontorPeopleAppPasswords {
  [CmdletBinding()]
  param([Parameter(Mandatory, ValueFromPipelineByPropertyName)] [string]$Person, [string]$Filter)
  process {
    Invoke-KontorRequest -Method GET -Path '/people/{person}/app-passwords' -Given $PSBoundParameters -InPath @{Person = 'person'} -InQuery (@{Filter = 'filter'} + @{}) -InBody @{}
  }
}

<#
.SYNOPSIS
Makes a password for one device of a person and shows it, once; --protocols imap,smtp and --expires DAYS limit it.
#>
function Invoke-KontorPeopleAppPasswords {
  [CmdletBinding(SupportsShouldProcess)]
  param([Parameter(Mandatory, ValueFromPipelineByPropertyName)] [string]$Person, [string]$Name, [string]$Protocols, [string]$Expires)
  process {
    if ($PSCmdlet.ShouldProcess('/people/{person}/app-passwords')) { Invoke-KontorRequest -Method POST -Path '/people/{person}/app-passwords' -Given $PSBoundParameters -InPath @{Person = 'person'} -InQuery @{} -InBody @{Name = 'name'; Protocols = 'protocols'; Expires = 'expires'} }
  }
}

<#
.SYNOPSIS
Ends an app password, by its id or name, and the connections that were signed in with it; --all: all of the person.
#>
function Remove-KontorPeopleAppPasswords {
  [CmdletBinding(SupportsShouldProcess)]
  param([Parameter(Mandatory, ValueFromPipelineByPropertyName)] [string]$Person, [string]$Id, [switch]$All)
  process {
    if ($PSCmdlet.ShouldProcess('/people/{person}/app-passwords')) { Invoke-KontorRequest -Method DELETE -Path '/people/{person}/app-passwords' -Given $PSBoundParameters -InPath @{Person = 'person'} -InQuery @{Id = 'id'; All = 'all'} -InBody @{} }
  }
}

<#
.SYNOPSIS
What holds for a person: each value, the rule it came from, and the rules that lost.
#>
function Get-KontorPeoplePolicy {
  [CmdletBinding()]
  param([Parameter(Mandatory, ValueFromPipelineByPropertyName)] [string]$Person, [string]$Filter)
  process {
    Invoke-KontorRequest -Method GET -Path '/people/{person}/policy' -Given $PSBoundParameters -InPath @{Person = 'person'} -InQuery (@{Filter = 'filter'} + @{}) -InBody @{}
  }
}

<#
.SYNOPSIS
Every rule of what holds for whom, and what is wrong with it.
#>
function Get-KontorPolicies {
  [CmdletBinding()]
  param([string]$Filter)
  process {
    Invoke-KontorRequest -Method GET -Path '/policies' -Given $PSBoundParameters -InPath @{} -InQuery (@{Filter = 'filter'} + @{}) -InBody @{}
  }
}

<#
.SYNOPSIS
Sets what holds for a group, person, organisational unit or everybody, at once and for good.
#>
function Set-KontorPoliciesByWho {
  [CmdletBinding(SupportsShouldProcess)]
  param([Parameter(Mandatory, ValueFromPipelineByPropertyName)] [string]$Who, [Parameter(Mandatory, ValueFromPipelineByPropertyName)] [string[]]$Values)
  process {
    if ($PSCmdlet.ShouldProcess('/policies/{who}')) { Invoke-KontorRequest -Method PUT -Path '/policies/{who}' -Given $PSBoundParameters -InPath @{Who = 'who'} -InQuery @{} -InBody @{Values = 'values'} }
  }
}

<#
.SYNOPSIS
Takes away a rule that policy set made, or one value of it.
#>
function Remove-KontorPoliciesByWho {
  [CmdletBinding(SupportsShouldProcess)]
  param([Parameter(Mandatory, ValueFromPipelineByPropertyName)] [string]$Who, [string]$Name)
  process {
    if ($PSCmdlet.ShouldProcess('/policies/{who}')) { Invoke-KontorRequest -Method DELETE -Path '/policies/{who}' -Given $PSBoundParameters -InPath @{Who = 'who'} -InQuery @{Name = 'name'} -InBody @{} }
  }
}

<#
.SYNOPSIS
Mail that a check or a rule holds back, the newest first; ADDRESS may be a part of one, REASON is virus, filter, dmarc, signs or rule. --as: what policy lets a person see of his own.
#>
function Get-QuarantineMessage {
  [CmdletBinding()]
  param([string]$Since, [string]$Until, [string]$Sender, [string]$Recipient, [string]$Reason, [string]$Limit, [string]$Filter)
  process {
    Invoke-KontorRequest -Method GET -Path '/quarantine' -Given $PSBoundParameters -InPath @{} -InQuery (@{Filter = 'filter'} + @{Since = 'since'; Until = 'until'; Sender = 'sender'; Recipient = 'recipient'; Reason = 'reason'; Limit = 'limit'}) -InBody @{}
  }
}

<#
.SYNOPSIS
A sender, @domain or network whose mail is held for viruses and rules alone; --remove: no more. Without WHOM: all of them.
#>
function Get-KontorQuarantineExceptions {
  [CmdletBinding()]
  param([string]$Filter)
  process {
    Invoke-KontorRequest -Method GET -Path '/quarantine/exceptions' -Given $PSBoundParameters -InPath @{} -InQuery (@{Filter = 'filter'} + @{}) -InBody @{}
  }
}

<#
.SYNOPSIS
A sender, @domain or network whose mail is held for viruses and rules alone; --remove: no more. Without WHOM: all of them.
#>
function Set-KontorQuarantineExceptionsByWhom {
  [CmdletBinding(SupportsShouldProcess)]
  param([Parameter(Mandatory, ValueFromPipelineByPropertyName)] [string]$Whom)
  process {
    if ($PSCmdlet.ShouldProcess('/quarantine/exceptions/{whom}')) { Invoke-KontorRequest -Method PUT -Path '/quarantine/exceptions/{whom}' -Given $PSBoundParameters -InPath @{Whom = 'whom'} -InQuery @{} -InBody @{} }
  }
}

<#
.SYNOPSIS
A sender, @domain or network whose mail is held for viruses and rules alone; --remove: no more. Without WHOM: all of them.
#>
function Remove-KontorQuarantineExceptionsByWhom {
  [CmdletBinding(SupportsShouldProcess)]
  param([Parameter(Mandatory, ValueFromPipelineByPropertyName)] [string]$Whom)
  process {
    if ($PSCmdlet.ShouldProcess('/quarantine/exceptions/{whom}')) { Invoke-KontorRequest -Method DELETE -Path '/quarantine/exceptions/{whom}' -Given $PSBoundParameters -InPath @{Whom = 'whom'} -InQuery @{} -InBody @{} }
  }
}

<#
.SYNOPSIS
One held message: why, its score, who sent it, for whom it waits.
#>
function Get-KontorQuarantineMessagesById {
  [CmdletBinding()]
  param([Parameter(Mandatory, ValueFromPipelineByPropertyName)] [string]$Id, [string]$Filter)
  process {
    Invoke-KontorRequest -Method GET -Path '/quarantine/messages/{id}' -Given $PSBoundParameters -InPath @{Id = 'id'} -InQuery (@{Filter = 'filter'} + @{}) -InBody @{}
  }
}

<#
.SYNOPSIS
Deletes held mail; --learn: rspamd learns that it is spam; --as: for a person alone, as policy lets him.
#>
function Delete-QuarantineMessage {
  [CmdletBinding(SupportsShouldProcess)]
  param([Parameter(Mandatory, ValueFromPipelineByPropertyName)] [string]$Id, [switch]$Learn)
  process {
    if ($PSCmdlet.ShouldProcess('/quarantine/messages/{id}')) { Invoke-KontorRequest -Method DELETE -Path '/quarantine/messages/{id}' -Given $PSBoundParameters -InPath @{Id = 'id'} -InQuery @{Learn = 'learn'} -InBody @{} }
  }
}

<#
.SYNOPSIS
Gives held mail to its recipients; --learn: rspamd learns that it is no spam; --allow-sender: his mail is not held again; --as: for a person alone, as policy lets him.
#>
function Release-QuarantineMessage {
  [CmdletBinding(SupportsShouldProcess)]
  param([Parameter(Mandatory, ValueFromPipelineByPropertyName)] [string]$Id, [switch]$Learn, [switch]$AllowSender)
  process {
    if ($PSCmdlet.ShouldProcess('/quarantine/messages/{id}/release')) { Invoke-KontorRequest -Method POST -Path '/quarantine/messages/{id}/release' -Given $PSBoundParameters -InPath @{Id = 'id'} -InQuery @{} -InBody @{Learn = 'learn'; AllowSender = 'allow-sender'} }
  }
}

<#
.SYNOPSIS
The held message itself.
#>
function Get-KontorQuarantineMessagesSource {
  [CmdletBinding()]
  param([Parameter(Mandatory, ValueFromPipelineByPropertyName)] [string]$Id, [string]$Filter)
  process {
    Invoke-KontorRequest -Method GET -Path '/quarantine/messages/{id}/source' -Given $PSBoundParameters -InPath @{Id = 'id'} -InQuery (@{Filter = 'filter'} + @{}) -InBody @{}
  }
}

<#
.SYNOPSIS
Mail on its way to others, oldest first; FILTER is a part of a sender, recipient or domain.
#>
function Get-Queue {
  [CmdletBinding()]
  param([string]$Filter)
  process {
    Invoke-KontorRequest -Method GET -Path '/queue' -Given $PSBoundParameters -InPath @{} -InQuery @{Filter = 'filter'} -InBody @{}
  }
}

<#
.SYNOPSIS
Ends every message of the queue that FILTER fits, a part of a sender, recipient or domain, or all; --notify: their senders are told.
#>
function Invoke-KontorQueueClear {
  [CmdletBinding(SupportsShouldProcess)]
  param([Parameter(Mandatory, ValueFromPipelineByPropertyName)] [string]$Filter, [switch]$Notify)
  process {
    if ($PSCmdlet.ShouldProcess('/queue/clear')) { Invoke-KontorRequest -Method POST -Path '/queue/clear' -Given $PSBoundParameters -InPath @{} -InQuery @{} -InBody @{Filter = 'filter'; Notify = 'notify'} }
  }
}

<#
.SYNOPSIS
One message of the queue: each recipient, its tries and what the other side said.
#>
function Get-QueuedMessage {
  [CmdletBinding()]
  param([Parameter(Mandatory, ValueFromPipelineByPropertyName)] [string]$Id, [string]$Filter)
  process {
    Invoke-KontorRequest -Method GET -Path '/queue/messages/{id}' -Given $PSBoundParameters -InPath @{Id = 'id'} -InQuery (@{Filter = 'filter'} + @{}) -InBody @{}
  }
}

<#
.SYNOPSIS
Ends a message of the queue; with notify, its sender is told.
#>
function Remove-QueuedMessage {
  [CmdletBinding(SupportsShouldProcess)]
  param([Parameter(Mandatory, ValueFromPipelineByPropertyName)] [string]$Id, [switch]$Notify)
  process {
    if ($PSCmdlet.ShouldProcess('/queue/messages/{id}')) { Invoke-KontorRequest -Method DELETE -Path '/queue/messages/{id}' -Given $PSBoundParameters -InPath @{Id = 'id'} -InQuery @{Notify = 'notify'} -InBody @{} }
  }
}

<#
.SYNOPSIS
Gives up a message of the queue now: its sender gets a failure notice.
#>
function Invoke-KontorQueueMessagesBounce {
  [CmdletBinding(SupportsShouldProcess)]
  param([Parameter(Mandatory, ValueFromPipelineByPropertyName)] [string]$Id)
  process {
    if ($PSCmdlet.ShouldProcess('/queue/messages/{id}/bounce')) { Invoke-KontorRequest -Method POST -Path '/queue/messages/{id}/bounce' -Given $PSBoundParameters -InPath @{Id = 'id'} -InQuery @{} -InBody @{} }
  }
}

<#
.SYNOPSIS
Tries everything now; with ID, one message, or what a part of an address or domain fits.
#>
function Resume-QueuedMessage {
  [CmdletBinding(SupportsShouldProcess)]
  param([Parameter(Mandatory, ValueFromPipelineByPropertyName)] [string]$Id)
  process {
    if ($PSCmdlet.ShouldProcess('/queue/messages/{id}/retry')) { Invoke-KontorRequest -Method POST -Path '/queue/messages/{id}/retry' -Given $PSBoundParameters -InPath @{Id = 'id'} -InQuery @{} -InBody @{} }
  }
}

<#
.SYNOPSIS
Mail for a domain waits until queue resume, also after a restart; without DOMAIN: which ones do.
#>
function Get-KontorQueuePaused {
  [CmdletBinding()]
  param([string]$Filter)
  process {
    Invoke-KontorRequest -Method GET -Path '/queue/paused' -Given $PSBoundParameters -InPath @{} -InQuery (@{Filter = 'filter'} + @{}) -InBody @{}
  }
}

<#
.SYNOPSIS
Mail for a domain waits until queue resume, also after a restart; without DOMAIN: which ones do.
#>
function Suspend-Queue {
  [CmdletBinding(SupportsShouldProcess)]
  param([Parameter(Mandatory, ValueFromPipelineByPropertyName)] [string]$Domain)
  process {
    if ($PSCmdlet.ShouldProcess('/queue/paused/{domain}')) { Invoke-KontorRequest -Method PUT -Path '/queue/paused/{domain}' -Given $PSBoundParameters -InPath @{Domain = 'domain'} -InQuery @{} -InBody @{} }
  }
}

<#
.SYNOPSIS
Mail for a paused domain goes on at once.
#>
function Resume-Queue {
  [CmdletBinding(SupportsShouldProcess)]
  param([Parameter(Mandatory, ValueFromPipelineByPropertyName)] [string]$Domain)
  process {
    if ($PSCmdlet.ShouldProcess('/queue/paused/{domain}')) { Invoke-KontorRequest -Method DELETE -Path '/queue/paused/{domain}' -Given $PSBoundParameters -InPath @{Domain = 'domain'} -InQuery @{} -InBody @{} }
  }
}

<#
.SYNOPSIS
Sends what queue.routes holds for a domain, as ETRN does; @DOMAIN: for all below it too.
#>
function Invoke-KontorQueueRelease {
  [CmdletBinding(SupportsShouldProcess)]
  param([Parameter(Mandatory, ValueFromPipelineByPropertyName)] [string]$Domain)
  process {
    if ($PSCmdlet.ShouldProcess('/queue/release')) { Invoke-KontorRequest -Method POST -Path '/queue/release' -Given $PSBoundParameters -InPath @{} -InQuery @{} -InBody @{Domain = 'domain'} }
  }
}

<#
.SYNOPSIS
Tries everything now; with ID, one message, or what a part of an address or domain fits.
#>
function Restart-Queue {
  [CmdletBinding(SupportsShouldProcess)]
  param()
  process {
    if ($PSCmdlet.ShouldProcess('/queue/retry')) { Invoke-KontorRequest -Method POST -Path '/queue/retry' -Given $PSBoundParameters -InPath @{} -InQuery @{} -InBody @{} }
  }
}

<#
.SYNOPSIS
What the retention rules expunged at the last turn of upkeep; --dry-run: what they would now.
#>
function Get-KontorRetention {
  [CmdletBinding()]
  param([string]$Account, [switch]$DryRun, [string]$Filter)
  process {
    Invoke-KontorRequest -Method GET -Path '/retention' -Given $PSBoundParameters -InPath @{} -InQuery (@{Filter = 'filter'} + @{Account = 'account'; DryRun = 'dry-run'}) -InBody @{}
  }
}

<#
.SYNOPSIS
Who may administer besides the administrators' group, and what.
#>
function Get-ManagementRoleAssignment {
  [CmdletBinding()]
  param([string]$Filter)
  process {
    Invoke-KontorRequest -Method GET -Path '/roles' -Given $PSBoundParameters -InPath @{} -InQuery (@{Filter = 'filter'} + @{}) -InBody @{}
  }
}

<#
.SYNOPSIS
Lets a group or a person administer: ROLE is full, help-desk, auditor or organisation; --domains, --units: for the mailboxes of these mail domains (with commas between) and organisational units (DNs, with semicolons) alone.
#>
function New-ManagementRoleAssignment {
  [CmdletBinding(SupportsShouldProcess)]
  param([Parameter(Mandatory, ValueFromPipelineByPropertyName)] [string]$Who, [Parameter(Mandatory, ValueFromPipelineByPropertyName)] [string]$Role, [string]$Domains, [string]$Units)
  process {
    if ($PSCmdlet.ShouldProcess('/roles/{who}/{role}')) { Invoke-KontorRequest -Method PUT -Path '/roles/{who}/{role}' -Given $PSBoundParameters -InPath @{Who = 'who'; Role = 'role'} -InQuery @{} -InBody @{Domains = 'domains'; Units = 'units'} }
  }
}

<#
.SYNOPSIS
Takes a role away, or all of theirs.
#>
function Remove-ManagementRoleAssignment {
  [CmdletBinding(SupportsShouldProcess)]
  param([Parameter(Mandatory, ValueFromPipelineByPropertyName)] [string]$Who, [Parameter(Mandatory, ValueFromPipelineByPropertyName)] [string]$Role)
  process {
    if ($PSCmdlet.ShouldProcess('/roles/{who}/{role}')) { Invoke-KontorRequest -Method DELETE -Path '/roles/{who}/{role}' -Given $PSBoundParameters -InPath @{Who = 'who'; Role = 'role'} -InQuery @{} -InBody @{} }
  }
}

<#
.SYNOPSIS
Rooms and equipment: the lists they are in, what policy says of booking them, what they have taken. --free: those that are free from then on, for an hour or until --until; --capacity: those that hold so many people.
#>
function Get-KontorRooms {
  [CmdletBinding()]
  param([string]$Free, [string]$Until, [string]$Capacity, [string]$Filter)
  process {
    Invoke-KontorRequest -Method GET -Path '/rooms' -Given $PSBoundParameters -InPath @{} -InQuery (@{Filter = 'filter'} + @{Free = 'free'; Until = 'until'; Capacity = 'capacity'}) -InBody @{}
  }
}

<#
.SYNOPSIS
The rules for all mail that passes, in the order in which they are asked.
#>
function Get-TransportRule {
  [CmdletBinding()]
  param([string]$Filter)
  process {
    Invoke-KontorRequest -Method GET -Path '/rules' -Given $PSBoundParameters -InPath @{} -InQuery (@{Filter = 'filter'} + @{}) -InBody @{}
  }
}

<#
.SYNOPSIS
Adds rules for all mail that passes, as JSON, behind the others or --before one (docs/admin/organisation-rules.md); in force at once.
#>
function New-TransportRule {
  [CmdletBinding(SupportsShouldProcess)]
  param([string]$Before, [Parameter(Mandatory, ValueFromPipelineByPropertyName)] [string]$Rules)
  process {
    if ($PSCmdlet.ShouldProcess('/rules')) { Invoke-KontorRequest -Method POST -Path '/rules' -Given $PSBoundParameters -InPath @{} -InQuery @{} -InBody @{Before = 'before'; Rules = 'rules'} }
  }
}

<#
.SYNOPSIS
What a rule, the rules of a file, or all rules would have done, each by itself, with mail that lies in the mailboxes (--since: yesterday when absent) or with the message of a file (--ours: sent by somebody of this organisation); does nothing.
#>
function Invoke-KontorRulesTest {
  [CmdletBinding()]
  param([string]$Rule, [string]$Since, [string]$Until, [string]$From, [string]$To, [switch]$Ours)
  process {
    Invoke-KontorRequest -Method POST -Path '/rules/test' -Given $PSBoundParameters -InPath @{} -InQuery @{} -InBody @{Rule = 'rule'; Since = 'since'; Until = 'until'; From = 'from'; To = 'to'; Ours = 'ours'}
  }
}

<#
.SYNOPSIS
A rule as JSON, which rules change takes again.
#>
function Get-KontorRulesByName {
  [CmdletBinding()]
  param([Parameter(Mandatory, ValueFromPipelineByPropertyName)] [string]$Name, [string]$Filter)
  process {
    Invoke-KontorRequest -Method GET -Path '/rules/{name}' -Given $PSBoundParameters -InPath @{Name = 'name'} -InQuery (@{Filter = 'filter'} + @{}) -InBody @{}
  }
}

<#
.SYNOPSIS
Puts the rule of a file in the place of that one; in force at once.
#>
function Set-TransportRule {
  [CmdletBinding(SupportsShouldProcess)]
  param([Parameter(Mandatory, ValueFromPipelineByPropertyName)] [string]$Name, [Parameter(Mandatory, ValueFromPipelineByPropertyName)] [string]$Rules)
  process {
    if ($PSCmdlet.ShouldProcess('/rules/{name}')) { Invoke-KontorRequest -Method PUT -Path '/rules/{name}' -Given $PSBoundParameters -InPath @{Name = 'name'} -InQuery @{} -InBody @{Rules = 'rules'} }
  }
}

<#
.SYNOPSIS
Takes a rule away.
#>
function Remove-TransportRule {
  [CmdletBinding(SupportsShouldProcess)]
  param([Parameter(Mandatory, ValueFromPipelineByPropertyName)] [string]$Name)
  process {
    if ($PSCmdlet.ShouldProcess('/rules/{name}')) { Invoke-KontorRequest -Method DELETE -Path '/rules/{name}' -Given $PSBoundParameters -InPath @{Name = 'name'} -InQuery @{} -InBody @{} }
  }
}

<#
.SYNOPSIS
The rule does nothing any more.
#>
function Disable-TransportRule {
  [CmdletBinding(SupportsShouldProcess)]
  param([Parameter(Mandatory, ValueFromPipelineByPropertyName)] [string]$Name)
  process {
    if ($PSCmdlet.ShouldProcess('/rules/{name}/disable')) { Invoke-KontorRequest -Method POST -Path '/rules/{name}/disable' -Given $PSBoundParameters -InPath @{Name = 'name'} -InQuery @{} -InBody @{} }
  }
}

<#
.SYNOPSIS
The rule acts from now on.
#>
function Enable-TransportRule {
  [CmdletBinding(SupportsShouldProcess)]
  param([Parameter(Mandatory, ValueFromPipelineByPropertyName)] [string]$Name)
  process {
    if ($PSCmdlet.ShouldProcess('/rules/{name}/enable')) { Invoke-KontorRequest -Method POST -Path '/rules/{name}/enable' -Given $PSBoundParameters -InPath @{Name = 'name'} -InQuery @{} -InBody @{} }
  }
}

<#
.SYNOPSIS
Asks a rule earlier or later: 1 is the first.
#>
function Invoke-KontorRulesMove {
  [CmdletBinding(SupportsShouldProcess)]
  param([Parameter(Mandatory, ValueFromPipelineByPropertyName)] [string]$Name, [Parameter(Mandatory, ValueFromPipelineByPropertyName)] [string]$Place)
  process {
    if ($PSCmdlet.ShouldProcess('/rules/{name}/move')) { Invoke-KontorRequest -Method POST -Path '/rules/{name}/move' -Given $PSBoundParameters -InPath @{Name = 'name'} -InQuery @{} -InBody @{Place = 'place'} }
  }
}

<#
.SYNOPSIS
From now on the rule only says in the message trace what it would have done.
#>
function Invoke-KontorRulesRehearse {
  [CmdletBinding(SupportsShouldProcess)]
  param([Parameter(Mandatory, ValueFromPipelineByPropertyName)] [string]$Name)
  process {
    if ($PSCmdlet.ShouldProcess('/rules/{name}/rehearse')) { Invoke-KontorRequest -Method POST -Path '/rules/{name}/rehearse' -Given $PSBoundParameters -InPath @{Name = 'name'} -InQuery @{} -InBody @{} }
  }
}

<#
.SYNOPSIS
Is this script right? Says line and column of a mistake.
#>
function Invoke-KontorScriptsCheck {
  [CmdletBinding()]
  param([Parameter(Mandatory, ValueFromPipelineByPropertyName)] [string]$Text)
  process {
    Invoke-KontorRequest -Method POST -Path '/scripts/check' -Given $PSBoundParameters -InPath @{} -InQuery @{} -InBody @{Text = 'text'}
  }
}

<#
.SYNOPSIS
The full-text indexes of mailboxes: how many messages they hold, their size, what is wrong.
#>
function Get-KontorSearchIndexes {
  [CmdletBinding()]
  param([string]$Filter)
  process {
    Invoke-KontorRequest -Method GET -Path '/search-indexes' -Given $PSBoundParameters -InPath @{} -InQuery (@{Filter = 'filter'} + @{}) -InBody @{}
  }
}

<#
.SYNOPSIS
The protocols and the queue: which run, are paused or stopped, and how many sessions they have.
#>
function Get-ServerComponentState {
  [CmdletBinding()]
  param([string]$Filter)
  process {
    Invoke-KontorRequest -Method GET -Path '/services' -Given $PSBoundParameters -InPath @{} -InQuery (@{Filter = 'filter'} + @{}) -InBody @{}
  }
}

<#
.SYNOPSIS
New connections are told to come later; those there are go on. Also after a restart.
#>
function Invoke-KontorServicesPause {
  [CmdletBinding(SupportsShouldProcess)]
  param([Parameter(Mandatory, ValueFromPipelineByPropertyName)] [string]$Service)
  process {
    if ($PSCmdlet.ShouldProcess('/services/{service}/pause')) { Invoke-KontorRequest -Method POST -Path '/services/{service}/pause' -Given $PSBoundParameters -InPath @{Service = 'service'} -InQuery @{} -InBody @{} }
  }
}

<#
.SYNOPSIS
A service that was paused or stopped takes connections again.
#>
function Invoke-KontorServicesStart {
  [CmdletBinding(SupportsShouldProcess)]
  param([Parameter(Mandatory, ValueFromPipelineByPropertyName)] [string]$Service)
  process {
    if ($PSCmdlet.ShouldProcess('/services/{service}/start')) { Invoke-KontorRequest -Method POST -Path '/services/{service}/start' -Given $PSBoundParameters -InPath @{Service = 'service'} -InQuery @{} -InBody @{} }
  }
}

<#
.SYNOPSIS
As pause, and the connections there are end; of queue: nothing is sent any more.
#>
function Invoke-KontorServicesStop {
  [CmdletBinding(SupportsShouldProcess)]
  param([Parameter(Mandatory, ValueFromPipelineByPropertyName)] [string]$Service)
  process {
    if ($PSCmdlet.ShouldProcess('/services/{service}/stop')) { Invoke-KontorRequest -Method POST -Path '/services/{service}/stop' -Given $PSBoundParameters -InPath @{Service = 'service'} -InQuery @{} -InBody @{} }
  }
}

<#
.SYNOPSIS
Who is connected.
#>
function Get-KontorSessions {
  [CmdletBinding()]
  param([string]$Filter)
  process {
    Invoke-KontorRequest -Method GET -Path '/sessions' -Given $PSBoundParameters -InPath @{} -InQuery (@{Filter = 'filter'} + @{}) -InBody @{}
  }
}

<#
.SYNOPSIS
Ends every connection of a person.
#>
function Remove-KontorSessionsByAccount {
  [CmdletBinding(SupportsShouldProcess)]
  param([Parameter(Mandatory, ValueFromPipelineByPropertyName)] [string]$Account)
  process {
    if ($PSCmdlet.ShouldProcess('/sessions/{account}')) { Invoke-KontorRequest -Method DELETE -Path '/sessions/{account}' -Given $PSBoundParameters -InPath @{Account = 'account'} -InQuery @{} -InBody @{} }
  }
}

<#
.SYNOPSIS
The settings in force; with changed, those that differ from the defaults.
#>
function Get-KontorSettings {
  [CmdletBinding()]
  param([switch]$Changed, [string]$Filter)
  process {
    Invoke-KontorRequest -Method GET -Path '/settings' -Given $PSBoundParameters -InPath @{} -InQuery (@{Filter = 'filter'} + @{Changed = 'changed'}) -InBody @{}
  }
}

<#
.SYNOPSIS
Who shared what with whom, and the mail addresses of folders; with WHO, what a person or group was given by name.
#>
function Get-KontorShares {
  [CmdletBinding()]
  param([string]$Who, [string]$Filter)
  process {
    Invoke-KontorRequest -Method GET -Path '/shares' -Given $PSBoundParameters -InPath @{} -InQuery (@{Filter = 'filter'} + @{Who = 'who'}) -InBody @{}
  }
}

<#
.SYNOPSIS
Servers whose mail was learnt as spam again and again, and why; --all: those that are near it too.
#>
function Get-KontorSpamBase {
  [CmdletBinding()]
  param([switch]$All, [string]$Filter)
  process {
    Invoke-KontorRequest -Method GET -Path '/spam-base' -Given $PSBoundParameters -InPath @{} -InQuery (@{Filter = 'filter'} + @{All = 'all'}) -InBody @{}
  }
}

<#
.SYNOPSIS
Puts the addresses of a list into the base of spam, one a line.
#>
function Invoke-KontorSpamBaseImport {
  [CmdletBinding(SupportsShouldProcess)]
  param([Parameter(Mandatory, ValueFromPipelineByPropertyName)] [string]$List)
  process {
    if ($PSCmdlet.ShouldProcess('/spam-base/import')) { Invoke-KontorRequest -Method POST -Path '/spam-base/import' -Given $PSBoundParameters -InPath @{} -InQuery @{} -InBody @{List = 'list'} }
  }
}

<#
.SYNOPSIS
Puts a server into the base of spam, for good.
#>
function Set-KontorSpamBaseByAddress {
  [CmdletBinding(SupportsShouldProcess)]
  param([Parameter(Mandatory, ValueFromPipelineByPropertyName)] [string]$Address, [string]$Why)
  process {
    if ($PSCmdlet.ShouldProcess('/spam-base/{address}')) { Invoke-KontorRequest -Method PUT -Path '/spam-base/{address}' -Given $PSBoundParameters -InPath @{Address = 'address'} -InQuery @{} -InBody @{Why = 'why'} }
  }
}

<#
.SYNOPSIS
Takes a server out of the base of spam and forgets what was said of it.
#>
function Remove-KontorSpamBaseByAddress {
  [CmdletBinding(SupportsShouldProcess)]
  param([Parameter(Mandatory, ValueFromPipelineByPropertyName)] [string]$Address)
  process {
    if ($PSCmdlet.ShouldProcess('/spam-base/{address}')) { Invoke-KontorRequest -Method DELETE -Path '/spam-base/{address}' -Given $PSBoundParameters -InPath @{Address = 'address'} -InQuery @{} -InBody @{} }
  }
}

<#
.SYNOPSIS
How much mail there was and what became of it, by day of the last 30 days; --by hour, day, month or all, --of sender-domain, recipient-domain or mailbox (--name: one of them), --csv for spreadsheets.
#>
function Get-KontorStatistics {
  [CmdletBinding()]
  param([string]$By, [string]$Of, [string]$Name, [string]$Since, [string]$Until, [string]$Limit, [string]$Filter)
  process {
    Invoke-KontorRequest -Method GET -Path '/statistics' -Given $PSBoundParameters -InPath @{} -InQuery (@{Filter = 'filter'} + @{By = 'by'; Of = 'of'; Name = 'name'; Since = 'since'; Until = 'until'; Limit = 'limit'}) -InBody @{}
  }
}

<#
.SYNOPSIS
Is the server well?
#>
function Get-KontorStatus {
  [CmdletBinding()]
  param([string]$Filter)
  process {
    Invoke-KontorRequest -Method GET -Path '/status' -Given $PSBoundParameters -InPath @{} -InQuery (@{Filter = 'filter'} + @{}) -InBody @{}
  }
}

<#
.SYNOPSIS
What others report of TLS with our mail hosts in the last 30 days: sessions that succeeded, what failed, and what to do.
#>
function Get-KontorTlsrpt {
  [CmdletBinding()]
  param([string]$Domain, [string]$Days, [string]$Filter)
  process {
    Invoke-KontorRequest -Method GET -Path '/tlsrpt' -Given $PSBoundParameters -InPath @{} -InQuery (@{Filter = 'filter'} + @{Domain = 'domain'; Days = 'days'}) -InBody @{}
  }
}

<#
.SYNOPSIS
The TLS reports of others that came in: whose, of which time.
#>
function Get-KontorTlsrptReceived {
  [CmdletBinding()]
  param([string]$Domain, [string]$Days, [string]$Filter)
  process {
    Invoke-KontorRequest -Method GET -Path '/tlsrpt/received' -Given $PSBoundParameters -InPath @{} -InQuery (@{Filter = 'filter'} + @{Domain = 'domain'; Days = 'days'}) -InBody @{}
  }
}

<#
.SYNOPSIS
What has been counted of TLS with the mail hosts of others, and was not told them yet.
#>
function Get-KontorTlsrptResults {
  [CmdletBinding()]
  param([string]$Filter)
  process {
    Invoke-KontorRequest -Method GET -Path '/tlsrpt/results' -Given $PSBoundParameters -InPath @{} -InQuery (@{Filter = 'filter'} + @{}) -InBody @{}
  }
}

<#
.SYNOPSIS
Sends the TLS reports now, today's too; by itself each day is reported when it is over.
#>
function Invoke-KontorTlsrptSend {
  [CmdletBinding(SupportsShouldProcess)]
  param()
  process {
    if ($PSCmdlet.ShouldProcess('/tlsrpt/send')) { Invoke-KontorRequest -Method POST -Path '/tlsrpt/send' -Given $PSBoundParameters -InPath @{} -InQuery @{} -InBody @{} }
  }
}

<#
.SYNOPSIS
What became of messages, the newest first: who sent them, to whom, and whether they were delivered, relayed, refused, wait or failed. ADDRESS may be a domain; STATUS also junk or virus. --as: only what a person may know, which is his own mail and that of shared mailboxes he reads.
#>
function Get-MessageTrace {
  [CmdletBinding()]
  param([string]$Sender, [string]$Recipient, [string]$Status, [string]$Since, [string]$Until, [string]$Subject, [string]$MessageId, [string]$QueueId, [string]$Client, [string]$Limit, [string]$Before, [string]$Filter)
  process {
    Invoke-KontorRequest -Method GET -Path '/trace' -Given $PSBoundParameters -InPath @{} -InQuery (@{Filter = 'filter'} + @{Sender = 'sender'; Recipient = 'recipient'; Status = 'status'; Since = 'since'; Until = 'until'; Subject = 'subject'; MessageId = 'message-id'; QueueId = 'queue-id'; Client = 'client'; Limit = 'limit'; Before = 'before'}) -InBody @{}
  }
}

<#
.SYNOPSIS
The whole way of one message, recipient by recipient: where it came from, what checks found, where it was delivered, what other servers answered at each try.
#>
function Get-MessageTraceDetail {
  [CmdletBinding()]
  param([Parameter(Mandatory, ValueFromPipelineByPropertyName)] [string]$Id, [string]$Filter)
  process {
    Invoke-KontorRequest -Method GET -Path '/trace/messages/{id}' -Given $PSBoundParameters -InPath @{Id = 'id'} -InQuery (@{Filter = 'filter'} + @{}) -InBody @{}
  }
}

<#
.SYNOPSIS
How much of the message trace is kept, and since when.
#>
function Get-KontorTraceStatus {
  [CmdletBinding()]
  param([string]$Filter)
  process {
    Invoke-KontorRequest -Method GET -Path '/trace/status' -Given $PSBoundParameters -InPath @{} -InQuery (@{Filter = 'filter'} + @{}) -InBody @{}
  }
}

Export-ModuleMember -Function Connect-Kontor, Get-KontorAddresses, Invoke-KontorAddresses, Remove-KontorAddressesByAddress, Search-AdminAuditLog, Get-KontorBlocks, Set-KontorBlocksByAddress, Remove-KontorBlocksByAddress, Get-KontorCalendars, Invoke-KontorCalendarsHolidays, Get-KontorCalendarsLinks, Invoke-KontorCalendarsLinks, Remove-KontorCalendarsLinksByLink, Remove-KontorCalendarsByName, Get-ExchangeCertificate, Get-KontorCollectors, Get-KontorCollectorsByName, Invoke-KontorCollectorsByName, Set-KontorCollectorsByName, Remove-KontorCollectorsByName, Invoke-KontorCollectorsCheck, Invoke-KontorCollectorsPause, Invoke-KontorCollectorsResume, Invoke-KontorCollectorsRun, Get-KontorDirectory, Invoke-KontorDirectoryAccept, Invoke-KontorDirectoryReconcile, Get-KontorDkim, Get-KontorDkimByDomain, Invoke-KontorDkimByDomain, Get-KontorDkimCheck, Remove-KontorDkimKeysBySelector, Invoke-KontorDkimKeysRetire, Invoke-KontorDkimRotate, Get-KontorDmarc, Get-KontorDmarcReceived, Get-KontorDmarcReports, Invoke-KontorDmarcSend, Invoke-KontorDoctor, Get-AcceptedDomain, Get-KontorDomainsByDomain, Set-KontorDomainsByDomain, Remove-KontorDomainsByDomain, Get-KontorDomainsMailboxes, Get-KontorFingerprints, Set-KontorFingerprintsByName, Remove-KontorFingerprintsByName, Get-KontorGal, Get-KontorGalEntriesByEntry, Get-KontorGalSearch, Get-DistributionGroup, Get-DistributionGroupMember, Get-KontorLearning, Get-KontorLocalAccounts, Invoke-KontorLocalAccounts, Remove-KontorLocalAccountsByPerson, Set-KontorLocalAccountsPassword, Get-KontorLog, Get-Mailbox, Get-MailboxStatistics, Remove-Mailbox, Invoke-KontorMailboxesAttach, Get-MailboxFolderStatistics, Get-KontorMailboxesIndex, Invoke-KontorMailboxesIndexRebuild, Set-KontorMailboxesLock, Remove-KontorMailboxesLock, Get-MailboxAutoReplyConfiguration, Set-MailboxAutoReplyConfiguration, Remove-KontorMailboxesOutOfOffice, Get-MailboxQuota, Set-MailboxQuota, Get-RecoverableItems, Invoke-KontorMailboxesReplace, Get-KontorMailboxesScripts, Invoke-KontorMailboxesScriptsActivate, Invoke-KontorMailboxesScriptsRehearse, Invoke-KontorMailboxesScriptsTest, Get-KontorMailboxesScriptsByScript, Set-KontorMailboxesScriptsByScript, Remove-KontorMailboxesScriptsByScript, Get-KontorMailboxesSenderLists, Remove-KontorMailboxesSenderLists, Invoke-KontorMailboxesSenderListsAllow, Invoke-KontorMailboxesSenderListsBlock, Restore-RecoverableItems, Invoke-KontorMailboxesUpkeep, Invoke-KontorMailboxesMessages, Get-KontorMailboxesReaderFlags, Set-KontorMailboxesReaderFlags, Get-MailboxPermission, Add-MailboxPermission, Remove-MailboxPermission, Get-KontorMailboxesSentCopies, Set-KontorMailboxesSentCopies, Invoke-KontorMigrations, Get-KontorModeration, Get-KontorModerationById, Invoke-KontorModerationApprove, Invoke-KontorModerationReject, Get-KontorOverview, Get-KontorPeopleAppPasswords, Invoke-KontorPeopleAppPasswords, Remove-KontorPeopleAppPasswords, Get-KontorPeoplePolicy, Get-KontorPolicies, Set-KontorPoliciesByWho, Remove-KontorPoliciesByWho, Get-QuarantineMessage, Get-KontorQuarantineExceptions, Set-KontorQuarantineExceptionsByWhom, Remove-KontorQuarantineExceptionsByWhom, Get-KontorQuarantineMessagesById, Delete-QuarantineMessage, Release-QuarantineMessage, Get-KontorQuarantineMessagesSource, Get-Queue, Invoke-KontorQueueClear, Get-QueuedMessage, Remove-QueuedMessage, Invoke-KontorQueueMessagesBounce, Resume-QueuedMessage, Get-KontorQueuePaused, Suspend-Queue, Resume-Queue, Invoke-KontorQueueRelease, Restart-Queue, Get-KontorRetention, Get-ManagementRoleAssignment, New-ManagementRoleAssignment, Remove-ManagementRoleAssignment, Get-KontorRooms, Get-TransportRule, New-TransportRule, Invoke-KontorRulesTest, Get-KontorRulesByName, Set-TransportRule, Remove-TransportRule, Disable-TransportRule, Enable-TransportRule, Invoke-KontorRulesMove, Invoke-KontorRulesRehearse, Invoke-KontorScriptsCheck, Get-KontorSearchIndexes, Get-ServerComponentState, Invoke-KontorServicesPause, Invoke-KontorServicesStart, Invoke-KontorServicesStop, Get-KontorSessions, Remove-KontorSessionsByAccount, Get-KontorSettings, Get-KontorShares, Get-KontorSpamBase, Invoke-KontorSpamBaseImport, Set-KontorSpamBaseByAddress, Remove-KontorSpamBaseByAddress, Get-KontorStatistics, Get-KontorStatus, Get-KontorTlsrpt, Get-KontorTlsrptReceived, Get-KontorTlsrptResults, Invoke-KontorTlsrptSend, Get-MessageTrace, Get-MessageTraceDetail, Get-KontorTraceStatus
