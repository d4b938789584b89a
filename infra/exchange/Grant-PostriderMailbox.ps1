#Requires -Version 7.4
<#
.SYNOPSIS
Lets Postrider send as the named mailboxes, and as no other.

.DESCRIPTION
RBAC for Applications in Exchange Online: a reference to the enterprise application, a management scope that names the sender
mailboxes, and one assignment for each permission. For SMTP.SendAsApp the switch for SMTP AUTH is turned on for each mailbox.
Everything is looked for before it is made, so a second run changes nothing. A new grant takes 30 minutes to 2 hours to reach every
server.

Needs the module ExchangeOnlineManagement and the role Exchange Administrator (member of Organization Management).

.PARAMETER ObjectId
Object ID of the ENTERPRISE application, not of the app registration. Register-PostriderApp.ps1 prints it.

.PARAMETER Mailbox
Sender mailboxes, by any address of theirs. They are added to those of the scope. Without it the scope must exist and is taken as it is
(by group, for instance).

.PARAMETER Permission
Mail.Send to send by Graph; SMTP.SendAsApp to send by SMTP AUTH; Mail.Read to look for sent copies; Mail.ReadWrite for that and for
large messages. The last two let the app READ the sender mailboxes.

.PARAMETER Exact
Takes out of the scope what -Mailbox does not name, and takes back what -Permission does not name.

.PARAMETER Json
Prints one JSON document instead of text.

.EXAMPLE
./Grant-PostriderMailbox.ps1 -AppId 7148… -ObjectId 6233… -Mailbox alerts@contoso.com -WhatIf
#>
[CmdletBinding(SupportsShouldProcess)]
param(
    [Parameter(Mandatory)] [ValidatePattern('^[0-9a-fA-F-]{36}$')] [string] $AppId,
    [Parameter(Mandatory)] [ValidatePattern('^[0-9a-fA-F-]{36}$')] [string] $ObjectId,
    [string[]] $Mailbox = @(),
    [ValidateSet('Mail.Send', 'Mail.Read', 'Mail.ReadWrite', 'SMTP.SendAsApp')] [string[]] $Permission = @('Mail.Send'),
    [string] $ScopeName = 'Postrider senders',
    [switch] $Exact,
    [ValidateSet('Global', 'GCCHigh', 'DoD', 'China')] [string] $Cloud = 'Global',
    [string] $UserPrincipalName,
    [switch] $Json
)
$ErrorActionPreference = 'Stop'
. (Join-Path $PSScriptRoot 'postrider.ps1')

if ($AppId -eq $ObjectId) { throw '-ObjectId is the application ID: give the object ID of the enterprise application.' }
if ($Exact -and $Mailbox.Count -eq 0) { throw '-Exact needs -Mailbox: it would leave the scope empty.' }
Connect-Exchange

$senders = @(foreach ($name in $Mailbox) {
        $box = Get-Mailbox -Identity $name -ErrorAction Stop
        [string] $box.PrimarySmtpAddress
    }) | ForEach-Object { $_.ToLowerInvariant() } | Sort-Object -Unique
$senders = @($senders)

$principal = Find-ExchangePrincipal $AppId
if ($principal) {
    if ($principal.ObjectId -ne $ObjectId) {
        throw "Exchange knows app $AppId by object ID $($principal.ObjectId), not ${ObjectId}: give the object ID of the enterprise application; if Exchange has the wrong one, run Remove-PostriderApp.ps1 -Part Exchange first."
    }
    Add-Report exists 'service principal in Exchange' "object ID $ObjectId"
}
elseif (Approve 'service principal in Exchange' "create for app $AppId, object ID $ObjectId") {
    $principal = New-ServicePrincipal -AppId $AppId -ObjectId $ObjectId -DisplayName "Postrider $AppId" -ErrorAction Stop
    Add-Report done 'service principal in Exchange' "created for app $AppId"
}

$scope = Find-Scope $ScopeName
$subject = "management scope $ScopeName"
if (-not $scope -and $senders.Count -eq 0) { throw "There is no management scope ${ScopeName}: name the sender mailboxes with -Mailbox." }
$now = if ($scope) { @(Get-ScopeAddress $scope) } else { @() }
$then = @(if ($Exact) { $senders } else { @($now) + @($senders) }) | Sort-Object -Unique
$then = @($then)
# Exchange looks through all addresses of a mailbox for this property, not only the primary one:
# https://learn.microsoft.com/powershell/exchange/recipientfilter-properties#primarysmtpaddress
$filter = @($then | ForEach-Object { "PrimarySmtpAddress -eq '$($_.Replace("'", "''"))'" }) -join ' -or '
if (-not $scope) {
    if (Approve $subject "create for $($then -join ', ')") {
        $null = New-ManagementScope -Name $ScopeName -RecipientRestrictionFilter $filter -ErrorAction Stop
        Add-Report done $subject "created for $($then -join ', ')"
    }
}
elseif ($senders.Count -eq 0) {
    Add-Report exists $subject "taken as it is: $($scope.RecipientFilter)"
}
elseif ($now.Count -eq 0) {
    throw "Management scope $ScopeName was not made by mailbox ($($scope.RecipientFilter)): change it by hand, or choose another -ScopeName."
}
elseif (($now -join ',') -eq ($then -join ',')) {
    Add-Report exists $subject "covers $($then -join ', ')"
}
else {
    $in = @($then | Where-Object { $now -notcontains $_ })
    $out = @($now | Where-Object { $then -notcontains $_ })
    $change = "cover $($then -join ', ')$(if ($in) { '; new: ' + ($in -join ', ') })$(if ($out) { '; NO LONGER: ' + ($out -join ', ') })"
    if (Approve $subject $change) {
        Set-ManagementScope -Identity $ScopeName -RecipientRestrictionFilter $filter -ErrorAction Stop
        Add-Report done $subject $change
    }
}

foreach ($name in $roles.Keys) {
    $role = $roles[$name]
    $existing = if ($principal) { @(Find-Assignment $name $principal) } else { @() }
    $scoped = @($existing | Where-Object { (Get-AssignmentScope $_) -eq $ScopeName })
    foreach ($other in @($existing | Where-Object { (Get-AssignmentScope $_) -ne $ScopeName })) {
        $reach = Get-AssignmentScope $other
        Add-Report warning "role $role" "there is another assignment, $($other.Name), with scope '$reach': what it reaches comes on top"
    }
    if ($Permission -contains $name) {
        if ($scoped.Count -gt 0) {
            Add-Report exists "role $role" "scope $ScopeName"
        }
        elseif (Approve "role $role" "assign to the app, scope $ScopeName") {
            $null = New-ManagementRoleAssignment -Name (Get-AssignmentName $name $AppId) -Role $role -App $ObjectId -CustomResourceScope $ScopeName -ErrorAction Stop
            Add-Report done "role $role" "assigned, scope $ScopeName"
        }
    }
    elseif ($Exact) {
        foreach ($assignment in $scoped) {
            if (Approve "role $role" 'take back') {
                Remove-ManagementRoleAssignment -Identity $assignment.Name -Confirm:$false -ErrorAction Stop
                Add-Report done "role $role" 'taken back'
            }
        }
    }
}

if ($Permission -contains 'SMTP.SendAsApp') {
    # The role reaches all of the scope, and so must the switch.
    if ($then.Count -eq 0) { Add-Report warning 'SMTP AUTH' "the scope names no mailbox: turn it on for each by hand (Set-CASMailbox)" }
    foreach ($sender in $then) {
        $subject = "SMTP AUTH of $sender"
        # $null means that the tenant's own switch decides, which is off in new tenants.
        if ((Get-CASMailbox -Identity $sender -ErrorAction Stop).SmtpClientAuthenticationDisabled -eq $false) {
            Add-Report exists $subject 'on'
        }
        elseif (Approve $subject 'turn on for this mailbox') {
            Set-CASMailbox -Identity $sender -SmtpClientAuthenticationDisabled $false -ErrorAction Stop
            Add-Report done $subject 'turned on'
        }
    }
}

$result = [ordered] @{ appId = $AppId; objectId = $ObjectId; scope = $ScopeName; mailboxes = @($then); permissions = @($Permission) }
$granted = @($Permission | Where-Object { $_ -in 'Mail.Read', 'Mail.ReadWrite' })
$next = @("./Test-PostriderGrant.ps1 -AppId $AppId -Cloud $Cloud -Mailbox $($then -join ',') -Permission $($Permission -join ',')")
if ($granted.Count -gt 0) { $next += "POSTRIDER_GRAPH_PERMISSIONS=$($granted[-1])" }
$next += 'Wait: a new grant takes 30 minutes to 2 hours to reach every server.'
Complete-Report $result $next
