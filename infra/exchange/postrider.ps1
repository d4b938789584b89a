# What the scripts of this folder share: the clouds, the connections, and the report of what was found and done. Dot-sourced by each
# of them, so that $PSCmdlet, $Json and $WhatIfPreference are those of the script.

# 1.0 and no more: what Exchange and Graph hand out lacks properties that are empty.
Set-StrictMode -Version 1.0

# What a cloud is called by Microsoft Graph PowerShell, by Exchange Online PowerShell and by Postrider.
# https://learn.microsoft.com/powershell/module/microsoft.graph.authentication/get-mgenvironment
# https://learn.microsoft.com/powershell/module/exchangepowershell/connect-exchangeonline (-ExchangeEnvironmentName)
# Issuer and audience: what a managed identity's token says in that cloud. The issuer of China is the least certain of them.
$clouds = @{
    Global  = @{
        Graph = 'Global'; Exchange = 'O365Default'; Postrider = 'global'
        Login = 'https://login.microsoftonline.com'; Audience = 'api://AzureADTokenExchange'
    }
    GCCHigh = @{
        Graph = 'USGov'; Exchange = 'O365USGovGCCHigh'; Postrider = 'gcc-high'
        Login = 'https://login.microsoftonline.us'; Audience = 'api://AzureADTokenExchangeUSGov'
    }
    DoD     = @{
        Graph = 'USGovDoD'; Exchange = 'O365USGovDoD'; Postrider = 'dod'
        Login = 'https://login.microsoftonline.us'; Audience = 'api://AzureADTokenExchangeUSGov'
    }
    China   = @{
        Graph = 'China'; Exchange = 'O365China'; Postrider = 'china'
        Login = 'https://login.partner.microsoftonline.cn'; Audience = 'api://AzureADTokenExchangeChina'
    }
}

# Exchange's role for a permission: https://learn.microsoft.com/exchange/permissions-exo/application-rbac
$roles = [ordered] @{
    'Mail.Send'      = 'Application Mail.Send'
    'Mail.Read'      = 'Application Mail.Read'
    'Mail.ReadWrite' = 'Application Mail.ReadWrite'
    'SMTP.SendAsApp' = 'Application SMTP.SendAsApp'
}

$report = [System.Collections.Generic.List[object]]::new()

# States: exists, done, would, absent, warning, passed, failed.
function Add-Report([string] $State, [string] $Subject, [string] $Detail) {
    $report.Add([pscustomobject] @{ state = $State; subject = $Subject; detail = $Detail })
    if (-not $Json) { Write-Host ('{0,-8} {1}: {2}' -f $State, $Subject, $Detail) }
}

# Whether a change may be made. With -WhatIf it says what would be done, and the answer is no.
function Approve([string] $Subject, [string] $Change) {
    if ($WhatIfPreference) {
        # ShouldProcess would write its own line to where the JSON goes.
        Add-Report would $Subject $Change
        return $false
    }
    if ($PSCmdlet.ShouldProcess($Subject, $Change)) { return $true }
    Add-Report warning $Subject "not done, since it was not confirmed: $Change"
    return $false
}

# The end of every script: the report as JSON, or what to do next.
function Complete-Report([System.Collections.IDictionary] $Result, [string[]] $Next = @()) {
    if ($Json) {
        $document = [ordered] @{ whatIf = [bool] $WhatIfPreference; steps = @($report); result = $Result; next = @($Next) }
        ConvertTo-Json $document -Depth 6
        return
    }
    foreach ($line in $Next) { Write-Host "next     $line" }
}

function Assert-Module([string] $Cmdlet, [string] $Module) {
    if (Get-Command $Cmdlet -ErrorAction Ignore) { return }
    throw "PowerShell module $Module is missing: Install-Module $Module -Scope CurrentUser"
}

# Uses the connection that there is, if it fits; so that an app or an identity can have connected before.
function Connect-Directory([string] $Scope) {
    Assert-Module 'New-MgApplication' 'Microsoft.Graph.Applications'
    $environment = $clouds[$Cloud].Graph
    $context = Get-MgContext
    $fits = $context -and $context.Environment -eq $environment -and
    (-not $TenantId -or $context.TenantId -eq $TenantId) -and
    ($context.AuthType -eq 'AppOnly' -or @($context.Scopes | Where-Object { $_ -in $Scope, $Scope.Replace('.Read.', '.ReadWrite.') }).Count -gt 0)
    if (-not $fits) {
        if ($TenantId) {
            Connect-MgGraph -Environment $environment -Scopes $Scope -TenantId $TenantId -NoWelcome -ErrorAction Stop
        }
        else {
            Connect-MgGraph -Environment $environment -Scopes $Scope -NoWelcome -ErrorAction Stop
        }
        $context = Get-MgContext
    }
    Add-Report exists 'connection to Entra ID' "tenant $($context.TenantId), cloud $Cloud"
    $context.TenantId
}

function Connect-Exchange {
    Assert-Module 'Connect-ExchangeOnline' 'ExchangeOnlineManagement'
    $connected = @(Get-ConnectionInformation | Where-Object { $_.State -eq 'Connected' -and $_.TokenStatus -eq 'Active' })
    if ($connected.Count -eq 0) {
        if ($UserPrincipalName) {
            Connect-ExchangeOnline -ExchangeEnvironmentName $clouds[$Cloud].Exchange -UserPrincipalName $UserPrincipalName -ShowBanner:$false -ErrorAction Stop
        }
        else {
            Connect-ExchangeOnline -ExchangeEnvironmentName $clouds[$Cloud].Exchange -ShowBanner:$false -ErrorAction Stop
        }
        $connected = @(Get-ConnectionInformation | Where-Object { $_.State -eq 'Connected' })
    }
    Add-Report exists 'connection to Exchange Online' "cloud $Cloud, as $($connected[0].UserPrincipalName)"
}

# Get-ServicePrincipal gives ALL of them when it does not know the one that is asked for, so it is never asked for one.
# https://learn.microsoft.com/powershell/module/exchangepowershell/get-serviceprincipal (-Identity)
function Find-ExchangePrincipal([string] $AppId) {
    Get-ServicePrincipal -ErrorAction Stop | Where-Object { $_.AppId -eq $AppId } | Select-Object -First 1
}

# The same holds for scopes.
function Find-Scope([string] $Name) {
    Get-ManagementScope -ErrorAction Stop | Where-Object { $_.Name -eq $Name } | Select-Object -First 1
}

# Our name for an assignment: at most 64 characters, and no other app has it.
function Get-AssignmentName([string] $Permission, [string] $AppId) { "Postrider $Permission $AppId" }

# The app's assignments of a role, whoever made them. Get-ManagementRoleAssignment cannot be asked by app.
function Find-Assignment([string] $Permission, [object] $Principal) {
    $ours = Get-AssignmentName $Permission $Principal.AppId
    $names = @($Principal.AppId, $Principal.ObjectId)
    Get-ManagementRoleAssignment -Role $roles[$Permission] -ErrorAction Stop |
        Where-Object { $_.Name -eq $ours -or $names -contains $_.RoleAssigneeName }
}

# The name of the scope that an assignment is held to; Exchange shows it in one or the other of two places. Empty: the whole tenant.
function Get-AssignmentScope([object] $Assignment) {
    if ($Assignment.CustomResourceScope) { [string] $Assignment.CustomResourceScope } else { [string] $Assignment.CustomRecipientWriteScope }
}

# The addresses that a scope's filter names; Exchange may write the filter differently than it was given.
function Get-ScopeAddress([object] $Scope) {
    @([regex]::Matches([string] $Scope.RecipientFilter, "'([^']+@[^']+)'") | ForEach-Object { $_.Groups[1].Value.ToLowerInvariant() } | Sort-Object -Unique)
}

# Application permissions of Entra ID that reach every mailbox of the tenant. They add up with Exchange's, so one of them undoes the scope.
function Get-TenantWidePermission([string] $PrincipalId) {
    foreach ($assignment in @(Get-MgServicePrincipalAppRoleAssignment -ServicePrincipalId $PrincipalId -All -ErrorAction Stop)) {
        $resource = Get-MgServicePrincipal -ServicePrincipalId $assignment.ResourceId -Property 'id,appRoles' -ErrorAction Stop
        $role = @($resource.AppRoles | Where-Object { $_.Id -eq $assignment.AppRoleId })
        if ($role.Count -gt 0 -and $role[0].Value -match '^(Mail\.|SMTP\.SendAsApp$|full_access_as_app$)') { $role[0].Value }
    }
}
