# The public half of a certificate, and its place among the app's keys. Dot-sourced after postrider.ps1.

# Reads the certificate of a .cer, .crt or .pem file. A private key in the file is not looked at and goes nowhere.
function Read-PublicCertificate([string] $Path) {
    $file = (Resolve-Path -LiteralPath $Path -ErrorAction Stop).ProviderPath
    $certificate = [System.Security.Cryptography.X509Certificates.X509Certificate2]::new($file)
    # Postrider signs with RSA, and so does Entra ID expect it.
    $rsa = [System.Security.Cryptography.X509Certificates.RSACertificateExtensions]::GetRSAPublicKey($certificate)
    if (-not $rsa) { throw "$Path holds a certificate that is not RSA." }
    if ($certificate.NotAfter -lt (Get-Date)) { throw "$Path holds a certificate that expired on $($certificate.NotAfter.ToString('yyyy-MM-dd'))." }
    $certificate
}

# Whether a key of the app is this certificate.
function Test-SameKey([object] $Key, [System.Security.Cryptography.X509Certificates.X509Certificate2] $Certificate) {
    if ($Key.Key -and [Convert]::ToBase64String($Key.Key) -eq [Convert]::ToBase64String($Certificate.RawData)) { return $true }
    # Entra ID keeps the SHA-1 thumbprint as the identifier of a key.
    $Key.CustomKeyIdentifier -and [Convert]::ToHexString($Key.CustomKeyIdentifier) -eq $Certificate.Thumbprint
}

# The app with its keys: Entra ID shows their bytes only when it is asked for them by name, and they must be sent back whole.
function Get-ApplicationWithKey([string] $ApplicationId) {
    Get-MgApplication -ApplicationId $ApplicationId -Property 'id,appId,displayName,keyCredentials' -ErrorAction Stop
}

# Adds the certificate beside those that are there. keyCredentials is replaced as a whole by every update.
# https://learn.microsoft.com/graph/applications-how-to-add-certificate
function Add-Certificate([object] $Application, [System.Security.Cryptography.X509Certificates.X509Certificate2] $Certificate) {
    $until = $Certificate.NotAfter.ToUniversalTime().ToString('yyyy-MM-dd')
    $subject = "certificate $($Certificate.Thumbprint)"
    $keys = @($Application.KeyCredentials | Where-Object { $_ })
    if (@($keys | Where-Object { Test-SameKey $_ $Certificate }).Count -gt 0) {
        Add-Report exists $subject "valid until $until"
        return
    }
    if (Approve $subject "add to the app beside $($keys.Count) others, valid until $until") {
        $key = @{
            Type          = 'AsymmetricX509Cert'
            Usage         = 'Verify'
            Key           = $Certificate.RawData
            DisplayName   = $Certificate.Subject
            StartDateTime = $Certificate.NotBefore.ToUniversalTime()
            EndDateTime   = $Certificate.NotAfter.ToUniversalTime()
        }
        Update-MgApplication -ApplicationId $Application.Id -KeyCredentials (@($keys) + $key) -ErrorAction Stop
        Add-Report done $subject "added, valid until $until"
    }
}
