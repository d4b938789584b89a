#Requires -Version 7.4
<#
.SYNOPSIS
Takes back everything: the roles, the scope and the service principal in Exchange, and the app in Entra ID.

.DESCRIPTION
In the order that leaves no right behind: first what the app may do, then who it is. What is not there is passed over, so it can be run
again. Entra ID keeps a removed app for 30 days, in which it can be restored.

.PARAMETER Part
Exchange, Entra, or both: two administrators may share the work.

.PARAMETER Mailbox
Mailboxes whose SMTP AUTH is turned off again. Only those that nothing else uses for SMTP AUTH.

.PARAMETER Json
Prints one JSON document instead of text.

.EXAMPLE
./Remove-PostriderApp.ps1 -AppId 7148… -WhatIf
#>
[CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'High')]
param(
    [Parameter(Mandatory)] [ValidatePattern('^[0-9a-fA-F-]{36}$')] [string] $AppId,
    [ValidateSet('Exchange', 'Entra')] [string[]] $Part = @('Exchange', 'Entra'),
    [string[]] $Mailbox = @(),
    [string] $ScopeName = 'Postrider senders',
    [ValidateSet('Global', 'GCCHigh', 'DoD', 'China')] [string] $Cloud = 'Global',
    [string] $TenantId,
    [string] $UserPrincipalName,
    [switch] $Json
)
$ErrorActionPreference = 'Stop'
. (Join-Path $PSScriptRoot 'postrider.ps1')

if ($Part -contains 'Exchange') {
    Connect-Exchange
    $principal = Find-ExchangePrincipal $AppId
    # Without a reference in Exchange the assignments are still found by our names for them.
    $known = if ($principal) { $principal } else { [pscustomobject] @{ AppId = $AppId; ObjectId = $AppId } }
    $found = $false
    foreach ($name in $roles.Keys) {
        foreach ($assignment in @(Find-Assignment $name $known)) {
            $found = $true
            if (Approve "role $($roles[$name])" "take back ($($assignment.Name))") {
                Remove-ManagementRoleAssignment -Identity $assignment.Name -Confirm:$false -ErrorAction Stop
                Add-Report done "role $($roles[$name])" "taken back ($($assignment.Name))"
            }
        }
    }
    if (-not $found) { Add-Report absent 'roles' 'none is assigned' }

    $subject = "management scope $ScopeName"
    if (-not (Find-Scope $ScopeName)) { Add-Report absent $subject 'there is none' }
    else {
        $users = @(foreach ($name in $roles.Keys) {
                Get-ManagementRoleAssignment -Role $roles[$name] -ErrorAction Stop |
                    Where-Object { (Get-AssignmentScope $_) -eq $ScopeName }
            })
        # With -WhatIf our own assignments are still there.
        $strangers = @($users | Where-Object { -not ($WhatIfPreference -and $_.Name -like "*$AppId*") })
        if ($strangers.Count -gt 0) { Add-Report warning $subject "kept: it is used by $(@($strangers.Name) -join ', ')" }
        elseif (Approve $subject 'remove') {
            Remove-ManagementScope -Identity $ScopeName -Confirm:$false -ErrorAction Stop
            Add-Report done $subject 'removed'
        }
    }

    if (-not $principal) { Add-Report absent 'service principal in Exchange' 'there is none' }
    elseif (Approve 'service principal in Exchange' "remove (app $AppId)") {
        Remove-ServicePrincipal -Identity $principal.ObjectId -Confirm:$false -ErrorAction Stop
        Add-Report done 'service principal in Exchange' "removed (app $AppId)"
    }

    foreach ($name in $Mailbox) {
        if ((Get-CASMailbox -Identity $name -ErrorAction Stop).SmtpClientAuthenticationDisabled -eq $true) { Add-Report absent "SMTP AUTH of $name" 'off already' }
        elseif (Approve "SMTP AUTH of $name" 'turn off') {
            Set-CASMailbox -Identity $name -SmtpClientAuthenticationDisabled $true -ErrorAction Stop
            Add-Report done "SMTP AUTH of $name" 'turned off'
        }
    }
}

if ($Part -contains 'Entra') {
    $null = Connect-Directory 'Application.ReadWrite.All'
    $application = Get-MgApplication -Filter "appId eq '$AppId'" -All -ErrorAction Stop | Select-Object -First 1
    if (-not $application) { Add-Report absent 'app registration' "there is none with application ID $AppId" }
    elseif (Approve "app registration $($application.DisplayName)" "remove with its credentials and its enterprise application ($AppId)") {
        # Its enterprise application in this tenant goes with it: https://learn.microsoft.com/entra/identity-platform/howto-remove-app
        Remove-MgApplication -ApplicationId $application.Id -ErrorAction Stop
        Add-Report done "app registration $($application.DisplayName)" 'removed; Entra ID keeps it for 30 days'
    }
}
Complete-Report ([ordered] @{ appId = $AppId; parts = @($Part) })
