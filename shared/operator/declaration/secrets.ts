/**
 * What looks like a secret in a file that declares the register: such files stand in repositories, so nothing of the kind may be in
 * them.
 */

/** Where something looks like a secret. Never the thing itself. */
export interface SecretFound {
  readonly path: readonly PropertyKey[];
  readonly detail: string;
  /** Whether it is the field's name that says so. */
  readonly byName: boolean;
}

/** Fields whose values are names of secrets, whose settings hold them. */
const namesOnly = /^(?:hooks\/\d+\/signature\/secret|submitters\/\d+\/signing_keys(?:\/\d+\/secret)?)$/;

const secretNames =
  /^(?:(?:api|access|client|private|shared|master|signing)[_-]?)?(?:keys?|secrets?|passwords?|passwd|pwd|passphrase|tokens?|hash|credentials?|connection[_-]?string)$/i;

const secretTexts: readonly (readonly [RegExp, string])[] = [
  [/\bpr_[0-9a-z]{8}_[0-9a-z]{39}\b/, 'an API key'],
  [/\bwhsec_[A-Za-z0-9+/=_-]{16,}/, 'the secret of a webhook'],
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----/, 'a private key'],
  [/\beyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}/, 'a token'],
  [/\b(?:AccountKey|SharedAccessKey|SharedAccessSignature)=/i, 'a connection string'],
  [/\b(?:SG\.[\w-]{16,}|re_[A-Za-z0-9_]{20,}|gh[pousr]_[A-Za-z0-9]{20,})/, 'a key of another service'],
];

/** Most levels that are looked into; no entry has more. */
const depthLimit = 12;

/** Finds them all. */
export function findSecrets(document: unknown, path: readonly PropertyKey[] = []): SecretFound[] {
  if (path.length > depthLimit) return [];
  if (typeof document === 'string') {
    const kind = secretTexts.find(([pattern]) => pattern.test(document))?.[1];
    if (kind === undefined) return [];
    const detail = `This looks like ${kind}. Take it out and have it replaced: files like this one are read by many.`;
    return [{ path, detail, byName: false }];
  }
  if (typeof document !== 'object' || document === null) return [];
  return Object.entries(document).flatMap(([name, value]): SecretFound[] => {
    const inner = [...path, Array.isArray(document) ? Number(name) : name];
    if (!isSecretField(inner)) return findSecrets(value, inner);
    const detail = `"${name}" has no place here: keys are made by "postrider keys create", and other secrets stand in the settings.`;
    return [{ path: inner, detail, byName: true }];
  });
}

function isSecretField(path: readonly PropertyKey[]): boolean {
  const name = path.at(-1);
  if (typeof name !== 'string' || !secretNames.test(name)) return false;
  // Header fields are named by the administrator, and variables of templates stand in texts.
  return !namesOnly.test(path.join('/')) && path.at(-2) !== 'required_headers';
}
