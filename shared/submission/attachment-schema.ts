/**
 * Attachments in the schema: name, type and id by the rules of message/attachment.ts, and base64 that stays where it is.
 */
import * as z from 'zod';
import {
  attachmentLimit,
  filenameFault,
  mediaTypeOf,
  parseContentId,
  parseMediaType,
} from '../message/attachment.ts';
import { decodedSize } from '../message/base64.ts';
import { LongText } from '../message/long-text.ts';
import type { Attachment } from '../message/message.ts';
import { check, expected, readString } from './field.ts';

/** An attachment as read: what the message says of it, and its base64. */
export interface ReadAttachment {
  readonly attachment: Attachment;
  readonly base64: string | LongText;
}

const base64Text =
  'a string of base64 (with Node.js: buffer.toString("base64"); with Python: base64.b64encode(data).decode())';

const attachment = z
  .strictObject(
    {
      filename: readString(
        'a file name such as "report.pdf"',
        (value, report) => {
          const fault = filenameFault(value);
          if (fault !== undefined) report(fault);
          return value.trim();
        },
        { description: 'File name with extension, without a folder.', maxLength: 255 },
      ),
      content: z
        .custom<string | LongText>((value) => typeof value === 'string' || value instanceof LongText, {
          error: expected(base64Text),
        })
        .transform(
          check((base64, report) => {
            const size = decodedSize(base64);
            if (!size.ok) report(size.reason);
            return { base64, size: size.ok ? size.size : 0 };
          }),
        )
        .meta({
          type: 'string',
          contentEncoding: 'base64',
          description:
            'The bytes in base64: standard alphabet with padding, line breaks allowed. No data: URL.',
        }),
      content_type: readString(
        'a media type such as "application/pdf"',
        (value, report) => {
          const type = parseMediaType(value);
          if (!type.ok) report(type.reason);
          return type.ok ? type.contentType : '';
        },
        { description: 'Media type; guessed from the extension when left out. Parameters are dropped.' },
      ).optional(),
      content_id: readString(
        'a content id such as "logo"',
        (value, report) => {
          const id = parseContentId(value);
          if (!id.ok) report(id.reason);
          return id.ok ? id.contentId : '';
        },
        {
          description: 'Makes the attachment inline; refer to it in the HTML by `cid:` and this id.',
          maxLength: 200,
        },
      ).optional(),
    },
    { error: expected('an object with "filename" and "content"') },
  )
  .transform(({ filename, content, content_type: type, content_id: contentId }): ReadAttachment => ({
    attachment: {
      filename,
      contentType: type ?? mediaTypeOf(filename),
      ...(contentId === undefined ? {} : { contentId }),
      size: content.size,
    },
    base64: content.base64,
  }));

/** The list of attachments. */
export const attachmentsSchema = z
  .array(attachment, { error: expected('a list of objects') })
  .meta({ description: 'Attached files and inline images.', maxItems: attachmentLimit })
  .optional();
