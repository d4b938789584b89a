# A pretend tenant for the scripts of infra/exchange: every cmdlet of cmdlets.json as a function that takes the documented parameters
# and no other, writes down that it was called, and does to a table of things what Microsoft's documentation says of it.
# Runs the steps of a JSON file and prints what came of each, as JSON.
param([string] $Cmdlets, [string] $Steps)
$ErrorActionPreference = 'Stop'

$plan = Get-Content -Raw $Steps | ConvertFrom-Json -AsHashtable
$global:calls = [System.Collections.Generic.List[object]]::new()
$global:pretend = @{
    id = '11111111-1111-4111-8111-111111111111'; graph = $null; exchange = $null
    apps = @(); principals = @(); federated = @(); appRoles = @()
    exchangePrincipals = @([pscustomobject] @{ AppId = 'other'; ObjectId = 'other-object' })
    scopes = @([pscustomobject] @{ Name = 'Somebody else'; RecipientFilter = "Department -eq 'Sales'" })
    assignments = @()
    mailboxes = @('alerts@contoso.com', 'billing@contoso.com', 'ceo@contoso.com', 'hr@contoso.com' | ForEach-Object { [pscustomobject] @{ PrimarySmtpAddress = $_; Alias = $_.Split('@')[0]; SmtpClientAuthenticationDisabled = $null } })
}
function global:New-Id { [guid]::NewGuid().ToString() }
function global:Find-Box([string] $Name) {
    $box = $global:pretend.mailboxes | Where-Object { $_.PrimarySmtpAddress -eq $Name -or $_.Alias -eq $Name } | Select-Object -First 1
    if (-not $box) { throw "The operation couldn't be performed because object '$Name' couldn't be found." }
    $box
}
# Everything, when it is asked for something that is not there: as Get-ServicePrincipal and Get-ManagementScope do.
function global:Select-Known([object[]] $All, [string] $Identity, [string[]] $By) {
    $hits = @($All | Where-Object { $item = $_; $Identity -and @($By | Where-Object { $item.$_ -eq $Identity }).Count -gt 0 })
    if ($hits.Count -gt 0) { $hits } else { $All }
}

$global:behaviour = @{
    'Connect-MgGraph' = { param($p) $global:pretend.graph = [pscustomobject] @{ Environment = $p.Environment; TenantId = $global:pretend.id; Scopes = @($p.Scopes); AuthType = 'Delegated' } }
    'Get-MgContext' = { param($p) $global:pretend.graph }
    'Get-MgApplication' = { param($p)
        if ($p.ApplicationId) { $app = $global:pretend.apps | Where-Object Id -eq $p.ApplicationId; if (-not $app) { throw 'Resource does not exist.' }; return $app }
        if ($p.Filter -match "^(\w+) eq '(.*)'$") { $name = $Matches[1]; $value = $Matches[2]; $global:pretend.apps | Where-Object { $_.$name -eq $value } }
        else { throw "filter not understood: $($p.Filter)" }
    }
    'New-MgApplication' = { param($p)
        $app = [pscustomobject] @{ Id = New-Id; AppId = New-Id; DisplayName = $p.DisplayName; KeyCredentials = @(); SignInAudience = $p.SignInAudience }
        $global:pretend.apps += $app; $app
    }
    'Update-MgApplication' = { param($p)
        $app = $global:pretend.apps | Where-Object Id -eq $p.ApplicationId
        $app.KeyCredentials = @($p.KeyCredentials | ForEach-Object {
                if ($_ -is [hashtable]) { [pscustomobject] @{ KeyId = New-Id; Key = $_.Key; CustomKeyIdentifier = $null; DisplayName = $_.DisplayName; Type = $_.Type; Usage = $_.Usage; EndDateTime = $_.EndDateTime } } else { $_ }
            })
    }
    'Remove-MgApplication' = { param($p) $app = $global:pretend.apps | Where-Object Id -eq $p.ApplicationId; $global:pretend.principals = @($global:pretend.principals | Where-Object AppId -ne $app.AppId); $global:pretend.apps = @($global:pretend.apps | Where-Object Id -ne $p.ApplicationId) }
    'Get-MgServicePrincipal' = { param($p)
        if ($p.ServicePrincipalId) { return [pscustomobject] @{ Id = $p.ServicePrincipalId; AppRoles = @([pscustomobject] @{ Id = 'role-send'; Value = 'Mail.Send' }, [pscustomobject] @{ Id = 'role-user'; Value = 'User.Read.All' }) } }
        if ($p.Filter -match "^appId eq '(.*)'$") { $value = $Matches[1]; $global:pretend.principals | Where-Object AppId -eq $value } else { throw "filter not understood: $($p.Filter)" }
    }
    'New-MgServicePrincipal' = { param($p) $one = [pscustomobject] @{ Id = New-Id; AppId = $p.AppId }; $global:pretend.principals += $one; $one }
    'Get-MgServicePrincipalAppRoleAssignment' = { param($p) $global:pretend.appRoles | ForEach-Object { [pscustomobject] @{ ResourceId = 'graph'; AppRoleId = $_ } } }
    'Get-MgApplicationFederatedIdentityCredential' = { param($p) $global:pretend.federated | Where-Object App -eq $p.ApplicationId }
    'New-MgApplicationFederatedIdentityCredential' = { param($p) $global:pretend.federated += [pscustomobject] @{ Id = New-Id; App = $p.ApplicationId; Name = $p.Name; Issuer = $p.Issuer; Subject = $p.Subject; Audiences = @($p.Audiences) } }
    'Update-MgApplicationFederatedIdentityCredential' = { param($p) $one = $global:pretend.federated | Where-Object Id -eq $p.FederatedIdentityCredentialId; $one.Issuer = $p.Issuer; $one.Audiences = @($p.Audiences) }
    'Connect-ExchangeOnline' = { param($p) $global:pretend.exchange = [pscustomobject] @{ State = 'Connected'; TokenStatus = 'Active'; UserPrincipalName = 'admin@contoso.com'; Environment = $p.ExchangeEnvironmentName } }
    'Get-ConnectionInformation' = { param($p) $global:pretend.exchange }
    'Get-ServicePrincipal' = { param($p) Select-Known $global:pretend.exchangePrincipals $p.Identity @('AppId', 'ObjectId') }
    'New-ServicePrincipal' = { param($p) $one = [pscustomobject] @{ AppId = $p.AppId; ObjectId = $p.ObjectId; DisplayName = $p.DisplayName }; $global:pretend.exchangePrincipals += $one; $one }
    'Remove-ServicePrincipal' = { param($p) $global:pretend.exchangePrincipals = @($global:pretend.exchangePrincipals | Where-Object ObjectId -ne $p.Identity) }
    'Get-ManagementScope' = { param($p) Select-Known $global:pretend.scopes $p.Identity @('Name') }
    # Exchange writes filters its own way.
    'New-ManagementScope' = { param($p) $one = [pscustomobject] @{ Name = $p.Name; RecipientFilter = "(($($p.RecipientRestrictionFilter)))" }; $global:pretend.scopes += $one; $one }
    'Set-ManagementScope' = { param($p) ($global:pretend.scopes | Where-Object Name -eq $p.Identity).RecipientFilter = "(($($p.RecipientRestrictionFilter)))" }
    'Remove-ManagementScope' = { param($p)
        if ($global:pretend.assignments | Where-Object CustomResourceScope -eq $p.Identity) { throw 'The scope is in use by a role assignment.' }
        $global:pretend.scopes = @($global:pretend.scopes | Where-Object Name -ne $p.Identity)
    }
    'Get-ManagementRoleAssignment' = { param($p) $global:pretend.assignments | Where-Object Role -eq $p.Role }
    'New-ManagementRoleAssignment' = { param($p)
        if ($p.Name.Length -gt 64) { throw 'The name is too long.' }
        if (-not ($global:pretend.exchangePrincipals | Where-Object ObjectId -eq $p.App)) { throw "The service principal '$($p.App)' couldn't be found." }
        if (-not ($global:pretend.scopes | Where-Object Name -eq $p.CustomResourceScope)) { throw "The scope '$($p.CustomResourceScope)' couldn't be found." }
        $one = [pscustomobject] @{ Name = $p.Name; Role = $p.Role; RoleAssigneeName = $p.App; CustomResourceScope = $p.CustomResourceScope }; $global:pretend.assignments += $one; $one
    }
    'Remove-ManagementRoleAssignment' = { param($p) $global:pretend.assignments = @($global:pretend.assignments | Where-Object Name -ne $p.Identity) }
    'Test-ServicePrincipalAuthorization' = { param($p)
        $address = (Find-Box $p.Resource).PrimarySmtpAddress
        $global:pretend.assignments | Where-Object RoleAssigneeName -eq $p.Identity | ForEach-Object {
            $assignment = $_
            $scope = $global:pretend.scopes | Where-Object Name -eq $assignment.CustomResourceScope
            $in = -not $assignment.CustomResourceScope -or $scope.RecipientFilter.Contains("'$address'")
            [pscustomobject] @{ RoleName = $assignment.Role; GrantedPermissions = $assignment.Role.Substring('Application '.Length); AllowedResourceScope = $assignment.CustomResourceScope; InScope = "$in" }
        }
    }
    'Get-CASMailbox' = { param($p) Find-Box $p.Identity }
    'Set-CASMailbox' = { param($p) (Find-Box $p.Identity).SmtpClientAuthenticationDisabled = $p.SmtpClientAuthenticationDisabled }
    'Get-Mailbox' = { param($p) if ($p.Identity) { Find-Box $p.Identity } else { $global:pretend.mailboxes } }
}
function global:Invoke-Pretend([string] $Name, [System.Collections.IDictionary] $Bound) {
    $given = @{}
    foreach ($key in $Bound.Keys) { if ($key -ne 'ErrorAction') { $given[$key] = $Bound[$key] } }
    $shown = [ordered] @{}
    foreach ($key in @($given.Keys | Sort-Object)) { if ($key -eq "KeyCredentials") { $shown[$key] = "$(@($given[$key]).Count) keys" } else { $shown[$key] = $given[$key] } }
    $global:calls.Add([ordered] @{ name = $Name; parameters = $shown })
    & $global:behaviour[$Name] $given
}
foreach ($entry in (Get-Content -Raw $Cmdlets | ConvertFrom-Json -AsHashtable).cmdlets.GetEnumerator()) {
    if (-not $global:behaviour.ContainsKey($entry.Key)) { throw "the pretend tenant does not know $($entry.Key)" }
    $parameters = @($entry.Value.parameters | ForEach-Object {
            $kind = if ($_ -in 'All', 'NoWelcome', 'ShowBanner', 'Confirm') { '[switch]' } else { '' }
            "$kind`$$_"
        }) -join ', '
    Set-Item "function:global:$($entry.Key)" ([scriptblock]::Create("[CmdletBinding()] param($parameters) Invoke-Pretend '$($entry.Key)' `$PSBoundParameters"))
}

$results = foreach ($step in $plan) {
    $global:calls.Clear()
    if ($step.tenant) { & ([scriptblock]::Create($step.tenant)) }
    $arguments = $step.arguments
    foreach ($key in @($arguments.Keys)) {
        # What an earlier step has given out.
        if ($arguments[$key] -is [string] -and $arguments[$key] -eq '<app>') { $arguments[$key] = $global:pretend.apps[0].AppId }
        if ($arguments[$key] -is [string] -and $arguments[$key] -eq '<object>') { $arguments[$key] = $global:pretend.principals[0].Id }
    }
    $global:LASTEXITCODE = 0
    $failure = $null; $output = $null
    try { $output = & $step.script @arguments 6>&1 | ForEach-Object { "$_" } } catch { $failure = "$_" }
    [ordered] @{ output = @($output) -join "`n"; error = $failure; exit = $LASTEXITCODE; calls = @($global:calls) }
}
ConvertTo-Json @{ steps = @($results) } -Depth 8 -Compress
