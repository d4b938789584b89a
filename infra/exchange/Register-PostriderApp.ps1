#Requires -Version 7.4
<#
.SYNOPSIS
Registers Postrider in Entra ID: app registration, enterprise application, and a credential that is no secret.

.DESCRIPTION
Everything is looked for before it is made, so a second run changes nothing. The app gets no permission in Entra ID: what it may
do is granted in Exchange, for the sender mailboxes alone (Grant-PostriderMailbox.ps1).

Needs the module Microsoft.Graph.Applications and the role Application Administrator (or Cloud Application Administrator).

.PARAMETER ManagedIdentityObjectId
Object (principal) ID of the function app's user-assigned identity: its token becomes the credential. The best of the two.

.PARAMETER CertificatePath
A file with the public certificate (.cer, .crt, .pem; RSA): for an app that does not run in the tenant's own Azure.

.PARAMETER AppId
Application (client) ID of a registration that exists, where the name is not unique or not Postrider.

.PARAMETER Json
Prints one JSON document instead of text.

.EXAMPLE
./Register-PostriderApp.ps1 -ManagedIdentityObjectId 0e7f… -WhatIf
#>
[CmdletBinding(SupportsShouldProcess)]
param(
    [string] $DisplayName = 'Postrider',
    [ValidatePattern('^[0-9a-fA-F-]{36}$')] [string] $AppId,
    [ValidatePattern('^[0-9a-fA-F-]{36}$')] [string] $ManagedIdentityObjectId,
    [string] $CertificatePath,
    [ValidateSet('Global', 'GCCHigh', 'DoD', 'China')] [string] $Cloud = 'Global',
    [string] $TenantId,
    [switch] $Json
)
$ErrorActionPreference = 'Stop'
. (Join-Path $PSScriptRoot 'postrider.ps1')
. (Join-Path $PSScriptRoot 'certificate.ps1')

$certificate = if ($CertificatePath) { Read-PublicCertificate $CertificatePath }
$tenant = Connect-Directory 'Application.ReadWrite.All'

$filter = if ($AppId) { "appId eq '$AppId'" } else { "displayName eq '$($DisplayName.Replace("'", "''"))'" }
$found = @(Get-MgApplication -Filter $filter -All -ErrorAction Stop)
if ($found.Count -gt 1) {
    throw "There are $($found.Count) apps named ${DisplayName}: say which one with -AppId ($($found.AppId -join ', '))."
}
if ($AppId -and $found.Count -eq 0) { throw "There is no app $AppId in tenant ${tenant}: check -AppId and -TenantId." }

$application = $found | Select-Object -First 1
if ($application) {
    Add-Report exists "app registration $($application.DisplayName)" "application (client) ID $($application.AppId)"
}
elseif (Approve "app registration $DisplayName" 'create, for this tenant only') {
    $application = New-MgApplication -DisplayName $DisplayName -SignInAudience 'AzureADMyOrg' -ErrorAction Stop
    Add-Report done "app registration $DisplayName" "created, application (client) ID $($application.AppId)"
}

$principal = $null
if ($application) {
    $principal = Get-MgServicePrincipal -Filter "appId eq '$($application.AppId)'" -All -ErrorAction Stop | Select-Object -First 1
}
if ($principal) {
    Add-Report exists 'enterprise application' "object ID $($principal.Id)"
}
elseif (Approve 'enterprise application' 'create') {
    # A registration takes some seconds to be known everywhere.
    for ($attempt = 1; -not $principal; $attempt++) {
        try {
            $principal = New-MgServicePrincipal -AppId $application.AppId -ErrorAction Stop
        }
        catch {
            if ($attempt -ge 6) { throw }
            Start-Sleep -Seconds 5
        }
    }
    Add-Report done 'enterprise application' "created, object ID $($principal.Id)"
}

if ($certificate -and $application) {
    Add-Certificate (Get-ApplicationWithKey $application.Id) $certificate
}
elseif ($certificate) {
    Add-Report would "certificate $($certificate.Thumbprint)" 'add to the app'
}

if ($ManagedIdentityObjectId) {
    $subject = "federated credential of managed identity $ManagedIdentityObjectId"
    $issuer = "$($clouds[$Cloud].Login)/$tenant/v2.0"
    $audience = $clouds[$Cloud].Audience
    $existing = $null
    if ($application) {
        $existing = Get-MgApplicationFederatedIdentityCredential -ApplicationId $application.Id -All -ErrorAction Stop |
            Where-Object { $_.Subject -eq $ManagedIdentityObjectId } | Select-Object -First 1
    }
    if ($existing -and $existing.Issuer -eq $issuer -and @($existing.Audiences) -contains $audience) {
        Add-Report exists $subject "issuer $issuer"
    }
    elseif ($existing) {
        if (Approve $subject "correct: issuer $issuer, audience $audience (is $($existing.Issuer), $(@($existing.Audiences) -join ', '))") {
            Update-MgApplicationFederatedIdentityCredential -ApplicationId $application.Id -FederatedIdentityCredentialId $existing.Id -Issuer $issuer -Audiences @($audience) -ErrorAction Stop
            Add-Report done $subject "corrected: issuer $issuer, audience $audience"
        }
    }
    elseif (Approve $subject "create: issuer $issuer, audience $audience") {
        $null = New-MgApplicationFederatedIdentityCredential -ApplicationId $application.Id -Name "postrider-$ManagedIdentityObjectId" -Issuer $issuer -Subject $ManagedIdentityObjectId -Audiences @($audience) -ErrorAction Stop
        Add-Report done $subject "created: issuer $issuer, audience $audience"
    }
}

if (-not $certificate -and -not $ManagedIdentityObjectId) {
    Add-Report warning 'credential' 'none was asked for: run again with -ManagedIdentityObjectId or -CertificatePath'
}
if ($principal) {
    foreach ($permission in @(Get-TenantWidePermission $principal.Id)) {
        Add-Report warning "Entra ID permission $permission" 'reaches EVERY mailbox and undoes the scope in Exchange: remove it under API permissions'
    }
}

$result = [ordered] @{
    tenantId  = $tenant
    appId     = if ($application) { $application.AppId } else { $null }
    objectId  = if ($principal) { $principal.Id } else { $null }
    settings  = [ordered] @{
        POSTRIDER_TENANT_ID = $tenant
        POSTRIDER_CLIENT_ID = if ($application) { $application.AppId } else { $null }
        POSTRIDER_CLOUD     = $clouds[$Cloud].Postrider
    }
}
$next = @()
if ($application -and $principal) {
    $next += "POSTRIDER_TENANT_ID=$tenant, POSTRIDER_CLIENT_ID=$($application.AppId), POSTRIDER_CLOUD=$($clouds[$Cloud].Postrider)"
    $next += "./Grant-PostriderMailbox.ps1 -AppId $($application.AppId) -ObjectId $($principal.Id) -Cloud $Cloud -Mailbox <sender>"
}
Complete-Report $result $next
