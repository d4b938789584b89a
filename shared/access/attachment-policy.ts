/**
 * Which files may be attached. Pure.
 *
 * Three things say what a file is: its extension, its declared media type and its content. Each of them must be allowed, none may be
 * denied, and where a policy restricts types they must not contradict each other. Without a policy one rule holds: a program must not
 * be dressed up as something else. Plain programs are left to Exchange, whose filter the tenant's administrator knows.
 */
import { mediaTypeOf } from '../message/attachment.ts';
import { extensionsOf, kindOfContent, kindOfExtension, kindOfType } from '../message/file-type.ts';
import type { FileKind } from '../message/file-kinds.ts';
import type { Attachment } from '../message/message.ts';
import type { AttachmentPolicy } from './submitter.ts';

/** What says nothing about a file. */
const untyped = 'application/octet-stream';

/** What one of the three says. */
interface Claim {
  readonly by: 'name' | 'type' | 'content';
  /** For people. */
  readonly what: string;
  readonly extensions: readonly string[];
  readonly types: readonly string[];
  readonly kind?: FileKind;
}

/**
 * What is wrong with an attachment, as a sentence that says what to change; undefined when nothing is.
 *
 * @param leading the first bytes, see message/file-type.ts.
 */
export function attachmentFault(
  policy: AttachmentPolicy | undefined,
  { filename, contentType }: Attachment,
  leading: Uint8Array,
): string | undefined {
  const content = kindOfContent(leading);
  const [extension] = extensionsOf(filename);
  const named = extension === undefined ? undefined : kindOfExtension(extension);
  const declared = kindOfType(contentType);
  const disguise = content?.program && disguised(filename, contentType, content);
  if (disguise) return disguise;
  if (!policy?.allow && !policy?.deny?.length) return undefined;
  const claims: Claim[] = [];
  if (extension !== undefined) {
    claims.push({
      ...ofKind(named),
      by: 'name',
      what: `its extension .${extension}`,
      extensions: [extension],
      types: typesOf(extension, named),
    });
  }
  if (contentType !== untyped) {
    claims.push({
      ...ofKind(declared),
      by: 'type',
      what: `its type ${contentType}`,
      types: [contentType, ...(declared && !declared.family ? declared.types : [])],
      extensions: extensionsOfType(filename, contentType, declared),
    });
  }
  if (content) {
    const { extensions, types, name } = content;
    claims.push({ by: 'content', what: `its content, which is ${name}`, extensions, types, kind: content });
  }
  return (
    denied(policy.deny ?? [], filename, claims) ??
    contradiction(content, named, declared) ??
    notAllowed(policy.allow, claims)
  );
}

const ofKind = (kind: FileKind | undefined) => (kind ? { kind } : {});

/** The media types of an extension: those of its kind; of a family, and without a kind, the one that attachments with it get. */
const typesOf = (extension: string, kind: FileKind | undefined): readonly string[] =>
  kind && !kind.family ? kind.types : [mediaTypeOf(`.${extension}`)].filter((type) => type !== untyped);

/** The extensions of a media type: those of its kind; of a family, and without a kind, those that get this type. */
function extensionsOfType(
  filename: string,
  contentType: string,
  kind: FileKind | undefined,
): readonly string[] {
  if (kind && !kind.family) return kind.extensions;
  const [extension] = extensionsOf(filename);
  const known = kind?.extensions ?? (extension === undefined ? [] : [extension]);
  return known.filter((one) => mediaTypeOf(`.${one}`) === contentType);
}

/** A program whose name or type says that it is something else that people know. */
function disguised(filename: string, contentType: string, content: FileKind): string | undefined {
  const [extension] = extensionsOf(filename);
  const asNamed =
    extension !== undefined && saysOther(kindOfExtension(extension), mediaTypeOf(`.${extension}`));
  const asTyped = saysOther(kindOfType(contentType), contentType);
  if (!asNamed && !asTyped) return undefined;
  const claim = asNamed ? `its name ends in .${extension}` : `its type is ${contentType}`;
  return `The file is ${content.name}, although ${claim}. Give it its own name and type, or leave it out.`;
}

const saysOther = (kind: FileKind | undefined, type: string): boolean =>
  kind ? kind.program !== true : /^(?:text|image|audio|video)\//.test(type) || knownDocument.has(type);

/** Types of message/media-types.ts that no kind has and that are documents all the same. */
const knownDocument = new Set(['application/json', 'application/yaml', 'message/rfc822']);

function denied(deny: readonly string[], filename: string, claims: readonly Claim[]): string | undefined {
  const inner = extensionsOf(filename).find((extension) => deny.some((rule) => isExtension(rule, extension)));
  if (inner !== undefined) return `Files named .${inner} are denied; leave this one out.`;
  // The bytes of a family do not say which of its formats it is.
  const claim = claims.find(
    (one) => !(one.by === 'content' && one.kind?.family) && deny.some((rule) => matches(rule, one)),
  );
  return claim && `The file is denied for ${claim.what}; leave it out.`;
}

function notAllowed(allow: readonly string[] | undefined, claims: readonly Claim[]): string | undefined {
  if (!allow) return undefined;
  const listed = allow.length === 0 ? 'none' : allow.join(', ');
  if (claims.length === 0) {
    return `Nobody can tell what the file is; allowed are ${listed}. Give it a name with an extension.`;
  }
  const claim = claims.find((one) => !allow.some((rule) => matches(rule, one)));
  return claim && `The file is not allowed for ${claim.what}; allowed are ${listed}.`;
}

/** Content that is not what name or type say. */
function contradiction(
  content: FileKind | undefined,
  named: FileKind | undefined,
  declared: FileKind | undefined,
): string | undefined {
  const claimed = [named, declared].find((kind) => kind && !agrees(kind, content));
  if (!claimed) return undefined;
  const found = content ? `its content is ${content.name}` : 'its content does not look like one';
  return `The file says that it is ${claimed.name}, and ${found}. Correct its name and type, or leave it out.`;
}

/** Whether content may be of a kind. An encrypted Office document is a compound file; the first bytes may not tell one Office format from another. */
function agrees(claimed: FileKind, content: FileKind | undefined): boolean {
  if (claimed === content) return true;
  if (!content) return claimed.signed !== true;
  if (isOffice(claimed))
    return content.family === true && (isOffice(content) || content === kindOfExtension('doc'));
  // An installer is a compound file whose class may stand further behind.
  if (claimed === kindOfExtension('msi')) return content === kindOfExtension('doc');
  // Both are XML or may be; which of them is allowed is another question.
  return [claimed, content].every((kind) => markup.has(kind));
}

const markup: ReadonlySet<FileKind | undefined> = new Set(['xml', 'svg', 'html'].map(kindOfExtension));

const isOffice = ({ extensions }: FileKind): boolean =>
  ['docx', 'xlsx', 'pptx', 'docm'].some((extension) => extensions.includes(extension));

const matches = (rule: string, { extensions, types }: Claim): boolean =>
  rule.trim().startsWith('.')
    ? extensions.some((extension) => isExtension(rule, extension))
    : types.some((type) => isType(rule.trim().toLowerCase(), type));

const isExtension = (rule: string, extension: string): boolean =>
  rule.trim().toLowerCase() === `.${extension}`;

const isType = (rule: string, type: string): boolean =>
  rule === type || rule === '*/*' || (rule.endsWith('/*') && type.startsWith(rule.slice(0, -1)));
