/**
 * What a picture is and how large, from its first bytes: a mail shows only what every mail program can, and Outlook makes a photo of
 * 4,000 pixels 4,000 pixels wide unless it is told.
 */

/** Sizes in pixels. */
export interface Picture {
  readonly contentType: 'image/png' | 'image/jpeg' | 'image/gif';
  readonly width: number;
  readonly height: number;
}

/**
 * Reads PNG (RFC 2083 §4.1.1), GIF (GIF89a §18) and JPEG (ITU-T T.81 §B.2.2).
 *
 * @returns undefined for everything else: WebP and HEIC are not shown by every program, and SVG can hold script.
 */
export function pictureIn(bytes: Uint8Array): Picture | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const found = png(view) ?? gif(view) ?? jpeg(view);
  return found !== undefined && found.width > 0 && found.height > 0 ? found : undefined;
}

function png(view: DataView): Picture | undefined {
  if (view.byteLength < 24 || view.getUint32(0) !== 0x89504e47 || view.getUint32(12) !== 0x49484452) {
    return undefined;
  }
  return { contentType: 'image/png', width: view.getUint32(16), height: view.getUint32(20) };
}

function gif(view: DataView): Picture | undefined {
  if (view.byteLength < 10 || view.getUint32(0) !== 0x47494638) return undefined;
  return { contentType: 'image/gif', width: view.getUint16(6, true), height: view.getUint16(8, true) };
}

/** Frame headers SOF0 to SOF15; C4, C8 and CC are among them by number only. */
const isFrame = (marker: number): boolean =>
  marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;

/** Most segments before the frame header; cameras write some twenty. */
const segmentLimit = 1000;

function jpeg(view: DataView): Picture | undefined {
  if (view.byteLength < 4 || view.getUint16(0) !== 0xffd8) return undefined;
  let at = 2;
  for (let count = 0; count < segmentLimit && at + 9 <= view.byteLength; count += 1) {
    if (view.getUint8(at) !== 0xff) return undefined;
    const marker = view.getUint8(at + 1);
    if (isFrame(marker)) {
      return { contentType: 'image/jpeg', height: view.getUint16(at + 5), width: view.getUint16(at + 7) };
    }
    // A marker may be preceded by fill bytes.
    at += marker === 0xff ? 1 : 2 + view.getUint16(at + 2);
  }
  return undefined;
}
