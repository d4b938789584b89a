# What PowerShell's own parser says of the scripts in a folder: errors, and the commands of the form Verb-Noun with their parameters.
param([string] $Folder)
$read = foreach ($file in Get-ChildItem -Path $Folder -Filter *.ps1) {
    $errors = $null
    $tree = [System.Management.Automation.Language.Parser]::ParseFile($file.FullName, [ref] $null, [ref] $errors)
    $commands = $tree.FindAll({ param($node) $node -is [System.Management.Automation.Language.CommandAst] }, $true) |
        Where-Object { $_.GetCommandName() -cmatch '^[A-Z][a-z]+-[A-Z]\w+$' } |
        ForEach-Object {
            $names = $_.CommandElements | Where-Object { $_ -is [System.Management.Automation.Language.CommandParameterAst] } | ForEach-Object ParameterName
            @{ name = $_.GetCommandName(); parameters = @($names) }
        }
    @{ file = $file.Name; errors = @($errors | ForEach-Object { "$_" }); commands = @($commands) }
}
ConvertTo-Json @($read) -Depth 5 -Compress
