/**
 * The scripts of infra/exchange, run by PowerShell against a pretend tenant (tenant.ps1): what they do and in which order, that
 * -WhatIf does nothing, that a second run does nothing more, and that what is removed is gone.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, test } from 'node:test';
import { generate } from 'selfsigned';
import { pwsh, runPowerShell } from './powershell.ts';

const scripts = path.resolve(import.meta.dirname, '../../../infra/exchange');
const folder = mkdtempSync(path.join(tmpdir(), 'postrider-exchange-'));
after(() => rmSync(folder, { recursive: true, force: true }));

interface Step {
  readonly script: string;
  readonly arguments: Readonly<Record<string, unknown>>;
  /** Done to the tenant before, in PowerShell. */
  readonly tenant?: string;
}

interface Done {
  readonly output: string;
  readonly error: string | null;
  readonly exit: number;
  readonly calls: readonly { name: string; parameters: Record<string, unknown> }[];
}

interface Report {
  readonly whatIf: boolean;
  readonly steps: readonly { state: string; subject: string; detail: string }[];
  readonly result: Record<string, unknown>;
  readonly next: readonly string[];
}

let files = 0;
function run(...steps: Step[]): Done[] {
  const file = path.join(folder, `steps-${files++}.json`);
  writeFileSync(
    file,
    JSON.stringify(
      steps.map(({ script, arguments: given, tenant }) => ({
        script: path.join(scripts, `${script}.ps1`),
        arguments: given,
        tenant,
      })),
    ),
  );
  const output = runPowerShell(path.join(import.meta.dirname, 'tenant.ps1'), [
    path.join(import.meta.dirname, 'cmdlets.json'),
    file,
  ]);
  return (JSON.parse(output) as { steps: Done[] }).steps;
}

const changesOf = (done: Done | undefined): string[] =>
  (done?.calls ?? []).map(({ name }) => name).filter((name) => /^(?:New|Set|Update|Remove)-/.test(name));

function reportOf(done: Done | undefined): Report {
  assert.equal(done?.error, null);
  return JSON.parse(done.output) as Report;
}
const states = (done: Done | undefined): string[] => reportOf(done).steps.map(({ state }) => state);

const failures = (done: Done | undefined): string[] =>
  reportOf(done)
    .steps.filter(({ state }) => state === 'failed')
    .map(({ subject }) => subject);
/** With what a cmdlet was first called. */
const call = (done: Done | undefined, name: string): Record<string, unknown> | undefined =>
  done?.calls.find((one) => one.name === name)?.parameters;
const filterOf = (done: Done | undefined): unknown =>
  call(done, 'Set-ManagementScope')?.['RecipientRestrictionFilter'];
const keys = (done: Done | undefined): unknown => call(done, 'Update-MgApplication')?.['KeyCredentials'];

const identity = '22222222-2222-4222-8222-222222222222';
const json = { Json: true };
const register: Step = {
  script: 'Register-PostriderApp',
  arguments: { ...json, ManagedIdentityObjectId: identity },
};
const grant: Step = {
  script: 'Grant-PostriderMailbox',
  arguments: {
    ...json,
    AppId: '<app>',
    ObjectId: '<object>',
    Mailbox: ['alerts@contoso.com'],
    Permission: ['Mail.Send', 'SMTP.SendAsApp'],
  },
};
const with_ = (step: Step, more: Record<string, unknown>, tenant?: string): Step => ({
  ...step,
  arguments: { ...step.arguments, ...more },
  ...(tenant === undefined ? {} : { tenant }),
});
const verify = (more: Record<string, unknown> = {}, tenant?: string): Step =>
  with_(
    {
      script: 'Test-PostriderGrant',
      arguments: { ...json, AppId: '<app>', Mailbox: ['alerts@contoso.com'] },
    },
    more,
    tenant,
  );
const remove: Step = {
  script: 'Remove-PostriderApp',
  arguments: { ...json, AppId: '<app>', Mailbox: ['alerts'], Confirm: false },
};

describe('the scripts in a tenant', { skip: !pwsh && 'no PowerShell here (PWSH=/path/to/pwsh)' }, () => {
  test('from nothing to everything and back, each step rehearsed and repeated', () => {
    const [rehearsed, made, again, grantTried, granted, grantedAgain, proved, removeTried, removed, gone] =
      run(
        with_(register, { WhatIf: true }),
        register,
        register,
        with_(grant, { WhatIf: true }),
        grant,
        grant,
        verify({ Permission: ['Mail.Send', 'SMTP.SendAsApp'] }),
        with_(remove, { WhatIf: true }),
        remove,
        with_(remove, { AppId: '33333333-3333-4333-8333-333333333333' }),
      );
    assert.deepEqual(changesOf(rehearsed), []);
    assert.ok(states(rehearsed).includes('would'));
    assert.equal(reportOf(rehearsed).whatIf, true);

    assert.deepEqual(changesOf(made), [
      'New-MgApplication',
      'New-MgServicePrincipal',
      'New-MgApplicationFederatedIdentityCredential',
    ]);
    const federated = made?.calls.find(({ name }) => name === 'New-MgApplicationFederatedIdentityCredential');
    assert.equal(federated?.parameters['Subject'], identity);
    assert.equal(
      federated?.parameters['Issuer'],
      'https://login.microsoftonline.com/11111111-1111-4111-8111-111111111111/v2.0',
    );
    assert.deepEqual(federated?.parameters['Audiences'], ['api://AzureADTokenExchange']);
    assert.deepEqual(changesOf(again), []);
    assert.deepEqual(new Set(states(again)), new Set(['exists']));
    assert.deepEqual(reportOf(again).result, reportOf(made).result);

    assert.deepEqual(changesOf(grantTried), []);
    // Who the app is, then where it may, and only then what: no moment in which it may do it everywhere.
    assert.deepEqual(changesOf(granted), [
      'New-ServicePrincipal',
      'New-ManagementScope',
      'New-ManagementRoleAssignment',
      'New-ManagementRoleAssignment',
      'Set-CASMailbox',
    ]);
    for (const { parameters } of granted?.calls.filter(
      ({ name }) => name === 'New-ManagementRoleAssignment',
    ) ?? [])
      assert.equal(parameters['CustomResourceScope'], 'Postrider senders');
    assert.deepEqual(changesOf(grantedAgain), []);

    assert.equal(proved?.exit, 0);
    const told = reportOf(proved).steps.filter(({ state }) => state === 'passed');
    assert.ok(told.some(({ subject }) => subject === 'nothing for ceo@contoso.com'));
    assert.deepEqual(changesOf(proved), []);

    assert.deepEqual(changesOf(removeTried), []);
    assert.deepEqual(changesOf(removed), [
      'Remove-ManagementRoleAssignment',
      'Remove-ManagementRoleAssignment',
      'Remove-ManagementScope',
      'Remove-ServicePrincipal',
      'Set-CASMailbox',
      'Remove-MgApplication',
    ]);
    assert.deepEqual(changesOf(gone), []);
    assert.ok(states(gone).every((state) => state === 'absent' || state === 'exists'));
  });

  test('mailboxes are added to the scope; only -Exact takes one out, and takes a right back', () => {
    const [, , added, , exact] = run(
      register,
      grant,
      with_(grant, { Mailbox: ['Billing'], Permission: ['Mail.Send'] }),
      verify({ Mailbox: ['billing@contoso.com'], Permission: ['Mail.Send'] }),
      with_(grant, { Mailbox: ['billing@contoso.com'], Permission: ['Mail.Send'], Exact: true }),
    );
    assert.deepEqual(changesOf(added), ['Set-ManagementScope']);
    assert.equal(
      filterOf(added),
      "PrimarySmtpAddress -eq 'alerts@contoso.com' -or PrimarySmtpAddress -eq 'billing@contoso.com'",
    );
    assert.deepEqual(changesOf(exact), ['Set-ManagementScope', 'Remove-ManagementRoleAssignment']);
    assert.equal(filterOf(exact), "PrimarySmtpAddress -eq 'billing@contoso.com'");
    assert.match(JSON.stringify(reportOf(exact).steps), /NO LONGER: alerts@contoso\.com/);
  });

  test('a right that reaches too far is found, wherever it was given', () => {
    const [, , entra, wide, missing] = run(
      register,
      grant,
      verify({}, "$global:pretend.appRoles = @('role-user', 'role-send')"),
      verify(
        {},
        "$global:pretend.appRoles = @(); $global:pretend.assignments += [pscustomobject] @{ Name = 'by hand'; Role = 'Application Mail.Send'; RoleAssigneeName = $global:pretend.principals[0].Id; CustomResourceScope = '' }",
      ),
      verify(
        { Mailbox: ['ceo@contoso.com'], Outside: ['hr@contoso.com'] },
        '$global:pretend.assignments = @()',
      ),
    );
    assert.deepEqual(failures(entra), ['Entra ID permission Mail.Send']);
    assert.equal(entra?.exit, 1);
    assert.deepEqual(failures(wide), [
      'nothing for billing@contoso.com',
      'nothing for ceo@contoso.com',
      'nothing for hr@contoso.com',
    ]);
    assert.deepEqual(failures(missing), ['Mail.Send for ceo@contoso.com']);
  });

  test('the wrong object ID is refused before anything is made, and so is an ambiguous name', () => {
    const [same, , , other, twice, unknown] = run(
      with_(grant, { AppId: identity, ObjectId: identity }),
      register,
      grant,
      with_(grant, { ObjectId: '44444444-4444-4444-8444-444444444444' }),
      with_(
        register,
        {},
        "$global:pretend.apps += [pscustomobject] @{ Id = 'x'; AppId = 'y'; DisplayName = 'Postrider'; KeyCredentials = @() }",
      ),
      with_(grant, { Mailbox: ['nobody@contoso.com'] }),
    );
    assert.match(same?.error ?? '', /object ID of the enterprise application/);
    assert.match(other?.error ?? '', /Exchange knows app .* by object ID/);
    assert.match(twice?.error ?? '', /There are 2 apps named Postrider: say which one with -AppId/);
    assert.match(unknown?.error ?? '', /nobody@contoso\.com/);
    for (const done of [same, other, twice, unknown]) assert.deepEqual(changesOf(done), []);
  });

  test('a certificate is changed with an overlap, and its key is never looked at', async () => {
    const [one, two] = await Promise.all(
      ['one', 'two'].map(async (name) => {
        const pem = await generate([{ name: 'commonName', value: name }], { keySize: 2048 });
        const file = path.join(folder, `${name}.pem`);
        // The private key lies in the same file, as people keep it.
        writeFileSync(file, `${pem.private}\n${pem.cert}`);
        return { file, key: pem.private };
      }),
    );
    const update = (file: string | undefined, more: Record<string, unknown> = {}): Step => ({
      script: 'Update-PostriderCertificate',
      arguments: { ...json, AppId: '<app>', CertificatePath: file, ...more },
    });
    const done = run(
      { script: 'Register-PostriderApp', arguments: { ...json, CertificatePath: one?.file } },
      { script: 'Register-PostriderApp', arguments: { ...json, CertificatePath: one?.file } },
      update(two?.file, { Retire: true }),
      update(two?.file, { WhatIf: true }),
      update(two?.file),
      update(two?.file),
      update(two?.file, { Retire: true }),
      update(two?.file, { Retire: true }),
    );
    const [first, repeated, early, rehearsed, added, addedAgain, retired, retiredAgain] = done;
    assert.equal(keys(first), '1 keys');
    assert.deepEqual(changesOf(repeated), []);
    assert.match(early?.error ?? '', /does not have certificate/);
    assert.deepEqual(changesOf(rehearsed), []);
    assert.equal(keys(added), '2 keys');
    assert.deepEqual(changesOf(addedAgain), []);
    assert.equal(keys(retired), '1 keys');
    assert.deepEqual(changesOf(retiredAgain), []);
    const everything = JSON.stringify(done);
    for (const { key } of [one, two].filter((pair) => pair !== undefined))
      for (const line of key.split('\n').filter((text) => text.length > 40))
        assert.ok(!everything.includes(line));
  });

  test('each cloud is asked for by the names that its modules have for it', () => {
    const done = run(
      with_(register, { Cloud: 'GCCHigh' }),
      with_(grant, { Cloud: 'DoD' }),
      with_(register, { Cloud: 'China', DisplayName: 'Postrider China' }, '$global:pretend.graph = $null'),
    );
    const [gccHigh, dod, china] = done;
    assert.equal(call(gccHigh, 'Connect-MgGraph')?.['Environment'], 'USGov');
    assert.match(
      String(call(gccHigh, 'New-MgApplicationFederatedIdentityCredential')?.['Issuer']),
      /^https:\/\/login\.microsoftonline\.us\//,
    );
    assert.equal(call(dod, 'Connect-ExchangeOnline')?.['ExchangeEnvironmentName'], 'O365USGovDoD');
    assert.equal(call(china, 'Connect-MgGraph')?.['Environment'], 'China');
    assert.deepEqual(call(china, 'New-MgApplicationFederatedIdentityCredential')?.['Audiences'], [
      'api://AzureADTokenExchangeChina',
    ]);
  });

  test('without -Json a person reads what was done', () => {
    const [text] = run(with_(register, { Json: false }));
    assert.match(text?.output ?? '', /^exists +connection to Entra ID: tenant/m);
    assert.match(text?.output ?? '', /^done +app registration Postrider: created/m);
    assert.match(text?.output ?? '', /^next +\.\/Grant-PostriderMailbox\.ps1 -AppId/m);
  });
});
