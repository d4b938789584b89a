#Requires -Version 7.4
<#
.SYNOPSIS
Changes the app's certificate without a gap: the new one beside the old one, and the old one out when the new one is in use.

.DESCRIPTION
1. Run it with the new certificate: it is added, and both are valid.
2. Give Postrider the new one (certificate and private key, in Key Vault or in the setting), and see it send.
3. Run it again with -Retire: every certificate but this one is taken out.

Needs the module Microsoft.Graph.Applications and the role Application Administrator (or ownership of the app).

.PARAMETER CertificatePath
A file with the public part of the new certificate (.cer, .crt, .pem; RSA).

.PARAMETER Retire
Takes all other certificates out. Refused unless the named one is there already, and valid.

.PARAMETER Json
Prints one JSON document instead of text.
#>
[CmdletBinding(SupportsShouldProcess)]
param(
    [Parameter(Mandatory)] [ValidatePattern('^[0-9a-fA-F-]{36}$')] [string] $AppId,
    [Parameter(Mandatory)] [string] $CertificatePath,
    [switch] $Retire,
    [ValidateSet('Global', 'GCCHigh', 'DoD', 'China')] [string] $Cloud = 'Global',
    [string] $TenantId,
    [switch] $Json
)
$ErrorActionPreference = 'Stop'
. (Join-Path $PSScriptRoot 'postrider.ps1')
. (Join-Path $PSScriptRoot 'certificate.ps1')

$certificate = Read-PublicCertificate $CertificatePath
$null = Connect-Directory 'Application.ReadWrite.All'
$found = Get-MgApplication -Filter "appId eq '$AppId'" -All -ErrorAction Stop | Select-Object -First 1
if (-not $found) { throw "There is no app ${AppId}: check -AppId and -TenantId." }
$application = Get-ApplicationWithKey $found.Id
$keys = @($application.KeyCredentials | Where-Object { $_ })

$next = @()
if (-not $Retire) {
    Add-Certificate $application $certificate
    $next += 'Give Postrider the new certificate with its key (Key Vault, or POSTRIDER_CLIENT_CERTIFICATE), and see it send.'
    $next += "./Update-PostriderCertificate.ps1 -AppId $AppId -CertificatePath $CertificatePath -Cloud $Cloud -Retire"
}
else {
    $kept = @($keys | Where-Object { Test-SameKey $_ $certificate })
    if ($kept.Count -eq 0) { throw "The app does not have certificate $($certificate.Thumbprint): run without -Retire first." }
    if ($certificate.NotBefore -gt (Get-Date)) { throw "Certificate $($certificate.Thumbprint) is not valid yet: keep the others until then." }
    $old = @($keys | Where-Object { -not (Test-SameKey $_ $certificate) })
    if ($old.Count -eq 0) { Add-Report exists "certificate $($certificate.Thumbprint)" 'the only one' }
    elseif (Approve "certificate $($certificate.Thumbprint)" "keep, and take $($old.Count) other(s) out: $(@($old.DisplayName) -join ', ')") {
        Update-MgApplication -ApplicationId $application.Id -KeyCredentials @($kept) -ErrorAction Stop
        foreach ($key in $old) { Add-Report done "certificate $($key.DisplayName)" 'taken out' }
    }
}
Complete-Report ([ordered] @{ appId = $AppId; thumbprint = $certificate.Thumbprint; until = $certificate.NotAfter.ToUniversalTime().ToString('yyyy-MM-dd') }) $next
