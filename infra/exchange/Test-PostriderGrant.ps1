#Requires -Version 7.4
<#
.SYNOPSIS
Says what Postrider was granted, for which mailboxes, and that it was NOT granted more.

.DESCRIPTION
Asks Exchange (Test-ServicePrincipalAuthorization, which passes by its cache) for the sender mailboxes and for mailboxes that must not
be covered, and Entra ID for permissions that would reach every mailbox. Changes nothing. Exit code 1 when anything is not as it
should be.

.PARAMETER Outside
Mailboxes that the app must not reach. Without it three others of the tenant are taken.

.PARAMETER SkipEntra
Does not ask Entra ID: Exchange's answer alone does not show permissions that were consented to there.

.PARAMETER Json
Prints one JSON document instead of text.
#>
[CmdletBinding(SupportsShouldProcess)]
param(
    [Parameter(Mandatory)] [ValidatePattern('^[0-9a-fA-F-]{36}$')] [string] $AppId,
    [Parameter(Mandatory)] [string[]] $Mailbox,
    [string[]] $Outside = @(),
    [ValidateSet('Mail.Send', 'Mail.Read', 'Mail.ReadWrite', 'SMTP.SendAsApp')] [string[]] $Permission = @('Mail.Send'),
    [switch] $SkipEntra,
    [ValidateSet('Global', 'GCCHigh', 'DoD', 'China')] [string] $Cloud = 'Global',
    [string] $TenantId,
    [string] $UserPrincipalName,
    [switch] $Json
)
$ErrorActionPreference = 'Stop'
. (Join-Path $PSScriptRoot 'postrider.ps1')

Connect-Exchange
$principal = Find-ExchangePrincipal $AppId
if (-not $principal) { throw "Exchange does not know app ${AppId}: run Grant-PostriderMailbox.ps1." }

# What the app may do with a mailbox, as permissions. `Application Mail Full Access` and the like come as several, with commas.
function Get-Grant([string] $Name) {
    @(Test-ServicePrincipalAuthorization -Identity $principal.ObjectId -Resource $Name -ErrorAction Stop |
            Where-Object { [string] $_.InScope -eq 'True' } |
            ForEach-Object { ([string] $_.GrantedPermissions) -split '[,;\s]+' } | Where-Object { $_ } | Sort-Object -Unique)
}

foreach ($name in $Mailbox) {
    $grant = @(Get-Grant $name)
    foreach ($wanted in $Permission) {
        # ReadWrite reads as well.
        $given = $grant -contains $wanted -or ($wanted -eq 'Mail.Read' -and $grant -contains 'Mail.ReadWrite')
        if ($given) { Add-Report passed "$wanted for $name" 'granted' }
        else { Add-Report failed "$wanted for $name" 'NOT granted: run Grant-PostriderMailbox.ps1' }
    }
    foreach ($more in @($grant | Where-Object { $Permission -notcontains $_ })) {
        Add-Report warning "$more for $name" 'granted, and not asked for: take it back with Grant-PostriderMailbox.ps1 -Exact'
    }
    if ($Permission -contains 'SMTP.SendAsApp') {
        if ((Get-CASMailbox -Identity $name -ErrorAction Stop).SmtpClientAuthenticationDisabled -eq $false) { Add-Report passed "SMTP AUTH of $name" 'on' }
        else { Add-Report failed "SMTP AUTH of $name" 'off, or left to the tenant: run Grant-PostriderMailbox.ps1 with -Permission SMTP.SendAsApp' }
    }
}

$others = @($Outside)
if ($others.Count -eq 0) {
    $inside = @(foreach ($name in $Mailbox) { [string] (Get-Mailbox -Identity $name -ErrorAction Stop).PrimarySmtpAddress })
    $scopes = @(Get-ManagementScope -ErrorAction Stop | ForEach-Object { Get-ScopeAddress $_ })
    $others = @(Get-Mailbox -ResultSize 200 -ErrorAction Stop | ForEach-Object { [string] $_.PrimarySmtpAddress } |
            Where-Object { $inside -notcontains $_ -and $scopes -notcontains $_ } | Select-Object -First 3)
}
if ($others.Count -eq 0) { Add-Report warning 'mailboxes outside' 'there is none to test with: name one with -Outside' }
foreach ($name in $others) {
    $grant = @(Get-Grant $name)
    if ($grant.Count -eq 0) { Add-Report passed "nothing for $name" 'not granted, as it should be' }
    else { Add-Report failed "nothing for $name" "GRANTED: $($grant -join ', '). An assignment has no scope, or one that reaches too far" }
}

if ($SkipEntra) {
    Add-Report warning 'Entra ID' 'not asked: a permission that was consented to there reaches every mailbox, whatever Exchange says'
}
else {
    $null = Connect-Directory 'Application.Read.All'
    $enterprise = Get-MgServicePrincipal -Filter "appId eq '$AppId'" -All -ErrorAction Stop | Select-Object -First 1
    if (-not $enterprise) { Add-Report failed 'enterprise application' "Entra ID has none for app $AppId" }
    elseif ($enterprise.Id -ne $principal.ObjectId) {
        Add-Report failed 'service principal in Exchange' "has object ID $($principal.ObjectId), and the enterprise application $($enterprise.Id): remove it and grant again"
    }
    else {
        $wide = @(Get-TenantWidePermission $enterprise.Id)
        if ($wide.Count -eq 0) { Add-Report passed 'Entra ID' 'no permission that reaches every mailbox' }
        foreach ($name in $wide) { Add-Report failed "Entra ID permission $name" 'reaches EVERY mailbox and undoes the scope: remove it under API permissions' }
    }
}

$failed = @($report | Where-Object { $_.state -eq 'failed' }).Count
Complete-Report ([ordered] @{ appId = $AppId; failed = $failed })
if ($failed -gt 0) { exit 1 }
